"""Pension kernels: insured persons by past service, awards, survivors, pensions in force.

Axes: ``draw`` outermost, then ``sex`` (0 = female, 1 = male), ``age``, and ``service`` innermost
where there is one. An argument marked ``[1|draw, ...]`` is shared by all draws when its first axis
has length one. ``service`` point c holds persons with c years on average; a part of a year is
spread over the two points around it, so that years are conserved. One step is one year, from age x
last birthday to x + 1; the last age is open.

Source: Iyer (1999), Actuarial mathematics of social security pensions, ILO/ISSA, chapter on the
projection by component, with discrete ages.
"""

from __future__ import annotations

from numba import njit
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]


@njit(cache=True, nogil=True, error_model="numpy")
def insured_exits(
    active: Array,
    inactive: Array,
    death_probability: Array,
    invalidity_rate: Array,
    retirement_probability: Array,
    qualifying_service: Array,
    disability_qualifying_service: Array,
    density: Array,
    exit_rate: Array,
    workspace: Array,
    active_out: Array,
    inactive_out: Array,
    retired_out: Array,
    invalid_out: Array,
    dead_out: Array,
) -> None:
    """One year of death, invalidity, retirement and pauses; the rest age and earn service.

    ``Act(x+1, c+1) += d p_aa (1 - e) Act(x, c)``, ``Act(x+1, c) += (1 - d) p_aa (1 - e) Act(x, c)``
    with ``p_aa = (1 - q_x - i_x)(1 - r_{x+1})``. Whoever leaves during the year has earned half a
    year's credit on average.

    Parameters
    ----------
    active, inactive : array [draw, sex, age, service]
        Insured persons a year ago: contributing, and with past service only.
    death_probability : array [1|draw, sex, age]
        Probability of dying on the way from age x last birthday to x + 1 (for the open age:
        within the year).
    invalidity_rate : array [1|draw, sex, age]
        Probability that an active aged x becomes invalid; sum with death at most 1.
    retirement_probability : array [1|draw, sex, age]
        Probability of retiring on reaching the age, for those who qualify.
    qualifying_service, disability_qualifying_service, density : array [1|draw]
        Years; years; years credited per year.
    exit_rate : array [1|draw, sex]
        Share of the remaining actives who become inactive.
    workspace : array [service + 1]
        Scratch; its first entry must be zero and stays so.
    active_out, inactive_out : array [draw, sex, age, service]
        Insured persons who remain, before anybody enters.
    retired_out, invalid_out, dead_out : array [draw, sex, age, service]
        Persons who left, by the age reached at the end of the step and service at leaving.
    """
    draws, sexes, ages, points = active.shape
    last = ages - 1
    top = points - 1
    for draw in range(draws):
        dq = draw if death_probability.shape[0] > 1 else 0
        di = draw if invalidity_rate.shape[0] > 1 else 0
        dr = draw if retirement_probability.shape[0] > 1 else 0
        de = draw if exit_rate.shape[0] > 1 else 0
        least = qualifying_service[draw if qualifying_service.shape[0] > 1 else 0]
        least_invalid = disability_qualifying_service[
            draw if disability_qualifying_service.shape[0] > 1 else 0
        ]
        d = density[draw if density.shape[0] > 1 else 0]
        half = 0.5 * d
        # First points that qualify: for an old-age pension from work, from the inactive, and for
        # a disability pension.
        first = 0
        while first < points and first + half < least:
            first += 1
        first_idle = 0
        while first_idle < points and first_idle < least:
            first_idle += 1
        first_invalid = 0
        while first_invalid < points and first_invalid + half < least_invalid:
            first_invalid += 1
        for sex in range(sexes):
            pause = exit_rate[de, sex]
            active_out[draw, sex] = 0.0
            inactive_out[draw, sex] = 0.0
            retired_out[draw, sex] = 0.0
            invalid_out[draw, sex] = 0.0
            dead_out[draw, sex] = 0.0
            for age in range(ages):
                reached = age + 1 if age < last else last
                q = death_probability[dq, sex, age]
                i = invalidity_rate[di, sex, age]
                r = retirement_probability[dr, sex, reached]
                # One short loop per array, over rows: that is what the compiler vectorises.
                at_work, idle = active[draw, sex, age], inactive[draw, sex, age]
                on, off = active_out[draw, sex, reached], inactive_out[draw, sex, reached]
                retired, invalid = retired_out[draw, sex, reached], invalid_out[draw, sex, reached]
                dead = dead_out[draw, sex, reached]
                # Points above the longest service are empty and left alone.
                n = points
                while n > 0 and at_work[n - 1] == 0.0 and idle[n - 1] == 0.0:
                    n -= 1
                if n == 0:
                    continue
                over = n if n < points else top
                for c in range(n):
                    workspace[c + 1] = at_work[c] * q
                for c in range(n):
                    dead[c] += (1.0 - half) * workspace[c + 1] + half * workspace[c] + idle[c] * q
                dead[over] += half * workspace[n]
                if i > 0.0:
                    for c in range(n):
                        workspace[c + 1] = at_work[c] * i if c >= first_invalid else 0.0
                    for c in range(n):
                        invalid[c] += (1.0 - half) * workspace[c + 1] + half * workspace[c]
                    invalid[over] += half * workspace[n]
                    for c in range(n):
                        workspace[c + 1] = at_work[c] - at_work[c] * q - workspace[c + 1]
                else:
                    for c in range(n):
                        workspace[c + 1] = at_work[c] - at_work[c] * q
                if r > 0.0:
                    for c in range(first, n):
                        part = workspace[c + 1] * r
                        workspace[c + 1] -= part
                        up = c + 1 if c < top else top
                        retired[c] += (1.0 - half) * part
                        retired[up] += half * part
                    for c in range(first_idle, n):
                        part = (idle[c] - idle[c] * q) * r
                        retired[c] += part
                        off[c] -= part
                for c in range(n):
                    off[c] += idle[c] - idle[c] * q
                if pause > 0.0:
                    for c in range(n):
                        off[c] += pause * ((1.0 - half) * workspace[c + 1] + half * workspace[c])
                    off[over] += pause * half * workspace[n]
                for c in range(n):
                    on[c] += (1.0 - pause) * ((1.0 - d) * workspace[c + 1] + d * workspace[c])
                on[over] += (1.0 - pause) * d * workspace[n]


@njit(cache=True, nogil=True, error_model="numpy")
def insured_entries(
    active: Array,
    inactive: Array,
    contributors: Array,
    reentry_share: Array,
    entry_credit: Array,
    last_entry_age: Array,
    active_out: Array,
    inactive_out: Array,
    entrants_out: Array,
) -> None:
    """Fill the actives up, or thin them out, to the contributors of the year.

    Where contributors exceed the remaining actives, a share of the gap comes from the inactive
    (in proportion to their service, as far as there are any) and the rest are new. From
    `last_entry_age` on nobody is new: a remaining gap is pensioners who work on. Where they fall
    short, actives become inactive in proportion.

    Parameters
    ----------
    active, inactive : array [draw, sex, age, service]
        Insured persons who remain from last year.
    contributors : array [draw, sex, age]
        Contributors of the year.
    reentry_share, entry_credit : array [1|draw]
        Share of a gap that the inactive fill; years served on average by a new entrant, 0 to 1.
    last_entry_age : array [1|draw, sex]
        First age without new entrants.
    active_out, inactive_out : array [draw, sex, age, service]
        Insured persons of the year.
    entrants_out : array [draw, sex, age]
        New entrants.
    """
    draws, sexes, ages, points = active.shape
    for draw in range(draws):
        share = reentry_share[draw if reentry_share.shape[0] > 1 else 0]
        credit = entry_credit[draw if entry_credit.shape[0] > 1 else 0]
        dl = draw if last_entry_age.shape[0] > 1 else 0
        for sex in range(sexes):
            for age in range(ages):
                here = 0.0
                pool = 0.0
                for c in range(points):
                    here += active[draw, sex, age, c]
                    pool += inactive[draw, sex, age, c]
                gap = contributors[draw, sex, age] - here
                leave = 0.0
                back = 0.0
                new = 0.0
                if gap < 0.0:
                    leave = -gap / here
                elif gap > 0.0:
                    wanted = share * gap
                    if wanted > pool:
                        wanted = pool
                    if wanted > 0.0:
                        back = wanted / pool
                    if age < last_entry_age[dl, sex]:
                        new = gap - wanted
                for c in range(points):
                    a = active[draw, sex, age, c]
                    z = inactive[draw, sex, age, c]
                    moved = back * z - leave * a
                    active_out[draw, sex, age, c] = a + moved
                    inactive_out[draw, sex, age, c] = z - moved
                active_out[draw, sex, age, 0] += (1.0 - credit) * new
                active_out[draw, sex, age, 1] += credit * new
                entrants_out[draw, sex, age] = new


@njit(cache=True, nogil=True, error_model="numpy")
def award_pensions(
    persons: Array,
    earnings_path: Array,
    level: Array,
    class_factor: Array,
    class_weight: Array,
    ceiling: Array,
    bend_point: Array,
    accrual_rate: Array,
    benefit_factor: Array,
    mean_wage_accrual: Array,
    flat_amount: Array,
    scale_sum: Array,
    service_maximum: Array,
    averaging_years: Array,
    averaging_best: Array,
    averaging_fixed: Array,
    age_factor: Array,
    credited_service: Array,
    credited_minimum: Array,
    minimum_pension: Array,
    maximum_share: Array,
    workspace: Array,
    count_out: Array,
    amount_out: Array,
) -> None:
    """Pensions of new awards, the formula applied inside classes of earnings.

    ``b = age_factor * [sum_k slice_k(w) (accrual_k n m + factor_k) + A n m + flat]``, at most
    ``maximum_share w``, times the level, at least the minimum; w is the mean of the best or last
    years of the cohort's earnings, times the class factor; n the years counted, m their mean
    weight.

    Parameters
    ----------
    persons : array [flow, draw, sex, age, service]
        New awards by age reached and service, of one or several kinds under the same formula.
    earnings_path : array [draw, sex, age, service]
        Revalued insured earnings a year of the cohort that was aged x a year ago, k years before
        that (LCU/year).
    level : array [draw, age]
        Uprating of the pension from the level of the earnings to the year of award.
    class_factor : array [1|draw, sex, class]
        Earnings of the class over the mean; weighted mean 1.
    class_weight : array [class]
    ceiling : array [draw]
        LCU/year, cuts the earnings of a class; the others are raised so that the mean stays.
    bend_point : array [draw, age, band]
        Lower bounds of the bands (LCU/year).
    accrual_rate, benefit_factor : array [1|draw, band]
    mean_wage_accrual, flat_amount : array [draw, age]
        LCU/year per year of service; LCU/year.
    scale_sum : array [draw, service]
        Sum of the weights of the last c years of service.
    service_maximum, averaging_years, averaging_best, averaging_fixed : array [1|draw]
    age_factor, credited_service : array [1|draw, sex, age]
        Early or late factor; years added to the service.
    credited_minimum : array [1|draw]
        Years counted at least.
    minimum_pension : array [draw]
        LCU/year.
    maximum_share : array [1|draw]
    workspace : array [service + class]
        Scratch.
    count_out, amount_out : array [flow, draw, sex, age]
        Awards (persons) and the sum of their pensions (LCU/year).
    """
    flows, draws, sexes, ages, points = persons.shape
    classes = class_weight.shape[0]
    bands = bend_point.shape[2]
    for draw in range(draws):
        dc = draw if class_factor.shape[0] > 1 else 0
        dr = draw if accrual_rate.shape[0] > 1 else 0
        db = draw if benefit_factor.shape[0] > 1 else 0
        df = draw if age_factor.shape[0] > 1 else 0
        ds = draw if credited_service.shape[0] > 1 else 0
        most = service_maximum[draw if service_maximum.shape[0] > 1 else 0]
        window = int(averaging_years[draw if averaging_years.shape[0] > 1 else 0])
        best = averaging_best[draw if averaging_best.shape[0] > 1 else 0] >= 0.5
        fixed = averaging_fixed[draw if averaging_fixed.shape[0] > 1 else 0] >= 0.5
        least = credited_minimum[draw if credited_minimum.shape[0] > 1 else 0]
        cap = maximum_share[draw if maximum_share.shape[0] > 1 else 0]
        for sex in range(sexes):
            for age in range(ages):
                for flow in range(flows):
                    count_out[flow, draw, sex, age] = 0.0
                    amount_out[flow, draw, sex, age] = 0.0
                origin = age - 1 if age > 0 else 0
                kept = 0
                total = 0.0
                for c in range(points):
                    # The best (or last) years so far, sorted downwards; `total` is their sum.
                    # Years in which the cohort earned nothing are no years of the average.
                    fresh = earnings_path[draw, sex, origin, c - 1] if c > 0 else 0.0
                    if fresh > 0.0:
                        if kept < window:
                            place = kept
                            kept += 1
                            total += fresh
                        elif best and fresh > workspace[kept - 1]:
                            place = kept - 1
                            total += fresh - workspace[kept - 1]
                        else:
                            place = -1
                        if best and place >= 0:
                            while place > 0 and workspace[place - 1] < fresh:
                                workspace[place] = workspace[place - 1]
                                place -= 1
                            workspace[place] = fresh
                    heads = 0.0
                    for flow in range(flows):
                        heads += persons[flow, draw, sex, age, c]
                    if heads == 0.0:
                        continue
                    if kept == 0:
                        mean = earnings_path[draw, sex, origin, 0]
                    elif fixed:
                        mean = total / window
                    else:
                        mean = total / kept
                    years = c + credited_service[ds, sex, age]
                    if years < least:
                        years = least
                    if years > most:
                        years = most
                    weight = scale_sum[draw, c] / c if c > 0 else scale_sum[draw, 1]
                    years *= weight

                    cut = 0.0
                    for k in range(classes):
                        w = mean * class_factor[dc, sex, k]
                        if w > ceiling[draw]:
                            w = ceiling[draw]
                        workspace[points + k] = w
                        cut += class_weight[k] * w
                    raised = mean / cut if cut > 0.0 else 1.0
                    pension = 0.0
                    for k in range(classes):
                        w = workspace[points + k] * raised
                        if w > ceiling[draw]:
                            w = ceiling[draw]
                        b = mean_wage_accrual[draw, age] * years + flat_amount[draw, age]
                        for band in range(bands):
                            piece = w - bend_point[draw, age, band]
                            if piece <= 0.0:
                                break
                            if band + 1 < bands:
                                width = (
                                    bend_point[draw, age, band + 1] - bend_point[draw, age, band]
                                )
                                if piece > width:
                                    piece = width
                            b += piece * (accrual_rate[dr, band] * years + benefit_factor[db, band])
                        b *= age_factor[df, sex, age]
                        if b > cap * w:
                            b = cap * w
                        b *= level[draw, age]
                        if b < minimum_pension[draw]:
                            b = minimum_pension[draw]
                        pension += class_weight[k] * b
                    for flow in range(flows):
                        heads = persons[flow, draw, sex, age, c]
                        count_out[flow, draw, sex, age] += heads
                        amount_out[flow, draw, sex, age] += heads * pension


@njit(cache=True, nogil=True, error_model="numpy")
def survivor_awards(
    deaths: Array,
    death_amount: Array,
    married_share: Array,
    spouse_lag: Array,
    first_spouse_lag: int,
    death_probability: Array,
    spouse_share: Array,
    takeup: Array,
    children_lag: Array,
    first_child_lag: int,
    orphan_share: Array,
    orphan_age_limit: Array,
    count_out: Array,
    amount_out: Array,
) -> None:
    """New pensions of widows, widowers and orphans.

    Spouses are of the other sex and must live through half the year; orphans are split evenly by
    sex.

    Parameters
    ----------
    deaths, death_amount : array [draw, sex, age]
        Insured persons and pensioners who died, by the age they would have reached, and the sum of
        the pensions that survivors' pensions are derived from (LCU/year).
    married_share : array [1|draw, sex, age]
    spouse_lag : array [1|draw, sex, lag]
        Distribution of the spouse's age minus the own age, from `first_spouse_lag` upwards.
    first_spouse_lag : int
    death_probability : array [1|draw, sex, age]
        Of the spouse.
    spouse_share : array [1|draw]
    takeup : array [1|draw, sex]
        By sex of the survivor.
    children_lag : array [1|draw, sex, lag]
        Children by the parent's age at their birth, from `first_child_lag` upwards.
    first_child_lag : int
    orphan_share, orphan_age_limit : array [1|draw]
    count_out, amount_out : array [draw, sex, age]
        New survivors by their own sex and age, and the sum of their pensions (LCU/year).
    """
    draws, sexes, ages = deaths.shape
    for draw in range(draws):
        dm = draw if married_share.shape[0] > 1 else 0
        dl = draw if spouse_lag.shape[0] > 1 else 0
        dc = draw if children_lag.shape[0] > 1 else 0
        dq = draw if death_probability.shape[0] > 1 else 0
        dt = draw if takeup.shape[0] > 1 else 0
        share = spouse_share[draw if spouse_share.shape[0] > 1 else 0]
        each = orphan_share[draw if orphan_share.shape[0] > 1 else 0]
        limit = orphan_age_limit[draw if orphan_age_limit.shape[0] > 1 else 0]
        for sex in range(sexes):
            for age in range(ages):
                count_out[draw, sex, age] = 0.0
                amount_out[draw, sex, age] = 0.0
        for sex in range(sexes):
            other = 1 - sex
            for age in range(ages):
                n = deaths[draw, sex, age]
                if n == 0.0:
                    continue
                b = death_amount[draw, sex, age]
                couples = married_share[dm, sex, age] * takeup[dt, other]
                if couples > 0.0:
                    for k in range(spouse_lag.shape[2]):
                        y = age + first_spouse_lag + k
                        if y < 0:
                            y = 0
                        elif y >= ages:
                            y = ages - 1
                        part = (
                            couples
                            * spouse_lag[dl, sex, k]
                            * (1.0 - 0.5 * death_probability[dq, other, y])
                        )
                        count_out[draw, other, y] += part * n
                        amount_out[draw, other, y] += part * b * share
                for k in range(children_lag.shape[2]):
                    y = age - first_child_lag - k
                    if y < 0:
                        break
                    if y < limit:
                        part = 0.5 * children_lag[dc, sex, k]
                        for s in range(sexes):
                            count_out[draw, s, y] += part * n
                            amount_out[draw, s, y] += part * b * each


@njit(cache=True, nogil=True, error_model="numpy")
def pensions_in_force(
    count: Array,
    amount: Array,
    death_probability: Array,
    leaving_probability: Array,
    indexation: Array,
    new_count: Array,
    new_amount: Array,
    count_out: Array,
    amount_out: Array,
    dead_out: Array,
    dead_amount_out: Array,
    left_out: Array,
    left_amount_out: Array,
) -> None:
    """Carry pensions in payment one year on: deaths, other ends, indexation, awards.

    ``N(x+1) = N(x)(1 - q)(1 - h) + new``, and the sum of pensions likewise, times 1 + indexation.

    Parameters
    ----------
    count, amount : array [draw, sex, age]
        Pensions a year ago (persons) and their sum (LCU/year).
    death_probability : array [1|draw, sex, age]
        From age x last birthday to x + 1.
    leaving_probability : array [1|draw, sex, age]
        Other ends, on reaching the age.
    indexation : array [1|draw]
        Rise of pensions (1).
    new_count, new_amount : array [draw, sex, age]
        Awards by age reached.
    count_out, amount_out : array [draw, sex, age]
        Pensions of the year.
    dead_out, dead_amount_out, left_out, left_amount_out : array [draw, sex, age]
        Pensions that ended, by age reached, and their sum at the new rate.
    """
    draws, sexes, ages = count.shape
    for draw in range(draws):
        dq = draw if death_probability.shape[0] > 1 else 0
        dh = draw if leaving_probability.shape[0] > 1 else 0
        rise = 1.0 + indexation[draw if indexation.shape[0] > 1 else 0]
        for sex in range(sexes):
            for age in range(ages):
                count_out[draw, sex, age] = new_count[draw, sex, age]
                amount_out[draw, sex, age] = new_amount[draw, sex, age]
                dead_out[draw, sex, age] = 0.0
                dead_amount_out[draw, sex, age] = 0.0
                left_out[draw, sex, age] = 0.0
                left_amount_out[draw, sex, age] = 0.0
            for age in range(ages):
                reached = age + 1 if age + 1 < ages else age
                q = death_probability[dq, sex, age]
                h = leaving_probability[dh, sex, reached]
                n = count[draw, sex, age]
                b = amount[draw, sex, age] * rise
                dead = n * q
                dead_b = b * q
                left = (n - dead) * h
                left_b = (b - dead_b) * h
                count_out[draw, sex, reached] += n - dead - left
                amount_out[draw, sex, reached] += b - dead_b - left_b
                dead_out[draw, sex, reached] += dead
                dead_amount_out[draw, sex, reached] += dead_b
                left_out[draw, sex, reached] += left
                left_amount_out[draw, sex, reached] += left_b
