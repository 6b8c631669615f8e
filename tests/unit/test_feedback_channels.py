"""Each feedback channel, off and on: off cuts it, on it moves what it says, accounts hold."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from calibration import synthetic as zz
from socialbudget.contract import Array
from socialbudget.ensemble import project
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario
from tests.transform import with_values

pack_of = cache(load_pack)
CLASSIC, HYBRID, SAVINGS = 0.0, 1.0, 3.0
CHILD = {"path": "schemes.universal_child_benefit.coverage", "set": 1.0, "from": 2025}
NEUTRAL = 2e-11
"""Relative change that the tolerance of the solver leaves."""


@cache
def run(channel: str, on: float, closure: float, change: str = "", to: int = 2026) -> Results:
    values = {
        f"channels.{channel}": on,
        "macroeconomy.closure": closure,
        # Administration is government consumption and no matter of these channels.
        "schemes.universal_child_benefit.administration_share": 0.0,
    }
    pack = with_values(pack_of("ZZZ"), values)
    changes = (Change.model_validate(SHOCKS[change]),) if change else ()
    return project(pack, Scenario("Test", (changes,)), to=to)


SHOCKS = {
    "child benefit": CHILD,
    "care": {"path": "schemes.health_service.technology_growth", "set": 0.1, "from": 2025},
    "contributions": {
        "path": "schemes.old_age_pension.contribution_rate", "add": 0.02, "from": 2025,
        "where": {"payer": "employee"},
    },
    "assistance": {
        "path": "schemes.disability_grant.benefit_amount", "scale": 2.0, "from": 2025,
    },
}  # fmt: skip


def effect(channel: str, on: float, closure: float, change: str, name: str, t: int = 1) -> float:
    base, after = run(channel, on, closure), run(channel, on, closure, change)
    return float((after[name] - base[name])[t, 0])


def relative(channel: str, on: float, closure: float, change: str, name: str) -> float:
    base = run(channel, on, closure)
    return effect(channel, on, closure, change, name) / float(base[name][1, 0])


@pytest.mark.parametrize(
    "channel",
    [
        "benefits_to_consumption",
        "reserves_to_investment",
        "care_to_government_demand",
        "poverty_to_consumption",
        "social_spending_to_human_capital",
    ],
)
@pytest.mark.parametrize("on", [0.0, 0.5, 1.0])
def test_no_switch_moves_the_base_year(channel: str, on: float) -> None:
    base = project(pack_of("ZZZ"), to=2026)
    other = run(channel, on, HYBRID)
    for name in ("macroeconomy.gdp", "macroeconomy.private_consumption", "government.balance",
                 "macroeconomy.investment", "sector_accounts.net_lending"):  # fmt: skip
        np.testing.assert_allclose(base[name][0], other[name][0], rtol=1e-13, atol=1e-3)


@pytest.mark.parametrize("closure", [CLASSIC, HYBRID, SAVINGS])
def test_benefits_and_consumption(closure: float) -> None:
    """Off, a benefit paid by the state leaves consumption and output as they are on impact."""
    channel, shock = "benefits_to_consumption", "child benefit"
    paid = effect(channel, 0.0, closure, shock, "household.cash_benefits")
    assert paid > 0.005 * zz.GDP
    for name in ("private_consumption", "gdp_real", "investment", "imports"):
        assert abs(relative(channel, 0.0, closure, shock, f"macroeconomy.{name}")) < NEUTRAL
    # Households save it; the budget pays.
    base, after = run(channel, 0.0, closure), run(channel, 0.0, closure, shock)
    moved = (after["sector_accounts.net_lending"] - base["sector_accounts.net_lending"])[1, 0]
    assert moved[0] == pytest.approx(paid, rel=1e-9)
    if closure == CLASSIC:
        consumed = effect(channel, 1.0, closure, shock, "macroeconomy.private_consumption")
        # Of a unit of benefits not more than its propensity is consumed, whatever the base year's
        # consumption; indirect taxes on it take some labour income away again.
        assert 0.85 * paid < consumed <= 0.95 * paid
    assert moved[2] == pytest.approx(-paid, rel=1e-8)


def test_reserves_and_investment() -> None:
    """Off, what the schemes save more is neither invested nor imported: it is lent abroad."""
    channel, shock = "reserves_to_investment", "contributions"
    price = run(channel, 0.0, SAVINGS)["prices.gdp_deflator"][1, 0]
    name = "scheme_accounts.public_primary_balance"
    results = [run(channel, on, SAVINGS, shock) for on in (0.0, 1.0)]
    share = results[0]["macroeconomy.scheme_saving_share"][0, 0]
    saved = results[0][name][1, 0] / price - share * results[0]["macroeconomy.gdp_real"][1, 0]
    assert saved > 0.003 * zz.GDP
    for account in ("investment_real", "imports_real"):
        off, on = (r[f"macroeconomy.{account}"][1, 0] for r in results)
        assert on - off == pytest.approx(saved, rel=0.02), account
    # Investment does not rise with the reserve any more; with the channel it does.
    assert effect(channel, 1.0, SAVINGS, shock, "macroeconomy.investment_real") > 0.4 * saved
    assert effect(channel, 0.0, SAVINGS, shock, "macroeconomy.investment_real") < 0.0
    assert effect(
        channel, 0.0, SAVINGS, shock, "sector_accounts.current_account"
    ) > 0.5 * saved + effect(channel, 1.0, SAVINGS, shock, "sector_accounts.current_account")


@pytest.mark.parametrize("closure", [CLASSIC, HYBRID, SAVINGS])
def test_care_and_government_demand(closure: float) -> None:
    """Off, other consumption makes room: the total, the budget and output stay."""
    channel, shock = "care_to_government_demand", "care"
    more = effect(channel, 0.0, closure, shock, "scheme_accounts.public_kind_benefits")
    assert more > 0.003 * zz.GDP
    for name in ("government.consumption", "macroeconomy.gdp_real", "government.debt",
                 "macroeconomy.private_consumption"):  # fmt: skip
        assert abs(relative(channel, 0.0, closure, shock, name)) < NEUTRAL, name
    room = -effect(channel, 0.0, closure, shock, "government.other_consumption")
    assert room == pytest.approx(more * (1.0 + zz.STATE_ADMINISTRATION), rel=1e-8)
    assert effect(channel, 1.0, closure, shock, "government.consumption") > 0.9 * more


def test_no_more_room_than_there_is() -> None:
    """Care for all: other consumption ends at nothing, not below, and the total gives way."""
    pack = with_values(pack_of("ZZZ"), {"channels.care_to_government_demand": 0.0})
    change = Change.model_validate({**SHOCKS["care"], "set": 0.2})
    result = project(pack, Scenario("Test", ((change,),)), to=2036)
    other = result["government.other_consumption"]
    assert other.min() == 0.0
    assert (
        result["government.consumption"][-1]
        > 1.1
        * (
            result["government.total_consumption_share"]
            * result["macroeconomy.potential_gdp_real"]
            * result["prices.gdp_deflator"]
        )[-1]
    )


def test_the_poor_consume_more_of_what_they_receive() -> None:
    """M0, on impact: 0.95 of an amount for everybody, 1.0 where the poor have their own."""
    channel, shock = "poverty_to_consumption", "assistance"
    consumed = []
    for on in (0.0, 1.0):
        name = "household.consumed_means_tested_benefits"
        paid = effect(channel, on, CLASSIC, shock, name)
        assert paid == pytest.approx(zz.base_year().benefits["disability_grant"].sum() * 1.03)
        consumed.append(
            effect(channel, on, CLASSIC, shock, "macroeconomy.private_consumption") / paid
        )
    assert consumed[1] - consumed[0] == pytest.approx(0.05, rel=0.1)
    # A benefit without a means test is consumed as before.
    for on in (0.0, 1.0):
        name = "household.consumed_means_tested_benefits"
        assert abs(effect(channel, on, CLASSIC, "child benefit", name)) < 1e-8 * zz.GDP


# --- human capital ----------------------------------------------------------------------------

SPENDING = {
    "channels.social_spending_to_human_capital": 1.0,
    "human_capital.spending_elasticity": 0.2,
}


def spending_per_child(result: Results) -> Array:
    """By year: families and maternity per child below 15, health per head, over GDP per head."""
    spent = result["social_accounts.public_expenditure_by_function"][:, 0].sum(axis=2)
    people = result["demography.population_midyear"][:, 0]
    everybody, children = people.sum(axis=(1, 2)), people[:, :, :15].sum(axis=(1, 2))
    labels = list(result.coords["function"])
    family, maternity, health = (labels.index(f) for f in ("family", "maternity", "health_care"))
    gdp = result["macroeconomy.gdp"][:, 0]
    return (spent[:, family] + spent[:, maternity]) / children * everybody / gdp + (
        spent[:, health] / gdp
    )


def test_childhood_is_carried_to_work_by_cohorts() -> None:
    pack = with_values(pack_of("ZZZ"), SPENDING)
    change = Scenario("Child benefit", ((Change.model_validate(CHILD),),))
    result = project(pack, change, to=2100)
    ratio = np.log(spending_per_child(result) / spending_per_child(result)[0])
    force = result["participation.labour_force"][:, 0].sum(axis=1)
    index = result["human_capital.index"][:, 0]
    for t in (1, 6, 7, 20, 40, 76):
        expected = 0.0
        for age in range(15, 101):
            # Years in which the cohort was 0 to 14; before 2025 spending was that of 2024.
            years = [t - age + a for a in range(15)]
            x = sum(ratio[y] for y in years if y >= 1) / 15.0
            expected += force[t, age] * np.exp(0.2 * x)
        assert index[t] == pytest.approx(expected / force[t].sum(), rel=1e-12)
    # Nobody below 15 in 2025 works before he is 20: children of 14 do so in 2031.
    assert (index[:7] == 1.0).all()
    assert index[7] > 1.0
    assert np.diff(index[7:60]).min() > 0.0
    base = project(pack, to=2100)
    gain = result["macroeconomy.gdp_real"][-1, 0] / base["macroeconomy.gdp_real"][-1, 0]
    off = project(pack_of("ZZZ"), change, to=2100)["macroeconomy.gdp_real"][-1, 0]
    off /= project(pack_of("ZZZ"), to=2100)["macroeconomy.gdp_real"][-1, 0]
    assert gain / off > 1.0 + 0.4 * (index[-1] - 1.0)


@pytest.mark.parametrize("off", SPENDING)
def test_without_switch_or_elasticity_childhood_counts_nothing(off: str) -> None:
    pack = with_values(pack_of("ZZZ"), {**SPENDING, off: 0.0})
    result = project(pack, Scenario("Child benefit", ((Change.model_validate(CHILD),),)), to=2060)
    assert (result["human_capital.index"] == 1.0).all()
    assert result["human_capital.childhood_spending"][-1].max() > 0.0


def test_schooling_raises_output_as_more_workers_would() -> None:
    growth = Change(path="human_capital.schooling_growth", set=0.01)
    result = project(
        with_values(pack_of("ZZZ"), {"macroeconomy.closure": 4.0}),
        Scenario("Schooling", ((growth,),)),
        to=2500,
    )
    index = result["human_capital.index"][:, 0]
    np.testing.assert_allclose(index, 1.01 ** np.arange(len(index)), rtol=1e-12)
    real = result["macroeconomy.gdp_real"][:, 0]
    assert real[-1] / real[-2] == pytest.approx(1.01, rel=1e-6)


def test_ages_of_the_labour_force_count_by_their_weight() -> None:
    pack = pack_of("ZAF")
    profile = pack.entries["human_capital.age_productivity"].values[0]
    none, full = (
        project(with_values(pack, {"human_capital.age_weight": w}), to=2050) for w in (0.0, 1.0)
    )
    np.testing.assert_allclose(
        none["human_capital.index"], none["human_capital.schooling"], rtol=1e-14
    )
    force = full["participation.labour_force"][:, 0].sum(axis=1)
    mean = (force * profile).sum(axis=1) / force.sum(axis=1)
    relative_mean = mean / mean[0]
    assert np.abs(relative_mean - 1.0).max() > 0.005
    np.testing.assert_allclose(
        (full["human_capital.index"] / full["human_capital.schooling"])[:, 0],
        relative_mean,
        rtol=1e-12,
    )
