"""A run as an Excel workbook that a ministry can print and an actuary can trace.

Figures stand in full precision behind their number formats; Excel keeps 15 to 17 digits, so an
audit to the last bit belongs to the Parquet tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from socialbudget import __version__
from socialbudget.contract import Array, Param
from socialbudget.pack import FLAGS, resolve
from socialbudget.projection import IDENTITY_TOLERANCE
from socialbudget.report import tables
from socialbudget.report import workbook_rows as contents
from socialbudget.report import workbook_work as at_work
from socialbudget.report.charts import FUNCTION_COLOURS, MEN, PALETTE, SOURCE_COLOURS, WOMEN
from socialbudget.report.comparison import horizons
from socialbudget.report.contrast import beside, indicators
from socialbudget.report.sheets import (
    HEAD_ROW,
    LABELS_WIDTH,
    UNIT_WIDTH,
    YEAR_WIDTH,
    Book,
    Placed,
    Row,
    print_years,
    row_height,
)
from socialbudget.report.tables import words
from socialbudget.results import Results

LARGE = 12
"""Parameters with more cells than this are described, not listed cell by cell."""
CHANGED = "#FFF1CC"
MATRIX_WIDTH, MATRIX_LINES = 48, 24
CHART_HEIGHT, CHART_LINES = 300, 16
PIXELS = 7.0
"""Width of a character in pixels, in the default font of workbooks."""
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)

DESCRIPTIONS = {
    "Summary": "The country at a glance, with charts",
    "Inputs and assumptions": "Every parameter: value, unit, source, how firm it is",
    "Assumptions by year": "The parameters that change over time, in every year",
    "Sources": "Where values come from, with licences",
    "Schemes": "Register: law, institution, financing and method of projection",
    "Reform by closure": "What the reform does to the economy under two macro closures",
    "T1 Receipts": "Receipts by source and institution, every year",
    "T1 One year": "The same as a matrix for two years of choice",
    "T2 Expenditure": "Expenditure by function and institution, every year",
    "T2 One year": "The same as a matrix for two years of choice",
    "T3 Balance and reserves": "Receipts, expenditure, balance, deficit cover, reserves",
    "T4 Recipients and benefits": "Recipients, spending and mean benefit, women and men",
    "T5 Budget link": "What the state budget pays to the schemes",
    "T6 Ratios": "Over GDP, over government spending, per inhabitant",
    "Population": "By sex and five-year age group, dependency, pyramid",
    "Labour": "Participation, employment by status, informality, wages by sex",
    "Work by activity": "Employment, women's share, hours, output and pay by economic activity",
    "Flows and care": "Moves between work and joblessness, unpaid care, migrants, formalisation",
    "Macroeconomy": "Accounts, prices, households, government, debt, rest of the world",
    "Contributions and PAYG": "Contributors, insured earnings, rates, cost rates by scheme",
    "Indicators": "Performance indicators",
    "Women and men": "Recipients, benefits, work and pay, gaps",
    "Uncertainty": "Quantiles over the draws",
    "Identities": "Accounting checks and their largest residuals",
    "Reform": "This run less its baseline, and what the scenario changes",
    "Variables": "Dictionary of every variable named in the workbook",
}


def write_workbook(results: Results, file: Path, baseline: Results | None = None) -> None:
    """Write a run as an Excel workbook.

    Parameters
    ----------
    results : Results
        The run. With several draws every figure is the mean over draws.
    file : Path
        The ``.xlsx`` file to write.
    baseline : Results, optional
        Adds the sheet of differences from it.
    """
    book = Book.open(results, str(file))
    manifest = results.pack.manifest
    book.workbook.set_properties(
        {
            "title": f"{manifest.name}: social budget",
            "subject": results.scenario.title,
            "author": f"socialbudget {__version__}",
            "comments": f"Pack {manifest.iso3} {manifest.version}, hash {results.pack.hash}; "
            f"scenario hash {results.scenario.hash}",
        }
    )
    front = book.sheet("Contents", f"{manifest.name}: social budget", "", portrait=True)
    summary = _summary(book)
    _inputs(book)
    _sources(book)
    _schemes(book)
    money = f"{book.currency} {book.scale_word}, current prices, calendar years"
    t1, by_source = contents.receipts(results)
    placed = book.by_year(
        "T1 Receipts",
        "T1  Receipts by source and institution",
        t1,
        money,
        _from("scheme_accounts.receipts", "social_accounts.receipts_by_source"),
    )
    _one_year(book, "T1 One year", "T1  Receipts by source and institution", placed, by_source)
    t2, by_function = contents.expenditure(results)
    placed = book.by_year("T2 Expenditure", "T2  Expenditure by function and institution", t2,
                          money, _from("social_accounts.scheme_expenditure_by_function",
                                       "scheme_accounts.administration",
                                       "scheme_accounts.transfer_out"))  # fmt: skip
    _one_year(book, "T2 One year", "T2  Expenditure by function and institution", placed,
              by_function)  # fmt: skip
    book.by_year("T3 Balance and reserves", "T3  Balance and reserves by institution",
                 contents.balances(results), money,
                 _from("scheme_accounts.receipts", "scheme_accounts.expenditure",
                       "scheme_accounts.balance", "scheme_accounts.deficit_cover",
                       "scheme_accounts.reserve"))  # fmt: skip
    book.by_year("T4 Recipients and benefits", "T4  Recipients and mean benefit by scheme and sex",
                 contents.benefits(results), "A person with two benefits counts twice",
                 _from("<scheme>.recipients", "<scheme>.benefit_expenditure",
                       "prices.consumer_price_index"))  # fmt: skip
    book.by_year(
        "T5 Budget link",
        "T5  Link to the state budget",
        contents.budget_link(results),
        money,
        _from(
            "scheme_accounts.receipts",
            "scheme_accounts.deficit_cover",
            "scheme_accounts.state_payments",
            "government.expenditure",
        ),
    )
    t6 = contents.ratios(results)
    ratios = book.by_year("T6 Ratios", "T6  Over GDP, over government spending, per inhabitant",
                          t6, "", _from("social_accounts.*", "macroeconomy.gdp"))  # fmt: skip
    people = contents.population(results)
    population = book.by_year("Population", "Population by sex and age", people, "",
                              _from("demography.*"))  # fmt: skip
    pyramid = _pyramid(book, population, people)
    work = contents.labour(results)
    labour = book.by_year(
        "Labour",
        "Labour market",
        work,
        "Women and men",
        _from("labour_accounts.*", "labour_market.*", "participation.*"),
    )
    book.by_year("Work by activity", "Work by economic activity", at_work.by_activity(results),
                 "Averages of the year",
                 _from("employment_structure.*", "economic_activity.*"))  # fmt: skip
    book.by_year("Flows and care", "Labour flows, unpaid care, migrants and formalisation",
                 at_work.flows_and_care(results), "A person may move several times a year",
                 _from("labour_flows.*", "care_work.*", "migrants.*",
                       "formalisation_account.*"))  # fmt: skip
    book.by_year("Macroeconomy", "Macroeconomy, households and government",
                 contents.economy(results), _closure(results),
                 _from("macroeconomy.*", "prices.*", "household.*", "government.*",
                       "sector_accounts.*", "external_account.*", "exchange_rate.*",
                       "human_capital.*"))  # fmt: skip
    paid = contents.contributions(results)
    payg = book.by_year("Contributions and PAYG", "Contributions and cost rates by scheme", paid,
                        "Contributors in full-year equivalents",
                        _from("contributions.*", "indicators.payg_cost_rate"))  # fmt: skip
    book.by_year("Indicators", "Indicators", contents.indicators(results), "",
                 _from("indicators.*"))  # fmt: skip
    book.by_year("Women and men", "Women and men", contents.women_and_men(results),
                 "Girls with women, boys with men",
                 _from("social_accounts.*_by_function", "indicators.gender_gap_*",
                       "labour_accounts.*_by_sex"))  # fmt: skip
    if results.draws > 1:
        _uncertainty(book)
    _identities(book)
    if baseline is not None:
        _reform(book, baseline)
    _variables(book)
    _charts(book, summary, ratios, t6, population, people, labour, work, payg, paid, pyramid)
    _front(book, front)
    front.activate()
    book.workbook.close()


# ------------------------------------------------------------------------------------- front, key


def _front(book: Book, ws: Any) -> None:
    results, manifest = book.results, book.results.pack.manifest
    ws.set_column(0, 0, 30)
    ws.set_column(1, 1, 78)
    label = book.format(font_color="#7A828C", valign="top")
    text = book.format(text_wrap=True, valign="top")
    facts = {
        "Scenario": results.scenario.title,
        "": " ".join(results.scenario.note.split()),
        "Years": f"{results.years[0]} (base year) to {results.years[-1]}",
        **{
            f"{kind.capitalize()} closure": f"{code}, {what}"
            for kind, (code, what) in tables.closures(results).items()
        },
        "Money": f"{manifest.currency}, {manifest.price_basis}; aggregates in {book.currency} "
        f"{book.scale_word}",
        "Dates": f"Stocks on {manifest.dates.get('stock', '31 December')}, flows by "
        f"{manifest.dates.get('flow', 'calendar year')}",
        "Draws": "one (central path)"
        if results.draws == 1
        else f"{results.draws}, seed {results.seed}; figures are means over draws",
        "Pack": f"{manifest.iso3} {manifest.version}, {manifest.status}, level {manifest.level}; "
        f"hash {results.pack.hash[:16]}",
        "Made with": f"socialbudget {__version__}; scenario hash {results.scenario.hash[:16]}",
    }
    row = 3
    for name, value in facts.items():
        if value:
            ws.write_string(row, 0, name, label)
            ws.write_string(row, 1, value, text)
            ws.set_row(row, row_height([value], [78]))
            row += 1
    row += 1
    head = book.format(bold=True, bg_color="#E8EEF4", bottom=2)
    ws.write_string(row, 0, "Sheet", head)
    ws.write_string(row, 1, "What it holds", head)
    link = book.format(font_color="#1F4FBF", valign="top")
    for name, title in book.contents[1:]:
        row += 1
        ws.write_url(row, 0, f"internal:'{name}'!A1", link, name)
        ws.write_string(row, 1, DESCRIPTIONS.get(name, title), text)
    notes = (
        "Effects on output and employment beyond about five years depend on the macro closure, "
        "some even in sign: read them under several closures before quoting them.",
        "Blue years may be overwritten: the column then shows that year. Totals are live sums of "
        "the cells above them where they are sums of cells shown.",
        "The grey names are the model's variables; the sheet Variables explains each. Every "
        "variable in full stands in the folder tables beside this workbook.",
    )
    row += 2
    ws.write_string(row, 0, "How to read it", label)
    for i, note in enumerate(notes):
        ws.write_string(row + i, 1, note, text)
        ws.set_row(row + i, row_height([note], [78]))


def _summary(book: Book) -> tuple[Any, list[Row]]:
    rows = contents.key_figures(book.results)
    book.by_year("Summary", "Summary", rows, _closure(book.results))
    return book.workbook.get_worksheet_by_name("Summary"), rows


def _closure(results: Results) -> str:
    parts = [f"{kind} {code}" for kind, (code, _) in tables.closures(results).items()]
    return f"Closure: {', '.join(parts)}" if parts else ""


def _from(*names: str) -> str:
    return f"From: {', '.join(names)}. The variable of each row stands at its right end."


# -------------------------------------------------------------------------------- inputs, sources


def _inputs(book: Book) -> None:
    """Every small parameter cell by cell, large ones in a line; then those that change by year."""
    results = book.results
    picks = [y for y in print_years(results) if y != results.years[1]]
    places = [results.years.index(y) for y in picks]
    ws = book.sheet(
        "Inputs and assumptions",
        "Inputs and assumptions",
        "Values in force in this run, in the unit that scenarios use",
        "Empty: as in the year before. Shaded: changed by the scenario. Flags, from firm to weak: "
        + ", ".join(FLAGS)
        + ". Every year of what changes: next sheet.",
        wide=True,
    )
    columns = [
        ("Parameter", 46.0), ("For", 24.0), ("Unit", 18.0), *((str(y), 10.0) for y in picks),
        ("Flag", 12.0), ("Source", 42.0), ("Note", 56.0), ("Path", 44.0),
    ]  # fmt: skip
    book.flat(ws, HEAD_ROW, columns, [])
    after = 3 + len(picks)
    flagged = book.format(valign="top", indent=1)
    wrapped = book.format(valign="top", text_wrap=True, font_size=9)
    grey = book.format(valign="top", font_color="#7A828C", font_size=8, italic=True)
    varying: list[Row] = []
    line, last = HEAD_ROW, ""
    for group, param, cell, values, given in _cells(book):
        if group != last:
            last, line = group, line + 1
            for c in range(len(columns)):
                ws.write_string(line, c, group if c == 0 else "", book.styled("heading"))
            varying.append(Row(group, style="heading", level=0))
        line += 1
        flag, source, note, changed = given
        shade = {"bg_color": CHANGED} if changed else {}
        label = param.doc.rstrip(".")
        divisor, unit = book.parameter_unit(param.unit, values)
        row = [label, cell, unit, *[""] * len(places), flag, source, note]
        ws.set_row(line, row_height(row, [w for _, w in columns]))
        ws.write_string(line, 0, label, book.format(indent=1, valign="top", text_wrap=True))
        ws.write_string(line, 1, cell, wrapped)
        ws.write_string(line, 2, unit, wrapped)
        before = None
        for i, place in enumerate(places):
            value = float(values[place]) / divisor
            style = book.format(valign="top", num_format=_plain(value), **shade)
            if value != before:
                ws.write_number(line, 3 + i, value, style)
            elif changed:
                ws.write_blank(line, 3 + i, None, style)
            before = value
        ws.write_string(line, after, "scenario" if changed else flag, flagged)
        ws.write_string(line, after + 1, source, wrapped)
        ws.write_string(line, after + 2, note, wrapped)
        ws.write_string(line, after + 3, param.path, grey)
        if np.ptp(values) > 0.0:
            name = label if not cell else f"{label}, {cell.lower()}"
            varying.append(Row(name, f"plain {param.unit}", values, variable=param.path,
                               number=_plain(float(np.max(np.abs(values))))))  # fmt: skip
    ws.autofilter(HEAD_ROW, 0, line, len(columns) - 1)
    ws.freeze_panes(HEAD_ROW + 1, 1)
    rows = [
        r for i, r in enumerate(varying)
        if r.values is not None or (i + 1 < len(varying) and varying[i + 1].values is not None)
    ]  # fmt: skip
    book.by_year("Assumptions by year", "Assumptions that change over time", rows,
                 "Values in force in this run; parameters by sex and age as means over cells",
                 "The path of each parameter stands at the right end of its row.")  # fmt: skip


Given = tuple[str, str, str, bool]


def _cells(book: Book) -> Iterator[tuple[str, Param, str, Array, Given]]:
    """Parameters cell by cell: group, parameter, cell, ``float64[year]``, provenance."""
    results, pack = book.results, book.results.pack
    titles = {name: s.title for name, s in pack.schemes.items()}
    names = {key: s.title for key, s in pack.manifest.sources.items()}
    original = resolve(pack, results.params.values(), results.years[-1])
    frames = {
        name: {c: f[c].to_numpy(dtype=object) for c in ("source", "flag", "note")}
        for name, f in pack.tables.items()
    }
    years = len(results.years)
    for path, param in sorted(results.params.items(), key=lambda x: _order(x[0])):
        entry = pack.entries.get(path)
        if entry is None or path not in results.parameters:
            continue
        parts = path.split(".")
        group = titles.get(parts[1], words(parts[1])) if parts[0] == "schemes" else words(parts[0])
        used = results.parameters[path].mean(axis=1)
        used = used.reshape(len(used), -1)
        before = original[path][:, 0].reshape(len(original[path]), -1)
        moved = (
            (used != before).any(axis=0)
            if used.shape == before.shape
            else np.ones(used.shape[1], dtype=bool)
        )
        origin = {c: v[entry.rows].reshape(len(entry.years), -1)
                  for c, v in frames[entry.table].items()}  # fmt: skip

        def given(places: Any, changed: bool, origin: dict[str, np.ndarray] = origin) -> Given:
            flags = origin["flag"][:, places].ravel()
            sources = dict.fromkeys(str(s) for s in origin["source"][:, places].ravel())
            notes = dict.fromkeys(str(n) for n in origin["note"][:, places].ravel() if n)
            source = "; ".join(names.get(s, s) for s in sources)
            text = "; ".join(list(notes)[:3])
            return tables.weakest(set(flags)), source, text, changed

        if used.shape[1] > LARGE:
            total = np.broadcast_to(used.mean(axis=1), (years,))
            dims = " and ".join(d.replace("_", " ") for d in param.dims)
            label = f"by {dims}: mean of {used.shape[1]}"
            yield group, param, label, total, given(slice(None), bool(moved.any()))
            continue
        for k, cell in _members(results, param, used, moved):
            path_of = np.broadcast_to(used[:, k], (years,))
            yield group, param, cell, path_of, given([k], bool(moved[k]))


def _members(
    results: Results, param: Param, used: Array, moved: np.ndarray
) -> Iterator[tuple[int, str]]:
    """Cells of a small parameter that say something: zeros by function or payer are left out."""
    if not param.dims:
        yield 0, ""
        return
    shape = tuple(len(results.coords[d]) for d in param.dims)
    kept = 0
    for k in range(used.shape[1]):
        place = np.unravel_index(k, shape)
        codes = [results.coords[d][i] for d, i in zip(param.dims, place, strict=True)]
        skip = param.dims[0] in ("function", "payer") and not used[:, k].any() and not moved[k]
        if skip and (kept or k < used.shape[1] - 1):
            continue
        kept += 1
        cell = "all" if skip else ", ".join(
            tables.PAYERS.get(str(c), words(c)).capitalize() if d == "payer" else words(c)
            for d, c in zip(param.dims, codes, strict=True)
        )  # fmt: skip
        yield k, cell


def _order(path: str) -> tuple[int, str]:
    order = ("demography", "participation", "labour_market", "macroeconomy", "household",
             "government", "contributions", "schemes")  # fmt: skip
    head, _, rest = path.partition(".")
    place = order.index(head) if head in order else len(order) - 1
    return place, rest.split(".")[0] if head == "schemes" else ""


def _plain(value: float) -> str:
    """Number format of a parameter: as many digits as it needs, none that it does not."""
    size = abs(value)
    if size >= 1e3 or value == round(value):
        return "#,##0"
    return "0.00" if size >= 10 else "0.0000"


def _sources(book: Book) -> None:
    frame = tables.sources(book.results).sort_values("values", ascending=False)
    ws = book.sheet("Sources", "Sources and licences", "",
                    "Values: number of values in the pack that rest on the source.")  # fmt: skip
    columns = [
        ("Publisher", 34.0),
        ("Title", 60.0),
        ("Edition", 22.0),
        ("Licence", 26.0),
        ("Retrieved", 12.0),
        ("Values", 10.0),
        ("Note", 60.0),
        ("Key in the pack", 24.0),
    ]
    keys = ("publisher", "title", "edition", "licence", "retrieved", "values", "note", "key")
    rows = [[r[k] for k in keys] for r in frame.to_dict("records")]
    book.flat(ws, HEAD_ROW, columns, rows)
    shares = tables.flag_shares(book.results)
    evidence = tables.evidence_shares(book.results)
    start = HEAD_ROW + len(rows) + 3
    head = book.format(bold=True, bottom=1, text_wrap=True, valign="top")
    labels = ("How firm the figures are", "", "Parameters, %", "Base-year spending, %",
              "Its profile, %")  # fmt: skip
    for c, text in enumerate(labels):
        ws.write_string(start, c, text, head)
    meaning = {
        "observed": "Taken from the source as it stands",
        "estimated": "Worked out from figures of the source",
        "imputed": "Taken from another country, year or group",
        "assumed": "A judgement",
    }
    one = book.format(num_format="0.0")
    for i, flag in enumerate(FLAGS):
        r = start + 1 + i
        ws.write_string(r, 0, flag.capitalize(), book.format(indent=1))
        ws.write_string(r, 1, meaning[flag], book.format())
        ws.write_number(r, 2, float(shares["parameters_percent"][i]), one)
        ws.write_number(r, 3, float(evidence["total"][i]), one)
        ws.write_number(r, 4, float(evidence["profile"][i]), one)
    ws.write_string(
        start + len(FLAGS) + 1, 0,
        "Parameters by the weakest flag of their values. Spending: share of base-year benefit "
        "spending in schemes whose total, and whose profile of recipients, carries the flag.",
        book.format(font_color="#7A828C", font_size=8, italic=True),
    )  # fmt: skip


def _schemes(book: Book) -> None:
    results = book.results
    register = tables.scheme_register(results)
    evidence = tables.scheme_evidence(results).set_index("name")
    gdp = float(tables.mean(results, "macroeconomy.gdp")[0])
    ws = book.sheet(
        "Schemes",
        "Register of schemes",
        "",
        "From: the pack, scheme_accounts.benefits, macroeconomy.gdp",
        wide=True,
    )
    columns = [
        ("Scheme", 30.0), ("Institution", 25.0), ("Function", 14.0), ("Kind", 17.0),
        ("Nature", 18.0), (f"Benefits {book.base}, {book.currency} {book.scale_word}", 12.0),
        ("% of GDP", 8.0), ("How it is projected", 46.0), ("Financing", 34.0),
        ("Legal basis", 30.0), ("Since", 7.0), ("Persons covered", 26.0),
        ("Flag of total; of profile", 13.0), ("Note", 44.0), ("Name in the model", 24.0),
    ]  # fmt: skip
    text = book.format(text_wrap=True, valign="top", font_size=9)
    formats = [text] * len(columns)
    formats[0] = book.format(bold=True, text_wrap=True, valign="top")
    formats[5] = book.format(num_format='#,##0.0;-#,##0.0;"–"', valign="top")
    formats[6] = book.format(num_format='0.00;-0.00;"–"', valign="top")
    formats[10] = book.format(num_format="0", valign="top", align="center")
    rows = []
    for r in register.to_dict("records"):
        nature = [
            "government" if r["sector"] == "government" else "private",
            r["benefit_type"],
            *(["means-tested"] if r["means_tested"] else []),
            *(["contributory"] if r["contributory"] else []),
            *(["dormant"] if r["dormant"] else []),
        ]
        flags = [str(evidence[f"{k}_flag"][r["name"]]) for k in ("total", "profile")]
        rows.append([
            r["title"], r["institution"], r["function"], r["kind"], ", ".join(nature),
            r["base_expenditure"] / book.scale, 100 * r["base_expenditure"] / gdp,
            ". ".join(p for p in (r["method"], r["stand_in"]) if p), r["financing"],
            r["legal_basis"], r["since"], r["population_group"],
            "; ".join(f for f in flags if f), r["note"], r["name"],
        ])  # fmt: skip
    book.flat(ws, HEAD_ROW, columns, rows, formats)
    end = HEAD_ROW + len(rows)
    ws.autofilter(HEAD_ROW, 0, end, len(columns) - 1)
    total = book.format(bold=True, top=1, num_format="#,##0.0")
    percent = book.format(bold=True, top=1, num_format="0.00")
    ws.write_string(end + 1, 0, "All schemes", book.format(bold=True, top=1))
    for c, form in ((5, total), (6, percent)):
        column = xl_col_to_name(c)
        value = float(sum(row[c] for row in rows))
        ws.write_formula(end + 1, c, f"=SUM({column}{HEAD_ROW + 2}:{column}{end + 1})", form, value)


# --------------------------------------------------------------------------- one-year matrices


def _one_year(
    book: Book, name: str, title: str, placed: Placed, rows: dict[tuple[str, str], Row]
) -> None:
    """Institutions down, sources or functions across, for two years that may be overwritten."""
    results = book.results
    whole = "All institutions"
    columns = [k[1] for k in rows if k[0] == whole and rows[k].style == "memo"]
    extra = dict.fromkeys(k[1] for k, r in rows.items() if k[0] != whole and r.style == "detail")
    columns += [c for c in extra if c not in columns]
    institutions = list(dict.fromkeys(k[0] for k in rows if k[0] != whole))
    about = f"{book.currency} {book.scale_word}, current prices"
    ws = book.sheet(name, title, about, f"Looked up in the sheet {placed.sheet}.")
    ws.set_column(0, 0, MATRIX_WIDTH)
    ws.set_column(1, len(columns) + 1, 11.5)
    if len(institutions) <= MATRIX_LINES:
        ws.fit_to_pages(1, 1)
    later = next((y for y in tables.MILESTONES if y in results.years[1:]), results.years[-1])
    start = HEAD_ROW - 1
    for year in (results.years[0], later):
        start = _matrix(book, ws, placed, rows, institutions, columns, start, year) + 2
    ws.write_string(
        start, 0,
        "Transfers between schemes count on both sides of an institution; the consolidated total "
        "leaves them out.",
        book.format(font_color="#7A828C", font_size=8, italic=True),
    )  # fmt: skip
    ws.freeze_panes(HEAD_ROW, 1)


def _matrix(
    book: Book,
    ws: Any,
    placed: Placed,
    rows: dict[tuple[str, str], Row],
    institutions: Sequence[str],
    columns: Sequence[str],
    start: int,
    year: int,
) -> int:
    """One matrix with its totals; returns its last line."""
    t = book.results.years.index(year)
    _, _, number = book.unit("LCU/year")
    head = book.format(bold=True, bg_color="#E8EEF4", bottom=2, text_wrap=True, align="right",
                       font_size=9)  # fmt: skip
    pick = book.format(bold=True, bg_color="#E8EEF4", bottom=2, font_color="#1F4FBF",
                       align="left", font_size=12)  # fmt: skip
    ws.set_row(start, 42)
    ws.write_number(start, 0, year, pick)
    years = book.results.years
    ws.data_validation(start, 0, start, 0, {
        "validate": "integer", "criteria": "between", "minimum": years[0], "maximum": years[-1],
        "error_title": "No such year",
        "error_message": f"The run goes from {years[0]} to {years[-1]}.",
    })  # fmt: skip
    for c, column in enumerate([*columns, "Total"], 1):
        ws.write_string(start, c, column, head)
    first, last = xl_col_to_name(placed.first), xl_col_to_name(placed.last)
    sheet = f"'{placed.sheet}'!"
    header = f"{sheet}${first}${HEAD_ROW + 1}:${last}${HEAD_ROW + 1}"
    plain, bold, total = (
        book.styled(s, num_format=number) for s in ("detail", "subtotal", "total")
    )
    sums = np.zeros(len(columns))
    line = start
    for institution in institutions:
        line += 1
        ws.set_row(line, row_height([institution], [MATRIX_WIDTH - 2]))
        ws.write_string(line, 0, institution, book.format(indent=1, text_wrap=True))
        across = 0.0
        for c, column in enumerate(columns, 1):
            row = rows.get((institution, column))
            if row is None or row.values is None:
                ws.write_number(line, c, 0.0, plain)
                continue
            value = float(row.values[t]) / book.scale
            across += value
            sums[c - 1] += value
            n = placed.line(row) + 1
            ws.write_formula(
                line, c,
                f"=INDEX({sheet}${first}${n}:${last}${n},MATCH($A${start + 1},{header},0))",
                plain, value,
            )  # fmt: skip
        ws.write_formula(
            line, len(columns) + 1,
            f"=SUM({xl_rowcol_to_cell(line, 1)}:{xl_rowcol_to_cell(line, len(columns))})",
            bold, across,
        )  # fmt: skip
    line += 1
    ws.write_string(line, 0, "All institutions", book.styled("total", indent=1))
    for c in range(1, len(columns) + 2):
        value = float(sums[c - 1]) if c <= len(columns) else float(sums.sum())
        ws.write_formula(
            line, c,
            f"=SUM({xl_rowcol_to_cell(start + 1, c)}:{xl_rowcol_to_cell(line - 1, c)})",
            total, value,
        )  # fmt: skip
    inner = [c for c in columns if c in ("Transfers from other schemes",
                                         "Transfers to other schemes")]  # fmt: skip
    if inner:
        place = columns.index(inner[0]) + 1
        line += 1
        ws.write_string(line, 0, "Consolidated total", book.styled("subtotal", indent=1))
        ws.write_formula(
            line, len(columns) + 1,
            f"={xl_rowcol_to_cell(line - 1, len(columns) + 1)}"
            f"-{xl_rowcol_to_cell(line - 1, place)}",
            bold, float(sums.sum() - sums[place - 1]),
        )  # fmt: skip
    return line


# ------------------------------------------------------------- pyramid, uncertainty, checks, reform


def _pyramid(book: Book, placed: Placed, rows: Sequence[Row]) -> list[list[Any]]:
    """Population by age group of three years, men to the left, for the chart.

    Returns the ranges: categories, then women and men of each year.
    """
    results = book.results
    ws = book.workbook.get_worksheet_by_name("Population")
    ages = len(contents.AGE_GROUPS) + 1
    starts = [i for i, r in enumerate(rows) if r.style == "heading"][-2:]
    women, men = ([*rows[s + 1 : s + 1 + ages]] for s in starts)
    middle = next((y for y in tables.MILESTONES if y in results.years[1:-1]), results.years[1])
    years = [results.years[0], middle, results.years[-1]]
    start = HEAD_ROW + len(rows) + 3
    ws.write_string(start, 0, "Pyramid, thousand persons (men below zero, for the chart)",
                    book.styled("heading"))  # fmt: skip
    head = book.format(bold=True, bottom=1, align="right", font_color="#1F4FBF")
    first, last = xl_col_to_name(placed.first), xl_col_to_name(placed.last)
    header = f"${first}${HEAD_ROW + 1}:${last}${HEAD_ROW + 1}"
    number = book.format(num_format="#,##0;#,##0")
    ranges: list[list[Any]] = [["Population", start + 2, 0, start + 1 + ages, 0]]
    for r, row in enumerate(women):
        ws.write_string(start + 2 + r, 0, row.label, book.format(indent=1))
    for i, year in enumerate(years):
        t = results.years.index(year)
        for j, (label, group, sign) in enumerate((("Women", women, 1.0), ("Men", men, -1.0))):
            c = 2 + 2 * i + j
            ws.write_string(start, c, label, book.format(bold=True, align="right"))
            if j == 0:
                ws.write_number(start + 1, c, year, head)
            else:
                left = xl_rowcol_to_cell(start + 1, c - 1)
                ws.write_formula(start + 1, c, f"={left}", head, year)
            asked = xl_rowcol_to_cell(start + 1, c, row_abs=True)
            for r, row in enumerate(group):
                n = placed.line(row) + 1
                value = sign * float(np.asarray(row.values)[t]) / 1e3
                ws.write_formula(
                    start + 2 + r, c,
                    f"={'-' if sign < 0 else ''}INDEX(${first}{n}:${last}{n},"
                    f"MATCH({asked},{header},0))",
                    number, value,
                )  # fmt: skip
            ranges.append(["Population", start + 2, c, start + 1 + ages, c])
    return ranges


def _uncertainty(book: Book) -> None:
    results = book.results

    def over_gdp(name: str) -> Callable[[], Array]:
        return lambda: 100 * results[name] / results["macroeconomy.gdp"]

    asked: dict[str, tuple[str, Callable[[], Array], str]] = {
        "Social expenditure over GDP": (
            "percent", lambda: results["social_accounts.expenditure_percent_gdp"],
            "social_accounts.expenditure_percent_gdp"),
        "Real GDP": ("LCU_real/year", lambda: results["macroeconomy.gdp_real"],
                     "macroeconomy.gdp_real"),
        "Population": ("person", lambda: results["demography.population"].sum(axis=(2, 3)),
                       "demography.population"),
        "Employment": ("person", lambda: results["labour_market.total_employment"],
                       "labour_market.total_employment"),
        "Unemployment rate": ("percent", lambda: 100 * results["labour_market.unemployment_rate"],
                              "labour_market.unemployment_rate"),
        "Balance of budget and schemes over GDP": (
            "percent", over_gdp("government.general_balance"), "government.general_balance"),
        "Public debt over GDP": ("percent", over_gdp("government.debt"), "government.debt"),
    }  # fmt: skip
    rows = []
    for label, (unit, values, name) in asked.items():
        rows.append(contents.heading(label, name))
        for q, path in zip(QUANTILES, np.quantile(values(), QUANTILES, axis=1), strict=True):
            rows.append(contents.line(f"{round(100 * q)} of 100 draws are below", unit, path, name))
    book.by_year("Uncertainty", "Uncertainty", rows, f"{results.draws} draws, seed {results.seed}",
                 "Quantiles of each year apart: no single draw follows them.")  # fmt: skip


def _identities(book: Book) -> None:
    frame = tables.identity_residuals(book.results)
    ws = book.sheet(
        "Identities", "Accounting identities",
        f"Checked in every year and draw; allowed {IDENTITY_TOLERANCE:.0e}",
        "Largest relative residual over years and draws. A run that breaks one has no results.",
    )  # fmt: skip
    number = book.format(num_format="0.0E+00", valign="top")
    plain = book.format(valign="top")
    wrapped = book.format(valign="top", text_wrap=True)
    centred = book.format(valign="top", align="center")
    year = book.format(num_format='0;0;"–"', valign="top", align="right")
    rows = [
        [r["identity"], r["modules"], r["residual"], r["year"], IDENTITY_TOLERANCE,
         "holds" if r["residual"] <= IDENTITY_TOLERANCE else "BROKEN"]
        for r in frame.to_dict("records")
    ]  # fmt: skip
    book.flat(
        ws, HEAD_ROW,
        [("Identity", 64.0), ("Module", 26.0), ("Largest residual", 17.0), ("In year", 10.0),
         ("Allowed", 12.0), ("Result", 10.0)],
        rows, [wrapped, plain, number, year, number, centred],
    )  # fmt: skip


def _reform(book: Book, baseline: Results) -> None:
    results = book.results
    rows = contents.changed(results, baseline)
    book.by_year(
        "Reform", f"Reform less baseline: {results.scenario.title}", rows,
        f"Less '{baseline.scenario.title}'. {_closure(results)}",
        "Long-run effects on output and jobs depend on the closure: two stand side by side in the "
        "sheet 'Reform by closure'.",
    )  # fmt: skip
    _by_closure(book, baseline)
    ws = book.workbook.get_worksheet_by_name("Reform")
    start = HEAD_ROW + len(rows) + 3
    printed = len(print_years(results))
    width = LABELS_WIDTH + UNIT_WIDTH + printed * YEAR_WIDTH
    ws.write_string(start, 0, "What the scenario changes", book.styled("heading"))
    about = book.format(font_color="#7A828C", text_wrap=True, valign="top")
    for note in filter(None, (" ".join(results.scenario.note.split()), results.scenario.source)):
        start += 1
        ws.merge_range(start, 0, start, 1 + printed, "", about)
        ws.write_string(start, 0, note, about)
        ws.set_row(start, row_height([note], [width]))
    for r in tables.scenario_changes(results).to_dict("records"):
        param = results.params.get(r["path"])
        label = param.doc.rstrip(".") if param else "All parameters that match"
        parts = r["path"].split(".")
        if param and parts[0] == "schemes":
            label = f"{results.pack.schemes[parts[1]].title}: {label[:1].lower()}{label[1:]}"
        cells = f" ({r['cells']})" if r["cells"] else ""
        by_year = ":" in r["change"]
        what = [r["change"], *([] if by_year else [r["years"]]), r["note"]]
        start += 1
        ws.write_string(start, 0, f"{label}{cells}", book.format(indent=1, text_wrap=True))
        ws.set_row(start, row_height([f"{label}{cells}"], [LABELS_WIDTH]))
        ws.write_string(start, 2, "; ".join(p for p in what if p), book.format())
        start += 1
        ws.write_string(start, 0, r["path"], book.format(
            font_color="#7A828C", font_size=8, italic=True, indent=2))  # fmt: skip
    ws.print_area(0, 0, start, 1 + printed)


def _by_closure(book: Book, baseline: Results) -> None:
    """Macro effects of the reform under the run's closure and under another."""
    pairs, reason = beside(book.results, baseline)
    if not pairs:
        return
    ws = book.sheet(
        "Reform by closure", "What the reform does to the economy, by closure",
        "Difference from the baseline of the same closure: percent, or percentage points",
        reason or "The second closure was run for this sheet, on the central path.",
    )  # fmt: skip
    plain, number = book.format(valign="top"), book.format(num_format="+0.00;-0.00;0.00")
    rows = []
    for indicator in indicators():
        for _, reform, base in pairs:
            change = indicator.change(reform, base)
            code = " ".join(code for code, _ in tables.closures(reform).values())
            ends = ["" if p is None else float(change[p]) for p in horizons(reform, base)]
            rows.append([indicator.label, "%" if indicator.relative else "points", code, *ends])
    spans = ("On impact", "After 5 years", "After 30 years", "Last year")
    book.flat(
        ws, HEAD_ROW,
        [("Figure", 34.0), ("Unit", 9.0), ("Closures", 11.0), *((s, 15.0) for s in spans)],
        rows, [plain, plain, plain, *([number] * len(spans))],
    )  # fmt: skip


def _variables(book: Book) -> None:
    results = book.results
    titles = {n: s.title for n, s in results.pack.schemes.items()}
    ws = book.sheet("Variables", "Dictionary of variables",
                    "Names as in the folder tables and in results['...']")  # fmt: skip
    rows = [
        [name, var.doc.rstrip("."), book.plain_unit(var.unit), var.kind,
         ", ".join(d.replace("_", " ") for d in var.dims) or "none",
         titles.get(results.plan.writer[name], words(results.plan.writer[name]))]
        for name, var in sorted(results.variables.items())
    ]  # fmt: skip
    plain = book.format(valign="top")
    wrapped = book.format(valign="top", text_wrap=True)
    book.flat(
        ws, HEAD_ROW,
        [("Variable", 52.0), ("Meaning", 70.0), ("Unit", 34.0), ("Kind", 8.0),
         ("Dimensions", 22.0), ("Scheme or module", 44.0)],
        rows, [plain, wrapped, plain, plain, plain, wrapped],
    )  # fmt: skip
    ws.autofilter(HEAD_ROW, 0, HEAD_ROW + len(rows), 5)


# ------------------------------------------------------------------------------------------ charts


def _charts(
    book: Book,
    summary: tuple[Any, Sequence[Row]],
    ratios: Placed,
    t6: Sequence[Row],
    population: Placed,
    people: Sequence[Row],
    labour: Placed,
    work: Sequence[Row],
    payg: Placed,
    paid: Sequence[Row],
    pyramid: Sequence[Sequence[Any]],
) -> None:
    """Eight charts under the key table, two in a row."""
    ws, rows = summary

    def under(
        all_rows: Sequence[Row], start: str, styles: Sequence[str] = ("detail",)
    ) -> list[Row]:
        at = next(i for i, r in enumerate(all_rows) if r.style == "heading" and r.label == start)
        out = []
        for row in all_rows[at + 1 :]:
            if row.style == "heading":
                break
            if row.style in styles:
                out.append(row)
        return out

    by_words = {words(k): v for k, v in {**FUNCTION_COLOURS, **SOURCE_COLOURS}.items()}
    functions = [r for r in under(t6, "Percent of GDP") if np.any(r.values)]
    sources = under(t6, "Receipts by source, percent of GDP")
    charts = [
        _stacked(book, "Expenditure by function, % of GDP", ratios, functions, by_words),
        _stacked(book, "Receipts by source, % of GDP", ratios, sources, by_words),
        _lines(book, "Balances, % of GDP", ratios, under(t6, "Balances, percent of GDP")),
        _lines(book, "Public debt and reserves, % of GDP", ratios,
               under(t6, "Stocks at the end of the year, percent of GDP")),
        _pyramid_chart(book, pyramid),
        _stacked(book, "Population by age group, thousand persons", population,
                 under(people, "Broad age groups, middle of the year")[:3], {}),
        _lines(book, "Participation rate 15+, %", labour, under(work, "Participation, 15 and over"),
               (WOMEN, MEN), ("Women", "Men"), floor=None),
    ]  # fmt: skip
    funds = [r for r in paid if r.variable.startswith("scheme_accounts.expenditure / contrib")]
    if funds:
        charts.append(_lines(book, "Cost rates of the funds, % of insured earnings", payg,
                             funds[:5]))  # fmt: skip
    printed = len(print_years(book.results))
    left = PIXELS * (LABELS_WIDTH + UNIT_WIDTH) + 10
    width = left + printed * (PIXELS * YEAR_WIDTH + 5)
    each = max(width / 2 - 8, 400.0)
    top = HEAD_ROW + len(rows) + 3
    step = CHART_LINES
    for i, chart in enumerate(charts):
        chart.set_size({"width": each, "height": CHART_HEIGHT})
        x = 4 if i % 2 == 0 else each + 12
        ws.insert_chart(top + step * (i // 2), 0, chart, {"x_offset": x, "y_offset": 4})
    end = top + step * ((len(charts) + 1) // 2)
    ws.print_area(0, 0, end, 1 + printed)
    # Page breaks are ignored under fit-to-width, so this sheet has a scale of its own: the width
    # of A4 between margins is about 1,020 pixels.
    ws.set_print_scale(min(100, int(95 * 1020 / (2 * each + 16))))
    ws.set_h_pagebreaks([top - 1, top + 2 * step])


def _chart(book: Book, kind: dict[str, str], title: str) -> Any:
    chart = book.workbook.add_chart(kind)
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"position": "right", "font": {"size": 8}})
    chart.set_chartarea({"border": {"color": "#D5DBE1"}})
    return chart


def _axes(book: Book, chart: Any, placed: Placed, floor: float | None, number: str) -> None:
    years = len(book.results.years)
    chart.set_x_axis({
        "num_font": {"size": 8}, "interval_unit": 10 if years > 40 else 2 if years > 8 else 1,
        "interval_tick": 10 if years > 40 else 1, "label_position": "low",
    })  # fmt: skip
    axis: dict[str, Any] = {"num_font": {"size": 8}, "num_format": number,
                            "major_gridlines": {"visible": True, "line": {"color": "#E5E9ED"}},
                            "line": {"none": True}}  # fmt: skip
    if floor is not None:
        axis["min"] = floor
    chart.set_y_axis(axis)


def _stacked(
    book: Book, title: str, placed: Placed, rows: Sequence[Row], colours: dict[str, str]
) -> Any:
    chart = _chart(book, {"type": "area", "subtype": "stacked"}, title)
    for i, row in enumerate(rows):
        chart.add_series({
            "name": placed.label(row), "categories": placed.years(), "values": placed.values(row),
            "fill": {"color": colours.get(row.label, PALETTE[i % len(PALETTE)])},
            "border": {"none": True},
        })  # fmt: skip
    _axes(book, chart, placed, None, "#,##0")
    return chart


def _lines(
    book: Book,
    title: str,
    placed: Placed,
    rows: Sequence[Row],
    colours: Sequence[str] = PALETTE,
    names: Sequence[str] | None = None,
    floor: float | None = None,
) -> Any:
    chart = _chart(book, {"type": "line"}, title)
    for i, row in enumerate(rows):
        chart.add_series({
            "name": names[i] if names else placed.label(row), "categories": placed.years(),
            "values": placed.values(row),
            "line": {"color": colours[i % len(colours)], "width": 2},
        })  # fmt: skip
    chart.set_legend({"position": "bottom", "font": {"size": 8}})
    _axes(book, chart, placed, floor, "#,##0")
    return chart


def _pyramid_chart(book: Book, ranges: Sequence[Sequence[Any]]) -> Any:
    """Bars of the base year, outlines of the last."""
    first, last = book.results.years[0], book.results.years[-1]
    title = f"Population by age: {first} (filled) and {last} (outline), thousand"
    chart = _chart(book, {"type": "bar"}, title)
    for label, place, colour in (("Women", 1, WOMEN), ("Men", 2, MEN)):
        chart.add_series({
            "name": f"{label} {first}", "categories": ranges[0], "values": ranges[place], "gap": 8,
            "overlap": 100, "fill": {"color": colour, "transparency": 45}, "border": {"none": True},
        })  # fmt: skip
    for label, place, colour in (("Women", 5, WOMEN), ("Men", 6, MEN)):
        chart.add_series({
            "name": f"{label} {last}", "categories": ranges[0], "values": ranges[place],
            "fill": {"none": True}, "border": {"color": colour, "width": 1.25},
        })  # fmt: skip
    chart.set_y_axis({"num_font": {"size": 8}, "label_position": "low", "interval_unit": 2})
    chart.set_x_axis(
        {
            "num_font": {"size": 8},
            "num_format": "#,##0;#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#E5E9ED"}},
        }
    )
    chart.set_legend({"position": "bottom", "font": {"size": 8}})
    return chart
