"""The world map and the outlines behind it."""

from __future__ import annotations

import json
import lzma
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import world_map
from socialbudget.errors import SocialBudgetError
from socialbudget.pack import available_packs
from socialbudget.report import floor_map
from socialbudget.report.floor_map import MEASURES, breaks, present, render_map, world, write_map
from tests.floor_pages import EVIL
from tests.pages import Page

TODAY = date(2026, 3, 1)


def table() -> pd.DataFrame:
    """Five areas, one of them refused and one with a hostile note."""
    low = np.array([0.01, 0.02, 0.03, 0.04, np.nan])
    frame = pd.DataFrame(
        {
            "iso3": ["ETH", "ZAF", "TUV", "FRA", "PRK"],
            "name": ["Ethiopia", "South Africa", "Tuvalu", "France", "North of Korea"],
            "region": ["Africa", "Africa", "Oceania", "Europe", "Asia"],
            "year": 2040,
            "headcount_before": [0.5, 0.4, 0.3, 0.2, np.nan],
            "share_imputed": 0.25,
            "share_assumed": 0.125,
            "note": [EVIL, "", "", "", "Refused: no series of GDP"],
        }
    )
    for k, factor in (("low", 1.0), ("high", 2.0)):
        frame[f"cost_{k}_share_gdp"] = low * factor
        frame[f"cost_{k}_share_gdp_p10"] = low * factor * 0.9
        frame[f"cost_{k}_share_gdp_p90"] = low * factor * 1.1
        frame[f"cost_{k}_share_government_expenditure"] = low * factor * 4
        frame[f"gap_{k}_share_gdp"] = low * factor / 2
        frame[f"headcount_after_{k}"] = frame["headcount_before"] - low * factor
        frame[f"cost_{k}_per_head_usd"] = low * factor * 1e4
        frame[f"recipients_{k}_female"] = 1.5e6
        frame[f"recipients_{k}_male"] = 1.25e6
    return frame


def data(source: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', source, re.S).group(1))  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def source() -> str:
    return render_map(table(), title="A package", today=TODAY)


def test_every_country_with_a_pack_is_on_the_map() -> None:
    shapes = world()["shapes"]
    missing = set(available_packs()) - {"ZZZ"} - set(shapes)
    assert not missing
    width, height = world()["width"], world()["height"]
    for code, (path, x, y, area) in shapes.items():
        assert 0 <= x <= width, code
        assert 0 <= y <= height, code
        assert area >= 0
        assert path or area == 0, code


def test_the_asset_is_what_its_builder_makes_and_small() -> None:
    topology = json.loads(lzma.decompress(world_map.SOURCE.read_bytes()))
    assert world_map.build(topology) == world()
    assert world_map.ASSET.stat().st_size < 400_000


def test_areas_stay_equal_under_the_projection() -> None:
    """A ring between two parallels covers its share of the sphere, 2 pi (sin b - sin a)."""
    for south, north in ((-50.0, -20.0), (0.0, 10.0), (60.0, 83.0)):
        side = np.linspace(south, north, 400)
        ring = np.concatenate(
            [
                np.stack([np.full(400, 180.0), side], 1),
                np.stack([np.full(400, -180.0), side[::-1]], 1),
                [[180.0, south]],
            ]
        )
        area = world_map.ring_area(world_map.equal_earth(ring))
        exact = 2 * np.pi * (np.sin(np.radians(north)) - np.sin(np.radians(south)))
        assert area == pytest.approx(exact, rel=1e-4)


def test_simplifying_keeps_ends_and_what_stands_out() -> None:
    x = np.linspace(0.0, 10.0, 101)
    line = np.stack([x, np.where(np.isclose(x, 5.0), 3.0, 0.001 * np.sin(40 * x))], axis=1)
    kept = line[world_map.simplify(line, 0.05)]
    assert (kept[0] == line[0]).all()
    assert (kept[-1] == line[-1]).all()
    assert 3.0 in kept[:, 1]
    assert len(kept) < 10
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    assert world_map.simplify(square, 1e9).sum() >= 4


def test_land_across_the_date_line_is_not_torn() -> None:
    line = np.array([[170.0, 60.0], [179.0, 61.0], [-178.0, 62.0], [-172.0, 63.0]])
    whole = world_map.unbroken(line)
    assert np.abs(np.diff(whole[:, 0])).max() < 10.0
    assert abs(whole[:, 0].mean() - world_map.CENTRE) <= 180.0


def test_the_page_is_complete_in_itself(source: str, tmp_path: Path) -> None:
    page = Page(source)
    page.loads_nothing()
    addresses = set(re.findall(r"https?://[\w./]+", source))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, not an address to load from
    write_map(table(), tmp_path / "map.html", title="A package", today=TODAY)
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == source
    assert "do not imply endorsement" in page.text
    assert "4 of 5 countries" in page.text


def test_the_table_holds_the_figures_of_the_world_table(source: str) -> None:
    page = Page(source)
    frame = table().sort_values("name")
    shown = [a["data-v"] for t, a in page.elements if t == "td" and "data-v" in a]
    measures = present(frame)
    assert len(measures) == len(MEASURES)
    assert len(shown) == len(frame) * len(measures)
    expected = np.stack([m.values(frame) for m in measures], axis=1).ravel()
    for text, value in zip(shown, expected, strict=True):
        if np.isfinite(value):
            assert float(text or "nan") == pytest.approx(value, rel=1e-5)
        else:
            assert text == ""


def test_a_country_without_a_result_is_hatched_and_says_why(source: str) -> None:
    found = data(source)
    north = found["countries"]["PRK"]
    assert set(north["k"]) == {-1}
    assert "Refused: no series of GDP" in north["note"]
    assert set(found["countries"]["ETH"]["k"]) == {0}
    assert "PRK" in found["shapes"]
    assert "BRA" not in found["shapes"]  # not in the table: land without a colour
    assert "Refused: no series of GDP" in Page(source).text


def test_colours_and_classes_fit_the_values(source: str) -> None:
    found = data(source)
    for j, measure in enumerate(found["measures"]):
        assert len(measure["legend"]) == len(measure["colours"])
        used = {c["k"][j] for c in found["countries"].values()} - {-1}
        assert max(used) < len(measure["legend"])
    cost = found["countries"]["TUV"]["t"][0]
    assert cost.startswith("3.0% of GDP (2.7 to 3.3)")
    assert found["shapes"]["TUV"][3] < found["small"]  # drawn as a dot


def test_texts_of_strangers_cannot_become_elements(source: str) -> None:
    page = Page(source)
    assert not [t for t, _ in page.elements if t == "img"]
    assert len([t for t, _ in page.elements if t == "script"]) == 2
    assert EVIL in page.text
    assert "innerHTML" not in source
    assert data(source)["countries"]["ETH"]["note"] == EVIL


@given(st.lists(st.floats(0, 50, allow_nan=False), min_size=2, max_size=60), st.integers(2, 6))
def test_breaks_rise_and_leave_no_class_empty_at_the_ends(values: list[float], n: int) -> None:
    known = np.array([*values, np.nan])
    found = breaks(known, n)
    assert found == sorted(set(found))
    assert len(found) < n
    for bound in found:
        assert (known[:-1] >= bound).any()
        assert (known[:-1] < bound).any()


def test_wrong_tables_are_refused() -> None:
    frame = table()
    with pytest.raises(SocialBudgetError, match="column note is missing"):
        render_map(frame.drop(columns="note"))
    with pytest.raises(SocialBudgetError, match="ETH stands twice"):
        render_map(pd.concat([frame, frame.head(1)]))
    with pytest.raises(SocialBudgetError, match="no country has a result"):
        render_map(frame[frame["iso3"] == "PRK"])


def test_a_package_without_variants_shows_one_set_of_columns() -> None:
    frame = table()
    frame = frame[[c for c in frame.columns if "low" not in c]]
    titles = [m.title for m in present(frame)]
    assert titles
    assert not [t for t in titles if "low" in t]
    assert floor_map.render_map(frame, today=TODAY)
