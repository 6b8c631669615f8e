"""The workbook: opens, adds up to the model, keeps text as text, names where figures come from."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

import socialbudget as sb
from socialbudget.report.sheets import Book, Row, print_years, row_height
from socialbudget.report.workbook import DESCRIPTIONS, write_workbook
from socialbudget.results import Results

LAST = 2035
HEAD = 4
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REFORM = """
title = "=1+1 & <a> child benefit"
note = "Switches the dormant benefit on."

[[change]]
path = "schemes.universal_child_benefit.coverage"
set = { 2027 = 1.0 }
"""


@pytest.fixture(scope="module")
def baseline() -> Results:
    return sb.project(sb.load_pack("ZAF"), to=LAST)


@pytest.fixture(scope="module")
def reform(baseline: Results) -> Results:
    return sb.project(baseline.pack, sb.Scenario.loads(REFORM), to=LAST)


@pytest.fixture(scope="module")
def file(reform: Results, baseline: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "workbook.xlsx"
    write_workbook(reform, path, baseline)
    return path


@pytest.fixture(scope="module")
def sheet(file: Path) -> Callable[[str], list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(file))
    return lambda name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def annual(rows: list[list[Any]], heading: str, label: str) -> np.ndarray:
    """Figures of every year of the row `label` under `heading`."""
    start = next(i for i, r in enumerate(rows) if r[0] == heading)
    row = next(r for r in rows[start + 1 :] if r[0] == label)
    years = rows[HEAD]
    first = max(i for i, y in enumerate(years) if y == 2024.0)
    return np.array(row[first : first + LAST - 2024 + 1], dtype=float)


def chosen(rows: list[list[Any]], heading: str, label: str, count: int) -> np.ndarray:
    start = next(i for i, r in enumerate(rows) if r[0] == heading)
    row = next(r for r in rows[start + 1 :] if r[0] == label)
    return np.array(row[2 : 2 + count], dtype=float)


def test_all_sheets_are_there(file: Path) -> None:
    names = CalamineWorkbook.from_path(str(file)).sheet_names
    assert set(DESCRIPTIONS) - {"Uncertainty"} <= set(names)
    assert names[:2] == ["Contents", "Summary"]


def test_no_sheet_of_differences_without_a_baseline(baseline: Results, tmp_path: Path) -> None:
    write_workbook(baseline, tmp_path / "base.xlsx")
    names = CalamineWorkbook.from_path(str(tmp_path / "base.xlsx")).sheet_names
    assert "Reform" not in names
    assert "Uncertainty" not in names


def test_totals_are_those_of_the_model(sheet: Any, reform: Results) -> None:
    whole = "All institutions"
    for name, label, variable in (
        ("T1 Receipts", "Total receipts", "social_accounts.receipts"),
        ("T2 Expenditure", "Total expenditure", "social_accounts.expenditure"),
        ("T3 Balance and reserves", "Balance", "social_accounts.balance"),
        ("T5 Budget link", "Payments of the budget", "scheme_accounts.state_payments"),
    ):
        np.testing.assert_allclose(
            annual(sheet(name), whole, label), reform.central(variable) / 1e9, rtol=1e-12
        )
    people = reform.central("demography.population").sum(axis=(1, 2)) / 1e3
    heading = "Population on 31 December"
    got = annual(sheet("Population"), heading, "Population, all")
    np.testing.assert_allclose(got, people, rtol=1e-12)
    picks = print_years(reform)
    np.testing.assert_allclose(
        chosen(sheet("Population"), heading, "Population, all", len(picks)),
        [people[y - 2024] for y in picks],
        rtol=1e-12,
    )


def test_work_by_activity_adds_up_to_employment(sheet: Any, reform: Results) -> None:
    rows = sheet("Work by activity")
    people = reform.central("employment_structure.employment_by_activity") / 1e3
    for i, sex in enumerate(("Women", "Men")):
        heading = f"{sex} in employment by activity"
        got = annual(rows, heading, f"{sex}, all activities")
        np.testing.assert_allclose(got, people[:, i].sum(axis=1), rtol=1e-12)
    heading = "Women and men in employment by activity"
    np.testing.assert_allclose(
        annual(rows, heading, "All activities"),
        reform.central("labour_accounts.employment").sum(axis=(1, 2)) / 1e3,
        rtol=1e-9,
    )
    np.testing.assert_allclose(
        annual(rows, heading, "Agriculture"), people[:, :, 0].sum(axis=1), rtol=1e-12
    )
    wage = reform.central("employment_structure.average_wage_by_activity")
    got = annual(rows, "Gross wage per employee", "Industry, men")
    np.testing.assert_allclose(got, wage[:, 1, 1], rtol=1e-12)


def test_flows_and_care_are_those_of_the_model(sheet: Any, reform: Results) -> None:
    rows = sheet("Flows and care")
    flow = reform.central("labour_flows.flow").sum(axis=1) / 1e3
    into = ["From formal work into unemployment", "From informal work into unemployment",
            "From outside the labour force into unemployment"]  # fmt: skip
    moves = [annual(rows, "Women and men: moves from quarter to quarter", x) for x in into]
    np.testing.assert_allclose(np.sum(moves, axis=0), flow[:, :, 5].sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(
        annual(rows, "Unemployment", "Moves into unemployment, all"),
        np.sum(moves, axis=0),
        rtol=1e-9,
    )
    np.testing.assert_allclose(
        annual(rows, "Unpaid household and care work", "Unpaid work, all"),
        reform.central("care_work.hours").sum(axis=1) / 1e6,
        rtol=1e-12,
    )
    day = "Paid and unpaid work, hours a day per person aged 15 and over"
    gap = annual(rows, day, "Unpaid work, women") - annual(rows, day, "Unpaid work, men")
    np.testing.assert_allclose(annual(rows, day, "Unpaid work, women's less men's"), gap, rtol=1e-9)
    paid, every = annual(rows, day, "Paid work, women"), annual(rows, day, "All work, women")
    assert np.all((paid > 0) & (paid < every) & (every < 24))
    title = reform.pack.manifest.corridors["lesotho"].title
    np.testing.assert_allclose(
        annual(rows, f"Migrants, {title}", "Employed migrants, all"),
        reform.central("migrants.employed")[:, 2].sum(axis=1) / 1e3,
        rtol=1e-12,
    )
    assert not any("ormalisation programmes: " in str(r[0]) for r in rows)


def test_rest_of_the_world_and_debt_by_currency_add_up(sheet: Any, reform: Results) -> None:
    rows = sheet("Macroeconomy")
    for heading, label, variable in (
        ("Rest of the world", "Current account", "sector_accounts.current_account"),
        ("Rest of the world", "Net foreign assets, end of the year",
         "external_account.net_foreign_assets"),
        ("Budget and public debt", "Public debt, end of the year", "government.debt"),
    ):  # fmt: skip
        np.testing.assert_allclose(
            annual(rows, heading, label), reform.central(variable) / 1e9, rtol=1e-9
        )
    debt = [annual(rows, "Budget and public debt", f"Public debt in {c} currency")
            for c in ("domestic", "foreign")]  # fmt: skip
    np.testing.assert_allclose(
        np.sum(debt, axis=0), reform.central("government.debt") / 1e9, rtol=1e-9
    )


def test_programme_of_formalisation_has_an_account_and_moved_rates_are_shown(
    tmp_path: Path,
) -> None:
    change = """
title = "Formalisation"
[[change]]
path = "formalisation.formalisation_rate"
where = { status = "informal_employee" }
set = 0.01
from = 2026
to = 2030
[[change]]
path = "government.fiscal_closure"
set = 3
"""
    run = sb.project(sb.load_pack("ZAF"), sb.Scenario.loads(change), to=LAST)
    write_workbook(run, tmp_path / "formal.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "formal.xlsx"))
    rows = book.get_sheet_by_name("Flows and care").to_python(skip_empty_area=False)
    for heading, label, variable in (
        ("the budget of the year", "Net for the budget and the schemes", "net_fiscal"),
        ("present values for those moved in the year",
         "Contributions and tax less benefits earned", "net_actuarial"),
    ):  # fmt: skip
        np.testing.assert_allclose(
            annual(rows, f"Formalisation programmes: {heading}", label),
            run.central(f"formalisation_account.{variable}").sum(axis=1) / 1e9,
            rtol=1e-9,
        )
    paid = book.get_sheet_by_name("Contributions and PAYG").to_python(skip_empty_area=False)
    factor = run.central("contribution_rules.rate_factor")
    rate = run.central("contribution_rules.rate")
    moved = [k for k in range(factor.shape[1]) if np.any(factor[:, k] != 1.0)]
    assert moved
    for k in moved:
        title = run.pack.schemes[str(run.coords["insurance"][k])].title
        label = "Rates over those of the pack, moved by fiscal closure F3"
        np.testing.assert_allclose(annual(paid, title, label), factor[:, k], rtol=1e-12)
        np.testing.assert_allclose(
            annual(paid, title, "Rate of employers"), 100 * rate[:, k, 0], rtol=1e-12
        )


def test_mean_benefit_times_recipients_is_expenditure(sheet: Any, reform: Results) -> None:
    rows = sheet("T4 Recipients and benefits")
    heading = f"{reform.pack.schemes['old_age_grant'].title}: old age"
    people = annual(rows, heading, "Recipients, women") * 1e3
    each = annual(rows, heading, "Mean benefit, women")
    money = annual(rows, heading, "Benefit expenditure, women") * 1e9
    np.testing.assert_allclose(people * each, money, rtol=1e-12)


def test_every_live_formula_computes_to_the_model(file: Path) -> None:
    """Sums and lookups are evaluated here, without a spreadsheet program."""
    checked = 0
    with zipfile.ZipFile(file) as archive:
        for name, cells, formulas in _sheets(archive):
            for place, formula in formulas.items():
                if "'" in formula or "INDEX" in formula:
                    continue
                assert _value(formula, cells) == pytest.approx(cells[place], rel=1e-9, abs=1e-9), (
                    name,
                    place,
                    formula,
                )
                checked += 1
    assert checked > 1000


def test_text_that_starts_with_equals_is_text(file: Path, sheet: Any) -> None:
    with zipfile.ZipFile(file) as archive:
        for _, _, formulas in _sheets(archive):
            assert not any(f.startswith("1+1") for f in formulas.values())
    shown = [c for row in sheet("Contents") for c in row if isinstance(c, str)]
    assert "=1+1 & <a> child benefit" in shown


def test_assumptions_carry_unit_source_and_flag(sheet: Any, reform: Results) -> None:
    rows = sheet("Inputs and assumptions")
    head = rows[HEAD]
    unit, flag, source, path = (head.index(c) for c in ("Unit", "Flag", "Source", "Path"))
    body = [r for r in rows[HEAD + 1 :] if r[path]]
    assert {r[path] for r in body} == set(reform.params)
    titles = {s.title for s in reform.pack.manifest.sources.values()}
    for r in body:
        assert r[unit], r
        assert r[flag] in ("observed", "estimated", "imputed", "assumed", "scenario"), r
        assert any(t in r[source] for t in titles), r
    marked = {r[path] for r in body if r[flag] == "scenario"}
    assert marked == {"schemes.universal_child_benefit.coverage"}


def test_changing_assumptions_stand_for_every_year(sheet: Any, reform: Results) -> None:
    rows = sheet("Assumptions by year")
    label = "Multiplies the recipient rates; 0 is dormant"
    title = reform.pack.schemes["universal_child_benefit"].title
    got = annual(rows, title, label)
    assert got.tolist() == [0.0] * 3 + [1.0] * (LAST - 2026)


def test_each_row_names_variables_that_the_dictionary_explains(sheet: Any) -> None:
    known = {r[0] for r in sheet("Variables")[HEAD + 1 :]}
    for name in ("Population", "Labour", "Work by activity", "Flows and care", "Macroeconomy",
                 "Contributions and PAYG", "Indicators"):  # fmt: skip
        rows = sheet(name)
        column = rows[HEAD].index("Variable")
        named = [
            r[column].split(" ")[0].rstrip(",") for r in rows[HEAD + 1 :] if r[1] and r[column]
        ]
        assert named
        unknown = {v for v in named if v not in known}
        assert all(v.endswith(("contribution_rate", "fertility_rate")) for v in unknown), unknown


def test_labels_are_words(sheet: Any) -> None:
    for name in DESCRIPTIONS:
        if name in ("Uncertainty", "Variables", "Reform"):
            continue
        for row in sheet(name)[HEAD:]:
            assert "_" not in str(row[0]), (name, row[0])


def test_reform_shows_differences_and_changes(sheet: Any, reform: Results, baseline: Any) -> None:
    rows = sheet("Reform")
    name = "social_accounts.expenditure_percent_gdp"
    difference = reform.central(name) - baseline.central(name)
    got = annual(rows, "Cost", "Social expenditure")
    np.testing.assert_allclose(got, difference, rtol=1e-9, atol=1e-12)
    assert any(r[0] == "schemes.universal_child_benefit.coverage" for r in rows)


def test_identities_hold_and_are_listed(sheet: Any, reform: Results) -> None:
    rows = sheet("Identities")[HEAD + 1 :]
    codes = {name.split(" ")[0] for _, name in reform.identities}
    assert {r[0].split(" ")[0] for r in rows} == codes
    assert all(r[5] == "holds" for r in rows)


def test_draws_show_means_and_quantiles(tmp_path: Path) -> None:
    run = sb.project(sb.load_pack("ZAF"), to=2027, draws=3, seed=1)
    write_workbook(run, tmp_path / "draws.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "draws.xlsx"))
    assert "Uncertainty" in book.sheet_names
    rows = book.get_sheet_by_name("T1 Receipts").to_python(skip_empty_area=False)
    first = max(i for i, y in enumerate(rows[HEAD]) if y == 2024.0)
    row = next(r for r in rows if r[0] == "Total receipts")
    total = run["social_accounts.receipts"].mean(axis=1) / 1e9
    np.testing.assert_allclose(row[first : first + 4], total, rtol=1e-12)


def test_a_row_that_does_not_add_up_gets_no_formula() -> None:
    parts = [Row("a", "1", np.array([1.0, 2.0])), Row("b", "1", np.array([3.0, 4.0]))]
    assert Book._adds_up(Row("c", "1", np.array([4.0, 6.0]), adds=parts))
    assert not Book._adds_up(Row("c", "1", np.array([4.0, 6.1]), adds=parts))
    assert not Book._adds_up(Row("c", "1", np.array([4.0, np.nan]), adds=parts))


def test_wrapped_text_gets_height() -> None:
    assert row_height(["short"], [20]) < row_height(["long " * 20], [20])


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, dict[str, float], dict[str, str]]]:
    found = []
    for name in sorted(archive.namelist()):
        if not name.startswith("xl/worksheets/sheet"):
            continue
        cells, formulas = {}, {}
        for cell in ElementTree.fromstring(archive.read(name)).iter(f"{SPREADSHEET}c"):
            formula, value = cell.find(f"{SPREADSHEET}f"), cell.find(f"{SPREADSHEET}v")
            place = cell.attrib["r"]
            if formula is not None and formula.text:
                formulas[place] = formula.text
            if value is not None and value.text and cell.attrib.get("t") in (None, "n"):
                cells[place] = float(value.text)
        found.append((name, cells, formulas))
    return found


def _value(formula: str, cells: dict[str, float]) -> float:
    if formula.startswith("SUM("):
        first, last = formula[4:-1].split(":")
        a, b = _split(first), _split(last)
        if a[0] == b[0]:
            return sum(cells.get(f"{a[0]}{n}", 0.0) for n in range(a[1], b[1] + 1))
        columns = range(_number(a[0]), _number(b[0]) + 1)
        return sum(cells.get(f"{_letters(c)}{a[1]}", 0.0) for c in columns)
    total = 0.0
    for part in formula.replace("-", "+-").split("+"):
        if part:
            total += -cells[part[1:]] if part.startswith("-") else cells[part]
    return total


def _split(place: str) -> tuple[str, int]:
    letters = place.rstrip("0123456789")
    return letters, int(place[len(letters) :])


def _number(letters: str) -> int:
    n = 0
    for c in letters:
        n = 26 * n + ord(c) - 64
    return n


def _letters(number: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out
