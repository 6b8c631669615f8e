"""Receipts, expenditure and reserve of every scheme, whatever its kind (method 4.9, 4.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import SOURCES
from socialbudget.errors import PackError
from socialbudget.modules import Scheme, schemes_of
from socialbudget.pack import Pack, Transfer

SOURCE = {name: i for i, name in enumerate(SOURCES)}


class SchemeAccounts(Module):
    """One row per scheme along the `scheme` dimension.

    Receipts: contributions by payer, premiums that do not follow earnings, the state's share by
    rule, earmarked taxes, income on the reserve at the start of the year, transfers from other
    schemes. What is missing is covered by the deficit rule: the state at once (``state``), or the
    reserve and after it the state (``reserve``), reported apart as deficit cover. Schemes of the
    private sector balance by their members' premiums (source ``other``) and stay outside the
    government account.
    """

    name = "scheme_accounts"

    def __init__(self, schemes: Sequence[Scheme], transfers: Sequence[Transfer]):
        self._schemes = schemes
        names = [s.name for s in schemes]
        self._insurance = np.array(
            [-1 if s.insurance_index is None else s.insurance_index for s in schemes]
        )
        self._insured_rows = np.flatnonzero(self._insurance >= 0)
        self._public = np.array([s.instance.sector == "government" for s in schemes], dtype=float)
        self._cash = np.array([s.instance.benefit_type == "cash" for s in schemes], dtype=float)
        self._means_tested = np.array([s.instance.means_tested for s in schemes], dtype=float)
        self._absorbs = np.array([s.instance.deficit_rule == "reserve" for s in schemes])
        self._transfers = np.zeros((len(schemes), len(schemes)))
        for t in transfers:
            self._transfers[names.index(t.from_), names.index(t.to)] += t.share_of_benefits
        mixed = self._transfers @ (1.0 - self._public) * self._public + (
            self._transfers @ self._public
        ) * (1.0 - self._public)
        if mixed.any():
            raise PackError(
                "pack.toml",
                ["transfers: a transfer may not cross between government and private schemes"],
            )
        self.params = tuple(
            Param(s.path("reserve"), (), "LCU", 0, 1e30, "Reserve at the end of the base year",
                  "fixed")
            for s in schemes
        )  # fmt: skip
        self.writes = (
            Var(
                "scheme_accounts.receipts",
                ("scheme", "source"),
                "LCU/year",
                "flow",
                "Receipts by source",
            ),
            Var("scheme_accounts.benefits", ("scheme",), "LCU/year", "flow", "Benefit expenditure"),
            Var(
                "scheme_accounts.administration", ("scheme",), "LCU/year", "flow", "Administration"
            ),
            Var(
                "scheme_accounts.transfer_out",
                ("scheme",),
                "LCU/year",
                "flow",
                "Transfers to other schemes",
            ),
            Var(
                "scheme_accounts.expenditure",
                ("scheme",),
                "LCU/year",
                "flow",
                "Benefits, administration and transfers",
            ),
            Var(
                "scheme_accounts.deficit_cover",
                ("scheme",),
                "LCU/year",
                "flow",
                "State payments that cover a deficit, part of general revenue",
            ),
            Var(
                "scheme_accounts.balance",
                ("scheme",),
                "LCU/year",
                "flow",
                "Receipts less expenditure",
            ),
            Var("scheme_accounts.reserve", ("scheme",), "LCU", "stock", "Reserve"),
            Var(
                "scheme_accounts.public_cash_benefits",
                (),
                "LCU/year",
                "flow",
                "Cash benefits of government schemes",
            ),
            Var(
                "scheme_accounts.public_means_tested_benefits",
                (),
                "LCU/year",
                "flow",
                "Means-tested cash benefits of government schemes",
            ),
            Var(
                "scheme_accounts.public_kind_benefits",
                (),
                "LCU/year",
                "flow",
                "Benefits in kind of government schemes",
            ),
            Var(
                "scheme_accounts.public_administration",
                (),
                "LCU/year",
                "flow",
                "Administration of government schemes",
            ),
            Var(
                "scheme_accounts.public_contributions",
                (),
                "LCU/year",
                "flow",
                "Contributions and premiums to government schemes",
            ),
            Var(
                "scheme_accounts.state_payments",
                (),
                "LCU/year",
                "flow",
                "Payments of the budget to schemes, earmarked taxes included",
            ),
            Var(
                "scheme_accounts.interest_from_budget",
                (),
                "LCU/year",
                "flow",
                "Interest on government bonds held by schemes",
            ),
            Var(
                "scheme_accounts.income_from_firms",
                (),
                "LCU/year",
                "flow",
                "Income of government schemes on other assets",
            ),
            Var(
                "scheme_accounts.public_balance",
                (),
                "LCU/year",
                "flow",
                "Receipts less expenditure of government schemes",
            ),
            Var(
                "scheme_accounts.public_primary_balance",
                (),
                "LCU/year",
                "flow",
                "Receipts less expenditure of government schemes, without income on reserves",
            ),
        )
        self.reads = (
            "*.benefit_expenditure",
            "contributions.revenue",
            "prices.inflation",
            "financing_rules.administration_share",
            "financing_rules.state_share",
            "financing_rules.earmarked_tax_share",
            "financing_rules.premium_share",
            "financing_rules.reserve_return",
            "financing_rules.bond_share",
        )

    def start(self, y: Year) -> None:
        given = np.stack([y.p[s.path("reserve")] for s in self._schemes], axis=1)
        closing = np.broadcast_to(given, (y.draws, len(self._schemes)))
        self._account(y, None, closing)

    def step(self, y: Year) -> None:
        self._account(y, y.lag("scheme_accounts.reserve"), None)

    def _opening(self, closing: Array, flow: Array, nominal: Array) -> Array:
        """Reserve at the start of the base year from which the year rolls to the closing reserve.

        `flow` is receipts less expenditure without income on the reserve. Where the state covers
        the year's gap, or there is no reserve at all, the reserve does not move.
        """
        moving = (closing - flow) / (1.0 + nominal)
        still = np.where(self._absorbs, closing <= 0.0, closing * nominal + flow < 0.0)
        return np.where(still & (closing * nominal + flow <= 0.0), closing, moving)

    def _account(self, y: Year, opening: Array | None, closing: Array | None) -> None:
        """Fill the accounts from the reserve at the start of the year, or at its end."""
        spending = y.match("*.benefit_expenditure")
        benefits = np.stack(
            [spending[f"{s.name}.benefit_expenditure"].sum(axis=(1, 2)) for s in self._schemes],
            axis=1,
        )
        administration = y["financing_rules.administration_share"] * benefits
        transfers = benefits[:, :, None] * self._transfers
        out, into = transfers.sum(axis=2), transfers.sum(axis=1)
        receipts = y["scheme_accounts.receipts"]
        receipts[...] = 0.0
        if len(self._insured_rows):
            receipts[:, self._insured_rows, :3] = y["contributions.revenue"][
                :, self._insurance[self._insured_rows]
            ]
        receipts[:, :, SOURCE["premiums"]] = y["financing_rules.premium_share"] * benefits
        by_rule = y["financing_rules.state_share"] * (benefits + administration)
        receipts[:, :, SOURCE["earmarked_tax"]] = (
            y["financing_rules.earmarked_tax_share"] * benefits
        )
        real = y["financing_rules.reserve_return"]
        nominal = (1.0 + real) * (1.0 + y["prices.inflation"][:, None]) - 1.0
        receipts[:, :, SOURCE["transfer_in"]] = into
        expenditure = benefits + administration + out
        flow = receipts.sum(axis=2) + by_rule - expenditure
        if opening is None:
            assert closing is not None
            opening = self._opening(closing, flow, nominal)
        income = opening * nominal
        receipts[:, :, SOURCE["property_income"]] = income
        result = flow + income
        available = np.where(self._absorbs, opening, 0.0)
        cover = np.maximum(-(result + available), 0.0)
        public = self._public > 0
        receipts[:, :, SOURCE["general_revenue"]] = np.where(public, by_rule + cover, 0.0)
        receipts[:, :, SOURCE["other"]] = np.where(public, 0.0, by_rule + cover)
        y["scheme_accounts.deficit_cover"] = np.where(public, cover, 0.0)
        balance = result + cover
        y["scheme_accounts.benefits"] = benefits
        y["scheme_accounts.administration"] = administration
        y["scheme_accounts.transfer_out"] = out
        y["scheme_accounts.expenditure"] = expenditure
        y["scheme_accounts.balance"] = balance
        reserve = opening + balance if closing is None else closing
        y["scheme_accounts.reserve"] = reserve

        bonds = y["financing_rules.bond_share"]
        y["scheme_accounts.public_cash_benefits"] = (benefits * self._public * self._cash).sum(1)
        y["scheme_accounts.public_means_tested_benefits"] = (
            benefits * self._public * self._cash * self._means_tested
        ).sum(1)
        y["scheme_accounts.public_kind_benefits"] = (
            benefits * self._public * (1.0 - self._cash)
        ).sum(1)
        y["scheme_accounts.public_administration"] = (administration * self._public).sum(1)
        y["scheme_accounts.public_contributions"] = (
            receipts[:, :, : SOURCE["premiums"] + 1].sum(axis=2) * self._public
        ).sum(1)
        y["scheme_accounts.state_payments"] = (
            (receipts[:, :, SOURCE["general_revenue"]] + receipts[:, :, SOURCE["earmarked_tax"]])
            * self._public
        ).sum(1)
        y["scheme_accounts.interest_from_budget"] = (income * bonds * self._public).sum(1)
        y["scheme_accounts.income_from_firms"] = (income * (1.0 - bonds) * self._public).sum(1)
        y["scheme_accounts.public_balance"] = (balance * self._public).sum(1)
        y["scheme_accounts.public_primary_balance"] = ((balance - income) * self._public).sum(1)

    def identities(self, y: Year) -> Mapping[str, Array]:
        receipts = y["scheme_accounts.receipts"]
        total = y["scheme_accounts.expenditure"].sum(axis=1)
        balance = y["scheme_accounts.balance"]
        found = {
            "A-1 receipts less expenditure = balance": (
                receipts.sum(axis=2) - y["scheme_accounts.expenditure"] - balance
            )
            / total[:, None],
            "A-2 transfers out = transfers in": (
                y["scheme_accounts.transfer_out"].sum(axis=1)
                - receipts[:, :, SOURCE["transfer_in"]].sum(axis=1)
            )
            / total,
        }
        if y.year > y.base_year:
            scale = np.maximum(np.abs(y["scheme_accounts.reserve"]), total[:, None])
            found["S-1 change of the reserve = receipts less expenditure"] = (
                y["scheme_accounts.reserve"] - y.lag("scheme_accounts.reserve") - balance
            ) / scale
        return found


def modules(pack: Pack) -> Sequence[Module]:
    """The scheme accounts over all schemes of the pack."""
    return [SchemeAccounts(schemes_of(pack), pack.manifest.transfers)]
