"""Contributors, insured earnings and contributions of every contributory scheme (method 4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.catchment import share_tables
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.kernels.labour import insured_earnings
from socialbudget.modules import Scheme, schemes_of
from socialbudget.pack import Pack


class Contributions(Module):
    """All insurances at once, one row each along the `insurance` dimension.

    Contributors are covered employment times density times compliance. Insured earnings follow
    from lognormal wages between floor and ceiling; both rise by the growth of average wages in the
    year before. Members may earn more or less than the employed of their sex and age: a factor on
    insured earnings reproduces the contributions of the base year, and an add-factor per payer
    what is left between payers.
    """

    name = "contributions"

    def __init__(self, schemes: Sequence[Scheme]):
        self._schemes = schemes
        self._public = np.array([s.instance.sector == "government" for s in schemes], dtype=float)
        self.params = tuple(
            Param(s.path("base_contributions"), ("payer",), "LCU/year", 0, 1e30,
                  "Contributions received in the base year", "fixed")
            for s in schemes
        )  # fmt: skip
        self.writes = (
            Var(
                "contributions.contributors",
                ("insurance", "sex", "age"),
                "person",
                "flow",
                "Contributors in full-year equivalents",
            ),
            Var(
                "contributions.insured_earnings",
                ("insurance", "sex", "age"),
                "LCU/year",
                "flow",
                "Earnings on which contributions are paid",
            ),
            Var(
                "contributions.insured_earnings_total",
                ("insurance",),
                "LCU/year",
                "flow",
                "Earnings on which contributions are paid, all contributors",
            ),
            Var(
                "contributions.earnings_by_payer",
                ("insurance", "payer"),
                "LCU/year",
                "flow",
                "Insured earnings on which each payer's rate falls: of employees for employers and "
                "employees, of the self-employed for themselves",
            ),
            Var(
                "contributions.revenue",
                ("insurance", "payer"),
                "LCU/year",
                "flow",
                "Contributions by payer",
            ),
            Var(
                "contributions.employer_rate_effective",
                (),
                "1",
                "rate",
                "Employers' contributions over gross wages of formal employees",
            ),
            Var(
                "contributions.base_rate",
                ("insurance", "payer"),
                "1",
                "rate",
                "Contribution rates of the base year",
            ),
            Var(
                "contributions.employer_rate_change",
                (),
                "1",
                "rate",
                "Part of employers' contributions over gross wages of formal employees that comes "
                "from rates changed since the base year",
            ),
            Var(
                "contributions.wedge",
                (),
                "1",
                "rate",
                "Employers' and employees' contributions over compensation of formal employees",
            ),
            Var(
                "contributions.add_factor",
                ("insurance", "payer"),
                "1",
                "rate",
                "Factor that reproduces the contributions of each payer in the base year",
            ),
            Var(
                "contributions.earnings_factor",
                ("insurance",),
                "1",
                "rate",
                "Members' insured earnings over those of the employed of their sex and age",
            ),
        )
        self.reads = (
            "labour_market.employment_by_status",
            "labour_market.gross_wage",
            "labour_market.formal_wage_bill",
            "contribution_rules.rate",
            "contribution_rules.coverage_rate",
            "contribution_rules.paid_share",
            "contribution_rules.earnings_cv",
            "contribution_rules.earnings_floor",
            "contribution_rules.earnings_ceiling",
        )

    def start(self, y: Year) -> None:
        computed = self._computed(y, np.ones((y.draws, len(self._schemes))))
        given = np.stack([y.p[s.path("base_contributions")] for s in self._schemes], axis=1)
        if np.isfinite(computed).all():
            missing = (computed <= 0.0) & (given > 0.0)
            if missing.any():
                _, row, payer = (int(i) for i in np.argwhere(missing)[0])
                scheme = self._schemes[row]
                raise PackError(
                    f"scheme '{scheme.name}'",
                    [
                        f"'{scheme.path('base_contributions')}' has contributions of payer "
                        f"{('employer', 'employee', 'self_employed')[payer]} in the base year, but "
                        "rates, coverage and earnings give none; correct one of them"
                    ],
                )
        factor = ratio_or_one(given.sum(axis=2), computed.sum(axis=2))
        y["contributions.earnings_factor"] = factor
        y["contributions.base_rate"] = y["contribution_rules.rate"]
        y["contributions.add_factor"] = ratio_or_one(given, self._computed(y, factor))
        self._receive(y, np.broadcast_to(given, computed.shape))

    def step(self, y: Year) -> None:
        add_factor, factor = (
            y.lag("contributions.add_factor"),
            y.lag("contributions.earnings_factor"),
        )
        y["contributions.add_factor"] = add_factor
        y["contributions.earnings_factor"] = factor
        y["contributions.base_rate"] = y.lag("contributions.base_rate")
        self._receive(y, add_factor * self._computed(y, factor))

    def _computed(self, y: Year, factor: Array) -> Array:
        """Contributions by scheme and payer before add-factors; fills contributors and earnings."""
        by_group = np.empty((y.draws, len(self._schemes), 2))
        insured_earnings(
            y["labour_market.employment_by_status"],
            y["labour_market.gross_wage"],
            y["contribution_rules.coverage_rate"],
            y["contribution_rules.paid_share"],
            np.ascontiguousarray(factor),
            y["contribution_rules.earnings_floor"],
            y["contribution_rules.earnings_ceiling"],
            *share_tables(y["contribution_rules.earnings_cv"]),
            y["contributions.contributors"],
            y["contributions.insured_earnings"],
            by_group,
            np.empty((5, 6, y["labour_market.gross_wage"].shape[2])),
        )
        y["contributions.insured_earnings_total"] = by_group.sum(axis=2)
        y["contributions.earnings_by_payer"] = by_group[:, :, (0, 0, 1)]
        return y["contribution_rules.rate"] * y["contributions.earnings_by_payer"]

    def _receive(self, y: Year, revenue: Array) -> None:
        y["contributions.revenue"] = revenue
        public = revenue * self._public[:, None]
        wages = y["labour_market.formal_wage_bill"]
        employer = public[:, :, 0].sum(axis=1)
        y["contributions.employer_rate_effective"] = employer / wages
        # Exactly zero while rates are those of the base year, however the wages shift.
        changed = (y["contribution_rules.rate"] - y["contributions.base_rate"])[:, :, 0]
        due = changed * y["contributions.earnings_by_payer"][:, :, 0]
        due = due * y["contributions.add_factor"][:, :, 0] * self._public
        y["contributions.employer_rate_change"] = due.sum(axis=1) / wages
        y["contributions.wedge"] = (employer + public[:, :, 1].sum(axis=1)) / (wages + employer)

    def identities(self, y: Year) -> Mapping[str, Array]:
        employed = y["labour_market.employment_by_status"].sum(axis=3)
        excess = np.maximum(y["contributions.contributors"] - employed[:, None], 0.0)
        revenue = y["contributions.revenue"]
        expected = (
            y["contribution_rules.rate"]
            * y["contributions.earnings_by_payer"]
            * y["contributions.add_factor"]
        )
        return {
            "S-8 contributions = rate x insured earnings x add-factor, by payer": (
                revenue - expected
            ).sum(axis=2)
            / np.maximum(revenue.sum(axis=2), 1.0),
            "L-5 contributors do not exceed the employed": excess.sum(axis=(1, 2, 3))
            / employed.sum(axis=(1, 2)),
        }


def ratio_or_one(given: Array, computed: Array) -> Array:
    """What makes `computed` the `given`; 1 where nothing is computed."""
    return np.where(computed > 0.0, given / np.where(computed > 0.0, computed, 1.0), 1.0)


def modules(pack: Pack) -> Sequence[Module]:
    """The contributions module over the pack's contributory schemes."""
    return [Contributions([s for s in schemes_of(pack) if s.instance.contributory])]
