"""Labour-market tables that follow from the solved year, and the labour identities (method 2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Var, Year
from socialbudget.pack import Pack


class LabourAccounts(Module):
    """Employment, wages and rates by sex and age, women and men apart."""

    name = "labour_accounts"
    writes = (
        Var("labour_accounts.employment", ("sex", "age"), "person", "flow", "Employment"),
        Var(
            "labour_accounts.employment_by_status",
            ("sex", "status"),
            "person",
            "flow",
            "Employment by status",
        ),
        Var(
            "labour_accounts.inactive",
            ("sex", "age"),
            "person",
            "flow",
            "Population outside the labour force",
        ),
        Var(
            "labour_accounts.unemployment_rate",
            ("sex", "age"),
            "1",
            "rate",
            "Unemployment rate by sex and age",
        ),
        Var(
            "labour_accounts.unemployment_rate_by_sex",
            ("sex",),
            "1",
            "rate",
            "Unemployment rate by sex",
        ),
        Var(
            "labour_accounts.participation_rate_by_sex",
            ("sex",),
            "1",
            "rate",
            "Labour force participation rate, 15 and over",
        ),
        Var(
            "labour_accounts.employment_rate_by_sex",
            ("sex",),
            "1",
            "rate",
            "Employment over population, 15 and over",
        ),
        Var(
            "labour_accounts.informality_rate_by_sex",
            ("sex",),
            "1",
            "rate",
            "Informal employment over employment",
        ),
        Var(
            "labour_accounts.wage_bill_by_sex",
            ("sex",),
            "LCU/year",
            "flow",
            "Gross wages of employees",
        ),
        Var(
            "labour_accounts.average_wage_by_sex",
            ("sex",),
            "LCU/year",
            "rate",
            "Gross wage per employee",
        ),
        Var(
            "labour_accounts.average_wage",
            ("sex", "age"),
            "LCU/year",
            "rate",
            "Gross wage per employee by sex and age; 0 where nobody is employed",
        ),
        Var(
            "labour_accounts.gender_wage_gap",
            (),
            "1",
            "rate",
            "One minus women's over men's gross wage per employee",
        ),
        Var(
            "labour_accounts.compensation_by_sex",
            ("sex",),
            "LCU/year",
            "flow",
            "Labour income by sex, employer charges included",
        ),
    )
    reads = (
        "demography.population_midyear",
        "participation.labour_force",
        "labour_market.unemployed",
        "labour_market.unemployment_rate",
        "labour_market.employment_by_status",
        "labour_market.compensation",
        "labour_market.gross_wage",
        "labour_market.labour_income",
        "labour_market.total_employment",
    )

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        population = y["demography.population_midyear"]
        force = y["participation.labour_force"]
        unemployed = y["labour_market.unemployed"]
        by_status = y["labour_market.employment_by_status"]
        employment = by_status.sum(axis=3)
        y["labour_accounts.employment"] = employment
        y["labour_accounts.employment_by_status"] = by_status.sum(axis=2)
        y["labour_accounts.inactive"] = population - force
        y["labour_accounts.unemployment_rate"] = ratio(unemployed, force)
        adults = population[:, :, 15:].sum(axis=2)
        y["labour_accounts.unemployment_rate_by_sex"] = unemployed.sum(axis=2) / force.sum(axis=2)
        y["labour_accounts.participation_rate_by_sex"] = force.sum(axis=2) / adults
        y["labour_accounts.employment_rate_by_sex"] = employment.sum(axis=2) / adults
        persons = by_status.sum(axis=2)
        y["labour_accounts.informality_rate_by_sex"] = (
            persons[:, :, 1] + persons[:, :, 3] + persons[:, :, 4]
        ) / persons.sum(axis=2)
        employees = by_status[..., :2]
        bill = (employees * y["labour_market.gross_wage"][..., :2]).sum(axis=3)
        y["labour_accounts.wage_bill_by_sex"] = bill.sum(axis=2)
        wage = bill.sum(axis=2) / employees.sum(axis=(2, 3))
        y["labour_accounts.average_wage_by_sex"] = wage
        y["labour_accounts.average_wage"] = ratio(bill, employees.sum(axis=3))
        y["labour_accounts.gender_wage_gap"] = 1.0 - wage[:, 0] / wage[:, 1]
        y["labour_accounts.compensation_by_sex"] = y["labour_market.compensation"].sum(axis=(2, 3))

    def identities(self, y: Year) -> Mapping[str, Array]:
        population = y["demography.population_midyear"][:, :, 15:]
        force = y["participation.labour_force"][:, :, 15:]
        unemployed = y["labour_market.unemployed"]
        employment = y["labour_accounts.employment"]
        by_status = y["labour_market.employment_by_status"]
        total = force.sum(axis=(1, 2))
        income = y["labour_market.labour_income"]
        scale = np.maximum(population, 1.0)
        return {
            "L-1 population 15+ = labour force + inactive": (
                population - force - y["labour_accounts.inactive"][:, :, 15:]
            )
            / scale,
            "L-2 labour force = employed + unemployed": (
                force - employment[:, :, 15:] - unemployed[:, :, 15:]
            )
            / scale,
            "L-3 employment = sum over statuses": (
                y["labour_market.total_employment"] - by_status.sum(axis=(1, 2, 3))
            )
            / total,
            "L-4 compensation adds up to labour income": (
                y["labour_market.compensation"].sum(axis=(1, 2, 3)) - income
            )
            / income,
            "L-7 unemployed = unemployment rate x labour force, none below zero": (
                unemployed.sum(axis=(1, 2)) - y["labour_market.unemployment_rate"] * total
            )
            / total,
            "L-7 no negative unemployment or employment": np.minimum(
                np.minimum(unemployed, 0.0).sum(axis=(1, 2)),
                np.minimum(by_status, 0.0).sum(axis=(1, 2, 3)),
            )
            / total,
            "L-8 women's and men's labour income add up": (
                y["labour_accounts.compensation_by_sex"].sum(axis=1) - income
            )
            / income,
        }


def modules(pack: Pack) -> Sequence[Module]:
    """The labour accounts module."""
    return [LabourAccounts()]
