"""Death rates for a given life expectancy: Brass logit, Lee-Carter pattern; improvement rates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.mortality.measures import (
    SEXES,
    death_probabilities,
    death_rates,
    life_expectancy,
    two_sexes,
)
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]

TOLERANCE = 1e-9
"""Life expectancy is met to this (year)."""

ULTIMATE_IMPROVEMENT = 0.010
ULTIMATE_UP_TO_AGE = 80
NO_IMPROVEMENT_FROM_AGE = 105
CONVERGENCE_YEARS = 20
PAST_YEARS = 20


def brass_logit_target(
    standard: ArrayLike, e0: ArrayLike, *, bounds: tuple[float, float] = (-5.0, 5.0)
) -> tuple[Array, Array]:
    """Relational logit: shift the logit of the standard's survivors until e(0) is the target.

    Y(x) = ln((1 - l(x)) / l(x)) / 2 becomes Y(x) + alpha. In the open age group, where l(x) tells
    nothing, the death rate follows the force of mortality of the same relation,
    m (1 - l') / (1 - l) at its first age.

    Parameters
    ----------
    standard : array [sex, age]
        Death rates (1/year) of the standard, single ages from 0, the last open.
    e0 : array [..., sex]
        Life expectancies to reach (year), e.g. [year, sex].
    bounds : pair of float
        Smallest and largest alpha tried.

    Returns
    -------
    alpha : array [..., sex]
    rates : array [..., sex, age]
        Death rates (1/year) whose life expectancy is the target, by the projection's life table.

    Notes
    -----
    Source: Brass (1971), Biological Aspects of Demography.
    """
    m = two_sexes(standard)
    target = _targets(e0, m)
    survival = np.cumprod(1.0 - death_probabilities(m)[..., :-1], axis=-1)
    if np.any(m[..., 0] <= 0.0) or np.any(survival <= 0.0):
        raise SocialBudgetError(
            "the standard needs deaths at age 0 and survivors to the open age group"
        )
    # Odds of having died, from exact age 1 on; nobody has at age 0.
    odds = (1.0 - survival) / survival

    def rates_of(alpha: Array) -> Array:
        shifted = odds * np.exp(2.0 * alpha)[..., None]
        alive = 1.0 / (1.0 + shifted)
        # Deaths are differences of odds: survivors near one would lose their digits.
        earlier = np.concatenate([np.zeros_like(shifted[..., :1]), shifted[..., :-1]], axis=-1)
        q = (shifted - earlier) * alive
        last = m[..., -1] * shifted[..., -1] * alive[..., -1] / (1.0 - survival[..., -1])
        closed = np.concatenate([q, np.ones_like(q[..., :1])], axis=-1)
        return death_rates(closed, last)

    alpha = _solve(lambda x: life_expectancy(rates_of(x)), target, bounds, "alpha")
    return alpha, rates_of(alpha)


def lee_carter_target(
    a: ArrayLike, b: ArrayLike, e0: ArrayLike, *, bounds: tuple[float, float] = (-1000.0, 1000.0)
) -> tuple[Array, Array]:
    """Index k of a Lee-Carter pattern at which e(0) is the target.

    Parameters
    ----------
    a, b : array [sex, age]
        Log death rates at k = 0, and their change for one unit of k; single ages from 0, the last
        open.
    e0 : array [..., sex]
        Life expectancies to reach (year).
    bounds : pair of float
        Smallest and largest k tried.

    Returns
    -------
    k : array [..., sex]
    rates : array [..., sex, age]
        exp(a + b k) (1/year).

    Notes
    -----
    Source: Lee and Miller (2001), Demography 38(4), who fit k to life expectancy.
    """
    level, pattern = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if level.shape != pattern.shape or not np.all(np.isfinite([level, pattern])):
        raise SocialBudgetError("a and b must have one finite value each for every sex and age")
    target = _targets(e0, two_sexes(np.exp(level)))
    # Rates beyond these are not of any population; without the limits exp() overflows.
    lowest, highest = np.log(1e-12), np.log(1e3)

    def rates_of(k: Array) -> Array:
        return np.asarray(np.exp(np.clip(level + pattern * k[..., None], lowest, highest)))

    k = _solve(lambda x: life_expectancy(rates_of(x)), target, bounds, "k")
    exact = level + pattern * k[..., None]
    if np.any(exact < lowest) or np.any(exact > highest):
        raise SocialBudgetError(
            "the target life expectancy needs death rates outside 1e-12 to 1e3 a year: it lies "
            "beyond what this pattern can give"
        )
    return k, np.exp(exact)


def improved_rates(
    past: ArrayLike,
    horizon: int,
    *,
    past_years: int = PAST_YEARS,
    ultimate: float = ULTIMATE_IMPROVEMENT,
    convergence_years: int = CONVERGENCE_YEARS,
) -> Array:
    """Death rates by improvement factors that go from the recent past to an ultimate rate.

    q(x, t) = q(x, t-1) (1 - i(x, t)); i starts from the mean of the last years and reaches the
    ultimate improvement in a straight line over the years of convergence. Ultimate: the same below
    age 80, falling in a straight line to zero at 105.

    Parameters
    ----------
    past : array [year, sex, age]
        Observed death rates (1/year) of consecutive years, single ages from 0, the last open.
    horizon : int
        Years ahead.
    past_years, ultimate, convergence_years
        Years of the past that count; 1/year; years.

    Returns
    -------
    array [year, sex, age]
        Death rates (1/year). The open group improves by the rate of its first age.
    """
    m = two_sexes(past)
    if m.ndim != 3 or m.shape[0] <= past_years:
        raise SocialBudgetError(
            f"give [year, sex, age] with at least {past_years + 1} years, not {m.shape}"
        )
    if np.any(m[[-1, -1 - past_years]] <= 0.0):
        raise SocialBudgetError("a death rate of the first or last year used is zero")
    first, q = death_probabilities(m[-1 - past_years]), death_probabilities(m[-1])
    recent = 1.0 - (q / first) ** (1.0 / past_years)
    recent[..., -1] = 1.0 - (m[-1, :, -1] / m[-1 - past_years, :, -1]) ** (1.0 / past_years)
    age = np.arange(m.shape[-1])
    fall = (NO_IMPROVEMENT_FROM_AGE - age) / (NO_IMPROVEMENT_FROM_AGE - ULTIMATE_UP_TO_AGE)
    final = ultimate * np.clip(fall, 0.0, 1.0)
    rates = np.empty((horizon, *q.shape))
    open_rate = m[-1, :, -1]
    for year in range(horizon):
        done = min((year + 1) / convergence_years, 1.0)
        improvement = recent + done * (final - recent)
        q = q * (1.0 - improvement)
        open_rate = open_rate * (1.0 - improvement[:, -1])
        rates[year] = death_rates(q, open_rate)
    return rates


def _targets(e0: ArrayLike, rates: Array) -> Array:
    target = np.asarray(e0, dtype=float)
    if target.ndim < 1 or target.shape[-1] != len(SEXES) or rates.ndim != 2:
        raise SocialBudgetError(
            "give e0 as [..., sex] and the pattern as [sex, age], sexes female, male"
        )
    if not np.all(np.isfinite(target)):
        raise SocialBudgetError("a target life expectancy is missing")
    return target


def _solve(
    expectancy: Callable[[Array], Array],
    target: Array,
    bounds: tuple[float, float],
    name: str,
) -> Array:
    """Parameter [..., sex] at which life expectancy is the target, by bisection of all at once."""
    if not bounds[0] < 0.0 < bounds[1]:
        raise SocialBudgetError(f"the bounds of {name} must lie on either side of zero: {bounds}")
    low, high = np.zeros(target.shape), np.zeros(target.shape)
    rising, bracketed = np.zeros(target.shape, bool), np.zeros(target.shape, bool)
    # Narrow brackets first: far out, a pattern of mixed signs no longer moves one way.
    for halvings in range(12, -1, -1):
        near_low = np.full(target.shape, bounds[0] * 0.5**halvings)
        near_high = np.full(target.shape, bounds[1] * 0.5**halvings)
        at_low, at_high = expectancy(near_low), expectancy(near_high)
        smallest, largest = np.minimum(at_low, at_high), np.maximum(at_low, at_high)
        new = ~bracketed & (smallest <= target) & (target <= largest)
        low, high = np.where(new, near_low, low), np.where(new, near_high, high)
        rising = np.where(new, at_high > at_low, rising)
        bracketed |= new
        if np.all(bracketed):
            break
    else:
        where = tuple(int(i) for i in np.argwhere(~bracketed)[0])
        raise SocialBudgetError(
            f"a life expectancy of {target[where]:g} years ({SEXES[where[-1]]}, place {where}) "
            f"cannot be reached: {name} between {bounds[0]:g} and {bounds[1]:g} gives "
            f"{smallest[where]:.2f} to {largest[where]:.2f} years"
        )
    for _ in range(100):
        middle = 0.5 * (low + high)
        found = expectancy(middle)
        if np.all(np.abs(found - target) < TOLERANCE):
            return middle
        upward = (found < target) == rising
        low, high = np.where(upward, middle, low), np.where(upward, high, middle)
    # The pieces of the rule for a(0) meet with a step of up to a few millionths of a year.
    if np.all(np.abs(found - target) < 1e-5):
        return middle
    raise SocialBudgetError(
        f"no {name} gives the target life expectancy: it does not vary evenly with {name}"
    )
