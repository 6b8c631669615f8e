"""Results as small tables: T1-T6 of the social budget, indicators, register, provenance.

Pure functions from `Results` to data, shared by the HTML report and the workbook. A `Table` holds
plain numbers in the unit of each row, never text formatted for one of the two.

With several draws every table shows the mean over draws, because means add up to the totals and
medians do not. Money over GDP is then mean money over mean GDP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from socialbudget.closures import FISCAL, MACRO
from socialbudget.contract import Array, Param
from socialbudget.dims import FUNCTIONS, SOURCES
from socialbudget.pack import FLAGS, SchemeInstance
from socialbudget.results import Results

ADULT = 15
MILESTONES = (2050, 2075, 2100)
MONEY = ("LCU/year", "LCU")
"""Units of money sums, which can be shown over GDP or at base-year prices."""

LABELS = {
    "health_care": "Health care",
    "old_age": "Old age",
    "employment_injury": "Employment injury",
    "family": "Family and children",
    "long_term_care": "Long-term care",
    "social_assistance": "Social assistance",
    "employer": "Employers' contributions",
    "employee": "Employees' contributions",
    "self_employed": "Contributions of the self-employed",
    "premiums": "Premiums of protected persons",
    "general_revenue": "General revenue",
    "earmarked_tax": "Earmarked taxes",
    "property_income": "Property income",
    "transfer_in": "Transfers from other schemes",
    "other": "Private premiums and other receipts",
    "female": "Women",
    "male": "Men",
    "formal_employee": "Formal employees",
    "informal_employee": "Informal employees",
    "formal_self_employed": "Formal self-employed",
    "informal_self_employed": "Informal self-employed",
    "contributing_family_worker": "Contributing family workers",
    "earnings_related_pension": "Earnings-related pension",
    "means_tested_benefit": "Means-tested benefit",
    "labour_market_programme": "Labour-market programme",
}
PAYERS = {
    "employer": "employers",
    "employee": "employees",
    "self_employed": "the self-employed",
}

PROFILE_PARAMETERS = (
    "recipient_rate",
    "cost_profile",
    "covered_share",
    "dependency_rate",
    "recipient_share",
    "injury_rate",
    "compensated_days",
    "insured_share",
    "recipients_per_unemployed",
    "participants_per_unemployed",
    "pensioners",
    "invalidity_rate",
    "retirement_probability",
)
"""Scheme parameters that say who receives a benefit (by age and sex, or per unemployed)."""

SCHEME_PARAMETERS = (
    "contribution_rate",
    "earnings_ceiling",
    "coverage_rate",
    "compliance_rate",
    "pensionable_age",
    "accrual_rate",
    "benefit_amount",
    "average_pension",
    "replacement_rate",
    "benefit_weeks",
    "unit_cost",
    "price_indexation_share",
    "income_elasticity",
    "technology_growth",
    "wage_share",
    "healthy_ageing_share",
    "administration_share",
    "state_share",
    "reserve",
    "reserve_return",
    "base_expenditure",
    *PROFILE_PARAMETERS,
)
"""Scheme parameters shown in the list of assumptions."""

SMALL_DIMS = ("sex", "payer", "function", "pension_type")


@dataclass(frozen=True)
class Table:
    """Rows of figures by year.

    Attributes
    ----------
    code, title, note : str
        ``T1`` ... and what stands above and below the table.
    labels : tuple of str
        Names of the leading text columns of `frame`.
    frame : DataFrame
        Columns: the labels, ``unit`` (``"LCU/year"``, ``"person"``, ``"percent"`` ...), ``row``
        (``detail``, ``subtotal``, ``total`` or ``memo``) and one per year (int). Values are plain
        numbers in the row's unit; NaN where a figure does not exist.
    """

    code: str
    title: str
    labels: tuple[str, ...]
    frame: pd.DataFrame
    note: str = ""

    @property
    def years(self) -> list[int]:
        columns: list[Any] = list(self.frame.columns)
        return [c for c in columns if isinstance(c, int)]

    def percent_of_gdp(self, results: Results) -> Table:
        """The same with money sums over the GDP of their year; other rows stay."""
        gdp = at(results, mean(results, "macroeconomy.gdp"), self.years)
        return self._converted(100.0 / gdp, MONEY, "percent of GDP")

    def at_base_year_prices(self, results: Results) -> Table:
        """The same with money sums at consumer prices of the base year; other rows stay."""
        price = at(results, price_level(results), self.years)
        frame = self._converted(1.0 / price, ("LCU/year",), "LCU_real/year")
        return frame._converted(1.0 / price, ("LCU",), "LCU_real")

    def _converted(self, factor: Array, units: Sequence[str], unit: str) -> Table:
        frame = self.frame.copy()
        money = frame["unit"].isin(units).to_numpy()
        values = np.array(frame[self.years], dtype=float)
        values[money] *= factor
        frame[self.years] = values
        frame.loc[money, "unit"] = unit
        return replace(self, frame=frame)


class _Rows:
    """Collects the rows of a table; `add` takes one value per year of the run."""

    def __init__(self, results: Results, years: Sequence[int], *labels: str):
        self.results, self.years, self.labels = results, list(years), labels
        self._rows: list[dict[Any, Any]] = []

    def add(
        self, *labels: str, unit: str, values: Array, row: str = "detail", skip_zero: bool = False
    ) -> None:
        chosen = at(self.results, values, self.years)
        if skip_zero and not np.any(chosen):
            return
        self._rows.append(
            {
                **dict(zip(self.labels, labels, strict=True)),
                "unit": unit,
                "row": row,
                **dict(zip(self.years, chosen.tolist(), strict=True)),
            }
        )

    def table(self, code: str, title: str, note: str = "") -> Table:
        columns: list[Any] = [*self.labels, "unit", "row", *self.years]
        return Table(code, title, self.labels, pd.DataFrame(self._rows, columns=columns), note)


# ------------------------------------------------------------------------------------- helpers


def words(code: object) -> str:
    """A code in words: ``health_care`` becomes "Health care"."""
    text = str(code)
    return LABELS.get(text) or text.replace("_", " ").strip().capitalize()


def report_years(results: Results) -> list[int]:
    """Base year, five and ten years on, 2050, 2075, 2100 as far as projected, and the last year."""
    base, last = results.years[0], results.years[-1]
    wanted = {base, base + 5, base + 10, *MILESTONES, last}
    return sorted(y for y in wanted if base <= y <= last)


def mean(results: Results, name: str) -> Array:
    """Mean over draws, ``float64[year, *dims]``, in the unit of the variable."""
    array = results[name]
    return array[:, 0] if array.shape[1] == 1 else array.mean(axis=1)


def at(results: Results, values: Array, years: Iterable[int]) -> Array:
    """The rows of ``values[year, ...]`` of some years."""
    first = results.years[0]
    return values[[y - first for y in years]]


def ratio(a: Array, b: Array) -> Array:
    """Quotient, NaN where the denominator is 0."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    return np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0.0)


def price_level(results: Results) -> Array:
    """Consumer price index, base year 1, ``float64[year]``."""
    index = mean(results, "prices.consumer_price_index")
    return index / index[0]


def growth(values: Array) -> Array:
    """Growth in percent over the year before, ``float64[year]``; NaN in the base year."""
    out = np.full(values.shape, np.nan)
    out[1:] = 100.0 * (values[1:] / values[:-1] - 1.0)
    return out


def real_growth(results: Results, name: str = "macroeconomy.gdp_real") -> Array:
    """Growth of a variable in percent, mean over draws of the growth in each."""
    array = results[name]
    out = np.full(array.shape[0], np.nan)
    out[1:] = 100.0 * (array[1:] / array[:-1] - 1.0).mean(axis=1)
    return out


def schemes(results: Results) -> dict[str, SchemeInstance]:
    """Scheme instances in the order of the `scheme` dimension."""
    known = results.pack.schemes
    return {str(name): known[str(name)] for name in results.coords["scheme"]}


def institutions(results: Results) -> dict[str, list[int]]:
    """Places of an institution's schemes along the `scheme` dimension."""
    found: dict[str, list[int]] = {}
    for i, instance in enumerate(schemes(results).values()):
        found.setdefault(instance.institution, []).append(i)
    return found


def closures(results: Results) -> dict[str, tuple[str, str]]:
    """Macro and fiscal closure in force: ``{"macro": (code, words), "fiscal": ...}``."""
    found = {}
    for key, path, names in (
        ("macro", "macroeconomy.closure", MACRO),
        ("fiscal", "government.fiscal_closure", FISCAL),
    ):
        values = results.parameters.get(path)
        if values is None:
            continue
        projected = values[1:] if len(values) > 1 else values  # the base year is data
        codes = list(dict.fromkeys(round(float(v)) for v in projected[:, 0].ravel()))
        parts = [names.get(c, (str(c), "unknown")) for c in codes]
        found[key] = (", then ".join(p[0] for p in parts), "; then ".join(p[1] for p in parts))
    return found


# --------------------------------------------------------------------------------------- T1-T6


def t1_receipts(results: Results, years: Sequence[int] | None = None) -> Table:
    """T1: receipts by institution and source, LCU a year.

    The total is consolidated: transfers between schemes are taken out once.
    """
    receipts = mean(results, "scheme_accounts.receipts")
    rows = _Rows(results, years or report_years(results), "institution", "source")
    for institution, places in institutions(results).items():
        part = receipts[:, places].sum(axis=1)
        for k, source in enumerate(SOURCES):
            rows.add(institution, words(source), unit="LCU/year", values=part[:, k], skip_zero=True)
        rows.add(
            institution, "All sources", unit="LCU/year", values=part.sum(axis=1), row="subtotal"
        )
    _by_source(rows, receipts)
    return rows.table(
        "T1",
        "Receipts by source and institution",
        "Transfers between schemes count as receipts of an institution and are taken out of the "
        "total.",
    )


def t1_by_source(results: Results, years: Sequence[int] | None = None) -> Table:
    """T1 in short: receipts by source over all institutions."""
    rows = _Rows(results, years or report_years(results), "institution", "source")
    _by_source(rows, mean(results, "scheme_accounts.receipts"))
    return rows.table("T1", "Receipts by source, all institutions")


def _by_source(rows: _Rows, receipts: Array) -> None:
    whole = receipts.sum(axis=1)
    moved = whole[:, SOURCES.index("transfer_in")]
    for k, source in enumerate(SOURCES):
        if source != "transfer_in":
            rows.add(
                "All institutions",
                words(source),
                unit="LCU/year",
                values=whole[:, k],
                row="memo",
                skip_zero=True,
            )
    rows.add(
        "All institutions",
        "Total receipts",
        unit="LCU/year",
        values=whole.sum(axis=1) - moved,
        row="total",
    )


def t2_expenditure(results: Results, years: Sequence[int] | None = None) -> Table:
    """T2: expenditure by institution and function, LCU a year.

    The total is consolidated: transfers between schemes are taken out.
    """
    by_function = mean(results, "social_accounts.scheme_expenditure_by_function")
    administration = mean(results, "scheme_accounts.administration")
    out = mean(results, "scheme_accounts.transfer_out")
    rows = _Rows(results, years or report_years(results), "institution", "function")
    for institution, places in institutions(results).items():
        part = by_function[:, places].sum(axis=1)
        extra = {
            "Administration": administration[:, places].sum(axis=1),
            "Transfers to other schemes": out[:, places].sum(axis=1),
        }
        for k, function in enumerate(FUNCTIONS):
            rows.add(
                institution, words(function), unit="LCU/year", values=part[:, k], skip_zero=True
            )
        for label, values in extra.items():
            rows.add(institution, label, unit="LCU/year", values=values, skip_zero=True)
        rows.add(
            institution,
            "All functions",
            unit="LCU/year",
            values=part.sum(axis=1) + sum(extra.values()),
            row="subtotal",
        )
    _by_function(rows, by_function, administration)
    return rows.table(
        "T2",
        "Expenditure by function and institution",
        "Transfers between schemes count as expenditure of an institution and are taken out of "
        "the total.",
    )


def t2_by_function(results: Results, years: Sequence[int] | None = None) -> Table:
    """T2 in short: expenditure by function over all institutions."""
    rows = _Rows(results, years or report_years(results), "institution", "function")
    _by_function(
        rows,
        mean(results, "social_accounts.scheme_expenditure_by_function"),
        mean(results, "scheme_accounts.administration"),
    )
    return rows.table("T2", "Expenditure by function, all institutions")


def _by_function(rows: _Rows, by_function: Array, administration: Array) -> None:
    whole, admin = by_function.sum(axis=1), administration.sum(axis=1)
    for k, function in enumerate(FUNCTIONS):
        rows.add(
            "All institutions",
            words(function),
            unit="LCU/year",
            values=whole[:, k],
            row="memo",
            skip_zero=True,
        )
    rows.add("All institutions", "Administration", unit="LCU/year", values=admin, row="memo")
    rows.add(
        "All institutions",
        "Total expenditure",
        unit="LCU/year",
        values=whole.sum(axis=1) + admin,
        row="total",
    )


def t3_balance(results: Results, years: Sequence[int] | None = None) -> Table:
    """T3: receipts, expenditure, balance, deficit cover and reserve by institution."""
    data = {
        "Receipts": mean(results, "scheme_accounts.receipts").sum(axis=2),
        "Expenditure": mean(results, "scheme_accounts.expenditure"),
        "Balance": mean(results, "scheme_accounts.balance"),
        "of receipts: deficit cover by the state": mean(results, "scheme_accounts.deficit_cover"),
        "Reserve at the end of the year": mean(results, "scheme_accounts.reserve"),
    }
    out = mean(results, "scheme_accounts.transfer_out").sum(axis=1)
    rows = _Rows(results, years or report_years(results), "institution", "item")
    everywhere = list(range(data["Expenditure"].shape[1]))
    groups: dict[str, list[int]] = {**institutions(results), "All institutions": everywhere}
    for institution, places in groups.items():
        last = institution == "All institutions"
        for item, values in data.items():
            part = values[:, places].sum(axis=1)
            if last and item in ("Receipts", "Expenditure"):
                part = part - out
            reserve = item.startswith("Reserve")
            rows.add(
                institution,
                item,
                unit="LCU" if reserve else "LCU/year",
                values=part,
                row="total" if last else "subtotal" if item == "Balance" else "detail",
                skip_zero=item.startswith(("of", "Reserve")) and not last,
            )
    return rows.table(
        "T3",
        "Balance and reserves",
        "The balance is receipts less expenditure; a reserve changes by the balance. Deficit cover "
        "is what the state pays where a scheme's own receipts and reserve do not suffice.",
    )


def t4_benefits(results: Results, years: Sequence[int] | None = None) -> Table:
    """T4: recipients, expenditure and mean benefit of every scheme, by function and sex."""
    rows = _Rows(results, years or report_years(results), "scheme", "function", "item", "sex")
    for name, instance in schemes(results).items():
        people = mean(results, f"{name}.recipients")
        money = mean(results, f"{name}.benefit_expenditure")
        for k, function in enumerate(FUNCTIONS):
            if np.any(people[:, k]) or np.any(money[:, k]):
                _benefit_rows(rows, (instance.title, words(function)), people[:, k], money[:, k])
    return rows.table("T4", "Benefits, recipients and mean benefit by scheme", _T4_NOTE)


def t4_by_function(results: Results, years: Sequence[int] | None = None) -> Table:
    """T4 in short: recipients, expenditure and mean benefit by function and sex."""
    people = mean(results, "social_accounts.recipients_by_function")
    money = mean(results, "social_accounts.expenditure_by_function")
    rows = _Rows(results, years or report_years(results), "function", "item", "sex")
    for k, function in enumerate(FUNCTIONS):
        if np.any(people[:, k]) or np.any(money[:, k]):
            _benefit_rows(rows, (words(function),), people[:, k], money[:, k])
    return rows.table("T4", "Benefits, recipients and mean benefit by function", _T4_NOTE)


_T4_NOTE = (
    "Recipients are the average of the year; a person with two benefits counts twice, and in "
    "health care everyone counts whom a scheme covers. Women and men include girls and boys. The "
    "mean benefit is benefit expenditure per recipient and year."
)


def _benefit_rows(rows: _Rows, labels: tuple[str, ...], people: Array, money: Array) -> None:
    price = price_level(rows.results)
    for sexes, label in ((slice(0, 1), "Women"), (slice(1, 2), "Men"), (slice(0, 2), "Both")):
        p, m = people[:, sexes].sum(axis=1), money[:, sexes].sum(axis=1)
        row = "subtotal" if label == "Both" else "detail"
        each = ratio(m, p)
        rows.add(*labels, "Recipients", label, unit="person", values=p, row=row)
        rows.add(*labels, "Benefit expenditure", label, unit="LCU/year", values=m, row=row)
        rows.add(*labels, "Mean benefit", label, unit="LCU/person/year", values=each, row=row)
        rows.add(
            *labels,
            "Mean benefit at base-year prices",
            label,
            unit="LCU_real/person/year",
            values=each / price,
            row=row,
        )


def t5_budget_link(results: Results, years: Sequence[int] | None = None) -> Table:
    """T5: what the state budget pays to the schemes of each institution.

    The last rows tie it to the government account: the total is the entry of the budget.
    """
    receipts = mean(results, "scheme_accounts.receipts")
    cover = mean(results, "scheme_accounts.deficit_cover")
    public = np.array([s.sector == "government" for s in schemes(results).values()], dtype=float)
    general = receipts[:, :, SOURCES.index("general_revenue")] * public
    data = {
        "State contribution by rule": general - cover,
        "Deficit cover": cover,
        "Earmarked taxes": receipts[:, :, SOURCES.index("earmarked_tax")] * public,
    }
    rows = _Rows(results, years or report_years(results), "institution", "item")
    for institution, places in institutions(results).items():
        part = {k: v[:, places].sum(axis=1) for k, v in data.items()}
        if not any(np.any(v) for v in part.values()):
            continue
        for item, values in part.items():
            rows.add(institution, item, unit="LCU/year", values=values, skip_zero=True)
        rows.add(
            institution,
            "Payments of the budget",
            unit="LCU/year",
            values=sum(part.values()),
            row="subtotal",
        )
    for item, values in data.items():
        rows.add("All institutions", item, unit="LCU/year", values=values.sum(axis=1), row="memo")
    total = np.sum([v.sum(axis=1) for v in data.values()], axis=0)
    spending = mean(results, "government.expenditure")
    rows.add("All institutions", "Payments of the budget", unit="LCU/year", values=total,
             row="total")  # fmt: skip
    rows.add(
        "Government account",
        "Government expenditure, consolidated",
        unit="LCU/year",
        values=spending,
        row="memo",
    )
    rows.add(
        "Government account",
        "Payments to schemes over government expenditure",
        unit="percent",
        values=100.0 * ratio(total, spending),
        row="memo",
    )
    rows.add(
        "Government account",
        "Interest paid to schemes on government bonds",
        unit="LCU/year",
        values=mean(results, "scheme_accounts.interest_from_budget"),
        row="memo",
    )
    return rows.table(
        "T5",
        "Link to the state budget",
        "State contribution by rule: the share of a scheme's expenditure that the state pays by "
        "law. Deficit cover: what it pays beyond, where receipts and reserve do not suffice.",
    )


def t6_ratios(results: Results, years: Sequence[int] | None = None) -> Table:
    """T6: social expenditure over GDP, over government spending, and per inhabitant."""
    gdp = mean(results, "macroeconomy.gdp")
    spending = mean(results, "government.expenditure")
    total = mean(results, "social_accounts.expenditure")
    public = mean(results, "government.social_spending")
    function = mean(results, "social_accounts.expenditure_by_function").sum(axis=2)
    admin = mean(results, "social_accounts.administration")
    people = mean(results, "demography.population_midyear").sum(axis=(1, 2))
    rows = _Rows(results, years or report_years(results), "measure", "item")
    over = "Percent of GDP"
    for k, f in enumerate(FUNCTIONS):
        rows.add(
            over, words(f), unit="percent of GDP", values=100 * function[:, k] / gdp, skip_zero=True
        )
    rows.add(over, "Administration", unit="percent of GDP", values=100 * admin / gdp)
    rows.add(over, "All functions", unit="percent of GDP", values=100 * total / gdp, row="total")
    rows.add(
        over,
        "of which government schemes",
        unit="percent of GDP",
        values=100 * public / gdp,
        row="memo",
    )
    rows.add(
        over,
        "of which private schemes",
        unit="percent of GDP",
        values=100 * (total - public) / gdp,
        row="memo",
    )
    rows.add(
        "Percent of government spending",
        "Government schemes",
        unit="percent",
        values=100 * ratio(public, spending),
        row="total",
    )
    rows.add(
        "Per inhabitant and year",
        "All schemes, nominal",
        unit="LCU/person/year",
        values=total / people,
        row="detail",
    )
    rows.add(
        "Per inhabitant and year",
        "All schemes, at base-year prices",
        unit="LCU_real/person/year",
        values=total / people / price_level(results),
        row="total",
    )
    rows.add(
        "Per inhabitant and year",
        "All schemes, over GDP per inhabitant",
        unit="percent",
        values=100 * total / gdp,
        row="memo",
    )
    return rows.table("T6", "Social expenditure over GDP, government spending and population")


def key_indicators(results: Results, years: Sequence[int] | None = None) -> Table:
    """Population, labour market, economy and budget at a glance."""
    rows = _Rows(results, years or report_years(results), "subject", "item")
    gdp = mean(results, "macroeconomy.gdp")
    population = mean(results, "demography.population_midyear")
    people = population.sum(axis=(1, 2))

    def percent(subject: str, item: str, name: str, place: Any = ..., scale: float = 100.0) -> None:
        rows.add(subject, item, unit="percent", values=scale * mean(results, name)[:, place])

    s = "Population"
    rows.add(s, "Population, middle of the year", unit="person", values=people)
    rows.add(
        s, "Women", unit="percent", values=100 * population[:, 0].sum(axis=1) / people
    )  # fmt: skip
    rows.add(
        s,
        "Aged 65 and over",
        unit="percent",
        values=100 * population[:, :, 65:].sum(axis=(1, 2)) / people,
    )
    percent(s, "Old-age dependency ratio (65+ over 20-64)", "indicators.old_age_dependency_ratio")
    percent(s, "Youth dependency ratio (0-19 over 20-64)", "indicators.youth_dependency_ratio")
    life = mean(results, "demography.life_expectancy")
    rows.add(s, "Life expectancy at birth, women", unit="year", values=life[:, 0])
    rows.add(s, "Life expectancy at birth, men", unit="year", values=life[:, 1])
    s = "Labour market"
    rows.add(s, "Employment", unit="person", values=mean(results, "labour_market.total_employment"))
    percent(s, "Unemployment rate", "labour_market.unemployment_rate")
    for i, sex in enumerate(("women", "men")):
        percent(s, f"Participation rate, {sex} 15+", "labour_accounts.participation_rate_by_sex", i)
    for i, sex in enumerate(("women", "men")):
        percent(s, f"Employment rate, {sex} 15+", "labour_accounts.employment_rate_by_sex", i)
    percent(s, "Formal employment over employment", "labour_market.formal_share")
    s = "Economy"
    rows.add(
        s,
        "GDP at base-year prices",
        unit="LCU_real/year",
        values=mean(results, "macroeconomy.gdp_real"),
    )
    rows.add(s, "Real GDP growth", unit="percent", values=real_growth(results))
    percent(s, "Consumer price inflation", "prices.inflation")
    rows.add(
        s,
        "GDP per inhabitant at base-year prices",
        unit="LCU_real/person/year",
        values=mean(results, "macroeconomy.gdp_real") / people,
    )
    rows.add(
        s,
        "Average wage at base-year prices",
        unit="LCU_real/person/year",
        values=mean(results, "labour_market.average_wage") / price_level(results),
    )
    rows.add(
        s,
        "Public debt over GDP",
        unit="percent",
        values=100 * mean(results, "government.debt") / gdp,
    )
    for label, unit, name in (
        (
            "Income tax rate, added by the fiscal rule",
            "points",
            "fiscal_rule.income_tax_adjustment",
        ),
        ("Other spending, added by the fiscal rule", "percent", "fiscal_rule.spending_adjustment"),
    ):
        change = 100 * mean(results, name)
        if change.any():
            rows.add(s, label, unit=unit, values=change)
    rows.add(
        s,
        "Government balance over GDP",
        unit="percent",
        values=100
        * (mean(results, "government.revenue") - mean(results, "government.expenditure"))
        / gdp,
    )
    s = "Social budget"
    for item, name in (
        ("Social expenditure over GDP", "social_accounts.expenditure"),
        ("of which government schemes", "government.social_spending"),
        ("Receipts over GDP", "social_accounts.receipts"),
        ("Balance over GDP", "social_accounts.balance"),
    ):
        rows.add(s, item, unit="percent", values=100 * mean(results, name) / gdp)
    rows.add(
        s,
        "Reserves over GDP",
        unit="percent",
        values=100 * mean(results, "scheme_accounts.reserve").sum(axis=1) / gdp,
    )
    old = FUNCTIONS.index("old_age")
    rows.add(
        s,
        "Old-age benefits in payment",
        unit="person",
        values=mean(results, "social_accounts.recipients_by_function")[:, old].sum(axis=1),
    )
    return rows.table("T0", "Key indicators")


def women_and_men(results: Results, years: Sequence[int] | None = None) -> Table:
    """T8: recipients, benefits and gaps between women and men."""
    rows = _Rows(results, years or report_years(results), "subject", "item")
    people = mean(results, "social_accounts.recipients_by_function")
    money = mean(results, "social_accounts.expenditure_by_function")
    rows.add(
        "All functions",
        "Women's share of benefit expenditure",
        unit="percent",
        values=100 * ratio(money[:, :, 0].sum(axis=1), money.sum(axis=(1, 2))),
        row="total",
    )
    for k, f in enumerate(FUNCTIONS):
        if np.any(people[:, k]):
            rows.add(
                "Women's share of recipients",
                words(f),
                unit="percent",
                values=100 * ratio(people[:, k, 0], people[:, k].sum(axis=1)),
            )
    gap = "Gap: one less women's over men's"
    for item, name in (
        ("Wage per employee", "indicators.gender_gap_wage"),
        ("Old-age benefit per recipient", "indicators.gender_gap_old_age_benefit"),
    ):
        rows.add(gap, item, unit="percent", values=100 * mean(results, name))
    rows.add(
        "Difference: men's less women's",
        "Employment rate",
        unit="points",
        values=100 * mean(results, "indicators.gender_gap_employment"),
    )
    for i, sex in enumerate(("Women", "Men")):
        rows.add(
            "Old-age benefit over the average wage",
            sex,
            unit="percent",
            values=100 * mean(results, "indicators.old_age_benefit_ratio")[:, i],
        )
    for i, sex in enumerate(("Women", "Men")):
        rows.add(
            "Informal employment over employment",
            sex,
            unit="percent",
            values=100 * mean(results, "labour_accounts.informality_rate_by_sex")[:, i],
        )
    return rows.table("T8", "Women and men")


def paid_hours(results: Results) -> Array:
    """Paid work per person aged 15 and over: ``float64[year, draw, sex]``, hours a day."""
    people = results["employment_structure.employment_by_activity"].sum(axis=3)
    adults = results["demography.population_midyear"][..., ADULT:].sum(axis=3)
    week: Array = people * results["employment_structure.hours_by_sex"] / adults
    return week / 7.0


def drivers(results: Results, last: int | None = None) -> pd.DataFrame:
    """Why expenditure over GDP changes, by function, exact (logarithmic-mean weights, method 5.4).

    A function's expenditure over GDP is recipients per inhabitant times mean benefit over GDP per
    inhabitant. Columns: function, before, after, change, recipients, benefit (points of GDP; the
    last two add up to the change), and both factors of the first and of the last year.
    """
    years = [results.years[0], last or results.years[-1]]
    people = at(results, mean(results, "social_accounts.recipients_by_function"), years).sum(axis=2)
    money = at(results, mean(results, "social_accounts.expenditure_by_function"), years).sum(axis=2)
    gdp = at(results, mean(results, "macroeconomy.gdp"), years)
    population = at(
        results, mean(results, "demography.population_midyear"), years
    ).sum(axis=(1, 2))  # fmt: skip
    found = []
    for k, f in enumerate(FUNCTIONS):
        if not (np.all(people[:, k] > 0) and np.all(money[:, k] > 0)):
            continue
        share = 100.0 * money[:, k] / gdp
        coverage = people[:, k] / population
        benefit = (money[:, k] / people[:, k]) / (gdp / population)
        change = share[1] - share[0]
        log = np.log(share[1] / share[0])
        weight = change / log if abs(log) > 1e-12 else share[0]
        found.append(
            {
                "function": words(f),
                "before": share[0],
                "after": share[1],
                "change": change,
                "recipients": weight * np.log(coverage[1] / coverage[0]),
                "benefit": weight * np.log(benefit[1] / benefit[0]),
                "coverage_before": 100 * coverage[0],
                "coverage_after": 100 * coverage[1],
                "benefit_before": 100 * benefit[0],
                "benefit_after": 100 * benefit[1],
            }
        )
    return pd.DataFrame(found)


# ---------------------------------------------------------------------------------- comparison


def differences(results: Results, baseline: Results, years: Sequence[int] | None = None) -> Table:
    """T10: this run less a baseline of the same country and years."""
    results.compare(baseline)  # raises where the two cannot be compared
    rows = _Rows(results, years or report_years(results), "subject", "item")

    def both(name: str) -> tuple[Array, Array]:
        return mean(results, name), mean(baseline, name)

    gdp, gdp0 = both("macroeconomy.gdp")
    price, price0 = price_level(results), price_level(baseline)

    def points(subject: str, item: str, name: str, place: Any = ...) -> None:
        a, b = both(name)
        rows.add(subject, item, unit="points", values=100.0 * (a - b)[:, place])

    def over_gdp(subject: str, item: str, name: str, row: str = "detail") -> None:
        a, b = both(name)
        rows.add(subject, item, unit="points of GDP", values=100 * (a / gdp - b / gdp0), row=row)

    s = "Cost"
    over_gdp(s, "Social expenditure", "social_accounts.expenditure", "total")
    over_gdp(s, "of which government schemes", "government.social_spending")
    a, b = both("social_accounts.expenditure")
    rows.add(s, "Social expenditure, nominal", unit="LCU/year", values=a - b)
    rows.add(
        s,
        "Social expenditure, at base-year prices",
        unit="LCU_real/year",
        values=a / price - b / price0,
    )
    over_gdp(s, "Payments of the budget to schemes", "scheme_accounts.state_payments")
    over_gdp(s, "Balance of the schemes", "social_accounts.balance")
    s = "Function, over GDP"
    fa, fb = (x.sum(axis=2) for x in both("social_accounts.expenditure_by_function"))
    for k, f in enumerate(FUNCTIONS):
        change = 100 * (fa[:, k] / gdp - fb[:, k] / gdp0)
        if np.max(np.abs(at(results, change, rows.years))) >= 0.005:
            rows.add(s, words(f), unit="points of GDP", values=change)
    s = "Labour market"
    a, b = both("labour_market.total_employment")
    rows.add(s, "Employment", unit="person", values=a - b, row="total")
    points(s, "Unemployment rate", "labour_market.unemployment_rate")
    points(s, "Formal employment over employment", "labour_market.formal_share")
    s = "Economy"
    a, b = both("macroeconomy.gdp_real")
    rows.add(s, "Real GDP", unit="percent", values=100 * (a / b - 1), row="total")
    rows.add(s, "Consumer prices", unit="percent", values=100 * (price / price0 - 1))
    a, b = both("household.disposable_income")
    rows.add(
        s,
        "Household disposable income, real",
        unit="percent",
        values=100 * (a / price / (b / price0) - 1),
    )
    over_gdp(s, "Public debt", "government.debt")
    s = "Women and men"
    pa, pb = (x.sum(axis=1) for x in both("social_accounts.recipients_by_function"))
    ma, mb = (x.sum(axis=1) for x in both("social_accounts.expenditure_by_function"))
    for i, sex in enumerate(("women", "men")):
        rows.add(s, f"Recipients, {sex}", unit="person", values=(pa - pb)[:, i])
    for i, sex in enumerate(("women", "men")):
        rows.add(
            s,
            f"Benefits to {sex}, at base-year prices",
            unit="LCU_real/year",
            values=ma[:, i] / price - mb[:, i] / price0,
        )
    points(s, "Women's share of benefits", "indicators.women_share_of_benefits")
    for i, sex in enumerate(("women", "men")):
        points(s, f"Employment rate, {sex}", "labour_accounts.employment_rate_by_sex", i)
    points(s, "Wage gap", "indicators.gender_gap_wage")
    points(s, "Gap of old-age benefits", "indicators.gender_gap_old_age_benefit")
    return rows.table(
        "T10",
        "Reform less baseline",
        "Long-run effects on output and employment depend on the macro closure; others stand "
        "beside it.",
    )


def scenario_changes(results: Results) -> pd.DataFrame:
    """What the scenario changes: path, cells, change, years, note, source."""
    columns = ["path", "cells", "change", "years", "note", "source"]
    rows = []
    for change in results.scenario.changes:
        amounts = change.amounts
        if isinstance(amounts, dict):
            years = ", ".join(str(y) for y in sorted(amounts))
            text = "; ".join(f"{y}: {a}" for y, a in sorted(amounts.items()))
        else:
            years = f"from {change.from_}" if change.from_ else "from the first projected year"
            text = str(amounts)
        if change.to:
            years += f" to {change.to}"
        verb = {"set": "set to", "scale": "multiplied by", "add": "raised by"}[change.verb]
        cells = ", ".join(
            f"{k} {' '.join(map(str, v)) if isinstance(v, list) else v}"
            for k, v in change.where.items()
        )
        rows.append((change.path, cells, f"{verb} {text}", years, change.note, change.source))
    return pd.DataFrame(rows, columns=columns)


# ---------------------------------------------------------------------- register and provenance


def scheme_register(results: Results) -> pd.DataFrame:
    """One row per scheme: what it is, how it is financed, by which method it is projected.

    Columns: name, title, institution, sector, function, kind, method, stand_in, financing,
    legal_basis, since, population_group, contributory, means_tested, benefit_type, note,
    base_expenditure (LCU a year), dormant. `stand_in` is empty where the method is the scheme's
    own; else it says what stands for what.
    """
    from socialbudget.modules import scheme_kinds

    methods = {kind: str(getattr(m, "METHOD", "")) for kind, m in scheme_kinds().items()}
    benefits = mean(results, "scheme_accounts.benefits")
    rows = []
    for i, (name, s) in enumerate(schemes(results).items()):
        rows.append(
            {
                "name": name,
                "title": s.title,
                "institution": s.institution,
                "sector": s.sector,
                "function": words(s.function),
                "kind": words(s.kind),
                "method": methods.get(s.kind, "").rstrip("."),
                "stand_in": _stand_in(s),
                "financing": _financing(results, name, s),
                "legal_basis": s.legal_basis,
                "since": s.since,
                "population_group": s.population_group,
                "contributory": s.contributory,
                "means_tested": s.means_tested,
                "benefit_type": "cash" if s.benefit_type == "cash" else "in kind",
                "note": s.note,
                "base_expenditure": float(benefits[0, i]),
                "dormant": not np.any(benefits[:, i]),
            }
        )
    return pd.DataFrame(rows)


def _stand_in(s: SchemeInstance) -> str:
    if "stand-in" in s.note.lower() or "stands for" in s.note.lower():
        return "A stand-in for the scheme's own rules: see the note"
    if s.kind == "cash_transfer" and s.contributory:
        return (
            "A stand-in for the scheme's own rules: recipients by sex and age times an indexed "
            "mean benefit; no individual entitlements are projected"
        )
    if s.kind == "cash_transfer" and s.benefit_type == "kind":
        return "Services in kind are projected as recipients times an indexed cost per head"
    return ""


def _financing(results: Results, name: str, s: SchemeInstance) -> str:
    def value(parameter: str) -> Array | None:
        found = results.parameters.get(f"schemes.{name}.{parameter}")
        return None if found is None else found[0, 0]

    parts = []
    rates = value("contribution_rate")
    if s.contributory and rates is not None:
        paid = [
            f"{PAYERS.get(str(payer), words(payer))} {100 * r:.2f}".rstrip("0").rstrip(".") + "%"
            for payer, r in zip(results.coords["payer"], rates, strict=True)
            if r > 0
        ]
        if paid:
            parts.append("Contributions on insured earnings: " + ", ".join(paid))
    state, tax = value("state_share"), value("earmarked_tax_share")
    if state is not None and state > 0:
        share = "all" if state >= 0.9995 else f"{100 * float(state):.0f}%"
        payer = "the state pays" if s.sector == "government" else "members pay by premiums"
        parts.append(f"{payer} {share} of expenditure")
    if tax is not None and tax > 0:
        parts.append(f"earmarked taxes of {100 * float(tax):.0f}% of benefits")
    if s.sector == "private":
        parts.append(
            "a shortfall is met by the reserve, then by members"
            if s.deficit_rule == "reserve"
            else "a shortfall is met by members"
        )
    elif s.deficit_rule == "reserve":
        parts.append("a deficit is met by the reserve, then by the state")
    elif state is None or state < 0.9995:
        parts.append("a deficit is met by the state")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def sources(results: Results) -> pd.DataFrame:
    """The pack's sources with licence and the number of values that rest on each."""
    counts: dict[str, int] = {}
    for frame in results.pack.tables.values():
        for key, n in frame["source"].value_counts().items():
            counts[str(key)] = counts.get(str(key), 0) + int(n)
    rows = [
        {
            "key": key,
            "publisher": s.publisher,
            "title": s.title,
            "edition": s.edition,
            "licence": s.licence,
            "retrieved": s.retrieved,
            "note": s.note,
            "values": counts.get(key, 0),
        }
        for key, s in results.pack.manifest.sources.items()
    ]
    return pd.DataFrame(rows)


def weakest(flags: Iterable[str]) -> str:
    """The weakest flag: observed, estimated, imputed, assumed in falling strength."""
    places = [FLAGS.index(str(f)) for f in flags]
    return FLAGS[max(places)] if places else ""


def flag_shares(results: Results) -> pd.DataFrame:
    """Values and parameters of the pack by flag, in percent.

    Columns: flag, values (number), values_percent, parameters (number, by the weakest flag of a
    parameter's values), parameters_percent.
    """
    values = dict.fromkeys(FLAGS, 0)
    parameters = dict.fromkeys(FLAGS, 0)
    for frame in results.pack.tables.values():
        order = frame["flag"].map({f: i for i, f in enumerate(FLAGS)}).to_numpy(dtype=int)
        for i, n in enumerate(np.bincount(order, minlength=len(FLAGS))):
            values[FLAGS[i]] += int(n)
        for place in pd.Series(order).groupby(frame["path"].to_numpy()).max():
            parameters[FLAGS[int(place)]] += 1
    n_values, n_parameters = max(sum(values.values()), 1), max(sum(parameters.values()), 1)
    return pd.DataFrame(
        {
            "flag": list(FLAGS),
            "values": [values[f] for f in FLAGS],
            "values_percent": [100.0 * values[f] / n_values for f in FLAGS],
            "parameters": [parameters[f] for f in FLAGS],
            "parameters_percent": [100.0 * parameters[f] / n_parameters for f in FLAGS],
        }
    )


def scheme_evidence(results: Results) -> pd.DataFrame:
    """How well each scheme's figures are founded.

    Columns: name, title, base_expenditure (LCU a year, as the pack states it), total_flag (the
    weakest flag of its non-zero `base_expenditure`), profile_flag (the weakest flag of the values
    in force in the base year of the parameters that say who receives it, `PROFILE_PARAMETERS`,
    zero values left out) and weakest_flag (the weakest flag among all its parameters).
    """
    rows = []
    for name, s in schemes(results).items():
        prefix = f"schemes.{name}."
        total, profile, everything = 0.0, [], []
        total_flags: list[str] = []
        for path, entry in results.pack.entries.items():
            if not path.startswith(prefix):
                continue
            table = results.pack.tables[entry.table]
            flags = table["flag"].iloc[entry.rows].to_numpy(dtype=object)
            everything.append(weakest(set(flags)))
            parameter = path[len(prefix) :]
            if parameter != "base_expenditure" and parameter not in PROFILE_PARAMETERS:
                continue
            years = np.asarray(entry.years)
            place = max(int(np.searchsorted(years, results.years[0], side="right")) - 1, 0)
            values = entry.values[place].ravel()
            own = flags.reshape(len(years), -1)[place]
            used = own[values != 0.0]
            if parameter == "base_expenditure":
                total = float(values.sum())
                total_flags = [str(f) for f in used]
            else:
                profile.append(weakest(set(used if len(used) else own)))
        rows.append(
            {
                "name": name,
                "title": s.title,
                "base_expenditure": total,
                "total_flag": weakest(total_flags),
                "profile_flag": weakest(profile),
                "weakest_flag": weakest(everything),
            }
        )
    return pd.DataFrame(rows)


def evidence_shares(results: Results, evidence: pd.DataFrame | None = None) -> pd.DataFrame:
    """Base-year benefit expenditure by flag, in percent (expenditure-weighted share of schemes).

    Columns: flag, total (share of schemes whose base-year total carries the flag), profile (share
    of schemes whose recipient profile carries it). `evidence` saves computing it again.
    """
    if evidence is None:
        evidence = scheme_evidence(results)
    money = evidence["base_expenditure"]
    whole = float(money.sum()) or 1.0
    return pd.DataFrame(
        {
            "flag": list(FLAGS),
            "total": [100 * float(money[evidence["total_flag"] == f].sum()) / whole for f in FLAGS],
            "profile": [
                100 * float(money[evidence["profile_flag"] == f].sum()) / whole for f in FLAGS
            ],
        }
    )


def parameter_list(results: Results) -> pd.DataFrame:
    """The main parameters with value, unit, source and flag.

    One row per value for parameters without dims or by sex, payer or function (zeros of the
    latter left out); one row with the mean over the cells for the rest (column `cell` says so).
    Columns: group, path, cell, description, base_value, last_value, unit, source, flag, note.
    `flag` is the weakest of the values of all years.
    """
    titles = {name: s.title for name, s in schemes(results).items()}
    rows: list[dict[str, Any]] = []
    texts: dict[str, dict[str, np.ndarray]] = {}
    for path, param in sorted(results.params.items(), key=lambda x: _parameter_order(x[0])):
        entry = results.pack.entries.get(path)
        if entry is None or path not in results.parameters:
            continue
        parts = path.split(".")
        if parts[0] == "schemes":
            if parts[2] not in SCHEME_PARAMETERS:
                continue
            group = titles.get(parts[1], parts[1])
        else:
            group = words(parts[0])
        if entry.table not in texts:
            frame = results.pack.tables[entry.table]
            texts[entry.table] = {
                c: frame[c].to_numpy(dtype=object) for c in ("source", "flag", "note")
            }
        columns = {c: v[entry.rows].reshape(len(entry.years), -1)
                   for c, v in texts[entry.table].items()}  # fmt: skip
        rows.extend(_parameter_rows(results, group, param, columns))
    columns_out = ["group", "path", "cell", "description", "base_value", "last_value", "unit",
                   "source", "flag", "note"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns_out)


def _parameter_order(path: str) -> tuple[int, str]:
    order = ("demography", "participation", "labour_market", "macroeconomy", "household",
             "government", "schemes")  # fmt: skip
    head = path.split(".")[0]
    return (
        order.index(head) if head in order else len(order) - 1,
        path if head != "schemes" else "",
    )


def _parameter_rows(
    results: Results, group: str, param: Param, texts: Mapping[str, np.ndarray]
) -> list[dict[str, Any]]:
    values = results.parameters[param.path].mean(axis=1)
    first, last = values[0].ravel(), values[-1].ravel()

    def row(cell: str, a: float, b: float, places: Any) -> dict[str, Any]:
        return {
            "group": group,
            "path": param.path,
            "cell": cell,
            "description": param.doc.rstrip("."),
            "base_value": float(a),
            "last_value": float(b),
            "unit": param.unit,
            "source": ", ".join(dict.fromkeys(map(str, texts["source"][:, places].ravel()))),
            "flag": weakest(texts["flag"][:, places].ravel()),
            "note": next((str(n) for n in texts["note"][:, places].ravel() if n), ""),
        }

    if not param.dims:
        return [row("", first[0], last[0], slice(0, 1))]
    if len(param.dims) == 1 and param.dims[0] in SMALL_DIMS:
        dim = param.dims[0]
        names = [PAYERS.get(str(c), words(c)) if dim == "payer" else words(c)
                 for c in results.coords[dim]]  # fmt: skip
        keep = [k for k in range(len(names)) if dim == "sex" or first[k] or last[k]]
        if (
            dim == "sex"
            and np.array_equal(first[:1], first[1:])
            and np.array_equal(last[:1], last[1:])
        ):
            return [row("women and men", first[0], last[0], slice(None))]
        return [row(names[k], first[k], last[k], slice(k, k + 1)) for k in keep]
    dims = " and ".join(d.replace("_", " ") for d in param.dims)
    return [row(f"by {dims}, mean", first.mean(), last.mean(), slice(None))]


def identity_residuals(results: Results) -> pd.DataFrame:
    """The largest relative residual of every identity over years and draws.

    Columns: identity, modules (their number where the same identity holds in several), residual,
    year (of the largest residual; 0 where the residual is exactly nil).
    """
    found: dict[str, list[tuple[str, Array]]] = {}
    for (module, identity), residual in results.identities.items():
        found.setdefault(identity, []).append((module, np.abs(residual).max(axis=1)))
    rows = []
    for identity, parts in sorted(found.items(), key=lambda x: _natural(x[0])):
        worst = np.max([p for _, p in parts], axis=0)
        top = float(worst.max())
        rows.append(
            {
                "identity": identity,
                "modules": words(parts[0][0]) if len(parts) == 1 else f"{len(parts)} modules",
                "residual": top,
                "year": results.years[int(worst.argmax())] if top > 0 else 0,
            }
        )
    return pd.DataFrame(rows)


def _natural(text: str) -> tuple[str, int, str]:
    head, _, rest = text.partition("-")
    digits = "".join(c for c in rest.split(" ")[0] if c.isdigit())
    return (head, int(digits or 0), text)
