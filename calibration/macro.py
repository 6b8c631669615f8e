"""Economy and government of the base year, and the paths given from outside.

Demand shares come from the World Bank, the labour share and depreciation from the Penn World
Table, the US paths from the Trustees Report. Single cited figures, and values computed from
publications that may not be redistributed, stand in ``sources/derived_values.csv`` with formula
and citation. Money is nominal LCU of the base year, in whole units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from calibration.estimates import add_estimated, add_sources, belief
from calibration.labour import (
    BASE_YEAR,
    LAST_YEAR,
    SOURCES,
    equilibrium_unemployment,
    labour_base,
    projected_labour_force,
    read_source,
    single_age_population,
)
from socialbudget.builder import PackBuilder

FIRST, LAST = BASE_YEAR + 1, LAST_YEAR
FIRST_PROJECTED = 2030  # published growth is used before
END_OF_CYCLE = 2034  # the Trustees' assumptions are near their ultimate values from then on
TFP_DECAY = 0.03  # of the distance to its long-run growth, a year
INFLATION_TARGET = {"ZAF": 0.045, "KOR": 0.02}
TAXES = ("income_tax", "corporate_tax", "consumption_tax", "import_tax", "other_tax")
INDIRECT = ("consumption_tax", "import_tax", "other_tax")


@dataclass(frozen=True, slots=True)
class MacroBase:
    """National accounts and general government of the base year, nominal LCU.

    `investment` is gross capital formation, inventories included; the five components of
    demand add up to `gdp` exactly, and the revenue lines to `revenue`. `factor_cost` is GDP less
    indirect taxes plus subsidies.
    """

    gdp: float
    private_consumption: float
    government_consumption: float
    investment: float
    exports: float
    imports: float
    indirect_taxes: float
    factor_cost: float
    labour_share: float
    labour_income: float
    capital_output_ratio: float
    depreciation_rate: float
    cpi_inflation: float
    wage_growth: float
    deflator_inflation: float
    government: dict[str, float]


@cache
def _derived_table() -> dict[tuple[str, str], dict[str, Any]]:
    table = pd.read_csv(SOURCES / "derived_values.csv")
    rows: list[dict[str, Any]] = [
        {str(k): v for k, v in row.items()} for row in table.to_dict("records")
    ]
    return {(row["iso3"], row["name"]): row for row in rows}


def derived(iso3: str, name: str) -> float:
    """A cited value of ``derived_values.csv``."""
    return float(_derived_table()[iso3, name]["value"])


def _note(iso3: str, name: str) -> tuple[str, str]:
    row = _derived_table()[iso3, name]
    return str(row["flag"]), f"{row['formula']}; {row['citation']}"


# Figures copied unchanged from one publication cite that publication, not this project.
PUBLISHED: dict[tuple[str, str], str] = {
    ("ZAF", "cpi_inflation"): "statssa_cpi_2024",
    ("USA", "cpi_inflation"): "ssa_trustees_economy",
    ("USA", "wage_growth"): "ssa_trustees_economy",
    ("KOR", "cpi_inflation"): "kostat_cpi_2024",
    ("KOR", "revenue"): "bok_public_sector_2024",
    ("KOR", "expenditure"): "bok_public_sector_2024",
}
PUBLICATIONS: dict[str, dict[str, dict[str, str]]] = {
    "ZAF": {
        "statssa_cpi_2024": {
            "publisher": "Statistics South Africa",
            "title": "Consumer Price Index, P0141",
            "edition": "December 2024",
        }
    },
    "KOR": {
        "kostat_cpi_2024": {
            "publisher": "Statistics Korea",
            "title": "Consumer price index",
            "edition": "December 2024",
        },
        "bok_public_sector_2024": {
            "publisher": "Bank of Korea",
            "title": "Public Sector Accounts 2024",
            "edition": "preliminary, 23 September 2025",
        },
    },
}


def _source(iso3: str, name: str) -> str:
    """Source key of a derived value: the publication itself where the figure is unchanged."""
    return PUBLISHED.get((iso3, name), "derived_values")


def _has(iso3: str, name: str) -> bool:
    return (iso3, name) in _derived_table()


def wdi(iso3: str, indicator: str, year: int) -> float:
    """A World Bank indicator; the latest vintage that has the year."""
    table = read_source("wdi_macro")
    rows = table[
        (table["iso3"] == iso3) & (table["indicator"] == indicator) & (table["year"] == year)
    ].sort_values("vintage")
    if rows.empty:
        raise LookupError(f"{iso3} {indicator} {year}: no value")
    return float(rows["value"].iloc[-1])


def pwt(iso3: str, indicator: str, year: int = 2019) -> float:
    """A Penn World Table 10.01 variable (last year 2019)."""
    table = read_source("pwt_macro")
    rows = table[
        (table["iso3"] == iso3) & (table["indicator"] == indicator) & (table["year"] == year)
    ]
    return float(rows["value"].iloc[0])


def trustees(indicator: str, table_id: str) -> dict[int, float]:
    """A series of the 2026 Trustees Report: history, then the intermediate assumptions."""
    table = read_source("ssa_trustees_2026_economy")
    rows = table[(table["indicator"] == indicator) & (table["table_id"] == table_id)]
    return {int(y): float(v) for y, v in zip(rows["year"], rows["value"], strict=True)}


def real_growth(iso3: str, year: int) -> float:
    """Growth of GDP at constant prices (World Bank), as a fraction."""
    return wdi(iso3, "NY.GDP.MKTP.KD", year) / wdi(iso3, "NY.GDP.MKTP.KD", year - 1) - 1


@cache
def macro_base(iso3: str) -> MacroBase:
    """Accounts of the base year."""
    if _has(iso3, "gdp"):
        gdp = derived(iso3, "gdp")
    else:
        # Nominal GDP of 2023 carried to 2024 with published real growth and deflator.
        gdp = (
            wdi(iso3, "NY.GDP.MKTP.CN", BASE_YEAR - 1)
            * (1 + real_growth(iso3, BASE_YEAR))
            * (1 + wdi(iso3, "NY.GDP.DEFL.KD.ZG", BASE_YEAR) / 100)
        )
        gdp = round(gdp / 1e8) * 1e8
    investment = gdp * wdi(iso3, "NE.GDI.TOTL.ZS", BASE_YEAR) / 100
    exports = gdp * wdi(iso3, "NE.EXP.GNFS.ZS", BASE_YEAR) / 100
    imports = gdp * wdi(iso3, "NE.IMP.GNFS.ZS", BASE_YEAR) / 100
    public = gdp * derived(iso3, "government_consumption_share")
    if _has(iso3, "health_transfers"):
        public += derived(iso3, "health_transfers")
    indirect = sum(derived(iso3, name) for name in INDIRECT)
    factor_cost = gdp - indirect + derived(iso3, "subsidies")
    share = _labour_share(iso3, gdp, factor_cost)
    return MacroBase(
        gdp=gdp,
        private_consumption=gdp - public - investment - exports + imports,
        government_consumption=public,
        investment=investment,
        exports=exports,
        imports=imports,
        indirect_taxes=indirect,
        factor_cost=factor_cost,
        labour_share=share,
        labour_income=share * factor_cost,
        capital_output_ratio=_capital_output_ratio(iso3),
        depreciation_rate=pwt(iso3, "delta"),
        cpi_inflation=derived(iso3, "cpi_inflation"),
        wage_growth=derived(iso3, "wage_growth"),
        deflator_inflation=wdi(iso3, "NY.GDP.DEFL.KD.ZG", BASE_YEAR) / 100,
        government=_government(iso3),
    )


def _labour_share(iso3: str, gdp: float, factor_cost: float) -> float:
    """Labour income, self-employed included, over GDP at factor cost.

    The Penn World Table ratio is read against factor cost, except for Korea, where only GDP at
    market prices leaves room for the self-employed above the published compensation of
    employees. United States: without employer contributions to private pension and health
    plans, which are no part of the wage on which contributions fall (the pack's private schemes
    are outside the wedge between labour cost and wage).
    """
    ratio = pwt(iso3, "labsh")
    if iso3 == "KOR":
        return ratio * gdp / factor_cost
    if iso3 == "USA":
        return ratio - derived("USA", "private_supplements") / factor_cost
    return ratio


def _capital_output_ratio(iso3: str) -> float:
    """Perpetual inventory, I/(g + delta), over the mean investment share and growth of 2016-24.

    The Penn World Table ratio of 2019 lies higher (South Africa 3.8, United States 3.4, Korea
    4.9): with today's investment that capital would shrink in South Africa.
    """
    years = range(2016, BASE_YEAR + 1)
    share = sum(wdi(iso3, "NE.GDI.TOTL.ZS", y) for y in years) / len(years) / 100
    growth = sum(real_growth(iso3, y) for y in years) / len(years)
    return share / (growth + pwt(iso3, "delta"))


def _government(iso3: str) -> dict[str, float]:
    """General government, with the funded pension schemes of its employees where the pack has them.

    `non_tax_revenue` is the remainder: property income, fees, grants (in South Africa net of
    payments to the customs union). It is not a parameter: the model solves it.
    """
    lines = {name: derived(iso3, name) for name in (*TAXES, "social_contributions")}
    revenue = derived(iso3, "revenue")
    expenditure = derived(iso3, "expenditure")
    if _has(iso3, "funded_pensions_revenue"):
        revenue += derived(iso3, "funded_pensions_revenue")
        expenditure += derived(iso3, "funded_pensions_expenditure")
    lines["non_tax_revenue"] = revenue - sum(lines.values())
    if lines["non_tax_revenue"] < 0:
        raise ValueError(f"{iso3}: tax lines exceed revenue")
    return {
        **lines,
        "revenue": revenue,
        "expenditure": expenditure,
        "interest_expenditure": derived(iso3, "interest_expenditure"),
        "investment": derived(iso3, "investment"),
        "subsidies": derived(iso3, "subsidies"),
        "debt": derived(iso3, "debt"),
        "debt_previous": derived(iso3, "debt_previous"),
    }


# --------------------------------------------------------------------------- paths


@cache
def labour_force_growth(iso3: str) -> dict[int, float]:
    """Growth of the labour force that the participation module will give, by year."""
    force = projected_labour_force(iso3)
    return {y: force[y] / force[y - 1] - 1 for y in range(FIRST, LAST + 1)}


@cache
def employment_growth(iso3: str) -> dict[int, float]:
    """Growth of employment: labour force and, United States, the Trustees' unemployment (V.B2)."""
    unemployment = labour_base(iso3, single_age_population(iso3, "1 July")).total_unemployment_rate
    path = equilibrium_unemployment(iso3, unemployment)
    growth, out, before = labour_force_growth(iso3), {}, unemployment
    for year in range(FIRST, LAST + 1):
        now = path.get(year, before)
        out[year] = growth[year]
        if now != before:
            out[year] = (1 + growth[year]) * (1 - now) / (1 - before) - 1
        before = now
    return out


def output_per_worker_growth(iso3: str) -> dict[int, float]:
    """Trend growth of output per worker by year.

    United States: the Trustees' productivity per hour and change of hours, to 2034 as one mean
    (same level in 2034). Others: from the value
    implied by the growth projected for 2025-29 towards what the estimated growth of total factor
    productivity gives with a constant capital-output ratio.
    """
    years = range(FIRST, LAST + 1)
    if iso3 == "USA":
        hour = trustees("productivity", "V.B1")
        hours = trustees("average_hours_worked_per_week", "V.B1")
        path = {y: (1 + hour[y] / 100) * (1 + hours[y] / 100) - 1 for y in years}
        # The model invests for the trend of the year: years of the cycle are given as their mean.
        cycle = range(FIRST, END_OF_CYCLE + 1)
        mean = math.prod(1 + path[y] for y in cycle) ** (1 / len(cycle)) - 1
        return {y: mean if y in cycle else g for y, g in path.items()}
    near = range(FIRST, FIRST_PROJECTED)
    force = labour_force_growth(iso3)
    start = sum(derived(iso3, f"gdp_growth_{y}") - force[y] for y in near) / len(near)
    end = belief(iso3, "macroeconomy.tfp_growth").value / macro_base(iso3).labour_share
    return {y: end + (start - end) * math.exp(-TFP_DECAY * (y - FIRST)) for y in years}


def schooling_growth(iso3: str) -> dict[int, float]:
    """Growth of human capital per worker by schooling, by year.

    Mean growth of the human capital index of the Penn World Table over 2009-19, fading as growth
    of productivity does: a population cannot go on lengthening its schooling for ever.
    """
    table = read_source("pwt1001_series")
    hc = table[table["iso3"] == iso3].set_index("year")["hc"]
    past = (float(hc[2019]) / float(hc[2009])) ** 0.1 - 1
    return {y: past * math.exp(-TFP_DECAY * (y - FIRST)) for y in range(FIRST, LAST + 1)}


def tfp_growth(iso3: str) -> dict[int, float]:
    """Growth of total factor productivity: what growth of output per worker owes to no schooling.

    Output per worker grows in the long run by productivity over the labour share and by human
    capital. Both together must give the published growth, which holds the effect of schooling.
    """
    share, schooling = macro_base(iso3).labour_share, schooling_growth(iso3)
    return {
        y: (1 + share * g) / (1 + schooling[y]) ** share - 1
        for y, g in output_per_worker_growth(iso3).items()
    }


def gdp_growth(iso3: str) -> dict[int, float]:
    """Real growth by year for the closure with growth given.

    Published projections to 2029 (Trustees, WEO), then output per worker and the labour force.
    """
    worker, work = output_per_worker_growth(iso3), employment_growth(iso3)
    published = trustees("real_gdp_growth", "V.B2") if iso3 == "USA" else {}
    out = {}
    for year in range(FIRST, LAST + 1):
        if year >= FIRST_PROJECTED:
            out[year] = (1 + worker[year]) * (1 + work[year]) - 1
        elif iso3 == "USA":
            out[year] = round(published[year] / 100, 6)
        else:
            out[year] = derived(iso3, f"gdp_growth_{year}")
    return out


def productivity_growth(iso3: str) -> dict[int, float]:
    """Growth of output per person employed that goes with `gdp_growth`.

    Unemployment, the residual of that closure, then stays near its base-year rate, in the United
    States near the Trustees' rates.
    """
    work = employment_growth(iso3)
    return {y: (1 + g) / (1 + work[y]) - 1 for y, g in gdp_growth(iso3).items()}


def inflation_target(iso3: str) -> dict[int, float]:
    """Growth of the GDP deflator at a zero gap, by the year it starts."""
    if iso3 != "USA":
        return {BASE_YEAR: INFLATION_TARGET[iso3]}
    return _steps({y: round(v / 100, 6) for y, v in trustees("gdp_price_index", "V.B1").items()})


def consumer_price_wedge(iso3: str) -> dict[int, float]:
    """Growth of consumer prices over that of the GDP deflator, by the year it starts."""
    if iso3 != "USA":
        return {BASE_YEAR: 0.0}
    cpi = trustees("consumer_price_index", "V.B1")
    deflator = trustees("gdp_price_index", "V.B1")
    return _steps({y: round((1 + cpi[y] / 100) / (1 + deflator[y] / 100) - 1, 6) for y in deflator})


def real_interest_rate(iso3: str) -> dict[int, float]:
    """Neutral real interest rate, by the year it starts."""
    if iso3 != "USA":
        return {BASE_YEAR: derived(iso3, "real_interest_rate")}
    # The model adds inflation of the GDP deflator; the Trustees' own real rate is net of the CPI.
    nominal = trustees("nominal_interest_rate", "V.B2")
    deflator = trustees("gdp_price_index", "V.B1")
    return _steps({y: round((nominal[y] - deflator[y]) / 100, 6) for y in nominal})


def labour_share(iso3: str) -> dict[int, float]:
    """Labour income without private plans over GDP at factor cost, by the year it starts.

    United States: moves with earnings over compensation, an assumption of the Trustees (V.B1: the
    plans grow faster than earnings). Others: as in the base year.
    """
    base = macro_base(iso3).labour_share
    if iso3 != "USA":
        return {BASE_YEAR: base}
    change = trustees("earnings_share_of_compensation", "V.B1")
    out = {BASE_YEAR: base}
    for year in range(FIRST, LAST + 1):
        out[year] = out[year - 1] * (1 + change[year] / 100)
    return out


def _steps(by_year: dict[int, float]) -> dict[int, float]:
    out: dict[int, float] = {}
    last: float | None = None
    for year in range(BASE_YEAR, LAST + 1):
        if by_year[year] != last:
            out[year] = last = by_year[year]
    return out


def _annual(base: float, path: dict[int, float]) -> dict[int, float]:
    return {BASE_YEAR: base, **path}


# --------------------------------------------------------------------------- pack


def add_macro_sources(pack: PackBuilder, iso3: str) -> None:
    """Register the sources of the macroeconomic parameters."""
    pack.source(
        "wdi",
        publisher="World Bank",
        title="World Development Indicators",
        edition="July 2024 and 2025-26",
        licence="CC BY 4.0",
        retrieved="2026-03-01",
        note="Nominal GDP to 2023; growth, deflator and demand shares to 2024.",
    )
    pack.source(
        "pwt",
        publisher="Groningen Growth and Development Centre",
        title="Penn World Table 10.01",
        edition="10.01",
        licence="CC BY 4.0",
        retrieved="2023",
        note="Labour share and depreciation of 2019, human capital of 2009 and 2019.",
    )
    pack.source(
        "derived_values",
        publisher="socialbudget",
        title="Cited figures and values computed from publications that are not redistributed",
        edition="2026.1",
        licence="facts, cited singly",
        retrieved="2026",
        note="calibration/sources/derived_values.csv: formula and citation of each value.",
    )
    pack.source(
        "macro_assumptions",
        publisher="socialbudget",
        title="Defaults of the macroeconomic module",
        edition="2026.1",
        licence="CC BY 4.0",
        retrieved="2026",
        note="Values from the literature or by judgement; estimate where series allow.",
    )
    for key, publication in PUBLICATIONS.get(iso3, {}).items():
        pack.source(key, **publication, licence="facts, cited singly", retrieved="2026")
    if iso3 == "USA":
        pack.source(
            "ssa_trustees_economy",
            publisher="US Social Security Administration",
            title="Annual Report of the Board of Trustees 2026: tables V.B1, V.B2, VI.G1",
            edition="2026, intermediate assumptions",
            licence="public domain",
            retrieved="2026",
            note="Productivity, prices, interest and unemployment to 2100; growth to 2029.",
        )


def add_macro(pack: PackBuilder, iso3: str) -> None:
    """Add the parameters of economy, government and households to a pack."""
    add_macro_sources(pack, iso3)
    _add_accounts(pack, iso3)
    _add_paths(pack, iso3)
    _add_government(pack, iso3)
    _add_household(pack, iso3)
    for name, value, unit, note in (
        ("closure", 1.0, "1", "M1, hybrid"),
        ("substitution_elasticity", 1.0, "1", "Cobb-Douglas; 0.7 where it is not"),
        ("taylor_inflation", 1.5, "1", "of the nominal rate"),
        ("taylor_gap", 0.5, "1", ""),
        ("investment_interest_response", 0.10, "1", ""),
        ("import_price_elasticity", 0.8, "1", ""),
        ("export_price_elasticity", 0.6, "1", ""),
        ("theta_investment", 0.5, "1", ""),
        ("demand_weight_years", 8.0, "year", ""),
    ):
        pack.value(f"macroeconomy.{name}", value, unit, "macro_assumptions", "assumed", note=note)
    for name in ("kappa_p", "investment_gap_response", "investment_speed"):
        add_estimated(pack, iso3, f"macroeconomy.{name}")


def _add_accounts(pack: PackBuilder, iso3: str) -> None:
    base = macro_base(iso3)
    for name in ("investment", "exports", "imports"):
        pack.value(
            f"macroeconomy.{name}",
            getattr(base, name),
            "LCU/year",
            "wdi",
            "estimated",
            note="Share of GDP in 2024 x GDP"
            + ("; gross capital formation, inventories included" if name == "investment" else ""),
        )
    flag, note = _note(iso3, "government_consumption_share")
    if _has(iso3, "health_transfers"):
        note += "; plus " + _note(iso3, "health_transfers")[1]
    pack.value(
        "macroeconomy.government_consumption",
        base.government_consumption,
        "LCU/year",
        "derived_values",
        flag,
        note=note,
    )
    pack.value(
        "macroeconomy.private_consumption",
        base.private_consumption,
        "LCU/year",
        "wdi",
        "estimated",
        note="GDP less the other components; GDP: "
        + (
            _note(iso3, "gdp")[1]
            if _has(iso3, "gdp")
            else "World Bank, nominal 2023 (July 2024 edition) x real growth x deflator of 2024"
        ),
    )
    for year, share in labour_share(iso3).items():
        pack.value(
            "macroeconomy.labour_share",
            share,
            "1",
            "pwt" if year == BASE_YEAR else "ssa_trustees_economy",
            "estimated",
            year=year,
            note="Of GDP at factor cost, self-employed included, 2019"
            + {
                "USA": "; less employers' contributions to private pension and health plans",
                "KOR": "; ratio to GDP at market prices converted to factor cost",
            }.get(iso3, "")
            if year == BASE_YEAR
            else "Year before x growth of earnings over compensation, Trustees Report 2026, V.B1",
        )
    pack.value(
        "macroeconomy.capital_output_ratio",
        base.capital_output_ratio,
        "year",
        "wdi",
        "estimated",
        note="Investment share over growth plus depreciation, means of 2016-24; "
        f"Penn World Table 2019: {pwt(iso3, 'cn') / pwt(iso3, 'cgdpo'):.2f}",
    )
    pack.value(
        "macroeconomy.depreciation_rate",
        base.depreciation_rate,
        "1/year",
        "pwt",
        "estimated",
        note="2019",
    )


def _add_paths(pack: PackBuilder, iso3: str) -> None:
    usa = iso3 == "USA"
    base = macro_base(iso3)
    source = "ssa_trustees_economy" if usa else "derived_values"
    growth_base = real_growth(iso3, BASE_YEAR)
    tfp = tfp_growth(iso3)
    lasting = belief(iso3, "macroeconomy.tfp_growth")
    add_sources(pack)
    pack.series(
        "macroeconomy.tfp_growth",
        _annual(tfp[FIRST], tfp),
        "1/year",
        source if usa else lasting.source,
        "estimated" if usa else lasting.flag,
        note=(
            "Labour share x the Trustees' growth of output per worker"
            if usa
            else f"From the value implied by projected growth to 2029 towards {lasting.value:.4f} "
            f"a year ({lasting.note}); the base-year entry repeats 2025"
        )
        + "; without the part of growth that is schooling",
    )
    schooling = schooling_growth(iso3)
    pack.series(
        "human_capital.schooling_growth",
        _annual(schooling[FIRST], schooling),
        "1/year",
        "pwt",
        "estimated",
        note="Mean growth of the index of human capital in 2009-19, fading by 3% a year; the "
        "base-year entry repeats 2025",
    )
    growth = gdp_growth(iso3)
    pack.series(
        "macroeconomy.gdp_growth",
        _annual(growth_base, growth),
        "1/year",
        source,
        "estimated",
        note=("Trustees Report 2026, table V.B2," if usa else "WEO April 2024")
        + " to 2029, then trend output per worker and the labour force at constant rates",
    )
    worker = productivity_growth(iso3)
    pack.series(
        "macroeconomy.productivity_growth",
        _annual(worker[FIRST], worker),
        "1/year",
        source,
        "estimated",
        note=f"Real growth over that of {'employment' if usa else 'the labour force'}; "
        "the base-year entry repeats 2025",
    )
    target_source = source if usa else "macro_assumptions"
    for year, value in inflation_target(iso3).items():
        pack.value(
            "macroeconomy.inflation_target",
            value,
            "1/year",
            target_source,
            "estimated" if usa else "assumed",
            year=year,
            note="GDP deflator, Trustees Report 2026, table V.B1"
            if usa
            else "Midpoint of the target in force in 2024",
        )
    for year, value in consumer_price_wedge(iso3).items():
        pack.value(
            "macroeconomy.consumer_price_wedge",
            value,
            "1/year",
            target_source,
            "estimated" if usa else "assumed",
            year=year,
            note="CPI over GDP deflator, Trustees Report 2026, table V.B1" if usa else "",
        )
    for year, value in real_interest_rate(iso3).items():
        flag, note = (
            ("estimated", "Yield of new trust-fund securities (V.B2) less GDP price index (V.B1)")
            if usa
            else _note(iso3, "real_interest_rate")
        )
        pack.value(
            "macroeconomy.real_interest_rate", value, "1/year", source, flag, year=year, note=note
        )
    for path, value, key in (
        ("macroeconomy.base_inflation", base.cpi_inflation, "cpi_inflation"),
        ("labour_market.base_wage_growth", base.wage_growth, "wage_growth"),
    ):
        flag, note = _note(iso3, key)
        pack.value(path, value, "1/year", _source(iso3, key), flag, note=note)


def _add_government(pack: PackBuilder, iso3: str) -> None:
    lines = macro_base(iso3).government
    for name in (
        "revenue",
        *TAXES,
        "expenditure",
        "interest_expenditure",
        "subsidies",
        "investment",
        "debt",
    ):
        flag, note = _note(iso3, name)
        if name in ("revenue", "expenditure") and _has(iso3, f"funded_pensions_{name}"):
            note += "; plus " + _note(iso3, f"funded_pensions_{name}")[1]
        unit = "LCU" if name == "debt" else "LCU/year"
        pack.value(f"government.{name}", lines[name], unit, _source(iso3, name), flag, note=note)
    flag, note = _note(iso3, "foreign_debt_share")
    pack.value(
        "government.foreign_debt_share",
        derived(iso3, "foreign_debt_share"),
        "1",
        "derived_values",
        flag,
        note=note,
    )
    for name, value, unit, text in (
        ("debt_maturity", 6.0, "year", ""),
        ("debt_rule_level", 0.05, "1/year", ""),
        ("debt_rule_change", 0.5, "1", ""),
        ("fiscal_closure", 1.0, "1", "F1: the income tax rate keeps debt near its target"),
        ("debt_target_change", 0.0, "year", "the ratio of the base year"),
        ("consumption_tax_change", 0.0, "1", "no change of policy"),
        ("income_tax_change", 0.0, "1", "no change of policy"),
        ("corporate_tax_change", 0.0, "1", "no change of policy"),
    ):
        pack.value(f"government.{name}", value, unit, "macro_assumptions", "assumed", note=text)


def _add_household(pack: PackBuilder, iso3: str) -> None:
    flag, note = _note(iso3, "household_surplus_share")
    pack.value(
        "household.operating_surplus_share",
        derived(iso3, "household_surplus_share"),
        "1",
        "derived_values",
        flag,
        note=note,
    )
    flag, note = _note(iso3, "remittances_share")
    pack.value(
        "household.remittances",
        derived(iso3, "remittances_share") * macro_base(iso3).gdp,
        "LCU/year",
        "derived_values",
        flag,
        note=note,
    )
    for name, value in {"mpc_labour": 0.85, "mpc_benefits": 0.95, "mpc_property": 0.45}.items():
        pack.value(f"household.{name}", value, "1", "macro_assumptions", "assumed")
