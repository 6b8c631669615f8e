"""Migrant workers by corridor: Synthetic land by hand, stocks over time, and packs without any."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from calibration import synthetic as zz
from socialbudget.builder import PackBuilder
from socialbudget.ensemble import project
from socialbudget.errors import IdentityError, PackError
from socialbudget.modules import build_modules
from socialbudget.modules.migrants import modules
from socialbudget.pack import Pack, countries_folder, load_pack
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario

ADULTS = slice(15, 65)


@cache
def pack(iso3: str = "ZZZ") -> Pack:
    return load_pack(iso3)


@cache
def run(iso3: str = "ZZZ", to: int = 2030) -> Results:
    return project(pack(iso3), to=to)


def changed(path: str, value: float, **more: object) -> Scenario:
    return Scenario("Change", ((Change(path=path, set=value, **more),),))  # type: ignore[arg-type]


def test_synthetic_land_by_hand() -> None:
    r, base = run(), zz.base_year()
    employed = zz.MIGRANTS * zz.MIGRANTS_EMPLOYED
    contributors = employed * zz.MIGRANTS_CONTRIBUTING
    wage = zz.MIGRANT_EARNINGS * base.average_wage
    paid = sum(c[:2].sum() for c in base.contributions.values()) / base.formal_bill.sum()
    remittances = employed.sum(axis=1) * wage * zz.REMITTANCE_RATE
    covered = zz.AGREEMENT * zz.MIGRANTS.sum(axis=1)

    def now(name: str) -> np.ndarray:
        return r[f"migrants.{name}"][0, 0]

    np.testing.assert_allclose(now("employed"), employed, rtol=1e-14)
    np.testing.assert_allclose(now("contributors"), contributors, rtol=1e-14)
    np.testing.assert_allclose(
        now("contributions"), contributors.sum(axis=1) * wage * paid, rtol=1e-10
    )
    np.testing.assert_allclose(now("remittances"), remittances, rtol=1e-10)
    np.testing.assert_allclose(now("under_agreement"), covered, rtol=1e-14)
    np.testing.assert_allclose(
        now("exported_benefits"),
        covered * zz.BENEFICIARIES * zz.EXPORTED * base.average_wage,
        rtol=1e-10,
    )
    assert now("remittances_sent") == pytest.approx(remittances[0], rel=1e-10)
    assert now("remittances_received") == pytest.approx(remittances[1], rel=1e-10)
    national = zz.REMITTANCES * zz.GDP
    assert now("national_remittance_share") == pytest.approx(remittances[1] / national, rel=1e-10)
    share = employed[0].sum() / base.employment.sum()
    assert now("employment_share") == pytest.approx(share, rel=1e-10)


def mortality(r: Results, year: int) -> np.ndarray:
    people = r["demography.population"][year - 2024, 0][:, ADULTS]
    death = r["demography.death_probability"][year - 2024, 0][:, ADULTS]
    return (people * death).sum(axis=1) / people.sum(axis=1)


def test_without_replacement_stocks_die_at_adult_mortality() -> None:
    r = project(pack(), changed("migrants.replacement_share", 0.0), to=2027)
    stock = zz.MIGRANTS
    for year in (2025, 2026, 2027):
        stock = stock * (1.0 - mortality(r, year))
        np.testing.assert_allclose(r["migrants.stock"][year - 2024, 0], stock, rtol=1e-12)


def test_each_corridor_has_its_share_of_net_migration() -> None:
    r = run("ZAF")
    shares = pack("ZAF").entries["migrants.net_flow_share"].values[0]
    for year in (2025, 2030):
        net = r["demography.net_migration"][year - 2024, 0][:, 15:].sum(axis=1)
        np.testing.assert_allclose(
            r["migrants.net_flow"][year - 2024, 0], shares[:, None] * net, rtol=1e-12
        )
    assert shares.sum() == pytest.approx(1.0)


def test_those_abroad_grow_by_net_emigration() -> None:
    leaving = Change(path="demography.net_migration", set=-100.0, from_=2025)
    r = project(pack(), Scenario("Leaving", ((leaving,),)), to=2026)
    flow = r["migrants.net_flow"][1, 0]
    adults = 86 * 100.0
    np.testing.assert_allclose(flow[0], -0.1 * adults, rtol=1e-12)
    np.testing.assert_allclose(flow[1], 0.1 * adults, rtol=1e-12)


def test_no_more_leave_a_corridor_than_there_are() -> None:
    leaving = Change(path="demography.net_migration", set=-1500.0, from_=2025)
    all_here = Change(path="migrants.net_flow_share", set=1.0, where={"corridor": "northland"})
    r = project(pack(), Scenario("Exodus", ((leaving, all_here),)), to=2026)
    stock = r["migrants.stock"][:, 0, 0]
    assert (stock[1] == 0.0).all()
    assert not r["migrants.remittances_sent"][1:].any()


def test_more_migrants_at_work_than_workers_stops_the_run() -> None:
    many = changed("migrants.stock", 1e7)
    with pytest.raises(IdentityError, match="G-4 migrants employed here"):
        project(pack(), many, to=2025)


def test_corridors_alter_nothing_else() -> None:
    without = [m for m in build_modules(pack()) if m.name != "migrants"]
    before = project(pack(), to=2030, modules=without)
    for name in before.arrays:
        assert before[name].tobytes() == run()[name].tobytes(), name


def test_a_pack_without_corridors_has_no_such_module() -> None:
    manifest = pack().manifest.model_copy(update={"corridors": {}})
    none = Pack(manifest, pack().folder, pack().coords, pack().entries, pack().tables)
    assert modules(none) == []
    assert len(modules(pack())) == 1


@pytest.mark.parametrize("iso3", ["ZAF", "KOR", "USA"])
def test_migrants_at_work_are_a_plausible_share_of_the_employed(iso3: str) -> None:
    """Published: some 8% in South Africa, 3.5% in Korea, 18 to 19% in the United States."""
    low, high = {"ZAF": (0.06, 0.10), "KOR": (0.03, 0.04), "USA": (0.16, 0.20)}[iso3]
    assert low < run(iso3)["migrants.employment_share"][0, 0] < high


def test_the_stocks_of_the_shipped_corridors_say_where_they_come_from() -> None:
    for iso3 in ("ZAF", "KOR", "USA"):
        rows = pack(iso3).provenance("migrants.stock")
        assert set(rows["flag"]) == {"estimated"}
        assert (rows["note"].str.len() > 10).all()
        remitted = pack(iso3).provenance("migrants.remittance_rate")
        assert set(remitted["flag"]) == {"assumed"}


# --- what a pack may say wrongly ----------------------------------------------------------------


def edited(tmp_path: Path, old: str, new: str) -> Path:
    folder = tmp_path / "ZZZ"
    shutil.copytree(countries_folder() / "ZZZ", folder)
    file = folder / "pack.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('direction = "in"', 'direction = "inward"', ["corridors.northland.direction", "inward"]),
        ('direction = "in"\npartner = ""', 'direction = "in"\npartner = "Zim"',
         ["corridors.northland.partner", "Zim"]),
        ('direction = "in"', 'direction = "in"\ndirektion = "in"', ["direktion", "direction"]),
        ("[corridors.northland]", "[corridors.eastland]", ["northland", "corridor"]),
    ],
)  # fmt: skip
def test_faults_of_corridors_are_named(
    tmp_path: Path, old: str, new: str, parts: list[str]
) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(edited(tmp_path, old, new))
    for part in parts:
        assert part in str(caught.value)


def test_a_corridor_after_its_table_is_refused() -> None:
    builder = PackBuilder(
        "AAA", "A", version="1", base_year=2024, currency="A", level=2, status="synthetic"
    )
    builder.source("s", publisher="p", title="t", licence="l")
    builder.corridor("one", title="One", direction="in", partner="", note="")
    builder.table("migrants.net_flow_share", ("corridor",), np.ones(1), "1", "s", "assumed")
    with pytest.raises(ValueError, match="corridor 'two' is registered after"):
        builder.corridor("two", title="Two", direction="in", partner="", note="")


def test_corridors_that_take_more_than_all_net_migration_are_refused() -> None:
    with pytest.raises(
        PackError, match=r"'migrants.net_flow_share' .* into .* adds up to 3 in 2025"
    ):
        project(pack("KOR"), changed("migrants.net_flow_share", 1.0), to=2025)
