"""Prices: domestic price level, consumer prices and the foreign price level (method 3.3)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.modules._shared import (
    BASE_INFLATION,
    CONSUMER_PRICE_WEDGE,
    CONSUMPTION_TAX,
    CONSUMPTION_TAX_CHANGE,
    INFLATION_TARGET,
    PRIVATE_CONSUMPTION,
)
from socialbudget.pack import Pack


class Prices(Module):
    """A Phillips curve around the inflation target; consumption taxes pass into consumer prices.

    ``P = P(-1) (1 + target + kappa_p gap)`` and ``P_C = P (1 - t_0)/(1 - t)`` where t is the
    tax-inclusive effective consumption tax rate. Foreign prices in domestic currency rise with the
    inflation target, as the exchange rate follows the difference of inflation, and with the real
    depreciation of the year.
    """

    name = "prices"
    params = (
        INFLATION_TARGET,
        Param(
            "macroeconomy.kappa_p",
            (),
            "1",
            0,
            5,
            "Percentage points of inflation per percentage point of output gap",
            "fixed",
        ),
        BASE_INFLATION,
        CONSUMER_PRICE_WEDGE,
        CONSUMPTION_TAX_CHANGE,
        CONSUMPTION_TAX,
        PRIVATE_CONSUMPTION,
    )
    writes = (
        Var(
            "prices.gdp_deflator",
            (),
            "1",
            "index",
            "GDP deflator before changes of taxes, base year 1",
        ),
        Var("prices.consumption_deflator", (), "1", "index", "Deflator of private consumption"),
        Var("prices.consumer_price_index", (), "1", "index", "Consumer price index, base year 1"),
        Var("prices.inflation", (), "1", "rate", "Consumer price inflation"),
        Var("prices.foreign_price_level", (), "1", "index", "Foreign prices in domestic currency"),
    )
    reads = ("macroeconomy.output_gap", "exchange_rate.real_depreciation")

    def start(self, y: Year) -> None:
        for name in (
            "gdp_deflator",
            "consumption_deflator",
            "consumer_price_index",
            "foreign_price_level",
        ):
            y[f"prices.{name}"] = 1.0
        y["prices.inflation"] = y.p["macroeconomy.base_inflation"]

    def step(self, y: Year) -> None:
        target = y.p["macroeconomy.inflation_target"]
        gap = y["macroeconomy.output_gap"]
        price = y.lag("prices.gdp_deflator") * (1.0 + target + y.p["macroeconomy.kappa_p"] * gap)
        rate = y.p["government.consumption_tax"] / y.p["macroeconomy.private_consumption"]
        passed_on = (1.0 - rate) / (1.0 - rate - y.p["government.consumption_tax_change"])
        y["prices.gdp_deflator"] = price
        y["prices.consumption_deflator"] = price * passed_on
        drift = 1.0 + y.p["macroeconomy.consumer_price_wedge"]
        cpi = (
            y.lag("prices.consumer_price_index")
            * price
            * passed_on
            / y.lag("prices.consumption_deflator")
            * drift
        )
        y["prices.consumer_price_index"] = cpi
        y["prices.inflation"] = cpi / y.lag("prices.consumer_price_index") - 1.0
        y["prices.foreign_price_level"] = (
            y.lag("prices.foreign_price_level")
            * (1.0 + target)
            * (1.0 + y["exchange_rate.real_depreciation"])
        )


def modules(pack: Pack) -> Sequence[Module]:
    """The price module."""
    return [Prices()]
