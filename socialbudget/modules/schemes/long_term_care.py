"""Long-term care: dependent persons times recipient share times a unit cost (method 4.7)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Module, Param, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import CareScheme, care_variables

KIND = "long_term_care"
METHOD = (
    "Population x dependency rate by sex and age x recipient share x unit cost that follows "
    "wages and prices; severity and setting not apart"
)


class LongTermCareVolume(Module):
    """Persons in care by sex; each is one unit of care."""

    reads = ("demography.population_midyear",)

    def __init__(self, scheme: Scheme):
        self.scheme = scheme
        self.name = f"{scheme.name}.volume"
        self.params = (
            Param(scheme.path("dependency_rate"), ("sex", "age"), "1", 0, 1,
                  "Persons in need of care over population"),
            Param(scheme.path("recipient_share"), (), "1", 0, 1,
                  "Recipients over persons in need of care"),
        )  # fmt: skip
        self.writes = care_variables(scheme, "Persons in care, average of the year")

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        path = self.scheme.path
        need = y["demography.population_midyear"] * y.p[path("dependency_rate")]
        users = need.sum(axis=2) * y.p[path("recipient_share")][:, None]
        y[f"{self.scheme.name}.care_users"] = users
        y[f"{self.scheme.name}.care_volume"] = users


def modules(scheme: Scheme) -> Sequence[Module]:
    """Persons in care outside the core, and their cost."""
    return [LongTermCareVolume(scheme), CareScheme(scheme, technology=False)]
