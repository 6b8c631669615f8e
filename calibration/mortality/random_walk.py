"""Random walk with drift of one or several indices, with the uncertainty of the drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RandomWalk:
    """A fitted random walk with drift.

    Parameters
    ----------
    last : array [index]
        Last observed value, from which forecasts start.
    drift : array [index]
        Mean yearly change, (last - first)/(T - 1).
    covariance : array [index, index]
        Covariance of the yearly changes around the drift.
    steps : int
        Number of observed changes, T - 1.
    """

    last: Array
    drift: Array
    covariance: Array
    steps: int

    @property
    def drift_standard_error(self) -> Array:
        """Standard error of the drift [index]: standard deviation over the root of T - 1."""
        return np.asarray(np.sqrt(np.diag(self.covariance) / self.steps))

    def central(self, horizon: int) -> Array:
        """Expected values [year, index] of the years after the last."""
        ahead = np.arange(1, horizon + 1)[:, None]
        return np.asarray(self.last + ahead * self.drift)

    def standard_deviation(self, horizon: int) -> Array:
        """Of the forecast [year, index]: innovations grow with h, the drift's error with h^2."""
        ahead = np.arange(1, horizon + 1)[:, None]
        variance = np.diag(self.covariance)
        return np.asarray(np.sqrt(variance * (ahead + ahead**2 / self.steps)))

    def simulate(
        self,
        draws: int,
        horizon: int,
        rng: np.random.Generator,
        *,
        uncertain_drift: bool = True,
    ) -> Array:
        """Paths [draw, year, index]; each draw has its own drift, unless that is held certain."""
        count = self.last.size
        none = np.zeros(count)
        shocks = rng.multivariate_normal(none, self.covariance, size=(draws, horizon))
        drift = np.broadcast_to(self.drift, (draws, count))
        if uncertain_drift:
            drift = drift + rng.multivariate_normal(none, self.covariance / self.steps, size=draws)
        return np.asarray(self.last + np.cumsum(shocks + drift[:, None, :], axis=1))


def random_walk(values: ArrayLike) -> RandomWalk:
    """Fit a random walk with drift.

    Parameters
    ----------
    values : array [year] or [year, index]
        Observed index or indices of consecutive years.
    """
    series = np.asarray(values, dtype=float)
    series = series[:, None] if series.ndim == 1 else series
    changes = np.diff(series, axis=0)
    if changes.shape[0] < 2 or not np.all(np.isfinite(series)):
        raise SocialBudgetError("a random walk needs three or more years without a gap")
    covariance = np.atleast_2d(np.cov(changes, rowvar=False, ddof=1))
    return RandomWalk(series[-1].copy(), changes.mean(axis=0), covariance, changes.shape[0])
