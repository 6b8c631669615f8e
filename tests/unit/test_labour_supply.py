"""Labour supply through its modules: engines, and each answer to policy by hand (method 2.2)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from calibration import labour_supply as calibrated
from calibration import synthetic as zz
from calibration.labour import labour_base, projected_labour_force, single_age_population
from socialbudget.dims import FUNCTIONS
from socialbudget.ensemble import project
from socialbudget.errors import SocialBudgetError
from socialbudget.modules import schemes_of
from socialbudget.modules.demography import Demography
from socialbudget.modules.participation import Participation
from socialbudget.modules.work_incentives import LOWEST_RETURN, is_lost_with_work
from socialbudget.pack import Pack, load_pack
from socialbudget.results import Results
from socialbudget.scenario import Scenario
from tests.transform import with_values

RATE = "participation.participation_rate"
FEMALE, MALE = 0, 1


@cache
def synthetic() -> Pack:
    return load_pack("ZZZ")


def scenario(*changes: str) -> Scenario:
    return Scenario.loads('title = "Test"\n' + "\n".join(f"[[change]]\n{c}" for c in changes))


def alone(pack: Pack, *changes: str, to: int = 2030) -> Results:
    """Population and labour supply without the rest of the model."""
    return project(pack, scenario(*changes), to=to, modules=[Demography(), Participation()])


def whole(pack: Pack, *changes: str, to: int = 2027) -> Results:
    return project(pack, scenario(*changes), to=to)


def logit(rate: np.ndarray) -> np.ndarray:
    return np.log(rate / (1.0 - rate))


def moved(after: Results, before: Results, year: int) -> np.ndarray:
    """Change of the log odds of participation at ages 20 to 64: [sex, age]."""
    t = year - zz.BASE_YEAR
    return logit(after[RATE][t, 0, :, 20:65]) - logit(before[RATE][t, 0, :, 20:65])


# --- engines ----------------------------------------------------------------------------------


@pytest.mark.parametrize("damping", [0.0, 0.9, 1.0])
def test_trend_in_closed_form(damping: float) -> None:
    pack = with_values(
        synthetic(),
        {
            "participation.trend_drift": 0.02,
            "participation.damping": damping,
            "participation.trend_engine": 1.0,
        },
    )
    rate = alone(pack)[RATE][:, 0]
    for t in range(7):
        reach = sum(damping**k for k in range(1, t + 1))
        expected = 1.0 / (1.0 + np.exp(-logit(zz.PARTICIPATION) - 0.02 * reach))
        np.testing.assert_allclose(rate[t, :, 40], expected, rtol=1e-14)
    # Where nobody works, no trend brings anybody to work.
    assert not rate[:, :, :20].any()
    assert not rate[:, :, 65:].any()


def test_engines_are_mixed_by_their_weights() -> None:
    pack = with_values(
        synthetic(), {"participation.trend_drift": 0.05, "participation.enrolment_cap": 1.0}
    )

    def at(cohort: float, trend: float) -> np.ndarray:
        return alone(
            pack,
            f'path = "participation.cohort_engine"\nset = {cohort}',
            f'path = "participation.trend_engine"\nset = {trend}',
        )[RATE][:, 0]

    static, cohort, trend = at(0.0, 0.0), at(1.0, 0.0), at(0.0, 1.0)
    assert np.abs(trend - cohort).max() > 0.01
    mixed = 0.3 * cohort + 0.5 * trend + 0.2 * static
    np.testing.assert_allclose(at(0.3, 0.5), mixed, atol=1e-15)


def test_the_youngest_follow_the_trend_below_the_room_that_school_leaves() -> None:
    pack = with_values(
        synthetic(),
        {
            "participation.trend_drift": 0.05,
            "participation.cohort_engine": 1.0,
            "participation.enrolment_cap": 0.62,
        },
    )
    rate = alone(pack)[RATE][:, 0, FEMALE]
    first = 1.0 / (1.0 + np.exp(-logit(zz.PARTICIPATION[FEMALE]) - 0.05 * 0.9))
    assert rate[1, zz.ENTRY] == pytest.approx(first, abs=1e-14)
    assert first < 0.62
    assert (rate[3:, zz.ENTRY] == 0.62).all()
    # Each generation carries what it started with: nobody enters or leaves between 20 and 64.
    for t in range(1, 7):
        assert rate[t, 30] == rate[0, 30]
        assert rate[t, zz.ENTRY + t - 1] == pytest.approx(first, abs=1e-14)


def test_a_switched_off_channel_is_the_baseline_to_the_bit() -> None:
    later = 'path = "labour_market.pensionable_age"\nadd = 2\nfrom = 2025'
    off = 'path = "channels.retirement_to_participation"\nset = 0'
    base, without = whole(synthetic()), whole(synthetic(), later, off)
    assert (whole(synthetic(), later)[RATE] != base[RATE]).any()
    for name in base.arrays:
        assert np.array_equal(base.arrays[name], without.arrays[name]), name


def test_half_the_channel_is_half_the_shift() -> None:
    age = 'path = "labour_market.pensionable_age"\nadd = {}\nfrom = 2025'
    half = 'path = "channels.retirement_to_participation"\nset = 0.5'
    one = alone(synthetic(), age.format(1))[RATE]
    two = alone(synthetic(), age.format(2), half)[RATE]
    assert np.array_equal(one, two)


# --- answers to policy ------------------------------------------------------------------------


def test_net_return_of_the_base_year_by_hand() -> None:
    base = zz.base_year()
    run = whole(synthetic(), to=2025)
    insured = sum(c[1] + c[2] for c in base.contributions.values())
    earnings = run["work_incentives.gross_earnings"][0, 0]
    paid = run["work_incentives.contribution_rate"][0, 0] * earnings
    assert paid.sum() == pytest.approx(insured, rel=1e-12)
    row = FUNCTIONS.index("unemployment")
    lost = run["unemployment_insurance.benefit_expenditure"][0, 0, row]
    population = run["demography.population_midyear"][0, 0, :, 15:65].sum(axis=1)
    employed = base.employment
    ratio = lost / (population - employed) / (earnings / employed)
    np.testing.assert_allclose(run["work_incentives.benefit_ratio"][0, 0], ratio, rtol=1e-10)
    tax = run["household.base_income_tax_rate"][0, 0]
    expected = 1.0 - paid / earnings - tax - ratio
    np.testing.assert_allclose(run["work_incentives.net_return"][0, 0], expected, rtol=1e-12)


def test_income_tax_moves_participation_a_year_later() -> None:
    change = 'path = "government.income_tax_change"\nset = 0.03\nfrom = 2025'
    base, taxed = whole(synthetic()), whole(synthetic(), change)
    assert np.array_equal(base[RATE][1], taxed[RATE][1])
    for year in (2026, 2027):
        before = year - 1 - zz.BASE_YEAR
        log = np.log(
            taxed["work_incentives.net_return"][before, 0]
            / base["work_incentives.net_return"][before, 0]
        )
        assert (log < -0.03).all()
        found = moved(taxed, base, year)
        for sex, eta in ((FEMALE, 0.3), (MALE, 0.1)):
            assert np.abs(found[sex, :5]).max() < 1e-9  # below 25 no answer is known
            np.testing.assert_allclose(found[sex, 5:35], eta * log[sex], rtol=1e-8)
            np.testing.assert_allclose(found[sex, 35:], 0.4 * log[sex], rtol=1e-8)


def test_contributions_count_only_while_their_channel_is_on() -> None:
    raised = (
        'path = "schemes.sickness_fund.contribution_rate"\nadd = 0.01\nfrom = 2025\n'
        'where = { payer = "employee" }'
    )
    off = 'path = "channels.contributions_to_labour_market"\nset = 0'
    base = whole(synthetic())
    rate = "work_incentives.contribution_rate"
    for changes, counted in (((raised,), 1), ((raised, off), 0)):
        run = whole(synthetic(), *changes)
        assert (run[rate][1] > base[rate][1] + 0.002).all()
        felt = (
            1.0
            - run["work_incentives.net_return"]
            - run["work_incentives.income_tax_rate"][:, :, None]
            - run["work_incentives.benefit_ratio"]
        )
        expected = run[rate] if counted else np.broadcast_to(base[rate][:1], felt.shape)
        np.testing.assert_allclose(felt, expected, atol=1e-14)


def test_a_return_below_the_lowest_counts_as_that() -> None:
    heavy = 'path = "government.income_tax_change"\nset = 0.5\nfrom = 2025'
    also = 'path = "schemes.unemployment_insurance.replacement_rate"\nset = 2\nfrom = 2025'
    more = 'path = "schemes.unemployment_insurance.recipients_per_unemployed"\nset = 1\nfrom = 2025'
    run = whole(synthetic(), heavy, also, more, to=2026)
    assert (run["work_incentives.net_return"] >= LOWEST_RETURN).all()


def test_child_care_moves_women_of_20_to_44() -> None:
    pack = with_values(synthetic(), {"participation.child_care_response": 0.5})
    coverage = 'path = "care.child_care_coverage"\nadd = 0.2\nfrom = 2025'
    found = moved(whole(pack, coverage, to=2025), whole(pack, to=2025), 2025)
    np.testing.assert_allclose(found[FEMALE, :25], 0.1, rtol=1e-12)
    assert not found[FEMALE, 25:].any()
    assert not found[MALE].any()


def test_maternity_protection_moves_women_of_20_to_44_a_year_later() -> None:
    pack = with_values(
        synthetic(),
        {"participation.maternity_response": 0.5, "participation.return_elasticity": 0.0},
    )
    more = (
        'path = "schemes.maternity_benefit.insured_share"\nadd = 0.3\nfrom = 2025\n'
        'where = { sex = "female" }'
    )
    after, before = whole(pack, more), whole(pack)
    assert not moved(after, before, 2025).any()
    found = moved(after, before, 2026)
    np.testing.assert_allclose(found[FEMALE, :25], 0.15, rtol=1e-12)
    assert not found[FEMALE, 25:].any()
    assert not found[MALE].any()


def test_unemployment_discourages_women_and_the_young() -> None:
    pack = with_values(
        synthetic(),
        {"participation.discouraged_response": 0.2, "participation.return_elasticity": 0.0},
    )
    worse = 'path = "labour_market.equilibrium_unemployment_rate"\nadd = 0.05\nfrom = 2025'
    after, before = whole(pack, worse), whole(pack)
    rise = after["labour_market.unemployment_rate"][1, 0] - zz_unemployment()
    assert rise > 0.005
    found = moved(after, before, 2026)
    np.testing.assert_allclose(found[FEMALE], -0.2 * rise, rtol=1e-6)
    np.testing.assert_allclose(found[MALE, :5], -0.2 * rise, rtol=1e-6)
    assert np.abs(found[MALE, 5:]).max() < 1e-12


def zz_unemployment() -> float:
    base = zz.base_year()
    return float(base.unemployed.sum() / (base.unemployed.sum() + base.employment.sum()))


def test_benefits_that_work_costs() -> None:
    lost = {iso3: {s.name for s in schemes_of(load_pack(iso3)) if is_lost_with_work(s)}
            for iso3 in ("ZAF", "USA", "KOR", "ZZZ")}  # fmt: skip
    assert lost == {
        "ZAF": {"uif_unemployment", "social_relief_of_distress"},
        "USA": {"unemployment_insurance", "other_social_assistance"},
        "KOR": {"employment_insurance", "national_employment_support", "housing_benefit",
                "livelihood_benefit"},
        "ZZZ": {"unemployment_insurance"},
    }  # fmt: skip


# --- what is refused --------------------------------------------------------------------------


def test_weights_above_one_are_refused_by_name() -> None:
    with pytest.raises(SocialBudgetError) as refused:
        alone(
            synthetic(),
            'path = "participation.cohort_engine"\nset = 0.7',
            'path = "participation.trend_engine"\nset = 0.4\nfrom = 2027',
        )
    text = str(refused.value)
    assert "'participation.cohort_engine' is 0.7" in text
    assert "'participation.trend_engine' is 0.4 in 2027" in text
    assert "together 1.1" in text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("participation.cohort_engine", -0.1),
        ("participation.trend_engine", 1.2),
        ("participation.trend_drift", 0.6),
        ("participation.damping", 1.01),
        ("participation.enrolment_cap", 1.5),
        ("participation.return_elasticity", -0.1),
        ("care.child_care_coverage", 1.2),
        ("participation.maternity_response", -1.0),
    ],
)
def test_values_without_meaning_are_refused(path: str, value: float) -> None:
    with pytest.raises(SocialBudgetError, match=path):
        whole(synthetic(), f'path = "{path}"\nset = {value}', to=2025)


# --- calibration ------------------------------------------------------------------------------


@pytest.mark.parametrize("iso3", ["ZAF", "USA", "KOR"])
def test_growth_rests_on_the_labour_force_that_the_module_gives(iso3: str) -> None:
    force = alone(load_pack(iso3), to=2060)["participation.labour_force"][:, 0].sum(axis=(1, 2))
    expected = projected_labour_force(iso3)
    given = [expected[year] for year in range(2024, 2061)]
    np.testing.assert_allclose(force, given, rtol=1e-6)


@pytest.mark.parametrize("iso3", ["ZAF", "USA", "KOR", "ETH", "VAT"])
def test_drift_is_small_smooth_and_of_working_ages(iso3: str) -> None:
    drift = calibrated.trend_drift(iso3, 2024)
    assert not drift[:, :15].any()
    assert np.abs(drift).max() < 0.15
    assert np.abs(np.diff(drift[:, 15:], axis=1)).max() < 0.02


def test_damping_has_taken_part_of_the_drift_by_the_base_year() -> None:
    fresh, later = calibrated.trend_drift("KOR", 2019), calibrated.trend_drift("KOR", 2024)
    np.testing.assert_allclose(later, 0.9**5 * fresh, atol=2e-5)


@pytest.mark.parametrize("iso3", ["ZAF", "USA", "KOR"])
def test_the_room_beside_school_holds_the_youngest_of_the_base_year(iso3: str) -> None:
    rate = labour_base(iso3, single_age_population(iso3, "1 July")).participation_rate
    cap = calibrated.enrolment_cap(iso3, rate)
    assert (cap >= rate[:, 15]).all()
    assert (cap < 1.0).all()


def test_elasticities_are_those_of_the_method() -> None:
    eta = calibrated.return_elasticity()
    assert eta[:, [20, 40, 60]].tolist() == [[0.0, 0.3, 0.4], [0.0, 0.1, 0.4]]
