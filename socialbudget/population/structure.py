"""Size and structure of the population: groups, ratios, median age, pyramid, components of growth.

All stocks stand at 31 December unless ``midyear=True`` asks for the mean of the two stocks around
the year, which is what the United Nations publish for 1 July.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.errors import SocialBudgetError
from socialbudget.population.ages import AgeGroup, Groups, parse_age_groups
from socialbudget.population.measure import Measure, measure_of, ratio
from socialbudget.results import Results

SEXES = STANDARD["sex"]
COMPONENTS = ("births", "deaths", "net_migration", "natural_increase", "growth")


def stock(results: Results, *, midyear: bool = False) -> Array:
    """Population ``float64[year, draw, sex, age]`` (persons)."""
    return results["demography.population_midyear" if midyear else "demography.population"]


def total_population(results: Results, *, midyear: bool = False) -> Measure:
    """Population of both sexes and all ages (persons)."""
    return measure_of(
        results,
        "population",
        "Population",
        "person",
        f"All persons, {_date(midyear)}.",
        stock(results, midyear=midyear).sum(axis=(2, 3)),
    )


def population_by_group(
    results: Results, groups: Groups = "0-14,15-64,65+", *, midyear: bool = False
) -> Measure:
    """Population by sex and any age groups (persons).

    Parameters
    ----------
    groups : str or sequence of AgeGroup
        See `parse_age_groups`.

    Returns
    -------
    Measure
        Dims ``sex`` (female, male, both) and ``group``.
    """
    parsed = parse_age_groups(groups)
    people = stock(results, midyear=midyear)
    values = np.stack([people[..., g.ages].sum(axis=-1) for g in parsed], axis=-1)
    values = np.concatenate([values, values.sum(axis=2, keepdims=True)], axis=2)
    return measure_of(
        results,
        "population_by_group",
        "Population by age group",
        "person",
        f"Persons by sex and age group, {_date(midyear)}.",
        values,
        ("sex", "group"),
        ((*SEXES, "both"), tuple(g.label for g in parsed)),
    )


def population_share(results: Results, group: str, *, midyear: bool = False) -> Measure:
    """Share of one age group in the population, both sexes (1)."""
    (one,) = _exactly_one(group)
    people = stock(results, midyear=midyear).sum(axis=2)
    return measure_of(
        results,
        f"share[{one.label}]",
        f"Share of the population aged {one.label}",
        "1",
        f"Persons aged {one.label} over all persons, {_date(midyear)}.",
        ratio(people[..., one.ages].sum(axis=-1), people.sum(axis=-1)),
    )


def dependency_ratio(
    results: Results,
    of: Groups,
    to: Groups = "15-64",
    *,
    name: str = "dependency_ratio",
    midyear: bool = False,
) -> Measure:
    """Persons of some ages for one person of other ages (1).

    Parameters
    ----------
    of, to : str
        Age groups of the dependants and of those who carry them, e.g. ``"0-14,65+"`` to
        ``"15-64"``. Overlapping groups are refused: nobody may count twice.

    Raises
    ------
    SocialBudgetError
        Bad age groups, or an age that stands twice.
    """
    dependants, carriers = parse_age_groups(of), parse_age_groups(to)
    ages = [a for g in (*dependants, *carriers) for a in range(g.low, g.high + 1)]
    twice = sorted({a for a in ages if ages.count(a) > 1})
    if twice:
        raise SocialBudgetError(
            f"dependency ratio of '{_text(dependants)}' to '{_text(carriers)}': age {twice[0]} "
            "stands twice; give groups that do not overlap"
        )
    people = stock(results, midyear=midyear).sum(axis=2)

    def count(groups: tuple[AgeGroup, ...]) -> Array:
        return np.sum([people[..., g.ages].sum(axis=-1) for g in groups], axis=0)

    return measure_of(
        results,
        name,
        f"Persons aged {_text(dependants)} for one aged {_text(carriers)}",
        "1",
        f"Persons aged {_text(dependants)} over persons aged {_text(carriers)}, {_date(midyear)}.",
        ratio(count(dependants), count(carriers)),
    )


def dependency_ratios(
    results: Results,
    *,
    child: str = "0-14",
    working: str = "15-64",
    old: str = "65+",
    midyear: bool = False,
) -> tuple[Measure, Measure, Measure]:
    """Child, old-age and total dependency ratio, any age limits (1)."""
    return (
        dependency_ratio(results, child, working, name="child_ratio", midyear=midyear),
        dependency_ratio(results, old, working, name="old_age_ratio", midyear=midyear),
        dependency_ratio(results, f"{child},{old}", working, name="total_ratio", midyear=midyear),
    )


def support_ratio(results: Results, of: str | None = None) -> Measure:
    """Persons in the labour force for one person outside it (1), average of the year.

    Parameters
    ----------
    of : str, optional
        Age group of the persons outside the labour force, e.g. ``"65+"``; all ages by default.

    Raises
    ------
    SocialBudgetError
        When the run has no labour force (module ``participation``).
    """
    if "participation.labour_force" not in results.arrays:
        raise SocialBudgetError(
            "support ratio: the run has no labour force; run it with the module participation"
        )
    groups = parse_age_groups(of) if of else parse_age_groups("0+")
    force = results["participation.labour_force"].sum(axis=2)
    outside = stock(results, midyear=True).sum(axis=2) - force
    who = f" aged {_text(groups)}" if of else ""
    return measure_of(
        results,
        f"support_ratio[{_text(groups)}]" if of else "support_ratio",
        f"Persons in the labour force for one outside it{who}",
        "1",
        f"Labour force of all ages over persons{who} outside the labour force, average of the "
        "year.",
        ratio(force.sum(axis=-1), np.sum([outside[..., g.ages].sum(axis=-1) for g in groups], 0)),
    )


def median_age(results: Results, *, midyear: bool = False) -> Measure:
    """Age that parts the population in halves (year).

    Dims ``sex`` (female, male, both). Persons of a single age are spread evenly over the year of
    age; a median in the open age group, where that says nothing, is NaN.
    """
    people = stock(results, midyear=midyear)
    people = np.concatenate([people, people.sum(axis=2, keepdims=True)], axis=2)
    below = np.cumsum(people, axis=-1)
    half = 0.5 * below[..., -1:]
    age = (below < half).sum(axis=-1, keepdims=True)
    own = np.take_along_axis(people, np.minimum(age, people.shape[-1] - 1), axis=-1)
    before = np.take_along_axis(below, np.minimum(age, people.shape[-1] - 1), axis=-1) - own
    values = (age + ratio(half - before, own))[..., 0]
    values = np.where(age[..., 0] < people.shape[-1] - 1, values, np.nan)
    return measure_of(
        results,
        "median_age",
        "Median age",
        "year",
        f"Age that parts the population in halves, {_date(midyear)}.",
        values,
        ("sex",),
        ((*SEXES, "both"),),
    )


def pyramid(
    results: Results, groups: Groups = "five-year", *, midyear: bool = False
) -> pd.DataFrame:
    """Pyramid: persons by year, sex and age group, and their percent of all persons.

    Returns
    -------
    DataFrame
        country, scenario, year, sex, group, draw, persons, percent.
    """
    frame = population_by_group(results, groups, midyear=midyear).frame()
    frame = frame[frame["sex"] != "both"].drop(columns=["measure", "unit"])
    frame["sex"] = frame["sex"].cat.remove_unused_categories()
    total = total_population(results, midyear=midyear).frame()
    whole = frame[["year", "draw"]].merge(total, on=["year", "draw"], how="left")["value"]
    frame = frame.rename(columns={"value": "persons"}).reset_index(drop=True)
    frame["percent"] = 100.0 * frame["persons"] / whole.to_numpy()
    return frame


def growth_components(results: Results) -> Measure:
    """Births, deaths and net migrants of each year, natural increase and growth (person/year).

    Dim ``component``. Deaths are counted positive: natural increase = births - deaths, growth =
    natural increase + net migration = change of the stock of 31 December (identity D-1). In the
    base year the flows are read back from its closing stock by the rates of that year.
    """
    births = results["demography.births"].sum(axis=2)
    deaths = results["demography.deaths"].sum(axis=(2, 3))
    migrants = results["demography.net_migration"].sum(axis=(2, 3))
    natural = births - deaths
    return measure_of(
        results,
        "growth_components",
        "Components of growth",
        "person/year",
        "Births, deaths, net migrants, natural increase and growth of the calendar year.",
        np.stack([births, deaths, migrants, natural, natural + migrants], axis=-1),
        ("component",),
        (COMPONENTS,),
    )


def growth_rates(results: Results) -> Measure:
    """The components of growth over the mid-year population: crude rates (1/year)."""
    parts = growth_components(results)
    people = stock(results, midyear=True).sum(axis=(2, 3))
    return measure_of(
        results,
        "growth_rates",
        "Crude rates",
        "1/year",
        "Births, deaths, net migrants, natural increase and growth over the mid-year population.",
        ratio(parts.values, people[..., None]),
        parts.dims,
        parts.labels,
    )


def _exactly_one(group: str) -> tuple[AgeGroup]:
    parsed = parse_age_groups(group)
    if len(parsed) != 1:
        raise SocialBudgetError(f"'{group}' holds {len(parsed)} age groups; give one, e.g. '65+'")
    return (parsed[0],)


def _text(groups: tuple[AgeGroup, ...]) -> str:
    return ", ".join(g.label for g in groups)


def _date(midyear: bool) -> str:
    return "mean of the stocks of 31 December around the year" if midyear else "31 December"
