"""Age groups written as text: ``"0-14,15-64,65+"``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from socialbudget.dims import MAX_AGE
from socialbudget.errors import SocialBudgetError

_GROUP = re.compile(r"^(\d{1,3})(?:-(\d{1,3})|(\+))?$")
NAMED = {
    "single": tuple(range(MAX_AGE + 1)),
    "five-year": tuple(range(0, MAX_AGE + 1, 5)),
    "ten-year": tuple(range(0, 81, 10)),
}
"""Groupings with a name: the first age of each group, the last open."""


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """Ages from `low` to `high`, both included; the open age 100+ belongs to a group ``"95+"``."""

    label: str
    low: int
    high: int

    @property
    def ages(self) -> slice:
        """Positions along the age axis."""
        return slice(self.low, self.high + 1)


Groups = str | Sequence[AgeGroup]


def parse_age_groups(groups: Groups) -> tuple[AgeGroup, ...]:
    """Read age groups from text.

    Parameters
    ----------
    groups : str
        Groups parted by commas, each ``"15-64"``, ``"65+"`` or ``"18"``; or one of the names
        ``single``, ``five-year`` and ``ten-year``. Groups may leave gaps and may overlap. A
        sequence of `AgeGroup` is passed through.

    Returns
    -------
    tuple of AgeGroup

    Raises
    ------
    SocialBudgetError
        Text that is no age group, a group that ends before it starts or beyond the open age, or
        the same group twice; the message quotes the group.
    """
    if not isinstance(groups, str):
        return tuple(groups)
    name = groups.strip().lower()
    if name in NAMED:
        starts = NAMED[name]
        ends = [*(s - 1 for s in starts[1:]), MAX_AGE]
        return tuple(
            AgeGroup(_label(low, high), low, high) for low, high in zip(starts, ends, strict=True)
        )
    found: list[AgeGroup] = []
    for number, part in enumerate(groups.split(","), start=1):
        group = _one(part, number, groups)
        if group in found:
            raise _fault(groups, number, part, "stands twice; keep one")
        found.append(group)
    return tuple(found)


def _one(part: str, number: int, whole: str) -> AgeGroup:
    plain = re.sub(r"\s+", "", part).replace("–", "-")
    match = _GROUP.match(plain)
    if match is None:
        what = "is empty" if not plain else "is no age group"
        raise _fault(
            whole,
            number,
            part,
            f"{what}; write groups as '15-64', '65+' or '18', parted by commas, or one of: "
            f"{', '.join(NAMED)}",
        )
    low = int(match[1])
    if low > MAX_AGE:
        raise _fault(whole, number, part, f"starts beyond the open age group {MAX_AGE}+")
    if match[3]:
        return AgeGroup(_label(low, MAX_AGE), low, MAX_AGE)
    high = low if match[2] is None else int(match[2])
    if high < low:
        raise _fault(whole, number, part, f"ends before it starts; write '{high}-{low}'")
    if high >= MAX_AGE:
        raise _fault(
            whole,
            number,
            part,
            f"ends inside the open age group {MAX_AGE}+, which cannot be parted; write '{low}+'",
        )
    return AgeGroup(_label(low, high), low, high)


def _label(low: int, high: int) -> str:
    if high == MAX_AGE:
        return f"{low}+"
    return str(low) if low == high else f"{low}-{high}"


def _fault(whole: str, number: int, part: str, what: str) -> SocialBudgetError:
    return SocialBudgetError(f"age groups '{whole}': group {number}, '{part.strip()}', {what}")
