"""Social protection of the United States in 2024: every scheme as an instance of a kind.

Money comes from two small tables: `sources/schemes_usa.csv` (benefits, recipients and
administration of each instance, each with source and reason) and `sources/accounts_usa.csv` (the
branches of the OECD Social Expenditure Database that the instances add up to; residual instances
fill what is left). Statutory parameters stand here, beside the law they come from. Profiles by age
without a published table are shapes, flagged ``assumed``, scaled to known numbers of recipients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from calibration import macro
from socialbudget.builder import PackBuilder
from socialbudget.catchment import share_tables
from socialbudget.dims import FUNCTIONS, STATUSES
from socialbudget.kernels.labour import insured_earnings

if TYPE_CHECKING:
    from calibration.base_year import BaseYear

Array = NDArray[np.float64]
Points = Mapping[int, float]

FOLDER = Path(__file__).parent / "sources"
BILLION = 1e9
AGES = np.arange(101)
SEX_AGE = ("sex", "age")
ASSUMED = "usa_assumption"

SOURCES: dict[str, dict[str, str]] = {
    "oecd_socx_2023": {
        "publisher": "OECD",
        "title": "Social Expenditure Database (SOCX), aggregated data",
        "edition": "2023; latest year with branches 2019",
        "licence": "CC BY 4.0",
        "note": "Percent of GDP by branch, public and mandatory private",
    },
    "ssa_tr2026": {
        "publisher": "US Social Security Administration, Board of Trustees",
        "title": "Annual report of the OASDI Trustees 2026, single-year tables",
        "edition": "2026, intermediate assumptions",
        "licence": "Public domain (US federal government)",
        "note": "Tables IV.B, V.B, V.C, VI.G",
    },
    "ssa_snapshot_2024": {
        "publisher": "US Social Security Administration",
        "title": "Monthly statistical snapshot, September 2024",
        "edition": "October 2024",
        "licence": "Public domain (US federal government)",
        "note": "Numbers and mean benefits by type of beneficiary",
    },
    "ssa_population_tr2024": {
        "publisher": "US Social Security Administration, Office of the Chief Actuary",
        "title": "Population by age, sex and marital status, Trustees Report 2024",
        "edition": "2024, 1 July 2024",
        "licence": "Public domain (US federal government)",
    },
    "ssa_di_2024": {
        "publisher": "US Social Security Administration",
        "title": "Annual statistical report on the Disability Insurance program, 2024",
        "edition": "2024, table 46",
        "licence": "Public domain (US federal government)",
        "note": "Awards to disabled workers by sex",
    },
    "ssa_ssi_2024": {
        "publisher": "US Social Security Administration",
        "title": "SSI monthly statistics, July to September 2024; SSI annual report 2025",
        "edition": "2024 and 2025",
        "licence": "Public domain (US federal government)",
    },
    "cms_tr2025": {
        "publisher": "Centers for Medicare and Medicaid Services, Boards of Trustees",
        "title": "Annual report of the Medicare Trustees 2025",
        "edition": "2025",
        "licence": "Public domain (US federal government)",
        "note": "Totals of calendar year 2024; parts by income source partly from memory",
    },
    "cms_nhe_2024": {
        "publisher": "Centers for Medicare and Medicaid Services",
        "title": "National health expenditure accounts, 2024",
        "edition": "January 2026",
        "licence": "Public domain (US federal government)",
    },
    "cms_marketplace_2024": {
        "publisher": "Centers for Medicare and Medicaid Services",
        "title": "Effectuated enrolment in the health insurance marketplaces, 2024",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
        "note": "Rounded values, to be confirmed",
    },
    "crs_ltss_2025": {
        "publisher": "Congressional Research Service",
        "title": "Who pays for long-term services and supports? (IF10343)",
        "edition": "28 August 2025",
        "licence": "Public domain (US federal government)",
    },
    "usda_fns_2024": {
        "publisher": "US Department of Agriculture",
        "title": "Nutrition assistance: participation and costs, fiscal year 2024",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
    },
    "va_2024": {
        "publisher": "US Department of Veterans Affairs",
        "title": "Budget and annual benefits figures, fiscal year 2024",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
        "note": "First three quarters as published in July 2024, brought to the year",
    },
    "rrb_2024": {
        "publisher": "US Railroad Retirement Board",
        "title": "Annual report, fiscal year 2024",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
        "note": "Rounded values, to be confirmed",
    },
    "opm_dod_2024": {
        "publisher": "US Office of Personnel Management; US Department of Defense",
        "title": "Civil Service Retirement and Military Retirement Fund payments, fiscal year 2024",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
        "note": "Annuitants of fiscal 2022 from CRS 98-972 (2023); payments brought forward",
    },
    "census_aspp_2024": {
        "publisher": "US Census Bureau",
        "title": "Annual survey of public pensions",
        "edition": "2023 and 2024, as cited by NASRA in 2024 and 2025",
        "licence": "Public domain (US federal government)",
        "note": "Benefits nearly 400 bn a year; employers paid 221 bn in fiscal 2022 and 76 "
        "percent of contributions in 2023",
    },
    "nasi_2022": {
        "publisher": "National Academy of Social Insurance",
        "title": "Workers' compensation: benefits, costs and coverage",
        "edition": "2024, data of 2021 and 2022",
        "licence": "Values cited",
        "note": "Brought forward to 2024; to be confirmed",
    },
    "dol_eta_2024": {
        "publisher": "US Department of Labor, Employment and Training Administration",
        "title": "Unemployment insurance financial data, 2024",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
        "note": "Rounded values, to be confirmed",
    },
    "state_tdi_pfl_2024": {
        "publisher": "State disability and paid family leave programmes",
        "title": "Benefits paid in 2024, summed over states",
        "edition": "2024",
        "licence": "Values cited",
        "note": "Rounded values, to be confirmed",
    },
    "cbo_2024": {
        "publisher": "Congressional Budget Office",
        "title": "Budget projections, refundable tax credits",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
    },
    "cbo_2025": {
        "publisher": "Congressional Budget Office",
        "title": "Estimates of Public Law 119-21 and of expiring premium tax credits",
        "edition": "2025",
        "licence": "Public domain (US federal government)",
        "note": "Turned into shares of recipients here; rounded",
    },
    "hhs_acf_2024": {
        "publisher": "US Department of Health and Human Services, ACF",
        "title": "TANF, Head Start and child care expenditure, fiscal years 2023 and 2024",
        "edition": "2024",
        "licence": "Public domain (US federal government)",
        "note": "Rounded values, to be confirmed",
    },
    "us_law": {
        "publisher": "United States",
        "title": "United States Code and Public Laws, as cited in the notes",
        "edition": "in force 2024, with enacted later steps",
        "licence": "Public domain (17 U.S.C. 105)",
    },
    ASSUMED: {
        "publisher": "socialbudget",
        "title": "Assumption of this pack",
        "edition": "2026",
        "licence": "CC BY 4.0",
        "note": "Shape or value without a published source; the note of each row says why",
    },
}

# name: kind, title, institution, main function, law, since, group; then what differs from default.
REGISTER: dict[str, tuple[str, str, str, str, str, int, str, dict[str, Any]]] = {
    "oasdi": (
        "earnings_related_pension",
        "Old-Age, Survivors and Disability Insurance",
        "Social Security Administration",
        "old_age",
        "Social Security Act, title II (42 U.S.C. 401 ff.)",
        1937,
        "Workers in covered employment and their families",
        {"contributory": True, "has_ceiling": True, "deficit_rule": "reserve"},
    ),
    "railroad_retirement": (
        "cash_transfer",
        "Railroad retirement, tiers I and II",
        "Railroad Retirement Board",
        "old_age",
        "Railroad Retirement Act of 1974 (45 U.S.C. 231 ff.)",
        1937,
        "Railroad workers and their families",
        {"contributory": True, "has_ceiling": True, "deficit_rule": "reserve"},
    ),
    "ssi_aged": (
        "means_tested_benefit",
        "Supplemental Security Income, recipients aged 65 and over",
        "Social Security Administration",
        "old_age",
        "Social Security Act, title XVI (42 U.S.C. 1381 ff.)",
        1974,
        "Persons aged 65 and over with little income and assets",
        {"means_tested": True},
    ),
    "ssi_disabled": (
        "means_tested_benefit",
        "Supplemental Security Income, blind and disabled under 65",
        "Social Security Administration",
        "disability",
        "Social Security Act, title XVI (42 U.S.C. 1381 ff.)",
        1974,
        "Blind and disabled children and adults under 65 with little income",
        {"means_tested": True},
    ),
    "veterans_compensation": (
        "cash_transfer",
        "Veterans' disability compensation and pension",
        "Department of Veterans Affairs",
        "disability",
        "38 U.S.C. chapters 11 and 15",
        1917,
        "Veterans with service-connected disability, or aged or disabled with low income",
        {},
    ),
    "veterans_survivors": (
        "cash_transfer",
        "Dependency and indemnity compensation and survivors pension",
        "Department of Veterans Affairs",
        "survivors",
        "38 U.S.C. chapters 13 and 15",
        1957,
        "Spouses, children and parents of deceased veterans",
        {},
    ),
    "federal_pensions": (
        "cash_transfer",
        "Federal civilian and military retirement",
        "Office of Personnel Management; Department of Defense",
        "old_age",
        "5 U.S.C. chapters 83 and 84; 10 U.S.C. chapters 71, 1223",
        1920,
        "Retired federal employees and members of the armed forces",
        {
            "note": "Shown as paid from general revenue: the funds' Treasury securities (about "
            "1.0 trillion civilian, 1.6 trillion military) are claims of the government on itself"
        },
    ),
    "federal_pensions_survivors": (
        "cash_transfer",
        "Federal civilian and military survivor annuities",
        "Office of Personnel Management; Department of Defense",
        "survivors",
        "5 U.S.C. chapters 83 and 84; 10 U.S.C. chapter 73",
        1940,
        "Survivors of federal employees and of members of the armed forces",
        {},
    ),
    "state_local_pensions": (
        "cash_transfer",
        "State and local government pensions",
        "State and local retirement systems",
        "old_age",
        "State laws",
        1911,
        "Retired state and local government employees, disabled and survivors included",
        {"contributory": True, "deficit_rule": "reserve"},
    ),
    "other_old_age_benefits": (
        "cash_transfer",
        "Other old-age, survivors and disability benefits (residual of the accounts)",
        "Federal and state agencies",
        "old_age",
        "Older Americans Act of 1965; Black Lung Benefits Act; state laws",
        1965,
        "Older and disabled persons",
        {"note": "Residual instance"},
    ),
    "workers_compensation": (
        "employment_injury",
        "Workers' compensation (state and federal, cash and medical)",
        "Private carriers, state funds, self-insured employers, Department of Labor",
        "employment_injury",
        "State workers' compensation laws; Federal Employees' Compensation Act",
        1908,
        "Employees in covered employment",
        {
            "contributory": True,
            "sector": "private",
            "note": "Private because most is insured privately; state funds are inside",
        },
    ),
    "state_disability_insurance": (
        "sickness_benefit",
        "State temporary disability and paid medical leave insurance",
        "State agencies and private carriers",
        "sickness",
        "California Unemployment Insurance Code s.2601 ff. and laws of other states",
        1942,
        "Employees in the states with such laws (about 28 percent of workers)",
        {"contributory": True},
    ),
    "state_paid_family_leave": (
        "maternity_benefit",
        "State paid family leave and pregnancy benefits",
        "State agencies and private carriers",
        "maternity",
        "California Unemployment Insurance Code s.3300 ff. and laws of other states",
        2004,
        "Employees in the states with such laws (about 28 percent of workers)",
        {"contributory": True},
    ),
    "unemployment_insurance": (
        "unemployment_insurance",
        "Unemployment insurance (state and federal)",
        "State workforce agencies; Department of Labor",
        "unemployment",
        "Social Security Act, titles III, IX and XII; Federal Unemployment Tax Act",
        1935,
        "Employees in covered employment",
        {"contributory": True, "deficit_rule": "reserve"},
    ),
    "active_labour_market_programmes": (
        "labour_market_programme",
        "Active labour market programmes",
        "Department of Labor; state agencies",
        "unemployment",
        "Workforce Innovation and Opportunity Act (Public Law 113-128)",
        1933,
        "Job seekers and persons in vocational rehabilitation",
        {"benefit_type": "kind"},
    ),
    "housing_assistance": (
        "means_tested_benefit",
        "Rental assistance and public housing",
        "Department of Housing and Urban Development; Department of Agriculture",
        "housing",
        "United States Housing Act of 1937, s.8 and s.9",
        1937,
        "Households with low income",
        {"means_tested": True, "benefit_type": "kind"},
    ),
    "snap": (
        "means_tested_benefit",
        "Supplemental Nutrition Assistance Program",
        "Department of Agriculture; states",
        "social_assistance",
        "Food and Nutrition Act of 2008 (7 U.S.C. 2011 ff.)",
        1964,
        "Households with low income",
        {"means_tested": True, "benefit_type": "kind"},
    ),
    "earned_income_tax_credit": (
        "means_tested_benefit",
        "Earned income tax credit, refundable part",
        "Internal Revenue Service",
        "social_assistance",
        "Internal Revenue Code s.32",
        1975,
        "Workers with low earnings",
        {"means_tested": True, "in_work": True},
    ),
    "other_social_assistance": (
        "means_tested_benefit",
        "Other social assistance (residual of the accounts)",
        "States, counties, federal agencies",
        "social_assistance",
        "Low-Income Home Energy Assistance Act of 1981; state laws; Refugee Act of 1980",
        1981,
        "Persons with low income, refugees",
        {"means_tested": True, "note": "Residual instance"},
    ),
    "child_tax_credit": (
        "means_tested_benefit",
        "Child tax credit, refundable part",
        "Internal Revenue Service",
        "family",
        "Internal Revenue Code s.24(d); Public Law 119-21 s.70104",
        1998,
        "Working families with children under 17 and little income tax",
        {"means_tested": True},
    ),
    "tanf": (
        "means_tested_benefit",
        "Temporary Assistance for Needy Families, basic assistance",
        "Department of Health and Human Services; states",
        "family",
        "Social Security Act, title IV-A (Public Law 104-193)",
        1997,
        "Families with children and very low income",
        {"means_tested": True},
    ),
    "child_nutrition": (
        "means_tested_benefit",
        "School meals, child care food and WIC",
        "Department of Agriculture; states",
        "family",
        "National School Lunch Act; Child Nutrition Act of 1966",
        1946,
        "School children, young children, pregnant and nursing women",
        {"means_tested": True, "benefit_type": "kind"},
    ),
    "early_childhood": (
        "cash_transfer",
        "Head Start, child care subsidies and state pre-kindergarten",
        "Department of Health and Human Services; states",
        "family",
        "Head Start Act; Child Care and Development Block Grant Act; state laws",
        1965,
        "Children under 6, child care subsidies under 13",
        {"benefit_type": "kind"},
    ),
    "other_family_benefits": (
        "cash_transfer",
        "Child welfare, pre-primary classes and other family services (residual of the accounts)",
        "States, counties, school districts",
        "family",
        "Social Security Act, titles IV-B and IV-E; state laws",
        1935,
        "Children and families",
        {"benefit_type": "kind", "note": "Residual instance"},
    ),
    "medicare_hi": (
        "health_care",
        "Medicare Hospital Insurance (Part A)",
        "Centers for Medicare and Medicaid Services",
        "health_care",
        "Social Security Act, title XVIII, part A",
        1966,
        "Persons aged 65 and over and disabled persons",
        {"contributory": True, "benefit_type": "kind", "deficit_rule": "reserve"},
    ),
    "medicare_smi": (
        "health_care",
        "Medicare Supplementary Medical Insurance (Parts B and D)",
        "Centers for Medicare and Medicaid Services",
        "health_care",
        "Social Security Act, title XVIII, parts B and D",
        1966,
        "Persons aged 65 and over and disabled persons",
        {
            "benefit_type": "kind",
            "has_premiums": True,
            "note": "Account balances (about 190 bn) are left out: premiums and general revenue "
            "are set anew each year to meet the year's cost (42 U.S.C. 1395r, 1395w)",
        },
    ),
    "medicaid_chip": (
        "health_care",
        "Medicaid and Children's Health Insurance Program, without long-term care",
        "Centers for Medicare and Medicaid Services; states",
        "health_care",
        "Social Security Act, titles XIX and XXI",
        1966,
        "Children, adults, aged and disabled persons with low income",
        {"means_tested": True, "benefit_type": "kind"},
    ),
    "medicaid_long_term_care": (
        "long_term_care",
        "Medicaid long-term services and supports",
        "Centers for Medicare and Medicaid Services; states",
        "long_term_care",
        "Social Security Act, title XIX, s.1905(a), s.1915",
        1966,
        "Persons in need of care with low income and assets",
        {"means_tested": True, "benefit_type": "kind"},
    ),
    "veterans_health": (
        "health_care",
        "Veterans Health Administration",
        "Department of Veterans Affairs",
        "health_care",
        "38 U.S.C. chapter 17",
        1930,
        "Enrolled veterans",
        {"benefit_type": "kind"},
    ),
    "other_public_health": (
        "health_care",
        "Military health, Indian Health Service and public health (residual of the accounts)",
        "Department of Defense; Department of Health and Human Services; states",
        "health_care",
        "10 U.S.C. chapter 55; Indian Health Care Improvement Act; Public Health Service Act",
        1944,
        "Residents",
        {"benefit_type": "kind", "note": "Residual instance"},
    ),
    "private_health_insurance": (
        "health_care",
        "Employer-sponsored and other private health insurance",
        "Private insurers and self-insured employers",
        "health_care",
        "Affordable Care Act (Public Law 111-148); Internal Revenue Code s.4980H",
        2014,
        "Employees, dependants and persons insured individually without subsidy",
        {
            "contributory": True,
            "sector": "private",
            "benefit_type": "kind",
            "note": "Counted as mandatory private by the OECD since 2014. Premiums of government "
            "as employer are employer contributions",
        },
    ),
    "aca_marketplace": (
        "health_care",
        "Premium tax credits for marketplace insurance",
        "Internal Revenue Service; Centers for Medicare and Medicaid Services",
        "health_care",
        "Internal Revenue Code s.36B; Public Law 117-169 s.12001",
        2014,
        "Persons insured in the marketplaces with income from 100 percent of the poverty line",
        {"means_tested": True, "benefit_type": "kind"},
    ),
    "universal_child_benefit": (
        "cash_transfer",
        "Universal child benefit (reform, switched off)",
        "Social Security Administration",
        "family",
        "None; amount of the child tax credit of 2021 (Public Law 117-2 s.9611)",
        2024,
        "All residents under 18",
        {"note": "Dormant reform: coverage 0"},
    ),
}


def scheme_table() -> pd.DataFrame:
    """Benefits (USD), recipients and administration of every instance, residuals filled in.

    Returns
    -------
    DataFrame
        One row per instance and function, with `expenditure` in USD a year.
    """
    table = pd.read_csv(FOLDER / "schemes_usa.csv")
    table["expenditure"] = table["expenditure_usd_billion"] * BILLION
    for account in accounts().to_dict("records"):
        mine = table["scheme"].isin(str(account["instances"]).split(";"))
        factor = 1.0 + table["administration_share"] * float(account["includes_administration"])
        gross = table["expenditure"] * factor
        open_rows = mine & gross.isna()
        if open_rows.sum() > 1:
            raise ValueError(f"{account['branch']}: more than one residual instance")
        rest = account["target"] - gross[mine].sum()
        if open_rows.any() and rest < 0:
            raise ValueError(
                f"{account['branch']}: instances exceed the account by {-rest:.3g} USD"
            )
        table.loc[open_rows, "expenditure"] = rest / factor[open_rows]
    if table["expenditure"].isna().any():
        raise ValueError("a residual instance belongs to no account")
    return table


def accounts() -> pd.DataFrame:
    """Branches of the accounts, with their `target` in USD of 2024."""
    table = pd.read_csv(FOLDER / "accounts_usa.csv")
    table["target"] = table["percent_of_gdp"] / 100 * table["gdp_usd_billion"] * BILLION
    return table


def trustees(indicator: str) -> pd.Series:
    """One series of the Trustees Report 2026 by year."""
    table = pd.read_csv(FOLDER / "usa_trustees_2026.csv")
    return table[table["indicator"] == indicator].set_index("year")["value"]


def by_age(points: Points) -> Array:
    """Piecewise linear over the ages 0 to 100, constant outside the points."""
    keys = sorted(points)
    return np.interp(AGES, keys, [points[k] for k in keys])


def both(female: Points, male: Points | None = None) -> Array:
    """[sex, age] from points for women and men (the same where only one is given)."""
    return np.stack([by_age(female), by_age(male or female)])


def between(first: int, last: int) -> Array:
    """[sex, age]: 1 from the age `first` to the age `last`, both included."""
    return np.tile(((first <= AGES) & (last >= AGES)).astype(float), (2, 1))


def to_total(shape: Array, total: float | Sequence[float], population: Array) -> Array:
    """Scale a shape so that shape x population gives `total` persons, no rate above one.

    Parameters
    ----------
    shape : array [sex, age]
    total : float or (women, men)
        Persons.
    population : array [sex, age]
    """
    rate = np.zeros_like(shape)
    wanted = np.atleast_1d(np.asarray(total, dtype=float))
    groups = [slice(None)] if len(wanted) == 1 else [slice(0, 1), slice(1, 2)]
    for group, persons in zip(groups, wanted, strict=True):
        weight = shape[group].copy()
        for _ in range(60):
            now = (np.minimum(weight, 1.0) * population[group]).sum()
            weight *= persons / now
        rate[group] = np.minimum(weight, 1.0)
        if abs((rate[group] * population[group]).sum() / persons - 1) > 1e-6:
            raise ValueError(f"a shape cannot hold {persons:.0f} persons")
    return rate


EARNINGS_CV = (1.0, 1.3)  # women, men: spread of covered earnings within a sex and age, assumed


class _Writer:
    """Writes what all instances share, with the source and flag of the table of instances."""

    def __init__(self, pack: PackBuilder, base: BaseYear):
        self.pack, self.base = pack, base
        self.table = scheme_table()
        self.population: Array = np.asarray(base.population_midyear, dtype=float)

    def row(self, name: str) -> Any:
        return next(self.table[self.table["scheme"] == name].itertuples())

    def expenditure(self, name: str) -> float:
        """Benefits of the instance, LCU a year, all functions."""
        return float(self.table.loc[self.table["scheme"] == name, "expenditure"].sum())

    def recipients(self, name: str) -> float:
        """Persons (mean of the year), all functions."""
        return (
            float(self.table.loc[self.table["scheme"] == name, "recipients_thousand"].sum()) * 1e3
        )

    def scalar(self, name: str, parameter: str, value: float, unit: str, **more: Any) -> None:
        source, flag = more.pop("source", ASSUMED), more.pop("flag", "assumed")
        path = f"schemes.{name}.{parameter}"
        self.pack.value(path, value, unit, source, flag, **more)

    def array(
        self, name: str, parameter: str, dims: Sequence[str], values: Any, unit: str, **more: Any
    ) -> None:
        source, flag = more.pop("source", ASSUMED), more.pop("flag", "assumed")
        path = f"schemes.{name}.{parameter}"
        self.pack.table(path, tuple(dims), values, unit, source, flag, **more)

    def register(self, name: str) -> None:
        kind, title, institution, function, law, since, group, more = REGISTER[name]
        self.pack.scheme(
            name,
            kind=kind,
            title=title,
            institution=institution,
            function=function,
            legal_basis=law,
            since=since,
            population_group=group,
            **more,
        )
        rows = self.table[self.table["scheme"] == name]
        values = np.zeros(len(FUNCTIONS))
        for function, money in zip(rows["function"], rows["expenditure"], strict=True):
            values[FUNCTIONS.index(function)] = float(money)
        self.array(
            name,
            "base_expenditure",
            ["function"],
            values,
            "LCU/year",
            source=str(rows["source"].iloc[0]),
            flag=str(rows["flag"].iloc[0]),
            note=" | ".join(rows["note"]),
        )

    def financing(
        self,
        name: str,
        *,
        state_share: float | Mapping[int, float] = 1.0,
        earmarked: Mapping[int, float] | None = None,
        reserve: float = 0.0,
        real_return: Mapping[int, float] | None = None,
        bonds: float = 0.0,
        source: str = "us_law",
        note: str = "",
    ) -> None:
        row = self.row(name)
        self.scalar(
            name,
            "administration_share",
            float(row.administration_share),
            "1",
            source=row.source,
            flag="assumed" if row.flag == "assumed" else "estimated",
            note="Administration per unit of benefits",
        )
        shares = state_share if isinstance(state_share, Mapping) else {2024: state_share}
        # Paid from general revenue by law, a programme has no reserve; else none is known.
        by_law = source == "us_law" and shares == {2024: 1.0}
        reserve_flag = "estimated" if reserve else "observed" if by_law else "assumed"
        reserve_source = source if reserve or by_law else ASSUMED
        reserve_note = note if reserve or by_law else f"Rule not used: no reserve shown. {note}"
        prefix = f"schemes.{name}."
        self.pack.series(prefix + "state_share", shares, "1", source, "estimated", note)
        self.pack.series(
            prefix + "earmarked_tax_share", earmarked or {2024: 0.0}, "1", source, "estimated", note
        )
        self.pack.value(
            prefix + "reserve", reserve, "LCU", reserve_source, reserve_flag, note=reserve_note
        )
        self.pack.series(
            prefix + "reserve_return",
            real_return or {2024: 0.0},
            "1/year",
            source,
            "estimated",
            "Real return on the reserve" if reserve else "No reserve",
        )
        self.pack.value(prefix + "bond_share", bonds, "1", source, "estimated", note=note)

    def formal_employees(self) -> tuple[Array, Array]:
        """Formal employees (persons) and their mean gross wage (LCU a year), by sex."""
        employees = np.asarray(self.base.employment_by_status, dtype=float)[:, :, 0]
        persons = employees.sum(axis=1)
        return persons, (employees * self.base.gross_wage[:, :, 0]).sum(axis=1) / persons

    def earnings(self, coverage: Array) -> tuple[float, float]:
        """Covered earnings of employees and of the self-employed, LCU a year."""
        earnings = np.asarray(self.base.gross_wage) * np.asarray(self.base.employment_by_status)
        covered = (earnings.sum(axis=1) * coverage).sum(axis=0)
        return float(covered[:2].sum()), float(covered[2:].sum())

    def contributions(
        self,
        name: str,
        *,
        coverage: Mapping[int, Array] | Array,
        amounts: Sequence[float],
        rates: Sequence[float] | None,
        source: str,
        note: str,
        coverage_note: str,
        ceiling: float | None = None,
        cv: Sequence[float] = EARNINGS_CV,
        cv_note: str = "No ceiling, or too few covered to tell: spread assumed",
    ) -> None:
        """Contribution parameters; where the law names no rate, the effective one of the base year.

        `amounts` are billions by payer (employer, employee, self-employed).
        """
        steps = coverage if isinstance(coverage, Mapping) else {2024: coverage}
        flag = "observed"
        if rates is None:
            employees, others = self.earnings(steps[2024])
            money = np.asarray(amounts) * BILLION
            rates = [
                money[0] / employees,
                money[1] / employees,
                money[2] / others if money[2] else 0.0,
            ]
            flag = "estimated"
        self.array(
            name, "contribution_rate", ["payer"], rates, "1", source=source, flag=flag, note=note
        )
        self.array(
            name,
            "base_contributions",
            ["payer"],
            np.asarray(amounts) * BILLION,
            "LCU/year",
            source=self.row(name).source,
            flag="estimated",
            note=note,
        )
        self.array(
            name,
            "coverage_rate",
            ["sex", "status"],
            steps,
            "1",
            source=source,
            flag="estimated",
            note=coverage_note,
        )
        self.scalar(
            name, "contribution_density", 1.0, "1", note="Contributors are the employed at mid-year"
        )
        self.scalar(
            name, "compliance_rate", 1.0, "1", note="Arrears are inside the base-year contributions"
        )
        self.array(
            name,
            "earnings_cv",
            ["sex"],
            cv,
            "1",
            source="ssa_tr2026",
            flag="estimated",
            note=cv_note,
        )
        by_law = source == "us_law"
        self.scalar(
            name,
            "earnings_floor",
            0.0,
            "LCU/year",
            source=source if by_law else ASSUMED,
            flag="observed" if by_law else "assumed",
            note="The tax falls on the first dollar of employees"
            if by_law
            else "Rule not used in this scheme: no floor known",
        )
        if ceiling is not None:
            self.scalar(
                name,
                "earnings_ceiling",
                ceiling,
                "LCU/year",
                source="us_law",
                flag="observed",
                note="Contribution and benefit base of 2024 (42 U.S.C. 430); follows the average "
                "wage index (176,100 in 2025 and 184,500 in 2026)",
            )

    def spread_of_earnings(self, coverage: Array, ceiling: float, payroll: float) -> list[float]:
        """Coefficient of variation by sex that leaves `payroll` (LCU a year) below the ceiling."""
        employment = np.asarray(self.base.employment_by_status, dtype=float)[None]
        wages = np.asarray(self.base.gross_wage, dtype=float)[None]
        heads, money = np.empty((1, 1, 2, 101)), np.empty((1, 1, 2, 101))
        parts, work = np.empty((1, 1, 2)), np.empty((5, 6, 101))
        one, top = np.ones((1, 1)), np.full((1, 1), ceiling)

        def excess(scale: float) -> float:
            spread = scale * np.array(EARNINGS_CV)[None, None]
            rates = np.ascontiguousarray(coverage[None, None])
            insured_earnings(
                employment, wages, rates, one, one, 0.0 * one, top, *share_tables(spread),
                heads, money, parts, work,
            )  # fmt: skip
            return float(parts.sum() - payroll)

        scale = float(brentq(excess, 0.3, 3.0))
        return [scale * cv for cv in EARNINGS_CV]

    def cash(
        self,
        name: str,
        shape: Array,
        *,
        theta: float,
        theta_note: str,
        elasticity: float | None = None,
        by_sex: Sequence[float] | None = None,
        relative_amount: Sequence[float] = (1.0, 1.0),
        coverage: Mapping[int, float] | None = None,
        coverage_note: str = "All entitled as in the base year",
        note: str = "",
        flag: str = "assumed",
    ) -> None:
        """Parameters of `cash_transfer` and `means_tested_benefit`."""
        total = self.recipients(name)
        wanted: float | list[float] = total
        if by_sex is not None:
            wanted = [total * s / sum(by_sex) for s in by_sex]
        rate = to_total(shape, wanted, self.population)
        heads = (rate * self.population).sum(axis=1)
        relative = np.asarray(relative_amount)
        amount = relative * self.expenditure(name) / (heads * relative).sum()
        self.array(
            name,
            "recipient_rate",
            SEX_AGE,
            rate,
            "1",
            flag=flag,
            note=f"{total / 1e6:.2f} m recipients. {note}",
        )
        self.array(
            name,
            "benefit_amount",
            ["sex"],
            amount,
            "LCU/year",
            source=self.row(name).source,
            flag="estimated",
            note="Benefits of 2024 / mean recipients",
        )
        self.pack.series(
            f"schemes.{name}.coverage",
            coverage or {2024: 1.0},
            "1",
            "cbo_2025" if coverage else ASSUMED,
            "estimated" if coverage else "assumed",
            coverage_note,
        )
        self.scalar(
            name,
            "price_indexation_share",
            theta,
            "1",
            source="us_law",
            flag="estimated",
            note=theta_note,
        )
        if elasticity is not None:
            self.scalar(
                name,
                "income_elasticity",
                elasticity,
                "1",
                note="Response of recipients to the share of workers without formal employment",
            )


def add_schemes(pack: PackBuilder, base: BaseYear) -> None:
    """Register every scheme of the United States and all its parameters in `pack`."""
    for key, entry in SOURCES.items():
        pack.source(key, retrieved="2026-11-24", **entry)
    w = _Writer(pack, base)
    for name in REGISTER:
        w.register(name)
    _oasdi(w)
    _railroad(w)
    _assistance_of_old_and_disabled(w)
    _public_employees(w)
    _work_and_injury(w)
    _leave(w)
    _unemployment(w)
    _assistance(w)
    _family(w)
    _health(w)
    pack.transfer("oasdi", "railroad_retirement", 5.9 / 1471.5, "ssa_tr2026")


def _coverage(
    formal_employee: float, formal_self_employed: float = 0.0, informal: float = 0.0
) -> Array:
    """[sex, status] coverage, the same for women and men."""
    by_status = {
        "formal_employee": formal_employee,
        "formal_self_employed": formal_self_employed,
        "informal_employee": informal,
        "informal_self_employed": informal if formal_self_employed else 0.0,
    }
    return np.tile([by_status.get(s, 0.0) for s in STATUSES], (2, 1))


MATURITY_OF_SPECIALS = 15  # years over which the trust funds spread their special securities


def real_return_of_trust_fund() -> dict[int, float]:
    """Interest on the reserve at the start of the year, after inflation.

    The rate earned in 2024, of which every year one part in fifteen rolls over to the rate on new
    special securities (assumption of the Trustees, V.B2); inflation by V.B1.
    """
    new = macro.trustees("nominal_interest_rate", "V.B2")
    prices = macro.trustees("consumer_price_index", "V.B1")
    rate = float(trustees("interest_income")[2024] / trustees("reserves_end_of_year")[2023])
    out = {}
    for year in range(2024, 2101):
        if year > 2024:
            rate += (new[year] / 100 - rate) / MATURITY_OF_SPECIALS
        out[year] = (1 + rate) / (1 + prices[year] / 100) - 1
    return out


def _oasdi(w: _Writer) -> None:
    z = "oasdi"
    law = {"source": "us_law", "flag": "observed"}
    guess = {"source": ASSUMED, "flag": "assumed"}
    tax = trustees("oasdi_taxation_of_benefits_rate") / trustees("oasdi_cost_rate")
    on_benefits = float(tax[2024]) * 1484.8 / 1471.5
    payroll = float(trustees("taxable_payroll_billion_usd")[2024]) * BILLION
    # Payroll taxes of 2024 were 12.53 percent of the taxable payroll, 12.4 by law: the rest are
    # corrections for earlier years, which do not recur.
    by_law = 0.124 * payroll / BILLION
    corrections = (615.2 + 615.2 + 63.1 - by_law) / 1471.5
    w.financing(
        z,
        state_share=0.0,
        earmarked={2024: on_benefits + corrections, 2025: on_benefits},
        reserve=2721.5 * BILLION,
        real_return=real_return_of_trust_fund(),
        bonds=1.0,
        source="ssa_tr2026",
        note="Trust funds at the end of 2024 (VI.G2), all in special Treasury securities "
        "(42 U.S.C. 401(d)). Income tax on benefits (26 U.S.C. 86): its rate over the cost rate of "
        "2024, IV.B1 and IV.B2, held; it will rise, because the thresholds are not indexed. 2024 "
        "with the payroll taxes above 12.4 percent, corrections for earlier years",
    )
    covered, ceiling = _coverage(0.94, 0.94), 168_600.0
    w.contributions(
        z,
        coverage=covered,
        amounts=tuple(part * by_law / 1293.5 for part in (615.2, 615.2, 63.1)),
        rates=(0.062, 0.062, 0.124),
        ceiling=ceiling,
        cv=w.spread_of_earnings(covered, ceiling, payroll),
        cv_note="Lognormal spread that leaves the taxable payroll of 2024 (VI.G1: 10,323 bn) below "
        "the taxable maximum, 81 percent of covered earnings; ratio of the sexes assumed",
        source="us_law",
        note="26 U.S.C. 3101, 3111, 1401: OASI 5.3 and DI 0.9 percent each for employer and "
        "employee since 2019, self-employed both parts. 2024: 12.4 percent of a taxable payroll "
        "of 10,323 bn (VI.G1); payers split by rate, self-employed share estimated",
        coverage_note="About 94 percent of workers are covered (CRS TE10102); outside are a "
        "quarter of state and local employees, federal employees hired before 1984, some students "
        "and clergy",
    )
    _oasdi_stock(w)
    step = {2024: 66.58, 2025: 66.67, 2026: 66.83, 2027: 67.0}
    w.array(
        z,
        "pensionable_age",
        ["sex"],
        {y: [a, a] for y, a in step.items()},
        "year",
        note="42 U.S.C. 416(l) as amended by Public Law 98-21 s.201: 66 years 6 months for those "
        "born in 1957, two months more each year, 67 from 1960. Shown for the cohorts that reach "
        "it in the year",
        **law,
    )
    w.array(z, "early_age", ["sex"], [62.0, 62.0], "year", note="42 U.S.C. 402(a)", **law)
    w.scalar(z, "latest_age", 70.0, "year", note="42 U.S.C. 402(w)", **law)
    w.array(
        z,
        "retirement_probability",
        SEX_AGE,
        np.stack([_award_probability()] * 2),
        "1",
        note="Ages of award as published for recent years (about a quarter at 62, a tenth at 70)",
        **guess,
    )
    w.scalar(z, "qualifying_service", 10.0, "year", note="40 quarters, 42 U.S.C. 414(a)", **law)
    w.scalar(
        z,
        "disability_qualifying_service",
        5.0,
        "year",
        note="20 of the last 40 quarters, fewer for the young, 42 U.S.C. 423(c)",
        **law,
    )
    w.array(z, "accrual_rate", ["band"], np.zeros(4), "1/year", note="No linear accrual", **law)
    w.array(
        z,
        "benefit_factor",
        ["band"],
        [0.90, 0.32, 0.15, 0.15],
        "1",
        note="Primary insurance amount, 42 U.S.C. 415(a)",
        **law,
    )
    w.array(
        z,
        "bend_point",
        ["band"],
        [0.0, 12 * 1174.0, 12 * 7078.0, 12 * 7078.0],
        "LCU/year",
        note="Bend points of 2024: 1,174 and 7,078 a month; follow the average wage index",
        **law,
    )
    neutral = {
        "average_wage_accrual": (0.0, "1/year"),
        "flat_amount": (0.0, "LCU/year"),
        "accrual_scale": (1.0, "1"),
        "service_maximum": (51.0, "year"),
        "minimum_pension": (0.0, "LCU/year"),
        "maximum_share": (10.0, "1"),
    }
    for parameter, (value, unit) in neutral.items():
        w.scalar(z, parameter, value, unit, note="Rule not used; the special minimum of 42 U.S.C. "
                 "415(a)(1)(C) no longer binds", **guess)  # fmt: skip
    w.array(z, "accrual_history", ["service"], np.ones(51), "1", note="Rule not used", **guess)
    formula = {
        "averaging_years": (35.0, "year", "42 U.S.C. 415(b): 40 elapsed years less 5"),
        "averaging_best": (1.0, "1", "The best years"),
        "averaging_fixed": (1.0, "1", "Divisor of 420 months even where fewer were worked"),
        "revaluation_wage_share": (1.0, "1", "42 U.S.C. 415(b)(3): average wage index"),
        "revaluation_age": (62.0, "year", "Bend points of the year of attaining 62; from then on "
                            "cost-of-living adjustments (42 U.S.C. 415(i))"),
        "late_increment": (0.08, "1/year", "Delayed retirement credit, 42 U.S.C. 402(w)"),
        "price_indexation_share": (1.0, "1", "CPI-W, 42 U.S.C. 415(i)"),
        "disability_share": (1.0, "1", "Full primary insurance amount, 42 U.S.C. 423(a)"),
        "disability_conversion": (1.0, "1", "At full retirement age, 42 U.S.C. 402(a)"),
        "credited_service_share": (1.0, "1", "The averaging period ends with disability or death"),
        "survivor_age": (60.0, "year", "42 U.S.C. 402(e), (f)"),
        "orphan_share": (0.75, "1", "42 U.S.C. 402(d)"),
        "orphan_age_limit": (18.0, "year", "42 U.S.C. 402(d); 19 while in secondary school"),
    }  # fmt: skip
    for parameter, (value, unit, note) in formula.items():
        w.scalar(z, parameter, value, unit, note=note, **law)
    w.scalar(
        z,
        "early_reduction",
        0.0625,
        "1/year",
        source="us_law",
        flag="estimated",
        note="42 U.S.C. 402(q): 5/9 of a percent a month for 36 months (6.67 percent a year), "
        "then 5/12 (5 percent a year). One rate stands for both: 30 percent over five years would "
        "be 6.0, 20 percent over three 6.67",
    )
    incidence = both({17: 0.0, 20: 0.4, 30: 1.0, 40: 2.0, 50: 5.0, 55: 8.0, 60: 11.0, 64: 9.0})
    incidence[:, :18] = 0.0
    incidence[:, 67:] = 0.0
    workers = np.asarray(w.base.employment, dtype=float) * 0.94
    awards = np.array([278_000.0, 316_500.0])
    scale = awards / (incidence * workers).sum(axis=1)
    w.array(
        z,
        "invalidity_rate",
        SEX_AGE,
        incidence * (1.08 * scale[:, None]),
        "1/year",
        source="ssa_di_2024",
        flag="estimated",
        note="Awards to disabled workers in 2024: about 278,000 women and 316,500 men (raised "
        "by 8 percent, because some contributors do not qualify); shape by age assumed. Held at "
        "the rate of 2024, though the Trustees expect incidence to return from its low",
    )
    married = pd.read_csv(FOLDER / "usa_marital_2024.csv")
    share = np.stack(
        [married.loc[married["sex"] == s, "married_share"] for s in ("female", "male")]
    )
    w.array(
        z,
        "married_share",
        SEX_AGE,
        share,
        "1",
        source="ssa_population_tr2024",
        flag="observed",
        note="Married / all, 1 July 2024",
    )
    assumed: dict[str, tuple[Any, str, str]] = {
        "mortality_multiplier": ([0.97, 2.3, 1.1], "1", "Retired workers slightly below, disabled "
                                 "workers about 2.3 times national mortality"),
        "award_factor": ([1.08, 1.08, 1.0], "1", "Supplements of spouses and children (2.4 "
                         "percent of retirement benefits) and retroactive payments; "
                         "old-age cost then follows the Trustees (IV.B3) to 2035"),
        "spouse_age_difference": ([2.2, -2.2], "year", "Husbands are about two years older"),
        "survivor_takeup": ([0.22, 0.022], "1", "Others have a higher pension of their own; chosen "
                            "so that their number follows the Trustees (V.C4)"),
        "children_per_insured": ([2.4, 2.2], "1", "Completed fertility about 1.9 "
                                 "and 1.7, raised for disabled adult children and parents"),
        "child_age_difference": ([29.0, 31.5], "year", "Mean age at a birth"),
        "exit_rate": ([0.05, 0.05], "1/year", "Breaks in employment"),
    }  # fmt: skip
    for parameter, (values, unit, note) in assumed.items():
        dims = ["pension_type"] if len(values) == 3 else ["sex"]
        w.array(z, parameter, dims, values, unit, note=note, **guess)
    single: dict[str, tuple[float, str, str]] = {
        "insured_mortality_multiplier": (0.85, "1", "Workers live longer than the population"),
        "spouse_age_spread": (5.0, "year", ""),
        "survivor_share": (0.9, "1", "100 percent of the deceased's benefit by 42 U.S.C. 402(e), "
                           "less reductions before full retirement age"),
        "credited_service_minimum": (0.0, "year", "Rule not used"),
        "disability_exit_rate": (0.01, "1/year", "About 10 recoveries per 1,000"),
        "service_density": (1.0, "1", "Four quarters need 6,920 USD a year (2024)"),
        "reentry_share": (0.8, "1", "With exit_rate set so that retired workers "
                          "follow the Trustees' intermediate path (V.C4)"),
    }  # fmt: skip
    for parameter, (number, unit, note) in single.items():
        w.scalar(z, parameter, number, unit, note=note, **guess)


AWARDS_BY_AGE = {62: 0.24, 63: 0.08, 64: 0.08, 65: 0.11, 66: 0.18, 67: 0.13, 68: 0.05, 69: 0.03}


def _award_probability() -> Array:
    """Probability of an award on reaching each age; all are awarded by 70."""
    out, left = np.ones(101), 1.0
    out[:62] = 0.0
    for age, share in AWARDS_BY_AGE.items():
        out[age] = share / left
        left -= share
    return out


def _oasdi_stock(w: _Writer) -> None:
    """Pensioners by type, sex and age, and the relative height of their pensions."""
    p = w.population
    old = both(
        {61: 0.0, 62: 0.20, 63: 0.27, 64: 0.33, 65: 0.43, 66: 0.60, 67: 0.72, 68: 0.77, 70: 0.82,
         80: 0.80, 90: 0.70, 100: 0.62},
        {61: 0.0, 62: 0.20, 63: 0.27, 64: 0.33, 65: 0.43, 66: 0.60, 67: 0.73, 68: 0.79, 70: 0.88,
         80: 0.92, 100: 0.92},
    )  # fmt: skip
    old[:, :62] = 0.0
    old = to_total(old, [0.513 * 50.9605e6, 0.487 * 50.9605e6], p)
    disabled = both({18: 0.0, 25: 0.4, 35: 1.3, 45: 2.9, 50: 4.4, 55: 7.5, 60: 10.6, 66: 10.8})
    disabled[:, :18] = 0.0
    disabled[:, 67:] = 0.0
    disabled = to_total(disabled / 100, [0.497 * 7.2985e6, 0.503 * 7.2985e6], p)
    widows = both(
        {59: 0.0, 60: 2.0, 65: 4.5, 70: 5.5, 75: 8.0, 80: 12.5, 85: 20.0, 90: 28.0, 100: 36.0}
    )
    widows[:, :60] = 0.0
    widows = to_total(widows / 100, [3.519e6, 0.140e6], p)
    orphans = both({0: 0.2, 5: 0.8, 10: 1.6, 17: 3.6, 18: 0.0}) * between(0, 17)
    survivors = widows + to_total(orphans, 2.15e6, p)
    stock = np.stack([old, disabled, survivors]) * p
    w.array(
        "oasdi",
        "pensioners",
        ["pension_type", "sex", "age"],
        stock,
        "person",
        source="ssa_tr2026",
        flag="estimated",
        note="Means of December 2023 and 2024 (V.C4, V.C5): 50.96 m retired workers, 7.30 m "
        "disabled workers, 3.66 m widows and widowers, 2.04 m children of the deceased and 0.11 m "
        "parents with them. Disabled adult children and parents stand among the orphans, because "
        "the kind has no place for them; sexes and ages are shapes",
    )
    shape = by_age({61: 1.0, 62: 0.66, 65: 0.82, 67: 0.97, 70: 1.08, 80: 1.04, 100: 0.97})
    pension = np.empty((3, 2, 101))
    pension[0] = np.array([1722.0, 2125.0])[:, None] * 12 * shape
    pension[1] = np.array([1395.0, 1690.0])[:, None] * 12 * by_age({20: 0.6, 40: 0.85, 60: 1.07})
    pension[2] = 12 * by_age({0: 1104.0, 18: 1104.0, 60: 1560.0, 70: 1830.0})
    w.array(
        "oasdi",
        "average_pension",
        ["pension_type", "sex", "age"],
        pension,
        "LCU/year",
        source="ssa_snapshot_2024",
        flag="estimated",
        note="Monthly means of 2024 times 12: retired workers 1,922, disabled workers about "
        "1,540, survivors 1,509, children of the deceased 1,104; differences by sex and age are "
        "shapes. Dependants of retired and disabled workers are in the add-factor",
    )


def _railroad(w: _Writer) -> None:
    z = "railroad_retirement"
    shape = both({59: 0.0, 60: 0.5, 65: 1.0, 75: 1.5, 85: 2.2, 100: 2.2})
    shape[:, :60] = 0.0
    w.cash(
        z,
        shape,
        theta=0.5,
        theta_note="In force: CPI (tier I) and 32.5 percent of it (tier II), 45 U.S.C. 231b; new "
        "awards follow wages",
        by_sex=(0.5, 0.5),
        note="Employees 190, spouses and survivors the rest",
    )
    w.financing(
        z,
        state_share=0.0,
        earmarked={2024: 0.075},
        reserve=27.0 * BILLION,
        real_return={2024: 0.035},
        bonds=0.15,
        source="rrb_2024",
        note="National Railroad Retirement Investment Trust, about 27 bn; income tax on annuities",
    )
    w.contributions(
        z,
        coverage=_coverage(0.0014),
        amounts=(3.5, 2.0, 0.0),
        rates=(0.193, 0.111, 0.0),
        ceiling=168_600.0,
        source="us_law",
        note="26 U.S.C. 3201, 3221, 3241: tier I 6.2 and 6.2 percent, tier II 13.1 (employer) and "
        "4.9 percent in 2024 (on at most 125,100). About 5.5 bn",
        coverage_note="About 0.2 m employees of railroads",
        cv=(0.4, 0.4),
    )


def _assistance_of_old_and_disabled(w: _Writer) -> None:
    aged = both({64: 0.0, 65: 3.4, 70: 4.0, 80: 4.6, 100: 5.5}) * between(65, 100)
    price = "Federal benefit rate of 943 a month in 2024, CPI-W (42 U.S.C. 1382f)"
    w.cash(
        "ssi_aged",
        aged,
        theta=1.0,
        theta_note=price,
        elasticity=0.25,
        by_sex=(0.65, 0.35),
        note="SSA counts 2.44 m; about 65 percent women; shape by age assumed",
    )
    w.financing("ssi_aged", note="42 U.S.C. 1381: general revenue, state supplements included")
    disabled = both(
        {0: 0.3, 5: 1.0, 17: 1.2, 18: 1.5, 30: 1.5, 45: 1.9, 55: 3.0, 64: 4.2, 65: 0.0},
        {0: 0.4, 5: 1.9, 17: 2.3, 18: 1.8, 30: 1.8, 45: 1.8, 55: 2.8, 64: 3.8, 65: 0.0},
    )
    w.cash(
        "ssi_disabled",
        disabled * between(0, 64),
        theta=1.0,
        theta_note=price,
        elasticity=0.25,
        note="0.99 m under 18 and 3.98 m aged 18 to 64 in 2024; shape by age assumed",
    )
    w.financing("ssi_disabled", note="42 U.S.C. 1381: general revenue")
    veterans = both(
        {19: 0.0, 25: 0.25, 35: 0.55, 45: 0.75, 55: 0.65, 65: 0.35, 75: 0.1, 100: 0.05},
        {19: 0.0, 25: 1.0, 35: 2.3, 45: 3.4, 55: 4.3, 65: 3.8, 75: 5.5, 85: 4.5, 100: 4.0},
    )
    w.cash(
        "veterans_compensation",
        veterans,
        theta=1.0,
        theta_note="38 U.S.C. 5312 and annual laws: as social security",
        by_sex=(0.12, 0.88),
        note="About 6.1 m, 12 percent women",
    )
    w.financing("veterans_compensation", note="General revenue")
    widows = both({20: 0.1, 50: 0.3, 65: 0.8, 75: 1.5, 85: 2.6, 100: 3.0}) * between(20, 100)
    w.cash(
        "veterans_survivors",
        widows,
        theta=1.0,
        theta_note="As social security",
        by_sex=(0.95, 0.05),
        note="About 0.62 m, mostly widows",
    )
    w.financing("veterans_survivors", note="General revenue")


def _public_employees(w: _Writer) -> None:
    cola = "COLA on pensions in force (5 U.S.C. 8340, 8462; 10 U.S.C. 1401a), new awards by pay"
    w.cash(
        "federal_pensions",
        both(
            {37: 0.0, 45: 0.25, 55: 0.6, 62: 1.3, 70: 2.0, 80: 2.2, 100: 2.2},
            {37: 0.0, 42: 0.9, 55: 1.8, 62: 3.0, 70: 4.4, 80: 5.6, 100: 6.0},
        ),
        theta=0.5,
        theta_note=cola,
        by_sex=(0.3, 0.7),
        note="Civilian 2.27 m and military 2.0 m; shape assumed",
    )
    w.financing("federal_pensions", source="opm_dod_2024", note="General revenue, consolidated")
    w.cash(
        "federal_pensions_survivors",
        both({40: 0.0, 60: 0.4, 75: 1.6, 90: 4.5, 100: 5.0}),
        theta=0.6,
        theta_note=cola,
        by_sex=(0.92, 0.08),
        note="0.78 m; shape assumed",
    )
    w.financing("federal_pensions_survivors", source="opm_dod_2024", note="General revenue")
    z = "state_local_pensions"
    w.cash(
        z,
        both({49: 0.0, 55: 4.0, 60: 8.5, 65: 14.0, 70: 18.0, 80: 20.0, 100: 20.0}),
        theta=0.5,
        theta_note="Many plans adjust by part of the CPI; new awards follow pay",
        by_sex=(0.6, 0.4),
        note="12.1 m; shape assumed",
    )
    w.financing(
        z,
        state_share=0.0,
        reserve=6000.0 * BILLION,
        real_return={2024: 0.042, 2025: 0.03},
        bonds=0.1,
        source="census_aspp_2024",
        note="Assets of defined-benefit plans, about 6.0 trillion at the end of 2024. Real return "
        "4.2 percent in 2024 (7.2 nominal, near the plans' own assumption), then 3 percent, at "
        "which contributions of today keep the reserve near 15 years of benefits",
    )
    w.contributions(
        z,
        coverage=_coverage(0.105),
        amounts=(235.0, 74.0, 0.0),
        rates=None,
        source="census_aspp_2024",
        note="Employers 221 bn in fiscal 2022, brought forward; 76 percent of contributions in "
        "2023. Rate over the earnings of the covered",
        coverage_note="About 15 m active members; employers' contributions are governments'",
        cv=(0.6, 0.6),
    )
    z = "other_old_age_benefits"
    w.cash(
        z,
        both({60: 0.0, 65: 2.0, 85: 8.0, 100: 8.0}),
        theta=0.5,
        theta_note="No rule; assumed",
        note="Residual, number assumed",
    )
    w.financing(z, note="General revenue")


def _work_and_injury(w: _Writer) -> None:
    z = "workers_compensation"
    covered = _coverage(0.95)
    persons, wage = w.formal_employees()
    heads = w.recipients(z) * np.array([0.40, 0.60])
    w.array(
        z,
        "injury_rate",
        ["sex"],
        heads / persons,
        "1",
        note="1.1 m on benefit on average, 60 percent men, over all formal employees",
    )
    w.scalar(
        z,
        "replacement_rate",
        w.expenditure(z) / float((heads * wage).sum()),
        "1",
        source="nasi_2022",
        flag="estimated",
        note="Cash and medical per recipient over mean earnings of the sex; cash is half of it "
        "(two thirds of the wage up to state maxima)",
    )
    w.financing(z, state_share=0.0, source="nasi_2022", note="Employers pay; no reserve shown")
    w.contributions(
        z,
        coverage=covered,
        amounts=(64.0 * 1.35, 0.0, 0.0),
        rates=None,
        source="nasi_2022",
        note="Employers' cost set to benefits and administration, so that private insurers' "
        "reserves stay out; NASI has about 100 bn",
        coverage_note="Nearly all employees (Texas voluntary)",
    )


# Paid family leave: births of insured mothers over all births; men among bonding claims; paid
# weeks of a father.
MOTHERS_INSURED, MEN_BONDING, FATHERS_WEEKS = 0.17, 0.40, 6.0
# Programmes that start later under laws already passed, as shares of all employees.
LEAVE_COVERAGE = {2024: 0.28, 2026: 0.305, 2028: 0.325}


def _leave(w: _Writer) -> None:
    steps = {y: _coverage(share) for y, share in LEAVE_COVERAGE.items()}
    coverage_note = (
        "CA, NY, NJ, RI, MA, WA, CT, OR, CO, DC; Delaware, Minnesota and Maine pay benefits from "
        "2026 and Maryland from 2028 by laws already passed"
    )
    growth = {y: share / LEAVE_COVERAGE[2024] for y, share in LEAVE_COVERAGE.items()}
    employees = np.asarray(w.base.employment_by_status, dtype=float)[:, :, 0]
    wages = np.asarray(w.base.gross_wage, dtype=float)[:, :, 0]
    z = "state_disability_insurance"
    shape = both({15: 0.8, 25: 1.1, 35: 1.15, 45: 1.0, 55: 1.2, 65: 1.3, 100: 1.3})
    shape[1] *= 0.7
    days = shape * w.recipients(z) * 365 / (shape * employees).sum()
    absent = employees * days / 365
    w.array(
        z,
        "compensated_days",
        SEX_AGE,
        {y: days * g for y, g in growth.items()},
        "day/year",
        note="Days on benefit per formal employee, in covered states or not (0.30 m person-years); "
        "shape by sex and age assumed; grows with the states covered",
    )
    w.scalar(
        z,
        "replacement_rate",
        w.expenditure(z) / float((absent * wages).sum()),
        "1",
        source="state_tdi_pfl_2024",
        flag="estimated",
        note="Mean benefit over mean earnings; statutory 60 to 90 percent up to a maximum",
    )
    w.financing(z, state_share=0.0, source="state_tdi_pfl_2024", note="Contributions only")
    w.contributions(
        z,
        coverage=steps,
        amounts=(2.1, 11.0, 0.0),
        rates=None,
        source="state_tdi_pfl_2024",
        note="Mostly employees (California 1.1 percent without ceiling since 1 January 2024, "
        "Senate Bill 951 of 2022); effective rate over covered earnings",
        coverage_note=coverage_note,
    )
    z = "state_paid_family_leave"
    insured = MOTHERS_INSURED * np.array([1.0, MEN_BONDING / (1.0 - MEN_BONDING)])
    fathers = insured[1] * FATHERS_WEEKS
    weeks = np.array(
        [(w.recipients(z) * 52.0 / w.base.births - fathers) / insured[0], FATHERS_WEEKS]
    )
    parents = employees[:, 15:50]
    wage = (parents * wages[:, 15:50]).sum(axis=1) / parents.sum(axis=1)
    recipients = w.base.births * insured * weeks / 52.0
    w.array(
        z,
        "insured_share",
        ["sex"],
        {y: insured * g for y, g in growth.items()},
        "1",
        note="28 percent of workers are covered, about 62 percent of mothers work; fathers: 40 "
        "percent of bonding claims (California 44 percent in 2022/23, other states assumed "
        "lower); grows with the states covered",
    )
    w.array(
        z,
        "benefit_weeks",
        ["sex"],
        weeks,
        "week",
        source=np.array(["state_tdi_pfl_2024", ASSUMED], dtype=object),
        flag=np.array(["estimated", "assumed"], dtype=object),
        note="Paid weeks per insured birth: fathers 6 of bonding assumed; mothers the rest of the "
        "person-years, pregnancy and other family carers included",
    )
    w.scalar(
        z,
        "replacement_rate",
        w.expenditure(z) / float((recipients * wage).sum()),
        "1",
        source="state_tdi_pfl_2024",
        flag="estimated",
        note="Mean benefit over mean earnings of women and men aged 15 to 49",
    )
    w.financing(z, state_share=0.0, source="state_tdi_pfl_2024", note="Contributions only")
    w.contributions(
        z,
        coverage=steps,
        amounts=(1.2, 6.7, 0.0),
        rates=None,
        source="state_tdi_pfl_2024",
        note="Effective rate over covered earnings",
        coverage_note=coverage_note,
    )


def _unemployment(w: _Writer) -> None:
    z = "unemployment_insurance"
    unemployed = np.asarray(w.base.unemployed, dtype=float).sum(axis=1)
    covered = _coverage(0.97)
    heads = w.recipients(z) * np.array([0.43, 0.57])
    w.scalar(
        z,
        "longest_duration",
        0.5,
        "year",
        source="dol_eta_2024",
        flag="assumed",
        note="26 weeks in most states",
    )
    w.array(
        z,
        "recipients_per_unemployed",
        ["sex"],
        heads / unemployed,
        "1",
        source="dol_eta_2024",
        flag="estimated",
        note="1.55 m paid weeks on average, 43 percent women",
    )
    w.scalar(
        z,
        "replacement_rate",
        w.expenditure(z) / w.recipients(z) / w.base.average_wage,
        "1",
        source="dol_eta_2024",
        flag="estimated",
        note="447 a week over the average wage",
    )
    w.financing(
        z,
        state_share=0.0,
        reserve=78.0 * BILLION,
        real_return={2024: 0.005},
        bonds=1.0,
        source="dol_eta_2024",
        note="State accounts in the Unemployment Trust Fund less title XII loans, about 56 bn, "
        "and federal accounts",
    )
    w.contributions(
        z,
        coverage=covered,
        amounts=(41.0, 0.0, 0.0),
        rates=None,
        source="dol_eta_2024",
        note="State taxes about 34 bn and federal tax about 7 bn (26 U.S.C. 3301: 0.6 percent "
        "after credit on 7,000). Effective rate over all covered earnings, because the taxable "
        "wage bases differ by state and most are not indexed",
        coverage_note="Nearly all employees",
    )
    z = "active_labour_market_programmes"
    w.array(
        z,
        "participants_per_unemployed",
        ["sex"],
        w.recipients(z) * np.array([0.48, 0.52]) / unemployed,
        "1",
        note="1.5 m participants on average, assumed",
    )
    w.scalar(
        z,
        "unit_cost",
        w.expenditure(z) / w.recipients(z),
        "LCU/year",
        source="oecd_socx_2023",
        flag="estimated",
        note="Expenditure / participants",
    )
    w.financing(z, note="General revenue")


def _assistance(w: _Writer) -> None:
    poor = {0: 1.5, 5: 1.5, 15: 1.15, 20: 0.8, 30: 0.85, 50: 0.85, 62: 1.0, 75: 0.75, 100: 0.7}
    women = {0: 1.5, 5: 1.5, 15: 1.15, 20: 1.0, 30: 1.2, 50: 1.0, 62: 1.1, 75: 0.9, 100: 0.8}
    w.cash(
        "snap",
        both(women, poor),
        theta=1.0,
        theta_note="Thrifty Food Plan, yearly at June prices (7 U.S.C. 2012(u)); re-evaluations "
        "cost-neutral since Public Law 119-21 s.10101",
        elasticity=1.0,
        coverage={2024: 1.0, 2026: 0.97, 2027: 0.955, 2028: 0.94},
        coverage_note="Work requirements to age 64 and limits for non-citizens (Public Law 119-21 "
        "s.10102, s.10108): about 2.4 m fewer persons in an average month. The states' share of "
        "benefits from fiscal 2028 changes no total",
        note="41.7 m: about 39 percent children, 20 percent aged 60 and over",
    )
    w.financing("snap", note="General revenue, federal and (administration) state")
    w.cash(
        "earned_income_tax_credit",
        both(
            {18: 2.0, 25: 11.0, 32: 16.0, 40: 14.0, 50: 8.0, 60: 4.5, 66: 0.0},
            {18: 1.5, 25: 6.0, 32: 8.5, 40: 8.0, 50: 6.0, 60: 4.0, 66: 0.0},
        )
        * between(18, 65),
        theta=1.0,
        theta_note="Chained CPI, 26 U.S.C. 32(j)",
        elasticity=0.0,
        note="20.5 m returns",
    )
    w.financing("earned_income_tax_credit", note="General revenue")
    w.cash(
        "other_social_assistance",
        both(women, poor),
        theta=1.0,
        theta_note="No rule; assumed",
        elasticity=0.5,
        note="Residual, number assumed",
    )
    w.financing("other_social_assistance", note="General revenue")
    w.cash(
        "housing_assistance",
        both({20: 0.5, 30: 2.4, 45: 2.3, 60: 2.6, 75: 3.2, 100: 3.0}) * between(18, 100),
        theta=0.5,
        theta_note="Rents, within appropriations; assumed",
        elasticity=0.0,
        by_sex=(0.74, 0.26),
        note="Households, at the age and sex of the head; about three quarters women. Not an "
        "entitlement: the number follows appropriations",
    )
    w.financing("housing_assistance", note="General revenue")


def _family(w: _Writer) -> None:
    w.cash(
        "child_tax_credit",
        both({0: 0.8, 3: 1.0, 16: 1.0}) * between(0, 16),
        theta=1.0,
        theta_note="Refundable maximum of 1,700 a child, indexed (26 U.S.C. 24(h)(5)); credit "
        "2,200 from 2025, indexed (Public Law 119-21 s.70104)",
        elasticity=0.0,
        note="Children, number assumed",
    )
    w.financing("child_tax_credit", note="General revenue")
    w.cash(
        "tanf",
        both(
            {0: 2.4, 10: 2.0, 17: 1.4, 18: 0.35, 40: 0.35, 50: 0.0},
            {0: 2.4, 10: 2.0, 17: 1.4, 18: 0.05, 40: 0.05, 50: 0.0},
        ),
        theta=1.0,
        theta_note="Block grant unchanged in nominal terms since 1997; prices assumed",
        elasticity=0.5,
        note="Three quarters children",
    )
    w.financing("tanf", note="General revenue, federal and state")
    w.cash(
        "child_nutrition",
        both(
            {0: 0.42, 1: 0.40, 4: 0.35, 6: 0.6, 12: 0.6, 17: 0.45, 18: 0.02, 35: 0.02, 40: 0.0},
            {0: 0.42, 1: 0.40, 4: 0.35, 6: 0.6, 12: 0.6, 17: 0.45, 18: 0.0},
        ),
        theta=1.0,
        theta_note="Consumer prices of food away from home (42 U.S.C. 1759a)",
        elasticity=0.0,
        note="School lunches 29.4 m a day, WIC 6.7 m",
    )
    w.financing("child_nutrition", note="General revenue")
    w.cash(
        "early_childhood",
        both({0: 0.05, 2: 0.12, 3: 0.3, 4: 0.55, 5: 0.1, 6: 0.03, 12: 0.02}) * between(0, 12),
        theta=0.0,
        theta_note="Staff cost follows wages; assumed",
        note="Head Start 0.7 m, subsidised care 1.4 m, state pre-kindergarten 1.75 m",
    )
    w.financing("early_childhood", note="General revenue, federal and state")
    w.cash(
        "other_family_benefits",
        both({0: 0.8, 4: 2.2, 5: 2.0, 6: 0.6, 17: 0.6}) * between(0, 17),
        theta=0.0,
        theta_note="Staff cost follows wages; assumed",
        note="Residual, number assumed",
    )
    w.financing("other_family_benefits", note="General revenue, state and local")
    z = "universal_child_benefit"
    w.array(z, "recipient_rate", SEX_AGE, between(0, 17), "1", note="All children under 18")
    w.scalar(z, "coverage", 0.0, "1", note="Switched off; a reform sets it to 1")
    w.array(
        z,
        "benefit_amount",
        ["sex"],
        [3000.0, 3000.0],
        "LCU/year",
        source="us_law",
        flag="assumed",
        note="Child tax credit of 2021 for ages 6 to 17 (Public Law 117-2 s.9611), 20 percent of "
        "the poverty guideline of 2024 for one person (15,060)",
    )
    w.scalar(z, "price_indexation_share", 1.0, "1", note="Prices")
    w.financing(z, note="General revenue")


TECHNOLOGY = {2024: 0.010, 2030: 0.008, 2036: 0.006, 2042: 0.004, 2048: 0.002, 2054: 0.0}


def _care_prices(w: _Writer, name: str, wage_share: float = 0.6) -> None:
    w.scalar(
        name,
        "wage_share",
        wage_share,
        "1",
        note="Share of unit cost that follows wages, the rest prices (usual in projections)",
    )


def _health_kind(
    w: _Writer, name: str, profile: Array, covered: Mapping[int, Array], note: str, source: str
) -> None:
    w.array(
        name,
        "cost_profile",
        SEX_AGE,
        profile / profile.mean(),
        "1",
        note="Relative cost of a covered person; " + note,
    )
    persons = float((covered[2024] * w.population).sum())
    w.array(
        name,
        "covered_share",
        SEX_AGE,
        dict(covered),
        "1",
        source=source,
        flag="estimated",
        note=f"{persons / 1e6:.1f} m covered in 2024; shape by age assumed. {note}",
    )
    _care_prices(w, name)
    w.pack.series(
        f"schemes.{name}.technology_growth",
        TECHNOLOGY,
        "1/year",
        ASSUMED,
        "assumed",
        "One percent a year above wages and prices, fading to zero in 30 years",
    )
    w.scalar(name, "healthy_ageing_share", 0.5, "1", note="Half of added years in good health")


def _health(w: _Writer) -> None:
    p = w.population
    old_only = both({64: 0.0, 65: 0.93, 67: 0.98, 100: 0.985}) * between(65, 100)
    disabled = both({18: 0.0, 20: 0.2, 40: 1.6, 50: 3.0, 60: 8.0, 64: 10.0}) * between(20, 64)
    medicare = to_total(old_only, 60.3e6, p) + to_total(disabled, 7.3e6, p)
    cost = both(
        {0: 14.5, 64: 14.5, 65: 8.5, 70: 11.0, 75: 13.5, 80: 16.0, 85: 18.5, 90: 20.5, 100: 21.0}
    )
    note = (
        "60.3 m aged 65 and over, 7.3 m disabled; relative costs rise from 8.5 at 65 to 20.5 at 90"
    )
    for z in ("medicare_hi", "medicare_smi"):
        _health_kind(w, z, cost, {2024: medicare}, note, "cms_tr2025")
    w.financing(
        "medicare_hi",
        state_share=0.0,
        earmarked={2024: 0.108},
        reserve=237.5 * BILLION,
        real_return={2024: 0.003, 2027: 0.01, 2032: 0.023},
        bonds=1.0,
        source="cms_tr2025",
        note="Trust fund about 237.5 bn at the end of 2024. Income tax on benefits about 40 bn and "
        "premiums about 5 bn as a share of benefits",
    )
    w.contributions(
        "medicare_hi",
        coverage=_coverage(0.97, 0.96),
        amounts=(180.0, 194.0, 21.0),
        rates=(0.0145, 0.0145, 0.029),
        source="us_law",
        note="26 U.S.C. 3101(b), 3111(b), 1401(b): 1.45 percent each without ceiling, 2.9 percent "
        "self-employed. About 395 bn in 2024; employees' part includes the additional 0.9 percent "
        "above 200,000 or 250,000 (26 U.S.C. 3101(b)(2), not indexed), about 14 bn",
        coverage_note="As social security, with state and local employees hired since April 1986",
    )
    w.financing(
        "medicare_smi",
        state_share=0.76,
        source="cms_tr2025",
        note="General revenue and state payments about 76 percent; the insured pay the rest",
    )
    w.scalar(
        "medicare_smi",
        "premium_share",
        0.24,
        "1",
        source="cms_tr2025",
        flag="estimated",
        note="Premiums follow cost: about a quarter of Part B (42 U.S.C. 1395r), 25.5 percent of "
        "Part D",
    )

    base_cover = both({0: 0.60, 5: 0.56, 18: 0.50, 19: 0.24, 30: 0.21, 50: 0.155, 64: 0.145})
    aged = both({65: 0.13, 85: 0.17, 100: 0.20}) * between(65, 100)
    children = to_total(base_cover * between(0, 18), 43.5e6, p)
    adults_shape = base_cover * between(19, 64)
    adults_shape[0] *= 1.2
    adults = to_total(adults_shape, 39.4e6, p)
    rest = to_total(aged, 8.5e6, p)
    medicaid = {
        y: children + adults * share + rest
        for y, share in {2024: 1.0, 2027: 0.93, 2028: 0.87, 2030: 0.83, 2034: 0.81}.items()
    }
    _health_kind(
        w,
        "medicaid_chip",
        both({0: 5.5, 2: 3.0, 12: 3.3, 19: 5.0, 30: 6.5, 45: 9.0, 60: 13.5, 65: 6.0, 100: 6.5}),
        medicaid,
        "Children 43.5 m, adults 39.4 m, aged 8.5 m. Public Law 119-21 s.71119 (work requirement "
        "from 1 January 2027), s.71107: adults fall by about 7.5 m to 2034 (CBO)",
        "cms_nhe_2024",
    )
    w.financing("medicaid_chip", note="42 U.S.C. 1396b: federal and state general revenue")

    z = "medicaid_long_term_care"
    need = both(
        {0: 0.8, 20: 1.0, 50: 2.2, 65: 5.5, 75: 13.0, 85: 36.0, 95: 62.0, 100: 68.0},
        {0: 1.1, 20: 1.2, 50: 2.1, 65: 5.0, 75: 10.5, 85: 27.0, 95: 50.0, 100: 56.0},
    )
    dependency = to_total(need / 100, 14.5e6, p)
    w.array(
        z,
        "dependency_rate",
        SEX_AGE,
        dependency,
        "1",
        note="14.5 m persons in need of long-term services; level and shape assumed",
    )
    w.scalar(
        z,
        "recipient_share",
        w.recipients(z) / 14.5e6,
        "1",
        source="crs_ltss_2025",
        flag="estimated",
        note="6.2 m users / 14.5 m in need",
    )
    _care_prices(w, z, 0.8)
    w.financing(z, note="42 U.S.C. 1396b: federal and state general revenue")

    veterans = both(
        {20: 0.3, 35: 0.9, 50: 0.9, 65: 0.5, 75: 0.25, 100: 0.2},
        {20: 0.5, 35: 2.2, 50: 3.2, 65: 5.0, 75: 9.5, 85: 9.0, 100: 8.0},
    ) * between(18, 100)
    veterans_cover = to_total(veterans / 100, [0.6e6, 5.7e6], p)
    general = both(
        {
            0: 6.0,
            2: 3.4,
            10: 2.9,
            20: 5.2,
            30: 7.4,
            45: 8.3,
            60: 12.5,
            70: 17.0,
            80: 24.0,
            90: 36.0,
        },
        {
            0: 6.5,
            2: 3.6,
            10: 3.1,
            20: 3.4,
            30: 4.0,
            45: 6.6,
            60: 12.5,
            70: 18.0,
            80: 26.0,
            90: 35.0,
        },
    )
    note = "profile of personal health spending by age (NHE age groups of 2020, smoothed)"
    _health_kind(w, "veterans_health", general, {2024: veterans_cover}, note, "va_2024")
    w.financing("veterans_health", note="General revenue")
    everyone = np.ones((2, 101))
    _health_kind(w, "other_public_health", general, {2024: everyone}, note, "oecd_socx_2023")
    w.financing("other_public_health", note="General revenue")

    z = "private_health_insurance"
    insured = both({0: 0.50, 18: 0.58, 26: 0.60, 40: 0.67, 64: 0.66, 65: 0.40, 75: 0.38, 100: 0.34})
    profile = general * 1.0
    profile[:, 65:] = 2.2
    _health_kind(
        w,
        z,
        profile,
        {2024: to_total(insured, w.recipients(z), p)},
        note + "; from 65 mostly supplements to Medicare",
        "cms_nhe_2024",
    )
    gross = w.expenditure(z) * (1 + float(w.row(z).administration_share)) / BILLION
    w.financing(z, state_share=0.0, source="cms_nhe_2024", note="Premiums meet each year's cost")
    w.contributions(
        z,
        coverage=_coverage(0.80, 0.70),
        amounts=(0.66 * gross, 0.24 * gross, 0.10 * gross),
        rates=None,
        source="cms_nhe_2024",
        note="Premiums equal benefits and net cost of insurance. Employers, government as employer "
        "included, about 66 percent, employees 24, individual buyers (here the self-employed) 10. "
        "Premiums are not set by earnings: the rate is the effective one of 2024",
        coverage_note="Workers with private cover in their own or a relative's name",
    )

    z = "aca_marketplace"
    shape = both({0: 0.03, 18: 0.06, 26: 0.09, 45: 0.08, 60: 0.12, 64: 0.13}) * between(0, 64)
    cover = to_total(shape, w.recipients(z), p)
    _health_kind(
        w,
        z,
        general,
        {2024: cover, 2025: cover * 1.08, 2026: cover * 0.8},
        "19.3 m with advance credits. Public Law 117-169 s.12001: enhanced credits end with 2025; "
        "about a quarter less expenditure than with them (CBO), shown as fewer covered",
        "cms_marketplace_2024",
    )
    w.financing(z, note="General revenue (26 U.S.C. 36B)")
