"""What must hold for any pension scheme: conservation, steady states, additivity, neutrality."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from socialbudget.contract import Array
from socialbudget.modules.schemes.earnings_related_pension import cohort_death_probability
from socialbudget.projection import Trajectory
from socialbudget.valuation.premiums import (
    general_average_premium,
    payg_rate,
    reserve_path,
)
from tests.pension_scheme import BASE_YEAR, Paths, project_scheme

AGES = np.arange(101)
RETIREMENT = 65

rate = st.floats(0.0, 1.0)
small = st.floats(0.0, 0.1)


def mortality(level: float) -> Array:
    """float64[sex, age]: Gompertz, women at four fifths of men's."""
    q = np.minimum(level * np.exp(0.09 * (AGES - 30)), 1.0)
    q[-1] = 1.0
    return np.stack([0.8 * q, q])


def stationary(
    years: int, level: float, participation: float, entry: int, wage_growth: float = 0.0
) -> Paths:
    """A population that does not change, of whom a share contributes from entry to retirement."""
    q = mortality(level)
    death = cohort_death_probability(q[None])[0]
    people = np.full((2, 101), 1000.0)
    people[:, 1:] = 1000.0 * np.cumprod(1.0 - death[:, :-1], axis=1)
    people[:, -1] /= death[:, -1]
    at_work = np.where((entry <= AGES) & (RETIREMENT > AGES), participation, 0.0)
    contributors = np.broadcast_to(people * at_work, (years + 1, 2, 101)).copy()
    wages = 1000.0 * (1.0 + wage_growth) ** np.arange(years + 1)
    growth = np.full(years + 1, wage_growth)
    return Paths(
        contributors,
        contributors * wages[:, None, None],
        np.broadcast_to(q, (years + 1, 2, 101)),
        growth,
        growth,
        population=np.broadcast_to(people, (years + 1, 2, 101)),
    )


def total(trajectory: Trajectory, name: str, scheme: str = "z0") -> Array:
    array = trajectory.arrays[f"{scheme}.{name}"][:, 0]
    return array.reshape(len(array), -1).sum(axis=1)


RETIRE = np.where(AGES >= RETIREMENT, 1.0, 0.0)


@settings(max_examples=15, deadline=None)
@given(
    level=st.floats(1e-4, 3e-3),
    participation=st.floats(0.1, 1.0),
    density=rate,
    pause=small,
    reentry=rate,
    invalidity=st.floats(0.0, 0.02),
    recovery=small,
    married=rate,
    conversion=st.sampled_from([0.0, 1.0]),
    age=st.floats(60.0, 68.0),
    share=rate,
)
def test_persons_are_conserved(  # type: ignore[no-untyped-def]
    level, participation, density, pause, reentry, invalidity, recovery, married, conversion, age,
    share,
):  # fmt: skip
    """S-3 for the insured, P-2 for pensions: any break stops the run; both are also reported."""
    paths = stationary(6, level, participation, 20)
    rules = {
        "retirement_probability": 0.4 * RETIRE,
        "pensionable_age": {BASE_YEAR: 65.0, BASE_YEAR + 3: age},
        "early_age": 60.0,
        "latest_age": 70.0,
        "accrual_rate": 0.01,
        "service_density": density,
        "exit_rate": pause,
        "reentry_share": reentry,
        "invalidity_rate": invalidity,
        "disability_exit_rate": recovery,
        "disability_conversion": conversion,
        "qualifying_service": 10.0,
        "married_share": married,
        "survivor_share": share,
        "survivor_takeup": 1.0,
        "children_per_insured": 2.0,
        "orphan_share": 0.2,
        "orphan_age_limit": 18.0,
        "survivor_age": 40.0,
    }
    run = project_scheme(paths, rules, since=BASE_YEAR - 30)
    for (module, identity), residual in run.identities.items():
        assert residual.max() < 1e-12, (module, identity)
    for name in ("active_insured", "inactive_insured", "benefit_expenditure", "new_awards"):
        assert (run.arrays[f"z0.{name}"] >= 0.0).all()


@settings(max_examples=8, deadline=None)
@given(
    level=st.floats(1e-3, 3e-3),
    participation=st.floats(0.2, 1.0),
    entry=st.integers(18, 30),
    accrual=st.floats(0.005, 0.03),
    growth=st.floats(0.0, 0.05),
)
def test_stationary_population_reaches_dependency_times_replacement(  # type: ignore[no-untyped-def]
    level, participation, entry, accrual, growth
):
    """With wage-indexed pensions the PAYG rate ends at N_p / N_c x service x accrual."""
    years = 46 + 40
    paths = stationary(years, level, participation, entry, growth)
    rules = {"retirement_probability": RETIRE, "accrual_rate": accrual}
    run = project_scheme(paths, rules, since=BASE_YEAR - 60)
    people = paths.population
    assert people is not None
    old = participation * people[0, :, RETIREMENT:].sum()
    dependency = old / paths.contributors[0].sum()
    payg = total(run, "payg_rate")
    np.testing.assert_allclose(payg[-1], dependency * accrual * (RETIREMENT - entry), rtol=1e-4)
    np.testing.assert_allclose(
        payg, total(run, "dependency_ratio") * total(run, "benefit_ratio"), rtol=1e-12
    )
    # The insured persons made for the base year are the stationary ones already.
    new = (
        run.arrays["z0.new_award_pension"][:, 0, 0, 0]
        / run.arrays["z0.mean_insured_earnings"][:, 0]
    )
    np.testing.assert_allclose(new[1], new[-1], rtol=1e-6)


@settings(max_examples=8, deadline=None)
@given(share=st.floats(0.05, 0.95), invalidity=st.floats(0.0, 0.01), theta=rate)
def test_scheme_split_in_two_equals_the_whole(share, invalidity, theta):  # type: ignore[no-untyped-def]
    paths = stationary(8, 1e-3, 0.7, 20, 0.03)
    stock = np.zeros((3, 2, 101))
    stock[0, :, 65:] = 50.0
    rules = {
        "retirement_probability": 0.5 * RETIRE,
        "latest_age": 70.0,
        "accrual_rate": 0.015,
        "invalidity_rate": invalidity,
        "price_indexation_share": theta,
        "earnings_cv": 0.6,
        "minimum_pension": 300.0,
        "pensioners": stock,
        "average_pension": 400.0,
        "base_expenditure": np.where(np.arange(12) == 3, 1e6, 0.0),
        "married_share": 0.6,
        "survivor_share": 0.5,
        "survivor_takeup": 1.0,
    }
    whole = project_scheme(paths, rules, since=BASE_YEAR - 40)
    parts = project_scheme(paths, rules, since=BASE_YEAR - 40, splits=(share, 1.0 - share))
    for name in ("recipients", "benefit_expenditure", "new_awards", "active_insured"):
        both = parts.arrays[f"z0.{name}"] + parts.arrays[f"z1.{name}"]
        np.testing.assert_allclose(both, whole.arrays[f"z0.{name}"], rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(
        parts.arrays["z0.average_pension"], whole.arrays["z0.average_pension"], rtol=1e-11
    )


flows = st.lists(st.floats(1.0, 100.0), min_size=3, max_size=30)


@settings(max_examples=50)
@given(outgo=flows, ratio=st.floats(0.05, 0.5), interest=st.floats(-0.02, 0.15))
def test_payg_without_reserve_never_builds_one(outgo, ratio, interest):  # type: ignore[no-untyped-def]
    """S-5: C = PAYG and V_0 = 0 give V = 0."""
    spent = np.array(outgo)
    wages = spent[::-1].copy() / ratio
    contributions = payg_rate(spent, wages) * wages
    reserve = reserve_path(contributions - spent, interest)
    np.testing.assert_allclose(reserve, 0.0, atol=1e-9 * spent.sum() * 1.15 ** len(spent))


@settings(max_examples=30)
@given(
    growth=st.floats(0.0, 0.05),
    spread=st.floats(0.005, 0.05),
    start=st.floats(0.0, 0.1),
    end=st.floats(0.1, 0.3),
    years=st.integers(5, 40),
    reserve=st.floats(0.0, 500.0),
)
def test_general_average_premium_keeps_the_reserve_per_earnings(  # type: ignore[no-untyped-def]
    growth, spread, start, end, years, reserve
):
    """S-6: once outgo and earnings grow alike, GAP holds V / S constant for ever."""
    interest = growth + spread
    ratio = np.concatenate([np.linspace(start, end, years), np.full(60, end)])
    wages = 100.0 * (1.0 + growth) ** np.arange(len(ratio))
    outgo = ratio * wages
    premium = general_average_premium(outgo, wages, interest, reserve, tail_growth=growth)
    held = reserve_path(premium * wages - outgo, interest, reserve) / wages
    # A rounding error grows with interest over growth, so it is measured against that.
    allowed = 1e-9 * (1.0 + np.abs(held).max()) * ((1 + interest) / (1 + growth)) ** len(ratio)
    np.testing.assert_allclose(held[years:], held[years], atol=allowed)
