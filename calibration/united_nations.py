"""Population, vital rates and migration of every country in World Population Prospects 2024.

The medium variant is published by five-year ages for mortality and fertility, by single ages for
migrants, and for thirteen countries by single ages throughout. From these tables come the inputs
of a projection by single ages and calendar years: see `united_nations_inputs`. Nothing that the
publisher projected for a year after 2025 enters, other than rates, life expectancy and migrants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.cohorts import Inputs, Projection, a_year_later, project, survival_ratios
from calibration.graduation import (
    AGES,
    FERTILE_FROM,
    FERTILE_TO,
    FIVE_YEAR,
    death_rates_by_single_age,
    fertility_by_single_age,
    meet_life_expectancy,
    smoothest,
)
from calibration.rogers_castro import balance_profile
from socialbudget.builder import PackBuilder, rounded
from socialbudget.life_table import Sex
from socialbudget.pack import LEFT_OUT

Array = NDArray[np.float64]

SOURCES = Path(__file__).parent / "sources"
BASE_YEAR, LAST_YEAR = 2024, 2100
YEARS = range(BASE_YEAR, LAST_YEAR + 1)
SEXES: tuple[Sex, Sex] = ("female", "male")
SEX_AGE = ("sex", "age")
STORED_BITS = 20
"""Binary digits of death rates: exact to 5e-7. Binary fractions keep packs small, below too."""

FERTILITY_UNIT = 2.0**-23
PERSON_UNIT, SMALL_PERSON_UNIT = 2.0**-3, 2.0**-10
"""Units in which births of a woman are kept, migrants of large countries, and other persons."""

FERTILITY_ROUNDS = 4
"""Times that fertility is graduated with the women of a projection. A test over all countries holds
the shares that come out to the published ones."""

GROUP_ROUNDS, GROUP_TOLERANCE = 30, 1e-6
"""Rounds in which the base stock meets the published groups, thrice as many where it swings, and
the relative error left at most."""

LARGE = 1e6
"""Persons from which a country counts as large: below, its rounded migrants need their curves, and
its errors are told apart."""

CELL_ROUNDING = 0.75
"""Persons by which a published cell of migrants may differ from an exact one: its rounding, and
half as much again for the rounding of the total."""

SMALLEST_GROUP = 5.0
"""Groups of fewer persons are published too coarsely to be met exactly."""

TOLERANCE = {"change": 0.05, "bend": 0.01, "single": 2e-5, "rounding": 0.3, "sex": 0.01}
"""How far the base stock may move from its first guess (relative change, its second differences,
difference between the sexes) and from published single ages (relative, persons)."""

Women = tuple[Array, Array]
"""Women [year, age] whose births a rate makes, and of the middle of the year."""


def countries() -> tuple[str, ...]:
    """ISO codes of the 236 countries and areas whose projection the source allows, sorted."""
    return tuple(_index("wpp2024_net_migration", "iso3"))


def country_name(iso3: str) -> str:
    """Name of a country or area as published."""
    frame = source_table("wpp2024_locations")
    return str(frame.set_index("iso3").name.loc[iso3])


@cache
def united_nations_inputs(iso3: str) -> Inputs:
    """Inputs of a country's projection from 31 December 2024 to 2100.

    Parameters
    ----------
    iso3 : str
        One of `countries`.

    Returns
    -------
    Inputs
    """
    if iso3 in LEFT_OUT:
        raise ValueError(f"{iso3}: {LEFT_OUT[iso3][1]}")
    if iso3 not in countries():
        raise ValueError(f"'{iso3}' is no ISO code of World Population Prospects 2024")
    return build_inputs(iso3, tuple(YEARS), net_migration(iso3, YEARS))


def build_inputs(iso3: str, years: tuple[int, ...], migration: Array) -> Inputs:
    """Inputs of a projection whose base year is the first of ``years``.

    The published shares of fertility by age of mother are births over women of a five-year group.
    So they depend on how many women there are at each age within the group, which a projection
    tells: fertility is graduated, the population projected, and both once more, until the shares
    hold.

    Parameters
    ----------
    iso3 : str
    years : tuple of int
        Calendar years; a mid-year stock by age is published for the second.
    migration : array [year, sex, age]
        Net migrants (persons a year).

    Returns
    -------
    Inputs
    """
    rates = death_rates(iso3, years)
    level = annual(iso3, "total_fertility_rate", years)
    fertility = fertility_rates(iso3, level, years)
    ratio = annual(iso3, "sex_ratio_at_birth", years)
    stock = opening_stock(iso3, years[0], rates[1], fertility[1], float(ratio[1]), migration[1])
    inputs = Inputs(iso3, years, stock, rates, fertility, ratio, migration)
    published = shares = fertility_shares(iso3, years)
    for _ in range(FERTILITY_ROUNDS):
        found = _shares_by_group(inputs.fertility_rate, _women(inputs, project(inputs)))
        shares = shares * np.divide(published, found, out=np.ones_like(found), where=found > 0.0)
        shares = shares / shares.sum(axis=1, keepdims=True)
        inputs = replace(inputs, fertility_rate=fertility_rates(iso3, level, years, shares))
    inputs = replace(inputs, fertility_rate=_in_units(inputs.fertility_rate, FERTILITY_UNIT))
    return replace(inputs, net_migration=_leaving_nobody_short(inputs))


def _leaving_nobody_short(inputs: Inputs) -> Array:
    """Net migrants [year, sex, age], emigrants of an age at most the persons who are there.

    The published emigrants of some cohorts that almost all leave are more than the survivors of
    ours: single ages within the published groups of five years are not known, and where counts
    are small, both are rounded to a person. Without the rule four countries run below zero: the
    United Arab Emirates, where foreign workers leave at 66 to 80 (-7,813 of one sex and age), Qatar
    (-1,055), the Marshall Islands, where the cohorts born about 1995 leave (-26), and Saint Martin
    (-3). It keeps back 27,827, 2,231, 97 and 6 emigrants over all years.

    The source must do likewise: its own stocks stay above zero, and in the groups concerned the
    rule brings ours nearer to them (`calibration.compare_wpp.emigration_table`).
    """
    migration = inputs.net_migration.copy()
    while True:
        stock = project(replace(inputs, net_migration=migration)).population
        short = np.flatnonzero((stock < 0.0).any(axis=(1, 2)))
        if len(short) == 0:
            return migration
        year = short[0]
        missing = np.maximum(-stock[year], 0.0)
        migration[year] += np.ceil(missing / SMALL_PERSON_UNIT) * SMALL_PERSON_UNIT


def _women(inputs: Inputs, projection: Projection) -> Women:
    """Women exposed and mid-year women; of the base year those at its end."""
    stock = projection.population[:, 0]
    middle = np.concatenate([stock[:1], projection.midyear[1:, 0]])
    exposed = middle - 0.5 * inputs.net_migration[:, 0]
    exposed[0] = stock[0]
    return exposed, middle


def add_united_nations(pack: PackBuilder, iso3: str) -> None:
    """Add the population tables of a country to its pack, by World Population Prospects 2024.

    Parameters
    ----------
    pack : PackBuilder
        Has the source ``wpp2024``.
    iso3 : str
        One of `countries`.
    """
    inputs = united_nations_inputs(iso3)
    single = iso3 in single_age_countries()
    pack.table(
        "demography.population",
        SEX_AGE,
        inputs.population,
        "person",
        "wpp2024",
        "estimated",
        note="31 December: single ages graduated from the country's published groups, that "
        "reproduce its mid-year stock of 2025; totals by sex as published",
    )
    pack.table(
        "demography.death_rate",
        SEX_AGE,
        dict(zip(inputs.years, inputs.death_rate, strict=True)),
        "1/year",
        "wpp2024",
        "estimated",
        note="single ages of both sexes as published, parted by sex"
        if single
        else "graduated from published age groups and periods; life expectancy as published",
    )
    pack.table(
        "demography.fertility_rate",
        ("age",),
        dict(zip(inputs.years, inputs.fertility_rate, strict=True)),
        "1/year",
        "wpp2024",
        "estimated",
        note="sum as published; published single ages of 15-49 (2099 for 2100), other ages "
        "graduated from published groups"
        if single
        else "sum and births over women by five-year age as published, graduated",
    )
    pack.series(
        "demography.sex_ratio_at_birth",
        dict(zip(inputs.years, inputs.sex_ratio_at_birth.tolist(), strict=True)),
        "1",
        "wpp2024",
        "estimated",
    )
    note = (
        "single ages as published, brought to the published total"
        if inputs.population.sum() >= LARGE
        else "published total, spread by arrivals and departures that round to the published ages"
    )
    kept_back = (inputs.net_migration - net_migration(iso3, YEARS)).sum()
    if kept_back:
        note += (
            f"; emigrants of an age at most the persons there: {kept_back:.0f} fewer over all years"
        )
    pack.table(
        "demography.net_migration",
        SEX_AGE,
        dict(zip(inputs.years, inputs.net_migration, strict=True)),
        "person/year",
        "wpp2024",
        "estimated",
        note=note,
    )
    pack.value(
        "demography.migrants_exposed",
        0.0,
        "1",
        "wpp2024",
        "estimated",
        note="the source adds the net migrants of a year at its end",
    )


# --- Rates and migrants -------------------------------------------------------------------------


def annual(iso3: str, indicator: str, years: Sequence[int]) -> Array:
    """A published series of calendar years.

    Parameters
    ----------
    indicator : {"total_fertility_rate", "life_expectancy_female", "life_expectancy_male", \
"sex_ratio_at_birth", "net_migration"}
        Births a woman, years, years, male births for one female birth, thousand persons.
    """
    return np.asarray(
        _cells("wpp2024_annual", ("iso3", "indicator", "year"))[
            _at("wpp2024_annual", "iso3", iso3),
            _at("wpp2024_annual", "indicator", indicator),
            [_at("wpp2024_annual", "year", year) for year in years],
        ]
    )


def sex_ratio_at_birth(iso3: str) -> dict[int, float]:
    """Male births for one female birth, by year of the projection."""
    return dict(zip(YEARS, annual(iso3, "sex_ratio_at_birth", YEARS).tolist(), strict=True))


def net_migration(iso3: str, years: Sequence[int]) -> Array:
    """Net migrants by year (2023-2100), sex and single age (persons a year).

    The source rounds every cell to a person, so the cells of a year miss its published total; the
    difference is spread over the cells by their size. In countries below a million people the
    rounding hides much of the pattern, or all of it: there the cells are arrivals less departures
    of the curves behind the source (`calibration.rogers_castro`) wherever these agree with the
    published cells to `CELL_ROUNDING`.

    Returns
    -------
    array [year, sex, age]
        Persons, to an eighth; to a thousandth in countries below a million.
    """
    name = "wpp2024_net_migration"
    table = _cells(name, ("iso3", "year", "sex", "age"))[_at(name, "iso3", iso3)]
    cells = table[[_at(name, "year", year) for year in years]].astype(float)
    total = 1000.0 * annual(iso3, "net_migration", years)
    size = np.abs(cells).sum(axis=(1, 2))
    gap = total - cells.sum(axis=(1, 2))
    share = np.abs(cells) / np.maximum(size, 1.0)[:, None, None]
    spread = cells + gap[:, None, None] * share
    if population_totals(iso3, "31_december", [BASE_YEAR])[0, 0] >= LARGE:
        return _in_units(spread, PERSON_UNIT)
    curves = _migration_curves(cells, total)
    fits = np.abs(curves - cells).max(axis=(1, 2)) <= CELL_ROUNDING
    return _in_units(np.where(fits[:, None, None], curves, spread), SMALL_PERSON_UNIT)


def _migration_curves(cells: Array, total: Array) -> Array:
    """Arrivals less departures, both sexes alike, that add up to a total and are near the cells.

    Parameters
    ----------
    cells : array [year, sex, age]
        Net migrants rounded to a person.
    total : array [year]
        Net migrants (persons).

    Returns
    -------
    array [year, sex, age]
    """
    arrivals, departures = balance_profile([1.0, 0.0], [0.0, 1.0])
    # With departures = arrivals - total one unknown is left: those who come and are replaced.
    exchange = arrivals + departures
    fixed = np.where(total[:, None] > 0.0, arrivals, -departures) * total[:, None]
    rest = cells.mean(axis=1) - 0.5 * fixed
    both = rest @ exchange / (exchange @ exchange)
    one = 0.5 * fixed + np.maximum(both, 0.0)[:, None] * exchange
    return np.asarray(np.repeat(one[:, None], 2, axis=1))


def fertility_shares(iso3: str, years: Sequence[int]) -> Array:
    """Published shares [year, group] of fertility at 10-14, ..., 50-54; they add up to one."""
    name = "wpp2024_fertility_share"
    published = _cells(name, ("iso3", "year", "age_start"))[_at(name, "iso3", iso3)]
    published = published[[_at(name, "year", year) for year in years]]
    return np.asarray(published / published.sum(axis=1, keepdims=True))


def fertility_rates(
    iso3: str, level: Array, years: Sequence[int], shares: Array | None = None
) -> Array:
    """Births of a woman by year and single age (1/year).

    Parameters
    ----------
    level : array [year]
        Total fertility (births a woman): the sum of the rates.
    shares : array [year, group], optional
        Shares of the sum of the rates by five-year group; if not given, those published.

    Returns
    -------
    array [year, age]
        In the thirteen countries ages within 15-49 follow the published single ages.
    """
    given = fertility_shares(iso3, years) if shares is None else shares
    rates = fertility_by_single_age(given)
    if iso3 in single_age_countries() and min(years) >= BASE_YEAR:
        core = single_age_fertility(iso3, years)
        inner = given[:, 1:-1].sum(axis=1, keepdims=True)
        rates[:, 15:50] = core / core.sum(axis=1, keepdims=True) * inner
    return np.asarray(level[:, None] * rates)


def _shares_by_group(rates: Array, women: Women) -> Array:
    """Births over women of five-year groups, as shares of their sum."""
    span = slice(FERTILE_FROM, FERTILE_TO)
    exposed, middle = (w[:, span].reshape(len(w), -1, 5) for w in women)
    births = (rates[:, span].reshape(exposed.shape) * exposed).sum(axis=2)
    mean = births / middle.sum(axis=2)
    return np.asarray(mean / mean.sum(axis=1, keepdims=True))


def single_age_fertility(iso3: str, years: Sequence[int]) -> Array:
    """Published rates of 15-49 (births per 1000 women); the last year stands for later ones."""
    name = "wpp2024_fertility_single_age"
    last = max(_index(name, "year"))
    table = _cells(name, ("iso3", "year", "age"))[_at(name, "iso3", iso3)]
    return np.asarray(table[[_at(name, "year", min(year, last)) for year in years]])


def death_rates(iso3: str, years: Sequence[int]) -> Array:
    """Death rates by year, sex and single age (1/year) at the published life expectancy.

    Rounded to `STORED_BITS` binary digits.
    """
    target = np.stack([annual(iso3, f"life_expectancy_{sex}", years) for sex in SEXES], axis=-1)
    if iso3 in single_age_countries() and min(years) >= BASE_YEAR:
        pattern = _single_age_death_rates(iso3, years)
    else:
        pattern = graduated_death_rates(iso3, years)
    return rounded(meet_life_expectancy(pattern, target), STORED_BITS)


def _single_age_death_rates(iso3: str, years: Sequence[int]) -> Array:
    """Rates of the thirteen countries; the last year stands for later ones."""
    name = "wpp2024_death_rate_single_age"
    last = max(_index(name, "year"))
    table = _cells(name, ("iso3", "year", "sex", "age"))[_at(name, "iso3", iso3)]
    return np.asarray(table[[_at(name, "year", min(year, last)) for year in years]])


def graduated_death_rates(iso3: str, years: Sequence[int]) -> Array:
    """Death rates by year, sex and single age before they meet the annual life expectancy.

    Abridged rates of periods (from one mid-year to another five years on) stand for the period's
    middle; each is graduated by age and the logarithms are interpolated in time. For projected
    years the pattern by age of 2020-2025, which holds the pandemic, is left out.
    """
    name = "wpp2024_death_rate_age5"
    groups = _cells(name, ("iso3", "period_start", "sex", "age_start"))[_at(name, "iso3", iso3)]
    starts = np.array(_index(name, "period_start"), dtype=float)
    if min(years) >= BASE_YEAR:
        groups, starts = groups[starts >= BASE_YEAR], starts[starts >= BASE_YEAR]
    single = np.log(death_rates_by_single_age(groups))
    return np.asarray(np.exp(_interpolate(starts + 3.0, single, np.array(years) + 0.5)))


def _interpolate(at: Array, values: Array, wanted: Array) -> Array:
    """Straight lines between points along the first axis, the outer ones prolonged."""
    right = np.clip(np.searchsorted(at, wanted), 1, len(at) - 1)
    weight = (wanted - at[right - 1]) / (at[right] - at[right - 1])
    weight = weight.reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray((1.0 - weight) * values[right - 1] + weight * values[right])


def _in_units(values: Array, unit: float) -> Array:
    """Round to whole units."""
    return np.asarray(np.round(values / unit) * unit)


# --- Base population ----------------------------------------------------------------------------


def opening_stock(
    iso3: str, year: int, rates: Array, fertility: Array, sex_ratio: float, migration: Array
) -> Array:
    """Population of 31 December by sex and single age.

    The source publishes mid-year stocks, each the mean of the two stocks of 31 December around
    it. The stock is sought that, moved on by the rates and migrants of the next year, gives the
    published mid-year stock of that year by sex and five-year group. Single ages follow total
    fertility in the years in which the cohorts were born, times a smooth curve: a jump of
    fertility stays in its cohort for life. Births would say the same where nobody moved; but
    where they fell because women had fled, the cohort came back later.

    Where they are published (2024), totals by sex are met too, instead of the group 0-4, half of
    which is born in the year after; and in the thirteen countries single ages of both sexes.

    Parameters
    ----------
    year : int
        The stock is that of its end.
    rates : array [sex, age]
        Death rates of the next year (1/year).
    fertility : array [age]
        Of the next year (1/year).
    sex_ratio : float
        Of the next year.
    migration : array [sex, age]
        Of the next year (persons).

    Returns
    -------
    array [sex, age]
        Persons, to a thousandth.
    """
    survival, born = survival_ratios(rates)
    groups = midyear_groups(iso3, year + 1)
    seed = cohort_fertility(iso3, year) * _years_lived(rates)
    stock = _follow_groups(seed, groups, survival, born, fertility, sex_ratio, migration)
    if year == BASE_YEAR:
        single = midyear_both_sexes(iso3, year + 1) if iso3 in single_age_countries() else None
        stock = _adjust(stock, groups, totals_by_sex(iso3, year), survival, migration, single)
    return _in_units(stock, SMALL_PERSON_UNIT)


def _adjust(
    stock: Array,
    groups: Array,
    totals: Array,
    survival: Array,
    migration: Array,
    single: Array | None,
) -> Array:
    """Change a stock as little and as smoothly as possible until all conditions hold.

    Parameters
    ----------
    stock : array [sex, age]
        Persons.
    groups : array [sex, group]
        Mid-year stock of the next year, met from the second group on.
    totals : array [sex]
        Of the stock, met.
    survival, migration : array [sex, age]
        Of the next year.
    single : array [age], optional
        Mid-year stock of the next year, both sexes, met from age 1 on to `TOLERANCE`.

    Returns
    -------
    array [sex, age]
    """
    size = 2 * AGES
    after = np.zeros((size, size))
    for sex in range(2):
        first = sex * AGES
        ages = np.arange(1, AGES)
        after[first + ages, first + ages - 1] = survival[sex, :-1]
        after[first + AGES - 1, first + AGES - 1] = survival[sex, -1]
    # Unknowns: relative changes of every cell, women then men.
    half = 0.5 * (np.eye(size) + after) * stock.ravel()
    middle = half.sum(axis=1) + 0.5 * migration.ravel()
    sums = np.zeros((2 * len(FIVE_YEAR), size))
    member = np.searchsorted(FIVE_YEAR, np.arange(AGES), side="right") - 1
    for sex in range(2):
        sums[sex * len(FIVE_YEAR) + member, sex * AGES + np.arange(AGES)] = 1.0
    keep = (np.tile(np.arange(len(FIVE_YEAR)), 2) > 0) & (groups.ravel() >= SMALLEST_GROUP)
    whole = np.zeros((2, size))
    whole[0, :AGES], whole[1, AGES:] = stock
    scale = 1.0 / np.concatenate([groups.ravel()[keep], totals])
    exact = np.concatenate([(sums @ half)[keep], whole]) * scale[:, None]
    missing = np.concatenate([(groups.ravel() - sums @ middle)[keep], totals - stock.sum(axis=1)])
    # Least squares with exact conditions: to the free optimum comes what the conditions lack.
    gain = _stiffness().copy()
    free: Array = np.zeros(size)
    if single is not None:
        ages = np.arange(1, AGES)
        weight = 1.0 / (single[ages] * TOLERANCE["single"] + TOLERANCE["rounding"])
        rows = (half[ages] + half[AGES + ages]) * weight[:, None]
        alike = np.hstack([np.eye(AGES), -np.eye(AGES)]) / TOLERANCE["sex"]
        gain[:] = np.linalg.inv(np.linalg.inv(gain) + rows.T @ rows + alike.T @ alike)
        free = gain @ rows.T @ ((single - middle[:AGES] - middle[AGES:])[ages] * weight)
    push = np.linalg.solve(exact @ gain @ exact.T, missing * scale - exact @ free)
    change = free + gain @ exact.T @ push
    if (change <= -1.0).any():
        raise ValueError("base population: the published stocks leave an age below zero")
    return np.asarray(stock * (1.0 + change.reshape(2, AGES)))


@cache
def _stiffness() -> Array:
    """Inverse of the quadratic form that measures a relative change of a stock."""
    bend = np.diff(np.eye(AGES), 2, axis=0) / TOLERANCE["bend"]
    one = np.linalg.inv(np.eye(AGES) / TOLERANCE["change"] ** 2 + bend.T @ bend)
    return np.asarray(np.kron(np.eye(2), one))


def _follow_groups(
    seed: Array,
    groups: Array,
    survival: Array,
    born: Array,
    fertility: Array,
    sex_ratio: float,
    migration: Array,
) -> Array:
    """Seed times the smoothest curve such that the mid-year stock has the groups given."""
    operator = smoothest((*FIVE_YEAR, AGES), 3)
    target = np.maximum(groups, 0.5)
    starts = np.array(FIVE_YEAR)
    level = np.log(target / np.add.reduceat(seed, starts, axis=1))
    stock = seed
    counted = groups >= SMALLEST_GROUP
    for number in range(3 * GROUP_ROUNDS):
        stock = seed * np.exp(level @ operator.T)
        after = a_year_later(stock, survival, born, fertility, sex_ratio, migration)
        middle = np.add.reduceat(0.5 * (stock + after), starts, axis=1)
        miss = np.log(target / np.maximum(middle, 0.1 * target))
        off = np.where(counted, np.abs(miss), 0.0)
        if number >= GROUP_ROUNDS - 1 and off.max() <= GROUP_TOLERANCE:
            return stock
        # Neighbouring groups can swing against one another, above all next to a few old persons.
        step = 1.0 if number < GROUP_ROUNDS - 1 else 0.3
        level = level + step * np.clip(miss, -1.0, 1.0)
    sex, group = np.unravel_index(np.argmax(off), off.shape)
    raise ValueError(
        f"base population: {SEXES[sex]} of the group from {FIVE_YEAR[group]} are off the published "
        f"mid-year stock by {off.max():.1e} (relative) after {number + 1} rounds"
    )


def totals_by_sex(iso3: str, year: int) -> Array:
    """Published population of 31 December, women and men (persons), 2024-2100."""
    return population_totals(iso3, "31_december", [year])[0, 1:]


def population_totals(iso3: str, date: str, years: Iterable[int]) -> Array:
    """Published population [year, (both, women, men)] (persons).

    Parameters
    ----------
    date : {"1_july", "31_december"}
    """
    table = cast(pd.DataFrame, _totals().xs((iso3, date)))
    return table.reindex(index=list(years), columns=["both", *SEXES]).to_numpy(dtype=float)


@cache
def _totals() -> pd.DataFrame:
    frame = source_table("wpp2024_population_total")
    return frame.pivot(index=["iso3", "reference_date", "year"], columns="sex", values="value")


def midyear_both_sexes(iso3: str, year: int) -> Array:
    """Published mid-year stock by single age (persons); the open group is what the rest leaves."""
    frame = source_table("wpp2024_population_single_age")
    rows = frame[(frame.iso3 == iso3) & (frame.year == year)].set_index("age").value
    ages = rows.reindex(range(AGES - 1)).to_numpy(dtype=float)
    total = population_totals(iso3, "1_july", [year])[0, 0]
    return np.append(ages, total - ages.sum())


def midyear_groups(iso3: str, year: int) -> Array:
    """Published mid-year stock by sex and five-year group (persons), 2000, 2005, ..., 2100."""
    name = "wpp2024_population_age5"
    table = _cells(name, ("iso3", "year", "sex", "age_start"))
    return np.asarray(table[_at(name, "iso3", iso3), _at(name, "year", year)].astype(float))


def cohort_fertility(iso3: str, year: int) -> Array:
    """Total fertility in the years in which those aged 0 to 100 at the end of a year were born.

    The first of 1950 stands for the years before.
    """
    frame = source_table("wpp2024_past_fertility")
    level = frame[(frame.iso3 == iso3) & (frame.year <= year)].set_index("year").value
    born = year - np.arange(AGES)
    return level.reindex(np.maximum(born, level.index.min())).to_numpy(dtype=float)


def vital_events(iso3: str, indicator: str) -> pd.Series:
    """Published births or deaths by year, 2000-2100 (persons)."""
    return _vital_events().xs((iso3, indicator))


@cache
def _vital_events() -> pd.Series:
    frame = source_table("wpp2024_births_deaths")
    return frame.set_index(["iso3", "indicator", "year"]).value.sort_index()


def _years_lived(rates: Array) -> Array:
    """Years lived by single age of one birth, in the stationary population."""
    survival, born = survival_ratios(rates)
    lived = np.empty_like(rates)
    lived[:, 0] = born
    for age in range(1, AGES):
        lived[:, age] = lived[:, age - 1] * survival[:, age - 1]
    lived[:, -1] /= 1.0 - survival[:, -1]
    return lived


# --- Tables -------------------------------------------------------------------------------------


@cache
def single_age_countries() -> tuple[str, ...]:
    """Countries whose rates are published by single age."""
    return tuple(_index("wpp2024_death_rate_single_age", "iso3"))


@cache
def source_table(name: str) -> pd.DataFrame:
    """A table of ``calibration/sources``."""
    return pd.read_parquet(SOURCES / f"{name}.parquet")


@cache
def _index(name: str, column: str) -> list[Any]:
    """The values of a key column in the order of `_cells`."""
    return sorted(source_table(name)[column].unique().tolist())


@cache
def _positions(name: str, column: str) -> dict[Any, int]:
    return {value: position for position, value in enumerate(_index(name, column))}


def _at(name: str, column: str, value: Any) -> int:
    try:
        return _positions(name, column)[value]
    except KeyError:
        raise ValueError(f"{name}: no {column} {value!r}") from None


@cache
def _cells(name: str, keys: tuple[str, ...]) -> Array:
    """A source table as a dense array over its keys; every cell must be there."""
    frame = source_table(name).sort_values(list(keys))
    shape = tuple(len(_index(name, key)) for key in keys)
    if len(frame) != np.prod(shape):
        raise ValueError(f"{name}: {len(frame)} rows for {shape} cells")
    return frame["value"].to_numpy().reshape(shape)
