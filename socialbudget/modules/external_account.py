"""Exchange rate and the account with the rest of the world (method 3.4-3.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules._shared import INFLATION_TARGET, NET_FOREIGN_ASSETS
from socialbudget.pack import Pack

LARGEST_MOVE = 0.2
"""Largest real depreciation or appreciation of a year that the adjustment brings about."""


class ExchangeRate(Module):
    """The price of foreign currency, from the year before and so outside the simultaneous core.

    It rises with domestic inflation (the target) over foreign inflation and with a real
    depreciation: the one given, and, where there is an adjustment, a part of the distance of last
    year's current account over GDP from its target.
    """

    name = "exchange_rate"
    params = (
        INFLATION_TARGET,
        Param("external_account.foreign_inflation", (), "1/year", -0.05, 1, "Inflation abroad"),
        Param(
            "external_account.real_depreciation",
            (),
            "1/year",
            -0.5,
            0.5,
            "Growth of the price of foreign goods in domestic ones",
        ),
        Param(
            "external_account.adjustment_speed",
            (),
            "1/year",
            0,
            3,
            "Real depreciation per unit of current account over GDP below its target",
            "fixed",
        ),
        Param(
            "external_account.current_account_change",
            (),
            "1",
            -0.5,
            0.5,
            "Target of the current account over GDP less its value in the base year",
        ),
    )
    writes = (
        Var(
            "exchange_rate.nominal_index",
            (),
            "1",
            "index",
            "Price of foreign currency, base year 1",
        ),
        Var(
            "exchange_rate.real_index",
            (),
            "1",
            "index",
            "Price of foreign currency beyond the difference of inflation, base year 1",
        ),
        Var(
            "exchange_rate.depreciation", (), "1", "rate", "Growth of the price of foreign currency"
        ),
        Var(
            "exchange_rate.real_depreciation",
            (),
            "1",
            "rate",
            "Growth of the price of foreign currency beyond the difference of inflation",
        ),
    )
    lags = ("external_account.current_account_ratio", "external_account.base_ratio")

    def start(self, y: Year) -> None:
        for name in ("nominal_index", "real_index"):
            y[f"exchange_rate.{name}"] = 1.0
        for name in ("depreciation", "real_depreciation"):
            y[f"exchange_rate.{name}"] = 0.0

    def step(self, y: Year) -> None:
        p = y.p
        goal = y.lag("external_account.base_ratio") + p["external_account.current_account_change"]
        missing = goal - y.lag("external_account.current_account_ratio")
        move = np.clip(
            p["external_account.adjustment_speed"] * missing, -LARGEST_MOVE, LARGEST_MOVE
        )
        real = p["external_account.real_depreciation"] + move
        inflation = (1.0 + p["macroeconomy.inflation_target"]) / (
            1.0 + p["external_account.foreign_inflation"]
        )
        y["exchange_rate.real_depreciation"] = real
        y["exchange_rate.real_index"] = y.lag("exchange_rate.real_index") * (1.0 + real)
        y["exchange_rate.depreciation"] = inflation * (1.0 + real) - 1.0
        y["exchange_rate.nominal_index"] = (
            y.lag("exchange_rate.nominal_index") * inflation * (1.0 + real)
        )


class ExternalAccount(Module):
    """The current account by item, and net foreign assets.

    Net foreign assets change by the current account and by the valuation of public debt in foreign
    currency, all of it held abroad. Other changes of valuation are left out.
    """

    name = "external_account"
    params = (NET_FOREIGN_ASSETS,)
    writes = (
        Var(
            "external_account.goods_and_services",
            (),
            "LCU/year",
            "flow",
            "Balance of goods and services",
        ),
        Var(
            "external_account.primary_income",
            (),
            "LCU/year",
            "flow",
            "Income from abroad, net: of firms, less interest on public debt held abroad",
        ),
        Var("external_account.remittances", (), "LCU/year", "flow", "Remittances, net"),
        Var(
            "external_account.current_account_ratio",
            (),
            "1",
            "rate",
            "Current account over GDP",
        ),
        Var(
            "external_account.base_ratio",
            (),
            "1",
            "rate",
            "Current account over GDP in the base year",
        ),
        Var(
            "external_account.net_foreign_assets",
            (),
            "LCU",
            "stock",
            "Assets less liabilities of residents abroad",
        ),
    )
    reads = (
        "macroeconomy.gdp",
        "macroeconomy.exports",
        "macroeconomy.imports",
        "household.remittances",
        "government.interest_abroad",
        "government.valuation_effect",
        "sector_accounts.current_account",
        "sector_accounts.foreign_income",
    )

    def start(self, y: Year) -> None:
        self._items(y)
        y["external_account.base_ratio"] = y["external_account.current_account_ratio"]
        y["external_account.net_foreign_assets"] = y.p["external_account.net_foreign_assets"]

    def step(self, y: Year) -> None:
        self._items(y)
        y["external_account.base_ratio"] = y.lag("external_account.base_ratio")
        y["external_account.net_foreign_assets"] = (
            y.lag("external_account.net_foreign_assets")
            + y["sector_accounts.current_account"]
            - y["government.valuation_effect"]
        )

    @staticmethod
    def _items(y: Year) -> None:
        y["external_account.goods_and_services"] = (
            y["macroeconomy.exports"] - y["macroeconomy.imports"]
        )
        y["external_account.primary_income"] = (
            y["sector_accounts.foreign_income"] - y["government.interest_abroad"]
        )
        y["external_account.remittances"] = y["household.remittances"]
        y["external_account.current_account_ratio"] = (
            y["sector_accounts.current_account"] / y["macroeconomy.gdp"]
        )

    def identities(self, y: Year) -> Mapping[str, Array]:
        gdp = y["macroeconomy.gdp"]
        items = (
            y["external_account.goods_and_services"]
            + y["external_account.primary_income"]
            + y["external_account.remittances"]
        )
        found = {
            "M-11 current account = goods and services + primary income + remittances": (
                y["sector_accounts.current_account"] - items
            )
            / gdp,
        }
        if y.year > y.base_year:
            found["M-12 net foreign assets roll-forward"] = (
                y["external_account.net_foreign_assets"]
                - y.lag("external_account.net_foreign_assets")
                - items
                + y["government.valuation_effect"]
            ) / gdp
        return found


def modules(pack: Pack) -> Sequence[Module]:
    """Exchange rate before the simultaneous core, external account after it."""
    return [ExchangeRate(), ExternalAccount()]
