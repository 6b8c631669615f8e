"""Tables of the rapid assessment as files: the world's, and one workbook by country.

`write_world` writes the table of all countries as CSV, Parquet and workbook with the map beside
them; `write_country` writes brief, workbook and long tables of one country. Either folder is
written whole or not at all. Text from packs and packages stays text: in workbooks nothing but our
own sums is a formula, and in CSV a text that a spreadsheet would run gets an apostrophe before it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from socialbudget import __version__
from socialbudget.contract import Array
from socialbudget.errors import SocialBudgetError
from socialbudget.floor.package import NOT_GIVEN, Package
from socialbudget.pack import Pack
from socialbudget.report.floor_figures import PACKAGE
from socialbudget.report.floor_map import write_map
from socialbudget.report.floor_trace import LABELS, SHEET, Links, measures, steps, write_steps

if TYPE_CHECKING:
    from socialbudget.floor.assessment import Assessment

WORLD_MARKER = "world.parquet"
COUNTRY_MARKER = "tables/manifest.json"
LONG = ("cost", "recipients", "financing", "sources", "poverty", "quality")
"""Tables of an assessment that are frames."""
CELLS = 404
"""Rows of one path and year that a workbook lists; of a longer one, the Parquet table is named."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
"""A text that begins so may be run by a spreadsheet program."""

INK, GREY, FILL, RULE = "#1F2A37", "#5B6570", "#E8EEF4", "#9AA5B1"
NUMBERS = {
    "share": "0.00%",
    "lcu": "#,##0",
    "persons": "#,##0",
    "plain": "#,##0.0000",
}


# -------------------------------------------------------------------------------------- world


def write_world(
    table: pd.DataFrame, folder: str | Path, *, title: str = "", today: date | None = None
) -> Path:
    """Write the world table as CSV, Parquet and workbook, and the map, whole or not at all.

    Parameters
    ----------
    table : DataFrame
        One row per country (``socialbudget.floor.world_table``).
    folder : str or Path
        Gets ``world.csv``, ``world.parquet``, ``world.xlsx`` and ``map.html``.
    title : str, optional
        What was assessed.
    today : date, optional
        Date of the run; now by default.

    Returns
    -------
    Path
        The folder.
    """
    from socialbudget.results import whole_folder

    with whole_folder(folder, WORLD_MARKER) as new:
        safe_csv(table).to_csv(new / "world.csv", index=False, encoding="utf-8")
        table.to_parquet(new / WORLD_MARKER, index=False, compression="zstd")
        _world_workbook(table, new / "world.xlsx", title, today or date.today())
        write_map(table, new / "map.html", title=title, today=today)
    return Path(folder)


def safe_csv(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would run."""
    out = table.copy()
    for column in out.columns:
        if not pd.api.types.is_numeric_dtype(out[column]):
            out[column] = [_safe(v) for v in out[column]]
    return out


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _world_workbook(table: pd.DataFrame, file: Path, title: str, today: date) -> None:
    book = Book(file)
    ws = book.sheet("World", f"A social protection floor: every country. {title}".strip())
    heads = list(table.columns)
    for j, column in enumerate(heads):
        ws.write_string(2, j, column.replace("_", " "), book.head)
        text = not pd.api.types.is_numeric_dtype(table[column])
        book.fit(ws, j, [column, *table[column].astype(str)] if text else [column, "000 000.00"])
        for i, value in enumerate(table[column]):
            book.cell(ws, 3 + i, j, value, _kind(column))
    ws.freeze_panes(3, 2)
    ws.autofilter(2, 0, 2 + len(table), len(heads) - 1)
    ws.repeat_rows(2)
    ws.write_string(
        1, 0, f"socialbudget {__version__}, {today.isoformat()}. Shares are fractions shown as %; "
        "a row without figures says why in the column note.", book.grey,
    )  # fmt: skip
    book.close()


def _kind(column: str) -> str:
    if "share" in column or "headcount" in column:
        return "share"
    if column in ("year", "base_year"):
        return "year"
    return "lcu" if column.endswith(("lcu", "usd", "male")) or column == "population" else "plain"


# ------------------------------------------------------------------------------------ country


def write_country(
    assessments: Sequence[Assessment], folder: str | Path, *, today: date | None = None
) -> Path:
    """Write brief, workbook and long tables of one country, whole or not at all.

    Parameters
    ----------
    assessments : sequence of Assessment
        One, or the low and the high package of the same country.
    folder : str or Path
        Gets ``brief.html``, ``workbook.xlsx`` and ``tables/``.
    today : date, optional
        Date of the run; now by default.

    Returns
    -------
    Path
        The folder.
    """
    from socialbudget.report.floor_brief import write_brief
    from socialbudget.results import whole_folder

    check_cases(assessments)
    frames = {name: long_table(assessments, name) for name in LONG}
    with whole_folder(folder, COUNTRY_MARKER) as new:
        (new / "tables").mkdir()
        for name, frame in frames.items():
            frame.to_parquet(new / "tables" / f"{name}.parquet", index=False, compression="zstd")
        (new / COUNTRY_MARKER).write_text(
            json.dumps(manifest(assessments), indent=2, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        write_workbook(assessments, new / "workbook.xlsx", today=today, frames=frames)
        write_brief(assessments, new / "brief.html", today=today)
    return Path(folder)


def check_cases(assessments: Sequence[Assessment]) -> None:
    """Refuse assessments that cannot stand beside each other.

    Raises
    ------
    SocialBudgetError
        None at all, two countries, two horizons, or one variant twice.
    """
    if not assessments:
        raise SocialBudgetError("no assessment to show; give one or two of one country")
    first = assessments[0]
    for other in assessments[1:]:
        if other.pack.hash != first.pack.hash or other.pack.iso3 != first.pack.iso3:
            raise SocialBudgetError(
                f"assessments of two packs ({first.pack.iso3} and {other.pack.iso3}) cannot stand "
                "on one page; write each by itself"
            )
        if other.years != first.years:
            raise SocialBudgetError(
                f"assessments of {first.pack.iso3} end in {first.years[-1]} and "
                f"{other.years[-1]}; run both to one year"
            )
    labels = [a.package.label for a in assessments]
    if len(set(labels)) < len(labels):
        raise SocialBudgetError(f"package '{labels[0]}' is given twice; give each variant once")


def long_table(assessments: Sequence[Assessment], name: str) -> pd.DataFrame:
    """A long table of all cases, with a column `package` before the others."""
    frames = []
    for a in assessments:
        frame: pd.DataFrame = getattr(a, name)
        frames.append(frame.assign(package=a.package.label)[["package", *frame.columns]])
    return pd.concat(frames, ignore_index=True)


def manifest(assessments: Sequence[Assessment]) -> dict[str, Any]:
    """What is needed to run it again."""
    a = assessments[0]
    return {
        "country": a.pack.iso3,
        "pack": {"version": a.pack.manifest.version, "hash": a.pack.hash},
        "packages": [{"title": x.package.label, "hash": x.package.hash} for x in assessments],
        "years": [a.years[0], a.years[-1]],
        "draws": a.draws,
        "seed": a.seed,
        "version": __version__,
    }


def write_workbook(
    assessments: Sequence[Assessment],
    file: str | Path,
    *,
    today: date | None = None,
    frames: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write one or two assessments of a country as an Excel workbook.

    Sheets: front page, cost, recipients, financing, poverty, how each cost arises (from inputs to
    persons, amount and cost, as formulas), fit of the distribution, the package field by field with
    reasons, inputs by path with source and flag, and the cells of the pack behind them. `frames`
    are the long tables where they are made already.
    """
    check_cases(assessments)
    frames = frames or {name: long_table(assessments, name) for name in LONG}
    book = Book(Path(file))
    front = book.sheet("Front", "")
    a = assessments[0]
    package = pd.concat([package_fields(x.package) for x in assessments], ignore_index=True)
    fit = _fit_table(assessments)
    cells = input_cells(a.pack, dict.fromkeys(frames["quality"]["path"].tolist()))
    trace = steps(assessments, Links.of(package, fit, cells))
    by_year = (
        ("cost", "Cost", ["guarantee", "title", "measure"], "Cost by guarantee"),
        ("recipients", "Recipients", ["guarantee", "title", "sex", "measure"],
         "People entitled (target), of them reached, all who receive (recipients), and those "
         "entitled whom benefits would reach at the coverage of today (existing)"),
        ("financing", "Financing", ["option", "measure"],
         "What each way alone would take to pay for the gap"),
        ("sources", "Financing as planned", ["source", "measure"],
         "What each source gives to the gap, as the package has it"),
        ("poverty", "Poverty", ["line", "measure", "stage"], "Poverty before and after"),
    )  # fmt: skip
    for name, title, labels, about in by_year:
        _by_year(book, title, about, frames[name], labels,
                 measures(trace) if name == "cost" else {})  # fmt: skip
    write_steps(book, trace, a.years)
    _listed(
        book, "Fit", "Lognormal distribution of welfare: what was fitted and how far it misses", fit
    )  # fmt: skip
    currency = f"LCU ({a.pack.manifest.currency})"
    _listed(
        book, "Package", "What is guaranteed: every field, with the reason given for it",
        package.assign(value=[currency if v == "LCU" else v for v in package["value"]]),
    )  # fmt: skip
    _listed(
        book, "Inputs", "What the result rests on: value, source and how firm it is",
        frames["quality"].drop_duplicates(),
    )  # fmt: skip
    _listed(
        book, "Input cells",
        f"Cells of the pack behind the inputs, {a.pack.base_year} or the last year given; of paths "
        f"with more than {CELLS} cells a year, the file is named",
        cells,
    )  # fmt: skip
    _listed(
        book, "Sources", "Publishers, editions and licences of the pack's values", sources(a.pack)
    )
    _front(book, front, assessments, today or date.today())
    book.close()


def input_cells(pack: Pack, paths: Iterable[str]) -> pd.DataFrame:
    """The pack's cells behind paths: year, place, value, unit, source, flag, note.

    Of an annual path the base year alone is listed; a path that the pack does not hold (a value of
    the package) is left out.
    """
    rows: list[dict[str, Any]] = []
    titles: dict[str, str] = {}
    for path in paths:
        entry = pack.entries.get(path)
        if entry is None:
            continue
        frame = pack.provenance(path)
        years = [y for y in entry.years if y <= pack.base_year] or [entry.years[0]]
        here = frame[frame["year"] == years[-1]]
        if len(here) > CELLS:
            rows.append(
                {"path": path, "year": years[-1], "cell": f"{len(frame)} cells in "
                 f"{pack.manifest.tables[entry.table].file}", "value": math.nan,
                 "unit": entry.unit, "source": "", "flag": "", "note": ""}
            )  # fmt: skip
            continue
        names = [*entry.dims, "value", "unit", "source", "flag", "note"]
        for *place, value, unit, source, flag, note in zip(
            *(here[c].tolist() for c in names), strict=True
        ):
            if source not in titles:
                found = pack.manifest.sources[source]
                titles[source] = f"{found.publisher}: {found.title}"
            cell = ", ".join(f"{d}={at}" for d, at in zip(entry.dims, place, strict=True))
            rows.append(
                {"path": path, "year": years[-1], "cell": cell, "value": value,
                 "unit": unit.replace("LCU", pack.manifest.currency),
                 "source": titles[source], "flag": flag, "note": note}
            )  # fmt: skip
    columns = ["path", "year", "cell", "value", "unit", "source", "flag", "note"]
    return pd.DataFrame(rows, columns=columns)


def sources(pack: Pack) -> pd.DataFrame:
    """The pack's sources, one a row."""
    return pd.DataFrame(
        [{"key": k, **s.model_dump()} for k, s in pack.manifest.sources.items()],
        columns=["key", "publisher", "title", "edition", "licence", "retrieved", "note"],
    )


def package_fields(package: Package) -> pd.DataFrame:
    """Every field of every guarantee: its value, whether the file gives a reason, and which."""
    rows = []
    for name, guarantee in package.guarantees.items():
        fields = guarantee.model_dump(exclude={"reasons"})
        for field, value in _flat(fields):
            reason = guarantee.reasons.get(field) or guarantee.reasons.get(field.split(".")[0], "")
            rows.append(
                {"package": package.label, "guarantee": name, "field": field, "value": value,
                 "reason": reason}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["package", "guarantee", "field", "value", "reason"])


def _flat(fields: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in fields.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, tuple | list):
            yield name, " to ".join(str(v) for v in value)
        elif value is not None:
            yield name, value


# ------------------------------------------------------------------------------------- sheets


class Book:
    """A workbook in which text stays text."""

    def __init__(self, file: Path):
        self.workbook = xlsxwriter.Workbook(
            str(file),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": False,
            },
        )
        base = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"}
        add = self.workbook.add_format
        self.title = add({**base, "bold": True, "font_size": 15})
        self.head = add({**base, "bold": True, "bg_color": FILL, "bottom": 1,
                         "bottom_color": RULE, "text_wrap": True})  # fmt: skip
        self.text = add(base)
        self.wrap = add({**base, "text_wrap": True})
        self.bold = add({**base, "bold": True})
        self.grey = add({**base, "font_color": GREY, "italic": True})
        self.number = {
            kind: add({**base, "num_format": form})
            for kind, form in {**NUMBERS, "year": "0"}.items()
        }
        self.total = {
            kind: add({**base, "num_format": form, "bold": True, "top": 1})
            for kind, form in NUMBERS.items()
        }
        self.contents: list[tuple[str, str]] = []

    def sheet(self, name: str, about: str) -> Any:
        """A sheet with its title in the first row."""
        ws = self.workbook.add_worksheet(name)
        ws.hide_gridlines(2)
        ws.set_landscape()
        ws.set_paper(9)
        ws.fit_to_pages(1, 0)
        if about:
            ws.write_string(0, 0, about, self.title)
            ws.set_row(0, 22)
            self.contents.append((name, about))
        return ws

    def cell(self, ws: Any, row: int, column: int, value: Any, kind: str) -> None:
        """A value as what it is: number, text, or an empty cell where there is none."""
        if value is None or value is pd.NA:
            return
        if isinstance(value, bool | np.bool_):
            ws.write_boolean(row, column, bool(value), self.text)
        elif isinstance(value, int | float | np.integer | np.floating):
            if math.isfinite(float(value)):
                ws.write_number(row, column, float(value), self.number[kind])
        else:
            ws.write_string(row, column, str(value), self.text)

    def fit(self, ws: Any, column: int, words: Iterable[Any], most: int = 60) -> None:
        """Make a column as wide as its words."""
        ws.set_column(column, column, min(max((len(str(w)) for w in words), default=8) + 2, most))

    def close(self) -> None:
        """Write the file."""
        self.workbook.close()


def _measure_kind(measure: str) -> str:
    if measure.endswith("lcu"):
        return "lcu"
    if measure in ("target", "reached", "recipients", "existing", "poor_persons"):
        return "persons"
    if (
        "share" in measure
        or measure == "rate_points"
        or measure in ("headcount", "poverty_gap", "squared_gap")
    ):
        return "share"
    return "plain"


def _by_year(
    book: Book,
    name: str,
    about: str,
    frame: pd.DataFrame,
    labels: Sequence[str],
    traced: Mapping[tuple[str, str, str], tuple[int, Array]],
) -> None:
    """A long table with years across; the package's cost is a live sum of its guarantees.

    Rows that are `traced` (package, guarantee, measure) refer to the sheet that derives them.
    """
    ws = book.sheet(name, about)
    labels = ["package", *labels, *(["quantile"] if "quantile" in frame.columns else [])]
    years = [int(y) for y in frame["year"].unique()]
    # Each row of labels stands once for each year, the years in order and together.
    names = zip(*(frame[label].tolist()[:: len(years)] for label in labels), strict=True)
    place = {key: k for k, key in enumerate(names)}
    values = frame["value"].to_numpy().reshape(len(place), len(years))
    if (frame["year"].to_numpy().reshape(values.shape) != years).any():
        raise SocialBudgetError(f"the table '{name}' is not by year; give it as assessed")
    for j, label in enumerate([*labels, *years]):
        ws.write_string(2, j, str(label).replace("_", " "), book.head)
    for j, label in enumerate(labels):
        book.fit(ws, j, [label, *{key[j] for key in place}], 34)
    ws.set_column(len(labels), len(labels) + len(years) - 1, 14)
    for key, i in place.items():
        named = dict(zip(labels, key, strict=True))
        kind = _measure_kind(named["measure"])
        parts = _parts(place, labels, named) if name == "Cost" else []
        for j, label in enumerate(key):
            ws.write_string(3 + i, j, str(label), book.bold if parts else book.text)
        source, derived = -1, None
        if traced and named["quantile"] == "central":
            at = (named["package"], named["guarantee"], named["measure"])
            source, derived = traced.get(at, (-1, None))
        for j, value in enumerate(values[i].tolist()):
            column = len(labels) + j
            if parts and math.isclose(values[parts, j].sum(), value, rel_tol=1e-9):
                cells = "+".join(xl_rowcol_to_cell(3 + p, column) for p in parts)
                ws.write_formula(3 + i, column, f"={cells}", book.total[kind], value)
            elif derived is not None and math.isclose(derived[j], value, rel_tol=1e-9):
                cell = xl_rowcol_to_cell(source, len(LABELS) + j)
                ws.write_formula(3 + i, column, f"='{SHEET}'!{cell}", book.number[kind], value)
            elif math.isfinite(value):
                ws.write_number(3 + i, column, value, book.number[kind])
    ws.freeze_panes(3, len(labels))
    ws.autofilter(2, 0, 2 + len(place), len(labels) - 1)
    ws.repeat_rows(2)


def _parts(
    place: Mapping[tuple[str, ...], int], labels: Sequence[str], named: Mapping[str, str]
) -> list[int]:
    """Rows of the guarantees that a central cost of the package is the sum of."""
    if not (
        named["guarantee"] == PACKAGE
        and named["measure"] == "cost_lcu"
        and named["quantile"] == "central"
    ):
        return []
    same = [labels.index(c) for c in ("package", "measure", "quantile")]
    own = labels.index("guarantee")
    return [
        row
        for key, row in place.items()
        if key[own] != PACKAGE and all(key[k] == named[labels[k]] for k in same)
    ]


def _listed(book: Book, name: str, about: str, frame: pd.DataFrame) -> None:
    ws = book.sheet(name, about)
    for j, column in enumerate(frame.columns):
        ws.write_string(2, j, str(column).replace("_", " "), book.head)
        values = frame[column].tolist()
        book.fit(ws, j, [column, *{str(v)[:80] for v in values}], 52)
        for i, value in enumerate(values):
            if isinstance(value, str):
                ws.write_string(3 + i, j, value, book.text)
            elif column == "year":
                book.cell(ws, 3 + i, j, value, "year")
            elif isinstance(value, float) and math.isfinite(value):
                ws.write_number(3 + i, j, value, book.text)
            else:
                book.cell(ws, 3 + i, j, value, "plain")
    ws.freeze_panes(3, 1)
    if len(frame):
        ws.autofilter(2, 0, 2 + len(frame), len(frame.columns) - 1)
    ws.repeat_rows(2)


def _fit_table(assessments: Sequence[Assessment]) -> pd.DataFrame:
    rows = [
        {"package": a.package.label, "item": key, "value": value}
        for a in assessments
        for key, value in _flat(a.fit)
    ]
    return pd.DataFrame(rows, columns=["package", "item", "value"]).drop_duplicates()


def _front(book: Book, ws: Any, assessments: Sequence[Assessment], today: date) -> None:
    a = assessments[0]
    m = a.pack.manifest
    ws.write_string(0, 0, f"{m.name}: rapid assessment of a social protection floor", book.title)
    facts = [
        ("Packages", "; ".join(x.package.label for x in assessments)),
        ("Source of the package", a.package.source or NOT_GIVEN),
        ("Years", f"{a.years[0]} to {a.years[-1]}"),
        ("Draws, seed", f"{a.draws}, {'none' if a.seed is None else a.seed}"),
        ("Currency", f"{m.currency}, nominal, a year, unless a name says otherwise"),
        *((("National poverty line",
            f"{m.currency} {a.plan.lines['national']:,.0f} a person and year at prices of "
            f"{m.base_year}, {a.line_origin}"),) if a.plan.lines else ()),
        ("Country pack", f"{m.iso3} {m.version}, base year {m.base_year}, {m.status}"),
        ("Pack hash", a.pack.hash),
        *((f"Hash of {x.package.label}", x.package.hash) for x in assessments),
        ("Made with", f"socialbudget {__version__} on {today.isoformat()}"),
        ("Use", "A rapid assessment opens a debate; a design needs the full model and a survey. "
         "Quantiles are those of population and growth only."),
    ]  # fmt: skip
    ws.set_column(0, 0, 38)
    ws.set_column(1, 1, 92)
    for i, (label, words) in enumerate(facts):
        ws.write_string(2 + i, 0, label, book.bold)
        ws.write_string(2 + i, 1, words, book.wrap)
    row = 4 + len(facts)
    ws.write_string(row - 1, 0, "Sheets", book.head)
    ws.write_string(row - 1, 1, "", book.head)
    for i, (name, about) in enumerate(book.contents):
        ws.write_url(row + i, 0, f"internal:'{name}'!A1", book.text, name)
        ws.write_string(row + i, 1, about, book.wrap)
