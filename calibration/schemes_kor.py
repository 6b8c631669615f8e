"""Schemes of the Republic of Korea, base year 2024.

Three tables stand in ``sources``: ``schemes_kor.csv`` (expenditure, recipients, administration and
their provenance, one row an instance and function; residual rows state a share of GDP),
``accounts_kor.csv`` (the accounts that the rows add up to) and ``schemes_kor.toml`` (sources,
attributes and financing rules of the instances). This file adds the rules of law and the profiles
by sex and age. Amounts are plain won a year.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.base_year import BaseYear
from socialbudget.builder import PackBuilder
from socialbudget.dims import FUNCTIONS, STANDARD, STATUSES

Array = NDArray[np.float64]
Points = Sequence[tuple[float, float]]

SOURCES = Path(__file__).parent / "sources"
AGES = np.arange(101.0)
BILLION = 1e9
FORMAL_EMPLOYEE = STATUSES.index("formal_employee")
SEX_AGE = ("sex", "age")
LAW = "kor_law"
OWN = "kor_project"


def scheme_table() -> pd.DataFrame:
    """Rows of ``schemes_kor.csv``: expenditure (billion won or percent of GDP) and recipients."""
    return pd.read_csv(SOURCES / "schemes_kor.csv")


def accounts() -> pd.DataFrame:
    """Rows of ``accounts_kor.csv``: branch totals and the instances that add up to them."""
    return pd.read_csv(SOURCES / "accounts_kor.csv")


def expenditure(gdp: float) -> pd.Series:
    """Base expenditure by (scheme, function), won a year; residuals are shares of `gdp`."""
    table = scheme_table().set_index(["scheme", "function"])
    amount = table["expenditure_krw_billion"] * BILLION
    return amount.fillna(table["percent_of_gdp"] / 100.0 * gdp).rename("expenditure")


# ---------------------------------------------------------------------------------- profiles


def line(points: Points) -> Array:
    """Piecewise linear profile over single ages, zero outside the given ages, [age]."""
    x, y = zip(*points, strict=True)
    return np.interp(AGES, x, y, left=0.0, right=0.0)


def pair(women: Points, men: Points) -> Array:
    """Profiles of women and men, [sex, age]."""
    return np.stack([line(women), line(men)])


def both(points: Points) -> Array:
    """The same profile for women and men, [sex, age]."""
    return pair(points, points)


def band(first: int, last: int) -> Array:
    """One within the ages `first` to `last`, [sex, age]."""
    return np.where((first <= AGES) & (last >= AGES), 1.0, 0.0)[None].repeat(2, axis=0)


def scaled_rate(profile: Array, population: Array, totals: Sequence[float]) -> Array:
    """Recipient rate with the shape of `profile`, the given recipients by sex and at most 1."""
    out = np.zeros_like(profile)
    for s, total in enumerate(totals):
        if total <= 0:
            continue
        if total > population[s][profile[s] > 0].sum() * (1.0 + 1e-9):
            raise ValueError(f"{total:,.0f} recipients exceed the population of the profile")
        out[s] = np.minimum(1.0, _factor(profile[s], population[s], total, 1.0) * profile[s])
    return out


def coverage_rates(
    base: BaseYear, totals: Sequence[float], weights: Mapping[str, float], cap: float = 0.98
) -> Array:
    """Contributors per employed person by sex and status that add up to `totals` by sex.

    The rate of a status is its weight times one factor per sex, at most `cap`; where the cap
    binds everywhere the target is missed and the cap stands.
    """
    employed = base.employment_by_status.sum(axis=1)
    weight = np.array([weights.get(j, 0.0) for j in STATUSES])
    return np.stack(
        [
            np.minimum(cap, _factor(weight, employed[s], total, cap) * weight)
            for s, total in enumerate(totals)
        ]
    )


def _factor(shape: Array, size: Array, total: float, cap: float) -> float:
    """The factor k for which ``min(cap, k shape) . size`` equals `total`, as far as it can."""
    low, high = 0.0, 1.0
    while (np.minimum(cap, high * shape) * size).sum() < total and high < 1e9:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if (np.minimum(cap, middle * shape) * size).sum() < total:
            low = middle
        else:
            high = middle
    return high


# Shares of the population of an age that receive, women and men, before scaling to the totals.
_POOR_YOUNG = [(0, 1.2), (10, 2.4), (18, 2.8), (22, 1.4), (30, 0.9)]
LIVELIHOOD = pair(
    [*_POOR_YOUNG, (45, 2.2), (60, 4.4), (70, 5.6), (80, 8.0), (90, 9.0), (100, 9.0)],
    [*_POOR_YOUNG, (45, 2.6), (60, 5.6), (70, 6.2), (80, 6.2), (90, 6.0), (100, 6.0)],
)
BASIC_PENSION = pair(
    [(64.99, 0), (65, 58), (70, 70), (75, 79), (80, 85), (85, 84), (95, 78), (100, 72)],
    [(64.99, 0), (65, 50), (70, 60), (75, 68), (80, 73), (85, 73), (95, 70), (100, 66)],
)
NATIONAL_PENSION = pair(
    [
        (57, 0),
        (58, 1),
        (61, 5),
        (62, 8),
        (63, 45),
        (70, 43),
        (75, 38),
        (80, 28),
        (85, 13),
        (90, 4),
        (100, 1),
    ],
    [
        (57, 0),
        (58, 2),
        (61, 9),
        (62, 13),
        (63, 70),
        (70, 72),
        (75, 68),
        (80, 55),
        (85, 32),
        (90, 10),
        (100, 2),
    ],
)
DISABILITY_PENSIONER = both(
    [(18, 0), (30, 0.03), (45, 0.12), (60, 0.3), (70, 0.22), (85, 0.08), (100, 0)]
)
OCCUPATIONAL = both([(49, 0), (55, 0.5), (60, 2.4), (65, 4.0), (75, 3.4), (85, 2.2), (100, 1.0)])
MILITARY = both([(40, 0), (48, 0.6), (56, 1.1), (65, 1.0), (80, 0.8), (100, 0.4)])
SURVIVORS = pair(
    [
        (0, 0.05),
        (24, 0.1),
        (30, 0.1),
        (40, 0.5),
        (50, 1.6),
        (60, 5),
        (70, 12),
        (80, 21),
        (90, 22),
        (100, 18),
    ],
    [(0, 0.05), (24, 0.1), (30, 0.05), (40, 0.2), (60, 0.8), (70, 1.5), (80, 2.0), (100, 1.5)],
)
DISABLED_ADULT = both([(17.99, 0), (18, 0.8), (30, 0.8), (45, 1.2), (64, 2.6), (85, 1.6), (100, 1)])
DISABLED_ANY = both([(0, 0.4), (10, 1.0), (30, 0.9), (50, 1.1), (64, 1.6), (65, 0.8), (100, 0.6)])
HEALTH_COST = pair(
    [
        (0, 0.95),
        (3, 0.72),
        (8, 0.5),
        (13, 0.36),
        (18, 0.42),
        (25, 0.6),
        (33, 0.88),
        (40, 0.84),
        (50, 1.05),
        (60, 1.5),
        (70, 2.35),
        (80, 3.4),
        (90, 4.0),
        (100, 3.8),
    ],
    [
        (0, 1.05),
        (3, 0.8),
        (8, 0.56),
        (13, 0.42),
        (18, 0.42),
        (25, 0.42),
        (33, 0.5),
        (40, 0.65),
        (50, 0.96),
        (60, 1.6),
        (70, 2.6),
        (80, 3.8),
        (90, 4.3),
        (100, 4.1),
    ],
)
DEPENDENCY = pair(
    [
        (49, 0),
        (55, 0.1),
        (64, 0.4),
        (67, 1.8),
        (72, 4.0),
        (77, 10),
        (82, 22),
        (87, 40),
        (92, 56),
        (100, 66),
    ],
    [
        (49, 0),
        (55, 0.1),
        (64, 0.5),
        (67, 2.0),
        (72, 3.8),
        (77, 8),
        (82, 15),
        (87, 26),
        (92, 38),
        (100, 48),
    ],
)
MARRIED = pair(
    [(20, 0), (30, 0.35), (40, 0.75), (55, 0.78), (65, 0.72), (75, 0.50), (85, 0.20), (100, 0.02)],
    [(22, 0), (32, 0.35), (42, 0.70), (55, 0.78), (65, 0.82), (75, 0.83), (85, 0.72), (100, 0.35)],
)


@dataclass(frozen=True)
class Transfer:
    """Who receives a transfer and how its amount moves: shape by age, theta, reasons, changes.

    `law` marks theta as given by law; `known` marks the shape by age as the entitlement itself or
    as taken from published shares, not merely assumed. `amounts` scales the mean benefit of the
    base year in later years (enacted changes). `elasticity` belongs to means-tested benefits.
    """

    profile: Array
    theta: float
    note: str
    law: bool = False
    known: bool = False
    elasticity: float | None = None
    elasticity_note: str = "Order of magnitude"
    pensionable: Mapping[int, float] | None = None
    pensionable_note: str = ""
    amounts: Mapping[int, float] | None = None
    amounts_note: str = ""
    coverage: Mapping[int, float] | None = None


PRICES = "Adjusted to consumer prices each year"
NOMINAL = "Amount fixed in won and raised by decision; assumed to keep its purchasing power"
UNIT_COST = "Unit cost assumed to follow wages"
MIXED = "Pensions follow prices, new awards follow pay; half each assumed for the mean"
DECISION = "Raised by decision (5% in 2024)"
_CIVIL_AGE: dict[str, Any] = {
    "pensionable": {2024: 62.0, 2027: 63.0, 2030: 64.0, 2033: 65.0},
    "pensionable_note": "Act 13387 of 2015, addenda s.7: 62 in 2024-26, 63 in 2027-29, 64 in "
    "2030-32, 65 from 2033 for those who retire then",
}
TRANSFERS: dict[str, Transfer] = {
    "civil_servants_pension": Transfer(OCCUPATIONAL, 0.5, MIXED, **_CIVIL_AGE),
    "private_school_pension": Transfer(OCCUPATIONAL, 0.5, MIXED, **_CIVIL_AGE),
    "military_pension": Transfer(MILITARY, 0.5, MIXED),
    "occupational_survivors": Transfer(SURVIVORS, 0.5, MIXED),
    "basic_pension": Transfer(
        BASIC_PENSION,
        1.0,
        "s.9: consumer prices each January (334,810 a month in 2024); reviewed every five years",
        law=True,
        elasticity=0.0,
        elasticity_note="s.3(2): the income limit moves so that 70% qualify",
        pensionable={2024: 65.0},
        pensionable_note="s.3: 65",
    ),
    "war_veterans_allowance": Transfer(
        both([(71, 0), (73, 6), (80, 16), (86, 8), (95, 10), (100, 10)]),
        1.0,
        NOMINAL,
        coverage={2024: 1.0, 2029: 0.7, 2034: 0.4, 2039: 0.18, 2044: 0.05, 2049: 0.0},
    ),
    "other_old_age_benefits": Transfer(
        both([(64, 0), (66, 1), (75, 4), (85, 10), (100, 12)]), 0.0, UNIT_COST
    ),
    "retirement_allowance": Transfer(
        both([(19, 0), (25, 8), (35, 7), (50, 7), (60, 10), (65, 5), (75, 0)]),
        0.0,
        "Computed from the last pay",
        law=True,
    ),
    "veterans_survivors": Transfer(SURVIVORS, 0.5, DECISION),
    "disability_pension": Transfer(
        DISABLED_ADULT,
        1.0,
        "s.6: " + PRICES,
        law=True,
        elasticity=0.0,
        elasticity_note="s.4: the income limit moves so that 70% qualify",
    ),
    "disability_allowance": Transfer(DISABLED_ANY, 1.0, NOMINAL, elasticity=0.5),
    "disability_services": Transfer(DISABLED_ANY * band(6, 66), 0.0, UNIT_COST),
    "veterans_disability": Transfer(
        both([(20, 0), (30, 0.2), (60, 0.3), (74, 1.4), (80, 1.6), (100, 1)]), 0.5, DECISION
    ),
    "other_disability_benefits": Transfer(DISABLED_ANY, 0.0, UNIT_COST),
    "sickness_benefit_pilot": Transfer(
        both([(14, 0), (20, 1), (40, 2), (64, 3), (65, 0)]),
        0.0,
        "60% of the minimum wage, taken as wages",
        law=True,
    ),
    "mandatory_private_incapacity": Transfer(
        both([(0, 0.5), (20, 1), (70, 1.5), (100, 1)]), 0.0, UNIT_COST
    ),
    "child_allowance": Transfer(band(0, 7), 1.0, NOMINAL, known=True),
    "parents_benefit": Transfer(
        line([(0, 1.0), (1, 0.25), (1.01, 0)]) * band(0, 1), 1.0, NOMINAL, known=True
    ),
    "first_meeting_voucher": Transfer(band(0, 0), 1.0, NOMINAL, known=True),
    "childcare": Transfer(
        both([(0, 15), (1, 75), (2, 90), (3, 93), (5, 93), (6, 50), (6.5, 0)]), 0.0, UNIT_COST
    ),
    "child_tax_credit": Transfer(
        both([(25, 0), (32, 1), (42, 2), (50, 1), (60, 0)]), 1.0, NOMINAL, elasticity=0.5
    ),
    "parental_leave_benefit": Transfer(
        pair(
            [(20, 0), (27, 0.5), (33, 3.0), (37, 2.0), (42, 0.5), (48, 0)],
            [(22, 0), (30, 0.5), (36, 1.6), (40, 1.2), (46, 0.3), (52, 0)],
        ),
        0.0,
        "Share of ordinary wages; the cap is raised by decision",
        amounts={2025: 23.1 / 18.0},
        amounts_note="From 1 January 2025 (Enforcement Decree s.95) the cap is 2.5 m in months 1 "
        "to 3, 2.0 m in 4 to 6, 1.6 m after: 23.1 m a year against 18.0 m before.",
    ),
    "other_family_benefits": Transfer(band(0, 17), 0.0, UNIT_COST),
    "national_employment_support": Transfer(
        both([(17, 0), (22, 2), (30, 2), (45, 1), (69, 1), (70, 0)]), 1.0, NOMINAL, elasticity=0.5
    ),
    "senior_jobs": Transfer(
        both([(59, 0), (60, 2), (65, 8), (75, 18), (82, 14), (90, 4), (96, 0)]), 1.0, NOMINAL
    ),
    "housing_benefit": Transfer(
        LIVELIHOOD, 0.5, "Reference rents, between prices and wages", elasticity=0.5
    ),
    "livelihood_benefit": Transfer(
        LIVELIHOOD,
        0.0,
        "National Basic Living Security Act s.6-2: follows standard median income, taken as wages",
        law=True,
        elasticity=0.5,
    ),
    "earned_income_tax_credit": Transfer(
        both([(18, 0), (22, 5.5), (29, 6), (35, 3.5), (50, 4.5), (60, 9), (74, 13), (90, 4)]),
        1.0,
        NOMINAL,
        known=True,
        elasticity=0.5,
    ),
    "other_social_assistance": Transfer(LIVELIHOOD, 0.0, UNIT_COST),
}


# ----------------------------------------------------------------------------- contributions


@dataclass(frozen=True)
class Contributions:
    """Rates, contributors and revenue (employer, employee, self-employed) of an instance.

    `groups` lists contributors (persons, share of women, weights of the statuses, cap).
    """

    rates: Mapping[int, Sequence[float]]
    rate_note: str
    groups: Sequence[tuple[float, float, Mapping[str, float], float]]
    groups_note: str
    due: Sequence[float]
    due_note: str
    source: str
    law: bool = True
    floor: float = 0.0
    ceiling: float | None = None
    limits_note: str = "No floor, no ceiling"


def national_pension_rates() -> dict[int, list[float]]:
    """National Pension rate by payer: 9% to 2025, then +0.5 point a year to 13% in 2033."""
    total = {2024: 0.09, **{2026 + k: round(0.095 + 0.005 * k, 4) for k in range(8)}}
    return {y: [r / 2, r / 2, r] for y, r in total.items()}


_EMPLOYEES = {"formal_employee": 1.0, "informal_employee": 0.10}
_HEALTH_GROUPS = (
    (20.1e6, 0.455, {"formal_employee": 1.0, "informal_employee": 0.5}, 0.98),
    (5.3e6, 0.33, {"formal_self_employed": 1.0, "informal_self_employed": 0.9}, 0.98),
)
_HEALTH_NOTE = (
    "About 20.1 m workplace insured and 5.3 m self-employed; regional households without work pay "
    "too and are counted in the revenue"
)
_EI_GROUPS = ((15.36e6, 0.45, _EMPLOYEES, 0.98),)
_EI_NOTE = "15.36 m insured on average in 2024 (observed), 45% women; by status estimated"
_HEALTH_FLOOR, _HEALTH_CEILING = 12 * 279_266.0, 12 * 119_625_000.0


def _occupational(law: str, members: float, women: float, rate: float, due: float) -> Contributions:
    return Contributions(
        {2024: [rate, rate, 0.0]},
        f"{law}: {rate:.0%} of standard income from the member and from the employer",
        ((members, women, {"formal_employee": 1.0}, 0.98),),
        f"About {members / 1e6:.2f} m members",
        [due, due, 0.0],
        "Members and employer alike; estimated from members and mean standard income",
        "kor_occupational",
    )


CONTRIBUTIONS: dict[str, Contributions] = {
    "nps": Contributions(
        national_pension_rates(),
        "National Pension Act s.88: 9% since 1998 (self-employed alone), from 1 January 2026 +0.5 "
        "point a year to 13% in 2033 (Act 20892 of 2 April 2025)",
        (
            (14.744e6, 0.44, _EMPLOYEES, 0.93),
            (
                3.0e6,
                0.43,
                {
                    "formal_self_employed": 1.0,
                    "informal_self_employed": 0.45,
                    "contributing_family_worker": 0.10,
                },
                0.98,
            ),
        ),
        "14.74 m workplace insured (mean of 14,812,062 and 14,675,745 at the year ends) and about "
        "3.0 m of 6.6 m individually insured who are neither exempt nor long in arrears",
        [27.9e12, 27.9e12, 5.2e12],
        "About 61 tn collected (864.2 tn cumulated by January 2025 after 853.7 tn in November "
        "2024), split estimated; includes later and voluntary payments",
        "kor_nps",
        floor=12 * 380_000.0,
        ceiling=12 * 6_035_000.0,
        limits_note="Enforcement Decree s.5: 370,000 and 5.90 m a month to June, 390,000 and "
        "6.17 m from 1 July 2024, mean of the year; follow A each July",
    ),
    "civil_servants_pension": _occupational(
        "Public Officials Pension Act s.67 and s.71", 1.28e6, 0.46, 0.09, 7.6e12
    ),
    "private_school_pension": _occupational(
        "Pension for Private School Teachers and Staff Act s.44 to 47", 0.33e6, 0.56, 0.09, 1.95e12
    ),
    "military_pension": _occupational("Military Pension Act s.41", 0.19e6, 0.08, 0.07, 0.70e12),
    "retirement_allowance": Contributions(
        {2024: [0.04, 0.0, 0.0]},
        "Rate that pays for the outgo of a year, not the accrual of 8.33%",
        ((12.7e6, 0.43, {"formal_employee": 1.0, "informal_employee": 0.05}, 0.98),),
        "12.7 m employees with a claim (7.354 m in occupational pensions, 53.3% of those eligible)",
        [1.0, 0.0, 0.0],
        "Set equal to the outgo of the year",
        OWN,
        law=False,
    ),
    "industrial_accident": Contributions(
        {2024: [0.0147, 0.0, 0.0147]},
        "Collection of Insurance Premiums Act s.13-14: mean rate of 1.47% in 2024, of which 0.06% "
        "commuting; by industry 0.5 to 18.5%",
        (
            (
                21.0e6,
                0.44,
                {
                    "formal_employee": 1.0,
                    "informal_employee": 0.9,
                    "informal_self_employed": 0.1,
                    "formal_self_employed": 0.1,
                },
                0.98,
            ),
        ),
        "About 21 m covered workers",
        [8.9e12, 0.0, 0.1e12],
        "About 9 tn: mean rate times insured pay",
        "kor_comwel",
    ),
    "nhi": Contributions(
        {2024: [0.03545, 0.03545, 0.0709], 2026: [0.03595, 0.03595, 0.0719]},
        "Enforcement Decree s.44: 7.09% in 2023 to 2025, 7.19% from 1 January 2026, half each; "
        "regional insured also by property",
        _HEALTH_GROUPS,
        _HEALTH_NOTE,
        [37.45e12, 37.45e12, 9.05e12],
        "Contributions of 83.95 tn in 2024 (observed), regional part estimated from 2023 less 3.1%",
        "kor_nhis",
        floor=_HEALTH_FLOOR,
        ceiling=_HEALTH_CEILING,
        limits_note="s.69: floor 279,266 a month; ceiling: 8,481,420 of contribution a month / "
        "7.09%",
    ),
    "ltci": Contributions(
        {2024: [0.004591, 0.004591, 0.009182], 2026: [0.004724, 0.004724, 0.009448]},
        "Enforcement Decree s.4: 0.9182% of pay (12.95% of the health contribution) in 2024 and "
        "2025, 0.9448% (13.14%) from 1 January 2026",
        _HEALTH_GROUPS,
        _HEALTH_NOTE,
        [4.82e12, 4.82e12, 1.17e12],
        "12.95% of the health insurance contributions, 10.8 tn",
        "kor_ltci",
        floor=_HEALTH_FLOOR,
        ceiling=_HEALTH_CEILING,
        limits_note="As health insurance",
    ),
    "employer_maternity_leave": Contributions(
        {2024: [0.0015, 0.0, 0.0], 2025: [0.00171, 0.0, 0.0]},
        "Rate that pays for the leave of a year; 14% more from 2025, as fathers' leave doubles",
        _EI_GROUPS,
        "As Employment Insurance",
        [1.0, 0.0, 0.0],
        "Equal to benefits",
        OWN,
        law=False,
    ),
    "employment_insurance": Contributions(
        {2024: [0.009, 0.009, 0.0]},
        "Enforcement Decree of the Collection of Insurance Premiums Act s.12: 0.9% each from 1 "
        "July 2022; the self-employed may join at 2%, left out",
        _EI_GROUPS,
        _EI_NOTE,
        [6.4e12, 6.4e12, 0.0],
        "1.8% of insured pay of about 710 tn",
        "kor_moel",
    ),
    "wage_guarantee": Contributions(
        {2024: [0.0006, 0.0, 0.0]},
        "Wage Claim Guarantee Act s.9: 0.06% of pay by the employer",
        _EI_GROUPS,
        _EI_NOTE,
        [0.40e12, 0.0, 0.0],
        "0.06% of insured pay; recoveries from employers left out",
        "kor_moel",
    ),
    "employment_stability": Contributions(
        {2024: [0.0048, 0.0, 0.0]},
        "Enforcement Decree of the Collection of Insurance Premiums Act s.12: 0.25, 0.45, 0.65 or "
        "0.85% of pay by size of the employer; mean estimated",
        _EI_GROUPS,
        _EI_NOTE,
        [3.4e12, 0.0, 0.0],
        "Mean rate times insured pay of about 710 tn",
        "kor_moel",
        law=False,
    ),
}


# --------------------------------------------------------------------------------- instances


def add_schemes(pack: PackBuilder, base: BaseYear) -> None:
    """Add every scheme of the Republic of Korea to `pack`."""
    register = tomllib.loads((SOURCES / "schemes_kor.toml").read_text(encoding="utf-8"))
    for key, entry in register["sources"].items():
        pack.source(key, **entry)
    s = _Schemes(pack, base)
    for z, entry in register["schemes"].items():
        attributes = dict(entry)
        s.begin(z, attributes.pop("financing", {}), attributes)
    for z, terms in CONTRIBUTIONS.items():
        s.contributions(z, terms)
    for z, transfer in TRANSFERS.items():
        s.transfer_benefit(z, transfer)
    _national_pension(s)
    _employment_injury(s)
    _health_and_care(s)
    _maternity(s)
    _unemployment(s)
    _universal_child_benefit(s)


class _Schemes:
    """Adds what instances have in common: accounts, financing, contributions, recipients."""

    def __init__(self, pack: PackBuilder, base: BaseYear):
        self.pack, self.base = pack, base
        self.population = base.population_midyear
        self.table = scheme_table()
        self.amount = expenditure(base.gdp)

    def row(self, z: str) -> pd.Series:
        """The main row of an instance."""
        return self.table[self.table["scheme"] == z].iloc[0]

    def spending(self, z: str) -> float:
        """Base expenditure of the main function, won a year."""
        return float(self.amount[(z, self.row(z)["function"])])

    def totals(self, z: str, function: str = "") -> tuple[float, float]:
        """Recipients of an instance (and function), women and men."""
        rows = self.table[self.table["scheme"] == z]
        row = rows[rows["function"] == function].iloc[0] if function else rows.iloc[0]
        people, women = float(row["recipients_thousand"]) * 1e3, float(row["female_share"])
        return people * women, people * (1.0 - women)

    def value(
        self, z: str, name: str, value: float, unit: str, source: str, flag: str, note: str
    ) -> None:
        self.pack.value(f"schemes.{z}.{name}", value, unit, source, flag, note=note)

    def series(
        self,
        z: str,
        name: str,
        values: Mapping[int, float],
        unit: str,
        source: str,
        flag: str,
        note: str,
    ) -> None:
        self.pack.series(f"schemes.{z}.{name}", values, unit, source, flag, note)

    def array(
        self,
        z: str,
        name: str,
        dims: Sequence[str],
        values: Any,
        unit: str,
        source: Any,
        flag: Any,
        note: str,
    ) -> None:
        self.pack.table(f"schemes.{z}.{name}", tuple(dims), values, unit, source, flag, note=note)

    def begin(self, z: str, financing: Mapping[str, Any], attributes: Mapping[str, Any]) -> None:
        """Register the instance with its accounts and its financing."""
        rows = self.table[self.table["scheme"] == z]
        first = rows.iloc[0]
        self.pack.scheme(z, function=str(first["function"]), **attributes)
        values = np.zeros(len(FUNCTIONS))
        source = np.full(len(FUNCTIONS), str(first["source"]), dtype=object)
        flag = np.full(len(FUNCTIONS), str(first["flag"]), dtype=object)
        for _, row in rows.iterrows():
            at = FUNCTIONS.index(str(row["function"]))
            values[at] = self.amount[(z, row["function"])]
            source[at], flag[at] = row["source"], row["flag"]
        self.array(
            z,
            "base_expenditure",
            ["function"],
            values,
            "LCU/year",
            source,
            flag,
            " | ".join(str(n) for n in rows["note"]),
        )
        known = z == "nhi"
        self.value(
            z,
            "administration_share",
            float(first["administration_share"]),
            "1",
            "kor_nhis" if known else OWN,
            "estimated" if known else "assumed",
            "Administration over benefits, apart from base_expenditure",
        )
        share = float(financing.get("state_share", 0.0))
        by_law = share == 1.0 and z != "universal_child_benefit"
        self.value(
            z,
            "state_share",
            share,
            "1",
            LAW if by_law else OWN,
            "observed" if by_law else "estimated" if 0.0 < share < 1.0 else "assumed",
            financing.get(
                "state_note",
                "Tax-financed by law" if share else "Rule not used in this scheme: no state share",
            ),
        )
        self.value(
            z,
            "earmarked_tax_share",
            float(financing.get("earmarked", 0.0)),
            "1",
            OWN,
            "estimated" if "earmarked" in financing else "assumed",
            "Tobacco levy of the National Health Promotion Fund (about 1.8 tn)"
            if "earmarked" in financing
            else "Rule not used in this scheme: no earmarked tax",
        )
        self.value(
            z,
            "reserve",
            float(financing.get("reserve_krw_billion", 0.0)) * BILLION,
            "LCU",
            financing.get("reserve_source", OWN),
            financing.get("reserve_flag", "assumed"),
            financing.get("reserve_note", "No reserve"),
        )
        for name, text in (
            ("reserve_return", "Real return"),
            ("bond_share", "Share of the reserve in government bonds"),
        ):
            unit = "1/year" if name == "reserve_return" else "1"
            self.value(z, name, float(financing.get(name, 0.0)), unit, OWN, "assumed", text)

    def contributions(self, z: str, terms: Contributions) -> None:
        """Add rates, coverage, limits of earnings and the revenue of the base year."""
        source, flag = (LAW, "observed") if terms.law else (OWN, "estimated")
        self.array(
            z,
            "contribution_rate",
            ["payer"],
            {y: np.asarray(r, dtype=float) for y, r in terms.rates.items()},
            "1",
            source,
            flag,
            terms.rate_note,
        )
        coverage = np.zeros((2, len(STATUSES)))
        for people, women, weights, cap in terms.groups:
            coverage += coverage_rates(
                self.base, [women * people, (1.0 - women) * people], weights, cap
            )
        self.array(
            z,
            "coverage_rate",
            ["sex", "status"],
            coverage,
            "1",
            terms.source,
            "estimated",
            terms.groups_note,
        )
        for name, text in (
            ("contribution_density", "Contributors are means of monthly payers"),
            ("compliance_rate", "Coverage counts those who pay"),
        ):
            self.value(z, name, 1.0, "1", OWN, "assumed", text)
        self.array(
            z,
            "earnings_cv",
            ["sex"],
            [0.65, 0.70],
            "1",
            OWN,
            "assumed",
            "Dispersion of insured earnings at an age",
        )
        limits = terms.floor > 0.0 or terms.ceiling is not None
        self.value(
            z,
            "earnings_floor",
            terms.floor,
            "LCU/year",
            LAW if limits else OWN,
            "observed" if limits else "assumed",
            terms.limits_note if limits else "Rule not used in this scheme: no floor, no ceiling",
        )
        if terms.ceiling is not None:
            self.value(
                z, "earnings_ceiling", terms.ceiling, "LCU/year", LAW, "observed", terms.limits_note
            )
        due = np.asarray(terms.due, dtype=float)
        if not terms.law and terms.source == OWN:  # an employer's liability: pays what it owes
            due = due * self.spending(z)
        self.array(
            z,
            "base_contributions",
            ["payer"],
            due,
            "LCU/year",
            terms.source,
            "estimated",
            terms.due_note,
        )

    def transfer_benefit(self, z: str, transfer: Transfer) -> None:
        """Add recipients and amounts of a cash transfer or a means-tested benefit."""
        people = self.totals(z)
        most = (self.population * (transfer.profile > 0)).sum(axis=1)
        people = (min(people[0], float(most[0])), min(people[1], float(most[1])))
        self.array(
            z,
            "recipient_rate",
            SEX_AGE,
            scaled_rate(transfer.profile, self.population, people),
            "1",
            OWN,
            "estimated" if transfer.known else "assumed",
            f"Shape by age scaled to {people[0]:,.0f} women and {people[1]:,.0f} men",
        )
        self.series(
            z,
            "coverage",
            transfer.coverage or {self.base.year: 1.0},
            "1",
            OWN,
            "assumed",
            "The cohort of the wars dies out"
            if transfer.coverage
            else "Rule not used in this scheme: the recipient rate is of all residents",
        )
        mean = self.spending(z) / sum(people)
        amounts = {self.base.year: 1.0, **(transfer.amounts or {})}
        self.array(
            z,
            "benefit_amount",
            ["sex"],
            {y: np.full(2, mean * f) for y, f in amounts.items()},
            "LCU/year",
            str(self.row(z)["source"]),
            "estimated",
            f"Expenditure / recipients, alike for both sexes. {transfer.amounts_note}",
        )
        source, flag = (LAW, "observed") if transfer.law else (OWN, "assumed")
        if transfer.law and transfer.theta == 0.0:
            flag = "estimated"  # the law names another index, which the model takes as wages
        self.value(z, "price_indexation_share", transfer.theta, "1", source, flag, transfer.note)
        if transfer.pensionable is not None:
            self.array(
                z,
                "pensionable_age",
                ["sex"],
                {y: np.full(2, a) for y, a in transfer.pensionable.items()},
                "year",
                LAW,
                "observed",
                transfer.pensionable_note,
            )
        if transfer.elasticity is not None:
            fixed = transfer.elasticity == 0.0
            self.value(
                z,
                "income_elasticity",
                transfer.elasticity,
                "1",
                LAW if fixed else OWN,
                "observed" if fixed else "assumed",
                transfer.elasticity_note,
            )


def replacement_rate(year: int) -> float:
    """Replacement rate of 40 years' service earned in `year` (National Pension Act, s.51)."""
    if year < 1999:
        return 0.70
    if year < 2008:
        return 0.60
    if year < 2026:
        return 0.50 - 0.005 * (year - 2008)
    return 0.43


def _national_pension(s: _Schemes) -> None:
    z = "nps"
    stock = np.zeros((3, 2, 101))
    for k, (function, profile) in enumerate(
        (
            ("old_age", NATIONAL_PENSION),
            ("disability", DISABILITY_PENSIONER),
            ("survivors", SURVIVORS),
        )
    ):
        stock[k] = scaled_rate(profile, s.population, s.totals(z, function)) * s.population
    types = ["pension_type", "sex", "age"]
    s.array(
        z,
        "pensioners",
        types,
        stock,
        "person",
        OWN,
        "estimated",
        "Totals by type and sex of the National Pension Service (mean of 2024: 5.69 m old age, "
        "68,500 disability, 0.985 m survivors), shape by age assumed",
    )
    month = np.stack(
        [
            pair(
                [(0, 4.2), (63, 4.2), (70, 3.3), (80, 2.4), (100, 2.2)],
                [(0, 8.2), (63, 8.2), (70, 6.2), (80, 3.4), (100, 2.6)],
            ),
            both([(0, 5.2), (100, 5.2)]),
            pair([(0, 3.6), (60, 3.9), (85, 3.2), (100, 3.0)], [(0, 2.6), (100, 2.6)]),
        ]
    )
    s.array(
        z,
        "average_pension",
        types,
        month * 12e5,
        "LCU/year",
        OWN,
        "assumed",
        "Ratios by sex and age; the level is solved from the accounts. Younger pensioners have "
        "longer service (1.08 m a month after 20 years or more, 0.434 m after 10 to 19 in "
        "March 2024)",
    )

    half = 0.42 / 40 / 2
    half_note = (
        "s.51: basic pension = k (A + B) (1 + 0.05 n/12) with k for 42% in 2024, hence 0.525% of A "
        "and of B for each year of service"
    )
    law: tuple[tuple[str, Mapping[int, float], str, str], ...] = (
        ("latest_age", {2024: 68, 2028: 69, 2033: 70}, "year", "s.62: deferral up to five years"),
        ("qualifying_service", {2024: 10}, "year", "s.61: 10 years"),
        ("average_wage_accrual", {2024: half}, "1/year", half_note),
        (
            "accrual_scale",
            {y: replacement_rate(y) / 0.42 for y in (2024, 2025, 2026)},
            "1",
            "Replacement rate of the year / 42%: 41.5% in 2025, 43% from 1 January 2026 for "
            "service from then on (Act 20892 of 2025)",
        ),
        ("service_maximum", {2024: 51}, "year", "No maximum"),
        ("averaging_years", {2024: 51}, "year", "Whole career"),
        ("averaging_best", {2024: 0}, "1", "Whole career"),
        ("averaging_fixed", {2024: 0}, "1", "Divided by the years served"),
        ("revaluation_wage_share", {2024: 1}, "1", "s.51(1)2: revalued with A, average income"),
        ("revaluation_age", {2024: 101}, "year", "Revalued up to the award"),
        ("early_reduction", {2024: 0.06}, "1/year", "s.63: 0.5% a month"),
        ("late_increment", {2024: 0.072}, "1/year", "s.62: 0.6% a month"),
        ("maximum_share", {2024: 1}, "1", "s.53: not above own average income"),
        ("price_indexation_share", {2024: 1}, "1", "s.51(2): consumer prices of the year before"),
        ("credited_service_share", {2024: 0}, "1", "None; the minimum counts instead"),
        (
            "credited_service_minimum",
            {2024: 20},
            "year",
            "s.68 and s.74: basic pension of 20 years if fewer were served",
        ),
        ("orphan_age_limit", {2024: 25}, "year", "s.73: 25 years"),
    )
    for name, values, unit, note in law:
        s.series(z, name, values, unit, LAW, "observed", note)
    for name in ("flat_amount", "minimum_pension"):
        s.value(z, name, 0.0, "LCU/year", OWN, "assumed", "Rule not used in this scheme")
    ages = "Act 8541 addenda s.8: born 1961-64 63, 1965-68 64, 1969 and later 65"
    for name, steps, note in (
        ("pensionable_age", {2024: 63, 2028: 64, 2033: 65}, ages),
        ("early_age", {2024: 58, 2028: 59, 2033: 60}, "s.61: five years before. " + ages),
    ):
        s.array(
            z,
            name,
            ["sex"],
            {y: np.full(2, a) for y, a in steps.items()},
            "year",
            LAW,
            "observed",
            note,
        )
    s.array(z, "accrual_rate", ["band"], np.full(4, half), "1/year", LAW, "observed", half_note)
    for name, unit in (("benefit_factor", "1"), ("bend_point", "LCU/year")):
        s.array(z, name, ["band"], np.zeros(4), unit, LAW, "observed", "One rate for all earnings")
    history = [replacement_rate(2024 - k) / 0.42 for k in range(len(STANDARD["service"]))]
    s.array(
        z,
        "accrual_history",
        ["service"],
        history,
        "1",
        LAW,
        "observed",
        "70% for service of 1988-98, 60% of 1999-2007, 50% in 2008, then -0.5 point a year",
    )

    wait = np.zeros(101)
    wait[58:63] = [0.05, 0.04, 0.04, 0.04, 0.03]
    wait[63], wait[64:68], wait[68:] = 0.92, 0.50, 1.0
    s.array(
        z,
        "retirement_probability",
        SEX_AGE,
        np.stack([wait, wait]),
        "1",
        OWN,
        "assumed",
        "About 16% of old-age pensions are early ones (885,350 of 5,563,434 in March 2024); "
        "few defer",
    )
    invalidity = np.array([[0.5], [1.2]]) * both(
        [(17, 0), (18, 2e-5), (30, 6e-5), (40, 1.3e-4), (50, 3e-4), (59, 6e-4), (64, 6e-4), (65, 0)]
    )
    s.array(
        z,
        "invalidity_rate",
        SEX_AGE,
        invalidity,
        "1/year",
        OWN,
        "assumed",
        "About 4,000 to 5,000 new disability pensions a year, most to men over 45",
    )
    s.array(
        z, "married_share", SEX_AGE, MARRIED, "1", OWN, "assumed", "Shape of the census of 2020"
    )
    # The made-up careers give every cohort the coverage of today since 1988, but farmers came in
    # 1995 and the urban self-employed in 1999: service of those who retire now is overstated.
    old_age = np.linspace(0.70, 0.92, 25)
    s.array(
        z,
        "award_factor",
        ["pension_type"],
        {2024 + k: np.array([old_age[k], 1.0, 1.0]) for k in range(25)},
        "1",
        OWN,
        "assumed",
        "Old age: 0.70 rising to 0.92 in 2048 as cohorts with full coverage retire; set so "
        "that outgo over GDP keeps near the fifth actuarial projection (2023) with the rates "
        "of 2026. Supplements for dependants (about 24,000 a month) left out",
    )
    s.array(
        z,
        "mortality_multiplier",
        ["pension_type"],
        [0.95, 2.5, 1.0],
        "1",
        OWN,
        "assumed",
        "Pensioners' to national mortality",
    )
    by_sex: tuple[tuple[str, tuple[float, float], str, str], ...] = (
        ("spouse_age_difference", (2.8, -2.8), "year", "Mean difference"),
        (
            "survivor_takeup",
            (0.80, 0.30),
            "1",
            "s.56: own pension plus 30% of the survivor's "
            "pension, or the survivor's pension; s.76: suspended while earning",
        ),
        ("children_per_insured", (1.5, 1.5), "1", "Children ever had"),
        ("child_age_difference", (29.5, 32.0), "year", "Mean age at a birth"),
        ("exit_rate", (0.08, 0.05), "1/year", "Breaks, more often of women"),
    )
    for name, sexes, unit, note in by_sex:
        s.array(z, name, ["sex"], sexes, unit, OWN, "assumed", note)
    judged: tuple[tuple[str, float, str, str, str], ...] = (
        (
            "disability_qualifying_service",
            2,
            "year",
            "assumed",
            "s.67 and s.72: contributions in "
            "a third of the period or in three of the last five years, simplified",
        ),
        ("insured_mortality_multiplier", 0.85, "1", "assumed", "Contributors are healthier"),
        (
            "disability_share",
            0.75,
            "1",
            "estimated",
            "s.68: 100, 80 or 60% of the basic pension by degree; mean by degree assumed",
        ),
        ("disability_exit_rate", 0.01, "1/year", "assumed", "Recoveries are rare"),
        (
            "disability_conversion",
            0,
            "1",
            "estimated",
            "s.56: the person chooses one of the two pensions; most keep the disability pension",
        ),
        ("spouse_age_spread", 3.5, "year", "assumed", "Standard deviation"),
        (
            "survivor_share",
            0.52,
            "1",
            "estimated",
            "s.74: 40% under 10, 50% from 10, 60% from 20 years of service; mean assumed",
        ),
        (
            "survivor_age",
            0,
            "year",
            "estimated",
            "s.76: no age in the first three years, nor for those with little earnings",
        ),
        (
            "orphan_share",
            0.03,
            "1",
            "assumed",
            "s.73: children rank after the spouse, so few draw "
            "a pension of their own (about 13,000)",
        ),
        ("service_density", 0.98, "1", "assumed", "Contributors are monthly payers"),
        ("reentry_share", 0.6, "1", "assumed", "New contributors with earlier service"),
    )
    for name, number, unit, flag, note in judged:
        s.value(z, name, number, unit, OWN, flag, note)


def _employment_injury(s: _Schemes) -> None:
    z = "industrial_accident"
    employees = s.base.employment_by_status[:, :, FORMAL_EMPLOYEE]
    bill = (employees * s.base.gross_wage[:, :, FORMAL_EMPLOYEE]).sum(axis=1)
    heads = employees.sum(axis=1)
    people = np.array(s.totals(z))
    s.array(
        z,
        "injury_rate",
        ["sex"],
        people / heads,
        "1",
        "kor_comwel",
        "estimated",
        "405,539 recipients in the course of 2024 / formal employees; sexes estimated",
    )
    s.value(
        z,
        "replacement_rate",
        s.spending(z) / float((people * bill / heads).sum()),
        "1",
        "kor_comwel",
        "estimated",
        "Mean benefit of 18.8 m a recipient, medical care included "
        "/ average wage of the sex; statutory 70% of average pay in cash (s.52)",
    )


def _health_and_care(s: _Schemes) -> None:
    poor = scaled_rate(LIVELIHOOD, s.population, [0.55 * 1_538_600, 0.45 * 1_538_600])
    cost = HEALTH_COST.copy()
    # Payments for ages 65 and over are 44.9% of the total (National Health Insurance, 2024).
    weight, share = cost * s.population * (1.0 - poor), 0.449
    cost[:, 65:] *= share / (1.0 - share) * weight[:, :65].sum() / weight[:, 65:].sum()
    shape = "Relative cost a head from general knowledge; ages 65 and over scaled to 44.9% of cost"
    everyone = np.ones((2, 101))
    road = both([(0, 0.4), (18, 1.0), (70, 1.2), (100, 1.0)])
    rows: tuple[tuple[str, Array, str, str, Array, str], ...] = (
        (
            "nhi",
            1.0 - poor,
            "estimated",
            "All residents but medical aid beneficiaries",
            cost,
            shape,
        ),
        (
            "medical_aid",
            poor,
            "estimated",
            "1,538,600 beneficiaries, mean of 1,517,400 and "
            "1,559,922 at the year ends; shape by age assumed",
            cost,
            "As health insurance",
        ),
        (
            "other_public_health",
            everyone,
            "assumed",
            "All residents",
            everyone,
            "The same at every age",
        ),
        (
            "mandatory_private_health",
            everyone,
            "assumed",
            "All residents",
            road,
            "Road casualties",
        ),
    )
    technology = {2024: 0.010, 2030: 0.008, 2036: 0.006, 2042: 0.004, 2048: 0.002, 2054: 0.0}
    for z, covered, flag, covered_note, profile, profile_note in rows:
        s.array(z, "cost_profile", SEX_AGE, profile, "1", OWN, "assumed", profile_note)
        s.array(z, "covered_share", SEX_AGE, covered, "1", OWN, flag, covered_note)
        s.value(
            z,
            "wage_share",
            0.6,
            "1",
            "method_defaults",
            "assumed",
            "Share of unit cost that follows wages",
        )
        s.series(
            z,
            "technology_growth",
            technology,
            "1/year",
            "method_defaults",
            "assumed",
            "Excess growth of unit cost, 1% falling to 0 within 30 years",
        )
        s.value(
            z,
            "healthy_ageing_share",
            0.5 if z in ("nhi", "medical_aid") else 0.0,
            "1",
            "method_defaults",
            "assumed",
            "Share of longer life spent in good health: half; "
            "none where cost does not depend on age as illness does",
        )
    z, recognised = "ltci", 1.13e6
    s.array(
        z,
        "dependency_rate",
        SEX_AGE,
        scaled_rate(DEPENDENCY, s.population, [0.72 * recognised, 0.28 * recognised]),
        "1",
        OWN,
        "estimated",
        "1.13 m recognised on average in 2024 (1.165 m at the year's end, +6.1%), "
        "72% women and shape by age assumed",
    )
    s.value(
        z,
        "recipient_share",
        898.0 / 1130.0,
        "1",
        "kor_ltci",
        "estimated",
        "898,000 users in an average month (14,767.5 bn / 1.37 m a month) / recognised",
    )
    s.value(
        z, "wage_share", 0.85, "1", OWN, "assumed", "Care at home and in homes is mostly labour"
    )


# Users of spouse leave benefit in 2024: 256,771 less parental leave (132,535), reduced hours
# (26,627) and maternity leave (79,368), Ministry of Employment and Labor, February 2025.
FATHERS_WITH_BENEFIT = 18241.0
# Births whose father takes leave paid by his employer: order of magnitude.
FATHERS_PAID_BY_EMPLOYER = 0.25


def _maternity(s: _Schemes) -> None:
    employees = s.base.employment_by_status[:, 15:50, FORMAL_EMPLOYEE]
    bill = employees * s.base.gross_wage[:, 15:50, FORMAL_EMPLOYEE]
    wage = bill.sum(axis=1) / employees.sum(axis=1)
    births = float(s.base.births)
    mothers = {z: s.totals(z)[0] for z in ("maternity_benefit", "employer_maternity_leave")}
    # Weeks of mothers and fathers; leave of fathers doubled on 23 February 2025 (20 days).
    insured = [str(s.row("maternity_benefit")["source"])] * 2
    rows: tuple[tuple[str, dict[int, list[float]], str, float, str, list[str], list[str], str], ...]
    rows = (
        (
            "maternity_benefit",
            {2024: [90 / 7, 1.0], 2025: [90 / 7, 4.0]},
            "Employment Insurance Act s.75-76: mothers 90 days (120 for multiple births; large "
            "employers are reimbursed for 30 days); fathers in small firms 5 of 10 working days, "
            "all 20 from 23 February 2025",
            FATHERS_WITH_BENEFIT,
            f"{mothers['maternity_benefit']:,.0f} mothers and {FATHERS_WITH_BENEFIT:,.0f} fathers "
            "(256,771 users of all leave benefits in 2024 less the other three) / births",
            insured,
            ["estimated", "estimated"],
            "Mean benefit a case / mean wages of mothers and fathers over the same weeks; "
            "statutory 100% up to 2.1 m a month",
        ),
        (
            "employer_maternity_leave",
            {2024: [60 / 7, 2.0], 2025: [60 / 7, 4.0]},
            "Labor Standards Act s.74: the employer owes full ordinary wages for 60 days less the "
            "insurance benefit; Equal Employment Act s.18-2: fathers 10 working days, 20 from "
            "23 February 2025",
            FATHERS_PAID_BY_EMPLOYER * births,
            f"{mothers['employer_maternity_leave']:,.0f} cases / births of the year; fathers at "
            f"{FATHERS_PAID_BY_EMPLOYER:.0%} of births assumed",
            [str(s.row("employer_maternity_leave")["source"]), OWN],
            ["assumed", "assumed"],
            "Employer's part a case / mean wages of mothers and fathers over the same weeks",
        ),
    )
    for z, weeks, weeks_note, fathers, cases_note, source, flags, rate_note in rows:
        cases = np.array([mothers[z], fathers])
        s.array(z, "benefit_weeks", ["sex"], weeks, "week", LAW, "observed", weeks_note)
        s.array(
            z,
            "insured_share",
            ["sex"],
            cases / births,
            "1",
            np.array(source, dtype=object),
            np.array(flags, dtype=object),
            cases_note,
        )
        s.value(
            z,
            "replacement_rate",
            s.spending(z) / float((cases * wage * np.array(weeks[2024])).sum() / 52.0),
            "1",
            OWN,
            flags[0],
            rate_note,
        )


def _unemployment(s: _Schemes) -> None:
    unemployed = s.base.unemployed.sum(axis=1)
    z = "employment_insurance"
    people = np.array(s.totals(z))
    s.value(
        z,
        "longest_duration",
        195.0 / 365.0,
        "year",
        "kor_moel",
        "assumed",
        "middle of the 120 to 270 days by age and insured period, Employment Insurance Act",
    )
    s.array(
        z,
        "recipients_per_unemployed",
        ["sex"],
        people / unemployed,
        "1",
        "kor_moel",
        "estimated",
        "595,000 recipients in an average month / unemployed; sexes estimated",
    )
    s.value(
        z,
        "replacement_rate",
        s.spending(z) / people.sum() / s.base.average_wage,
        "1",
        "kor_moel",
        "estimated",
        "Mean benefit / average wage; statutory 60% of average pay "
        "between 63,104 and 66,000 a day (s.46)",
    )
    # The unemployment account pays for leave benefits, but for the grant of the state (13%).
    for to in ("parental_leave_benefit", "maternity_benefit"):
        gross = s.spending(to) * (1.0 + float(s.row(to)["administration_share"]))
        s.pack.transfer(z, to, (1.0 - 0.13) * gross / s.spending(z), "kor_moel")
    for z in ("wage_guarantee", "employment_stability", "other_labour_market_programmes"):
        people = np.array(s.totals(z))
        s.array(
            z,
            "participants_per_unemployed",
            ["sex"],
            people / unemployed,
            "1",
            OWN,
            "assumed",
            f"{people.sum():,.0f} participants on average / unemployed",
        )
        s.value(
            z,
            "unit_cost",
            s.spending(z) / people.sum(),
            "LCU/year",
            OWN,
            "estimated",
            "Expenditure / participants",
        )


def _universal_child_benefit(s: _Schemes) -> None:
    z = "universal_child_benefit"
    s.array(z, "recipient_rate", SEX_AGE, band(0, 17), "1", OWN, "assumed", "Every child under 18")
    s.array(
        z,
        "benefit_amount",
        ["sex"],
        np.full(2, 1_200_000.0),
        "LCU/year",
        OWN,
        "assumed",
        str(s.row(z)["note"]),
    )
    s.value(z, "coverage", 0.0, "1", OWN, "assumed", "Dormant reform")
    s.value(z, "price_indexation_share", 1.0, "1", OWN, "assumed", "Reform option")
