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

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.uncertainty import (
    BASE_YEAR,
    MEDIAN,
    PERSISTENCE,
    SHIFTS,
    YEARS,
    Array,
    Bands,
    add_demographic_uncertainty,
    bands,
    countries_with_bands,
    forget_fitted,
    migration_deviations,
    migration_shift,
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
TRIAL_DRAWS, DRAWS = 800, 2000
TRIAL_ROUNDS, ROUNDS = 3, 2
PERSISTENCES = (0.2, 0.5, 0.7, 0.85, 0.92, 0.96)
COMPARED = (2050, 2100)
REPORT_DRAWS, REPORT_SEED = 2000, 1
TEMPLATE = Path(__file__).with_suffix(".md")
DOCS = Path(__file__).resolve().parent.parent / "docs" / "population_uncertainty.md"
LEAST_POPULATION = 1e6
LEAST_PUBLISHED = 500.0
"""Persons that a published zero stands for: the source counts in thousands."""
NEIGHBOURS = 0.02
LEAST_RATE, LARGEST_RATE = 1e-6, 0.5
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
    out[:, :MEDIAN] = np.minimum(out[:, :MEDIAN], -LEAST_RATE)
    out[:, MEDIAN + 1 :] = np.maximum(out[:, MEDIAN + 1 :], LEAST_RATE)
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
        own = np.log(np.maximum(np.quantile(found.total[t], LEVELS), LEAST_PUBLISHED))
        other = np.log(np.maximum(published.population[t], LEAST_PUBLISHED))
        misses.append((own - own[MEDIAN]) - (other - other[MEDIAN]))
    return float(np.sqrt(np.mean(np.square(misses))))


def fit(countries: Sequence[str]) -> pd.DataFrame:
    """Fit the shift of net migration of these countries: iso3, year, quantiles, persistence."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for iso3 in countries:
            pack = united_nations_pack(iso3, Path(folder))
            quantiles, persistence = fit_shift(pack, bands(iso3))
            rows.append(fitted_frame(iso3, quantiles, persistence))
            print(f"{iso3}: persistence {persistence}", flush=True)
    return pd.concat(rows, ignore_index=True)


def fitted_frame(iso3: str, quantiles: Array, persistence: float) -> pd.DataFrame:
    """Rows of a country in the table of fitted shifts; the median, 0, is left out."""
    frame = pd.DataFrame(np.round(quantiles, 6), columns=list(QUANTILES))
    frame = frame.drop(columns=QUANTILES[MEDIAN])
    frame.insert(0, "iso3", iso3)
    frame.insert(1, "year", np.array(YEARS, dtype=np.int16))
    frame["persistence"] = persistence
    return frame


# --- Report -------------------------------------------------------------------------------------


def compare(iso3: str, folder: Path) -> pd.DataFrame:
    """Bands of draws beside those published, one row for each quantity and compared year.

    Columns: iso3, quantity, year, the own quantiles (``own_p025`` ...), the published ones
    (``p025`` ...).
    """
    published = bands(iso3)
    found = population_ensemble(
        united_nations_pack(iso3, folder), draws=REPORT_DRAWS, seed=REPORT_SEED, threads=1,
        age_groups=(0,),
    )  # fmt: skip
    rows = []
    for year in COMPARED:
        t = year - BASE_YEAR
        for name, own, other in (
            ("total fertility", found.total_fertility[t], published.total_fertility_rate[t]),
            ("life expectancy, women", found.life_expectancy[t, :, 0],
             published.life_expectancy[t, 0]),
            ("life expectancy, men", found.life_expectancy[t, :, 1],
             published.life_expectancy[t, 1]),
            ("net migration", found.net_migration[t].sum(axis=1), published.net_migration[t]),
            ("total population", found.total[t], published.population[t]),
        ):  # fmt: skip
            quantiles = np.quantile(own, LEVELS)
            rows.append(
                {
                    "iso3": iso3,
                    "quantity": name,
                    "year": year,
                    **{f"own_{q}": v for q, v in zip(QUANTILES, quantiles, strict=True)},
                    **dict(zip(QUANTILES, other, strict=True)),
                }
            )
    return pd.DataFrame(rows)


def misses(table: pd.DataFrame) -> pd.DataFrame:
    """By how much widths and edges miss, as shares.

    ``width80`` and ``width95``: own width over the published one, less 1. ``low95``, ``low80``,
    ``high80``, ``high95``: distance of an edge from its median, less the published distance, over
    the published width of the 95% band (positive: the edge lies too high). ``median``: own
    median over the published one, less 1; for net migration over the population of the year.
    """
    out = table[["iso3", "quantity", "year"]].copy()
    width = table.p975 - table.p025
    for name, low, high in (("width80", "p10", "p90"), ("width95", "p025", "p975")):
        own = table[f"own_{high}"] - table[f"own_{low}"]
        out[name] = own / (table[high] - table[low]) - 1.0
    for name, edge in (("low95", "p025"), ("low80", "p10"), ("high80", "p90"), ("high95", "p975")):
        own = table[f"own_{edge}"] - table.own_p50
        out[name] = (own - (table[edge] - table.p50)) / width
    size = table.p50.abs()
    people = table[table.quantity == "total population"].set_index(["iso3", "year"]).p50
    moving = (table.quantity == "net migration").to_numpy()
    keys = list(zip(table.iso3[moving], table.year[moving], strict=True))
    size[moving] = people.loc[keys].to_numpy()
    out["median"] = (table.own_p50 - table.p50) / size
    return out


def page(table: pd.DataFrame) -> str:
    """The page of the documentation, in Markdown."""
    miss = misses(table)
    summary = []
    for quantity in miss.quantity.unique():
        for year in COMPARED:
            part = miss[(miss.quantity == quantity) & (miss.year == year)]
            cells = [quantity, str(year), f"{100.0 * part['median'].abs().median():.2f}"]
            for name in ("width80", "width95"):
                worst = part.loc[part[name].abs().idxmax()]
                cells += [
                    f"{100.0 * part[name].median():+.1f}",
                    f"{100.0 * part[name].abs().median():.1f}",
                    f"{100.0 * worst[name]:+.0f} ({worst.iso3})",
                ]
            edges = part[["low95", "low80", "high80", "high95"]].abs()
            cells += [f"{100.0 * edges.stack().median():.1f}"]
            worst_row = edges.max(axis=1).idxmax()
            cells += [f"{100.0 * edges.max(axis=1).max():.0f} ({part.iso3[worst_row]})"]
            summary.append("| " + " | ".join(cells) + " |")
    wide = miss.pivot(index="iso3", columns=["quantity", "year"], values=["width80", "width95"])
    countries = []
    for iso3, row in wide.iterrows():
        cells = [str(iso3)]
        for quantity in miss.quantity.unique():
            for year in COMPARED:
                pair = (row["width80", quantity, year], row["width95", quantity, year])
                cells.append(" ".join(f"{100.0 * v:+.0f}" for v in pair))
        cells.append(f"{migration_shift(str(iso3))[1]:g}")
        countries.append("| " + " | ".join(cells) + " |")
    return TEMPLATE.read_text(encoding="utf-8").format(
        count=table.iso3.nunique(),
        draws=f"{REPORT_DRAWS:,}",
        fertility=PERSISTENCE["demography.fertility_level"],
        mortality=PERSISTENCE["demography.mortality_index"],
        summary="\n".join(summary),
        countries="\n".join(countries),
    )


def main(arguments: Sequence[str]) -> None:
    """Fit if asked to, then write the page."""
    unknown = [argument for argument in arguments if argument != "--fit"]
    if unknown:
        raise SystemExit(f"'{unknown[0]}' is unknown; the one option is --fit")
    if "--fit" in arguments:
        frame = fit(countries_with_bands())
        frame.to_parquet(SHIFTS, compression="zstd", index=False)
        forget_fitted()
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        for iso3 in countries_with_bands():
            if bands(iso3).population[0, MEDIAN] > LEAST_POPULATION:
                tables.append(compare(iso3, Path(folder)))
    DOCS.write_text(page(pd.concat(tables, ignore_index=True)), encoding="utf-8")
    print(DOCS)


if __name__ == "__main__":
    main(sys.argv[1:])
