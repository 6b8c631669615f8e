"""Results: long tables, comparisons, quantiles, and folders written whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from socialbudget.ensemble import project
from socialbudget.errors import SocialBudgetError
from socialbudget.pack import Pack
from socialbudget.results import QUANTILES, Results, whole_folder
from socialbudget.scenario import Scenario
from tests.toy import BASE_YEAR, LAST_YEAR, OLD_AGE, output_closed_form, toy_modules


@pytest.fixture(scope="module")
def reform(toy: Pack) -> Results:
    scenario = Scenario.loads(
        'title = "More women"\n[[change]]\npath = "schemes.grant.rate"\nscale = 2\n'
        'where = { sex = "female" }\nfrom = 2030\n'
    )
    return project(toy, scenario, to=LAST_YEAR, modules=toy_modules())


@pytest.fixture(scope="module")
def fan(toy_base: Results) -> Results:
    """101 draws around the baseline: draw d is d/50 of it."""
    arrays = {
        n: a * np.arange(101.0).reshape(-1, *[1] * (a.ndim - 2)) / 50.0
        for n, a in toy_base.arrays.items()
    }
    return dataclasses.replace(toy_base, arrays=arrays, seed=7)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


# --- tables ----------------------------------------------------------------------------------


def test_frame_of_one_variable(toy_base: Results) -> None:
    frame = toy_base.frame("economy.output")
    assert list(frame) == ["country", "scenario", "variable", "unit", "year", "draw", "value"]
    assert len(frame) == LAST_YEAR - BASE_YEAR + 1
    assert set(frame["country"]) == {"TOY"}
    assert set(frame["scenario"]) == {"Baseline"}
    assert set(frame["unit"]) == {"TOY/year"}
    assert (frame["value"].to_numpy() == toy_base["economy.output"][:, 0]).all()


def test_every_cell_stands_at_its_labels(toy_base: Results) -> None:
    frame = toy_base.frame("people.persons")
    assert len(frame) == 11 * 2 * 101
    picked = frame[(frame["year"] == 2027) & (frame["sex"] == "male") & (frame["age"] == 60)]
    assert picked["value"].tolist() == [toy_base["people.persons"][3, 0, 1, 60]]


def test_patterns_mix_dimensions(toy_base: Results) -> None:
    frame = toy_base.frame("grant.*")
    assert {"function", "sex"} <= set(frame.columns)
    every = toy_base.frame()
    assert set(every["variable"]) == set(toy_base.arrays)
    assert len(every) == sum(a.size for a in toy_base.arrays.values())
    assert every[every["variable"] == "economy.output"]["sex"].isna().all()
    women = every.query("variable == 'people.persons' and sex == 'female' and year == 2024")
    assert women["value"].sum() == pytest.approx(toy_base["people.by_sex"][0, 0, 0])


def test_unknown_names_get_the_nearest(toy_base: Results) -> None:
    for ask in (toy_base.frame, toy_base.names, toy_base.__getitem__, toy_base.quantiles):
        with pytest.raises(SocialBudgetError, match=r"nearest: 'economy\.output'"):
            ask("economy.ouput")


def test_a_pattern_is_no_single_variable(toy_base: Results) -> None:
    assert toy_base["*.output"] is toy_base.arrays["economy.output"]
    with pytest.raises(SocialBudgetError, match=r"matches 2 variables .* use frame\(\)"):
        toy_base["grant.*"]


# --- comparison ------------------------------------------------------------------------------


def test_compare(toy_base: Results, reform: Results) -> None:
    frame = reform.compare(toy_base).frame("grant.benefit_expenditure")
    assert list(frame)[-4:] == ["baseline", "reform", "difference", "percent"]
    assert set(frame["scenario"]) == {"More women"}
    before = frame[frame["year"] < 2030]
    assert (before["difference"] == 0.0).all()
    old_age = frame[(frame["function"] == "old_age") & (frame["year"] == 2034)]
    base = toy_base["grant.benefit_expenditure"][-1, 0, OLD_AGE]
    changed = reform["grant.benefit_expenditure"][-1, 0, OLD_AGE]
    np.testing.assert_allclose(old_age["percent"], 100 * (changed / base - 1), rtol=1e-12)
    assert old_age["percent"].iloc[0] > 100.0
    health = frame[frame["function"] == "health_care"]
    assert health["percent"].isna().all()
    assert (health["difference"] == 0.0).all()


def test_compare_with_itself_is_nothing(toy_base: Results) -> None:
    assert (toy_base.compare(toy_base).frame()["difference"] == 0.0).all()


def test_only_like_runs_compare(toy: Pack, toy_base: Results) -> None:
    shorter = project(toy, to=2030, modules=toy_modules())
    with pytest.raises(SocialBudgetError, match="over the same years"):
        shorter.compare(toy_base)
    many = project(toy, to=LAST_YEAR, draws=3, modules=toy_modules())
    with pytest.raises(SocialBudgetError, match="the runs have 3 and 1"):
        many.compare(toy_base)


# --- draws -----------------------------------------------------------------------------------


def test_quantiles(toy_base: Results, fan: Results) -> None:
    frame = fan.quantiles("economy.output", (0.1, 0.5, 0.9))
    assert len(frame) == 11 * 3
    wide = frame.pivot(index="year", columns="quantile", values="value").to_numpy()
    expected = toy_base["economy.output"] * [0.2, 1.0, 1.8]
    np.testing.assert_allclose(wide, expected, rtol=1e-12)


def test_quantiles_keep_their_labels(toy_base: Results, fan: Results) -> None:
    frame = fan.quantiles("people.persons")
    assert set(frame["quantile"]) == set(QUANTILES)
    cell = frame.query("year == 2030 and sex == 'male' and age == 33 and quantile == 0.5")
    assert cell["value"].tolist() == pytest.approx([toy_base["people.persons"][6, 0, 1, 33]])


def test_central_path(toy_base: Results, fan: Results) -> None:
    np.testing.assert_allclose(
        fan.central("people.persons"), toy_base["people.persons"][:, 0], rtol=1e-15
    )
    assert toy_base.central("economy.output").shape == (11,)


def test_frame_of_draws(fan: Results) -> None:
    frame = fan.frame("economy.output")
    assert len(frame) == 11 * 101
    row = frame[(frame["year"] == 2030) & (frame["draw"] == 42)]
    assert row["value"].tolist() == [fan["economy.output"][6, 42]]


# --- on disk ---------------------------------------------------------------------------------


def test_parquet_round_trip(toy_base: Results, tmp_path: Path) -> None:
    folder = toy_base.to_parquet(tmp_path / "out" / "run")
    names = sorted(p.name for p in folder.iterdir())
    assert names == [
        "budget.parquet",
        "economy.parquet",
        "grant.parquet",
        "manifest.json",
        "people.parquet",
    ]
    output = pd.read_parquet(folder / "economy.parquet")
    assert output["value"].tolist() == toy_base["economy.output"][:, 0].tolist()
    persons = pd.read_parquet(folder / "people.parquet").query("variable == 'people.persons'")
    assert persons["value"].to_numpy().tobytes() == toy_base["people.persons"].tobytes()
    assert list(tmp_path.joinpath("out").iterdir()) == [folder]


def test_manifest(toy: Pack, toy_base: Results, reform: Results, tmp_path: Path) -> None:
    text = (reform.to_parquet(tmp_path / "run") / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest == reform.manifest()
    assert manifest["country"] == "TOY"
    assert manifest["pack"] == {"version": "1", "hash": toy.hash}
    assert manifest["scenario"] == {"title": "More women", "hash": reform.scenario.hash}
    assert manifest["scenario"]["hash"] != toy_base.manifest()["scenario"]["hash"]
    assert manifest["years"] == [2024, 2034]
    assert (manifest["draws"], manifest["seed"]) == (1, None)
    assert {"python", "numpy", "numba", "socialbudget"} <= set(manifest["versions"])
    (core,) = manifest["blocks"]
    assert core["modules"] == ["economy", "grant", "budget"]
    assert core["tears"] == ["budget.total"]
    assert core["sweeps_max"] >= core["sweeps_median"] >= 1
    assert manifest["identities"] == {"budget: total of schemes": 0.0}


def test_many_draws_are_written_as_quantiles(fan: Results, tmp_path: Path) -> None:
    output = pd.read_parquet(fan.to_parquet(tmp_path / "run") / "economy.parquet")
    assert len(output) == 11 * len(QUANTILES)
    assert "draw" not in output
    median = output[output["quantile"] == 0.5]["value"].to_numpy()
    np.testing.assert_allclose(median, [output_closed_form(y) for y in fan.years], rtol=1e-12)


def test_a_new_run_replaces_the_old_one_entirely(
    toy_base: Results, reform: Results, tmp_path: Path
) -> None:
    folder = toy_base.to_parquet(tmp_path / "run")
    (folder / "stale.parquet").write_bytes(b"old")
    reform.to_parquet(folder)
    assert not (folder / "stale.parquet").exists()
    assert json.loads((folder / "manifest.json").read_text())["scenario"]["title"] == "More women"


def test_a_failing_writer_leaves_the_earlier_folder_untouched(
    toy_base: Results, reform: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = toy_base.to_parquet(tmp_path / "run")
    before = files(folder)
    write, written = pd.DataFrame.to_parquet, []

    def failing(self: pd.DataFrame, path: Path, **options: object) -> None:
        if len(written) == 2:
            raise OSError("no space left on device")
        written.append(path)
        write(self, path, **options)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", failing)
    with pytest.raises(OSError, match="no space left"):
        reform.to_parquet(folder)
    assert len(written) == 2
    assert files(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_failing_writer_leaves_no_half_written_folder(
    toy_base: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Results, "manifest", lambda self: {"not": {"json", "able"}})
    with pytest.raises(TypeError):
        toy_base.to_parquet(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_interrupt_leaves_the_earlier_folder_untouched(
    error: type[BaseException], toy_base: Results, tmp_path: Path
) -> None:
    folder = toy_base.to_parquet(tmp_path / "run")
    before = files(folder)

    def interrupted() -> None:
        with whole_folder(folder) as target:
            (target / "half.parquet").write_bytes(b"half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert files(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_failed_replacement_is_undone(
    toy_base: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = toy_base.to_parquet(tmp_path / "run")
    before = files(folder)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError("not now")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PermissionError):
        toy_base.to_parquet(folder)
    assert files(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_with_other_things_is_never_replaced(toy_base: Results, tmp_path: Path) -> None:
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter1.txt").write_text("words", encoding="utf-8")
    with pytest.raises(SocialBudgetError, match="holds other things"):
        toy_base.to_parquet(precious)
    assert files(precious) == {"chapter1.txt": b"words"}
    with pytest.raises(SocialBudgetError, match="is a file"):
        toy_base.to_parquet(precious / "chapter1.txt")
    assert list(tmp_path.iterdir()) == [precious]
    empty = tmp_path / "empty"
    empty.mkdir()
    toy_base.to_parquet(empty)
    assert (empty / "manifest.json").exists()


def test_written_folders_may_be_read_by_others(toy_base: Results, tmp_path: Path) -> None:
    """The scratch folder is private; the result must not be."""
    reference = tmp_path / "reference"
    reference.mkdir()
    folder = toy_base.to_parquet(tmp_path / "run")
    assert os.stat(folder).st_mode == os.stat(reference).st_mode


def test_relative_folders(
    toy_base: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    toy_base.to_parquet("run")
    assert (tmp_path / "run" / "manifest.json").exists()


def test_frame_converts_units(toy_base: Results) -> None:
    plain, kilo = toy_base.frame("economy.output"), toy_base.frame("economy.output", "kLCU/year")
    np.testing.assert_allclose(1000.0 * kilo["value"], plain["value"], rtol=1e-14)
    currency = toy_base.pack.manifest.currency
    assert set(kilo["unit"]) == {f"k{currency}/year"}
    with pytest.raises(SocialBudgetError, match="does not convert"):
        toy_base.frame("economy.output", unit="year")
