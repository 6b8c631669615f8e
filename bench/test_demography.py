"""Time of populations of many draws with stochastic mortality, beside plain NumPy.

``python -m pytest bench/test_demography.py -o addopts= -s`` runs them and prints a summary:
nanoseconds of processor time per draw, age, sex and year, one thread, least of several rounds. A
fused reference kernel of the same step needs 0.7 to 1.9 ns on an idle core, plain NumPy 11; NumPy
is measured here in the same run, so that its ratio stands on a busy machine too. The test suite
asserts no timing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from socialbudget import population_ensemble as ensembles
from socialbudget.contract import Array
from socialbudget.ensemble import project
from socialbudget.modules.demography import Demography
from socialbudget.pack import Pack, load_pack
from socialbudget.population_ensemble import population_ensemble

DRAWS, ROUNDS = 1000, 7
REFERENCE = "a fused reference kernel: 0.7 to 1.9 ns; plain NumPy: 11 ns (idle core)"
LIMITS = {
    "whole ensemble, ns": 5.0,
    "whole ensemble, 1,000 draws x 100 years, s": 0.1,
    "kernel alone, ns": 5.0,
    "plain NumPy over whole ensemble": 1.5,
    "plain NumPy over kernel": 2.4,
}
"""On an otherwise idle core; the ratios hold on a busy one too."""
found: dict[str, float] = {}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("KOR")


@pytest.fixture(scope="module", autouse=True)
def summary() -> Iterator[None]:
    yield
    print(f"\n{REFERENCE}")
    for what, value in found.items():
        limit = f"  (limit {LIMITS[what]:g})" if what in LIMITS else ""
        print(f"{what:46} {value:8.2f}{limit}")


def keep(what: str, value: float) -> None:
    found[what] = value
    if " over " in what:
        assert value >= LIMITS[what], f"{what}: {value:.2f}, at least {LIMITS[what]:g}"
    elif what in LIMITS:
        assert value <= LIMITS[what], f"{what}: {value:.2f}, limit {LIMITS[what]:g}"


def least(work: Callable[[], object]) -> float:
    """Least processor time of several rounds (s)."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def plain(
    stock: Array, rate: Array, sensitivity: Array, index: Array, fertility: Array, moving: Array
) -> Array:
    """The same method in NumPy: exponential, life table and step of every draw, year by year.

    `rate`, `moving` [year, sex, age], `sensitivity` [sex, age], `index` [year, draw, sex],
    `fertility` [year, age]; migrants at the end of the year.
    """
    for t in range(len(rate)):
        m = rate[t] * np.exp(index[t][..., None] * sensitivity)
        q = m / (1.0 + 0.5 * m)
        lived = 1.0 - 0.5 * q
        survival = (1.0 - q[..., :-1]) * lived[..., 1:] / lived[..., :-1]
        after = np.empty_like(stock)
        after[..., 1:] = stock[..., :-1] * survival
        after[..., -1] += stock[..., -1] * survival[..., -1]
        births = (0.5 * (stock[:, 0] + after[:, 0])) @ fertility[t]
        after[..., 0] = births[:, None] * np.array([0.488, 0.512]) * lived[..., 0]
        stock = after + moving[t]
    return stock


@pytest.fixture(scope="module")
def numpy_ns(pack: Pack) -> float:
    rate = pack.entries["demography.death_rate"].values[1:]
    years = len(rate)
    rng = np.random.default_rng(1)
    index = 0.02 * np.cumsum(rng.standard_normal((years, DRAWS, 2)), axis=0)
    stock = np.repeat(pack.entries["demography.population"].values[:1], DRAWS, axis=0)
    given = (
        stock,
        rate,
        pack.entries["demography.mortality_sensitivity"].values[0],
        index,
        pack.entries["demography.fertility_rate"].values[1:],
        pack.entries["demography.net_migration"].values[1:],
    )
    # Blocks that stay in cache, as for the kernel.
    block = 64

    def work() -> None:
        for first in range(0, DRAWS, block):
            draws = slice(first, first + block)
            plain(stock[draws], *given[1:3], index[:, draws], *given[4:])

    ns = 1e9 * least(work) / (DRAWS * years * 202)
    found["plain NumPy, ns"] = ns
    return ns


def test_ensemble(pack: Pack, numpy_ns: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random numbers, quantiles, life tables, kernel and age groups: everything once warm."""
    population_ensemble(pack, draws=8, threads=1)
    years = 2100 - pack.base_year
    cells = DRAWS * years * 202
    ns = 1e9 * least(lambda: population_ensemble(pack, draws=DRAWS, threads=1)) / cells
    inner, kernel = [], ensembles.population_paths
    total = [0.0]

    def timed(*arguments: object) -> None:
        begun = time.thread_time()
        kernel(*arguments)
        total[0] += time.thread_time() - begun

    monkeypatch.setattr(ensembles, "population_paths", timed)
    for _ in range(ROUNDS):
        total[0] = 0.0
        population_ensemble(pack, draws=DRAWS, threads=1)
        inner.append(total[0])
    alone = 1e9 * min(inner) / cells
    found["kernel alone, ns"] = alone
    found["plain NumPy over kernel"] = numpy_ns / alone
    keep("plain NumPy over whole ensemble", numpy_ns / ns)
    keep("plain NumPy over kernel", numpy_ns / alone)
    keep("kernel alone, ns", alone)
    keep("whole ensemble, 1,000 draws x 100 years, s", ns * 1e-9 * DRAWS * 100 * 202)
    keep("whole ensemble, ns", ns)


def test_project(pack: Pack) -> None:
    """Every variable of every draw by sex and age, as `project` keeps it: bound by memory."""
    modules = [Demography()]
    project(pack, draws=70, seed=1, to=pack.base_year + 2, modules=modules)
    cells = DRAWS * (2100 - pack.base_year) * 202

    def work() -> None:
        project(pack, draws=DRAWS, seed=1, modules=modules)

    begun = time.process_time()
    work()
    found["project(), one round, ns"] = 1e9 * (time.process_time() - begun) / cells
