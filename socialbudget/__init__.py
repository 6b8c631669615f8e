"""socialbudget: a country's social budget, projected year by year.

Four words are enough to use it: a `Pack` (a country), a `Scenario` (a reform or a change of
assumption), `project()` (the run) and `Results`. They are imported on first use, so that
``import socialbudget`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socialbudget.ensemble import project
    from socialbudget.pack import Pack, load_pack
    from socialbudget.results import Results
    from socialbudget.scenario import Scenario

__version__ = "0.1.0"

_HOME = {
    "Pack": "socialbudget.pack",
    "load_pack": "socialbudget.pack",
    "Scenario": "socialbudget.scenario",
    "project": "socialbudget.ensemble",
    "Results": "socialbudget.results",
}

__all__ = ["Pack", "Results", "Scenario", "__version__", "load_pack", "project"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'socialbudget' has no attribute {name!r}")
