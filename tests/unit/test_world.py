"""Many countries at once: order, refusals, processes, and the sum of the world."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import socialbudget.world
from socialbudget.errors import IdentityError, SocialBudgetError
from socialbudget.pack import Pack
from socialbudget.world import (
    CountryPopulation,
    Outcome,
    WorldPopulation,
    each_pack,
    world_population,
)
from tests.people import BASE_YEAR, CENTRAL, LAST_YEAR, people_builder, people_pack


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four countries; the third has no death rates."""
    home = tmp_path_factory.mktemp("world")
    north, south = {"region": "North", "subregion": "Far"}, {"region": "South"}
    people_pack(home, "CCC", "Third", 1.0, **north)
    people_pack(home, "AAA", "First", 2.0, **north)
    broken = people_builder("BBB", "Second", **south)
    del broken._blocks[("sex", "age")][:]
    broken.table("demography.population", ("sex", "age"), np.ones((2, 101)), "person", "tests",
                 "assumed")  # fmt: skip
    broken.write(home / "BBB")
    people_pack(home, "DDD", "Fourth", 0.5, **south)
    return [home / iso3 for iso3 in ("CCC", "AAA", "BBB", "DDD")]


@pytest.fixture(scope="module")
def world(folders: list[Path]) -> WorldPopulation:
    return world_population(LAST_YEAR, packs=folders, processes=1)


def persons(pack: Pack, factor: float = 1.0) -> float:
    return factor * float(pack.entries["demography.population"].values.sum())


def quit_at_once(pack: Pack) -> float:
    os._exit(1)


def fail(pack: Pack) -> float:
    raise ZeroDivisionError(pack.iso3)


# --- a function of each pack -------------------------------------------------------------------


def test_in_the_order_asked_for(folders: list[Path]) -> None:
    seen: list[str] = []
    found = each_pack(persons, folders, 1, seen.append)
    assert [o.country for o in found] == seen == ["CCC", "AAA", "BBB", "DDD"]
    total = float(CENTRAL["demography.population"].sum())
    assert [o.result for o in found] == [total, 2.0 * total, 202.0, 0.5 * total]


def test_processes_change_nothing(folders: list[Path]) -> None:
    call = partial(persons, factor=1.0 / 3.0)
    assert each_pack(call, folders, 2) == each_pack(call, folders, 1)


def test_a_refusal_leaves_the_others(folders: list[Path]) -> None:
    found = each_pack(persons, [folders[0], "XXX", folders[1]], 1)
    assert [o.result is None for o in found] == [False, True, False]
    assert found[1] == Outcome("XXX", None, found[1].refusal)
    assert "no such country or folder" in found[1].refusal


def test_a_fault_of_the_function_is_no_refusal(folders: list[Path]) -> None:
    with pytest.raises(ZeroDivisionError, match="CCC"):
        each_pack(fail, folders, 1)


def test_a_worker_that_dies_is_told(folders: list[Path]) -> None:
    with pytest.raises(SocialBudgetError, match="processes=1"):
        each_pack(quit_at_once, folders, 2)


def test_no_processes_at_all(folders: list[Path]) -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        each_pack(persons, folders, 0)


def test_synthetic_countries_are_no_part_of_the_world(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    people_pack(tmp_path, "REA", "Real")
    people_pack(tmp_path, "SYN", "Synthetic", status="synthetic")
    monkeypatch.setattr("socialbudget.pack.countries_folder", lambda: tmp_path)
    assert socialbudget.world.world_packs() == ["REA"]
    assert [o.country for o in each_pack(persons)] == ["REA"]


# --- the world's population --------------------------------------------------------------------


def test_refused_countries_are_named_with_the_reason(world: WorldPopulation) -> None:
    assert list(world.countries) == ["CCC", "AAA", "DDD"]
    assert list(world.refused) == ["BBB"]
    assert "'demography.death_rate' is missing" in world.refused["BBB"]


def test_countries_of_the_same_rates_grow_alike(world: WorldPopulation) -> None:
    one, twice = world.countries["CCC"], world.countries["AAA"]
    np.testing.assert_allclose(twice.population, 2.0 * one.population, rtol=1e-12)
    start = CENTRAL["demography.population"]
    np.testing.assert_allclose(one.population[0, :, 0], start[:, :15].sum(axis=1), rtol=1e-14)
    np.testing.assert_allclose(one.population[..., :3].sum(axis=-1), one.population[..., 3])


def test_long_tables(world: WorldPopulation) -> None:
    table = world.table()
    years = LAST_YEAR - BASE_YEAR + 1
    assert list(table.columns) == ["country", "year", "sex", "age_group", "population"]
    assert len(table) == 3 * years * 2 * 4
    cell = table.query("country == 'AAA' and year == 2030 and sex == 'male' and age_group == '65+'")
    assert cell["population"].item() == world.countries["AAA"].population[6, 1, 2]
    flows = world.flows()
    assert list(flows.columns) == ["country", "year", "sex", "births", "deaths", "net_migration"]
    moved = flows.query("country == 'DDD' and year == 2030")["net_migration"]
    assert moved.tolist() == [1.5, 1.5]


def test_areas_add_up(world: WorldPopulation) -> None:
    areas = world.areas().groupby(["area", "year"], observed=True)["population"].sum()
    both = areas["North"] + areas["South"]
    np.testing.assert_allclose(areas["World"], both, rtol=1e-14)
    # A country without subregion is in the world only.
    assert list(world.areas("subregion")["area"].cat.categories) == ["Far", "World"]
    births = world.area_flows().query("area == 'World' and year == 2030")["births"].sum()
    assert births == pytest.approx(sum(c.births[6].sum() for c in world.countries.values()))


def test_the_change_of_the_world_is_births_less_deaths(world: WorldPopulation) -> None:
    for by in socialbudget.world.GROUPINGS:
        assert world.residual(by) < 1e-12
    one = world.countries["AAA"]
    births = one.births.copy()
    births[5, 0] += 1.0
    other = replace(world, countries={**world.countries, "AAA": replace(one, births=births)})
    assert other.residual() == pytest.approx(1.0 / one.population[5, 0, 3], rel=1.0)
    births[5, 0] = np.nan
    assert not other.residual() < 1.0


def test_a_world_that_does_not_add_up_is_refused(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = socialbudget.world.country_population

    def forgetful(*args: object, **named: object) -> CountryPopulation:
        found = whole(*args, **named)  # type: ignore[arg-type]
        return replace(found, deaths=0.999 * found.deaths)

    monkeypatch.setattr(socialbudget.world, "country_population", forgetful)
    with pytest.raises(IdentityError, match="D-1 does not hold for the world"):
        world_population(LAST_YEAR, packs=folders, processes=1)


@pytest.mark.parametrize("group", ["15-14", "-1-4", "90-101"])
def test_age_groups_that_are_none(group: str, folders: list[Path]) -> None:
    with pytest.raises(SocialBudgetError, match=f"age groups '{group}': group 1"):
        world_population(LAST_YEAR, packs=folders, age_groups=group, processes=1)


def test_no_country_at_all(folders: list[Path]) -> None:
    with pytest.raises(SocialBudgetError, match=r"no country has a result[\s\S]*death_rate"):
        world_population(LAST_YEAR, packs=[folders[2]], processes=1)


def test_an_unknown_grouping(world: WorldPopulation) -> None:
    with pytest.raises(ValueError, match="region, subregion, income_group, not 'continent'"):
        world.areas("continent")
