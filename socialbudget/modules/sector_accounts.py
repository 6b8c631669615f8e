"""Net lending of the five institutional sectors, which must sum to zero (method 3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules._shared import NET_FOREIGN_ASSETS, OPERATING_SURPLUS_SHARE
from socialbudget.pack import Pack


class SectorAccounts(Module):
    """Households, firms, budget, social security funds, rest of the world.

    Households invest a fixed share of what others than the government invest (dwellings). Income
    from abroad other than remittances and public interest is that of firms: its share of GDP in the
    base year, and a return on what the country's net foreign assets have gained since, over GDP.
    """

    name = "sector_accounts"
    params = (
        OPERATING_SURPLUS_SHARE,
        NET_FOREIGN_ASSETS,
        Param(
            "household.investment_share",
            (),
            "1",
            0,
            1,
            "Share of households in capital formation other than the government's",
            "fixed",
        ),
        Param(
            "external_account.other_income",
            (),
            "LCU/year",
            -1e30,
            1e30,
            "Income from abroad other than remittances and public interest, net, in the base year",
            "fixed",
        ),
        Param(
            "external_account.return_on_assets",
            (),
            "1",
            -0.1,
            0.5,
            "Nominal return on what net foreign assets gain over GDP after the base year",
        ),
    )
    writes = (
        Var(
            "sector_accounts.net_lending",
            ("sector",),
            "LCU/year",
            "flow",
            "Net lending by institutional sector",
        ),
        Var(
            "sector_accounts.current_account",
            (),
            "LCU/year",
            "flow",
            "Current account of the balance of payments",
        ),
        Var(
            "sector_accounts.household_investment",
            (),
            "LCU/year",
            "flow",
            "Capital formation of households",
        ),
        Var(
            "sector_accounts.foreign_income",
            (),
            "LCU/year",
            "flow",
            "Income of firms from abroad, net",
        ),
        Var(
            "sector_accounts.foreign_income_share",
            (),
            "1",
            "rate",
            "Income of firms from abroad over GDP in the base year",
        ),
        Var(
            "sector_accounts.base_asset_ratio",
            (),
            "year",
            "rate",
            "Net foreign assets over GDP in the base year",
        ),
    )
    reads = (
        "macroeconomy.gdp",
        "macroeconomy.private_consumption",
        "macroeconomy.investment",
        "macroeconomy.exports",
        "macroeconomy.imports",
        "household.disposable_income",
        "household.operating_surplus",
        "household.corporate_tax",
        "household.remittances",
        "government.balance",
        "government.investment",
        "government.non_tax_revenue",
        "government.other_spending",
        "government.interest_abroad",
        "scheme_accounts.public_balance",
        "scheme_accounts.income_from_firms",
    )

    lags = ("external_account.net_foreign_assets", "macroeconomy.gdp")

    def start(self, y: Year) -> None:
        gdp = y["macroeconomy.gdp"]
        income = np.broadcast_to(y.p["external_account.other_income"], gdp.shape)
        y["sector_accounts.foreign_income_share"] = income / gdp
        y["sector_accounts.base_asset_ratio"] = y.p["external_account.net_foreign_assets"] / gdp
        self._account(y, income)

    def step(self, y: Year) -> None:
        for name in ("foreign_income_share", "base_asset_ratio"):
            y[f"sector_accounts.{name}"] = y.lag(f"sector_accounts.{name}")
        ratio = y.lag("external_account.net_foreign_assets") / y.lag("macroeconomy.gdp")
        gained = ratio - y["sector_accounts.base_asset_ratio"]
        share = y["sector_accounts.foreign_income_share"]
        income = (share + y.p["external_account.return_on_assets"] * gained) * y["macroeconomy.gdp"]
        self._account(y, income)

    @staticmethod
    def _account(y: Year, foreign_income: Array) -> None:
        surplus, tax = y["household.operating_surplus"], y["household.corporate_tax"]
        paid_out = y.p["household.operating_surplus_share"] * (surplus - tax)
        current_account = (
            y["macroeconomy.exports"]
            - y["macroeconomy.imports"]
            + y["household.remittances"]
            - y["government.interest_abroad"]
            + foreign_income
        )
        private = y["macroeconomy.investment"] - y["government.investment"]
        dwellings = y.p["household.investment_share"] * private
        y["sector_accounts.household_investment"] = dwellings
        y["sector_accounts.foreign_income"] = foreign_income
        lending = y["sector_accounts.net_lending"]
        lending[:, 0] = (
            y["household.disposable_income"] - y["macroeconomy.private_consumption"] - dwellings
        )
        lending[:, 1] = (
            surplus
            - tax
            - paid_out
            - y["government.non_tax_revenue"]
            + y["government.other_spending"]
            - y["scheme_accounts.income_from_firms"]
            - (private - dwellings)
            + foreign_income
        )
        lending[:, 2] = y["government.balance"]
        lending[:, 3] = y["scheme_accounts.public_balance"]
        lending[:, 4] = -current_account
        y["sector_accounts.current_account"] = current_account

    def identities(self, y: Year) -> Mapping[str, Array]:
        gdp = y["macroeconomy.gdp"]
        lending = y["sector_accounts.net_lending"]
        return {
            "M-4 net lending of the sectors sums to zero": lending.sum(axis=1) / gdp,
            "M-7 disposable income - consumption - investment = net lending of households": (
                y["household.disposable_income"]
                - y["macroeconomy.private_consumption"]
                - y["sector_accounts.household_investment"]
                - lending[:, 0]
            )
            / gdp,
            "M-3 domestic net lending = current account": (
                lending[:, :4].sum(axis=1) - y["sector_accounts.current_account"]
            )
            / gdp,
        }


def modules(pack: Pack) -> Sequence[Module]:
    """The sector accounts module."""
    return [SectorAccounts()]
