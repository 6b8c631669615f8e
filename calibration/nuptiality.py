"""Marital status and age difference of spouses for country packs.

The United States has marital status by age from the Trustees Report 2024; every other country
gets the standard pattern of its region (`socialbudget.population.nuptiality`), flagged assumed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from socialbudget.builder import PackBuilder
from socialbudget.dims import STANDARD
from socialbudget.population.nuptiality import SOURCE, SOURCE_KEY, family_parameters

Array = NDArray[np.float64]

FOLDER = Path(__file__).parent / "sources"
USA_SOURCE = "ssa_marital_status_2024"


def add_families(pack: PackBuilder, iso3: str, region: str, death_rate: Array) -> None:
    """Add what the module ``families`` needs to a pack.

    Parameters
    ----------
    pack : PackBuilder
    iso3 : str
    region : str
        Region of the United Nations (SDG region or sub-region) or of the World Bank.
    death_rate : array [sex, age]
        Death rates of the base year (1/year), from which widowhood follows.

    Raises
    ------
    SocialBudgetError
        An unknown region.
    """
    pack.source(
        SOURCE_KEY,
        publisher=SOURCE.publisher,
        title=SOURCE.title,
        licence=SOURCE.licence,
        note=SOURCE.note,
    )
    observed = _usa_shares() if iso3 == "USA" else {}
    if observed:
        pack.source(
            USA_SOURCE,
            publisher="United States, Social Security Administration",
            title="Population by age, sex and marital status, Trustees Report 2024",
            edition="2024",
            licence="public domain",
            note="Shares on 1 July 2024, taken for 31 December",
        )
    for path, (dims, values, unit) in family_parameters(region, death_rate).items():
        if path in observed:
            pack.table(path, dims, observed[path], unit, USA_SOURCE, "observed")
        else:
            note = f"pattern of the region {region}"
            pack.table(path, dims, values, unit, SOURCE_KEY, "assumed", note=note)


def _usa_shares() -> dict[str, Array]:
    frame = pd.read_csv(FOLDER / "usa_marital_2024.csv")
    shape = (len(STANDARD["sex"]), len(STANDARD["age"]))
    frame = frame.set_index(["sex", "age"]).loc[list(STANDARD["sex"])]
    return {
        "families.married_share": frame["married_share"].to_numpy(dtype=float).reshape(shape),
        "families.widowed_share": frame["widowed_share"].to_numpy(dtype=float).reshape(shape),
    }
