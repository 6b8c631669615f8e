"""Properties of scenarios that hold for any amount, year and cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialbudget.contract import Param
from socialbudget.dims import STANDARD
from socialbudget.errors import ScenarioError
from socialbudget.scenario import Change, Scenario
from socialbudget.units import parse

BASE, LAST = 2024, 2040
N = LAST - BASE + 1
SHAPES = {(): (), ("sex",): (2,), ("sex", "age"): (2, 101)}

dims = st.sampled_from(list(SHAPES))
years = st.integers(BASE + 1, LAST)
amounts = st.floats(0.05, 20.0)


def param(names: tuple[str, ...], time: str = "step") -> Param:
    return Param("x", names, "1", -1e12, 1e12, "", time)  # type: ignore[arg-type]


def values(names: tuple[str, ...], seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(1.0, 100.0, (N, 1, *SHAPES[names]))


def apply(scenario: Scenario, array: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    new = scenario.apply({"x": array}, {"x": param(names)}, STANDARD, "TOY", BASE, LAST)
    return new["x"]


def scenario(*changes: dict) -> Scenario:
    return Scenario("S", (tuple(Change.model_validate({"path": "x", **c}) for c in changes),))


@st.composite
def cells(draw: st.DrawFn, names: tuple[str, ...]) -> dict:
    """A `where` that fits the dims, or none."""
    where: dict = {}
    if "sex" in names and draw(st.booleans()):
        where["sex"] = draw(st.sampled_from(["female", "male"]))
    if "age" in names and draw(st.booleans()):
        low, high = sorted(draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
        where["age"] = f"{low}-{high}"
    return where


@st.composite
def changes(draw: st.DrawFn, names: tuple[str, ...], verb: str | None = None) -> dict:
    first, last = sorted(draw(st.tuples(years, years)))
    verb = verb or draw(st.sampled_from(["set", "scale", "add"]))
    return {verb: draw(amounts), "from": first, "to": last, "where": draw(cells(names))}


def reference(array: np.ndarray, change: dict, names: tuple[str, ...]) -> np.ndarray:
    """The change cell by cell, in plain Python."""
    out = array.copy()
    (verb,) = {"set", "scale", "add"} & set(change)
    amount = change[verb]
    for index in np.ndindex(out.shape):
        label = {d: STANDARD[d][i] for d, i in zip(names, index[2:], strict=True)}
        if not change["from"] <= BASE + index[0] <= change["to"]:
            continue
        where = change["where"]
        if "sex" in where and label["sex"] != where["sex"]:
            continue
        if "age" in where:
            low, high = (int(a) for a in where["age"].split("-"))
            if not low <= int(label["age"]) <= high:
                continue
        old = out[index]
        out[index] = {"set": amount, "scale": old * amount, "add": old + amount}[verb]
    return out


@given(st.data(), st.sampled_from([(), ("sex",)]), st.integers(0, 9))
def test_any_change_does_what_it_says(data: st.DataObject, names: tuple, seed: int) -> None:
    change, array = data.draw(changes(names)), values(names, seed)
    np.testing.assert_array_equal(
        apply(scenario(change), array, names), reference(array, change, names)
    )


@given(st.data(), dims)
def test_nothing_outside_the_named_years_and_cells_moves(data: st.DataObject, names: tuple) -> None:
    change, array = data.draw(changes(names)), values(names, 1)
    before = array.copy()
    new = apply(scenario(change), array, names)
    assert array.tobytes() == before.tobytes()
    outside = [t for t in range(N) if not change["from"] <= BASE + t <= change["to"]]
    assert new[outside].tobytes() == array[outside].tobytes()
    if "sex" in change["where"]:
        other = 1 - STANDARD["sex"].index(change["where"]["sex"])
        assert new[:, :, other].tobytes() == array[:, :, other].tobytes()


@given(st.data(), dims, amounts)
def test_scale_and_its_inverse_cancel(data: st.DataObject, names: tuple, amount: float) -> None:
    change, array = data.draw(changes(names, "scale")), values(names, 2)
    there = scenario({**change, "scale": amount})
    back = scenario({**change, "scale": 1.0 / amount})
    np.testing.assert_allclose(apply(back.over(there), array, names), array, rtol=1e-15)


@given(st.data(), dims)
def test_powers_of_two_cancel_to_the_bit(data: st.DataObject, names: tuple) -> None:
    change, array = data.draw(changes(names, "scale")), values(names, 2)
    there, back = scenario({**change, "scale": 8.0}), scenario({**change, "scale": 0.125})
    assert apply(back.over(there), array, names).tobytes() == array.tobytes()


@given(st.data(), dims)
def test_adding_and_taking_away_cancel(data: st.DataObject, names: tuple) -> None:
    change, array = data.draw(changes(names, "add")), values(names, 3)
    there, back = scenario(change), scenario({**change, "add": -change["add"]})
    np.testing.assert_allclose(apply(back.over(there), array, names), array, rtol=1e-14)


@given(st.data(), dims)
def test_neutral_changes_change_no_bit(data: st.DataObject, names: tuple) -> None:
    change, array = data.draw(changes(names, "set")), values(names, 4)
    for verb, neutral in (("scale", 1.0), ("add", 0.0)):
        kept = {k: v for k, v in change.items() if k != "set"}
        assert apply(scenario({**kept, verb: neutral}), array, names).tobytes() == array.tobytes()


@given(st.data(), dims)
def test_setting_twice_is_setting_once(data: st.DataObject, names: tuple) -> None:
    once, array = scenario(data.draw(changes(names, "set"))), values(names, 5)
    assert apply(once.over(once), array, names).tobytes() == apply(once, array, names).tobytes()


def governed(scenario_: Scenario, names: tuple[str, ...]) -> np.ndarray:
    """Cells that a scenario changes: those that setting them to a strange value changes."""
    marked = [
        {"set": -1.0, "from": c.from_, "to": c.to, "where": c.where} for c in scenario_.changes
    ]
    array = values(names, 13)
    return np.asarray(apply(scenario(*marked), array, names) != array)


@given(st.data(), dims)
def test_together_is_symmetric_or_a_clash(data: st.DataObject, names: tuple) -> None:
    """`a | b` and `b | a` agree to the bit, or both are refused; then the order matters."""
    one, other = (scenario(data.draw(changes(names))) for _ in range(2))
    array = values(names, 6)
    if np.any(governed(one, names) & governed(other, names)):
        for refused in (one | other, other | one):
            with pytest.raises(ScenarioError, match="clashes"):
                apply(refused, array, names)
        apply(one.over(other), array, names)
    else:
        together = apply(one | other, array, names)
        for same in (other | one, one.over(other), other.over(one)):
            assert apply(same, array, names).tobytes() == together.tobytes()


@given(st.data(), dims)
def test_over_is_one_after_the_other(data: st.DataObject, names: tuple) -> None:
    first, second = (scenario(data.draw(changes(names))) for _ in range(2))
    array = values(names, 7)
    stepwise = apply(second, apply(first, array, names), names)
    assert apply(second.over(first), array, names).tobytes() == stepwise.tobytes()


@given(st.data(), dims)
def test_over_is_associative(data: st.DataObject, names: tuple) -> None:
    a, b, c = (scenario(data.draw(changes(names))) for _ in range(3))
    array = values(names, 8)
    left = apply(a.over(b).over(c), array, names)
    assert left.tobytes() == apply(a.over(b.over(c)), array, names).tobytes()
    assert a.over(b).over(c).hash == a.over(b.over(c)).hash


@given(st.data())
def test_the_last_word_wins_whatever_was_said_before(data: st.DataObject) -> None:
    last = data.draw(amounts)
    final = scenario({"set": last, "from": BASE + 1})
    earlier = scenario(data.draw(changes(("sex",))))
    new = apply(final.over(earlier), values(("sex",), 9), ("sex",))
    assert (new[1:] == last).all()


@given(st.dictionaries(years, amounts, min_size=1, max_size=6))
def test_years_hold_until_the_next_entry(table: dict[int, float]) -> None:
    array = values((), 10)
    new = apply(scenario({"set": table}), array, ())[:, 0]
    value: float | None = None
    for year in range(BASE, LAST + 1):
        value = table.get(year, value)
        assert new[year - BASE] == (array[year - BASE, 0] if value is None else value)


@given(st.dictionaries(years, amounts, min_size=1, max_size=5))
def test_a_table_is_its_entries_one_by_one(table: dict[int, float]) -> None:
    ordered = sorted(table)
    ends = [*(y - 1 for y in ordered[1:]), LAST]
    parts = scenario(
        *({"scale": table[y], "from": y, "to": end} for y, end in zip(ordered, ends, strict=True))
    )
    array = values((), 11)
    assert (
        apply(parts, array, ()).tobytes() == apply(scenario({"scale": table}), array, ()).tobytes()
    )


@given(st.integers(0, 10_000))
def test_percent_text_is_the_fraction(basis_points: int) -> None:
    percent = basis_points / 100.0
    assert parse(f"{percent} percent", "1") == pytest.approx(percent / 100.0, rel=1e-15)
    text = apply(scenario({"set": f"{percent} percent", "from": 2030}), values((), 12), ())
    number = apply(scenario({"set": percent / 100.0, "from": 2030}), values((), 12), ())
    assert text.tobytes() == number.tobytes()
