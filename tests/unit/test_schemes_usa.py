"""The schemes of the United States reproduce the accounts and the numbers they were built from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.base_year import BaseYear, base_year
from calibration.fiscal import add_fiscal
from calibration.schemes_usa import REGISTER, accounts, add_schemes, scheme_table
from socialbudget.builder import PackBuilder
from socialbudget.dims import FUNCTIONS
from socialbudget.modules import build_modules
from socialbudget.pack import Pack, load_pack, resolve

DORMANT = "universal_child_benefit"
# Published means of 2024, USD a year (month x 12): the pack's totals / recipients lie near them.
KNOWN_MEANS = {
    "ssi_aged": (12 * 575, 0.03),
    "ssi_disabled": (12 * 757, 0.10),  # retroactive payments are in the total only
    "veterans_survivors": (12 * 1612.75, 0.10),
    "snap": (12 * 187.2, 0.02),
    "child_tax_credit": (1700, 0.10),
    "aca_marketplace": (12 * 540 / 1.13, 0.05),
    "unemployment_insurance": (52 * 447, 0.02),
}


@pytest.fixture(scope="module")
def base() -> BaseYear:
    return base_year("USA")


@pytest.fixture(scope="module")
def pack(base: BaseYear, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    builder = PackBuilder(
        "USA", "United States", version="test", base_year=2024, currency="USD", level=2,
        status="calibrated",
    )  # fmt: skip
    add_schemes(builder, base)
    add_fiscal(builder)
    folder: Path = tmp_path_factory.mktemp("packs") / "USA"
    builder.write(folder)
    return load_pack(folder)


def value(pack: Pack, name: str, parameter: str) -> np.ndarray:
    return pack.entries[f"schemes.{name}.{parameter}"].values[0]


def test_accounts_are_reproduced(pack: Pack) -> None:
    for account in accounts().to_dict("records"):
        total = 0.0
        for name in account["instances"].split(";"):
            benefits = value(pack, name, "base_expenditure").sum()
            administration = value(pack, name, "administration_share")
            total += benefits * (1 + administration * account["includes_administration"])
        assert total == pytest.approx(account["target"], rel=0.01), account["branch"]


def test_accounts_match_gdp_of_the_base_year(base: BaseYear) -> None:
    np.testing.assert_allclose(accounts()["gdp_usd_billion"], base.gdp / 1e9, rtol=0.001)


def test_every_instance_is_in_one_account(pack: Pack) -> None:
    listed = [n for names in accounts()["instances"] for n in names.split(";")]
    assert sorted([*listed, DORMANT]) == sorted(pack.schemes)
    assert set(scheme_table()["scheme"]) == set(REGISTER)


def test_every_function_has_expenditure(pack: Pack) -> None:
    total = sum(value(pack, n, "base_expenditure") for n in pack.schemes)
    assert dict(zip(FUNCTIONS, total > 0, strict=True)) == dict.fromkeys(FUNCTIONS, True)


def test_residuals_are_small_and_flagged(pack: Pack) -> None:
    table = scheme_table()
    residual = table[table["note"].str.startswith("RESIDUAL")]
    assert residual["expenditure"].sum() < 0.07 * table["expenditure"].sum()
    for name in residual["scheme"]:
        assert "residual" in pack.schemes[name].title
        assert pack.flag_shares(f"schemes.{name}.base_expenditure") == {"imputed": 1.0}


def test_recipients_and_amounts_give_the_expenditure(pack: Pack, base: BaseYear) -> None:
    table = scheme_table().set_index("scheme")
    for name, scheme in pack.schemes.items():
        if scheme.kind not in ("cash_transfer", "means_tested_benefit") or name == DORMANT:
            continue
        heads = (value(pack, name, "recipient_rate") * base.population_midyear).sum(axis=1)
        assert heads.sum() == pytest.approx(table.loc[name, "recipients_thousand"] * 1e3, rel=1e-5)
        money = (heads * value(pack, name, "benefit_amount")).sum()
        assert money == pytest.approx(value(pack, name, "base_expenditure").sum(), rel=1e-5)


@pytest.mark.parametrize("name", KNOWN_MEANS)
def test_mean_benefits_are_near_published_ones(name: str) -> None:
    row = scheme_table().set_index("scheme").loc[name]
    mean, tolerance = KNOWN_MEANS[name]
    assert row["expenditure"] / row["recipients_thousand"] / 1e3 == pytest.approx(
        mean, rel=tolerance
    )


def test_social_security_costs_what_the_trustees_report(pack: Pack) -> None:
    benefits = value(pack, "oasdi", "base_expenditure").sum()
    transfer = pack.manifest.transfers[0].share_of_benefits * benefits
    administration = value(pack, "oasdi", "administration_share") * benefits
    assert benefits + transfer + administration == pytest.approx(1484.8e9, rel=0.001)
    income = value(pack, "oasdi", "base_contributions").sum()
    income += value(pack, "oasdi", "earmarked_tax_share") * benefits
    assert income == pytest.approx(1348.6e9, rel=0.002)
    assert value(pack, "oasdi", "reserve") == 2721.5e9


def test_social_security_stock_matches_beneficiaries_and_means(pack: Pack) -> None:
    heads = value(pack, "oasdi", "pensioners").sum(axis=(1, 2))
    np.testing.assert_allclose(heads, [50.9605e6, 7.2985e6, 5.81e6], rtol=2e-3)
    pension = value(pack, "oasdi", "average_pension") * value(pack, "oasdi", "pensioners")
    means = pension.sum(axis=(1, 2)) / heads / 12
    np.testing.assert_allclose(means, [1922, 1540, 1509], rtol=0.05)


def test_parameters_of_all_kinds_are_complete_and_read(pack: Pack) -> None:
    declared = {q.path: q for m in build_modules(pack) for q in m.params}
    mine = {path: q for path, q in declared.items() if path.startswith("schemes.")}
    resolved = resolve(pack, mine.values(), 2100)
    assert {path for path in pack.entries if path.startswith("schemes.")} == set(resolved)
    age = resolved["schemes.oasdi.pensionable_age"][:, 0, 0]
    assert age[0] < 67.0
    assert (age[3:] == 67.0).all()


def test_statutory_values(pack: Pack) -> None:
    np.testing.assert_allclose(value(pack, "oasdi", "contribution_rate"), [0.062, 0.062, 0.124])
    np.testing.assert_allclose(value(pack, "oasdi", "benefit_factor"), [0.9, 0.32, 0.15, 0.15])
    assert value(pack, "oasdi", "earnings_ceiling") == 168_600
    np.testing.assert_allclose(
        value(pack, "medicare_hi", "contribution_rate"), [0.0145, 0.0145, 0.029]
    )


def test_dormant_child_benefit(pack: Pack, base: BaseYear) -> None:
    assert value(pack, DORMANT, "coverage") == 0.0
    assert value(pack, DORMANT, "base_expenditure").sum() == 0.0
    children = (value(pack, DORMANT, "recipient_rate") * base.population_midyear).sum()
    assert children == pytest.approx(base.population_midyear[:, :18].sum())
