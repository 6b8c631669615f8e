"""Unemployment insurance: recipients per unemployed times a replacement rate (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules._shared import INCOME_WITHOUT_BENEFIT, UNEMPLOYMENT_RATE
from socialbudget.modules.schemes._base import SchemeModule
from socialbudget.unemployment_engines import search_income

KIND = "unemployment_insurance"
METHOD = "Unemployed x recipients per unemployed x replacement rate x average wage"


class UnemploymentInsurance(SchemeModule):
    """Benefits follow unemployment and wages of the same year, so the budget stabilises demand.

    Under the flow engine recipients follow those who become unemployed, not the stock: benefits
    end, so that the stock of a long slump has fewer recipients per head.
    """

    reads = (
        "labour_market.unemployed",
        "labour_market.average_wage",
        "labour_market.claims_index",
    )

    def own_params(self) -> tuple[Param, ...]:
        return _rules(self.scheme)

    def extra_writes(self) -> tuple[Var, ...]:
        return (
            Var(
                f"{self.name}.unemployment_generosity",
                (),
                "1",
                "rate",
                "Recipients per unemployed times replacement rate",
            ),
        )

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        per_unemployed = self.param(y, "recipients_per_unemployed")
        rate = self.param(y, "replacement_rate")
        unemployed = y["labour_market.unemployed"].sum(axis=2)
        recipients = unemployed * per_unemployed
        y[f"{self.name}.unemployment_generosity"] = rate * ratio(
            recipients.sum(axis=1), unemployed.sum(axis=1)
        )
        claims = y["labour_market.claims_index"]
        if np.isnan(claims).all():  # first sweep of the base year
            claims = np.ones_like(claims)
        recipients = recipients * claims[:, None]
        return recipients, (rate * y["labour_market.average_wage"])[:, None]


class UnemploymentEntitlement(Module):
    """What the insurance promises the unemployed, before anybody is unemployed in the year.

    It stands apart from the scheme so that the flow engine reads it without one more variable in
    the simultaneous core. Women and men count by the unemployment of the base year.
    """

    reads = ("participation.labour_force",)

    def __init__(self, scheme: Scheme):
        self.scheme = scheme
        self.name = f"{scheme.name}.entitlement"
        self.params = (*_rules(scheme), UNEMPLOYMENT_RATE, INCOME_WITHOUT_BENEFIT)
        self.writes = (
            Var(f"{scheme.name}.search_income", (), "1", "rate",
                "Log of the benefit over income without benefit, times recipients per unemployed"),
        )  # fmt: skip

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        likely = (y["participation.labour_force"] * y.p[UNEMPLOYMENT_RATE.path]).sum(axis=2)
        recipients = likely * y.p[self.scheme.path("recipients_per_unemployed")]
        y[f"{self.scheme.name}.search_income"] = search_income(
            ratio(recipients.sum(axis=1), likely.sum(axis=1)),
            y.p[self.scheme.path("replacement_rate")],
            y.p[INCOME_WITHOUT_BENEFIT.path],
        )


def _rules(scheme: Scheme) -> tuple[Param, ...]:
    return (
        Param(scheme.path("recipients_per_unemployed"), ("sex",), "1", 0, 2,
              "Recipients over unemployed, averages of the year"),
        Param(scheme.path("replacement_rate"), (), "1", 0, 2, "Mean benefit over the average wage"),
    )  # fmt: skip


def modules(scheme: Scheme) -> Sequence[Module]:
    """What each instance promises, and the instance."""
    return [UnemploymentEntitlement(scheme), UnemploymentInsurance(scheme)]
