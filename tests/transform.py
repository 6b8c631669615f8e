"""Packs changed in memory: values scaled or exchanged, nothing on disk touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from socialbudget.pack import Entry, Pack

PER_PERSON = (
    "benefit_amount",
    "unit_cost",
    "earnings_floor",
    "earnings_ceiling",
    "bend_point",
    "flat_amount",
    "minimum_pension",
    "average_pension",
    "administration_cost",
    "exported_benefit",
)
"""Money parameters that are amounts of one person, whatever the size of the country."""


def with_entries(pack: Pack, change: Callable[[Entry], np.ndarray]) -> Pack:
    """The pack with the values of every entry replaced by what `change` makes of the entry."""
    entries = {
        p: replace(e, values=np.ascontiguousarray(change(e))) for p, e in pack.entries.items()
    }
    return replace(pack, entries=entries)


def is_money(entry: Entry) -> bool:
    return "LCU" in entry.unit


def money_times(pack: Pack, factor: float) -> Pack:
    """The country with every amount of money in another currency unit."""
    return with_entries(pack, lambda e: e.values * (factor if is_money(e) else 1.0))


def twice_as_large(pack: Pack) -> Pack:
    """Two copies of the country put together."""

    def change(entry: Entry) -> np.ndarray:
        heads = entry.unit.startswith("person")
        total = is_money(entry) and entry.path.rsplit(".", 1)[1] not in PER_PERSON
        return entry.values * (2.0 if heads or total else 1.0)

    return with_entries(pack, change)


def sexes_exchanged(pack: Pack) -> Pack:
    """Women's data given to men and men's to women.

    Only for a pack in which nothing but the sex ratio at birth and fertility is tied to one sex.
    Fertility is brought to the level at which the women (formerly men) have as many births.
    """
    people = pack.entries["demography.population"].values[0]
    fertility = pack.entries["demography.fertility_rate"].values[0]
    level = (people[0] * fertility).sum() / (people[1] * fertility).sum()

    def change(entry: Entry) -> np.ndarray:
        if entry.path == "demography.sex_ratio_at_birth":
            return 1.0 / entry.values
        if entry.path == "demography.fertility_rate":
            return entry.values * level
        if "sex" in entry.dims:
            return np.flip(entry.values, axis=1 + entry.dims.index("sex"))
        return entry.values

    return with_entries(pack, change)


def with_values(pack: Pack, values: dict[str, float]) -> Pack:
    """The pack with some paths set to one value everywhere."""
    unknown = set(values) - set(pack.entries)
    assert not unknown, unknown
    return with_entries(
        pack,
        lambda e: np.full(e.values.shape, values[e.path]) if e.path in values else e.values,
    )
