"""Formalisation programmes, corridors of migrant workers and unpaid care work for country packs.

The figures of surveys and registers that are used stand here with their source: they are few. What
no source at hand says is assumed, and its note says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.base_year import BaseYear
from socialbudget.builder import PackBuilder
from socialbudget.dims import STATUSES
from socialbudget.modules._shared import INFORMAL_STATUSES

Array = NDArray[np.float64]

METHOD = "satellites_method"
RETRIEVED = "2026-11-24"
NOT_CARRIED = "figures typed in: no file or address of the publication is carried"
SEX_AGE, SEX_STATUS = ("sex", "age"), ("sex", "status")
BY_SEX, ONLY = ("corridor", "sex"), ("corridor",)
ADULT = 15

OCCUPATIONAL = {
    "ZAF": ("gepf_old_age", "gepf_survivors", "gepf_disability"),
    "USA": ("railroad_retirement", "state_local_pensions"),
    "KOR": ("civil_servants_pension", "private_school_pension", "military_pension"),
}
"""Schemes of one occupation, which nobody joins by being moved into formal work."""

TAX_RATE = {
    "ZAF": (0.1, "informal earnings are mostly below the income tax threshold (R95 750 in 2024)"),
    "USA": (0.5, "low earnings bear the lowest rates and are relieved by the standard deduction"),
    "KOR": (0.3, "about a third of wage earners pay no income tax; low earners least"),
}


@dataclass(frozen=True)
class Figures:
    """Unpaid work of a country.

    Attributes
    ----------
    hours, direct, family : (women, men)
        Hours a day per person of 15 and over; share that is care of persons; share of those of 15
        to 64 outside the labour force who are so for family reasons.
    source, note : of the hours.
    direct_note, family_source, family_flag, family_note
    coverage, coverage_note
        Children under 6 in public care.
    wage, wage_flag, wage_note
        Value of an hour over the average hourly wage.
    """

    hours: tuple[float, float]
    direct: tuple[float, float]
    family: tuple[float, float]
    source: str
    note: str
    direct_note: str
    family_source: str
    family_flag: str
    family_note: str
    coverage: float
    coverage_note: str
    wage: float
    wage_source: str
    wage_note: str


CARE = {
    "ZAF": Figures(
        hours=(226 / 60, 96 / 60),
        direct=(33 / 226, 8 / 96),
        family=(0.25, 0.03),
        source="statssa_tus2010",
        note="women 105 minutes a day more than men on household maintenance and 25 more on care "
        "(ages 10 and over, 2010); men's level about 96 minutes",
        direct_note="care of persons of all unpaid work, 2010",
        family_source=METHOD,
        family_flag="assumed",
        family_note="order of size of home-makers among the economically inactive in the quarterly "
        "labour force survey",
        coverage=0.10,
        coverage_note="order of size of children in subsidised early childhood programmes",
        wage=0.18,
        wage_source=METHOD,
        wage_note="national minimum wage, R27.58 an hour from March 2024, over the average hourly "
        "wage of employees",
    ),
    "USA": Figures(
        hours=(3.85, 2.70),
        direct=(0.18, 0.15),
        family=(0.38, 0.07),
        source="bls_atus2024",
        note="household activities: 87% of women for 2.7 hours, 74% of men for 2.3 hours; care of "
        "persons (0.7 and 0.4 hours) and shopping (0.8 and 0.6) added at rounded averages",
        direct_note="care of persons of all unpaid work",
        family_source="bls_reasons2014",
        family_flag="estimated",
        family_note="14.3% of women and 1.2% of men of 25 to 54 gave home responsibilities as the "
        "reason in 2014: over half and a tenth of those outside; less at ages 15 to 24 and 55 to "
        "64",
        coverage=0.15,
        coverage_note="order of size of Head Start, state preschool and subsidised care",
        wage=0.53,
        wage_source=METHOD,
        wage_note="earnings of housekeeping cleaners over the average, about",
    ),
    "KOR": Figures(
        hours=(205 / 60, 64 / 60),
        direct=(0.26, 0.26),
        family=(0.664, 0.029),
        source="kostat_household_production2019",
        note="household work in 2019: women 205, men 64 minutes a day",
        direct_note="family care is about 26% of the value of unpaid household work (2014)",
        family_source="kwdi_inactive2016",
        family_flag="estimated",
        family_note="2016, ages 15 and over: 7 043 of 10 604 thousand women and 161 of 5 564 "
        "thousand men outside the labour force for child care or housework",
        coverage=0.80,
        coverage_note="order of size of children in publicly paid child care and kindergartens",
        wage=0.67,
        wage_source="kostat_household_production2019",
        wage_note="such that the value is about what Statistics Korea finds, a quarter of GDP "
        "(490.9 trillion won, 25.5% in 2019)",
    ),
}

PATTERN_AGES = (15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0)
PATTERN = np.array(
    [
        [0.40, 0.55, 1.15, 1.30, 1.05, 1.05, 1.00, 0.80, 0.40, 0.20],
        [0.40, 0.55, 1.00, 1.20, 1.00, 1.10, 1.25, 1.00, 0.50, 0.25],
    ]
)
"""Unpaid work by age over its mean, women and men: the hump of time-use surveys, rounded."""


@dataclass(frozen=True)
class Corridor:
    """A corridor of migrants into the country; pairs are (women, men)."""

    title: str
    partner: str
    stock: float  # persons of 15 and over
    male: float  # share of men
    employment: tuple[float, float]
    contributors: tuple[float, float]
    net_share: float
    agreement: float = 0.0
    earnings: float = 1.0
    remittances: float = 0.1
    beneficiaries: float = 0.0  # over migrants under agreements
    benefit: float = 0.0  # LCU a year
    note: str = ""
    flags: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """Flag, source and note of parameters that are not assumed."""


def _census(count: int, note: str = "") -> dict[str, tuple[str, str, str]]:
    text = f"{count:,} counted in February 2022".replace(",", " ")
    return {
        "stock": ("estimated", "statssa_census2022", f"{text}; 93% taken to be 15 and over{note}"),
        "employment_rate": (
            "estimated", "yu2022",
            "participation 75%, unemployment 20% of immigrants, more men than women at work",
        ),
    }  # fmt: skip


def _survey(note: str) -> dict[str, tuple[str, str, str]]:
    return {
        "stock": ("estimated", "kostat_immigrants2024", note),
        "employment_rate": ("estimated", "kostat_immigrants2024", note),
        "contributor_share": (
            "estimated", "nps_foreigners2024",
            "foreign contributors to the National Pension in June 2024 over employed",
        ),
    }  # fmt: skip


def _acs(note: str) -> dict[str, tuple[str, str, str]]:
    return {
        "stock": ("estimated", "mpi_acs2023", f"{note}; 96% taken to be 15 and over"),
    }


_SADC: dict[str, Any] = {"employment": (0.50, 0.69), "contributors": (0.25, 0.30), "earnings": 0.5}
_USA: dict[str, Any] = {"employment": (0.54, 0.75)}

CORRIDORS: dict[str, dict[str, Corridor]] = {
    "ZAF": {
        "zimbabwe": Corridor("Zimbabwe to South Africa", "ZWE", 0.93 * 1_012_059, 0.54,
                             net_share=0.42, flags=_census(1_012_059), **_SADC),
        "mozambique": Corridor("Mozambique to South Africa", "MOZ", 0.93 * 416_564, 0.62,
                               net_share=0.17, agreement=0.1, beneficiaries=0.05, benefit=24_000.0,
                               note="Mine labour under the bilateral agreement of 1964",
                               flags=_census(416_564), **_SADC),
        "lesotho": Corridor("Lesotho to South Africa", "LSO", 0.93 * 227_770, 0.52,
                            net_share=0.09, agreement=0.1, beneficiaries=0.05, benefit=24_000.0,
                            note="Mine labour under the bilateral agreement of 1973",
                            flags=_census(227_770), **_SADC),
        "malawi": Corridor("Malawi to South Africa", "MWI", 0.93 * 198_807, 0.65,
                           net_share=0.08, flags=_census(198_807), **_SADC),
        "other_countries": Corridor("Other countries to South Africa", "", 0.93 * 562_997, 0.58,
                                    net_share=0.24, employment=(0.50, 0.69),
                                    contributors=(0.35, 0.40), earnings=0.9, remittances=0.05,
                                    flags=_census(562_997, "; total of 2 418 197 less the above")),
    },
    "KOR": {
        "china": Corridor("China to the Republic of Korea", "CHN", 595_000, 0.52,
                          employment=(0.55, 0.74), contributors=(0.50, 0.50), net_share=0.25,
                          agreement=1.0, earnings=0.75, remittances=0.2, beneficiaries=0.0094,
                          benefit=3_620_000.0,
                          note="Most are of Korean descent; the agreement of 2013 exempts posted "
                          "workers and adds no periods",
                          flags=_survey("employed in May 2024: 341 000 of Korean descent and about "
                                        "46 000 others; some 65% of residents at work")),
        "viet_nam": Corridor("Viet Nam to the Republic of Korea", "VNM", 246_000, 0.50,
                             employment=(0.33, 0.67), contributors=(0.395, 0.395), net_share=0.2,
                             agreement=1.0, earnings=0.7, remittances=0.3,
                             note="Employment permits, marriage and study; agreement in force "
                             "since 2024",
                             flags=_survey("123 000 employed in May 2024; about half of residents "
                                           "at work")),
        "other_countries": Corridor("Other countries to the Republic of Korea", "", 720_000, 0.64,
                                    employment=(0.50, 0.80), contributors=(0.43, 0.43),
                                    net_share=0.55, agreement=0.3, earnings=0.8, remittances=0.3,
                                    beneficiaries=0.0224, benefit=6_800_000.0,
                                    note="Employment permits of 16 sending countries, others",
                                    flags=_survey("residents of 1 561 000 and 1 010 000 employed "
                                                  "in May 2024 less those above")),
    },
    "USA": {
        "mexico": Corridor("Mexico to the United States", "MEX", 0.96 * 10.9e6, 0.52,
                           contributors=(0.70, 0.70), net_share=0.05, earnings=0.7,
                           remittances=0.18,
                           note="An agreement signed in 2004 is not in force",
                           flags=_acs("nearly 11 million in 2023"), **_USA),
        "india": Corridor("India to the United States", "IND", 0.96 * 2.9e6, 0.52,
                          contributors=(0.95, 0.95), net_share=0.15, earnings=1.6,
                          remittances=0.15, note="No agreement",
                          flags=_acs("2.9 million in 2023"), **_USA),
        "china": Corridor("China to the United States", "CHN", 0.96 * 2.2e6, 0.45,
                          contributors=(0.92, 0.92), net_share=0.08, earnings=1.3,
                          remittances=0.1, note="No agreement",
                          flags=_acs("2.2 million in 2023"), **_USA),
        "philippines": Corridor("Philippines to the United States", "PHL", 0.96 * 2.05e6, 0.40,
                                contributors=(0.95, 0.95), net_share=0.05, earnings=1.0,
                                remittances=0.13, note="No agreement",
                                flags=_acs("2.05 million in 2023"), **_USA),
        "other_countries": Corridor("Other countries to the United States", "",
                                    0.96 * 29.75e6, 0.49, contributors=(0.85, 0.85),
                                    net_share=0.67, agreement=0.12, earnings=0.95,
                                    beneficiaries=0.0708, benefit=4_000.0,
                                    note="Agreements with Canada, Korea, most of Europe and others",
                                    flags={
                                        **_acs("47.8 million born abroad less those above"),
                                        "beneficiary_rate": (
                                            "estimated", "ssa_supplement2025",
                                            "242 503 beneficiaries under agreements in 2024",
                                        ),
                                    }, **_USA),
    },
}  # fmt: skip


def add_satellites(pack: PackBuilder, iso3: str, base: BaseYear) -> None:
    """Add what the modules of formalisation, migrants and unpaid care work read.

    Parameters
    ----------
    pack : PackBuilder
        With its schemes.
    iso3 : str
        ZAF, USA or KOR.
    base : BaseYear
    """
    pack.source(
        METHOD,
        publisher="socialbudget",
        title="Formalisation, migrant workers and unpaid care work: assumptions",
        licence="CC0-1.0",
        note="calibration/satellites.py; docs/satellites.md",
    )
    for key, entry in SOURCES[iso3].items():
        note = "; ".join(filter(None, (entry.get("note"), NOT_CARRIED)))
        pack.source(key, **{**entry, "note": note}, retrieved=RETRIEVED)
    _formalisation(pack, iso3, base)
    _corridors(pack, iso3)
    _care(pack, iso3, base)


def _formalisation(pack: PackBuilder, iso3: str, base: BaseYear) -> None:
    for name in OCCUPATIONAL[iso3]:
        pack.describe_scheme(name, occupational=True)
    persons = base.employment_by_status
    mean = (persons * base.gross_wage).sum(axis=1) / np.maximum(persons.sum(axis=1), 1e-9)
    relative = np.ones((2, len(STATUSES)))
    for origin, target in INFORMAL_STATUSES.items():
        relative[:, origin] = np.minimum(mean[:, origin] / mean[:, target], 1.0)
    # Family workers have no pay of their own: they declare what the informal self-employed earn.
    relative[:, 4] = relative[:, 3]
    rate, why = TAX_RATE[iso3]
    add_formalisation(
        pack,
        np.round(relative, 3),
        relative_tax_rate=rate,
        administration_cost=float(np.round(0.02 * base.average_wage, -1 if iso3 != "KOR" else -3)),
        source=METHOD,
        notes={
            "relative_earnings": "informal over formal earnings of the pack: what they earn today, "
            "at most what formal workers earn",
            "relative_tax_rate": why,
            "administration_cost": "2% of an average yearly wage for registration and inspection",
            "retention": "a tenth a year falls back, dies or retires; no source",
        },
    )


def add_formalisation(
    pack: PackBuilder,
    relative_earnings: Array,
    *,
    relative_tax_rate: float,
    administration_cost: float,
    source: str,
    notes: Mapping[str, str] | None = None,
) -> None:
    """No programme, and the parameters of one that a scenario may start.

    Parameters
    ----------
    relative_earnings : array [sex, status], 1
    relative_tax_rate : float, 1
    administration_cost : float, LCU/year
    source : str
    notes : mapping of str to str, optional
        By the name of the parameter.
    """
    said = notes or {}
    pack.table(
        "formalisation.formalisation_rate", SEX_STATUS, np.zeros((2, len(STATUSES))), "1/year",
        source, "assumed", note="no programme; a scenario starts one",
    )  # fmt: skip
    pack.table(
        "formalisation.relative_earnings", SEX_STATUS, relative_earnings, "1", source, "assumed",
        note=said.get("relative_earnings", ""),
    )  # fmt: skip
    for name, value, unit in (
        ("retention", 0.9, "1"),
        ("relative_tax_rate", relative_tax_rate, "1"),
        ("subsidy_rate", 0.0, "1"),
        ("administration_cost", administration_cost, "LCU/year"),
        ("discount_rate", 0.03, "1/year"),
        ("earnings_growth", 0.01, "1/year"),
    ):
        pack.value(f"formalisation.{name}", value, unit, source, "assumed", note=said.get(name, ""))


def _corridors(pack: PackBuilder, iso3: str) -> None:
    corridors = CORRIDORS[iso3]
    for name, c in corridors.items():
        pack.corridor(name, title=c.title, direction="in", partner=c.partner, note=c.note)
    several = list(corridors.values())

    def add(name: str, dims: tuple[str, ...], values: list[object], unit: str = "1") -> None:
        array = np.array(values, dtype=float)
        default = ("assumed", METHOD, "order of size; no source at hand")
        words = [c.flags.get(name, default) for c in several]
        columns = [np.array([w[i] for w in words], dtype=object) for i in range(3)]
        if len(dims) == 2:
            columns = [np.repeat(column[:, None], 2, axis=1) for column in columns]
        flag, source, note = columns
        pack.table(f"migrants.{name}", dims, array, unit, source, flag, note=note)

    add("stock", BY_SEX, [np.round([c.stock * (1 - c.male), c.stock * c.male]) for c in several],
        "person")  # fmt: skip
    add("employment_rate", BY_SEX, [c.employment for c in several])
    add("contributor_share", BY_SEX, [c.contributors for c in several])
    add("net_flow_share", ONLY, [c.net_share for c in several])
    add("replacement_share", ONLY, [0.0 for _ in several])
    add("agreement_coverage", ONLY, [c.agreement for c in several])
    add("relative_earnings", ONLY, [c.earnings for c in several])
    add("remittance_rate", ONLY, [c.remittances for c in several])
    add("beneficiary_rate", ONLY, [c.beneficiaries for c in several])
    add("exported_benefit", ONLY, [c.benefit for c in several], "LCU/year")


def _care(pack: PackBuilder, iso3: str, base: BaseYear) -> None:
    f = CARE[iso3]
    people = base.population_midyear
    ages = np.arange(people.shape[1], dtype=float)
    pattern = np.stack([np.interp(ages, PATTERN_AGES, row) for row in PATTERN])
    pattern[:, :ADULT] = 0.0
    mean = (pattern * people).sum(axis=1) / people[:, ADULT:].sum(axis=1)
    hours = pattern / mean[:, None] * np.array(f.hours)[:, None]
    pack.table(
        "care_work.hours_per_day", SEX_AGE, np.round(hours, 4), "hour/day", f.source, "estimated",
        note=f"{f.note}; pattern by age assumed",
    )  # fmt: skip
    pack.table(
        "care_work.direct_care_share", ("sex",), np.round(f.direct, 4), "1", f.source, "estimated",
        note=f.direct_note,
    )  # fmt: skip
    pack.table(
        "care_work.family_reason_share", ("sex",), np.array(f.family), "1", f.family_source,
        f.family_flag, note=f.family_note,
    )  # fmt: skip
    pack.value("care.child_care_coverage", f.coverage, "1", METHOD, "assumed", note=f.coverage_note)
    pack.value(
        "care_work.wage_share", f.wage, "1", f.wage_source,
        "assumed" if f.wage_source == METHOD else "estimated", note=f.wage_note,
    )  # fmt: skip
    add_care_assumptions(pack, METHOD)


def add_care_assumptions(pack: PackBuilder, source: str) -> None:
    """What is assumed of unpaid work in every country."""
    for name, value, unit, note in (
        ("care_place_relief", 0.3, "1", "a place of some 40 hours a week, of the hours in which a "
         "young child is looked after"),
        ("school_child_weight", 0.4, "1", "order of size in time-use surveys"),
        ("older_person_weight", 0.3, "1", "about a third of those of 80 and over need help"),
        ("full_time_hours", 40.0, "hour/week", "as in ILO (2018), Care work and care jobs"),
        ("family_reason_elasticity", 1.0, "1", "proportional; no estimate, and nothing in the "
         "model answers to it"),
    ):  # fmt: skip
        pack.value(f"care_work.{name}", value, unit, source, "assumed", note=note)


PUBLIC = "free use with citation"
SOURCES: dict[str, dict[str, dict[str, str]]] = {
    "ZAF": {
        "statssa_census2022": {
            "publisher": "Statistics South Africa",
            "title": "Census 2022: population born abroad by country of birth",
            "edition": "2023",
            "licence": PUBLIC,
            "note": "as reported on the day of release, 10 October 2023",
        },
        "yu2022": {
            "publisher": "African Human Mobility Review 8(2)",
            "title": "D. Yu: The impact of international migration on skills supply and demand in "
            "South Africa",
            "edition": "2022",
            "licence": "CC BY",
        },
        "statssa_tus2010": {
            "publisher": "Statistics South Africa",
            "title": "A survey of time use, 2010",
            "edition": "2013",
            "licence": PUBLIC,
            "note": "differences between women and men as reported on release, 28 August 2013",
        },
    },
    "KOR": {
        "kostat_immigrants2024": {
            "publisher": "Statistics Korea",
            "title": "2024 Survey on immigrants' living conditions and labour force",
            "edition": "December 2024",
            "licence": PUBLIC,
            "note": "as reported on release, 17 December 2024",
        },
        "nps_foreigners2024": {
            "publisher": "National Pension Service",
            "title": "Foreign contributors and pensioners by nationality, June 2024",
            "edition": "2024",
            "licence": PUBLIC,
            "note": "submitted to the National Assembly; as reported in October 2024: 455 839 "
            "contributors, 42.6% Chinese; 48 590 Vietnamese",
        },
        "kostat_household_production2019": {
            "publisher": "Statistics Korea",
            "title": "Household production satellite account 2019",
            "edition": "2021",
            "licence": PUBLIC,
            "note": "as reported on release, June 2021",
        },
        "kwdi_inactive2016": {
            "publisher": "Korean Women's Development Institute",
            "title": "Gender statistics: economically inactive population by reason, 2016",
            "edition": "2018",
            "licence": PUBLIC,
            "note": "from the Economically Active Population Survey of Statistics Korea",
        },
    },
    "USA": {
        "mpi_acs2023": {
            "publisher": "Migration Policy Institute",
            "title": "Immigrants by country of birth, from the American Community Survey 2023",
            "edition": "2024",
            "licence": PUBLIC,
        },
        "ssa_supplement2025": {
            "publisher": "United States, Social Security Administration",
            "title": "Annual Statistical Supplement 2025, table 5.M1",
            "edition": "2025",
            "licence": "public domain",
        },
        "bls_atus2024": {
            "publisher": "United States, Bureau of Labor Statistics",
            "title": "American Time Use Survey, 2024 results",
            "edition": "June 2025",
            "licence": "public domain",
        },
        "bls_reasons2014": {
            "publisher": "United States, Bureau of Labor Statistics",
            "title": "People who are not in the labor force: why aren't they working?",
            "edition": "2015",
            "licence": "public domain",
        },
    },
}
"""Sources by country."""
