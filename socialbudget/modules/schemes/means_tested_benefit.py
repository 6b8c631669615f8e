"""Means-tested benefit: a cash transfer whose take-up answers to formal employment (method 4.8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules._shared import income_elasticity
from socialbudget.modules.schemes._base import EligiblePopulation, PopulationRateScheme

KIND = "means_tested_benefit"
METHOD = (
    "As cash transfer; recipients move with the share of working-age people without formal work, "
    "in place of an income test on household data"
)


class MeansTestedBenefit(PopulationRateScheme):
    """Recipients scale with ``[(1 - formal ratio) / (1 - formal ratio_0)] ^ elasticity``."""

    reads = ("labour_market.employment_ratio",)

    def own_params(self) -> tuple[Param, ...]:
        return (*super().own_params(), income_elasticity(self.scheme.name))

    def extra_writes(self) -> tuple[Var, ...]:
        return (
            *super().extra_writes(),
            Var(
                f"{self.name}.base_employment_ratio",
                (),
                "1",
                "rate",
                "Formal employment over population 15-64 in the base year",
            ),
        )

    def before(self, y: Year) -> None:
        super().before(y)
        name = f"{self.name}.base_employment_ratio"
        y[name] = y["labour_market.employment_ratio"] if y.year == y.base_year else y.lag(name)

    def eligible(self, y: Year) -> Array:
        without = np.maximum(1.0 - y["labour_market.employment_ratio"], 0.0)
        base = 1.0 - y[f"{self.name}.base_employment_ratio"]
        scale = (without / base) ** self.param(y, "income_elasticity")
        return super().eligible(y) * scale[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """Eligibility by age, and the benefit."""
    return [EligiblePopulation(scheme), MeansTestedBenefit(scheme)]
