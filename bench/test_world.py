"""Time and room that hundreds of countries take: loading packs, the world's population, size.

``python -m pytest bench/test_world.py -o addopts= -s`` runs them and prints a summary. The limits
are what the project promises on two otherwise idle cores. Loading is measured in time of the
processor, the best of several, and beside plain pandas reading the same files in the same run, so
that a busy machine changes little. The test suite asserts no timing.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from socialbudget.ensemble import project
from socialbudget.modules.demography import Demography
from socialbudget.pack import available_packs, countries_folder, load_pack
from socialbudget.world import world_packs, world_population

EVERY = 12
"""One in so many countries is loaded for the median."""
ROUNDS = 5
LIMITS = {
    "load, median of level 1": 50.0,
    "load, slowest of level 2": 50.0,
    "load over plain pandas": 1.5,
    "one country to 2100": 30.0,
    "world to 2100": 20.0,
    "size of all packs": 40.0,
    "size of a pack, median": 150.0,
}
UNITS = {"load over plain pandas": "", "world to 2100": "s", "size of all packs": "MB",
         "size of a pack, median": "kB"}  # fmt: skip
"""Milliseconds where nothing else is said; the ratio is a number."""
found: dict[str, float] = {}


@pytest.fixture(scope="module", autouse=True)
def summary() -> Iterator[None]:
    yield
    print("\n")
    for what, value in found.items():
        unit = UNITS.get(what, "ms")
        print(f"{what:28} {value:8.2f} {unit:2}  (limit {LIMITS[what]:g} {unit})")


def keep(what: str, value: float) -> None:
    found[what] = value
    assert value <= LIMITS[what], f"{what}: {value:.2f}, limit {LIMITS[what]:g}"


def cpu_ms(work: Callable[[], object]) -> float:
    """Least processor time of several rounds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return 1e3 * min(times)


def plain(folder: Path) -> list[pd.DataFrame]:
    """The tables read by pandas: nothing checked, nothing hashed, no arrays made."""
    return [pd.read_parquet(file) for file in folder.glob("*.parquet")]


def sizes() -> list[int]:
    return [
        sum(file.stat().st_size for file in (countries_folder() / iso3).iterdir())
        for iso3 in available_packs()
    ]


def test_load(benchmark: BenchmarkFixture) -> None:
    whole = set(available_packs(2))
    chosen = [iso3 for iso3 in world_packs() if iso3 not in whole][::EVERY]
    benchmark.pedantic(load_pack, (chosen[0],), rounds=ROUNDS, warmup_rounds=1)
    plain(countries_folder() / chosen[0])
    ours = [cpu_ms(lambda iso3=iso3: load_pack(iso3)) for iso3 in chosen]
    theirs = [cpu_ms(lambda iso3=iso3: plain(countries_folder() / iso3)) for iso3 in chosen]
    print(f"\nplain pandas, median of level 1: {statistics.median(theirs):.1f} ms")
    keep("load, median of level 1", statistics.median(ours))
    keep("load over plain pandas", statistics.median(ours) / statistics.median(theirs))


def test_load_of_level_2() -> None:
    times = {iso3: cpu_ms(lambda iso3=iso3: load_pack(iso3)) for iso3 in available_packs(2)}
    print("\n" + ", ".join(f"{iso3} {ms:.1f} ms" for iso3, ms in times.items()))
    keep("load, slowest of level 2", max(times.values()))


def test_one_country() -> None:
    pack = load_pack(world_packs()[0])
    project(pack, modules=[Demography()])  # kernels loaded
    keep("one country to 2100", cpu_ms(lambda: project(pack, modules=[Demography()])))


def test_world(benchmark: BenchmarkFixture) -> None:
    """Every pack from disk and every process started: nothing is warm but the kernels' cache."""
    begun = os.times()
    world = benchmark.pedantic(world_population, rounds=1)
    ended = os.times()
    spent = sum(ended[:4]) - sum(begun[:4])
    print(
        f"\n{len(world.countries)} countries, {len(world.refused)} refused "
        f"({', '.join(world.refused) or 'none'}), {spent:.1f} s of processor time, residual of "
        f"D-1 {world.residual():.0e}"
    )
    keep("world to 2100", benchmark.stats.stats.median)


def test_size() -> None:
    keep("size of all packs", sum(sizes()) / 1e6)
    keep("size of a pack, median", statistics.median(sizes()) / 1e3)
