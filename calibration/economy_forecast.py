"""Labour force, unemployment and output carried forward from what is known in a year.

Unemployment returns to its equilibrium (method 2.3 without policy); output is the supply side of
method 3.2: capital from investment, employment from participation, population and unemployment,
total factor productivity at a rate between the country's own and that of all. Nothing after the
origin is used, not even of the population: those who turn 15 within nine years are born.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP = 5
"""Years in a group of ages."""
CAPITAL_SHARE = 0.38
"""Capital share where the labour share is unknown (method 3.2)."""
CAPITAL_SHARE_RANGE = (0.25, 0.55)
"""Shares outside are taken at the end: labour shares of some countries leave out the informal."""
DEPRECIATION = 0.05
"""Depreciation where it is unknown (method 3.2)."""
EQUILIBRIUM_YEARS = 15
"""Last years whose mean rate of unemployment is its equilibrium."""
LEAST_YEARS = 15
"""Years of history without which unemployment is not forecast."""
TREND_YEARS = 10
"""Last years of the trends of output, productivity and investment."""


def population_path(adults: Array, children: Array, horizon: int) -> Array:
    """Population of 15 and over by cohort: each five-year group grows into the next.

    The ratio of a group to the group five years younger, five years before, is that of the last
    five years (method of Hamilton and Perry); it holds deaths and migration together. The open
    group is fed by itself and the group before it.

    Parameters
    ----------
    adults : ndarray [year, country, sex, group 15-19 ... 65+], person
    children : ndarray [year, country, sex, group 0-4, 5-9, 10-14], person
        The same years, the last of which is the origin.
    horizon : int, year
        At most 10, for which the children are born.

    Returns
    -------
    ndarray [horizon, country, sex, group], person
    """
    if len(adults) != len(children) or len(adults) <= STEP:
        raise ValueError(
            f"{len(adults)} years of adults, {len(children)} of children: the same years, more "
            f"than {STEP}, are needed"
        )
    if horizon > 2 * STEP:
        raise ValueError(f"horizon {horizon}: beyond {2 * STEP} years adults are not born yet")
    known = np.concatenate([children, adults], axis=-1)
    last, before = known[-1], known[-1 - STEP]
    ratio = last[..., 1:-1] / before[..., :-2]
    ratio_open = last[..., -1] / (before[..., -1] + before[..., -2])
    years = np.full((len(known) + horizon, *known.shape[1:]), np.nan)
    years[: len(known)] = known
    for t in range(len(known), len(years)):
        past = years[t - STEP]
        years[t, ..., 1:-1] = past[..., :-2] * ratio
        years[t, ..., -1] = (past[..., -1] + past[..., -2]) * ratio_open
    return years[len(known) :, ..., children.shape[-1] :]


@dataclass(frozen=True, slots=True)
class Reversion:
    """Yearly return of unemployment to its equilibrium.

    Attributes
    ----------
    equilibrium, persistence : ndarray [country], 1
        Rate, and share of a gap that is left a year later.
    own : ndarray [country], 1
        Persistence by the country's own years alone, corrected for their small number.
    error : ndarray [country], 1
        Standard error of `own`.
    """

    equilibrium: Array
    persistence: Array
    own: Array
    error: Array


def fit_reversion(history: Array) -> Reversion:
    """Persistence of unemployment by country, drawn towards the mean of all.

    Least squares of the rate on its lag and a constant, plus ``(1 + 3 rho) / T`` for the bias of
    short series (Kendall). Then normal-normal: the prior is the mean of the countries, its variance
    what their spread leaves after sampling (moments). The mean is not weighted by precision, which
    grows with persistence itself. The result is at most 1.

    Parameters
    ----------
    history : ndarray [year, country], 1
        Rates to the origin; missing years (not a number) only at the start.
    """
    count = history.shape[1]
    own, error = np.empty(count), np.empty(count)
    for i in range(count):
        rate = history[:, i]
        rate = rate[np.isfinite(rate)]
        if len(rate) < LEAST_YEARS or not np.isfinite(history[-LEAST_YEARS:, i]).all():
            raise ValueError(
                f"unemployment of country {i}: {len(rate)} years, the last {LEAST_YEARS} are needed"
            )
        x, y = rate[:-1] - rate[:-1].mean(), rate[1:]
        slope = (x @ y) / (x @ x)
        rest = y - y.mean() - slope * x
        error[i] = np.sqrt((rest @ rest) / (len(y) - 2) / (x @ x))
        own[i] = slope + (1.0 + 3.0 * slope) / len(y)
    mean = own.mean()
    spread = max(float(np.var(own, ddof=1) - (error**2).mean()), 0.0)
    pull = error**2 / (error**2 + spread)
    persistence = np.minimum(pull * mean + (1.0 - pull) * own, 1.0)
    equilibrium = history[-EQUILIBRIUM_YEARS:].mean(axis=0)
    return Reversion(equilibrium, persistence, own, error)


def unemployment_path(history: Array, horizon: int) -> Array:
    """Unemployment that returns to its equilibrium: [horizon, country], 1."""
    fit = fit_reversion(history)
    left = fit.persistence ** np.arange(1.0, horizon + 1.0)[:, None]
    return np.asarray(fit.equilibrium + (history[-1] - fit.equilibrium) * left)


@dataclass(frozen=True, slots=True)
class Production:
    """What the supply side knows in the origin; arrays [year, country], missing as not a number.

    Attributes
    ----------
    output, capital : ndarray, constant prices
    employment : ndarray, any unit
    labour_share, depreciation : ndarray, 1 and 1/year
    """

    output: Array
    capital: Array
    employment: Array
    labour_share: Array
    depreciation: Array


def capital_share(data: Production) -> Array:
    """One less the mean labour share of the trend years, within `CAPITAL_SHARE_RANGE`."""
    labour = data.labour_share[-TREND_YEARS:].mean(axis=0)
    return np.clip(np.where(np.isfinite(labour), 1.0 - labour, CAPITAL_SHARE), *CAPITAL_SHARE_RANGE)


def productivity_growth(data: Production) -> Array:
    """Mean yearly growth of total factor productivity of the trend years: [country], 1/year."""
    alpha = capital_share(data)

    def rise(level: Array) -> Array:
        return np.asarray(np.log(level[-1] / level[-1 - TREND_YEARS]) / TREND_YEARS)

    return np.asarray(
        rise(data.output) - alpha * rise(data.capital) - (1.0 - alpha) * rise(data.employment)
    )


def output_path(
    data: Production, employment: Array, *, own_share: float, common: float | None = None
) -> Array:
    """Real output from capital, employment and productivity (method 3.2).

    Parameters
    ----------
    data : Production
    employment : ndarray [horizon, country]
        Relative to that of the origin.
    own_share : float
        Weight of the country's own growth of productivity; the rest goes to `common`.
    common : float, 1/year, optional
        Growth of productivity to which countries are drawn; without it the median of all.

    Returns
    -------
    ndarray [horizon, country]
        Relative to the output of the origin.
    """
    own = productivity_growth(data)
    target = float(np.median(own)) if common is None else common
    growth = own_share * own + (1.0 - own_share) * target
    alpha = capital_share(data)
    found = data.depreciation[-1]
    delta = np.where(np.isfinite(found), found, DEPRECIATION)
    first, last = data.capital[-1 - TREND_YEARS : -1], data.capital[-TREND_YEARS:]
    invested = (last - (1.0 - delta) * first) / data.output[-1 - TREND_YEARS : -1]
    rate = invested.mean(axis=0)
    capital, output = data.capital[-1], data.output[-1]
    path = np.empty_like(employment)
    for h in range(len(employment)):
        capital = (1.0 - delta) * capital + rate * output
        inputs = alpha * np.log(capital / data.capital[-1])
        inputs = inputs + (1.0 - alpha) * np.log(employment[h])
        path[h] = np.exp(growth * (h + 1) + inputs)
        output = data.output[-1] * path[h]
    return path
