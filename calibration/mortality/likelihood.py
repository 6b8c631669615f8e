"""Binomial-logit and Poisson-log likelihoods of deaths, and the fit statistics from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln, xlog1py, xlogy

from calibration.mortality.observations import Observations
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]
Family = Literal["binomial", "poisson"]


@dataclass(frozen=True)
class FitStatistics:
    """How well a model fits.

    Parameters
    ----------
    family : {"binomial", "poisson"}
    log_likelihood : float
    parameters : int
        Free parameters, constraints taken off.
    observations : int
        Cells with a weight.
    """

    family: Family
    log_likelihood: float
    parameters: int
    observations: int

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return 2.0 * self.parameters - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Bayesian information criterion, with the weighted cells as the number of observations."""
        return self.parameters * float(np.log(self.observations)) - 2.0 * self.log_likelihood


def checked_family(family: str) -> Family:
    """The family, if there is such a one."""
    if family == "binomial":
        return "binomial"
    if family == "poisson":
        return "poisson"
    raise SocialBudgetError(f"family is 'binomial' or 'poisson', not '{family}'")


def exposed(data: Observations, family: Family) -> Array:
    """Exposure of the family [year, age]: initial for the binomial, central for Poisson."""
    return data.initial_exposure if family == "binomial" else data.exposure


def death_rate(predictor: Array, family: Family) -> Array:
    """Central death rates (1/year) of a predictor; of a probability, with half a year lived."""
    if family == "poisson":
        return np.asarray(np.exp(predictor))
    q = expit(predictor)
    return np.asarray(q / (1.0 - 0.5 * q))


def predictor(rates: Array, family: Family) -> Array:
    """Inverse of `death_rate`."""
    if family == "poisson":
        return np.asarray(np.log(rates))
    return np.asarray(np.log(rates) - np.log1p(-0.5 * rates))


def score_and_information(eta: Array, data: Observations, family: Family) -> tuple[Array, Array]:
    """First derivative and expected second derivative of the log-likelihood of each cell."""
    size = exposed(data, family)
    if family == "poisson":
        mean = size * np.exp(eta)
        information = mean
    else:
        q = expit(eta)
        mean = size * q
        information = mean * (1.0 - q)
    return data.weights * (data.deaths - mean), data.weights * information


def log_likelihood(eta: Array, data: Observations, family: Family) -> float:
    """Weighted log-likelihood of deaths, constants included.

    Exposures are not whole numbers, so the number of ways to choose the dead is taken of the
    rounded numbers, as in the published fits; it does not depend on the model. The part that does
    uses the numbers as they are.
    """
    size, deaths = exposed(data, family), data.deaths
    if family == "poisson":
        mean = size * np.exp(eta)
        cells = xlogy(deaths, mean) - mean - gammaln(np.round(deaths) + 1.0)
    else:
        q = expit(eta)
        whole, dead = np.round(size), np.round(deaths)
        ways = gammaln(whole + 1.0) - gammaln(dead + 1.0) - gammaln(whole - dead + 1.0)
        cells = xlogy(deaths, q) + xlog1py(size - deaths, -q) + ways
    return float(np.sum(np.where(data.weights > 0.0, data.weights * cells, 0.0)))
