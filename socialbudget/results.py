"""Results of a run: the state arrays themselves, as long tables, comparisons and quantiles."""

from __future__ import annotations

import difflib
import itertools
import json
import platform
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from socialbudget.contract import Array, Param, Var
from socialbudget.dims import Coordinates
from socialbudget.errors import SocialBudgetError
from socialbudget.pack import Pack
from socialbudget.plan import Plan
from socialbudget.scenario import Scenario
from socialbudget.units import conversion_factor

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True)
class Results:
    """One run: every variable as ``float64[year, draw, *dims]`` with its metadata.

    Attributes
    ----------
    pack, scenario, plan
        What was run.
    years : tuple of int
        Base year first.
    arrays : dict of str to float64[year, draw, *dims]
    parameters : dict of str to float64[year or 1, 1, *dims]
        Central parameters in force, after the scenario; draws disturb them by seed and drivers.
    sweeps : int64[year, block]
    identities : dict of (module, identity) to float64[year, draw]
    seed : int or None
        Seed of the stochastic drivers; None when every draw is the central path.
    """

    pack: Pack
    scenario: Scenario
    plan: Plan
    coords: Coordinates
    years: tuple[int, ...]
    arrays: dict[str, Array]
    parameters: dict[str, Array]
    sweeps: np.ndarray
    identities: dict[tuple[str, str], Array]
    seed: int | None = None

    @property
    def draws(self) -> int:
        return next(iter(self.arrays.values())).shape[1]

    @property
    def variables(self) -> dict[str, Var]:
        return {n: v for n, v in self.plan.variables.items() if n in self.arrays}

    @property
    def params(self) -> dict[str, Param]:
        return self.plan.params

    def names(self, pattern: str) -> list[str]:
        """Variables that match a pattern.

        Raises
        ------
        SocialBudgetError
            When none does, with the nearest name.
        """
        names = sorted(n for n in self.arrays if fnmatchcase(n, pattern))
        if not names:
            near = difflib.get_close_matches(pattern, list(self.arrays), n=1, cutoff=0.4)
            hint = f"; nearest: '{near[0]}'" if near else ""
            raise SocialBudgetError(f"no variable matches '{pattern}'{hint}")
        return names

    def __getitem__(self, name: str) -> Array:
        """A variable as ``float64[year, draw, *dims]``."""
        if name not in self.arrays:
            found = self.names(name)
            if len(found) > 1:
                raise SocialBudgetError(
                    f"'{name}' matches {len(found)} variables ({found[0]}, {found[1]} ...); name "
                    "one, or use frame() for all of them"
                )
            name = found[0]
        return self.arrays[name]

    def central(self, name: str) -> Array:
        """Median over draws, ``float64[year, *dims]`` (the path itself where there is one draw)."""
        array = self[name]
        return array[:, 0] if array.shape[1] == 1 else np.median(array, axis=1)

    def frame(self, pattern: str = "*", unit: str | None = None) -> pd.DataFrame:
        """One long table: country, scenario, variable, unit, year, dims, draw, value.

        With `unit`, e.g. ``"teraLCU/year"`` or ``"percent"``, all values are converted to it.

        Raises
        ------
        SocialBudgetError
            When no variable matches, or one does not convert to `unit`.
        """
        names = self.names(pattern)
        frame = self._long(names, lambda a: a, "draw", tuple(range(self.draws)))
        if unit is not None:
            factors = {n: conversion_factor(self.variables[n].unit, unit) for n in names}
            frame["value"] *= frame["variable"].map(factors).astype(float)
            frame["unit"] = unit.replace("LCU", self.pack.manifest.currency)
        return frame

    def quantiles(self, pattern: str = "*", quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """As `frame`, with quantiles over draws in the column `quantile`."""
        levels = tuple(quantiles)
        return self._long(
            self.names(pattern),
            lambda a: np.moveaxis(np.quantile(a, levels, axis=1), 0, 1),
            "quantile",
            levels,
        )

    def compare(self, baseline: Results) -> Comparison:
        """This run against another of the same country."""
        if self.pack.iso3 != baseline.pack.iso3 or self.years != baseline.years:
            raise SocialBudgetError(
                "only two runs of one country over the same years can be compared: "
                f"{self.pack.iso3} {self.years[0]}-{self.years[-1]} and "
                f"{baseline.pack.iso3} {baseline.years[0]}-{baseline.years[-1]}"
            )
        if self.draws != baseline.draws:
            raise SocialBudgetError(
                f"draws are compared one to one, but the runs have {self.draws} and "
                f"{baseline.draws}; run both with the same draws and seed"
            )
        return Comparison(self, baseline)

    def manifest(self) -> dict[str, Any]:
        """All that is needed to run it again: hashes, versions, seed, sweeps, residuals."""
        return {
            "country": self.pack.iso3,
            "pack": {"version": self.pack.manifest.version, "hash": self.pack.hash},
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "years": [self.years[0], self.years[-1]],
            "draws": self.draws,
            "seed": self.seed,
            "versions": {"python": platform.python_version(), **_versions()},
            "blocks": [
                {
                    "modules": [m.name for m in block.modules],
                    "tears": list(block.tears),
                    "sweeps_max": int(self.sweeps[:, i].max()),
                    "sweeps_median": float(np.median(self.sweeps[:, i])),
                }
                for i, block in enumerate(self.plan.blocks)
                if block.simultaneous
            ],
            "identities": {
                f"{module}: {identity}": float(residual.max())
                for (module, identity), residual in sorted(self.identities.items())
            },
        }

    def tables(self) -> Iterable[tuple[str, pd.DataFrame]]:
        """Long tables by module, as written to disk."""
        ordered = sorted(self.arrays, key=lambda n: (self.plan.writer[n], n))
        for module, group in itertools.groupby(ordered, key=lambda n: self.plan.writer[n]):
            names = list(group)
            if self.draws == 1:
                frame = self._long(names, lambda a: a, "draw", (0,)).drop(columns="draw")
            else:
                frame = self._long(
                    names,
                    lambda a: np.moveaxis(np.quantile(a, QUANTILES, axis=1), 0, 1),
                    "quantile",
                    QUANTILES,
                )
            yield module, frame

    def to_parquet(self, folder: str | Path) -> Path:
        """Write all tables and the manifest, whole or not at all."""
        with whole_folder(folder) as target:
            self.write_tables(target)
        return Path(folder)

    def write_tables(self, folder: Path) -> None:
        """Write tables and manifest into an existing folder."""
        for module, frame in self.tables():
            frame.to_parquet(folder / f"{module}.parquet", compression="zstd", index=False)
        (folder / "manifest.json").write_text(
            json.dumps(self.manifest(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )

    def _long(self, names: list[str], reduce: Any, axis: str, levels: tuple) -> pd.DataFrame:
        import pandas as pd

        all_dims = list(dict.fromkeys(d for n in names for d in self.variables[n].dims))
        frames = []
        for name in names:
            var = self.variables[name]
            array = reduce(self.arrays[name])
            axes = [self.years, levels, *(self.coords[d] for d in var.dims)]
            grid = np.indices(array.shape, sparse=False).reshape(array.ndim, -1)
            columns: dict[str, Any] = {
                "country": _constant(self.pack.iso3, array.size),
                "scenario": _constant(self.scenario.title, array.size),
                "variable": name,
                "unit": var.unit.replace("LCU", self.pack.manifest.currency),
                "year": np.asarray(self.years, dtype=np.int16)[grid[0]],
            }
            for dim in all_dims:
                if dim in var.dims:
                    i = 2 + var.dims.index(dim)
                    columns[dim] = labelled(axes[i], grid[i])
                else:
                    columns[dim] = None
            columns[axis] = np.asarray(levels)[grid[1]]
            columns["value"] = array.ravel()
            frames.append(pd.DataFrame(columns))
        if len(frames) == 1:
            return frames[0]
        for frame in frames:
            for dim in all_dims:
                frame[dim] = (
                    frame[dim].astype("Int16")
                    if dim in ("age", "service", "band")
                    else frame[dim].astype("string")
                )
        return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class Comparison:
    """A reform against a baseline, variable by variable."""

    reform: Results
    baseline: Results

    def frame(self, pattern: str = "*") -> pd.DataFrame:
        """Long table with `baseline`, `reform`, `difference` and `percent`.

        Draws are matched one to one (common random numbers); variables of one side only are left
        out.
        """
        shared = set(self.baseline.arrays)
        names = [n for n in self.reform.names(pattern) if n in shared]
        if not names:
            raise SocialBudgetError(f"no variable of both runs matches '{pattern}'")
        levels = tuple(range(self.reform.draws))
        reform = self.reform._long(names, lambda a: a, "draw", levels)
        base = self.baseline._long(names, lambda a: a, "draw", levels)["value"]
        frame = reform.rename(columns={"value": "reform"})
        frame.insert(len(frame.columns) - 1, "baseline", base)
        frame["difference"] = frame["reform"] - frame["baseline"]
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = 100.0 * frame["difference"] / frame["baseline"].abs()
        frame["percent"] = percent.where(frame["baseline"] != 0)
        return frame


class whole_folder:
    """Write a folder whole or not at all; an earlier one is replaced only at the very end.

    A folder that holds something else (files, but not the `marker` that this writer leaves) is
    refused, so that a mistyped path deletes nothing.
    """

    def __init__(self, folder: str | Path, marker: str = "manifest.json"):
        self.folder = Path(folder).absolute()
        self.marker = marker

    def check(self) -> None:
        """Refuse a target that is a file or holds other things, before any work is done."""
        if self.folder.exists() and not self.folder.is_dir():
            raise SocialBudgetError(f"'{self.folder}' is a file, not a folder; choose another name")
        if (
            self.folder.exists()
            and not (self.folder / self.marker).exists()
            and any(self.folder.iterdir())
        ):
            raise SocialBudgetError(
                f"folder '{self.folder}' holds other things (no {self.marker} in it) and would be "
                "replaced; choose another or empty it"
            )

    def __enter__(self) -> Path:
        self.check()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(
            tempfile.mkdtemp(prefix=f".{self.folder.name}-", dir=self.folder.parent)
        )
        self._new = self._scratch / "new"
        self._new.mkdir()
        return self._new

    def __exit__(self, kind: type | None, *_: object) -> None:
        try:
            if kind is None:
                old = self._scratch / "old"
                if self.folder.exists():
                    self.folder.rename(old)
                try:
                    self._new.rename(self.folder)
                except OSError:
                    if old.exists():
                        old.rename(self.folder)
                    raise
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)


def labelled(labels: Sequence[str | int], codes: np.ndarray) -> Any:
    """A column of a dimension's members from their places among them, small in memory."""
    if all(isinstance(c, int) for c in labels):
        return np.asarray(labels, dtype=np.int16)[codes]
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(labels))


def _constant(text: str, size: int) -> Any:
    import pandas as pd

    return pd.Categorical.from_codes(np.zeros(size, dtype=np.int8), pd.Index([text]))


def _versions() -> dict[str, str]:
    found = {}
    for package in ("socialbudget", "numpy", "numba", "pandas", "scipy", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
