"""Single ages from age groups: fertility, death rates, population.

Every function keeps its groups: what it returns adds up (or averages) to what it was given, to
rounding of the machine. Between the groups the smoothest curve is taken: the one whose second or
third differences have the least sum of squares (Whittaker's measure, here with exact conditions
instead of a penalty). Where that curve would fall below zero, a monotone spline of the cumulated
values (Fritsch and Carlson 1980) replaces it.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from calibration.mortality.measures import life_expectancy
from socialbudget.dims import MAX_AGE

Array = NDArray[np.float64]

AGES = MAX_AGE + 1
FERTILE_FROM, FERTILE_TO = 10, 55
"""Ages of the nine published groups of mothers, 10-14 to 50-54."""

ABRIDGED = (0, 1, *range(5, AGES, 5))
"""First ages of the groups of an abridged life table; the last is open."""

FIVE_YEAR = tuple(range(0, AGES, 5))
"""First ages of the five-year groups of a population; the last is open."""

_ROUNDS = 60


@cache
def smoothest(
    edges: tuple[int, ...], order: int, *, pinned: bool = False, zero: tuple[int, ...] = ()
) -> Array:
    """Operator [age, group]: means of groups to the smoothest single ages with these means.

    Parameters
    ----------
    edges : tuple of int
        First age of each group, and the age after the last.
    order : int
        Order of the differences whose squares are least.
    pinned : bool
        The curve is zero beyond both ends (as fertility is), and the differences across the ends
        count.
    zero : tuple of int
        Positions (0 = first age) held at zero.
    """
    first, size = edges[0], edges[-1] - edges[0]
    pad = order if pinned else 0
    differences = np.diff(np.eye(size + 2 * pad), order, axis=0)[:, pad : pad + size]
    groups = len(edges) - 1
    mean = np.zeros((groups, size))
    for g, (low, high) in enumerate(pairwise(edges)):
        mean[g, low - first : high - first] = 1.0 / (high - low)
    held = np.eye(size)[list(zero)]
    conditions = np.concatenate([mean, held])
    count = len(conditions)
    system = np.block(
        [[differences.T @ differences, conditions.T], [conditions, np.zeros((count, count))]]
    )
    right = np.zeros((size + count, groups))
    right[size : size + groups] = np.eye(groups)
    # A group held at zero age by age states its mean twice, hence least squares.
    operator: Array = np.linalg.lstsq(system, right, rcond=None)[0][:size]
    return operator


def fertility_by_single_age(groups: Array) -> Array:
    """Fertility rates of single ages from the sums of five-year groups.

    Parameters
    ----------
    groups : array [..., 9]
        Births of a woman in all five years of age 10-14, ..., 50-54 (the sum of its five
        single-age rates).

    Returns
    -------
    array [..., 101]
        Births of a woman in a year at ages 0 to 100; never negative; the groups' sums are exact.
        The smoothest curve (second differences) that is zero outside 10-54, with zero in place of
        what would be negative; where that leaves a negative rate after all, a monotone spline of
        the cumulated rates.
    """
    groups = np.asarray(groups, dtype=float)
    if (groups < 0.0).any():
        raise ValueError("fertility of an age group is negative")
    edges = tuple(range(FERTILE_FROM, FERTILE_TO + 1, 5))
    flat = groups.reshape(-1, len(edges) - 1)
    zero = np.repeat(flat == 0.0, 5, axis=1)
    smooth = np.zeros(zero.shape)
    pending = np.arange(len(flat))
    for _ in range(_ROUNDS):
        patterns: dict[bytes, list[int]] = {}
        for row in pending:
            patterns.setdefault(zero[row].tobytes(), []).append(int(row))
        for alike in patterns.values():
            rows = np.array(alike)
            held = tuple(int(i) for i in np.flatnonzero(zero[alike[0]]))
            smooth[rows] = flat[rows] / 5.0 @ smoothest(edges, 2, pinned=True, zero=held).T
            smooth[rows[:, None], np.array(held, dtype=int)] = 0.0
        pending = pending[(smooth[pending] < 0.0).any(axis=1)]
        if not len(pending):
            break
        negative = zero[pending] | (smooth[pending] < 0.0)
        # A group with births needs an age to have them at.
        empty = negative.reshape(len(pending), -1, 5).all(axis=2) & (flat[pending] > 0.0)
        monotone = empty.any(axis=1)
        cumulated = np.cumsum(flat[pending[monotone]], axis=1)
        if monotone.any():
            cumulated = np.concatenate([np.zeros((len(cumulated), 1)), cumulated], axis=1)
            spline = PchipInterpolator(np.array(edges), cumulated, axis=1)
            rates = np.diff(spline(np.arange(FERTILE_FROM, FERTILE_TO + 1)), axis=1)
            smooth[pending[monotone]] = np.maximum(rates, 0.0)
        zero[pending] = negative
        pending = pending[~monotone]
    # The groups once more: what rounding left, what `maximum` took away, what is too small to see.
    cells = smooth.reshape(len(flat), -1, 5)
    cells[(cells.sum(axis=2) <= 0.0) & (flat > 0.0)] = 1.0
    totals = cells.sum(axis=2)
    factor = np.divide(flat, totals, out=np.zeros_like(flat), where=totals > 0.0)
    out = np.zeros((*groups.shape[:-1], AGES))
    out[..., FERTILE_FROM:FERTILE_TO] = (cells * factor[:, :, None]).reshape(*groups.shape[:-1], -1)
    return out


def abridged_death_rates(rates: Array) -> Array:
    """Death rates of the groups 0, 1-4, 5-9, ..., 100+ of a life table of single ages.

    Parameters
    ----------
    rates : array [..., 101]
        Death rates (1/year); half a year is lived in the year of death above age 0.

    Returns
    -------
    array [..., 22]
        Deaths over years lived of the stationary population, by group.
    """
    inner = rates[..., 1:MAX_AGE]
    q = inner / (1.0 + 0.5 * inner)
    survivors = np.concatenate(
        [np.ones((*q.shape[:-1], 1)), np.cumprod(1.0 - q, axis=-1)[..., :-1]], axis=-1
    )
    deaths, lived = survivors * q, survivors * (1.0 - 0.5 * q)
    starts = np.array(ABRIDGED[1:-1]) - 1
    out = np.empty((*rates.shape[:-1], len(ABRIDGED)))
    out[..., 0], out[..., -1] = rates[..., 0], rates[..., MAX_AGE]
    out[..., 1:-1] = np.add.reduceat(deaths, starts, axis=-1) / np.add.reduceat(
        lived, starts, axis=-1
    )
    return out


def death_rates_by_single_age(groups: Array) -> Array:
    """Death rates of single ages whose life table has the given abridged rates.

    The logarithms of the rates of ages 1 to 99 are the smoothest (third differences) whose life
    table gives the rates of the groups; age 0 and the open group are what was given.

    Parameters
    ----------
    groups : array [..., 22]
        Death rates (1/year) of ages 0, 1-4, 5-9, ..., 95-99, 100+.

    Returns
    -------
    array [..., 101]
        1/year.
    """
    groups = np.asarray(groups, dtype=float)
    if not (groups > 0.0).all():
        raise ValueError("death rate of an age group is not above zero")
    operator = smoothest(ABRIDGED[1:], 3)
    target = np.log(groups[..., 1:-1])
    level = target.copy()
    out = np.empty((*groups.shape[:-1], AGES))
    out[..., 0], out[..., MAX_AGE] = groups[..., 0], groups[..., -1]
    for _ in range(_ROUNDS):
        out[..., 1:MAX_AGE] = np.exp(level @ operator.T)
        miss = target - np.log(abridged_death_rates(out)[..., 1:-1])
        if np.abs(miss).max() < 1e-12:
            return out
        level = level + miss
    raise ValueError("death rates of single ages: the groups are not met")


def meet_life_expectancy(rates: Array, target: Array, profile: Array | None = None) -> Array:
    """Shift the logarithms of death rates until life expectancy at birth is the published one.

    Parameters
    ----------
    rates : array [..., 2, 101]
        Death rates (1/year) by sex and single age.
    target : array [..., 2]
        Life expectancy at birth (years).
    profile : array [..., 101], optional
        Shift of each age for a unit of the solution; one everywhere if not given.

    Returns
    -------
    array [..., 2, 101]
        1/year; life expectancy is met to 1e-9 year.
    """
    shape = np.ones(AGES) if profile is None else profile
    step = 1e-4
    shift = np.zeros(target.shape)
    for _ in range(_ROUNDS):
        moved = rates * np.exp(shift[..., None] * shape)
        miss = life_expectancy(moved) - target
        if np.abs(miss).max() < 1e-9:
            return moved
        slope = (life_expectancy(moved * np.exp(step * shape)) - target - miss) / step
        shift = shift - np.clip(miss / slope, -1.0, 1.0)
    raise ValueError("life expectancy at birth is not met")
