"""The rapid assessment of a floor in a country: one run, read into tidy tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.errors import IdentityError, PackError
from socialbudget.floor.instances import GOVERNMENT, Plan, build
from socialbudget.floor.package import Package
from socialbudget.pack import FLAGS, Pack
from socialbudget.results import Results
from socialbudget.table import Entry

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_LAST_YEAR = 2040
DEFAULT_DRAWS = 100
QUANTILES: Mapping[str, float] = {"p025": 0.025, "p10": 0.10, "p90": 0.90, "p975": 0.975}
TOGETHER = 64
"""Below so many draws the central path goes through the loop with them."""
PACKAGE = "package"
"""In the column `guarantee`: the sum of all guarantees."""
MEASURES = ("headcount", "poverty_gap", "squared_gap")
NEUTRAL: Mapping[str, float] = {
    "demography.fertility_level": 1.0,
    "demography.fertility_shift": 0.0,
    "demography.mortality_index": 0.0,
    "demography.migration_shift": 0.0,
    "participation.cohort_engine": 0.0,
    "participation.trend_engine": 0.0,
}
"""Handles of scenarios: at this value in every year they say nothing that a result could rest on.
"""
WITH_COHORTS = (
    "participation.entry_rate",
    "participation.exit_rate",
    "participation.enrolment_cap",
)
"""Read by the cohort engine of participation alone."""
WITH_TREND = ("participation.trend_drift", "participation.damping")
"""Read by the trend engine, and by the cohort engine for the youngest."""
WITH_REFORM = (
    "labour_market.pensionable_age",
    "labour_market.theta_ret",
    "channels.retirement_to_participation",
)
"""What moves a result only where the pensionable age changes."""
YOUNGEST_AT_WORK = 15


@dataclass(frozen=True)
class Assessment:
    """What a package costs in a country, whom it reaches and what it does to poverty.

    Attributes
    ----------
    pack : Pack
        As given; the guarantees are in `results.pack`.
    package : Package
        One variant of a package.
    years : tuple of int
        Projected years (the base year, in which nothing is paid, is left out).
    draws : int
        Draws behind the quantiles; 0 where there are none.
    seed : int or None
    results : Results
        The central run, with every variable.
    spread : Results or None
        The draws.
    plan : Plan
        How package and country were put together.
    """

    pack: Pack
    package: Package
    years: tuple[int, ...]
    draws: int
    seed: int | None
    results: Results
    spread: Results | None
    plan: Plan

    @cached_property
    def cost(self) -> pd.DataFrame:
        """Cost by guarantee, and of the package: in currency, shares, per head; and the gap."""
        return self._tables.cost()

    @cached_property
    def recipients(self) -> pd.DataFrame:
        """Persons by guarantee and sex.

        ``target``, ``reached`` (of the target), ``recipients`` (all), and ``existing``: of the
        target, those whom benefits would reach at the coverage of today.
        """
        return self._tables.recipients()

    @cached_property
    def financing(self) -> pd.DataFrame:
        """Each option as if it alone paid the whole gap, central path."""
        frame = self.financing_quantiles
        central = frame[frame["quantile"] == "central"].drop(columns="quantile")
        return central.reset_index(drop=True)

    @cached_property
    def financing_quantiles(self) -> pd.DataFrame:
        """`financing` with quantiles."""
        return self._tables.financing()

    @cached_property
    def sources(self) -> pd.DataFrame:
        """What each source named by the package pays of the gap."""
        return self._tables.sources()

    @cached_property
    def poverty(self) -> pd.DataFrame:
        """FGT measures by line, poor persons and Gini, before and after; empty if not computed."""
        return self._tables.poverty()

    @cached_property
    def quality(self) -> pd.DataFrame:
        """Each series of the pack that the result rests on, with its weakest flag."""
        return _quality(self.plan, self.pack, self.package)

    @cached_property
    def fit(self) -> dict[str, Any]:
        """The lognormal: mean, sigma, lines, observed and fitted shares, misfit; empty if none."""
        return _fit(self.plan)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not computed or had to be taken from elsewhere, and why."""
        return self.plan.notes

    @property
    def line_origin(self) -> str:
        """How the national poverty line was found, in words; empty where there is none."""
        path = "living_standards.survey_year"
        if not self.plan.lines:
            return ""
        if path not in self.pack.entries or "assumed" in self.pack.flag_shares(path):
            return "derived from a headcount"
        return f"derived from the headcount of {self.pack.entries[path].values[0]:.0f}"

    @cached_property
    def _tables(self) -> _Tables:
        return _Tables(self.plan, self.package, self.results, self.spread)

    def value(self, table: str, year: int | None = None, quantile: str = "central",
              **where: str) -> float:  # fmt: skip
        """One number of a table, e.g. ``value("cost", measure="share_gdp")``.

        Without a year, of the last one; without a guarantee, of the whole package.

        Raises
        ------
        KeyError
            When no row or several rows match.
        """
        columns, known = self._known(table)
        wanted = {"year": self.years[-1] if year is None else year, **where}
        if "quantile" in columns:
            wanted["quantile"] = quantile
        if "guarantee" in columns:
            wanted.setdefault("guarantee", PACKAGE)
        found = (
            known.get(tuple(wanted[c] for c in columns), [])
            if set(wanted) == set(columns)
            else _matching(columns, known, wanted)
        )
        if len(found) != 1:
            raise KeyError(f"{table}: {len(found)} rows for {where}, {year}, {quantile}")
        return found[0]

    def _known(self, table: str) -> tuple[list[str], dict[tuple[Any, ...], list[float]]]:
        """Labels of a table and its values by label: a page asks for hundreds of them."""
        if table not in self._values:
            frame: pd.DataFrame = getattr(self, table)
            columns = [c for c in frame.columns if c not in ("value", "title")]
            values: dict[tuple[Any, ...], list[float]] = {}
            for key, value in zip(
                zip(*(frame[c].tolist() for c in columns), strict=True),
                frame["value"].tolist(),
                strict=True,
            ):
                values.setdefault(key, []).append(value)
            self._values[table] = columns, values
        return self._values[table]

    @cached_property
    def _values(self) -> dict[str, tuple[list[str], dict[tuple[Any, ...], list[float]]]]:
        return {}


def _matching(
    columns: list[str], known: Mapping[tuple[Any, ...], list[float]], wanted: Mapping[str, Any]
) -> list[float]:
    """Values of the rows with these labels, where not every label is given."""
    if unknown := set(wanted) - set(columns):
        raise KeyError(f"no column {sorted(unknown)}; there are {columns}")
    places = [(columns.index(c), value) for c, value in wanted.items()]
    return [
        v for key, values in known.items() if all(key[i] == w for i, w in places) for v in values
    ]


def assess(
    pack: Pack,
    package: Package,
    *,
    to: int = DEFAULT_LAST_YEAR,
    draws: int = DEFAULT_DRAWS,
    seed: int | None = 1,
) -> Assessment:
    """Assess a package, or one variant of it, in a country.

    Parameters
    ----------
    pack : Pack
        Of any level.
    package : Package
        `Package.with_variant` chooses the low or the high variant.
    to : int
        Last year.
    draws : int
        Draws of demography and growth behind the quantiles; 0 or no seed for the central path
        alone.
    seed : int, optional

    Raises
    ------
    PackError
        With every series that the package needs and the pack lacks.
    """
    plan = build(pack, package, to)
    central, spread, note = _runs(plan, to, draws if seed is not None else 0, seed)
    if note:
        plan = replace(plan, notes=(*plan.notes, note))
    return Assessment(
        pack=pack,
        package=package,
        years=tuple(central.years[1:]),
        draws=draws if spread is not None else 0,
        seed=seed if spread is not None else None,
        results=central,
        spread=spread,
        plan=plan,
    )


def _runs(plan: Plan, to: int, draws: int, seed: int | None) -> tuple[Results, Results | None, str]:
    """The central run, the draws, and a note where the draws have no result.

    A few draws go through the loop together with the central path, which costs hardly more than
    the central path alone: what a run of the world consists of.
    """
    from socialbudget.ensemble import project

    if draws == 0:
        return project(plan.pack, to=to, modules=plan.modules), None, ""
    try:
        if draws < TOGETHER:
            return *_together(plan, to, draws, seed or 0), ""
        spread = project(plan.pack, to=to, draws=draws, seed=seed, modules=plan.modules)
        return project(plan.pack, to=to, modules=plan.modules), spread, ""
    except (IdentityError, PackError) as error:
        # The central path may stand; the draws of a tiny population may leave what is possible.
        central = project(plan.pack, to=to, modules=plan.modules)
        said = " ".join(str(error).split())
        return central, None, f"No ranges, since a draw has no result: {said}"


def _together(plan: Plan, to: int, draws: int, seed: int) -> tuple[Results, Results]:
    """The central path as the first of ``draws + 1`` paths; the same numbers as `project`."""
    from socialbudget.drivers import disturbed, spreads
    from socialbudget.ensemble import prepare
    from socialbudget.projection import run
    from socialbudget.scenario import EMPTY

    pack = plan.pack
    built, parameters = prepare(pack, to=to, modules=plan.modules)
    drivers = pack.manifest.uncertainty
    tables = spreads(pack, built.params, to)
    moved = disturbed(
        parameters,
        built.params,
        drivers,
        seed,
        range(draws),
        pack.base_year,
        tables,
        pack.manifest.uncertainty_var,
    )
    paths = {
        path: np.concatenate([parameters[path], array], axis=1) if array.shape[1] > 1 or (
            array is not parameters[path]
        ) else array
        for path, array in moved.items()
    }  # fmt: skip
    whole = run(built, pack.coords, paths, pack.base_year, to, draws + 1)

    def part(rows: slice, own_seed: int | None) -> Results:
        return Results(
            pack=pack,
            scenario=EMPTY,
            plan=built,
            coords=pack.coords,
            years=tuple(range(pack.base_year, to + 1)),
            arrays={name: array[:, rows] for name, array in whole.arrays.items()},
            parameters=parameters,
            sweeps=whole.sweeps,
            identities={key: array[:, rows] for key, array in whole.identities.items()},
            seed=own_seed,
        )

    return part(slice(0, 1), None), part(slice(1, None), seed)


def assess_variants(
    pack: Pack,
    package: Package,
    *,
    to: int = DEFAULT_LAST_YEAR,
    draws: int = DEFAULT_DRAWS,
    seed: int | None = 1,
) -> dict[str, Assessment]:
    """An assessment of each variant (``low``, ``high``), or of the package under ``""``."""
    return {
        name: assess(pack, package.with_variant(name), to=to, draws=draws, seed=seed)
        for name in package.variants or ("",)
    }


class _Tables:
    """Tidy tables from the central run and the draws."""

    def __init__(self, plan: Plan, package: Package, central: Results, spread: Results | None):
        self._plan, self._package = plan, package
        self._central, self._spread = central, spread
        self.years = tuple(central.years[1:])

    def _both(self, compute: Any) -> dict[str, Array]:
        """The central path and quantiles over draws of ``compute(results) -> [year, draw]``."""
        out = {"central": compute(self._central)[1:, 0]}
        if self._spread is not None:
            values = compute(self._spread)[1:]
            found = np.quantile(values, list(QUANTILES.values()), axis=1)
            out.update(zip(QUANTILES, found, strict=True))
        return out

    def _frame(self, rows: list[tuple[dict[str, str], Any]], columns: tuple[str, ...]) -> Any:
        import pandas as pd

        parts: dict[str, list[Any]] = {c: [] for c in ("year", *columns, "quantile", "value")}
        for labels, compute in rows:
            for quantile, values in self._both(compute).items():
                n = len(values)
                parts["year"].extend(self.years)
                for column in columns:
                    parts[column].extend([labels[column]] * n)
                parts["quantile"].extend([quantile] * n)
                parts["value"].extend(values.tolist())
        return pd.DataFrame(parts)

    def _items(self) -> list[tuple[str, str, str]]:
        """Guarantee, title and prefix of its variables; the package last."""
        found = [(k, g.title, self._plan.names[k]) for k, g in self._package.guarantees.items()]
        return [*found, (PACKAGE, self._package.label, "floor")]

    def cost(self) -> Any:
        rows = []
        for key, title, z in self._items():
            measures = {
                "cost_lcu": lambda r, z=z: r[f"{z}.cost"],
                "share_gdp": lambda r, z=z: r[f"{z}.cost"] / r["macroeconomy.gdp"],
                "share_government_expenditure": lambda r, z=z: (
                    r[f"{z}.cost"] / r["floor.government_expenditure"]
                ),
                "per_head_lcu": lambda r, z=z: (
                    r[f"{z}.cost"] / r["demography.population_midyear"].sum(axis=(2, 3))
                ),
                "gap_lcu": lambda r, z=z: r[f"{z}.gap"],
                "gap_share_gdp": lambda r, z=z: r[f"{z}.gap"] / r["macroeconomy.gdp"],
            }
            if "floor.government_expenditure" not in self._central.arrays:
                del measures["share_government_expenditure"]
            rows += [
                ({"guarantee": key, "title": title, "measure": m}, f) for m, f in measures.items()
            ]
        return self._frame(rows, ("guarantee", "title", "measure"))

    def recipients(self) -> Any:
        rows = []
        for key, title, z in self._items():
            if key == PACKAGE:
                continue  # one person may receive several guarantees
            for i, sex in enumerate(("female", "male")):
                measures = {
                    "target": lambda r, z=z, i=i: r[f"{z}.target"][:, :, i],
                    "reached": lambda r, z=z, i=i: r[f"{z}.reached"][:, :, i],
                    "recipients": lambda r, z=z, i=i: r[f"{z}.recipients"][..., i].sum(axis=2),
                }
                if self._package.guarantees[key].existing == "coverage":
                    measures["existing"] = lambda r, z=z, i=i: (
                        r.parameters[f"schemes.{z}.existing_coverage"][0, 0]
                        * r[f"{z}.target"][:, :, i]
                    )
                rows += [
                    ({"guarantee": key, "title": title, "sex": sex, "measure": m}, f)
                    for m, f in measures.items()
                ]
        return self._frame(rows, ("guarantee", "title", "sex", "measure"))

    def financing(self) -> Any:
        def gap(r: Results) -> Array:
            return r["floor.gap"]

        def owed(r: Results) -> Array:
            """What would be owed if every gap so far were borrowed, without interest."""
            return np.cumsum(r["floor.gap"], axis=0)

        bases: dict[str, Any] = {
            "income_tax": lambda r: r["rapid_economy.taxable_earnings"],
            "payroll": lambda r: r["labour_market.formal_wage_bill"],
            "consumption_tax": lambda r: r["macroeconomy.private_consumption"],
        }
        government = "floor.government_revenue" in self._central.arrays
        if government:
            bases["reprioritisation"] = lambda r: r["floor.government_expenditure"]
        rows: list[tuple[dict[str, str], Any]] = []

        def add(option: str, money: Any, base: Any = None) -> None:
            measures = {"lcu": money, "share_gdp": lambda r: money(r) / r["macroeconomy.gdp"]}
            if government:
                measures["share_revenue"] = lambda r: money(r) / r["floor.government_revenue"]
            if base is not None:
                measures["rate_points"] = lambda r: money(r) / base(r)
            rows.extend(({"option": option, "measure": m}, f) for m, f in measures.items())

        add("gap", gap)
        names = {"payroll": "payroll_contribution",
                 "reprioritisation": "reprioritisation_of_expenditure"}  # fmt: skip
        for source, base in bases.items():
            add(names.get(source, source), gap, base)
        add("debt", owed)
        return self._frame(rows, ("option", "measure"))

    def sources(self) -> Any:
        """Money that each source of the package gives towards the gap."""
        by_source: dict[str, list[tuple[str, float]]] = {}
        for key, g in self._package.guarantees.items():
            for name, share in g.financing.items():
                by_source.setdefault(str(name), []).append((self._plan.names[key], share))
        rows: list[tuple[dict[str, str], Any]] = []
        for source, parts in by_source.items():

            def money(r: Results, parts: list[tuple[str, float]] = parts) -> Array:
                return np.asarray(sum(share * r[f"{z}.gap"] for z, share in parts))

            measures = {
                "lcu": money,
                "share_gdp": lambda r, money=money: money(r) / r["macroeconomy.gdp"],
            }
            rows += [({"source": source, "measure": m}, f) for m, f in measures.items()]
        return self._frame(rows, ("source", "measure"))

    def poverty(self) -> Any:
        rows: list[tuple[dict[str, str], Any]] = []
        if self._plan.fit is not None:
            for i, line in enumerate(self._plan.lines):
                for stage in ("before", "after"):
                    measures = {m: f"living_standards.{m}_{stage}" for m in MEASURES}
                    measures["poor_persons"] = f"living_standards.poor_persons_{stage}"
                    rows += [
                        (
                            {"line": line, "measure": m, "stage": stage},
                            lambda r, n=name, i=i: r[n][:, :, i],
                        )
                        for m, name in measures.items()
                    ]
            for stage in ("before", "after"):
                rows.append(
                    (
                        {"line": "all", "measure": "gini", "stage": stage},
                        lambda r, n=f"living_standards.gini_{stage}": r[n],
                    )
                )
        return self._frame(rows, ("line", "measure", "stage"))


def _fit(plan: Plan) -> dict[str, Any]:
    fit = plan.fit
    if fit is None:
        return {}
    return {
        "mean": fit.mean,
        "sigma": fit.sigma,
        "lines": dict(plan.lines),
        "observed": dict(fit.observed),
        "fitted": dict(fit.fitted),
        "misfit": fit.misfit,
        "unused": fit.unused,
        "given_mean": fit.given_mean,
    }


def _quality(plan: Plan, pack: Pack, package: Package) -> Any:
    """Each series of the pack that the result rests on, with the weakest flag of its cells.

    Handles at rest are left out, and so are cells that nothing reads (`_read_cells`).
    """
    import pandas as pd

    rows = []
    own = pack
    for path in plan.used:
        pack = own if path in own.entries or plan.kin is None else plan.kin.pack
        if path not in pack.entries or _at_rest(pack, path):
            continue
        entry = pack.entries[path]
        read = _read_cells(path, entry, package)
        flags = pack.tables.tables[entry.table].text("flag")[entry.rows][read].shares()
        sources = pack.shares(path, "source")
        notes = [n for n in pack.shares(path, "note") if n]
        rows.append(
            {
                "path": path,
                "value": float(entry.values[0]) if not entry.dims else np.nan,
                "unit": entry.unit,
                "source": "; ".join(pack.manifest.sources[s].title for s in sources),
                "flag": max(flags, key=FLAGS.index),
                "share_observed": flags.get("observed", 0.0),
                "share_imputed": flags.get("imputed", 0.0),
                "share_assumed": flags.get("assumed", 0.0),
                "note": notes[0] if notes else "",
            }
        )
    return pd.DataFrame(rows)


def _at_rest(pack: Pack, path: str) -> bool:
    """Whether a path has no effect at the values that the pack gives it."""

    def holds(name: str, value: float) -> bool:
        return name not in pack.entries or bool((pack.entries[name].values == value).all())

    if path in NEUTRAL:
        return holds(path, NEUTRAL[path])
    if path in WITH_COHORTS:
        return holds("participation.cohort_engine", 0.0)
    if path in WITH_TREND:
        engines = ("participation.cohort_engine", "participation.trend_engine")
        return all(holds(engine, 0.0) for engine in engines)
    if path in WITH_REFORM:
        age = pack.entries.get("labour_market.pensionable_age")
        return age is None or bool((age.values == age.values[0]).all())
    return False


def _read_cells(path: str, entry: Entry, package: Package) -> NDArray[np.bool_]:
    """Which cells of a path the result reads, bool[year x dims]; all where not known better.

    Of coverage, the functions whose guarantees start from what exists; of labour, ages from 15.
    """
    read = np.ones(entry.values.shape, dtype=bool)
    if path == "protection.coverage":
        functions = {g.function for g in package.guarantees.values() if g.existing == "coverage"}
        read[:] = [function in functions for function in STANDARD["function"]]
    elif path.startswith(("participation.", "labour_market.")) and "age" in entry.dims:
        young = np.array([int(age) < YOUNGEST_AT_WORK for age in STANDARD["age"]])
        np.moveaxis(read, 1 + entry.dims.index("age"), -1)[..., young] = False
    return read.ravel()


__all__ = ["GOVERNMENT", "PACKAGE", "QUANTILES", "Assessment", "assess", "assess_variants"]
