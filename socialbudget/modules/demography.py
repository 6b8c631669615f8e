"""Population by sex and single age: cohort-component projection from given vital rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import SocialBudgetError
from socialbudget.kernels.cohort import cohort_step, survival_from_death_rates

if TYPE_CHECKING:
    from socialbudget.pack import Pack

SEX_AGE = ("sex", "age")
YEARS_PER_STEP = 1.0


class Demography(Module):
    """Two sexes, single ages to an open group, one year a step (method 1.2).

    A share of a year's net migrants arrives at its start and is exposed to its vital rates, the
    rest at its end; the pack says which share its source of rates and migrants is made for.

    The flows of the base year are not projected but read back from its closing stock: the
    population a year earlier is the one that this year's mortality and migration turn into the
    stock of 31 December. So the identities hold in the base year too.
    """

    name = "demography"
    params = (
        Param(
            "demography.population",
            SEX_AGE,
            "person",
            0.0,
            1e8,
            "Population on 31 December of the base year.",
            time="fixed",
        ),
        Param(
            "demography.death_rate",
            SEX_AGE,
            "1/year",
            0.0,
            10.0,
            "Deaths per person-year at single ages, the last open.",
            time="annual",
        ),
        Param(
            "demography.fertility_rate",
            ("age",),
            "1/year",
            0.0,
            1.0,
            "Births of a woman in a year at single ages; zero at age 0.",
            time="annual",
        ),
        Param(
            "demography.sex_ratio_at_birth",
            (),
            "1",
            0.8,
            1.5,
            "Male births for one female birth.",
            time="annual",
        ),
        Param(
            "demography.net_migration",
            SEX_AGE,
            "person/year",
            -1e7,
            1e7,
            "Net migrants of the year by the age reached at its end.",
            time="annual",
        ),
        Param(
            "demography.migrants_exposed",
            (),
            "1",
            0.0,
            1.0,
            "Share of a year's net migrants who arrive at its start, the rest at its end: 0.5 by "
            "the usual convention, 0 in World Population Prospects 2022 and 2024.",
        ),
    )
    writes = (
        Var("demography.population", SEX_AGE, "person", "stock", "Population on 31 December."),
        Var(
            "demography.population_midyear",
            SEX_AGE,
            "person",
            "stock",
            "Mean of the population at the start and at the end of the year.",
        ),
        Var("demography.births", ("sex",), "person/year", "flow", "Births by sex of the child."),
        Var(
            "demography.deaths",
            SEX_AGE,
            "person/year",
            "flow",
            "Deaths by the age that would have been reached at the end of the year.",
        ),
        Var(
            "demography.net_migration",
            SEX_AGE,
            "person/year",
            "flow",
            "Net migrants by the age reached at the end of the year.",
        ),
        Var(
            "demography.death_probability",
            SEX_AGE,
            "1",
            "rate",
            "Probability of dying between two exact ages, by the mortality of the year.",
            scale=1e-3,
        ),
        Var(
            "demography.life_expectancy",
            ("sex",),
            "year",
            "rate",
            "Life expectancy at birth by the mortality of the year.",
        ),
    )

    def start(self, y: Year) -> None:
        """Stock of the pack; flows of the base year read back from it."""
        survival, birth_survival = self._mortality(y)
        migration = y.p["demography.net_migration"]
        stock = y.p["demography.population"]
        before, births = _stock_a_year_before(
            stock, survival, birth_survival, migration, y.p["demography.migrants_exposed"]
        )
        y["demography.population"] = stock
        y["demography.population_midyear"] = 0.5 * (before + stock)
        y["demography.births"] = births
        y["demography.net_migration"] = migration
        y["demography.deaths"] = _entering(before, births) + migration - stock

    def step(self, y: Year) -> None:
        """One year of the cohort-component projection."""
        fertility = y.p["demography.fertility_rate"]
        if fertility[:, 0].any():
            raise SocialBudgetError(
                f"demography.fertility_rate, {y.year}: age 0 has births; it must be zero there"
            )
        survival, birth_survival = self._mortality(y)
        before = y.lag("demography.population")
        stock = y["demography.population"]
        cohort_step(
            before,
            survival,
            birth_survival,
            fertility,
            y.p["demography.sex_ratio_at_birth"],
            y.p["demography.net_migration"],
            y.p["demography.migrants_exposed"],
            YEARS_PER_STEP,
            stock,
            y["demography.births"],
            y["demography.deaths"],
        )
        y["demography.population_midyear"] = 0.5 * (before + stock)
        y["demography.net_migration"] = y.p["demography.net_migration"]

    def identities(self, y: Year) -> Mapping[str, Array]:
        """D-1 total, D-2 every cohort (each relative to its stock), D-3 nobody below zero."""
        stock = y["demography.population"]
        if y.year == y.base_year:
            before = 2.0 * y["demography.population_midyear"] - stock
        else:
            before = y.lag("demography.population")
        births, deaths = y["demography.births"], y["demography.deaths"]
        migration = y["demography.net_migration"]
        everybody = (1, 2)
        total = stock.sum(axis=everybody)
        change = births.sum(axis=1) - deaths.sum(axis=everybody) + migration.sum(axis=everybody)
        cohorts = _entering(before, births)
        total_change = total - before.sum(axis=everybody) - change
        cohort_change = stock - cohorts - migration + deaths
        return {
            "D-1 population = population of the year before + births - deaths + net migration": (
                total_change / np.maximum(total, 1.0)
            ),
            "D-2 each cohort = cohort of the year before - deaths + net migration": (
                cohort_change / np.maximum(cohorts, 1.0)
            ),
            "D-3 nobody below zero": (
                np.minimum(stock, 0.0) / np.maximum(total, 1.0)[:, None, None]
            ),
        }

    def _mortality(self, y: Year) -> tuple[Array, Array]:
        """Survival ratios of the year; fills the life-table variables."""
        rate = y.p["demography.death_rate"]
        survival, probability = np.empty_like(rate), np.empty_like(rate)
        birth_survival, expectancy = np.empty(rate.shape[:2]), np.empty(rate.shape[:2])
        survival_from_death_rates(rate, survival, birth_survival, probability, expectancy)
        y["demography.death_probability"] = probability
        y["demography.life_expectancy"] = expectancy
        return survival, birth_survival


def _entering(before: Array, births: Array) -> Array:
    """The persons who would reach each age at the end of the year if nobody died or moved."""
    entering = np.empty_like(before)
    entering[..., 0] = births
    entering[..., 1:] = before[..., :-1]
    entering[..., -1] += before[..., -1]
    return entering


def _stock_a_year_before(
    stock: Array,
    survival: Array,
    birth_survival: Array,
    migration: Array,
    migrants_exposed: Array,
) -> tuple[Array, Array]:
    """Undo one year of mortality and migration.

    Parameters
    ----------
    stock, survival, migration : array [1|draw, sex, age]
        Population at the end of the year, survival ratios, net migrants of the year.
    birth_survival : array [1|draw, sex]
    migrants_exposed : array [1|draw]
        Share of the net migrants who arrived at the start.

    Returns
    -------
    before : array [1|draw, sex, age]
        Population at the start of the year. The last two ages, which arrive in one group, are
        parted as at the end of the year.
    births : array [1|draw, sex]
        Births of the year.
    """
    early = migrants_exposed[:, None, None] * migration
    alive = stock - (migration - early)
    draws = max(alive.shape[0], survival.shape[0])
    before = np.empty((draws, *stock.shape[1:]))
    before[..., :-1] = _divide(alive[..., 1:], survival[..., :-1]) - early[..., 1:]
    oldest = before[..., -2].copy()
    pair = stock[..., -2] + stock[..., -1]
    share = np.divide(stock[..., -2], pair, out=np.ones_like(pair), where=pair > 0.0)
    before[..., -2] = oldest * share
    before[..., -1] = oldest - before[..., -2]
    births = _divide(alive[..., 0], birth_survival) - early[..., 0]
    return before, np.array(np.broadcast_to(births, (draws, births.shape[-1])))


def _divide(alive: Array, survival: Array) -> Array:
    """People before mortality; none are put where nobody survives."""
    alive, survival = np.broadcast_arrays(alive, survival)
    return np.divide(alive, survival, out=np.zeros(alive.shape), where=survival > 0.0)


def modules(pack: Pack) -> list[Module]:
    """The module, for every pack."""
    return [Demography()]
