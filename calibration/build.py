"""Rebuild the shipped packs: ``python -m calibration.build [ISO3 ...]``.

Without arguments all of them: level 2 (South Africa, United States, Republic of Korea), the
synthetic country, and level 1 for every other country and area of World Population Prospects 2024;
then the page on them, ``docs/countries.md``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from calibration import countries_page, synthetic
from calibration.base_year import base_year
from calibration.channels import add_channels
from calibration.demography import add_demography, pack_inputs
from calibration.economic_activity import add_economic_activity, formality
from calibration.economic_uncertainty import add_economic_drivers
from calibration.employment_structure import activity_share, add_employment_structure
from calibration.fiscal import add_fiscal
from calibration.imputation import income_group
from calibration.labour import add_labour
from calibration.labour_flows import add_labour_flows
from calibration.labour_supply import add_labour_supply
from calibration.macro import add_macro, macro_base
from calibration.macro_links import add_macro_links
from calibration.nuptiality import add_families
from calibration.satellites import add_satellites
from calibration.uncertainty import add_demographic_uncertainty
from calibration.united_nations import countries
from calibration.world import RAPID_SOURCES, add_world_sources, build_level1
from calibration.world_data import locations
from calibration.world_economy import add_rapid_inputs
from socialbudget.builder import PackBuilder

FOLDER = Path(__file__).resolve().parent.parent / "countries"
VERSION = "2026.1"
COUNTRIES = {
    "ZAF": ("South Africa", "ZAR"),
    "USA": ("United States of America", "USD"),
    "KOR": ("Republic of Korea", "KRW"),
    synthetic.ISO3: (synthetic.NAME, synthetic.CURRENCY),
}
"""Packs of level 2 and the synthetic one."""


def all_packs() -> tuple[str, ...]:
    """ISO codes of every shipped pack: level 2 and synthetic first, then level 1."""
    return (*COUNTRIES, *(iso3 for iso3 in countries() if iso3 not in COUNTRIES))


def build(iso3: str, folder: Path = FOLDER) -> Path:
    """Build one pack from the source tables and write it whole.

    Raises
    ------
    ValueError
        When there is no such country.
    """
    if iso3 == synthetic.ISO3:
        return synthetic.build(folder, VERSION)
    if iso3 not in all_packs():
        raise ValueError(
            f"'{iso3}' is no country or area of World Population Prospects 2024; give an ISO 3166 "
            "code of three letters such as ETH (Kosovo: XKX)"
        )
    pack = _level2(iso3) if iso3 in COUNTRIES else build_level1(iso3, VERSION)
    pack.write(folder / iso3)
    return folder / iso3


def _level2(iso3: str) -> PackBuilder:
    name, currency = COUNTRIES[iso3]
    place = locations()[iso3]
    pack = PackBuilder(
        iso3,
        name,
        version=VERSION,
        base_year=2024,
        currency=currency,
        level=2,
        status="calibrated",
        region=place["region"],
        subregion=place["subregion"],
        income_group=income_group(iso3),
    )
    add_demography(pack, iso3)
    inputs = pack_inputs(iso3)
    add_demographic_uncertainty(pack, iso3, inputs.death_rate, inputs.net_migration)
    add_families(pack, iso3, place["subregion"], inputs.death_rate[0])
    base = base_year(iso3)
    add_labour(pack, iso3, base.population_midyear)
    add_labour_supply(pack, iso3, base.participation_rate)
    add_economic_activity(pack, iso3, base)
    formal = formality(activity_share(iso3), base.formal_share)
    add_employment_structure(pack, iso3, base.population_midyear, formal)
    add_labour_flows(pack, iso3, base)
    add_macro(pack, iso3)
    add_macro_links(pack, iso3, base.population_midyear)
    schemes = import_module(f"calibration.schemes_{iso3.lower()}")
    schemes.add_schemes(pack, base)
    add_satellites(pack, iso3, base)
    add_fiscal(pack)
    add_world_sources(pack, RAPID_SOURCES)
    accounts = macro_base(iso3)
    add_rapid_inputs(
        pack,
        iso3,
        product=accounts.gdp,
        average_wage=base.average_wage,
        revenue=accounts.government["revenue"],
        expenditure=accounts.government["expenditure"],
        source="derived_values",
    )
    add_channels(pack, "labour_assumptions")
    add_economic_drivers(pack, iso3)
    return pack


def main(arguments: Sequence[str]) -> None:
    """Build the packs named, or all."""
    wanted = [code.upper() for code in arguments] or list(all_packs())
    start = time.perf_counter()
    for number, iso3 in enumerate(wanted, 1):
        folder = build(iso3)
        seconds = time.perf_counter() - start
        print(f"{number:>3}/{len(wanted)}  {seconds:6.1f} s  {folder}", flush=True)
    if not arguments:
        countries_page.main()


if __name__ == "__main__":
    main(sys.argv[1:])
