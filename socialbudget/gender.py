"""The six standard gender experiments of a country, under two macro closures (method 9A)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from socialbudget.contract import Array
from socialbudget.dims import POVERTY_LINES
from socialbudget.ensemble import project
from socialbudget.errors import ConvergenceError, IdentityError, ScenarioError
from socialbudget.multipliers import closing
from socialbudget.pack import Pack
from socialbudget.poverty import SMALLEST_SHARE, lognormal_sigma
from socialbudget.report import tables
from socialbudget.report.comparison import WIDTH, Indicator, comparison_table, first_difference
from socialbudget.results import Results
from socialbudget.scenario import Scenario, find_scenario

EXPERIMENTS = (
    "equalise_retirement_age",
    "care_credits",
    "close_participation_gap_by_half",
    "close_wage_gap_by_half",
    "extend_maternity_to_informal_workers",
    "childcare_package",
)
MACRO_SHOWN = (1, 3)
"""The hybrid closure and the savings-driven one."""
FISCAL = 1
"""Income tax carries the cost, so that experiments of different cost compare."""


def poverty(results: Results) -> Array | None:
    """Share of persons below the highest international line with data, ``float64[year]``.

    A lognormal of welfare with the pack's Gini and headcount whose mean follows real disposable
    income per head: who gains what is left out, so it shows growth and not targeting. None where
    the pack has no survey, or its headcount is too near to 0 or 1 to move.
    """
    entries = results.pack.entries
    if not {"living_standards.gini", "living_standards.headcount"} <= entries.keys():
        return None
    share = float(entries["living_standards.headcount"].values[-1].ravel()[-1])
    gini = float(entries["living_standards.gini"].values[-1].ravel()[0])
    if not SMALLEST_SHARE < share < 1.0 - SMALLEST_SHARE:
        return None
    people = tables.mean(results, "demography.population_midyear").sum(axis=(1, 2))
    income = tables.mean(results, "household.disposable_income") / tables.price_level(results)
    mean = income / people
    shifted = ndtri(share) - np.log(mean / mean[0]) / lognormal_sigma(gini)
    return np.asarray(ndtr(shifted))


def indicators(pack: Pack) -> list[Indicator]:
    """What each experiment reports."""

    def points(name: str, sex: int | None = None) -> Callable[[Results], Array]:
        def value(r: Results) -> Array:
            found = 100.0 * tables.mean(r, name)
            return found if sex is None else found[:, sex]

        return value

    def poor(r: Results) -> Array:
        found = poverty(r)
        return np.full(len(r.years), np.nan) if found is None else 100.0 * found

    def real_spending(r: Results) -> Array:
        # Spending can rise while its share in a faster growing output falls.
        return np.asarray(tables.mean(r, "social_accounts.expenditure") / tables.price_level(r))

    rate = "labour_accounts.participation_rate_by_sex"
    cost = "social_accounts.expenditure_percent_gdp"
    out = [
        Indicator("Social spending, real", real_spending, True),
        Indicator("Cost, social spending/GDP", lambda r: tables.mean(r, cost), False),
        Indicator("GDP, real", lambda r: tables.mean(r, "macroeconomy.gdp_real"), True),
        Indicator("Participation of women", points(rate, 0), False),
        Indicator("Participation of men", points(rate, 1), False),
        Indicator("Gap of wages", points("indicators.gender_gap_wage"), False),
        Indicator("Gap of pensions", points("indicators.gender_gap_old_age_benefit"), False),
        Indicator("Women's share of benefits", points("indicators.women_share_of_benefits"), False),
        Indicator("Income tax rate", points("fiscal_rule.income_tax_adjustment"), False),
    ]
    return [*out, Indicator(f"Poor, {_line()} line", poor, False)]


def _line() -> str:
    return str(POVERTY_LINES[-1])


def report(pack: Pack, *, to: int = 2100, progress: Callable[[str], None] | None = None) -> str:
    """What the command prints: a block for each experiment, both closures side by side."""
    pairs: list[tuple[str, Results, Results]] = []
    without: list[str] = []
    bases = {}
    for macro in MACRO_SHOWN:
        rules = closing(macro, FISCAL)
        base = project(pack, rules, to=to)
        bases[macro] = base
    for name in EXPERIMENTS:
        reform = Scenario.load(find_scenario(name))
        if progress is not None:
            progress(reform.title)
        found, reason = _one(pack, reform, bases, to)
        pairs += found
        without += [reason] if reason else []
    lines = [
        f"{pack.manifest.name}: six gender experiments, fiscal closure F1 (income tax)",
        "Gaps are one minus women's over men's; a minus means that the gap closes.",
        "",
    ]
    if pairs:
        lines.append(comparison_table(pairs, indicators(pack)))
    lines += ["", *textwrap.wrap(_NOTE, WIDTH)]
    for text in without:
        lines += ["", *textwrap.wrap(text, WIDTH)]
    return "\n".join(lines)


_NOTE = (
    "Poverty follows real disposable income per head along a lognormal whose inequality stays: it "
    "shows what growth and taxes do and not whom a benefit reaches. For targeted benefits and "
    "poverty see `socialbudget floor`. A dash: no survey, or too few poor for a share to move."
)


def _one(
    pack: Pack, reform: Scenario, bases: dict[int, Results], to: int
) -> tuple[Sequence[tuple[str, Results, Results]], str]:
    """Results of an experiment under each closure, or why there are none."""
    from socialbudget.closures import MACRO

    found: list[tuple[str, Results, Results]] = []
    country = pack.manifest.name
    for macro, base in bases.items():
        label = f"{reform.title} ({MACRO[macro][0]})"
        try:
            result = project(pack, reform.over(closing(macro, FISCAL)), to=to)
        except ScenarioError as error:
            return [], f"{reform.title}: does not apply to {country}. {'; '.join(error.faults)}"
        except (ConvergenceError, IdentityError) as error:
            return found, f"{label}: no result. {error}"
        if first_difference(result, base) is None:
            return [], (f"{reform.title}: changes nothing in {country}. {_why(reform)}")
        found.append((label, result, base))
    return found, ""


def _why(reform: Scenario) -> str:
    if any(c.like is not None for c in reform.changes):
        return "What it would make equal already is so in the pack."
    return "Nothing that the country's schemes pay depends on what it changes."
