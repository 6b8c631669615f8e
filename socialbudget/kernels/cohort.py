"""Population kernels: the cohort-component step and the life table it needs.

Axes: ``draw`` outermost, then ``sex`` (0 = female, 1 = male), then ``age`` innermost. An argument
marked ``[1|draw, ...]`` is shared by all draws when its first axis has length one.
"""

from __future__ import annotations

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
            if sex == 0:
                if m0 < 0.01724:
                    a0 = 0.14903 - 2.05527 * m0
                elif m0 < 0.06891:
                    a0 = 0.04667 + 3.88089 * m0
                else:
                    a0 = 0.31411
            elif m0 < 0.02300:
                a0 = 0.14929 - 1.99545 * m0
            elif m0 < 0.08307:
                a0 = 0.02832 + 3.26021 * m0
            else:
                a0 = 0.29915

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
