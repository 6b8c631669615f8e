"""How incentives, child care, maternity protection and unemployment move participation (2.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.modules._shared import CHILD_CARE_COVERAGE
from socialbudget.pack import Pack

FEMALE = 0
MOTHERS = slice(20, 45)
"""Ages of women who answer to child care and maternity protection."""
YOUTH = slice(15, 25)


class ParticipationPolicy(Module):
    """Shifts of the log odds of participation, each a change since the base year.

    ``return_elasticity ln(net return(-1) / net return of the base year)``, for women of 20 to 44
    ``child_care_response change of coverage + maternity_response (protected(-1) - protected of the
    base year)``, and for women and the young ``- discouraged_response (u(-1) - u of the base
    year)``. What comes from the core is last year's, so that labour supply is known before it.
    """

    name = "participation_policy"
    params = (
        Param(
            "participation.return_elasticity",
            ("sex", "age"),
            "1",
            0,
            3,
            "Rise of the log odds of participation per log point of the net return to work",
            "fixed",
        ),
        Param(
            "participation.child_care_response",
            (),
            "1",
            0,
            5,
            "Rise of the log odds of participation of women of 20 to 44 per unit of child care "
            "coverage",
            "fixed",
        ),
        CHILD_CARE_COVERAGE,
        Param(
            "participation.maternity_response",
            (),
            "1",
            0,
            5,
            "Rise of the log odds of participation of women of 20 to 44 per unit of births "
            "protected by a maternity benefit",
            "fixed",
        ),
        Param(
            "participation.discouraged_response",
            (),
            "1",
            0,
            5,
            "Fall of the log odds of participation of women and of ages 15 to 24 per unit of "
            "unemployment",
            "fixed",
        ),
    )
    writes = (
        Var(
            "participation_policy.participation_log_odds_shift",
            ("sex", "age"),
            "1",
            "index",
            "Shift of the log odds of participation by incentives, care and unemployment",
            history=False,
        ),
        Var(
            "participation_policy.base_child_care_coverage",
            (),
            "1",
            "rate",
            "Share of children under 6 in care in the base year",
        ),
    )
    lags = (
        "work_incentives.net_return",
        "work_incentives.base_net_return",
        "work_incentives.protected_share",
        "work_incentives.base_protected_share",
        "labour_market.unemployment_rate",
        "work_incentives.base_unemployment_rate",
    )

    def start(self, y: Year) -> None:
        y["participation_policy.participation_log_odds_shift"] = 0.0
        y["participation_policy.base_child_care_coverage"] = y.p["care.child_care_coverage"]

    def step(self, y: Year) -> None:
        before = y.lag("participation_policy.base_child_care_coverage")
        y["participation_policy.base_child_care_coverage"] = before
        change = np.log(
            y.lag("work_incentives.net_return") / y.lag("work_incentives.base_net_return")
        )
        shift = y["participation_policy.participation_log_odds_shift"]
        shift[...] = y.p["participation.return_elasticity"] * change[:, :, None]
        care = y.p["participation.child_care_response"] * (
            y.p["care.child_care_coverage"] - before
        ) + y.p["participation.maternity_response"] * (
            y.lag("work_incentives.protected_share") - y.lag("work_incentives.base_protected_share")
        )
        shift[:, FEMALE, MOTHERS] += care[:, None]
        discouraged = y.p["participation.discouraged_response"] * (
            y.lag("labour_market.unemployment_rate")
            - y.lag("work_incentives.base_unemployment_rate")
        )
        shift[:, FEMALE] -= discouraged[:, None]
        shift[:, FEMALE + 1, YOUTH] -= discouraged[:, None]


def modules(pack: Pack) -> Sequence[Module]:
    """The policy shifts of participation."""
    return [ParticipationPolicy()]
