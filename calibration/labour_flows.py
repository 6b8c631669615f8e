"""Flows between labour market states: job finding, separations and the transitions of the prior.

Published are moves between work, unemployment and inactivity. They become yearly rates by the
matrix logarithm and are spread over the five statuses so that, left alone, the statuses of the base
year keep their shares: whoever enters work does so in proportion to those who leave each status.
What no source says is assumed and flagged.

* United States: average monthly flows of January 1994 to December 1998 per thousand persons of
  working age, from the Current Population Survey (Federal Reserve Bank of Boston, New England
  Economic Review, figure 2 on gross stocks and flows).
* South Africa: of the unemployed of the third quarter of 2013, 13.1 percent worked and 18.9 percent
  were inactive a quarter later (panel of the Quarterly Labour Force Survey; South African Journal
  of Science 114(11/12), 2018, table 2).
* Korea: 48 percent of the unemployed leave unemployment within a month and 1.6 percent of the
  others enter it, 1986-2014, corrected for time aggregation (Han and Kim 2019, Korean Economic
  Review 35(1)); 5 percent of the population of working age change state in a month, 2000-2011
  (Lee 2012, KDI Policy Study 2012-02). Both are of the Economically Active Population Survey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import logm

from calibration.base_year import BaseYear
from socialbudget.builder import PackBuilder

Array = NDArray[np.float64]

SOURCE, ASSUMED = "labour_flows", "labour_assumptions"
FIRST_AGE = 15
FORMAL = np.array([True, False, True, False, False])
DIMS = ("sex", "labour_state", "to_state")

INFORMAL_TURNOVER = 2.0
"""Rate of leaving informal work for unemployment or inactivity over that of formal work."""
CROSSING, CHANGING = 0.10, 0.05
"""Moves a year between two statuses of like size, across the line of formality and within it."""
SEARCH_ELASTICITY = 0.3
MATCHING_ELASTICITY = 0.5
INCOME_WITHOUT_BENEFIT = 0.1


@dataclass(frozen=True)
class Survey:
    """What a country's survey says.

    Attributes
    ----------
    periods : int
        Of the survey in a year.
    to_work, to_inactivity : float
        Share of the unemployed who move within a period.
    title, publisher, edition, note : str
    """

    periods: int
    to_work: float
    to_inactivity: float
    publisher: str
    title: str
    edition: str
    note: str


SURVEYS = {
    "USA": Survey(
        12, 9.8 / 33.6, 8.4 / 33.6,
        "Federal Reserve Bank of Boston, from the Current Population Survey",
        "Average monthly gross flows between labour force states, New England Economic Review",
        "January 1994 to December 1998",
        "Per thousand of working age: stocks 633.8 employed, 33.6 unemployed, 332.7 inactive; "
        "flows U-E 9.8, E-U 8.4, N-U 6.1, U-N 8.4, E-N 17.2, N-E 15.0.",
    ),
    "ZAF": Survey(
        4, 0.131, 0.189,
        "South African Journal of Science 114(11/12), from Statistics South Africa's panel",
        "Unemployment duration and transitions, Quarterly Labour Force Survey",
        "third to fourth quarter of 2013; published 2018",
        "Table 2: of 4.880 million unemployed 13.1 percent worked and 18.9 percent were inactive a "
        "quarter later. Moves out of work balance those into it.",
    ),
    "KOR": Survey(
        12, 0.24, 0.24,
        "Korean Economic Review 35(1), Han and Kim (2019); KDI Policy Study 2012-02, Lee (2012)",
        "Worker flows in the Economically Active Population Survey",
        "1986-2014 and 2000-2011",
        "Monthly inflow rate 1.6 percent, outflow rate 48 percent; 5 percent of the population of "
        "working age change state in a month. Half of those who leave unemployment are taken to "
        "work.",
    ),
}  # fmt: skip
US_FLOWS = {"EU": 8.4 / 633.8, "EN": 17.2 / 633.8, "NU": 6.1 / 332.7, "NE": 15.0 / 332.7}
KOREAN_INFLOW, KOREAN_MOVERS = 0.016, 0.05
SOUTH_AFRICAN_RETIREMENT = 0.03  # from work into inactivity in a quarter


def three_states(iso3: str, stock: Array) -> Array:
    """Probabilities of a survey's period between work, unemployment and inactivity.

    Moves of which only one direction is published balance: as many move back.

    Parameters
    ----------
    stock : ndarray [3], person
        Employed, unemployed, inactive.
    """
    survey = SURVEYS[iso3]
    work, jobless, inactive = stock
    if iso3 == "USA":
        eu, en, nu, ne = (US_FLOWS[k] for k in ("EU", "EN", "NU", "NE"))
    else:
        eu = survey.to_work * jobless / work
        nu = survey.to_inactivity * jobless / inactive
        en = SOUTH_AFRICAN_RETIREMENT
        if iso3 == "KOR":
            others = KOREAN_MOVERS * stock.sum() - 2.0 * (
                (survey.to_work + survey.to_inactivity) * jobless
            )
            en = 0.5 * others / work
        ne = en * work / inactive
    out = np.array([[0.0, eu, en], [survey.to_work, 0.0, survey.to_inactivity], [ne, nu, 0.0]])
    np.fill_diagonal(out, 1.0 - out.sum(axis=1))
    return out


def yearly_rates(probability: Array, periods: int) -> Array:
    """Rates a year of which a period's probabilities are the matrix exponential; diagonal 0."""
    rate = np.maximum(np.real(logm(probability)) * periods, 0.0)
    np.fill_diagonal(rate, 0.0)
    return rate


def seven_states(rate: Array, share: Array) -> Array:
    """Rates between three states spread over statuses, which keep their shares.

    Parameters
    ----------
    rate : ndarray [3, 3], 1/year
        Work, unemployment, inactivity.
    share : ndarray [status], 1
        Of each status in employment.
    """
    turnover = np.where(FORMAL, 1.0, INFORMAL_TURNOVER)
    turnover = turnover / (share * turnover).sum()
    out = np.zeros((7, 7))
    for state in (1, 2):
        out[:5, 4 + state] = rate[0, state] * turnover
        out[4 + state, :5] = rate[state, 0] * share * turnover
    out[5, 6], out[6, 5] = rate[1, 2], rate[2, 1]
    pace = np.where(FORMAL[:, None] == FORMAL[None, :], CHANGING, CROSSING)
    both = share[:, None] + share[None, :]
    out[:5, :5] = pace * np.where(both > 0.0, share[None, :] / np.where(both > 0, both, 1.0), 0.0)
    np.fill_diagonal(out, 0.0)
    return out


def add_labour_flows(pack: PackBuilder, iso3: str, base: BaseYear) -> None:
    """Parameters of the flow engine and of the flows between states."""
    survey = SURVEYS[iso3]
    pack.source(
        SOURCE,
        publisher=survey.publisher,
        title=survey.title,
        edition=survey.edition,
        licence="figures cited",
        retrieved="2026-11",
        note=survey.note,
    )
    adults = slice(FIRST_AGE, None)
    rates, three = [], []
    for s in range(2):
        by_status = base.employment_by_status[s, adults].sum(axis=0)
        stock = np.array([by_status.sum(), base.unemployed[s, adults].sum(), 0.0])
        stock[2] = base.population_midyear[s, adults].sum() - stock.sum()
        three.append(yearly_rates(three_states(iso3, stock), survey.periods))
        rates.append(seven_states(three[-1], by_status / by_status.sum()))
    flag = np.full((2, 7, 7), "imputed", dtype=object)
    flag[:, :5, :5] = "assumed"
    source = np.where(flag == "assumed", ASSUMED, SOURCE)
    note = np.where(
        flag == "assumed",
        "moves between statuses that keep their shares",
        "published moves of work, unemployment and inactivity spread over statuses",
    )
    if iso3 == "ZAF":
        flag[:, :5, 6] = flag[:, 6, :5] = "assumed"
    pack.table(
        "labour_flows.transition_rate", DIMS, np.array(rates), "1/year",
        source.astype(str), flag.astype(str), note=note.astype(str),
    )  # fmt: skip
    employed = base.employment[:, adults].sum(axis=1)
    separation = float((employed * [r[0, 1] for r in three]).sum() / employed.sum())
    if iso3 == "KOR":
        separation = float(-12.0 * np.log(1.0 - KOREAN_INFLOW))
    pack.value(
        "labour_market.separation_rate", separation, "1/year", SOURCE, "estimated",
        note="inflow rate of the survey" if iso3 == "KOR" else "moves from work into unemployment",
    )  # fmt: skip
    for path, value, note_ in ASSUMPTIONS:
        pack.value(path, value, "1", ASSUMED, "assumed", note=note_)


ASSUMPTIONS = (
    ("labour_market.unemployment_engine", 0.0, "equilibrium and cycle"),
    ("labour_market.matching_elasticity", MATCHING_ELASTICITY,
     "middle of published estimates, Petrongolo and Pissarides (2001), Journal of Economic "
     "Literature 39(2)"),
    ("labour_market.search_elasticity", SEARCH_ELASTICITY, "the usual default; range "
     "0.1 to 0.6"),
    ("labour_market.income_without_benefit", INCOME_WITHOUT_BENEFIT,
     "casual work and support by the family, by judgement"),
)  # fmt: skip


SYNTHETIC_DURATION = 0.5


def add_synthetic_flows(
    pack: PackBuilder, source: str, stock: Array, share: Array, separation: float
) -> None:
    """The same for the synthetic country, whose rates balance: left alone, nothing changes.

    Parameters
    ----------
    stock : ndarray [sex, 3], person
        Employed, unemployed, inactive.
    share : ndarray [sex, status], 1
    separation : float, 1/year
    """
    rates = []
    for persons, statuses in zip(stock, share, strict=True):
        work, jobless, inactive = persons
        rate = np.zeros((3, 3))
        rate[1] = SYNTHETIC_FINDING, 0.0, SYNTHETIC_LEAVING
        rate[0, 1:] = SYNTHETIC_FINDING * jobless / work, SYNTHETIC_RETIREMENT
        rate[2, :2] = SYNTHETIC_RETIREMENT * work / inactive, SYNTHETIC_LEAVING * jobless / inactive
        rates.append(seven_states(rate, statuses))
    pack.table("labour_flows.transition_rate", DIMS, np.array(rates), "1/year", source, "assumed")
    pack.value("labour_market.separation_rate", separation, "1/year", source, "assumed")
    for path, value, _ in ASSUMPTIONS:
        pack.value(path, value, "1", source, "assumed")
    pack.value(
        "schemes.unemployment_insurance.longest_duration", SYNTHETIC_DURATION, "year", source,
        "assumed",
    )  # fmt: skip


SYNTHETIC_FINDING, SYNTHETIC_LEAVING, SYNTHETIC_RETIREMENT = 1.2, 0.4, 0.05
"""Moves a year of the unemployed into work and inactivity, and of workers into inactivity."""
