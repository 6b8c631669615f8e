"""Accounts of the base year add up, and the paths say what their sources say."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.base_year import base_year
from calibration.estimates import belief
from calibration.labour import SOURCES, add_labour, single_age_population
from calibration.macro import (
    TAXES,
    add_macro,
    derived,
    employment_growth,
    gdp_growth,
    inflation_target,
    labour_force_growth,
    labour_share,
    macro_base,
    output_per_worker_growth,
    productivity_growth,
    pwt,
    real_interest_rate,
    schooling_growth,
    tfp_growth,
    trustees,
    wdi,
)
from socialbudget.builder import PackBuilder
from socialbudget.pack import load_pack
from socialbudget.units import conversion_factor

COUNTRIES = ("ZAF", "USA", "KOR")


@pytest.fixture(scope="module", params=COUNTRIES)
def iso3(request):
    return request.param


def test_demand_adds_up_to_gdp(iso3):
    m = macro_base(iso3)
    demand = m.private_consumption + m.government_consumption + m.investment + m.exports - m.imports
    assert demand == pytest.approx(m.gdp, rel=1e-14)
    assert m.exports / m.gdp == pytest.approx(wdi(iso3, "NE.EXP.GNFS.ZS", 2024) / 100)
    assert 0.4 < m.private_consumption / m.gdp < 0.7


def test_gdp_of_the_united_states_is_that_of_the_trustees():
    gdp = macro_base("USA").gdp
    assert gdp == trustees("gdp_billion_usd", "VI.G1")[2024] * 1e9
    payroll = trustees("taxable_payroll_billion_usd", "VI.G1")[2024] * 1e9
    wages = base_year("USA").wage_bill.sum()
    # Covered earnings are most of all earnings, and 82 to 84 percent of them are taxable.
    assert 0.70 < payroll / wages < 0.84


def test_revenue_lines_add_up(iso3):
    government = macro_base(iso3).government
    lines = sum(government[name] for name in TAXES)
    total = lines + government["social_contributions"] + government["non_tax_revenue"]
    assert total == pytest.approx(government["revenue"], rel=1e-14)
    assert government["non_tax_revenue"] > 0
    assert government["expenditure"] > government["revenue"]


def test_shares_of_the_weo_stand_behind_the_derived_values():
    for country, name, share in (
        ("ZAF", "revenue", 0.27074),
        ("ZAF", "expenditure", 0.33221),
        ("ZAF", "debt", 0.75439),
        ("ZAF", "interest_expenditure", 0.05275),
        ("USA", "revenue", 0.30512),
        ("USA", "expenditure", 0.37048),
        ("USA", "debt", 1.23256),
        ("USA", "interest_expenditure", 0.03252),
    ):
        value = derived(country, name) / macro_base(country).gdp
        assert value == pytest.approx(share, rel=2e-4), (country, name)


def test_labour_share_is_that_of_the_penn_world_table():
    assert macro_base("ZAF").labour_share == pytest.approx(pwt("ZAF", "labsh"))
    korea = macro_base("KOR")
    assert korea.labour_income / korea.gdp == pytest.approx(pwt("KOR", "labsh"))
    usa = macro_base("USA")
    with_supplements = usa.labour_income + derived("USA", "private_supplements")
    assert with_supplements / usa.factor_cost == pytest.approx(pwt("USA", "labsh"))


def test_base_year_levels_are_consistent(iso3):
    b = base_year(iso3)
    np.testing.assert_allclose(b.employment, b.labour_force - b.unemployed, rtol=1e-14)
    np.testing.assert_allclose(b.employment_by_status.sum(axis=2), b.employment, rtol=1e-12)
    assert b.compensation.sum() == pytest.approx(b.labour_income, rel=1e-12)
    m = macro_base(iso3)
    assert b.labour_income == pytest.approx(m.labour_share * m.factor_cost, rel=1e-14)
    formal = b.wage_bill[:, :, 0].sum()
    assert b.compensation[:, :, 0].sum() == pytest.approx(formal * (1 + b.employer_rate))
    employees = b.employment_by_status[:, :, :2].sum()
    assert b.average_wage == pytest.approx(b.wage_bill[:, :, :2].sum() / employees)
    assert b.population.shape == b.population_midyear.shape == (2, 101)


def test_average_wages_are_of_the_right_order():
    # Quarterly Employment Statistics about R 330 000 for formal jobs outside agriculture; BLS mean
    # of all workers about 68 000 to 75 000 USD; Ministry of Labor 49 million won (establishments).
    assert 150e3 < base_year("ZAF").average_wage < 250e3
    assert 68e3 < base_year("USA").average_wage < 85e3
    assert 40e6 < base_year("KOR").average_wage < 50e6


def test_us_paths_are_those_of_the_trustees():
    worker = output_per_worker_growth("USA")
    hour, hours = (
        trustees("productivity", "V.B1"),
        trustees("average_hours_worked_per_week", "V.B1"),
    )
    level = np.prod([(1 + hour[y] / 100) * (1 + hours[y] / 100) for y in range(2025, 2035)])
    assert np.prod([1 + worker[y] for y in range(2025, 2035)]) == pytest.approx(level)
    assert (1 + worker[2060]) / (1 + hours[2060] / 100) - 1 == pytest.approx(0.0163)
    assert inflation_target("USA")[2028] == 0.0205
    assert max(inflation_target("USA")) == 2028
    # 4.7 % on new special securities less 2.05 % of the GDP deflator.
    assert list(real_interest_rate("USA").values())[-1] == pytest.approx(0.0265)
    assert gdp_growth("USA")[2026] == 0.021


def test_tfp_gives_the_trend_of_output_per_worker(iso3):
    share = macro_base(iso3).labour_share
    worker, tfp = output_per_worker_growth(iso3), tfp_growth(iso3)
    schooling = schooling_growth(iso3)
    assert list(tfp) == list(range(2025, 2101))
    for year in (2025, 2050, 2100):
        # Technology and schooling together, weighted as production weighs them, nothing twice.
        both = (1 + tfp[year]) * (1 + schooling[year]) ** share - 1
        assert both / share == pytest.approx(worker[year], rel=1e-12)
        assert tfp[year] < share * worker[year]
    if iso3 != "USA":
        lasting = belief(iso3, "macroeconomy.tfp_growth").value
        both = (1 + tfp[2100]) * (1 + schooling[2100]) ** share - 1
        assert both == pytest.approx(lasting, abs=0.001)


def test_schooling_fades_from_what_the_penn_world_table_saw():
    south_africa = schooling_growth("ZAF")
    assert south_africa[2025] == pytest.approx((2.908202 / 2.459007) ** 0.1 - 1, abs=1e-6)
    assert south_africa[2100] < 0.2 * south_africa[2025]
    assert schooling_growth("USA")[2025] < 0.003


def test_classic_closure_keeps_unemployment(iso3):
    growth, worker, work = gdp_growth(iso3), productivity_growth(iso3), employment_growth(iso3)
    for year in growth:
        assert (1 + worker[year]) * (1 + work[year]) == pytest.approx(1 + growth[year])
    force = labour_force_growth(iso3)
    employed = np.prod([(1 + work[y]) / (1 + force[y]) for y in work])
    # United States: from 4.0 % of the base year to the 4.5 % of the Trustees; others: no change.
    assert employed == pytest.approx(0.955 / 0.9598 if iso3 == "USA" else 1.0, abs=2e-4)


def test_labour_share_follows_the_trustees_earnings_over_compensation(iso3):
    share = labour_share(iso3)
    assert share[2024] == macro_base(iso3).labour_share
    if iso3 != "USA":
        assert list(share) == [2024]
    else:
        assert share[2036] / share[2035] - 1 == pytest.approx(-0.0009)
        assert share[2100] / share[2024] == pytest.approx(0.934, abs=0.001)


def test_parameters_carry_readable_units_and_sources(iso3, tmp_path):
    pack = PackBuilder(
        iso3, iso3, version="0", base_year=2024, currency="LCU", level=2, status="calibrated"
    )
    add_labour(pack, iso3, single_age_population(iso3, "1 July"))
    add_macro(pack, iso3)
    pack.write(tmp_path / iso3)
    written = load_pack(tmp_path / iso3)
    assert len(written.entries) > 30
    flags = set()
    for path, entry in written.entries.items():
        conversion_factor(entry.unit, entry.unit)
        rows = written.provenance(path)
        assert len(rows) == entry.values.size, path
        assert set(rows["source"]) <= set(written.manifest.sources), path
        flags |= set(rows["flag"])
    assert "assumed" in flags


def test_every_derived_value_is_cited():
    text = (SOURCES / "derived_values.csv").read_text(encoding="utf-8")
    header, *rows = text.strip().splitlines()
    assert header == "iso3,name,value,unit,flag,formula,citation"
    keys = [tuple(row.split(",")[:2]) for row in rows]
    assert len(keys) == len(set(keys))
    assert all(row.rstrip().endswith('"') for row in rows)
