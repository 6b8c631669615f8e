"""Published fits of mortality models, and forecasts beside the data that came after.

Data: England and Wales, men, ages 55-89, 1961-2011, deaths and central exposures of the Human
Mortality Database (CC BY 4.0). Published answers: Villegas, Millossovich and Kaishev (2018),
StMoMo: An R Package for Stochastic Mortality Modelling, Journal of Statistical Software 84(3),
table 2.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.mortality.cairns_blake_dowd import fit_cairns_blake_dowd
from calibration.mortality.lee_carter import fit_lee_carter
from calibration.mortality.lee_carter_likelihood import fit_lee_carter_likelihood
from calibration.mortality.observations import Observations, observations

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
