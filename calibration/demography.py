"""Population, vital rates and migration of the country packs.

Every country follows the medium variant of World Population Prospects 2024
(`calibration.united_nations`); the United States follow the Trustees of the Social Security funds
(`calibration.trustees`), for the Social Security area, so that population and finance are of one
set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration import united_nations
from calibration.trustees import (
    add_trustees,
    trustees_base_population,
    trustees_death_rates,
    trustees_fertility_rates,
    trustees_net_migration,
)
from calibration.trustees import trustees_series as _trustees_series
from calibration.united_nations import (
    AGES,
    BASE_YEAR,
    LAST_YEAR,
    SEX_AGE,
    SEXES,
    SOURCES,
    YEARS,
    add_united_nations,
    countries,
    survival_ratios,
    united_nations_inputs,
)
from socialbudget.builder import PackBuilder

Array = NDArray[np.float64]

__all__ = [
    "AGES",
    "BASE_YEAR",
    "LAST_YEAR",
    "SEXES",
    "SEX_AGE",
    "SOURCES",
    "YEARS",
    "_fertility_level",
    "_trustees_series",
    "add_demography",
    "add_united_nations",
    "base_population",
    "countries",
    "death_rates",
    "fertility_rates",
    "net_migration",
    "survival_ratios",
    "trustees_death_rates",
    "trustees_fertility_rates",
    "trustees_net_migration",
    "united_nations_inputs",
]


def add_demography(pack: PackBuilder, iso3: str) -> None:
    """Add the population tables of a country to its pack.

    Parameters
    ----------
    pack : PackBuilder
    iso3 : str
        One of `countries`; the tables of ``USA`` are those of the Trustees.
    """
    pack.source(
        "wpp2024",
        publisher="United Nations, DESA, Population Division",
        title="World Population Prospects 2024, medium variant",
        edition="2024",
        licence="CC BY 3.0 IGO",
        retrieved="2025-06-23",
        note="Single ages are graduated from published five-year ages, and for thirteen countries "
        "derived from published single ages of both sexes.",
    )
    if iso3 == "USA":
        add_trustees(pack)
    else:
        add_united_nations(pack, iso3)


def base_population(iso3: str) -> Array:
    """Population of the base year's 31 December by sex and age, as in the pack (persons)."""
    if iso3 == "USA":
        return trustees_base_population(trustees_death_rates(), trustees_net_migration())
    return united_nations_inputs(iso3).population


def death_rates(iso3: str) -> dict[int, Array]:
    """Death rates by year, sex and single age (1/year), World Population Prospects."""
    return _by_year(iso3, "death_rate")


def net_migration(iso3: str) -> dict[int, Array]:
    """Net migrants by year, sex and single age (persons a year), World Population Prospects."""
    return _by_year(iso3, "net_migration")


def fertility_rates(iso3: str, level: dict[int, float]) -> dict[int, Array]:
    """Births of a woman by year and single age (1/year), summing to the given level."""
    levels = np.array([level[year] for year in YEARS])
    return dict(zip(YEARS, united_nations.fertility_rates(iso3, levels, YEARS), strict=True))


def _by_year(iso3: str, name: str) -> dict[int, Array]:
    inputs = united_nations_inputs(iso3)
    return dict(zip(inputs.years, getattr(inputs, name), strict=True))


def _fertility_level(iso3: str, indicator: str) -> dict[int, float]:
    """A published series by year of the projection, see `calibration.united_nations.annual`."""
    values = united_nations.annual(iso3, indicator, YEARS)
    return dict(zip(YEARS, values.tolist(), strict=True))
