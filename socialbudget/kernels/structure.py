"""Kernels of the structure of employment: fitting to margins, and pay by activity."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy import float64, int64
from numpy.typing import NDArray

Array = NDArray[float64]
Integers = NDArray[int64]

FITTED, NO_FORMAL_ACTIVITY, TOTAL_ROW, TOTAL_COLUMN, PERSON_ROW, PERSON_COLUMN, NOT_CONVERGED = (
    range(7)
)
"""First entry of the report of `employment_by_activity`."""


@njit(cache=True, nogil=True, error_model="numpy")
def fit_columns(
    seed: Array,
    row: Array,
    column: Array,
    rows: int,
    tolerance: float,
    factor: Array,
    work: Array,
) -> tuple[int, int]:
    """Factors of the columns of the fitted matrix whose rows are exact by construction.

    The matrix of iterative proportional fitting is ``row_r s_rk b_k / sum_k s_rk b_k``. Its columns
    add up to their margins at one ``b`` only, up to a factor. Newton's method on ``log b`` finds it
    in a few steps. Where a step does not bring the columns nearer, one of proportional fitting
    takes its place, which always does (Deming and Stephan 1940; Csiszar 1975).

    Parameters
    ----------
    seed : float64[rows or more, columns], 1, not negative
    row : float64[rows or more], positive
    column : float64[columns], not negative, with the sum of `row`
    rows : int
    tolerance : float
        Largest distance of a column from its margin, relative to the margin.
    factor : float64[columns] (out)
    work : float64[6 + columns, columns]

    Returns
    -------
    tuple of int
        Iterations and -1; or a negative number and where: -1 a row, -2 a column without seed, -3 no
        convergence.
    """
    columns = column.shape[0]
    fitted, target, before, step, move = work[0], work[1], work[2], work[3], work[4]
    matrix = work[6:]
    sum_rows, sum_columns = 0.0, 0.0
    for r in range(rows):
        sum_rows += row[r]
    pinned = 0
    for k in range(columns):
        sum_columns += column[k]
        if column[k] > column[pinned]:
            pinned = k
    for k in range(columns):
        target[k] = column[k] * (sum_rows / sum_columns) if sum_columns > 0.0 else 0.0
        factor[k] = 1.0 if column[k] > 0.0 else 0.0
        before[k] = factor[k]
        move[k] = 1.0
    last = math.inf
    newton = False
    for iteration in range(2000):
        for k in range(columns):
            fitted[k] = 0.0
            for m in range(columns):
                matrix[k, m] = 0.0
        for r in range(rows):
            total = 0.0
            for k in range(columns):
                step[k] = seed[r, k] * factor[k]
                total += step[k]
            if not total > 0.0:
                return -1, r
            scale = row[r] / total
            inverse = 1.0 / total
            for k in range(columns):
                part = step[k] * scale
                fitted[k] += part
                for m in range(k + 1):
                    matrix[k, m] -= part * step[m] * inverse
        worst = 0.0
        for k in range(columns):
            if target[k] > 0.0:
                if not fitted[k] > 0.0:
                    return -2, k
                worst = max(worst, abs(fitted[k] - target[k]) / target[k])
        if worst <= tolerance:
            return iteration, -1
        if newton and not worst < last:
            # Back to where the step began, and one of proportional fitting from there.
            for k in range(columns):
                factor[k] = before[k] * move[k]
            newton = False
            last = math.inf
            continue
        last = worst
        for k in range(columns):
            before[k] = factor[k]
            move[k] = target[k] / fitted[k] if target[k] > 0.0 else 0.0
            step[k] = target[k] - fitted[k]
            matrix[k, k] += fitted[k]
            for m in range(k):
                matrix[m, k] = matrix[k, m]
        newton = True
        # Elimination needs no pivoting: the matrix is diagonally dominant. The largest column is
        # held, since a common factor of all columns changes nothing.
        for k in range(columns):
            if k == pinned or target[k] == 0.0:
                continue
            if not matrix[k, k] > 1e-10 * fitted[k]:
                newton = False
                break
            for i in range(k + 1, columns):
                if i == pinned or target[i] == 0.0:
                    continue
                ratio = matrix[i, k] / matrix[k, k]
                for m in range(k + 1, columns):
                    matrix[i, m] -= ratio * matrix[k, m]
                step[i] -= ratio * step[k]
        if newton:
            step[pinned] = 0.0
            for k in range(columns - 1, -1, -1):
                if k == pinned or target[k] == 0.0:
                    continue
                for m in range(k + 1, columns):
                    if m != pinned and target[m] > 0.0:
                        step[k] -= matrix[k, m] * step[m]
                step[k] /= matrix[k, k]
                if not abs(step[k]) < 3.0:
                    newton = False
        for k in range(columns):
            if target[k] > 0.0:
                factor[k] = before[k] * (math.exp(step[k]) if newton else move[k])
                # Margins that the zeros of the seed forbid drive a factor beyond all bounds.
                if not 1e-200 < factor[k] < 1e200:
                    return -3, -1
        if newton:
            factor[pinned] = before[pinned]
    return -3, -1


@njit(cache=True, nogil=True, error_model="numpy")
def formal_persons(persons: Array, formal_share: Array, formal_total: float, out: Array) -> bool:
    """Formal employment of each activity after a common shift of the log odds of its share.

    Parameters
    ----------
    persons : float64[activity], person
    formal_share : float64[activity], 1
        Before the shift; 0 and 1 stay.
    formal_total : float
        What the formal employment of all activities adds up to.
    out : float64[activity], person (out)

    Returns
    -------
    bool
        False where no shift gives that total.
    """
    activities = persons.shape[0]
    certain, possible, total = 0.0, 0.0, 0.0
    for k in range(activities):
        total += persons[k]
        if formal_share[k] >= 1.0:
            certain += persons[k]
        if formal_share[k] > 0.0:
            possible += persons[k]
    slack = 1e-12 * total
    if not (certain - slack <= formal_total <= possible + slack):
        return False
    if formal_total <= certain + slack or formal_total >= possible - slack:
        open_share = 0.0 if formal_total <= certain + slack else 1.0
        for k in range(activities):
            share = formal_share[k]
            out[k] = persons[k] * (share if share <= 0.0 or share >= 1.0 else open_share)
        return True
    low, high, shift = -1500.0, 1500.0, 0.0
    for _ in range(200):
        found, slope = 0.0, 0.0
        for k in range(activities):
            share = formal_share[k]
            if 0.0 < share < 1.0:
                log_odds = math.log(share) - math.log1p(-share) + shift
                if log_odds < 0.0:
                    share = math.exp(log_odds) / (1.0 + math.exp(log_odds))
                else:
                    share = 1.0 / (1.0 + math.exp(-log_odds))
            out[k] = persons[k] * share
            found += out[k]
            slope += persons[k] * share * (1.0 - share)
        if abs(found - formal_total) <= 1e-15 * total:
            break
        if found < formal_total:
            low = shift
        else:
            high = shift
        fresh = shift + (formal_total - found) / slope if slope > 0.0 else low - 1.0
        if not low < fresh < high:
            fresh = 0.5 * (low + high)
        if fresh == shift:
            break
        shift = fresh
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def employment_by_activity(
    by_status: Array,
    employment_share: Array,
    formal_share: Array,
    activity_odds: Array,
    age_odds: Array,
    total: Array,
    employment: Array,
    report: Integers,
) -> None:
    """Employment by sex, age, activity and status that meets all its margins (method 2.4).

    Two fittings from one seed, the odds of each activity by sex, age and status. First persons by
    activity and status: rows are the employment of each activity, its formal part included, columns
    the employment of each status. Then, for each status on its own, sex and age by activity.

    Parameters
    ----------
    by_status : float64[draw, sex, age, status], person
    employment_share, formal_share : float64[draw, activity], 1
    activity_odds : float64[1 or draw, sex, activity, status], 1
    age_odds : float64[1 or draw, age, activity], 1
    total : float64[draw, activity, status], person (out)
    employment : float64[draw, sex, age, activity, status], person (out)
    report : int64[draw, 5] (out)
        What came of it (`FITTED` and so on), where (two indices), iterations of the first and of
        the second fitting, the largest of any status.

    Notes
    -----
    Statuses are ordered formal employee, informal employee, formal self-employed, informal
    self-employed, contributing family worker. A column may be without persons, a row too.
    """
    draws, sexes, ages, statuses = by_status.shape
    activities = employment_share.shape[1]
    cells = sexes * ages
    seed = np.empty((cells, activities))
    row = np.empty(cells)
    place = np.empty(cells, dtype=np.int64)
    start = np.empty((activities, statuses))
    by_activity = np.empty((2, activities))
    formality = np.empty(activities)
    column = np.empty(activities)
    factor = np.empty(activities)
    wide = max(activities, statuses)
    work = np.empty((6 + activities, activities))
    block_seed = np.empty((activities, statuses))
    block_row = np.empty(activities)
    block_column = np.empty(statuses)
    block_factor = np.empty(statuses)
    block_place = np.empty(wide, dtype=np.int64)
    block_status = np.empty(statuses, dtype=np.int64)
    block_work = np.empty((6 + statuses, statuses))
    of_status = np.empty(statuses)
    tolerance = 1e-13
    for d in range(draws):
        d_odds = d if activity_odds.shape[0] > 1 else 0
        d_age = d if age_odds.shape[0] > 1 else 0
        for i in range(5):
            report[d, i] = 0
        everybody, formal_total = 0.0, 0.0
        for j in range(statuses):
            of_status[j] = 0.0
            for k in range(activities):
                start[k, j] = 0.0
            for s in range(sexes):
                for x in range(ages):
                    persons = by_status[d, s, x, j]
                    if not persons > 0.0:
                        continue
                    of_status[j] += persons
                    weight = 0.0
                    for k in range(activities):
                        weight += activity_odds[d_odds, s, k, j] * age_odds[d_age, x, k]
                    if not weight > 0.0:
                        report[d, 0], report[d, 1], report[d, 2] = PERSON_ROW, s * ages + x, j
                        break
                    scale = persons / weight
                    for k in range(activities):
                        odds = activity_odds[d_odds, s, k, j] * age_odds[d_age, x, k]
                        start[k, j] += odds * scale
            everybody += of_status[j]
            if j == 0 or j == 2:
                formal_total += of_status[j]
        if report[d, 0] != FITTED:
            continue
        share_total = 0.0
        for k in range(activities):
            share_total += employment_share[d, k]
        for k in range(activities):
            column[k] = everybody * employment_share[d, k] / share_total
        if not formal_persons(column, formal_share[d], formal_total, formality):
            report[d, 0] = NO_FORMAL_ACTIVITY
            continue
        for k in range(activities):
            by_activity[0, k] = formality[k]
            by_activity[1, k] = max(column[k] - formality[k], 0.0)
            # What rounding leaves of an activity that is all formal is nobody.
            if by_activity[1, k] < 1e-14 * column[k]:
                by_activity[1, k] = 0.0

        # Persons by activity and status: the formal and the informal statuses, each on their own.
        for block in range(2):
            columns, rows = 0, 0
            for j in range(statuses):
                if (j == 0 or j == 2) == (block == 0):
                    block_status[columns] = j
                    block_column[columns] = of_status[j]
                    columns += 1
            for k in range(activities):
                if by_activity[block, k] > 0.0:
                    block_place[rows] = k
                    block_row[rows] = by_activity[block, k]
                    for c in range(columns):
                        block_seed[rows, c] = start[k, block_status[c]]
                    rows += 1
            for k in range(activities):
                for c in range(columns):
                    total[d, k, block_status[c]] = 0.0
            if rows == 0:
                continue
            iterations, where = fit_columns(
                block_seed[:, :columns], block_row, block_column[:columns], rows, tolerance,
                block_factor[:columns], block_work[: 6 + columns, :columns],
            )  # fmt: skip
            if iterations < 0:
                report[d, 0] = (
                    TOTAL_ROW if iterations == -1 else
                    TOTAL_COLUMN if iterations == -2 else NOT_CONVERGED
                )  # fmt: skip
                report[d, 1] = block_place[where] if iterations == -1 else block
                report[d, 2] = block_status[where] if iterations == -2 else block
                break
            report[d, 3] = max(report[d, 3], iterations)
            for r in range(rows):
                weight = 0.0
                for c in range(columns):
                    weight += block_seed[r, c] * block_factor[c]
                for c in range(columns):
                    total[d, block_place[r], block_status[c]] = (
                        block_row[r] * block_seed[r, c] * block_factor[c] / weight
                    )
        if report[d, 0] != FITTED:
            continue

        # Sex and age by activity, each status on its own.
        for j in range(statuses):
            rows = 0
            for s in range(sexes):
                for x in range(ages):
                    if by_status[d, s, x, j] > 0.0:
                        place[rows] = s * ages + x
                        row[rows] = by_status[d, s, x, j]
                        for k in range(activities):
                            seed[rows, k] = activity_odds[d_odds, s, k, j] * age_odds[d_age, x, k]
                        rows += 1
                    else:
                        for k in range(activities):
                            employment[d, s, x, k, j] = 0.0
            if rows == 0:
                continue
            for k in range(activities):
                column[k] = total[d, k, j]
            iterations, where = fit_columns(seed, row, column, rows, tolerance, factor, work)
            if iterations < 0:
                report[d, 0] = (
                    PERSON_ROW if iterations == -1 else
                    PERSON_COLUMN if iterations == -2 else NOT_CONVERGED
                )  # fmt: skip
                report[d, 1] = place[where] if iterations == -1 else where
                report[d, 2] = j
                break
            report[d, 4] = max(report[d, 4], iterations)
            for r in range(rows):
                weight = 0.0
                for k in range(activities):
                    seed[r, k] *= factor[k]
                    weight += seed[r, k]
                scale = row[r] / weight
                s = place[r] // ages
                x = place[r] % ages
                for k in range(activities):
                    employment[d, s, x, k, j] = seed[r, k] * scale


@njit(cache=True, nogil=True, error_model="numpy")
def pay_by_activity(
    employment: Array,
    by_status: Array,
    compensation: Array,
    gross_wage: Array,
    relative_pay: Array,
    wage: Array,
    totals: Array,
) -> None:
    """Pay of each activity around the mean of its sex, age and status, which stays what it is.

    Parameters
    ----------
    employment : float64[draw, sex, age, activity, status], person
    by_status : float64[draw, sex, age, status], person
    compensation : float64[draw, sex, age, status], LCU/year, all persons of the cell
    gross_wage : float64[draw, sex, age, status], LCU/year per person
    relative_pay : float64[draw, activity], 1
        Pay of an activity over that of others for the same sex, age and status.
    wage : float64[draw, sex, age, activity, status], LCU/year per person (out)
        0 where nobody of the sex, age and status is employed.
    totals : float64[draw, 3, sex, activity, status] (out)
        Compensation, gross wages and the sum of ages of the employed.
    """
    draws, sexes, ages, activities, statuses = employment.shape
    for d in range(draws):
        for s in range(sexes):
            for i in range(3):
                for k in range(activities):
                    for j in range(statuses):
                        totals[d, i, s, k, j] = 0.0
            for x in range(ages):
                for j in range(statuses):
                    weight = 0.0
                    for k in range(activities):
                        weight += employment[d, s, x, k, j] * relative_pay[d, k]
                    persons = by_status[d, s, x, j]
                    for k in range(activities):
                        if not weight > 0.0:
                            wage[d, s, x, k, j] = 0.0
                            continue
                        here = employment[d, s, x, k, j]
                        relative = relative_pay[d, k] / weight
                        paid = gross_wage[d, s, x, j] * persons * relative
                        wage[d, s, x, k, j] = paid
                        totals[d, 0, s, k, j] += compensation[d, s, x, j] * here * relative
                        totals[d, 1, s, k, j] += paid * here
                        totals[d, 2, s, k, j] += (x + 0.5) * here
