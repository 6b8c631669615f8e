"""The pension kind: base year, rules over time, faults of the pack."""

from __future__ import annotations

import numpy as np
import pytest

from socialbudget.contract import Array
from socialbudget.dims import FUNCTIONS
from socialbudget.errors import PackError
from socialbudget.modules.schemes import earnings_related_pension as kind
from socialbudget.projection import Trajectory
from tests.pension_scheme import BASE_YEAR, Paths, project_scheme, scheme

AGES = np.arange(101)
OLD_AGE, DISABILITY, SURVIVORS = (FUNCTIONS.index(t) for t in kind.TYPES)


def paths(years: int = 6, wages: float = 0.0, prices: float = 0.0, deaths: float = 0.0) -> Paths:
    """A hundred contributors of each sex at each age from 20 to 64, each earning 1,000."""
    contributors = np.zeros((years + 1, 2, 101))
    contributors[:, :, 20:65] = 100.0
    level = 1000.0 * (1.0 + wages) ** np.arange(years + 1)
    death = np.full((years + 1, 2, 101), deaths)
    death[..., -1] = 1.0
    return Paths(
        contributors,
        contributors * level[:, None, None],
        death,
        np.full(years + 1, wages),
        np.full(years + 1, prices),
        population=np.full((years + 1, 2, 101), 500.0),
    )


def stock(kind_of: int, ages: slice, heads: float) -> Array:
    out = np.zeros((3, 2, 101))
    out[kind_of, :, ages] = heads
    return out


def accounts(**by_function: float) -> Array:
    out = np.zeros(len(FUNCTIONS))
    for name, value in by_function.items():
        out[FUNCTIONS.index(name)] = value
    return out


RETIRE = {"retirement_probability": np.where(AGES >= 65, 1.0, 0.0), "accrual_rate": 0.01}


def heads(run: Trajectory, function: int) -> Array:
    return run.arrays["z0.recipients"][:, 0, function].sum(axis=1)


def test_base_year_reproduces_the_accounts_by_function() -> None:
    pensioners = (
        stock(0, slice(65, 90), 10.0) + stock(1, slice(40, 60), 3.0) + stock(2, slice(60, 80), 2.0)
    )
    given = accounts(old_age=1e6, disability=3e5, survivors=7e4)
    rules = {
        **RETIRE,
        "pensioners": pensioners,
        "average_pension": 500.0,
        "base_expenditure": given,
    }
    run = project_scheme(paths(), rules)
    spent = run.arrays["z0.benefit_expenditure"][0, 0].sum(axis=1)
    np.testing.assert_allclose(spent, given, rtol=1e-12)
    factor = run.arrays["z0.add_factor"][:, 0]
    assert factor[0, OLD_AGE] == pytest.approx(1e6 / (500 * 500.0))
    np.testing.assert_array_equal(factor, np.broadcast_to(factor[0], factor.shape))


def test_pensions_in_force_follow_prices_and_wages_of_the_year_before() -> None:
    rules = {
        "retirement_probability": 0.0,
        "latest_age": 100.0,
        "early_age": 80.0,
        "pensionable_age": 80.0,
        "pensioners": stock(0, slice(66, 70), 10.0),
        "average_pension": 500.0,
        "base_expenditure": accounts(old_age=40_000.0),
        "price_indexation_share": {BASE_YEAR: 1.0, BASE_YEAR + 3: 0.25},
    }
    run = project_scheme(paths(wages=0.05, prices=0.02), rules)
    mean = run.arrays["z0.average_pension"][:, 0, 0, 0]
    rises = mean[1:] / mean[:-1] - 1.0
    np.testing.assert_allclose(rises[:2], 0.02)
    np.testing.assert_allclose(rises[2:], 0.25 * 0.02 + 0.75 * 0.05)
    np.testing.assert_allclose(run.arrays["z0.benefit_index"][:, 0] * 500.0, mean)


def test_insured_persons_of_a_young_scheme_have_no_longer_service() -> None:
    """`since` limits what can have been earned: new pensions grow with the scheme."""
    run = project_scheme(paths(), RETIRE, since=BASE_YEAR - 10)
    mean = run.arrays["z0.new_award_pension"][1:, 0, 0, 1]
    np.testing.assert_allclose(mean, 10.0 * (10.5 + np.arange(6)), rtol=1e-9)


def test_higher_pensionable_age_postpones_retirement() -> None:
    rules = {
        **RETIRE,
        "latest_age": 70.0,
        "pensionable_age": {BASE_YEAR: 65.0, BASE_YEAR + 2: 65.5, BASE_YEAR + 3: 66.0},
        "early_reduction": 0.06,
    }
    run = project_scheme(paths(), rules, since=BASE_YEAR - 50)
    new = run.arrays["z0.new_awards"][:, 0, 0].sum(axis=1)
    # Half of a birth-year cohort waits, then the other half; later one cohort a year again.
    np.testing.assert_allclose(new, [0.0, 200.0, 100.0, 100.0, 200.0, 200.0, 200.0])


def test_early_and_late_retirement() -> None:
    profile = np.zeros(101)
    profile[63], profile[65], profile[67:] = 0.5, 0.5, 1.0
    rules = {
        "retirement_probability": profile,
        "early_age": 62.0,
        "latest_age": 67.0,
        "early_reduction": 0.05,
        "late_increment": 0.08,
        "benefit_factor": 0.4,
    }
    run = project_scheme(paths(1), rules, since=BASE_YEAR - 60)
    # Nobody reached an age of retirement before the base year but in the synthetic history:
    # of 100 persons 50 leave at 63 with 0.9, 25 at 65 with 1, 25 at 67 with 1.16.
    money = run.arrays["z0.benefit_expenditure"][1, 0, OLD_AGE, 0]
    assert heads(run, OLD_AGE)[1] == pytest.approx(200.0)
    assert money == pytest.approx(400.0 * (50 * 0.9 + 25 * 1.0 + 25 * 1.16))


def test_disability_pensions_turn_into_old_age_pensions() -> None:
    rules = {
        "retirement_probability": 0.0,
        "latest_age": 100.0,
        "pensioners": stock(1, slice(63, 65), 10.0),
        "average_pension": 500.0,
        "base_expenditure": accounts(disability=20_000.0),
        "disability_conversion": 1.0,
    }
    run = project_scheme(paths(3), rules)
    np.testing.assert_allclose(heads(run, DISABILITY), [40.0, 20.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(heads(run, OLD_AGE), [0.0, 20.0, 40.0, 40.0])
    kept = project_scheme(paths(3), {**rules, "disability_conversion": 0.0})
    np.testing.assert_allclose(heads(kept, DISABILITY), 40.0)


def test_invalidity_awards_stop_at_the_pensionable_age() -> None:
    rules = {**RETIRE, "invalidity_rate": 0.02, "credited_service_minimum": 20.0}
    run = project_scheme(paths(1), rules, since=BASE_YEAR)
    new = run.arrays["z0.new_awards"][1, 0]
    # 44 ages at which the next birthday is below 65
    np.testing.assert_allclose(new[1], 44 * 100 * 0.02)
    np.testing.assert_allclose(run.arrays["z0.new_award_pension"][1, 0, 1], 0.01 * 20 * 1000.0)


def test_survivors_come_from_pensioners_and_insured() -> None:
    rules = {
        "retirement_probability": 0.0,
        "latest_age": 100.0,
        "pensioners": stock(0, slice(70, 71), 100.0),
        "average_pension": 500.0,
        "base_expenditure": accounts(old_age=100_000.0),
        "married_share": np.stack([np.zeros(101), np.ones(101)]),  # men only
        "survivor_share": 0.6,
        "survivor_takeup": 1.0,
        "spouse_age_difference": np.array([0.0, -3.0]),
    }
    few = Paths(**{**vars_of(paths(1, deaths=0.1)), "contributors": np.zeros((2, 2, 101))})
    run = project_scheme(few, rules)
    widows = run.arrays["z0.recipients"][1, 0, SURVIVORS]
    assert widows[1] == 0.0
    assert widows[0] == pytest.approx(100 * 0.1 * 0.95)
    mean = run.arrays["z0.average_pension"][1, 0, 2, 0]
    # the add-factor of survivors is 1: there are none in the base accounts
    assert mean == pytest.approx(0.6 * 500.0)


def vars_of(p: Paths) -> dict[str, object]:
    return {name: getattr(p, name) for name in p.__dataclass_fields__}


def test_widows_wait_for_the_age_of_the_pension() -> None:
    rules = {
        "retirement_probability": 0.0,
        "latest_age": 100.0,
        "pensioners": stock(2, slice(58, 59), 10.0),
        "average_pension": 500.0,
        "survivor_age": 60.0,
    }
    run = project_scheme(paths(3), rules)
    np.testing.assert_allclose(heads(run, SURVIVORS), [0.0, 0.0, 20.0, 20.0])


def test_orphans_grow_up() -> None:
    rules = {
        **RETIRE,
        "pensioners": stock(2, slice(16, 17), 10.0),
        "average_pension": 50.0,
        "base_expenditure": accounts(survivors=1000.0),
        "orphan_age_limit": 18.0,
    }
    run = project_scheme(paths(3), rules)
    np.testing.assert_allclose(heads(run, SURVIVORS), [20.0, 20.0, 0.0, 0.0])


def test_earnings_and_bend_points_freeze_after_the_revaluation_age() -> None:
    """Wages grow by 5%, pensions by 2%: who retires at 65 has lost three years of the gap."""
    rules = {
        **RETIRE,
        "accrual_rate": 0.0,
        "benefit_factor": np.array([0.9, 0.3, 0.3, 0.3]),
        "bend_point": np.array([0.0, 400.0, 400.0, 400.0]),
        "price_indexation_share": 1.0,
        "averaging_years": 35.0,
        "averaging_best": 1.0,
    }
    growth = {"years": 8, "wages": 0.05, "prices": 0.02}
    wage_indexed = project_scheme(paths(**growth), rules, since=BASE_YEAR - 60)
    frozen = project_scheme(
        paths(**growth), {**rules, "revaluation_age": 62.0}, since=BASE_YEAR - 60
    )
    full = wage_indexed.arrays["z0.new_award_pension"][:, 0, 0, 0]
    less = frozen.arrays["z0.new_award_pension"][:, 0, 0, 0]
    bases = 0.9 * 400 + 0.3 * 600
    np.testing.assert_allclose(full[1:], bases * 1.05 ** np.arange(1, 9), rtol=1e-9)
    # Earnings of the ages after 62 stay at their level, which is now above the older ones, so
    # the loss is a little less than the three years' gap.
    ratio = less[8] / full[8]
    assert (1.02 / 1.05) ** 3 < ratio < (1.02 / 1.05) ** 3 * 1.02


def test_accrual_weights_by_year_of_service() -> None:
    rules = {**RETIRE, "accrual_scale": {BASE_YEAR: 1.0, BASE_YEAR + 1: 2.0}}
    run = project_scheme(paths(3), rules, since=BASE_YEAR - 60)
    n = run.arrays["z0.new_award_pension"][1:, 0, 0, 1] / 10.0
    # 45 years before the change; each year after it counts twice.
    np.testing.assert_allclose(n, [45.0, 46.0, 47.0], rtol=1e-6)


def test_ceiling_cuts_the_classes() -> None:
    rules = {**RETIRE, "accrual_rate": np.array([0.01, 0.02, 0.02, 0.02]), "earnings_cv": 1.0}
    rules["bend_point"] = np.array([0.0, 1500.0, 1500.0, 1500.0])
    free = project_scheme(paths(1), rules, since=BASE_YEAR - 60)
    with_ceiling = Paths(**{**vars_of(paths(1)), "ceiling": 1500.0})
    cut = project_scheme(with_ceiling, rules, since=BASE_YEAR - 60, has_ceiling=True)
    a, b = (r.arrays["z0.new_award_pension"][1, 0, 0, 0] for r in (free, cut))
    assert a > 450.0 + 1e-9  # the upper classes reach the better band
    assert b <= 450.0 + 1e-9


def test_faults_of_the_pack() -> None:
    with pytest.raises(PackError, match="amount for housing"):
        project_scheme(paths(), {**RETIRE, "base_expenditure": accounts(housing=1.0)})
    with pytest.raises(PackError, match="1 LCU for old_age, but pensioners"):
        project_scheme(paths(), {**RETIRE, "base_expenditure": accounts(old_age=1.0)})
    with pytest.raises(PackError, match="contributory = true"):
        kind.modules(scheme("z", None, 1990))  # type: ignore[arg-type]


def test_parameters_are_all_read() -> None:
    """A parameter that silently does nothing is an error: each must change something."""
    used = {p.path for m in kind.modules(scheme("z", 0, 1990)) for p in m.params}
    assert used == {p.path for p in kind.parameters("z")}
    source = (kind.__file__,)
    text = open(source[0], encoding="utf-8").read()  # noqa: SIM115
    for p in kind.parameters("z"):
        name = p.path.rsplit(".", 1)[1]
        assert text.count(f'(y, "{name}")') >= 1, name


def test_cohort_death_probability() -> None:
    q = np.full((1, 2, 101), 0.1)
    q[..., -1] = 1.0
    out = kind.cohort_death_probability(q)
    np.testing.assert_allclose(out, 0.1)  # a constant hazard stays what it is
    q[..., 50] = 0.2
    # from 49 to 50: 1 - 0.9 x 1.8 / 1.9
    assert kind.cohort_death_probability(q)[0, 0, 49] == pytest.approx(1 - 0.9 * 1.8 / 1.9)


def test_lag_distribution_and_classes_keep_the_mean() -> None:
    lags = np.arange(-30.0, 31.0)
    shares = kind.lag_distribution(lags, np.array([[-2.5, 3.0]]), np.array([[0.0]]))
    np.testing.assert_allclose((shares * lags).sum(axis=2), [[-2.5, 3.0]], atol=1e-9)
    factors, weights = kind.earnings_classes(np.array([[0.0, 0.8]]))
    np.testing.assert_allclose((factors * weights).sum(axis=2), 1.0)
    np.testing.assert_allclose(factors[0, 0], 1.0)
    variance = (weights * (factors[0, 1] - 1.0) ** 2).sum()
    assert np.sqrt(variance) == pytest.approx(0.8, rel=0.01)
