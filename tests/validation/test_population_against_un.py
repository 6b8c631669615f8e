"""The populations of the country packs, projected to 2100, against the published projections.

ZAF and KOR: United Nations, DESA, Population Division (2024), World Population Prospects 2024,
medium variant (CC BY 3.0 IGO). USA: Annual Report of the Board of Trustees of the OASI and DI
Trust Funds, 2026, table V.A3, intermediate assumptions (public domain). The published figures are
in ``data/published_population.csv`` (persons).
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from calibration.demography import add_demography
from calibration.uncertainty import add_neutral_parameters
from socialbudget.builder import PackBuilder
from socialbudget.modules.demography import Demography
from socialbudget.pack import load_pack, resolve
from socialbudget.plan import build_plan
from socialbudget.projection import run

PUBLISHED = pd.read_csv(Path(__file__).parent / "data" / "published_population.csv")
BASE_YEAR = 2024
BANDS = {"under_20": slice(0, 20), "20_64": slice(20, 65), "65_and_over": slice(65, 101)}


VARIANTS = pd.read_csv(Path(__file__).parent / "data" / "wpp2024_fertility_variants.csv")


def project_population(inputs, **changes):
    """Arrays [year, sex, age] (births [year, sex]), with parameters replaced."""
    module = Demography()
    loaded, parameters = inputs
    trajectory = run(
        build_plan([module], loaded.coords),
        loaded.coords,
        {**parameters, **{f"demography.{name}": array for name, array in changes.items()}},
        BASE_YEAR,
        2100,
        1,
    )
    return SimpleNamespace(**{name.split(".")[1]: a[:, 0] for name, a in trajectory.arrays.items()})


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Pack and parameters of each country."""
    out = {}
    for iso3 in ("ZAF", "KOR", "USA"):
        pack = PackBuilder(
            iso3,
            iso3,
            version="1",
            base_year=BASE_YEAR,
            currency="LCU",
            level=2,
            status="calibrated",
        )
        add_demography(pack, iso3)
        ones = np.ones((2, 101))
        add_neutral_parameters(pack, ones, ones)
        folder = tmp_path_factory.mktemp("packs") / iso3
        pack.write(folder)
        loaded = load_pack(folder)
        out[iso3] = loaded, resolve(loaded, Demography.params, 2100)
    return out


@pytest.fixture(scope="module")
def projections(inputs):
    return {iso3: project_population(given) for iso3, given in inputs.items()}


def published(iso3, date, what, sex="both"):
    rows = PUBLISHED[
        (PUBLISHED.iso3 == iso3)
        & (PUBLISHED.date == date)
        & (PUBLISHED.what == what)
        & (PUBLISHED.sex == sex)
    ]
    assert len(rows) > 0
    return rows.year.to_numpy() - BASE_YEAR, rows.persons.to_numpy(dtype=float)


@pytest.mark.parametrize("iso3", ["ZAF", "KOR"])
def test_total_population_within_a_twentieth_of_a_percent(projections, iso3):
    result = projections[iso3]
    t, persons = published(iso3, "31_december", "total")
    np.testing.assert_allclose(result.population[t].sum(axis=(1, 2)), persons, rtol=5e-4)
    t, persons = published(iso3, "1_july", "total")
    np.testing.assert_allclose(result.population_midyear[t].sum(axis=(1, 2)), persons, rtol=5e-4)
    for index, sex in enumerate(("female", "male")):
        t, persons = published(iso3, "31_december", "total", sex)
        np.testing.assert_allclose(result.population[t, index].sum(axis=1), persons, rtol=1e-3)


@pytest.mark.parametrize("iso3", ["ZAF", "KOR"])
def test_single_ages_of_2050_and_2099(projections, iso3):
    result = projections[iso3]
    for age in range(5, 96, 10):
        t, persons = published(iso3, "1_july", str(age))
        both = result.population_midyear[t][:, :, age].sum(axis=1)
        np.testing.assert_allclose(both, persons, rtol=4e-3)


@pytest.mark.parametrize("iso3", ["ZAF", "KOR"])
def test_births_and_deaths_also_of_the_base_year(projections, iso3):
    """Death rates by sex are derived, not published, hence two parts in a thousand."""
    result = projections[iso3]
    t, persons = published(iso3, "year", "births")
    assert t[0] == 0
    np.testing.assert_allclose(result.births[t].sum(axis=1), persons, rtol=2e-3)
    t, persons = published(iso3, "year", "deaths")
    np.testing.assert_allclose(result.deaths[t].sum(axis=(1, 2)), persons, rtol=2e-3)


@pytest.mark.parametrize("variant", ["low", "high"])
@pytest.mark.parametrize("iso3", ["ZAF", "KOR"])
def test_low_and_high_fertility_variants(inputs, iso3, variant):
    """Half a child less or more by 2030, nothing else changed; the variants part in 2024."""
    rows = VARIANTS[(VARIANTS.iso3 == iso3) & (VARIANTS.variant == variant)]
    level = rows[rows.what == "total_fertility_rate"].set_index("year").value
    _, parameters = inputs[iso3]
    rates = parameters["demography.fertility_rate"]
    ratio = level.reindex(range(BASE_YEAR, 2101)).to_numpy() / rates.sum(axis=(1, 2))
    stock = parameters["demography.population"].copy()
    stock[..., 0] *= ratio[0]
    result = project_population(
        inputs[iso3], fertility_rate=rates * ratio[:, None, None], population=stock
    )
    answers = rows[rows.what == "population_31_december"]
    projected = result.population[answers.year.to_numpy() - BASE_YEAR].sum(axis=(1, 2))
    np.testing.assert_allclose(projected, answers.value, rtol=1e-3)


def test_social_security_area_population(projections):
    """The report gives neither ages of migrants nor death rates, so this cannot be exact."""
    midyear = projections["USA"].population_midyear
    t, persons = published("USA", "1_july", "total")
    error = midyear[t].sum(axis=(1, 2)) / persons - 1.0
    assert abs(error[0]) < 1e-4
    assert np.abs(error[:3]).max() < 1.5e-3
    assert np.abs(error).max() < 1e-2
    for band, ages in BANDS.items():
        t, persons = published("USA", "1_july", band)
        error = midyear[t][:, :, ages].sum(axis=(1, 2)) / persons - 1.0
        assert abs(error[0]) < 1e-4
        assert np.abs(error).max() < 1.25e-2
