"""Graduation keeps its groups; death rates meet life expectancy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calibration.graduation import (
    ABRIDGED,
    AGES,
    FERTILE_FROM,
    FERTILE_TO,
    abridged_death_rates,
    death_rates_by_single_age,
    fertility_by_single_age,
    life_expectancy,
    meet_life_expectancy,
    smoothest,
)
from socialbudget.life_table import single_age_life_table

AGE = np.arange(AGES)


def gompertz(level: float, slope: float) -> np.ndarray:
    return np.exp(np.log(level) + slope * AGE)


@given(arrays(float, (3, 9), elements=st.just(0.0) | st.floats(1e-300, 2.0)))
def test_fertility_keeps_the_sum_of_every_group_and_is_never_negative(groups):
    rates = fertility_by_single_age(groups)
    inside = rates[:, FERTILE_FROM:FERTILE_TO]
    assert (rates >= 0.0).all()
    np.testing.assert_allclose(inside.reshape(3, 9, 5).sum(axis=2), groups, rtol=1e-12, atol=1e-300)
    assert not rates[:, :FERTILE_FROM].any()
    assert not rates[:, FERTILE_TO:].any()


def test_fertility_of_a_smooth_curve_comes_back():
    true = np.zeros(AGES)
    true[10:55] = np.exp(-0.5 * ((np.arange(10, 55) - 29.0) / 5.5) ** 2)
    groups = true[10:55].reshape(9, 5).sum(axis=1)
    found = fertility_by_single_age(groups)
    assert np.abs(found - true).max() < 0.02 * true.max()


def test_no_fertility_gives_none_and_a_negative_one_is_refused():
    assert not fertility_by_single_age(np.zeros((2, 9))).any()
    with pytest.raises(ValueError, match="negative"):
        fertility_by_single_age(np.array([0, 1, 2, 3, 2, 1, 0.5, -1e-9, 0.0]))


@settings(max_examples=40, deadline=None)
@given(
    st.floats(1e-5, 2e-3),
    st.floats(0.03, 0.09),
    arrays(float, len(ABRIDGED), elements=st.floats(-0.2, 0.2)),
)
def test_death_rates_give_back_the_abridged_life_table(level, slope, noise):
    """Any plausible table: a Gompertz curve with groups moved by up to a fifth."""
    assume(gompertz(level, slope)[-1] < 0.5)
    groups = abridged_death_rates(gompertz(level, slope)) * np.exp(noise)
    rates = death_rates_by_single_age(groups)
    assert rates.shape == (AGES,)
    assert (rates > 0.0).all()
    np.testing.assert_allclose(abridged_death_rates(rates), groups, rtol=1e-11)
    assert rates[0] == groups[0]
    assert rates[-1] == groups[-1]


def test_abridged_rates_are_deaths_over_years_lived():
    rates = gompertz(1e-4, 0.08)
    table = single_age_life_table(sex="female", nmx=rates)
    survivors, lived = table["lx"].to_numpy(), table["nLx"].to_numpy()
    found = abridged_death_rates(rates)
    for g, (low, high) in enumerate(itertools.pairwise(ABRIDGED[1:]), start=1):
        expected = (survivors[low] - survivors[high]) / lived[low:high].sum()
        assert found[g] == pytest.approx(expected, rel=1e-12)


def test_a_gompertz_curve_comes_back():
    rates = gompertz(5e-5, 0.09)
    found = death_rates_by_single_age(abridged_death_rates(rates))
    np.testing.assert_allclose(found[1:-1], rates[1:-1], rtol=1e-6)


def test_a_rate_of_zero_is_refused():
    groups = abridged_death_rates(gompertz(1e-4, 0.08))
    groups[3] = 0.0
    with pytest.raises(ValueError, match="not above zero"):
        death_rates_by_single_age(groups)


@settings(deadline=None)
@given(st.floats(35.0, 95.0), st.floats(35.0, 95.0), st.floats(0.05, 0.11))
def test_life_expectancy_is_met(women, men, slope):
    rates = np.stack([gompertz(1e-4, slope)] * 2)[None]
    target = np.array([[women, men]])
    moved = meet_life_expectancy(rates, target)
    np.testing.assert_allclose(life_expectancy(moved), target, atol=1e-8)
    factor = moved / rates
    np.testing.assert_allclose(factor, np.broadcast_to(factor[..., :1], factor.shape), rtol=1e-10)


def test_the_smoothest_curve_through_a_parabola_is_the_parabola():
    edges = (0, 3, 10, 14, 20)
    x = np.arange(20)
    curve = 3.0 - 0.2 * x + 0.05 * x**2
    means = np.array([curve[a:b].mean() for a, b in itertools.pairwise(edges)])
    np.testing.assert_allclose(smoothest(edges, 3) @ means, curve, rtol=1e-9)
