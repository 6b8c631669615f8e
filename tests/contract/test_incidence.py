"""The equations declared in `socialbudget.closures` contain what the code of the modules uses.

A run is taken to a year in which demand counts. Then each variable of the core that a module reads
is moved by itself, the module's step is taken again, and the variables that answer are compared
with those whose declared equations contain the moved one, directly or through other variables of
the same module.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from socialbudget import closures
from socialbudget.closures import Closing, Equation
from socialbudget.contract import Array, Module, Year
from socialbudget.ensemble import prepare
from socialbudget.modules._shared import CLOSURE
from socialbudget.pack import load_pack
from socialbudget.plan import Plan
from socialbudget.projection import run
from socialbudget.scenario import Change, Scenario

PACKS = ("ZZZ", "ZAF")
MACRO = [m for m in closures.MACRO if m <= CLOSURE.high]
"""Those that the code knows."""
CLOSINGS = [*((m, 0) for m in MACRO), (1, 1)]
"""Macro closure and engine of unemployment."""
MODULES = ("prices", "labour_market", "contributions", "scheme_accounts", "household",
           "macroeconomy", "government")  # fmt: skip
YEARS = 3
PUSH = 1e-3
ANSWERS = 1e-13
"""Relative change above which a variable answers: above rounding, below any effect."""


class Kept(Module):
    """A module whose view of the year stays within reach after the run."""

    def __init__(self, inner: Module):
        self.inner = inner
        self.name, self.params, self.writes = inner.name, inner.params, inner.writes
        self.reads, self.lags = inner.reads, inner.lags
        self.view: Year | None = None

    def start(self, y: Year) -> None:
        self.inner.start(y)

    def step(self, y: Year) -> None:
        self.view = y
        self.inner.step(y)


@cache
def solved(iso3: str, macro: int, engine: int) -> tuple[Plan, dict[str, Kept]]:
    """A baseline with a benefit that moves demand, and a tax that parts the prices of consumption
    and output, so that no unknown stands at a corner and nothing cancels."""
    from socialbudget.modules import build_modules

    pack = load_pack(iso3)
    kept = [Kept(m) for m in build_modules(pack)]
    changes = [
        Change(path=closures.MACRO_PATH, set=macro),
        Change(path=closures.FISCAL_PATH, set=1),
        Change(path=closures.ENGINE_PATH, set=engine),
        Change(path="government.consumption_tax_change", set=0.01, from_=2025),
        Change(path="schemes.universal_child_benefit.coverage", set=0.2, from_=2025),
    ]
    last = pack.base_year + YEARS
    plan, parameters = prepare(pack, Scenario("Push", (tuple(changes),)), to=last, modules=kept)
    run(plan, pack.coords, parameters, pack.base_year, last, 1)
    return plan, {m.name: m for m in kept}


def stepped(module: Kept, moved: str = "") -> dict[str, Array]:
    """The module's writes after another step with one of its reads moved."""
    seen = module.view
    assert seen is not None
    y = Year(module.name, seen.base_year, seen.draws)
    y.year, y.p, y._matches, y._last = seen.year, seen.p, seen._matches, seen._last
    y._now = {name: np.array(values) for name, values in seen._now.items()}
    if moved:
        y._now[moved] *= 1.0 + PUSH
        # What is zero, such as the gap under M0, is moved too; cells that do not apply stay zero.
        if not y._now[moved].any():
            y._now[moved] += PUSH
    module.inner.step(y)
    return {var.name: y._now[var.name] for var in module.writes}


def answering(iso3: str, macro: int, engine: int, name: str) -> dict[str, set[str]]:
    """By variable the module writes, the reads of the core to which it answers."""
    plan, modules = solved(iso3, macro, engine)
    core = closures._core(plan)
    still = stepped(modules[name])
    found: dict[str, set[str]] = {var: set() for var in still}
    for moved in [n for n in plan.reads[name] if n in core]:
        for var, values in stepped(modules[name], moved).items():
            scale = np.maximum(np.abs(still[var]).max(), plan.variables[var].scale * 1e-9)
            if (np.abs(values - still[var]) > ANSWERS * scale).any():
                found[var].add(moved)
    return found


def declared(system: tuple[Equation, ...], module: str, left: str) -> set[str]:
    """Variables of other modules in the equation of `left`, its module's unknowns eliminated."""
    by_left: Mapping[str, Equation] = {e.left: e for e in system if e.module == module}
    found: set[str] = set()
    seen, waiting = {left}, [left]
    while waiting:
        for name in by_left[waiting.pop()].right:
            if name in by_left:
                waiting += [name] if name not in seen else []
                seen.add(name)
            else:
                found.add(name)
    return found


@pytest.mark.parametrize(("macro", "engine"), CLOSINGS)
@pytest.mark.parametrize("iso3", PACKS)
@pytest.mark.parametrize("module", MODULES)
def test_declared_incidence_is_that_of_the_code(
    iso3: str, macro: int, engine: int, module: str
) -> None:
    plan, _ = solved(iso3, macro, engine)
    system = closures.of_plan(plan, Closing(macro, 1, engine), load_pack(iso3))
    answers = answering(iso3, macro, engine, module)
    wrong = {}
    for equation in system:
        if equation.module != module or equation.left.startswith("<"):
            continue
        said, found = declared(system, module, equation.left), answers[equation.left]
        if equation.corner:  # some count only beyond a limit, but nothing else may
            said = said & found if found <= said else said
        if said != found:
            wrong[equation.name] = {"not declared": found - said, "no answer": said - found}
    assert not wrong, wrong


@pytest.mark.parametrize(("macro", "engine"), CLOSINGS)
@pytest.mark.parametrize("iso3", PACKS)
def test_every_variable_that_the_core_reads_has_an_equation(
    iso3: str, macro: int, engine: int
) -> None:
    plan, _ = solved(iso3, macro, engine)
    core = closures._core(plan)
    lefts = {e.left for e in closures.of_plan(plan, Closing(macro, 1, engine), load_pack(iso3))}
    read = {
        name
        for block in plan.blocks
        if block.simultaneous
        for m in block.modules
        for name in plan.reads[m.name]
        if name in core
    }
    assert read <= lefts, sorted(read - lefts)
