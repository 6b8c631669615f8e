"""Unemployment as a stock with flows: separations, matching and job finding (method 2.3).

Pure functions over arrays of draws. The labour market uses them when
``labour_market.unemployment_engine`` is 1; the theory stands in ``docs/model.md``.

Rates of separation ``delta`` and of finding ``f`` are hazards a year. Within a quarter both are
constant, so the unemployment rate nears its steady state ``delta / (delta + f)`` at the speed
``delta + f`` whatever the size of the rates: there is no time-aggregation bias, and a quarter of
South Africa and one of Korea, where half of the unemployed leave within a month, are the same code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from socialbudget.contract import Array

QUARTERS = 4
LEAST_RATE = 1e-4
"""Unemployment rate below which the equilibrium of the flows is not taken."""


@dataclass(frozen=True)
class Flows:
    """A year of the stock-flow equation, each float64[draw].

    Attributes
    ----------
    rate : array
        Unemployment rate, average of the year.
    year_end : array
        Unemployment rate on 31 December.
    finding : array
        Job finding rate (1/year), average of the year weighted by the unemployed.
    inflow : array
        Persons becoming unemployed in the year over the labour force (1/year).
    """

    rate: Array
    year_end: Array
    finding: Array
    inflow: Array


def steady_state(separation: Array, finding: Array) -> Array:
    """Unemployment rate at which as many become unemployed as find work."""
    out: Array = separation / (separation + finding)
    return out


def finding_rate(unemployment: Array, separation: Array) -> Array:
    """Job finding rate (1/year) that keeps an unemployment rate where it is."""
    u = np.clip(unemployment, LEAST_RATE, 1.0 - LEAST_RATE)
    out: Array = separation * (1.0 - u) / u
    return out


def search_income(coverage: Array, replacement: Array, without_benefit: Array) -> Array:
    """Log of the income that the unemployed may count on, over income without benefit.

    ``coverage ln max(RR / b, 1)``: a recipient has the replacement rate ``RR``, whoever draws no
    benefit has ``b``. Where coverage does not change, its change is that of ``ln RR`` weighted by
    coverage; a wider coverage counts as well, and a scheme that starts from nothing has a finite
    effect.

    Parameters
    ----------
    coverage, replacement : float64[draw or 1]
        Recipients per unemployed, and their benefit over the average wage.
    without_benefit : float64[draw or 1]
        Income without benefit over the average wage, above 0.
    """
    out: Array = coverage * np.log(np.maximum(replacement / without_benefit, 1.0))
    return out


def time_on_benefit(finding: Array, longest: Array) -> Array:
    """Mean time on a benefit that ends with a job or after the longest duration (year)."""
    out: Array = -np.expm1(-finding * longest) / finding
    return out


def vacancy_response(
    okun: Array, unemployment: Array, separation: Array, matching_elasticity: Array
) -> Array:
    """Log points of vacancies per unit of output gap that give Okun's coefficient on impact.

    On impact: in the year of a gap that lasts all its four quarters, from equilibrium ``u``, to
    first order. With ``a`` the elasticity of matches to unemployment, ``E = exp(-(delta + f)/4)``
    the part of a deviation left after a quarter at given rates and ``m = 4 (1 - E)/(delta + f)``
    its average over the quarter, a deviation ``x`` follows

    ``x(q) = L x(q-1) - (1 - E) B r gap``, ``mean(q) = M x(q-1) - (1 - m) B r gap``

    with ``B = u (1 - u) (1 - a)``, ``L = E + (1 - E)(1 - u)(1 - a)`` and
    ``M = m + (1 - m)(1 - u)(1 - a)``: each unemployed more makes it harder for the others. The
    mean over four quarters per unit of gap is ``-okun``, which gives ``r``.

    Parameters
    ----------
    okun : float64[draw or 1]
        Points of unemployment per point of output gap.
    unemployment, separation : float64[draw or 1]
        Equilibrium rate of the base year, and separations (1/year).
    matching_elasticity : float64[draw or 1]
        Elasticity of matches to unemployment, below 1.
    """
    u = np.clip(unemployment, LEAST_RATE, 1.0 - LEAST_RATE)
    speed = (separation + finding_rate(u, separation)) / QUARTERS
    left = np.exp(-speed)
    mean = -np.expm1(-speed) / speed
    crowd = (1.0 - u) * (1.0 - matching_elasticity)
    step = left + (1.0 - left) * crowd
    average = mean + (1.0 - mean) * crowd
    # Sum over the four quarters of what the gap has done before each: 0, 1, 1 + L, 1 + L + L^2.
    before = (3.0 + 2.0 * step + step**2) / QUARTERS
    per_response = u * crowd * ((1.0 - mean) + average * (1.0 - left) * before)
    out: Array = okun / per_response
    return out


def equilibrium(before_benefits: Array, separation: Array, discouragement: Array) -> Array:
    """Equilibrium unemployment rate once benefits have slowed the search.

    Tightness is where firms open vacancies at no loss, whatever the number of the unemployed, so
    the finding rate is that of `before_benefits` times ``exp(-discouragement)``.
    """
    f = finding_rate(before_benefits, separation) * np.exp(-discouragement)
    return steady_state(separation, f)


def advance(
    year_end: Array,
    equilibrium_rate: Array,
    gap: Array,
    separation: Array,
    response: Array,
    matching_elasticity: Array,
    quarters: int = QUARTERS,
) -> Flows:
    """One year of the stock-flow equation in quarterly steps.

    ``f = f* exp((1 - a) r gap) (u / u*)^-(1 - a)`` is matching ``M = A U^a V^(1-a)`` over the
    unemployed, with vacancies over the labour force ``V = V* exp(r gap)`` and ``f*`` the finding
    rate that keeps the equilibrium.

    Parameters
    ----------
    year_end : float64[draw]
        Unemployment rate on 31 December of the year before.
    equilibrium_rate : float64[draw]
        Equilibrium unemployment rate of the year, benefits included.
    gap : float64[draw]
        Output gap.
    separation, response, matching_elasticity : float64[draw or 1]
        Separations (1/year), see `vacancy_response`, and elasticity of matches to unemployment.
    quarters : int
        Steps of the year; other than four only to see what they matter.
    """
    u_star = np.clip(equilibrium_rate, LEAST_RATE, 1.0 - LEAST_RATE)
    delta = np.broadcast_to(separation, u_star.shape)
    power = 1.0 - matching_elasticity
    # A solver may try a gap far outside of sense: vacancies stay finite.
    tight = finding_rate(u_star, delta) * np.exp(power * np.clip(response * gap, -20.0, 20.0))
    length = 1.0 / quarters
    u = np.asarray(year_end)
    unemployed, found, lost = np.zeros((3, *u_star.shape))
    for _ in range(quarters):
        f = tight * (np.maximum(u, LEAST_RATE) / u_star) ** -power
        speed = (delta + f) * length
        aim = steady_state(delta, f)
        mean = aim + (u - aim) * (-np.expm1(-speed) / speed)
        u = aim + (u - aim) * np.exp(-speed)
        unemployed += mean * length
        found += f * mean * length
        lost += delta * (1.0 - mean) * length
    return Flows(unemployed, u, found / unemployed, lost)
