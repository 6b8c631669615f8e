"""Long-term care: dependent persons times recipient share times a unit cost (method 4.7)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "long_term_care"
METHOD = (
    "Population x dependency rate by sex and age x recipient share x unit cost that follows "
    "wages and prices; severity and setting not apart"
)


class LongTermCare(SchemeModule):
    """Care is labour: unit cost follows wages by `wage_share` and prices for the rest."""

    reads = (
        "demography.population_midyear",
        "labour_market.average_wage",
        "prices.consumer_price_index",
    )
    lags = ("labour_market.average_wage", "prices.consumer_price_index")

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(
                path("dependency_rate"),
                ("sex", "age"),
                "1",
                0,
                1,
                "Persons in need of care over population",
            ),
            Param(
                path("recipient_share"), (), "1", 0, 1, "Recipients over persons in need of care"
            ),
            Param(path("wage_share"), (), "1", 0, 1, "Weight of wages in the unit cost"),
        )

    def extra_writes(self) -> tuple[Var, ...]:
        return (Var(f"{self.name}.unit_cost_index", (), "1", "index", "Unit cost, base year 1"),)

    def before(self, y: Year) -> None:
        name = f"{self.name}.unit_cost_index"
        if y.year == y.base_year:
            y[name] = 1.0
            return
        weight = self.param(y, "wage_share")
        wages = y["labour_market.average_wage"] / y.lag("labour_market.average_wage")
        prices = y["prices.consumer_price_index"] / y.lag("prices.consumer_price_index")
        y[name] = y.lag(name) * (weight * wages + (1.0 - weight) * prices)

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        dependent = (y["demography.population_midyear"] * self.param(y, "dependency_rate")).sum(2)
        recipients = dependent * self.param(y, "recipient_share")[:, None]
        return recipients, y[f"{self.name}.unit_cost_index"][:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [LongTermCare(scheme)]
