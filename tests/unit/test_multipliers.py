"""Multipliers: each cell is what two projections by hand give; the table is stable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from socialbudget import multipliers as mm
from socialbudget.cli import main
from socialbudget.ensemble import project
from socialbudget.pack import load_pack
from socialbudget.report.experiments import page, pages
from socialbudget.scenario import Scenario

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def found() -> mm.Multipliers:
    return mm.multipliers(load_pack("ZZZ"), macro=(1, 0), fiscal=(0, 1))


def by_hand(text: str, macro: int, fiscal: int) -> tuple[np.ndarray, np.ndarray]:
    """Real GDP and employment by year, reform over baseline less one, in percent."""
    closing = (
        f'[[change]]\npath = "macroeconomy.closure"\nset = {macro}\n'
        f'[[change]]\npath = "government.fiscal_closure"\nset = {fiscal}\nfrom = 2025\n'
    )
    pack = load_pack("ZZZ")
    base = project(pack, Scenario.loads(f'title = "b"\n{closing}'), to=2055)
    after = project(pack, Scenario.loads(f'title = "r"\n{closing}{text}'), to=2055)
    ratios = [
        100.0 * (after[name][:, 0] / base[name][:, 0] - 1.0)
        for name in ("macroeconomy.gdp_real", "labour_market.total_employment")
    ]
    return ratios[0], ratios[1]


@pytest.mark.parametrize(("macro", "fiscal"), [(1, 0), (1, 1), (0, 1)])
def test_a_cell_is_what_two_projections_give(
    found: mm.Multipliers, macro: int, fiscal: int
) -> None:
    text = (
        '[[change]]\npath = "schemes.*.pensionable_age"\nadd = 1\nfrom = 2025\n'
        '[[change]]\npath = "labour_market.pensionable_age"\nadd = 1\nfrom = 2025\n'
    )
    gdp, jobs = by_hand(text, macro, fiscal)
    shock = [s.key for s in mm.SHOCKS].index("pensionable_age")
    cell = found.effects[shock, found.fiscal.index(fiscal), found.macro.index(macro)]
    np.testing.assert_allclose(cell[:, 0], gdp[[1, 6, 31]], atol=1e-12)
    np.testing.assert_allclose(cell[:, 1], jobs[[1, 6, 31]], atol=1e-12)
    assert (abs(cell[:, 1]) > 1e-3).all() == (macro == 1)


def test_benefits_cost_one_percent_of_the_baselines_output() -> None:
    pack = load_pack("ZZZ")
    rules = mm.closing(0, 0)
    base = project(pack, rules, to=2040)
    shock = next(s for s in mm.SHOCKS if s.key == "benefits")
    reform = Scenario("Benefits", (shock.changes(pack, base),))
    after = project(pack, reform.over(rules), to=2040)
    paid = after["universal_child_benefit.benefit_expenditure"][1:, 0].sum(axis=(1, 2))
    np.testing.assert_allclose(paid, 0.01 * base["macroeconomy.gdp"][1:, 0], rtol=2e-3)


def test_contributions_rise_by_a_point_of_the_widest_base() -> None:
    pack = load_pack("ZZZ")
    base = project(pack, to=2026)
    z = mm.widest_insurance(pack, base)
    shock = next(s for s in mm.SHOCKS if s.key == "contributions")
    (change,) = shock.changes(pack, base)
    assert change.path == f"schemes.{z}.contribution_rate"
    after = project(pack, Scenario("Up", ((change,),)), to=2026)
    k = base.coords["insurance"].index(z)
    rise = (after["contribution_rules.rate"] - base["contribution_rules.rate"])[1, 0]
    assert rise[k].tolist() == pytest.approx([0.005, 0.005, 0.0])
    assert not np.delete(rise, k, axis=0).any()


def test_classic_closure_moves_neither_output_nor_jobs(found: mm.Multipliers) -> None:
    classic = found.macro.index(0)
    np.testing.assert_allclose(found.effects[:, :, classic, :, :2], 0.0, atol=1e-9)


def test_table_is_complete_stable_and_names_its_sources(found: mm.Multipliers) -> None:
    text = mm.multiplier_table(found)
    assert text == mm.multiplier_table(mm.multipliers(load_pack("ZZZ"), macro=(1, 0)))
    assert "-\n" not in text
    assert max(map(len, text.splitlines())) <= 108
    for shock in mm.SHOCKS:
        assert text.count(shock.title) == 1
    sources = mm.sources_table(load_pack("ZAF"))
    for path, what in mm.LEVERS:
        assert (what in sources) == (path in load_pack("ZAF").entries), path
    assert "assumed" in sources


@pytest.mark.slow
@pytest.mark.parametrize(
    ("iso3", "kind"), [("ZAF", "multipliers"), ("USA", "multipliers"), ("KOR", "gender")]
)
def test_page_is_what_the_command_prints(iso3: str, kind: str) -> None:
    file = DOCS / kind / f"{iso3}.md"
    pack = load_pack(iso3)
    assert file.read_text(encoding="utf-8") == page(kind, pack, pages(pack)[kind]())


def test_command_prints_the_report() -> None:
    done = CliRunner().invoke(main, ["multipliers", "ZZZ"])
    assert done.exit_code == 0, done.output
    assert "Cash benefits up by 1 percent of GDP" in done.output
    assert "Elasticities, with their flags and sources" in done.output
