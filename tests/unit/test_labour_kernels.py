"""Kernels of the labour market: hand-worked cells, totals, and the plain Python function."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import lognorm

from socialbudget.catchment import share_below, share_table, share_tables
from socialbudget.contract import Array
from socialbudget.ensemble import project
from socialbudget.errors import PackError
from socialbudget.kernels.labour import employment_and_wages, insured_earnings
from socialbudget.pack import load_pack
from socialbudget.scenario import Change, Scenario

PLAIN = {k: getattr(k, "py_func", k) for k in (employment_and_wages, insured_earnings)}


def spread(
    kernel: object,
    *,
    rate: float,
    cap: float,
    odds: tuple[float, float] = (1.0, 1.0),
    premium: float = 0.0,
    capital: float = 1.0,
) -> dict[str, Array]:
    """Two sexes, two ages, five statuses; relative unemployment 1 and 3."""
    force = np.array([[[100.0, 50.0], [200.0, 0.0]]])
    relative = np.array([[[1.0, 3.0], [1.0, 1.0]]])
    share = np.broadcast_to([0.5, 0.2, 0.1, 0.15, 0.05], (1, 2, 2, 5)).copy()
    earnings = np.broadcast_to([1.0, 0.5, 1.2, 0.4, 0.0], (1, 2, 2, 5)).copy()
    out = {
        "unemployed": np.full((1, 2, 2), np.nan),
        "employment": np.full((1, 2, 2, 5), np.nan),
        "compensation": np.full((1, 2, 2, 5), np.nan),
        "wage": np.full((1, 2, 2, 5), np.nan),
        "totals": np.full((1, 8), np.nan),
    }
    kernel(  # type: ignore[operator]
        force, relative, np.array([rate]), np.array([cap]), share, np.array([odds]), earnings,
        np.array([1000.0]), np.array([0.25]), np.array([premium]), np.array([capital]),
        *out.values(),
    )  # fmt: skip
    return out


@pytest.mark.parametrize("kernel", [employment_and_wages, PLAIN[employment_and_wages]])
def test_unemployment_is_spread_by_relative_rates(kernel: object) -> None:
    out = spread(kernel, rate=0.1, cap=0.9)
    # psi (100 + 3 x 50 + 200) = 35 unemployed, so psi = 35/450.
    psi = 35.0 / 450.0
    np.testing.assert_allclose(
        out["unemployed"][0], [[100 * psi, 150 * psi], [200 * psi, 0.0]], rtol=1e-14
    )
    assert out["totals"][0, 0] == pytest.approx(350.0 - 35.0, rel=1e-14)


@pytest.mark.parametrize("kernel", [employment_and_wages, PLAIN[employment_and_wages]])
def test_a_capped_cell_passes_the_rest_on(kernel: object) -> None:
    out = spread(kernel, rate=0.2, cap=0.3)
    # 70 unemployed; the second cell stops at 0.3 x 50 = 15, the others share 55 over 300.
    np.testing.assert_allclose(
        out["unemployed"][0], [[100 * 55 / 300, 15.0], [200 * 55 / 300, 0.0]], rtol=1e-13
    )


def test_compensation_adds_up_and_charges_come_out_of_formal_wages() -> None:
    out = spread(employment_and_wages, rate=0.1, cap=0.9)
    assert out["compensation"].sum() == pytest.approx(1000.0, rel=1e-14)
    per_head = 1000.0 / (315.0 * (0.5 + 0.1 + 0.12 + 0.06))
    np.testing.assert_allclose(
        out["wage"][0, 0, 0], per_head * np.array([1.0 / 1.25, 0.5, 1.2, 0.4, 0.0]), rtol=1e-13
    )
    employment, formal, employees, paid, mixed, formal_wages, wages, income = out["totals"][0]
    assert formal == pytest.approx(0.6 * employment, rel=1e-13)
    assert employees == pytest.approx(0.7 * employment, rel=1e-13)
    assert paid + mixed == pytest.approx(1000.0, rel=1e-13)
    assert income == 1000.0
    assert wages - formal_wages == pytest.approx(0.2 * employment * per_head * 0.5, rel=1e-13)


@pytest.mark.parametrize("kernel", [employment_and_wages, PLAIN[employment_and_wages]])
def test_odds_of_formality_move_every_cell_of_a_sex(kernel: object) -> None:
    out = spread(kernel, rate=0.0, cap=0.9, odds=(2.0, 0.5))
    for sex, odds in ((0, 2.0), (1, 0.5)):
        cell = out["employment"][0, sex, 0]
        assert cell[[0, 2]].sum() / cell.sum() == pytest.approx(
            0.6 * odds / (0.6 * odds + 0.4), rel=1e-14
        )
        assert cell[0] / cell[2] == pytest.approx(5.0, rel=1e-14)


@pytest.mark.parametrize("kernel", [employment_and_wages, PLAIN[employment_and_wages]])
@pytest.mark.parametrize("capital", [0.0, 0.25, 1.0])
def test_who_pays_a_premium_on_formal_pay(kernel: object, capital: float) -> None:
    out = spread(kernel, rate=0.1, cap=0.9, premium=0.1, capital=capital)
    # Of a weight of 0.78 per person at work, formal employees have 0.5.
    cost = 1000.0 * 0.1 * 0.5 / 0.78
    employment, _, _, paid, mixed, formal_wages, wages, income = out["totals"][0]
    assert income == pytest.approx(1000.0 + capital * cost, rel=1e-13)
    assert out["compensation"].sum() == pytest.approx(income, rel=1e-13)
    assert paid + mixed == pytest.approx(income, rel=1e-13)
    per_unit = income / (315.0 * (0.78 + 0.05))
    np.testing.assert_allclose(
        out["wage"][0, 0, 0],
        per_unit * np.array([1.1 / 1.25, 0.5, 1.2, 0.4, 0.0]),
        rtol=1e-13,
    )
    assert formal_wages == pytest.approx(315.0 * 0.5 * per_unit * 1.1 / 1.25, rel=1e-13)
    assert wages - formal_wages == pytest.approx(0.2 * employment * per_unit * 0.5, rel=1e-13)
    if capital == 1.0:  # nobody else earns less
        assert per_unit == pytest.approx(1000.0 / (315.0 * 0.78), rel=1e-13)


@pytest.mark.parametrize("kernel", [insured_earnings, PLAIN[insured_earnings]])
@pytest.mark.parametrize(
    ("floor", "ceiling", "cv"),
    [(0, 0, 0.8), (300, 0, 0.8), (0, 1500, 0.8), (300, 1500, 0.6), (0, 900, 0)],
)
def test_insured_earnings_are_the_censored_mean(
    kernel: object, floor: float, ceiling: float, cv: float
) -> None:
    wage, persons = 1000.0, 40.0
    employment = np.zeros((1, 2, 1, 5))
    employment[0, 0, 0, 0], employment[0, 0, 0, 2] = persons, 10.0
    wages = np.full((1, 2, 1, 5), wage)
    coverage = np.zeros((1, 1, 2, 5))
    coverage[0, 0, 0, [0, 2]] = 0.5
    out = [np.empty((1, 1, 2, 1)), np.empty((1, 1, 2, 1)), np.empty((1, 1, 2))]
    kernel(  # type: ignore[operator]
        employment, wages, coverage, np.array([[0.9]]), np.array([[1.0]]),
        np.array([[float(floor)]]), np.array([[float(ceiling)]]),
        *share_tables(np.full((1, 1, 2), cv)), *out, np.empty((5, 6, 5)),
    )  # fmt: skip
    if cv > 0:
        sigma = np.sqrt(np.log1p(cv**2))
        law = lognorm(sigma, scale=wage * np.exp(-(sigma**2) / 2))
        high = ceiling or np.inf
        mean = law.expect(lambda w: np.clip(w, floor, high), epsabs=1e-10, epsrel=1e-10)
    else:
        mean = min(max(wage, floor), ceiling or np.inf)
    contributors, insured, by_group = out
    assert contributors.sum() == pytest.approx(0.5 * 50.0 * 0.9, rel=1e-14)
    assert insured.sum() == pytest.approx(0.5 * 50.0 * 0.9 * mean, rel=1e-6)
    np.testing.assert_allclose(by_group[0, 0], insured.sum() * np.array([0.8, 0.2]), rtol=1e-13)


def branches(count: int) -> tuple[list[Array], list[Array]]:
    """Arguments for insurances alike but for paid share and members' earnings, and their output."""
    numbers = np.random.default_rng(5)
    employment = numbers.uniform(0.0, 50.0, (2, 2, 7, 5))
    wages = numbers.uniform(500.0, 2000.0, (2, 2, 7, 5))
    coverage = np.repeat(numbers.uniform(0.1, 0.9, (2, 1, 2, 5)), count, axis=1)
    density = numbers.uniform(0.5, 0.9, (2, count))
    factor = numbers.uniform(0.8, 1.2, (2, count))
    floor, ceiling = np.full((2, count), 400.0), np.full((2, count), 1500.0)
    cv = np.full((2, count, 2), 0.5)
    arguments = [employment, wages, coverage, density, factor, floor, ceiling, *share_tables(cv)]
    shape = (2, count, 2, 7)
    return arguments, [
        np.empty(shape),
        np.empty(shape),
        np.empty((2, count, 2)),
        np.empty((5, 6, 7)),
    ]


@pytest.mark.parametrize("kernel", [insured_earnings, PLAIN[insured_earnings]])
def test_branches_of_one_institution_equal_each_branch_alone(kernel: object) -> None:
    arguments, together = branches(3)
    kernel(*arguments, *together)  # type: ignore[operator]
    for z in range(3):
        alone = [a if i in (0, 1, 8) else a[:, z : z + 1].copy() for i, a in enumerate(arguments)]
        _, out = branches(1)
        kernel(*alone, *out)  # type: ignore[operator]
        for one, all_ in zip(out[:3], together[:3], strict=True):
            np.testing.assert_allclose(one[:, 0], all_[:, z], rtol=1e-13)


def test_floor_and_ceiling_of_equal_earnings_are_exact_without_a_table() -> None:
    _, table, _, intervals = share_tables(np.array([0.0, 5.0]))
    assert table.shape == (0, 6)
    assert (intervals == 0).all()


@settings(deadline=None)
@given(st.floats(0.02, 1.5), st.floats(-4.0, 4.0))
def test_the_table_gives_the_share_of_earnings_below_a_ceiling(cv: float, log_ratio: float) -> None:
    table = share_table(cv)
    ratio = float(np.exp(log_ratio))
    place = ratio / (1.0 + ratio) * len(table)
    row = min(int(place), len(table) - 1)
    found = float(table[row] @ (place - row) ** np.arange(6.0))
    assert found == pytest.approx(float(share_below(np.array(ratio), cv)), abs=2e-13)


def test_status_shares_that_do_not_add_up_are_refused() -> None:
    change = Change(
        path="labour_market.status_share", scale=1.1, where={"status": "formal_employee"}
    )
    with pytest.raises(PackError, match=r"adds up to .* instead of 1 for female, age 0"):
        project(load_pack("ZZZ"), Scenario("x", ((change,),)), to=2026)


def test_a_closure_that_does_not_exist_is_refused() -> None:
    for path in ("government.fiscal_closure", "macroeconomy.closure"):
        with pytest.raises(PackError, match=f"'{path}' is 0.5"):
            project(load_pack("ZZZ"), Scenario("x", ((Change(path=path, set=0.5),),)), to=2026)
