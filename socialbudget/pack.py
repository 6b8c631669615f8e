"""Country packs: load, validate and content-hash them.

A pack is a folder with ``pack.toml`` and long Parquet tables (`socialbudget.table`), one table for
all parameters with the same dims. Each row carries value, unit, source and flag, so provenance
goes with every number to the report. Nothing in a pack can run code.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from socialbudget import table as long_table
from socialbudget.contract import Array, Param
from socialbudget.dims import FUNCTIONS, STANDARD, Coordinates
from socialbudget.errors import PackError
from socialbudget.table import FLAGS as FLAGS
from socialbudget.table import Entry, Frames, dims_text
from socialbudget.units import UnitError, conversion_factor, in_words

if TYPE_CHECKING:
    import pandas as pd

    from socialbudget.pack_schemes import Value

OWN = "socialbudget"
"""Publisher of the project's own assumptions, which nobody has observed."""

LEFT_OUT = {
    "VAT": (
        "Holy See",
        "its source, World Population Prospects 2024, gives its total population only: no "
        "fertility, mortality or ages",
    )
}
"""Names of areas of the source that have no pack, and why."""

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
    or ``reserve`` (the reserve absorbs it and, once it is exhausted, the state). `occupational`
    schemes are open to one occupation only, such as civil servants. `in_work` marks a benefit on
    top of earnings, which those who do not work cannot lose.
    """

    kind: str
    title: str
    institution: str
    function: Function
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
    has_premiums: bool = False
    occupational: bool = False
    in_work: bool = False
    note: str = ""


class Transfer(_Strict):
    """A regular transfer between two schemes."""

    from_: str = Field(alias="from")
    to: str
    share_of_benefits: float = Field(ge=0, le=1)
    source: str


class Corridor(_Strict):
    """A corridor of migrant workers: those of a partner country here, or those from here there.

    `partner` is the ISO 3166 code of the other country; empty for several countries together.
    """

    title: str
    direction: Literal["in", "out"]
    partner: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    note: str = ""


class Driver(_Strict):
    """How a parameter path is disturbed in stochastic runs.

    `add` and `scale`: an AR(1) of standard deviation `sd` of its yearly shocks, added to the path
    or to its logarithm. `quantiles` and `log_quantiles`: deviations from the path, or from its
    logarithm, with given quantiles in each year, which stand in the pack as `<path>_deviation`
    over the dims of the path and `quantile`; `persistence` is the correlation of a draw's place
    among them from one year to the next.

    `estimate`: what is not known of a constant. One draw a run, the same in all years, of mean the
    path's own value and standard deviation `sd` (with `relative`, a share of the value), and of
    the stated `distribution`: `normal`, `lognormal` (keeps its sign) or `beta` (stays between 0
    and `high`, 1 unless given). A path by year is shifted after the base year alone; with
    `phase_in`, by ``1 - exp(-phase_in t)`` of the shift t years after it.
    """

    kind: Literal["add", "scale", "quantiles", "log_quantiles", "estimate"]
    sd: float | None = Field(default=None, ge=0)
    persistence: float = Field(default=0.0, ge=0, le=1)
    distribution: Literal["", "normal", "lognormal", "beta"] = ""
    relative: bool = False
    high: float = Field(default=1.0, gt=0)
    phase_in: float = Field(default=0.0, ge=0)
    source: str
    flag: Literal["observed", "estimated", "imputed", "assumed"]
    note: str = ""

    @model_validator(mode="after")
    def _spread(self) -> Driver:
        if self.by_quantiles and self.sd is not None:
            raise ValueError(f"kind '{self.kind}' takes its spread from a table: drop 'sd'")
        if not self.by_quantiles and self.sd is None:
            raise ValueError(f"kind '{self.kind}' needs 'sd'")
        if self.kind == "estimate":
            if not self.distribution:
                raise ValueError(
                    "kind 'estimate' needs 'distribution': normal, lognormal (keeps its sign) or "
                    "beta (between 0 and 'high')"
                )
            if self.persistence:
                raise ValueError("kind 'estimate' is drawn once a run: drop 'persistence'")
        elif {"distribution", "relative", "high", "phase_in"} & self.model_fields_set:
            raise ValueError(
                "'distribution', 'relative', 'high' and 'phase_in' belong to kind 'estimate': "
                "drop them"
            )
        if self.distribution != "beta" and "high" in self.model_fields_set:
            raise ValueError("'high' belongs to distribution 'beta': drop it")
        return self

    @property
    def by_quantiles(self) -> bool:
        """Whether a table of quantiles says how far draws deviate."""
        return self.kind in ("quantiles", "log_quantiles")


class Loading(_Strict):
    """What a path takes from a system of drivers: `factor` times a variable's deviation."""

    variable: str
    factor: float = 1.0


class System(_Strict):
    """Drivers that move together: a stationary first-order vector autoregression.

    ``e(t) = matrix e(t-1) + eta(t)``, ``e`` = 0 in the base year; `eta` normal with standard
    deviations `sd` and `correlation`. Row i of `matrix` is the equation of variable i. Deviations
    have mean 0, so that the long run is the scenario's.
    """

    variables: tuple[str, ...] = Field(min_length=1)
    matrix: tuple[tuple[float, ...], ...]
    sd: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    paths: dict[str, Loading]
    source: str
    flag: Literal["observed", "estimated", "imputed", "assumed"]
    note: str = ""

    @model_validator(mode="after")
    def _well_formed(self) -> System:
        count = len(self.variables)
        if len(set(self.variables)) != count:
            raise ValueError("a variable stands twice in 'variables'")
        for name, rows in (("matrix", self.matrix), ("correlation", self.correlation)):
            if len(rows) != count or any(len(row) != count for row in rows):
                raise ValueError(f"'{name}' must have {count} rows of {count} numbers")
        if len(self.sd) != count or min(self.sd) < 0.0:
            raise ValueError(f"'sd' must be {count} numbers not below 0")
        together = np.array(self.correlation)
        if not (np.allclose(together, together.T) and np.allclose(np.diag(together), 1.0)):
            raise ValueError("'correlation' must be symmetric with 1 along its diagonal")
        least = float(np.linalg.eigvalsh(together)[0])
        if not least >= -1e-9:
            raise ValueError(
                f"'correlation' has an eigenvalue of {least:.3g}: no variables correlate so; "
                "draw the correlations towards 0"
            )
        radius = float(np.abs(np.linalg.eigvals(np.array(self.matrix))).max())
        if not radius < 1.0:
            raise ValueError(
                f"'matrix' has spectral radius {radius:.4g}: deviations would not return to 0; it "
                "must be below 1"
            )
        for path, loading in self.paths.items():
            if loading.variable not in self.variables:
                raise ValueError(
                    f"path '{path}' takes variable '{loading.variable}'; there are: "
                    + ", ".join(self.variables)
                )
        return self


class Manifest(_Strict):
    """The content of ``pack.toml``."""

    iso3: str = Field(pattern=r"^[A-Z]{3}$")
    name: str
    version: str
    base_year: int = Field(ge=1850, le=2100)
    currency: str
    price_basis: str
    level: int = Field(ge=1, le=4)
    status: Literal["calibrated", "illustrative", "synthetic"]
    region: str = ""
    subregion: str = ""
    income_group: str = ""
    dates: dict[str, str]
    sources: dict[str, Source]
    tables: dict[str, TableEntry]
    extrapolation: dict[str, Literal["hold"]] = {}
    schemes: dict[str, SchemeInstance] = {}
    transfers: tuple[Transfer, ...] = ()
    corridors: dict[str, Corridor] = {}
    uncertainty: dict[str, Driver] = {}
    uncertainty_var: dict[str, System] = {}


@dataclass(frozen=True)
class Pack:
    """A country: manifest, dimensions and every parameter value with its provenance."""

    manifest: Manifest
    folder: Path
    coords: Coordinates
    entries: Mapping[str, Entry]
    tables: Frames
    """Every row with its provenance. Frames are made when they are first asked for."""
    hash: str = ""
    edited: tuple[str, ...] = ()
    """What differs from the hashes in ``pack.toml``; such a pack can be looked at but not run."""

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

    def shares(self, path: str, column: str) -> dict[str, float]:
        """Share of each word of `column` (source, flag or note) among the rows behind a path."""
        entry = self.entries[path]
        return self.tables.tables[entry.table].text(column)[entry.rows].shares()

    def flag_shares(self, path: str) -> dict[str, float]:
        """Share of each flag among the rows behind a path."""
        return self.shares(path, "flag")

    def count(self) -> int:
        """Number of values."""
        return sum(entry.values.size for entry in self.entries.values())

    def with_schemes(
        self,
        instances: Mapping[str, SchemeInstance],
        values: Iterable[Value],
        sources: Mapping[str, Source],
        *,
        alone: bool = False,
    ) -> Pack:
        """The pack with further schemes and their values (`socialbudget.pack_schemes`)."""
        from socialbudget.pack_schemes import with_schemes

        return with_schemes(self, instances, values, sources, alone=alone)


def countries_folder() -> Path:
    """Folder with the shipped packs: inside the installed package, or the repository's."""
    here = Path(__file__).resolve().parent
    installed = here / "data" / "countries"
    return installed if installed.is_dir() else here.parent / "countries"


class Heading(BaseModel):
    """Who a pack is of: the head of its ``pack.toml``, above the first table."""

    model_config = ConfigDict(frozen=True)

    iso3: str
    name: str
    base_year: int
    currency: str
    level: int
    status: str
    region: str = ""
    subregion: str = ""
    income_group: str = ""


def headings() -> dict[str, Heading]:
    """The shipped packs by ISO3 code, read from the heads of their ``pack.toml`` alone."""
    out = {}
    for file in sorted(countries_folder().glob("*/pack.toml")):
        # In TOML every key of the pack itself stands before the first [table].
        head = file.read_text(encoding="utf-8").partition("\n[")[0]
        try:
            out[file.parent.name] = Heading.model_validate(tomllib.loads(head))
        except (tomllib.TOMLDecodeError, ValidationError):
            manifest = _read_manifest(file.parent)
            out[file.parent.name] = Heading.model_validate(manifest.model_dump())
    return out


def find_packs(text: str) -> dict[str, Heading]:
    """The shipped packs whose code or name holds `text`, whatever the case and accents."""
    wanted = _plain(text)
    return {k: h for k, h in headings().items() if wanted in _plain(k) or wanted in _plain(h.name)}


def available_packs(level: int = 1) -> list[str]:
    """ISO3 codes of the shipped packs of at least that level."""
    if level <= 1:
        return sorted(p.parent.name for p in countries_folder().glob("*/pack.toml"))
    return [iso3 for iso3, heading in headings().items() if heading.level >= level]


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
            raise PackError(f"pack '{code}'", [_no_such_pack(code)])
    manifest = _read_manifest(folder)
    subject = f"pack '{manifest.iso3}' ({folder})"
    coords = _coordinates(manifest)
    faults: list[str] = []
    edited: list[str] = []
    tables: dict[str, long_table.LongTable] = {}
    entries: dict[str, Entry] = {}
    own = [key for key, source in manifest.sources.items() if source.publisher == OWN]
    for name, entry in manifest.tables.items():
        try:
            read = long_table.read(folder, entry.file, name, entry.dims)
            if read.hash() != entry.hash:
                edited.append(
                    f"{entry.file}: table '{name}': content differs from the hash in pack.toml; if "
                    f"the edit is meant, run `socialbudget pack seal {folder}`, else restore the "
                    "file"
                )
            checked, found = long_table.check(
                read, entry.file, name, entry.dims, coords, manifest.sources, own
            )
        except PackError as error:
            faults.extend(error.faults)
            continue
        tables[name] = checked
        for path, item in found.items():
            if path in entries:
                faults.append(
                    f"{entry.file}: table '{name}': column 'path': '{path}' stands in table "
                    f"'{entries[path].table}' too; keep one of the two"
                )
            entries[path] = item
    faults.extend(_check_references(manifest))
    if not faults:
        faults += [
            f"pack.toml: extrapolation: no table holds the path '{path}'{_near(path, entries)}; "
            "remove or rename it"
            for path in manifest.extrapolation
            if path not in entries
        ]
    if faults:
        raise PackError(subject, [*faults, *edited])
    digest = hashlib.sha256(
        "".join(f"{k}{v.hash}" for k, v in sorted(manifest.tables.items())).encode()
        + manifest.model_dump_json(exclude={"tables"}, exclude_defaults=True).encode()
    ).hexdigest()
    return Pack(manifest, folder, coords, entries, Frames(tables), digest, tuple(edited))


def _no_such_pack(wanted: str) -> str:
    """Says so, with the countries that may be meant, by code and by name."""
    for code, (name, reason) in LEFT_OUT.items():
        if _plain(wanted) in (_plain(code), _plain(name)):
            return f"no pack is shipped for {name} ({code}): {reason}"
    known = headings()
    names = {_plain(heading.name): iso3 for iso3, heading in known.items()}
    holding = find_packs(wanted) if len(wanted) > 3 else {}
    near = [
        *sorted(holding, key=lambda iso3: len(known[iso3].name)),
        *difflib.get_close_matches(wanted.upper(), known, n=2),
        *(names[n] for n in difflib.get_close_matches(_plain(wanted), names, n=2, cutoff=0.75)),
    ]
    meant = [f"{iso3} ({known[iso3].name})" for iso3 in dict.fromkeys(near)][:3]
    hint = f"; did you mean {' or '.join(meant)}?" if meant else "."
    return (
        f"no such country or folder{hint} `socialbudget countries` lists the {len(known)} shipped "
        "packs, `socialbudget countries --filter TEXT` finds one by name. A folder must hold a "
        "pack.toml"
    )


def _plain(text: str) -> str:
    """A name in small letters without accents, to compare it with."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


def seal(folder: Path) -> list[str]:
    """Write the row counts and content hashes of edited tables into ``pack.toml``.

    Returns the names of the tables whose entry changed.

    Raises
    ------
    PackError
        When ``pack.toml`` or a table cannot be read, or a table has missing or unknown columns.
    """
    import tomli_w

    manifest_file = folder / "pack.toml"
    manifest = _read_manifest(folder)
    document = tomllib.loads(manifest_file.read_text(encoding="utf-8"))
    changed = []
    for name, entry in document["tables"].items():
        try:
            table = long_table.read(folder, entry["file"], name, entry["dims"])
        except PackError as error:
            raise PackError(f"pack '{manifest.iso3}' ({folder})", error.faults) from None
        fresh = {"rows": len(table), "hash": table.hash()}
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
                f"[{param.unit}]){hint}. Add it for {dims_text(param.dims)}"
            ],
        )
    where = f"{pack.manifest.tables[entry.table].file}: table '{entry.table}': '{entry.path}'"
    if entry.dims != param.dims:
        raise PackError(
            "",
            [
                f"{where}: has dims {dims_text(entry.dims)}, needs {dims_text(param.dims)}; move "
                f"it to a table '{'_'.join(param.dims) or 'scalar'}'"
            ],
        )
    values = _in_bounds(pack, param, entry)
    first = _row(pack, entry)
    entry_years = np.asarray(entry.years)
    if param.time == "fixed":
        if entry_years[0] != pack.base_year or len(entry_years) != 1:
            raise PackError(
                "",
                [
                    f"{where}: column 'year', row {first}: has {list(entry.years)}; a fixed "
                    f"parameter has one entry; keep the one of the base year {pack.base_year}"
                ],
            )
        chosen = values[:1]
    elif param.time == "step":
        if entry_years[0] > pack.base_year:
            raise PackError(
                "",
                [
                    f"{where}: column 'year', row {first}: first entry is {entry_years[0]}, after "
                    f"the base year {pack.base_year}; add the value in force in {pack.base_year}"
                ],
            )
        chosen = values[np.searchsorted(entry_years, years, side="right") - 1]
    else:
        last = int(entry_years[-1])
        wanted = years[years <= last]
        missing = sorted(set(wanted.tolist()) - set(entry.years))
        if missing:
            before = int(np.searchsorted(entry_years, missing[0])) * (values[0].size)
            row = _row(pack, entry, min(before, values.size - 1))
            raise PackError(
                "",
                [
                    f"{where}: column 'year', row {row}: gap, {len(missing)} years are missing "
                    f"({missing[0]} first); add a row for every year"
                ],
            )
        if years[-1] > last and pack.manifest.extrapolation.get(param.path) != "hold":
            raise PackError(
                "",
                [
                    f"{where}: column 'year', row {_row(pack, entry, values.size - 1)}: ends in "
                    f"{last}, the run goes to {years[-1]}; add the years, end the run earlier "
                    f"(--to {last}), or declare in pack.toml "
                    f'[extrapolation] "{param.path}" = "hold"'
                ],
            )
        chosen = values[np.searchsorted(entry_years, np.minimum(years, last))]
    return np.ascontiguousarray(chosen[:, None])


def _in_bounds(pack: Pack, param: Param, entry: Entry) -> Array:
    """The entry's values in the unit of the parameter, refused where they leave its bounds."""
    where = f"{pack.manifest.tables[entry.table].file}: table '{entry.table}': '{entry.path}'"
    try:
        factor = conversion_factor(entry.unit, param.unit)
    except UnitError as error:
        raise PackError(
            "",
            [
                f"{where}: column 'unit', row {_row(pack, entry)}: {error}; give it in "
                f"'{param.unit}'"
            ],
        ) from None
    values = entry.values * factor if factor != 1.0 else entry.values
    bad = ~((values >= param.low) & (values <= param.high))
    if bad.any():
        position = tuple(int(i) for i in np.argwhere(bad)[0])
        row = _row(pack, entry, int(np.ravel_multi_index(position, values.shape)))
        value = values[position]
        mend = "correct it"
        if param.unit == "1" and param.high <= 1.0 and 1.0 < value <= 100.0:
            mend = "a percent where a fraction is meant? Give 0.05, or unit 'percent'"
        label = _label(pack.coords, entry, position)
        raise PackError(
            "",
            [
                f"{where}: column 'value', row {row} ({label}): {in_words(value, param.unit)} "
                f"is outside [{param.low:g}, {param.high:g}] ({int(bad.sum())} such rows); {mend}"
            ],
        )
    return values


def first_row(pack: Pack, path: str) -> int:
    """First row of a path in its file, counted from 0."""
    return _row(pack, pack.entries[path])


def _row(pack: Pack, entry: Entry, offset: int = 0) -> int:
    """Row of the file behind a value of an entry, counted from 0."""
    return pack.tables.tables[entry.table].file_row(entry.rows.start + offset)


def _read_manifest(folder: Path) -> Manifest:
    file = folder / "pack.toml"
    subject = f"pack {folder}"
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(
            subject, [f"pack.toml: not readable as TOML: {error}; mend that line"]
        ) from None
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        faults = []
        for item in error.errors():
            place = ".".join(str(part) for part in item["loc"])
            faults.append(f"pack.toml: '{place}': {_toml_fault(item)}")
        raise PackError(subject, faults) from None


def _toml_fault(item: Mapping[str, Any]) -> str:
    if item["type"] == "missing":
        return "is missing; add it"
    if item["type"] == "extra_forbidden":
        known: set[str] = set()
        for model in (
            Manifest,
            SchemeInstance,
            Source,
            TableEntry,
            Transfer,
            Corridor,
            Driver,
            System,
            Loading,
        ):
            known |= set(model.model_fields)
        return f"is unknown{_near(str(item['loc'][-1]), known)}; remove or rename it"
    mend = item["msg"][0].lower() + item["msg"][1:]
    return f"{item['input']!r:.60} will not do: {mend}"


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f" (nearest: '{near[0]}')" if near else ""


def _coordinates(manifest: Manifest) -> Coordinates:
    insurance = tuple(z for z, s in manifest.schemes.items() if s.contributory)
    return {
        **STANDARD,
        "scheme": tuple(manifest.schemes),
        "insurance": insurance,
        "corridor": tuple(manifest.corridors),
    }


def _check_references(manifest: Manifest) -> list[str]:
    faults = []
    for transfer in manifest.transfers:
        for end in (transfer.from_, transfer.to):
            if end not in manifest.schemes:
                faults.append(
                    f"pack.toml: transfers: '{end}' is not a scheme of this pack"
                    f"{_near(end, manifest.schemes)}; name one of: {', '.join(manifest.schemes)}"
                )
        if transfer.source not in manifest.sources:
            faults.append(
                f"pack.toml: transfers: source '{transfer.source}' is not listed"
                f"{_near(transfer.source, manifest.sources)}; add a [sources.<key>] section"
            )
    for path, driver in manifest.uncertainty.items():
        if driver.source not in manifest.sources:
            faults.append(
                f"pack.toml: uncertainty.{path}: source '{driver.source}' is not listed"
                f"{_near(driver.source, manifest.sources)}; add a [sources.<key>] section"
            )
    owner: dict[str, str] = {}
    for name, system in manifest.uncertainty_var.items():
        where = f"pack.toml: uncertainty_var.{name}"
        if system.source not in manifest.sources:
            faults.append(
                f"{where}: source '{system.source}' is not listed"
                f"{_near(system.source, manifest.sources)}; add a [sources.<key>] section"
            )
        for path in system.paths:
            alone = manifest.uncertainty.get(path)
            if path in owner:
                faults.append(
                    f"{where}: '{path}' is disturbed by uncertainty_var.{owner[path]} too; keep "
                    "one of the two"
                )
            elif alone is not None and alone.kind != "estimate":
                faults.append(
                    f"{where}: '{path}' has a driver of its own under [uncertainty]; keep one of "
                    "the two (kind 'estimate' may stand beside)"
                )
            owner[path] = name
    return faults


def _label(coords: Coordinates, entry: Entry, position: tuple[int, ...]) -> str:
    parts = [str(entry.years[position[0]])]
    parts += [f"{d}={coords[d][i]}" for d, i in zip(entry.dims, position[1:], strict=True)]
    return ", ".join(parts)
