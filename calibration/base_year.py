"""The base year that the scheme files calibrate against.

It repeats what the labour-market module computes in the base year: compensation per worker is
relative earnings times one average that makes the sum equal labour income, and the gross wage
is compensation less the employer's contributions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.labour import BASE_YEAR, labour_base, single_age_population
from calibration.macro import derived, macro_base

Array = NDArray[np.float64]

CURRENCY = {"ZAF": "ZAR", "USA": "USD", "KOR": "KRW"}
# Employers' contributions to the pack's government schemes over gross wages of formal employees.
# The model solves this rate with the schemes; these are its values, rounded.
EMPLOYER_RATE = {"ZAF": 0.03, "USA": 0.085, "KOR": 0.108}
FORMAL_EMPLOYEE, INFORMAL_EMPLOYEE = 0, 1


@dataclass(frozen=True, slots=True)
class BaseYear:
    """Levels of the base year, by sex (female, male), age 0..100 and status.

    Attributes
    ----------
    iso3, currency : str
    year : int
    gdp, factor_cost, labour_income : float, LCU/year
    population : ndarray [sex, age], person
        31 December of the base year.
    population_midyear : ndarray [sex, age], person
        1 July of the base year.
    births : float, person/year
    participation_rate, unemployment_rate : ndarray [sex, age], 1
    labour_force, unemployed, employment : ndarray [sex, age], person
    employment_by_status : ndarray [sex, age, status], person
    compensation : ndarray [sex, age, status], LCU/year
        Total of the cell; sums to `labour_income`.
    gross_wage : ndarray [sex, age, status], LCU/year
        Per worker, before the employee's and after the employer's contributions.
    average_wage : float, LCU/year
        Mean gross wage of formal and informal employees.
    formal_share : float, 1
    employer_rate : float, 1
        Employer contributions over gross wages of formal employees.
    cpi_inflation, wage_growth : float, 1/year
        Of the base year.
    """

    iso3: str
    currency: str
    year: int
    gdp: float
    factor_cost: float
    labour_income: float
    population: Array
    population_midyear: Array
    births: float
    participation_rate: Array
    unemployment_rate: Array
    labour_force: Array
    unemployed: Array
    employment: Array
    employment_by_status: Array
    compensation: Array
    gross_wage: Array
    average_wage: float
    formal_share: float
    employer_rate: float
    cpi_inflation: float
    wage_growth: float

    @property
    def wage_bill(self) -> Array:
        """Gross wages and self-employed earnings, total of each cell.

        Returns
        -------
        ndarray [sex, age, status], LCU/year
        """
        out: Array = self.gross_wage * self.employment_by_status
        return out


def base_year(
    iso3: str,
    population: Array | None = None,
    population_midyear: Array | None = None,
    births: float | None = None,
    employer_rate: float | None = None,
) -> BaseYear:
    """Levels of the base year.

    Parameters
    ----------
    iso3 : str
        ZAF, USA or KOR.
    population, population_midyear : ndarray [sex, age], person, optional
        Other than the pack's own, which is the default.
    births : float, optional
        Of the base year; by default the United Nations figure.
    employer_rate : float, optional
        Employer contributions over gross wages of formal employees.
    """
    macro = macro_base(iso3)
    if population is None:
        population = single_age_population(iso3, "31 December")
    if population_midyear is None:
        population_midyear = single_age_population(iso3, "1 July")
    rate = EMPLOYER_RATE[iso3] if employer_rate is None else employer_rate

    labour = labour_base(iso3, population_midyear)
    labour_force = labour.participation_rate * population_midyear
    unemployed = labour_force * labour.unemployment_rate
    employment = labour_force - unemployed
    by_status: Array = employment[:, :, None] * labour.status_share
    weights = by_status * labour.relative_earnings
    per_unit = macro.labour_income / weights.sum()
    charge = np.ones(by_status.shape[2])
    charge[FORMAL_EMPLOYEE] += rate
    gross_wage: Array = labour.relative_earnings * per_unit / charge
    employees = by_status[:, :, [FORMAL_EMPLOYEE, INFORMAL_EMPLOYEE]]
    wages = gross_wage[:, :, [FORMAL_EMPLOYEE, INFORMAL_EMPLOYEE]]
    return BaseYear(
        iso3=iso3,
        currency=CURRENCY[iso3],
        year=BASE_YEAR,
        gdp=macro.gdp,
        factor_cost=macro.factor_cost,
        labour_income=macro.labour_income,
        population=population,
        population_midyear=population_midyear,
        births=derived(iso3, "births") if births is None else births,
        participation_rate=labour.participation_rate,
        unemployment_rate=labour.unemployment_rate,
        labour_force=labour_force,
        unemployed=unemployed,
        employment=employment,
        employment_by_status=by_status,
        compensation=weights * per_unit,
        gross_wage=gross_wage,
        average_wage=float((employees * wages).sum() / employees.sum()),
        formal_share=labour.formal_share,
        employer_rate=rate,
        cpi_inflation=macro.cpi_inflation,
        wage_growth=macro.wage_growth,
    )
