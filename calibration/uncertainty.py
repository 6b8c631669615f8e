"""Stochastic drivers of the shipped packs.

Fertility, mortality and migration have the spread that the United Nations publish for each country
and year. The economy's drivers are in `calibration.economic_uncertainty`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from socialbudget.builder import PackBuilder
from socialbudget.dims import MAX_AGE, QUANTILES
from socialbudget.drivers import SUFFIX
from socialbudget.modules.demography import life_tables

Array = NDArray[np.float64]

SOURCES = Path(__file__).parent / "sources"
BASE_YEAR, LAST_YEAR = 2024, 2100
YEARS = range(BASE_YEAR, LAST_YEAR + 1)
SEXES = ("female", "male")
SEX_AGE = ("sex", "age")
AGES = MAX_AGE + 1
MEDIAN = QUANTILES.index("p50")

BANDS = "wpp2024_bands"
METHOD = "uncertainty_method"

PERSISTENCE = {
    "demography.fertility_level": 0.985,
    "demography.mortality_index": 0.99,
    "demography.migration_shift": 0.9,
}
"""Correlation of a draw's place from one year to the next. Of fertility and mortality it is the
same for all countries; of migration this is the value of a country that is not fitted
(`calibration.demographic_bands`)."""
SHIFTS = SOURCES / "wpp2024_migration_shift.parquet"

SMOOTHING = 9
"""Ages over which sensitivities and propensities are averaged."""
LEAST_SENSITIVITY = 0.05
LEAST_PROPENSITY = 0.02
"""Of the mean over ages: no age is out of reach of a change."""


@dataclass(frozen=True)
class Bands:
    """Published medians and 80% and 95% bands of one country, from the base year to 2100.

    Attributes
    ----------
    total_fertility_rate : array [year, quantile]
        Births of a woman.
    life_expectancy : array [year, sex, quantile]
        At birth (year).
    net_migration : array [year, quantile]
        Persons a year.
    population : array [year, quantile]
        Persons on 31 December.
    fertility_variants, population_variants : array [year, 2]
        Total fertility and population of the low and the high fertility variant.
    """

    total_fertility_rate: Array
    life_expectancy: Array
    net_migration: Array
    population: Array
    fertility_variants: Array
    population_variants: Array


@cache
def _published() -> Mapping[tuple[str, str, str], pd.DataFrame]:
    frame = pd.read_parquet(SOURCES / "wpp2024_probabilistic_bands.parquet")
    return {
        (str(iso3), str(indicator), str(sex)): part.set_index("year")
        for (iso3, indicator, sex), part in frame.groupby(["iso3", "indicator", "sex"])
    }


def countries_with_bands() -> tuple[str, ...]:
    """ISO codes of the countries and areas whose bands are published, sorted."""
    return tuple(sorted({iso3 for iso3, _, _ in _published()}))


def bands(iso3: str) -> Bands:
    """Published bands of a country.

    Raises
    ------
    ValueError
        Where none are published.
    """
    if iso3 not in countries_with_bands():
        raise ValueError(f"'{iso3}': World Population Prospects 2024 has no bands for it")

    def get(indicator: str, sex: str = "both", columns: tuple[str, ...] = QUANTILES) -> Array:
        part = _published()[iso3, indicator, sex].reindex(YEARS)[list(columns)]
        return np.array(part, dtype=float, order="C")

    variants = ("low_fertility", "high_fertility")
    return Bands(
        get("total_fertility_rate"),
        np.stack([get("life_expectancy", sex) for sex in SEXES], axis=1),
        1000.0 * get("net_migration"),
        1000.0 * get("population"),
        get("total_fertility_rate", columns=variants),
        1000.0 * get("population", columns=variants),
    )


def add_demographic_uncertainty(
    pack: PackBuilder, iso3: str, death_rate: ArrayLike, net_migration: ArrayLike
) -> None:
    """Parameters that move fertility, mortality and migration, and their published spread.

    Parameters
    ----------
    pack : PackBuilder
    iso3 : str
        Country whose bands are taken.
    death_rate : array [year, sex, age]
        Death rates of the pack (1/year), from the base year to 2100.
    net_migration : array [year, sex, age]
        Net migrants of the pack (persons/year), from the base year to 2100.
    """
    rates = np.asarray(death_rate, dtype=float)
    migrants = np.asarray(net_migration, dtype=float)
    for name, values in (("death_rate", rates), ("net_migration", migrants)):
        if values.shape != (len(YEARS), len(SEXES), AGES):
            raise ValueError(
                f"{iso3}: {name} has shape {values.shape}, needs {(len(YEARS), len(SEXES), AGES)}: "
                "years from the base year to 2100, sexes, ages"
            )
    published = bands(iso3)
    pack.source(
        BANDS,
        publisher="United Nations, DESA, Population Division",
        title="World Population Prospects 2024, probabilistic projections: median, 80% and 95% "
        "prediction intervals",
        edition="2024",
        licence="CC BY 3.0 IGO",
        retrieved="2025-06-23",
        note="Total fertility, life expectancy by sex and net migration of each year to 2100.",
    )
    sensitivity = mortality_sensitivity(rates)
    shift, persistence = migration_shift(iso3)
    persistence_of = {**PERSISTENCE, "demography.migration_shift": persistence}
    add_neutral_parameters(pack, sensitivity, migration_propensity(migrants))
    for path, dims, values, unit, note in (
        (
            "demography.fertility_level",
            ("quantile",),
            fertility_deviations(published),
            "1",
            "logarithm of total fertility over its median",
        ),
        (
            "demography.mortality_index",
            ("sex", "quantile"),
            mortality_deviations(rates, sensitivity, published),
            "1",
            "index at which life expectancy leaves the pack's by as much as the quantile leaves "
            "the median",
        ),
        (
            "demography.migration_shift",
            ("quantile",),
            shift,
            "1/year",
            "fitted, so that net migrants less their median have the published quantiles",
        ),
    ):
        pack.table(
            path + SUFFIX,
            dims,
            {year: np.round(row, 6) for year, row in zip(YEARS, values, strict=True)},
            unit,
            BANDS,
            "estimated",
            note=note,
        )
        pack.uncertain(
            path,
            kind="log_quantiles" if path == "demography.fertility_level" else "quantiles",
            persistence=persistence_of[path],
            source=BANDS,
            flag="estimated",
            note="Bands of each year as published; persistence fitted to the bands of total "
            "population of all countries",
        )


def add_neutral_parameters(
    pack: PackBuilder, sensitivity: ArrayLike, propensity: ArrayLike
) -> None:
    """The parameters that move fertility, mortality and migration, where they change nothing.

    Parameters
    ----------
    sensitivity, propensity : array [sex, age]
        Values of ``demography.mortality_sensitivity`` and ``demography.migration_propensity``.
    """
    _add_method(pack)
    for path, value, unit in (
        ("demography.fertility_level", 1.0, "1"),
        ("demography.fertility_shift", 0.0, "1"),
        ("demography.migration_shift", 0.0, "1/year"),
    ):
        pack.value(path, value, unit, METHOD, "assumed")
        pack.extrapolate(path)
    pack.table("demography.mortality_index", ("sex",), np.zeros(2), "1", METHOD, "assumed")
    pack.extrapolate("demography.mortality_index")
    pack.table(
        "demography.mortality_sensitivity",
        SEX_AGE,
        np.round(np.asarray(sensitivity, dtype=float), 4),
        "1",
        METHOD,
        "estimated",
        note="relative fall of death rates by age from the base year to 2100, smoothed; mean 1",
    )
    pack.table(
        "demography.migration_propensity",
        SEX_AGE,
        np.round(np.asarray(propensity, dtype=float), 4),
        "1",
        METHOD,
        "estimated",
        note="size of net migration by age over all years, smoothed, relative to its mean",
    )


def _add_method(pack: PackBuilder) -> None:
    pack.source(
        METHOD,
        publisher="socialbudget",
        title="Drivers of stochastic runs: patterns by age, persistence, default spreads",
        licence="Apache-2.0",
        note="docs/population_uncertainty.md",
    )


def fertility_deviations(published: Bands) -> Array:
    """Quantiles of the logarithm of the level of fertility, [year, quantile]."""
    total = np.log(published.total_fertility_rate)
    return total - total[:, MEDIAN, None]


def migration_deviations(published: Bands) -> Array:
    """Quantiles of the shift of net migration, for one resident, [year, quantile]."""
    gap = published.net_migration - published.net_migration[:, MEDIAN, None]
    residents = published.population[:, MEDIAN]
    residents = np.concatenate([residents[:1], residents[:-1]])
    return gap / residents[:, None]


def migration_shift(iso3: str) -> tuple[Array, float]:
    """Fitted quantiles ``[year, quantile]`` of the shift of net migration, and its persistence.

    Where they are not fitted: published quantiles over the median population.
    """
    table = _fitted().get(iso3)
    if table is None:
        return migration_deviations(bands(iso3)), PERSISTENCE["demography.migration_shift"]
    values = np.zeros((len(YEARS), len(QUANTILES)))
    for q, name in enumerate(QUANTILES):
        if q != MEDIAN:
            values[:, q] = table[name].reindex(YEARS)
    return values, float(table["persistence"].iloc[0])


def forget_fitted() -> None:
    """Read the fitted shifts anew when they are next asked for."""
    _fitted.cache_clear()


@cache
def _fitted() -> Mapping[str, pd.DataFrame]:
    if not SHIFTS.is_file():
        return {}
    frame = pd.read_parquet(SHIFTS)
    return {str(iso3): part.set_index("year") for iso3, part in frame.groupby("iso3")}


def mortality_sensitivity(death_rate: Array) -> Array:
    """Change of the logarithm of each death rate for one unit of the mortality index, mean 1.

    The fall from the base year to 2100 by age, averaged over neighbouring ages: when mortality
    falls faster than expected, it falls most where it is expected to fall most (the ``b(x)`` of Lee
    and Carter). An age whose rate does not fall gets the least value.

    Parameters
    ----------
    death_rate : array [year, sex, age]
        1/year.

    Returns
    -------
    array [sex, age]
    """
    fall = np.log(death_rate[0]) - np.log(death_rate[-1])
    mean = fall.mean(axis=1, keepdims=True)
    # A population without progress has no pattern of its own: all ages alike.
    fall = np.where(mean > 0.0, fall, 1.0)
    smooth = _averaged(np.maximum(fall, LEAST_SENSITIVITY * np.abs(fall.mean(axis=1))[:, None]))
    return smooth / smooth.mean(axis=1, keepdims=True)


def migration_propensity(net_migration: Array) -> Array:
    """Relative propensity to move by sex and age: the size of net migration, whatever its sign.

    Parameters
    ----------
    net_migration : array [year, sex, age]
        Persons a year.

    Returns
    -------
    array [sex, age]
        Mean 1 over both sexes and all ages; alike everywhere for a population without migrants.
    """
    size = np.abs(net_migration).sum(axis=0)
    if size.sum() == 0.0:
        return np.ones_like(size)
    smooth = _averaged(size)
    smooth = np.maximum(smooth, LEAST_PROPENSITY * smooth.mean())
    return smooth / smooth.mean()


def _averaged(values: Array) -> Array:
    """Mean over neighbouring ages; fewer at either end."""
    half = SMOOTHING // 2
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    ages = np.arange(values.shape[1])
    low, high = np.maximum(ages - half, 0), np.minimum(ages + half + 1, values.shape[1])
    mean: Array = (total[:, high] - total[:, low]) / (high - low)
    return mean


def mortality_deviations(death_rate: Array, sensitivity: Array, published: Bands) -> Array:
    """Quantiles of the mortality index: those of life expectancy, solved through the life table.

    Parameters
    ----------
    death_rate : array [year, sex, age]
        1/year, at index 0.
    sensitivity : array [sex, age]
    published : Bands

    Returns
    -------
    array [year, sex, quantile]
        Rising: a low quantile of the index is a high one of life expectancy.
    """
    gap = published.life_expectancy - published.life_expectancy[..., MEDIAN, None]
    target = gap[..., ::-1].transpose(2, 0, 1) + life_tables(_frozen(death_rate))[3]
    years = len(death_rate)

    def expectancy(index: Array) -> Array:
        rates = death_rate * np.exp(index[..., None] * sensitivity)
        return life_tables(_frozen(rates.reshape(-1, 2, AGES)))[3].reshape(-1, years, 2)

    # Bisection on all at once: life expectancy falls with the index. Doubling finds the start.
    low, high = np.full(target.shape, -1.0), np.full(target.shape, 1.0)
    for bound in (low, high):
        for _ in range(5):
            e0 = expectancy(bound)
            bound *= np.where((e0 < target) if bound is low else (e0 > target), 2.0, 1.0)
    if (expectancy(low) < target).any() or (expectancy(high) > target).any():
        raise ValueError("a quantile of life expectancy is out of reach of the mortality index")
    for _ in range(36):
        middle = 0.5 * (low + high)
        long = expectancy(middle) > target
        low, high = np.where(long, middle, low), np.where(long, high, middle)
    index = 0.5 * (low + high)
    index[MEDIAN] = 0.0
    return np.ascontiguousarray(index.transpose(1, 2, 0))


def _frozen(rates: Array) -> Array:
    view = np.ascontiguousarray(rates).view()
    view.flags.writeable = False
    return view
