"""The flow engine of unemployment, and the flows between states in whole runs."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from calibration.labour_flows import (
    KOREAN_MOVERS,
    SURVEYS,
    seven_states,
    three_states,
    yearly_rates,
)
from socialbudget import unemployment_engines as engines
from socialbudget.contract import Array
from socialbudget.ensemble import project
from socialbudget.errors import PackError, PlanError
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario

ENGINE = "labour_market.unemployment_engine"
COUNTRIES = ("ZZZ", "ZAF", "KOR", "USA")


@cache
def result(iso3: str, engine: float, *changes: tuple[str, float], to: int = 2030) -> Results:
    """A run under an engine, with paths scaled from 2025."""
    made = [Change(path=ENGINE, set=engine)]
    for path, value in changes:
        when = {} if path.startswith("channels.") else {"from": 2025}
        made.append(Change.model_validate({"path": path, "scale": value, **when}))
    return project(load_pack(iso3), Scenario("x", (tuple(made),)), to=to)


def one(value: float) -> Array:
    return np.array([value])


def year(
    u: float, natural: float, gap: float, separation: float, response: float, quarters: int = 4
) -> engines.Flows:
    return engines.advance(
        one(u), one(natural), one(gap), one(separation), one(response), one(0.5), quarters
    )


# --- the stock-flow equation --------------------------------------------------------------------


def test_steady_state_by_hand() -> None:
    # 2 percent lose and 38 percent find: 0.02 / 0.40.
    assert engines.steady_state(one(0.02), one(0.38))[0] == pytest.approx(0.05, rel=1e-15)
    assert engines.finding_rate(one(0.05), one(0.02))[0] == pytest.approx(0.38, rel=1e-15)


@given(u=st.floats(0.005, 0.5), separation=st.floats(0.02, 1.0))
def test_equilibrium_stays_where_it_is(u: float, separation: float) -> None:
    flows = year(u, u, 0.0, separation, 20.0)
    f = separation * (1.0 - u) / u
    assert flows.rate[0] == pytest.approx(u, rel=1e-12)
    assert flows.year_end[0] == pytest.approx(u, rel=1e-12)
    assert flows.finding[0] == pytest.approx(f, rel=1e-12)
    # As many become unemployed as find work.
    assert flows.inflow[0] == pytest.approx(f * u, rel=1e-12)


@given(
    start=st.floats(0.01, 0.5), natural=st.floats(0.01, 0.4), gap=st.floats(-0.1, 0.1),
    separation=st.floats(0.05, 1.0),
)  # fmt: skip
def test_the_stock_changes_by_inflow_less_outflow(
    start: float, natural: float, gap: float, separation: float
) -> None:
    flows = year(start, natural, gap, separation, 15.0)
    assert flows.year_end[0] - start == pytest.approx(
        flows.inflow[0] - flows.finding[0] * flows.rate[0], abs=1e-12
    )
    assert 0.0 < flows.year_end[0] < 1.0


@given(
    u=st.floats(0.01, 0.45), separation=st.floats(0.03, 1.0), elasticity=st.floats(0.0, 0.9),
    okun=st.floats(0.05, 0.8),
)  # fmt: skip
def test_a_small_gap_moves_unemployment_by_okun_on_impact(
    u: float, separation: float, elasticity: float, okun: float
) -> None:
    response = engines.vacancy_response(one(okun), one(u), one(separation), one(elasticity))
    gap = 1e-6 / response[0]
    moved = [
        engines.advance(
            one(u), one(u), one(sign * gap), one(separation), response, one(elasticity)
        ).rate[0]
        for sign in (1.0, -1.0)
    ]
    assert (moved[0] - moved[1]) / (2.0 * gap) == pytest.approx(-okun, rel=1e-5)


def test_a_lasting_gap_goes_on_working_and_ends_in_a_steady_state() -> None:
    """In the end finding is down by (1 - a)(r gap - ln u/u*): solved by hand for a = 1/2."""
    u, separation = 0.32, 0.31
    response = engines.vacancy_response(one(0.2), one(u), one(separation), one(0.5))[0]
    now, path = u, []
    for _ in range(80):
        flows = year(now, u, -0.02, separation, response)
        now = flows.year_end[0]
        path.append(flows.rate[0])
    assert path[0] - u == pytest.approx(0.004, rel=0.03)
    assert np.all(np.diff(path[:8]) > 0.0)
    # delta (1 - x) = f* exp(-r 0.02 / 2) (x / u)^(-1/2) x: a quadratic in the root of x.
    c = separation * (1.0 - u) / u * np.exp(-0.01 * response) * np.sqrt(u) / separation
    root = (-c + np.sqrt(c * c + 4.0)) / 2.0
    assert path[-1] == pytest.approx(root**2, rel=1e-10)


def test_benefits_ten_percent_higher_slow_finding_by_three_percent() -> None:
    """ln f falls by 0.3 ln 1.1 where all are covered, by half of that where half are."""
    free = one(0.1)
    for covered in (1.0, 0.5):
        more, less = (engines.search_income(one(covered), one(r), free) for r in (0.55, 0.50))
        u = engines.equilibrium(one(0.08), one(0.1), 0.3 * (more - less))
        f = engines.finding_rate(u, one(0.1)) / engines.finding_rate(one(0.08), one(0.1))
        assert np.log(f[0]) == pytest.approx(-0.3 * covered * np.log(1.1), rel=1e-12)
    # No benefit at all, or one below what people have without it, slows nothing.
    assert engines.search_income(one(0.0), one(0.5), free)[0] == 0.0
    assert engines.search_income(one(0.7), one(0.05), free)[0] == 0.0


# --- whole runs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("iso3", COUNTRIES)
@pytest.mark.parametrize("engine", [0.0, 1.0])
def test_stocks_are_last_years_moved_by_the_transitions(iso3: str, engine: float) -> None:
    found = result(iso3, engine)
    residuals = {k[1]: v for k, v in found.identities.items() if k[0] == "labour_flows"}
    assert len(residuals) == 4
    for name, residual in residuals.items():
        assert residual.max() < 1e-10, name
    # And once more from the results alone.
    a = {k.removeprefix("labour_flows."): v for k, v in found.arrays.items()}
    start = a["persons"][:-1] - a["deaths"][1:] + a["net_migration"][1:]
    start[..., 6] += a["entries"][1:]
    end = np.einsum("tdsi,tdsij->tdsj", start, a["transition"][1:])
    np.testing.assert_allclose(end, a["persons"][1:], rtol=1e-9, atol=1.0)
    unemployed = found.arrays["labour_market.unemployed"].sum(axis=3)
    np.testing.assert_allclose(a["persons"][..., 5], unemployed, rtol=1e-12)


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_the_base_year_does_not_know_the_engine(iso3: str) -> None:
    cycle, flows = result(iso3, 0.0), result(iso3, 1.0)
    for name, values in cycle.arrays.items():
        np.testing.assert_array_equal(values[0], flows.arrays[name][0], err_msg=name)
    for index in ("job_finding_index", "claims_index"):
        assert (cycle.arrays[f"labour_market.{index}"] == 1.0).all()
    assert (cycle.arrays["labour_flows.formal_density_index"] == 1.0).all()


def test_a_country_at_rest_stays_at_its_equilibrium() -> None:
    found = result("ZZZ", 1.0).arrays
    u = found["labour_market.unemployment_rate"][:, 0]
    np.testing.assert_allclose(u, u[0], rtol=1e-9)
    np.testing.assert_allclose(found["labour_market.claims_index"], 1.0, rtol=1e-8)
    np.testing.assert_allclose(found["labour_flows.formal_density_index"], 1.0, rtol=1e-8)
    for name in ("job_finding_rate", "unemployment_duration", "formal_density"):
        values = found[f"labour_flows.{name}"][:, 0]
        np.testing.assert_allclose(values, values[:1].repeat(len(values), axis=0), rtol=1e-8)


def test_benefits_raise_unemployment_by_slower_search_and_a_switch_stops_it() -> None:
    base = result("ZZZ", 1.0).arrays
    more = ("schemes.unemployment_insurance.replacement_rate", 1.1)
    raised = result("ZZZ", 1.0, more).arrays
    share = (
        base["unemployment_insurance.recipients"][0, 0].sum()
        / base["labour_market.unemployed"][0, 0].sum()
    )
    name = "labour_market.equilibrium_unemployment_rate"
    odds = [a[name][3, 0] / (1.0 - a[name][3, 0]) for a in (raised, base)]
    assert np.log(odds[0] / odds[1]) == pytest.approx(0.3 * share * np.log(1.1), rel=5e-3)
    off = ("channels.unemployment_benefits_to_unemployment", 0.0)
    for engine in (0.0, 1.0):
        silent = result("ZZZ", engine, more, off).arrays
        # What is left is the wedge, by the formal share it is weighted with.
        np.testing.assert_allclose(silent[name], base[name], rtol=1e-4)


def test_claims_follow_the_inflow_under_the_flow_engine_alone() -> None:
    """Unemployment up for good by slower finding: fewer recipients per unemployed.

    Benefits last half a year, so the mean time on them is (1 - exp(-f/2)) / f.
    """
    wider = ("labour_market.equilibrium_unemployment_rate", 1.2)
    z = "unemployment_insurance.recipients"
    for engine in (0.0, 1.0):
        found = result("ZZZ", engine, wider, to=2034).arrays
        u = found["labour_market.unemployed"].sum(axis=3)
        per = found[z].sum(axis=2) / u
        ratio = (per[-1] / per[0])[0]
        rate = found["labour_market.unemployment_rate"][:, 0]
        f = found["labour_market.job_finding_rate"][:, 0]
        spell = (1.0 - np.exp(-0.5 * f)) / f
        claims = (1.0 - rate[-1]) / rate[-1] / ((1.0 - rate[0]) / rate[0]) * spell[-1] / spell[0]
        np.testing.assert_allclose(ratio, 1.0 if engine == 0.0 else claims, rtol=1e-9)
        index = found["labour_flows.formal_density_index"][:, 0]
        paid = found["contribution_rules.paid_share"][:, 0]
        expected = np.minimum(paid[0] * np.append(1.0, index[:-1])[:, None], 1.0)
        np.testing.assert_allclose(paid, expected, rtol=1e-12)
    # In the year of the shock some lose formal work who would have kept it.
    assert index[1] < 1.0 - 1e-4


def test_the_flow_engine_is_refused_where_unemployment_is_a_residual() -> None:
    changes = (Change(path=ENGINE, set=1.0), Change(path="macroeconomy.closure", set=0.0))
    with pytest.raises(PlanError, match=r"unemployment_rate' is determined twice: .*flows between"):
        project(load_pack("ZZZ"), Scenario("x", (changes,)), to=2026)
    half = (Change(path=ENGINE, set=0.5),)
    with pytest.raises(PackError, match=r"unemployment_engine' is 0.5; use one of 0 .*1"):
        project(load_pack("ZZZ"), Scenario("x", (half,)), to=2026)


# --- calibration --------------------------------------------------------------------------------


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_statuses_keep_their_shares(seed: int) -> None:
    """Rates that balance between three states balance between seven."""
    share = np.random.default_rng(seed).dirichlet(np.ones(5))
    stock = np.array([60.0, 10.0, 30.0])
    rate = np.array([[0.0, 0.2, 0.1], [1.2, 0.0, 0.6], [0.2, 0.2, 0.0]])
    full = np.append(stock[0] * share, stock[1:])
    moves = full[:, None] * seven_states(rate, share)
    np.testing.assert_allclose(moves.sum(axis=0), moves.sum(axis=1), rtol=1e-12)
    assert moves[:5, 5].sum() == pytest.approx(12.0, rel=1e-12)
    assert moves[5, :5].sum() == pytest.approx(12.0, rel=1e-12)


@pytest.mark.parametrize("iso3", sorted(SURVEYS))
def test_surveys_are_reproduced(iso3: str) -> None:
    stock = np.array([62.0, 2.0, 36.0])
    probability = three_states(iso3, stock)
    np.testing.assert_allclose(probability.sum(axis=1), 1.0, rtol=1e-15)
    assert probability.min() > 0.0
    rate = yearly_rates(probability, SURVEYS[iso3].periods)
    np.fill_diagonal(rate, -rate.sum(axis=1))
    back = expm(rate / SURVEYS[iso3].periods)
    np.testing.assert_allclose(back, probability, atol=2e-3)
    if iso3 == "KOR":
        moves = stock[:, None] * probability
        assert moves.sum() - np.trace(moves) == pytest.approx(KOREAN_MOVERS * 100.0, rel=1e-12)


@pytest.mark.parametrize("iso3", sorted(SURVEYS))
def test_the_aggregate_and_the_seven_states_tell_one_story(iso3: str) -> None:
    """Job finding of the engine is that of the survey; the states' are within a factor of four.

    The states count from quarter to quarter, and moves through inactivity apart.
    """
    found = result(iso3, 0.0).arrays
    engine = found["labour_market.job_finding_rate"][0, 0]
    states = found["labour_flows.job_finding_rate"][0, 0]
    assert np.all((states < 1.1 * engine) & (states > 0.25 * engine))
