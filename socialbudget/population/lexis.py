"""The Lexis table: persons and deaths by year, age and birth cohort.

The projection counts the deaths of a year by cohort. In the Lexis diagram such a cohort crosses
two triangles in a year: the *upper* one of the age it has at the start, until the birthday, and
the *lower* one of the next age, from the birthday on. The deaths are parted between them as in
the stationary population of the year's life table, which is the assumption that the projection's
survival ratios themselves are made with:

    upper share of age x-1 = (L(x-1) - l(x)) / (L(x-1) - L(x)).

Newborn die in the lower triangle of age 0. The cohorts that form the open age group 100+ come in
one count; the share that dies at 99 is parted in the same way, the rest belongs to 100+ and is
not parted by cohort.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.population.measure import Measure, measure_of, ratio
from socialbudget.population.mortality import period_mortality
from socialbudget.results import Results

SEXES = STANDARD["sex"]
AGES = STANDARD["age"]
TRIANGLES = ("lower", "upper")


def lexis_deaths(results: Results) -> Measure:
    """Deaths by sex, age at death and Lexis triangle (person/year).

    Returns
    -------
    Measure
        Dims ``sex``, ``age`` (last birthday), ``triangle`` (lower: the birthday of the year is
        past; upper: it is to come). All deaths of the open age group stand under ``lower``.
    """
    by_cohort = results["demography.deaths"]
    mortality = period_mortality(results)
    q, lived = mortality.probability, mortality.lived
    alive = 1.0 - q
    before = lived[..., :-1] - alive[..., :-1]  # deaths of age x-1 before the birthday, per l(x-1)
    both = lived[..., :-1] - alive[..., :-1] * lived[..., 1:]
    # Into the open group: of the deaths L(99), l(100) happen in it.
    both[..., -1] = lived[..., -2]
    upper_share = np.divide(before, both, out=np.full_like(both, 0.5), where=both > 0.0)
    values = np.zeros((*by_cohort.shape, 2))
    values[..., 0, 0] = by_cohort[..., 0]
    upper = upper_share * by_cohort[..., 1:]
    values[..., :-1, 1] = upper
    values[..., 1:, 0] = by_cohort[..., 1:] - upper
    return measure_of(
        results,
        "lexis_deaths",
        "Deaths by age and Lexis triangle",
        "person/year",
        "Deaths of the year by sex, age at death and Lexis triangle.",
        values,
        ("sex", "age", "triangle"),
        (SEXES, AGES, TRIANGLES),
    )


def deaths_by_age(results: Results) -> Measure:
    """Deaths of the year by sex and age at death (person/year): both triangles of an age."""
    triangles = lexis_deaths(results)
    return measure_of(
        results,
        "deaths_by_age",
        "Deaths by age",
        "person/year",
        "Deaths of the year by sex and age at the last birthday.",
        triangles.values.sum(axis=-1),
        ("sex", "age"),
        (SEXES, AGES),
    )


def lexis_table(results: Results) -> pd.DataFrame:
    """Persons and deaths by year, sex, age, birth cohort and triangle, median over draws.

    Returns
    -------
    DataFrame
        Columns country, scenario, year, sex, age, cohort, triangle, item, unit, value. ``item``
        is ``population`` (31 December, cohort = year - age; triangle empty) or ``deaths``
        (cohort = year - age in the lower triangle, year - age - 1 in the upper). The open age
        group has triangle ``open`` and as cohort the youngest in it.
    """
    people = results.central("demography.population")
    deaths = lexis_deaths(results).central
    parts = [
        _part(results, people, "population", "person", "", 0),
        _part(results, deaths[..., 0], "deaths", "person/year", "lower", 0),
        _part(results, deaths[..., :-1, 1], "deaths", "person/year", "upper", 1),
    ]
    frame = pd.concat(parts, ignore_index=True)
    opened = frame["age"] == AGES[-1]
    frame.loc[opened, "triangle"] = "open"
    return frame.sort_values(["item", "year", "sex", "age", "triangle"], ignore_index=True)


def _part(
    results: Results, values: Array, item: str, unit: str, triangle: str, back: int
) -> pd.DataFrame:
    year, sex, age = np.indices(values.shape).reshape(3, -1)
    years = np.asarray(results.years)[year]
    return pd.DataFrame(
        {
            "country": results.pack.iso3,
            "scenario": results.scenario.title,
            "year": years,
            "sex": np.asarray(SEXES)[sex],
            "age": age,
            "cohort": years - age - back,
            "triangle": triangle,
            "item": item,
            "unit": unit,
            "value": values.ravel(),
        }
    )


def crude_death_rate_by_age(results: Results) -> Measure:
    """Deaths by age over the mid-year population (1/year), to compare with published rates."""
    deaths = deaths_by_age(results)
    return measure_of(
        results,
        "death_rate_by_age",
        "Deaths over mid-year population by age",
        "1/year",
        "Deaths of the year at the age over the mean of the stocks around the year.",
        ratio(deaths.values, results["demography.population_midyear"]),
        deaths.dims,
        deaths.labels,
    )
