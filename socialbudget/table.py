"""The long tables of packs: read as codes into words, checked, hashed, shown as pandas frames.

A table of a pack is long: `path`, `year`, the dims, `value`, `unit`, `source`, `flag`, `note`. Its
text repeats a few words tens of thousands of times, so that it is read, checked and hashed by the
codes of the words; pandas frames of it are made when somebody asks where a value comes from.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialbudget.contract import Array
from socialbudget.dims import STANDARD, Coordinates
from socialbudget.errors import PackError

if TYPE_CHECKING:
    import pandas as pd

Integers = NDArray[np.integer]
Booleans = NDArray[np.bool_]

FLAGS = ("observed", "estimated", "imputed", "assumed")
COLUMNS = ("value", "unit", "source", "flag", "note")
LARGEST_KEY = 2**62


@dataclass(frozen=True)
class Text:
    """A column of text: `words[codes]`, with code -1 where a cell is empty.

    Attributes
    ----------
    codes : int[row]
    words : tuple of str
        Each word once, in the order of the alphabet; some may not occur in any row.
    """

    codes: Integers
    words: tuple[str, ...]

    def __getitem__(self, rows: Any) -> Text:
        return Text(self.codes[rows], self.words)

    def at(self, row: int) -> str | None:
        """The word in one row, None where it is empty."""
        code = int(self.codes[row])
        return None if code < 0 else self.words[code]

    def numbered(self, numbers: Mapping[str, int]) -> Integers:
        """``int[row]``: the number of the word in each row, -1 for an unknown or no word."""
        # The last element is what code -1 finds.
        lookup = np.array([*(numbers.get(word, -1) for word in self.words), -1], dtype=np.int64)
        return lookup[self.codes]

    def other_than(self, known: Collection[str]) -> Booleans:
        """``bool[row]``: rows whose word is not a known one (empty ones too)."""
        return self.numbered(dict.fromkeys(known, 0)) < 0

    def objects(self) -> NDArray[np.object_]:
        """``object[row]``: the words themselves, None where empty."""
        return np.array([*self.words, None], dtype=object)[self.codes]

    def shares(self) -> dict[str, float]:
        """Share of each word among the rows, the most frequent first."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.words))
        order = np.argsort(-counts, kind="stable")
        total = max(int(counts.sum()), 1)
        return {self.words[i]: float(counts[i]) / total for i in order if counts[i]}


Column = Text | NDArray[Any]


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
class LongTable:
    """One table of a pack, column by column.

    Attributes
    ----------
    columns : mapping of str to column
        Numbers as arrays, all else as `Text`.
    file_rows : int[row] or None
        Row of the file behind each row, counted from 0; None where they are the same.
    """

    columns: Mapping[str, Column]
    file_rows: Integers | None = None

    def __len__(self) -> int:
        first = next(iter(self.columns.values()))
        return len(first.codes if isinstance(first, Text) else first)

    def text(self, column: str) -> Text:
        """A column as text, whatever it is stored as."""
        found = self.columns[column]
        if isinstance(found, Text):
            return found
        words, codes = np.unique(found.astype(str), return_inverse=True)
        return Text(codes, tuple(str(word) for word in words))

    def file_row(self, row: int) -> int:
        return row if self.file_rows is None else int(self.file_rows[row])

    def arranged(self, order: Integers | None) -> LongTable:
        """The same rows in another order."""
        if order is None:
            return self
        rows = order if self.file_rows is None else self.file_rows[order]
        return LongTable({name: column[order] for name, column in self.columns.items()}, rows)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table as a pandas frame; its index counts the rows of the file."""
        import pandas as pd

        data = {n: c.objects() if isinstance(c, Text) else c for n, c in self.columns.items()}
        return pd.DataFrame(data, index=self.file_rows).infer_objects()

    @cached_property
    def _by_words(self) -> tuple[Integers | None, Booleans]:
        keys = [c for n, c in self.columns.items() if n not in COLUMNS]
        return _arrangement([c.codes if isinstance(c, Text) else c for c in keys])

    def repeated(self) -> Booleans:
        """``bool[row]``: rows whose path, year and dims stand in an earlier row already."""
        order, again = self._by_words
        if order is None:
            return again
        out = np.zeros(len(self), dtype=bool)
        out[order] = again
        return out

    def hash(self) -> str:
        """SHA-256 of the content: the same for any file layout, compression or row order."""
        order, _ = self._by_words
        digest = hashlib.sha256()
        for name in sorted(self.columns):
            digest.update(name.encode())
            column = self.columns[name] if order is None else self.columns[name][order]
            if not isinstance(column, Text):
                whole = column.dtype.kind in "iu" and name != "value"
                digest.update(column.astype("<i8" if whole else "<f8").tobytes())
                continue
            # Words once, in order of appearance, and which one stands in each row (-1: empty).
            count = len(column.codes)
            first = np.full(len(column.words) + 1, count)
            first[column.codes[::-1]] = np.arange(count - 1, -1, -1)
            used = np.argsort(first[:-1], kind="stable")[: int((first[:-1] < count).sum())]
            numbers = np.full(len(first), -1, dtype="<i4")
            numbers[used] = np.arange(len(used))
            digest.update("\x1f".join(column.words[i] for i in used).encode())
            digest.update(numbers[column.codes].tobytes())
        return digest.hexdigest()


def text_of(words: Sequence[str], codes: Integers) -> Text:
    """A column of text from words in any order and codes into them (-1: empty)."""
    ordered = sorted(set(words))
    if ordered != list(words):
        place = {word: i for i, word in enumerate(ordered)}
        codes = np.array([*(place[word] for word in words), -1], dtype=np.int32)[codes]
    return Text(codes, tuple(ordered))


class Frames(Mapping[str, "pd.DataFrame"]):
    """The tables of a pack as pandas frames, each made when it is first asked for."""

    def __init__(self, tables: Mapping[str, LongTable]):
        self.tables = tables

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name].frame

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def read(folder: Path, file: str, name: str, dims: Sequence[str]) -> LongTable:
    """Read a table of a pack.

    Raises
    ------
    PackError
        A file that is missing, not Parquet or outside the folder; missing and unknown columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    where = f"{file}: table '{name}'"
    if Path(file).name != file:
        raise PackError("", [f"{where}: the file must lie in the pack's own folder"])
    if not (folder / file).is_file():
        raise PackError("", [f"{where}: the file is missing; restore it or drop the table"])
    try:
        try:
            opened = pq.ParquetFile(folder / file, read_dictionary=_text_columns(dims))
        except KeyError:  # one of them is missing, which is told below
            opened = pq.ParquetFile(folder / file)
        with opened:
            table = opened.read(use_threads=False)
        wanted = ["path", "year", *dims, *COLUMNS]
        index = _pandas_index(table.schema)
        missing = [c for c in wanted if c not in table.column_names]
        extra = [c for c in table.column_names if c not in wanted and c not in index]
        read = _of_arrow(table, [c for c in wanted if c not in missing])
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
        raise PackError(
            "",
            [f"{where}: not a readable Parquet file (truncated?): {error}; restore or rebuild it"],
        ) from None
    if missing or extra:
        faults = [f"{where}: column '{c}' is missing; add it" for c in missing]
        faults += [f"{where}: column '{c}' is unknown; remove or rename it" for c in extra]
        raise PackError("", faults)
    return read


def write(table: LongTable, file: Path) -> None:
    """Write a table to Parquet, small: the same table gives the same bytes.

    Words are written once each, repeated numbers too. Of three layouts of the values the smallest
    is kept: that depends on how many repeat and how many digits they have.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {}
    for name, column in table.columns.items():
        if isinstance(column, Text):
            codes = pa.array(column.codes, mask=column.codes < 0)
            arrays[name] = pa.DictionaryArray.from_arrays(codes, list(column.words))
        else:
            arrays[name] = pa.array(column)
    whole = pa.table(arrays)
    text = [name for name, column in table.columns.items() if isinstance(column, Text)]
    layouts: tuple[dict[str, Any], ...] = (
        {"use_dictionary": [*text, "value"]},
        {"use_dictionary": text},
        {"use_dictionary": text, "column_encoding": {"value": "BYTE_STREAM_SPLIT"}},
    )
    smallest = b""
    for layout in layouts:
        out = io.BytesIO()
        # Statistics and the schema of Arrow are larger than most of the tables.
        pq.write_table(
            whole,
            out,
            compression="zstd",
            compression_level=9,
            write_statistics=False,
            store_schema=False,
            **layout,
        )
        if not smallest or len(out.getvalue()) < len(smallest):
            smallest = out.getvalue()
    file.write_bytes(smallest)


def content_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of a table's content: the same for any file layout, compression or row order.

    The index columns come in the order path, year, dims.
    """
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    return _of_arrow(table, list(frame.columns)).hash()


def check(
    table: LongTable,
    file: str,
    name: str,
    dims: tuple[str, ...],
    coords: Coordinates,
    sources: Collection[str],
    own: Collection[str],
) -> tuple[LongTable, dict[str, Entry]]:
    """Check a table and part it by path.

    Parameters
    ----------
    sources : collection of str
        Keys of the sources that the pack lists.
    own : collection of str
        Those of them that are our own assumptions, which nobody has observed.

    Returns
    -------
    LongTable
        In the order path, year, dims.
    dict of str to Entry
        By path.

    Raises
    ------
    PackError
        With every fault: file, table, column, row and how to mend it.
    """
    where = f"{file}: table '{name}'"
    faults: list[str] = []
    value, year = table.columns["value"], table.columns["year"]
    if isinstance(value, Text):
        raise PackError("", [f"{where}: column 'value' holds text; store numbers as float64"])
    if isinstance(year, Text) or year.dtype.kind not in "iu":
        raise PackError(
            "", [f"{where}: column 'year' must hold whole numbers; store it as int16, no gaps"]
        )
    if not len(table):
        raise PackError("", [f"{where}: holds no rows; fill it or drop it from pack.toml"])
    path, unit, source, flag = (table.text(c) for c in ("path", "unit", "source", "flag"))

    def complain(bad: Booleans, column: str, what: str, mend: str) -> None:
        if bad.any():
            row = int(np.argmax(bad))
            faults.append(
                f"{where}: column '{column}', row {row} ('{path.at(row)}', {year[row]}): {what} "
                f"({int(bad.sum())} such rows); {mend}"
            )

    complain(~np.isfinite(value), "value", "not a finite number", "give every value")
    position = np.zeros(len(table), dtype=np.int64)
    for dim in dims:
        if dim not in coords:
            raise PackError(
                "",
                [
                    f"{where}: pack.toml names the unknown dimension '{dim}'; "
                    f"known: {', '.join(coords)}"
                ],
            )
        codes = _places(table.columns[dim], coords[dim])
        if (codes < 0).any():
            column, row = table.columns[dim], int(np.argmax(codes < 0))
            code = column.at(row) if isinstance(column, Text) else column[row]
            allowed = [str(c) for c in coords[dim]]
            near = difflib.get_close_matches(str(code), allowed, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            shown = ", ".join(allowed) if len(allowed) <= 12 else f"{allowed[0]} to {allowed[-1]}"
            complain(codes < 0, dim, f"unknown code '{code}'{hint}", f"allowed: {shown}")
        position = position * len(coords[dim]) + codes
    for column_name, column in (("path", path), ("unit", unit)):
        complain(column.codes < 0, column_name, "empty", "fill it")
    complain(flag.other_than(FLAGS), "flag", "unknown flag", f"use one of {', '.join(FLAGS)}")
    complain(
        source.other_than(sources),
        "source",
        "source not listed in pack.toml",
        "add a [sources.<key>] section",
    )
    complain(
        ~(source.other_than(own) | flag.other_than(("observed",))),
        "flag",
        "'observed' with a source that is our own assumption",
        "flag it assumed, or cite where it was observed",
    )
    complain(table.repeated(), "path", "the same key stands twice", "keep one of the rows")
    if faults:
        raise PackError("", faults)

    order, _ = _arrangement([path.codes, year, position])
    table = table.arranged(order)
    if order is not None:
        path, unit, value, year = path[order], unit[order], value[order], year[order]
        position = position[order]
    shape = tuple(len(coords[d]) for d in dims)
    size = math.prod(shape)
    new_path = np.diff(path.codes, prepend=-1) != 0
    starts = np.flatnonzero(new_path)
    blocks = np.flatnonzero(new_path | (np.diff(year, prepend=year[0]) != 0))
    short = np.diff(blocks, append=len(table)) != size
    other_unit = (np.diff(unit.codes, prepend=unit.codes[0]) != 0) & ~new_path
    any_short, any_other = bool(short.any()), bool(other_unit.any())
    edges = [*starts.tolist(), len(table)]
    block_edges = np.searchsorted(blocks, edges).tolist()
    block_years = year[blocks].tolist()
    paths = [path.words[i] for i in path.codes[starts]]
    units = [unit.words[i] for i in unit.codes[starts]]
    values = value if any_short else np.asarray(value, dtype=float).reshape(-1, *shape)
    found: dict[str, Entry] = {}
    for i, (start, stop) in enumerate(pairwise(edges)):
        own_path, own_blocks = paths[i], slice(block_edges[i], block_edges[i + 1])
        rows = slice(start, stop)
        if any_short and short[own_blocks].any():
            at = int(blocks[own_blocks][np.argmax(short[own_blocks])])
            have = position[at:stop][year[at:stop] == year[at]]
            missing = int(np.setdiff1d(np.arange(size), have)[0])
            label = ", ".join(
                f"{d}={coords[d][int(c)]}"
                for d, c in zip(dims, np.unravel_index(missing, shape), strict=True)
            )
            faults.append(
                f"{where}: column '{dims[-1] if dims else 'year'}', from row {table.file_row(at)} "
                f"on: '{own_path}', year {year[at]}: {size - len(have)} of {size} rows are missing "
                f"(first: {label}); give every combination of {dims_text(dims)}"
            )
        elif any_other and other_unit[rows].any():
            row = table.file_row(start + int(np.argmax(other_unit[rows])))
            mixed = sorted({unit.words[code] for code in np.unique(unit.codes[rows])})
            faults.append(
                f"{where}: column 'unit', row {row}: '{own_path}' mixes units {mixed}; use one"
            )
        elif not any_short:
            found[own_path] = Entry(
                own_path,
                dims,
                tuple(block_years[own_blocks]),
                values[own_blocks],
                units[i],
                name,
                rows,
            )
    if faults:
        raise PackError("", faults)
    return table, found


def dims_text(dims: Sequence[str]) -> str:
    """Dimensions for messages."""
    return f"({', '.join(dims)})" if dims else "() (one number)"


def _places(column: Column, codes: tuple[str | int, ...]) -> Integers:
    """``int[row]``: place of each code of a dimension among the allowed ones, -1 where unknown."""
    if isinstance(column, Text):
        return column.numbered({c: i for i, c in enumerate(codes) if isinstance(c, str)})
    labels = np.array([c for c in codes if isinstance(c, int)])
    if not len(labels):
        return np.full(len(column), -1)
    # Whole numbers come in order: ages, years of service, bands.
    place = np.searchsorted(labels, column)
    known = labels[np.minimum(place, len(labels) - 1)] == column
    return np.where(known, place, -1)


def _arrangement(keys: Sequence[NDArray[Any]]) -> tuple[Integers | None, Booleans]:
    """Order of rows by several keys, the first weighing most.

    Returns
    -------
    order : int[row] or None
        None where the rows stand in it already, no key twice.
    again : bool[row]
        In that order: the row has the keys of the one before.
    """
    count = len(keys[0])
    again = np.zeros(count, dtype=bool)
    if not count:
        return None, again
    spans = [int(k.max()) - int(k.min()) + 1 if k.dtype.kind in "iu" else LARGEST_KEY for k in keys]
    if math.prod(spans) < LARGEST_KEY:
        whole = np.zeros(count, dtype=np.int64)
        for key, span in zip(keys, spans, strict=True):
            whole = whole * span + (key.astype(np.int64) - int(key.min()))
        if (np.diff(whole) > 0).all():
            return None, again
        order = np.argsort(whole, kind="stable")
        again[1:] = np.diff(whole[order]) == 0
    else:
        order = np.lexsort(keys[::-1])
        again[1:] = np.logical_and.reduce([k[order][1:] == k[order][:-1] for k in keys])
    return order, again


def _text_columns(dims: Sequence[str]) -> list[str]:
    """Columns that hold words, if the file is as it should be."""
    words = [d for d in dims if not all(isinstance(code, int) for code in STANDARD.get(d, ("",)))]
    return ["path", *words, "unit", "source", "flag", "note"]


def _pandas_index(schema: Any) -> set[str]:
    """Columns of a Parquet file that only number the rows of the frame it was written from."""
    if not schema.metadata or b"pandas" not in schema.metadata:
        return set()
    named = json.loads(schema.metadata[b"pandas"]).get("index_columns", [])
    return {name for name in named if isinstance(name, str)}


def _of_arrow(table: Any, names: Sequence[str]) -> LongTable:
    table = table.unify_dictionaries()
    return LongTable({name: _column(table.column(name)) for name in names})


def _column(chunked: Any) -> Column:
    """An Arrow column as numbers, or as codes into words."""
    import pyarrow as pa

    kind = chunked.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers: NDArray[Any] = chunked.to_numpy()
        return numbers
    if pa.types.is_null(kind):
        return Text(np.full(len(chunked), -1), ())
    if not pa.types.is_dictionary(kind):
        chunked = chunked.cast(pa.string()).dictionary_encode()
    array = chunked.chunk(0) if chunked.num_chunks == 1 else chunked.combine_chunks()
    indices = array.indices.fill_null(-1) if array.null_count else array.indices
    codes = indices.to_numpy(zero_copy_only=False)
    return text_of([str(word) for word in array.dictionary.to_pylist()], codes)
