"""A measure of a population: values by year, draw and whatever else, with name and unit.

Every function of this package that measures something returns a `Measure`; its methods turn it
into a long table, into bands over the draws, or into probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from socialbudget.contract import Array
from socialbudget.errors import SocialBudgetError
from socialbudget.results import Results

BANDS = (0.025, 0.1, 0.5, 0.9, 0.975)
"""Quantiles of the bands of 80 and 95 per cent, and the median."""

Labels = tuple[str | int, ...]


@dataclass(frozen=True)
class Measure:
    """Values of one measure over a run.

    Attributes
    ----------
    name, title, unit : str
        `unit` as pint reads it ("person", "1", "year").
    doc : str
        Definition in one sentence.
    years : tuple of int
    values : float64[year, draw, *dims]
    dims : tuple of str
        Names of the axes after the draws.
    labels : tuple of tuple
        Codes along each of them.
    country, scenario : str
        Of the run.
    seed : int or None
        Seed of the run's draws; None where all draws are the central path.
    """

    name: str
    title: str
    unit: str
    doc: str
    years: tuple[int, ...]
    values: Array
    dims: tuple[str, ...] = ()
    labels: tuple[Labels, ...] = ()
    country: str = ""
    scenario: str = ""
    seed: int | None = None

    def __post_init__(self) -> None:
        shape = (len(self.years), self.values.shape[1], *(len(x) for x in self.labels))
        if self.values.shape != shape:
            raise ValueError(f"{self.name}: values {self.values.shape}, labels say {shape}")

    @property
    def draws(self) -> int:
        return self.values.shape[1]

    @property
    def central(self) -> Array:
        """Median over draws, ``float64[year, *dims]`` (the path itself where there is one)."""
        return self.values[:, 0] if self.draws == 1 else np.median(self.values, axis=1)

    def at(self, year: int) -> Array:
        """Values of a year, ``float64[draw, *dims]``."""
        if year not in self.years:
            raise SocialBudgetError(
                f"{self.name}: the run has no year {year}; it goes from {self.years[0]} to "
                f"{self.years[-1]}"
            )
        return self.values[year - self.years[0]]

    def select(self, **codes: str | int) -> Measure:
        """The part with these codes, e.g. ``select(sex="female")``; the axis goes."""
        part = self
        for dim, code in codes.items():
            if dim not in part.dims:
                raise SocialBudgetError(
                    f"{self.name} has no dimension '{dim}'; it has "
                    f"{', '.join(part.dims) or 'none beside year and draw'}"
                )
            axis = part.dims.index(dim)
            if code not in part.labels[axis]:
                raise SocialBudgetError(
                    f"{self.name}: {dim} has no '{code}'; it has: "
                    f"{', '.join(str(x) for x in part.labels[axis])}"
                )
            part = replace(
                part,
                values=np.take(part.values, part.labels[axis].index(code), axis=2 + axis),
                dims=(*part.dims[:axis], *part.dims[axis + 1 :]),
                labels=(*part.labels[:axis], *part.labels[axis + 1 :]),
                title=f"{part.title}, {code}",
            )
        return part

    def frame(self) -> pd.DataFrame:
        """Long table: country, scenario, measure, unit, year, dims, draw, value."""
        return self._long(self.values, "draw", tuple(range(self.draws)))

    def bands(self, quantiles: Sequence[float] = BANDS) -> pd.DataFrame:
        """As `frame`, with quantiles over the draws in the column ``quantile``.

        Raises
        ------
        SocialBudgetError
            When the run has no draws that differ, so that a band would be a line.
        """
        self.needs_draws("a band")
        levels = tuple(float(q) for q in quantiles)
        if not levels or min(levels) < 0.0 or max(levels) > 1.0:
            raise SocialBudgetError(f"quantiles lie between 0 and 1, not {list(quantiles)}")
        values = np.moveaxis(np.quantile(self.values, levels, axis=1), 0, 1)
        return self._long(values, "quantile", levels)

    def needs_draws(self, what: str) -> None:
        """Refuse what only draws of the stochastic drivers can give."""
        if self.draws < 2 or self.seed is None:
            have = "1 draw" if self.draws < 2 else f"{self.draws} draws without a seed"
            raise SocialBudgetError(
                f"{self.name}: {what} needs draws of the stochastic drivers and the run has "
                f"{have}; run it with draws and a seed (--draws 1000 --seed 1)"
            )

    def _long(self, values: Array, axis: str, levels: tuple[Any, ...]) -> pd.DataFrame:
        grid = np.indices(values.shape, sparse=False).reshape(values.ndim, -1)
        columns: dict[str, Any] = {
            "country": self.country,
            "scenario": self.scenario,
            "measure": self.name,
            "unit": self.unit,
            "year": np.asarray(self.years, dtype=np.int16)[grid[0]],
        }
        for i, (dim, labels) in enumerate(zip(self.dims, self.labels, strict=True), start=2):
            columns[dim] = (
                np.asarray(labels, dtype=np.int16)[grid[i]]
                if all(isinstance(x, int) for x in labels)
                else pd.Categorical.from_codes(grid[i], pd.Index(labels))
            )
        columns[axis] = np.asarray(levels)[grid[1]]
        columns["value"] = values.ravel()
        return pd.DataFrame(columns)


def measure_of(
    results: Results,
    name: str,
    title: str,
    unit: str,
    doc: str,
    values: Array,
    dims: tuple[str, ...] = (),
    labels: tuple[Labels, ...] = (),
) -> Measure:
    """A measure with the run's years, country, scenario and seed."""
    return Measure(
        name,
        title,
        unit,
        doc,
        results.years,
        values,
        dims,
        labels,
        results.pack.iso3,
        results.scenario.title,
        results.seed,
    )


def ratio(numerator: Array, denominator: Array) -> Array:
    """Division with NaN where there is nobody to divide by."""
    return np.divide(
        numerator,
        denominator,
        out=np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan),
        where=denominator != 0.0,
    )
