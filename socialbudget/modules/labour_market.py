"""The labour market inside the year: unemployment, employment by status, wages (method 2.3-2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget import unemployment_engines as engines
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.errors import LabourMarketError, PackError
from socialbudget.kernels.labour import employment_and_wages
from socialbudget.modules import schemes_of
from socialbudget.modules._shared import (
    CLOSURE,
    CONTRIBUTIONS_TO_LABOUR_MARKET,
    LABOUR_SHARE,
    PRODUCTIVITY_GROWTH,
    STATUS_SHARE,
    UNEMPLOYMENT_BENEFITS_TO_UNEMPLOYMENT,
    UNEMPLOYMENT_ENGINE,
    UNEMPLOYMENT_RATE,
)
from socialbudget.pack import Pack

# The flow engine: unemployment as a stock with separations and job finding.
FLOW_PARAMS = (
    UNEMPLOYMENT_ENGINE,
    UNEMPLOYMENT_BENEFITS_TO_UNEMPLOYMENT,
    Param("labour_market.separation_rate", (), "1/year", 0.001, 5,
          "Rate at which the employed become unemployed", "fixed"),
    Param("labour_market.matching_elasticity", (), "1", 0, 0.95,
          "Elasticity of new matches to unemployment; vacancies have the rest", "fixed"),
    Param("labour_market.search_elasticity", (), "1", 0, 2,
          "Percent by which the job finding rate falls per percent of unemployment benefits, among "
          "those who draw them", "fixed"),
)  # fmt: skip
FLOW_WRITES = (
    Var("labour_market.year_end_unemployment_rate", (), "1", "rate",
        "Unemployment rate at the end of the year; under the engine of equilibrium and cycle that "
        "of the year"),
    Var("labour_market.job_finding_rate", (), "1/year", "rate",
        "Rate at which the unemployed find work, net of moves into and out of the labour force"),
    Var("labour_market.unemployment_inflow_rate", (), "1/year", "rate",
        "Persons becoming unemployed in a year over the labour force"),
    Var("labour_market.job_finding_index", (), "1", "rate",
        "Job finding rate relative to the base year; 1 under the engine of equilibrium and cycle"),
    Var("labour_market.claims_index", (), "1", "rate",
        "Persons becoming unemployed per unemployed, relative to the base year; 1 under the engine "
        "of equilibrium and cycle"),
    Var("labour_market.vacancy_response", (), "1", "rate",
        "Log points of vacancies per unit of output gap"),
    Var("labour_market.base_search", (), "1", "rate",
        "Log of the income that the unemployed could count on in the base year, over income "
        "without benefit"),
)  # fmt: skip


class LabourMarket(Module):
    """Employment, formality and wages that answer to output, labour charges and productivity.

    Closure M1: ``u = u* - okun gap`` with ``u* = u*_t + beta_tau (wedge - wedge_0) formal share +
    beta_ui (generosity - generosity_0) + beta_almp (programmes - programmes_0)``: the first two
    weighted by how many they reach. The flow engine puts in its place a stock of unemployed with
    separations and job finding. Closure M0: employment is output over exogenous productivity and
    unemployment the residual. Formality is one logit by activity; the odds of the nation over
    the base year's move every sex and age. Wages absorb a change of employers' charges in time.
    """

    name = "labour_market"
    params: tuple[Param, ...] = (
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
            "Fall of the log odds of formality per unit of the contribution wedge that workers "
            "do not value",
            "fixed",
        ),
        Param(
            "labour_market.valued_share",
            (),
            "1",
            0,
            1,
            "Share of contributions that workers value as a benefit",
        ),
        Param(
            "labour_market.kappa_e",
            (),
            "1",
            0,
            20,
            "Rise of the log odds of formality per unit of enforcement",
            "fixed",
        ),
        Param(
            "labour_market.enforcement",
            (),
            "1",
            0,
            100,
            "Index of labour inspection and registration, base year 1",
        ),
        Param(
            "labour_market.kappa_mw",
            (),
            "1",
            0,
            20,
            "Fall of the log odds of formality per unit of minimum over average wage",
            "fixed",
        ),
        Param(
            "labour_market.minimum_wage_ratio",
            (),
            "1",
            0,
            2,
            "Minimum wage over average wage",
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
        Param(
            "labour_market.beta_almp",
            (),
            "1",
            -5,
            0,
            "Points of equilibrium unemployment per point of GDP spent on labour market programmes "
            "the year before; not above 0",
            "fixed",
        ),
        Param(
            "labour_market.incidence_first_year",
            (),
            "1",
            0,
            1,
            "Share of a change of employers' charges that gross wages absorb in its year",
            "fixed",
        ),
        Param(
            "labour_market.incidence_speed",
            (),
            "1/year",
            0,
            1,
            "Share of employers' charges not yet absorbed that gross wages absorb in a later year",
            "fixed",
        ),
        Param(
            "labour_market.incidence_on_capital",
            (),
            "1",
            0,
            1,
            "Share of employers' charges not yet absorbed that the operating surplus pays; all "
            "who work pay the rest",
            "fixed",
        ),
        CONTRIBUTIONS_TO_LABOUR_MARKET,
        STATUS_SHARE,
        Param(
            "labour_market.formal_share_by_activity",
            ("activity",),
            "1",
            0.001,
            0.999,
            "Formal employment over employment of the activity in the base year",
            "fixed",
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
        *FLOW_PARAMS,
    )
    writes = (
        *FLOW_WRITES,
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
        Var(
            "labour_market.formal_share_by_activity",
            ("activity",),
            "1",
            "rate",
            "Formal employment over employment of the activity, before formalisation programmes",
        ),
        Var(
            "labour_market.unemployment_floor_effect",
            (),
            "1",
            "rate",
            "Unemployment rate over what equilibrium and output gap give, where the lowest rate "
            "holds it up; 0 in other years",
        ),
        Var(
            "labour_market.employer_charge_change",
            (),
            "1",
            "rate",
            "Log change of employers' charges on wages by rates changed since the base year",
        ),
        Var(
            "labour_market.employer_charge_unabsorbed",
            (),
            "1",
            "rate",
            "Part of the log change of employers' charges that gross wages do not absorb yet",
        ),
        Var(
            "labour_market.charges_paid_by_capital",
            (),
            "LCU/year",
            "flow",
            "Labour income that the operating surplus pays for charges not yet absorbed by wages",
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
        Var(
            "labour_market.base_formality_policy",
            (),
            "1",
            "rate",
            "Log odds of formality owed to charges, enforcement and minimum wage in the base year",
        ),
        Var(
            "labour_market.base_formal_share",
            (),
            "1",
            "rate",
            "Formal employment over employment in the base year, sum over activities",
        ),
        Var(
            "labour_market.base_programme_ratio",
            (),
            "1",
            "rate",
            "Spending on labour market programmes over GDP in the base year",
        ),
    )
    reads = (
        "economic_activity.employment_share",
        "economic_activity.productivity_index",
        "relative_earnings.relative_earnings",
        "participation.labour_force",
        "demography.population_midyear",
        "macroeconomy.gdp",
        "macroeconomy.gdp_real",
        "macroeconomy.output_gap",
        "government.indirect_taxes",
        "government.subsidies",
        "contributions.employer_rate_effective",
        "contributions.employer_rate_change",
        "contributions.wedge",
        "*.unemployment_generosity",
        "*.formal_share_shift",
        "*.search_income",
    )

    def __init__(self, programmes: Sequence[str] = ()):
        self._programmes = tuple(f"{name}.benefit_expenditure" for name in programmes)
        self._base_expenditure = tuple(f"schemes.{name}.base_expenditure" for name in programmes)
        self.params = (
            *self.params,
            *(
                Param(
                    path,
                    ("function",),
                    "LCU/year",
                    0,
                    1e30,
                    "Benefit expenditure in the base year",
                    "fixed",
                )
                for path in self._base_expenditure
            ),
        )
        self.lags = (
            "macroeconomy.output_gap",
            "macroeconomy.gdp",
            "macroeconomy.labour_share_factor",
            *self._programmes,
        )

    def start(self, y: Year) -> None:
        _check_shares(y.p["labour_market.status_share"])
        _check_engine(y.p)
        force = y["participation.labour_force"]
        rate = y.p["labour_market.unemployment_rate"]
        u = (force * rate).sum(axis=(1, 2)) / force.sum(axis=(1, 2))
        y["labour_market.unemployment_rate"] = u
        y["labour_market.equilibrium_unemployment_rate"] = u
        y["labour_market.unemployment_floor_effect"] = 0.0
        formal = y.p["labour_market.formal_share_by_activity"]
        y["labour_market.formal_share_by_activity"] = formal
        y["labour_market.base_formal_share"] = (
            y["economic_activity.employment_share"] * formal
        ).sum(axis=1)
        y["labour_market.formality_index"] = 0.0
        y["labour_market.base_wedge"] = _known(y["contributions.wedge"])
        y["labour_market.base_formality_policy"] = self._formality_policy(
            y, y["labour_market.base_wedge"]
        )
        spent = sum((y.p[path].sum(axis=1) for path in self._base_expenditure), np.zeros(y.draws))
        y["labour_market.base_programme_ratio"] = spent / y["macroeconomy.gdp"]
        y["labour_market.employer_charge_change"] = 0.0
        y["labour_market.employer_charge_unabsorbed"] = 0.0
        # Inside the block the charges are unknown in the first sweep: start from none.
        employer_rate = _known(y["contributions.employer_rate_effective"])
        share = np.broadcast_to(y.p["macroeconomy.labour_share"], u.shape)
        self._spread(y, u, np.zeros_like(u), share, employer_rate, np.zeros_like(u))
        y["labour_market.wage_growth"] = y.p["labour_market.base_wage_growth"]
        y["labour_market.productivity"] = (
            y["macroeconomy.gdp_real"] / y["labour_market.total_employment"]
        )
        y["labour_market.base_generosity"] = self._generosity(y)
        y["labour_market.base_productivity"] = y["labour_market.productivity"]
        y["labour_market.base_search"] = self._search(y)
        delta = y.p["labour_market.separation_rate"]
        y["labour_market.vacancy_response"] = engines.vacancy_response(
            y.p["labour_market.okun"], u, delta, y.p["labour_market.matching_elasticity"]
        )
        self._write_flows(y, engines.Flows(u, u, engines.finding_rate(u, delta), delta * (1.0 - u)))

    def step(self, y: Year) -> None:
        for name in HELD:
            y[f"labour_market.{name}"] = y.lag(f"labour_market.{name}")
        classic = bool(y.p["macroeconomy.closure"][0] == 0.0)
        if not classic and y.p[UNEMPLOYMENT_ENGINE.path][0] == 1.0:
            u, equilibrium = self._flows(y)
            floor_effect = np.zeros(y.draws)
        else:
            equilibrium = self._equilibrium(y) + self._benefit_effect(y)
            u, floor_effect = self._unemployment(y, equilibrium, classic)
            delta = y.p["labour_market.separation_rate"]
            self._write_flows(
                y, engines.Flows(u, u, engines.finding_rate(u, delta), delta * (1.0 - u))
            )
        y["labour_market.equilibrium_unemployment_rate"] = equilibrium
        y["labour_market.unemployment_rate"] = u
        y["labour_market.unemployment_floor_effect"] = floor_effect
        index = self._formality(y)
        y["labour_market.formality_index"] = index
        share = np.broadcast_to(y.p["macroeconomy.labour_share"], u.shape)
        if not classic:
            # Wages answer to the labour market of the year before: within the year the answer to
            # the gap would be epsilon okun / u, about one where unemployment is low, without
            # solution. Under M0 the share is given.
            slack = np.maximum(y.lag("labour_market.unemployment_rate"), 1e-6)
            ratio = slack / np.maximum(y.lag("labour_market.equilibrium_unemployment_rate"), 1e-6)
            share = share * ratio ** (-y.p["labour_market.wage_curve_elasticity"])
            # What technology gives labour where its elasticity of substitution is not 1.
            share = share * y.lag("macroeconomy.labour_share_factor")
        unabsorbed = self._unabsorbed_charges(y, classic)
        rate = y["contributions.employer_rate_effective"]
        self._spread(y, u, index, share, rate, np.expm1(unabsorbed))
        y["labour_market.wage_growth"] = (
            y["labour_market.average_wage"] / y.lag("labour_market.average_wage") - 1.0
        )
        y["labour_market.productivity"] = (
            y["macroeconomy.gdp_real"] / y["labour_market.total_employment"]
        )

    def _equilibrium(self, y: Year) -> Array:
        """Equilibrium unemployment by the given path, the wedge and labour market programmes."""
        p = y.p
        wedge = y["contributions.wedge"] - y.lag("labour_market.base_wedge")
        out: Array = p["labour_market.equilibrium_unemployment_rate"] + p[
            "channels.contributions_to_labour_market"
        ] * p["labour_market.beta_tau"] * wedge * y.lag("labour_market.formal_share")
        if p["labour_market.beta_almp"].any():
            spent = sum(
                (y.lag(name).sum(axis=(1, 2)) for name in self._programmes), np.zeros(y.draws)
            ) / y.lag("macroeconomy.gdp")
            out = out + p["labour_market.beta_almp"] * (
                spent - y.lag("labour_market.base_programme_ratio")
            )
        return out

    def _benefit_effect(self, y: Year) -> Array:
        """Points of equilibrium unemployment owed to more generous benefits."""
        change = self._generosity(y) - y.lag("labour_market.base_generosity")
        channel = y.p["channels.unemployment_benefits_to_unemployment"]
        return np.asarray(channel * y.p["labour_market.beta_ui"] * change)

    @staticmethod
    def _unemployment(y: Year, equilibrium: Array, classic: bool) -> tuple[Array, Array]:
        """Unemployment rate, and by how much its lowest value holds it up."""
        if classic:
            force = y["participation.labour_force"].sum(axis=(1, 2))
            productivity = y.lag("labour_market.productivity") * (
                1.0 + y.p["macroeconomy.productivity_growth"]
            )
            return 1.0 - y["macroeconomy.gdp_real"] / productivity / force, np.zeros(y.draws)
        wanted = equilibrium - y.p["labour_market.okun"] * y["macroeconomy.output_gap"]
        effect = np.maximum(y.p["labour_market.unemployment_min"] - wanted, 0.0)
        return wanted + effect, effect

    @staticmethod
    def _formality_policy(y: Year, wedge: Array) -> Array:
        """Log odds of formality owed to charges, enforcement and the minimum wage."""
        p = y.p
        perceived = wedge * (1.0 - p["labour_market.valued_share"])
        out: Array = (
            p["labour_market.kappa_e"] * p["labour_market.enforcement"]
            - p["labour_market.kappa_mw"] * p["labour_market.minimum_wage_ratio"]
            - p["channels.contributions_to_labour_market"]
            * p["labour_market.kappa_tau"]
            * perceived
        )
        return out

    def _formality(self, y: Year) -> Array:
        """Formal share of every activity; returns the national log odds over the base year's."""
        p = y.p
        base = p["labour_market.formal_share_by_activity"]
        common = (
            self._formality_policy(y, y["contributions.wedge"])
            - y.lag("labour_market.base_formality_policy")
            + p["labour_market.kappa_gap"] * y.lag("macroeconomy.output_gap")
        )
        target = _share_of_odds(
            _log_odds(base)
            + p["labour_market.kappa_y"][:, None]
            * np.log(y["economic_activity.productivity_index"])
            + common[:, None]
        )
        before = y.lag("labour_market.formal_share_by_activity")
        formal = before + p["labour_market.lambda_phi"][:, None] * (target - before)
        y["labour_market.formal_share_by_activity"] = formal
        national = (y["economic_activity.employment_share"] * formal).sum(axis=1)
        return _log_odds(national) - _log_odds(y.lag("labour_market.base_formal_share"))

    @staticmethod
    def _unabsorbed_charges(y: Year, classic: bool) -> Array:
        """Log change of employers' charges that gross wages do not absorb yet (method 2.5).

        With a the log change of charges and b what wages have absorbed of it,
        ``b = b(-1) + first (a - a(-1)) + speed (a(-1) - b(-1))``. Kept is ``a - b``. Under M0 the
        distribution of income is given: charges come out of gross wages at once.
        """
        rate = 1.0 + y["contributions.employer_rate_effective"]
        change = -np.log1p(-y["contributions.employer_rate_change"] / rate)
        y["labour_market.employer_charge_change"] = change
        if classic:
            y["labour_market.employer_charge_unabsorbed"] = 0.0
            return np.zeros(y.draws)
        new = change - y.lag("labour_market.employer_charge_change")
        open_ = (1.0 - y.p["labour_market.incidence_first_year"]) * new + (
            1.0 - y.p["labour_market.incidence_speed"]
        ) * y.lag("labour_market.employer_charge_unabsorbed")
        y["labour_market.employer_charge_unabsorbed"] = open_
        channel: Array = y.p["channels.contributions_to_labour_market"] * open_
        return channel

    def _flows(self, y: Year) -> tuple[Array, Array]:
        """Unemployment of the year and its equilibrium by separations and job finding.

        Wedge and programmes move job finding so that the equilibrium answers by as many points as
        under the other engine; benefits move it by the elasticity of search.
        """
        p = y.p
        delta = p["labour_market.separation_rate"]
        slower = (
            p["labour_market.search_elasticity"]
            * p["channels.unemployment_benefits_to_unemployment"]
            * (self._search(y) - y.lag("labour_market.base_search"))
        )
        equilibrium = engines.equilibrium(self._equilibrium(y), delta, slower)
        flows = engines.advance(
            y.lag("labour_market.year_end_unemployment_rate"),
            equilibrium,
            y["macroeconomy.output_gap"],
            delta,
            y.lag("labour_market.vacancy_response"),
            p["labour_market.matching_elasticity"],
        )
        self._write_flows(y, flows)
        return flows.rate, equilibrium

    @staticmethod
    def _write_flows(y: Year, flows: engines.Flows) -> None:
        """Fill the variables of the flows; indices are 1 unless the flow engine is at work."""
        y["labour_market.year_end_unemployment_rate"] = flows.year_end
        y["labour_market.job_finding_rate"] = flows.finding
        y["labour_market.unemployment_inflow_rate"] = flows.inflow
        finding, claims = y["labour_market.job_finding_index"], y["labour_market.claims_index"]
        finding[...] = claims[...] = 1.0
        if y.year > y.base_year and y.p[UNEMPLOYMENT_ENGINE.path][0] == 1.0:
            base = y.lag("labour_market.job_finding_rate") / y.lag(
                "labour_market.job_finding_index"
            )
            finding[...] = flows.finding / base
            # In equilibrium the unemployed of the base year become so at the rate they find work.
            claims[...] = flows.inflow / flows.rate / base

    @staticmethod
    def _search(y: Year) -> Array:
        """Log of the income the unemployed can count on, over income without benefit."""
        parts = y.match("*.search_income").values()
        return np.asarray(sum(parts, np.zeros(y.draws)))

    @staticmethod
    def _generosity(y: Year) -> Array:
        """Replacement rate times recipients per unemployed, over all unemployment insurances."""
        parts = y.match("*.unemployment_generosity").values()
        return np.asarray(sum((_known(p) for p in parts), np.zeros(y.draws)))

    def _spread(
        self,
        y: Year,
        rate: Array,
        log_odds: Array,
        share: Array,
        employer_rate: Array,
        premium: Array,
    ) -> None:
        factor_cost = (
            y["macroeconomy.gdp"] - y["government.indirect_taxes"] + y["government.subsidies"]
        )
        before_charges = share * factor_cost
        totals = np.empty((y.draws, 8))
        employment_and_wages(
            y["participation.labour_force"],
            y.p["labour_market.unemployment_rate"],
            np.ascontiguousarray(rate),
            y.p["labour_market.unemployment_max"],
            y.p["labour_market.status_share"],
            self._odds_by_sex(y, log_odds),
            y["relative_earnings.relative_earnings"],
            np.ascontiguousarray(before_charges),
            np.ascontiguousarray(employer_rate),
            np.ascontiguousarray(premium),
            y.p["labour_market.incidence_on_capital"],
            y["labour_market.unemployed"],
            y["labour_market.employment_by_status"],
            y["labour_market.compensation"],
            y["labour_market.gross_wage"],
            totals,
        )
        employment, formal, employees, compensation, mixed, formal_wages, wages, income = totals.T
        y["labour_market.labour_income"] = income
        y["labour_market.labour_share"] = income / factor_cost
        y["labour_market.charges_paid_by_capital"] = income - before_charges
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

    @staticmethod
    def _odds_by_sex(y: Year, log_odds: Array) -> Array:
        """Odds ratio of formality by sex, ``[draw, sex]``, formalisation programmes included."""
        out = np.repeat(np.exp(log_odds)[:, None], len(STANDARD["sex"]), axis=1)
        parts = [_known(part) for part in y.match("*.formal_share_shift").values()]
        shift = np.asarray(sum(parts, np.zeros_like(out)))
        if not shift.any():
            return out
        share = y.p["labour_market.status_share"]
        persons = y["participation.labour_force"] * (1.0 - y.p["labour_market.unemployment_rate"])
        return shifted_odds(share[..., 0] + share[..., 2], persons, out, shift)

    def identities(self, y: Year) -> Mapping[str, Array]:
        """None of its own, but a rate that no labour market can have ends the run by name."""
        u = y["labour_market.unemployment_rate"]
        top = y.p["labour_market.unemployment_max"]
        for wrong, what, mend in (
            (u < 0.0, "more persons at work than the labour force holds",
             "lower 'macroeconomy.gdp_growth', raise 'macroeconomy.productivity_growth' or the "
             "labour force, or use closure M1 ('macroeconomy.closure' = 1)"),
            (u > top, "more unemployed than 'labour_market.unemployment_max' allows",
             "soften the shock, raise 'labour_market.unemployment_max', or under closure M0 raise "
             "'macroeconomy.gdp_growth' or lower 'macroeconomy.productivity_growth'"),
        ):  # fmt: skip
            if wrong.any():
                draw = int(np.argmax(wrong))
                raise LabourMarketError(
                    f"unemployment is {100.0 * u[draw]:.2f} percent of the labour force in "
                    f"{y.year}, draw {y.first_draw + draw}: {what}. It is not cut off: {mend}"
                )
        return {}


def shifted_odds(formal: Array, persons: Array, odds: Array, shift: Array) -> Array:
    """Odds ratios by sex that raise the formal share of each sex by `shift`.

    Parameters
    ----------
    formal : float64[1 or draw, sex, age], 1
        Formal share of the base year.
    persons : float64[draw, sex, age], person
        Weights of the ages.
    odds : float64[draw, sex], 1
        Odds ratio without the shift.
    shift : float64[draw, sex], 1

    Returns
    -------
    float64[draw, sex], 1

    Raises
    ------
    LabourMarketError
        When the share would leave (0, 1).
    """
    weight = persons / persons.sum(axis=2, keepdims=True)

    def mean(ratio: Array) -> tuple[Array, Array]:
        """Formal share of each sex, and its slope in the log of the odds ratio."""
        moved = formal * ratio[:, :, None]
        share = moved / (moved + 1.0 - formal)
        return (weight * share).sum(axis=2), (weight * share * (1.0 - share)).sum(axis=2)

    wanted = mean(odds)[0] + shift
    if ((wanted <= 0.0) | (wanted >= 1.0)).any():
        worst = wanted[(wanted <= 0.0) | (wanted >= 1.0)][0]
        raise LabourMarketError(
            f"programmes bring the formal share of a sex to {100.0 * worst:.1f} percent of "
            "employment: they formalise more (or fewer) persons than there are; reduce them"
        )
    low, high = np.full_like(odds, -40.0), np.full_like(odds, 40.0)
    logit = np.log(odds)
    for _ in range(60):
        found, slope = mean(np.exp(logit))
        error = found - wanted
        low, high = np.where(error < 0.0, logit, low), np.where(error > 0.0, logit, high)
        new = logit - error / np.maximum(slope, 1e-300)
        # A step of Newton that leaves the bracket is replaced by bisection.
        new = np.where((new > low) & (new < high), new, 0.5 * (low + high))
        new = np.where(error == 0.0, logit, new)
        done = np.abs(new - logit).max() < 1e-14
        logit = new
        if done:
            break
    return np.exp(logit)


def _log_odds(share: Array) -> Array:
    out: Array = np.log(share / (1.0 - share))
    return out


def _share_of_odds(log_odds: Array) -> Array:
    out: Array = 1.0 / (1.0 + np.exp(-log_odds))
    return out


def _known(value: Array) -> Array:
    """The value, or 0 in the first sweep of the base year, when nobody has written it yet."""
    return np.zeros_like(value) if np.isnan(value).all() else value


HELD = (
    "base_wedge",
    "base_productivity",
    "base_generosity",
    "base_formality_policy",
    "base_formal_share",
    "base_programme_ratio",
    "base_search",
    "vacancy_response",
)
"""Values of the base year that later years are compared with."""


def _check_engine(p: Mapping[str, Array]) -> None:
    """Refuse an unknown engine, and flows where the closure makes unemployment a residual."""
    engine = float(p[UNEMPLOYMENT_ENGINE.path][0])
    if engine not in (0.0, 1.0):
        raise PackError(
            "labour market",
            [
                f"'{UNEMPLOYMENT_ENGINE.path}' is {engine:g}; use 0 (equilibrium and cycle) or 1 "
                "(flows)"
            ],
        )
    if p["macroeconomy.closure"][0] == 0.0 and engine == 1.0:
        raise PackError(
            "labour market",
            [
                "'labour_market.unemployment_engine' = 1 (flows) contradicts "
                "'macroeconomy.closure' = 0 (M0), in which unemployment is the labour force less "
                "employment: two equations for one rate; set the engine to 0 or choose another "
                "closure"
            ],
        )


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
    """The labour market module; it answers to spending on the pack's labour market programmes."""
    return [
        LabourMarket(
            [s.name for s in schemes_of(pack) if s.instance.kind == "labour_market_programme"]
        )
    ]
