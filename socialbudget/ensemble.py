"""`project()`: one run or many draws of it, in chunks over threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from socialbudget import closures
from socialbudget.contract import Array, Module, Param
from socialbudget.drivers import disturbed, spread_params, spreads
from socialbudget.errors import PackError
from socialbudget.modules import accepted_params, build_modules, core_modules
from socialbudget.pack import Pack, first_row, resolve
from socialbudget.plan import Plan, build_plan
from socialbudget.projection import Trajectory, run
from socialbudget.results import Results
from socialbudget.scenario import EMPTY, Scenario

DEFAULT_LAST_YEAR = 2100
CHUNK = 128
"""Draws that go through the loop together, at most."""
WORTH_A_THREAD = 16
"""Draws for which a thread of their own pays."""


def prepare(
    pack: Pack,
    scenario: Scenario = EMPTY,
    *,
    to: int = DEFAULT_LAST_YEAR,
    modules: Iterable[Module] | None = None,
) -> tuple[Plan, dict[str, Array]]:
    """Plan and parameters of a run, all input checked, nothing projected yet.

    Raises
    ------
    PackError, ScenarioError, PlanError
    """
    if to <= pack.base_year:
        raise PackError(
            f"pack '{pack.iso3}'",
            [f"the last year {to} must lie after the base year {pack.base_year}"],
        )
    plan = build_plan(build_modules(pack) if modules is None else modules, pack.coords)
    try:
        parameters = resolve(pack, plan.params.values(), to)
    except PackError as error:
        raise PackError(error.subject, [*error.faults, *pack.edited]) from None
    if pack.edited:
        raise PackError(f"pack '{pack.iso3}' ({pack.folder})", pack.edited)
    if modules is None:
        _refuse_unused(pack, plan.params)
    parameters = scenario.apply(parameters, plan.params, pack.coords, pack.iso3, pack.base_year, to)
    closures.check(plan, parameters, pack)
    return plan, parameters


def project(
    pack: Pack,
    scenario: Scenario | None = None,
    *,
    to: int = DEFAULT_LAST_YEAR,
    draws: int = 1,
    seed: int | None = None,
    modules: Iterable[Module] | None = None,
    progress: Callable[[int], None] | None = None,
    executor: Executor | None = None,
) -> Results:
    """Project a country's social budget year by year.

    Parameters
    ----------
    pack : Pack
    scenario : Scenario, optional
        Changes to the pack; none is the baseline.
    to : int
        Last year.
    draws : int
        Number of draws. Without a seed they are all the central path.
    seed : int, optional
        Draws the pack's stochastic drivers; the same seed gives the same drivers whatever the
        scenario (common random numbers) and whatever the number of draws asked for.
    modules : iterable of Module, optional
        Instead of the modules the pack's country needs (tests, teaching).
    progress : callable, optional
        Called with each finished year (of the first chunk).
    executor : concurrent.futures.Executor, optional
        Where chunks of draws run; a thread pool by default.

    Returns
    -------
    Results
        ``float64[year, draw, *dims]`` of every variable.

    Raises
    ------
    PackError, ScenarioError, PlanError, ConvergenceError, IdentityError
    """
    scenario = scenario or EMPTY
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    plan, parameters = prepare(pack, scenario, to=to, modules=modules)
    chunks = _chunks(draws)
    tables = {} if seed is None else spreads(pack, plan.params, to)

    def one(chunk: slice) -> Trajectory:
        own = parameters
        if seed is not None:
            numbers = range(chunk.start, chunk.stop)
            own = disturbed(
                parameters,
                plan.params,
                pack.manifest.uncertainty,
                seed,
                numbers,
                pack.base_year,
                tables,
                pack.manifest.uncertainty_var,
            )
        return run(
            plan,
            pack.coords,
            own,
            pack.base_year,
            to,
            chunk.stop - chunk.start,
            progress if chunk.start == 0 else None,
            chunk.start,
        )

    if len(chunks) == 1:
        parts = [one(chunks[0])]
    elif executor is not None:
        parts = list(executor.map(one, chunks))
    else:
        with ThreadPoolExecutor(min(len(chunks), os.cpu_count() or 1)) as pool:
            parts = list(pool.map(one, chunks))
    whole = _merge(parts)
    return Results(
        pack=pack,
        scenario=scenario,
        plan=plan,
        coords=pack.coords,
        years=tuple(range(pack.base_year, to + 1)),
        arrays=whole.arrays,
        parameters=parameters,
        sweeps=whole.sweeps,
        identities=whole.identities,
        seed=seed,
    )


def check_rapid(pack: Pack, *, to: int = DEFAULT_LAST_YEAR) -> list[str]:
    """Check a pack against all that population and rapid assessment ask of it.

    Returns
    -------
    list of str
        Paths that they would use and the pack goes without.

    Raises
    ------
    PackError
    """
    from socialbudget.modules.demography import Demography
    from socialbudget.modules.participation import Participation

    needed = {p.path: p for p in Demography().params}
    other = {**{p.path: p for p in Participation().params}, **accepted_params()}
    held = {path: p for path, p in other.items() if path in pack.entries}
    resolve(pack, {**needed, **held}.values(), to)
    if pack.edited:
        raise PackError(f"pack '{pack.iso3}' ({pack.folder})", pack.edited)
    core = {p.path: p for module in core_modules(pack) for p in module.params}
    _refuse_unused(pack, {**core, **needed, **held})
    spreads(pack, needed, to)
    return [path for path in other if path not in held and path not in needed]


def _chunks(draws: int) -> list[slice]:
    """Equal chunks, at least one a processor; results do not depend on how draws are cut."""
    count = max(-(-draws // CHUNK), min(os.cpu_count() or 1, draws // WORTH_A_THREAD), 1)
    edges = [round(i * draws / count) for i in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _merge(parts: Sequence[Trajectory]) -> Trajectory:
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    return Trajectory(
        {n: np.concatenate([p.arrays[n] for p in parts], axis=1) for n in first.arrays},
        np.max([p.sweeps for p in parts], axis=0),
        {k: np.concatenate([p.identities[k] for p in parts], axis=1) for k in first.identities},
    )


def _refuse_unused(pack: Pack, params: dict[str, Param]) -> None:
    of_drivers = {p.path for p in spread_params(pack.manifest.uncertainty, params)}
    unused = [path for path in pack.entries if path not in params and path not in of_drivers]
    if unused:
        accepted = accepted_params()
        unused = [path for path in unused if path not in accepted]
    if unused:
        import difflib

        faults = []
        for path in unused:
            near = difflib.get_close_matches(path, list(params), n=1)
            hint = f"; nearest path that is read: '{near[0]}'" if near else ""
            file = pack.manifest.tables[pack.entries[path].table].file
            faults.append(
                f"{file}: table '{pack.entries[path].table}': column 'path', row "
                f"{first_row(pack, path)}: no module reads '{path}'{hint}. Remove or rename it"
            )
        raise PackError(f"pack '{pack.iso3}' ({pack.folder})", faults)
    idle = [
        f'pack.toml: uncertainty."{path}": no module reads this path year by year; correct or '
        "remove it"
        for path, driver in pack.manifest.uncertainty.items()
        if path not in params or (params[path].time == "fixed" and driver.kind != "estimate")
    ]
    idle += [
        f'pack.toml: uncertainty_var.{name}.paths."{path}": no module reads this path year by '
        "year; correct or remove it"
        for name, system in pack.manifest.uncertainty_var.items()
        for path in system.paths
        if path not in params or params[path].time == "fixed"
    ]
    if idle:
        raise PackError(f"pack '{pack.iso3}' ({pack.folder})", idle)
