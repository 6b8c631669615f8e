"""Collects the values of a country pack and writes it whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import ArrayLike

from socialbudget import table as long_table
from socialbudget.blocks import Block, stacked, worded
from socialbudget.contract import Array
from socialbudget.dims import STANDARD, Coordinates
from socialbudget.results import whole_folder
from socialbudget.table import FLAGS

Values = ArrayLike | Mapping[int, ArrayLike]


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
        self._corridors: dict[str, dict[str, str]] = {}
        self._extrapolation: dict[str, str] = {}
        self._uncertainty: dict[str, dict[str, Any]] = {}
        self._systems: dict[str, dict[str, Any]] = {}
        self._blocks: dict[tuple[str, ...], list[Block]] = {}
        self._paths: dict[str, tuple[str, ...]] = {}

    @property
    def paths(self) -> frozenset[str]:
        """Paths that have been given so far."""
        return frozenset(self._paths)

    def source(self, key: str, **entry: str) -> None:
        """Register a source: publisher, title, edition, licence, retrieved, note."""
        self._sources[key] = {k: str(v) for k, v in entry.items()}

    def scheme(self, name: str, **attributes: Any) -> None:
        """Register a scheme instance (see `socialbudget.pack.SchemeInstance`)."""
        if name in self._schemes:
            raise ValueError(f"scheme '{name}' is registered twice")
        self._schemes[name] = attributes

    def describe_scheme(self, name: str, **attributes: Any) -> None:
        """Add attributes to a registered scheme instance."""
        self._schemes[name].update(attributes)

    @property
    def schemes(self) -> Mapping[str, Mapping[str, Any]]:
        """The scheme instances registered so far, with their attributes."""
        return self._schemes

    def total(self, path: str) -> float:
        """Sum over all cells of a path's latest year among what has been added."""
        found = [b for blocks in self._blocks.values() for b in blocks if b.path == path]
        if not found:
            raise ValueError(f"{path}: nothing has been added")
        return float(max(found, key=lambda block: block.year).values.sum())

    def transfer(self, from_: str, to: str, share_of_benefits: float, source: str) -> None:
        """Register a regular transfer between two schemes, as a share of the payer's benefits."""
        self._transfers.append(
            {"from": from_, "to": to, "share_of_benefits": share_of_benefits, "source": source}
        )

    def corridor(self, name: str, *, title: str, direction: str, partner: str, note: str) -> None:
        """Register a corridor of migrant workers, before any table over corridors."""
        if any("corridor" in dims for dims in self._blocks):
            raise ValueError(f"corridor '{name}' is registered after a table over corridors")
        self._corridors[name] = {
            "title": title, "direction": direction, "partner": partner, "note": note,
        }  # fmt: skip

    @property
    def _coords(self) -> Coordinates:
        return {**STANDARD, "corridor": tuple(self._corridors)}

    def uncertain(
        self,
        path: str,
        *,
        kind: str,
        source: str,
        flag: str,
        persistence: float | None = None,
        sd: float | None = None,
        note: str = "",
        **further: Any,
    ) -> None:
        """Register how a path is disturbed in stochastic runs (see `socialbudget.pack.Driver`)."""
        self._uncertainty[path] = {
            "kind": kind,
            **({} if sd is None else {"sd": sd}),
            **({} if persistence is None else {"persistence": persistence}),
            **further,
            "source": source,
            "flag": flag,
            "note": note,
        }

    def uncertain_together(self, name: str, **system: Any) -> None:
        """Register drivers that move together (see `socialbudget.pack.System`)."""
        self._systems[name] = system

    def names(self) -> frozenset[str]:
        """The paths added so far."""
        return frozenset(self._paths)

    def given(self, path: str) -> dict[int, Array]:
        """The values added so far under a path, by year, each in the shape of the path's dims."""
        dims = self._paths[path]
        shape = tuple(len(STANDARD[d]) for d in dims)
        return {b.year: np.reshape(b.values, shape) for b in self._blocks[dims] if b.path == path}

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
    ) -> None:
        """Add an array over `dims`, for one year or ``{year: array}``.

        `source`, `flag` and `note` are one string or an array of strings of that shape. Large
        tables take less than half the room when their values are `rounded` first.
        """
        dims = tuple(dims)
        if self._paths.setdefault(path, dims) != dims:
            raise ValueError(f"{path}: dims {dims} after {self._paths[path]}")
        by_year = values if isinstance(values, Mapping) else {year or self.base_year: values}
        coords = self._coords
        shape = tuple(len(coords[d]) for d in dims)
        given = {"source": source, "flag": flag, "note": note}
        words = {column: worded(word, shape) for column, word in given.items()}
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
            self._blocks.setdefault(dims, []).append(
                Block(path, int(when), array.ravel(), unit, **words)
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
                table = stacked(dims, blocks, self._coords)
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
                **({"corridors": self._corridors} if self._corridors else {}),
                "uncertainty": self._uncertainty,
                **({"uncertainty_var": self._systems} if self._systems else {}),
            }
            (target / "pack.toml").write_text(tomli_w.dumps(document), encoding="utf-8")


def rounded(values: ArrayLike, bits: int) -> Array:
    """Values rounded to so many significant binary digits: 20 are exact to 5e-7.

    Numbers cut at a binary digit end in zeros as they are stored, and compress; decimal rounding
    leaves no zeros at all.
    """
    fraction, exponent = np.frexp(np.asarray(values, dtype=float))
    out: Array = np.ldexp(np.round(np.ldexp(fraction, bits)), exponent - bits)
    return out
