"""Labour market programme: participants per unemployed times a unit cost that follows wages."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "labour_market_programme"
METHOD = "Unemployed x participants per unemployed x unit cost that follows wages"


class LabourMarketProgramme(SchemeModule):
    """Training, public works and employment services."""

    reads = ("labour_market.unemployed", "labour_market.average_wage")

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(
                path("participants_per_unemployed"),
                ("sex",),
                "1",
                0,
                5,
                "Participants over unemployed, averages of the year",
            ),
            Param(
                path("unit_cost"),
                (),
                "LCU/year",
                0,
                1e30,
                "Cost of a participant, at the wage level of the base year",
            ),
        )

    def extra_writes(self) -> tuple[Var, ...]:
        return (
            Var(
                f"{self.name}.base_average_wage",
                (),
                "LCU/year",
                "rate",
                "Average wage of the base year",
            ),
        )

    def before(self, y: Year) -> None:
        name = f"{self.name}.base_average_wage"
        y[name] = y["labour_market.average_wage"] if y.year == y.base_year else y.lag(name)

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        recipients = y["labour_market.unemployed"].sum(axis=2) * self.param(
            y, "participants_per_unemployed"
        )
        index = y["labour_market.average_wage"] / y[f"{self.name}.base_average_wage"]
        return recipients, (self.param(y, "unit_cost") * index)[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [LabourMarketProgramme(scheme)]
