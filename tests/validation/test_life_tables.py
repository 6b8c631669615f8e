"""Published life tables, recomputed from their death rates or probabilities."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from socialbudget.life_table import abridged_life_table, single_age_life_table

DATA = Path(__file__).parent / "data"


def test_united_nations_abridged_table():
    """United Nations (1988), MORTPAK-LITE, LIFETB example, p. 82, females."""
    case = json.loads((DATA / "un_abridged_life_table.json").read_text(encoding="utf-8"))["tables"][
        0
    ]
    table = abridged_life_table(case["nMx"], "female")
    np.testing.assert_allclose(
        table.ex, case["ex_expected"], rtol=0.0, atol=case["tolerance_abs_years"]
    )
    assert list(table.index[:4]) == [0, 1, 5, 10]
    assert table.index[-1] == 80


@pytest.mark.parametrize(("letter", "sex"), [("m", "male"), ("f", "female")])
def test_social_security_2009_period_table(letter, sex):
    """US Social Security Administration, period life table, 2009."""
    case = pd.read_csv(DATA / "ssa_2009_period_life_table.csv")
    table = single_age_life_table(sex=sex, nqx=case[f"q_{letter}"])
    np.testing.assert_allclose(table.lx, case[f"l_{letter}"], rtol=0.0, atol=0.5)
    # At age 119 the source closes its table; here the group is open.
    np.testing.assert_allclose(
        table.ex.iloc[:119], case[f"e_{letter}"].iloc[:119], rtol=0.0, atol=0.015
    )
