"""Scenarios: three verbs, units, cells, years, composition, and every fault at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from socialbudget.contract import Param
from socialbudget.dims import STANDARD
from socialbudget.ensemble import prepare, project
from socialbudget.errors import ScenarioError
from socialbudget.pack import Pack
from socialbudget.results import Results
from socialbudget.scenario import EMPTY, Scenario
from tests.toy import BASE_YEAR, LAST_YEAR, toy_modules

RATE, GROWTH = "schemes.grant.rate", "people.growth"
YEARS = np.arange(BASE_YEAR, LAST_YEAR + 1)


def one(path: str, body: str) -> Scenario:
    return Scenario.loads(f'title = "Test"\n[[change]]\npath = "{path}"\n{body}\n')


def applied(toy: Pack, scenario: Scenario) -> dict[str, np.ndarray]:
    return prepare(toy, scenario, to=LAST_YEAR, modules=toy_modules())[1]


def faults(toy: Pack, scenario: Scenario) -> str:
    with pytest.raises(ScenarioError) as error:
        applied(toy, scenario)
    return str(error.value)


# --- what the verbs do -----------------------------------------------------------------------


def test_set_holds_from_its_year(toy: Pack) -> None:
    new = applied(toy, one(GROWTH, "set = 0.02\nfrom = 2028"))[GROWTH]
    np.testing.assert_array_equal(new[:, 0], np.where(YEARS >= 2028, 0.02, 0.01))


def test_from_defaults_to_the_first_projected_year(toy: Pack) -> None:
    new = applied(toy, one(GROWTH, "set = 0.02"))[GROWTH]
    np.testing.assert_array_equal(new[:, 0], np.where(YEARS > BASE_YEAR, 0.02, 0.01))


def test_scale_and_add_between_two_years(toy: Pack) -> None:
    scaled = applied(toy, one(GROWTH, "scale = 3\nfrom = 2026\nto = 2028"))[GROWTH][:, 0]
    inside = (YEARS >= 2026) & (YEARS <= 2028)
    np.testing.assert_allclose(scaled, np.where(inside, 0.03, 0.01), rtol=1e-15)
    added = applied(toy, one(GROWTH, "add = -0.005\nfrom = 2026\nto = 2028"))[GROWTH][:, 0]
    np.testing.assert_allclose(added, np.where(inside, 0.005, 0.01), rtol=1e-15)


def test_values_by_year_hold_until_the_next(toy: Pack) -> None:
    body = 'set = { 2026 = 0.02, 2029 = "3 percent" }\nto = 2031'
    new = applied(toy, one(GROWTH, body))[GROWTH][:, 0]
    expected = np.select([YEARS > 2031, YEARS >= 2029, YEARS >= 2026], [0.01, 0.03, 0.02], 0.01)
    np.testing.assert_array_equal(new, expected)


def test_annual_parameters_change_year_by_year(toy: Pack) -> None:
    before = applied(toy, EMPTY)["economy.productivity"]
    after = applied(toy, one("economy.productivity", "scale = 1.1\nfrom = 2030"))
    ratio = (after["economy.productivity"] / before)[:, 0]
    np.testing.assert_allclose(ratio, np.where(YEARS >= 2030, 1.1, 1.0), rtol=1e-15)


def test_fixed_parameters_take_no_years(toy: Pack) -> None:
    assert applied(toy, one("economy.multiplier", "set = 0.4"))["economy.multiplier"] == 0.4
    text = faults(toy, one("economy.multiplier", "set = 0.4\nfrom = 2030"))
    assert "holds for the whole run (a fixed parameter): drop the years" in text


@pytest.mark.parametrize(
    ("text", "value"), [("6.5 percent", 0.065), ("57 %", 0.57), ("12%", 0.12), ("0.1", 0.1)]
)
def test_amounts_may_carry_units(toy: Pack, text: str, value: float) -> None:
    new = applied(toy, one("schemes.grant.replacement", f'set = "{text}"'))
    assert (new["schemes.grant.replacement"][1:] == value).all()


def test_money_per_month(toy: Pack) -> None:
    new = applied(toy, one("economy.productivity", 'set = "100 LCU/person/month"\nfrom = 2034'))
    assert new["economy.productivity"][-1, 0] == pytest.approx(1200.0, rel=1e-12)


def test_where_picks_cells(toy: Pack) -> None:
    new = applied(toy, one(RATE, 'set = 0.5\nwhere = { sex = "male" }'))[RATE]
    assert (new[1:, 0, 1] == 0.5).all()
    assert (new[:, 0, 0] == 0.12).all()
    assert new[0, 0, 1] == 0.10
    both = applied(toy, one(RATE, 'set = 0.5\nwhere = { sex = ["female", "male"] }'))[RATE]
    assert (both[1:] == 0.5).all()


def test_where_takes_ages_and_ranges(toy: Pack) -> None:
    scenario = one(
        "people.population", 'scale = 2\nwhere = { age = [3, "60-62", "100"], sex = "female" }'
    )
    ratio = applied(toy, scenario)["people.population"] / applied(toy, EMPTY)["people.population"]
    expected = np.ones((1, 1, 2, 101))
    expected[:, :, 0, [3, 60, 61, 62, 100]] = 2.0
    np.testing.assert_array_equal(ratio, expected)


def test_patterns_change_every_match(toy: Pack) -> None:
    new = applied(toy, one("schemes.*.r*", "scale = 0.5"))
    assert (new[RATE][1:, 0] == [0.06, 0.05]).all()
    assert (new["schemes.grant.replacement"][1:] == 0.15).all()


def test_nothing_changes_in_place(toy: Pack) -> None:
    before = {path: array.copy() for path, array in applied(toy, EMPTY).items()}
    parameters = applied(toy, EMPTY)
    plan, _ = prepare(toy, to=LAST_YEAR, modules=toy_modules())
    one(GROWTH, "set = 0.02").apply(
        parameters, plan.params, toy.coords, "TOY", BASE_YEAR, LAST_YEAR
    )
    assert all((parameters[path] == before[path]).all() for path in before)


def test_the_empty_scenario_is_the_baseline_bit_for_bit(toy: Pack, toy_base: Results) -> None:
    empty = project(toy, Scenario.loads('title = "Nothing"'), to=LAST_YEAR, modules=toy_modules())
    for name, array in toy_base.arrays.items():
        assert array.tobytes() == empty.arrays[name].tobytes()
    assert empty.scenario.hash == EMPTY.hash


# --- composition -----------------------------------------------------------------------------

WOMEN = one(RATE, 'set = 0.2\nwhere = { sex = "female" }')
MEN = one(RATE, 'set = 0.3\nwhere = { sex = "male" }')
EVERYONE = one(RATE, "scale = 0.5\nfrom = 2030")


def test_scenarios_compose(toy: Pack) -> None:
    together = applied(toy, WOMEN | MEN)[RATE]
    assert (together[1:, 0] == [0.2, 0.3]).all()
    swapped = applied(toy, MEN | WOMEN)[RATE]
    assert together.tobytes() == swapped.tobytes()
    assert (WOMEN | MEN).title == "Test + Test"


def test_different_years_do_not_clash(toy: Pack) -> None:
    early = one(GROWTH, "set = 0.02\nfrom = 2025\nto = 2027")
    late = one(GROWTH, "set = 0.03\nfrom = 2028")
    new = applied(toy, early | late)[GROWTH][:, 0]
    np.testing.assert_array_equal(new, np.select([YEARS > 2027, YEARS > 2024], [0.03, 0.02], 0.01))


def test_a_clash_raises_and_names_path_and_year(toy: Pack) -> None:
    text = faults(toy, WOMEN | EVERYONE)
    assert f"change 2 ('{RATE}'): clashes with change 1 on '{RATE}' in 2030" in text
    assert "order the two scenarios with over()" in text


def test_a_clash_inside_one_file_raises(toy: Pack) -> None:
    text = "title = 'Twice'\n" + 2 * f"[[change]]\npath = '{GROWTH}'\nset = 0.02\n"
    assert "clashes with change 1" in faults(toy, Scenario.loads(text))


def test_over_gives_the_last_word(toy: Pack) -> None:
    scaled_last = applied(toy, EVERYONE.over(WOMEN))[RATE][-1, 0]
    np.testing.assert_allclose(scaled_last, [0.1, 0.05], rtol=1e-15)
    set_last = applied(toy, WOMEN.over(EVERYONE))[RATE][-1, 0]
    np.testing.assert_allclose(set_last, [0.2, 0.05], rtol=1e-15)


def test_over_orders_only_the_two_it_names(toy: Pack) -> None:
    """`a.over(b) | c`: a and b are ordered, a and c are not."""
    ordered = WOMEN.over(EVERYONE)
    other = one(RATE, 'set = 0.4\nwhere = { sex = "female" }\nto = 2026')
    for scenario in (ordered | other, other | ordered):
        text = faults(toy, scenario)
        assert f"('{RATE}'): clashes with change" in text
        assert f"on '{RATE}' in 2025" in text
    new = applied(toy, (ordered | one(GROWTH, "set = 0.02")))
    assert new[GROWTH][-1] == 0.02
    assert other.over(ordered).layers[-1] == other.changes
    assert applied(toy, other.over(ordered))[RATE][1, 0, 0] == 0.4


def test_hash_is_of_the_changes_not_of_the_words() -> None:
    plain = Scenario.loads(f'title="A"\n[[change]]\npath="{GROWTH}"\nset=0.02')
    wordy = Scenario.loads(f'title="B"\nnote="n"\n[[change]]\npath="{GROWTH}"\nset=0.02\nnote="x"')
    other = Scenario.loads(f'title="A"\n[[change]]\npath="{GROWTH}"\nset=0.021')
    assert plain.hash == wordy.hash != other.hash
    assert (plain | WOMEN).hash != (plain.over(WOMEN)).hash


def test_countries(toy: Pack) -> None:
    foreign = Scenario.loads(f'title="A"\ncountries=["ZAF"]\n[[change]]\npath="{GROWTH}"\nset=0.02')
    assert "is meant for ZAF, not for TOY" in faults(toy, foreign)
    with pytest.raises(ScenarioError, match="different countries"):
        foreign | Scenario("B", countries=("KOR",))
    assert (foreign | WOMEN).countries == ("ZAF",)


def test_explain_tells_what_changes() -> None:
    text = (WOMEN | one(GROWTH, "set = { 2026 = 0.02 }\nto = 2030\nnote = 'boom'")).explain()
    assert f"set {RATE} (sex=female): 0.2" in text
    assert f"set {GROWTH}: 2026: 0.02 until 2030 -- boom" in text


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("schemes.grant.rates", "set = 0.1", f"nearest valid path: '{RATE}'"),
        (RATE, "set = 12", "a percent where a fraction is meant? Write '12 percent' or 0.12"),
        (RATE, "scale = -1", "becomes -0.12 in 2025, sex=female, outside [0, 1]"),
        (RATE, 'set = "5 furlong"', "unit 'furlong' does not convert to '1'"),
        (RATE, 'set = "5 bananas"', "unknown unit 'bananas'"),
        (RATE, 'set = "five percent"', "is not a number followed by a unit"),
        (RATE, 'set = "inf"', "'inf' is not a finite number"),
        (RATE, "set = nan", "'nan' is not a finite number"),
        (RATE, "set = 0.1\nfrom = 2024", "year 2024 is not projected: years run from 2025 to 2034"),
        (RATE, "set = { 2035 = 0.1 }", "year 2035 is not projected"),
        (RATE, "set = 0.1\nfrom = 2030\nto = 2029", "ends in 2029, before it begins in 2030"),
        (RATE, "set = 0.1\nto = 2020", "ends in 2020, before it begins in 2025"),
        (RATE, "set = { 2026 = 0.1, 2031 = 0.2 }\nto = 2030", "value of 2031 would never apply"),
        (RATE, 'set = 0.1\nwhere = { sex = "mal" }', "unknown sex 'mal'; did you mean 'male'?"),
        (RATE, "set = 0.1\nwhere = { age = 3 }", "names 'age'; the parameter has dims sex"),
        (GROWTH, "set = 0.1\nwhere = { sex = 'male' }", "names 'sex'; the parameter has no dims"),
        (RATE, "set = 0.1\nwhere = { sex = [] }", "selects no sex at all"),
        ("people.population", "scale = 2\nwhere = { age = '70-60' }", "selects no age at all"),
        ("people.population", "scale = 2\nwhere = { age = 101 }", "unknown age '101'"),
    ],
)
def test_faults_say_what_and_how_to_mend(toy: Pack, path: str, body: str, said: str) -> None:
    assert said in faults(toy, one(path, body))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 'A'\n[[change]\n", "not readable as TOML"),
        ("[[change]]\npath='a'\nset=1", "'title': is missing"),
        ("title='A'\n[[change]]\nset=1", "change 1 'path': is missing"),
        ("title='A'\n[[change]]\npath='a'", "needs exactly one of set, scale, add"),
        ("title='A'\n[[change]]\npath='a'\nset=1\nadd=2", "needs exactly one of set, scale, add"),
        (
            "title='A'\n[[change]]\npath='a'\nset=1\nform=2030",
            "'form': is unknown (nearest: 'from')",
        ),
        ("title='A'\n[[change]]\npath='a'\nset={2026=1}\nfrom=2030", "drop 'from'"),
        ("title='A'\n[[change]]\npath='a'\nset={}", "has no value at all"),
        ("title='A'\n[[change]]\npath='a'\nset=true", "must be a number or a text"),
        ("title='A'\n[[change]]\npath='a'\nset={2026=true}", "must be a number or a text"),
        ("title='A'\n[[change]]\npath='a'\nset=[1,2]", "change 1 'set"),
        ("title='A'\nchanges=[]", "'changes': is unknown (nearest: 'change')"),
    ],
)
def test_files_that_cannot_be_read(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "reform.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        Scenario.load(file)
    assert said in str(error.value)
    assert "reform.toml" in str(error.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.toml: 1 fault"):
        Scenario.load(tmp_path / "none.toml")


def test_all_faults_of_a_file_at_once() -> None:
    with pytest.raises(ScenarioError) as error:
        Scenario.loads("[[change]]\npath='a'\n[[change]]\nset=1\nfoo=2")
    assert len(error.value.faults) == 4


def test_all_faults_of_an_application_at_once(toy: Pack) -> None:
    bad = (
        one("nothing.like.it", "set = 1")
        | one(RATE, "set = 12")
        | one(GROWTH, 'set = "3 kg"')
        | one("economy.productivity", "scale = 2\nfrom = 1999")
    )
    with pytest.raises(ScenarioError) as error:
        applied(toy, bad)
    assert len(error.value.faults) == 4
    assert "4 faults" in str(error.value)


def test_draws_are_changed_alike() -> None:
    """A stochastic parameter keeps its spread under `scale` and `add`, and loses it under `set`."""
    param = Param("x", (), "1", -10.0, 10.0, "")
    draws = np.tile([1.0, 2.0, 3.0], (4, 1))

    def after(body: str) -> np.ndarray:
        new = one("x", body).apply({"x": draws}, {"x": param}, STANDARD, "TOY", 2024, 2027)["x"]
        assert (new[0] == [1.0, 2.0, 3.0]).all()
        return new[-1]

    assert after("scale = 2").tolist() == [2.0, 4.0, 6.0]
    assert after("add = 1").tolist() == [2.0, 3.0, 4.0]
    assert after("set = 5").tolist() == [5.0, 5.0, 5.0]
