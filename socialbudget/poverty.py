"""Poverty and inequality: measures of a sample, and a lognormal fitted to published figures.

Method 7.3 and 8. The lognormal stands in for a survey: indicative, not a substitute for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from socialbudget.contract import Array

SMALLEST_SHARE = 0.0005
"""A headcount nearer to 0 or 1 than this says only that the line is far away, not how far."""
SHARE_ERROR = 0.01
"""Standard error taken for published headcounts and Gini coefficients."""
MEAN_ERROR = 0.25
"""Standard error taken for the logarithm of the mean of the national accounts."""
SURVEY_RATIO = 0.85
"""Mean of surveys over private consumption per head of the national accounts (assumed)."""
TOLERANCE = 1e-14
GRID = 1000
"""Groups of equal size that stand for the population."""


def fgt(welfare: ArrayLike, line: float, alpha: int, weight: ArrayLike | None = None) -> float:
    """Foster-Greer-Thorbecke index: mean over persons of ``((z - y)/z)^alpha`` below the line.

    Parameters
    ----------
    welfare : float64[person]
        Welfare in the unit of `line`.
    line : float
        Poverty line, above 0; a person at the line is not poor.
    alpha : {0, 1, 2}
        0 headcount, 1 poverty gap, 2 squared gap.
    weight : float64[person], optional

    Raises
    ------
    ValueError
        When the line is not above 0.
    """
    y = np.asarray(welfare, dtype=float)
    w = np.ones_like(y) if weight is None else np.asarray(weight, dtype=float)
    if not line > 0.0:
        raise ValueError(f"a poverty line must lie above 0, not be {line}")
    poor = y < line
    gap = ((line - y[poor]) / line) ** alpha
    return float((w[poor] * gap).sum() / w.sum())


def gini(welfare: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Gini coefficient, without correction for small samples.

    Half the mean absolute difference between two persons over the mean, as twice the area between
    the Lorenz curve and the diagonal.
    """
    y = np.asarray(welfare, dtype=float)
    w = np.ones_like(y) if weight is None else np.asarray(weight, dtype=float)
    order = np.argsort(y, kind="stable")
    y, w = y[order], w[order]
    total = np.cumsum(w * y)
    below = np.concatenate([[0.0], total[:-1]])
    return float(1.0 - (w * (below + total)).sum() / (w.sum() * total[-1]))


def lognormal_gini(sigma: float) -> float:
    """Gini of a lognormal whose logarithm has standard deviation `sigma`."""
    return float(2.0 * ndtr(sigma / np.sqrt(2.0)) - 1.0)


def lognormal_sigma(gini_: float) -> float:
    """Standard deviation of the logarithm of a lognormal with this Gini (method 8)."""
    return float(np.sqrt(2.0) * ndtri((1.0 + gini_) / 2.0))


def lognormal_fgt(mean: float, sigma: float, line: float, alpha: int) -> float:
    """FGT index of a lognormal in closed form.

    With ``s = (ln z - ln m + sigma^2/2)/sigma`` the truncated moments are ``E[y^k; y < z] =
    m^k exp(k (k-1) sigma^2/2) Phi(s - k sigma)``.
    """
    s = (np.log(line / mean) + sigma**2 / 2.0) / sigma
    first = mean / line * ndtr(s - sigma)
    second = (mean / line) ** 2 * np.exp(sigma**2) * ndtr(s - 2.0 * sigma)
    return float((ndtr(s), ndtr(s) - first, ndtr(s) - 2.0 * first + second)[alpha])


def grid(sigma: float, cells: int = GRID) -> tuple[Array, Array]:
    """Groups of equal size of a lognormal with mean 1.

    Returns
    -------
    means : float64[cells]
        Mean welfare of each group: their mean is 1.
    bounds : float64[cells + 1]
        Welfare at the edges. Those at the ends are chosen: the first lies as far below the first
        mean as the second above it, the last is twice the last mean.
    """
    score = ndtri(np.arange(cells + 1) / cells)
    means = np.diff(ndtr(score - sigma)) * cells
    bounds = np.empty(cells + 1)
    bounds[1:-1] = np.exp(sigma * score[1:-1] - sigma**2 / 2.0)
    bounds[0] = max(2.0 * means[0] - bounds[1], 0.0)
    bounds[-1] = 2.0 * means[-1]
    return means, bounds


@dataclass(frozen=True)
class LognormalFit:
    """A lognormal of welfare per head, and how far it is from what was published.

    Attributes
    ----------
    mean : float
        Mean welfare per head, in the unit of the lines given.
    sigma : float
        Standard deviation of its logarithm.
    observed, fitted : dict of str to float
        Headcount by line, and ``gini``.
    unused : tuple of str
        Lines whose headcount is too near to 0 or 1 to say where the distribution lies.
    given_mean : float or None
        Mean of other statistics that the fit took into account, after `SURVEY_RATIO`.
    """

    mean: float
    sigma: float
    observed: dict[str, float]
    fitted: dict[str, float]
    unused: tuple[str, ...]
    given_mean: float | None

    @property
    def misfit(self) -> float:
        """Largest difference between a fitted and an observed figure, as a share."""
        return max(abs(self.fitted[k] - v) for k, v in self.observed.items())

    def line_at(self, headcount: float) -> float:
        """The welfare below which this share of the population lies."""
        return float(self.mean * np.exp(self.sigma * ndtri(headcount) - self.sigma**2 / 2.0))


def fit_lognormal(
    lines: Mapping[str, float],
    headcounts: Mapping[str, float],
    gini_: float,
    consumption: float | None = None,
) -> LognormalFit:
    """Fit mean and sigma to headcounts at several lines and to the Gini coefficient.

    In normal scores the lognormal is a straight line, ``Phi^-1(H) = (ln z - mu)/sigma``, and the
    Gini gives sigma directly. Both unknowns follow from weighted least squares. Weights are inverse
    variances: all published shares are taken to err by `SHARE_ERROR`, so that headcounts in the
    tails, where a small error moves the score much, count less. Where consumption per head of the
    national accounts is given, `SURVEY_RATIO` of it is a further, weak observation of the mean. It
    matters where hardly anybody lives below the lines, as in rich countries.

    Parameters
    ----------
    lines : mapping of str to float
        Poverty lines, all in one unit.
    headcounts : mapping of str to float
        Share of the population below each.
    gini_ : float
        Gini coefficient of the same distribution.
    consumption : float, optional
        Private consumption per head, in the unit of the lines.

    Raises
    ------
    ValueError
        When nothing says where the distribution lies, headcounts fall as the line rises, or the
        Gini is not inside (0, 1).
    """
    if not 0.0 < gini_ < 1.0:
        raise ValueError(f"the Gini coefficient must lie between 0 and 1, not be {gini_:g}")
    ordered = sorted(headcounts, key=lambda k: lines[k])
    for low, high in pairwise(ordered):
        if headcounts[high] < headcounts[low]:
            raise ValueError(
                f"fewer persons ({headcounts[high]:.1%}) are below the line '{high}' than below "
                f"the lower line '{low}' ({headcounts[low]:.1%}); correct one of them"
            )
    used = [k for k in ordered if SMALLEST_SHARE < headcounts[k] < 1.0 - SMALLEST_SHARE]
    unused = tuple(k for k in headcounts if k not in used)
    given = None if consumption is None else SURVEY_RATIO * consumption
    if not used and given is None:
        raise ValueError(
            "no headcount lies between 0 and 1, so that the mean cannot be found: give one line "
            "below which somebody, but not everybody, lives"
        )
    score = ndtri(np.array([headcounts[k] for k in used]))
    x = np.log(np.array([lines[k] for k in used]))
    target = lognormal_sigma(gini_)
    score_error = SHARE_ERROR / _density(score)
    sigma_error = SHARE_ERROR / (np.sqrt(2.0) * _density(target / np.sqrt(2.0)))

    def misfit(unknown: Array) -> Array:
        mu, sigma = unknown[0], np.exp(unknown[1])
        parts: list[ArrayLike] = [
            (score - (x - mu) / sigma) / score_error,
            [(sigma - target) / sigma_error],
        ]
        if given is not None:
            parts.append([(mu + sigma**2 / 2.0 - np.log(given)) / MEAN_ERROR])
        return np.concatenate([*map(np.asarray, parts)])

    centre = np.log(given) - target**2 / 2.0 if given is not None else float(
        np.mean(x - score * target)
    )  # fmt: skip
    from scipy.optimize import least_squares

    found = least_squares(
        misfit, np.array([centre, np.log(target)]), xtol=TOLERANCE, ftol=TOLERANCE, gtol=TOLERANCE
    )
    if not found.success:
        raise ValueError("no lognormal could be fitted to the published figures")
    mu, sigma = float(found.x[0]), float(np.exp(found.x[1]))
    mean = float(np.exp(mu + sigma**2 / 2.0))
    observed = {**{k: float(h) for k, h in headcounts.items()}, "gini": float(gini_)}
    fitted = {k: lognormal_fgt(mean, sigma, lines[k], 0) for k in headcounts}
    fitted["gini"] = lognormal_gini(sigma)
    return LognormalFit(mean, sigma, observed, fitted, unused, given)


def _density(score: Array | float) -> Array:
    return np.asarray(np.exp(-np.square(score) / 2.0) / np.sqrt(2.0 * np.pi))
