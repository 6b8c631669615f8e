"""Maternity benefit: insured births times weeks of replaced earnings (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import SchemeModule

KIND = "maternity_benefit"
METHOD = (
    "Births x insured share x weeks / 52 x replacement rate x average wage, mothers and fathers"
)
PARENTS = slice(15, 50)
"""Ages whose wages count."""


class MaternityBenefit(SchemeModule):
    """Recipients are person-years on benefit, mothers and fathers each by their own rules."""

    reads = (
        "demography.births",
        "labour_market.employment_by_status",
        "labour_market.gross_wage",
    )

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        return (
            Param(path("benefit_weeks"), ("sex",), "week", 0, 160, "Weeks of benefit per birth"),
            Param(path("insured_share"), ("sex",), "1", 0, 1,
                  "Births for which the mother, or the father, draws the benefit, over all births"),
            Param(path("replacement_rate"), (), "1", 0, 2, "Benefit over earnings"),
        )  # fmt: skip

    def extra_writes(self) -> tuple[Var, ...]:
        return (
            Var(f"{self.name}.protected_share", (), "1", "rate",
                "Births whose mother draws the benefit, over all births"),
        )  # fmt: skip

    def before(self, y: Year) -> None:
        mothers = self.param(y, "insured_share")[:, 0]
        y[f"{self.name}.protected_share"] = mothers

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        years = self.param(y, "insured_share") * self.param(y, "benefit_weeks") / 52.0
        recipients = y["demography.births"].sum(axis=1)[:, None] * years
        employees = y["labour_market.employment_by_status"][:, :, PARENTS, 0]
        bill = (employees * y["labour_market.gross_wage"][:, :, PARENTS, 0]).sum(axis=2)
        wage = bill / employees.sum(axis=2)
        return recipients, wage * self.param(y, "replacement_rate")[:, None]


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [MaternityBenefit(scheme)]
