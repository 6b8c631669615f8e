"""Numbers as text, and the summary in plain words that opens the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import FUNCTIONS, SOURCES
from socialbudget.report import tables as t
from socialbudget.report.tables import mean
from socialbudget.results import Results

THIN = "\u202f"
MINUS = "\u2212"
NONE = "\u2013"

WORD_OF_SCALE = {1e6: "million", 1e9: "billion", 1e12: "trillion"}
VISIBLE = 0.02
"""Points of GDP from which a payment is worth a word."""


def fixed(value: float, decimals: int = 0) -> str:
    """A number with thin separators and a true minus; an en dash where there is none."""
    if not np.isfinite(value):
        return NONE
    text = f"{value:,.{decimals}f}".replace(",", THIN)
    if text.startswith("-"):
        # Rounded to nil, a number has no sign.
        text = text[1:] if not text.strip("-0.") else MINUS + text[1:]
    return text


def short(value: float) -> str:
    """A number with about three digits: 1 234, 123, 12.3, 1.23, 0.12."""
    if not np.isfinite(value):
        return NONE
    size = abs(value)
    return fixed(value, 0 if size >= 99.95 else 1 if size >= 9.995 else 2)


def money_scale(results: Results) -> float:
    """Million, billion or trillion, so that base-year GDP has two to six digits."""
    gdp = float(mean(results, "macroeconomy.gdp")[0])
    return 1e6 if gdp < 5e10 else 1e9 if gdp < 5e14 else 1e12


def money(value: float, results: Results) -> str:
    """A sum of money in words of its own size: "ZAR 1 377 billion"."""
    scale = next((s for s in (1e12, 1e9, 1e6) if abs(value) >= 10 * s), 1e6)
    return f"{results.pack.manifest.currency} {short(value / scale)} {WORD_OF_SCALE[scale]}"


def people(value: float) -> str:
    """A number of persons: "3.9 million", "412 thousand", "870"."""
    size = abs(value)
    if size >= 1e6:
        return f"{fixed(value / 1e6, 1)} million"
    if size >= 1e4:
        return f"{fixed(value / 1e3)} thousand"
    return fixed(value)


def points(value: float, decimals: int = 1) -> str:
    """A signed difference."""
    text = fixed(value, decimals)
    return text if text.startswith(MINUS) or not text.strip("0.") else f"+{text}"


def unit_words(unit: str, currency: str, base_year: int, scale: float) -> str:
    """The unit of a table row for readers."""
    word = WORD_OF_SCALE[scale]
    return {
        "1": "",
        "percent": "%",
        "percent of GDP": "% of GDP",
        "points": "percentage points",
        "points of GDP": "points of GDP",
        "person": "thousand people",
        "year": "years",
        "LCU": f"{currency} {word}",
        "LCU/year": f"{currency} {word}",
        "LCU_real": f"{currency} {word}, {base_year} prices",
        "LCU_real/year": f"{currency} {word}, {base_year} prices",
        "LCU/person/year": currency,
        "LCU_real/person/year": f"{currency}, {base_year} prices",
    }.get(unit, unit.replace("LCU", currency))


def cell(value: float, unit: str, scale: float) -> str:
    """A table cell in the unit that `unit_words` names."""
    if unit in ("LCU", "LCU/year", "LCU_real", "LCU_real/year"):
        value = value / scale
        return (
            "0"
            if abs(value) < 5e-7
            else short(value)
            if abs(value) < 1
            else fixed(value, 1 if abs(value) < 100 else 0)
        )
    if unit == "percent of GDP":
        return fixed(value, 2)
    if unit in ("percent", "points"):
        return fixed(value, 1)
    if unit == "points of GDP":
        return fixed(value, 2)
    if unit == "person":
        value = value / 1e3
        return fixed(value, 0 if abs(value) >= 100 or value == 0 else 1)
    if unit == "year":
        return fixed(value, 1)
    return fixed(value, 0)


def parameter_value(value: float, unit: str, currency: str) -> str:
    """A parameter with its unit."""
    if unit == "1":
        return f"{value:.4g}".replace("-", MINUS)
    if unit in ("LCU", "LCU/year"):
        size = abs(value)
        for scale, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
            if size >= 10 * scale:
                return f"{currency} {short(value / scale)} {word}"
        return f"{currency} {fixed(value)}" if size >= 100 else f"{currency} {value:g}"
    if unit == "1/year":
        return f"{value:.4g} a year".replace("-", MINUS)
    number = f"{value:.4g}" if abs(value) < 1e4 else fixed(value)
    return f"{number} {unit.replace('LCU', currency)}".replace("-", MINUS)


# ------------------------------------------------------------------------------------- summary


@dataclass(frozen=True)
class Paragraph:
    """One point of the summary: a heading of few words, sentences, and a list."""

    heading: str
    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """One key figure: label, value of the base year and its word, values of later years."""

    label: str
    value: str
    word: str
    later: tuple[tuple[str, str], ...]


def _horizon(results: Results) -> list[int]:
    base, last = results.years[0], results.years[-1]
    return [base, *(y for y in (2050,) if base < y < last), last]


def cards(results: Results) -> list[Card]:
    """Key figures of the base year, 2050 and the last year."""
    years = _horizon(results)
    gdp = mean(results, "macroeconomy.gdp")
    old = FUNCTIONS.index("old_age")
    pensioners = mean(results, "social_accounts.recipients_by_function")[:, old].sum(axis=1)
    data: list[tuple[str, Array, str]] = [
        ("Social expenditure, % of GDP", 100 * mean(results, "social_accounts.expenditure") / gdp,
         "%"),
        ("Government schemes, % of GDP", 100 * mean(results, "government.social_spending") / gdp,
         "%"),
        ("Old-age benefits in payment", pensioners, "people"),
        ("Persons 65+ per 100 aged 20–64",
         100 * mean(results, "indicators.old_age_dependency_ratio"), "number"),
        ("Employment", mean(results, "labour_market.total_employment"), "people"),
        ("Balance of the schemes, % of GDP", 100 * mean(results, "social_accounts.balance") / gdp,
         "%"),
    ]  # fmt: skip

    def text(value: float, kind: str) -> str:
        if kind == "people":
            return people(value)
        return fixed(value, 1) + ("%" if kind == "%" else "")

    return [
        Card(
            label,
            *text(float(values[0]), kind).partition(" ")[::2],
            tuple((str(y), text(float(values[y - years[0]]), kind)) for y in years[1:]),
        )
        for label, values, kind in data
    ]


def _rough(value: float) -> str:
    """A number with three digits."""
    if value >= 1e6:
        return f"{short(value / 1e6)} million"
    return fixed(round(value, 2 - int(np.floor(np.log10(max(value, 1.0))))))


def _and(parts: Sequence[str]) -> str:
    parts = list(parts)
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _verb(a: float, b: float, tolerance: float) -> str:
    return (
        "rises" if b - a > tolerance else "falls" if a - b > tolerance else "stays about the same"
    )


def summary(results: Results) -> list[Paragraph]:
    """What the run says, in plain words computed from its figures."""
    return [
        _spending(results),
        _causes(results),
        _population(results),
        _work(results),
        *_financing(results),
        _debt(results),
        _sexes(results),
        _evidence(results),
    ]


def _spending(results: Results) -> Paragraph:
    base = results.years[0]
    gdp = mean(results, "macroeconomy.gdp")
    total = mean(results, "social_accounts.expenditure")
    share = 100 * total / gdp
    public = mean(results, "government.social_spending")
    budget = 100 * public / mean(results, "government.expenditure")
    heads = float(mean(results, "social_accounts.expenditure_per_capita")[0])
    currency = results.pack.manifest.currency
    text = (
        f"In {base} the schemes spent {money(float(total[0]), results)}, or "
        f"{fixed(share[0], 1)}% of GDP and {currency} {_rough(heads)} per inhabitant. "
        f"Government schemes spent {fixed(100 * public[0] / gdp[0], 1)}% of GDP, "
        f"{fixed(budget[0])}% of all government expenditure"
    )
    private = float(100 * (total[0] - public[0]) / gdp[0])
    if private > VISIBLE:
        text += f"; private schemes {fixed(private, 1)}% of GDP"
    path = [f"{fixed(share[y - base], 1)}% in {y}" for y in _horizon(results)[1:]]
    verb = _verb(float(share[0]), float(share[-1]), 0.1)
    text += f". Expenditure over GDP {verb}: {' and '.join(path)}"
    top = int(share.argmax())
    if 0 < top < len(share) - 1 and share[top] > share[-1] + 0.1:
        text += f". It is highest in {base + top}, at {fixed(share[top], 1)}%"
    return Paragraph("What the country spends", text + ".")


def _causes(results: Results) -> Paragraph:
    frame = t.drivers(results).sort_values("change", ascending=False).reset_index(drop=True)
    base, last = results.years[0], results.years[-1]
    up = [r for r in frame.to_dict("records") if r["change"] > 0.1][:3]
    down = [r for r in frame.to_dict("records")[::-1] if r["change"] < -0.1][:2]
    if not up and not down:
        return Paragraph(
            "What grows and why", f"No function changes by more than 0.1 points of GDP to {last}."
        )

    def reason(r: dict) -> str:
        people_part, benefit_part = r["recipients"], r["benefit"]
        coverage = (
            f"recipients go from {fixed(r['coverage_before'], 1)} to "
            f"{fixed(r['coverage_after'], 1)} per 100 inhabitants"
            + (" (members of two schemes count twice)" if r["coverage_before"] > 100 else "")
        )
        benefit = (
            f"the mean benefit goes from {fixed(r['benefit_before'], 1)}% to "
            f"{fixed(r['benefit_after'], 1)}% of GDP per inhabitant"
        )
        if abs(people_part) >= 3 * abs(benefit_part):
            because = coverage
        elif abs(benefit_part) >= 3 * abs(people_part):
            because = benefit
        else:
            joint = "and" if people_part * benefit_part > 0 else "while"
            because = f"{coverage}, {joint} {benefit}"
        return f"{r['function']} ({points(r['change'])} points of GDP): {because}"

    items = tuple(reason(r) for r in up + down)
    share = 100 * mean(results, "social_accounts.expenditure") / mean(results, "macroeconomy.gdp")
    change = float(share[-1] - share[0])
    text = (
        f"From {base} to {last} social expenditure changes by {points(change)} points of GDP. "
        "The functions that change most, and why:"
    )
    return Paragraph("What grows and why", text, items)


def _population(results: Results) -> Paragraph:
    base, last = results.years[0], results.years[-1]
    number = mean(results, "demography.population_midyear").sum(axis=(1, 2))
    old = 100 * mean(results, "indicators.old_age_dependency_ratio")
    young = 100 * mean(results, "indicators.youth_dependency_ratio")
    verb = _verb(float(number[0]), float(number[-1]), 0.01 * float(number[0]))
    top = int(number.argmax())
    peak = (
        f", with a peak of {people(float(number[top]))} in {base + top}"
        if 0 < top < len(number) - 1 and number[top] > 1.01 * number[-1]
        else ""
    )
    return Paragraph(
        "Population",
        f"The population {verb} from {people(float(number[0]))} in {base} to "
        f"{people(float(number[-1]))} in {last}{peak}. For every 100 people aged 20–64 there are "
        f"{fixed(old[0])} aged 65 and over in {base} and {fixed(old[-1])} in {last}, and "
        f"{fixed(young[0])} and {fixed(young[-1])} aged under 20.",
    )


def _work(results: Results) -> Paragraph:
    base, last = results.years[0], results.years[-1]
    work = mean(results, "labour_market.total_employment")
    idle = 100 * mean(results, "labour_market.unemployment_rate")
    formal = 100 * mean(results, "labour_market.formal_share")
    rate = 100 * mean(results, "labour_accounts.employment_rate_by_sex")
    first, end = fixed(idle[0], 1), fixed(idle[-1], 1)
    change = f"stays at {first}%" if first == end else f"goes from {first}% to {end}%"
    return Paragraph(
        "Work",
        f"Employment goes from {people(float(work[0]))} in {base} to {people(float(work[-1]))} in "
        f"{last}; unemployment {change} of the labour force. {fixed(formal[0])}% of the employed "
        f"work formally in {base}, {fixed(formal[-1])}% in {last}. Of women aged 15 and over "
        f"{fixed(rate[0, 0])}% are employed in {base} and {fixed(rate[-1, 0])}% in {last}, of men "
        f"{fixed(rate[0, 1])}% and {fixed(rate[-1, 1])}%.",
    )


def _financing(results: Results) -> list[Paragraph]:
    base = results.years[0]
    receipts = mean(results, "social_accounts.receipts_by_source")
    share = 100 * receipts / receipts.sum(axis=1, keepdims=True)
    of = {s: share[:, k] for k, s in enumerate(SOURCES)}
    contributions = of["employer"] + of["employee"] + of["self_employed"]
    taxes = of["general_revenue"] + of["earmarked_tax"]
    text = (
        f"In {base} contributions are {fixed(contributions[0])}% of receipts, taxes "
        f"{fixed(taxes[0])}% and income on reserves {fixed(of['property_income'][0])}%; in "
        f"{results.years[-1]} {fixed(contributions[-1])}%, {fixed(taxes[-1])}% and "
        f"{fixed(of['property_income'][-1])}%."
    )
    who = Paragraph("Who pays", text)
    events = tuple(funds(results))
    if not events:
        quiet = (
            "No fund runs a deficit: tax-financed schemes are paid year by year by the state, and "
            "the receipts of the others suffice to the end."
        )
        return [who, Paragraph("From when there are deficits", quiet)]
    lead = "Funds whose receipts do not suffice (tax-financed schemes are paid year by year):"
    return [who, Paragraph("From when there are deficits", lead, events)]


def funds(results: Results) -> list[str]:
    """From when each institution with a reserve or a deficit runs short, in sentences."""
    base = results.years[0]
    gdp = mean(results, "macroeconomy.gdp")
    balance = mean(results, "scheme_accounts.balance")
    reserve = mean(results, "scheme_accounts.reserve")
    cover = mean(results, "scheme_accounts.deficit_cover")
    private = mean(results, "scheme_accounts.receipts")[:, :, SOURCES.index("other")]
    instances = list(t.schemes(results).values())
    out, ranked = [], []
    for institution, places in t.institutions(results).items():
        size = float((reserve[:, places].sum(axis=1) / gdp).max())
        size = max(size, float((cover[:, places].sum(axis=1) / gdp).max()))
        ranked.append((-size, institution, places))
    for _, institution, places in sorted(ranked, key=lambda x: x[0]):
        b = 100 * balance[:, places].sum(axis=1) / gdp
        v = 100 * reserve[:, places].sum(axis=1) / gdp
        c = 100 * (cover[:, places] + private[:, places]).sum(axis=1) / gdp
        payer = (
            "the state" if all(instances[k].sector == "government" for k in places) else "members"
        )
        held = float(v.max()) > 0.1
        falls = _first(b < -VISIBLE)
        spent = _first((v < 0.01 * v.max()) & (np.arange(len(v)) > v.argmax())) if held else None
        pays = _first(c > c[0] + VISIBLE)
        if falls is None and spent is None and pays is None:
            continue
        parts = []
        if falls is not None:
            parts.append(f"expenditure exceeds receipts from {base + falls}")
        if spent is not None:
            parts.append(f"reserve used up by {base + spent}")
        if pays is not None:
            parts.append(
                f"extra payments by {payer} from {base + pays}, at most "
                f"{fixed(float(c.max()), 2)}% of GDP ({base + int(c.argmax())})"
            )
        out.append(f"{institution}: {'; '.join(parts)}")
        if len(out) == 6:
            break
    return out


def _first(mask: np.ndarray) -> int | None:
    places = np.flatnonzero(mask)
    return int(places[0]) if len(places) else None


def _debt(results: Results) -> Paragraph:
    base = results.years[0]
    share = 100 * mean(results, "government.debt") / mean(results, "macroeconomy.gdp")
    text = (
        f"Public debt is {fixed(share[0])}% of GDP in {base}, "
        + _and([f"{fixed(share[y - base])}% in {y}" for y in _horizon(results)[1:]])
        + ". "
    )
    if share[-1] > share[0] + 50 and share[-1] > 150:
        text += (
            "It does not stabilise under the chosen fiscal closure: read the path as the pressure "
            "on the budget that a policy would have to meet, not as a forecast. "
        )
    for name, what in (
        ("fiscal_rule.income_tax_adjustment", "the income tax rate"),
        ("fiscal_rule.spending_adjustment", "other public spending over GDP"),
    ):
        change = 100 * mean(results, name)
        k = int(np.abs(change).argmax())
        if abs(change[k]) >= 0.05:
            text += (
                f"To hold it there, the fiscal rule changes {what} by {points(float(change[k]))} "
                f"points by {base + k}"
                + (
                    f" and {points(float(change[-1]))} points by {results.years[-1]}. "
                    if base + k != results.years[-1]
                    else ". "
                )
            )
    for kind, (code, explained) in t.closures(results).items():
        text += f"{kind.capitalize()} closure {code} ({explained}). "
    text += (
        "Long-run effects on growth and employment depend on these closures more than on any "
        "single estimate; compare them under at least two."
    )
    return Paragraph("Public debt and closures", text)


def _sexes(results: Results) -> Paragraph:
    base, last = results.years[0], results.years[-1]
    share = 100 * mean(results, "indicators.women_share_of_benefits")
    wage = 100 * mean(results, "indicators.gender_gap_wage")
    pension = 100 * mean(results, "indicators.gender_gap_old_age_benefit")

    def gap(values: Array) -> str:
        side = "below" if values[0] >= 0 else "above"
        sign = 1.0 if values[0] >= 0 else -1.0
        return f"{fixed(sign * values[0])}% {side} men's ({fixed(sign * values[-1])}% in {last})"

    return Paragraph(
        "Women and men",
        f"Women receive {fixed(share[0])}% of benefits in {base} and {fixed(share[-1])}% in "
        f"{last}. Their wage per employee is {gap(wage)}, their old-age benefit per recipient "
        f"{gap(pension)}.",
    )


def _evidence(results: Results) -> Paragraph:
    shares = t.evidence_shares(results)
    total = dict(zip(shares["flag"], shares["total"], strict=True))
    profile = dict(zip(shares["flag"], shares["profile"], strict=True))
    observed = total["observed"] + total["estimated"]
    return Paragraph(
        "How well founded",
        f"{fixed(observed)}% of base-year benefit expenditure rests on observed or estimated "
        f"totals, {fixed(total['assumed'])}% on assumed ones. For "
        f"{fixed(profile['assumed'])}% of it some part of who receives it (by "
        "age and sex) is assumed. Projections show what follows from the assumptions; they are not "
        "forecasts.",
    )


def _jobs(change: float) -> str:
    """A signed number of persons in thousands or millions."""
    if abs(change) >= 1e6:
        return f"{points(change / 1e6, 2)} million"
    return "no change" if abs(change) < 50 else f"{points(change / 1e3)} thousand"


def comparison_summary(results: Results, baseline: Results) -> list[str]:
    """What the reform changes, in sentences."""
    base = results.years[0]
    gdp, gdp0 = mean(results, "macroeconomy.gdp"), mean(baseline, "macroeconomy.gdp")

    def over_gdp(name: str) -> Array:
        return 100 * (mean(results, name) / gdp - mean(baseline, name) / gdp0)

    cost = over_gdp("social_accounts.expenditure")
    debt = over_gdp("government.debt")
    work = mean(results, "labour_market.total_employment") - mean(
        baseline, "labour_market.total_employment"
    )
    real = 100 * (
        mean(results, "macroeconomy.gdp_real") / mean(baseline, "macroeconomy.gdp_real") - 1
    )
    reached = _first(np.abs(cost) > VISIBLE)
    years = _horizon(results)[1:]
    if reached is not None and base + reached < years[0]:
        years = [base + reached, *years]

    def path(values: Array, text: str, decimals: int = 2) -> str:
        return _and([f"{points(values[y - base], decimals)}{text} in {y}" for y in years])

    jobs = _and([f"{_jobs(float(work[y - base]))} in {y}" for y in years])
    women, women0 = (
        100 * mean(r, "indicators.women_share_of_benefits") for r in (results, baseline)
    )
    return [
        f"Cost, social expenditure in points of GDP: {path(cost, '')}.",
        f"Real GDP: {path(real, '%')}. Employment: {jobs}.",
        f"Public debt in points of GDP: {path(debt, '', 1)}.",
        f"Women's share of benefits in {results.years[-1]}: {fixed(women[-1], 1)}% against "
        f"{fixed(women0[-1], 1)}% in the baseline.",
        "Effects on output, employment and debt hold under the closures of this run only; the "
        "table below has them beside those under another.",
    ]
