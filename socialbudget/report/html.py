"""The HTML report: one file, complete in itself, to read on a screen or to print on A4.

Texts of packs and scenarios are data of strangers: the templates escape all of them, the options
of the charts are JSON in which no tag can end, and the page's own policy allows only the two
scripts of this package, named by their hashes, and no network at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from socialbudget import __version__
from socialbudget.report import charts, tables, text
from socialbudget.report.charts import Chart
from socialbudget.report.contrast import contrast_text
from socialbudget.report.page import asset, filled, script_hash, script_json
from socialbudget.report.tables import Table, mean
from socialbudget.results import Results

STATUS = {
    "illustrative": "This country pack is illustrative: its figures show how the model works and "
    "are no basis for decisions.",
    "synthetic": "This country pack is synthetic: the country does not exist and no figure says "
    "anything about a real one.",
}
LEVELS = {
    1: "1, rapid assessment",
    2: "2, social budget",
    3: "3, actuarial",
    4: "4, with household data",
}


@dataclass(frozen=True)
class Shown:
    """A chart with its options as JSON that may stand inside a script element."""

    id: str
    json: Markup


def write_html(results: Results, file: Path, baseline: Results | None = None) -> None:
    """Write the report of a run as one self-contained HTML file.

    Parameters
    ----------
    results : Results
        The run.
    file : Path
        Where to write; an existing file is replaced.
    baseline : Results, optional
        A run of the same country, years and draws; adds the section reform against baseline.
    """
    Path(file).write_text(render(results, baseline), encoding="utf-8")


def render(results: Results, baseline: Results | None = None, today: date | None = None) -> str:
    """The report as text; `today` is the date of the run (now by default)."""
    return filled("report.html.j2", _context(results, baseline, today or date.today()))


def _context(results: Results, baseline: Results | None, today: date) -> dict[str, Any]:
    manifest = results.pack.manifest
    pyramids = charts.pyramids(results)
    population = [charts.age_groups(results), charts.dependency(results)]
    economy = [
        charts.activity(results),
        charts.unemployment(results),
        charts.status(results),
        charts.activities(results),
        charts.growth_and_inflation(results),
        charts.living_standards(results),
        charts.debt(results),
        charts.abroad(results),
    ]
    budget = _present(
        charts.receipts(results),
        charts.expenditure(results),
        charts.driver_bars(results),
        charts.expenditure_by_scheme(results),
        charts.balance(results),
        charts.reserves(results),
        charts.cost_rates(results),
    )
    sexes = [
        charts.recipients_by_sex(results),
        charts.old_age_by_sex(results),
        charts.gaps(results),
        charts.benefit_share(results),
        charts.paid_and_unpaid_work(results),
        charts.women_by_activity(results),
    ]
    uncertainty = charts.uncertainty(results)
    comparison: dict[str, Any] | None = None
    if baseline is not None:
        differences = tables.differences(results, baseline)
        nominal = differences.frame["unit"].isin(tables.MONEY)
        differences = replace(differences, frame=differences.frame[~nominal])
        comparison = {
            "sentences": text.comparison_summary(results, baseline),
            "charts": charts.difference_charts(results, baseline),
            "table": _view(results, differences, code=""),
            "closures": contrast_text(results, baseline),
        }
    every: list[Chart] = [
        *pyramids, *population, *economy, *budget, *sexes, *uncertainty,
        *(comparison["charts"] if comparison else []),
    ]  # fmt: skip
    changes = _changes(results)
    echarts, script = asset("echarts.min.js"), asset("report.js")
    scale = text.money_scale(results)
    return {
        "version": __version__,
        "css": Markup(asset("report.css")),
        "echarts": Markup(echarts),
        "script": Markup(script),
        "script_hashes": [script_hash(echarts), script_hash(script)],
        "country": manifest.name,
        "currency": manifest.currency,
        "scale_word": text.WORD_OF_SCALE[scale],
        "years": (results.years[0], results.years[-1]),
        "scenario": results.scenario,
        "scenario_note": [
            " ".join(part.split()) for part in results.scenario.note.split("\n\n") if part.strip()
        ],
        "baseline_title": baseline.scenario.title if baseline else "",
        "facts": _facts(results, today),
        "contents": _contents(results, changes, comparison, uncertainty),
        "status_note": STATUS.get(manifest.status, ""),
        "cards": text.cards(results),
        "summary": text.summary(results),
        "closure_note": _closure_note(results),
        "changes": changes,
        "comparison": comparison,
        "pyramids": pyramids,
        "population": population,
        "economy": economy,
        "budget": budget,
        "sexes": sexes,
        "uncertainty": uncertainty,
        "all_charts": [Shown(f"chart-{c.id}", script_json(c.spec())) for c in every],
        "draws": results.draws,
        "tables": _tables(results),
        **_provenance(results),
        **_checks(results, baseline),
    }


def _present(*items: Chart | None) -> list[Chart]:
    return [c for c in items if c is not None]


def _facts(results: Results, today: date) -> list[tuple[str, str]]:
    m = results.pack.manifest
    closing = tables.closures(results)
    facts = [
        ("Country pack", f"{m.iso3} {m.version}, {m.status}"),
        ("Level", LEVELS[m.level]),
        ("Base year", str(m.base_year)),
        ("Horizon", f"{results.years[0]}–{results.years[-1]}"),
        ("Currency", m.currency),
        ("Closures", " and ".join(code for code, _ in closing.values())),
        ("Run on", f"{today.day} {today:%B %Y}"),
    ]
    if results.draws > 1:
        facts.insert(6, ("Draws", text.fixed(results.draws)))
    return facts


def _contents(
    results: Results, changes: list, comparison: dict | None, uncertainty: list
) -> list[tuple[str, str]]:
    return [
        *([("comparison", "Reform and baseline")] if comparison else []),
        *([("scenario", "Scenario")] if changes else []),
        ("summary", "Summary"),
        ("population", "Population"),
        ("economy", "Labour and economy"),
        ("budget", "Social budget"),
        ("women-and-men", "Women and men"),
        *([("uncertainty", "Uncertainty")] if uncertainty else []),
        ("schemes", "Schemes"),
        ("assumptions", "Assumptions"),
        ("checks", "Checks"),
    ]


def _closure_note(results: Results) -> str:
    parts = [
        f"{kind} closure {code} ({explained})"
        for kind, (code, explained) in tables.closures(results).items()
    ]
    lead = f"This run uses the {' and the '.join(parts)}. " if parts else ""
    return (
        f"{lead}A closure says what gives way when saving and investment, or revenue and spending, "
        "do not match. Over decades the effect of a reform on output, jobs and debt, even its "
        "sign, depends on it. Run a second closure before you quote a macroeconomic effect."
    )


# -------------------------------------------------------------------------------------- tables


def _tables(results: Results) -> dict[str, Any]:
    t3 = tables.t3_balance(results)
    idle = t3.frame[t3.frame["item"].isin(
        ["Balance", "of receipts: deficit cover by the state", "Reserve at the end of the year"]
    )]  # fmt: skip
    gdp = float(mean(results, "macroeconomy.gdp")[0])
    moves = (idle[t3.years].abs() > 1e-9 * gdp).any(axis=1)
    keep = {*idle.loc[moves, "institution"], "All institutions"}
    t3 = replace(
        t3,
        frame=t3.frame[t3.frame["institution"].isin(keep)],
        note=t3.note + " Institutions whose budget pays exactly what they spend are left out here.",
    )
    wanted = ["Recipients", "Mean benefit at base-year prices"]
    t4, t4_full = tables.t4_by_function(results), tables.t4_benefits(results)

    def brief(t: Table) -> Table:
        frame = t.frame[t.frame["item"].isin(wanted) & (t.frame["sex"] != "Both")]
        frame = frame.assign(row="detail", sex=frame["sex"].str.lower())
        frame = frame.assign(item=frame["item"].replace({wanted[1]: "Mean benefit a year"}))
        place = {x: k for k, x in enumerate(frame[t.labels[0]].unique())}
        key = frame[t.labels[0]].map(place).to_numpy() * 2 + (frame["item"] != wanted[0]).to_numpy()
        return replace(t, frame=frame.iloc[np.argsort(key, kind="stable")])

    t4_full = brief(t4_full)
    titles = t4_full.frame["scheme"]
    pairs = t4_full.frame.drop_duplicates(["scheme", "function"])["scheme"].value_counts()
    several = titles.map(pairs) > 1
    both = titles.where(~several, titles + ": " + t4_full.frame["function"].str.lower())
    t4_full = replace(
        t4_full,
        labels=("scheme", "item", "sex"),
        frame=t4_full.frame.assign(scheme=both).drop(columns="function"),
    )
    return {
        "key": _view(results, tables.key_indicators(results), code=""),
        "t1": _view(results, tables.t1_by_source(results)),
        "t1_full": _view(results, tables.t1_receipts(results)),
        "t2": _view(results, tables.t2_by_function(results)),
        "t2_full": _view(results, tables.t2_expenditure(results)),
        "t3": _view(results, t3),
        "t4": _view(results, brief(t4)),
        "t4_full": _view(results, t4_full),
        "t5": _view(results, tables.t5_budget_link(results)),
        "t6": _view(results, tables.t6_ratios(results)),
        "t8": _view(results, tables.women_and_men(results)),
    }


def _view(results: Results, table: Table, code: str | None = None) -> dict[str, Any]:
    """A table as text: groups of rows, each sum of money in three forms."""
    m = results.pack.manifest
    scale = text.money_scale(results)

    def units(unit: str) -> str:
        return text.unit_words(unit, m.currency, m.base_year, scale)

    forms = [table.percent_of_gdp(results), table.at_base_year_prices(results), table]
    numbers = [f.frame[f.years].to_numpy(dtype=float) for f in forms]
    unit_of = [list(f.frame["unit"]) for f in forms]
    labels = table.frame[list(table.labels)].to_numpy(dtype=object)
    groups: list[dict[str, Any]] = []
    money_only = bool(table.frame["unit"].isin(tables.MONEY).all())
    for i, (unit, row) in enumerate(zip(table.frame["unit"], table.frame["row"], strict=True)):
        money = unit in tables.MONEY
        if not groups or groups[-1]["name"] != labels[i][0]:
            groups.append({"name": labels[i][0], "rows": []})
        if money:
            cells: list[Any] = [
                [text.cell(numbers[k][i, j], unit_of[k][i], scale) for k in range(3)]
                for j in range(len(table.years))
            ]
        else:
            cells = [text.cell(v, unit, scale) for v in numbers[2][i]]
        groups[-1]["rows"].append(
            {
                "label": ", ".join(str(x) for x in labels[i][1:]),
                "row": row,
                "money": money,
                "unit": [units(u[i]) for u in unit_of] if money else units(unit),
                "cells": cells,
            }
        )
    if len(groups) == 1:
        groups[0]["name"] = ""
    return {
        "code": table.code if code is None else code,
        "title": table.title,
        "note": table.note,
        "years": table.years,
        "groups": groups,
        "unit": [units("percent of GDP"), units("LCU_real/year"), units("LCU/year")]
        if money_only
        else "",
    }


def _changes(results: Results) -> list[dict[str, str]]:
    rows = tables.scenario_changes(results).to_dict("records")
    for row in rows:
        param = results.params.get(row["path"])
        row["description"] = param.doc.rstrip(".") if param else "Several parameters"
        parts = row["path"].split(".")
        if parts[0] == "schemes" and parts[1] in results.pack.schemes:
            row["description"] = f"{results.pack.schemes[parts[1]].title}: {row['description']}"
    return rows  # type: ignore[return-value]


# ---------------------------------------------------------------------- provenance and checks


def _provenance(results: Results) -> dict[str, Any]:
    evidence = tables.scheme_evidence(results)
    register = tables.scheme_register(results).merge(
        evidence[["name", "total_flag", "profile_flag"]], on="name"
    )
    rows = register.to_dict("records")
    for row in rows:
        row["base_text"] = text.money(row["base_expenditure"], results)
        row["method"] = row["method"].replace(" x ", " × ")
    whole = float(evidence["base_expenditure"].sum()) or 1.0
    assumed = float(evidence.loc[evidence["weakest_flag"] == "assumed", "base_expenditure"].sum())
    flags = tables.flag_shares(results).merge(tables.evidence_shares(results, evidence), on="flag")
    return {
        "register": rows,
        "flags": [
            {
                "flag": f["flag"],
                "values_number": text.fixed(f["values"]),
                "values_share": text.fixed(f["values_percent"], 1),
                "parameters_number": text.fixed(f["parameters"]),
                "parameters_share": text.fixed(f["parameters_percent"], 1),
                "total": text.fixed(f["total"], 1),
                "profile": text.fixed(f["profile"], 1),
            }
            for f in flags.to_dict("records")
        ],
        "weakest_share": text.fixed(100 * assumed / whole),
        "parameters": _parameters(results, tables.parameter_list(results)),
        "sources": [
            {**s, "number": text.fixed(s["values"])}
            for s in tables.sources(results).to_dict("records")
        ],
    }


def _parameters(results: Results, frame: pd.DataFrame) -> list[tuple[str, list[dict[str, Any]]]]:
    currency = results.pack.manifest.currency
    groups: dict[str, list[dict[str, Any]]] = {}
    for p in frame.to_dict("records"):
        base = text.parameter_value(p["base_value"], p["unit"], currency)
        last = text.parameter_value(p["last_value"], p["unit"], currency)
        groups.setdefault(p["group"], []).append(
            {
                "path": p["path"],
                "description": p["description"],
                "cell": p["cell"],
                "base": base,
                "last": "" if last == base else last,
                "flag": p["flag"],
                "sources": p["source"].split(", "),
                "note": p["note"],
            }
        )
    return list(groups.items())


def _checks(results: Results, baseline: Results | None) -> dict[str, Any]:
    found = tables.identity_residuals(results)
    worst = float(found["residual"].max()) if len(found) else 0.0
    manifest = results.manifest()
    reproduce = [
        ("Country pack", f"{manifest['country']} {manifest['pack']['version']}, "
                         f"SHA-256 {manifest['pack']['hash']}"),
        ("Scenario", f"{manifest['scenario']['title']}, SHA-256 {manifest['scenario']['hash']}"),
        ("Years, draws, seed", f"{manifest['years'][0]}–{manifest['years'][1]}; "
                               f"{manifest['draws']}; {_or(manifest['seed'], 'none')}"),
        ("Versions", ", ".join(f"{k} {v}" for k, v in manifest["versions"].items()
                               if k != "socialbudget" or v != "not installed")),
        *(
            (
                "Simultaneous block",
                f"{len(b['modules'])} modules, at most {b['sweeps_max']} sweeps a year (median "
                f"{b['sweeps_median']:.0f})",
            )
            for b in manifest["blocks"]
        ),
    ]  # fmt: skip
    if baseline is not None:
        reproduce.insert(
            2, ("Baseline", f"{baseline.scenario.title}, SHA-256 {baseline.scenario.hash}")
        )
    checks = int(np.sum([v.size for v in results.identities.values()]))
    return {
        "identities": [
            {
                "identity": r["identity"],
                "modules": r["modules"],
                "residual": _power(float(r["residual"])),
                "year": r["year"] or text.NONE,
            }
            for r in found.to_dict("records")
        ],
        "check_sentence": (
            f"Accounts are checked in every year: {text.fixed(checks)} checks of "
            f"{len(results.identities)} identities hold. The largest relative residual is "
            f"{_power(worst)}, the size of rounding."
        ),
        "reproduce": reproduce,
    }


def _or(value: object, other: str) -> str:
    return other if value is None else str(value)


def _power(value: float) -> str:
    """A tiny number, 3.5 × 10⁻¹³."""
    if value == 0.0:
        return "0"
    digits, exponent = f"{value:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{raised}"
