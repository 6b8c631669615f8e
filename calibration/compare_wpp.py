"""Every country beside World Population Prospects 2024: ``python -m calibration.compare_wpp``.

Projects all countries from 31 December 2024 with the kernel of the model, compares totals, ages,
births and deaths with the published medium variant, runs the backtest from 2000 to 2020, and
writes ``docs/population_accuracy.md``. What is compared here was no input: after 2025 the inputs
are rates, life expectancy and migrants only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.backtest import BANDS, Migrants, backtest_errors, by_group
from calibration.cohorts import Inputs, Projection, project
from calibration.graduation import FIVE_YEAR
from calibration.mortality.measures import life_expectancy
from calibration.united_nations import (
    BASE_YEAR,
    LARGE,
    LAST_YEAR,
    LEFT_OUT,
    SEXES,
    annual,
    countries,
    country_name,
    fertility_shares,
    graduated_death_rates,
    midyear_both_sexes,
    midyear_groups,
    net_migration,
    population_totals,
    single_age_countries,
    single_age_fertility,
    united_nations_inputs,
    vital_events,
)

Array = NDArray[np.float64]

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = "population_accuracy.md"

TOTAL_YEARS = (2030, 2050, 2100)
AGE_YEARS = (2030, 2050, 2100)
BIRTH_YEARS = (2025, 2035, 2100)
SINGLE_AGE_YEARS = (2030, 2050, 2075, 2099)
SINGLE_AGES = slice(15, 85)

TARGETS = {"2050": (0.10, 0.5), "2100": (0.15, 2.0)}
"""Percent of the total population: median and worst country."""

MIGRATION_EDGES = (0.02, 0.05, 0.10, 0.20)
"""Net migrants of 2000-2020 over the population of 2000 that part the countries of a table."""

WORST = 8
"""Countries told of one by one."""

EXPLAINED = ("QAT", "ARE", "BHR", "TCD", "SOM", "HKG")
"""Countries whose errors the text explains."""

READINGS = range(BASE_YEAR + 1, 2100)
"""Years of published fertility by single age."""

YEARS = range(BASE_YEAR + 1, LAST_YEAR + 1)
PERCENT = 100.0


# --- Measures -------------------------------------------------------------------------------------


def country_errors(inputs: Inputs, projection: Projection) -> dict[str, float]:
    """Errors of one country against the published medium variant.

    Returns
    -------
    dict of str to float
        ``population`` (persons, 31 December 2024) and, in percent: ``total_<year>`` of the
        population of 31 December; ``ages_<year>``, the sum over sex and five-year group of the
        absolute errors of 1 July, of the total; ``births_<year>`` and ``deaths_<year>``, sums
        from 2025 to the year; ``births_in_<year>`` of the year alone and ``births_worst``, the
        largest of any year without its sign; ``closure``, the largest cumulated gap between the
        published population change and published births less deaths plus net migration, of the
        population of 2024.
    """
    iso3, t0 = inputs.iso3, inputs.years[0]
    published = population_totals(iso3, "31_december", inputs.years)[:, 0]
    total = projection.population.sum(axis=(1, 2))
    births = vital_events(iso3, "births").loc[list(YEARS)].to_numpy(dtype=float)
    deaths = vital_events(iso3, "deaths").loc[list(YEARS)].to_numpy(dtype=float)
    migrants = 1000.0 * annual(iso3, "net_migration", YEARS)
    out = {"population": float(published[0])}
    for year in TOTAL_YEARS:
        out[f"total_{year}"] = PERCENT * (total[year - t0] / published[year - t0] - 1.0)
    for year in AGE_YEARS:
        groups = midyear_groups(iso3, year)
        error = np.abs(by_group(projection.midyear[year - t0]) - groups).sum()
        out[f"ages_{year}"] = PERCENT * float(error / groups.sum())
    for year in TOTAL_YEARS[1:]:
        span = slice(1, year - t0 + 1)
        known = slice(0, year - t0)
        out[f"births_{year}"] = PERCENT * (
            projection.births[span].sum() / births[known].sum() - 1.0
        )
        out[f"deaths_{year}"] = PERCENT * (
            projection.deaths[span].sum() / deaths[known].sum() - 1.0
        )
    births_error = PERCENT * (projection.births[1:].sum(axis=1) / births - 1.0)
    for year in BIRTH_YEARS:
        out[f"births_in_{year}"] = float(births_error[year - t0 - 1])
    out["births_worst"] = float(np.abs(births_error).max())
    gap = np.cumsum(np.diff(published) - (births - deaths + migrants))
    out["closure"] = PERCENT * float(np.abs(gap).max() / published[0])
    return out


def single_age_errors(iso3: str, projection: Projection) -> dict[str, float]:
    """Errors of a country with published single ages (percent).

    Returns
    -------
    dict of str to float
        ``total_2099`` of the mid-year population, and for each year the largest absolute error at
        an age of 15-84 (both sexes).
    """
    t0 = projection.years[0]
    out = {}
    year = SINGLE_AGE_YEARS[-1]
    total = population_totals(iso3, "1_july", [year])[0, 0]
    out[f"total_{year}"] = PERCENT * float(projection.midyear[year - t0].sum() / total - 1.0)
    for year in SINGLE_AGE_YEARS:
        found = projection.midyear[year - t0].sum(axis=0)[SINGLE_AGES]
        known = midyear_both_sexes(iso3, year)[SINGLE_AGES]
        out[f"single_{year}"] = PERCENT * float(np.abs(found / known - 1.0).max())
    return out


def life_expectancy_gap(iso3: str) -> float:
    """Mean absolute gap (years) between graduated and published life expectancy, 2030 to 2100.

    The gap before death rates are moved to the published level: whether the five-year rates and
    the annual life expectancy of the source are of one piece.
    """
    years = range(2030, LAST_YEAR + 1)
    target = np.stack([annual(iso3, f"life_expectancy_{sex}", years) for sex in SEXES], axis=-1)
    found = life_expectancy(graduated_death_rates(iso3, years))
    return float(np.abs(found - target).mean())


@dataclass(frozen=True)
class KeptBack:
    """A country whose published emigrants are more than the persons there, without and with the
    rule that limits them.

    Attributes
    ----------
    lowest : float
        The lowest stock of a sex and age without the rule (persons).
    migrants : float
        Published net migrants without their sign, all years, sexes and ages (persons).
    kept_back : float
        Emigrants that the rule keeps back, all years (persons).
    groups : tuple of float
        Sum of the absolute errors of the sexes and five-year groups that hold such ages, in the
        years whose groups are published (persons), without and with the rule.
    errors : tuple of dict
        `country_errors` without and with the rule.
    """

    lowest: float
    migrants: float
    kept_back: float
    groups: tuple[float, float]
    errors: tuple[dict[str, float], dict[str, float]]


def kept_back(names: Sequence[str] | None = None) -> dict[str, KeptBack]:
    """The countries in which emigrants are kept back, of `names` or of all."""
    out = {}
    for iso3 in countries() if names is None else names:
        inputs = united_nations_inputs(iso3)
        published = net_migration(iso3, inputs.years)
        if np.array_equal(published, inputs.net_migration):
            continue
        without = project(replace(inputs, net_migration=published))
        found = project(inputs)
        short = without.population < 0.0
        short[1:] |= short[:-1].copy()
        missed = [0.0, 0.0]
        for t in range(1, len(inputs.years)):
            hit = by_group(short[t].astype(float)) > 0.0
            if not hit.any() or inputs.years[t] % 5:
                continue
            groups = midyear_groups(iso3, inputs.years[t])
            for place, run in enumerate((without, found)):
                missed[place] += float(np.abs(by_group(run.midyear[t]) - groups)[hit].sum())
        out[iso3] = KeptBack(
            float(without.population.min()),
            float(np.abs(published).sum()),
            float((inputs.net_migration - published).sum()),
            (missed[0], missed[1]),
            (country_errors(inputs, without), country_errors(inputs, found)),
        )
    return out


def share_readings() -> tuple[float, float]:
    """Largest gaps between published shares of fertility and two readings of them (percent points).

    Over the thirteen countries, groups 15-19 to 45-49, and `READINGS`: published single-age rates
    averaged over the mid-year women of a group, and summed over its ages.
    """
    worst = [0.0, 0.0]
    for iso3 in single_age_countries():
        rates = single_age_fertility(iso3, READINGS).reshape(len(READINGS), -1, 5)
        inputs = united_nations_inputs(iso3)
        women = project(inputs).midyear[1 : len(READINGS) + 1, 0, 15:50].reshape(rates.shape)
        published = fertility_shares(iso3, READINGS)[:, 1:-1]
        mean = (rates * women).sum(axis=2) / women.sum(axis=2)
        for place, reading in enumerate((mean, rates.sum(axis=2))):
            found, known = (x / x.sum(axis=1, keepdims=True) for x in (reading, published))
            worst[place] = max(worst[place], PERCENT * float(np.abs(found - known).max()))
    return worst[0], worst[1]


def measure(names: Sequence[str] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors of countries, and of those with single ages.

    Parameters
    ----------
    names : sequence of str, optional
        ISO codes; all by default.

    Returns
    -------
    errors, single : DataFrame
        Index ``iso3``; columns of `country_errors` and of `single_age_errors`.
    """
    errors, single = {}, {}
    for iso3 in countries() if names is None else names:
        inputs = united_nations_inputs(iso3)
        projection = project(inputs)
        errors[iso3] = country_errors(inputs, projection)
        if iso3 in single_age_countries():
            single[iso3] = single_age_errors(iso3, projection)
    return (
        pd.DataFrame.from_dict(errors, orient="index").rename_axis("iso3"),
        pd.DataFrame.from_dict(single, orient="index").rename_axis("iso3"),
    )


def large(errors: pd.DataFrame) -> pd.DataFrame:
    """Countries above a million people."""
    return errors[errors.population > LARGE]


# --- Tables ---------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    align = ["---"] + ["---:"] * (len(head) - 1)
    lines = [head, align, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _signed(value: float, decimals: int = 2) -> str:
    text = f"{value:+.{decimals}f}"
    zero = f"{0.0:.{decimals}f}"
    return zero if text[1:] == zero else text.replace("-", "−")


def summary_table(errors: pd.DataFrame) -> str:
    """Median and worst country for each measure, and the targets."""
    titles = {
        "total_2030": "Total population 2030",
        "total_2050": "Total population 2050",
        "total_2100": "Total population 2100",
        "ages_2030": "By sex and five-year age 2030",
        "ages_2050": "By sex and five-year age 2050",
        "ages_2100": "By sex and five-year age 2100",
        "births_2050": "Births 2025-2050",
        "births_2100": "Births 2025-2100",
        "deaths_2050": "Deaths 2025-2050",
        "deaths_2100": "Deaths 2025-2100",
    }
    rows = []
    above = large(errors)
    below = errors.drop(above.index)
    for column, title in titles.items():
        size = above[column].abs()
        worst = str(size.idxmax())
        target = TARGETS.get(column.removeprefix("total_")) if "total" in column else None
        rows.append(
            [
                title,
                f"{size.median():.3f}",
                f"{target[0]:.2f}" if target else "",
                f"{size.max():.2f} ({worst})",
                f"{target[1]:.1f}" if target else "",
                f"{below[column].abs().median():.3f}",
                f"{below[column].abs().max():.2f} ({below[column].abs().idxmax()})",
            ]
        )
    head = ["Error, %", "Median", "Target", "Worst", "Target", "Median, small", "Worst, small"]
    return _table(head, rows)


def single_age_table(single: pd.DataFrame) -> str:
    """The thirteen countries."""
    head = ["Country", "Total 2099, %"]
    head += [f"Worst age of 15-84 in {year}, %" for year in SINGLE_AGE_YEARS]
    rows = [
        [
            country_name(str(iso3)),
            _signed(row.total_2099, 3),
            *(f"{row[f'single_{year}']:.2f}" for year in SINGLE_AGE_YEARS),
        ]
        for iso3, row in single.iterrows()
    ]
    return _table(head, rows)


def country_table(errors: pd.DataFrame) -> str:
    """Every country."""
    head = ["Country", "ISO", "Thousand persons 2024"]
    head += [f"Total {year}" for year in TOTAL_YEARS]
    head += [f"Ages {year}" for year in AGE_YEARS]
    head += ["Births to 2100", "Deaths to 2100"]
    rows = []
    for iso3, row in errors.iterrows():
        cells = [country_name(str(iso3)), str(iso3), f"{row.population / 1000.0:,.0f}"]
        cells += [_signed(row[f"total_{year}"]) for year in TOTAL_YEARS]
        cells += [f"{row[f'ages_{year}']:.2f}" for year in AGE_YEARS]
        cells += [_signed(row.births_2100), _signed(row.deaths_2100)]
        rows.append(cells)
    return _table(head, sorted(rows))


def backtest_summary(results: Mapping[Migrants, pd.DataFrame]) -> str:
    """Median and worst country of the backtest by age, for both assumptions about migrants."""
    first = next(iter(results.values()))
    groups = [*(str(age) for age in FIVE_YEAR)]
    labels = {"total": "Total", "ages": "Sum of absolute errors by sex and age"}
    labels |= {age: f"{age}-{int(age) + 4}" for age in groups[:-1]} | {groups[-1]: "100+"}
    labels |= {band: f"**{band}**" for band in BANDS}
    head = ["Age"]
    for kind in results:
        head += [f"Median, {kind}", f"Worst, {kind}"]
    rows = []
    for column in ["total", *BANDS, *groups, "ages"]:
        row = [labels[column]]
        for frame in results.values():
            size = PERCENT * frame[column].abs()
            row += [f"{size.median():.1f}", f"{size.max():.0f} ({size.idxmax()})"]
        rows.append(row)
    if len(first) == 0:
        raise ValueError("no country in the backtest")
    return _table(head, rows)


def backtest_table(frame: pd.DataFrame) -> str:
    """Errors of every country of the backtest."""
    head = ["Country", "ISO", "Total", *BANDS, "Sum of absolute errors"]
    rows = [
        [
            country_name(str(iso3)),
            str(iso3),
            *(_signed(PERCENT * row[column], 1) for column in ["total", *BANDS]),
            f"{PERCENT * row.ages:.1f}",
        ]
        for iso3, row in frame.iterrows()
    ]
    return _table(head, sorted(rows))


def worst_table(errors: pd.DataFrame) -> str:
    """Countries with the largest error of the total in 2050 or 2100, and what does not close."""
    above = large(errors)
    size = above[["total_2050", "total_2100"]].abs().max(axis=1)
    head = ["Country", "Total 2050", "Total 2100", "Births to 2050", "Deaths to 2050"]
    head += ["Births to 2100", "Deaths to 2100", "Published figures' own gap"]
    rows = []
    for iso3 in size.sort_values(ascending=False).index[:WORST]:
        row = above.loc[iso3]
        rows.append(
            [
                country_name(str(iso3)),
                *(
                    _signed(row[name])
                    for name in (
                        "total_2050",
                        "total_2100",
                        "births_2050",
                        "deaths_2050",
                        "births_2100",
                        "deaths_2100",
                    )
                ),
                f"{row.closure:.2f}",
            ]
        )
    return _table(head, rows)


def emigration_table(found: Mapping[str, KeptBack]) -> str:
    """Countries whose emigrants are limited, without and with the rule."""
    head = ["Country", "Lowest stock of an age without", "Kept back", "% of migrants"]
    head += ["Errors of the groups concerned, persons", "Total 2050, %", "Total 2100, %"]
    head += ["Deaths to 2100, %"]
    rows = []
    for iso3, one in found.items():
        pairs = [
            f"{_signed(one.errors[0][name])} → {_signed(one.errors[1][name])}"
            for name in ("total_2050", "total_2100", "deaths_2100")
        ]
        rows.append(
            [
                country_name(iso3),
                f"{one.lowest:,.0f}".replace("-", "−"),
                f"{one.kept_back:,.0f}",
                f"{PERCENT * one.kept_back / one.migrants:.2f}",
                f"{one.groups[0]:,.0f} → {one.groups[1]:,.0f}",
                *pairs,
            ]
        )
    return _table(head, rows)


def migration_table(frame: pd.DataFrame) -> str:
    """Median errors of the backtest by how much people moved."""
    edges = [0.0, *MIGRATION_EDGES, np.inf]
    head = ["Net migrants 2000-2020, % of the population of 2000", "Countries", "Total"]
    head += [*BANDS, "Sum of absolute errors"]
    rows = []
    for low, high in pairwise(edges):
        part = frame[(frame.migrants >= low) & (frame.migrants < high)]
        label = f"{PERCENT * low:.0f} to {PERCENT * high:.0f}"
        if not np.isfinite(high):
            label = f"{PERCENT * low:.0f} and more"
        middle = PERCENT * part.drop(columns="population").abs().median()
        cells = [f"{middle[name]:.2f}" for name in ("total", *BANDS, "ages")]
        rows.append([label, str(len(part)), *cells])
    return _table(head, rows)


# --- Page -----------------------------------------------------------------------------------------


def page(
    errors: pd.DataFrame, single: pd.DataFrame, results: Mapping[Migrants, pd.DataFrame]
) -> str:
    """The page, with its tables and the figures of its text."""
    above = large(errors)
    gap = pd.Series({iso3: life_expectancy_gap(str(iso3)) for iso3 in above.index})
    left_out = "; ".join(f"{name} ({iso3}): {reason}" for iso3, (name, reason) in LEFT_OUT.items())
    rest = above.drop(index=list(EXPLAINED))[["total_2050", "total_2100"]].abs().max(axis=1)
    mean, summed = share_readings()
    emirates = {kind: PERCENT * frame.ages["ARE"] for kind, frame in results.items()}
    text = _TEXT
    for name, value in {
        "COUNTRIES": str(len(errors)),
        "LARGE": str(len(above)),
        "LEFT_OUT": left_out,
        "SUMMARY": summary_table(errors),
        "SINGLE": single_age_table(single),
        "WORST": worst_table(errors),
        "GAP_MEDIAN": f"{gap.median():.3f}",
        "GAP_MAX": f"{gap.max():.3f}",
        "BACKTEST_SUMMARY": backtest_summary(results),
        "BACKTEST_MIGRATION": migration_table(results["standard"]),
        "BACKTEST_TABLE": backtest_table(results["standard"]),
        "COUNTRY_TABLE": country_table(errors),
        "QATAR_2025": f"{-errors.births_in_2025['QAT']:.1f}",
        "QATAR_BIRTHS": f"{-errors.births_2100['QAT']:.1f}",
        "QATAR_GAP": f"{errors.closure['QAT']:.2f}",
        "EMIRATES_GAP": f"{errors.closure['ARE']:.2f}",
        "CHAD_2025": f"{-errors.births_in_2025['TCD']:.2f}",
        "CHAD_2035": f"{-errors.births_in_2035['TCD']:.2f}",
        "CHAD_2100": f"{-errors.births_in_2100['TCD']:.2f}",
        "HONG_KONG_BIRTHS": f"{errors.births_worst['HKG']:.1f}",
        "EMIGRATION": emigration_table(kept_back()),
        "READING_MEAN": f"{mean:.2f}",
        "READING_SUM": f"{summed:.1f}",
        "REST_WORST": f"{rest.max():.2f}",
        "REST_COUNTRY": country_name(str(rest.idxmax())),
        "TOKELAU": f"{errors.population['TKL']:,.0f}",
        "EMIRATES_STANDARD": f"{emirates['standard']:.0f}",
        "EMIRATES_EXCHANGE": f"{emirates['exchange']:.0f}",
        "SMALL_GAP": f"{errors.drop(above.index).closure.max():.1f}",
    }.items():
        text = text.replace("{" + name + "}", value)
    return text


_TEXT = """# Accuracy of the population projections

<!-- written by `python -m calibration.compare_wpp` -->

Every country of World Population Prospects 2024 (United Nations, medium variant) is projected from
31 December 2024 to 2100 with the kernel of this model, by single ages and sex, and compared with
what the United Nations publish. The {COUNTRIES} countries and areas are all that the source
allows. Left out: {LEFT_OUT}. The pack of the United States uses the population of the Social
Security Trustees instead ([their comparison](usa_trustees.md)); here the United States stand with
the United Nations' inputs, as all others.

What is compared was no input: after 2025 the inputs are rates, life expectancy and net migrants;
births, deaths and population are results.

## Summary

Percent, without sign, over the {LARGE} countries above a million people ("small": the others).
Totals are those of 31 December. "By sex and five-year age" is the sum of the absolute errors of
all 42 groups of 1 July, relative to the population.

{SUMMARY}

The thirteen countries whose single ages are published (targets: total of 2099 within 0.10%,
ages 15-84 within 0.5%):

{SINGLE}

## Method in short

* **Base population.** Published are the mid-year stock of 2025 by five-year age and sex and the
  totals by sex of 31 December 2024. The stock of 31 December is sought that has these totals and,
  moved on by the rates and migrants of 2025, the published mid-year groups from 5-9 on. Within a
  group the cohorts follow total fertility in the years of their birth (published since 1950) times
  the smoothest possible curve: the cohorts of China's famine and of Romania's decree of 1966 stay
  where they are. In the thirteen countries the published single ages of both sexes are met too.
  Groups of fewer than five persons are left as they come.
* **Mortality.** Death rates are published by age group (0, 1-4, 5-9, ..., 100+) and five-year
  period. The single-age rates are the smoothest in logarithms whose life table gives exactly the
  published rates of the groups; periods are joined by straight lines in logarithms between their
  middles (mid-year to mid-year); one factor a year and sex brings life expectancy at birth to the
  published figure, by the life table of the model. The pattern of 2020-2025 is not used for
  projected years: it holds the pandemic. Half of the countries above a million have a mean gap of
  less than {GAP_MEDIAN} year before that factor and all less than {GAP_MAX} (2030-2100), so
  five-year rates and annual life expectancy of the source are of one piece.
* **Fertility.** Total fertility and its shares by five-year age of mother are published by year.
  The shares turn out to be births over women of a group, not sums of single-age rates: the
  published single-age rates of the thirteen countries, averaged over the mid-year women of a group,
  give the shares to {READING_MEAN} percentage points at most; summed, they miss them by up to
  {READING_SUM}. So single ages are graduated (smoothest curve, never negative), the population
  projected, and the graduation adjusted until births over women have the published shares and rates
  the published sum. Without this the median error of the total in 2100 was 0.04% and the worst
  0.39%.
* **Migration.** Published by single age, sex and year. Cells are rounded to a person; what they
  lack to the published total is spread over them. In countries below a million the rounding hides
  the pattern, and cells follow the source's own curves where these agree with the cells. Migrants
  arrive at the end of the year and their births count from then on: with half of them exposed, the
  births of the Gulf states would be overshot by 1 to 3% until 2034. In four countries the
  published emigrants of some ages are more than the survivors of our cohorts, and are limited to
  these: see [below](#emigrants-limited-to-the-persons-there).
* Year by year: births from the mean of the women at both ends of the year, survival ratios of the
  year's life table, open group from 100.

## Where it misses most

Countries above a million with the largest errors of the total (percent; births and deaths are sums
from 2025). The last column is the gap within the published figures: population change against
published births less deaths plus net migration, cumulated, its largest size to 2100.

{WORST}

* **Qatar, United Arab Emirates, Bahrain.** Foreign workers make the number of women (and of old
  men) change steeply from age to age, and a five-year group does not tell where within it people
  stand; a smooth curve through the groups starts Qatar's births {QATAR_2025}% too low in 2025, and
  births stay {QATAR_BIRTHS}% low. In Qatar and the United Arab Emirates the published figures
  themselves do not close: their changes of population differ from their births, deaths and
  migrants by {QATAR_GAP}% and {EMIRATES_GAP}% of the population of 2024, which no projection from
  these inputs can follow.
* **Chad, Somalia.** Chad's births are {CHAD_2025}% low in 2025 and {CHAD_2035}% in 2035; fewer
  daughters make fewer children, so that in 2100 it is {CHAD_2100}%. Deaths close. The cause is
  probably the single ages of young mothers and of women within five-year groups; another smooth
  curve of fertility (third instead of second differences) does not remove it. Cote d'Ivoire errs
  the other way.
* **Hong Kong.** Life expectancy and deaths close; births swing by up to {HONG_KONG_BIRTHS}% around
  the published ones, probably as uneven single ages of women pass through the ages of
  childbearing.
* **All others**: at most {REST_WORST}% ({REST_COUNTRY}), in 2050 as in 2100.
* **Small countries.** Published counts are rounded to a person. In Tokelau ({TOKELAU} people)
  or Saint Helena that is the size of an age group of one sex, and the figures' own gap reaches
  {SMALL_GAP}% of the population.

## Emigrants limited to the persons there

Some cohorts leave almost whole: workers of the Gulf at 66 to 80, men and women born about 1995 in
the Marshall Islands, some ages in Saint Martin. How they stand within a five-year group is not
published, and where the counts are small, stock and migrants are both rounded to a person. So the
published emigrants of an age can be more than the survivors of our cohort, and the projection ran
below zero. They are limited to the persons there; the published totals of net migration are then
missed by what is kept back. Each pair: without → with the rule.

{EMIGRATION}

The source must do likewise. Its own stocks stay above zero; in the sexes and five-year groups
concerned (column 5: absolute errors against the published groups, all years that end in 0 or 5)
the rule brings ours nearer to them in all four countries, and in the Emirates and Qatar deaths too.
In the Marshall Islands, whose published figures do not close either, the total of 2050 gets worse:
before, the negative ages hid part of an excess of children.

## Backtest: from 2000 to 2020

From the published mid-year population of 2000, with the total fertility, its ages, sex ratio at
birth, life expectancy, five-year death rates and total net migration that are published for
2000-2020, to the published population of 1 July 2020. The base stock is built as above, but from
the groups of 2000 alone. The year 2020 has its own life expectancy; its pattern by age lies
between those of 2015-2020 and 2020-2025.

Not published before 2023 is the age and sex of migrants. Two assumptions:

* **standard**: half women, half men, by the Western standard schedule of Rogers and Castro up to
  age 75. It assumes nothing of the country and is the main result.
* **exchange**: net migrants per inhabitant by sex and age as the source has them for 2023-2025,
  and the standard for the rest of the published total.

Percent, without sign, over the countries above a million people in 2020:

{BACKTEST_SUMMARY}

The age of migrants is what is missing, not the method: by the size of migration the median errors
of the first assumption are

{BACKTEST_MIGRATION}

Where few people moved, total and ages are met nearly as well as in the projections above. Where
many did, a total says nothing of arrivals at 25 and departures at 45, or of refugees who leave as
families: the Gulf states, Singapore, Lebanon. In Eswatini, Zimbabwe and Lesotho the schedule, made
for older populations, lets many more people of 60-75 leave than there can have been.
Knowing today's exchange of migrants helps in most of the Gulf (United Arab Emirates: a sum of
absolute errors of {EMIRATES_EXCHANGE}% and not {EMIRATES_STANDARD}%) and harms elsewhere: those who
moved in 2023-2025 were not those of 2000-2020. Errors of the oldest groups are large in relative
terms because few people are in them. A forecast from 2000 would have had to guess all of these
rates; this test only shows that the machine moves a known population rightly.

Every country (first assumption; percent, with sign; last column sum of absolute errors by sex and
five-year age over population):

{BACKTEST_TABLE}

## Every country

Percent. Totals with sign, of 31 December; "Ages" as in the summary; births and deaths are sums of
2025-2100.

{COUNTRY_TABLE}
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Measure all countries and write the page."""
    docs = Path(arguments[0]) if arguments else DOCS
    kinds: tuple[Migrants, ...] = ("standard", "exchange")
    errors, single = measure()
    text = page(errors, single, {kind: backtest_errors(kind) for kind in kinds})
    (docs / PAGE).write_text(text, encoding="utf-8")
    print(docs / PAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
