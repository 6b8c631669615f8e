"""The floor as a package: sums over guarantees and ways to pay for them (method 8, sheet SUM).

Part of the rapid plan only; `socialbudget.floor` builds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme


class FloorAccounts(Module):
    """Cost of the package, its gap, and government revenue and expenditure beside them.

    Revenue and expenditure of general government are held at their share of GDP in the base year.
    """

    name = "floor"

    def __init__(self, schemes: Sequence[Scheme], *, government: bool):
        self._schemes = schemes
        self._government = government
        self.params: tuple[Param, ...] = tuple(
            Param(s.path("administration_share"), (), "1", 0, 5, "Administration over benefits")
            for s in schemes
        )
        self.writes = (
            Var("floor.cost", (), "LCU/year", "flow", "Cost of the package"),
            Var("floor.share_of_gdp", (), "1", "rate", "Cost of the package over GDP"),
            Var("floor.gap", (), "LCU/year", "flow",
                "Cost of the package that existing benefits do not pay for"),
        )  # fmt: skip
        self.reads = (
            "macroeconomy.gdp",
            *(f"{s.name}.{v}" for s in schemes for v in ("cost", "gap", "share_of_gdp")),
            *(f"{s.name}.{v}" for s in schemes for v in ("benefit_expenditure",)),
        )
        if government:
            self.params += (
                Param("government.total_revenue", (), "LCU/year", 0, 1e30,
                      "Revenue of general government in the base year", "fixed"),
                Param("government.total_expenditure", (), "LCU/year", 0, 1e30,
                      "Expenditure of general government in the base year", "fixed"),
            )  # fmt: skip
            self.writes += (
                Var("floor.government_revenue", (), "LCU/year", "flow",
                    "Revenue of general government at its share of GDP in the base year"),
                Var("floor.government_expenditure", (), "LCU/year", "flow",
                    "Expenditure of general government at its share of GDP in the base year"),
                Var("floor.base_gdp", (), "LCU/year", "rate", "GDP of the base year"),
            )  # fmt: skip

    def start(self, y: Year) -> None:
        if self._government:
            y["floor.base_gdp"] = y["macroeconomy.gdp"]
        self._fill(y)

    def step(self, y: Year) -> None:
        if self._government:
            y["floor.base_gdp"] = y.lag("floor.base_gdp")
        self._fill(y)

    def _fill(self, y: Year) -> None:
        gdp = y["macroeconomy.gdp"]
        for name in ("cost", "gap"):
            y[f"floor.{name}"] = self._sum(y, name)
        y["floor.share_of_gdp"] = y["floor.cost"] / gdp
        if self._government:
            for name in ("revenue", "expenditure"):
                base = y.p[f"government.total_{name}"] / y["floor.base_gdp"]
                y[f"floor.government_{name}"] = base * gdp

    def _sum(self, y: Year, name: str) -> Array:
        return np.asarray(sum((y[f"{s.name}.{name}"] for s in self._schemes), np.zeros(y.draws)))

    def identities(self, y: Year) -> Mapping[str, Array]:
        cost, gdp = y["floor.cost"], y["macroeconomy.gdp"]
        rebuilt = np.zeros(y.draws)
        for s in self._schemes:
            benefits = y[f"{s.name}.benefit_expenditure"].sum(axis=(1, 2))
            rebuilt = rebuilt + benefits * (1.0 + y.p[s.path("administration_share")])
        return {
            "Q-1 package = sum of its guarantees": (cost - rebuilt) / gdp,
            "Q-2 share of GDP of the package = sum of the guarantees' shares": (
                y["floor.share_of_gdp"] - self._sum(y, "share_of_gdp")
            ),
        }


ACCEPTED = FloorAccounts((), government=True).params
"""What any pack may hold for the rapid assessment."""
