"""Tables of packs read as codes: the same content, hash and provenance as by plain pandas."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from socialbudget.builder import rounded
from socialbudget.errors import PackError
from socialbudget.pack import Pack, load_pack, seal
from socialbudget.table import COLUMNS, LongTable, Text, content_hash, read, text_of, write
from tests.people import people_builder
from tests.toy import population, toy_builder

DIMS = ("sex", "age")


def plain_hash(frame: pd.DataFrame) -> str:
    """The definition: columns by name, rows by path, year and dims, words by first appearance."""
    ordered = frame.sort_values([c for c in frame.columns if c not in COLUMNS], kind="stable")
    digest = hashlib.sha256()
    for name in sorted(frame.columns):
        digest.update(name.encode())
        column = ordered[name]
        if name == "value" or pd.api.types.is_float_dtype(column.dtype):
            digest.update(column.to_numpy(dtype="<f8").tobytes())
        elif pd.api.types.is_integer_dtype(column.dtype):
            digest.update(column.to_numpy(dtype="<i8").tobytes())
        else:
            codes, words = pd.factorize(column)
            digest.update("\x1f".join(words).encode())
            digest.update(codes.astype("<i4").tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def synthetic() -> Pack:
    return load_pack("ZZZ")


# --- hash --------------------------------------------------------------------------------------


def test_hash_is_what_its_definition_says(synthetic: Pack, toy: Pack) -> None:
    for pack in (synthetic, toy):
        for name, entry in pack.manifest.tables.items():
            shuffled = pack.tables[name].sample(frac=1, random_state=3).reset_index(drop=True)
            assert entry.hash == plain_hash(shuffled) == content_hash(shuffled), name


def test_hash_of_tables_that_cannot_be_used(toy: Pack) -> None:
    """Sealed all the same, so that the fault itself is told and not an edit."""
    frame = toy.tables["sex_age"].copy()
    empty = frame.assign(path=frame["path"].where(frame.index != 7))
    assert content_hash(empty) != content_hash(frame)
    assert content_hash(empty) == content_hash(empty[::-1])
    half_years = frame.assign(year=frame["year"] + np.where(frame.index % 2, 0.5, 0.0))
    assert content_hash(half_years) == content_hash(half_years[::-1]) == plain_hash(half_years)


def test_content_is_looked_at_in_every_load(toy_folder: Path, tmp_path: Path) -> None:
    """Nothing is remembered of an earlier load, whatever the clock says of the file."""
    toy_builder().write(tmp_path / "TOY")
    file = tmp_path / "TOY" / "sex.parquet"
    before = load_pack(tmp_path / "TOY")
    content = pd.read_parquet(file).assign(value=[0.3, 0.4])
    content.to_parquet(file, index=False)
    after = load_pack(tmp_path / "TOY")
    assert before.entries["schemes.grant.rate"].values.tolist() == [[0.12, 0.10]]
    assert after.entries["schemes.grant.rate"].values.tolist() == [[0.3, 0.4]]
    assert "content differs" in after.edited[0]
    toml = tmp_path / "TOY" / "pack.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("Toyland", "Toonland"))
    assert load_pack(tmp_path / "TOY").manifest.name == "Toonland"


# --- frames ------------------------------------------------------------------------------------


def made(pack: Pack) -> list[str]:
    return [name for name, table in pack.tables.tables.items() if "frame" in vars(table)]


def test_frames_are_made_when_asked_for(synthetic: Pack) -> None:
    pack = load_pack("ZZZ")
    assert pack.count() == sum(entry.rows for entry in pack.manifest.tables.values())
    assert pack.flag_shares("demography.population") == {"assumed": 1.0}
    assert made(pack) == []
    rows = pack.provenance("demography.population")
    assert made(pack) == ["sex_age"]
    assert list(rows.columns) == ["path", "year", "sex", "age", *COLUMNS]
    assert rows["value"].tolist() == pack.entries["demography.population"].values.ravel().tolist()
    assert sum(len(frame) for frame in pack.tables.values()) == pack.count()


def test_shares_are_those_of_the_frame(synthetic: Pack) -> None:
    for path in list(synthetic.entries)[::7]:
        for column in ("source", "flag", "note"):
            counted = synthetic.provenance(path)[column].value_counts(normalize=True).to_dict()
            assert synthetic.shares(path, column) == pytest.approx(counted), (path, column)


def test_provenance_of_an_unsorted_file(tmp_path: Path) -> None:
    toy_builder().write(tmp_path / "TOY")
    file = tmp_path / "TOY" / "sex_age.parquet"
    frame = pd.read_parquet(file).assign(note=[f"row {i}" for i in range(202)])
    frame.sample(frac=1, random_state=5).to_parquet(file, index=False, row_group_size=50)
    seal(tmp_path / "TOY")
    pack = load_pack(tmp_path / "TOY")
    rows = pack.provenance("people.population")
    assert rows["note"].tolist() == [f"row {i}" for i in range(202)]
    np.testing.assert_array_equal(rows["value"], population().ravel())
    stored = pd.read_parquet(file)
    for row, note in pack.tables["sex_age"]["note"].items():
        assert stored["note"][row] == note


# --- columns -----------------------------------------------------------------------------------


def test_words_in_any_order() -> None:
    column = text_of(["pear", "apple", "pear", "fig"], np.array([0, 1, 2, 3, -1]))
    assert column.words == ("apple", "fig", "pear")
    assert [column.at(i) for i in range(5)] == ["pear", "apple", "pear", "fig", None]
    assert column.objects().tolist() == ["pear", "apple", "pear", "fig", None]
    assert column.shares() == {"pear": 0.5, "apple": 0.25, "fig": 0.25}
    assert column.other_than(("fig", "pear")).tolist() == [False, True, False, False, True]
    assert column.numbered({"fig": 7}).tolist() == [-1, -1, -1, 7, -1]


@pytest.mark.parametrize("value", [np.arange(50.0), np.repeat(0.25, 50), rounded(np.pi, 20) * 7])
def test_written_tables_are_read_again(value: np.ndarray, tmp_path: Path) -> None:
    flags = Text(np.arange(50) % 2, ("estimated", "observed"))
    same = Text(np.zeros(50, dtype=np.int32), ("a.b",))
    columns = {"path": same, "year": np.arange(2000, 2050, dtype=np.int16)}
    columns["value"] = np.broadcast_to(value, 50)
    table = LongTable({**columns, "unit": same, "source": same, "flag": flags, "note": same})
    write(table, tmp_path / "scalar.parquet")
    again = read(tmp_path, "scalar.parquet", "scalar", ())
    assert again.hash() == table.hash()
    np.testing.assert_array_equal(again.columns["value"], columns["value"])
    assert pd.read_parquet(tmp_path / "scalar.parquet")["flag"].tolist() == flags.objects().tolist()


def test_a_column_of_another_kind(tmp_path: Path) -> None:
    toy_builder().write(tmp_path / "TOY")
    file = tmp_path / "TOY" / "sex.parquet"
    table = pq.read_table(file)
    lists = pa.array([["a"], ["b"]])
    pq.write_table(table.set_column(table.column_names.index("note"), "note", lists), file)
    with pytest.raises(PackError, match=r"sex\.parquet: table 'sex': not a readable Parquet file"):
        load_pack(tmp_path / "TOY")


def test_a_key_twice_in_years_beyond_reason(tmp_path: Path) -> None:
    """Keys too large for one number are compared one by one."""
    toy_builder().write(tmp_path / "TOY")
    file = tmp_path / "TOY" / "sex_age.parquet"
    frame = pd.read_parquet(file).astype({"year": "int64"})
    far = frame.assign(year=2**61)
    pd.concat([frame, far, far.iloc[[3]]], ignore_index=True).to_parquet(file, index=False)
    seal(tmp_path / "TOY")
    with pytest.raises(PackError, match=r"row 404 .*the same key stands twice \(1 such rows\)"):
        load_pack(tmp_path / "TOY")


# --- size --------------------------------------------------------------------------------------


def test_rounding_to_binary_digits() -> None:
    values = np.array([0.0, -3.0, 1e-9, 0.1, 123456.789, -7e20])
    out = rounded(values, 20)
    np.testing.assert_allclose(out, values, rtol=2.0**-20, atol=0.0)
    assert out[:2].tolist() == [0.0, -3.0]
    assert (out != values).any()
    np.testing.assert_array_equal(rounded(values, 53), values)
    np.testing.assert_array_equal(rounded(out, 20), out)


def test_binary_digits_take_less_room_than_decimal_ones(tmp_path: Path) -> None:
    """Six decimal digits leave no zeros in a number as it is stored; 20 binary ones leave 33."""
    rates = np.exp(np.random.default_rng(1).normal(-5.0, 2.0, size=(77, 2, 101)))
    decimal = np.array([float(f"{x:.6g}") for x in rates.ravel()]).reshape(rates.shape)
    sizes = {}
    for name, given in (("decimal", decimal), ("binary", rounded(rates, 20))):
        pack = people_builder("TOY", "Toyland")
        pack.table("a.rate", DIMS, dict(enumerate(given, 2024)), "1", "tests", "estimated")
        pack.write(tmp_path / name)
        sizes[name] = (tmp_path / name / "sex_age.parquet").stat().st_size
    worst = np.abs(load_pack(tmp_path / "binary").entries["a.rate"].values / rates - 1.0).max()
    assert worst < np.abs(decimal / rates - 1.0).max()
    assert sizes["binary"] < 0.6 * sizes["decimal"]


def test_a_small_table_is_a_small_file(toy_folder: Path) -> None:
    """No copy of the schema, no statistics: a pack has a dozen tables, the world 240 packs."""
    assert (toy_folder / "sex.parquet").stat().st_size < 1800
    assert pq.read_schema(toy_folder / "sex.parquet").metadata is None
