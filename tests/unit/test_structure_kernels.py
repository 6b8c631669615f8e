"""Kernels of the structure of employment: plain fitting, closed forms, hand-computed pay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from socialbudget.contract import Array
from socialbudget.kernels import structure
from socialbudget.kernels.structure import (
    FITTED,
    NO_FORMAL_ACTIVITY,
    NOT_CONVERGED,
    PERSON_COLUMN,
    PERSON_ROW,
    TOTAL_COLUMN,
    TOTAL_ROW,
    employment_by_activity,
    fit_columns,
    formal_persons,
    pay_by_activity,
)

KERNELS: tuple[Any, ...] = (employment_by_activity, fit_columns, formal_persons, pay_by_activity)
PLAIN: dict[Any, Any] = {kernel: getattr(kernel, "py_func", kernel) for kernel in KERNELS}
FORMAL, INFORMAL = [0, 2], [1, 3, 4]


def plain_fitting(seed: Array, row: Array, column: Array, sweeps: int = 100_000) -> Array:
    """Iterative proportional fitting as in the textbooks: rows, columns, rows, ..."""
    out = seed.astype(float).copy()
    for _ in range(sweeps):
        out *= np.divide(row, out.sum(axis=1), out=np.zeros_like(row), where=row > 0)[:, None]
        sums = out.sum(axis=0)
        out *= np.divide(column, sums, out=np.zeros_like(column), where=sums > 0)
        if np.abs(out.sum(axis=1) - row).max() <= 1e-15 * row.sum():
            break
    return out


def fitted(
    seed: Array, row: Array, column: Array, kernel: Callable[..., Any] = fit_columns
) -> tuple[Array, int]:
    columns = len(column)
    factor = np.empty(columns)
    iterations, _ = kernel(
        seed, row, column, len(row), 1e-13, factor, np.empty((6 + columns, columns))
    )
    scaled = seed * factor
    return scaled * (row / scaled.sum(axis=1))[:, None], iterations


def odds_ratios(matrix: Array) -> Array:
    """All odds ratios against the first row and column."""
    logs = np.log(matrix)
    return np.asarray(logs - logs[:1] - logs[:, :1] + logs[:1, :1])


# --- one matrix -------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", [fit_columns, PLAIN[fit_columns]])
def test_two_by_two_has_a_closed_form(kernel: Callable[..., Any]) -> None:
    # Seed with odds ratio 6, all margins 1/2: the diagonal is sqrt(6) / (2 (1 + sqrt(6))).
    seed = np.array([[2.0, 1.0], [1.0, 3.0]])
    out, iterations = fitted(seed, np.array([0.5, 0.5]), np.array([0.5, 0.5]), kernel)
    diagonal = np.sqrt(6) / (2 * (1 + np.sqrt(6)))
    np.testing.assert_allclose(
        out, [[diagonal, 0.5 - diagonal], [0.5 - diagonal, diagonal]], rtol=1e-13
    )
    assert 0 < iterations < 10


def test_odds_ratios_of_the_seed_are_kept() -> None:
    """The property that names the method: Deming and Stephan's fitting changes margins only."""
    rng = np.random.default_rng(3)
    seed = rng.random((7, 4)) + 0.05
    row, column = rng.random(7) * 10, rng.random(4)
    column *= row.sum() / column.sum()
    out, _ = fitted(seed, row, column)
    np.testing.assert_allclose(odds_ratios(out), odds_ratios(seed), atol=1e-11)
    np.testing.assert_allclose(out.sum(axis=0), column, rtol=2e-13)


def test_a_seed_without_structure_gives_independence() -> None:
    row, column = np.array([3.0, 5.0, 2.0]), np.array([4.0, 6.0])
    out, _ = fitted(np.ones((3, 2)), row, column)
    np.testing.assert_allclose(out, np.outer(row, column) / 10.0, rtol=1e-14)


def test_margins_of_the_seed_give_the_seed_back() -> None:
    seed = np.random.default_rng(5).random((9, 4)) + 0.01
    out, iterations = fitted(seed, seed.sum(axis=1), seed.sum(axis=0))
    assert iterations == 0
    np.testing.assert_allclose(out, seed, rtol=1e-14)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 12), st.integers(2, 5), st.integers(0, 2**32 - 1), st.floats(0, 0.4),
    st.floats(0.1, 4.0),
)  # fmt: skip
def test_rows_and_columns_are_met_exactly(
    rows: int, columns: int, number: int, zeros: float, spread: float
) -> None:
    """Margins of a random matrix with the zeros of the seed: met, and as the plain method does."""
    rng = np.random.default_rng(number)
    pattern = rng.random((rows, columns)) >= zeros
    assume(pattern.any(axis=1).all() and pattern.any(axis=0).all())
    seed = np.exp(rng.normal(0, spread, (rows, columns))) * pattern
    truth = np.exp(rng.normal(0, spread, (rows, columns))) * pattern
    row, column = truth.sum(axis=1), truth.sum(axis=0)
    out, iterations = fitted(seed, row, column)
    assert 0 <= iterations < 500
    assert (out >= 0).all()
    assert (out[~pattern] == 0).all()
    np.testing.assert_allclose(out.sum(axis=1), row, rtol=1e-12)
    np.testing.assert_allclose(out.sum(axis=0), column, rtol=1e-12)
    reference = plain_fitting(seed, row, column, 3000)
    if np.abs(reference.sum(axis=1) - row).max() < 1e-13 * row.sum():
        np.testing.assert_allclose(out, reference, atol=1e-11 * row.sum())


def test_margins_that_zeros_forbid_do_not_converge() -> None:
    # The first row has seed in the first column only, which is smaller than the row.
    seed = np.array([[1.0, 0.0], [1.0, 1.0]])
    _, iterations = fitted(seed, np.array([3.0, 1.0]), np.array([2.0, 2.0]))
    assert iterations == -3


def test_far_margins_need_few_iterations() -> None:
    seed = np.array([[1.0, 1e-6, 1e-6], [1e-6, 1.0, 1e-6], [1e-6, 1e-6, 1.0]])
    row, column = np.array([1e6, 1.0, 1.0]), np.array([1.0, 1e6, 1.0])
    out, iterations = fitted(seed, row, column)
    assert 0 < iterations < 100
    np.testing.assert_allclose(out.sum(axis=0), column, rtol=1e-12)


# --- formal shares ----------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", [formal_persons, PLAIN[formal_persons]])
def test_common_shift_of_the_log_odds(kernel: Callable[..., bool]) -> None:
    persons, share = np.array([100.0, 300.0, 600.0]), np.array([0.2, 0.5, 0.9])
    odds = share / (1 - share) * 2.5
    wanted = persons * odds / (1 + odds)
    out = np.empty(3)
    assert kernel(persons, share, float(wanted.sum()), out)
    np.testing.assert_allclose(out, wanted, rtol=1e-13)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=4), st.floats(0, 1),
    st.lists(st.floats(0.01, 1e6), min_size=4, max_size=4),
)  # fmt: skip
def test_formal_persons_add_up_or_are_refused(
    share: list[float], fraction: float, persons: list[float]
) -> None:
    phi, n = np.array(share), np.array(persons)
    certain, possible = n[phi >= 1].sum(), n[phi > 0].sum()
    out = np.empty(4)
    total = certain + fraction * (possible - certain)
    assert formal_persons(n, phi, total, out)
    assert (out >= 0).all()
    assert (out <= n * (1 + 1e-12)).all()
    assert abs(out.sum() - total) <= 2e-12 * n.sum()
    assert not formal_persons(n, phi, possible + 0.01 * n.sum(), out)


# --- both fittings ----------------------------------------------------------------------------


def case(number: int = 1, draws: int = 2) -> dict[str, Array]:
    rng = np.random.default_rng(number)
    by_status = rng.random((draws, 2, 6, 5)) * 1000
    by_status[:, :, 0] = 0.0
    by_status[:, 0, 1, 4] = 0.0
    # Nobody in the last activity is self-employed: it must be smaller than formal employees are.
    share = (rng.random((draws, 4)) + 0.5) * np.array([1.0, 1.0, 1.0, 0.25])
    odds = rng.random((1, 2, 4, 5)) + 0.05
    odds[:, :, 3, 2:] = 0.0
    return {
        "by_status": by_status,
        "share": share / share.sum(axis=1, keepdims=True),
        "formal": np.array([[0.3, 0.5, 0.6, 0.95]]) * np.ones((draws, 1)),
        "odds": odds,
        "age": np.exp(rng.normal(0, 0.3, (1, 6, 4))),
    }


def solve(
    given: dict[str, Array], kernel: Callable[..., None] = employment_by_activity
) -> tuple[Array, Array, Any]:
    draws = len(given["by_status"])
    total, out = np.full((draws, 4, 5), np.nan), np.full((draws, 2, 6, 4, 5), np.nan)
    report = np.empty((draws, 5), dtype=np.int64)
    kernel(*given.values(), total, out, report)
    return total, out, report


def reference(given: dict[str, Array], d: int) -> tuple[Array, Array]:
    """The same in a few lines of NumPy and SciPy, with plain proportional fitting."""
    from scipy.optimize import brentq

    persons = given["by_status"][d]
    seed = given["odds"][0][:, None] * given["age"][0][None, :, :, None]
    seed = seed / seed.sum(axis=2, keepdims=True) * persons[:, :, None]
    activity = given["share"][d] * persons.sum()
    odds = given["formal"][d] / (1 - given["formal"][d])
    formal = persons[..., FORMAL].sum()

    def shifted(shift: float) -> Array:
        return np.asarray(activity * odds * np.exp(shift) / (1 + odds * np.exp(shift)))

    rows = shifted(brentq(lambda z: shifted(z).sum() - formal, -50, 50, xtol=1e-15))
    total = np.zeros((4, 5))
    for columns, row in ((FORMAL, rows), (INFORMAL, activity - rows)):
        total[:, columns] = plain_fitting(
            seed.sum(axis=(0, 1))[:, columns], row, persons.sum(axis=(0, 1))[columns]
        )
    out = np.empty((2, 6, 4, 5))
    for j in range(5):
        flat = plain_fitting(seed[..., j].reshape(12, 4), persons[..., j].ravel(), total[:, j])
        out[..., j] = flat.reshape(2, 6, 4)
    return total, out


@pytest.mark.parametrize("number", range(4))
def test_against_plain_fitting(number: int) -> None:
    given = case(number)
    total, out, report = solve(given)
    assert (report[:, 0] == FITTED).all()
    for d in range(2):
        expected_total, expected = reference(given, d)
        np.testing.assert_allclose(total[d], expected_total, rtol=1e-10, atol=1e-9)
        np.testing.assert_allclose(out[d], expected, rtol=1e-10, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_all_margins_hold(number: int) -> None:
    given = case(number, draws=3)
    total, out, report = solve(given)
    assert (report[:, 0] == FITTED).all()
    persons = given["by_status"]
    assert (out >= 0).all()
    np.testing.assert_allclose(out.sum(axis=3), persons, rtol=1e-12)
    np.testing.assert_allclose(out.sum(axis=(1, 2)), total, rtol=1e-12)
    np.testing.assert_allclose(total.sum(axis=1), persons.sum(axis=(1, 2)), rtol=1e-12)
    np.testing.assert_allclose(
        total.sum(axis=2), given["share"] * persons.sum(axis=(1, 2, 3))[:, None], rtol=1e-12
    )


def test_draws_do_not_depend_on_each_other() -> None:
    given = case(8, draws=5)
    whole = solve(given)[1]
    for d in range(5):
        alone = {n: a[d : d + 1] if len(a) == 5 else a for n, a in given.items()}
        np.testing.assert_array_equal(solve(alone)[1][0], whole[d])


def test_kernel_equals_plain_python() -> None:
    given = case(2)
    for compiled, plain in zip(
        solve(given), solve(given, PLAIN[employment_by_activity]), strict=True
    ):
        np.testing.assert_allclose(compiled, plain, rtol=1e-13)


def test_what_cannot_be_fitted_is_told_by_cell() -> None:
    def report(**changes: Array) -> list[int]:
        return [int(i) for i in solve({**case(), **changes})[2][0, :3]]

    odds = case()["odds"]
    assert report(formal=np.zeros((2, 4)))[0] == NO_FORMAL_ACTIVITY

    no_formal = odds.copy()
    no_formal[:, :, 1][..., FORMAL] = 0.0
    assert report(odds=no_formal) == [TOTAL_ROW, 1, 0]

    no_family = odds.copy()
    no_family[..., 4] = 0.0
    assert report(odds=no_family)[0] == PERSON_ROW

    one_sex = odds.copy()
    one_sex[:, 1, :, 4] = 0.0
    assert report(odds=one_sex) == [PERSON_ROW, 7, 4]

    # Contributing family workers only where nobody is informal.
    certain = np.array([[0.3, 0.5, 1.0, 0.9]]) * np.ones((2, 1))
    only = odds.copy()
    only[:, :, :, 4] = 0.0
    only[:, :, 2, 4] = 1.0
    assert report(odds=only, formal=certain) == [TOTAL_COLUMN, 1, 4]

    # More public employment than there are formal and informal employees.
    crowded = np.array([[0.01, 0.01, 0.01, 0.97]]) * np.ones((2, 1))
    assert report(share=crowded)[0] == NOT_CONVERGED
    assert len({FITTED, PERSON_COLUMN, NOT_CONVERGED}) == 3


# --- pay --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", [pay_by_activity, PLAIN[pay_by_activity]])
def test_pay_by_hand(kernel: Callable[..., None]) -> None:
    """30 persons at 1 and 10 at 2 of the mean: weights 30 + 20, so 0.8 and 1.6 of 1,000."""
    employment = np.zeros((1, 1, 2, 2, 1))
    employment[0, 0, 1, :, 0] = [30.0, 10.0]
    by_status = employment.sum(axis=3)
    compensation = np.zeros((1, 1, 2, 1))
    compensation[0, 0, 1] = 50_000.0
    wage = np.full((1, 1, 2, 1), 1000.0)
    out, totals = np.empty((1, 1, 2, 2, 1)), np.empty((1, 3, 1, 2, 1))
    kernel(employment, by_status, compensation, wage, np.array([[1.0, 2.0]]), out, totals)
    np.testing.assert_allclose(out[0, 0, 1, :, 0], [800.0, 1600.0], rtol=1e-14)
    assert (out[0, 0, 0] == 0.0).all()
    np.testing.assert_allclose(totals[0, 0, 0, :, 0], [30_000.0, 20_000.0], rtol=1e-14)
    np.testing.assert_allclose(totals[0, 1, 0, :, 0], [24_000.0, 16_000.0], rtol=1e-14)
    np.testing.assert_allclose(totals[0, 2, 0, :, 0], [45.0, 15.0], rtol=1e-14)


def test_pay_of_every_cell_stays_what_it_is() -> None:
    given = case(4)
    employment = solve(given)[1]
    rng = np.random.default_rng(4)
    wage, cost = rng.random((2, 2, 6, 5)), rng.random((2, 2, 6, 5)) * (given["by_status"] > 0)
    out, totals = np.empty_like(employment), np.empty((2, 3, 2, 4, 5))
    pay_by_activity(
        employment, given["by_status"], cost, wage, rng.random((2, 4)) + 0.5, out, totals
    )
    np.testing.assert_allclose(
        (out * employment).sum(axis=3), wage * given["by_status"], rtol=1e-12
    )
    np.testing.assert_allclose(totals[:, 0].sum(axis=2), cost.sum(axis=2), rtol=1e-12)


def test_every_kernel_of_the_file_is_here() -> None:
    found = {name for name, value in vars(structure).items() if hasattr(value, "py_func")}
    assert found <= {kernel.__name__ for kernel in PLAIN}
