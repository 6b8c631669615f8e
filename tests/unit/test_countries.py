"""Finding countries among hundreds, and what a pack of level 1 is good for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import socialbudget.ensemble
import socialbudget.pack
from socialbudget.cli import main
from socialbudget.contract import Param
from socialbudget.ensemble import check_rapid, prepare, project
from socialbudget.errors import PackError
from socialbudget.modules import accepted_params, build_modules
from socialbudget.modules.demography import Demography
from socialbudget.pack import available_packs, find_packs, headings, load_pack
from tests.people import LAST_YEAR, people_builder, people_pack

NAMES = {
    "ETH": "Ethiopia",
    "CIV": "Côte d'Ivoire",
    "NER": "Niger",
    "NGA": "Nigeria",
    "PRK": "Democratic People's Republic of Korea",
    "KOR": "Republic of Korea",
}
GINI = Param("living_standards.gini", (), "1", 0.0, 1.0, "Gini index", "fixed")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of countries in place of the shipped ones."""
    for iso3, name in NAMES.items():
        level = 2 if iso3 == "KOR" else 1
        people_pack(tmp_path, iso3, name, level=level, region="Here", income_group="Low income")
    monkeypatch.setattr("socialbudget.pack.countries_folder", lambda: tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


# --- by code and by name -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("Ethiopia", "did you mean ETH (Ethiopia)?"),
        ("ethiopa", "did you mean ETH (Ethiopia)?"),
        ("ETI", "did you mean ETH (Ethiopia)?"),
        ("cote d'ivoire", "did you mean CIV (Côte d'Ivoire)?"),
        ("niger", "did you mean NER (Niger) or NGA (Nigeria)?"),
        ("Korea", "KOR (Republic of Korea) or PRK (Democratic People's Republic of Korea)?"),
        ("QQQQ", "no such country or folder. `socialbudget countries` lists the 6 shipped packs"),
    ],
)
def test_nearest_country(home: Path, wanted: str, meant: str) -> None:
    with pytest.raises(PackError) as error:
        load_pack(wanted)
    (fault,) = error.value.faults
    assert meant in fault
    assert "--filter TEXT" in fault
    assert sum(iso3 in fault for iso3 in NAMES) <= 2


def test_listing(home: Path) -> None:
    lines = call("countries").output.splitlines()
    assert [line[:3] for line in lines] == sorted(NAMES)
    assert lines == call("describe").output.splitlines()
    (line,) = call("countries", "--filter", "COTE").output.splitlines()
    for part in ("CIV", "Côte d'Ivoire", "level 1", "base year 2024"):
        assert part in line
    nothing = call("countries", "--filter", "Atlantis")
    assert nothing.exit_code == 1
    assert "no country's code or name holds 'Atlantis'" in nothing.output


def test_listing_reads_no_table(home: Path) -> None:
    for file in home.rglob("*.parquet"):
        file.unlink()
    assert len(call("countries").output.splitlines()) == len(NAMES)


def test_headings(home: Path) -> None:
    for iso3, heading in headings().items():
        manifest = load_pack(iso3).manifest
        assert heading.model_dump() == {k: getattr(manifest, k) for k in heading.model_dump()}
    assert (headings()["NER"].region, headings()["NER"].income_group) == ("Here", "Low income")
    assert list(find_packs("korea")) == ["KOR", "PRK"]
    assert available_packs(2) == ["KOR"]
    assert available_packs() == sorted(NAMES)


def test_heading_of_a_pack_written_by_hand(home: Path) -> None:
    """Where the head alone is no TOML, the whole file is read."""
    file = home / "NER" / "pack.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count('currency = "TOY"') == 1
    broken_line = 'currency = """\\\n[TOY]"""'
    file.write_text(text.replace('currency = "TOY"', broken_line), encoding="utf-8")
    assert headings()["NER"].currency == "[TOY]"


def test_shipped_packs_are_found_by_their_heads() -> None:
    found = headings()
    assert list(found) == available_packs()
    assert {"KOR", "USA", "ZAF", "ZZZ"} <= set(available_packs(2))
    assert found["ZZZ"].status == "synthetic"


# --- level 1 -----------------------------------------------------------------------------------


def test_level_1_has_no_whole_social_budget(home: Path) -> None:
    for act in (project, prepare, build_modules):
        with pytest.raises(PackError) as error:
            act(load_pack("ETH"))
        (fault,) = error.value.faults
        assert "level 1" in fault
        assert "use `socialbudget floor ETH` or `socialbudget population ETH`" in fault
        assert "level 2 (docs/packs.md)" in fault
    results = project(load_pack("ETH"), to=LAST_YEAR, modules=[Demography()])
    assert results["demography.population"].shape == (11, 1, 2, 101)


@pytest.mark.parametrize("command", ["run", "plan"])
def test_commands_that_need_level_2(home: Path, command: str) -> None:
    result = call(command, "ETH")
    assert result.exit_code == 1
    assert "use `socialbudget floor ETH`" in result.output
    assert not (Path("out") / "ETH").exists()


def test_commands_for_level_1(home: Path) -> None:
    described = call("describe", "ETH")
    assert described.exit_code == 0, described.output
    assert "Ethiopia (ETH)" in described.output
    assert "nan" not in described.output
    checked = call("pack", "check", "ETH", "--to", str(LAST_YEAR))
    assert checked.exit_code == 0, checked.output
    assert "ETH 1: good. Level 1" in checked.output
    assert "without participation.participation_rate" in checked.output


def test_check_of_level_1_finds_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socialbudget.ensemble, "accepted_params", lambda: {GINI.path: GINI})
    pack = people_builder("ETH", "Ethiopia")
    pack.value(GINI.path, 35.0, "1", "tests", "estimated")
    pack.write(tmp_path / "ETH")
    with pytest.raises(PackError, match=r"'living_standards.gini'.*35 is outside \[0, 1\]"):
        check_rapid(load_pack(tmp_path / "ETH"), to=LAST_YEAR)
    pack = people_builder("ETH", "Ethiopia")
    pack.value("living_standards.ginni", 0.35, "1", "tests", "estimated")
    pack.write(tmp_path / "ETH")
    with pytest.raises(PackError, match=r"no module reads 'living_standards.ginni'"):
        check_rapid(load_pack(tmp_path / "ETH"), to=LAST_YEAR)
    pack = people_builder("ETH", "Ethiopia")
    pack.value(GINI.path, 0.35, "1", "tests", "estimated")
    pack.value("government.debt", 1.0, "LCU", "tests", "estimated")  # of the whole social budget
    pack.write(tmp_path / "ETH")
    without = check_rapid(load_pack(tmp_path / "ETH"), to=LAST_YEAR)
    assert GINI.path not in without
    assert "participation.participation_rate" in without


# --- paths of other families -------------------------------------------------------------------


def test_paths_of_files_outside_the_whole_social_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    import socialbudget.modules.prices as file

    assert GINI.path not in accepted_params() or accepted_params()[GINI.path].dims == ()
    monkeypatch.setattr(file, "ACCEPTED", (GINI,), raising=False)
    assert accepted_params()[GINI.path] is GINI
