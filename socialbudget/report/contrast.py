"""What a reform does to the economy, beside the same under another macro closure.

A report never shows a macro effect under one closure alone: whoever writes a reform's results gets
the central path of reform and baseline under a second closure run for it.
"""

from __future__ import annotations

import weakref

from socialbudget.closures import MACRO, MACRO_PATH
from socialbudget.errors import SocialBudgetError
from socialbudget.report.comparison import (
    Indicator,
    Pair,
    comparison_table,
    over_gdp,
    plain,
    real,
)
from socialbudget.results import Results
from socialbudget.scenario import Change, Scenario

ORDER = (3, 1, 0)
"""The second closure is the first of these that is not the run's own."""
_memo: list[tuple[weakref.ref[Results], weakref.ref[Results], tuple[list[Pair], str]]] = []


def indicators() -> list[Indicator]:
    """The macro effects, each in percent or points."""

    return [
        Indicator("GDP, real", plain("macroeconomy.gdp_real"), True),
        Indicator("Household income, real", real("household.disposable_income"), True),
        Indicator("Average wage, real", real("labour_market.average_wage"), True),
        Indicator("Employment", plain("labour_market.total_employment"), True),
        Indicator("Unemployment rate", plain("labour_market.unemployment_rate", 100.0), False),
        Indicator("Formal employment share", plain("labour_market.formal_share", 100.0), False),
        Indicator("Balance with schemes/GDP", over_gdp("government.general_balance"), False),
        Indicator("Public debt/GDP", over_gdp("government.debt"), False),
    ]


def beside(results: Results, baseline: Results) -> tuple[list[Pair], str]:
    """Reform and baseline under the run's closure and under another, and why if there is none.

    The second pair is the central path, whatever the draws of the run.
    """
    for one, other, found in _memo:
        if one() is results and other() is baseline:
            return found
    found = _computed(results, baseline)
    del _memo[:]
    _memo.append((weakref.ref(results), weakref.ref(baseline), found))
    return found


def _computed(results: Results, baseline: Results) -> tuple[list[Pair], str]:
    from socialbudget.ensemble import project

    values = results.parameters.get(MACRO_PATH)
    if values is None:
        return [], ""
    own = round(float(values.flat[0]))
    second = next(m for m in ORDER if m != own)
    title = results.scenario.title
    pairs: list[Pair] = [(f"{title} ({MACRO[own][0]})", results, baseline)]
    closing = Scenario("", ((Change(path=MACRO_PATH, set=second),),))
    try:
        base, reform = (
            project(r.pack, closing.over(r.scenario), to=r.years[-1]) for r in (baseline, results)
        )
    except SocialBudgetError as error:
        return pairs, f"No result under {MACRO[second][0]}: {error}"
    return [*pairs, (f"{title} ({MACRO[second][0]})", reform, base)], ""


def contrast_text(results: Results, baseline: Results) -> str:
    """The macro effects of a reform under two closures, as text; empty without an economy."""
    pairs, reason = beside(results, baseline)
    if not pairs:
        return ""
    return "\n".join(filter(None, (comparison_table(pairs, indicators()), reason)))
