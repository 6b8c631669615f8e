"""Key series of every shipped pack against the figures of the last accepted version.

The files are for reading: one series a line, so that a review shows what a change does. When a
change is meant, ``python -m pytest tests/golden --update-golden`` writes them anew; nothing else
ever does.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from socialbudget.dims import FUNCTIONS
from socialbudget.ensemble import project
from socialbudget.modules import FULL_LEVEL
from socialbudget.pack import available_packs, load_pack
from socialbudget.results import Results

FOLDER = Path(__file__).parent
YEARS = (2024, 2025, 2030, 2050, 2075, 2100)
DIGITS = 10
TOLERANCE = 1e-7
"""Relative: wider than the solver's, narrower than any change that matters."""

SUMS = (
    "demography.population",
    "demography.births",
    "participation.labour_force",
    "labour_market.total_employment",
    "macroeconomy.gdp_real",
    "macroeconomy.gdp",
    "macroeconomy.private_consumption",
    "macroeconomy.investment",
    "household.disposable_income",
    "contributions.revenue",
    "contributions.contributors",
    "scheme_accounts.reserve",
    "scheme_accounts.state_payments",
    "social_accounts.expenditure",
    "social_accounts.receipts",
    "social_accounts.recipients_by_function",
    "government.revenue",
    "government.expenditure",
    "government.interest",
    "government.debt",
)
RATES = (
    "labour_market.unemployment_rate",
    "labour_market.formal_share",
    "labour_market.average_wage",
    "prices.consumer_price_index",
    "macroeconomy.interest_rate",
    "contributions.wedge",
    "social_accounts.public_expenditure_percent_gdp",
    "indicators.old_age_dependency_ratio",
    "indicators.women_share_of_benefits",
)


def series(results: Results) -> dict[str, np.ndarray]:
    """Series by name and unit, by year of `YEARS`."""
    at = [results.years.index(year) for year in YEARS]
    out = {}
    for name in (*SUMS, *RATES):
        values = results[name][at, 0]
        out[f"{name} [{results.variables[name].unit}]"] = values.reshape(len(at), -1).sum(axis=1)
    for s, sex in enumerate(("female", "male")):
        name = "demography.life_expectancy"
        out[f"{name}, {sex} [{results.variables[name].unit}]"] = results[name][at, 0, s]
    name = "social_accounts.function_percent_gdp"
    for function in ("old_age", "health_care", "family", "unemployment"):
        row = FUNCTIONS.index(function)
        out[f"{name}, {function} [percent]"] = results[name][at, 0, row]
    return out


def read(file: Path) -> dict[str, np.ndarray]:
    with file.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["series", *(str(y) for y in YEARS)]
    return {row[0]: np.array([float(v) for v in row[1:]]) for row in rows}


def write(file: Path, found: dict[str, np.ndarray]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["series", *YEARS])
        for name, values in found.items():
            writer.writerow([name, *(f"{v:.{DIGITS}g}" for v in values)])


@pytest.mark.parametrize("iso3", available_packs(FULL_LEVEL))
def test_key_series(iso3: str, request: pytest.FixtureRequest) -> None:
    found = series(project(load_pack(iso3)))
    file = FOLDER / f"{iso3}.csv"
    if request.config.getoption("--update-golden", default=False):
        write(file, found)
        return
    assert file.is_file(), f"no {file.name}: run `pytest tests/golden --update-golden`"
    golden = read(file)
    assert list(golden) == list(found)
    moved = []
    for name, values in found.items():
        scale = np.maximum(np.abs(golden[name]), 1e-12)
        error = np.abs(values - golden[name]) / scale
        if not (error <= TOLERANCE).all():
            year = YEARS[int(np.argmax(error))]
            moved.append(f"  {name}, {year}: {error.max():+.3e} relative")
    assert not moved, (
        f"{iso3}: series moved. If that is meant, run `pytest tests/golden --update-golden` and "
        "say why in the commit:\n" + "\n".join(moved)
    )
