"""The simultaneous core: one draw and 1,000 draws of a whole country over 100 years.

``python -m pytest bench/test_core.py -o addopts= -s``. The core is what is solved together each
year: output, prices, labour market, contributions, government, households and every scheme whose
spending answers to them. Measured is the processor time of its solver within whole runs; what
comes before and after the core is not counted. On two cores with nothing else to do, half the
processor time of 1,000 draws is what a clock shows.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from socialbudget import projection
from socialbudget.ensemble import project
from socialbudget.pack import Pack, load_pack

YEARS = 100
LIMITS = {1: 0.3, 1000: 5.0}
"""Seconds for a core over `YEARS` years by number of draws, on two cores."""
CORES = {1: 1, 1000: 2}
DRAWN = 128
"""Draws that are run in place of 1,000; time grows in proportion."""


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Processor time of every solved block."""
    times: list[float] = []
    solve = projection._solve

    def timed(*arguments: object) -> int:
        began = time.thread_time()
        sweeps = solve(*arguments)  # type: ignore[arg-type]
        times.append(time.thread_time() - began)
        return sweeps

    monkeypatch.setattr(projection, "_solve", timed)
    return times


@pytest.mark.parametrize("iso3", ["ZAF", "USA", "KOR"])
@pytest.mark.parametrize("draws", [1, 1000])
def test_core(iso3: str, draws: int, spent: list[float], capsys: pytest.CaptureFixture) -> None:
    pack: Pack = load_pack(iso3)
    project(pack, to=pack.base_year + 3)
    best, sweeps = np.inf, 0.0
    for _ in range(3 if draws == 1 else 1):
        spent.clear()
        run = project(pack, draws=min(draws, DRAWN), seed=None if draws == 1 else 1)
        best = min(best, sum(spent))
        sweeps = run.sweeps[1:].max(axis=1).mean()
    scale = YEARS / (len(run.years) - 1) * draws / min(draws, DRAWN) / CORES[draws]
    with capsys.disabled():
        print(
            f"\n{iso3}, {draws} draws, {YEARS} years: core {best * scale:.2f} s on {CORES[draws]} "
            f"core(s), limit {LIMITS[draws]:g} s, {sweeps:.1f} sweeps a year"
        )
