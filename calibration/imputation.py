"""What stands in for a series that a country does not publish.

The donors are the countries of the same region and income group that have the series; where
there are fewer than three, those of the income group in any region, then of the region, then all.
The value is the median of the donors, so that no single one decides, and it is flagged `imputed`
with the donors named. Only ratios, rates and shares are imputed this way, never amounts of money.

Regions are those of the United Nations. Income groups follow the World Bank's thresholds of 2024-25
(gross national income per head of 2023, Atlas method), applied to gross domestic product per head
of 2023 at market exchange rates, because the table of national income is not at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from calibration.world_data import Datum, last, locations, wdi, weo

Array = NDArray[np.float64]

FEWEST_DONORS = 3
INCOME_GROUPS = ("low", "lower-middle", "upper-middle", "high")
THRESHOLDS = (1_145.0, 4_515.0, 14_005.0)
"""Upper ends of the first three groups, US dollars a head."""

# Without gross domestic product in the sources: World Bank class where it has one (PRK), else by
# the living standards of the territory as described by its administering state.
WITHOUT_GDP = {
    "PRK": "low", "ESH": "lower-middle",
    **dict.fromkeys(("MYT", "NIU", "SHN", "TKL", "WLF", "MSR"), "upper-middle"),
    **dict.fromkeys(
        ("AIA", "BES", "BLM", "COK", "FLK", "GGY", "GIB", "GLP", "GUF", "JEY", "MTQ", "REU", "SPM",
         "VAT", "VGB"),
        "high",
    ),
}  # fmt: skip


@cache
def gdp_per_head(iso3: str) -> tuple[int, float] | None:
    """Year and gross domestic product per head (US dollars), 2023 or the latest before it."""
    return last(weo(iso3, "NGDPDPC"), 2015) or last(wdi(iso3, "NY.GDP.PCAP.CD"))


@cache
def income_group(iso3: str) -> str:
    """Income group of a country (see the module's head).

    Raises
    ------
    LookupError
        When the sources have no gross domestic product and the group is not stated here.
    """
    found = gdp_per_head(iso3)
    if found is not None:
        return INCOME_GROUPS[int(np.searchsorted(THRESHOLDS, found[1]))]
    if iso3 not in WITHOUT_GDP:
        raise LookupError(
            f"{iso3}: no gross domestic product per head in world_weo_2024 or world_wdi; state its "
            "income group in calibration/imputation.py, WITHOUT_GDP"
        )
    return WITHOUT_GDP[iso3]


def donors(iso3: str, has: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """Who stands in for a country: a description of the circle and its members, sorted.

    Parameters
    ----------
    has : callable
        Whether a country has the series itself.

    Raises
    ------
    LookupError
        When no country has the series.
    """
    region = locations()[iso3]["region"]
    group = income_group(iso3)
    circles: tuple[tuple[str, Callable[[str], bool]], ...] = (
        (
            f"{region}, {group} income",
            lambda c: locations()[c]["region"] == region and income_group(c) == group,
        ),
        (f"{group} income, all regions", lambda c: income_group(c) == group),
        (f"{region}, all incomes", lambda c: locations()[c]["region"] == region),
        ("all countries", lambda c: True),
    )
    for name, inside in circles:
        members = tuple(c for c in locations() if c != iso3 and inside(c) and has(c))
        if len(members) >= FEWEST_DONORS:
            return name, members
    if members:
        return name, members
    raise LookupError(f"{iso3}: no country has the series")


def donors_note(circle: str, members: tuple[str, ...], shown: int = 6) -> str:
    """The words that go with an imputed value."""
    names = ", ".join(members[:shown]) + (", ..." if len(members) > shown else "")
    return f"median of {len(members)} countries ({circle}): {names}"


def own_or_imputed(
    iso3: str, own: Callable[[str], Datum | None], source: str = "imputation"
) -> Datum:
    """The country's own value, or the median of its donors.

    Parameters
    ----------
    own : callable
        Value of a country from its own data, None where it has none; cheap or cached.
    """
    found = own(iso3)
    if found is not None:
        return found
    circle, members = donors(iso3, lambda c: own(c) is not None)
    values = [datum.value for c in members if (datum := own(c)) is not None]
    return Datum(float(np.median(values)), "imputed", source, donors_note(circle, members))


def median_table(
    iso3: str, own: Callable[[str], Array | None], has: Callable[[str], bool]
) -> tuple[Array, str]:
    """Cell by cell median of the donors' arrays, with the note that names them."""
    circle, members = donors(iso3, has)
    tables = [table for c in members if (table := own(c)) is not None]
    median: Array = np.median(np.stack(tables), axis=0)
    return median, donors_note(circle, members)
