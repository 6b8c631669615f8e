"""A shift of the mean of a series, found by the data (Andrews 1993)."""

from __future__ import annotations

import pandas as pd
import statsmodels.api as sm

CRITICAL = 8.85
"""Largest F of one coefficient over the middle 70 percent of dates: 5 percent, Andrews (1993)."""
TRIMMED = 0.15
"""Share of the years at either end in which no shift is looked for."""
SHIFT = "shift"


def with_shift(left: pd.Series, right: pd.DataFrame) -> tuple[pd.DataFrame, int | None]:
    """Right-hand side with a constant and, where the test finds one, a step; its first year.

    The date is the one at which a step explains most. An inflation of 15 percent that became one of
    5 is otherwise taken for persistence.

    Parameters
    ----------
    left : Series by year
    right : DataFrame by year
        Without a constant; the same years.
    """
    design = sm.add_constant(right, has_constant="add")
    years = left.index
    cut = int(TRIMMED * len(years))
    before = sm.OLS(left, design).fit().ssr
    best, at, found = 0.0, None, design
    for year in years[cut : len(years) - cut]:
        candidate = design.assign(**{SHIFT: (years >= year).astype(float)})
        fit = sm.OLS(left, candidate).fit()
        value = (before - fit.ssr) / (fit.ssr / fit.df_resid)
        if value > best:
            best, at, found = value, int(year), candidate
    return (found, at) if best > CRITICAL else (design, None)
