"""Guarantee of a social protection floor: who is in the group, times an amount (method 4.8, 8).

The same instance runs in the rapid assessment and in the full model. It begins after the base year,
so that the accounts of the base year stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules import Scheme

KIND = "guarantee"
METHOD = "Persons in the group x share reached x amount tied to a line, wage, GDP per head or sum"

INDICES = ("prices", "wages", "gdp_per_head")


class GuaranteeGroup(Module):
    """Persons of the group who are counted by sex and age or as births; outside the core."""

    reads = ("demography.population_midyear", "demography.births")

    def __init__(self, scheme: Scheme):
        self.scheme = scheme
        self.name = f"{scheme.name}.group"
        self.params = (
            Param(scheme.path("recipient_rate"), ("sex", "age"), "1", 0, 1,
                  "Share of the population in the group by sex and age"),
            Param(scheme.path("births_share"), (), "1", 0, 2,
                  "Women in the group for one birth of the year"),
        )  # fmt: skip
        self.writes = (
            Var(f"{scheme.name}.population_group", ("sex",), "person", "flow",
                "Persons in the group by age or birth, before unemployment and poverty"),
        )  # fmt: skip

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        rate = y.p[self.scheme.path("recipient_rate")]
        group = y[f"{self.scheme.name}.population_group"]
        group[...] = (y["demography.population_midyear"] * rate).sum(axis=2)
        births = y["demography.births"].sum(axis=1)
        group[:, 0] += births * y.p[self.scheme.path("births_share")]


class Guarantee(Module):
    """A guarantee: target, persons reached, amount, cost, and what is new in it.

    ``target = (persons by age + births + unemployed) x poor share``; ``reached = target x (kept +
    (coverage - kept) x (1 - exclusion error))``, where those whom existing benefits reach are kept
    and errors of targeting concern the others; where the guarantee is for the poor, ``inclusion
    error x (coverage - kept)`` of those who are not receive it too. The amount follows an index of
    prices, wages (nominal GDP per person employed) or GDP per head, between a minimum and a cap
    that follow prices. ``cost = recipients x amount x share of the year paid x (1 +
    administration)``. The gap is the part of the cost that existing benefits do not pay already.
    """

    def __init__(self, scheme: Scheme):
        self.scheme = scheme
        self.name = scheme.name
        path, name = scheme.path, scheme.name
        self._capped = scheme.instance.has_ceiling
        self.params = (
            Param(path("unemployed_share"), ("sex", "age"), "1", 0, 1,
                  "Share of the unemployed in the group by sex and age"),
            Param(path("poor_only"), (), "1", 0, 1, "1 where only poor persons are meant", "fixed"),
            Param(path("poor_score"), (), "1", -20, 20,
                  "Normal score of the headcount in the base year at the guarantee's poverty line",
                  "fixed"),
            Param(path("welfare_sigma"), (), "1", 0.01, 5,
                  "Standard deviation of the logarithm of welfare per head", "fixed"),
            Param(path("exclusion_error"), (), "1", 0, 1,
                  "Share of the poor who are missed, of those newly covered"),
            Param(path("inclusion_error"), (), "1", 0, 1,
                  "Share of those who are not poor who receive it all the same, at full coverage"),
            Param(path("coverage"), (), "1", 0, 1,
                  "Share of the target reached, take-up included, before targeting errors"),
            Param(path("existing_coverage"), (), "1", 0, 1,
                  "Share of the target whom existing benefits reach", "fixed"),
            Param(path("existing_kept"), (), "1", 0, 1,
                  "1 where the guarantee adds to those whom existing benefits reach, 0 where it "
                  "replaces these benefits", "fixed"),
            Param(path("existing_expenditure"), (), "LCU/year", 0, 1e30,
                  "Existing expenditure that pays for the guarantee, held as a share of GDP",
                  "fixed"),
            Param(path("benefit_amount"), (), "LCU/year", 0, 1e30,
                  "Amount for a full year at the level of the base year"),
            Param(path("benefit_minimum"), (), "LCU/year", 0, 1e30,
                  "Least amount for a full year, at prices of the base year"),
            Param(path("paid_share"), (), "1", 0, 1, "Share of a year for which it is paid"),
            *(
                Param(path(f"index_{index}"), (), "1", 0, 1,
                      f"Weight of {index.replace('_', ' ')} in the index of the amount", "fixed")
                for index in INDICES
            ),
            Param(path("administration_share"), (), "1", 0, 5, "Administration over benefits"),
            Param(path("base_expenditure"), ("function",), "LCU/year", 0, 0,
                  "Benefit expenditure in the base year: none, a guarantee begins after it",
                  "fixed"),
        )  # fmt: skip
        if self._capped:
            self.params += (
                Param(path("benefit_cap"), (), "LCU/year", 0, 1e30,
                      "Highest amount for a full year, at prices of the base year"),
            )  # fmt: skip
        self.writes = (
            Var(f"{name}.recipients", ("function", "sex"), "person", "flow",
                "Recipients in the year"),
            Var(f"{name}.benefit_expenditure", ("function", "sex"), "LCU/year", "flow",
                "Benefit expenditure"),
            Var(f"{name}.target", ("sex",), "person", "flow", "Persons the guarantee is meant for"),
            Var(f"{name}.reached", ("sex",), "person", "flow", "Of the target, those who receive"),
            Var(f"{name}.kept", (), "1", "rate",
                "Share of the target whom existing benefits reach and go on reaching"),
            Var(f"{name}.amount", (), "LCU/year", "rate", "Amount for a full year"),
            Var(f"{name}.poor_share", (), "1", "rate",
                "Share of the group below the guarantee's poverty line; 1 where it is for all"),
            Var(f"{name}.administration", (), "LCU/year", "flow", "Administration"),
            Var(f"{name}.cost", (), "LCU/year", "flow", "Benefits and administration"),
            Var(f"{name}.share_of_gdp", (), "1", "rate", "Cost over GDP"),
            Var(f"{name}.gap", (), "LCU/year", "flow",
                "Cost that existing benefits do not pay for"),
            *(
                Var(f"{name}.base_{base}", (), unit, "rate", f"{doc} of the base year")
                for base, unit, doc in (
                    ("gdp_per_head", "LCU/person/year", "GDP per head"),
                    ("gdp_per_worker", "LCU/person/year", "GDP per person employed"),
                    ("real_gdp_per_head", "LCU_real/person/year", "Real GDP per head"),
                    ("gdp", "LCU/year", "GDP"),
                )
            ),
        )  # fmt: skip
        self.reads = (
            f"{name}.population_group",
            "demography.population_midyear",
            "labour_market.unemployed",
            "labour_market.total_employment",
            "macroeconomy.gdp",
            "macroeconomy.gdp_real",
            "prices.consumer_price_index",
        )

    def start(self, y: Year) -> None:
        population = y["demography.population_midyear"].sum(axis=(1, 2))
        gdp = y["macroeconomy.gdp"]
        base = {
            "gdp": gdp,
            "gdp_per_head": gdp / population,
            "real_gdp_per_head": y["macroeconomy.gdp_real"] / population,
            "gdp_per_worker": gdp / y["labour_market.total_employment"],
        }
        for name, value in base.items():
            y[f"{self.name}.base_{name}"] = value
        if y.p[self.scheme.path("coverage")].any():
            raise PackError(
                f"scheme '{self.name}'",
                [
                    f"'{self.scheme.path('coverage')}' is positive in the base year {y.base_year}; "
                    "a guarantee begins after it: let the first entry be 0"
                ],
            )
        self._fill(y)

    def step(self, y: Year) -> None:
        for name in ("gdp", "gdp_per_head", "real_gdp_per_head", "gdp_per_worker"):
            y[f"{self.name}.base_{name}"] = y.lag(f"{self.name}.base_{name}")
        self._fill(y)

    def _param(self, y: Year, name: str) -> Array:
        return y.p[self.scheme.path(name)]

    def _fill(self, y: Year) -> None:
        name, p = self.name, self._param
        population = y["demography.population_midyear"].sum(axis=(1, 2))
        gdp = y["macroeconomy.gdp"]
        unemployed = (y["labour_market.unemployed"] * p(y, "unemployed_share")).sum(axis=2)
        group = y[f"{name}.population_group"] + unemployed
        poor = self._poor_share(y, y["macroeconomy.gdp_real"] / population)
        y[f"{name}.poor_share"] = poor
        y[f"{name}.target"] = group * poor[:, None]
        coverage = p(y, "coverage")
        kept = np.minimum(p(y, "existing_coverage") * p(y, "existing_kept"), coverage)
        y[f"{name}.kept"] = kept
        hit = kept + (coverage - kept) * (1.0 - p(y, "exclusion_error"))
        y[f"{name}.reached"] = y[f"{name}.target"] * hit[:, None]
        leaked = group * ((1.0 - poor) * p(y, "inclusion_error") * (coverage - kept))[:, None]
        recipients = y[f"{name}.reached"] + leaked

        prices = y["prices.consumer_price_index"]
        growth = {
            "prices": prices,
            "wages": gdp / y["labour_market.total_employment"] / y[f"{name}.base_gdp_per_worker"],
            "gdp_per_head": gdp / population / y[f"{name}.base_gdp_per_head"],
        }
        index = np.ones(y.draws)
        for key, value in growth.items():
            index = index * value ** p(y, f"index_{key}")
        amount = np.maximum(p(y, "benefit_amount") * index, p(y, "benefit_minimum") * prices)
        if self._capped:
            amount = np.minimum(amount, p(y, "benefit_cap") * prices)
        y[f"{name}.amount"] = amount
        spending = recipients * (amount * p(y, "paid_share"))[:, None]
        i = self.scheme.function_index
        for variable, value in (("recipients", recipients), ("benefit_expenditure", spending)):
            target = y[f"{name}.{variable}"]
            target[...] = 0.0
            target[:, i] = value
        benefits = spending.sum(axis=1)
        y[f"{name}.administration"] = benefits * p(y, "administration_share")
        cost = benefits * (1.0 + p(y, "administration_share"))
        y[f"{name}.cost"] = cost
        y[f"{name}.share_of_gdp"] = cost / gdp
        had = ratio(
            p(y, "existing_coverage") * y[f"{name}.target"].sum(axis=1), recipients.sum(axis=1)
        )
        paid = p(y, "existing_expenditure") * gdp / y[f"{name}.base_gdp"]
        y[f"{name}.gap"] = np.maximum(cost * np.maximum(1.0 - had, 0.0) - paid, 0.0)

    def _poor_share(self, y: Year, real_gdp_per_head: Array) -> Array:
        """Share below the line: welfare grows with real GDP per head, its spread stays."""
        growth = np.log(real_gdp_per_head / y[f"{self.name}.base_real_gdp_per_head"])
        score = self._param(y, "poor_score") - growth / self._param(y, "welfare_sigma")
        only = self._param(y, "poor_only")
        return np.asarray(1.0 - only + only * ndtr(score))

    def identities(self, y: Year) -> Mapping[str, Array]:
        name = self.name
        target, reached = y[f"{name}.target"], y[f"{name}.reached"]
        recipients = y[f"{name}.recipients"].sum(axis=1)
        group = (y[f"{name}.population_group"] + (
            y["labour_market.unemployed"] * self._param(y, "unemployed_share")
        ).sum(axis=2)) + 1e-300  # fmt: skip
        gdp = y["macroeconomy.gdp"]
        paid = y[f"{name}.benefit_expenditure"].sum(axis=(1, 2)) + y[f"{name}.administration"]
        return {
            "Q-2 share of GDP = cost over GDP": y[f"{name}.share_of_gdp"] - paid / gdp,
            "Q-3 reached within the target, recipients within the group": np.maximum(
                np.maximum(reached - target, recipients - group) / group, 0.0
            ),
        }


def modules(scheme: Scheme) -> Sequence[Module]:
    """The group, and the guarantee."""
    return [GuaranteeGroup(scheme), Guarantee(scheme)]
