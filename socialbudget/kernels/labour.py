"""Kernels of the labour market: employment by status and wages, and insured earnings."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]


@njit(cache=True, nogil=True, error_model="numpy")
def employment_and_wages(
    labour_force: Array,
    relative_unemployment: Array,
    unemployment_rate: Array,
    unemployment_max: Array,
    status_share: Array,
    formal_odds: Array,
    relative_earnings: Array,
    labour_income: Array,
    employer_rate: Array,
    formal_premium: Array,
    premium_on_capital: Array,
    unemployed: Array,
    employment: Array,
    compensation: Array,
    gross_wage: Array,
    totals: Array,
) -> None:
    """Spread unemployment over ages, employment over statuses and labour income over persons.

    Unemployment by age and sex is ``min(u_max, rho * psi)`` with psi such that the total is met
    (method 2.3). The formal share of each cell moves by the odds ratio `formal_odds` of its sex.
    Compensation is ``omega * w_bar * E`` with w_bar such that the total is labour income (method
    2.5); employer charges come out of formal employees' compensation at the effective rate.

    Employers' charges not yet absorbed by wages raise omega of formal employees by
    ``1 + formal_premium``. Labour income rises by the share `premium_on_capital` of what that
    costs at an unchanged w_bar; the rest lowers w_bar, and so everybody's earnings.

    Parameters
    ----------
    labour_force : float64[draw, sex, age], person
    relative_unemployment : float64[1 or draw, sex, age], 1
    unemployment_rate, unemployment_max : float64[draw], float64[1 or draw], 1
    status_share, relative_earnings : float64[1 or draw, sex, age, status], 1
    formal_odds : float64[draw, sex], 1
    labour_income : float64[draw], LCU/year
        Before what capital pays of the premium.
    employer_rate : float64[draw], share of gross wages
    formal_premium : float64[draw], 1
    premium_on_capital : float64[1 or draw], 1
    unemployed : float64[draw, sex, age], person (out)
    employment : float64[draw, sex, age, status], person (out)
    compensation : float64[draw, sex, age, status], LCU/year, all persons of the cell (out)
    gross_wage : float64[draw, sex, age, status], LCU/year per person (out)
    totals : float64[draw, 8] (out)
        employment, formal employment, employees, compensation of employees, income of the
        self-employed, gross wages of formal employees, gross wages of all employees, labour
        income with what capital pays of the premium.

    Notes
    -----
    Statuses are ordered formal employee, informal employee, formal self-employed, informal
    self-employed, contributing family worker.
    """
    draws, sexes, ages = labour_force.shape
    pay = np.empty(5)
    keep = np.empty(5)
    for d in range(draws):
        d_rel = d if relative_unemployment.shape[0] > 1 else 0
        d_max = d if unemployment_max.shape[0] > 1 else 0
        d_share = d if status_share.shape[0] > 1 else 0
        d_earn = d if relative_earnings.shape[0] > 1 else 0
        d_capital = d if premium_on_capital.shape[0] > 1 else 0
        cap = unemployment_max[d_max]
        force = 0.0
        free = 0.0
        for s in range(sexes):
            for x in range(ages):
                force += labour_force[d, s, x]
                free += relative_unemployment[d_rel, s, x] * labour_force[d, s, x]
        wanted = unemployment_rate[d] * force
        # Where a cell is capped, the others must take the rest: psi rises until all is placed.
        psi = wanted / free if free > 0.0 and wanted > 0.0 else 0.0
        for _ in range(60):
            capped, free = 0.0, 0.0
            for s in range(sexes):
                for x in range(ages):
                    rho = relative_unemployment[d_rel, s, x]
                    if rho * psi >= cap and psi > 0.0:
                        capped += cap * labour_force[d, s, x]
                    else:
                        free += rho * labour_force[d, s, x]
            if capped == 0.0:
                break
            fresh = (wanted - capped) / free if free > 0.0 else psi
            if fresh <= psi:
                break
            psi = fresh
        persons_0, persons_1, persons_2, persons_3, persons_4 = 0.0, 0.0, 0.0, 0.0, 0.0
        weight_0, weight_1, weight_others = 0.0, 0.0, 0.0
        for s in range(sexes):
            odds = formal_odds[d, s]
            for x in range(ages):
                rate = min(cap, relative_unemployment[d_rel, s, x] * psi)
                lost = rate * labour_force[d, s, x]
                unemployed[d, s, x] = lost
                at_work = labour_force[d, s, x] - lost
                if at_work == 0.0:
                    for j in range(5):
                        employment[d, s, x, j] = 0.0
                    continue
                share = status_share[d_share, s, x]
                omega = relative_earnings[d_earn, s, x]
                formal = share[0] + share[2]
                informal = 1.0 - formal
                # Formal shares become f odds / (f odds + i), informal ones i / (f odds + i).
                down = at_work / (formal * odds + informal)
                if informal <= 1e-12:  # rounding is nobody's share
                    down = at_work / (formal * odds)
                up = down * odds
                e0, e2 = up * share[0], up * share[2]
                e1, e3, e4 = down * share[1], down * share[3], down * share[4]
                employment[d, s, x, 0] = e0
                employment[d, s, x, 1] = e1
                employment[d, s, x, 2] = e2
                employment[d, s, x, 3] = e3
                employment[d, s, x, 4] = e4
                persons_0 += e0
                persons_1 += e1
                persons_2 += e2
                persons_3 += e3
                persons_4 += e4
                weight_0 += e0 * omega[0]
                weight_1 += e1 * omega[1]
                weight_others += e2 * omega[2] + e3 * omega[3] + e4 * omega[4]
        weight = weight_0 + weight_1 + weight_others
        added = formal_premium[d] * weight_0
        income = labour_income[d] * (1.0 + premium_on_capital[d_capital] * (added / weight))
        w_bar = income / (weight + added)
        for j in range(5):
            pay[j] = w_bar
            keep[j] = w_bar
        pay[0] = w_bar * (1.0 + formal_premium[d])
        keep[0] = pay[0] / (1.0 + employer_rate[d])
        for s in range(sexes):
            for x in range(ages):
                for j in range(5):
                    omega_j = relative_earnings[d_earn, s, x, j]
                    compensation[d, s, x, j] = omega_j * pay[j] * employment[d, s, x, j]
                    gross_wage[d, s, x, j] = omega_j * keep[j]
        totals[d, 0] = persons_0 + persons_1 + persons_2 + persons_3 + persons_4
        totals[d, 1] = persons_0 + persons_2
        totals[d, 2] = persons_0 + persons_1
        totals[d, 3] = weight_0 * pay[0] + weight_1 * w_bar
        totals[d, 4] = weight_others * w_bar
        totals[d, 5] = weight_0 * keep[0]
        totals[d, 6] = weight_0 * keep[0] + weight_1 * w_bar
        totals[d, 7] = income


@njit(cache=True, nogil=True, error_model="numpy")
def insured_earnings(
    employment: Array,
    gross_wage: Array,
    coverage: Array,
    density: Array,
    variation: Array,
    floor: Array,
    ceiling: Array,
    contributors: Array,
    insured: Array,
    by_group: Array,
) -> None:
    """Contributors and insured earnings of each scheme under floor and ceiling (method 4.1).

    Wages of a sex and age are lognormal with the given coefficient of variation; the catchment
    factor is the share of the wage between floor and ceiling. The part of employees and of the
    self-employed in insured earnings is their part in covered wages.

    Parameters
    ----------
    employment, gross_wage : float64[draw, sex, age, status], person and LCU/year
    coverage : float64[1 or draw, insurance, sex, status], 1
    density : float64[1 or draw, insurance], 1
        Share of the year contributed times compliance.
    variation : float64[1 or draw, insurance, sex], 1
    floor, ceiling : float64[draw, insurance], LCU/year
        A ceiling of 0 means none.
    contributors : float64[draw, insurance, sex, age], person (out)
    insured : float64[draw, insurance, sex, age], LCU/year (out)
    by_group : float64[draw, insurance, 2], LCU/year: employees, self-employed (out)
    """
    draws, sexes, ages, statuses = employment.shape
    schemes = coverage.shape[1]
    for d in range(draws):
        d_cov = d if coverage.shape[0] > 1 else 0
        d_den = d if density.shape[0] > 1 else 0
        d_var = d if variation.shape[0] > 1 else 0
        for z in range(schemes):
            by_group[d, z, 0] = 0.0
            by_group[d, z, 1] = 0.0
            low, high = floor[d, z], ceiling[d, z]
            log_low = math.log(low) if low > 0.0 else 0.0
            log_high = math.log(high) if high > 0.0 else 0.0
            for s in range(sexes):
                cv = variation[d_var, z, s]
                sigma = math.sqrt(math.log(1.0 + cv * cv))
                for x in range(ages):
                    persons, bill, employees = 0.0, 0.0, 0.0
                    for j in range(statuses):
                        covered = employment[d, s, x, j] * coverage[d_cov, z, s, j]
                        earned = covered * gross_wage[d, s, x, j]
                        persons += covered
                        bill += earned
                        if j < 2:
                            employees += earned
                    contributors[d, z, s, x] = persons * density[d_den, z]
                    if persons <= 0.0 or bill <= 0.0:
                        insured[d, z, s, x] = 0.0
                        continue
                    wage = bill / persons
                    factor = 1.0
                    if low <= 0.0 and high <= 0.0:
                        pass
                    elif sigma > 0.0:
                        mu = math.log(wage) - 0.5 * sigma * sigma
                        below_low, part_low = 0.0, 0.0
                        if low > 0.0:
                            a = (log_low - mu) / sigma
                            below_low = 0.5 * math.erfc(-a / math.sqrt(2.0))
                            part_low = 0.5 * math.erfc(-(a - sigma) / math.sqrt(2.0))
                        above_high, part_high = 0.0, 1.0
                        if high > 0.0:
                            b = (log_high - mu) / sigma
                            above_high = 0.5 * math.erfc(b / math.sqrt(2.0))
                            part_high = 0.5 * math.erfc(-(b - sigma) / math.sqrt(2.0))
                        factor = (
                            low * below_low + wage * (part_high - part_low) + high * above_high
                        ) / wage
                    else:
                        capped = wage
                        if high > 0.0:
                            capped = min(capped, high)
                        factor = max(capped, low) / wage
                    amount = bill * factor * density[d_den, z]
                    insured[d, z, s, x] = amount
                    by_group[d, z, 0] += amount * employees / bill
                    by_group[d, z, 1] += amount * (bill - employees) / bill
