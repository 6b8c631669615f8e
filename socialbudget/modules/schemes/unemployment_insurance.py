"""Unemployment insurance: recipients per unemployed times a replacement rate (method 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget import unemployment_engines as engines
from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules._shared import INCOME_WITHOUT_BENEFIT, UNEMPLOYMENT_RATE
from socialbudget.modules.schemes._base import SchemeModule

KIND = "unemployment_insurance"
METHOD = "Unemployed x recipients per unemployed x replacement rate x average wage"


class UnemploymentInsurance(SchemeModule):
    """Benefits follow unemployment and wages of the same year, so the budget stabilises demand.

    Under the flow engine recipients follow those who become unemployed and the time they need to
    find work, but no longer than benefits last: a long slump has fewer recipients per unemployed.
    """

    reads = (
        "labour_market.unemployed",
        "labour_market.average_wage",
        "labour_market.claims_index",
        "labour_market.job_finding_rate",
        "labour_market.job_finding_index",
    )

    def own_params(self) -> tuple[Param, ...]:
        return (
            *_rules(self.scheme),
            Param(self.scheme.path("longest_duration"), (), "year", 0.01, 10,
                  "Longest time for which the benefit is paid"),
        )  # fmt: skip

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
        if y.year > y.base_year:
            recipients = recipients * self._claims(y)[:, None]
        return recipients, (rate * y["labour_market.average_wage"])[:, None]

    def _claims(self, y: Year) -> Array:
        """Recipients per unemployed relative to the rules of the base year, float64[draw].

        Inflow times the mean time on benefit, which ends with a job or after the longest duration
        ``T``: ``(1 - exp(-f T)) / f``. Exactly 1 where both indices are.
        """
        finding, index = y["labour_market.job_finding_rate"], y["labour_market.job_finding_index"]
        longest = self.param(y, "longest_duration")
        now, base = (engines.time_on_benefit(f, longest) for f in (finding, finding / index))
        return np.asarray(y["labour_market.claims_index"] * (now / base))


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
        y[f"{self.scheme.name}.search_income"] = engines.search_income(
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
