"""The rules of financing in force, one row per scheme, before the simultaneous core."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme, schemes_of
from socialbudget.pack import Pack

RULES = {
    "administration_share": ("1", 0, 5, "Administration over benefits"),
    "state_share": ("1", 0, 1, "Share of expenditure the state pays by rule"),
    "earmarked_tax_share": ("1", 0, 5, "Earmarked taxes over benefits"),
    "premium_share": (
        "1", 0, 1, "Premiums of protected persons, not tied to earnings, over benefits",
    ),
    "reserve_return": ("1/year", -0.6, 0.8, "Real return on the reserve"),
    "bond_share": ("1", 0, 1, "Share of the reserve held in bonds of the government"),
}  # fmt: skip


class FinancingRules(Module):
    """Shares of financing and returns of all schemes in one place."""

    name = "financing_rules"
    writes = tuple(
        Var(f"financing_rules.{name}", ("scheme",), unit, "rate", doc)
        for name, (unit, _, _, doc) in RULES.items()
    )

    def __init__(self, schemes: Sequence[Scheme]):
        self._schemes = schemes
        self.params = tuple(
            Param(s.path(name), (), unit, low, high, doc)
            for s in schemes
            for name, (unit, low, high, doc) in RULES.items()
            if _has(s, name)
        )

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        none = np.zeros((1,))
        for name in RULES:
            rows: list[Array] = [
                y.p[s.path(name)] if _has(s, name) else none for s in self._schemes
            ]
            y[f"financing_rules.{name}"] = np.stack(np.broadcast_arrays(*rows), axis=1)


def _has(scheme: Scheme, rule: str) -> bool:
    return rule != "premium_share" or scheme.instance.has_premiums


def modules(pack: Pack) -> Sequence[Module]:
    """The financing rules over all schemes of the pack."""
    return [FinancingRules(schemes_of(pack))]
