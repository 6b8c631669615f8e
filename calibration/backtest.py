"""Backtest: from the population of 2000 to that of 2020, with the rates known for those years.

Total fertility, its shares by age, sex ratio at birth, life expectancy and total net migration are
published by calendar year, death rates by age for five-year periods. What is not published before
2023 is the age and sex of migrants, so the test runs with two assumptions about it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.cohorts import Projection, project
from calibration.graduation import AGES, FIVE_YEAR
from calibration.rogers_castro import UN_LAST_AGE, fallback_profile
from calibration.united_nations import (
    LARGE,
    annual,
    build_inputs,
    countries,
    midyear_groups,
    net_migration,
    population_totals,
)

Array = NDArray[np.float64]
Migrants = Literal["standard", "exchange"]

START, END = 2000, 2020
YEARS = tuple(range(START - 1, END + 1))
"""The base stock is that of 31 December 1999, whose mean with the next is the mid-year of 2000."""

OWN_YEARS = range(2023, 2026)
"""First years whose migrants are published by age and sex."""

EXCHANGE_ROUNDS = 2

BANDS = {
    "0-19": slice(0, 4),
    "20-39": slice(4, 8),
    "40-59": slice(8, 12),
    "60-79": slice(12, 16),
    "80+": slice(16, 21),
}
"""Broad ages, as places of five-year groups."""


def migrants_by_age(iso3: str, kind: Migrants, people: Array | None = None) -> Array:
    """Published net migration of a year, spread over sex and age.

    Parameters
    ----------
    iso3 : str
    kind : {"standard", "exchange"}
        ``standard``: half women, half men, by the Western standard of Rogers and Castro up to age
        75, beyond which the source has no migrants. ``exchange``: the net migrants that the
        source gives for 2023-2025 by sex and age, per inhabitant, and the standard for the rest
        of the published total. So arrivals at some ages and departures at others, which a total
        does not show, go on as in 2023-2025.
    people : array [year], optional
        Population (persons), for ``exchange``.

    Returns
    -------
    array [year, sex, age]
        Persons, for `YEARS`.
    """
    total = 1000.0 * annual(iso3, "net_migration", YEARS)
    profile = fallback_profile([0.5, 0.5])
    profile[:, UN_LAST_AGE + 1 :] = 0.0
    profile /= profile.sum()
    known = np.zeros((len(YEARS), 2, AGES))
    if kind == "exchange" and people is not None:
        cells = net_migration(iso3, OWN_YEARS).mean(axis=0)
        inhabitants = population_totals(iso3, "1_july", OWN_YEARS)[:, 0].mean()
        known = people[:, None, None] * cells / inhabitants
    rest = total - known.sum(axis=(1, 2))
    return np.asarray(known + rest[:, None, None] * profile)


def backtest(iso3: str, kind: Migrants) -> Projection:
    """Projection of a country from 31 December 1999 to 2020."""
    result = project(build_inputs(iso3, YEARS, migrants_by_age(iso3, "standard")))
    if kind == "standard":
        return result
    for _ in range(EXCHANGE_ROUNDS):
        people = result.population.sum(axis=(1, 2))
        result = project(build_inputs(iso3, YEARS, migrants_by_age(iso3, kind, people)))
    return result


def by_group(stock: Array) -> Array:
    """Sums of a stock [sex, age] by five-year group [sex, group]."""
    return np.add.reduceat(stock, np.array(FIVE_YEAR), axis=1)


def backtest_errors(kind: Migrants) -> pd.DataFrame:
    """Relative errors (1) of 2020 of every country with more than a million people.

    Returns
    -------
    DataFrame
        Index ``iso3``; columns ``population`` (persons), ``total``, a column for each of `BANDS`
        and of the five-year groups by their first age, ``ages``: the sum of absolute errors over
        sex and five-year group relative to the population, and ``migrants``: the published net
        migrants of 2000-2020, each year without its sign, over the population of 2000.
    """
    rows = {}
    for iso3 in countries():
        if midyear_groups(iso3, END).sum() <= LARGE:
            continue
        found, published = by_group(backtest(iso3, kind).midyear[-1]), midyear_groups(iso3, END)
        both, true = found.sum(axis=0), published.sum(axis=0)
        row = {"population": true.sum(), "total": both.sum() / true.sum() - 1.0}
        row |= {name: both[band].sum() / true[band].sum() - 1.0 for name, band in BANDS.items()}
        row |= {
            str(age): both[g] / true[g] - 1.0 if true[g] > 0.0 else np.nan
            for g, age in enumerate(FIVE_YEAR)
        }
        moved = np.abs(1000.0 * annual(iso3, "net_migration", YEARS[1:])).sum()
        row["migrants"] = float(moved / midyear_groups(iso3, START).sum())
        row["ages"] = np.abs(found - published).sum() / true.sum()
        rows[iso3] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("iso3")
