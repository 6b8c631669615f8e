"""From a package and a country to scheme instances, their values and the modules of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from socialbudget.contract import Array, Module, Param
from socialbudget.dims import FUNCTIONS, STANDARD
from socialbudget.errors import PackError
from socialbudget.floor.kin import Kin, kin
from socialbudget.floor.package import PERIODS, Guarantee, Package, Sum
from socialbudget.modules import schemes_of
from socialbudget.modules._shared import GDP_ACCOUNTS, LABOUR_SHARE
from socialbudget.modules.demography import Demography
from socialbudget.modules.families import ACCEPTED as FAMILIES
from socialbudget.modules.floor_accounts import FloorAccounts
from socialbudget.modules.living_standards import ACCEPTED, LINES, LivingStandards
from socialbudget.modules.participation import Participation
from socialbudget.modules.rapid_economy import RapidEconomy
from socialbudget.modules.schemes import guarantee as guarantee_kind
from socialbudget.pack import Driver, Pack, SchemeInstance, Source, resolve
from socialbudget.pack_schemes import Value
from socialbudget.poverty import SMALLEST_SHARE, LognormalFit, fit_lognormal, lognormal_fgt

PREFIX = "floor_"
"""Before the name of a guarantee, so that it cannot clash with a scheme of the pack."""
DOLLARS = {"international_300": 3.0, "international_420": 4.2, "international_830": 8.3}
"""International poverty lines, dollars of 2021 purchasing power a day (World Bank, June 2025)."""
DAYS = 365.0
PLAUSIBLE = (0.25, 1.5)
"""Mean of the surveys over 85% of consumption of the national accounts; a note outside."""
METHOD, PACKAGE = "floor_method", "floor_package"
GROWTH = "macroeconomy.productivity_growth"
TFP_GROWTH = "macroeconomy.tfp_growth"
GOVERNMENT = ("government.total_revenue", "government.total_expenditure")
ACCOUNTS = tuple(param.path for param in GDP_ACCOUNTS)
"""What GDP is added up from."""
MISSING = re.compile(r"'path': '([^']+)' is missing")
LACKING = "Missing series: "

PUBLISHED = {param.path: param for param in ACCEPTED}
"""What is read from a pack to build the guarantees and the distribution of welfare."""
SUPPLY = "Add it to the pack (docs/packs.md), or use a package that does not need it"


@dataclass(frozen=True)
class Plan:
    """A country with a package, ready to run.

    Attributes
    ----------
    pack : Pack
        The country with the guarantees as its only schemes.
    modules : list of Module
        The rapid plan.
    fit : LognormalFit or None
        Distribution of welfare in the base year; None where the pack lacks the series.
    lines : dict of str to float
        Poverty lines, LCU per person and year at base-year prices.
    names : dict of str to str
        Scheme instance of each guarantee.
    used : tuple of str
        Paths of the pack that the result rests on.
    notes : tuple of str
        What could not be computed and why.
    kin : Kin or None
        Orphans and limited children, where a guarantee asks for them.
    """

    pack: Pack
    modules: list[Module]
    fit: LognormalFit | None
    lines: dict[str, float]
    names: dict[str, str]
    used: tuple[str, ...]
    notes: tuple[str, ...]
    kin: Kin | None = None


class Inputs:
    """Reads published series of a pack one by one, and remembers which were used or missing."""

    def __init__(self, pack: Pack):
        self.pack = pack
        self.used: list[str] = []
        self.faults: list[str] = []
        self._read: dict[str, Array | None] = {}

    def has(self, path: str) -> bool:
        return path in self.pack.entries

    def get(self, path: str, why: str) -> Array | None:
        """The series, float64[*dims]; None, and a fault that says `why`, where it is missing."""
        if not self.has(path):
            param = PUBLISHED[path]
            table = "_".join(param.dims) or "scalar"
            self.faults.append(
                f"table '{table}': column 'path': '{path}' is missing ({param.doc}); {why}. "
                f"{SUPPLY}"
            )
            return None
        if path not in self._read:
            self._read[path] = resolve(self.pack, [PUBLISHED[path]], self.pack.base_year)[path][
                0, 0
            ]
        if path not in self.used:
            self.used.append(path)
        return self._read[path]


def distribution(
    inputs: Inputs, why: str, notes: list[str]
) -> tuple[LognormalFit, dict[str, float]] | None:
    """Lognormal of welfare in the base year, and the poverty lines in LCU a year.

    None where a series is missing; the faults are with `inputs`. The national line is where the
    national headcount lies. Where that is nobody (China since 2020), the line is the higher of
    3.00 dollars a day and half the median, and a note says so.

    Raises
    ------
    PackError
        When the published figures contradict each other.
    """
    gini, headcount, growth, factor = (
        inputs.get(f"living_standards.{name}", why)
        for name in ("gini", "headcount", "private_growth", "ppp_factor")
    )
    if gini is None or headcount is None or growth is None or factor is None:
        return None
    yearly = DAYS * float(factor)
    lines = {name: dollars * yearly for name, dollars in DOLLARS.items()}
    shares = dict(zip(LINES, (float(h) for h in headcount), strict=True))
    national = shares.pop("national")
    # Real growth since the survey.
    grown = 1.0 + float(growth)
    try:
        consumption = _consumption(inputs.pack)
        of_survey = None if consumption is None else consumption / grown
        fit = fit_lognormal(lines, shares, float(gini), of_survey)
    except ValueError as error:
        raise PackError(
            f"pack '{inputs.pack.iso3}'",
            [f"'living_standards.headcount' and 'living_standards.gini': {error}"],
        ) from None
    if SMALLEST_SHARE < national < 1.0 - SMALLEST_SHARE:
        lines["national"] = fit.line_at(national)
        notes += _moved_line(inputs.pack)
    else:
        lines["national"] = max(lines["international_300"], fit.line_at(0.5) / 2.0)
        national = lognormal_fgt(fit.mean, fit.sigma, lines["national"], 0)
        notes.append(
            "The national poverty line is assumed: the headcount at it does not show where it "
            "lies, so the higher of 3.00 dollars a day and half the median is used"
        )
    if fit.given_mean is not None and not PLAUSIBLE[0] < fit.mean / fit.given_mean < PLAUSIBLE[1]:
        notes.append(
            f"Mean welfare is {fit.mean / fit.given_mean:.2g} times what the national accounts "
            "suggest: survey, purchasing power and currency hardly belong together, so poverty "
            "lines and what is tied to them are doubtful"
        )
    observed = {**fit.observed, "national": national}
    fitted = {**fit.fitted, "national": national}
    return (
        replace(
            fit,
            mean=fit.mean * grown,
            observed=observed,
            fitted=fitted,
            given_mean=None if fit.given_mean is None else fit.given_mean * grown,
        ),
        {line: lines[line] for line in LINES},
    )


def _moved_line(pack: Pack) -> list[str]:
    """Words of the pack where the national headcount is not of the survey of the others."""
    entry = pack.entries["living_standards.headcount"]
    cell = entry.rows.start + LINES.index("national")
    table = pack.tables.tables[entry.table]
    note = table.text("note").at(cell)
    if table.text("flag").at(cell) != "estimated" or not note:
        return []
    return [f"The national poverty line follows from a headcount of another year: {note}"]


def _consumption(pack: Pack) -> float | None:
    """Private consumption per head in the base year; None where the pack lacks it."""
    path = "macroeconomy.private_consumption"
    if path not in pack.entries or "demography.population" not in pack.entries:
        return None
    people = pack.entries["demography.population"].values[0].sum()
    return float(pack.entries[path].values[0] / people)


def build(pack: Pack, package: Package, to: int, *, alone: bool = True) -> Plan:
    """Put a package into a country.

    Parameters
    ----------
    alone : bool
        True for the rapid plan; False leaves the pack's own schemes in, for the full model
        (`modules` is then empty).

    Raises
    ------
    PackError
        With every series that is missing, and how to supply it.
    """
    _reaches(pack, to)
    inputs = Inputs(pack)
    tied = {
        key: why
        for key, g in package.guarantees.items()
        for why in (
            ["its amount is tied to a poverty line"] if g.amount.of == "poverty_line" else []
        )
        + (["it is for the poor"] if g.targeting.mode == "poor" else [])
    }
    notes: list[str] = []
    welfare = ("gini", "headcount", "private_growth", "ppp_factor")
    absent = [f"living_standards.{n}" for n in welfare if not inputs.has(f"living_standards.{n}")]
    found: tuple[LognormalFit, dict[str, float]] | None = None
    if tied:
        key, why = next(iter(tied.items()))
        found = distribution(inputs, f"[guarantee.{key}] needs it, since {why}", notes)
    elif absent:
        notes.append("Poverty and inequality are not computed: the pack lacks " + ", ".join(absent))
    else:
        found = distribution(inputs, "", notes)
    fit, lines = found if found else (None, {})
    first = package.first_year or pack.base_year + 1
    if not pack.base_year < first <= to:
        inputs.faults.append(
            f"package '{package.name}': field 'first_year': {first} lies outside the projected "
            f"years {pack.base_year + 1} to {to}; change it or --to"
        )
    instances: dict[str, SchemeInstance] = {}
    values: list[Value] = []
    try:
        base = _base(pack)
    except PackError as error:
        # Said together with what else is missing.
        inputs.faults += error.faults
        base = _Base(pack.base_year, 1.0, 1.0)
    families: Kin | None = None
    if not inputs.faults:
        families = kin(pack, package, to)
    by_age = families.shares if families else {}
    for key, g in package.guarantees.items():
        name = PREFIX + key
        instances[name] = _instance(g, package, first)
        values += _values(name, key, g, inputs, base, fit, lines, first, to, by_age.get(key))
    if inputs.faults:
        raise PackError(
            f"pack '{pack.iso3}' with package '{package.name}'", _together(pack, inputs.faults)
        )
    if fit is not None and len(fit.unused) == len(DOLLARS):
        notes.append(
            "Mean welfare is taken from private consumption of the national accounts: every "
            "headcount at the international lines is too near to 0 or 1 to show where the "
            "distribution lies"
        )
    sources = {
        METHOD: Source(publisher="socialbudget", title="Method of the rapid assessment",
                       licence="Apache-2.0"),
        PACKAGE: Source(publisher="socialbudget", title=f"Package: {package.label}",
                        licence="Apache-2.0", note=package.source),
    }  # fmt: skip
    extended = pack.with_schemes(instances, values, sources, alone=alone)
    names = {key: PREFIX + key for key in package.guarantees}
    if not alone:
        return Plan(extended, [], fit, lines, names, tuple(inputs.used), tuple(notes), families)
    government = all(path in pack.entries for path in GOVERNMENT)
    if not government:
        lacking = ", ".join(path for path in GOVERNMENT if path not in pack.entries)
        notes.append(f"Nothing is compared with the government's budget: the pack lacks {lacking}")
    modules = rapid_modules(extended, package, fit, lines, government=government)
    read = {p.path for m in modules for p in m.params if p.path in pack.entries}
    extended, behind = _with_drivers(extended, read)
    if families is not None:
        from socialbudget.population import has_families
        from socialbudget.population.nuptiality import region_of

        behind |= {p.path for p in FAMILIES if p.path in families.pack.entries}
        if not has_families(pack):
            notes.append(
                "Orphans and children by mother rest on an assumed marriage pattern of the region "
                f"and on past mortality that fell at an assumed rate ({region_of(pack)})"
            )
    used = tuple(sorted({*read, *behind, *inputs.used}))
    return Plan(extended, modules, fit, lines, names, used, tuple(notes), families)


def _reaches(pack: Pack, to: int) -> None:
    """Refuse a run beyond the last year of the pack, once and not series by series."""
    annual = {p.path for m in (Demography, Participation, RapidEconomy) for p in m.params
              if p.time == "annual"}  # fmt: skip
    ends = [pack.entries[path].years[-1] for path in sorted(annual & set(pack.entries))
            if pack.manifest.extrapolation.get(path) != "hold"]  # fmt: skip
    if ends and to > min(ends):
        raise PackError(
            f"pack '{pack.iso3}'",
            [f"ends in {min(ends)}, the run would go to {to}; give --to {min(ends)} or earlier"],
        )


def _together(pack: Pack, faults: Sequence[str]) -> list[str]:
    """The faults, each once; of a country without any economy, one that names all series."""
    once = list(dict.fromkeys(faults))
    if any(path in pack.entries for path in ACCOUNTS):
        return once
    lacking = dict.fromkeys(path for fault in once for path in MISSING.findall(fault))
    headline = (
        f"{pack.manifest.name} has no national accounts in its pack (no GDP of "
        f"{pack.base_year}), so that no floor can be costed: only "
        f"`socialbudget population {pack.iso3}` is possible. {LACKING}{', '.join(lacking)}"
    )
    return [headline, *(fault for fault in once if not MISSING.search(fault))]


def rapid_modules(
    pack: Pack,
    package: Package,
    fit: LognormalFit | None,
    lines: Mapping[str, float],
    *,
    government: bool,
) -> list[Module]:
    """The modules of the rapid plan, for a pack whose only schemes are the guarantees."""
    schemes = schemes_of(pack)
    modules: list[Module] = [Demography(), Participation(), RapidEconomy()]
    for scheme in schemes:
        modules += guarantee_kind.modules(scheme)
    modules.append(FloorAccounts(schemes, government=government))
    if fit is not None:
        targeted = [PREFIX + k for k, g in package.guarantees.items() if g.targeting.mode == "poor"]
        modules.append(LivingStandards(schemes, targeted, fit, lines))
    return modules


def _with_drivers(pack: Pack, read: set[str]) -> tuple[Pack, set[str]]:
    """The drivers that the rapid plan reads, one for growth among them, and what that rests on.

    Growth may be part of a system of drivers, which is then used as it is. Else a pack for the
    full model has its uncertainty of growth in total factor productivity: along a balanced path,
    output per person grows by that over the share of labour, and so does its spread. A pack with
    neither gets a default.
    """
    known = pack.manifest.uncertainty
    drivers = {p: d for p, d in known.items() if p in read}
    behind: set[str] = set()
    together = {p for s in pack.manifest.uncertainty_var.values() for p in s.paths}
    if GROWTH not in drivers and GROWTH not in together & read:
        tfp = known.get(TFP_GROWTH)
        if (
            tfp is not None
            and tfp.kind == "add"
            and tfp.sd is not None
            and LABOUR_SHARE.path in pack.entries
        ):
            share = float(
                resolve(pack, [LABOUR_SHARE], pack.base_year)[LABOUR_SHARE.path].ravel()[0]
            )
            note = f"That of {TFP_GROWTH} over the labour share of {share:.3g}"
            drivers[GROWTH] = tfp.model_copy(update={"sd": tfp.sd / share, "note": note})
            behind = {p for p in (TFP_GROWTH, LABOUR_SHARE.path) if p in pack.entries}
        else:
            drivers[GROWTH] = Driver(kind="add", sd=0.01, persistence=0.3, source=METHOD,
                                     flag="assumed", note="Points of yearly growth")  # fmt: skip
    manifest = pack.manifest.model_copy(update={"uncertainty": drivers})
    return replace(pack, manifest=manifest), behind


@dataclass(frozen=True)
class _Base:
    """Levels of the base year that amounts are tied to; None where the pack lacks the series."""

    year: int
    gdp_per_head: float
    average_wage: float


def _base(pack: Pack) -> _Base:
    """GDP over mid-year population, as the model itself has them in the base year."""
    from socialbudget.ensemble import project

    year = pack.base_year + 1
    params = {p.path: p for m in (Demography, Participation, RapidEconomy) for p in m.params}
    resolve(pack, params.values(), year)
    results = project(pack, to=year, modules=[Demography()])
    people = float(results["demography.population_midyear"][0, 0].sum())
    accounts = resolve(pack, RapidEconomy.params, year)
    c, g, i, x, m = (
        float(accounts[f"macroeconomy.{n}"][0, 0])
        for n in ("private_consumption", "government_consumption", "investment", "exports",
                  "imports")
    )  # fmt: skip
    wage = float(accounts["labour_market.base_average_wage"][0, 0])
    return _Base(pack.base_year, (c + g + i + x - m) / people, wage)


def _instance(g: Guarantee, package: Package, first: int) -> SchemeInstance:
    return SchemeInstance(
        kind=guarantee_kind.KIND,
        title=g.title,
        institution="Social protection floor",
        function=g.function,
        benefit_type=g.benefit_type,
        means_tested=g.targeting.mode == "poor",
        legal_basis=f"Package '{package.label}'; Recommendation 202 of 2012",
        since=first,
        population_group=describe_group(g),
        has_ceiling=g.amount.cap is not None,
    )


def describe_group(g: Guarantee) -> str:
    """The group in words."""
    if g.who == "births":
        text = "women giving birth"
    else:
        assert g.ages is not None
        spans = set(g.ages.values())
        noun = {"population": "", "disabled": "with a severe disability, ",
                "unemployed": "unemployed, ",
                "orphans": "orphans of both parents, " if g.orphans == "double" else "orphans, ",
                }[g.who]  # fmt: skip

        def ages(span: tuple[int, int]) -> str:
            low, high = span
            if low == 0 and high == 100:
                return "all ages"
            return f"aged {low} and over" if high == 100 else f"aged {low} to {high}"

        if len(spans) == 1 and len(g.ages) == 2:
            text = noun + ages(next(iter(spans)))
        else:
            people = {"female": "women", "male": "men"}
            text = noun + ", ".join(f"{people[s]} {ages(a)}" for s, a in g.ages.items())
    if g.children_per_woman_at_most is not None:
        text += f", at most {g.children_per_woman_at_most} of one woman"
    if g.share < 1.0:
        text += f", {g.share:.3g} of them"
    return f"poor, {text}" if g.targeting.mode == "poor" else text


def _rate(g: Guarantee, prevalence: Array | None) -> Array:
    rate = np.zeros((2, len(STANDARD["age"])))
    for sex, (low, high) in (g.ages or {}).items():
        rate[STANDARD["sex"].index(sex), low : high + 1] = g.share
    return rate if prevalence is None else rate * prevalence


def _values(
    name: str,
    key: str,
    g: Guarantee,
    inputs: Inputs,
    base: _Base,
    fit: LognormalFit | None,
    lines: Mapping[str, float],
    first: int,
    to: int,
    by_age: Mapping[int, Array] | None,
) -> list[Value]:
    """All values of one guarantee; what is missing is left to `inputs.faults`."""
    year, where = base.year, f"[guarantee.{key}] needs it"
    none = np.zeros((2, len(STANDARD["age"])))
    prevalence = None
    if g.who == "disabled":
        prevalence = inputs.get("demography.disability_prevalence", where)
        prevalence = none if prevalence is None else prevalence
    rate = _rate(g, prevalence)
    had = 0.0
    if g.existing == "coverage":
        coverage = inputs.get("protection.coverage", f"{where} for what exists already")
        had = 0.0 if coverage is None else float(coverage[FUNCTIONS.index(g.function)])
    spent = 0.0
    if g.existing == "health_expenditure":
        health = inputs.get("government.health_expenditure", f"{where} for what exists already")
        spent = 0.0 if health is None else float(health)
    score, sigma = 0.0, 1.0
    if g.targeting.mode == "poor" and fit is not None and g.targeting.line is not None:
        sigma = fit.sigma
        score = (np.log(lines[g.targeting.line] / fit.mean) + sigma**2 / 2.0) / sigma

    def money(amount: Sum, what: str) -> float:
        rate_of = {"LCU": None, "USD": "exchange_rate", "USD_PPP": "ppp_factor"}[amount.currency]
        if rate_of is None:
            factor: Array | float | None = 1.0
        else:
            factor = inputs.get(f"living_standards.{rate_of}", f"{where} for its {what}")
        return amount.value * PERIODS[amount.per] * float(1.0 if factor is None else factor)

    amount = g.amount
    if amount.sum is not None:
        level = money(amount.sum, "amount")
    elif amount.of == "gdp_per_head":
        level = (amount.share or 0.0) * base.gdp_per_head
    elif amount.of == "average_wage":
        level = (amount.share or 0.0) * base.average_wage
    else:
        assert amount.line is not None
        level = (amount.share or 0.0) * lines.get(amount.line, 0.0)
    least = money(amount.minimum, "minimum") if amount.minimum else 0.0

    reason = g.reasons

    def scalar(
        parameter: str, value: float | Mapping[int, float], unit: str = "1", field: str = "",
        flag: str = "assumed", source: str = PACKAGE,
    ) -> Value:  # fmt: skip
        by_year = value if isinstance(value, Mapping) else {year: value}
        note = reason.get(field, "")
        return Value(f"schemes.{name}.{parameter}", (), by_year, unit, source, flag, note)

    def table(parameter: str, value: Array | dict[int, Array], flag: str, field: str) -> Value:
        note = reason.get(field, "")
        by_year = value if isinstance(value, dict) else {year: value}
        return Value(f"schemes.{name}.{parameter}", ("sex", "age"), by_year, "1",
                     PACKAGE, flag, note)  # fmt: skip

    def of_people() -> Array | dict[int, Array]:
        if g.who not in ("population", "disabled", "orphans"):
            return none
        if by_age is None:
            return rate
        # The base year has no guarantee; its entry holds until the first projected year.
        return {year: none, **{t: rate * share for t, share in by_age.items()}}

    out = [
        table("recipient_rate", of_people(), "assumed", "ages"),
        table("unemployed_share", rate if g.who == "unemployed" else none, "assumed", "ages"),
        scalar("births_share", g.share if g.who == "births" else 0.0, field="share"),
        scalar("poor_only", 1.0 if g.targeting.mode == "poor" else 0.0, field="targeting"),
        scalar("poor_score", score, flag="estimated", source=METHOD),
        scalar("welfare_sigma", sigma, flag="estimated", source=METHOD),
        scalar("exclusion_error", g.targeting.exclusion_error, field="targeting"),
        scalar("inclusion_error", g.targeting.inclusion_error, field="targeting"),
        scalar("coverage", coverage_path(g, had, year, first, to), field="coverage"),
        scalar("existing_coverage", had, flag="estimated", source=METHOD),
        # A start of its own says that the package replaces what exists.
        scalar("existing_kept", 1.0 if g.coverage.start == "existing" else 0.0, field="coverage"),
        scalar("existing_expenditure", spent, "LCU/year", flag="estimated", source=METHOD),
        scalar("benefit_amount", level, "LCU/year", "amount", "estimated"),
        scalar("benefit_minimum", least, "LCU/year", "amount"),
        scalar("paid_share", g.paid_share, field="months"),
        scalar("administration_share", g.administration_share, field="administration_share"),
        *(
            scalar(f"index_{index}", 1.0 if g.index == index else 0.0, field="indexation")
            for index in guarantee_kind.INDICES
        ),
        # What the full model asks of every scheme: paid by the state, without a reserve.
        scalar("state_share", 1.0),
        scalar("earmarked_tax_share", 0.0),
        scalar("reserve", 0.0, "LCU"),
        scalar("reserve_return", 0.0, "1/year"),
        scalar("bond_share", 0.0),
        Value(f"schemes.{name}.base_expenditure", ("function",), {year: np.zeros(len(FUNCTIONS))},
              "LCU/year", PACKAGE, "assumed"),
    ]  # fmt: skip
    if amount.cap is not None:
        out.append(scalar("benefit_cap", money(amount.cap, "cap"), "LCU/year", "amount"))
    return out


def coverage_path(g: Guarantee, had: float, base: int, first: int, to: int) -> dict[int, float]:
    """Share of the target reached by year: 0 before the first year, then a straight line.

    An existing coverage above the target of the package, take-up included, is kept.
    """
    target = g.coverage.target * g.take_up
    start = had if g.coverage.start == "existing" else float(g.coverage.start) * g.take_up
    target = max(target, start) if g.coverage.start == "existing" else target
    path = {base: 0.0}
    for year in range(first, to + 1):
        ramp = g.coverage.ramp_years
        done = 1.0 if ramp == 0 else min((year - first + 1) / ramp, 1.0)
        path[year] = target if done == 1.0 else start + (target - start) * done
        if done == 1.0:
            break  # the value holds from its year on
    return path


def needs(modules: Sequence[Module]) -> tuple[Param, ...]:
    """What modules read from a pack."""
    return tuple({p.path: p for m in modules for p in m.params}.values())
