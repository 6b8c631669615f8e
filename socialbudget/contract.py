"""The module contract: all that the author of a module has to read.

A module declares what it writes (`Var`), what it may be told (`Param`) and what it reads; from
these declarations follow the order of computation, the checks of packs and scenarios, the units
of the outputs and the labels of the reports. It then fills its variables year by year.

The law: `step` overwrites its writes from reads, lags and parameters, and never accumulates, so
that it may be called again within a year. Reads are read-only, an undeclared name raises, and
state starts as NaN.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from socialbudget.errors import ContractError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Var:
    """A variable, declared once by its only writer.

    Attributes
    ----------
    name : str
        Full name, e.g. ``"labour_market.employment"``.
    dims : tuple of str
        Named axes after the implied leading draw axis, e.g. ``("sex", "age")``.
    unit : str
        Readable by pint: ``"person"``, ``"LCU/year"``, ``"1"``.
    kind : {"stock", "flow", "rate", "index"}
        A stock stands at 31 December unless its name ends in ``_midyear``.
    doc : str
        One sentence for reports and reference documentation.
    scale : float
        A change below ``scale`` times the solver's tolerance is noise.
    history : bool
        False keeps this year and the last only (large stocks); such a variable is not in results.
    """

    name: str
    dims: tuple[str, ...]
    unit: str
    kind: Literal["stock", "flow", "rate", "index"]
    doc: str
    scale: float = 1.0
    history: bool = True


@dataclass(frozen=True, slots=True)
class Param:
    """A path in the pack that a scenario may change.

    Attributes
    ----------
    path : str
        E.g. ``"schemes.old_age_grant.benefit_amount"``.
    dims : tuple of str
        Named axes.
    unit : str
        Unit inside the model; packs and scenarios may use any unit that converts to it.
    low, high : float
        Values outside are refused.
    doc : str
        One sentence.
    time : {"step", "fixed", "annual"}
        ``step``: a value holds from its year until the next entry. ``fixed``: one value, of the
        base year. ``annual``: every year of the horizon has its own value.
    """

    path: str
    dims: tuple[str, ...]
    unit: str
    low: float
    high: float
    doc: str
    time: Literal["step", "fixed", "annual"] = "step"


class Module(ABC):
    """One part of the model. Subclasses set the class or instance attributes below."""

    name: str
    params: tuple[Param, ...] = ()
    writes: tuple[Var, ...] = ()
    reads: tuple[str, ...] = ()
    """Names, or patterns such as ``*.benefit_expenditure``, read in the same year: they order."""
    lags: tuple[str, ...] = ()
    """Names or patterns read from the year before: they never order."""

    @abstractmethod
    def start(self, y: Year) -> None:
        """Fill the writes of the base year.

        Called over a simultaneous block again and again until nothing changes, so a variable
        that feeds back must first be fillable from parameters alone.
        """

    @abstractmethod
    def step(self, y: Year) -> None:
        """Fill the writes of year ``y.year``."""

    def identities(self, y: Year) -> Mapping[str, Array]:
        """Relative residuals of the identities that must hold, ``{identity: array}``."""
        return {}


class Parameters(Mapping[str, Array]):
    """The parameters in force in a year, as one module may see them."""

    def __init__(self, module: str, allowed: frozenset[str], now: dict[str, Array]):
        self._module, self._allowed, self._now = module, allowed, now

    def __getitem__(self, path: str) -> Array:
        if path not in self._allowed:
            raise ContractError(
                f"module '{self._module}' read parameter '{path}' without declaring it: "
                "add a Param to its `params`"
            )
        return self._now[path]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._allowed)

    def __len__(self) -> int:
        return len(self._allowed)


class Year:
    """What a module sees of one year.

    ``y["name"]`` is this year's array ``[draw, *dims]``: writable where the module owns it,
    read-only otherwise. ``y.lag("name")`` is last year's. ``y.p["path"]`` is the parameter in
    force, ``[1 or draw, *dims]``. ``y.match("*.pattern")`` gives every variable of a declared
    pattern as ``{name: array}`` in the order of names.
    """

    __slots__ = (
        "_last",
        "_matches",
        "_module",
        "_now",
        "base_year",
        "draws",
        "first_draw",
        "p",
        "year",
    )

    def __init__(self, module: str, base_year: int, draws: int, first_draw: int = 0):
        self._module = module
        self.base_year = base_year
        self.draws = draws
        self.first_draw = first_draw  # number of the first draw at hand in the run, for messages
        self.year = base_year
        self._now: dict[str, Array] = {}
        self._last: dict[str, Array] = {}
        self._matches: dict[str, tuple[str, ...]] = {}
        self.p: Mapping[str, Array] = {}

    @property
    def first(self) -> bool:
        """True in the first projected year."""
        return self.year == self.base_year + 1

    def __getitem__(self, name: str) -> Array:
        try:
            return self._now[name]
        except KeyError:
            raise self._undeclared(name, "reads") from None

    def __setitem__(self, name: str, value: Array | float) -> None:
        """``y["name"] = value`` fills the whole variable (it must be the module's own)."""
        array = self[name]
        if not array.flags.writeable:
            raise ContractError(
                f"module '{self._module}' wrote '{name}', which another module computes: reads are "
                "read-only"
            )
        array[...] = value

    def lag(self, name: str) -> Array:
        """Last year's value of a variable declared in `lags` or written by the module."""
        try:
            return self._last[name]
        except KeyError:
            if self.year == self.base_year:
                raise ContractError(
                    f"module '{self._module}' asked for last year's '{name}' in the base year: "
                    "`start` has no year before it"
                ) from None
            raise self._undeclared(name, "lags") from None

    def match(self, pattern: str) -> dict[str, Array]:
        """All variables of this year that match a declared pattern."""
        try:
            return {name: self._now[name] for name in self._matches[pattern]}
        except KeyError:
            raise self._undeclared(pattern, "reads") from None

    def _undeclared(self, name: str, where: str) -> ContractError:
        return ContractError(
            f"module '{self._module}' used '{name}' without declaring it: add it to `{where}` "
            "(or to `writes` if the module computes it)"
        )
