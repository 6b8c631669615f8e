"""Cairns-Blake-Dowd model of mortality at older ages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray

from calibration.mortality.likelihood import (
    Family,
    FitStatistics,
    checked_family,
    death_rate,
    exposed,
    log_likelihood,
)
from calibration.mortality.observations import Integers, Observations
from calibration.mortality.random_walk import RandomWalk, random_walk
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CairnsBlakeDowd:
    """A fitted model: the predictor is level(t) + slope(t) (age - mean age).

    Parameters
    ----------
    family : {"binomial", "poisson"}
        Predictor: logit of the probability of dying, or log of the death rate.
    years, ages : array [year], [age]
    index : array [year, 2]
        Level and slope of each year (1; 1/year of age).
    statistics : FitStatistics
    """

    family: Family
    years: Integers
    ages: Integers
    index: Array
    statistics: FitStatistics

    def rates(self, index: ArrayLike | None = None) -> Array:
        """Death rates (1/year) [..., age] of an index [..., 2]; the fitted ones by default."""
        of = self.index if index is None else np.asarray(index, dtype=float)
        centred = self.ages - self.ages.mean()
        return death_rate(of[..., :1] + of[..., 1:] * centred, self.family)

    def walk(self) -> RandomWalk:
        """Random walk of level and slope together, with drift."""
        return random_walk(self.index)


def fit_cairns_blake_dowd(data: Observations, family: str = "binomial") -> CairnsBlakeDowd:
    """Fit by maximum likelihood.

    No parameter is shared by two years, so each year is a generalised linear model of its own
    (statsmodels, iteratively reweighted least squares).

    Parameters
    ----------
    data : Observations
    family : {"binomial", "poisson"}

    Notes
    -----
    Source: Cairns, Blake and Dowd (2006), Journal of Risk and Insurance 73(4); the likelihoods
    are those of Villegas, Millossovich and Kaishev (2018), Journal of Statistical Software 84(3).
    """
    which = checked_family(family)
    design = np.column_stack([np.ones(data.ages.size), data.ages - data.ages.mean()])
    size = exposed(data, which)
    index = np.empty((data.years.size, 2))
    for t in range(data.years.size):
        used = data.weights[t] > 0.0
        deaths, at_risk = data.deaths[t, used], size[t, used]
        if which == "binomial":
            model = sm.GLM(
                np.column_stack([deaths, at_risk - deaths]),
                design[used],
                family=sm.families.Binomial(),
            )
        else:
            model = sm.GLM(
                deaths, design[used], family=sm.families.Poisson(), offset=np.log(at_risk)
            )
        fit = model.fit(maxiter=100, rtol=1e-12)
        if not fit.converged:
            raise SocialBudgetError(
                f"no Cairns-Blake-Dowd fit for {data.years[t]}: check its deaths"
            )
        index[t] = fit.params
    statistics = FitStatistics(
        family=which,
        log_likelihood=log_likelihood(index @ design.T, data, which),
        parameters=index.size,
        observations=data.count,
    )
    return CairnsBlakeDowd(which, data.years, data.ages, index, statistics)
