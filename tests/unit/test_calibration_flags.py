"""Flags of the shipped packs: nobody has observed what the project assumes."""

from __future__ import annotations

import pandas as pd
import pytest

from calibration.build import COUNTRIES, FOLDER
from socialbudget.pack import load_pack

OWN = "socialbudget"


def rows(iso3: str) -> pd.DataFrame:
    return pd.concat(
        [pd.read_parquet(file) for file in sorted((FOLDER / iso3).glob("*.parquet"))],
        ignore_index=True,
    )


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_no_own_assumption_is_flagged_observed(iso3: str) -> None:
    sources = load_pack(FOLDER / iso3).manifest.sources
    own = {key for key, source in sources.items() if source.publisher == OWN}
    assert own
    table = rows(iso3)
    wrong = table[table["source"].isin(own) & (table["flag"] == "observed")]
    assert wrong["path"].unique().tolist() == []


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_own_assumptions_name_the_project_as_publisher(iso3: str) -> None:
    for key, source in load_pack(FOLDER / iso3).manifest.sources.items():
        words = f"{key} {source.title}".lower()
        if any(w in words for w in ("assumption of", "assumptions for", "assumed", "default")):
            assert source.publisher == OWN, key


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_leave_of_mothers_and_fathers_is_given(iso3: str) -> None:
    table = rows(iso3)
    pack = load_pack(FOLDER / iso3)
    kinds = {z for z, scheme in pack.schemes.items() if scheme.kind == "maternity_benefit"}
    assert kinds
    for z in kinds:
        for name in ("benefit_weeks", "insured_share"):
            first = table[(table["path"] == f"schemes.{z}.{name}") & (table["year"] == 2024)]
            value = first.set_index("sex")["value"]
            assert value["female"] > value["male"] >= 0.0
            assert (value["male"] > 0.0) == (iso3 != "ZZZ")
