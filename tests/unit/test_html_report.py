"""The HTML report and the tables behind it, on South Africa to 2035."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from socialbudget.ensemble import project
from socialbudget.pack import load_pack
from socialbudget.report import charts, tables, text
from socialbudget.report.html import render, write_html
from socialbudget.report.page import script_json
from socialbudget.results import Results
from socialbudget.scenario import Scenario
from tests.pages import Page

LAST = 2035
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def baseline() -> Results:
    return project(load_pack("ZAF"), to=LAST)


@pytest.fixture(scope="module")
def reform() -> Results:
    scenario = Scenario.loads(
        'title = "Child benefit for all"\nnote = "Half from 2027, all from 2029."\n'
        '[[change]]\npath = "schemes.universal_child_benefit.coverage"\n'
        "set = {2027 = 0.5, 2029 = 1}"
    )
    return project(load_pack("ZAF"), scenario, to=LAST)


@pytest.fixture(scope="module")
def page(baseline: Results) -> str:
    return render(baseline, today=date(2026, 3, 1))


# ---------------------------------------------------------------------------------- the page


def test_page_is_complete_in_itself(page: str) -> None:
    Page(page).needs_nothing_else()
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_links_within_the_page_lead_somewhere(page: str) -> None:
    assert Page(page).links_lead_somewhere()


def test_every_chart_has_valid_options_and_a_place(page: str) -> None:
    parsed = Page(page)
    parsed.charts_are_whole(least=18)
    for name, spec in parsed.chart_specs.items():
        for series in spec["option"]["series"]:
            assert any(v is not None for v in series["data"]), (name, series["name"])


def test_work_by_activity_and_unpaid_work_are_drawn(page: str, baseline: Results) -> None:
    specs = Page(page).chart_specs
    people = baseline.central("employment_structure.employment_by_activity").sum(axis=1) / 1e6
    drawn = [s["data"] for s in specs["chart-activities"]["option"]["series"]]
    np.testing.assert_allclose(np.array(drawn).T, people, rtol=1e-4)
    series = {s["name"]: s["data"]
              for s in specs["chart-paid-and-unpaid-work"]["option"]["series"]}  # fmt: skip
    unpaid = baseline.central("care_work.hours_per_day")
    np.testing.assert_allclose(series["Unpaid, women"], unpaid[:, 0], rtol=1e-4)
    # Hours a week of those at work, spread over all adults and all days.
    hours = baseline.central("employment_structure.hours_by_sex")[:, 0] / 7
    rate = baseline.central("labour_accounts.employment_rate_by_sex")[:, 0]
    np.testing.assert_allclose(series["Paid, women"], hours * rate, rtol=1e-3)


def test_page_reads_well(page: str) -> None:
    words = " ".join(Page(page).words)
    for expected in (
        "South Africa: social budget 2024–2035",
        "1 March 2026",
        "Macro closure M1",
        "Fiscal closure F",
        "Health care",
        "Older Person's Grant",
        "stand-in",
        "CC BY 3.0 IGO",
        "SHA-256",
    ):
        assert expected in words, expected
    for wrong in ("health_care", "formal_employee", "nan", "Infinity", "<built-in"):
        assert not re.search(rf"(?<![\w.]){re.escape(wrong)}(?![\w.])", words), wrong
    assert len(page.encode()) < 3e6


def test_texts_of_packs_and_scenarios_are_escaped(baseline: Results) -> None:
    pack = baseline.pack
    manifest = pack.manifest
    schemes = {
        k: s.model_copy(update={"title": EVIL, "institution": EVIL, "note": EVIL})
        for k, s in manifest.schemes.items()
    }
    sources = {
        k: s.model_copy(update={"title": EVIL, "licence": EVIL})
        for k, s in manifest.sources.items()
    }
    evil = manifest.model_copy(
        update={"name": EVIL, "currency": EVIL, "schemes": schemes, "sources": sources}
    )
    scenario = replace(baseline.scenario, title=EVIL, note=EVIL, source=EVIL)
    run = replace(baseline, pack=replace(pack, manifest=evil), scenario=scenario)
    source = render(run)
    assert "<script>alert" not in source
    parsed = Page(source)
    assert not any(tag == "img" or "onerror" in attrs for tag, attrs in parsed.elements)
    assert sum("data-chart" not in a for a, _ in parsed.scripts) == 2
    names = [s["name"] for spec in parsed.chart_specs.values() for s in spec["option"]["series"]]
    assert EVIL in names  # whole, as data


def test_script_json_cannot_end_a_script() -> None:
    body = script_json({"a": EVIL, "b": "<!--", "c": "\u2028"})
    assert not set("<>&\u2028") & set(body)
    assert json.loads(body)["a"] == EVIL
    with pytest.raises(ValueError, match="JSON"):
        script_json([float("nan")])


def test_file_is_written_and_compares(baseline: Results, reform: Results, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write_html(reform, file, baseline)
    words = " ".join(Page(file.read_text(encoding="utf-8")).words)
    assert "Reform against baseline" in words
    assert "Child benefit for all" in words
    assert "set to 2027: 0.5; 2029: 1" in words
    assert re.search(r"social expenditure in points of GDP: \+\d", words)


def test_bands_are_drawn_for_draws(baseline: Results) -> None:
    factor = np.linspace(0.9, 1.1, 11)
    arrays = {
        k: np.repeat(a, 11, axis=1)
        * (factor.reshape(1, 11, *[1] * (a.ndim - 2)) if k == "government.debt" else 1.0)
        for k, a in baseline.arrays.items()
    }
    run = replace(baseline, arrays=arrays, seed=1)
    parsed = Page(render(run))
    assert any(a.get("id") == "uncertainty" for _, a in parsed.elements)
    series = {s["name"]: s for s in parsed.chart_specs["chart-debt"]["option"]["series"]}
    low, high = series["~Public debt low"]["data"], series["~Public debt high"]["data"]
    middle = series["Public debt"]["data"]
    assert low[0] == pytest.approx(0.92 * middle[0], rel=1e-3)
    assert high[0] == pytest.approx(0.16 * middle[0], rel=1e-3)


# --------------------------------------------------------------------------------- the tables


def test_report_years(baseline: Results) -> None:
    assert tables.report_years(baseline) == [2024, 2029, 2034, 2035]


@pytest.mark.parametrize("table", [tables.t1_receipts, tables.t2_expenditure])
def test_details_add_up_to_subtotals_and_total(baseline: Results, table) -> None:
    found = table(baseline)
    frame, years = found.frame, found.years
    parts = frame[frame["row"] == "detail"].groupby("institution", sort=False)[years].sum()
    subtotals = frame[frame["row"] == "subtotal"].set_index("institution")[years]
    np.testing.assert_allclose(parts.to_numpy(), subtotals.to_numpy(), rtol=1e-12)
    total = frame.loc[frame["row"] == "total", years].to_numpy()[0]
    by_item = frame.loc[frame["row"] == "memo", years].to_numpy().sum(axis=0)
    np.testing.assert_allclose(by_item, total, rtol=1e-12)
    moved = tables.at(
        baseline, tables.mean(baseline, "scheme_accounts.transfer_out").sum(axis=1), years
    )
    np.testing.assert_allclose(subtotals.to_numpy().sum(axis=0) - moved, total, rtol=1e-12)
    name = "receipts" if table is tables.t1_receipts else "expenditure"
    account = tables.at(baseline, tables.mean(baseline, f"social_accounts.{name}"), years)
    np.testing.assert_allclose(total, account, rtol=1e-12)


def test_balance_is_receipts_less_expenditure_and_moves_the_reserve(baseline: Results) -> None:
    found = tables.t3_balance(baseline, [2034, 2035])
    rows = found.frame.set_index(["institution", "item"])
    whole = rows.loc["All institutions"]
    np.testing.assert_allclose(
        whole.loc["Receipts", 2035] - whole.loc["Expenditure", 2035],
        whole.loc["Balance", 2035],
        rtol=1e-9,
    )
    reserve = whole.loc["Reserve at the end of the year"]
    np.testing.assert_allclose(reserve[2035] - reserve[2034], whole.loc["Balance", 2035], rtol=1e-9)


def test_benefits_are_recipients_times_mean(baseline: Results) -> None:
    found = tables.t4_benefits(baseline)
    wide = found.frame.set_index(["scheme", "function", "item", "sex"])[found.years]
    people = wide.xs("Recipients", level="item")
    money = wide.xs("Benefit expenditure", level="item")
    each = wide.xs("Mean benefit", level="item").fillna(0.0)
    np.testing.assert_allclose((people * each).to_numpy(), money.to_numpy(), rtol=1e-12)
    by_sex = people.xs("Women", level="sex") + people.xs("Men", level="sex")
    np.testing.assert_allclose(
        by_sex.to_numpy(), people.xs("Both", level="sex").to_numpy(), rtol=1e-12
    )
    total = money.xs("Both", level="sex").to_numpy().sum(axis=0)
    account = tables.mean(baseline, "social_accounts.benefits")
    np.testing.assert_allclose(total, tables.at(baseline, account, found.years), rtol=1e-12)


def test_budget_link_is_the_entry_of_the_budget(baseline: Results) -> None:
    found = tables.t5_budget_link(baseline)
    rows = found.frame
    total = rows.loc[rows["row"] == "total", found.years].to_numpy()[0]
    entry = tables.mean(baseline, "scheme_accounts.state_payments")
    np.testing.assert_allclose(total, tables.at(baseline, entry, found.years), rtol=1e-12)
    subtotals = rows.loc[rows["row"] == "subtotal", found.years].to_numpy().sum(axis=0)
    np.testing.assert_allclose(subtotals, total, rtol=1e-12)


def test_ratios_add_up_and_convert(baseline: Results) -> None:
    rows = tables.t6_ratios(baseline).frame
    over = rows[rows["measure"] == "Percent of GDP"]
    total = over.loc[over["row"] == "total", 2035].item()
    assert over.loc[over["row"] == "detail", 2035].sum() == pytest.approx(total, rel=1e-12)
    sums = tables.t2_by_function(baseline)
    converted = sums.percent_of_gdp(baseline).frame
    assert converted.iloc[-1][2035] == pytest.approx(total, rel=1e-12)
    assert set(converted["unit"]) == {"percent of GDP"}
    real = sums.at_base_year_prices(baseline).frame
    assert real.iloc[-1][2024] == pytest.approx(sums.frame.iloc[-1][2024])
    assert real.iloc[-1][2035] < sums.frame.iloc[-1][2035]


def test_drivers_add_up_exactly(baseline: Results) -> None:
    frame = tables.drivers(baseline)
    np.testing.assert_allclose(
        frame["recipients"] + frame["benefit"], frame["change"], rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        frame["coverage_after"] * frame["benefit_after"] / 100, frame["after"], rtol=1e-9
    )


def test_differences_of_a_run_with_itself_are_nil(baseline: Results, reform: Results) -> None:
    same = tables.differences(baseline, baseline)
    assert np.abs(same.frame[same.years].to_numpy()).max() == 0.0
    found = tables.differences(reform, baseline).frame.set_index(["subject", "item"])
    assert found.loc[("Cost", "Social expenditure"), 2035] > 0.5
    assert found.loc[("Function, over GDP", "Family and children"), 2024] == 0.0


def test_shares_by_flag_add_up(baseline: Results) -> None:
    shares = tables.flag_shares(baseline)
    assert shares["values_percent"].sum() == pytest.approx(100)
    assert shares["parameters_percent"].sum() == pytest.approx(100)
    assert shares["values"].sum() == sum(len(f) for f in baseline.pack.tables.values())
    evidence = tables.evidence_shares(baseline)
    assert evidence["total"].sum() == pytest.approx(100)
    assert evidence["profile"].sum() == pytest.approx(100)
    assert tables.sources(baseline)["values"].sum() == shares["values"].sum()


def test_weakest_flag() -> None:
    assert tables.weakest(["observed", "assumed", "imputed"]) == "assumed"
    assert tables.weakest(["observed"]) == "observed"
    assert tables.weakest([]) == ""


def test_every_scheme_says_how_it_is_projected_and_paid(baseline: Results) -> None:
    register = tables.scheme_register(baseline)
    assert list(register["name"]) == list(baseline.pack.schemes)
    assert (register["method"].str.len() > 20).all()
    assert (register["financing"].str.len() > 10).all()
    stand_in = register.set_index("name")["stand_in"]
    assert "stand-in" in stand_in["gepf_old_age"]
    assert stand_in["old_age_grant"] == ""


def test_parameters_carry_source_and_flag(baseline: Results) -> None:
    frame = tables.parameter_list(baseline)
    keys = set(baseline.pack.manifest.sources)
    assert all(set(s.split(", ")) <= keys for s in frame["source"])
    assert frame["flag"].isin(["observed", "estimated", "imputed", "assumed"]).all()
    assert np.isfinite(frame[["base_value", "last_value"]].to_numpy()).all()
    assert {"macroeconomy.closure", "schemes.old_age_grant.benefit_amount"} <= set(frame["path"])


def test_residuals_are_those_of_the_run(baseline: Results) -> None:
    frame = tables.identity_residuals(baseline)
    top = max(float(np.abs(v).max()) for v in baseline.identities.values())
    assert frame["residual"].max() == top


# ---------------------------------------------------------------------------------- the words


def test_numbers_as_text() -> None:
    assert text.fixed(1234567.4) == "1\u202f234\u202f567"
    assert text.fixed(-1234.5, 1) == "\u22121\u202f234.5"
    assert text.fixed(-0.0001, 2) == "0.00"
    assert text.fixed(float("nan")) == "\u2013"
    assert text.points(1.25, 1) in ("+1.2", "+1.3")
    assert text.points(0.001, 1) == "0.0"
    assert text.people(5_643_900) == "5.6 million"
    assert text.people(870) == "870"
    assert text.cell(2.5e9, "LCU/year", 1e9) == "2.5"
    assert text.cell(12_345.0, "person", 1e9) == "12.3"


def test_words_of_codes() -> None:
    assert tables.words("health_care") == "Health care"
    assert tables.words("long_term_care") == "Long-term care"
    assert tables.words("invented_code") == "Invented code"


def test_summary_has_no_code_and_no_gap(baseline: Results) -> None:
    for paragraph in text.summary(baseline):
        whole = " ".join([paragraph.text, *paragraph.items])
        assert len(whole) > 40
        assert "_" not in whole
        assert "nan" not in whole.split()


def test_colours_of_women_and_men_are_the_same_everywhere(baseline: Results) -> None:
    every = [
        *charts.pyramids(baseline),
        charts.unemployment(baseline),
        charts.old_age_by_sex(baseline),
        charts.benefit_share(baseline),
        charts.recipients_by_sex(baseline),
    ]
    for chart in every:
        colours = {k.name: k.colour for k in chart.keys}
        assert colours == {"Women": charts.WOMEN, "Men": charts.MEN}, chart.id
