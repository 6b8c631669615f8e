"""A pack with additional schemes, in memory: the values carry their own sources and flags."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from socialbudget.blocks import Block, stacked
from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.errors import PackError
from socialbudget.table import FLAGS, Entry, Frames, LongTable, Text, check

if TYPE_CHECKING:
    from socialbudget.pack import Pack, SchemeInstance, Source

IN_MEMORY = "(in memory)"


@dataclass(frozen=True)
class Value:
    """A value of an added scheme: a path, its array by year, and where it comes from.

    Attributes
    ----------
    path : str
        Full path, ``schemes.<z>.<parameter>``.
    dims : tuple of str
    values : dict of int to float64[*dims]
        By year; the base year alone for what does not change.
    unit, source, flag, note : str
        As in a pack; `source` is a key of the pack's sources or of those added with it.
    """

    path: str
    dims: tuple[str, ...]
    values: Mapping[int, Array | float]
    unit: str
    source: str
    flag: str
    note: str = ""


def with_schemes(
    pack: Pack,
    instances: Mapping[str, SchemeInstance],
    values: Iterable[Value],
    sources: Mapping[str, Source],
    *,
    alone: bool = False,
) -> Pack:
    """The pack with further scheme instances and their values.

    Parameters
    ----------
    instances : mapping of str to SchemeInstance
        By name; a name may not be that of a scheme of the pack.
    values : iterable of Value
    sources : mapping of str to Source
    alone : bool
        Leave the pack's own schemes out (rapid assessment).

    Returns
    -------
    Pack
        With another hash, of the pack's and of what is added. It is not written anywhere.

    Raises
    ------
    PackError
        A name taken already, a path that exists, an unknown source or flag, a wrong shape.
    """
    faults: list[str] = []
    values = list(values)
    for name in instances:
        if name in pack.schemes:
            faults.append(f"schemes.{name}: the pack has a scheme of this name; rename the new one")
    known = {**pack.manifest.sources, **sources}
    for key, source in sources.items():
        if pack.manifest.sources.get(key, source) != source:
            faults.append(f"sources.{key}: the pack has another source of this name; rename it")
    paths: set[str] = set()
    for v in values:
        if v.path in pack.entries or v.path in paths:
            faults.append(f"'{v.path}': stands in the pack already; keep one of the two")
        paths.add(v.path)
        if v.source not in known:
            faults.append(f"'{v.path}': source '{v.source}' is not listed; add it to the sources")
        if v.flag not in FLAGS:
            faults.append(f"'{v.path}': unknown flag '{v.flag}'; use one of {', '.join(FLAGS)}")
        shape = tuple(len(pack.coords[d]) for d in v.dims)
        for year, value in v.values.items():
            if np.shape(value) != shape or not np.isfinite(value).all():
                faults.append(
                    f"'{v.path}', {year}: has shape {np.shape(value)} and must be finite numbers "
                    f"of shape {shape}"
                )
    if faults:
        raise PackError(f"pack '{pack.iso3}' with added schemes", faults)

    tables: dict[str, LongTable] = {}
    entries = dict(pack.entries)
    by_dims: dict[tuple[str, ...], list[Value]] = {}
    for v in values:
        by_dims.setdefault(v.dims, []).append(v)
    for dims, group in by_dims.items():
        name = "_".join(["added", *(dims or ("scalar",))])
        while name in pack.manifest.tables:
            name += "_more"
        tables[name], found = _table(name, dims, group, known)
        entries.update(found)
    digest = hashlib.sha256(pack.hash.encode())
    for name in sorted(tables):
        digest.update(tables[name].hash().encode())
    for name, instance in instances.items():
        digest.update(f"{name}{instance.model_dump_json()}".encode())
    digest.update(f"{alone}".encode())
    from socialbudget.pack import TableEntry

    schemes = {**({} if alone else pack.schemes), **instances}
    manifest = pack.manifest.model_copy(
        update={
            "schemes": schemes,
            "sources": known,
            "transfers": () if alone else pack.manifest.transfers,
            "tables": {
                **pack.manifest.tables,
                **{
                    name: TableEntry(
                        file=IN_MEMORY,
                        dims=tuple(c for c in table.columns if c in STANDARD),
                        rows=len(table),
                        hash=table.hash(),
                    )
                    for name, table in tables.items()
                },
            },
        }
    )
    coords = {
        **pack.coords,
        "scheme": tuple(schemes),
        "insurance": tuple(z for z, s in schemes.items() if s.contributory),
    }
    return replace(
        pack,
        manifest=manifest,
        coords=coords,
        entries=entries,
        tables=Frames({**pack.tables.tables, **tables}),
        hash=digest.hexdigest(),
    )


def _table(
    name: str, dims: tuple[str, ...], values: list[Value], known: Collection[str]
) -> tuple[LongTable, dict[str, Entry]]:
    """The added values of the same dims as a table, and by path."""
    size = math.prod(len(STANDARD[d]) for d in dims)
    none = np.zeros(size, dtype=np.int32)
    blocks = [
        Block(
            v.path,
            year,
            np.ravel(np.asarray(v.values[year], dtype=float)),
            v.unit,
            Text(none, (v.source,)),
            Text(none, (v.flag,)),
            Text(none, (v.note,)),
        )
        for v in values
        for year in v.values
    ]
    return check(stacked(dims, blocks), IN_MEMORY, name, dims, STANDARD, known, ())
