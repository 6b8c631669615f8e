"""``socialbudget population``: console, files, workbook and the page."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from socialbudget.cli import main
from socialbudget.pack import load_pack
from socialbudget.population import parse_threshold, project_population, total_population
from socialbudget.report.lexis_surface import lexis_surface
from socialbudget.report.population import (
    Population,
    _charts,
    course_of_size,
    covered,
    headline_measures,
    probability_rows,
    render,
    summary,
    tables,
    turn_of_growth,
)
from socialbudget.scenario import Scenario, find_scenario
from tests.pages import Page
from tests.unit.test_html_report import EVIL

LAST = 2032


@pytest.fixture(scope="module")
def page() -> Population:
    pack = load_pack("ZAF")
    return Population(
        project_population(pack, to=LAST, families=True),
        project_population(pack, to=LAST, draws=30, seed=2),
        "0-14,15-64,65+",
        (
            parse_threshold("old_age_ratio > 11% by 2032"),
            parse_threshold("population > 60 million"),
        ),
    )


@pytest.fixture(scope="module")
def text(page: Population) -> str:
    return render(page, date(2026, 3, 1))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["population", *arguments])


# --- the page --------------------------------------------------------------------------------


def test_page_is_complete_in_itself(text: str) -> None:
    Page(re.sub(r"<image [^>]*/>", "", text)).needs_nothing_else()
    assert re.findall(r'<image [^>]*href="(data:image/png;base64,)', text)


def test_links_lead_somewhere_and_ids_are_unique(text: str) -> None:
    ids = Page(text).links_lead_somewhere()
    for used in re.findall(r"url\(#([^)]+)\)", text.split("<script>")[0]):
        assert used in ids


def test_every_chart_has_valid_options_and_a_place(text: str) -> None:
    Page(text).charts_are_whole(least=12)


def test_fans_hold_the_quantiles_of_the_draws(page: Population, text: str) -> None:
    series = {
        s["name"]: s["data"] for s in Page(text).chart_specs["chart-total"]["option"]["series"]
    }
    assert page.drawn is not None
    low, inner, upper, high = np.quantile(
        total_population(page.drawn).at(LAST) / 1e6, (0.025, 0.1, 0.9, 0.975)
    )
    stack = np.cumsum([series[k][-1] for k in ("~low", "~outer low", "~inner", "~outer high")])
    np.testing.assert_allclose(stack, [low, inner, upper, high], rtol=1e-4)


def test_words_and_tables_say_the_same(page: Population, text: str) -> None:
    people = page.central["demography.population"][[0, -1], 0].sum(axis=(1, 2)) / 1e6
    words = " ".join(" ".join(p.text for p in summary(page)).split())
    for value in people:
        assert f"{value:.1f} million" in words
    assert not re.search(r"\b(nan|inf|None)\b", " ".join(Page(text).words))
    assert "South Africa: population 2024–2032" in text


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ([5e6, 4e6, 3e6], "The population is at its largest now and falls"),
        ([5e6, 3e6, 4e6], "The population is at its largest now"),
        ([3e6, 4e6, 5e6], "It grows throughout"),
        ([4e6, 3e6, 5e6], "It is largest in 2026"),
        ([3e6, 5e6, 4e6, 3e6], "It is largest in 2025, with 5.0 million, and falls from then on"),
        ([3e6, 5e6, 2e6, 3e6], "It is largest in 2025, with 5.0 million"),
    ],
)
def test_words_on_the_course_hold_in_every_year(total: list[float], said: str) -> None:
    assert course_of_size(np.array(total), tuple(range(2024, 2024 + len(total)))) == said


@pytest.mark.parametrize(
    ("fewer", "said"),
    [
        ([0, 0, 0], "Births exceed deaths in every year to 2026."),
        ([1, 1, 1], "Deaths exceed births already."),
        ([1, 0, 1], "In 2024 deaths exceed births, in 1 of the 2 years after it they do not."),
        ([0, 1, 1], "From 2025 on deaths exceed births."),
        ([0, 1, 0], "In 2025 deaths exceed births for the first time."),
    ],
)
def test_words_on_births_and_deaths_hold_in_every_year(fewer: list[int], said: str) -> None:
    births = np.full(3, 2.0)
    assert turn_of_growth(births, births - 1.0 + 2.0 * np.array(fewer), (2024, 2025, 2026)) == said


def test_cohort_lines_end_where_the_run_knows_too_little(page: Population) -> None:
    values = np.array([[10.0], [4.1], [3.9], [4.0]])
    shown = covered(values, [2096, 2098, 2098, 2100])
    np.testing.assert_array_equal(np.isnan(shown[:, 0]), [True, True, False, True])
    full = covered(np.array([4.0, 4.0, 4.0]), [2096, 2098, 2100])
    np.testing.assert_array_equal(np.isnan(full), [False, False, True])


def test_what_others_write_is_escaped() -> None:
    scenario = Scenario.loads(f'title = "{EVIL}"\nnote = "{EVIL}"')
    central = project_population(load_pack("ZZZ"), scenario, to=2026)
    shown = render(Population(central))
    assert EVIL not in shown
    assert not [t for t, _ in Page(shown).elements if t == "img"]


def test_page_without_draws_and_families() -> None:
    page = Population(project_population(load_pack("ZZZ"), to=2026))
    shown = render(page)
    assert 'id="families"' not in shown
    assert 'id="probabilities"' not in shown
    assert "The country does not exist" in shown or "synthetic" in shown
    assert page.probabilities() is None
    assert probability_rows(page) == []


def test_tables_are_long_with_units(page: Population) -> None:
    found = tables(page)
    assert set(found) == {
        "headline",
        "groups",
        "pyramid",
        "life_expectancy",
        "lexis",
        "headline_bands",
        "groups_bands",
        "probabilities",
    }
    for name, frame in found.items():
        assert {"country", "year"} <= set(frame.columns), name
        assert not frame.empty
        if name != "pyramid":
            assert frame["unit"].notna().all(), name
    names = [m.name for m in headline_measures(page.central)]
    assert len(names) == len(set(names))


def test_the_surface_is_a_picture_of_the_values() -> None:
    values = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 2.0]])
    surface = lexis_surface(values, [2024, 2025], title="T", unit="u", cohorts=[2000])
    encoded = re.search(r"base64,([^\"]+)", surface.svg)
    assert encoded is not None
    png = base64.b64decode(encoded[1])
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (2, 3)
    start = png.index(b"IDAT") + 4
    rows = zlib.decompress(png[start : start + struct.unpack(">I", png[start - 8 : start - 4])[0]])
    pixels = np.frombuffer(rows, dtype=np.uint8).reshape(3, 1 + 3 * 2)[:, 1:].reshape(3, 2, 3)
    # The oldest stand on top; the highest value is darkest, nobody is lightest.
    assert (pixels[0, 0] == pixels[0, 1]).all()
    assert tuple(pixels[2, 0]) == (253, 246, 227)
    assert pixels[0, 0].sum() < pixels[1, 0].sum() < pixels[2, 0].sum()


# --- the command -----------------------------------------------------------------------------


def test_command_writes_everything(tmp_path: Path) -> None:
    out = tmp_path / "zaf"
    done = run(
        "ZAF", "--to", "2030", "--draws", "20", "--groups", "0-4,5-59,60+",
        "--threshold", "population > 65 million in 2030", "--out", str(out),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "South Africa (ZAF): population 2024-2030" in done.output
    assert "Population above 65.0 million | in 2030" in done.output
    assert (out / "population.html").stat().st_size > 3e5
    assert (out / "tables" / "manifest.json").is_file()
    groups = pd.read_parquet(out / "tables" / "population_groups.parquet")
    assert set(groups["group"]) == {"0-4", "5-59", "60+"}
    book = CalamineWorkbook.from_path(str(out / "population.xlsx"))
    assert book.sheet_names[:3] == ["Key figures", "Age groups", "Bands"]
    rows = book.get_sheet_by_name("Key figures").to_python()
    assert rows[2][:2] == ["year", "Population [person]"]
    people = pd.read_parquet(out / "tables" / "population_headline.parquet")
    base = people[(people["measure"] == "population") & (people["year"] == 2024)]["value"].item()
    assert rows[3][1] == pytest.approx(base)
    again = run("ZAF", "--to", "2026", "--out", str(out))  # an earlier output is replaced
    assert again.exit_code == 0, again.output
    assert not (out / "tables" / "population_probabilities.parquet").exists()


def test_a_variant_changes_the_population(tmp_path: Path) -> None:
    file = tmp_path / "fewer.toml"
    file.write_text(
        'title = "Half the births"\n[[change]]\npath = "demography.fertility_rate"\n'
        "scale = {2025 = 0.5}\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    done = run("ZAF", "--to", "2030", "--variant", str(file), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "Half the births" in done.output
    frame = pd.read_parquet(out / "tables" / "population_headline.parquet")
    births = frame[frame["measure"] == "births"].set_index("year")["value"]
    assert 0.45 < births[2025] / births[2024] < 0.55


@pytest.mark.parametrize(
    ("name", "higher"),
    [
        ("low_fertility", False),
        ("high_fertility", True),
        ("zero_migration", False),
        ("constant_mortality", False),
        ("constant_fertility", True),
    ],
)
def test_shipped_variants_move_the_population(name: str, higher: bool) -> None:
    """South Africa: immigration, falling mortality and fertility."""
    pack = load_pack("ZAF")
    variant = Scenario.load(find_scenario(name))
    ends = [
        total_population(project_population(pack, v, to=2045)).at(2045)[0] for v in (None, variant)
    ]
    assert (ends[1] > ends[0]) == higher
    assert abs(ends[1] / ends[0] - 1.0) > 0.003


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ZAF", "--groups", "0-14;15+"), "group 1, '0-14;15+', is no age group"),
        (("ZAF", "--threshold", "population > 1"), "add --draws"),
        (("ZAF", "--draws", "3", "--threshold", "people > 1"), "no measure 'people'"),
        (("ZAF", "--to", "2020"), "must lie after the base year"),
        (("ZAF", "--draws", "3", "--seed", "-1"), "-1 is not in the range"),
        (("QQQ",), "no such country"),
        (("ZAF", "--variant", "no_such_variant"), "no_such_variant"),
        (("ZZZ", "--region", "Atlantis"), "no region 'Atlantis'"),
        (("ZAF", "--region", "Oceania"), "holds marital status itself"),
        (("ZAF", "--draws", "3", "--to", "2030", "--threshold", "population > 1 in 2031"),
         "2031 is no projected year"),
    ],
)  # fmt: skip
def test_bad_input_is_named_and_nothing_is_written(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = run(*arguments, "--out", str(out))
    assert done.exit_code != 0
    assert message in done.output
    assert "Traceback" not in done.output
    assert not out.exists()


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    done = run("ZZZ", "--to", "2026", "--out", str(tmp_path))
    assert done.exit_code == 1
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["VAT"], "no pack is shipped for Holy See (VAT): its source"),
        (["ZAF", "--variant", "no_such_variant"], "no such file"),
        (
            ["ZAF", "--variant", "universal_child_benefit"],
            "runs the population alone, without economy and schemes",
        ),
        (
            ["ZAF", "--draws", "5", "--threshold", "old_age_ratio > 50"],
            "old_age_ratio is of one, so 50 would be 5,000 per 100; write 50% or 0.5",
        ),
        (["ZAF", "--seed", "-1"], "-1 is not in the range x>=0"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], said: str) -> None:
    found = run(*arguments)
    assert found.exit_code != 0
    assert said in " ".join(f"{found.output} {found.exception}".split())
    assert "?." not in found.output


def test_legends_fit_one_line_and_no_row_is_half_empty(page: Population) -> None:
    drawn = _charts(page)
    for chart in drawn["survival"]:
        assert sum(len(key.name) for key in chart.keys) < 60
    width = sum(2 if chart.wide else 1 for chart in drawn["families"])
    assert width % 2 == 0
