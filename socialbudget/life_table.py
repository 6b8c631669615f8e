"""Life tables, abridged and of single ages, and the measures that follow from them.

The functions return tables for reports, calibration and checks; the projection itself uses the
kernel `socialbudget.kernels.cohort.survival_from_death_rates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]
Sex = Literal["female", "male"]

# Coale and Demeny (1983), model West: (threshold, below: constant and slope, above: constant).
_INFANT_COALE_DEMENY = {
    "female": (0.107, 0.053, 2.800, 0.350),
    "male": (0.107, 0.045, 2.684, 0.330),
}
_CHILD_COALE_DEMENY = {
    "female": (0.107, 1.522, -1.518, 1.361),
    "male": (0.107, 1.651, -2.816, 1.352),
}
# Andreev and Kingkade (2015) as in the Human Mortality Database: (upper bound, constant, slope).
_INFANT_ANDREEV_KINGKADE = {
    "female": (
        (0.01724, 0.14903, -2.05527),
        (0.06891, 0.04667, 3.88089),
        (np.inf, 0.31411, 0.0),
    ),
    "male": (
        (0.02300, 0.14929, -1.99545),
        (0.08307, 0.02832, 3.26021),
        (np.inf, 0.29915, 0.0),
    ),
}


@overload
def infant_years_lived(m0: float, sex: Sex) -> float: ...
@overload
def infant_years_lived(m0: Array, sex: Sex) -> Array: ...
def infant_years_lived(m0: float | Array, sex: Sex) -> float | Array:
    """Mean years lived in the first year of life by those who die in it.

    Parameters
    ----------
    m0 : float or array
        Death rates below age 1 (1/year).
    sex : {"female", "male"}

    Returns
    -------
    float or array
        a(0) (year), after Andreev and Kingkade (2015), Demographic Research 33(13).
    """
    rate = np.asarray(m0, dtype=float)
    if not np.all(np.isfinite(rate)):
        raise SocialBudgetError(f"m0 must be a number, not {rate[~np.isfinite(rate)].flat[0]}")
    low, middle, high = (
        (rate < bound, constant + slope * rate)
        for bound, constant, slope in _INFANT_ANDREEV_KINGKADE[_checked(sex)]
    )
    lived = np.where(low[0], low[1], np.where(middle[0], middle[1], high[1]))
    return lived if lived.ndim else float(lived)


def abridged_life_table(
    nmx: ArrayLike,
    sex: Sex,
    *,
    age: Sequence[int] | None = None,
    radix: float = 100_000.0,
) -> pd.DataFrame:
    """Abridged life table by the conventions of the United Nations.

    Ages 0 and 1-4: Coale and Demeny (model West). Ages 5-9 and 10-14: half the interval. From
    age 15: Greville, with the exponential slope of the death rates on either side; the last closed
    group keeps the slope of the group before it. Open group: e = 1/m.

    Parameters
    ----------
    nmx : array [age]
        Death rates (1/year) of 0, 1-4, 5-9, ..., open.
    sex : {"female", "male"}
    age : sequence of int, optional
        First age of each group; 0, 1, 5, 10, ... by default.
    radix : float
        Births, l(0).

    Returns
    -------
    DataFrame
        Index ``age``; columns ``nmx, nax, nqx, lx, nLx, Tx, ex``.

    Notes
    -----
    Source: United Nations (1988), MORTPAK-LITE; Preston, Heuveline and Guillot (2001), chapter 3.
    """
    m = _rates(nmx)
    start = np.array([0, 1, *range(5, 5 * (m.size - 1), 5)] if age is None else age, dtype=float)
    if start.size != m.size or m.size < 6:
        raise SocialBudgetError(
            f"{m.size} death rates for {start.size} age groups: give 0, 1-4, 5-9, ..., open"
        )
    width = np.diff(start)
    if start[0] != 0 or width[0] != 1 or width[1] != 4 or np.any(width[2:] != 5):
        raise SocialBudgetError("the age groups of an abridged table are 0, 1, 5, 10, 15, ...")

    a = np.full(m.size, 2.5)
    a[0], a[1] = _coale_demeny(m[0], _checked(sex))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.log(m[5:] / m[3:-2]) / 10.0
    slope = np.where(np.isfinite(slope), slope, 0.0)
    # The open group's rate tells nothing about the slope just below it.
    slope[-1] = slope[-2] if slope.size > 1 else slope[-1]
    a[4:-1] = 2.5 - (25.0 / 12.0) * (m[4:-1] - slope)
    return _table(start, width, m, a, None, radix)


def single_age_life_table(
    *,
    sex: Sex,
    nmx: ArrayLike | None = None,
    nqx: ArrayLike | None = None,
    radix: float = 100_000.0,
) -> pd.DataFrame:
    """Life table of single ages from death rates or from death probabilities.

    Age 0: Andreev and Kingkade; half a year above; open group e = 1/m.

    Parameters
    ----------
    sex : {"female", "male"}
    nmx, nqx : array [age]
        Death rates (1/year), or probabilities of dying within the year; exactly one of the two.
        The last is of the open group; of a probability below one there, the rate is taken.
    radix : float
        Births, l(0).

    Returns
    -------
    DataFrame
        Index ``age``; columns ``nmx, nax, nqx, lx, nLx, Tx, ex``.
    """
    probability = None
    if nmx is not None and nqx is None:
        m = _rates(nmx)
    elif nqx is not None and nmx is None:
        m = death_rates_from_probabilities(nqx, sex)
        probability = _rates(nqx)
    else:
        raise SocialBudgetError("give death rates (nmx) or death probabilities (nqx), one of them")
    a = np.full(m.size, 0.5)
    a[0] = infant_years_lived(float(m[0]), sex)
    start = np.arange(m.size, dtype=float)
    return _table(start, np.ones(m.size - 1), m, a, probability, radix)


def death_rates_from_probabilities(nqx: ArrayLike, sex: Sex) -> Array:
    """Death rates of single ages that give these probabilities of dying.

    Parameters
    ----------
    nqx : array [age]
        Probabilities of dying within the year.
    sex : {"female", "male"}

    Returns
    -------
    array [age]
        Death rates (1/year): m = q / (1 - (1 - a) q), with a(0) after Andreev and Kingkade and
        one half above.
    """
    q = _rates(nqx)
    if np.any(q > 1.0):
        raise SocialBudgetError("a probability of dying lies above one")
    m: Array = q / (1.0 - 0.5 * q)
    # a(0) depends on m(0): a contraction, since |d(1-a)/dm| q < 1 far beyond any real rate.
    for _ in range(60):
        m[0] = q[0] / (1.0 - (1.0 - infant_years_lived(float(m[0]), sex)) * q[0])
    return m


def net_reproduction_rate(nlx: ArrayLike, maternity: ArrayLike) -> float:
    """Daughters of a newborn girl: the sum of L(x) times the maternity rate (daughters).

    Parameters
    ----------
    nlx : array [age]
        Years lived in each age group per girl born (radix one).
    maternity : array [age]
        Daughters born to a woman of the group in a year (1/year).
    """
    return float(np.sum(np.asarray(nlx, dtype=float) * np.asarray(maternity, dtype=float)))


def intrinsic_growth_rate(nlx: ArrayLike, maternity: ArrayLike, mean_age: ArrayLike) -> float:
    """Lotka's r: the growth rate of the stable population of these rates.

    Parameters
    ----------
    nlx, maternity : array [age]
        As in `net_reproduction_rate`.
    mean_age : array [age]
        Age at which births of the group are taken to happen, its middle as a rule (year).

    Returns
    -------
    float
        r (1/year), root of the sum of exp(-r x) L(x) m(x) = 1. Preston, Heuveline and Guillot
        (2001), chapter 7.
    """
    net = np.asarray(nlx, dtype=float) * np.asarray(maternity, dtype=float)
    x = np.asarray(mean_age, dtype=float)
    # At the call: SciPy takes long to load, and runs that need life tables do without it.
    from scipy.optimize import brentq

    if not np.sum(net) > 0.0:
        raise SocialBudgetError("no births: the population has no intrinsic growth rate")
    return float(brentq(lambda r: float(np.sum(np.exp(-r * x) * net)) - 1.0, -0.5, 0.5, xtol=1e-14))


def directly_standardised_rate(rates: ArrayLike, standard: ArrayLike) -> float:
    """Crude rate of a population with these rates and the age composition of the standard.

    Parameters
    ----------
    rates : array [age]
        Rates by age (1/year).
    standard : array [age]
        Standard population or its shares; any scale.
    """
    return float(np.average(np.asarray(rates, dtype=float), weights=np.asarray(standard, float)))


def _coale_demeny(m0: float, sex: Sex) -> tuple[float, float]:
    """1a0 and 4a1 by the death rate below age one (Preston et al. 2001, table 3.3)."""
    bound, constant, slope, above = _INFANT_COALE_DEMENY[sex]
    a0 = above if m0 >= bound else constant + slope * m0
    bound, constant, slope, above = _CHILD_COALE_DEMENY[sex]
    a1 = above if m0 >= bound else constant + slope * m0
    return a0, a1


def _table(
    start: Array, width: Array, m: Array, a: Array, q: Array | None, radix: float
) -> pd.DataFrame:
    """Complete a life table from rates and mean years lived by those who die."""
    if not m[-1] > 0.0:
        raise SocialBudgetError("the death rate of the open age group must be positive")
    a = a.copy()
    a[-1] = 1.0 / m[-1]
    if q is None:
        q = np.ones(m.size)
        q[:-1] = np.minimum(1.0, width * m[:-1] / (1.0 + (width - a[:-1]) * m[:-1]))
    else:
        q = q.copy()
        q[-1] = 1.0
    survivors = radix * np.concatenate([[1.0], np.cumprod(1.0 - q[:-1])])
    deaths = survivors * q
    lived = np.empty(m.size)
    lived[:-1] = width * survivors[1:] + a[:-1] * deaths[:-1]
    lived[-1] = survivors[-1] * a[-1]
    total = np.cumsum(lived[::-1])[::-1]
    expectancy = np.divide(total, survivors, out=np.zeros(m.size), where=survivors > 0.0)
    return pd.DataFrame(
        {
            "nmx": m,
            "nax": a,
            "nqx": q,
            "lx": survivors,
            "nLx": lived,
            "Tx": total,
            "ex": expectancy,
        },
        index=pd.Index(start.astype(int), name="age"),
    )


def _rates(values: ArrayLike) -> Array:
    m = np.array(values, dtype=float)
    if m.ndim != 1 or not np.all(np.isfinite(m)) or np.any(m < 0.0):
        raise SocialBudgetError("give one finite, non-negative value for each age group")
    return m


def _checked(sex: Sex) -> Sex:
    if sex not in ("female", "male"):
        raise SocialBudgetError(f"sex is 'female' or 'male', not '{sex}'")
    return sex
