"""Level-1 packs: population, labour, economy and living standards of every country.

``python -m calibration.build`` builds them with all others. A pack holds what a rapid assessment
of a social protection floor needs (method 8); its values come from the tables of all countries,
and where a country publishes none, from its donors (`calibration.imputation`).
"""

from __future__ import annotations

from collections.abc import Iterable

from calibration.demography import add_demography, pack_inputs
from calibration.imputation import income_group
from calibration.nuptiality import add_families
from calibration.uncertainty import add_demographic_uncertainty
from calibration.world_data import BASE_YEAR, currency, locations
from calibration.world_economy import add_world_economy
from calibration.world_labour import ASSUMED, add_world_labour
from socialbudget.builder import PackBuilder

SOURCES: dict[str, dict[str, str]] = {
    "ilo_labour": {
        "publisher": "International Labour Organization (ILOSTAT)",
        "title": "Labour force participation, employment, status, informality, unemployment by "
        "age, mean monthly earnings",
        "edition": "modelled estimates to 2026; participation by five-year age group 2019",
        "licence": "CC BY 4.0",
        "retrieved": "2026-03-01",
        "note": "Modelled estimates, and national surveys for informality, ages of the unemployed "
        "and earnings.",
    },
    "imf_weo": {
        "publisher": "International Monetary Fund",
        "title": "World Economic Outlook database",
        "edition": "April 2024",
        "licence": "IMF terms of use of data, with attribution",
        "retrieved": "2024",
        "note": "Years after 2023 are projections of the Fund's staff.",
    },
    "wdi_world": {
        "publisher": "World Bank",
        "title": "World Development Indicators",
        "edition": "July 2024, and 2025-26 by way of Gapminder",
        "licence": "CC BY 4.0",
        "retrieved": "2026-03-01",
    },
    "pwt_world": {
        "publisher": "Groningen Growth and Development Centre",
        "title": "Penn World Table",
        "edition": "10.01",
        "licence": "CC BY 4.0",
        "retrieved": "2023",
        "note": "Labour share and government consumption of 2019.",
    },
    "who_health": {
        "publisher": "World Health Organization, by way of World Bank and Gapminder",
        "title": "Health expenditure: total over GDP, share of government, share out of pocket",
        "edition": "2025",
        "licence": "CC BY 4.0 (series of the World Development Indicators)",
        "retrieved": "2026-03-01",
    },
    "unsd_sdg": {
        "publisher": "United Nations Statistics Division; data of the ILO",
        "title": "SDG indicator 1.3.1: population covered by social protection",
        "edition": "19 October 2020",
        "licence": "free re-dissemination with citation",
        "retrieved": "2020-10-19",
    },
    "wb_poverty": {
        "publisher": "World Bank",
        "title": "Poverty and Inequality Platform: Gini, headcounts at 3.00, 4.20 and 8.30 dollars "
        "of 2021 and at national lines",
        "edition": "2025",
        "licence": "CC BY 4.0",
        "retrieved": "2026-03-01",
        "note": "Income in some countries, consumption in others.",
    },
    "imputation": {
        "publisher": "socialbudget",
        "title": "Medians of donor countries by region and income group",
        "edition": "2026.1",
        "licence": "CC BY 4.0",
        "retrieved": "2026",
        "note": "The note of each value names the donors.",
    },
    ASSUMED: {
        "publisher": "socialbudget",
        "title": "Assumptions of the packs of all countries",
        "edition": "2026.1",
        "licence": "CC BY 4.0",
        "retrieved": "2026",
        "note": "Long-run growth, severe disability by age, parameters without national source.",
    },
}


RAPID_SOURCES = (
    "imf_weo", "wdi_world", "who_health", "unsd_sdg", "wb_poverty", "imputation", ASSUMED,
)  # fmt: skip
"""Sources of what `calibration.world_economy.add_rapid_inputs` adds to other packs."""


def add_world_sources(pack: PackBuilder, keys: Iterable[str] = tuple(SOURCES)) -> None:
    """Register the sources of the level-1 values, or those of `keys`."""
    for key in keys:
        pack.source(key, **SOURCES[key])


def build_level1(iso3: str, version: str) -> PackBuilder:
    """The level-1 pack of a country, ready to be written.

    Parameters
    ----------
    iso3 : str
        One of `calibration.united_nations.countries`.
    version : str
        Version of the packs.
    """
    place = locations()[iso3]
    pack = PackBuilder(
        iso3,
        place["name"],
        version=version,
        base_year=BASE_YEAR,
        currency=currency(iso3),
        level=1,
        status="calibrated",
        region=place["region"],
        subregion=place["subregion"],
        income_group=income_group(iso3),
    )
    add_world_sources(pack)
    add_demography(pack, iso3)
    inputs = pack_inputs(iso3)
    add_demographic_uncertainty(pack, iso3, inputs.death_rate, inputs.net_migration)
    add_families(pack, iso3, place["subregion"], inputs.death_rate[0])
    add_world_labour(pack, iso3)
    add_world_economy(pack, iso3)
    add_economic_uncertainty(pack)
    return pack


def add_economic_uncertainty(pack: PackBuilder) -> None:
    """Drivers of growth and inflation: points of yearly growth, as in the other packs."""
    for path, sd, persistence, note in (
        ("macroeconomy.productivity_growth", 0.01, 0.3, "Points of yearly growth"),
        ("macroeconomy.inflation_target", 0.003, 0.5, "Points of yearly inflation"),
    ):
        pack.uncertain(
            path, kind="add", sd=sd, persistence=persistence, source=ASSUMED, flag="assumed",
            note=note,
        )  # fmt: skip
