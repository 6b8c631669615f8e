"""Page of the estimates by country: what was found, what the prior added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.breaks import CRITICAL
from calibration.economic_uncertainty import TFP_DECAY
from calibration.estimation import (
    EQUATIONS,
    FEWEST,
    FIRST_OF_TREND,
    HIGH_INFLATION,
    LAGS,
    SMOOTHNESS,
)
from calibration.priors import LARGEST_GAP_RESPONSE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "estimates.md"
FULL = ("ZAF", "USA", "KOR")
"""Countries whose estimates the page gives one by one."""

INTRODUCTION = f"""\
# Estimates by country

Behavioural parameters from each country's own years, drawn towards a stated prior. Written with
`calibration/estimates.parquet` by `python -m calibration.estimation`; do not edit by hand. The
table holds, for each country and parameter: value and standard error after the prior; the
regression's own estimate and error; the prior; number, first and last year of the observations;
equation and source.

- At least {FEWEST} annual observations, none after 2019; else there is no row: the prior stands.
- Least squares, one equation at a time, standard errors after Newey and West with {LAGS} lags. The
  vector autoregression has those of least squares.
- Normal-normal: the value is the mean of estimate and prior, each weighted by its precision. Where
  the sign is known the posterior is cut at 0, and its mean and error are those of what is left. So
  an estimate of the wrong sign ends near 0 with a small error, not at the prior.
- Gaps are deviations from a trend after Hodrick and Prescott (weight {SMOOTHNESS:g}), which sees
  later years and bends towards the last ones: the last gaps are drawn towards 0.
- The mean of each driver may shift once, where the largest F over the middle 70 percent of dates is
  above {CRITICAL:g} (Andrews 1993, 5 percent).

## Which packs read it

The packs of level 2 (South Africa, United States, Republic of Korea), as values and as spreads:

{{uses}}
A value that has no row is the prior, flagged `assumed`. The real return on assets other than bonds
has the default of the method (6 points a year, uncorrelated); nothing at hand shows its history.
The other elasticities are drawn from the range given for them; the `[uncertainty]` of each pack and
`calibration/economic_uncertainty.py` state it. Packs of level 1 keep their default spreads.
"""

CAVEATS = f"""\
## What to know before use

- **The wage curve is not found in these data.** In more than half of the countries the labour share
  rises with unemployment, because in a recession output falls before wages do. What remains after
  the prior is half of the default and rests on it. Levels of wages by region, on which the
  literature's figure rests, are not at hand. The packs use this value: South Africa's, of the wrong
  sign before the prior, makes wages all but deaf to unemployment.
- **Prices answer weakly to the gap**, with errors as large as the estimate in many countries; the
  value is mostly the prior. The sample starts after the last year with inflation above
  {100 * HIGH_INFLATION:.0f} percent.
- **Okun's coefficient** is that of total unemployment as published, of mostly national definitions.
  Where most work is own-account work the rate moves little, and the estimate is small for that
  reason. What the equation leaves moves equilibrium unemployment in the model, hence potential
  output a little, which it did not in the regression.
- **Investment** is what the source's capital and depreciation imply, so it is smoother than
  investment itself. The ratio of capital to output may have a trend: without one, United States
  investment ran away from its falling ratio (-0.015, now 0.15). Instrumented by the gap of the year
  before (a check, not in the table), the response to the gap is 0.16 in the United States, against
  0.18 by least squares, and larger than by least squares in South Africa, Germany, Japan, France
  and Brazil: simultaneity does not explain it. It includes what interest does in a boom, which
  the model takes off again. The posterior is cut at {LARGEST_GAP_RESPONSE:.2f}: with capital three
  times output and the propensities of the packs, demand rises as much as output at 0.26, and no
  output equals demand. The response to interest is not estimated.
- **Consumption** is that of households and government together, and income is output: the source
  has neither apart at constant prices. The model's consumption follows labour income, benefits and
  property income of the same year by three propensities, which a single income cannot tell apart,
  and of which a social budget needs the second. Over years both say the same: consumption keeps
  its ratio to income. Within a year the estimate is a response of 0.7 to 0.8 of the growth of
  output, the model's is that of the income of households: demand answers to a reform a little
  faster in the model, by at most the part that the error correction makes up later (about a sixth
  of the gap a year).
- **Capital elasticity** is one less the labour share with the source's imputation for the
  self-employed; its error is the spread over the years. Countries for which the source holds the
  share constant are left out.
- **Growth of total factor productivity** is that of {FIRST_OF_TREND}-2019, without human capital:
  Korea's from 1980 (1.6 percent a year) has a catching-up in it that ends. It is still a forecast
  from the past; to 2100 its error is not less than the one given.
- **Drivers**: the shift of the mean takes South Africa's disinflation of 1993 out of persistence
  (0.51, without it 0.85). Least squares on short samples finds too little persistence; the prior
  is not meant to mend this. Productivity includes the cycle that output per worker has.
  Inflation includes what the gap did, which the model adds again.
- **The real interest rate** is the policy rate deflated by consumer prices of the same year. Growth
  and inflation do not answer to its lag here. Korea has too few years of policy rates: the prior
  stands. The source's terms do not let the rates be passed on, so they are not in the repository:
  `--policy-rates FILE` names them, and without it these rows are kept as they are.
- Estimates of the same country are not independent of each other; the table holds no covariances
  between equations, and constants are drawn independently.
- One equation at a time, without instruments: simultaneity biases Okun, prices and consumption
  towards co-movement. The errors do not include this.
"""


ONE_DRAW = "one draw a run"
USES = (
    (
        "`labour_market.okun`, `labour_market.wage_curve_elasticity`, `macroeconomy.kappa_p`, "
        "`macroeconomy.investment_speed`",
        "the value",
        f"standard error, lognormal, {ONE_DRAW}",
    ),
    (
        "`macroeconomy.investment_gap_response`",
        "the value",
        f"standard error, beta between 0 and {LARGEST_GAP_RESPONSE:.2f}, {ONE_DRAW}",
    ),
    (
        "`macroeconomy.tfp_growth`",
        "growth in the long run, but for the United States, whose path is the Trustees'",
        f"standard error, normal, {ONE_DRAW}, approached by {100 * TFP_DECAY:.0f} percent a year",
    ),
    (
        "`drivers.productivity_growth`, `.inflation`, `.real_interest_rate`",
        "",
        "a vector autoregression that moves total factor productivity (by the labour share), the "
        "inflation target, the neutral real rate, and growth and productivity of closure M0",
    ),
    (
        "`drivers.unemployment`",
        "",
        "an autoregression of the logarithm of equilibrium unemployment",
    ),
    (
        "`macroeconomy.capital_elasticity`",
        "not used: the pack's is one less the labour share of its base-year accounts, which the "
        "production function must reproduce; the table is a check",
        "",
    ),
    ("`macroeconomy.consumption_...`", "not used: see below", ""),
)
"""What packs of level 2 do with each estimate: in the table, in the pack, its spread."""


def _uses() -> str:
    rows = [("in the table", "in the pack", "spread of a stochastic run"), ("---",) * 3, *USES]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


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
    lines = [
        INTRODUCTION.format(uses=_uses()),
        "## Equations",
        "",
        "| equation | form | data |",
        "|---|---|---|",
    ]
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
