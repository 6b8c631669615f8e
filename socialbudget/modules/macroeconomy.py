"""Supply, demand and the product account under closures M0 to M4 (method 3.2-3.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.errors import PackError
from socialbudget.modules._shared import (
    CLOSURE,
    GDP_ACCOUNTS,
    INFLATION_TARGET,
    LABOUR_SHARE,
    POVERTY_TO_CONSUMPTION,
    RESERVES_TO_INVESTMENT,
)
from socialbudget.pack import Pack

TREND_YEARS = 10.0
"""Firms take a tenth of what is new in a year's productivity growth for lasting."""
CLASSIC, HYBRID, DEMAND_LED, SAVINGS_DRIVEN, EXTERNAL = 0.0, 1.0, 2.0, 3.0, 4.0
"""Macro closures M0 to M4."""
DEMAND_LED_YEARS = 5
"""Years for which output may be led by demand alone (M2)."""


class Macroeconomy(Module):
    """One good, one sector; output is potential plus a gap that demand opens and time closes.

    Technology has constant elasticity of substitution, normalised at the base year; with
    elasticity 1 it is Cobb-Douglas. Its progress raises the efficiency of labour where the
    elasticity is not 1, as only then there is a path of steady growth.

    The savings-investment gap ``res = Y - Y_d`` goes to investment by `theta_investment` and to
    imports by the rest, so the product account closes exactly. The closures are special cases of
    one formula: weight of demand fading and theta given (M1), weight 1 (M2), weight 0 and theta 1
    (M3), weight 0 and theta 0 (M4); under M0 growth of output is given. Investment moves capital
    to a long-run ratio to output, chosen so that the base year's investment is reproduced: with
    the plain ``delta + g`` rule of the method, a country whose base year falls short of it would
    let its capital run down for ever.
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
            "macroeconomy.substitution_elasticity",
            (),
            "1",
            0.1,
            5,
            "Elasticity of substitution of capital and labour; 1 is Cobb-Douglas",
            "fixed",
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
            "household.mpc_means_tested",
            (),
            "1",
            0,
            1,
            "Propensity to consume means-tested benefits where they have their own",
            "fixed",
        ),
        POVERTY_TO_CONSUMPTION,
        RESERVES_TO_INVESTMENT,
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
        Var(
            "macroeconomy.labour_share_factor",
            (),
            "1",
            "rate",
            "Share of labour that technology brings about, relative to the base year",
        ),
        Var(
            "macroeconomy.base_capital",
            (),
            "LCU_real",
            "stock",
            "Capital at the start of the base year, at base-year prices",
        ),
        Var(
            "macroeconomy.base_workers",
            (),
            "person",
            "flow",
            "Potential employment of the base year",
        ),
        Var("macroeconomy.base_tfp", (), "1", "index", "Total factor productivity, base year"),
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
            "macroeconomy.other_consumption_share",
            (),
            "1",
            "rate",
            "Consumption that incomes and propensities of the base year do not explain, over "
            "potential output",
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
        Var(
            "macroeconomy.scheme_saving_share",
            (),
            "1",
            "rate",
            "Saving of government schemes before income on reserves, over GDP in the base year",
        ),
    )
    reads = (
        "participation.labour_force",
        "labour_market.equilibrium_unemployment_rate",
        "prices.gdp_deflator",
        "prices.consumption_deflator",
        "prices.foreign_price_level",
        "household.labour_income_net",
        "household.property_income_net",
        "household.consumed_benefits",
        "household.consumed_means_tested_benefits",
        "government.consumption",
        "scheme_accounts.public_primary_balance",
        "human_capital.index",
        "human_capital.growth",
        "exchange_rate.real_index",
    )
    lags = ("prices.gdp_deflator",)

    def start(self, y: Year) -> None:
        p = y.p
        closure = float(p["macroeconomy.closure"].flat[0])
        if closure not in (CLASSIC, HYBRID, DEMAND_LED, SAVINGS_DRIVEN, EXTERNAL):
            raise PackError(
                "macro closure",
                [f"'macroeconomy.closure' is {closure:g}; use 0, 1, 2, 3 or 4 (M0 to M4)"],
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
        _check_accounts(p, account, gdp)
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
        y["macroeconomy.base_tfp"] = y["macroeconomy.tfp"]
        y["macroeconomy.base_capital"] = opening
        y["macroeconomy.base_workers"] = workers
        y["macroeconomy.labour_share_factor"] = 1.0
        growth = _progress(y, alpha) / (1.0 - alpha)
        y["macroeconomy.trend_growth"] = growth
        missing = i - opening * (depreciation + growth)
        y["macroeconomy.capital_target"] = (
            opening + missing / p["macroeconomy.investment_speed"]
        ) / gdp
        y["macroeconomy.import_share"] = m / (c + i + g)
        y["macroeconomy.export_share"] = x / gdp
        y["macroeconomy.scheme_saving_share"] = y["scheme_accounts.public_primary_balance"] / gdp
        y["macroeconomy.interest_rate"] = (
            p["macroeconomy.real_interest_rate"] + p["macroeconomy.inflation_target"]
        )
        y["macroeconomy.other_consumption_share"] = (c - self._planned_consumption(y)) / gdp

    def step(self, y: Year) -> None:
        p = y.p
        for name in (
            "capital_elasticity",
            "other_consumption_share",
            "capital_target",
            "import_share",
            "export_share",
            "scheme_saving_share",
            "base_capital",
            "base_workers",
            "base_tfp",
        ):
            y[f"macroeconomy.{name}"] = y.lag(f"macroeconomy.{name}")
        price = y["prices.gdp_deflator"]
        consumer_price = y["prices.consumption_deflator"]
        capital = y.lag("macroeconomy.capital_stock")
        tfp = y.lag("macroeconomy.tfp") * (1.0 + p["macroeconomy.tfp_growth"])
        y["macroeconomy.tfp"] = tfp
        closure = float(p["macroeconomy.closure"][0])
        classic = closure == CLASSIC
        if closure == DEMAND_LED and y.year > y.base_year + DEMAND_LED_YEARS:
            raise PackError(
                "macro closure",
                [
                    f"M2 (demand-led) is refused after {y.base_year + DEMAND_LED_YEARS}: over more "
                    f"than {DEMAND_LED_YEARS} years nothing ties demand to what can be produced. "
                    "End the run there, or use M1, in which demand fades"
                ],
            )
        # A later change of the labour share is one of distribution: technology, whose elasticities
        # depend on the units of capital and labour, keeps the share of the base year.
        alpha = y["macroeconomy.capital_elasticity"]
        if classic:
            potential = y.lag("macroeconomy.gdp_real") * (1.0 + p["macroeconomy.gdp_growth"])
        else:
            workers = y["participation.labour_force"].sum(axis=(1, 2)) * (
                1.0 - y["labour_market.equilibrium_unemployment_rate"]
            )
            potential = self._production(y, capital, workers * y["human_capital.index"])
        if classic:
            y["macroeconomy.labour_share_factor"] = 1.0
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
        news = _progress(y, alpha) / (1.0 - alpha) - before
        growth = before + news / TREND_YEARS
        y["macroeconomy.trend_growth"] = growth

        # What the base year's propensities leave unexplained goes with potential output, so that a
        # unit of benefits moves consumption by its own propensity and no more.
        other = y.lag("macroeconomy.other_consumption_share") * potential * consumer_price
        consumption = self._planned_consumption(y) + other
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
        weight, theta = _weight_and_theta(y, closure)
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
        # Where schemes' saving does not reach investment it reduces what the world finances. Income
        # on reserves is left out: what the schemes save of it, those who pay it save less.
        off = 1.0 - p["channels.reserves_to_investment"]
        saved = y["scheme_accounts.public_primary_balance"] / price
        held = theta * off * (saved - y.lag("macroeconomy.scheme_saving_share") * output)
        # What a real depreciation adds to net exports, and is not met by output, takes the place
        # of investment: without this the gap would send it straight back into imports.
        index = y["exchange_rate.real_index"]
        switched = exports * (1.0 - index ** -p["macroeconomy.export_price_elasticity"])
        switched -= (
            import_share
            * (1.0 - index ** p["macroeconomy.import_price_elasticity"])
            * (c + wanted + g)
        )
        held = held + (1.0 - theta) * (1.0 - weight) * switched
        investment = wanted + theta * residual - held
        imports = import_share * (c + wanted + g) - (1.0 - theta) * residual - held
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
    def _production(y: Year, capital: Array, labour: Array) -> Array:
        """Potential output, and what technology does to the share of labour."""
        tfp, alpha = y["macroeconomy.tfp"], y["macroeconomy.capital_elasticity"]
        output: Array = tfp * capital**alpha * labour ** (1.0 - alpha)
        sigma = y.p["macroeconomy.substitution_elasticity"]
        y["macroeconomy.labour_share_factor"] = 1.0
        unit = sigma == 1.0
        if unit.all():
            return output
        base_capital = y["macroeconomy.base_capital"]
        base_labour = y["macroeconomy.base_workers"]
        # Neutral at the base year's inputs: output over the Cobb-Douglas of the same inputs.
        base = base_capital**alpha * base_labour ** (1.0 - alpha)
        efficiency = tfp / y["macroeconomy.base_tfp"]
        r = np.where(unit, 1.0, 1.0 - 1.0 / sigma)
        k = r * np.log(capital / base_capital)
        n = r * (np.log(labour / base_labour) + np.log(efficiency) / (1.0 - alpha))
        mean = np.log1p(alpha * np.expm1(k) + (1.0 - alpha) * np.expm1(n))
        y["macroeconomy.labour_share_factor"] = np.where(unit, 1.0, np.exp(n - mean))
        ces = y["macroeconomy.base_tfp"] * base * np.exp(mean / r)
        return np.where(unit, output, ces)

    @staticmethod
    def _planned_consumption(y: Year) -> Array:
        p = y.p
        own = p["household.mpc_means_tested"] - p["household.mpc_benefits"]
        return (
            p["household.mpc_labour"] * y["household.labour_income_net"]
            + p["household.mpc_benefits"] * y["household.consumed_benefits"]
            + p["household.mpc_property"] * y["household.property_income_net"]
            + p["channels.poverty_to_consumption"]
            * own
            * y["household.consumed_means_tested_benefits"]
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


def _check_accounts(p: Mapping[str, Array], account: Mapping[str, Array], gdp: Array) -> None:
    """Refuse accounts and rules of the base year from which no ratio of the model can be found."""
    faults = [
        f"'macroeconomy.{name}' is {account[name].min():g}: shares and tax rates of the base year "
        "are found from it, so it must be above 0"
        for name in ("private_consumption", "government_consumption", "imports")
        if (account[name] <= 0.0).any()
    ]
    if (gdp <= 0.0).any():
        faults.append(f"GDP by the accounts of 'macroeconomy' is {gdp.min():g}; check its parts")
    elif (p["macroeconomy.capital_output_ratio"] * gdp <= account["investment"]).any():
        faults.append(
            "'macroeconomy.investment' is not below the capital of the year's end "
            "('macroeconomy.capital_output_ratio' times GDP), so there was none at its beginning"
        )
    if (p["macroeconomy.investment_speed"] <= 0.0).any():
        faults.append(
            "'macroeconomy.investment_speed' is 0: capital would never move to its long-run ratio, "
            "which is found from it; give a speed above 0"
        )
    if faults:
        raise PackError("base-year accounts", faults)


def _weight_and_theta(y: Year, closure: float) -> tuple[Array, Array]:
    """Weight of demand in output, and share of the savings gap that investment absorbs."""
    theta = y.p["macroeconomy.theta_investment"]
    horizon = y.p["macroeconomy.demand_weight_years"]
    if closure == HYBRID:
        elapsed = y.year - y.base_year - 1
        fading = np.clip(1.0 - elapsed / np.maximum(horizon, 1e-9), 0.0, 1.0)
        return np.where(horizon > 0.0, fading, 0.0), theta
    if closure == DEMAND_LED:
        return np.ones(1), theta
    if closure == CLASSIC:
        return np.zeros(1), theta
    return np.zeros(1), np.full(1, 1.0 if closure == SAVINGS_DRIVEN else 0.0)


def _progress(y: Year, alpha: Array) -> Array:
    """Growth of output by technology and human capital at given capital and workers."""
    tfp, growth = y.p["macroeconomy.tfp_growth"], y["human_capital.growth"]
    return tfp + (1.0 + tfp) * ((1.0 + growth) ** (1.0 - alpha) - 1.0)


def modules(pack: Pack) -> Sequence[Module]:
    """The macroeconomy module."""
    return [Macroeconomy()]
