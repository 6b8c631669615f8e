"""Parameters of labour supply: trend engine, room for school, and answers to policy (method 2.2).

The trend engine runs the drift that the backtest's combination of engines gives (see
``docs/labour_backtest.md``): for each sex and broad age a mixture of a short trend, a long trend
and the median of all countries, with weights fitted to all countries at once. Each country's own
record of nine years is too short to choose its engine by.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from calibration.channels import RETIREMENT, add_channels
from calibration.labour_history import AGE_STARTS, LAST, countries, participation
from calibration.participation_forecast import LONG, SHORT, SMOOTHING, fit_weights
from socialbudget.builder import PackBuilder
from socialbudget.participation_engines import DAMPING, drift, smooth_over_age

Array = NDArray[np.float64]

SEX_AGE = ("sex", "age")
AGES = np.arange(101)
YOUNGEST = 15
RATE_MAX = 0.99
"""Highest participation rate of the engines (method 2.2), as in ``participation.rate_max``."""
TREND_ENGINE = {"ZAF": 1.0, "KOR": 1.0, "USA": 0.0}
"""Weight of the trend engine. The United States have the cohort engine, whose labour force the
comparison with the Trustees rests on."""
DISCOURAGED = 0.0
"""Answer to unemployment. The method's 0.2 is optional and of its own design; under closure M0
unemployment is what exogenous output and productivity leave, and would then move supply."""
YOUNG, PRIME, OLD = (slice(YOUNGEST, 25), slice(25, 55), slice(55, 101))
ELASTICITY = {"female": 0.3, "male": 0.1}
ELASTICITY_OLD = 0.4

HISTORY, ASSUMED = "labour_history", "labour_supply_assumptions"
PER_YEAR = "1/year"


def return_elasticity() -> Array:
    """Answer of the log odds to the log net return: [sex, age], 1."""
    out = np.zeros((2, len(AGES)))
    for row, value in zip(out, ELASTICITY.values(), strict=True):
        row[PRIME] = value
        row[OLD] = ELASTICITY_OLD
    return out


@cache
def _drifts(base_year: int) -> Array:
    """Drift of every country in the base year by sex and group of ages: [country, sex, group].

    The trend was fitted to rates up to 2019; by the base year damping has taken part of it.
    """
    history = np.moveaxis(participation(), 1, 0)
    weights = fit_weights(history)
    short, long = (smooth_over_age(drift(history, w, RATE_MAX), SMOOTHING) for w in (SHORT, LONG))
    peers = np.median(long, axis=0)
    static, of_short, of_long, of_peers, cohort = weights
    # What the combination gives to the cohort engine is the trend's too; what it gives to the
    # static engine slows the drift.
    moving = of_short * short + of_long * long + of_peers * peers
    left = DAMPING ** (base_year - LAST)
    return np.asarray(left * moving * (1.0 - static) / (1.0 - static - cohort))


def trend_drift(iso3: str, base_year: int) -> Array:
    """Drift of the log odds of participation in the base year: [sex, age], 1/year.

    Linear between the middles of five-year groups, level before the first and from 65 on. A
    country without history has the median of all.
    """
    known = _drifts(base_year)
    groups = known[countries().index(iso3)] if iso3 in countries() else np.median(known, axis=0)
    middles = np.array(AGE_STARTS) + 2.0
    smooth = np.stack([np.interp(AGES, middles, row) for row in groups])
    return np.asarray(np.where(AGES >= YOUNGEST, np.round(smooth, 5), 0.0))


def enrolment_cap(iso3: str, rate: Array) -> Array:
    """Highest participation of the youngest at work: [sex], 1.

    The rate of the base year at their age, scaled by the highest rate of ages 15-19 in 1990-2019
    over that of 2019: no more of them leave school than have done.

    Parameters
    ----------
    rate : ndarray [sex, age], 1
        Participation of the base year.
    """
    young = participation()[..., 0]
    if iso3 in countries():
        factor = young[countries().index(iso3)]
        factor = factor.max(axis=0) / factor[-1]
    else:
        factor = np.median(young.max(axis=1) / young[:, -1], axis=0)
    return np.asarray(np.minimum(np.round(rate[:, YOUNGEST] * factor + 5e-5, 4), 1.0))


def add_engines(pack: PackBuilder, iso3: str, rate: Array, weight: float) -> None:
    """Trend engine, room for school and the switch of the pensionable age: packs of any level."""
    pack.source(
        HISTORY,
        publisher="International Labour Organization (ILOSTAT)",
        title="Labour force by sex and five-year age, modelled estimates, 1990-2019, over World "
        "Population Prospects 2019",
        edition="November 2020",
        licence="CC BY 4.0",
        retrieved="2026-03-01",
        note="Trends of participation, weights of trends fitted to all countries.",
    )
    _add_assumptions(pack)
    own = iso3 in countries()
    pack.table(
        "participation.trend_drift",
        SEX_AGE,
        trend_drift(iso3, pack.base_year),
        PER_YEAR,
        HISTORY,
        "estimated" if own else "imputed",
        note=f"Mixture of trends to {LAST}, damped by {DAMPING} a year since"
        + ("" if own else "; median of all countries"),
    )
    pack.table(
        "participation.enrolment_cap",
        ("sex",),
        enrolment_cap(iso3, rate),
        "1",
        HISTORY,
        "estimated" if own else "imputed",
        note="Rate at 15 scaled by the highest rate of ages 15-19 since 1990 over that of 2019"
        + ("" if own else "; median of all countries"),
    )
    for name, value, note in (
        ("trend_engine", weight, "damped trend of the log odds" if weight else "not used"),
        ("damping", DAMPING, "Method's default"),
    ):
        pack.value(f"participation.{name}", value, "1", ASSUMED, "assumed", note=note)
    add_channels(pack, ASSUMED, [RETIREMENT])


def add_labour_supply(pack: PackBuilder, iso3: str, rate: Array) -> None:
    """All parameters of labour supply of a pack of level 2.

    Parameters
    ----------
    rate : ndarray [sex, age], 1
        Participation of the base year.
    """
    add_engines(pack, iso3, rate, TREND_ENGINE[iso3])
    add_responses(pack, ASSUMED)


def add_responses(pack: PackBuilder, source: str) -> None:
    """Answers of participation to policy: defaults of the literature, the same everywhere."""
    pack.table(
        "participation.return_elasticity",
        SEX_AGE,
        return_elasticity(),
        "1",
        source,
        "assumed",
        note="Men 25-54 0.1, women 25-54 0.3, 55 and over 0.4; below 25 none; defaults of the "
        "literature, not estimated for the country",
    )
    for name, value, note in (
        ("child_care_response", 0.0, "Off: to be given with evidence"),
        ("maternity_response", 0.0, "Off: to be given with evidence"),
        ("discouraged_response", DISCOURAGED, "Off: unemployment is a residual under closure M0"),
    ):
        pack.value(f"participation.{name}", value, "1", source, "assumed", note=note)


def _add_assumptions(pack: PackBuilder) -> None:
    pack.source(
        ASSUMED,
        publisher="socialbudget",
        title="Defaults of the labour supply module",
        edition="2026.1",
        licence="CC BY 4.0",
        retrieved="2026",
        note="Elasticities of the literature and choices of engines; see docs/model.md.",
    )
