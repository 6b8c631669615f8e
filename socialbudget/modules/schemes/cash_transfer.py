"""Cash transfer: universal or categorical benefits, recipients times amount (method 4.5, 4.8)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import IndexedScheme

KIND = "cash_transfer"
METHOD = "Population x recipient rate by sex and age x indexed amount"


class CashTransfer(IndexedScheme):
    """Recipients are the population times the base year's rate by sex and age times `coverage`.

    With ``age_tested``, a change of the pensionable age moves the rates along age.
    """

    reads = ("demography.population_midyear",)

    def own_params(self) -> tuple[Param, ...]:
        path = self.scheme.path
        params = (
            *super().own_params(),
            Param(path("recipient_rate"), ("sex", "age"), "1", 0, 1,
                  "Recipients over population by sex and age"),
            Param(path("coverage"), (), "1", 0, 5, "Multiplies the recipient rates; 0 is dormant"),
            Param(path("benefit_amount"), ("sex",), "LCU/year", 0, 1e30,
                  "Amount per recipient at the level of the base year"),
        )
        if self.scheme.instance.age_tested:
            params += (
                Param(path("pensionable_age"), ("sex",), "year", 0, 100, "Age of entitlement"),
            )
        return params

    def extra_writes(self) -> tuple[Var, ...]:
        if not self.scheme.instance.age_tested:
            return super().extra_writes()
        return (
            *super().extra_writes(),
            Var(f"{self.name}.base_pensionable_age", ("sex",), "year", "rate",
                "Age of entitlement in the base year"),
        )

    def eligible(self, y: Year) -> Array:
        """Recipients before `coverage` and any means test, float64[draw, sex]."""
        rate = self.param(y, "recipient_rate")
        if self.scheme.instance.age_tested:
            rate = _shifted(rate, self._shift(y))
        return (y["demography.population_midyear"] * rate).sum(axis=2)

    def _shift(self, y: Year) -> Array:
        name = f"{self.name}.base_pensionable_age"
        now = self.param(y, "pensionable_age")
        y[name] = now if y.year == y.base_year else y.lag(name)
        return now - y[name]

    def recipients_and_amount(self, y: Year) -> tuple[Array, Array]:
        recipients = self.eligible(y) * self.param(y, "coverage")[:, None]
        return recipients, self.param(y, "benefit_amount") * y[f"{self.name}.index"][:, None]


def _shifted(rate: Array, shift: Array) -> Array:
    """The rate profile moved to higher ages by `shift` years, ``rate(x - shift)``, linear."""
    if not shift.any():
        return rate
    import numpy as np

    age = np.arange(rate.shape[-1], dtype=float)
    origin = np.clip(age - shift[..., None], 0.0, rate.shape[-1] - 1.0)
    below = np.minimum(origin.astype(np.int64), rate.shape[-1] - 2)
    full = np.broadcast_to(rate, (max(rate.shape[0], shift.shape[0]), *rate.shape[1:]))
    below = np.broadcast_to(below, full.shape)
    lower = np.take_along_axis(full, below, axis=-1)
    upper = np.take_along_axis(full, below + 1, axis=-1)
    return lower + (origin - below) * (upper - lower)


def modules(scheme: Scheme) -> Sequence[Module]:
    """One module per instance."""
    return [CashTransfer(scheme)]
