"""Factor incomes and the household account (method 3.3-3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules._shared import (
    BENEFITS_TO_CONSUMPTION,
    CORPORATE_TAX,
    INCOME_TAX,
    OPERATING_SURPLUS_SHARE,
)
from socialbudget.pack import Pack

_CONSUMED = (
    (
        "household.benefit_share",
        "household.consumed_benefits",
        "scheme_accounts.public_cash_benefits",
    ),
    (
        "household.means_tested_share",
        "household.consumed_means_tested_benefits",
        "scheme_accounts.public_means_tested_benefits",
    ),
)
"""Share of GDP in the base year, benefits as they count for consumption, benefits paid."""


class Household(Module):
    """Who earns GDP, and what is left to households after contributions and income tax.

    Income tax is proportional to gross wages, mixed income and property income at the base year's
    effective rate plus the changes of policy and fiscal rule. Households receive a fixed share of
    the operating surplus after corporate tax, and the interest on public debt that neither schemes
    nor foreigners hold.
    """

    name = "household"
    params = (
        INCOME_TAX,
        CORPORATE_TAX,
        BENEFITS_TO_CONSUMPTION,
        Param(
            "government.income_tax_change",
            (),
            "1",
            -0.5,
            0.5,
            "Change of the effective income tax rate",
        ),
        Param(
            "government.corporate_tax_change",
            (),
            "1",
            -0.5,
            0.5,
            "Change of the effective corporate tax rate",
        ),
        OPERATING_SURPLUS_SHARE,
        Param(
            "household.remittances",
            (),
            "LCU/year",
            -1e30,
            1e30,
            "Remittances received, net, in the base year",
            "fixed",
        ),
    )
    writes = (
        Var(
            "household.operating_surplus",
            (),
            "LCU/year",
            "flow",
            "Gross operating surplus, capital part of mixed income included",
        ),
        Var("household.property_income", (), "LCU/year", "flow", "Property income of households"),
        Var(
            "household.cash_benefits", (), "LCU/year", "flow", "Cash benefits of government schemes"
        ),
        Var(
            "household.social_contributions",
            (),
            "LCU/year",
            "flow",
            "Contributions of all payers to government schemes",
        ),
        Var("household.remittances", (), "LCU/year", "flow", "Remittances received, net"),
        Var("household.income_tax", (), "LCU/year", "flow", "Taxes on household income"),
        Var("household.corporate_tax", (), "LCU/year", "flow", "Taxes on corporate income"),
        Var(
            "household.labour_income_net",
            (),
            "LCU/year",
            "flow",
            "Labour income after contributions and income tax",
        ),
        Var(
            "household.property_income_net",
            (),
            "LCU/year",
            "flow",
            "Property income after income tax",
        ),
        Var("household.disposable_income", (), "LCU/year", "flow", "Household disposable income"),
        Var(
            "household.base_income_tax_rate",
            (),
            "1",
            "rate",
            "Effective income tax rate of the base year",
        ),
        Var(
            "household.base_corporate_tax_rate",
            (),
            "1",
            "rate",
            "Effective corporate tax rate of the base year",
        ),
        Var("household.remittance_share", (), "1", "rate", "Remittances over GDP"),
        Var(
            "household.consumed_benefits",
            (),
            "LCU/year",
            "flow",
            "Cash benefits as they count for consumption",
        ),
        Var(
            "household.consumed_means_tested_benefits",
            (),
            "LCU/year",
            "flow",
            "Means-tested cash benefits as they count for consumption",
        ),
        Var("household.benefit_share", (), "1", "rate", "Cash benefits over GDP in the base year"),
        Var(
            "household.means_tested_share",
            (),
            "1",
            "rate",
            "Means-tested cash benefits over GDP in the base year",
        ),
    )
    reads = (
        "macroeconomy.gdp",
        "labour_market.labour_income",
        "labour_market.formal_wage_bill",
        "government.indirect_taxes",
        "government.subsidies",
        "government.interest_to_households",
        "contributions.employer_rate_effective",
        "scheme_accounts.public_cash_benefits",
        "scheme_accounts.public_means_tested_benefits",
        "scheme_accounts.public_contributions",
        "fiscal_rule.income_tax_adjustment",
    )

    def start(self, y: Year) -> None:
        surplus, base = self._bases(y)
        income_tax = y.p["government.income_tax"]
        corporate_tax = y.p["government.corporate_tax"]
        property_income = (
            y.p["household.operating_surplus_share"] * (surplus - corporate_tax)
            + y["government.interest_to_households"]
        )
        y["household.remittance_share"] = y.p["household.remittances"] / y["macroeconomy.gdp"]
        y["household.base_corporate_tax_rate"] = corporate_tax / surplus
        rate = income_tax / (base + property_income)
        y["household.base_income_tax_rate"] = rate
        self._account(y, surplus, base, rate, corporate_tax / surplus)
        for share, consumed, paid in _CONSUMED:
            y[share] = y[paid] / y["macroeconomy.gdp"]
            y[consumed] = y[paid]

    def step(self, y: Year) -> None:
        for name in (
            "base_income_tax_rate",
            "base_corporate_tax_rate",
            "remittance_share",
            "benefit_share",
            "means_tested_share",
        ):
            y[f"household.{name}"] = y.lag(f"household.{name}")
        on = y.p["channels.benefits_to_consumption"]
        for share, consumed, paid in _CONSUMED:
            usual = y.lag(share) * y["macroeconomy.gdp"]
            y[consumed] = on * y[paid] + (1.0 - on) * usual
        surplus, base = self._bases(y)
        rate = (
            y.lag("household.base_income_tax_rate")
            + y.p["government.income_tax_change"]
            + y["fiscal_rule.income_tax_adjustment"]
        )
        corporate = (
            y.lag("household.base_corporate_tax_rate") + y.p["government.corporate_tax_change"]
        )
        self._account(y, surplus, base, rate, corporate)

    @staticmethod
    def _bases(y: Year) -> tuple[Array, Array]:
        """Operating surplus, and labour income subject to income tax (without employers' part)."""
        factor_cost = (
            y["macroeconomy.gdp"] - y["government.indirect_taxes"] + y["government.subsidies"]
        )
        labour_income = y["labour_market.labour_income"]
        charges = y["contributions.employer_rate_effective"] * y["labour_market.formal_wage_bill"]
        return factor_cost - labour_income, labour_income - charges

    @staticmethod
    def _account(y: Year, surplus: Array, base: Array, rate: Array, corporate: Array) -> None:
        corporate_tax = corporate * surplus
        property_income = (
            y.p["household.operating_surplus_share"] * (surplus - corporate_tax)
            + y["government.interest_to_households"]
        )
        contributions = y["scheme_accounts.public_contributions"]
        benefits = y["scheme_accounts.public_cash_benefits"]
        labour_net = y["labour_market.labour_income"] - contributions - rate * base
        property_net = property_income * (1.0 - rate)
        remittances = y["household.remittance_share"] * y["macroeconomy.gdp"]
        y["household.operating_surplus"] = surplus
        y["household.corporate_tax"] = corporate_tax
        y["household.property_income"] = property_income
        y["household.social_contributions"] = contributions
        y["household.cash_benefits"] = benefits
        y["household.remittances"] = remittances
        y["household.income_tax"] = rate * (base + property_income)
        y["household.labour_income_net"] = labour_net
        y["household.property_income_net"] = property_net
        y["household.disposable_income"] = labour_net + property_net + benefits + remittances

    def identities(self, y: Year) -> Mapping[str, Array]:
        gdp = y["macroeconomy.gdp"]
        income = (
            y["labour_market.labour_income"]
            + y["household.property_income"]
            + y["household.cash_benefits"]
            + y["household.remittances"]
            - y["household.social_contributions"]
            - y["household.income_tax"]
        )
        factor_incomes = (
            y["labour_market.labour_income"]
            + y["household.operating_surplus"]
            + y["government.indirect_taxes"]
            - y["government.subsidies"]
        )
        return {
            "M-1 GDP = factor incomes and net indirect taxes": (gdp - factor_incomes) / gdp,
            "M-7 disposable income adds up": (y["household.disposable_income"] - income) / gdp,
        }


def modules(pack: Pack) -> Sequence[Module]:
    """The household module."""
    return [Household()]
