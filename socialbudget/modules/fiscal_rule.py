"""The fiscal closure: what keeps public debt on course (method 3.5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.pack import Pack

CAP = 0.01
"""Largest yearly change of the instrument, as a share of its base."""


class FiscalRule(Module):
    """Moves one instrument by ``level (b - b*) + change (b - b(-1))``, b = debt over GDP, lagged.

    F0: debt floats. F1: the income tax rate moves. F2: other government spending moves, as a share
    of GDP. The target b* is the debt ratio of the base year unless the pack or a scenario sets
    another.
    """

    name = "fiscal_rule"
    params = (
        Param(
            "government.fiscal_closure",
            (),
            "1",
            0,
            2,
            "Fiscal closure: 0 = F0 debt floats, 1 = F1 income tax, 2 = F2 other spending",
        ),
        Param(
            "government.debt_target_change",
            (),
            "year",
            -5,
            5,
            "Target debt over GDP less the ratio of the base year",
        ),
        Param(
            "government.debt_rule_level",
            (),
            "1/year",
            0,
            1,
            "Answer of the instrument to debt above target",
            "fixed",
        ),
        Param(
            "government.debt_rule_change",
            (),
            "1",
            0,
            2,
            "Answer of the instrument to a rise of debt",
            "fixed",
        ),
    )
    writes = (
        Var(
            "fiscal_rule.income_tax_adjustment",
            (),
            "1",
            "rate",
            "Change of the income tax rate by the fiscal rule",
        ),
        Var(
            "fiscal_rule.spending_adjustment",
            (),
            "1",
            "rate",
            "Change of other government spending over GDP by the fiscal rule",
        ),
        Var("fiscal_rule.debt_ratio_before", (), "year", "rate", "Debt over GDP a year earlier"),
        Var("fiscal_rule.debt_target", (), "year", "rate", "Target debt over GDP"),
    )
    lags = ("government.debt", "macroeconomy.gdp")

    def start(self, y: Year) -> None:
        y["fiscal_rule.income_tax_adjustment"] = 0.0
        y["fiscal_rule.spending_adjustment"] = 0.0
        y["fiscal_rule.debt_ratio_before"] = -1.0
        y["fiscal_rule.debt_target"] = -1.0

    def step(self, y: Year) -> None:
        ratio = y.lag("government.debt") / y.lag("macroeconomy.gdp")
        if y.first:
            base, before = ratio, ratio
        else:
            base, before = y.lag("fiscal_rule.debt_target"), y.lag("fiscal_rule.debt_ratio_before")
        y["fiscal_rule.debt_ratio_before"] = ratio
        y["fiscal_rule.debt_target"] = base
        target = base + y.p["government.debt_target_change"]
        move = y.p["government.debt_rule_level"] * (ratio - target) + y.p[
            "government.debt_rule_change"
        ] * (ratio - before)
        move = np.clip(move, -CAP, CAP)
        closure = np.rint(y.p["government.fiscal_closure"])
        y["fiscal_rule.income_tax_adjustment"] = y.lag(
            "fiscal_rule.income_tax_adjustment"
        ) + np.where(closure == 1, move, 0.0)
        y["fiscal_rule.spending_adjustment"] = y.lag("fiscal_rule.spending_adjustment") - np.where(
            closure == 2, move, 0.0
        )


def modules(pack: Pack) -> Sequence[Module]:
    """The fiscal rule."""
    return [FiscalRule()]
