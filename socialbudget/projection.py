"""The year-by-year projection loop, the solver of simultaneous blocks and the identity checks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from socialbudget.contract import Array, Module, Parameters, Var, Year
from socialbudget.dims import Coordinates
from socialbudget.errors import ConvergenceError, IdentityError
from socialbudget.kernels.solver import anderson_sweep
from socialbudget.plan import Block, Plan

SOLVER_TOLERANCE = 1e-11
"""Relative change of every tear variable at which a draw of a block counts as solved."""
START_TOLERANCE = 1e-14
"""The same for every variable of the base year, which is swept without acceleration."""
IDENTITY_TOLERANCE = 1e-9
"""Relative residual above which an identity is broken (method 0.4)."""
MAX_SWEEPS = 200
ANDERSON_MEMORY = 10
RECENCY = 0.3
"""Weight of each past step of the solver relative to the one after it."""
RIDGE = 1e-14
"""Added to the normal equations of past steps of unit length."""


@dataclass(frozen=True)
class Trajectory:
    """What a run leaves behind.

    Attributes
    ----------
    arrays : dict of str to float64[year, draw, *dims]
        Every variable with history.
    sweeps : int64[year, block]
        Sweeps of each block in each year (1 where nothing is simultaneous).
    identities : dict of (module, identity) to float64[year, draw]
        Largest relative residual.
    """

    arrays: dict[str, Array]
    sweeps: np.ndarray
    identities: dict[tuple[str, str], Array]


def run(
    plan: Plan,
    coords: Coordinates,
    parameters: Mapping[str, Array],
    base_year: int,
    last_year: int,
    draws: int,
    progress: Callable[[int], None] | None = None,
    first_draw: int = 0,
) -> Trajectory:
    """Project from the base year to the last year.

    Parameters
    ----------
    parameters : mapping of str to float64[year or 1, 1 or draw, *dims]
        Parameter paths in model units.
    first_draw : int
        Number of this chunk's first draw in the whole run, for messages.

    Raises
    ------
    ConvergenceError
        A simultaneous block without solution: module, variable, year, draw and residual.
    IdentityError
        An identity that does not hold in some year and draw.
    """
    state = _State(plan, coords, parameters, base_year, last_year, draws, first_draw)
    years = last_year - base_year + 1
    sweeps = np.ones((years, len(plan.blocks)), dtype=np.int64)
    identities: dict[tuple[str, str], Array] = {}
    for t in range(years):
        state.turn_to(t)
        for b, block in enumerate(plan.blocks):
            if t == 0:
                sweeps[t, b] = _start(block, state)
            elif block.simultaneous:
                sweeps[t, b] = _solve(block, state)
            else:
                block.modules[0].step(state.views[block.modules[0].name])
            _check_finite(block, state)
        for module in plan.modules:
            _check_identities(module, state, identities, years)
        if progress is not None:
            progress(base_year + t)
    return Trajectory(state.history(), sweeps, identities)


class _State:
    """Preallocated arrays of all variables, and each module's view of the year at hand."""

    def __init__(
        self,
        plan: Plan,
        coords: Coordinates,
        parameters: Mapping[str, Array],
        base_year: int,
        last_year: int,
        draws: int,
        first_draw: int = 0,
    ):
        self.plan, self.base_year, self.draws = plan, base_year, draws
        self.first_draw, self.coords = first_draw, coords
        years = last_year - base_year + 1
        self.t = 0
        self.memory: dict[tuple[str, ...], Array] = {}
        self._brief = frozenset(n for n, v in plan.variables.items() if not v.history)
        self._now: dict[str, Array] = {}
        self._last: dict[str, Array] = {}
        self._last_but_one: dict[str, Array] = {}
        self._readable_last: dict[str, Array] = {}
        self.arrays: dict[str, Array] = {}
        self._readonly: dict[str, Array] = {}
        for name, var in plan.variables.items():
            shape = tuple(len(coords[d]) for d in var.dims)
            array = np.full((years if var.history else 2, draws, *shape), np.nan)
            view = array.view()
            view.flags.writeable = False
            self.arrays[name], self._readonly[name] = array, view
        self._parameters = {}
        for path in plan.params:
            array = parameters[path].view()
            array.flags.writeable = False
            self._parameters[path] = array
        self._parameters_now: dict[str, Array] = {}
        self.views: dict[str, Year] = {}
        # Each module's view, and the names in it: to read, its own, of last year.
        self._shown: list[tuple[Year, Sequence[str], Sequence[str], Sequence[str]]] = []
        for module in plan.modules:
            year = Year(module.name, base_year, draws, first_draw)
            year._matches = plan.matches[module.name]
            year.p = Parameters(
                module.name, frozenset(p.path for p in module.params), self._parameters_now
            )
            self.views[module.name] = year
            own = [var.name for var in module.writes]
            lagged = [*plan.lags[module.name], *own]
            self._shown.append((year, tuple(plan.reads[module.name]), own, lagged))

    def _at(self, arrays: dict[str, Array], t: int) -> dict[str, Array]:
        """Year index `t` of whole trajectories, writable or read-only as they are."""
        return {n: a[t if n not in self._brief else t % 2] for n, a in arrays.items()}

    def turn_to(self, t: int) -> None:
        """Point every module's view at year index `t`."""
        self.t = t
        for path, array in self._parameters.items():
            self._parameters_now[path] = array[min(t, len(array) - 1)]
        for name in self._brief:
            self.arrays[name][t % 2] = np.nan
        self._last_but_one, self._last = self._last, self._now
        self._now = self._at(self.arrays, t)
        readable = self._at(self._readonly, t)
        for view, reads, own, lagged in self._shown:
            view.year = self.base_year + t
            view._now = {name: readable[name] for name in reads}
            for name in own:
                view._now[name] = self._now[name]
            view._last = {name: self._readable_last[name] for name in lagged} if t > 0 else {}
        self._readable_last = readable

    def now(self, name: str, years_back: int = 0) -> Array:
        """A variable of this year, or of one of the two years before."""
        return (self._now, self._last, self._last_but_one)[years_back][name]

    def history(self) -> dict[str, Array]:
        return {n: a for n, a in self.arrays.items() if self.plan.variables[n].history}


def _start(block: Block, state: _State) -> int:
    """Base year: sweep `start` until nothing changes any more, per draw.

    As in `_solve`, a draw that has settled keeps its values whatever the other draws still need.
    """
    variables = [var for module in block.modules for var in module.writes]
    settled = np.zeros(state.draws, dtype=bool)
    before = [state.now(var.name).copy() for var in variables]
    for sweep in range(1, MAX_SWEEPS + 1):
        for module in block.modules:
            module.start(state.views[module.name])
        after = []
        still = np.ones(state.draws, dtype=bool)
        for var, old in zip(variables, before, strict=True):
            now = state.now(var.name)
            now[settled] = old[settled]
            new = now.copy()
            with np.errstate(over="ignore", invalid="ignore"):
                change = np.abs(new - old) <= START_TOLERANCE * np.maximum(var.scale, np.abs(new))
            still &= change.reshape(state.draws, -1).all(axis=1)
            after.append(new)
        settled |= still
        if not block.simultaneous or settled.all():
            return sweep
        before = after
    unknown = [v.name for v, a in zip(variables, after, strict=True) if not np.isfinite(a).all()]
    what = f"never gets a value: {', '.join(unknown)}" if unknown else "does not settle"
    raise ConvergenceError(
        f"base year {state.base_year}: the block of {_block_text(block)} {what}. A variable "
        "that feeds back must be fillable from parameters alone in `start`"
    )


def _solve(block: Block, state: _State) -> int:
    """Fixed point of a block by Anderson acceleration on its tear variables, per draw.

    A draw that has converged is frozen: its inputs and its memory stay as they are, so its results
    do not depend on the draws that share its chunk. The memory of past steps is kept from year to
    year, because the answer of the block to its tear variables changes slowly. Walker & Ni (2011),
    SIAM J. Numer. Anal. 49(4), algorithm AA.
    """
    draws = state.draws
    tears = block.tears
    sizes = [state.now(name)[0].size for name in tears]
    cuts = np.cumsum(sizes)[:-1]

    def gather(years_back: int = 0) -> Array:
        parts = [state.now(n, years_back).reshape(draws, -1) for n in tears]
        return np.concatenate(parts, axis=1)

    noise = np.concatenate(
        [np.full(s, state.plan.variables[n].scale) for n, s in zip(tears, sizes, strict=True)]
    )
    x = gather(1)
    if state.t > 1 and all(state.plan.variables[n].history for n in tears):
        x = _continued(x, gather(2), noise)
    unit = np.maximum(noise, np.abs(x))
    frozen = np.zeros(draws, dtype=bool)
    depth = min(ANDERSON_MEMORY, x.shape[1])
    memory = state.memory.setdefault(tears, np.zeros((2, draws, depth, x.shape[1])))
    x_before, f_before, error = np.zeros((3, *x.shape))
    work = np.empty((depth + 2, depth))
    for sweep in range(1, MAX_SWEEPS + 1):
        for name, part in zip(tears, np.split(x, cuts, axis=1), strict=True):
            target = state.now(name)
            target[...] = part.reshape(target.shape)
        for module in block.modules:
            module.step(state.views[module.name])
        g = gather()
        if not np.isfinite(g).all():
            draw, place = (int(i) for i in np.argwhere(~np.isfinite(g))[0])
            raise ConvergenceError(
                f"{_where(block, state, place, sizes, draw)}: no finite value in sweep {sweep}; "
                "a rate, price or stock has left its range: look at the scenario and the closure"
            )
        anderson_sweep(
            g, unit, noise, SOLVER_TOLERANCE, RECENCY, RIDGE, sweep == 1,
            x, x_before, f_before, memory[0], memory[1], frozen, error, work,
        )  # fmt: skip
        if frozen.all():
            return sweep
    draw, place = (
        int(i)
        for i in np.unravel_index(np.argmax(np.where(frozen[:, None], 0, error)), error.shape)
    )
    raise ConvergenceError(
        f"{_where(block, state, place, sizes, draw)}: not solved after {MAX_SWEEPS} sweeps, last "
        f"relative change {error[draw, place]:.2e}; soften the shock or phase it in over some years"
    )


def _continued(last: Array, last_but_one: Array, noise: Array) -> Array:
    """Next year's value, grown as last year: by the same factor, or where it is small by the same
    amount (a gap or a rate may pass through zero)."""
    grows = (np.minimum(last, last_but_one) > noise) | (np.maximum(last, last_but_one) < -noise)
    factor = last / np.where(grows, last_but_one, 1.0)
    return np.where(grows, last * factor, 2.0 * last - last_but_one)


def _where(block: Block, state: _State, place: int, sizes: list[int], draw: int) -> str:
    index = int(np.searchsorted(np.cumsum(sizes), place, side="right"))
    name = block.tears[index]
    return (
        f"module '{state.plan.writer[name]}', variable '{name}', year {state.base_year + state.t}, "
        f"draw {state.first_draw + draw}"
    )


def _block_text(block: Block) -> str:
    return ", ".join(m.name for m in block.modules)


def _check_finite(block: Block, state: _State) -> None:
    """Every write of a module must have got a finite number: state starts the year as NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        for module in block.modules:
            for var in module.writes:
                array = state.now(var.name)
                # A sum is several times cheaper than looking at each number.
                if not math.isfinite(array.sum()) and not np.isfinite(array).all():
                    raise _not_finite(module, var, state)


def _not_finite(module: Module, var: Var, state: _State) -> ConvergenceError:
    array = state.now(var.name)
    place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    cell = "".join(f", {d}={state.coords[d][i]}" for d, i in zip(var.dims, place[1:], strict=True))
    step = "start" if state.t == 0 else "step"
    return ConvergenceError(
        f"module '{module.name}', variable '{var.name}', year {state.base_year + state.t}, draw "
        f"{state.first_draw + place[0]}{cell}: `{step}` left {array[place]} and no finite number; "
        "look at its inputs in the pack and the scenario"
    )


def _check_identities(
    module: Module,
    state: _State,
    record: dict[tuple[str, str], Array],
    years: int,
) -> None:
    view = state.views[module.name]
    for identity, residual in module.identities(view).items():
        residual = np.atleast_1d(residual)
        worst = np.abs(residual).reshape(len(residual), -1).max(axis=1, initial=0.0)
        if worst.shape[0] != state.draws:
            worst = np.broadcast_to(worst, (state.draws,))
        key = (module.name, identity)
        if key not in record:
            record[key] = np.zeros((years, state.draws))
        record[key][state.t] = worst
        broken = ~(worst <= IDENTITY_TOLERANCE)
        if broken.any():
            draw = int(np.argmax(broken))
            raise IdentityError(
                f"identity {identity} of module '{module.name}' does not hold in {view.year}, draw "
                f"{state.first_draw + draw}: relative residual {worst[draw]:.3e}, allowed "
                f"{IDENTITY_TOLERANCE:.0e}. A run with a broken identity has no results"
            )
