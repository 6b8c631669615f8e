"""Human capital of those who work, relative to the base year (method 3.2, channel 7 of 3.6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import FUNCTIONS
from socialbudget.modules._shared import SOCIAL_SPENDING_TO_HUMAN_CAPITAL
from socialbudget.pack import Pack

CHILDHOOD = 15
"""Ages below which spending forms human capital: a cohort starts to work with it at this age."""
FOR_CHILDREN = [FUNCTIONS.index(f) for f in ("family", "maternity")]
FOR_EVERYBODY = FUNCTIONS.index("health_care")


class HumanCapital(Module):
    """Schooling, what childhood got, and the ages of the labour force: each 1 in the base year.

    A child takes with it, for each year of its childhood, a fifteenth of the logarithm of that
    year's spending per child relative to the base year: on families and maternity per child, and on
    health per head, both over GDP per head. A cohort starts to work with the mean of its childhood,
    so that a lasting change is in full force, among those who enter, after 15 years and among all
    who work after some sixty.
    """

    name = "human_capital"
    params = (
        Param(
            "human_capital.schooling_growth",
            (),
            "1/year",
            -0.1,
            0.1,
            "Growth of human capital per worker by schooling",
            "annual",
        ),
        Param(
            "human_capital.spending_elasticity",
            (),
            "1",
            0,
            1,
            "Elasticity of a person's human capital to social spending in childhood",
            "fixed",
        ),
        SOCIAL_SPENDING_TO_HUMAN_CAPITAL,
        Param(
            "human_capital.age_productivity",
            ("age",),
            "1",
            0,
            10,
            "Productivity by age relative to ages 30 to 54",
            "fixed",
        ),
        Param(
            "human_capital.age_weight",
            (),
            "1",
            0,
            1,
            "Weight of the ages of the labour force in human capital",
            "fixed",
        ),
    )
    writes = (
        Var(
            "human_capital.index",
            (),
            "1",
            "index",
            "Human capital per worker, base year 1",
        ),
        Var("human_capital.growth", (), "1/year", "rate", "Growth of human capital per worker"),
        Var("human_capital.schooling", (), "1", "index", "Human capital by schooling, base year 1"),
        Var(
            "human_capital.childhood_spending",
            ("age",),
            "1",
            "rate",
            "Log of spending in childhood relative to the base year, by age of the cohort",
        ),
        Var(
            "human_capital.base_spending",
            (),
            "1",
            "rate",
            "Spending per child over GDP per head in the base year",
        ),
        Var(
            "human_capital.base_age_productivity",
            (),
            "1",
            "rate",
            "Mean productivity of the ages of the labour force in the base year",
        ),
    )
    reads = ("participation.labour_force",)
    lags = (
        "social_accounts.public_expenditure_by_function",
        "demography.population_midyear",
        "macroeconomy.gdp",
    )

    def start(self, y: Year) -> None:
        for name in ("index", "schooling"):
            y[f"human_capital.{name}"] = 1.0
        y["human_capital.growth"] = y.p["human_capital.schooling_growth"]
        y["human_capital.childhood_spending"] = 0.0
        y["human_capital.base_spending"] = 0.0
        y["human_capital.base_age_productivity"] = self._age_productivity(y)

    def step(self, y: Year) -> None:
        p = y.p
        schooling = y.lag("human_capital.schooling") * (1.0 + p["human_capital.schooling_growth"])
        y["human_capital.schooling"] = schooling
        spending = self._spending_before(y)
        base = spending if y.first else y.lag("human_capital.base_spending")
        y["human_capital.base_spending"] = base
        # A country that spends nothing on children in the base year has nothing to compare with.
        known = (base > 0.0) & (spending > 0.0)
        change = np.log(np.where(known, spending, 1.0) / np.where(known, base, 1.0))
        before, now = (
            y.lag("human_capital.childhood_spending"),
            y["human_capital.childhood_spending"],
        )
        now[:, 0] = 0.0
        now[:, 1:] = before[:, :-1]
        now[:, -1] = before[:, -1]
        now[:, 1 : CHILDHOOD + 1] += change[:, None] / CHILDHOOD
        workers = y["participation.labour_force"].sum(axis=1)
        elasticity = (
            p["channels.social_spending_to_human_capital"] * p["human_capital.spending_elasticity"]
        )
        by_cohort = np.exp(elasticity[:, None] * now)
        childhood = (workers * by_cohort).sum(axis=1) / workers.sum(axis=1)
        relative = self._age_productivity(y) / y.lag("human_capital.base_age_productivity")
        ages = relative ** p["human_capital.age_weight"]
        y["human_capital.base_age_productivity"] = y.lag("human_capital.base_age_productivity")
        index = schooling * childhood * ages
        y["human_capital.index"] = index
        y["human_capital.growth"] = index / y.lag("human_capital.index") - 1.0

    @staticmethod
    def _age_productivity(y: Year) -> Array:
        workers = y["participation.labour_force"].sum(axis=1)
        profile = y.p["human_capital.age_productivity"]
        return np.asarray((workers * profile).sum(axis=1) / workers.sum(axis=1))

    @staticmethod
    def _spending_before(y: Year) -> Array:
        """Social spending on a child over GDP per head, last year."""
        by_function = y.lag("social_accounts.public_expenditure_by_function").sum(axis=2)
        people = y.lag("demography.population_midyear")
        everybody = people.sum(axis=(1, 2))
        children = people[:, :, :CHILDHOOD].sum(axis=(1, 2))
        product = y.lag("macroeconomy.gdp")
        return np.asarray(
            by_function[:, FOR_CHILDREN].sum(axis=1) / children * everybody / product
            + by_function[:, FOR_EVERYBODY] / product
        )


def modules(pack: Pack) -> Sequence[Module]:
    """The human capital module."""
    return [HumanCapital()]
