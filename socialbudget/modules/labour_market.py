"""The labour market inside the year: unemployment, employment by status, wages (method 2.3-2.5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.errors import PackError
from socialbudget.kernels.labour import employment_and_wages
from socialbudget.modules._shared import (
    CLOSURE,
    LABOUR_SHARE,
    PRODUCTIVITY_GROWTH,
    STATUS_SHARE,
    UNEMPLOYMENT_RATE,
)
from socialbudget.pack import Pack


class LabourMarket(Module):
    """Employment, formality and wages that answer to output, labour charges and productivity.

    Closure M1: ``u = u* - okun gap`` with ``u* = u*_t + beta_tau (wedge - wedge_0) formal share +
    beta_ui (generosity - generosity_0)``: both effects weighted by how many they reach.
    Closure M0: employment is output over exogenous productivity and unemployment the residual.
    """

    name = "labour_market"
    params = (
        CLOSURE,
        UNEMPLOYMENT_RATE,
        Param("labour_market.unemployment_min", (), "1", 0, 1, "Lowest unemployment rate", "fixed"),
        Param(
            "labour_market.unemployment_max",
            (),
            "1",
            0,
            1,
            "Highest unemployment rate of any age and sex",
            "fixed",
        ),
        Param(
            "labour_market.equilibrium_unemployment_rate",
            (),
            "1",
            0,
            1,
            "Equilibrium unemployment rate before the effect of policy",
        ),
        Param(
            "labour_market.okun",
            (),
            "1",
            0,
            2,
            "Points of unemployment per point of output gap",
            "fixed",
        ),
        Param(
            "labour_market.beta_tau",
            (),
            "1",
            0,
            2,
            "Points of equilibrium unemployment per point of contribution wedge",
            "fixed",
        ),
        Param(
            "labour_market.beta_ui",
            (),
            "1",
            0,
            2,
            "Points of equilibrium unemployment per point of unemployment benefits over wages, "
            "per unemployed",
            "fixed",
        ),
        Param(
            "labour_market.wage_curve_elasticity",
            (),
            "1",
            0,
            1,
            "Elasticity of the labour share to unemployment over equilibrium",
            "fixed",
        ),
        Param(
            "labour_market.kappa_tau",
            (),
            "1",
            0,
            20,
            "Fall of the log odds of formality per unit of contribution wedge",
            "fixed",
        ),
        Param(
            "labour_market.kappa_y",
            (),
            "1",
            0,
            5,
            "Rise of the log odds of formality per log point of productivity",
            "fixed",
        ),
        Param(
            "labour_market.kappa_gap",
            (),
            "1",
            0,
            20,
            "Rise of the log odds of formality per unit of last year's output gap",
            "fixed",
        ),
        Param(
            "labour_market.lambda_phi",
            (),
            "1",
            0,
            1,
            "Yearly adjustment of formality to its target",
            "fixed",
        ),
        STATUS_SHARE,
        Param(
            "labour_market.relative_earnings",
            ("sex", "age", "status"),
            "1",
            0,
            20,
            "Compensation relative to a prime-age man in formal employment",
        ),
        Param(
            "labour_market.base_wage_growth",
            (),
            "1/year",
            -0.5,
            2,
            "Growth of average wages in the base year",
            "fixed",
        ),
        LABOUR_SHARE,
        PRODUCTIVITY_GROWTH,
    )
    writes = (
        Var("labour_market.unemployment_rate", (), "1", "rate", "Unemployment rate"),
        Var(
            "labour_market.equilibrium_unemployment_rate",
            (),
            "1",
            "rate",
            "Equilibrium unemployment rate",
        ),
        Var(
            "labour_market.unemployed",
            ("sex", "age"),
            "person",
            "flow",
            "Unemployed, average of the year",
        ),
        Var(
            "labour_market.employment_by_status",
            ("sex", "age", "status"),
            "person",
            "flow",
            "Employment by status, average of the year",
            history=False,
        ),
        Var(
            "labour_market.compensation",
            ("sex", "age", "status"),
            "LCU/year",
            "flow",
            "Compensation of all persons of the cell, employer charges included",
            history=False,
        ),
        Var(
            "labour_market.gross_wage",
            ("sex", "age", "status"),
            "LCU/year",
            "rate",
            "Gross wage or self-employed earnings per person",
            history=False,
        ),
        Var("labour_market.total_employment", (), "person", "flow", "Employment"),
        Var(
            "labour_market.employment_ratio",
            (),
            "1",
            "rate",
            "Formal employment over population aged 15-64",
        ),
        Var("labour_market.formal_share", (), "1", "rate", "Formal employment over employment"),
        Var(
            "labour_market.formality_index",
            (),
            "1",
            "rate",
            "Log odds of formality relative to the base year",
        ),
        Var("labour_market.employees", (), "person", "flow", "Employees, formal and informal"),
        Var(
            "labour_market.employee_compensation",
            (),
            "LCU/year",
            "flow",
            "Compensation of employees",
        ),
        Var(
            "labour_market.self_employed_income",
            (),
            "LCU/year",
            "flow",
            "Labour income of the self-employed",
        ),
        Var(
            "labour_market.formal_wage_bill",
            (),
            "LCU/year",
            "flow",
            "Gross wages of formal employees",
        ),
        Var("labour_market.wage_bill", (), "LCU/year", "flow", "Gross wages of all employees"),
        Var("labour_market.average_wage", (), "LCU/year", "rate", "Gross wage per employee"),
        Var("labour_market.wage_growth", (), "1", "rate", "Growth of the average wage"),
        Var(
            "labour_market.labour_income",
            (),
            "LCU/year",
            "flow",
            "Labour income, employees and self-employed",
        ),
        Var("labour_market.labour_share", (), "1", "rate", "Labour income over GDP at factor cost"),
        Var(
            "labour_market.productivity",
            (),
            "LCU_real/person/year",
            "rate",
            "Real output per person employed",
        ),
        Var("labour_market.base_wedge", (), "1", "rate", "Contribution wedge of the base year"),
        Var(
            "labour_market.base_productivity",
            (),
            "LCU_real/person/year",
            "rate",
            "Productivity of the base year",
        ),
        Var(
            "labour_market.base_generosity",
            (),
            "1",
            "rate",
            "Unemployment benefits over wages per unemployed in the base year",
        ),
    )
    reads = (
        "participation.labour_force",
        "demography.population_midyear",
        "macroeconomy.gdp",
        "macroeconomy.gdp_real",
        "macroeconomy.output_gap",
        "government.indirect_taxes",
        "government.subsidies",
        "contributions.employer_rate_effective",
        "contributions.wedge",
        "*.unemployment_generosity",
    )
    lags = ("macroeconomy.output_gap", "macroeconomy.labour_share_factor")

    def start(self, y: Year) -> None:
        _check_shares(y.p["labour_market.status_share"])
        force = y["participation.labour_force"]
        rate = y.p["labour_market.unemployment_rate"]
        u = (force * rate).sum(axis=(1, 2)) / force.sum(axis=(1, 2))
        y["labour_market.unemployment_rate"] = u
        y["labour_market.equilibrium_unemployment_rate"] = u
        y["labour_market.formality_index"] = 0.0
        # Inside the block the charges are unknown in the first sweep: start from none.
        employer_rate = _known(y["contributions.employer_rate_effective"])
        share = np.broadcast_to(y.p["macroeconomy.labour_share"], u.shape)
        income = share * (
            y["macroeconomy.gdp"] - y["government.indirect_taxes"] + y["government.subsidies"]
        )
        y["labour_market.labour_share"] = share
        self._spread(y, u, np.ones_like(u), income, employer_rate)
        y["labour_market.wage_growth"] = y.p["labour_market.base_wage_growth"]
        y["labour_market.productivity"] = (
            y["macroeconomy.gdp_real"] / y["labour_market.total_employment"]
        )
        y["labour_market.base_wedge"] = _known(y["contributions.wedge"])
        y["labour_market.base_generosity"] = self._generosity(y)
        y["labour_market.base_productivity"] = y["labour_market.productivity"]

    def step(self, y: Year) -> None:
        for name in ("base_wedge", "base_productivity", "base_generosity"):
            y[f"labour_market.{name}"] = y.lag(f"labour_market.{name}")
        p = y.p
        wedge = y["contributions.wedge"] - y.lag("labour_market.base_wedge")
        formal_before = y.lag("labour_market.formal_share")
        generosity = self._generosity(y) - y.lag("labour_market.base_generosity")
        equilibrium = (
            p["labour_market.equilibrium_unemployment_rate"]
            + p["labour_market.beta_tau"] * wedge * formal_before
            + p["labour_market.beta_ui"] * generosity
        )
        y["labour_market.equilibrium_unemployment_rate"] = equilibrium
        force = y["participation.labour_force"].sum(axis=(1, 2))
        classic = bool(p["macroeconomy.closure"][0] == 0.0)
        if classic:
            productivity = y.lag("labour_market.productivity") * (
                1.0 + p["macroeconomy.productivity_growth"]
            )
            u = 1.0 - y["macroeconomy.gdp_real"] / productivity / force
        else:
            u = np.maximum(
                equilibrium - p["labour_market.okun"] * y["macroeconomy.output_gap"],
                p["labour_market.unemployment_min"],
            )
        y["labour_market.unemployment_rate"] = u
        target = (
            p["labour_market.kappa_y"]
            * np.log(y.lag("labour_market.productivity") / y.lag("labour_market.base_productivity"))
            - p["labour_market.kappa_tau"] * wedge
            + p["labour_market.kappa_gap"] * y.lag("macroeconomy.output_gap")
        )
        index = y.lag("labour_market.formality_index")
        index = index + p["labour_market.lambda_phi"] * (target - index)
        y["labour_market.formality_index"] = index
        share = np.broadcast_to(p["macroeconomy.labour_share"], u.shape)
        if not classic:
            # Wages answer to the labour market of the year before: within the year the answer to
            # the gap would be epsilon okun / u, about one where unemployment is low, without
            # solution. Under M0 the share is given.
            slack = np.maximum(y.lag("labour_market.unemployment_rate"), 1e-6)
            ratio = slack / np.maximum(y.lag("labour_market.equilibrium_unemployment_rate"), 1e-6)
            share = share * ratio ** (-p["labour_market.wage_curve_elasticity"])
            # What technology gives labour where its elasticity of substitution is not 1.
            share = share * y.lag("macroeconomy.labour_share_factor")
        y["labour_market.labour_share"] = share
        income = share * (
            y["macroeconomy.gdp"] - y["government.indirect_taxes"] + y["government.subsidies"]
        )
        self._spread(y, u, np.exp(index), income, y["contributions.employer_rate_effective"])
        y["labour_market.wage_growth"] = (
            y["labour_market.average_wage"] / y.lag("labour_market.average_wage") - 1.0
        )
        y["labour_market.productivity"] = (
            y["macroeconomy.gdp_real"] / y["labour_market.total_employment"]
        )

    @staticmethod
    def _generosity(y: Year) -> Array:
        """Replacement rate times recipients per unemployed, over all unemployment insurances."""
        parts = y.match("*.unemployment_generosity").values()
        return np.asarray(sum((_known(p) for p in parts), np.zeros(y.draws)))

    def _spread(
        self, y: Year, rate: Array, odds: Array, income: Array, employer_rate: Array
    ) -> None:
        totals = np.empty((y.draws, 7))
        employment_and_wages(
            y["participation.labour_force"],
            y.p["labour_market.unemployment_rate"],
            np.ascontiguousarray(rate),
            y.p["labour_market.unemployment_max"],
            y.p["labour_market.status_share"],
            np.ascontiguousarray(odds),
            y.p["labour_market.relative_earnings"],
            np.ascontiguousarray(income),
            np.ascontiguousarray(employer_rate),
            y["labour_market.unemployed"],
            y["labour_market.employment_by_status"],
            y["labour_market.compensation"],
            y["labour_market.gross_wage"],
            totals,
        )
        employment, formal, employees, compensation, mixed, formal_wages, wages = totals.T
        y["labour_market.labour_income"] = income
        y["labour_market.total_employment"] = employment
        y["labour_market.formal_share"] = formal / employment
        working_age = y["demography.population_midyear"][:, :, 15:65].sum(axis=(1, 2))
        y["labour_market.employment_ratio"] = formal / working_age
        y["labour_market.employees"] = employees
        y["labour_market.employee_compensation"] = compensation
        y["labour_market.self_employed_income"] = mixed
        y["labour_market.formal_wage_bill"] = formal_wages
        y["labour_market.wage_bill"] = wages
        y["labour_market.average_wage"] = wages / employees


def _known(value: Array) -> Array:
    """The value, or 0 in the first sweep of the base year, when nobody has written it yet."""
    return np.zeros_like(value) if np.isnan(value).all() else value


def _check_shares(share: Array) -> None:
    """Refuse status shares that do not add up to 1 for every sex and age."""
    total = share.sum(axis=3)
    wrong = np.abs(total - 1.0) > 1e-9
    if wrong.any():
        _, sex, age = (int(i) for i in np.argwhere(wrong)[0])
        raise PackError(
            "labour market",
            [
                f"'labour_market.status_share' adds up to {total[wrong][0]:.6g} instead of 1 for "
                f"{STANDARD['sex'][sex]}, age {age} ({int(wrong.sum())} such cells); change the "
                "shares of the other statuses along with the one meant"
            ],
        )


def modules(pack: Pack) -> Sequence[Module]:
    """The labour market module."""
    return [LabourMarket()]
