"""Kernels of the flows between labour market states: closed forms, properties, plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from socialbudget.contract import Array
from socialbudget.kernels.flows import quarterly_probabilities, tilt, year_of_flows

STATES, AGES, FIRST = 7, 6, 2
PLAIN = {k: getattr(k, "py_func", k) for k in (quarterly_probabilities, tilt, year_of_flows)}


def rates(rng: np.random.Generator) -> Array:
    out: Array = rng.uniform(0.01, 2.0, (1, 2, STATES, STATES))
    return out


def quarters(rate: Array, finding: float = 1.0, kernel: object = quarterly_probabilities) -> Array:
    out = np.full((1, 2, STATES, STATES), np.nan)
    kernel(rate, np.array([finding]), out)  # type: ignore[operator]
    return out


def nearest(
    prior: Array, start: Array, target: Array, kernel: object = tilt
) -> tuple[Array, float]:
    out = np.full((STATES, STATES), np.nan)
    left = kernel(  # type: ignore[operator]
        prior, start, target, np.zeros(STATES), np.zeros((STATES, STATES)), out
    )
    return out, left


def history(
    prior: Array, before: Array, people: Array, target: Array, kernel: object
) -> list[Array]:
    out = [
        np.full((1, 2, AGES, STATES), np.nan),
        *(np.full((1, 2, STATES, STATES), np.nan) for _ in range(2)),
        *(np.full((1, 2, STATES), np.nan) for _ in range(2)),
    ]
    kernel(prior, before, people, target, FIRST, *out)  # type: ignore[operator]
    return out


def stocks(seed: int, empty: float = 0.0) -> tuple[Array, Array, Array, Array]:
    """Prior, stocks of two years and the population of the second."""
    rng = np.random.default_rng(seed)
    before, target = rng.uniform(0.0, 1000.0, (2, 1, 2, AGES, STATES))
    target[rng.uniform(size=target.shape) < empty] = 0.0
    target[..., -1] += 1.0
    before[:, :, :FIRST, :-1] = target[:, :, :FIRST, :-1] = 0.0
    return quarters(rates(rng)), before, target.sum(axis=3), target


@pytest.mark.parametrize("kernel", [quarterly_probabilities, PLAIN[quarterly_probabilities]])
def test_a_quarter_is_the_matrix_exponential(kernel: object) -> None:
    rate = rates(np.random.default_rng(1))
    generator = rate[0, 1].copy()
    generator[5, :5] *= 1.5
    np.fill_diagonal(generator, 0.0)
    np.fill_diagonal(generator, -generator.sum(axis=1))
    out = quarters(rate, 1.5, kernel)
    np.testing.assert_allclose(out[0, 1], expm(generator / 4.0), rtol=1e-13)


def test_four_quarters_are_a_year() -> None:
    rate = rates(np.random.default_rng(2))
    generator = rate[0, 0].copy()
    np.fill_diagonal(generator, 0.0)
    np.fill_diagonal(generator, -generator.sum(axis=1))
    year = np.linalg.matrix_power(quarters(rate)[0, 0], 4)
    np.testing.assert_allclose(year, expm(generator), rtol=1e-12)
    # And many years come to the stationary distribution, whatever the beginning.
    far = np.linalg.matrix_power(year, 60)
    stationary = np.linalg.svd(generator.T)[2][-1]
    np.testing.assert_allclose(far, np.tile(stationary / stationary.sum(), (STATES, 1)), rtol=1e-9)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), spread=st.floats(0.0, 6.0), empty=st.floats(0.0, 0.6))
def test_the_adjustment_meets_any_stock(seed: int, spread: float, empty: float) -> None:
    rng = np.random.default_rng(seed)
    prior = quarters(rates(rng) * 0.2)[0, 0]
    start, target = np.exp(rng.normal(0.0, spread, (2, STATES)))
    start[rng.uniform(size=STATES) < empty] = 0.0
    target[rng.uniform(size=STATES) < empty] = 0.0
    start[6] += 1.0
    target[6] += 0.1
    target *= start.sum() / target.sum()
    found, left = nearest(prior, start, target)
    assert left <= 1e-11
    np.testing.assert_allclose(start @ found, target, atol=2e-11 * start.sum())
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-13)
    assert found.min() >= 0.0
    # One factor for each state of destination: odds ratios are the prior's.
    there = target > 0.0
    odds = found[:, there] / prior[:, there]
    np.testing.assert_allclose(
        odds / odds[:, -1:], np.broadcast_to(odds[:1] / odds[:1, -1:], odds.shape), rtol=1e-9
    )


def test_a_stationary_prior_is_left_alone() -> None:
    prior = quarters(rates(np.random.default_rng(3)))[0, 0]
    stationary = np.linalg.matrix_power(prior, 200)[0]
    found, _ = nearest(prior, stationary, stationary)
    np.testing.assert_allclose(found, prior, rtol=1e-9)


def test_iterative_proportional_fitting_finds_the_same_matrix() -> None:
    prior = quarters(rates(np.random.default_rng(4)))[0, 0]
    rng = np.random.default_rng(5)
    start, target = rng.uniform(1.0, 10.0, (2, STATES))
    target *= start.sum() / target.sum()
    table = start[:, None] * prior
    for _ in range(3000):
        table *= target / table.sum(axis=0)
        table *= (start / table.sum(axis=1))[:, None]
    np.testing.assert_allclose(nearest(prior, start, target)[0], table / start[:, None], rtol=1e-8)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), empty=st.floats(0.0, 0.5))
def test_cohorts_end_in_their_stocks_and_moves_add_up(seed: int, empty: float) -> None:
    prior, before, people, target = stocks(seed, empty)
    carried, flow, moved, mean, formal = history(prior, before, people, target, year_of_flows)
    np.testing.assert_allclose(carried, target, atol=1e-10 * people.max())
    end = target[:, :, FIRST:].sum(axis=2)
    np.testing.assert_allclose(moved.sum(axis=2), end, rtol=1e-9, atol=1e-6)
    # Gains less losses of each state over four quarters are the change of its stock.
    change = flow.sum(axis=2) - flow.sum(axis=3)
    np.testing.assert_allclose(change, end - moved.sum(axis=3), atol=1e-9 * people.sum())
    assert flow.min() >= 0.0
    assert not np.einsum("dsii->dsi", flow).any()
    np.testing.assert_allclose(mean.sum(axis=2), people[:, :, FIRST:].sum(axis=2), rtol=1e-12)
    workers = moved[:, :, [0, 2]].sum(axis=(2, 3))
    np.testing.assert_allclose(formal.sum(axis=2), workers, rtol=1e-12)


def test_an_undisturbed_prior_gives_its_own_moves() -> None:
    """Stationary stocks of every age: each quarter is the prior itself."""
    prior = quarters(rates(np.random.default_rng(6)))
    target = np.zeros((1, 2, AGES, STATES))
    for s in range(2):
        target[0, s, FIRST:] = 1000.0 * np.linalg.matrix_power(prior[0, s], 300)[0]
    target[:, :, :FIRST, -1] = 1000.0
    people = target.sum(axis=3)
    for s in range(2):
        out = history(prior, target, people, target, year_of_flows)
        # All but the age of entry, where everybody begins inactive.
        quarter = np.linalg.matrix_power(prior[0, s], 300)[0][:, None] * prior[0, s] * 1000.0
        np.fill_diagonal(quarter, 0.0)
        entry = np.arange(AGES) <= FIRST
        alone = history(prior, target, people * entry, target * entry[:, None], year_of_flows)
        later = out[1][0, s] - alone[1][0, s]
        np.testing.assert_allclose(later, 4.0 * (AGES - FIRST - 1) * quarter, rtol=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_plain_functions_give_the_same(seed: int) -> None:
    arguments = stocks(seed, 0.2)
    for compiled, plain in zip(
        history(*arguments, year_of_flows), history(*arguments, PLAIN[year_of_flows]), strict=True
    ):
        np.testing.assert_allclose(compiled, plain, rtol=1e-9, atol=1e-7)
    prior = arguments[0][0, 0]
    start, target = arguments[1][0, 0, 3], arguments[3][0, 0, 3]
    target = target * start.sum() / target.sum()
    fast, slow = nearest(prior, start, target), nearest(prior, start, target, PLAIN[tilt])
    np.testing.assert_allclose(fast[0], slow[0], rtol=1e-9, atol=1e-12)


def test_a_cohort_of_nobody_is_joined_by_the_inactive() -> None:
    prior, before, people, target = stocks(7)
    before[0, 0, 3] = 0.0
    out = history(prior, before, people, target, year_of_flows)
    np.testing.assert_allclose(out[0], target, atol=1e-10 * people.max())
    before[...] = 0.0
    people[...] = target[...] = 0.0
    for values in history(prior, before, people, target, year_of_flows):
        assert not values.any()
