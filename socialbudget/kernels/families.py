"""Kernels of couples, parents and orphans.

Axes: ``draw`` outermost, then as named; ``[1|draw, ...]`` is shared by all draws when its first
axis has length one. Sexes: 0 = female, 1 = male.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def balance_couples(
    wives: Array,
    husbands: Array,
    affinity: Array,
    tolerance: float,
    max_sweeps: int,
    couples_out: Array,
) -> None:
    """Couples by age of wife and husband with given margins (RAS, iterative proportional fit).

    ``couples = a(x) affinity(x,y) b(y)``: of all tables with these margins the one nearest to the
    affinity (least information). Where margins cannot be met the last sweep stands, so the
    caller has to check them.

    Parameters
    ----------
    wives, husbands : array [draw, age]
        Margins (persons) with one total.
    affinity : array [1|draw, age of wife, age of husband]
        Positive; any scale.
    tolerance : float
        Largest error of a margin, relative to it, at which the fit ends.
    max_sweeps : int
    couples_out : array [draw, age of wife, age of husband]

    Notes
    -----
    Source: Deming and Stephan (1940), Annals of Mathematical Statistics 11(4).
    """
    draws, ages = wives.shape
    a, b, total = np.empty(ages), np.empty(ages), np.empty(ages)
    for draw in range(draws):
        k = draw if affinity.shape[0] > 1 else 0
        for x in range(ages):
            a[x] = 1.0 if wives[draw, x] > 0.0 else 0.0
        for _ in range(max_sweeps):
            total[:] = 0.0
            for x in range(ages):
                if a[x] > 0.0:
                    for y in range(ages):
                        total[y] += a[x] * affinity[k, x, y]
            for y in range(ages):
                if husbands[draw, y] > 0.0 and total[y] > 0.0:
                    b[y] = husbands[draw, y] / total[y]
                else:
                    b[y] = 0.0
            worst = 0.0
            for x in range(ages):
                if wives[draw, x] > 0.0:
                    row = 0.0
                    for y in range(ages):
                        row += affinity[k, x, y] * b[y]
                    worst = max(worst, abs(a[x] * row / wives[draw, x] - 1.0))
                    total[x] = row
            if worst <= tolerance:
                break
            for x in range(ages):
                if wives[draw, x] > 0.0:
                    a[x] = wives[draw, x] / total[x] if total[x] > 0.0 else 0.0
        for x in range(ages):
            for y in range(ages):
                couples_out[draw, x, y] = a[x] * affinity[k, x, y] * b[y]


@njit(cache=True, nogil=True, error_model="numpy")
def parents_of_children(
    children: Array,
    mother_survival: Array,
    father_survival: Array,
    father_age: Array,
    minor_age: int,
    children_out: Array,
    minors_out: Array,
    orphans_out: Array,
) -> None:
    """Living children by sex and age of a living parent, and orphans by age.

    Parameters
    ----------
    children : array [draw, age of child, age of mother]
        Living persons by age and by the age that their mother had at the end of the year of their
        birth, whether she lives or not.
    mother_survival : array [draw, age of child, age of mother]
        Share of those mothers who live.
    father_survival : array [draw, age of child, age of father]
        The same of fathers, by their age at the end of the year of the birth.
    father_age : array [1|draw, age of mother, age of father]
        Distribution of the father's age for each age of the mother; rows add up to one.
    minor_age : int
        Children below it are minors.
    children_out, minors_out : array [draw, sex of parent, age of parent]
        Living children, and those of them who are minors, of parents alive.
    orphans_out : array [draw, 3, age of child]
        Persons whose mother is dead, whose father is dead, and both. The deaths of the parents of
        a child are independent of each other, given their ages.

    Notes
    -----
    A parent older than the last age counts as dead.
    """
    draws, ages, _ = children.shape
    for draw in range(draws):
        f = draw if father_age.shape[0] > 1 else 0
        children_out[draw] = 0.0
        minors_out[draw] = 0.0
        orphans_out[draw] = 0.0
        for c in range(ages):
            for m in range(ages):
                n = children[draw, c, m]
                if n == 0.0:
                    continue
                with_mother = n * mother_survival[draw, c, m]
                fathers = 0.0
                if m + c < ages:
                    children_out[draw, 0, m + c] += with_mother
                    if c < minor_age:
                        minors_out[draw, 0, m + c] += with_mother
                else:
                    with_mother = 0.0
                for p in range(ages - c):
                    share = father_age[f, m, p] * father_survival[draw, c, p]
                    if share > 0.0:
                        fathers += share
                        children_out[draw, 1, p + c] += n * share
                        if c < minor_age:
                            minors_out[draw, 1, p + c] += n * share
                orphans_out[draw, 0, c] += n - with_mother
                orphans_out[draw, 1, c] += n * (1.0 - fathers)
                orphans_out[draw, 2, c] += (n - with_mother) * (1.0 - fathers)
