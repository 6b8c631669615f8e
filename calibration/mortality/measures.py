"""Life expectancy of many sets of death rates at once, by the life table of the projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialbudget.errors import SocialBudgetError
from socialbudget.kernels.cohort import survival_from_death_rates
from socialbudget.life_table import Sex, infant_years_lived

Array = NDArray[np.float64]

SEXES: tuple[Sex, Sex] = ("female", "male")


def life_expectancy(rates: ArrayLike) -> Array:
    """Life expectancy at birth of every set of death rates.

    Parameters
    ----------
    rates : array [..., sex, age]
        Death rates (1/year) of single ages from 0, the last open; sexes female, male.

    Returns
    -------
    array [..., sex]
        Life expectancy (year), from `socialbudget.kernels.cohort.survival_from_death_rates`.
    """
    m = two_sexes(rates)
    flat = np.ascontiguousarray(m.reshape(-1, *m.shape[-2:]))
    count, sexes, ages = flat.shape
    expectancy = np.empty((count, sexes))
    survival_from_death_rates(
        flat,
        np.empty((count, sexes, ages)),
        np.empty((count, sexes)),
        np.empty((count, sexes, ages)),
        expectancy,
    )
    return expectancy.reshape(m.shape[:-1])


def death_probabilities(rates: ArrayLike) -> Array:
    """Probabilities of dying within the year, [..., sex, age]; 1 in the open group."""
    m = two_sexes(rates)
    flat = np.ascontiguousarray(m.reshape(-1, *m.shape[-2:]))
    count, sexes, ages = flat.shape
    probability = np.empty((count, sexes, ages))
    survival_from_death_rates(
        flat,
        np.empty((count, sexes, ages)),
        np.empty((count, sexes)),
        probability,
        np.empty((count, sexes)),
    )
    return probability.reshape(m.shape)


def death_rates(probabilities: ArrayLike, open_rate: ArrayLike) -> Array:
    """Death rates that give these probabilities of dying in the life table of the projection.

    Parameters
    ----------
    probabilities : array [..., sex, age]
        Probabilities of dying within the year (1) of the closed ages; the last is not read.
    open_rate : array [..., sex]
        Death rate of the open age group (1/year), which a probability does not hold.

    Returns
    -------
    array [..., sex, age]
        m = q / (1 - (1 - a) q), with a(0) after Andreev and Kingkade and one half above.
    """
    q = two_sexes(probabilities)
    if np.any(q[..., :-1] >= 1.0):
        raise SocialBudgetError("a probability of dying below the open age group reaches one")
    m: Array = q / (1.0 - 0.5 * np.minimum(q, 1.0))
    for place, sex in enumerate(SEXES):
        # a(0) depends on m(0); a strong contraction, so a dozen rounds reach rounding error.
        for _ in range(12):
            q0 = q[..., place, 0]
            m[..., place, 0] = q0 / (1.0 - (1.0 - infant_years_lived(m[..., place, 0], sex)) * q0)
    m[..., -1] = open_rate
    return m


def two_sexes(values: ArrayLike) -> Array:
    """The values as floats, after a look at their axes and signs."""
    m = np.asarray(values, dtype=float)
    if m.ndim < 2 or m.shape[-2] != len(SEXES):
        raise SocialBudgetError(
            f"give an array [..., sex, age] with the sexes {', '.join(SEXES)}, "
            f"not one of shape {m.shape}"
        )
    if not np.all(np.isfinite(m)) or np.any(m < 0.0):
        where = tuple(int(i) for i in np.argwhere(~(np.isfinite(m) & (m >= 0.0)))[0])
        raise SocialBudgetError(f"the value at {where} is missing or negative: {m[where]}")
    return m
