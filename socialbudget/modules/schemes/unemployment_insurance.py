"""Unemployment insurance: recipients per unemployed times a replacement rate (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "unemployment_insurance"
METHOD = "Unemployed x recipients per unemployed x replacement rate x average wage"


class UnemploymentInsurance(SchemeModule):
    """Benefits follow unemployment and wages of the same year, so the budget stabilises demand."""

    reads = ("labour_market.unemployed", "labour_market.average_wage")

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
        )

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        per_unemployed = self.param(y, "recipients_per_unemployed")
        rate = self.param(y, "replacement_rate")
        unemployed = y["labour_market.unemployed"].sum(axis=2)
        recipients = unemployed * per_unemployed
        y[f"{self.name}.unemployment_generosity"] = rate * ratio(
            recipients.sum(axis=1), unemployed.sum(axis=1)
        )
        return recipients, (rate * y["labour_market.average_wage"])[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [UnemploymentInsurance(scheme)]
