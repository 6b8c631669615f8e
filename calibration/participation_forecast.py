"""Participation by sex and five-year age carried forward from what is known in a year.

Five engines (`socialbudget.participation_engines`) are mixed. Their weights, one set for each sex
and broad age, are fitted to all countries at once, on forecasts made from earlier years whose
outcomes were known in the origin. What is not given to an engine stays with the static one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from socialbudget.participation_engines import (
    cohort_path,
    combine,
    damped_path,
    drift,
    smooth_over_age,
    static_path,
    youngest_path,
)

Array = NDArray[np.float64]

TOP = 1.0
"""Highest rate. 680 of the cells of the history lie above the 0.99 of the method."""
AGE_STEP = 5
COHORT_WINDOW = 5
"""Arrivals of these last years; with five-year groups the rates rest on ten years of data."""
SHORT, LONG = 3, 10
"""Years of the two damped trends."""
SMOOTHING = 2
"""Rounds of averaging of drifts over neighbouring ages."""
ENGINES = ("static", "short trend", "long trend", "peers", "cohort")
BROAD_AGES: Mapping[str, slice] = {
    "15-24": slice(0, 2),
    "25-54": slice(2, 8),
    "55+": slice(8, 11),
}
"""Groups of age, as places of five-year groups, that share weights."""
TRAINING_ORIGINS = 10
"""Last years before the origin from which forecasts were tried out."""
LONGEST = 9
"""Longest horizon of the trials, years."""
NEAR = 0.2
"""Errors below this (points) count by their square when weights are fitted, others by size."""
ALIKE = 1e-10
"""Ridge, relative to the squares of all engines, that keeps the fit of weights solvable."""
FIRST_ORIGIN = LONG
"""Years of history before the first one from which a forecast can be made."""


def engine_paths(history: Array, horizon: int) -> dict[str, Array]:
    """Forecasts of every engine.

    Parameters
    ----------
    history : ndarray [year, country, sex, age], 1
        Its last year is the origin.
    horizon : int, year

    Returns
    -------
    dict of str to ndarray [horizon, country, sex, age], 1
        By name, in the order of `ENGINES`.
    """
    short, long = (smooth_over_age(drift(history, w, TOP), SMOOTHING) for w in (SHORT, LONG))
    common = np.broadcast_to(np.median(long, axis=0), long.shape)
    trend = damped_path(history, long, horizon, top=TOP)
    return {
        "static": static_path(history, horizon),
        "short trend": damped_path(history, short, horizon, top=TOP),
        "long trend": trend,
        "peers": damped_path(history, common, horizon, top=TOP),
        "cohort": cohort_path(
            history,
            horizon,
            young=youngest_path(trend[..., 0], history),
            old=trend[..., -1],
            step=AGE_STEP,
            window=COHORT_WINDOW,
            top=TOP,
        ),
    }


def fit_weights(history: Array) -> Array:
    """Weights of the engines from forecasts that could have been made before the origin.

    Least absolute errors (squares below `NEAR` points) over countries, ages, origins and horizons
    by weighted least squares, with weights of at least 0 that sum to at most 1.

    Parameters
    ----------
    history : ndarray [year, country, sex, age], 1
        Nothing after its last year is used.

    Returns
    -------
    ndarray [engine, sex, age], 1
        They sum to 1 over the engines.
    """
    last = len(history) - 1
    origins = range(max(FIRST_ORIGIN, last - TRAINING_ORIGINS), last)
    moves, changes = [], []
    for origin in origins:
        reach = min(LONGEST, last - origin)
        paths = engine_paths(history[: origin + 1], reach)
        moves.append(np.stack([paths[name] - paths["static"] for name in ENGINES[1:]]))
        changes.append(history[origin + 1 : origin + 1 + reach] - history[origin])
    moved, change = np.concatenate(moves, axis=1), np.concatenate(changes, axis=0)
    weights = np.zeros((len(ENGINES), *history.shape[2:]))
    for sex in range(history.shape[2]):
        for ages in BROAD_AGES.values():
            x = 100.0 * moved[..., sex, ages].reshape(len(ENGINES) - 1, -1)
            weights[1:, sex, ages] = _mix(x, 100.0 * change[..., sex, ages].ravel())[:, None]
    # What rounding leaves below 0 is no weight.
    weights[0] = np.maximum(1.0 - weights[1:].sum(axis=0), 0.0)
    return weights


def _mix(x: Array, y: Array) -> Array:
    """Weights w >= 0, sum <= 1, that bring w x nearest to y in absolute terms."""
    w = np.zeros(len(x))
    size = np.ones(len(y))
    for _ in range(100):
        before = w
        square = (x * size) @ x.T
        # Engines that say the same everywhere share their weight instead of failing.
        square += ALIKE * np.trace(square) * np.eye(len(x))
        gram = np.linalg.cholesky(square)
        target = np.linalg.solve(gram, x @ (size * y))
        w = nnls(gram.T, target)[0]
        if w.sum() > 1.0:
            # A row of great weight holds the sum at 1; the last rounding is divided out.
            heavy = 1e4 * float(np.abs(gram).max())
            rows = np.vstack([gram.T, np.full(len(x), heavy)])
            w = nnls(rows, np.append(target, heavy))[0]
            w /= max(w.sum(), 1.0)
        if np.abs(w - before).max() < 1e-6:
            return np.asarray(w)
        size = 1.0 / np.maximum(np.abs(y - w @ x), NEAR)
    return np.asarray(w)


def combination(paths: Mapping[str, Array], weights: Array) -> Array:
    """The mixture of `engine_paths` by `fit_weights`: [horizon, country, sex, age], 1."""
    return combine([paths[name] for name in ENGINES], list(weights))


def last_value(history: Array, horizon: int) -> Array:
    """Naive forecast: the rates of the origin."""
    return static_path(history, horizon)


def drift_line(history: Array, horizon: int, window: int = LONG) -> Array:
    """Naive forecast: the mean yearly change of the last years goes on from the last value."""
    slope = (history[-1] - history[-1 - window]) / window
    ahead = np.arange(1.0, horizon + 1.0).reshape(-1, *(1,) * slope.ndim)
    return np.asarray(np.clip(history[-1] + slope * ahead, 0.0, 1.0))


def fitted_line(history: Array, horizon: int, window: int = LONG) -> Array:
    """Naive forecast: a straight line fitted to the last years by least squares."""
    years = np.arange(-window, 1.0)
    known = history[-1 - window :]
    middle = known.mean(axis=0)
    centred = (years - years.mean()).reshape(-1, *(1,) * middle.ndim)
    slope = (centred * (known - middle)).sum(axis=0) / (centred**2).sum()
    ahead = np.arange(1.0, horizon + 1.0).reshape(-1, *(1,) * middle.ndim) - years.mean()
    return np.asarray(np.clip(middle + slope * ahead, 0.0, 1.0))
