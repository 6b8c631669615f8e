"""One country's population moved on from year to year by the kernel of the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from socialbudget.kernels.cohort import cohort_step, survival_from_death_rates

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Inputs:
    """Inputs of a projection of one country, by calendar year.

    Attributes
    ----------
    iso3 : str
    years : tuple of int
        Calendar years of the rates and flows; the first is the base year.
    population : array [sex, age]
        Persons on 31 December of the base year.
    death_rate : array [year, sex, age]
        1/year.
    fertility_rate : array [year, age]
        Births of a woman in a year.
    sex_ratio_at_birth : array [year]
        Male births for one female birth.
    net_migration : array [year, sex, age]
        Persons a year by the age reached at the end of the year.
    migrants_exposed : float
        Share of the migrants of a year who arrive at its start; the others arrive at its end.
    """

    iso3: str
    years: tuple[int, ...]
    population: Array
    death_rate: Array
    fertility_rate: Array
    sex_ratio_at_birth: Array
    net_migration: Array
    migrants_exposed: float = 0.0


@dataclass(frozen=True)
class Projection:
    """What `project` returns; flows and mid-year stocks of the base year are zero.

    Attributes
    ----------
    years : tuple of int
    population : array [year, sex, age]
        Persons on 31 December.
    midyear : array [year, sex, age]
        Mean of the stocks at both ends of the year (persons).
    births : array [year, sex]
        Persons.
    deaths : array [year, sex, age]
        Persons, by the age that would have been reached at the end of the year.
    """

    years: tuple[int, ...]
    population: Array
    midyear: Array
    births: Array
    deaths: Array


def survival_ratios(rates: Array) -> tuple[Array, Array]:
    """Survival ratios [..., sex, age] and of births [..., sex] from death rates [..., sex, age]."""
    given = np.ascontiguousarray(rates.reshape(-1, *rates.shape[-2:]))
    survival, probability = np.empty_like(given), np.empty_like(given)
    births, expectancy = np.empty(given.shape[:2]), np.empty(given.shape[:2])
    survival_from_death_rates(given, survival, births, probability, expectancy)
    return survival.reshape(rates.shape), births.reshape(rates.shape[:-1])


def a_year_later(
    stock: Array,
    survival: Array,
    birth_survival: Array,
    fertility_rate: Array,
    sex_ratio_at_birth: float,
    net_migration: Array,
    migrants_exposed: float = 0.0,
) -> Array:
    """The stock [sex, age] a year later, by the rates and migrants of the year between.

    Parameters
    ----------
    stock, survival, net_migration : array [sex, age]
        Persons, survival ratios, persons a year.
    birth_survival : array [sex]
    fertility_rate : array [age]
        Births of a woman in a year.
    sex_ratio_at_birth : float
    migrants_exposed : float
        Share of the migrants who arrive at the start of the year, the rest at its end.
    """
    after = np.empty((1, *stock.shape))
    cohort_step(
        stock[None],
        survival[None],
        birth_survival[None],
        fertility_rate[None],
        np.array([sex_ratio_at_birth]),
        net_migration[None],
        np.array([migrants_exposed]),
        1.0,
        after,
        np.empty((1, len(stock))),
        np.empty_like(after),
    )
    return after[0]


def project(inputs: Inputs) -> Projection:
    """Cohort-component projection of `inputs`.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    Projection
    """
    survival, birth_survival = survival_ratios(inputs.death_rate)
    shape = inputs.death_rate.shape
    stock, births, deaths = np.zeros(shape), np.zeros(shape[:2]), np.zeros(shape)
    stock[0] = inputs.population
    exposed = np.array([inputs.migrants_exposed])
    for t in range(1, shape[0]):
        cohort_step(
            stock[t - 1 : t],
            survival[t : t + 1],
            birth_survival[t : t + 1],
            inputs.fertility_rate[t : t + 1],
            inputs.sex_ratio_at_birth[t : t + 1],
            inputs.net_migration[t : t + 1],
            exposed,
            1.0,
            stock[t : t + 1],
            births[t : t + 1],
            deaths[t : t + 1],
        )
    middle = np.zeros(shape)
    middle[1:] = 0.5 * (stock[:-1] + stock[1:])
    return Projection(inputs.years, stock, middle, births, deaths)
