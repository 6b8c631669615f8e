"""Closures M0 to M4 as special cases of one formula, and the production function."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from calibration import synthetic as zz
from socialbudget.ensemble import project
from socialbudget.errors import PackError, SocialBudgetError
from socialbudget.modules.macroeconomy import DEMAND_LED_YEARS
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario

pack_of = cache(load_pack)
CLOSURE, SIGMA = "macroeconomy.closure", "macroeconomy.substitution_elasticity"
THETA, FADING = "macroeconomy.theta_investment", "macroeconomy.demand_weight_years"
FISCAL = "government.fiscal_closure"


def contributions_up(iso3: str) -> Change:
    """Something that moves demand and the labour market."""
    scheme = {"ZZZ": "old_age_pension", "ZAF": "uif_unemployment"}[iso3]
    path = f"schemes.{scheme}.contribution_rate"
    return Change.model_validate({"path": path, "add": 0.02, "from": 2025})


def run(iso3: str, to: int, values: dict[str, float], *shocks: Change) -> Results:
    changes = (*(Change(path=p, set=v) for p, v in values.items()), *shocks)
    return project(pack_of(iso3), Scenario("Test", (changes,)), to=to)


def identical(a: Results, b: Results, years: slice = slice(None)) -> None:
    different = [n for n in a.arrays if not np.array_equal(a.arrays[n][years], b.arrays[n][years])]
    assert not different, different[:5]


@pytest.mark.parametrize("iso3", ["ZZZ", "ZAF"])
@pytest.mark.parametrize(("closure", "theta"), [(3.0, 1.0), (4.0, 0.0)])
def test_hybrid_without_demand_is_savings_driven_or_external(
    iso3: str, closure: float, theta: float
) -> None:
    """To the bit: the closures are the ends of one formula."""
    up = contributions_up(iso3)
    special = run(iso3, 2040, {CLOSURE: closure}, up)
    hybrid = run(iso3, 2040, {CLOSURE: 1.0, FADING: 0.0, THETA: theta}, up)
    identical(special, hybrid)
    assert np.abs(special["macroeconomy.output_gap"]).max() == 0.0 or iso3 == "ZZZ"


@pytest.mark.parametrize("iso3", ["ZZZ", "ZAF"])
def test_demand_led_is_hybrid_in_the_first_year(iso3: str) -> None:
    up = contributions_up(iso3)
    led = run(iso3, 2029, {CLOSURE: 2.0}, up)
    hybrid = run(iso3, 2029, {CLOSURE: 1.0}, up)
    identical(led, hybrid, slice(0, 2))
    gap, other = led["macroeconomy.output_gap"], hybrid["macroeconomy.output_gap"]
    assert abs(gap[5, 0]) > 1.2 * abs(other[5, 0])


def test_the_savings_driven_economy_invests_what_is_saved() -> None:
    """Contributions saved in a reserve: investment up under M3, the current account under M4."""
    up = contributions_up("ZZZ")
    for closure, account in ((3.0, "investment"), (4.0, "imports")):
        base, after = (run("ZZZ", 2025, {CLOSURE: closure}, *s) for s in ((), (up,)))
        change = {
            n: (after[f"macroeconomy.{n}_real"] - base[f"macroeconomy.{n}_real"])[1, 0] / zz.GDP
            for n in ("private_consumption", "investment", "imports", "exports", "gdp")
        }
        assert change["private_consumption"] < -0.004
        if account == "investment":
            assert change["investment"] > 0.4 * -change["private_consumption"]
        else:
            assert abs(change["investment"]) < 0.15 * -change["private_consumption"]
            assert change["imports"] < 0.5 * change["private_consumption"]


def test_demand_led_over_many_years_is_refused() -> None:
    last = pack_of("ZAF").base_year + DEMAND_LED_YEARS
    run("ZAF", last, {CLOSURE: 2.0})
    with pytest.raises(SocialBudgetError, match=f"refused after {last}.*use M1"):
        run("ZAF", last + 1, {CLOSURE: 2.0})


@pytest.mark.parametrize("closure", [1.5, 5.0, -1.0])
def test_a_closure_that_does_not_exist_is_refused(closure: float) -> None:
    with pytest.raises(SocialBudgetError, match=r"macroeconomy\.closure"):
        run("ZZZ", 2026, {CLOSURE: closure})


@pytest.mark.parametrize("closure", [0.0, 1.0, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("fiscal", [0.0, 1.0, 2.0])
def test_identities_hold_with_everything_at_work(closure: float, fiscal: float) -> None:
    """Identities are checked inside the run; here with all that is off by default."""
    values = {
        CLOSURE: closure,
        FISCAL: fiscal,
        SIGMA: 0.7,
        "external_account.adjustment_speed": 0.5,
        "external_account.real_depreciation": 0.01,
        "government.foreign_currency_share": 0.3,
        "government.stock_flow_adjustment": 0.005,
        "channels.benefits_to_consumption": 0.5,
        "channels.reserves_to_investment": 0.0,
        "channels.care_to_government_demand": 0.0,
        "channels.poverty_to_consumption": 1.0,
        "channels.social_spending_to_human_capital": 1.0,
        "human_capital.spending_elasticity": 0.1,
        "human_capital.age_weight": 1.0,
    }
    result = run("ZAF", 2029 if closure == 2.0 else 2040, values, contributions_up("ZAF"))
    names = {name for _, name in result.identities}
    for number in (1, 2, 3, 4, 5, 6, 7, 10, 11, 12):
        assert any(n.startswith(f"M-{number} ") for n in names), number
    assert np.abs(result["government.valuation_effect"][1:]).min() > 0.0
    base = run("ZAF", 2025, {})
    for name in ("macroeconomy.gdp", "government.debt", "household.disposable_income",
                 "government.general_balance", "macroeconomy.private_consumption"):  # fmt: skip
        np.testing.assert_allclose(result[name][0], base[name][0], rtol=1e-12, err_msg=name)


# --- production -------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.4, 0.7, 1.6])
def test_production_has_the_elasticity_given(sigma: float) -> None:
    """Output and labour's share, recomputed in plain powers."""
    result = run("ZAF", 2060, {SIGMA: sigma})
    r = 1.0 - 1.0 / sigma
    x = {n.split(".")[1]: result[n][:, 0] for n in result.arrays if n.startswith("macroeconomy.")}
    alpha = x["capital_elasticity"][0]
    force = result["participation.labour_force"][:, 0].sum(axis=(1, 2))
    work = force * (1.0 - result["labour_market.equilibrium_unemployment_rate"][:, 0])
    capital = x["capital_stock"][:-1] / x["base_capital"][0]
    labour = (work * result["human_capital.index"][:, 0])[1:] / work[0]
    labour = labour * (x["tfp"][1:] / x["tfp"][0]) ** (1.0 / (1.0 - alpha))
    inner = alpha * capital**r + (1.0 - alpha) * labour**r
    expected = x["gdp_real"][0] * inner ** (1.0 / r)
    np.testing.assert_allclose(x["potential_gdp_real"][1:], expected, rtol=1e-11)
    share = labour**r / inner
    np.testing.assert_allclose(x["labour_share_factor"][1:], share, rtol=1e-11)
    assert np.ptp(share) > 0.005


def test_elasticity_one_is_cobb_douglas_and_the_limit() -> None:
    one = run("ZAF", 2040, {SIGMA: 1.0})
    identical(one, run("ZAF", 2040, {}))
    assert (one["macroeconomy.labour_share_factor"] == 1.0).all()
    x = {n: one[f"macroeconomy.{n}"][:, 0] for n in ("tfp", "capital_stock", "capital_elasticity")}
    work = one["participation.labour_force"][:, 0].sum(axis=(1, 2)) * (
        1.0 - one["labour_market.equilibrium_unemployment_rate"][:, 0]
    )
    work = work * one["human_capital.index"][:, 0]
    alpha = x["capital_elasticity"][1:]
    product = x["tfp"][1:] * x["capital_stock"][:-1] ** alpha * work[1:] ** (1.0 - alpha)
    np.testing.assert_array_equal(product, one["macroeconomy.potential_gdp_real"][1:, 0])
    near = run("ZAF", 2040, {SIGMA: 1.0 + 1e-9})
    np.testing.assert_allclose(
        near["macroeconomy.gdp_real"], one["macroeconomy.gdp_real"], rtol=1e-7
    )


@pytest.mark.parametrize("sigma", [0.5, 1.5])
def test_growth_is_steady_whatever_the_elasticity(sigma: float) -> None:
    """Progress raises the efficiency of labour, so output per worker grows with it alone."""
    tfp = Change(path="macroeconomy.tfp_growth", set=0.01)
    result = run("ZZZ", 2250, {SIGMA: sigma, CLOSURE: 4.0}, tfp)
    real = result["macroeconomy.gdp_real"][:, 0]
    assert real[-1] / real[-2] == pytest.approx(1.01 ** (1.0 / zz.LABOUR_SHARE), rel=1e-5)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("macroeconomy.private_consumption", 0.0),
        ("macroeconomy.government_consumption", 0.0),
        ("macroeconomy.imports", 0.0),
        ("macroeconomy.investment_speed", 0.0),
    ],
)
def test_accounts_that_give_no_ratio_are_refused_by_name(path: str, value: float) -> None:
    with pytest.raises(PackError, match=f"base-year accounts(.|\n)*'{path}'"):
        run("ZZZ", 2026, {path: value})


def test_capital_that_is_less_than_the_investment_of_the_year_is_refused() -> None:
    with pytest.raises(PackError, match="so there was none at its beginning"):
        run(
            "ZZZ", 2026, {"macroeconomy.investment": 1e18, "macroeconomy.capital_output_ratio": 0.5}
        )
