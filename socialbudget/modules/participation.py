"""Labour supply: participation by age and sex, answering to the pensionable age (method 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.pack import Pack

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
        Param("participation.participation_rate", ("sex", "age"), "1", 0, 1,
              "Labour force participation rate in the base year", "fixed"),
        Param("participation.entry_rate", ("sex", "age"), "1", 0, 1,
              "Net entry rate of a cohort on reaching the age, of those below the maximum", "fixed"),
        Param("participation.exit_rate", ("sex", "age"), "1", 0, 1,
              "Net exit rate of a cohort on reaching the age", "fixed"),
        Param("participation.cohort_engine", (), "1", 0, 1,
              "Weight of the cohort engine: 0 static rates, 1 cohort entry and exit"),
        Param("participation.rate_max", (), "1", 0.5, 1,
              "Highest participation rate a cohort can reach", "fixed"),
        Param("labour_market.theta_ret", (), "1", 0, 1,
              "Share of a change of the pensionable age that moves exit ages (theta)", "fixed"),
        Param("labour_market.pensionable_age", ("sex",), "year", 40, 90,
              "Pensionable age that governs exit from the labour force"),
    )
    writes = (
        Var("participation.participation_rate", ("sex", "age"), "1", "rate",
            "Labour force participation rate"),
        Var("participation.cohort_rate", ("sex", "age"), "1", "rate",
            "Participation rate of the cohort engine before the policy overlay"),
        Var("participation.labour_force", ("sex", "age"), "person", "flow",
            "Labour force, average of the year"),
        Var("participation.base_pensionable_age", ("sex",), "year", "rate",
            "Pensionable age of the base year"),
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
        previous = before[:, :, :-1]
        moved = previous * (1.0 - exit_[:, :, 1:])
        cohort[:, :, 1:] = moved + entry[:, :, 1:] * np.maximum(top - moved, 0.0)
        cohort[:, :, -1] = static[:, :, -1]
        base_age = y.lag("participation.base_pensionable_age")
        y["participation.base_pensionable_age"] = base_age
        weight = y.p["participation.cohort_engine"][:, None, None]
        rate = weight * cohort + (1.0 - weight) * static
        shift = y.p["labour_market.theta_ret"][:, None] * (
            y.p["labour_market.pensionable_age"] - base_age
        )
        rate = shift_along_age(rate, shift)
        y["participation.participation_rate"] = rate
        y["participation.labour_force"] = rate * y["demography.population_midyear"]

    def identities(self, y: Year) -> Mapping[str, Array]:
        rate = y["participation.participation_rate"]
        return {"L-7 participation rates lie in [0, 1]": np.maximum(-rate, rate - 1.0).clip(0.0)}


def shift_along_age(rate: Array, shift: Array) -> Array:
    """Move a late-career age profile by `shift` years, fading in over `RETIREMENT_RAMP`.

    Parameters
    ----------
    rate : float64[draw, sex, age]
    shift : float64[draw, sex], years; positive keeps people longer

    Returns
    -------
    float64[draw, sex, age]
        ``rate(x - ramp(x) * shift)``, linear between ages; unchanged where the shift is 0.
    """
    if not shift.any():
        return rate
    ages = rate.shape[-1]
    age = np.arange(ages, dtype=float)
    low, high = RETIREMENT_RAMP
    ramp = np.clip((age - low) / (high - low), 0.0, 1.0)
    origin = np.clip(age - ramp * shift[..., None], 0.0, ages - 1.0)
    floor = np.minimum(origin.astype(np.int64), ages - 2)
    part = origin - floor
    full = np.broadcast_to(rate, (max(rate.shape[0], origin.shape[0]), *rate.shape[1:]))
    floor = np.broadcast_to(floor, full.shape)
    lower = np.take_along_axis(full, floor, axis=-1)
    upper = np.take_along_axis(full, floor + 1, axis=-1)
    return lower + part * (upper - lower)


def modules(pack: Pack) -> Sequence[Module]:
    """The participation module."""
    return [Participation()]
