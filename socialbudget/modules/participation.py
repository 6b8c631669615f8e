"""Labour supply: participation by age and sex, answering to the pensionable age (method 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.pack import Pack
from socialbudget.participation_engines import advance
from socialbudget.profiles import shift_along_age

RETIREMENT_RAMP = (50, 55)
"""Ages between which the answer to the pensionable age fades in."""


class Participation(Module):
    """Two exchangeable engines and a policy overlay.

    ``static``: the base year's rates. ``cohort``: each cohort enters and leaves at the rates
    observed in the past (cohort simulation of the EU Ageing Working Group). On both, a change of
    the pensionable age moves late-career behaviour by the share theta of the change.
    """

    name = "participation"
    params = (
        Param(
            "participation.participation_rate",
            ("sex", "age"),
            "1",
            0,
            1,
            "Labour force participation rate in the base year",
            "fixed",
        ),
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
            "Weight of the cohort engine: 0 static rates, 1 cohort entry and exit",
        ),
        Param(
            "participation.rate_max",
            (),
            "1",
            0.5,
            1,
            "Highest participation rate a cohort can reach",
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
        Param(
            "labour_market.pensionable_age",
            ("sex",),
            "year",
            40,
            90,
            "Pensionable age that governs exit from the labour force",
        ),
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
    reads = ("demography.population_midyear",)

    def start(self, y: Year) -> None:
        rate = y.p["participation.participation_rate"]
        y["participation.participation_rate"] = rate
        y["participation.cohort_rate"] = rate
        y["participation.base_pensionable_age"] = y.p["labour_market.pensionable_age"]
        y["participation.labour_force"] = rate * y["demography.population_midyear"]

    def step(self, y: Year) -> None:
        before = y.lag("participation.cohort_rate")
        cohort = y["participation.cohort_rate"]
        top = y.p["participation.rate_max"][..., None, None]
        entry = y.p["participation.entry_rate"]
        exit_ = y.p["participation.exit_rate"]
        static = y.p["participation.participation_rate"]
        cohort[:, :, 0] = static[:, :, 0]
        cohort[:, :, 1:] = advance(before[:, :, :-1], entry[:, :, 1:], exit_[:, :, 1:], top)
        cohort[:, :, -1] = static[:, :, -1]
        base_age = y.lag("participation.base_pensionable_age")
        y["participation.base_pensionable_age"] = base_age
        weight = y.p["participation.cohort_engine"][:, None, None]
        rate = weight * cohort + (1.0 - weight) * static
        shift = y.p["labour_market.theta_ret"][:, None] * (
            y.p["labour_market.pensionable_age"] - base_age
        )
        rate = shift_along_age(rate, shift, RETIREMENT_RAMP)
        y["participation.participation_rate"] = rate
        y["participation.labour_force"] = rate * y["demography.population_midyear"]

    def identities(self, y: Year) -> Mapping[str, Array]:
        rate = y["participation.participation_rate"]
        return {"L-7 participation rates lie in [0, 1]": np.maximum(-rate, rate - 1.0).clip(0.0)}


def modules(pack: Pack) -> Sequence[Module]:
    """The participation module."""
    return [Participation()]
