"""Formalisation programmes: persons moved from informal into formal work (method 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import STATUSES
from socialbudget.errors import PackError
from socialbudget.modules._shared import INFORMAL_STATUSES, RETENTION
from socialbudget.pack import Pack

RATE = "formalisation.formalisation_rate"
INFORMAL = tuple(INFORMAL_STATUSES)
FORMAL = tuple(j for j in range(len(STATUSES)) if j not in INFORMAL)


class Formalisation(Module):
    """A programme moves a share of informal workers into formal work at the start of each year.

    The share falls on the informal workers of the year before. Of the formalised a constant share
    stays formal from one year to the next; the others fall back, die or retire. Those of the base
    year are part of its employment and are not counted. The labour market adds the formalised, as
    a share of the employed, to the share of formal work.
    """

    name = "formalisation"
    params = (
        Param(
            RATE,
            ("sex", "status"),
            "1/year",
            0,
            1,
            "Share of the informal workers of a status whom programmes move into formal work in a "
            "year; zero for formal statuses",
        ),
        RETENTION,
    )
    writes = (
        Var(
            "formalisation.moved",
            ("sex", "status"),
            "person/year",
            "flow",
            "Persons moved into formal work in the year, by their informal status",
        ),
        Var(
            "formalisation.formalised",
            ("sex", "status"),
            "person",
            "flow",
            "Persons in formal work because of programmes since the base year, by their former "
            "status",
        ),
        Var(
            "formalisation.formal_share_shift",
            ("sex",),
            "1",
            "rate",
            "Formalised persons over the employed of the year before",
        ),
    )
    lags = ("labour_accounts.employment_by_status",)

    def start(self, y: Year) -> None:
        _check(y)
        for var in self.writes:
            y[var.name] = 0.0

    def step(self, y: Year) -> None:
        _check(y)
        employed = y.lag("labour_accounts.employment_by_status")
        moved = y.p[RATE] * employed
        stay = y.p["formalisation.retention"][:, None, None]
        formalised = stay * y.lag("formalisation.formalised") + moved
        y["formalisation.moved"] = moved
        y["formalisation.formalised"] = formalised
        y["formalisation.formal_share_shift"] = ratio(formalised.sum(axis=2), employed.sum(axis=2))

    def identities(self, y: Year) -> Mapping[str, Array]:
        if y.year == y.base_year:
            return {}
        moved, formalised = y["formalisation.moved"], y["formalisation.formalised"]
        employed = y.lag("labour_accounts.employment_by_status")
        stayed = y.lag("formalisation.formalised") * y.p["formalisation.retention"][:, None, None]
        total = employed.sum(axis=(1, 2))
        informal = employed[:, :, INFORMAL].sum(axis=(1, 2))
        return {
            "G-1 formalised persons = those who stayed + those moved in the year": (
                formalised.sum(axis=(1, 2)) - stayed.sum(axis=(1, 2)) - moved.sum(axis=(1, 2))
            )
            / total,
            "G-1 no more persons are moved than were informal": np.maximum(
                moved.sum(axis=(1, 2)) - informal, 0.0
            )
            / total,
        }


def _check(y: Year) -> None:
    """Refuse rates of statuses that are formal already."""
    rate = y.p[RATE]
    wrong = np.argwhere(rate[:, :, FORMAL] != 0.0)
    if len(wrong):
        _, sex, column = (int(i) for i in wrong[0])
        status = FORMAL[column]
        raise PackError(
            "formalisation programme",
            [
                f"'{RATE}' is {rate[wrong[0][0], sex, status]:g} for {('female', 'male')[sex]}, "
                f"{STATUSES[status]}, in {y.year}, but these workers are formal already; set it "
                f"for {', '.join(STATUSES[j] for j in INFORMAL)} alone and leave 0 elsewhere"
            ],
        )


def modules(pack: Pack) -> Sequence[Module]:
    """The formalisation module."""
    return [Formalisation()]
