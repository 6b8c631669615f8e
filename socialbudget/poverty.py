"""Poverty and inequality: measures of a sample, and a lognormal fitted to published figures.

Method 7.3 and 8. The lognormal stands in for a survey: indicative, not a substitute for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from socialbudget.contract import Array

SMALLEST_SHARE = 0.0005
"""A headcount nearer to 0 or 1 than this says only that the line is far away, not how far."""
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
        Welfare at the edges; the first is 0, the last twice the last mean (it is unbounded).
    """
    score = ndtri(np.arange(cells + 1) / cells)
    means = np.diff(ndtr(score - sigma)) * cells
    bounds = np.empty(cells + 1)
    bounds[1:-1] = np.exp(sigma * score[1:-1] - sigma**2 / 2.0)
    bounds[0], bounds[-1] = 0.0, 2.0 * means[-1]
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
    mean_source : str
        ``headcounts``, or ``given`` where no line could be used and a mean was given.
    """

    mean: float
    sigma: float
    observed: dict[str, float]
    fitted: dict[str, float]
    unused: tuple[str, ...]
    mean_source: str

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
    mean: float | None = None,
) -> LognormalFit:
    """Fit mean and sigma to headcounts at several lines and to the Gini coefficient.

    In normal scores the lognormal is a straight line, ``Phi^-1(H) = (ln z - mu)/sigma``, and the
    Gini gives its slope ``1/sigma`` directly. Both unknowns follow from weighted least squares; the
    weights are the inverse variances that equal errors of all published shares would have, so
    that headcounts in the tails, where a small error moves the score much, count less.

    Parameters
    ----------
    lines : mapping of str to float
        Poverty lines, all in one unit.
    headcounts : mapping of str to float
        Share of the population below each.
    gini_ : float
        Gini coefficient of the same distribution.
    mean : float, optional
        Used where no headcount can be used.

    Raises
    ------
    ValueError
        When neither a headcount nor a mean can be used, or the Gini is not inside (0, 1).
    """
    if not 0.0 < gini_ < 1.0:
        raise ValueError(f"the Gini coefficient must lie between 0 and 1, not be {gini_:g}")
    target = 1.0 / lognormal_sigma(gini_)
    used = [k for k, h in headcounts.items() if SMALLEST_SHARE < h < 1.0 - SMALLEST_SHARE]
    unused = tuple(k for k in headcounts if k not in used)
    if used:
        score = ndtri(np.array([headcounts[k] for k in used]))
        x = np.log(np.array([lines[k] for k in used]))
        weight = _density(score) ** 2
        # d(1/sigma)/dG = -sqrt(2)/(2 phi(sigma/sqrt(2)) sigma^2)
        gini_weight = (np.sqrt(2.0) * _density(1.0 / target / np.sqrt(2.0)) / target**2) ** 2
        centre, level = (weight * x).sum() / weight.sum(), (weight * score).sum() / weight.sum()
        cross = (weight * (x - centre) * (score - level)).sum() + gini_weight * target
        slope = cross / ((weight * (x - centre) ** 2).sum() + gini_weight)
        if slope <= 0.0:
            raise ValueError(
                "the headcounts fall as the line rises; check them: "
                + ", ".join(f"{k} {headcounts[k]:.1%}" for k in used)
            )
        sigma = float(1.0 / slope)
        mu = float(centre - level * sigma)
        fitted_mean, mean_source = float(np.exp(mu + sigma**2 / 2.0)), "headcounts"
    elif mean is not None:
        sigma, fitted_mean, mean_source = float(1.0 / target), float(mean), "given"
    else:
        raise ValueError(
            "no headcount lies between 0 and 1, so that the mean cannot be found: give one line "
            "below which somebody, but not everybody, lives"
        )
    observed = {**{k: float(h) for k, h in headcounts.items()}, "gini": float(gini_)}
    fitted = {k: lognormal_fgt(fitted_mean, sigma, lines[k], 0) for k in headcounts}
    fitted["gini"] = lognormal_gini(sigma)
    return LognormalFit(fitted_mean, sigma, observed, fitted, unused, mean_source)


def _density(score: Array | float) -> Array:
    return np.asarray(np.exp(-np.square(score) / 2.0) / np.sqrt(2.0 * np.pi))
