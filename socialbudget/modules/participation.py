"""Labour supply: participation by age and sex, answering to rules and incentives (method 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules._shared import (
    PARTICIPATION_RATE,
    PENSIONABLE_AGE,
    RETIREMENT_TO_PARTICIPATION,
)
from socialbudget.pack import Pack
from socialbudget.participation_engines import advance, shift_log_odds
from socialbudget.profiles import shift_along_age

RETIREMENT_RAMP = (50, 55)
"""Ages between which the answer to the pensionable age fades in."""
SHIFTS = "*.participation_log_odds_shift"
"""What moves participation beside the engines, by sex and age; any module before the core may."""
ENGINES = ("participation.cohort_engine", "participation.trend_engine")
"""Weights of the engines; the static one has what they leave."""


class Participation(Module):
    """Three exchangeable engines and policy on top.

    ``static``: the base year's rates. ``cohort``: each cohort enters and leaves at the rates
    observed in the past (cohort simulation of the EU Ageing Working Group); the youngest, whom no
    cohort precedes, follow the trend below a cap that leaves room for school. ``trend``: the log
    odds drift on, each year by `damping` times the year before. The engines are mixed by weights.

    On the mixture, a change of the pensionable age moves late careers by the share theta of the
    change, and the shifts of the log odds that other modules write (net return to work, child
    care, maternity protection, unemployment) move all ages.
    """

    name = "participation"
    params = (
        PARTICIPATION_RATE,
        Param(
            "participation.entry_rate",
            ("sex", "age"),
            "1",
            0,
            1,
            "Net entry rate of a cohort on reaching the age, of those below the maximum",
            "fixed",
        ),
        Param(
            "participation.exit_rate",
            ("sex", "age"),
            "1",
            0,
            1,
            "Net exit rate of a cohort on reaching the age",
            "fixed",
        ),
        Param(
            "participation.cohort_engine",
            (),
            "1",
            0,
            1,
            "Weight of the cohort engine: 0 none, 1 cohort entry and exit alone",
        ),
        Param(
            "participation.trend_engine",
            (),
            "1",
            0,
            1,
            "Weight of the trend engine: 0 none, 1 damped trend alone; what both weights leave is "
            "the rates of the base year",
        ),
        Param(
            "participation.trend_drift",
            ("sex", "age"),
            "1/year",
            -0.5,
            0.5,
            "Yearly drift of the log odds of participation in the base year, before damping",
            "fixed",
        ),
        Param(
            "participation.damping",
            (),
            "1",
            0,
            1,
            "Share of the drift of participation that is left a year later",
            "fixed",
        ),
        Param(
            "participation.enrolment_cap",
            ("sex",),
            "1",
            0,
            1,
            "Highest participation at the age at which working life starts: the rest is at school",
        ),
        Param(
            "participation.rate_max",
            (),
            "1",
            0.5,
            1,
            "Highest participation rate a cohort or a trend can reach",
            "fixed",
        ),
        Param(
            "labour_market.theta_ret",
            (),
            "1",
            0,
            1,
            "Share of a change of the pensionable age that moves exit ages (theta)",
            "fixed",
        ),
        PENSIONABLE_AGE,
        RETIREMENT_TO_PARTICIPATION,
    )
    writes = (
        Var(
            "participation.participation_rate",
            ("sex", "age"),
            "1",
            "rate",
            "Labour force participation rate",
        ),
        Var(
            "participation.cohort_rate",
            ("sex", "age"),
            "1",
            "rate",
            "Participation rate of the cohort engine before the policy overlay",
        ),
        Var(
            "participation.rate_before_shifts",
            ("sex", "age"),
            "1",
            "rate",
            "Participation rate of the engines at the pensionable age in force, before incentives, "
            "care and unemployment move it",
            history=False,
        ),
        Var(
            "participation.labour_force",
            ("sex", "age"),
            "person",
            "flow",
            "Labour force, average of the year",
        ),
        Var(
            "participation.base_pensionable_age",
            ("sex",),
            "year",
            "rate",
            "Pensionable age of the base year",
        ),
    )
    reads = ("demography.population_midyear", SHIFTS)

    def start(self, y: Year) -> None:
        _check_weights(y)
        rate = y.p["participation.participation_rate"]
        y["participation.participation_rate"] = rate
        y["participation.rate_before_shifts"] = rate
        y["participation.cohort_rate"] = rate
        y["participation.base_pensionable_age"] = y.p["labour_market.pensionable_age"]
        y["participation.labour_force"] = rate * y["demography.population_midyear"]

    def step(self, y: Year) -> None:
        _check_weights(y)
        static = y.p["participation.participation_rate"]
        trend = self._trend(y, static)
        cohort = self._cohort(y, static, trend)
        weight, pace = (y.p[path][:, None, None] for path in ENGINES)
        rate = weight * cohort + (1.0 - weight) * static
        # Added as a change: without it the mixture is what it was before there was a trend engine.
        rate = rate + pace * (trend - static)
        base_age = y.lag("participation.base_pensionable_age")
        y["participation.base_pensionable_age"] = base_age
        theta = y.p[RETIREMENT_TO_PARTICIPATION.path] * y.p["labour_market.theta_ret"]
        shift = theta[:, None] * (y.p["labour_market.pensionable_age"] - base_age)
        rate = shift_along_age(rate, shift, RETIREMENT_RAMP)
        y["participation.rate_before_shifts"] = rate
        rate = shift_log_odds(y["participation.rate_before_shifts"], self._shifts(y))
        y["participation.participation_rate"] = rate
        y["participation.labour_force"] = rate * y["demography.population_midyear"]

    @staticmethod
    def _shifts(y: Year) -> Array:
        """All shifts of the log odds together; none where no module writes one."""
        parts = y.match(SHIFTS).values()
        return np.asarray(sum(parts, np.zeros((1, 1, 1))))

    @staticmethod
    def _trend(y: Year, static: Array) -> Array:
        # Years of undamped drift since the base year: damping + ... + damping^h after h years.
        ahead = np.arange(1.0, y.year - y.base_year + 1.0)
        reach = (y.p["participation.damping"][:, None] ** ahead).sum(axis=1)
        top = y.p["participation.rate_max"][..., None, None]
        return shift_log_odds(static, y.p["participation.trend_drift"] * reach[:, None, None], top)

    @staticmethod
    def _cohort(y: Year, static: Array, trend: Array) -> Array:
        before = y.lag("participation.cohort_rate")
        cohort = y["participation.cohort_rate"]
        top = y.p["participation.rate_max"][..., None, None]
        entry = y.p["participation.entry_rate"]
        leave = y.p["participation.exit_rate"]
        cohort[:, :, 0] = static[:, :, 0]
        cohort[:, :, 1:] = advance(before[:, :, :-1], entry[:, :, 1:], leave[:, :, 1:], top)
        cohort[:, :, -1] = static[:, :, -1]
        # The youngest at work follow no cohort: a year younger, nobody works.
        youngest = (static > 0.0) & (np.cumsum(static > 0.0, axis=2) == 1)
        capped = np.minimum(trend, y.p["participation.enrolment_cap"][..., None])
        cohort[...] = np.where(youngest, capped, cohort)
        return cohort

    def identities(self, y: Year) -> Mapping[str, Array]:
        rate, before = y["participation.participation_rate"], y["participation.rate_before_shifts"]
        odds = np.exp(self._shifts(y))
        return {
            "L-7 participation rates lie in [0, 1]": np.maximum(-rate, rate - 1.0).clip(0.0),
            "L-20 odds of participation move by the shifts alone": (
                rate * (1.0 - before) - odds * before * (1.0 - rate)
            )
            / np.maximum(1.0, odds),
        }


def _check_weights(y: Year) -> None:
    """Refuse weights that leave less than nothing to the static engine."""
    cohort, trend = (y.p[path] for path in ENGINES)
    total = cohort + trend
    if (total > 1.0 + 1e-9).any():
        at = int(np.argmax(total))
        given = (w[at if len(w) > 1 else 0] for w in (cohort, trend))
        weights = " and ".join(
            f"'{path}' is {value:g}" for path, value in zip(ENGINES, given, strict=True)
        )
        raise PackError(
            "participation",
            [
                f"{weights} in {y.year}: together {total[at]:g}, more than 1; lower one of them "
                "(what they leave is the weight of the base year's rates)"
            ],
        )


def modules(pack: Pack) -> Sequence[Module]:
    """The participation module."""
    return [Participation()]
