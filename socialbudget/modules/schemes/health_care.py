"""Health care: covered persons times a cost profile times a unit cost (method 4.6)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import CareScheme, care_variables
from socialbudget.profiles import shift_along_age

KIND = "health_care"
METHOD = (
    "Population x covered share x cost profile by sex and age x unit cost that follows wages, "
    "prices and technology; services not apart; healthy ageing moves the profile along age"
)
HEALTHY_AGEING_RAMP = (40, 65)
"""Ages between which healthy ageing fades in: it does not touch children and young adults."""


class HealthCareVolume(Module):
    """Covered persons and their care, by sex.

    The cost profile moves to higher ages by `healthy_ageing_share` of the gain in life expectancy
    at birth since the base year (0 none, 1/2 central, 1 full: method 4.6, zeta).
    """

    reads = ("demography.population_midyear", "demography.life_expectancy")

    def __init__(self, scheme: Scheme):
        self.scheme = scheme
        self.name = f"{scheme.name}.volume"
        self.params = (
            Param(scheme.path("cost_profile"), ("sex", "age"), "1", 0, 1e6,
                  "Relative cost of a covered person by sex and age"),
            Param(scheme.path("covered_share"), ("sex", "age"), "1", 0, 1,
                  "Covered persons over population by sex and age"),
            Param(scheme.path("healthy_ageing_share"), (), "1", 0, 1,
                  "Share of the gain in life expectancy by which the cost profile moves to "
                  "higher ages (zeta)"),
        )  # fmt: skip
        self.writes = (
            *care_variables(scheme, "Covered persons, average of the year"),
            Var(f"{scheme.name}.base_life_expectancy", ("sex",), "year", "rate",
                "Life expectancy at birth in the base year"),
        )  # fmt: skip

    def start(self, y: Year) -> None:
        self._fill(y, y["demography.life_expectancy"])

    def step(self, y: Year) -> None:
        self._fill(y, y.lag(f"{self.scheme.name}.base_life_expectancy"))

    def _fill(self, y: Year, base_life_expectancy: Array) -> None:
        name, path = self.scheme.name, self.scheme.path
        y[f"{name}.base_life_expectancy"] = base_life_expectancy
        covered = y["demography.population_midyear"] * y.p[path("covered_share")]
        gain = y["demography.life_expectancy"] - y[f"{name}.base_life_expectancy"]
        shift = y.p[path("healthy_ageing_share")][:, None] * gain
        profile = shift_along_age(y.p[path("cost_profile")], shift, HEALTHY_AGEING_RAMP)
        y[f"{name}.care_users"] = covered.sum(axis=2)
        y[f"{name}.care_volume"] = (covered * profile).sum(axis=2)


def modules(scheme: Scheme) -> Sequence[Module]:
    """Volume by age outside the core, and its cost."""
    return [HealthCareVolume(scheme), CareScheme(scheme, technology=True)]
