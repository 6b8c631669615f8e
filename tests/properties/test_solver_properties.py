"""Properties of the block solver: any contraction is solved, alike for every company of draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.plan import build_plan
from socialbudget.projection import MAX_SWEEPS, Trajectory, run

YEARS = 4


class Row(Module):
    """One equation of x_t = A_t x_t + b_t + c x_{t-1}, as a module of its own."""

    def __init__(self, i: int, matrix: np.ndarray, memory: float, scale: float = 1.0):
        self.name = f"m{i:02d}"
        self.i, self.memory = i, memory
        self.coefficients = matrix[i]
        self.others = [j for j in range(len(matrix)) if j != i and matrix[i, j] != 0.0]
        self.reads = tuple(f"m{j:02d}.x" for j in self.others)
        self.writes = (Var(f"{self.name}.x", (), "1", "rate", "", scale=scale),)
        self.params = (Param(f"b{i}", (), "1", -1e30, 1e30, ""),)

    def start(self, y: Year) -> None:
        y[f"{self.name}.x"] = 0.0

    def step(self, y: Year) -> None:
        total = y.p[f"b{self.i}"] + self.memory * y.lag(f"{self.name}.x")
        for j in self.others:
            total = total + self.coefficients[j] * y[f"m{j:02d}.x"]
        y[f"{self.name}.x"] = total


def system(
    size: int, seed: int, norm: float, draws: int, scale: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """A matrix with a zero diagonal and the given infinity norm, and b[year, draw, equation]."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(size, size))
    np.fill_diagonal(matrix, 0.0)
    matrix *= norm / np.abs(matrix).sum(axis=1).max()
    return matrix, scale * rng.normal(size=(YEARS + 1, draws, size))


def solve(matrix: np.ndarray, b: np.ndarray, memory: float, scale: float = 1.0) -> Trajectory:
    modules = [Row(i, matrix, memory, scale) for i in range(len(matrix))]
    parameters = {f"b{i}": np.ascontiguousarray(b[:, :, i]) for i in range(len(matrix))}
    plan = build_plan(modules, STANDARD)
    return run(plan, STANDARD, parameters, 2024, 2024 + YEARS, b.shape[1])


def exact(matrix: np.ndarray, b: np.ndarray, memory: float) -> np.ndarray:
    """x[year, draw, equation] by elimination."""
    x = np.zeros_like(b)
    system_matrix = np.eye(len(matrix)) - matrix
    for t in range(1, len(b)):
        x[t] = np.linalg.solve(system_matrix, (b[t] + memory * x[t - 1]).T).T
    return x


def stacked(trajectory: Trajectory, size: int) -> np.ndarray:
    return np.stack([trajectory.arrays[f"m{i:02d}.x"] for i in range(size)], axis=-1)


sizes = st.integers(2, 9)
seeds = st.integers(0, 10**6)


@settings(max_examples=40)
@given(sizes, seeds, st.floats(0.01, 0.95), st.floats(0.0, 0.9))
def test_linear_fixed_points_are_solved(size: int, seed: int, norm: float, memory: float) -> None:
    matrix, b = system(size, seed, norm, 3)
    trajectory = solve(matrix, b, memory)
    error = np.abs(stacked(trajectory, size) - exact(matrix, b, memory)).max()
    # The last change of a tear is below 1e-12; a contraction multiplies it by 1 / (1 - norm).
    assert error <= 1e-11 / (1.0 - norm)
    assert trajectory.sweeps.max() <= 40


@settings(max_examples=25)
@given(sizes, seeds)
def test_strong_feedback_is_solved_where_plain_sweeps_diverge(size: int, seed: int) -> None:
    """Infinity norm 2: plain sweeps may run away, the accelerated ones find the point.

    A linear system with at most six tear cells is exact after that many sweeps and one, but for
    rounding.
    """
    size = min(size, 6)
    matrix, b = system(size, seed, 2.0, 2)
    condition = np.linalg.cond(np.eye(size) - matrix)
    assume(condition < 1e3)
    got = stacked(solve(matrix, b, 0.0), size)
    np.testing.assert_allclose(got, exact(matrix, b, 0.0), atol=1e-9 * condition)


@settings(max_examples=25)
@given(sizes, seeds, st.integers(1, 6), st.floats(0.1, 0.9))
def test_draws_do_not_see_each_other(size: int, seed: int, draws: int, norm: float) -> None:
    matrix, b = system(size, seed, norm, draws)
    together = stacked(solve(matrix, b, 0.3), size)
    for draw in range(draws):
        alone = stacked(solve(matrix, b[:, [draw]], 0.3), size)
        assert together[:, draw].tobytes() == alone[:, 0].tobytes()


@settings(max_examples=25)
@given(sizes, seeds, st.randoms(use_true_random=False))
def test_order_of_registration_changes_no_bit(size: int, seed: int, random: object) -> None:
    matrix, b = system(size, seed, 0.7, 2)
    modules = [Row(i, matrix, 0.1) for i in range(size)]
    parameters = {f"b{i}": np.ascontiguousarray(b[:, :, i]) for i in range(size)}
    expected = run(build_plan(modules, STANDARD), STANDARD, parameters, 2024, 2024 + YEARS, 2)
    random.shuffle(modules)  # type: ignore[attr-defined]
    again = run(build_plan(modules, STANDARD), STANDARD, parameters, 2024, 2024 + YEARS, 2)
    for name, array in expected.arrays.items():
        assert array.tobytes() == again.arrays[name].tobytes()


@settings(max_examples=20)
@given(sizes, seeds, st.integers(-3, 12))
def test_scale_of_money_does_not_matter(size: int, seed: int, power: int) -> None:
    """Amounts in units or in billions: the same relative accuracy where `Var.scale` says so."""
    scale = 10.0**power
    matrix, b = system(size, seed, 0.6, 1, scale)
    got = stacked(solve(matrix, b, 0.2, scale), size)
    assert np.abs(got - exact(matrix, b, 0.2)).max() <= 1e-10 * scale


@settings(max_examples=30)
@given(st.floats(-4.0, 4.0), st.floats(0.1, 3.0))
def test_a_steep_scalar_is_solved(slope: float, level: float) -> None:
    """x = level + slope / 2 tanh(x), through two modules."""

    class A(Module):
        name = "a"
        reads = ("b.x",)
        writes = (Var("a.x", (), "1", "rate", ""),)

        def start(self, y: Year) -> None:
            y["a.x"] = level

        def step(self, y: Year) -> None:
            y["a.x"] = level + 0.5 * slope * np.tanh(y["b.x"])

    class B(Module):
        name = "b"
        reads = ("a.x",)
        writes = (Var("b.x", (), "1", "rate", ""),)

        def start(self, y: Year) -> None:
            self.step(y)

        def step(self, y: Year) -> None:
            y["b.x"] = y["a.x"]

    trajectory = run(build_plan([A(), B()], STANDARD), STANDARD, {}, 2024, 2028, 1)
    x = trajectory.arrays["a.x"][1:, 0]
    np.testing.assert_allclose(x, level + 0.5 * slope * np.tanh(x), atol=1e-11)
    assert trajectory.sweeps.max() < MAX_SWEEPS / 2


@settings(max_examples=20)
@given(sizes, seeds)
def test_a_solved_year_stays_solved(size: int, seed: int) -> None:
    """With nothing new the second year starts at the solution: two sweeps at most."""
    matrix, b = system(size, seed, 0.8, 1)
    steady = np.repeat(b[:1], YEARS + 1, axis=0)
    trajectory = solve(matrix, steady, 0.0)
    assert trajectory.sweeps[3:].max() <= 2
    x = stacked(trajectory, size)
    np.testing.assert_allclose(x[2], x[1], atol=1e-10)


def test_the_reference_solution_is_not_trivial() -> None:
    matrix, b = system(4, 1, 0.9, 2)
    assert np.abs(exact(matrix, b, 0.3)[1:]).max() > 1.0
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(b[1:], exact(matrix, b, 0.3)[1:], rtol=0.01)
