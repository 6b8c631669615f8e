"""From forecast death rates to the table ``demography.death_rate`` of a pack."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.mortality.closing import close_table, open_at
from calibration.mortality.measures import SEXES, two_sexes
from calibration.united_nations import STORED_BITS
from socialbudget.builder import rounded
from socialbudget.dims import MAX_AGE
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]


def pack_ages(rates: ArrayLike, *, fit_from: int = 80, fit_to: int = 95) -> Array:
    """Death rates of a pack's ages: closed by the Kannisto model, then opened at the last age.

    Parameters
    ----------
    rates : array [..., sex, age]
        Death rates (1/year) of single ages from 0 to `fit_to` or beyond.
    fit_from, fit_to : int
        Ages of the Kannisto fit; ages above `fit_to` come from it.

    Returns
    -------
    array [..., sex, age]
        Ages 0 to 100, the last open.
    """
    closed = close_table(
        two_sexes(rates), fit_from=fit_from, fit_to=fit_to, replace_from=fit_to + 1
    )
    return open_at(closed, MAX_AGE)


def death_rate_table(years: ArrayLike, rates: ArrayLike) -> dict[int, Array]:
    """Rates by year, as ``PackBuilder.table("demography.death_rate", ...)`` takes them.

    Parameters
    ----------
    years : array [year]
        Consecutive calendar years.
    rates : array [year, sex, age]
        Death rates (1/year) as of `pack_ages`.

    Returns
    -------
    dict of int to array [sex, age]
        Rounded to `STORED_BITS` binary digits, as the rates of packs are.
    """
    year = [int(y) for y in np.asarray(years)]
    m = two_sexes(rates)
    if m.shape != (len(year), len(SEXES), MAX_AGE + 1):
        raise SocialBudgetError(
            f"rates have shape {m.shape}; a pack needs [year, sex, age] = "
            f"{(len(year), len(SEXES), MAX_AGE + 1)}: use pack_ages first"
        )
    if year != list(range(year[0], year[0] + len(year))):
        raise SocialBudgetError("the years of a pack's death rates must follow each other")
    if np.any(m <= 0.0):
        raise SocialBudgetError("a death rate is zero; the projection needs positive rates")
    return {y: rounded(m[t], STORED_BITS) for t, y in enumerate(year)}
