"""Layout of workbook sheets: formats, units in words, and tables of rows by year.

Every table by year looks the same: label and unit, a few chosen years, which are what is printed,
and to the right of them every year, with the variable that each row comes from. A chosen year
is looked up by its header cell, so a reader may type another. Totals are live formulas wherever
they are the sum of cells shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from socialbudget.contract import Array
from socialbudget.report import tables
from socialbudget.results import Results

FONT = "Calibri"
INK, GREY, RULE, FILL, EDIT = "#1F2A37", "#7A828C", "#9AA5B1", "#E8EEF4", "#1F4FBF"
TITLE_ROW, ABOUT_ROW, FROM_ROW, HINT_ROW, HEAD_ROW = range(5)
LABELS_WIDTH, UNIT_WIDTH, YEAR_WIDTH = 48, 24, 11
DASH = "–"
SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


@dataclass(eq=False)
class Row:
    """A line of a table by year.

    Attributes
    ----------
    label : str
    unit : str
        Of `values`, as in the model or in `tables` (``LCU/year``, ``person``, ``percent`` ...).
    values : float64[year] or None
        None for a heading.
    style : {"heading", "detail", "subtotal", "total", "memo"}
    level : int
        Indent of the label.
    adds, less : sequence of Row
        Rows whose sum, less the others, this row is; written as a formula where that holds.
    variable : str
        Where it comes from, shown in grey.
    number : str
        Number format, in place of that of the unit.
    """

    label: str
    unit: str = ""
    values: Array | None = None
    style: str = "detail"
    level: int = 1
    adds: Sequence[Row] = ()
    less: Sequence[Row] = ()
    variable: str = ""
    number: str = ""


@dataclass
class Placed:
    """A table that stands on a sheet: where its rows and years are, for charts and formulas."""

    sheet: str
    rows: dict[int, int]
    first: int
    last: int

    def line(self, row: Row) -> int:
        """Zero-based line of a row."""
        return self.rows[id(row)]

    def years(self) -> list[Any]:
        """Range of the year headers, as xlsxwriter's charts want it."""
        return [self.sheet, HEAD_ROW, self.first, HEAD_ROW, self.last]

    def values(self, row: Row) -> list[Any]:
        """Range of a row over all years."""
        return [self.sheet, self.line(row), self.first, self.line(row), self.last]

    def label(self, row: Row) -> list[Any]:
        """Cell of a row's label."""
        return [self.sheet, self.line(row), 0]


@dataclass
class Book:
    """A workbook being written: formats, scale of money, and what every sheet has."""

    results: Results
    workbook: Any
    scale: float = 1e9
    scale_word: str = "billion"
    contents: list[tuple[str, str]] = field(default_factory=list)
    _formats: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    _nils: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, results: Results, file: str) -> Book:
        """A new workbook, with text that starts with ``=`` kept as text."""
        workbook = xlsxwriter.Workbook(
            file,
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": False,
            },
        )
        gdp = float(tables.mean(results, "macroeconomy.gdp")[0])
        # The largest unit in which GDP still has four figures.
        scale, word = next(((s, w) for s, w in SCALES if gdp / s >= 1e3), SCALES[-1])
        return cls(results, workbook, scale, word)

    # ------------------------------------------------------------------------------- words

    @property
    def currency(self) -> str:
        return self.results.pack.manifest.currency

    @property
    def base(self) -> int:
        return self.results.years[0]

    def unit(self, unit: str) -> tuple[float, str, str]:
        """Divisor, words and number format of a unit in tables of aggregates."""
        money = f"{self.currency} {self.scale_word}"
        real = f", {self.base} prices"
        one, none, three = _signed("#,##0.0"), _signed("#,##0"), _signed("#,##0.000")
        known = {
            "LCU/year": (self.scale, money, one),
            "LCU": (self.scale, money, one),
            "LCU_real/year": (self.scale, money + real, one),
            "LCU_real": (self.scale, money + real, one),
            "LCU/person/year": (1.0, f"{self.currency} a year", none),
            "LCU_real/person/year": (1.0, f"{self.currency} a year{real}", none),
            "person": (1e3, "thousand persons", one),
            "person/year": (1e3, "thousand persons", one),
            "percent": (1.0, "%", _signed("#,##0.0")),
            "percent of GDP": (1.0, "% of GDP", _signed("#,##0.00")),
            "points": (1.0, "percentage points", _signed("#,##0.00")),
            "points of GDP": (1.0, "points of GDP", _signed("#,##0.00")),
            "year": (1.0, "years", one),
            "move/year": (1e3, "thousand moves", one),
            "month": (1.0, "months", one),
            "hour/year": (1e6, "million hours", none),
            "hour/week": (1.0, "hours a week", one),
            "hour/day": (1.0, "hours a day", _signed("#,##0.00")),
            "LCU_real/person/hour": (1.0, f"{self.currency} an hour{real}", one),
            "index": (1.0, f"{self.base} = 1", "#,##0.000"),
            "1": (1.0, "ratio", three),
            "births": (1.0, "births per woman", "0.00"),
        }
        if unit.startswith("plain "):
            return 1.0, self.plain_unit(unit.removeprefix("plain ")), "#,##0.0000"
        return known.get(unit, (1.0, self.plain_unit(unit), three))

    def plain_unit(self, unit: str) -> str:
        """A unit of the model in words, without a change of scale."""
        known = {
            "1": "share or ratio",
            "1/year": "per year",
            "LCU": self.currency,
            "LCU/year": f"{self.currency} a year",
            "LCU_real/year": f"{self.currency} a year, {self.base} prices",
            "LCU_real": f"{self.currency}, {self.base} prices",
            "LCU/person/year": f"{self.currency} per person and year",
            "LCU_real/person/year": f"{self.currency} per person and year, {self.base} prices",
            "person": "persons",
            "person/year": "persons a year",
            "year": "years",
            "week": "weeks",
            "day/year": "days a year",
            "hour/year": "hours a year",
            "hour/week": "hours a week",
            "hour/day": "hours a day",
            "LCU_real/person/hour": f"{self.currency} per hour, {self.base} prices",
            "percent": "percent",
        }
        return known.get(unit, unit.replace("LCU", self.currency).replace("/", " per "))

    def parameter_unit(self, unit: str, values: Array) -> tuple[float, str]:
        """Divisor and words for a parameter: money of the size of aggregates is scaled."""
        if unit.startswith("LCU") and float(np.max(np.abs(values))) >= 1e7:
            return self.scale, self.plain_unit(unit).replace(
                self.currency, f"{self.currency} {self.scale_word}", 1
            )
        return 1.0, self.plain_unit(unit)

    # ----------------------------------------------------------------------------- formats

    def format(self, **properties: Any) -> Any:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format({**base, **properties})
        return self._formats[key]

    def styled(self, style: str, **properties: Any) -> Any:
        """A format of a row style."""
        looks: dict[str, dict[str, Any]] = {
            "heading": {"bold": True, "bottom": 1, "bottom_color": RULE},
            "detail": {},
            "memo": {},
            "subtotal": {"bold": True},
            "total": {"bold": True, "top": 1, "bg_color": FILL},
        }
        return self.format(**looks[style], **properties)

    # ------------------------------------------------------------------------------ sheets

    def sheet(
        self,
        name: str,
        title: str,
        about: str,
        notes: str = "",
        portrait: bool = False,
        wide: bool = False,
    ) -> Any:
        """A new sheet with title, subtitle, footer and page set-up: A4, or A3 where it is wide."""
        ws = self.workbook.add_worksheet(name)
        ws.hide_gridlines(2)
        ws.set_row(TITLE_ROW, 24)
        ws.write_string(TITLE_ROW, 0, title, self.format(bold=True, font_size=15))
        ws.write_string(ABOUT_ROW, 0, self.heading(about), self.format(font_color=GREY))
        if notes:
            ws.write_string(
                FROM_ROW, 0, notes, self.format(font_color=GREY, font_size=8, italic=True)
            )
        if not portrait:
            ws.set_landscape()
        ws.set_paper(8 if wide else 9)
        ws.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        ws.fit_to_pages(1, 0)
        manifest = self.results.pack.manifest
        ws.set_footer(
            f"&L&8{_escaped(manifest.name)}: {_escaped(self.results.scenario.title)[:90]}"
            f"&C&8socialbudget, pack {manifest.iso3} {_escaped(manifest.version)}, "
            f"{self.results.pack.hash[:8]}&R&8{_escaped(name)}, page &P of &N"
        )
        self.contents.append((name, title))
        return ws

    def heading(self, about: str) -> str:
        """Country and scenario, then what the sheet adds."""
        text = f"{self.results.pack.manifest.name}. {self.results.scenario.title}"
        return f"{text}. {about}" if about else text

    def by_year(
        self, name: str, title: str, rows: Sequence[Row], about: str = "", notes: str = ""
    ) -> Placed:
        """A sheet with one table by year."""
        results = self.results
        picks = print_years(results)
        ws = self.sheet(name, title, about, notes)
        first = 2 + len(picks) + 1
        last = first + len(results.years) - 1
        placed = Placed(name, {id(r): HEAD_ROW + 1 + i for i, r in enumerate(rows)}, first, last)
        self._heads(ws, picks, first, last)
        span = f"${xl_col_to_name(first)}{{0}}:${xl_col_to_name(last)}{{0}}"
        header = f"${xl_col_to_name(first)}${HEAD_ROW + 1}:${xl_col_to_name(last)}${HEAD_ROW + 1}"
        matches = [
            f",MATCH({xl_col_to_name(2 + i)}${HEAD_ROW + 1},{header},0))" for i in range(len(picks))
        ]
        places = [results.years.index(y) for y in picks]
        names = [xl_col_to_name(c) for c in range(last + 1)]
        for row in rows:
            line = placed.line(row)
            self._labels(ws, line, row, last)
            if row.values is None:
                continue
            divisor, _, number = self.unit(row.unit)
            dash = self.styled(row.style, align="right", font_color=GREY)
            values = row.values / divisor
            pattern = row.number or number
            cell = self.styled(row.style, num_format=pattern)
            if (values < 0.0).any():
                self._no_minus_zero(ws, line, last, pattern)
            formula = self._sum(row, placed) if self._adds_up(row) else None
            lookup = f"=INDEX({span.format(line + 1)}"
            if row.style == "total":
                ws.write_blank(line, first - 1, None, self.styled("total"))
            for i, place in enumerate(places):
                value = float(values[place])
                if not np.isfinite(value):
                    ws.write_string(line, 2 + i, DASH, dash)
                elif formula is not None:
                    ws.write_formula(line, 2 + i, formula(names[2 + i]), cell, value)
                else:
                    ws.write_formula(line, 2 + i, lookup + matches[i], cell, value)
            for i, value in enumerate(values.tolist()):
                if value != value or value in (np.inf, -np.inf):
                    ws.write_string(line, first + i, DASH, dash)
                elif formula is not None:
                    ws.write_formula(line, first + i, formula(names[first + i]), cell, value)
                else:
                    ws.write_number(line, first + i, value, cell)
        end = HEAD_ROW + len(rows)
        ws.print_area(0, 0, end, 1 + len(picks))
        ws.repeat_rows(HEAD_ROW)
        return placed

    def _heads(self, ws: Any, picks: Sequence[int], first: int, last: int) -> None:
        head = self.format(bold=True, bg_color=FILL, bottom=2, bottom_color=INK)
        year = self.format(bold=True, bg_color=FILL, bottom=2, bottom_color=INK, align="right")
        chosen = self.format(
            bold=True, bg_color=FILL, bottom=2, bottom_color=INK, align="right", font_color=EDIT
        )
        base, end = self.results.years[0], self.results.years[-1]
        ws.write_string(
            HINT_ROW,
            0,
            f"Type another year ({base}-{end}) over a blue one and its column follows; every year "
            "stands to the right.",
            self.format(font_color=GREY, font_size=8),
        )
        ws.write_string(HEAD_ROW, 0, "", head)
        ws.write_string(HEAD_ROW, 1, "Unit", head)
        for i, y in enumerate(picks):
            ws.write_number(HEAD_ROW, 2 + i, y, chosen)
        ws.data_validation(
            HEAD_ROW, 2, HEAD_ROW, 1 + len(picks),
            {
                "validate": "integer", "criteria": "between", "minimum": base, "maximum": end,
                "error_title": "No such year",
                "error_message": f"The run goes from {base} to {end}.",
            },
        )  # fmt: skip
        ws.write_blank(HEAD_ROW, first - 1, None, head)
        for i, y in enumerate(self.results.years):
            ws.write_number(HEAD_ROW, first + i, y, year)
        ws.write_string(HEAD_ROW, last + 1, "Variable", head)
        ws.set_column(0, 0, LABELS_WIDTH)
        ws.set_column(1, 1, UNIT_WIDTH)
        ws.set_column(2, last, YEAR_WIDTH)
        ws.set_column(first - 1, first - 1, 3)
        ws.set_column(last + 1, last + 1, 50)
        ws.freeze_panes(HEAD_ROW + 1, 2)

    def _labels(self, ws: Any, line: int, row: Row, last: int) -> None:
        grey = self.format(font_color=GREY, font_size=8, italic=True)
        if row.values is None:
            style = self.styled("heading")
            ws.write_string(line, 0, row.label, style)
            ws.write_string(line, 1, "", style)
            if row.variable:
                ws.write_string(line, 2, row.variable, grey)
            return
        label = self.styled(row.style, indent=row.level, text_wrap=True)
        if len(row.label) > LABELS_WIDTH:
            ws.set_row(line, row_height([row.label], [LABELS_WIDTH - 2]))
        ws.write_string(line, 0, row.label, label)
        ws.write_string(
            line, 1, self.unit(row.unit)[1], self.styled(row.style, font_size=9, font_color=GREY)
        )
        if row.variable:
            ws.write_string(line, last + 1, row.variable, grey)

    def _no_minus_zero(self, ws: Any, line: int, last: int, pattern: str) -> None:
        """Shows a negative number that rounds to nil as ``0.0``, not ``-0.0``."""
        plain = pattern.split(";")[0]
        decimals = len(plain.partition(".")[2])
        nil = "0." + "0" * decimals if decimals else "0"
        if nil not in self._nils:
            self._nils[nil] = self.workbook.add_format({"num_format": f'{nil};"{nil}"'})
        ws.conditional_format(
            line, 2, line, last,
            {
                "type": "cell", "criteria": "between", "minimum": -0.5 * 10.0**-decimals,
                "maximum": -1e-300, "format": self._nils[nil],
            },
        )  # fmt: skip

    @staticmethod
    def _adds_up(row: Row) -> bool:
        """Whether a row is the sum of the rows it names, to the last digits."""
        if not row.adds or row.values is None:
            return False
        parts = [np.asarray(r.values) for r in row.adds] + [-np.asarray(r.values) for r in row.less]
        size = np.sum(np.abs(parts), axis=0)
        gap = np.abs(np.sum(parts, axis=0) - row.values)
        return bool((gap <= 1e-12 * np.maximum(size, 1e-300)).all()) and not np.isnan(size).any()

    @staticmethod
    def _sum(row: Row, placed: Placed) -> Callable[[str], str]:
        lines = [placed.line(r) + 1 for r in row.adds]
        if not row.less and lines == list(range(lines[0], lines[0] + len(lines))):
            return lambda col: f"=SUM({col}{lines[0]}:{col}{lines[-1]})"
        taken = [placed.line(r) + 1 for r in row.less]
        return lambda col: (
            "=" + "+".join(f"{col}{n}" for n in lines) + "".join(f"-{col}{n}" for n in taken)
        )

    def flat(
        self,
        ws: Any,
        head_row: int,
        columns: Sequence[tuple[str, float]],
        rows: Sequence[Sequence[Any]],
        formats: Sequence[Any] | None = None,
    ) -> None:
        """A plain table: header with column widths, then rows of text and numbers."""
        head = self.format(
            bold=True, bg_color=FILL, bottom=2, bottom_color=INK, text_wrap=True, valign="top"
        )
        for c, (label, width) in enumerate(columns):
            ws.write_string(head_row, c, label, head)
            ws.set_column(c, c, width)
        text = self.format(text_wrap=True, valign="top")
        number = self.format(num_format="#,##0", valign="top")
        widths = [width for _, width in columns]
        ws.set_row(head_row, row_height([label for label, _ in columns], widths))
        for r, row in enumerate(rows, head_row + 1):
            ws.set_row(r, row_height(row, widths))
            for c, value in enumerate(row):
                given = formats[c] if formats is not None else None
                if isinstance(value, str):
                    ws.write_string(r, c, value, given or text)
                elif value is None or value != value:
                    ws.write_blank(r, c, None, given or text)
                else:
                    ws.write_number(r, c, float(value), given or number)
        ws.freeze_panes(head_row + 1, 1)
        ws.repeat_rows(head_row)


def print_years(results: Results) -> list[int]:
    """Years that are printed: those of the report and the first projected one."""
    first = results.years[:2]
    return sorted({*first, *tables.report_years(results)})


def row_height(row: Sequence[Any], widths: Sequence[float]) -> float:
    """Height in points that the longest wrapped text of a row needs in its column."""
    lines = 1
    for value, width in zip(row, widths, strict=False):
        # Letters are narrower than the digits that column widths are counted in.
        if isinstance(value, str) and len(value) > 1.2 * width:
            lines = max(lines, math.ceil(len(value) / (1.2 * width)))
    return 3.0 + 12.5 * lines


def rows_of(
    table: tables.Table,
    variables: str = "",
    heading: Callable[[Sequence[str]], str] | None = None,
    item: Callable[[Sequence[str]], str] | None = None,
) -> list[tuple[Sequence[str], Row]]:
    """Rows of a `tables.Table` of all years, with headings where the leading label changes.

    Returns
    -------
    list of (labels, Row)
        Labels are empty for headings.
    """
    head = heading or (lambda labels: labels[0])
    name = item or (lambda labels: labels[-1])
    out: list[tuple[Sequence[str], Row]] = []
    last = ""
    frame = table.frame
    values = frame[list(table.years)].to_numpy(dtype=float)
    labels_of = frame[list(table.labels)].to_numpy(dtype=object)
    units, styles = frame["unit"].to_list(), frame["row"].to_list()
    for i, found in enumerate(labels_of):
        labels = tuple(str(x) for x in found)
        if head(labels) != last:
            last = head(labels)
            out.append(((), Row(last, style="heading", level=0, variable=variables)))
        row = Row(name(labels), units[i], values[i], styles[i])
        out.append((labels, row))
    return out


def _signed(pattern: str) -> str:
    return f'{pattern};-{pattern};"{DASH}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&&")


__all__ = ["DASH", "HEAD_ROW", "Book", "Placed", "Row", "print_years", "row_height", "rows_of"]
