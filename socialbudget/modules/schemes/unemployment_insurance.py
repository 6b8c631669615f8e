"""Unemployment insurance: recipients per unemployed times a replacement rate (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "unemployment_insurance"
METHOD = "Unemployed x recipients per unemployed x replacement rate x average wage"


class UnemploymentInsurance(SchemeModule):
    """Benefits follow unemployment and wages of the same year, so the budget stabilises demand.

    Under the flow engine recipients follow those who become unemployed, not the stock: benefits
    end, so that the stock of a long slump has fewer recipients per head.
    """

    reads = (
        "labour_market.unemployed",
        "labour_market.average_wage",
        "labour_market.claims_index",
    )

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(
                path("recipients_per_unemployed"),
                ("sex",),
                "1",
                0,
                2,
                "Recipients over unemployed, averages of the year",
            ),
            Param(path("replacement_rate"), (), "1", 0, 2, "Mean benefit over the average wage"),
        )

    def extra_writes(self) -> tuple[Var, ...]:
        return (
            Var(
                f"{self.name}.unemployment_generosity",
                (),
                "1",
                "rate",
                "Recipients per unemployed times replacement rate",
            ),
            Var(
                f"{self.name}.insured_unemployed_share",
                (),
                "1",
                "rate",
                "Recipients per unemployed as the rules have it",
            ),
        )

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        per_unemployed = self.param(y, "recipients_per_unemployed")
        rate = self.param(y, "replacement_rate")
        unemployed = y["labour_market.unemployed"].sum(axis=2)
        recipients = unemployed * per_unemployed
        coverage = ratio(recipients.sum(axis=1), unemployed.sum(axis=1))
        y[f"{self.name}.insured_unemployed_share"] = coverage
        y[f"{self.name}.unemployment_generosity"] = rate * coverage
        claims = y["labour_market.claims_index"]
        if np.isnan(claims).all():  # first sweep of the base year
            claims = np.ones_like(claims)
        recipients = recipients * claims[:, None]
        return recipients, (rate * y["labour_market.average_wage"])[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [UnemploymentInsurance(scheme)]
