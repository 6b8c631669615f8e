"""Republic of Korea: the scheme instances reproduce the accounts and fit what their kinds read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.base_year import BaseYear, base_year
from calibration.fiscal import add_fiscal
from calibration.schemes_kor import accounts, add_schemes, expenditure, scheme_table
from socialbudget.builder import PackBuilder
from socialbudget.contract import Param
from socialbudget.dims import STATUSES
from socialbudget.modules import build_modules
from socialbudget.pack import Pack, load_pack, resolve

ACCOUNTS = accounts()


@pytest.fixture(scope="module")
def base() -> BaseYear:
    return base_year("KOR")


@pytest.fixture(scope="module")
def pack(base: BaseYear, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    builder = PackBuilder(
        "KOR",
        "Republic of Korea",
        version="test",
        base_year=2024,
        currency="KRW",
        level=2,
        status="calibrated",
    )
    add_schemes(builder, base)
    add_fiscal(builder)
    folder: Path = tmp_path_factory.mktemp("packs") / "KOR"
    builder.write(folder)
    return load_pack(folder)


def params(pack: Pack) -> list[Param]:
    """Everything under ``schemes.`` that the modules of the pack read."""
    return [
        param
        for module in build_modules(pack)
        for param in module.params
        if param.path.startswith("schemes.")
    ]


def test_parameters_are_complete_and_all_are_read(pack: Pack) -> None:
    declared = params(pack)
    resolve(pack, declared, 2100)
    of_schemes = {path for path in pack.entries if path.startswith("schemes.")}
    assert of_schemes == {p.path for p in declared}


@pytest.mark.parametrize("row", ACCOUNTS.index, ids=ACCOUNTS["branch"])
def test_instances_add_up_to_the_accounts(pack: Pack, base: BaseYear, row: int) -> None:
    account = ACCOUNTS.loc[row]
    total = 0.0
    for item in str(account["instances"]).split(";"):
        scheme, function = item.split(":")
        at = pack.coords["function"].index(function)
        total += pack.entries[f"schemes.{scheme}.base_expenditure"].values[0, at]
    assert total == pytest.approx(float(account["expenditure_krw_billion"]) * 1e9, rel=0.01)
    assert total == pytest.approx(float(account["percent_of_gdp"]) / 100 * base.gdp, rel=0.01)


def test_every_expenditure_is_in_one_branch(pack: Pack) -> None:
    items = ";".join(ACCOUNTS.loc[ACCOUNTS["level"] == "branch", "instances"]).split(";")
    assert len(items) == len(set(items))
    table = scheme_table()
    listed = {f"{z}:{f}" for z, f in zip(table["scheme"], table["function"], strict=True)}
    assert listed - set(items) == {"universal_child_benefit:family"}
    assert set(pack.schemes) == set(table["scheme"])


def test_public_total_is_near_the_oecd_figure(base: BaseYear) -> None:
    """The OECD puts public social spending of 2024 at about 15 percent of GDP (2025 edition)."""
    public = ACCOUNTS[(ACCOUNTS["level"] == "branch") & (ACCOUNTS["sector"] == "public")]
    assert 13.0 < public["percent_of_gdp"].sum() < 16.0
    assert expenditure(base.gdp).sum() == pytest.approx(
        ACCOUNTS.loc[ACCOUNTS["level"] == "branch", "expenditure_krw_billion"].sum() * 1e9, rel=0.01
    )


def test_recipients_and_mean_benefits(pack: Pack, base: BaseYear) -> None:
    table = scheme_table().set_index("scheme")
    for z in ("basic_pension", "child_allowance", "livelihood_benefit", "senior_jobs"):
        rate = pack.entries[f"schemes.{z}.recipient_rate"].values[0]
        recipients = float((rate * base.population_midyear).sum())
        assert recipients == pytest.approx(table.loc[z, "recipients_thousand"] * 1e3, rel=0.01)
    basic = pack.entries["schemes.basic_pension.benefit_amount"].values[0, 0] / 12
    assert 280_000 < basic < 334_810
    child = pack.entries["schemes.child_allowance.benefit_amount"].values[0, 0] / 12
    assert child == pytest.approx(100_000, rel=0.01)


def test_contributors(pack: Pack, base: BaseYear) -> None:
    employed = base.employment_by_status.sum(axis=1)
    known = {"nps": 17.744e6, "employment_insurance": 15.36e6, "nhi": 25.4e6}
    for z, persons in known.items():
        rate = pack.entries[f"schemes.{z}.coverage_rate"].values[0]
        assert float((rate * employed).sum()) == pytest.approx(persons, rel=0.01)
    formal = STATUSES.index("formal_employee")
    pensions = ("nps", "civil_servants_pension", "private_school_pension", "military_pension")
    rates = sum(pack.entries[f"schemes.{z}.coverage_rate"].values[0, :, formal] for z in pensions)
    assert (rates < 1.0).all()


def test_enacted_changes_of_the_national_pension(pack: Pack) -> None:
    rate = pack.entries["schemes.nps.contribution_rate"]
    assert rate.years == (2024, *range(2026, 2034))
    assert rate.values[:, 2] == pytest.approx([0.09, *np.arange(0.095, 0.1301, 0.005)])
    assert rate.values[:, 0] == pytest.approx(rate.values[:, 2] / 2)
    age = pack.entries["schemes.nps.pensionable_age"]
    assert dict(zip(age.years, age.values[:, 0], strict=True)) == {2024: 63, 2028: 64, 2033: 65}
    scale = pack.entries["schemes.nps.accrual_scale"]
    assert dict(zip(scale.years, scale.values * 0.42, strict=True)) == pytest.approx(
        {2024: 0.42, 2025: 0.415, 2026: 0.43}
    )
    history = pack.entries["schemes.nps.accrual_history"].values[0]
    assert history[0] == pytest.approx(1.0)
    assert history[2024 - 1995] * 0.42 == pytest.approx(0.70)


def test_dormant_reform(pack: Pack) -> None:
    assert not pack.entries["schemes.universal_child_benefit.coverage"].values.any()
    assert not pack.entries["schemes.universal_child_benefit.base_expenditure"].values.any()
