"""Kernels of the labour market: employment by status and wages, and insured earnings."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy import float64, int64
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
def _share_below(
    mean: float, ceiling: float, sigma: float, table: Array, start: int, intervals: int
) -> float:
    """Part of lognormal earnings of this mean that lies under a ceiling, over the mean.

    Interpolated where there is a table (`socialbudget.catchment`), exact where there is none.
    """
    if intervals > 0:
        place = mean / (mean + ceiling) * intervals
        row = min(int(place), intervals - 1)
        u = place - row
        c = table[start + row]
        return c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))))
    ratio = ceiling / mean
    if sigma == 0.0:
        return min(1.0, ratio)
    d = math.log(ratio) / sigma
    root = math.sqrt(2.0)
    below = 0.5 * math.erfc((0.5 * sigma - d) / root)
    return below + ratio * 0.5 * math.erfc((0.5 * sigma + d) / root)


@njit(cache=True, nogil=True, error_model="numpy")
def insured_earnings(
    employment: Array,
    gross_wage: Array,
    coverage: Array,
    density: Array,
    factor: Array,
    floor: Array,
    ceiling: Array,
    sigma: Array,
    table: Array,
    table_start: NDArray[int64],
    table_intervals: NDArray[int64],
    contributors: Array,
    insured: Array,
    by_group: Array,
    work: Array,
) -> None:
    """Contributors and insured earnings of each scheme under floor and ceiling (method 4.1).

    Wages of a sex and age are lognormal; the catchment factor is the share of the wage between
    floor and ceiling. The part of employees and of the self-employed in insured earnings is their
    part in covered wages.

    Parameters
    ----------
    employment, gross_wage : float64[draw, sex, age, status], person and LCU/year
    coverage : float64[draw, insurance, sex, status], 1
    density : float64[draw, insurance], 1
        Share of the year contributed times compliance.
    factor : float64[draw, insurance], 1
        Members' earnings over those of the employed of their sex and age.
    floor, ceiling : float64[draw, insurance], LCU/year
        A ceiling of 0 means none.
    sigma : float64[draw, insurance, sex], 1
        Standard deviation of the logarithm of wages within sex and age.
    table : float64[row, 6]
        Interpolation tables one after the other (`socialbudget.catchment.share_table`).
    table_start, table_intervals : int64[draw, insurance, sex]
        Where the table of a cell begins and how long it is; 0 intervals: no table, exact.
    contributors : float64[draw, insurance, sex, age], person (out)
    insured : float64[draw, insurance, sex, age], LCU/year (out)
    by_group : float64[draw, insurance, 2], LCU/year: employees, self-employed (out)
    work : float64[1 + 2 * sex, 6, age or status, whichever is more]
        Space.
    """
    draws, sexes, ages, statuses = employment.shape
    schemes = coverage.shape[1]
    persons, employees, own_account, inside = work[0, 0], work[0, 1], work[0, 2], work[0, 3]
    for d in range(draws):
        # Age innermost: the loops over ages below then run over neighbouring numbers.
        for s in range(sexes):
            for j in range(statuses):
                bill_sum = 0.0
                for x in range(ages):
                    heads = employment[d, s, x, j]
                    bill = heads * gross_wage[d, s, x, j]
                    work[1 + 2 * s, j, x] = heads
                    work[2 + 2 * s, j, x] = bill
                    bill_sum += bill
                work[0, 4 + s, j] = bill_sum
        for z in range(schemes):
            low, high = floor[d, z], ceiling[d, z]
            paid, scaled = density[d, z], density[d, z] * factor[d, z]
            # Branches of one institution insure the same persons up to the same ceiling.
            twin = -1
            for other in range(z):
                same = floor[d, other] == low and ceiling[d, other] == high
                same = same and density[d, other] > 0.0 and factor[d, other] > 0.0
                for s in range(sexes):
                    same = same and sigma[d, other, s] == sigma[d, z, s]
                    for j in range(statuses):
                        same = same and coverage[d, other, s, j] == coverage[d, z, s, j]
                if same:
                    twin = other
                    break
            if twin >= 0:
                more_persons = paid / density[d, twin]
                more = scaled / (density[d, twin] * factor[d, twin])
                for s in range(sexes):
                    for x in range(ages):
                        contributors[d, z, s, x] = more_persons * contributors[d, twin, s, x]
                        insured[d, z, s, x] = more * insured[d, twin, s, x]
                by_group[d, z, 0] = more * by_group[d, twin, 0]
                by_group[d, z, 1] = more * by_group[d, twin, 1]
                continue
            by_group[d, z, 0] = 0.0
            by_group[d, z, 1] = 0.0
            for s in range(sexes):
                heads_of, bill_of = work[1 + 2 * s], work[2 + 2 * s]
                persons[:] = 0.0
                employees[:] = 0.0
                own_account[:] = 0.0
                for j in range(statuses):
                    share = coverage[d, z, s, j]
                    if share > 0.0:
                        for x in range(ages):
                            persons[x] += share * heads_of[j, x]
                        if j < 2:
                            for x in range(ages):
                                employees[x] += share * bill_of[j, x]
                        else:
                            for x in range(ages):
                                own_account[x] += share * bill_of[j, x]
                for x in range(ages):
                    contributors[d, z, s, x] = persons[x] * paid
                if low <= 0.0 and high <= 0.0:
                    for x in range(ages):
                        insured[d, z, s, x] = scaled * (employees[x] + own_account[x])
                    for j in range(statuses):
                        group = 0 if j < 2 else 1
                        by_group[d, z, group] += scaled * coverage[d, z, s, j] * work[0, 4 + s, j]
                    continue
                spread = sigma[d, z, s]
                start, intervals = table_start[d, z, s], table_intervals[d, z, s]
                for x in range(ages):
                    wage = (employees[x] + own_account[x]) / max(persons[x], 1e-300)
                    part = 0.0
                    if wage > 0.0:
                        part = 1.0
                        if high > 0.0:
                            part = _share_below(wage, high, spread, table, start, intervals)
                        if low > 0.0:
                            part += low / wage
                            part -= _share_below(wage, low, spread, table, start, intervals)
                    inside[x] = scaled * part
                total, total_own = 0.0, 0.0
                for x in range(ages):
                    insured[d, z, s, x] = inside[x] * (employees[x] + own_account[x])
                    total += employees[x] * inside[x]
                    total_own += own_account[x] * inside[x]
                by_group[d, z, 0] += total
                by_group[d, z, 1] += total_own
