"""The year loop: frozen draws, errors that say where, identities, the contract of a module."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from socialbudget.contract import Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.ensemble import project
from socialbudget.errors import ContractError, ConvergenceError, IdentityError
from socialbudget.pack import Pack
from socialbudget.plan import build_plan
from socialbudget.projection import MAX_SWEEPS, Trajectory, run
from socialbudget.results import Results
from tests.toy import LAST_YEAR, output_closed_form, toy_modules


class Part(Module):
    """A module made of functions; one scalar variable unless told otherwise."""

    def __init__(
        self,
        name: str,
        step: Callable[[Year], object],
        *,
        start: Callable[[Year], object] | None = None,
        reads: Sequence[str] = (),
        lags: Sequence[str] = (),
        params: Sequence[Param] = (),
        dims: tuple[str, ...] = (),
        history: bool = True,
        scale: float = 1.0,
        identities: Callable[[Year], dict] | None = None,
    ):
        self.name = name
        self.writes = (Var(f"{name}.x", dims, "1", "rate", name, history=history, scale=scale),)
        self.reads, self.lags, self.params = tuple(reads), tuple(lags), tuple(params)
        self._step, self._start, self._identities = step, start or step, identities

    def start(self, y: Year) -> None:
        self._start(y)

    def step(self, y: Year) -> None:
        self._step(y)

    def identities(self, y: Year) -> dict:
        return self._identities(y) if self._identities else {}


def parameter(path: str = "k", dims: tuple[str, ...] = ()) -> Param:
    return Param(path, dims, "1", -1e9, 1e9, path)


def go(
    modules: Sequence[Module],
    parameters: dict[str, np.ndarray] | None = None,
    *,
    years: int = 3,
    draws: int = 1,
    first_draw: int = 0,
) -> Trajectory:
    plan = build_plan(modules, STANDARD)
    return run(plan, STANDARD, parameters or {}, 2024, 2024 + years, draws, first_draw=first_draw)


def put(name: str, value: Callable[[Year], object]) -> Callable[[Year], None]:
    def fill(y: Year) -> None:
        y[name] = value(y)

    return fill


# --- a nonlinear block whose draws need very different numbers of sweeps ---------------------


def nonlinear() -> list[Module]:
    """Three coupled curves with six tear cells or fewer; `k` makes a draw easy or hard."""

    def a(y: Year) -> None:
        y["a.x"] = 1.0 + y.p["k"][:, None] * np.tanh(y["b.x"]) * np.array([1.0, 0.7])

    def b(y: Year) -> None:
        y["b.x"] = 0.2 + 0.8 * np.sin(y["a.x"]) + 0.1 * y["c.x"][:, None]

    def c(y: Year) -> None:
        y["c.x"] = np.sqrt(1.0 + y["a.x"].sum(axis=1) ** 2)

    def first(y: Year) -> None:
        y["a.x"] = 1.0

    return [
        Part("a", a, start=first, reads=["b.x", "c.x"], params=[parameter()], dims=("sex",)),
        Part("b", b, reads=["a.x", "c.x"], dims=("sex",)),
        Part("c", c, reads=["a.x"]),
    ]


def strengths(draws: int, years: int = 7) -> np.ndarray:
    """float64[year, draw]: from hardly any feedback to a lot."""
    rng = np.random.default_rng(5)
    return np.concatenate([np.full((1, draws), 0.3), rng.uniform(0.0, 1.2, (years - 1, draws))])


def assert_same_bits(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name, array in one.items():
        assert (
            np.ascontiguousarray(array).tobytes() == np.ascontiguousarray(other[name]).tobytes()
        ), name


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_results_do_not_depend_on_the_chunk(size: int) -> None:
    draws, years = 14, 6
    k = strengths(draws, years + 1)
    whole = go(nonlinear(), {"k": k}, years=years, draws=draws)
    parts = [
        go(
            nonlinear(),
            {"k": k[:, i : i + size].copy()},
            years=years,
            draws=len(k[0, i : i + size]),
        )
        for i in range(0, draws, size)
    ]
    # The test means something only where draws need different numbers of sweeps.
    needed = np.array([go(nonlinear(), {"k": k[:, [d]]}, years=years).sweeps for d in range(draws)])
    assert (needed.max(axis=0) - needed.min(axis=0)).max() >= 3
    joined = {n: np.concatenate([p.arrays[n] for p in parts], axis=1) for n in whole.arrays}
    assert_same_bits(whole.arrays, joined)


def test_base_year_does_not_depend_on_the_chunk() -> None:
    """Draws may differ in the base year too: each settles for itself."""

    def a(y: Year) -> None:
        y["a.x"] = y.p["k"] * np.cos(np.nan_to_num(y["b.x"], nan=1.0))

    modules = [
        Part("a", a, reads=["b.x"], params=[parameter()]),
        Part("b", put("b.x", lambda y: 1.0 + 0.5 * y["a.x"] ** 2), reads=["a.x"]),
    ]
    k = np.linspace(0.0, 0.9, 12)[None]
    whole = go(modules, {"k": k}, draws=12)
    for draw in range(12):
        alone = go(modules, {"k": k[:, [draw]].copy()})
        for name in whole.arrays:
            assert whole.arrays[name][:, draw].tobytes() == alone.arrays[name][:, 0].tobytes()


@pytest.mark.parametrize("draws", [2, 5, 64, 130])
def test_identical_draws_equal_one_run_to_the_bit(toy: Pack, toy_base: Results, draws: int) -> None:
    """130 draws are three chunks, on threads."""
    many = project(toy, to=LAST_YEAR, draws=draws, modules=toy_modules())
    assert many.draws == draws
    for name, array in toy_base.arrays.items():
        repeated = np.repeat(array, draws, axis=1)
        assert repeated.tobytes() == np.ascontiguousarray(many.arrays[name]).tobytes(), name


def test_block_solution_is_the_closed_form(toy_base: Results) -> None:
    expected = [output_closed_form(year) for year in toy_base.years]
    np.testing.assert_allclose(toy_base["economy.output"][:, 0], expected, rtol=1e-12)
    assert toy_base.sweeps[1:].max() <= 4


def test_a_single_module_runs_once_a_year() -> None:
    calls: list[int] = []

    def step(y: Year) -> None:
        calls.append(y.year)
        y["a.x"] = float(y.year)

    trajectory = go([Part("a", step)], years=3)
    assert calls == [2024, 2025, 2026, 2027]
    assert trajectory.arrays["a.x"][:, 0].tolist() == calls
    assert (trajectory.sweeps == 1).all()


def test_progress_is_told_each_year() -> None:
    seen: list[int] = []
    plan = build_plan([Part("a", put("a.x", lambda y: 1.0))], STANDARD)
    run(plan, STANDARD, {}, 2024, 2026, 1, seen.append)
    assert seen == [2024, 2025, 2026]


def test_variables_without_history_keep_two_years() -> None:
    def step(y: Year) -> None:
        y["stock.x"] = y.lag("stock.x") * 2.0

    modules = [
        Part("stock", step, start=put("stock.x", lambda y: 1.0), dims=("sex",), history=False),
        Part("seen", put("seen.x", lambda y: y["stock.x"].sum(axis=1)), reads=["stock.x"]),
    ]
    trajectory = go(modules, years=5)
    assert set(trajectory.arrays) == {"seen.x"}
    assert trajectory.arrays["seen.x"][:, 0].tolist() == [2.0, 4.0, 8.0, 16.0, 32.0, 64.0]


def test_a_block_fed_back_by_a_variable_without_history() -> None:
    def a(y: Year) -> None:
        y["a.x"] = 1.0 + 0.5 * y["b.x"]

    modules = [
        Part("a", a, start=put("a.x", lambda y: 2.0), reads=["b.x"], history=False),
        Part("b", put("b.x", lambda y: y["a.x"]), reads=["a.x"], history=False),
        Part("c", put("c.x", lambda y: y["a.x"]), reads=["a.x"]),
    ]
    np.testing.assert_allclose(go(modules).arrays["c.x"], 2.0, rtol=1e-12)


def test_a_block_that_feeds_back_nothing_but_empty_arrays() -> None:
    """A country without insurance: the dimension has no member, the block still runs."""
    coords = {**STANDARD, "insurance": ()}
    modules = [
        Part(
            "a",
            put("a.x", lambda y: 0.0),
            reads=["b.x"],
            dims=("insurance",),
            identities=lambda y: {"empty": y["a.x"]},
        ),
        Part("b", put("b.x", lambda y: y["a.x"].sum(axis=1) + 1.0), reads=["a.x"]),
    ]
    plan = build_plan(modules, coords)
    assert plan.blocks[0].tears == ("a.x",)
    assert (run(plan, coords, {}, 2024, 2026, 2).arrays["b.x"] == 1.0).all()


# --- errors ----------------------------------------------------------------------------------


def divergent(draw: int = 1) -> list[Module]:
    """No fixed point in 2026 for one draw: x = 1 - x + jumps of a step function."""

    def a(y: Year) -> None:
        hard = (np.arange(y.draws) == draw) & (y.year == 2026)
        y["a.x"] = np.where(hard, np.where(y["b.x"] > 0.5, 0.0, 1.0), 0.3)

    return [
        Part("a", a, start=put("a.x", lambda y: 0.3), reads=["b.x"]),
        Part("b", put("b.x", lambda y: y["a.x"]), reads=["a.x"]),
    ]


def test_no_convergence_names_module_variable_year_draw_and_residual() -> None:
    with pytest.raises(ConvergenceError) as error:
        go(divergent(), draws=3, first_draw=64)
    text = str(error.value)
    tear = build_plan(divergent(), STANDARD).blocks[0].tears[0]
    assert f"module '{tear.split('.')[0]}', variable '{tear}', year 2026, draw 65" in text
    assert f"not solved after {MAX_SWEEPS} sweeps, last relative change" in text
    assert "phase it in" in text


def test_draw_in_an_error_counts_over_all_chunks(toy: Pack) -> None:
    modules = toy_modules()
    people = modules[0]
    step = people.step

    def broken(y: Year) -> None:
        step(y)
        if y.draws == 86 and y.year == 2027:  # the second chunk of 87, 86 and 87 draws
            y["people.by_sex"][2, 1] = np.nan

    people.step = broken  # type: ignore[method-assign]
    with pytest.raises(ConvergenceError) as error:
        project(toy, to=LAST_YEAR, draws=260, modules=modules)
    text = str(error.value)
    assert "module 'people', variable 'people.by_sex', year 2027, draw 89, sex=male" in text


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_stops_the_run(value: float) -> None:
    bad = Part("a", put("a.x", lambda y: value if y.year == 2026 else 1.0))
    with pytest.raises(ConvergenceError, match=r"module 'a', variable 'a\.x', year 2026, draw 0"):
        go([bad])
    with pytest.raises(ConvergenceError, match=r"'a\.x', year 2024.*`start` left"):
        go([Part("a", put("a.x", lambda y: value))])


def test_a_write_that_step_forgets_is_no_result() -> None:
    """State starts as NaN and stays NaN where a module fills only part of it."""

    def half(y: Year) -> None:
        y["a.x"][:, 0] = 1.0

    with pytest.raises(ConvergenceError, match="year 2025, draw 0, sex=male: `step` left nan"):
        go([Part("a", half, start=put("a.x", lambda y: 1.0), dims=("sex",))])


def test_nan_inside_a_block_names_the_variable() -> None:
    modules = [
        Part(
            "a",
            put("a.x", lambda y: np.nan if y.year == 2026 else 0.5 * y["b.x"]),
            start=put("a.x", lambda y: 1.0),
            reads=["b.x"],
        ),
        Part("b", put("b.x", lambda y: y["a.x"]), reads=["a.x"]),
    ]
    with pytest.raises(ConvergenceError, match="year 2026, draw 0: no finite value in sweep 1"):
        go(modules)


def test_base_year_that_is_never_filled() -> None:
    modules = [
        Part("a", put("a.x", lambda y: y["b.x"]), reads=["b.x"]),
        Part("b", put("b.x", lambda y: y["a.x"]), reads=["a.x"]),
    ]
    with pytest.raises(ConvergenceError, match=r"base year 2024: .*never gets a value: .*a\.x"):
        go(modules)


def test_base_year_that_never_settles() -> None:
    modules = [
        Part("a", put("a.x", lambda y: 1.0 - np.nan_to_num(y["b.x"])), reads=["b.x"]),
        Part("b", put("b.x", lambda y: y["a.x"]), reads=["a.x"]),
    ]
    with pytest.raises(ConvergenceError, match="does not settle"):
        go(modules)


@pytest.mark.parametrize("residual", [1e-8, -1e-8, np.nan, np.inf])
def test_a_broken_identity_stops_the_run(residual: float) -> None:
    def identities(y: Year) -> dict[str, np.ndarray]:
        off = np.zeros((y.draws, 2))
        if y.year == 2026:
            off[1, 1] = residual
        return {"M4": off}

    part = Part("a", put("a.x", lambda y: 1.0), identities=identities)
    with pytest.raises(IdentityError, match=r"identity M4 of module 'a' .* 2026, draw 9.*1e-09"):
        go([part], draws=3, first_draw=8)


def test_identities_are_recorded() -> None:
    part = Part(
        "a",
        put("a.x", lambda y: 1.0),
        identities=lambda y: {"M4": np.full(y.draws, -1e-12 * (y.year - 2024))},
    )
    record = go([part], draws=2).identities[("a", "M4")]
    np.testing.assert_allclose(record, 1e-12 * np.arange(4)[:, None] * np.ones(2))


# --- the contract ----------------------------------------------------------------------------


def test_an_undeclared_read_raises() -> None:
    modules = [
        Part("a", put("a.x", lambda y: 1.0)),
        Part("b", put("b.x", lambda y: y["a.x"])),
    ]
    with pytest.raises(ContractError, match=r"module 'b' used 'a\.x' without declaring it.*reads"):
        go(modules)


def test_an_undeclared_lag_raises() -> None:
    modules = [
        Part("a", put("a.x", lambda y: 1.0)),
        Part(
            "b",
            put("b.x", lambda y: y.lag("a.x")),
            start=put("b.x", lambda y: 1.0),
            reads=["a.x"],
        ),
    ]
    with pytest.raises(ContractError, match=r"module 'b' used 'a\.x' .*`lags`"):
        go(modules)


def test_a_lag_in_the_base_year_raises() -> None:
    with pytest.raises(ContractError, match=r"last year's 'a\.x' in the base year"):
        go([Part("a", put("a.x", lambda y: y.lag("a.x")))])


def test_an_undeclared_parameter_raises() -> None:
    with pytest.raises(ContractError, match="module 'a' read parameter 'k' without declaring"):
        go([Part("a", put("a.x", lambda y: y.p["k"]))], {"k": np.ones((1, 1))})


def test_an_undeclared_pattern_raises() -> None:
    with pytest.raises(ContractError, match=r"module 'a' used '\*\.y' without declaring"):
        go([Part("a", put("a.x", lambda y: sum(y.match("*.y").values())))])


def test_reads_lags_and_parameters_are_read_only() -> None:
    def through(array: Callable[[Year], np.ndarray]) -> list[Module]:
        def step(y: Year) -> None:
            array(y)[...] = 5.0

        return [
            Part("a", put("a.x", lambda y: 1.0), dims=("sex",)),
            Part(
                "b",
                step,
                start=put("b.x", lambda y: 1.0),
                reads=["a.x", "*.x"],
                lags=["a.x"],
                params=[parameter()],
            ),
        ]

    for array in (
        lambda y: y["a.x"],
        lambda y: y.lag("a.x"),
        lambda y: y.lag("b.x"),
        lambda y: y.match("*.x")["a.x"],
        lambda y: y.p["k"],
    ):
        with pytest.raises(ValueError, match="read-only"):
            go(through(array), {"k": np.ones((1, 1))})


def test_writing_what_another_module_computes_raises() -> None:
    modules = [
        Part("a", put("a.x", lambda y: 1.0)),
        Part("b", put("a.x", lambda y: 2.0), reads=["a.x"]),
    ]
    with pytest.raises(ContractError, match=r"module 'b' wrote 'a\.x', which another"):
        go(modules)


def test_first_year_and_parameters_in_force() -> None:
    seen: list[tuple[int, bool, float]] = []

    def step(y: Year) -> None:
        seen.append((y.year, y.first, float(y.p["k"][0])))
        y["a.x"] = y.p["k"]

    go([Part("a", step, params=[parameter()])], {"k": np.arange(4.0)[:, None]})
    assert seen == [(2024, False, 0.0), (2025, True, 1.0), (2026, False, 2.0), (2027, False, 3.0)]
    fixed = go([Part("a", step, params=[parameter()])], {"k": np.full((1, 1), 7.0)})
    assert (fixed.arrays["a.x"] == 7.0).all()
