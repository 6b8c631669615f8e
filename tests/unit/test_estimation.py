"""Estimates by country: shrinkage, equations on made data, the shipped table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import estimates_page, estimation
from calibration.shrinkage import Prior, from_scale, shrink, to_scale, truncated

MODERATE = st.floats(-5, 5)
ERROR = st.floats(0.01, 5)


@given(MODERATE, ERROR, MODERATE, ERROR)
def test_posterior_lies_between_estimate_and_prior(own, error, mean, prior_error):
    value, spread = shrink(own, error, Prior(mean, prior_error))
    assert min(own, mean) - 1e-9 <= value <= max(own, mean) + 1e-9
    assert spread < min(error, prior_error)


@given(MODERATE, ERROR, MODERATE, ERROR)
def test_posterior_keeps_its_sign(own, error, mean, prior_error):
    value, spread = shrink(own, error, Prior(abs(mean), prior_error, low=0.0))
    assert value > 0.0
    assert 0.0 < spread < np.inf


def test_equal_precisions_meet_half_way():
    assert shrink(0.4, 0.1, Prior(0.2, 0.1)) == pytest.approx((0.3, 0.1 / np.sqrt(2)))
    # A useless sample leaves the prior, a precise one leaves nothing of it.
    assert shrink(9.0, 1e6, Prior(0.2, 0.1))[0] == pytest.approx(0.2, abs=1e-6)
    assert shrink(0.7, 1e-6, Prior(0.2, 0.1))[0] == pytest.approx(0.7, abs=1e-6)


def test_half_normal_in_closed_form():
    mean, spread = truncated(0.0, 1.0, 0.0, np.inf)
    assert mean == pytest.approx(np.sqrt(2 / np.pi))
    assert spread == pytest.approx(np.sqrt(1 - 2 / np.pi))


def test_errors_must_be_positive():
    with pytest.raises(ValueError, match="must be positive"):
        shrink(0.1, 0.0, Prior(0.2, 0.1))


@pytest.mark.parametrize(("scale", "value"), [("", -0.3), ("log", 0.02), ("z", -0.6)])
def test_scales_go_back(scale, value):
    assert from_scale(to_scale(value, scale), 0.1, scale)[0] == pytest.approx(value)


@pytest.fixture
def made(monkeypatch):
    """A country whose output, unemployment, capital and prices follow known laws."""
    rng = np.random.default_rng(11)
    years = pd.Index(range(1979, 2020), name="year")
    count = len(years)
    growth = 0.02 + np.concatenate([[0.0], rng.normal(0.0, 0.02, count - 1)])
    output = pd.Series(100 * np.exp(np.cumsum(growth)), years)
    # A straight trend leaves no gap behind, so the filter keeps the law between the two rates.
    cycle = np.log(output / 100.0) - 0.02 * np.arange(count)
    spent = np.empty(count)
    spent[0] = np.log(80.0)
    log_output = np.log(output.to_numpy())
    level = np.log(0.8)
    for t in range(1, count):
        pull = spent[t - 1] - log_output[t - 1] - level
        spent[t] = spent[t - 1] + 0.6 * (log_output[t] - log_output[t - 1]) - 0.25 * pull
    tables = {
        "rgdpna": output,
        "LUR": 100 * (0.20 - 0.35 * cycle),
        "rconna": pd.Series(np.exp(spent), years),
    }
    monkeypatch.setattr(
        estimation, "series", lambda iso3, name: tables.get(name, pd.Series(dtype=float))
    )
    return tables


def test_laws_that_made_the_data_are_found(made):
    assert estimation.okun("XXX")["labour_market.okun"].value == pytest.approx(0.35, abs=1e-6)
    found = estimation.consumption("XXX")
    assert found["macroeconomy.consumption_income_response"].value == pytest.approx(0.6, abs=1e-8)
    assert found["macroeconomy.consumption_speed"].value == pytest.approx(0.25, abs=1e-8)


def test_short_or_missing_series_give_nothing(made):
    made["LUR"] = made["LUR"].iloc[:20]
    assert estimation.okun("XXX") == {}
    for fit in (estimation.wage_curve, estimation.phillips, estimation.production):
        assert fit("XXX") == {}
    assert estimation.investment("XXX") == {}
    assert estimation.drivers("XXX") == {}


def test_labour_shares_held_constant_by_the_source_are_not_used(made):
    years = made["rgdpna"].index
    made["labsh"] = pd.Series(0.6, years)
    assert estimation.production("XXX") == {}
    made["labsh"] = pd.Series(0.6 + 0.001 * np.arange(len(years)), years)
    share = estimation.production("XXX")["macroeconomy.capital_elasticity"]
    assert share.value == pytest.approx(0.38)


@pytest.fixture(scope="module")
def table():
    return pd.read_parquet(estimation.ESTIMATES)


@pytest.mark.parametrize("iso3", ["USA", "ZAF", "KOR"])
def test_shipped_table_is_that_of_the_code(table, iso3):
    fresh = pd.DataFrame(list(estimation.estimates(iso3))).set_index("parameter")
    shipped = table[table["iso3"] == iso3].set_index("parameter")
    assert list(fresh.index) == list(shipped.index)
    for column in ("value", "standard_error", "own_estimate", "own_error", "prior", "prior_error"):
        assert np.allclose(fresh[column], shipped[column], rtol=1e-4, atol=1e-9), column
    for column in ("observations", "first_year", "last_year", "source"):
        assert (fresh[column] == shipped[column]).all()


def test_shipped_table_keeps_its_promises(table):
    assert not table.isna().any().any()
    assert not table.duplicated(["iso3", "parameter"]).any()
    assert (table["observations"] >= estimation.FEWEST).all()
    assert (table["last_year"] <= 2019).all()
    assert (table["standard_error"] > 0.0).all()
    assert table["iso3"].nunique() >= 150
    for row in table.itertuples():
        prior = estimation.priors(row.iso3)[row.parameter]
        if prior.scale == "":
            assert prior.low <= row.value <= prior.high, (row.iso3, row.parameter)


def test_page_is_up_to_date(table):
    assert estimates_page.PAGE.read_text(encoding="utf-8") == estimates_page.page(table), (
        "run: python -m calibration.estimation"
    )
