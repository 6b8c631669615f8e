"""How the cost of a guarantee arises, as formulas of a workbook from inputs to cost.

Each row is a step of the central path by year: a figure of the run, or a formula over rows above it
and cells of other sheets (the package's fields, the poverty lines, cells of the pack). A formula
stands only where it gives what the run has; where it does not, the figure itself stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from socialbudget.contract import Array
from socialbudget.floor.package import PERIODS, Guarantee, Sum
from socialbudget.report.floor_figures import INSTANCE

if TYPE_CHECKING:
    from socialbudget.floor.assessment import Assessment

SHEET = "How the cost arises"
LABELS = ("package", "guarantee", "item", "unit")
FIRST = 3
"""Row of the first step, counted from 0."""
EVERY = "every package"
RTOL = 1e-9
NAMED = re.compile(r"\{(\w+)\}")
COST, GAP, SHARE = "Cost", "Not paid for by what exists (gap)", "Cost over GDP"
MEASURES = {COST: "cost_lcu", GAP: "gap_lcu", SHARE: "share_gdp"}
"""Steps that are measures of the table of cost."""


@dataclass(frozen=True)
class Links:
    """Cells of other sheets by what they hold, such as ``'Package'!$D$7``.

    Attributes
    ----------
    package : dict of (package, guarantee, field) to str
    fit : dict of (package, item) to str
    cells : dict of (path, cell) to str
    """

    package: dict[tuple[str, str, str], str]
    fit: dict[tuple[str, str], str]
    cells: dict[tuple[str, str], str]

    @classmethod
    def of(cls, package: pd.DataFrame, fit: pd.DataFrame, cells: pd.DataFrame) -> Links:
        """From the frames that the sheets Package, Fit and Input cells list from row 4 on."""

        def places(frame: pd.DataFrame, sheet: str, *keys: str) -> dict[Any, str]:
            column = xl_col_to_name(list(frame.columns).index("value"))
            names = zip(*(frame[k].tolist() for k in keys), strict=True)
            return {n: f"'{sheet}'!${column}${FIRST + 1 + i}" for i, n in enumerate(names)}

        return cls(
            places(package, "Package", "package", "guarantee", "field"),
            places(fit, "Fit", "package", "item"),
            places(cells, "Input cells", "path", "cell"),
        )


@dataclass(frozen=True)
class Step:
    """One row: what it is, its values by year, and the formula with what it comes to.

    A formula names rows above it in braces, ``{group}``, and the number of years paid ``{n}``.
    """

    package: str
    guarantee: str
    item: str
    unit: str
    kind: str
    values: Array
    formula: str = ""
    check: Array | None = None
    rows: dict[str, int] = field(default_factory=dict, compare=False)
    first: int = 0
    name: str = ""

    def live(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Years in which the formula stands, bool[year]."""
        if not self.formula or self.check is None:
            return np.zeros(len(self.values), dtype=bool)
        with np.errstate(invalid="ignore"):
            return np.isclose(self.check, self.values, rtol=RTOL, atol=0.0)


class _Steps:
    """Rows one after the other, each under a short name that later ones refer to."""

    def __init__(self, start: int, shared: dict[str, int], first: int, *, owner: tuple[str, ...]):
        self.rows = dict(shared)
        self.found: list[Step] = []
        self.values: dict[str, Array] = {}
        self._start, self._first, self._owner = start, first, owner

    def add(
        self, key: str, item: str, unit: str, kind: str, values: Any, formula: str = "",
        check: Any = None, years: int = 0,
    ) -> Array:  # fmt: skip
        values = np.broadcast_to(np.asarray(values, dtype=float), (years or len(values),))
        if check is not None:
            check = np.broadcast_to(np.asarray(check, dtype=float), values.shape)
        package, guarantee, name = self._owner
        self.rows[key] = self._start + len(self.found)
        self.found.append(
            Step(package, guarantee, item, unit, kind, values, formula, check, self.rows,
                 self._first, name)
        )  # fmt: skip
        return values


def steps(assessments: Sequence[Assessment], links: Links) -> list[Step]:
    """All rows: the country's own, then those of each guarantee of each package."""
    a = assessments[0]
    currency = a.pack.manifest.currency
    country = _Steps(FIRST, {}, 0, owner=(EVERY, a.pack.manifest.name, ""))
    gdp = a.results["macroeconomy.gdp"][1:, 0]
    people = a.results["demography.population_midyear"][1:, 0].sum(axis=(1, 2))
    work = a.results["labour_market.total_employment"][1:, 0]
    z = f"{INSTANCE}{next(iter(a.package.guarantees))}"
    base = {n: float(a.results[f"{z}.base_{n}"][0, 0])
            for n in ("gdp", "gdp_per_head", "gdp_per_worker")}  # fmt: skip
    n = len(a.years)
    year = a.pack.base_year
    country.add("gdp", "GDP", currency, "lcu", gdp)
    country.add("people", "Population, average of the year", "person", "persons", people)
    country.add("work", "Persons employed", "person", "persons", work)
    country.add("prices", f"Consumer prices, {year} = 1", "index", "plain",
                a.results["prices.consumer_price_index"][1:, 0])  # fmt: skip
    country.add("base_gdp", f"GDP, {year}", currency, "lcu", base["gdp"], years=n)
    country.add("base_head", f"GDP per head, {year}", currency, "lcu", base["gdp_per_head"],
                years=n)  # fmt: skip
    country.add("base_worker", f"GDP per person employed, {year}", currency, "lcu",
                base["gdp_per_worker"], years=n)  # fmt: skip
    head, worker = gdp / people / base["gdp_per_head"], gdp / work / base["gdp_per_worker"]
    country.add("gdp_per_head", f"GDP per head, {year} = 1", "index", "plain", head,
                "={gdp}/{people}/{base_head}", head)  # fmt: skip
    country.add("wages", f"GDP per person employed (wages), {year} = 1", "index", "plain", worker,
                "={gdp}/{work}/{base_worker}", worker)  # fmt: skip
    found = list(country.found)
    for b in assessments:
        for name in b.package.guarantees:
            found += _guarantee(b, name, links, FIRST + len(found), country.rows)
    return found


def _guarantee(
    a: Assessment, name: str, links: Links, start: int, shared: dict[str, int]
) -> list[Step]:
    """The steps from persons and amount to the cost of a guarantee."""
    g, label, currency = a.package.guarantees[name], a.package.label, a.pack.manifest.currency
    z, n = f"{INSTANCE}{name}", len(a.years)
    first = a.package.first_year or a.pack.base_year + 1
    rows = _Steps(start, shared, first, owner=(label, g.title, name))
    results = a.results

    def of(variable: str) -> Array:
        values = results[f"{z}.{variable}"][1:, 0]
        return values.reshape(len(values), -1).sum(axis=1)

    def param(path: str) -> Array:
        values = results.parameters[f"schemes.{z}.{path}"][:, 0]
        return np.broadcast_to(values, (n + 1,))[1:]

    def link(path: str) -> str:
        return links.package.get((label, name, path), "")

    def cell(path: str, at: str = "") -> str:
        return links.cells.get((path, at), "")

    def add(key: str, item: str, unit: str, kind: str, values: Any, formula: str = "",
            check: Any = None) -> Array:  # fmt: skip
        whole = bool(formula) and "=*" not in formula and "**" not in formula
        return rows.add(key, item, unit, kind, values, formula if whole else "", check, n)

    # Who.
    share = results.parameters[f"schemes.{z}.unemployed_share"][:, 0]
    out_of_work = results["labour_market.unemployed"][1:, 0]
    group = of("population_group") + (out_of_work * share[-n if len(share) > 1 else 0 :]).sum(
        axis=(1, 2)
    )
    target, poor = of("target"), of("poor_share")
    add("group", "Persons in the group", "person", "persons", group)
    if g.targeting.mode == "poor":
        add("poor", "Share of them below the poverty line", "share", "share", poor)
        add("target", "Persons entitled", "person", "persons", target, "={group}*{poor}",
            group * poor)  # fmt: skip
    else:
        add("target", "Persons entitled", "person", "persons", target, "={group}", group)
    had, coverage = param("existing_coverage"), param("coverage")
    had_cell = cell("protection.coverage", f"function={g.function}")
    existing = g.coverage.start == "existing"
    take_up = link("take_up")
    if existing:
        formula = f"={had_cell}" if g.existing == "coverage" and had_cell else ""
        begin = add("start", "Covered today", "share", "share", had, formula, had)
    else:
        value = float(g.coverage.start) * g.take_up
        begin = add("start", "Covered at the start, with take-up", "share", "share", value,
                    f"={link('coverage.start')}*{take_up}", value)  # fmt: skip
    aim = g.coverage.target * g.take_up
    words = f"{link('coverage.target')}*{take_up}"
    end = add("end", "Covered in the end, with take-up", "share", "share",
              np.maximum(aim, begin) if existing else aim,
              f"=MAX({words},{{start}})" if existing else f"={words}",
              np.maximum(aim, begin) if existing else aim)  # fmt: skip
    since = np.maximum(np.array(a.years) - first + 1, 0)
    ramp = g.coverage.ramp_years
    done = np.minimum(since / ramp, 1.0) if ramp else np.ones(n)
    path = np.where(since > 0, begin + (end - begin) * done, np.nan)
    step = f"={{start}}+({{end}}-{{start}})*MIN({{n}}/{link('coverage.ramp_years')},1)"
    add("coverage", "Share reached", "share", "share", coverage, step if ramp else "={end}", path)
    recipients = of("recipients")
    if g.targeting.mode == "poor":
        kept = of("kept")
        stays = "=MIN({start},{coverage})" if existing else ""
        add("kept", "Share reached already, which stays", "share", "share", kept, stays,
            np.minimum(begin, coverage))  # fmt: skip
        miss, leak = param("exclusion_error"), param("inclusion_error")
        add("miss", "Share of the poor who are missed", "share", "share", miss,
            f"={link('targeting.exclusion_error')}", miss)  # fmt: skip
        add("leak", "Share of the others who receive it", "share", "share", leak,
            f"={link('targeting.inclusion_error')}", leak)  # fmt: skip
        new = coverage - kept
        add("recipients", "Recipients", "person", "persons", recipients,
            "={target}*({kept}+({coverage}-{kept})*(1-{miss}))"
            "+{group}*(1-{poor})*{leak}*({coverage}-{kept})",
            target * (kept + new * (1.0 - miss)) + group * (1.0 - poor) * leak * new)  # fmt: skip
    else:
        add("recipients", "Recipients", "person", "persons", recipients, "={target}*{coverage}",
            target * coverage)  # fmt: skip

    # How much.
    def money(amount: Sum, where: str) -> str:
        path = {"LCU": "", "USD": "living_standards.exchange_rate",
                "USD_PPP": "living_standards.ppp_factor"}[amount.currency]  # fmt: skip
        words = f"={link(f'{where}value')}*{PERIODS[amount.per]:g}"
        return f"{words}*{cell(path)}" if path and cell(path) else "" if path else words

    year = a.pack.base_year
    level = param("benefit_amount")
    add("level", f"Amount for a full year at the level of {year}", currency, "lcu", level,
        _level(g, label, links, link("amount.share"), cell) or _sum_level(g, money),
        level)  # fmt: skip
    gdp = results["macroeconomy.gdp"][1:, 0]
    people = results["demography.population_midyear"][1:, 0].sum(axis=(1, 2))
    prices = results["prices.consumer_price_index"][1:, 0]
    follows = {
        "prices": prices,
        "wages": gdp / results["labour_market.total_employment"][1:, 0]
        / results[f"{z}.base_gdp_per_worker"][1:, 0],
        "gdp_per_head": gdp / people / results[f"{z}.base_gdp_per_head"][1:, 0],
    }[g.index]  # fmt: skip
    add("index", f"Index that it follows ({g.index.replace('_', ' ')})", "index", "plain", follows,
        f"={{{g.index}}}", follows)  # fmt: skip
    amount, formula, check = of("amount"), "{level}*{index}", level * follows
    if g.amount.minimum is not None and g.amount.minimum.value > 0:
        least = param("benefit_minimum")
        add("least", f"Least amount at prices of {year}", currency, "lcu", least,
            money(g.amount.minimum, "amount.minimum."), least)  # fmt: skip
        formula, check = f"MAX({formula},{{least}}*{{prices}})", np.maximum(check, least * prices)
    if g.amount.cap is not None:
        most = param("benefit_cap")
        add("most", f"Highest amount at prices of {year}", currency, "lcu", most,
            money(g.amount.cap, "amount.cap."), most)  # fmt: skip
        formula, check = f"MIN({formula},{{most}}*{{prices}})", np.minimum(check, most * prices)
    add("amount", "Amount for a full year", currency, "lcu", amount, f"={formula}", check)
    paid, administration = param("paid_share"), param("administration_share")
    parts = {"months": 12, "weeks": 52, "days": 365}
    period = next((f"={link(k)}/{v}" for k, v in parts.items() if link(k)), "")
    add("paid", "Part of the year for which it is paid", "share", "plain", paid, period, paid)
    add("administration", "Administration over benefits", "share", "plain", administration,
        f"={link('administration_share')}", administration)  # fmt: skip

    # What it comes to.
    cost, gap = of("cost"), of("gap")
    add("cost", COST, currency, "lcu", cost, "={recipients}*{amount}*{paid}*(1+{administration})",
        recipients * amount * paid * (1.0 + administration))  # fmt: skip
    if g.existing == "coverage":
        with np.errstate(divide="ignore", invalid="ignore"):
            open_share = np.maximum(1.0 - had * target / recipients, 0.0)
        # Nothing to divide by before the first year: the nought stands as it is.
        open_share = np.where(recipients > 0.0, open_share, np.nan)
        add("gap", GAP, currency, "lcu", gap,
            f"={{cost}}*MAX(1-{had_cell}*{{target}}/{{recipients}},0)" if had_cell else "",
            cost * open_share)  # fmt: skip
    else:
        spent = cell("government.health_expenditure")
        base = results[f"{z}.base_gdp"][1:, 0]
        add("gap", GAP, currency, "lcu", gap,
            f"=MAX({{cost}}-{spent}*{{gdp}}/{{base_gdp}},0)" if spent else "",
            np.maximum(cost - param("existing_expenditure") * gdp / base, 0.0))  # fmt: skip
    add("own_gdp", "GDP", currency, "lcu", gdp, "={gdp}", gdp)
    add("share", SHARE, "share", "share", cost / gdp, "={cost}/{own_gdp}", cost / gdp)
    return rows.found


def _level(g: Guarantee, label: str, links: Links, share: str, cell: Any) -> str:
    """Formula of an amount that is a share of something; empty where a cell is not there."""
    if g.amount.of == "gdp_per_head":
        return f"={share}*{{base_head}}"
    tied = ""
    if g.amount.of == "poverty_line":
        tied = links.fit.get((label, f"lines.{g.amount.line}"), "")
    elif g.amount.of == "average_wage":
        tied = cell("labour_market.base_average_wage")
    return f"={share}*{tied}" if tied else ""


def _sum_level(g: Guarantee, money: Any) -> str:
    """Formula of an amount that is a sum of money; empty where it is none."""
    return str(money(g.amount.sum, "amount.")) if g.amount.sum is not None else ""


def measures(found: Iterable[Step]) -> dict[tuple[str, str, str], tuple[int, Array]]:
    """Row and values of the steps that are measures of cost, by package, guarantee, measure."""
    return {
        (s.package, s.name, MEASURES[s.item]): (FIRST + i, s.values)
        for i, s in enumerate(found)
        if s.name and s.item in MEASURES
    }


def write_steps(book: Any, found: Sequence[Step], years: Sequence[int]) -> None:
    """Write the sheet, with a live formula wherever one gives the figure of the run."""
    ws = book.sheet(
        SHEET, "Persons x coverage x amount x part of the year x administration, from the inputs on"
    )
    for j, words in enumerate([*LABELS, *years]):
        ws.write_string(2, j, str(words), book.head)
    for j, width in enumerate((30, 26, 46, 14)):
        ws.set_column(j, j, width)
    ws.set_column(len(LABELS), len(LABELS) + len(years) - 1, 16)
    columns = [xl_col_to_name(len(LABELS) + j) for j in range(len(years))]
    for i, step in enumerate(found):
        row = FIRST + i
        result = step.item in MEASURES
        for j, words in enumerate((step.package, step.guarantee, step.item, step.unit)):
            ws.write_string(row, j, words, book.bold if result else book.text)
        live = step.live()
        look = (book.total if result else book.number)[step.kind]
        used = {k: step.rows[k] + 1 for k in NAMED.findall(step.formula) if k != "n"}
        for j, value in enumerate(step.values.tolist()):
            if live[j]:
                cells = {k: f"{columns[j]}{r}" for k, r in used.items()}
                formula = step.formula.format(n=years[j] - step.first + 1, **cells)
                ws.write_formula(row, len(LABELS) + j, formula, look, value)
            else:
                book.cell(ws, row, len(LABELS) + j, value, step.kind)
    ws.freeze_panes(FIRST, len(LABELS))
    ws.autofilter(2, 0, FIRST + len(found) - 1, len(LABELS) - 1)
    ws.repeat_rows(2)
