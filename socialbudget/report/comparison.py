"""Reforms against their baselines, each under one closure, as a table for the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from socialbudget.closures import MACRO
from socialbudget.contract import Array
from socialbudget.dims import SOURCES
from socialbudget.report import tables
from socialbudget.results import Results

LABEL = 30
COLUMN = 8
SIDE_BY_SIDE = 2
WIDTH = LABEL + SIDE_BY_SIDE * (4 * COLUMN + 1)
NOISE = 1e-9
"""Relative change below which two runs are the same: above the solver's tolerance."""

SHOWN = (1, 3, 4, 0)
"""Macro closures beside each other unless others are asked for: the hybrid, the two ways in which
its saving gap can close, and the classic one."""

Pair = tuple[str, Results, Results]


def shown_closures() -> list[str]:
    """Codes of the macro closures that comparisons show."""
    return [MACRO[number][0] for number in SHOWN]


@dataclass(frozen=True)
class Indicator:
    """A figure whose change is shown, in percent (``relative``) or in points."""

    label: str
    value: Callable[[Results], Array]
    relative: bool

    def change(self, reform: Results, baseline: Results) -> Array:
        """Change by year, ``float64[year]``, in percent or points."""
        a, b = self.value(reform), self.value(baseline)
        if not self.relative:
            return a - b
        return 100.0 * (tables.ratio(a, b) - 1.0)


def comparison_table(pairs: list[Pair], indicators: Sequence[Indicator] | None = None) -> str:
    """Changes against the baseline on impact, after 5 and 30 years, and in the last year.

    Parameters
    ----------
    pairs : list of (str, Results, Results)
        Title, reform and baseline; a title that ends in a closure such as ``(M1)`` stands beside
        the same reform under its other closures.
    indicators : sequence of Indicator, optional
        What is shown; the usual ones by default.

    Returns
    -------
    str
        One block for each reform. ``%`` is the change in percent, ``pt`` in percentage points.
    """
    shown = _indicators() if indicators is None else indicators
    blocks: dict[str, list[Pair]] = {}
    for pair in pairs:
        blocks.setdefault(_split(pair[0])[0], []).append(pair)
    lines: list[str] = []
    for title, members in blocks.items():
        for i in range(0, len(members), SIDE_BY_SIDE):
            lines += [
                *([""] if lines else []),
                *_block(title, members[i : i + SIDE_BY_SIDE], shown),
            ]
    for title, members in blocks.items():
        lines += _sign_changes(title, members, shown)
    note = (
        "Impact is the first year in which the reform differs. Long-run effects on output and jobs "
        "depend on the macro closure: quote them only under several. pt: percentage points."
    )
    return "\n".join([*lines, "", *textwrap.wrap(note, WIDTH)])


def first_difference(reform: Results, baseline: Results) -> int | None:
    """Position of the first year in which two runs differ; None when they never do."""
    first: int | None = None
    for name in reform.arrays.keys() & baseline.arrays.keys():
        a, b = reform.arrays[name], baseline.arrays[name]
        if a.shape != b.shape or np.array_equal(a, b):
            continue
        scale = np.maximum(np.abs(a), np.abs(b))
        size = scale.reshape(len(a), -1).max(axis=1)
        gap = np.abs(a - b).reshape(len(a), -1).max(axis=1)
        # Noise is judged against the largest element of the variable, as the solver does.
        years = np.flatnonzero(gap > NOISE * np.maximum(size, reform.variables[name].scale))
        if len(years) and (first is None or years[0] < first):
            first = int(years[0])
    return first


def plain(name: str, factor: float = 1.0) -> Callable[[Results], Array]:
    """A variable as it is, times a factor."""
    return lambda r: factor * tables.mean(r, name)


def over_gdp(name: str) -> Callable[[Results], Array]:
    """A variable in percent of GDP."""
    return lambda r: 100.0 * tables.mean(r, name) / tables.mean(r, "macroeconomy.gdp")


def real(name: str) -> Callable[[Results], Array]:
    """A variable at constant prices."""
    return lambda r: tables.mean(r, name) / tables.price_level(r)


def _indicators() -> list[Indicator]:
    def contributions(r: Results) -> Array:
        paid = tables.mean(r, "social_accounts.receipts_by_source")
        places = [SOURCES.index(s) for s in ("employer", "employee", "self_employed")]
        return paid[:, places].sum(axis=1) / tables.price_level(r)

    def of_sex(name: str, sex: int) -> Callable[[Results], Array]:
        return lambda r: tables.mean(r, name)[..., sex].reshape(len(r.years), -1).sum(axis=1)

    def points_of_sex(name: str, sex: int) -> Callable[[Results], Array]:
        return lambda r: 100.0 * tables.mean(r, name)[:, sex]

    people = "social_accounts.recipients_by_function"
    part = "labour_accounts.participation_rate_by_sex"
    return [
        Indicator("Social expenditure, real", real("social_accounts.expenditure"), True),
        Indicator(
            "Social expenditure/GDP", plain("social_accounts.expenditure_percent_gdp"), False
        ),
        Indicator("Contributions, real", contributions, True),
        Indicator("GDP, real", plain("macroeconomy.gdp_real"), True),
        Indicator("Household income, real", real("household.disposable_income"), True),
        Indicator("Employment", plain("labour_market.total_employment"), True),
        Indicator("Unemployment rate", plain("labour_market.unemployment_rate", 100.0), False),
        Indicator("Formal employment share", plain("labour_market.formal_share", 100.0), False),
        Indicator("Participation of women", points_of_sex(part, 0), False),
        Indicator("Participation of men", points_of_sex(part, 1), False),
        Indicator("Benefits in payment, women", of_sex(people, 0), True),
        Indicator("Benefits in payment, men", of_sex(people, 1), True),
        Indicator("Balance with schemes/GDP", over_gdp("government.general_balance"), False),
        Indicator("Public debt/GDP", over_gdp("government.debt"), False),
    ]


def _split(title: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", title)
    return (found[1], found[2]) if found else (title, "")


def _block(title: str, members: Sequence[Pair], shown: Sequence[Indicator]) -> list[str]:
    picks = [horizons(reform, baseline) for _, reform, baseline in members]
    heads, spans, years = " " * LABEL, " " * LABEL, " " * LABEL
    for (name, reform, _), places in zip(members, picks, strict=True):
        closing = " ".join(code for code, _ in tables.closures(reform).values())
        heads += " " + (closing or _split(name)[1]).center(4 * COLUMN)
        spans += " " + "".join(w.rjust(COLUMN) for w in ("impact", "5 yrs", "30 yrs", "last"))
        years += " " + "".join(
            ("-" if p is None else str(reform.years[p])).rjust(COLUMN) for p in places
        )
    rows = [title, heads, spans, years]
    for indicator in shown:
        row = f"{indicator.label} ({'%' if indicator.relative else 'pt'})".ljust(LABEL)
        for (_, reform, baseline), places in zip(members, picks, strict=True):
            change = indicator.change(reform, baseline)
            row += " " + "".join(
                ("-" if p is None else _signed(change[p])).rjust(COLUMN) for p in places
            )
        rows.append(row)
    return [row.rstrip() for row in rows]


def horizons(reform: Results, baseline: Results) -> list[int | None]:
    """Positions of impact, 5 and 30 years later and the last year; None beyond the last."""
    first = first_difference(reform, baseline)
    last = len(reform.years) - 1
    if first is None:
        return [None, None, None, last]
    return [p if p <= last else None for p in (first, first + 5, first + 30)] + [last]


def _sign_changes(title: str, members: Sequence[Pair], shown: Sequence[Indicator]) -> list[str]:
    """Says which long-run effects of a reform have another sign under another closure."""
    if len(members) < SIDE_BY_SIDE:
        return []
    unsure = []
    for indicator in shown:
        ends = [indicator.change(reform, baseline)[-1] for _, reform, baseline in members]
        rounded = [round(float(e), 2) for e in ends if np.isfinite(e)]
        if rounded and min(rounded) < 0.0 < max(rounded):
            unsure.append(indicator.label)
    if not unsure:
        return []
    text = f"{title}: the sign in the last year depends on the closure for {', '.join(unsure)}."
    return ["", *textwrap.wrap(text, WIDTH)]


def _signed(value: float) -> str:
    if not np.isfinite(value):
        return "-"
    text = f"{value:+.2f}" if abs(value) < 1000 else f"{value:+,.0f}"
    return "0" if text in ("+0.00", "-0.00") else text
