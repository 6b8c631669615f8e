"""Cohort-component projection of the United Nations, through the same kernel as every country.

Azerbaijan and Mauritius have no migration in the projections of World Population Prospects 2019
(medium variant, 2020-2100, five-year steps), so that what the kernel makes of the published
fertility and mortality can be compared with the published population by age and sex. Inputs and
answers: United Nations, DESA, Population Division (2019), World Population Prospects 2019
(CC BY 3.0 IGO).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from socialbudget.kernels.cohort import cohort_step
from socialbudget.life_table import abridged_life_table

DATA = Path(__file__).parent / "data" / "un_wpp2019_zero_migration.csv.gz"
PERIODS = [f"{year}-{year + 5}" for year in range(2020, 2100, 5)]
YEARS = list(range(2025, 2101, 5))
GROUPS = [f"{age}-{age + 4}" for age in range(0, 100, 5)] + ["100+"]
SEXES = (("F", "female"), ("M", "male"))


def five_year_survival(nmx, sex):
    """Survival ratios of five-year groups, and of births, from an abridged table."""
    table = abridged_life_table(nmx, sex, radix=1.0)
    lived = np.concatenate([[table.nLx.iloc[:2].sum()], table.nLx.iloc[2:].to_numpy()])
    survival = np.empty(lived.size)
    survival[:-2] = lived[1:-1] / lived[:-2]
    survival[-2:] = lived[-1] / (lived[-2] + lived[-1])
    return survival, lived[0] / 5.0, table.ex.iloc[0]


@pytest.fixture(scope="module")
def cases():
    return pd.read_csv(DATA, dtype={"age": str})


def inputs(case, period):
    """Arrays of one period: survival, birth survival, fertility, sex ratio."""
    survival = np.empty((1, 2, len(GROUPS)))
    births = np.empty((1, 2))
    expectancy = np.empty(2)
    of_period = case[case.period == period]
    for index, (letter, sex) in enumerate(SEXES):
        rates = of_period[(of_period.item == "mx") & (of_period.sex == letter)]
        rates = rates.assign(start=rates.age.str.rstrip("+").astype(int)).sort_values("start")
        survival[0, index], births[0, index], expectancy[index] = five_year_survival(
            rates.value.to_numpy(), sex
        )
    tfr = of_period[of_period.item == "tfr"].value.item()
    pattern = of_period[of_period.item == "pasfr_pct"].set_index("age").value
    fertility = tfr / 5.0 * pattern.reindex(GROUPS, fill_value=0.0).to_numpy() / 100.0
    ratio = of_period[of_period.item == "srb"].value.item()
    return survival, births, fertility[None], np.array([ratio]), expectancy


def published(case, item, year):
    rows = case[(case.item == item) & (case.period == str(year))]
    return np.stack(
        [rows[rows.sex == letter].set_index("age").value.reindex(GROUPS) for letter, _ in SEXES]
    )


@pytest.fixture(scope="module", params=["Azerbaijan", "Mauritius"])
def projection(cases, request):
    """Projected and published population, 2025-2100, by year, sex and age."""
    case = cases[cases.country == request.param]
    population = published(case, "pop_base", 2020)[None]
    projected, answers = [], []
    for period, year in zip(PERIODS, YEARS, strict=True):
        survival, birth_survival, fertility, ratio, _ = inputs(case, period)
        after = np.empty_like(population)
        births, deaths = np.empty((1, 2)), np.empty_like(population)
        cohort_step(
            population,
            survival,
            birth_survival,
            fertility,
            ratio,
            np.zeros_like(survival),
            np.array([0.5]),
            5.0,
            after,
            births,
            deaths,
        )
        population = after
        projected.append(population[0])
        answers.append(published(case, "pop_published", year))
    return np.array(projected), np.array(answers)


def test_total_after_eighty_years(projection):
    projected, answers = projection
    np.testing.assert_allclose(
        projected.sum(axis=(1, 2)), answers.sum(axis=(1, 2)), rtol=1e-4, atol=0.0
    )


def test_every_age_below_85(projection):
    projected, answers = projection
    below = slice(0, GROUPS.index("85-89"))
    np.testing.assert_allclose(projected[..., below], answers[..., below], rtol=5e-4, atol=0.0)


def test_life_expectancy(cases):
    for country in ("Azerbaijan", "Mauritius"):
        case = cases[cases.country == country]
        for period in PERIODS:
            *_, expectancy = inputs(case, period)
            for index, (letter, _) in enumerate(SEXES):
                rows = case[
                    (case.item == "e0_published") & (case.period == period) & (case.sex == letter)
                ]
                assert abs(expectancy[index] - rows.value.item()) <= 0.01
