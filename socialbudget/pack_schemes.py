"""A pack with additional schemes, in memory: the values carry their own sources and flags."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.errors import PackError
from socialbudget.table import FLAGS, Entry, Frames, LongTable, Text

if TYPE_CHECKING:
    from socialbudget.pack import Pack, SchemeInstance, Source


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
        tables[name], found = _table(name, dims, group)
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
                        file="(in memory)",
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
    frames = pack.tables
    whole = {**frames.tables, **tables} if isinstance(frames, Frames) else tables
    return replace(
        pack,
        manifest=manifest,
        coords=coords,
        entries=entries,
        tables=Frames(whole),
        hash=digest.hexdigest(),
    )


def _table(
    name: str, dims: tuple[str, ...], values: list[Value]
) -> tuple[LongTable, dict[str, Entry]]:
    labels = [STANDARD[d] for d in dims]
    size = int(np.prod([len(codes) for codes in labels], dtype=int))
    position = np.indices([len(codes) for codes in labels]).reshape(len(dims), size)
    entries: dict[str, Entry] = {}
    keys: list[tuple[Value, int]] = []
    for v in values:
        years = tuple(sorted(v.values))
        start = len(keys) * size
        array = np.stack([np.asarray(v.values[y], dtype=float) for y in years])
        keys += [(v, year) for year in years]
        rows = slice(start, len(keys) * size)
        entries[v.path] = Entry(
            v.path, dims, years, np.ascontiguousarray(array), v.unit, name, rows
        )

    def text(get: str) -> Text:
        found = [getattr(v, get) for v, _ in keys]
        words = sorted(set(found))
        codes = np.array([words.index(w) for w in found])
        return Text(np.repeat(codes, size), tuple(words))

    columns: dict[str, Text | np.ndarray] = {
        "path": text("path"),
        "year": np.repeat(np.array([year for _, year in keys], dtype=np.int16), size),
    }
    for i, dim in enumerate(dims):
        codes = np.tile(position[i], len(keys))
        if all(isinstance(c, int) for c in labels[i]):
            columns[dim] = np.asarray(labels[i], dtype=np.int16)[codes]
        else:
            order = sorted(str(c) for c in labels[i])
            number = np.array([order.index(str(c)) for c in labels[i]])
            columns[dim] = Text(number[codes], tuple(order))
    columns["value"] = np.concatenate([np.ravel(e.values) for e in entries.values()])
    for column in ("unit", "source", "flag", "note"):
        columns[column] = text(column)
    return LongTable(columns), entries
