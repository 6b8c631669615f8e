"""An output folder is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

import socialbudget as sb
from socialbudget.errors import SocialBudgetError
from socialbudget.report import html, workbook, write_output
from socialbudget.results import Results

LAST = 2026


@pytest.fixture(scope="module")
def results() -> Results:
    return sb.project(sb.load_pack("ZAF"), to=LAST)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_writes_tables_workbook_and_report(results: Results, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "ZAF"
    assert write_output(results, folder) == folder
    assert {p.name for p in folder.iterdir()} == {"tables", "workbook.xlsx", "report.html"}
    assert (folder / "tables" / "manifest.json").is_file()
    assert (folder / "tables" / "social_accounts.parquet").is_file()
    assert [p.name for p in folder.parent.iterdir()] == ["ZAF"]


@pytest.mark.parametrize("stage", ["tables", "workbook", "report"])
def test_a_writer_that_fails_midway_leaves_the_earlier_output_and_no_debris(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    folder = tmp_path / "ZAF"
    write_output(results, folder)
    before = contents(folder)

    def broken(run: Results, target: Path, *_: object) -> None:
        target = target / "half.parquet" if target.is_dir() else target
        target.write_bytes(b"half")
        raise OSError("disk full")

    if stage == "tables":
        monkeypatch.setattr(Results, "write_tables", broken)
    elif stage == "workbook":
        monkeypatch.setattr(workbook, "write_workbook", broken)
    else:
        monkeypatch.setattr(html, "write_html", broken)
    with pytest.raises(OSError, match="disk full"):
        write_output(results, folder)
    assert contents(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["ZAF"]


def test_a_failed_first_run_leaves_nothing(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(workbook, "write_workbook", broken)
    with pytest.raises(KeyboardInterrupt):
        write_output(results, tmp_path / "ZAF")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_output_is_replaced(results: Results, tmp_path: Path) -> None:
    folder = tmp_path / "ZAF"
    write_output(results, folder)
    (folder / "tables" / "stale.parquet").write_bytes(b"old")
    write_output(results, folder)
    assert not (folder / "tables" / "stale.parquet").exists()


def test_a_folder_of_something_else_is_refused(results: Results, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"precious")
    with pytest.raises(SocialBudgetError, match="holds other things"):
        write_output(results, tmp_path)
    assert (tmp_path / "thesis.docx").read_bytes() == b"precious"
