"""Donors of missing series: who they are, and that they alone decide."""

from __future__ import annotations

import numpy as np
import pytest

from calibration import imputation
from calibration.imputation import (
    FEWEST_DONORS,
    THRESHOLDS,
    donors,
    income_group,
    median_table,
    own_or_imputed,
)
from calibration.world_data import Datum, locations, weakest


def known(values: dict[str, float]):  # type: ignore[no-untyped-def]
    def own(iso3: str) -> Datum | None:
        return Datum(values[iso3], "observed", "s", "") if iso3 in values else None

    return own


def peers(iso3: str, count: int) -> list[str]:
    place, group = locations()[iso3]["region"], income_group(iso3)
    same = [
        c for c in locations()
        if c != iso3 and locations()[c]["region"] == place and income_group(c) == group
    ]  # fmt: skip
    return same[:count]


def test_an_own_value_is_never_replaced() -> None:
    values = dict.fromkeys(peers("ETH", 8), 1.0) | {"ETH": 5.0}
    assert own_or_imputed("ETH", known(values)).value == 5.0


def test_the_median_of_region_and_income_group_stands_in() -> None:
    members = peers("ETH", 5)
    values = dict(zip(members, (1.0, 2.0, 3.0, 4.0, 100.0), strict=True))
    others = {c: -9.0 for c in locations() if locations()[c]["region"] == "Europe"}
    found = own_or_imputed("ETH", known(values | others))
    assert found.value == 3.0
    assert found.flag == "imputed"
    assert found.source == "imputation"
    assert "median of 5 countries (Africa, lower-middle income)" in found.note
    assert members[0] in found.note


def test_too_few_donors_widen_the_circle() -> None:
    members = peers("ETH", FEWEST_DONORS - 1)
    asian = [c for c in locations() if locations()[c]["region"] == "Asia"]
    abroad = [c for c in asian if income_group(c) == "lower-middle"][:4]
    circle, found = donors("ETH", lambda c: c in {*members, *abroad})
    assert circle == "lower-middle income, all regions"
    assert set(found) == {*members, *abroad}


def test_a_single_donor_in_the_world_still_serves() -> None:
    circle, found = donors("ETH", lambda c: c == "NZL")
    assert (circle, found) == ("all countries", ("NZL",))


def test_no_donor_is_an_error() -> None:
    with pytest.raises(LookupError, match="ETH: no country has the series"):
        donors("ETH", lambda c: False)


def test_a_country_is_no_donor_of_itself() -> None:
    _, members = donors("ETH", lambda c: True)
    assert "ETH" not in members
    assert len(members) > 10


def test_tables_are_imputed_cell_by_cell() -> None:
    members = peers("ETH", 3)
    tables = dict(zip(members, (np.array([0.0, 9.0]), np.array([1.0, 1.0]), np.array([5.0, 2.0])),
                      strict=True))  # fmt: skip
    median, note = median_table("ETH", tables.get, tables.__contains__)
    assert median.tolist() == [1.0, 2.0]
    assert note.startswith("median of 3 countries")


@pytest.mark.parametrize(
    ("head", "group"),
    [
        (THRESHOLDS[0], "low"),
        (THRESHOLDS[0] + 1, "lower-middle"),
        (THRESHOLDS[1], "lower-middle"),
        (THRESHOLDS[2], "upper-middle"),
        (THRESHOLDS[2] + 1, "high"),
    ],
)
def test_income_groups_change_above_the_threshold(
    monkeypatch: pytest.MonkeyPatch, head: float, group: str
) -> None:
    monkeypatch.setattr(imputation, "gdp_per_head", lambda iso3: (2023, head))
    assert income_group.__wrapped__("ETH") == group


def test_a_country_of_unknown_income_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imputation, "gdp_per_head", lambda iso3: None)
    with pytest.raises(LookupError, match="ETH: no gross domestic product per head"):
        income_group.__wrapped__("ETH")
    assert income_group.__wrapped__("PRK") == "low"


def test_a_value_is_as_weak_as_its_weakest_part() -> None:
    assert weakest("observed", "imputed", "estimated") == "imputed"
    assert weakest("estimated", "assumed") == "assumed"
    assert Datum(2.0, "observed", "s", "a").times(3.0, "b") == Datum(6.0, "observed", "s", "a; b")
