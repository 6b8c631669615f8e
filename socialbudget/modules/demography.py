"""Population by sex and single age: cohort-component projection from given vital rates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import SocialBudgetError
from socialbudget.kernels.cohort import (
    cohort_step,
    infant_mortality,
    interpolate_mortality,
    population_residuals,
    spread_migrants,
    survival_from_death_rates,
)
from socialbudget.modules._shared import FERTILITY_RATE

if TYPE_CHECKING:
    from socialbudget.pack import Pack

SEX_AGE = ("sex", "age")
YEARS_PER_STEP = 1.0
NODES_PER_UNIT = 20.0
"""Life tables in one unit of the mortality index, between which a cubic is drawn."""
LEAVING_SHARE = 0.9
"""Largest share of the survivors of an age who leave, where migration is shifted."""


class Demography(Module):
    """Two sexes, single ages to an open group, one year a step (method 1.2).

    A share of a year's net migrants arrives at its start and is exposed to its vital rates, the
    rest at its end; the pack says which share its source of rates and migrants is made for.

    The flows of the base year are not projected but read back from its closing stock: the
    population a year earlier is the one that this year's mortality and migration turn into the
    stock of 31 December. So the identities hold in the base year too.

    Four parameters move the paths of the pack, each by one number a year, which is what a draw of
    an ensemble or a variant changes: the level of fertility (a factor and births per woman), the
    index of mortality, the shift of net migration. At 1, 0, 0 and 0 they change nothing, to the
    bit. The life table of a mortality index is read between tabulated ones (`life_tables_between`).
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
        FERTILITY_RATE,
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
        Param(
            "demography.fertility_level",
            (),
            "1",
            0.0,
            10.0,
            "Factor on the fertility rates of all ages.",
            time="annual",
        ),
        Param(
            "demography.fertility_shift",
            (),
            "1",
            -10.0,
            10.0,
            "Births of a woman in her life added to total fertility, by the same pattern of ages.",
            time="annual",
        ),
        Param(
            "demography.mortality_index",
            ("sex",),
            "1",
            -20.0,
            20.0,
            "Index k of mortality: death rates are multiplied by exp(k b), b being "
            "the sensitivity of mortality.",
            time="annual",
        ),
        Param(
            "demography.mortality_sensitivity",
            SEX_AGE,
            "1",
            0.0,
            20.0,
            "Change of the logarithm of the death rate for one unit of the mortality index; mean "
            "1 over ages.",
            time="fixed",
        ),
        Param(
            "demography.migration_shift",
            (),
            "1/year",
            -10.0,
            10.0,
            "Net migrants for one resident at the start of the year, beyond "
            "those expected; 0 in the base year.",
            time="annual",
        ),
        Param(
            "demography.migration_propensity",
            SEX_AGE,
            "1",
            0.0,
            1e3,
            "Relative propensity to be one of the migrants whom the shift of migration adds, by "
            "the age reached at the end of the year.",
            time="fixed",
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

    def __init__(self) -> None:
        self._tables: dict[int, LifeTables] = {}

    def start(self, y: Year) -> None:
        """Stock of the pack; flows of the base year read back from it."""
        if y.p["demography.migration_shift"].any():
            raise SocialBudgetError(
                f"demography.migration_shift, {y.year}: must be 0 in the base year, whose migrants "
                "stand in demography.net_migration"
            )
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
        fertility = fertility_of(
            y.p["demography.fertility_rate"],
            y.p["demography.fertility_level"],
            y.p["demography.fertility_shift"],
            y.year,
        )
        survival, birth_survival = self._mortality(y)
        before = y.lag("demography.population")
        migration, shift = y.p["demography.net_migration"], y.p["demography.migration_shift"]
        moved = y["demography.net_migration"]
        propensity = y.p["demography.migration_propensity"]
        if shift.any():
            spread_migrants(before, survival, propensity, shift, migration, LEAVING_SHARE, moved)
            migration = _readonly(moved)
        else:
            moved[...] = migration
        stock = y["demography.population"]
        cohort_step(
            before,
            survival,
            birth_survival,
            fertility,
            y.p["demography.sex_ratio_at_birth"],
            migration,
            y.p["demography.migrants_exposed"],
            YEARS_PER_STEP,
            stock,
            y["demography.births"],
            y["demography.deaths"],
        )
        if shift.any():
            _limit_infants(y, birth_survival, shift)
        midyear = y["demography.population_midyear"]
        np.add(before, stock, out=midyear)
        midyear *= 0.5

    def identities(self, y: Year) -> Mapping[str, Array]:
        """D-1 total, D-2 every cohort (each relative to its stock), D-3 nobody below zero."""
        stock = y["demography.population"]
        if y.year == y.base_year:
            before = _readonly(2.0 * y["demography.population_midyear"] - stock)
        else:
            before = y.lag("demography.population")
        total, cohort, negative = np.empty((3, len(stock)))
        population_residuals(
            before,
            y["demography.births"],
            y["demography.deaths"],
            y["demography.net_migration"],
            stock,
            total,
            cohort,
            negative,
        )
        return {
            "D-1 population = population of the year before + births - deaths + net migration": (
                total
            ),
            "D-2 each cohort = cohort of the year before - deaths + net migration": cohort,
            "D-3 nobody below zero": negative,
        }

    def _mortality(self, y: Year) -> tuple[Array, Array]:
        """Survival ratios of the year; fills the life-table variables."""
        rate, index = y.p["demography.death_rate"], y.p["demography.mortality_index"]
        sensitivity = y.p["demography.mortality_sensitivity"]
        probability = y["demography.death_probability"]
        expectancy = y["demography.life_expectancy"]
        if not index.any():
            survival, birth_survival, q, e = life_tables(rate)
            probability[...] = q
            expectancy[...] = e
            return survival, birth_survival
        survival, birth_survival = np.empty(probability.shape), np.empty(expectancy.shape)
        out = survival, birth_survival, probability, expectancy
        if len(rate) == 1 and len(sensitivity) == 1:
            tables = self._tables.get(y.year)
            if tables is None or not tables.cover(rate[0], sensitivity[0], index):
                tables = life_tables_between(rate[0], sensitivity[0], index, tables)
                self._tables[y.year] = tables
            tables.read(index, *out)
            return survival, birth_survival
        for draw in range(len(survival)):
            own = [a[draw if len(a) > 1 else 0] for a in (rate, sensitivity, index)]
            tables = life_tables_between(own[0], own[1], own[2][None])
            tables.read(_readonly(own[2][None]), *(a[draw : draw + 1] for a in out))
        return survival, birth_survival


@dataclass(frozen=True, slots=True)
class LifeTables:
    """Life tables at equally spaced values of the mortality index, for one year.

    A run asks again and again for the same year, chunk of draws by chunk: the module keeps them.

    Attributes
    ----------
    rate, sensitivity : array [sex, age]
        What they are made from: death rates (1/year) and change of their logarithm for one unit.
    first_node : int
        Node n stands at index n / `NODES_PER_UNIT`.
    survival, death_probability : array [node, sex, age]
        At age 0 `survival` holds the years lived from exact age 1 to 2 by one who reaches 1.
    later_expectancy : array [node, sex]
        Life expectancy at age 1 (year).
    """

    rate: Array
    sensitivity: Array
    first_node: int
    survival: Array
    death_probability: Array
    later_expectancy: Array

    def cover(self, rate: Array, sensitivity: Array, index: Array) -> bool:
        """Whether they are tables of these rates and reach as far as the index does."""
        first, last = node_range(index)
        return (
            self.first_node <= first
            and last < self.first_node + len(self.survival)
            and np.array_equal(self.rate, rate)
            and np.array_equal(self.sensitivity, sensitivity)
        )

    def read(
        self,
        index: Array,
        survival: Array,
        birth_survival: Array,
        death_probability: Array,
        life_expectancy: Array,
    ) -> None:
        """Fill the life tables of an index ``[1|draw, sex]`` (see `interpolate_mortality`)."""
        infants = np.empty(birth_survival.shape)
        infant_mortality(
            index, self.rate[:, 0].copy(), self.sensitivity[:, 0].copy(), infants, birth_survival
        )
        interpolate_mortality(
            index,
            infants,
            birth_survival,
            self.first_node,
            NODES_PER_UNIT,
            self.survival,
            self.death_probability,
            self.later_expectancy,
            survival,
            death_probability,
            life_expectancy,
        )


def life_tables_between(
    rate: Array, sensitivity: Array, index: Array, reach: LifeTables | None = None
) -> LifeTables:
    """Tabulate the life tables of the death rates ``rate exp(index sensitivity)``.

    A cubic through four neighbours then gives those between: survival ratios to better than 1e-6
    (tested; age 0 exactly), at a fraction of the cost of an exponential for every draw, sex, age
    and year. The nodes are the same whatever the draws at hand, so results do not depend on them,
    and one of them stands at index 0, where the tables are those of the rates themselves to the
    bit.

    Parameters
    ----------
    rate, sensitivity : array [sex, age]
    index : array [..., sex]
        All values that will be asked for.
    reach : LifeTables, optional
        Reach at least as far as these.
    """
    first, last = node_range(index)
    if reach is not None:
        first = min(first, reach.first_node)
        last = max(last, reach.first_node + len(reach.survival) - 1)
    nodes = np.arange(first, last + 1) / NODES_PER_UNIT
    rates = rate * np.exp(nodes[:, None, None] * sensitivity)
    return LifeTables(rate.copy(), sensitivity.copy(), first, *life_tables_at_nodes(rates))


def life_tables_at_nodes(rates: Array) -> tuple[Array, Array, Array]:
    """What `interpolate_mortality` reads of the life tables of death rates ``[node, sex, age]``.

    Returns
    -------
    survival, death_probability : array [node, sex, age]
    later_expectancy : array [node, sex]
    """
    survival, birth_survival, probability, expectancy = life_tables(_readonly(rates))
    survival[..., 0] = 1.0 - 0.5 * probability[..., 1]
    reached = 1.0 - probability[..., 0]
    later = np.divide(
        expectancy - birth_survival, reached, out=np.zeros(expectancy.shape), where=reached > 0.0
    )
    return survival, probability, later


def life_tables(rate: Array) -> tuple[Array, Array, Array, Array]:
    """Survival ratios, those of births, death probabilities and life expectancy.

    Parameters
    ----------
    rate : array [n, sex, age]
        Deaths per person-year (1/year); read-only, like all parameters.

    Returns
    -------
    survival, death_probability : array [n, sex, age]
    birth_survival, life_expectancy : array [n, sex]
        In the order survival, birth_survival, death_probability, life_expectancy (see
        `survival_from_death_rates`).
    """
    survival, probability = np.empty(rate.shape), np.empty(rate.shape)
    birth_survival, expectancy = np.empty(rate.shape[:2]), np.empty(rate.shape[:2])
    survival_from_death_rates(rate, survival, birth_survival, probability, expectancy)
    return survival, birth_survival, probability, expectancy


def _limit_infants(y: Year, birth_survival: Array, shift: Array) -> None:
    """Emigrants born in the year, like others, are at most a share of the survivors."""
    births, moved = y["demography.births"], y["demography.net_migration"]
    least = np.where(shift == 0.0, -np.inf, -LEAVING_SHARE)[:, None] * (births * birth_survival)
    few = moved[..., 0] < least
    if few.any():
        infants = np.where(few, least, moved[..., 0])
        early = y.p["demography.migrants_exposed"][:, None] * infants
        alive = (births + early) * birth_survival
        moved[..., 0] = infants
        y["demography.population"][..., 0] = alive + (infants - early)
        y["demography.deaths"][..., 0] = births + early - alive


def fertility_of(rate: Array, level: Array, shift: Array, year: int) -> Array:
    """Fertility rates at a level and with a shift of total fertility.

    Parameters
    ----------
    rate : array [1|draw, age]
        Births of a woman in a year (1/year).
    level : array [1|draw]
        Factor (1).
    shift : array [1|draw]
        Added births of a woman in her life.

    Returns
    -------
    array [1|draw, age]
        ``rate (level + shift / sum of rate)``, read-only.

    Raises
    ------
    SocialBudgetError
        Births at age 0, a total below zero, or a shift of rates that are all zero.
    """
    if rate[:, 0].any():
        raise SocialBudgetError(
            f"demography.fertility_rate, {year}: age 0 has births; it must be zero there"
        )
    factor = level
    if shift.any():
        total = rate.sum(axis=1)
        if not total.all():
            raise SocialBudgetError(
                f"demography.fertility_shift, {year}: there is no fertility whose ages it could "
                "follow; give demography.fertility_rate or drop the shift"
            )
        factor = level + shift / total
    if (factor < 0.0).any():
        raise SocialBudgetError(
            f"demography.fertility_shift, {year}: takes total fertility below zero; "
            "give a smaller one"
        )
    if np.all(factor == 1.0):
        return rate
    return _readonly(rate * factor[:, None])


def node_range(index: Array) -> tuple[int, int]:
    """First and last node that cubics through these values of the index need."""
    low, high = float(index.min()) * NODES_PER_UNIT, float(index.max()) * NODES_PER_UNIT
    return math.floor(low) - 1, math.floor(high) + 2


def _readonly(array: Array) -> Array:
    """A view that cannot be written to: kernels are compiled once for such an argument."""
    view = array.view()
    view.flags.writeable = False
    return view


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
