"""Stochastic drivers of the shipped packs: AR(1) disturbances of parameter paths."""

from __future__ import annotations

from socialbudget.builder import PackBuilder

SOURCE = "uncertainty_method"


def add_uncertainty(pack: PackBuilder) -> None:
    """Fertility, mortality, migration, productivity, prices, interest.

    Standard deviations are defaults of the method (economy: 1.0 point of productivity growth, 1.5
    points of inflation and of the real rate over a business cycle; here the permanent part only,
    since a path that moves by the full amount every year for 76 years would leave every closure).
    They are flagged assumed; the bands are indicative until the drivers are fitted to history.
    """
    pack.source(
        SOURCE,
        publisher="socialbudget",
        title="Default spreads of stochastic drivers",
        licence="Apache-2.0",
        note="Orders of magnitude of national forecast errors; not fitted to the country",
    )
    for path, kind, sd, persistence, note in (
        ("demography.fertility_rate", "scale", 0.02, 0.97, "About 8% of the level in the long run"),
        (
            "demography.death_rate",
            "scale",
            0.012,
            1.0,
            "Random walk of the level of mortality, about a year of life expectancy in 25 years",
        ),
        ("demography.net_migration", "scale", 0.15, 0.8, "About 25% of the level"),
        ("macroeconomy.tfp_growth", "add", 0.006, 0.3, "Points of yearly growth"),
        ("macroeconomy.inflation_target", "add", 0.003, 0.5, "Points of yearly inflation"),
        ("macroeconomy.real_interest_rate", "add", 0.004, 0.8, "Points of the real rate"),
    ):
        pack.uncertain(
            path,
            kind=kind,
            sd=sd,
            persistence=persistence,
            source=SOURCE,
            flag="assumed",
            note=note,
        )
