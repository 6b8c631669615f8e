"""A pension scheme on its own: the real modules, plan and loop, fed by given paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from socialbudget.contract import Array, Module, Var, Year
from socialbudget.dims import FUNCTIONS, STANDARD
from socialbudget.modules import Scheme
from socialbudget.modules.schemes import earnings_related_pension as kind
from socialbudget.pack import SchemeInstance
from socialbudget.plan import build_plan
from socialbudget.projection import Trajectory, run

BASE_YEAR = 2000
NEUTRAL: dict[str, float] = {
    "pensionable_age": 65.0,
    "early_age": 65.0,
    "latest_age": 65.0,
    "service_maximum": 51.0,
    "averaging_years": 51.0,
    "revaluation_wage_share": 1.0,
    "revaluation_age": 101.0,
    "accrual_scale": 1.0,
    "accrual_history": 1.0,
    "maximum_share": 10.0,
    "award_factor": 1.0,
    "mortality_multiplier": 1.0,
    "insured_mortality_multiplier": 1.0,
    "child_age_difference": 30.0,
    "service_density": 1.0,
    "disability_share": 1.0,
}
"""Values that switch rules off; everything else is zero."""


@dataclass(frozen=True)
class Paths:
    """What the rest of the model would supply, `[year, ...]` from the base year on."""

    contributors: Array  # [year, sex, age] person
    insured_earnings: Array  # [year, sex, age] LCU/year
    death_probability: Array  # [year, sex, age]
    wage_growth: Array  # [year]
    inflation: Array  # [year]
    ceiling: float = 0.0  # LCU/year, at the wage level of the base year
    population: Array | None = None  # [year, sex, age] person; contributors where it is not given


class Feed(Module):
    """Writes the given paths under the names of the real modules."""

    name = "feed"

    def __init__(self, paths: Paths, rows: Array):
        self._paths, self._rows = paths, rows
        sex_age = ("sex", "age")
        self.writes = (
            Var("contributions.contributors", ("insurance", *sex_age), "person", "flow", ""),
            Var("contributions.insured_earnings", ("insurance", *sex_age), "LCU/year", "flow", ""),
            Var("contribution_rules.earnings_ceiling", ("insurance",), "LCU/year", "rate", ""),
            Var("demography.death_probability", sex_age, "1", "rate", ""),
            Var("demography.population_midyear", sex_age, "person", "stock", ""),
            Var("labour_market.wage_growth", (), "1", "rate", ""),
            Var("prices.inflation", (), "1", "rate", ""),
        )

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        t, p = y.year - y.base_year, self._paths
        share = self._rows[:, None, None]
        y["contributions.contributors"] = p.contributors[t] * share
        y["contributions.insured_earnings"] = p.insured_earnings[t] * share
        wages = np.prod(1.0 + p.wage_growth[:t])
        y["contribution_rules.earnings_ceiling"] = p.ceiling * wages
        y["demography.death_probability"] = p.death_probability[t]
        people = p.contributors if p.population is None else p.population
        y["demography.population_midyear"] = people[t]
        y["labour_market.wage_growth"] = p.wage_growth[t]
        y["prices.inflation"] = p.inflation[t]


def scheme(name: str, row: int, since: int, **attributes: object) -> Scheme:
    instance = SchemeInstance.model_validate(
        {
            "kind": kind.KIND,
            "title": name,
            "institution": "Tests",
            "function": "old_age",
            "contributory": True,
            "legal_basis": "Test Act",
            "since": since,
            "population_group": "Insured persons",
            **attributes,
        }
    )
    return Scheme(name, instance, row, FUNCTIONS.index("old_age"))


def project_scheme(
    paths: Paths,
    rules: Mapping[str, object],
    *,
    since: int = BASE_YEAR,
    last_year: int | None = None,
    splits: tuple[float, ...] = (1.0,),
    draws: int = 1,
    **attributes: object,
) -> Trajectory:
    """Run one scheme ``z0`` (or several, ``z0``, ``z1``..., each with its share of the insured).

    `rules` overrides `NEUTRAL`: a number, an array of the parameter's dims, or
    ``{year: number or array}``. Base-year pensioners, accounts and amounts in LCU are split too.
    """
    names = [f"z{k}" for k in range(len(splits))]
    modules: list[Module] = [Feed(paths, np.array(splits))]
    last = BASE_YEAR + len(paths.wage_growth) - 1 if last_year is None else last_year
    years = last - BASE_YEAR + 1
    coords = {**STANDARD, "insurance": tuple(names), "scheme": tuple(names)}
    parameters: dict[str, Array] = {}
    for row, (name, part) in enumerate(zip(names, splits, strict=True)):
        z = scheme(name, row, since, **attributes)
        modules += kind.modules(z)
        for p in kind.parameters(name):
            key = p.path.rsplit(".", 1)[1]
            given = rules.get(key, NEUTRAL.get(key, 0.0))
            steps = given if isinstance(given, dict) else {BASE_YEAR: given}
            shape = tuple(len(coords[d]) for d in p.dims)
            array = np.empty((years, 1, *shape))
            for year, value in sorted(steps.items()):
                array[year - BASE_YEAR :] = value
            if key in ("pensioners", "base_expenditure"):
                array *= part
            parameters[p.path] = array[:1] if p.time == "fixed" else array
    plan = build_plan(modules, coords)
    return run(plan, coords, parameters, BASE_YEAR, last, draws)
