"""Government: revenue by instrument, social and other spending, interest, balance and debt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules._shared import (
    CARE_TO_GOVERNMENT_DEMAND,
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

    Debt is in domestic and foreign currency, in shares that the treasury holds by what it issues.
    A depreciation makes the foreign part dearer: the interest on it, which is spending, and its
    principal, a change of valuation that is no net borrowing.
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
        CARE_TO_GOVERNMENT_DEMAND,
        Param(
            "government.import_tax_change",
            (),
            "1",
            -0.5,
            0.5,
            "Change of the effective tax rate on imports",
        ),
        Param(
            "government.foreign_currency_share",
            (),
            "1",
            0,
            0.95,
            "Share of public debt in foreign currency",
        ),
        Param(
            "government.foreign_interest_rate",
            (),
            "1",
            -0.05,
            0.5,
            "Effective interest rate on public debt in foreign currency",
        ),
        Param(
            "government.stock_flow_adjustment",
            (),
            "1",
            -1,
            1,
            "Change of debt over GDP that is neither deficit nor valuation",
        ),
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
            ("valuation_effect", "LCU/year", "flow", "Change of debt by the exchange rate"),
            (
                "stock_flow_adjustment",
                "LCU/year",
                "flow",
                "Change of debt that is neither deficit nor valuation",
            ),
            ("primary_balance", "LCU/year", "flow", "Balance of the budget before interest"),
            ("balance", "LCU/year", "flow", "Balance of the budget, schemes not included"),
            ("general_balance", "LCU/year", "flow", "Balance of budget and schemes together"),
            ("debt", "LCU", "stock", "Gross public debt"),
            ("consumption_share", "1", "rate", "Non-social consumption over potential output"),
            (
                "total_consumption_share",
                "1",
                "rate",
                "Government consumption over potential output in the base year",
            ),
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
    ) + (
        Var(
            "government.debt_by_currency", ("currency",), "LCU", "stock", "Public debt by currency"
        ),
        Var(
            "government.interest_by_currency",
            ("currency",),
            "LCU/year",
            "flow",
            "Interest on public debt by currency of the debt",
        ),
        Var(
            "government.interest_rate_by_currency",
            ("currency",),
            "1",
            "rate",
            "Effective interest rate by currency of the debt",
        ),
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
        "exchange_rate.depreciation",
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
        y["government.valuation_effect"] = 0.0
        y["government.stock_flow_adjustment"] = 0.0
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
        y["government.total_consumption_share"] = (
            p["macroeconomy.government_consumption"] / y["macroeconomy.potential_gdp_real"]
        )
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
        opening = p["government.debt"] + balance
        effective = y["government.interest"] / opening
        y["government.effective_interest_rate"] = effective
        share, abroad = (
            p["government.foreign_currency_share"],
            p["government.foreign_interest_rate"],
        )
        rates, paid = _by_currency(y, "interest_rate"), _by_currency(y, "interest")
        rates[:, 0] = (effective - share * abroad) / (1.0 - share)
        rates[:, 1] = abroad
        _not_negative(
            rates[:, 0] * gdp,
            gdp,
            "government.interest_expenditure",
            "less the interest on debt in foreign currency, as a rate on the remaining debt,",
        )
        paid[:, 1] = abroad * share * opening
        paid[:, 0] = y["government.interest"] - paid[:, 1]
        self._split_debt(y)
        self._split_interest(y)
        self._totals(y, balance)

    def step(self, y: Year) -> None:
        p = y.p
        for name in (
            "consumption_share",
            "total_consumption_share",
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
        on_imports = p["government.import_tax"] / p["macroeconomy.imports"]
        imports = (on_imports + p["government.import_tax_change"]) * y["macroeconomy.imports"]
        other = y.lag("government.other_tax_share") * gdp
        y["government.consumption_tax"] = tax
        y["government.import_tax"] = imports
        y["government.other_tax"] = other
        y["government.indirect_taxes"] = tax + imports + other
        y["government.subsidies"] = y.lag("government.subsidy_share") * gdp
        y["government.investment"] = y.lag("government.investment_share") * gdp
        y["government.non_tax_revenue"] = y.lag("government.non_tax_share") * gdp
        kept = 1.0 + y["fiscal_rule.spending_adjustment"]
        kind = y["scheme_accounts.public_kind_benefits"]
        administration = y["scheme_accounts.public_administration"]
        price = y["prices.gdp_deflator"]
        potential = y["macroeconomy.potential_gdp_real"]
        own = y.lag("government.consumption_share") * potential * price
        total = y.lag("government.total_consumption_share") * potential * price
        # Where care adds nothing to demand, other consumption makes room as far as it goes: the
        # budget pays the schemes as much more as it consumes less itself.
        room = np.maximum(total - kind - administration, 0.0)
        own = (own + (1.0 - p["channels.care_to_government_demand"]) * (room - own)) * kept
        y["government.other_consumption"] = own
        y["government.consumption"] = own + kind + administration
        y["government.social_spending"] = (
            y["scheme_accounts.public_cash_benefits"] + kind + administration
        )
        y["government.other_spending"] = y.lag("government.other_spending_share") * gdp * kept
        turnover = 1.0 / p["government.debt_maturity"]
        opening, by_currency = y.lag("government.debt"), y.lag("government.debt_by_currency")
        rates, paid = _by_currency(y, "interest_rate"), _by_currency(y, "interest")
        rates[:, 0] = (1.0 - turnover) * y.lag("government.interest_rate_by_currency")[:, 0] + (
            turnover * y["macroeconomy.interest_rate"]
        )
        rates[:, 1] = p["government.foreign_interest_rate"]
        depreciation = y["exchange_rate.depreciation"]
        paid[:, 0] = rates[:, 0] * by_currency[:, 0]
        paid[:, 1] = rates[:, 1] * (1.0 + depreciation) * by_currency[:, 1]
        interest = paid[:, 0] + paid[:, 1]
        y["government.interest"] = interest
        y["government.effective_interest_rate"] = interest / opening
        self._split_interest(y)
        balance = self._balance(y)
        valuation = depreciation * by_currency[:, 1]
        adjustment = p["government.stock_flow_adjustment"] * gdp
        y["government.valuation_effect"] = valuation
        y["government.stock_flow_adjustment"] = adjustment
        y["government.debt"] = opening - balance + valuation + adjustment
        self._split_debt(y)
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
    def _split_debt(y: Year) -> None:
        stock = _by_currency(y, "debt")
        stock[:, 1] = y.p["government.foreign_currency_share"] * y["government.debt"]
        stock[:, 0] = y["government.debt"] - stock[:, 1]

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
            "M-5 debt by currency adds up": (
                y["government.debt_by_currency"].sum(axis=1) - y["government.debt"]
            )
            / gdp,
        }
        if y.year > y.base_year:
            before, rates = (
                y.lag("government.debt_by_currency"),
                y["government.interest_rate_by_currency"],
            )
            dearer = 1.0 + y["exchange_rate.depreciation"]
            rolled = (
                before[:, 0] * (1.0 + rates[:, 0])
                + before[:, 1] * (1.0 + rates[:, 1]) * dearer
                - y["government.primary_balance"]
                + y["government.stock_flow_adjustment"]
            )
            found["M-5 debt roll-forward by currency"] = (y["government.debt"] - rolled) / gdp
            found["M-5 debt roll-forward"] = (
                y["government.debt"]
                - y.lag("government.debt")
                + y["government.balance"]
                - y["government.valuation_effect"]
                - y["government.stock_flow_adjustment"]
            ) / gdp
        return found


def _by_currency(y: Year, name: str) -> Array:
    return y[f"government.{name}_by_currency"]


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
