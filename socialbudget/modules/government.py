"""Government: revenue by instrument, social and other spending, interest, balance and debt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules._shared import (
    CONSUMPTION_TAX,
    CONSUMPTION_TAX_CHANGE,
    CORPORATE_TAX,
    DEBT,
    GOVERNMENT_CONSUMPTION,
    IMPORTS,
    INCOME_TAX,
    PRIVATE_CONSUMPTION,
    base_account,
)
from socialbudget.pack import Pack


class Government(Module):
    """General government: the budget, consolidated with the social security schemes.

    Taxes follow their bases at the base year's effective rates. Non-social consumption, investment
    and other spending keep their share of GDP (of potential output for consumption), so that a
    reform changes social spending and interest only. `other_spending` is what the base year's
    expenditure leaves after all items the model knows; `non_tax_revenue` likewise for revenue.
    """

    name = "government"
    params = (
        base_account("government.revenue", "General government revenue"),
        base_account("government.expenditure", "General government expenditure"),
        CONSUMPTION_TAX,
        base_account("government.import_tax", "Taxes on imports"),
        base_account("government.other_tax", "Other taxes on products and production"),
        base_account("government.subsidies", "Subsidies"),
        base_account("government.investment", "Government investment"),
        base_account("government.interest_expenditure", "Interest on public debt"),
        DEBT,
        INCOME_TAX,
        CORPORATE_TAX,
        CONSUMPTION_TAX_CHANGE,
        Param(
            "government.foreign_debt_share",
            (),
            "1",
            0,
            1,
            "Share of public debt outside the schemes held abroad",
        ),
        Param(
            "government.debt_maturity",
            (),
            "year",
            1,
            50,
            "Average maturity of public debt",
            "fixed",
        ),
        PRIVATE_CONSUMPTION,
        GOVERNMENT_CONSUMPTION,
        IMPORTS,
    )
    writes = tuple(
        Var(f"government.{name}", (), unit, kind, doc)  # type: ignore[arg-type]
        for name, unit, kind, doc in (
            ("consumption_tax", "LCU/year", "flow", "Taxes on household consumption"),
            ("import_tax", "LCU/year", "flow", "Taxes on imports"),
            ("other_tax", "LCU/year", "flow", "Other taxes on products and production"),
            ("indirect_taxes", "LCU/year", "flow", "Taxes on products and production"),
            ("subsidies", "LCU/year", "flow", "Subsidies"),
            ("non_tax_revenue", "LCU/year", "flow", "Revenue other than taxes and contributions"),
            ("revenue", "LCU/year", "flow", "General government revenue, consolidated"),
            ("expenditure", "LCU/year", "flow", "General government expenditure, consolidated"),
            (
                "consumption",
                "LCU/year",
                "flow",
                "Government consumption, social benefits in kind and administration included",
            ),
            ("other_consumption", "LCU/year", "flow", "Government consumption that is not social"),
            ("investment", "LCU/year", "flow", "Government investment"),
            ("other_spending", "LCU/year", "flow", "Other spending: transfers that are not social"),
            (
                "social_spending",
                "LCU/year",
                "flow",
                "Benefits and administration of government schemes",
            ),
            ("interest", "LCU/year", "flow", "Interest on public debt"),
            ("interest_to_households", "LCU/year", "flow", "Interest received by households"),
            ("interest_to_schemes", "LCU/year", "flow", "Interest received by schemes"),
            ("interest_abroad", "LCU/year", "flow", "Interest paid abroad"),
            ("effective_interest_rate", "1", "rate", "Interest over debt at the start of the year"),
            ("primary_balance", "LCU/year", "flow", "Balance of the budget before interest"),
            ("balance", "LCU/year", "flow", "Balance of the budget, schemes not included"),
            ("general_balance", "LCU/year", "flow", "Balance of budget and schemes together"),
            ("debt", "LCU", "stock", "Gross public debt"),
            ("consumption_share", "1", "rate", "Non-social consumption over potential output"),
            ("investment_share", "1", "rate", "Government investment over GDP"),
            ("subsidy_share", "1", "rate", "Subsidies over GDP"),
            (
                "other_spending_share",
                "1",
                "rate",
                "Other spending over GDP, before the fiscal rule",
            ),
            ("non_tax_share", "1", "rate", "Non-tax revenue over GDP"),
            ("other_tax_share", "1", "rate", "Other taxes over GDP"),
        )
    )
    reads = (
        "macroeconomy.gdp",
        "macroeconomy.potential_gdp_real",
        "macroeconomy.private_consumption",
        "macroeconomy.imports",
        "macroeconomy.interest_rate",
        "prices.gdp_deflator",
        "household.income_tax",
        "household.corporate_tax",
        "scheme_accounts.public_contributions",
        "scheme_accounts.public_cash_benefits",
        "scheme_accounts.public_kind_benefits",
        "scheme_accounts.public_administration",
        "scheme_accounts.state_payments",
        "scheme_accounts.interest_from_budget",
        "scheme_accounts.income_from_firms",
        "scheme_accounts.public_balance",
        "fiscal_rule.spending_adjustment",
    )

    def start(self, y: Year) -> None:
        p = y.p
        gdp = y["macroeconomy.gdp"]
        tax = p["government.consumption_tax"]
        imports, other = p["government.import_tax"], p["government.other_tax"]
        y["government.consumption_tax"] = tax
        y["government.import_tax"] = imports
        y["government.other_tax"] = other
        y["government.indirect_taxes"] = tax + imports + other
        y["government.subsidies"] = p["government.subsidies"]
        y["government.subsidy_share"] = p["government.subsidies"] / gdp
        y["government.other_tax_share"] = other / gdp
        y["government.investment"] = p["government.investment"]
        y["government.investment_share"] = p["government.investment"] / gdp
        y["government.debt"] = p["government.debt"]
        y["government.interest"] = p["government.interest_expenditure"]
        y["government.consumption"] = p["macroeconomy.government_consumption"]
        contributions = y["scheme_accounts.public_contributions"]
        taxes = tax + imports + other + p["government.income_tax"] + p["government.corporate_tax"]
        from_firms = y["scheme_accounts.income_from_firms"]
        non_tax = p["government.revenue"] - taxes - contributions - from_firms
        _not_negative(
            non_tax,
            gdp,
            "government.revenue",
            "less taxes, contributions and schemes' property income",
        )
        y["government.non_tax_revenue"] = non_tax
        y["government.non_tax_share"] = non_tax / gdp
        kind = y["scheme_accounts.public_kind_benefits"]
        administration = y["scheme_accounts.public_administration"]
        own = p["macroeconomy.government_consumption"] - kind - administration
        _not_negative(
            own,
            gdp,
            "macroeconomy.government_consumption",
            "less social benefits in kind and administration",
        )
        y["government.other_consumption"] = own
        y["government.consumption_share"] = own / y["macroeconomy.potential_gdp_real"]
        social = y["scheme_accounts.public_cash_benefits"] + kind + administration
        y["government.social_spending"] = social
        rest = (
            p["government.expenditure"]
            - own
            - social
            - p["government.investment"]
            - p["government.subsidies"]
            - p["government.interest_expenditure"]
            + y["scheme_accounts.interest_from_budget"]
        )
        _not_negative(
            rest,
            gdp,
            "government.expenditure",
            "less consumption, cash benefits, investment, subsidies and interest",
        )
        y["government.other_spending"] = rest
        y["government.other_spending_share"] = rest / gdp
        # Interest of the base year falls on a debt that grew by the base year's balance.
        balance = self._balance(y)
        y["government.effective_interest_rate"] = y["government.interest"] / (
            p["government.debt"] + balance
        )
        self._split_interest(y)
        self._totals(y, balance)

    def step(self, y: Year) -> None:
        p = y.p
        for name in (
            "consumption_share",
            "investment_share",
            "subsidy_share",
            "other_spending_share",
            "non_tax_share",
            "other_tax_share",
        ):
            y[f"government.{name}"] = y.lag(f"government.{name}")
        gdp = y["macroeconomy.gdp"]
        rate = (
            p["government.consumption_tax"] / p["macroeconomy.private_consumption"]
            + p["government.consumption_tax_change"]
        )
        tax = rate * y["macroeconomy.private_consumption"]
        imports = p["government.import_tax"] / p["macroeconomy.imports"] * y["macroeconomy.imports"]
        other = y.lag("government.other_tax_share") * gdp
        y["government.consumption_tax"] = tax
        y["government.import_tax"] = imports
        y["government.other_tax"] = other
        y["government.indirect_taxes"] = tax + imports + other
        y["government.subsidies"] = y.lag("government.subsidy_share") * gdp
        y["government.investment"] = y.lag("government.investment_share") * gdp
        y["government.non_tax_revenue"] = y.lag("government.non_tax_share") * gdp
        kept = 1.0 + y["fiscal_rule.spending_adjustment"]
        own = (
            y.lag("government.consumption_share")
            * y["macroeconomy.potential_gdp_real"]
            * y["prices.gdp_deflator"]
            * kept
        )
        y["government.other_consumption"] = own
        kind = y["scheme_accounts.public_kind_benefits"]
        administration = y["scheme_accounts.public_administration"]
        y["government.consumption"] = own + kind + administration
        y["government.social_spending"] = (
            y["scheme_accounts.public_cash_benefits"] + kind + administration
        )
        y["government.other_spending"] = y.lag("government.other_spending_share") * gdp * kept
        turnover = 1.0 / p["government.debt_maturity"]
        effective = (1.0 - turnover) * y.lag("government.effective_interest_rate") + (
            turnover * y["macroeconomy.interest_rate"]
        )
        opening = y.lag("government.debt")
        y["government.effective_interest_rate"] = effective
        y["government.interest"] = effective * opening
        self._split_interest(y)
        balance = self._balance(y)
        y["government.debt"] = opening - balance
        self._totals(y, balance)

    @staticmethod
    def _balance(y: Year) -> Array:
        revenue = (
            y["household.income_tax"]
            + y["household.corporate_tax"]
            + y["government.indirect_taxes"]
            + y["government.non_tax_revenue"]
        )
        primary = revenue - (
            y["government.other_consumption"]
            + y["government.investment"]
            + y["government.subsidies"]
            + y["government.other_spending"]
            + y["scheme_accounts.state_payments"]
        )
        y["government.primary_balance"] = primary
        balance = primary - y["government.interest"]
        y["government.balance"] = balance
        return balance

    @staticmethod
    def _split_interest(y: Year) -> None:
        """Interest by holder: schemes first, then abroad and households by share."""
        schemes = y["scheme_accounts.interest_from_budget"]
        rest = y["government.interest"] - schemes
        abroad = y.p["government.foreign_debt_share"] * rest
        y["government.interest_to_schemes"] = schemes
        y["government.interest_abroad"] = abroad
        y["government.interest_to_households"] = rest - abroad

    @staticmethod
    def _totals(y: Year, balance: Array) -> None:
        y["government.revenue"] = (
            y["household.income_tax"]
            + y["household.corporate_tax"]
            + y["government.indirect_taxes"]
            + y["government.non_tax_revenue"]
            + y["scheme_accounts.public_contributions"]
            + y["scheme_accounts.income_from_firms"]
        )
        y["government.expenditure"] = (
            y["government.other_consumption"]
            + y["government.social_spending"]
            + y["government.investment"]
            + y["government.subsidies"]
            + y["government.other_spending"]
            + y["government.interest"]
            - y["government.interest_to_schemes"]
        )
        y["government.general_balance"] = balance + y["scheme_accounts.public_balance"]

    def identities(self, y: Year) -> Mapping[str, Array]:
        gdp = y["macroeconomy.gdp"]
        found = {
            "A-4 revenue less expenditure = balance of budget and of schemes": (
                y["government.general_balance"]
                - (y["government.revenue"] - y["government.expenditure"])
            )
            / gdp,
        }
        if y.year > y.base_year:
            found["M-5 debt roll-forward"] = (
                y["government.debt"] - y.lag("government.debt") + y["government.balance"]
            ) / gdp
        return found


def _not_negative(value: Array, gdp: Array, path: str, what: str) -> None:
    """Refuse accounts that do not fit together (NaN means a sweep still to come)."""
    if (value < 0).any():
        raise PackError(
            "base-year accounts",
            [
                f"'{path}' {what} is {float(np.min(value / gdp)):.2%} of GDP in the base year; it "
                "must not be negative: check the accounts and the base expenditure of the schemes"
            ],
        )


def modules(pack: Pack) -> Sequence[Module]:
    """The government module."""
    return [Government()]
