"""Product, exchange rate and poverty lines of every country are of one year and one survey."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from calibration import countries_page, world_economy
from calibration.imputation import gdp_per_head
from calibration.world_data import rows, weo
from calibration.world_economy import (
    POVERTY,
    Datum,
    average_wage,
    exchange_rate,
    gdp,
    government,
    living_standards,
    ppp_factor,
    purchasing_power_2021,
)
from calibration.world_labour import midyear, world_labour
from socialbudget.pack import available_packs, load_pack
from socialbudget.poverty import fit_lognormal

FACTOR = 1.5
"""Product of 2024 in US dollars a head over the last published one (2019 to 2023)."""
OUTSIDE = {
    "BDI": "the Outlook itself has the devaluation of 2023-24",
    "NGA": "the Outlook itself has the devaluations of 2023 and 2024",
    "MNP": "real growth of 22% in 2021-22 and fewer inhabitants in World Population Prospects",
    "VIR": "84,000 inhabitants in World Population Prospects, 106,000 in the World Bank's figure",
}


def population(iso3: str) -> float:
    return float(load_pack(iso3).entries["demography.population"].values[0].sum())


def with_product() -> Iterator[str]:
    return (c for c in available_packs() if c != "ZZZ" and gdp(c) is not None)


def dollars_per_head(iso3: str) -> float:
    product, rate = gdp(iso3), exchange_rate(iso3)
    assert product is not None
    assert rate is not None
    return product.value / rate.value / population(iso3)


def test_product_in_dollars_a_head_is_near_the_last_published() -> None:
    outside = {}
    for code in with_product():
        published = gdp_per_head(code)
        assert published is not None, code
        ratio = dollars_per_head(code) / published[1]
        if not 1 / FACTOR < ratio < FACTOR:
            outside[code] = ratio
    assert set(outside) == set(OUTSIDE)
    assert all(0.6 < ratio < 1.65 for ratio in outside.values()), outside


def test_purchasing_power_is_no_other_currency_than_the_rate() -> None:
    for code in with_product():
        power, rate = ppp_factor(code), exchange_rate(code)
        assert power is not None
        assert rate is not None
        assert 0.1 < power.value / rate.value < 1.7, code


def test_a_rate_of_an_earlier_year_is_carried_on_unless_it_cannot_move() -> None:
    for code in with_product():
        rate = exchange_rate(code)
        assert rate is not None
        assert (
            rate.note.endswith("2024")
            or "carried on with the deflator" in rate.note
            or "parity" in rate.note
            or rate.note == "The US dollar is the currency"
        ), code


def test_cuba_is_not_left_at_the_rate_before_the_unification() -> None:
    rate = exchange_rate("CUB")
    assert rate is not None
    assert 5 < rate.value < 30
    assert dollars_per_head("CUB") == pytest.approx(10_000, rel=0.25)


def test_lebanon_takes_product_and_rate_of_2023() -> None:
    product, rate = gdp("LBN"), exchange_rate("LBN")
    assert product is not None
    assert rate is not None
    assert product.note.startswith("Product of 2023")
    # 85,828 in 2023, and little more in 2024.
    assert rate.value == pytest.approx(86_000, rel=0.05)


def test_territories_have_the_rate_of_their_currency() -> None:
    def value(iso3: str) -> float:
        rate = exchange_rate(iso3)
        assert rate is not None
        return rate.value

    assert value("MNP") == value("VIR") == value("USA") == 1
    assert value("FRO") == value("GRL") == value("DNK")
    assert value("MCO") == value("DEU")
    assert value("PYF") == pytest.approx(value("DEU") * 119.3317, rel=1e-5)
    assert value("CUW") == pytest.approx(1.79)


def test_a_currency_without_a_rate_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(world_economy.SAME_CURRENCY, "EUR", "AFG")
    with pytest.raises(LookupError, match=r"AFG: no product of 2024 .* EUR"):
        exchange_rate.__wrapped__("MCO")


def test_own_purchasing_power_of_2021_is_never_imputed_from_donors() -> None:
    for code in with_product():
        if purchasing_power_2021(code) is not None:
            power = ppp_factor(code)
            assert power is not None
            assert power.source != "imputation", code
    afghanistan, rate = ppp_factor("AFG"), exchange_rate("AFG")
    assert afghanistan is not None
    assert rate is not None
    # Price level 0.168 in 2022 (World Bank) at prices of 2021, times 1.1 for the dollar's own.
    assert afghanistan.value / rate.value == pytest.approx(0.19, abs=0.02)


# --- national headcount --------------------------------------------------------------------------


def national(iso3: str) -> Datum:
    return living_standards(iso3).headcount[3]


def test_the_national_headcount_is_of_the_year_of_the_survey_or_says_that_it_is_not() -> None:
    moved = set()
    for code in available_packs():
        found = national(code) if code != "ZZZ" else None
        if found is None or found.source != "wb_poverty":
            continue
        survey = living_standards(code).survey_year
        if found.flag == "estimated":
            moved.add(code)
            assert str(int(survey.value)) in found.note, code
        elif survey.flag == "observed":
            year = int(found.note[-4:])
            assert abs(year - survey.value) <= 3, code
            published = rows("world_poverty", ("iso3", "indicator"), code, POVERTY["national"])
            assert found.value == published[year] / 100, code
    assert moved == {"GBR", "IND", "JOR", "LBN", "PSE", "SDN", "SYR"}


def test_an_old_national_line_is_carried_in_real_terms() -> None:
    def survey(year: int) -> tuple[dict[str, float], float]:
        def value(name: str) -> float:
            return rows("world_poverty", ("iso3", "indicator"), "IND", name)[year] / 100

        return {k: value(POVERTY[k]) for k in world_economy.DOLLARS}, value("gini_percent")

    then, now = (fit_lognormal(world_economy.DOLLARS, *survey(y)) for y in (2011, 2022))
    found = national("IND")
    assert now.line_at(found.value) == pytest.approx(then.line_at(0.219), rel=1e-9)
    assert found.value < 0.06 < 0.219
    assert "21.9% in 2011" in found.note
    assert "2022" in found.note


# --- single sources ------------------------------------------------------------------------------


def test_unemployment_of_sudan_is_that_of_the_outlook() -> None:
    labour = world_labour("SDN")
    force = labour.participation.values * midyear("SDN")
    rate = (force * labour.unemployment.values).sum() / force.sum()
    assert rate == pytest.approx(weo("SDN", "LUR")[2024] / 100, rel=1e-9)
    assert rate == pytest.approx(0.49543, rel=1e-9)
    assert labour.unemployment.values.max() < 0.95
    assert np.all(labour.unemployment.values >= 0)


def test_revenue_of_haiti_is_that_of_the_year_before_the_contradicted_one() -> None:
    found = government("HTI")
    assert found["total_revenue"].value == pytest.approx(0.06665)
    assert found["total_expenditure"].value == pytest.approx(0.05844)
    assert "2023" in found["total_revenue"].note


def test_the_wage_of_afghanistan_fits_its_product() -> None:
    wage, product = average_wage("AFG"), gdp("AFG")
    assert wage is not None
    assert product is not None
    assert 2 < wage.value / (product.value / population("AFG")) < 4


def test_the_page_lists_what_lies_outside_the_usual_range() -> None:
    packs = {code: load_pack(code) for code in ("DJI", "QAT", "ETH", "PRK")}
    found = countries_page.figures(packs["DJI"])
    assert found["investment"] == pytest.approx(0.0025227, rel=1e-3)
    assert set(countries_page.figures(packs["PRK"])) == {"unemployment"}
    rows_ = {line.split(" |")[0]: line for line in countries_page._odd(packs)}
    assert "Djibouti (DJI) 0.00252" in rows_["| investment over product"]
    assert "Qatar (QAT) 0.24" in rows_["| average wage over product per head"]
    assert "Qatar (QAT)" in rows_["| unemployed over labour force"]
    assert not any("Ethiopia" in line for line in rows_.values())
