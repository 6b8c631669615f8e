"""Measures of the population against closed forms, independent sums and bad input."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from calibration import synthetic
from socialbudget.errors import SocialBudgetError
from socialbudget.life_table import intrinsic_growth_rate, single_age_life_table
from socialbudget.pack import load_pack
from socialbudget.population import (
    Measure,
    annuity_factor,
    cohort_survival,
    crude_death_rate_by_age,
    deaths_by_age,
    dependency_ratio,
    dependency_ratios,
    growth_components,
    growth_rates,
    lexis_deaths,
    lexis_table,
    life_expectancy,
    median_age,
    parse_age_groups,
    parse_threshold,
    period_mortality,
    population_by_group,
    population_share,
    probability,
    project_population,
    pyramid,
    support_ratio,
    threshold_probability,
    total_population,
)
from socialbudget.results import Results
from socialbudget.scenario import Scenario

LAST = 2040


@pytest.fixture(scope="module")
def zaf() -> Results:
    return project_population(load_pack("ZAF"), to=LAST)


@pytest.fixture(scope="module")
def drawn() -> Results:
    return project_population(load_pack("ZAF"), to=LAST, draws=40, seed=3)


@pytest.fixture(scope="module")
def stationary() -> Results:
    return project_population(load_pack("ZZZ"), to=2035)


# --- age groups ------------------------------------------------------------------------------


def test_groups_are_read() -> None:
    groups = parse_age_groups(" 0-14, 15–64 ,65+,18")
    assert [(g.label, g.low, g.high) for g in groups] == [
        ("0-14", 0, 14),
        ("15-64", 15, 64),
        ("65+", 65, 100),
        ("18", 18, 18),
    ]
    assert [g.label for g in parse_age_groups("ten-year")][-2:] == ["70-79", "80+"]
    assert len(parse_age_groups("five-year")) == 21
    assert len(parse_age_groups("single")) == 101


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "group 1, '', is empty"),
        ("0-14,,65+", "group 2, '', is empty"),
        ("0-14;15+", "group 1, '0-14;15+', is no age group"),
        ("old", "group 1, 'old', is no age group"),
        ("-5", "is no age group"),
        ("14-0", "ends before it starts; write '0-14'"),
        ("80-100", "write '80+'"),
        ("120+", "beyond the open age group"),
        ("0-14,0-14", "group 2, '0-14', stands twice"),
    ],
)
def test_bad_groups_are_named(text: str, message: str) -> None:
    with pytest.raises(SocialBudgetError, match=re.escape(message)):
        parse_age_groups(text)


# --- structure -------------------------------------------------------------------------------


def test_groups_add_up_to_the_population(zaf: Results) -> None:
    people = zaf["demography.population"]
    by_group = population_by_group(zaf, "0-14,15-64,65+")
    both = by_group.select(sex="both").values
    np.testing.assert_allclose(both.sum(axis=-1), people.sum(axis=(2, 3)), rtol=1e-14)
    np.testing.assert_array_equal(
        by_group.select(sex="female", group="65+").values, people[:, :, 0, 65:].sum(axis=-1)
    )
    frame = by_group.frame()
    assert set(frame["unit"]) == {"person"}
    row = frame[(frame.year == 2030) & (frame.sex == "male") & (frame.group == "15-64")]
    assert row["value"].item() == pytest.approx(people[6, 0, 1, 15:65].sum(), rel=1e-14)


def test_dependency_ratios_of_any_limits(zaf: Results) -> None:
    people = zaf["demography.population"].sum(axis=2)
    child, old, total = dependency_ratios(zaf, child="0-19", working="20-69", old="70+")
    working = people[..., 20:70].sum(axis=-1)
    np.testing.assert_allclose(child.values, people[..., :20].sum(axis=-1) / working, rtol=1e-14)
    np.testing.assert_allclose(old.values, people[..., 70:].sum(axis=-1) / working, rtol=1e-14)
    np.testing.assert_allclose(total.values, child.values + old.values, rtol=1e-14)
    midyear = dependency_ratios(zaf, midyear=True)[1].values
    half = zaf["demography.population_midyear"].sum(axis=2)
    np.testing.assert_allclose(
        midyear, half[..., 65:].sum(axis=-1) / half[..., 15:65].sum(axis=-1), rtol=1e-14
    )


def test_nobody_counts_twice_in_a_dependency_ratio(zaf: Results) -> None:
    with pytest.raises(SocialBudgetError, match="age 64 stands twice"):
        dependency_ratio(zaf, "64+", "15-64")


def test_support_ratio_is_labour_force_over_the_others(zaf: Results) -> None:
    force = zaf["participation.labour_force"].sum(axis=2)
    outside = zaf["demography.population_midyear"].sum(axis=2) - force
    np.testing.assert_allclose(
        support_ratio(zaf).values, force.sum(axis=-1) / outside.sum(axis=-1), rtol=1e-14
    )
    np.testing.assert_allclose(
        support_ratio(zaf, "65+").values,
        force.sum(axis=-1) / outside[..., 65:].sum(axis=-1),
        rtol=1e-14,
    )
    bare = replace(zaf, arrays={k: v for k, v in zaf.arrays.items() if "participation" not in k})
    with pytest.raises(SocialBudgetError, match="no labour force"):
        support_ratio(bare)


def test_median_age_parts_the_population_in_halves(zaf: Results) -> None:
    people = zaf["demography.population"].sum(axis=2)
    median = median_age(zaf).select(sex="both").values
    whole = np.floor(median).astype(int)
    for t, d in np.ndindex(median.shape):
        age = whole[t, d]
        below = people[t, d, :age].sum() + (median[t, d] - age) * people[t, d, age]
        assert below == pytest.approx(0.5 * people[t, d].sum(), rel=1e-12)


def test_median_of_a_flat_population_and_in_the_open_age() -> None:
    run = project_population(load_pack("ZZZ"), to=2025)
    flat = np.zeros_like(run["demography.population"])
    flat[..., :80] = 1.0
    old = np.zeros_like(flat)
    old[..., 100] = 5.0
    flat_run = replace(run, arrays={**run.arrays, "demography.population": flat})
    assert np.all(median_age(flat_run).values == 40.0)
    old_run = replace(run, arrays={**run.arrays, "demography.population": old})
    assert np.isnan(median_age(old_run).values).all()


def test_pyramid_adds_up(zaf: Results) -> None:
    frame = pyramid(zaf)
    assert set(frame["sex"]) == {"female", "male"}
    by_year = frame.groupby("year")["percent"].sum()
    np.testing.assert_allclose(by_year, 100.0, rtol=1e-12)


def test_growth_is_the_change_of_the_stock(zaf: Results) -> None:
    growth = growth_components(zaf).select(component="growth").values
    stock = total_population(zaf).values
    np.testing.assert_allclose(growth[1:], np.diff(stock, axis=0), rtol=0, atol=1e-6)
    parts = growth_components(zaf).values
    np.testing.assert_allclose(parts[..., 3], parts[..., 0] - parts[..., 1], rtol=1e-12)
    rates = growth_rates(zaf).values
    half = zaf["demography.population_midyear"].sum(axis=(2, 3))
    np.testing.assert_allclose(rates * half[..., None], parts, rtol=1e-12)


# --- mortality -------------------------------------------------------------------------------


def test_period_life_expectancy_is_that_of_the_life_table(zaf: Results) -> None:
    """The life table is written apart from the measure, from death rates."""
    rates = zaf.parameters["demography.death_rate"]
    found = life_expectancy(zaf).values
    for t, (s, sex) in itertools.product((0, 16), enumerate(("female", "male"))):
        table = single_age_life_table(sex=sex, nmx=rates[t, 0, s])  # type: ignore[arg-type]
        np.testing.assert_allclose(found[t, 0, s], table["ex"], rtol=1e-9)
    np.testing.assert_allclose(found[..., 0], zaf["demography.life_expectancy"], rtol=1e-12)


def test_of_a_stationary_population_e0_is_persons_over_births(stationary: Results) -> None:
    """e0 = T0 / l0."""
    people = stationary["demography.population"].sum(axis=-1)
    births = stationary["demography.births"]
    np.testing.assert_allclose(people / births, life_expectancy(stationary).values[..., 0], 1e-9)


def test_cohort_and_period_agree_when_mortality_is_constant(stationary: Results) -> None:
    period = life_expectancy(stationary).values
    np.testing.assert_allclose(life_expectancy(stationary, kind="cohort").values, period, 1e-12)


def test_cohort_expectancy_follows_the_diagonal(zaf: Results) -> None:
    """Walk down one cohort by hand, with mortality held after the last year."""
    mortality = period_mortality(zaf)
    q, lived = mortality.probability, mortality.lived
    found = life_expectancy(zaf, kind="cohort").values
    for sex, age, t in ((0, 0, 0), (1, 65, 3), (1, 90, 10)):
        alive, total = 1.0, 0.0
        for x in range(age, 100):
            when = min(t + x - age, len(zaf.years) - 1)
            total += alive * lived[when, 0, sex, x]
            alive *= 1.0 - q[when, 0, sex, x]
        total += alive * lived[min(t + 100 - age, len(zaf.years) - 1), 0, sex, 100]
        assert found[t, 0, sex, age] == pytest.approx(total, rel=1e-12)
    # Mortality falls: those born now live longer than this year's table says.
    assert (found[0, ..., 0] > life_expectancy(zaf).values[0, ..., 0]).all()


def test_cohort_survival_is_the_product_along_the_diagonal(zaf: Results) -> None:
    q = zaf["demography.death_probability"]
    survival = cohort_survival(zaf, 60, 2030)
    assert survival.years == (2030,)
    assert survival.values.shape == (1, 1, 2, 41)
    alive = 1.0
    for k in range(41):
        assert survival.values[0, 0, 1, k] == pytest.approx(alive, rel=1e-13)
        alive *= 1.0 - q[min(6 + k, 16), 0, 1, min(60 + k, 100)]
    with pytest.raises(SocialBudgetError, match="2041"):
        cohort_survival(zaf, 60, 2041)
    with pytest.raises(SocialBudgetError, match="age 100"):
        cohort_survival(zaf, 100, 2030)


def test_annuity_of_constant_mortality_is_a_geometric_sum(stationary: Results) -> None:
    """ZZZ: one death rate from 60 on, so the value is 1 / (1 - p v) at any age."""
    frame = annuity_factor(stationary, 65, 2024, 0.03)
    m = synthetic.OLD_DEATH_RATE
    p = (1.0 - 0.5 * m) / (1.0 + 0.5 * m)
    np.testing.assert_allclose(frame["value"], 1.0 / (1.0 - p / 1.03), rtol=1e-9)
    with pytest.raises(SocialBudgetError, match="interest"):
        annuity_factor(stationary, 65, 2024, -1.0)


def test_lotka(stationary: Results) -> None:
    """A population of constant rates grows at Lotka's r in the end, seen by the measures."""
    more = Scenario.loads(
        'title = "More births"\n[[change]]\npath = "demography.fertility_rate"\nscale = 1.2'
    )
    run = project_population(load_pack("ZZZ"), more, to=2700)
    rates = run.parameters
    table = single_age_life_table(sex="female", nmx=rates["demography.death_rate"][-1, 0, 0])
    fertility = rates["demography.fertility_rate"][-1, 0]
    ratio = float(rates["demography.sex_ratio_at_birth"][-1, 0])
    # Births of a year come from the mean of the stocks at its start and end: half at x, half a
    # year later; the girls are then counted at the end of the year.
    maternity = fertility / (1.0 + ratio)
    age = np.arange(101) + 0.5
    r = intrinsic_growth_rate(table["nLx"] / table["lx"].iloc[0], maternity, age)
    stock = total_population(run).values[:, 0]
    growth = np.log(stock[-1] / stock[-51]) / 50
    assert r > 0.004
    assert growth == pytest.approx(r, rel=2e-3)
    np.testing.assert_allclose(median_age(run).values[-1], median_age(run).values[-30], rtol=1e-9)


# --- Lexis -----------------------------------------------------------------------------------


def test_lexis_triangles_keep_cohorts_and_totals(zaf: Results) -> None:
    triangles = lexis_deaths(zaf).values
    deaths = zaf["demography.deaths"]
    np.testing.assert_allclose(triangles.sum(axis=(3, 4)), deaths.sum(axis=3), rtol=1e-13)
    # A cohort dies in the lower triangle of its age and the upper one of the age before.
    cohort = triangles[..., 1:100, 0] + triangles[..., 0:99, 1]
    np.testing.assert_allclose(cohort, deaths[..., 1:100], rtol=1e-12)
    np.testing.assert_array_equal(triangles[..., 0, 0], deaths[..., 0])
    assert (triangles >= 0.0).all()


def test_lexis_deaths_of_a_stationary_population_are_those_of_its_life_table(
    stationary: Results,
) -> None:
    triangles = lexis_deaths(stationary).values
    for s, sex in enumerate(("female", "male")):
        rates = stationary.parameters["demography.death_rate"][0, 0, s]
        table = single_age_life_table(sex=sex, nmx=rates, radix=synthetic.BIRTHS[s])  # type: ignore[arg-type]
        lx, lived = table["lx"].to_numpy(), table["nLx"].to_numpy()
        for t in (0, 5):
            np.testing.assert_allclose(triangles[t, 0, s, :100, 0], (lx - lived)[:100], 1e-8)
            np.testing.assert_allclose(triangles[t, 0, s, :100, 1], lived[:-1] - lx[1:], 1e-8)
            assert triangles[t, 0, s, 100].sum() == pytest.approx(lx[100], rel=1e-8)
            by_age = deaths_by_age(stationary).values[t, 0, s]
            np.testing.assert_allclose(by_age[:-1], -np.diff(lx), rtol=1e-8)


def test_deaths_over_population_are_the_death_rates(zaf: Results) -> None:
    """Where a cohort is of even size, deaths by age over mid-year stock give back the rate."""
    rates = zaf.parameters["demography.death_rate"]
    found = crude_death_rate_by_age(zaf).values
    np.testing.assert_allclose(found[1:, 0, :, 5:85], rates[1:, 0, :, 5:85], rtol=0.01)


def test_lexis_table_follows_cohorts(stationary: Results) -> None:
    """Nobody migrates in ZZZ: a cohort shrinks by its deaths in two triangles."""
    frame = lexis_table(stationary)
    assert set(frame.columns) >= {"year", "sex", "age", "cohort", "triangle", "item", "unit"}
    women = frame[frame["sex"] == "female"]
    people = women[women["item"] == "population"].set_index(["year", "cohort"])["value"]
    deaths = women[(women["item"] == "deaths") & (women["triangle"] != "open")]
    deaths = deaths.groupby(["year", "cohort"])["value"].sum()
    for born in (2020, 1990, 1950):
        assert people[2030, born] == pytest.approx(
            people[2029, born] - deaths[2030, born], rel=1e-9
        )
    assert set(frame[frame["age"] == 100]["triangle"]) == {"open"}


# --- draws -----------------------------------------------------------------------------------


def made(values: np.ndarray, seed: int | None = 1) -> Measure:
    years = tuple(range(2024, 2024 + len(values)))
    return Measure("made", "Made", "1", "", years, np.asarray(values, float), seed=seed)


def test_probability_and_its_error_by_hand() -> None:
    values = np.array([[9.0, 9, 9, 9], [1, 2, 3, 4], [4, 1, 1, 1], [0, 0, 0, 2]])
    frame = probability(made(values), 2.0)
    assert list(frame["year"]) == [2025, 2026, 2027]  # the base year is known
    np.testing.assert_allclose(frame["probability"], [0.5, 0.25, 0.0])
    np.testing.assert_allclose(
        frame["standard_error"], [np.sqrt(0.25 / 4), np.sqrt(0.1875 / 4), 0.0]
    )
    ever = probability(made(values), 2.0, ever=True)
    np.testing.assert_allclose(ever["probability"], [0.5, 0.75, 0.75])
    below = probability(made(values), 2.0, above=False)
    np.testing.assert_allclose(below["probability"], [0.25, 0.75, 0.75])
    # Wilson's interval for none of four: 0 to z2 / (n + z2).
    z2 = 1.959963984540054**2
    assert frame["low"].iloc[-1] == pytest.approx(0.0, abs=1e-15)
    assert frame["high"].iloc[-1] == pytest.approx(z2 / (4 + z2))


def test_probability_needs_draws_and_one_number() -> None:
    with pytest.raises(SocialBudgetError, match="1 draw"):
        probability(made(np.ones((3, 1))), 2.0)
    with pytest.raises(SocialBudgetError, match="without a seed"):
        probability(made(np.ones((3, 5)), seed=None), 2.0)
    two = Measure(
        "m", "", "1", "", (2024, 2025), np.ones((2, 3, 2)), ("sex",), (("a", "b"),), seed=1
    )
    with pytest.raises(SocialBudgetError, match="choose one of each of sex"):
        probability(two, 0.0)
    with pytest.raises(SocialBudgetError, match="sex has no 'c'"):
        two.select(sex="c")
    with pytest.raises(SocialBudgetError, match="no dimension 'age'"):
        two.select(age=3)


def test_thresholds_in_a_year_and_ever(drawn: Results) -> None:
    total = total_population(drawn)
    level = float(np.median(total.at(2040)))
    frame = threshold_probability(drawn, f"population > {level} in 2040")
    assert len(frame) == 1
    assert frame["probability"].item() == pytest.approx((total.at(2040) > level).mean(), abs=1e-12)
    both = threshold_probability(drawn, "old_age_ratio > 11%")
    ever = both[both["event"].str.contains("at least once")]["probability"].to_numpy()
    inside = both[both["event"].str.contains("in the year")]["probability"].to_numpy()
    assert (np.diff(ever) >= 0).all()
    assert (ever >= inside).all()
    assert ever[-1] > 0
    share = threshold_probability(drawn, "share[65+] > 0.05 by 2030")
    np.testing.assert_array_equal(
        share["probability"], probability(population_share(drawn, "65+"), 0.05, ever=True)[
            lambda f: f["year"] == 2030
        ]["probability"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "measure", "group", "value", "year", "ever"),
    [
        ("population>50 million in 2050", "population", None, 5e7, 2050, False),
        ("old_age_ratio > 0.5 by 2060", "old_age_ratio", None, 0.5, 2060, True),
        ("share[65+] > 20%", "share", "65+", 0.2, None, False),
        ("population[0-4] < 9e5", "population", "0-4", 9e5, None, False),
        ("net_migration < -10 thousand", "net_migration", None, -1e4, None, False),
    ],
)
def test_thresholds_are_read(
    text: str, measure: str, group: str | None, value: float, year: int | None, ever: bool
) -> None:
    found = parse_threshold(text)
    assert (found.measure, found.group, found.year, found.ever) == (measure, group, year, ever)
    assert found.value == pytest.approx(value)
    assert found.above == (">" in text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("population", "cannot be read"),
        ("population > lots", "cannot be read"),
        ("population > 1 until 2050", "cannot be read"),
        ("popultion > 1", "did you mean 'population'?"),
        ("births[0-4] > 1", "no measure 'births' that takes an age group"),
        ("share[old] > 0.1", "'old', is no age group"),
        ("share[0-4,65+] > 0.1", "holds 2 age groups"),
    ],
)
def test_bad_thresholds_are_named(text: str, message: str) -> None:
    with pytest.raises(SocialBudgetError, match=re.escape(message)):
        parse_threshold(text)


def test_a_year_outside_the_run_is_refused(drawn: Results) -> None:
    with pytest.raises(SocialBudgetError, match="2041 is no projected year"):
        threshold_probability(drawn, "population > 1 in 2041")


def test_bands_are_quantiles_over_draws(drawn: Results) -> None:
    total = total_population(drawn)
    frame = total.bands((0.1, 0.9))
    found = frame[frame["year"] == 2040].set_index("quantile")["value"]
    low, high = np.quantile(total.at(2040), (0.1, 0.9))
    assert found[0.1] == pytest.approx(low)
    assert found[0.9] == pytest.approx(high)
    with pytest.raises(SocialBudgetError, match="between 0 and 1"):
        total.bands((50,))


def test_a_band_of_one_draw_is_refused(zaf: Results) -> None:
    with pytest.raises(SocialBudgetError, match="needs draws"):
        total_population(zaf).bands()
