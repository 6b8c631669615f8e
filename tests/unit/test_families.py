"""Families: couples, widows, children and orphans, against closed forms and identities."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.nuptiality import add_families
from socialbudget.builder import PackBuilder
from socialbudget.errors import SocialBudgetError
from socialbudget.kernels.families import balance_couples
from socialbudget.modules import accepted_params, build_modules
from socialbudget.modules.families import ACCEPTED
from socialbudget.pack import Pack, load_pack
from socialbudget.population import (
    children_per_person,
    family_parameters,
    orphan_share,
    orphans,
    project_population,
    with_families,
)
from socialbudget.population.nuptiality import PATTERNS, first_marriages, marital_shares, pattern_of
from socialbudget.results import Results
from socialbudget.scenario import Scenario

SOURCES = Path(__file__).resolve().parents[2] / "calibration" / "sources"


def unchanging(pack: Pack) -> Pack:
    """The pack with a past like the present."""
    pack = with_families(pack)
    entry = pack.entries["families.past_mortality_decline"]
    entries = {**pack.entries, entry.path: replace(entry, values=0.0 * entry.values)}
    return replace(pack, entries=entries)


@pytest.fixture(scope="module")
def stationary() -> Results:
    return project_population(unchanging(load_pack("ZZZ")), to=2034, families=True)


@pytest.fixture(scope="module")
def zaf() -> Results:
    return project_population(load_pack("ZAF"), to=2040, families=True, keep_couples=True)


# --- couples ---------------------------------------------------------------------------------


def test_ras_meets_margins_and_keeps_odds_ratios() -> None:
    wives, husbands = np.array([[30.0, 70.0, 0.0]]), np.array([[0.0, 60.0, 40.0]])
    affinity = np.array([[[1.0, 2.0, 3.0], [4.0, 1.0, 1.0], [1.0, 1.0, 1.0]]])
    couples = np.empty((1, 3, 3))
    balance_couples(wives, husbands, affinity, 1e-13, 1000, couples)
    np.testing.assert_allclose(couples.sum(axis=2), wives, rtol=1e-12)
    np.testing.assert_allclose(couples.sum(axis=1), husbands, rtol=1e-12)
    table = couples[0, :2, 1:]
    odds = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert odds == pytest.approx(2.0 * 1.0 / (3.0 * 1.0), rel=1e-10)


def test_every_year_has_as_many_wives_as_husbands(zaf: Results) -> None:
    married, couples = zaf["families.married"], zaf["families.couples"]
    assert zaf["families.married"].sum() > 1e6
    wives, husbands = married[..., 0, :].sum(-1), married[..., 1, :].sum(-1)
    np.testing.assert_allclose(wives, husbands, rtol=1e-9)
    np.testing.assert_allclose(couples.sum(axis=3), married[..., 0, :], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(couples.sum(axis=2), married[..., 1, :], rtol=1e-9, atol=1e-6)
    for (module, identity), residual in zaf.identities.items():
        if module == "families":
            assert residual.max() < 1e-9, identity
    assert sum(module == "families" for module, _ in zaf.identities) == 6


def test_husbands_are_older_by_the_mean_difference(zaf: Results) -> None:
    couples = zaf["families.couples"][0, 0]
    age = np.arange(101)
    difference = (couples * (age - age[:, None])).sum() / couples.sum()
    wanted = float(zaf.parameters["families.age_difference_mean"].item())
    assert difference == pytest.approx(wanted, abs=1.5)
    mean = zaf["families.spouse_age"][0, 0, 0, 40]
    assert mean == pytest.approx((couples[40] * age).sum() / couples[40].sum(), rel=1e-12)


def test_the_base_year_has_the_shares_of_the_pack(zaf: Results) -> None:
    people = zaf["demography.population"][0, 0]
    widowed = zaf.parameters["families.widowed_share"][0, 0]
    np.testing.assert_allclose(zaf["families.widowed"][0, 0], widowed * people, rtol=1e-12)
    married = zaf.parameters["families.married_share"][0, 0] * people
    scaled = zaf["families.married"][0, 0]
    smaller = int(married.sum(axis=1).argmin())
    np.testing.assert_allclose(scaled[smaller], married[smaller], rtol=1e-12)
    assert scaled.sum(axis=1) == pytest.approx(married.sum(axis=1).min(), rel=1e-12)


def test_constant_mortality_keeps_marital_status(stationary: Results) -> None:
    for name in ("families.married", "families.widowed"):
        np.testing.assert_allclose(stationary[name][-1], stationary[name][0], rtol=1e-8)


def test_fewer_are_widowed_as_mortality_falls(zaf: Results) -> None:
    """The odds of widowed to married follow the mortality of spouses; their sum does not."""
    people = zaf["demography.population"]
    widowed = zaf["families.widowed"] / people
    assert (widowed[-1, 0, 0, 40:95] < widowed[0, 0, 0, 40:95]).all()


def test_the_newly_widowed_come_from_couples(zaf: Results) -> None:
    """By hand from the couples of the year before: the husband dies, the wife lives."""
    q = zaf["demography.death_probability"][1, 0]
    lived = 1.0 - 0.5 * q
    alive = (1.0 - q[:, :-1]) * lived[:, 1:] / lived[:, :-1]
    couples = zaf["families.couples"][0, 0]
    wife = 70
    left = couples[wife, :98] * (1.0 - alive[1, :98]) * alive[0, wife]
    found = zaf["families.newly_widowed"][1, 0, 0, wife]
    assert found == pytest.approx(left.sum(), rel=1e-3)
    late = (left * np.arange(98)).sum() / left.sum()
    assert zaf["families.late_spouse_age"][1, 0, 0, wife] == pytest.approx(late, rel=1e-3)


# --- children and orphans --------------------------------------------------------------------


def test_orphans_of_a_stationary_population(stationary: Results) -> None:
    """1 - sum over mothers' ages of births x survival since the birth, by plain loops."""
    rates = stationary.parameters
    q = stationary["demography.death_probability"][0, 0, 0]
    lived = 1.0 - 0.5 * q
    alive = np.r_[(1.0 - q[:-1]) * lived[1:] / lived[:-1], 0.0]
    women = stationary["demography.population"][0, 0, 0]
    fertility = rates["demography.fertility_rate"][0, 0]
    for child in (0, 1, 10, 17, 40):
        births = dead = 0.0
        for mother in range(1, 100):
            weight = 0.5 * (fertility[mother] + fertility[mother - 1]) * women[mother]
            if weight == 0.0:
                continue
            survival = np.sqrt(alive[mother - 1])
            for k in range(child):
                survival *= alive[mother + k]
            births += weight
            dead += weight * (1.0 - survival)
        persons = stationary["demography.population"][0, 0, :, child].sum()
        for year in (0, 5, 10):
            found = stationary["families.maternal_orphans"][year, 0, child] / persons
            assert found == pytest.approx(dead / births, rel=1e-6), (child, year)


def test_the_rebuilt_past_is_the_steady_state(stationary: Results) -> None:
    """With constant rates the orphans, parents and children of the base year stay."""
    for kind in ("maternal", "paternal", "double"):
        orphans = stationary[f"families.{kind}_orphans"]
        np.testing.assert_allclose(orphans[-1, 0, :50], orphans[0, 0, :50], rtol=1e-6)
    children = stationary["families.minor_children"]
    np.testing.assert_allclose(children[-1], children[0], rtol=1e-6, atol=1e-3)


def test_everybody_has_a_living_mother_or_is_an_orphan() -> None:
    """Without migration: children ever born and alive are the population, cohort by cohort."""
    closed = Scenario.loads(
        'title = "Nobody moves"\n[[change]]\npath = "demography.net_migration"\nscale = {2025 = 0}'
    )
    run = project_population(load_pack("ZAF"), closed, to=2044, families=True)
    people = run["demography.population"].sum(axis=(2, 3))
    with_mother = run["families.children"][..., 0, :].sum(-1)
    orphans = run["families.maternal_orphans"].sum(-1)
    np.testing.assert_allclose(with_mother + orphans, people, rtol=1e-9)
    # Births of 2026 less all deaths of their cohort since: the ten-year-olds of 2036.
    births = run["demography.births"][2, 0].sum()
    deaths = sum(run["demography.deaths"][2 + k, 0, :, k].sum() for k in range(11))
    assert births - deaths == pytest.approx(
        run["demography.population"][12, 0, :, 10].sum(), rel=1e-9
    )


def test_children_of_women_are_about_their_fertility(stationary: Results) -> None:
    """Women of 45 in a stationary population have borne the total fertility rate."""
    total = stationary.parameters["demography.fertility_rate"][0, 0].sum()
    women = stationary["demography.population"][0, 0, 0]
    children = stationary["families.children"][0, 0, 0]
    assert 0.9 * total < children[45] / women[45] < total


def test_orphans_as_a_group_of_eligible_persons(zaf: Results) -> None:
    share = orphan_share(zaf)
    people = zaf["demography.population"].sum(axis=2)
    parts = {k: share.select(kind=k).values for k in ("maternal", "paternal", "double", "any")}
    np.testing.assert_allclose(
        parts["any"], parts["maternal"] + parts["paternal"] - parts["double"], rtol=1e-12
    )
    assert ((share.values >= 0) & (share.values <= 1 + 1e-12)).all()
    assert (np.diff(parts["any"][0, 0, :80]) > 0).all()  # the older, the fewer parents live
    young = orphans(zaf, "0-17").select(kind="any", group="0-17").values
    np.testing.assert_allclose(young, (parts["any"] * people)[..., :18].sum(axis=-1), rtol=1e-12)
    assert set(share.frame()["unit"]) == {"1"}
    minors = children_per_person(zaf, minor=True).select(sex="female", age=35).values
    assert (minors <= children_per_person(zaf).select(sex="female", age=35).values).all()
    with pytest.raises(SocialBudgetError, match="families=True"):
        orphan_share(project_population(load_pack("ZZZ"), to=2025))


def test_draws_of_families_do_not_lean_on_each_other() -> None:
    pack = load_pack("ZAF")
    three = project_population(pack, to=2030, draws=3, seed=5, families=True)
    two = project_population(pack, to=2030, draws=2, seed=5, families=True)
    for name in ("families.married", "families.double_orphans", "families.children"):
        np.testing.assert_array_equal(three[name][:, :2], two[name])
        assert not np.array_equal(three[name][-1, 0], three[name][-1, 1])


# --- patterns and packs ----------------------------------------------------------------------


def test_first_marriage_has_the_mean_and_spread_asked_for() -> None:
    density = first_marriages(24.0, 4.5)
    age = np.arange(101) + 0.5
    assert density.sum() == pytest.approx(1.0)
    assert density @ age == pytest.approx(24.0, abs=1e-6)
    assert np.sqrt(density @ (age - 24.0) ** 2) == pytest.approx(4.5, rel=0.03)


def test_the_pattern_comes_near_the_counts_of_the_united_states() -> None:
    """No number of the pattern was fitted to them."""
    rates = load_pack("USA").entries["demography.death_rate"].values[0]
    married, widowed = marital_shares(pattern_of("Northern America"), rates)
    counted = pd.read_csv(SOURCES / "usa_marital_2024.csv").set_index(["sex", "age"])
    for s, sex in enumerate(("female", "male")):
        ages = np.arange(25, 86)
        own = counted.loc[sex].loc[ages]
        assert np.abs(married[s, 25:86] - own["married_share"]).max() < 0.11
        assert np.abs(widowed[s, 25:86] - own["widowed_share"]).max() < 0.10
        assert np.abs(married[s, 25:86] - own["married_share"]).mean() < 0.06


@pytest.mark.parametrize("region", PATTERNS)
def test_every_pattern_gives_shares(region: str) -> None:
    rates = load_pack("ZAF").entries["demography.death_rate"].values[0]
    found = family_parameters(region, rates)
    married, widowed = (found[f"families.{k}_share"][1] for k in ("married", "widowed"))
    assert ((married >= 0) & (widowed >= 0) & (married + widowed <= 1)).all()
    assert (married[:, :10] == 0).all()
    assert (widowed[0, 50:] > widowed[1, 50:]).all()  # women outlive their husbands


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(SocialBudgetError, match="did you mean 'Southern Asia'"):
        pattern_of("Southern Azia")


def test_a_pack_without_marital_status_gets_a_flagged_pattern() -> None:
    bare = load_pack("ZZZ")
    kept = {path: e for path, e in bare.entries.items() if not path.startswith("families.")}
    pack = with_families(replace(bare, entries=kept))
    assert pack.flag_shares("families.married_share") == {"assumed": 1.0}
    assert pack.provenance("families.age_at_marriage")["note"].iloc[0].startswith("pattern of")
    assert "standard_nuptiality" in pack.manifest.sources
    hashes = {with_families(bare, region).hash for region in (None, "Oceania", "Southern Africa")}
    assert len(hashes | {bare.hash}) == 4


def test_families_are_in_no_run_by_default_and_in_any_pack_allowed() -> None:
    assert "families" not in {m.name for m in build_modules(load_pack("ZZZ"))}
    assert {p.path for p in ACCEPTED} <= set(accepted_params())


def test_packs_take_what_calibration_gives(tmp_path: Path) -> None:
    builder = PackBuilder(
        "USA",
        "Test",
        version="1",
        base_year=2024,
        currency="USD",
        level=1,
        status="illustrative",
    )
    rates = load_pack("USA").entries["demography.death_rate"].values[0]
    add_families(builder, "USA", "Northern America", rates)
    builder.write(tmp_path / "USA")
    pack = load_pack(tmp_path / "USA")
    assert {p.path for p in ACCEPTED} == set(pack.entries)
    assert pack.flag_shares("families.married_share") == {"observed": 1.0}
    assert pack.flag_shares("families.age_difference_mean") == {"assumed": 1.0}
    # What the pack holds is taken; no pattern is put over it.
    again = with_families(pack, "World")
    assert again.entries is pack.entries
