"""Packs: what the builder writes is what the loader reads, and the hash is of the content."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

from socialbudget.builder import PackBuilder
from socialbudget.ensemble import prepare
from socialbudget.pack import Pack, load_pack, resolve, seal
from socialbudget.table import content_hash
from tests.toy import BASE_YEAR, LAST_YEAR, population, toy_builder, toy_modules


@pytest.fixture
def folder(toy_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(toy_folder, tmp_path / "TOY"))


# --- round trip ------------------------------------------------------------------------------


def test_round_trip(toy: Pack) -> None:
    assert (toy.iso3, toy.base_year, toy.manifest.name) == ("TOY", BASE_YEAR, "Toyland")
    assert set(toy.tables) == {"scalar", "sex", "sex_age"}
    entry = toy.entries["people.population"]
    assert (entry.dims, entry.years, entry.unit) == (("sex", "age"), (BASE_YEAR,), "person")
    np.testing.assert_array_equal(entry.values[0], population())
    series = toy.entries["economy.productivity"]
    assert series.years == tuple(range(BASE_YEAR, LAST_YEAR + 1))
    assert toy.schemes["grant"].institution == "Ministry of Tests"
    assert toy.coords["scheme"] == ("grant",)
    assert toy.coords["insurance"] == ()


def test_round_trip_of_what_the_manifest_holds(tmp_path: Path) -> None:
    pack = toy_builder(last_year=2030)
    pack.scheme("fund", **{**toy_scheme(), "contributory": True, "deficit_rule": "reserve"})
    pack.transfer("fund", "grant", 0.25, "census")
    pack.extrapolate("economy.productivity")
    pack.write(tmp_path / "TOY")
    read = load_pack(tmp_path / "TOY").manifest
    assert read.extrapolation == {"economy.productivity": "hold"}
    (transfer,) = read.transfers
    assert (transfer.from_, transfer.to, transfer.share_of_benefits) == ("fund", "grant", 0.25)
    assert read.schemes["fund"].deficit_rule == "reserve"
    assert load_pack(tmp_path / "TOY").coords["insurance"] == ("fund",)


def toy_scheme() -> dict:
    from tests.toy import SCHEME

    return dict(SCHEME)


def test_arrays_in_the_units_of_the_model(toy: Pack) -> None:
    plan, parameters = prepare(toy, to=LAST_YEAR, modules=toy_modules())
    assert (parameters["people.growth"] == 0.01).all()  # the pack says 1 percent
    shapes = {path: array.shape for path, array in parameters.items()}
    assert shapes == {
        "people.population": (1, 1, 2, 101),
        "people.growth": (11, 1),
        "economy.productivity": (11, 1),
        "economy.multiplier": (1, 1),
        "schemes.grant.rate": (11, 1, 2),
        "schemes.grant.replacement": (11, 1),
    }
    assert all(a.dtype == np.float64 and a.flags.c_contiguous for a in parameters.values())
    assert set(resolve(toy, plan.params.values(), 2030)) == set(parameters)


def test_provenance_of_every_value(toy: Pack) -> None:
    rows = toy.provenance("people.population")
    assert len(rows) == 202
    assert set(rows["source"]) == {"census"}
    assert rows["value"].to_numpy().tobytes() == population().tobytes()
    assert toy.flag_shares("schemes.grant.rate") == {"estimated": 1.0}
    assert toy.provenance("schemes.grant.replacement")["note"].tolist() == ["statute"]


def test_sources_and_flags_cell_by_cell(tmp_path: Path) -> None:
    pack = toy_builder()
    source = np.array(["census", "tests"])
    pack.table("x.share", ("sex",), [0.1, 0.2], "1", source, ["observed", "assumed"], year=2024)
    pack.write(tmp_path / "TOY")
    loaded = load_pack(tmp_path / "TOY")
    assert loaded.provenance("x.share")["source"].tolist() == ["census", "tests"]
    assert loaded.flag_shares("x.share") == {"observed": 0.5, "assumed": 0.5}


def test_a_pack_is_found_by_folder_as_text_too(toy_folder: Path) -> None:
    assert load_pack(str(toy_folder)).hash == load_pack(toy_folder).hash


# --- hash ------------------------------------------------------------------------------------


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        toy_builder().write(tmp_path / name)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_hash_is_of_content_not_of_bytes(folder: Path, toy: Pack) -> None:
    """Row order, compression, column order, row groups and the stored index change nothing."""
    rewrites = {
        "order": lambda f, p: f.sample(frac=1, random_state=1).to_parquet(p, index=False),
        "plain": lambda f, p: f.to_parquet(p, compression=None, index=False),
        "gzip": lambda f, p: f.to_parquet(p, compression="gzip", index=False),
        "columns": lambda f, p: f[f.columns[::-1]].to_parquet(p, index=False),
        "groups": lambda f, p: f.to_parquet(p, row_group_size=7, index=False),
        "index": lambda f, p: f.set_index(np.arange(len(f))[::-1]).to_parquet(p),
        "types": lambda f, p: f.astype({"year": "int64"}).to_parquet(p, index=False),
    }
    for name, rewrite in rewrites.items():
        for file in folder.glob("*.parquet"):
            rewrite(pd.read_parquet(file), file)
        again = load_pack(folder)
        assert again.hash == toy.hash, name
        values = again.entries["people.population"].values
        assert values.tobytes() == toy.entries["people.population"].values.tobytes(), name


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("value", 0.11999999999999998),
        ("year", 2023),
        ("sex", "other"),
        ("unit", "percent"),
        ("flag", "observed"),
        ("source", "census"),
        ("note", "!"),
        ("path", "schemes.grant.rates"),
    ],
)
def test_any_change_of_content_changes_the_hash(toy: Pack, column: str, value: object) -> None:
    frame = toy.tables["sex"].astype({"value": float, "year": "int64"}).copy()
    before = content_hash(frame)
    frame.loc[0, column] = value
    assert content_hash(frame) != before


def test_swapped_values_change_the_hash(toy: Pack) -> None:
    frame = toy.tables["sex"].copy()
    frame["value"] = frame["value"].to_numpy()[::-1]
    assert content_hash(frame) != content_hash(toy.tables["sex"])


def test_pack_hash_covers_the_manifest(folder: Path, toy: Pack) -> None:
    file = folder / "pack.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('deficit_rule = "state"', ""), encoding="utf-8")
    file.write_text(text.replace("since = 2001", "since = 2002"), encoding="utf-8")
    assert load_pack(folder).hash != toy.hash
    file.write_text("# a comment\n" + text, encoding="utf-8")
    assert load_pack(folder).hash == toy.hash


def test_seal_accepts_a_meant_edit(folder: Path, toy: Pack) -> None:
    file = folder / "sex.parquet"
    frame = pd.read_parquet(file)
    frame.loc[0, "value"] = 0.2
    frame.to_parquet(file, index=False)
    assert "content differs" in load_pack(folder).edited[0]
    assert seal(folder) == ["sex"]
    sealed = load_pack(folder)
    assert sealed.entries["schemes.grant.rate"].values[0, 0] == 0.2
    assert sealed.hash != toy.hash
    assert sealed.edited == ()
    assert seal(folder) == []
    assert [p.name for p in folder.glob("*.new")] == []


# --- what the builder refuses ----------------------------------------------------------------


def test_builder_refuses(tmp_path: Path) -> None:
    pack = toy_builder()
    with pytest.raises(ValueError, match=r"x: source \['gossip'\] is not registered"):
        pack.value("x", 1.0, "1", "gossip", "observed")
    with pytest.raises(ValueError, match="flags must be of"):
        pack.value("x", 1.0, "1", "tests", "guessed")
    with pytest.raises(ValueError, match="not finite"):
        pack.value("x", float("nan"), "1", "tests", "observed")
    with pytest.raises(ValueError, match=r"shape \(3,\), expected \(2,\)"):
        pack.table("y", ("sex",), [1.0, 2.0, 3.0], "1", "tests", "observed")
    with pytest.raises(ValueError, match="'grant' is registered twice"):
        pack.scheme("grant", **toy_scheme())
    with pytest.raises(ValueError, match=r"people\.growth: dims \('sex',\) after \(\)"):
        pack.table("people.growth", ("sex",), [1.0, 2.0], "1", "tests", "observed")
    pack.value("people.growth", 0.5, "percent", "tests", "assumed")
    with pytest.raises(ValueError, match=r"people\.growth 2024 is given twice"):
        pack.write(tmp_path / "TOY")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_builder_leaves_the_earlier_pack(
    folder: Path, toy: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(pyarrow.parquet, "write_table", failing)
    with pytest.raises(OSError, match="no space"):
        toy_builder().write(folder)
    assert load_pack(folder).hash == toy.hash
    assert list(folder.parent.iterdir()) == [folder]


def test_builder_replaces_only_packs(tmp_path: Path) -> None:
    other = tmp_path / "notes"
    other.mkdir()
    (other / "a.txt").write_text("a", encoding="utf-8")
    with pytest.raises(Exception, match=r"holds other things \(no pack\.toml"):
        toy_builder().write(other)
    assert (other / "a.txt").exists()


def test_pack_toml_is_for_people(toy_folder: Path) -> None:
    document = tomllib.loads((toy_folder / "pack.toml").read_text(encoding="utf-8"))
    assert document["tables"]["sex_age"] == {
        "file": "sex_age.parquet",
        "dims": ["sex", "age"],
        "rows": 202,
        "hash": document["tables"]["sex_age"]["hash"],
    }
    assert document["sources"]["census"]["licence"] == "CC BY 4.0"


def test_a_pack_without_schemes(tmp_path: Path) -> None:
    pack = PackBuilder(
        "NUL", "Null", version="1", base_year=2024, currency="X", level=1, status="synthetic"
    )
    pack.source("tests", publisher="p", title="t", licence="CC0")
    pack.value("a.b", 1.0, "1", "tests", "assumed")
    pack.write(tmp_path / "NUL")
    loaded = load_pack(tmp_path / "NUL")
    assert loaded.coords["scheme"] == loaded.coords["insurance"] == ()
