"""The six gender experiments, and the parameters and the verb that they need."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialbudget import gender
from socialbudget.ensemble import prepare, project
from socialbudget.errors import ScenarioError
from socialbudget.modules.participation_gap import gap_shift
from socialbudget.pack import load_pack
from socialbudget.report.comparison import first_difference
from socialbudget.scenario import Change, Scenario, find_scenario

AGE = "schemes.old_age_grant.pensionable_age"


def scenario(*changes: Change) -> Scenario:
    return Scenario("Test", (changes,))


def load(name: str) -> Scenario:
    return Scenario.load(find_scenario(name))


# --- the verb `like` --------------------------------------------------------------------------


def test_like_gives_women_the_path_of_men() -> None:
    pack = load_pack("ZZZ")
    men = Change(path=AGE, add={2026: 1.0, 2030: 2.0}, where={"sex": "male"})
    equal = Change(path=AGE, where={"sex": "female"}, like={"sex": "male"}, from_=2028)
    reform = scenario(equal).over(scenario(men))
    ages = prepare(pack, reform, to=2032)[1][AGE][:, 0]
    assert (ages[:4, 0] == ages[0, 0]).all(), "before it begins"
    np.testing.assert_array_equal(ages[4:, 0], ages[4:, 1])
    assert ages[-1, 1] == ages[0, 1] + 2.0
    assert "sex=male from 2028" in reform.explain()


@pytest.mark.parametrize(
    ("where", "like", "words"),
    [
        ({"sex": "female"}, {"sex": "men"}, "'like' names the unknown sex 'men'"),
        ({}, {"sex": "male"}, "'like' names 'sex'; give the cells to change in 'where' too"),
        ({"sex": "female"}, {"age": "3"}, "'like' names 'age'; give the cells"),
    ],
)
def test_like_is_checked(where: dict, like: dict, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        prepare(load_pack("ZZZ"), scenario(Change(path=AGE, where=where, like=like)), to=2030)


def test_like_and_another_verb_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        Change(path=AGE, set=65.0, like={"sex": "male"}, where={"sex": "female"})


def test_like_enters_the_hash() -> None:
    change = Change(path=AGE, where={"sex": "female"}, like={"sex": "male"})
    other = Change(path=AGE, where={"sex": "female"}, like={"sex": "female"})
    assert scenario(change).hash != scenario(other).hash


# --- participation and credits ----------------------------------------------------------------


@given(
    women=st.floats(0.01, 0.99), men=st.floats(0.01, 0.99), part=st.floats(0.0, 1.0)
)  # fmt: skip
def test_shift_closes_the_part_of_the_gap(women: float, men: float, part: float) -> None:
    shift = float(gap_shift(np.array(women), np.array(men), np.array(part)))
    odds = women / (1.0 - women) * np.exp(shift)
    assert odds / (1.0 + odds) == pytest.approx(women + part * max(men - women, 0.0), abs=1e-12)


def test_no_part_of_the_gap_means_no_shift_at_all() -> None:
    name = "participation_gap.participation_log_odds_shift"
    pack = load_pack("ZAF")
    assert not project(pack, to=2026)[name].any()
    shift = project(pack, load("close_participation_gap_by_half"), to=2040)[name][:, 0]
    assert not shift[:3].any()
    assert not shift[:, 1].any(), "men's stays"
    assert (shift[-1, 0, 25:60] > 0.0).all()
    np.testing.assert_array_equal(shift[12], shift[16])


def test_credit_raises_new_pensions_by_the_accrual_of_its_years() -> None:
    """ZZZ pays a linear accrual, so three years more are worth 3 over the years served."""
    pack = load_pack("ZZZ")
    base = project(pack, to=2040)
    path = "schemes.old_age_pension.care_credit"
    credit = Change(path=path, set=3.0, where={"sex": "female"}, from_=2030)
    after = project(pack, scenario(credit), to=2040)
    name = "old_age_pension.new_award_pension"
    ratio = after[name][:, 0, 0] / np.where(base[name] > 0.0, base[name], 1.0)[:, 0, 0]
    served = 65 - 20
    np.testing.assert_allclose(ratio[6:, 0], 1.0 + 3.0 / served, rtol=0.02)
    assert (ratio[1:6] == 1.0).all()
    assert ratio[6:, 1] == pytest.approx(1.0, rel=1e-2), "men have none"


# --- the experiments --------------------------------------------------------------------------


def test_six_experiments_are_shipped_and_explained() -> None:
    assert len(set(gender.EXPERIMENTS)) == 6
    for name in gender.EXPERIMENTS:
        found = load(name)
        assert found.note
        assert found.source
        assert not found.countries, "patterns apply wherever the paths are"


def test_equal_ages_change_nothing_where_they_are_equal() -> None:
    pack = load_pack("KOR")
    base, after = project(pack, to=2030), project(pack, load("equalise_retirement_age"), to=2030)
    assert first_difference(after, base) is None


def test_credits_do_not_apply_without_a_pension_that_counts_service() -> None:
    with pytest.raises(ScenarioError, match=r"'schemes.\*.care_credit'\): no such path for ZAF"):
        prepare(load_pack("ZAF"), load("care_credits"))


def test_credits_narrow_the_gap_of_pensions_in_korea() -> None:
    pack = load_pack("KOR")
    base, after = project(pack, to=2060), project(pack, load("care_credits"), to=2060)
    gap = (after["indicators.gender_gap_old_age_benefit"]
           - base["indicators.gender_gap_old_age_benefit"])[:, 0]  # fmt: skip
    assert (gap[:3] == 0.0).all()
    assert gap[-1] < -0.03


def test_poverty_falls_with_growth() -> None:
    base = project(load_pack("ZAF"), to=2040)
    share = gender.poverty(base)
    assert share is not None
    published = base.pack.entries["living_standards.headcount"].values[-1].ravel()[-1]
    assert share[0] == pytest.approx(published, rel=1e-12)
    income = base["household.disposable_income"][:, 0] / base["prices.consumer_price_index"][:, 0]
    people = base["demography.population_midyear"][:, 0].sum(axis=(1, 2))
    grown = income / people
    rising = np.diff(grown) > 0.0
    assert (np.diff(share)[rising] < 0.0).all()
    assert (np.diff(share)[~rising] >= 0.0).all()
