"""Sheets of the workbook on work: by economic activity, and what moves people into and out of it.

A section stands only where the run has its variables: corridors of migrants and programmes of
formalisation are not in every pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import ACTIVITIES, STATUSES
from socialbudget.report import tables
from socialbudget.report.sheets import Row
from socialbudget.report.tables import mean, words
from socialbudget.report.workbook_rows import SEXES, by_sex, heading, line, rates_by_sex, ratio_row
from socialbudget.results import Results

FORMAL = tuple(k for k, s in enumerate(STATUSES) if s.startswith("formal"))
INFORMAL = tuple(k for k in range(len(STATUSES)) if k not in FORMAL)
STATES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("formal work", "into formal work", FORMAL),
    ("informal work", "into informal work", INFORMAL),
    ("unemployment", "into unemployment", (len(STATUSES),)),
    ("outside the labour force", "out of the labour force", (len(STATUSES) + 1,)),
)
"""How a state is called where a move starts and where it ends, and its places in `labour_state`."""

SMALL = '#,##0.000;-#,##0.000;"–"'
"""Of money that is small beside the aggregates that the scale of the workbook is made for."""


def by_activity(results: Results) -> list[Row]:
    """Employment, women's share, informality, hours, output and pay by economic activity."""
    prefix = "employment_structure."
    name = prefix + "employment_by_activity"
    people = mean(results, name)  # [year, sex, activity]
    rows: list[Row] = []
    parts_of: list[list[Row]] = []
    for i, sex in enumerate(SEXES):
        parts = _each("person", people[:, i], name)
        parts_of.append(parts)
        rows += [heading(f"{sex.capitalize()} in employment by activity", name), *parts,
                 line(f"{sex.capitalize()}, all activities", "person", people[:, i].sum(axis=1),
                      name, style="total", adds=parts)]  # fmt: skip
    both = _each("person", people.sum(axis=1), name)
    for k, row in enumerate(both):
        row.adds = [parts[k] for parts in parts_of]
    everyone = people.sum(axis=(1, 2))
    shares = "economic_activity.employment_share"
    women = prefix + "women_share_by_activity"
    rows += [
        heading("Women and men in employment by activity", name),
        *both,
        line("All activities", "person", everyone, name, style="total", adds=both),
        heading("Share of each activity in employment", shares),
        *_each("percent", 100 * mean(results, shares), shares),
        heading("Share of women in employment", women),
        *_each("percent", 100 * mean(results, women), women),
        line("All activities", "percent", 100 * people[:, 0].sum(axis=1) / everyone, name,
             style="subtotal"),
    ]  # fmt: skip

    name = prefix + "informality_rate_by_activity"
    informality = 100 * mean(results, name)
    rows.append(heading("Informality: informal over all employment", name))
    for i, sex in enumerate(SEXES):
        rows += _each("percent", informality[:, i], name, sex)
        rows += rates_by_sex(results, "All activities",
                             "labour_accounts.informality_rate_by_sex")[i : i + 1]  # fmt: skip
    name = "labour_market.formal_share_by_activity"
    rows += [heading("Formal employment over employment, before formalisation programmes", name),
             *_each("percent", 100 * mean(results, name), name)]  # fmt: skip

    name = prefix + "hours_by_activity"
    rows += [heading("Weekly hours of the employed", name),
             *_each("hour/week", mean(results, name), name)]  # fmt: skip
    name = prefix + "hours_by_sex"
    hours = mean(results, name)
    rows += [line(f"All activities, {sex}", "hour/week", hours[:, i], name)
             for i, sex in enumerate(SEXES)]  # fmt: skip
    name = prefix + "full_time_equivalent"
    rows += [heading("Employment in full-time equivalents"),
             *by_sex("Full-time equivalents", "person", mean(results, name), name)]  # fmt: skip

    name = prefix + "value_added_by_activity"
    value = mean(results, name)
    parts = _each("LCU/year", value, name)
    rows += [heading("Value added at factor cost", name), *parts,
             line("All activities", "LCU/year", value.sum(axis=1), name, style="total",
                  adds=parts)]  # fmt: skip
    for title, item, unit in (
        ("Real value added per person employed", "productivity_by_activity",
         "LCU_real/person/year"),
        ("Real value added per hour worked", "hourly_productivity_by_activity",
         "LCU_real/person/hour"),
    ):  # fmt: skip
        name = prefix + item
        rows += [heading(title, name), *_each(unit, mean(results, name), name)]

    name = prefix + "average_wage_by_activity"
    wage = mean(results, name)
    average = mean(results, "labour_accounts.average_wage_by_sex")
    rows.append(heading("Gross wage per employee", name))
    for i, sex in enumerate(SEXES):
        rows += _each("LCU/person/year", wage[:, i], name, sex)
        rows.append(line(f"All activities, {sex}", "LCU/person/year", average[:, i],
                         "labour_accounts.average_wage_by_sex"))  # fmt: skip
    name = prefix + "gender_wage_gap_by_activity"
    rows += [
        heading("Wage gap: one less women's over men's gross wage per employee", name),
        *_each("percent", 100 * mean(results, name), name),
        ratio_row(results, "All activities", "labour_accounts.gender_wage_gap"),
    ]
    return rows


def flows_and_care(results: Results) -> list[Row]:
    """Gross labour flows, unpaid care, migrants by corridor, the account of formalisation."""
    return [*_flows(results), *_care(results), *_migrants(results), *_formalisation(results)]


def _flows(results: Results) -> list[Row]:
    flow = "labour_flows.flow"
    if flow not in results.variables:
        return []
    rows = [heading("How fast people move: moves a year, percent of those in the state they leave")]
    for label, name in (
        ("Job finding: from unemployment into work", "job_finding_rate"),
        ("Separation: from work into unemployment", "separation_rate"),
        ("From informal into formal work", "formalisation_rate"),
        ("From formal into informal work", "informalisation_rate"),
    ):
        rows += rates_by_sex(results, label, f"labour_flows.{name}")
    name = "labour_flows.unemployment_duration"
    months = 12 * mean(results, name)
    rows += [heading("Unemployment"),
             *(line(f"Mean duration of unemployment, {sex}", "month", months[:, i], name)
               for i, sex in enumerate(SEXES))]  # fmt: skip
    name = "labour_flows.unemployment_inflow"
    rows += by_sex("Moves into unemployment", "move/year", mean(results, name), name)
    rows.append(heading("Formal work"))
    name = "labour_flows.formal_density"
    rows += rates_by_sex(results, "Share of the year in formal work of those formal at its start",
                         name)  # fmt: skip

    moves = mean(results, flow)  # [year, sex, state, to_state]
    parts_of: list[list[Row]] = []
    for values, who in ((moves[:, 0], "Women"), (moves[:, 1], "Men"), (moves.sum(axis=1), "Both")):
        parts = [
            line(f"From {start} {end}", "move/year",
                 values[:, a][:, :, b].sum(axis=(1, 2)), flow)
            for start, _, a in STATES for _, end, b in STATES if a != b
        ]  # fmt: skip
        if who == "Both":
            for k, row in enumerate(parts):
                row.adds = [p[k] for p in parts_of]
        parts_of.append(parts)
        title = "Women and men" if who == "Both" else who
        rows += [
            heading(f"{title}: moves from quarter to quarter", flow),
            *parts,
            line("All moves", "move/year", _all_moves(values), flow,
                 style="total", adds=parts),
        ]  # fmt: skip
    return rows


def _all_moves(flow: Array) -> Array:
    """Moves between the four states from ``flow[year, labour_state, to_state]``."""
    within = [flow[:, s][:, :, s].sum(axis=(1, 2)) for _, _, s in STATES]
    total: Array = flow.sum(axis=(1, 2)) - np.sum(within, axis=0)
    return total


def _care(results: Results) -> list[Row]:
    if "care_work.hours" not in results.variables:
        return []

    def sexes(label: str, item: str, unit: str) -> list[Row]:
        name = f"care_work.{item}"
        return by_sex(label, unit, mean(results, name), name)

    name = "care_work.hours_per_day"
    unpaid, paid = mean(results, name), tables.paid_hours(results).mean(axis=1)
    work = "employment_structure.hours_by_sex"
    day = [heading("Paid and unpaid work, hours a day per person aged 15 and over")]
    for i, sex in enumerate(SEXES):
        parts = [line(f"Unpaid work, {sex}", "hour/day", unpaid[:, i], name),
                 line(f"Paid work, {sex}", "hour/day", paid[:, i], work)]  # fmt: skip
        day += [*parts, line(f"All work, {sex}", "hour/day", unpaid[:, i] + paid[:, i],
                             f"{name}, {work}", style="subtotal", adds=parts)]  # fmt: skip
    gap = "care_work.gender_gap"
    return [
        *day,
        line("Unpaid work, women's less men's", "hour/day", mean(results, gap), gap),
        heading("Unpaid household and care work"),
        *sexes("Unpaid work", "hours", "hour/year"),
        *sexes("of which care of persons", "direct_care_hours", "hour/year"),
        *sexes("Full-time jobs with these hours", "full_time_equivalents", "person"),
        _member(results, "Women's share of unpaid work", "care_work.hours_share", 0),
        heading("Value of unpaid work at the wage of a paid replacement, no part of GDP"),
        *sexes("Value", "value", "LCU/year"),
        ratio_row(results, "Value over GDP", "care_work.value_share"),
        heading("Aged 15 to 64 outside the labour force for family reasons"),
        *sexes("Outside for family reasons", "outside_labour_force", "person"),
        heading("Who needs care, in children under 6 cared for at home"),
        line("Care needed", "person", mean(results, "care_work.care_need"), "care_work.care_need"),
    ]


def _migrants(results: Results) -> list[Row]:
    corridors = results.pack.manifest.corridors
    if not corridors or "migrants.stock" not in results.variables:
        return []
    by_corridor = {
        item: mean(results, f"migrants.{item}")
        for item in ("stock", "employed", "contributors", "under_agreement", "contributions",
                     "remittances", "exported_benefits")
    }  # fmt: skip
    rows: list[Row] = []
    for k, corridor in enumerate(results.coords["corridor"]):
        rows.append(heading(f"Migrants, {corridors[str(corridor)].title}"))
        for label, item in (
            ("Migrants 15 and over", "stock"),
            ("Employed migrants", "employed"),
            ("Contributing to schemes of this country", "contributors"),
        ):
            rows += by_sex(label, "person", by_corridor[item][:, k], f"migrants.{item}")
        for label, item, unit in (
            ("Under a social security agreement", "under_agreement", "person"),
            ("Contributions to schemes of this country", "contributions", "LCU/year"),
            ("Money sent home", "remittances", "LCU/year"),
            ("Benefits paid across the border under agreements", "exported_benefits", "LCU/year"),
        ):
            values = by_corridor[item][:, k]
            if values.any():
                rows.append(
                    line(
                        label,
                        unit,
                        values,
                        f"migrants.{item}",
                        number=SMALL if unit != "person" else "",
                    )
                )
    rows.append(heading("Migrants, all corridors"))
    rows.append(ratio_row(results, "Migrants employed here over employment",
                          "migrants.employment_share"))  # fmt: skip
    for label, item, share in (
        ("Remittances sent", "remittances_sent", "remittances_sent_share"),
        ("Remittances received", "remittances_received", "national_remittance_share"),
    ):
        values = mean(results, f"migrants.{item}")
        if values.any():
            over = "GDP" if share.endswith("sent_share") else "all net remittances"
            rows.append(line(label, "LCU/year", values, f"migrants.{item}"))
            rows.append(line(f"{label} over {over}", "percent",
                             100 * mean(results, f"migrants.{share}"), f"migrants.{share}",
                             number="0.00"))  # fmt: skip
    return rows


def _formalisation(results: Results) -> list[Row]:
    prefix = "formalisation_account."
    if prefix + "earnings" not in results.variables or not np.any(
        mean(results, prefix + "earnings")
    ):
        return []

    def money(label: str, item: str, **more: Any) -> Row:
        return line(label, "LCU/year", mean(results, prefix + item).sum(axis=1), prefix + item,
                    number=SMALL, **more)  # fmt: skip

    people = mean(results, "formalisation.formalised").sum(axis=2)
    moved = mean(results, "formalisation.moved").sum(axis=2)
    plus = [
        money("Contributions of the formalised", "contributions"),
        money("Their income tax", "direct_tax"),
        money("Means-tested benefits no longer paid", "relief"),
    ]
    less = [
        money("Their contributions that the state pays", "subsidy"),
        money("Cost of moving people", "administration"),
    ]
    value = [
        money("Contributions", "present_value_of_contributions"),
        money("Income tax", "present_value_of_tax"),
    ]
    owed = money("Benefits earned", "liability")
    return [
        heading("Formalisation programmes: persons"),
        *by_sex("Moved in the year", "person/year", moved, "formalisation.moved"),
        *by_sex("In formal work because of programmes", "person", people,
                "formalisation.formalised"),
        heading("Formalisation programmes: the budget of the year"),
        money("Earnings on which the formalised contribute", "earnings"),
        *plus,
        *less,
        money("Net for the budget and the schemes", "net_fiscal", style="total", adds=plus,
              less=less),
        line("Net over GDP", "percent", 100 * mean(results, prefix + "net_fiscal_share"),
             prefix + "net_fiscal_share", number="0.000"),
        heading("Formalisation programmes: present values for those moved in the year"),
        *value,
        owed,
        money("Contributions and tax less benefits earned", "net_actuarial", style="total",
              adds=value, less=[owed]),
    ]  # fmt: skip


def _member(results: Results, label: str, name: str, place: int) -> Row:
    """One member of a share, in percent."""
    return line(label, "percent", 100 * mean(results, name)[:, place], name)


def _each(unit: str, values: Array, name: str, whose: str = "") -> list[Row]:
    """A row for every activity from ``values[year, activity]``."""
    names: Sequence[str] = [words(a) + (f", {whose}" if whose else "") for a in ACTIVITIES]
    return [line(label, unit, values[:, k], name) for k, label in enumerate(names)]
