"""Time of fitting employment by sex, age, activity and status, beside NumPy in the same run.

``python -m pytest bench/test_structure.py -o addopts= -s`` prints milliseconds of processor time a
draw-year, one thread, least of several rounds: 2 sexes x 101 ages x 4 activities x 5 statuses, both
fittings. NumPy does the same by plain proportional fitting to the same tolerance, all draws and
statuses at once; so its ratio stands on a busy machine too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from calibration.employment_structure import structure
from calibration.labour import labour_base, single_age_population
from socialbudget.contract import Array
from socialbudget.kernels.structure import FITTED, employment_by_activity, pay_by_activity

DRAWS, ROUNDS, TOLERANCE = 64, 7, 1e-13
LIMITS = {"fitting, ms a draw-year": 1.0, "NumPy over fitting": 5.0}
FORMAL, INFORMAL = [0, 2], [1, 3, 4]
found: dict[str, float] = {}


@pytest.fixture(scope="module", autouse=True)
def summary() -> Iterator[None]:
    yield
    print()
    for what, value in found.items():
        limit = f"  (limit {LIMITS[what]:g})" if what in LIMITS else ""
        print(f"{what:46} {value:8.3f}{limit}")


def least(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Least processor time of several rounds (s)."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


@pytest.fixture(scope="module")
def given() -> dict[str, Array]:
    """Korea a generation later: less agriculture, more formality, each draw a bit off."""
    population = single_age_population("KOR", "1 July")
    labour = labour_base("KOR", population)
    employed = population * labour.participation_rate * (1 - labour.unemployment_rate)
    by_status = employed[..., None] * labour.status_share
    base = structure("KOR", by_status)
    rng = np.random.default_rng(1)
    share = base.employment.sum(axis=(0, 1, 3)) * np.array([0.65, 0.9, 1.1, 1.1])
    shares = share * np.exp(rng.normal(0, 0.05, (DRAWS, 4)))
    ages = np.exp(rng.normal(0, 0.05, (DRAWS, 2, 101, 1)) + 0.01 * (np.arange(101)[:, None] - 40))
    persons = by_status * ages * np.array([1.1, 0.8, 1.1, 0.8, 0.6])
    return {
        "by_status": persons,
        "share": shares / shares.sum(axis=1, keepdims=True),
        "formal": np.repeat(base.formal_share[None], DRAWS, axis=0),
        "odds": base.activity_odds[None],
        "age": base.age_odds[None],
    }


def fit(seed: Array, row: Array, column: Array) -> tuple[Array, int]:
    """Proportional fitting of `seed` [draw, row, column] to rows and columns."""
    out = seed
    for sweep in range(10_000):
        sums = out.sum(axis=2)
        out = out * np.divide(row, sums, out=np.zeros_like(sums), where=sums > 0)[..., None]
        sums = out.sum(axis=1)
        if np.abs(sums - column).max() <= TOLERANCE * column.max():
            return out, sweep
        out = out * np.divide(column, sums, out=np.zeros_like(sums), where=sums > 0)[:, None]
    raise AssertionError("no convergence")


def in_numpy(given: dict[str, Array]) -> tuple[Array, int]:
    """Both fittings; the common shift of log odds by Newton's method."""
    persons = given["by_status"]
    draws = len(persons)
    seed = given["odds"][:, :, None] * given["age"][:, None, :, :, None]
    seed = seed / seed.sum(axis=3, keepdims=True) * persons[:, :, :, None]
    activity = given["share"] * persons.sum(axis=(1, 2, 3))[:, None]
    formal = persons[..., FORMAL].sum(axis=(1, 2, 3))
    logit = np.log(given["formal"] / (1 - given["formal"]))
    shift = np.zeros(draws)
    for _ in range(50):
        share = 1 / (1 + np.exp(-logit - shift[:, None]))
        miss = formal - (activity * share).sum(axis=1)
        if np.abs(miss).max() <= TOLERANCE * formal.max():
            break
        shift += miss / (activity * share * (1 - share)).sum(axis=1)
    total = np.zeros((draws, 4, 5))
    for columns, rows in ((FORMAL, activity * share), (INFORMAL, activity * (1 - share))):
        start = seed.sum(axis=(1, 2))[..., columns]
        total[..., columns], _ = fit(start, rows, persons.sum(axis=(1, 2))[..., columns])
    # Statuses are problems of their own: [draw, status] x (sex, age) x activity.
    flat = np.moveaxis(seed, 4, 1).reshape(draws * 5, 202, 4)
    rows = np.moveaxis(persons, 3, 1).reshape(draws * 5, 202)
    fitted, sweeps = fit(flat, rows, np.moveaxis(total, 2, 1).reshape(draws * 5, 4))
    return np.moveaxis(fitted.reshape(draws, 5, 2, 101, 4), 1, 4), sweeps


def test_fitting(given: dict[str, Array]) -> None:
    total, out = np.empty((DRAWS, 4, 5)), np.empty((DRAWS, 2, 101, 4, 5))
    report = np.empty((DRAWS, 5), dtype=np.int64)
    arguments: tuple[Any, ...] = (*given.values(), total, out, report)

    def kernel() -> None:
        employment_by_activity(*arguments)

    kernel()
    assert (report[:, 0] == FITTED).all()
    reference, sweeps = in_numpy(given)
    np.testing.assert_allclose(out, reference, rtol=1e-8, atol=1e-6)
    ours = 1e3 * least(kernel) / DRAWS
    plain = 1e3 * least(lambda: in_numpy(given), 3) / DRAWS
    found["fitting, ms a draw-year"] = ours
    found["iterations, activity by status"] = float(report[:, 3].max())
    found["iterations, sex and age by activity"] = float(report[:, 4].max())
    found["NumPy, ms a draw-year"] = plain
    found["sweeps of NumPy"] = float(sweeps)
    found["NumPy over fitting"] = plain / ours

    by_status = given["by_status"]
    pay, totals = np.empty_like(out), np.empty((DRAWS, 3, 2, 4, 5))
    relative = np.full((DRAWS, 4), 1.1)
    wage = np.ones_like(by_status)
    pay_by_activity(out, by_status, by_status, wage, relative, pay, totals)
    found["pay by activity, ms a draw-year"] = (
        1e3
        * least(lambda: pay_by_activity(out, by_status, by_status, wage, relative, pay, totals))
        / DRAWS
    )
    assert ours <= LIMITS["fitting, ms a draw-year"]
    assert plain / ours >= LIMITS["NumPy over fitting"]
