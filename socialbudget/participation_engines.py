"""Engines that carry participation rates forward: static, cohort entry and exit, damped trend.

Pure functions over arrays (method 2.2). Age is always the last axis; any axes may lead it (draw,
country, sex). A history has its year in front, ``[year, ..., age]``, and so has a path of future
rates, ``[horizon, ..., age]``: the first entry is one year after the last of the history. Rates
are fractions of the population. An age group is as wide as the caller likes: `step` says how many
years a cohort needs to reach the next.

The static engine needs no function of its own but `static_path`, which the other engines and any
mixture of them (`combine`) are measured against.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RATE_MAX = 0.99
"""Highest participation rate a cohort reaches (method 2.2, PRmax)."""
DAMPING = 0.9
"""Share of last year's drift that is left a year later (method 2.2, phi)."""
LOWEST_ODDS = 1e-4
"""Distance from 0 and from the highest rate that log odds keep, so that they stay finite."""
LARGEST_CHANGE = 30.0
"""Change of log odds beyond which a rate is at an end in double precision."""


def advance(before: Array, entry: Array, leave: Array, top: Array | float) -> Array:
    """Participation of cohorts on reaching the next age.

    Parameters
    ----------
    before : ndarray [..., age], 1
        Rates at the age before.
    entry : ndarray [..., age], 1
        Share that enters, of those missing to `top`.
    leave : ndarray [..., age], 1
        Share of the active who leave.
    top : ndarray or float, 1
        Highest rate; a cohort above it is not pushed down by it.
    """
    stay = before * (1.0 - leave)
    return np.asarray(stay + entry * np.maximum(top - stay, 0.0))


def net_cohort_rates(before: Array, after: Array, top: float = RATE_MAX) -> Array:
    """Net entry (positive) or exit (negative) of cohorts seen twice.

    A cohort that works more enters at ``1 - (top - after) / (top - before)`` of those missing to
    `top`; one that works less leaves at ``1 - after / before`` (method 2.2). `advance` with the
    rates of `split` gives `after` back.

    Parameters
    ----------
    before, after : ndarray [..., age], 1
        Rates of the same cohorts, at one age and at the next.

    Returns
    -------
    ndarray [..., age], 1
        Between -1 and 1.

    Raises
    ------
    ValueError
        If a rate is negative, not a number or above `top`: the rate of entry has no meaning there.
    """
    for name, rate in (("before", before), ("after", after)):
        _within(name, rate, top)
    rising = after > before
    room = np.where(rising, top - before, 1.0)
    base = np.where(rising | (before == 0.0), 1.0, before)
    enter = 1.0 - (top - after) / room
    go = np.where(before == 0.0, 0.0, 1.0 - after / base)
    return np.asarray(np.where(rising, enter, -go))


def split(net: Array) -> tuple[Array, Array]:
    """Entry and exit rates of net rates: at most one of them is positive."""
    return np.maximum(net, 0.0), np.maximum(-net, 0.0)


def static_path(history: Array, horizon: int) -> Array:
    """The last rates of a history, held: [horizon, ..., age]."""
    return np.repeat(history[-1:], horizon, axis=0)


def average_cohort_rates(
    history: Array, *, step: int = 1, window: int = 10, top: float = RATE_MAX
) -> Array:
    """Net cohort rates averaged over the arrivals of the last years.

    Parameters
    ----------
    history : ndarray [year, ..., age], 1
    step : int, year
        Years from one age (group) to the next.
    window : int, year
        Arrivals of this many last years count; a window of 10 with single ages is the average of
        the Ageing Working Group, one of 5 with five-year groups rests on the same ten years.

    Returns
    -------
    ndarray [..., age - 1], 1
        On reaching the second age (group) and those after it.
    """
    needed = step + window
    if len(history) < needed:
        raise ValueError(
            f"cohort rates of {window} years with steps of {step} need {needed} years of history, "
            f"not {len(history)}: shorten the window or give more years"
        )
    before = history[len(history) - needed : len(history) - step, ..., :-1]
    after = history[len(history) - window :, ..., 1:]
    return np.asarray(net_cohort_rates(before, after, top).mean(axis=0))


def cohort_path(
    history: Array,
    horizon: int,
    *,
    young: Array,
    old: Array,
    step: int = 1,
    window: int = 10,
    top: float = RATE_MAX,
) -> Array:
    """Rates carried along cohorts at their averaged entry and exit.

    Parameters
    ----------
    history : ndarray [year, ..., age], 1
    horizon : int, year
    young, old : ndarray [horizon, ...], 1
        Rates of the first age, whom no cohort replaces (`youngest_path`), and of the last, open
        age, in which cohorts mix.
    step, window, top
        As in `average_cohort_rates`.

    Returns
    -------
    ndarray [horizon, ..., age], 1
    """
    entry, leave = split(average_cohort_rates(history, step=step, window=window, top=top))
    known = len(history)
    rates = np.empty((known + horizon, *history.shape[1:]))
    rates[:known] = history
    for year in range(known, known + horizon):
        rates[year, ..., 1:] = advance(rates[year - step, ..., :-1], entry, leave, top)
        rates[year, ..., 0] = young[year - known]
        rates[year, ..., -1] = old[year - known]
    return rates[known:]


def log_odds(rate: Array, top: float = RATE_MAX) -> Array:
    """``log(rate / (top - rate))``; rates nearer than `LOWEST_ODDS` to an end count as there."""
    inside = np.clip(rate, LOWEST_ODDS, top - LOWEST_ODDS)
    return np.asarray(np.log(inside / (top - inside)))


def from_log_odds(odds: Array, top: float = RATE_MAX) -> Array:
    """The rate, between 0 and `top`, that has these log odds."""
    return np.asarray(top / (1.0 + np.exp(-odds)))


def shift_log_odds(rate: Array, change: Array | float, top: Array | float = 1.0) -> Array:
    """The rate whose log odds ``log(rate / (top - rate))`` lie by `change` higher.

    Without logarithms: a rate of 0 stays 0, the highest rate stays the highest, a change of 0 gives
    the rate back to the bit, and no rate leaves the range from 0 to `top`. A rate above `top` is
    its own highest rate.

    Parameters
    ----------
    rate : ndarray, 1
    change : ndarray or float
        Beyond `LARGEST_CHANGE` either way counts as that.
    top : ndarray or float, 1
    """
    highest = np.maximum(top, rate)
    grown = np.expm1(np.clip(change, -LARGEST_CHANGE, LARGEST_CHANGE))
    return np.asarray(rate + rate * (highest - rate) * grown / (highest + rate * grown))


def drift(history: Array, window: int, top: float = RATE_MAX) -> Array:
    """Mean yearly change of the log odds over the last years: [..., age], 1/year."""
    if not 1 <= window < len(history):
        raise ValueError(
            f"a drift of {window} years needs {window + 1} years of history, not {len(history)}"
        )
    return np.asarray((log_odds(history[-1], top) - log_odds(history[-1 - window], top)) / window)


def smooth_over_age(values: Array, rounds: int) -> Array:
    """Means of neighbouring ages with weights 1/4, 1/2, 1/4; the ends stand in for outsiders."""
    for _ in range(rounds):
        wide = np.concatenate([values[..., :1], values, values[..., -1:]], axis=-1)
        values = 0.25 * wide[..., :-2] + 0.5 * wide[..., 1:-1] + 0.25 * wide[..., 2:]
    return values


def damped_path(
    history: Array, yearly: Array, horizon: int, *, damping: float = DAMPING, top: float = RATE_MAX
) -> Array:
    """Damped trend of the log odds from the last rates on.

    Year h adds ``yearly * (damping + ... + damping ** h)`` to the log odds of the last rate. Where
    the last rate lies so near an end that its log odds were cut, the rate itself is the start.

    Parameters
    ----------
    history : ndarray [year, ..., age], 1
    yearly : ndarray [..., age], 1/year
        Drift of the log odds: `drift`, smoothed over age or drawn towards peers by the caller.
    damping : float
        0 holds the rates, 1 lets the trend run on.

    Returns
    -------
    ndarray [horizon, ..., age], 1
    """
    if not 0.0 <= damping <= 1.0:
        raise ValueError(f"damping {damping}: not between 0 and 1")
    start = log_odds(history[-1], top)
    reach = np.cumsum(damping ** np.arange(1.0, horizon + 1.0))
    reach = reach.reshape(-1, *(1,) * start.ndim)
    cut = history[-1] - from_log_odds(start, top)
    path = from_log_odds(start + yearly * reach, top) + cut
    return np.asarray(np.clip(path, 0.0, np.maximum(top, history[-1])))


def youngest_path(trend: Array, history: Array, enrolled: Array | float | None = None) -> Array:
    """Rates of the first age: those of a trend, below a cap that leaves room for school.

    Parameters
    ----------
    trend : ndarray [horizon, ...], 1
        Path of the first age by `damped_path`.
    history : ndarray [year, ..., age], 1
    enrolled : ndarray or float, 1, optional
        Share in education who do not work; the cap is the rest. Without it the cap is the highest
        rate of the history: the young do not return to work more than they have.

    Returns
    -------
    ndarray [horizon, ...], 1
    """
    cap = history[..., 0].max(axis=0) if enrolled is None else 1.0 - np.asarray(enrolled)
    return np.asarray(np.minimum(trend, cap))


def combine(paths: Sequence[Array], weights: Sequence[Array | float]) -> Array:
    """Weighted mean of paths; weights (broadcast to a path) are not negative and sum to 1."""
    total = sum(np.asarray(w, dtype=float) for w in weights)
    if len(paths) != len(weights):
        raise ValueError(f"{len(paths)} paths, {len(weights)} weights")
    if any(np.any(np.asarray(w) < 0.0) for w in weights):
        raise ValueError("a weight of an engine of participation is negative")
    if not np.allclose(total, 1.0, rtol=0.0, atol=1e-9):
        raise ValueError(f"the weights of the engines of participation sum to {total}, not to 1")
    mixed = np.zeros_like(paths[0])
    for path, weight in zip(paths, weights, strict=True):
        mixed += np.asarray(weight) * path
    return mixed


def _within(name: str, rate: Array, top: float) -> None:
    bad = ~((rate >= 0.0) & (rate <= top))
    if np.any(bad):
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"participation rate '{name}' is {rate[place]} at {place}: outside 0 to {top}; "
            "raise the highest rate or correct the data"
        )
