"""Writes the pages of multipliers and gender experiments: ``python -m
socialbudget.report.experiments docs [ISO3 ...]``.

Each page is what the command of the same name prints, so page and command cannot differ.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from socialbudget.modules import FULL_LEVEL
from socialbudget.pack import Pack, available_packs, load_pack

SYNTHETIC = "synthetic"
INTRODUCTION = {
    "multipliers": (
        "Multipliers",
        "What three standard shocks do to output, jobs, formality, wages, public debt and "
        "participation,\nby closure. [closures.md](../closures.md) explains the closures; the sign "
        "of a long-run effect is\noften theirs and not the model's. Debt is gross: a higher "
        "contribution fills a scheme's reserve first,\nwhich the line *Debt less reserves* shows.",
    ),
    "gender": (
        "Gender experiments",
        "The six standard experiments, each a scenario that is shipped "
        "([scenarios.md](../scenarios.md)), under\ntwo macro closures "
        "([closures.md](../closures.md)).",
    ),
}


def pages(pack: Pack) -> dict[str, Callable[[], str]]:
    """By kind of page, what makes its text."""
    from socialbudget.gender import report as gender
    from socialbudget.multipliers import report as multipliers

    return {"multipliers": lambda: multipliers(pack), "gender": lambda: gender(pack)}


def page(kind: str, pack: Pack, text: str) -> str:
    """A page of documentation around the text that the command prints."""
    title, introduction = INTRODUCTION[kind]
    return (
        f"# {title}: {pack.manifest.name}\n\n{introduction}\n\n"
        f"Written by `python -m socialbudget.report.experiments docs`; pack {pack.iso3} "
        f"{pack.manifest.version}. The same on the\nscreen: `socialbudget {kind} {pack.iso3}`.\n\n"
        f"```\n{text}\n```\n"
    )


def countries() -> list[str]:
    """Packs of a whole social budget, without the synthetic one."""
    full = available_packs(FULL_LEVEL)
    return [iso3 for iso3 in full if load_pack(iso3).manifest.status != SYNTHETIC]


def write(folder: Path, iso3: str) -> list[Path]:
    """Write all pages of a country below `folder`; returns the files."""
    pack, written = load_pack(iso3), []
    for kind, text in pages(pack).items():
        file = folder / kind / f"{iso3}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(kind, pack, text()), encoding="utf-8")
        written.append(file)
    return written


def main(arguments: Sequence[str]) -> None:
    """Write the pages of the countries named, or of all."""
    folder = Path(arguments[0] if arguments else "docs")
    for iso3 in arguments[1:] or countries():
        for file in write(folder, iso3):
            print(file, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
