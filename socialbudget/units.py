"""Units at the edges: the only importer of pint.

Packs and scenarios may state a value in any unit that converts to the unit the model works in;
inside, everything is plain float64. Nominal money (`LCU`) and money at base-year prices
(`LCU_real`) are different dimensions, so that adding them is an error and not a result.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from socialbudget.errors import SocialBudgetError


class UnitError(SocialBudgetError, ValueError):
    """A unit that is unknown or does not convert."""


@cache
def registry() -> Any:
    """The unit registry: pint's own units plus persons and national currency."""
    import pint

    ureg: Any = pint.UnitRegistry(cache_folder=None)
    ureg.define("person = [person] = people = birth = death = case")
    ureg.define("LCU = [currency]")
    ureg.define("LCU_real = [real_currency]")
    return ureg


@cache
def conversion_factor(unit: str, target: str) -> float:
    """Factor that turns a number in `unit` into one in `target`.

    Raises
    ------
    UnitError
        When either is unknown or the two do not measure the same thing.
    """
    if unit == target:
        return 1.0
    import pint

    ureg = registry()
    try:
        return float(ureg.Quantity(1.0, _readable(unit)).to(_readable(target)).magnitude)
    except pint.UndefinedUnitError as error:
        hint = "; national currency is 'LCU' in every country" if "LCU" in target else ""
        raise UnitError(f"unknown unit '{unit}' ({error}){hint}") from None
    except pint.DimensionalityError:
        raise UnitError(f"unit '{unit}' does not convert to '{target}'") from None
    except Exception as error:
        raise UnitError(f"cannot read unit '{unit}': {error}") from None


def parse(text: str, target: str) -> float:
    """A number in `target` units from text such as ``"6.5 percent"`` or ``"2 year"``.

    Raises
    ------
    UnitError
        When the text is not a number with a unit, or the unit does not convert.
    """
    head, _, unit = text.strip().partition(" ")
    if head.endswith("%"):
        head, unit = head[:-1], "percent"
    try:
        number = float(head)
    except ValueError:
        raise UnitError(
            f"'{text}' is not a number followed by a unit, such as '6.5 percent'"
        ) from None
    factor = conversion_factor(unit.strip() or "1", target)
    # Divide by a whole inverse (percent, thousandths): 57 percent is then 0.57 to the last bit.
    inverse = round(1.0 / factor) if 0.0 < factor < 1.0 else 0
    return number / inverse if inverse and abs(inverse * factor - 1.0) < 1e-15 else number * factor


def in_words(value: float, unit: str) -> str:
    """A number with its unit, for messages."""
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def _readable(unit: str) -> str:
    return "dimensionless" if unit in ("1", "") else unit
