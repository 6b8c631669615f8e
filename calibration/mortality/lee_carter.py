"""Lee-Carter model: the classical fit by singular values, and forecasts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import newton

from calibration.mortality.likelihood import Family, FitStatistics, death_rate, predictor
from calibration.mortality.observations import Integers, Observations
from calibration.mortality.random_walk import RandomWalk, random_walk
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LeeCarter:
    """A fitted model: the predictor is a(x) + b(x) k(t), with sum of b one and of k zero.

    Parameters
    ----------
    family : {"binomial", "poisson"}
        Predictor: logit of the probability of dying, or log of the death rate. The classical fit
        is of the log.
    years, ages : array [year], [age]
    a, b : array [age]
    k : array [year]
    jump_off : array [age]
        Predictor of the last observed year, from which forecasts start.
    statistics : FitStatistics, optional
        Of a fit by maximum likelihood.
    """

    family: Family
    years: Integers
    ages: Integers
    a: Array
    b: Array
    k: Array
    jump_off: Array
    statistics: FitStatistics | None = None

    def rates(self, k: ArrayLike | None = None) -> Array:
        """Fitted death rates (1/year) [..., age] of an index [...]; the model's own by default."""
        index = self.k if k is None else np.asarray(k, dtype=float)
        return death_rate(self.a + self.b * index[..., None], self.family)

    def forecast_rates(self, k: ArrayLike) -> Array:
        """Death rates (1/year) [..., age] of future values of the index [...].

        They start from the observed rates of the last year, not from the fitted ones, so that the
        error of fit of that year does not make a jump (Bell 1997; Lee and Miller 2001).
        """
        change = np.asarray(k, dtype=float) - self.k[-1]
        return death_rate(self.jump_off + self.b * change[..., None], self.family)

    def walk(self) -> RandomWalk:
        """Random walk with drift of the index."""
        return random_walk(self.k)


def decompose(values: Array) -> tuple[Array, Array, Array]:
    """First term of the singular value decomposition of centred values.

    Parameters
    ----------
    values : array [year, age]

    Returns
    -------
    a : array [age]
        Mean over the years.
    b : array [age]
        Sum one.
    k : array [year]
        Sum zero.
    """
    a = values.mean(axis=0)
    left, scale, right = np.linalg.svd(values - a, full_matrices=False)
    total = right[0].sum()
    if not abs(total) > 1e-8 * np.abs(right[0]).sum():
        raise SocialBudgetError(
            "the first component sums to zero over ages: no Lee-Carter index can be scaled to it"
        )
    return a, right[0] / total, left[:, 0] * scale[0] * total


def fit_lee_carter(
    years: ArrayLike, ages: ArrayLike, rates: ArrayLike, deaths: Observations | None = None
) -> LeeCarter:
    """Classical fit: singular values of the log rates, then the index refitted to deaths.

    Parameters
    ----------
    years, ages : array [year], [age]
    rates : array [year, age]
        Observed death rates (1/year), all positive.
    deaths : Observations, optional
        Deaths and exposures of the same years and ages. If given, k(t) is solved so that the
        model gives the deaths of each year; k is then centred again.

    Notes
    -----
    Source: Lee and Carter (1992), Journal of the American Statistical Association 87(419).
    """
    year, age = np.asarray(years, dtype=np.int64), np.asarray(ages, dtype=np.int64)
    m = np.asarray(rates, dtype=float)
    if m.shape != (year.size, age.size):
        raise SocialBudgetError(
            f"rates have shape {m.shape}; {year.size} years and {age.size} ages need [year, age]"
        )
    if not np.all(np.isfinite(m)) or np.any(m <= 0.0):
        t, x = np.argwhere(~(np.isfinite(m) & (m > 0.0)))[0]
        raise SocialBudgetError(
            f"the death rate of year {year[t]}, age {age[x]} is {m[t, x]}: logarithms need "
            "positive rates; use fit_lee_carter_likelihood, which takes zero deaths"
        )
    a, b, k = decompose(np.log(m))
    if deaths is not None:
        if not (np.array_equal(deaths.years, year) and np.array_equal(deaths.ages, age)):
            raise SocialBudgetError("deaths are of other years or ages than the rates")
        k = _refitted(a, b, k, deaths)
    return normalised(LeeCarter("poisson", year, age, a, b, k, np.log(m[-1])))


def normalised(model: LeeCarter) -> LeeCarter:
    """The same rates with sum of b one and sum of k zero."""
    scale, centre = model.b.sum(), model.k.mean()
    return replace(
        model,
        a=model.a + model.b * centre,
        b=model.b / scale,
        k=(model.k - centre) * scale,
    )


def observed_predictor(data: Observations, fitted: Array, family: Family) -> Array:
    """Predictor of the last year [age]: observed, or fitted where nobody died or was exposed."""
    deaths, exposure = data.deaths[-1], data.exposure[-1]
    seen = (deaths > 0.0) & (data.weights[-1] > 0.0)
    rates = np.divide(deaths, exposure, out=np.ones_like(deaths), where=seen)
    return np.where(seen, predictor(rates, family), fitted)


def _refitted(a: Array, b: Array, start: Array, data: Observations) -> Array:
    """k(t) at which the model's deaths are those observed in each year."""
    weighted = data.weights * data.exposure
    observed = np.sum(data.weights * data.deaths, axis=1)

    def excess(k: Array) -> Array:
        return np.sum(weighted * np.exp(a + b * k[:, None]), axis=1) / observed - 1.0

    def slope(k: Array) -> Array:
        return np.sum(weighted * b * np.exp(a + b * k[:, None]), axis=1) / observed

    if np.any(observed <= 0.0):
        raise SocialBudgetError(f"nobody died in {data.years[np.argmin(observed)]}")
    return np.asarray(newton(excess, start, fprime=slope, tol=1e-10, maxiter=100))
