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
from socialbudget.pack import available_packs, load_pack
from socialbudget.plan import Plan
from socialbudget.projection import run
from socialbudget.scenario import Scenario

LAST_YEAR = 2028
ECHO = ("financing_rules.", "contribution_rules.")
"""Modules that only pass parameters on."""
CONDITIONAL = {
    "labour_market.beta_ui": "answers to a change of unemployment benefits",
    "labour_market.theta_ret": "answers to a change of the pensionable age",
}


@cache
def prepared(iso3: str, closure: float) -> tuple[Plan, dict[str, Array], dict[str, Array]]:
    """Plan, parameters and results under a fiscal rule, with unemployment benefits and ages moved."""
    pack = load_pack(iso3)
    changes = {
        "macroeconomy.closure": ("set", closure),
        "government.fiscal_closure": ("set", 1.0),
        "labour_market.pensionable_age": ("add", 0.5),
    }
    benefits = [
        f"schemes.{z}.replacement_rate"
        for z, s in pack.schemes.items()
        if s.kind == "unemployment_insurance"
    ]
    changes |= dict.fromkeys(benefits, ("scale", 1.1))
    text = "\n".join(
        f'[[change]]\npath = "{path}"\n{verb} = {amount}\nfrom = 2025'
        if path not in ("macroeconomy.closure", "government.fiscal_closure")
        else f'[[change]]\npath = "{path}"\n{verb} = {amount}'
        for path, (verb, amount) in changes.items()
    )
    plan, parameters = prepare(pack, Scenario.loads(f'title = "Test"\n{text}'), to=LAST_YEAR)
    return plan, parameters, results(iso3, plan, parameters)


def results(iso3: str, plan: Plan, parameters: dict[str, Array]) -> dict[str, Array]:
    pack = load_pack_once(iso3)
    out = run(plan, pack.coords, parameters, pack.base_year, LAST_YEAR, 1).arrays
    return {n: a for n, a in out.items() if not n.startswith(ECHO)}


load_pack_once = cache(load_pack)


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


def kinds_of_parameters() -> dict[str, list[tuple[str, str]]]:
    """``{kind and name: [(pack, path)]}``: the instances of a kind stand for each other."""
    out: dict[str, list[tuple[str, str]]] = {}
    for iso3 in available_packs():
        pack = load_pack_once(iso3)
        for path in pack.entries:
            key = path
            if path.startswith("schemes."):
                _, z, name = path.split(".")
                key = f"{pack.schemes[z].kind}.{name}"
            out.setdefault(key, []).append((iso3, path))
    return out


@pytest.mark.slow
@pytest.mark.parametrize(("key", "where"), kinds_of_parameters().items(), ids=lambda k: str(k)[:60])
def test_a_parameter_matters(key: str, where: list[tuple[str, str]]) -> None:
    for iso3, path in where:
        for closure in (1.0, 0.0):
            plan, parameters, base = prepared(iso3, closure)
            for other in others(parameters[path], plan.params[path]):
                try:
                    found = results(iso3, plan, {**parameters, path: other})
                except SocialBudgetError:
                    return  # refused aloud
                if any(not np.array_equal(found[n], base[n]) for n in base):
                    return
    pytest.fail(f"{key} changes nothing in any of {len(where)} places, such as {where[0]}")
