"""A first set of performance indicators (method 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Var, Year
from socialbudget.dims import FUNCTIONS
from socialbudget.modules import Scheme, schemes_of
from socialbudget.pack import Pack

F = {name: i for i, name in enumerate(FUNCTIONS)}
OLD_AGE = 65


class Indicators(Module):
    """Cost rates, reserve ratios, dependency, replacement, coverage and gender gaps."""

    name = "indicators"
    reads = (
        "demography.population_midyear",
        "labour_market.unemployed",
        "labour_market.total_employment",
        "labour_market.average_wage",
        "labour_accounts.employment_rate_by_sex",
        "labour_accounts.gender_wage_gap",
        "contributions.contributors",
        "contributions.insured_earnings_total",
        "scheme_accounts.expenditure",
        "scheme_accounts.reserve",
        "social_accounts.scheme_recipients",
        "social_accounts.recipients_by_function",
        "social_accounts.expenditure_by_function",
    )
    lags = ("scheme_accounts.reserve",)

    def __init__(self, schemes: Sequence[Scheme]):
        self._rows = [i for i, s in enumerate(schemes) if s.insurance_index is not None]
        self.writes = (
            Var(
                "indicators.payg_cost_rate",
                ("insurance",),
                "1",
                "rate",
                "Expenditure over insured earnings",
            ),
            Var(
                "indicators.contributor_dependency_ratio",
                ("insurance",),
                "1",
                "rate",
                "Recipients over contributors",
            ),
            Var(
                "indicators.benefit_ratio",
                ("insurance",),
                "1",
                "rate",
                "Expenditure per recipient over insured earnings per contributor",
            ),
            Var(
                "indicators.reserve_ratio",
                ("scheme",),
                "year",
                "rate",
                "Reserve at the start of the year over expenditure (at its end in the base year)",
            ),
            Var(
                "indicators.old_age_dependency_ratio",
                (),
                "1",
                "rate",
                "Population 65 and over, over population 20-64",
            ),
            Var(
                "indicators.youth_dependency_ratio",
                (),
                "1",
                "rate",
                "Population under 20 over population 20-64",
            ),
            Var(
                "indicators.old_age_recipients_ratio",
                ("sex",),
                "1",
                "rate",
                "Recipients of old-age benefits over population 65 and over; recipients of several "
                "benefits and below 65 count, so it can exceed 1",
            ),
            Var(
                "indicators.unemployment_coverage",
                ("sex",),
                "1",
                "rate",
                "Recipients of unemployment benefits over unemployed",
            ),
            Var(
                "indicators.family_coverage",
                (),
                "1",
                "rate",
                "Recipients of family benefits over population under 18",
            ),
            Var(
                "indicators.contributor_coverage",
                ("insurance",),
                "1",
                "rate",
                "Contributors over employment",
            ),
            Var(
                "indicators.old_age_benefit_ratio",
                ("sex",),
                "1",
                "rate",
                "Old-age benefit per recipient over the average wage",
            ),
            Var(
                "indicators.gender_gap_old_age_benefit",
                (),
                "1",
                "rate",
                "One minus women's over men's old-age benefit per recipient",
            ),
            Var(
                "indicators.gender_gap_employment",
                (),
                "1",
                "rate",
                "Men's less women's employment rate",
            ),
            Var(
                "indicators.gender_gap_wage",
                (),
                "1",
                "rate",
                "One minus women's over men's wage per employee",
            ),
            Var(
                "indicators.gender_gap_contributors",
                ("insurance",),
                "1",
                "rate",
                "One minus women's over men's contributors",
            ),
            Var(
                "indicators.women_share_of_benefits",
                (),
                "1",
                "rate",
                "Women's share of benefit expenditure",
            ),
        )

    def start(self, y: Year) -> None:
        self._fill(y, y["scheme_accounts.reserve"])

    def step(self, y: Year) -> None:
        self._fill(y, y.lag("scheme_accounts.reserve"))

    def _fill(self, y: Year, opening: Array) -> None:
        rows = self._rows
        spending = y["scheme_accounts.expenditure"]
        earnings = y["contributions.insured_earnings_total"]
        by_sex = y["contributions.contributors"].sum(axis=3)
        contributors = by_sex.sum(axis=2)
        recipients = y["social_accounts.scheme_recipients"].sum(axis=2)[:, rows]
        cost_rate = ratio(spending[:, rows], earnings)
        dependency = ratio(recipients, contributors)
        y["indicators.payg_cost_rate"] = cost_rate
        y["indicators.contributor_dependency_ratio"] = dependency
        y["indicators.benefit_ratio"] = ratio(
            ratio(spending[:, rows], recipients), ratio(earnings, contributors)
        )
        y["indicators.reserve_ratio"] = ratio(opening, spending)
        population = y["demography.population_midyear"]
        working = population[:, :, 20:OLD_AGE].sum(axis=(1, 2))
        y["indicators.old_age_dependency_ratio"] = (
            population[:, :, OLD_AGE:].sum(axis=(1, 2)) / working
        )
        y["indicators.youth_dependency_ratio"] = population[:, :, :20].sum(axis=(1, 2)) / working
        people = y["social_accounts.recipients_by_function"]
        money = y["social_accounts.expenditure_by_function"]
        y["indicators.old_age_recipients_ratio"] = people[:, F["old_age"]] / population[
            :, :, OLD_AGE:
        ].sum(axis=2)
        y["indicators.unemployment_coverage"] = ratio(
            people[:, F["unemployment"]], y["labour_market.unemployed"].sum(axis=2)
        )
        y["indicators.family_coverage"] = people[:, F["family"]].sum(axis=1) / population[
            :, :, :18
        ].sum(axis=(1, 2))
        y["indicators.contributor_coverage"] = (
            contributors / y["labour_market.total_employment"][:, None]
        )
        pension = ratio(money[:, F["old_age"]], people[:, F["old_age"]])
        y["indicators.old_age_benefit_ratio"] = pension / y["labour_market.average_wage"][:, None]
        y["indicators.gender_gap_old_age_benefit"] = 1.0 - ratio(pension[:, 0], pension[:, 1])
        rate = y["labour_accounts.employment_rate_by_sex"]
        y["indicators.gender_gap_employment"] = rate[:, 1] - rate[:, 0]
        y["indicators.gender_gap_wage"] = y["labour_accounts.gender_wage_gap"]
        y["indicators.gender_gap_contributors"] = 1.0 - ratio(by_sex[:, :, 0], by_sex[:, :, 1])
        by_sex_money = money.sum(axis=1)
        y["indicators.women_share_of_benefits"] = by_sex_money[:, 0] / by_sex_money.sum(axis=1)

    def identities(self, y: Year) -> Mapping[str, Array]:
        rate = y["indicators.payg_cost_rate"]
        product = y["indicators.contributor_dependency_ratio"] * y["indicators.benefit_ratio"]
        recipients = y["social_accounts.scheme_recipients"].sum(axis=2)[:, self._rows]
        # The two factors of a scheme without recipients are not defined.
        residual = np.where(recipients > 0.0, rate - product, 0.0)
        return {"I-2 cost rate = dependency x benefit ratio": residual}


def modules(pack: Pack) -> Sequence[Module]:
    """The indicators module."""
    return [Indicators(schemes_of(pack))]
