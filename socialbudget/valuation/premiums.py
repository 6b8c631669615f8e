"""Premiums, reserves and balances of a scheme from its insured earnings and outgo.

Pure functions on annual flows: year 1 is the first after the valuation date, flows fall on average
in the middle of their year, and the last axis of every array is the year (any leading axes, such
as draws, go along). Outgo includes administration where it is to be financed. Rates are fractions.

Source: Iyer (1999), Actuarial mathematics of social security pensions, ILO/ISSA, on financing
systems; formulas with mid-year flows in place of its integrals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def discount_factors(interest: ArrayLike, years: int) -> tuple[Array, Array]:
    """Factors that discount to the valuation date.

    Parameters
    ----------
    interest : float or array [..., year]
        Interest rate of each year (fraction).
    years : int
        Number of years, where `interest` has no year axis.

    Returns
    -------
    mid, end : array [..., year]
        For flows of the year and for its closing balance.

    Raises
    ------
    ValueError
        For an interest rate of -100% or less, or of the wrong number of years.
    """
    rate: Array = np.asarray(interest, dtype=float)
    if rate.ndim == 0:
        rate = np.full(years, float(rate))
    if rate.shape[-1] != years:
        raise ValueError(f"interest has {rate.shape[-1]} years, the flows have {years}")
    _check(rate > -1.0, rate, "interest", "above -100%")
    end = np.asarray(1.0 / np.cumprod(1.0 + rate, axis=-1), dtype=np.float64)
    mid = end * np.sqrt(1.0 + rate)
    return mid, end


def payg_rate(outgo: ArrayLike, insured_earnings: ArrayLike) -> Array:
    """Contribution rate that pays for each year's outgo, ``B_t / S_t``.

    Parameters
    ----------
    outgo, insured_earnings : array [..., year]
        LCU/year.

    Returns
    -------
    array [..., year]
        Fraction of insured earnings.
    """
    spent, wages = _flows(outgo, insured_earnings)
    return spent / wages


def payg_factors(
    pensioners: ArrayLike,
    contributors: ArrayLike,
    outgo: ArrayLike,
    insured_earnings: ArrayLike,
) -> tuple[Array, Array]:
    """The two factors of the pay-as-you-go rate, whose product it is.

    Parameters
    ----------
    pensioners, contributors : array [..., year]
        Persons, mean of the year.
    outgo, insured_earnings : array [..., year]
        LCU/year; outgo without administration.

    Returns
    -------
    dependency : array [..., year]
        Pensioners per contributor.
    replacement : array [..., year]
        Mean pension over mean insured earnings.
    """
    spent, wages = _flows(outgo, insured_earnings)
    old = np.asarray(pensioners, dtype=float)
    insured = np.asarray(contributors, dtype=float)
    _check(insured > 0.0, insured, "contributors", "positive")
    _check((old > 0.0) | ((old == 0.0) & (spent == 0.0)), old, "pensioners", "positive")
    mean = spent / np.where(old > 0.0, old, 1.0)
    return old / insured, mean / (wages / insured)


def general_average_premium(
    outgo: ArrayLike,
    insured_earnings: ArrayLike,
    interest: ArrayLike,
    reserve: ArrayLike = 0.0,
    *,
    tail_growth: float | None = None,
) -> Array:
    """Level rate that balances all future outgo, for ever.

    ``GAP = {sum_{t<n} DB_t + DB_n / (1 - v) - V_0} / {sum_{t<n} DS_t + DS_n / (1 - v)}``: after the
    last year n outgo and insured earnings grow alike, and ``v = (1 + g) / (1 + i_n)``.

    Parameters
    ----------
    outgo, insured_earnings : array [..., year]
        LCU/year.
    interest : float or array [..., year]
        Fraction.
    reserve : float or array [...]
        V_0 at the valuation date (LCU).
    tail_growth : float, optional
        Growth of both after the last year (fraction). Without it, that of insured earnings in the
        last year.

    Returns
    -------
    array [...]
        Fraction of insured earnings.

    Raises
    ------
    ValueError
        When growth is not below interest, so that the value of the future is not finite.
    """
    spent, wages = _flows(outgo, insured_earnings)
    years = wages.shape[-1]
    if tail_growth is None:
        if years < 2:
            raise ValueError("growth beyond the last year needs two years, or give tail_growth")
        growth = wages[..., -1] / wages[..., -2] - 1.0
    else:
        growth = np.asarray(tail_growth, dtype=float)
    mid, _ = discount_factors(interest, years)
    rate = np.asarray(interest, dtype=float)
    last = rate if rate.ndim == 0 else rate[..., -1]
    v = (1.0 + growth) / (1.0 + last)
    if not np.all(v < 1.0):
        raise ValueError(
            f"growth beyond the last year ({np.max(growth):.4f}) is not below interest "
            f"({np.min(last):.4f}): the general average premium does not exist; use the level "
            "premium over a stated number of years"
        )
    weight = np.broadcast_to(mid, wages.shape).copy()
    weight[..., -1] = weight[..., -1] / (1.0 - v)
    return ((spent * weight).sum(axis=-1) - reserve) / (wages * weight).sum(axis=-1)


def level_premium(
    outgo: ArrayLike,
    insured_earnings: ArrayLike,
    interest: ArrayLike,
    reserve: ArrayLike = 0.0,
    *,
    target_ratio: float = 0.0,
) -> Array:
    """Level rate over the given years that ends with a reserve of `target_ratio` years' outgo.

    ``C = (kappa B_n d_n + sum DB - V_0) / sum DS`` with d_n the discount factor of the end of year
    n, so that `reserve_path` reaches the target to the last digit. It is the n-year general average
    premium and, applied to one period of equilibrium after another, the reserve-ratio system.

    Parameters
    ----------
    outgo, insured_earnings : array [..., year]
        LCU/year.
    interest : float or array [..., year]
        Fraction.
    reserve : float or array [...]
        At the valuation date (LCU).
    target_ratio : float
        kappa: reserve at the end of the last year over its outgo (year).

    Returns
    -------
    array [...]
        Fraction of insured earnings.
    """
    spent, wages = _flows(outgo, insured_earnings)
    mid, end = discount_factors(interest, wages.shape[-1])
    goal = target_ratio * spent[..., -1] * end[..., -1]
    return (goal + (spent * mid).sum(axis=-1) - reserve) / (wages * mid).sum(axis=-1)


def scaled_premium(
    outgo: ArrayLike,
    insured_earnings: ArrayLike,
    interest: ArrayLike,
    years: int,
    reserve: ArrayLike = 0.0,
    *,
    reserve_growth: float = 0.0,
) -> Array:
    """Level rate for a period at whose end the reserve stands still (Zelenka's scaled premium).

    ``pi = [sqrt(DB_m DB_{m+1}) + delta TDB_m - delta V_0] / [sqrt(DS_m DS_{m+1}) + delta TDS_m]``:
    at the end of year m contributions and interest just meet the outgo. T sums the first m years,
    delta = ln(1 + i_m), and the roots are the discounted flows at the end of year m.

    Parameters
    ----------
    outgo, insured_earnings : array [..., year]
        LCU/year, at least one year longer than the period.
    interest : float or array [..., year]
        Fraction.
    years : int
        m, length of the period.
    reserve : float or array [...]
        At the valuation date (LCU).
    reserve_growth : float
        Force at which the reserve may grow at the end of the period: 0 keeps it level (SCP1), the
        forces of growth of insured persons and earnings together keep it level relative to insured
        earnings (SCP2: the multiplying delta becomes delta - rho - gamma, discounting does not).

    Returns
    -------
    array [...]
        Fraction of insured earnings.
    """
    spent, wages = _flows(outgo, insured_earnings)
    if not 1 <= years < wages.shape[-1]:
        raise ValueError(
            f"a period of {years} years needs flows of {years + 1} years or more, "
            f"{wages.shape[-1]} are given"
        )
    mid, _ = discount_factors(interest, wages.shape[-1])
    rate = np.asarray(interest, dtype=float)
    delta = np.log1p(rate if rate.ndim == 0 else rate[..., years - 1]) - reserve_growth
    m = years
    spent, wages = spent * mid, wages * mid
    above = np.sqrt(spent[..., m - 1] * spent[..., m])
    below = np.sqrt(wages[..., m - 1] * wages[..., m])
    above = above + delta * (spent[..., :m].sum(axis=-1) - reserve)
    return above / (below + delta * wages[..., :m].sum(axis=-1))


def scaled_premiums(
    outgo: ArrayLike,
    insured_earnings: ArrayLike,
    interest: float,
    period: int,
    reserve: ArrayLike = 0.0,
    *,
    reserve_growth: float = 0.0,
) -> tuple[Array, Array]:
    """Scaled premiums of successive periods, each from the reserve that the last one left.

    Parameters
    ----------
    outgo, insured_earnings : array [..., year]
        LCU/year; a period counts if one more year follows it.
    interest : float
        Fraction, all years.
    period : int
        Years in each.
    reserve : float or array [...]
        At the valuation date (LCU).
    reserve_growth : float
        As in `scaled_premium`.

    Returns
    -------
    rates : array [..., period number]
        Fraction of insured earnings.
    reserves : array [..., period number]
        At the end of each period (LCU).
    """
    spent, wages = _flows(outgo, insured_earnings)
    rates, reserves = [], []
    held = np.asarray(reserve, dtype=float)
    for first in range(0, wages.shape[-1] - period, period):
        b, s = spent[..., first:], wages[..., first:]
        rate = scaled_premium(b, s, interest, period, held, reserve_growth=reserve_growth)
        paid = rate[..., None] * s[..., :period] - b[..., :period]
        held = reserve_path(paid, interest, held)[..., -1]
        rates.append(rate)
        reserves.append(held)
    if not rates:
        raise ValueError(
            f"no period of {period} years fits: flows of {period + 1} years are needed, "
            f"{wages.shape[-1]} are given"
        )
    return np.stack(rates, axis=-1), np.stack(reserves, axis=-1)


def terminal_funding_rate(capital_values: ArrayLike, insured_earnings: ArrayLike) -> Array:
    """Rate that pays the capital value of each year's new awards, ``Ka_t / S_t``.

    Parameters
    ----------
    capital_values : array [..., year]
        Present value, when awarded, of the pensions awarded in the year (LCU/year).
    insured_earnings : array [..., year]
        LCU/year.

    Returns
    -------
    array [..., year]
        Fraction of insured earnings.
    """
    return payg_rate(capital_values, insured_earnings)


def reserve_path(net_income: ArrayLike, interest: ArrayLike, reserve: ArrayLike = 0.0) -> Array:
    """Roll a fund forward, ``V_t = V_{t-1} (1 + i_t) + (C S + state + other - B)_t (1 + i_t)^1/2``.

    Parameters
    ----------
    net_income : array [..., year]
        All income except interest, less all outgo (LCU/year); it earns half a year's interest.
    interest : float or array [..., year]
        Fraction.
    reserve : float or array [...]
        At the valuation date (LCU).

    Returns
    -------
    array [..., year]
        Reserve at the end of each year (LCU).
    """
    net = np.asarray(net_income, dtype=float)
    if net.ndim == 0:
        raise ValueError("net_income needs a year axis")
    years = net.shape[-1]
    discount_factors(interest, years)
    rate = np.broadcast_to(np.asarray(interest, dtype=float), net.shape)
    out = np.empty(np.broadcast_shapes(net.shape, (*np.shape(reserve), 1)))
    held = np.asarray(reserve, dtype=float)
    for t in range(years):
        growth = 1.0 + rate[..., t]
        held = held * growth + net[..., t] * np.sqrt(growth)
        out[..., t] = held
    return out


def actuarial_balance(
    income: ArrayLike,
    outgo: ArrayLike,
    insured_earnings: ArrayLike,
    interest: ArrayLike,
    reserve: ArrayLike = 0.0,
    *,
    target_ratio: float = 1.0,
) -> Array:
    """Surplus of the whole period as a share of its insured earnings.

    ``[V_0 + PV(income) - PV(B) - PV(V_T target)] / PV(S)``; negative is a deficit, and its size the
    rise of the contribution rate that closes it.

    Parameters
    ----------
    income, outgo, insured_earnings : array [..., year]
        LCU/year; income without interest.
    interest : float or array [..., year]
        Fraction.
    reserve : float or array [...]
        At the valuation date (LCU).
    target_ratio : float
        Target reserve at the end over the outgo of the last year (year).

    Returns
    -------
    array [...]
        Fraction of insured earnings.
    """
    spent, wages = _flows(outgo, insured_earnings)
    mid, end = discount_factors(interest, wages.shape[-1])
    flow = np.asarray(income, dtype=float) - spent
    target = target_ratio * spent[..., -1] * end[..., -1]
    return ((flow * mid).sum(axis=-1) + reserve - target) / (wages * mid).sum(axis=-1)


def reserve_ratio(reserves: ArrayLike, outgo: ArrayLike, reserve: ArrayLike = 0.0) -> Array:
    """Reserve at the start of the year over its outgo, ``V_{t-1} / B_t`` (years of outgo).

    Parameters
    ----------
    reserves : array [..., year]
        At the end of each year (LCU).
    outgo : array [..., year]
        LCU/year.
    reserve : float or array [...]
        At the valuation date (LCU).

    Returns
    -------
    array [..., year]
        Years.
    """
    held = np.asarray(reserves, dtype=float)
    spent = np.asarray(outgo, dtype=float)
    _check(spent > 0.0, spent, "outgo", "positive")
    opening = np.empty_like(held)
    opening[..., 0] = reserve
    opening[..., 1:] = held[..., :-1]
    return opening / spent


def balance_ratio(
    outgo: ArrayLike, contributions: ArrayLike, reserves: ArrayLike, interest: ArrayLike
) -> Array:
    """Share of the force of interest on the reserve that pays for outgo, ``(B - C S) / (delta V)``.

    Above one the reserve falls.

    Parameters
    ----------
    outgo, contributions, reserves : array [..., year]
        LCU/year, LCU/year, LCU.
    interest : float or array [..., year]
        Fraction, positive.

    Returns
    -------
    array [..., year]
        Fraction.
    """
    held = np.asarray(reserves, dtype=float)
    delta = np.log1p(np.asarray(interest, dtype=float))
    _check(delta > 0.0, delta, "interest", "positive")
    _check(held > 0.0, held, "reserves", "positive")
    gap = np.asarray(outgo, dtype=float) - np.asarray(contributions, dtype=float)
    return gap / (delta * held)


def exhaustion_year(reserves: ArrayLike, first_year: int) -> Array:
    """Calendar year in which the reserve is used up for the first time.

    Parameters
    ----------
    reserves : array [..., year]
        At the end of each year (LCU).
    first_year : int
        Calendar year of the first.

    Returns
    -------
    array [...]
        Year at whose end the reserve is negative; NaN where it never is.
    """
    held = np.asarray(reserves, dtype=float)
    gone = held < 0.0
    year = first_year + np.argmax(gone, axis=-1).astype(float)
    return np.where(gone.any(axis=-1), year, np.nan)


def _flows(outgo: ArrayLike, insured_earnings: ArrayLike) -> tuple[Array, Array]:
    spent = np.asarray(outgo, dtype=float)
    wages = np.asarray(insured_earnings, dtype=float)
    if spent.ndim == 0 or wages.ndim == 0:
        raise ValueError("flows need a year axis")
    if spent.shape[-1] != wages.shape[-1]:
        raise ValueError(
            f"outgo has {spent.shape[-1]} years, insured earnings have {wages.shape[-1]}"
        )
    _check(wages > 0.0, wages, "insured earnings", "positive")
    _check(spent >= 0.0, spent, "outgo", "not negative")
    spent, wages = np.broadcast_arrays(spent, wages)
    return spent, wages


def _check(good: NDArray[np.bool_], values: Array, name: str, rule: str) -> None:
    if not np.all(good):
        place = tuple(int(i) for i in np.argwhere(~np.asarray(good))[0])
        raise ValueError(f"{name} must be {rule}: found {values[place]} at index {place}")
