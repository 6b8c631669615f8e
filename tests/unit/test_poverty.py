"""Poverty and inequality: published cases, closed forms of the lognormal, the fit, the grid."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialbudget.contract import Array
from socialbudget.kernels.poverty import welfare_measures
from socialbudget.poverty import (
    GRID,
    fgt,
    fit_lognormal,
    gini,
    grid,
    lognormal_fgt,
    lognormal_gini,
    lognormal_sigma,
)

DATA = Path(__file__).parents[1] / "validation" / "data"
CASES = json.loads((DATA / "inequality_small.json").read_text(encoding="utf-8"))["cases"]
ONE_GROUP = 0.25 / GRID
"""The group that a line cuts is reached in part, alike over its width: at most f (1 - f) of it."""
LINES = {"low": 1000.0, "middle": 1500.0, "high": 3000.0}


def measures(
    mean: float,
    sigma: float,
    line: float,
    universal: float = 0.0,
    targeted: tuple[tuple[float, float, float, float], ...] = (),
) -> tuple[Array, float]:
    """FGT 0, 1, 2 at one line, and the Gini; targeted: poor share, reach, leak, amount."""
    means, bounds = grid(sigma)
    columns = np.array(targeted, dtype=float).reshape(len(targeted), 4).T[:, None, :]
    out, inequality = np.empty((1, 1, 3)), np.empty(1)
    welfare_measures(
        means, bounds, np.array([mean]), np.array([[line]]), np.array([universal]),
        *(np.ascontiguousarray(c) for c in columns), out, inequality,
    )  # fmt: skip
    return out[0, 0], float(inequality[0])


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["source"][:20])
def test_published_cases(case: dict[str, Any]) -> None:
    expected, tolerance = case["expected"], case["tolerance"]
    if "gini" in expected:
        assert gini(case["x"]) == pytest.approx(expected["gini"], abs=tolerance)
    for alpha in range(3):
        if f"P{alpha}" in expected:
            found = fgt(case["x"], case["z"], alpha)
            assert found == pytest.approx(expected[f"P{alpha}"], abs=tolerance)


def test_weights_are_persons() -> None:
    values, weight = [1.0, 2.0, 5.0], [2.0, 1.0, 3.0]
    repeated = [1.0, 1.0, 2.0, 5.0, 5.0, 5.0]
    assert gini(values, weight) == pytest.approx(gini(repeated), abs=1e-15)
    for alpha in range(3):
        assert fgt(values, 3.0, alpha, weight) == pytest.approx(fgt(repeated, 3.0, alpha))


def test_a_line_at_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="must lie above 0"):
        fgt([1.0, 2.0], 0.0, 1)


def test_closed_forms_against_numerical_integration() -> None:
    """P0, P1, P2 and Gini of the lognormal, from two million draws by inverse transform."""
    from scipy.special import ndtri

    mean, sigma, line = 900.0, 0.8, 600.0
    p = (np.arange(2_000_000) + 0.5) / 2_000_000
    welfare = np.exp(np.log(mean) - sigma**2 / 2 + sigma * ndtri(p))
    for alpha in range(3):
        assert lognormal_fgt(mean, sigma, line, alpha) == pytest.approx(
            fgt(welfare, line, alpha), abs=2e-6
        )
    assert lognormal_gini(sigma) == pytest.approx(gini(welfare), abs=1e-5)


@given(st.floats(0.05, 0.75))
def test_gini_and_sigma_are_inverse(value: float) -> None:
    assert lognormal_gini(lognormal_sigma(value)) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("sigma", [0.35, 0.6, 1.0, 1.3])
@pytest.mark.parametrize("line", [0.05, 0.3, 0.8, 2.0])
def test_grid_meets_the_closed_forms(sigma: float, line: float) -> None:
    """Within one group of a thousand (the poorest) nothing is told apart."""
    found, inequality = measures(1.0, sigma, line)
    coarse = lognormal_fgt(1.0, sigma, line, 0) < 1.0 / GRID
    for alpha in range(3):
        expected = lognormal_fgt(1.0, sigma, line, alpha)
        assert found[alpha] == pytest.approx(expected, abs=3e-4 if coarse else 2e-5)
    assert inequality == pytest.approx(lognormal_gini(sigma), abs=2e-5)


def test_groups_have_equal_size_and_the_mean_of_all() -> None:
    means, bounds = grid(0.7)
    assert means.mean() == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(bounds) > 0).all()
    assert ((means > bounds[:-1]) & (means < bounds[1:])).all()
    assert len(means) == GRID


def test_universal_transfer_shifts_everybody() -> None:
    """With t a head, P0 at the line z is P0 at z - t, and the Gini falls by mean/(mean + t)."""
    mean, sigma, line, t = 1000.0, 0.7, 700.0, 150.0
    found, inequality = measures(mean, sigma, line, universal=t)
    assert found[0] == pytest.approx(lognormal_fgt(mean, sigma, line - t, 0), abs=1e-5)
    gap = lognormal_fgt(mean, sigma, line - t, 1) * (line - t) / line
    assert found[1] == pytest.approx(gap, abs=1e-5)
    assert inequality == pytest.approx(lognormal_gini(sigma) * mean / (mean + t), abs=2e-5)


def test_transfer_to_all_the_poor_without_error_closes_what_it_should() -> None:
    """A transfer of t to everybody below z lifts those between z - t and z, and nobody else."""
    mean, sigma, line, t = 1000.0, 0.7, 700.0, 150.0
    poor = lognormal_fgt(mean, sigma, line, 0)
    found, _ = measures(mean, sigma, line, targeted=((poor, 1.0, 0.0, t),))
    assert found[0] == pytest.approx(lognormal_fgt(mean, sigma, line - t, 0), abs=ONE_GROUP)


def test_exclusion_error_leaves_a_mixture() -> None:
    mean, sigma, line, t, missed = 1000.0, 0.7, 700.0, 150.0, 0.3
    poor = lognormal_fgt(mean, sigma, line, 0)
    found, _ = measures(mean, sigma, line, targeted=((poor, 1.0 - missed, 0.2, t),))
    with_, without = (lognormal_fgt(mean, sigma, z, 0) for z in (line - t, line))
    assert found[0] == pytest.approx(missed * without + (1 - missed) * with_, abs=ONE_GROUP)


def test_targeted_at_everybody_is_universal() -> None:
    targeted = measures(1000.0, 0.7, 700.0, targeted=((0.4, 1.0, 1.0, 150.0),))
    universal = measures(1000.0, 0.7, 700.0, universal=150.0)
    np.testing.assert_allclose(targeted[0], universal[0], atol=1e-12)
    assert targeted[1] == pytest.approx(universal[1], abs=1e-12)


def combinations(
    mean: float, sigma: float, transfers: tuple[tuple[float, float, float, float], ...]
) -> tuple[Array, Array, Array]:
    """Bounds or means of every group plus what each combination of transfers gives, and weights."""
    means, bounds = grid(sigma)
    place = np.arange(GRID)
    extras, weights = [], []
    for combination in product((0, 1), repeat=len(transfers)):
        w = np.full(GRID, 1.0 / GRID)
        extra = 0.0
        for on, (poor, reach, leak, amount) in zip(combination, transfers, strict=True):
            below = np.clip(poor * GRID - place, 0.0, 1.0)
            share = below * reach + (1.0 - below) * leak
            w = w * (share if on else 1.0 - share)
            extra += amount * on
        extras.append(np.full(GRID, extra))
        weights.append(w)
    every, weight = np.concatenate(extras), np.concatenate(weights)
    repeats = 2 ** len(transfers)
    low = np.tile(mean * bounds[:-1], repeats) + every
    return np.stack([low, low + np.tile(mean * np.diff(bounds), repeats)]), np.tile(
        mean * means, repeats
    ) + every, weight  # fmt: skip


MANY = tuple(
    (0.1 + 0.04 * k, 0.4 + 0.04 * k, 0.02 * k, 20.0 + 7.0 * (k % 5)) for k in range(12)
)  # fmt: skip


@pytest.mark.parametrize("count", [2, 5, 6, 7, 9, 12])
def test_targeted_transfers_against_every_combination(count: int) -> None:
    """Exact up to six; beyond, on a grid of sums, within 2e-4."""
    mean, sigma, line = 1000.0, 0.7, 700.0
    found, inequality = measures(mean, sigma, line, targeted=MANY[:count])
    (low, high), values, weight = combinations(mean, sigma, MANY[:count])
    poor = np.clip((line - low) / (high - low), 0.0, 1.0)
    middle = (low + np.minimum(high, line)) / 2.0
    tolerance = 1e-12 if count <= 6 else 2e-4
    assert found[0] == pytest.approx((weight * poor).sum(), abs=tolerance)
    gap = (weight * poor * np.maximum(line - middle, 0.0) / line).sum()
    assert found[1] == pytest.approx(gap, abs=tolerance)
    assert inequality == pytest.approx(gini(values, weight), abs=tolerance)


def test_many_targeted_transfers_take_no_longer_than_some() -> None:
    """Twenty would part each group into a million."""
    mean, sigma, line = 1000.0, 0.7, 700.0
    many = tuple((0.3, 0.5, 0.05, 10.0) for _ in range(20))
    found, _ = measures(mean, sigma, line, targeted=many)
    before, _ = measures(mean, sigma, line)
    assert (found < before).all()
    # By the law of large numbers, near a transfer of its expectation to each of the poor.
    sure, _ = measures(mean, sigma, line, targeted=((0.3, 1.0, 0.0, 100.0),))
    assert found[1] == pytest.approx(sure[1], rel=0.05)


@given(
    st.floats(0.2, 1.3),
    st.floats(0.02, 3.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_no_transfer_raises_poverty(
    sigma: float, line: float, t: float, poor: float, reach: float, leak: float
) -> None:
    before, _ = measures(1.0, sigma, line)
    after, _ = measures(1.0, sigma, line, universal=t / 2, targeted=((poor, reach, leak, t),))
    assert (after <= before + 1e-12).all()


@pytest.mark.parametrize(("mean", "g"), [(1500.0, 0.30), (2500.0, 0.45), (6000.0, 0.63)])
def test_fit_finds_a_lognormal_again(mean: float, g: float) -> None:
    sigma = lognormal_sigma(g)
    shares = {k: lognormal_fgt(mean, sigma, z, 0) for k, z in LINES.items()}
    fit = fit_lognormal(LINES, shares, g)
    assert fit.mean == pytest.approx(mean, rel=1e-8)
    assert fit.sigma == pytest.approx(sigma, rel=1e-8)
    assert fit.misfit < 1e-9
    assert fit.line_at(shares["middle"]) == pytest.approx(LINES["middle"], rel=1e-8)


def test_fit_weighs_what_contradicts_itself_and_says_how_much() -> None:
    fit = fit_lognormal(LINES, {"low": 0.2, "middle": 0.5, "high": 0.8}, 0.30)
    assert 0.01 < fit.misfit < 0.2
    assert fit.misfit == max(abs(fit.fitted[k] - v) for k, v in fit.observed.items())


def test_poor_countries_rest_on_headcounts_rich_ones_on_consumption() -> None:
    poor = {"low": 0.35, "middle": 0.6, "high": 0.92}
    close = fit_lognormal(LINES, poor, 0.35)
    pulled = fit_lognormal(LINES, poor, 0.35, consumption=2 * close.mean)
    assert pulled.mean == pytest.approx(close.mean, rel=0.02)
    rich = {"low": 0.002, "middle": 0.002, "high": 0.005}
    fit = fit_lognormal(LINES, rich, 0.32, consumption=25_000.0)
    assert fit.mean == pytest.approx(0.85 * 25_000.0, rel=0.2)
    assert fit_lognormal(LINES, rich, 0.32).mean < 0.75 * fit.mean


def test_headcounts_of_nobody_are_not_used() -> None:
    fit = fit_lognormal(LINES, dict.fromkeys(LINES, 0.0), 0.3, consumption=30_000.0)
    assert fit.unused == tuple(LINES)
    assert fit.mean == pytest.approx(0.85 * 30_000.0, rel=1e-6)
    assert fit.sigma == pytest.approx(lognormal_sigma(0.3), rel=1e-6)


@pytest.mark.parametrize(
    ("shares", "g", "words"),
    [
        ({"low": 0.5, "middle": 0.4, "high": 0.9}, 0.3, "fewer persons"),
        ({"low": 0.0, "middle": 0.0, "high": 0.0}, 0.3, "mean cannot be found"),
        ({"low": 0.1, "middle": 0.4, "high": 0.9}, 1.0, "Gini"),
        ({"low": 0.1, "middle": 0.4, "high": 0.9}, 0.0, "Gini"),
    ],
)
def test_bad_figures_are_refused(shares: dict[str, float], g: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_lognormal(LINES, shares, g)
