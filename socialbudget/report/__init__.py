"""Workbook, HTML report, charts, printed summaries; `write_output` writes all of a run at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialbudget.results import Results

MARKER = "tables/manifest.json"
"""What tells an output folder of ours, which may be replaced, from any other."""


def write_output(results: Results, folder: str | Path, baseline: Results | None = None) -> Path:
    """Write tables, workbook and report of a run into a folder, whole or not at all.

    Everything is written beside the folder first; an earlier output is replaced only when the new
    one is complete, so a run that fails midway leaves the earlier one as it was and no debris.

    Parameters
    ----------
    results : Results
        The run.
    folder : str or Path
        Gets ``tables/``, ``workbook.xlsx`` and ``report.html``.
    baseline : Results, optional
        What a reform is compared with.

    Returns
    -------
    Path
        The folder.
    """
    from socialbudget.report.html import write_html
    from socialbudget.report.workbook import write_workbook
    from socialbudget.results import whole_folder

    with whole_folder(folder, MARKER) as new:
        tables = new / "tables"
        tables.mkdir()
        results.write_tables(tables)
        write_workbook(results, new / "workbook.xlsx", baseline)
        write_html(results, new / "report.html", baseline)
    return Path(folder)


def check_output(folder: str | Path) -> None:
    """Refuse an output folder that is a file or holds other things, before anything is run."""
    from socialbudget.results import whole_folder

    whole_folder(folder, MARKER).check()


__all__ = ["MARKER", "check_output", "write_output"]
