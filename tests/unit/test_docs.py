"""The documentation: examples run, links lead somewhere, tables are complete and up to date."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from socialbudget.ensemble import prepare, project
from socialbudget.errors import ScenarioError
from socialbudget.pack import available_packs, load_pack
from socialbudget.report import reference
from socialbudget.scenario import Change, Scenario, find_scenario, scenarios_folder

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUNNABLE, FAULT = "# runnable\n", "# fault\n"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
AWAITED = {"usa_trustees.md"}
"""Pages of others that are linked already; a name goes when its page comes."""
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
        if other.name in AWAITED and not other.exists():
            continue
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


@pytest.mark.parametrize("iso3", available_packs())
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
        if line.count("|") == 7 and ("M1 F1" in line or "M0 F1" in line)
    ]
    for closure, of_closure in (("M1 F1", rows[0::2]), ("M0 F1", rows[1::2])):
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
