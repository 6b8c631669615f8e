"""The rules of contribution in force, one row per insurance, before the simultaneous core."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme, schemes_of
from socialbudget.pack import Pack


class ContributionRules(Module):
    """Rates, coverage, floors and ceilings of all contributory schemes in one place.

    Floors and ceilings of the pack are at the wage level of the base year and follow the average
    wage of the year before. A ceiling of 0 stands for none.
    """

    name = "contribution_rules"
    lags = ("labour_market.wage_growth", "labour_flows.formal_density_index")
    writes = (
        Var("contribution_rules.rate", ("insurance", "payer"), "1", "rate",
            "Contribution rate on insured earnings by payer"),
        Var("contribution_rules.coverage_rate", ("insurance", "sex", "status"), "1", "rate",
            "Contributors over employed persons"),
        Var("contribution_rules.paid_share", ("insurance",), "1", "rate",
            "Contribution density times compliance, density as last year's time in formal work has "
            "it"),
        Var("contribution_rules.earnings_cv", ("insurance", "sex"), "1", "rate",
            "Coefficient of variation of covered earnings within age and sex"),
        Var("contribution_rules.earnings_floor", ("insurance",), "LCU/year", "rate",
            "Lowest insured earnings"),
        Var("contribution_rules.earnings_ceiling", ("insurance",), "LCU/year", "rate",
            "Highest insured earnings; 0 where there is none"),
        Var("contribution_rules.wage_index", (), "1", "index",
            "Level of floors and ceilings, base year 1: follows wages of the year before"),
    )  # fmt: skip

    def __init__(self, schemes: Sequence[Scheme]):
        self._schemes = schemes
        self.params = tuple(param for s in schemes for param in _params(s))

    def start(self, y: Year) -> None:
        y["contribution_rules.wage_index"] = 1.0
        self._fill(y)

    def step(self, y: Year) -> None:
        rise = 1.0 + y.lag("labour_market.wage_growth")
        y["contribution_rules.wage_index"] = y.lag("contribution_rules.wage_index") * rise
        self._fill(y)

    def _fill(self, y: Year) -> None:
        index = y["contribution_rules.wage_index"][:, None]
        zero = np.zeros((1,))
        rows = [
            y.p[s.path("earnings_ceiling")] if s.instance.has_ceiling else zero
            for s in self._schemes
        ]
        ceiling = np.stack(np.broadcast_arrays(*rows), axis=1)
        y["contribution_rules.rate"] = self._stack(y, "contribution_rate")
        y["contribution_rules.coverage_rate"] = self._stack(y, "coverage_rate")
        density = self._stack(y, "contribution_density")
        if y.year > y.base_year:  # the index is 1 unless the flow engine is at work
            worked = y.lag("labour_flows.formal_density_index")[:, None]
            density = np.minimum(density * worked, 1.0)
        y["contribution_rules.paid_share"] = density * self._stack(y, "compliance_rate")
        y["contribution_rules.earnings_cv"] = self._stack(y, "earnings_cv")
        y["contribution_rules.earnings_floor"] = self._stack(y, "earnings_floor") * index
        y["contribution_rules.earnings_ceiling"] = ceiling * index

    def _stack(self, y: Year, name: str) -> Array:
        rows = [y.p[s.path(name)] for s in self._schemes]
        return np.stack(np.broadcast_arrays(*rows), axis=1)


def _params(scheme: Scheme) -> list[Param]:
    path = scheme.path
    params = [
        Param(path("contribution_rate"), ("payer",), "1", 0, 1,
              "Contribution rate on insured earnings by payer"),
        Param(path("coverage_rate"), ("sex", "status"), "1", 0, 1,
              "Contributors over employed persons"),
        Param(path("contribution_density"), (), "1", 0, 1,
              "Share of the year for which contributors pay"),
        Param(path("compliance_rate"), (), "1", 0, 1,
              "Contributions collected over contributions due"),
        Param(path("earnings_cv"), ("sex",), "1", 0, 5,
              "Coefficient of variation of covered earnings within age and sex"),
        Param(path("earnings_floor"), (), "LCU/year", 0, 1e30,
              "Lowest insured earnings, at the wage level of the base year"),
    ]  # fmt: skip
    if scheme.instance.has_ceiling:
        params.append(
            Param(path("earnings_ceiling"), (), "LCU/year", 0, 1e30,
                  "Highest insured earnings, at the wage level of the base year")
        )  # fmt: skip
    return params


def modules(pack: Pack) -> Sequence[Module]:
    """The rules of the pack's contributory schemes."""
    return [ContributionRules([s for s in schemes_of(pack) if s.instance.contributory])]
