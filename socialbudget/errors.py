"""Errors of socialbudget: each says what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable


class SocialBudgetError(Exception):
    """Base of every error a user can meet."""


class Faults(SocialBudgetError, ValueError):
    """Several faults of one input, all reported at once.

    Parameters
    ----------
    subject : str
        The input that is at fault, e.g. ``pack 'ZAF'``.
    faults : iterable of str
        One sentence each: where (file, table, column, row), what, and the mend.
    """

    def __init__(self, subject: str, faults: Iterable[str]):
        self.subject = subject
        self.faults = tuple(faults)
        count = len(self.faults)
        head = f"{subject}: {count} fault{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"  - {fault}" for fault in self.faults)]))

    def __reduce__(self) -> tuple[type, tuple[str, tuple[str, ...]]]:
        return type(self), (self.subject, self.faults)


class PackError(Faults):
    """A country pack that cannot be used as it is."""


class ScenarioError(Faults):
    """A scenario that cannot be applied as it is."""


class PlanError(SocialBudgetError, ValueError):
    """Module declarations that do not fit together."""


class ContractError(SocialBudgetError):
    """A module that does what it has not declared."""


class ConvergenceError(SocialBudgetError):
    """A simultaneous block that found no solution in a year."""


class IdentityError(SocialBudgetError):
    """An accounting identity that does not hold: the run has no results."""


class LabourMarketError(IdentityError):
    """More or fewer persons at work than the labour market holds (L-7): never cut off silently."""
