"""Gross flows of persons between seven states of the labour market (method 2.3, L-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.kernels.flows import quarterly_probabilities, year_of_flows
from socialbudget.modules._shared import UNEMPLOYMENT_ENGINE
from socialbudget.pack import Pack

FIRST_AGE = 15
FORMAL, INFORMAL = [0, 2], [1, 3, 4]
WORK, UNEMPLOYED, INACTIVE = slice(0, 5), 5, 6


class LabourFlows(Module):
    """Who moves between work of each status, unemployment and inactivity, women and men apart.

    The core decides how many are in each state; this module finds the moves that lead there. They
    depart as little as possible from the transitions that surveys see (the prior). It works under
    both engines of unemployment; under the flow engine the prior's moves from unemployment into
    work follow the engine's job finding rate, and the time in formal work feeds next year's
    contribution density.

    Stocks are averages of the year, so the flows lead from the middle of one year to the middle of
    the next, and so do the deaths and migrants between them: half of each year's. In the base year
    the year before is taken to have had the same rates by age.
    """

    name = "labour_flows"
    params = (
        Param("labour_flows.transition_rate", ("sex", "labour_state", "to_state"), "1/year", 0, 50,
              "Moves a year per person of the state left, before they are adjusted to the numbers "
              "in each state; the diagonal is not used", "fixed"),
        UNEMPLOYMENT_ENGINE,
    )  # fmt: skip
    writes = (
        Var("labour_flows.stock", ("sex", "age", "labour_state"), "person", "flow",
            "Persons by labour market state, average of the year", history=False),
        Var("labour_flows.carried", ("sex", "age", "labour_state"), "person", "flow",
            "Persons by state that last year's persons and the moves lead to", history=False),
        Var("labour_flows.flow", ("sex", "labour_state", "to_state"), "person/year", "flow",
            "Persons who move from one state to another, counted from quarter to quarter"),
        Var("labour_flows.transition", ("sex", "labour_state", "to_state"), "1", "rate",
            "Share of the persons of a state who are in each state a year later"),
        Var("labour_flows.entries", ("sex",), "person/year", "flow",
            f"Persons reaching age {FIRST_AGE}, deaths and migrants of the year apart"),
        Var("labour_flows.deaths", ("sex", "labour_state"), "person/year", "flow",
            "Deaths by labour market state"),
        Var("labour_flows.net_migration", ("sex", "labour_state"), "person/year", "flow",
            "Net immigration by labour market state"),
        Var("labour_flows.persons", ("sex", "labour_state"), "person", "flow",
            f"Persons aged {FIRST_AGE} and over by state, average of the year"),
        Var("labour_flows.job_finding_rate", ("sex",), "1/year", "rate",
            "Moves from unemployment into work a year per unemployed"),
        Var("labour_flows.separation_rate", ("sex",), "1/year", "rate",
            "Moves from work into unemployment a year per employed"),
        Var("labour_flows.unemployment_inflow", ("sex",), "person/year", "flow",
            "Persons becoming unemployed"),
        Var("labour_flows.unemployment_duration", ("sex",), "year", "rate",
            "Mean duration of unemployment: unemployed over those who leave it in a year"),
        Var("labour_flows.formalisation_rate", ("sex",), "1/year", "rate",
            "Moves from informal into formal work a year per informal worker"),
        Var("labour_flows.informalisation_rate", ("sex",), "1/year", "rate",
            "Moves from formal into informal work a year per formal worker"),
        Var("labour_flows.formal_density", ("sex",), "1", "rate",
            "Share of the year in formal work of those who are in it at the beginning"),
        Var("labour_flows.formal_density_index", (), "1", "rate",
            "Share of the year in formal work relative to the base year; 1 under the engine of "
            "equilibrium and cycle"),
        Var("labour_flows.base_formal_density", (), "1", "rate",
            "Share of the year in formal work in the base year"),
        Var("labour_flows.credited_unemployment", ("sex",), "person", "flow",
            "Years of unemployment in the year of persons in formal work at its beginning, which "
            "insurance may credit"),
    )  # fmt: skip
    reads = (
        "demography.population_midyear",
        "demography.deaths",
        "demography.net_migration",
        "participation.labour_force",
        "labour_market.unemployed",
        "labour_market.employment_by_status",
        "labour_market.job_finding_index",
    )
    lags = ("demography.population_midyear", "demography.deaths", "demography.net_migration")

    def start(self, y: Year) -> None:
        self._fill_stock(y)
        stock = y["labour_flows.stock"]
        density = self._flows(
            y, stock, y["demography.deaths"], y["demography.net_migration"],
            y["demography.population_midyear"],
        )  # fmt: skip
        y["labour_flows.base_formal_density"] = density
        y["labour_flows.formal_density_index"] = 1.0

    def step(self, y: Year) -> None:
        self._fill_stock(y)
        deaths, migrants = (
            0.5 * (y[f"demography.{name}"] + y.lag(f"demography.{name}"))
            for name in ("deaths", "net_migration")
        )
        density = self._flows(
            y, y.lag("labour_flows.stock"), deaths, migrants,
            y.lag("demography.population_midyear"),
        )  # fmt: skip
        base = y.lag("labour_flows.base_formal_density")
        y["labour_flows.base_formal_density"] = base
        flows = y.p[UNEMPLOYMENT_ENGINE.path][0] == 1.0
        y["labour_flows.formal_density_index"] = ratio(density, base) if flows else 1.0

    @staticmethod
    def _fill_stock(y: Year) -> None:
        stock = y["labour_flows.stock"]
        stock[..., WORK] = y["labour_market.employment_by_status"]
        stock[..., UNEMPLOYED] = y["labour_market.unemployed"]
        stock[..., INACTIVE] = y["demography.population_midyear"] - y["participation.labour_force"]
        y["labour_flows.persons"] = stock[:, :, FIRST_AGE:].sum(axis=2)

    def _flows(
        self, y: Year, before: Array, deaths: Array, migrants: Array, people_before: Array
    ) -> Array:
        """Fill all flows; returns the density of both sexes, float64[draw]."""
        draws = y.draws
        stock, flow = y["labour_flows.stock"], y["labour_flows.flow"]
        prior = np.empty(flow.shape)
        quarterly_probabilities(
            y.p["labour_flows.transition_rate"], y["labour_market.job_finding_index"], prior
        )
        moved = np.empty(flow.shape)
        mean, formal = np.empty((2, draws, *flow.shape[1:3]))
        year_of_flows(
            prior, before, y["demography.population_midyear"], stock, FIRST_AGE,
            y["labour_flows.carried"], flow, moved, mean, formal,
        )  # fmt: skip
        first = moved.sum(axis=3)
        stay = np.eye(INACTIVE + 1)
        y["labour_flows.transition"] = np.where(
            first[..., None] > 0.0, ratio(moved, first[..., None]), stay
        )
        y["labour_flows.entries"] = people_before[:, :, FIRST_AGE - 1]
        for name, persons in (("deaths", deaths), ("net_migration", migrants)):
            y[f"labour_flows.{name}"] = _by_state(before, persons)
        work = mean[:, :, WORK].sum(axis=2)
        unemployed = mean[:, :, UNEMPLOYED]
        lost = flow[:, :, WORK, UNEMPLOYED].sum(axis=2)
        y["labour_flows.job_finding_rate"] = ratio(
            flow[:, :, UNEMPLOYED, WORK].sum(axis=2), unemployed
        )
        y["labour_flows.separation_rate"] = ratio(lost, work)
        y["labour_flows.unemployment_inflow"] = flow[..., UNEMPLOYED].sum(axis=2)
        y["labour_flows.unemployment_duration"] = ratio(
            unemployed, flow[:, :, UNEMPLOYED].sum(axis=2)
        )
        for name, origin, goal in (
            ("formalisation_rate", INFORMAL, FORMAL),
            ("informalisation_rate", FORMAL, INFORMAL),
        ):
            persons = flow[:, :, origin][..., goal].sum(axis=(2, 3))
            y[f"labour_flows.{name}"] = ratio(persons, mean[:, :, origin].sum(axis=2))
        years, workers = formal[:, :, FORMAL].sum(axis=2), formal.sum(axis=2)
        y["labour_flows.formal_density"] = ratio(years, workers)
        y["labour_flows.credited_unemployment"] = formal[:, :, UNEMPLOYED]
        return ratio(years.sum(axis=1), workers.sum(axis=1))

    def identities(self, y: Year) -> Mapping[str, Array]:
        people = np.maximum(y["demography.population_midyear"], 1.0)[..., None]
        transition = y["labour_flows.transition"]
        checks = {
            "L-6 stocks by sex, age and state = last year's cohort by its transitions": (
                y["labour_flows.carried"] - y["labour_flows.stock"]
            )
            / people,
            "L-6 transitions from a state add up to one, none below zero": np.maximum(
                np.abs(transition.sum(axis=3) - 1.0), -transition.min(axis=3)
            ),
        }
        if y.year > y.base_year:
            start = (
                y.lag("labour_flows.persons")
                - y["labour_flows.deaths"]
                + y["labour_flows.net_migration"]
            )
            start[..., INACTIVE] += y["labour_flows.entries"]
            persons = y["labour_flows.persons"]
            total = persons.sum(axis=2, keepdims=True)
            flow = y["labour_flows.flow"]
            checks[
                "L-6 stocks = (last year's + entries - deaths + net migration) x transitions"
            ] = (persons - np.einsum("dsi,dsij->dsj", start, transition)) / total
            checks["L-6 stocks = last year's + entries - deaths + net migration + moves"] = (
                persons - start - flow.sum(axis=2) + flow.sum(axis=3)
            ) / total
        return checks


def _by_state(before: Array, persons: Array) -> Array:
    """Persons of cohorts by age at the end, spread by state as the cohort was, [draw, sex, state].

    Whoever reaches `FIRST_AGE` was inactive, and so is who joins a cohort of nobody.
    """
    source = before[:, :, FIRST_AGE:-1].copy()
    source[:, :, -1] += before[:, :, -1]
    total = source.sum(axis=3, keepdims=True)
    alone = np.zeros(source.shape[3])
    alone[INACTIVE] = 1.0
    share = np.where(total > 0.0, ratio(source, total), alone)
    out: Array = np.einsum("dsx,dsxi->dsi", persons[:, :, FIRST_AGE + 1 :], share)
    out[..., INACTIVE] += persons[:, :, FIRST_AGE]
    return out


def modules(pack: Pack) -> Sequence[Module]:
    """The flows between labour market states."""
    return [LabourFlows()]
