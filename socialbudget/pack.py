"""Country packs: load, validate and content-hash them.

A pack is a folder with ``pack.toml`` and long Parquet tables, one table for all parameters with
the same dims. Each row carries value, unit, source and flag, so provenance goes with every number
to the report. Nothing in a pack can run code.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from socialbudget.contract import Array, Param
from socialbudget.dims import FUNCTIONS, STANDARD, Coordinates
from socialbudget.errors import PackError
from socialbudget.units import UnitError, conversion_factor

FLAGS = ("observed", "estimated", "imputed", "assumed")
COLUMNS = ("value", "unit", "source", "flag", "note")

Function = Literal[FUNCTIONS]  # type: ignore[valid-type]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where values come from."""

    publisher: str
    title: str
    edition: str = ""
    licence: str
    retrieved: str = ""
    note: str = ""


class TableEntry(_Strict):
    """One Parquet table of the pack."""

    file: str
    dims: tuple[str, ...]
    rows: int
    hash: str


class SchemeInstance(_Strict):
    """A scheme of the country: an instance of a kind, described by data.

    `sector` is ``private`` for schemes outside general government, whose contributions are part
    of household consumption. `deficit_rule` is ``state`` (general revenue covers each year's gap)
    or ``reserve`` (the reserve absorbs it and, once it is exhausted, the state).
    """

    kind: str
    title: str
    institution: str
    function: Function  # type: ignore[valid-type]
    sector: Literal["government", "private"] = "government"
    benefit_type: Literal["cash", "kind"] = "cash"
    means_tested: bool = False
    contributory: bool = False
    legal_basis: str
    since: int = Field(ge=1800, le=2100)
    population_group: str
    deficit_rule: Literal["state", "reserve"] = "state"
    age_tested: bool = False
    has_ceiling: bool = False
    note: str = ""


class Transfer(_Strict):
    """A regular transfer between two schemes."""

    from_: str = Field(alias="from")
    to: str
    share_of_benefits: float = Field(ge=0, le=1)
    source: str


class Manifest(_Strict):
    """The content of ``pack.toml``."""

    iso3: str = Field(pattern=r"^[A-Z]{3}$")
    name: str
    version: str
    base_year: int = Field(ge=1950, le=2100)
    currency: str
    price_basis: str
    level: int = Field(ge=1, le=4)
    status: Literal["calibrated", "illustrative", "synthetic"]
    dates: dict[str, str]
    sources: dict[str, Source]
    tables: dict[str, TableEntry]
    extrapolation: dict[str, Literal["hold"]] = {}
    schemes: dict[str, SchemeInstance] = {}
    transfers: tuple[Transfer, ...] = ()


@dataclass(frozen=True)
class Entry:
    """All values of one path: `values[entry, *dims]` for `years[entry]`, in the pack's unit."""

    path: str
    dims: tuple[str, ...]
    years: tuple[int, ...]
    values: Array
    unit: str
    table: str
    rows: slice


@dataclass(frozen=True)
class Pack:
    """A country: manifest, dimensions and every parameter value with its provenance."""

    manifest: Manifest
    folder: Path
    coords: Coordinates
    entries: Mapping[str, Entry]
    tables: Mapping[str, pd.DataFrame]
    hash: str = field(default="")

    @property
    def iso3(self) -> str:
        return self.manifest.iso3

    @property
    def base_year(self) -> int:
        return self.manifest.base_year

    @property
    def schemes(self) -> Mapping[str, SchemeInstance]:
        return self.manifest.schemes

    def provenance(self, path: str) -> pd.DataFrame:
        """The rows of the pack behind a path: year, dims, value, unit, source, flag, note."""
        entry = self.entries[path]
        return self.tables[entry.table].iloc[entry.rows].reset_index(drop=True)

    def flag_shares(self, path: str) -> dict[str, float]:
        """Share of each flag among the rows behind a path."""
        flags = self.provenance(path)["flag"]
        return {str(k): float(v) for k, v in flags.value_counts(normalize=True).items()}


def countries_folder() -> Path:
    """Folder with the shipped packs: inside the installed package, or the repository's."""
    here = Path(__file__).resolve().parent
    installed = here / "data" / "countries"
    return installed if installed.is_dir() else here.parent / "countries"


def available_packs() -> list[str]:
    """ISO3 codes of the shipped packs."""
    return sorted(p.parent.name for p in countries_folder().glob("*/pack.toml"))


def load_pack(country: str | Path) -> Pack:
    """Load and validate a pack by ISO3 code or folder.

    Raises
    ------
    PackError
        With every fault found: file, table, column, row and how to mend it.
    """
    folder = Path(country)
    if not (folder / "pack.toml").is_file():
        code = str(country)
        folder = countries_folder() / code.upper()
        if not (folder / "pack.toml").is_file():
            near = difflib.get_close_matches(code.upper(), available_packs(), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise PackError(
                f"pack '{code}'",
                [
                    f"no such country or folder{hint} Shipped packs: "
                    f"{', '.join(available_packs())}. A folder must hold a pack.toml"
                ],
            )
    manifest = _read_manifest(folder)
    subject = f"pack '{manifest.iso3}' ({folder})"
    coords = _coordinates(manifest)
    faults: list[str] = []
    tables: dict[str, pd.DataFrame] = {}
    entries: dict[str, Entry] = {}
    for name, entry in manifest.tables.items():
        try:
            frame = _read_table(folder, name, entry)
            found = _check_table(frame, name, entry, manifest, coords)
        except PackError as error:
            faults.extend(error.faults)
            continue
        tables[name] = frame
        for path, item in found.items():
            if path in entries:
                faults.append(
                    f"{entry.file}: table '{name}': column 'path': '{path}' already stands in table "
                    f"'{entries[path].table}'; keep one of the two"
                )
            entries[path] = item
    faults.extend(_check_references(manifest))
    if faults:
        raise PackError(subject, faults)
    digest = hashlib.sha256(
        "".join(f"{k}{v.hash}" for k, v in sorted(manifest.tables.items())).encode()
        + manifest.model_dump_json(exclude={"tables"}).encode()
    ).hexdigest()
    return Pack(manifest, folder, coords, entries, tables, digest)


def content_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of a table's content: the same for any file layout, compression or row order."""
    keys = [c for c in frame.columns if c not in COLUMNS]
    ordered = frame.sort_values(keys, kind="stable")
    digest = hashlib.sha256()
    for column in sorted(frame.columns):
        digest.update(column.encode())
        series = ordered[column]
        if column == "value":
            digest.update(np.ascontiguousarray(series.to_numpy(dtype="<f8")).tobytes())
        elif pd.api.types.is_integer_dtype(series.dtype):
            digest.update(np.ascontiguousarray(series.to_numpy(dtype="<i8")).tobytes())
        else:
            digest.update("\x1f".join(series.astype(str)).encode())
    return digest.hexdigest()


def seal(folder: Path) -> list[str]:
    """Write the row counts and content hashes of edited tables into ``pack.toml``.

    Returns the names of the tables whose entry changed.
    """
    import tomli_w

    manifest_file = folder / "pack.toml"
    document = tomllib.loads(manifest_file.read_text(encoding="utf-8"))
    changed = []
    for name, entry in document["tables"].items():
        frame = pd.read_parquet(folder / entry["file"])
        fresh = {"rows": len(frame), "hash": content_hash(frame)}
        if {k: entry.get(k) for k in fresh} != fresh:
            entry.update(fresh)
            changed.append(name)
    if changed:
        scratch = manifest_file.with_suffix(".toml.new")
        scratch.write_text(tomli_w.dumps(document), encoding="utf-8")
        scratch.replace(manifest_file)
    return changed


def resolve(pack: Pack, params: Iterable[Param], last_year: int) -> dict[str, Array]:
    """Turn pack entries into arrays by year, in the unit that the modules work in.

    Returns
    -------
    dict of str to float64[year, 1, *dims]
        The year axis runs from the base year to `last_year`; it has length 1 for ``fixed``
        parameters. The second axis is the draw axis.

    Raises
    ------
    PackError
        Missing paths (with the nearest existing one), wrong dims or units, values out of bounds,
        year gaps, annual paths that end early without a declared extrapolation.
    """
    years = np.arange(pack.base_year, last_year + 1)
    faults: list[str] = []
    out: dict[str, Array] = {}
    for param in params:
        try:
            out[param.path] = _resolve_one(pack, param, years)
        except PackError as error:
            faults.extend(error.faults)
    if faults:
        raise PackError(f"pack '{pack.iso3}' ({pack.folder})", faults)
    return out


def _resolve_one(pack: Pack, param: Param, years: np.ndarray) -> Array:
    entry = pack.entries.get(param.path)
    if entry is None:
        near = difflib.get_close_matches(param.path, list(pack.entries), n=1)
        name = "_".join(param.dims) or "scalar"
        hint = f"; nearest path in the pack: '{near[0]}'" if near else ""
        raise PackError(
            "",
            [
                f"table '{name}': column 'path': '{param.path}' is missing ({param.doc} "
                f"[{param.unit}]){hint}. Add it for {_dims_text(param.dims)}"
            ],
        )
    where = f"{pack.manifest.tables[entry.table].file}: table '{entry.table}': '{entry.path}'"
    if entry.dims != param.dims:
        raise PackError(
            "", [f"{where}: has dims {_dims_text(entry.dims)}, needs {_dims_text(param.dims)}"]
        )
    try:
        factor = conversion_factor(entry.unit, param.unit)
    except UnitError as error:
        raise PackError(
            "", [f"{where}: column 'unit': {error}; give it in '{param.unit}'"]
        ) from None
    values = entry.values * factor if factor != 1.0 else entry.values
    bad = ~((values >= param.low) & (values <= param.high))
    if bad.any():
        position = tuple(int(i) for i in np.argwhere(bad)[0])
        row = entry.rows.start + int(np.ravel_multi_index(position, values.shape))
        value = values[position]
        mend = "correct it"
        if param.unit == "1" and param.high <= 1.0 and 1.0 < value <= 100.0:
            mend = "a percent where a fraction is meant? Give 0.05, or unit 'percent'"
        label = _label(pack.coords, entry, position)
        raise PackError(
            "",
            [
                f"{where}: column 'value', row {row} ({label}): {value:g} {param.unit} is outside "
                f"[{param.low:g}, {param.high:g}] ({int(bad.sum())} such rows); {mend}"
            ],
        )
    entry_years = np.asarray(entry.years)
    if param.time == "fixed":
        if entry_years[0] != pack.base_year or len(entry_years) != 1:
            raise PackError(
                "",
                [
                    f"{where}: column 'year': has {list(entry.years)}; a fixed parameter has one "
                    f"entry, for the base year {pack.base_year}"
                ],
            )
        chosen = values[:1]
    elif param.time == "step":
        if entry_years[0] > pack.base_year:
            raise PackError(
                "",
                [
                    f"{where}: column 'year': first entry is {entry_years[0]}, after the base year "
                    f"{pack.base_year}; add the value in force in {pack.base_year}"
                ],
            )
        chosen = values[np.searchsorted(entry_years, years, side="right") - 1]
    else:
        last = int(entry_years[-1])
        wanted = years[years <= last]
        missing = sorted(set(wanted.tolist()) - set(entry.years))
        if missing:
            raise PackError(
                "",
                [
                    f"{where}: column 'year': gap, {len(missing)} years are missing "
                    f"({missing[0]} first); add a row for every year"
                ],
            )
        if years[-1] > last and pack.manifest.extrapolation.get(param.path) != "hold":
            raise PackError(
                "",
                [
                    f"{where}: column 'year': ends in {last}, the run goes to {years[-1]}; add the "
                    f"years, end the run earlier (--to {last}), or declare in pack.toml "
                    f'[extrapolation] "{param.path}" = "hold"'
                ],
            )
        chosen = values[np.searchsorted(entry_years, np.minimum(years, last))]
    return np.ascontiguousarray(chosen[:, None])


def _read_manifest(folder: Path) -> Manifest:
    file = folder / "pack.toml"
    subject = f"pack {folder}"
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(subject, [f"pack.toml cannot be read as TOML: {error}"]) from None
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        faults = []
        for item in error.errors():
            place = ".".join(str(part) for part in item["loc"])
            faults.append(f"pack.toml: '{place}': {item['msg']} (found {item['input']!r:.60})")
        raise PackError(subject, faults) from None


def _coordinates(manifest: Manifest) -> Coordinates:
    insurance = tuple(z for z, s in manifest.schemes.items() if s.contributory)
    return {**STANDARD, "scheme": tuple(manifest.schemes), "insurance": insurance}


def _read_table(folder: Path, name: str, entry: TableEntry) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    where = f"{entry.file}: table '{name}'"
    file = folder / entry.file
    if Path(entry.file).name != entry.file:
        raise PackError("", [f"{where}: the file must lie in the pack's own folder"])
    if not file.is_file():
        raise PackError("", [f"{where}: the file is missing; restore it or drop the table"])
    try:
        frame: pd.DataFrame = pq.ParquetFile(file).read().to_pandas()
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
        raise PackError(
            "",
            [f"{where}: not a readable Parquet file (truncated?): {error}; restore or rebuild it"],
        ) from None
    wanted = ["path", "year", *entry.dims, *COLUMNS]
    missing = [c for c in wanted if c not in frame.columns]
    extra = [c for c in frame.columns if c not in wanted]
    if missing or extra:
        faults = [f"{where}: column '{c}' is missing; add it" for c in missing]
        faults += [f"{where}: column '{c}' is unknown; remove or rename it" for c in extra]
        raise PackError("", faults)
    if content_hash(frame) != entry.hash and not _obvious_fault(frame):
        raise PackError(
            "",
            [
                f"{where}: content differs from the hash in pack.toml; if the edit is meant, run "
                f"`socialbudget pack seal {folder}`, else restore the file"
            ],
        )
    return frame


def _obvious_fault(frame: pd.DataFrame) -> bool:
    """True where the detailed checks will say more than a hash mismatch would."""
    value = frame["value"]
    return bool(not pd.api.types.is_float_dtype(value.dtype) or value.isna().any())


def _check_table(
    frame: pd.DataFrame, name: str, entry: TableEntry, manifest: Manifest, coords: Coordinates
) -> dict[str, Entry]:
    where = f"{entry.file}: table '{name}'"
    faults: list[str] = []
    if not pd.api.types.is_numeric_dtype(frame["value"].dtype):
        raise PackError("", [f"{where}: column 'value' holds text; store numbers as float64"])
    if not pd.api.types.is_integer_dtype(frame["year"].dtype):
        raise PackError("", [f"{where}: column 'year' must hold whole numbers"])

    def complain(bad: np.ndarray, column: str, what: str, mend: str) -> None:
        if bad.any():
            row = int(np.argmax(bad))
            path, year = frame["path"].iloc[row], frame["year"].iloc[row]
            faults.append(
                f"{where}: column '{column}', row {row} ('{path}', {year}): {what} "
                f"({int(bad.sum())} such rows); {mend}"
            )

    value = frame["value"].to_numpy(dtype=float)
    complain(~np.isfinite(value), "value", "not a finite number", "give every value")
    position = np.zeros(len(frame), dtype=np.int64)
    for dim in entry.dims:
        if dim not in coords:
            raise PackError(
                "",
                [
                    f"{where}: pack.toml names the unknown dimension '{dim}'; "
                    f"known: {', '.join(coords)}"
                ],
            )
        codes = pd.Index(coords[dim]).get_indexer(frame[dim])
        if (codes < 0).any():
            row = int(np.argmax(codes < 0))
            found = frame[dim].iloc[row]
            near = difflib.get_close_matches(str(found), [str(c) for c in coords[dim]], n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            allowed = [str(c) for c in coords[dim]]
            shown = ", ".join(allowed) if len(allowed) <= 12 else f"{allowed[0]} to {allowed[-1]}"
            complain(codes < 0, dim, f"unknown code '{found}'{hint}", f"allowed: {shown}")
        position = position * len(coords[dim]) + codes
    complain(
        ~frame["flag"].isin(FLAGS).to_numpy(),
        "flag",
        "unknown flag",
        f"use one of {', '.join(FLAGS)}",
    )
    complain(
        ~frame["source"].isin(list(manifest.sources)).to_numpy(),
        "source",
        "source not listed in pack.toml",
        "add a [sources.<key>] section",
    )
    duplicated = frame.duplicated(["path", "year", *entry.dims]).to_numpy()
    complain(duplicated, "path", "the same key stands twice", "keep one of the rows")
    if faults:
        raise PackError("", faults)

    size = int(np.prod([len(coords[d]) for d in entry.dims])) if entry.dims else 1
    shape = tuple(len(coords[d]) for d in entry.dims)
    found: dict[str, Entry] = {}
    path_codes, paths = pd.factorize(frame["path"])
    years = frame["year"].to_numpy(dtype=np.int64)
    order = np.lexsort((position, years, path_codes))
    if not (order == np.arange(len(order))).all():
        frame[:] = frame.iloc[order].to_numpy()
        path_codes, years, position = path_codes[order], years[order], position[order]
        value = value[order]
    starts = np.flatnonzero(np.r_[True, np.diff(path_codes) != 0])
    stops = np.r_[starts[1:], len(frame)]
    units = frame["unit"].to_numpy()
    for start, stop in zip(starts, stops, strict=True):
        path = str(paths[path_codes[start]])
        rows = slice(int(start), int(stop))
        own_years, counts = np.unique(years[rows], return_counts=True)
        if (counts != size).any():
            year = int(own_years[counts != size][0])
            have = position[rows][years[rows] == year]
            missing = int(np.setdiff1d(np.arange(size), have)[0])
            cell = np.unravel_index(missing, shape)
            label = ", ".join(
                f"{d}={coords[d][int(i)]}" for d, i in zip(entry.dims, cell, strict=True)
            )
            faults.append(
                f"{where}: '{path}', year {year}: {size - len(have)} of {size} rows are missing "
                f"(first: {label}); give every combination of {_dims_text(entry.dims)}"
            )
            continue
        if (units[rows] != units[start]).any():
            faults.append(
                f"{where}: column 'unit': '{path}' mixes units "
                f"{sorted(set(units[rows].tolist()))}; use one"
            )
            continue
        values = np.ascontiguousarray(value[rows].reshape(len(own_years), *shape))
        found[path] = Entry(
            path,
            entry.dims,
            tuple(int(y) for y in own_years),
            values,
            str(units[start]),
            name,
            rows,
        )
    if faults:
        raise PackError("", faults)
    return found


def _check_references(manifest: Manifest) -> list[str]:
    faults = []
    for transfer in manifest.transfers:
        for end in (transfer.from_, transfer.to):
            if end not in manifest.schemes:
                faults.append(
                    f"pack.toml: transfers: '{end}' is not a scheme of this pack; "
                    f"schemes: {', '.join(manifest.schemes)}"
                )
    return faults


def _dims_text(dims: tuple[str, ...]) -> str:
    return f"({', '.join(dims)})" if dims else "() (one number)"


def _label(coords: Coordinates, entry: Entry, position: tuple[int, ...]) -> str:
    parts = [str(entry.years[position[0]])]
    parts += [f"{d}={coords[d][i]}" for d, i in zip(entry.dims, position[1:], strict=True)]
    return ", ".join(parts)


def describe(pack: Pack) -> dict[str, Any]:
    """What a pack holds, for people: identity, schemes, sources, flags by share of rows."""
    flags = pd.concat([t["flag"] for t in pack.tables.values()]).value_counts(normalize=True)
    return {
        "manifest": pack.manifest,
        "parameters": len(pack.entries),
        "values": sum(len(t) for t in pack.tables.values()),
        "flags": {str(k): float(v) for k, v in flags.items()},
    }
