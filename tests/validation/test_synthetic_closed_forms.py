"""Synthetic land: what the whole model gives, against what paper and pencil give.

The constants are those of the pack's recipe (`calibration.synthetic`); the closed forms of
whatever develops over time are worked out here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import lognorm

from calibration import synthetic as zz
from calibration.build import VERSION
from socialbudget import projection
from socialbudget.dims import FUNCTIONS, SOURCES
from socialbudget.ensemble import project
from socialbudget.pack import Pack, load_pack
from socialbudget.results import Results
from socialbudget.scenario import Scenario
from tests.transform import money_times, sexes_exchanged, twice_as_large, with_values

PI = zz.INFLATION
NOT_STEADY = {
    # Reserves of two funds that take in more than they spend, and what follows from them.
    "scheme_accounts.reserve",
    "scheme_accounts.balance",
    "scheme_accounts.receipts",
    "scheme_accounts.income_from_firms",
    "scheme_accounts.public_balance",
    "social_accounts.balance",
    "social_accounts.receipts",
    "social_accounts.receipts_by_source",
    "government.revenue",
    "government.general_balance",
    "sector_accounts.net_lending",
    "indicators.reserve_ratio",
    # Not observed in the base year, by declaration 0 (or -1) there.
    "old_age_pension.new_awards",
    "old_age_pension.new_award_pension",
    "old_age_pension.pensions_ended",
    "old_age_pension.indexation",
    "old_age_pension.insured_exits",
    "old_age_pension.entrants",
    "fiscal_rule.debt_ratio_before",
    "fiscal_rule.debt_target",
    "human_capital.base_spending",
    # Memory of the base year, in its money.
    "training_programme.base_average_wage",
}
ROUNDING = {
    # Zero but for rounding, so without a relative error.
    "macroeconomy.output_gap",
    "labour_market.formality_index",
    "old_age_pension.working_pensioners",
    "old_age_pension.inactive_insured",
    "external_account.goods_and_services",
    "exchange_rate.depreciation",
    "sector_accounts.foreign_income",
    "government.valuation_effect",
    "human_capital.growth",
    "human_capital.childhood_spending",
}
NOT_PRICES = {
    "macroeconomy.tfp",
    "macroeconomy.base_tfp",
    "exchange_rate.nominal_index",
    "exchange_rate.real_index",
    "human_capital.index",
    "human_capital.schooling",
}
"""Indices that do not rise with prices."""
GROWTH = {
    "labour_market.wage_growth",
    "macroeconomy.interest_rate",
    "external_account.current_account_ratio",
    "old_age_pension.indexation",
    "prices.inflation",
}
# Demand without a way back to wages or the budget: the labour income and the tax bases of closure
# M0 are then known in advance. Without taxes on consumption and imports there is more to share, so
# labour's share falls to keep wages where they are.
INDIRECT = zz.TAXES["consumption_tax"] + zz.TAXES["import_tax"] + zz.TAXES["other_tax"]
LABOUR_INCOME = zz.LABOUR_SHARE * (1.0 - INDIRECT + zz.SUBSIDIES)
FACTOR_COST = 1.0 - zz.TAXES["other_tax"] + zz.SUBSIDIES
DECOUPLED = {
    "macroeconomy.labour_share": LABOUR_INCOME / FACTOR_COST,
    "macroeconomy.closure": 0.0,
    "government.consumption_tax": 0.0,
    "government.import_tax": 0.0,
    "government.foreign_debt_share": 1.0,
    "labour_market.kappa_tau": 0.0,
    "labour_market.kappa_y": 0.0,
    "labour_market.beta_tau": 0.0,
    "participation.return_elasticity": 0.0,
    "economic_activity.employment_elasticity": 0.0,
    "economic_activity.value_added_elasticity": 0.0,
    "economic_activity.public_services_response": 0.0,
}


def reform(*changes: str) -> Scenario:
    return Scenario.loads('title = "Test"\n' + "\n".join(f"[[change]]\n{c}" for c in changes))


def setting(**values: float) -> Scenario:
    return reform(*(f'path = "{p}"\nset = {v!r}' for p, v in values.items()))


def close(a: np.ndarray, b: np.ndarray, tolerance: float) -> None:
    """Relative to the larger, cell by cell; cells that are both zero agree."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    scale = np.maximum(np.abs(a), np.abs(b))
    error = np.abs(a - b) / np.where(scale > 0.0, scale, 1.0)
    assert error.max() <= tolerance, (
        f"{error.max():.2e} at {np.unravel_index(error.argmax(), error.shape)}"
    )


def same_results(
    a: Results,
    b: Results,
    tolerance: float,
    *,
    factors: Mapping[str, float] | None = None,
    skip: set[str] = frozenset(),  # type: ignore[assignment]
) -> None:
    """Every variable of `a` times the factor of its unit equals that of `b`.

    Relative to the largest value of the variable in the year; differences of large numbers
    relative to these: balances to output, entrants to the insured, growth rates to one.
    """
    wrong = []
    output = b["macroeconomy.gdp"]
    for name, array in a.arrays.items():
        if name in skip | ROUNDING:
            continue
        unit = a.variables[name].unit
        factor = next((f for u, f in (factors or {}).items() if u == unit), 1.0)
        x, y = array * factor, b.arrays[name]
        scale = np.maximum(np.abs(x), np.abs(y)).max(axis=tuple(range(1, x.ndim)), keepdims=True)
        if name.endswith(
            (
                "balance",
                "net_lending",
                "current_account",
                "deficit_cover",
                "primary_income",
                "net_foreign_assets",
            )
        ):
            scale = output.reshape(*output.shape, *[1] * (x.ndim - 2))
        elif name.endswith(".entrants"):
            scale = b.arrays[name.replace("entrants", "active_insured")]
        elif name in GROWTH:
            scale = np.ones_like(scale)
        error = (np.abs(x - y) / np.where(scale > 0.0, scale, 1.0)).max()
        if not error <= tolerance:
            wrong.append(f"{name}: {error:.2e}")
    assert not wrong, "; ".join(sorted(wrong))


@pytest.fixture(scope="module", autouse=True)
def tight_solver() -> Iterator[None]:
    """Closed forms are not to be blurred by the tolerance of the solver."""
    patch = pytest.MonkeyPatch()
    patch.setattr(projection, "SOLVER_TOLERANCE", 2e-13)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("ZZZ")


@pytest.fixture(scope="module")
def base() -> zz.Synthetic:
    return zz.base_year()


@pytest.fixture(scope="module")
def run(pack: Pack) -> Results:
    return project(pack)


@pytest.fixture(scope="module")
def prices(run: Results) -> np.ndarray:
    return (1.0 + PI) ** np.arange(len(run.years))


def test_the_shipped_pack_is_the_recipe(pack: Pack, tmp_path: Path) -> None:
    assert load_pack(zz.build(tmp_path, VERSION)).hash == pack.hash


def test_it_holds_every_scheme_kind_that_ships(pack: Pack) -> None:
    import socialbudget.modules.schemes as home

    # Guarantees come with a package of the floor, never with a pack.
    files = {f.stem for f in Path(home.__path__[0]).glob("[!_]*.py")} - {"guarantee"}
    assert files == {s.kind for s in pack.schemes.values()}
    rules = {s.deficit_rule for s in pack.schemes.values()}
    assert rules == {"state", "reserve"}
    assert any(s.sector == "private" for s in pack.schemes.values())
    assert pack.manifest.transfers


# --- population -------------------------------------------------------------------------------


def test_population_stays(run: Results, base: zz.Synthetic) -> None:
    for name in ("population", "population_midyear"):
        close(run[f"demography.{name}"][:, 0], base.population, 1e-12)
    close(run["demography.births"][:, 0], zz.BIRTHS, 1e-12)
    close(run["demography.deaths"].sum(axis=(2, 3)), zz.BIRTHS.sum(), 1e-12)
    assert not run["demography.net_migration"].any()


def test_population_is_births_times_life_expectancy(run: Results, base: zz.Synthetic) -> None:
    expectancy = run["demography.life_expectancy"][:, 0]
    close(expectancy, zz.survivors().sum(axis=1), 1e-13)
    close(base.population.sum(axis=1), zz.BIRTHS * expectancy[0], 1e-13)
    # Above 60 the hazard is constant: expectancy there is one over it.
    lived = zz.survivors()
    q = zz.OLD_DEATH_RATE / (1.0 + 0.5 * zz.OLD_DEATH_RATE)
    reach_60 = lived[:, zz.OLD] / (1.0 - 0.5 * q)
    close(lived[:, zz.OLD :].sum(axis=1) / reach_60, 1.0 / zz.OLD_DEATH_RATE, 1e-13)


def test_dependency_ratios(run: Results, base: zz.Synthetic) -> None:
    n = base.population.sum(axis=0)
    working = n[20:65].sum()
    for name, value in (("old_age", n[65:].sum()), ("youth", n[:20].sum())):
        close(run[f"indicators.{name}_dependency_ratio"], value / working, 1e-12)


# --- steady state -----------------------------------------------------------------------------


def test_nothing_but_prices_changes(run: Results, prices: np.ndarray) -> None:
    wrong = []
    for name, array in run.arrays.items():
        var = run.variables[name]
        if name in NOT_STEADY | ROUNDING:
            continue
        x = array[:, 0].reshape(len(prices), -1)
        if var.kind == "index" and name not in NOT_PRICES:
            lag = (
                np.maximum(np.arange(len(prices)) - 1, 0)
                if name == "old_age_pension.wage_index"
                else np.arange(len(prices))
            )
            x = x / prices[lag, None]
        elif "LCU" in var.unit and "LCU_real" not in var.unit:
            x = x / prices[:, None]
        error = (np.abs(x - x[0]) / np.where(x[0] != 0.0, np.abs(x[0]), 1.0)).max()
        if not error <= 5e-11:
            wrong.append(f"{name}: {error:.2e}")
    assert not wrong, "; ".join(wrong)


def test_rounding_stays_rounding(run: Results, base: zz.Synthetic) -> None:
    assert np.abs(run["macroeconomy.output_gap"]).max() < 1e-11
    assert np.abs(run["labour_market.formality_index"]).max() < 1e-11
    for name in ("working_pensioners", "inactive_insured"):
        assert np.abs(run[f"old_age_pension.{name}"]).max() < 1e-9 * base.employment.sum()


def test_prices_and_interest(run: Results, prices: np.ndarray) -> None:
    close(run["prices.gdp_deflator"][:, 0], prices, 1e-11)
    close(run["prices.consumer_price_index"][:, 0], prices, 1e-11)
    close(run["macroeconomy.interest_rate"], zz.REAL_INTEREST + PI, 1e-11)
    close(run["government.effective_interest_rate"], zz.REAL_INTEREST + PI, 1e-11)
    close(run["labour_market.wage_growth"], PI, 1e-9)


def test_classic_and_hybrid_closure_agree_in_the_steady_state(pack: Pack, run: Results) -> None:
    classic = project(pack, setting(**{"macroeconomy.closure": 0.0}))
    same_results(run, classic, 1e-9)


@pytest.mark.parametrize("closure", [1, 2])
def test_fiscal_rules_are_silent_on_target(pack: Pack, run: Results, closure: int) -> None:
    ruled = project(pack, setting(**{"government.fiscal_closure": float(closure)}))
    skip = {"fiscal_rule.income_tax_adjustment", "fiscal_rule.spending_adjustment"}
    for name in skip:
        assert np.abs(ruled[name]).max() < 1e-11
    same_results(run, ruled, 1e-9, skip=skip)


def test_the_cohort_engine_of_participation_gives_the_same_rates(pack: Pack, run: Results) -> None:
    cohort = project(pack, setting(**{"participation.cohort_engine": 1.0}))
    close(cohort["participation.cohort_rate"], run["participation.participation_rate"], 1e-12)
    same_results(run, cohort, 1e-10)


# --- labour and schemes of the base year and after --------------------------------------------


def test_labour_market(run: Results, base: zz.Synthetic, prices: np.ndarray) -> None:
    close(run["labour_market.total_employment"], base.employment.sum(), 1e-11)
    close(run["labour_market.unemployed"][:, 0].sum(axis=2), base.unemployed, 1e-10)
    close(run["labour_market.average_wage"][:, 0], base.average_wage * prices, 1e-11)
    close(run["labour_market.formal_wage_bill"][:, 0], base.formal_bill.sum() * prices, 1e-11)
    close(run["contributions.employer_rate_effective"], base.employer_rate, 1e-11)
    formal = (base.employment[:, None] * zz.STATUS_SHARE)[:, [0, 2]].sum()
    close(run["labour_market.formal_share"], formal / base.employment.sum(), 1e-11)


@pytest.mark.parametrize("z", list(zz.INSTANCES))
def test_expenditure_is_recipients_times_amount(
    run: Results, base: zz.Synthetic, prices: np.ndarray, z: str
) -> None:
    row = FUNCTIONS.index(str(zz.INSTANCES[z]["function"]))
    recipients = run[f"{z}.recipients"][:, 0]
    spending = run[f"{z}.benefit_expenditure"][:, 0]
    close(recipients[:, row], base.recipients[z], 1e-10)
    close(spending[:, row], base.benefits[z] * prices[:, None], 1e-10)
    assert not np.delete(recipients, row, axis=1).any()
    assert not np.delete(spending, row, axis=1).any()
    if zz.INSTANCES[z].get("benefit_type") == "kind":
        volume = run[f"{z}.care_volume"][:, 0].sum(axis=1)
        close(run[f"{z}.unit_cost"][:, 0] * volume, spending.sum(axis=(1, 2)), 1e-13)
    else:
        close(run[f"{z}.add_factor"], 1.0, 1e-13)  # the kind's own formula gives the accounts


@pytest.mark.parametrize(
    "z", ["old_age_pension", "sickness_fund", "unemployment_insurance", "work_injury"]
)
def test_contributions(run: Results, base: zz.Synthetic, prices: np.ndarray, z: str) -> None:
    row = run.coords["insurance"].index(z)
    revenue = run["contributions.revenue"][:, 0, row]
    close(revenue, base.contributions[z] * prices[:, None], 1e-11)
    close(run["contributions.add_factor"], 1.0, 1e-13)


def test_payg_cost_rate_is_dependency_times_replacement(run: Results, base: zz.Synthetic) -> None:
    z = "old_age_pension"
    row = run.coords["insurance"].index(z)
    n = base.population
    contributors = base.contributors_per_head @ n[:, zz.ENTRY : zz.EXIT].sum(axis=1)
    pensioners = base.contributors_per_head @ n[:, zz.EXIT :].sum(axis=1)
    dependency = pensioners / contributors
    mean_wage = base.formal_bill.sum() / contributors
    replacement = base.benefits[z].sum() / pensioners / mean_wage
    close(run[f"{z}.dependency_ratio"], dependency, 1e-11)
    close(run[f"{z}.benefit_ratio"], replacement, 1e-11)
    close(run[f"{z}.payg_rate"], dependency * replacement, 1e-11)
    cost = dependency * replacement * (1.0 + zz.PENSION_ADMINISTRATION)
    close(run["indicators.payg_cost_rate"][:, 0, row], cost, 1e-11)
    close(run["indicators.contributor_dependency_ratio"][:, 0, row], dependency, 1e-11)
    # A real reserve that stays lets its real return pay for a part of the cost.
    close(base.pension_rate, cost * (1.0 - zz.PENSION_RETURN * zz.PENSION_RESERVE_YEARS), 1e-13)


def test_pension_is_accrual_times_service_times_wage(
    run: Results, base: zz.Synthetic, prices: np.ndarray
) -> None:
    pension = zz.PENSION_ACCRUAL * (zz.EXIT - zz.ENTRY) * base.wage[:, 0]
    mean = run["old_age_pension.average_pension"][:, 0, 0]
    close(mean, pension * prices[:, None], 1e-10)
    new = run["old_age_pension.new_award_pension"][1:, 0, 0]
    close(new, pension * prices[1:, None], 1e-10)


def test_littles_law(run: Results, base: zz.Synthetic) -> None:
    """Pensioners are awards a year times years of pension: one over the death probability."""
    q = zz.OLD_DEATH_RATE / (1.0 + 0.5 * zz.OLD_DEATH_RATE)
    stock = run["old_age_pension.recipients"][1:, 0, FUNCTIONS.index("old_age")]
    close(stock, run["old_age_pension.new_awards"][1:, 0, 0] / q, 1e-11)
    close(1.0 / q, 1.0 / zz.OLD_DEATH_RATE + 0.5, 1e-14)
    insured = run["old_age_pension.active_insured"][:, 0]
    entrants = base.contributors_per_head * base.population[:, zz.ENTRY]
    close(run["old_age_pension.entrants"][1:, 0], entrants, 1e-10)
    years = base.population[:, zz.ENTRY : zz.EXIT].sum(axis=1) / base.population[:, zz.ENTRY]
    close(insured, entrants * years, 1e-11)


def test_catchment_factor(run: Results, base: zz.Synthetic) -> None:
    """Insured earnings between floor and ceiling: closed form, quadrature and Monte Carlo."""
    row = run.coords["insurance"].index("sickness_fund")
    earnings = run["contributions.insured_earnings"][0, 0, row].sum(axis=1)
    floor, ceiling = zz.SICKNESS_FLOOR * base.wage[1, 0], zz.SICKNESS_CEILING * base.wage[1, 0]
    sigma = math.sqrt(math.log1p(zz.SICKNESS_CV**2))
    draws = np.exp(sigma * np.random.default_rng(1).standard_normal(1_000_000) - 0.5 * sigma**2)
    for sex in range(2):
        wage = float(base.wage[sex, 0])
        factor = earnings[sex] / base.formal_bill[sex]
        exact = zz.catchment_factor(wage, zz.SICKNESS_CV, floor, ceiling)
        assert factor == pytest.approx(exact, rel=1e-12)
        law = lognorm(s=sigma, scale=wage * math.exp(-0.5 * sigma**2))
        middle = quad(lambda w, law=law: w * law.pdf(w), floor, ceiling, epsabs=0.0, epsrel=1e-11)[
            0
        ]
        ends = floor * law.cdf(floor) + ceiling * law.sf(ceiling)
        assert factor == pytest.approx((middle + ends) / wage, rel=1e-9)
        sample = np.clip(wage * draws, floor, ceiling) / wage
        assert abs(sample.mean() - factor) < 4.0 * sample.std() / 1e3


def test_no_ceiling_catches_everything(run: Results) -> None:
    row = run.coords["insurance"].index("old_age_pension")
    close(
        run["contributions.insured_earnings_total"][:, 0, row],
        run["labour_market.formal_wage_bill"][:, 0],
        1e-12,
    )


# --- reserves and debt ------------------------------------------------------------------------


def rolled(reserve: float, surplus: float, j: float, growth: float, t: np.ndarray) -> np.ndarray:
    """``V_t = V_(t-1) (1 + j) + surplus (1 + growth)^t`` solved."""
    if math.isclose(j, growth):
        return reserve * (1 + j) ** t + surplus * t * (1 + j) ** t
    return reserve * (1 + j) ** t + surplus * (1 + growth) * ((1 + j) ** t - (1 + growth) ** t) / (
        j - growth
    )


def test_reserves_roll_forward(run: Results, base: zz.Synthetic) -> None:
    t = np.arange(len(run.years))
    held = zz.reserves(base)
    for z in ("sickness_fund", "work_injury", "old_age_pension"):
        surplus = float(base.contributions[z].sum()) - zz.expenditure(base, z)
        row = run.coords["scheme"].index(z)
        expected = rolled(held[z], surplus, zz.nominal_return(z), PI, t)
        close(run["scheme_accounts.reserve"][:, 0, row], expected, 1e-9)
    # The pension reserve was set to keep its value.
    row = run.coords["scheme"].index("old_age_pension")
    close(expected, held["old_age_pension"] * (1 + PI) ** t, 1e-10)


def test_base_year_accounts_start_from_the_reserve_that_rolls_forward(
    run: Results, base: zz.Synthetic
) -> None:
    opening = zz.opening_reserves(base)
    for z, held in zz.reserves(base).items():
        row = run.coords["scheme"].index(z)
        income = run["scheme_accounts.receipts"][0, 0, row, SOURCES.index("property_income")]
        assert income == pytest.approx(opening[z] * zz.nominal_return(z), rel=1e-12)
        if opening[z] > 0.0:
            change = float(run["scheme_accounts.balance"][0, 0, row])
            assert opening[z] + change == pytest.approx(held, rel=1e-12)


def test_transfer_between_schemes(run: Results, base: zz.Synthetic, prices: np.ndarray) -> None:
    amount = zz.SICKNESS_TO_MATERNITY * base.benefits["sickness_fund"].sum() * prices
    payer, payee = (run.coords["scheme"].index(z) for z in ("sickness_fund", "maternity_benefit"))
    close(run["scheme_accounts.transfer_out"][:, 0, payer], amount, 1e-11)
    receipts = run["scheme_accounts.receipts"][:, 0, payee]
    close(receipts[:, SOURCES.index("transfer_in")], amount, 1e-11)
    cost = zz.expenditure(base, "maternity_benefit") * prices
    close(receipts[:, SOURCES.index("general_revenue")], cost - amount, 1e-10)
    assert not run["social_accounts.receipts_by_source"][..., SOURCES.index("transfer_in")].any()


def test_private_schemes_stay_outside_government(run: Results, base: zz.Synthetic) -> None:
    row = run.coords["scheme"].index("private_pension")
    receipts = run["scheme_accounts.receipts"][0, 0, row]
    assert receipts[SOURCES.index("other")] == pytest.approx(receipts.sum(), rel=1e-14)
    public = sum(
        base.benefits[z].sum() * (1.0 + zz.administration_share(z))
        for z in zz.INSTANCES
        if z != "private_pension"
    )
    assert run["government.social_spending"][0, 0] == pytest.approx(public, rel=1e-12)


def test_a_reserve_runs_out_and_the_state_steps_in(pack: Pack) -> None:
    """Contributions cut to three tenths: a geometric fall, then a cover that rises with prices."""
    loose = with_values(pack, DECOUPLED)
    cut = reform('path = "schemes.sickness_fund.contribution_rate"\nscale = 0.3\nfrom = 2025')
    result = project(loose, cut, to=2040)
    row = result.coords["scheme"].index("sickness_fund")
    reserve = result["scheme_accounts.reserve"][:, 0, row]
    spent = result["scheme_accounts.expenditure"][0, 0, row]
    paid = result["contributions.revenue"][0, 0, result.coords["insurance"].index("sickness_fund")]
    t = np.arange(len(result.years))
    j = zz.nominal_return("sickness_fund")
    flow = 0.3 * paid.sum() - spent
    expected = rolled(reserve[0], flow, j, PI, t)
    last = int(np.argmax(expected < 0.0))
    assert 1 < last < len(t) - 2, "the test needs a fund that runs out on the way"
    close(reserve[:last], expected[:last], 1e-10)
    assert np.abs(reserve[last:]).max() <= 1e-12 * reserve[0]
    cover = result["scheme_accounts.deficit_cover"][:, 0, row]
    assert not cover[:last].any()
    close(cover[last], -expected[last], 1e-9)
    close(cover[last + 1 :], -flow * (1 + PI) ** t[last + 1 :], 1e-10)


def test_debt_ratio_stays_in_the_base_line(run: Results) -> None:
    close(run["government.debt"] / run["macroeconomy.gdp"], zz.DEBT, 1e-10)


def test_debt_ratio_when_debt_floats(pack: Pack) -> None:
    """``b_t = rho b_(t-1) - pb`` with rho = (1 + i)/(1 + pi): a tax on firms, closure F0."""
    change = 0.01
    loose = with_values(pack, DECOUPLED)
    result = project(
        loose, reform(f'path = "government.corporate_tax_change"\nset = {change}\nfrom = 2025')
    )
    gdp = result["macroeconomy.gdp"][:, 0]
    i = zz.REAL_INTEREST + PI
    rho = (1.0 + i) / (1.0 + PI)
    before = (i - PI) / (1.0 + PI) * zz.DEBT
    surplus = FACTOR_COST - LABOUR_INCOME
    # Households receive a part of what the tax takes, and would have paid income tax on it.
    rate = result["household.base_income_tax_rate"][0, 0]
    gain = change * surplus * (1.0 - rate * zz.SURPLUS_SHARE)
    t = np.arange(len(result.years))
    expected = rho**t * zz.DEBT - (before + gain) * (rho**t - 1.0) / (rho - 1.0)
    close(result["government.debt"][:, 0] / gdp, expected, 1e-9)


def test_first_answer_of_the_fiscal_rule(pack: Pack) -> None:
    lower = {"government.debt_target_change": -0.1}
    for closure, name in ((1, "income_tax"), (2, "spending")):
        result = project(
            pack, setting(**lower, **{"government.fiscal_closure": float(closure)}), to=2026
        )
        answer = result[f"fiscal_rule.{name}_adjustment"][1, 0]
        expected = 0.05 * 0.1
        if closure == 2:  # a cut, relative to the spending it falls on
            spending = (
                result["government.other_consumption"] + result["government.other_spending"]
            ) / result["macroeconomy.gdp"]
            expected /= -spending[0, 0]
        assert answer == pytest.approx(expected, rel=1e-9)


# --- growth, reforms --------------------------------------------------------------------------


def test_growth(pack: Pack) -> None:
    """Output and wages grow by 2 percent: what follows wages keeps its share, prices lose it."""
    g = 0.02
    wages = (1.0 + PI) * (1.0 + g)
    grown = with_values(
        pack,
        {
            **DECOUPLED,
            "macroeconomy.gdp_growth": g,
            "macroeconomy.productivity_growth": g,
            "labour_market.base_wage_growth": wages - 1.0,
        },
    )
    result = project(grown)
    t = np.arange(len(result.years))
    close(result["macroeconomy.gdp_real"][:, 0], zz.GDP * (1.0 + g) ** t, 1e-11)
    wage = result["labour_market.average_wage"][:, 0]
    close(wage, wage[0] * wages**t, 1e-10)
    gdp = result["macroeconomy.gdp"][:, 0]
    per_capita = gdp / result["demography.population_midyear"][:, 0].sum(axis=(1, 2))
    close(per_capita, per_capita[0] * wages**t, 1e-10)

    def spending(z: str) -> np.ndarray:
        return np.asarray(result[f"{z}.benefit_expenditure"][:, 0].sum(axis=(1, 2)))

    for z in ("old_age_pension", "old_age_grant", "unemployment_insurance", "sickness_fund"):
        close(spending(z) / gdp, spending(z)[0] / gdp[0], 1e-9)
    close(spending("private_pension") / spending("private_pension")[0], (1.0 + PI) ** t, 1e-10)
    care = (0.8 * wages + 0.2 * (1.0 + PI)) ** t
    close(spending("care_service") / spending("care_service")[0], care, 1e-10)
    health = (0.6 * wages + 0.4 * (1.0 + PI)) ** t
    close(spending("health_service") / spending("health_service")[0], health, 1e-10)
    for name in ("dependency_ratio", "benefit_ratio", "payg_rate", "replacement_rate"):
        ratio = result[f"old_age_pension.{name}"]
        close(ratio, ratio[0], 1e-9)


def test_growth_of_productivity_over_the_labour_share(pack: Pack) -> None:
    """M1 in the long run: output grows at (1 + tfp)^(1/labour share)."""
    tfp = 0.006
    options = {
        "macroeconomy.tfp_growth": tfp,
        "government.foreign_debt_share": 1.0,
        "labour_market.kappa_y": 0.0,
        "schemes.disability_grant.price_indexation_share": 0.0,
        "schemes.health_service.wage_share": 1.0,
        "schemes.care_service.wage_share": 1.0,
    }
    result = project(with_values(pack, options), to=2400)
    real = result["macroeconomy.gdp_real"][:, 0]
    assert real[-1] / real[-2] == pytest.approx((1.0 + tfp) ** (1.0 / zz.LABOUR_SHARE), rel=1e-6)


def test_the_dormant_child_benefit_wakes(pack: Pack, base: zz.Synthetic) -> None:
    path = "schemes.universal_child_benefit.coverage"
    result = project(pack, reform(f'path = "{path}"\nset = {{ 2027 = 0.5, 2028 = 1.0 }}'), to=2032)
    children = base.population[:, :18].sum(axis=1)
    row = FUNCTIONS.index("family")
    recipients = result["universal_child_benefit.recipients"][:, 0, row]
    close(recipients, np.array([0, 0, 0, 0.5, 1, 1, 1, 1, 1])[:, None] * children, 1e-12)
    index = result["universal_child_benefit.index"][:, 0, None]
    spending = result["universal_child_benefit.benefit_expenditure"][:, 0, row]
    close(spending, recipients * zz.CHILD_AMOUNT * base.average_wage * index, 1e-11)


def test_pensionable_age_up_by_one_year(pack: Pack, base: zz.Synthetic) -> None:
    """The grant loses the age group 65; pensions lose it too once everybody waits a year longer."""
    later = reform(
        'path = "schemes.*.pensionable_age"\nadd = 1.0\nfrom = 2025',
        'path = "schemes.old_age_pension.early_age"\nadd = 1.0\nfrom = 2025',
        'path = "schemes.old_age_pension.latest_age"\nadd = 1.0\nfrom = 2025',
    )
    result = project(with_values(pack, DECOUPLED), later)
    row = FUNCTIONS.index("old_age")
    grant = result["old_age_grant.recipients"][1:, 0, row]
    close(grant, zz.GRANT_RATE * base.population[:, zz.EXIT + 1 :].sum(axis=1), 1e-12)
    pensions = result["old_age_pension.recipients"][-1, 0, row]
    waiting = base.contributors_per_head * base.population[:, zz.EXIT + 1 :].sum(axis=1)
    close(pensions, waiting, 1e-9)


# --- invariances ------------------------------------------------------------------------------


def rescaled(factor: float) -> Mapping[str, float]:
    amounts = [f"{money}{per}" for money in ("LCU", "LCU_real") for per in ("", "/year")]
    per_head = ["LCU/person/year", "LCU_real/person/year", "LCU_real/person/hour"]
    return dict.fromkeys([*amounts, *per_head], factor)


# Total factor productivity is output over a product of powers, so it has a unit of its own.
TFP = {"macroeconomy.tfp", "macroeconomy.base_tfp"}


def test_doubling_all_money_changes_no_ratio(pack: Pack, run: Results) -> None:
    doubled = project(money_times(pack, 2.0))
    same_results(run, doubled, 5e-12, factors=rescaled(2.0), skip=TFP)


@pytest.mark.parametrize("factor", [1e3, 1e-6])
def test_another_currency_unit(pack: Pack, run: Results, factor: float) -> None:
    other = project(money_times(pack, factor))
    same_results(run, other, 1e-10, factors=rescaled(factor), skip=TFP)


def test_doubling_the_country(pack: Pack, run: Results) -> None:
    twice = project(twice_as_large(pack))
    factors = dict.fromkeys(
        ("person", "person/year", "hour/year", "LCU", "LCU/year", "LCU_real", "LCU_real/year"),
        2.0,
    )
    amounts = {n for n, v in run.variables.items() if v.kind == "rate" and v.unit == "LCU/year"}
    care = {
        f"{z}.care_volume" for z in ("health_service", "care_service")
    }  # heads in units of cost
    same_results(run, twice, 1e-10, factors=factors, skip=amounts | care | TFP)
    for name in amounts:
        close(run[name], twice[name], 1e-10)
    for name in care:
        close(2.0 * run[name], twice[name], 1e-12)


def test_exchanging_women_and_men_exchanges_the_results(pack: Pack) -> None:
    """Maternity benefits are women's by their nature, so they are left out."""
    none = with_values(
        pack,
        {f"schemes.maternity_benefit.{n}": 0.0 for n in ("insured_share", "base_expenditure")},
    )
    straight, swapped = project(none, to=2050), project(sexes_exchanged(none), to=2050)
    gaps = {n for n in straight.arrays if "gender" in n or ".women_share_" in n}
    wrong = []
    for name, array in straight.arrays.items():
        if name in gaps | ROUNDING:
            continue
        dims = straight.variables[name].dims
        other = swapped.arrays[name]
        if "sex" in dims:
            other = np.flip(other, axis=2 + dims.index("sex"))
        scale = np.abs(array).max(axis=tuple(range(1, array.ndim)), keepdims=True)
        error = (np.abs(array - other) / np.where(scale > 0, scale, 1.0)).max()
        if not error <= 1e-10:
            wrong.append(f"{name}: {error:.2e}")
    assert not wrong, "; ".join(wrong)
    by_activity = "employment_structure.women_share_by_activity"
    close(straight[by_activity], 1.0 - swapped[by_activity], 1e-10)
    close(
        straight["indicators.women_share_of_benefits"],
        1.0 - swapped["indicators.women_share_of_benefits"],
        1e-10,
    )
    for name in ("gender_gap_wage", "gender_gap_old_age_benefit"):
        gap, other = straight[f"indicators.{name}"], swapped[f"indicators.{name}"]
        close((1.0 - gap) * (1.0 - other), 1.0, 1e-10)


@pytest.mark.parametrize("closure", [0.0, 1.0, 3.0, 4.0])
def test_faster_inflation_changes_nothing_real(pack: Pack, closure: float) -> None:
    """Everything is indexed; interest on debt goes abroad, where its nominal part does no harm."""
    options = {"macroeconomy.closure": closure, "government.foreign_debt_share": 1.0}
    slow = project(with_values(pack, options), to=2060)
    faster = {
        "macroeconomy.inflation_target": 0.08,
        "macroeconomy.base_inflation": 0.08,
        "labour_market.base_wage_growth": 0.08,
    }
    fast = project(with_values(pack, {**options, **faster}), to=2060)
    names = [
        *(n for n in slow.arrays if n.endswith("_real") or n.startswith("labour_accounts.")),
        *(n for n in slow.arrays if n.endswith((".recipients", ".benefit_expenditure"))),
        "labour_market.unemployment_rate", "labour_market.formal_share", "contributions.revenue",
        "household.disposable_income", "government.social_spending",
        "social_accounts.function_percent_gdp",
    ]  # fmt: skip
    for name in names:
        unit = slow.variables[name].unit
        nominal = "LCU" in unit and "LCU_real" not in unit
        each = []
        for result in (slow, fast):
            price = (
                result["prices.gdp_deflator"] if nominal else np.ones_like(slow["prices.inflation"])
            )
            each.append(result[name] / price.reshape(*price.shape, *[1] * (result[name].ndim - 2)))
        close(each[0], each[1], 1e-9)
