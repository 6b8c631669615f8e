"""Small packs of population alone, for tests of many countries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from socialbudget.builder import PackBuilder
from socialbudget.contract import Param
from socialbudget.modules.demography import Demography

BASE_YEAR, LAST_YEAR = 2024, 2034
AGES = np.arange(101)
SHAPES = {(): (), ("age",): (101,), ("sex",): (2,), ("sex", "age"): (2, 101)}
CENTRAL: dict[str, Any] = {
    "demography.population": np.stack([1000.0 - 9.0 * AGES, 1020.0 - 9.5 * AGES]),
    "demography.death_rate": np.stack([0.0002 * np.exp(0.075 * AGES)] * 2),
    "demography.fertility_rate": np.where((AGES >= 20) & (AGES < 40), 0.1, 0.0),
    "demography.sex_ratio_at_birth": 1.05,
    "demography.net_migration": np.stack([np.where(AGES == 25, 3.0, 0.0)] * 2),
    "demography.migrants_exposed": 0.5,
    "demography.fertility_level": 1.0,
    "demography.fertility_shift": 0.0,
    "demography.mortality_index": 0.0,
    "demography.mortality_sensitivity": 1.0,
    "demography.migration_shift": 0.0,
    "demography.migration_propensity": 1.0,
}


def people_builder(iso3: str, name: str, times: float = 1.0, **meta: Any) -> PackBuilder:
    """A country with `times` as many people as the standard one."""
    pack = PackBuilder(
        iso3,
        name,
        version="1",
        base_year=BASE_YEAR,
        currency="TOY",
        status=meta.pop("status", "illustrative"),
        level=meta.pop("level", 1),
        **meta,
    )
    pack.source("tests", publisher="Tests", title="Plain numbers", licence="CC0")
    for param in Demography().params:
        add(pack, param, times if param.unit.startswith("person") else 1.0)
    return pack


def add(pack: PackBuilder, param: Param, times: float = 1.0) -> None:
    """Add the central values of a parameter, for every year that it needs."""
    value = np.broadcast_to(CENTRAL[param.path], SHAPES[param.dims]) * times
    last = LAST_YEAR if param.time == "annual" else BASE_YEAR
    years = dict.fromkeys(range(BASE_YEAR, last + 1), value)
    pack.table(param.path, param.dims, years, param.unit, "tests", "estimated")


def people_pack(folder: Path, iso3: str, name: str, times: float = 1.0, **meta: Any) -> Path:
    """The same, written to a folder of its code."""
    people_builder(iso3, name, times, **meta).write(folder / iso3)
    return folder / iso3
