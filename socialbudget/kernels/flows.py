"""Gross flows between labour market states that lead from one year's stocks to the next's.

Seven states: formal and informal employee, formal and informal self-employed, contributing family
worker, unemployed, inactive. Quarterly transition probabilities depart from a prior as little as
possible, in relative entropy, so that the stocks of every cohort are met. That is the tilt

``Lambda(i, j) = Q(i, j) v(j) / sum over k of Q(i, k) v(k)``

with one factor ``v(j)`` for each state of destination: rows add to 1 and lie in [0, 1] by
construction. ``ln v`` minimises a convex function, so Newton's method finds it; iterative
proportional fitting finds the same matrix and needs hundreds of rounds where few people move.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def quarterly_probabilities(rate: Array, finding: Array, out: Array) -> None:
    """Transition probabilities of a quarter from yearly rates of moving.

    The matrix exponential of a quarter of the rates, by squaring; as the rates of staying are
    lifted out first, all terms are positive and so is the result. A move that no chain of rates
    allows keeps a probability of 1e-9, so that stocks which need it can be met.

    Parameters
    ----------
    rate : float64[1 or draw, sex, state, state], 1/year
        The diagonal is not used.
    finding : float64[draw]
        Multiplies the rates from unemployment into work (states 0 to 4).
    out : float64[draw, sex, state, state], 1 (out)
        Rows add to 1.
    """
    draws, sexes, n, _ = out.shape
    power = np.empty((n, n))
    term = np.empty((n, n))
    product = np.empty((n, n))
    for d in range(draws):
        d_rate = d if rate.shape[0] > 1 else 0
        for s in range(sexes):
            most = 0.0
            for i in range(n):
                total = 0.0
                for j in range(n):
                    r = 0.0
                    if i != j:
                        r = 0.25 * rate[d_rate, s, i, j]
                        if i == n - 2 and j < n - 2:
                            r *= finding[d]
                    power[i, j] = r
                    total += r
                power[i, i] = -total
                most = max(most, total)
            halvings = 0
            scale = 1.0
            while most * scale > 0.25:
                scale *= 0.5
                halvings += 1
            for i in range(n):
                power[i, i] += most
                for j in range(n):
                    power[i, j] *= scale
                    term[i, j] = 1.0 if i == j else 0.0
                    out[d, s, i, j] = term[i, j]
            for k in range(1, 13):
                for i in range(n):
                    for j in range(n):
                        total = 0.0
                        for m in range(n):
                            total += term[i, m] * power[m, j]
                        product[i, j] = total / k
                for i in range(n):
                    for j in range(n):
                        term[i, j] = product[i, j]
                        out[d, s, i, j] += product[i, j]
            shrink = math.exp(-most * scale)
            for i in range(n):
                for j in range(n):
                    out[d, s, i, j] *= shrink
            for _ in range(halvings):
                for i in range(n):
                    for j in range(n):
                        total = 0.0
                        for m in range(n):
                            total += out[d, s, i, m] * out[d, s, m, j]
                        product[i, j] = total
                for i in range(n):
                    for j in range(n):
                        out[d, s, i, j] = product[i, j]
            for i in range(n):
                total = 0.0
                for j in range(n):
                    out[d, s, i, j] = max(out[d, s, i, j], 1e-9)
                    total += out[d, s, i, j]
                for j in range(n):
                    out[d, s, i, j] /= total


@njit(cache=True, nogil=True, error_model="numpy")
def tilt(
    prior: Array, start: Array, target: Array, weight: Array, factor: Array, transition: Array
) -> float:
    """Transition probabilities nearest to a prior that lead from one stock to another.

    Newton's method on the logs of the factors of destination, with the last triangular factor used
    again while it serves; a step that leads away from the target is taken back and halved.

    Parameters
    ----------
    prior : float64[state, state], 1
        Positive, rows add to 1.
    start, target : float64[state], person
        Not negative, with the same sum.
    weight : float64[state]
        Logs of the factors: first guess in, solution out.
    factor : float64[state, state]
        Lower triangular factor of the last call; a first entry of 0 stands for none (in and out).
    transition : float64[state, state], 1 (out)

    Returns
    -------
    float
        Largest difference from the target that is left, over the sum of the stock.
    """
    n = start.shape[0]
    reached = np.empty(n)
    gradient = np.empty(n)
    before = np.empty(n)
    lifted = np.empty(n)
    total, pin = 0.0, 0
    for j in range(n):
        total += target[j]
        if target[j] > target[pin]:
            pin = j
    if total <= 0.0:
        for i in range(n):
            for j in range(n):
                transition[i, j] = prior[i, j]
        return 0.0
    empty = 1e-15 * total
    worst, worst_before = 0.0, 1e300
    fresh = factor[0, 0] == 0.0
    exact = False
    for _ in range(200):
        for j in range(n):
            lifted[j] = math.exp(weight[j] - weight[pin]) if target[j] > empty else 0.0
            reached[j] = 0.0
        for i in range(n):
            row = 0.0
            for j in range(n):
                transition[i, j] = prior[i, j] * lifted[j]
                row += transition[i, j]
            row = 1.0 / row
            for j in range(n):
                transition[i, j] *= row
                reached[j] += start[i] * transition[i, j]
        worst = 0.0
        for j in range(n):
            gradient[j] = reached[j] - target[j]
            worst = max(worst, abs(gradient[j]))
        if worst <= 1e-11 * total:
            break
        if worst > worst_before:
            # Too far: back to a triangular factor of this place, then to half the step.
            for j in range(n):
                weight[j] = 0.5 * (weight[j] + before[j]) if exact else before[j]
            if not exact:
                fresh = True
                worst_before = 1e300
            continue
        fresh = fresh or worst > 0.01 * worst_before
        worst_before = worst
        exact = fresh
        if fresh:
            for j in range(n):
                for k in range(j + 1):
                    value = 0.0
                    if j != pin and k != pin and target[j] > empty and target[k] > empty:
                        for i in range(n):
                            value -= start[i] * transition[i, j] * transition[i, k]
                        if j == k:
                            value += reached[j]
                    elif j == k:
                        value = total
                    for m in range(k):
                        value -= factor[j, m] * factor[k, m]
                    if j == k:
                        factor[j, j] = math.sqrt(max(value, 1e-18 * total))
                    else:
                        factor[j, k] = value / factor[k, k]
            fresh = False
        for j in range(n):
            before[j] = weight[j]
            if j == pin or target[j] <= empty:
                gradient[j] = 0.0
        for j in range(n):
            value = gradient[j]
            for m in range(j):
                value -= factor[j, m] * gradient[m]
            gradient[j] = value / factor[j, j]
        for j in range(n - 1, -1, -1):
            value = gradient[j]
            for m in range(j + 1, n):
                value -= factor[m, j] * gradient[m]
            gradient[j] = value / factor[j, j]
        for j in range(n):
            weight[j] -= min(max(gradient[j], -3.0), 3.0)
    return worst / total


@njit(cache=True, nogil=True, error_model="numpy")
def year_of_flows(
    prior: Array,
    before: Array,
    people: Array,
    target: Array,
    first_age: int,
    carried: Array,
    flow: Array,
    moved: Array,
    mean: Array,
    formal: Array,
) -> None:
    """Four quarters of moves between states, by cohort, that end in the stocks given.

    The cohort of age x - 1 is brought to its number at age x in every state alike (deaths and
    migrants are spread by stock). Of all histories of four quarters that lead from these stocks to
    those of age x, the one nearest to the prior has the tilted transitions of the year as a whole
    (`tilt` of the fourth power ``Q^4``) and in each quarter ``Q(i, j) h(q, j) / h(q - 1, i)`` with
    ``h(4) = v`` and ``h(q - 1) = Q h(q)``: the product of the four is the year's.

    The last age is open: it is entered from the last age but one and from itself.

    Parameters
    ----------
    prior : float64[draw, sex, state, state], 1
        Quarterly transition probabilities.
    before : float64[draw, sex, age, state], person
        Stocks of the year before.
    people : float64[draw, sex, age], person
        Population of the year by age; entering age `first_age`, all are inactive.
    target : float64[draw, sex, age, state], person
        Stocks of the year.
    first_age : int
        First age with labour market states.
    carried : float64[draw, sex, age, state], person (out)
        Stocks that the transitions lead to.
    flow : float64[draw, sex, state, state], person/year (out)
        Moves counted from quarter to quarter; none on the diagonal.
    moved : float64[draw, sex, state, state], person (out)
        Persons by state at the beginning and at the end of the year.
    mean : float64[draw, sex, state], person (out)
        Stock of the cohorts, average of the year.
    formal : float64[draw, sex, state], person (out)
        Those in formal work (states 0 and 2) at the beginning, by state, average of the year.
    """
    draws, sexes, ages, n = target.shape
    weight = np.zeros(n)
    factor = np.zeros((n, n))
    year = np.empty((n, n))
    half = np.empty((n, n))
    power = np.empty((n, n))
    ahead = np.empty((5, n))
    now = np.empty(n)
    later = np.empty(n)
    worker = np.empty(n)
    goal = np.empty(n)
    for d in range(draws):
        for s in range(sexes):
            q = prior[d, s]
            for i in range(n):
                for j in range(n):
                    value = 0.0
                    for m in range(n):
                        value += q[i, m] * q[m, j]
                    half[i, j] = value
            for i in range(n):
                mean[d, s, i] = 0.0
                formal[d, s, i] = 0.0
                weight[i] = 0.0
                for j in range(n):
                    flow[d, s, i, j] = 0.0
                    moved[d, s, i, j] = 0.0
                    value = 0.0
                    for m in range(n):
                        value += half[i, m] * half[m, j]
                    power[i, j] = value
            factor[0, 0] = 0.0
            for x in range(min(first_age, ages)):
                for i in range(n):
                    carried[d, s, x, i] = target[d, s, x, i]
            for x in range(first_age, ages):
                source, active = 0.0, 0.0
                for i in range(n):
                    goal[i] = target[d, s, x, i]
                    now[i] = 0.0
                    if x == first_age:
                        now[i] = 1.0 if i == n - 1 else 0.0
                    else:
                        now[i] = before[d, s, x - 1, i]
                        if x == ages - 1:
                            now[i] += before[d, s, x, i]
                    source += now[i]
                    if i < n - 1:
                        active += now[i] + goal[i]
                if source <= 0.0:  # nobody was there: whoever arrives comes inactive
                    now[n - 1] = source = 1.0
                grown = people[d, s, x] / source
                for i in range(n):
                    now[i] *= grown
                if active <= 0.0 or grown <= 0.0:
                    for i in range(n):
                        carried[d, s, x, i] = now[i]
                        mean[d, s, i] += now[i]
                        moved[d, s, i, i] += now[i]
                    continue
                tilt(power, now, goal, weight, factor, year)
                for j in range(n):
                    value = 0.0
                    for i in range(n):
                        value += now[i] * year[i, j]
                        moved[d, s, i, j] += now[i] * year[i, j]
                    carried[d, s, x, j] = value
                top = 0
                total = 0.0
                for j in range(n):
                    if goal[j] > goal[top]:
                        top = j
                    total += goal[j]
                    worker[j] = now[j] if j == 0 or j == 2 else 0.0
                for j in range(n):
                    ahead[4, j] = 0.0
                    if goal[j] > 1e-15 * total:
                        ahead[4, j] = math.exp(weight[j] - weight[top])
                for k in range(3, -1, -1):
                    for i in range(n):
                        value = 0.0
                        for j in range(n):
                            value += q[i, j] * ahead[k + 1, j]
                        ahead[k, i] = value
                for k in range(4):
                    for j in range(n):
                        later[j] = 0.0
                        mean[d, s, j] += 0.125 * now[j]
                        formal[d, s, j] += 0.125 * worker[j]
                        goal[j] = 0.0
                    for i in range(n):
                        out = now[i] / ahead[k, i]
                        kept = worker[i] / ahead[k, i]
                        for j in range(n):
                            likely = q[i, j] * ahead[k + 1, j]
                            persons = out * likely
                            if i != j:
                                flow[d, s, i, j] += persons
                            later[j] += persons
                            goal[j] += kept * likely
                    for j in range(n):
                        now[j] = later[j]
                        worker[j] = goal[j]
                        mean[d, s, j] += 0.125 * now[j]
                        formal[d, s, j] += 0.125 * worker[j]
