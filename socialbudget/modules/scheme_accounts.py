"""Receipts, expenditure and reserve of every scheme, whatever its kind (method 4.9, 4.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import SOURCES
from socialbudget.errors import PackError
from socialbudget.kernels.accounts import scheme_account
from socialbudget.modules import Scheme, schemes_of
from socialbudget.pack import Pack, Transfer

SOURCE = {name: i for i, name in enumerate(SOURCES)}
RULES = (
    "administration_share",
    "state_share",
    "earmarked_tax_share",
    "premium_share",
    "reserve_return",
    "bond_share",
)
BY_SCHEME = (
    "receipts",
    "administration",
    "transfer_out",
    "expenditure",
    "deficit_cover",
    "balance",
    "reserve",
)
PUBLIC_TOTALS = (
    "public_cash_benefits",
    "public_kind_benefits",
    "public_administration",
    "public_contributions",
    "state_payments",
    "interest_from_budget",
    "income_from_firms",
    "public_balance",
    "public_means_tested_benefits",
    "public_primary_balance",
)
"""Variables in the order in which the kernel takes and gives them."""


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
        self._public = np.array([s.instance.sector == "government" for s in schemes])
        self._cash = np.array([s.instance.benefit_type == "cash" for s in schemes])
        self._means_tested = np.array([s.instance.means_tested for s in schemes])
        self._absorbs = np.array([s.instance.deficit_rule == "reserve" for s in schemes])
        out = np.array([names.index(t.from_) for t in transfers], dtype=np.int64)
        into = np.array([names.index(t.to) for t in transfers], dtype=np.int64)
        self._transfers = (out, into, np.array([t.share_of_benefits for t in transfers], float))
        if (self._public[out] != self._public[into]).any():
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
        self._account(y, np.ascontiguousarray(np.broadcast_to(given, (y.draws, given.shape[1]))))

    def step(self, y: Year) -> None:
        self._account(y, y.lag("scheme_accounts.reserve"))

    def _account(self, y: Year, stock: Array) -> None:
        """Fill the accounts from the reserve at the start of the year, in the base year its end."""
        spending = y.match("*.benefit_expenditure")
        by_scheme = np.stack([spending[f"{s.name}.benefit_expenditure"] for s in self._schemes])
        benefits = y["scheme_accounts.benefits"]
        benefits[...] = by_scheme.reshape(len(self._schemes), y.draws, -1).sum(axis=2).T
        totals = np.empty((y.draws, len(PUBLIC_TOTALS)))
        arguments: tuple[Any, ...] = (
            benefits,
            *(y[f"financing_rules.{name}"] for name in RULES),
            y["prices.inflation"],
            y["contributions.revenue"],
            self._insurance,
            self._public,
            self._cash,
            self._means_tested,
            self._absorbs,
            *self._transfers,
            stock,
            y.year == y.base_year,
            *(y[f"scheme_accounts.{name}"] for name in BY_SCHEME),
            totals,
        )
        scheme_account(*arguments)
        for name, total in zip(PUBLIC_TOTALS, totals.T, strict=True):
            y[f"scheme_accounts.{name}"] = total

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
