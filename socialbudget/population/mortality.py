"""Period and cohort life expectancy, and the survival of cohorts, from the mortality of a run.

All follows from the probabilities of dying ``q(x,t)`` that the run holds. Persons who die between
two birthdays live half of the year (in the first year of life: the share of Andreev and Kingkade
by sex, as in the projection). The open age group has one expectancy a year, which is recovered
from the life expectancy at birth that the run holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.errors import SocialBudgetError
from socialbudget.life_table import Sex, infant_years_lived
from socialbudget.population.measure import Measure, measure_of
from socialbudget.results import Results

SEXES: tuple[Sex, Sex] = ("female", "male")
HELD = (
    "Mortality after the last year of the run is held at that of the last year: cohorts that are "
    "still alive then live on in it."
)
_NEGLIGIBLE = 1e-12
"""Share of the newborn that reach the open age below which its expectancy cannot be recovered."""


@dataclass(frozen=True)
class PeriodMortality:
    """Mortality of every year of a run, ``[year, draw, sex, age]``.

    Attributes
    ----------
    probability : array
        q(x), of dying between two birthdays; 1 in the open group.
    lived : array
        L(x)/l(x): years lived between two birthdays by one who reaches the first; in the open
        group the expectancy e(100).
    """

    probability: Array
    lived: Array


def period_mortality(results: Results) -> PeriodMortality:
    """Probabilities of dying and years lived, by year, draw, sex and age."""
    q = results["demography.death_probability"]
    lived = 1.0 - 0.5 * q
    lived[..., 0] = _infant_lived(q[..., 0])
    alive = np.cumprod(1.0 - q[..., :-1], axis=-1)
    reach = alive[..., -1]
    below = lived[..., 0] + (alive[..., :-1] * lived[..., 1:-1]).sum(axis=-1)
    rest = results["demography.life_expectancy"] - below
    lived[..., -1] = np.divide(
        np.maximum(rest, 0.0), reach, out=np.zeros_like(rest), where=reach > _NEGLIGIBLE
    )
    return PeriodMortality(q, lived)


def _infant_lived(q0: Array) -> Array:
    """Years lived in the first year of life, ``[year, draw, sex]``, from q(0).

    The share lived by those who die depends on the death rate m(0) = q / (1 - (1 - a) q), so both
    are found together; the rule is that of Andreev and Kingkade (2015).
    """
    a = np.empty_like(q0)
    rate = q0 / (1.0 - 0.5 * q0)
    for _ in range(60):
        for place, sex in enumerate(SEXES):
            a[..., place] = infant_years_lived(rate[..., place], sex)
        before, rate = rate, q0 / (1.0 - (1.0 - a) * q0)
        if np.abs(rate - before).max() < 1e-17:
            break
    lived: Array = 1.0 - (1.0 - a) * q0
    return lived


def life_expectancy(results: Results, *, kind: Literal["period", "cohort"] = "period") -> Measure:
    """Life expectancy at every exact age by sex (year).

    Parameters
    ----------
    kind : {"period", "cohort"}
        ``period``: by the mortality of the year. ``cohort``: of those who reach the age in the
        year, by the mortality that they will meet, year after year along the diagonal,
        ``e(x,t) = L(x,t)/l(x,t) + (1 - q(x,t)) e(x+1,t+1)``. Mortality after the last year of the
        run is held at that of the last year.

    Returns
    -------
    Measure
        Dims ``sex`` (female, male) and ``age`` (0 to 100).
    """
    if kind not in ("period", "cohort"):
        raise SocialBudgetError(f"life expectancy is 'period' or 'cohort', not '{kind}'")
    mortality = period_mortality(results)
    q, lived = mortality.probability, mortality.lived
    values = np.empty_like(q)
    values[..., -1] = lived[..., -1]
    for age in range(q.shape[-1] - 2, -1, -1):
        later = values[..., age + 1]
        if kind == "cohort":
            later = np.concatenate([later[1:], later[-1:]])
        values[..., age] = lived[..., age] + (1.0 - q[..., age]) * later
    doc = {
        "period": "Years to live at an exact age by the mortality of the year.",
        "cohort": "Years to live at an exact age reached in the year, by the mortality met on the "
        f"way. {HELD}",
    }[kind]
    return measure_of(
        results,
        f"{kind}_life_expectancy",
        f"{kind.capitalize()} life expectancy",
        "year",
        doc,
        values,
        ("sex", "age"),
        (SEXES, STANDARD["age"]),
    )


def cohort_survival(results: Results, age: int, year: int) -> Measure:
    """Survival of those who reach an exact age in a year: ``kp(x,t) = prod_j (1 - q(x+j,t+j))``.

    This is what annuities are valued with. Mortality after the last year of the run is held at
    that of the last year. The last entry is the survival to the exact age 100; beyond it the run
    knows the mean years to live and no single ages (see `life_expectancy`).

    Parameters
    ----------
    age : int
        Exact age x, 0 to 99.
    year : int
        Year t in which the cohort reaches it, a year of the run.

    Returns
    -------
    Measure
        Dims ``sex`` and ``duration`` k = 0 to 100 - x (year). The year axis has the one year.
    """
    last = STANDARD["age"][-1]
    if not 0 <= age < int(last):
        raise SocialBudgetError(f"cohort survival: age {age} is not between 0 and {int(last) - 1}")
    if year not in results.years:
        raise SocialBudgetError(
            f"cohort survival: the run has no year {year}; it goes from {results.years[0]} to "
            f"{results.years[-1]}"
        )
    q = results["demography.death_probability"]
    steps = np.arange(int(last) - age)
    when = np.minimum(year - results.years[0] + steps, len(results.years) - 1)
    yearly = 1.0 - q[when, :, :, age + steps]  # [step, draw, sex]
    alive = np.concatenate([np.ones_like(yearly[:1]), np.cumprod(yearly, axis=0)])
    whole = measure_of(
        results,
        f"cohort_survival[{age}]",
        f"Survival of those who reach age {age} in {year}",
        "1",
        f"Share of those who reach age {age} in {year} alive k years later. {HELD}",
        np.broadcast_to(
            np.moveaxis(alive, 0, -1), (len(results.years), *np.moveaxis(alive, 0, -1).shape)
        ),
        ("sex", "duration"),
        (SEXES, tuple(range(int(last) - age + 1))),
    )
    return Measure(
        whole.name,
        whole.title,
        whole.unit,
        whole.doc,
        (year,),
        np.array(whole.values[:1]),
        whole.dims,
        whole.labels,
        whole.country,
        whole.scenario,
        whole.seed,
    )


def annuity_factor(results: Results, age: int, year: int, interest: float) -> pd.DataFrame:
    """Value of one unit a year, paid at the start of each year while alive, by sex.

    Parameters
    ----------
    interest : float
        Annual rate of interest, above -1.

    Returns
    -------
    DataFrame
        year, age, sex, draw, value (unit "1"). From the exact age 100 on, the survival of a year
        is constant, (e - 1/2) / (e + 1/2) with the expectancy e of the open age group.
    """
    if not interest > -1.0:
        raise SocialBudgetError(f"annuity: the interest rate {interest} is not above -1")
    survival = cohort_survival(results, age, year)
    alive = survival.values[0]  # [draw, sex, duration]
    discount = (1.0 + interest) ** -np.arange(alive.shape[-1], dtype=float)
    when = min(year - results.years[0] + alive.shape[-1] - 1, len(results.years) - 1)
    expectancy = period_mortality(results).lived[when, ..., -1]
    yearly = np.maximum(expectancy - 0.5, 0.0) / (expectancy + 0.5)
    v = 1.0 / (1.0 + interest)
    if (yearly * v >= 1.0).any():
        raise SocialBudgetError(
            f"annuity: with an interest rate of {interest} the payments after age 100 have no "
            "finite value"
        )
    tail = 1.0 / (1.0 - yearly * v)
    value = (alive[..., :-1] * discount[:-1]).sum(axis=-1) + alive[..., -1] * discount[-1] * tail
    draw, sex = np.indices(value.shape).reshape(2, -1)
    return pd.DataFrame(
        {
            "year": year,
            "age": age,
            "sex": np.asarray(SEXES)[sex],
            "draw": draw,
            "value": value.ravel(),
            "unit": "1",
        }
    )
