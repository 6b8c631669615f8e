"""The packs of every country: whole, checked, adding up, and true to their sources."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration import countries_page
from calibration.build import VERSION, all_packs, build
from calibration.imputation import INCOME_GROUPS
from calibration.labour import midyear_population
from calibration.united_nations import countries
from calibration.world_data import weo
from calibration.world_economy import gdp
from socialbudget.ensemble import check_rapid, project
from socialbudget.modules.demography import Demography
from socialbudget.modules.participation import Participation
from socialbudget.modules.rapid_economy import RapidEconomy
from socialbudget.pack import Pack, available_packs, countries_folder, load_pack

MONEY = (
    "macroeconomy.private_consumption",
    "macroeconomy.government_consumption",
    "macroeconomy.investment",
    "macroeconomy.exports",
    "macroeconomy.imports",
    "labour_market.base_average_wage",
    "government.total_revenue",
    "government.total_expenditure",
    "government.health_expenditure",
    "living_standards.exchange_rate",
    "living_standards.ppp_factor",
)
# What a pack goes without where the sources have no gross domestic product.
WITHOUT_PRODUCT = set(MONEY)
NO_PRODUCT = 22


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {code: load_pack(code) for code in available_packs()}


@pytest.fixture(scope="module")
def level1(packs: dict[str, Pack]) -> dict[str, Pack]:
    return {code: pack for code, pack in packs.items() if pack.manifest.level == 1}


def scalar(pack: Pack, path: str) -> float:
    return float(pack.entries[path].values[0])


def test_every_country_of_the_population_prospects_has_a_pack(packs: dict[str, Pack]) -> None:
    assert set(packs) == set(all_packs()) == {*countries(), "ZZZ"}
    assert len(countries()) == 236


def test_every_pack_passes_its_checks(level1: dict[str, Pack]) -> None:
    without = {code: set(check_rapid(pack)) for code, pack in level1.items()}
    lacking = {code for code, paths in without.items() if "macroeconomy.investment" in paths}
    assert len(lacking) == NO_PRODUCT
    for code, paths in without.items():
        assert paths == (WITHOUT_PRODUCT if code in lacking else set()), code


def test_every_pack_says_where_the_country_lies(packs: dict[str, Pack]) -> None:
    for code, pack in packs.items():
        if code != "ZZZ":
            manifest = pack.manifest
            assert len(manifest.region) >= 4, code
            assert len(manifest.subregion) > 4, code
            assert manifest.income_group in INCOME_GROUPS, code
            assert len(manifest.currency) == 3, code
    assert packs["USA"].manifest.subregion == "Northern America"


@pytest.mark.slow
def test_the_page_on_all_packs_is_up_to_date(packs: dict[str, Pack]) -> None:
    assert countries_page.PAGE.read_text(encoding="utf-8") == countries_page.page(packs)


def test_a_series_has_the_letters_of_its_cells() -> None:
    assert countries_page.letter(None) == "-"
    assert countries_page.letter(["imputed", "observed", "imputed"]) == "o/i"


def test_the_share_not_of_the_country_itself(packs: dict[str, Pack]) -> None:
    assert countries_page.share_not_own(packs["GIB"]) > 0.9
    assert countries_page.share_not_own(packs["ETH"]) < 0.1


def test_packs_are_small() -> None:
    files = [file for file in countries_folder().rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 40e6


def test_the_uses_of_the_product_add_up_to_it(level1: dict[str, Pack]) -> None:
    checked = 0
    for code, pack in level1.items():
        product = gdp(code)
        if product is None:
            assert MONEY[0] not in pack.entries
            continue
        c, g, i, x, m = (scalar(pack, path) for path in MONEY[:5])
        assert c + g + i + x - m == pytest.approx(product.value, rel=1e-6), code
        checked += 1
    assert checked == 233 - NO_PRODUCT


def test_no_amount_is_a_silent_zero(level1: dict[str, Pack]) -> None:
    for code, pack in level1.items():
        for path in MONEY:
            if path in pack.entries:
                assert scalar(pack, path) > 0, (code, path)


def test_shares_and_rates_are_shares(level1: dict[str, Pack]) -> None:
    for code, pack in level1.items():
        status = pack.entries["labour_market.status_share"].values
        assert np.abs(status.sum(axis=-1) - 1).max() < 1e-9, code
        assert status.min() >= 0, code
        unemployment = pack.entries["labour_market.unemployment_rate"].values
        assert unemployment.min() >= 0, code
        assert unemployment.max() < 0.95, code
        participation = pack.entries["participation.participation_rate"].values
        assert participation[..., :15].max() == 0, code
        assert participation.max() < 1, code
        assert participation[..., 30].min() > 0.02, code


def test_headcounts_rise_with_the_line(level1: dict[str, Pack]) -> None:
    for code, pack in level1.items():
        low, middle, high, national = pack.entries["living_standards.headcount"].values[0]
        assert 0 <= low <= middle <= high <= 1, code
        assert 0 < national < 1, code
        assert 0.2 < scalar(pack, "living_standards.gini") < 0.7, code


def test_imputed_values_name_their_donors(level1: dict[str, Pack]) -> None:
    seen = 0
    for code, pack in level1.items():
        for table in pack.tables.values():
            rows = table[table["flag"] == "imputed"]
            named = rows["note"].str.contains("median of")
            assert named.all(), (code, rows.loc[~named, "path"].unique())
            seen += len(rows)
    assert seen > 10_000


# --- against the sources -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("iso3", "path", "published"),
    [
        # World Economic Outlook, April 2024: GDP 2024 in billions x share of it.
        ("ETH", "government.total_expenditure", 11_875.967e9 * 0.10288),
        ("IND", "government.debt", 326_932.384e9 * 0.82483),
        ("BRA", "government.total_revenue", 11_644.855e9 * 0.40866),
        # Old leones of the source over 1,000.
        ("SLE", "government.total_expenditure", 116_410.171e9 / 1000 * 0.21179),
        # World Health Organization 2022: total over GDP and share of government.
        ("DEU", "government.health_expenditure", 4_257.421e9 * 0.101254),
        ("MNG", "living_standards.gini", 0.314),
        ("IND", "living_standards.gini", 0.255),
        ("ETH", "living_standards.survey_year", 2021),
        ("MNG", "living_standards.exchange_rate", 3_630.447),
        ("DEU", "macroeconomy.base_inflation", 0.02406),
    ],
)
def test_values_are_those_published(
    packs: dict[str, Pack], iso3: str, path: str, published: float
) -> None:
    assert scalar(packs[iso3], path) == pytest.approx(published, rel=2e-4)


@pytest.mark.parametrize(
    ("iso3", "women", "men"), [("ETH", 0.573, 0.783), ("DEU", 0.556, 0.663), ("IND", None, None)]
)
def test_participation_meets_the_modelled_rate(
    packs: dict[str, Pack], iso3: str, women: float | None, men: float | None
) -> None:
    people = midyear_population(iso3)[2024]
    rate = packs[iso3].entries["participation.participation_rate"].values[0]
    found = (rate * people).sum(axis=1) / people[:, 15:].sum(axis=1)
    if women is None or men is None:
        assert found[0] < found[1]
        return
    assert found == pytest.approx([women, men], abs=6e-4)


@pytest.mark.parametrize("iso3", ["ETH", "DEU", "BRA"])
def test_projected_growth_is_the_published_one_to_2029(packs: dict[str, Pack], iso3: str) -> None:
    results = project(packs[iso3], to=2029, modules=[Demography(), Participation(), RapidEconomy()])
    real = results.arrays["macroeconomy.gdp_real"][:, 0]
    growth = real[1:] / real[:-1] - 1
    published = [weo(iso3, "NGDP_RPCH")[year] / 100 for year in range(2025, 2030)]
    assert growth == pytest.approx(published, abs=2e-5)


def test_a_build_repeats_itself(tmp_path: Path, packs: dict[str, Pack]) -> None:
    one, two = build("MNG", tmp_path / "one"), build("MNG", tmp_path / "two")
    assert load_pack(one).hash == load_pack(two).hash == packs["MNG"].hash
    assert load_pack(one).manifest.version == VERSION


def test_an_unknown_country_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'XYZ' is no country or area"):
        build("XYZ", tmp_path)


def test_growth_of_welfare_says_how_far_it_is_known(packs: dict[str, Pack]) -> None:
    """Where the series per head ends early, product goes on, or the note names the last year."""
    path = "living_standards.private_growth"
    assert packs["TUV"].provenance(path)["note"].item() == "real product per head 2010-2024"
    assert packs["SYR"].provenance(path)["note"].item().endswith("-2022")
