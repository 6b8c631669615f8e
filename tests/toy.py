"""A toy country for the tests: four modules, one pack, everything with a closed form.

Output and benefits depend on each other: with N persons, productivity a, multiplier m and the
share b of output per head that each recipient gets, total benefits are B = b R Y / N for R
recipients and output is Y = a N + m B, so Y = a N / (1 - m b R / N).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from socialbudget.builder import PackBuilder
from socialbudget.contract import Module, Param, Var, Year
from socialbudget.dims import FUNCTIONS
from socialbudget.pack import Pack, load_pack

BASE_YEAR, LAST_YEAR = 2024, 2034
OLD_AGE = FUNCTIONS.index("old_age")


class People(Module):
    """Persons by sex and age grow at one rate."""

    name = "people"
    params = (
        Param("people.population", ("sex", "age"), "person", 0.0, 1e10, "Base population", "fixed"),
        Param("people.growth", (), "1", -0.1, 0.1, "Growth of the population"),
    )
    writes = (
        Var("people.persons", ("sex", "age"), "person", "stock", "Persons"),
        Var("people.by_sex", ("sex",), "person", "stock", "Persons by sex"),
    )

    def start(self, y: Year) -> None:
        y["people.persons"] = y.p["people.population"]
        y["people.by_sex"] = y["people.persons"].sum(axis=2)

    def step(self, y: Year) -> None:
        growth = y.p["people.growth"]
        y["people.persons"] = y.lag("people.persons") * (1.0 + growth)[:, None, None]
        y["people.by_sex"] = y["people.persons"].sum(axis=2)


class Economy(Module):
    """Output from heads, productivity and spending."""

    name = "economy"
    params = (
        Param("economy.productivity", (), "LCU/person/year", 0.0, 1e6, "Productivity", "annual"),
        Param("economy.multiplier", (), "1", 0.0, 0.9, "Multiplier of benefits", "fixed"),
    )
    reads = ("people.by_sex", "budget.total")
    writes = (Var("economy.output", (), "LCU/year", "flow", "Output"),)

    def start(self, y: Year) -> None:
        own = y.p["economy.productivity"] * y["people.by_sex"].sum(axis=1)
        total = y["budget.total"]
        spent = np.where(np.isfinite(total), total, 0.0)
        y["economy.output"] = own + y.p["economy.multiplier"] * spent

    def step(self, y: Year) -> None:
        own = y.p["economy.productivity"] * y["people.by_sex"].sum(axis=1)
        y["economy.output"] = own + y.p["economy.multiplier"] * y["budget.total"]


class Grant(Module):
    """Old-age grant: a share of output per head for a share of the persons."""

    name = "grant"
    params = (
        Param("schemes.grant.rate", ("sex",), "1", 0.0, 1.0, "Recipients per person"),
        Param("schemes.grant.replacement", (), "1", 0.0, 1.0, "Share of output per head"),
    )
    reads = ("people.by_sex", "economy.output")
    writes = (
        Var("grant.recipients", ("function", "sex"), "person", "stock", "Recipients"),
        Var("grant.benefit_expenditure", ("function", "sex"), "LCU/year", "flow", "Benefits"),
    )

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        persons = y["people.by_sex"]
        recipients = y.p["schemes.grant.rate"] * persons
        y["grant.recipients"] = 0.0
        y["grant.recipients"][:, OLD_AGE] = recipients
        each = y.p["schemes.grant.replacement"] * y["economy.output"] / persons.sum(axis=1)
        y["grant.benefit_expenditure"] = 0.0
        y["grant.benefit_expenditure"][:, OLD_AGE] = recipients * each[:, None]


class Budget(Module):
    """Sum over every scheme that there is."""

    name = "budget"
    reads = ("*.benefit_expenditure",)
    writes = (Var("budget.total", (), "LCU/year", "flow", "Benefits of all schemes"),)

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        parts = y.match("*.benefit_expenditure").values()
        y["budget.total"] = sum(p.sum(axis=(1, 2)) for p in parts)

    def identities(self, y: Year) -> dict[str, np.ndarray]:
        total = y["budget.total"]
        parts = sum(p.sum(axis=(1, 2)) for p in y.match("*.benefit_expenditure").values())
        return {"total of schemes": (total - parts) / np.maximum(1.0, total)}


def toy_modules() -> list[Module]:
    return [People(), Economy(), Grant(), Budget()]


SCHEME = {
    "kind": "toy_grant",
    "title": "Old-age grant",
    "institution": "Ministry of Tests",
    "function": "old_age",
    "legal_basis": "Test Act, 2001",
    "since": 2001,
    "population_group": "Residents",
}


def population() -> np.ndarray:
    """float64[sex, age], persons."""
    age = np.arange(101)
    return np.stack([1000.0 - 9.0 * age, 1020.0 - 9.5 * age])


def toy_builder(last_year: int = LAST_YEAR) -> PackBuilder:
    pack = PackBuilder(
        "TOY",
        "Toyland",
        version="1",
        base_year=BASE_YEAR,
        currency="TOY",
        level=2,
        status="synthetic",
    )
    pack.source("tests", publisher="socialbudget", title="Closed-form toy country", licence="CC0")
    pack.source("census", publisher="Toy Statistics", title="Census 2024", licence="CC BY 4.0")
    pack.scheme("grant", **SCHEME)
    pack.table("people.population", ("sex", "age"), population(), "person", "census", "observed")
    pack.value("people.growth", 1.0, "percent", "tests", "assumed")
    years = range(BASE_YEAR, last_year + 1)
    productivity = {year: 1000.0 * 1.02 ** (year - BASE_YEAR) for year in years}
    pack.series("economy.productivity", productivity, "LCU/person/year", "tests", "assumed")
    pack.value("economy.multiplier", 0.5, "1", "tests", "assumed")
    pack.table("schemes.grant.rate", ("sex",), np.array([0.12, 0.10]), "1", "tests", "estimated")
    pack.value("schemes.grant.replacement", 0.30, "1", "tests", "assumed", note="statute")
    return pack


def toy_pack(folder: Path) -> Pack:
    """The toy country, written and loaded again."""
    toy_builder().write(folder)
    return load_pack(folder)


def output_closed_form(year: int) -> float:
    """Output of the baseline, from the closed form in the head of this file."""
    t = year - BASE_YEAR
    by_sex = population().sum(axis=1) * 1.01**t
    persons = by_sex.sum()
    recipients = 0.12 * by_sex[0] + 0.10 * by_sex[1]
    own = 1000.0 * 1.02**t * persons
    return float(own / (1.0 - 0.5 * 0.30 * recipients / persons))
