"""Modules of the model and kinds of schemes, found by looking.

A core module is a file of this folder with ``modules(pack) -> Sequence[Module]``. A scheme kind is
a file of ``schemes/`` with ``KIND``, ``METHOD`` (one sentence, shown in reports) and
``modules(scheme) -> Sequence[Module]``. Installed packages add theirs through the entry-point
groups ``socialbudget.modules`` and ``socialbudget.schemes``, each entry naming such a file.

A file without ``modules(pack)`` is no part of the whole social budget: its modules are run by name
(rapid assessment, families). What they and their callers read from a pack stands in the file's
``ACCEPTED: tuple[Param, ...]``, so that any pack may hold it.
"""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType

from socialbudget.contract import Module, Param
from socialbudget.errors import PackError
from socialbudget.pack import Pack, SchemeInstance

FULL_LEVEL = 2
"""Level of a pack from which it has all that a whole social budget needs."""


@dataclass(frozen=True)
class Scheme:
    """What a kind is given to build its modules from.

    Attributes
    ----------
    name : str
        Key of the instance, and prefix of its variables.
    instance : SchemeInstance
        Its attributes in the pack.
    insurance_index : int or None
        Row of this scheme along the `insurance` dimension (contributory schemes).
    function_index : int
        Position of the scheme's main function along the `function` dimension.
    """

    name: str
    instance: SchemeInstance
    insurance_index: int | None
    function_index: int

    def path(self, parameter: str) -> str:
        """Full path of one of the scheme's parameters."""
        return f"schemes.{self.name}.{parameter}"


def scheme_kinds() -> dict[str, ModuleType]:
    """All scheme kinds by name."""
    return {
        m.KIND: m for m in _files("socialbudget.modules.schemes", "socialbudget.schemes", "KIND")
    }


def build_modules(pack: Pack) -> list[Module]:
    """Every module that the whole social budget of a pack's country needs.

    Raises
    ------
    PackError
        When the pack is of level 1, or a scheme is of a kind that no file provides.
    """
    if pack.manifest.level < FULL_LEVEL:
        raise PackError(
            f"pack '{pack.iso3}' ({pack.folder})",
            [
                f"pack.toml: level {pack.manifest.level} holds the inputs of population and rapid "
                f"assessment only; use `socialbudget floor {pack.iso3}` or `socialbudget "
                f"population {pack.iso3}`. A whole social budget needs level {FULL_LEVEL} "
                "(docs/packs.md)"
            ],
        )
    modules = core_modules(pack)
    kinds = scheme_kinds()
    faults = []
    for scheme in schemes_of(pack):
        kind = kinds.get(scheme.instance.kind)
        if kind is None:
            near = difflib.get_close_matches(scheme.instance.kind, list(kinds), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            faults.append(
                f"pack.toml: schemes.{scheme.name}: kind '{scheme.instance.kind}' is unknown"
                f"{hint}. Use one of the known kinds: {', '.join(sorted(kinds))}"
            )
            continue
        modules.extend(kind.modules(scheme))
    if faults:
        raise PackError(f"pack '{pack.iso3}'", faults)
    return modules


def core_modules(pack: Pack) -> list[Module]:
    """The modules of the whole social budget, without those of its schemes."""
    files = _files("socialbudget.modules", "socialbudget.modules", "modules")
    return [module for file in files for module in file.modules(pack)]


def accepted_params() -> dict[str, Param]:
    """By path, what is read from packs outside the whole social budget (``ACCEPTED`` of files)."""
    files = _files("socialbudget.modules", "socialbudget.modules", "ACCEPTED")
    return {param.path: param for file in files for param in file.ACCEPTED}


def schemes_of(pack: Pack) -> list[Scheme]:
    """The pack's scheme instances, with their places along the pack's dimensions."""
    insurance = pack.coords["insurance"]
    functions = pack.coords["function"]
    return [
        Scheme(
            name,
            instance,
            insurance.index(name) if name in insurance else None,
            functions.index(instance.function),
        )
        for name, instance in pack.schemes.items()
    ]


def _files(package: str, group: str, attribute: str) -> Iterator[ModuleType]:
    home = import_module(package)
    for info in sorted(pkgutil.iter_modules(home.__path__), key=lambda i: i.name):
        if not info.ispkg and not info.name.startswith("_"):
            file = import_module(f"{package}.{info.name}")
            if hasattr(file, attribute):
                yield file
    for entry in sorted(entry_points(group=group), key=lambda e: e.name):
        file = entry.load()
        if hasattr(file, attribute):
            yield file


__all__: Sequence[str] = [
    "FULL_LEVEL",
    "Scheme",
    "accepted_params",
    "build_modules",
    "core_modules",
    "scheme_kinds",
    "schemes_of",
]
