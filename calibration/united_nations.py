"""Population, vital rates and migration of every country in World Population Prospects 2024.

The medium variant is published by five-year ages for mortality and fertility, by single ages for
migrants, and for thirteen countries by single ages throughout. From these tables come the inputs
of a projection by single ages and calendar years: see `united_nations_inputs`. Nothing that the
publisher projected for a year after 2025 enters, other than rates, life expectancy and migrants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.graduation import (
    AGES,
    FIVE_YEAR,
    _smoothest,
    death_rates_by_single_age,
    fertility_by_single_age,
    meet_life_expectancy,
)
from socialbudget.builder import PackBuilder
from socialbudget.kernels.cohort import survival_from_death_rates
from socialbudget.life_table import Sex

Array = NDArray[np.float64]

SOURCES = Path(__file__).parent / "sources"
BASE_YEAR, LAST_YEAR = 2024, 2100
YEARS = range(BASE_YEAR, LAST_YEAR + 1)
SEXES: tuple[Sex, Sex] = ("female", "male")
SEX_AGE = ("sex", "age")

LEFT_OUT = {"VAT": "the source gives its total population only: no fertility, mortality or ages"}
"""Areas of the source without a projection of ours, and why."""


@dataclass(frozen=True)
class Inputs:
    """Inputs of a projection of one country, by calendar year.

    Attributes
    ----------
    iso3 : str
    years : tuple of int
        Calendar years of the rates and flows; the first is the base year.
    population : array [sex, age]
        Persons on 31 December of the base year.
    death_rate : array [year, sex, age]
        1/year.
    fertility_rate : array [year, age]
        Births of a woman in a year.
    sex_ratio_at_birth : array [year]
        Male births for one female birth.
    net_migration : array [year, sex, age]
        Persons a year by the age reached at the end of the year.
    """

    iso3: str
    years: tuple[int, ...]
    population: Array
    death_rate: Array
    fertility_rate: Array
    sex_ratio_at_birth: Array
    net_migration: Array


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
        raise ValueError(f"{iso3}: {LEFT_OUT[iso3]}")
    if iso3 not in countries():
        raise ValueError(f"'{iso3}' is no ISO code of World Population Prospects 2024")
    rates = death_rates(iso3, YEARS)
    fertility = fertility_rates(iso3, annual(iso3, "total_fertility_rate", YEARS), YEARS)
    ratio = annual(iso3, "sex_ratio_at_birth", YEARS)
    migration = net_migration(iso3, YEARS)
    stock = opening_stock(
        iso3, BASE_YEAR, rates[0], rates[1], fertility[1], float(ratio[1]), migration[1]
    )
    return Inputs(iso3, tuple(YEARS), stock, rates, fertility, ratio, migration)


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
        "imputed",
        note="31 December: single ages that reproduce the published mid-year stock of 2025; "
        "totals by sex as published",
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
    ages = np.arange(AGES)
    published = (ages >= 15) & (ages < 50) & single
    pack.table(
        "demography.fertility_rate",
        ("age",),
        dict(zip(inputs.years, inputs.fertility_rate, strict=True)),
        "1/year",
        "wpp2024",
        np.where(published, "estimated", "imputed") if single else "estimated",
        note="sum as published; published single ages (2099 for 2100)"
        if single
        else "sum and five-year ages as published, graduated",
    )
    pack.series(
        "demography.sex_ratio_at_birth",
        dict(zip(inputs.years, inputs.sex_ratio_at_birth.tolist(), strict=True)),
        "1",
        "wpp2024",
        "estimated",
    )
    pack.table(
        "demography.net_migration",
        SEX_AGE,
        dict(zip(inputs.years, inputs.net_migration, strict=True)),
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

    The source rounds every cell to a person, so the cells of a year miss its published total by
    some; the difference is spread over the cells by their size.
    """
    name = "wpp2024_net_migration"
    table = _cells(name, ("iso3", "year", "sex", "age"))[_at(name, "iso3", iso3)]
    cells = table[[_at(name, "year", year) for year in years]].astype(float)
    total = 1000.0 * annual(iso3, "net_migration", years)
    size = np.abs(cells).sum(axis=(1, 2))
    gap = total - cells.sum(axis=(1, 2))
    share = np.divide(
        np.abs(cells), size[:, None, None], out=np.zeros_like(cells), where=size[:, None, None] > 0
    )
    return np.asarray(np.round(cells + gap[:, None, None] * share, 3))


def fertility_rates(iso3: str, level: Array, years: Sequence[int]) -> Array:
    """Births of a woman by year and single age (1/year).

    Parameters
    ----------
    level : array [year]
        Total fertility (births a woman).
    """
    name = "wpp2024_fertility_share"
    groups = _cells(name, ("iso3", "year", "age_start"))[_at(name, "iso3", iso3)]
    groups = groups[[_at(name, "year", year) for year in years]] / 100.0
    groups = groups / groups.sum(axis=1, keepdims=True)
    shares = fertility_by_single_age(groups)
    if iso3 in single_age_countries() and min(years) >= BASE_YEAR:
        core = _single_age_fertility(iso3, years)
        inner = groups[:, 1:-1].sum(axis=1)
        shares[:, 15:50] = core / core.sum(axis=1, keepdims=True) * inner[:, None]
    return np.asarray(level[:, None] * shares)


def _single_age_fertility(iso3: str, years: Sequence[int]) -> Array:
    """Published rates of 15-49 (births per 1000 women); the last year stands for later ones."""
    name = "wpp2024_fertility_single_age"
    last = max(_index(name, "year"))
    table = _cells(name, ("iso3", "year", "age"))[_at(name, "iso3", iso3)]
    return np.asarray(table[[_at(name, "year", min(year, last)) for year in years]])


def death_rates(iso3: str, years: Sequence[int]) -> Array:
    """Death rates by year, sex and single age (1/year) at the published life expectancy.

    Rounded to six significant digits.
    """
    target = np.stack([annual(iso3, f"life_expectancy_{sex}", years) for sex in SEXES], axis=-1)
    if iso3 in single_age_countries() and min(years) >= BASE_YEAR:
        pattern = _single_age_death_rates(iso3, years)
    else:
        pattern = graduated_death_rates(iso3, years)
    return _significant(meet_life_expectancy(pattern, target))


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


def _significant(values: Array, digits: int = 6) -> Array:
    """Round to significant digits."""
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(values)))
    return np.asarray(np.round(values * scale) / scale)


# --- Base population ----------------------------------------------------------------------------


def opening_stock(
    iso3: str,
    year: int,
    rates_before: Array,
    rates: Array,
    fertility: Array,
    sex_ratio: float,
    migration: Array,
) -> Array:
    """Population of 31 December by sex and single age.

    The stock is sought that, moved on by the rates and migrants of the next year, gives the
    published mid-year stock of that year (the mean of the stocks at both ends) in every five-year
    group from 5-9 on, by sex, and that has the published totals by sex. Single ages follow the
    published births of the years in which the cohorts were born, times a smooth curve.

    Parameters
    ----------
    year : int
        The stock is that of its end.
    rates_before, rates : array [sex, age]
        Death rates (1/year) of this year and of the next.
    fertility : array [age]
        Of the next year (1/year).
    sex_ratio : float
        Of the next year.
    migration : array [sex, age]
        Of the next year (persons).

    Returns
    -------
    array [sex, age]
        Persons.
    """
    survival, born = survival_ratios(rates)
    groups = midyear_groups(iso3, year + 1)
    births = cohort_births(iso3, year)
    seed = births * _years_lived(rates_before)
    return _follow_groups(seed, groups, survival, born, fertility, sex_ratio, migration)


def _advance(
    stock: Array,
    survival: Array,
    born: Array,
    fertility: Array,
    sex_ratio: float,
    migration: Array,
) -> Array:
    """The stock a year later, migrants added at the end of the year."""
    after = np.empty_like(stock)
    after[:, 1:] = stock[:, :-1] * survival[:, :-1]
    after[:, -1] += stock[:, -1] * survival[:, -1]
    after[:, 0] = 0.0
    births = float(fertility @ (0.5 * (stock[0] + after[0])))
    after[:, 0] = births / (1.0 + sex_ratio) * np.array([1.0, sex_ratio]) * born
    return after + migration


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
    operator = _smoothest((*FIVE_YEAR, AGES), 3)
    target = np.maximum(groups, 0.5)
    starts = np.array(FIVE_YEAR)
    level = np.log(target / np.add.reduceat(seed, starts, axis=1))
    stock = seed
    for _ in range(30):
        stock = seed * np.exp(level @ operator.T)
        after = _advance(stock, survival, born, fertility, sex_ratio, migration)
        middle = np.add.reduceat(0.5 * (stock + after), starts, axis=1)
        miss = np.log(target / np.maximum(middle, 0.1 * target))
        level = level + np.clip(miss, -1.0, 1.0)
    return stock


def midyear_groups(iso3: str, year: int) -> Array:
    """Published mid-year stock by sex and five-year group (persons), 2000, 2005, ..., 2100."""
    name = "wpp2024_population_age5"
    table = _cells(name, ("iso3", "year", "sex", "age_start"))
    return np.asarray(table[_at(name, "iso3", iso3), _at(name, "year", year)].astype(float))


def cohort_births(iso3: str, year: int) -> Array:
    """Births of the cohorts aged 0 to 100 at the end of a year; those of 1950 stand for earlier."""
    frame = source_table("wpp2024_births_deaths")
    rows = frame[(frame.iso3 == iso3) & (frame.indicator == "births") & (frame.year <= year)]
    births = rows.set_index("year").value.sort_index()
    return births.reindex(year - np.arange(AGES)).bfill().ffill().to_numpy(dtype=float)


def survival_ratios(rates: Array) -> tuple[Array, Array]:
    """Survival ratios [sex, age] and of births [sex] from death rates [sex, age]."""
    given = np.ascontiguousarray(rates[None])
    survival, probability = np.empty_like(given), np.empty_like(given)
    births, expectancy = np.empty((1, 2)), np.empty((1, 2))
    survival_from_death_rates(given, survival, births, probability, expectancy)
    return survival[0], births[0]


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
