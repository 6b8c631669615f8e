"""Files of the rapid assessment: equal to the assessment, safe, written whole or not at all."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from socialbudget.errors import SocialBudgetError
from socialbudget.floor import Assessment, assess
from socialbudget.floor.package import parse_package
from socialbudget.floor.world import world_table
from socialbudget.pack import load_pack
from socialbudget.report import floor_brief, floor_tables
from socialbudget.report.floor_tables import (
    LONG,
    input_cells,
    package_fields,
    safe_csv,
    write_country,
    write_workbook,
    write_world,
)
from socialbudget.report.floor_trace import Step
from tests.floor_pages import EVIL, changed, variants

TODAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def cases() -> tuple[Assessment, ...]:
    return variants()


@pytest.fixture(scope="module")
def book(cases: Sequence[Assessment], tmp_path_factory: pytest.TempPathFactory) -> CalamineWorkbook:
    file = tmp_path_factory.mktemp("floor") / "workbook.xlsx"
    write_workbook(cases, file, today=TODAY)
    return CalamineWorkbook.from_path(str(file))


def sheet(book: CalamineWorkbook, name: str) -> pd.DataFrame:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return pd.DataFrame(rows[3:], columns=[str(h) for h in rows[2]])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_world_table_stands_in_three_formats_with_the_same_values(
    cases: Sequence[Assessment], tmp_path: Path
) -> None:
    table = world_table(cases)
    table.loc[0, "note"] = "=HYPERLINK(1)"
    folder = write_world(table, tmp_path / "world", title="A package", today=TODAY)
    assert {p.name for p in folder.iterdir()} == {
        "world.csv", "world.parquet", "world.xlsx", "map.html",
    }  # fmt: skip
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "world.parquet"), table)
    csv = pd.read_csv(folder / "world.csv", keep_default_na=False, na_values=[""])
    numbers = table.select_dtypes("number").columns
    np.testing.assert_allclose(csv[numbers].astype(float), table[numbers].astype(float), rtol=1e-12)
    assert csv.loc[0, "note"] == "'=HYPERLINK(1)"
    rows = CalamineWorkbook.from_path(str(folder / "world.xlsx")).get_sheet_by_index(0)
    grid = rows.to_python(skip_empty_area=False)
    head = [str(h) for h in grid[2]]
    assert grid[3][head.index("note")] == "=HYPERLINK(1)"
    share = table.loc[0, "cost_high_share_gdp"]
    assert grid[3][head.index("cost high share gdp")] == pytest.approx(share, rel=1e-12)


@pytest.mark.parametrize("start", list("=+-@|") + ["\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_marked(start: str) -> None:
    frame = pd.DataFrame({"name": [f"{start}1+1", "plain"], "value": [-1.0, 2.0]})
    safe = safe_csv(frame)
    assert safe["name"].tolist() == [f"'{start}1+1", "plain"]
    assert safe["value"].tolist() == [-1.0, 2.0]
    assert frame["name"][0] == f"{start}1+1"


def test_a_country_gets_brief_workbook_and_tables(
    cases: Sequence[Assessment], tmp_path: Path
) -> None:
    folder = write_country(cases, tmp_path / "zzz", today=TODAY)
    assert {p.name for p in folder.iterdir()} == {"brief.html", "workbook.xlsx", "tables"}
    for name in LONG:
        written = pd.read_parquet(folder / "tables" / f"{name}.parquet")
        assert len(written) == sum(len(getattr(a, name)) for a in cases)
        first = written[written["package"] == cases[0].package.label].drop(columns="package")
        pd.testing.assert_frame_equal(
            first.reset_index(drop=True), getattr(cases[0], name), check_dtype=False
        )
    known = json.loads((folder / "tables" / "manifest.json").read_text(encoding="utf-8"))
    assert known["pack"]["hash"] == cases[0].pack.hash
    assert [p["hash"] for p in known["packages"]] == [a.package.hash for a in cases]


@pytest.mark.parametrize("stage", ["workbook", "brief"])
def test_a_writer_that_fails_midway_leaves_the_earlier_output(
    cases: Sequence[Assessment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    folder = write_country(cases, tmp_path / "zzz", today=TODAY)
    before = contents(folder)

    def broken(given: Any, file: Path, **_: object) -> None:
        Path(file).write_bytes(b"half")
        raise OSError("disk full")

    module = floor_tables if stage == "workbook" else floor_brief
    monkeypatch.setattr(module, f"write_{stage}", broken)
    with pytest.raises(OSError, match="disk full"):
        write_country(cases, folder, today=TODAY)
    assert contents(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["zzz"]


def test_a_folder_of_other_things_is_left_alone(
    cases: Sequence[Assessment], tmp_path: Path
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("dear")
    with pytest.raises(SocialBudgetError, match="holds other things"):
        write_country(cases, tmp_path / "letters")
    assert (tmp_path / "letters" / "dear.txt").read_text() == "dear"


@pytest.mark.parametrize(
    ("name", "table"),
    [("Cost", "cost"), ("Recipients", "recipients"), ("Financing", "financing"),
     ("Financing as planned", "sources"), ("Poverty", "poverty")],
)  # fmt: skip
def test_sheets_by_year_equal_the_assessment(
    cases: Sequence[Assessment], book: CalamineWorkbook, name: str, table: str
) -> None:
    shown = sheet(book, name)
    years = [c for c in shown.columns if c.replace(".0", "").isdigit()]
    labels = [c for c in shown.columns if c not in years]
    long = shown.melt(labels, years, "year", "value")
    long["year"] = long["year"].astype(float).astype(int)
    given = pd.concat([getattr(a, table).assign(package=a.package.label) for a in cases])
    merged = given.merge(long, on=[*labels, "year"], suffixes=("", "_shown"), validate="1:1")
    assert len(merged) == len(given) == len(long)
    np.testing.assert_allclose(
        merged["value_shown"].astype(float), merged["value"], rtol=1e-12, atol=0
    )


def test_costs_can_be_traced_to_persons_and_amount(
    cases: Sequence[Assessment], book: CalamineWorkbook
) -> None:
    shown = sheet(book, "How the cost arises")
    last = shown.columns[-1]
    for a in cases:
        for name, guarantee in a.package.guarantees.items():
            mine = (
                shown[
                    (shown["package"] == a.package.label) & (shown["guarantee"] == guarantee.title)
                ]
                .set_index("item")[last]
                .astype(float)
            )
            cost = a.value("cost", measure="cost_lcu", guarantee=name)
            assert mine["Cost"] == pytest.approx(cost, rel=1e-12)
            product = (
                mine["Recipients"]
                * mine["Amount for a full year"]
                * mine["Part of the year for which it is paid"]
                * (1 + mine["Administration over benefits"])
            )
            assert product == pytest.approx(cost, rel=1e-9)
            assert mine["Cost over GDP"] == pytest.approx(
                a.value("cost", measure="share_gdp", guarantee=name), rel=1e-12
            )


def test_every_field_of_the_package_and_every_input_stand_in_the_workbook(
    cases: Sequence[Assessment], book: CalamineWorkbook
) -> None:
    fields = sheet(book, "Package")
    for a in cases:
        expected = package_fields(a.package)
        mine = fields[fields["package"] == a.package.label]
        assert mine["field"].tolist() == expected["field"].tolist()
        for guarantee in a.package.guarantees.values():
            for reason in guarantee.reasons.values():
                assert reason in set(mine["reason"])
    inputs = sheet(book, "Inputs")
    assert set(cases[0].quality["path"]) == set(inputs["path"])
    assert set(inputs["flag"]) <= {"observed", "estimated", "imputed", "assumed"}
    cells = sheet(book, "Input cells")
    assert set(cells["path"]) == set(inputs["path"])
    pack = cases[0].pack
    births = cells[cells["path"] == "demography.fertility_rate"]
    entry = pack.entries["demography.fertility_rate"]
    np.testing.assert_allclose(births["value"].astype(float), entry.values[0], rtol=1e-12)


def test_long_paths_are_named_and_paths_of_no_pack_left_out(cases: Sequence[Assessment]) -> None:
    pack = cases[0].pack
    long = "labour_market.status_share"
    found = input_cells(pack, [long, "no.such_path"])
    assert found["path"].tolist() == [long]
    assert pack.manifest.tables[pack.entries[long].table].file in found["cell"][0]
    assert np.isnan(found["value"][0])


def test_text_stays_text_in_the_workbook(cases: Sequence[Assessment], tmp_path: Path) -> None:
    a = cases[-1]
    evil = "=1+1" + EVIL
    manifest = a.pack.manifest.model_copy(update={"name": evil})
    from dataclasses import replace

    quality = a.quality.assign(note=evil)
    wrong = changed(a, pack=replace(a.pack, manifest=manifest), quality=quality)
    write_workbook([wrong], tmp_path / "w.xlsx", today=TODAY)
    book = CalamineWorkbook.from_path(str(tmp_path / "w.xlsx"))
    assert set(sheet(book, "Inputs")["note"]) == {evil}
    assert book.get_sheet_by_name("Front").to_python()[0][0].startswith(evil)


# ------------------------------------------------------------------------------- live formulas

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CELL = re.compile(r"(?:'([^']+)'!)?\$?([A-Z]+)\$?(\d+)")


class Recalculated:
    """A workbook whose formulas are computed anew, from the cells that are no formulas."""

    def __init__(self, file: Path):
        self.formulas: dict[tuple[str, str], str] = {}
        self.shown: dict[tuple[str, str], float] = {}
        self._known: dict[tuple[str, str], float] = {}
        names = CalamineWorkbook.from_path(str(file)).sheet_names
        with zipfile.ZipFile(file) as parts:
            for k, name in enumerate(names, 1):
                root = ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{k}.xml"))
                for cell in root.iter(f"{NAMESPACE}c"):
                    place = (name, cell.attrib["r"])
                    value, formula = (cell.find(f"{NAMESPACE}{tag}") for tag in "vf")
                    if formula is not None and formula.text:
                        self.formulas[place] = formula.text
                    if value is not None and value.text and cell.get("t") != "s":
                        self.shown[place] = float(value.text)

    def value(self, sheet: str, place: str) -> float:
        """The value of a cell; of a formula, from its cells and never from what is stored."""
        key = (sheet, place)
        if key not in self._known:
            text = self.formulas.get(key)
            if text is None:
                self._known[key] = self.shown[key]  # a missing cell or a text is no input
            else:
                code = CELL.sub(lambda m: f"cell({m[1] or sheet!r}, {m[2] + m[3]!r})", text)
                names = {"cell": self.value, "MAX": max, "MIN": min}
                self._known[key] = eval(code, {"__builtins__": {}}, names)
        return self._known[key]

    def behind(self, sheet: str, place: str) -> set[tuple[str, str]]:
        """The cells that are no formulas and stand behind one, through all formulas between."""
        text = self.formulas.get((sheet, place))
        if text is None:
            return {(sheet, place)}
        return set().union(*(self.behind(m[1] or sheet, m[2] + m[3])
                             for m in CELL.finditer(text)))  # fmt: skip


EVERY_KIND = """
title = "Every kind"
first_year = 2026
[guarantee.wage]
title = "Tied to the wage"
group = "working_age"
function = "unemployment"
who = "unemployed"
ages = [18, 64]
weeks = 20
coverage = { start = 0.2, target = 0.8, ramp_years = 3 }
take_up = 0.9
[guarantee.wage.amount]
of = "average_wage"
share = 0.3
cap = { value = 4, currency = "USD_PPP", per = "day" }
[guarantee.poor]
title = "For the poor"
group = "working_age"
function = "social_assistance"
who = "population"
ages = [18, 64]
share = 0.5
amount = { of = "poverty_line", line = "international_420", share = 0.4 }
indexation = "gdp_per_head"
days = 200
coverage = { start = "existing", target = 0.7, ramp_years = 2 }
targeting = { mode = "poor", line = "national", exclusion_error = 0.3, inclusion_error = 0.1 }
administration_share = 0.1
[guarantee.births]
title = "At birth"
group = "children"
function = "maternity"
who = "births"
indexation = "wages"
[guarantee.births.amount]
of = "sum"
value = 50
currency = "LCU"
per = "week"
minimum = { value = 1, currency = "USD", per = "day" }
"""


@pytest.mark.parametrize("which", ["default", "every kind"])
def test_formulas_equal_the_values_when_computed_from_the_inputs(
    cases: Sequence[Assessment], tmp_path: Path, which: str
) -> None:
    given = (
        cases
        if which == "default"
        else [assess(load_pack("ZZZ"), parse_package(EVERY_KIND), to=2030, draws=0)]
    )
    write_workbook(given, tmp_path / "w.xlsx", today=TODAY)
    book = Recalculated(tmp_path / "w.xlsx")
    for place in book.formulas:
        shown_value = book.shown[place]
        # A gap of nothing is a difference of billions: nought up to their last digit.
        near = pytest.approx(shown_value, rel=1e-9, abs=0 if shown_value else 1e-4)
        assert book.value(*place) == near, place
    # The cost of every guarantee goes back to the package and, where it is tied so, to the pack.
    shown = sheet(CalamineWorkbook.from_path(str(tmp_path / "w.xlsx")), "Cost")
    fields = sheet(CalamineWorkbook.from_path(str(tmp_path / "w.xlsx")), "Package")
    column = xl_col_to_name(len(shown.columns) - 1)
    for a in given:
        for name in a.package.guarantees:
            rows = shown[
                (shown["package"] == a.package.label)
                & (shown["guarantee"] == name)
                & (shown["measure"] == "cost_lcu")
                & (shown["quantile"] == "central")
            ]
            (row,) = rows.index
            inputs = book.behind("Cost", f"{column}{row + 4}")
            sheets = {s for s, _ in inputs}
            assert "Cost" not in sheets
            assert {"Package", "How the cost arises"} <= sheets, name
            of = a.package.guarantees[name].amount.of
            assert of != "poverty_line" or "Fit" in sheets
            assert of != "average_wage" or "Input cells" in sheets
            named = {fields["field"][int(c[1:]) - 4] for s, c in inputs if s == "Package"}
            assert {"take_up", "coverage.target", "administration_share"} <= named
            assert "amount.share" in named or "amount.value" in named


def test_what_a_formula_would_miss_stands_as_a_number(cases: Sequence[Assessment]) -> None:
    step = Step("p", "g", "i", "1", "plain", np.array([1.0, 2.0]), "={x}", np.array([1.0, 2.1]))
    assert step.live().tolist() == [True, False]


def test_the_workbook_names_the_currency_and_the_source(tmp_path: Path) -> None:
    a = assess(load_pack("ZZZ"), parse_package(EVERY_KIND), to=2030, draws=0)
    write_workbook([a], tmp_path / "w.xlsx", today=TODAY)
    book = CalamineWorkbook.from_path(str(tmp_path / "w.xlsx"))
    assert ["Source of the package", "not given"] in book.get_sheet_by_name("Front").to_python()
    fields = sheet(book, "Package")
    (currency,) = fields[
        (fields["guarantee"] == "births") & (fields["field"] == "amount.currency")
    ]["value"]
    assert currency == f"LCU ({a.pack.manifest.currency})"
