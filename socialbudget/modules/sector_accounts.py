"""Net lending of the five institutional sectors, which must sum to zero (method 3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialbudget.contract import Array, Module, Var, Year
from socialbudget.modules._shared import OPERATING_SURPLUS_SHARE
from socialbudget.pack import Pack


class SectorAccounts(Module):
    """Households, firms, budget, social security funds, rest of the world.

    Investment other than the government's is booked with firms, dwellings of households included.
    """

    name = "sector_accounts"
    params = (OPERATING_SURPLUS_SHARE,)
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

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        surplus, tax = y["household.operating_surplus"], y["household.corporate_tax"]
        paid_out = y.p["household.operating_surplus_share"] * (surplus - tax)
        current_account = (
            y["macroeconomy.exports"]
            - y["macroeconomy.imports"]
            + y["household.remittances"]
            - y["government.interest_abroad"]
        )
        lending = y["sector_accounts.net_lending"]
        lending[:, 0] = y["household.disposable_income"] - y["macroeconomy.private_consumption"]
        lending[:, 1] = (
            surplus
            - tax
            - paid_out
            - y["government.non_tax_revenue"]
            + y["government.other_spending"]
            - y["scheme_accounts.income_from_firms"]
            - (y["macroeconomy.investment"] - y["government.investment"])
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
            "M-3 domestic net lending = current account": (
                lending[:, :4].sum(axis=1) - y["sector_accounts.current_account"]
            )
            / gdp,
        }


def modules(pack: Pack) -> Sequence[Module]:
    """The sector accounts module."""
    return [SectorAccounts()]
