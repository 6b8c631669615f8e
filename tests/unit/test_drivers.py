"""Stochastic drivers: random numbers by draw, quantiles reproduced, errors that say what to do."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import ndtri

from socialbudget.contract import Param
from socialbudget.dims import QUANTILES
from socialbudget.drivers import PROBABILITIES, SUFFIX, disturbed, normals, places, shocks, spreads
from socialbudget.errors import PackError
from socialbudget.modules.demography import Demography
from socialbudget.pack import Driver, Pack, load_pack

PATH = "demography.fertility_level"
PARAM = Param(PATH, (), "1", 0.0, 10.0, "Level.", time="annual")
YEARS = 40
LEVELS = np.array([PROBABILITIES[q] for q in QUANTILES])
DEVIATIONS = np.array([-0.3, -0.2, 0.0, 0.25, 0.5])


def driver(**changes: object) -> Driver:
    given = {"kind": "quantiles", "persistence": 0.95, "source": "s", "flag": "estimated"}
    return Driver.model_validate({**given, **changes})


def drawn(own: Driver, draws: range, deviations: np.ndarray = DEVIATIONS, seed: int = 3):
    central = {PATH: np.ones((YEARS + 1, 1))}
    table = {PATH: np.tile(deviations, (YEARS + 1, 1))}
    out = disturbed(central, {PATH: PARAM}, {PATH: own}, seed, draws, 2024, table)
    return out[PATH]


def test_a_draw_depends_on_seed_path_and_number_alone() -> None:
    many = normals(PATH, 1, range(300), 76)
    np.testing.assert_array_equal(normals(PATH, 1, range(100, 103), 76), many[:, 100:103])
    np.testing.assert_array_equal(normals(PATH, 1, range(7, 9), 20), many[:20, 7:9])
    longer = normals(PATH, 1, range(5), 300)
    np.testing.assert_array_equal(longer[:76], many[:, :5])
    assert np.unique(longer).size == longer.size
    for other in (normals(PATH, 2, range(300), 76), normals("another", 1, range(300), 76)):
        assert abs(np.corrcoef(other.ravel(), many.ravel())[0, 1]) < 0.03


def test_normals_are_standard_normal() -> None:
    values = normals(PATH, 5, range(2000), 60)
    assert values.mean() == pytest.approx(0.0, abs=0.015)
    assert values.std() == pytest.approx(1.0, abs=0.01)
    np.testing.assert_allclose(np.quantile(values, LEVELS), ndtri(LEVELS), atol=0.02)
    neighbours = np.corrcoef(values[:-1].ravel(), values[1:].ravel())[0, 1]
    assert abs(neighbours) < 0.015
    draws = np.corrcoef(values[:, :-1].ravel(), values[:, 1:].ravel())[0, 1]
    assert abs(draws) < 0.015


def test_ar1_shocks() -> None:
    own = driver(kind="add", sd=0.5, persistence=0.8)
    eta = normals(PATH, 4, range(3), 6)
    wanted = np.zeros((6, 3))
    for t in range(6):
        wanted[t] = (0.8 * wanted[t - 1] if t else 0.0) + 0.5 * eta[t]
    np.testing.assert_allclose(shocks(PATH, own, 4, range(3), 6), wanted, rtol=1e-13)


@pytest.mark.parametrize("persistence", [0.0, 0.9, 1.0])
def test_places_are_standard_normal_from_the_first_year(persistence: float) -> None:
    z = places(PATH, persistence, 6, range(4000), 30)
    np.testing.assert_allclose(z.std(axis=1), 1.0, atol=0.045)
    found = [np.corrcoef(z[t], z[t + 1])[0, 1] for t in range(29)]
    np.testing.assert_allclose(found, persistence, atol=0.05)


@pytest.mark.parametrize("kind", ["quantiles", "log_quantiles"])
def test_quantiles_of_each_year_are_those_given(kind: str) -> None:
    """To three standard errors of a quantile of so many draws."""
    draws = 8000
    values = drawn(driver(kind=kind), range(draws))
    np.testing.assert_array_equal(values[0], 1.0)
    deviation = np.log(values[1:]) if kind == "log_quantiles" else values[1:] - 1.0
    found = np.quantile(deviation, LEVELS, axis=1).T
    # Slope of the deviation in the place of a draw, steeper side, over the density of the place.
    slope = np.diff(DEVIATIONS) / np.diff(ndtri(LEVELS))
    slope = np.maximum(np.append(slope[:1], slope), np.append(slope, slope[-1:]))
    density = np.exp(-(ndtri(LEVELS) ** 2) / 2.0) / np.sqrt(2.0 * np.pi)
    error = slope * np.sqrt(LEVELS * (1.0 - LEVELS) / draws) / density
    assert (np.abs(found - DEVIATIONS) <= 4.0 * error).all()
    assert (np.abs(found - DEVIATIONS).mean(axis=0) <= 1.5 * error).all()


def test_no_spread_leaves_the_path_to_the_bit() -> None:
    for kind in ("quantiles", "log_quantiles"):
        values = drawn(driver(kind=kind), range(20), np.zeros(5))
        np.testing.assert_array_equal(values, 1.0)


def test_a_value_out_of_bounds_is_refused() -> None:
    with pytest.raises(PackError, match=rf"becomes -.*outside \[0, 10\].*{PATH}{SUFFIX}"):
        drawn(driver(), range(200), 4.0 * DEVIATIONS)
    drawn(driver(kind="log_quantiles"), range(200), 1.5 * DEVIATIONS)
    with pytest.raises(PackError, match="lower 'sd'"):
        drawn(driver(kind="add", sd=3.0, persistence=0.9), range(50))


def test_fields_of_a_driver() -> None:
    with pytest.raises(ValueError, match="drop 'sd'"):
        driver(sd=0.1)
    with pytest.raises(ValueError, match="needs 'sd'"):
        driver(kind="add")


@pytest.fixture(scope="module")
def korea() -> Pack:
    return load_pack("KOR")


def with_quantiles(pack: Pack, values: np.ndarray) -> Pack:
    path = PATH + SUFFIX
    entry = dataclasses.replace(pack.entries[path], values=values)
    return dataclasses.replace(pack, entries={**pack.entries, path: entry})


def test_quantiles_that_fall_or_have_another_median_are_refused(korea: Pack) -> None:
    params = {p.path: p for p in Demography().params}
    values = korea.entries[PATH + SUFFIX].values
    assert set(spreads(korea, params, 2100)) == {
        PATH, "demography.mortality_index", "demography.migration_shift",
    }  # fmt: skip
    falling = values.copy()
    falling[10, 0] = 0.5
    with pytest.raises(PackError, match="2034: quantiles must not fall"):
        spreads(with_quantiles(korea, falling), params, 2100)
    shifted = values + 0.01
    with pytest.raises(PackError, match="median of a deviation is 0"):
        spreads(with_quantiles(korea, shifted), params, 2100)
    entry = korea.entries[PATH + SUFFIX]
    short = dataclasses.replace(entry, years=tuple(range(2024, 2060)), values=values[:36])
    entries = {**korea.entries, PATH + SUFFIX: short}
    with pytest.raises(PackError, match="ends in"):
        spreads(dataclasses.replace(korea, entries=entries), params, 2100)
