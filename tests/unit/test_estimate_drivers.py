"""Constants drawn once a run and drivers that move together: distributions, moments, bad input."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from socialbudget.contract import Param
from socialbudget.drivers import disturbed, long_run_covariance, normals, together
from socialbudget.ensemble import prepare, project
from socialbudget.errors import PackError
from socialbudget.pack import Driver, Pack, System, load_pack
from socialbudget.scenario import Scenario

PATH = "labour_market.okun"
CONSTANT = Param(PATH, (), "1", -5.0, 5.0, "Okun.", time="fixed")
YEARLY = Param(PATH, (), "1", -5.0, 5.0, "Okun.", time="annual")
MATRIX = ((0.3, -0.2, 0.0), (0.1, 0.6, 0.0), (0.05, 0.1, 0.7))
SD = (0.02, 0.015, 0.01)
CORRELATION = ((1.0, -0.3, 0.2), (-0.3, 1.0, -0.4), (0.2, -0.4, 1.0))


def estimate(**changes: object) -> Driver:
    given = {"kind": "estimate", "distribution": "normal", "source": "s", "flag": "estimated"}
    return Driver.model_validate({**given, **changes})


def drawn(own: Driver, central: np.ndarray, draws: range, seed: int = 3) -> np.ndarray:
    param = CONSTANT if len(central) == 1 else YEARLY
    return disturbed({PATH: central}, {PATH: param}, {PATH: own}, seed, draws, 2024, {})[PATH]


def system(**changes: object) -> System:
    base = {
        "variables": ("growth", "inflation", "interest"),
        "matrix": MATRIX, "sd": SD, "correlation": CORRELATION,
        "paths": {PATH: {"variable": "growth", "factor": 0.5}}, "source": "s", "flag": "estimated",
    }  # fmt: skip
    return System.model_validate({**base, **changes})


# --- constants ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "central", "sd", "further"),
    [
        ("normal", 0.3, 0.1, {}),
        ("lognormal", 0.3, 0.1, {}),
        ("lognormal", 0.015, 0.010, {}),
        ("lognormal", -0.3, 0.1, {}),
        ("lognormal", 1.5, 0.2, {"relative": True}),
        ("beta", 0.85, 0.05, {}),
        ("beta", 0.17, 0.02, {"high": 0.2}),
    ],
)
def test_mean_and_deviation_are_those_asked_for(distribution, central, sd, further) -> None:
    """To four standard errors of a mean and, roughly, of a deviation, of so many draws."""
    count = 40_000
    own = estimate(distribution=distribution, sd=sd, **further)
    found = drawn(own, np.full((1, 1), central), range(count))[0]
    wanted = sd * abs(central) if further.get("relative") else sd
    assert found.mean() == pytest.approx(central, abs=4.0 * wanted / np.sqrt(count))
    assert found.std() == pytest.approx(wanted, rel=0.04)
    if distribution == "lognormal":
        assert (np.sign(found) == np.sign(central)).all()
    if distribution == "beta":
        assert (found > 0.0).all()
        assert (found < further.get("high", 1.0)).all()


def test_lognormal_draw_in_closed_form() -> None:
    z = normals(PATH, 3, range(5), 1)[0]
    variance = np.log(1.0 + (0.1 / 0.3) ** 2)
    wanted = 0.3 * np.exp(np.sqrt(variance) * z - variance / 2.0)
    found = drawn(estimate(distribution="lognormal", sd=0.1), np.full((1, 1), 0.3), range(5))
    np.testing.assert_allclose(found[0], wanted, rtol=1e-13)


def test_beta_draw_in_closed_form() -> None:
    """Mean 1/2 and variance 1/12 is the uniform distribution."""
    from scipy.special import ndtr

    z = normals(PATH, 3, range(5), 1)[0]
    own = estimate(distribution="beta", sd=12.0**-0.5)
    np.testing.assert_allclose(drawn(own, np.full((1, 1), 0.5), range(5))[0], ndtr(z), rtol=1e-12)


@given(
    st.sampled_from(["normal", "lognormal", "beta"]),
    st.floats(0.01, 0.99),
    st.integers(0, 1000),
    st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_no_spread_leaves_the_constant_to_the_bit(distribution, value, seed, yearly) -> None:
    central = np.full((20 if yearly else 1, 1), value)
    found = drawn(estimate(distribution=distribution, sd=0.0), central, range(7), seed)
    assert (found == value).all()


@pytest.mark.parametrize("distribution", ["normal", "lognormal", "beta"])
def test_a_constant_depends_on_seed_path_and_number_alone(distribution) -> None:
    own, central = estimate(distribution=distribution, sd=0.1), np.full((1, 1), 0.4)
    many = drawn(own, central, range(200))
    np.testing.assert_array_equal(drawn(own, central, range(64, 67)), many[:, 64:67])
    assert np.unique(many).size == 200
    assert not np.isin(drawn(own, central, range(200), seed=4), many).any()


def test_a_path_by_year_is_shifted_alike_after_the_base_year() -> None:
    central = np.linspace(0.01, 0.02, 30)[:, None]
    shift = drawn(estimate(sd=0.005), central, range(9)) - central
    z = normals(PATH, 3, range(9), 1)[0]
    assert (shift[0] == 0.0).all()
    np.testing.assert_allclose(shift[1:], np.broadcast_to(0.005 * z, (29, 9)), rtol=1e-10)
    slow = drawn(estimate(sd=0.005, phase_in=0.03), central, range(9)) - central
    weight = 1.0 - np.exp(-0.03 * np.arange(30.0))
    np.testing.assert_allclose(slow, weight[:, None] * 0.005 * z, rtol=1e-9, atol=1e-16)


def test_all_cells_share_a_number_and_zeros_stay_under_a_relative_spread() -> None:
    param = Param(PATH, ("sex",), "1", 0.0, 5.0, "By sex.", time="fixed")
    central = np.array([[[0.0, 0.4]]])
    own = estimate(distribution="lognormal", sd=0.2, relative=True)
    found = disturbed({PATH: central}, {PATH: param}, {PATH: own}, 3, range(50), 2024, {})[PATH]
    assert (found[..., 0] == 0.0).all()
    alone = drawn(own, np.full((1, 1), 0.4), range(50))
    np.testing.assert_array_equal(found[..., 1], alone)


def test_draws_that_cannot_be_are_refused() -> None:
    with pytest.raises(PackError, match="0 has no lognormal spread"):
        drawn(estimate(distribution="lognormal", sd=0.1), np.zeros((1, 1)), range(3))
    with pytest.raises(PackError, match="no beta distribution between 0 and 1"):
        drawn(estimate(distribution="beta", sd=0.5), np.full((1, 1), 0.5), range(3))
    with pytest.raises(PackError, match=r"outside \[-5, 5\]; lower 'sd' or choose another"):
        drawn(estimate(sd=4.0), np.full((1, 1), 3.0), range(100))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sd": 0.1, "distribution": ""}, "needs 'distribution'"),
        ({"sd": 0.1, "persistence": 0.5}, "drop 'persistence'"),
        ({}, "needs 'sd'"),
        ({"sd": 0.1, "high": 0.5}, "'high' belongs to distribution 'beta'"),
        ({"kind": "add", "sd": 0.1}, "belong to kind 'estimate'"),
        ({"sd": -0.1}, "greater than or equal to 0"),
        ({"sd": 0.1, "distribution": "cauchy"}, "'normal', 'lognormal' or 'beta'"),
    ],
)
def test_fields_of_an_estimate(fields, message) -> None:
    with pytest.raises(ValidationError, match=message):
        estimate(**fields)


# --- systems --------------------------------------------------------------------------------------


def test_deviations_follow_the_recursion() -> None:
    own = system()
    found = together("economy", own, 5, range(4), 6)
    eta = np.stack([normals(f"economy/{v}", 5, range(4), 6) for v in own.variables])
    values, vectors = np.linalg.eigh(np.array(CORRELATION))
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    e = np.zeros((3, 4))
    for t in range(6):
        e = np.array(MATRIX) @ e + np.array(SD)[:, None] * (root @ eta[:, t])
        np.testing.assert_allclose(found[:, t], e, rtol=1e-12, atol=1e-16)


def test_long_run_covariance_solves_its_equation_and_is_that_of_draws() -> None:
    own = system()
    wanted = long_run_covariance(own)
    a, shocks = np.array(MATRIX), np.array(CORRELATION) * np.outer(SD, SD)
    np.testing.assert_allclose(wanted, a @ wanted @ a.T + shocks, rtol=1e-10)
    late = together("economy", own, 8, range(20_000), 40)[:, -1]
    found = np.cov(late)
    scale = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
    np.testing.assert_allclose(found / scale, wanted / scale, atol=0.035)
    np.testing.assert_allclose(late.mean(axis=1) / np.sqrt(np.diag(wanted)), 0.0, atol=0.03)
    # One year on, draws are correlated with this year's by the matrix.
    both = together("economy", own, 8, range(20_000), 41)
    lagged = both[:, -1] @ both[:, -2].T / 20_000
    np.testing.assert_allclose(lagged / scale, a @ wanted / scale, atol=0.035)


def test_one_variable_in_closed_form() -> None:
    own = system(variables=("growth",), matrix=((0.8,),), sd=(0.3,), correlation=((1.0,),))
    assert long_run_covariance(own)[0, 0] == pytest.approx(0.09 / (1.0 - 0.64))


def test_a_system_depends_on_seed_name_and_number_alone() -> None:
    own = system()
    many = together("economy", own, 2, range(130), 76)
    np.testing.assert_array_equal(together("economy", own, 2, range(70, 75), 76), many[..., 70:75])
    np.testing.assert_array_equal(together("economy", own, 2, range(5), 20), many[:, :20, :5])
    assert not np.isin(together("other", own, 2, range(5), 76), many).any()


def test_paths_take_their_share_and_the_base_year_stays() -> None:
    central = np.full((31, 1), 0.02)
    out = disturbed(
        {PATH: central}, {PATH: YEARLY}, {}, 4, range(6), 2024, {}, {"economy": system()}
    )
    move = together("economy", system(), 4, range(6), 30)[0]
    assert (out[PATH][0] == 0.02).all()
    np.testing.assert_allclose(out[PATH][1:], 0.02 + 0.5 * move, rtol=1e-14)
    still = system(sd=(0.0, 0.0, 0.0))
    same = disturbed({PATH: central}, {PATH: YEARLY}, {}, 4, range(6), 2024, {}, {"e": still})
    assert (same[PATH] == 0.02).all()


def test_an_estimate_and_a_system_add_up() -> None:
    central = np.full((31, 1), 0.02)
    drivers, systems = {PATH: estimate(sd=0.01)}, {"economy": system()}
    both, alone, moved = (
        disturbed({PATH: central}, {PATH: YEARLY}, d, 4, range(6), 2024, {}, s)[PATH]
        for d, s in ((drivers, systems), (drivers, {}), ({}, systems))
    )
    np.testing.assert_allclose(both - central, alone + moved - 2.0 * central, atol=1e-16)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"matrix": ((1.0, 0, 0), (0, 0.5, 0), (0, 0, 0.2))}, "spectral radius 1: .*below 1"),
        ({"matrix": ((0.5, 0.9, 0), (0.9, 0.5, 0), (0, 0, 0))}, "spectral radius 1.4"),
        ({"matrix": ((0.5,),)}, "3 rows of 3"),
        ({"sd": (0.1, 0.1)}, "3 numbers not below 0"),
        ({"sd": (0.1, -0.1, 0.1)}, "3 numbers not below 0"),
        ({"correlation": ((1, 0.5, 0), (0.4, 1, 0), (0, 0, 1))}, "symmetric with 1"),
        ({"correlation": ((1, 0.9, -0.9), (0.9, 1, 0.9), (-0.9, 0.9, 1))}, "towards 0"),
        ({"variables": ("a", "a", "b")}, "stands twice"),
        ({"paths": {"x": {"variable": "unknown"}}}, "takes variable 'unknown'; there are: growth"),
    ],
)  # fmt: skip
def test_systems_that_cannot_be_are_refused(changes, message) -> None:
    with pytest.raises(ValidationError, match=message):
        system(**changes)


def test_a_system_out_of_bounds_names_path_year_and_draw() -> None:
    narrow = dataclasses.replace(YEARLY, low=0.0)
    with pytest.raises(
        PackError, match=rf'uncertainty_var.economy.paths."{PATH}": becomes -.*draw'
    ):
        disturbed(
            {PATH: np.full((31, 1), 0.001)}, {PATH: narrow}, {}, 4, range(9), 2024, {},
            {"economy": system()},
        )  # fmt: skip


# --- the shipped packs ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("ZAF")


def with_spreads(pack: Pack, share: float) -> Pack:
    """The pack with the spreads of its economy times a share, and without those of persons."""
    own = pack.manifest
    economy = {
        path: d.model_copy(update={"sd": share * d.sd})
        for path, d in own.uncertainty.items()
        if not d.by_quantiles and d.sd is not None
    }
    systems = {
        name: s.model_copy(update={"sd": tuple(share * x for x in s.sd)})
        for name, s in own.uncertainty_var.items()
    }
    manifest = own.model_copy(update={"uncertainty": economy, "uncertainty_var": systems})
    entries = {k: e for k, e in pack.entries.items() if not k.endswith("_deviation")}
    return dataclasses.replace(pack, manifest=manifest, entries=entries)


def test_without_spread_a_run_is_the_central_one_to_the_bit(pack: Pack) -> None:
    central = project(pack, to=2029)
    still = project(with_spreads(pack, 0.0), to=2029, draws=2, seed=1)
    for name, array in central.arrays.items():
        for draw in range(2):
            np.testing.assert_array_equal(still.arrays[name][:, draw], array[:, 0], err_msg=name)


def test_base_year_of_every_draw_is_that_of_the_accounts(pack: Pack) -> None:
    central = project(pack, to=2026)
    spread = project(with_spreads(pack, 1.0), to=2026, draws=5, seed=1)
    for name in (
        "macroeconomy.gdp", "macroeconomy.private_consumption", "macroeconomy.investment",
        "macroeconomy.capital_stock", "government.debt", "labour_market.unemployment_rate",
        "labour_market.labour_income", "social_accounts.expenditure",
    ):  # fmt: skip
        np.testing.assert_allclose(
            spread.arrays[name][0], np.broadcast_to(central.arrays[name][0], (5,)), rtol=1e-12
        )
    assert (np.ptp(spread.arrays["macroeconomy.gdp"][1:], axis=1) > 0.0).all()
    assert max(np.abs(x).max() for x in spread.identities.values()) < 1e-9


def test_reforms_share_their_constants_and_drivers(pack: Pack) -> None:
    text = 'title = "Higher taxes"\n[[change]]\npath = "government.consumption_tax_change"\n'
    reform = Scenario.loads(text + "add = 0.01\nfrom = 2026\n")
    own = pack.manifest
    found = []
    for scenario in (Scenario.loads('title = "None"'), reform):
        plan, parameters = prepare(with_spreads(pack, 1.0), scenario, to=2030)
        drivers = {p: d for p, d in own.uncertainty.items() if not d.by_quantiles}
        found.append(
            disturbed(
                parameters, plan.params, drivers, 6, range(3), 2024, {}, own.uncertainty_var
            )
        )  # fmt: skip
    for path in (*own.uncertainty_var["economy"].paths, PATH):
        np.testing.assert_array_equal(found[0][path], found[1][path])


def test_a_path_with_two_drivers_or_none_is_refused(pack: Pack) -> None:
    from socialbudget.pack import _check_references

    own = pack.manifest
    economy = own.uncertainty_var["economy"]
    again = own.model_copy(update={"uncertainty_var": {"economy": economy, "other": economy}})
    assert any("disturbed by uncertainty_var.economy too" in f for f in _check_references(again))
    add = Driver(kind="add", sd=0.1, source=economy.source, flag="assumed")
    twice = own.model_copy(
        update={"uncertainty": {**own.uncertainty, "macroeconomy.inflation_target": add}}
    )
    assert any("driver of its own" in f for f in _check_references(twice))
    lost = economy.model_copy(update={"source": "nowhere"})
    unlisted = own.model_copy(update={"uncertainty_var": {"economy": lost}})
    assert any("source 'nowhere' is not listed" in f for f in _check_references(unlisted))
    fixed = economy.model_copy(
        update={"paths": {PATH: next(iter(economy.paths.values()))}}
    )  # a constant does not move from year to year
    idle = own.model_copy(update={"uncertainty_var": {"economy": fixed}})
    with pytest.raises(PackError, match="no module reads this path year by year"):
        prepare(dataclasses.replace(pack, manifest=idle), to=2030)
