"""Populations of many draws: the same as `project`, the zero-shock case, variants, errors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from calibration.uncertainty import bands
from socialbudget.drivers import SUFFIX
from socialbudget.ensemble import project
from socialbudget.errors import IdentityError, PackError, ScenarioError
from socialbudget.kernels.population import population_paths
from socialbudget.modules.demography import Demography
from socialbudget.pack import Pack, load_pack
from socialbudget.population_ensemble import PopulationEnsemble, population_ensemble
from socialbudget.scenario import Change, Scenario, find_scenario

DRAWS, LAST = 24, 2075
GROUPS = (0, 5, 20, 65, 80)
SHIFTED = "demography.migration_shift"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("ZAF")


def of_project(pack: Pack, scenario: Scenario | None = None, **changes: object):
    given = {"to": LAST, "draws": DRAWS, "seed": 11, **changes}
    return project(pack, scenario, modules=[Demography()], **given)  # type: ignore[arg-type]


def ensemble(pack: Pack, scenario: Scenario | None = None, **changes: object) -> PopulationEnsemble:
    given = {"to": LAST, "draws": DRAWS, "seed": 11, "age_groups": GROUPS, **changes}
    return population_ensemble(pack, scenario, **given)  # type: ignore[arg-type]


def same(found: PopulationEnsemble, other: object, rtol: float = 1e-9) -> None:
    arrays = other.arrays  # type: ignore[attr-defined]
    groups = np.add.reduceat(arrays["demography.population"], found_starts(found), axis=-1)
    np.testing.assert_allclose(found.population, groups, rtol=rtol)
    for name in ("births", "deaths", "net_migration"):
        array = arrays[f"demography.{name}"]
        array = array if name == "births" else array.sum(axis=-1)
        scale = np.abs(array[1:]).max()
        np.testing.assert_allclose(
            getattr(found, name)[1:], array[1:], rtol=rtol, atol=rtol * scale
        )
    np.testing.assert_allclose(
        found.life_expectancy, arrays["demography.life_expectancy"], rtol=rtol
    )


def found_starts(found: PopulationEnsemble) -> list[int]:
    return [first for first, _ in found.groups]


@pytest.mark.parametrize("iso3", ["ZAF", "KOR", "USA"])
def test_equal_to_the_projection(iso3: str) -> None:
    """With migrants exposed for half a year (USA) as with migrants at the end."""
    pack = load_pack(iso3)
    other = of_project(pack)
    found = ensemble(pack, keep=(2024, 2050, LAST))
    same(found, other)
    for year, kept in found.kept.items():
        array = other.arrays["demography.population"][year - pack.base_year]
        np.testing.assert_allclose(kept, array, rtol=1e-9)
    np.testing.assert_allclose(found.total, found.population.sum(axis=(2, 3)), rtol=1e-14)
    assert found.groups == ((0, 4), (5, 19), (20, 64), (65, 79), (80, 100))


def test_equal_under_scenarios(pack: Pack) -> None:
    for name in ("low_fertility", "zero_migration", "constant_mortality"):
        scenario = Scenario.load(find_scenario(name))
        same(ensemble(pack, scenario), of_project(pack, scenario))


def test_draws_do_not_depend_on_their_number_or_on_threads(pack: Pack) -> None:
    few, many = ensemble(pack, draws=3), ensemble(pack, draws=150, threads=2)
    np.testing.assert_array_equal(few.population, many.population[:, :3])
    alone = ensemble(pack, draws=150, threads=1)
    np.testing.assert_array_equal(alone.population, many.population)
    short = ensemble(pack, to=2040)
    np.testing.assert_array_equal(short.population, few_years(ensemble(pack), 2040))


def few_years(found: PopulationEnsemble, to: int) -> np.ndarray:
    return found.population[: to - found.years[0] + 1]


def test_project_does_not_depend_on_the_number_of_draws(pack: Pack) -> None:
    one, many = of_project(pack, draws=1, to=2035), of_project(pack, draws=70, to=2035)
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, many.arrays[name][:, :1], err_msg=name)


def without_spread(pack: Pack) -> Pack:
    entries = {
        path: dataclasses.replace(entry, values=np.zeros_like(entry.values))
        if path.endswith(SUFFIX)
        else entry
        for path, entry in pack.entries.items()
    }
    return dataclasses.replace(pack, entries=entries)


def test_zero_shocks_give_the_deterministic_run(pack: Pack) -> None:
    """D-5, to the bit."""
    still, plain = of_project(without_spread(pack), draws=2), of_project(pack, draws=1, seed=None)
    for name, array in plain.arrays.items():
        np.testing.assert_array_equal(still.arrays[name][:, 1:], array, err_msg=name)
    found = ensemble(without_spread(pack), draws=2)
    same(found, still)
    np.testing.assert_array_equal(found.population, ensemble(pack, draws=2, seed=None).population)


def test_common_random_numbers(pack: Pack) -> None:
    """A reform has the same draws of fertility, mortality and migration as the baseline."""
    scenario = Scenario.load(find_scenario("low_fertility"))
    base, reform = ensemble(pack), ensemble(pack, scenario)
    np.testing.assert_array_equal(base.life_expectancy, reform.life_expectancy)
    less = reform.total_fertility[20:] - base.total_fertility[20:]
    np.testing.assert_allclose(less, -0.5, rtol=1e-12)


def test_each_seed_its_own(pack: Pack) -> None:
    one, other = ensemble(pack), ensemble(pack, seed=12)
    assert not np.isclose(one.total[-1], other.total[-1], rtol=1e-6).any()


# --- the bands ----------------------------------------------------------------------------------


@pytest.mark.parametrize("iso3", ["ZAF", "KOR"])
def test_fertility_and_life_expectancy_have_the_published_bands(iso3: str) -> None:
    """Quantiles of 4,000 draws in every tenth year, to the error of a quantile of so many."""
    found = population_ensemble(load_pack(iso3), draws=4000, seed=8, age_groups=(0,))
    published = bands(iso3)
    levels = [0.025, 0.1, 0.5, 0.9, 0.975]
    for t in (1, 6, 16, 26, 36, 46, 56, 66, 76):
        total = np.quantile(found.total_fertility[t], levels)
        wanted = published.total_fertility_rate[t]
        assert (np.abs(total - wanted) <= 0.035 * np.ptp(wanted)).all(), t
        own = np.quantile(found.life_expectancy[t], levels, axis=0).T
        width = np.ptp(published.life_expectancy[t], axis=1)
        gap = (
            own
            - own[:, 2:3]
            - (published.life_expectancy[t] - published.life_expectancy[t][:, 2:3])
        )
        assert (np.abs(gap) <= 0.05 * width[:, None]).all(), t


# --- variants -----------------------------------------------------------------------------------


@pytest.mark.parametrize("iso3", ["ZAF", "KOR"])
@pytest.mark.parametrize(("name", "column"), [("low_fertility", 0), ("high_fertility", 1)])
def test_fertility_variants_are_the_published_ones(iso3: str, name: str, column: int) -> None:
    pack = load_pack(iso3)
    found = population_ensemble(pack, Scenario.load(find_scenario(name)), draws=1, seed=None)
    published = bands(iso3)
    np.testing.assert_allclose(
        found.total_fertility[1:, 0], published.fertility_variants[1:, column], atol=2e-4
    )
    # The publisher's variant begins a year earlier, with a quarter of a child in 2024.
    central = population_ensemble(pack, draws=1, seed=None)
    change = found.total[:, 0] / central.total[:, 0]
    wanted = published.population_variants[:, column] / published.population[:, 2]
    np.testing.assert_allclose(change[[26, 76]], wanted[[26, 76]], rtol=0.012)


def test_constant_rates_and_no_migrants(pack: Pack) -> None:
    def run(name: str, seed: int | None = None) -> PopulationEnsemble:
        scenario = Scenario.load(find_scenario(name))
        return population_ensemble(pack, scenario, draws=2, seed=seed, to=2060)

    fertility = run("constant_fertility").total_fertility
    np.testing.assert_allclose(fertility, fertility[0, 0], rtol=1e-13)
    lives = run("constant_mortality").life_expectancy
    np.testing.assert_allclose(lives, np.broadcast_to(lives[0], lives.shape), rtol=1e-13)
    for seed in (None, 3):
        assert not run("zero_migration", seed).net_migration[1:].any()


def test_hold_names_a_year_of_the_run(pack: Pack) -> None:
    def changed(**change: object) -> None:
        path = "demography.death_rate"
        scenario = Scenario("h", ((Change.model_validate({"path": path, **change}),),))
        population_ensemble(pack, scenario, draws=1, seed=None, to=2030)

    changed(hold=2030)
    with pytest.raises(ScenarioError, match="from 2024 to 2030"):
        changed(hold=2031)
    with pytest.raises(ScenarioError, match="fixed parameter"):
        changed(path="demography.population", hold=2024)


# --- the kernel, errors ---------------------------------------------------------------------------


def test_kernel_equals_its_python_twin(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = ensemble(pack, draws=2, to=2029, keep=(2027,))
    monkeypatch.setattr(
        "socialbudget.population_ensemble.population_paths", population_paths.py_func
    )
    plain = ensemble(pack, draws=2, to=2029, keep=(2027,))
    for name in ("population", "births", "deaths", "net_migration", "life_expectancy"):
        np.testing.assert_allclose(
            getattr(plain, name)[1:], getattr(compiled, name)[1:], rtol=1e-12
        )
    np.testing.assert_allclose(plain.kept[2027], compiled.kept[2027], rtol=1e-12)


def test_wrong_requests_are_refused(pack: Pack) -> None:
    for groups in ((), (5, 10), (0, 10, 10), (0, 101)):
        with pytest.raises(ValueError, match="age groups"):
            population_ensemble(pack, age_groups=groups)
    with pytest.raises(ValueError, match="2023"):
        population_ensemble(pack, keep=(2023,))
    with pytest.raises(ValueError, match="draws"):
        population_ensemble(pack, draws=0)


def test_a_spread_of_another_path_is_refused(pack: Pack) -> None:
    driver = next(iter(pack.manifest.uncertainty.values())).model_copy(
        update={"kind": "scale", "sd": 0.01}
    )
    uncertainty = {"demography.death_rate": driver}
    manifest = pack.manifest.model_copy(update={"uncertainty": uncertainty})
    with pytest.raises(PackError, match=r"death_rate.*needs\s+project"):
        population_ensemble(dataclasses.replace(pack, manifest=manifest))


def test_more_emigrants_than_residents_have_no_results(pack: Pack) -> None:
    change = Change(path="demography.net_migration", add=-1e6, where={"age": 30})
    with pytest.raises(IdentityError, match="D-3"):
        population_ensemble(pack, Scenario("e", ((change,),)), draws=1, seed=None, to=2030)
    shift = Change(path=SHIFTED, set=-3.0)
    found = population_ensemble(pack, Scenario("s", ((shift,),)), draws=1, seed=None, to=2030)
    assert (found.population > 0.0).all()
