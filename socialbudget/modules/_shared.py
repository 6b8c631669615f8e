"""Parameters that several modules read: declared once."""

from __future__ import annotations

from socialbudget.contract import Param


def base_account(path: str, doc: str, unit: str = "LCU/year") -> Param:
    """A line of the base year's accounts."""
    return Param(path, (), unit, 0, 1e30, f"{doc} in the base year", "fixed")


PRIVATE_CONSUMPTION = base_account("macroeconomy.private_consumption", "Private consumption")
GOVERNMENT_CONSUMPTION = base_account(
    "macroeconomy.government_consumption", "Government consumption"
)
INVESTMENT = base_account("macroeconomy.investment", "Gross capital formation")
EXPORTS = base_account("macroeconomy.exports", "Exports")
IMPORTS = base_account("macroeconomy.imports", "Imports")
GDP_ACCOUNTS = (PRIVATE_CONSUMPTION, GOVERNMENT_CONSUMPTION, INVESTMENT, EXPORTS, IMPORTS)

INCOME_TAX = base_account("government.income_tax", "Taxes on household income")
CORPORATE_TAX = base_account("government.corporate_tax", "Taxes on corporate income")
CONSUMPTION_TAX = base_account("government.consumption_tax", "Taxes on household consumption")
DEBT = base_account("government.debt", "Gross public debt at the end of the year", "LCU")

NET_FOREIGN_ASSETS = Param(
    "external_account.net_foreign_assets", (), "LCU", -1e30, 1e30,
    "Assets less liabilities of residents abroad at the end of the base year", "fixed",
)  # fmt: skip

FISCAL_CLOSURE = Param(
    "government.fiscal_closure", (), "1", 0, 3,
    "Fiscal closure: 0 = F0 debt floats, 1 = F1 income tax, 2 = F2 other spending, "
    "3 = F3 contribution rates of schemes",
)  # fmt: skip
CLOSURE = Param(
    "macroeconomy.closure", (), "1", 0, 4,
    "Macro closure: 0 = M0 classic, 1 = M1 hybrid, 2 = M2 demand-led, 3 = M3 savings-driven, "
    "4 = M4 external", "fixed",
)  # fmt: skip
LABOUR_SHARE = Param(
    "macroeconomy.labour_share", (), "1", 0.1, 1,
    "Labour income, self-employed labour included, over GDP at factor cost",
)  # fmt: skip
INFLATION_TARGET = Param("macroeconomy.inflation_target", (), "1/year", -0.2, 1, "Inflation target")
CONSUMPTION_TAX_CHANGE = Param(
    "government.consumption_tax_change", (), "1", -0.5, 0.5,
    "Change of the effective tax-inclusive consumption tax rate",
)  # fmt: skip
OPERATING_SURPLUS_SHARE = Param(
    "household.operating_surplus_share", (), "1", 0, 1,
    "Share of the operating surplus after tax paid to households", "fixed",
)  # fmt: skip
PRODUCTIVITY_GROWTH = Param(
    "macroeconomy.productivity_growth", (), "1/year", -0.2, 0.3,
    "Growth of output per person employed under closure M0", "annual",
)  # fmt: skip
CONSUMER_PRICE_WEDGE = Param(
    "macroeconomy.consumer_price_wedge", (), "1/year", -0.05, 0.05,
    "Yearly growth of consumer prices over the GDP deflator",
)  # fmt: skip
BASE_INFLATION = Param(
    "macroeconomy.base_inflation", (), "1/year", -0.2, 10,
    "Consumer price inflation in the base year", "fixed",
)  # fmt: skip
UNEMPLOYMENT_RATE = Param(
    "labour_market.unemployment_rate", ("sex", "age"), "1", 0, 1,
    "Unemployment rate in the base year", "fixed",
)  # fmt: skip
UNEMPLOYMENT_ENGINE = Param(
    "labour_market.unemployment_engine", (), "1", 0, 1,
    "Unemployment: 0 = equilibrium and cycle, 1 = flows", "fixed",
)  # fmt: skip
INCOME_WITHOUT_BENEFIT = Param(
    "labour_market.income_without_benefit", (), "1", 0.01, 1,
    "Income of unemployed persons without benefit over the average wage", "fixed",
)  # fmt: skip
STATUS_SHARE = Param(
    "labour_market.status_share", ("sex", "age", "status"), "1", 0, 1,
    "Share of each status in employment in the base year", "fixed",
)  # fmt: skip
PARTICIPATION_RATE = Param(
    "participation.participation_rate", ("sex", "age"), "1", 0, 1,
    "Labour force participation rate in the base year", "fixed",
)  # fmt: skip
PENSIONABLE_AGE = Param(
    "labour_market.pensionable_age", ("sex",), "year", 40, 90,
    "Pensionable age that governs exit from the labour force",
)  # fmt: skip
RETENTION = Param(
    "formalisation.retention", (), "1", 0, 1,
    "Share of the formalised who are still in formal work a year later",
)  # fmt: skip
FERTILITY_RATE = Param(
    "demography.fertility_rate", ("age",), "1/year", 0.0, 1.0,
    "Births of a woman in a year at single ages; zero at age 0.", "annual",
)  # fmt: skip


def income_elasticity(scheme: str) -> Param:
    """How strongly recipients of a means-tested scheme answer to formal employment."""
    return Param(
        f"schemes.{scheme}.income_elasticity", (), "1", 0, 5,
        "Elasticity of recipients to the share of people without formal work", "fixed",
    )  # fmt: skip


def channel(name: str, doc: str) -> Param:
    """Switch of a feedback channel between policy and economy (method 3.6)."""
    return Param(f"channels.{name}", (), "1", 0, 1, f"{doc}: 1 on, 0 off", "fixed")


BENEFITS_TO_CONSUMPTION = channel(
    "benefits_to_consumption", "Cash benefits change household consumption"
)
CONTRIBUTIONS_TO_LABOUR_MARKET = channel(
    "contributions_to_labour_market",
    "Contributions change unemployment, formality and wages",
)
RETIREMENT_TO_PARTICIPATION = channel(
    "retirement_to_participation", "The pensionable age changes participation"
)
RESERVES_TO_INVESTMENT = channel(
    "reserves_to_investment", "Saving of the schemes changes domestic investment"
)
CARE_TO_GOVERNMENT_DEMAND = channel(
    "care_to_government_demand", "Benefits in kind add to government consumption"
)
UNEMPLOYMENT_BENEFITS_TO_UNEMPLOYMENT = channel(
    "unemployment_benefits_to_unemployment", "Unemployment benefits change unemployment"
)
SOCIAL_SPENDING_TO_HUMAN_CAPITAL = channel(
    "social_spending_to_human_capital",
    "Spending on children and health changes human capital a generation later",
)
POVERTY_TO_CONSUMPTION = channel(
    "poverty_to_consumption", "Means-tested benefits are consumed at a propensity of their own"
)
CHILD_CARE_COVERAGE = Param(
    "care.child_care_coverage", (), "1", 0, 1,
    "Share of children under 6 with a place in public or publicly paid care",
)  # fmt: skip
INFORMAL_STATUSES = {1: 0, 3: 2, 4: 2}
"""Place of each informal status along `status`, and of the formal one that its workers move to:
employees become employees; the self-employed and family workers become self-employed."""
