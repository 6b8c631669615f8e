"""Published fits of mortality models, and forecasts beside the data that came after.

Published fits: England and Wales, men, ages 55-89, 1961-2011, deaths and central exposures of the
Human Mortality Database (CC BY 4.0). Published answers: Villegas, Millossovich and Kaishev (2018),
StMoMo: An R Package for Stochastic Mortality Modelling, Journal of Statistical Software 84(3),
table 2.

Forecasts: death rates of Australia 1971-2019 of the Human Mortality Database; life expectancy of
World Population Prospects 2024.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.mortality import australia
from calibration.mortality.cairns_blake_dowd import fit_cairns_blake_dowd
from calibration.mortality.lee_carter import fit_lee_carter
from calibration.mortality.lee_carter_likelihood import fit_lee_carter_likelihood
from calibration.mortality.measures import life_expectancy
from calibration.mortality.observations import Observations, observations
from calibration.mortality.projection import pack_ages

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def england_and_wales() -> Observations:
    """The three outermost cohorts at either end have no weight: 1,785 - 12 = 1,773 cells."""
    table = pd.read_csv(DATA / "ew_male_55_89_1961_2011.csv.gz")
    deaths = table.pivot(index="year", columns="age", values="deaths")
    exposure = table.pivot(index="year", columns="age", values="central_exposure")
    return observations(
        deaths.index, deaths.columns, deaths.to_numpy(), exposure.to_numpy(), cohorts_left_out=3
    )


def test_cairns_blake_dowd_of_england_and_wales(england_and_wales):
    statistics = fit_cairns_blake_dowd(england_and_wales, "binomial").statistics
    assert statistics.observations == 1773
    assert statistics.parameters == 102
    assert statistics.aic == pytest.approx(34697.82, abs=0.01)
    assert statistics.bic == pytest.approx(35256.83, abs=0.01)


def test_lee_carter_of_england_and_wales(england_and_wales):
    statistics = fit_lee_carter_likelihood(england_and_wales, "binomial").statistics
    assert statistics.observations == 1773
    assert statistics.parameters == 119
    assert statistics.aic == pytest.approx(29866, abs=0.5)
    assert statistics.bic == pytest.approx(30518, abs=0.5)


def test_fits_of_the_two_families_and_of_singular_values_agree(england_and_wales):
    """Different likelihoods of the same deaths: rates within a percent or so of each other."""
    data = england_and_wales
    whole = observations(data.years, data.ages, data.deaths, data.exposure)
    binomial = fit_lee_carter_likelihood(whole, "binomial")
    poisson = fit_lee_carter_likelihood(whole, "poisson")
    classical = fit_lee_carter(data.years, data.ages, data.deaths / data.exposure, whole)
    np.testing.assert_allclose(binomial.rates(), poisson.rates(), rtol=0.03)
    np.testing.assert_allclose(classical.rates(), poisson.rates(), rtol=0.05)
    for model in (binomial, poisson, classical):
        assert model.b.sum() == pytest.approx(1.0)
        assert model.k.sum() == pytest.approx(0.0, abs=1e-8)
        # The drift is of the logits in one model, of the logs in the others.
        assert model.walk().drift[0] == pytest.approx(-0.68, abs=0.03)


def test_refitted_index_gives_the_deaths_of_every_year(england_and_wales):
    data = england_and_wales
    whole = observations(data.years, data.ages, data.deaths, data.exposure)
    rates = data.deaths / data.exposure
    refitted = fit_lee_carter(data.years, data.ages, rates, whole)
    total = np.sum(refitted.rates() * data.exposure, axis=1)
    np.testing.assert_allclose(total, data.deaths.sum(axis=1), rtol=1e-9)
    plain = fit_lee_carter(data.years, data.ages, rates)
    assert np.max(np.abs(np.sum(plain.rates() * data.exposure, axis=1) / total - 1.0)) > 1e-3


@pytest.fixture(scope="module")
def made() -> australia.Forecast:
    return australia.forecast()


@pytest.fixture(scope="module")
def tests() -> list[australia.Backtest]:
    return [australia.backtest(*years) for years in australia.BACKTESTS]


def test_forecast_of_australia_is_near_the_published_one(made):
    published = australia.united_nations()
    for place, sex in enumerate(("female", "male")):
        for year in (2050, 2100):
            median = made.quantiles["p50"][year - 2020, place]
            assert median == pytest.approx(published[sex, "median", year], abs=1.3)
            # Narrower than the published bands, which hold the model's 95 percent band.
            assert published[sex, "p025", year] < made.quantiles["p025"][year - 2020, place]
            assert published[sex, "p975", year] > made.quantiles["p975"][year - 2020, place]


def test_backtests_of_australia(tests):
    for test in tests:
        assert np.abs(test.error).mean() < 0.45
        assert np.all(np.abs(test.error).mean(axis=0) < 0.2 * test.held)
        assert np.all(test.covered[95] > 0.9)
        assert test.age_covered[95] < test.age_covered_noise[95] < 0.95


def test_coherent_sexes_do_not_cross_and_those_alone_do():
    model = australia.fit(1971, 2019)
    far = model.central(281)
    assert np.all(far[-1, 1] > far[-1, 0])
    np.testing.assert_allclose(far[-1, 1] / far[-1, 0], model.long_run_ratio(), rtol=1e-2)
    assert model.long_run_ratio().min() > 1.15
    # Every path of the ratio stays within its stationary spread, a century or three ahead.
    paths = model.simulate(100, 281, np.random.default_rng(3))
    expectancy = life_expectancy(pack_ages(paths))
    assert np.all(expectancy[..., 0] > expectancy[..., 1])
    spread = np.log(paths[..., 1, :] / paths[..., 0, :]).std(axis=0)
    assert spread[-1].max() < 1.5 * spread[100].max()

    ages, years = range(96), range(1971, 2020)
    rates = australia.observed_rates(1971, 2019, 95)
    alone = [fit_lee_carter(years, ages, rates[:, s]) for s in (0, 1)]
    women, men = (m.forecast_rates(m.walk().central(281)[:, 0]) for m in alone)
    # As the page says.
    assert [int(np.sum(men[year] < women[year])) for year in (2100 - 2020, -1)] == [8, 41]
    ratio = men[-1] / women[-1]
    assert [round(ratio.min(), 2), round(ratio.max())] == [0.07, 13]
    assert round(model.long_run_ratio().min(), 2) == 1.18


def test_forecast_fills_the_death_rates_of_a_pack():
    table = australia.pack_death_rates(2100)
    assert list(table) == list(range(2020, 2101))
    last = australia.observed_rates(2019, 2019)[0]
    assert all(rates.shape == (2, 101) and np.all(rates > 0.0) for rates in table.values())
    # No jump from the last observed year: a year of progress, no more.
    step = life_expectancy(table[2020]) - life_expectancy(last)
    assert np.all((step > 0.0) & (step < 0.35))
    # The oldest rates rise with age, and the open group is above the last closed one.
    assert np.all(np.diff(table[2050][:, 80:], axis=1) > 0.0)


def test_page_is_that_of_the_code(made, tests):
    """If not: ``python -m calibration.mortality.australia``."""
    number = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?")
    written = (australia.DOCS / australia.PAGE).read_text(encoding="utf-8").splitlines()
    fresh = australia.page(made, tests).splitlines()
    assert len(written) == len(fresh)
    for old, new in zip(written, fresh, strict=True):
        assert number.sub("#", old) == number.sub("#", new)
        # Simulated quantiles differ in the last digit between linear algebra libraries.
        for a, b in zip(number.findall(old), number.findall(new), strict=True):
            assert float(a) == pytest.approx(float(b), abs=0.11 if "." in a else 1.01), old
