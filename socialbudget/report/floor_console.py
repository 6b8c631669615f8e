"""The rapid assessment in a terminal of 80 to 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from socialbudget.floor.assessment import PACKAGE, Assessment
from socialbudget.floor.instances import describe_group
from socialbudget.floor.package import GROUPS, NOT_GIVEN, Amount, Guarantee, Package, Sum
from socialbudget.floor.world import reason

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 92
LABEL = 34
LINE_WORDS = {
    "international_300": "$3.00 a day",
    "international_420": "$4.20 a day",
    "international_830": "$8.30 a day",
    "national": "national line",
}
FINANCING_WORDS = {
    "income_tax": "income tax on formal earnings, points",
    "payroll_contribution": "payroll contribution, points",
    "consumption_tax": "tax on private consumption, points",
    "reprioritisation_of_expenditure": "of present government spending, %",
}
SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1.0, ""))


def summary(assessments: Sequence[Assessment]) -> str:
    """One country: who, how much, gap, poverty, financing, and what it rests on.

    Parameters
    ----------
    assessments : sequence of Assessment
        One, or the low and the high variant of a package.
    """
    first = assessments[0]
    manifest, year = first.pack.manifest, first.years[-1]
    start = first.years[0]
    lines = [
        f"{manifest.name}: {first.package.title}, {start}-{year}",
        f"Pack {first.pack.iso3} {manifest.version} (level {manifest.level}), {manifest.currency}"
        + (f"; 80% ranges of {first.draws} draws" if first.draws else ""),
    ]
    largest = max(a.value("cost", year, measure="cost_lcu") for a in assessments)
    scale, word = next((s, w) for s, w in SCALES if largest >= 10 * s or s == 1.0)
    for a in assessments:
        lines += ["", *_costs(a, year, scale, word)]
    lines += ["", *_poverty(assessments, year)]
    lines += ["", *_financing(assessments, year)]
    lines += ["", *_rests_on(first)]
    for note in dict.fromkeys(n for a in assessments for n in a.notes):
        lines += _wrapped(f"Note: {note}.")
    return "\n".join(line.rstrip() for line in lines)


def _costs(a: Assessment, year: int, scale: float, word: str) -> list[str]:
    name = a.package.variant
    title = f"{name.capitalize()} package" if name else "Package"
    currency = a.pack.manifest.currency
    unit = " ".join(w for w in (currency, word) if w)
    head = f"{title}, {year}"
    lines = [
        head.ljust(LABEL) + "".join(
            c.rjust(w) for c, w in (("% of GDP", 18), ("gap %", 7), (_cut(unit, 12), 13),
                                    ("women", 9), ("men", 9))
        )
    ]  # fmt: skip
    for key, g in a.package.guarantees.items():
        lines.append(_row(a, year, key, f"  {g.title}", scale))
    lines.append(_row(a, year, PACKAGE, "Together", scale))
    share = a.cost
    here = share[
        (share["year"] == year)
        & (share["guarantee"] == PACKAGE)
        & (share["measure"] == "share_government_expenditure")
        & (share["quantile"] == "central")
    ]["value"]
    head_ = a.value("cost", year, measure="per_head_lcu")
    text = f"  {currency} {_number(head_)} per inhabitant"
    if len(here):
        text += f"; {100 * float(here.iloc[0]):.1f}% of government expenditure"
    lines.append(f"{text}; {100 * a.value('cost', a.years[0], measure='share_gdp'):.1f}% of GDP in "
                 f"{a.years[0]}")  # fmt: skip
    return lines


def _row(a: Assessment, year: int, key: str, label: str, scale: float) -> str:
    def cost(measure: str, quantile: str = "central") -> float:
        return a.value("cost", year, quantile, guarantee=key, measure=measure)

    share = f"{100 * cost('share_gdp'):.2f}"
    if a.draws:
        low, high = (100 * cost("share_gdp", q) for q in ("p10", "p90"))
        ends = f"{low:.2f}", f"{high:.2f}"
        # A fixed share of GDP has no range.
        share += f" ({ends[0]}-{ends[1]})" if ends[0] != ends[1] else ""
    women = men = ""
    if key != PACKAGE:
        women, men = (
            _people(a.value("recipients", year, guarantee=key, sex=s, measure="recipients"))
            for s in ("female", "male")
        )
    return (
        _cut(label, LABEL).ljust(LABEL)
        + share.rjust(18)
        + f"{100 * cost('gap_share_gdp'):.2f}".rjust(7)
        + _number(cost("cost_lcu") / scale).rjust(13)
        + women.rjust(9)
        + men.rjust(9)
    )


def _poverty(assessments: Sequence[Assessment], year: int) -> list[str]:
    first = assessments[0]
    if first.poverty.empty:
        return ["Poverty: not computed"]
    names = [a.package.variant or "after" for a in assessments]
    heads = [f"{n} package" if n in ("low", "high") else n for n in names]
    lines = [
        f"Poverty, {year} (indicative)".ljust(LABEL)
        + "".join(h.rjust(14) for h in ("without", *heads))
        + "fewer poor".rjust(16)
    ]
    for line, words in LINE_WORDS.items():
        before = first.value("poverty", year, line=line, measure="headcount", stage="before")
        after = [a.value("poverty", year, line=line, measure="headcount", stage="after")
                 for a in assessments]  # fmt: skip
        persons = [
            a.value("poverty", year, line=line, measure="poor_persons", stage="before")
            - a.value("poverty", year, line=line, measure="poor_persons", stage="after")
            for a in assessments
        ]
        yearly = first.fit["lines"][line]
        label = f"  {words}"
        if line == "national":
            label = f"  national, {first.pack.manifest.currency} {_number(yearly)} a year"
        lines.append(
            _cut(label, LABEL).ljust(LABEL)
            + "".join(f"{100 * v:.1f}%".rjust(14) for v in (before, *after))
            + " / ".join(_people(p) for p in persons).rjust(16)
        )
    gini = [first.value("poverty", year, line="all", measure="gini", stage="before")]
    gini += [a.value("poverty", year, line="all", measure="gini", stage="after")
             for a in assessments]  # fmt: skip
    lines.append("  Gini".ljust(LABEL) + "".join(f"{g:.3f}".rjust(14) for g in gini))
    fit = first.fit
    lines += _wrapped(
        f"National line: {first.line_origin}. Lognormal fitted to Gini and headcounts, misfit up "
        f"to {100 * fit['misfit']:.1f} points; only cash that is new is added, and what pays for "
        "it is not taken off.", "  ",
    )  # fmt: skip
    return lines


def _financing(assessments: Sequence[Assessment], year: int) -> list[str]:
    names = [f"{a.package.variant} package" if a.package.variant else "package"
             for a in assessments]  # fmt: skip
    lines = [f"What would pay for the gap, {year}, each alone".ljust(48)
             + "".join(n.rjust(14) for n in names)]  # fmt: skip

    def found(a: Assessment, option: str, measure: str) -> float:
        frame = a.financing
        here = frame[
            (frame["year"] == year) & (frame["option"] == option) & (frame["measure"] == measure)
        ]["value"]
        return float(here.iloc[0]) if len(here) else np.nan

    rows = [("gap, % of GDP", "gap", "share_gdp"), ("gap, % of government revenue", "gap",
                                                    "share_revenue")]  # fmt: skip
    rows += [(words, option, "rate_points") for option, words in FINANCING_WORDS.items()]
    rows += [(f"borrowed since {assessments[0].years[0]}, % of GDP, no interest", "debt",
              "share_gdp")]  # fmt: skip
    for words, option, measure in rows:
        values = [found(a, option, measure) for a in assessments]
        if np.isnan(values).all():
            continue
        # More than the whole base: no rate could raise it.
        cells = ["more than all" if v > 1.0 and measure == "rate_points" else f"{100 * v:.1f}"
                 for v in values]  # fmt: skip
        lines.append(f"  {words}".ljust(48) + "".join(c.rjust(14) for c in cells))
    return lines


def _rests_on(a: Assessment) -> list[str]:
    """What is not observed among the inputs, the published series first."""
    quality = a.quality
    counts = quality["flag"].value_counts()
    text = "Rests on {} series of the pack: {}.".format(
        len(quality), ", ".join(f"{n} {flag}" for flag, n in counts.items())
    )
    lines = _wrapped(text)
    chosen = ("living_standards.", "protection.", "government.", "labour_market.base_average",
              "demography.disability", "macroeconomy.private_consumption")  # fmt: skip
    for flag in ("imputed", "assumed"):
        weak = quality[(quality["flag"] == flag) & quality["path"].str.startswith(chosen)]
        if len(weak):
            lines += _wrapped(f"{flag.capitalize()}: " + ", ".join(weak["path"]) + ".", "  ")
    return lines


def world_summary(table: pd.DataFrame, refused: Mapping[str, str], package: Package) -> str:
    """The world in a few lines: cost, extremes, and who was refused why."""
    year = int(table["year"].max())
    done = len(table) - len(refused)
    lines = [f"{package.title} in {done} countries and areas, {year}"]
    for kind in ("low", "high"):
        column = f"cost_{kind}_share_gdp"
        if column not in table or table[column].isna().all():
            continue
        good = table.dropna(subset=[column]).sort_values(column)
        median = 100 * float(good[column].median())
        words = f"{kind} package" if package.variants else "package"
        lines.append(
            f"  {words}: median {median:.1f}% of GDP; least {_country(good.iloc[0], column)}, "
            f"most {_country(good.iloc[-1], column)}"
        )
    if refused:
        lines.append(f"No result for {len(refused)}:")
        by_reason: dict[str, list[str]] = {}
        for iso3, refusal in refused.items():
            by_reason.setdefault(reason(refusal), []).append(iso3)
        for why, countries in sorted(by_reason.items(), key=lambda item: -len(item[1])):
            lines += _wrapped(f"{', '.join(countries)}: {why}", "  ")
    return "\n".join(lines)


def _country(row: Any, column: str) -> str:
    return f"{row['name']} ({100 * row[column]:.1f}%)"


def describe_package(package: Package) -> str:
    """A package in words: each guarantee with its group, amount, coverage and administration."""
    lines = [f"{package.name}: {package.title}", *_wrapped(package.note)]
    cases = [package.with_variant(v) for v in package.variants] or [package]
    for case in cases:
        lines += ["", f"{case.variant.capitalize()} package" if case.variant else "Guarantees"]
        for group in GROUPS:
            for g in case.guarantees.values():
                if g.group == group:
                    lines += _wrapped(_guarantee(g), "  ", "    ")
    lines += ["", *_wrapped(f"Source: {package.source or NOT_GIVEN}")]
    return "\n".join(line.rstrip() for line in lines)


def _guarantee(g: Guarantee) -> str:
    start = "what exists" if g.coverage.start == "existing" else f"{100 * g.coverage.start:.0f}%"
    ramp = f" over {g.coverage.ramp_years} years" if g.coverage.ramp_years else " at once"
    period = ""
    if g.weeks is not None:
        period = f" for {g.weeks:g} weeks"
    elif g.days is not None:
        period = f" for {g.days:g} days"
    elif g.months not in (None, 12):
        period = f" for {g.months:g} months"
    text = (
        f"{g.title} ({describe_group(g)}): {amount_words(g.amount)}{period}, following "
        f"{g.index.replace('_', ' ').replace('gdp', 'GDP')}; coverage from {start} to "
        f"{100 * g.coverage.target:.0f}%{ramp}, take-up {100 * g.take_up:.0f}%; administration "
        f"{100 * g.administration_share:.0f}%"
    )
    if g.targeting.mode == "poor" and g.targeting.line is not None:
        t = g.targeting
        text += (
            f"; for those below {LINE_WORDS[g.targeting.line]}, {100 * t.exclusion_error:.0f}% of "
            f"them missed, {100 * t.inclusion_error:.0f}% of the others included"
        )
    return text


def amount_words(amount: Amount) -> str:
    """An amount in words."""
    if amount.sum is not None:
        text = _sum(amount.sum)
    else:
        of = {"poverty_line": LINE_WORDS.get(amount.line or "", ""), "average_wage": "average wage",
              "gdp_per_head": "GDP per head"}[amount.of]  # fmt: skip
        text = f"{100 * (amount.share or 0):g}% of {of}"
    if amount.minimum is not None and amount.minimum.value > 0:
        text += f", at least {_sum(amount.minimum)}"
    if amount.cap is not None:
        text += f", at most {_sum(amount.cap)}"
    return text


def _sum(money: Sum) -> str:
    names = {"LCU": "in national currency", "USD": "US dollars", "USD_PPP": "dollars PPP"}
    return f"{money.value:g} {names[money.currency]} a {money.per}"


def _people(value: float) -> str:
    for size, word in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{word}" if abs(value) < 100 * size else (
                f"{value / size:.0f}{word}"
            )  # fmt: skip
    return f"{value:.0f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _cut(text: str, width: int) -> str:
    return text if len(text) < width else text[: width - 2] + "…"


def _wrapped(text: str, indent: str = "", after: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent,
                         subsequent_indent=indent if after is None else after)  # fmt: skip
