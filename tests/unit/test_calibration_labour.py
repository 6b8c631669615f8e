"""The labour calibration reproduces the published rates it starts from."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.labour import (
    PENSIONABLE_AGE,
    SEXES,
    cohort_rates,
    earnings_ratio,
    equilibrium_unemployment,
    ilostat,
    informal_rate,
    labour_base,
    midyear_population,
    projected_labour_force,
    single_age_population,
    status_margins,
)
from socialbudget.dims import FEMALE, MALE

COUNTRIES = ("ZAF", "USA", "KOR")


@pytest.fixture(scope="module", params=COUNTRIES)
def country(request):
    population = single_age_population(request.param, "1 July")
    return request.param, population, labour_base(request.param, population)


def band(values, low, high):
    return values[:, low : high + 1].sum(axis=1)


def test_participation_reproduces_the_published_rates(country):
    iso3, population, base = country
    force = base.participation_rate * population
    # Three of four rates fix the fourth only with the population of the publisher.
    tolerance = {"15+": 1e-10, "15-64": 0.0025, "25-54": 0.002, "65+": 0.003}
    for name, (low, high) in {
        "15+": (15, 100),
        "15-64": (15, 64),
        "25-54": (25, 54),
        "65+": (65, 100),
    }.items():
        rate = band(force, low, high) / band(population, low, high)
        for i, sex in enumerate(SEXES):
            published = ilostat(iso3, "labour_force_participation_rate", sex, name)
            assert rate[i] == pytest.approx(published, abs=tolerance[name]), (iso3, sex, name)


def test_participation_is_plausible_by_age(country):
    _, _, base = country
    rate = base.participation_rate
    assert (rate[:, :15] == 0).all()
    assert ((rate >= 0) & (rate < 1)).all()
    assert (np.diff(rate[:, 15:25], axis=1) >= 0).all()
    assert (np.diff(rate[:, 70:], axis=1) <= 1e-12).all()
    assert rate[:, 90].max() < 0.05


def test_unemployment_reproduces_the_rate_of_each_sex(country):
    iso3, population, base = country
    force = base.participation_rate * population
    rate = (force * base.unemployment_rate).sum(axis=1) / force.sum(axis=1)
    for i, sex in enumerate(SEXES):
        assert rate[i] == pytest.approx(ilostat(iso3, "unemployment_rate", sex), abs=1e-10)
    both = ilostat(iso3, "unemployment_rate", "both")
    assert base.total_unemployment_rate == pytest.approx(both, abs=0.001)
    assert equilibrium_unemployment(iso3, base.total_unemployment_rate)[2024] == (
        base.total_unemployment_rate
    )


def test_unemployment_by_age_keeps_the_published_pattern(country):
    iso3, population, base = country
    lost = base.participation_rate * population * base.unemployment_rate
    force = base.participation_rate * population
    for name, (low, high) in {"15-24": (15, 24), "25-54": (25, 54), "55-64": (55, 64)}.items():
        rate = band(lost, low, high) / band(force, low, high)
        for i, sex in enumerate(SEXES):
            published = ilostat(iso3, "unemployment_rate", sex, name)
            assert rate[i] == pytest.approx(published, rel=0.08), (iso3, sex, name)


def test_status_shares_sum_to_one_and_meet_the_margins(country):
    iso3, population, base = country
    np.testing.assert_allclose(base.status_share.sum(axis=2), 1.0, rtol=0, atol=1e-14)
    assert (base.status_share >= 0).all()
    employment = base.participation_rate * population * (1 - base.unemployment_rate)
    shares = (employment[:, :, None] * base.status_share).sum(axis=1)
    shares /= employment.sum(axis=1)[:, None]
    for i, sex in enumerate(SEXES):
        margins = status_margins(iso3, sex)
        np.testing.assert_allclose(shares[i, 2:], margins[2:], atol=1e-10)
        # The age pattern of self-employment moves formality among employees a little.
        np.testing.assert_allclose(shares[i], margins, atol=2e-3)
        assert margins.sum() == pytest.approx(1.0)
        published = informal_rate(iso3, sex)
        if published is not None:
            assert margins[[1, 3, 4]].sum() == pytest.approx(published)


def test_earnings_are_relative_to_a_prime_age_man(country):
    iso3, population, base = country
    earnings = base.relative_earnings
    assert earnings[MALE, 40:45, 0].mean() == pytest.approx(1.0)
    assert (earnings[:, :, 4] == 0).all()
    assert (earnings[:, :, :4] > 0).all()
    employment = base.participation_rate * population * (1 - base.unemployment_rate)
    employees = (employment[:, :, None] * base.status_share)[:, :, :2]
    mean = (employees * earnings[:, :, :2]).sum(axis=(1, 2)) / employees.sum(axis=(1, 2))
    assert mean[FEMALE] / mean[MALE] == pytest.approx(earnings_ratio(iso3))


def test_informality_is_a_survey_figure_or_none():
    assert informal_rate("ZAF", "both") == pytest.approx(0.34013)
    assert informal_rate("KOR", "both") == pytest.approx(0.26619)
    assert informal_rate("USA", "both") is None


def test_cohorts_enter_or_leave_not_both(country):
    _, _, base = country
    entry, leave = cohort_rates("ZAF", base.participation_rate)
    assert ((entry >= 0) & (entry <= 1) & (leave >= 0) & (leave <= 1)).all()
    assert not ((entry > 0) & (leave > 0)).any()
    assert (entry[:, 20:25] > 0).all()
    assert (leave[:, 60:65] > 0).all()


def test_pensionable_ages_are_those_of_the_law():
    assert PENSIONABLE_AGE["KOR"] == {2024: 63.0, 2028: 64.0, 2033: 65.0}
    assert PENSIONABLE_AGE["ZAF"] == {2024: 60.0}
    assert list(PENSIONABLE_AGE["USA"].values())[-1] == 67.0


def test_labour_force_of_the_base_year_is_that_of_the_rates(country):
    iso3, population, base = country
    force = projected_labour_force(iso3)
    assert force[2024] == pytest.approx((base.participation_rate * population).sum())
    assert midyear_population(iso3)[2100].min() >= 0
