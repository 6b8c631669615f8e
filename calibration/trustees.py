"""Population of the United States by the Trustees of the Social Security funds.

The intermediate assumptions of the 2026 report for the Social Security area, so that population
and finance are of one set. The report gives neither single ages nor death rates: patterns by age
come from older reports and from World Population Prospects 2024.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from calibration import united_nations
from calibration.cohorts import Inputs, a_year_later
from calibration.mortality.closing import expectancy_at
from calibration.mortality.measures import life_expectancy
from calibration.united_nations import (
    AGES,
    BASE_YEAR,
    LAST_YEAR,
    SEX_AGE,
    SEXES,
    YEARS,
    sex_ratio_at_birth,
    source_table,
    survival_ratios,
)
from socialbudget.builder import PackBuilder
from socialbudget.dims import MAX_AGE
from socialbudget.life_table import single_age_life_table

Array = NDArray[np.float64]

TRUSTEES_BANDS = {
    "population_under_20": slice(0, 20),
    "population_20_64": slice(20, 65),
    "population_65_and_over": slice(65, AGES),
}
PATTERN_YEARS = range(2024, 2050)
LAST_MIGRANT_AGE = 75
MIGRANTS_EXPOSED = 0.5


def add_trustees(pack: PackBuilder) -> None:
    """Add the population tables of the United States to their pack, by the Trustees' reports."""
    inputs = trustees_inputs()
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
    pack.table(
        "demography.population",
        SEX_AGE,
        inputs.population,
        "person",
        "ssa_tr2024_population",
        "estimated",
        note="31 December, Social Security area: mean of the stocks of 1 July 2024 and 2025, "
        "scaled by broad age to the stock of 1 July 2025 of the 2026 report",
    )
    pack.table(
        "demography.death_rate",
        SEX_AGE,
        dict(zip(inputs.years, inputs.death_rate, strict=True)),
        "1/year",
        "ssa_tr2020_mortality",
        "estimated",
        note="pattern by age of the 2020 report (held after 2095), level of the 2026 report: "
        "its life expectancy at birth and at 65",
    )
    ages = np.arange(AGES)
    pack.table(
        "demography.fertility_rate",
        ("age",),
        dict(zip(inputs.years, inputs.fertility_rate, strict=True)),
        "1/year",
        np.where((ages >= 10) & (ages < 55), "ssa_tr2026_population", "wpp2024"),
        "estimated",
        note="sum as published; pattern by age of World Population Prospects 2024 (2099 for 2100)",
    )
    pack.series(
        "demography.sex_ratio_at_birth",
        sex_ratio_at_birth("USA"),
        "1",
        "wpp2024",
        "estimated",
    )
    pack.table(
        "demography.net_migration",
        SEX_AGE,
        dict(zip(inputs.years, inputs.net_migration, strict=True)),
        "person/year",
        "ssa_tr2026_population",
        "estimated",
        note="total of the 2026 report; pattern by age and sex from the population of the 2024 "
        "report, net departures of single ages (0.03% of the migrants) taken as none",
    )
    pack.value(
        "demography.migrants_exposed",
        MIGRANTS_EXPOSED,
        "1",
        "ssa_tr2026_population",
        "assumed",
        note="usual convention",
    )


@cache
def trustees_inputs() -> Inputs:
    """Inputs of the projection of the Social Security area, half a year of the migrants exposed."""
    rates, migration = trustees_death_rates(), trustees_net_migration()
    fertility, ratio = trustees_fertility_rates(), sex_ratio_at_birth("USA")
    return Inputs(
        "USA",
        tuple(YEARS),
        trustees_base_population(rates, migration),
        np.stack([rates[year] for year in YEARS]),
        np.stack([fertility[year] for year in YEARS]),
        np.array([ratio[year] for year in YEARS]),
        np.stack([migration[year] for year in YEARS]),
        MIGRANTS_EXPOSED,
    )


def trustees_series(indicator: str) -> dict[int, float]:
    frame = source_table("ssa_tr2026_population")
    rows = frame[frame.indicator == indicator]
    return {int(y): float(v) for y, v in zip(rows.year, rows.value, strict=True)}


def _old_death_rates() -> dict[int, Array]:
    """Death rates of the 2020 report, with one open group from 100."""
    out: dict[int, Array] = {}
    for year, probabilities in _by_year(
        source_table("ssa_tr2020_death_probability"), "qx", ages=120
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
        (what, sex): trustees_series(f"period_{what}_{sex}")
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
                return float(expectancy_at(rates * np.exp(c), 65)) - target

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
                return float(life_expectancy(pair)[index]) - target

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
    75, beyond which the remainder tells of mortality rather than of migrants. Ages from which, on
    balance, people leave (0.03% of the arrivals) count as zero: they are fewer than the rounding
    of the stocks can tell, and a pattern must keep its sign when the total changes.
    """
    stocks = _by_year(source_table("ssa_tr2024_population_1_july"), "population")
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
    total = trustees_series("total_net_change")
    return {year: 1000.0 * total[year] * pattern for year in YEARS}


def trustees_base_population(rates: dict[int, Array], migration: dict[int, Array]) -> Array:
    """Population of the Social Security area on 31 December 2024.

    The mean of the stocks of 1 July on either side, then one factor for each of three broad age
    groups, such that this stock and its projection to 31 December 2025 have the mean which the
    2026 report gives for 1 July 2025. The plain mean would miss it: net immigration fell from
    2.3 million in 2024 to 0.2 million in 2025.
    """
    stocks = _by_year(source_table("ssa_tr2024_population_1_july"), "population")
    stock = 0.5 * (stocks[BASE_YEAR] + stocks[BASE_YEAR + 1])
    year = BASE_YEAR + 1
    survival, birth_survival = survival_ratios(rates[year])
    children = trustees_fertility_rates()[year]
    ratio = sex_ratio_at_birth("USA")[year]
    targets = {band: 1000.0 * trustees_series(band)[year] for band in TRUSTEES_BANDS}
    for _ in range(60):
        after = a_year_later(
            stock, survival, birth_survival, children, ratio, migration[year], MIGRANTS_EXPOSED
        )
        middle = 0.5 * (stock + after)
        for band, ages in TRUSTEES_BANDS.items():
            stock[:, ages] *= targets[band] / middle[:, ages].sum()
    return stock


def trustees_fertility_rates() -> dict[int, Array]:
    """Births of a woman by year and single age: level of the 2026 report, ages of the UN."""
    level = trustees_series("total_fertility_rate")
    rates = united_nations.fertility_rates("USA", np.array([level[y] for y in YEARS]), YEARS)
    return dict(zip(YEARS, rates, strict=True))


def _by_year(frame: pd.DataFrame, column: str, ages: int = AGES) -> dict[int, Array]:
    """A column as arrays [sex, age] by year; every cell must be there."""
    out = {}
    for year in sorted(frame.year.unique()):
        table = frame[frame.year == year].pivot(index="sex", columns="age", values=column)
        values = table.reindex(index=SEXES, columns=range(ages)).to_numpy(dtype=float)
        if not np.isfinite(values).all():
            raise ValueError(f"{column}, {year}: a sex or age is missing")
        out[int(year)] = np.ascontiguousarray(values)
    return out
