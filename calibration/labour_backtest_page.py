"""Page of the backtest of the labour market and of output: tables and their discussion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration import labour_history
from calibration.backtest_labour import (
    CHOICE_ORIGIN,
    LAST_VALUE,
    MIXED,
    NAIVE,
    ORIGIN,
    SUPPLY,
    TREND,
    Histories,
    by_country,
    chosen_own_share,
    frame_errors,
    output_errors,
    participation_errors,
    quality_groups,
    trial_errors,
    unemployment_forecasts,
    unemployment_trial,
)
from calibration.economy_forecast import LEAST_YEARS, fit_reversion
from calibration.participation_forecast import BROAD_AGES, ENGINES, fit_weights
from calibration.world_data import locations

Array = NDArray[np.float64]

PAGE = Path(__file__).resolve().parent.parent / "docs" / "labour_backtest.md"
AGE_GROUPS: Mapping[str, slice] = {
    "15-24": slice(0, 2),
    "25-54": slice(2, 8),
    "55-64": slice(8, 10),
    "65+": slice(10, 11),
}
HORIZONS: Mapping[str, slice] = {
    "2011-13": slice(0, 3),
    "2014-16": slice(3, 6),
    "2017-19": slice(6, 9),
}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _ranking(errors: Mapping[str, Array], against: str) -> list[str]:
    """Table of errors by forecast; `errors` holds one figure for each country."""
    best = errors[against]
    rows = []
    for name, error in errors.items():
        own = name == against
        rows.append(
            [
                f"**{name}**" if own else name,
                f"{np.median(error):.2f}",
                f"{error.mean():.2f}",
                "" if own else f"{np.median(best / error):.2f}",
                "" if own else _percent(float((best < error).mean())),
            ]
        )
    head = ["forecast", "median country", "mean of countries"]
    head += [f"error of {against} over this one, median", f"countries where {against} is better"]
    return _table(head, rows)


def _broken_down(errors: Mapping[str, Array], kept: Array) -> list[str]:
    """Errors in the median country by sex, age, horizon."""
    shown = (LAST_VALUE, TREND, "long trend", "cohort", MIXED)
    cuts: dict[str, tuple[slice, slice, slice]] = {}
    every = slice(None)
    for s, sex in enumerate(("women", "men")):
        cuts[sex] = (every, slice(s, s + 1), every)
        for name, ages in AGE_GROUPS.items():
            cuts[f"{sex} {name}"] = (every, slice(s, s + 1), ages)
    for name, years in HORIZONS.items():
        cuts[name] = (years, every, every)
    rows = []
    for label, (years, sexes, ages) in cuts.items():
        cells = {n: by_country(errors[n][years, :, sexes, ages])[kept] for n in shown}
        mixed = cells[MIXED]
        rows.append(
            [label]
            + [f"{np.median(cells[n]):.2f}" for n in shown]
            + [_percent(float((mixed < cells[n]).mean())) for n in NAIVE]
        )
    head = ["", *shown, "better than last value", "better than trend"]
    return _table(head, rows)


def _qualities(errors: Mapping[str, Array]) -> list[str]:
    means = {name: by_country(error) for name, error in errors.items()}
    rows = []
    for label, kept in quality_groups().items():
        mixed, last, trend = (means[n][kept] for n in (MIXED, LAST_VALUE, TREND))
        rows.append(
            [
                label,
                str(int(kept.sum())),
                f"{np.median(last):.2f}",
                f"{np.median(trend):.2f}",
                f"{np.median(mixed):.2f}",
                _percent(float((mixed < last).mean())),
                _percent(float((mixed < trend).mean())),
                _percent(float((mixed < np.minimum(last, trend)).mean())),
            ]
        )
    head = ["", "countries", LAST_VALUE, TREND, MIXED, "better than last value"]
    return _table([*head, "better than trend", "better than both"], rows)


def _weights(data: Histories) -> list[str]:
    weights = fit_weights(data.until(ORIGIN).rates)
    rows = []
    for s, sex in enumerate(("women", "men")):
        for name, ages in BROAD_AGES.items():
            rows.append([f"{sex} {name}"] + [f"{w:.2f}" for w in weights[:, s, ages.start]])
    return _table(["", *ENGINES], rows)


def _countries(
    errors: Mapping[str, Array],
    unemployment: Mapping[str, pd.DataFrame],
    output: Mapping[str, pd.DataFrame],
) -> list[str]:
    shown = (LAST_VALUE, TREND, "long trend", "cohort", MIXED)
    means = {name: by_country(errors[name]) for name in shown}
    surveys, names = labour_history.survey_years(), locations()
    jobless = {n: e.mean() for n, e in unemployment.items()}
    growth = {n: e.mean() for n, e in output.items()}
    rows = []
    for i, iso3 in enumerate(labour_history.countries()):
        row = [f"{names[iso3]['name'] if iso3 in names else iso3} ({iso3})", str(surveys[iso3])]
        row += [f"{means[n][i]:.2f}" for n in shown]
        row += [f"{e[iso3]:.2f}" if iso3 in e else "" for e in jobless.values()]
        row += [f"{growth[n][iso3]:.2f}" if iso3 in growth[n] else "" for n in (TREND, SUPPLY)]
        rows.append(row)
    head = ["country", "surveys", *shown, *(f"u: {n}" for n in jobless)]
    return _table([*head, f"growth: {TREND}", f"growth: {SUPPLY}"], rows)


def _trial(data: Histories) -> str:
    table = unemployment_trial(data)
    lines = ["| form | " + " | ".join(table.columns) + " |", "|---" + "|---:" * 3 + "|"]
    lines += [
        f"| {form} | " + " | ".join(f"{value:.2f}" for value in row) + " |"
        for form, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join(lines) + "\n"


def _unemployment(data: Histories, errors: Mapping[str, pd.DataFrame]) -> list[str]:
    means = {name: error.mean().to_numpy() for name, error in errors.items()}
    lines = _ranking(means, "equilibrium and cycle")
    rows = []
    for label, years in HORIZONS.items():
        cells = [error.iloc[years].mean() for error in errors.values()]
        rows.append([label, *(f"{c.median():.2f}" for c in cells)])
    before = frame_errors(
        unemployment_forecasts(data, CHOICE_ORIGIN), data.until(ORIGIN).unemployment
    )
    cells = [error.mean() for error in before.values()]
    rows.append(["2002-10, from 2001", *(f"{c.median():.2f}" for c in cells)])
    lines += _table(["median country", *errors], rows)
    columns = list(next(iter(errors.values())).columns)
    known = data.until(ORIGIN).unemployment[columns].to_numpy(float) / 100.0
    fit = fit_reversion(known)
    gap = 100.0 * (known[-1] - fit.equilibrium)
    left = float(np.median(fit.persistence))
    return lines + [
        f"Of a gap to the equilibrium {_percent(left)} is left a year later in the median country.",
        f"In 2010 the rate stood {np.median(np.abs(gap)):.1f} points from its equilibrium in the",
        f"median country, and above it in {_percent(float((gap > 0.0).mean()))} of them.",
        "",
    ]


def _losers(means: Mapping[str, Array]) -> str:
    """The countries where the combination loses most to the better of the naive forecasts."""
    behind = means[MIXED] - np.minimum(means[LAST_VALUE], means[TREND])
    names, codes = locations(), labour_history.countries()
    worst = np.argsort(behind)[::-1][:SHOWN_LOSERS]
    return ", ".join(f"{names[codes[i]]['name']} ({behind[i]:.1f} points)" for i in worst)


def page(data: Histories) -> str:
    """The page of the backtest."""
    errors = participation_errors(data)
    jobless = frame_errors(unemployment_forecasts(data), data.unemployment)
    output = output_errors(data)
    everywhere = np.ones(data.rates.shape[1], dtype=bool)
    observed = quality_groups()["surveys in 8 or 9 of the 9 years"]
    means = {name: by_country(error) for name, error in errors.items()}
    trial = {name: by_country(error) for name, error in trial_errors(data).items()}
    growth = {name: error.mean().to_numpy() for name, error in output.items()}
    mixed, last, trend = (means[n] for n in (MIXED, LAST_VALUE, TREND))
    won = np.median(mixed) < min(np.median(last), np.median(trend))
    lines = [
        OPENING.format(
            countries=len(mixed),
            mixed=np.median(mixed),
            verdict="less than both naive forecasts" if won else "NOT less than both",
            last=np.median(last),
            trend=np.median(trend),
            over_last=_percent(float((mixed < last).mean())),
            over_trend=_percent(float((mixed < trend).mean())),
            both=_percent(float((mixed < np.minimum(last, trend)).mean())),
        ),
        *_ranking(means, MIXED),
        AFTER_RANKING,
        "### By sex, age and year\n\nMedian country, points.\n",
        *_broken_down(errors, everywhere),
        "The same for the countries with surveys in at least 8 of the 9 years.\n",
        *_broken_down(errors, observed),
        OBSERVED,
        *_qualities(errors),
        WEIGHTS,
        *_weights(data),
        TRIAL,
        *_ranking(trial, MIXED),
        UNEMPLOYMENT.format(countries=jobless[LAST_VALUE].shape[1], years=LEAST_YEARS),
        *_unemployment(data, jobless),
        AFTER_UNEMPLOYMENT.format(trial=_trial(data)),
        OUTPUT.format(countries=len(growth[TREND])),
        *_ranking(growth, SUPPLY),
        AFTER_OUTPUT.format(share=chosen_own_share(data)),
        DISCUSSION.format(losers=_losers(means)),
        COUNTRIES,
        *_countries(errors, jobless, output),
    ]
    return "\n".join(lines)


SHOWN_LOSERS = 8

OPENING = """\
# Backtest of the labour market and of output

What the engines would have said in 2010 of 2011-2019, against what came and against naive
forecasts. Written by `python -m calibration.backtest_labour`; do not edit by hand.

In the median of {countries} countries the combination of engines missed participation by sex and
age by {mixed:.2f} points: {verdict} (last value {last:.2f}, trend {trend:.2f}).
It is better than the last value in {over_last} of the countries, than the trend in {over_trend},
and than both, that is than whichever of the two turned out better, in {both}.

## What is compared

Data: labour force by sex and five-year age, 1990-2019, modelled estimates of the ILO as of November
2020, over the population of World Population Prospects 2019. Errors are absolute differences of
rates, in points of percent, averaged over both sexes, eleven age groups (15-19 to 60-64, 65+) and
nine years, every cell alike; the median is over countries, every country alike.

- *Known in 2010* means: the engines and the fit of their weights get no figure of a later year. A
  test changes all later figures and finds the forecasts unchanged. But the figures of 1990-2010 are
  those of the edition of 2020, revised since 2010; with those in print in 2010 all forecasts, the
  naive ones included, would have been other ones.
- *Last value* is the rate of 2010, held. This is the static engine.
- *Trend* adds the mean yearly change of 2000-2010 to the rate of 2010; *fitted line* is a straight
  line through 2000-2010 by least squares, without a jump to the rate of 2010.
- *Short trend* and *long trend* are damped trends of the log odds (3 and 10 years, smoothed over
  neighbouring ages, 0.9 of the drift left each year); *peers* is the long trend with the median
  drift of all countries; *cohort* carries each cohort at the net entry and exit rates of the last
  ten years. *Combination* is their mixture with the weights given below.
- The International Monetary Fund's forecasts made in 2010 are not in the data at hand (only the
  edition of April 2024 is), so no comparison with them is made.

## Participation
"""

AFTER_RANKING = """\
A figure below 1 in the fourth column says that in the median country the combination erred less.
The cohort engine on its own loses to the last value. Its rates average ten years without a jump to
the level of 2010, so it starts with an error (the first three years below); with five-year groups
it takes the move of one generation for that of the next. Its worth is among older women, where
generations replace each other, and there the weights use it.
"""

OBSERVED = """\
### How far the outcome is observed

The ILO fills years without a survey by its own models, and the table does not say which. A national
rate of unemployment is published where there is a survey, so its years stand for them. Where there
were few surveys the outcome is partly a product of models that lean on earlier values and on other
countries; being near it proves little. The first subsets are the test.
"""

WEIGHTS = """\
### Weights

Fitted to all countries at once on forecasts from 2000 to 2009 of years up to 2010, by least
absolute errors, not below 0, adding up to 1.
"""

TRIAL = """\
### The trial before 2010

The form of the combination was settled on this table: forecasts made with the data to 2001 of
2002-2010, with the weights of other countries (four parts, each forecast with the weights of the
other three). Ten sets of engines were tried in it, among them trends of 3, 5 and 10 years and
cohort rates of 1, 3 and 5 arrivals; they differ by 4 percent at most, and of those near the best
the one with the method's ten years of cohort data was taken. Outcomes of 2011-2019 had been seen
for about thirty single engines and simple means before (1.88 to 2.45 points in the median country),
so the test is not blind, but the choice does not rest on it.
"""

UNEMPLOYMENT = """\
## Unemployment

Rate of the World Economic Outlook, {countries} countries with {years} years to 2010 and all
outcomes. Mean absolute error of 2011-2019, points.
"""

AFTER_UNEMPLOYMENT = """\
The rate returns to the mean of its last 15 years, at the pace each country has shown, drawn towards
the others. Against the last value this does not win in 2011-2019: an equilibrium taken from the
past knows neither reforms nor a second recession.

Other forms, error of the median country. A form may be chosen by the first two columns alone, whose
outcomes were known in 2010:

{trial}
Before 2010 the forms and the last value are within 5 percent of each other; none is better in a way
that the trial would have told apart from chance, and the order of 2011-2019 is another. A form that
wins there (the mean of 5 years, which is nearly the last value) could only be taken by looking at
the outcome. So the engine stays as it was. What the model uses of it is the return after a shock;
for the level it has no better evidence than the last value.
"""

OUTPUT = """\
## Output

Real product of the Penn World Table 10.01, {countries} countries. The error is that of mean yearly
growth since 2010, in points, averaged over 2011-2019.
"""

AFTER_OUTPUT = """\
The supply side knows capital, employment and productivity; its employment comes from the forecasts
of participation, of the population by cohort from those alive in 2010, and of unemployment. The
weight of a country's own growth of productivity, the rest being that of the median country, was
chosen on 2002-2010: {share:g}. Its mean with the trend is given because it needs no choosing.
*Last level* is no growth, *last growth* that of 2010, often a rebound, for ever.
"""

DISCUSSION = """\
## What this does and does not show

- A fifth less error than the last value is what a country's history and that of the others give;
  most of what happens to participation in nine years is not in its past.
- The median hides losers. Furthest behind the better of the naive forecasts is the combination in
  {losers}: a trend that turned is worse than none.
- Engines without policy are tested. The answer to the pensionable age, to net returns and to care
  is not: it needs reforms with dates, which these tables do not hold.
- Ages from 65 on are one group, and single ages are not tested.
- The years end in 2019: the pandemic is outside.
"""

COUNTRIES = """\
## Countries

Participation: mean absolute error in points. u: unemployment, points. growth: mean yearly growth,
points. Surveys: years of 2011-2019 with a national rate of unemployment.
"""
