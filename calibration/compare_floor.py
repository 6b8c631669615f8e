"""Our costs of published floor packages beside the published totals.

``python -m calibration.compare_floor docs/floor_comparisons.md`` writes the page.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from socialbudget.floor import Package, assess, load_package
from socialbudget.pack import Pack
from socialbudget.world import each_pack

YEAR = 2025
PUBLISHED = Path(__file__).parents[1] / "tests" / "validation" / "data" / "spf_costing.json"
# Low and lower-middle income economies of the World Bank's list of July 2016 (incomes of 2015),
# not checked against the list itself.
LOW = [
    "AFG",
    "BEN",
    "BFA",
    "BDI",
    "CAF",
    "TCD",
    "COM",
    "COD",
    "ERI",
    "ETH",
    "GMB",
    "GIN",
    "GNB",
    "HTI",
    "PRK",
    "LBR",
    "MDG",
    "MWI",
    "MLI",
    "MOZ",
    "NPL",
    "NER",
    "RWA",
    "SEN",
    "SLE",
    "SOM",
    "SSD",
    "TZA",
    "TGO",
    "UGA",
    "ZWE",
]
LOWER_MIDDLE = [
    "ARM",
    "BGD",
    "BTN",
    "BOL",
    "CPV",
    "KHM",
    "CMR",
    "COG",
    "CIV",
    "DJI",
    "EGY",
    "SLV",
    "GHA",
    "GTM",
    "HND",
    "IND",
    "IDN",
    "KEN",
    "KIR",
    "XKX",
    "KGZ",
    "LAO",
    "LSO",
    "MRT",
    "FSM",
    "MDA",
    "MNG",
    "MAR",
    "MMR",
    "NIC",
    "NGA",
    "PAK",
    "PNG",
    "PHL",
    "WSM",
    "STP",
    "SLB",
    "LKA",
    "SDN",
    "SWZ",
    "SYR",
    "TJK",
    "TLS",
    "TON",
    "TUN",
    "UKR",
    "UZB",
    "VUT",
    "VNM",
    "PSE",
    "YEM",
    "ZMB",
]
GROUPS = {"children": "children", "maternity": "mothers", "disability": "severe_disability",
          "old_age": "older_persons"}  # fmt: skip
WORDS = {"children": "children and orphans", "mothers": "mothers",
         "severe_disability": "persons with a severe disability",
         "older_persons": "older persons"}  # fmt: skip


def country(pack: Pack, package: Package) -> dict[str, Any]:
    """Cost, gap and recipients of a package in a country in the first year."""
    a = assess(pack, package, to=YEAR, draws=0)
    results = a.results
    people = results["demography.population_midyear"][-1, 0]
    gdp = float(results["macroeconomy.gdp"][-1, 0])
    prices = float(results["prices.gdp_deflator"][-1, 0])
    rate = pack.entries.get("living_standards.exchange_rate")
    row: dict[str, Any] = {
        "iso3": pack.iso3,
        "name": pack.manifest.name,
        "population": float(people.sum()),
        "share_65": float(people[:, 65:].sum() / people.sum()),
        "below_14": float(people[:, :14].sum()),
        "gdp_usd": gdp / prices / float(rate.values[0]) if rate else np.nan,
        "cost": a.value("cost", measure="share_gdp"),
        "gap": a.value("cost", measure="gap_share_gdp"),
    }
    if a.fit:
        row["line_share"] = a.fit["lines"]["national"] / (
            float(results["macroeconomy.gdp"][0, 0])
            / float(results["demography.population_midyear"][0, 0].sum())
        )
    for key in package.guarantees:
        row[key] = sum(
            a.value("recipients", guarantee=key, sex=s, measure="recipients")
            for s in ("female", "male")
        )
        row[f"cost_{key}"] = a.value("cost", guarantee=key, measure="share_gdp")
    return row


def run(package: Package, packs: list[str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """The countries that have a result, and the others with the reason."""
    outcomes = each_pack(partial(country, package=package), packs)
    rows = [o.result for o in outcomes if o.result is not None]
    return pd.DataFrame(rows), {o.country: o.refusal for o in outcomes if o.result is None}


def percent(value: float, decimals: int = 1) -> str:
    return "no result" if np.isnan(value) else f"{100 * value:.{decimals}f}"


def page() -> str:
    """The page, in Markdown."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    poorer = [*LOW, *LOWER_MIDDLE]
    ortiz, refused = run(load_package("ortiz_2017"), poorer)
    ilo, _ = run(load_package("ilo_2008"), poorer)
    helpage, _ = run(load_package("helpage_2011"), poorer)
    return TEMPLATE.format(
        year=YEAR,
        count=len(poorer),
        low=len(LOW),
        middle=len(LOWER_MIDDLE),
        refused=", ".join(sorted(refused)) or "none",
        done=len(ortiz),
        ortiz=_ortiz(ortiz, published["ortiz_2017"]["expected"]),
        ilo=_ilo(ilo),
        helpage=_helpage(helpage),
        table=_table(ortiz, ilo, helpage),
    )


def _ortiz(frame: Any, published: dict[str, Any]) -> str:
    mean = frame["cost"].mean()
    total = (frame["cost"] * frame["gdp_usd"]).sum() / frame["gdp_usd"].sum()
    low, high = frame.loc[frame["cost"].idxmin()], frame.loc[frame["cost"].idxmax()]
    mongolia = frame.set_index("iso3").loc["MNG"]
    leone = frame.set_index("iso3").loc["SLE"]
    millions = {k: frame[k].sum() / 1e6 for k in GROUPS}
    orphans = frame["orphans"].sum() / 1e6
    millions["children"] += orphans
    rows = [
        ("countries", f"{published['countries']}", f"{len(frame)}"),
        ("mean cost, % of GDP", f"{published['mean_cost_pct_gdp']}", percent(mean)),
        ("mean gap to existing coverage, % of GDP", "", percent(frame["gap"].mean())),
        ("cost of all over GDP of all, %", f"{published['combined_cost_pct_combined_gdp']}",
         percent(total)),
        ("least, % of GDP", f"{published['min'][1]} ({published['min'][0]})",
         f"{percent(low['cost'])} ({low['name']})"),
        ("most, % of GDP", f"{published['max'][1]} ({published['max'][0]})",
         f"{percent(high['cost'])} ({high['name']})"),
        ("Mongolia: cost (gap), % of GDP", f"{published['min'][1]}",
         f"{percent(mongolia['cost'])} ({percent(mongolia['gap'])})"),
        ("Sierra Leone: cost (gap), % of GDP", f"{published['max'][1]}",
         f"{percent(leone['cost'])} ({percent(leone['gap'])})"),
        ("beneficiaries, million", f"{published['beneficiaries_million']}",
         f"{sum(millions.values()):.0f}"),
    ]  # fmt: skip
    mothers = millions["maternity"]
    for key, name in GROUPS.items():
        rows.append((f"{WORDS[name]}, million", f"{published[name]}", f"{millions[key]:.0f}"))
    rows.append(("of them orphans aged 6 to 17, million", "", f"{orphans:.0f}"))
    for key, name in GROUPS.items():
        if key != "maternity":
            ratio = published[name] / published["mothers"]
            rows.append((f"{WORDS[name]} for one mother", f"{ratio:.2f}",
                         f"{millions[key] / mothers:.2f}"))  # fmt: skip
    text = "| | published | here |\n|---|---|---|\n"
    text += "\n".join(f"| {a} | {b} | {c} |" for a, b, c in rows)
    line = frame["line_share"].median()
    return text + (
        f"\n\nThe national poverty line is {percent(line, 0)}% of GDP per head in the median "
        f"country, {percent(mongolia['line_share'], 0)}% in Mongolia and "
        f"{percent(leone['line_share'], 0)}% in Sierra Leone."
    )


def _ilo(frame: Any) -> str:
    low, high = frame.loc[frame["cost"].idxmin()], frame.loc[frame["cost"].idxmax()]
    frame = frame.assign(within=frame["children"] / frame["below_14"])
    within = frame["children"].sum() / frame["below_14"].sum()
    least, most = frame.loc[frame["within"].idxmin()], frame.loc[frame["within"].idxmax()]
    parts = ", ".join(
        f"{title} {percent(frame[f'cost_{k}'].mean())}"
        for k, title in (("old_age", "old-age pensions"), ("disability", "disability pensions"),
                         ("children", "child benefits"), ("social_assistance", "employment"))
    )  # fmt: skip
    return (
        f"Mean cost in {len(frame)} countries {percent(frame['cost'].mean())}% of GDP "
        f"({parts}); least {percent(low['cost'])} ({low['name']}), most {percent(high['cost'])} "
        f"({high['name']}). Without the cap of the amounts every country would pay "
        "1.15 x (0.30 x (share 65+ + 0.01 x share 15-64) + 0.15 x share of children + "
        "0.30 x 100/365 x 0.10 x share 15-64). Children are those below 14, at most two of one "
        "woman: the order of births is not known, so living children by age of the mother are "
        f"taken as Poisson about their mean. That leaves {percent(within, 0)}% of all children "
        f"below 14 ({percent(least['within'], 0)}% in {least['name']}, "
        f"{percent(most['within'], 0)}% in {most['name']})."
    )


def _helpage(frame: Any) -> str:
    exact = (frame["cost"] / (1.05 * 0.20 * frame["share_65"]) - 1.0).abs().max()
    above = frame[frame["cost"] >= 0.018].sort_values("cost", ascending=False)
    names = ", ".join(f"{r['name']} {percent(r['cost'])}" for _, r in above.iterrows())
    error = "below 1e-14" if exact < 1e-14 else f"{exact:.0e}"
    return (
        f"Largest relative difference from 1.05 x 0.20 x share of those aged 65 and over, "
        f"{len(frame)} countries: {error}. {len(frame) - len(above)} of them are below 1.8% of "
        f"GDP in {YEAR}; above it are those where more than 8.57% of the population are 65 and "
        f"over: {names or 'none'}."
    )


def _table(ortiz: Any, ilo: Any, helpage: Any) -> str:
    other = {name: frame.set_index("iso3")["cost"] for name, frame in
             (("ilo", ilo), ("helpage", helpage))}  # fmt: skip
    lines = [
        "| Country | Ortiz 2017: cost | gap | line, % of GDP per head | ILO 2008 | HelpAge 2011 |",
        "|---|---|---|---|---|---|",
    ]
    for _, r in ortiz.sort_values("cost", ascending=False).iterrows():
        cells = [percent(r["cost"]), percent(r["gap"]), percent(r["line_share"], 0)]
        cells += [percent(other[k].get(r["iso3"], np.nan)) for k in ("ilo", "helpage")]
        lines.append(f"| {r['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


TEMPLATE = """# Published floor costings beside ours

Made by `python -m calibration.compare_floor docs/floor_comparisons.md`; a test recomputes some
countries. Percentages are of GDP, without health care, in {year}, the first year of the projection.

The 57 countries of Ortiz et al. (2017) are not known to us country by country: of the paper only
the totals, the extremes and the unit costs (these not checked against its text) were at hand. The
countries here are the {count} low ({low}) and lower-middle ({middle}) income economies of the World
Bank's list of July 2016, the time of the paper; the list was not checked either. Both extremes
of the paper are on it. No result for: {refused} (no national accounts in the sources).

## Ortiz et al. (2017)

Package `ortiz_2017`: 25% of the national poverty line for each child aged 0 to 5 and each orphan
aged 6 to 17, 100% for mothers for four months, for persons with a severe disability and for those
aged 65 and over; no administration; everybody covered at once. "Children 0 to 5 and orphans" is
read so that no child counts twice; an orphan has lost one parent or both.

{ortiz}

Why they differ:

* **Countries.** {done} here, 57 there; ours have more people, and each count is higher for it. The
  counts for one mother do not depend on the list much.
* **Population and year.** Ours is that of {year}, ten years later: the children are fewer and the
  older more for each mother. The published count of children and orphans is 4.4 for one mother,
  which is the number of children in about five single ages, without any orphan; whoever reads the
  paper should check whether its children are those below five, and which orphans it counts.
* **Severe disability.** Ours applies one world profile by age (Global Burden of Disease) below age
  65, since older persons have the pension; the published count seems to hold all ages.
* **Line.** Ours is derived: it is the welfare below which the published national headcount lies in
  a lognormal fitted to headcounts and Gini. The paper used national lines in national currency.
  Where the derived line is a high share of GDP per head, the cost is high.
* **What exists.** The paper's 0.3% for Mongolia is below any cost of these benefits for everybody
  there: older persons alone would cost more at the derived line. It lies between our gap, which
  leaves out what existing coverage pays, and our whole cost, so it probably counts little but what
  was missing.
* **Growth.** National lines follow prices, and GDP mostly grows faster: the same benefits cost less
  of GDP ten years later, except where GDP per head has fallen, as in Sudan, Yemen or Afghanistan,
  the highest here.

## ILO (2008)

Package `ilo_2008`, basic health care left out. {ilo}
The paper's results by country are not at hand, so that nothing is compared.

## HelpAge (2011)

Package `helpage_2011`. {helpage}
The briefing found all its 50 countries below 1.8% with the populations of 2010.

## Every country

{table}
"""


def main(file: str) -> None:
    Path(file).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
