"""Published life tables, recomputed from their death rates or probabilities."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from socialbudget.life_table import (
    abridged_life_table,
    infant_years_lived,
    single_age_life_table,
)

DATA = Path(__file__).parent / "data"
SOURCES = Path(__file__).parents[2] / "calibration" / "sources"


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


@pytest.mark.parametrize("sex", ["female", "male"])
def test_life_expectancy_of_the_human_mortality_database_rates(sex):
    """Australia 1971-2019: rates of one source, life expectancy published by another.

    Death rates of the Human Mortality Database, single ages to 110 and over, to five decimals;
    life expectancy at birth of World Population Prospects 2024 (estimates), which takes its tables
    of Australia from the same records.
    """
    rates = pd.read_parquet(SOURCES / "aus_mortality.parquet")
    rates = rates[(rates.sex == sex) & (rates.year <= 2019)]
    published = pd.read_parquet(SOURCES / "aus_wpp2024_life_expectancy.parquet")
    published = published[(published.sex == sex) & (published.variant == "estimate")]
    published = published.set_index("year").life_expectancy
    error = [
        single_age_life_table(sex=sex, nmx=of.sort_values("age").death_rate).ex.iloc[0]
        - published[year]
        for year, of in rates.groupby("year")
    ]
    assert len(error) == 49
    assert np.max(np.abs(error)) < 0.01
    assert np.mean(np.abs(error)) < 0.005


def test_infant_rule_of_the_human_mortality_database():
    """Andreev and Kingkade (2015), table 3-2: the pieces of the rule, and where they meet."""
    assert infant_years_lived(0.0, "female") == pytest.approx(0.14903)
    assert infant_years_lived(0.0, "male") == pytest.approx(0.14929)
    assert infant_years_lived(0.01, "female") == pytest.approx(0.14903 - 0.0205527)
    assert infant_years_lived(0.05, "male") == pytest.approx(0.02832 + 0.1630105)
    assert infant_years_lived(0.2, "female") == pytest.approx(0.31411)
    assert infant_years_lived(0.2, "male") == pytest.approx(0.29915)
    for sex, bounds in (("female", (0.01724, 0.06891)), ("male", (0.02300, 0.08307))):
        for bound in bounds:
            below, above = (infant_years_lived(bound + e, sex) for e in (-1e-9, 1e-9))
            assert below == pytest.approx(above, abs=2e-4)
