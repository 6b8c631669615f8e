"""`socialbudget compare`: a reform without a result under one closure leaves the other's."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from socialbudget.cli import main

# Output grows by half in a year: under M0 more workers are wanted than there are; M1 reads no
# growth of output.
SCENARIO = """
title = "Boom by decree"
[[change]]
path = "macroeconomy.gdp_growth"
set = 0.45
from = 2026
to = 2026
"""


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "half.toml"
    file.write_text(SCENARIO)
    return str(file)


def test_the_other_closure_is_shown(scenario):
    done = CliRunner().invoke(main, ["compare", "ZZZ", scenario, "--to", "2030"])
    assert done.exit_code == 0, done.output
    assert "M1 F" in done.stdout
    assert "No result: Boom by decree (M0)" in done.stderr
    assert "more persons at work than the labour force holds" in done.stderr


def test_no_result_at_all_fails(scenario):
    done = CliRunner().invoke(main, ["compare", "ZZZ", scenario, "--to", "2030", "--closure", "M0"])
    assert done.exit_code == 1
    assert "No result" in done.stderr
