"""Where people work and what it yields: shares of economic activities on trend (method 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.dims import STANDARD
from socialbudget.errors import PackError
from socialbudget.modules._shared import GDP_ACCOUNTS
from socialbudget.pack import Pack

ACTIVITY = ("activity",)
PUBLIC = STANDARD["activity"].index("public_services")
REFERENCE = STANDARD["activity"].index("market_services")
AGRICULTURE = STANDARD["activity"].index("agriculture")
KINDS = ("employment", "value_added")


class EconomicActivity(Module):
    """Shares of activities that answer to last year's productivity and government consumption.

    Agriculture and industry over market services follow output per worker with an elasticity;
    public services follow real government consumption over real output, so that a programme of
    care or health creates public jobs. Everything is lagged: no iteration with the core.
    """

    name = "economic_activity"
    params = (
        *GDP_ACCOUNTS,
        *(
            Param(
                f"economic_activity.{kind}_share", ACTIVITY, "1", 0, 1,
                f"Share of the activity in {words} in the base year", "fixed",
            )
            for kind, words in (("employment", "employment"), ("value_added", "value added"))
        ),
        *(
            Param(
                f"economic_activity.{kind}_elasticity", ACTIVITY, "1", -3, 3,
                f"Elasticity of the activity's {words} over that of market services to output "
                "per worker; 0 for both services", "fixed",
            )
            for kind, words in (("employment", "employment"), ("value_added", "value added"))
        ),
        Param(
            "economic_activity.public_services_response", (), "1", 0, 2,
            "Elasticity of the share of public services to real government consumption over "
            "real output, at the share of the base year", "fixed",
        ),
    )  # fmt: skip
    writes = (
        Var(
            "economic_activity.employment_share", ACTIVITY, "1", "rate",
            "Share of the activity in employment",
        ),
        Var(
            "economic_activity.value_added_share", ACTIVITY, "1", "rate",
            "Share of the activity in value added",
        ),
        Var(
            "economic_activity.relative_productivity", ACTIVITY, "1", "rate",
            "Value added per worker of the activity over that of the whole economy",
        ),
        Var(
            "economic_activity.productivity_index", ACTIVITY, "1", "rate",
            "Output per worker of the activity last year over that of the base year, at prices of "
            "the base year for the whole economy",
        ),
    )  # fmt: skip
    lags = (
        "labour_market.productivity",
        "labour_market.base_productivity",
        "macroeconomy.government_consumption_real",
        "macroeconomy.gdp_real",
    )

    def start(self, y: Year) -> None:
        _check(y.p)
        for kind in KINDS:
            y[f"economic_activity.{kind}_share"] = y.p[f"economic_activity.{kind}_share"]
        self._productivity(y, np.ones(y.draws))

    def step(self, y: Year) -> None:
        ratio = y.lag("macroeconomy.government_consumption_real") / y.lag("macroeconomy.gdp_real")
        c, g, i, x, m = (y.p[account.path] for account in GDP_ACCOUNTS)
        base = g / (c + g + i + x - m)
        national = y.lag("labour_market.productivity") / y.lag("labour_market.base_productivity")
        growth = np.log(national)
        public = y.p["economic_activity.public_services_response"] * np.log(ratio / base)
        for kind in KINDS:
            y[f"economic_activity.{kind}_share"] = activity_shares(
                y.p[f"economic_activity.{kind}_share"],
                y.p[f"economic_activity.{kind}_elasticity"],
                growth,
                public,
            )
        self._productivity(y, national)

    @staticmethod
    def _productivity(y: Year, national: Array) -> None:
        relative = y["economic_activity.relative_productivity"]
        relative[...] = (
            y["economic_activity.value_added_share"] / y["economic_activity.employment_share"]
        )
        base = (
            y.p["economic_activity.value_added_share"] / y.p["economic_activity.employment_share"]
        )
        y["economic_activity.productivity_index"] = relative / base * national[:, None]

    def identities(self, y: Year) -> Mapping[str, Array]:
        return {
            "L-3 activity shares add up": np.stack(
                [y[f"economic_activity.{kind}_share"].sum(axis=1) - 1.0 for kind in KINDS], axis=1
            )
        }


def activity_shares(base: Array, elasticity: Array, growth: Array, public: Array) -> Array:
    """Shares of activities after a change of productivity and of government consumption.

    Parameters
    ----------
    base, elasticity : float64[1 or draw, activity], 1
    growth : float64[draw], 1
        Log of output per worker over that of the base year.
    public : float64[draw], 1
        Log change wanted of the share of public services.

    Returns
    -------
    float64[draw, activity], 1

    Notes
    -----
    The share of public services moves in log odds, by the change over one minus the share: for
    small changes the share moves in proportion, and it never passes one.
    """
    share = base[:, PUBLIC]
    odds = share / (1.0 - share) * np.exp(public / (1.0 - share))
    others = base * np.exp(elasticity * growth[:, None])
    others[:, PUBLIC] = 0.0
    out: Array = others / (others.sum(axis=1) * (1.0 + odds))[:, None]
    out[:, PUBLIC] = odds / (1.0 + odds)
    return out


def _check(p: Mapping[str, Array]) -> None:
    """Refuse shares that do not add up and elasticities of the wrong sign or place."""
    faults = []
    for kind in KINDS:
        share = p[f"economic_activity.{kind}_share"]
        wrong = np.abs(share.sum(axis=1) - 1.0) > 1e-9
        if wrong.any():
            faults.append(
                f"'economic_activity.{kind}_share' adds up to {share.sum(axis=1)[wrong][0]:.6g} "
                "instead of 1; change the other activities along with the one meant"
            )
        if (share <= 0.0).any():
            name = STANDARD["activity"][int(np.argwhere(share <= 0.0)[0][1])]
            faults.append(
                f"'economic_activity.{kind}_share' of {name} is not above 0, so that its "
                "productivity is not defined; give a small share"
            )
        elasticity = p[f"economic_activity.{kind}_elasticity"]
        if (elasticity[:, [REFERENCE, PUBLIC]] != 0.0).any():
            faults.append(
                f"'economic_activity.{kind}_elasticity' of market services and public services "
                "must be 0: the others are relative to market services, and public services "
                "follow government consumption"
            )
        if (elasticity[:, AGRICULTURE] > 0.0).any():
            faults.append(
                f"'economic_activity.{kind}_elasticity' of agriculture is above 0: agriculture "
                "recedes as productivity rises; give 0 or less"
            )
    if faults:
        raise PackError("economic activities", faults)


def modules(pack: Pack) -> Sequence[Module]:
    """The module of economic activities."""
    return [EconomicActivity()]
