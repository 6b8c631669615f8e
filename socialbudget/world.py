"""Many countries at once: a function of each pack over processes, and the world's population."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.errors import IdentityError, SocialBudgetError
from socialbudget.pack import Pack, headings, load_pack

if TYPE_CHECKING:
    import pandas as pd

    from socialbudget.population.ages import AgeGroup, Groups

T = TypeVar("T")

AGE_GROUPS = "0-14,15-64,65+"
WORLD = "World"
GROUPINGS = ("region", "subregion", "income_group")
WORTH_A_PROCESS = 12
"""Packs for which a process of its own pays: it takes as long to start as they take to run."""


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of one country: a result, or the reason why there is none."""

    country: str
    result: T | None
    refusal: str = ""


def world_packs() -> list[str]:
    """ISO3 codes of the shipped packs of real countries and areas."""
    return [iso3 for iso3, heading in headings().items() if heading.status != "synthetic"]


def each_pack(
    function: Callable[[Pack], T],
    packs: Iterable[str | Path] | None = None,
    processes: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Outcome[T]]:
    """Call a function with each pack, over processes where that pays.

    Parameters
    ----------
    function : callable
        Takes a pack. Processes import it by name: it must be a function of a module, or a
        `functools.partial` of one, and what it returns goes through pickle, so keep it small.
    packs : iterable of str or Path, optional
        Codes or folders; every real country and area by default.
    processes : int, optional
        By default as many as there are processors and packs enough for. 1 runs in this process.
        Workers are spawned: in a script of your own the call stands under
        ``if __name__ == "__main__":``.
    progress : callable, optional
        Called with each country that is done, in their order.

    Returns
    -------
    list of Outcome
        In the order of `packs`, whatever the number of processes. An error of `socialbudget`
        (a pack that is refused, a broken identity) is the refusal of its country; any other
        error is a fault of the function and is raised.
    """
    chosen = [str(p) for p in (world_packs() if packs is None else packs)]
    if processes is None:
        processes = min(_processors(), max(1, len(chosen) // WORTH_A_PROCESS))
    if processes < 1:
        raise ValueError(f"processes must be at least 1, not {processes}")
    call = partial(_one, function)
    out: list[Outcome[T]] = []

    def collect(found: Iterable[Outcome[T]]) -> list[Outcome[T]]:
        for outcome in found:
            out.append(outcome)
            if progress is not None:
                progress(outcome.country)
        return out

    if processes == 1 or len(chosen) < 2:
        return collect(map(call, chosen))
    # Spawned and not forked: a fork copies the locks of running threads (design of Numba and
    # Arrow), and no workers are left over that know an older state of the modules.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(min(processes, len(chosen)), context) as pool:
            return collect(pool.map(call, chosen, chunksize=4))
    except BrokenProcessPool:
        raise SocialBudgetError(
            "a worker process ended before its work was done (no memory left, or a script that "
            'calls this outside `if __name__ == "__main__":`); put the call there, or ask for '
            "processes=1"
        ) from None


def _one(function: Callable[[Pack], T], country: str) -> Outcome[T]:
    name = Path(country).name
    try:
        pack = load_pack(country)
        name = pack.iso3
        return Outcome(name, function(pack))
    except SocialBudgetError as error:
        return Outcome(name, None, str(error))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class CountryPopulation:
    """One country's stocks on 31 December and flows of the year, summed over ages.

    Attributes
    ----------
    name, region, subregion, income_group : str
    population : float64[year, sex, age group]
        Persons; the last group is all ages.
    births, deaths, net_migration : float64[year, sex]
        Persons a year.
    """

    name: str
    region: str
    subregion: str
    income_group: str
    population: Array
    births: Array
    deaths: Array
    net_migration: Array


@dataclass(frozen=True)
class WorldPopulation:
    """The population of every country that has a pack.

    Attributes
    ----------
    years : tuple of int
        Base year first.
    age_groups : tuple of str
        Labels; the last is ``total``.
    countries : dict of str to CountryPopulation
        By ISO3 code.
    refused : dict of str to str
        Countries without result, and why.
    """

    years: tuple[int, ...]
    age_groups: tuple[str, ...]
    countries: Mapping[str, CountryPopulation]
    refused: Mapping[str, str]

    def table(self) -> pd.DataFrame:
        """Long table: country, year, sex, age_group, population (persons on 31 December)."""
        stocks = np.stack([c.population for c in self.countries.values()])
        return self._long("country", tuple(self.countries), stocks)

    def flows(self) -> pd.DataFrame:
        """Long table: country, year, sex, births, deaths, net_migration (persons a year)."""
        return self._flows("country", {iso3: [iso3] for iso3 in self.countries})

    def areas(self, by: str = "region") -> pd.DataFrame:
        """Long table of groups of countries and of the world: area, year, sex, age_group,
        population.

        Parameters
        ----------
        by : {"region", "subregion", "income_group"}
            Countries whose pack names none are in the world only.
        """
        members = self._members(by)
        stocks = np.stack([self._sum("population", codes) for codes in members.values()])
        return self._long("area", tuple(members), stocks)

    def area_flows(self, by: str = "region") -> pd.DataFrame:
        """Long table: area, year, sex, births, deaths, net_migration (persons a year)."""
        return self._flows("area", self._members(by))

    def residual(self, by: str = "region") -> float:
        """Largest relative residual of identity D-1 over groups, sexes and projected years.

        population = population of the year before + births - deaths + net migration
        """
        worst = 0.0
        for codes in self._members(by).values():
            stock = self._sum("population", codes)[..., -1]
            change = (
                self._sum("births", codes)
                - self._sum("deaths", codes)
                + self._sum("net_migration", codes)
            )
            gap = stock[1:] - stock[:-1] - change[1:]
            # NaN must not pass for a small number.
            worst = float(np.max([worst, np.max(np.abs(gap) / np.maximum(stock[1:], 1.0))]))
        return worst

    def _members(self, by: str) -> dict[str, list[str]]:
        if by not in GROUPINGS:
            raise ValueError(f"countries are grouped by one of {', '.join(GROUPINGS)}, not '{by}'")
        members: dict[str, list[str]] = {}
        for iso3, country in self.countries.items():
            if getattr(country, by):
                members.setdefault(getattr(country, by), []).append(iso3)
        return {**{name: members[name] for name in sorted(members)}, WORLD: list(self.countries)}

    def _sum(self, what: str, codes: Sequence[str]) -> Array:
        total: Array = np.sum([getattr(self.countries[iso3], what) for iso3 in codes], axis=0)
        return total

    def _long(self, first: str, names: tuple[str, ...], values: Array) -> pd.DataFrame:
        """`values` [name, year, sex, age group] as a long table."""
        import pandas as pd

        axes: dict[str, Sequence[str | int]] = {
            first: names,
            "year": self.years,
            "sex": STANDARD["sex"],
            "age_group": self.age_groups,
        }
        return pd.DataFrame({**_index(axes, values.shape), "population": values.ravel()})

    def _flows(self, first: str, members: Mapping[str, list[str]]) -> pd.DataFrame:
        import pandas as pd

        shape = (len(members), len(self.years), len(STANDARD["sex"]))
        axes: dict[str, Sequence[str | int]] = {
            first: tuple(members),
            "year": self.years,
            "sex": STANDARD["sex"],
        }
        columns = {
            what: np.stack([self._sum(what, codes) for codes in members.values()]).ravel()
            for what in ("births", "deaths", "net_migration")
        }
        return pd.DataFrame({**_index(axes, shape), **columns})


def world_population(
    to: int = 2100,
    *,
    packs: Iterable[str | Path] | None = None,
    age_groups: Groups = AGE_GROUPS,
    processes: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> WorldPopulation:
    """Project the population of every country, central path, and add them up.

    Parameters
    ----------
    to : int
        Last year.
    packs, processes, progress
        As in `each_pack`.
    age_groups : str or sequence of AgeGroup
        As `socialbudget.population.parse_age_groups` reads them; they may overlap. The total is
        always there.

    Raises
    ------
    SocialBudgetError
        An age group that is none, or no country with a result.
    IdentityError
        When births, deaths and migrants of the world do not add up to its change.
    """
    from socialbudget.population.ages import parse_age_groups
    from socialbudget.projection import IDENTITY_TOLERANCE

    groups = parse_age_groups(age_groups)
    outcomes = each_pack(
        partial(country_population, to=to, age_groups=groups), packs, processes, progress
    )
    countries = {o.country: o.result for o in outcomes if o.result is not None}
    refused = {o.country: o.refusal for o in outcomes if o.result is None}
    if not countries:
        raise SocialBudgetError(
            "no country has a result" + "".join(f"\n{text}" for text in refused.values())
        )
    lengths = {len(c.population) for c in countries.values()}
    if len(lengths) > 1:
        raise SocialBudgetError("the packs have different base years and do not add up to a world")
    years = tuple(range(to - lengths.pop() + 1, to + 1))
    labels = (*(group.label for group in groups), "total")
    world = WorldPopulation(years, labels, countries, refused)
    residual = world.residual()
    if not residual <= IDENTITY_TOLERANCE:
        raise IdentityError(
            f"identity D-1 does not hold for the world: relative residual {residual:.3e}"
        )
    return world


def country_population(pack: Pack, to: int, age_groups: Sequence[AgeGroup]) -> CountryPopulation:
    """Project one country's population, central path, and sum it over ages."""
    from socialbudget.ensemble import project
    from socialbudget.modules.demography import Demography

    results = project(pack, to=to, modules=[Demography()])
    stock = results["demography.population"][:, 0]
    parts = [stock[..., group.ages].sum(axis=-1) for group in age_groups] + [stock.sum(axis=-1)]
    head = pack.manifest
    return CountryPopulation(
        head.name,
        head.region,
        head.subregion,
        head.income_group,
        np.stack(parts, axis=-1),
        results["demography.births"][:, 0],
        results["demography.deaths"][:, 0].sum(axis=-1),
        results["demography.net_migration"][:, 0].sum(axis=-1),
    )


def _index(axes: Mapping[str, Sequence[str | int]], shape: tuple[int, ...]) -> dict[str, Any]:
    """Columns that say which cell of an array each row is."""
    from socialbudget.results import labelled

    places = np.indices(shape)
    return {n: labelled(a, p.ravel()) for (n, a), p in zip(axes.items(), places, strict=True)}
