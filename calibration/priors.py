"""What is believed of behavioural parameters before a country's own years are looked at."""

from __future__ import annotations

import numpy as np

from calibration.imputation import income_group
from calibration.shrinkage import Prior

DEFAULT = "default of method 2.7 or 3.3, range taken as two errors either way"
OURS = "default of the method; error set by this project"
DESIGN = "set by this project"
SYNTHETIC = "ZZZ"
LARGEST_GAP_RESPONSE = 0.20
"""Of investment over capital to the output gap. With capital three times output and the
propensities to consume of the packs, a response of 0.26 lets demand rise by as much as output in
the first year: no output would equal demand."""


def priors(iso3: str) -> dict[str, Prior]:
    """Priors of a country by parameter."""
    advanced = iso3 != SYNTHETIC and income_group(iso3) == "high"
    okun = 0.40 if advanced else 0.20
    return {
        "labour_market.okun": Prior(okun, 0.10, 0.0, 2.0, source=OURS),
        "labour_market.wage_curve_elasticity": Prior(0.10, 0.025, 0.0, 1.0, source=DEFAULT),
        "macroeconomy.kappa_p": Prior(0.25, 0.10, 0.0, 5.0, source=OURS),
        "macroeconomy.capital_elasticity": Prior(0.38, 0.10, 0.05, 0.9, source=OURS),
        "macroeconomy.tfp_growth": Prior(0.010, 0.005, source=OURS),
        "macroeconomy.investment_gap_response": Prior(
            0.15, 0.05, 0.0, LARGEST_GAP_RESPONSE, source=OURS
        ),
        "macroeconomy.investment_speed": Prior(0.10, 0.05, 0.0, 1.0, source=DESIGN),
        "macroeconomy.consumption_income_response": Prior(0.70, 0.20, 0.0, 1.5, source=DESIGN),
        "macroeconomy.consumption_speed": Prior(0.20, 0.10, 0.0, 1.0, source=DESIGN),
        "drivers.productivity_growth.persistence": Prior(0.2, 0.2, 0.0, 0.99, source=DESIGN),
        "drivers.inflation.persistence": Prior(0.6, 0.2, 0.0, 0.99, source=DESIGN),
        "drivers.productivity_growth.on_inflation": Prior(0.0, 0.1, source=DESIGN),
        "drivers.inflation.on_productivity_growth": Prior(0.0, 0.1, source=DESIGN),
        "drivers.productivity_growth.sd": Prior(np.log(0.010), 0.5, scale="log", source=OURS),
        "drivers.inflation.sd": Prior(np.log(0.015), 0.5, scale="log", source=OURS),
        "drivers.correlation": Prior(0.0, 0.2, scale="z", source=OURS),
        "drivers.real_interest_rate.persistence": Prior(0.7, 0.2, 0.0, 0.99, source=DESIGN),
        "drivers.real_interest_rate.on_productivity_growth": Prior(0.0, 0.1, source=DESIGN),
        "drivers.real_interest_rate.on_inflation": Prior(0.0, 0.1, source=DESIGN),
        "drivers.real_interest_rate.sd": Prior(np.log(0.015), 0.5, scale="log", source=OURS),
        "drivers.correlation_interest_growth": Prior(0.0, 0.2, scale="z", source=OURS),
        "drivers.correlation_interest_inflation": Prior(0.0, 0.2, scale="z", source=OURS),
        "drivers.unemployment.persistence": Prior(0.7, 0.2, 0.0, 0.99, source=OURS),
        "drivers.unemployment.sd": Prior(np.log(0.005), 0.5, scale="log", source=DESIGN),
    }


def prior(iso3: str, parameter: str) -> Prior:
    """The prior of one parameter."""
    return priors(iso3)[parameter]
