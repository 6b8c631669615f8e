"""Rogers-Castro curves beside net migration by age of World Population Prospects 2024.

Data: net migrants by sex and single age in 2040, thousand persons, medium variant, Germany, Korea
and Canada; United Nations (2024), CC BY 3.0 IGO.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.rogers_castro import (
    BASIC_STANDARD,
    LOW_DEPENDENCY,
    UN_LAST_AGE,
    WESTERN_STANDARD,
    Schedule,
    balance_profile,
    fallback_profile,
    fit_balance,
    fit_schedule,
)
from socialbudget.errors import SocialBudgetError

PROFILES = pd.read_csv(
    Path(__file__).parent / "data" / "wpp2024_net_migration_2040.csv", header=[0, 1], index_col=0
)
CASES = [(iso3, sex) for iso3 in ("CAN", "DEU", "KOR") for sex in ("female", "male")]
SOURCES = Path(__file__).resolve().parents[2] / "calibration" / "sources"
ROUNDING = 0.0011
"""Published to 0.001 thousand; totals are split over ages with their own rounding."""


def published(iso3: str, sex: str) -> np.ndarray:
    return PROFILES[iso3, sex].to_numpy()


@pytest.mark.parametrize("sex", ["female", "male"])
def test_seven_parameters_fit_a_country_of_immigration(sex: str) -> None:
    fit = fit_schedule(published("CAN", sex)[: UN_LAST_AGE + 1])
    assert fit.explained > 0.996
    assert fit.schedule.alpha1 == pytest.approx(0.105, abs=0.002)
    assert 19.0 < fit.schedule.mu2 < 21.0


@pytest.mark.parametrize(("iso3", "sex"), CASES)
def test_eleven_parameters_fit_every_profile_to_its_digits(iso3: str, sex: str) -> None:
    """The second peak, pointing down, is the departure of those who came as students."""
    profile = published(iso3, sex)[: UN_LAST_AGE + 1]
    fit = fit_schedule(profile, parameters=11)
    error = fit.schedule.values(range(profile.size)) - profile
    assert np.max(np.abs(error)) < ROUNDING
    assert fit.schedule.a2 > 0.0 > fit.schedule.a3
    assert fit.schedule.mu2 == pytest.approx(19.0, abs=0.05)
    assert fit.schedule.mu3 == pytest.approx(24.0, abs=0.05)


@pytest.mark.parametrize(("iso3", "sex"), CASES)
def test_published_balance_is_of_two_western_curves(iso3: str, sex: str) -> None:
    profile = published(iso3, sex)
    balance = fit_balance(profile)
    assert balance.largest_error < ROUNDING
    assert balance.arrivals > 0.0
    assert balance.departures > 0.0
    # Two heights for 76 ages: no freedom to fit another shape. A year's shift would be seen.
    again = balance_profile(balance.arrivals, balance.departures)
    np.testing.assert_allclose(again, profile, atol=ROUNDING)
    assert fit_balance(np.roll(profile, 1)).largest_error > 50 * ROUNDING


def test_profiles_of_all_countries_as_the_page_says() -> None:
    """``docs/mortality_models.md``: profiles of 2040 with more than 100 persons at some age."""
    table = pd.read_parquet(SOURCES / "wpp2024_net_migration.parquet")
    wide = table[table.year == 2040].pivot(index=["iso3", "sex"], columns="age", values="value")
    profiles = wide[wide.abs().max(axis=1) > 100]
    one_person = [fit_balance(row).largest_error <= 1.0 for row in profiles.to_numpy(dtype=float)]
    assert (sum(one_person), len(one_person)) == (238, 281)
    germany = fit_balance(wide.loc["DEU", "female"].to_numpy(dtype=float))
    assert [round(germany.arrivals, -3), round(germany.departures, -3)] == [319_000, 235_000]
    for key, explained in ((("KOR", "male"), 0.85), (("CAN", "female"), 0.997)):
        profile = wide.loc[key].to_numpy(dtype=float)[: UN_LAST_AGE + 1]
        assert fit_schedule(profile).explained == pytest.approx(explained, abs=0.005)


def test_standards_sum_to_one_and_peak_at_the_start_of_work() -> None:
    for schedule in (BASIC_STANDARD, *WESTERN_STANDARD.values(), *LOW_DEPENDENCY.values()):
        profile = schedule.profile()
        assert profile.sum() == pytest.approx(1.0, abs=1e-12)
        assert np.all(profile > 0.0)
        assert 20 <= np.argmax(profile) <= 25
    # Published heights are scaled to a gross migraproduction rate of about one.
    assert BASIC_STANDARD.values(range(101)).sum() == pytest.approx(1.06, abs=0.01)


def test_fallback_gives_the_totals_by_sex() -> None:
    migrants = np.array([[1000.0, 900.0], [-200.0, 0.0]])
    table = fallback_profile(migrants)
    assert table.shape == (2, 2, 101)
    np.testing.assert_allclose(table.sum(axis=-1), migrants, atol=1e-9)
    women, men = table[0] / migrants[0, :, None]
    assert np.max(np.abs(women - men)) > 1e-3


def test_thirteen_parameters_are_recovered() -> None:
    true = Schedule(
        a1=0.02, alpha1=0.1, a2=0.06, alpha2=0.12, mu2=21.0, lambda2=0.35, c=0.002,
        a3=0.004, alpha3=0.4, mu3=64.0, lambda3=0.3,
    )  # fmt: skip
    found = fit_schedule(true.values(range(101)), parameters=11).schedule
    for name, value in asdict(true).items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-4, abs=1e-9), name
    with_oldest = replace(true, a4=0.0002, alpha4=0.04)
    fit = fit_schedule(with_oldest.values(range(101)), parameters=13)
    assert fit.rmse < 1e-5
    assert fit_schedule(with_oldest.values(range(101)), parameters=7).rmse > 3e-4


def test_recovery_from_noisy_counts() -> None:
    rng = np.random.default_rng(7)
    counts = rng.poisson(50_000 * WESTERN_STANDARD["female"].profile())
    fit = fit_schedule(counts)
    assert fit.schedule.mu2 == pytest.approx(20.632, abs=0.3)
    assert fit.schedule.alpha2 == pytest.approx(0.1436, abs=0.02)
    np.testing.assert_allclose(
        fit.schedule.profile(), WESTERN_STANDARD["female"].profile(), atol=0.002
    )


@settings(max_examples=15, deadline=None)
@given(scale=st.floats(1e-3, 1e6), sign=st.sampled_from([-1.0, 1.0]))
def test_the_unit_of_the_profile_does_not_matter(scale: float, sign: float) -> None:
    profile = published("CAN", "male")[: UN_LAST_AGE + 1]
    one, other = fit_schedule(profile), fit_schedule(sign * scale * profile)
    assert other.schedule.mu2 == pytest.approx(one.schedule.mu2, rel=1e-4)
    assert other.schedule.a1 == pytest.approx(sign * scale * one.schedule.a1, rel=1e-4)
    assert other.explained == pytest.approx(one.explained, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(arrivals=st.floats(0.0, 1e6), departures=st.floats(0.0, 1e6))
def test_balance_returns_its_flows(arrivals: float, departures: float) -> None:
    profile = balance_profile(arrivals, departures)
    assert profile.sum() == pytest.approx(arrivals - departures, abs=1e-6)
    balance = fit_balance(profile)
    assert balance.arrivals == pytest.approx(arrivals, rel=1e-6, abs=1e-3)
    assert balance.departures == pytest.approx(departures, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: fit_schedule(np.ones(101), parameters=8), "7, 9, 11 or 13"),
        (lambda: fit_schedule(np.zeros(101)), "zero at all"),
        (lambda: fit_schedule(np.r_[np.ones(100), np.nan]), "missing at an age"),
        (lambda: fit_schedule(np.ones(6)), "need more ages"),
        (lambda: fit_balance(np.ones(40)), "from 0 to 75"),
        (lambda: replace(BASIC_STANDARD, alpha1=-0.1), "alpha1 is negative"),
        (lambda: replace(BASIC_STANDARD, mu2=np.nan), "mu2 is not a number"),
        (lambda: fallback_profile([1.0]), "sexes female, male"),
    ],
)
def test_faults_are_named(call, said: str) -> None:
    with pytest.raises(SocialBudgetError, match=said):
        call()
