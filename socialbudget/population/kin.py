"""Orphans, children and marital status as shares, from a run with the module ``families``."""

from __future__ import annotations

import numpy as np

from socialbudget.contract import Array
from socialbudget.dims import STANDARD
from socialbudget.errors import SocialBudgetError
from socialbudget.population.ages import Groups, parse_age_groups
from socialbudget.population.measure import Measure, measure_of, ratio
from socialbudget.results import Results

AGES, SEXES = STANDARD["age"], STANDARD["sex"]
KINDS = ("maternal", "paternal", "double", "any")


def orphan_share(results: Results) -> Measure:
    """Share of persons of a single age who have lost parents (1).

    Dims ``kind`` and ``age``: mother dead, father dead, both dead, at least one dead (maternal +
    paternal - double). Multiplied by the population of the age it is an eligibility group for
    orphans' benefits, of both sexes alike.
    """
    people = results["demography.population"].sum(axis=2)
    return measure_of(
        results,
        "orphan_share",
        "Orphans",
        "1",
        "Share of persons of the age whose mother, father, both or any of them are dead.",
        ratio(_orphans(results), people[:, :, None, :]),
        ("kind", "age"),
        (KINDS, AGES),
    )


def orphans(results: Results, groups: Groups = "0-17") -> Measure:
    """Persons who have lost parents, by kind and age group (person)."""
    parsed = parse_age_groups(groups)
    values = _orphans(results)
    return measure_of(
        results,
        "orphans",
        "Orphans",
        "person",
        "Persons whose mother, father, both or any of them are dead.",
        np.stack([values[..., g.ages].sum(axis=-1) for g in parsed], axis=-1),
        ("kind", "group"),
        (KINDS, tuple(g.label for g in parsed)),
    )


def children_per_person(results: Results, *, minor: bool = False) -> Measure:
    """Living children of a person, by sex and age (1): of all ages, or below 18 only."""
    _needs_families(results)
    name = "minor_children" if minor else "children"
    return measure_of(
        results,
        f"{name}_per_person",
        "Living children of a person" + (", below 18" if minor else ""),
        "1",
        "Living children over persons of the sex and age.",
        ratio(results[f"families.{name}"], results["demography.population"]),
        ("sex", "age"),
        (SEXES, AGES),
    )


def _orphans(results: Results) -> Array:
    _needs_families(results)
    mother, father, both = (
        results[f"families.{kind}_orphans"] for kind in ("maternal", "paternal", "double")
    )
    return np.stack([mother, father, both, mother + father - both], axis=2)


def _needs_families(results: Results) -> None:
    if "families.children" not in results.arrays:
        raise SocialBudgetError(
            "orphans and children: the run has no families; run "
            "project_population(pack, families=True)"
        )
