"""Relative earnings by sex, age and status, and the path of the gender gap (method 2.5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.dims import FEMALE, MALE
from socialbudget.pack import Pack


class RelativeEarnings(Module):
    """The gap of each age and status, ``1 - women's / men's``, moves to a part of today's.

    The part left, g, goes to its target at a constant speed from the year in which the target is
    set: ``g = g(-1) + (1 - exp(-speed)) (target - g(-1))``.
    """

    name = "relative_earnings"
    params = (
        Param(
            "labour_market.relative_earnings",
            ("sex", "age", "status"),
            "1",
            0,
            20,
            "Compensation relative to a prime-age man in formal employment",
        ),
        Param(
            "relative_earnings.gender_gap_target",
            (),
            "1",
            0,
            1,
            "Part of the base year's gap between women's and men's earnings that is left in the "
            "long run: 1 all of it, 0 none",
        ),
        Param(
            "relative_earnings.gap_closing_speed",
            (),
            "1/year",
            0,
            1,
            "Speed at which the gap between women's and men's earnings goes to its target",
        ),
    )
    writes = (
        Var(
            "relative_earnings.relative_earnings",
            ("sex", "age", "status"),
            "1",
            "rate",
            "Earnings relative to a prime-age man in formal employment, before charges",
            history=False,
        ),
        Var(
            "relative_earnings.gender_gap_left",
            (),
            "1",
            "rate",
            "Part of the base year's gap between women's and men's relative earnings that is left",
        ),
    )

    def start(self, y: Year) -> None:
        y["relative_earnings.gender_gap_left"] = 1.0
        y["relative_earnings.relative_earnings"] = y.p["labour_market.relative_earnings"]

    def step(self, y: Year) -> None:
        before = y.lag("relative_earnings.gender_gap_left")
        covered = -np.expm1(-y.p["relative_earnings.gap_closing_speed"])
        left = before + covered * (y.p["relative_earnings.gender_gap_target"] - before)
        y["relative_earnings.gender_gap_left"] = left
        given = y.p["labour_market.relative_earnings"]
        earnings = y["relative_earnings.relative_earnings"]
        earnings[...] = given
        # Men's (1 - g gap), written so that women's earnings are the given ones where g is 1.
        earnings[:, FEMALE] += (1.0 - left)[:, None, None] * (given[:, MALE] - given[:, FEMALE])


def modules(pack: Pack) -> Sequence[Module]:
    """The module of relative earnings."""
    return [RelativeEarnings()]
