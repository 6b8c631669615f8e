"""Charts of the report as plain ECharts options, built in Python and valid as JSON.

Everything a chart needs is data: no JavaScript is generated. What options cannot say in JSON
(number format of the tooltip, labels of every tenth year) is in `Chart` and applied by
``assets/report.js``. Women and men, functions and sources keep one colour throughout; the palette
is told apart by people with any of the common colour-vision deficiencies (Paul Tol's muted set).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import ACTIVITIES, FUNCTIONS, SOURCES, STATUSES
from socialbudget.report import tables as t
from socialbudget.report.tables import mean, words
from socialbudget.results import Results

WOMEN, MEN = "#7b3294", "#008837"
INK, RULE = "#334155", "#e2e8f0"
PALETTE = (
    "#332288", "#44aa99", "#cc6677", "#ddcc77", "#88ccee",
    "#117733", "#882255", "#999933", "#aa4499", "#8a8a8a",
)  # fmt: skip
REST = "#bbbbbb"
FUNCTION_COLOURS = {
    "health_care": "#44aa99",
    "sickness": "#e69f00",
    "disability": "#ddcc77",
    "old_age": "#332288",
    "survivors": "#aa4499",
    "employment_injury": "#8a8a8a",
    "family": "#cc6677",
    "maternity": "#ee99aa",
    "unemployment": "#88ccee",
    "housing": "#999933",
    "long_term_care": "#882255",
    "social_assistance": "#117733",
}
SOURCE_COLOURS = {
    "employer": "#332288",
    "employee": "#88ccee",
    "self_employed": "#44aa99",
    "premiums": "#999933",
    "general_revenue": "#cc6677",
    "earmarked_tax": "#ddcc77",
    "property_income": "#117733",
    "other": "#8a8a8a",
}
STATUS_COLOURS = ("#332288", "#cc6677", "#88ccee", "#ddcc77", "#8a8a8a")
ACTIVITY_COLOURS = ("#117733", "#332288", "#88ccee", "#cc6677")
BAND = (0.10, 0.90)
FONT = 'system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif'


@dataclass(frozen=True)
class Key:
    """One entry of a chart's legend."""

    name: str
    colour: str
    style: str = "solid"
    area: bool = False


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes
    ----------
    id, title, unit, note : str
        `unit` stands under the title and after values in tooltips where it is short ("%").
    option : dict
        ECharts option, JSON only.
    keys : tuple of Key
        Legend, drawn as text above the chart so that it never lies over the picture.
    height : int
        Pixels.
    wide : bool
        Takes the whole width of the page.
    alt : str
        The chart in words, for those who cannot see it.
    decimals : int
        Of values in tooltips.
    suffix : str
        After values in tooltips and on the axis.
    years : bool
        The category axis holds years.
    mirrored : bool
        Negative values are shown without sign (population pyramid).
    total : bool
        The tooltip adds the series up.
    """

    id: str
    title: str
    unit: str
    option: dict[str, Any]
    keys: tuple[Key, ...] = ()
    note: str = ""
    height: int = 280
    wide: bool = False
    alt: str = ""
    decimals: int = 1
    suffix: str = ""
    years: bool = True
    mirrored: bool = False
    total: bool = False

    def spec(self) -> dict[str, Any]:
        """All that the page's script needs."""
        return {
            "option": self.option,
            "decimals": self.decimals,
            "suffix": self.suffix,
            "years": self.years,
            "mirrored": self.mirrored,
            "total": self.total,
        }


@dataclass(frozen=True)
class Line:
    """A series over the years: ``values[year]`` or ``values[year, draw]``."""

    name: str
    values: Array
    colour: str
    style: str = "solid"
    width: float = 2.2
    centre: Array = field(init=False)

    def __post_init__(self) -> None:
        values = self.values
        centre = values if values.ndim == 1 else np.median(values, axis=1)
        object.__setattr__(self, "centre", centre)


def _plain(values: Array) -> list[float | None]:
    """Numbers with five significant digits; None where there is none."""
    return [float(f"{v:.5g}") if np.isfinite(v) else None for v in values.tolist()]


def _base(years: Sequence[int], suffix: str) -> dict[str, Any]:
    return {
        "animation": False,
        "aria": {"enabled": False},
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 8, "right": 18, "top": 14, "bottom": 6, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": {"show": False},
        "xAxis": {
            "type": "category",
            "data": [str(y) for y in years],
            "boundaryGap": False,
            "axisTick": {"show": False},
            "axisLine": {"onZero": False, "lineStyle": {"color": "#94a3b8"}},
            "axisLabel": {"color": INK, "fontSize": 12, "hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "splitNumber": 4,
            "splitLine": {"lineStyle": {"color": RULE}},
            "axisLabel": {"color": INK, "fontSize": 12, "formatter": "{value}" + suffix},
        },
        "series": [],
    }


def _ends(name: str, values: Array, years: Sequence[int], suffix: str, decimals: int) -> str:
    known = [i for i in range(len(values)) if np.isfinite(values[i])]
    if not known:
        return name
    a, b = known[0], known[-1]
    return (
        f"{name} {values[a]:,.{decimals}f}{suffix} in {years[a]}, "
        f"{values[b]:,.{decimals}f}{suffix} in {years[b]}"
    )


def line_chart(
    id: str,
    title: str,
    unit: str,
    years: Sequence[int],
    lines: Sequence[Line],
    *,
    suffix: str = "",
    decimals: int = 1,
    zero: bool = True,
    **more: Any,
) -> Chart:
    """Lines over the years; with draws, the median and the band of the middle 80 per cent."""
    option = _base(years, suffix)
    option["yAxis"]["scale"] = not zero
    for k, line in enumerate(lines):
        if line.values.ndim == 2 and line.values.shape[1] > 1:
            low, high = np.quantile(line.values, BAND, axis=1)
            shared = {
                "type": "line",
                "symbol": "none",
                "silent": True,
                "lineStyle": {"opacity": 0},
                "stack": f"band{k}",
                "stackStrategy": "all",
            }
            option["series"] += [
                {**shared, "name": f"~{line.name} low", "data": _plain(low)},
                {
                    **shared,
                    "name": f"~{line.name} high",
                    "data": _plain(high - low),
                    "areaStyle": {"color": line.colour, "opacity": 0.18},
                },
            ]
        option["series"].append(
            {
                "name": line.name,
                "type": "line",
                "symbol": "none",
                "data": _plain(line.centre),
                "lineStyle": {"color": line.colour, "width": line.width, "type": line.style},
                "itemStyle": {"color": line.colour},
            }
        )
    if any(np.nanmin(line.centre) < 0 for line in lines):
        option["series"][-1]["markLine"] = _zero_line()
    return Chart(
        id,
        title,
        unit,
        option,
        tuple(Key(x.name, x.colour, x.style) for x in lines),
        alt="Line chart. "
        + "; ".join(_ends(x.name, x.centre, years, suffix, decimals) for x in lines),
        decimals=decimals,
        suffix=suffix,
        **more,
    )


def stacked_chart(
    id: str,
    title: str,
    unit: str,
    years: Sequence[int],
    parts: Sequence[Line],
    *,
    suffix: str = "",
    decimals: int = 1,
    top: float | None = None,
    **more: Any,
) -> Chart:
    """Areas on top of each other over the years; `top` ends the axis."""
    option = _base(years, suffix)
    if top is not None:
        option["yAxis"] |= {"max": top, "interval": top / 4}
    for part in parts:
        option["series"].append(
            {
                "name": part.name,
                "type": "line",
                "symbol": "none",
                "stack": "all",
                "data": _plain(part.centre),
                "lineStyle": {"color": "#ffffff", "width": 0.8},
                "areaStyle": {"color": part.colour, "opacity": 1},
                "itemStyle": {"color": part.colour},
            }
        )
    total = np.sum([p.centre for p in parts], axis=0)
    return Chart(
        id,
        title,
        unit,
        option,
        tuple(Key(p.name, p.colour, area=True) for p in parts),
        alt="Stacked areas. "
        + "; ".join(
            _ends(n, v, years, suffix, decimals)
            for n, v in [("Total", total), *((p.name, p.centre) for p in parts)]
        ),
        decimals=decimals,
        suffix=suffix,
        total=True,
        **more,
    )


def _zero_line() -> dict[str, Any]:
    return {
        "silent": True,
        "symbol": "none",
        "label": {"show": False},
        "lineStyle": {"color": "#64748b", "type": "solid", "width": 1},
        "data": [{"yAxis": 0}],
    }


def bar_chart(
    id: str,
    title: str,
    unit: str,
    labels: Sequence[str],
    parts: Sequence[Line],
    *,
    stacked: bool = False,
    suffix: str = "",
    decimals: int = 1,
    top: float | None = None,
    **more: Any,
) -> Chart:
    """Horizontal bars, the first label on top; `top` ends the axis."""
    option = _base([], suffix)
    option["grid"]["right"] = 26
    option["xAxis"], option["yAxis"] = option["yAxis"], option["xAxis"]
    if top is not None:
        option["xAxis"] |= {"max": top, "interval": top / 4}
    option["yAxis"] |= {
        "axisLine": {"onZero": True, "lineStyle": {"color": "#64748b"}},
        "data": list(labels),
        "inverse": True,
        "boundaryGap": True,
        "axisLabel": {"color": INK, "fontSize": 12, "interval": 0},
    }
    for part in parts:
        series: dict[str, Any] = {
            "name": part.name,
            "type": "bar",
            "data": _plain(part.values),
            "itemStyle": {"color": part.colour},
            "barMaxWidth": 14,
        }
        if stacked:
            series["stack"] = "all"
        else:
            series["barGap"] = "10%"
        option["series"].append(series)
    return Chart(
        id,
        title,
        unit,
        option,
        tuple(Key(p.name, p.colour, area=True) for p in parts),
        alt="Bar chart. "
        + "; ".join(
            f"{label}: " + ", ".join(f"{p.name} {p.values[k]:,.{decimals}f}{suffix}" for p in parts)
            for k, label in enumerate(labels)
        ),
        decimals=decimals,
        suffix=suffix,
        years=False,
        **more,
    )


# --------------------------------------------------------------------------------- population


def pyramids(results: Results) -> list[Chart]:
    """Population pyramids of the base year, 2050 and the last year, on one scale."""
    years = results.years
    wanted = sorted({years[0], *(y for y in (2050,) if y < years[-1]), years[-1]})
    population = mean(results, "demography.population")
    edges = [*range(0, 101, 5)]
    labels = [f"{a}–{a + 4}" for a in edges[:-1]] + ["100+"]
    grouped = np.add.reduceat(population, edges, axis=2)
    scale, unit = (1e6, "million") if grouped.max() >= 2e6 else (1e3, "thousand")
    grouped = grouped / scale
    top = float(grouped[[y - years[0] for y in wanted]].max())
    step = _nice(top / 2.0)
    limit = step * np.ceil(top / step)
    charts = []
    for year in wanted:
        women, men = grouped[year - years[0]]
        option = _base([], "")
        option["tooltip"] = {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True}
        option["xAxis"] = {
            "type": "value",
            "min": -limit,
            "max": limit,
            "interval": step,
            "splitLine": {"lineStyle": {"color": RULE}},
            "axisLabel": {"color": INK, "fontSize": 11},
        }
        option["yAxis"] = {
            "type": "category",
            "data": labels,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"color": INK, "fontSize": 11, "interval": 1},
        }
        option["series"] = [
            {
                "name": name,
                "type": "bar",
                "stack": "all",
                "data": _plain(values),
                "itemStyle": {"color": colour},
                "barCategoryGap": "8%",
            }
            for name, values, colour in (("Men", -men, MEN), ("Women", women, WOMEN))
        ]
        total = population[year - years[0]].sum()
        charts.append(
            Chart(
                f"pyramid-{year}",
                str(year),
                f"{total / 1e6:,.1f} million people; five-year age groups in {unit}".replace(
                    ",", "\u202f"
                ),
                option,
                (Key("Men", MEN, area=True), Key("Women", WOMEN, area=True)),
                height=330,
                alt=f"Population pyramid of {year}, in {unit}. "
                + "; ".join(
                    f"{label}: women {w:.2f}, men {m:.2f}"
                    for label, w, m in zip(labels, women, men, strict=True)
                ),
                decimals=2,
                suffix=f" {unit}",
                years=False,
                mirrored=True,
            )
        )
    return charts


def _nice(x: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(x))
    return float(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= x * (1 - 1e-9)))


def age_groups(results: Results) -> Chart:
    """Population by broad age group."""
    population = mean(results, "demography.population_midyear").sum(axis=1) / 1e6
    groups = (("0–19", 0, 20), ("20–64", 20, 65), ("65–79", 65, 80), ("80 and over", 80, 101))
    colours = ("#88ccee", "#44aa99", "#cc6677", "#882255")
    parts = [
        Line(name, population[:, a:b].sum(axis=1), c)
        for (name, a, b), c in zip(groups, colours, strict=True)
    ]
    return stacked_chart(
        "age-groups", "Population by age group", "million people", results.years, parts
    )


def dependency(results: Results) -> Chart:
    """Dependency ratios."""
    old = 100 * results["indicators.old_age_dependency_ratio"]
    young = 100 * results["indicators.youth_dependency_ratio"]
    return line_chart(
        "dependency",
        "Dependency ratios",
        "persons per 100 aged 20–64",
        results.years,
        [
            Line("Young and old together", old + young, "#475569", "dotted"),
            Line("Young (0–19)", young, "#44aa99"),
            Line("Old (65 and over)", old, "#882255"),
        ],
    )


# ------------------------------------------------------------------------------------- labour


def activity(results: Results) -> Chart:
    """Participation and employment rates of women and men."""
    part = 100 * results["labour_accounts.participation_rate_by_sex"]
    work = 100 * results["labour_accounts.employment_rate_by_sex"]
    return line_chart(
        "activity",
        "Participation and employment of women and men",
        "percent of the population aged 15 and over",
        results.years,
        [
            Line("Participation, men", part[:, :, 1], MEN, "dashed"),
            Line("Participation, women", part[:, :, 0], WOMEN, "dashed"),
            Line("Employment, men", work[:, :, 1], MEN),
            Line("Employment, women", work[:, :, 0], WOMEN),
        ],
        suffix="%",
    )


def unemployment(results: Results) -> Chart:
    """Unemployment rates of women and men."""
    rate = 100 * results["labour_accounts.unemployment_rate_by_sex"]
    return line_chart(
        "unemployment",
        "Unemployment of women and men",
        "percent of the labour force",
        results.years,
        [Line("Women", rate[:, :, 0], WOMEN), Line("Men", rate[:, :, 1], MEN)],
        suffix="%",
    )


def status(results: Results) -> Chart:
    """Employment by status."""
    people = mean(results, "labour_accounts.employment_by_status").sum(axis=1) / 1e6
    parts = [
        Line(words(name), people[:, k], STATUS_COLOURS[k])
        for k, name in enumerate(STATUSES)
        if np.any(people[:, k])
    ]
    return stacked_chart(
        "status",
        "Employment by status",
        "million people",
        results.years,
        parts,
    )


def activities(results: Results) -> Chart:
    """Employment by economic activity."""
    people = mean(results, "employment_structure.employment_by_activity").sum(axis=1) / 1e6
    return stacked_chart(
        "activities",
        "Employment by economic activity",
        "million people",
        results.years,
        [
            Line(words(name), people[:, k], colour)
            for k, (name, colour) in enumerate(zip(ACTIVITIES, ACTIVITY_COLOURS, strict=True))
        ],
    )


# ----------------------------------------------------------------------------- economy, budget


def growth_and_inflation(results: Results) -> Chart:
    """Real growth, growth per inhabitant and inflation."""
    gdp = results["macroeconomy.gdp_real"]
    population = results["demography.population_midyear"].sum(axis=(2, 3))

    def rate(a: Array) -> Array:
        out = np.full(a.shape, np.nan)
        out[1:] = 100 * (a[1:] / a[:-1] - 1)
        return out

    return line_chart(
        "growth",
        "Growth and inflation",
        "percent a year",
        results.years[1:],
        [
            Line("Real GDP", rate(gdp)[1:], "#332288"),
            Line("Real GDP per inhabitant", rate(gdp / population)[1:], "#44aa99"),
            Line("Consumer prices", 100 * results["prices.inflation"][1:], "#cc6677", "dashed"),
        ],
        suffix="%",
    )


def living_standards(results: Results) -> Chart:
    """GDP per inhabitant and the average wage, real, base year 100."""
    price = results["prices.consumer_price_index"]
    heads = results["demography.population_midyear"].sum(axis=(2, 3))
    output = results["macroeconomy.gdp_real"] / heads
    wage = results["labour_market.average_wage"] / price
    return line_chart(
        "living-standards",
        "Living standards",
        f"at constant prices, {results.years[0]} = 100",
        results.years,
        [
            Line("GDP per inhabitant", 100 * output / output[:1], "#44aa99"),
            Line("Average wage", 100 * wage / wage[:1], "#332288", "dashed"),
        ],
        decimals=0,
    )


def debt(results: Results) -> Chart:
    """Public debt over GDP."""
    gdp = results["macroeconomy.gdp"]
    return line_chart(
        "debt",
        "Public debt",
        "percent of GDP",
        results.years,
        [Line("Public debt", 100 * results["government.debt"] / gdp, "#882255")],
        suffix="%",
        decimals=0,
    )


def abroad(results: Results) -> Chart:
    """Current account over GDP."""
    return line_chart(
        "current-account",
        "Current account with the rest of the world",
        "percent of GDP",
        results.years,
        [Line("Current account", 100 * results["external_account.current_account_ratio"],
              "#117733")],
        suffix="%",
        note="Over decades what a country borrows abroad depends on the macro closure.",
    )  # fmt: skip


def receipts(results: Results) -> Chart:
    """Receipts by source over GDP."""
    gdp = mean(results, "macroeconomy.gdp")
    values = 100 * mean(results, "social_accounts.receipts_by_source") / gdp[:, None]
    parts = [
        Line(words(s), values[:, k], SOURCE_COLOURS[s])
        for k, s in enumerate(SOURCES)
        if s in SOURCE_COLOURS and np.any(values[:, k])
    ]
    return stacked_chart(
        "receipts",
        "Receipts by source",
        "percent of GDP, all schemes",
        results.years,
        parts,
        suffix="%",
        height=320,
    )


def expenditure(results: Results) -> Chart:
    """Expenditure by function over GDP, the largest at the bottom."""
    gdp = mean(results, "macroeconomy.gdp")
    values = 100 * mean(results, "social_accounts.expenditure_by_function").sum(axis=2)
    values = values / gdp[:, None]
    order = np.argsort(-values.mean(axis=0), kind="stable")
    whole = float(values.sum(axis=1).max())
    parts, rest, small = [], np.zeros(len(gdp)), []
    for k in order:
        if not np.any(values[:, k]):
            continue
        if values[:, k].max() < 0.006 * whole:
            rest = rest + values[:, k]
            small.append(words(FUNCTIONS[k]).lower())
        else:
            parts.append(Line(words(FUNCTIONS[k]), values[:, k], FUNCTION_COLOURS[FUNCTIONS[k]]))
    if small:
        parts.append(Line("Other functions", rest, REST))
    admin = 100 * mean(results, "social_accounts.administration") / gdp
    parts.append(Line("Administration", admin, "#475569"))
    return stacked_chart(
        "expenditure",
        "Expenditure by function",
        "percent of GDP, all schemes",
        results.years,
        parts,
        suffix="%",
        height=320,
        note=f"Other functions: {', '.join(small)}." if small else "",
    )


def expenditure_by_scheme(results: Results, largest: int = 9) -> Chart:
    """Benefit expenditure of the largest schemes over GDP."""
    gdp = mean(results, "macroeconomy.gdp")
    values = 100 * mean(results, "scheme_accounts.benefits") / gdp[:, None]
    titles = [s.title for s in t.schemes(results).values()]
    order = np.argsort(-values.max(axis=0), kind="stable")
    parts = [
        Line(titles[k], values[:, k], PALETTE[i])
        for i, k in enumerate(order[:largest])
        if np.any(values[:, k])
    ]
    others = values[:, order[largest:]].sum(axis=1)
    if np.any(others):
        parts.append(Line("All other schemes", others, REST))
    return stacked_chart(
        "schemes",
        "Benefits of the largest schemes",
        "percent of GDP",
        results.years,
        parts,
        suffix="%",
        wide=True,
        height=330,
    )


def balance(results: Results) -> Chart:
    """Balance of government and private schemes, and what the state adds to cover deficits."""
    gdp = results["macroeconomy.gdp"]
    every = 100 * results["scheme_accounts.balance"].sum(axis=2) / gdp
    public = 100 * results["scheme_accounts.public_balance"] / gdp
    cover = 100 * results["scheme_accounts.deficit_cover"].sum(axis=2) / gdp
    lines = [Line("All schemes", every, "#332288")]
    if np.max(np.abs(every - public)) > 1e-9:
        lines.append(Line("Government schemes", public, "#44aa99"))
    lines.append(Line("Government schemes without deficit cover", public - cover, "#cc6677",
                      "dashed"))  # fmt: skip
    return line_chart(
        "balance",
        "Balance: receipts less expenditure",
        "percent of GDP",
        results.years,
        lines,
        suffix="%",
    )


def reserves(results: Results, largest: int = 7) -> Chart:
    """Reserves of the institutions that hold most."""
    gdp = mean(results, "macroeconomy.gdp")
    values = 100 * mean(results, "scheme_accounts.reserve") / gdp[:, None]
    grouped = {n: values[:, p].sum(axis=1) for n, p in t.institutions(results).items()}
    ranked = sorted(grouped.items(), key=lambda x: -float(x[1].max()))
    held = [(n, v) for n, v in ranked if v.max() > 1e-6]
    parts = [Line(n, v, PALETTE[i]) for i, (n, v) in enumerate(held[:largest])]
    if held[largest:]:
        parts.append(Line("Others", np.sum([v for _, v in held[largest:]], axis=0), REST))
    return stacked_chart(
        "reserves",
        "Reserves by institution",
        "percent of GDP, end of year",
        results.years,
        parts or [Line("No reserves", np.zeros(len(gdp)), REST)],
        suffix="%",
    )


def cost_rates(results: Results, largest: int = 6) -> Chart | None:
    """PAYG cost rates of the largest insurances."""
    names = results.coords["insurance"]
    if not names:
        return None
    rates = 100 * results["indicators.payg_cost_rate"]
    titles = t.schemes(results)
    order = np.argsort(-np.median(rates, axis=1).max(axis=0), kind="stable")[:largest]
    styles = ("solid", "solid", "solid", "dashed", "dashed", "dashed")
    return line_chart(
        "cost-rates",
        "Pay-as-you-go cost rates",
        "expenditure in percent of the earnings insured by the scheme",
        results.years,
        [
            Line(titles[str(names[k])].title, rates[:, :, k], PALETTE[(0, 2, 1, 8, 5, 9)[i]],
                 styles[i])
            for i, k in enumerate(order)
        ],
        suffix="%",
        wide=True,
        note="The contribution rate that would pay the expenditure of the year out of the "
        "earnings of the year. Earnings insured differ between schemes, so rates do not add up."
        + (
            f" The {len(order)} highest of {len(names)} schemes with contributions."
            if len(names) > len(order)
            else ""
        ),
    )  # fmt: skip


def driver_bars(results: Results) -> Chart | None:
    """What moves expenditure over GDP from the base year to the last, by function."""
    frame = t.drivers(results)
    frame = frame[frame[["recipients", "benefit"]].abs().max(axis=1) >= 0.03]
    if frame.empty:
        return None
    frame = frame.sort_values("change", ascending=False)
    return bar_chart(
        "drivers",
        "Why expenditure changes",
        f"points of GDP, {results.years[0]} to {results.years[-1]}",
        [str(f) for f in frame["function"]],
        [
            Line("More or fewer recipients per inhabitant", frame["recipients"].to_numpy(float),
                 "#332288"),
            Line("Mean benefit against GDP per inhabitant", frame["benefit"].to_numpy(float),
                 "#ddaa33"),
        ],
        stacked=True,
        decimals=2,
        wide=True,
        height=44 + 24 * len(frame),
        note="The two parts add up to the change of each function.",
    )  # fmt: skip


# ------------------------------------------------------------------------------- women and men


def recipients_by_sex(results: Results) -> Chart:
    """Women and men among recipients, by function, in the base year."""
    people = mean(results, "social_accounts.recipients_by_function")[0]
    keep = [k for k in range(len(FUNCTIONS)) if people[k].sum() > 0]
    keep.sort(key=lambda k: -float(people[k].sum()))
    share = 100 * people[keep] / people[keep].sum(axis=1, keepdims=True)
    return bar_chart(
        "recipients-by-sex",
        f"Women and men among recipients, {results.years[0]}",
        "percent of recipients",
        [words(FUNCTIONS[k]) for k in keep],
        [Line("Women", share[:, 0], WOMEN), Line("Men", share[:, 1], MEN)],
        stacked=True,
        suffix="%",
        top=100,
        height=60 + 22 * len(keep),
    )


def old_age_by_sex(results: Results) -> Chart:
    """Women and men who receive an old-age benefit."""
    people = results["social_accounts.recipients_by_function"][:, :, FUNCTIONS.index("old_age")]
    return line_chart(
        "old-age-by-sex",
        "Old-age benefits in payment",
        "million people",
        results.years,
        [Line("Women", people[..., 0] / 1e6, WOMEN), Line("Men", people[..., 1] / 1e6, MEN)],
        decimals=2,
    )


def gaps(results: Results) -> Chart:
    """Gaps between women and men."""
    return line_chart(
        "gaps",
        "Gaps between women and men",
        "percent by which women are below men; employment in percentage points",
        results.years,
        [
            Line("Wage", 100 * results["indicators.gender_gap_wage"], "#332288"),
            Line("Old-age benefit", 100 * results["indicators.gender_gap_old_age_benefit"],
                 "#cc6677"),
            Line("Employment rate", 100 * results["indicators.gender_gap_employment"], "#44aa99",
                 "dashed"),
        ],
    )  # fmt: skip


def benefit_share(results: Results) -> Chart:
    """Share of benefits that goes to women and to men."""
    women = 100 * mean(results, "indicators.women_share_of_benefits")
    return stacked_chart(
        "benefit-share",
        "Who receives the benefits",
        "percent of benefit expenditure",
        results.years,
        [Line("Women", women, WOMEN), Line("Men", 100 - women, MEN)],
        suffix="%",
        top=100,
    )


def paid_and_unpaid_work(results: Results) -> Chart:
    """Hours of paid work and of unpaid household and care work of women and men."""
    paid, unpaid = t.paid_hours(results), results["care_work.hours_per_day"]
    return line_chart(
        "paid-and-unpaid-work",
        "Paid and unpaid work",
        "hours a day per person aged 15 and over, all days of the week",
        results.years,
        [
            Line("Paid, men", paid[:, :, 1], MEN),
            Line("Paid, women", paid[:, :, 0], WOMEN),
            Line("Unpaid, men", unpaid[:, :, 1], MEN, "dashed"),
            Line("Unpaid, women", unpaid[:, :, 0], WOMEN, "dashed"),
        ],
        note="Unpaid work is care of persons and household work in the own home.",
    )


def women_by_activity(results: Results) -> Chart:
    """Women and men among the employed of each activity, in the base year."""
    people = mean(results, "employment_structure.employment_by_activity")[0]
    share = 100 * people / people.sum(axis=0)
    return bar_chart(
        "women-by-activity",
        f"Women and men at work by economic activity, {results.years[0]}",
        "percent of those who work in the activity",
        [words(a) for a in ACTIVITIES],
        [Line("Women", share[0], WOMEN), Line("Men", share[1], MEN)],
        stacked=True,
        suffix="%",
        top=100,
        height=60 + 34 * len(ACTIVITIES),
    )


# -------------------------------------------------------------------------- draws, comparison


def uncertainty(results: Results) -> list[Chart]:
    """Bands of the main outcomes; empty for a single draw."""
    if results.draws == 1:
        return []
    gdp = results["macroeconomy.gdp"]
    population = results["demography.population"].sum(axis=(2, 3)) / 1e6
    data = (
        ("band-expenditure", "Social expenditure", "percent of GDP", "%",
         100 * results["social_accounts.expenditure"] / gdp, "#332288"),
        ("band-balance", "Balance of the schemes", "percent of GDP", "%",
         100 * results["social_accounts.balance"] / gdp, "#44aa99"),
        ("band-population", "Population", "million people", "", population, "#117733"),
        ("band-unemployment", "Unemployment", "percent of the labour force", "%",
         100 * results["labour_market.unemployment_rate"], "#cc6677"),
    )  # fmt: skip
    return [
        line_chart(i, title, unit, results.years, [Line(title, v, colour)], suffix=suffix,
                   zero=False)
        for i, title, unit, suffix, v, colour in data
    ]  # fmt: skip


def difference_charts(results: Results, baseline: Results) -> list[Chart]:
    """Reform less baseline, draw by draw."""
    gdp, gdp0 = results["macroeconomy.gdp"], baseline["macroeconomy.gdp"]

    def over_gdp(name: str) -> Array:
        return 100 * (results[name] / gdp - baseline[name] / gdp0)

    def percent(name: str) -> Array:
        return 100 * (results[name] / baseline[name] - 1)

    def benefits(sex: int) -> Array:
        money = [r["social_accounts.expenditure_by_function"][..., sex].sum(axis=2)
                 / (r["prices.consumer_price_index"] / r["prices.consumer_price_index"][:1])
                 for r in (results, baseline)]  # fmt: skip
        return 100 * (money[0] / money[1] - 1)

    years = results.years
    return [
        line_chart(
            "diff-cost",
            "Cost",
            "points of GDP, reform less baseline",
            years,
            [
                Line("Social expenditure", over_gdp("social_accounts.expenditure"), "#332288"),
                Line("Payments of the budget to schemes",
                     over_gdp("scheme_accounts.state_payments"), "#cc6677"),
                Line("Balance of the schemes", over_gdp("social_accounts.balance"), "#44aa99",
                     "dashed"),
            ],
            decimals=2,
        ),
        line_chart(
            "diff-economy",
            "Economy and employment",
            "percent, reform against baseline",
            years,
            [
                Line("Real GDP", percent("macroeconomy.gdp_real"), "#332288"),
                Line("Employment", percent("labour_market.total_employment"), "#117733"),
                Line("Consumer prices", percent("prices.consumer_price_index"), "#cc6677",
                     "dashed"),
            ],
            suffix="%",
            decimals=2,
        ),
        line_chart(
            "diff-debt",
            "Public debt",
            "points of GDP, reform less baseline",
            years,
            [Line("Public debt", over_gdp("government.debt"), "#882255")],
        ),
        line_chart(
            "diff-sex",
            "Benefits to women and to men",
            "percent, real, reform against baseline",
            years,
            [Line("Women", benefits(0), WOMEN), Line("Men", benefits(1), MEN)],
            suffix="%",
        ),
    ]  # fmt: skip
