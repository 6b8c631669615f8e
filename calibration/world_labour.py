"""Labour market of the base year in every country: participation, unemployment, status.

The method is that of `calibration.labour`; here its inputs come from the tables of all countries.
Where the International Labour Organization has no estimate for a country, the median of its donors
stands in, cell by cell (`calibration.imputation`). Arrays are ``[sex, age]`` with sex = (female,
male) and age = 0..100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from calibration.imputation import income_group, median_table, own_or_imputed
from calibration.labour import (
    AGES,
    GROUPS,
    RATE_MAX,
    SEXES,
    UNEMPLOYMENT_GROUPS,
    cross_section,
    midyear_population,
    participation_at,
    spread_status,
)
from calibration.labour_supply import add_engines
from calibration.world_data import BASE_YEAR, SOURCES, Datum, last, rows, weo
from socialbudget.builder import PackBuilder
from socialbudget.dims import STATUSES

Array = NDArray[np.float64]

SOURCE = "ilo_labour"
ASSUMED = "world_assumptions"
BANDS = ("15+", "15-64", "25-54", "65+")
INDICATOR = ("iso3", "indicator", "sex", "age_group")

# Log odds of participation at 65-69, 70-74 and 75+ less those at 65+: medians of 38 country-sex
# pairs with all three in the OECD labour force statistics of 2012 (women, men).
OLD_PATTERN = np.array([[0.86, 0.01, -1.43], [0.73, -0.02, -1.13]])
# A published group rate of 0 or 1 has no logit; the level is set by the rates of the base year.
PATTERN_LIMITS = (0.002, 0.995)
# Odds of informality of own-account workers and employers over those of employees (log), from the
# world shares of the ILO (Women and men in the informal economy, 2018): 86 and 40 percent.
OWN_ACCOUNT_LOG_ODDS = 2.2
# Ages of the national rates that may stand beside the national total, years apart at most.
YEARS_APART = 5
HIGHEST_GROUP = 0.9  # no age group's pattern above; the total of the sex holds in any case
FUND_UNEMPLOYMENT = ("SDN",)
"""Rate of the World Economic Outlook instead of the ILO's model: nearly half of Sudan's labour
force is out of work since the war of 2023, 9.5 percent in the model."""
PENSIONABLE_AGE = {"low": 60.0, "lower-middle": 60.0, "upper-middle": 62.0, "high": 65.0}
THETA_RETIREMENT = 0.5


@dataclass(frozen=True, slots=True)
class Table:
    """Values of the base year, how they came about and where from."""

    values: Array
    flag: str
    note: str


def _indicator(iso3: str, name: str, sex: str, band: str = "15+") -> tuple[int, float] | None:
    """Year and value (as a fraction) of an ILO indicator, the latest to the base year."""
    found = last(rows("world_labour_indicators", INDICATOR, iso3, name, sex, band))
    return None if found is None else (found[0], found[1] / 100)


def midyear(iso3: str) -> Array:
    """Mid-year population of the base year, array [sex, age] (person)."""
    return midyear_population(iso3)[BASE_YEAR]


# --- participation -------------------------------------------------------------------------------


@cache
def own_participation(iso3: str) -> Table | None:
    """Participation from the country's own estimates, or None where the ILO has none."""
    population = midyear(iso3)
    out, years, plain = np.zeros((2, 101)), set(), False
    for s, sex in enumerate(SEXES):
        pattern = _pattern(iso3, s)
        target = {}
        for band in BANDS:
            found = _indicator(iso3, "labour_force_participation_rate", sex, band)
            if found is None or pattern is None:
                return None
            years.add(found[0])
            target[band] = found[1]
        assert pattern is not None
        try:
            out[s] = participation_at(pattern, target, population[s], _graduate)
        except (ValueError, ArithmeticError):
            out[s], plain = _by_total(pattern, target["15+"], population[s]), True
    year = min(years)
    note = f"Five-year rates of 2019 shifted to the ILO modelled rates of {year} ("
    note += "15+ alone: the bands contradict each other" if plain else "25-54, 15-64, 65+, 15+"
    return Table(out, "estimated", note + "); none below 15")


def _pattern(iso3: str, s: int) -> Array | None:
    keys = ("iso3", "sex", "age_start")
    rates = [
        rows("world_participation_age5_2019", keys, iso3, SEXES[s], age).get(2019)
        for age in (*range(15, 65, 5), 65)
    ]
    if any(rate is None for rate in rates):
        return None
    known = np.array(rates, dtype=float) / 100
    low, high = PATTERN_LIMITS
    known = np.clip(known, low, high)
    old = np.log(known[-1] / (1 - known[-1])) + OLD_PATTERN[s]
    return np.append(known[:-1], 1 / (1 + np.exp(-old)))


def _by_total(pattern: Array, total: float, population: Array) -> Array:
    """The pattern by age with one common shift of the log odds that meets the rate of all ages."""
    heads = np.array([population[a : b + 1].sum() for a, b in GROUPS])
    logits = np.log(pattern / (1 - pattern))

    def gap(delta: float) -> float:
        return float((heads / (1 + np.exp(-logits - delta))).sum() / heads.sum() - total)

    return _graduate(1 / (1 + np.exp(-logits - brentq(gap, -12, 12, xtol=1e-14))), population)


def _graduate(rates: Array, population: Array) -> Array:
    """Participation by single age whose means over the groups are `rates`; none from 95 on."""
    knots = np.array([15.0, *((a + b + 1) / 2 for a, b in GROUPS[:-1]), 78.0, 85.0, 95.0])
    owner = np.array([0, *range(len(GROUPS)), len(GROUPS) - 1, len(GROUPS) - 1])
    offset = np.zeros(len(knots))
    offset[0], offset[-2:] = -1.5, (-1.3, -3.5)
    out = _smooth(rates, GROUPS, knots, owner, offset, population)
    return np.where(AGES < 95, out, 0.0)


def _smooth(
    rates: Array,
    groups: Sequence[tuple[int, int]],
    knots: Array,
    owner: NDArray[np.int64],
    offset: Array,
    weight: Array,
) -> Array:
    """A smooth curve of rates by single age, zero below 15, that keeps the mean of every group.

    The log odds are interpolated monotonically between knots. Each knot belongs to a group
    (`owner`), stands `offset` from its level, and the levels are solved for the weighted means.

    Raises
    ------
    ArithmeticError
        When the means are not met to one part in ten million.
    """
    wanted = np.log(rates / (1 - rates))
    level = wanted.copy()
    grid = np.clip(AGES + 0.5, knots[0], knots[-1])
    out = np.zeros(101)
    for _ in range(400):
        curve = PchipInterpolator(knots, level[owner] + offset)
        out = np.where(AGES >= 15, 1 / (1 + np.exp(-curve(grid))), 0.0)
        mean = np.array(
            [out[a : b + 1] @ weight[a : b + 1] / weight[a : b + 1].sum() for a, b in groups]
        )
        miss = wanted - np.log(mean / (1 - mean))
        if np.abs(miss).max() < 1e-9:
            return out
        level += 0.7 * miss
    if np.abs(mean / rates - 1).max() > 1e-7:
        raise ArithmeticError("the group means of a rate by age were not met")
    return out


# --- unemployment --------------------------------------------------------------------------------


@cache
def _ratios(sex: str, band: str) -> dict[str, float]:
    """National unemployment rate of an age group over that of all ages, by country."""
    out = {}
    for iso3 in _with_unemployment():
        total = _indicator(iso3, "unemployment_rate", sex)
        group = _indicator(iso3, "unemployment_rate", sex, band)
        if not total or not group or abs(total[0] - group[0]) > YEARS_APART:
            continue
        if total[1] > 0 and group[1] > 0:
            out[iso3] = group[1] / total[1]
    return out


@cache
def _with_unemployment() -> tuple[str, ...]:
    table = pd.read_parquet(SOURCES / "world_labour_indicators.parquet", columns=["iso3"])
    return tuple(sorted(table["iso3"].unique()))


@cache
def own_unemployment(iso3: str) -> Table | None:
    """Unemployment from the ILO's modelled rates of participation and employment by sex."""
    force = own_participation(iso3)
    if force is None:
        return None
    labour_force = force.values * midyear(iso3)
    out, imputed, year = np.zeros((2, 101)), [], 0
    for s, sex in enumerate(SEXES):
        employed = _indicator(iso3, "employment_to_population_ratio", sex)
        active = _indicator(iso3, "labour_force_participation_rate", sex)
        if employed is None or active is None:
            return None
        year = employed[0]
        total = 1 - employed[1] / active[1]
        ratios = []
        for band, _, _ in UNEMPLOYMENT_GROUPS:
            known = _ratios(sex, band)
            datum = own_or_imputed(
                iso3,
                lambda c, known=known: (  # type: ignore[misc]
                    Datum(known[c], "observed", SOURCE, "") if c in known else None
                ),
            )
            ratios.append(datum.value)
            if datum.flag == "imputed" and band not in imputed:
                imputed.append(band)
        out[s] = _unemployment(np.array(ratios) * total, total, labour_force[s])
    if iso3 in FUND_UNEMPLOYMENT:
        return _raised_unemployment(iso3, out, labour_force)
    note = f"Rate by sex of {year}: ILO modelled employment over participation; pattern by age: "
    note += "national surveys"
    if imputed:
        note += f" (ages {', '.join(imputed)}: ratio to the total as in the median of peers)"
    return Table(out, "estimated", note)


def _raised_unemployment(iso3: str, rate: Array, labour_force: Array) -> Table:
    """Odds of unemployment times one factor, so that the Fund's rate of all persons holds."""
    total = weo(iso3, "LUR")[BASE_YEAR] / 100
    odds = rate / (1 - rate)

    def miss(log_factor: float) -> float:
        raised = np.exp(log_factor) * odds
        return float((raised / (1 + raised) * labour_force).sum() / labour_force.sum() - total)

    raised = np.exp(brentq(miss, -10.0, 10.0, xtol=1e-13)) * odds
    note = f"Rate of all persons projected by the Fund for {BASE_YEAR} ({100 * total:.1f}%), since "
    note += "the ILO's model knows nothing of the war; odds by sex and age: ILO and surveys before"
    return Table(raised / (1 + raised), "estimated", note)


def _unemployment(target: Array, total: float, labour_force: Array) -> Array:
    """Unemployment of one sex by single age; one common factor makes `total` hold exactly."""
    groups = [(a, b) for _, a, b in UNEMPLOYMENT_GROUPS]
    knots = np.array([15.5, 21.0, 40.0, 60.0, 70.0, 80.0])
    owner = np.array([0, 0, 1, 2, 3, 3])
    offset = np.array([0.14, 0.0, 0.0, 0.0, 0.0, 0.0])
    out = _smooth(np.minimum(target, HIGHEST_GROUP), groups, knots, owner, offset, labour_force)
    return out * (total * labour_force.sum() / (out @ labour_force))


# --- status --------------------------------------------------------------------------------------


def informal_others(iso3: str, s: int) -> float | None:
    """Informal share of workers other than contributing family workers, from surveys.

    None without a survey, and where the rate lies below the share of contributing family
    workers, who are informal by definition (another year or another survey).
    """
    found = last(rows("world_informal_employment", ("iso3", "sex"), iso3, SEXES[s]))
    family = _indicator(iso3, "contributing_family_workers_share_of_employment", SEXES[s])
    if found is None or family is None:
        return None
    rest = (found[1] / 100 - family[1]) / (1 - family[1])
    return rest if rest > 0 else None


@cache
def status_margins(iso3: str) -> tuple[Array, list[str]] | None:
    """Shares of employment by sex and status, and what was imputed; None without ILO shares.

    All contributing family workers are informal. Among the others the odds of informality of
    the self-employed are `OWN_ACCOUNT_LOG_ODDS` above those of employees (log), at the level
    that makes the informality rate of the sex hold.
    """
    out, imputed = np.zeros((2, len(STATUSES))), []
    for s, sex in enumerate(SEXES):
        found = _indicator(iso3, "self_employed_share_of_employment", sex)
        kin = _indicator(iso3, "contributing_family_workers_share_of_employment", sex)
        if found is None or kin is None:
            return None
        family = kin[1]
        own, employees = max(found[1] - family, 0.0), 1 - found[1]

        def rate(c: str, s: int = s) -> Datum | None:
            value = informal_others(c, s)
            return None if value is None else Datum(value, "observed", SOURCE, "")

        datum = own_or_imputed(iso3, rate)
        if datum.flag == "imputed":
            imputed.append(datum.note)
        paid, alone = _informal(employees, own, datum.value)
        out[s] = [employees - paid, paid, own - alone, alone, family]
    return out, imputed


def _informal(employees: float, own: float, rate: float) -> tuple[float, float]:
    """Informal employees and self-employed when `rate` of both together is informal."""

    def split(x: float) -> tuple[float, float]:
        return employees / (1 + np.exp(-x)), own / (1 + np.exp(-x - OWN_ACCOUNT_LOG_ODDS))

    wanted = rate * (employees + own)
    x = brentq(lambda x: sum(split(x)) - wanted, -30, 30, xtol=1e-13)
    return split(x)


@cache
def own_status(iso3: str) -> Table | None:
    """Status in employment from the ILO's shares and the surveys of informality."""
    margins, unemployment = status_margins(iso3), own_unemployment(iso3)
    participation = own_participation(iso3)
    if margins is None or unemployment is None or participation is None:
        return None
    employment = midyear(iso3) * participation.values * (1 - unemployment.values)
    shares, imputed = margins
    found = _indicator(iso3, "self_employed_share_of_employment", "female")
    survey = last(rows("world_informal_employment", ("iso3", "sex"), iso3, "female"))
    note = f"ILO status {found[0] if found else ''}; informality: "
    note += imputed[0] if imputed else f"survey of {survey[0] if survey else ''}"
    note += "; family workers informal, odds of the self-employed 2.2 (log) above employees'; "
    note += "pattern by age assumed"
    return Table(spread_status(shares, employment), "imputed" if imputed else "estimated", note)


# --- any country ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorldLabour:
    """Participation [sex, age], unemployment [sex, age] and status [sex, age, status]."""

    participation: Table
    unemployment: Table
    status: Table


@cache
def _in_sources() -> frozenset[str]:
    return frozenset(
        c
        for c in _with_unemployment()
        if _indicator(c, "labour_force_participation_rate", "female")
        and _indicator(c, "employment_to_population_ratio", "female")
        and _indicator(c, "self_employed_share_of_employment", "female")
        and _pattern(c, 0) is not None
    )


@cache
def world_labour(iso3: str) -> WorldLabour:
    """The labour market of a country: its own where the ILO has it, else its donors' median."""
    tables = {}
    for name, own in (
        ("participation", own_participation),
        ("unemployment", own_unemployment),
        ("status", own_status),
    ):
        table = own(iso3)
        if table is None:
            values, note = median_table(iso3, lambda c, own=own: _values(own(c)), _has_own)  # type: ignore[misc]
            if name == "status":
                values = values / values.sum(axis=-1, keepdims=True)
            table = Table(values, "imputed", note)
        tables[name] = table
    return WorldLabour(**tables)


def _has_own(iso3: str) -> bool:
    return iso3 in _in_sources()


def _values(table: Table | None) -> Array | None:
    return None if table is None else table.values


@cache
def labour_force_path(iso3: str) -> dict[int, Array]:
    """Labour force by year at the participation of the base year, arrays [sex, age] (person)."""
    rate = world_labour(iso3).participation.values
    return {year: rate * people for year, people in midyear_population(iso3).items()}


@cache
def employment_path(iso3: str) -> dict[int, float]:
    """Employment by year at the participation and unemployment of the base year (person)."""
    rate = 1 - world_labour(iso3).unemployment.values
    return {year: float((force * rate).sum()) for year, force in labour_force_path(iso3).items()}


def add_world_labour(pack: PackBuilder, iso3: str) -> None:
    """Add the parameters of participation and the labour market of level 1 to a pack."""
    labour = world_labour(iso3)
    working = np.broadcast_to(AGES >= 15, (2, 101))
    for path, table in (
        ("participation.participation_rate", labour.participation),
        ("labour_market.unemployment_rate", labour.unemployment),
    ):
        pack.table(
            path,
            ("sex", "age"),
            np.round(table.values, 6),
            "1",
            SOURCE,
            np.where(working, table.flag, "assumed"),
            note=table.note,
        )
    pack.table(
        "labour_market.status_share",
        ("sex", "age", "status"),
        _rounded_shares(labour.status.values),
        "1",
        SOURCE,
        labour.status.flag,
        note=labour.status.note,
    )
    net = np.stack([cross_section(rate) for rate in np.round(labour.participation.values, 6)])
    for name, values in (("entry_rate", net), ("exit_rate", -net)):
        pack.table(
            f"participation.{name}",
            ("sex", "age"),
            np.round(np.clip(values, 0.0, 1.0), 6),
            "1",
            SOURCE,
            "assumed",
            note="Cross-section of the base year; not used while the static engine is chosen",
        )
    # The trend is at hand, but the baseline keeps the rates of the base year, as its growth does.
    add_engines(pack, iso3, labour.participation.values, 0.0)
    age = PENSIONABLE_AGE[income_group(iso3)]
    for path, value, unit, note in (
        ("participation.cohort_engine", 0.0, "1", "static rates"),
        ("participation.rate_max", RATE_MAX, "1", ""),
        ("labour_market.theta_ret", THETA_RETIREMENT, "1", "range 0.2-0.8"),
    ):
        pack.value(path, value, unit, ASSUMED, "assumed", note=note)
    pack.table(
        "labour_market.pensionable_age",
        ("sex",),
        np.full(2, age),
        "year",
        ASSUMED,
        "assumed",
        note="By income group, not the law of the country; only a change of it has an effect",
    )


def _rounded_shares(shares: Array) -> Array:
    """Shares to five decimals that still add up to 1: the first takes the remainder."""
    out = np.round(shares, 5)
    out[..., 0] = np.round(1.0 - out[..., 1:].sum(axis=-1), 5)
    return out
