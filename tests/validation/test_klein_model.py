"""Klein's Model I in the real plan and block solver.

Klein, L. R. (1950), Economic Fluctuations in the United States 1921-1941, Cowles Commission
Monograph 11. Data 1920-1941 as tabulated by Greene, Econometric Analysis, table F10.3; expected
values of the ordinary-least-squares estimates and of the dynamic simulation 1923-1941 as printed in
the documentation of the CRAN package bimets.

The three behavioural equations are estimated here; each becomes part of a small module. The plan
has to find that consumption, investment, income, profits and wages are one simultaneous block,
and that the capital stock, read only a year later, is not in it.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from socialbudget.builder import PackBuilder
from socialbudget.contract import Module, Param, Var, Year
from socialbudget.ensemble import project
from socialbudget.pack import load_pack
from socialbudget.results import Results

DATA = Path(__file__).parent / "data"
BASE_YEAR, LAST_YEAR = 1922, 1941
BILLION = "LCU/year"
EXOGENOUS = ("g", "t", "w2", "time")
"""Government spending, business taxes, government wages, time trend."""

Coefficients = dict[str, np.ndarray]


def _var(name: str, doc: str) -> Var:
    return Var(name, (), BILLION, "flow", doc)


def _initial(name: str) -> Param:
    return Param(f"initial.{name}", (), BILLION, -1e3, 1e3, f"{name} of {BASE_YEAR}", "fixed")


class Policy(Module):
    """Passes the exogenous series on, so that last year's can be read."""

    name = "policy"
    params = tuple(
        Param(f"policy.{name}", (), BILLION, -100.0, 100.0, name, "annual") for name in EXOGENOUS
    )
    writes = tuple(_var(f"policy.{name}", name) for name in EXOGENOUS)

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        for name in EXOGENOUS:
            y[f"policy.{name}"] = y.p[f"policy.{name}"]


class Demand(Module):
    """Consumption and investment, both behavioural."""

    name = "demand"
    params = (_initial("cn"), _initial("i"))
    reads = ("income.p", "wages.w1", "policy.w2")
    lags = ("income.p", "capital.k")
    writes = (_var("demand.cn", "Consumption"), _var("demand.i", "Net investment"))

    def __init__(self, consumption: np.ndarray, investment: np.ndarray):
        self.consumption, self.investment = consumption, investment

    def start(self, y: Year) -> None:
        y["demand.cn"], y["demand.i"] = y.p["initial.cn"], y.p["initial.i"]

    def step(self, y: Year) -> None:
        c, i = self.consumption, self.investment
        p, p_last = y["income.p"], y.lag("income.p")
        y["demand.cn"] = c[0] + c[1] * p + c[2] * p_last + c[3] * (y["wages.w1"] + y["policy.w2"])
        y["demand.i"] = i[0] + i[1] * p + i[2] * p_last + i[3] * y.lag("capital.k")


class Income(Module):
    """National income and profits, both identities."""

    name = "income"
    params = (_initial("y"), _initial("p"))
    reads = ("demand.cn", "demand.i", "wages.w1", *(f"policy.{n}" for n in ("g", "t", "w2")))
    writes = (_var("income.y", "National income"), _var("income.p", "Profits"))

    def start(self, y: Year) -> None:
        y["income.y"], y["income.p"] = y.p["initial.y"], y.p["initial.p"]

    def step(self, y: Year) -> None:
        y["income.y"] = y["demand.cn"] + y["demand.i"] + y["policy.g"] - y["policy.t"]
        y["income.p"] = y["income.y"] - y["wages.w1"] - y["policy.w2"]

    def identities(self, y: Year) -> dict[str, np.ndarray]:
        used = y["demand.cn"] + y["demand.i"] + y["policy.g"]
        earned = y["income.p"] + y["wages.w1"] + y["policy.w2"] + y["policy.t"]
        return {"use = income": (used - earned) / used}


class Wages(Module):
    """The private wage bill, behavioural."""

    name = "wages"
    params = (_initial("w1"),)
    reads = ("income.y", "policy.t", "policy.w2", "policy.time")
    lags = ("income.y", "policy.t", "policy.w2")
    writes = (_var("wages.w1", "Private wage bill"),)

    def __init__(self, coefficients: np.ndarray):
        self.coefficients = coefficients

    def start(self, y: Year) -> None:
        y["wages.w1"] = y.p["initial.w1"]

    def step(self, y: Year) -> None:
        w = self.coefficients
        product = y["income.y"] + y["policy.t"] - y["policy.w2"]
        last = y.lag("income.y") + y.lag("policy.t") - y.lag("policy.w2")
        y["wages.w1"] = w[0] + w[1] * product + w[2] * last + w[3] * y["policy.time"]


class Capital(Module):
    """The capital stock, an accumulation nobody reads within the year."""

    name = "capital"
    params = (_initial("k"),)
    reads = ("demand.i",)
    writes = (Var("capital.k", (), "LCU", "stock", "Capital stock"),)

    def start(self, y: Year) -> None:
        y["capital.k"] = y.p["initial.k"]

    def step(self, y: Year) -> None:
        y["capital.k"] = y.lag("capital.k") + y["demand.i"]


def estimate(data: pd.DataFrame) -> Coefficients:
    """Ordinary least squares of the three behavioural equations, 1921-1941."""
    last, now = data.shift(1), data
    regressors = {
        "cn": [now.p, last.p, now.w1 + now.w2],
        "i": [now.p, last.p, last.k],
        "w1": [now.y + now.t - now.w2, last.y + last.t - last.w2, now.time],
    }
    out = {}
    for name, columns in regressors.items():
        x = sm.add_constant(np.column_stack(columns)[1:])
        out[name] = np.asarray(sm.OLS(data[name].to_numpy()[1:], x).fit().params)
    return out


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(DATA / "klein1_data.csv").set_index("year")


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads((DATA / "klein1_expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def simulation(data: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Results:
    pack = PackBuilder(
        "USA",
        "United States, Klein's data",
        version="1950",
        base_year=BASE_YEAR,
        currency="USD",
        level=1,
        status="illustrative",
        price_basis="1934 prices",
    )
    pack.source(
        "klein",
        publisher="Cowles Commission",
        title="Economic Fluctuations in the United States 1921-1941",
        edition="1950",
        licence="facts",
    )
    for name in EXOGENOUS:
        series = {int(year): float(v) for year, v in data.loc[BASE_YEAR:, name].items()}
        pack.series(f"policy.{name}", series, BILLION, "klein", "observed")
    for name in ("cn", "i", "y", "p", "w1", "k"):
        pack.value(f"initial.{name}", data.loc[BASE_YEAR, name], BILLION, "klein", "observed")
    folder = tmp_path_factory.mktemp("klein") / "USA"
    pack.write(folder)
    beta = estimate(data)
    modules = [
        Capital(),
        Wages(beta["w1"]),
        Income(),
        Demand(beta["cn"], beta["i"]),
        Policy(),
    ]
    return project(load_pack(folder), to=LAST_YEAR, modules=modules)


def test_least_squares_estimates(data: pd.DataFrame) -> None:
    # Greene, Econometric Analysis, example of Klein's Model I: OLS column.
    beta = estimate(data)
    np.testing.assert_allclose(beta["cn"], [16.237, 0.193, 0.090, 0.796], atol=5e-4)
    np.testing.assert_allclose(beta["i"], [10.126, 0.480, 0.333, -0.112], atol=5e-4)
    np.testing.assert_allclose(beta["w1"], [1.497, 0.439, 0.146, 0.130], atol=5e-4)


def test_plan_finds_the_simultaneous_block(simulation: Results) -> None:
    blocks = simulation.plan.blocks
    assert [sorted(m.name for m in b.modules) for b in blocks] == [
        ["policy"],
        ["demand", "income", "wages"],
        ["capital"],
    ]
    core = blocks[1]
    order = [m.name for m in core.modules]
    # Every order of the three feeds two numbers back at least (p and w1, or y and p).
    assert len(core.tears) == 2
    for tear in core.tears:
        place = order.index(simulation.plan.writer[tear])
        readers = [m.name for m in core.modules if tear in m.reads]
        assert min(order.index(r) for r in readers) <= place


@pytest.mark.parametrize("name", ["cn", "y"])
def test_dynamic_simulation(simulation: Results, expected: dict, name: str) -> None:
    variable = {"cn": "demand.cn", "y": "income.y"}[name]
    for year, value in expected["expected_dynamic_1923_1941"][name].items():
        got = simulation[variable][int(year) - BASE_YEAR, 0]
        # The published values have four decimals.
        assert got == pytest.approx(value, rel=expected["tolerance"], abs=0.0), (name, year)


def test_solver_needs_few_sweeps(simulation: Results) -> None:
    sweeps = simulation.sweeps[1:, 1]
    assert sweeps.max() <= 5
    assert (simulation.sweeps[:, [0, 2]] == 1).all()


def test_equations_hold_in_every_year(simulation: Results, data: pd.DataFrame) -> None:
    beta = estimate(data)
    r = {n: simulation[n][:, 0] for n in simulation.arrays}
    now, last = slice(1, None), slice(None, -1)
    wage_bill = r["wages.w1"] + r["policy.w2"]
    p = r["income.p"]
    cn = beta["cn"] @ np.stack([np.ones(19), p[now], p[last], wage_bill[now]])
    i = beta["i"] @ np.stack([np.ones(19), p[now], p[last], r["capital.k"][last]])
    product = r["income.y"] + r["policy.t"] - r["policy.w2"]
    w1 = beta["w1"] @ np.stack([np.ones(19), product[now], product[last], r["policy.time"][now]])
    np.testing.assert_allclose(r["demand.cn"][now], cn, rtol=1e-11)
    np.testing.assert_allclose(r["demand.i"][now], i, rtol=0, atol=1e-10)
    np.testing.assert_allclose(r["wages.w1"][now], w1, rtol=1e-11)
    np.testing.assert_allclose(np.diff(r["capital.k"]), r["demand.i"][now], atol=1e-10)
