"""Many draws of a country's population alone, in one pass and little memory.

`project(pack, draws=..., modules=[Demography()])` gives every variable of every draw by sex and
age. Where totals, age groups and a few years are enough, this gives the same numbers (to rounding)
many times faster: see ``bench/test_demography.py``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import MAX_AGE
from socialbudget.drivers import disturbed, spreads
from socialbudget.ensemble import DEFAULT_LAST_YEAR, prepare
from socialbudget.errors import IdentityError, PackError
from socialbudget.kernels.cohort import infant_mortality
from socialbudget.kernels.population import Integers, population_paths
from socialbudget.modules.demography import (
    LEAVING_SHARE,
    NODES_PER_UNIT,
    Demography,
    fertility_of,
    life_tables,
    life_tables_at_nodes,
    node_range,
)
from socialbudget.pack import Pack
from socialbudget.projection import IDENTITY_TOLERANCE
from socialbudget.scenario import EMPTY, Scenario

BLOCK = 128
"""Draws that go through the years together: their stocks and a year's life tables stay in cache."""
ROW = (MAX_AGE + 1 + 9 + 7) // 8 * 8
"""Length of a row of ages in the kernel."""
SCALARS = ("fertility_level", "fertility_shift", "mortality_index", "migration_shift")
"""Parameters that may differ from draw to draw."""


@dataclass(frozen=True)
class PopulationEnsemble:
    """Draws of a population.

    Attributes
    ----------
    years : tuple of int
        The base year and those projected.
    groups : tuple of (int, int)
        First and last age of each age group; the last age of all is open.
    population : float64[year, draw, sex, group]
        Persons on 31 December.
    births, deaths, net_migration : float64[year, draw, sex]
        Persons in the year; NaN in the base year, which is not projected.
    life_expectancy : float64[year, draw, sex]
        At birth (year).
    total_fertility : float64[year, draw]
        Births of a woman in her life by the rates of the year.
    kept : dict of int to float64[draw, sex, age]
        Persons on 31 December by single age, of the years asked for.
    """

    pack: Pack
    scenario: Scenario
    seed: int | None
    years: tuple[int, ...]
    groups: tuple[tuple[int, int], ...]
    population: Array
    births: Array
    deaths: Array
    net_migration: Array
    life_expectancy: Array
    total_fertility: Array
    kept: dict[int, Array]

    @property
    def total(self) -> Array:
        """Persons of both sexes and all ages, float64[year, draw]."""
        out: Array = self.population.sum(axis=(2, 3))
        return out


def population_ensemble(
    pack: Pack,
    scenario: Scenario | None = None,
    *,
    draws: int = 1000,
    seed: int | None = 1,
    to: int = DEFAULT_LAST_YEAR,
    age_groups: Sequence[int] = (0, 15, 65),
    keep: Sequence[int] = (),
    threads: int | None = None,
) -> PopulationEnsemble:
    """Project draws of a population; only what is asked for is kept.

    Parameters
    ----------
    pack : Pack
    scenario : Scenario, optional
        Changes to parameters of demography only.
    draws : int
    seed : int, optional
        As in `project`: the same draws of the same drivers. None gives the central path.
    to : int
        Last year.
    age_groups : sequence of int
        First age of each age group, rising from 0.
    keep : sequence of int
        Years whose population by single age is kept for every draw.
    threads : int, optional
        Blocks of draws at work at the same time; as many as there are processors by default.

    Returns
    -------
    PopulationEnsemble
        Equal to what `project` gives, but for rounding.

    Raises
    ------
    ValueError
        Age groups or years that do not exist.
    PackError, ScenarioError
    IdentityError
        An age with fewer than no persons, after more emigrants than residents.
    """
    scenario = scenario or EMPTY
    starts = np.array(age_groups, dtype=np.int64)
    if len(starts) == 0 or starts[0] != 0 or (np.diff(starts) <= 0).any() or starts[-1] > MAX_AGE:
        raise ValueError(
            f"age groups {list(age_groups)}: give the first age of each, rising from 0, at most "
            f"{MAX_AGE}"
        )
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    wrong = [year for year in keep if not pack.base_year <= year <= to]
    if wrong:
        raise ValueError(f"year {wrong[0]} is not between {pack.base_year} and {to}")
    plan, central = prepare(pack, scenario, to=to, modules=[Demography()])
    parameters = central
    if seed is not None:
        drivers = pack.manifest.uncertainty
        tables = spreads(pack, plan.params, to)
        parameters = disturbed(
            central, plan.params, drivers, seed, range(draws), pack.base_year, tables
        )
    get = {path.removeprefix("demography."): array for path, array in parameters.items()}
    for name, array in get.items():
        if array.shape[1] > 1 and name not in SCALARS:
            raise PackError(
                f"pack '{pack.iso3}'",
                [
                    f'pack.toml: uncertainty."demography.{name}": a spread of this path needs '
                    "project(); the ensemble of populations takes spreads of "
                    + ", ".join(f"demography.{scalar}" for scalar in SCALARS)
                ],
            )
    if get["migration_shift"][0].any():
        raise PackError(
            f"pack '{pack.iso3}'", ["demography.migration_shift must be 0 in the base year"]
        )
    years = tuple(range(pack.base_year, to + 1))
    rates = get["fertility_rate"][:, 0]
    level, shift = (_of_draws(get[n], draws) for n in ("fertility_level", "fertility_shift"))
    sums = rates.sum(axis=1)
    factor = np.ascontiguousarray(level)
    if shift.any():
        # The checks of the module, year by year, then all years at once.
        for t, year in enumerate(years):
            fertility_of(rates[t : t + 1], level[t], shift[t], year)
        factor = level + shift / np.where(sums > 0.0, sums, 1.0)[:, None]
    elif rates[:, 0].any():
        fertility_of(rates, level[:, 0], shift[:, 0], pack.base_year)
    index = _of_draws(get["mortality_index"], draws)
    first_node, offset, survival, expectancy = _life_tables(
        get["death_rate"][1:, 0], get["mortality_sensitivity"][0, 0], index[1:]
    )
    survival = _rows(survival)
    fertility, moving = _rows(rates[1:]), _rows(get["net_migration"][1:, 0])
    propensity = _rows(get["migration_propensity"][0, 0])
    infant_rate = np.ascontiguousarray(get["death_rate"][1:, 0, :, 0])
    infant_sensitivity = get["mortality_sensitivity"][0, 0, :, 0].copy()
    migrants = _of_draws(get["migration_shift"], draws)
    wanted = sorted(set(keep))
    place = np.array([wanted.index(y) if y in wanted else -1 for y in years[1:]], dtype=np.int64)
    base = get["population"][0, 0]

    count = len(years) - 1
    population = np.empty((count + 1, draws, 2, len(starts)))
    population[0] = np.add.reduceat(base, starts, axis=1)
    flows = np.full((4, count + 1, draws, 2), np.nan)
    flows[3, 0] = _expectancy_of_base_year(get, index[0])
    below_zero = np.zeros((count, draws, 2), dtype=np.int64)
    kept = np.empty((len(wanted), draws, 2, MAX_AGE + 1))
    if pack.base_year in wanted:
        kept[0] = base

    def one(block: slice) -> None:
        own = block.stop - block.start
        stock = np.zeros((2, own, 2, ROW))
        stock[0, ..., : MAX_AGE + 1] = base
        groups = np.empty((count, own, 2, len(starts)))
        found = np.empty((4, count, own, 2))
        single = np.empty((len(wanted), own, 2, MAX_AGE + 1))
        negative = np.zeros((count, own, 2), dtype=np.int64)
        places = np.ascontiguousarray(index[1:, block])
        infants, born = np.empty((2, count, own, 2))
        for t in range(count):
            infant_mortality(places[t], infant_rate[t], infant_sensitivity, infants[t], born[t])
        population_paths(
            fertility,
            np.ascontiguousarray(factor[1:, block]),
            get["sex_ratio_at_birth"][1:, 0],
            moving,
            moving.sum(axis=2),
            np.ascontiguousarray(migrants[1:, block]),
            propensity,
            get["migrants_exposed"][1:, 0],
            places,
            NODES_PER_UNIT,
            first_node,
            offset,
            survival,
            expectancy,
            infants,
            born,
            starts,
            place,
            LEAVING_SHARE,
            IDENTITY_TOLERANCE,
            stock,
            np.zeros(2),
            np.zeros((2, ROW)),
            np.zeros(ROW),
            groups,
            found[0],
            found[1],
            found[2],
            found[3],
            single,
            negative,
        )
        population[1:, block] = groups
        flows[:, 1:, block] = found
        later = slice(1 if pack.base_year in wanted else 0, None)
        kept[later, block] = single[later]
        below_zero[:, block] = negative

    count_of_blocks = max(-(-draws // BLOCK), 1)
    edges = [round(i * draws / count_of_blocks) for i in range(count_of_blocks + 1)]
    blocks = [slice(a, b) for a, b in pairwise(edges)]
    workers = min(len(blocks), threads or os.cpu_count() or 1)
    if workers == 1:
        for block in blocks:
            one(block)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(one, blocks))
    if below_zero.any():
        year, draw, sex = (int(i) for i in np.argwhere(below_zero)[0])
        raise IdentityError(
            f"identity D-3 nobody below zero does not hold in {years[year + 1]}, draw {draw}, "
            f"{('women', 'men')[sex]}: more emigrants of an age than residents; lower the spread "
            f"of demography.migration_shift"
        )
    if not np.isfinite(population).all():
        raise IdentityError("the population is no finite number; look at the rates of the pack")
    ends = [*(starts[1:] - 1), MAX_AGE]
    return PopulationEnsemble(
        pack,
        scenario,
        seed,
        years,
        tuple((int(a), int(b)) for a, b in zip(starts, ends, strict=True)),
        population,
        flows[0],
        flows[1],
        flows[2],
        flows[3],
        sums[:, None] * factor,
        dict(zip(wanted, kept, strict=True)),
    )


def _rows(values: Array) -> Array:
    """Arrays whose last axis is age, filled up with zeros to `ROW`."""
    out = np.zeros((*values.shape[:-1], ROW))
    out[..., : MAX_AGE + 1] = values
    return out


def _of_draws(values: Array, draws: int) -> Array:
    """A parameter ``[year, 1|draw, ...]`` for every draw, without a copy."""
    return np.broadcast_to(values, (len(values), draws, *values.shape[2:]))


def _life_tables(
    rates: Array, sensitivity: Array, index: Array
) -> tuple[Integers, Integers, Array, Array]:
    """Tabulated life tables of all years, ``rates[year, sex, age]``, ``index[year, draw, sex]``.

    Returns
    -------
    first_node, node_offset : int64[year]
        Number of each year's first node, and its place among the nodes of all years.
    survival : float64[node, sex, age]
    later_expectancy : float64[node, sex]
    """
    ranges = np.array([node_range(own) for own in index], dtype=np.int64)
    first, sizes = ranges[:, 0], ranges[:, 1] - ranges[:, 0] + 1
    offset = np.cumsum(sizes) - sizes
    year = np.repeat(np.arange(len(rates)), sizes)
    node = (first[year] + np.arange(len(year)) - offset[year]) / NODES_PER_UNIT
    tabulated = rates[year] * np.exp(node[:, None, None] * sensitivity)
    survival, _, expectancy = life_tables_at_nodes(tabulated)
    return np.ascontiguousarray(first), offset, survival, expectancy


def _expectancy_of_base_year(get: dict[str, Array], index: Array) -> Array:
    rate, sensitivity = get["death_rate"][0, 0], get["mortality_sensitivity"][0, 0]
    rates = rate * np.exp(index[:1, :, None] * sensitivity)
    rates.flags.writeable = False
    return life_tables(rates)[3]
