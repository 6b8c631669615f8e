"""Drivers of the economy in packs of level 2: what moves from year to year, what is not known.

Growth of productivity, inflation, the real interest rate and the return on assets move together
(`Movement`, a vector autoregression); unemployment has what Okun's equation leaves. Elasticities
are drawn once a run, from their standard error where they are estimated and else from the range
that is found for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.estimates import PRIORS, add_sources, belief
from calibration.priors import LARGEST_GAP_RESPONSE
from socialbudget.builder import PackBuilder

VARIABLES = ("productivity_growth", "inflation", "real_interest_rate", "real_asset_return")
ASSET_SD = 0.06
"""Yearly standard deviation of the real return on assets other than bonds: default of the method.
No history of such returns is at hand."""
TFP_DECAY = 0.03
"""Approach of growth to its long-run rate, a year (`calibration.macro`)."""
GAP_RESPONSE = "macroeconomy.investment_gap_response"


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a constant may be from its value: a standard deviation and a distribution."""

    sd: float
    distribution: str
    why: str
    relative: bool = False


SPREADS: Mapping[str, Spread] = {
    "labour_market.beta_tau": Spread(0.075, "lognormal", "range 0.1-0.4"),
    "labour_market.beta_ui": Spread(0.05, "lognormal", "range 0-0.2"),
    "labour_market.theta_ret": Spread(0.15, "beta", "range 0.2-0.8"),
    "labour_market.kappa_tau": Spread(
        0.375, "lognormal", "0.1 to 0.4 points of formality per point of charge", relative=True
    ),
    "labour_market.kappa_y": Spread(0.5, "lognormal", "set by this project"),
    "labour_market.kappa_gap": Spread(1.0, "lognormal", "set by this project"),
    "labour_market.lambda_phi": Spread(0.08, "beta", "set by this project"),
    "household.mpc_labour": Spread(0.05, "beta", "set by this project"),
    "household.mpc_benefits": Spread(0.03, "beta", "set by this project"),
    "household.mpc_property": Spread(0.10, "beta", "set by this project"),
    "macroeconomy.investment_interest_response": Spread(0.025, "lognormal", "set by this project"),
    "macroeconomy.import_price_elasticity": Spread(0.2, "lognormal", "set by this project"),
    "macroeconomy.export_price_elasticity": Spread(0.2, "lognormal", "set by this project"),
}
"""Constants without an estimate. A range counts as two standard deviations either way."""
ESTIMATED = (
    "labour_market.okun",
    "labour_market.wage_curve_elasticity",
    "macroeconomy.kappa_p",
    GAP_RESPONSE,
    "macroeconomy.investment_speed",
)
"""Constants of `calibration.estimates`; all are restricted in sign."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A vector autoregression of `VARIABLES`: rows of `matrix` are equations."""

    matrix: list[list[float]]
    sd: list[float]
    correlation: list[list[float]]
    flag: str
    note: str


def movement(iso3: str) -> Movement:
    """How the drivers of a country move together; the prior stands where nothing is estimated."""
    notes: dict[str, list[str]] = {"estimated": [], "assumed": []}

    def of(name: str) -> float:
        found = belief(iso3, f"drivers.{name}")
        notes[found.flag].append(name)
        return found.value

    matrix = np.zeros((4, 4))
    for i, left in enumerate(VARIABLES[:3]):
        for j, right in enumerate(VARIABLES[: max(2, i + 1)]):
            matrix[i, j] = of(f"{left}.persistence" if i == j else f"{left}.on_{right}")
    sd = [*(of(f"{name}.sd") for name in VARIABLES[:3]), ASSET_SD]
    correlation = np.eye(4)
    for (i, j), name in (
        ((0, 1), "correlation"),
        ((0, 2), "correlation_interest_growth"),
        ((1, 2), "correlation_interest_inflation"),
    ):
        correlation[i, j] = correlation[j, i] = of(name)
    note = "Estimated: " + (", ".join(notes["estimated"]) or "nothing") + ". Assumed: "
    note += ", ".join([*notes["assumed"], "real_asset_return (sd 6 points, alone)"])
    flag = "estimated" if notes["estimated"] else "assumed"
    return Movement(matrix.tolist(), sd, correlation.tolist(), flag, note)


def add_economic_drivers(pack: PackBuilder, iso3: str) -> None:
    """Add the drivers of the economy; to be called when the pack's parameters are there."""
    add_sources(pack)
    _add_movement(pack, iso3)
    _add_unemployment(pack, iso3)
    for path in ESTIMATED:
        found = belief(iso3, path)
        bounded = path == GAP_RESPONSE
        pack.uncertain(
            path, kind="estimate", sd=found.error,
            distribution="beta" if bounded else "lognormal",
            **({"high": LARGEST_GAP_RESPONSE} if bounded else {}), source=found.source,
            flag=found.flag, note=found.note,
        )  # fmt: skip
    growth = belief(iso3, "macroeconomy.tfp_growth")
    pack.uncertain(
        "macroeconomy.tfp_growth", kind="estimate", sd=growth.error, distribution="normal",
        phase_in=TFP_DECAY, source=growth.source, flag=growth.flag,
        note="Error of long-run growth, approached as growth itself is; " + growth.note,
    )  # fmt: skip
    for path, spread in SPREADS.items():
        if path not in pack.names():
            continue
        pack.uncertain(
            path, kind="estimate", sd=spread.sd, distribution=spread.distribution,
            **({"relative": True} if spread.relative else {}), source=PRIORS, flag="assumed",
            note=spread.why,
        )  # fmt: skip


def _add_movement(pack: PackBuilder, iso3: str) -> None:
    found = movement(iso3)
    share = float(pack.given("macroeconomy.labour_share")[pack.base_year])
    factors = {
        # Along a balanced path output per worker grows by that of productivity over the share.
        "macroeconomy.tfp_growth": ("productivity_growth", share),
        "macroeconomy.productivity_growth": ("productivity_growth", 1.0),
        "macroeconomy.gdp_growth": ("productivity_growth", 1.0),
        "macroeconomy.inflation_target": ("inflation", 1.0),
        "macroeconomy.real_interest_rate": ("real_interest_rate", 1.0),
    }
    for name in sorted(pack.names()):
        if name.startswith("schemes.") and name.endswith(".reserve_return"):
            z = name.removesuffix("reserve_return")
            held = float(pack.given(z + "reserve")[pack.base_year])
            bonds = float(pack.given(z + "bond_share")[pack.base_year])
            # Bonds are held to maturity: their return is the one agreed.
            if held > 0.0 and bonds < 1.0:
                factors[name] = ("real_asset_return", 1.0 - bonds)
    pack.uncertain_together(
        "economy",
        variables=list(VARIABLES),
        matrix=found.matrix,
        sd=found.sd,
        correlation=found.correlation,
        source=belief(iso3, "drivers.inflation.sd").source,
        flag=found.flag,
        note=found.note,
        paths={p: {"variable": v, "factor": f} for p, (v, f) in factors.items()},
    )


def _add_unemployment(pack: PackBuilder, iso3: str) -> None:
    path = "labour_market.equilibrium_unemployment_rate"
    rate = float(pack.given(path)[pack.base_year])
    sd, persistence = (belief(iso3, f"drivers.unemployment.{n}") for n in ("sd", "persistence"))
    pack.uncertain(
        path, kind="scale", sd=sd.value / rate, persistence=persistence.value,
        source=sd.source, flag=sd.flag,
        note=f"What Okun's equation leaves: {100 * sd.value:.2g} points a year at a rate of "
        f"{100 * rate:.3g} percent",
    )  # fmt: skip
