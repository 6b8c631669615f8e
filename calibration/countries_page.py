"""The page on every country's pack, written after a build of all of them.

``python -m calibration.countries_page`` reads the shipped packs and writes ``docs/countries.md``:
which series each country publishes, which stand in from its donors, and which it goes without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.world_data import locations
from calibration.world_economy import gdp
from socialbudget.pack import Pack, available_packs, countries_folder, load_pack

PAGE = Path(__file__).resolve().parent.parent / "docs" / "countries.md"

SERIES: Mapping[str, str] = {
    "pop": "demography.population",
    "part": "participation.participation_rate",
    "unem": "labour_market.unemployment_rate",
    "stat": "labour_market.status_share",
    "cons": "macroeconomy.private_consumption",
    "inv": "macroeconomy.investment",
    "gov": "macroeconomy.government_consumption",
    "trade": "macroeconomy.exports",
    "grow": "macroeconomy.productivity_growth",
    "infl": "macroeconomy.inflation_target",
    "wage": "labour_market.base_average_wage",
    "rev": "government.total_revenue",
    "exp": "government.total_expenditure",
    "debt": "government.debt",
    "hlth": "government.health_expenditure",
    "xr": "living_standards.exchange_rate",
    "ppp": "living_standards.ppp_factor",
    "gini": "living_standards.gini",
    "head": "living_standards.headcount",
    "cov": "protection.coverage",
}
"""Columns of the table. All but the population count in the share imputed or assumed."""

MEANING = {
    "pop": "population by sex and age",
    "part": "participation by sex and age",
    "unem": "unemployment by sex and age",
    "stat": "status in employment and informality by sex",
    "cons": "private consumption: the product less its other uses, as weak as the weakest of them",
    "inv": "investment",
    "gov": "government consumption",
    "trade": "exports and imports",
    "grow": "growth of output per person employed",
    "infl": "inflation of the deflator",
    "wage": "average wage of employees",
    "rev": "revenue of general government",
    "exp": "expenditure of general government",
    "debt": "gross debt of general government",
    "hlth": "health expenditure of general government",
    "xr": "exchange rate",
    "ppp": "purchasing power of the currency",
    "gini": "Gini coefficient",
    "head": "headcounts at three international lines and the national line",
    "cov": "coverage by function (four functions have no indicator and do not count)",
}
LETTER = {"observed": "o", "estimated": "e", "imputed": "i", "assumed": "a"}
ORDER = ("observed", "estimated", "imputed", "assumed")
USES = tuple(
    f"macroeconomy.{use}"
    for use in ("private_consumption", "government_consumption", "investment", "exports", "imports")
)
# Functions for which an indicator of coverage exists.
WITH_INDICATOR = (
    "health_care", "disability", "old_age", "employment_injury", "family", "maternity",
    "unemployment", "social_assistance",
)  # fmt: skip


def flags(pack: Pack, path: str) -> list[str] | None:
    """Flags of the values behind a path, or None where the pack goes without it."""
    if path not in pack.entries:
        return None
    rows = pack.provenance(path)
    if path == "protection.coverage":
        rows = rows[rows["function"].isin(WITH_INDICATOR)]
    if "age" in rows:
        rows = rows[rows["age"] >= 15]  # nobody works below: assumed everywhere
    return [str(flag) for flag in rows["flag"]]


def letter(found: Sequence[str] | None) -> str:
    """One letter for a series: that of its cells, the weakest last where they differ."""
    if found is None:
        return "-"
    kinds = [flag for flag in ORDER if flag in found]
    return "/".join(LETTER[k] for k in kinds)


def share_not_own(pack: Pack) -> float:
    """Share of the series present that is imputed or assumed, each series of equal weight."""
    shares = [
        np.mean([flag in ("imputed", "assumed") for flag in found])
        for name, path in SERIES.items()
        if name != "pop" and (found := flags(pack, path)) is not None
    ]
    return float(np.mean(shares))


def page(shipped: Mapping[str, Pack]) -> str:
    """The text of ``docs/countries.md`` for the shipped packs by code."""
    packs = {code: pack for code, pack in shipped.items() if pack.manifest.status != "synthetic"}
    rows, counts = [], {name: Counter[str]() for name in SERIES}
    absent: dict[str, list[str]] = {}
    for code, pack in sorted(packs.items(), key=lambda item: item[1].manifest.name):
        people = pack.entries["demography.population"].values.sum() / 1e6
        cells = []
        for name, path in SERIES.items():
            found = flags(pack, path)
            cells.append(letter(found))
            counts[name][_weakest(found)] += 1
            if found is None:
                absent.setdefault(path, []).append(code)
        rows.append(
            f"| {pack.manifest.name} | {code} | {pack.manifest.level} | {people:,.3f} "
            f"| {pack.manifest.income_group} | {' | '.join(cells)} "
            f"| {100 * share_not_own(pack):.0f} |"
        )
    size = sum(file.stat().st_size for file in countries_folder().rglob("*") if file.is_file())
    lines = [
        "# Every country's pack",
        "",
        "Written by `python -m calibration.build` from the packs (`python -m "
        "calibration.countries_page` writes it alone); do not edit.",
        "",
        f"{len(packs)} countries and areas of World Population Prospects 2024 have a pack, "
        f"{sum(p.manifest.level == 1 for p in packs.values())} of level 1 and "
        f"{sum(p.manifest.level == 2 for p in packs.values())} of level 2; with the synthetic "
        f"country they take {size / 1e6:.1f} MB. `python -m calibration.build` rebuilds all of "
        "them from the tables of `calibration/sources`, `python -m calibration.build ETH` one.",
        "",
        "## Where the values come from",
        "",
        "Letters: **o** observed, **e** estimated (from the country's own figures by a stated "
        "method, or a published projection), **i** imputed (median of donors), **a** assumed, "
        "**-** absent. Two letters: the cells differ. The note of every single value says more: "
        'column `note` of the tables in `countries/ETH`, and sheet "Input cells" of the workbook '
        "of `socialbudget floor ETH`.",
        "",
        "| column | series | own (o, e) | partly or wholly imputed | assumed | absent |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for name, text in MEANING.items():
        n = counts[name]
        own = n["observed"] + n["estimated"]
        lines.append(
            f"| {name} | {text} | {own} | {n['imputed']} | {n['assumed']} | {n['absent']} |"
        )
    products = {code: gdp(code) for code, pack in packs.items() if pack.manifest.level == 1}
    carried = [code for code, found in products.items() if found and found.flag == "imputed"]
    lines += [
        "",
        "The gross domestic product of 2024 is the sum of its uses. "
        f"{sum(found is not None for found in products.values())} packs of level 1 have one; of "
        f"these {len(carried)} are a product of 2018 to 2023 carried on with growth and prices of "
        f"donors for single years: {', '.join(carried)}.",
    ]
    lines += [
        "",
        *IMPUTATION,
        "",
        *ODD_FIGURES,
        *_odd(packs),
        "",
        "## What is left out",
        "",
        *_left_out(packs, absent),
    ]
    lines += [
        "",
        "## All countries",
        "",
        "Population on 31 December 2024 in millions; last column: share of the series (population "
        "aside) that is imputed or assumed, in percent.",
        "",
        f"| country | code | level | population | income group | {' | '.join(SERIES)} | % |",
        f"|---|---|--:|--:|---|{'---|' * len(SERIES)}--:|",
        *rows,
        "",
    ]
    return "\n".join(lines)


IMPUTATION = (
    "## How a missing value is imputed",
    "",
    "Donors are the countries of the same region (United Nations) and income group that publish "
    "the series; with fewer than three of them, those of the income group in all regions, then of "
    "the region, then all. The value is their median. Only ratios, rates and shares are imputed; "
    "amounts follow from the country's own gross domestic product. Income groups: World Bank "
    "thresholds of 2024-25 (1,145, 4,515 and 14,005 US dollars a head) applied to gross domestic "
    "product per head of 2023 at market exchange rates, as national income per head is not among "
    "the sources; so single countries stand one group away from the World Bank's own list.",
)


ODD_FIGURES = (
    "## Odd figures in the sources",
    "",
    "What lies outside the usual range and is kept as published, for want of a better series. An "
    "assessment that leans on one of them (the wage for what is tied to wages, the uses of the "
    "product for the mean of the national accounts) should replace it first. Two were replaced: "
    "unemployment of Sudan is that of the World Economic Outlook (49.5%) and not the ILO's model "
    "(9.5%), which knows nothing of the war; revenue and expenditure of Haiti are those of 2023, "
    "since the Outlook's revenue of 2024 (13.0% of the product) is twice that of the years around "
    "it.",
    "",
)
USUAL: tuple[tuple[str, str, float, float], ...] = (
    ("wage", "average wage over product per head", 0.3, 3.6),
    ("investment", "investment over product", 0.05, 1.0),
    ("exports", "exports over product", 0.02, 2.5),
    ("revenue", "revenue over expenditure of government", 0.6, 1.6),
    ("unemployment", "unemployed over labour force", 0.01, 0.3),
)
"""Figures, their words, and between which values they are usual."""


def figures(pack: Pack) -> dict[str, float]:
    """The ratios of `USUAL` as the pack has them; only unemployment where there is no product."""

    def one(path: str) -> float:
        return float(pack.entries[path].values[0])

    def table(path: str) -> NDArray[np.float64]:
        return np.asarray(pack.entries[path].values[0])

    people = table("demography.population")
    force = people * table("participation.participation_rate")
    found = {
        "unemployment": float((force * table("labour_market.unemployment_rate")).sum())
        / float(force.sum())
    }
    if any(path not in pack.entries for path in USES):
        return found
    c, g, i, x, m = (one(path) for path in USES)
    product = c + g + i + x - m
    wage = one("labour_market.base_average_wage")
    return found | {
        "wage": wage / (product / float(people.sum())),
        "investment": i / product,
        "exports": x / product,
        "revenue": one("government.total_revenue") / one("government.total_expenditure"),
    }


def _odd(packs: Mapping[str, Pack]) -> list[str]:
    """The rows of the table of figures outside `USUAL`, packs of level 1 alone."""
    known = {
        code: figures(pack) for code, pack in sorted(packs.items()) if pack.manifest.level == 1
    }
    lines = ["| figure | usual | outside |", "|---|---|---|"]
    for name, words, low, high in USUAL:
        odd = [
            f"{packs[code].manifest.name} ({code}) {found[name]:.3g}"
            for code, found in known.items()
            if name in found and not low <= found[name] <= high
        ]
        lines.append(f"| {words} | {low:g} to {high:g} | {', '.join(odd) or 'none'} |")
    return lines


def _weakest(found: Sequence[str] | None) -> str:
    return "absent" if found is None else max(found, key=ORDER.index)


def _left_out(packs: Mapping[str, Pack], absent: Mapping[str, Sequence[str]]) -> list[str]:
    missing = sorted(set(locations()) - set(packs))
    names = ", ".join(f"{locations()[code]['name']} ({code})" for code in missing)
    lines = [
        f"Without a pack: {names or 'none'}. World Population Prospects 2024 has no rates for it."
    ]
    without: dict[tuple[str, ...], list[str]] = {}
    for path, codes in absent.items():
        without.setdefault(tuple(codes), []).append(path)
    for codes, paths in without.items():
        people = sum(packs[c].entries["demography.population"].values.sum() for c in codes)
        lines += [
            "",
            f"{len(codes)} packs ({people / 1e6:.1f} million people) go without "
            + ", ".join(f"`{path}`" for path in paths)
            + ": "
            + ", ".join(f"{packs[c].manifest.name} ({c})" for c in codes)
            + ".",
        ]
    lines += [
        "",
        "Their sources have no gross domestic product since 2018 (Democratic People's Republic of "
        "Korea, Western Sahara, and territories whose product is part of another country's "
        "accounts or not in the sources). A product is never imputed: population and labour can be "
        "projected, and an assessment of a floor is refused with the name of the missing series.",
    ]
    return lines


def main() -> None:
    """Write the page."""
    PAGE.write_text(page({code: load_pack(code) for code in available_packs()}), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
