"""Backtest on data: what was known in 2010 against 2011-2019 (docs/labour_backtest.md).

ILO modelled estimates of November 2020, World Population Prospects 2019, Penn World Table 10.01 and
World Economic Outlook of April 2024: ``calibration/sources/PROVENANCE.md``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration import backtest_labour as bt
from calibration import labour_backtest_page
from calibration.economy_forecast import (
    Production,
    fit_reversion,
    output_path,
    population_path,
    unemployment_path,
)
from calibration.labour_history import FIRST, countries
from calibration.participation_forecast import AGE_STEP, ENGINES, TOP, fit_weights
from socialbudget.participation_engines import advance, net_cohort_rates, split


@pytest.fixture(scope="module")
def data():
    return bt.histories()


@pytest.fixture(scope="module")
def errors(data):
    return bt.participation_errors(data)


def test_participation_beats_both_naive_forecasts_in_the_median_country(errors):
    mean = {name: bt.by_country(error) for name, error in errors.items()}
    assert len(mean[bt.MIXED]) == 188
    for naive in (bt.LAST_VALUE, bt.TREND, bt.LINE):
        assert np.median(mean[bt.MIXED]) < np.median(mean[naive])
        assert np.median(mean[bt.MIXED] / mean[naive]) < 1.0
        assert (mean[bt.MIXED] < mean[naive]).mean() > 0.5


@pytest.mark.parametrize("group", ["members of the OECD", "surveys in 8 or 9 of the 9 years"])
def test_so_it_does_where_the_outcome_is_observed(errors, group):
    kept = bt.quality_groups()[group]
    assert kept.sum() >= 30
    mean = {name: bt.by_country(error)[kept] for name, error in errors.items()}
    for naive in bt.NAIVE:
        assert np.median(mean[bt.MIXED]) < np.median(mean[naive])
        assert (mean[bt.MIXED] < mean[naive]).mean() > 0.5


def changed_after(data, year):
    """The histories with every figure after a year replaced by another one."""
    rng = np.random.default_rng(7)
    count = year - FIRST + 1
    rates, adults = data.rates.copy(), data.adults.copy()
    rates[count:] = rng.uniform(0.05, 0.95, rates[count:].shape)
    adults[count:] *= rng.uniform(0.5, 2.0, adults[count:].shape)
    unemployment = data.unemployment.copy()
    unemployment.loc[year + 1 :] = rng.uniform(1, 30, unemployment.loc[year + 1 :].shape)
    penn = {}
    for name, table in data.penn.items():
        penn[name] = table.copy()
        penn[name].loc[year + 1 :] *= rng.uniform(0.5, 2.0, table.loc[year + 1 :].shape)
    return replace(data, rates=rates, adults=adults, unemployment=unemployment, penn=penn)


def test_no_forecast_sees_a_year_after_2010(data):
    other = changed_after(data, bt.ORIGIN)
    for name, path in bt.participation_forecasts(data).items():
        assert (bt.participation_forecasts(other)[name] == path).all(), name
    for forecasts in (bt.unemployment_forecasts, bt.output_forecasts):
        here, there = forecasts(data), forecasts(other)
        for name, table in here.items():
            assert table.equals(there[name]), name
    # The outcome is another one, so the errors are: the change did reach the histories.
    changed = bt.participation_errors(other)[bt.MIXED]
    assert np.median(bt.by_country(changed)) > 10.0


def test_choices_made_before_2010_see_nothing_after_it(data):
    other = changed_after(data, bt.ORIGIN)
    assert bt.chosen_own_share(other) == bt.chosen_own_share(data)
    for name, error in bt.trial_errors(data).items():
        assert (bt.trial_errors(other)[name] == error).all(), name


def test_what_was_known_in_2010_matters(data):
    """The counterpart: a change of 2010 itself changes the forecasts."""
    other = changed_after(data, bt.ORIGIN - 1)
    here = bt.participation_forecasts(data)
    for name, path in bt.participation_forecasts(other).items():
        assert np.abs(path - here[name]).max() > 0.01, name


def test_forecasts_are_rates(data):
    for path in bt.participation_forecasts(data).values():
        assert np.isfinite(path).all()
        assert ((path >= 0.0) & (path <= 1.0)).all()


def test_cohorts_give_the_history_of_every_country_back(data):
    """Entry and exit of every five-year step since 1990 bring every cohort where it was."""
    before, after = data.rates[:-AGE_STEP, ..., :-2], data.rates[AGE_STEP:, ..., 1:-1]
    entry, leave = split(net_cohort_rates(before, after, TOP))
    assert np.abs(advance(before, entry, leave, TOP) - after).max() < 1e-15


def test_weights_are_a_mixture(data):
    weights = fit_weights(data.until(bt.ORIGIN).rates)
    assert weights.shape == (len(ENGINES), 2, 11)
    assert (weights >= 0.0).all()
    assert np.abs(weights.sum(axis=0) - 1.0).max() < 1e-9


def test_weights_find_what_made_the_history():
    """Rates that drift by their own pace, up here and down there: static and peers are wrong."""
    rng = np.random.default_rng(3)
    level = rng.normal(0.0, 0.5, (40, 2, 1)) + 0.05 * np.arange(11.0)
    slope = np.where(np.arange(40) % 2, 0.04, -0.04)[:, None, None]
    years = np.arange(21.0)[:, None, None, None]
    weights = fit_weights(1.0 / (1.0 + np.exp(-(level + slope * years))))
    at = [ENGINES.index(name) for name in ("static", "peers")]
    assert weights[at].sum(axis=0).max() < 0.1
    held = rng.uniform(0.3, 0.7, (40, 2, 11)) + rng.normal(0.0, 0.02, (21, 40, 2, 11))
    noisy = fit_weights(held)
    # Noise around a level has no trend to follow.
    assert noisy[0].min() > weights[0].max()


def test_output_errs_less_than_last_growth_and_trend(data):
    found = bt.output_errors(data)
    median = {name: error.mean().median() for name, error in found.items()}
    assert len(found[bt.SUPPLY].columns) >= 150
    assert median[bt.SUPPLY] < min(median["last growth"], median[bt.TREND])


def test_unemployment_is_tried_in_many_countries(data):
    forecasts = bt.unemployment_forecasts(data)
    found = bt.frame_errors(forecasts, data.unemployment)
    median = {name: error.mean().median() for name, error in found.items()}
    assert len(found[bt.LAST_VALUE].columns) >= 30
    assert median["equilibrium and cycle"] < median[bt.TREND]


def test_population_by_cohort_is_near_the_published_one(data):
    known = data.until(bt.ORIGIN)
    path = population_path(known.adults, known.children, bt.HORIZON)
    outcome = data.adults[bt.ORIGIN - FIRST + 1 :][: bt.HORIZON]
    error = path.sum(axis=(2, 3)) / outcome.sum(axis=(2, 3)) - 1.0
    assert np.median(np.abs(error[0])) < 0.004
    assert np.median(np.abs(error[-1])) < 0.025


def test_population_of_constant_ratios_is_met_exactly():
    years = np.arange(12.0)[:, None, None, None]
    groups = np.array([100.0, 98.0, 97.0, 95.0, 90.0, 60.0])
    people = groups * 1.01**years * np.ones((12, 3, 2, 6))
    path = population_path(people[..., 3:], people[..., :3], 10)
    later = np.arange(12.0, 22.0)[:, None, None, None]
    assert np.abs(path / (groups[3:] * 1.01**later) - 1.0).max() < 1e-12
    with pytest.raises(ValueError, match="not born yet"):
        population_path(people[..., 3:], people[..., :3], 11)


def test_reversion_finds_the_persistence_that_made_the_series():
    rng = np.random.default_rng(5)
    rate = np.full((400, 60), 0.08)
    for t in range(1, 400):
        rate[t] = 0.08 + 0.8 * (rate[t - 1] - 0.08) + rng.normal(0.0, 0.005, 60)
    fit = fit_reversion(rate)
    assert np.median(fit.persistence) == pytest.approx(0.8, abs=0.01)
    # Estimates that differ by sampling alone are drawn together.
    assert np.ptp(fit.persistence) < 0.5 * np.ptp(fit.own)
    path = unemployment_path(rate, 3)
    gap = rate[-1] - fit.equilibrium
    assert np.allclose(path[2] - fit.equilibrium, gap * fit.persistence**3)


def test_short_series_of_unemployment_are_refused():
    rates = np.full((20, 2), 0.05) + np.random.default_rng(1).normal(0, 0.01, (20, 2))
    rates[:8, 1] = np.nan
    with pytest.raises(ValueError, match="country 1: 12 years"):
        fit_reversion(rates)


def test_balanced_growth_goes_on():
    """With capital and output growing alike the supply side keeps their growth."""
    t = np.arange(11.0)[:, None]
    share = np.full((11, 1), 0.6)
    known = Production(
        output=100 * 1.03**t,
        capital=300 * 1.03**t,
        employment=50 * 1.01**t,
        labour_share=share,
        depreciation=np.full((11, 1), 0.05),
    )
    employment = 1.01 ** np.arange(1.0, 10.0)[:, None]
    path = output_path(known, employment, own_share=1.0)
    assert np.abs(path[:, 0] - 1.03 ** np.arange(1.0, 10.0)).max() < 1e-12


def test_page_is_up_to_date(data):
    fresh = labour_backtest_page.page(data)
    assert labour_backtest_page.PAGE.read_text(encoding="utf-8") == fresh, (
        "run: python -m calibration.backtest_labour"
    )


def test_every_country_is_on_the_page():
    text = labour_backtest_page.PAGE.read_text(encoding="utf-8")
    assert all(f"({iso3})" in text for iso3 in countries())
