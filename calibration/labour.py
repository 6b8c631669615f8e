"""Labour market of the base year: participation, unemployment, status and relative earnings.

Sources are the tables of ``calibration/sources``. Age profiles come from older or coarser data
and are adjusted until the published rates of the base year hold exactly with the population
of the pack. Arrays are ``[sex, age]`` with sex = (female, male) and age = 0..100.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from calibration.cohorts import project, survival_ratios
from calibration.demography import pack_inputs
from calibration.estimates import add_estimated
from calibration.labour_supply import TREND_ENGINE, YOUNGEST, enrolment_cap, trend_drift
from socialbudget.builder import PackBuilder
from socialbudget.dims import FEMALE, MALE, STATUSES
from socialbudget.modules.demography import _stock_a_year_before
from socialbudget.modules.participation import RETIREMENT_RAMP
from socialbudget.participation_engines import DAMPING, advance, shift_log_odds
from socialbudget.profiles import shift_along_age

Array = NDArray[np.float64]

SOURCES = Path(__file__).parent / "sources"
BASE_YEAR, LAST_YEAR = 2024, 2100
AGES = np.arange(101)
SEXES = ("female", "male")
LAST_YEAR_OF_STATUS = 2023  # latest year of the ILO status shares and of the QLFS informality

# Groups of the graduation, as (first age, last age); above 65 the ILO publishes one rate.
GROUPS = tuple((a, a + 4) for a in range(15, 75, 5)) + ((75, 100),)

# Share of the self-employed (without contributing family workers) who are informal.
INFORMAL_SELF_EMPLOYED = {"ZAF": 0.70, "KOR": 0.50, "USA": 0.25}
# No survey of informality is published for the United States: share of employees.
USA_INFORMAL_EMPLOYEES = 0.03
# Women's mean earnings over men's where the ILO publishes none (OECD gender wage gap, 31 %).
KOR_EARNINGS_RATIO = 0.69
# Earnings by status relative to a formal employee of the same sex and age.
STATUS_EARNINGS = {
    "ZAF": (1.0, 0.45, 1.10, 0.40, 0.0),
    "KOR": (1.0, 0.55, 0.85, 0.50, 0.0),
    "USA": (1.0, 0.50, 1.00, 0.50, 0.0),
}
# Hours of part-timers by age relative to full-time work, on which the US medians rest.
USA_HOURS = ((15.5, 0.45), (18.0, 0.55), (22.5, 0.80), (30.0, 1.0), (50.0, 1.0), (60.0, 0.96),
             (68.0, 0.75), (80.0, 0.60))  # fmt: skip
# Korea: seniority wages to about 50, then main-job exit and re-employment at lower pay.
KOR_PROFILE = {
    "male": ((16, 0.45), (20, 0.52), (27, 0.70), (35, 0.92), (42, 1.0), (47, 1.04), (52, 1.0),
             (57, 0.90), (62, 0.66), (67, 0.48), (75, 0.35), (90, 0.30)),
    "female": ((16, 0.45), (20, 0.52), (27, 0.70), (35, 0.80), (42, 0.74), (47, 0.69), (52, 0.63),
               (57, 0.56), (62, 0.46), (67, 0.36), (75, 0.28), (90, 0.25)),
}  # fmt: skip

PENSIONABLE_AGE = {
    "ZAF": {2024: 60.0},
    # Normal retirement age by year of attainment: 66y8m (born 1958) to 67 (born 1960 and later).
    "USA": {2024: 66 + 8 / 12, 2026: 66 + 10 / 12, 2027: 67.0},
    "KOR": {2024: 63.0, 2028: 64.0, 2033: 65.0},
}
PENSION_LAW = {
    "ZAF": "Social Assistance Act 13 of 2004, section 10: 60 for women and men",
    "USA": "Social Security Act section 216(l): 67 for those born in 1960 and later",
    "KOR": "National Pension Act, supplementary provisions of 1998: 63 from 2023, 64 from 2028, "
    "65 from 2033",
}
THETA_RETIREMENT = 0.5
# Engine of participation: 0 keeps the rates of the base year, 1 moves each cohort by the entry and
# exit observed in 2009-19. In the United States the cohorts that replace the older ones work more
# at older ages; elsewhere the five-year groups up to 2019 meet a break with the rates of 2024.
COHORT_ENGINE = {"ZAF": 0.0, "KOR": 0.0, "USA": 1.0}
RATE_MAX = 0.99  # highest participation a cohort can reach


@cache
def read_source(name: str) -> pd.DataFrame:
    """A table of ``calibration/sources``."""
    return pd.read_parquet(SOURCES / f"{name}.parquet")


@dataclass(frozen=True, slots=True)
class LabourBase:
    """Rates and profiles of the base year.

    Attributes
    ----------
    participation_rate, unemployment_rate : ndarray [sex, age], 1
    status_share : ndarray [sex, age, status], 1
        Shares of employment; they sum to 1 at every age.
    relative_earnings : ndarray [sex, age, status], 1
        Compensation per worker; a formal employee, man of 40 to 44, is 1.
    formal_share : float
        Share of formal statuses in employment.
    total_unemployment_rate : float
    """

    participation_rate: Array
    unemployment_rate: Array
    status_share: Array
    relative_earnings: Array
    formal_share: float
    total_unemployment_rate: float


def ilostat(iso3: str, indicator: str, sex: str, age_group: str = "15+", year: int = 0) -> float:
    """An ILOSTAT indicator as a fraction (`year` 0: the base year)."""
    table = read_source("ilostat_labour_indicators")
    row = table[
        (table["iso3"] == iso3)
        & (table["indicator"] == indicator)
        & (table["sex"] == sex)
        & (table["age_group"] == age_group)
        & (table["year"] == (year or BASE_YEAR))
    ]
    if len(row) != 1:
        raise LookupError(f"{iso3} {indicator} {sex} {age_group} {year}: {len(row)} rows")
    return float(row["value"].iloc[0]) / 100


@cache
def midyear_population(iso3: str) -> dict[int, Array]:
    """Mid-year population of the base year and all projected years, as in the pack.

    The demography of the pack is run ahead here, because participation, growth and scheme
    recipients of the base year are stated for the mean of the stocks at both ends of the year.

    Returns
    -------
    dict of int to ndarray [sex, age], person
    """
    inputs = pack_inputs(iso3)
    survival, birth_survival = survival_ratios(inputs.death_rate[:1])
    before, _ = _stock_a_year_before(
        inputs.population[None],
        survival,
        birth_survival,
        inputs.net_migration[:1],
        np.array([inputs.migrants_exposed]),
    )
    middle = project(inputs).midyear
    middle[0] = 0.5 * (before[0] + inputs.population)
    return dict(zip(inputs.years, middle, strict=True))


def single_age_population(iso3: str, reference_date: str) -> Array:
    """Population of the base year by sex and single age, as the model computes it from the pack.

    Parameters
    ----------
    reference_date : {"1 July", "31 December"}
        Mid-year is the mean of the stocks at both ends of the year.

    Returns
    -------
    ndarray [sex, age], person
    """
    if reference_date == "31 December":
        return pack_inputs(iso3).population
    if reference_date != "1 July":
        raise ValueError(f"reference date '{reference_date}'")
    return midyear_population(iso3)[BASE_YEAR]


def projected_labour_force(iso3: str) -> dict[int, float]:
    """Labour force by year as the engines give it at the ages of the law.

    Without the answers to incentives, which the model finds itself.

    Returns
    -------
    dict of int to float, person
    """
    people = midyear_population(iso3)
    rates = participation_rate(iso3, people[BASE_YEAR])
    steps = PENSIONABLE_AGE[iso3]
    entry, leave = cohort_rates(iso3, rates)
    weight, pace = COHORT_ENGINE[iso3], TREND_ENGINE[iso3]
    drift, cap = trend_drift(iso3, BASE_YEAR), enrolment_cap(iso3, rates)
    static = cohort = trend = rates
    reach = 0.0
    out = {}
    for year, stock in people.items():
        if year > BASE_YEAR:
            reach = DAMPING * (1.0 + reach)
            trend = shift_log_odds(static, drift * reach, RATE_MAX)
            before, cohort = cohort, static.copy()
            cohort[:, 1:-1] = advance(before[:, :-2], entry[:, 1:-1], leave[:, 1:-1], RATE_MAX)
            cohort[:, YOUNGEST] = np.minimum(trend[:, YOUNGEST], cap)
        rates = weight * cohort + (1 - weight) * static + pace * (trend - static)
        age = steps[max(y for y in steps if y <= year)]
        shift = np.full((1, 2), THETA_RETIREMENT * (age - steps[BASE_YEAR]))
        out[year] = float((shift_along_age(rates[None], shift, RETIREMENT_RAMP)[0] * stock).sum())
    return out


def labour_base(iso3: str, population: Array) -> LabourBase:
    """All rates of the base year, consistent with the mid-year population.

    Parameters
    ----------
    iso3 : str
        ZAF, USA or KOR.
    population : ndarray [sex, age], person
        Mid-year population of the base year.
    """
    participation = participation_rate(iso3, population)
    labour_force = participation * population
    unemployment = unemployment_rate(iso3, labour_force)
    employment = labour_force * (1 - unemployment)
    shares = status_share(iso3, employment)
    by_status = employment[:, :, None] * shares
    return LabourBase(
        participation_rate=participation,
        unemployment_rate=unemployment,
        status_share=shares,
        relative_earnings=relative_earnings(iso3, by_status),
        formal_share=float(by_status[:, :, [0, 2]].sum() / employment.sum()),
        total_unemployment_rate=float((labour_force * unemployment).sum() / labour_force.sum()),
    )


# --------------------------------------------------------------------------- participation


def participation_rate(iso3: str, population: Array) -> Array:
    """Participation by single age, zero below 15.

    The five-year rates of 2019 (from 65 on: the 2012 pattern) are shifted on the logit scale so
    that the ILO modelled rates of the base year hold: 25-54, 15-64 and 65+ first, then 15+
    exactly by a last small common shift.

    Returns
    -------
    ndarray [sex, age], 1
    """
    return np.stack([_participation(iso3, sex, population[i]) for i, sex in enumerate(SEXES)])


def _participation(iso3: str, sex: str, population: Array) -> Array:
    target = {
        band: ilostat(iso3, "labour_force_participation_rate", sex, band)
        for band in ("15+", "15-64", "25-54", "65+")
    }
    return participation_at(_group_rates(iso3, sex), target, population)


def participation_at(
    rates: Array,
    target: Mapping[str, float],
    population: Array,
    graduate: Callable[[Array, Array], Array] | None = None,
) -> Array:
    """Participation of one sex by single age that meets the published rates of the base year.

    Parameters
    ----------
    rates : ndarray [group], 1
        Pattern by the groups of `GROUPS`, inside (0, 1).
    target : mapping of str to float, 1
        Rates of "25-54", "15-64", "65+" and "15+".
    population : ndarray [age], person
    graduate : callable, optional
        Single ages from the rates of the groups; by default `graduate_participation`.

    Raises
    ------
    ValueError
        When the rates of the bands contradict each other for this population.
    """
    heads = np.array([population[a : b + 1].sum() for a, b in GROUPS])
    starts = np.array([a for a, _ in GROUPS])
    prime = (starts >= 25) & (starts <= 50)
    old = starts >= 65
    edge = ~prime & ~old
    rates = _shift(rates, heads, prime, target["25-54"] * heads[prime].sum())
    outside = target["15-64"] * heads[~old].sum() - target["25-54"] * heads[prime].sum()
    rates = _shift(rates, heads, edge, outside)
    rates = _shift(rates, heads, old, target["65+"] * heads[old].sum())
    rates = _shift(rates, heads, np.ones(len(heads), bool), target["15+"] * heads.sum())
    return (graduate or graduate_participation)(rates, population)


def _group_rates(iso3: str, sex: str) -> Array:
    table = read_source("ilo_lfpr_sex_age5")
    table = table[(table["iso3"] == iso3) & (table["sex"] == sex) & (table["year"] == 2019)]
    table = table.sort_values("age_start")
    below_65 = table["value"].to_numpy(dtype=float)[:-1] / 100
    old = read_source("oecd_lfpr_65_and_over_2012")
    old = old[(old["iso3"] == iso3) & (old["sex"] == sex)]
    mean = old.groupby("age_start")["value"].mean() / 100
    # South Africa publishes no rate at 75 and over: half of the rate at 70-74.
    above = [mean[65], mean[70], mean.get(75, mean[70] / 2)]
    return np.concatenate([below_65, np.array(above, dtype=float)])


def _shift(rates: Array, heads: Array, which: NDArray[np.bool_], total: float) -> Array:
    """Shift the logits of the chosen groups until they add up to `total` persons."""
    logits = np.log(rates / (1 - rates))

    def gap(delta: float) -> float:
        return float((heads[which] / (1 + np.exp(-logits[which] - delta))).sum() - total)

    out = rates.copy()
    out[which] = 1 / (1 + np.exp(-logits[which] - brentq(gap, -8, 8, xtol=1e-14)))
    return out


def graduate_participation(rates: Array, population: Array) -> Array:
    """Single ages whose population-weighted group means are `rates` (monotone between knots)."""
    centres = [(a + b + 1) / 2 for a, b in GROUPS[:-1]]
    knots = np.array([15.0, *centres, 78.0, 85.0, 95.0])
    level = np.concatenate([rates, [0.35 * rates[-1]]])
    out = np.zeros(101)
    for _ in range(500):
        values = np.concatenate([[0.0], level, [0.0]])
        curve = PchipInterpolator(knots, values)
        single = np.where((AGES >= 15) & (AGES < 95), curve(np.clip(AGES + 0.5, 15, 95)), 0.0)
        out = np.clip(single, 0.0, 0.995)
        fitted = np.array(
            [(out[a : b + 1] @ population[a : b + 1]) / population[a : b + 1].sum()
             for a, b in GROUPS]
        )  # fmt: skip
        factor = rates / fitted
        if np.abs(factor - 1).max() < 1e-13:
            break
        level *= np.append(factor, factor[-1])
    else:
        raise ArithmeticError("graduation of participation rates did not converge")
    return out


def cohort_rates(iso3: str, participation: Array) -> tuple[Array, Array]:
    """Yearly net entry and exit of cohorts, the engine of the EU Ageing Working Group.

    A cohort of one five-year group is met again five years on in the next: 2009 to 2014 and 2014
    to 2019, averaged, spread geometrically over the five ages of arrival and joined linearly
    between them. From 66 on, and up to 17, the base year's cross-section stands for the cohort.

    Parameters
    ----------
    participation : ndarray [sex, age], 1

    Returns
    -------
    entry, exit : ndarray [sex, age], 1
        On reaching the age: share of those below the maximum who enter, and share of the active
        who leave. At most one of them is positive.
    """
    table = read_source("ilo_lfpr_sex_age5")
    table = table[(table["iso3"] == iso3) & (table["age_start"] < 65)]
    entry, leave = np.zeros((2, 101)), np.zeros((2, 101))
    for i, sex in enumerate(SEXES):
        wide = table[table["sex"] == sex].pivot(index="year", columns="age_start", values="value")
        rate = np.array(wide, dtype=float) / 100  # [2009, 2014, 2019; 15-19 ... 60-64]
        before, after = rate[:-1, :-1], rate[1:, 1:]
        enter = 1 - (RATE_MAX - after) / (RATE_MAX - before)
        go = 1 - after / before
        enter = 1 - (1 - np.clip(enter, 0, 1).mean(axis=0)) ** 0.2
        go = 1 - (1 - np.clip(go, 0, 1).mean(axis=0)) ** 0.2
        arrival = np.arange(20.0, 65.0, 5)  # middle of the five ages of arrival
        net = np.interp(AGES, arrival, enter - go)
        cross = cross_section(participation[i])
        cohort = (AGES >= 18) & (AGES <= 65)
        net = np.where(cohort, net, cross)
        entry[i], leave[i] = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    return entry, leave


def cross_section(rate: Array) -> Array:
    """Net entry (positive) or exit (negative) that leads from each age's rate to the next.

    Parameters
    ----------
    rate : ndarray [age], 1
        Participation of one sex.
    """
    step = np.diff(rate, prepend=0.0)
    previous = np.concatenate([[0.0], rate[:-1]])
    out: Array = np.where(
        step >= 0,
        step / (RATE_MAX - previous),
        step / np.where(previous > 0, previous, 1.0),
    )
    return out


# --------------------------------------------------------------------------- unemployment

UNEMPLOYMENT_GROUPS = (("15-24", 15, 24), ("25-54", 25, 54), ("55-64", 55, 64), ("65+", 65, 100))


def unemployment_rate(iso3: str, labour_force: Array) -> Array:
    """Unemployment by single age: ILOSTAT rates of the base year by sex and four age groups.

    The rate by group holds up to one common factor per sex, which makes the published rate of
    that sex hold exactly.

    Parameters
    ----------
    labour_force : ndarray [sex, age], person

    Returns
    -------
    ndarray [sex, age], 1 (zero below 15)
    """
    return np.stack([_unemployment(iso3, sex, labour_force[i]) for i, sex in enumerate(SEXES)])


def _unemployment(iso3: str, sex: str, labour_force: Array) -> Array:
    target = np.array(
        [ilostat(iso3, "unemployment_rate", sex, band) for band, _, _ in UNEMPLOYMENT_GROUPS]
    )
    return unemployment_at(target, ilostat(iso3, "unemployment_rate", sex, "15+"), labour_force)


def unemployment_at(target: Array, total: float, labour_force: Array) -> Array:
    """Unemployment of one sex by single age from the rates of four age groups.

    Parameters
    ----------
    target : ndarray [group], 1
        Rates of `UNEMPLOYMENT_GROUPS`.
    total : float, 1
        Rate of all ages, met exactly by one common factor.
    labour_force : ndarray [age], person
    """
    knots = np.array([15.5, 21.0, 40.0, 60.0, 70.0, 80.0])
    owner = np.array([0, 0, 1, 2, 3, 3])
    level = target[owner] * np.array([1.15, 1.0, 1.0, 1.0, 1.0, 1.0])
    out = np.zeros(101)
    for _ in range(500):
        curve = PchipInterpolator(knots, level)
        out = np.where(AGES >= 15, curve(np.clip(AGES + 0.5, knots[0], knots[-1])), 0.0)
        fitted = np.array(
            [(out[a : b + 1] @ labour_force[a : b + 1]) / labour_force[a : b + 1].sum()
             for _, a, b in UNEMPLOYMENT_GROUPS]
        )  # fmt: skip
        factor = target / fitted
        if np.abs(factor - 1).max() < 1e-13:
            break
        level *= factor[owner] ** 0.8
    else:
        raise ArithmeticError("graduation of unemployment rates did not converge")
    return out * (total * labour_force.sum() / (out @ labour_force))


# --------------------------------------------------------------------------- status


def informal_rate(iso3: str, sex: str) -> float | None:
    """Informal share of employment: latest survey year, or None where none is published."""
    table = read_source("ilostat_informal_employment_rate")
    table = table[(table["iso3"] == iso3) & (table["sex"] == sex)].sort_values("year")
    return float(table["value"].iloc[-1]) / 100 if len(table) else None


def status_margins(iso3: str, sex: str) -> Array:
    """Shares of employment by status for one sex.

    ILO status shares of 2023 (self-employed there include contributing family workers), the
    latest informal rate, and the assumed informal part of self-employment; every contributing
    family worker is informal, informal employees are the remainder.

    Returns
    -------
    ndarray [status], 1
    """
    self_employed = ilostat(
        iso3, "self_employed_share_of_employment", sex, year=LAST_YEAR_OF_STATUS
    )
    family = ilostat(
        iso3, "contributing_family_workers_share_of_employment", sex, year=LAST_YEAR_OF_STATUS
    )
    own = self_employed - family
    employees = 1 - self_employed
    informal_own = INFORMAL_SELF_EMPLOYED[iso3] * own
    rate = informal_rate(iso3, sex)
    if rate is None:
        informal_employees = USA_INFORMAL_EMPLOYEES * employees
    else:
        informal_employees = rate - informal_own - family
    if not 0 <= informal_employees <= employees:
        raise ValueError(f"{iso3} {sex}: informal employees {informal_employees:.3f}")
    return np.array(
        [employees - informal_employees, informal_employees, own - informal_own, informal_own,
         family]
    )  # fmt: skip


def status_share(iso3: str, employment: Array) -> Array:
    """Shares of employment by status and age that add up to the margins by sex.

    Returns
    -------
    ndarray [sex, age, status], 1
    """
    return spread_status(np.stack([status_margins(iso3, sex) for sex in SEXES]), employment)


def spread_status(margins: Array, employment: Array) -> Array:
    """Shares of employment by status and age that add up to the margins by sex.

    The age pattern is assumed: log-odds of self-employment rise by 0.035 a year of age, those
    of informality among employees below 27 and above 58.

    Parameters
    ----------
    margins : ndarray [sex, status], 1
    employment : ndarray [sex, age], person

    Returns
    -------
    ndarray [sex, age, status], 1
    """
    out = np.empty((2, 101, len(STATUSES)))
    age = np.clip(AGES, 15, 80).astype(float)
    for i in range(2):
        weight = employment[i] / employment[i].sum()
        formal, informal, formal_own, informal_own, family = margins[i]
        own = _tilt(0.035 * (age - 40), weight, (formal_own + informal_own) / (1 - family))
        own *= 1 - family
        employees = 1 - family - own
        odd = 0.07 * np.maximum(27 - age, 0) + 0.05 * np.maximum(np.minimum(age, 75) - 58, 0)
        informal_part = _tilt(odd, weight * employees, informal / (formal + informal))
        out[i, :, 1] = employees * informal_part
        out[i, :, 2] = own * (formal_own / (formal_own + informal_own))
        out[i, :, 3] = own - out[i, :, 2]
        out[i, :, 4] = family
        out[i, :, 0] = 1 - out[i, :, 1:].sum(axis=1)
    return out


def _tilt(log_odds: Array, weight: Array, mean: float) -> Array:
    """Probabilities with the given log-odds pattern whose weighted mean is `mean`."""
    w = weight / weight.sum()

    def gap(intercept: float) -> float:
        return float(w @ (1 / (1 + np.exp(-log_odds - intercept))) - mean)

    return 1 / (1 + np.exp(-log_odds - brentq(gap, -20, 20, xtol=1e-14)))


# --------------------------------------------------------------------------- earnings


def earnings_ratio(iso3: str) -> float:
    """Women's mean earnings over men's: ILOSTAT, latest year; Korea from the OECD wage gap."""
    table = read_source("ilostat_mean_monthly_earnings")
    table = table[table["iso3"] == iso3]
    if table.empty:
        return KOR_EARNINGS_RATIO
    latest = table[table["year"] == table["year"].max()].set_index("sex")["value"]
    return float(latest["female"] / latest["male"])


def earnings_profile(iso3: str) -> Array:
    """Earnings by age of a formal employee, men of 40-44 = 1, before the gap between the sexes.

    Returns
    -------
    ndarray [sex, age], 1
    """
    out = np.empty((2, 101))
    for i, sex in enumerate(SEXES):
        # South Africa has no earnings by age: the US pattern of men, for both sexes.
        points = (
            KOR_PROFILE[sex] if iso3 == "KOR" else _usa_points(sex if iso3 == "USA" else "male")
        )
        x, v = np.array(points, dtype=float).T
        curve = PchipInterpolator(x, v)
        out[i] = curve(np.clip(AGES + 0.5, x[0], x[-1]))
    return out / out[MALE, 40:45].mean()


def _usa_points(sex: str) -> list[tuple[float, float]]:
    table = read_source("bls_median_weekly_earnings")
    median = table[table["sex"] == sex].set_index("age_group")["median_weekly_earnings_usd"]
    hours_x, hours_v = np.array(USA_HOURS).T
    centre = {"16-19": 18.0, "20-24": 22.5, "25-34": 30.0, "35-44": 40.0, "45-54": 50.0,
              "55-64": 60.0, "65+": 68.0}  # fmt: skip
    points = [
        (x, float(median[group]) * float(np.interp(x, hours_x, hours_v)))
        for group, x in centre.items()
    ]
    first = (15.5, points[0][1] * 0.45 / 0.55)
    last = (80.0, points[-1][1] * 0.60 / 0.75)
    return [first, *points, last]


def relative_earnings(iso3: str, by_status: Array) -> Array:
    """Compensation per worker relative to a formal employee, man of 40-44.

    The level of women is set so that mean earnings of all employees stand in the published
    ratio between the sexes.

    Parameters
    ----------
    by_status : ndarray [sex, age, status], person
        Employment.

    Returns
    -------
    ndarray [sex, age, status], 1
    """
    profile = earnings_profile(iso3)
    out: Array = profile[:, :, None] * np.array(STATUS_EARNINGS[iso3])
    employees = by_status[:, :, :2]
    mean = (employees * out[:, :, :2]).sum(axis=(1, 2)) / employees.sum(axis=(1, 2))
    out[FEMALE] *= earnings_ratio(iso3) * mean[MALE] / mean[FEMALE]
    return out


# --------------------------------------------------------------------------- pack


def add_labour_sources(pack: PackBuilder, iso3: str) -> None:
    """Register the sources of the labour parameters."""
    pack.source(
        "ilo_labour",
        publisher="International Labour Organization (ILOSTAT)",
        title="Labour force participation by sex and age (ILO modelled estimates); unemployment, "
        "status in employment, informality, earnings (national surveys)",
        edition="modelled estimates to 2026; participation by five-year age group 2019",
        licence="CC BY 4.0",
        retrieved="2026-03-01",
        note="Profile by age of 2019 shifted to the rates of 2024; status shares of 2023.",
    )
    pack.source(
        "oecd_labour",
        publisher="OECD",
        title="Labour force participation by sex and five-year age group, 65 and over, 2012; "
        "gender wage gap",
        edition="2024",
        licence="CC BY 4.0",
        retrieved="2024-04-21",
        note="Pattern of participation above 65 only.",
    )
    pack.source(
        "bls_earnings",
        publisher="US Bureau of Labor Statistics",
        title="Median usual weekly earnings of full-time workers by sex and age, 2020",
        edition="2020",
        licence="public domain",
        retrieved="2021",
        note="Donor of the age profile of earnings.",
    )
    pack.source(
        "labour_assumptions",
        publisher="socialbudget",
        title="Defaults of the labour-market module and assumed patterns by age",
        edition="2026.1",
        licence="CC BY 4.0",
        retrieved="2026",
        note="Values from the literature or by judgement; see docs on the labour market.",
    )
    pack.source(
        "pension_law",
        publisher=iso3,
        title="Statutory pensionable age",
        edition="law in force in 2024",
        licence="public law",
        retrieved="2026",
        note=PENSION_LAW[iso3],
    )


def add_labour(pack: PackBuilder, iso3: str, population: Array) -> None:
    """Add the parameters of participation and labour market to a pack.

    Parameters
    ----------
    pack : PackBuilder
    iso3 : str
        ZAF, USA or KOR.
    population : ndarray [sex, age], person
        Mid-year population of the base year.
    """
    add_labour_sources(pack, iso3)
    base = labour_base(iso3, population)
    working = np.broadcast_to(AGES >= 15, (2, 101))
    group_65 = np.broadcast_to(AGES >= 65, (2, 101))

    pack.table(
        "participation.participation_rate",
        ("sex", "age"),
        base.participation_rate,
        "1",
        np.where(group_65, "oecd_labour", "ilo_labour"),
        np.where(working, "estimated", "assumed"),
        note="Graduated from five-year rates of 2019, shifted to the ILO modelled rates of 2024; "
        "pattern above 65 from 2012; none below 15",
    )
    _add_cohort_engine(pack, iso3, base)
    pack.table(
        "labour_market.unemployment_rate",
        ("sex", "age"),
        base.unemployment_rate,
        "1",
        "ilo_labour",
        np.where(working, "estimated", "assumed"),
        note="Graduated from four age groups; the rate of each sex in 2024 is reproduced",
    )
    surveyed = informal_rate(iso3, "both") is not None
    flags = np.broadcast_to(
        np.array(["imputed" if surveyed else "assumed"] * 4 + ["estimated"]),
        (2, 101, len(STATUSES)),
    )
    pack.table(
        "labour_market.status_share",
        ("sex", "age", "status"),
        base.status_share,
        "1",
        "ilo_labour",
        flags,
        note="Margins by sex: ILO status 2023 and latest informal rate"
        + ("" if surveyed else " (no survey of informality: 3% of employees, 25% of own-account)")
        + "; pattern by age assumed",
    )
    by_age_flag = {"USA": "estimated", "KOR": "assumed", "ZAF": "imputed"}[iso3]
    earnings_flags = np.empty((2, 101, len(STATUSES)), dtype=object)
    earnings_flags[...] = "assumed"
    earnings_flags[:, :, 0] = by_age_flag
    earnings_source = np.empty((2, 101, len(STATUSES)), dtype=object)
    earnings_source[...] = "labour_assumptions"
    earnings_source[:, :, 0] = "labour_assumptions" if iso3 == "KOR" else "bls_earnings"
    pack.table(
        "labour_market.relative_earnings",
        ("sex", "age", "status"),
        base.relative_earnings,
        "1",
        earnings_source,
        earnings_flags,
        note="Formal employee, man of 40-44 = 1; ratio of women to men among employees "
        f"{earnings_ratio(iso3):.3f} " + ("(OECD gap, assumed)" if iso3 == "KOR" else "(ILOSTAT)"),
    )
    _add_pensionable_age(pack, iso3)
    _add_behaviour(pack, iso3, base)


def _add_cohort_engine(pack: PackBuilder, iso3: str, base: LabourBase) -> None:
    entry, leave = cohort_rates(iso3, base.participation_rate)
    observed = np.broadcast_to((AGES >= 18) & (AGES <= 65), (2, 101))
    for name, values in (("entry_rate", entry), ("exit_rate", leave)):
        pack.table(
            f"participation.{name}",
            ("sex", "age"),
            values,
            "1",
            "ilo_labour",
            np.where(observed, "estimated", "imputed"),
            note="Cohorts of 2009-14 and 2014-19; below 18 and above 65 the cross-section of 2024",
        )
    for name, value, note in (
        (
            "cohort_engine",
            COHORT_ENGINE[iso3],
            "cohort entry and exit" if COHORT_ENGINE[iso3] else "static rates",
        ),
        ("rate_max", RATE_MAX, ""),
    ):
        pack.value(f"participation.{name}", value, "1", "labour_assumptions", "assumed", note=note)


def _add_pensionable_age(pack: PackBuilder, iso3: str) -> None:
    pack.table(
        "labour_market.pensionable_age",
        ("sex",),
        {year: np.full(2, age) for year, age in PENSIONABLE_AGE[iso3].items()},
        "year",
        "pension_law",
        "observed",
        note=PENSION_LAW[iso3],
    )


def _add_behaviour(pack: PackBuilder, iso3: str, base: LabourBase) -> None:
    def assumed(name: str, value: float, unit: str = "1", note: str = "") -> None:
        pack.value(f"labour_market.{name}", value, unit, "labour_assumptions", "assumed", note=note)

    for path in ("labour_market.okun", "labour_market.wage_curve_elasticity"):
        add_estimated(pack, iso3, path)
    assumed("beta_tau", 0.28, note="range 0.1-0.4")
    assumed("beta_ui", 0.12, note="range 0-0.2")
    assumed("kappa_gap", 2.0, note="a gap of -5% moves the logit of the formal share by -0.1")
    assumed("lambda_phi", 0.25)
    assumed("theta_ret", THETA_RETIREMENT, note="range 0.2-0.8")
    assumed("unemployment_min", 0.005)
    assumed("unemployment_max", 0.95 if iso3 == "ZAF" else 0.60,
            note="of any sex and age; youth unemployment in South Africa is above 0.60"
            if iso3 == "ZAF" else "of any sex and age")  # fmt: skip
    for year, rate in equilibrium_unemployment(iso3, base.total_unemployment_rate).items():
        pack.value(
            "labour_market.equilibrium_unemployment_rate",
            rate,
            "1",
            "ilo_labour",
            "assumed",
            year=year,
            note="rate of 2024 (no gap in the base year)"
            if year == BASE_YEAR
            else "Trustees Report 2026, table V.B2",
        )


def equilibrium_unemployment(iso3: str, base: float) -> dict[int, float]:
    """Unemployment at potential output by year: the base year's; US: then the Trustees'."""
    out = {BASE_YEAR: base}
    if iso3 == "USA":
        table = read_source("ssa_trustees_2026_economy")
        table = table[table["indicator"] == "unemployment_rate"]
        path = dict(zip(table["year"], table["value"].astype(float), strict=True))
        last = base
        for year in range(BASE_YEAR + 1, LAST_YEAR + 1):
            rate = round(path[year] / 100, 6)
            if rate != last:
                out[year] = last = rate
    return out
