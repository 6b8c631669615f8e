"""What work pays after contributions, income tax and benefits that it costs (method 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Var, Year
from socialbudget.modules import Scheme, schemes_of
from socialbudget.modules._shared import CONTRIBUTIONS_TO_LABOUR_MARKET
from socialbudget.pack import Pack

WORKING_AGE = slice(15, 65)
EMPLOYEE, SELF_EMPLOYED = 1, 2
"""Payers who feel the contribution in what their work brings home."""
LOST_WITH_WORK = ("unemployment", "social_assistance", "housing")
"""Functions whose means-tested benefits are lost by those who start to work."""
PROTECTED = "*.protected_share"
LOWEST_RETURN = 0.05
"""Of a gross wage; a lower return counts as this, since its logarithm is taken."""


def is_lost_with_work(scheme: Scheme) -> bool:
    """Whether a cash benefit of government ends when its recipient takes up work."""
    instance = scheme.instance
    if instance.sector != "government" or instance.benefit_type != "cash" or instance.in_work:
        return False
    if instance.kind == "unemployment_insurance":
        return True
    return instance.kind == "means_tested_benefit" and instance.function in LOST_WITH_WORK


class WorkIncentives(Module):
    """Net return to work of women and men: what is left of a gross wage when work starts.

    ``1 - contributions of the insured - income tax - benefit of those not at work``, each over
    gross wages. Averages over everybody at work, whether formal or not, and over everybody of
    working age who is not: a rate that few pay or a benefit that few get counts for little.
    Computed after the core; participation answers a year later.
    """

    name = "work_incentives"
    params = (CONTRIBUTIONS_TO_LABOUR_MARKET,)

    def __init__(self, schemes: Sequence[Scheme]):
        insured = [s for s in schemes if s.insurance_index is not None]
        insured.sort(key=lambda s: s.insurance_index or 0)
        self._public = np.array([s.instance.sector == "government" for s in insured], dtype=float)
        self._lost = [f"{s.name}.benefit_expenditure" for s in schemes if is_lost_with_work(s)]
        self.writes = (
            Var("work_incentives.net_return", ("sex",), "1", "rate",
                "What is left of a gross wage after contributions, income tax and lost benefits"),
            Var("work_incentives.base_net_return", ("sex",), "1", "rate",
                "Net return to work of the base year"),
            Var("work_incentives.contribution_rate", ("sex",), "1", "rate",
                "Contributions of employees and self-employed over gross earnings of all at work"),
            Var("work_incentives.base_contribution_rate", ("sex",), "1", "rate",
                "Contributions of the insured over gross earnings in the base year"),
            Var("work_incentives.income_tax_rate", (), "1", "rate",
                "Income tax over the income of households that is taxed"),
            Var("work_incentives.benefit_ratio", ("sex",), "1", "rate",
                "Benefits lost with work, per person of working age not at work, over the mean "
                "gross earnings of a person at work"),
            Var("work_incentives.protected_share", (), "1", "rate",
                "Births whose mother draws a maternity benefit, over all births"),
            Var("work_incentives.base_protected_share", (), "1", "rate",
                "Births protected by a maternity benefit in the base year"),
            Var("work_incentives.base_unemployment_rate", (), "1", "rate",
                "Unemployment rate of the base year"),
            Var("work_incentives.gross_earnings", ("sex",), "LCU/year", "flow",
                "Gross earnings of all at work"),
        )  # fmt: skip
        self.reads = (
            "demography.population_midyear",
            "labour_market.employment_by_status",
            "labour_market.gross_wage",
            "labour_market.labour_income",
            "labour_market.unemployment_rate",
            "labour_market.formal_wage_bill",
            "contributions.revenue",
            "contributions.insured_earnings",
            "contributions.employer_rate_effective",
            "household.income_tax",
            "household.property_income",
            PROTECTED,
            *self._lost,
        )

    def start(self, y: Year) -> None:
        self._rates(y)
        y["work_incentives.base_contribution_rate"] = y["work_incentives.contribution_rate"]
        self._return(y)
        y["work_incentives.base_net_return"] = y["work_incentives.net_return"]
        y["work_incentives.base_protected_share"] = y["work_incentives.protected_share"]
        y["work_incentives.base_unemployment_rate"] = y["labour_market.unemployment_rate"]

    def step(self, y: Year) -> None:
        for name in ("contribution_rate", "net_return", "protected_share", "unemployment_rate"):
            y[f"work_incentives.base_{name}"] = y.lag(f"work_incentives.base_{name}")
        self._rates(y)
        self._return(y)

    def _insured(self, y: Year) -> Array:
        """Contributions of employees and self-employed to government schemes [insurance]."""
        paid = y["contributions.revenue"]
        return np.asarray((paid[:, :, EMPLOYEE] + paid[:, :, SELF_EMPLOYED]) * self._public)

    def _rates(self, y: Year) -> None:
        # Schemes do not overlap: a mother draws one benefit.
        parts = y.match(PROTECTED).values()
        y["work_incentives.protected_share"] = np.minimum(sum(parts, np.zeros(y.draws)), 1.0)
        by_status = y["labour_market.employment_by_status"]
        employed = by_status.sum(axis=3)
        earnings = (by_status * y["labour_market.gross_wage"]).sum(axis=(2, 3))
        y["work_incentives.gross_earnings"] = earnings
        # Rates are the same for women and men; what they pay differs by whose earnings are insured.
        insured = y["contributions.insured_earnings"].sum(axis=3)
        total = insured.sum(axis=2, keepdims=True)
        share = insured / np.where(total > 0.0, total, 1.0)
        paid = (self._insured(y)[:, :, None] * share).sum(axis=1)
        y["work_incentives.contribution_rate"] = paid / earnings
        charges = y["contributions.employer_rate_effective"] * y["labour_market.formal_wage_bill"]
        taxed = y["labour_market.labour_income"] - charges + y["household.property_income"]
        y["work_incentives.income_tax_rate"] = y["household.income_tax"] / taxed
        idle = (y["demography.population_midyear"] - employed)[:, :, WORKING_AGE].sum(axis=2)
        lost = sum((y[name].sum(axis=1) for name in self._lost), np.zeros_like(earnings))
        wage = earnings / employed.sum(axis=2)
        y["work_incentives.benefit_ratio"] = lost / np.maximum(idle, 1.0) / wage

    @staticmethod
    def _return(y: Year) -> None:
        base = y["work_incentives.base_contribution_rate"]
        change = y["work_incentives.contribution_rate"] - base
        contributions = base + y.p[CONTRIBUTIONS_TO_LABOUR_MARKET.path][:, None] * change
        y["work_incentives.net_return"] = np.maximum(
            1.0
            - contributions
            - y["work_incentives.income_tax_rate"][:, None]
            - y["work_incentives.benefit_ratio"],
            LOWEST_RETURN,
        )

    def identities(self, y: Year) -> Mapping[str, Array]:
        earnings = y["work_incentives.gross_earnings"]
        paid = (y["work_incentives.contribution_rate"] * earnings).sum(axis=1)
        covered = y["contributions.insured_earnings"].sum(axis=(2, 3)) > 0.0
        expected = (self._insured(y) * covered).sum(axis=1)
        charges = y["contributions.employer_rate_effective"] * y["labour_market.formal_wage_bill"]
        income = y["labour_market.labour_income"]
        return {
            "L-21 women's and men's own contributions add up": (paid - expected) / income,
            "L-22 gross earnings and employers' contributions are labour income": (
                earnings.sum(axis=1) + charges - income
            )
            / income,
        }


def modules(pack: Pack) -> Sequence[Module]:
    """Work incentives over the pack's schemes."""
    return [WorkIncentives(schemes_of(pack))]
