"""No parameter silently does nothing: each moves some result, in some pack, or is refused.

That a module reads a parameter (`test_modules.py`) does not yet mean that it answers to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from socialbudget.contract import Array, Param
from socialbudget.ensemble import prepare
from socialbudget.errors import SocialBudgetError
from socialbudget.modules import FULL_LEVEL, build_modules
from socialbudget.modules.financing_rules import RULES
from socialbudget.pack import available_packs, load_pack
from socialbudget.plan import Plan
from socialbudget.projection import run
from socialbudget.scenario import Scenario

LAST_YEAR = 2028
ECHO = ("financing_rules.", "contribution_rules.")
"""Modules that only pass parameters on."""
SHARED = {
    *RULES, "contribution_rate", "coverage_rate", "contribution_density", "compliance_rate",
    "earnings_cv", "earnings_floor", "earnings_ceiling", "base_contributions", "reserve",
    "target_reserve_ratio",
}  # fmt: skip
"""Scheme parameters that are the same whatever the kind."""


load_pack_once = cache(load_pack)


@cache
def prepared(
    iso3: str, closure: float, fiscal: float = 1.0, flows: float = 0.0
) -> tuple[Plan, dict[str, Array], dict[str, Array]]:
    """Plan, parameters and results, with a fiscal rule, unemployment benefits and ages moved.

    So are mortality and migration, whose patterns by age matter only then. Some
    parameters answer only to such a change.
    """
    pack = load_pack_once(iso3)
    changes = [
        f'path = "macroeconomy.closure"\nset = {closure}',
        f'path = "labour_market.unemployment_engine"\nset = {flows}',
        f'path = "government.fiscal_closure"\nset = {fiscal}',
        'path = "labour_market.pensionable_age"\nadd = 0.5\nfrom = 2025',
        'path = "participation.child_care_response"\nset = 0.1',
        'path = "care.child_care_coverage"\nadd = 0.1\nfrom = 2025',
        'path = "labour_market.kappa_e"\nset = 1.0',
        'path = "labour_market.enforcement"\nadd = 0.1\nfrom = 2025',
        'path = "relative_earnings.gender_gap_target"\nset = 0.9\nfrom = 2025',
        'path = "demography.mortality_index"\nset = -0.1',
        'path = "demography.migration_shift"\nset = 0.001',
        'path = "external_account.adjustment_speed"\nset = 0.5',
        'path = "human_capital.age_weight"\nset = 0.5',
        'path = "human_capital.spending_elasticity"\nset = 0.1',
        'path = "channels.social_spending_to_human_capital"\nset = 1.0',
        'path = "channels.poverty_to_consumption"\nset = 1.0',
    ]
    changes.append(
        'path = "formalisation.formalisation_rate"\n'
        'where = { status = ["informal_employee", "informal_self_employed"] }\n'
        "set = 0.01\nfrom = 2025"
    )
    changes += [
        f'path = "schemes.{z}.replacement_rate"\nscale = 1.1\nfrom = 2025'
        for z, s in pack.schemes.items()
        if s.kind == "unemployment_insurance"
    ]
    text = "\n".join(f"[[change]]\n{change}" for change in changes)
    plan, parameters = prepare(pack, Scenario.loads(f'title = "Test"\n{text}'), to=LAST_YEAR)
    return plan, parameters, results(iso3, plan, parameters)


def results(iso3: str, plan: Plan, parameters: dict[str, Array]) -> dict[str, Array]:
    pack = load_pack_once(iso3)
    out = run(plan, pack.coords, parameters, pack.base_year, LAST_YEAR, 1).arrays
    return {n: a for n, a in out.items() if not n.startswith(ECHO)}


def others(values: Array, param: Param) -> Iterator[Array]:
    """Values near by, and at the ends of what is allowed; the base year of a path stays."""
    size = max(float(np.abs(values).max()), 1.0 if param.high <= 100.0 else 1e4)
    for other in (
        values * 1.02,
        values * 0.98,
        values + 0.1 * size,
        np.full_like(values, min(param.high, 100.0 * size)),
        np.full_like(values, max(param.low, -100.0 * size)),
    ):
        changed = np.clip(other, param.low, param.high)
        if len(changed) > 1:
            changed[0] = values[0]
        if not np.array_equal(changed, values):
            yield changed


@cache
def kinds_of_parameters() -> dict[str, list[tuple[str, str]]]:
    """``{kind and name: [(pack, path)]}``: the instances of a kind stand for each other."""
    out: dict[str, list[tuple[str, str]]] = {}
    for iso3 in available_packs(FULL_LEVEL):
        pack = load_pack_once(iso3)
        read = {param.path for module in build_modules(pack) for param in module.params}
        for path in pack.entries:
            if path not in read:  # what rapid assessment and population alone read
                continue
            key = path
            if path.startswith("schemes."):
                _, z, name = path.split(".")
                key = name if name in SHARED else f"{pack.schemes[z].kind}.{name}"
            out.setdefault(key, []).append((iso3, path))
    for places in out.values():  # where the parameter is at work, first
        places.sort(key=lambda at: not load_pack_once(at[0]).entries[at[1]].values.any())
    return out


@pytest.mark.slow
@pytest.mark.parametrize("key", kinds_of_parameters())
def test_a_parameter_matters(key: str) -> None:
    places = kinds_of_parameters()[key]
    for iso3, path in places:
        for setting in ((1.0, 1.0, 0.0), (0.0, 1.0, 0.0), (1.0, 1.0, 1.0), (1.0, 3.0, 0.0)):
            plan, parameters, base = prepared(iso3, *setting)
            for other in others(parameters[path], plan.params[path]):
                try:
                    found = results(iso3, plan, {**parameters, path: other})
                except SocialBudgetError:
                    return  # refused aloud
                if any(not np.array_equal(found[n], base[n]) for n in base):
                    return
    pytest.fail(f"{key} changes nothing in any of {len(places)} places, such as {places[0]}")
