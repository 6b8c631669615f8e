"""Which of the shipped scenarios speak of something that a pack has."""

from __future__ import annotations

from fnmatch import fnmatchcase

from socialbudget.modules import build_modules
from socialbudget.pack import load_pack
from socialbudget.scenario import Scenario, scenarios_folder


def scenarios_for(iso3: str) -> list[str]:
    """Names of the scenarios meant for the country whose every path the pack's model has.

    Care credits, for one, need a pension that earns years; a pack without one refuses them.
    """
    paths = {p.path for m in build_modules(load_pack(iso3)) for p in m.params}
    found = []
    for file in sorted(scenarios_folder().glob("*.toml")):
        scenario = Scenario.load(file)
        meant = not scenario.countries or iso3 in scenario.countries
        if meant and all(any(fnmatchcase(p, c.path) for p in paths) for c in scenario.changes):
            found.append(file.stem)
    return found
