"""Faulty packs and scenarios: each error says file, table, column, row, and how to mend it.

Each case builds the small valid pack of `tests.toy`, breaks one thing and tries to get as far as
the first projected year.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import socialbudget.ensemble
import socialbudget.modules
from socialbudget.ensemble import prepare
from socialbudget.errors import Faults, PackError, ScenarioError
from socialbudget.modules import build_modules
from socialbudget.pack import load_pack, seal
from socialbudget.scenario import EMPTY, Scenario
from tests.toy import BASE_YEAR, LAST_YEAR, toy_modules

Break = Callable[[Path], None]


@pytest.fixture
def pack_folder(toy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the toy pack, with the toy modules as those of its country."""
    for home in (socialbudget.modules, socialbudget.ensemble):
        monkeypatch.setattr(home, "build_modules", lambda pack: toy_modules())
    return Path(shutil.copytree(toy_folder, tmp_path / "TOY"))


def edit(file: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Break:
    """Change a table."""

    def apply(folder: Path) -> None:
        frame = change(pd.read_parquet(folder / file).copy())
        frame.to_parquet(folder / file, index=False)

    return apply


def put(file: str, row: int, column: str, value: object) -> Break:
    """Change one cell of a table."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        if isinstance(value, str):
            frame[column] = frame[column].astype(object)
        elif isinstance(value, int):
            frame[column] = frame[column].astype("int64")
        frame.loc[row, column] = value
        return frame

    return edit(file, change)


def text(old: str, new: str) -> Break:
    """Change pack.toml."""

    def apply(folder: Path) -> None:
        file = folder / "pack.toml"
        content = file.read_text(encoding="utf-8")
        assert old in content, old
        file.write_text(content.replace(old, new, 1), encoding="utf-8")

    return apply


def rows_of(path: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame[frame["path"] == path]


def without(file: str, keep: Callable[[pd.DataFrame], pd.Series]) -> Break:
    return edit(file, lambda frame: frame[keep(frame)].reset_index(drop=True))


def also(file: str, add: Callable[[pd.DataFrame], pd.DataFrame]) -> Break:
    """Append rows made from those that are there."""
    return edit(file, lambda frame: pd.concat([frame, add(frame)], ignore_index=True))


def truncate(file: str) -> Break:
    def apply(folder: Path) -> None:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: len(content) // 2])

    return apply


def content(file: str, data: bytes) -> Break:
    def apply(folder: Path) -> None:
        (folder / file).write_bytes(data)

    return apply


def both(one: Break, other: Break) -> Break:
    def apply(folder: Path) -> None:
        one(folder)
        other(folder)

    return apply


@dataclass(frozen=True)
class Case:
    """What is broken, and what the error has to say: `says` in order of reading."""

    id: str
    broken: Break
    says: tuple[str, ...]
    sealed: bool = True


POP, SEX, SCALAR = "sex_age.parquet", "sex.parquet", "scalar.parquet"
AT_POP = ("sex_age.parquet: table 'sex_age'",)
AT_SEX = ("sex.parquet: table 'sex'",)
AT_SCALAR = ("scalar.parquet: table 'scalar'",)


def productivity_year(year: int) -> int:
    """Row of productivity in the scalar table: after the multiplier, one row a year."""
    return 1 + year - BASE_YEAR


def growth_rows(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    return rows_of("people.growth")(frame).assign(year=np.int16(year))


CASES = [
    Case(
        "missing column",
        edit(POP, lambda f: f.drop(columns="flag")),
        (*AT_POP, "column 'flag' is missing", "add it"),
        sealed=False,
    ),
    Case(
        "unknown column",
        edit(POP, lambda f: f.assign(remark="x")),
        (*AT_POP, "column 'remark' is unknown", "remove or rename it"),
        sealed=False,
    ),
    Case(
        "missing index column",
        edit(POP, lambda f: f.drop(columns="age")),
        (*AT_POP, "column 'age' is missing", "add it"),
        sealed=False,
    ),
    Case(
        "not a number",
        put(POP, 17, "value", np.nan),
        (*AT_POP, "column 'value', row 17", "not a finite number", "give every value"),
    ),
    Case(
        "infinite",
        put(POP, 117, "value", np.inf),
        (*AT_POP, "column 'value', row 117", "not a finite number", "give every value"),
    ),
    Case(
        "text for numbers",
        edit(POP, lambda f: f.assign(value=f["value"].astype(str))),
        (*AT_POP, "column 'value' holds text", "store numbers as float64"),
        sealed=False,
    ),
    Case(
        "duplicate key",
        also(POP, lambda f: f.iloc[[5]]),
        (*AT_POP, "column 'path', row 202", "the same key stands twice", "keep one of the rows"),
    ),
    Case(
        "unknown sex code",
        put(POP, 3, "sex", "femal"),
        (*AT_POP, "column 'sex', row 3", "unknown code 'femal'", "did you mean 'female'?"),
    ),
    Case(
        "unknown age",
        put(POP, 201, "age", 101),
        (*AT_POP, "column 'age', row 201", "unknown code '101'", "allowed: 0 to 100"),
    ),
    Case(
        "age as text",
        edit(POP, lambda f: f.assign(age=f["age"].astype(str) + " years")),
        (*AT_POP, "column 'age', row 0", "unknown code '0 years'", "allowed: 0 to 100"),
    ),
    Case(
        "negative population",
        put(POP, 60, "value", -1.0),
        (
            *AT_POP,
            "'people.population'",
            "column 'value', row 60 (2024, sex=female, age=60)",
            "-1 person is outside [0, 1e+10]",
            "correct it",
        ),
    ),
    Case(
        "row of the file even where the file is unsorted",
        edit(POP, lambda f: f.assign(value=[-1.0, *f["value"][1:]])[::-1].reset_index(drop=True)),
        (*AT_POP, "column 'value', row 201 (2024, sex=female, age=0)"),
    ),
    Case(
        "missing cell",
        without(POP, lambda f: ~((f["age"] == 40) & (f["sex"] == "male"))),
        (
            *AT_POP,
            "column 'age', from row 0 on",
            "1 of 202 rows are missing (first: sex=male, age=40)",
            "give every combination of (sex, age)",
        ),
    ),
    Case(
        "no rows",
        edit(SEX, lambda f: f.iloc[:0]),
        (*AT_SEX, "holds no rows", "fill it or drop it"),
    ),
    Case(
        "wrong unit",
        edit(POP, lambda f: f.assign(unit="LCU")),
        (*AT_POP, "column 'unit', row 0", "'LCU' does not convert to 'person'", "give it in"),
    ),
    Case(
        "unknown unit",
        edit(POP, lambda f: f.assign(unit="heads")),
        (*AT_POP, "column 'unit', row 0", "unknown unit 'heads'", "give it in 'person'"),
    ),
    Case(
        "mixed units",
        put(POP, 9, "unit", "kiloperson"),
        (*AT_POP, "column 'unit', row 9", "mixes units ['kiloperson', 'person']", "use one"),
    ),
    Case(
        "empty unit",
        put(POP, 9, "unit", None),
        (*AT_POP, "column 'unit', row 9", "empty", "fill it"),
    ),
    Case(
        "empty path",
        put(SEX, 1, "path", None),
        (*AT_SEX, "column 'path', row 1", "empty", "fill it"),
    ),
    Case(
        "percent for a fraction",
        put(SEX, 1, "value", 12.0),
        (
            *AT_SEX,
            "column 'value', row 1 (2024, sex=male)",
            "12 is outside [0, 1]",
            "a percent where a fraction is meant? Give 0.05, or unit 'percent'",
        ),
    ),
    Case(
        "unknown flag",
        put(SEX, 0, "flag", "guessed"),
        (*AT_SEX, "column 'flag', row 0", "unknown flag", "use one of observed, estimated"),
    ),
    Case(
        "unknown source",
        put(SEX, 1, "source", "wikipedia"),
        (*AT_SEX, "column 'source', row 1", "not listed in pack.toml", "add a [sources.<key>]"),
    ),
    Case(
        "years that are no whole numbers",
        edit(SEX, lambda f: f.assign(year=2024.5)),
        (*AT_SEX, "column 'year' must hold whole numbers", "store it as int16"),
    ),
    Case(
        "gap in an annual path",
        without(SCALAR, lambda f: f["year"] != 2029),
        (
            *AT_SCALAR,
            "'economy.productivity'",
            f"column 'year', row {productivity_year(2029)}",
            "gap, 1 years are missing (2029 first)",
            "add a row for every year",
        ),
    ),
    Case(
        "annual path that starts late",
        without(SCALAR, lambda f: (f["path"] != "economy.productivity") | (f["year"] > 2025)),
        (*AT_SCALAR, "column 'year', row 1", "2 years are missing (2024 first)", "add a row"),
    ),
    Case(
        "annual path that ends early, nothing declared",
        without(SCALAR, lambda f: f["year"] <= 2030),
        (
            *AT_SCALAR,
            "'economy.productivity'",
            f"column 'year', row {productivity_year(2030)}",
            "ends in 2030, the run goes to 2034",
            '[extrapolation] "economy.productivity" = "hold"',
        ),
    ),
    Case(
        "missing path",
        without(SCALAR, lambda f: f["path"] != "people.growth"),
        ("table 'scalar'", "column 'path'", "'people.growth' is missing", "Add it for"),
    ),
    Case(
        "misspelt path",
        edit(SCALAR, lambda f: f.assign(path=f["path"].str.replace("growth", "grwth"))),
        (
            "table 'scalar'",
            "column 'path'",
            "'people.growth' is missing",
            "nearest path in the pack: 'people.grwth'",
        ),
    ),
    Case(
        "unused path",
        also(SCALAR, lambda f: growth_rows(f, 2024).assign(path="people.growht")),
        (
            *AT_SCALAR,
            "column 'path', row 14",
            "no module reads 'people.growht'",
            "nearest path that is read: 'people.growth'",
            "Remove or rename it",
        ),
    ),
    Case(
        "path in two tables",
        edit(SEX, lambda f: f.assign(path="people.growth")),
        (*AT_SEX, "'people.growth' stands in table 'scalar' too", "keep one of the two"),
    ),
    Case(
        "path in the wrong table",
        both(
            without(SCALAR, lambda f: f["path"] != "people.growth"),
            also(SEX, lambda f: f.assign(path="people.growth")),
        ),
        (*AT_SEX, "'people.growth'", "has dims (sex), needs ()", "move it to a table 'scalar'"),
    ),
    Case(
        "fixed parameter with two years",
        also(POP, lambda f: f.assign(year=np.int16(2025))),
        (*AT_POP, "column 'year', row 0", "has [2024, 2025]", "keep the one of the base year 2024"),
    ),
    Case(
        "step that starts after the base year",
        edit(SEX, lambda f: f.assign(year=np.int16(2026))),
        (*AT_SEX, "column 'year', row 0", "first entry is 2026", "add the value in force in 2024"),
    ),
    Case(
        "truncated Parquet",
        truncate(POP),
        (*AT_POP, "not a readable Parquet file (truncated?)", "restore or rebuild it"),
        sealed=False,
    ),
    Case(
        "not Parquet at all",
        content(POP, b"not parquet"),
        (*AT_POP, "not a readable Parquet file", "restore or rebuild it"),
        sealed=False,
    ),
    Case(
        "empty file",
        content(POP, b""),
        (*AT_POP, "not a readable Parquet file", "restore or rebuild it"),
        sealed=False,
    ),
    Case(
        "missing file",
        lambda folder: (folder / POP).unlink(),
        (*AT_POP, "the file is missing", "restore it or drop the table"),
        sealed=False,
    ),
    Case(
        "file outside the pack",
        text('file = "sex_age.parquet"', 'file = "../TOY/sex_age.parquet"'),
        ("table 'sex_age'", "must lie in the pack's own folder"),
        sealed=False,
    ),
    Case(
        "hash mismatch",
        put(POP, 60, "value", 461.0),
        (*AT_POP, "content differs from the hash in pack.toml", "pack seal", "restore the file"),
        sealed=False,
    ),
    Case(
        "hash mismatch in a note",
        put(POP, 60, "note", "better"),
        (*AT_POP, "content differs from the hash"),
        sealed=False,
    ),
    Case(
        "whole numbers do not slip past the hash",
        edit(POP, lambda f: f.assign(value=f["value"].round().astype("int64"))),
        (*AT_POP, "content differs from the hash"),
        sealed=False,
    ),
    Case(
        "edited and out of bounds: the cell is named too",
        put(POP, 60, "value", -1.0),
        (*AT_POP, "column 'value', row 60", "correct it", "content differs from the hash"),
        sealed=False,
    ),
    Case(
        "edited and faulty: the row is named too",
        put(POP, 3, "sex", "femal"),
        (*AT_POP, "column 'sex', row 3", "did you mean 'female'?", "content differs from the hash"),
        sealed=False,
    ),
    Case(
        "bad TOML",
        text('name = "Toyland"', 'name = "Toyland'),
        ("pack.toml", "not readable as TOML", "line 2", "mend that line"),
        sealed=False,
    ),
    Case(
        "unknown key in pack.toml",
        text("base_year = 2024", "base_year = 2024\nbase_yaer = 2023"),
        ("pack.toml", "'base_yaer': is unknown", "nearest: 'base_year'", "remove or rename it"),
        sealed=False,
    ),
    Case(
        "missing key in pack.toml",
        text('currency = "TOY"\n', ""),
        ("pack.toml", "'currency': is missing", "add it"),
        sealed=False,
    ),
    Case(
        "bad status",
        text('status = "synthetic"', 'status = "perfect"'),
        ("pack.toml", "'status': 'perfect' will not do", "'calibrated', 'illustrative' or"),
        sealed=False,
    ),
    Case(
        "unknown function of a scheme",
        text('function = "old_age"', 'function = "oldage"'),
        ("pack.toml", "'schemes.grant.function': 'oldage' will not do", "'old_age'"),
        sealed=False,
    ),
    Case(
        "transfer to an unknown scheme",
        text(
            "transfers = []",
            'transfers = [{from = "grant", to = "grnat", share_of_benefits = 0.1, source = "x"}]',
        ),
        ("pack.toml", "transfers: 'grnat' is not a scheme", "nearest: 'grant'", "name one of"),
        sealed=False,
    ),
    Case(
        "transfer without a source",
        text(
            "transfers = []",
            'transfers = [{from = "grant", to = "grant", share_of_benefits = 0.1, '
            'source = "sensus"}]',
        ),
        ("pack.toml", "transfers: source 'sensus' is not listed", "nearest: 'census'", "add a ["),
        sealed=False,
    ),
    Case(
        "misspelt key of a spread",
        text(
            "[extrapolation]",
            '[uncertainty."economy.productivity"]\nkind = "add"\nsd = 0.1\nsource = "x"\n'
            'flag = "assumed"\npersistance = 0.5\n\n[extrapolation]',
        ),
        ("persistance': is unknown", "nearest: 'persistence'", "remove or rename it"),
        sealed=False,
    ),
    Case(
        "spread without a source",
        text(
            "[extrapolation]",
            '[uncertainty."economy.productivity"]\nkind = "add"\nsd = 0.1\nsource = "x"\n'
            'flag = "assumed"\n\n[extrapolation]',
        ),
        ("pack.toml", "uncertainty.economy.productivity: source 'x' is not listed", "add a ["),
        sealed=False,
    ),
    Case(
        "extrapolation of an unknown path",
        text("[extrapolation]", '[extrapolation]\n"economy.produktivity" = "hold"'),
        ("pack.toml", "extrapolation", "'economy.produktivity'", "nearest: 'economy.productivity'"),
        sealed=False,
    ),
    Case(
        "extrapolation rule that does not exist",
        text("[extrapolation]", '[extrapolation]\n"economy.productivity" = "trend"'),
        ("pack.toml", "'extrapolation.economy.productivity': 'trend' will not do", "'hold'"),
        sealed=False,
    ),
    Case(
        "unknown dimension in pack.toml",
        text('"sex",\n    "age",', '"sex",\n    "aeg",'),
        (*AT_POP, "column 'aeg' is missing"),
        sealed=False,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_faulty_pack(case: Case, pack_folder: Path) -> None:
    case.broken(pack_folder)
    if case.sealed:
        seal(pack_folder)
    with pytest.raises(PackError) as error:
        prepare(load_pack(pack_folder), to=LAST_YEAR)
    message = str(error.value)
    assert str(pack_folder) in message
    place = -1
    for part in case.says:
        assert part in message, f"'{part}' is not in: {message}"
        assert message.index(part) > place or message.count(part) > 1, message
        place = message.index(part)
    if case.sealed:
        assert len(error.value.faults) == 1, message
        assert "hash" not in message


@dataclass(frozen=True)
class Reform:
    """A faulty scenario on the valid pack."""

    id: str
    toml: str
    says: tuple[str, ...]


REFORMS = [
    Reform(
        "unknown path",
        "[[change]]\npath = 'people.growht'\nset = 0.02",
        ("change 1 ('people.growht')", "no such path for TOY", "'people.growth'"),
    ),
    Reform(
        "clash",
        2 * "[[change]]\npath = 'people.growth'\nset = 0.02\n",
        ("change 2 ('people.growth')", "clashes with change 1", "in 2025", "remove one"),
    ),
    Reform(
        "to before the base year",
        "[[change]]\npath = 'people.growth'\nset = 0.02\nto = 2020",
        ("change 1", "ends in 2020, before it begins in 2025", "give a later 'to'"),
    ),
    Reform(
        "from before the base year",
        "[[change]]\npath = 'people.growth'\nset = 0.02\nfrom = 2019",
        ("change 1", "year 2019 is not projected", "from 2025 to 2034"),
    ),
    Reform(
        "year after the run",
        "[[change]]\npath = 'people.growth'\nset = { 2040 = 0.02 }",
        ("change 1", "year 2040 is not projected", "from 2025 to 2034"),
    ),
    Reform(
        "percent for a fraction",
        "[[change]]\npath = 'schemes.grant.replacement'\nset = 35",
        ("'schemes.grant.replacement' becomes 35 in 2025", "a percent where a fraction is meant?"),
    ),
    Reform(
        "wrong unit",
        "[[change]]\npath = 'economy.productivity'\nset = '5 percent'",
        ("change 1", "'percent' does not convert to 'LCU/person/year'"),
    ),
    Reform(
        "unknown code",
        "[[change]]\npath = 'schemes.grant.rate'\nset = 0.1\nwhere = { sex = 'women' }",
        ("change 1", "unknown sex 'women'"),
    ),
    Reform(
        "years for a fixed parameter",
        "[[change]]\npath = 'economy.multiplier'\nset = { 2030 = 0.1 }",
        ("change 1", "a fixed parameter", "drop the years"),
    ),
    Reform(
        "misspelt key",
        "[[change]]\npath = 'people.growth'\nst = 0.02",
        ("change 1 'st'", "is unknown (nearest: 'set')", "remove or rename it"),
    ),
    Reform("bad TOML", "[[change]\npath = 1", ("not readable as TOML", "line 2")),
]


@pytest.mark.parametrize("reform", REFORMS, ids=lambda reform: reform.id)
def test_faulty_scenario(reform: Reform, pack_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "reform.toml"
    file.write_text(f"title = 'Reform'\n{reform.toml}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        prepare(load_pack(pack_folder), Scenario.load(file), to=LAST_YEAR)
    for part in reform.says:
        assert part in str(error.value), str(error.value)


def test_valid_pack_is_fine(pack_folder: Path) -> None:
    plan, parameters = prepare(load_pack(pack_folder), EMPTY, to=LAST_YEAR)
    assert set(parameters) == set(plan.params)


def test_unsorted_files_are_fine(pack_folder: Path, toy_folder: Path) -> None:
    expected = prepare(load_pack(toy_folder), to=LAST_YEAR)[1]
    for file in (POP, SEX, SCALAR):
        edit(file, lambda f: f.sample(frac=1.0, random_state=3))(pack_folder)
    parameters = prepare(load_pack(pack_folder), to=LAST_YEAR)[1]
    assert all(parameters[p].tobytes() == expected[p].tobytes() for p in expected)


def test_a_declared_extrapolation_holds_the_last_value(pack_folder: Path) -> None:
    text("[extrapolation]", '[extrapolation]\n"economy.productivity" = "hold"')(pack_folder)
    without(SCALAR, lambda f: f["year"] <= 2030)(pack_folder)
    seal(pack_folder)
    series = prepare(load_pack(pack_folder), to=LAST_YEAR)[1]["economy.productivity"][:, 0]
    assert (series[6:] == series[6]).all()
    assert (np.diff(series[:7]) > 0).all()


def test_all_faults_of_a_pack_at_once(pack_folder: Path) -> None:
    put(POP, 17, "value", np.nan)(pack_folder)
    put(POP, 3, "sex", "femal")(pack_folder)
    put(SEX, 0, "flag", "guessed")(pack_folder)
    put(SEX, 1, "source", "wikipedia")(pack_folder)
    seal(pack_folder)
    with pytest.raises(PackError) as error:
        load_pack(pack_folder)
    assert len(error.value.faults) == 4


def test_unknown_kind_of_scheme(toy_folder: Path) -> None:
    with pytest.raises(PackError) as error:
        build_modules(load_pack(toy_folder))
    message = str(error.value)
    assert "pack.toml: schemes.grant: kind 'toy_grant' is unknown" in message
    assert "Use one of the known kinds" in message


def test_unknown_country() -> None:
    with pytest.raises(PackError, match=r"no such country or folder.*must hold a pack\.toml"):
        load_pack("XXX")


@pytest.mark.parametrize("to", [BASE_YEAR, 1990])
def test_a_run_that_ends_before_it_begins(pack_folder: Path, to: int) -> None:
    with pytest.raises(PackError, match=f"the last year {to} must lie after the base year 2024"):
        prepare(load_pack(pack_folder), to=to)


def test_errors_survive_pickling(pack_folder: Path) -> None:
    import pickle

    (pack_folder / POP).unlink()
    with pytest.raises(Faults) as error:
        load_pack(pack_folder)
    copy = pickle.loads(pickle.dumps(error.value))
    assert type(copy) is PackError
    assert str(copy) == str(error.value)
