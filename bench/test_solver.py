"""Block solver: an 82-equation simultaneous system over 100 years, 1 and 1,000 draws.

``python -m pytest bench/test_solver.py -o addopts= -s`` prints the timings and the ratio to a
plain NumPy fixed point that does the same work in the same run: the same equations in the same
order, swept without acceleration until nothing moves by more than the same tolerance. Timings are
reported, never asserted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.ensemble import CHUNK
from socialbudget.plan import Plan, build_plan
from socialbudget.projection import SOLVER_TOLERANCE, run

YEARS = 100
SIZES = (14, 14, 14, 14, 13, 7, 6)
"""Equations of each part; the six of the last one are what feeds back into the first three."""
LAST = len(SIZES) - 1
COORDS = {**STANDARD, **{f"row{p}": tuple(range(size)) for p, size in enumerate(SIZES)}}
MEMORY = 0.5


def weights(norm: float) -> dict[tuple[int, int], np.ndarray]:
    """``{(reader, read): float64[read rows, reader rows]}``, columns sum to `norm`."""
    rng = np.random.default_rng(82)
    out = {}
    for p, size in enumerate(SIZES):
        read = [q for q in range(len(SIZES)) if q < p or (q == LAST and p < 3)]
        parts = {q: np.abs(rng.normal(size=(SIZES[q], size))) for q in read}
        total = sum(part.sum(axis=0) for part in parts.values())
        out.update({(p, q): norm * part / total for q, part in parts.items()})
    return out


class Part(Module):
    """Some of the equations: x = shock + memory * last x + weighted sums of what it reads."""

    def __init__(self, number: int, all_weights: dict[tuple[int, int], np.ndarray]):
        self.name = f"part{number}"
        self.writes = (Var(f"{self.name}.x", (f"row{number}",), "1", "rate", ""),)
        self.params = (Param("shock", (), "1", -1e9, 1e9, "", "annual"),)
        self.terms = {f"part{q}.x": w for (p, q), w in all_weights.items() if p == number}
        self.reads = tuple(self.terms)

    def start(self, y: Year) -> None:
        y[f"{self.name}.x"] = 0.0

    def step(self, y: Year) -> None:
        total = y.p["shock"][:, None] + MEMORY * y.lag(f"{self.name}.x")
        for name, weight in self.terms.items():
            total = total + y[name] @ weight
        y[f"{self.name}.x"] = total


def plan_of(norm: float) -> Plan:
    all_weights = weights(norm)
    return build_plan([Part(p, all_weights) for p in range(len(SIZES))], COORDS)


def shocks(draws: int) -> np.ndarray:
    """float64[year, draw]"""
    return 1.0 + 0.1 * np.random.default_rng(1).normal(size=(YEARS + 1, draws))


def solver(draws: int, norm: float) -> Callable[[], tuple[dict[str, np.ndarray], float]]:
    """The real thing, in chunks as `project` runs them, on one thread."""
    plan, b = plan_of(norm), shocks(draws)

    def work() -> tuple[dict[str, np.ndarray], float]:
        parts = []
        for first in range(0, draws, CHUNK):
            own = np.ascontiguousarray(b[:, first : first + CHUNK])
            parts.append(run(plan, COORDS, {"shock": own}, 2000, 2000 + YEARS, own.shape[1]))
        arrays = {
            name: np.concatenate([p.arrays[name] for p in parts], axis=1) for name in plan.variables
        }
        return arrays, float(np.median([p.sweeps[1:] for p in parts]))

    return work


def plain(draws: int, norm: float) -> Callable[[], tuple[dict[str, np.ndarray], float]]:
    """The same equations in the same order and chunks, swept until nothing moves any more."""
    names = [m.name + ".x" for m in plan_of(norm).modules]
    numbers = [int(name[4:-2]) for name in names]
    all_weights = weights(norm)
    terms = [[(q, w) for (p, q), w in all_weights.items() if p == number] for number in numbers]
    b = shocks(draws)

    def one(b: np.ndarray) -> tuple[list[np.ndarray], list[int]]:
        out = [np.zeros((YEARS + 1, b.shape[1], size)) for size in SIZES]
        sweeps = []
        for t in range(1, YEARS + 1):
            x = [part[t - 1].copy() for part in out]
            sweep, worst = 0, np.inf
            while worst > SOLVER_TOLERANCE:
                sweep += 1
                worst = 0.0
                for number, reads in zip(numbers, terms, strict=True):
                    total = b[t][:, None] + MEMORY * out[number][t - 1]
                    for q, weight in reads:
                        total = total + x[q] @ weight
                    if number == LAST:  # what feeds back
                        change = np.abs(total - x[number]) / np.maximum(1.0, np.abs(total))
                        worst = float(change.max())
                    x[number] = total
            sweeps.append(sweep)
            for part, new in zip(out, x, strict=True):
                part[t] = new
        return out, sweeps

    def work() -> tuple[dict[str, np.ndarray], float]:
        parts = [one(b[:, first : first + CHUNK]) for first in range(0, draws, CHUNK)]
        arrays = {
            f"part{p}.x": np.concatenate([part[0][p] for part in parts], axis=1)
            for p in range(len(SIZES))
        }
        return arrays, float(np.median([part[1] for part in parts]))

    return work


def seconds(work: Callable[[], object], rounds: int) -> float:
    best = np.inf
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def test_the_system_is_what_it_says() -> None:
    plan = plan_of(0.9)
    (block,) = plan.blocks
    assert sum(SIZES) == 82
    assert len(block.modules) == len(SIZES)
    assert block.tears == (f"part{LAST}.x",)
    ours, theirs = solver(3, 0.9)()[0], plain(3, 0.9)()[0]
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9)


@pytest.mark.parametrize("norm", [0.5, 0.9])
@pytest.mark.parametrize(("draws", "rounds"), [(1, 5), (1000, 3)])
def test_block_solver(benchmark, capsys, draws: int, rounds: int, norm: float) -> None:  # type: ignore[no-untyped-def]
    work, other = solver(draws, norm), plain(draws, norm)
    sweeps, plain_sweeps = work()[1], other()[1]
    benchmark.pedantic(work, rounds=rounds)
    ours, theirs = seconds(work, rounds), seconds(other, rounds)
    with capsys.disabled():
        print(
            f"\n{sum(SIZES)} equations, feedback {norm}, {YEARS} years, {draws} draws: solver "
            f"{ours * 1e3:.0f} ms ({sweeps:.0f} sweeps a year), plain fixed point "
            f"{theirs * 1e3:.0f} ms ({plain_sweeps:.0f} sweeps), ratio {theirs / ours:.2f}"
        )


def test_planning(benchmark) -> None:  # type: ignore[no-untyped-def]
    benchmark(plan_of, 0.9)
