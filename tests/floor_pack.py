"""Packs for tests of the rapid assessment: made-up figures where a shipped pack has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from socialbudget.dims import FUNCTIONS
from socialbudget.modules.demography import Demography
from socialbudget.pack import Pack, Source, load_pack
from socialbudget.pack_schemes import Value

MADE_UP = Source(publisher="test", title="Made up", licence="none")
COVERAGE = {"old_age": 0.75, "family": 0.6, "disability": 0.6, "maternity": 0.1,
            "social_assistance": 0.2, "health_care": 0.7}  # fmt: skip


def figures() -> dict[str, tuple[tuple[str, ...], Any, str]]:
    """Made-up published figures by path: dims, value, unit."""
    coverage = np.array([COVERAGE.get(f, 0.0) for f in FUNCTIONS])
    prevalence = np.stack([np.linspace(0.004, 0.05, 101), np.linspace(0.006, 0.04, 101)])
    return {
        "labour_market.base_average_wage": ((), 3.0e5, "LCU/year"),
        "government.total_revenue": ((), 2.0e12, "LCU/year"),
        "government.total_expenditure": ((), 2.3e12, "LCU/year"),
        "government.health_expenditure": ((), 3.0e11, "LCU/year"),
        "living_standards.gini": ((), 0.63, "1"),
        "living_standards.headcount": (("poverty_line",), np.array([0.25, 0.4, 0.62, 0.55]), "1"),
        "living_standards.survey_year": ((), 2014.0, "year"),
        "living_standards.private_growth": ((), -0.02, "1"),
        "living_standards.ppp_factor": ((), 8.4, "LCU"),
        "living_standards.exchange_rate": ((), 18.3, "LCU"),
        "protection.coverage": (("function",), coverage, "1"),
        "demography.disability_prevalence": (("sex", "age"), prevalence, "1"),
    }


@cache
def extended(iso3: str) -> Pack:
    """A shipped pack with made-up figures in place of its own."""
    pack = load_pack(iso3)
    wanted = figures()
    year = pack.base_year
    values = [
        Value(path, dims, {year: value}, unit, "made_up", "assumed")
        for path, (dims, value, unit) in wanted.items()
    ]
    pack = without(pack, *wanted)
    neutral = {"demography.fertility_level": 1.0, "demography.migration_propensity": 1.0,
               "demography.mortality_sensitivity": 1.0}  # fmt: skip
    for param in Demography.params:
        if param.path not in pack.entries:
            shape = tuple(len(pack.coords[d]) for d in param.dims)
            array = np.full(shape, neutral.get(param.path, 0.0))
            years = range(year, 2101) if param.time == "annual" else [year]
            values.append(Value(param.path, param.dims, dict.fromkeys(years, array), param.unit,
                                "made_up", "assumed"))  # fmt: skip
    return pack.with_schemes({}, values, {"made_up": MADE_UP})


def without(pack: Pack, *paths: str) -> Pack:
    """The pack without some of its series."""
    return replace(pack, entries={p: e for p, e in pack.entries.items() if p not in paths})


def changed(pack: Pack, values: Mapping[str, Any]) -> Pack:
    """The pack with other values of the base year."""
    entries = dict(pack.entries)
    for path, value in values.items():
        entries[path] = replace(entries[path], values=np.asarray(value, dtype=float)[None])
    return replace(pack, entries=entries)
