"""Every module of every shipped pack keeps the contract (`socialbudget.contract`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np
import pytest
from shipped import scenarios_for

from socialbudget.closures import MACRO
from socialbudget.contract import Array, Module, Year
from socialbudget.drivers import spread_params
from socialbudget.ensemble import prepare, project
from socialbudget.errors import IdentityError, LabourMarketError, SocialBudgetError
from socialbudget.modules import FULL_LEVEL, accepted_params, build_modules
from socialbudget.modules._shared import CLOSURE
from socialbudget.pack import Pack, available_packs, load_pack
from socialbudget.projection import IDENTITY_TOLERANCE
from socialbudget.projection import run as run_loop
from socialbudget.scenario import EMPTY, Change, Scenario, scenarios_folder
from socialbudget.units import conversion_factor, registry

PACKS = available_packs(FULL_LEVEL)
SHORT, MIDDLE = 2029, 2045
CLOSURES = {MACRO[m][0]: float(m) for m in MACRO if m <= CLOSURE.high and m != 2}
"""All but M2, which is for a few years."""
FISCAL = {"F0": 0.0, "F1": 1.0, "F2": 2.0, "F3": 3.0}


@cache
def pack_of(iso3: str) -> Pack:
    return load_pack(iso3)


def _cases() -> list[tuple[str, str]]:
    """Pairs of pack and module; a pack that does not load is the matter of its own test."""
    cases = []
    for iso3 in PACKS:
        try:
            cases += [(iso3, m.name) for m in build_modules(pack_of(iso3))]
        except SocialBudgetError:
            continue
    return cases


def module_of(iso3: str, name: str) -> Module:
    return next(m for m in build_modules(pack_of(iso3)) if m.name == name)


def closing(closure: str, fiscal: str) -> Scenario:
    return Scenario.loads(
        f'title = "{closure}, {fiscal}"\n'
        f'[[change]]\npath = "macroeconomy.closure"\nset = {float(closure[1])}\n'
        f'[[change]]\npath = "government.fiscal_closure"\nset = {FISCAL[fiscal]}\n'
    )


every_pack = pytest.mark.parametrize("iso3", PACKS)
every_module = pytest.mark.parametrize(("iso3", "name"), _cases(), ids=lambda c: c)


@every_pack
def test_pack_loads_and_its_modules_fit_together(iso3: str) -> None:
    plan, _ = prepare(pack_of(iso3), to=SHORT)
    assert plan.modules


# --- declarations -----------------------------------------------------------------------------


@every_module
def test_declarations(iso3: str, name: str) -> None:
    pack, module = pack_of(iso3), module_of(iso3, name)
    ureg = registry()
    assert type(module).__doc__, "the class says what it does"
    for var in module.writes:
        ureg.parse_units("dimensionless" if var.unit == "1" else var.unit)
        assert var.doc.strip(), var.name
        assert var.name.count(".") >= 1
        assert var.kind in ("stock", "flow", "rate", "index")
        assert set(var.dims) <= set(pack.coords), var.name
        assert var.scale > 0.0
    for param in module.params:
        ureg.parse_units("dimensionless" if param.unit == "1" else param.unit)
        assert param.doc.strip(), param.path
        assert set(param.dims) <= set(pack.coords), param.path
        assert param.low < param.high, param.path
        assert param.path in pack.entries, f"{param.path} is missing in the pack"
        entry = pack.entries[param.path]
        assert entry.dims == param.dims
        factor = conversion_factor(entry.unit, param.unit)
        values = entry.values * factor
        assert (values >= param.low).all(), param.path
        assert (values <= param.high).all(), param.path
    for declared in (module.reads, module.lags, [p.path for p in module.params]):
        assert len(set(declared)) == len(declared), "declared twice"


@every_pack
def test_the_pack_holds_nothing_that_no_module_reads(iso3: str) -> None:
    pack = pack_of(iso3)
    declared = {p.path: p for m in build_modules(pack) for p in m.params}
    of_drivers = {p.path for p in spread_params(pack.manifest.uncertainty, declared)}
    assert set(pack.entries) <= {*declared, *of_drivers, *accepted_params()}


# --- the law of the step ----------------------------------------------------------------------


class Recording(Mapping[str, Array]):
    """Parameters that remember which of them were read."""

    def __init__(self, inner: Mapping[str, Array], used: set[str]):
        self._inner, self._used = inner, used

    def __getitem__(self, path: str) -> Array:
        self._used.add(path)
        return self._inner[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._inner)

    def __len__(self) -> int:
        return len(self._inner)


class Watched(Module):
    """A module under observation: every step is taken twice, and what it reads is compared."""

    def __init__(self, inner: Module):
        self._inner = inner
        self.name, self.params, self.writes = inner.name, inner.params, inner.writes
        self.reads, self.lags = inner.reads, inner.lags
        self.used: set[str] = set()
        self.faults: list[str] = []

    def _watch(self, y: Year) -> None:
        if not isinstance(y.p, Recording):
            y.p = Recording(y.p, self.used)

    def start(self, y: Year) -> None:
        self._watch(y)
        self._inner.start(y)

    def step(self, y: Year) -> None:
        self._watch(y)
        own = [v.name for v in self.writes]
        inputs = {f"read {n}": a for n, a in y._now.items() if n not in own}
        inputs |= {f"lag {n}": a for n, a in y._last.items()}
        inputs |= {f"parameter {p.path}": y.p._inner[p.path] for p in self.params}  # type: ignore[attr-defined]
        before = {n: a.copy() for n, a in inputs.items()}
        self._inner.step(y)
        first = {n: y[n].copy() for n in own}
        for n in own:
            y[n] = np.nan
        self._inner.step(y)
        for n in own:
            if y[n].tobytes() != first[n].tobytes():
                self.faults.append(f"{y.year}: a second step changes '{n}'")
        for n, a in inputs.items():
            if a.tobytes() != before[n].tobytes():
                self.faults.append(f"{y.year}: step changes {n}")

    def identities(self, y: Year) -> Mapping[str, Array]:
        self._watch(y)
        return self._inner.identities(y)


@cache
def watched(iso3: str) -> tuple[dict[str, Watched], dict[str, set[str]]]:
    """The modules after runs under two macro closures and three fiscal ones, and what they read.

    The last run has the flow engine of unemployment and an experiment on participation.
    """
    pack = pack_of(iso3)
    used: dict[str, set[str]] = {}
    modules: dict[str, Watched] = {}
    more = Scenario(
        "More",
        (
            (
                Change(path="labour_market.unemployment_engine", set=1.0),
                Change(path="participation.gender_gap_closed", set=0.1, from_=2025),
            ),
        ),
    )
    for rules in (closing("M1", "F0"), closing("M0", "F1"), closing("M1", "F3") | more):
        fresh = [Watched(m) for m in build_modules(pack)]
        project(pack, rules, to=SHORT, modules=fresh)
        for m in fresh:
            m.faults = [*modules[m.name].faults, *m.faults] if m.name in modules else m.faults
            modules[m.name] = m
            used.setdefault(m.name, set()).update(m.used)
    return modules, used


@every_module
def test_step_overwrites_and_may_be_repeated(iso3: str, name: str) -> None:
    """With its writes blotted out in between, and with nothing that it reads changed."""
    modules, _ = watched(iso3)
    assert not modules[name].faults, modules[name].faults[:5]


@every_module
def test_every_declared_parameter_is_read(iso3: str, name: str) -> None:
    _, used = watched(iso3)
    unused = {p.path for p in module_of(iso3, name).params} - used[name]
    assert not unused, f"declared but never read: {sorted(unused)}"


# --- runs that must agree ---------------------------------------------------------------------


def identical(a: Mapping[str, Array], b: Mapping[str, Array]) -> None:
    assert a.keys() == b.keys()
    different = [n for n in a if not np.array_equal(a[n], b[n], equal_nan=True)]
    assert not different, different[:10]


@every_pack
def test_registration_order_does_not_matter(iso3: str) -> None:
    pack = pack_of(iso3)
    modules = build_modules(pack)
    base = project(pack, to=SHORT)
    for seed in (1, 2):
        order = np.random.default_rng(seed).permutation(len(modules))
        other = project(pack, to=SHORT, modules=[modules[i] for i in order])
        for n, array in base.arrays.items():
            assert np.allclose(other.arrays[n], array, rtol=1e-9, atol=0.0), n


@every_pack
def test_the_empty_scenario_is_the_baseline_to_the_bit(iso3: str) -> None:
    pack = pack_of(iso3)
    base = project(pack, to=SHORT)
    identical(base.arrays, project(pack, EMPTY, to=SHORT).arrays)
    identical(base.arrays, project(pack, Scenario.loads('title = "Nothing"'), to=SHORT).arrays)
    # A second run of the same, too.
    identical(base.arrays, project(pack, to=SHORT).arrays)


@every_pack
def test_a_longer_run_begins_with_the_shorter_one(iso3: str) -> None:
    pack = pack_of(iso3)
    short, longer = project(pack, to=SHORT), project(pack, to=SHORT + 3)
    years = len(short.years)
    identical(short.arrays, {n: a[:years] for n, a in longer.arrays.items()})


@every_pack
def test_identical_draws_are_the_one_run_to_the_bit(iso3: str) -> None:
    pack = pack_of(iso3)
    one, three = project(pack, to=SHORT), project(pack, to=SHORT, draws=3)
    for d in range(3):
        identical(one.arrays, {n: a[:, d : d + 1] for n, a in three.arrays.items()})


VARIED = (
    "demography.fertility_rate",
    "demography.death_rate",
    "macroeconomy.tfp_growth",
    "macroeconomy.inflation_target",
    "macroeconomy.real_interest_rate",
    "labour_market.equilibrium_unemployment_rate",
)


@every_pack
@pytest.mark.parametrize("cuts", [(1, 1, 1, 1, 1), (2, 3), (4, 1)])
def test_chunking_changes_nothing(iso3: str, cuts: Sequence[int]) -> None:
    """Five different draws together, alone, and in parts: the same to the bit."""
    pack = pack_of(iso3)
    plan, parameters = prepare(pack, to=SHORT)
    factors = np.array([1.0, 0.97, 1.02, 1.05, 0.99])
    for path in VARIED:
        array = parameters[path]
        parameters[path] = array * factors.reshape(1, -1, *[1] * (array.ndim - 2))

    def run(draws: slice) -> dict[str, Array]:
        own = {
            p: a if a.shape[1] == 1 else np.ascontiguousarray(a[:, draws])
            for p, a in parameters.items()
        }
        count = draws.stop - draws.start
        out = run_loop(plan, pack.coords, own, pack.base_year, SHORT, count, None, draws.start)
        return out.arrays

    whole = run(slice(0, 5))
    assert len(np.unique(whole["macroeconomy.gdp"][-1])) == 5
    start = 0
    for size in cuts:
        draws = slice(start, start + size)
        identical(run(draws), {n: a[:, draws] for n, a in whole.items()})
        start += size


# --- identities -------------------------------------------------------------------------------


PAIRS = (("M0", "F0"), ("M1", "F1"), ("M3", "F2"), ("M4", "F3"))
"""Every macro and every fiscal closure once."""
COMBINATIONS = [
    *((iso3, "baseline", c, f) for iso3 in PACKS for c in CLOSURES for f in FISCAL),
    *((iso3, s, c, f) for iso3 in PACKS for s in scenarios_for(iso3) for c, f in PAIRS),
]


WITHOUT_RESULT = {("USA", "zero_migration", "M0")}
"""Output given from outside asks for more workers than there are."""


@pytest.mark.slow
@pytest.mark.parametrize(("iso3", "scenario", "closure", "fiscal"), COMBINATIONS)
def test_identities_hold(iso3: str, scenario: str, closure: str, fiscal: str) -> None:
    rules = closing(closure, fiscal)
    if scenario != "baseline":
        rules = rules | Scenario.load(scenarios_folder() / f"{scenario}.toml")
    if (iso3, scenario, closure) in WITHOUT_RESULT:
        with pytest.raises(IdentityError, match="more persons at work"):
            project(pack_of(iso3), rules, to=MIDDLE)
        return
    result = project(pack_of(iso3), rules, to=MIDDLE)
    worst = max(float(r.max()) for r in result.identities.values())
    assert worst <= IDENTITY_TOLERANCE
    assert all(np.isfinite(a).all() for a in result.arrays.values())


@pytest.mark.slow
@pytest.mark.parametrize("iso3", PACKS)
@pytest.mark.parametrize(
    ("closure", "fiscal"),
    [*(("M2", fiscal) for fiscal in FISCAL), ("M3", "F0"), ("M4", "F1"), ("M4", "F3")],
)
def test_identities_hold_under_the_other_closures(iso3: str, closure: str, fiscal: str) -> None:
    """Demand-led for the years in which it means something, the others to the last year."""
    to = SHORT if closure == "M2" else 2100
    result = project(pack_of(iso3), closing(closure, fiscal), to=to)
    assert max(float(r.max()) for r in result.identities.values()) <= IDENTITY_TOLERANCE
    assert all(np.isfinite(a).all() for a in result.arrays.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("iso3", "scenario"),
    [(iso3, name) for iso3 in PACKS for name in ("baseline", *scenarios_for(iso3))],
)
def test_identities_hold_to_the_last_year(iso3: str, scenario: str) -> None:
    """Every pack and scenario, under the closures of the pack."""
    reform = EMPTY
    if scenario != "baseline":
        reform = Scenario.load(scenarios_folder() / f"{scenario}.toml")
    result = project(pack_of(iso3), reform, to=2100)
    worst = {k: float(r.max()) for k, r in result.identities.items()}
    assert max(worst.values()) <= IDENTITY_TOLERANCE
    owners = {owner for owner, _ in worst}
    for owner in ("demography", "macroeconomy", "government", "household", "scheme_accounts",
                  "social_accounts", "sector_accounts", "labour_accounts"):  # fmt: skip
        assert owner in owners, f"{owner} checks nothing"


@pytest.mark.parametrize("points", [0.03, -0.10])
def test_unemployment_out_of_range_stops_the_run(points: float) -> None:
    """Under M0 output given from outside may ask for more workers than there are, or too few."""
    growth = Change(path="macroeconomy.gdp_growth", add=points, from_=2026)
    scenario = closing("M0", "F0") | Scenario("Growth given", ((growth,),))
    with pytest.raises(LabourMarketError, match=r"20\d\d, draw 0: more"):
        project(pack_of("KOR"), scenario, to=2060)


@pytest.mark.parametrize("iso3", [p for p in PACKS if p != "ZZZ"])
def test_a_year_of_better_productivity_is_no_boom(iso3: str) -> None:
    """0.6 points more of productivity in one year: output answers by about as much, not tenfold."""
    better = Change(path="macroeconomy.tfp_growth", add=0.006, from_=2025, to=2025)
    pack = pack_of(iso3)
    base = project(pack, to=2030)
    shock = project(pack, Scenario("Better year", ((better,),)), to=2030)
    gain = shock["macroeconomy.gdp_real"] / base["macroeconomy.gdp_real"] - 1.0
    assert 0.004 < gain[1, 0] < 0.02
    assert gain.max() < 0.04


def test_draws_of_the_united_states_all_find_a_solution() -> None:
    for seed in (3, 7, 9, 11):
        fan = project(pack_of("USA"), draws=100, seed=seed, to=2032)
        spread = (fan["macroeconomy.gdp_real"][1] / 1e12).std() / 29.3
        assert 0.003 < spread < 0.03
