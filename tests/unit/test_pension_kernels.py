"""Pension kernels on numbers worked by hand, against their Python twins, and what they conserve."""

from __future__ import annotations

import numpy as np
import pytest

from socialbudget.kernels import pensions

AGES, POINTS = 6, 5
SHAPE = (1, 2, AGES, POINTS)


def python(kernel):  # type: ignore[no-untyped-def]
    return getattr(kernel, "py_func", kernel)


def scalar(value: float) -> np.ndarray:
    return np.array([value])


def rates(value: float) -> np.ndarray:
    return np.full((1, 2, AGES), value)


def exits(active, inactive, *, q=0.0, i=0.0, r=0.0, least=0.0, least_invalid=0.0, d=1.0, pause=0.0):  # type: ignore[no-untyped-def]
    out = [np.full(active.shape, np.nan) for _ in range(5)]
    pensions.insured_exits(
        active,
        inactive,
        rates(q),
        rates(i),
        rates(r),
        scalar(least),
        scalar(least_invalid),
        scalar(d),
        np.full((1, 2), pause),
        np.zeros(active.shape[-1] + 1),
        *out,
    )
    return out


def test_one_cell_through_all_exits() -> None:
    active, inactive = np.zeros(SHAPE), np.zeros(SHAPE)
    active[0, 1, 1, 2] = 1000.0
    on, off, retired, invalid, dead = exits(active, inactive, q=0.01, i=0.02, r=0.25, pause=0.1)
    # 1000 - 10 - 20 = 970; a quarter retires: 242.5; a tenth of 727.5 pauses: 72.75
    assert on[0, 1, 2, 3] == pytest.approx(654.75)
    np.testing.assert_allclose(off[0, 1, 2, 2:4], [36.375, 36.375])
    np.testing.assert_allclose(retired[0, 1, 2, 2:4], [121.25, 121.25])
    np.testing.assert_allclose(invalid[0, 1, 2, 2:4], [10.0, 10.0])
    np.testing.assert_allclose(dead[0, 1, 2, 2:4], [5.0, 5.0])
    assert sum(a.sum() for a in (on, off, retired, invalid, dead)) == pytest.approx(1000.0)


def test_density_spreads_service() -> None:
    active, inactive = np.zeros(SHAPE), np.zeros(SHAPE)
    active[0, 0, 0, 1] = 100.0
    on = exits(active, inactive, d=0.6)[0]
    np.testing.assert_allclose(on[0, 0, 1, 1:3], [40.0, 60.0])


def test_only_those_who_qualify_leave() -> None:
    active, inactive = np.zeros(SHAPE), np.zeros(SHAPE)
    active[0, 0, 1, 1] = active[0, 0, 1, 3] = 100.0
    inactive[0, 0, 1, 1] = inactive[0, 0, 1, 3] = 10.0
    on, off, retired, invalid, _ = exits(active, inactive, i=0.1, r=0.5, least=2, least_invalid=3)
    assert retired[0, 0, 2].sum() == pytest.approx(0.5 * 90.0 + 5.0)
    assert invalid[0, 0, 2].sum() == pytest.approx(10.0)
    assert on[0, 0, 2, 2] == pytest.approx(100.0)
    np.testing.assert_allclose(off[0, 0, 2, [1, 3]], [10.0, 5.0])


def test_half_a_year_counts_towards_the_qualifying_service() -> None:
    active, inactive = np.zeros(SHAPE), np.zeros(SHAPE)
    active[0, 0, 1, 1] = inactive[0, 0, 1, 1] = 100.0
    retired = exits(active, inactive, r=1.0, least=1.5)[2]
    assert retired.sum() == pytest.approx(100.0)


def test_open_age_and_longest_service_keep_everybody() -> None:
    active, inactive = np.zeros(SHAPE), np.zeros(SHAPE)
    active[0, 0, 4, 4], active[0, 0, 5, 4], inactive[0, 0, 5, 0] = 7.0, 5.0, 3.0
    on, off, *_ = exits(active, inactive)
    assert on[0, 0, 5, 4] == pytest.approx(12.0)
    assert off[0, 0, 5, 0] == pytest.approx(3.0)


def test_entries() -> None:
    active, inactive = np.zeros(SHAPE), np.zeros(SHAPE)
    active[0, 0, 1] = [10.0, 20.0, 30.0, 0.0, 0.0]  # 60 remain
    inactive[0, 0, 1] = [0.0, 4.0, 6.0, 0.0, 0.0]
    active[0, 0, 2, 1], inactive[0, 0, 2, 1] = 10.0, 1.0
    active[0, 0, 4, 1] = 10.0
    contributors = np.zeros((1, 2, AGES))
    contributors[0, 0] = [0.0, 30.0, 20.0, 8.0, 15.0, 0.0]
    on, off = np.full(SHAPE, np.nan), np.full(SHAPE, np.nan)
    new = np.full(contributors.shape, np.nan)
    args = (scalar(0.3), scalar(0.5), np.full((1, 2), 4.0))
    pensions.insured_entries(active, inactive, contributors, *args, on, off, new)
    # age 1: half of everybody becomes inactive
    np.testing.assert_allclose(on[0, 0, 1], [5.0, 10.0, 15.0, 0.0, 0.0])
    np.testing.assert_allclose(off[0, 0, 1], [5.0, 14.0, 21.0, 0.0, 0.0])
    # age 2: a gap of 10; 3 wanted from the inactive, there is 1; 9 are new, half a year served
    np.testing.assert_allclose(on[0, 0, 2], [4.5, 15.5, 0.0, 0.0, 0.0])
    assert off[0, 0, 2].sum() == 0.0
    # age 3: all new; age 4: nobody enters
    np.testing.assert_allclose(new[0, 0], [0.0, 0.0, 9.0, 8.0, 0.0, 0.0])
    assert on[0, 0, 4].sum() == pytest.approx(10.0)


@pytest.mark.parametrize("density", [0.0, 0.55, 1.0])
def test_persons_and_years_of_service_are_conserved(density: float) -> None:
    random = np.random.default_rng(1)
    active, inactive = random.random(SHAPE), random.random(SHAPE)
    active[..., -1] = 0.0  # so that nobody outgrows the longest service
    out = exits(
        active, inactive, q=0.1, i=0.05, r=0.3, least=2, least_invalid=1, d=density, pause=0.1
    )
    persons = active.sum() + inactive.sum()
    assert sum(a.sum() for a in out) == pytest.approx(persons, rel=1e-14)
    c = np.arange(POINTS)
    before = ((active + inactive) * c).sum()
    after = sum((a * c).sum() for a in out)
    # Those who stay earn a year's credit, those who leave work half a year's.
    gained = density * (out[0].sum() + 0.5 * (active.sum() - out[0].sum()))
    assert after - before == pytest.approx(gained, rel=1e-12)


def award(persons: np.ndarray, path: np.ndarray, **rules: object) -> tuple[np.ndarray, np.ndarray]:
    """Call the award kernel with neutral rules except those given."""
    draws, _, ages, points = persons.shape
    given: dict[str, np.ndarray] = {
        "level": np.ones((draws, ages)),
        "class_factor": np.ones((1, 2, 1)),
        "class_weight": np.ones(1),
        "ceiling": np.full(draws, np.inf),
        "bend_point": np.zeros((draws, ages, 4)),
        "accrual_rate": np.zeros((1, 4)),
        "benefit_factor": np.zeros((1, 4)),
        "mean_wage_accrual": np.zeros((draws, ages)),
        "flat_amount": np.zeros((draws, ages)),
        "scale_sum": np.tile(np.arange(float(points)), (draws, 1)),
        "service_maximum": scalar(99.0),
        "averaging_years": scalar(99.0),
        "averaging_best": scalar(0.0),
        "averaging_fixed": scalar(0.0),
        "age_factor": np.ones((1, 2, ages)),
        "credited_service": np.zeros((1, 2, ages)),
        "credited_minimum": scalar(0.0),
        "minimum_pension": np.zeros(draws),
        "maximum_share": scalar(10.0),
    }
    assert set(rules) <= set(given)
    given.update({k: np.asarray(v, dtype=float) for k, v in rules.items()})
    classes = given["class_weight"].shape[0]
    out = np.full((1, *persons.shape[:3]), np.nan), np.full((1, *persons.shape[:3]), np.nan)
    pensions.award_pensions(persons[None], path, *given.values(), np.empty(points + classes), *out)
    return out[0][0], out[1][0]


def one_retiree(service: int, points: int = 41) -> np.ndarray:
    persons = np.zeros((1, 2, AGES, points))
    persons[0, 0, 3, service] = 2.0
    return persons


def flat_path(value: float, points: int = 41) -> np.ndarray:
    return np.full((1, 2, AGES, points), value)


def test_linear_accrual() -> None:
    rate = np.full((1, 4), 0.015)
    count, amount = award(one_retiree(30), flat_path(1000.0), accrual_rate=rate)
    assert count[0, 0, 3] == 2.0
    assert amount[0, 0, 3] == pytest.approx(2 * 0.45 * 1000.0)
    assert amount.sum() == amount[0, 0, 3]


def test_united_states_primary_insurance_amount() -> None:
    # AIME 5,000 in 2024: 0.9 x 1,174 + 0.32 x (5,000 - 1,174) = 2,280.92 a month
    bend = np.tile(12.0 * np.array([0.0, 1174.0, 7078.0, 7078.0]), (1, AGES, 1))
    rules = {
        "bend_point": bend,
        "benefit_factor": [[0.9, 0.32, 0.15, 0.15]],
        "averaging_years": [35.0],
        "averaging_best": [1.0],
        "averaging_fixed": [1.0],
    }
    _, amount = award(one_retiree(40), flat_path(60_000.0), **rules)
    assert amount[0, 0, 3] == pytest.approx(2 * 12 * 2280.92)
    # ten years of work are a tenth short of two sevenths: 60,000 x 10 / 35 a year
    _, amount = award(one_retiree(10), flat_path(60_000.0), **rules)
    monthly = 5000.0 * 10 / 35
    assert amount[0, 0, 3] == pytest.approx(24 * (0.9 * 1174 + 0.32 * (monthly - 1174)))
    # above the second bend point, at 67 less 5 years of 6%
    _, amount = award(
        one_retiree(40), flat_path(96_000.0), **rules, age_factor=np.full((1, 2, AGES), 0.7)
    )
    full = 0.9 * 1174 + 0.32 * (7078 - 1174) + 0.15 * (8000 - 7078)
    assert amount[0, 0, 3] == pytest.approx(24 * 0.7 * full)


def test_korean_basic_pension_amount() -> None:
    # Half on own earnings B, half on the mean A; 43% at 40 years where A = B.
    rules = {
        "accrual_rate": np.full((1, 4), 0.43 / 80),
        "mean_wage_accrual": np.full((1, AGES), 0.43 / 80 * 3000.0),
    }
    _, amount = award(one_retiree(40), flat_path(3000.0), **rules)
    assert amount[0, 0, 3] / 2 == pytest.approx(0.43 * 3000.0)
    _, amount = award(one_retiree(20), flat_path(1500.0), **rules)
    assert amount[0, 0, 3] / 2 == pytest.approx(0.43 / 80 * 20 * 4500.0)


def test_weights_of_past_accrual() -> None:
    # Last two years count 1.2, the eight before 1.5: 10 years x mean 1.44
    scale = np.concatenate([[0.0], np.cumsum(np.where(np.arange(40) < 2, 1.2, 1.5))])
    rules = {"accrual_rate": np.full((1, 4), 0.01), "scale_sum": scale[None]}
    _, amount = award(one_retiree(10), flat_path(100.0), **rules)
    assert amount[0, 0, 3] / 2 == pytest.approx(14.4)


def test_best_and_last_years() -> None:
    path = flat_path(0.0)
    path[0, 0, 2, :5] = [10.0, 50.0, 30.0, 40.0, 20.0]  # the cohort aged 2 a year ago, newest first
    flat = {"benefit_factor": np.ones((1, 4)), "averaging_years": [2.0]}
    assert award(one_retiree(5), path, **flat)[1][0, 0, 3] / 2 == pytest.approx(30.0)
    flat["averaging_best"] = [1.0]
    assert award(one_retiree(5), path, **flat)[1][0, 0, 3] / 2 == pytest.approx(45.0)
    assert award(one_retiree(1), path, **flat)[1][0, 0, 3] / 2 == pytest.approx(10.0)
    flat["averaging_fixed"] = [1.0]
    assert award(one_retiree(1), path, **flat)[1][0, 0, 3] / 2 == pytest.approx(5.0)


def test_classes_ceiling_minimum_and_cap() -> None:
    classes = {
        "class_factor": np.array([[[0.5, 1.5]] * 2]),
        "class_weight": [0.5, 0.5],
        "benefit_factor": np.ones((1, 4)),
    }
    path = flat_path(100.0)
    assert award(one_retiree(5), path, **classes)[1][0, 0, 3] / 2 == pytest.approx(100.0)
    # The minimum lifts the lower class only: (80 + 150) / 2
    lifted = award(one_retiree(5), path, **classes, minimum_pension=[80.0])
    assert lifted[1][0, 0, 3] / 2 == pytest.approx(115.0)
    # Cut at 120, the mean of 85 is raised to 100: 58.8 and again 120
    cut = award(one_retiree(5), path, **classes, ceiling=[120.0])
    assert cut[1][0, 0, 3] / 2 == pytest.approx(0.5 * (50.0 / 0.85 + 120.0))
    capped = award(one_retiree(5), path, **classes, maximum_share=[0.6])
    assert capped[1][0, 0, 3] / 2 == pytest.approx(60.0)
    raised = award(one_retiree(5), path, **classes, level=np.full((1, AGES), 1.1))
    assert raised[1][0, 0, 3] / 2 == pytest.approx(110.0)


def test_credited_service() -> None:
    rules = {"accrual_rate": np.full((1, 4), 0.01), "service_maximum": [30.0]}
    none = award(one_retiree(0), flat_path(100.0), **rules)[1][0, 0, 3]
    assert none == 0.0
    credited = np.full((1, 2, AGES), 12.0)
    some = award(one_retiree(4), flat_path(100.0), **rules, credited_service=credited)
    assert some[1][0, 0, 3] / 2 == pytest.approx(16.0)
    least = award(one_retiree(4), flat_path(100.0), **rules, credited_minimum=[20.0])
    assert least[1][0, 0, 3] / 2 == pytest.approx(20.0)
    most = award(one_retiree(4), flat_path(100.0), **rules, credited_minimum=[40.0])
    assert most[1][0, 0, 3] / 2 == pytest.approx(30.0)


def test_survivors() -> None:
    deaths = np.zeros((1, 2, AGES))
    deaths[0, 1, 4] = 100.0  # men who would have been 4
    out = np.full(deaths.shape, np.nan), np.full(deaths.shape, np.nan)
    pensions.survivor_awards(
        deaths,
        deaths * 50.0,
        rates(0.8),
        np.array([[[0.0, 0.0, 1.0], [0.25, 0.75, 0.0]]]),  # wives two or one year younger
        -2,
        rates(0.02),
        scalar(0.6),
        np.array([[0.5, 0.9]]),
        np.array([[[0.0, 0.0], [1.0, 0.4]]]),  # children of fathers aged 2 and 3
        2,
        scalar(0.2),
        scalar(2.0),
        *out,
    )
    # widows aged 2 and 3: 100 x 0.8 x 0.5 x 0.99, a quarter and three quarters
    np.testing.assert_allclose(out[0][0, 0, 2:4], [9.9, 29.7])
    np.testing.assert_allclose(out[1][0, 0, 2:4], [9.9 * 30.0, 29.7 * 30.0])
    # children are 2 (too old) and 1: 40, of either sex
    np.testing.assert_allclose(out[0][0, :, 1], [20.0, 20.0])
    np.testing.assert_allclose(out[1][0, :, 1], [200.0, 200.0])
    assert out[0].sum() == pytest.approx(9.9 + 29.7 + 40.0)


def test_pensions_in_force() -> None:
    count, new = np.zeros((1, 2, AGES)), np.zeros((1, 2, AGES))
    count[0, 0, 2], count[0, 0, 4], count[0, 0, 5] = 100.0, 10.0, 20.0
    new[0, 0, 3] = 5.0
    out = [np.full(count.shape, np.nan) for _ in range(6)]
    pensions.pensions_in_force(
        count, count * 10.0, rates(0.1), rates(0.2), scalar(0.05), new, new * 12.0, *out
    )
    stock, money, dead, dead_money, left, left_money = (a[0, 0] for a in out)
    assert stock[3] == pytest.approx(100 * 0.9 * 0.8 + 5)
    assert money[3] == pytest.approx(1050 * 0.9 * 0.8 + 60)
    assert stock[5] == pytest.approx(30 * 0.72)
    assert dead[3] == pytest.approx(10.0)
    assert dead_money[3] == pytest.approx(105.0)
    assert left[3] == pytest.approx(18.0)
    assert left_money[3] == pytest.approx(189.0)
    assert stock.sum() + dead.sum() + left.sum() == pytest.approx(135.0)


def test_kernels_equal_their_python_twins() -> None:
    random = np.random.default_rng(7)
    draws = 2
    shape = (draws, 2, AGES, POINTS)
    stock = random.random(shape), random.random(shape)

    def per_age(high: float, first: int = draws) -> np.ndarray:
        return random.random((first, 2, AGES)) * high

    def per_draw(high: float) -> np.ndarray:
        return random.random(draws) * high

    classes = 3
    bend = np.sort(random.random((draws, AGES, 4)), axis=2)
    calls = [
        (
            pensions.insured_exits,
            [*stock, per_age(0.2), per_age(0.2, 1), per_age(0.5), per_draw(3), scalar(2.0),
             per_draw(1), random.random((1, 2)) * 0.1, np.zeros(POINTS + 1)],
            [shape] * 5,
        ),
        (
            pensions.insured_entries,
            [*stock, per_age(5.0), per_draw(0.5), scalar(0.5), np.full((1, 2), 4.0)],
            [shape, shape, shape[:3]],
        ),
        (
            pensions.award_pensions,
            [np.stack(stock), stock[1], random.random((draws, AGES)) + 1,
             random.random((1, 2, classes)) + 0.5, np.full(classes, 1 / classes), per_draw(1) + 0.5,
             bend, random.random((1, 4)) * 0.02, random.random((draws, 4)),
             random.random((draws, AGES)) * 0.01, random.random((draws, AGES)) * 0.1,
             random.random((draws, POINTS)).cumsum(axis=1), scalar(40.0), np.array([2.0, 9.0]),
             np.array([1.0, 0.0]), np.array([0.0, 1.0]), per_age(1.0, 1), per_age(9.0), scalar(2.0),
             per_draw(0.1), scalar(0.9), np.zeros(POINTS + classes)],
            [(2, *shape[:3])] * 2,
        ),
        (
            pensions.survivor_awards,
            [per_age(9.0), per_age(90.0), per_age(1.0, 1), random.random((1, 2, 5)), -2,
             per_age(0.1), per_draw(1), random.random((1, 2)), random.random((1, 2, 3)), 1,
             scalar(0.2), scalar(3.0)],
            [shape[:3]] * 2,
        ),
        (
            pensions.pensions_in_force,
            [per_age(9.0), per_age(90.0), per_age(0.1), per_age(0.1, 1), per_draw(0.05),
             per_age(2.0), per_age(20.0)],
            [shape[:3]] * 6,
        ),
    ]  # fmt: skip
    for kernel, arguments, shapes in calls:
        compiled = [np.full(s, np.nan) for s in shapes]
        plain = [np.full(s, np.nan) for s in shapes]
        kernel(*arguments, *compiled)
        python(kernel)(*arguments, *plain)
        for a, b in zip(compiled, plain, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)
