"""The documentation: examples run, links lead somewhere, tables are complete and up to date."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from socialbudget import projection
from socialbudget.dims import FUNCTIONS
from socialbudget.ensemble import prepare, project
from socialbudget.errors import ScenarioError
from socialbudget.modules import FULL_LEVEL
from socialbudget.pack import Pack, available_packs, load_pack
from socialbudget.report import reference
from socialbudget.scenario import Change, Scenario, find_scenario, scenarios_folder

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUNNABLE, FAULT = "# runnable\n", "# fault\n"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SOURCES = DOCS.parent / "calibration" / "sources"
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(language, body) for language, body in BLOCK.findall(text_of(page))]


def runnable() -> list[Any]:
    found = []
    for page in PAGES:
        python = [b for language, b in blocks(page) if language == "python"]
        for number, body in enumerate([b for b in python if b.startswith(RUNNABLE)], start=1):
            found.append(pytest.param(body, id=f"{page.relative_to(DOCS)}-{number}"))
    return found


def faults() -> list[Any]:
    """Each scenario of the page marked as a fault, with the text block that follows it."""
    found = []
    here = blocks(DOCS / "scenarios.md")
    for (language, body), (after, message) in pairwise(here):
        if language == "toml" and body.startswith(FAULT):
            assert after == "text", body
            found.append(pytest.param(body, message.rstrip("\n"), id=message.split("\n")[1][:60]))
    return found


def anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as Markdown viewers make them."""
    prose = BLOCK.sub("", text_of(page))
    return {
        re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-")
        for title in HEADING.findall(prose)
    }


@pytest.mark.parametrize("code", runnable())
def test_examples_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "example", "exec"), {"__name__": "example"})


def test_there_are_examples() -> None:
    assert len(runnable()) >= 5
    assert len(faults()) >= 5


@pytest.mark.parametrize(("change", "message"), faults())
def test_scenario_errors_are_as_shown(change: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        prepare(load_pack("ZAF"), Scenario.loads(f'title = "Draft"\n[[change]]\n{change}'))
    assert str(caught.value) == message


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_internal_links_lead_somewhere(page: Path) -> None:
    prose = BLOCK.sub("", text_of(page))
    for target in LINK.findall(prose):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        other = page if not name else (page.parent / name).resolve()
        assert other.is_file(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(other), f"{page.name}: {target}"


def test_every_page_can_be_reached_from_the_index() -> None:
    linked = {
        (DOCS / t.partition("#")[0]).resolve() for t in LINK.findall(text_of(DOCS / "index.md"))
    }
    assert [p.name for p in PAGES if p not in linked and p.name != "index.md"] == []


@pytest.mark.parametrize("iso3", ["ZAF", "ZZZ"])
def test_every_identity_of_a_run_is_listed(iso3: str) -> None:
    """South Africa, and the synthetic country with every kind of scheme."""
    page = text_of(DOCS / "identities.md")
    names = {identity for _, identity in project(load_pack(iso3), to=2026).identities}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", ["variables.md", "parameters.md"])
def test_reference_is_up_to_date(name: str) -> None:
    """If not: ``python -m socialbudget.report.reference docs/reference``."""
    assert text_of(DOCS / "reference" / name) == reference.pages()[name]


@pytest.mark.parametrize("iso3", available_packs(FULL_LEVEL))
def test_reference_holds_every_path_and_variable_of_a_pack(iso3: str) -> None:
    pack = load_pack(iso3)
    plan, _ = prepare(pack)
    pages = reference.pages()

    def general(name: str, prefix: str) -> str:
        for scheme in sorted(pack.schemes, key=len, reverse=True):
            if name.startswith(f"{prefix}{scheme}."):
                return f"`{prefix}<z>.{name.removeprefix(f'{prefix}{scheme}.')}`"
        return f"`{name}`"

    shown = {general(n, "") for n in plan.variables}
    assert sorted(n for n in shown if n not in pages["variables.md"]) == []
    shown = {general(p, "schemes.") for p in plan.params}
    assert sorted(p for p in shown if p not in pages["parameters.md"]) == []


def test_every_shipped_scenario_and_validation_file_is_named() -> None:
    page = text_of(DOCS / "scenarios.md")
    shipped = sorted(p.stem for p in scenarios_folder().glob("*.toml"))
    assert [name for name in shipped if name not in page] == []
    page = text_of(DOCS / "validation.md")
    tests = sorted(p.name for p in (DOCS.parent / "tests" / "validation").glob("test_*.py"))
    assert [name for name in tests if name not in page] == []


def test_figures_on_closures_are_those_of_the_pack() -> None:
    """Real GDP and wages of the table, to 0.3 points: packs are recalibrated now and then."""
    page = text_of(DOCS / "closures.md")
    pack = load_pack("KOR")
    reform = Scenario.load(find_scenario("contribution_rate_and_ceiling_up"))
    places = [year - pack.base_year for year in (2027, 2032, 2057, 2100)]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.count("|") == 7 and ("M1 F1" in line or "M3 F1" in line)
    ]
    for closure, of_closure in (("M1 F1", rows[0::2]), ("M3 F1", rows[1::2])):
        closing = Scenario("c", ((Change(path="macroeconomy.closure", set=int(closure[1])),),))
        before, after = project(pack, closing), project(pack, reform.over(closing))

        def percent(*ratio: str, runs: tuple = (after, before)) -> list[float]:
            """Change of a variable, or of the ratio of two, at the years of the table."""
            made = [r[ratio[0]][places, 0] / (r[ratio[1]][places, 0] if ratio[1:] else 1.0)
                    for r in runs]  # fmt: skip
            return list(100.0 * (made[0] / made[1] - 1.0))

        measured = [
            percent("macroeconomy.gdp_real"),
            percent("labour_market.total_employment"),
            percent("labour_market.average_wage", "prices.consumer_price_index"),
        ]
        for row, values in zip(of_closure, measured, strict=False):
            assert row[1] == closure
            assert [float(cell) for cell in row[2:]] == pytest.approx(values, abs=0.3), row


def table_rows(page: str, title: str) -> list[list[str]]:
    """Cells of every table row under a heading of level 2."""
    _, _, rest = page.partition(f"\n## {title}\n")
    section = rest.partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in row] for row in rows]


def base_value(pack: Pack, path: str) -> Any:
    return pack.entries[path].values[0]


def percent_of_gdp(pack: Pack, amount: float) -> float:
    """An amount of the base year over the GDP of the pack's expenditure accounts."""
    parts = ("private_consumption", "investment", "government_consumption", "exports")
    gdp = sum(base_value(pack, f"macroeconomy.{part}") for part in parts)
    return 100.0 * float(amount / (gdp - base_value(pack, "macroeconomy.imports")))


def by_function(pack: Pack, functions: tuple[str, ...], sector: str = "") -> float:
    places = [FUNCTIONS.index(f) for f in functions]
    return percent_of_gdp(
        pack,
        sum(
            base_value(pack, f"schemes.{z}.base_expenditure")[places].sum()
            for z, scheme in pack.schemes.items()
            if sector in ("", scheme.sector)
        ),
    )


def of_account(pack: Pack, account: dict[str, str]) -> float:
    """What the pack holds for a row of ``accounts_*.csv``."""
    total = 0.0
    for item in account["instances"].split(";"):
        scheme, _, function = item.partition(":")
        if account.get("measure") == "contributions":
            total += base_value(pack, f"schemes.{scheme}.base_contributions").sum()
            continue
        spent = base_value(pack, f"schemes.{scheme}.base_expenditure")
        amount = spent[FUNCTIONS.index(function)] if function else spent.sum()
        share = base_value(pack, f"schemes.{scheme}.administration_share")
        total += float(amount * (1 + share * int(account.get("includes_administration") or 0)))
    return percent_of_gdp(pack, total)


BASE_ACCOUNTS = DOCS / "base_year_accounts.md"
COUNTRIES = {"ZAF": "South Africa", "USA": "United States", "KOR": "Republic of Korea"}
PARTS = {
    "old age": ("old_age",),
    "survivors": ("survivors",),
    "incapacity, public and mandatory private": (
        "disability",
        "employment_injury",
        "sickness",
        "maternity",
    ),
}


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_base_year_accounts_are_those_of_the_pack(iso3: str) -> None:
    """Used, pack and difference of each account, to 0.01 point of GDP."""
    pack = load_pack(iso3)
    with (SOURCES / f"accounts_{iso3.lower()}.csv").open(encoding="utf-8", newline="") as file:
        accounts = [
            row
            for row in csv.DictReader(file)
            if row.get("level", "branch") in ("branch", "account")
        ]
    rows = table_rows(text_of(BASE_ACCOUNTS), COUNTRIES[iso3])
    shown = {
        (r[0], r[1]): [float(cell) for cell in r[2:-1]]
        for r in rows
        if len(r) > 5 and r[2][:1].isdigit()
    }
    assert set(shown) == {(a["branch"], a["sector"]) for a in accounts}
    for account in accounts:
        *outside, used, held, difference = shown[account["branch"], account["sector"]]
        assert used == pytest.approx(float(account["percent_of_gdp"]), abs=0.001)
        assert held == pytest.approx(of_account(pack, account), abs=0.01), account["branch"]
        beside = outside[0] if outside else used
        assert difference == pytest.approx(held - beside, abs=0.0015), account["branch"]
    for row in rows:
        if iso3 == "USA" and row[0] in PARTS:
            held = by_function(pack, PARTS[row[0]])
            assert float(row[2]) == pytest.approx(held, abs=0.01)
            assert float(row[3]) == pytest.approx(held - float(row[1]), abs=0.01)


def test_base_year_by_function_is_that_of_the_packs() -> None:
    packs = [load_pack(iso3) for iso3 in COUNTRIES]
    rows = table_rows(text_of(BASE_ACCOUNTS), "By function")[1:]
    assert [row[0] for row in rows] == [*FUNCTIONS, "all"]
    for name, *cells in rows:
        functions = FUNCTIONS if name == "all" else (name,)
        held = [by_function(p, functions, s) for p in packs for s in ("government", "private")]
        assert [float(cell) for cell in cells] == pytest.approx(held, abs=0.01), name


def test_residual_schemes_are_named_with_their_share() -> None:
    rows = table_rows(text_of(BASE_ACCOUNTS), "Residual schemes")[1:]
    named = {(row[0], row[1]) for row in rows}
    for iso3 in COUNTRIES:
        pack = load_pack(iso3)
        total = by_function(pack, FUNCTIONS)
        assert {z for z in pack.schemes if "other_" in z} <= {z for c, z in named if c == iso3}
        for country, scheme, percent, share, _ in rows:
            if country == iso3:
                spent = base_value(pack, f"schemes.{scheme}.base_expenditure").sum()
                held = percent_of_gdp(pack, spent)
                assert float(percent) == pytest.approx(held, abs=0.01)
                assert float(share) == pytest.approx(100 * held / total, abs=0.1)


def test_tolerances_on_the_page_are_those_of_the_solver() -> None:
    page = text_of(DOCS / "model.md")
    mantissa, exponent = f"{projection.SOLVER_TOLERANCE:.0e}".split("e")
    assert f"relative change of {mantissa}e{int(exponent)} " in page
    assert f"last {projection.ANDERSON_MEMORY} sweeps" in page


@pytest.mark.parametrize("iso3", COUNTRIES)
def test_figures_on_limitations_are_those_of_the_pack(iso3: str) -> None:
    """Health care and means-tested benefits over GDP, to 0.3 points."""
    rows = table_rows(text_of(DOCS / "limitations.md"), "What decides the long run")
    pack = load_pack(iso3)
    run = project(pack)
    places = [int(year) - pack.base_year for year in rows[0][2:]]
    parts = {
        "health care": [z for z, s in pack.schemes.items() if s.kind == "health_care"],
        "means-tested, not health": [
            z for z, s in pack.schemes.items() if s.means_tested and s.kind != "health_care"
        ],
    }
    for country, what, *cells in rows[1:7]:
        if country == iso3:
            spent = sum(run[f"{z}.benefit_expenditure"][:, 0].sum(axis=(1, 2)) for z in parts[what])
            ratio = 100.0 * spent / run["macroeconomy.gdp"][:, 0]
            assert [float(cell) for cell in cells] == pytest.approx(ratio[places], abs=0.3), what
