"""One sweep of Anderson acceleration for every draw of a simultaneous block."""

from __future__ import annotations

import math

from numba import njit
from numpy import bool_, float64
from numpy.typing import NDArray

Array = NDArray[float64]


@njit(cache=True, nogil=True, error_model="numpy")
def anderson_sweep(
    answer: Array,
    unit: Array,
    noise: Array,
    tolerance: float,
    recency: float,
    ridge: float,
    first: bool,
    guess: Array,
    guess_before: Array,
    residual_before: Array,
    steps: Array,
    changes: Array,
    frozen: NDArray[bool_],
    error: Array,
    work: Array,
) -> None:
    """Learn from the last sweep, freeze the draws that are solved, move the guess of the others.

    The guess moves by the residual ``(answer - guess) / unit``, corrected by what past steps did
    to it: the least-squares combination of past changes of the residual that explains the present
    one, from normal equations with a small ridge (Cholesky). Changes have unit length and weigh
    the more the later they are, so that where several explain the residual the weights of smallest
    norm lean on the latest. Walker & Ni (2011), SIAM J. Numer. Anal. 49(4), algorithm AA.

    Parameters
    ----------
    answer : float64[draw, n]
        Tear variables as the block computed them from `guess`.
    unit : float64[draw, n]
        Size of each tear variable.
    noise : float64[n]
        A change below `tolerance` times the larger of this and the answer counts as none.
    tolerance, recency, ridge : float
        Convergence; weight of each past step relative to the one after it; ridge of the normal
        equations.
    first : bool
        True in the first sweep of a year, which has no step to learn from.
    guess : float64[draw, n] (changed in place; that of a frozen draw stays)
    guess_before, residual_before : float64[draw, n] (in and out)
    steps, changes : float64[draw, memory, n] (in and out)
        Past relative steps of the guess and the changes of the residual they made, oldest first.
    frozen : bool[draw] (in and out)
        Draws that are solved.
    error : float64[draw, n] (out)
        Relative change of each tear variable.
    work : float64[memory + 2, memory]
        Space for the normal equations.
    """
    draws, memory, n = changes.shape
    right, scale = work[memory], work[memory + 1]
    for d in range(draws):
        if frozen[d]:
            continue
        worst = 0.0
        for k in range(n):
            gap = answer[d, k] - guess[d, k]
            error[d, k] = abs(gap) / max(noise[k], abs(answer[d, k]))
            worst = max(worst, error[d, k])
        if not first:
            for i in range(memory - 1):
                for k in range(n):
                    steps[d, i, k] = steps[d, i + 1, k]
                    changes[d, i, k] = changes[d, i + 1, k]
            for k in range(n):
                residual = (answer[d, k] - guess[d, k]) / unit[d, k]
                steps[d, memory - 1, k] = (guess[d, k] - guess_before[d, k]) / unit[d, k]
                changes[d, memory - 1, k] = residual - residual_before[d, k]
        if worst <= tolerance:
            frozen[d] = True
            continue
        for k in range(n):
            guess_before[d, k] = guess[d, k]
            residual_before[d, k] = (answer[d, k] - guess[d, k]) / unit[d, k]
        weight = 1.0
        for i in range(memory - 1, -1, -1):
            size, total = 0.0, 0.0
            for k in range(n):
                size += changes[d, i, k] * changes[d, i, k]
                total += changes[d, i, k] * residual_before[d, k]
            scale[i] = weight / math.sqrt(size) if size > 0.0 else weight
            right[i] = total * scale[i]
            weight *= recency
        for i in range(memory):
            for j in range(i + 1):
                total = 0.0
                for k in range(n):
                    total += changes[d, i, k] * changes[d, j, k]
                work[i, j] = total * scale[i] * scale[j]
            work[i, i] += ridge
        for i in range(memory):
            for j in range(i + 1):
                total = work[i, j]
                for k in range(j):
                    total -= work[i, k] * work[j, k]
                work[i, j] = math.sqrt(max(total, ridge)) if i == j else total / work[j, j]
            total = right[i]
            for k in range(i):
                total -= work[i, k] * right[k]
            right[i] = total / work[i, i]
        for i in range(memory - 1, -1, -1):
            total = right[i]
            for k in range(i + 1, memory):
                total -= work[k, i] * right[k]
            right[i] = total / work[i, i]
        for k in range(n):
            move = residual_before[d, k]
            for i in range(memory):
                move -= (steps[d, i, k] + changes[d, i, k]) * scale[i] * right[i]
            guess[d, k] += move * unit[d, k]
