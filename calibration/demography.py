"""Population, vital rates and migration of the country packs.

ZAF and KOR follow the medium variant of World Population Prospects 2024; USA follows the
intermediate assumptions of the Trustees of the Social Security funds, for the Social Security
area, so that population and finance are of one set.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from socialbudget.builder import PackBuilder
from socialbudget.dims import MAX_AGE
from socialbudget.kernels.cohort import cohort_step, survival_from_death_rates
from socialbudget.life_table import Sex, single_age_life_table

Array = NDArray[np.float64]

SOURCES = Path(__file__).parent / "sources"
BASE_YEAR, LAST_YEAR = 2024, 2100
YEARS = range(BASE_YEAR, LAST_YEAR + 1)
AGES = MAX_AGE + 1
SEXES: tuple[Sex, Sex] = ("female", "male")
SEX_AGE = ("sex", "age")

# Births outside 15-49 are published by five-year group only; within it they crowd towards the
# ages that bear children. Shares of a group, from the far end to the near.
EDGE_SHAPE = np.array([0.01, 0.04, 0.10, 0.25, 0.60])

# How far the base population may leave each condition (relative): mid-year stock by age, sex
# ratio by age (derived, weak), plain mean of two mid-year stocks (smooth, weak), published totals.
TOLERANCE = {"midyear": 2e-5, "sex": 0.01, "mean": 0.02, "total": 1e-8}

TRUSTEES_BANDS = {
    "population_under_20": slice(0, 20),
    "population_20_64": slice(20, 65),
    "population_65_and_over": slice(65, AGES),
}
PATTERN_YEARS = range(2024, 2050)
LAST_MIGRANT_AGE = 75


def add_demography(pack: PackBuilder, iso3: str) -> None:
    """Add the population tables of a country to its pack.

    Parameters
    ----------
    pack : PackBuilder
    iso3 : {"KOR", "USA", "ZAF"}
    """
    pack.source(
        "wpp2024",
        publisher="United Nations, DESA, Population Division",
        title="World Population Prospects 2024, medium variant",
        edition="2024",
        licence="CC BY 3.0 IGO",
        retrieved="2025-06-23",
        note="Death rates and base population by single age and sex are derived from published "
        "single ages of both sexes and published five-year ages by sex.",
    )
    if iso3 == "USA":
        _add_trustees(pack)
    else:
        _add_united_nations(pack, iso3)


def base_population(iso3: str) -> Array:
    """Population of the base year's 31 December by sex and age, as in the pack (persons)."""
    if iso3 != "USA":
        return united_nations_base_population(iso3)
    return trustees_base_population(
        trustees_death_rates(),
        trustees_net_migration(),
        _trustees_series("total_fertility_rate"),
    )


# --- World Population Prospects ------------------------------------------------------------


def _add_united_nations(pack: PackBuilder, iso3: str) -> None:
    rates = death_rates(iso3)
    migration = net_migration(iso3)
    pack.table(
        "demography.population",
        SEX_AGE,
        united_nations_base_population(iso3),
        "person",
        "wpp2024",
        "imputed",
        note="31 December: single ages that reproduce the published mid-year stock of 2025; "
        "totals by sex as published",
    )
    pack.table(
        "demography.death_rate",
        SEX_AGE,
        rates,
        "1/year",
        "wpp2024",
        "estimated",
        note="single ages of both sexes as published, parted by sex",
    )
    pack.extrapolate("demography.death_rate", "hold")
    _add_fertility(pack, iso3, _fertility_level(iso3, "total_fertility_rate"), "wpp2024")
    _add_sex_ratio(pack, iso3)
    pack.table(
        "demography.net_migration",
        SEX_AGE,
        migration,
        "person/year",
        "wpp2024",
        "estimated",
    )
    pack.value(
        "demography.migrants_exposed",
        0.0,
        "1",
        "wpp2024",
        "estimated",
        note="the source adds the net migrants of a year at its end",
    )


def united_nations_base_population(iso3: str) -> Array:
    """Population of 31 December 2024 by sex and single age.

    The source publishes mid-year stocks, each the mean of the two stocks of 31 December around
    it. The mean of two of them would smear a cohort over three ages. So the stock is sought
    that, moved on by the mortality and migration of 2025, gives the published mid-year stock of
    2025 at every single age (both sexes). The split by sex follows the published five-year ages;
    ages beyond what these conditions fix stay close to the plain mean; totals by sex are those
    published for 31 December.

    Returns
    -------
    array [sex, age]
        Persons. The mid-year stock of 2024, not used in the fit, is met to 0.01% (mean) by age.
    """
    survival, _ = survival_ratios(death_rates(iso3)[2025])
    migrants = net_migration(iso3)[2025]
    both = {year: _midyear_both_sexes(iso3, year) for year in (2024, 2025)}
    by_sex = _by_sex(_read("wpp2024_population_1_july_2025_by_sex", iso3), "population")
    published = _read("wpp2024_population_total", iso3)
    december = published[published.reference_date == "31_december"].set_index("sex").value
    total = 1000.0 * december.loc[list(SEXES)].to_numpy(dtype=float)
    mean = _rake(by_sex, 0.5 * (both[2024] + both[2025]), total)

    # Unknowns: ratios to the plain mean, women then men. Newborns of 2025 are no unknown.
    size = 2 * AGES
    after = np.zeros((size, size))
    for sex in range(2):
        first = sex * AGES
        for age in range(1, AGES):
            after[first + age, first + age - 1] = survival[sex, age - 1]
        after[first + AGES - 1, first + AGES - 1] = survival[sex, AGES - 1]
    half = 0.5 * (np.eye(size) + after) * mean.ravel()
    moved = 0.5 * migrants
    ages = np.arange(1, AGES)
    rows, right = [], []
    scale = 1.0 / (both[2025] * TOLERANCE["midyear"])
    rows.append((half[ages] + half[AGES + ages]) * scale[ages, None])
    right.append((both[2025] - moved.sum(axis=0))[ages] * scale[ages])
    for sex in range(2):
        scale = 1.0 / (by_sex[sex] * TOLERANCE["sex"])
        rows.append(half[sex * AGES + ages] * scale[ages, None])
        right.append((by_sex[sex] - moved[sex])[ages] * scale[ages])
        whole = np.zeros((1, size))
        whole[0, sex * AGES : (sex + 1) * AGES] = mean[sex] / (total[sex] * TOLERANCE["total"])
        rows.append(whole)
        right.append(np.array([1.0 / TOLERANCE["total"]]))
    rows.append(np.eye(size) / TOLERANCE["mean"])
    right.append(np.ones(size) / TOLERANCE["mean"])
    ratio = np.linalg.lstsq(np.concatenate(rows), np.concatenate(right), rcond=None)[0]
    stock: Array = ratio.reshape(2, AGES) * mean
    # To the person: least squares leaves the totals a fraction of a person away.
    stock *= (total / stock.sum(axis=1))[:, None]
    return stock


def death_rates(iso3: str) -> dict[int, Array]:
    """Death rates by year, sex and single age (1/year), as far as the source goes (2099)."""
    return _by_year(_read("wpp2024_death_rate", iso3), "mx")


def net_migration(iso3: str) -> dict[int, Array]:
    """Net migrants by year, sex and single age (persons a year)."""
    thousands = _by_year(_read("wpp2024_net_migration", iso3), "value")
    return {year: 1000.0 * values for year, values in thousands.items()}


def _midyear_both_sexes(iso3: str, year: int) -> Array:
    """Published mid-year stock by single age; the open group is what the total leaves."""
    frame = _read("wpp2024_population_1_july_both_sexes", iso3)
    ages = frame[frame.year == year].set_index("age").value.reindex(range(MAX_AGE)).to_numpy()
    totals = _read("wpp2024_population_total", iso3)
    total = totals[(totals.reference_date == "1_july") & (totals.year == year)].value.item()
    return np.append(ages, 1000.0 * total - ages.sum())


def _rake(seed: Array, by_age: Array, by_sex: Array) -> Array:
    """Fit a table to both margins; the age margin is first scaled to the total of the other."""
    by_age = by_age * by_sex.sum() / by_age.sum()
    table = seed.astype(float)
    for _ in range(100):
        table = table * (by_age / table.sum(axis=0))
        table = table * (by_sex / table.sum(axis=1))[:, None]
    return table


# --- Trustees of the Social Security funds ---------------------------------------------------


def _add_trustees(pack: PackBuilder) -> None:
    pack.source(
        "ssa_tr2026_population",
        publisher="US Social Security Administration",
        title="Annual Report of the Board of Trustees of the OASI and DI Trust Funds, 2026, "
        "tables V.A1 to V.A4, intermediate assumptions",
        edition="2026",
        licence="public domain",
        retrieved="2026",
        note="Total fertility, life expectancy, net immigration and population of the Social "
        "Security area.",
    )
    pack.source(
        "ssa_tr2024_population",
        publisher="US Social Security Administration",
        title="Social Security area population by sex and single age, 2024 Trustees Report",
        edition="2024",
        licence="public domain",
        retrieved="2025",
        note="Stock of 1 July; intermediate assumptions.",
    )
    pack.source(
        "ssa_tr2020_mortality",
        publisher="US Social Security Administration",
        title="Period life tables, 2020 Trustees Report, intermediate assumptions",
        edition="2020",
        licence="public domain",
        retrieved="2025",
        note="Pattern by age; the level is that of the 2026 report.",
    )
    rates = trustees_death_rates()
    migration = trustees_net_migration()
    fertility = _trustees_series("total_fertility_rate")
    pack.table(
        "demography.population",
        SEX_AGE,
        trustees_base_population(rates, migration, fertility),
        "person",
        "ssa_tr2024_population",
        "estimated",
        note="31 December, Social Security area: mean of the stocks of 1 July 2024 and 2025, "
        "scaled by broad age to the stock of 1 July 2025 of the 2026 report",
    )
    pack.table(
        "demography.death_rate",
        SEX_AGE,
        rates,
        "1/year",
        "ssa_tr2020_mortality",
        "estimated",
        note="pattern by age of the 2020 report (held after 2095), level of the 2026 report: "
        "its life expectancy at birth and at 65",
    )
    _add_fertility(pack, "USA", fertility, "ssa_tr2026_population")
    _add_sex_ratio(pack, "USA")
    pack.table(
        "demography.net_migration",
        SEX_AGE,
        migration,
        "person/year",
        "ssa_tr2026_population",
        "imputed",
        note="total of the 2026 report; pattern by age and sex from the population of the 2024 "
        "report",
    )
    pack.value(
        "demography.migrants_exposed",
        0.5,
        "1",
        "ssa_tr2026_population",
        "assumed",
        note="usual convention",
    )


def _trustees_series(indicator: str) -> dict[int, float]:
    frame = _source("ssa_tr2026_population")
    rows = frame[frame.indicator == indicator]
    return {int(y): float(v) for y, v in zip(rows.year, rows.value, strict=True)}


def _old_death_rates() -> dict[int, Array]:
    """Death rates of the 2020 report, with one open group from 100."""
    out: dict[int, Array] = {}
    for year, probabilities in _by_year(
        _source("ssa_tr2020_death_probability"), "qx", ages=120
    ).items():
        rates = np.empty((2, AGES))
        for index, sex in enumerate(SEXES):
            table = single_age_life_table(sex=sex, nqx=probabilities[index])
            rates[index] = table.nmx.to_numpy()[:AGES]
            rates[index, -1] = 1.0 / table.ex.to_numpy()[MAX_AGE]
        out[year] = rates
    return out


def trustees_death_rates() -> dict[int, Array]:
    """Death rates of the 2020 report at the level of life expectancy of the 2026 report.

    One factor applies from 65 and another below 50, with a straight passage of their logarithms
    between; they are solved for life expectancy at 65 and at birth of each year and sex. The
    report rounds these to a tenth of a year, which would make the rates jump from year to year:
    from the first projected year of the report the logarithms follow a polynomial of degree four.

    Returns
    -------
    dict of int to array [sex, age]
        1/year, for every year to the last.
    """
    old = _old_death_rates()
    last = max(old)
    passage = np.clip((np.arange(AGES) - 50.0) / 15.0, 0.0, 1.0)
    targets = {
        (what, sex): _trustees_series(f"period_{what}_{sex}")
        for what in ("e0", "e65")
        for sex in SEXES
    }
    logs = np.empty((len(YEARS), 2, 2))
    for t, year in enumerate(YEARS):
        for index, sex in enumerate(SEXES):
            rates = old[min(year, last)][index]
            old_age = targets["e65", sex][year]
            birth = targets["e0", sex][year]

            def miss_at_65(c: float, rates: Array = rates, target: float = old_age) -> float:
                return _expectancy_from(65, rates * np.exp(c)) - target

            above = float(brentq(miss_at_65, -2.0, 2.0))

            def miss_at_birth(
                c: float,
                rates: Array = rates,
                above: float = above,
                target: float = birth,
                index: int = index,
            ) -> float:
                scaled = rates * np.exp(c + (above - c) * passage)
                pair = np.stack([scaled, scaled])
                return float(_life_table(pair)[2][index]) - target

            logs[t, index] = float(brentq(miss_at_birth, -3.0, 3.0)), above
    projected = slice(2026 - BASE_YEAR, None)
    x = (np.arange(2026, LAST_YEAR + 1) - 2060) / 40.0
    for index in range(2):
        for part in range(2):
            smooth = np.polynomial.Polynomial.fit(x, logs[projected, index, part], 4)
            logs[projected, index, part] = smooth(x)
    return {
        year: old[min(year, last)]
        * np.exp(logs[t, :, :1] + (logs[t, :, 1:] - logs[t, :, :1]) * passage)
        for t, year in enumerate(YEARS)
    }


def trustees_net_migration() -> dict[int, Array]:
    """Net immigration of the 2026 report, by sex and age as the 2024 report implies it.

    The report gives no ages. The population of the 2024 report, less the survivors of the year
    before, leaves the migrants of each age; their mean over years is the pattern. It stops at age
    75, beyond which the remainder tells of mortality rather than of migrants.
    """
    stocks = _by_year(_source("ssa_tr2024_population_1_july"), "population")
    old = _old_death_rates()
    pattern = np.zeros((2, AGES))
    for year in PATTERN_YEARS:
        survival, _ = survival_ratios(old[year])
        pattern[:, 1:] += stocks[year + 1][:, 1:] - stocks[year][:, :-1] * survival[:, :-1]
    # A child who arrives in the year of its birth can do so in half of that year only.
    pattern[:, 0] = 0.5 * pattern[:, 1]
    pattern[:, LAST_MIGRANT_AGE:] = 0.0
    pattern = np.maximum(pattern, 0.0)
    pattern /= pattern.sum()
    total = _trustees_series("total_net_change")
    return {year: 1000.0 * total[year] * pattern for year in YEARS}


def trustees_base_population(
    rates: dict[int, Array], migration: dict[int, Array], fertility: dict[int, float]
) -> Array:
    """Population of the Social Security area on 31 December 2024.

    The mean of the stocks of 1 July on either side, then one factor for each of three broad age
    groups, such that this stock and its projection to 31 December 2025 have the mean which the
    2026 report gives for 1 July 2025. The plain mean would miss it: net immigration fell from
    2.3 million in 2024 to 0.2 million in 2025.
    """
    stocks = _by_year(_source("ssa_tr2024_population_1_july"), "population")
    stock = 0.5 * (stocks[BASE_YEAR] + stocks[BASE_YEAR + 1])
    year = BASE_YEAR + 1
    survival, birth_survival = survival_ratios(rates[year])
    children = fertility_rates("USA", fertility)[year]
    ratio = _fertility_level("USA", "sex_ratio_at_birth")[year]
    targets = {band: 1000.0 * _trustees_series(band)[year] for band in TRUSTEES_BANDS}
    for _ in range(60):
        after, deaths = np.empty((1, 2, AGES)), np.empty((1, 2, AGES))
        cohort_step(
            stock[None],
            survival[None],
            birth_survival[None],
            children[None],
            np.array([ratio]),
            migration[year][None],
            np.array([0.5]),
            1.0,
            after,
            np.empty((1, 2)),
            deaths,
        )
        middle = 0.5 * (stock + after[0])
        for band, ages in TRUSTEES_BANDS.items():
            stock[:, ages] *= targets[band] / middle[:, ages].sum()
    return stock


# --- Both -------------------------------------------------------------------------------------


def _add_fertility(pack: PackBuilder, iso3: str, level: dict[int, float], source: str) -> None:
    pack.table(
        "demography.fertility_rate",
        ("age",),
        fertility_rates(iso3, level),
        "1/year",
        np.where((np.arange(AGES) >= 10) & (np.arange(AGES) < 55), source, "wpp2024"),
        np.where((np.arange(AGES) >= 15) & (np.arange(AGES) < 50), "estimated", "imputed"),
        note="sum as published; pattern by age of World Population Prospects 2024 (2099 for 2100)",
    )


def _add_sex_ratio(pack: PackBuilder, iso3: str) -> None:
    pack.series(
        "demography.sex_ratio_at_birth",
        _fertility_level(iso3, "sex_ratio_at_birth"),
        "1",
        "wpp2024",
        "estimated",
    )


def fertility_rates(iso3: str, level: dict[int, float]) -> dict[int, Array]:
    """Births of a woman by year and single age (1/year), summing to the given level.

    The published single ages cover 15-49; the shares of 10-14 and 50-54 are published by
    five-year group and spread by `EDGE_SHAPE`.
    """
    frame = _read("wpp2024_fertility_single_age", iso3)
    young = _fertility_level(iso3, "percent_of_fertility_at_10-14")
    old = _fertility_level(iso3, "percent_of_fertility_at_50-54")
    last = int(frame.year.max())
    out: dict[int, Array] = {}
    for year in YEARS:
        group = frame[frame.year == min(year, last)].set_index("age").value
        core = group.reindex(range(15, 50)).to_numpy(dtype=float)
        shares = np.zeros(AGES)
        shares[10:15] = young[year] / 100.0 * EDGE_SHAPE
        shares[50:55] = old[year] / 100.0 * EDGE_SHAPE[::-1]
        shares[15:50] = core / core.sum() * (1.0 - shares.sum())
        out[year] = level[year] * shares / shares.sum()
    return out


def survival_ratios(rates: Array) -> tuple[Array, Array]:
    """Survival ratios [sex, age] and of births [sex] from death rates [sex, age]."""
    survival, births, _ = _life_table(rates)
    return survival, births


def _life_table(rates: Array) -> tuple[Array, Array, Array]:
    given = np.ascontiguousarray(rates[None])
    survival, probability = np.empty_like(given), np.empty_like(given)
    births, expectancy = np.empty((1, 2)), np.empty((1, 2))
    survival_from_death_rates(given, survival, births, probability, expectancy)
    return survival[0], births[0], expectancy[0]


def _expectancy_from(age: int, rates: Array) -> float:
    """Life expectancy at an age, from death rates of single ages (year)."""
    m = rates[age:]
    q = m[:-1] / (1.0 + 0.5 * m[:-1])
    survivors = np.concatenate([[1.0], np.cumprod(1.0 - q)])
    return float(np.sum(survivors[:-1] * (1.0 - 0.5 * q)) + survivors[-1] / m[-1])


@cache
def _source(name: str) -> pd.DataFrame:
    return pd.read_parquet(SOURCES / f"{name}.parquet")


def _read(name: str, iso3: str) -> pd.DataFrame:
    frame = _source(name)
    return frame[frame.iso3 == iso3]


def _by_sex(frame: pd.DataFrame, column: str, ages: int = AGES) -> Array:
    """A column as array [sex, age]; every cell must be there."""
    table = frame.pivot(index="sex", columns="age", values=column)
    table = table.reindex(index=SEXES, columns=range(ages))
    values = np.array(table, dtype=float, order="C")
    if not np.isfinite(values).all():
        raise ValueError(f"{column}: a sex or age is missing")
    return values


def _by_year(frame: pd.DataFrame, column: str, ages: int = AGES) -> dict[int, Array]:
    """A column as arrays [sex, age] by year."""
    return {
        int(year): _by_sex(frame[frame.year == year], column, ages)
        for year in sorted(frame.year.unique())
    }


def _fertility_level(iso3: str, indicator: str) -> dict[int, float]:
    frame = _read("wpp2024_fertility_level", iso3)
    rows = frame[frame.indicator == indicator]
    return {int(y): float(v) for y, v in zip(rows.year, rows.value, strict=True)}
