"""Spread of populations against what is published: ``python -m calibration.demographic_bands``.

Writes ``docs/population_uncertainty.md``: by how much the 80% and 95% bands of total fertility,
life expectancy, net migration and total population miss those of World Population Prospects 2024
in 2050 and 2100, country by country. With ``--fit`` it first fits the quantiles and the
persistence of the shift of net migration and writes them to
``sources/wpp2024_migration_shift.parquet``, from which the packs are built.

Why a fit. The United Nations project net migration as a rate and publish quantiles of the number of
persons. In a draw with few migrants the population is small, so its number of emigrants is small
too: the quantiles of the rate are not those of the number over the median population. They are
found by projecting draws, comparing the quantiles of the number year by year, and correcting.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.uncertainty import (
    BASE_YEAR,
    MEDIAN,
    YEARS,
    Array,
    Bands,
    add_demographic_uncertainty,
    bands,
    migration_deviations,
)
from calibration.united_nations import add_united_nations, united_nations_inputs
from socialbudget.builder import PackBuilder
from socialbudget.dims import QUANTILES
from socialbudget.drivers import PROBABILITIES, SUFFIX
from socialbudget.pack import Pack, load_pack
from socialbudget.population_ensemble import PopulationEnsemble, population_ensemble

SHIFT = "demography.migration_shift"
LEVELS = np.array([PROBABILITIES[q] for q in QUANTILES])
SEED = 2024
TRIAL_DRAWS, DRAWS = 1000, 3000
TRIAL_ROUNDS, ROUNDS = 4, 3
PERSISTENCES = (0.2, 0.5, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97)
COMPARED = (2050, 2100)
LEAST_POPULATION = 1e6
NEIGHBOURS = 0.02
LARGEST_RATE = 0.5
WINDOW = 5
"""Years over which fitted quantiles are averaged; the draws are too few for single years."""


def united_nations_pack(iso3: str, folder: Path) -> Pack:
    """A pack of the population alone, from World Population Prospects for every country."""
    inputs = united_nations_inputs(iso3)
    pack = PackBuilder(
        iso3,
        iso3,
        version="bands",
        base_year=BASE_YEAR,
        currency="XXX",
        level=1,
        status="illustrative",
    )
    pack.source(
        "wpp2024", publisher="United Nations", title="World Population Prospects 2024",
        licence="CC BY 3.0 IGO",
    )  # fmt: skip
    add_united_nations(pack, iso3)
    add_demographic_uncertainty(pack, iso3, inputs.death_rate, inputs.net_migration)
    pack.write(folder / iso3)
    return load_pack(folder / iso3)


def with_shift(pack: Pack, quantiles: Array, persistence: float) -> Pack:
    """The pack with other quantiles ``[year, quantile]`` and persistence of net migration."""
    entry = replace(pack.entries[SHIFT + SUFFIX], values=quantiles)
    driver = pack.manifest.uncertainty[SHIFT].model_copy(update={"persistence": persistence})
    uncertainty = {**pack.manifest.uncertainty, SHIFT: driver}
    return replace(
        pack,
        entries={**pack.entries, SHIFT + SUFFIX: entry},
        manifest=pack.manifest.model_copy(update={"uncertainty": uncertainty}),
    )


def fit_shift(pack: Pack, published: Bands) -> tuple[Array, float]:
    """Quantiles of the shift, and its persistence, that reproduce the published bands.

    For each persistence the quantiles are corrected until the numbers of net migrants have the
    published ones; of these the persistence is taken whose total population comes closest, as
    long as a higher one still does better or only once does worse. More draws then settle the
    quantiles.

    Returns
    -------
    quantiles : array [year, quantile]
        Of the shift (1/year).
    persistence : float
    """
    gap = published.net_migration - published.net_migration[:, MEDIAN, None]
    quantiles = migration_deviations(published)
    best = (np.inf, quantiles, PERSISTENCES[0])
    worse = 0
    for persistence in PERSISTENCES:
        for _ in range(TRIAL_ROUNDS):
            found = draws_of(with_shift(pack, quantiles, persistence), TRIAL_DRAWS)
            quantiles = _corrected(quantiles, gap, found)
        found = draws_of(with_shift(pack, quantiles, persistence), TRIAL_DRAWS)
        miss = _miss_of_population(found, published)
        worse = 0 if miss < best[0] else worse + 1
        if miss < best[0]:
            best = miss, quantiles, persistence
        if worse == 2:
            break
    _, quantiles, persistence = best
    for _ in range(ROUNDS):
        found = draws_of(with_shift(pack, quantiles, persistence), DRAWS)
        quantiles = _corrected(quantiles, gap, found)
    return _smooth(quantiles), persistence


def draws_of(pack: Pack, draws: int) -> PopulationEnsemble:
    """Draws of a pack's population with the seed of the fit."""
    return population_ensemble(pack, draws=draws, seed=SEED, threads=1, age_groups=(0,))


def _corrected(quantiles: Array, gap: Array, found: PopulationEnsemble) -> Array:
    """Quantiles of the rate, moved by what the quantiles of the number miss."""
    out = quantiles.copy()
    moved = found.net_migration.sum(axis=2)
    expected = found.pack.entries["demography.net_migration"].values.sum(axis=(1, 2))
    residents = found.total
    draws = moved.shape[1]
    width = max(int(NEIGHBOURS * draws), 1)
    for t in range(1, len(out)):
        order = np.argsort(moved[t])
        for q, level in enumerate(LEVELS):
            if q == MEDIAN:
                continue
            at = round(level * (draws - 1))
            near = order[max(at - width, 0) : at + width + 1]
            miss = gap[t, q] - (moved[t, order[at]] - expected[t])
            out[t, q] += 0.8 * miss / residents[t - 1, near].mean()
    return _ordered(out)


def _ordered(quantiles: Array) -> Array:
    out = np.clip(quantiles, -LARGEST_RATE, LARGEST_RATE)
    out[:, :MEDIAN] = np.minimum(out[:, :MEDIAN], 0.0)
    out[:, MEDIAN + 1 :] = np.maximum(out[:, MEDIAN + 1 :], 0.0)
    out[:, MEDIAN] = 0.0
    out.sort(axis=1)
    return out


def _smooth(quantiles: Array) -> Array:
    """Mean over neighbouring years, from the first projected year on."""
    half = WINDOW // 2
    out = quantiles.copy()
    for t in range(1, len(out)):
        reach = min(half, t - 1, len(out) - 1 - t)
        out[t] = quantiles[t - reach : t + reach + 1].mean(axis=0)
    return out


def _miss_of_population(found: PopulationEnsemble, published: Bands) -> float:
    """Root mean square miss of the logarithms of the edges over the median, 2050 and 2100."""
    misses = []
    for year in COMPARED:
        t = year - BASE_YEAR
        own = np.log(np.quantile(found.total[t], LEVELS))
        other = np.log(published.population[t])
        misses.append((own - own[MEDIAN]) - (other - other[MEDIAN]))
    return float(np.sqrt(np.mean(np.square(misses))))


def fit(countries: Sequence[str]) -> pd.DataFrame:
    """Fit the shift of net migration of these countries: iso3, year, quantiles, persistence."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for iso3 in countries:
            published = bands(iso3)
            quantiles, persistence = fit_shift(united_nations_pack(iso3, Path(folder)), published)
            frame = pd.DataFrame(np.round(quantiles, 6), columns=list(QUANTILES))
            frame.insert(0, "iso3", iso3)
            frame.insert(1, "year", np.array(YEARS, dtype=np.int16))
            frame["persistence"] = persistence
            rows.append(frame.drop(columns=QUANTILES[MEDIAN]))
            print(f"{iso3} {persistence}", flush=True)
    return pd.concat(rows, ignore_index=True)
