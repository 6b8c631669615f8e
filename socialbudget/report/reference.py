"""Reference pages of variables and parameters, written from the declarations of the modules.

Run ``python -m socialbudget.report.reference docs/reference``. The core modules are listed in full;
a scheme kind is described once, with ``<z>`` for the key of the instance in the pack.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from socialbudget.contract import Module, Param, Var
from socialbudget.dims import FUNCTIONS, STANDARD
from socialbudget.modules import Scheme, build_modules, scheme_kinds
from socialbudget.pack import Corridor, Manifest, Pack, SchemeInstance
from socialbudget.table import Frames

INSTANCE = "<z>"
CORRIDOR = "<corridor>"
SWITCHES = ("contributory", "age_tested", "has_ceiling", "has_premiums")
"""Attributes of a scheme instance that decide which parameters it has."""
UNBOUNDED = 1e15
"""Bounds from this size on only keep numbers finite; the page shows none."""
OURS = "socialbudget."

TIMES = {
    "step": "holds from its year until the next entry",
    "fixed": "one value, of the base year",
    "annual": "a value for every year",
}


@dataclass(frozen=True)
class Part:
    """One heading of a reference page: a core module or a scheme kind."""

    title: str
    text: str
    modules: tuple[Module, ...]


def core_parts() -> list[Part]:
    """The core modules, in the order of their names."""
    return [Part(m.name, _sentence(m), (m,)) for m in _core(_switched({}))]


def kind_parts() -> list[Part]:
    """The scheme kinds that come with socialbudget, in the order of their names."""
    parts = []
    for name, file in sorted(scheme_kinds().items()):
        if file.__name__.startswith(OURS):
            built = tuple(file.modules(_scheme(name, _switched({}))))
            parts.append(Part(name, f"{file.METHOD.rstrip('.')}.", built))
    return parts


def conditions(part: str) -> dict[str, str]:
    """Which paths a part has only with which attribute of the instance, ``{path: attribute}``."""
    full = _paths(part, _switched({}))
    found = {}
    for switch in SWITCHES:
        without = _paths(part, _switched({switch: False}))
        found.update(dict.fromkeys(sorted(full - without), switch))
    return found


def variables_page() -> str:
    """The reference of variables, as Markdown."""
    lines = [
        "# Variables",
        "",
        "Written from the declarations of the modules by `python -m socialbudget.report.reference "
        "docs/reference`; do not edit.",
        "",
        "Every variable has a leading axis of draws, which is not shown. A stock stands at 31 "
        "December unless its name ends in `_midyear`; flows and rates are of the calendar year "
        "([dates](../time_and_dates.md)). Variables marked * are kept for two years only and are "
        f"not in the results. `{INSTANCE}` is the key of a scheme instance in the pack.",
        "",
        "Dimensions that are the same in every pack:",
        "",
        "| Dimension | Codes |",
        "|---|---|",
        *(f"| {name} | {_codes(codes)} |" for name, codes in STANDARD.items()),
        "| scheme | the scheme instances of the pack |",
        "| insurance | the contributory scheme instances of the pack |",
        "| corridor | the corridors of migrant workers of the pack, if it has any |",
        "",
    ]
    for chapter, parts in _chapters():
        lines += [f"## {chapter}", ""]
        for part in parts:
            lines += [f"### {part.title}", "", part.text, ""]
            lines += ["| Variable | Dimensions | Unit | Kind | Meaning |", "|---|---|---|---|---|"]
            lines += [_variable_row(v) for m in part.modules for v in m.writes]
            lines.append("")
            for module in part.modules:
                lines += _links(module, whole=len(part.modules) == 1)
    return "\n".join(lines).rstrip() + "\n"


def parameters_page() -> str:
    """The reference of parameters, as Markdown."""
    lines = [
        "# Parameters",
        "",
        "Written from the declarations of the modules by `python -m socialbudget.report.reference "
        "docs/reference`; do not edit.",
        "",
        "These are the paths that a pack must hold and that a [scenario](../scenarios.md) may "
        "change. Packs and scenarios may use any unit that converts to the one shown. A value "
        "outside its bounds is refused. A path that several modules read is listed with each.",
        "",
        "| Time | Meaning |",
        "|---|---|",
        *(f"| {time} | {text} |" for time, text in TIMES.items()),
        "",
        f"`{INSTANCE}` is the key of a scheme instance in the pack. The last column names the "
        "attribute of the instance in `pack.toml` without which it does not have the parameter.",
        "",
    ]
    for chapter, parts in _chapters():
        lines += [f"## {chapter}", ""]
        for part in parts:
            params = _unique(p for m in part.modules for p in m.params)
            only = conditions(part.title)
            lines += [f"### {part.title}", ""]
            if not params:
                lines += ["No parameters.", ""]
                continue
            lines += [
                "| Path | Dimensions | Unit | Time | Bounds | Meaning | If |",
                "|---|---|---|---|---|---|---|",
                *(_parameter_row(p, only.get(p.path, "")) for p in params),
                "",
            ]
    return "\n".join(lines).rstrip() + "\n"


def pages() -> dict[str, str]:
    """File name and text of every reference page."""
    return {"variables.md": variables_page(), "parameters.md": parameters_page()}


def write(folder: str | Path) -> list[Path]:
    """Write the pages into a folder; returns the files."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = []
    for name, text in pages().items():
        file = target / name
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return files


def _chapters() -> list[tuple[str, list[Part]]]:
    return [("Core modules", core_parts()), ("Scheme kinds", kind_parts())]


def _switched(changes: Mapping[str, bool]) -> dict[str, bool]:
    return {**dict.fromkeys(SWITCHES, True), **changes}


def _instance(kind: str, switches: Mapping[str, bool]) -> SchemeInstance:
    given: dict[str, Any] = {
        "kind": kind,
        "title": INSTANCE,
        "institution": "",
        "function": "old_age",
        "legal_basis": "",
        "since": 2000,
        "population_group": "",
        "deficit_rule": "reserve",  # so that what closure F3 reads is on the page
        **switches,
    }
    return SchemeInstance.model_validate(given)


def _scheme(kind: str, switches: Mapping[str, bool]) -> Scheme:
    index = 0 if switches["contributory"] else None
    return Scheme(INSTANCE, _instance(kind, switches), index, FUNCTIONS.index("old_age"))


def _core(switches: Mapping[str, bool]) -> list[Module]:
    """Core modules of a country with a single scheme ``<z>``."""
    manifest = Manifest(
        iso3="AAA",
        name="",
        version="",
        base_year=2000,
        currency="",
        price_basis="",
        level=2,
        status="synthetic",
        dates={},
        sources={},
        tables={},
        schemes={INSTANCE: _instance("cash_transfer", switches)},
        corridors={CORRIDOR: Corridor(title=CORRIDOR, direction="in")},
    )
    insurance = (INSTANCE,) if switches["contributory"] else ()
    coords = {
        **STANDARD, "scheme": (INSTANCE,), "insurance": insurance, "corridor": (CORRIDOR,),
    }  # fmt: skip
    built = build_modules(Pack(manifest, Path(), coords, {}, Frames({})))
    core = [
        m for m in built if not m.name.startswith(INSTANCE) and type(m).__module__.startswith(OURS)
    ]
    return sorted(core, key=lambda m: m.name)


def _paths(part: str, switches: Mapping[str, bool]) -> set[str]:
    """The parameter paths of a core module or of a scheme kind."""
    kinds = scheme_kinds()
    if part in kinds:
        # The pension kind cannot be built without contributions; no kind's own paths need them.
        modules = kinds[part].modules(_scheme(part, {**switches, "contributory": True}))
    else:
        modules = [m for m in _core(switches) if m.name == part]
    return {p.path for m in modules for p in m.params}


def _unique(params: Iterable[Param]) -> list[Param]:
    return list({p.path: p for p in params}.values())


def _sentence(module: Module) -> str:
    """First paragraph of a module's docstring, on one line."""
    paragraph = (type(module).__doc__ or "").strip().split("\n\n")[0]
    text = " ".join(paragraph.split()).replace("``", "`")
    text = re.sub(r" \(method [\d., -]+\)", "", text)
    return f"{text.rstrip('.:')}."


def _variable_row(var: Var) -> str:
    mark = "" if var.history else " *"
    dims = ", ".join(var.dims) or "-"
    return f"| `{var.name}`{mark} | {dims} | {var.unit} | {var.kind} | {_cell(var.doc)} |"


def _parameter_row(param: Param, only: str) -> str:
    dims = ", ".join(param.dims) or "-"
    condition = f"`{only}`" if only else ""
    return (
        f"| `{param.path}` | {dims} | {param.unit} | {param.time} | {_bounds(param)} "
        f"| {_cell(param.doc)} | {condition} |"
    )


def _bounds(param: Param) -> str:
    low, high = param.low > -UNBOUNDED, param.high < UNBOUNDED
    if low and high:
        return f"{param.low:g} to {param.high:g}"
    return f"from {param.low:g}" if low else "any"


def _links(module: Module, whole: bool) -> list[str]:
    """What a module reads, this year and of the year before."""
    subject = "Reads" if whole else f"`{module.name}` reads"
    lines = []
    if module.reads:
        lines.append(f"{subject}: {_names(module.reads)}.")
    if module.lags:
        lines.append(f"{subject} of the year before: {_names(module.lags)}.")
    return [line for text in lines for line in (text, "")]


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def _codes(codes: Sequence[str | int]) -> str:
    if all(isinstance(c, int) for c in codes) and len(codes) > len(FUNCTIONS):
        return f"{codes[0]} to {codes[-1]}"
    return ", ".join(str(c) for c in codes)


def _cell(text: str) -> str:
    return text.rstrip(".").replace("|", "\\|")


def main(arguments: Sequence[str]) -> None:
    """Write the pages into the folder named, or into ``docs/reference``."""
    for file in write(arguments[0] if arguments else Path("docs") / "reference"):
        print(file)


if __name__ == "__main__":
    main(sys.argv[1:])
