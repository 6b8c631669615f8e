"""The short run: demography alone, with labour supply and families where asked for."""

from __future__ import annotations

from collections.abc import Callable

from socialbudget.contract import Module
from socialbudget.ensemble import DEFAULT_LAST_YEAR, project
from socialbudget.modules.demography import Demography
from socialbudget.modules.families import Families
from socialbudget.modules.participation import Participation
from socialbudget.pack import Pack
from socialbudget.population.nuptiality import with_families
from socialbudget.results import Results
from socialbudget.scenario import Scenario


def project_population(
    pack: Pack,
    scenario: Scenario | None = None,
    *,
    to: int = DEFAULT_LAST_YEAR,
    draws: int = 1,
    seed: int | None = None,
    families: bool = False,
    keep_couples: bool = False,
    region: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Results:
    """Project the population of a country, without its economy and its schemes.

    The results are those of the full model: nothing feeds back on the population.

    Parameters
    ----------
    pack : Pack
    scenario : Scenario, optional
        Changes of demographic parameters; a scenario that changes anything else is refused.
    to, draws, seed, progress
        As in `socialbudget.ensemble.project`.
    families : bool
        Adds married persons, couples, children and orphans (module ``families``).
    keep_couples : bool
        Keeps ``families.couples`` of every year in the results.
    region : str
        Whose marriage pattern stands in where the pack has no marital status; by default that of
        the country.

    Returns
    -------
    Results
        With ``demography.*``, ``participation.*`` where the pack has participation rates, and
        ``families.*`` where asked for.

    Raises
    ------
    PackError, ScenarioError, IdentityError
    """
    modules: list[Module] = [Demography()]
    if all(p.path in pack.entries for p in Participation.params):
        modules.append(Participation())
    if families:
        pack = with_families(pack, region)
        modules.append(Families(keep_couples=keep_couples))
    return project(
        pack, scenario, to=to, draws=draws, seed=seed, modules=modules, progress=progress
    )
