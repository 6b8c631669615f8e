"""The structural test: closures that do not determine the model are refused before the run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from click.testing import CliRunner

from socialbudget import closures
from socialbudget.cli import main
from socialbudget.closures import Closing, Equation, faults_of
from socialbudget.contract import Module, Param, Var, Year
from socialbudget.ensemble import prepare
from socialbudget.errors import PackError, PlanError, SocialBudgetError
from socialbudget.modules import build_modules
from socialbudget.modules._shared import CLOSURE
from socialbudget.pack import available_packs, load_pack
from socialbudget.plan import build_plan
from socialbudget.scenario import Change, Scenario

PACKS = available_packs(2)


def system(*rows: tuple[str, str, str]) -> list[Equation]:
    return [Equation(name, "m", left, tuple(right.split())) for name, left, right in rows]


def closing(macro: float = 1, fiscal: float = 1, *more: Change) -> Scenario:
    changes = (
        Change(path=closures.MACRO_PATH, set=macro),
        Change(path=closures.FISCAL_PATH, set=fiscal),
        *more,
    )
    return Scenario("Closing", (changes,))


class Engine(Module):
    """Stands for a flow engine that a module set may bring: a switch of the labour market."""

    name = "engine"
    params = (Param(closures.ENGINE_PATH, (), "1", 0, 1, "Engine", "fixed"),)
    writes = (Var("engine.idle", (), "1", "rate", "Nothing"),)

    def start(self, y: Year) -> None:
        y["engine.idle"] = 0.0

    def step(self, y: Year) -> None:
        y["engine.idle"] = 0.0


# --- the test itself --------------------------------------------------------------------------


def test_a_determined_system_passes() -> None:
    assert faults_of(system(("a", "x", "y"), ("b", "y", "x z"), ("c", "z", ""))) == []


def test_two_determinations_of_one_unknown_are_named() -> None:
    faults = faults_of(system(("Okun", "u", "gap"), ("flows", "u", "gap"), ("gap", "gap", "")))
    assert faults == ["'u' is determined twice: by 'Okun', 'flows'. Remove all but one"]


def test_a_system_without_perfect_matching_is_split_into_its_parts() -> None:
    class Free(Equation):
        """An equation that gives no unknown of its own."""

        @property
        def unknowns(self) -> tuple[str, ...]:
            return self.right

    rows: Sequence[Equation] = [
        Equation("first", "m", "x"),
        Equation("second", "m", "y", ("x",)),
        Free("third", "m", "-", ("x", "y")),
        Equation("fourth", "m", "z", ("free",)),
    ]
    over, under = faults_of(rows)
    assert over.startswith("over-determined, more equations than unknowns (3 for 2)")
    assert all(name in over for name in ("first", "second", "third", "'x'", "'y'"))
    assert "fourth" not in over
    assert under.startswith("under-determined, fewer equations than unknowns (1 for 2)")
    assert "fourth" in under
    assert "'free'" in under


# --- every pack, every closure ----------------------------------------------------------------


@pytest.mark.parametrize("iso3", PACKS)
@pytest.mark.parametrize("fiscal", closures.FISCAL)
def test_closures_of_the_shipped_packs_are_determined(iso3: str, fiscal: int) -> None:
    pack = load_pack(iso3)
    plan = build_plan(build_modules(pack), pack.coords)
    for macro in closures.MACRO:
        if macro <= CLOSURE.high:
            found = closures.of_plan(plan, Closing(macro, fiscal), pack)
            unknowns = {name for e in found for name in e.unknowns}
            assert len(found) == len(unknowns)
            assert faults_of(found) == []


def test_flow_engine_under_the_classic_closure_determines_unemployment_twice() -> None:
    pack = load_pack("ZZZ")
    plan = build_plan(build_modules(pack), pack.coords)
    assert faults_of(closures.of_plan(plan, Closing(1, 0, 1), pack)) == []
    (fault,) = faults_of(closures.of_plan(plan, Closing(0, 0, 1), pack))
    assert "'labour_market.unemployment_rate' is determined twice" in fault
    assert "flows between labour states" in fault
    assert "the unemployed are the rest of the labour force" in fault


def test_refusal_comes_before_the_run() -> None:
    pack = load_pack("ZZZ")
    plan, parameters = prepare(pack, closing(0))
    with pytest.raises(
        PlanError, match=r"closure M0 F1, unemployment by flows.*\n.*determined twice"
    ):
        closures.check(plan, {**parameters, closures.ENGINE_PATH: np.ones((1, 1))}, pack)


@pytest.mark.parametrize(
    ("fiscal", "change", "words"),
    [
        (3, Change(path="schemes.*.contribution_rate", set=0.0, from_=2025), "no scheme can carry"),
        (1, Change(path="government.income_tax", set=0.0), "there is no income tax to move"),
    ],
)
def test_instrument_without_base_is_refused(fiscal: int, change: Change, words: str) -> None:
    with pytest.raises(PackError, match=words):
        prepare(load_pack("ZZZ"), closing(1, fiscal, change))


def test_instrument_without_writer_is_refused() -> None:
    pack = load_pack("ZZZ")
    plan, parameters = prepare(pack, closing(1, 0))
    without = build_plan(build_modules(pack), pack.coords)
    for names in (without.variables, without.writer):
        del names["contribution_rules.rate_factor"]
    with pytest.raises(PlanError, match=r"contribution_rules.rate_factor', which no module writes"):
        closures.check(without, parameters, pack)
    closures.check(plan, parameters, pack)


def test_a_module_may_not_determine_again_what_the_core_does() -> None:
    class Rival(Engine):
        """Declares an equation of its own for the price level."""

        name = "engine"
        params = ()
        equations = (Equation("administered prices", "engine", "prices.gdp_deflator"),)

    with pytest.raises(PlanError, match=r"'prices.gdp_deflator' is determined twice.*administered"):
        prepare(load_pack("ZZZ"), closing(), modules=[*build_modules(load_pack("ZZZ")), Rival()])


@pytest.mark.parametrize(
    ("path", "value"), [(closures.MACRO_PATH, 0.5), (closures.FISCAL_PATH, 1.5)]
)
def test_number_between_two_closures_is_refused(path: str, value: float) -> None:
    scenario = Scenario("Between", ((Change(path=path, set=value),),))
    with pytest.raises(PackError, match=rf"'{path}' is {value}; use one of 0 \("):
        prepare(load_pack("ZZZ"), scenario)


@pytest.mark.parametrize("value", [-1, 7])
@pytest.mark.parametrize("path", [closures.MACRO_PATH, closures.FISCAL_PATH])
def test_unknown_closure_is_refused(path: str, value: float) -> None:
    with pytest.raises(SocialBudgetError, match=f"'{path}' becomes {value}"):
        prepare(load_pack("ZZZ"), Scenario("Unknown", ((Change(path=path, set=value),),)))


def test_equations_are_printed() -> None:
    done = CliRunner().invoke(main, ["plan", "ZZZ", "--equations", "--closure", "M0"])
    assert done.exit_code == 0
    assert "Closure M0, classic" in done.output
    assert "employment that output asks for: total_employment" in done.output
    head = next(line for line in done.output.splitlines() if "unknowns" in line).split()
    assert head[0] == head[2]
    assert CliRunner().invoke(main, ["plan", "ZZZ", "--closure", "M0"]).exit_code == 2
