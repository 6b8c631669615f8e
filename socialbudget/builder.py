"""Collects the values of a country pack and writes it whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w
from numpy.typing import ArrayLike

from socialbudget.dims import STANDARD
from socialbudget.results import whole_folder
from socialbudget.table import COLUMNS, FLAGS, content_hash

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
    ):
        self.iso3 = iso3
        self.base_year = base_year
        self.last_year = last_year
        self._meta: dict[str, Any] = {
            "iso3": iso3,
            "name": name,
            "version": version,
            "base_year": base_year,
            "currency": currency,
            "price_basis": price_basis,
            "level": level,
            "status": status,
            "dates": {"stock": "31 December", "flow": "calendar year"},
        }
        self._sources: dict[str, dict[str, str]] = {}
        self._schemes: dict[str, dict[str, Any]] = {}
        self._transfers: list[dict[str, Any]] = []
        self._extrapolation: dict[str, str] = {}
        self._uncertainty: dict[str, dict[str, Any]] = {}
        self._frames: dict[tuple[str, ...], list[pd.DataFrame]] = {}
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
        note: str = "",
    ) -> None:
        """Add an array over `dims`, for one year or ``{year: array}``.

        `source` and `flag` are one string or an array of strings of the same shape.
        """
        dims = tuple(dims)
        if self._paths.setdefault(path, dims) != dims:
            raise ValueError(f"{path}: dims {dims} after {self._paths[path]}")
        by_year = values if isinstance(values, Mapping) else {year or self.base_year: values}
        shape = tuple(len(STANDARD[d]) for d in dims)
        index = (
            pd.MultiIndex.from_product([STANDARD[d] for d in dims], names=dims) if dims else None
        )
        for when, data in by_year.items():
            array = np.asarray(data, dtype=float)
            if array.shape != shape:
                raise ValueError(f"{path} {when}: shape {array.shape}, expected {shape} for {dims}")
            if not np.isfinite(array).all():
                raise ValueError(f"{path} {when}: not finite")
            frame = index.to_frame(index=False) if index is not None else pd.DataFrame(index=[0])
            frame.insert(0, "path", path)
            frame.insert(1, "year", int(when))
            frame["value"] = array.ravel()
            frame["unit"] = unit
            for column, given in (("source", source), ("flag", flag)):
                frame[column] = np.broadcast_to(np.asarray(given, dtype=object), shape).ravel()
            frame["note"] = note
            unknown = set(frame["source"]) - set(self._sources)
            if unknown:
                raise ValueError(f"{path}: source {sorted(unknown)} is not registered")
            if not set(frame["flag"]) <= set(FLAGS):
                raise ValueError(f"{path}: flags must be of {FLAGS}")
            self._frames.setdefault(dims, []).append(frame)

    def write(self, folder: Path) -> None:
        """Write the pack; the folder's earlier content is replaced only when all went well."""
        with whole_folder(folder, marker="pack.toml") as target:
            tables: dict[str, dict[str, Any]] = {}
            for dims, frames in sorted(self._frames.items()):
                name = "_".join(dims) or "scalar"
                frame = pd.concat(frames, ignore_index=True)
                frame = frame.sort_values(["path", "year"], kind="stable").reset_index(drop=True)
                duplicated = frame.duplicated(["path", "year", *dims])
                if duplicated.any():
                    row = frame[duplicated].iloc[0]
                    raise ValueError(f"{row['path']} {row['year']} is given twice")
                frame = frame[["path", "year", *dims, *COLUMNS]]
                frame = frame.astype({"year": "int16"})
                frame.to_parquet(target / f"{name}.parquet", compression="zstd", index=False)
                tables[name] = {
                    "file": f"{name}.parquet",
                    "dims": list(dims),
                    "rows": len(frame),
                    "hash": content_hash(frame),
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
