"""Unpaid care work: hours, value, and who is kept from the labour force by it (method 2.5, 9A)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from socialbudget.arrays import ratio
from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.modules._shared import CHILD_CARE_COVERAGE
from socialbudget.pack import Pack

YOUNG, SCHOOL_END, OLD = 6, 15, 80
WORKING_AGE = slice(15, 65)
DAYS, WEEKS = 365.0, 52.0


class CareWork(Module):
    """Unpaid work by sex and age from time use, its value, and its link to participation.

    Routine household work per person stays as in the base year. Hours of direct care follow those
    who need it: children under 6 without the hours that public care takes over, children of 6 to
    14 and persons of 80 and over, at weights relative to a child under 6. Whoever gives care in
    the base year shares the hours in the same proportions by sex and age. The value is the hours
    at a share of the average wage; it is never part of GDP or of any income.

    Persons of 15 to 64 outside the labour force for family reasons are a share of all outside it;
    the share moves with the hours of unpaid work per person of the sex by an assumed elasticity.
    Nothing else in the model answers to it.
    """

    name = "care_work"
    params = (
        CHILD_CARE_COVERAGE,
        Param("care_work.hours_per_day", ("sex", "age"), "hour/day", 0, 24,
              "Unpaid household and care work per person and day in the base year", "fixed"),
        Param("care_work.direct_care_share", ("sex",), "1", 0, 1,
              "Share of unpaid work that is care of persons", "fixed"),
        Param("care_work.care_place_relief", (), "1", 0, 1,
              "Share of a young child's care that a place in public care takes over"),
        Param("care_work.school_child_weight", (), "1", 0, 5,
              "Care of a child of 6 to 14 over that of a child under 6"),
        Param("care_work.older_person_weight", (), "1", 0, 5,
              "Care of a person of 80 and over, those without need included, over that of a child "
              "under 6"),
        Param("care_work.wage_share", (), "1", 0, 5,
              "Wage at which an hour is valued over the average hourly wage"),
        Param("care_work.full_time_hours", (), "hour/week", 10, 100,
              "Weekly hours of a full-time job"),
        Param("care_work.family_reason_share", ("sex",), "1", 0, 1,
              "Share of persons of 15 to 64 outside the labour force who are so for family "
              "reasons, in the base year", "fixed"),
        Param("care_work.family_reason_elasticity", (), "1", 0, 5,
              "Elasticity of that share to hours of unpaid work per person"),
    )  # fmt: skip
    writes = (
        Var("care_work.hours", ("sex",), "hour/year", "flow", "Unpaid household and care work"),
        Var("care_work.direct_care_hours", ("sex",), "hour/year", "flow",
            "Unpaid work that is care of persons"),
        Var("care_work.hours_per_day", ("sex",), "hour/day", "rate",
            "Unpaid work per person aged 15 and over and day"),
        Var("care_work.full_time_equivalents", ("sex",), "person", "flow",
            "Full-time jobs with the hours of unpaid work"),
        Var("care_work.value", ("sex",), "LCU/year", "flow",
            "Unpaid work at the replacement wage, no part of GDP"),
        Var("care_work.value_share", (), "1", "rate", "Value of unpaid work relative to GDP"),
        Var("care_work.hours_share", ("sex",), "1", "rate", "Share of unpaid work by sex"),
        Var("care_work.gender_gap", (), "hour/day", "rate",
            "Women's less men's hours of unpaid work per person aged 15 and over and day"),
        Var("care_work.care_need", (), "person", "flow",
            "Those who need care, in children under 6 cared for at home"),
        Var("care_work.care_need_per_adult", ("sex",), "1", "rate",
            "Care needed per woman, and per man, of 15 to 64, in children under 6 cared for at "
            "home"),
        Var("care_work.hours_per_carer", (), "1", "rate",
            "Hours of direct care by a person of given sex and age over those of the base year"),
        Var("care_work.outside_labour_force", ("sex",), "person", "flow",
            "Persons of 15 to 64 outside the labour force for family reasons"),
        Var("care_work.base_need", (), "person", "flow", "Care needed in the base year"),
        Var("care_work.base_direct_hours", (), "hour/year", "flow",
            "Direct care of the base year, both sexes"),
        Var("care_work.base_hours_per_day", ("sex",), "hour/day", "rate",
            "Unpaid work per person aged 15 and over in the base year"),
    )  # fmt: skip
    reads = (
        "demography.population_midyear",
        "participation.labour_force",
        "labour_market.average_wage",
        "macroeconomy.gdp",
    )

    def start(self, y: Year) -> None:
        routine, direct = self._standard(y)
        need = self._need(y)
        adults = y["demography.population_midyear"][:, :, 15:].sum(axis=2)
        y["care_work.base_need"] = need
        y["care_work.base_direct_hours"] = direct.sum(axis=1)
        y["care_work.base_hours_per_day"] = (routine + direct) / DAYS / adults
        self._fill(y, routine, direct, need)

    def step(self, y: Year) -> None:
        for name in ("base_need", "base_direct_hours", "base_hours_per_day"):
            y[f"care_work.{name}"] = y.lag(f"care_work.{name}")
        self._fill(y, *self._standard(y), self._need(y))

    @staticmethod
    def _standard(y: Year) -> tuple[Array, Array]:
        """Routine and direct hours of today's people at the hours of the base year, by sex."""
        people = y["demography.population_midyear"]
        hours = (people * y.p["care_work.hours_per_day"]).sum(axis=2) * DAYS
        share = y.p["care_work.direct_care_share"]
        return (1.0 - share) * hours, share * hours

    @staticmethod
    def _need(y: Year) -> Array:
        by_age = y["demography.population_midyear"].sum(axis=1)
        relief = y.p["care.child_care_coverage"] * y.p["care_work.care_place_relief"]
        return np.asarray(
            by_age[:, :YOUNG].sum(axis=1) * (1.0 - relief)
            + by_age[:, YOUNG:SCHOOL_END].sum(axis=1) * y.p["care_work.school_child_weight"]
            + by_age[:, OLD:].sum(axis=1) * y.p["care_work.older_person_weight"]
        )

    @staticmethod
    def _fill(y: Year, routine: Array, direct: Array, need: Array) -> None:
        p = y.p
        standard = direct.sum(axis=1)
        base_need = y["care_work.base_need"]
        known = (base_need > 0.0) & (standard > 0.0)
        wanted = y["care_work.base_direct_hours"] * need / np.where(known, base_need, 1.0)
        carer = np.where(known, wanted / np.where(known, standard, 1.0), 1.0)
        direct = direct * carer[:, None]
        hours = routine + direct
        people = y["demography.population_midyear"]
        adults = people[:, :, 15:].sum(axis=2)
        each = hours / DAYS / adults
        week = p["care_work.full_time_hours"]
        wage = p["care_work.wage_share"] * y["labour_market.average_wage"] / (week * WEEKS)
        value = hours * wage[:, None]
        y["care_work.hours"] = hours
        y["care_work.direct_care_hours"] = direct
        y["care_work.hours_per_day"] = each
        y["care_work.full_time_equivalents"] = hours / (week * WEEKS)[:, None]
        y["care_work.value"] = value
        y["care_work.value_share"] = value.sum(axis=1) / y["macroeconomy.gdp"]
        y["care_work.hours_share"] = ratio(hours, hours.sum(axis=1, keepdims=True))
        y["care_work.gender_gap"] = each[:, 0] - each[:, 1]
        y["care_work.care_need"] = need
        y["care_work.care_need_per_adult"] = need[:, None] / people[:, :, WORKING_AGE].sum(axis=2)
        y["care_work.hours_per_carer"] = carer
        outside = (people - y["participation.labour_force"])[:, :, WORKING_AGE].sum(axis=2)
        before = y["care_work.base_hours_per_day"]
        change = np.where(before > 0.0, each / np.where(before > 0.0, before, 1.0), 1.0)
        share = p["care_work.family_reason_share"] * (
            change ** p["care_work.family_reason_elasticity"][:, None]
        )
        y["care_work.outside_labour_force"] = outside * np.minimum(share, 1.0)

    def identities(self, y: Year) -> Mapping[str, Array]:
        direct = y["care_work.direct_care_hours"].sum(axis=1)
        need, base = y["care_work.care_need"], y["care_work.base_need"]
        wanted = y["care_work.base_direct_hours"] * need
        hours = y["care_work.hours"].sum(axis=1)
        people = y["demography.population_midyear"]
        outside = (people - y["participation.labour_force"])[:, :, WORKING_AGE].sum(axis=2)
        excess = np.maximum(y["care_work.outside_labour_force"] - outside, 0.0)
        day = (y["care_work.hours_per_day"] * people[:, :, 15:].sum(axis=2)).sum(axis=1)
        return {
            "G-7 direct care given = direct care needed": np.where(
                (base > 0.0) & (direct > 0.0), direct * base - wanted, 0.0
            )
            / np.maximum(direct * base, 1.0),
            "G-7 hours of a year = hours of a day x persons x days": (hours - DAYS * day)
            / np.maximum(hours, 1.0),
            "G-8 no more are outside the labour force for family reasons than are outside": (
                excess.sum(axis=1) / people.sum(axis=(1, 2))
            ),
        }


def modules(pack: Pack) -> Sequence[Module]:
    """The unpaid care work module."""
    return [CareWork()]
