"""Formalisation programmes: who moves, what it brings, and what it costs."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from socialbudget.contract import Module, Var, Year
from socialbudget.ensemble import project
from socialbudget.errors import PackError
from socialbudget.modules import build_modules
from socialbudget.pack import Pack, load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario, scenarios_folder
from tests.careers import pension_value, years_value

RATE = "formalisation.formalisation_rate"
SATELLITES = ("formalisation", "formalisation_account", "migrants", "care_work")
ACCOUNT = "formalisation_account."
PENSION_RULES = {
    "stay": 0.9,
    "growth": 0.01,
    "discount": 0.03,
    "revaluation": 1.0,
    "indexation": 0.0,
}


@cache
def pack(iso3: str = "ZZZ") -> Pack:
    return load_pack(iso3)


def programme(rate: float = 0.01, last: int = 2100, **changes: float) -> Scenario:
    """`rate` of informal employees a year from 2025 on, with other parameters set."""
    moving = Change(path=RATE, set=rate, where={"status": "informal_employee"}, from_=2025, to=last)
    others = [Change(path=f"formalisation.{n}", set=v) for n, v in changes.items()]
    return Scenario("Programme", ((moving, *others),))


class Keep(Module):
    """Keeps the large tables of the labour market, which results leave out."""

    name = "keep"
    reads = ("labour_market.employment_by_status", "labour_market.gross_wage")
    writes = (
        Var("keep.persons", ("sex", "age", "status"), "person", "flow", "Employment by status"),
        Var("keep.wage", ("sex", "age", "status"), "LCU/year", "rate", "Gross wage"),
    )

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        y["keep.persons"] = y["labour_market.employment_by_status"]
        y["keep.wage"] = y["labour_market.gross_wage"]


@cache
def run(iso3: str = "ZZZ", to: int = 2027) -> Results:
    modules = [*build_modules(pack(iso3)), Keep()]
    return project(pack(iso3), programme(subsidy_rate=0.25), to=to, modules=modules)


def at(results: Results, name: str, year: int) -> np.ndarray:
    return results[name][year - 2024, 0]


# --- persons ----------------------------------------------------------------------------------


def test_persons_moved_are_the_share_of_those_informal_the_year_before() -> None:
    r = run()
    for year in (2025, 2026, 2027):
        informal = at(r, "labour_accounts.employment_by_status", year - 1)
        moved = at(r, "formalisation.moved", year)
        np.testing.assert_allclose(moved[:, 1], 0.01 * informal[:, 1], rtol=1e-14)
        assert not np.delete(moved, 1, axis=1).any()


def test_the_formalised_fall_back_at_the_rate_of_retention() -> None:
    results = project(pack(), programme(last=2026), to=2029)
    stock = results["formalisation.formalised"][:, 0].sum(axis=(1, 2))
    moved = results["formalisation.moved"][:, 0].sum(axis=(1, 2))
    assert stock[0] == 0.0
    assert stock[2] == pytest.approx(0.9 * moved[1] + moved[2], rel=1e-14)
    np.testing.assert_allclose(stock[3:], stock[2] * 0.9 ** np.arange(1, 4), rtol=1e-13)
    assert not moved[3:].any()


class Reader(Module):
    """Adds up the shifts of formal shares, whoever writes them."""

    name = "reader"
    reads = ("*.formal_share_shift",)
    writes = (Var("reader.shift", ("sex",), "1", "rate", "Sum of the shifts"),)

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        y["reader.shift"] = sum(y.match("*.formal_share_shift").values())


def test_the_shift_is_found_by_its_pattern_and_is_the_formalised_over_the_employed() -> None:
    r = project(pack(), programme(), to=2026, modules=[*build_modules(pack()), Reader()])
    shift, stock = at(r, "reader.shift", 2026), at(r, "formalisation.formalised", 2026)
    employed = at(r, "labour_accounts.employment_by_status", 2025).sum(axis=1)
    np.testing.assert_allclose(shift, stock.sum(axis=1) / employed, rtol=1e-14)
    assert (shift > 0.0).all()
    assert not at(r, "reader.shift", 2024).any()


@pytest.mark.parametrize("iso3", ["ZZZ", "ZAF"])
def test_without_a_programme_nothing_changes_to_the_bit(iso3: str) -> None:
    whole = project(pack(iso3), to=2028)
    alone = [m for m in build_modules(pack(iso3)) if m.name not in SATELLITES]
    before = project(pack(iso3), to=2028, modules=alone)
    for name in before.arrays:
        assert whole[name].tobytes() == before[name].tobytes(), name
    ours = [n for n in whole.arrays if n.startswith(("formalisation.", ACCOUNT))]
    assert len(ours) > 15
    assert not any(whole[name].any() for name in ours)


@pytest.mark.parametrize(("status", "sex"), [("formal_employee", "male"),
                                             ("formal_self_employed", "female")])  # fmt: skip
def test_moving_formal_workers_is_refused(status: str, sex: str) -> None:
    wrong = Change(path=RATE, set=0.02, where={"status": status, "sex": sex}, from_=2026)
    with pytest.raises(PackError) as caught:
        project(pack(), Scenario("Wrong", ((wrong,),)), to=2027)
    message = str(caught.value)
    for part in (RATE, status, sex, "2026", "informal_employee", "formal already"):
        assert part in message


# --- the account ------------------------------------------------------------------------------


def formal_wages(r: Results, year: int) -> np.ndarray:
    """Gross wages of formal employees per head, by sex."""
    persons = at(r, "keep.persons", year)[:, :, 0]
    wages = at(r, "keep.wage", year)[:, :, 0]
    return (persons * wages).sum(axis=1) / persons.sum(axis=1)


def test_the_yearly_account_by_hand() -> None:
    """In Synthetic land all public schemes cover formal employees whole, and nobody else."""
    r, year = run(), 2026
    persons = at(r, "formalisation.formalised", year).sum(axis=1)
    earnings = 0.5 * persons * formal_wages(r, year)
    rate = at(r, "contributions.revenue", year).sum() / at(
        r, "labour_market.formal_wage_bill", year
    )
    tax = 0.5 * at(r, "household.base_income_tax_rate", year) * earnings
    contributions = rate * earnings
    without = 1.0 - at(r, "labour_market.employment_ratio", year)
    adults = at(r, "demography.population_midyear", year)[:, 15:65].sum()
    grants = at(r, "disability_grant.benefit_expenditure", year).sum()
    relief = grants * (((without + persons.sum() / adults) / without) ** 0.5 - 1.0)
    wage = at(r, "labour_market.average_wage", 2024) * at(r, "contribution_rules.wage_index", year)
    cost = 0.05 * wage * at(r, "formalisation.moved", year).sum(axis=1)
    net = contributions + tax - 0.25 * contributions - cost

    def got(name: str) -> np.ndarray:
        return at(r, ACCOUNT + name, year)

    np.testing.assert_allclose(got("earnings"), earnings, rtol=1e-12)
    np.testing.assert_allclose(got("contributions"), contributions, rtol=1e-10)
    np.testing.assert_allclose(got("direct_tax"), tax, rtol=1e-10)
    np.testing.assert_allclose(got("relief").sum(), relief, rtol=1e-10)
    np.testing.assert_allclose(got("subsidy"), 0.25 * contributions, rtol=1e-10)
    np.testing.assert_allclose(got("administration"), cost, rtol=1e-10)
    np.testing.assert_allclose(got("net_fiscal").sum(), net.sum() + relief, rtol=1e-10)
    gdp = at(r, "macroeconomy.gdp", year)
    assert got("net_fiscal_share") == pytest.approx((net.sum() + relief) / gdp, rel=1e-10)
    assert got("revenue_share") == pytest.approx((contributions + tax).sum() / gdp, rel=1e-10)


def test_the_account_of_the_cohort_by_hand() -> None:
    r, year = run(), 2026
    moved = at(r, "formalisation.moved", year)[:, 1]
    paid = 0.5 * moved * formal_wages(r, year)
    ages = at(r, "keep.persons", year)[:, :, 1]
    ages = ages / ages.sum(axis=1, keepdims=True)
    death = at(r, "demography.death_probability", year)
    bill = at(r, "labour_market.formal_wage_bill", year)
    revenue = at(r, "contributions.revenue", year).sum(axis=1)
    benefits = [at(r, f"{z}.benefit_expenditure", year).sum() for z in r.coords["insurance"]]
    pension = r.coords["insurance"].index("old_age_pension")
    for s in range(2):
        stretch = sum(ages[s, x] * years_value(x, 65, **PENSION_RULES) for x in range(15, 101))
        worth = sum(
            ages[s, x] * pension_value(x, death[s], 65, 65, **PENSION_RULES)
            for x in range(15, 101)
            if ages[s, x] > 0.0
        )
        value = paid[s] * stretch * revenue.sum() / bill
        liability = 0.0125 * paid[s] * worth + sum(
            paid[s] * stretch * benefits[i] / bill for i in range(len(benefits)) if i != pension
        )
        tax = 0.5 * at(r, "household.base_income_tax_rate", year) * paid[s] * stretch
        found = {n: at(r, ACCOUNT + n, year)[s] for n in (
            "present_value_of_contributions", "present_value_of_tax", "liability", "net_actuarial",
        )}  # fmt: skip
        assert found["present_value_of_contributions"] == pytest.approx(value, rel=1e-9)
        assert found["present_value_of_tax"] == pytest.approx(tax, rel=1e-9)
        assert found["liability"] == pytest.approx(liability, rel=1e-8)
        assert found["net_actuarial"] == pytest.approx(value + tax - liability, rel=1e-8)


def test_a_subsidy_costs_the_state_and_nobody_else() -> None:
    plain = project(pack(), programme(), to=2026)
    matched = project(pack(), programme(subsidy_rate=0.5), to=2026)
    paid = plain[ACCOUNT + "contributions"]
    np.testing.assert_allclose(matched[ACCOUNT + "subsidy"], 0.5 * paid, rtol=1e-14)
    difference = plain[ACCOUNT + "net_fiscal"] - matched[ACCOUNT + "net_fiscal"]
    np.testing.assert_allclose(difference, 0.5 * paid, rtol=1e-9)
    same = ACCOUNT + "net_actuarial"
    assert plain[same].tobytes() == matched[same].tobytes()


def test_schemes_of_an_occupation_get_nothing_from_the_formalised() -> None:
    results = run("ZAF", 2026)
    insurance = results.coords["insurance"]
    received = at(results, ACCOUNT + "contributions_by_scheme", 2026)
    got = dict(zip(insurance, received, strict=True))
    assert got["gepf_old_age"] == 0.0
    assert got["private_retirement_funds"] == 0.0  # not public
    assert got["uif_unemployment"] > 0.0


@pytest.mark.parametrize("iso3", ["ZAF", "USA", "KOR"])
def test_earnings_related_pensions_are_the_larger_part_of_what_is_earned(iso3: str) -> None:
    """Where contributions earn pensions, the liability exceeds that of short-term benefits."""
    results = run(iso3, 2026)
    liability = at(results, ACCOUNT + "liability", 2026).sum()
    ratio = liability / at(results, ACCOUNT + "present_value_of_contributions", 2026).sum()
    assert (0.9 < ratio < 1.6) if iso3 != "ZAF" else (0.3 < ratio < 0.9)


def test_the_shipped_programme_runs_in_every_pack_and_ends_in_2035() -> None:
    scenario = Scenario.load(scenarios_folder() / "formalisation_programme.toml")
    for iso3 in ("ZZZ", "ZAF", "USA", "KOR"):
        results = project(pack(iso3), scenario, to=2037)
        moved = results["formalisation.moved"][:, 0].sum(axis=(1, 2))
        assert (moved[[2, 11]] > 0.0).all()
        assert not moved[[0, 1, 12, 13]].any()
        assert (results[ACCOUNT + "net_fiscal_share"][3:, 0] > 0.0).all()
