"""Unpaid care work: Synthetic land by hand, need and coverage, and those kept from work by it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from calibration import synthetic as zz
from socialbudget.ensemble import project
from socialbudget.errors import ScenarioError
from socialbudget.modules import build_modules
from socialbudget.pack import Pack, load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario

YOUNG, SCHOOL, OLD = slice(0, 6), slice(6, 15), slice(80, 101)


@cache
def pack(iso3: str = "ZZZ") -> Pack:
    return load_pack(iso3)


@cache
def run(iso3: str = "ZZZ", to: int = 2060) -> Results:
    return project(pack(iso3), to=to)


def now(r: Results, name: str, year: int = 2024) -> np.ndarray:
    return r[f"care_work.{name}"][year - 2024, 0]


def test_synthetic_land_by_hand() -> None:
    r, base = run(), zz.base_year()
    adults = base.population[:, 15:].sum(axis=1)
    hours = 365.0 * zz.UNPAID_HOURS * adults
    value = hours * zz.CARE_WAGE * base.average_wage / (40.0 * 52.0)
    np.testing.assert_allclose(now(r, "hours"), hours, rtol=1e-12)
    np.testing.assert_allclose(now(r, "hours_per_day"), zz.UNPAID_HOURS, rtol=1e-12)
    np.testing.assert_allclose(now(r, "direct_care_hours"), zz.DIRECT_CARE * hours, rtol=1e-12)
    np.testing.assert_allclose(now(r, "full_time_equivalents"), hours / 2080.0, rtol=1e-12)
    np.testing.assert_allclose(now(r, "value"), value, rtol=1e-10)
    assert now(r, "value_share") == pytest.approx(value.sum() / zz.GDP, rel=1e-10)
    assert now(r, "gender_gap") == pytest.approx(2.0, rel=1e-12)
    np.testing.assert_allclose(now(r, "hours_share"), hours / hours.sum(), rtol=1e-12)
    persons = base.population.sum(axis=0)
    need = (
        persons[YOUNG].sum() * (1.0 - 0.3 * 0.3)
        + 0.4 * persons[SCHOOL].sum()
        + 0.3 * persons[OLD].sum()
    )
    assert now(r, "care_need") == pytest.approx(need, rel=1e-12)
    outside = base.population[:, 15:65].sum(axis=1) - base.employment - base.unemployed
    np.testing.assert_allclose(
        now(r, "outside_labour_force"), zz.FAMILY_REASON * outside, rtol=1e-11
    )


def test_places_in_care_take_over_hours_of_direct_care_alone() -> None:
    wider = Change(path="care.child_care_coverage", set=0.8, from_=2026)
    r = project(pack(), Scenario("Child care", ((wider,),)), to=2026)
    persons = zz.base_year().population.sum(axis=0)
    rest = 0.4 * persons[SCHOOL].sum() + 0.3 * persons[OLD].sum()
    young = persons[YOUNG].sum()
    factor = (young * (1.0 - 0.8 * 0.3) + rest) / (young * (1.0 - 0.3 * 0.3) + rest)
    assert now(r, "hours_per_carer", 2026) == pytest.approx(factor, rel=1e-10)
    before, after = now(r, "hours"), now(r, "hours", 2026)
    change = 1.0 + zz.DIRECT_CARE * (factor - 1.0)
    np.testing.assert_allclose(after / before, change, rtol=1e-10)
    kept = now(r, "outside_labour_force", 2026) / now(r, "outside_labour_force")
    np.testing.assert_allclose(kept, change, rtol=1e-9)


def test_without_the_assumed_elasticity_the_share_outside_stays() -> None:
    changes = (
        Change(path="care.child_care_coverage", set=1.0, from_=2026),
        Change(path="care_work.family_reason_elasticity", set=0.0),
    )
    r = project(pack(), Scenario("No link", (changes,)), to=2026)
    np.testing.assert_allclose(
        now(r, "outside_labour_force", 2026), now(r, "outside_labour_force"), rtol=1e-10
    )


@pytest.mark.parametrize("iso3", ["ZAF", "USA", "KOR"])
def test_direct_care_follows_those_who_need_it(iso3: str) -> None:
    r = run(iso3)
    direct = r["care_work.direct_care_hours"][:, 0].sum(axis=1)
    need = r["care_work.care_need"][:, 0]
    np.testing.assert_allclose(direct / direct[0], need / need[0], rtol=1e-12)
    assert now(r, "gender_gap") > 0.5
    assert now(r, "hours_share")[0] > 0.55


def test_the_value_in_korea_is_about_what_its_statisticians_find() -> None:
    """Statistics Korea: 25.5% of GDP in 2019, 490.9 trillion won, women 72.5%."""
    r = run("KOR")
    assert 0.20 < now(r, "value_share") < 0.28
    assert 0.70 < now(r, "hours_share")[0] < 0.80


def test_the_hours_are_no_part_of_the_economy() -> None:
    without = [m for m in build_modules(pack()) if m.name != "care_work"]
    before = project(pack(), to=2060, modules=without)
    for name in before.arrays:
        assert before[name].tobytes() == run()[name].tobytes(), name


def test_more_than_24_hours_a_day_are_refused() -> None:
    wrong = Change(path="care_work.hours_per_day", set=25.0)
    with pytest.raises(ScenarioError, match="25 hour/day"):
        project(pack(), Scenario("Wrong", ((wrong,),)), to=2025)


def test_a_country_without_unpaid_work_has_none_to_share() -> None:
    none = Change(path="care_work.hours_per_day", set=0.0)
    r = project(pack(), Scenario("None", ((none,),)), to=2025)
    assert not now(r, "hours_share").any()
    assert not now(r, "value_share", 2025).any()
