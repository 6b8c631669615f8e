"""What is printed: summary of a run, description of a pack, comparison of reforms."""

from __future__ import annotations

import re

import numpy as np
import pytest

import socialbudget as sb
from socialbudget.pack import FLAGS
from socialbudget.report import comparison, console
from socialbudget.results import Results

LAST = 2035
REFORM = """
title = "Child benefit"

[[change]]
path = "schemes.universal_child_benefit.coverage"
set = { 2027 = 1.0 }
"""


@pytest.fixture(scope="module")
def baseline() -> Results:
    return sb.project(sb.load_pack("ZAF"), to=LAST)


@pytest.fixture(scope="module")
def reform(baseline: Results) -> Results:
    return sb.project(baseline.pack, sb.Scenario.loads(REFORM), to=LAST)


def figures(text: str, label: str) -> list[float]:
    line = next(row for row in text.splitlines() if row.startswith(label))
    cells = line[console.LABEL :].split()
    return [float(c.replace(",", "")) for c in cells]


def test_summary_fits_the_terminal(baseline: Results, reform: Results) -> None:
    for text in (console.summary(baseline), console.summary(reform, baseline)):
        assert max(map(len, text.splitlines())) <= 100
    assert len(console.summary(baseline).splitlines()) <= 36


def test_summary_shows_the_model(baseline: Results) -> None:
    text = console.summary(baseline)
    picks = console.chosen_years(baseline.years)
    assert [baseline.years[i] for i in picks] == [2024, 2025, 2030, 2035]
    people = baseline.central("demography.population").sum(axis=(1, 2))[picks] / 1e6
    assert figures(text, "Population, 31 December") == pytest.approx(people, abs=0.05)
    share = baseline.central("social_accounts.expenditure_percent_gdp")[picks]
    assert figures(text, "Social expenditure (% of GDP)") == pytest.approx(share, abs=0.05)


def test_groups_add_up_to_benefits(baseline: Results) -> None:
    listed = [f for members in console.GROUPS.values() for f in members]
    assert sorted(listed) == sorted(baseline.coords["function"])


def test_summary_names_closure_checks_and_caution(baseline: Results) -> None:
    text = " ".join(console.summary(baseline).split())
    assert "Closure M1" in text
    assert re.search(r"\d+ identities hold in every year", text)
    assert "depend on the macro closure" in text


def test_summary_of_a_reform_says_what_changes(baseline: Results, reform: Results) -> None:
    text = console.summary(reform, baseline)
    after = text[text.index("Change against 'Baseline'") :]
    name = "social_accounts.expenditure_percent_gdp"
    picks = console.chosen_years(reform.years)
    change = (reform.central(name) - baseline.central(name))[picks]
    assert figures(after, "Social expenditure (points of GDP)") == pytest.approx(change, abs=5e-3)


def test_long_pairs_lose_decimals_and_never_touch() -> None:
    line = console.Line("x", np.array([[1234.567, 1.25], [123.4, 2.0]]), 2)
    assert line.text([0, 0]).split() == ["x", "1,235/123", "1,235/123"]
    line = console.Line("x", np.array([[1234567.0], [1234567.0]]), 2)
    assert len(line.text([0, 0]).split()) == 3
    assert console.Line("x", np.array([[1.25], [2.0]]), 2).text([0]).split()[1] == "1.25/2.00"
    assert console.Line("x", np.array([np.nan])).text([0]).endswith(" -")
    assert console.Line("x", np.array([-0.001]), 2, signed=True).text([0]).endswith(" 0.00")


@pytest.mark.parametrize("last", [2024, 2025, 2027, 2040, 2060, 2100])
def test_chosen_years_start_and_end_right(last: int) -> None:
    years = tuple(range(2024, last + 1))
    picks = console.chosen_years(years)
    assert picks == sorted(set(picks))
    assert years[picks[0]] == 2024
    assert years[picks[-1]] == last
    assert len(picks) <= 6


def test_description_of_a_pack(baseline: Results) -> None:
    pack = baseline.pack
    text = console.describe_pack(pack)
    assert max(map(len, text.splitlines())) <= 100
    for scheme in pack.schemes.values():
        assert scheme.title[:40] in text
        assert scheme.institution[:60] in text
    for flag in FLAGS:
        assert f"{flag} " in text
    gdp = console.base_gdp(pack)
    assert gdp == pytest.approx(float(baseline.central("macroeconomy.gdp")[0]), rel=1e-9)
    total = sum(console.base_expenditure(pack, s) for s in pack.schemes)
    assert f"{100 * total / gdp:.2f}" in text
    assert sum(console.parameter_flags(pack).values()) == pytest.approx(1.0)


def test_comparison_shows_impact_and_later(baseline: Results, reform: Results) -> None:
    assert comparison.first_difference(reform, baseline) == 2027 - 2024
    assert comparison.first_difference(baseline, baseline) is None
    pairs = [("Child benefit (M1)", reform, baseline), ("Child benefit (M0)", reform, baseline)]
    text = comparison.comparison_table(pairs)
    assert max(map(len, text.splitlines())) <= 100
    assert "2027" in text
    assert "2032" in text
    name = "social_accounts.expenditure_percent_gdp"
    change = (reform.central(name) - baseline.central(name))[[3, 8, 11]]
    line = next(row for row in text.splitlines() if row.startswith("Social expenditure/GDP"))
    cells = line[comparison.LABEL :].split()
    assert cells[2] == "-"  # 30 years on is beyond the last year
    assert [float(cells[i]) for i in (0, 1, 3)] == pytest.approx(change, abs=5e-3)


def test_comparison_of_a_run_with_itself(baseline: Results) -> None:
    text = comparison.comparison_table([("Nothing", baseline, baseline)])
    line = next(row for row in text.splitlines() if row.startswith("GDP, real"))
    assert line.split()[-4:] == ["-", "-", "-", "0"]


def test_comparison_names_effects_whose_sign_depends_on_the_closure(
    baseline: Results, reform: Results
) -> None:
    pairs = [("A (M1)", reform, baseline), ("A (M0)", baseline, reform)]
    text = " ".join(comparison.comparison_table(pairs).split())
    assert "the sign in the last year depends on the closure" in text
