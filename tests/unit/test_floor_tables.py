"""Files of the rapid assessment: equal to the assessment, safe, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from socialbudget.errors import SocialBudgetError
from socialbudget.floor import Assessment
from socialbudget.floor.world import world_table
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
