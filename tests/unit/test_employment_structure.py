"""Employment, hours and pay by activity: closed forms, and the published base year."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from calibration.employment_structure import (
    EMPLOYEES,
    FORMAL,
    PUBLIC,
    Structure,
    activity_share,
    agricultural_employees,
    published,
    structure,
)
from calibration.labour import labour_base, single_age_population
from socialbudget.contract import Array, Module, Var, Year
from socialbudget.ensemble import project
from socialbudget.errors import SocialBudgetError
from socialbudget.kernels.structure import FITTED, employment_by_activity
from socialbudget.modules.employment_structure import EmploymentStructure
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Scenario

COUNTRIES = ("ZAF", "USA", "KOR")
INFORMAL = [1, 3, 4]
SHARE = np.array([0.1, 0.2, 0.5, 0.2])
FORMAL_SHARE = np.array([0.3, 0.7, 0.7, 0.9])
ADDED = np.array([0.05, 0.30, 0.45, 0.20])
GDP, INDIRECT, SUBSIDIES = 1000.0, 120.0, 20.0
STATUS = np.array([[55.0, 20.0, 5.0, 15.0, 5.0], [65.0, 15.0, 8.0, 10.0, 2.0]])
PAY = np.array([2.0, 1.0, 2.5, 0.8, 0.0])


class Given(Module):
    """What the core and the activities hand over: ages 20 and 40, the same every year."""

    name = "given"
    writes = (
        Var("labour_market.employment_by_status", ("sex", "age", "status"), "person", "flow", "."),
        Var("labour_market.compensation", ("sex", "age", "status"), "LCU/year", "flow", "."),
        Var("labour_market.gross_wage", ("sex", "age", "status"), "LCU/year", "rate", "."),
        Var("labour_market.total_employment", (), "person", "flow", "."),
        Var("labour_market.formal_share", (), "1", "rate", "."),
        Var("labour_market.wage_bill", (), "LCU/year", "flow", "."),
        Var("labour_market.formal_share_by_activity", ("activity",), "1", "rate", "."),
        Var("economic_activity.employment_share", ("activity",), "1", "rate", "."),
        Var("economic_activity.value_added_share", ("activity",), "1", "rate", "."),
        Var("economic_activity.relative_productivity", ("activity",), "1", "rate", "."),
        Var("macroeconomy.gdp", (), "LCU/year", "flow", "."),
        Var("macroeconomy.gdp_real", (), "LCU_real/year", "flow", "."),
        Var("government.indirect_taxes", (), "LCU/year", "flow", "."),
        Var("government.subsidies", (), "LCU/year", "flow", "."),
    )

    def __init__(self, women: float = 1.0):
        self.women = women

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        persons = people() * np.array([self.women, 1.0])[:, None, None]
        wage = np.array([0.8, 1.0])[:, None, None] * PAY + np.zeros((2, 101, 5))
        y["labour_market.employment_by_status"] = persons
        y["labour_market.gross_wage"] = wage
        y["labour_market.compensation"] = 1.1 * wage * persons
        y["labour_market.total_employment"] = persons.sum()
        y["labour_market.formal_share"] = persons[..., FORMAL].sum() / persons.sum()
        y["labour_market.wage_bill"] = (wage * persons)[..., EMPLOYEES].sum()
        y["labour_market.formal_share_by_activity"] = FORMAL_SHARE
        y["economic_activity.employment_share"] = SHARE
        y["economic_activity.value_added_share"] = ADDED
        y["economic_activity.relative_productivity"] = ADDED / SHARE
        # Prices double, and indirect taxes with them; volumes grow by a tenth.
        later = y.year > y.base_year
        y["macroeconomy.gdp"] = GDP * (2.2 if later else 1.0)
        y["macroeconomy.gdp_real"] = GDP * (1.1 if later else 1.0)
        y["government.indirect_taxes"] = INDIRECT * (2.2 if later else 1.0)
        y["government.subsidies"] = SUBSIDIES * (2.2 if later else 1.0)


def people() -> Array:
    out = np.zeros((2, 101, 5))
    out[:, 20], out[:, 40] = STATUS, 2.0 * STATUS
    return out


def run(scenario: str = "", women: float = 1.0) -> Results:
    change = Scenario.loads(f'title = "Test"\n{scenario}') if scenario else None
    return project(load_pack("ZZZ"), change, to=2025, modules=[Given(women), EmploymentStructure()])


def last(results: Results, name: str) -> Array:
    return np.asarray(results.arrays[f"employment_structure.{name}"][-1, 0])


# --- closed forms -----------------------------------------------------------------------------


def formal_by_activity() -> Array:
    """With a common factor z on the odds of formality, by bisection."""
    total, formal = STATUS.sum() * 3, STATUS[:, FORMAL].sum() * 3
    low, high = 1e-6, 1e6
    for _ in range(200):
        z = np.sqrt(low * high)
        odds = z * FORMAL_SHARE / (1 - FORMAL_SHARE)
        rows = total * SHARE * odds / (1 + odds)
        low, high = (z, high) if rows.sum() < formal else (low, z)
    return np.asarray(rows)


def test_odds_that_do_not_differ_give_independence() -> None:
    found = last(run(), "employment_by_activity_status")
    formal = formal_by_activity()
    informal = 3 * STATUS.sum() * SHARE - formal
    expected = np.empty((2, 4, 5))
    for columns, row in ((FORMAL, formal), (INFORMAL, informal)):
        expected[..., columns] = 3 * STATUS[:, None, columns] * (row / row.sum())[:, None]
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    np.testing.assert_allclose(
        last(run(), "informality_rate_by_activity")[1],
        expected[1][:, INFORMAL].sum(axis=1) / expected[1].sum(axis=1), rtol=1e-11,
    )  # fmt: skip
    np.testing.assert_allclose(
        last(run(), "women_share_by_activity"),
        expected[0].sum(axis=1) / expected.sum(axis=(0, 2)), rtol=1e-11,
    )  # fmt: skip


def test_ages_are_those_of_the_employed() -> None:
    # A third are 20 and two thirds 40, in every activity: half a year is added to the birthday.
    np.testing.assert_allclose(last(run(), "mean_age_by_activity"), 40.5 - 20 / 3, rtol=1e-12)


def test_odds_by_age_move_ages_apart() -> None:
    older = (
        '[[change]]\npath = "employment_structure.age_odds"\nscale = 3.0\n'
        'where = { activity = "agriculture", age = 40 }\n'
    )
    ages = last(run(older), "mean_age_by_activity")
    assert (ages[:, 0] > ages[:, 1] + 1).all()


def test_hours_and_full_time_equivalents() -> None:
    results = run()
    np.testing.assert_allclose(last(results, "hours_by_sex"), [36.0, 40.0], rtol=1e-12)
    np.testing.assert_allclose(
        last(results, "full_time_equivalent"), 3 * STATUS.sum(axis=1) * [0.9, 1.0], rtol=1e-12
    )
    women = last(results, "women_share_by_activity")
    np.testing.assert_allclose(last(results, "hours_by_activity"), 40.0 - 4.0 * women, rtol=1e-12)


def test_value_added_is_at_factor_cost_and_real_value_added_at_base_prices() -> None:
    results = run()
    np.testing.assert_allclose(
        last(results, "value_added_by_activity"), 2.2 * 900.0 * ADDED, rtol=1e-12
    )
    np.testing.assert_allclose(
        last(results, "real_value_added_by_activity"), 1.1 * 900.0 * ADDED, rtol=1e-12
    )
    productivity = last(results, "productivity_by_activity")
    np.testing.assert_allclose(productivity, 990.0 * ADDED / (3 * STATUS.sum() * SHARE), rtol=1e-11)
    np.testing.assert_allclose(
        last(results, "hourly_productivity_by_activity"),
        productivity / last(results, "hours_by_activity") / (365.25 / 7), rtol=1e-11,
    )  # fmt: skip


def test_pay_follows_productivity_around_the_mean_of_each_cell() -> None:
    results = run()
    wage = last(results, "average_wage_by_activity_status")
    # Elasticity 0.5 in the synthetic pack; contributing family workers earn nothing.
    premium = np.sqrt(ADDED / SHARE)
    np.testing.assert_allclose(
        wage[:, :, :4] / wage[:, 2:3, :4],
        np.broadcast_to((premium / premium[2])[:, None], (2, 4, 4)), rtol=1e-12,
    )  # fmt: skip
    persons = last(results, "employment_by_activity_status")
    mean = (wage * persons).sum(axis=1) / persons.sum(axis=1)
    np.testing.assert_allclose(mean, np.outer([0.8, 1.0], PAY), rtol=1e-12)
    gap = last(results, "gender_wage_gap_by_activity")
    average = last(results, "average_wage_by_activity")
    np.testing.assert_allclose(gap, 1 - average[0] / average[1], rtol=1e-12)
    assert (gap > 0.2).all()  # women are also less often formal employees


def test_where_one_sex_has_no_employees_there_is_no_gap() -> None:
    results = run(women=0.0)
    assert (last(results, "gender_wage_gap_by_activity") == 0.0).all()
    assert (last(results, "hours_by_sex") == [0.0, 40.0]).all()


def test_identities_hold_to_rounding() -> None:
    results = run()
    assert results.identities
    for name, residual in results.identities.items():
        assert np.abs(residual).max() < 1e-12, name


def test_odds_do_not_move_what_the_core_found() -> None:
    crowd = (
        '[[change]]\npath = "employment_structure.activity_odds"\nscale = 5.0\n'
        'where = { sex = "female", activity = "public_services" }\n'
    )
    base, moved = run(), run(crowd)
    name = "employment_by_activity_status"
    np.testing.assert_allclose(
        last(moved, name).sum(axis=(0, 2)), last(base, name).sum(axis=(0, 2)), rtol=1e-10
    )
    np.testing.assert_allclose(
        last(moved, name).sum(axis=1), last(base, name).sum(axis=1), rtol=1e-10
    )
    assert (
        last(moved, "women_share_by_activity")[PUBLIC]
        > last(base, "women_share_by_activity")[PUBLIC] + 0.1
    )


def zero(where: str) -> str:
    return f'[[change]]\npath = "employment_structure.activity_odds"\nset = 0.0\nwhere = {where}\n'


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            zero('{ activity = "industry", status = "formal_employee" }')
            + zero('{ activity = "industry", status = "formal_self_employed" }'),
            r"2024: industry has formal employment, but .*activity_odds.* are zero",
        ),
        (
            zero('{ sex = "female", status = "contributing_family_worker" }'),
            r"female, age 20, contributing_family_worker: persons are employed, but",
        ),
        (
            # Nobody is an employee in three activities: more employees than the last has room for.
            zero('{ activity = "agriculture", status = "formal_employee" }')
            + zero('{ activity = "market_services", status = "formal_employee" }')
            + zero('{ activity = "industry", status = "formal_employee" }'),
            r"no employment by activity and status meets its totals .* replace zeros by small odds",
        ),
    ],
)
def test_totals_that_cannot_be_met_are_told(changes: str, message: str) -> None:
    with pytest.raises(SocialBudgetError, match=message):
        run(changes)


# --- calibration ------------------------------------------------------------------------------


@cache
def persons(iso3: str) -> Array:
    population = single_age_population(iso3, "1 July")
    labour = labour_base(iso3, population)
    employment = population * labour.participation_rate * (1 - labour.unemployment_rate)
    return np.asarray(employment[..., None] * labour.status_share)


@cache
def base(iso3: str) -> Structure:
    return structure(iso3, persons(iso3))


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_published_margins_are_met(iso3: str) -> None:
    cells = base(iso3).employment
    np.testing.assert_allclose(cells.sum(axis=2), persons(iso3), rtol=1e-10)
    for s, sex in enumerate(("female", "male")):
        share = cells[s].sum(axis=(0, 2)) / cells[s].sum()
        np.testing.assert_allclose(share, activity_share(iso3, sex), rtol=1e-8)
        assert share[0] == pytest.approx(
            published(iso3, "agriculture_share_of_employment", sex), abs=2e-4
        )
    farm = cells[:, :, 0].sum(axis=(0, 1))
    assert farm[EMPLOYEES].sum() / farm.sum() == pytest.approx(
        agricultural_employees(iso3), rel=1e-8
    )
    # By definition: an institutional sector has employees only.
    assert (cells[:, :, PUBLIC, 2:] == 0.0).all()
    phi = base(iso3).formal_share
    assert phi[0] < phi[1] < phi[PUBLIC] < 1.0


def test_published_shares_as_printed() -> None:
    """ILO modelled estimates of 2023; public employment of the household panel of 2019."""
    np.testing.assert_allclose(activity_share("KOR", "female")[:2], [0.0475, 0.1275], atol=5e-5)
    assert activity_share("KOR", "female")[PUBLIC] == pytest.approx(1334.240 / 10696.112, rel=1e-4)
    # Non-agricultural wage share 80.36%, agriculture 5.32%, self-employed 23.18% of all.
    assert agricultural_employees("KOR") == pytest.approx(
        (0.7682 - 0.9468 * 0.8036) / 0.0532, abs=0.01
    )


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_odds_give_the_base_year_back(iso3: str) -> None:
    found = base(iso3)
    cells = persons(iso3)
    share = found.employment.sum(axis=(0, 1, 3)) / found.employment.sum()
    total, out = np.empty((1, 4, 5)), np.empty((1, 2, 101, 4, 5))
    report = np.empty((1, 5), dtype=np.int64)
    employment_by_activity(
        cells[None], share[None], found.formal_share[None], found.activity_odds[None],
        found.age_odds[None], total, out, report,
    )  # fmt: skip
    assert report[0, 0] == FITTED
    np.testing.assert_allclose(out[0], found.employment, rtol=1e-7, atol=1e-4)


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_mean_hours_are_the_published_ones(iso3: str) -> None:
    found = base(iso3)
    weights = found.employment.sum(axis=1)
    assert (found.weekly_hours * weights).sum() / weights.sum() == pytest.approx(
        published(iso3, "mean_weekly_hours"), rel=1e-12
    )
    assert (found.weekly_hours > 20).all()
    assert (found.weekly_hours < 55).all()


def test_a_given_formal_share_is_met() -> None:
    wanted = np.array([0.40, 0.70, 0.63, 0.97])
    cells = structure("ZAF", persons("ZAF"), wanted).employment.sum(axis=(0, 1))
    rows = cells.sum(axis=1)
    scale = persons("ZAF")[..., FORMAL].sum() / (wanted * rows).sum()
    np.testing.assert_allclose(cells[:, FORMAL].sum(axis=1) / rows, wanted * scale, rtol=1e-8)


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_the_model_starts_from_the_published_shares(iso3: str) -> None:
    results = project(load_pack(iso3), to=2025)
    found = results.arrays["employment_structure.employment_by_activity"][0, 0]
    for s, sex in enumerate(("female", "male")):
        np.testing.assert_allclose(found[s] / found[s].sum(), activity_share(iso3, sex), atol=0.005)
