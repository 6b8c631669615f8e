"""Employment injury: recipients per person covered times replaced earnings (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "employment_injury"
METHOD = "Formal employees x recipients per employee x replacement rate x average wage of the sex"


class EmploymentInjury(SchemeModule):
    """All benefits of the branch together: temporary, permanent, survivors and medical care."""

    reads = ("labour_market.employment_by_status", "labour_market.gross_wage")

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(path("injury_rate"), ("sex",), "1", 0, 1, "Recipients per formal employee"),
            Param(
                path("replacement_rate"),
                (),
                "1",
                0,
                5,
                "Cost per recipient over the average wage of the sex",
            ),
        )

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        employees = y["labour_market.employment_by_status"][..., 0]
        persons = employees.sum(axis=2)
        wage = (employees * y["labour_market.gross_wage"][..., 0]).sum(axis=2) / persons
        recipients = persons * self.param(y, "injury_rate")
        return recipients, wage * self.param(y, "replacement_rate")[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [EmploymentInjury(scheme)]
