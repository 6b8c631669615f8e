"""Look-ups in the source tables that cover every country.

All tables are reduced copies of published ones (``sources/PROVENANCE.md``, "Every country"). A
look-up that finds nothing gives None: what to do then is decided where the value is used, never
here.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

SOURCES = Path(__file__).parent / "sources"
BASE_YEAR, LAST_YEAR = 2024, 2100
FIRST = BASE_YEAR + 1
LAST_PUBLISHED = 2029
"""Last year of the World Economic Outlook, April 2024."""

SCALES = {"Billions": 1e9, "Millions": 1e6, "Units": 1.0}
LEVELS_IN_CURRENCY = ("NGDP", "PPPEX")
# National currency of the source per unit of the pack's currency where they differ.
REDENOMINATED = {"SLE": 1000.0}


@dataclass(frozen=True, slots=True)
class Datum:
    """A value with what is known about it.

    Attributes
    ----------
    value : float
    flag : {"observed", "estimated", "imputed", "assumed"}
    source : str
        Key of a pack source.
    note : str
    """

    value: float
    flag: str
    source: str
    note: str

    def times(self, factor: float, note: str = "", flag: str | None = None) -> Datum:
        """The value times `factor`, with a further note and, where it changes, another flag."""
        text = f"{self.note}; {note}" if self.note and note else self.note or note
        return replace(self, value=self.value * factor, note=text, flag=flag or self.flag)


def weakest(*flags: str) -> str:
    """The flag of a value computed from several: that of the weakest of them."""
    order = ("observed", "estimated", "imputed", "assumed")
    return max(flags, key=order.index)


@cache
def _grouped(name: str, keys: tuple[str, ...]) -> dict[tuple[Hashable, ...], dict[int, float]]:
    table = pd.read_parquet(SOURCES / f"{name}.parquet")
    out: dict[tuple[Hashable, ...], dict[int, float]] = {}
    columns = [table[k].tolist() for k in keys]
    for *key, year, value in zip(
        *columns, table["year"].tolist(), table["value"].tolist(), strict=True
    ):
        out.setdefault(tuple(key), {})[int(year)] = float(value)
    return out


def rows(name: str, keys: tuple[str, ...], *wanted: Hashable) -> Mapping[int, float]:
    """Values by year of one series of a table (empty where it has none)."""
    return _grouped(name, keys).get(wanted, {})


def last(series: Mapping[int, float], first: int = 0) -> tuple[int, float] | None:
    """Latest year and value of a series, not before `first`."""
    years = [year for year in series if year >= first]
    return (max(years), series[max(years)]) if years else None


@cache
def weo(iso3: str, indicator: str) -> Mapping[int, float]:
    """A World Economic Outlook series by year in units of the pack's currency (or as published)."""
    units = _weo_scale().get(indicator, 1.0)
    if indicator in LEVELS_IN_CURRENCY:
        units /= REDENOMINATED.get(iso3, 1.0)
    found = rows("world_weo_2024", ("iso3", "indicator"), iso3, indicator)
    return {year: value * units for year, value in found.items()}


@cache
def _weo_scale() -> dict[str, float]:
    table = pd.read_parquet(SOURCES / "world_weo_2024.parquet", columns=["indicator", "scale"])
    scale = table.drop_duplicates("indicator")
    return {str(i): SCALES[str(s)] for i, s in zip(scale.indicator, scale.scale, strict=True)}


def wdi(iso3: str, indicator: str) -> Mapping[int, float]:
    """A World Bank series by year, as published."""
    return rows("world_wdi", ("iso3", "indicator"), iso3, indicator)


def pwt(iso3: str, indicator: str) -> float | None:
    """A Penn World Table 10.01 variable of 2019."""
    return rows("world_pwt_2019", ("iso3", "indicator"), iso3, indicator).get(2019)


@cache
def locations() -> Mapping[str, Mapping[str, Any]]:
    """Name, region and subregion of every country and area, by ISO code."""
    table = pd.read_parquet(SOURCES / "world_locations.parquet").sort_values("iso3")
    # Northern America is not divided.
    table["subregion_name"] = table["subregion_name"].fillna(table["region_name"])
    return {
        str(row.iso3): {
            "name": str(row.location_name),
            "region": str(row.region_name),
            "subregion": str(row.subregion_name),
        }
        for row in table.itertuples()
    }


@cache
def currency(iso3: str) -> str:
    """ISO 4217 code of the currency of the pack."""
    table = pd.read_csv(SOURCES / "world_currencies.csv", keep_default_na=False)
    codes = dict(zip(table["iso3"], table["currency"], strict=True))
    return str(codes[iso3])
