"""Old ages: the Kannisto model, and the rate of an open age group."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]

LAST_AGE = 130


def close_table(
    rates: ArrayLike,
    *,
    fit_from: int = 80,
    fit_to: int = 95,
    replace_from: int = 96,
    last_age: int = LAST_AGE,
) -> Array:
    """Death rates to a high last age, of the Kannisto model above an age.

    The model is a logistic curve, logit m(x) = u + v x. Its line is fitted by least squares to the
    logits between two ages, with equal weights, for each population on its own.

    Parameters
    ----------
    rates : array [..., age]
        Death rates (1/year) of single ages from 0, up to `fit_to` at least.
    fit_from, fit_to : int
        First and last age of the fit.
    replace_from : int
        First age whose rate is taken from the model.
    last_age : int
        Last age of the result.

    Returns
    -------
    array [..., age]
        Death rates (1/year) of the ages 0 to `last_age`.

    Raises
    ------
    SocialBudgetError
        Where the rates do not reach `fit_to`, are not between 0 and 1 there, or fall with age.

    Notes
    -----
    Source: Thatcher, Kannisto and Vaupel (1998), The Force of Mortality at Ages 80 to 120. The
    Human Mortality Database fits the same curve by maximum likelihood to deaths; rates alone allow
    least squares only.
    """
    m = np.asarray(rates, dtype=float)
    if not fit_from + 2 <= fit_to < m.shape[-1] or not fit_from <= replace_from <= fit_to + 1:
        raise SocialBudgetError(
            f"rates of {m.shape[-1]} ages cannot be closed by a fit from {fit_from} to {fit_to} "
            f"that replaces from {replace_from}: the fit must lie within the rates, and the "
            "replaced ages follow it"
        )
    seen = m[..., fit_from : fit_to + 1]
    if not np.all((seen > 0.0) & (seen < 1.0)):
        raise SocialBudgetError(
            f"the Kannisto curve needs death rates between 0 and 1 at ages {fit_from} to {fit_to}"
        )
    age = np.arange(fit_from, fit_to + 1)
    centred = age - age.mean()
    logit = np.log(seen) - np.log1p(-seen)
    slope = (logit @ centred) / (centred @ centred)
    if np.any(slope <= 0.0):
        raise SocialBudgetError(f"death rates do not rise with age between {fit_from} and {fit_to}")
    high = np.arange(replace_from, last_age + 1) - age.mean()
    line = logit.mean(axis=-1)[..., None] + slope[..., None] * high
    return np.concatenate([m[..., :replace_from], 1.0 / (1.0 + np.exp(-line))], axis=-1)


def open_at(rates: ArrayLike, age: int = 100) -> Array:
    """The same table with an open age group: its rate is one over the life expectancy at that age.

    Parameters
    ----------
    rates : array [..., age]
        Death rates (1/year) of single ages from 0 to a last age, which is open itself.
    age : int
        First age of the new open group.

    Returns
    -------
    array [..., age]
        Death rates (1/year) of 0 to `age`, the last open. Life expectancy at every age is kept.
    """
    m = np.asarray(rates, dtype=float)
    if not 0 < age < m.shape[-1] - 1:
        raise SocialBudgetError(f"the table of {m.shape[-1]} ages cannot be opened at {age}")
    lived = expectancy_at(m, age)
    return np.concatenate([m[..., :age], (1.0 / lived)[..., None]], axis=-1)


def expectancy_at(rates: ArrayLike, age: int) -> Array:
    """Life expectancy at an age.

    Parameters
    ----------
    rates : array [..., age]
        Death rates (1/year) of single ages from 0 to a last age, which is open.
    age : int
        From 1 on: half a year is lived by those who die between two birthdays.

    Returns
    -------
    array [...]
        Year.
    """
    m = np.asarray(rates, dtype=float)[..., age:]
    q = np.minimum(m[..., :-1] / (1.0 + 0.5 * m[..., :-1]), 1.0)
    alive = np.cumprod(1.0 - q, axis=-1)
    start = np.concatenate([np.ones_like(alive[..., :1]), alive[..., :-1]], axis=-1)
    return np.asarray(np.sum(start * (1.0 - 0.5 * q), axis=-1) + alive[..., -1] / m[..., -1])
