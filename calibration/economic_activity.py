"""Economic activities, formality by activity, charges and earnings paths of the labour market.

``python -m calibration.economic_activity`` estimates how activities and formality follow output
per worker on a panel of countries and writes ``calibration/activity_estimates.parquet``.

Each equation is least squares with effects of country and of year, so that what all countries
share in a year (technology, prices of commodities) and what a country always has do not count;
standard errors are clustered by country. Without year effects the coefficients are larger in size
(agriculture about -1.4 in rich countries), because every common trend is then put down to
productivity; compounded over 76 years that would nearly end agriculture and manufacturing.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.optimize import brentq

from calibration.base_year import BaseYear
from calibration.labour import read_source
from socialbudget.builder import PackBuilder
from socialbudget.dims import ACTIVITIES

Array = NDArray[np.float64]

ESTIMATES = Path(__file__).parent / "activity_estimates.parquet"
LAST_YEAR = 2023  # of the employment shares
YEAR_OF_GROUPS = 2019
GROUP_BOUNDS = (12_000.0, 40_000.0)  # output per worker, constant PPP dollars
GROUPS = ("low", "middle", "high")
FEWEST = 8  # years of a country in the sample

# Log odds of formal work over those of market services, before the common shift that meets the
# formal share of the pack. Assumed: no table of informality by activity is carried.
FORMALITY_PATTERN = np.array([-1.2, 0.2, 0.0, 2.5])
# Points of formal share lost per point of payroll charge where half of employment is formal. What
# carries over is the response of the log odds: where hardly anybody is informal few become so.
MARGINAL_FORMALITY = 0.20
VALUED_SHARE = 0.5
INCIDENCE_FIRST_YEAR, INCIDENCE_SPEED = 0.5, 0.2

# Statutory minimum wage of 2024 per hour, and hours of a full year of work.
MINIMUM_WAGE = {
    "ZAF": (27.58, 45.0 * 52.0, "R27.58 an hour from 1 March 2024, 45 hours, 52 weeks"),
    "KOR": (9_860.0, 209.0 * 12.0, "9,860 won an hour in 2024, 209 paid hours a month"),
    "USA": (7.25, 40.0 * 52.0, "federal, 7.25 dollars an hour, 40 hours, 52 weeks; states are "
            "often higher"),
}  # fmt: skip


# --------------------------------------------------------------------------- estimates


@cache
def panel() -> pd.DataFrame:
    """Shares by activity, output per worker and informality, by country and year."""
    table = read_source("activity_panel").copy()
    table["log_productivity"] = np.log(table["output_per_worker"])
    for kind in ("employment", "value_added"):
        for activity in ("agriculture", "industry"):
            table[f"{kind}_{activity}_ratio"] = np.log(
                table[f"{kind}_{activity}"] / table[f"{kind}_services"]
            )
    informal = table["informal_rate"] / 100.0
    table["formal_log_odds"] = np.log((1.0 - informal) / informal)
    return table


def group_of(iso3: str) -> str:
    """Group of a country by output per worker in 2019."""
    table = panel()
    row = table[(table["iso3"] == iso3) & (table["year"] == YEAR_OF_GROUPS)]
    return GROUPS[int(np.searchsorted(GROUP_BOUNDS, float(row["output_per_worker"].iloc[0])))]


def elasticity(data: pd.DataFrame, left: str) -> dict[str, float | int]:
    """Coefficient of log output per worker with effects of country and year.

    Returns
    -------
    dict
        ``value``, ``standard_error`` (clustered by country), ``observations``, ``countries``,
        ``first_year``, ``last_year``.
    """
    data = data[["iso3", "year", "log_productivity", left]].dropna()
    data = data[data.groupby("iso3")["year"].transform("count") >= FEWEST]
    effects = [pd.get_dummies(data["iso3"]), pd.get_dummies(data["year"], drop_first=True)]
    design = pd.concat([data["log_productivity"], *effects], axis=1).astype(float)
    fit = sm.OLS(data[left].astype(float).to_numpy(), design.to_numpy()).fit(
        cov_type="cluster", cov_kwds={"groups": pd.Categorical(data["iso3"]).codes}
    )
    return {
        "value": float(fit.params[0]),
        "standard_error": float(fit.bse[0]),
        "observations": len(data),
        "countries": data["iso3"].nunique(),
        "first_year": int(data["year"].min()),
        "last_year": int(data["year"].max()),
    }


def estimate() -> pd.DataFrame:
    """All equations: shares by group of countries, formality over all countries."""
    table = panel()
    table = table[table["year"] <= LAST_YEAR]
    level = table[table["year"] == YEAR_OF_GROUPS].set_index("iso3")["output_per_worker"].dropna()
    groups = level.map(lambda v: GROUPS[int(np.searchsorted(GROUP_BOUNDS, v))])
    rows = []
    for group in GROUPS:
        part = table[table["iso3"].isin(groups[groups == group].index)]
        for kind in ("employment", "value_added"):
            for activity in ("agriculture", "industry"):
                found = elasticity(part, f"{kind}_{activity}_ratio")
                if activity == "agriculture" and found["value"] > 0.0:
                    raise ArithmeticError(f"{group} {kind}: agriculture grows with productivity")
                rows.append(
                    {
                        "parameter": f"economic_activity.{kind}_elasticity",
                        "activity": activity,
                        "group": group,
                        **found,
                    }
                )
    found = elasticity(table, "formal_log_odds")
    if found["value"] < 0.0:
        raise ArithmeticError("formality falls with productivity")
    rows.append({"parameter": "labour_market.kappa_y", "activity": "", "group": "all", **found})
    out = pd.DataFrame(rows)
    out["source"] = (
        "ILO modelled estimates; World Bank, World Development Indicators; ILOSTAT informality"
    )
    return out


def found(parameter: str, group: str, activity: str = "") -> pd.Series:
    """A row of the stored estimates."""
    table = pd.read_parquet(ESTIMATES)
    rows = table[
        (table["parameter"] == parameter)
        & (table["group"] == group)
        & (table["activity"] == activity)
    ]
    return rows.iloc[0]


# --------------------------------------------------------------------------- base year


def activity_base(iso3: str) -> tuple[Array, Array, int]:
    """Shares in employment and value added of the base year, and the year of the public share.

    Public services are the public sector of the labour force survey, taken out of services, with
    the value added per worker of services as a whole.

    Returns
    -------
    tuple of float64[activity], float64[activity], int
    """
    table = panel()
    table = table[table["iso3"] == iso3].sort_values("year")
    work = table.dropna(subset=["employment_services"]).iloc[-1]
    value = table.dropna(subset=["value_added_services"]).iloc[-1]
    names = ("agriculture", "industry", "services")
    employment = np.array([work[f"employment_{n}"] for n in names], dtype=float)
    added = np.array([value[f"value_added_{n}"] for n in names], dtype=float)
    employment, added = employment / employment.sum(), added / added.sum()
    people = read_source("public_employment")
    people = people[people["iso3"] == iso3].pivot_table(
        index="year", columns="institutional_sector", values="employment"
    )
    year = int(people.index.max())
    public = float(people["public"].iloc[-1] / people["total"].iloc[-1])
    market = employment[2] - public
    by_worker = added[2] / employment[2]
    return (
        _closed(np.array([employment[0], employment[1], market, public])),
        _closed(np.array([added[0], added[1], market * by_worker, public * by_worker])),
        year,
    )


def _closed(shares: Array) -> Array:
    """The shares, rounding of their sum taken by the largest."""
    out = shares.copy()
    out[out.argmax()] += 1.0 - out.sum()
    return out


def formality(employment: Array, formal_share: float) -> Array:
    """Formal share by activity with the assumed pattern that meets the national share.

    Returns
    -------
    float64[activity], 1
    """

    def at(shift: float) -> Array:
        out: Array = 1.0 / (1.0 + np.exp(-FORMALITY_PATTERN - shift))
        return out

    return at(brentq(lambda s: float(employment @ at(s)) - formal_share, -15.0, 15.0, xtol=1e-14))


def wedge_response(
    employment: Array, formal: Array, by_status: Array, *, valued: float, marginal: float
) -> float:
    """Kappa of the wedge such that a point of charges moves the formal share by `marginal` points.

    The chain from log odds of an activity to the national odds, and from these to the formal share
    of ages and sexes, is followed at the base year.

    Parameters
    ----------
    employment, formal : float64[activity], 1
    by_status : float64[sex, age, status], person
    """
    national = float(employment @ formal)
    activities = float(employment @ (formal * (1.0 - formal)))
    persons = by_status.sum(axis=2)
    share = by_status[..., [0, 2]].sum(axis=2) / np.where(persons > 0.0, persons, 1.0)
    cells = float((persons * share * (1.0 - share)).sum() / persons.sum())
    return marginal * national * (1.0 - national) / (activities * cells * (1.0 - valued))


# --------------------------------------------------------------------------- packs


def add_economic_activity(pack: PackBuilder, iso3: str, base: BaseYear) -> None:
    """Add the parameters of activities, formality, incidence and the gender gap to a pack."""
    pack.source(
        "ilo_activity",
        publisher="International Labour Organization (ILOSTAT)",
        title="Employment by broad sector (ILO modelled estimates) and by institutional sector "
        "(surveys)",
        edition="modelled estimates to 2023; institutional sector of 25 July 2024",
        licence="CC BY 4.0",
        retrieved="2026-03-01",
        note="Carried as calibration/sources/activity_panel.parquet and public_employment.parquet",
    )
    pack.source(
        "wb_activity",
        publisher="World Bank",
        title="World Development Indicators: value added of agriculture, industry and services",
        edition="2026",
        licence="CC BY 4.0",
        retrieved="2026-03-01",
        note="Percent of GDP, brought to a sum of one without net taxes on products",
    )
    pack.source(
        "minimum_wage_law",
        publisher=iso3,
        title="Statutory minimum wage",
        edition="2024",
        licence="public law",
        retrieved="2026",
        note=f"{MINIMUM_WAGE[iso3][2]}; typed in: no file or address of the law is carried",
    )
    employment, added, year = activity_base(iso3)
    pack.table(
        "economic_activity.employment_share", ("activity",), employment, "1", "ilo_activity",
        "estimated",
        note=f"Sectors of {LAST_YEAR}; public services are the public sector of {year}, taken out "
        "of services",
    )  # fmt: skip
    pack.table(
        "economic_activity.value_added_share", ("activity",), added, "1", "wb_activity",
        ["estimated", "estimated", "assumed", "assumed"],
        note="Latest year; public services with the value added per worker of all services",
    )  # fmt: skip
    group = group_of(iso3)
    for kind, source in (("employment", "ilo_activity"), ("value_added", "wb_activity")):
        path = f"economic_activity.{kind}_elasticity"
        rows = [found(path, group, a) for a in ACTIVITIES[:2]]
        notes = [
            f"{r['countries']} countries of {group} output per worker, {r['first_year']}-"
            f"{r['last_year']}, {r['observations']} observations, effects of country and year; "
            f"standard error {r['standard_error']:.3f}"
            for r in rows
        ]
        pack.table(
            path, ("activity",), np.array([*(r["value"] for r in rows), 0.0, 0.0]), "1", source,
            ["estimated", "estimated", "assumed", "assumed"],
            note=[*notes, "unit of comparison", "follow government consumption"],
        )  # fmt: skip
    formal = formality(employment, base.formal_share)
    pack.table(
        "labour_market.formal_share_by_activity", ("activity",), formal, "1",
        "labour_assumptions", "assumed",
        note="Log odds over market services assumed (agriculture -1.2, industry 0.2, public "
        "services 2.5); level from the formal share of the pack",
    )  # fmt: skip
    row = found("labour_market.kappa_y", "all")
    pack.value(
        "labour_market.kappa_y", float(row["value"]), "1", "ilo_activity", "estimated",
        note=f"Log odds of formal employment on log output per worker, {row['countries']} "
        f"countries, {row['first_year']}-{row['last_year']}, {row['observations']} observations, "
        f"effects of country and year; standard error {row['standard_error']:.2f}",
    )  # fmt: skip
    pack.value(
        "labour_market.kappa_tau",
        wedge_response(
            employment, formal, base.employment_by_status, valued=VALUED_SHARE,
            marginal=MARGINAL_FORMALITY * 4.0 * base.formal_share * (1.0 - base.formal_share),
        ),
        "1", "labour_assumptions", "assumed",
        note="0.20 points of formality per point of payroll charge in the long run where half of "
        "employment is formal (range 0.1-0.4), fewer elsewhere",
    )  # fmt: skip
    rate, hours, note = MINIMUM_WAGE[iso3]
    pack.value(
        "labour_market.minimum_wage_ratio", rate * hours / base.average_wage, "1",
        "minimum_wage_law", "estimated",
        note=f"{note}; over the average wage of the pack (the method has the median)",
    )  # fmt: skip
    add_behaviour(pack, "labour_assumptions")


def add_behaviour(pack: PackBuilder, source: str) -> None:
    """Parameters that are the same in every pack, all assumed."""
    for path, value, unit, note in (
        ("economic_activity.public_services_response", 1.0, "1", ""),
        ("labour_market.valued_share", VALUED_SHARE, "1",
         "no evidence for the country; the response to charges is set at this share"),
        ("labour_market.kappa_e", 0.0, "1", "off unless a user has evidence"),
        ("labour_market.enforcement", 1.0, "1", "index"),
        ("labour_market.kappa_mw", 0.5, "1", "default of the method"),
        ("labour_market.beta_almp", 0.0, "1",
         "off: estimates for advanced economies range from 0 to about -0.5"),
        ("labour_market.incidence_first_year", INCIDENCE_FIRST_YEAR, "1", ""),
        ("labour_market.incidence_speed", INCIDENCE_SPEED, "1/year",
         "95 percent absorbed after ten years"),
        ("labour_market.incidence_on_capital", 1.0, "1", ""),
        ("relative_earnings.gender_gap_target", 1.0, "1", "gap as in the base year"),
        ("relative_earnings.gap_closing_speed", 0.02, "1/year", "default of the method"),
    ):  # fmt: skip
        pack.value(path, value, unit, source, "assumed", note=note)


SYNTHETIC = {
    "economic_activity.employment_share": [0.10, 0.25, 0.45, 0.20],
    "economic_activity.value_added_share": [0.05, 0.30, 0.45, 0.20],
    "economic_activity.employment_elasticity": [-0.3, -0.1, 0.0, 0.0],
    "economic_activity.value_added_elasticity": [-0.4, -0.1, 0.0, 0.0],
}
"""Activities of the synthetic country."""


def add_synthetic_activity(pack: PackBuilder, source: str, formal_share: float) -> None:
    """The same parameters for the synthetic country."""
    for path, values in SYNTHETIC.items():
        pack.table(path, ("activity",), np.array(values), "1", source, "assumed")
    employment = np.array(SYNTHETIC["economic_activity.employment_share"])
    pack.table(
        "labour_market.formal_share_by_activity", ("activity",),
        formality(employment, formal_share), "1", source, "assumed",
    )  # fmt: skip
    for name, value in (("kappa_tau", 0.8), ("kappa_y", 1.0), ("minimum_wage_ratio", 0.4)):
        pack.value(f"labour_market.{name}", value, "1", source, "assumed")
    add_behaviour(pack, source)


def main() -> None:
    """Estimate and store."""
    table = estimate()
    table.to_parquet(ESTIMATES, compression="zstd", index=False)
    print(table.drop(columns="source").to_string(index=False))


if __name__ == "__main__":
    main()
