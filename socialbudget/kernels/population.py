"""Population of many draws in one pass: mortality index, migration shift, births, age groups.

The arithmetic is that of the kernels of `cohort`, taken together, so that nothing but the numbers
wanted is ever written to memory.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@njit(cache=True, nogil=True, error_model="numpy")
def _sum_of_row(values: Array, start: int, stop: int) -> float:
    """Sum of a stretch of a row; eight partial sums, since each addition waits for the last."""
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    i = start
    while i + 7 < stop:
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
        e += values[i + 4]
        f += values[i + 5]
        g += values[i + 6]
        h += values[i + 7]
        i += 8
    while i < stop:
        a += values[i]
        i += 1
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@njit(cache=True, nogil=True, error_model="numpy")
def population_paths(
    fertility_rate: Array,
    fertility_factor: Array,
    sex_ratio_at_birth: Array,
    net_migration: Array,
    net_migration_total: Array,
    migration_shift: Array,
    migration_propensity: Array,
    migrants_exposed: Array,
    mortality_index: Array,
    nodes_per_unit: float,
    first_node: Integers,
    node_offset: Integers,
    survival_nodes: Array,
    later_expectancy_nodes: Array,
    infant_death_probability: Array,
    birth_survival: Array,
    group_start: Integers,
    kept_year: Integers,
    leaving_share: float,
    tolerance: float,
    population: Array,
    movers: Array,
    migrants: Array,
    alive: Array,
    population_out: Array,
    births_out: Array,
    deaths_out: Array,
    net_migration_out: Array,
    life_expectancy_out: Array,
    kept_out: Array,
    below_zero_out: Integers,
) -> None:
    """Project the population of two sexes and single ages over years, for a block of draws.

    Years are those projected, the base year not among them. Rows of ages end in zeros: their
    length is a multiple of eight and at least nine more than the ages. Method:
    `cohort.cohort_step`, `cohort.interpolate_mortality` and `cohort.spread_migrants`.

    Parameters
    ----------
    fertility_rate : array [year, row]
        Births of a woman in a year (1/year); zero at age 0.
    fertility_factor : array [year, draw]
        Factor on the rates of all ages (1).
    sex_ratio_at_birth : array [year]
    net_migration : array [year, sex, row]
        Persons a year expected, by the age reached at its end.
    net_migration_total : array [year, sex]
        Their sums over ages.
    migration_shift : array [year, draw]
        Net migrants beyond those, for one resident of any age (1/year).
    migration_propensity : array [sex, row]
        Relative propensity to move (1).
    migrants_exposed : array [year]
        Share of the migrants who arrive at the start of the year.
    mortality_index : array [year, draw, sex]
    nodes_per_unit : float
        Nodes of life tables in one unit of the index.
    first_node : int64 [year]
        Number of the first node of each year.
    node_offset : int64 [year]
        Where the nodes of each year begin among all.
    survival_nodes : array [node, sex, row]
        Survival ratios at the nodes, year after year; at age 0 as in
        `cohort.interpolate_mortality`.
    later_expectancy_nodes : array [node, sex]
        Life expectancy at age 1 (year) at the nodes.
    infant_death_probability, birth_survival : array [year, draw, sex]
        From `cohort.infant_mortality`.
    group_start : int64 [group]
        First age of each age group; the first one is 0.
    kept_year : int64 [year]
        Place of the year in `kept_out`, or -1.
    leaving_share : float
        Largest share of the survivors of an age who leave, where there is a shift.
    tolerance : float
        Share of the population by which an age may be below zero, for rounding.
    population : array [2, draw, sex, row]
        Work space; the first plane holds the persons at the start of the first year.
    movers : array [sex]
    migrants : array [sex, row]
    alive : array [row]
        Work space.
    population_out : array [year, draw, sex, group]
        Persons at the end of each year.
    births_out, deaths_out, net_migration_out : array [year, draw, sex]
        Flows of each year (persons).
    life_expectancy_out : array [year, draw, sex]
        At birth (year).
    kept_out : array [kept, draw, sex, age]
        Persons at the end of the years kept.
    below_zero_out : int64 [year, draw, sex]
        Ages with fewer than no persons at the end of each year.
    """
    years = fertility_rate.shape[0]
    draws, sexes = population.shape[1:3]
    ages = kept_out.shape[3]
    last = ages - 1
    # Whole vectors: what is left over of a row would cost as much again, cell by cell.
    count = (ages + 7) // 8 * 8
    groups = group_start.shape[0]
    for year in range(years):
        exposed_share = migrants_exposed[year]
        late_share = 1.0 - exposed_share
        old, new = year % 2, (year + 1) % 2
        youngest, oldest = ages, 0
        for age in range(1, ages):
            if fertility_rate[year, age] != 0.0:
                youngest = min(youngest, age)
                oldest = age + 1
        youngest, oldest = youngest // 8 * 8, (oldest + 7) // 8 * 8
        ratio = sex_ratio_at_birth[year]
        keep = kept_year[year]

        for draw in range(draws):
            rate = migration_shift[year, draw]
            shifted = rate != 0.0
            if shifted:
                everybody, of_both = 0.0, 0.0
                for sex in range(sexes):
                    for age in range(count):
                        alive[age] = (
                            migration_propensity[sex, age + 1] * population[old, draw, sex, age]
                        )
                    movers[sex] = (
                        migration_propensity[sex, 0] * population[old, draw, sex, 0]
                        + migration_propensity[sex, last] * population[old, draw, sex, last]
                        + _sum_of_row(alive, 0, count)
                    )
                    of_both += movers[sex]
                    if year == 0:
                        everybody += _sum_of_row(population[old, draw, sex], 0, ages)
                    else:
                        for group in range(groups):
                            everybody += population_out[year - 1, draw, sex, group]
                rate = rate * everybody / of_both if of_both > 0.0 else 0.0
            for sex in range(sexes):
                place = mortality_index[year, draw, sex] * nodes_per_unit
                below = math.floor(place)
                u = place - below
                n = int(below) - first_node[year] + node_offset[year]
                w0 = -u * (u - 1.0) * (u - 2.0) / 6.0
                w1 = (u + 1.0) * (u - 1.0) * (u - 2.0) / 2.0
                w2 = -(u + 1.0) * u * (u - 2.0) / 2.0
                w3 = (u + 1.0) * u * (u - 1.0) / 6.0
                # Short loops over few arrays: the compiler turns only such into vector code.
                for age in range(count):
                    alive[age] = (
                        w0 * survival_nodes[n - 1, sex, age]
                        + w1 * survival_nodes[n, sex, age]
                        + w2 * survival_nodes[n + 1, sex, age]
                        + w3 * survival_nodes[n + 2, sex, age]
                    )
                infant = 1.0 - infant_death_probability[year, draw, sex]
                lived = birth_survival[year, draw, sex]
                alive[0] = infant * alive[0] / lived
                life_expectancy_out[year, draw, sex] = lived + infant * (
                    w0 * later_expectancy_nodes[n - 1, sex]
                    + w1 * later_expectancy_nodes[n, sex]
                    + w2 * later_expectancy_nodes[n + 1, sex]
                    + w3 * later_expectancy_nodes[n + 2, sex]
                )
                entering, staying = (
                    population[old, draw, sex, last - 1],
                    population[old, draw, sex, last],
                )
                share = entering / (entering + staying) if entering + staying > 0.0 else 1.0
                s, rest = alive[last - 1], alive[last]
                if not shifted:
                    for age in range(count):
                        migrants[sex, age] = net_migration[year, sex, age]
                    net_migration_out[year, draw, sex] = net_migration_total[year, sex]
                else:
                    migrants[sex, 0] = net_migration[year, sex, 0] + population[
                        old, draw, sex, 0
                    ] * (rate * migration_propensity[sex, 0])
                    for age in range(count):
                        migrants[sex, age + 1] = net_migration[year, sex, age + 1] + population[
                            old, draw, sex, age
                        ] * (rate * migration_propensity[sex, age + 1])
                    migrants[sex, last] = net_migration[year, sex, last] + (entering + staying) * (
                        rate * migration_propensity[sex, last]
                    )
                    moved = net_migration_total[year, sex] + rate * movers[sex]
                    # Few leave in such numbers: count them first, which takes little time.
                    too_many = 0
                    for age in range(count):
                        too_many += (
                            1
                            if migrants[sex, age + 1]
                            < -leaving_share * (population[old, draw, sex, age] * alive[age])
                            else 0
                        )
                    least = -leaving_share * (entering * s + staying * rest)
                    if too_many > 0 or migrants[sex, last] < least:
                        for age in range(last - 1):
                            migrants[sex, age + 1] = max(
                                migrants[sex, age + 1],
                                -leaving_share * (population[old, draw, sex, age] * alive[age]),
                            )
                        migrants[sex, last] = max(migrants[sex, last], least)
                        moved = _sum_of_row(migrants[sex], 0, ages)
                    net_migration_out[year, draw, sex] = moved
                for age in range(count):
                    population[new, draw, sex, age + 1] = (
                        population[old, draw, sex, age] + exposed_share * migrants[sex, age + 1]
                    ) * alive[age] + late_share * migrants[sex, age + 1]
                population[new, draw, sex, last] = (
                    (entering + share * exposed_share * migrants[sex, last]) * s
                    + (staying + (1.0 - share) * exposed_share * migrants[sex, last]) * rest
                    + late_share * migrants[sex, last]
                )

            # With one part at the start and the rest at the end, mothers are the women of both
            # ends, those who come at the start counted at either, those who come at the end not.
            for age in range(youngest, oldest):
                alive[age] = fertility_rate[year, age] * (
                    (population[old, draw, 0, age] + exposed_share * migrants[0, age])
                    + (population[new, draw, 0, age] - late_share * migrants[0, age])
                )
            births = fertility_factor[year, draw] * (0.5 * _sum_of_row(alive, youngest, oldest))
            births_out[year, draw, 0] = births / (1.0 + ratio)
            births_out[year, draw, 1] = births * ratio / (1.0 + ratio)

            for sex in range(sexes):
                s = birth_survival[year, draw, sex]
                born = births_out[year, draw, sex]
                moved = net_migration_out[year, draw, sex]
                if shifted and migrants[sex, 0] < -leaving_share * (born * s):
                    moved += -leaving_share * (born * s) - migrants[sex, 0]
                    migrants[sex, 0] = -leaving_share * (born * s)
                    net_migration_out[year, draw, sex] = moved
                population[new, draw, sex, 0] = (
                    born + exposed_share * migrants[sex, 0]
                ) * s + late_share * migrants[sex, 0]

                earlier = 0.0
                if year == 0:
                    earlier = _sum_of_row(population[old, draw, sex], 0, ages)
                else:
                    for group in range(groups):
                        earlier += population_out[year - 1, draw, sex, group]
                total = 0.0
                row = population[new, draw, sex]
                for group in range(groups):
                    end = group_start[group + 1] if group + 1 < groups else ages
                    population_out[year, draw, sex, group] = _sum_of_row(
                        row, group_start[group], end
                    )
                    total += population_out[year, draw, sex, group]
                deaths_out[year, draw, sex] = earlier + born + moved - total
                least = -tolerance * earlier
                below_zero = 0
                for age in range(count):
                    below_zero += 1 if population[new, draw, sex, age] < least else 0
                below_zero_out[year, draw, sex] = below_zero
                if keep >= 0:
                    for age in range(ages):
                        kept_out[keep, draw, sex, age] = population[new, draw, sex, age]
