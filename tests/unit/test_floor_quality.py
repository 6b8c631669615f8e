"""What the table of inputs counts: series and cells that a result reads, and no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from socialbudget.floor import Assessment, assess
from socialbudget.floor.assessment import NEUTRAL, WITH_COHORTS, WITH_REFORM
from socialbudget.floor.package import load_package
from socialbudget.pack import Pack, load_pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("ETH")


@pytest.fixture(scope="module")
def assessment(pack: Pack) -> Assessment:
    package = load_package()
    return assess(pack, package.with_variant(package.variants[0]), to=2026, draws=0)


def with_values(a: Assessment, path: str, values: float) -> Assessment:
    entry = a.pack.entries[path]
    changed = replace(entry, values=np.broadcast_to(values, entry.values.shape))
    return replace(a, pack=replace(a.pack, entries={**a.pack.entries, path: changed}))


def test_handles_at_rest_are_not_counted(assessment: Assessment) -> None:
    paths = set(assessment.quality["path"])
    assert paths
    assert not paths & {*NEUTRAL, *WITH_COHORTS, *WITH_REFORM}
    assert {*NEUTRAL, *WITH_COHORTS, *WITH_REFORM} <= set(assessment.plan.used)


@pytest.mark.parametrize(
    ("path", "value", "also"),
    [
        ("demography.fertility_shift", 0.5, ()),
        ("demography.mortality_index", -0.1, ()),
        ("participation.cohort_engine", 1.0, WITH_COHORTS),
    ],
)
def test_a_handle_that_is_used_counts(
    assessment: Assessment, path: str, value: float, also: tuple[str, ...]
) -> None:
    paths = set(with_values(assessment, path, value).quality["path"])
    assert {path, *also} <= paths


def test_coverage_counts_by_the_functions_that_guarantees_start_from(
    assessment: Assessment,
) -> None:
    row = assessment.quality.set_index("path").loc["protection.coverage"]
    # Four functions without an indicator are assumed in every pack; no guarantee reads them.
    assert assessment.pack.flag_shares("protection.coverage")["assumed"] == pytest.approx(1 / 3)
    assert row["share_assumed"] == 0
    rows = assessment.pack.provenance("protection.coverage").set_index("function")["flag"]
    read = [g.function for g in assessment.package.guarantees.values() if g.existing == "coverage"]
    assert row["share_observed"] == pytest.approx((rows.loc[read] == "observed").mean())


def test_labour_counts_from_fifteen(assessment: Assessment) -> None:
    flags = assessment.quality.set_index("path")
    for path in ("participation.participation_rate", "labour_market.unemployment_rate"):
        assert "assumed" in assessment.pack.flag_shares(path)
        assert flags.loc[path, "flag"] == "estimated"


def test_the_line_says_which_headcount_it_follows_from(assessment: Assessment) -> None:
    year = assessment.pack.entries["living_standards.survey_year"].values[0]
    assert assessment.line_origin == f"derived from the headcount of {year:.0f}"
    assert replace(assessment, plan=replace(assessment.plan, lines={})).line_origin == ""


def test_a_country_without_a_survey_names_no_year() -> None:
    afghanistan = load_pack("AFG")
    package = load_package()
    a = assess(afghanistan, package.with_variant(package.variants[0]), to=2025, draws=0)
    assert a.line_origin == "derived from a headcount"
