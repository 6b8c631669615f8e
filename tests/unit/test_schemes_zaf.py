"""The schemes of South Africa reproduce the accounts and the recipients they were built from."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest

from calibration.base_year import BaseYear, base_year
from calibration.fiscal import add_fiscal
from calibration.schemes_zaf import (
    CORE_GRANTS,
    SHAPES,
    SOURCES,
    accounts,
    add_schemes,
    mean_amount,
    scaled,
)
from socialbudget.builder import PackBuilder
from socialbudget.dims import FUNCTIONS
from socialbudget.modules import scheme_kinds, schemes_of
from socialbudget.pack import Pack, load_pack, resolve

DORMANT = "universal_child_benefit"
# Mean benefits known or implied by law, rand a month.
KNOWN_MONTHLY = {
    "uif_unemployment": (4900, 0.05),  # R876 million to some 190 000 in December 2022, + wages
    "epwp_cwp": (157 * 20, 0.25),  # R156.66 a day
    "presidential_employment_initiative": (27.58 * 8 * 21, 0.35),  # minimum wage of 2024, part time
    "early_childhood_subsidy": (17 * 22, 0.25),
}


@pytest.fixture(scope="module")
def base() -> BaseYear:
    return base_year("ZAF")


@pytest.fixture(scope="module")
def pack(base: BaseYear, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    builder = PackBuilder(
        "ZAF", "South Africa", version="test", base_year=2024, currency="ZAR", level=2,
        status="calibrated",
    )  # fmt: skip
    add_schemes(builder, base)
    add_fiscal(builder)
    folder: Path = tmp_path_factory.mktemp("packs") / "ZAF"
    builder.write(folder)
    return load_pack(folder)


def account_rows() -> list[dict[str, str]]:
    with (SOURCES / "accounts_zaf.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(pack: Pack, name: str, parameter: str) -> np.ndarray:
    return pack.entries[f"schemes.{name}.{parameter}"].values[0]


def benefits(pack: Pack, name: str) -> float:
    return float(value(pack, name, "base_expenditure").sum())


@pytest.mark.parametrize("row", account_rows(), ids=lambda r: f"{r['branch']} {r['sector']}"[:50])
def test_accounts_are_reproduced(pack: Pack, row: dict[str, str]) -> None:
    total = 0.0
    for name in row["instances"].split(";"):
        if row["measure"] == "contributions":
            total += value(pack, name, "base_contributions").sum()
        else:
            share = float(value(pack, name, "administration_share"))
            total += benefits(pack, name) * (1 + share * int(row["includes_administration"]))
    assert total == pytest.approx(float(row["million_rand"]) * 1e6, rel=0.01)


def test_percent_of_gdp_agrees_with_the_base_year(base: BaseYear) -> None:
    for row in account_rows():
        percent = 100 * float(row["million_rand"]) * 1e6 / base.gdp
        assert float(row["percent_of_gdp"]) == pytest.approx(percent, rel=0.02, abs=0.001)


def test_every_instance_stands_in_its_function(pack: Pack) -> None:
    listed = [
        n for r in account_rows() if r["level"] == "function" for n in r["instances"].split(";")
    ]
    assert sorted([*listed, DORMANT]) == sorted(pack.schemes)
    for name, instance in pack.schemes.items():
        spent = value(pack, name, "base_expenditure")
        assert spent.sum() == spent[FUNCTIONS.index(instance.function)]
    total = sum(value(pack, n, "base_expenditure") for n in pack.schemes)
    assert (total > 0).all(), "a function without expenditure"


def test_recipients_are_the_known_ones(pack: Pack, base: BaseYear) -> None:
    book = accounts()
    for name in SHAPES:
        persons = (value(pack, name, "recipient_rate") * base.population_midyear).sum()
        assert persons == pytest.approx(book[name].recipients, rel=1e-6), name
    covered = value(pack, "medical_schemes", "covered_share") * base.population_midyear
    ages = np.arange(101) + 0.5
    assert covered.sum() == pytest.approx(9.17e6, rel=1e-6)
    assert (covered * ages).sum() / covered.sum() == pytest.approx(34.2, abs=1.0)
    assert covered[:, 65:].sum() / covered.sum() == pytest.approx(0.094, abs=0.006)
    grant = value(pack, "social_relief_of_distress", "recipient_rate") * base.population_midyear
    assert grant[:, 18:36].sum() / grant.sum() == pytest.approx(0.60, abs=0.05)
    assert grant[0].sum() / grant.sum() == pytest.approx(0.54, abs=0.02)


def test_age_limits(pack: Pack) -> None:
    for name, first, last in (
        ("old_age_grant", 60, 100),
        ("disability_grant", 18, 59),
        ("child_support_grant", 0, 17),
        ("foster_child_grant", 0, 17),
        ("care_dependency_grant", 0, 17),
        ("social_relief_of_distress", 18, 59),
        (DORMANT, 0, 17),
    ):
        ages = np.flatnonzero(value(pack, name, "recipient_rate").sum(axis=0) > 0)
        assert (ages[0], ages[-1]) == (first, last), name


def test_mean_benefits_are_plausible(pack: Pack) -> None:
    book = accounts()
    for grant in (*CORE_GRANTS, "social_relief_of_distress"):
        mean = book[grant].benefits * 1e6 / book[grant].recipients
        assert mean == pytest.approx(12 * mean_amount(grant, 2024), rel=0.02), grant
    for name, (monthly, tolerance) in KNOWN_MONTHLY.items():
        mean = book[name].benefits * 1e6 / book[name].recipients / 12
        assert mean == pytest.approx(monthly, rel=tolerance), name


def test_statutory_amounts_by_date(pack: Pack, base: BaseYear) -> None:
    entry = pack.entries["schemes.old_age_grant.benefit_amount"]
    assert entry.years == (2024, 2025)
    assert entry.values[0, 0] == 3 * 2090 + 6 * 2180 + 3 * 2190
    nominal = entry.values[1, 0] * (1 + base.cpi_inflation)
    assert nominal == pytest.approx(3 * 2190 + 9 * 2315)


def test_split_funds_add_up_to_the_statutory_rates(pack: Pack) -> None:
    for prefix, rates in (("uif_", (0.01, 0.01, 0.0)), ("gepf_", (0.132, 0.075, 0.0))):
        total = sum(
            value(pack, n, "contribution_rate") for n in pack.schemes if n.startswith(prefix)
        )
        np.testing.assert_allclose(total, rates, rtol=1e-9)
    assert value(pack, "uif_sickness", "earnings_ceiling") == 12 * 17712
    ceiling = pack.entries["schemes.compensation_fund.earnings_ceiling"]
    assert ceiling.years == (2024, 2025)
    assert ceiling.values[0] == 597328


def test_contributions_follow_from_rates_within_reason(pack: Pack, base: BaseYear) -> None:
    """Uncapped wage bill x coverage x rate bounds receipts; pay of members may exceed the mean."""
    for name, instance in pack.schemes.items():
        if not instance.contributory:
            continue
        bill = (base.wage_bill.sum(axis=1) * value(pack, name, "coverage_rate")).sum()
        paid = value(pack, name, "base_contributions")[:2].sum()
        ratio = paid / (bill * value(pack, name, "contribution_rate")[:2].sum())
        assert 0.5 < ratio < 2.0, (name, ratio)


def test_the_reform_is_dormant(pack: Pack) -> None:
    assert value(pack, DORMANT, "coverage") == 0
    assert benefits(pack, DORMANT) == 0
    assert (value(pack, DORMANT, "benefit_amount") == 12 * 796).all()


def test_parameters_satisfy_the_kinds(pack: Pack) -> None:
    kinds = scheme_kinds()
    for scheme in schemes_of(pack):
        for module in kinds[scheme.instance.kind].modules(scheme):
            resolve(pack, [p for p in module.params if p.path.startswith("schemes.")], 2100)


def test_every_official_figure_has_a_registered_source() -> None:
    document = tomllib.loads((SOURCES / "schemes_zaf.toml").read_text(encoding="utf-8"))
    with (SOURCES / "official_zaf.csv").open(encoding="utf-8", newline="") as file:
        used = {r["source"] for r in csv.DictReader(file)}
    assert used - {"zaf_gdp"} <= set(document["sources"])


def test_scaling_passes_on_what_the_cap_cuts() -> None:
    relative = np.array([[1.0, 4.0]])
    population = np.array([[100.0, 100.0]])
    rate = scaled(relative, population, 150.0)
    np.testing.assert_allclose(rate, [[0.5, 1.0]], rtol=1e-9)
    with pytest.raises(ValueError, match="exceed"):
        scaled(relative, population, 201.0)
