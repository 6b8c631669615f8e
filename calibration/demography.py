"""Population, vital rates and migration of the country packs.

Every country follows the medium variant of World Population Prospects 2024
(`calibration.united_nations`); the United States follow the Trustees of the Social Security funds
(`calibration.trustees`), for the Social Security area, so that population and finance are of one
set. Which of the two a pack holds is decided here alone.
"""

from __future__ import annotations

from functools import cache

from calibration.cohorts import Inputs
from calibration.trustees import add_trustees, trustees_inputs
from calibration.united_nations import add_united_nations, united_nations_inputs
from socialbudget.builder import PackBuilder


def add_demography(pack: PackBuilder, iso3: str) -> None:
    """Add the population tables of a country to its pack.

    Parameters
    ----------
    pack : PackBuilder
    iso3 : str
        One of `calibration.united_nations.countries`; those of ``USA`` are of the Trustees.
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


@cache
def pack_inputs(iso3: str) -> Inputs:
    """Inputs of the projection that a country's pack holds.

    Parameters
    ----------
    iso3 : str
        One of `calibration.united_nations.countries`.
    """
    return trustees_inputs() if iso3 == "USA" else united_nations_inputs(iso3)
