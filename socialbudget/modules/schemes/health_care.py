"""Health care: covered persons times a cost profile times a unit cost (method 4.6)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule
from socialbudget.profiles import shift_along_age

KIND = "health_care"
METHOD = (
    "Population x covered share x cost profile by sex and age x unit cost that follows wages, "
    "prices and technology; services not apart; healthy ageing moves the profile along age"
)


HEALTHY_AGEING_RAMP = (40, 65)
"""Ages between which healthy ageing fades in: it does not touch children and young adults."""


class HealthCare(SchemeModule):
    """Unit cost grows with ``wage_share`` wages, the rest prices, plus technology growth."""

    reads = (
        "demography.population_midyear",
        "demography.life_expectancy",
        "labour_market.average_wage",
        "prices.consumer_price_index",
    )

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(
                path("cost_profile"),
                ("sex", "age"),
                "1",
                0,
                1e6,
                "Relative cost of a covered person by sex and age",
            ),
            Param(
                path("covered_share"),
                ("sex", "age"),
                "1",
                0,
                1,
                "Covered persons over population by sex and age",
            ),
            Param(path("wage_share"), (), "1", 0, 1, "Weight of wages in the unit cost"),
            Param(
                path("technology_growth"),
                (),
                "1/year",
                -0.1,
                0.2,
                "Growth of unit cost beyond wages and prices",
            ),
            Param(
                path("healthy_ageing_share"),
                (),
                "1",
                0,
                1,
                "Share of the gain in life expectancy by which the cost profile moves to "
                "higher ages (zeta)",
            ),
        )

    def extra_writes(self) -> tuple[Var, ...]:
        return (
            Var(f"{self.name}.unit_cost_index", (), "1", "index", "Unit cost, base year 1"),
            Var(
                f"{self.name}.base_life_expectancy",
                ("sex",),
                "year",
                "rate",
                "Life expectancy at birth in the base year",
            ),
        )

    def before(self, y: Year) -> None:
        expectancy = f"{self.name}.base_life_expectancy"
        y[expectancy] = (
            y["demography.life_expectancy"] if y.year == y.base_year else y.lag(expectancy)
        )
        name = f"{self.name}.unit_cost_index"
        if y.year == y.base_year:
            y[name] = 1.0
            return
        weight = self.param(y, "wage_share")
        wages = y["labour_market.average_wage"] / y.lag("labour_market.average_wage")
        prices = y["prices.consumer_price_index"] / y.lag("prices.consumer_price_index")
        growth = weight * wages + (1.0 - weight) * prices
        y[name] = y.lag(name) * (growth + self.param(y, "technology_growth"))

    lags = ("labour_market.average_wage", "prices.consumer_price_index")

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        covered = y["demography.population_midyear"] * self.param(y, "covered_share")
        recipients = covered.sum(axis=2)
        gain = y["demography.life_expectancy"] - y[f"{self.name}.base_life_expectancy"]
        shift = self.param(y, "healthy_ageing_share")[:, None] * gain
        profile = shift_along_age(self.param(y, "cost_profile"), shift, HEALTHY_AGEING_RAMP)
        weighted = (covered * profile).sum(axis=2)
        mean = weighted / recipients.clip(1e-12)
        return recipients, mean * y[f"{self.name}.unit_cost_index"][:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [HealthCare(scheme)]
