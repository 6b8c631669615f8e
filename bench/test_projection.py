"""Time of whole runs: one draw, many draws, start-up, all outputs, and a cold start.

``python -m pytest bench/test_projection.py -o addopts= -s`` runs them and prints a summary. The
limits are what the project promises on two otherwise idle cores; on a busy machine look at the
ratio, which is of two runs side by side. The test suite asserts no timing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from socialbudget.ensemble import project
from socialbudget.pack import Pack, load_pack

COUNTRY = "ZAF"
DRAWS = 100
CALL = "from socialbudget.cli import main; main()"
REPOSITORY = Path(__file__).resolve().parent.parent
LIMITS = {
    "one draw to 2100": 1.0,
    "100 draws over one draw": 10.0,
    "--help": 0.5,
    "warm run with all outputs": 10.0,
    "cold run with all outputs": 90.0,
}
"""Seconds on two otherwise idle cores; the ratio is a number."""
found: dict[str, float] = {}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(COUNTRY)


@pytest.fixture(scope="module", autouse=True)
def summary() -> Iterator[None]:
    yield
    print("\n")
    for what, value in found.items():
        unit = "" if "over" in what else " s"
        print(f"{what:28} {value:8.3f}{unit:2}  (limit {LIMITS[what]:g}{unit})")


def keep(what: str, value: float) -> None:
    found[what] = value
    assert value <= LIMITS[what], f"{what}: {value:.2f}, limit {LIMITS[what]:g}"


def seconds(*arguments: str, cache: Path | None = None) -> float:
    """Wall time of the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", CALL, *arguments], check=True, capture_output=True, env=environment
    )
    return time.perf_counter() - begun


def test_one_draw(pack: Pack, benchmark: BenchmarkFixture) -> None:
    project(pack, to=pack.base_year + 2)  # kernels loaded
    benchmark.pedantic(project, (pack,), rounds=5, warmup_rounds=1)
    keep("one draw to 2100", benchmark.stats.stats.median)


def test_many_draws(pack: Pack, benchmark: BenchmarkFixture) -> None:
    project(pack, to=pack.base_year + 2, draws=DRAWS)
    benchmark.pedantic(project, (pack,), {"draws": DRAWS}, rounds=3)
    many = benchmark.stats.stats.median
    single = []
    for _ in range(3):
        begun = time.perf_counter()
        project(pack)
        single.append(time.perf_counter() - begun)
    print(f"100 draws to 2100: {many:.2f} s")
    keep("100 draws over one draw", many / statistics.median(single))


def test_start_up(benchmark: BenchmarkFixture) -> None:
    """The command line must answer at once: it imports neither pandas nor Numba for this."""
    benchmark.pedantic(seconds, ("--help",), rounds=5, warmup_rounds=1)
    keep("--help", benchmark.stats.stats.median)


def test_warm_run(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    arguments = ("run", COUNTRY, "--out", str(tmp_path / "out"))
    cache = tmp_path / "cache"
    seconds(*arguments, cache=cache)
    benchmark.pedantic(seconds, arguments, {"cache": cache}, rounds=3)
    keep("warm run with all outputs", benchmark.stats.stats.median)


def test_cold_run(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """First run on a machine: every kernel is compiled."""
    cache = tmp_path / "cache"
    cache.mkdir()
    arguments = ("run", COUNTRY, "--out", str(tmp_path / "out"))
    benchmark.pedantic(seconds, arguments, {"cache": cache}, rounds=1)
    assert any(cache.rglob("*.nbi")), "nothing was compiled: the run was not cold"
    keep("cold run with all outputs", benchmark.stats.stats.median)
