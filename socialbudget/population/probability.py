"""Probabilities over the draws: that a measure lies above or below a threshold, in a year or ever.

The standard error is that of a share of independent draws, ``sqrt(p (1 - p) / n)``. Where all
draws or none agree it is zero and says little, so the interval of Wilson (1927) stands beside it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from socialbudget.errors import SocialBudgetError
from socialbudget.population import structure
from socialbudget.population.measure import Measure
from socialbudget.population.mortality import life_expectancy
from socialbudget.results import Results

Z95 = 1.959963984540054

MEASURES: dict[str, Callable[[Results], Measure]] = {
    "population": structure.total_population,
    "child_ratio": lambda r: structure.dependency_ratios(r)[0],
    "old_age_ratio": lambda r: structure.dependency_ratios(r)[1],
    "total_ratio": lambda r: structure.dependency_ratios(r)[2],
    "support_ratio": structure.support_ratio,
    "median_age": lambda r: structure.median_age(r).select(sex="both"),
    "births": lambda r: structure.growth_components(r).select(component="births"),
    "deaths": lambda r: structure.growth_components(r).select(component="deaths"),
    "net_migration": lambda r: structure.growth_components(r).select(component="net_migration"),
    "growth": lambda r: structure.growth_components(r).select(component="growth"),
    "life_expectancy_female": lambda r: life_expectancy(r).select(sex="female", age=0),
    "life_expectancy_male": lambda r: life_expectancy(r).select(sex="male", age=0),
}
"""Measures of one number a year that a threshold may name."""
GROUPED: dict[str, Callable[[Results, str], Measure]] = {
    "population": lambda r, g: structure.population_by_group(r, g).select(
        sex="both", group=_only(g)
    ),
    "share": structure.population_share,
    "support_ratio": structure.support_ratio,
}
"""Measures that take an age group in brackets: ``population[65+]``, ``share[0-14]``."""
_PER_ONE = ("child_ratio", "old_age_ratio", "total_ratio", "share")
_LARGEST_RATIO = 5.0
"""Ratios and shares are of one; above this, a bare number is meant per hundred."""
_WORDS = {"": 1.0, "%": 0.01, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_THRESHOLD = re.compile(
    r"^(?P<name>[a-z_]+)\s*(?:\[(?P<group>[^\]]*)\])?\s*(?P<sign>[<>])\s*"
    r"(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?P<word>%|thousand|million|billion)?\s*"
    r"(?:(?P<when>in|by)\s+(?P<year>\d{4}))?$"
)


@dataclass(frozen=True)
class Threshold:
    """What a threshold asks: measure, side, value, and the year where it names one."""

    text: str
    measure: str
    group: str | None
    above: bool
    value: float
    year: int | None
    ever: bool
    """By the year at least once, and not in the year."""


def parse_threshold(text: str) -> Threshold:
    """Read a threshold from text.

    Parameters
    ----------
    text : str
        ``MEASURE > VALUE`` or ``<``, then ``in YEAR`` (in that year) or ``by YEAR`` (in at least
        one projected year up to it); without a year both hold for every year. The value may end
        in ``%``, ``thousand``, ``million`` or ``billion``. Examples: ``old_age_ratio > 0.5 by
        2060``, ``population < 50 million in 2100``, ``share[65+] > 20%``.

    Raises
    ------
    SocialBudgetError
        Text that cannot be read, or a measure that does not exist, with the nearest one.
    """
    match = _THRESHOLD.match(" ".join(text.split()))
    if match is None:
        raise SocialBudgetError(
            f"threshold '{text}' cannot be read; write MEASURE > VALUE, then 'in YEAR' or 'by "
            "YEAR' if you want one, e.g. 'old_age_ratio > 0.5 by 2060' or 'population < 50 million "
            "in 2100'"
        )
    name, group = match["name"], match["group"]
    known = MEASURES if group is None else GROUPED
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        takes = "" if group is None else " that takes an age group"
        raise SocialBudgetError(
            f"threshold '{text}': there is no measure '{name}'{takes}{hint}; known: "
            f"{', '.join(known)}"
        )
    if group is not None:
        _only(group)
    value = float(match["number"])
    if name in _PER_ONE and match["word"] is None and abs(value) > _LARGEST_RATIO:
        raise SocialBudgetError(
            f"threshold '{text}': {name} is of one, so {value:g} would be {100 * value:,.0f} per "
            f"100; write {value:g}% or {value / 100:g}"
        )
    return Threshold(
        text=" ".join(text.split()),
        measure=name,
        group=group,
        above=match["sign"] == ">",
        value=value * _WORDS[match["word"] or ""],
        year=int(match["year"]) if match["year"] else None,
        ever=match["when"] == "by",
    )


def threshold_measure(results: Results, threshold: Threshold) -> Measure:
    """The measure that a threshold asks about."""
    if threshold.group is None:
        return MEASURES[threshold.measure](results)
    return GROUPED[threshold.measure](results, threshold.group)


def probability(
    measure: Measure, value: float, *, above: bool = True, ever: bool = False
) -> pd.DataFrame:
    """Probability that a measure lies above (or below) a value, by year, from the draws.

    Parameters
    ----------
    measure : Measure
        One number a year (no dims left), from a run with draws and a seed.
    value : float
        In the unit of the measure.
    above : bool
        Strictly above; False: strictly below.
    ever : bool
        False: in the year. True: in at least one projected year up to and with the year. The base
        year, which is known, is no projected year.

    Returns
    -------
    DataFrame
        country, scenario, measure, unit, year, event, threshold, probability, standard_error (of
        Monte Carlo), low, high (Wilson interval of 95%), draws.

    Raises
    ------
    SocialBudgetError
        A run without draws, or a measure that still has dims.
    """
    measure.needs_draws("a probability")
    if measure.dims:
        raise SocialBudgetError(
            f"probability of {measure.name}: choose one of each of {', '.join(measure.dims)} first "
            "(select)"
        )
    if not np.isfinite(measure.values).all():
        raise SocialBudgetError(
            f"probability of {measure.name}: it has no value in some year and draw"
        )
    hit = measure.values > value if above else measure.values < value
    hit = hit[1:]
    if ever:
        hit = np.logical_or.accumulate(hit, axis=0)
    n = measure.draws
    p = hit.mean(axis=1)
    centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * np.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    sign = ">" if above else "<"
    return pd.DataFrame(
        {
            "country": measure.country,
            "scenario": measure.scenario,
            "measure": measure.name,
            "unit": measure.unit,
            "year": np.asarray(measure.years[1:]),
            "event": f"{sign} threshold {'at least once by the year' if ever else 'in the year'}",
            "threshold": value,
            "probability": p,
            "standard_error": np.sqrt(p * (1 - p) / n),
            "low": np.clip(centre - half, 0.0, 1.0),
            "high": np.clip(centre + half, 0.0, 1.0),
            "draws": n,
        }
    )


def threshold_probability(results: Results, threshold: str | Threshold) -> pd.DataFrame:
    """Probabilities that a threshold asks for, as `probability` gives them.

    With ``in`` or ``by`` and a year: that row. Without: every projected year, both events.

    Raises
    ------
    SocialBudgetError
        Bad text, a run without draws, a year outside the run.
    """
    asked = parse_threshold(threshold) if isinstance(threshold, str) else threshold
    measure = threshold_measure(results, asked)
    events = (asked.ever,) if asked.year is not None else (False, True)
    frame = pd.concat(
        [probability(measure, asked.value, above=asked.above, ever=e) for e in events],
        ignore_index=True,
    )
    if asked.year is not None:
        frame = frame[frame["year"] == asked.year]
        if frame.empty:
            raise SocialBudgetError(
                f"threshold '{asked.text}': {asked.year} is no projected year of the run; it "
                f"projects {measure.years[1]} to {measure.years[-1]}"
            )
    frame.insert(2, "question", asked.text)
    return frame.reset_index(drop=True)


def _only(group: str) -> str:
    (one,) = structure._exactly_one(group)
    return one.label
