"""Premium functions on numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from socialbudget.valuation.premiums import (
    actuarial_balance,
    balance_ratio,
    discount_factors,
    exhaustion_year,
    general_average_premium,
    level_premium,
    payg_factors,
    payg_rate,
    reserve_path,
    reserve_ratio,
    scaled_premium,
    scaled_premiums,
    terminal_funding_rate,
)


def test_discount_factors_at_mid_year_and_at_the_end() -> None:
    mid, end = discount_factors([0.21, 0.44], 2)
    np.testing.assert_allclose(end, [1 / 1.21, 1 / (1.21 * 1.44)])
    np.testing.assert_allclose(mid, [1 / 1.1, 1 / (1.21 * 1.2)])


def test_payg_rate_and_factors() -> None:
    dependency, replacement = payg_factors([20.0], [100.0], [1200.0], [10_000.0])
    assert dependency[0] == pytest.approx(0.2)
    assert replacement[0] == pytest.approx(60.0 / 100.0)
    assert payg_rate([1200.0], [10_000.0])[0] == pytest.approx(0.12)
    assert terminal_funding_rate([500.0], [10_000.0])[0] == pytest.approx(0.05)


def test_payg_factors_without_pensioners() -> None:
    dependency, replacement = payg_factors([0.0], [100.0], [0.0], [10_000.0])
    assert dependency[0] == replacement[0] == 0.0


def test_roll_forward_gives_half_a_years_interest_to_flows() -> None:
    # 100 x 1.21 + 10 x 1.1 = 132; 132 x 1.21 - 20 x 1.1 = 137.72
    np.testing.assert_allclose(reserve_path([10.0, -20.0], 0.21, 100.0), [132.0, 137.72])


def test_general_average_premium_of_a_geometric_series() -> None:
    # Outgo 10 in year 1, then growing with wages at 2%: the premium is the ratio less the reserve.
    wages = 100.0 * 1.02 ** np.arange(5)
    outgo = 0.1 * wages
    assert general_average_premium(outgo, wages, 0.05) == pytest.approx(0.1)
    value = 100.0 / np.sqrt(1.05) / (1.0 - 1.02 / 1.05)
    with_reserve = general_average_premium(outgo, wages, 0.05, 50.0)
    assert with_reserve == pytest.approx(0.1 - 50.0 / value)
    assert general_average_premium(outgo, wages, 0.05, tail_growth=0.0) == pytest.approx(0.1)


def test_general_average_premium_keeps_draws_apart() -> None:
    wages = 100.0 * 1.02 ** np.arange(5)
    outgo = np.stack([0.1 * wages, 0.2 * wages])
    np.testing.assert_allclose(general_average_premium(outgo, wages, 0.05), [0.1, 0.2])
    rates = np.array([[0.05] * 5, [0.06] * 5])
    np.testing.assert_allclose(general_average_premium(outgo, wages, rates), [0.1, 0.2])


def test_level_premium_ends_with_the_target_reserve() -> None:
    outgo = np.array([8.0, 9.0, 11.0, 14.0])
    wages = np.array([100.0, 103.0, 105.0, 108.0])
    rate = level_premium(outgo, wages, 0.04, 5.0, target_ratio=1.5)
    end = reserve_path(rate * wages - outgo, 0.04, 5.0)[-1]
    assert end == pytest.approx(1.5 * 14.0, rel=1e-12)
    # and the balance of that rate against that target is nil
    balance = actuarial_balance(rate * wages, outgo, wages, 0.04, 5.0, target_ratio=1.5)
    assert balance == pytest.approx(0.0, abs=1e-15)
    lower = actuarial_balance((rate - 0.01) * wages, outgo, wages, 0.04, 5.0, target_ratio=1.5)
    assert lower == pytest.approx(-0.01)


def test_scaled_premium_leaves_the_reserve_at_rest() -> None:
    force, growth = 0.06, 0.03
    t = np.arange(21) + 0.5
    wages, outgo = np.exp(growth * t), 0.01 * t * np.exp(growth * t)
    rate = scaled_premium(outgo, wages, np.expm1(force), 20)
    reserve = reserve_path(rate * wages[:20] - outgo[:20], np.expm1(force))[-1]
    at_end = 0.01 * 20.0 * np.exp(growth * 20), np.exp(growth * 20)
    drift = rate * at_end[1] + force * reserve - at_end[0]
    assert drift / at_end[0] == pytest.approx(0.0, abs=1e-3)


def test_scaled_premium_relative_to_wages_is_the_higher() -> None:
    t = np.arange(41) + 0.5
    wages, outgo = np.exp(0.03 * t), 0.01 * t * np.exp(0.03 * t)
    level = scaled_premium(outgo, wages, np.expm1(0.06), 20)
    growing = scaled_premium(outgo, wages, np.expm1(0.06), 20, reserve_growth=0.03)
    assert growing > level
    rates, reserves = scaled_premiums(outgo, wages, np.expm1(0.06), 20)
    assert rates.shape == reserves.shape == (2,)
    assert rates[0] == pytest.approx(float(level))
    second = scaled_premium(outgo[20:], wages[20:], np.expm1(0.06), 20, reserves[0])
    assert rates[1] == pytest.approx(float(second))


def test_ratios_and_exhaustion() -> None:
    np.testing.assert_allclose(reserve_ratio([30.0, 20.0], [10.0, 20.0], 40.0), [4.0, 1.5])
    ratio = balance_ratio([12.0], [10.0], [100.0], np.expm1(0.04))
    assert ratio[0] == pytest.approx(0.5)
    years = exhaustion_year([[5.0, 1.0, -2.0], [5.0, 6.0, 7.0]], 2025)
    assert years[0] == 2027
    assert np.isnan(years[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: payg_rate([1.0], [0.0]), "insured earnings must be positive"),
        (lambda: payg_rate([-1.0], [1.0]), "outgo must be not negative"),
        (lambda: payg_rate([np.nan], [1.0]), "outgo must be not negative"),
        (lambda: payg_rate([1.0, 2.0], [1.0]), "outgo has 2 years, insured earnings have 1"),
        (lambda: payg_rate(1.0, 2.0), "need a year axis"),
        (lambda: general_average_premium([1.0, 1.1], [1.0, 1.1], 0.05), "not below interest"),
        (lambda: general_average_premium([1.0], [1.0], 0.05), "needs two years"),
        (lambda: scaled_premium([1.0, 1.0], [1.0, 1.0], 0.05, 2), "needs flows of 3 years"),
        (lambda: scaled_premiums([1.0], [1.0], 0.05, 20), "no period of 20 years fits"),
        (lambda: reserve_path([1.0], [0.05, 0.05]), "interest has 2 years, the flows have 1"),
        (lambda: reserve_path([1.0], -1.0), "interest must be above -100%"),
        (lambda: payg_factors([0.0], [1.0], [1.0], [1.0]), "pensioners must be positive"),
        (lambda: payg_factors([1.0], [0.0], [1.0], [1.0]), "contributors must be positive"),
    ],
)
def test_clear_errors(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()
