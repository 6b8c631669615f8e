"""Time that the rapid assessment takes: one country, and every country.

``python -m pytest bench/test_floor.py -o addopts= -s`` runs them and prints a summary. The limits
are what the project promises on two otherwise idle cores; the test suite asserts no timing.
"""

from __future__ import annotations

import time

from pytest_benchmark.fixture import BenchmarkFixture

from socialbudget.floor import assess_variants, assess_world, load_package
from socialbudget.pack import load_pack

ONE_COUNTRY, WORLD = 2.0, 60.0
"""Seconds."""


def test_one_country_low_and_high_with_100_draws(benchmark: BenchmarkFixture) -> None:
    package = load_package()

    def one() -> None:
        found = assess_variants(load_pack("ETH"), package)
        assert all(len(a.cost) and len(a.poverty) for a in found.values())

    benchmark.pedantic(one, rounds=5, warmup_rounds=1)
    if benchmark.stats is not None:
        print(f"\none country: {benchmark.stats.stats.median:.2f} s (limit {ONE_COUNTRY:g})")
        assert benchmark.stats.stats.median <= ONE_COUNTRY


def test_every_country() -> None:
    begun = time.perf_counter()
    table, refused = assess_world(load_package())
    took = time.perf_counter() - begun
    print(f"\n{len(table) - len(refused)} countries: {took:.0f} s (limit {WORLD:g})")
    assert took <= WORLD
