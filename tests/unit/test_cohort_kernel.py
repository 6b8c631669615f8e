"""The population kernels on numbers worked by hand, on their Python twins and on quantities."""

from __future__ import annotations

import numpy as np
import pytest

from socialbudget.kernels.cohort import cohort_step, survival_from_death_rates
from socialbudget.life_table import infant_years_lived, single_age_life_table
from socialbudget.units import registry


def step(
    population,
    survival,
    birth_survival,
    fertility_rate,
    sex_ratio,
    net_migration,
    exposed=(0.5,),
    years=1.0,
    kernel=cohort_step,
):
    after, deaths = np.full_like(population, np.nan), np.full_like(population, np.nan)
    births = np.full(population.shape[:2], np.nan)
    kernel(
        population,
        survival,
        birth_survival,
        fertility_rate,
        np.asarray(sex_ratio, dtype=float),
        net_migration,
        np.asarray(exposed, dtype=float),
        years,
        after,
        births,
        deaths,
    )
    return after, births, deaths


def by_hand():
    """Three age groups; women 100, 80, 40; men 90, 60, 20."""
    return {
        "population": np.array([[[100.0, 80.0, 40.0], [90.0, 60.0, 20.0]]]),
        "survival": np.array([[[0.9, 0.5, 0.5], [0.8, 0.4, 0.4]]]),
        "birth_survival": np.array([[0.95, 0.9]]),
        "fertility_rate": np.array([[0.0, 0.2, 0.0]]),
        "sex_ratio": [1.5],
        "net_migration": np.array([[[2.0, 10.0, 6.0], [4.0, -10.0, 0.0]]]),
    }


def test_numbers_worked_by_hand():
    after, births, deaths = step(**by_hand())
    # Women of the middle group: (100 + 5) 0.9 + 5; births 0.2 (80 + 99.5) / 2 = 17.95.
    assert after[0, 0, 1] == pytest.approx(99.5)
    assert deaths[0, 0, 1] == pytest.approx(10.5)
    np.testing.assert_allclose(births[0], [7.18, 10.77])
    # Open group: (80 + 2) 0.5 + (40 + 1) 0.5 + 3, two thirds of the migrants with the entrants.
    assert after[0, 0, 2] == pytest.approx(64.5)
    assert deaths[0, 0, 2] == pytest.approx(61.5)
    # Infants: (7.18 + 1) 0.95 + 1 girls; (10.77 + 2) 0.9 + 2 boys.
    np.testing.assert_allclose(after[0, :, 0], [8.771, 13.493])
    np.testing.assert_allclose(deaths[0, :, 0], [0.409, 1.277])
    # Men of the middle group: (90 - 5) 0.8 - 5.
    assert after[0, 1, 1] == pytest.approx(63.0)
    assert after[0, 1, 2] == pytest.approx(32.0)


@pytest.mark.parametrize(
    ("exposed", "middle", "births", "infant_girls"),
    [
        (0.0, 100.0, 0.2 * (80 + 90) / 2, None),  # all at the end: 100 x 0.9 + 10
        (1.0, 99.0, 0.2 * (90 + 99) / 2, None),  # all at the start: 110 x 0.9
    ],
)
def test_migrants_at_one_end_of_the_step(exposed, middle, births, infant_girls):
    after, born, _ = step(**by_hand(), exposed=[exposed])
    assert after[0, 0, 1] == pytest.approx(middle)
    assert born.sum() == pytest.approx(births)


def test_empty_open_group_and_its_entrants():
    case = by_hand()
    case["population"][...] = 0.0
    after, births, deaths = step(**case)
    assert np.isfinite(after).all()
    assert after[0, 0, 2] == pytest.approx(3.0 * 0.5 + 3.0)
    assert np.isfinite(births).all()
    assert np.isfinite(deaths).all()


def test_a_step_of_five_years_counts_five_years_of_births_and_migrants():
    case = by_hand()
    once, births, _ = step(**case, years=5.0)
    case["net_migration"] = case["net_migration"] * 5.0
    case["fertility_rate"] = case["fertility_rate"] * 5.0
    same, births_same, _ = step(**case, years=1.0)
    np.testing.assert_allclose(once, same, rtol=1e-15)
    np.testing.assert_allclose(births, births_same, rtol=1e-15)


def draws(count, ages=12, seed=3):
    rng = np.random.default_rng(seed)
    shape = (count, 2, ages)
    return {
        "population": rng.uniform(0, 1e6, shape),
        "survival": rng.uniform(0.5, 1.0, shape),
        "birth_survival": rng.uniform(0.9, 1.0, (count, 2)),
        "fertility_rate": rng.uniform(0, 0.2, (count, ages)),
        "sex_ratio": rng.uniform(1.0, 1.1, count),
        "net_migration": rng.uniform(-1e3, 1e3, shape),
        "exposed": rng.uniform(0, 1, count),
    }


def test_kernel_equals_its_python_twin():
    twin = getattr(cohort_step, "py_func", cohort_step)
    for compiled, plain in zip(step(**draws(3)), step(**draws(3), kernel=twin), strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-14)


def test_life_table_kernel_equals_its_python_twin():
    rates = np.random.default_rng(1).uniform(1e-4, 0.9, (2, 2, 9))
    rates[..., 0] = [[0.01, 0.01], [0.05, 0.09]]
    results = []
    for kernel in (
        survival_from_death_rates,
        getattr(survival_from_death_rates, "py_func", survival_from_death_rates),
    ):
        out = np.empty_like(rates), np.empty((2, 2)), np.empty_like(rates), np.empty((2, 2))
        kernel(rates, *out)
        results.append(out)
    for compiled, plain in zip(*results, strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-14)


def test_shared_parameters_equal_repeated_ones():
    many = draws(4)
    shared = {key: value[:1] if key != "population" else value for key, value in many.items()}
    repeated = {
        key: np.repeat(value[:1], 4, axis=0) if key != "population" else value
        for key, value in many.items()
    }
    for one, other in zip(step(**shared), step(**repeated), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("m0", [0.001, 0.0172, 0.0173, 0.05, 0.0830, 0.1, 0.2])
def test_life_table_kernel_equals_the_table(m0):
    rates = np.empty((1, 2, 101))
    rates[..., 0] = m0
    rates[..., 1:] = 0.0005 * np.exp(0.075 * np.arange(1, 101))
    survival, probability = np.empty_like(rates), np.empty_like(rates)
    births, expectancy = np.empty((1, 2)), np.empty((1, 2))
    survival_from_death_rates(rates, survival, births, probability, expectancy)
    for index, sex in enumerate(("female", "male")):
        table = single_age_life_table(sex=sex, nmx=rates[0, index], radix=1.0)
        lived, total = table.nLx.to_numpy(), table.Tx.to_numpy()
        np.testing.assert_allclose(survival[0, index, :99], lived[1:100] / lived[:99], rtol=1e-13)
        np.testing.assert_allclose(
            survival[0, index, 99:], total[100] / (lived[99] + total[100]), rtol=1e-13
        )
        np.testing.assert_allclose(probability[0, index], table.nqx, rtol=1e-13)
        assert births[0, index] == pytest.approx(lived[0], rel=1e-13)
        assert expectancy[0, index] == pytest.approx(table.ex[0], rel=1e-13)
        assert table.nax[0] == infant_years_lived(m0, sex)


def test_life_table_kernel_where_everybody_or_nobody_dies():
    rates = np.zeros((1, 2, 5))
    rates[0, 0] = 5.0
    rates[0, 1, -1] = 0.25
    survival, probability = np.empty_like(rates), np.empty_like(rates)
    births, expectancy = np.empty((1, 2)), np.empty((1, 2))
    survival_from_death_rates(rates, survival, births, probability, expectancy)
    assert np.isfinite(survival).all()
    assert (survival >= 0.0).all()
    assert (survival <= 1.0).all()
    assert expectancy[0, 1] == pytest.approx(4.0 + 4.0)


class TestUnits:
    """The Python twin on quantities: an argument in a wrong place is an error."""

    def quantities(self):
        u = registry()
        case = {key: np.asarray(value) for key, value in by_hand().items()}
        return {
            "population": case["population"] * u.person,
            "survival": case["survival"] * u.dimensionless,
            "birth_survival": case["birth_survival"] * u.dimensionless,
            "fertility_rate": case["fertility_rate"] / u.year,
            "sex_ratio_at_birth": case["sex_ratio"] * u.dimensionless,
            "net_migration": case["net_migration"] * u.person / u.year,
            "migrants_exposed": np.array([0.5]) * u.dimensionless,
            "years_per_step": 1.0 * u.year,
        }

    def run(self, arguments):
        u = registry()
        out = (
            np.zeros((1, 2, 3)) * u.person,
            np.zeros((1, 2)) * u.person,
            np.zeros((1, 2, 3)) * u.person,
        )
        getattr(cohort_step, "py_func", cohort_step)(*arguments.values(), *out)
        return out

    def test_units_come_out_as_persons(self):
        after, births, deaths = self.run(self.quantities())
        plain = step(**by_hand())
        for quantity, numbers in zip((after, births, deaths), plain, strict=True):
            np.testing.assert_allclose(quantity.to("person").magnitude, numbers)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("population", "survival"),
            ("population", "net_migration"),
            ("survival", "net_migration"),
            ("fertility_rate", "sex_ratio_at_birth"),
            ("migrants_exposed", "years_per_step"),
            ("birth_survival", "fertility_rate"),
        ],
    )
    def test_swapped_arguments_raise(self, one, other):
        arguments = self.quantities()
        arguments[one], arguments[other] = arguments[other], arguments[one]
        with pytest.raises(Exception, match=r"convert|dimension|index|attribute|subscript"):
            self.run(arguments)
