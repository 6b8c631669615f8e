"""The estimates by country as packs use them: value, spread, and the words that go with both.

Where a country has a row in ``estimates.parquet`` its value is used, flagged `estimated`; else the
prior stands, flagged `assumed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.priors import prior
from calibration.shrinkage import from_scale
from socialbudget.builder import PackBuilder

ESTIMATES = Path(__file__).parent / "estimates.parquet"
OPEN = "estimates_pwt_weo"
RATES = "estimates_policy_rates"
PRIORS = "priors_of_the_method"
UNITS = {"macroeconomy.investment_speed": "1/year", "macroeconomy.tfp_growth": "1/year"}


@dataclass(frozen=True, slots=True)
class Belief:
    """What is known of a parameter of a country.

    Attributes
    ----------
    value, error : float
        Mean and standard deviation, after the prior.
    source : str
        Key of the source in the pack.
    flag : {"estimated", "assumed"}
    note : str
        Standard error, sample and prior.
    """

    value: float
    error: float
    source: str
    flag: str
    note: str


@cache
def table() -> dict[tuple[str, str], dict[str, Any]]:
    """The estimates by country and parameter."""
    rows = pd.read_parquet(ESTIMATES).to_dict("records")
    return {
        (str(row["iso3"]), str(row["parameter"])): {str(k): v for k, v in row.items()}
        for row in rows
    }


def belief(iso3: str, parameter: str) -> Belief:
    """The estimate of a parameter, or its prior where the country has none."""
    row = table().get((iso3, parameter))
    if row is not None:
        source = RATES if "International Settlements" in row["source"] else OPEN
        note = (
            f"standard error {row['standard_error']:.3g}; own estimate {row['own_estimate']:.3g} "
            f"({row['own_error']:.3g}), {row['observations']} years "
            f"{row['first_year']}-{row['last_year']}; prior {row['prior']:.3g} "
            f"({row['prior_error']:.3g})"
        )
        return Belief(float(row["value"]), float(row["standard_error"]), source, "estimated", note)
    given = prior(iso3, parameter)
    value, error = from_scale(given.mean, given.error, given.scale)
    note = f"prior of standard error {error:.3g}: too few years to estimate it ({given.source})"
    return Belief(value, error, PRIORS, "assumed", note)


def add_sources(pack: PackBuilder) -> None:
    """Register the sources that estimates and priors rest on."""
    title = "Estimates by country (calibration/estimates.parquet, docs/estimates.md) from "
    pack.source(
        OPEN,
        publisher="socialbudget",
        title=title + "Penn World Table 10.01 and World Economic Outlook, April 2024",
        edition="1980-2019",
        licence="CC BY 4.0 (Penn World Table); IMF terms of use of data (World Economic Outlook)",
        note="Each country's own regression drawn towards a stated prior.",
    )
    pack.source(
        RATES,
        publisher="socialbudget",
        title=title + "central bank policy rates of the Bank for International Settlements, Penn "
        "World Table 10.01 and World Economic Outlook, April 2024",
        edition="1980-2019",
        licence="coefficients only: CC BY 4.0; the rates themselves are not passed on",
        note="Each country's own regression drawn towards a stated prior.",
    )
    pack.source(
        PRIORS,
        publisher="socialbudget",
        title="Defaults and ranges of elasticities (docs/estimates.md)",
        licence="Apache-2.0",
        note="Values of the literature or of judgement; a range counts as two errors either way.",
    )


def add_estimated(pack: PackBuilder, iso3: str, path: str) -> None:
    """Add a scalar parameter at its estimate, or at its prior."""
    add_sources(pack)
    found = belief(iso3, path)
    unit = UNITS.get(path, "1")
    pack.value(path, found.value, unit, found.source, found.flag, note=found.note)
