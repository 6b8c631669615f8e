"""What the shipped scenarios do in each country, as `socialbudget compare` prints it.

``docs/scenario_results/<ISO3>.txt`` is read by people; ``--update-golden`` writes it anew.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from shipped import scenarios_for

from socialbudget.ensemble import project
from socialbudget.errors import IdentityError
from socialbudget.modules import FULL_LEVEL
from socialbudget.pack import available_packs, load_pack
from socialbudget.report.comparison import comparison_table
from socialbudget.scenario import Change, Scenario, find_scenario

FOLDER = Path(__file__).parents[2] / "docs" / "scenario_results"
COUNTRIES = [iso3 for iso3 in available_packs(FULL_LEVEL) if iso3 != "ZZZ"]
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
CLOSURES = (1, 3)
"""The hybrid closure and the savings-driven one."""
MOST_SWEEPS = 12
"""Of the simultaneous core in a year."""
TOLERANCE = 0.015
"""Of a printed figure with two decimals: one unit of the last place and rounding."""


def closing(closure: int) -> Scenario:
    change = Change(path="macroeconomy.closure", set=float(closure))
    return Scenario(f"Baseline M{closure}", ((change,),))


def compared(iso3: str) -> str:
    pack = load_pack(iso3)
    pairs, without = [], []
    for closure in CLOSURES:
        base = project(pack, closing(closure))
        assert base.sweeps[1:].max() <= MOST_SWEEPS
        for name in scenarios_for(iso3):
            reform = Scenario.load(find_scenario(name))
            label = f"{reform.title} (M{closure})"
            try:
                result = project(pack, reform.over(closing(closure)))
            except IdentityError as error:
                without.append(f"\n\nNo result: {label}\n{textwrap.fill(str(error), 95)}")
            else:
                assert result.sweeps[1:].max() <= MOST_SWEEPS, label
                pairs.append((label, result, base))
    return comparison_table(pairs) + "".join(without) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize("iso3", COUNTRIES)
def test_scenarios_do_what_the_page_says(iso3: str, request: pytest.FixtureRequest) -> None:
    file, new = FOLDER / f"{iso3}.txt", compared(iso3)
    if request.config.getoption("--update-golden"):
        file.write_text(new, encoding="utf-8")
    old = file.read_text(encoding="utf-8")
    assert NUMBER.sub("#", old).split() == NUMBER.sub("#", new).split()
    for line in zip(old.splitlines(), new.splitlines(), strict=True):
        before, after = ([float(n) for n in NUMBER.findall(text)] for text in line)
        assert after == pytest.approx(before, abs=TOLERANCE), line[1]
