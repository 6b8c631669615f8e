"""Orphans, and children within a limit for each mother: shares by year for the rapid assessment.

The module ``families`` runs once, on the central path, and only for a package that asks for it.
What comes out enters the guarantee as part of its rate by age, so that the guarantee itself, and
the full model, count persons as they always do. The ranges of the assessment hold the uncertainty
of the population, but not that of these shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from socialbudget.contract import Array, Module, Var, Year
from socialbudget.floor.package import Guarantee, Package
from socialbudget.pack import Pack

FEMALE = 0


@dataclass(frozen=True)
class Kin:
    """What families say about each guarantee that asks.

    Attributes
    ----------
    pack : Pack
        The country with the parameters of ``families``.
    shares : dict of str to dict of int to float64[age]
        By guarantee and projected year, the share of the persons of an age who are in its group.
    """

    pack: Pack
    shares: Mapping[str, Mapping[int, Array]]


class LimitedChildren(Module):
    """Share of the children in a span of ages who are within a limit for each mother.

    With N children in the span of a woman of a given age taken as Poisson about their mean, the
    share is ``sum of W E[min(N, limit)] / sum of W E[N]`` over women W by age. Birth order is not
    known. Children whose mother is dead are taken to be within the limit as often as the others.
    """

    reads = ("families.children_by_mother", "families.mother_survival", "demography.population")

    def __init__(self, key: str, ages: tuple[int, int], limit: int):
        self._first, self._last = ages
        self._limit = limit
        self.name = f"limited_children_{key}"
        self.writes = (
            Var(f"{self.name}.share", (), "1", "rate",
                "Children within the limit over all children in the span"),
        )  # fmt: skip

    def start(self, y: Year) -> None:
        self.step(y)

    def step(self, y: Year) -> None:
        women = y["demography.population"][:, FEMALE]
        known = y["families.children_by_mother"] * y["families.mother_survival"]
        ages = women.shape[-1]
        children = np.zeros_like(women)
        for child in range(self._first, self._last + 1):
            children[:, child:] += known[:, child, : ages - child]
        y[f"{self.name}.share"] = share_within(women, children, self._limit)


def share_within(women: Array, children: Array, limit: int) -> Array:
    """Share of children within a limit for each woman.

    Parameters
    ----------
    women, children : float64[draw, age], person
        Children by the age of their living mother.
    limit : int
        Children of one woman who count, 1 or more.

    Returns
    -------
    float64[draw]
        1 where there are no children.
    """
    mean = np.divide(children, women, out=np.zeros_like(children), where=women > 0.0)
    # E[min(N, limit)] is the sum of P(N >= j), j = 1 to limit.
    term = np.exp(-mean)
    below, counted = term.copy(), np.zeros_like(mean)
    for j in range(1, limit + 1):
        counted += 1.0 - below
        term = term * mean / j
        below = below + term
    everybody = (women * mean).sum(axis=-1)
    return np.divide(
        (women * counted).sum(axis=-1), everybody, out=np.ones_like(everybody),
        where=everybody > 0.0,
    )  # fmt: skip


def asks(g: Guarantee) -> bool:
    """Whether a guarantee needs families."""
    return g.who == "orphans" or g.children_per_woman_at_most is not None


def kin(pack: Pack, package: Package, to: int) -> Kin | None:
    """Shares for the guarantees that ask for them; None where none does.

    Raises
    ------
    PackError
        When the pack lacks what the population needs.
    """
    asking = {key: g for key, g in package.guarantees.items() if asks(g)}
    if not asking:
        return None
    # Only these packages pay for importing and running families.
    from socialbudget.ensemble import project
    from socialbudget.modules.demography import Demography
    from socialbudget.modules.families import Families
    from socialbudget.population import with_families

    pack = with_families(pack)
    modules: list[Module] = [Demography(), Families()]
    limits: dict[str, LimitedChildren] = {}
    for key, g in asking.items():
        if g.children_per_woman_at_most is not None:
            assert g.ages is not None
            span = next(iter(g.ages.values()))
            limits[key] = LimitedChildren(key, span, g.children_per_woman_at_most)
            modules.append(limits[key])
    results = project(pack, to=to, modules=modules)
    people = results["demography.population"][:, 0].sum(axis=1)
    mother, father, both = (
        results[f"families.{kind}_orphans"][:, 0] for kind in ("maternal", "paternal", "double")
    )
    shares: dict[str, dict[int, Array]] = {}
    for key, g in asking.items():
        if key in limits:
            within = results[f"{limits[key].name}.share"][:, 0]
            counted = people * within[:, None]
        else:
            counted = both if g.orphans == "double" else mother + father - both
        # Guarantees count persons at mid-year: the mean of two ends of years.
        persons, all_of_age = counted[1:] + counted[:-1], people[1:] + people[:-1]
        share = np.divide(
            persons, all_of_age, out=np.zeros_like(persons), where=all_of_age > 0.0
        )  # fmt: skip
        shares[key] = dict(zip(results.years[1:], share, strict=True))
    return Kin(pack, shares)
