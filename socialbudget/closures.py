"""Closures by name, the equations of the core as data, and the structural test before a run.

A model has a solution only if it has as many equations as unknowns and each equation can be given
an unknown of its own: a perfect matching between the two. Which equations hold depends on the
macroeconomic and fiscal closure and on the engine of unemployment. They are declared here, one
line each, with the unknowns of the year that each contains; `check` builds the graph for the
closures of a run and refuses it, naming equations and variables, before anything is projected
(method 0.3 and 3.5). A test holds the declarations against the code of the modules
(``tests/contract/test_incidence.py``).

Names in an equation are variables of the model. A name in angle brackets is an unknown inside a
module that it does not write. Variables written before the core are known and do not appear.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import numpy as np

from socialbudget.contract import Array
from socialbudget.errors import PackError, PlanError
from socialbudget.pack import Pack
from socialbudget.plan import Plan

MACRO = {
    0: ("M0", "classic: output and productivity given from outside, unemployment the residual"),
    1: ("M1", "hybrid: demand counts at first and fades, saving gap shared"),
    2: ("M2", "demand-led: output follows demand in every year"),
    3: ("M3", "savings-driven: output at potential, saving is invested"),
    4: ("M4", "external: output at potential, the rest of the world closes the account"),
}
FISCAL = {
    0: ("F0", "debt floats"),
    1: ("F1", "the income tax rate follows public debt"),
    2: ("F2", "spending that is not social follows public debt"),
    3: ("F3", "contribution rates of schemes follow their accounts; debt floats"),
}
ENGINES = {0: "equilibrium and cycle", 1: "flows between labour states"}
MACRO_PATH = "macroeconomy.closure"
FISCAL_PATH = "government.fiscal_closure"
ENGINE_PATH = "labour_market.unemployment_engine"
WIDTH = 96
SHOWN = 6
"""Names that a message lists before it says how many more there are."""


@dataclass(frozen=True)
class Closing:
    """What decides which equations hold: numbers of the closures and of the engine."""

    macro: int
    fiscal: int = 0
    engine: int = 0

    def __str__(self) -> str:
        flows = f", unemployment by {ENGINES[self.engine]}" if self.engine else ""
        return f"{MACRO[self.macro][0]} {FISCAL[self.fiscal][0]}{flows}"


@dataclass(frozen=True)
class Equation:
    """One equation of the core.

    Attributes
    ----------
    name : str
        In words.
    module : str
        Module whose step holds it.
    left : str
        The unknown that the module computes from it.
    right : tuple of str
        The other unknowns of the year in it; patterns such as ``*.unemployment_generosity``
        stand for every variable of the core that matches, ``<cash>.benefit_expenditure`` for the
        cash benefits of government schemes, ``<kind>`` and ``<public>`` likewise. ``a|b`` is the
        first of the two that the model has.
    """

    name: str
    module: str
    left: str
    right: tuple[str, ...] = ()
    corner: bool = False
    """Some of them count only on one side of a limit, such as a deficit that has to be covered."""
    optional: bool = False
    """The equation is left out where no module writes its unknown."""

    @property
    def unknowns(self) -> tuple[str, ...]:
        return (self.left, *self.right)


_PRICE, _GAP, _OUTPUT = "prices.gdp_deflator", "macroeconomy.output_gap", "macroeconomy.gdp_real"
_U, _USTAR = "labour_market.unemployment_rate", "labour_market.equilibrium_unemployment_rate"
_ODDS, _POTENTIAL = "labour_market.formality_index", "macroeconomy.potential_gdp_real"
_GDP, _LI = "macroeconomy.gdp", "labour_market.labour_income"
_CHARGE = "contributions.employer_rate_effective"
_NEW_CHARGE = "contributions.employer_rate_change"
_OPEN = "labour_market.employer_charge_unabsorbed"
_JOBS, _WAGE = "labour_market.employment_by_status", "labour_market.gross_wage"
_BILL = "labour_market.formal_wage_bill"
_FACTOR_COST = (_GDP, "government.indirect_taxes", "government.subsidies")
_C, _G = "macroeconomy.private_consumption_real", "macroeconomy.government_consumption_real"
_I, _X, _M = (f"macroeconomy.{n}_real" for n in ("investment", "exports", "imports"))
_PLANNED_I, _PLANNED_M = "<investment wanted>", "<imports wanted>"
_REAL_RATE = (_PRICE, "prices.foreign_price_level")
_ABSORPTION = (_C, _G)


def equations(closing: Closing) -> tuple[Equation, ...]:
    """The equations of the core's own modules under a closing (schemes apart)."""
    return (
        *_prices(),
        *_labour(closing),
        *_contributions(),
        *_accounts(),
        *_households(),
        *_economy(closing),
        *_budget(),
    )


def _prices() -> list[Equation]:
    z = "prices"
    deflator = "prices.consumption_deflator"
    return [
        Equation("Phillips curve", z, _PRICE, (_GAP,)),
        Equation("consumption taxes pass into prices", z, deflator, (_PRICE,)),
        Equation("consumer price index", z, "prices.consumer_price_index", (deflator,)),
        Equation("inflation", z, "prices.inflation", ("prices.consumer_price_index",)),
        Equation("foreign prices", z, "prices.foreign_price_level"),
    ]


def _labour(closing: Closing) -> list[Equation]:
    z = "labour_market"
    employment, productivity = "labour_market.total_employment", "labour_market.productivity"
    cells = (_U, _ODDS)
    out = [
        Equation("charges that wages have yet to absorb", z, _OPEN,
                 (_NEW_CHARGE, _CHARGE) if closing.macro else (), corner=True),
        Equation("labour share, with charges that the surplus pays", z,
                 "labour_market.labour_share", (*cells, _OPEN), corner=True),
        Equation("labour income is a share of factor cost", z, _LI,
                 ("labour_market.labour_share", *_FACTOR_COST), corner=True),
        Equation("formality answers to charges", z, _ODDS, ("contributions.wedge",)),
        Equation("employment by status", z, _JOBS, cells),
        Equation("formal share of employment", z, "labour_market.formal_share", cells),
        Equation("formal employment over population", z, "labour_market.employment_ratio", cells),
        Equation("unemployed by sex and age", z, "labour_market.unemployed", (_U,)),
        Equation("wages by sex, age and status", z, _WAGE, (*cells, _LI, _CHARGE, _OPEN)),
        Equation("gross wages of formal employees", z, _BILL, (*cells, _LI, _CHARGE, _OPEN)),
        Equation("average wage", z, "labour_market.average_wage", (*cells, _LI, _CHARGE, _OPEN)),
    ]  # fmt: skip
    if closing.macro == 0:
        out += [
            Equation("output per person as given", z, productivity),
            Equation("employment that output asks for", z, employment, (_OUTPUT, productivity)),
            Equation("the unemployed are the rest of the labour force", z, _U, (employment,)),
        ]
    else:
        out += [
            Equation("output per person", z, productivity, (_OUTPUT, employment)),
            Equation("labour force is employed or unemployed", z, employment, (_U,)),
        ]
        if closing.engine == 0:
            out.append(Equation("Okun's relation", z, _U, (_USTAR, _GAP)))
    finding, wedge = "labour_market.job_finding_rate", "contributions.wedge"
    index, claims = "labour_market.job_finding_index", "labour_market.claims_index"
    if closing.engine == 0:
        out += [
            Equation("equilibrium unemployment", z, _USTAR, (wedge, "*.unemployment_generosity")),
            Equation("job finding that goes with unemployment", z, finding, (_U,)),
            Equation("job finding is not followed", z, index),
            Equation("claims are not followed", z, claims),
        ]
    else:
        out += [
            Equation("equilibrium of the flows", z, _USTAR, (wedge,)),
            Equation("flows between labour states", z, _U, (_USTAR, _GAP)),
            Equation("job finding by tightness", z, finding, (_USTAR, _GAP)),
            Equation("job finding over the base year's", z, index, (finding,)),
            Equation("claims by inflow", z, claims, (_USTAR, _GAP)),
        ]
    return out


def _contributions() -> list[Equation]:
    z = "contributions"
    earned, revenue = "contributions.insured_earnings_total", "contributions.revenue"
    return [
        Equation("contributors", z, "contributions.contributors", (_JOBS,)),
        Equation("insured earnings", z, earned, (_JOBS, _WAGE)),
        Equation("contributions are rate times insured earnings", z, revenue, (_JOBS, _WAGE)),
        Equation("employers' charges over formal wages", z, _CHARGE, (revenue, _BILL)),
        Equation(
            "employers' charges by new rates", z, _NEW_CHARGE, (_JOBS, _WAGE, _BILL), corner=True
        ),
        Equation("wedge", z, "contributions.wedge", (revenue, _BILL)),
    ]


def _accounts() -> list[Equation]:
    z = "scheme_accounts"
    cash, kind, public = (f"<{what}>.benefit_expenditure" for what in ("cash", "kind", "public"))
    revenue, inflation = "contributions.revenue", "prices.inflation"
    return [
        Equation("cash benefits of government schemes", z, f"{z}.public_cash_benefits", (cash,)),
        Equation("benefits in kind of government schemes", z, f"{z}.public_kind_benefits", (kind,)),
        Equation("administration of government schemes", z, f"{z}.public_administration",
                 (public,), corner=True),
        Equation("contributions to government schemes", z, f"{z}.public_contributions",
                 (revenue, public), corner=True),
        Equation("payments of the budget to schemes", z, f"{z}.state_payments",
                 (revenue, inflation, public), corner=True),
        Equation("interest of the budget to schemes", z, f"{z}.interest_from_budget", (inflation,),
                 corner=True),
        Equation("other income on reserves", z, f"{z}.income_from_firms", (inflation,),
                 corner=True),
        Equation("balance of government schemes", z, f"{z}.public_balance",
                 (revenue, inflation, public), corner=True),
        Equation("means-tested benefits of government schemes", z,
                 f"{z}.public_means_tested_benefits", (cash,), corner=True, optional=True),
        Equation("balance of government schemes before income on reserves", z,
                 f"{z}.public_primary_balance", (revenue, inflation, public), corner=True,
                 optional=True),
    ]  # fmt: skip


def _households() -> list[Equation]:
    z = "household"
    surplus, tax = "household.operating_surplus", "household.corporate_tax"
    property_income = "household.property_income"
    wages = (_LI, _CHARGE, _BILL)
    return [
        Equation("operating surplus", z, surplus, (*_FACTOR_COST, _LI)),
        Equation("corporate tax", z, tax, (surplus,)),
        Equation("property income of households", z, property_income,
                 (surplus, tax, "government.interest_to_households")),
        Equation("income tax", z, "household.income_tax", (*wages, property_income)),
        Equation("labour income after contributions and tax", z, "household.labour_income_net",
                 (*wages, "scheme_accounts.public_contributions")),
        Equation("property income after tax", z, "household.property_income_net",
                 (property_income,)),
        Equation("cash benefits of households", z, "household.cash_benefits",
                 ("scheme_accounts.public_cash_benefits",)),
        Equation("benefits that reach consumption", z, "household.consumed_benefits",
                 ("scheme_accounts.public_cash_benefits",), optional=True),
        Equation("means-tested benefits that reach consumption", z,
                 "household.consumed_means_tested_benefits",
                 ("scheme_accounts.public_means_tested_benefits",), corner=True, optional=True),
    ]  # fmt: skip


def _economy(closing: Closing) -> list[Equation]:
    z = "macroeconomy"
    consumption = "macroeconomy.private_consumption"
    spent = ("household.labour_income_net", "household.property_income_net",
             "household.consumed_benefits|household.cash_benefits")  # fmt: skip
    given, demand = closing.macro == 0, closing.macro in (1, 2)
    out = [
        Equation("output as given", z, _POTENTIAL) if given
        else Equation("production function", z, _POTENTIAL, (_USTAR,)),
        Equation("demand over potential output", z, _GAP,
                 (*_ABSORPTION, _PLANNED_I, _PLANNED_M, _X, _POTENTIAL)) if demand
        else Equation("output at potential", z, _GAP),
        Equation("output is potential and gap", z, _OUTPUT, (_POTENTIAL, _GAP)),
        Equation("consumption function", z, consumption,
                 (*spent, _POTENTIAL, "prices.consumption_deflator")),
        Equation("consumption at base-year prices", z, _C,
                 (consumption, "prices.consumption_deflator")),
        Equation("government consumption at base-year prices", z, _G,
                 ("government.consumption", _PRICE)),
        Equation("investment wanted", z, _PLANNED_I, (_POTENTIAL, _GAP, _PRICE)),
        Equation("exports", z, _X, (_POTENTIAL, *_REAL_RATE)),
        Equation("imports wanted", z, _PLANNED_M, (*_ABSORPTION, _PLANNED_I, *_REAL_RATE)),
        Equation("nominal output", z, _GDP, (consumption, _C, _OUTPUT, _PRICE)),
        Equation("nominal imports", z, "macroeconomy.imports", (_M, _PRICE)),
        Equation("interest rule", z, "macroeconomy.interest_rate", (_PRICE, _GAP)),
    ]  # fmt: skip
    if closing.macro == 3:
        out += [
            Equation("imports as wanted", z, _M, (_PLANNED_M,)),
            Equation("investment takes what is saved", z, _I, (_OUTPUT, _C, _G, _X, _M)),
        ]
    elif closing.macro == 4:
        out += [
            Equation("investment as wanted", z, _I, (_PLANNED_I,)),
            Equation("the rest of the world closes the account", z, _M, (_OUTPUT, _C, _G, _X, _I)),
        ]
    else:
        out += [
            Equation("product account", z, _I, (_OUTPUT, _C, _G, _X, _M)),
            Equation("investment and imports share the saving gap", z, _M,
                     (_I, _PLANNED_I, _PLANNED_M)),
        ]  # fmt: skip
    return out


def _budget() -> list[Equation]:
    z = "government"

    def v(name: str) -> str:
        return f"{z}.{name}"

    def s(name: str) -> str:
        return f"scheme_accounts.{name}"

    holders = (v("interest"), s("interest_from_budget"))
    return [
        Equation("indirect taxes", z, v("indirect_taxes"),
                 ("macroeconomy.private_consumption", "macroeconomy.imports", _GDP)),
        Equation("subsidies", z, v("subsidies"), (_GDP,)),
        Equation("government consumption", z, v("consumption"),
                 (_POTENTIAL, _PRICE, s("public_kind_benefits"), s("public_administration"))),
        Equation("interest on public debt", z, v("interest"), ("macroeconomy.interest_rate",)),
        Equation("interest received by households", z, v("interest_to_households"), holders),
        Equation("balance of the budget", z, v("balance"),
                 ("household.income_tax", "household.corporate_tax", v("indirect_taxes"), _GDP,
                  _POTENTIAL, _PRICE, v("subsidies"), s("state_payments"), v("interest"))),
        Equation("debt of the budget", z, v("debt"), (v("balance"),)),
    ]  # fmt: skip


INSTRUMENTS = {
    "income tax rate": "fiscal_rule.income_tax_adjustment",
    "other spending": "fiscal_rule.spending_adjustment",
    "contribution rates": "contribution_rules.rate_factor",
}
MOVED_BY = {1: "income tax rate", 2: "other spending", 3: "contribution rates"}


def rules(closing: Closing) -> tuple[Equation, ...]:
    """Equations of the fiscal instruments: one moves by a rule, the others stay as legislated.

    They use accounts of the year before, so each is solved before the core.
    """
    moved = MOVED_BY.get(closing.fiscal)
    return tuple(
        Equation(
            f"{what} by fiscal rule {FISCAL[closing.fiscal][0]}" if what == moved
            else f"{what} as legislated",
            name.partition(".")[0],
            name,
        )
        for what, name in INSTRUMENTS.items()
    )  # fmt: skip


def of_plan(plan: Plan, closing: Closing, pack: Pack) -> tuple[Equation, ...]:
    """The equations that hold in a plan: of the core's modules, its schemes and the fiscal rules.

    A module may bring its own in an attribute ``equations``, a sequence of `Equation` or a function
    of a `Closing` that returns one.
    """
    present = {module.name for module in plan.modules}
    core = _core(plan)
    found = [
        e
        for e in (*rules(closing), *equations(closing))
        if e.module in present and (not e.optional or e.left in plan.variables)
    ]
    named = {e.module for e in found}
    for module in plan.modules:
        own = getattr(module, "equations", None)
        if own is not None:
            found += own(closing) if callable(own) else own
            named.add(module.name)
    # What a scheme pays follows from what it reads; its own module is one equation.
    for module in plan.modules:
        if module.name in named or not any(v.name in core for v in module.writes):
            continue
        known = [n for n in plan.reads[module.name] if n in core]
        found += [
            Equation(f"{var.name.rpartition('.')[2]} of {module.name}".replace("_", " "),
                     module.name, var.name, tuple(known))
            for var in module.writes
            if any(var.name in plan.reads[m.name] for m in plan.modules)
        ]  # fmt: skip
    return tuple(_expanded(e, plan, core, pack) for e in found)


def _core(plan: Plan) -> frozenset[str]:
    """Variables solved within the year: of the simultaneous blocks."""
    return frozenset(
        var.name
        for block in plan.blocks
        if block.simultaneous
        for module in block.modules
        for var in module.writes
    )


def _expanded(equation: Equation, plan: Plan, core: frozenset[str], pack: Pack) -> Equation:
    """Patterns replaced by the core's variables; names that are no unknown of the core left out."""
    right: list[str] = []
    for given in equation.right:
        either = given.split("|")
        name = next((n for n in either if n in plan.variables), either[-1])
        head, _, tail = name.partition(">.")
        if tail:
            named = [f"{z}.{tail}" for z in _group(head[1:], pack)]
            right += [v for v in named if v in core and v in plan.reads[equation.module]]
        elif "*" in name:
            right += [v for v in plan.variables if v in core and fnmatchcase(v, name)]
        elif name.startswith("<") or name in core or name not in plan.variables:
            right.append(name)
    return replace(equation, right=tuple(dict.fromkeys(right)))


def _group(what: str, pack: Pack) -> list[str]:
    """Government schemes, those that pay in cash, or those that pay in kind."""
    return [
        z
        for z, s in pack.schemes.items()
        if s.sector == "government" and what in ("public", s.benefit_type)
    ]


# ----------------------------------------------------------------------------------------- test


def faults_of(system: Sequence[Equation]) -> list[str]:
    """Why a system of equations does not determine its unknowns; empty if it does.

    First unknowns that two equations are there to determine, then the over- and under-determined
    parts of the Dulmage-Mendelsohn decomposition.
    """
    by_left: dict[str, list[str]] = {}
    for equation in system:
        by_left.setdefault(equation.left, []).append(equation.name)
    faults = [
        f"'{left}' is determined {_times(len(names))}: by {_list(names)}. Remove all but one"
        for left, names in by_left.items()
        if len(names) > 1
    ]
    if faults:
        return faults
    import networkx as nx  # slow to import

    graph = nx.Graph()
    rows = [("equation", i) for i in range(len(system))]
    graph.add_nodes_from(rows)
    for row, equation in zip(rows, system, strict=True):
        graph.add_edges_from((row, ("unknown", name)) for name in equation.unknowns)
    matching = nx.bipartite.hopcroft_karp_matching(graph, rows)
    for kind, of, too in (
        ("equation", "over-determined", "more equations than unknowns"),
        ("unknown", "under-determined", "fewer equations than unknowns"),
    ):
        free = [node for node in graph if node[0] == kind and node not in matching]
        if not free:
            continue
        part = _reachable(graph, matching, free)
        names = [system[i].name for side, i in part if side == "equation"]
        unknowns = [name for side, name in part if side == "unknown"]
        start = [system[i].name if kind == "equation" else i for _, i in free]
        faults.append(
            f"{of}, {too} ({len(names)} for {len(unknowns)}): starting from {_list(start)}; "
            f"equations {_list(names)}; unknowns {_list(unknowns)}"
        )
    return faults


def _reachable(graph: Any, matching: Mapping[Any, Any], free: Sequence[Any]) -> list[Any]:
    """Nodes on alternating paths from unmatched ones, in the order found."""
    seen = dict.fromkeys(free)
    waiting = list(free)
    while waiting:
        for neighbour in graph[waiting.pop(0)]:
            partner = matching.get(neighbour)
            for node in (neighbour, partner):
                if node is not None and node not in seen:
                    seen[node] = None
                    if node == partner:
                        waiting.append(node)
    return list(seen)


def check(plan: Plan, parameters: Mapping[str, Array], pack: Pack) -> None:
    """Refuse closures that do not determine the model, before the run.

    Raises
    ------
    PackError
        A number that is no closure, or a closure whose instrument has nothing to move here.
    PlanError
        Equations and unknowns that do not fit together.
    """
    if MACRO_PATH not in parameters:
        return  # no economy among the modules: a part of the model, or a toy
    faults: list[str] = []
    macro = _whole(parameters, MACRO_PATH, {k: code for k, (code, _) in MACRO.items()}, faults)
    fiscal = (
        _whole(parameters, FISCAL_PATH, {k: code for k, (code, _) in FISCAL.items()}, faults)
        if FISCAL_PATH in parameters
        else [0]
    )
    engine = _whole(parameters, ENGINE_PATH, ENGINES, faults) if ENGINE_PATH in parameters else [0]
    if faults:
        raise PackError("closure", faults)
    faults = [*_without_base(fiscal, parameters, pack)]
    if faults:
        raise PackError(f"closure, pack '{pack.iso3}'", faults)
    for m in macro:
        for f in fiscal:
            for e in engine:
                _refuse(plan, Closing(m, f, e), pack)


def closing_of(parameters: Mapping[str, Array]) -> Closing:
    """The closing of the first projected year of a run that `check` has let pass."""

    def first(path: str) -> int:
        values = parameters.get(path)
        return 0 if values is None else round(float(values[min(1, len(values) - 1)].flat[0]))

    return Closing(first(MACRO_PATH), first(FISCAL_PATH), first(ENGINE_PATH))


def _whole(
    parameters: Mapping[str, Array], path: str, names: Mapping[int, str], faults: list[str]
) -> list[int]:
    given = parameters[path]
    values = np.unique(given[1:] if len(given) > 1 else given)  # the base year is data
    wrong = [v for v in values if v not in names]
    if wrong:
        known = ", ".join(f"{k} ({name})" for k, name in names.items())
        faults.append(f"'{path}' is {', '.join(f'{v:g}' for v in wrong)}; use one of {known}")
    return [int(v) for v in values if v in names]


def _without_base(
    fiscal: Iterable[int], parameters: Mapping[str, Array], pack: Pack
) -> Iterable[str]:
    """Fiscal closures whose instrument has nothing to fall on in this country."""
    from socialbudget.modules import schemes_of
    from socialbudget.modules.contribution_rules import NO_CARRIER, carries_rates

    if 1 in fiscal and not (parameters["government.income_tax"] > 0.0).all():
        yield (
            f"'{FISCAL_PATH}' is 1 (F1, income tax), but 'government.income_tax' is 0: there is no "
            "income tax to move. Use 0 (F0), 2 (F2) or 3 (F3)"
        )
    if 3 in fiscal:
        rates = [
            parameters[s.path("contribution_rate")]
            for s in schemes_of(pack)
            if carries_rates(s) and s.path("contribution_rate") in parameters
        ]
        if not any((rate[1:] if len(rate) > 1 else rate).any() for rate in rates):
            yield NO_CARRIER


def _refuse(plan: Plan, closing: Closing, pack: Pack) -> None:
    faults = _faults_in(_Shape(plan, pack), closing)
    if faults:
        raise PlanError(
            f"closure {closing}: the equations do not determine the model:\n"
            + "\n".join(f"  - {f}" for f in faults)
        )


class _Shape:
    """A plan that equals another with the same modules, reads and writes: the key of the cache."""

    def __init__(self, plan: Plan, pack: Pack):
        self.plan, self.pack = plan, pack
        self._key = (
            frozenset(plan.writer.items()),
            tuple(b.tears for b in plan.blocks),
            tuple((z, s.sector, s.benefit_type) for z, s in pack.schemes.items()),
        )
        self._own = tuple(id(m) for m in plan.modules if getattr(m, "equations", None) is not None)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and self._key == other._key and self._own == other._own


@lru_cache(maxsize=64)
def _faults_in(shape: _Shape, closing: Closing) -> tuple[str, ...]:
    plan = shape.plan
    system = of_plan(plan, closing, shape.pack)
    core = _core(plan)
    faults = [
        f"equation '{e.name}' of module '{e.module}' is to give '{e.left}', which no module writes"
        for e in system
        if not e.left.startswith("<") and e.left not in plan.variables
    ]
    faults += [
        f"equation '{e.name}' of module '{e.module}' contains '{name}', which no module writes"
        for e in system
        for name in e.right
        if not name.startswith("<") and name not in plan.variables
    ]
    if faults:
        return tuple(faults)
    # The instrument that moves must reach the core, or the rule closes nothing.
    moved = INSTRUMENTS.get(MOVED_BY.get(closing.fiscal, ""))
    for name in [moved] if moved else []:
        if name not in plan.variables:
            faults.append(
                f"closure {FISCAL[closing.fiscal][0]} moves '{name}', which no module writes"
            )
        elif not _read(plan, name, core):
            faults.append(
                f"closure {FISCAL[closing.fiscal][0]} moves '{name}', which nothing in the core "
                "answers to"
            )
    return (*faults, *faults_of(system))


def _read(plan: Plan, name: str, core: frozenset[str]) -> bool:
    writer = plan.writer[name]
    written = {n for n, w in plan.writer.items() if w == writer}
    return any(
        written & set(plan.reads[m.name])
        for block in plan.blocks
        if block.simultaneous
        for m in block.modules
    )


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _list(names: Iterable[object]) -> str:
    every = [f"'{n}'" for n in names]
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def equations_text(plan: Plan, closing: Closing, pack: Pack) -> str:
    """The equations that hold under a closing as text: what each determines and from what."""
    system = of_plan(plan, closing, pack)
    unknowns = dict.fromkeys(name for e in system for name in e.unknowns)
    macro, fiscal = MACRO[closing.macro], FISCAL[closing.fiscal]
    lines = [
        f"Closure {macro[0]}, {macro[1]}",
        f"Closure {fiscal[0]}, {fiscal[1]}",
        f"Unemployment: {ENGINES[closing.engine]}" if closing.macro else "Unemployment: residual",
        f"{len(system)} equations, {len(unknowns)} unknowns",
    ]
    module = ""
    for e in sorted(system, key=lambda e: e.module):
        if e.module != module:
            module = e.module
            lines += ["", module]
        lines.append(f"  {e.name}: {_short(e.left, module)}")
        if e.right:
            lines += textwrap.wrap(
                f"from {', '.join(_named(e.right, module))}", WIDTH,
                initial_indent=" " * 6, subsequent_indent=" " * 6,
            )  # fmt: skip
    return "\n".join(lines)


def _named(names: Sequence[str], module: str) -> list[str]:
    """Names as shown: the many benefits that an account sums become one entry."""
    benefits = [n for n in names if n.endswith(".benefit_expenditure")]
    if len(benefits) <= SHOWN:
        return [_short(n, module) for n in names]
    others = [_short(n, module) for n in names if n not in benefits]
    return [*others, f"benefit expenditure of {len(benefits)} schemes"]


def _short(name: str, module: str) -> str:
    return name.removeprefix(f"{module}.")
