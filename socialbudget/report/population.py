"""The page on the population of a country: ``population.html``, its tables and its workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from socialbudget import __version__
from socialbudget.contract import Array
from socialbudget.pack import Pack
from socialbudget.population import (
    Measure,
    Threshold,
    dependency_ratios,
    growth_components,
    lexis_deaths,
    lexis_table,
    life_expectancy,
    median_age,
    orphans,
    population_by_group,
    population_share,
    pyramid,
    support_ratio,
    threshold_measure,
    threshold_probability,
    total_population,
)
from socialbudget.population.mortality import HELD
from socialbudget.report import MARKER, charts, html, text
from socialbudget.report.charts import INK, MEN, WOMEN, Chart, Key, Line
from socialbudget.report.lexis_surface import Surface, lexis_surface
from socialbudget.report.page import asset, filled, script_hash, script_json
from socialbudget.report.text import Card, Paragraph, fixed, people
from socialbudget.results import Results, whole_folder

DEFAULT_GROUPS = "0-14,15-24,25-64,65-79,80+"
TOTAL, YOUNG, OLD = "#334155", "#44aa99", "#882255"


@dataclass(frozen=True)
class Population:
    """What the page is made of.

    Attributes
    ----------
    central : Results
        The run without disturbances, with families where they were asked for.
    drawn : Results or None
        The same with draws of the stochastic drivers.
    groups : str
        Age groups of the table.
    thresholds : tuple of Threshold
        Events whose probability is shown; they need `drawn`.
    """

    central: Results
    drawn: Results | None = None
    groups: str = DEFAULT_GROUPS
    thresholds: tuple[Threshold, ...] = ()

    @property
    def name(self) -> str:
        return self.central.pack.manifest.name

    @property
    def base(self) -> int:
        return self.central.years[0]

    @property
    def last(self) -> int:
        return self.central.years[-1]

    @property
    def years(self) -> list[int]:
        """Years of tables: the base year, round years, 2050 and the last."""
        wanted = {self.base, 2030, 2040, 2050, 2075, 2100, self.last}
        return sorted(y for y in wanted if self.base <= y <= self.last)

    @property
    def horizon(self) -> list[int]:
        """The base year, 2050 and the last year."""
        return sorted({self.base, self.last, *(y for y in (2050,) if self.base < y < self.last)})

    @property
    def has_families(self) -> bool:
        return "families.married" in self.central.arrays

    def probabilities(self) -> pd.DataFrame | None:
        """What the thresholds ask for; None without draws or thresholds."""
        if self.drawn is None or not self.thresholds:
            return None
        found = [threshold_probability(self.drawn, t) for t in self.thresholds]
        return pd.concat(found, ignore_index=True)


# --- measures --------------------------------------------------------------------------------


def headline_measures(results: Results) -> list[Measure]:
    """Measures of one number a year, in the order of the tables."""
    child, old, total = dependency_ratios(results)
    period = life_expectancy(results)
    cohort = life_expectancy(results, kind="cohort")
    parts = growth_components(results)
    support = [support_ratio(results)] if "participation.labour_force" in results.arrays else []
    return [
        total_population(results),
        median_age(results).select(sex="both"),
        population_share(results, "0-14"),
        population_share(results, "65+"),
        population_share(results, "80+"),
        child,
        old,
        total,
        *support,
        *(
            _named(m.select(sex=sex, age=age), f"{m.name}[{age}]_{sex}", f"{m.title} at {age}, {w}")
            for m in (period, cohort)
            for age in (0, 65)
            for sex, w in (("female", "women"), ("male", "men"))
        ),
        *(
            _named(parts.select(component=c), c, c.replace("_", " ").capitalize())
            for c in ("births", "deaths", "net_migration", "natural_increase", "growth")
        ),
    ]


def _named(measure: Measure, name: str, title: str) -> Measure:
    return replace(measure, name=name, title=title)


def covered(expectancy: Array, years: Sequence[int]) -> Array:
    """Cohort expectancies ``[year, ...]``, NaN where most years ahead lie after the run.

    The rest of such a life would be lived in the mortality held after the last year, and the
    number would say more of that than of the cohort.
    """
    ahead = (years[-1] - np.asarray(years)).reshape(-1, *([1] * (expectancy.ndim - 1)))
    return np.where(ahead >= 0.5 * expectancy, expectancy, np.nan)


def orphan_shares(results: Results, below: int = 18) -> Array:
    """Share of persons below an age without mother, father, both, any: ``float64[year, 4]``."""
    persons = results.central("demography.population").sum(axis=1)[:, :below].sum(axis=1)
    share: Array = orphans(results, f"0-{below - 1}").central[..., 0] / persons[:, None]
    return share


# --- charts ----------------------------------------------------------------------------------


def fan_chart(
    id: str,
    title: str,
    unit: str,
    centre: Array,
    draws: Array | None,
    years: Sequence[int],
    colour: str,
    **more: Any,
) -> Chart:
    """A central path with the bands that hold 80 and 95 per cent of the draws."""
    suffix = more.pop("suffix", "")
    chart = charts.line_chart(
        id, title, unit, years, [Line("Central path", centre, colour)], suffix=suffix, **more
    )
    if draws is None:
        return chart
    edges = np.quantile(draws, (0.025, 0.10, 0.90, 0.975), axis=1)
    shared = {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "stack": "fan",
        "stackStrategy": "all",
    }
    bands: list[dict[str, Any]] = [{**shared, "name": "~low", "data": charts._plain(edges[0])}]
    for name, low, high, opacity in (
        ("~outer low", edges[0], edges[1], 0.14),
        ("~inner", edges[1], edges[2], 0.32),
        ("~outer high", edges[2], edges[3], 0.14),
    ):
        bands.append(
            {
                **shared,
                "name": name,
                "data": charts._plain(high - low),
                "areaStyle": {"color": colour, "opacity": opacity},
            }
        )
    chart.option["series"] = bands + chart.option["series"]
    end = edges[:, -1]
    note = (
        f"Dark band: 80% of {fixed(draws.shape[1])} draws, light band: 95%. "
        f"In {years[-1]}: 80% between {fixed(end[1], 1)}{suffix} and {fixed(end[2], 1)}{suffix}, "
        f"95% between {fixed(end[0], 1)}{suffix} and {fixed(end[3], 1)}{suffix}."
    )
    return replace(chart, note=note)


def _scale(values: Array) -> tuple[float, str]:
    return (1e6, "million") if float(np.max(values)) >= 2e6 else (1e3, "thousand")


def _charts(page: Population) -> dict[str, list[Chart]]:
    central, drawn = page.central, page.drawn
    years = central.years
    total = total_population(central)
    scale, word = _scale(total.central)
    child, old, both = dependency_ratios(central)

    def draws(measure: Measure | None, factor: float) -> Array | None:
        return None if measure is None else factor * measure.values

    drawn_total = total_population(drawn) if drawn else None
    drawn_old = dependency_ratios(drawn)[1] if drawn else None
    size = [
        fan_chart(
            "total",
            "Population",
            f"{word} people, 31 December",
            total.central / scale,
            draws(drawn_total, 1.0 / scale),
            years,
            "#1f3a5f",
        ),
        fan_chart(
            "old-age",
            "Old-age dependency ratio",
            "persons aged 65 and over for 100 aged 15–64",
            100 * old.central,
            draws(drawn_old, 100.0),
            years,
            OLD,
        ),
    ]
    population = central.central("demography.population").sum(axis=1) / scale
    bands = (("0–14", 0, 15), ("15–24", 15, 25), ("25–64", 25, 65), ("65–79", 65, 80))
    colours = ("#88ccee", "#44aa99", "#117733", "#cc6677", "#882255")
    structure = [
        charts.stacked_chart(
            "ages",
            "Population by age group",
            f"{word} people, 31 December",
            years,
            [
                Line(name, population[:, a:b].sum(axis=1), c)
                for (name, a, b), c in zip((*bands, ("80 and over", 80, 101)), colours, strict=True)
            ],
        ),
        charts.line_chart(
            "ratios",
            "Dependency ratios",
            "persons for 100 aged 15–64",
            years,
            [
                Line("Young and old together", 100 * both.central, TOTAL, "dotted"),
                Line("Children (0–14)", 100 * child.central, YOUNG),
                Line("Old (65 and over)", 100 * old.central, OLD),
            ],
        ),
    ]
    period = life_expectancy(central).central[..., 0]
    met = life_expectancy(central, kind="cohort").central
    cohort = covered(met[..., 0], years)
    at_65 = life_expectancy(central).central[..., 65]
    cohort_65 = covered(met[..., 65], years)

    def lives(id: str, title: str, now: Array, met: Array) -> Chart:
        return charts.line_chart(
            id,
            title,
            "years",
            years,
            [
                line
                for line in (
                    Line("Women, cohort", met[:, 0], WOMEN, "dashed", 1.8),
                    Line("Men, cohort", met[:, 1], MEN, "dashed", 1.8),
                    Line("Women, period", now[:, 0], WOMEN),
                    Line("Men, period", now[:, 1], MEN),
                )
                if np.isfinite(line.values).any()
            ],
            zero=False,
        )

    survival = [
        lives("e0", "Life expectancy at birth", period, cohort),
        lives("e65", "Years to live at 65", at_65, cohort_65),
    ]
    parts = growth_components(central)
    flow_scale, flow_word = _scale(10 * np.abs(parts.central))
    flows = parts.central / flow_scale
    growth = [
        charts.line_chart(
            "births-deaths",
            "Births and deaths",
            f"{flow_word} a year",
            years,
            [
                Line("Births", flows[:, 0], YOUNG),
                Line("Deaths", flows[:, 1], OLD),
            ],
            decimals=2,
        ),
        components_chart(flows, years, flow_word),
    ]
    families: list[Chart] = []
    if page.has_families:
        lost = 100 * orphan_shares(central)
        married = central.central("families.married")
        widowed = central.central("families.widowed")
        persons = central.central("demography.population")
        families = [
            charts.line_chart(
                "orphans",
                "Children below 18 who have lost a parent",
                "percent of children below 18",
                years,
                [
                    Line("Father dead", lost[:, 1], MEN),
                    Line("Mother dead", lost[:, 0], WOMEN),
                    Line("Both dead", lost[:, 2], TOTAL, "dotted"),
                ],
                suffix="%",
                decimals=2,
            ),
            charts.line_chart(
                "widowed",
                "Widowed persons aged 65 and over",
                "percent of persons of that sex and age",
                years,
                [
                    Line(
                        name,
                        100 * widowed[:, s, 65:].sum(-1) / persons[:, s, 65:].sum(-1),
                        colour,
                    )
                    for name, s, colour in (("Women", 0, WOMEN), ("Men", 1, MEN))
                ],
                suffix="%",
            ),
            _marital_chart(married, widowed, persons, page.base),
        ]
    return {
        "pyramids": charts.pyramids(central),
        "size": size,
        "structure": structure,
        "survival": survival,
        "growth": growth,
        "families": families,
    }


def components_chart(flows: Array, years: Sequence[int], word: str) -> Chart:
    """Natural increase and net migration as bars, growth as a line."""
    chart = charts.line_chart(
        "components",
        "What makes the population grow or shrink",
        f"{word} a year",
        years,
        [Line("Growth", flows[:, 4], INK)],
        decimals=2,
    )
    chart.option["xAxis"]["boundaryGap"] = True
    bars = [
        {
            "name": name,
            "type": "bar",
            "stack": "components",
            "data": charts._plain(flows[:, k]),
            "itemStyle": {"color": colour},
            "barCategoryGap": "10%",
        }
        for name, k, colour in (
            ("Births less deaths", 3, "#88ccee"),
            ("Net migration", 2, "#ddcc77"),
        )
    ]
    chart.option["series"] = bars + chart.option["series"]
    return replace(
        chart,
        keys=(
            Key("Births less deaths", "#88ccee", area=True),
            Key("Net migration", "#ddcc77", area=True),
            Key("Growth", INK),
        ),
    )


def _marital_chart(married: Array, widowed: Array, persons: Array, year: int) -> Chart:
    """Married and widowed by age in the base year."""
    ages = list(range(15, 101))

    def share(x: Array, s: int) -> Array:
        return 100 * np.divide(
            x[0, s, 15:], persons[0, s, 15:], out=np.zeros(len(ages)), where=persons[0, s, 15:] > 0
        )

    return charts.line_chart(
        "marital",
        f"Married and widowed by age, {year}",
        "percent of persons of that sex and age",
        ages,
        [
            Line("Women married", share(married, 0), WOMEN),
            Line("Men married", share(married, 1), MEN),
            Line("Women widowed", share(widowed, 0), WOMEN, "dashed"),
            Line("Men widowed", share(widowed, 1), MEN, "dashed"),
        ],
        suffix="%",
        wide=True,
    )


def surfaces(page: Population) -> list[Surface]:
    """Lexis surfaces of the population and of deaths, both sexes."""
    central = page.central
    persons = central.central("demography.population").sum(axis=1)[:, :100]
    deaths = lexis_deaths(central).central.sum(axis=(1, 3))[:, :100]
    cohorts = range(page.base - page.base % 25 - 75, page.last, 25)
    scale, word = (1e3, "thousand") if persons.max() >= 2e4 else (1.0, "")
    return [
        lexis_surface(
            persons / scale,
            central.years,
            title="People by year and age",
            unit=f"{word} persons of a single age, 31 December".strip(),
            note="A dark slanted band is a large generation growing older.",
            cohorts=cohorts,
        ),
        lexis_surface(
            deaths,
            central.years,
            title="Deaths by year and age",
            unit="deaths of a single age in the year",
            cohorts=cohorts,
        ),
    ]


# --- words -----------------------------------------------------------------------------------


def cards(page: Population) -> list[Card]:
    """Key figures of the base year, 2050 and the last year."""
    r, years = page.central, page.horizon
    child, old, _ = dependency_ratios(r)
    e0 = life_expectancy(r).central[..., 0]
    data: list[tuple[str, Array, str]] = [
        ("Population", total_population(r).central, "people"),
        ("Median age", median_age(r).select(sex="both").central, "years"),
        ("Children 0–14 per 100 aged 15–64", 100 * child.central, ""),
        ("Persons 65+ per 100 aged 15–64", 100 * old.central, ""),
        ("Life expectancy at birth, women", e0[:, 0], "years"),
        ("Life expectancy at birth, men", e0[:, 1], "years"),
    ]

    def words(value: float, kind: str) -> str:
        return people(value) if kind == "people" else f"{fixed(value, 1)} {kind}".strip()

    return [
        Card(
            label,
            *words(float(values[0]), kind).partition(" ")[::2],
            tuple(
                (
                    str(y),
                    people(float(values[y - years[0]]))
                    if kind == "people"
                    else fixed(float(values[y - years[0]]), 1),
                )
                for y in years[1:]
            ),
        )
        for label, values, kind in data
    ]


def summary(page: Population) -> list[Paragraph]:
    """What the run says, in plain words computed from its figures."""
    found = [_size(page), _ages(page), _lives(page), _growth(page)]
    if page.drawn is not None:
        found.append(_spread(page))
    if page.has_families:
        found.append(_families(page))
    return found


def _size(page: Population) -> Paragraph:
    total = total_population(page.central).central
    begin = f"At the end of {page.base} {page.name} had {people(float(total[0]))} people. "
    course = course_of_size(total, page.central.years)
    later = [
        f"{people(float(total[y - page.base]))} in {y}" for y in page.horizon[1:] if y > page.base
    ]
    return Paragraph("Size", f"{begin}{course}: {' and '.join(later)}.")


def course_of_size(total: Array, years: tuple[int, ...]) -> str:
    """Where a population [year] is largest, and whether it rises before and falls after that."""
    peak = int(np.argmax(total))
    change = np.diff(total)
    falls = bool((change[peak:] < 0.0).all())
    if peak == 0:
        return "The population is at its largest now" + (" and falls" if falls else "")
    if peak == len(total) - 1:
        return "It grows throughout" if (change > 0.0).all() else f"It is largest in {years[-1]}"
    largest = f"It is largest in {years[peak]}, with {people(float(total[peak]))}"
    return largest + (", and falls from then on" if falls else "")


def _ages(page: Population) -> Paragraph:
    r = page.central
    young = 100 * population_share(r, "0-14").central
    old = 100 * population_share(r, "65+").central
    ratio = dependency_ratios(r)[1].central

    def per_old(value: float) -> str:
        return fixed(1.0 / value, 1) if value > 0 else text.NONE

    years = page.horizon
    place = [y - page.base for y in years]
    shares = [
        f"{fixed(young[i], 0)}% and {fixed(old[i], 0)}% in {y}"
        for y, i in zip(years, place, strict=True)
    ]
    support = [f"{per_old(float(ratio[i]))} in {y}" for y, i in zip(years, place, strict=True)]
    return Paragraph(
        "Ages",
        f"Of all people, those below 15 and those of 65 or older are {text._and(shares)}. For each "
        f"person of 65 or older the number of people aged 15 to 64 is {text._and(support)}.",
    )


def _lives(page: Population) -> Paragraph:
    r = page.central
    period = life_expectancy(r).central
    cohort = life_expectancy(r, kind="cohort").central
    last = page.last
    return Paragraph(
        "Length of life",
        f"By the mortality of {page.base}, women live {fixed(period[0, 0, 0], 1)} years and men "
        f"{fixed(period[0, 1, 0], 1)}; by that of {last}, {fixed(period[-1, 0, 0], 1)} and "
        f"{fixed(period[-1, 1, 0], 1)}. Girls and boys born in {page.base} can expect more than "
        f"the mortality of their first year says, {fixed(cohort[0, 0, 0], 1)} and "
        f"{fixed(cohort[0, 1, 0], 1)} years, because they will meet the mortality of later years. "
        if cohort[0, 0, 0] > period[0, 0, 0] + 0.05
        else f"By the mortality of {page.base}, women live {fixed(period[0, 0, 0], 1)} years and "
        f"men {fixed(period[0, 1, 0], 1)}. ",
        (
            f"Those who reach 65 in {page.base} have {fixed(cohort[0, 0, 65], 1)} (women) and "
            f"{fixed(cohort[0, 1, 65], 1)} (men) years ahead on average.",
        ),
    )


def _growth(page: Population) -> Paragraph:
    r = page.central
    flows = growth_components(r).central
    births, deaths, migrants = flows[:, 0], flows[:, 1], flows[:, 2]
    turn = turn_of_growth(births, deaths, r.years)
    span = len(births) - 1
    kind = "arrivals exceed departures" if migrants[1:].sum() >= 0 else "departures exceed arrivals"
    size = people(abs(float(migrants[1:].mean())))
    return Paragraph(
        "Growth",
        f"In {page.base} there were {text._rough(float(births[0]))} births and "
        f"{text._rough(float(deaths[0]))} deaths; in {page.last}, {text._rough(float(births[-1]))} "
        f"and {text._rough(float(deaths[-1]))}. {turn} Over the {span} years "
        f"{kind} by {size} a year.",
    )


def turn_of_growth(births: Array, deaths: Array, years: tuple[int, ...]) -> str:
    """When deaths exceed births [year], in a sentence."""
    fewer = deaths > births
    first = int(np.argmax(fewer))
    if not fewer.any():
        return f"Births exceed deaths in every year to {years[-1]}."
    if fewer.all():
        return "Deaths exceed births already."
    if fewer[0]:
        return (
            f"In {years[0]} deaths exceed births, in {int((~fewer[1:]).sum())} of the "
            f"{len(years) - 1} years after it they do not."
        )
    if fewer[first:].all():
        return f"From {years[first]} on deaths exceed births."
    return f"In {years[first]} deaths exceed births for the first time."


def _spread(page: Population) -> Paragraph:
    assert page.drawn is not None
    total = total_population(page.drawn)
    old = dependency_ratios(page.drawn)[1]
    items = []
    for year in page.horizon[1:]:
        low, inner_low, inner_high, high = np.quantile(total.at(year), (0.025, 0.1, 0.9, 0.975))
        a, b, c, d = 100 * np.quantile(old.at(year), (0.025, 0.1, 0.9, 0.975))
        items.append(
            f"{year}: population between {people(inner_low)} and {people(inner_high)} with 80% "
            f"probability, between {people(low)} and {people(high)} with 95%; persons of 65+ for "
            f"100 aged 15–64 between {fixed(b, 1)} and {fixed(c, 1)} (80%), {fixed(a, 1)} and "
            f"{fixed(d, 1)} (95%)."
        )
    return Paragraph(
        "How sure",
        f"{fixed(total.draws)} draws of fertility, mortality and migration give these ranges:",
        tuple(items),
    )


def _families(page: Population) -> Paragraph:
    shares = 100 * orphan_shares(page.central)
    r = page.central
    widowed = r.central("families.widowed")[0, 0].sum()
    return Paragraph(
        "Families",
        f"In {page.base} about {fixed(shares[0, 3], 1)}% of the children below 18 had lost a "
        f"parent ({fixed(shares[0, 1], 1)}% the father, {fixed(shares[0, 0], 1)}% the mother, "
        f"{fixed(shares[0, 2], 2)}% both); in {page.last} it is {fixed(shares[-1, 3], 1)}%. "
        f"{people(float(widowed))} women are widows in {page.base}.",
    )


# --- tables ----------------------------------------------------------------------------------


def _cell(value: float, unit: str) -> str:
    if unit in ("person", "person/year"):
        return fixed(value / 1e3, 0 if abs(value) >= 1e5 else 1)
    if unit == "1":
        return fixed(100 * value, 1)
    return fixed(value, 1)


LABELS = {
    "median_age": "Median age",
    "share[0-14]": "Share of people aged 0–14",
    "share[65+]": "Share of people aged 65 and over",
    "share[80+]": "Share of people aged 80 and over",
    "child_ratio": "Children (0–14) to persons aged 15–64",
    "old_age_ratio": "Persons of 65 and over to persons aged 15–64",
    "total_ratio": "Both together to persons aged 15–64",
    "support_ratio": "Persons in the labour force to persons outside it",
    "period_life_expectancy[0]_female": "Life expectancy at birth, women",
    "period_life_expectancy[0]_male": "Life expectancy at birth, men",
    "period_life_expectancy[65]_female": "Years to live at 65, women",
    "period_life_expectancy[65]_male": "Years to live at 65, men",
    "cohort_life_expectancy[0]_female": "Cohort life expectancy at birth, women",
    "cohort_life_expectancy[0]_male": "Cohort life expectancy at birth, men",
    "cohort_life_expectancy[65]_female": "Cohort years to live at 65, women",
    "cohort_life_expectancy[65]_male": "Cohort years to live at 65, men",
}
UNITS = {"person": "thousand", "person/year": "thousand a year", "1": "per 100", "year": "years"}


def key_table(page: Population) -> dict[str, Any]:
    """Headline measures in chosen years, central path."""
    rows = []
    for m in headline_measures(page.central):
        values = m.central
        if m.name.startswith("cohort_life_expectancy"):
            values = covered(values, page.central.years)
        rows.append(
            {
                "label": LABELS.get(m.name, m.title),
                "row": "total" if m.name == "population" else "detail",
                "money": False,
                "unit": UNITS[m.unit],
                "cells": [_cell(float(values[y - page.base]), m.unit) for y in page.years],
            }
        )
    note = (
        "31 December. Cohort life expectancy is that of those who reach the age in the year; "
        "it is left out where the run holds less than half of the years ahead of them."
    )
    return _table(page, "Key figures", [{"name": "", "rows": rows}], note)


def group_table(page: Population) -> dict[str, Any]:
    """Population by sex and the chosen age groups."""
    measure = population_by_group(page.central, page.groups)
    values = measure.central
    groups = []
    for s, sex in enumerate(("Women", "Men", "Both sexes")):
        rows = [
            {
                "label": label,
                "row": "detail",
                "money": False,
                "unit": "thousand",
                "cells": [_cell(float(values[y - page.base, s, g]), "person") for y in page.years],
            }
            for g, label in enumerate(measure.labels[1])
        ]
        groups.append({"name": sex, "rows": rows})
    return _table(page, "Population by sex and age group", groups, "31 December.")


def event_words(page: Population, threshold: Threshold) -> str:
    """What a threshold asks about, for readers: "Old-age dependency ratio above 0.5"."""
    measure = threshold_measure(page.central, threshold)
    side = "above" if threshold.above else "below"
    value = threshold.value
    if measure.unit in ("person", "person/year"):
        words = people(value)
    elif measure.unit == "1":
        words = f"{fixed(100 * value, 1)} per 100"
    else:
        words = f"{fixed(value, 1)} years"
    title = LABELS.get(measure.name, measure.title)
    return f"{title} {side} {words}"


def probability_rows(page: Population) -> list[dict[str, str]]:
    """What the thresholds ask for, as text, in the years of the tables."""
    frame = page.probabilities()
    if frame is None:
        return []
    rows = []
    for threshold in page.thresholds:
        own = frame[frame["question"] == threshold.text]
        if threshold.year is None:
            own = own[own["year"].isin(page.years)]
        for p in own.to_dict("records"):
            rows.append(
                {
                    "question": event_words(page, threshold),
                    "event": "at least once by" if "by" in p["event"] else "in",
                    "year": str(p["year"]),
                    "probability": f"{fixed(100 * p['probability'], 1)}%",
                    "error": f"{fixed(100 * p['standard_error'], 1)}",
                    "range": f"{fixed(100 * p['low'], 1)}–{fixed(100 * p['high'], 1)}%",
                }
            )
    return rows


def _table(
    page: Population, title: str, groups: list[dict[str, Any]], note: str = ""
) -> dict[str, Any]:
    return {
        "code": "",
        "title": title,
        "note": note,
        "years": page.years,
        "groups": groups,
        "unit": "",
    }


def source_rows(page: Population) -> list[dict[str, Any]]:
    """Sources behind the parameters of the run, with the flags of the values."""
    pack = page.central.pack
    rows = []
    for path, param in sorted(page.central.params.items()):
        if path not in pack.entries or not path.startswith(("demography.", "families.")):
            continue
        rows.append(
            {
                "path": path,
                "doc": param.doc.rstrip("."),
                "sources": "; ".join(
                    _source_text(pack.manifest.sources[k]) for k in pack.shares(path, "source")
                ),
                "flags": [str(k) for k in pack.flag_shares(path)],
                "driver": _driver_text(pack, path),
            }
        )
    return rows


def _source_text(source: Any) -> str:
    edition = (
        f" ({source.edition})" if source.edition and source.edition not in source.title else ""
    )
    return f"{source.publisher}, {source.title}{edition}"


def _driver_text(pack: Pack, path: str) -> str:
    driver = pack.manifest.uncertainty.get(path)
    if driver is None:
        return ""
    title = pack.manifest.sources[driver.source].title
    if driver.by_quantiles:
        return (
            f"Bands of each year ({title}); correlation of a draw's place from year to year "
            f"{driver.persistence:g}"
        )
    return f"AR(1), sd {driver.sd:g} a year, persistence {driver.persistence:g} ({title})"


def _families_assumed(page: Population) -> bool:
    path = "families.married_share"
    return page.has_families and "assumed" in page.central.pack.flag_shares(path)


# --- the page --------------------------------------------------------------------------------


def render(page: Population, today: date | None = None) -> str:
    """The page as text; `today` is the date of the run (now by default)."""
    when = today or date.today()
    manifest = page.central.pack.manifest
    scenario = page.central.scenario
    charts_of = _charts(page)
    every = [c for group in charts_of.values() for c in group]
    echarts, script = asset("echarts.min.js"), asset("report.js")
    facts = [
        ("Country pack", f"{manifest.iso3} {manifest.version}, {manifest.status}"),
        ("Base year", str(page.base)),
        ("Horizon", f"{page.base}–{page.last}"),
        ("Variant", scenario.title),
        *([("Draws", fixed(page.drawn.draws))] if page.drawn else []),
        ("Run on", f"{when.day} {when:%B %Y}"),
    ]
    residuals = [float(v.max()) for v in page.central.identities.values()]
    context = {
        "version": __version__,
        "css": Markup(asset("report.css")),
        "echarts": Markup(echarts),
        "script": Markup(script),
        "script_hashes": [script_hash(echarts), script_hash(script)],
        "country": page.name,
        "years": (page.base, page.last),
        "scenario": scenario,
        "facts": facts,
        "status_note": html.STATUS.get(manifest.status, ""),
        "cards": cards(page),
        "summary": summary(page),
        "charts": charts_of,
        "surfaces": surfaces(page),
        "assumed_families": _families_assumed(page),
        "key": key_table(page),
        "groups": group_table(page),
        "probabilities": probability_rows(page),
        "draws": page.drawn.draws if page.drawn else 0,
        "draws_text": fixed(page.drawn.draws) if page.drawn else "",
        "seed": page.drawn.seed if page.drawn else None,
        "held": HELD,
        "sources": source_rows(page),
        "identities": len(residuals),
        "worst": html._power(max(residuals, default=0.0)),
        "hash": page.central.pack.hash,
        "all_charts": [html.Shown(f"chart-{c.id}", script_json(c.spec())) for c in every],
    }
    return filled("population.html.j2", context)


def tables(page: Population) -> dict[str, pd.DataFrame]:
    """Long tables with units, by the name of their file."""
    central, drawn = page.central, page.drawn
    measures = headline_measures(central)
    headline = pd.concat([m.frame() for m in measures], ignore_index=True).drop(columns="draw")
    headline.insert(4, "title", headline["measure"].map({m.name: m.title for m in measures}))
    found = {
        "headline": headline,
        "groups": population_by_group(central, page.groups).frame().drop(columns="draw"),
        "pyramid": pyramid(central, "single").drop(columns="draw"),
        "life_expectancy": pd.concat(
            [
                life_expectancy(central, kind=k).frame().drop(columns="draw")
                for k in ("period", "cohort")
            ],
            ignore_index=True,
        ),
        "lexis": lexis_table(central),
    }
    if drawn is not None:
        found["headline_bands"] = pd.concat(
            [m.bands() for m in headline_measures(drawn)], ignore_index=True
        )
        found["groups_bands"] = population_by_group(drawn, page.groups).bands()
    probabilities = page.probabilities()
    if probabilities is not None:
        found["probabilities"] = probabilities
    return found


def write_population(page: Population, folder: str | Path, today: date | None = None) -> Path:
    """Write ``population.html``, ``population.xlsx`` and ``tables/``, whole or not at all."""
    with whole_folder(folder, MARKER) as new:
        kept = new / "tables"
        kept.mkdir()
        found = tables(page)
        page.central.write_tables(kept)
        for name, frame in found.items():
            frame.to_parquet(kept / f"population_{name}.parquet", compression="zstd", index=False)
        _workbook(page, found, new / "population.xlsx")
        (new / "population.html").write_text(render(page, today), encoding="utf-8")
    return Path(folder)


def _workbook(page: Population, found: dict[str, pd.DataFrame], file: Path) -> None:
    """Wide sheets, years downwards; the Lexis table and single ages stay in Parquet."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        file,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    number = book.add_format({"num_format": "#,##0.00"})
    whole = book.add_format({"num_format": "#,##0"})

    def sheet(name: str, frame: pd.DataFrame, note: str) -> None:
        page_ = book.add_worksheet(name)
        page_.write_string(0, 0, note)
        for j, column in enumerate(frame.columns):
            page_.write_string(2, j, str(column), bold)
            for i, value in enumerate(frame[column].tolist()):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    if np.isfinite(value):
                        style = None if column == "year" else whole if abs(value) >= 1e3 else number
                        page_.write_number(3 + i, j, value, style)
                elif value is not None:
                    page_.write_string(3 + i, j, str(value))
        page_.freeze_panes(3, 1)
        page_.set_column(0, max(len(frame.columns) - 1, 0), 16)

    headline = found["headline"]
    columns = headline["title"] + " [" + headline["unit"] + "]"
    wide = headline.assign(column=columns).pivot(index="year", columns="column", values="value")
    sheet(
        "Key figures",
        wide[list(dict.fromkeys(columns))].reset_index(),
        f"{page.name}: {page.central.scenario.title}. Stocks at 31 December, central path.",
    )
    groups = found["groups"]
    label = groups["sex"].astype(str) + " " + groups["group"].astype(str)
    wide = groups.assign(column=label).pivot(index="year", columns="column", values="value")
    sheet("Age groups", wide[list(dict.fromkeys(label))].reset_index(), "Persons, 31 December.")
    if "headline_bands" in found:
        frame = found["headline_bands"]
        wide = frame.pivot(index=["measure", "unit", "year"], columns="quantile", values="value")
        sheet("Bands", wide.reset_index(), "Quantiles over the draws.")
    if "probabilities" in found:
        sheet(
            "Probabilities",
            found["probabilities"].drop(columns=["country", "scenario"]),
            "Shares of draws, with the standard error of Monte Carlo and Wilson's 95% interval.",
        )
    sheet(
        "Sources",
        pd.DataFrame(
            [
                {
                    "path": r["path"],
                    "meaning": r["doc"],
                    "flags": ", ".join(r["flags"]),
                    "source": r["sources"],
                    "driver": r["driver"],
                }
                for r in source_rows(page)
            ]
        ),
        "Where the inputs come from.",
    )
    book.close()
