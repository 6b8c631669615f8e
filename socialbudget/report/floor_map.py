"""The world map of the rapid assessment: one HTML file with map, legend and sortable table.

The file holds everything it shows and loads nothing. The table is plain HTML and stands without
scripts, on paper too; the script only colours the map and sorts. Names and notes are data of
strangers: the template escapes them, and the script never builds HTML out of them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from socialbudget import __version__
from socialbudget.contract import Array
from socialbudget.errors import SocialBudgetError
from socialbudget.report.floor_figures import plain
from socialbudget.report.page import asset, filled, script_hash, script_json
from socialbudget.report.text import NONE, fixed, people

COLOURS = ("#fff7c4", "#c7e9b4", "#7fcdbb", "#41a6c4", "#2c6fb0", "#22307f")
"""From least to most; told apart by people with colour-vision deficiencies and in grey print."""
SMALL = 260
"""Square units of the map: a country with less land gets a dot."""
DISCLAIMER = (
    "Boundaries, names and colours on this map do not imply endorsement or acceptance, nor any "
    "opinion on the legal status of a country or area. Outlines: Natural Earth (public domain)."
)


@dataclass(frozen=True)
class Measure:
    """What can be shown on the map and stands as a column of the table.

    Attributes
    ----------
    column : str
        Of the world table.
    title, unit : str
        `unit` in words, after the number.
    factor : float
        From the table's unit to the shown one (100 for shares).
    decimals : int
    less : str
        A column that is taken off (reduction of poverty), or "".
    low, high : str
        Columns with the bounds of the 80% range, or "".
    """

    column: str
    title: str
    unit: str
    factor: float = 100.0
    decimals: int = 1
    less: str = ""
    low: str = ""
    high: str = ""

    def values(self, table: pd.DataFrame) -> Array:
        """float64[row] in the shown unit; NaN where the country has no result."""
        values = table[self.column].to_numpy(dtype=float)
        if self.less:
            values = values - table[self.less].to_numpy(dtype=float)
        return values * self.factor

    def words(self, value: float) -> str:
        """A value with its unit."""
        text = fixed(value, self.decimals)
        if text == NONE:
            return text
        return f"{text}{'' if self.unit.startswith('%') else ' '}{self.unit}"


MEASURES: tuple[Measure, ...] = tuple(
    measure
    for group in (
        [
            Measure(f"cost_{k}_share_gdp", f"Cost, {k} package", "% of GDP",
                    low=f"cost_{k}_share_gdp_p10", high=f"cost_{k}_share_gdp_p90")
            for k in ("low", "high")
        ],
        [
            Measure(f"cost_{k}_share_government_expenditure", f"Cost, {k} package",
                    "% of government spending")
            for k in ("low", "high")
        ],
        [
            Measure(f"gap_{k}_share_gdp", f"Gap to what exists, {k} package", "% of GDP")
            for k in ("low", "high")
        ],
        [
            Measure("headcount_before", f"Fall in poverty, {k} package", "percentage points",
                    less=f"headcount_after_{k}")
            for k in ("low", "high")
        ],
        [
            Measure(f"cost_{k}_per_head_usd", f"Cost per inhabitant, {k} package", "US dollars",
                    factor=1.0, decimals=0)
            for k in ("low", "high")
        ],
    )
    for measure in group
)  # fmt: skip
NEEDED = ("iso3", "name", "year", "note")


def present(table: pd.DataFrame, measures: Sequence[Measure] = MEASURES) -> list[Measure]:
    """The measures whose columns the table has and of which some country has a value."""
    found = []
    for m in measures:
        columns = {m.column, *filter(None, (m.less, m.low, m.high))}
        if columns <= set(table.columns) and np.isfinite(m.values(table)).any():
            found.append(m)
    return found


def breaks(values: Array, classes: int = len(COLOURS)) -> list[float]:
    """Round bounds between classes of about the same number of countries.

    Parameters
    ----------
    values : float64[country]
        NaN where there is none.
    classes : int

    Returns
    -------
    list of float
        Strictly rising, at most ``classes - 1``; two digits each (one, where that keeps them
        apart), so that a legend reads well.
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return []
    raw = np.quantile(known, np.arange(1, classes) / classes)
    for digits in (1, 2):
        rounded = [float(f"{v:.{digits - 1}e}") for v in raw]
        if len(set(rounded)) == len(rounded):
            break
    inside = {v for v in rounded if known.min() < v <= known.max()}
    return sorted(inside)


def write_map(
    table: pd.DataFrame, file: str | Path, *, title: str = "", today: date | None = None
) -> None:
    """Write the map of a world table as one self-contained HTML file.

    Parameters
    ----------
    table : DataFrame
        One row per country (``socialbudget.floor.world_table``).
    file : str or Path
        An existing file is replaced.
    title : str, optional
        What was assessed, e.g. the name of the package.
    today : date, optional
        Date of the run; now by default.

    Raises
    ------
    SocialBudgetError
        When columns are missing, a country stands twice, or no country has a result.
    """
    Path(file).write_text(render_map(table, title=title, today=today), encoding="utf-8")


def render_map(table: pd.DataFrame, *, title: str = "", today: date | None = None) -> str:
    """The map page as text; see `write_map`."""
    missing = [c for c in NEEDED if c not in table.columns]
    if missing:
        raise SocialBudgetError(
            f"world table: column {', '.join(missing)} is missing; give the table that "
            "socialbudget.floor.world_table returns"
        )
    twice = table["iso3"][table["iso3"].duplicated()]
    if len(twice):
        raise SocialBudgetError(
            f"world table: {twice.iloc[0]} stands twice; give one row for each country"
        )
    measures = present(table)
    if not measures:
        raise SocialBudgetError(
            "world table: no country has a result to show; the column note says why"
        )
    table = table.sort_values("name", key=lambda names: names.str.casefold())
    columns = [m.values(table) for m in measures]
    script = asset("floor_map.js")
    today = today or date.today()
    return filled(
        "floor_map.html.j2",
        {
            "version": __version__,
            "css": Markup(asset("floor_map.css")),
            "script": Markup(script),
            "script_hashes": [script_hash(script)],
            "title": title,
            "years": _years(table),
            "today": f"{today.day} {today:%B %Y}",
            "measures": measures,
            "first": measures[0],
            "data": script_json(_data(table, measures, columns)),
            "rows": _rows(table, measures, columns),
            "known": int(np.isfinite(columns[0]).sum()),
            "disclaimer": DISCLAIMER,
        },
    )


@cache
def world() -> dict[str, Any]:
    """The outlines: see `calibration.world_map`."""
    return json.loads(asset("world_map.json"))


def _years(table: pd.DataFrame) -> str:
    years = sorted({int(y) for y in table["year"].dropna()})
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _data(
    table: pd.DataFrame, measures: Sequence[Measure], columns: Sequence[Array]
) -> dict[str, Any]:
    """Everything the script needs: outlines, classes and, by country, values as text."""
    outlines = world()
    bounds = [breaks(v) for v in columns]
    codes = [np.searchsorted(b, v, side="right") for b, v in zip(bounds, columns, strict=True)]
    rows = _records(table)
    countries = {
        row["iso3"]: {
            "name": str(row["name"]),
            "note": _note(row),
            "facts": _facts(row),
            "k": [
                int(codes[j][i]) if np.isfinite(columns[j][i]) else -1 for j in range(len(measures))
            ],
            "t": [_value(m, row, float(columns[j][i])) for j, m in enumerate(measures)],
        }
        for i, row in enumerate(rows)
    }
    shapes = {k: v for k, v in outlines["shapes"].items() if k in countries}
    rest = "".join(v[0] for k, v in outlines["shapes"].items() if k not in countries)
    return {
        "width": outlines["width"],
        "height": outlines["height"],
        "sphere": outlines["sphere"],
        "rest": outlines["rest"] + rest,
        "shapes": shapes,
        "small": SMALL,
        "measures": [
            {
                "title": m.title,
                "unit": m.unit,
                "legend": _legend(m, b, v),
                "colours": _colours(len(b) + 1),
            }
            for m, b, v in zip(measures, bounds, columns, strict=True)
        ],
        "countries": countries,
    }


def _legend(measure: Measure, bounds: Sequence[float], values: Array) -> list[str]:
    """A text for each class, lowest first."""
    decimals = max((len(f"{b:.10g}".partition(".")[2]) for b in bounds), default=0)
    words = [fixed(b, decimals) for b in bounds]
    if not words:
        return [measure.words(float(values[np.isfinite(values)][0]))]
    inner = [f"{a} to {b}" for a, b in itertools.pairwise(words)]
    return [f"less than {words[0]}", *inner, f"{words[-1]} and more"]


def _colours(classes: int) -> list[str]:
    """As many colours as classes, spread over the whole range."""
    places = np.linspace(0, len(COLOURS) - 1, max(classes, 2)).round().astype(int)
    return [COLOURS[k] for k in places]


def _value(measure: Measure, row: dict[str, Any], value: float) -> str:
    text = measure.words(value)
    if text == NONE or not measure.low:
        return text
    low, high = (float(row[c]) * measure.factor for c in (measure.low, measure.high))
    if not np.isfinite([low, high]).all():
        return text
    return f"{text} ({fixed(low, measure.decimals)} to {fixed(high, measure.decimals)})"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _note(row: dict[str, Any]) -> str:
    note = row["note"]
    return "" if note is None or note is pd.NA or note != note else plain(str(note))


def _number(row: dict[str, Any], column: str) -> float:
    value = row.get(column)
    return float("nan") if value is None or value is pd.NA else float(value)


def _facts(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Further lines of the tooltip: people reached and what the result rests on."""
    facts = []
    for kind in ("low", "high"):
        women, men = (_number(row, f"recipients_{kind}_{sex}") for sex in ("female", "male"))
        if np.isfinite([women, men]).all():
            words = f"{people(women)} female, {people(men)} male"
            facts.append((f"Recipients, {kind} package", words))
    soft = [_number(row, c) for c in ("share_imputed", "share_assumed")]
    if np.isfinite(soft).all():
        facts.append(
            ("Inputs", f"{fixed(100 * soft[0])}% imputed, {fixed(100 * soft[1])}% assumed")
        )
    return facts


def _rows(
    table: pd.DataFrame, measures: Sequence[Measure], columns: Sequence[Array]
) -> list[dict[str, Any]]:
    rows = []
    for i, row in enumerate(_records(table)):
        numbers = [float(c[i]) for c in columns]
        region = row.get("region")
        rows.append(
            {
                "iso3": row["iso3"],
                "name": row["name"],
                "region": "" if region is None or region != region else region,
                "cells": [
                    ("" if not np.isfinite(v) else f"{v:.6g}", fixed(v, m.decimals))
                    for m, v in zip(measures, numbers, strict=True)
                ],
                "empty": not np.isfinite(numbers).any(),
                "note": _note(row),
            }
        )
    return rows
