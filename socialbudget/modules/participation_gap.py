"""Women's participation drawn towards men's by assumption: an experiment, not a forecast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules._shared import PARTICIPATION_RATE
from socialbudget.pack import Pack

FEMALE, MALE = 0, 1
SMALLEST = 1e-9


class ParticipationGap(Module):
    """Closes a part of the gap between women's and men's participation at each age.

    What the experiment asks is what it would be worth if women took part as much as men, whatever
    brought it about. The shift of women's log odds is the one that closes the part s of the base
    year's gap, ``log odds(w + s (m - w)) - log odds(w)``, at ages at which men take part more;
    other answers of participation come on top of it.
    """

    name = "participation_gap"
    params = (
        PARTICIPATION_RATE,
        Param(
            "participation.gender_gap_closed", (), "1", 0, 1,
            "Part of the base year's gap between men's and women's participation that is closed",
        ),
    )  # fmt: skip
    writes = (
        Var(
            "participation_gap.participation_log_odds_shift", ("sex", "age"), "1", "rate",
            "Shift of the log odds of participation that closes a part of the gap of the sexes",
        ),
    )  # fmt: skip

    def start(self, y: Year) -> None:
        y["participation_gap.participation_log_odds_shift"] = 0.0

    def step(self, y: Year) -> None:
        shift = y["participation_gap.participation_log_odds_shift"]
        shift[...] = 0.0
        part = y.p["participation.gender_gap_closed"]
        if part.any():
            rate = y.p["participation.participation_rate"]
            shift[:, FEMALE] = gap_shift(rate[:, FEMALE], rate[:, MALE], part[:, None])


def gap_shift(women: Array, men: Array, part: Array) -> Array:
    """Shift of women's log odds that closes `part` of the distance to men's rate; not below 0."""
    aim = women + part * np.maximum(men - women, 0.0)
    inside = (women > SMALLEST) & (aim < 1.0 - SMALLEST)
    w, a = np.where(inside, women, 0.5), np.where(inside, aim, 0.5)
    return np.asarray(np.log(a * (1.0 - w) / (w * (1.0 - a))))


def modules(pack: Pack) -> Sequence[Module]:
    """The experiment on participation."""
    return [ParticipationGap()]
