"""Social-protection schemes of South Africa, base year 2024.

The official figures are in ``sources/official_zaf.csv``, the instances with their legal basis in
``sources/schemes_zaf.toml``, the totals to be reproduced in ``sources/accounts_zaf.csv``. This
module brings the financial years (April to March) to the calendar year, turns the figures into
accounts by instance, and adds the rules and the age profiles.

Age profiles are judgements, scaled so that the recipients of mid-2024 are the known ones; they
are flagged ``assumed``. Totals are never assumed where an account exists.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.base_year import BaseYear
from socialbudget.builder import PackBuilder
from socialbudget.dims import FEMALE, FUNCTIONS, MALE, MAX_AGE, STATUSES

Array = NDArray[np.float64]

SOURCES = Path(__file__).parent / "sources"
MILLION = 1e6
AGES = np.arange(MAX_AGE + 1)
PROFILES, ASSUMED = "zaf_profiles", "zaf_assumptions"
FORMAL, INFORMAL = STATUSES.index("formal_employee"), STATUSES.index("informal_employee")
FORMAL_SELF = STATUSES.index("formal_self_employed")

# Monthly amounts (rand) by the first month they were in force: Social Assistance Act 13 of 2004,
# notices for 1 April and 1 October. From April 2025 the mean of the financial year, as the Budget
# Overview gives it (the old-age grant is paid as 2 310 and, from October, 2 320).
GRANT_AMOUNTS: dict[str, dict[tuple[int, int], float]] = {
    "old_age_grant": {(2024, 1): 2090, (2024, 4): 2180, (2024, 10): 2190, (2025, 4): 2315},
    "disability_grant": {(2024, 1): 2090, (2024, 4): 2180, (2024, 10): 2190, (2025, 4): 2315},
    "care_dependency_grant": {(2024, 1): 2090, (2024, 4): 2180, (2024, 10): 2190, (2025, 4): 2315},
    "child_support_grant": {(2024, 1): 510, (2024, 4): 530, (2025, 4): 560},
    "grant_in_aid": {(2024, 1): 510, (2024, 4): 530, (2025, 4): 560},
    "foster_child_grant": {(2024, 1): 1130, (2024, 4): 1180, (2025, 4): 1250},
    "social_relief_of_distress": {(2024, 1): 350, (2024, 4): 370},
}
# Parental benefits of fathers, per mother with maternity benefit: no published count at hand.
FATHERS_PER_MOTHER = 0.05
CORE_GRANTS = tuple(g for g in GRANT_AMOUNTS if g != "social_relief_of_distress")


@dataclass(frozen=True)
class Account:
    """Account of one instance in the base year, million rand, and its recipients.

    `benefits` excludes administration; `contributions` are by payer (employer, employee,
    self-employed); `earmarked_tax` is received; `reserve` stands on 31 December.
    """

    benefits: float
    administration_share: float
    source: str
    flag: str
    note: str
    recipients: float = 0.0
    contributions: tuple[float, float, float] = (0.0, 0.0, 0.0)
    earmarked_tax: float = 0.0
    reserve: float = 0.0


def official() -> dict[str, float]:
    """Official figures by key, in the unit of ``official_zaf.csv``."""
    with (SOURCES / "official_zaf.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(file)}


def registry() -> dict[str, Any]:
    """Sources and scheme instances of ``schemes_zaf.toml``."""
    return tomllib.loads((SOURCES / "schemes_zaf.toml").read_text(encoding="utf-8"))


def calendar(earlier: float, later: float) -> float:
    """Calendar year 2024 from the financial years 2023/24 and 2024/25 (April to March)."""
    return 0.25 * earlier + 0.75 * later


def mean_amount(grant: str, year: int) -> float:
    """Mean monthly amount of a grant over a calendar year, rand."""
    dated = sorted(GRANT_AMOUNTS[grant].items())
    months = [(year, m) for m in range(1, 13)]
    return float(np.mean([[a for start, a in dated if start <= month][-1] for month in months]))


def accounts() -> dict[str, Account]:
    """Accounts of every instance in 2024."""
    return {**_grants(), **_insurance(), **_services()}


def _grants() -> dict[str, Account]:
    """Grants: recipients times the mean statutory amount, reconciled with SASSA's total."""
    f = official()
    total = calendar(f["grants_2023"], f["grants_2024"])
    recipients = {g: f[f"recipients_{g}"] for g in CORE_GRANTS}
    computed = {g: recipients[g] * mean_amount(g, 2024) * 12 / MILLION for g in CORE_GRANTS}
    factor = (total - f["srd_2024"]) / sum(computed.values())
    out = {
        grant: Account(
            computed[grant] * factor,
            f["sassa_administration"],
            "zaf_sassa_2024",
            "estimated",
            f"{recipients[grant] / MILLION:.4g} million recipients at mid-2024 x mean statutory "
            f"amount of R{mean_amount(grant, 2024):g} a month x {factor:.4f}, which reconciles the "
            f"six grants with R{total / 1e3:.1f}bn for all (1/4 of 2023/24 + 3/4 of 2024/25)",
            recipients[grant],
        )
        for grant in CORE_GRANTS
    }
    amount = mean_amount("social_relief_of_distress", 2024)
    out["social_relief_of_distress"] = Account(
        f["srd_2024"],
        f["sassa_administration"],
        "zaf_budget_review_2024",
        "estimated",
        f"Allocation of 2024/25 (2023/24 was R33.9bn). Recipients are paid person-months / 12 at "
        f"R{amount:g}: 7.5 million were paid for August 2024, about 9 million are approved",
        f["srd_2024"] * MILLION / (amount * 12),
    )
    return out


def _insurance() -> dict[str, Account]:
    """Contributory schemes. A fund in several instances is split by benefits paid."""
    f = official()
    out: dict[str, Account] = {}
    benefits = calendar(f["uif_benefits_2023"], f["uif_benefits_2024"])
    paid_in = calendar(f["uif_contributions_2023"], f["uif_contributions_2024"])
    # Unemployment: paid at any time, R4.9 thousand a month each (R4.6 thousand in December 2022).
    # Maternity: births with benefit in the year. Sickness: person-years of benefit.
    for branch, persons, flag in (
        ("unemployment", 245e3, "estimated"),
        ("maternity", 70e3, "estimated"),
        ("sickness", 7.5e3, "estimated"),
        ("dependants", 20e3, "estimated"),
    ):
        share = f[f"uif_share_{branch}"]
        out[f"uif_{branch}"] = Account(
            benefits * share,
            f["uif_administration"],
            "zaf_uif_2025",
            flag,
            f"{share:.1%} of benefits of R{benefits / 1e3:.2f}bn (1/4 of 2023/24 + 3/4 of 2024/25)",
            persons,
            (paid_in * share / 2, paid_in * share / 2, 0.0),
            reserve=f["uif_reserve"] * share,
        )
    employer = GEPF_EMPLOYER_RATE / (GEPF_EMPLOYER_RATE + GEPF_MEMBER_RATE)
    for branch, (share, persons_share) in GEPF_BRANCHES.items():
        out[f"gepf_{branch}"] = Account(
            f["gepf_benefits"] * share,
            f["gepf_administration"],
            "zaf_gepf_2024",
            "estimated",
            f"{share:.0%} of benefits of about R150bn; the split by function is assumed. "
            "Gratuities and withdrawal benefits stand with old age",
            f["gepf_pensioners"] * persons_share,
            (
                f["gepf_contributions"] * share * employer,
                f["gepf_contributions"] * share * (1 - employer),
                0.0,
            ),
            reserve=f["gepf_reserve"] * share,
        )
    paid_in = f["retirement_funds_contributions"]
    out["private_retirement_funds"] = Account(
        f["retirement_funds_benefits"],
        0.05,
        "zaf_fsca",
        "assumed",
        "Order of magnitude, 20% either way; transfers, resignation and two-pot withdrawals left "
        "out of benefits",
        1.15e6,
        (paid_in * 0.55, paid_in * 0.45, 0.0),
        reserve=f["retirement_funds_assets"],
    )
    out["compensation_fund"] = Account(
        f["compensation_fund_benefits"],
        0.20,
        "zaf_compensation_fund",
        "estimated",
        "Rounded annual-report figures: medical aid about R4bn, cash about R3bn",
        127e3,
        (f["compensation_fund_assessments"], 0.0, 0.0),
        reserve=f["compensation_fund_reserve"],
    )
    out["coida_mutuals"] = Account(
        f["mutuals_benefits"],
        0.20,
        "zaf_compensation_fund",
        "assumed",
        "Claims of the two licensed mutual associations, order of magnitude",
        60e3,
        (f["mutuals_premiums"], 0.0, 0.0),
        reserve=30000.0,
    )
    paid_in = f["medical_schemes_contributions"]
    out["medical_schemes"] = Account(
        f["medical_schemes_benefits"],
        f["medical_schemes_administration"],
        "zaf_cms_2024",
        "observed",
        "Healthcare benefits paid in calendar 2024, from risk pools and savings accounts",
        f["medical_schemes_beneficiaries"],
        (paid_in * 0.50, paid_in * 0.48, paid_in * 0.02),
        reserve=f["medical_schemes_reserve"],
    )
    return out


def _services() -> dict[str, Account]:
    """Road accidents, health, welfare services, housing, public works."""
    f = official()
    out: dict[str, Account] = {}
    claims = f["raf_claims_2023"] * (1 + f["raf_growth"])
    support = f["raf_loss_of_support_2023"] * (1 + f["raf_growth"])
    for name, amount, persons in (
        ("road_accident_fund", claims - support, 60.5e3),
        ("raf_loss_of_support", support, 5.9e3),
    ):
        out[name] = Account(
            amount,
            0.11,
            "zaf_raf_2024",
            "estimated",
            "Claims paid in 2023/24 (R45.1bn) + 2%; recipients are claims settled, 63 015 in "
            "2023/24 under all heads; fuel levy split by benefits",
            persons,
            earmarked_tax=f["raf_fuel_levy"] * amount / claims,
        )
    function = calendar(f["health_2023"], f["health_2024"])
    administration = f["health_administration"]
    out["public_health"] = Account(
        function / (1 + administration),
        administration,
        "zaf_budget_review_2024",
        "estimated",
        f"Consolidated health function of R{function / 1e3:.1f}bn (1/4 of 2023/24 + 3/4 of "
        "2024/25) without administration programmes",
    )
    out["public_health_other"] = Account(
        f["health_other"] / 1.03,
        0.03,
        "zaf_who_ghed",
        "assumed",
        "Residual of WHO current health expenditure after the named schemes, out-of-pocket "
        "payments, aid and non-profit institutions",
    )
    provincial = calendar(f["social_development_2023"], f["social_development_2024"])
    for name, share, persons in (
        ("long_term_care_services", 0.15, 150e3),
        ("child_and_family_services", 0.40, 1.2e6),
        ("welfare_services_other", 0.45, 1.6e6),
    ):
        out[name] = Account(
            provincial * share / 1.16,
            0.16,
            "zaf_budget_review_2025",
            "assumed",
            f"{share:.0%} of provincial social development (R{provincial / 1e3:.1f}bn, "
            "administration 16% of benefits); split by programme and recipients assumed",
            persons,
        )
    out["early_childhood_subsidy"] = Account(
        f["ecd_subsidy"],
        0.05,
        "zaf_basic_education",
        "estimated",
        "R17 per child and day in some 310 paid days for 620 000 children",
        620e3,
    )
    out["school_nutrition"] = Account(
        calendar(f["school_nutrition_2023"], f["school_nutrition_2024"]),
        0.04,
        "zaf_basic_education",
        "estimated",
        "Conditional grant, 1/4 of 2023/24 + 3/4 of 2024/25; about 9.6 million learners",
        9.6e6,
    )
    vote = calendar(f["human_settlements_2024"] / 1.044, f["human_settlements_2024"])
    out["human_settlements"] = Account(
        vote * 0.97,
        0.03 / 0.97,
        "zaf_human_settlements",
        "estimated",
        f"Vote of R{vote / 1e3:.1f}bn; 200 000 households served (houses, sites, upgrades) assumed",
        200e3,
    )
    out["epwp_cwp"] = Account(
        2 * f["epwp_wages_half_2023"] * (1 + f["epwp_growth"]),
        0.25,
        "zaf_epwp",
        "estimated",
        "Wages of half of 2023/24 doubled, + 4%; 330 000 full-time equivalents of about a million "
        "work opportunities; project overheads as administration",
        330e3,
    )
    out["presidential_employment_initiative"] = Account(
        f["presidential_employment"] * 0.93,
        0.07 / 0.93,
        "zaf_budget_review_2024",
        "estimated",
        "Allocation of 2024/25; 180 000 full-time equivalents at the minimum wage assumed",
        180e3,
    )
    out["state_pensions_other"] = Account(
        f["state_pensions_other"],
        0.03,
        "zaf_budget_review_2024",
        "estimated",
        "Programme of the National Treasury vote for civil, military and special pensions, about "
        "R7bn; 95 000 beneficiaries assumed",
        95e3,
    )
    out["universal_child_benefit"] = Account(0.0, 0.03, ASSUMED, "assumed", "Dormant reform")
    return out


# Government Employees Pension Fund: GEP Law rule 7. The employer's 13% and the 16% for uniformed
# services (about 6% of members) average 13.2%.
GEPF_MEMBER_RATE = 0.075
GEPF_EMPLOYER_RATE = 0.132
# Share of benefits, share of pensioners; assumed.
GEPF_BRANCHES = {
    "old_age": (0.84, 0.62),
    "survivors": (0.13, 0.31),
    "disability": (0.03, 0.07),
}
GEPF_FEMALE_MEMBERS = 0.60

# Recipient rates: (age, relative rate) knots of a piecewise-linear shape, zero outside; then the
# weight of women and men. Levels follow from the known number of recipients.
Knots = Sequence[tuple[float, float]]
SHAPES: dict[str, tuple[Knots, float, float, str]] = {
    "old_age_grant": (
        ((60, 0.50), (62, 0.72), (65, 0.88), (70, 1.0), (80, 1.04), (100, 1.04)),
        1.03,
        0.95,
        "take-up rises with age as earnings and assets fall",
    ),
    "disability_grant": (
        ((18, 0.3), (25, 0.45), (35, 0.8), (45, 1.5), (55, 2.6), (59, 2.7)),
        0.95,
        1.05,
        "disability rises with age; converts to the old-age grant at 60",
    ),
    "child_support_grant": (
        ((0, 0.62), (1, 0.90), (2, 0.98), (6, 1.0), (13, 0.98), (15, 0.92), (17, 0.82)),
        1.0,
        1.0,
        "late registration of infants and drop-out of teenagers, as in SASSA's age tables",
    ),
    "foster_child_grant": (
        ((0, 0.10), (5, 0.6), (10, 1.1), (15, 1.7), (17, 1.6)),
        1.0,
        1.0,
        "orphans are older children",
    ),
    "care_dependency_grant": (
        ((0, 0.2), (3, 0.8), (8, 1.2), (14, 1.15), (17, 0.9)),
        0.85,
        1.15,
        "diagnosis after infancy, more boys than girls",
    ),
    "grant_in_aid": (
        ((18, 0.05), (50, 0.10), (59, 0.3), (60, 2.0), (70, 4.0), (80, 9.0), (90, 15), (100, 18)),
        1.05,
        0.90,
        "need of attendance by age, within old-age and disability grants",
    ),
    "social_relief_of_distress": (
        ((18, 0.7), (20, 1.0), (28, 1.0), (35, 0.80), (45, 0.55), (55, 0.45), (59, 0.40)),
        1.08,
        0.92,
        "about 60% aged 18 to 35 and 54% women (SASSA 2023, applications of September 2024)",
    ),
    "welfare_services_other": (
        ((0, 0.8), (18, 1.2), (30, 1.2), (60, 0.9), (100, 0.9)),
        1.1,
        0.9,
        "all ages",
    ),
    "child_and_family_services": (((0, 1.0), (17, 1.0)), 1.0, 1.0, "children"),
    "early_childhood_subsidy": (
        ((0, 0.1), (1, 0.3), (3, 1.2), (4, 1.2), (5, 0.4)),
        1.0,
        1.0,
        "attendance of centres by age",
    ),
    "school_nutrition": (
        ((5, 0.4), (6, 1.0), (15, 1.0), (18, 0.6), (19, 0.3)),
        1.0,
        1.0,
        "school attendance by age",
    ),
    "human_settlements": (
        ((18, 0.1), (25, 0.7), (35, 1.2), (50, 1.2), (65, 1.0), (100, 0.6)),
        1.15,
        0.85,
        "household heads below the income limit; more women among subsidy holders",
    ),
    "uif_dependants": (
        ((0, 0.3), (17, 0.4), (25, 0.3), (45, 1.0), (60, 1.0), (75, 0.2)),
        1.5,
        0.5,
        "surviving spouses, mostly women, and children",
    ),
    "gepf_old_age": (
        ((50, 0.0), (55, 0.35), (59, 0.6), (60, 1.0), (65, 1.25), (80, 1.0), (100, 0.8)),
        0.95,
        1.15,
        "normal retirement at 60, early from 55; the young fund has fewer very old pensioners",
    ),
    "gepf_survivors": (
        ((0, 0.1), (17, 0.4), (22, 0.0), (35, 0.2), (50, 0.8), (65, 2.2), (80, 4.5), (100, 5.0)),
        1.6,
        0.4,
        "widows above all; orphans to 22",
    ),
    "gepf_disability": (
        ((30, 0.1), (40, 0.5), (50, 1.2), (59, 2.0), (65, 1.5), (80, 0.8), (100, 0.5)),
        1.0,
        1.0,
        "ill-health discharge before 60, paid for life",
    ),
    "state_pensions_other": (
        ((40, 0.05), (55, 0.5), (65, 1.5), (80, 2.5), (100, 2.5)),
        0.7,
        1.4,
        "former soldiers and retired officials",
    ),
    "private_retirement_funds": (
        ((50, 0.05), (55, 0.4), (60, 0.9), (65, 1.3), (75, 1.2), (100, 1.0)),
        0.75,
        1.35,
        "retirement from 55, more men among past members",
    ),
    "road_accident_fund": (
        ((0, 0.3), (15, 0.6), (22, 1.4), (35, 1.6), (50, 1.0), (65, 0.6), (100, 0.4)),
        0.65,
        1.35,
        "road users of working age, two thirds men",
    ),
    "raf_loss_of_support": (
        ((0, 1.0), (17, 1.6), (22, 0.5), (35, 0.8), (60, 0.5), (80, 0.1)),
        1.4,
        0.6,
        "children and widows",
    ),
}

# Cost per covered person, relative. Medical schemes: peak at 80-84 of 3.29 times the mean
# (R75 811 against R23 060 in 2021, Council for Medical Schemes); the rest of both is assumed.
HEALTH_SCHEMES: Knots = (
    (0, 1.55), (1, 0.60), (5, 0.33), (10, 0.30), (15, 0.40), (20, 0.50), (25, 0.65), (30, 0.80),
    (40, 0.95), (45, 1.05), (50, 1.25), (55, 1.50), (60, 1.85), (65, 2.25), (70, 2.70),
    (75, 3.10), (82, 3.29), (90, 3.10), (100, 2.80),
)  # fmt: skip
HEALTH_PUBLIC: Knots = (
    (0, 1.60), (1, 0.80), (5, 0.45), (10, 0.40), (15, 0.60), (20, 0.85), (25, 1.05), (30, 1.20),
    (40, 1.35), (50, 1.50), (60, 1.80), (70, 2.20), (80, 2.40), (100, 2.40),
)  # fmt: skip
MATERNAL: Knots = ((14, 1.0), (18, 1.35), (25, 1.5), (32, 1.45), (40, 1.1), (45, 1.0))
# Beneficiaries of medical schemes by age, relative; 9.4% are 65 or older, mean age 34.2.
SCHEME_MEMBERS: Knots = (
    (0, 0.85), (5, 1.05), (17, 1.05), (20, 0.85), (25, 0.55), (30, 0.80), (35, 1.15), (45, 1.35),
    (55, 1.30), (65, 1.35), (75, 1.55), (85, 1.65), (100, 1.65),
)  # fmt: skip
DEPENDENCY: Knots = (
    (0, 0.0), (17, 0.0), (18, 0.008), (40, 0.012), (60, 0.04), (70, 0.08), (80, 0.18), (90, 0.36),
    (100, 0.45),
)  # fmt: skip
ILLNESS: Knots = ((15, 0.6), (30, 0.8), (45, 1.1), (60, 1.6), (65, 1.6), (100, 1.6))


def shape(knots: Knots) -> Array:
    """Piecewise-linear shape over ages 0..100, zero outside the knots. Returns float64[age]."""
    ages, values = zip(*knots, strict=True)
    return np.interp(AGES, ages, values, left=0.0, right=0.0)


def scaled(relative: Array, population: Array, total: float, cap: float = 1.0) -> Array:
    """Scale a relative rate to a total of persons; cells at the cap pass the rest on.

    Parameters
    ----------
    relative, population : float64[sex, age]
        Relative rate (1) and persons.
    total : float
        Persons wanted.

    Returns
    -------
    float64[sex, age]
        Rate whose sum over the population is `total`.
    """
    if total > cap * float(population[relative > 0].sum()):
        raise ValueError(f"{total:,.0f} persons exceed those at the ages concerned")
    low, high = 0.0, 1.0
    while float((np.minimum(relative * high, cap) * population).sum()) < total:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        reached = float((np.minimum(relative * middle, cap) * population).sum())
        low, high = (middle, high) if reached < total else (low, middle)
    return np.minimum(relative * high, cap)


def add_schemes(pack: PackBuilder, base: BaseYear) -> None:
    """Add every South African scheme to the pack.

    Parameters
    ----------
    pack : PackBuilder
        Receives sources, instances and parameters.
    base : BaseYear
        Population and labour market of 2024, to which profiles are scaled.
    """
    document = registry()
    for key, entry in document["sources"].items():
        pack.source(key, **entry)
    book = accounts()
    instances: Mapping[str, Mapping[str, Any]] = document["instances"]
    if set(instances) != set(book):
        raise ValueError(f"instances and accounts differ: {sorted(set(instances) ^ set(book))}")
    for name, attributes in instances.items():
        pack.scheme(name, **attributes)
        _financing(pack, name, book[name], attributes)
    _cash_transfers(pack, base, book, instances)
    _social_insurance(pack, base, book)
    _contributions(pack, base, book)
    _health(pack, base)
    _long_term_care(pack, base, book)
    _labour_market_programmes(pack, base, book)


def _known(account: Account) -> tuple[str, str]:
    """Source and flag of a rule of financing that the account's publication shows."""
    if account.flag == "assumed" or account.source in (ASSUMED, PROFILES):
        return ASSUMED, "assumed"
    return account.source, "observed"


def _financing(
    pack: PackBuilder, name: str, account: Account, attributes: Mapping[str, Any]
) -> None:
    """Expenditure, administration, state share, earmarked tax and reserve of one instance."""
    z = f"schemes.{name}."
    expenditure = np.zeros(len(FUNCTIONS))
    expenditure[FUNCTIONS.index(attributes["function"])] = account.benefits * MILLION
    pack.table(
        z + "base_expenditure",
        ("function",),
        expenditure,
        "LCU/year",
        account.source,
        account.flag,
        note=account.note,
    )
    pack.value(
        z + "administration_share",
        account.administration_share,
        "1",
        account.source,
        "estimated" if account.flag == "observed" else account.flag,
        note="Administration / benefits",
    )
    levy = account.earmarked_tax / account.benefits if account.benefits else 0.0
    contributory = bool(attributes.get("contributory"))
    pack.value(
        z + "state_share",
        0.0 if contributory or levy else 1.0,
        "1",
        *_known(account),
        note="Own funds" if contributory or levy else "Paid from general revenue",
    )
    pack.value(
        z + "earmarked_tax_share",
        levy,
        "1",
        account.source if levy else ASSUMED,
        "estimated" if levy else "assumed",
        note=f"Fuel levy / benefits = {levy:.3f}"
        if levy
        else "Rule not used in this scheme: no earmarked tax known",
    )
    pack.value(
        z + "reserve",
        account.reserve * MILLION,
        "LCU",
        account.source if account.reserve else ASSUMED,
        "estimated" if account.reserve else "assumed",
        note="Assets on 31 December 2024"
        if account.reserve
        else "Rule not used in this scheme: no reserve known",
    )
    invested = {"uif": (0.03, 0.60), "compensation": (0.03, 0.60), "medical": (0.02, 0.20)}
    rate, bonds = invested.get(name.split("_")[0], (0.045, 0.35))
    pack.value(
        z + "reserve_return",
        rate if account.reserve else 0.0,
        "1/year",
        ASSUMED,
        "assumed",
        note="Real return: 4.5% for pension funds (half in equities), less for short-term funds",
    )
    pack.value(
        z + "bond_share",
        bonds if account.reserve else 0.0,
        "1",
        ASSUMED,
        "assumed",
        note="Government bonds in the portfolio (Public Investment Corporation mandates)",
    )


# Theta of price indexation: 1 = prices, 0 = wages.
INDEXATION = {
    "gepf_old_age": (0.5, "pensions follow prices (75 to 100% of CPI), new awards follow wages"),
    "gepf_survivors": (0.5, "as the retirement benefits of the fund"),
    "gepf_disability": (0.5, "as the retirement benefits of the fund"),
    "private_retirement_funds": (0.0, "balances follow contributions and so wages"),
    "uif_dependants": (0.0, "share of the deceased's earnings"),
    "road_accident_fund": (0.0, "loss of earnings"),
    "raf_loss_of_support": (0.0, "loss of earnings"),
    "welfare_services_other": (0.3, "mainly wages of social workers"),
    "child_and_family_services": (0.3, "mainly wages of social workers"),
    "early_childhood_subsidy": (1.0, "rate per child and day set by budget"),
    "school_nutrition": (1.0, "food prices"),
    "human_settlements": (0.5, "building costs"),
}
# Elasticity of recipients to the share of adults without formal work.
ELASTICITY = {
    "old_age_grant": (0.2, "income test late in life depends on past more than present jobs"),
    "disability_grant": (0.3, "part of the grant works as unemployment relief"),
    "child_support_grant": (0.6, "income of caregivers"),
    "care_dependency_grant": (0.3, "income of caregivers, generous limit"),
    "social_relief_of_distress": (1.0, "only adults without income qualify"),
}


def _cash_transfers(
    pack: PackBuilder,
    base: BaseYear,
    book: Mapping[str, Account],
    instances: Mapping[str, Mapping[str, Any]],
) -> None:
    """Recipient rates, coverage, amounts and indexation of cash transfers, means-tested or not."""
    population = base.population_midyear
    for name, (knots, women, men, reason) in SHAPES.items():
        z = f"schemes.{name}."
        account = book[name]
        relative = np.outer([women, men], shape(knots))
        pack.table(
            z + "recipient_rate",
            ("sex", "age"),
            scaled(relative, population, account.recipients),
            "1",
            PROFILES,
            "assumed",
            note=f"{account.recipients:,.0f} recipients at mid-2024; shape: {reason}",
        )
        pack.value(
            z + "coverage",
            1.0,
            "1",
            ASSUMED,
            "assumed",
            note="Rule not used in this scheme: the recipient rate is of all residents",
        )
        _amounts(pack, base, name, account)
        theta, why = INDEXATION.get(name, (1.0, "raised with inflation in recent budgets"))
        pack.value(z + "price_indexation_share", theta, "1", ASSUMED, "assumed", note=why)
        if instances[name]["kind"] == "means_tested_benefit":
            elasticity, why = ELASTICITY[name]
            pack.value(z + "income_elasticity", elasticity, "1", ASSUMED, "assumed", note=why)
    for name, source, note in (
        (
            "old_age_grant",
            "zaf_social_assistance_act",
            "Social Assistance Act 13 of 2004 s.10; 60 for men since April 2010",
        ),
        ("gepf_old_age", "zaf_gepf_law", "GEP Law rule 14: normal retirement at 60"),
    ):
        pack.table(
            f"schemes.{name}.pensionable_age",
            ("sex",),
            np.array([60.0, 60.0]),
            "year",
            source,
            "observed",
            note=note,
        )
    _universal_child_benefit(pack)


def _amounts(pack: PackBuilder, base: BaseYear, name: str, account: Account) -> None:
    """Amount per recipient at base-year prices; the statutory amounts of 2025 are a step.

    In 2025 the model raises amounts by the inflation of 2024, so the amounts fixed for 2025 are
    deflated by it.
    """
    path = f"schemes.{name}.benefit_amount"
    if name not in GRANT_AMOUNTS:
        mean = account.benefits * MILLION / account.recipients
        pack.table(
            path,
            ("sex",),
            np.full(2, mean),
            "LCU/year",
            account.source,
            "assumed" if account.flag == "assumed" else "estimated",
            note="Benefits / recipients; equal for women and men for want of data",
        )
        return
    pack.table(
        path,
        ("sex",),
        np.full(2, mean_amount(name, 2024) * 12),
        "LCU/year",
        "zaf_social_assistance_act",
        "estimated",
        note=f"Mean of the monthly amounts of 2024: {_dated(name, 2024)}",
    )
    pack.table(
        path,
        ("sex",),
        np.full(2, mean_amount(name, 2025) * 12 / (1 + base.cpi_inflation)),
        "LCU/year",
        "zaf_budget_review_2025",
        "estimated",
        year=2025,
        note=f"Amounts of 2025 ({_dated(name, 2025)}), at 2024 prices ({base.cpi_inflation:.1%})",
    )


def _dated(name: str, year: int) -> str:
    """The monthly amounts of a year in words."""
    dated = sorted(GRANT_AMOUNTS[name].items())
    before = [a for start, a in dated if start <= (year, 1)][-1]
    parts = [f"R{before:g} in January"]
    parts += [f"R{a:g} from {y}-{m:02d}" for (y, m), a in dated if (year, 1) < (y, m) <= (year, 12)]
    return ", ".join(parts)


def _universal_child_benefit(pack: PackBuilder) -> None:
    """Dormant reform: the food poverty line for every child under 18."""
    z = "schemes.universal_child_benefit."
    line = official()["poverty_line_food"]
    children = np.broadcast_to((AGES < 18).astype(float), (2, AGES.size))
    pack.table(
        z + "recipient_rate",
        ("sex", "age"),
        children,
        "1",
        ASSUMED,
        "assumed",
        note="All children under 18, reform definition",
    )
    pack.value(z + "coverage", 0.0, "1", ASSUMED, "assumed", note="Dormant")
    pack.table(
        z + "benefit_amount",
        ("sex",),
        np.full(2, line * 12),
        "LCU/year",
        "zaf_statssa_poverty_lines",
        "observed",
        note=f"Food poverty line of April 2024, R{line:g} a person and month",
    )
    pack.value(
        z + "price_indexation_share", 1.0, "1", ASSUMED, "assumed", note="poverty lines are prices"
    )


def _social_insurance(pack: PackBuilder, base: BaseYear, book: Mapping[str, Account]) -> None:
    """Rules of unemployment, maternity, sickness and employment-injury insurance."""
    unemployed = base.unemployed.sum(axis=1)
    persons = book["uif_unemployment"].recipients
    pack.value(
        "schemes.uif_unemployment.longest_duration", 1.0, "year", "zaf_uif_2025", "assumed",
        note="365 days of credit at most, Unemployment Insurance Amendment Act 10 of 2016",
    )  # fmt: skip
    pack.table(
        "schemes.uif_unemployment.recipients_per_unemployed",
        ("sex",),
        persons * np.array([0.46, 0.54]) / unemployed,
        "1",
        "zaf_uif_2025",
        "estimated",
        note=f"{persons:,.0f} paid at any time (mean R4 900 a month); split by sex assumed",
    )
    pack.value(
        "schemes.uif_unemployment.replacement_rate",
        0.29,
        "1",
        "zaf_uif_act",
        "estimated",
        note="Mean benefit over the average wage of all employees. Act 63 of 2001 s.12, schedule "
        "3: 38 to 60% of pay up to the ceiling for 238 days, 20% to day 365",
    )
    z = "schemes.uif_maternity."
    births = base.births
    insured = book["uif_maternity"].recipients
    pack.table(
        z + "benefit_weeks",
        ("sex",),
        np.array([17.32, 10 / 7]),
        "week",
        "zaf_uif_act",
        "observed",
        note="Act 63 of 2001: mothers s.24(4) as amended, 17.32 weeks; fathers s.26A, in force "
        "since 1 November 2019, 10 consecutive days",
    )
    pack.value(
        z + "replacement_rate",
        0.66,
        "1",
        "zaf_uif_act",
        "observed",
        note="Act 63 of 2001 s.12(3)(c) as amended by Act 10 of 2016: 66% of earnings; the add-"
        "factor of about 0.7 is the effect of the ceiling",
    )
    fathers = FATHERS_PER_MOTHER * insured
    pack.table(
        z + "insured_share",
        ("sex",),
        np.array([insured, fathers]) / births,
        "1",
        np.array(["zaf_uif_2025", ASSUMED], dtype=object),
        np.array(["estimated", "assumed"], dtype=object),
        note=f"{insured:,.0f} births with benefit of the mother, which gives R28 thousand each; "
        f"{fathers:,.0f} with parental benefit of the father: take-up is small, one for every "
        "twenty mothers assumed",
    )
    z = "schemes.uif_sickness."
    days = 0.24
    pack.table(
        z + "compensated_days",
        ("sex", "age"),
        days * np.outer([1.15, 0.88], shape(ILLNESS)),
        "day/year",
        PROFILES,
        "assumed",
        note="About 0.24 days per formal employee, insured or not: benefits / mean daily benefit "
        "of R195; few claims, as employers pay first",
    )
    pack.value(
        z + "replacement_rate",
        0.45,
        "1",
        "zaf_uif_act",
        "estimated",
        note="Act 63 of 2001 s.12, schedule 3: 38 to 60% of earnings; the add-factor is the effect "
        "of the ceiling",
    )
    formal = base.employment_by_status[:, :, FORMAL].sum(axis=1)
    wage = base.wage_bill[:, :, FORMAL].sum() / formal.sum()
    for name, women in (("compensation_fund", 0.27), ("coida_mutuals", 0.10)):
        z = f"schemes.{name}."
        account = book[name]
        cost = account.benefits * MILLION / account.recipients
        pack.table(
            z + "injury_rate",
            ("sex",),
            account.recipients * np.array([women, 1 - women]) / formal,
            "1",
            ASSUMED,
            "assumed",
            note=f"{account.recipients:,.0f} persons paid in a year, {women:.0%} women, over all "
            "formal employees",
        )
        pack.value(
            z + "replacement_rate",
            float(cost / wage),
            "1",
            "zaf_compensation_fund",
            "assumed",
            note=f"Mean cost of a case of R{cost:,.0f}, medical aid included, over the formal "
            "wage; by law 75% of earnings in total disablement (COIDA s.47, schedule 4)",
        )


def _coverage(base: BaseYear, contributors: Mapping[int, tuple[float, float]]) -> Array:
    """Contributors / employed by sex and status, from contributors (women, men) by status."""
    employed = base.employment_by_status.sum(axis=1)
    rate = np.zeros((2, len(STATUSES)))
    for status, persons in contributors.items():
        rate[:, status] = np.minimum(np.array(persons) / employed[:, status], 0.98)
    return rate


def _contributions(pack: PackBuilder, base: BaseYear, book: Mapping[str, Account]) -> None:
    """Rates, ceilings, coverage and receipts of the contributory schemes."""
    f = official()
    uif = {FORMAL: (3.35e6, 4.15e6), INFORMAL: (0.32e6, 0.18e6)}
    gepf = {
        FORMAL: (
            f["gepf_members"] * GEPF_FEMALE_MEMBERS,
            f["gepf_members"] * (1 - GEPF_FEMALE_MEMBERS),
        )
    }
    funds = {FORMAL: (2.30e6, 3.30e6)}
    injury = {FORMAL: (3.60e6, 4.30e6), INFORMAL: (0.20e6, 0.20e6)}
    mutuals = {FORMAL: (0.12e6, 0.68e6)}
    schemes = {FORMAL: (1.65e6, 2.00e6), FORMAL_SELF: (0.06e6, 0.14e6)}
    uif_note = (
        "Contributions Act 4 of 2002 s.6: 1% employee + 1% employer; this instance takes "
        "{share:.1%} of both, its share of benefits"
    )
    gepf_note = (
        "GEP Law rule 7: 7.5% members, 13% employer (16% uniformed services, about 6% of members); "
        "this instance takes {share:.0%} of both, its share of benefits. The add-factor near 1.5 "
        "is the pay of officials over the average of formal employees"
    )
    rows: list[tuple[str, tuple[float, float, float], str, str, str, Mapping[int, Any], str]] = []
    for branch in ("unemployment", "maternity", "sickness", "dependants"):
        share = f[f"uif_share_{branch}"]
        rates = (0.01 * share, 0.01 * share, 0.0)
        note = uif_note.format(share=share)
        rows.append((f"uif_{branch}", rates, "zaf_uif_act", "estimated", note, uif, "8.0 million"))
    for branch, (share, _) in GEPF_BRANCHES.items():
        rates = (GEPF_EMPLOYER_RATE * share, GEPF_MEMBER_RATE * share, 0.0)
        note = gepf_note.format(share=share)
        rows.append(
            (f"gepf_{branch}", rates, "zaf_gepf_law", "estimated", note, gepf, "1.27 million")
        )
    rows += [
        (
            "private_retirement_funds",
            (0.075, 0.06, 0.0),
            "zaf_fsca",
            "assumed",
            "Typical fund rules: 13 to 15% of pay together",
            funds,
            "5.6 million",
        ),
        (
            "compensation_fund",
            (0.006, 0.0, 0.0),
            "zaf_compensation_fund",
            "estimated",
            "COIDA s.83: assessments by risk class; mean over capped earnings",
            injury,
            "8.3 million",
        ),
        (
            "coida_mutuals",
            (0.025, 0.0, 0.0),
            "zaf_compensation_fund",
            "assumed",
            "Premiums of high-risk industries over capped earnings",
            mutuals,
            "0.8 million",
        ),
        (
            "medical_schemes",
            (0.085, 0.082, 0.10),
            "zaf_cms_2024",
            "assumed",
            "Contributions are flat by option; equivalent share of the earnings of 3.85 million "
            "working principal members. Employers pay half (assumed). The add-factor near 1.8 is "
            "their pay over the average of formal employees",
            schemes,
            "3.85 million working members (of about 4.1 million)",
        ),
    ]
    for name, rates, source, flag, note, contributors, persons in rows:
        z = f"schemes.{name}."
        pack.table(
            z + "contribution_rate", ("payer",), np.array(rates), "1", source, flag, note=note
        )
        pack.table(
            z + "base_contributions",
            ("payer",),
            np.array(book[name].contributions) * MILLION,
            "LCU/year",
            book[name].source,
            "estimated" if book[name].flag == "observed" else book[name].flag,
            note="Receipts of calendar 2024 by payer",
        )
        pack.table(
            z + "coverage_rate",
            ("sex", "status"),
            _coverage(base, contributors),
            "1",
            source,
            "assumed" if flag == "assumed" else "estimated",
            note=f"{persons} contributors; split by sex and status from membership rules",
        )
        pack.value(
            z + "contribution_density",
            1.0,
            "1",
            ASSUMED,
            "assumed",
            note="Mean contributors of the year",
        )
        pack.value(
            z + "compliance_rate", 1.0, "1", ASSUMED, "assumed", note="Coverage counts payers only"
        )
        pack.table(
            z + "earnings_cv",
            ("sex",),
            np.array([1.15, 1.25]),
            "1",
            ASSUMED,
            "assumed",
            note="Formal earnings in South Africa are among the most unequal known",
        )
        by_law = source in ("zaf_uif_act", "zaf_gepf_law")
        pack.value(
            z + "earnings_floor",
            0.0,
            "LCU/year",
            source if by_law else ASSUMED,
            "observed" if by_law else "assumed",
            note="No floor" if by_law else "Rule not used in this scheme: no floor known",
        )
        if name.startswith("uif"):
            pack.value(
                z + "earnings_ceiling",
                212544.0,
                "LCU/year",
                "zaf_uif_act",
                "observed",
                note="R17 712 a month since 1 June 2021 (Contributions Act s.6(2))",
            )
        elif name in ("compensation_fund", "coida_mutuals"):
            _coida_ceiling(pack, z)


def _coida_ceiling(pack: PackBuilder, z: str) -> None:
    """Maximum earnings for assessments, by notice under COIDA s.83(8)."""
    for year, amount, flag, when in (
        (2024, 597328.0, "observed", "1 March 2024"),
        (2025, 633168.0, "estimated", "1 March 2025 (not re-checked)"),
    ):
        pack.value(
            z + "earnings_ceiling",
            amount,
            "LCU/year",
            "zaf_coida",
            flag,
            year=year,
            note=f"COIDA s.83(8), notice with effect from {when}",
        )


def _health(pack: PackBuilder, base: BaseYear) -> None:
    """Cost and coverage profiles of public health and medical schemes."""
    population = base.population_midyear
    members = official()["medical_schemes_beneficiaries"]
    insured = scaled(np.outer([1.04, 0.96], shape(SCHEME_MEMBERS)), population, members)
    maternal = np.maximum(shape(MATERNAL), 1.0)
    technology = {2024: 0.010, 2035: 0.007, 2045: 0.004, 2055: 0.0}
    for name, knots, strength, covered, wages, note in (
        ("public_health", HEALTH_PUBLIC, 1.0, 1.0 - insured, 0.62, "persons without a scheme"),
        (
            "public_health_other",
            HEALTH_PUBLIC,
            1.0,
            1.0 - insured,
            0.62,
            "persons without a scheme",
        ),
        ("medical_schemes", HEALTH_SCHEMES, 0.7, insured, 0.45, "9.17 million beneficiaries"),
    ):
        z = f"schemes.{name}."
        cost = np.tile(shape(knots), (2, 1))
        cost[FEMALE] *= 1.0 + strength * (maternal - 1.0)
        cost[MALE] *= np.where(AGES >= 50, 1.08, 1.0)
        mean = float((cost * covered * population).sum() / (covered * population).sum())
        pack.table(
            z + "cost_profile",
            ("sex", "age"),
            cost / mean,
            "1",
            PROFILES,
            "assumed",
            note="Mean of the covered = 1. "
            + (
                "Peak at 80-84 from the Council for Medical Schemes (3.3 times the mean)"
                if name == "medical_schemes"
                else "Flatter than in medical schemes; HIV, tuberculosis and maternity in mid-life"
            ),
        )
        pack.table(
            z + "covered_share",
            ("sex", "age"),
            covered,
            "1",
            "zaf_cms_2024",
            "estimated",
            note=f"{note}; ages shaped to a mean age near 34 and 9.4% aged 65 and over",
        )
        pack.value(
            z + "wage_share",
            wages,
            "1",
            "zaf_budget_review_2024" if name != "medical_schemes" else ASSUMED,
            "estimated" if name != "medical_schemes" else "assumed",
            note="Compensation of employees in provincial health, about 62%"
            if name != "medical_schemes"
            else "Fees of professionals and hospital staff",
        )
        for year, growth in technology.items():
            pack.value(
                z + "technology_growth",
                growth,
                "1/year",
                ASSUMED,
                "assumed",
                year=year,
                note="1% a year over wages and prices, fading out over 30 years",
            )
        pack.value(
            z + "healthy_ageing_share",
            0.5,
            "1",
            ASSUMED,
            "assumed",
            note="Half of the gains in life expectancy in good health",
        )


def _long_term_care(pack: PackBuilder, base: BaseYear, book: Mapping[str, Account]) -> None:
    """Dependency by age and the share served."""
    z = "schemes.long_term_care_services."
    population = base.population_midyear
    rate = np.outer([1.05, 0.92], shape(DEPENDENCY))
    persons = book["long_term_care_services"].recipients
    pack.table(
        z + "dependency_rate",
        ("sex", "age"),
        rate,
        "1",
        PROFILES,
        "assumed",
        note="Severe difficulty in self-care; level and shape assumed",
    )
    pack.value(
        z + "recipient_share",
        persons / float((rate * population).sum()),
        "1",
        ASSUMED,
        "assumed",
        note=f"{persons:,.0f} persons in subsidised homes and community services",
    )
    pack.value(z + "wage_share", 0.9, "1", ASSUMED, "assumed", note="Care is labour")


def _labour_market_programmes(
    pack: PackBuilder, base: BaseYear, book: Mapping[str, Account]
) -> None:
    """Public works: participants in full-time equivalents per unemployed person."""
    unemployed = base.unemployed.sum(axis=1)
    for name, women, flag, why in (
        ("epwp_cwp", 0.71, "estimated", "71% of work opportunities held by women"),
        ("presidential_employment_initiative", 0.65, "assumed", "share of women assumed"),
    ):
        account = book[name]
        z = f"schemes.{name}."
        pack.table(
            z + "participants_per_unemployed",
            ("sex",),
            account.recipients * np.array([women, 1 - women]) / unemployed,
            "1",
            account.source,
            flag,
            note=f"{account.recipients:,.0f} full-time equivalents; {why}",
        )
        pack.value(
            z + "unit_cost",
            account.benefits * MILLION / account.recipients,
            "LCU/year",
            account.source,
            flag,
            note="Wages and stipends per full-time equivalent",
        )
