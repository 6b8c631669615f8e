"""The fiscal closure: what keeps public debt on course (method 3.5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules._shared import DEBT, FISCAL_CLOSURE, GDP_ACCOUNTS
from socialbudget.pack import Pack

CAP = 0.01
"""Largest yearly change: of the income tax rate, or of other spending over GDP."""
LARGEST_CUT = 0.5
"""Other spending is cut, or raised, by at most this share; beyond it debt moves."""


class FiscalRule(Module):
    """Moves one instrument by ``level (b - b*) + change (b - b(-1))``, b = debt over GDP
    without its cycle, lagged.

    F0: debt floats. F1: the income tax rate moves. F2: government spending that is neither social
    nor interest nor investment moves, by at most half. F3: contribution rates of the schemes move
    (`contribution_rules`) and the debt of the budget floats as under F0. The target b* is the debt
    ratio of the base year plus `debt_target_change`.
    """

    name = "fiscal_rule"
    params = (
        FISCAL_CLOSURE,
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
        DEBT,
        *GDP_ACCOUNTS,
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
            "Relative change of spending that is not social by the fiscal rule",
        ),
        Var("fiscal_rule.debt_ratio_before", (), "year", "rate",
            "Debt over GDP without its cycle at the end of the year before"),
        Var("fiscal_rule.base_debt_ratio", (), "year", "rate", "Debt over GDP of the base year"),
        Var("fiscal_rule.debt_target", (), "year", "rate", "Target debt over GDP"),
    )  # fmt: skip
    lags = (
        "government.debt",
        "government.other_consumption",
        "government.other_spending",
        "macroeconomy.gdp",
        "macroeconomy.output_gap",
    )

    def start(self, y: Year) -> None:
        c, g, i, x, m = (y.p[account.path] for account in GDP_ACCOUNTS)
        ratio = y.p["government.debt"] / (c + g + i + x - m)
        y["fiscal_rule.income_tax_adjustment"] = 0.0
        y["fiscal_rule.spending_adjustment"] = 0.0
        y["fiscal_rule.debt_ratio_before"] = ratio
        y["fiscal_rule.base_debt_ratio"] = ratio
        self._target(y, ratio)

    def step(self, y: Year) -> None:
        # Over output without its cycle: a boom is no reason to cut taxes.
        gdp = y.lag("macroeconomy.gdp") / (1.0 + y.lag("macroeconomy.output_gap"))
        ratio = y.lag("government.debt") / gdp
        base = y.lag("fiscal_rule.base_debt_ratio")
        y["fiscal_rule.debt_ratio_before"] = ratio
        y["fiscal_rule.base_debt_ratio"] = base
        closure = self._target(y, base)
        move = y.p["government.debt_rule_level"] * (ratio - y["fiscal_rule.debt_target"]) + y.p[
            "government.debt_rule_change"
        ] * (ratio - y.lag("fiscal_rule.debt_ratio_before"))
        move = np.clip(move, -CAP, CAP)
        y["fiscal_rule.income_tax_adjustment"] = y.lag(
            "fiscal_rule.income_tax_adjustment"
        ) + np.where(closure == 1, move, 0.0)
        before = y.lag("fiscal_rule.spending_adjustment")
        spending = y.lag("government.other_consumption") + y.lag("government.other_spending")
        undisturbed = spending / (1.0 + before) / gdp
        cut = np.where(closure == 2, move / undisturbed, 0.0)
        y["fiscal_rule.spending_adjustment"] = np.clip(before - cut, -LARGEST_CUT, LARGEST_CUT)

    @staticmethod
    def _target(y: Year, base: Array) -> Array:
        """Fill the target and return the closure, which must be 0, 1, 2 or 3."""
        y["fiscal_rule.debt_target"] = base + y.p["government.debt_target_change"]
        closure = y.p["government.fiscal_closure"]
        known = np.isin(closure, (0.0, 1.0, 2.0, 3.0))
        if not known.all():
            raise PackError(
                "fiscal closure",
                [
                    f"'government.fiscal_closure' is {closure[~known].flat[0]:g} in {y.year}; use "
                    "0 (F0), 1 (F1), 2 (F2) or 3 (F3)"
                ],
            )
        return closure


def modules(pack: Pack) -> Sequence[Module]:
    """The fiscal rule."""
    return [FiscalRule()]
