"""Deaths and exposures of one population, with the weights of its cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Observations:
    """Deaths and central exposures by year and age, checked.

    Parameters
    ----------
    years, ages : array [year], [age]
        Consecutive calendar years and ages.
    deaths : array [year, age]
        Persons who died in the year.
    exposure : array [year, age]
        Person-years lived in the year (central exposure).
    weights : array [year, age]
        1 where the cell counts, 0 where it is left out.
    """

    years: Integers
    ages: Integers
    deaths: Array
    exposure: Array
    weights: Array

    @property
    def count(self) -> int:
        """Number of cells with a weight."""
        return int(np.sum(self.weights > 0.0))

    @property
    def initial_exposure(self) -> Array:
        """Persons at the start of the year [year, age]: central exposure and half of the deaths."""
        return self.exposure + 0.5 * self.deaths


def observations(
    years: ArrayLike,
    ages: ArrayLike,
    deaths: ArrayLike,
    exposure: ArrayLike,
    *,
    cohorts_left_out: int = 0,
) -> Observations:
    """Check deaths and exposures and set the weights.

    Parameters
    ----------
    years, ages : array [year], [age]
        Consecutive calendar years and ages.
    deaths, exposure : array [year, age]
        Persons; person-years.
    cohorts_left_out : int
        Number of years of birth at either end that get zero weight. They are seen in few cells
        only: the first in one, the second in two, and so on.

    Raises
    ------
    SocialBudgetError
        Where axes do not fit, a cell is missing or negative, deaths stand without exposure, or a
        year or an age is left with fewer than two weighted cells.
    """
    year, age = np.asarray(years, dtype=np.int64), np.asarray(ages, dtype=np.int64)
    d, e = np.asarray(deaths, dtype=float), np.asarray(exposure, dtype=float)
    for name, values in (("years", year), ("ages", age)):
        if values.ndim != 1 or values.size < 2 or np.any(np.diff(values) != 1):
            raise SocialBudgetError(f"{name} must be two or more consecutive numbers")
    for name, table in (("deaths", d), ("exposure", e)):
        if table.shape != (year.size, age.size):
            raise SocialBudgetError(
                f"{name} has shape {table.shape}; {year.size} years and {age.size} ages need "
                f"[year, age] = {(year.size, age.size)}"
            )
        bad = ~(np.isfinite(table) & (table >= 0.0))
        if np.any(bad):
            t, x = np.argwhere(bad)[0]
            raise SocialBudgetError(
                f"{name} of year {year[t]}, age {age[x]} is missing or negative"
            )
    if np.any((e == 0.0) & (d > 0.0)):
        t, x = np.argwhere((e == 0.0) & (d > 0.0))[0]
        raise SocialBudgetError(f"deaths without exposure in year {year[t]}, age {age[x]}")
    weights = cohort_weights(year, age, cohorts_left_out) * (e > 0.0)
    for name, labels, cells in (
        ("year", year, weights.sum(axis=1)),
        ("age", age, weights.sum(axis=0)),
    ):
        if np.any(cells < 2.0):
            label = labels[np.argmax(cells < 2.0)]
            raise SocialBudgetError(
                f"{name} {label} has fewer than two cells that count; leave out fewer cohorts or "
                f"drop the {name}"
            )
    return Observations(year, age, d, e, weights)


def cohort_weights(years: ArrayLike, ages: ArrayLike, left_out: int) -> Array:
    """Weights [year, age]: 0 for the outermost years of birth at either end, 1 elsewhere."""
    birth = np.subtract.outer(np.asarray(years), np.asarray(ages))
    first, last = birth.min() + left_out, birth.max() - left_out
    return ((birth >= first) & (birth <= last)).astype(float)
