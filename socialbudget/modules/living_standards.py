"""Poverty and inequality before and after a floor, without microdata (method 8).

Welfare per head is lognormal, fitted to headcounts and Gini, and grows with real GDP per head. Part
of the rapid plan only; `socialbudget.floor` builds it. Indicative: a survey replaces it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.kernels.poverty import welfare_measures
from socialbudget.modules import Scheme
from socialbudget.poverty import LognormalFit, grid

LINES = tuple(str(line) for line in STANDARD["poverty_line"])
MEASURES = ("headcount", "poverty_gap", "squared_gap")
STAGES = ("before", "after")

ACCEPTED = (
    Param("living_standards.gini", (), "1", 0.01, 0.99,
          "Gini coefficient of welfare per head", "fixed"),
    Param("living_standards.headcount", ("poverty_line",), "1", 0, 1,
          "Share of the population below each poverty line in the survey year", "fixed"),
    Param("living_standards.survey_year", (), "year", 1950, 2100,
          "Calendar year of the latest survey", "fixed"),
    Param("living_standards.private_growth", (), "1", -0.95, 20,
          "Real growth of welfare per head from the survey year to the base year", "fixed"),
    Param("living_standards.ppp_factor", (), "LCU", 0, 1e12,
          "National currency at base-year prices for one international dollar of 2021", "fixed"),
    Param("living_standards.exchange_rate", (), "LCU", 0, 1e12,
          "National currency for one US dollar in the base year", "fixed"),
    Param("protection.coverage", ("function",), "1", 0, 1,
          "Effective coverage by function: share of the group whom benefits reach", "fixed"),
    Param("government.health_expenditure", (), "LCU/year", 0, 1e30,
          "Domestic general government health expenditure in the base year", "fixed"),
    Param("demography.disability_prevalence", ("sex", "age"), "1", 0, 1,
          "Share of the population with a severe disability", "fixed"),
)  # fmt: skip
"""What any pack may hold for the rapid assessment: published figures on which it rests."""


class LivingStandards(Module):
    """FGT indices at each line and the Gini, before and after what is new in the guarantees.

    Benefits that are paid already are part of measured welfare, so only the gap of each guarantee
    is added, at base-year prices. A universal guarantee is spread over all persons alike; one for
    the poor reaches them by quantile, with its exclusion and inclusion errors, whatever their age:
    who is meant by age shares with others of the household. Care in kind adds
    nothing to measured welfare, and what the floor's financing takes away is not deducted.
    """

    name = "living_standards"

    def __init__(self, schemes: Sequence[Scheme], targeted: Sequence[str], fit: LognormalFit,
                 lines: Mapping[str, float]):  # fmt: skip
        cash = [s for s in schemes if s.instance.benefit_type == "cash"]
        self._universal = [s for s in cash if s.name not in targeted]
        self._targeted = [s for s in cash if s.name in targeted]
        self._fit = fit
        self._lines = np.array([[lines[line] for line in LINES]])
        self._means, self._bounds = grid(fit.sigma)
        self.params: tuple[Param, ...] = tuple(
            Param(s.path(name), (), "1", 0, 1, doc)
            for s in self._targeted
            for name, doc in (
                ("exclusion_error", "Share of the poor who are missed"),
                ("inclusion_error", "Share of the others who receive it all the same"),
                ("coverage", "Share of the target reached before targeting errors"),
            )
        )
        self.writes = (
            Var("living_standards.mean", (), "LCU_real/year", "rate",
                "Mean welfare per head at base-year prices"),
            Var("living_standards.base_real_gdp_per_head", (), "LCU_real/person/year", "rate",
                "Real GDP per head of the base year"),
            Var("living_standards.transfer_per_head", (), "LCU_real/year", "flow",
                "New cash benefits per head at base-year prices"),
            *(
                Var(f"living_standards.{measure}_{stage}", ("poverty_line",), "1", "rate",
                    f"{measure.replace('_', ' ').capitalize()} {stage} the floor")
                for stage in STAGES
                for measure in MEASURES
            ),
            *(
                Var(f"living_standards.gini_{stage}", (), "1", "rate", f"Gini {stage} the floor")
                for stage in STAGES
            ),
            *(
                Var(f"living_standards.poor_persons_{stage}", ("poverty_line",), "person", "flow",
                    f"Poor persons {stage} the floor")
                for stage in STAGES
            ),
        )  # fmt: skip
        self.reads = (
            "demography.population_midyear",
            "macroeconomy.gdp_real",
            "prices.consumer_price_index",
            *(
                f"{s.name}.{v}"
                for s in cash
                for v in ("benefit_expenditure", "gap", "cost", "poor_share", "kept")
            ),
        )

    def start(self, y: Year) -> None:
        y["living_standards.base_real_gdp_per_head"] = self._gdp_per_head(y)
        self._fill(y)

    def step(self, y: Year) -> None:
        name = "living_standards.base_real_gdp_per_head"
        y[name] = y.lag(name)
        self._fill(y)

    @staticmethod
    def _gdp_per_head(y: Year) -> Array:
        population = y["demography.population_midyear"].sum(axis=(1, 2))
        return np.asarray(y["macroeconomy.gdp_real"] / population)

    def _fill(self, y: Year) -> None:
        people = y["demography.population_midyear"].sum(axis=(1, 2))
        growth = self._gdp_per_head(y) / y["living_standards.base_real_gdp_per_head"]
        mean = self._fit.mean * growth
        y["living_standards.mean"] = mean
        universal = np.zeros(y.draws)
        for s in self._universal:
            universal += self._new(y, s) / people
        n = len(self._targeted)
        poor, hit, leak, amount = (np.zeros((y.draws, n)) for _ in range(4))
        for k, s in enumerate(self._targeted):
            below = y[f"{s.name}.poor_share"]
            kept = y[f"{s.name}.kept"]
            added = y.p[s.path("coverage")] - kept
            reached = added * (1.0 - y.p[s.path("exclusion_error")])
            leaked = added * y.p[s.path("inclusion_error")]
            # Of those reached beside the ones kept, existing benefits may pay some already; only
            # the rest, as many as the gap pays for, receive anything new.
            everybody = below * (kept + reached) + (1.0 - below) * leaked
            beside = below * reached + (1.0 - below) * leaked
            paid = ratio(y[f"{s.name}.gap"], y[f"{s.name}.cost"]) * everybody
            new = np.minimum(ratio(paid, beside), 1.0)
            poor[:, k], hit[:, k], leak[:, k] = below, reached * new, leaked * new
            receiving = (poor[:, k] * hit[:, k] + (1.0 - poor[:, k]) * leak[:, k]) * people
            amount[:, k] = ratio(self._new(y, s), receiving)
        total = universal + (amount * (poor * hit + (1.0 - poor) * leak)).sum(axis=1)
        y["living_standards.transfer_per_head"] = total
        lines = np.ascontiguousarray(self._lines)
        self._measure(y, "before", mean, lines, np.zeros(y.draws), poor[:, :0], hit[:, :0],
                      leak[:, :0], amount[:, :0])  # fmt: skip
        self._measure(y, "after", mean, lines, universal, poor, hit, leak, amount)
        for stage in STAGES:
            y[f"living_standards.poor_persons_{stage}"] = (
                y[f"living_standards.headcount_{stage}"] * people[:, None]
            )

    @staticmethod
    def _new(y: Year, s: Scheme) -> Array:
        """Benefits beyond those paid already, LCU a year at base-year prices."""
        benefits = y[f"{s.name}.benefit_expenditure"].sum(axis=(1, 2))
        new = ratio(y[f"{s.name}.gap"], y[f"{s.name}.cost"])
        return np.asarray(benefits * new / y["prices.consumer_price_index"])

    def _measure(self, y: Year, stage: str, mean: Array, lines: Array, universal: Array,
                 poor: Array, hit: Array, leak: Array, amount: Array) -> None:  # fmt: skip
        found = np.empty((y.draws, len(LINES), len(MEASURES)))
        gini = np.empty(y.draws)
        welfare_measures(
            self._means,
            self._bounds,
            np.ascontiguousarray(mean),
            lines,
            universal,
            np.ascontiguousarray(poor),
            np.ascontiguousarray(hit),
            np.ascontiguousarray(leak),
            np.ascontiguousarray(amount),
            found,
            gini,
        )
        for i, measure in enumerate(MEASURES):
            y[f"living_standards.{measure}_{stage}"] = found[:, :, i]
        y[f"living_standards.gini_{stage}"] = gini

    def identities(self, y: Year) -> Mapping[str, Array]:
        found: dict[str, Array] = {}
        worse = np.zeros(y.draws)
        for measure in MEASURES:
            before = y[f"living_standards.{measure}_before"]
            after = y[f"living_standards.{measure}_after"]
            worse = np.maximum(worse, (after - before).max(axis=1))
        found["no measure of poverty rises by a transfer"] = np.maximum(worse, 0.0)
        return found
