"""Mortality models: bounds, invariances, and parameters recovered from simulated deaths."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calibration.mortality.cairns_blake_dowd import fit_cairns_blake_dowd
from calibration.mortality.closing import close_table, open_at
from calibration.mortality.coherent import fit_autoregression, fit_product_ratio
from calibration.mortality.lee_carter import fit_lee_carter
from calibration.mortality.lee_carter_likelihood import fit_lee_carter_likelihood
from calibration.mortality.measures import death_probabilities, death_rates, life_expectancy
from calibration.mortality.observations import cohort_weights, observations
from calibration.mortality.projection import death_rate_table, pack_ages
from calibration.mortality.random_walk import random_walk
from calibration.mortality.targets import brass_logit_target, improved_rates, lee_carter_target
from socialbudget.errors import SocialBudgetError
from socialbudget.life_table import single_age_life_table

AGES, YEARS = np.arange(50, 90), np.arange(1980, 2011)


def gompertz(ages: np.ndarray, level: float = 3e-5, slope: float = 0.1) -> np.ndarray:
    """Death rates of a plain human shape: infants, then an exponential."""
    return level * np.exp(slope * ages) + 0.004 * np.exp(-1.2 * ages) + 2e-4


def both_sexes(level: float = 3e-5, slope: float = 0.1) -> np.ndarray:
    ages = np.arange(101.0)
    return np.stack([gompertz(ages, level, slope), gompertz(ages, 1.6 * level, slope)])


@cache
def simulated(size: float = 2e5, seed: int = 5):
    """Poisson deaths of a Lee-Carter population of known parameters."""
    rng = np.random.default_rng(seed)
    a = np.log(gompertz(AGES.astype(float)))
    b = np.linspace(1.4, 0.6, AGES.size)
    b = b / b.sum()
    k = np.cumsum(np.r_[0.0, rng.normal(-0.8, 0.5, YEARS.size - 1)])
    k = k - k.mean()
    exposure = np.full((YEARS.size, AGES.size), size)
    deaths = rng.poisson(exposure * np.exp(a + b * k[:, None])).astype(float)
    return a, b, k, observations(YEARS, AGES, deaths, exposure)


def test_lee_carter_parameters_are_recovered() -> None:
    a, b, k, data = simulated()
    poisson = fit_lee_carter_likelihood(data, "poisson")
    classical = fit_lee_carter(YEARS, AGES, data.deaths / data.exposure, data)
    for model in (poisson, classical):
        np.testing.assert_allclose(model.a, a, atol=0.02)
        np.testing.assert_allclose(model.b, b, atol=0.004)
        np.testing.assert_allclose(model.k, k, atol=0.5)
    # The likelihood at its top is above that at the truth, and that of any neighbour.
    true = np.sum(data.deaths * (a + b * k[:, None]) - data.exposure * np.exp(a + b * k[:, None]))
    best = np.sum(data.deaths * np.log(poisson.rates()) - data.exposure * poisson.rates())
    assert best > true
    for move in (poisson.rates() * 1.001, poisson.rates() * 0.999):
        assert best > np.sum(data.deaths * np.log(move) - data.exposure * move)


def test_poisson_fit_gives_deaths_of_every_age_and_year() -> None:
    """First-order conditions of the Poisson likelihood: margins are met."""
    *_, data = simulated()
    expected = fit_lee_carter_likelihood(data, "poisson").rates() * data.exposure
    np.testing.assert_allclose(expected.sum(axis=0), data.deaths.sum(axis=0), rtol=1e-5)
    b = fit_lee_carter_likelihood(data, "poisson").b
    np.testing.assert_allclose((expected - data.deaths) @ b, 0.0, atol=1e-2)


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(factor=st.floats(0.05, 50.0), family=st.sampled_from(["binomial", "poisson"]))
def test_size_of_the_population_does_not_matter(factor: float, family: str) -> None:
    """Deaths and exposures scaled together: the same rates, from both kinds of model."""
    *_, data = simulated()
    scaled = observations(YEARS, AGES, factor * data.deaths, factor * data.exposure)
    for fitted in (fit_lee_carter_likelihood, fit_cairns_blake_dowd):
        np.testing.assert_allclose(
            fitted(scaled, family).rates(), fitted(data, family).rates(), rtol=1e-5
        )


@settings(max_examples=10, deadline=None)
@given(factor=st.floats(0.2, 5.0))
def test_poisson_exposure_alone_scales_the_rates(factor: float) -> None:
    a, _, _, data = simulated()
    other = observations(YEARS, AGES, data.deaths, factor * data.exposure)
    one, two = fit_lee_carter_likelihood(data), fit_lee_carter_likelihood(other)
    np.testing.assert_allclose(two.rates() * factor, one.rates(), rtol=1e-5)
    np.testing.assert_allclose(two.a + np.log(factor), one.a, atol=1e-4)
    np.testing.assert_allclose(two.b, one.b, atol=1e-5)
    assert a.size == one.a.size


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.floats(30.0, 1e5))
def test_fitted_rates_stay_in_bounds(seed: int, size: float) -> None:
    """Small populations too, with cells in which nobody dies."""
    *_, data = simulated(size, seed)
    assume(np.all(data.deaths.sum(axis=0) > 3) and np.all(data.deaths.sum(axis=1) > 3))
    binomial = fit_lee_carter_likelihood(data, "binomial")
    assert np.all((binomial.rates() > 0.0) & (binomial.rates() <= 2.0))
    assert np.all(np.isfinite(binomial.jump_off))
    poisson = fit_lee_carter_likelihood(data, "poisson")
    assert np.all(np.isfinite(poisson.rates()) & (poisson.rates() > 0.0))
    for model in (binomial, poisson):
        assert model.b.sum() == pytest.approx(1.0)
        assert model.k.sum() == pytest.approx(0.0, abs=1e-6 * np.abs(model.k).max())


def test_cairns_blake_dowd_parameters_are_recovered() -> None:
    rng = np.random.default_rng(11)
    level, slope = np.linspace(-3.0, -3.6, YEARS.size), np.linspace(0.095, 0.11, YEARS.size)
    logit = level[:, None] + slope[:, None] * (AGES - AGES.mean())
    q = 1.0 / (1.0 + np.exp(-logit))
    initial = np.full(q.shape, 100_000)
    deaths = rng.binomial(initial, q).astype(float)
    data = observations(YEARS, AGES, deaths, initial - 0.5 * deaths)
    model = fit_cairns_blake_dowd(data, "binomial")
    np.testing.assert_allclose(model.index[:, 0], level, atol=0.01)
    np.testing.assert_allclose(model.index[:, 1], slope, atol=0.001)
    walk = model.walk()
    assert walk.drift == pytest.approx([-0.02, 0.0005], abs=2e-3)
    assert walk.covariance.shape == (2, 2)
    ahead = model.rates(walk.central(30))
    assert ahead.shape == (30, AGES.size)
    assert np.all((ahead > 0.0) & (ahead < 2.0))


def test_cells_without_weight_do_not_count() -> None:
    *_, data = simulated()
    weights = cohort_weights(YEARS, AGES, 3)
    assert int((weights == 0).sum()) == 12
    spoiled = np.where(weights > 0.0, data.deaths, data.deaths * 3.0)
    clean = observations(YEARS, AGES, data.deaths, data.exposure, cohorts_left_out=3)
    dirty = observations(YEARS, AGES, spoiled, data.exposure, cohorts_left_out=3)
    for fitted in (fit_lee_carter_likelihood, fit_cairns_blake_dowd):
        np.testing.assert_allclose(fitted(clean).rates(), fitted(dirty).rates(), rtol=1e-6)
        assert fitted(clean).statistics.observations == YEARS.size * AGES.size - 12
        whole = observations(YEARS, AGES, spoiled, data.exposure)
        assert np.max(np.abs(fitted(whole).rates() / fitted(clean).rates() - 1.0)) > 1e-3


def test_random_walk_spread_is_that_of_its_formula() -> None:
    rng = np.random.default_rng(2)
    values = np.cumsum(rng.normal(-1.0, 2.0, 60))
    walk = random_walk(values)
    assert walk.drift[0] == pytest.approx((values[-1] - values[0]) / 59)
    assert walk.drift_standard_error[0] == pytest.approx(np.diff(values).std(ddof=1) / np.sqrt(59))
    paths = walk.simulate(20_000, 40, rng)[..., 0]
    np.testing.assert_allclose(paths.std(axis=0), walk.standard_deviation(40)[:, 0], rtol=0.03)
    np.testing.assert_allclose(
        paths.mean(axis=0), walk.central(40)[:, 0], atol=0.05 * walk.standard_deviation(40).max()
    )
    sure = walk.simulate(20_000, 40, rng, uncertain_drift=False)[:, -1, 0].std()
    assert sure == pytest.approx(np.sqrt(40 * walk.covariance[0, 0]), rel=0.03)


def test_autoregression_is_recovered_and_stationary() -> None:
    rng = np.random.default_rng(4)
    series = np.zeros(2000)
    for t in range(1, series.size):
        series[t] = 0.9 * series[t - 1] + rng.normal(scale=0.01)
    fit = fit_autoregression(series)
    assert fit.persistence == pytest.approx(0.9, abs=0.03)
    assert fit.deviation == pytest.approx(0.01, rel=0.05)
    paths = fit.simulate(4000, 200, rng)
    assert paths[:, -1].std() == pytest.approx(0.01 / np.sqrt(1 - 0.81), rel=0.15)
    # A trend is no reason to leave the stationary range.
    assert abs(fit_autoregression(np.linspace(-1.0, 1.0, 40)).persistence) < 1.0


@cache
def two_sexes_of_years() -> np.ndarray:
    rng = np.random.default_rng(8)
    years = np.arange(40)
    fall = np.exp(-0.02 * years[:, None, None] + rng.normal(scale=0.02, size=(40, 2, 101)))
    return both_sexes() * fall


def test_exchange_of_the_sexes_exchanges_the_forecast() -> None:
    rates = two_sexes_of_years()
    one = fit_product_ratio(np.arange(1980, 2020), np.arange(101), rates)
    other = fit_product_ratio(np.arange(1980, 2020), np.arange(101), rates[:, ::-1])
    np.testing.assert_allclose(one.central(50), other.central(50)[:, ::-1], rtol=1e-5)
    np.testing.assert_allclose(one.long_run_ratio() * other.long_run_ratio(), 1.0)


def test_shock_multiplies_the_rates_of_its_years_only() -> None:
    model = fit_product_ratio(np.arange(1980, 2020), np.arange(101), two_sexes_of_years())
    shock = np.ones((10, 101))
    shock[2, 60:] = 1.25
    ratio = model.central(10, shock) / model.central(10)
    np.testing.assert_allclose(ratio, np.broadcast_to(shock[:, None], ratio.shape))
    rng = np.random.default_rng
    paths = model.simulate(5, 10, rng(1), shock) / model.simulate(5, 10, rng(1))
    np.testing.assert_allclose(paths, np.broadcast_to(shock[:, None], paths.shape))


@settings(max_examples=25, deadline=None)
@given(
    women=st.floats(25.0, 95.0),
    gap=st.floats(-3.0, 8.0),
    level=st.floats(1e-5, 5e-5),
)
def test_brass_target_is_met_and_keeps_the_order_of_ages(women, gap, level) -> None:
    standard = both_sexes(level)
    target = np.array([[women, women - gap], [women + 1.0, women + 1.0 - gap]])
    alpha, rates = brass_logit_target(standard, target)
    np.testing.assert_allclose(life_expectancy(rates), target, atol=1e-8)
    assert np.all(np.isfinite(rates) & (rates > 0.0))
    # Longer lives need a smaller alpha, and lower rates at every age.
    assert np.all(alpha[1] < alpha[0])
    assert np.all(rates[1] < rates[0])


def test_brass_target_of_its_own_life_expectancy_is_the_standard() -> None:
    standard = both_sexes()
    alpha, rates = brass_logit_target(standard, life_expectancy(standard))
    np.testing.assert_allclose(alpha, 0.0, atol=1e-8)
    np.testing.assert_allclose(rates, standard, rtol=1e-6)
    # The relation itself: logits of survivors differ by alpha at every age.
    alpha, rates = brass_logit_target(standard, [70.0, 66.0])
    for place, sex in enumerate(("female", "male")):
        old = single_age_life_table(sex=sex, nmx=standard[place], radix=1.0).lx.to_numpy()[1:]
        new = single_age_life_table(sex=sex, nmx=rates[place], radix=1.0).lx.to_numpy()[1:]
        shift = 0.5 * np.log((1 - new) / new) - 0.5 * np.log((1 - old) / old)
        np.testing.assert_allclose(shift, alpha[place], atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(women=st.floats(40.0, 100.0), gap=st.floats(-3.0, 8.0))
def test_lee_carter_target_is_met(women: float, gap: float) -> None:
    a = np.log(both_sexes())
    b = np.broadcast_to(np.linspace(2.0, 0.4, 101) / 121.2, a.shape)
    k, rates = lee_carter_target(a, b, [[women, women - gap]])
    np.testing.assert_allclose(life_expectancy(rates), [[women, women - gap]], atol=1e-8)
    np.testing.assert_allclose(np.log(rates), a + b * k[..., None], atol=1e-12)


@pytest.mark.parametrize("target", [[20.0, 60.0], [99.0, 300.0]])
def test_unreachable_life_expectancy_is_refused(target: list[float]) -> None:
    standard = both_sexes()
    with pytest.raises(SocialBudgetError, match=r"cannot be reached: alpha between .* gives"):
        brass_logit_target(standard, target, bounds=(-1.0, 1.0))
    with pytest.raises(SocialBudgetError, match="cannot be reached: k between"):
        lee_carter_target(np.log(standard), np.full((2, 101), 0.01), target, bounds=(-20.0, 20.0))


def test_targets_run_over_years_at_once() -> None:
    years = np.linspace(70.0, 90.0, 77)
    target = np.stack([years, years - 4.0], axis=1)
    _, rates = brass_logit_target(both_sexes(), target)
    assert rates.shape == (77, 2, 101)
    _, single = brass_logit_target(both_sexes(), target[40])
    np.testing.assert_allclose(rates[40], single, rtol=1e-7)


def test_improvement_rates_go_to_the_ultimate_rate() -> None:
    years = np.arange(31)
    past = both_sexes() * np.exp(-0.03 * years)[:, None, None]
    ahead = improved_rates(past, 60)
    q = death_probabilities(np.concatenate([past[-1:], ahead]))
    improvement = 1.0 - q[1:] / q[:-1]
    assert improvement[0, :, 40] == pytest.approx(0.0295 - 0.0195 / 20, abs=5e-4)
    np.testing.assert_allclose(improvement[20:, :, :81], 0.01, atol=1e-9)
    np.testing.assert_allclose(improvement[20:, :, 90], 0.01 * 15 / 25, atol=1e-9)
    np.testing.assert_allclose(ahead[21:, :, 100] / ahead[20:-1, :, 100], 1 - 0.002, atol=1e-9)
    assert np.all(np.diff(life_expectancy(ahead), axis=0) > 0.0)


@settings(max_examples=40, deadline=None)
@given(level=st.floats(1e-6, 2e-4), slope=st.floats(0.06, 0.12))
def test_rates_and_probabilities_are_inverse(level: float, slope: float) -> None:
    rates = np.minimum(both_sexes(level, slope), 1.9)
    again = death_rates(death_probabilities(rates), rates[..., -1])
    np.testing.assert_allclose(again, rates, rtol=1e-9)
    for place, sex in enumerate(("female", "male")):
        table = single_age_life_table(sex=sex, nmx=rates[place])
        assert table.ex.iloc[0] == pytest.approx(life_expectancy(rates)[place], rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(u=st.floats(-12.0, -9.0), v=st.floats(0.07, 0.13))
def test_kannisto_curve_is_kept_and_the_open_group_too(u: float, v: float) -> None:
    ages = np.arange(131)
    curve = 1.0 / (1.0 + np.exp(-(u + v * ages)))
    closed = close_table(curve[:100])
    np.testing.assert_allclose(closed, curve, rtol=1e-9)
    assert np.all((closed > 0.0) & (closed < 1.0))
    opened = open_at(closed, 100)
    assert opened.shape == (101,)
    pair = np.stack([closed, closed])
    np.testing.assert_allclose(
        life_expectancy(open_at(pair, 100)), life_expectancy(pair), rtol=1e-12
    )


def test_pack_table_has_six_digits_and_its_axes() -> None:
    rates = pack_ages(np.stack([both_sexes(), 0.9 * both_sexes()])[..., :97])
    table = death_rate_table([2025, 2026], rates)
    assert set(table) == {2025, 2026}
    np.testing.assert_allclose(table[2025], rates[0], rtol=2.0**-20)
    # Twenty binary digits, no more.
    fraction, _ = np.frexp(table[2026])
    assert (fraction * 2.0**20 == np.round(fraction * 2.0**20)).all()
    assert not np.array_equal(table[2025], rates[0])


def _without(value: float) -> np.ndarray:
    rates = both_sexes()[0] * np.ones((12, 1))
    rates[3, 7] = value
    return rates


COUNTS = np.full((31, 40), 10.0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: observations(YEARS, AGES, COUNTS[:5], COUNTS), r"deaths has shape \(5, 40\)"),
        (lambda: observations(YEARS, AGES, -COUNTS, COUNTS), "deaths of year 1980, age 50"),
        (lambda: observations(YEARS, AGES, COUNTS, 0 * COUNTS), "without exposure in year 1980"),
        (lambda: observations([1, 3], AGES, COUNTS, COUNTS), "years must be two or more"),
        (
            lambda: observations(YEARS, AGES, COUNTS, COUNTS, cohorts_left_out=39),
            "fewer than two cells",
        ),
        (
            lambda: fit_lee_carter(range(2000, 2012), range(101), _without(0.0)),
            "year 2003, age 7 is 0.0.*takes zero deaths",
        ),
        (
            lambda: fit_lee_carter_likelihood(
                observations(YEARS, AGES, COUNTS * (AGES != 60), COUNTS)
            ),
            "nobody died at age 60",
        ),
        (
            lambda: fit_lee_carter_likelihood(observations(YEARS, AGES, COUNTS, COUNTS), "gauss"),
            "'binomial' or 'poisson'",
        ),
        (lambda: random_walk([1.0, np.nan, 2.0, 3.0]), "without a gap"),
        (
            lambda: fit_product_ratio(range(5), range(101), np.ones((5, 2, 101))),
            "ten or more consecutive years",
        ),
        (lambda: close_table(np.full(85, 0.1)), "cannot be closed"),
        (lambda: close_table(np.full(101, 0.1)), "do not rise with age"),
        (lambda: open_at(np.full(101, 0.1), 100), "cannot be opened at 100"),
        (lambda: life_expectancy(np.ones((3, 101))), "sexes female, male"),
        (lambda: improved_rates(np.ones((5, 2, 101)), 10), "at least 21 years"),
        (lambda: death_rate_table([2025], np.ones((1, 2, 90))), "use pack_ages first"),
        (lambda: death_rate_table([2025, 2027], np.ones((2, 2, 101))), "follow each other"),
        (
            lambda: brass_logit_target(both_sexes(), [np.nan, 70.0]),
            "target life expectancy is missing",
        ),
    ],
)
def test_faults_are_named(call, said: str) -> None:
    with pytest.raises(SocialBudgetError, match=said):
        call()
