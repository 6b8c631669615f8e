"""Long tables made from arrays: one block of rows for each path and year."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from socialbudget.contract import Array
from socialbudget.dims import STANDARD, Coordinates
from socialbudget.table import Column, Integers, LongTable, Text, text_of


@dataclass(frozen=True)
class Block:
    """The values of one path and year, cell by cell: ``float64[cell]`` and words of each cell."""

    path: str
    year: int
    values: Array
    unit: str
    source: Text
    flag: Text
    note: Text


def worded(words: ArrayLike, shape: tuple[int, ...]) -> Text:
    """One word for all cells, or an array of words of that shape, cell by cell."""
    array = np.broadcast_to(np.asarray(words, dtype=object), shape).ravel()
    found, codes = np.unique(array.astype(str), return_inverse=True)
    return Text(codes.astype(np.int32), tuple(str(word) for word in found))


def stacked(
    dims: tuple[str, ...], blocks: Sequence[Block], coords: Coordinates = STANDARD
) -> LongTable:
    """The blocks one under the other, in their order, as one table of a pack."""
    shape = tuple(len(coords[d]) for d in dims)
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
        columns[dim] = _labels(coords[dim], np.tile(place, len(blocks)))
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
