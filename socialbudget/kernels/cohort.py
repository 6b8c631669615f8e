"""Population kernels: the cohort-component step and the life table it needs.

Axes: ``draw`` outermost, then ``sex`` (0 = female, 1 = male), then ``age`` innermost. An argument
marked ``[1|draw, ...]`` is shared by all draws when its first axis has length one.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def cohort_step(
    population: Array,
    survival: Array,
    birth_survival: Array,
    fertility_rate: Array,
    sex_ratio_at_birth: Array,
    net_migration: Array,
    migrants_exposed: Array,
    years_per_step: float,
    population_out: Array,
    births_out: Array,
    deaths_out: Array,
) -> None:
    """Advance a population of two sexes by one age group.

    A share of the net migrants arrives at the start of the step and lives through it, the rest at
    its end: one half by the usual convention, nobody in the projections of the United Nations
    since 2022. Births come from the mean of the women at the start, with those who arrive then,
    and at the end, without those who arrive then; with one half this is the plain mean of both
    stocks. Net migrants of the open age group are exposed in proportion to the two groups that
    feed it.

    Parameters
    ----------
    population : array [draw, sex, age]
        Persons at the start of the step, by age group; the last group is open.
    survival : array [1|draw, sex, age]
        Share of an age group alive at the end of the step, L(x+n)/L(x); for the last two entries
        T(w)/(L(w-n) + T(w)).
    birth_survival : array [1|draw, sex]
        Share of the births of the step alive at its end, L(0)/(n l(0)).
    fertility_rate : array [1|draw, age]
        Births of a woman in a year (1/year). The entry of the first age group is not read.
    sex_ratio_at_birth : array [1|draw]
        Male births for one female birth.
    net_migration : array [1|draw, sex, age]
        Persons a year, mean over the step, by the age group reached at the end of the step.
    migrants_exposed : array [1|draw]
        Share of the net migrants who arrive at the start of the step; the rest at its end.
    years_per_step : float
        Width of an age group, equal to the length of the step (year).
    population_out : array [draw, sex, age]
        Persons at the end of the step.
    births_out : array [draw, sex]
        Births of the step (persons), by sex of the child.
    deaths_out : array [draw, sex, age]
        Deaths of the step (persons), by the age group the dead would have reached at its end;
        infants born in the step stand in the first.

    Notes
    -----
    The kernel is pure arithmetic, so its Python twin (``cohort_step.py_func``) also runs on
    quantities with units. Source of the method: Preston, Heuveline and Guillot (2001), chapter 6.
    """
    draws, sexes, ages = population.shape
    last = ages - 1
    for draw in range(draws):
        s = draw if survival.shape[0] > 1 else 0
        m = draw if net_migration.shape[0] > 1 else 0
        f = draw if fertility_rate.shape[0] > 1 else 0
        r = draw if sex_ratio_at_birth.shape[0] > 1 else 0
        b = draw if birth_survival.shape[0] > 1 else 0
        exposed_share = migrants_exposed[draw if migrants_exposed.shape[0] > 1 else 0]
        early_years = years_per_step * exposed_share
        late_years = years_per_step * (1.0 - exposed_share)

        for sex in range(sexes):
            for age in range(1, last):
                migrants = net_migration[m, sex, age]
                exposed = population[draw, sex, age - 1] + early_years * migrants
                alive = exposed * survival[s, sex, age - 1]
                population_out[draw, sex, age] = alive + late_years * migrants
                deaths_out[draw, sex, age] = exposed - alive

            migrants = net_migration[m, sex, last]
            entering = population[draw, sex, last - 1]
            staying = population[draw, sex, last]
            share = entering / (entering + staying) if entering + staying > 0.0 else 1.0
            exposed_entering = entering + share * early_years * migrants
            exposed_staying = staying + (1.0 - share) * early_years * migrants
            alive = (
                exposed_entering * survival[s, sex, last - 1]
                + exposed_staying * survival[s, sex, last]
            )
            population_out[draw, sex, last] = alive + late_years * migrants
            deaths_out[draw, sex, last] = exposed_entering + exposed_staying - alive

        # The first age group cannot bear children, so the women at the end are all known here.
        births = 0.0 * population[draw, 0, 0]
        for age in range(1, ages):
            rate = fertility_rate[f, age]
            if rate != 0.0:
                women = population[draw, 0, age] + early_years * net_migration[m, 0, age]
                women_later = population_out[draw, 0, age] - late_years * net_migration[m, 0, age]
                births += years_per_step * rate * (0.5 * (women + women_later))

        ratio = sex_ratio_at_birth[r]
        births_out[draw, 0] = births / (1.0 + ratio)
        births_out[draw, 1] = births * ratio / (1.0 + ratio)
        for sex in range(sexes):
            migrants = net_migration[m, sex, 0]
            exposed = births_out[draw, sex] + early_years * migrants
            alive = exposed * birth_survival[b, sex]
            population_out[draw, sex, 0] = alive + late_years * migrants
            deaths_out[draw, sex, 0] = exposed - alive


@njit(cache=True, nogil=True, error_model="numpy")
def _infant_years_lived(sex: int, m0: float) -> float:
    """Mean years lived by those who die in their first year, Andreev and Kingkade (2015)."""
    if sex == 0:
        if m0 < 0.01724:
            return 0.14903 - 2.05527 * m0
        if m0 < 0.06891:
            return 0.04667 + 3.88089 * m0
        return 0.31411
    if m0 < 0.02300:
        return 0.14929 - 1.99545 * m0
    if m0 < 0.08307:
        return 0.02832 + 3.26021 * m0
    return 0.29915


@njit(cache=True, nogil=True, error_model="numpy")
def survival_from_death_rates(
    death_rate: Array,
    survival_out: Array,
    birth_survival_out: Array,
    death_probability_out: Array,
    life_expectancy_out: Array,
) -> None:
    """Life table of single ages: survival ratios, death probabilities and life expectancy.

    Mean years lived in the year of death: at age 0 the rule of Andreev and Kingkade (2015) by
    sex, as in the Human Mortality Database; one half at ages above; the open group has
    e(w) = 1/m(w).

    Parameters
    ----------
    death_rate : array [1|draw, sex, age]
        Deaths per person-year (1/year) at single ages, the last open.
    survival_out : array [1|draw, sex, age]
        L(x+1)/L(x); last two entries T(w)/(L(w-1) + T(w)).
    birth_survival_out : array [1|draw, sex]
        L(0)/l(0).
    death_probability_out : array [1|draw, sex, age]
        Probability of dying between exact ages x and x+1; 1 in the open group.
    life_expectancy_out : array [1|draw, sex]
        Life expectancy at birth (year).

    Notes
    -----
    Ratios are formed from years lived per person who reaches an age, never from l(x), so that
    they stay defined where nobody survives.
    """
    draws, sexes, ages = death_rate.shape
    last = ages - 1
    for draw in range(draws):
        for sex in range(sexes):
            m0 = death_rate[draw, sex, 0]
            a0 = _infant_years_lived(sex, m0)
            q = min(1.0, m0 / (1.0 + (1.0 - a0) * m0))
            lived = 1.0 - (1.0 - a0) * q
            death_probability_out[draw, sex, 0] = q
            birth_survival_out[draw, sex] = lived
            survivors = 1.0 - q
            expectancy = lived
            for age in range(1, last):
                rate = death_rate[draw, sex, age]
                next_q = min(1.0, rate / (1.0 + 0.5 * rate))
                next_lived = 1.0 - 0.5 * next_q
                death_probability_out[draw, sex, age] = next_q
                survival_out[draw, sex, age - 1] = (1.0 - q) * next_lived / lived
                expectancy += survivors * next_lived
                survivors *= 1.0 - next_q
                q = next_q
                lived = next_lived

            rate = death_rate[draw, sex, last]
            death_probability_out[draw, sex, last] = 1.0
            ratio = (1.0 - q) / ((1.0 - q) + lived * rate)
            survival_out[draw, sex, last - 1] = ratio
            survival_out[draw, sex, last] = ratio
            life_expectancy_out[draw, sex] = expectancy + survivors / rate


@njit(cache=True, nogil=True, error_model="numpy")
def infant_mortality(
    index: Array,
    infant_death_rate: Array,
    infant_sensitivity: Array,
    death_probability_out: Array,
    birth_survival_out: Array,
) -> None:
    """Mortality of the first year of life at a mortality index, exactly.

    The rule for the years lived by the dead has corners, which no smooth curve between life
    tables would follow.

    Parameters
    ----------
    index : array [1|draw, sex]
        Mortality index (1).
    infant_death_rate, infant_sensitivity : array [sex]
        Death rate of age 0 at index 0 (1/year), change of its logarithm for one unit.
    death_probability_out, birth_survival_out : array [draw, sex]
        Probability of dying in the first year; share of a year's births alive at its end.
    """
    draws, sexes = death_probability_out.shape
    for draw in range(draws):
        i = draw if index.shape[0] > 1 else 0
        for sex in range(sexes):
            m0 = infant_death_rate[sex] * math.exp(index[i, sex] * infant_sensitivity[sex])
            a0 = _infant_years_lived(sex, m0)
            q = min(1.0, m0 / (1.0 + (1.0 - a0) * m0))
            death_probability_out[draw, sex] = q
            birth_survival_out[draw, sex] = 1.0 - (1.0 - a0) * q


@njit(cache=True, nogil=True, error_model="numpy")
def interpolate_mortality(
    index: Array,
    infant_death_probability: Array,
    birth_survival: Array,
    first_node: int,
    nodes_per_unit: float,
    survival_nodes: Array,
    death_probability_nodes: Array,
    later_expectancy_nodes: Array,
    survival_out: Array,
    death_probability_out: Array,
    life_expectancy_out: Array,
) -> None:
    """Life tables of many draws, read from those of a few values of the mortality index.

    Through the four nodes around an index goes a cubic. Age 0 is exact. At a node the survival
    ratios and probabilities are the node's own to the bit.

    Parameters
    ----------
    index : array [1|draw, sex]
        Mortality index of each draw (1).
    infant_death_probability, birth_survival : array [draw, sex]
        From `infant_mortality`.
    first_node : int
        Number of the first node; node n stands at index n / nodes_per_unit. One node must lie
        below and two above the one at or just below each index.
    nodes_per_unit : float
        Nodes in one unit of the index.
    survival_nodes : array [node, sex, age]
        Survival ratios at the nodes; at age 0 instead the years lived from exact age 1 to 2 by
        one who reaches 1.
    death_probability_nodes : array [node, sex, age]
    later_expectancy_nodes : array [node, sex]
        Life expectancy at age 1 (year).
    survival_out, death_probability_out : array [draw, sex, age]
    life_expectancy_out : array [draw, sex]
        The same for the draws, at birth; with one index for all, all draws get the same.
    """
    draws, sexes, ages = survival_out.shape
    for draw in range(draws):
        i = draw if index.shape[0] > 1 else 0
        for sex in range(sexes):
            place = index[i, sex] * nodes_per_unit
            below = math.floor(place)
            u = place - below
            n = int(below) - first_node
            w0 = -u * (u - 1.0) * (u - 2.0) / 6.0
            w1 = (u + 1.0) * (u - 1.0) * (u - 2.0) / 2.0
            w2 = -(u + 1.0) * u * (u - 2.0) / 2.0
            w3 = (u + 1.0) * u * (u - 1.0) / 6.0
            for age in range(ages):
                survival_out[draw, sex, age] = (
                    w0 * survival_nodes[n - 1, sex, age]
                    + w1 * survival_nodes[n, sex, age]
                    + w2 * survival_nodes[n + 1, sex, age]
                    + w3 * survival_nodes[n + 2, sex, age]
                )
            for age in range(ages):
                death_probability_out[draw, sex, age] = (
                    w0 * death_probability_nodes[n - 1, sex, age]
                    + w1 * death_probability_nodes[n, sex, age]
                    + w2 * death_probability_nodes[n + 1, sex, age]
                    + w3 * death_probability_nodes[n + 2, sex, age]
                )
            q = infant_death_probability[draw, sex]
            lived = birth_survival[draw, sex]
            survival_out[draw, sex, 0] = (1.0 - q) * survival_out[draw, sex, 0] / lived
            death_probability_out[draw, sex, 0] = q
            # In the open group everybody dies, whatever four weights that sum to 1 round to.
            death_probability_out[draw, sex, ages - 1] = 1.0
            life_expectancy_out[draw, sex] = lived + (1.0 - q) * (
                w0 * later_expectancy_nodes[n - 1, sex]
                + w1 * later_expectancy_nodes[n, sex]
                + w2 * later_expectancy_nodes[n + 1, sex]
                + w3 * later_expectancy_nodes[n + 2, sex]
            )


@njit(cache=True, nogil=True, error_model="numpy")
def spread_migrants(
    population: Array,
    survival: Array,
    propensity: Array,
    shift: Array,
    net_migration: Array,
    leaving_share: float,
    out: Array,
) -> None:
    """Net migrants by sex and age: those expected, and more or fewer of those who move.

    The shift is a rate. It falls on each sex and age in proportion to its propensity and to the
    residents who reach that age in the year. Where it is not zero, emigrants of an age are at most
    the given share of the survivors: the migrants expected were made for a population that may
    have gone another way since.

    Parameters
    ----------
    population : array [draw, sex, age]
        Persons at the start of the year.
    survival : array [1|draw, sex, age]
        Share of each age alive at the end of the year.
    propensity : array [1|draw, sex, age]
        Relative propensity to move, by the age reached at the end of the year (1).
    shift : array [1|draw]
        Net migrants beyond those expected, for one resident of any age (1/year).
    net_migration : array [1|draw, sex, age]
        Net migrants expected, by the age reached at the end of the year (persons/year).
    leaving_share : float
        Largest share of the survivors of an age who leave.
    out : array [draw, sex, age]
        Net migrants (persons/year).

    Notes
    -----
    The children born in the year are not yet known: those of the year before stand for them, and
    their emigrants are not limited here.
    """
    draws, sexes, ages = population.shape
    last = ages - 1
    for draw in range(draws):
        p = draw if propensity.shape[0] > 1 else 0
        m = draw if net_migration.shape[0] > 1 else 0
        s = draw if survival.shape[0] > 1 else 0
        rate = shift[draw if shift.shape[0] > 1 else 0]
        if rate == 0.0:
            for sex in range(sexes):
                for age in range(ages):
                    out[draw, sex, age] = net_migration[m, sex, age]
            continue
        everybody, movers = 0.0, 0.0
        for sex in range(sexes):
            everybody += population[draw, sex, last]
            movers += propensity[p, sex, 0] * population[draw, sex, 0]
            movers += propensity[p, sex, last] * population[draw, sex, last]
            for age in range(1, ages):
                everybody += population[draw, sex, age - 1]
                movers += propensity[p, sex, age] * population[draw, sex, age - 1]
        rate = rate * everybody / movers if movers > 0.0 else 0.0
        for sex in range(sexes):
            young = population[draw, sex, 0]
            out[draw, sex, 0] = net_migration[m, sex, 0] + young * (rate * propensity[p, sex, 0])
            for age in range(1, last):
                residents = population[draw, sex, age - 1]
                out[draw, sex, age] = max(
                    net_migration[m, sex, age] + residents * (rate * propensity[p, sex, age]),
                    -leaving_share * (residents * survival[s, sex, age - 1]),
                )
            entering, staying = population[draw, sex, last - 1], population[draw, sex, last]
            out[draw, sex, last] = max(
                net_migration[m, sex, last]
                + (entering + staying) * (rate * propensity[p, sex, last]),
                -leaving_share
                * (entering * survival[s, sex, last - 1] + staying * survival[s, sex, last]),
            )


@njit(cache=True, nogil=True, error_model="numpy")
def population_residuals(
    before: Array,
    births: Array,
    deaths: Array,
    net_migration: Array,
    after: Array,
    total_out: Array,
    cohort_out: Array,
    negative_out: Array,
) -> None:
    """How far a year's population is from its balance, per draw.

    Parameters
    ----------
    before, after, deaths, net_migration : array [draw, sex, age]
        Population at the start and the end of the year (persons), deaths and net migrants by the
        age reached at the end (persons).
    births : array [draw, sex]
        Births by sex of the child (persons).
    total_out : array [draw]
        D-1: population less that of the year before, births and net migrants, plus deaths,
        relative to the population.
    cohort_out : array [draw]
        D-2: the same of the cohort with the largest difference, relative to the cohort.
    negative_out : array [draw]
        D-3: the smallest number of persons below zero, relative to the population.
    """
    draws, sexes, ages = after.shape
    last = ages - 1
    for draw in range(draws):
        total, earlier, change = 0.0, 0.0, 0.0
        worst, lowest = 0.0, 0.0
        broken = False
        for sex in range(sexes):
            change += births[draw, sex]
            for age in range(ages):
                cohort = births[draw, sex] if age == 0 else before[draw, sex, age - 1]
                if age == last:
                    cohort += before[draw, sex, last]
                flow = net_migration[draw, sex, age] - deaths[draw, sex, age]
                gap = abs(after[draw, sex, age] - cohort - flow) / max(cohort, 1.0)
                broken = broken or math.isnan(gap)
                worst = max(worst, gap)
                lowest = min(lowest, after[draw, sex, age])
                total += after[draw, sex, age]
                earlier += before[draw, sex, age]
                change += flow
        size = max(total, 1.0)
        total_out[draw] = (total - earlier - change) / size
        cohort_out[draw] = math.nan if broken else worst
        negative_out[draw] = lowest / size
