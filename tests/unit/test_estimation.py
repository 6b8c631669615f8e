"""Estimates by country: shrinkage, equations on made data, the shipped table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import economic_uncertainty, estimates, estimates_page, estimation
from calibration.breaks import with_shift
from calibration.priors import SYNTHETIC, priors
from calibration.shrinkage import Prior, from_scale, shrink, to_scale, truncated
from socialbudget.pack import System, load_pack

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
    # The data of one equation may not be passed on (`--policy-rates`).
    own = (table["iso3"] == iso3) & (table["equation"] != estimation.INTEREST)
    shipped = table[own].set_index("parameter")
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
        prior = priors(row.iso3)[row.parameter]
        if prior.scale == "":
            assert prior.low <= row.value <= prior.high, (row.iso3, row.parameter)


def test_page_is_up_to_date(table):
    assert estimates_page.PAGE.read_text(encoding="utf-8") == estimates_page.page(table), (
        "run: python -m calibration.estimation"
    )


def test_a_shift_of_the_mean_is_found_and_is_not_taken_for_persistence():
    rng = np.random.default_rng(3)
    years = pd.Index(range(1980, 2020))
    level = np.where(years < 1993, 0.15, 0.05)
    values = pd.Series(level + rng.normal(0.0, 0.01, 40), years)
    lag = pd.DataFrame({"before": estimation.lagged(values)}).loc[1981:2019]
    design, year = with_shift(values.loc[1981:], lag)
    assert year == 1993
    own = np.linalg.lstsq(design.to_numpy(), values.loc[1981:].to_numpy(), rcond=None)[0]
    assert abs(dict(zip(design, own, strict=True))["before"]) < 0.35
    plain = np.polyfit(lag["before"], values.loc[1981:], 1)[0]
    assert plain > 0.8


def test_a_steady_mean_has_no_shift_in_most_samples():
    rng = np.random.default_rng(5)
    years = pd.Index(range(1980, 2020))
    found = 0
    for _ in range(60):
        values = pd.Series(rng.normal(0.0, 0.01, 40), years)
        lag = pd.DataFrame({"before": estimation.lagged(values)}).loc[1981:2019]
        found += with_shift(values.loc[1981:], lag)[1] is not None
    assert found <= 10  # 5 percent and a little more in short samples


@pytest.mark.parametrize("iso3", ["ZAF", "USA", "KOR"])
def test_packs_hold_the_values_and_errors_of_the_table(table, iso3):
    pack = load_pack(iso3)
    rows = table[table["iso3"] == iso3].set_index("parameter")
    for path in economic_uncertainty.ESTIMATED:
        frame = pack.provenance(path)
        assert frame["value"].tolist() == [rows.loc[path, "value"]], path
        assert frame["flag"].tolist() == ["estimated"]
        assert frame["source"].iloc[0] == estimates.OPEN
        driver = pack.manifest.uncertainty[path]
        assert driver.kind == "estimate"
        assert driver.sd == rows.loc[path, "standard_error"]
        assert driver.distribution in ("lognormal", "beta")  # the sign is kept
    growth = pack.manifest.uncertainty["macroeconomy.tfp_growth"]
    assert growth.sd == rows.loc["macroeconomy.tfp_growth", "standard_error"]
    if iso3 != "USA":
        path = pack.entries["macroeconomy.tfp_growth"].values
        wanted = rows.loc["macroeconomy.tfp_growth", "value"]
        # Growth comes within a tenth of what was left of the distance in 2025 (e**-2.25).
        assert abs(path[-1] - wanted) < 0.11 * abs(path[1] - wanted) + 1e-9
    economy = pack.manifest.uncertainty_var["economy"]
    assert economy.matrix[0][0] == rows.loc["drivers.productivity_growth.persistence", "value"]
    assert economy.matrix[1][0] == rows.loc["drivers.inflation.on_productivity_growth", "value"]
    assert economy.sd[1] == rows.loc["drivers.inflation.sd", "value"]
    assert economy.correlation[0][1] == rows.loc["drivers.correlation", "value"]
    interest = "drivers.real_interest_rate.sd"
    prior = np.exp(priors(iso3)[interest].mean)
    wanted = rows.loc[interest, "value"] if interest in rows.index else prior
    assert economy.sd[2] == pytest.approx(wanted)


def test_without_a_row_the_prior_stands():
    found = estimates.belief(SYNTHETIC, "labour_market.okun")
    assert (found.value, found.error, found.flag) == (0.2, 0.1, "assumed")
    spread = estimates.belief("KOR", "drivers.real_interest_rate.sd")
    assert (round(spread.value, 9), spread.flag, spread.source) == (
        0.015, "assumed", estimates.PRIORS,
    )  # fmt: skip


def test_every_country_of_the_table_has_a_stationary_system(table):
    for iso3 in table["iso3"].unique():
        found = economic_uncertainty.movement(iso3)
        System(
            variables=economic_uncertainty.VARIABLES, matrix=found.matrix, sd=found.sd,
            correlation=found.correlation, paths={}, source="s", flag=found.flag,
        )  # fmt: skip
