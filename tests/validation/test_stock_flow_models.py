"""Stock-flow consistent textbook models in the real plan and block solver.

Godley, W. and Lavoie, M. (2007), Monetary Economics, chapters 3 (model SIM) and 4 (model PC), with
the parameters of the book. SIM: first periods and stationary state as printed in table 3.4 (one
decimal). PC: the stationary state follows from the equations in closed form. Each model leaves one
equation out, which the others imply: it is an identity of the run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from socialbudget.builder import PackBuilder
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.ensemble import project
from socialbudget.pack import Pack, load_pack
from socialbudget.results import Results

BASE_YEAR, YEARS = 2000, 400
GOVERNMENT, TAX, FROM_INCOME, FROM_WEALTH = 20.0, 0.2, 0.6, 0.4
INTEREST, SHARE, BY_INTEREST, BY_INCOME = 0.025, 0.635, 5.0, 0.01
FLOW = "LCU/year"


def _flow(name: str, doc: str) -> Var:
    return Var(name, (), FLOW, "flow", doc)


def _stock(name: str, doc: str) -> Var:
    return Var(name, (), "LCU", "stock", doc)


class Nothing(Module):
    """A module that starts from nothing at all: no money, no debt, no output."""

    def start(self, y: Year) -> None:
        for var in self.writes:
            y[var.name] = 0.0


class Firms(Nothing):
    """Output is what is bought."""

    name = "firms"
    params = (Param("spending", (), FLOW, 0.0, 1e3, "Government spending", "annual"),)
    reads = ("households.consumption",)
    writes = (_flow("firms.output", "Output"),)

    def step(self, y: Year) -> None:
        y["firms.output"] = y["households.consumption"] + y.p["spending"]


class Households(Nothing):
    """Spend out of income and wealth; hold what is left as money and, in PC, as bills."""

    name = "households"
    params = (Param("interest_rate", (), "1", 0.0, 1.0, "Interest on bills", "fixed"),)
    reads = ("firms.output",)
    lags = ()
    writes = (
        _flow("households.taxes", "Taxes"),
        _flow("households.disposable_income", "Disposable income"),
        _flow("households.consumption", "Consumption"),
        _stock("households.wealth", "Wealth"),
        _stock("households.bills", "Bills held"),
        _stock("households.money", "Money held"),
    )

    def __init__(self, bills: bool):
        self.bills = bills

    def step(self, y: Year) -> None:
        rate = y.p["interest_rate"]
        taxed = y["firms.output"] + rate * y.lag("households.bills")
        income = (1.0 - TAX) * taxed
        consumption = FROM_INCOME * income + FROM_WEALTH * y.lag("households.wealth")
        wealth = y.lag("households.wealth") + income - consumption
        y["households.taxes"] = TAX * taxed
        y["households.disposable_income"] = income
        y["households.consumption"] = consumption
        y["households.wealth"] = wealth
        held = (SHARE + BY_INTEREST * rate) * wealth - BY_INCOME * income if self.bills else 0.0
        y["households.bills"] = held
        y["households.money"] = wealth - held


class State(Nothing):
    """Government and central bank: the deficit is paid by bills, and by money for what is left."""

    name = "state"
    params = (*Firms.params, *Households.params)
    reads = ("households.taxes", "households.bills", "households.money")
    lags = ("households.bills",)
    writes = (
        _stock("state.debt", "Bills issued, in SIM the money issued"),
        _stock("state.money", "Money issued"),
    )

    def step(self, y: Year) -> None:
        # The central bank pays the interest on its own bills back.
        interest = y.p["interest_rate"] * y.lag("households.bills")
        debt = y.lag("state.debt") + y.p["spending"] + interest - y["households.taxes"]
        y["state.debt"] = debt
        y["state.money"] = debt - y["households.bills"]

    def identities(self, y: Year) -> dict[str, Array]:
        issued = np.maximum(y["state.debt"], 1.0)
        return {"money issued = money held": (y["state.money"] - y["households.money"]) / issued}


def _pack(folder, rate: float) -> Pack:
    pack = PackBuilder(
        "ZZY",
        "Textbook economy",
        version="2007",
        base_year=BASE_YEAR,
        currency="LCU",
        level=1,
        status="synthetic",
        last_year=BASE_YEAR + YEARS,
    )
    pack.source("book", publisher="Godley and Lavoie", title="Monetary Economics", licence="facts")
    spending = {BASE_YEAR + t: GOVERNMENT if t else 0.0 for t in range(YEARS + 1)}
    pack.series("spending", spending, FLOW, "book", "assumed")
    pack.value("interest_rate", rate, "1", "book", "assumed")
    pack.write(folder)
    return load_pack(folder)


def _modules(bills: bool) -> Sequence[Module]:
    return [State(), Households(bills), Firms()]


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Results:
    pack = _pack(tmp_path_factory.mktemp("sim") / "ZZY", 0.0)
    return project(pack, to=BASE_YEAR + YEARS, modules=_modules(bills=False))


@pytest.fixture(scope="module")
def pc(tmp_path_factory: pytest.TempPathFactory) -> Results:
    pack = _pack(tmp_path_factory.mktemp("pc") / "ZZY", INTEREST)
    return project(pack, to=BASE_YEAR + YEARS, modules=_modules(bills=True))


def test_output_and_consumption_are_solved_together(sim: Results) -> None:
    blocks = [sorted(m.name for m in b.modules) for b in sim.plan.blocks]
    assert blocks == [["firms", "households"], ["state"]]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("firms.output", 38.5),
        ("households.taxes", 7.7),
        ("households.disposable_income", 30.8),
        ("households.consumption", 18.5),
        ("households.money", 12.3),
    ],
)
def test_first_period_of_sim(sim: Results, name: str, printed: float) -> None:
    assert sim[name][1, 0] == pytest.approx(printed, abs=0.05)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("firms.output", 100.0),
        ("households.taxes", 20.0),
        ("households.disposable_income", 80.0),
        ("households.consumption", 80.0),
        ("households.money", 80.0),
    ],
)
def test_stationary_state_of_sim(sim: Results, name: str, printed: float) -> None:
    assert sim[name][-1, 0] == pytest.approx(printed, rel=1e-9)


def test_sim_goes_to_rest_as_its_root_says(sim: Results) -> None:
    """The gap to rest shrinks by 1 - a2 t / (1 - a1 (1 - t)) a year, the reduced root."""
    spent = FROM_INCOME * (1.0 - TAX)
    root = 1.0 - FROM_WEALTH * (TAX / (1.0 - spent))
    gap = 80.0 - sim["households.money"][:, 0]
    np.testing.assert_allclose(gap[1:40] / gap[:39], root, rtol=1e-9)


def test_stationary_state_of_pc(pc: Results) -> None:
    """Wealth equals disposable income there, since (1 - a1)/a2 = 1."""
    share = SHARE + BY_INTEREST * INTEREST - BY_INCOME
    income_of_output = (1.0 - TAX) / (1.0 - (1.0 - TAX) * INTEREST * share)
    output = GOVERNMENT / (1.0 - income_of_output)
    income = income_of_output * output
    expected = {
        "firms.output": output,
        "households.disposable_income": income,
        "households.wealth": income,
        "households.bills": share * income,
        "households.money": (1.0 - share) * income,
        "state.debt": income,
    }
    for name, value in expected.items():
        assert pc[name][-1, 0] == pytest.approx(value, rel=1e-9), name
    assert output == pytest.approx(106.49, abs=0.005)


@pytest.mark.parametrize("model", ["sim", "pc"])
def test_the_equation_left_out_holds_in_every_year(
    model: str, request: pytest.FixtureRequest
) -> None:
    run: Results = request.getfixturevalue(model)
    held, issued = run["households.money"][:, 0], run["state.money"][:, 0]
    np.testing.assert_allclose(issued, held, rtol=1e-9, atol=1e-9)
    assert held[-1] > 0.0
