"""Rebuild the shipped packs: ``python -m calibration.build [ISO3 ...]``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from calibration import synthetic
from calibration.base_year import base_year
from calibration.demography import add_demography
from calibration.labour import add_labour, single_age_population
from calibration.macro import add_macro
from calibration.uncertainty import add_uncertainty
from socialbudget.builder import PackBuilder

FOLDER = Path(__file__).resolve().parent.parent / "countries"
VERSION = "2026.1"
COUNTRIES = {
    "ZAF": ("South Africa", "ZAR"),
    "USA": ("United States of America", "USD"),
    "KOR": ("Republic of Korea", "KRW"),
    synthetic.ISO3: (synthetic.NAME, synthetic.CURRENCY),
}


def build(iso3: str, folder: Path = FOLDER) -> Path:
    """Build one pack from the source tables and write it whole."""
    if iso3 == synthetic.ISO3:
        return synthetic.build(folder, VERSION)
    name, currency = COUNTRIES[iso3]
    pack = PackBuilder(
        iso3,
        name,
        version=VERSION,
        base_year=2024,
        currency=currency,
        level=2,
        status="calibrated",
    )
    add_demography(pack, iso3)
    midyear = single_age_population(iso3, "1 July")
    add_labour(pack, iso3, midyear)
    add_macro(pack, iso3)
    schemes = import_module(f"calibration.schemes_{iso3.lower()}")
    schemes.add_schemes(pack, base_year(iso3))
    add_uncertainty(pack)
    pack.write(folder / iso3)
    return folder / iso3


def main(arguments: Sequence[str]) -> None:
    """Build the packs named, or all."""
    for iso3 in arguments or list(COUNTRIES):
        print(build(iso3.upper()))


if __name__ == "__main__":
    main(sys.argv[1:])
