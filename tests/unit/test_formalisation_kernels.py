"""The kernel of formalisation accounts against sums written out year by year."""

from __future__ import annotations

import numpy as np
import pytest

from socialbudget.contract import Array
from socialbudget.kernels.formalisation import career_values
from tests.careers import pension_value, years_value

KERNELS = [career_values, career_values.py_func]
AGES = 101
DEATH = np.minimum(0.001 * np.exp(0.07 * np.maximum(np.arange(AGES) - 30.0, 0.0)), 0.5)
RULES = {"stay": 0.9, "growth": 0.015, "discount": 0.03, "revaluation": 0.6, "indexation": 0.7}


def values(kernel: object, death: Array, work: float, old: float, **rules: float) -> list[Array]:
    out = [np.full((1, 1, len(death)), np.nan) for _ in range(2)]
    kernel(  # type: ignore[operator]
        death[None, None].copy(), np.array([[work]]), np.array([[old]]),
        *(np.array([rules[n]]) for n in RULES), *out,
    )  # fmt: skip
    return [a[0, 0] for a in out]


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel_equals_sums_over_years_and_ages(kernel: object) -> None:
    years, pension = values(kernel, DEATH, 65.0, 62.0, **RULES)
    for x in (20, 40, 60, 61, 62, 64, 65, 80, 100):
        assert years[x] == pytest.approx(years_value(x, 65, **RULES), rel=1e-12)
        assert pension[x] == pytest.approx(pension_value(x, DEATH, 65, 62, **RULES), rel=1e-9)


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel_worked_by_hand(kernel: object) -> None:
    """Three ages; a tenth dies at the first two, all at the last; 5% discount, no growth."""
    death = np.array([0.1, 0.1, 1.0])
    rules = {"stay": 0.5, "growth": 0.0, "discount": 0.05, "revaluation": 1.0, "indexation": 1.0}
    years, pension = values(kernel, death, 2.0, 2.0, **rules)
    v = 1.0 / 1.05
    np.testing.assert_allclose(years, [1.0 + 0.5 * v, 1.0, 1.0], rtol=1e-15)
    # A year at age 1 earns 1 a year from age 2, where nobody outlives the year: 0.9 v.
    np.testing.assert_allclose(
        pension, [0.81 * v * v + 0.5 * v * 0.9 * v, 0.9 * v, 1.0], rtol=1e-15
    )


def test_kernel_and_its_python_function_agree() -> None:
    rng = np.random.default_rng(5)
    death = rng.uniform(0.0, 0.3, (3, 2, AGES))
    given = [
        death, rng.uniform(55, 70, (3, 2)), rng.uniform(55, 70, (1, 2)), rng.uniform(0.5, 1, 3),
        rng.uniform(0, 0.03, 1), rng.uniform(0, 0.05, 3), rng.uniform(0, 1, 1),
        rng.uniform(0, 1, 3),
    ]  # fmt: skip
    fast = [np.empty_like(death) for _ in range(2)]
    plain = [np.empty_like(death) for _ in range(2)]
    career_values(*given, *fast)
    career_values.py_func(*given, *plain)
    for a, b in zip(fast, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_the_value_of_a_pension_falls_with_the_discount_rate_and_the_pensionable_age() -> None:
    base = values(career_values, DEATH, 65.0, 62.0, **RULES)[1]
    dearer = values(career_values, DEATH, 65.0, 62.0, **{**RULES, "discount": 0.05})[1]
    later = values(career_values, DEATH, 65.0, 64.0, **RULES)[1]
    assert (dearer[20:60] < base[20:60]).all()
    assert (later[20:60] < base[20:60]).all()
