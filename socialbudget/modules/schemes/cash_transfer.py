"""Cash transfer: universal or categorical benefits, recipients times amount (method 4.5, 4.8)."""

from __future__ import annotations

from collections.abc import Sequence

from socialbudget.contract import Module
from socialbudget.modules import Scheme
from socialbudget.modules.schemes._base import EligiblePopulation, PopulationRateScheme

KIND = "cash_transfer"
METHOD = "Population x recipient rate by sex and age x indexed amount"


def modules(scheme: Scheme) -> Sequence[Module]:
    """Eligibility by age, and the benefit."""
    return [EligiblePopulation(scheme), PopulationRateScheme(scheme)]
