"""Share of lognormal earnings below a ceiling: tables that kernels interpolate (method 4.1).

For earnings W with mean 1 and coefficient of variation cv, ``C(r) = E[min(W, 1/r)]`` is the part
of mean earnings under a ceiling that lies at 1/r times the mean. Between a floor and a ceiling the
insured part is ``C(wage / ceiling) + floor / wage - C(wage / floor)``, because
``max(floor - W, 0) = floor - min(W, floor)``. Evaluating C exactly takes a logarithm and two
error functions; the table needs one division.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

ACCURACY = 1e-13
"""Largest error of an interpolated share, which is at most 1."""
FEWEST, MOST = 128, 16384
"""Intervals of a table: doubled from the first until the accuracy is reached."""


def share_below(ratio: Array, cv: float) -> Array:
    """``E[min(W, 1/ratio)]`` for lognormal W of mean 1.

    Parameters
    ----------
    ratio : ndarray, 1
        Mean earnings over the ceiling, positive.
    cv : float, 1
        Coefficient of variation; 0 for equal earnings.

    Returns
    -------
    ndarray, 1
        Between 0 and 1.
    """
    if cv == 0.0:
        return np.minimum(1.0, 1.0 / ratio)
    sigma = np.sqrt(np.log1p(cv * cv))
    d = -np.log(ratio) / sigma
    return np.asarray(ndtr(d - 0.5 * sigma) + ndtr(-d - 0.5 * sigma) / ratio)


def share_tables(
    cv: Array,
) -> tuple[Array, Array, NDArray[np.int64], NDArray[np.int64]]:
    """Tables for coefficients of variation of any shape, one for each that is different.

    Parameters
    ----------
    cv : ndarray [...], 1

    Returns
    -------
    sigma : ndarray [...]
        Standard deviations of the logarithm.
    table : ndarray [row, 6]
        All tables, one after the other.
    start, intervals : int64 ndarray [...]
        First row and length of each table; length 0 where there is none: equal earnings, and
        spreads so small or large that `MOST` intervals miss `ACCURACY`.
    """
    return _share_tables(np.ascontiguousarray(cv).tobytes(), cv.shape)


@lru_cache(maxsize=64)
def _share_tables(
    raw: bytes, shape: tuple[int, ...]
) -> tuple[Array, Array, NDArray[np.int64], NDArray[np.int64]]:
    cv = np.frombuffer(raw).reshape(shape)
    different, which = np.unique(cv, return_inverse=True)
    tables = [share_table(float(value)) for value in different]
    lengths = np.array([len(table) for table in tables])
    starts = np.cumsum(lengths) - lengths
    which = which.reshape(shape)
    return np.sqrt(np.log1p(cv * cv)), np.concatenate(tables), starts[which], lengths[which]


@lru_cache(maxsize=4096)
def share_table(cv: float) -> Array:
    """Polynomials of degree 5 in ``t = r / (1 + r)``, equal intervals from 0 to 1.

    Value, slope and curvature are exact at the nodes (Hermite).

    Parameters
    ----------
    cv : float, 1

    Returns
    -------
    ndarray [interval, 6]
        Coefficients of powers of the position within the interval, from 0 to 1; no interval where
        `MOST` of them miss `ACCURACY`.
    """
    intervals = FEWEST
    while cv > 0.0 and intervals <= MOST:
        table = _hermite(intervals, cv)
        middle = (np.arange(intervals) + 0.5) / intervals
        found = table @ 0.5 ** np.arange(6.0)
        error = np.abs(found - share_below(middle / (1.0 - middle), cv)).max()
        if error <= ACCURACY:
            return table
        intervals *= 2
    return np.empty((0, 6))


def _hermite(intervals: int, cv: float) -> Array:
    value, slope, bend = _derivatives(np.linspace(0.0, 1.0, intervals + 1), cv)
    h = 1.0 / intervals
    y0, y1 = value[:-1], value[1:]
    s0, s1 = h * slope[:-1], h * slope[1:]
    b0, b1 = h * h * bend[:-1], h * h * bend[1:]
    rise = y1 - y0
    return np.stack(
        [
            y0,
            s0,
            0.5 * b0,
            10.0 * rise - 6.0 * s0 - 4.0 * s1 - 1.5 * b0 + 0.5 * b1,
            -15.0 * rise + 8.0 * s0 + 7.0 * s1 + 1.5 * b0 - b1,
            6.0 * rise - 3.0 * (s0 + s1) + 0.5 * (b1 - b0),
        ],
        axis=1,
    )


def _derivatives(t: Array, cv: float) -> tuple[Array, Array, Array]:
    """C and its first two derivatives by t; the ceiling over mean earnings is ``(1 - t) / t``."""
    value, slope, bend = np.ones_like(t), np.zeros_like(t), np.zeros_like(t)
    value[-1], slope[-1], bend[-1] = 0.0, -1.0, 2.0
    inside = t[1:-1]
    sigma = np.sqrt(np.log1p(cv * cv))
    ceiling = (1.0 - inside) / inside
    place = np.log(ceiling) / sigma + 0.5 * sigma
    above = ndtr(-place)
    density = np.exp(-0.5 * place * place) / (np.sqrt(2.0 * np.pi) * sigma * ceiling)
    value[1:-1] = share_below(1.0 / ceiling, cv)
    slope[1:-1] = -above / inside**2
    bend[1:-1] = -density / inside**4 + 2.0 * above / inside**3
    return value, slope, bend
