"""The rules of contribution in force, one row per insurance, before the simultaneous core.

Fiscal closure F3 lives here too: it moves contribution rates by what the accounts of the year
before call for, so that nothing of it is solved within the year.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import SOURCES
from socialbudget.errors import PackError
from socialbudget.modules import Scheme, schemes_of
from socialbudget.modules._shared import FISCAL_CLOSURE
from socialbudget.pack import Pack

RATE_CAP = 0.01
"""Largest change of a contribution rate in a year under F3, in insured earnings."""
BY_RATES = 3.0
"""Number of the fiscal closure under which contribution rates move."""
SOURCE = {name: i for i, name in enumerate(SOURCES)}


def carries_rates(scheme: Scheme) -> bool:
    """Whether F3 moves the scheme's contribution rate.

    Public insurances whose own reserve absorbs a deficit are meant to balance; where the state
    covers the year's deficit by law, the closure leaves the law alone.
    """
    instance = scheme.instance
    return (
        instance.contributory
        and instance.sector == "government"
        and instance.deficit_rule == "reserve"
    )


class ContributionRules(Module):
    """Rates, coverage, floors and ceilings of all contributory schemes in one place.

    Floors and ceilings of the pack are at the wage level of the base year and follow the average
    wage of the year before. A ceiling of 0 stands for none.

    Under fiscal closure F3 the rates of public insurances with a reserve of their own are those of
    the pack times a factor, the same for all payers. With expenditure E and contributions S at the
    pack's rates, both carried on by their growth of the year before, other receipts O, reserve V
    at the start and interest i on it, the factor aims at ``f S = E - O - i V + (V* - V)``. The
    reserve wanted at the end of the year, V*, moves the ratio V/E to its target by 1/N of the
    distance a year and lets the reserve grow with expenditure; with target 0 and no reserve the
    rate is the pay-as-you-go rate. A rate moves by at most a point of insured earnings a year.
    """

    name = "contribution_rules"
    writes = (
        Var("contribution_rules.rate", ("insurance", "payer"), "1", "rate",
            "Contribution rate on insured earnings by payer"),
        Var("contribution_rules.coverage_rate", ("insurance", "sex", "status"), "1", "rate",
            "Contributors over employed persons"),
        Var("contribution_rules.paid_share", ("insurance",), "1", "rate",
            "Contribution density times compliance, density as last year's time in formal work has "
            "it"),
        Var("contribution_rules.earnings_cv", ("insurance", "sex"), "1", "rate",
            "Coefficient of variation of covered earnings within age and sex"),
        Var("contribution_rules.earnings_floor", ("insurance",), "LCU/year", "rate",
            "Lowest insured earnings"),
        Var("contribution_rules.earnings_ceiling", ("insurance",), "LCU/year", "rate",
            "Highest insured earnings; 0 where there is none"),
        Var("contribution_rules.wage_index", (), "1", "index",
            "Level of floors and ceilings, base year 1: follows wages of the year before"),
        Var("contribution_rules.rate_factor", ("insurance",), "1", "rate",
            "Contribution rates over those of the pack, moved by fiscal closure F3"),
        Var("contribution_rules.earnings_before", ("insurance",), "LCU/year", "flow",
            "Insured earnings of the year before; 0 in the base year", history=False),
        Var("contribution_rules.expenditure_before", ("insurance",), "LCU/year", "flow",
            "Expenditure of the year before; 0 in the base year", history=False),
    )  # fmt: skip
    lags = (
        "labour_market.wage_growth",
        "labour_flows.formal_density_index",
        "contributions.insured_earnings_total",
        "contributions.earnings_by_payer",
        "contributions.add_factor",
        "scheme_accounts.expenditure",
        "scheme_accounts.receipts",
        "scheme_accounts.deficit_cover",
        "scheme_accounts.balance",
        "scheme_accounts.reserve",
    )

    def __init__(self, schemes: Sequence[Scheme], places: Sequence[int]):
        """`places`: positions of the contributory schemes along the `scheme` dimension."""
        self._schemes = schemes
        self._places = np.array(places, dtype=int)
        self._carries = np.array([carries_rates(s) for s in schemes], dtype=bool)
        own = [param for s in schemes for param in _params(s)]
        self.params = (FISCAL_CLOSURE, *own, *((ADJUSTMENT,) if self._carries.any() else ()))

    def start(self, y: Year) -> None:
        y["contribution_rules.wage_index"] = 1.0
        y["contribution_rules.rate_factor"] = 1.0
        y["contribution_rules.earnings_before"] = 0.0
        y["contribution_rules.expenditure_before"] = 0.0
        self._fill(y)

    def step(self, y: Year) -> None:
        rise = 1.0 + y.lag("labour_market.wage_growth")
        y["contribution_rules.wage_index"] = y.lag("contribution_rules.wage_index") * rise
        self._move(y, rise[:, None])
        self._fill(y)

    def _move(self, y: Year, wages: Array) -> None:
        """The factor on the rates, from the accounts of the year before."""
        z = self._places
        earnings = y.lag("contributions.insured_earnings_total")
        spent = y.lag("scheme_accounts.expenditure")[:, z]
        y["contribution_rules.earnings_before"] = earnings
        y["contribution_rules.expenditure_before"] = spent
        before = y.lag("contribution_rules.rate_factor")
        factor = y["contribution_rules.rate_factor"]
        factor[...] = before
        active = np.broadcast_to(y.p[FISCAL_CLOSURE.path] == BY_RATES, (y.draws,))
        if not active.any():
            return
        raised = self._stack(y, "contribution_rate") * y.lag("contributions.add_factor")
        full = (raised * y.lag("contributions.earnings_by_payer")).sum(axis=2)
        able = self._carries & (full > 0.0)
        if not able.any():
            raise PackError("fiscal closure F3", [NO_CARRIER])
        growth = _growth(earnings, y.lag("contribution_rules.earnings_before"), wages)
        swelling = _growth(spent, y.lag("contribution_rules.expenditure_before"), wages)
        receipts = y.lag("scheme_accounts.receipts")[:, z]
        reserve = y.lag("scheme_accounts.reserve")[:, z]
        opening = reserve - y.lag("scheme_accounts.balance")[:, z]
        income = receipts[:, :, SOURCE["property_income"]]
        interest = np.where(opening > 0.0, income / np.where(opening > 0.0, opening, 1.0), 0.0)
        paid = receipts[:, :, :3].sum(axis=2) + y.lag("scheme_accounts.deficit_cover")[:, z]
        other = (receipts.sum(axis=2) - paid - income) * swelling
        expected = spent * swelling
        target = self._stack_carriers(y, "target_reserve_ratio")
        years = y.p[ADJUSTMENT.path][:, None]
        ratio = np.where(expected > 0.0, reserve / np.where(expected > 0.0, expected, 1.0), 0.0)
        wanted = (ratio + (target - ratio) / years) * expected * swelling
        needed = expected - other - interest * reserve + wanted - reserve
        earned = np.where(able, full * growth, 1.0)
        aim = needed / earned
        cap = RATE_CAP * earnings * growth / earned
        moved = np.clip(aim, before - cap, before + cap)
        highest = 1.0 / np.maximum(self._stack(y, "contribution_rate").max(axis=2), 1e-12)
        moved = np.clip(moved, 0.0, highest)
        factor[...] = np.where(able & active[:, None], moved, before)

    def _stack_carriers(self, y: Year, name: str) -> Array:
        rows = [
            y.p[s.path(name)] if carries else np.zeros(1)
            for s, carries in zip(self._schemes, self._carries, strict=True)
        ]
        return np.stack(np.broadcast_arrays(*rows), axis=1)

    def _fill(self, y: Year) -> None:
        index = y["contribution_rules.wage_index"][:, None]
        zero = np.zeros((1,))
        rows = [
            y.p[s.path("earnings_ceiling")] if s.instance.has_ceiling else zero
            for s in self._schemes
        ]
        ceiling = np.stack(np.broadcast_arrays(*rows), axis=1)
        factor = y["contribution_rules.rate_factor"][:, :, None]
        y["contribution_rules.rate"] = self._stack(y, "contribution_rate") * factor
        y["contribution_rules.coverage_rate"] = self._stack(y, "coverage_rate")
        density = self._stack(y, "contribution_density")
        if y.year > y.base_year:  # the index is 1 unless the flow engine is at work
            worked = y.lag("labour_flows.formal_density_index")[:, None]
            density = np.minimum(density * worked, 1.0)
        y["contribution_rules.paid_share"] = density * self._stack(y, "compliance_rate")
        y["contribution_rules.earnings_cv"] = self._stack(y, "earnings_cv")
        y["contribution_rules.earnings_floor"] = self._stack(y, "earnings_floor") * index
        y["contribution_rules.earnings_ceiling"] = ceiling * index

    def _stack(self, y: Year, name: str) -> Array:
        rows = [y.p[s.path(name)] for s in self._schemes]
        return np.stack(np.broadcast_arrays(*rows), axis=1)


NO_CARRIER = (
    "'government.fiscal_closure' is 3 (F3), but no scheme can carry it: it takes a contributory "
    'scheme of the government with deficit_rule = "reserve" in pack.toml and a contribution rate '
    "above zero. Use 0 (F0), 1 (F1) or 2 (F2)"
)
ADJUSTMENT = Param(
    "government.reserve_adjustment_years", (), "year", 1, 100,
    "Years over which closure F3 brings reserves of schemes to their target", "fixed",
)  # fmt: skip


def _growth(now: Array, before: Array, otherwise: Array) -> Array:
    """Growth factor of the year before; `otherwise` where there is nothing to compare with."""
    known = (before > 0.0) & (now > 0.0)
    return np.where(known, now / np.where(known, before, 1.0), otherwise)


def _params(scheme: Scheme) -> list[Param]:
    path = scheme.path
    params = [
        Param(path("contribution_rate"), ("payer",), "1", 0, 1,
              "Contribution rate on insured earnings by payer"),
        Param(path("coverage_rate"), ("sex", "status"), "1", 0, 1,
              "Contributors over employed persons"),
        Param(path("contribution_density"), (), "1", 0, 1,
              "Share of the year for which contributors pay"),
        Param(path("compliance_rate"), (), "1", 0, 1,
              "Contributions collected over contributions due"),
        Param(path("earnings_cv"), ("sex",), "1", 0, 5,
              "Coefficient of variation of covered earnings within age and sex"),
        Param(path("earnings_floor"), (), "LCU/year", 0, 1e30,
              "Lowest insured earnings, at the wage level of the base year"),
    ]  # fmt: skip
    if scheme.instance.has_ceiling:
        params.append(
            Param(path("earnings_ceiling"), (), "LCU/year", 0, 1e30,
                  "Highest insured earnings, at the wage level of the base year")
        )  # fmt: skip
    if carries_rates(scheme):
        params.append(
            Param(path("target_reserve_ratio"), (), "year", 0, 100,
                  "Reserve that closure F3 aims at, in years of expenditure; 0 = pay as you go")
        )  # fmt: skip
    return params


def modules(pack: Pack) -> Sequence[Module]:
    """The rules of the pack's contributory schemes."""
    rows = [(i, s) for i, s in enumerate(schemes_of(pack)) if s.instance.contributory]
    return [ContributionRules([s for _, s in rows], [i for i, _ in rows])]
