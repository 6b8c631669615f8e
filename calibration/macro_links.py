"""External account, debt by currency and human capital.

Figures of single publications are cited in the notes. What no source at hand gives is a default
of the method and flagged so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.labour import Array, labour_base
from calibration.macro import derived, inflation_target, macro_base
from socialbudget.builder import PackBuilder

LINKS = "macro_assumptions"
PRIME_AGE = slice(30, 55)


@dataclass(frozen=True)
class Figure:
    """A cited figure of one country."""

    value: float
    flag: str
    note: str


TYPED = "; typed in: no file of the publication is carried"
"""Said of figures that a user cannot trace further than the name of a publication."""
# Current account over GDP: IMF World Economic Outlook, April 2024, series BCA_NGDPD, projection
# for 2024, as for government and growth.
CURRENT_ACCOUNT = {"ZAF": -0.01780, "USA": -0.02546, "KOR": 0.02865}
WEO = "IMF World Economic Outlook April 2024, current account 2024 (projection)"
NET_FOREIGN_ASSETS = {
    "ZAF": Figure(0.25 * 7281.9e9, "assumed", "a quarter of GDP: order of magnitude of the "
                  "positive international investment position, SARB Quarterly Bulletin"),
    "USA": Figure(-26.2e12, "estimated", "international investment position at the end of 2024, "
                  "US Bureau of Economic Analysis, rounded" + TYPED),
    "KOR": Figure(1620e12, "estimated", "1.10 trillion dollars at the end of 2024 (Bank of Korea, "
                  "international investment position) x 1470 won, rounded" + TYPED),
}  # fmt: skip
FOREIGN_CURRENCY = {
    "ZAF": Figure(0.11, "estimated", "foreign loans over gross debt, National Treasury Budget "
                  "Review 2025, chapter 7, rounded" + TYPED),
    "USA": Figure(0.0, "estimated", "Treasury securities are in dollars, US Treasury" + TYPED),
    "KOR": Figure(0.01, "assumed", "bonds of the foreign exchange stabilisation fund, order of "
                  "magnitude, Ministry of Economy and Finance, Treasury Bonds 2024"),
}  # fmt: skip
FOREIGN_RATE = {
    "ZAF": Figure(0.055, "assumed", "coupons of dollar bonds outstanding, order of magnitude"),
    "USA": Figure(0.02, "assumed", "no debt in foreign currency"),
    "KOR": Figure(0.03, "assumed", "coupons of dollar bonds outstanding, order of magnitude"),
}
FOREIGN_INFLATION = 0.02
WORLD_REAL_RATE = 0.015
DWELLINGS = {"ZAF": 0.12, "USA": 0.22, "KOR": 0.15}


def add_macro_links(pack: PackBuilder, iso3: str, population: Array) -> None:
    """Add them to a pack of level 2; `population` is that of mid-year [sex, age]."""
    base = macro_base(iso3)
    lines = base.government
    abroad = derived(iso3, "foreign_debt_share") * lines["interest_expenditure"]
    rate = WORLD_REAL_RATE + next(iter(inflation_target(iso3).values()))
    other = (
        CURRENT_ACCOUNT[iso3] * base.gdp
        - (base.exports - base.imports)
        - derived(iso3, "remittances_share") * base.gdp
        + abroad
    )
    pack.value(
        "external_account.other_income",
        other,
        "LCU/year",
        "derived_values",
        "estimated",
        note=f"{WEO}, {100 * CURRENT_ACCOUNT[iso3]:.2f}% of GDP, less trade balance and "
        "remittances, plus interest on public debt held abroad" + TYPED,
    )
    for path, figure, unit in (
        ("external_account.net_foreign_assets", NET_FOREIGN_ASSETS[iso3], "LCU"),
        ("government.foreign_currency_share", FOREIGN_CURRENCY[iso3], "1"),
        ("government.foreign_interest_rate", FOREIGN_RATE[iso3], "1"),
    ):
        source = "derived_values" if figure.flag == "estimated" else LINKS
        pack.value(path, figure.value, unit, source, figure.flag, note=figure.note)
    _add_defaults(
        pack,
        LINKS,
        {
            "external_account.return_on_assets": (
                round(rate, 6),
                "1",
                "real 1.5% and the inflation target of the base year",
            ),
            "external_account.foreign_inflation": (
                FOREIGN_INFLATION,
                "1/year",
                "target of the large central banks",
            ),
            "household.investment_share": (
                DWELLINGS[iso3],
                "1",
                "dwellings over private capital formation, order of magnitude",
            ),
        },
    )
    earnings = labour_base(iso3, population).relative_earnings[:, :, 0].mean(axis=0)
    pack.table(
        "human_capital.age_productivity",
        ("age",),
        np.round(earnings / earnings[PRIME_AGE].mean(), 6),
        "1",
        "derived_values",
        "estimated",
        note="Earnings of formal employees by age, mean of both sexes, over those at 30 to 54",
    )


def add_neutral_links(
    pack: PackBuilder,
    source: str,
    *,
    net_foreign_assets: float,
    foreign_inflation: float,
    interest_rate: float,
    foreign_currency_share: float,
    household_investment_share: float,
) -> None:
    """The same for a synthetic country, where nothing grows but prices."""
    _add_defaults(
        pack,
        source,
        {
            "external_account.other_income": (0.0, "LCU/year", ""),
            "external_account.net_foreign_assets": (net_foreign_assets, "LCU", ""),
            "external_account.return_on_assets": (interest_rate, "1", ""),
            "external_account.foreign_inflation": (foreign_inflation, "1/year", ""),
            "government.foreign_currency_share": (foreign_currency_share, "1", ""),
            "government.foreign_interest_rate": (interest_rate, "1", ""),
            "household.investment_share": (household_investment_share, "1", ""),
        },
    )
    pack.table("human_capital.age_productivity", ("age",), np.ones(101), "1", source, "assumed")
    pack.value("human_capital.schooling_growth", 0.0, "1/year", source, "assumed")
    pack.extrapolate("human_capital.schooling_growth")


def _add_defaults(pack: PackBuilder, source: str, own: dict[str, tuple[float, str, str]]) -> None:
    """Values of the country and the defaults that all countries share."""
    common = {
        "external_account.real_depreciation": (0.0, "1/year", "real exchange rate as it is"),
        "external_account.adjustment_speed": (0.0, "1/year", "no adjustment"),
        "external_account.current_account_change": (0.0, "1", "that of the base year"),
        "government.stock_flow_adjustment": (0.0, "1", "none"),
        "government.import_tax_change": (0.0, "1", "no change of policy"),
        "household.mpc_means_tested": (1.0, "1", "the poor save nothing"),
        "human_capital.spending_elasticity": (0.0, "1", "off: give a value with its evidence"),
        "human_capital.age_weight": (0.0, "1", "off: ages of the labour force do not count"),
    }
    for path, (value, unit, note) in {**common, **own}.items():
        pack.value(path, value, unit, source, "assumed", note=note)
