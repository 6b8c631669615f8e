"""Maternity benefit: insured births times weeks of replaced earnings (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "maternity_benefit"
METHOD = "Births x insured share x weeks / 52 x replacement rate x women's average wage"


class MaternityBenefit(SchemeModule):
    """Recipients are women-years on benefit; parental leave of fathers is in the add-factor."""

    reads = (
        "demography.births",
        "labour_market.employment_by_status",
        "labour_market.gross_wage",
    )

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(path("benefit_weeks"), (), "week", 0, 160, "Weeks of benefit per birth"),
            Param(path("insured_share"), (), "1", 0, 1, "Births with benefit over all births"),
            Param(path("replacement_rate"), (), "1", 0, 2, "Benefit over earnings"),
        )

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        share = self.param(y, "insured_share") * self.param(y, "benefit_weeks") / 52.0
        births = y["demography.births"].sum(axis=1)
        recipients = np.zeros((y.draws, 2))
        recipients[:, 0] = births * share
        women = y["labour_market.employment_by_status"][:, 0, 15:50, 0]
        bill = (women * y["labour_market.gross_wage"][:, 0, 15:50, 0]).sum(axis=1)
        wage = bill / women.sum(axis=1)
        return recipients, (wage * self.param(y, "replacement_rate"))[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [MaternityBenefit(scheme)]
