"""Page of the estimates by country: what was found, what the prior added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.estimation import EQUATIONS, FEWEST, HIGH_INFLATION, LAGS, SMOOTHNESS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "estimates.md"
FULL = ("ZAF", "USA", "KOR")
"""Countries whose estimates the page gives one by one."""

INTRODUCTION = f"""\
# Estimates by country

Behavioural parameters from each country's own years, drawn towards a stated prior. Written with
`calibration/estimates.parquet` by `python -m calibration.estimation`; do not edit by hand. The
table holds, for each country and parameter: value and standard error after the prior; the
regression's own estimate and error; the prior; number, first and last year of the observations;
equation and source. No pack reads it yet.

- At least {FEWEST} annual observations, none after 2019; else there is no row: the prior stands.
- Least squares, one equation at a time, standard errors after Newey and West with {LAGS} lags. The
  vector autoregression has those of least squares.
- Normal-normal: the value is the mean of estimate and prior, each weighted by its precision. Where
  the sign is known the posterior is cut at 0, and its mean and error are those of what is left. So
  an estimate of the wrong sign ends near 0 with a small error, not at the prior.
- Gaps are deviations from a trend after Hodrick and Prescott (weight {SMOOTHNESS:g}), which sees
  later years and bends towards the last ones.
"""

CAVEATS = f"""\
## What to know before use

- **The wage curve is not found in these data.** In more than half of the countries the labour share
  rises with unemployment, because in a recession output falls before wages do. What remains after
  the prior is half of the default and rests on it. Levels of wages by region, on which the
  literature's figure rests, are not at hand.
- **Prices answer weakly to the gap**, with errors as large as the estimate in many countries; the
  value is mostly the prior. The sample starts after the last year with inflation above
  {100 * HIGH_INFLATION:.0f} percent.
- **Okun's coefficient** is that of total unemployment as published, of mostly national definitions.
  Where most work is own-account work the rate moves little, and the estimate is small for that
  reason.
- **Investment** is what the source's capital and depreciation imply, so it is smoother than
  investment itself. The response to interest is not estimated: no series of interest rates may be
  redistributed.
- **Consumption** is that of households and government together, and income is output: the source
  has neither apart at constant prices. It serves as a check on the propensities of the model and
  does not replace them.
- **Capital elasticity** is one less the labour share with the source's imputation for the
  self-employed; its error is the spread over the years. Countries for which the source holds the
  share constant are left out. Growth of total factor productivity is without human capital.
- **Drivers**: of the four of the method only productivity growth and inflation have a history here;
  the real rate and the return on assets keep the fallback. Least squares on short samples finds
  too little persistence; the prior is not meant to mend this.
- Estimates of the same country are not independent of each other; the table holds no covariances
  between equations.
- One equation at a time, without instruments: simultaneity biases Okun, prices and consumption
  towards co-movement. The errors do not include this.
"""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def _number(value: Any) -> str:
    if value == 0.0:
        return "0"
    return f"{value:.3g}" if abs(value) >= 0.01 else f"{value:.4f}"


def _summary(table: pd.DataFrame) -> list[str]:
    rows = []
    for parameter, found in table.groupby("parameter", sort=False):
        value = found["value"]
        given = sorted(found["prior"].unique())
        errors = sorted(found["prior_error"].unique())
        rows.append(
            [
                f"`{parameter}`",
                str(len(found)),
                " or ".join(_number(p) for p in given),
                " or ".join(_number(e) for e in errors),
                _number(found["own_estimate"].median()),
                _number(found["own_error"].median()),
                f"{100 * (found['own_estimate'] < 0).mean():.0f} %",
                _number(value.median()),
                f"{_number(value.quantile(0.1))} to {_number(value.quantile(0.9))}",
                _number(found["standard_error"].median()),
            ]
        )
    head = ["parameter", "countries", "prior", "its error", "own estimate, median"]
    head += ["own error, median", "below 0", "value, median", "10 to 90 percent of countries"]
    return _table([*head, "error, median"], rows)


def _priors(table: pd.DataFrame) -> list[str]:
    rows = [
        [f"`{parameter}`", str(found["prior_source"].iloc[0])]
        for parameter, found in table.groupby("parameter", sort=False)
    ]
    lines = ["| parameter | where the prior comes from |", "|---|---|"]
    return lines + [f"| {a} | {b} |" for a, b in rows] + [""]


def _country(table: pd.DataFrame, iso3: str) -> list[str]:
    rows = [
        [
            f"`{row.parameter}`",
            _number(row.value),
            _number(row.standard_error),
            _number(row.own_estimate),
            _number(row.own_error),
            f"{row.first_year}-{row.last_year} ({row.observations})",
        ]
        for row in table[table["iso3"] == iso3].itertuples()
    ]
    head = ["parameter", "value", "error", "own estimate", "its error", "years"]
    return [f"### {iso3}", "", *_table(head, rows)]


def page(table: pd.DataFrame) -> str:
    """The page of a table of estimates."""
    lines = [INTRODUCTION, "## Equations", "", "| equation | form | data |", "|---|---|---|"]
    lines += [f"| {n} | {e.form} | {e.source} |" for n, e in EQUATIONS.items()]
    lines += ["", "## What was found", "", *_summary(table)]
    lines += [
        "Okun's prior is 0.40 in high-income countries and 0.20 elsewhere. Priors of standard",
        "deviations are for their logarithms, that of the correlation for Fisher's z; the table",
        "shows them on the scale of the parameter.",
        "",
        *_priors(table),
        CAVEATS,
        "## Three countries",
        "",
    ]
    for iso3 in FULL:
        lines += _country(table, iso3)
    return "\n".join(lines)
