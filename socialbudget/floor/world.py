"""One row per country: a package in every country of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from socialbudget.floor.assessment import (
    DEFAULT_LAST_YEAR,
    QUANTILES,
    Assessment,
    assess_variants,
)
from socialbudget.floor.instances import LACKING, MISSING
from socialbudget.floor.package import LINES, Package
from socialbudget.pack import FLAGS, Pack

if TYPE_CHECKING:
    import pandas as pd

WORLD_DRAWS = 31
"""Draws of each country in a run of the world, in one chunk: the 80% range is a rough one."""
LINE = "national"
"""Poverty line of the world table."""
BOUNDS = ("p10", "p90")
FIXED = ("iso3", "name", "region", "income_group", "year", "gdp_lcu", "population")


def world_table(assessments: Iterable[Assessment]) -> pd.DataFrame:
    """One row per country from its assessments (one, or the low and the high variant).

    Assessments of a country stand together. Columns: iso3, name, region, income_group, year,
    gdp_lcu, population; for each variant k (``low``, ``high``; a package without variants is
    ``high``) cost_k_share_gdp with _p10 and _p90, cost_k_share_government_expenditure,
    cost_k_per_head_usd, gap_k_share_gdp, recipients_k_female and _male (recipients of cash
    guarantees; a person with two counts twice), headcount_after_k at the national line;
    headcount_before; share of the inputs observed, estimated, imputed and assumed; note.
    """
    rows = [world_row(list(group)) for _, group in groupby(assessments, key=lambda a: a.pack.iso3)]
    return _frame(rows)


def world_row(assessments: Sequence[Assessment]) -> dict[str, Any]:
    """The row of one country."""
    first = assessments[0]
    manifest, results, year = first.pack.manifest, first.results, first.years[-1]
    row: dict[str, Any] = {
        "iso3": manifest.iso3,
        "name": manifest.name,
        "region": manifest.region,
        "income_group": manifest.income_group,
        "year": year,
        "gdp_lcu": float(results["macroeconomy.gdp"][-1, 0]),
        "population": float(results["demography.population_midyear"][-1, 0].sum()),
    }
    for a in assessments:
        row.update(_case(a, a.package.variant or "high"))
    flags = first.quality["flag"].value_counts(normalize=True)
    row.update({f"share_{flag}": float(flags.get(flag, 0.0)) for flag in FLAGS})
    row["note"] = "; ".join(dict.fromkeys(n for a in assessments for n in a.notes))
    return row


def _case(a: Assessment, kind: str) -> dict[str, float]:
    """Figures of one variant in the last year, straight from the runs (the tables are slower)."""
    central = a.results.arrays

    def last(name: str) -> float:
        return float(central[name][-1, 0].sum()) if name in central else np.nan

    gdp, prices = last("macroeconomy.gdp"), last("prices.gdp_deflator")
    entry = a.pack.entries.get("living_standards.exchange_rate")
    rate = np.nan if entry is None else float(entry.values[0])
    share = f"cost_{kind}_share_gdp"
    row = {
        share: last("floor.cost") / gdp,
        f"{share}_p10": np.nan,
        f"{share}_p90": np.nan,
        f"cost_{kind}_share_government_expenditure": (
            last("floor.cost") / last("floor.government_expenditure")
        ),
        f"gap_{kind}_share_gdp": last("floor.gap") / gdp,
        # At prices and at the exchange rate of the base year.
        f"cost_{kind}_per_head_usd": (
            last("floor.cost") / last("demography.population_midyear") / prices / rate
        ),
    }
    if a.spread is not None:
        shares = a.spread["floor.cost"][-1] / a.spread["macroeconomy.gdp"][-1]
        for bound in BOUNDS:
            row[f"{share}_{bound}"] = float(np.quantile(shares, QUANTILES[bound]))
    cash = [k for k, g in a.package.guarantees.items() if g.benefit_type == "cash"]
    for i, sex in enumerate(("female", "male")):
        row[f"recipients_{kind}_{sex}"] = sum(
            float(central[f"{a.plan.names[k]}.recipients"][-1, 0, :, i].sum()) for k in cash
        )
    for stage, name in (("before", "headcount_before"), ("after", f"headcount_after_{kind}")):
        found = central.get(f"living_standards.headcount_{stage}")
        row[name] = np.nan if found is None else float(found[-1, 0, LINES.index(LINE)])
    return row


def assess_world(
    package: Package,
    *,
    to: int = DEFAULT_LAST_YEAR,
    draws: int = WORLD_DRAWS,
    seed: int | None = 1,
    packs: Iterable[str | Path] | None = None,
    processes: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Assess a package, with its variants, in every country.

    Returns
    -------
    table : DataFrame
        As `world_table`; a country that was refused has a row with its name and the reason as
        note, and no figure.
    refused : dict of str to str
        Reason by country.
    """
    from socialbudget.pack import headings
    from socialbudget.world import each_pack

    call = partial(_row_of, package=package, to=to, draws=draws, seed=seed)
    outcomes = each_pack(call, packs, processes, progress)
    refused = {o.country: o.refusal for o in outcomes if o.result is None}
    known = headings()
    rows = []
    for outcome in outcomes:
        if outcome.result is not None:
            rows.append(outcome.result)
            continue
        heading = known.get(outcome.country)
        rows.append(
            {
                "iso3": outcome.country,
                "name": heading.name if heading else outcome.country,
                "region": heading.region if heading else "",
                "income_group": heading.income_group if heading else "",
                "year": to,
                "note": f"Refused: {reason(outcome.refusal)}",
            }
        )
    return _frame(rows), refused


def reason(refusal: str) -> str:
    """A refusal in one sentence: the series that are missing, or what it says."""
    missing = MISSING.findall(refusal)
    faults = refusal.count("\n  - ")
    if LACKING in refusal and faults == 1:
        return f"the pack lacks {refusal.partition(LACKING)[2].strip()}"
    if missing and len(missing) == faults:
        return f"the pack lacks {', '.join(missing)}"
    return " ".join(refusal.split())


def _row_of(pack: Pack, package: Package, to: int, draws: int, seed: int | None) -> dict[str, Any]:
    variants = assess_variants(pack, package, to=to, draws=draws, seed=seed)
    return world_row(list(variants.values()))


def _frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, None] = dict.fromkeys(FIXED)
    for row in sorted(rows, key=len, reverse=True):
        columns.update(dict.fromkeys(row))
    names = [*(c for c in columns if c != "note"), "note"]
    return pd.DataFrame(rows, columns=names)
