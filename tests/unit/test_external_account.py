"""Exchange rate, debt by currency, current account and net foreign assets."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from calibration import synthetic as zz
from socialbudget.ensemble import project
from socialbudget.errors import SocialBudgetError
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario
from tests.transform import money_times, with_values

pack_of = cache(load_pack)
CLOSURE = "macroeconomy.closure"


def run(iso3: str, to: int, values: dict[str, float], *more: Change) -> Results:
    """With other values in the pack, so that they hold in the base year too."""
    return project(with_values(pack_of(iso3), values), Scenario("Test", (more,)), to=to)


def test_exchange_rate_follows_inflation() -> None:
    abroad = 0.01
    result = run("ZZZ", 2040, {"external_account.foreign_inflation": abroad})
    years = np.arange(17)
    expected = ((1.0 + zz.INFLATION) / (1.0 + abroad)) ** years
    np.testing.assert_allclose(result["exchange_rate.nominal_index"][:, 0], expected, rtol=1e-13)
    assert (result["exchange_rate.real_index"] == 1.0).all()
    foreign = result["prices.foreign_price_level"][:, 0]
    np.testing.assert_allclose(foreign, (1.0 + abroad) ** years * expected, rtol=1e-13)


def test_debt_rolls_forward_by_currency() -> None:
    """The formula of the method, with f the share of the opening stock in foreign currency."""
    values = {
        "external_account.foreign_inflation": 0.01,
        "external_account.real_depreciation": 0.02,
        "government.foreign_currency_share": 0.25,
        "government.foreign_interest_rate": 0.04,
        "government.stock_flow_adjustment": 0.003,
    }
    result = run("ZZZ", 2045, values)
    debt, gdp = result["government.debt"][:, 0], result["macroeconomy.gdp"][:, 0]
    stock = result["government.debt_by_currency"][:, 0]
    np.testing.assert_allclose(stock[:, 1], 0.25 * debt, rtol=1e-14)
    e = (1.0 + zz.INFLATION) / 1.01 * 1.02 - 1.0
    domestic = result["government.interest_rate_by_currency"][1:, 0, 0]
    primary = result["government.primary_balance"][1:, 0]
    expected = (
        debt[:-1] * (1.0 + 0.75 * domestic + 0.25 * (1.04 * (1.0 + e) - 1.0))
        - primary
        + 0.003 * gdp[1:]
    )
    np.testing.assert_allclose(debt[1:], expected, rtol=1e-11)
    # Valuation is no spending: the balance holds the interest alone.
    interest = result["government.interest"][1:, 0]
    np.testing.assert_allclose(
        interest, domestic * stock[:-1, 0] + 0.04 * (1.0 + e) * stock[:-1, 1], rtol=1e-12
    )
    np.testing.assert_allclose(result["government.valuation_effect"][1:, 0], e * stock[:-1, 1])
    lending = result["sector_accounts.net_lending"]
    np.testing.assert_allclose(lending[1:, 0, 2], primary - interest, rtol=1e-10)
    assert np.abs(lending.sum(axis=-1) / result["macroeconomy.gdp"]).max() < 1e-10


def test_the_base_year_knows_no_currency() -> None:
    """However its debt is split, the base year's interest and balance are those of the accounts."""
    base = run("ZAF", 2025, {})
    other = run("ZAF", 2025, {"government.foreign_currency_share": 0.5})
    for name in ("debt", "interest", "balance", "general_balance", "effective_interest_rate"):
        a, b = base[f"government.{name}"][0], other[f"government.{name}"][0]
        np.testing.assert_allclose(a, b, rtol=1e-13, err_msg=name)
    for result in (base, other):
        paid = result["government.interest_by_currency"][0, 0]
        assert paid.sum() == pytest.approx(result["government.interest"][0, 0], rel=1e-14)
        assert (paid > 0.0).all()


def test_interest_in_foreign_currency_above_all_interest_is_refused() -> None:
    values = {"government.foreign_currency_share": 0.5, "government.foreign_interest_rate": 0.3}
    with pytest.raises(SocialBudgetError, match="foreign currency"):
        run("ZAF", 2025, values)


def test_stock_flow_adjustment_moves_debt_and_no_balance() -> None:
    base = run("ZZZ", 2026, {})
    once = Change.model_validate(
        {"path": "government.stock_flow_adjustment", "set": 0.02, "from": 2025, "to": 2025}
    )
    after = run("ZZZ", 2026, {}, once)
    more = (after["government.debt"] - base["government.debt"])[1, 0]
    assert more == pytest.approx(0.02 * base["macroeconomy.gdp"][1, 0], rel=1e-9)
    np.testing.assert_array_equal(after["government.balance"][1], base["government.balance"][1])
    assert after["government.balance"][2, 0] < base["government.balance"][2, 0]


def test_net_foreign_assets_are_the_sum_of_current_accounts() -> None:
    result = run("ZAF", 2050, {})
    account = result["sector_accounts.current_account"][:, 0]
    valuation = result["government.valuation_effect"][:, 0]
    start = pack_of("ZAF").entries["external_account.net_foreign_assets"].values[0]
    expected = start + np.cumsum(account[1:] - valuation[1:])
    stock = result["external_account.net_foreign_assets"][:, 0]
    np.testing.assert_allclose(stock[1:], expected, rtol=1e-12)
    # The base year has the published current account, but for interest that schemes receive.
    assert account[0] / result["macroeconomy.gdp"][0, 0] == pytest.approx(-0.0178, abs=0.006)


def test_income_from_abroad_answers_to_assets_gained() -> None:
    result = run("ZAF", 2050, {})
    gdp = result["macroeconomy.gdp"][:, 0]
    ratio = result["external_account.net_foreign_assets"][:, 0] / gdp
    share = result["sector_accounts.foreign_income"][:, 0] / gdp
    gained = ratio[:-1] - ratio[0]
    assert np.abs(gained).max() > 0.2
    np.testing.assert_allclose(share[1:] - share[0], 0.06 * gained, atol=1e-12)


def test_households_own_investment_is_their_borrowing() -> None:
    none, some = (run("ZZZ", 2026, {"household.investment_share": s}) for s in (0.0, 0.3))
    moved = (none["sector_accounts.net_lending"] - some["sector_accounts.net_lending"])[1, 0]
    private = (none["macroeconomy.investment"] - none["government.investment"])[1, 0]
    np.testing.assert_allclose(moved[:2], [0.3 * private, -0.3 * private], rtol=1e-9)
    assert np.abs(moved[2:]).max() == 0.0


def test_an_import_tax_raises_revenue_by_rate_times_imports() -> None:
    base = run("ZZZ", 2026, {CLOSURE: 0.0})
    change = Change.model_validate(
        {"path": "government.import_tax_change", "set": 0.01, "from": 2025}
    )
    after = run("ZZZ", 2026, {CLOSURE: 0.0}, change)
    imports = after["macroeconomy.imports"][1, 0]
    rate = zz.TAXES["import_tax"] / zz.IMPORTS
    assert after["government.import_tax"][1, 0] == pytest.approx((rate + 0.01) * imports, rel=1e-12)
    assert after["government.import_tax"][1, 0] > 1.4 * base["government.import_tax"][1, 0]


# --- real exchange rate -----------------------------------------------------------------------


@pytest.mark.parametrize("closure", [1.0, 3.0, 4.0])
def test_the_current_account_returns_to_its_target(closure: float) -> None:
    values = {
        CLOSURE: closure,
        "external_account.adjustment_speed": 1.0,
        "external_account.current_account_change": 0.02,
    }
    base = run("ZZZ", 2100, {CLOSURE: closure})
    result = run("ZZZ", 2100, values)
    ratio = result["external_account.current_account_ratio"][:, 0]
    goal = ratio[0] + 0.02
    missing = np.abs(ratio - goal)
    assert missing[-1] < 0.15 * missing[0]
    assert missing[10] < 0.75 * missing[0]
    # Dearer at first; later the assets gained bring income, and less trade is needed.
    real = result["exchange_rate.real_index"][:, 0]
    assert real[10] > 1.02
    assert real[-1] < real[10]
    still = base["external_account.current_account_ratio"][:, 0]
    assert np.abs(still - still[0]).max() < 1e-6
    # What the world lends no longer is not invested.
    lost = result["macroeconomy.investment_real"] / base["macroeconomy.investment_real"]
    assert lost[5, 0] < 0.98


@pytest.mark.parametrize("closure", [3.0, 4.0])
def test_a_real_depreciation_moves_trade_by_its_elasticities(closure: float) -> None:
    """On impact, output given: net exports change by what both functions say."""
    once = Change.model_validate(
        {"path": "external_account.real_depreciation", "set": 0.1, "from": 2025, "to": 2025}
    )
    base, after = (run("ZZZ", 2025, {CLOSURE: closure}, *c) for c in ((), (once,)))

    def trade(result: Results) -> float:
        return float(
            (result["macroeconomy.exports_real"] - result["macroeconomy.imports_real"])[1, 0]
        )

    def rest(result: Results, name: str) -> float:
        return float(result[f"macroeconomy.{name}_real"][1, 0])

    share = zz.IMPORTS / (1.0 - zz.EXPORTS + zz.IMPORTS)
    # Both elasticities, on exports and on the imports of the demand that was planned.
    planned = 1.0 * zz.GDP * (1.0 - zz.EXPORTS + zz.IMPORTS)
    expected = zz.EXPORTS * zz.GDP * (1.1**0.6 - 1.0) + share * planned * (1.0 - 1.1**-0.8)
    consumed = rest(after, "private_consumption") - rest(base, "private_consumption")
    assert trade(after) - trade(base) == pytest.approx(expected, rel=0.03)
    lost = rest(base, "investment") - rest(after, "investment")
    assert lost == pytest.approx(expected + consumed, rel=0.03)


def test_prices_of_a_country_in_another_unit() -> None:
    """Money in another unit changes no ratio of the new accounts, wherever prices go."""
    scale = 1e3
    values = {
        "external_account.foreign_inflation": 0.01,
        "external_account.adjustment_speed": 0.5,
        "government.foreign_currency_share": 0.4,
    }
    one = project(with_values(pack_of("ZZZ"), values), to=2060)
    other = project(money_times(with_values(pack_of("ZZZ"), values), scale), to=2060)
    for name in (
        "external_account.net_foreign_assets",
        "government.debt_by_currency",
        "government.valuation_effect",
        "sector_accounts.household_investment",
    ):
        amount = np.abs(other[name]).max()
        np.testing.assert_allclose(
            scale * one[name], other[name], rtol=0.0, atol=1e-9 * amount, err_msg=name
        )
    np.testing.assert_allclose(
        one["exchange_rate.real_index"], other["exchange_rate.real_index"], rtol=1e-9
    )
