"""What must hold of any population: balance, cohorts, scale, sexes and stable growth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialbudget.dims import FEMALE, MALE, STANDARD
from socialbudget.errors import IdentityError, SocialBudgetError
from socialbudget.kernels.cohort import cohort_step, survival_from_death_rates
from socialbudget.life_table import intrinsic_growth_rate
from socialbudget.modules.demography import Demography
from socialbudget.plan import build_plan
from socialbudget.projection import run

AGES = 101
QUIET = settings(max_examples=40, deadline=None)
AGE = np.arange(AGES)
SENSITIVITY = np.stack([2.0 - 1.8 * AGE / 100.0, 1.9 - 1.6 * AGE / 100.0])
PROPENSITY = np.stack([np.exp(-((AGE - m) ** 2) / 200.0) + 0.05 for m in (27.0, 30.0)])
seeds = st.integers(0, 2**32 - 1)
shares = st.floats(0.0, 1.0)


def world(seed, ages=AGES, draws=2, migration=1e3):
    """Random but possible vital rates and a random population."""
    rng = np.random.default_rng(seed)
    age = np.arange(ages)
    rate = np.exp(rng.uniform(-9.5, -8.0) + rng.uniform(0.07, 0.1) * age)
    rates = np.empty((1, 2, ages))
    rates[0, FEMALE] = np.minimum(rate, 1.5)
    rates[0, MALE] = np.minimum(rate * rng.uniform(1.0, 2.0), 1.5)
    rates[..., 0] = rng.uniform(0.001, 0.1)
    fertility = np.where((age >= 15) & (age < 50), rng.uniform(0.0, 0.2, ages), 0.0)[None]
    return {
        "population": rng.uniform(1e3, 1e6, (draws, 2, ages)),
        "rates": rates,
        "fertility": fertility,
        "ratio": np.array([rng.uniform(1.0, 1.15)]),
        "migration": rng.uniform(-migration, migration, (1, 2, ages)),
    }


def survival_of(rates):
    survival, probability = np.empty_like(rates), np.empty_like(rates)
    births, expectancy = np.empty(rates.shape[:2]), np.empty(rates.shape[:2])
    survival_from_death_rates(rates, survival, births, probability, expectancy)
    return survival, births, probability, expectancy


def advance(w, exposed=0.5, **changes):
    w = {**w, **changes}
    survival, birth_survival, _, _ = survival_of(w["rates"])
    after, deaths = np.empty_like(w["population"]), np.empty_like(w["population"])
    births = np.empty(after.shape[:2])
    cohort_step(
        w["population"],
        survival,
        birth_survival,
        w["fertility"],
        w["ratio"],
        w["migration"],
        np.array([exposed]),
        1.0,
        after,
        births,
        deaths,
    )
    return after, births, deaths


@QUIET
@given(seeds, shares)
def test_population_balances_in_total_and_by_cohort(seed, exposed):
    w = world(seed)
    before, migration = w["population"], w["migration"]
    after, births, deaths = advance(w, exposed)
    total = before.sum(axis=(1, 2)) + births.sum(axis=1) - deaths.sum(axis=(1, 2))
    np.testing.assert_allclose(after.sum(axis=(1, 2)), total + migration.sum(), rtol=1e-12)
    cohort = np.concatenate([births[..., None], before[..., :-1]], axis=2)
    cohort[..., -1] += before[..., -1]
    np.testing.assert_allclose(after, cohort + migration - deaths, rtol=1e-11, atol=1e-6)


@QUIET
@given(seeds)
def test_nobody_below_zero_without_emigration(seed):
    w = world(seed)
    after, births, deaths = advance(w, migration=np.abs(w["migration"]))
    assert (after >= 0.0).all()
    assert (births >= 0.0).all()
    assert (deaths >= 0.0).all()


@QUIET
@given(seeds, shares, st.floats(0.01, 100.0))
def test_scale_of_population_and_migration_is_scale_of_everything(seed, exposed, factor):
    w = world(seed)
    once = advance(w, exposed)
    scaled = advance(
        w,
        exposed,
        population=w["population"] * factor,
        migration=w["migration"] * factor,
    )
    for one, many in zip(once, scaled, strict=True):
        np.testing.assert_allclose(many, one * factor, rtol=1e-11, atol=1e-6)


@QUIET
@given(seeds)
def test_only_women_bear_children(seed):
    w = world(seed)
    _, births, _ = advance(w)
    men = w["population"].copy()
    men[:, MALE] *= 3.0
    _, same, _ = advance(w, population=men)
    np.testing.assert_array_equal(births, same)
    women = w["population"].copy()
    women[:, FEMALE] *= 3.0
    _, more, _ = advance(w, population=women, migration=np.zeros_like(w["migration"]))
    _, base, _ = advance(w, migration=np.zeros_like(w["migration"]))
    np.testing.assert_allclose(more, 3.0 * base, rtol=1e-12)
    np.testing.assert_allclose(births[:, MALE], w["ratio"] * births[:, FEMALE], rtol=1e-13)


@QUIET
@given(seeds)
def test_sexes_do_not_mix(seed):
    """Changing the mortality of one sex leaves the other alone, but for its births."""
    w = world(seed)
    rates = w["rates"].copy()
    rates[:, MALE] *= 1.3
    after, births, _ = advance(w)
    changed, births_changed, _ = advance(w, rates=rates)
    np.testing.assert_array_equal(after[:, FEMALE], changed[:, FEMALE])
    np.testing.assert_array_equal(births, births_changed)
    assert (changed[:, MALE, 1:] < after[:, MALE, 1:]).all()


@QUIET
@given(seeds)
def test_higher_mortality_shortens_life(seed):
    rates = world(seed)["rates"]
    survival, births, probability, expectancy = survival_of(rates)
    worse = survival_of(rates * 1.1)
    assert (worse[3] < expectancy).all()
    assert (worse[2] >= probability).all()
    for array in (survival, births, probability):
        assert (array >= 0.0).all()
        assert (array <= 1.0).all()


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_stable_population_grows_at_lotkas_rate(seed):
    """After centuries of constant rates the growth is r, whatever the population was.

    With births from the mean of the women at both ends of a year, the kernel's growth is the
    root of Lotka's equation with every rate times cosh(r/2): a term of the second order.
    """
    w = world(seed, migration=0.0)
    for _ in range(1200):
        before = w["population"]
        after, _, _ = advance(w)
        w["population"] = after / after.sum() * 1e7
    growth = np.log(after.sum(axis=(1, 2)) / before.sum(axis=(1, 2)))
    np.testing.assert_allclose(growth, growth[0], rtol=0.0, atol=1e-10)
    survival, birth_survival, _, _ = survival_of(w["rates"])
    lived = birth_survival[0, FEMALE] * np.cumprod(
        np.concatenate([[1.0], survival[0, FEMALE, : AGES - 2]])
    )
    girls = w["fertility"][0, : AGES - 1] / (1.0 + w["ratio"][0])
    middle = np.arange(AGES - 1) + 0.5
    lotka = intrinsic_growth_rate(lived, girls * np.cosh(growth[0] / 2.0), middle)
    np.testing.assert_allclose(growth, lotka, rtol=0.0, atol=1e-10)
    plain = intrinsic_growth_rate(lived, girls, middle)
    np.testing.assert_allclose(growth, plain, rtol=0.0, atol=growth[0] ** 2 / 100.0 + 1e-10)


def module_run(w, years=30, draws=2, exposed=0.5, **changes):
    """`changes`: arrays of parameters by their name, such as ``migration_shift``."""
    module = Demography()
    horizon = np.ones((years + 1, 1, 1, 1))
    parameters = {
        "demography.population": w["population"][None, :1],
        "demography.death_rate": w["rates"][None] * horizon,
        "demography.fertility_rate": w["fertility"][None] * horizon[..., 0],
        "demography.sex_ratio_at_birth": w["ratio"][None] * horizon[..., 0, 0],
        "demography.net_migration": w["migration"][None] * horizon,
        "demography.migrants_exposed": np.full((years + 1, 1), exposed),
        "demography.fertility_level": np.ones((years + 1, 1)),
        "demography.fertility_shift": np.zeros((years + 1, 1)),
        "demography.mortality_index": np.zeros((years + 1, 1, 2)),
        "demography.mortality_sensitivity": SENSITIVITY[None, None],
        "demography.migration_shift": np.zeros((years + 1, 1)),
        "demography.migration_propensity": PROPENSITY[None, None],
    }
    parameters |= {f"demography.{name}": array for name, array in changes.items()}
    plan = build_plan([module], STANDARD)
    return run(plan, STANDARD, parameters, 2024, 2024 + years, draws)


@settings(max_examples=10, deadline=None)
@given(seeds, shares)
def test_module_keeps_its_identities(seed, exposed):
    w = world(seed, migration=50.0)
    w["migration"] = np.abs(w["migration"])
    trajectory = module_run(w, exposed=exposed)
    names = {identity.partition(" ")[0] for _, identity in trajectory.identities}
    assert names == {"D-1", "D-2", "D-3"}
    assert max(residual.max() for residual in trajectory.identities.values()) <= 1e-12
    arrays = trajectory.arrays
    stock = arrays["demography.population"]
    middle = 0.5 * (stock[1:] + stock[:-1])
    np.testing.assert_allclose(arrays["demography.population_midyear"][1:], middle, rtol=1e-14)
    np.testing.assert_array_equal(stock[:, 0], stock[:, 1])


def test_base_year_flows_undo_a_projected_year():
    """A year projected forward is read back from its closing stock alone."""
    for exposed in (0.0, 0.5, 1.0):
        w = world(7, draws=1, migration=100.0)
        after, births, deaths = advance(w, exposed)
        arrays = module_run({**w, "population": after}, years=1, draws=1, exposed=exposed).arrays
        np.testing.assert_allclose(arrays["demography.births"][0], births, rtol=1e-12)
        middle = 0.5 * (w["population"] + after)
        read = arrays["demography.population_midyear"][0]
        np.testing.assert_allclose(read[..., :-2], middle[..., :-2], rtol=1e-12)
        # The two oldest ages arrive in one group: only their sum can be read back.
        np.testing.assert_allclose(read.sum(), middle.sum(), rtol=2e-3)
        np.testing.assert_allclose(
            arrays["demography.deaths"][0][..., :-1], deaths[..., :-1], rtol=1e-9, atol=1e-6
        )


def test_births_at_age_zero_are_refused():
    w = world(1, draws=1)
    fertility = w["fertility"].copy()
    fertility[:, 0] = 0.1
    with pytest.raises(SocialBudgetError, match="age 0"):
        module_run({**w, "fertility": fertility}, years=1, draws=1)


def test_more_emigrants_than_people_have_no_results():
    w = world(1, draws=1)
    migration = np.zeros_like(w["migration"])
    migration[..., 40] = -2e7
    with pytest.raises(IdentityError, match="D-3"):
        module_run({**w, "migration": migration}, years=1, draws=1)


# --- what moves the paths -----------------------------------------------------------------------


def moved(draws=3, years=25, seed=5):
    """Scalars of each draw and year; zero in the base year."""
    rng = np.random.default_rng(seed)
    level = np.exp(0.2 * rng.standard_normal((years + 1, draws)))
    index = 0.6 * rng.standard_normal((years + 1, draws, 2))
    shift = 0.02 * rng.standard_normal((years + 1, draws))
    level[0], index[0], shift[0] = 1.0, 0.0, 0.0
    return {"fertility_level": level, "mortality_index": index, "migration_shift": shift}


def mild(w):
    """Death rates that stay below 2 a year, where everybody is dead at once, in any draw."""
    return {**w, "rates": np.minimum(0.5 * w["rates"], 0.6)}


def test_neutral_values_change_nothing_to_the_bit():
    """Patterns by age do not matter at index and shift 0, nor does a draw axis."""
    w = world(3, draws=1, migration=50.0)
    plain = module_run(w).arrays
    neutral = moved(draws=2, years=30)
    neutral = {
        k: np.full_like(a, 1.0 if k == "fertility_level" else 0.0) for k, a in neutral.items()
    }
    again = module_run(
        w,
        **neutral,
        mortality_sensitivity=3.0 * SENSITIVITY[None, None],
        migration_propensity=PROPENSITY[None, None] ** 2,
    ).arrays
    for name, array in plain.items():
        np.testing.assert_array_equal(again[name], array, err_msg=name)


@pytest.mark.parametrize("exposed", [0.0, 0.5, 1.0])
def test_moved_draws_keep_their_identities(exposed):
    w = mild(world(4, draws=1, migration=0.0))
    trajectory = module_run(w, years=25, draws=3, exposed=exposed, **moved())
    assert max(residual.max() for residual in trajectory.identities.values()) <= 1e-12
    stock = trajectory.arrays["demography.population"]
    assert not np.array_equal(stock[-1, 0], stock[-1, 1])


def test_a_draw_does_not_depend_on_its_company():
    w = mild(world(4, draws=1, migration=0.0))
    scalars = moved()
    together = module_run(w, years=25, draws=3, **scalars).arrays
    for draw in range(3):
        own = {name: array[:, draw : draw + 1] for name, array in scalars.items()}
        alone = module_run(w, years=25, draws=1, **own).arrays
        for name, array in alone.items():
            np.testing.assert_array_equal(array[:, 0], together[name][:, draw], err_msg=name)


def test_level_and_shift_of_fertility():
    w = world(5, draws=1, migration=0.0)
    total = w["fertility"].sum()
    level = np.where(np.arange(6)[:, None] > 0, 1.25, 1.0)
    shift = np.where(np.arange(6)[:, None] > 0, 0.25 * total, 0.0)
    by_level = module_run(w, years=5, draws=1, fertility_level=level).arrays
    by_shift = module_run(w, years=5, draws=1, fertility_shift=shift).arrays
    plain = module_run(w, years=5, draws=1).arrays
    births = "demography.births"
    np.testing.assert_allclose(by_level[births][1], 1.25 * plain[births][1], rtol=1e-12)
    np.testing.assert_allclose(by_shift[births], by_level[births], rtol=1e-12)
    with pytest.raises(SocialBudgetError, match="below zero"):
        module_run(w, years=5, draws=1, fertility_shift=-8.0 * shift)
    none = {**w, "fertility": np.zeros_like(w["fertility"])}
    with pytest.raises(SocialBudgetError, match="no fertility"):
        module_run(none, years=5, draws=1, fertility_shift=shift)


def test_the_mortality_index_multiplies_death_rates():
    """Read between tabulated life tables: within 1e-6 of the exact one, for any draw."""
    w = mild(world(6, draws=1, migration=0.0))
    index = np.zeros((2, 200, 2))
    index[1] = np.random.default_rng(1).uniform(-3.0, 1.5, (200, 2))
    arrays = module_run(w, years=1, draws=200, mortality_index=index).arrays
    rates = w["rates"] * np.exp(index[1][..., None] * SENSITIVITY)
    survival, _, probability, expectancy = survival_of(rates)
    found = arrays["demography.death_probability"][1]
    np.testing.assert_allclose(1.0 - found[..., :-1], 1.0 - probability[..., :-1], rtol=1e-6)
    np.testing.assert_allclose(found, probability, rtol=2e-5)
    np.testing.assert_allclose(arrays["demography.life_expectancy"][1], expectancy, rtol=1e-6)
    before, after = arrays["demography.population"]
    np.testing.assert_allclose(after[..., 1:-1], before[..., :-2] * survival[..., :-2], rtol=1e-6)


def test_death_rates_by_draw_and_an_index():
    w = world(6, draws=1, migration=0.0)
    rates = w["rates"][None] * np.ones((3, 1, 1, 1))
    spread = rates * np.array([1.0, 1.1])[None, :, None, None]
    index = np.zeros((3, 2, 2))
    index[1:] = 0.111
    both = module_run(w, years=2, draws=2, death_rate=spread, mortality_index=index).arrays
    for draw in range(2):
        own = module_run(
            w, years=2, draws=1, death_rate=spread[:, draw : draw + 1],
            mortality_index=index[:, draw : draw + 1],
        ).arrays  # fmt: skip
        for name, array in own.items():
            np.testing.assert_array_equal(array[:, 0], both[name][:, draw], err_msg=name)


def test_a_shift_moves_a_share_of_the_residents():
    w = world(7, draws=1, migration=0.0)
    w["migration"] = np.zeros_like(w["migration"])
    shift = np.array([[0.0], [0.01]])
    arrays = module_run(w, years=1, draws=1, exposed=0.0, migration_shift=shift).arrays
    before = arrays["demography.population"][0, 0]
    came = arrays["demography.net_migration"][1, 0]
    assert came.sum() == pytest.approx(0.01 * before.sum(), rel=1e-12)
    share = came[:, 1:-1] / (PROPENSITY[:, 1:-1] * before[:, :-2])
    np.testing.assert_allclose(share, share[0, 0], rtol=1e-12)
    away = module_run(w, years=1, draws=1, exposed=0.0, migration_shift=-shift).arrays
    np.testing.assert_allclose(away["demography.net_migration"][1, 0], -came, rtol=1e-12)


def test_emigrants_of_a_shift_are_at_most_those_there():
    """Expected emigrants of a cohort that has all but gone: a tenth of it stays each year."""
    w = world(8, draws=1, migration=0.0)
    w["migration"] = np.zeros_like(w["migration"])
    w["migration"][..., 0] = -1e7
    w["migration"][..., 30] = -1e7
    w["migration"][..., 100] = -1e7
    with pytest.raises(IdentityError, match="D-3"):
        module_run(w, years=1, draws=1, exposed=0.0)
    shift = np.array([[0.0], [-0.001]])
    for exposed in (0.0, 0.5):
        w["population"] = world(8, draws=1)["population"] + 1e6
        try:
            arrays = module_run(w, years=1, draws=1, exposed=exposed, migration_shift=shift).arrays
        except IdentityError:  # pragma: no cover
            pytest.fail("an age fell below zero")
        stock = arrays["demography.population"][1, 0]
        assert (stock > 0.0).all()
    before = arrays["demography.population"][0, 0]
    survivors = before[:, 29] * survival_of(w["rates"])[0][0][:, 29]
    assert (stock[:, 30] < 0.2 * survivors).all()


def test_a_shift_in_the_base_year_is_refused():
    with pytest.raises(SocialBudgetError, match="base year"):
        module_run(world(1, draws=1), years=1, draws=1, migration_shift=np.full((2, 1), 0.01))
