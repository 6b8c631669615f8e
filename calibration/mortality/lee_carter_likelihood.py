"""Lee-Carter model fitted by maximum likelihood: binomial-logit or Poisson-log."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.mortality.lee_carter import LeeCarter, decompose, normalised, observed_predictor
from calibration.mortality.likelihood import (
    Family,
    FitStatistics,
    checked_family,
    log_likelihood,
    predictor,
    score_and_information,
)
from calibration.mortality.observations import Observations
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]

ITERATIONS = 500
TOLERANCE = 1e-9


def fit_lee_carter_likelihood(data: Observations, family: str = "poisson") -> LeeCarter:
    """Fit a(x), b(x), k(t) together by Fisher scoring.

    Parameters
    ----------
    data : Observations
        Cells without weight do not count; no deaths in a cell is no difficulty.
    family : {"binomial", "poisson"}

    Raises
    ------
    SocialBudgetError
        Where an age or a year has no deaths at all, or the likelihood does not settle.

    Notes
    -----
    Sources: Brouhns, Denuit and Vermunt (2002), Insurance: Mathematics and Economics 31(3), for
    Poisson; Villegas, Millossovich and Kaishev (2018), Journal of Statistical Software 84(3), for
    both and for cohorts without weight.
    """
    which = checked_family(family)
    for name, labels, total in (
        ("age", data.ages, np.sum(data.weights * data.deaths, axis=0)),
        ("year", data.years, np.sum(data.weights * data.deaths, axis=1)),
    ):
        if np.any(total <= 0.0):
            raise SocialBudgetError(
                f"nobody died at {name} {labels[np.argmin(total)]}: the model has no finite fit; "
                f"drop that {name} or pool it with another"
            )
    a, b, k = _start(data, which)
    fitted = a + b * k[:, None]
    value = log_likelihood(fitted, data, which)
    for _ in range(ITERATIONS):
        step, expected_gain = _scoring_step(a, b, k, data, which)
        if expected_gain < TOLERANCE:
            break
        a, b, k, value = _uphill(a, b, k, step, value, data, which)
    else:
        raise SocialBudgetError(
            f"the Lee-Carter likelihood did not settle in {ITERATIONS} steps; the data may be too "
            "sparse for it"
        )
    model = normalised(LeeCarter(which, data.years, data.ages, a, b, k, jump_off=a))
    fitted = model.a + model.b * model.k[:, None]
    return LeeCarter(
        which,
        data.years,
        data.ages,
        model.a,
        model.b,
        model.k,
        jump_off=observed_predictor(data, fitted[-1], which),
        statistics=FitStatistics(
            which,
            log_likelihood(fitted, data, which),
            # Two constraints: the sums of b and of k.
            parameters=2 * data.ages.size + data.years.size - 2,
            observations=data.count,
        ),
    )


def _start(data: Observations, family: Family) -> tuple[Array, Array, Array]:
    """Singular values of rates that are kept off zero; cells without weight take the age's mean."""
    rates = (data.deaths + 0.5) / (data.exposure + 1.0)
    pooled = np.sum(data.weights * data.deaths, axis=0) + 0.5
    pooled = pooled / (np.sum(data.weights * data.exposure, axis=0) + 1.0)
    rates = np.minimum(np.where(data.weights > 0.0, rates, pooled), 1.5)
    return decompose(predictor(rates, family))


def _scoring_step(
    a: Array, b: Array, k: Array, data: Observations, family: Family
) -> tuple[Array, float]:
    """Step of all parameters, and the gain in log-likelihood that it promises.

    The information is singular in the two directions of the constraints; the shortest solution
    leaves these where they are.
    """
    score, weight = score_and_information(a + b * k[:, None], data, family)
    ages, index = data.ages.size, k[:, None]
    gradient = np.concatenate([score.sum(axis=0), (score * index).sum(axis=0), score @ b])
    information = np.zeros((gradient.size, gradient.size))
    of_a, of_b, of_k = slice(0, ages), slice(ages, 2 * ages), slice(2 * ages, None)
    information[of_a, of_a] = np.diag(weight.sum(axis=0))
    information[of_a, of_b] = np.diag((weight * index).sum(axis=0))
    information[of_b, of_b] = np.diag((weight * index**2).sum(axis=0))
    information[of_a, of_k] = (weight * b).T
    information[of_b, of_k] = (weight * b * index).T
    information[of_k, of_k] = np.diag(weight @ b**2)
    information[of_b, of_a] = information[of_a, of_b].T
    information[of_k, of_a] = information[of_a, of_k].T
    information[of_k, of_b] = information[of_b, of_k].T
    # Unit diagonal, because the scales of a, b and k differ by orders of magnitude.
    scale = 1.0 / np.sqrt(np.maximum(np.diag(information), 1e-300))
    inverse = np.linalg.pinv(information * np.outer(scale, scale), rcond=1e-11, hermitian=True)
    step = scale * (inverse @ (scale * gradient))
    return step, 0.5 * float(gradient @ step)


def _uphill(
    a: Array, b: Array, k: Array, step: Array, value: float, data: Observations, family: Family
) -> tuple[Array, Array, Array, float]:
    """Take the step, halved until the likelihood rises."""
    ages = data.ages.size
    for halvings in range(40):
        part = step * 0.5**halvings
        new = (a + part[:ages], b + part[ages : 2 * ages], k + part[2 * ages :])
        with np.errstate(over="ignore", invalid="ignore"):
            now = log_likelihood(new[0] + new[1] * new[2][:, None], data, family)
        # The slack is rounding: the sum is of thousands of cells.
        if now >= value - 1e-10 * abs(value):
            return *new, now
    raise SocialBudgetError("the Lee-Carter likelihood cannot be raised along its gradient")
