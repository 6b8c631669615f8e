"""Odds of economic activities by sex, age and status, weekly hours, and pay by activity.

Published: activities by sex, public employment by sex, the share of employees outside agriculture,
mean weekly hours. Status and formality within an activity, the pattern by age and the spread
of hours are assumed, and fitted to what is published by iterative proportional fitting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.labour import LAST_YEAR_OF_STATUS, ilostat, labour_base, read_source
from socialbudget.builder import PackBuilder
from socialbudget.dims import ACTIVITIES, STATUSES

Array = NDArray[np.float64]

AGES = np.arange(101)
SEXES = ("female", "male")
AGRICULTURE, INDUSTRY, MARKET, PUBLIC = range(4)
FORMAL, EMPLOYEES = [0, 2], [0, 1]

# Odds of an activity relative to market services, by status (formal employee, informal employee,
# formal and informal self-employed, contributing family worker), before fitting. Informal and
# family work is concentrated in agriculture; public employees are formal with few exceptions,
# and nobody in public employment is self-employed.
STATUS_ODDS = np.array(
    [
        [1.0, 2.5, 1.0, 2.0, 4.0],
        [1.0, 1.0, 0.8, 0.8, 0.5],
        [1.0, 1.0, 1.0, 1.0, 1.0],
        [1.0, 0.05, 0.0, 0.0, 0.0],
    ]
)
# Log odds of agriculture by year of age. Korean farmers are far older than other workers.
AGRICULTURE_BY_AGE = {"ZAF": 0.01, "USA": 0.015, "KOR": 0.08}
# Log odds of public employment by year of age below 27 and above 60: few enter early, and most
# leave at their service's pensionable age.
PUBLIC_BELOW, PUBLIC_ABOVE = -0.12, -0.15
# Hours relative to a male formal employee in market services, before scaling to the mean.
WOMENS_HOURS = 0.90
HOURS_BY_STATUS = np.array([1.0, 0.88, 1.08, 0.95, 0.85])
HOURS_BY_ACTIVITY = np.array([1.02, 1.05, 1.0, 0.98])
FULL_TIME = {
    "ZAF": (45.0, "Basic Conditions of Employment Act 75 of 1997, section 9"),
    "USA": (40.0, "Fair Labor Standards Act, 29 U.S.C. 207"),
    "KOR": (40.0, "Labour Standards Act, article 50"),
}
PAY_ELASTICITY = 0.3


@dataclass(frozen=True, slots=True)
class Structure:
    """Structure of employment of the base year.

    Attributes
    ----------
    activity_odds : ndarray [sex, activity, status], 1
        Relative to market services at age 40.
    age_odds : ndarray [age, activity], 1
        Relative to age 40.
    employment : ndarray [sex, age, activity, status], person
    weekly_hours : ndarray [sex, activity, status], hour/week
    """

    activity_odds: Array
    age_odds: Array
    employment: Array
    weekly_hours: Array

    @property
    def formal_share(self) -> Array:
        """Formal share of employment of each activity."""
        by_activity = self.employment.sum(axis=(0, 1))
        out: Array = by_activity[:, FORMAL].sum(axis=1) / by_activity.sum(axis=1)
        return out


def published(iso3: str, indicator: str, sex: str = "both") -> float:
    """A value of the source table: percent as a fraction, hours and persons as they are."""
    table = read_source("employment_by_activity")
    row = table[(table["iso3"] == iso3) & (table["indicator"] == indicator) & (table["sex"] == sex)]
    if len(row) != 1:
        raise LookupError(f"{iso3} {indicator} {sex}: {len(row)} rows")
    value = float(row["value"].iloc[0])
    return value / 100.0 if row["unit"].iloc[0] == "percent" else value


def activity_share(iso3: str, sex: str = "both") -> Array:
    """Share of each activity in the employment of a sex; public employment comes out of services.

    Returns
    -------
    ndarray [activity], 1
    """
    public = published(iso3, "employment_public", sex) / published(iso3, "employment_total", sex)
    shares = np.array(
        [published(iso3, f"{a}_share_of_employment", sex)
         for a in ("agriculture", "industry", "services")] + [public]
    )  # fmt: skip
    shares[MARKET] -= public
    if shares[MARKET] <= 0:
        raise ValueError(f"{iso3} {sex}: public employment {public:.3f} exceeds services")
    out: Array = shares / shares.sum()
    return out


def agricultural_employees(iso3: str) -> float:
    """Share of employees in agriculture, from the shares of all and of other activities."""
    agriculture = published(iso3, "agriculture_share_of_employment")
    elsewhere = published(iso3, "wage_employment_share_of_non_agricultural_employment")
    own = ilostat(iso3, "self_employed_share_of_employment", "both", year=LAST_YEAR_OF_STATUS)
    return (1 - own - (1 - agriculture) * elsewhere) / agriculture


def age_pattern(iso3: str) -> Array:
    """Assumed odds of each activity by age over those at age 40.

    Returns
    -------
    ndarray [age, activity], 1
    """
    age = np.clip(AGES, 15, 80).astype(float)
    log_odds = np.zeros((101, len(ACTIVITIES)))
    log_odds[:, AGRICULTURE] = AGRICULTURE_BY_AGE[iso3] * (age - 40)
    log_odds[:, PUBLIC] = PUBLIC_BELOW * np.maximum(27 - age, 0) + PUBLIC_ABOVE * np.clip(
        age - 60, 0, 15
    )
    return np.exp(log_odds)


def fit(
    iso3: str, by_status: Array, odds: Array, age_odds: Array, formal_share: Array | None = None
) -> Array:
    """Employment with the published margins, as near to the assumed odds as they allow.

    Margins: persons by sex, age and status; activities by sex; employees in agriculture; and,
    if given, the formal share of each activity (scaled to the formal employment of all).

    Parameters
    ----------
    iso3 : str
    by_status : ndarray [sex, age, status], person
    odds : ndarray [sex, activity, status], 1
    age_odds : ndarray [age, activity], 1
    formal_share : ndarray [activity], 1, optional

    Returns
    -------
    ndarray [sex, age, activity, status], person
    """
    cells = odds[:, None] * age_odds[None, :, :, None] * (by_status > 0)[:, :, None]
    by_sex = np.stack([activity_share(iso3, sex) for sex in SEXES])
    by_sex *= by_status.sum(axis=(1, 2))[:, None]
    activities = by_sex.sum(axis=0)
    employees = by_status[..., EMPLOYEES].sum()
    rural = min(agricultural_employees(iso3), 0.98) * activities[AGRICULTURE]
    formal = None
    if formal_share is not None:
        formal = formal_share * activities
        formal *= by_status[..., FORMAL].sum() / formal.sum()
    groups = ((AGRICULTURE, EMPLOYEES), (AGRICULTURE, [2, 3, 4]))
    wanted = (rural, activities[AGRICULTURE] - rural)
    if not employees > rural:
        raise ValueError(f"{iso3}: more employees in agriculture than employees")
    for _ in range(20_000):
        before = cells
        cells = cells * (by_sex / cells.sum(axis=(1, 3)))[:, None, :, None]
        for (k, columns), target in zip(groups, wanted, strict=True):
            part = cells[:, :, k][:, :, columns]
            cells[:, :, k, columns] = part * target / part.sum()
        if formal is not None:
            for columns, row in ((FORMAL, formal), ([1, 3, 4], activities - formal)):
                block = cells[..., columns]
                cells[..., columns] = block * (row / block.sum(axis=(0, 1, 3)))[:, None]
        total = cells.sum(axis=2)
        scale = np.divide(by_status, total, out=np.zeros_like(total), where=total > 0)
        cells = cells * scale[:, :, None]
        if np.abs(cells - before).max() <= 1e-13 * cells.max():
            return cells
    raise ValueError(f"{iso3}: the margins of employment by activity do not agree")


def structure(iso3: str, by_status: Array, formal_share: Array | None = None) -> Structure:
    """Odds, employment and hours of the base year.

    Parameters
    ----------
    iso3 : str
        ZAF, USA or KOR.
    by_status : ndarray [sex, age, status], person
    formal_share : ndarray [activity], 1, optional
        By default what the assumed odds imply.
    """
    age_odds = age_pattern(iso3)
    share = activity_share(iso3)
    employment = fit(
        iso3, by_status, (STATUS_ODDS * share[:, None])[None].repeat(2, 0), age_odds, formal_share
    )
    # The fitting multiplies odds by factors that do not depend on age: read them off where people
    # work.
    odds = np.zeros((2, len(ACTIVITIES), len(STATUSES)))
    for s in range(2):
        x = int(by_status[s].sum(axis=1).argmax())
        fitted = employment[s, x] / age_odds[x][:, None]
        odds[s] = fitted / fitted[MARKET]
    hours = np.array([WOMENS_HOURS, 1.0])[:, None, None] * (
        HOURS_BY_ACTIVITY[:, None] * HOURS_BY_STATUS
    )
    persons = employment.sum(axis=1)
    hours *= published(iso3, "mean_weekly_hours") * persons.sum() / (hours * persons).sum()
    return Structure(odds, age_odds, employment, hours)


def add_employment_structure(
    pack: PackBuilder, iso3: str, population: Array, formal_share: Array | None = None
) -> None:
    """Add the parameters of the structure of employment to a pack.

    Parameters
    ----------
    pack : PackBuilder
    iso3 : str
        ZAF, USA or KOR.
    population : ndarray [sex, age], person
        Mid-year population of the base year.
    formal_share : ndarray [activity], 1, optional
        Formal share of employment of each activity to fit to.
    """
    labour = labour_base(iso3, population)
    employment = population * labour.participation_rate * (1 - labour.unemployment_rate)
    found = structure(iso3, employment[..., None] * labour.status_share, formal_share)
    pack.source(
        "ilo_activity",
        publisher="International Labour Organization (ILOSTAT)",
        title="Employment by activity and sex (ILO modelled estimates, 2023); public employment by "
        f"sex ({'2019' if iso3 == 'KOR' else '2023'}); wage employment outside agriculture 2023; "
        "mean weekly hours 2024",
        edition="July 2024 and March 2026",
        licence="CC BY 4.0",
        retrieved="2026-03-01",
        note="Public employment is taken out of services.",
    )
    pack.source(
        "structure_assumptions",
        publisher="socialbudget",
        title="Status, formality, age and hours within an activity, and pay by activity",
        edition="2026.1",
        licence="CC BY 4.0",
        retrieved="2026",
        note="By judgement; see the limitations of employment by activity.",
    )
    pack.table(
        "employment_structure.activity_odds",
        ("sex", "activity", "status"),
        found.activity_odds,
        "1",
        "ilo_activity",
        "imputed",
        note="Assumed odds of status and formality by activity, fitted to activities by sex, "
        f"public employment by sex, and {agricultural_employees(iso3):.0%} employees in "
        "agriculture (derived); nobody in public employment is self-employed",
    )
    pack.table(
        "employment_structure.age_odds",
        ("age", "activity"),
        found.age_odds,
        "1",
        "structure_assumptions",
        "assumed",
        note=f"Log odds of agriculture {AGRICULTURE_BY_AGE[iso3]} a year of age; of public "
        f"employment {PUBLIC_BELOW} a year below 27, {PUBLIC_ABOVE} a year above 60",
    )
    pack.table(
        "employment_structure.weekly_hours",
        ("sex", "activity", "status"),
        found.weekly_hours,
        "hour/week",
        "ilo_activity",
        "imputed",
        note=f"Published mean {published(iso3, 'mean_weekly_hours')}; women {WOMENS_HOURS} of men "
        "and the pattern by activity and status assumed",
    )
    hours, law = FULL_TIME[iso3]
    pack.value(
        "employment_structure.full_time_hours",
        hours,
        "hour/week",
        "structure_assumptions",
        "assumed",
        note=f"Ordinary hours: {law}",
    )
    pack.value(
        "employment_structure.pay_elasticity",
        PAY_ELASTICITY,
        "1",
        "structure_assumptions",
        "assumed",
        note="Pay differs by 0.3 of the difference in value added per worker",
    )


def add_synthetic_structure(pack: PackBuilder, source: str) -> None:
    """Parameters of the synthetic country: whole numbers, activities alike for all.

    The odds of an activity depend neither on sex, age nor status, so that employment has a closed
    form: that of independence within the formal and the informal statuses.
    """
    odds = np.array([0.25, 0.5, 1.0, 0.5])[:, None]
    for name, dims, values, unit in (
        ("activity_odds", ("sex", "activity", "status"), odds + np.zeros((2, 4, 5)), "1"),
        ("age_odds", ("age", "activity"), np.ones((101, 4)), "1"),
        (
            "weekly_hours",
            ("sex", "activity", "status"),
            np.array([36.0, 40.0])[:, None, None] + np.zeros((2, 4, 5)),
            "hour/week",
        ),
        ("full_time_hours", (), np.array(40.0), "hour/week"),
        ("pay_elasticity", (), np.array(0.5), "1"),
    ):
        pack.table(f"employment_structure.{name}", dims, values, unit, source, "assumed")
