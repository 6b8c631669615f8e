"""Employment, hours and pay by activity, status, age and sex, after the core (method 2.4, 2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import ACTIVITIES, STANDARD, STATUSES
from socialbudget.errors import SocialBudgetError
from socialbudget.kernels import structure as kernels
from socialbudget.pack import Pack

FORMAL = (0, 2)
INFORMAL = (1, 3, 4)
EMPLOYEES = slice(0, 2)
WEEKS = 365.25 / 7.0
BLOCKS = ("formal", "informal")


def _var(name: str, dims: tuple[str, ...], unit: str, doc: str, history: bool = True) -> Var:
    amount = unit in ("person", "LCU/year", "LCU_real/year") and "per person" not in doc
    return Var(
        f"employment_structure.{name}",
        dims,
        unit,
        "flow" if amount and "per employee" not in doc else "rate",
        doc,
        history=history,
    )


class EmploymentStructure(Module):
    """Who works where: the employed of each sex, age and status by economic activity.

    Iterative proportional fitting: the odds of the base year, changed as little as the totals by
    activity, formality, status, sex and age allow. Pay differs between activities around the mean
    of each sex, age and status, so that no wage of the core changes.
    """

    name = "employment_structure"
    params = (
        Param(
            "employment_structure.activity_odds",
            ("sex", "activity", "status"),
            "1",
            0,
            1e6,
            "Odds of working in an activity rather than in market services at age 40, before "
            "fitting to totals",
            "fixed",
        ),
        Param(
            "employment_structure.age_odds",
            ("age", "activity"),
            "1",
            0,
            1e6,
            "Odds of working in an activity at an age over those at age 40, before fitting to "
            "totals",
            "fixed",
        ),
        Param(
            "employment_structure.weekly_hours",
            ("sex", "activity", "status"),
            "hour/week",
            0.1,
            100,
            "Mean weekly hours of an employed person",
        ),
        Param(
            "employment_structure.full_time_hours",
            (),
            "hour/week",
            1,
            100,
            "Weekly hours of a full-time worker",
        ),
        Param(
            "employment_structure.pay_elasticity",
            (),
            "1",
            0,
            1,
            "Elasticity of pay to value added per worker across activities, for the same sex, age "
            "and status",
        ),
    )
    writes = (
        _var(
            "employment",
            ("sex", "age", "activity", "status"),
            "person",
            "Employment by sex, age, activity and status, average of the year",
            history=False,
        ),
        _var(
            "gross_wage",
            ("sex", "age", "activity", "status"),
            "LCU/year",
            "Gross wage or self-employed earnings per person by sex, age, activity and status; 0 "
            "where nobody is employed",
            history=False,
        ),
        _var(
            "total",
            ("activity", "status"),
            "person",
            "Employment by activity and status that persons are fitted to",
            history=False,
        ),
        _var(
            "employment_by_activity_status",
            ("sex", "activity", "status"),
            "person",
            "Employment by sex, activity and status, average of the year",
        ),
        _var(
            "employment_by_activity",
            ("sex", "activity"),
            "person",
            "Employment by sex and activity, average of the year",
        ),
        _var(
            "women_share_by_activity",
            ("activity",),
            "1",
            "Women over all employed of an activity",
        ),
        _var(
            "informality_rate_by_activity",
            ("sex", "activity"),
            "1",
            "Informal over all employment of a sex and activity",
        ),
        _var(
            "mean_age_by_activity",
            ("sex", "activity"),
            "year",
            "Mean age of the employed of a sex and activity",
        ),
        _var("hours_by_sex", ("sex",), "hour/week", "Mean weekly hours of the employed by sex"),
        _var(
            "hours_by_activity",
            ("activity",),
            "hour/week",
            "Mean weekly hours of the employed by activity",
        ),
        _var(
            "full_time_equivalent",
            ("sex",),
            "person",
            "Employment by sex in full-time equivalents",
        ),
        _var(
            "value_added_by_activity",
            ("activity",),
            "LCU/year",
            "Value added of an activity at factor cost",
        ),
        _var(
            "real_value_added_by_activity",
            ("activity",),
            "LCU_real/year",
            "Value added of an activity at factor cost and prices of the base year",
        ),
        _var(
            "productivity_by_activity",
            ("activity",),
            "LCU_real/person/year",
            "Real value added per person employed by activity",
        ),
        _var(
            "hourly_productivity_by_activity",
            ("activity",),
            "LCU_real/person/hour",
            "Real value added per hour worked by activity",
        ),
        _var(
            "compensation_by_activity_status",
            ("sex", "activity", "status"),
            "LCU/year",
            "Labour income by sex, activity and status, employer charges included",
        ),
        _var(
            "wage_bill_by_activity",
            ("sex", "activity"),
            "LCU/year",
            "Gross wages of employees by sex and activity",
        ),
        _var(
            "average_wage_by_activity_status",
            ("sex", "activity", "status"),
            "LCU/year",
            "Gross wage or self-employed earnings per person by sex, activity and status; 0 where "
            "nobody is employed",
        ),
        _var(
            "average_wage_by_activity",
            ("sex", "activity"),
            "LCU/year",
            "Gross wage per employee by sex and activity",
        ),
        _var(
            "gender_wage_gap_by_activity",
            ("activity",),
            "1",
            "One minus women's over men's gross wage per employee by activity",
        ),
        _var(
            "base_factor_cost_share",
            (),
            "1",
            "GDP at factor cost over GDP at market prices in the base year",
        ),
    )
    reads = (
        "labour_market.employment_by_status",
        "labour_market.compensation",
        "labour_market.gross_wage",
        "labour_market.total_employment",
        "labour_market.formal_share",
        "labour_market.wage_bill",
        "labour_market.formal_share_by_activity",
        "economic_activity.employment_share",
        "economic_activity.value_added_share",
        "economic_activity.relative_productivity",
        "macroeconomy.gdp",
        "macroeconomy.gdp_real",
        "government.indirect_taxes",
        "government.subsidies",
    )

    def start(self, y: Year) -> None:
        y["employment_structure.base_factor_cost_share"] = _factor_cost(y) / y["macroeconomy.gdp"]
        self._fill(y)

    def step(self, y: Year) -> None:
        y["employment_structure.base_factor_cost_share"] = y.lag(
            "employment_structure.base_factor_cost_share"
        )
        self._fill(y)

    def _fill(self, y: Year) -> None:
        prefix = "employment_structure."
        p = y.p
        report = np.empty((y.draws, 5), dtype=np.int64)
        kernels.employment_by_activity(
            y["labour_market.employment_by_status"],
            y["economic_activity.employment_share"],
            y["labour_market.formal_share_by_activity"],
            p[prefix + "activity_odds"],
            p[prefix + "age_odds"],
            y[prefix + "total"],
            y[prefix + "employment"],
            report,
        )
        _check(report, y.year)
        productivity = y["economic_activity.relative_productivity"]
        totals = np.empty((y.draws, 3, 2, len(ACTIVITIES), len(STATUSES)))
        kernels.pay_by_activity(
            y[prefix + "employment"],
            y["labour_market.employment_by_status"],
            y["labour_market.compensation"],
            y["labour_market.gross_wage"],
            np.ascontiguousarray(productivity ** p[prefix + "pay_elasticity"][:, None]),
            y[prefix + "gross_wage"],
            totals,
        )
        compensation, paid, years = totals[:, 0], totals[:, 1], totals[:, 2]
        cells = y[prefix + "employment"].sum(axis=2)
        persons = cells.sum(axis=3)
        activity = persons.sum(axis=1)
        y[prefix + "employment_by_activity_status"] = cells
        y[prefix + "employment_by_activity"] = persons
        y[prefix + "women_share_by_activity"] = ratio(persons[:, 0], activity)
        y[prefix + "informality_rate_by_activity"] = ratio(
            cells[..., INFORMAL].sum(axis=3), persons
        )
        y[prefix + "mean_age_by_activity"] = ratio(years.sum(axis=3), persons)

        worked = cells * p[prefix + "weekly_hours"]
        y[prefix + "hours_by_sex"] = ratio(worked.sum(axis=(2, 3)), persons.sum(axis=2))
        hours = worked.sum(axis=(1, 3))
        y[prefix + "hours_by_activity"] = ratio(hours, activity)
        y[prefix + "full_time_equivalent"] = (
            worked.sum(axis=(2, 3)) / p[prefix + "full_time_hours"][:, None]
        )

        share = y["economic_activity.value_added_share"]
        y[prefix + "value_added_by_activity"] = share * _factor_cost(y)[:, None]
        factor_cost = y["macroeconomy.gdp_real"] * y[prefix + "base_factor_cost_share"]
        real = share * factor_cost[:, None]
        y[prefix + "real_value_added_by_activity"] = real
        y[prefix + "productivity_by_activity"] = ratio(real, activity)
        y[prefix + "hourly_productivity_by_activity"] = ratio(real, hours * WEEKS)

        employees = cells[..., EMPLOYEES].sum(axis=3)
        bill = paid[..., EMPLOYEES].sum(axis=3)
        wage = ratio(bill, employees)
        y[prefix + "compensation_by_activity_status"] = compensation
        y[prefix + "wage_bill_by_activity"] = bill
        y[prefix + "average_wage_by_activity_status"] = ratio(paid, cells)
        y[prefix + "average_wage_by_activity"] = wage
        # Without employees of both sexes there is no gap to tell of.
        both = (wage > 0.0).all(axis=1)
        y[prefix + "gender_wage_gap_by_activity"] = both * (1.0 - ratio(wage[:, 0], wage[:, 1]))

    def identities(self, y: Year) -> Mapping[str, Array]:
        prefix = "employment_structure."
        employment = y[prefix + "employment"]
        by_status = y["labour_market.employment_by_status"]
        cells = y[prefix + "employment_by_activity_status"]
        total = y[prefix + "total"]
        everybody = y["labour_market.total_employment"]
        rows = everybody[:, None] * y["economic_activity.employment_share"]
        compensation = y["labour_market.compensation"].sum(axis=2)
        added = y[prefix + "value_added_by_activity"].sum(axis=1)
        factor_cost = _factor_cost(y)
        hours = y[prefix + "hours_by_sex"]
        wages = y["labour_market.wage_bill"]
        return {
            "L-3 employment over activities and statuses = employment": ratio(
                employment.sum(axis=(3, 4)) - by_status.sum(axis=3), by_status.sum(axis=3)
            ),
            "L-3 employment over activities = employment of the status": ratio(
                np.abs(employment.sum(axis=3) - by_status).sum(axis=(1, 2)),
                by_status.sum(axis=(1, 2)),
            ),
            "L-3 persons by activity and status meet their totals": ratio(
                cells.sum(axis=1) - total, total
            ),
            "L-3 employment by activity = its share of employment": ratio(
                cells.sum(axis=(1, 3)) - rows, rows
            ),
            "L-3 formal employment over activities = formal employment": (
                cells[..., FORMAL].sum(axis=(1, 2, 3)) - y["labour_market.formal_share"] * everybody
            )
            / everybody,
            "L-4 compensation over activities = compensation": ratio(
                y[prefix + "compensation_by_activity_status"].sum(axis=2) - compensation,
                compensation,
            ),
            "L-7 hours are positive, nobody below zero": np.minimum(hours, 0.0).sum(axis=1)
            + np.minimum(cells, 0.0).sum(axis=(1, 2, 3)) / everybody,
            "L-8 women's and men's wage bills over activities = wage bill": (
                y[prefix + "wage_bill_by_activity"].sum(axis=(1, 2)) - wages
            )
            / wages,
            "M-1 value added over activities = GDP at factor cost": (added - factor_cost)
            / factor_cost,
        }


def _factor_cost(y: Year) -> Array:
    return y["macroeconomy.gdp"] - y["government.indirect_taxes"] + y["government.subsidies"]


def _check(report: np.ndarray, year: int) -> None:
    """Refuse totals that no matrix with the zeros of the odds can meet, naming the cell."""
    failed = np.flatnonzero(report[:, 0] != kernels.FITTED)
    if not failed.size:
        return
    draw = int(failed[0])
    what, one, other = (int(i) for i in report[draw, :3])
    where = f"employment by activity, {year}" + (f", draw {draw}" if len(report) > 1 else "")
    odds = "'employment_structure.activity_odds'"
    if what == kernels.NO_FORMAL_ACTIVITY:
        raise SocialBudgetError(
            f"{where}: no common shift of 'labour_market.formal_share_by_activity' gives the "
            "formal employment of the country; give more activities a formal share between 0 and 1"
        )
    if what == kernels.TOTAL_ROW:
        raise SocialBudgetError(
            f"{where}: {ACTIVITIES[one]} has {BLOCKS[other]} employment, but {odds} are zero in "
            f"every {BLOCKS[other]} status that has persons; give one of them positive odds, or "
            "change its formal share"
        )
    if what == kernels.TOTAL_COLUMN:
        raise SocialBudgetError(
            f"{where}: persons are {STATUSES[other]}, but {odds} of that status are zero in every "
            f"activity with {BLOCKS[one]} employment; give one activity positive odds"
        )
    if what == kernels.PERSON_ROW:
        sex, age = divmod(one, len(STANDARD["age"]))
        raise SocialBudgetError(
            f"{where}: {STANDARD['sex'][sex]}, age {age}, {STATUSES[other]}: persons are employed, "
            f"but {odds} or 'employment_structure.age_odds' are zero in every activity where the "
            "status occurs; give one activity positive odds"
        )
    if what == kernels.PERSON_COLUMN:
        raise SocialBudgetError(
            f"{where}: {ACTIVITIES[one]} has persons who are {STATUSES[other]}, but {odds} are "
            "zero for every sex and age that has any; give one of them positive odds"
        )
    raise SocialBudgetError(
        f"{where}: no employment by activity and status meets its totals with the zeros of "
        f"'employment_structure.activity_odds' and 'age_odds'; replace zeros by small odds such as "
        "0.001, or move employment or formal shares of the activities nearer to the base year"
    )


def modules(pack: Pack) -> Sequence[Module]:
    """The structure of employment."""
    return [EmploymentStructure()]
