"""The economy of the rapid assessment: one sector, no feedback (method 8, sheet ECO).

It writes the same variables as the full modules, so that a guarantee costs the same in both. It is
not part of the full plan: `socialbudget.floor` puts it into the rapid one.
"""

from __future__ import annotations

from collections.abc import Mapping

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules._shared import (
    BASE_INFLATION,
    CONSUMER_PRICE_WEDGE,
    GDP_ACCOUNTS,
    INFLATION_TARGET,
    PRODUCTIVITY_GROWTH,
    STATUS_SHARE,
    UNEMPLOYMENT_RATE,
)

STATUS_FORMAL_EMPLOYEE, STATUS_FORMAL_SELF_EMPLOYED = 0, 2

AVERAGE_WAGE = Param(
    "labour_market.base_average_wage", (), "LCU/year", 0, 1e30,
    "Average gross wage of employees in the base year", "fixed",
)  # fmt: skip


class RapidEconomy(Module):
    """Employment from the labour force, output from employment, prices from the target.

    ``E = labour force x (1 - unemployment rate of the base year)`` by sex and age; real GDP grows
    with employment and productivity, the deflator with the inflation target, consumer prices with
    the wedge beside it, wages with nominal GDP per person employed.
    """

    name = "rapid_economy"
    params = (
        *GDP_ACCOUNTS,
        INFLATION_TARGET,
        AVERAGE_WAGE,
        PRODUCTIVITY_GROWTH,
        CONSUMER_PRICE_WEDGE,
        BASE_INFLATION,
        UNEMPLOYMENT_RATE,
        STATUS_SHARE,
    )  # fmt: skip
    writes = (
        Var("macroeconomy.gdp", (), "LCU/year", "flow", "Gross domestic product"),
        Var("macroeconomy.gdp_real", (), "LCU_real/year", "flow", "GDP at base-year prices"),
        Var("macroeconomy.private_consumption", (), "LCU/year", "flow", "Private consumption"),
        Var("prices.gdp_deflator", (), "1", "index", "GDP deflator, base year 1"),
        Var("prices.consumer_price_index", (), "1", "index", "Consumer price index, base year 1"),
        Var("prices.inflation", (), "1", "rate", "Consumer price inflation"),
        Var("labour_market.unemployed", ("sex", "age"), "person", "flow",
            "Unemployed, average of the year"),
        Var("labour_market.total_employment", (), "person", "flow", "Employment"),
        Var("labour_market.average_wage", (), "LCU/year", "rate", "Gross wage per employee"),
        Var("labour_market.wage_growth", (), "1", "rate", "Growth of the average wage"),
        Var("labour_market.formal_wage_bill", (), "LCU/year", "flow",
            "Gross wages of formal employees"),
        Var("rapid_economy.taxable_earnings", (), "LCU/year", "flow",
            "Average wage times formal employees and formal self-employed"),
    )  # fmt: skip
    reads = ("participation.labour_force",)

    def start(self, y: Year) -> None:
        p = y.p
        c, g, i, x, m = (p[param.path] for param in GDP_ACCOUNTS)
        y["macroeconomy.gdp"] = c + g + i + x - m
        y["macroeconomy.gdp_real"] = c + g + i + x - m
        y["macroeconomy.private_consumption"] = c
        y["prices.gdp_deflator"] = 1.0
        y["prices.consumer_price_index"] = 1.0
        y["prices.inflation"] = p["macroeconomy.base_inflation"]
        y["labour_market.average_wage"] = p[AVERAGE_WAGE.path]
        y["labour_market.wage_growth"] = p["macroeconomy.base_inflation"]
        self._labour(y)

    def step(self, y: Year) -> None:
        p = y.p
        self._labour(y)
        employment = y["labour_market.total_employment"]
        per_person = 1.0 + p["macroeconomy.productivity_growth"]
        real = (
            y.lag("macroeconomy.gdp_real")
            * (employment / y.lag("labour_market.total_employment"))
            * per_person
        )
        deflator = y.lag("prices.gdp_deflator") * (1.0 + p["macroeconomy.inflation_target"])
        y["macroeconomy.gdp_real"] = real
        y["prices.gdp_deflator"] = deflator
        y["macroeconomy.gdp"] = real * deflator
        y["macroeconomy.private_consumption"] = (
            y.lag("macroeconomy.private_consumption")
            * y["macroeconomy.gdp"]
            / y.lag("macroeconomy.gdp")
        )
        index = (
            y.lag("prices.consumer_price_index")
            * (1.0 + p["macroeconomy.inflation_target"])
            * (1.0 + p["macroeconomy.consumer_price_wedge"])
        )
        y["prices.consumer_price_index"] = index
        y["prices.inflation"] = index / y.lag("prices.consumer_price_index") - 1.0
        growth = per_person * (1.0 + p["macroeconomy.inflation_target"]) - 1.0
        y["labour_market.wage_growth"] = growth
        y["labour_market.average_wage"] = y.lag("labour_market.average_wage") * (1.0 + growth)
        self._labour_income(y)

    @staticmethod
    def _labour(y: Year) -> None:
        force = y["participation.labour_force"]
        unemployed = force * y.p["labour_market.unemployment_rate"]
        y["labour_market.unemployed"] = unemployed
        y["labour_market.total_employment"] = (force - unemployed).sum(axis=(1, 2))
        if y.year == y.base_year:
            RapidEconomy._labour_income(y)

    @staticmethod
    def _labour_income(y: Year) -> None:
        employed = y["participation.labour_force"] - y["labour_market.unemployed"]
        share = y.p["labour_market.status_share"]
        formal = (employed * share[..., STATUS_FORMAL_EMPLOYEE]).sum(axis=(1, 2))
        own = (employed * share[..., STATUS_FORMAL_SELF_EMPLOYED]).sum(axis=(1, 2))
        wage = y["labour_market.average_wage"]
        y["labour_market.formal_wage_bill"] = wage * formal
        y["rapid_economy.taxable_earnings"] = wage * (formal + own)

    def identities(self, y: Year) -> Mapping[str, Array]:
        gdp = y["macroeconomy.gdp"]
        value = y["macroeconomy.gdp_real"] * y["prices.gdp_deflator"]
        return {"M-2 nominal GDP = volume times deflator": (gdp - value) / gdp}


ACCEPTED = RapidEconomy.params
"""What any pack may hold for the rapid assessment."""
