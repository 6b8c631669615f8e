"""What stands in the workbook's tables by year, and which rows are the sum of which."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import FUNCTIONS, SOURCES, STATUSES
from socialbudget.report import tables
from socialbudget.report.sheets import Row, rows_of
from socialbudget.report.tables import mean, words
from socialbudget.results import Results

ADULT, OLD, VERY_OLD = 15, 65, 80
AGE_GROUPS = tuple((a, a + 5) for a in range(0, 100, 5))
WORK_AGES = ((15, 25), (25, 55), (55, 65), (65, 101))
SEXES = ("women", "men")


def heading(label: str, *variables: str) -> Row:
    """A heading with the variables that its rows come from."""
    return Row(label, style="heading", level=0, variable=", ".join(variables))


def line(label: str, unit: str, values: Array, variable: str = "", **more: Any) -> Row:
    """A row of figures."""
    return Row(label, unit, values, variable=variable, **more)


# ------------------------------------------------------------------------------------ T1 to T6


def receipts(results: Results) -> tuple[list[Row], dict[tuple[str, str], Row]]:
    """T1, and its rows by institution and source for the matrix of one year."""
    pairs = rows_of(tables.t1_receipts(results, results.years))
    found = {(a[0], a[1]): row for a, row in pairs if a}
    for (institution, _), row in found.items():
        if row.style == "subtotal":
            row.adds = [r for k, r in found.items() if k[0] == institution and r is not row]
        row.variable = "scheme_accounts.receipts"
    whole = "All institutions"
    for (institution, source), row in found.items():
        if institution == whole and row.style == "memo":
            row.adds = [r for k, r in found.items() if k[1] == source and k[0] != whole]
            row.variable = "social_accounts.receipts_by_source"
        elif institution == whole and row.style == "total":
            row.adds = [r for k, r in found.items() if k[0] == whole and r is not row]
            row.variable = "social_accounts.receipts"
    return _whole_first([row for _, row in pairs]), found


def expenditure(results: Results) -> tuple[list[Row], dict[tuple[str, str], Row]]:
    """T2, and its rows by institution and function for the matrix of one year."""
    pairs = rows_of(tables.t2_expenditure(results, results.years))
    found = {(a[0], a[1]): row for a, row in pairs if a}
    extra = {
        "Administration": "scheme_accounts.administration",
        "Transfers to other schemes": "scheme_accounts.transfer_out",
        "All functions": "scheme_accounts.expenditure",
        "Total expenditure": "social_accounts.expenditure",
    }
    whole = "All institutions"
    for (institution, function), row in found.items():
        others = [r for k, r in found.items() if k[0] == institution and r is not row]
        row.variable = extra.get(function, "social_accounts.scheme_expenditure_by_function")
        if row.style in ("subtotal", "total"):
            row.adds = others
        elif institution == whole:
            row.adds = [r for k, r in found.items() if k[1] == function and k[0] != whole]
            if function not in extra:
                row.variable = "social_accounts.expenditure_by_function"
            elif function == "Administration":
                row.variable = "social_accounts.administration"
    return _whole_first([row for _, row in pairs]), found


def balances(results: Results) -> list[Row]:
    """T3."""
    pairs = rows_of(tables.t3_balance(results, results.years))
    found = {(a[0], a[1]): row for a, row in pairs if a}
    variables = {
        "Receipts": "scheme_accounts.receipts",
        "Expenditure": "scheme_accounts.expenditure",
        "Balance": "scheme_accounts.balance",
        "of receipts: deficit cover by the state": "scheme_accounts.deficit_cover",
        "Reserve at the end of the year": "scheme_accounts.reserve",
    }
    whole = "All institutions"
    for (institution, item), row in found.items():
        row.variable = variables.get(item, "")
        if item == "Balance":
            row.adds = [found[institution, "Receipts"]]
            row.less = [found[institution, "Expenditure"]]
        elif institution == whole:
            row.adds = [r for k, r in found.items() if k[1] == item and k[0] != whole]
            row.style = "memo"
            if item in ("Receipts", "Expenditure"):
                row.label = f"{item}, consolidated"
                row.variable = f"social_accounts.{item.lower()}"
    return _whole_first([row for _, row in pairs])


def benefits(results: Results) -> list[Row]:
    """T4: women, men and both under each item."""
    by_title = {s.title: name for name, s in tables.schemes(results).items()}
    pairs = rows_of(
        tables.t4_benefits(results, results.years),
        heading=lambda a: f"{a[0]}: {a[1].lower()}",
        item=lambda a: f"{a[2]}, {a[3].lower()}",
    )
    found = {tuple(a): row for a, row in pairs if a}
    for labels, row in found.items():
        title, function, item, sex = labels
        name = by_title[title]
        if item == "Recipients":
            row.variable = f"{name}.recipients"
        elif item == "Benefit expenditure":
            row.variable = f"{name}.benefit_expenditure"
        else:
            row.variable = f"{name}.benefit_expenditure / {name}.recipients"
            if "base-year" in item:
                row.variable += " / prices.consumer_price_index"
        if sex == "Both":
            row.label = f"{item}, both"
            if item in ("Recipients", "Benefit expenditure"):
                row.adds = [found[title, function, item, s] for s in ("Women", "Men")]
    out: list[Row] = []
    block: list[tuple[Sequence[str], Row]] = []

    def flush() -> None:
        items = list(dict.fromkeys(a[2] for a, _ in block))
        out.extend(r for item in items for a, r in block if a[2] == item)
        block.clear()

    for key, row in pairs:
        if key:
            block.append((key, row))
        else:
            flush()
            out.append(row)
    flush()
    return out


def budget_link(results: Results) -> list[Row]:
    """T5."""
    pairs = rows_of(tables.t5_budget_link(results, results.years))
    found = {(a[0], a[1]): row for a, row in pairs if a}
    variables = {
        "State contribution by rule": "scheme_accounts.receipts (general revenue) - "
        "scheme_accounts.deficit_cover",
        "Deficit cover": "scheme_accounts.deficit_cover",
        "Earmarked taxes": "scheme_accounts.receipts (earmarked tax)",
        "Payments of the budget": "scheme_accounts.receipts (general revenue, earmarked tax)",
        "Government expenditure, consolidated": "government.expenditure",
        "Payments to schemes over government expenditure": "scheme_accounts.state_payments / "
        "government.expenditure",
        "Interest paid to schemes on government bonds": "scheme_accounts.interest_from_budget",
    }
    whole = "All institutions"
    for (institution, item), row in found.items():
        row.variable = variables.get(item, "")
        if row.style in ("subtotal", "total"):
            row.adds = [r for k, r in found.items() if k[0] == institution and r is not row]
            if institution == whole:
                row.variable = "scheme_accounts.state_payments"
        elif institution == whole:
            row.adds = [r for k, r in found.items() if k[1] == item and k[0] != whole]
    return _whole_first([row for _, row in pairs])


def ratios(results: Results) -> list[Row]:
    """T6, with receipts, balances, reserves and debt over GDP besides."""
    pairs = rows_of(tables.t6_ratios(results, results.years))
    found = {(a[0], a[1]): row for a, row in pairs if a}
    over = "Percent of GDP"
    names = {words(f) for f in FUNCTIONS}
    for (measure, item), row in found.items():
        if measure == over:
            row.unit = "percent of GDP"
        if item in names:
            row.variable = "social_accounts.function_percent_gdp"
    for key, variable in {
        (over, "Administration"): "social_accounts.administration / macroeconomy.gdp",
        (over, "All functions"): "social_accounts.expenditure_percent_gdp",
        (over, "of which government schemes"): "social_accounts.public_expenditure_percent_gdp",
        (over, "of which private schemes"): "social_accounts.expenditure less "
        "government.social_spending, over macroeconomy.gdp",
        ("Percent of government spending", "Government schemes"): (
            "social_accounts.public_percent_of_government"
        ),
    }.items():
        if key in found:
            found[key].variable = variable
    for (measure, _), row in found.items():
        if measure == "Per inhabitant and year":
            row.variable = "social_accounts.expenditure_per_capita"
    parts = [
        r
        for (m, i), r in found.items()
        if m == over and i not in ("All functions",) and r.style == "detail"
    ]
    if (over, "All functions") in found:
        found[over, "All functions"].adds = parts
    gdp = mean(results, "macroeconomy.gdp")

    def share(label: str, values: Array, variable: str, **more: Any) -> Row:
        return line(label, "percent of GDP", 100.0 * values / gdp, variable, **more)

    by_source = mean(results, "social_accounts.receipts_by_source")
    sources = [
        share(words(s), by_source[:, k], "social_accounts.receipts_by_source")
        for k, s in enumerate(SOURCES)
        if by_source[:, k].any()
    ]
    name = "social_accounts.receipts"
    return [
        *(row for _, row in pairs),
        heading("Receipts by source, percent of GDP", "social_accounts.receipts_by_source"),
        *sources,
        share("All sources", mean(results, name), name, style="total", adds=sources),
        heading("Balances, percent of GDP"),
        share(
            "Balance of all schemes",
            mean(results, "social_accounts.balance"),
            "social_accounts.balance",
        ),
        share(
            "Balance of the budget",
            mean(results, "government.balance"),
            "government.balance",
        ),
        share(
            "Balance of budget and government schemes",
            mean(results, "government.general_balance"),
            "government.general_balance",
        ),
        heading("Stocks at the end of the year, percent of GDP"),
        share(
            "Reserves of all schemes",
            mean(results, "scheme_accounts.reserve").sum(axis=1),
            "scheme_accounts.reserve",
        ),
        share("Public debt", mean(results, "government.debt"), "government.debt"),
    ]


# ------------------------------------------------------------------------- population and labour


def population(results: Results) -> list[Row]:
    """Population by sex and age, its change, and dependency."""
    stock = mean(results, "demography.population")
    middle = mean(results, "demography.population_midyear")
    rows = [heading("Population on 31 December")]
    rows += by_sex("Population", "person", stock.sum(axis=2), "demography.population")
    births = mean(results, "demography.births")
    deaths = mean(results, "demography.deaths").sum(axis=2)
    migrants = mean(results, "demography.net_migration").sum(axis=2)
    rows += [heading("Change over the year")]
    both = [
        line(f"{label}", "person/year", v.sum(axis=1), f"demography.{name}")
        for label, v, name in (
            ("Births", births, "births"),
            ("Deaths", deaths, "deaths"),
            ("Net migration", migrants, "net_migration"),
        )
    ]
    rows += both
    change = births.sum(axis=1) - deaths.sum(axis=1) + migrants.sum(axis=1)
    rows.append(
        line("Change of population", "person/year", change, "demography.population",
             style="total", adds=[both[0], both[2]], less=[both[1]])
    )  # fmt: skip
    rows += [heading("Levels of fertility and mortality")]
    fertility = results.parameters.get("demography.fertility_rate")
    if fertility is not None:
        total = np.broadcast_to(fertility.mean(axis=1).sum(axis=1), (len(results.years),))
        rows.append(
            line("Total fertility rate", "births", total.copy(), "demography.fertility_rate")
        )
    life = mean(results, "demography.life_expectancy")
    rows += [
        line(f"Life expectancy at birth, {sex}", "year", life[:, i], "demography.life_expectancy")
        for i, sex in enumerate(SEXES)
    ]
    groups = {
        "0-19": middle[:, :, :20],
        "20-64": middle[:, :, 20:OLD],
        "65 and over": middle[:, :, OLD:],
    }
    name = "demography.population_midyear"
    rows += [heading("Broad age groups, middle of the year", name)]
    parts = [line(f"Aged {g}", "person", v.sum(axis=(1, 2)), name) for g, v in groups.items()]
    everyone = middle.sum(axis=(1, 2))
    rows += [
        *parts,
        line("All ages", "person", everyone, name, style="total", adds=parts),
        line("of which 80 and over", "person", middle[:, :, VERY_OLD:].sum(axis=(1, 2)), name),
        line("Aged 65 and over, share of all", "percent",
             100 * groups["65 and over"].sum(axis=(1, 2)) / everyone, name),
    ]  # fmt: skip
    rows += [
        heading("Dependency, persons per 100 aged 20-64"),
        ratio_row(results, "Old-age dependency (65 and over)",
                   "indicators.old_age_dependency_ratio"),
        ratio_row(results, "Youth dependency (under 20)", "indicators.youth_dependency_ratio"),
    ]  # fmt: skip
    for i, sex in enumerate(("Women", "Men")):
        rows.append(heading(f"{sex} by five-year age group, 31 December", "demography.population"))
        rows += age_groups(stock[:, i], sex)
    return rows


def age_groups(stock: Array, sex: str) -> list[Row]:
    """Population of one sex by five-year age group and its total."""
    name = "demography.population"
    parts = [line(f"{a}-{b - 1}", "person", stock[:, a:b].sum(axis=1), name) for a, b in AGE_GROUPS]
    parts.append(line("100 and over", "person", stock[:, 100:].sum(axis=1), name))
    return [
        *parts,
        line(f"{sex}, all ages", "person", stock.sum(axis=1), name, style="total", adds=parts),
    ]


def labour(results: Results) -> list[Row]:
    """Participation, employment by status, unemployment, informality and wages by sex."""
    people = mean(results, "demography.population_midyear")
    force = mean(results, "participation.labour_force")
    jobless = mean(results, "labour_market.unemployed")
    work = mean(results, "labour_accounts.employment")
    status = mean(results, "labour_accounts.employment_by_status")
    rows = [
        heading("Participation, 15 and over"),
        *rates_by_sex(results, "Participation rate", "labour_accounts.participation_rate_by_sex"),
        heading(
            "Participation by age group",
            "participation.labour_force", "demography.population_midyear",
        ),
    ]  # fmt: skip
    for i, sex in enumerate(SEXES):
        for a, b in WORK_AGES:
            ages = f"{a}-{b - 1}" if b <= 100 else f"{a} and over"
            rate = 100 * force[:, i, a:b].sum(axis=1) / people[:, i, a:b].sum(axis=1)
            rows.append(
                line(f"{sex.capitalize()} {ages}", "percent", rate, "participation.labour_force")
            )
    rows.append(heading("Labour force"))
    rows += by_sex("Labour force", "person", force.sum(axis=2), "participation.labour_force")
    rows.append(heading("Employment"))
    rows += by_sex("Employment", "person", work.sum(axis=2), "labour_accounts.employment")
    rows += rates_by_sex(results, "Employment rate 15+", "labour_accounts.employment_rate_by_sex")
    rows.append(heading("Unemployment"))
    rows += by_sex("Unemployed", "person", jobless.sum(axis=2), "labour_market.unemployed")
    rows += rates_by_sex(results, "Unemployment rate", "labour_accounts.unemployment_rate_by_sex")
    for label, name in (
        ("Unemployment rate, all", "labour_market.unemployment_rate"),
        ("Equilibrium unemployment rate", "labour_market.equilibrium_unemployment_rate"),
    ):
        rows.append(ratio_row(results, label, name))
    for i, sex in enumerate(("Women", "Men")):
        name = "labour_accounts.employment_by_status"
        rows.append(heading(f"{sex} in employment by status", name))
        parts = [line(words(s), "person", status[:, i, k], name) for k, s in enumerate(STATUSES)]
        total = status[:, i].sum(axis=1)
        rows += [*parts, line(f"{sex}, all", "person", total, name, style="total", adds=parts)]
    rows.append(heading("Formality"))
    rows.append(ratio_row(results, "Formal employment over employment",
                           "labour_market.formal_share"))  # fmt: skip
    rows += rates_by_sex(results, "Informality", "labour_accounts.informality_rate_by_sex")
    wage = mean(results, "labour_accounts.average_wage_by_sex")
    price = tables.price_level(results)
    rows.append(heading("Gross wage per employee"))
    name = "labour_accounts.average_wage_by_sex"
    for i, sex in enumerate(SEXES):
        rows.append(line(f"Wage, {sex}", "LCU/person/year", wage[:, i], name))
    average = mean(results, "labour_market.average_wage")
    rows.append(
        line("Wage, all employees", "LCU/person/year", average, "labour_market.average_wage")
    )
    for i, sex in enumerate(SEXES):
        rows.append(line(f"Real wage, {sex}", "LCU_real/person/year", wage[:, i] / price, name))
    rows.append(line("Growth of the real wage", "percent", tables.growth(average / price),
                     "labour_market.average_wage / prices.consumer_price_index"))  # fmt: skip
    rows.append(ratio_row(results, "Wage gap: one less women's over men's",
                           "labour_accounts.gender_wage_gap"))  # fmt: skip
    if "work_incentives.net_return" in results.variables:
        rows.append(heading("What work pays: left of a gross wage after contributions, income tax "
                            "and lost benefits"))  # fmt: skip
        rows += rates_by_sex(results, "Net return to work", "work_incentives.net_return")
    rows.append(heading("Labour income, employers' charges included"))
    rows += by_sex(
        "Labour income", "LCU/year", mean(results, "labour_accounts.compensation_by_sex"),
        "labour_accounts.compensation_by_sex",
    )  # fmt: skip
    return rows


# --------------------------------------------------------------------------------------- economy


def economy(results: Results) -> list[Row]:
    """National accounts, prices, households, government, debt and net lending by sector."""

    def money(label: str, name: str, unit: str = "LCU/year", **more: Any) -> Row:
        return line(label, unit, mean(results, name), name, **more)

    def demand(suffix: str, government: str, unit: str) -> list[Row]:
        m = "macroeconomy."
        plus = [
            money("Private consumption", f"{m}private_consumption{suffix}", unit),
            money("Government consumption", government, unit),
            money("Gross capital formation", f"{m}investment{suffix}", unit),
            money("Exports", f"{m}exports{suffix}", unit),
        ]
        imports = money("Imports", f"{m}imports{suffix}", unit)
        total = money("Gross domestic product", f"{m}gdp{suffix}", unit, style="total",
                      adds=plus, less=[imports])  # fmt: skip
        return [*plus, imports, total]

    rows = [
        heading("Demand at current prices"),
        *demand("", "government.consumption", "LCU/year"),
        heading(f"Demand at prices of {results.years[0]}"),
        *demand("_real", "macroeconomy.government_consumption_real", "LCU_real/year"),
        heading("Supply"),
        line("Real GDP growth", "percent", tables.real_growth(results), "macroeconomy.gdp_real"),
        money("Potential output", "macroeconomy.potential_gdp_real", "LCU_real/year"),
        ratio_row(results, "Output gap", "macroeconomy.output_gap"),
        money("Capital stock", "macroeconomy.capital_stock", "LCU_real"),
        line(
            "Total factor productivity",
            "index",
            mean(results, "macroeconomy.tfp") / mean(results, "macroeconomy.tfp")[0],
            "macroeconomy.tfp",
        ),
        *(
            [money("Human capital per worker", "human_capital.index", "index")]
            if "human_capital.index" in results.variables
            else []
        ),
        money("Output per person employed", "labour_market.productivity", "LCU_real/person/year"),
        ratio_row(results, "Labour income over GDP at factor cost", "labour_market.labour_share"),
        heading("Prices and interest"),
        ratio_row(results, "Consumer price inflation", "prices.inflation"),
        money("Consumer price index", "prices.consumer_price_index", "index"),
        money("GDP deflator before tax changes", "prices.gdp_deflator", "index"),
        ratio_row(results, "Market interest rate", "macroeconomy.interest_rate"),
        ratio_row(results, "Interest rate on public debt", "government.effective_interest_rate"),
    ]
    paid = [
        money("Taxes on income", "household.income_tax"),
        money("Social contributions of all payers", "household.social_contributions"),
    ]
    got = [
        money("Labour income, employers' charges included", "labour_market.labour_income"),
        money("Property income", "household.property_income"),
        money("Cash benefits of government schemes", "household.cash_benefits"),
        money("Remittances", "household.remittances"),
    ]
    rows += [
        heading("Households"),
        *got,
        *paid,
        money("Disposable income", "household.disposable_income", style="total", adds=got,
              less=paid),
    ]  # fmt: skip
    income = [
        money("Taxes on household income", "household.income_tax"),
        money("Taxes on corporate income", "household.corporate_tax"),
        money("Taxes on products and production", "government.indirect_taxes"),
        money("Contributions to government schemes", "scheme_accounts.public_contributions"),
        money("Schemes' income on assets other than government bonds",
              "scheme_accounts.income_from_firms"),
        money("Other revenue", "government.non_tax_revenue"),
    ]  # fmt: skip
    interest = line(
        "Interest, other than to schemes",
        "LCU/year",
        mean(results, "government.interest") - mean(results, "government.interest_to_schemes"),
        "government.interest less government.interest_to_schemes",
    )
    spending = [
        money("Benefits and administration of schemes", "government.social_spending"),
        money("Consumption that is not social", "government.other_consumption"),
        money("Investment", "government.investment"),
        money("Subsidies", "government.subsidies"),
        money("Other transfers", "government.other_spending"),
        interest,
    ]
    revenue = money("Revenue", "government.revenue", style="subtotal", adds=income)
    cost = money("Expenditure", "government.expenditure", style="subtotal", adds=spending)
    rows += [
        heading("General government, budget and schemes consolidated"),
        *income,
        revenue,
        *spending,
        cost,
        money(
            "Balance of budget and schemes",
            "government.general_balance",
            style="total",
            adds=[revenue],
            less=[cost],
        ),
        heading("Budget and public debt"),
        money("Primary balance of the budget", "government.primary_balance"),
        money("Interest on public debt", "government.interest"),
        money("Balance of the budget", "government.balance"),
        *_debt(results),
    ]
    gdp = mean(results, "macroeconomy.gdp")
    for label, name in (
        ("Public debt over GDP", "government.debt"),
        ("Balance of budget and schemes over GDP", "government.general_balance"),
    ):
        rows.append(line(label, "percent", 100 * mean(results, name) / gdp, name))
    rows += [
        ratio_row(results, "Income tax rate added by the fiscal rule",
                   "fiscal_rule.income_tax_adjustment"),
        ratio_row(results, "Other spending over GDP added by the fiscal rule",
                   "fiscal_rule.spending_adjustment"),
    ]  # fmt: skip
    name = "sector_accounts.net_lending"
    lending = mean(results, name)
    sectors = [
        line(words(s), "LCU/year", lending[:, k], name)
        for k, s in enumerate(results.coords["sector"])
    ]
    rows += [heading("Net lending by sector, which sums to nil", name), *sectors]
    return rows + _abroad(results)


def _debt(results: Results) -> list[Row]:
    """Public debt, by currency where some of it is in foreign currency."""
    label, name = "Public debt, end of the year", "government.debt_by_currency"
    debt = mean(results, "government.debt")
    if name not in results.variables or not mean(results, name)[:, 1:].any():
        return [line(label, "LCU", debt, "government.debt")]
    by_currency = mean(results, name)
    parts = [
        line(f"Public debt in {c} currency", "LCU", by_currency[:, k], name)
        for k, c in enumerate(results.coords["currency"])
    ]
    return [*parts, line(label, "LCU", debt, "government.debt", style="subtotal", adds=parts)]


def _abroad(results: Results) -> list[Row]:
    """Current account by item, assets abroad and the exchange rate."""
    if "external_account.net_foreign_assets" not in results.variables:
        return []
    parts = [
        line(label, "LCU/year", mean(results, name), name)
        for label, name in (
            ("Balance of goods and services", "external_account.goods_and_services"),
            ("Income from abroad, net", "external_account.primary_income"),
            ("Remittances, net", "external_account.remittances"),
        )
    ]
    name = "sector_accounts.current_account"
    total = line("Current account", "LCU/year", mean(results, name), name, style="total",
                 adds=parts)  # fmt: skip
    assets = "external_account.net_foreign_assets"
    over_gdp = (results[assets] / results["macroeconomy.gdp"]).mean(axis=1)
    indices = [
        line(label, "index", mean(results, name), name)
        for label, name in (
            ("Price of foreign currency", "exchange_rate.nominal_index"),
            ("Price of foreign currency beyond the difference of inflation",
             "exchange_rate.real_index"),
        )
    ]  # fmt: skip
    return [
        heading("Rest of the world"),
        *parts,
        total,
        ratio_row(results, "Current account over GDP", "external_account.current_account_ratio"),
        line("Net foreign assets, end of the year", "LCU", mean(results, assets), assets),
        line("Net foreign assets over GDP", "percent", 100 * over_gdp, assets),
        *indices,
        ratio_row(results, "Depreciation: growth of the price of foreign currency",
                  "exchange_rate.depreciation"),
    ]  # fmt: skip


# ------------------------------------------------------------------------ schemes and indicators


def contributions(results: Results) -> list[Row]:
    """Contributors, insured earnings, contributions, rates and cost rates by scheme."""
    payers = results.coords["payer"]
    insurance, schemes = results.coords["insurance"], results.coords["scheme"]
    heads = mean(results, "contributions.contributors").sum(axis=3)
    earnings = mean(results, "contributions.insured_earnings").sum(axis=3)
    revenue = mean(results, "contributions.revenue")
    base = mean(results, "contributions.earnings_by_payer")
    factor = mean(results, "contributions.add_factor")
    level = mean(results, "contributions.earnings_factor")
    in_force = mean(results, "contribution_rules.rate")
    moved = mean(results, "contribution_rules.rate_factor")
    spent = mean(results, "scheme_accounts.expenditure")
    reserve = mean(results, "scheme_accounts.reserve")
    rows: list[Row] = []
    for k, name in enumerate(insurance):
        scheme = results.pack.schemes[str(name)]
        place = schemes.index(name)
        rows.append(heading(scheme.title))
        rows += by_sex("Contributors", "person", heads[:, k], "contributions.contributors")
        rows += by_sex(
            "Insured earnings", "LCU/year", earnings[:, k], "contributions.insured_earnings"
        )
        parts = [
            line(words(p), "LCU/year", revenue[:, k, i], "contributions.revenue")
            for i, p in enumerate(payers)
            if revenue[:, k, i].any()
        ]
        rows += parts
        rows.append(
            line("Contributions", "LCU/year", revenue[:, k].sum(axis=1), "contributions.revenue",
                 style="subtotal", adds=parts)
        )  # fmt: skip
        rates = in_force[:, k]
        used = [i for i in range(len(payers)) if rates[:, i].any()]
        shown = [
            line(f"Rate of {tables.PAYERS.get(str(payers[i]), words(payers[i]))}", "percent",
                 100 * rates[:, i], "contribution_rules.rate", number="0.00")
            for i in used
        ]  # fmt: skip
        rows += shown
        if np.any(moved[:, k] != 1.0):
            rows.append(line("Rates over those of the pack, moved by fiscal closure F3", "1",
                             moved[:, k], "contribution_rules.rate_factor"))  # fmt: skip
        for i in used:
            payer = tables.PAYERS.get(str(payers[i]), words(payers[i]))
            rows.append(
                line(f"Insured earnings, {payer}", "LCU/year", base[:, k, i],
                     "contributions.earnings_by_payer")
            )  # fmt: skip
            rows.append(
                line(f"Add-factor, {payer}", "index", factor[:, k, i], "contributions.add_factor")
            )
        rows += [
            line("Members' earnings over those of the employed", "index", level[:, k],
                 "contributions.earnings_factor"),
            line("Expenditure", "LCU/year", spent[:, place], "scheme_accounts.expenditure"),
            _one(results, "Cost rate (pay-as-you-go): expenditure over insured earnings",
                 "indicators.payg_cost_rate", k),
            _one(results, "Recipients per 100 contributors",
                 "indicators.contributor_dependency_ratio", k),
            _one(results, "Spending per recipient over insured earnings per contributor",
                 "indicators.benefit_ratio", k),
            _one(results, "Contributors over employment", "indicators.contributor_coverage", k),
        ]  # fmt: skip
        if reserve[:, place].any():
            ratio = mean(results, "indicators.reserve_ratio")[:, place]
            rows += [
                line("Reserve", "LCU", reserve[:, place], "scheme_accounts.reserve"),
                line(
                    "Reserve at the start of the year over expenditure",
                    "year",
                    ratio,
                    "indicators.reserve_ratio",
                ),
            ]
    return rows + _funds(results)


def fund_cost_rates(results: Results) -> dict[str, Array]:
    """Expenditure of an institution's contributory schemes over its widest insured earnings.

    Branches of one fund share their contributors, so the rates of branches on the widest base add
    up to what the whole fund costs. Government institutions only, the largest first.
    """
    earnings = mean(results, "contributions.insured_earnings_total")
    spent = mean(results, "scheme_accounts.expenditure")
    insurance, schemes = results.coords["insurance"], results.coords["scheme"]
    found: dict[str, tuple[float, Array]] = {}
    for institution, places in tables.institutions(results).items():
        mine = [
            p for p in places
            if schemes[p] in insurance
            and results.pack.schemes[str(schemes[p])].sector == "government"
        ]  # fmt: skip
        if mine:
            base = np.max([earnings[:, insurance.index(schemes[p])] for p in mine], axis=0)
            cost = spent[:, mine].sum(axis=1)
            found[institution] = (-float(cost[0]), 100 * tables.ratio(cost, base))
    return {name: rate for name, (_, rate) in sorted(found.items(), key=lambda x: x[1][0])}


def _funds(results: Results) -> list[Row]:
    rows = [
        line(fund, "percent", rate,
             "scheme_accounts.expenditure / contributions.insured_earnings_total", number="0.00")
        for fund, rate in fund_cost_rates(results).items()
    ]  # fmt: skip
    if not rows:
        return []
    title = "Cost rate of whole funds: expenditure of all branches over the widest insured earnings"
    return [heading(title), *rows]


def indicators(results: Results) -> list[Row]:
    """Every variable of the indicators module, ratios in percent."""
    rows: list[Row] = []
    titles = {name: s.title for name, s in tables.schemes(results).items()}
    plain: list[Row] = []
    for name, var in results.variables.items():
        if not name.startswith("indicators."):
            continue
        factor, unit = (100.0, "percent") if var.unit == "1" else (1.0, var.unit)
        values = factor * mean(results, name)
        label = var.doc.rstrip(".")
        if not var.dims:
            plain.append(line(label, unit, values, name))
            continue
        members = [titles.get(str(c), words(c)) for c in results.coords[var.dims[0]]]
        shown = [
            line(m, unit, values[:, k], name)
            for k, m in enumerate(members)
            if values[:, k].any() or var.dims[0] == "sex"
        ]
        rows += [heading(label, name), *shown]
    return [heading("Single indicators"), *plain, *rows]


def women_and_men(results: Results) -> list[Row]:
    """T8, then life expectancy, work, pay and every function by sex."""
    rows = [row for _, row in rows_of(tables.women_and_men(results, results.years))]
    rows.append(heading("Life and work"))
    life = mean(results, "demography.life_expectancy")
    rows += [
        line(f"Life expectancy at birth, {sex}", "year", life[:, i], "demography.life_expectancy")
        for i, sex in enumerate(SEXES)
    ]
    for label, name in (
        ("Participation rate 15+", "labour_accounts.participation_rate_by_sex"),
        ("Employment rate 15+", "labour_accounts.employment_rate_by_sex"),
        ("Unemployment rate", "labour_accounts.unemployment_rate_by_sex"),
    ):
        rows += rates_by_sex(results, label, name)
    wage = mean(results, "labour_accounts.average_wage_by_sex")
    rows += [
        line(f"Gross wage per employee, {sex}", "LCU/person/year", wage[:, i],
             "labour_accounts.average_wage_by_sex")
        for i, sex in enumerate(SEXES)
    ]  # fmt: skip
    pairs = rows_of(
        tables.t4_by_function(results, results.years),
        heading=lambda a: a[0],
        item=lambda a: f"{a[1]}, {a[2].lower()}",
    )
    found = {tuple(a): row for a, row in pairs if a}
    for (function, item, sex), row in found.items():
        if item == "Recipients":
            row.variable = "social_accounts.recipients_by_function"
        elif item == "Benefit expenditure":
            row.variable = "social_accounts.expenditure_by_function"
        if sex == "Both" and item in ("Recipients", "Benefit expenditure"):
            row.adds = [found[function, item, s] for s in ("Women", "Men")]
    return rows + [row for _, row in pairs]


def changed(results: Results, baseline: Results) -> list[Row]:
    """T10: the run less its baseline."""
    return [row for _, row in rows_of(tables.differences(results, baseline, results.years))]


def key_figures(results: Results) -> list[Row]:
    """T0: the country at a glance."""
    return [row for _, row in rows_of(tables.key_indicators(results, results.years))]


# ---------------------------------------------------------------------------------------- pieces


def _whole_first(rows: list[Row]) -> list[Row]:
    """The section of all institutions before those of each."""
    starts = [i for i, r in enumerate(rows) if r.style == "heading"] + [len(rows)]
    sections = [rows[a:b] for a, b in itertools.pairwise(starts)]
    first = [s for s in sections if s[0].label == "All institutions"]
    return [r for s in [*first, *(s for s in sections if s not in first)] for r in s]


def by_sex(label: str, unit: str, values: Array, name: str) -> list[Row]:
    """Women, men and their total from ``values[year, sex]``."""
    parts = [line(f"{label}, {sex}", unit, values[:, i], name) for i, sex in enumerate(SEXES)]
    total = line(f"{label}, all", unit, values.sum(axis=1), name, style="subtotal", adds=parts)
    return [*parts, total]


def rates_by_sex(results: Results, label: str, name: str) -> list[Row]:
    """A share of women and of men, in percent."""
    values = 100 * mean(results, name)
    return [line(f"{label}, {sex}", "percent", values[:, i], name) for i, sex in enumerate(SEXES)]


def ratio_row(results: Results, label: str, name: str) -> Row:
    """A share, in percent."""
    return line(label, "percent", 100 * mean(results, name), name)


def _one(results: Results, label: str, name: str, place: int) -> Row:
    return line(label, "percent", 100 * mean(results, name)[:, place], name, number="0.00")
