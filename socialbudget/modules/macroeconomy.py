"""Supply, demand and the product account: closures M0 (classic) and M1 (hybrid), method 3.2-3.5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules._shared import CLOSURE, GDP_ACCOUNTS, INFLATION_TARGET, LABOUR_SHARE
from socialbudget.pack import Pack

TREND_YEARS = 10.0
"""Firms take a tenth of what is new in a year's productivity growth for lasting."""


class Macroeconomy(Module):
    """One good, one sector; output is potential plus a gap that demand opens and time closes.

    The savings-investment gap ``res = Y - Y_d`` goes to investment by `theta_investment` and to
    imports by the rest, so the product account closes exactly. Investment moves capital to a
    long-run ratio to output, chosen so that the base year's investment is reproduced: with the
    plain ``delta + g`` rule of the method, a country whose base year falls short of it would let
    its capital run down for ever.
    """

    name = "macroeconomy"
    params = (
        CLOSURE,
        *GDP_ACCOUNTS,
        LABOUR_SHARE,
        Param(
            "macroeconomy.capital_output_ratio",
            (),
            "year",
            0.5,
            20,
            "Capital stock at the end of the base year over its output",
            "fixed",
        ),
        Param("macroeconomy.depreciation_rate", (), "1/year", 0, 0.5, "Depreciation of capital"),
        Param(
            "macroeconomy.tfp_growth",
            (),
            "1/year",
            -0.2,
            0.3,
            "Growth of total factor productivity",
            "annual",
        ),
        Param(
            "macroeconomy.gdp_growth",
            (),
            "1/year",
            -0.3,
            0.5,
            "Growth of real output under closure M0",
            "annual",
        ),
        INFLATION_TARGET,
        Param(
            "macroeconomy.real_interest_rate", (), "1/year", -0.3, 0.5, "Neutral real interest rate"
        ),
        Param(
            "macroeconomy.taylor_inflation",
            (),
            "1",
            0,
            5,
            "Points of nominal interest per point of inflation above target",
            "fixed",
        ),
        Param(
            "macroeconomy.taylor_gap", (), "1", 0, 5, "Points of interest per point of gap", "fixed"
        ),
        Param(
            "household.mpc_labour", (), "1", 0, 1, "Propensity to consume labour income", "fixed"
        ),
        Param("household.mpc_benefits", (), "1", 0, 1, "Propensity to consume benefits", "fixed"),
        Param(
            "household.mpc_property",
            (),
            "1",
            0,
            1,
            "Propensity to consume property income",
            "fixed",
        ),
        Param(
            "macroeconomy.investment_gap_response",
            (),
            "1",
            0,
            2,
            "Investment over capital per unit of output gap",
            "fixed",
        ),
        Param(
            "macroeconomy.investment_interest_response",
            (),
            "1",
            0,
            2,
            "Fall of investment over capital per unit of real interest above neutral",
            "fixed",
        ),
        Param(
            "macroeconomy.investment_speed",
            (),
            "1/year",
            0,
            1,
            "Yearly adjustment of capital to its long-run ratio to output",
            "fixed",
        ),
        Param(
            "macroeconomy.import_price_elasticity",
            (),
            "1",
            0,
            5,
            "Price elasticity of imports",
            "fixed",
        ),
        Param(
            "macroeconomy.export_price_elasticity",
            (),
            "1",
            0,
            5,
            "Price elasticity of exports",
            "fixed",
        ),
        Param(
            "macroeconomy.theta_investment",
            (),
            "1",
            0,
            1,
            "Share of the savings gap that investment absorbs",
            "fixed",
        ),
        Param(
            "macroeconomy.demand_weight_years",
            (),
            "year",
            0,
            100,
            "Years over which the weight of demand fades from 1 to 0",
            "fixed",
        ),
    )
    writes = (
        Var("macroeconomy.gdp", (), "LCU/year", "flow", "Gross domestic product"),
        Var("macroeconomy.gdp_real", (), "LCU_real/year", "flow", "GDP at base-year prices"),
        Var("macroeconomy.potential_gdp_real", (), "LCU_real/year", "flow", "Potential output"),
        Var("macroeconomy.output_gap", (), "1", "rate", "Output over potential minus one"),
        Var("macroeconomy.tfp", (), "1", "index", "Total factor productivity"),
        Var(
            "macroeconomy.capital_elasticity",
            (),
            "1",
            "rate",
            "Elasticity of potential output to capital, one minus the base year's labour share",
        ),
        Var("macroeconomy.capital_stock", (), "LCU_real", "stock", "Capital at base-year prices"),
        Var("macroeconomy.private_consumption", (), "LCU/year", "flow", "Private consumption"),
        Var(
            "macroeconomy.private_consumption_real",
            (),
            "LCU_real/year",
            "flow",
            "Private consumption at base-year prices",
        ),
        Var(
            "macroeconomy.government_consumption_real",
            (),
            "LCU_real/year",
            "flow",
            "Government consumption at base-year prices",
        ),
        Var("macroeconomy.investment", (), "LCU/year", "flow", "Gross capital formation"),
        Var(
            "macroeconomy.investment_real",
            (),
            "LCU_real/year",
            "flow",
            "Gross capital formation at base-year prices",
        ),
        Var("macroeconomy.exports", (), "LCU/year", "flow", "Exports"),
        Var(
            "macroeconomy.exports_real", (), "LCU_real/year", "flow", "Exports at base-year prices"
        ),
        Var("macroeconomy.imports", (), "LCU/year", "flow", "Imports"),
        Var(
            "macroeconomy.imports_real", (), "LCU_real/year", "flow", "Imports at base-year prices"
        ),
        Var("macroeconomy.interest_rate", (), "1", "rate", "Market interest rate"),
        Var(
            "macroeconomy.trend_growth",
            (),
            "1/year",
            "rate",
            "Growth of output per worker that investment expects to last",
        ),
        Var(
            "macroeconomy.consumption_factor",
            (),
            "1",
            "rate",
            "Add-factor on the consumption function",
        ),
        Var(
            "macroeconomy.capital_target",
            (),
            "year",
            "rate",
            "Long-run ratio of capital to potential output",
        ),
        Var("macroeconomy.import_share", (), "1", "rate", "Imports over domestic demand"),
        Var("macroeconomy.export_share", (), "1", "rate", "Exports over potential output"),
    )
    reads = (
        "participation.labour_force",
        "labour_market.equilibrium_unemployment_rate",
        "prices.gdp_deflator",
        "prices.consumption_deflator",
        "prices.foreign_price_level",
        "household.labour_income_net",
        "household.property_income_net",
        "household.cash_benefits",
        "government.consumption",
    )
    lags = ("prices.gdp_deflator",)

    def start(self, y: Year) -> None:
        p = y.p
        closure = float(p["macroeconomy.closure"].flat[0])
        if closure not in (0.0, 1.0):
            raise PackError(
                "macro closure", [f"'macroeconomy.closure' is {closure:g}; use 0 (M0) or 1 (M1)"]
            )
        account = {
            name: np.broadcast_to(p[f"macroeconomy.{name}"], (y.draws,))
            for name in (
                "private_consumption",
                "government_consumption",
                "investment",
                "exports",
                "imports",
            )
        }
        c, g, i, x, m = account.values()
        gdp = c + g + i + x - m
        for name in ("private_consumption", "investment", "exports", "imports"):
            y[f"macroeconomy.{name}"] = account[name]
            y[f"macroeconomy.{name}_real"] = account[name]
        y["macroeconomy.government_consumption_real"] = g
        for name in ("gdp", "gdp_real", "potential_gdp_real"):
            y[f"macroeconomy.{name}"] = gdp
        y["macroeconomy.output_gap"] = 0.0
        capital = p["macroeconomy.capital_output_ratio"] * gdp
        depreciation = p["macroeconomy.depreciation_rate"]
        opening = (capital - i) / (1.0 - depreciation)
        y["macroeconomy.capital_stock"] = capital
        alpha = np.broadcast_to(1.0 - p["macroeconomy.labour_share"], (y.draws,))
        y["macroeconomy.capital_elasticity"] = alpha
        workers = y["participation.labour_force"].sum(axis=(1, 2)) * (
            1.0 - y["labour_market.equilibrium_unemployment_rate"]
        )
        y["macroeconomy.tfp"] = gdp / (opening**alpha * workers ** (1.0 - alpha))
        growth = p["macroeconomy.tfp_growth"] / (1.0 - alpha)
        y["macroeconomy.trend_growth"] = growth
        missing = i - opening * (depreciation + growth)
        y["macroeconomy.capital_target"] = (
            opening + missing / p["macroeconomy.investment_speed"]
        ) / gdp
        y["macroeconomy.import_share"] = m / (c + i + g)
        y["macroeconomy.export_share"] = x / gdp
        y["macroeconomy.interest_rate"] = (
            p["macroeconomy.real_interest_rate"] + p["macroeconomy.inflation_target"]
        )
        y["macroeconomy.consumption_factor"] = c / self._planned_consumption(y)

    def step(self, y: Year) -> None:
        p = y.p
        for name in (
            "capital_elasticity",
            "consumption_factor",
            "capital_target",
            "import_share",
            "export_share",
        ):
            y[f"macroeconomy.{name}"] = y.lag(f"macroeconomy.{name}")
        price = y["prices.gdp_deflator"]
        consumer_price = y["prices.consumption_deflator"]
        capital = y.lag("macroeconomy.capital_stock")
        tfp = y.lag("macroeconomy.tfp") * (1.0 + p["macroeconomy.tfp_growth"])
        y["macroeconomy.tfp"] = tfp
        classic = p["macroeconomy.closure"][0] == 0.0
        # A later change of the labour share is one of distribution: technology, whose elasticities
        # depend on the units of capital and labour, keeps the share of the base year.
        alpha = y["macroeconomy.capital_elasticity"]
        if classic:
            potential = y.lag("macroeconomy.gdp_real") * (1.0 + p["macroeconomy.gdp_growth"])
        else:
            workers = y["participation.labour_force"].sum(axis=(1, 2)) * (
                1.0 - y["labour_market.equilibrium_unemployment_rate"]
            )
            potential = tfp * capital**alpha * workers ** (1.0 - alpha)
        y["macroeconomy.potential_gdp_real"] = potential

        target = p["macroeconomy.inflation_target"]
        inflation = price / y.lag("prices.gdp_deflator") - 1.0
        # With P = P(-1)(1 + target + kappa gap) the gap that prices saw is the gap of the sweep
        # before; interest uses the same, so that both converge together.
        slope_gap = inflation - target
        neutral = p["macroeconomy.real_interest_rate"]
        depreciation = p["macroeconomy.depreciation_rate"]
        speed = p["macroeconomy.investment_speed"]
        # Trend growth that capital must follow: productivity over the elasticity of labour.
        before = y.lag("macroeconomy.trend_growth")
        news = p["macroeconomy.tfp_growth"] / (1.0 - alpha) - before
        growth = before + news / TREND_YEARS
        y["macroeconomy.trend_growth"] = growth

        consumption = y.lag("macroeconomy.consumption_factor") * self._planned_consumption(y)
        c = consumption / consumer_price
        g = y["government.consumption"] / price
        rate_gap = (p["macroeconomy.taylor_inflation"] - 1.0) * slope_gap  # of the real rate
        trend = capital * (depreciation + growth) + speed * (
            y.lag("macroeconomy.capital_target") * potential - capital
        )
        real_rate = y["prices.foreign_price_level"] / price  # real exchange rate
        exports = (
            y.lag("macroeconomy.export_share")
            * potential
            * real_rate ** p["macroeconomy.export_price_elasticity"]
        )
        import_share = y.lag("macroeconomy.import_share") * real_rate ** (
            -p["macroeconomy.import_price_elasticity"]
        )
        weight = np.zeros(1) if classic else _demand_weight(y)
        # Demand is linear in the gap through investment; solve it exactly.
        slope = capital * (
            p["macroeconomy.investment_gap_response"]
            - p["macroeconomy.investment_interest_response"] * p["macroeconomy.taylor_gap"]
        )
        fixed = trend - p["macroeconomy.investment_interest_response"] * capital * rate_gap
        demand = (c + fixed + g) * (1.0 - import_share) + exports
        gap = (
            weight
            * (demand / potential - 1.0)
            / (1.0 - weight * slope * (1.0 - import_share) / potential)
        )
        wanted = fixed + slope * gap
        output = potential * (1.0 + gap)
        residual = output - ((c + wanted + g) * (1.0 - import_share) + exports)
        theta = p["macroeconomy.theta_investment"]
        investment = wanted + theta * residual
        imports = import_share * (c + wanted + g) - (1.0 - theta) * residual
        y["macroeconomy.output_gap"] = gap
        y["macroeconomy.gdp_real"] = output
        y["macroeconomy.private_consumption"] = consumption
        y["macroeconomy.private_consumption_real"] = c
        y["macroeconomy.government_consumption_real"] = g
        y["macroeconomy.investment_real"] = investment
        y["macroeconomy.investment"] = investment * price
        y["macroeconomy.exports_real"] = exports
        y["macroeconomy.exports"] = exports * price
        y["macroeconomy.imports_real"] = imports
        y["macroeconomy.imports"] = imports * price
        y["macroeconomy.gdp"] = consumption + (g + investment + exports - imports) * price
        y["macroeconomy.capital_stock"] = (1.0 - depreciation) * capital + investment
        y["macroeconomy.interest_rate"] = (
            neutral
            + target
            + p["macroeconomy.taylor_inflation"] * slope_gap
            + p["macroeconomy.taylor_gap"] * gap
        )

    @staticmethod
    def _planned_consumption(y: Year) -> Array:
        p = y.p
        return (
            p["household.mpc_labour"] * y["household.labour_income_net"]
            + p["household.mpc_benefits"] * y["household.cash_benefits"]
            + p["household.mpc_property"] * y["household.property_income_net"]
        )

    def identities(self, y: Year) -> Mapping[str, Array]:
        gdp = y["macroeconomy.gdp"]
        real = y["macroeconomy.gdp_real"]
        price, consumer_price = y["prices.gdp_deflator"], y["prices.consumption_deflator"]
        volume = (
            y["macroeconomy.private_consumption_real"]
            + y["macroeconomy.government_consumption_real"]
            + y["macroeconomy.investment_real"]
            + y["macroeconomy.exports_real"]
            - y["macroeconomy.imports_real"]
        )
        value = (
            y["macroeconomy.private_consumption_real"] * consumer_price
            + (volume - y["macroeconomy.private_consumption_real"]) * price
        )
        found = {
            "M-1 output = demand at base-year prices": (real - volume) / real,
            "M-2 nominal GDP = sum of volume times deflator": (gdp - value) / gdp,
        }
        if y.year > y.base_year:
            found["M-6 capital roll-forward"] = (
                y["macroeconomy.capital_stock"]
                - y.lag("macroeconomy.capital_stock")
                * (1.0 - y.p["macroeconomy.depreciation_rate"])
                - y["macroeconomy.investment_real"]
            ) / real
        return found


def _demand_weight(y: Year) -> Array:
    horizon = y.p["macroeconomy.demand_weight_years"]
    elapsed = y.year - y.base_year - 1
    return np.clip(1.0 - elapsed / np.maximum(horizon, 1e-9), 0.0, 1.0)


def modules(pack: Pack) -> Sequence[Module]:
    """The macroeconomy module."""
    return [Macroeconomy()]
