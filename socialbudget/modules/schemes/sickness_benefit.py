"""Sickness benefit: compensated days per contributor times replaced earnings (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "sickness_benefit"
METHOD = "Employed x compensated days a year / 365 x replacement rate x wage, by sex and age"


class SicknessBenefit(SchemeModule):
    """Recipients are person-years of compensated sickness among formal employees."""

    reads = ("labour_market.employment_by_status", "labour_market.gross_wage")

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(
                path("compensated_days"),
                ("sex", "age"),
                "day/year",
                0,
                366,
                "Compensated days a year per formal employee",
            ),
            Param(path("replacement_rate"), (), "1", 0, 2, "Benefit over earnings"),
        )

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        days = self.param(y, "compensated_days") / 365.0
        absent = y["labour_market.employment_by_status"][..., 0] * days
        recipients = absent.sum(axis=2)
        earnings = (absent * y["labour_market.gross_wage"][..., 0]).sum(axis=2)
        mean = earnings / recipients.clip(1e-12)
        return recipients, mean * self.param(y, "replacement_rate")[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [SicknessBenefit(scheme)]
