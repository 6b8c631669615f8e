"""The one-page brief: every number from the assessment, one sheet of paper, nothing loaded."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from socialbudget.errors import SocialBudgetError
from socialbudget.floor import Assessment, assess, assess_variants, load_package
from socialbudget.floor.package import Package, parse_package
from socialbudget.pack import load_pack
from socialbudget.report import floor_figures as figures
from socialbudget.report.floor_brief import render_brief, write_brief
from socialbudget.report.floor_figures import Figures
from tests.floor_pages import EVIL, changed, variants
from tests.pages import Page

TODAY = date(2026, 3, 1)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def cases() -> tuple[Assessment, ...]:
    return variants()


@pytest.fixture(scope="module")
def page(cases: Sequence[Assessment]) -> Page:
    return Page(render_brief(cases, today=TODAY))


def spaced(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def test_the_page_is_complete_in_itself_and_light(
    cases: Sequence[Assessment], page: Page, tmp_path: Path
) -> None:
    page.loads_nothing()
    assert not [tag for tag, _ in page.elements if tag == "script"]
    write_brief(cases, tmp_path / "brief.html", today=TODAY)
    assert (tmp_path / "brief.html").stat().st_size < 200_000


def test_what_who_how_much_effect_and_sources_stand_on_it(
    cases: Sequence[Assessment], page: Page
) -> None:
    currency = cases[0].pack.manifest.currency
    for a in cases:
        f = Figures(a, a.years[-1])
        for measure in ("share_gdp", "share_government_expenditure", "gap_share_gdp"):
            assert figures.percent(f.cost(measure).value) in page.text
        real = f.at_base_prices(f.cost("cost_lcu").value)
        assert spaced(figures.money(real, currency)) in page.text
        for name, guarantee in a.package.guarantees.items():
            assert guarantee.title in page.text
            assert figures.percent(f.cost("share_gdp", name).value, 2) in page.text
            assert spaced(figures.money(f.monthly_amount(name), currency)) in page.text
    assert "50% and 100% of the national poverty line" in page.text
    assert "4% of GDP per head; 5% of GDP per head, at least US$ 117 a year" in page.text
    for a in cases:
        f = Figures(a, a.years[-1])
        after = f.poverty("national", "after").value
        assert figures.percent(after, 1) in page.text
    high = Figures(cases[-1], cases[-1].years[-1])
    for sex in ("female", "male"):
        reached = high.recipients("children", sex, "recipients").value
        assert spaced(figures.people(reached)) in page.text
    for flag, share in figures.flag_shares(cases[0].quality).items():
        assert f"{flag} {figures.percent(share, 0)}" in page.text
    assert "1 March 2026" in page.text
    assert cases[0].pack.hash[:16] in page.text
    assert "does not exist" in page.text  # the country is synthetic
    assert page.text.index("Effect on poverty") < page.text.index("Who receives")


def test_imputed_and_assumed_series_are_named(cases: Sequence[Assessment], page: Page) -> None:
    a = cases[0]
    for flag in ("imputed", "assumed"):
        paths = a.quality.loc[a.quality["flag"] == flag, "path"]
        words = dict.fromkeys(figures.series_words(p, a.results) for p in paths)
        for series in list(words)[:9]:
            assert series in page.text


def test_numbers_follow_the_assessment(cases: Sequence[Assessment]) -> None:
    a = cases[-1]
    doubled = a.cost.assign(value=a.cost["value"] * 2)
    text = Page(render_brief(changed(a, cost=doubled), today=TODAY)).text
    share = a.value("cost", measure="share_gdp")
    assert f"{figures.percent(2 * share)} of GDP" in text
    assert f"{figures.percent(share)} of GDP" not in text


def test_texts_of_strangers_are_escaped(cases: Sequence[Assessment]) -> None:
    a = cases[-1]
    manifest = a.pack.manifest.model_copy(update={"name": EVIL, "currency": "<b>"})
    first, *rest = a.package.guarantees
    guarantees = {
        first: a.package.guarantees[first].model_copy(update={"title": EVIL}),
        **{k: a.package.guarantees[k] for k in rest},
    }
    wrong = changed(
        a,
        pack=replace(a.pack, manifest=manifest),
        package=replace(a.package, title=EVIL, guarantees=guarantees),
        notes=(EVIL,),
    )
    source = render_brief(wrong, today=TODAY)
    page = Page(source)
    page.loads_nothing()
    assert not [tag for tag, _ in page.elements if tag in ("script", "img")]
    assert "<b><b>" not in source
    assert "<b>&lt;b&gt;" in source
    assert EVIL in page.text


def test_one_package_alone_has_no_low_and_high(cases: Sequence[Assessment]) -> None:
    a = assess(load_pack("ZZZ"), load_package("helpage_2011"), to=2026, draws=0)
    page = Page(render_brief(a, today=TODAY))
    assert "high package" not in page.text.lower()
    assert "Universal pension" in page.text
    assert "everyone aged 65 and over" in page.text
    assert "No ranges: one central path" in page.text
    assert f"Source of the package: {a.package.source}." in page.text
    # The right column would be half empty: poverty stands there.
    assert page.text.index("Who receives") < page.text.index("Effect on poverty")
    assert a.value("cost", measure="share_gdp") > 0


def test_a_package_without_source_says_so() -> None:
    package = replace(load_package("helpage_2011"), source="")
    page = Page(render_brief(assess(load_pack("ZZZ"), package, to=2026, draws=0), today=TODAY))
    assert "Source of the package: not given." in page.text


def test_a_least_amount_that_decides_the_cost_is_spoken_of() -> None:
    found = assess_variants(load_pack("BDI"), load_package(), to=2027, draws=0)
    text = spaced(Page(render_brief(list(found.values()), today=TODAY)).text)
    high = found["high"]
    cost = high.value("cost", measure="share_gdp", guarantee="health_care")
    # Without the least amount: 5% of GDP per head, for everybody.
    assert (
        "The least amount of US$ 117 a year decides the cost of Essential health care in the high "
        f"package: {figures.percent(cost)} of GDP in 2027, instead of 5.0% without it." in text
    )
    assert cost > 0.1
    assert "in the low package:" not in text
    assert "The least amount" not in Page(render_brief(variants(), today=TODAY)).text


def test_what_was_not_computed_is_said(cases: Sequence[Assessment]) -> None:
    a = cases[-1]
    bare = changed(
        a,
        poverty=a.poverty.iloc[:0],
        cost=a.cost[a.cost["measure"] != "share_government_expenditure"],
        fit={},
        notes=("Poverty and inequality are not computed: the pack lacks living_standards.gini",),
    )
    page = Page(render_brief(bare, today=TODAY))
    assert "Not computed for this country" in page.text
    assert "not computed: the pack lacks Gini coefficient" in page.text
    assert "% of government spending 0" not in page.text


def test_a_missing_figure_is_an_error_and_never_nought(cases: Sequence[Assessment]) -> None:
    a = cases[-1]
    holed = changed(a, cost=a.cost[a.cost["measure"] != "gap_share_gdp"])
    with pytest.raises(SocialBudgetError, match=r"table 'cost' has no .*gap_share_gdp"):
        render_brief(holed, today=TODAY)


def test_assessments_that_cannot_share_a_page_are_refused(cases: Sequence[Assessment]) -> None:
    other = assess(load_pack("ZZZ"), load_package("helpage_2011"), to=2026, draws=0)
    with pytest.raises(SocialBudgetError, match="run both to one year"):
        render_brief([cases[0], other])
    with pytest.raises(SocialBudgetError, match="given twice"):
        render_brief([cases[0], cases[0]])
    with pytest.raises(SocialBudgetError, match="no assessment"):
        render_brief([])


def many() -> Package:
    """Fourteen guarantees with long names, all different."""
    parts = ['title = "A package with many guarantees"']
    poor = 'targeting = { mode = "poor", line = "international_420", exclusion_error = 0.2 }\n'
    for k in range(14):
        parts.append(
            f'[guarantee.g{k}]\ntitle = "Guarantee number {k} for some group of the population"\n'
            f'group = "{"children" if k < 7 else "working_age"}"\nfunction = "family"\n'
            f'who = "population"\nages = {{ female = [{k}, {k + 40}], male = [{k}, {k + 45}] }}\n'
            f"{poor if k in (9, 13) else ''}"
            f'amount = {{ of = "poverty_line", line = "national", share = {(k + 1) / 100} }}\n'
        )
    return parse_package("\n".join(parts), "many")


def test_of_many_guarantees_the_costliest_stand_alone_and_the_rest_together() -> None:
    a = assess(load_pack("ZZZ"), many(), to=2026, draws=0)
    page = Page(render_brief(a, today=TODAY))
    assert "6 others" in page.text
    f = Figures(a, a.years[-1])
    cost = {n: f.cost("share_gdp", n).value for n in f.names}
    rank = sorted(cost, key=lambda n: -cost[n])
    for n in rank[:8]:
        assert f"Guarantee number {n[1:]} for" in page.text
    for n in rank[8:]:
        assert f"Guarantee number {n[1:]} for" not in page.text
    assert figures.percent(sum(cost[n] for n in rank[8:]), 2) in page.text


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to print with")
@pytest.mark.parametrize("which", ["default", "many", "single"])
def test_it_prints_on_one_page(cases: Sequence[Assessment], tmp_path: Path, which: str) -> None:
    shown: Sequence[Assessment] = cases
    if which != "default":
        package = many() if which == "many" else load_package("helpage_2011")
        shown = [assess(load_pack("ZZZ"), package, to=2030, draws=5)]
    write_brief(shown, tmp_path / "brief.html")
    assert CHROMIUM is not None
    subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={tmp_path / 'brief.pdf'}",
         (tmp_path / "brief.html").as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pdf = (tmp_path / "brief.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    assert boxes
    for width, height in boxes:  # A4 in points
        assert float(width) == pytest.approx(595, abs=2)
        assert float(height) == pytest.approx(842, abs=2)


@pytest.mark.parametrize(
    ("value", "words"),
    [(14.2e9, "ZZC 14.2 billion"), (999_600.0, "ZZC 1.00 million"), (1234.0, "ZZC 1 230"),
     (999.7, "ZZC 1 000"), (0.0, "ZZC 0"), (-2.5e12, "ZZC −2.50 trillion"), (0.123, "ZZC 0.123")],
)  # fmt: skip
def test_money_in_words(value: float, words: str) -> None:
    assert spaced(figures.money(value, "ZZC")) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(8.1e6, "8.1 million"), (94.12e6, "94.1 million"), (412_345, "412 000"), (870, "870"),
     (999_700, "1.0 million"), (float("nan"), "–")],
)  # fmt: skip
def test_people_in_words(value: float, words: str) -> None:
    assert spaced(figures.people(value)) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.023, "2.3%"), (0.2345, "23%"), (0.0004, "0.04%"), (0.0, "0.0%"), (1.58, "158%"),
     (float("nan"), "–")],
)  # fmt: skip
def test_percentages(share: float, words: str) -> None:
    assert figures.percent(share) == words


def guarantee(text: str) -> str:
    package = parse_package(
        f'title = "x"\n[guarantee.a]\ntitle = "a"\ngroup = "children"\nfunction = "family"\n'
        f"{text}\n"
        'amount = { of = "sum", value = 10, currency = "LCU", per = "month" }\n'
    )
    return figures.who_words(package.guarantees["a"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('who = "population"\nages = [0, 100]', "everyone"),
        ('who = "population"\nages = [0, 17]', "children under 18"),
        ('who = "population"\nages = [65, 100]', "everyone aged 65 and over"),
        ('who = "population"\nages = { female = [60, 100], male = [65, 100] }',
         "everyone (women aged 60 and over, men aged 65 and over)"),
        ('who = "population"\nages = { female = [60, 100] }', "women aged 60 and over"),
        ('who = "births"', "women who give birth"),
        ('who = "unemployed"\nages = [18, 64]', "unemployed people aged 18 to 64"),
        ('who = "disabled"\nages = [18, 64]', "people with a severe disability, aged 18 to 64"),
        ('who = "population"\nages = [18, 64]\nshare = 0.5', "50% of people aged 18 to 64"),
        ('who = "population"\nages = [18, 64]\n'
         'targeting = { mode = "poor", line = "international_300" }',
         "people aged 18 to 64 living on less than $3.00 a day"),
    ],
)  # fmt: skip
def test_groups_in_words(text: str, words: str) -> None:
    assert guarantee(text) == words


def test_notes_name_series_in_words() -> None:
    uses = ", ".join(figures.USES)
    note = f"Refused: the pack lacks living_standards.ppp_factor, {uses}, own.series"
    assert figures.plain(note) == (
        "No result: no figures for purchasing power of the currency, GDP, own.series"
    )
    assert figures.plain("the pack lacks macroeconomy.exports") == "the pack lacks exports"
