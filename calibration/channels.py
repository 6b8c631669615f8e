"""Switches of the feedback channels between policy and economy (method 3.6)."""

from __future__ import annotations

from collections.abc import Iterable

from socialbudget.builder import PackBuilder

DEFAULTS = {
    "benefits_to_consumption": 1.0,
    "contributions_to_labour_market": 1.0,
    "retirement_to_participation": 1.0,
    "reserves_to_investment": 1.0,
    "care_to_government_demand": 1.0,
    "unemployment_benefits_to_unemployment": 1.0,
    "social_spending_to_human_capital": 0.0,
    "poverty_to_consumption": 0.0,
}
"""On, but for the two whose strength a user must bring evidence for."""
RETIREMENT = "retirement_to_participation"
"""The only one that packs of level 1 need."""


def add_channels(pack: PackBuilder, source: str, names: Iterable[str] = DEFAULTS) -> None:
    """Give a pack the switches that it does not have yet."""
    for name in names:
        path, on = f"channels.{name}", DEFAULTS[name]
        if path not in pack.paths:
            pack.value(path, on, "1", source, "assumed", note="on" if on else "off")
