"""Fiscal closure F3: contribution rates follow the accounts of their schemes."""

from __future__ import annotations

import numpy as np
import pytest

from socialbudget.closures import FISCAL_PATH
from socialbudget.ensemble import project
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario

FUND = "old_age_pension"
TARGET = f"schemes.{FUND}.target_reserve_ratio"
YEARS = "government.reserve_adjustment_years"


def run(*changes: Change, fiscal: float = 3, iso3: str = "ZZZ", to: int = 2100) -> Results:
    closing = (Change(path=FISCAL_PATH, set=fiscal), *changes)
    return project(load_pack(iso3), Scenario("F3", (closing,)), to=to)


def fund(r: Results) -> dict[str, np.ndarray]:
    """Of the pension fund by year: reserve, expenditure, contributions, earnings, factor."""
    z, k = r.coords["scheme"].index(FUND), r.coords["insurance"].index(FUND)
    return {
        "reserve": r["scheme_accounts.reserve"][:, 0, z],
        "expenditure": r["scheme_accounts.expenditure"][:, 0, z],
        "income": r["scheme_accounts.receipts"][:, 0, z, 6],
        "contributions": r["contributions.revenue"][:, 0, k].sum(axis=1),
        "earnings": r["contributions.insured_earnings_total"][:, 0, k],
        "factor": r["contribution_rules.rate_factor"][:, 0, k],
        "rate": r["contribution_rules.rate"][:, 0, k],
    }


@pytest.mark.parametrize("target", [0.0, 1.0, 4.0])
def test_fund_converges_to_its_target(target: float) -> None:
    f = fund(run(Change(path=TARGET, set=target, from_=2025), Change(path=YEARS, set=8)))
    ratio = f["reserve"][:-1] / f["expenditure"][1:]
    distance = np.abs(ratio - target)
    assert distance[0] > 0.5
    assert distance[-1] < 0.01
    assert (np.diff(distance[20:60]) <= 1e-3).all(), "it does not swing about its target"


def test_pay_as_you_go_rate_is_the_cost_rate() -> None:
    """With no reserve to speak of, what is paid in is what is paid out."""
    f = fund(run(Change(path=TARGET, set=0.0, from_=2025), Change(path=YEARS, set=5)))
    cost, paid = f["expenditure"] / f["earnings"], f["contributions"] / f["earnings"]
    assert paid[1] < 0.95 * cost[1], "at first the reserve pays part"
    np.testing.assert_allclose(paid[-20:], cost[-20:], rtol=2e-3)


def test_first_year_by_hand() -> None:
    """The factor of the first year from the accounts of the base year."""
    years, target = 20.0, 2.5
    r = run(Change(path=TARGET, set=target, from_=2025), Change(path=YEARS, set=years), to=2026)
    f = fund(r)
    growth = 1.0 + r["labour_market.wage_growth"][0, 0]
    spent, reserve = f["expenditure"][0] * growth, f["reserve"][0]
    z = r.coords["scheme"].index(FUND)
    opening = reserve - r["scheme_accounts.balance"][0, 0, z]
    interest = f["income"][0] / opening
    wanted = (reserve / spent + (target - reserve / spent) / years) * spent * growth
    needed = spent - interest * reserve + wanted - reserve
    assert f["factor"][1] == pytest.approx(needed / (f["contributions"][0] * growth), rel=1e-12)
    np.testing.assert_allclose(f["rate"][1], f["factor"][1] * f["rate"][0], rtol=1e-14)


@pytest.mark.parametrize(("target", "sign"), [(60.0, 1.0), (0.0, -1.0)])
def test_rates_move_by_a_point_a_year_at_most_and_never_below_zero(
    target: float, sign: float
) -> None:
    change = Change(path=TARGET, set=target, from_=2025)
    f = fund(run(change, Change(path=YEARS, set=1), to=2060))
    rate = f["contributions"] / f["earnings"]
    step = np.diff(rate)
    assert step[0] == pytest.approx(sign * 0.01, rel=1e-2)
    # Of last year's earnings by payer: the mix of payers makes the difference.
    assert (np.abs(step) <= 0.0101).all()
    assert (f["factor"] >= 0.0).all()


@pytest.mark.parametrize("fiscal", [0, 1, 2])
def test_other_closures_leave_the_rates_alone(fiscal: int) -> None:
    assert (run(fiscal=fiscal, to=2030)["contribution_rules.rate_factor"] == 1.0).all()


def test_base_year_and_state_covered_schemes_are_untouched() -> None:
    r = run(to=2035)
    factor = r["contribution_rules.rate_factor"][:, 0]
    assert (factor[0] == 1.0).all()
    covered = r.coords["insurance"].index("unemployment_insurance")  # deficit_rule = "state"
    assert (factor[:, covered] == 1.0).all()
    assert (factor[-1] != 1.0).sum() == 3


def test_debt_of_the_budget_floats() -> None:
    r = run(to=2035)
    for instrument in ("income_tax_adjustment", "spending_adjustment"):
        assert not r[f"fiscal_rule.{instrument}"].any()


def test_a_rate_that_has_moved_stays_when_the_closure_changes() -> None:
    r = run(fiscal=3, to=2040)
    later = Scenario("F3, then F0", ((Change(path=FISCAL_PATH, set={2025: 3, 2030: 0}),),))
    s = project(load_pack("ZZZ"), later, to=2040)
    name = "contribution_rules.rate_factor"
    np.testing.assert_array_equal(s[name][:6], r[name][:6])
    assert (s[name][6:] == s[name][5]).all()
