"""Histories that the backtest of the labour market and the economy rests on.

Sources: ``sources/PROVENANCE.md``, "Histories of labour and output". All arrays come with the
countries in front, in the order of `countries`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

SOURCES = Path(__file__).parent / "sources"
SEXES = ("female", "male")
FIRST, LAST = 1990, 2019
YEARS = tuple(range(FIRST, LAST + 1))
AGE_STARTS = tuple(range(15, 70, 5))
"""First ages of the groups 15-19, ..., 60-64 and 65+."""
CHILD_STARTS = (0, 5, 10)
OECD = (
    "AUS", "AUT", "BEL", "CAN", "CHE", "CHL", "COL", "CRI", "CZE", "DEU", "DNK", "ESP", "EST",
    "FIN", "FRA", "GBR", "GRC", "HUN", "IRL", "ISL", "ISR", "ITA", "JPN", "KOR", "LTU", "LUX",
    "LVA", "MEX", "NLD", "NOR", "NZL", "POL", "PRT", "SVK", "SVN", "SWE", "TUR", "USA"
)  # fmt: skip
"""Members of the OECD: labour force surveys every year."""


@cache
def _labour_table() -> pd.DataFrame:
    table = pd.read_parquet(SOURCES / "ilo_labour_force.parquet")
    order = ["iso3", "year", "sex", "age_start"]
    table = table.sort_values(order, ignore_index=True)
    found = len(table)
    wanted = table["iso3"].nunique() * len(YEARS) * len(SEXES) * len(AGE_STARTS)
    if found != wanted or table.duplicated(order).any():
        raise ValueError(f"ilo_labour_force.parquet: {found} rows, {wanted} cells expected")
    return table


@cache
def countries() -> tuple[str, ...]:
    """ISO codes of the countries with a labour force by sex and age."""
    return tuple(str(c) for c in _labour_table()["iso3"].unique())


def _cells(column: str) -> Array:
    shape = (len(countries()), len(YEARS), len(SEXES), len(AGE_STARTS))
    return _labour_table()[column].to_numpy(float).reshape(shape)


@cache
def population() -> Array:
    """Mid-year population: [country, year, sex, age group], person."""
    return _cells("population")


@cache
def participation() -> Array:
    """Participation rates: [country, year, sex, age group], 1.

    Three cells of France, up to 0.2 percent above the population of World Population Prospects
    2019, count as 1.
    """
    rate = _cells("labour_force") / population()
    above = rate > 1.0
    if above.sum() > 3 or rate.max() > 1.002:
        raise ValueError(
            f"ilo_labour_force.parquet: {above.sum()} rates above 1, up to {rate.max():.4f}: "
            "more than the three cells of France; correct the table"
        )
    return np.asarray(np.where(above, 1.0, rate))


@cache
def children() -> Array:
    """Mid-year population under 15 by five-year group, to 2010: [country, year, sex, age group]."""
    table = pd.read_parquet(SOURCES / "wpp2019_children.parquet")
    table = table.sort_values(["iso3", "year", "sex", "age_start"], ignore_index=True)
    if tuple(table["iso3"].unique()) != countries():
        raise ValueError("wpp2019_children.parquet: not the countries of ilo_labour_force.parquet")
    years = table["year"].nunique()
    return (
        table["population"]
        .to_numpy(float)
        .reshape(len(countries()), years, len(SEXES), len(CHILD_STARTS))
    )


@cache
def survey_years() -> dict[str, int]:
    """Years of 2011-2019 with a national unemployment rate, by country (0 to 9).

    Where the number is low, participation by age after 2010 is mostly the ILO's own estimate.
    """
    table = pd.read_csv(SOURCES / "unemployment_survey_years.csv", keep_default_na=False)
    return dict(zip(table["iso3"].astype(str), table["years"].astype(int), strict=True))


@cache
def weo_history(indicator: str) -> pd.DataFrame:
    """A series of the World Economic Outlook as published: index year, countries as columns."""
    table = pd.read_parquet(SOURCES / "weo_history.parquet")
    found = table[table["indicator"] == indicator]
    return found.pivot(index="year", columns="iso3", values="value").sort_index()


@cache
def penn(variable: str) -> pd.DataFrame:
    """A variable of the Penn World Table 10.01: index year, a column for each country."""
    table = pd.read_parquet(SOURCES / "pwt1001_series.parquet", columns=["iso3", "year", variable])
    return table.pivot(index="year", columns="iso3", values=variable).sort_index()
