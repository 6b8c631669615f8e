"""The labour market inside the year: formality, who pays charges, the gender gap, activities."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calibration import synthetic as zz
from socialbudget.contract import Array
from socialbudget.dims import FEMALE, MALE
from socialbudget.ensemble import project
from socialbudget.errors import LabourMarketError, PackError, SocialBudgetError
from socialbudget.modules.economic_activity import activity_shares
from socialbudget.modules.labour_market import shifted_odds
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Scenario

load = cache(load_pack)


def scenario(*changes: str) -> Scenario:
    return Scenario.loads('title = "Test"\n' + "\n".join(f"[[change]]\n{c}" for c in changes))


def changed(path: str, value: float, since: int | None = 2025) -> str:
    return f'path = "{path}"\nset = {value!r}' + (f"\nfrom = {since}" if since else "")


@cache
def synthetic(*changes: str, to: int = 2034) -> Results:
    return project(load(zz.ISO3), scenario(*changes) if changes else None, to=to)


EMPLOYER = 'path = "schemes.work_injury.contribution_rate"\nadd = 0.02\nfrom = 2026'
EMPLOYER += '\nwhere = { payer = "employer" }'


# --- formality ---------------------------------------------------------------------------------


def logit(x: Array) -> Array:
    return np.log(x / (1.0 - x))


def test_formality_after_a_policy_by_hand() -> None:
    """Enforcement and minimum wage from 2026, in a country at rest but for them."""
    quiet = [changed(f"labour_market.{n}", 0.0, None) for n in ("kappa_tau", "kappa_y")]
    quiet += [
        changed("labour_market.kappa_gap", 0.0, None),
        changed("labour_market.kappa_e", 2.0, None),
    ]
    run = synthetic(
        *quiet,
        changed("labour_market.enforcement", 1.3, 2026),
        changed("labour_market.minimum_wage_ratio", 0.5, 2026),
    )
    base = run["labour_market.formal_share_by_activity"][0, 0]
    # 2 x 0.3 more enforcement less 0.5 x 0.1 more minimum wage.
    target = 1.0 / (1.0 + np.exp(-(logit(base) + 0.6 - 0.05)))
    left = np.array([1.0, 1.0, *(0.75 ** np.arange(1, 10))])
    expected = target + (base - target) * left[:, None]
    np.testing.assert_allclose(
        run["labour_market.formal_share_by_activity"][:, 0], expected, rtol=1e-9
    )
    # The odds of the nation follow from the shares of the activities.
    weight = run["economic_activity.employment_share"][:, 0]
    national = (weight * expected).sum(axis=1)
    np.testing.assert_allclose(
        run["labour_market.formality_index"][:, 0], logit(national) - logit(national[:1]), atol=1e-9
    )


def test_only_contributions_that_are_not_valued_drive_workers_out() -> None:
    all_valued = synthetic(changed("labour_market.valued_share", 1.0, None), EMPLOYER)
    half = synthetic(EMPLOYER)
    fall = [r["labour_market.formality_index"][-1, 0] for r in (all_valued, half)]
    assert fall[1] < fall[0] - 1e-3
    more = synthetic(changed("labour_market.valued_share", 0.8, 2026))
    plain = synthetic()
    wedge = plain["labour_market.base_wedge"][0, 0]
    # After the last year (1 - 0.75^9) of kappa x wedge x 0.3 is done; odds by the smallest effect.
    gain = (
        more["labour_market.formal_share_by_activity"]
        - plain["labour_market.formal_share_by_activity"]
    )
    base = plain["labour_market.formal_share_by_activity"][0, 0]
    target = 1.0 / (1.0 + np.exp(-(logit(base) + 0.8 * wedge * 0.3)))
    np.testing.assert_allclose(gain[-1, 0], (target - base) * (1 - 0.75**9), rtol=0.02)


def test_channels_off_leave_the_labour_market_alone() -> None:
    off = changed("channels.contributions_to_labour_market", 0.0, None)
    # Lower wages raise benefits over wages, to which labour supply answers by another way.
    supply = changed("participation.return_elasticity", 0.0, None)
    run, plain = synthetic(off, supply, EMPLOYER), synthetic(off, supply)
    assert not run["labour_market.charges_paid_by_capital"].any()
    same = "labour_market.equilibrium_unemployment_rate"
    np.testing.assert_allclose(run[same], plain[same], rtol=1e-12)
    on, base = synthetic(EMPLOYER), synthetic()
    assert (on[same] > base[same])[2:].all()


def test_unemployment_benefits_raise_unemployment_only_through_their_channel() -> None:
    more = 'path = "schemes.unemployment_insurance.replacement_rate"\nscale = 1.2\nfrom = 2026'
    off = changed("channels.unemployment_benefits_to_unemployment", 0.0, None)
    name = "labour_market.equilibrium_unemployment_rate"
    assert (synthetic(more)[name] - synthetic()[name])[3:].min() > 1e-4
    # What is left is the change of the wedge over wages.
    assert np.abs(synthetic(off, more)[name] - synthetic(off)[name]).max() < 1e-5


def test_programmes_lower_unemployment_a_year_later() -> None:
    beta = changed("labour_market.beta_almp", -0.5, None)
    more = 'path = "schemes.training_programme.unit_cost"\nscale = 3.0\nfrom = 2026'
    run, plain = synthetic(beta, more), synthetic(beta)
    name = "labour_market.equilibrium_unemployment_rate"
    spent = run["training_programme.benefit_expenditure"][:, 0].sum(axis=(1, 2))
    ratio = spent / run["macroeconomy.gdp"][:, 0]
    given = plain[name][0, 0]
    assert np.abs(run[name][:2, 0] - given).max() < 1e-12
    wedge = run["contributions.wedge"][:, 0] - run["labour_market.base_wedge"][:, 0]
    generosity = run["unemployment_insurance.unemployment_generosity"][:, 0]
    rest = 0.28 * wedge[1:] * run["labour_market.formal_share"][:-1, 0] + 0.12 * (
        generosity[1:] - generosity[0]
    )
    np.testing.assert_allclose(
        run[name][1:, 0], given - 0.5 * (ratio[:-1] - ratio[0]) + rest, rtol=1e-9
    )


# --- incidence ---------------------------------------------------------------------------------


def test_nobody_absorbs_anything_without_a_change_of_rates() -> None:
    for iso3 in (zz.ISO3, "ZAF"):
        run = project(load(iso3), to=2030)
        assert not run["labour_market.employer_charge_change"].any()
        assert not run["labour_market.employer_charge_unabsorbed"].any()
        assert not run["labour_market.charges_paid_by_capital"].any()


def test_absorption_of_employers_charges_in_closed_form() -> None:
    run = synthetic(EMPLOYER)
    a = run["labour_market.employer_charge_change"][:, 0]
    rate = run["contributions.employer_rate_effective"][:, 0]
    assert not a[:2].any()
    # The rate on all formal employees is two points higher than it would be.
    np.testing.assert_allclose(
        a[2:], np.log(1.0 + rate[2:]) - np.log(1.0 + rate[2:] - 0.02), rtol=1e-6
    )
    absorbed = np.zeros_like(a)
    for t in range(1, len(a)):
        absorbed[t] = absorbed[t - 1] + 0.5 * (a[t] - a[t - 1]) + 0.2 * (a[t - 1] - absorbed[t - 1])
    np.testing.assert_allclose(
        run["labour_market.employer_charge_unabsorbed"][:, 0], a - absorbed, atol=1e-14
    )


@pytest.mark.parametrize("capital", [0.0, 0.4, 1.0])
def test_who_pays_adds_up(capital: float) -> None:
    run = synthetic(EMPLOYER, changed("labour_market.incidence_on_capital", capital, None))
    cost = np.expm1(run["labour_market.employer_charge_unabsorbed"][:, 0])
    rate = run["contributions.employer_rate_effective"][:, 0]
    formal = run["labour_market.formal_wage_bill"][:, 0] * (1.0 + rate)
    income = run["labour_market.labour_income"][:, 0]
    paid = run["labour_market.charges_paid_by_capital"][:, 0]
    # Compensation of formal employees holds the premium; without it every unit costs w_bar.
    plain = formal / (1.0 + cost)
    others = income - formal
    assert paid[2:].all() == (capital > 0.0)
    np.testing.assert_allclose(
        paid, capital * (income - paid) * cost * plain / (plain + others), rtol=1e-9
    )
    cost_of_factors = (
        run["macroeconomy.gdp"] - run["government.indirect_taxes"] + run["government.subsidies"]
    )[:, 0]
    np.testing.assert_allclose(
        run["household.operating_surplus"][:, 0], cost_of_factors - income, rtol=1e-10
    )
    share = run["labour_market.labour_share"][:, 0]
    np.testing.assert_allclose(share * cost_of_factors, income, rtol=1e-10)


def test_gross_wages_fall_less_at_first_if_wages_absorb_later() -> None:
    at_once = synthetic(EMPLOYER, changed("labour_market.incidence_first_year", 1.0, None))
    in_time, plain = synthetic(EMPLOYER), synthetic()
    name = "labour_market.average_wage"
    fall = [1.0 - r[name][2, 0] / plain[name][2, 0] for r in (in_time, at_once)]
    assert 0.0 < fall[0] < 0.8 * fall[1]
    assert not at_once["labour_market.charges_paid_by_capital"].any()


def test_under_the_classic_closure_the_labour_share_is_given() -> None:
    run = synthetic(changed("macroeconomy.closure", 0.0, None), EMPLOYER)
    assert not run["labour_market.employer_charge_unabsorbed"].any()
    np.testing.assert_allclose(run["labour_market.labour_share"], zz.LABOUR_SHARE, rtol=1e-12)


# --- the gender gap ----------------------------------------------------------------------------


def test_path_of_the_gender_gap_in_closed_form() -> None:
    run = synthetic(
        changed("relative_earnings.gender_gap_target", 0.5, 2028),
        changed("relative_earnings.gap_closing_speed", 0.1, 2028),
    )
    elapsed = np.maximum(np.arange(len(run.years)) - 3, 0)
    left = 0.5 + 0.5 * np.exp(-0.1 * elapsed)
    np.testing.assert_allclose(run["relative_earnings.gender_gap_left"][:, 0], left, rtol=1e-13)
    # Cells weigh differently, but women's and men's pay of a status is a ratio of constants.
    gap = 1.0 - zz.RELATIVE_EARNINGS[FEMALE] / zz.RELATIVE_EARNINGS[MALE]
    bill = run["labour_accounts.wage_bill_by_sex"][:, 0]
    people = run["labour_accounts.employment_by_status"][:, 0]
    rate = 1.0 + run["contributions.employer_rate_effective"][:, 0]
    men = people[:, MALE, :2] * zz.RELATIVE_EARNINGS[MALE, :2]
    women = people[:, FEMALE, :2] * zz.RELATIVE_EARNINGS[MALE, :2] * (1 - left[:, None] * gap[:2])
    pay = np.stack([w[:, 0] / rate + w[:, 1] for w in (women, men)], axis=1)
    np.testing.assert_allclose(bill[:, 0] / bill[:, 1], pay[:, 0] / pay[:, 1], rtol=1e-11)


def test_a_gap_as_in_the_base_year_changes_no_bit() -> None:
    same = synthetic(changed("relative_earnings.gap_closing_speed", 0.5, 2026))
    plain = synthetic()
    for name, array in plain.arrays.items():
        assert np.array_equal(array, same[name]), name


# --- bounds are said, never silent -------------------------------------------------------------


def test_more_work_than_workers_is_an_error_that_says_how_to_mend_it() -> None:
    changes = (
        changed("macroeconomy.closure", 0.0, None),
        changed("macroeconomy.gdp_growth", 0.05),
    )
    with pytest.raises(
        LabourMarketError, match=r"2026, draw 0: more persons .*productivity_growth"
    ):
        synthetic(*changes)


def test_more_unemployed_than_allowed_is_an_error() -> None:
    with pytest.raises(LabourMarketError, match="unemployment_max"):
        synthetic(changed("labour_market.equilibrium_unemployment_rate", 0.7))


def test_the_lowest_rate_is_reported_where_it_binds() -> None:
    run = synthetic(
        changed("labour_market.equilibrium_unemployment_rate", 0.002, 2027),
        changed("labour_market.okun", 0.0, None),
        changed("labour_market.beta_tau", 0.0, None),
        changed("labour_market.beta_ui", 0.0, None),
    )
    effect = run["labour_market.unemployment_floor_effect"][:, 0]
    assert not effect[:3].any()
    np.testing.assert_allclose(effect[3:], 0.003, rtol=1e-12)
    np.testing.assert_allclose(run["labour_market.unemployment_rate"][3:, 0], 0.005, rtol=1e-12)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("labour_market.beta_almp", 0.1),
        ("labour_market.kappa_tau", -0.1),
        ("labour_market.kappa_y", -0.1),
        ("labour_market.beta_tau", -0.1),
        ("relative_earnings.gender_gap_target", 1.5),
        ("economic_activity.employment_elasticity", 0.5),
    ],
)
def test_elasticities_of_the_wrong_sign_are_refused(path: str, value: float) -> None:
    with pytest.raises(SocialBudgetError, match=path):
        synthetic(changed(path, value, None))


# --- activities --------------------------------------------------------------------------------

shares_strategy = arrays(np.float64, (1, 4), elements=st.floats(0.01, 1.0)).map(
    lambda a: a / a.sum(axis=1, keepdims=True)
)


@settings(max_examples=200, deadline=None)
@given(shares_strategy, st.floats(-3, 0), st.floats(-3, 3), st.floats(-2, 3), st.floats(-1, 1))
def test_shares_of_activities_add_up_whatever_moves(
    base: Array, farm: float, factory: float, growth: float, public: float
) -> None:
    elasticity = np.array([[farm, factory, 0.0, 0.0]])
    out = activity_shares(base, elasticity, np.array([growth]), np.array([public]))
    assert out.sum() == pytest.approx(1.0, abs=1e-12)
    assert (out > 0.0).all()
    for k, e in ((0, farm), (1, factory)):
        assert out[0, k] / out[0, 2] == pytest.approx(
            base[0, k] / base[0, 2] * np.exp(e * growth), rel=1e-9
        )


def test_care_that_is_bought_makes_public_jobs() -> None:
    more = 'path = "schemes.care_service.recipient_share"\nscale = 2.0\nfrom = 2026'
    run, plain = synthetic(more), synthetic()
    public = run["economic_activity.employment_share"][:, 0, 3]
    ratio = (run["macroeconomy.government_consumption_real"] / run["macroeconomy.gdp_real"])[:, 0]
    np.testing.assert_allclose(public[:3], 0.20, rtol=1e-9)
    change = np.log(ratio[:-1] / ratio[0])
    assert change[2:].min() > 0.02
    odds = 0.25 * np.exp(change / 0.8)
    np.testing.assert_allclose(public[1:], odds / (1.0 + odds), rtol=1e-9)
    assert (public[3:] > plain["economic_activity.employment_share"][3:, 0, 3]).all()


def test_shares_that_do_not_add_up_are_refused() -> None:
    change = 'path = "economic_activity.employment_share"\nscale = 1.1\n'
    with pytest.raises(PackError, match="adds up to"):
        synthetic(change + 'where = { activity = "industry" }')


# --- programmes --------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.floats(-0.05, 0.05), st.floats(0.5, 2.0))
def test_programmes_move_the_formal_share_by_what_they_say(shift: float, odds: float) -> None:
    rng = np.random.default_rng(1)
    formal = rng.uniform(0.2, 0.9, (1, 2, 101))
    persons = rng.uniform(0.0, 1e4, (1, 2, 101))
    plain = np.full((1, 2), odds)
    moved = shifted_odds(formal, persons, plain, np.array([[shift, 0.0]]))

    def share(ratio: Array) -> Array:
        new = formal * ratio[:, :, None]
        new = new / (new + 1.0 - formal)
        out: Array = (persons * new).sum(axis=2) / persons.sum(axis=2)
        return out

    np.testing.assert_allclose(share(moved) - share(plain), [[shift, 0.0]], atol=1e-12)


def test_more_formal_workers_than_workers_is_an_error() -> None:
    formal, persons = np.full((1, 2, 3), 0.8), np.ones((1, 2, 3))
    with pytest.raises(LabourMarketError, match="formalise more"):
        shifted_odds(formal, persons, np.ones((1, 2)), np.array([[0.3, 0.0]]))
