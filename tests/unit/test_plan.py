"""The order of computation follows from the declarations and from nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.errors import PlanError
from socialbudget.plan import Plan, build_plan, plan_text
from tests.toy import toy_modules


class Stub(Module):
    """A module of declarations only."""

    def __init__(
        self,
        name: str,
        writes: Sequence[str] = (),
        reads: Sequence[str] = (),
        lags: Sequence[str] = (),
        dims: tuple[str, ...] = (),
        params: Sequence[Param] = (),
    ):
        self.name = name
        self.writes = tuple(Var(f"{name}.{w}", dims, "1", "rate", w) for w in writes)
        self.reads, self.lags, self.params = tuple(reads), tuple(lags), tuple(params)

    def start(self, y: Year) -> None: ...

    def step(self, y: Year) -> None: ...


def shape(plan: Plan) -> list[tuple[list[str], tuple[str, ...]]]:
    return [([m.name for m in b.modules], b.tears) for b in plan.blocks]


def plan_of(*modules: Module) -> Plan:
    return build_plan(modules, STANDARD)


def test_order_does_not_depend_on_registration() -> None:
    shapes = [shape(plan_of(*order)) for order in itertools.permutations(toy_modules())]
    assert all(s == shapes[0] for s in shapes)
    assert shapes[0] == [
        (["people"], ()),
        (["economy", "grant", "budget"], ("budget.total",)),
    ]


def test_order_of_a_larger_core_does_not_depend_on_registration() -> None:
    modules = [
        Stub("a", ["x"], ["c.x", "f.x"]),
        Stub("b", ["x"], ["a.x"]),
        Stub("c", ["x"], ["b.x"]),
        Stub("d", ["x"], ["c.x", "e.x"]),
        Stub("e", ["x"], ["d.x"]),
        Stub("f", ["x"]),
    ]
    expected = shape(plan_of(*modules))
    for order in itertools.permutations(modules):
        assert shape(plan_of(*order)) == expected
    assert [sorted(names) for names, _ in expected] == [["f"], ["a", "b", "c"], ["d", "e"]]


def test_writers_come_before_readers() -> None:
    plan = plan_of(Stub("z", ["out"], ["m.out"]), Stub("m", ["out"], ["b.out"]), Stub("b", ["out"]))
    assert [m.name for m in plan.modules] == ["b", "m", "z"]
    assert not any(block.simultaneous for block in plan.blocks)


def test_lags_never_make_order() -> None:
    plan = plan_of(Stub("a", ["x"], lags=["b.x"]), Stub("b", ["x"], ["a.x"]))
    assert shape(plan) == [(["a"], ()), (["b"], ())]
    assert plan.lags["a"] == ("b.x",)


def test_reading_its_own_write_makes_no_loop() -> None:
    plan = plan_of(Stub("a", ["x", "y"], ["a.x", "*.y"]))
    assert shape(plan) == [(["a"], ())]
    assert plan.matches["a"]["*.y"] == ()


def test_fewest_numbers_feed_back() -> None:
    """A block is cut where it is thin: one number, not 202."""
    wide = Stub("wide", ["w"], ["thin.t"], dims=("sex", "age"))
    thin = Stub("thin", ["t"], ["wide.w"])
    assert shape(plan_of(wide, thin)) == [(["wide", "thin"], ("thin.t",))]
    assert shape(plan_of(thin, wide)) == [(["wide", "thin"], ("thin.t",))]


def test_two_writers_clash() -> None:
    one, two = Stub("one"), Stub("two")
    one.writes = two.writes = (Var("shared.x", (), "1", "rate", ""),)
    with pytest.raises(PlanError, match=r"'shared\.x' is written by both 'one' and 'two'"):
        plan_of(two, one)


def test_two_modules_of_one_name() -> None:
    with pytest.raises(PlanError, match="two modules are called 'a'"):
        plan_of(Stub("a", ["x"]), Stub("a", ["y"]))


@pytest.mark.parametrize("role", ["reads", "lags"])
def test_unknown_name_gets_the_nearest(role: str) -> None:
    source = Stub("labour", ["employment"])
    reader = Stub("reader", ["x"], **{role: ["labour.employmnet"]})
    message = f"'reader' {role} 'labour.employmnet', .*did you mean 'labour.employment'"
    with pytest.raises(PlanError, match=message):
        plan_of(source, reader)


def test_unknown_dimension() -> None:
    with pytest.raises(PlanError, match=r"'a\.x' of module 'a' has the unknown dimension 'planet'"):
        plan_of(Stub("a", ["x"], dims=("planet",)))


def test_one_parameter_declared_in_two_ways() -> None:
    ours = Param("tax.rate", (), "1", 0.0, 1.0, "")
    other = Param("tax.rate", (), "1/year", 0.0, 1.0, "")
    with pytest.raises(PlanError, match=r"'tax\.rate' is declared in two ways.*module 'b'"):
        plan_of(Stub("a", params=[ours]), Stub("b", params=[other]))
    assert plan_of(Stub("a", params=[ours]), Stub("b", params=[ours])).params == {"tax.rate": ours}


def test_all_faults_at_once() -> None:
    with pytest.raises(PlanError) as error:
        plan_of(
            Stub("a", ["x"], reads=["nowhere.x"], dims=("planet",)), Stub("b", ["x"], lags=["no.y"])
        )
    text = str(error.value)
    assert all(part in text for part in ("nowhere.x", "planet", "no.y"))
    assert text.count("\n  - ") == 3


def test_patterns_see_every_writer_and_order_after_them() -> None:
    schemes = [Stub(z, ["benefit_expenditure"]) for z in ("pension", "grant", "health")]
    plan = plan_of(Stub("accounts", ["total"], ["*.benefit_expenditure"]), *schemes)
    hits = ("grant.benefit_expenditure", "health.benefit_expenditure")
    assert plan.matches["accounts"]["*.benefit_expenditure"] == (
        *hits,
        "pension.benefit_expenditure",
    )
    assert plan.modules[-1].name == "accounts"
    # A scheme more needs no edit elsewhere; none at all is allowed too.
    assert plan_of(Stub("accounts", ["total"], ["*.benefit_expenditure"])).reads["accounts"] == ()


def test_plan_is_printable() -> None:
    text = plan_text(plan_of(*toy_modules()))
    assert "1. people: persons, by_sex" in text
    assert "2. solved together each year (3 modules)" in text
    assert "feeds back: budget.total" in text
