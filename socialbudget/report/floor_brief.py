"""The one-page brief of a rapid assessment: what, who, how much, paid how, effect, sources.

One HTML file that prints on one A4 page: no script, charts as inline SVG, nothing loaded. Every
figure comes from the assessment; every text of a pack or a package is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from socialbudget import __version__
from socialbudget.floor.package import NOT_GIVEN, Guarantee
from socialbudget.report import floor_figures as f
from socialbudget.report import svg
from socialbudget.report.charts import MEN, WOMEN
from socialbudget.report.floor_figures import Figures
from socialbudget.report.page import asset, filled
from socialbudget.report.svg import Band
from socialbudget.report.text import fixed

if TYPE_CHECKING:
    from socialbudget.floor.assessment import Assessment

SHADES = {
    "health_care": ("#44aa99", "#2f7f72"),
    "children": ("#cc6677", "#a84d5d", "#e39aa6"),
    "working_age": ("#88ccee", "#5aa6cf", "#b5e0f5", "#3c7ea3"),
    "older_persons": ("#332288", "#6a5acd"),
}
"""Colours by group of Recommendation 202; several guarantees of a group get shades."""
CASES = ("#9a6a00", "#1f3a5f")
FLAG_COLOURS = {
    "observed": "#0b7a4b",
    "estimated": "#5b8fd0",
    "imputed": "#e0b040",
    "assumed": "#c0506f",
}
MOST = 9
"""Guarantees with a line of their own; of more, the costliest, and one line for all others."""
ROOM, FIXED = 790.0, 172.0
"""Height of the page between its margins and of headings and footer, points."""
NAMED = 9
"""Imputed or assumed series that are named."""
ROUNDING = 0.0005
"""A smaller misfit of a headcount would read as nought."""
OTHERS = "others"
FEW = 3
"""Up to so many guarantees the effect on poverty stands in the right column, to balance the page.
"""
LARGE = 0.05
"""Cost over GDP above which a least amount that binds is spoken of."""


@dataclass(frozen=True)
class Case:
    """One variant of a package as the page shows it."""

    label: str
    figures: Figures

    @property
    def assessment(self) -> Assessment:
        return self.figures.assessment


def write_brief(
    assessments: Assessment | Sequence[Assessment],
    file: str | Path,
    *,
    today: date | None = None,
) -> None:
    """Write the brief of a country as one self-contained HTML file.

    Parameters
    ----------
    assessments : Assessment or sequence of Assessment
        One, or the low and the high package of one country.
    file : str or Path
        An existing file is replaced.
    today : date, optional
        Date of the run; now by default.
    """
    Path(file).write_text(render_brief(assessments, today=today), encoding="utf-8")


def render_brief(
    assessments: Assessment | Sequence[Assessment], *, today: date | None = None
) -> str:
    """The brief as text; see `write_brief`.

    Raises
    ------
    SocialBudgetError
        When the assessments cannot stand on one page (two countries, two horizons).
    """
    from socialbudget.report.floor_tables import check_cases

    given = list(assessments) if isinstance(assessments, Sequence) else [assessments]
    check_cases(given)
    cases = _cases(given)
    return filled("floor_brief.html.j2", _context(cases, today or date.today()))


def _cases(assessments: Sequence[Assessment]) -> list[Case]:
    words = {"low": "Low package", "high": "High package"}
    return [
        Case(
            words.get(a.package.variant, a.package.title if len(assessments) > 1 else "Package"),
            Figures(a, a.years[-1]),
        )
        for a in assessments
    ]


def _context(cases: list[Case], today: date) -> dict[str, Any]:
    a = cases[0].assessment
    manifest = a.pack.manifest
    shown = _shown(cases)
    rows, lead, quality = _guarantees(cases, shown), _lead(cases), _quality(a)
    notes = list(dict.fromkeys(f.plain(n) for c in cases for n in c.assessment.notes))
    notes += _minimums(cases)
    source = a.package.source.strip().rstrip(".") or NOT_GIVEN
    small = " ".join([*quality["named"].values(), *notes, quality["publishers"], source])
    small += " " * 180
    return {
        "version": __version__,
        "css": Markup(asset("floor_brief.css")),
        "country": manifest.name,
        "currency": manifest.currency,
        "base_year": manifest.base_year,
        "first": cases[0].figures.first,
        "year": a.years[-1],
        "title": a.package.title,
        "cases": [c.label for c in cases],
        "colours": CASES,
        "lead": lead,
        "caution": _caution(a),
        "guarantees": rows,
        "few": len(rows) <= FEW,
        "source": source,
        "fit": f"{_fit(rows, cases, lead, _caution(a), small):.3f}",
        "costs": _costs(cases),
        "cost_chart": _cost_chart(cases[-1], shown),
        "cost_keys": _keys(cases[-1], shown),
        "recipients_chart": _recipients_chart(cases[-1], shown),
        "chart_case": cases[-1].label if len(cases) > 1 else "",
        "sexes": (("women and girls", WOMEN), ("men and boys", MEN)),
        "financing": _financing(cases),
        "poverty_chart": _poverty_chart(cases),
        "poverty": _poverty(cases),
        "quality": quality,
        "flags": _flags(a),
        "notes": notes,
        "draws": a.draws,
        "today": f"{today.day} {today:%B %Y}",
        "pack": f"{manifest.iso3} {manifest.version}",
        "pack_hash": a.pack.hash[:16],
        "package_hash": ", ".join(c.assessment.package.hash[:12] for c in cases),
    }


def _fit(
    rows: Sequence[dict[str, Any]], cases: Sequence[Case], lead: str, caution: str, small: str
) -> float:
    """By what factor to shrink the page so that it stays one: 1 for what fits as it is.

    Heights are added up in points; how many letters a line holds was measured on printed pages.
    Everything but the texts that differ between countries and packages has a fixed height.

    Parameters
    ----------
    rows
        Of the table of guarantees.
    small : str
        The small print at the foot of the page.
    """
    need = FIXED + 12.7 * math.ceil(len(lead) / 118) + (13.0 if caution else 0.0)
    for row in rows:
        lines = max(
            math.ceil(len(row["title"]) / 20),
            sum(math.ceil((len(w) + 5) / 40) for w in row["who"]),
            1 + math.ceil(len(row["tied"]) / 42),
        )
        need += 2.6 + 10.1 * lines
    recipients = 16.5 * len(rows)
    options = 14.0 * len(_financing(cases)["rows"])
    poverty = 95.0 + 14.5 * len(cases[0].figures.lines())
    left, right = 167.0 + 10.3 * len(_costs(cases)), 152.0 + recipients + options
    need += max(left, right + poverty) if len(rows) <= FEW else max(left + poverty, right)
    need += 9.5 * (math.ceil(len(small) / 172) + 1)
    return min(1.0, ROOM / need)


def _caution(a: Assessment) -> str:
    return {
        "synthetic": "This country does not exist; no figure says anything about a real one.",
        "illustrative": "This country pack is illustrative and no basis for decisions.",
    }.get(a.pack.manifest.status, "")


def _shown(cases: Sequence[Case]) -> list[str]:
    """Guarantees with a line of their own, in the package's order."""
    names = cases[0].figures.names
    if len(names) <= MOST:
        return names
    last = cases[-1].figures
    rank = sorted(names, key=lambda n: -last.cost("cost_lcu", n).value)
    keep = set(rank[: MOST - 1])
    return [n for n in names if n in keep]


# ------------------------------------------------------------------------------------- in words


def _lead(cases: Sequence[Case]) -> str:
    """The result in two or three sentences."""
    a = cases[0].assessment
    year, currency = a.years[-1], a.pack.manifest.currency
    share = [c.figures.cost("share_gdp") for c in cases]
    money = [c.figures.at_base_prices(c.figures.cost("cost_lcu").value) for c in cases]
    count = len(a.package.guarantees)
    what = "one guarantee" if count == 1 else f"{count} guarantees"
    gap = [c.figures.cost("gap_share_gdp").value for c in cases]
    first = (
        f"A floor of {what} would cost {_low_high([f.percent(s.value) for s in share])} of GDP in "
        f"{year}, or {_low_high([f.money(m, currency) for m in money])} at "
        f"{a.pack.base_year} prices."
    )
    if len(cases) == 2:
        first = first.replace(" would", ", in a low and a high package, would", 1)
    second = (
        "Existing schemes already pay for all of it."
        if all(g <= 0 for g in gap)
        else f"Beyond what is spent today, {_low_high([f.percent(g) for g in gap])} of GDP is left "
        "to be found."
    )
    lines = cases[0].figures.lines()
    if not lines:
        return f"{first} {second}"
    line = lines[0]
    today = f.percent(cases[0].figures.headcount_today(line), 1)
    before = f.percent(cases[0].figures.poverty(line, "before").value, 1)
    after = " or ".join(
        dict.fromkeys(f.percent(c.figures.poverty(line, "after").value, 1) for c in cases)
    )
    where = "below" if line == "national" else "on less than"
    return (
        f"{first} {second} The share of people {where} {f.line_words(line)}, {today} in "
        f"{a.pack.base_year}, would be {before} in {year} by growth alone and {after} with the "
        "floor."
    )


def _minimums(cases: Sequence[Case]) -> list[str]:
    """Sentences on least amounts that make a guarantee dear: which, and what they add."""
    found = []
    for c in cases:
        for name, g in c.assessment.package.guarantees.items():
            cost, free = c.figures.cost("share_gdp", name).value, c.figures.without_minimum(name)
            if not (cost > LARGE and math.isfinite(free)) or g.amount.minimum is None:
                continue
            least = f.sum_words(g.amount.minimum, c.assessment.pack.manifest.currency)
            where = f" in the {c.label.lower()}" if len(cases) > 1 else ""
            found.append(
                f"The least amount of {least} decides the cost of {g.title}{where}: "
                f"{f.percent(cost)} of GDP in {c.figures.year}, instead of {f.percent(free)} "
                "without it"
            )
    return found


def _low_high(words: Sequence[str]) -> str:
    """ "1.9%" or "1.9% to 4.1%"; once where both read the same."""
    if len(set(words)) == 1:
        return words[0]
    return " to ".join(words)


def _guarantees(cases: Sequence[Case], shown: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    currency = cases[0].assessment.pack.manifest.currency
    colours = _colours(cases[-1], shown)
    for name in shown:
        guarantee = cases[-1].assessment.package.guarantees[name]
        who = [f.who_words(c.assessment.package.guarantees[name]) for c in cases]
        rows.append(
            {
                "title": guarantee.title,
                "colour": colours[name],
                "who": who if len(set(who)) > 1 else who[:1],
                **_amounts(cases, name, currency),
                "duration": _duration(guarantee),
                "today": _today(cases[-1], name),
                "target": _same([f.percent(c.figures.coverage(name), 0) for c in cases]),
                "costs": [f.percent(c.figures.cost("share_gdp", name).value, 2) for c in cases],
            }
        )
    tied = next((r for r in rows if f.line_words("national") in r["tied"]), None)
    if tied is not None:
        tied["tied"] += f" ({cases[0].assessment.line_origin})"
    names = cases[0].figures.names
    if len(shown) < len(names):
        rest = [n for n in names if n not in shown]
        rows.append(
            {
                "title": f"{len(rest)} others",
                "colour": colours[OTHERS],
                "who": ["see the workbook"],
                "money": [],
                "tied": "",
                "duration": "",
                "today": f.NONE,
                "target": f.NONE,
                "costs": [
                    f.percent(sum(c.figures.cost("share_gdp", n).value for n in rest), 2)
                    for c in cases
                ],
            }
        )
    return rows


def _today(case: Case, name: str) -> str:
    """Whom existing benefits reach, or how much of the cost is spent already."""
    if case.assessment.package.guarantees[name].existing == "coverage":
        return f.percent(case.figures.covered_today(name), 0)
    first = case.figures.first
    cost, gap = (case.figures.cost(m, name, first).value for m in ("cost_lcu", "gap_lcu"))
    return f"{f.percent(1.0 - gap / cost, 0)} of cost" if cost > 0 else f.NONE


def _same(words: Sequence[str]) -> str:
    return " / ".join(dict.fromkeys(words))


def _amounts(cases: Sequence[Case], name: str, currency: str) -> dict[str, Any]:
    """Money a month at base-year level, one or a low and a high one, and what it is tied to."""
    amounts = [c.assessment.package.guarantees[name].amount for c in cases]
    money = [f.money(c.figures.monthly_amount(name), currency) for c in cases]
    tied = [f.amount_words(amount, currency) for amount in amounts]
    if len(set(money)) == 1 and len(set(tied)) == 1:
        return {"money": money[:1], "tied": tied[0]}
    # "50% of" and "the whole" of one thing: "50% and 100% of the national poverty line"
    alike = len({(x.of, x.line, x.minimum, x.cap) for x in amounts}) == 1
    shares = [x.share for x in amounts if x.share is not None]
    if alike and len(shares) == len(amounts):
        half = f.amount_words(amounts[0].model_copy(update={"share": 0.5}), currency)
        both = f.joined([f.percent(x, f.decimals(x)) for x in dict.fromkeys(shares)])
        return {"money": money, "tied": half.replace("50%", both, 1)}
    return {"money": money, "tied": "; ".join(dict.fromkeys(tied))}


def _duration(guarantee: Guarantee) -> str:
    if guarantee.weeks is not None:
        return f"for {guarantee.weeks:g} weeks"
    if guarantee.days is not None:
        return f"for {guarantee.days:g} days a year"
    if guarantee.months is not None and guarantee.months < f.MONTHS:
        return f"for {guarantee.months:g} months a year"
    return "a head, in kind" if guarantee.benefit_type == "kind" else ""


def _costs(cases: Sequence[Case]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Rows of the cost table: label, and for each case the value and its range."""
    a = cases[0].assessment
    currency, year, base = a.pack.manifest.currency, a.years[-1], a.pack.base_year
    start = cases[0].figures.first

    def share(measure: str, when: int | None = None) -> list[tuple[str, str]]:
        bands = [c.figures.cost(measure, year=when) for c in cases]
        return [(f.percent(b.value), f.percent_range(b)) for b in bands]

    def money(measure: str) -> list[tuple[str, str]]:
        found = []
        for c in cases:
            band = c.figures.cost(measure)
            found.append((f.money(c.figures.at_base_prices(band.value), currency), ""))
        return found

    rows = [("% of GDP", share("share_gdp"))]
    if start != year:
        rows.append((f"% of GDP at the start, {start}", share("share_gdp", start)))
    if "share_government_expenditure" in set(a.cost["measure"]):
        rows.append(("% of government spending", share("share_government_expenditure")))
    rows.append((f"A year, {base} prices", money("cost_lcu")))
    rows.append(("Per inhabitant a year", money("per_head_lcu")))
    rows.append(("Left to be found, % of GDP", share("gap_share_gdp")))
    return rows


def _financing(cases: Sequence[Case]) -> dict[str, Any]:
    """What closes the gap: options in words with a figure for each case."""
    options = [c.figures.financing() for c in cases]
    words = (
        ("consumption_tax", "rate_points", "Tax on consumption", "of household spending"),
        ("income_tax", "rate_points", "Tax on income", "of taxable earnings"),
        ("payroll_contribution", "rate_points", "Social contributions", "of formal wages"),
        ("reprioritisation_of_expenditure", "rate_points", "Other spending cut",
         "of government spending"),
        ("debt", "share_gdp", f"Borrowed: debt added by {cases[0].figures.year}",
         "of GDP before interest"),
    )  # fmt: skip
    rows = [
        (title, [_within_reach(o[option][measure]) for o in options], unit)
        for option, measure, title, unit in words
        if all(measure in o.get(option, {}) for o in options)
    ]
    revenue = [o["gap"]["share_revenue"] for o in options if "share_revenue" in o.get("gap", {})]
    gap = options[-1]["gap"]["lcu"]
    planned = [
        f"{source.replace('_', ' ')} {f.percent(money / gap, 0)}"
        for source, money in cases[-1].figures.planned().items()
        if gap > 0 and money > 0
    ]
    none = all(o["gap"]["lcu"] <= 0 for o in options)
    return {
        "rows": rows,
        "revenue": _low_high([f.percent(r) for r in revenue]) if revenue else "",
        "planned": f.joined(planned),
        "none": none,
    }


def _within_reach(share: float) -> str:
    """A share of a tax base; more than the whole of it is said, not counted."""
    return "over 100%" if share > 1 else f.percent(share)


def _poverty(cases: Sequence[Case]) -> dict[str, Any]:
    """Sentences on poverty and inequality; empty where it was not computed."""
    first = cases[0].figures
    lines = first.lines()
    if not lines:
        return {}
    line = lines[0]
    people = []
    for c in cases:
        before = c.figures.poverty(line, "before", "poor_persons").value
        after = c.figures.poverty(line, "after", "poor_persons").value
        people.append(before - after)
    gaps = [
        (c.figures.poverty(line, "before", "poverty_gap").value,
         c.figures.poverty(line, "after", "poverty_gap").value)
        for c in cases
    ]  # fmt: skip
    gini = [c.figures.gini("after").value for c in cases]
    fit = cases[0].assessment.fit
    return {
        "line": f.line_words(line),
        "people": _low_high([f.people(p) for p in people]),
        "falls": min(people) > 0,
        "gap_before": f.percent(gaps[0][0]),
        "gap_after": _low_high([f.percent(g[1]) for g in gaps]),
        "gini_before": fixed(first.gini("before").value, 3),
        "gini_after": _low_high([fixed(g, 3) for g in gini]),
        "misfit": _misfit(fit),
        "growth": f.percent(first.growth(), 1),
    }


def _misfit(fit: dict[str, Any]) -> str:
    """How far the fitted distribution misses the published headcounts."""
    observed, fitted = fit.get("observed", {}), fit.get("fitted", {})
    off = {k: abs(fitted[k] - observed[k]) for k in observed if k in fitted}
    known = {k: v for k, v in off.items() if math.isfinite(v)}
    if not known:
        return ""
    worst = max(known, key=lambda k: known[k])
    if known[worst] < ROUNDING:
        return ""
    return f"{fixed(100 * known[worst], 1)} points ({f.line_words(worst)})"


def _quality(a: Assessment) -> dict[str, Any]:
    named = {}
    for flag in ("imputed", "assumed"):
        rows = a.quality[a.quality["flag"] == flag]
        series = list(dict.fromkeys(f.series_words(p, a.results) for p in rows["path"]))
        more = len(series) - NAMED
        words = ", ".join(series[:NAMED])
        named[flag] = f"{words} and {more} more" if more > 0 else words
    keys = {k for p in a.quality["path"] for k in a.pack.provenance(p)["source"].unique()}
    publishers = dict.fromkeys(
        s.publisher
        for k, s in a.pack.manifest.sources.items()
        if k in keys and s.publisher != "socialbudget"
    )
    return {"named": named, "publishers": "; ".join(publishers), "series": len(a.quality)}


def _flags(a: Assessment) -> dict[str, Any]:
    shares = f.flag_shares(a.quality)
    keys = [(flag, FLAG_COLOURS[flag], f.percent(share, 0)) for flag, share in shares.items()]
    alt = "Inputs: " + ", ".join(f"{percent} {flag}" for flag, _, percent in keys)
    bar = svg.shares([(k, FLAG_COLOURS[k], v) for k, v in shares.items()], alt, 720.0)
    return {"legend": keys, "bar": bar}


# --------------------------------------------------------------------------------------- charts


def _colours(case: Case, shown: Sequence[str]) -> dict[str, str]:
    counts: dict[str, int] = {}
    out = {OTHERS: "#8a8a8a"}
    for name in shown:
        group = case.assessment.package.guarantees[name].group
        shades = SHADES[group]
        out[name] = shades[counts.get(group, 0) % len(shades)]
        counts[group] = counts.get(group, 0) + 1
    return out


def _keys(case: Case, shown: Sequence[str]) -> list[tuple[str, str]]:
    colours = _colours(case, shown)
    keys = [(case.assessment.package.guarantees[n].title, colours[n]) for n in shown]
    if len(shown) < len(case.figures.names):
        keys.append(("Others", colours[OTHERS]))
    return keys


def _cost_chart(case: Case, shown: Sequence[str]) -> Markup:
    years = list(case.assessment.years)
    figures = case.figures
    colours = _colours(case, shown)

    def series(name: str) -> np.ndarray:
        return np.array([figures.cost("share_gdp", name, y).value for y in years])

    layers = [(n, colours[n], series(n)) for n in shown]
    rest = [n for n in figures.names if n not in shown]
    if rest:
        layers.append((OTHERS, colours[OTHERS], np.sum([series(n) for n in rest], axis=0)))
    total = [figures.cost("share_gdp", year=y) for y in years]
    alt = (
        f"Cost as a share of GDP by year: {f.percent(total[0].value)} in {years[0]}, "
        f"{f.percent(total[-1].value)} in {years[-1]}"
    )
    return svg.columns(years, layers, total, lambda v: f"{100 * v:g}%", alt, height=112.0)


def _recipients_chart(case: Case, shown: Sequence[str]) -> Markup:
    rows = []
    for name in shown:
        values = {
            sex: case.figures.recipients(name, sex, "recipients").value
            for sex in case.figures.sexes(name)
        }
        title = case.assessment.package.guarantees[name].title
        rows.append((title, values.get("female", math.nan), values.get("male", math.nan)))
    alt = "; ".join(
        f"{title}: {f.people(women)} women and girls, {f.people(men)} men and boys"
        for title, women, men in rows
    )
    return svg.pairs(rows, (WOMEN, MEN), f.people, alt)


def _poverty_chart(cases: Sequence[Case]) -> Markup:
    lines = cases[0].figures.lines()
    if not lines:
        return Markup("")
    rows: list[tuple[str, float, Band, list[Band]]] = []
    for line in lines:
        words = "National line" if line == "national" else f"Below {f.line_words(line)}"
        rows.append(
            (
                words,
                cases[0].figures.headcount_today(line),
                cases[0].figures.poverty(line, "before"),
                [c.figures.poverty(line, "after") for c in cases],
            )
        )
    alt = "; ".join(
        f"{words}: {f.percent(before.value)} before, "
        f"{_low_high([f.percent(b.value) for b in after])} after"
        for words, _, before, after in rows
    )
    colours = CASES if len(cases) > 1 else CASES[1:]
    return svg.before_after(rows, colours, lambda v: f"{100 * v:g}%", alt, label=112.0)
