"""Married persons, couples, widow(er)s, children of parents, and orphans (method 1.4).

An optional module: it is in no run by default, because no scheme reads it yet and its tables are
large. `socialbudget.population.project_population(pack, families=True)` runs it. A module that
needs orphans or couples reads the variables below; the caller then adds `Families()` to the list
of modules and extends the pack with `socialbudget.population.with_families`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from socialbudget.contract import Array, Module, Param, Var, Year
from socialbudget.kernels.families import balance_couples, parents_of_children
from socialbudget.modules._shared import FERTILITY_RATE
from socialbudget.profiles import logistic_density

SEX_AGE = ("sex", "age")
AGE_KIN = ("age", "kin_age")
FEMALE, MALE = 0, 1
MINOR_AGE = 18
YOUNGEST_PARENT, OLDEST_FATHER = 14, 90
OLDEST_KNOWN_MOTHER = 90
"""Age up to which the women alive tell how many there once were; above, they are too few."""
HALF_BEFORE_YEAR_END = 0.5
"""Years from a birth to the end of its year, on average."""
CONCEPTION = 0.75
"""Years before the birth from which on the father's survival counts."""
MARGIN_TOLERANCE = 1e-12
MAX_SWEEPS = 5000


class Families(Module):
    """Marital status by age, couples by both ages, and the living parents of everybody.

    *Marital status.* Shares of married and widowed by sex and age are those of the base year, but
    the odds of being widowed rather than married move with the mortality of spouses: they are
    multiplied by the ratio of ``exp(H) - 1`` now to the base year, where ``H`` is the cumulated
    mortality that the spouse of a person of that age has lived through since marriage, by the
    mortality of the year. *Couples.* Wives and husbands are taken down to the smaller of the two
    totals (the others live with nobody of this population) and matched by the distribution of the
    age difference with both margins kept (RAS). *Parents.* Children carry the age their mother
    had at the end of the year of their birth; births by age of the mother follow fertility, and
    the survival of mothers and fathers is cumulated along their own cohorts. Children of migrants
    have parents like those of residents of their age.

    In the base year the past is rebuilt from the population alive: today's pattern of fertility by
    age times the women who then lived, and today's mortality, higher by a constant rate for each
    year back.

    Parameters
    ----------
    keep_couples : bool
        Keep the table of couples of every year in the results (82 kB for a year and draw).
    """

    name = "families"
    params = (
        Param(
            "families.married_share",
            SEX_AGE,
            "1",
            0.0,
            1.0,
            "Share of persons who live in a marriage or a union, on 31 December.",
            time="fixed",
        ),
        Param(
            "families.widowed_share",
            SEX_AGE,
            "1",
            0.0,
            1.0,
            "Share of persons who are widowed and not married again, on 31 December.",
            time="fixed",
        ),
        Param(
            "families.age_at_marriage",
            ("sex",),
            "year",
            10.0,
            60.0,
            "Mean age at first marriage.",
            time="fixed",
        ),
        Param(
            "families.age_difference_mean",
            (),
            "year",
            -20.0,
            30.0,
            "Mean age of husbands less that of their wives; of fathers less that of mothers.",
            time="fixed",
        ),
        Param(
            "families.age_difference_sd",
            (),
            "year",
            0.5,
            30.0,
            "Standard deviation of that difference, of logistic distribution.",
            time="fixed",
        ),
        Param(
            "families.past_mortality_decline",
            (),
            "1/year",
            -0.1,
            0.1,
            "Rate at which death rates of parents fell each year before the base year.",
            time="fixed",
        ),
        FERTILITY_RATE,
    )
    reads = (
        "demography.population",
        "demography.deaths",
        "demography.net_migration",
        "demography.death_probability",
    )
    lags = ("demography.population", "demography.death_probability")

    def __init__(self, *, keep_couples: bool = False) -> None:
        self.writes = (
            Var(
                "families.married",
                SEX_AGE,
                "person",
                "stock",
                "Persons who live with a spouse of this population; wives equal husbands.",
            ),
            Var("families.widowed", SEX_AGE, "person", "stock", "Widows and widowers."),
            Var(
                "families.couples",
                AGE_KIN,
                "person",
                "stock",
                "Couples by age of the wife and age of the husband.",
                history=keep_couples,
            ),
            Var(
                "families.spouse_age",
                SEX_AGE,
                "year",
                "rate",
                "Mean age of the spouse of married persons; 0 where nobody is married.",
            ),
            Var(
                "families.newly_widowed",
                SEX_AGE,
                "person/year",
                "flow",
                "Persons widowed in the year who live at its end, by their age at its start.",
            ),
            Var(
                "families.late_spouse_age",
                SEX_AGE,
                "year",
                "rate",
                "Mean age, at the start of the year, of the spouse of those widowed in it; 0 "
                "where nobody is.",
            ),
            Var(
                "families.spouse_hazard_base",
                SEX_AGE,
                "1",
                "rate",
                "Cumulated mortality of spouses since marriage in the base year.",
            ),
            Var(
                "families.children_by_mother",
                AGE_KIN,
                "person",
                "stock",
                "Persons by age and by the age of their mother at the end of their year of birth.",
                history=False,
            ),
            Var(
                "families.mother_survival",
                AGE_KIN,
                "1",
                "rate",
                "Share of mothers alive, by age of the child and of the mother at its birth.",
                history=False,
            ),
            Var(
                "families.father_survival",
                AGE_KIN,
                "1",
                "rate",
                "Share of fathers alive, by age of the child and of the father at its birth.",
                history=False,
            ),
            Var(
                "families.children",
                SEX_AGE,
                "person",
                "stock",
                "Living children of all ages, by sex and age of a living parent.",
            ),
            Var(
                "families.minor_children",
                SEX_AGE,
                "person",
                "stock",
                f"Living children below {MINOR_AGE}, by sex and age of a living parent.",
            ),
            Var(
                "families.maternal_orphans",
                ("age",),
                "person",
                "stock",
                "Persons whose mother is dead, the father dead or alive.",
            ),
            Var(
                "families.paternal_orphans",
                ("age",),
                "person",
                "stock",
                "Persons whose father is dead, the mother dead or alive.",
            ),
            Var(
                "families.double_orphans",
                ("age",),
                "person",
                "stock",
                "Persons whose parents are both dead.",
            ),
        )

    def start(self, y: Year) -> None:
        """Marital status of the pack; parents rebuilt from the population alive."""
        y["families.spouse_hazard_base"] = self._spouse_hazard(y)
        self._couples(y)
        self._widowed(y, y["families.couples"], y["demography.death_probability"])

        survival = _survival(y["demography.death_probability"])
        decline = y.p["families.past_mortality_decline"]
        mothers = _past_survival(survival[:, FEMALE], decline, HALF_BEFORE_YEAR_END)
        fathers = _past_survival(survival[:, MALE], decline, HALF_BEFORE_YEAR_END + CONCEPTION)
        y["families.mother_survival"] = mothers
        y["families.father_survival"] = fathers
        women = y["demography.population"][:, FEMALE]
        weights = np.zeros_like(y["families.children_by_mother"])
        rate = _rate_by_year_end(y.p["demography.fertility_rate"])
        ages = women.shape[-1]
        mother = np.arange(ages)
        for child in range(ages):
            # The women of an age in the year of birth, from those alive; beyond the oldest known
            # age the last ones that are known stand for them.
            back = np.clip(OLDEST_KNOWN_MOTHER - mother, 0, child)
            alive = mothers[:, back, mother]
            then = np.divide(
                women[:, np.minimum(mother + back, ages - 1)],
                alive,
                out=np.zeros_like(alive),
                where=alive > 0.0,
            )
            weights[:, child] = rate * then
        share = _shares(weights, rate[:, None, :])
        y["families.children_by_mother"] = share * y["demography.population"].sum(axis=1)[..., None]
        self._parents(y)

    def step(self, y: Year) -> None:
        """Marital status and couples of the year; children and their parents a year older."""
        self._couples(y)
        self._widowed(y, y.lag("families.couples"), y["demography.death_probability"])

        survival = _survival(y["demography.death_probability"])
        self._age_parents(y, survival)
        self._age_children(y)
        self._parents(y)

    def identities(self, y: Year) -> Mapping[str, Array]:
        """F-1 to F-3 couples and marital status, F-4 to F-6 children and their parents."""
        couples = y["families.couples"]
        married = y["families.married"]
        people = y["demography.population"]
        everybody = np.maximum(people.sum(axis=(1, 2)), 1.0)
        margins = np.stack([couples.sum(axis=2), couples.sum(axis=1)], axis=1)
        wives, husbands = married[:, FEMALE].sum(axis=-1), married[:, MALE].sum(axis=-1)
        status = married + y["families.widowed"] - people
        children = y["families.children_by_mother"].sum(axis=2)
        orphans = np.minimum(y["families.maternal_orphans"], y["families.paternal_orphans"])
        parents = y["families.children"].sum(axis=2)
        lost = np.stack(
            [y[f"families.{k}_orphans"].sum(axis=1) for k in ("maternal", "paternal")], axis=1
        )
        return {
            "F-1 couples add up to wives and to husbands at every age": (
                (margins - married) / np.maximum(married, 1.0)
            ),
            "F-2 as many wives as husbands": (wives - husbands) / np.maximum(wives, 1.0),
            "F-3 married and widowed persons are part of the population": (
                np.maximum(status, 0.0) / np.maximum(people, 1.0)
            ),
            "F-4 persons by age of their mother add up to the population of the age": (
                (children - people.sum(axis=1)) / np.maximum(people.sum(axis=1), 1.0)
            ),
            "F-5 no more double orphans than maternal or paternal ones": (
                np.maximum(y["families.double_orphans"] - orphans, 0.0) / everybody[:, None]
            ),
            "F-6 everybody has a living mother or is a maternal orphan; so with fathers": (
                (parents + lost - everybody[:, None]) / everybody[:, None]
            ),
        }

    # --- marital status ----------------------------------------------------------------------

    def _spouse_hazard(self, y: Year) -> Array:
        """Cumulated mortality of spouses since marriage, by the mortality of the year."""
        q = y["demography.death_probability"]
        hazard = -np.log1p(-np.minimum(q, 1.0 - 1e-12))
        hazard[..., -1] = hazard[..., -2]
        ages = q.shape[-1]
        steps, weight = _difference(
            y.p["families.age_difference_mean"], y.p["families.age_difference_sd"]
        )
        out = np.zeros_like(q)
        age = np.arange(ages)
        for sex, other, sign in ((FEMALE, MALE, 1), (MALE, FEMALE, -1)):
            marriage = y.p["families.age_at_marriage"][:, sex]
            first = np.round(marriage).astype(int)
            sums = np.concatenate(
                [np.zeros((len(q), 1)), np.cumsum(hazard[:, other], axis=-1)], axis=1
            )
            for draw in range(len(q)):
                begin = first[draw if len(first) > 1 else 0]
                w = weight[draw if len(weight) > 1 else 0]
                now = np.clip(age[:, None] + sign * steps, 0, ages)
                then = np.clip(begin + sign * steps, 0, ages)
                lived = np.maximum(sums[draw][now] - sums[draw][then], 0.0)
                out[draw, sex] = np.where(age > begin, lived @ w, 0.0)
        return out

    def _couples(self, y: Year) -> None:
        married, widowed = y.p["families.married_share"], y.p["families.widowed_share"]
        base = y["families.spouse_hazard_base"]
        if y.year > y.base_year:
            base = y.lag("families.spouse_hazard_base")
            y["families.spouse_hazard_base"] = base
        ever = married + widowed
        now = np.expm1(self._spouse_hazard(y))
        then = np.expm1(base)
        change = np.divide(now, then, out=np.ones_like(now), where=then > 0.0)
        weight = widowed * change
        share = np.divide(weight, married + weight, out=np.zeros_like(weight), where=weight > 0.0)
        people = y["demography.population"]
        y["families.widowed"] = ever * share * people
        spouses = ever * (1.0 - share) * people
        totals = spouses.sum(axis=-1)
        smaller = totals.min(axis=1, keepdims=True)
        spouses *= np.divide(smaller, totals, out=np.zeros_like(totals), where=totals > 0.0)[
            ..., None
        ]
        y["families.married"] = spouses
        couples = y["families.couples"]
        ages = people.shape[-1]
        density = logistic_density(
            np.arange(ages, dtype=float) - np.arange(ages, dtype=float)[:, None],
            y.p["families.age_difference_mean"][:, None, None],
            y.p["families.age_difference_sd"][:, None, None],
        )
        balance_couples(
            np.ascontiguousarray(spouses[:, FEMALE]),
            np.ascontiguousarray(spouses[:, MALE]),
            density,
            MARGIN_TOLERANCE,
            MAX_SWEEPS,
            couples,
        )
        age = np.arange(ages, dtype=float)
        of_wives, of_husbands = couples @ age, np.swapaxes(couples, 1, 2) @ age
        sums = np.stack([of_wives, of_husbands], axis=1)
        y["families.spouse_age"] = np.divide(
            sums, spouses, out=np.zeros_like(sums), where=spouses > 0.0
        )

    def _widowed(self, y: Year, couples: Array, probability: Array) -> None:
        """Those whose spouse dies in the year and who live at its end, by age at the start."""
        alive = _survival(probability)
        ages = alive.shape[-1]
        age = np.arange(ages, dtype=float)
        flow = np.empty((len(couples), 2, ages))
        late = np.empty_like(flow)
        for sex, table in ((FEMALE, couples), (MALE, np.swapaxes(couples, 1, 2))):
            died = 1.0 - alive[:, 1 - sex]
            left = table * died[:, None, :] * alive[:, sex, :, None]
            flow[:, sex] = left.sum(axis=-1)
            late[:, sex] = left @ age
        y["families.newly_widowed"] = flow
        y["families.late_spouse_age"] = np.divide(
            late, flow, out=np.zeros_like(late), where=flow > 0.0
        )

    # --- parents -----------------------------------------------------------------------------

    def _age_parents(self, y: Year, survival: Array) -> None:
        for name, sex, newborn in (
            ("families.mother_survival", FEMALE, HALF_BEFORE_YEAR_END),
            ("families.father_survival", MALE, HALF_BEFORE_YEAR_END + CONCEPTION),
        ):
            now, before = y[name], y.lag(name)
            ages = now.shape[-1]
            alive = survival[:, sex]
            now[:, 0] = _before(alive) ** newborn
            for child in range(1, ages):
                parent = np.arange(ages - child)  # parents of this age at birth are still known
                now[:, child, : ages - child] = (
                    before[:, child - 1, : ages - child] * (alive[:, parent + child - 1])
                )
                now[:, child, ages - child :] = 0.0

    def _age_children(self, y: Year) -> None:
        people, entering = y["demography.population"], y.lag("demography.population")
        before = y.lag("families.children_by_mother")
        now = y["families.children_by_mother"]
        rate = _rate_by_year_end(y.p["demography.fertility_rate"])
        newborn = _shares(rate * people[:, FEMALE], rate)
        change = (y["demography.net_migration"] - y["demography.deaths"]).sum(axis=1)
        start = entering.sum(axis=1)
        now[:, 0] = newborn * people.sum(axis=1)[:, :1]
        moved = before[:, :-1].copy()
        moved[:, -1] += before[:, -1]
        known = start[:, :-1].copy()
        known[:, -1] += start[:, -1]
        share = np.divide(
            moved,
            known[..., None],
            out=np.broadcast_to(newborn[:, None], moved.shape).copy(),
            where=known[..., None] > 0.0,
        )
        now[:, 1:] = share * (known + change[:, 1:])[..., None]

    def _parents(self, y: Year) -> None:
        children = y["families.children_by_mother"]
        ages = children.shape[-1]
        age = np.arange(ages, dtype=float)
        fathers = logistic_density(
            age - age[:, None],
            y.p["families.age_difference_mean"][:, None, None],
            y.p["families.age_difference_sd"][:, None, None],
        )
        fathers *= (age >= YOUNGEST_PARENT) & (age <= OLDEST_FATHER)
        fathers /= fathers.sum(axis=-1, keepdims=True)
        orphans = np.empty((len(children), 3, ages))
        parents_of_children(
            children,
            y["families.mother_survival"],
            y["families.father_survival"],
            fathers,
            MINOR_AGE,
            y["families.children"],
            y["families.minor_children"],
            orphans,
        )
        for i, kind in enumerate(("maternal", "paternal", "double")):
            y[f"families.{kind}_orphans"] = orphans[:, i]


ACCEPTED = tuple(p for p in Families.params if p.path.startswith("families."))
"""What any pack may hold; the module itself is in no run by default."""


def _survival(probability: Array) -> Array:
    """Share of persons of an age alive a year later, L(x+1)/L(x); of the last two ages, that of
    the age before."""
    lived = 1.0 - 0.5 * probability
    out = np.empty_like(probability)
    out[..., :-1] = (1.0 - probability[..., :-1]) * lived[..., 1:] / lived[..., :-1]
    out[..., -2:] = out[..., -3:-2]
    return out


def _before(survival: Array) -> Array:
    """Survival up to an age: that of the age a year before."""
    out = np.ones_like(survival)
    out[..., 1:] = survival[..., :-1]
    return out


def _past_survival(survival: Array, decline: Array, newborn: float) -> Array:
    """Survival of parents from the birth of a child to now, ``[draw, age of child, age then]``.

    The mortality of k years ago is today's times ``exp(decline k)``.
    """
    draws, ages = survival.shape
    hazard = -np.log(np.maximum(survival, 1e-300))
    up_to = -np.log(np.maximum(_before(survival), 1e-300))
    out = np.zeros((draws, ages, ages))
    rate = np.broadcast_to(decline, (draws,))
    for child in range(ages):
        parent = np.arange(ages - child)
        total = newborn * up_to[:, parent] * np.exp(rate * child)[:, None]
        for back in range(child):  # back years ago the parent went from age + child - back - 1
            total += hazard[:, parent + child - back - 1] * np.exp(rate * back)[:, None]
        out[:, child, parent] = np.exp(-total)
    return out


def _rate_by_year_end(fertility: Array) -> Array:
    """Fertility by the age that the mother has at the end of the year.

    Births are spread evenly over the year, so half of the mothers have a birthday between the
    birth and the end of the year.
    """
    out = 0.5 * fertility
    out[..., 1:] += 0.5 * fertility[..., :-1]
    return out


def _shares(weights: Array, other: Array) -> Array:
    """Weights that add up to one along the last axis; `other` where they are all zero."""
    weights = np.where(weights.sum(axis=-1, keepdims=True) > 0.0, weights, other)
    return weights / weights.sum(axis=-1, keepdims=True)


def _difference(mean: Array, sd: Array) -> tuple[NDArray[np.int64], Array]:
    """Differences in whole years and their probabilities, ``[1|draw, difference]``."""
    steps = np.arange(-40, 61, dtype=np.int64)
    density = logistic_density(steps.astype(float), mean[:, None], sd[:, None])
    return steps, density / density.sum(axis=-1, keepdims=True)
