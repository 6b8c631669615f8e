"""Pack ZZZ, "Synthetic land": a stationary country in which every number has a closed form.

Mortality is constant in three pieces, births replace deaths, nobody migrates, output per head does
not grow and prices rise at one rate. Every kind of scheme is there once, in its steady state, so
that a run changes nothing but prices. Tests read off the constants below what the model must
give; teaching can do the same on paper.

The infant death rate is the one at which the rules of both sexes for the first year of life
agree. With it the model treats women and men alike, and exchanging their data must exchange
their results.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.channels import add_channels
from calibration.economic_activity import add_synthetic_activity
from calibration.employment_structure import add_synthetic_structure
from calibration.fiscal import add_fiscal
from calibration.labour_flows import add_synthetic_flows
from calibration.labour_supply import add_responses
from calibration.macro_links import add_neutral_links
from calibration.satellites import add_care_assumptions, add_formalisation
from calibration.uncertainty import add_neutral_parameters
from socialbudget.builder import PackBuilder
from socialbudget.dims import FUNCTIONS, STANDARD
from socialbudget.participation_engines import DAMPING

Array = NDArray[np.float64]

ISO3, NAME, CURRENCY = "ZZZ", "Synthetic land", "ZZD"
BASE_YEAR = 2024
SOURCE = "synthetic"
AGES = np.arange(101)
SEX_AGE = ("sex", "age")

# --- population ------------------------------------------------------------------------------
BIRTHS = np.array([62_500.0, 65_000.0])
INFANT_DEATH_RATE = 0.10262 / 5.87634
INFANT_YEARS = 0.04667 + 3.88089 * INFANT_DEATH_RATE  # lived in the year of death
ADULT_DEATH_RATE = np.array([0.002, 0.003])  # ages 1 to 59
OLD_DEATH_RATE = np.array([0.045, 0.055])  # ages 60 and over
OLD = 60
FERTILE = slice(20, 40)

# --- labour ----------------------------------------------------------------------------------
ENTRY, EXIT = 20, 65
PARTICIPATION = np.array([0.60, 0.80])
UNEMPLOYMENT = np.array([0.08, 0.06])
SEPARATION = 0.10  # of the employed a year
STATUS_SHARE = np.array([[0.55, 0.20, 0.05, 0.15, 0.05], [0.65, 0.15, 0.08, 0.10, 0.02]])
RELATIVE_EARNINGS = np.array([[0.85, 0.45, 0.90, 0.40, 0.10], [1.00, 0.50, 1.10, 0.50, 0.10]])

# --- economy, shares of GDP ------------------------------------------------------------------
GDP = 1e12
INFLATION = 0.03
REAL_INTEREST = 0.02
LABOUR_SHARE = 0.6
CAPITAL_OUTPUT_RATIO = 3.0
DEPRECIATION = 0.05
GOVERNMENT_CONSUMPTION, EXPORTS, IMPORTS = 0.18, 0.30, 0.30
TAXES = {
    "income_tax": 0.13,
    "corporate_tax": 0.03,
    "consumption_tax": 0.07,
    "import_tax": 0.005,
    "other_tax": 0.01,
}
NON_TAX, SUBSIDIES, PUBLIC_INVESTMENT = 0.01, 0.005, 0.03
DEBT = 0.6
FOREIGN_DEBT_SHARE = 0.3
FOREIGN_CURRENCY_SHARE = 0.2
DWELLINGS = 0.2  # of capital formation other than the government's
SURPLUS_SHARE = 0.6
REMITTANCES = 0.01

# --- schemes ---------------------------------------------------------------------------------
PENSION_ACCRUAL = 0.0125
PENSION_RESERVE_YEARS = 3.0  # reserve over expenditure
PENSION_RETURN, PENSION_ADMINISTRATION, PENSION_BONDS = 0.02, 0.02, 0.5
SICKNESS_DAYS, SICKNESS_REPLACEMENT = np.array([8.0, 6.0]), 0.7
SICKNESS_RATE, SICKNESS_CV = 0.02, 0.5
SICKNESS_FLOOR, SICKNESS_CEILING = 0.4, 1.5  # of men's formal wage
SICKNESS_RETURN, SICKNESS_ADMINISTRATION = 0.01, 0.05
SICKNESS_TO_MATERNITY = 0.10
INSURED_UNEMPLOYED, UNEMPLOYMENT_REPLACEMENT = np.array([0.30, 0.40]), 0.45
UNEMPLOYMENT_RATE, UNEMPLOYMENT_ADMINISTRATION = 0.005, 0.05  # of each, employer and employee
PARTICIPANTS, PROGRAMME_COST = np.array([0.10, 0.12]), 0.3  # cost over the average wage
INJURY_RATE, INJURY_REPLACEMENT = np.array([0.010, 0.015]), 0.4
INJURY_CONTRIBUTION, INJURY_RETURN, INJURY_ADMINISTRATION = 0.008, 0.0, 0.10
GRANT_RATE, GRANT_AMOUNT = np.array([0.30, 0.20]), 0.20
DISABLED, DISABILITY_AMOUNT, DISABILITY_ELASTICITY = np.array([0.020, 0.025]), 0.25, 0.5
CHILD_AMOUNT = 0.05
MATERNITY_SHARE, MATERNITY_WEEKS, MATERNITY_REPLACEMENT = 0.5, 14.0, 0.8
HEALTH, HEALTH_COVERED = 0.04, 0.9
CARE, CARE_AGE, CARE_DEPENDENCY, CARE_SHARE = 0.005, 75, np.array([0.25, 0.20]), 0.25
PRIVATE_RATE, PRIVATE_AMOUNT, PRIVATE_ADMINISTRATION = np.array([0.10, 0.15]), 0.3, 0.05
STATE_ADMINISTRATION = 0.03

# --- satellites ------------------------------------------------------------------------------
FORMALISED_EARNINGS, FORMALISED_TAX, MOVING_COST = 0.5, 0.5, 0.05  # cost over the average wage
CORRIDORS = {"northland": "in", "southland": "out"}
MIGRANTS = np.array([[20_000.0, 30_000.0], [10_000.0, 15_000.0]])
MIGRANTS_EMPLOYED = np.array([[0.5, 0.8], [0.6, 0.8]])
MIGRANTS_CONTRIBUTING = np.array([[0.4, 0.5], [0.1, 0.1]])
AGREEMENT, BENEFICIARIES, EXPORTED = np.array([0.5, 0.2]), 0.1, 0.2  # benefit over the wage
MIGRANT_EARNINGS, REMITTANCE_RATE = np.array([0.8, 1.5]), np.array([0.2, 0.3])
UNPAID_HOURS = np.array([4.0, 2.0])  # a day, ages 15 and over
DIRECT_CARE, FAMILY_REASON = np.array([0.25, 0.20]), np.array([0.45, 0.05])
CARE_COVERAGE, CARE_WAGE = 0.3, 0.5

# --- living standards: a lognormal, so that its published figures have no misfit ---------------
SIGMA = 0.6
SURVEY_MEAN = 0.85  # mean welfare over private consumption per head
PPP_FACTOR, EXCHANGE_RATE = 10.0, 20.0
NATIONAL_LINE = 0.5  # of mean welfare
COVERAGE = {"health_care": 0.7, "old_age": 0.6, "family": 0.2, "maternity": 0.4,
            "disability": 0.5, "unemployment": 0.3, "social_assistance": 0.25}  # fmt: skip
SEVERE_DISABILITY = 0.02

INSTANCES: dict[str, dict[str, object]] = {
    "old_age_pension": {
        "kind": "earnings_related_pension",
        "title": "Old-age pension insurance",
        "function": "old_age",
        "contributory": True,
        "deficit_rule": "reserve",
        "since": 1930,
        "population_group": "Formal employees",
    },
    "sickness_fund": {
        "kind": "sickness_benefit",
        "title": "Sickness fund",
        "function": "sickness",
        "contributory": True,
        "has_ceiling": True,
        "deficit_rule": "reserve",
        "since": 1950,
        "population_group": "Formal employees",
    },
    "unemployment_insurance": {
        "kind": "unemployment_insurance",
        "title": "Unemployment insurance",
        "function": "unemployment",
        "contributory": True,
        "since": 1960,
        "population_group": "Formal employees who lost their job",
    },
    "work_injury": {
        "kind": "employment_injury",
        "title": "Employment injury insurance",
        "function": "employment_injury",
        "contributory": True,
        "deficit_rule": "reserve",
        "since": 1925,
        "population_group": "Formal employees",
    },
    "maternity_benefit": {
        "kind": "maternity_benefit",
        "title": "Maternity benefit",
        "function": "maternity",
        "since": 1970,
        "population_group": "Insured mothers",
    },
    "old_age_grant": {
        "kind": "cash_transfer",
        "title": "Old-age grant",
        "function": "old_age",
        "age_tested": True,
        "since": 1990,
        "population_group": "Residents aged 65 and over without a pension",
    },
    "disability_grant": {
        "kind": "means_tested_benefit",
        "title": "Disability grant",
        "function": "disability",
        "means_tested": True,
        "since": 1990,
        "population_group": "Poor residents of working age with a disability",
    },
    "universal_child_benefit": {
        "kind": "cash_transfer",
        "title": "Universal child benefit",
        "function": "family",
        "since": 2024,
        "population_group": "Children under 18",
    },
    "training_programme": {
        "kind": "labour_market_programme",
        "title": "Training programme",
        "function": "unemployment",
        "since": 2000,
        "population_group": "Unemployed persons",
    },
    "health_service": {
        "kind": "health_care",
        "title": "Health service",
        "function": "health_care",
        "benefit_type": "kind",
        "since": 1948,
        "population_group": "Residents",
    },
    "care_service": {
        "kind": "long_term_care",
        "title": "Care service",
        "function": "long_term_care",
        "benefit_type": "kind",
        "since": 2005,
        "population_group": "Residents in need of care",
    },
    "private_pension": {
        "kind": "cash_transfer",
        "title": "Private pensions",
        "function": "old_age",
        "sector": "private",
        "since": 1980,
        "population_group": "Policy holders",
    },
}
"""Attributes of the scheme instances."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Levels of the base year, from the constants above alone.

    Attributes
    ----------
    population : ndarray [sex, age], person
        Stationary, so the stock of any day.
    employment, contributors_per_head : ndarray [sex], person and 1
    wage : ndarray [sex, status], LCU/year
        Gross, per worker.
    average_wage : float, LCU/year
    formal_bill : ndarray [sex], LCU/year
        Gross wages of formal employees.
    employer_rate : float, 1
    pension_rate : float, 1
        Contribution rate of both payers that keeps the real reserve.
    recipients : dict of str to ndarray [sex], person
    benefits : dict of str to ndarray [sex], LCU/year
    contributions : dict of str to ndarray [payer], LCU/year
    """

    population: Array
    employment: Array
    unemployed: Array
    contributors_per_head: Array
    wage: Array
    average_wage: float
    formal_bill: Array
    employer_rate: float
    pension_rate: float
    recipients: dict[str, Array]
    benefits: dict[str, Array]
    contributions: dict[str, Array]


def survivors() -> Array:
    """Person-years lived at each age by one birth, ``L(x)``, array [sex, age] (year)."""
    q0 = INFANT_DEATH_RATE / (1.0 + (1.0 - INFANT_YEARS) * INFANT_DEATH_RATE)
    q1 = ADULT_DEATH_RATE / (1.0 + 0.5 * ADULT_DEATH_RATE)
    q2 = OLD_DEATH_RATE / (1.0 + 0.5 * OLD_DEATH_RATE)
    lived = np.empty((2, 101))
    lived[:, 0] = 1.0 - (1.0 - INFANT_YEARS) * q0
    for s in range(2):
        adult, old = AGES[1:OLD], AGES[OLD:100]
        at_old = (1.0 - q0) * (1.0 - q1[s]) ** (OLD - 1)
        lived[s, adult] = (1.0 - q0) * (1.0 - q1[s]) ** (adult - 1) * (1.0 - 0.5 * q1[s])
        lived[s, old] = at_old * (1.0 - q2[s]) ** (old - OLD) * (1.0 - 0.5 * q2[s])
        lived[s, 100] = at_old * (1.0 - q2[s]) ** (100 - OLD) / OLD_DEATH_RATE[s]
    return lived


def catchment_factor(wage: float, cv: float, floor: float, ceiling: float) -> float:
    """Share of lognormal wages between floor and ceiling, the floor paid by those below it."""
    sigma = math.sqrt(math.log1p(cv * cv))
    mu = math.log(wage) - 0.5 * sigma**2

    def below(x: float) -> float:
        return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))

    low, high = (math.log(floor) - mu) / sigma, (math.log(ceiling) - mu) / sigma
    between = below(high - sigma) - below(low - sigma)
    return (floor * below(low) + ceiling * (1.0 - below(high))) / wage + between


def base_year() -> Synthetic:
    """The base year in closed form."""
    population = BIRTHS[:, None] * survivors()
    working_age = population[:, ENTRY:EXIT].sum(axis=1)
    force = PARTICIPATION * working_age
    unemployed = UNEMPLOYMENT * force
    employment = force - unemployed
    persons = employment[:, None] * STATUS_SHARE
    formal = persons[:, 0]
    per_head = PARTICIPATION * (1.0 - UNEMPLOYMENT) * STATUS_SHARE[:, 0]

    indirect = TAXES["consumption_tax"] + TAXES["import_tax"] + TAXES["other_tax"]
    income = LABOUR_SHARE * GDP * (1.0 - indirect + SUBSIDIES)
    per_unit = income / (persons * RELATIVE_EARNINGS).sum()
    retired = per_head * population[:, EXIT:].sum(axis=1)
    service = EXIT - ENTRY
    # Wages cancel: pensions and contributions are shares of the same wages.
    weight = RELATIVE_EARNINGS[:, 0]
    cost_rate = PENSION_ACCRUAL * service * (retired @ weight) / (formal @ weight)
    pension_rate = (
        cost_rate * (1.0 + PENSION_ADMINISTRATION) * (1.0 - PENSION_RETURN * PENSION_RESERVE_YEARS)
    )
    employer_rate = 0.5 * pension_rate + UNEMPLOYMENT_RATE + INJURY_CONTRIBUTION
    wage = per_unit * RELATIVE_EARNINGS
    wage[:, 0] /= 1.0 + employer_rate
    employees = persons[:, :2]
    average = float((employees * wage[:, :2]).sum() / employees.sum())
    bill = formal * wage[:, 0]

    old, adults = population[:, EXIT:].sum(axis=1), working_age
    care_age = population[:, CARE_AGE:].sum(axis=1)
    births = np.array([BIRTHS.sum(), 0.0])
    recipients = {
        "old_age_pension": retired,
        "sickness_fund": formal * SICKNESS_DAYS / 365.0,
        "unemployment_insurance": unemployed * INSURED_UNEMPLOYED,
        "work_injury": formal * INJURY_RATE,
        "maternity_benefit": births * MATERNITY_SHARE * MATERNITY_WEEKS / 52.0,
        "old_age_grant": GRANT_RATE * old,
        "disability_grant": DISABLED * adults,
        "universal_child_benefit": np.zeros(2),
        "training_programme": unemployed * PARTICIPANTS,
        "health_service": HEALTH_COVERED * population.sum(axis=1),
        "care_service": CARE_DEPENDENCY * CARE_SHARE * care_age,
        "private_pension": PRIVATE_RATE * old,
    }
    volume = HEALTH_COVERED * (population * cost_profile()).sum(axis=1)
    care = recipients["care_service"]
    amounts: dict[str, Array | float] = {
        "old_age_pension": PENSION_ACCRUAL * service * wage[:, 0],
        "sickness_fund": SICKNESS_REPLACEMENT * wage[:, 0],
        "unemployment_insurance": UNEMPLOYMENT_REPLACEMENT * average,
        "work_injury": INJURY_REPLACEMENT * wage[:, 0],
        "maternity_benefit": MATERNITY_REPLACEMENT * wage[0, 0],
        "old_age_grant": GRANT_AMOUNT * average,
        "disability_grant": DISABILITY_AMOUNT * average,
        "universal_child_benefit": CHILD_AMOUNT * average,
        "training_programme": PROGRAMME_COST * average,
        "health_service": HEALTH * GDP / volume.sum() * volume / recipients["health_service"],
        "care_service": CARE * GDP / care.sum(),
        "private_pension": PRIVATE_AMOUNT * average,
    }
    benefits = {z: np.asarray(recipients[z] * amounts[z]) for z in recipients}
    caught = sum(
        bill[s]
        * catchment_factor(
            wage[s, 0], SICKNESS_CV, SICKNESS_FLOOR * wage[1, 0], SICKNESS_CEILING * wage[1, 0]
        )
        for s in range(2)
    )
    rates = {
        "old_age_pension": (0.5 * pension_rate, 0.5 * pension_rate, 0.0),
        "sickness_fund": (0.0, SICKNESS_RATE, 0.0),
        "unemployment_insurance": (UNEMPLOYMENT_RATE, UNEMPLOYMENT_RATE, 0.0),
        "work_injury": (INJURY_CONTRIBUTION, 0.0, 0.0),
    }
    contributions = {
        z: np.array(r) * (caught if z == "sickness_fund" else bill.sum()) for z, r in rates.items()
    }
    return Synthetic(
        population, employment, unemployed, per_head, wage, average, bill, employer_rate,
        pension_rate, recipients, benefits, contributions,
    )  # fmt: skip


def cost_profile() -> Array:
    """Relative cost of health care by sex and age, array [sex, age] (1)."""
    return np.array([1.1, 1.0])[:, None] * (1.0 + AGES / 50.0)


def mean_welfare(base: Synthetic) -> float:
    """Mean welfare per head (LCU/year)."""
    investment = DEPRECIATION * CAPITAL_OUTPUT_RATIO
    consumption = (1.0 - GOVERNMENT_CONSUMPTION - investment - EXPORTS + IMPORTS) * GDP
    return SURVEY_MEAN * consumption / float(base.population.sum())


def gini() -> float:
    """Gini of the lognormal: ``2 Phi(sigma / sqrt 2) - 1 = erf(sigma / 2)``."""
    return math.erf(SIGMA / 2.0)


def headcounts(base: Synthetic) -> Array:
    """Share of the population below each poverty line, array [poverty_line] (1)."""
    mean = mean_welfare(base)
    yearly = 365.0 * PPP_FACTOR
    lines = (3.0 * yearly, 4.2 * yearly, 8.3 * yearly, NATIONAL_LINE * mean)
    score = [(math.log(z / mean) + SIGMA**2 / 2.0) / SIGMA for z in lines]
    return np.array([0.5 * (1.0 + math.erf(s / math.sqrt(2.0))) for s in score])


def administration_share(z: str) -> float:
    """Administration over benefits of a scheme."""
    return {
        "old_age_pension": PENSION_ADMINISTRATION,
        "sickness_fund": SICKNESS_ADMINISTRATION,
        "unemployment_insurance": UNEMPLOYMENT_ADMINISTRATION,
        "work_injury": INJURY_ADMINISTRATION,
        "private_pension": PRIVATE_ADMINISTRATION,
    }.get(z, STATE_ADMINISTRATION)


def reserves(base: Synthetic) -> dict[str, float]:
    """Reserves on 31 December of the base year (LCU)."""
    out = dict.fromkeys(INSTANCES, 0.0)
    for z, years in (
        ("old_age_pension", PENSION_RESERVE_YEARS),
        ("sickness_fund", 1.0),
        ("work_injury", 0.5),
    ):
        out[z] = years * float(base.benefits[z].sum()) * (1.0 + administration_share(z))
    return out


def real_return(z: str) -> float:
    """Real return on a scheme's reserve (1/year)."""
    return {
        "old_age_pension": PENSION_RETURN,
        "sickness_fund": SICKNESS_RETURN,
        "work_injury": INJURY_RETURN,
    }.get(z, 0.0)


def nominal_return(z: str) -> float:
    """Nominal return on a scheme's reserve (1/year)."""
    return (1.0 + real_return(z)) * (1.0 + INFLATION) - 1.0


def opening_reserves(base: Synthetic) -> dict[str, float]:
    """Reserves at the start of the base year: those that roll forward to the closing ones."""
    closing = reserves(base)
    out = dict.fromkeys(INSTANCES, 0.0)
    for z, scheme in INSTANCES.items():
        if scheme.get("deficit_rule") == "reserve":
            flow = float(base.contributions[z].sum()) - expenditure(base, z)
            out[z] = (closing[z] - flow) / (1.0 + nominal_return(z))
    return out


def expenditure(base: Synthetic, z: str) -> float:
    """Benefits, administration and transfers of a scheme (LCU/year)."""
    transfer = SICKNESS_TO_MATERNITY if z == "sickness_fund" else 0.0
    return float(base.benefits[z].sum()) * (1.0 + administration_share(z) + transfer)


def build(folder: Path, version: str) -> Path:
    """Write the pack."""
    pack = PackBuilder(
        ISO3, NAME, version=version, base_year=BASE_YEAR, currency=CURRENCY, level=2,
        status="synthetic",
    )  # fmt: skip
    pack.source(
        SOURCE,
        publisher="socialbudget",
        title="Synthetic land: closed forms",
        edition=version,
        licence="CC0-1.0",
        note="No country: stationary population and economy, computed in calibration/synthetic.py.",
    )
    base = base_year()
    _add_demography(pack, base)
    _add_labour(pack, base)
    persons = base.employment[:, None] * STATUS_SHARE
    formal = float(persons[:, [0, 2]].sum() / persons.sum())
    add_synthetic_activity(pack, SOURCE, formal)
    add_synthetic_structure(pack, SOURCE)
    add_synthetic_flows(pack, SOURCE, labour_stocks(base), STATUS_SHARE, SEPARATION)
    _add_economy(pack, base)
    _add_schemes(pack, base)
    _add_satellites(pack, base)
    add_channels(pack, SOURCE)
    add_fiscal(pack)
    _add_rapid_inputs(pack, base)
    pack.write(folder / ISO3)
    return folder / ISO3


def _add_satellites(pack: PackBuilder, base: Synthetic) -> None:
    """Formalisation, two corridors whose dead are replaced, and unpaid care work."""
    add_formalisation(
        pack,
        np.full((2, 5), FORMALISED_EARNINGS),
        relative_tax_rate=FORMALISED_TAX,
        administration_cost=MOVING_COST * base.average_wage,
        source=SOURCE,
    )
    for name, direction in CORRIDORS.items():
        title = f"{name.capitalize()}: {direction}"
        pack.corridor(name, title=title, direction=direction, partner="", note="")
    for name, values, unit in (
        ("stock", MIGRANTS, "person"),
        ("employment_rate", MIGRANTS_EMPLOYED, "1"),
        ("contributor_share", MIGRANTS_CONTRIBUTING, "1"),
        ("net_flow_share", np.array([0.1, 0.1]), "1"),
        ("replacement_share", np.ones(2), "1"),
        ("agreement_coverage", AGREEMENT, "1"),
        ("relative_earnings", MIGRANT_EARNINGS, "1"),
        ("remittance_rate", REMITTANCE_RATE, "1"),
        ("beneficiary_rate", np.full(2, BENEFICIARIES), "1"),
        ("exported_benefit", np.full(2, EXPORTED * base.average_wage), "LCU/year"),
    ):
        dims = ("corridor", "sex")[: np.ndim(values)]
        pack.table(f"migrants.{name}", dims, values, unit, SOURCE, "assumed")
    hours = UNPAID_HOURS[:, None] * (AGES >= 15)
    pack.table("care_work.hours_per_day", SEX_AGE, hours, "hour/day", SOURCE, "assumed")
    pack.table("care_work.direct_care_share", ("sex",), DIRECT_CARE, "1", SOURCE, "assumed")
    pack.table("care_work.family_reason_share", ("sex",), FAMILY_REASON, "1", SOURCE, "assumed")
    pack.value("care.child_care_coverage", CARE_COVERAGE, "1", SOURCE, "assumed")
    pack.value("care_work.wage_share", CARE_WAGE, "1", SOURCE, "assumed")
    add_care_assumptions(pack, SOURCE)


def _add_rapid_inputs(pack: PackBuilder, base: Synthetic) -> None:
    """What the rapid assessment reads beside the accounts."""
    _scalars(
        pack,
        "living_standards",
        {
            "gini": (gini(), "1"),
            "survey_year": (float(BASE_YEAR), "year"),
            "private_growth": (0.0, "1"),
            "ppp_factor": (PPP_FACTOR, "LCU"),
            "exchange_rate": (EXCHANGE_RATE, "LCU"),
        },
    )
    pack.table(
        "living_standards.headcount", ("poverty_line",), headcounts(base), "1", SOURCE, "assumed"
    )
    pack.table(
        "protection.coverage", ("function",), [COVERAGE.get(f, 0.0) for f in FUNCTIONS], "1",
        SOURCE, "assumed",
    )  # fmt: skip
    pack.table(
        "demography.disability_prevalence", SEX_AGE, np.full((2, 101), SEVERE_DISABILITY), "1",
        SOURCE, "assumed",
    )  # fmt: skip
    pack.value("labour_market.base_average_wage", base.average_wage, "LCU/year", SOURCE, "assumed")
    pack.value("government.health_expenditure", HEALTH * GDP, "LCU/year", SOURCE, "assumed")


def labour_stocks(base: Synthetic) -> Array:
    """Employed, unemployed and inactive aged 15 and over, array [sex, 3] (person)."""
    adults = base.population[:, 15:].sum(axis=1)
    inactive = adults - base.employment - base.unemployed
    return np.stack([base.employment, base.unemployed, inactive], axis=1)


def _scalars(pack: PackBuilder, prefix: str, values: dict[str, tuple[float, str]]) -> None:
    for name, (value, unit) in values.items():
        pack.value(f"{prefix}.{name}", value, unit, SOURCE, "assumed")


def _add_demography(pack: PackBuilder, base: Synthetic) -> None:
    rate = np.empty((2, 101))
    rate[:, 0] = INFANT_DEATH_RATE
    rate[:, 1:OLD] = ADULT_DEATH_RATE[:, None]
    rate[:, OLD:] = OLD_DEATH_RATE[:, None]
    fertility = np.zeros(101)
    fertility[FERTILE] = BIRTHS.sum() / base.population[0, FERTILE].sum()
    pack.table("demography.population", SEX_AGE, base.population, "person", SOURCE, "assumed")
    pack.table("demography.death_rate", SEX_AGE, rate, "1/year", SOURCE, "assumed")
    pack.table("demography.fertility_rate", ("age",), fertility, "1/year", SOURCE, "assumed")
    pack.value("demography.sex_ratio_at_birth", BIRTHS[1] / BIRTHS[0], "1", SOURCE, "assumed")
    pack.table(
        "demography.net_migration", SEX_AGE, np.zeros((2, 101)), "person/year", SOURCE, "assumed"
    )
    for name in ("death_rate", "fertility_rate", "sex_ratio_at_birth", "net_migration"):
        pack.extrapolate(f"demography.{name}")
    pack.value("demography.migrants_exposed", 0.5, "1", SOURCE, "assumed")
    add_neutral_parameters(pack, np.ones((2, 101)), np.ones((2, 101)))


def _add_labour(pack: PackBuilder, base: Synthetic) -> None:
    working = (AGES >= ENTRY) & (AGES < EXIT)
    for name, values in (
        ("participation_rate", PARTICIPATION[:, None] * working),
        ("entry_rate", PARTICIPATION[:, None] * (AGES == ENTRY)),
        ("exit_rate", np.ones((2, 1)) * (AGES == EXIT)),
    ):
        pack.table(f"participation.{name}", SEX_AGE, values, "1", SOURCE, "assumed")
    _scalars(
        pack,
        "participation",
        {
            "cohort_engine": (0.0, "1"),
            "trend_engine": (0.0, "1"),
            "damping": (DAMPING, "1"),
            "rate_max": (1.0, "1"),
        },
    )
    # The history of a stationary country has no trend.
    pack.table(
        "participation.trend_drift", SEX_AGE, np.zeros((2, 101)), "1/year", SOURCE, "assumed"
    )
    pack.table("participation.enrolment_cap", ("sex",), PARTICIPATION, "1", SOURCE, "assumed")
    add_responses(pack, SOURCE)
    everywhere = np.ones((2, 101, 1))
    pack.table(
        "labour_market.unemployment_rate", SEX_AGE, UNEMPLOYMENT[:, None] * everywhere[..., 0],
        "1", SOURCE, "assumed",
    )  # fmt: skip
    for name, shares in (("status_share", STATUS_SHARE), ("relative_earnings", RELATIVE_EARNINGS)):
        pack.table(
            f"labour_market.{name}", (*SEX_AGE, "status"), everywhere * shares[:, None], "1",
            SOURCE, "assumed",
        )  # fmt: skip
    pack.table(
        "labour_market.pensionable_age", ("sex",), np.full(2, float(EXIT)), "year", SOURCE,
        "assumed",
    )  # fmt: skip
    force = base.employment + base.unemployed
    _scalars(
        pack,
        "labour_market",
        {
            "unemployment_min": (0.005, "1"),
            "unemployment_max": (0.6, "1"),
            "equilibrium_unemployment_rate": (float(base.unemployed.sum() / force.sum()), "1"),
            "okun": (0.3, "1"),
            "beta_tau": (0.28, "1"),
            "beta_ui": (0.12, "1"),
            "wage_curve_elasticity": (0.1, "1"),
            "kappa_gap": (2.0, "1"),
            "lambda_phi": (0.25, "1"),
            "theta_ret": (0.5, "1"),
            "base_wage_growth": (INFLATION, "1/year"),
        },
    )


def _add_economy(pack: PackBuilder, base: Synthetic) -> None:
    # Investment replaces worn-out capital exactly.
    investment = DEPRECIATION * CAPITAL_OUTPUT_RATIO
    consumption = 1.0 - GOVERNMENT_CONSUMPTION - investment - EXPORTS + IMPORTS
    for name, share in (
        ("private_consumption", consumption),
        ("government_consumption", GOVERNMENT_CONSUMPTION),
        ("investment", investment),
        ("exports", EXPORTS),
        ("imports", IMPORTS),
    ):
        pack.value(f"macroeconomy.{name}", share * GDP, "LCU/year", SOURCE, "assumed")
    _scalars(
        pack,
        "macroeconomy",
        {
            "closure": (1.0, "1"),
            "substitution_elasticity": (1.0, "1"),
            "labour_share": (LABOUR_SHARE, "1"),
            "capital_output_ratio": (CAPITAL_OUTPUT_RATIO, "year"),
            "depreciation_rate": (DEPRECIATION, "1/year"),
            "inflation_target": (INFLATION, "1/year"),
            "base_inflation": (INFLATION, "1/year"),
            "consumer_price_wedge": (0.0, "1/year"),
            "real_interest_rate": (REAL_INTEREST, "1/year"),
            "kappa_p": (0.25, "1"),
            "taylor_inflation": (0.5, "1"),
            "taylor_gap": (0.5, "1"),
            "investment_gap_response": (0.15, "1"),
            "investment_interest_response": (0.10, "1"),
            "investment_speed": (0.10, "1/year"),
            "import_price_elasticity": (0.8, "1"),
            "export_price_elasticity": (0.6, "1"),
            "theta_investment": (0.5, "1"),
            "demand_weight_years": (8.0, "year"),
        },
    )
    for name in ("tfp_growth", "gdp_growth", "productivity_growth"):
        pack.value(f"macroeconomy.{name}", 0.0, "1/year", SOURCE, "assumed")
        pack.extrapolate(f"macroeconomy.{name}")
    _scalars(
        pack,
        "household",
        {
            "operating_surplus_share": (SURPLUS_SHARE, "1"),
            "remittances": (REMITTANCES * GDP, "LCU/year"),
            "mpc_labour": (0.85, "1"),
            "mpc_benefits": (0.95, "1"),
            "mpc_property": (0.45, "1"),
        },
    )
    _add_government(pack, base)


def _add_government(pack: PackBuilder, base: Synthetic) -> None:
    # Debt grows with prices alone: the budget's deficit is inflation times the opening debt.
    opening_debt = DEBT * GDP / (1.0 + INFLATION)
    interest = (REAL_INTEREST + INFLATION) * opening_debt
    primary = interest - INFLATION * opening_debt
    public = [z for z, scheme in INSTANCES.items() if scheme.get("sector") != "private"]
    spending = {z: float(base.benefits[z].sum()) for z in public}
    kind = sum(v for z, v in spending.items() if INSTANCES[z].get("benefit_type") == "kind")
    administration = sum(v * administration_share(z) for z, v in spending.items())
    own = GOVERNMENT_CONSUMPTION * GDP - kind - administration
    state = 0.0
    for z in public:
        if INSTANCES[z].get("deficit_rule") == "reserve":
            continue
        received = float(base.contributions.get(z, np.zeros(1)).sum())
        if z == "maternity_benefit":
            received += SICKNESS_TO_MATERNITY * spending["sickness_fund"]
        state += max(expenditure(base, z) - received, 0.0)
    opening = opening_reserves(base)
    property_income = {z: opening[z] * nominal_return(z) for z in public}
    from_budget = PENSION_BONDS * property_income["old_age_pension"]
    from_firms = sum(property_income.values()) - from_budget
    budget_revenue = (sum(TAXES.values()) + NON_TAX) * GDP
    other = budget_revenue - own - (PUBLIC_INVESTMENT + SUBSIDIES) * GDP - state - primary
    if min(other, own) < 0.0:
        raise ValueError(f"accounts do not fit: other {other / GDP:.3f}, own {own / GDP:.3f}")
    contributions = sum(float(c.sum()) for c in base.contributions.values())
    revenue = budget_revenue + contributions + from_firms
    spent = (
        own
        + sum(spending.values())
        + administration
        + (PUBLIC_INVESTMENT + SUBSIDIES) * GDP
        + other
        + interest
        - from_budget
    )
    # Net foreign assets grow with prices: their yearly change is inflation on the opening stock.
    current_account = REMITTANCES * GDP - FOREIGN_DEBT_SHARE * (interest - from_budget)
    add_neutral_links(
        pack,
        SOURCE,
        net_foreign_assets=current_account * (1.0 + INFLATION) / INFLATION,
        foreign_inflation=INFLATION,
        interest_rate=REAL_INTEREST + INFLATION,
        foreign_currency_share=FOREIGN_CURRENCY_SHARE,
        household_investment_share=DWELLINGS,
    )
    money = "LCU/year"
    _scalars(
        pack,
        "government",
        {
            **{name: (share * GDP, money) for name, share in TAXES.items()},
            "revenue": (revenue, money),
            "expenditure": (spent, money),
            "total_revenue": (revenue, money),
            "total_expenditure": (spent, money),
            "interest_expenditure": (interest, money),
            "subsidies": (SUBSIDIES * GDP, money),
            "investment": (PUBLIC_INVESTMENT * GDP, money),
            "debt": (DEBT * GDP, "LCU"),
            "foreign_debt_share": (FOREIGN_DEBT_SHARE, "1"),
            "debt_maturity": (6.0, "year"),
            "debt_rule_level": (0.05, "1/year"),
            "debt_rule_change": (0.5, "1"),
            "fiscal_closure": (0.0, "1"),
            "debt_target_change": (0.0, "year"),
            "consumption_tax_change": (0.0, "1"),
            "income_tax_change": (0.0, "1"),
            "corporate_tax_change": (0.0, "1"),
        },
    )


def _add_schemes(pack: PackBuilder, base: Synthetic) -> None:
    held = reserves(base)
    for z, attributes in INSTANCES.items():
        pack.scheme(
            z,
            institution="Ministry of Closed Forms",
            legal_basis="Synthetic Social Security Act",
            **attributes,
        )
        accounts = np.zeros(len(FUNCTIONS))
        accounts[FUNCTIONS.index(str(attributes["function"]))] = base.benefits[z].sum()
        pack.table(
            f"schemes.{z}.base_expenditure", ("function",), accounts, "LCU/year", SOURCE, "assumed"
        )
        # The state pays the whole cost by rule, or what contributions and transfers leave.
        by_rule = attributes["kind"] != "maternity_benefit" and not attributes.get("contributory")
        _scalars(
            pack,
            f"schemes.{z}",
            {
                "administration_share": (administration_share(z), "1"),
                "state_share": (1.0 if by_rule else 0.0, "1"),
                "earmarked_tax_share": (0.0, "1"),
                "reserve": (held[z], "LCU"),
                "reserve_return": (real_return(z), "1/year"),
                "bond_share": (PENSION_BONDS if z == "old_age_pension" else 0.0, "1"),
            },
        )
        if attributes.get("contributory"):
            _add_contributions(pack, base, z)
    pack.transfer("sickness_fund", "maternity_benefit", SICKNESS_TO_MATERNITY, SOURCE)
    _add_pension(pack, base)
    _add_short_term(pack, base)
    _add_transfers(pack, base)
    _add_care(pack)


def _add_contributions(pack: PackBuilder, base: Synthetic, z: str) -> None:
    half = 0.5 * base.pension_rate
    rate = {
        "old_age_pension": (half, half, 0.0),
        "sickness_fund": (0.0, SICKNESS_RATE, 0.0),
        "unemployment_insurance": (UNEMPLOYMENT_RATE, UNEMPLOYMENT_RATE, 0.0),
        "work_injury": (INJURY_CONTRIBUTION, 0.0, 0.0),
    }[z]
    coverage = np.zeros((2, 5))
    coverage[:, 0] = 1.0
    sickness = z == "sickness_fund"
    pack.table(f"schemes.{z}.contribution_rate", ("payer",), np.array(rate), "1", SOURCE, "assumed")
    pack.table(
        f"schemes.{z}.base_contributions", ("payer",), base.contributions[z], "LCU/year", SOURCE,
        "assumed",
    )  # fmt: skip
    pack.table(f"schemes.{z}.coverage_rate", ("sex", "status"), coverage, "1", SOURCE, "assumed")
    cv = SICKNESS_CV if sickness else 0.0 if z == "work_injury" else 0.4
    pack.table(f"schemes.{z}.earnings_cv", ("sex",), np.full(2, cv), "1", SOURCE, "assumed")
    wage = float(base.wage[1, 0])
    values = {
        "contribution_density": (1.0, "1"),
        "compliance_rate": (1.0, "1"),
        "earnings_floor": (SICKNESS_FLOOR * wage if sickness else 0.0, "LCU/year"),
    }
    if sickness:
        values["earnings_ceiling"] = (SICKNESS_CEILING * wage, "LCU/year")
    _scalars(pack, f"schemes.{z}", values)


def _add_pension(pack: PackBuilder, base: Synthetic) -> None:
    """Everybody insured works from 20 to 64 and retires at 65; old-age pensions only."""
    z = "old_age_pension"
    stock, amount = np.zeros((3, 2, 101)), np.zeros((3, 2, 101))
    retired = AGES >= EXIT
    stock[0] = base.contributors_per_head[:, None] * base.population * retired
    amount[0] = (PENSION_ACCRUAL * (EXIT - ENTRY) * base.wage[:, 0])[:, None] * retired
    by_type = ("pension_type", *SEX_AGE)

    def table(name: str, dims: tuple[str, ...], values: ArrayLike, unit: str = "1") -> None:
        shape = tuple(len(STANDARD[d]) for d in dims)
        pack.table(
            f"schemes.{z}.{name}", dims, np.broadcast_to(values, shape), unit, SOURCE, "assumed"
        )

    table("pensioners", by_type, stock, "person")
    table("average_pension", by_type, amount, "LCU/year")
    table("retirement_probability", SEX_AGE, 1.0 * retired)
    table("invalidity_rate", SEX_AGE, 0.0, "1/year")
    table("married_share", SEX_AGE, 0.0)
    for name in ("pensionable_age", "early_age"):
        table(name, ("sex",), float(EXIT), "year")
    for name, value, unit in (
        ("spouse_age_difference", 0.0, "year"),
        ("survivor_takeup", 0.0, "1"),
        ("children_per_insured", 0.0, "1"),
        ("child_age_difference", 30.0, "year"),
        ("exit_rate", 0.0, "1/year"),
    ):
        table(name, ("sex",), value, unit)
    table("accrual_rate", ("band",), PENSION_ACCRUAL, "1/year")
    table("benefit_factor", ("band",), 0.0)
    table("bend_point", ("band",), 0.0, "LCU/year")
    table("accrual_history", ("service",), 1.0)
    table("award_factor", ("pension_type",), 1.0)
    table("mortality_multiplier", ("pension_type",), 1.0)
    _scalars(
        pack,
        f"schemes.{z}",
        {
            "latest_age": (float(EXIT), "year"),
            "qualifying_service": (0.0, "year"),
            "disability_qualifying_service": (0.0, "year"),
            "average_wage_accrual": (0.0, "1/year"),
            "flat_amount": (0.0, "LCU/year"),
            "accrual_scale": (1.0, "1"),
            "service_maximum": (51.0, "year"),
            "averaging_years": (51.0, "year"),
            "averaging_best": (0.0, "1"),
            "averaging_fixed": (0.0, "1"),
            "revaluation_wage_share": (1.0, "1"),
            "revaluation_age": (101.0, "year"),
            "early_reduction": (0.0, "1/year"),
            "late_increment": (0.0, "1/year"),
            "minimum_pension": (0.0, "LCU/year"),
            "maximum_share": (10.0, "1"),
            "price_indexation_share": (0.0, "1"),
            "insured_mortality_multiplier": (1.0, "1"),
            "disability_share": (1.0, "1"),
            "credited_service_share": (0.0, "1"),
            "credited_service_minimum": (0.0, "year"),
            "disability_exit_rate": (0.0, "1/year"),
            "disability_conversion": (1.0, "1"),
            "spouse_age_spread": (4.0, "year"),
            "survivor_share": (0.5, "1"),
            "survivor_age": (0.0, "year"),
            "orphan_share": (0.0, "1"),
            "orphan_age_limit": (18.0, "year"),
            "service_density": (1.0, "1"),
            "reentry_share": (0.0, "1"),
        },
    )


def _add_short_term(pack: PackBuilder, base: Synthetic) -> None:
    everywhere = np.ones((2, 101))
    pack.table(
        "schemes.sickness_fund.compensated_days", SEX_AGE, SICKNESS_DAYS[:, None] * everywhere,
        "day/year", SOURCE, "assumed",
    )  # fmt: skip
    for path, values in (
        ("unemployment_insurance.recipients_per_unemployed", INSURED_UNEMPLOYED),
        ("training_programme.participants_per_unemployed", PARTICIPANTS),
        ("work_injury.injury_rate", INJURY_RATE),
    ):
        pack.table(f"schemes.{path}", ("sex",), values, "1", SOURCE, "assumed")
    _scalars(
        pack,
        "schemes",
        {
            "sickness_fund.replacement_rate": (SICKNESS_REPLACEMENT, "1"),
            "unemployment_insurance.replacement_rate": (UNEMPLOYMENT_REPLACEMENT, "1"),
            "work_injury.replacement_rate": (INJURY_REPLACEMENT, "1"),
            "training_programme.unit_cost": (PROGRAMME_COST * base.average_wage, "LCU/year"),
            "maternity_benefit.replacement_rate": (MATERNITY_REPLACEMENT, "1"),
        },
    )
    # Mothers alone draw the benefit.
    for name, value, unit in (
        ("benefit_weeks", MATERNITY_WEEKS, "week"),
        ("insured_share", MATERNITY_SHARE, "1"),
    ):
        pack.table(
            f"schemes.maternity_benefit.{name}", ("sex",), np.array([value, 0.0]), unit, SOURCE,
            "assumed",
        )  # fmt: skip


def _add_transfers(pack: PackBuilder, base: Synthetic) -> None:
    adults = (AGES >= ENTRY) & (AGES < EXIT)
    for z, rate, ages, coverage, amount, prices in (
        ("old_age_grant", GRANT_RATE, AGES >= EXIT, 1.0, GRANT_AMOUNT, 0.0),
        ("disability_grant", DISABLED, adults, 1.0, DISABILITY_AMOUNT, 1.0),
        ("universal_child_benefit", np.ones(2), AGES < 18, 0.0, CHILD_AMOUNT, 1.0),
        ("private_pension", PRIVATE_RATE, AGES >= EXIT, 1.0, PRIVATE_AMOUNT, 1.0),
    ):
        prefix = f"schemes.{z}"
        pack.table(
            f"{prefix}.recipient_rate", SEX_AGE, rate[:, None] * ages, "1", SOURCE, "assumed"
        )
        pack.table(
            f"{prefix}.benefit_amount", ("sex",), np.full(2, amount * base.average_wage),
            "LCU/year", SOURCE, "assumed",
        )  # fmt: skip
        _scalars(
            pack, prefix, {"coverage": (coverage, "1"), "price_indexation_share": (prices, "1")}
        )
    pack.table(
        "schemes.old_age_grant.pensionable_age", ("sex",), np.full(2, float(EXIT)), "year", SOURCE,
        "assumed",
    )  # fmt: skip
    pack.value(
        "schemes.disability_grant.income_elasticity", DISABILITY_ELASTICITY, "1", SOURCE, "assumed"
    )


def _add_care(pack: PackBuilder) -> None:
    for path, values in (
        ("health_service.cost_profile", cost_profile()),
        ("health_service.covered_share", np.full((2, 101), HEALTH_COVERED)),
        ("care_service.dependency_rate", CARE_DEPENDENCY[:, None] * (AGES >= CARE_AGE)),
    ):
        pack.table(f"schemes.{path}", SEX_AGE, values, "1", SOURCE, "assumed")
    _scalars(
        pack,
        "schemes",
        {
            "health_service.wage_share": (0.6, "1"),
            "health_service.technology_growth": (0.0, "1/year"),
            "health_service.healthy_ageing_share": (0.5, "1"),
            "care_service.recipient_share": (CARE_SHARE, "1"),
            "care_service.wage_share": (0.8, "1"),
        },
    )
