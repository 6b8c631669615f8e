"""The named dimensions that variables and parameters may have.

The leading `draw` axis of every state array is implied and never named here. Dimensions whose
members depend on the country (`scheme`, `insurance`) are added by the pack.
"""

from __future__ import annotations

from collections.abc import Mapping

FEMALE, MALE = 0, 1
MAX_AGE = 100

STATUSES = (
    "formal_employee",
    "informal_employee",
    "formal_self_employed",
    "informal_self_employed",
    "contributing_family_worker",
)
# ESSPROS functions, with the ILO's maternity and employment injury apart and long-term care
# shown on its own (ESSPROS spreads it over disability and old age).
FUNCTIONS = (
    "health_care",
    "sickness",
    "disability",
    "old_age",
    "survivors",
    "employment_injury",
    "family",
    "maternity",
    "unemployment",
    "housing",
    "long_term_care",
    "social_assistance",
)
SOURCES = (
    "employer",
    "employee",
    "self_employed",
    "premiums",
    "general_revenue",
    "earmarked_tax",
    "property_income",
    "transfer_in",
    "other",
)
# Economic activities: agriculture, industry and services of ISIC Rev. 4; public employment is taken
# out of services.
ACTIVITIES = ("agriculture", "industry", "market_services", "public_services")
# Where a person of working age can be in the flows of the labour market.
LABOUR_STATES = (*STATUSES, "unemployed", "inactive")
# International lines in 2021 international dollars a day, times 100, and the country's own.
POVERTY_LINES = ("international_300", "international_420", "international_830", "national")
# Published quantiles of a path: the median and the 80% and 95% bands.
QUANTILES = ("p025", "p10", "p50", "p90", "p975")

Coordinates = Mapping[str, tuple[str | int, ...]]

STANDARD: Coordinates = {
    "sex": ("female", "male"),
    "age": tuple(range(MAX_AGE + 1)),
    "status": STATUSES,
    "activity": ACTIVITIES,
    "labour_state": LABOUR_STATES,
    "to_state": LABOUR_STATES,
    "currency": ("domestic", "foreign"),
    "function": FUNCTIONS,
    "payer": ("employer", "employee", "self_employed"),
    "source": SOURCES,
    "pension_type": ("old_age", "disability", "survivors"),
    "service": tuple(range(51)),
    "band": (1, 2, 3, 4),
    "sector": ("households", "firms", "budget", "social_security_funds", "rest_of_world"),
    "poverty_line": POVERTY_LINES,
    "quantile": QUANTILES,
}
