"""Collects the values of a country pack and writes it whole or not at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import ArrayLike

from socialbudget import table as long_table
from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.results import whole_folder
from socialbudget.table import FLAGS, Column, Integers, LongTable, Text, text_of

Values = ArrayLike | Mapping[int, ArrayLike]


@dataclass(frozen=True)
class _Block:
    """The values of one path and year; `source` and `flag` are one word or one for each cell."""

    path: str
    year: int
    values: Array
    unit: str
    source: Text
    flag: Text
    note: Text


class PackBuilder:
    """Gathers parameters with unit, source and flag, then writes ``pack.toml`` and the tables.

    Every table is long: `path`, `year`, the dims, `value`, `unit`, `source`, `flag`, `note`. One
    table holds all paths with the same dims and is named after them.
    """

    def __init__(
        self,
        iso3: str,
        name: str,
        *,
        version: str,
        base_year: int,
        currency: str,
        level: int,
        status: str,
        last_year: int = 2100,
        price_basis: str = "current prices",
        region: str = "",
        subregion: str = "",
        income_group: str = "",
    ):
        self.iso3 = iso3
        self.base_year = base_year
        self.last_year = last_year
        groups = {"region": region, "subregion": subregion, "income_group": income_group}
        self._meta: dict[str, Any] = {
            "iso3": iso3,
            "name": name,
            "version": version,
            "base_year": base_year,
            "currency": currency,
            "price_basis": price_basis,
            "level": level,
            "status": status,
            **{key: text for key, text in groups.items() if text},
            "dates": {"stock": "31 December", "flow": "calendar year"},
        }
        self._sources: dict[str, dict[str, str]] = {}
        self._schemes: dict[str, dict[str, Any]] = {}
        self._transfers: list[dict[str, Any]] = []
        self._extrapolation: dict[str, str] = {}
        self._uncertainty: dict[str, dict[str, Any]] = {}
        self._blocks: dict[tuple[str, ...], list[_Block]] = {}
        self._paths: dict[str, tuple[str, ...]] = {}

    def source(self, key: str, **entry: str) -> None:
        """Register a source: publisher, title, edition, licence, retrieved, note."""
        self._sources[key] = {k: str(v) for k, v in entry.items()}

    def scheme(self, name: str, **attributes: Any) -> None:
        """Register a scheme instance (see `socialbudget.pack.SchemeInstance`)."""
        if name in self._schemes:
            raise ValueError(f"scheme '{name}' is registered twice")
        self._schemes[name] = attributes

    def transfer(self, from_: str, to: str, share_of_benefits: float, source: str) -> None:
        """Register a regular transfer between two schemes, as a share of the payer's benefits."""
        self._transfers.append(
            {"from": from_, "to": to, "share_of_benefits": share_of_benefits, "source": source}
        )

    def uncertain(
        self,
        path: str,
        *,
        kind: str,
        persistence: float,
        source: str,
        flag: str,
        sd: float | None = None,
        note: str = "",
    ) -> None:
        """Register how a path is disturbed in stochastic runs (see `socialbudget.pack.Driver`)."""
        self._uncertainty[path] = {
            "kind": kind,
            **({} if sd is None else {"sd": sd}),
            "persistence": persistence,
            "source": source,
            "flag": flag,
            "note": note,
        }

    def extrapolate(self, path: str, rule: str = "hold") -> None:
        """Declare how an annual path goes on after its last year (``hold`` the last value)."""
        self._extrapolation[path] = rule

    def value(
        self,
        path: str,
        value: float,
        unit: str,
        source: str,
        flag: str,
        *,
        year: int | None = None,
        note: str = "",
    ) -> None:
        """Add a scalar of one year (the base year by default)."""
        self.table(path, (), np.asarray(value), unit, source, flag, year=year, note=note)

    def series(
        self,
        path: str,
        values: Mapping[int, float],
        unit: str,
        source: str,
        flag: str,
        note: str = "",
    ) -> None:
        """Add a scalar by year."""
        self.table(
            path, (), {y: np.asarray(v) for y, v in values.items()}, unit, source, flag, note=note
        )

    def table(
        self,
        path: str,
        dims: tuple[str, ...] | list[str],
        values: Values,
        unit: str,
        source: ArrayLike,
        flag: ArrayLike,
        *,
        year: int | None = None,
        note: ArrayLike = "",
        bits: int | None = None,
    ) -> None:
        """Add an array over `dims`, for one year or ``{year: array}``.

        `source`, `flag` and `note` are one string or an array of strings of that shape. With `bits`
        the values are rounded to so many binary digits: 20 are exact to 5e-7, better than six
        decimal digits, and large tables take less than half the room of those.
        """
        dims = tuple(dims)
        if self._paths.setdefault(path, dims) != dims:
            raise ValueError(f"{path}: dims {dims} after {self._paths[path]}")
        by_year = values if isinstance(values, Mapping) else {year or self.base_year: values}
        shape = tuple(len(STANDARD[d]) for d in dims)
        words = {}
        for column, given in (("source", source), ("flag", flag), ("note", note)):
            array = np.broadcast_to(np.asarray(given, dtype=object), shape).ravel()
            found, codes = np.unique(array.astype(str), return_inverse=True)
            words[column] = Text(codes.astype(np.int32), tuple(str(word) for word in found))
        unknown = set(words["source"].words) - set(self._sources)
        if unknown:
            raise ValueError(f"{path}: source {sorted(unknown)} is not registered")
        if not set(words["flag"].words) <= set(FLAGS):
            raise ValueError(f"{path}: flags must be of {FLAGS}")
        for when, data in by_year.items():
            array = np.asarray(data, dtype=float)
            if array.shape != shape:
                raise ValueError(f"{path} {when}: shape {array.shape}, expected {shape} for {dims}")
            if not np.isfinite(array).all():
                raise ValueError(f"{path} {when}: not finite")
            if bits is not None:
                array = rounded(array, bits)
            self._blocks.setdefault(dims, []).append(
                _Block(path, int(when), array.ravel(), unit, **words)
            )

    def write(self, folder: Path) -> None:
        """Write the pack; the folder's earlier content is replaced only when all went well."""
        with whole_folder(folder, marker="pack.toml") as target:
            tables: dict[str, dict[str, Any]] = {}
            for dims, blocks in sorted(self._blocks.items()):
                name = "_".join(dims) or "scalar"
                blocks = sorted(blocks, key=lambda block: (block.path, block.year))
                for one, next_one in pairwise(blocks):
                    if (one.path, one.year) == (next_one.path, next_one.year):
                        raise ValueError(f"{one.path} {one.year} is given twice")
                table = _long(dims, blocks)
                long_table.write(table, target / f"{name}.parquet")
                tables[name] = {
                    "file": f"{name}.parquet",
                    "dims": list(dims),
                    "rows": len(table),
                    "hash": table.hash(),
                }
            document = {
                **self._meta,
                "sources": self._sources,
                "tables": tables,
                "extrapolation": self._extrapolation,
                "schemes": self._schemes,
                "transfers": self._transfers,
                "uncertainty": self._uncertainty,
            }
            (target / "pack.toml").write_text(tomli_w.dumps(document), encoding="utf-8")


def rounded(values: ArrayLike, bits: int) -> Array:
    """Values rounded to so many significant binary digits.

    Numbers cut at a binary digit end in zeros as they are stored, and compress; decimal rounding
    leaves no zeros at all.
    """
    fraction, exponent = np.frexp(np.asarray(values, dtype=float))
    out: Array = np.ldexp(np.round(np.ldexp(fraction, bits)), exponent - bits)
    return out


def _long(dims: tuple[str, ...], blocks: Sequence[_Block]) -> LongTable:
    """The blocks one under the other."""
    shape = tuple(len(STANDARD[d]) for d in dims)
    size = math.prod(shape)

    def each(words: Iterable[str]) -> Text:
        """One word for every row of a block."""
        given = list(words)
        known = {word: i for i, word in enumerate(dict.fromkeys(given))}
        codes = np.array([known[word] for word in given], dtype=np.int32)
        return text_of(list(known), np.repeat(codes, size))

    def cells(columns: Sequence[Text]) -> Text:
        """Words cell by cell."""
        known = {w: i for i, w in enumerate(sorted({w for c in columns for w in c.words}))}
        codes = [np.array([known[w] for w in c.words], dtype=np.int32)[c.codes] for c in columns]
        return Text(np.concatenate(codes), tuple(known))

    columns: dict[str, Column] = {
        "path": each(block.path for block in blocks),
        "year": np.repeat(np.array([block.year for block in blocks], dtype=np.int16), size),
    }
    for dim, place in zip(dims, np.indices(shape).reshape(len(dims), size), strict=True):
        columns[dim] = _labels(STANDARD[dim], np.tile(place, len(blocks)))
    columns["value"] = np.concatenate([block.values for block in blocks])
    columns["unit"] = each(block.unit for block in blocks)
    columns["source"] = cells([block.source for block in blocks])
    columns["flag"] = cells([block.flag for block in blocks])
    columns["note"] = cells([block.note for block in blocks])
    return LongTable(columns)


def _labels(labels: tuple[str | int, ...], places: Integers) -> Column:
    """A column of a dimension's members from their places among them."""
    if all(isinstance(label, int) for label in labels):
        return np.array(labels, dtype=np.int16)[places]
    return text_of([str(label) for label in labels], places.astype(np.int32))
