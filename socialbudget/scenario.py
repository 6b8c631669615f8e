"""Scenarios: declarative differences to a pack.

Five verbs change a path: `set`, `scale`, `add`, `hold`, and `like`, which gives the cells of
`where` the values of others (``where = {sex = "female"}``, ``like = {sex = "male"}``).

A scenario explains itself (title, note, source) and never changes anything in place. `a | b` puts
two together and refuses a clash; `b.over(a)` applies `b` after `a`, so that `b` has the last word.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from socialbudget.contract import Array, Param
from socialbudget.dims import Coordinates
from socialbudget.errors import ScenarioError
from socialbudget.units import UnitError, in_words, parse

Amount = float | int | str
VERBS = ("set", "scale", "add", "hold", "like")


class Change(BaseModel):
    """One change of one path (or of all paths that match a pattern).

    A value holds from its year until the next entry; ``to`` ends the change. ``hold`` names a
    year whose value the path keeps. ``like`` names other codes of dims in ``where``, whose values
    of the same year the cells take.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    path: str
    set: Amount | dict[int, Amount] | None = None
    scale: Amount | dict[int, Amount] | None = None
    add: Amount | dict[int, Amount] | None = None
    hold: int | None = None
    like: dict[str, str | int] | None = None
    from_: int | None = Field(default=None, alias="from")
    to: int | None = None
    where: dict[str, str | int | list[str | int]] = {}
    note: str = ""
    source: str = ""

    @field_validator(*VERBS, mode="before")
    @classmethod
    def _not_bool(cls, value: Any) -> Any:
        amounts = value.values() if isinstance(value, dict) else [value]
        if any(isinstance(amount, bool) for amount in amounts):
            raise ValueError("must be a number or a text such as '6.5 percent'")
        return value

    @model_validator(mode="after")
    def _one_verb(self) -> Change:
        if sum(getattr(self, v) is not None for v in VERBS) != 1:
            raise ValueError(f"needs exactly one of {', '.join(VERBS)}")
        if isinstance(self.amounts, dict) and self.from_ is not None:
            raise ValueError("has values by year: drop 'from'")
        if isinstance(self.amounts, dict) and not self.amounts:
            raise ValueError("has no value at all")
        return self

    @property
    def verb(self) -> str:
        return next(v for v in VERBS if getattr(self, v) is not None)

    @property
    def unused(self) -> frozenset[str]:
        """Fields that change nothing here: an explanation, or the year of another verb."""
        return frozenset({"note", "source"} | ({"hold", "like"} - {self.verb}))

    @property
    def amounts(self) -> Amount | dict[int, Amount]:
        """Amounts by year, or one for all; of `like` the share of the way, which is all of it."""
        return 1.0 if self.like is not None else getattr(self, self.verb)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    note: str = ""
    source: str = ""
    countries: tuple[str, ...] = ()
    change: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """Changes in layers; a later layer applies after, and so over, an earlier one."""

    title: str
    layers: tuple[tuple[Change, ...], ...] = ()
    note: str = ""
    source: str = ""
    countries: tuple[str, ...] = ()
    together: tuple[tuple[tuple[Change, ...], tuple[Change, ...]], ...] = ()
    """What `|` has put together: no change of the one may clash with one of the other."""

    @classmethod
    def load(cls, file: str | Path) -> Scenario:
        """Read a scenario from a TOML file.

        Raises
        ------
        ScenarioError
            With every fault of the file.
        """
        path = Path(file)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError(f"scenario {path}", [f"cannot be read: {error}"]) from None
        return cls.loads(text, str(path))

    @classmethod
    def loads(cls, text: str, subject: str = "scenario") -> Scenario:
        """Read a scenario from TOML text."""
        try:
            document = _Document.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ScenarioError(subject, [f"not readable as TOML: {error}"]) from None
        except ValidationError as error:
            faults = []
            for item in error.errors():
                loc = item["loc"]
                place = f"change {loc[1] + 1}" if loc[:1] == ("change",) and len(loc) > 1 else ""  # type: ignore[operator]
                rest = ".".join(str(p) for p in (loc[2:] if place else loc))
                where = " ".join(p for p in (place, f"'{rest}'" if rest else "") if p) or "file"
                faults.append(f"{where}: {_toml_fault(item)}")
            raise ScenarioError(subject, faults) from None
        layers = (document.change,) if document.change else ()
        return cls(document.title, layers, document.note, document.source, document.countries)

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(c for layer in self.layers for c in layer)

    @property
    def hash(self) -> str:
        """SHA-256 of what the scenario changes (not of how it is explained)."""
        text = "\n".join(
            f"{i} " + c.model_dump_json(exclude={*c.unused})
            for i, layer in enumerate(self.layers)
            for c in layer
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def __or__(self, other: Scenario) -> Scenario:
        """Both together; where they clash, applying them is an error."""
        mine, theirs = list(self.layers), list(other.layers)
        depth = max(len(mine), len(theirs))
        mine += [()] * (depth - len(mine))
        theirs += [()] * (depth - len(theirs))
        layers = tuple(a + b for a, b in zip(mine, theirs, strict=True))
        joined = _joined(self, other, layers)
        return replace(joined, together=(*joined.together, (self.changes, other.changes)))

    def over(self, other: Scenario) -> Scenario:
        """`other` first, then this one: where they clash, this one has the last word."""
        return _joined(other, self, other.layers + self.layers)

    def explain(self) -> str:
        """What the scenario does, in words."""
        lines = [self.title]
        lines += [self.note] if self.note else []
        for change in self.changes:
            cells = ", ".join(f"{k}={v}" for k, v in change.where.items())
            if change.like is not None:
                of = ", ".join(f"{k}={v}" for k, v in change.like.items())
                what = of + (f" from {change.from_}" if change.from_ else "")
            elif isinstance(change.amounts, dict):
                what = "; ".join(f"{y}: {a}" for y, a in sorted(change.amounts.items()))
            else:
                what = f"{change.amounts}" + (f" from {change.from_}" if change.from_ else "")
            until = f" until {change.to}" if change.to else ""
            lines.append(
                f"  {change.verb} {change.path}{f' ({cells})' if cells else ''}: {what}{until}"
                + (f" -- {change.note}" if change.note else "")
            )
        return "\n".join(lines)

    def apply(
        self,
        parameters: Mapping[str, Array],
        params: Mapping[str, Param],
        coords: Coordinates,
        iso3: str,
        base_year: int,
        last_year: int,
    ) -> dict[str, Array]:
        """New parameter arrays with the changes made; nothing is changed in place.

        Parameters
        ----------
        parameters : mapping of str to float64[year or 1, draw, *dims]
        params : mapping of str to Param
            The declared parameters: their paths are the valid paths.

        Raises
        ------
        ScenarioError
            With all faults: unknown path (and the nearest valid one), unknown dimension or code,
            wrong unit, a year outside the projection, a clash, a result out of bounds.
        """
        faults: list[str] = []
        if self.countries and iso3 not in self.countries:
            faults.append(
                f"is meant for {', '.join(self.countries)}, not for {iso3}; "
                "remove 'countries' from the file if it should apply"
            )
        out = dict(parameters)
        touched: set[str] = set()
        governs: dict[int, tuple[int, str, dict[str, np.ndarray]]] = {}
        for depth, layer in enumerate(self.layers):
            cells_of: dict[str, list[tuple[int, np.ndarray]]] = {}
            for number, change in enumerate(layer, start=1):
                label = f"change {number} ('{change.path}')"
                paths = [p for p in params if fnmatchcase(p, change.path)]
                if not paths:
                    near = difflib.get_close_matches(change.path, list(params), n=1, cutoff=0.4)
                    hint = f"; nearest valid path: '{near[0]}'" if near else ""
                    faults.append(f"{label}: no such path for {iso3}{hint}")
                for path in paths:
                    try:
                        new, mask = _changed(
                            out[path], params[path], change, coords, base_year, last_year
                        )
                    except ValueError as error:
                        faults.append(f"{label}: {error}")
                        continue
                    for earlier, seen in cells_of.get(path, []):
                        if (seen & mask).any():
                            year = base_year + int(np.argwhere(seen & mask)[0][0])
                            faults.append(
                                f"{label}: clashes with change {earlier} on '{path}' in {year}; "
                                "remove one, or order the two scenarios with over()"
                            )
                    cells_of.setdefault(path, []).append((number, mask))
                    governs.setdefault(id(change), (depth, label, {}))[2][path] = mask
                    out[path] = new
                    touched.add(path)
        faults += _clashes_across_layers(self.together, governs, base_year)
        for path in sorted(touched):
            param = params[path]
            bad = ~((out[path] >= param.low) & (out[path] <= param.high))
            if bad.any():
                first = np.argwhere(bad)[0]
                value = out[path][tuple(first)]
                hint = "; give a smaller change"
                if param.unit == "1" and param.high <= 1.0 < abs(value):
                    hint = (
                        f"; a percent where a fraction is meant? Write '{value:g} percent' or "
                        f"{value / 100:g}"
                    )
                cell = "".join(
                    f", {d}={coords[d][i]}" for d, i in zip(param.dims, first[2:], strict=True)
                )
                year = base_year + int(first[0])
                faults.append(
                    f"'{path}' becomes {in_words(value, param.unit)} in {year}{cell}, outside "
                    f"[{param.low:g}, {param.high:g}]{hint}"
                )
        if faults:
            raise ScenarioError(f"scenario '{self.title}'", faults)
        return out


def _toml_fault(item: Mapping[str, Any]) -> str:
    if item["type"] == "missing":
        return "is missing; add it"
    if item["type"] == "extra_forbidden":
        keys = {f.alias or name for m in (_Document, Change) for name, f in m.model_fields.items()}
        near = difflib.get_close_matches(str(item["loc"][-1]), sorted(keys), n=1)
        hint = f" (nearest: '{near[0]}')" if near else ""
        return f"is unknown{hint}; remove or rename it"
    return str(item["msg"]).removeprefix("Value error, ")


EMPTY = Scenario("Baseline")


def scenarios_folder() -> Path:
    """Folder with the shipped scenarios."""
    here = Path(__file__).resolve().parent
    installed = here / "data" / "scenarios"
    return installed if installed.is_dir() else here.parent / "scenarios"


def find_scenario(name: str) -> Path:
    """A scenario file by path, or a shipped one by name (with or without ``.toml``)."""
    given = Path(name)
    if given.is_file():
        return given
    shipped = {p.stem: p for p in sorted(scenarios_folder().glob("*.toml"))}
    if given.stem in shipped and given.parent in (Path(), Path("scenarios")):
        return shipped[given.stem]
    near = difflib.get_close_matches(given.stem, list(shipped), n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "."
    raise ScenarioError(
        f"scenario '{name}'",
        [f"no such file{hint} Shipped scenarios: {', '.join(shipped) or 'none'}"],
    )


def _joined(first: Scenario, second: Scenario, layers: tuple[tuple[Change, ...], ...]) -> Scenario:
    if first.countries and second.countries:
        countries = tuple(c for c in first.countries if c in second.countries)
        if not countries:
            raise ScenarioError(
                f"scenarios '{first.title}' and '{second.title}'",
                ["are meant for different countries and cannot be combined"],
            )
    else:
        countries = first.countries or second.countries
    return Scenario(
        " + ".join(t for t in (first.title, second.title) if t),
        layers,
        "\n".join(n for n in (first.note, second.note) if n),
        "\n".join(s for s in (first.source, second.source) if s),
        countries,
        first.together + second.together,
    )


def _clashes_across_layers(
    together: tuple[tuple[tuple[Change, ...], tuple[Change, ...]], ...],
    governs: Mapping[int, tuple[int, str, dict[str, np.ndarray]]],
    base_year: int,
) -> list[str]:
    """Clashes that `over()` has moved to different layers without ordering the two sides."""
    faults = []
    for one, other in together:
        for a, b in itertools.product(one, other):
            if id(a) not in governs or id(b) not in governs:
                continue
            depth_a, label_a, cells_a = governs[id(a)]
            depth_b, label_b, cells_b = governs[id(b)]
            if depth_a == depth_b:
                continue
            for path in sorted(cells_a.keys() & cells_b.keys()):
                both = cells_a[path] & cells_b[path]
                if both.any():
                    year = base_year + int(np.argwhere(both)[0][0])
                    faults.append(
                        f"{label_a}: clashes with {label_b} on '{path}' in {year}; remove one, or "
                        "order the two scenarios with over()"
                    )
    return faults


def _changed(
    values: Array,
    param: Param,
    change: Change,
    coords: Coordinates,
    base_year: int,
    last_year: int,
) -> tuple[Array, np.ndarray]:
    """The changed array, and a mask ``[year, *dims]`` of the cells the change governs."""
    fixed = param.time == "fixed"
    years = np.arange(base_year, last_year + 1)
    amounts = change.amounts
    if isinstance(amounts, dict):
        by_year = amounts
    else:
        by_year = {base_year if fixed else (change.from_ or base_year + 1): amounts}
    if fixed and (change.from_ is not None or change.to is not None or set(by_year) != {base_year}):
        raise ValueError("holds for the whole run (a fixed parameter): drop the years")
    if change.hold is not None:
        if fixed:
            raise ValueError("is a fixed parameter, the same in every year: drop 'hold'")
        if not base_year <= change.hold <= last_year:
            raise ValueError(
                f"'hold' names {change.hold}; give a year from {base_year} to {last_year}"
            )
    if not fixed:
        for year in sorted(by_year):
            if not base_year < year <= last_year:
                raise ValueError(
                    f"year {year} is not projected: years run from {base_year + 1} to {last_year}"
                )
        if change.to is not None and change.to < min(by_year):
            raise ValueError(
                f"ends in {change.to}, before it begins in {min(by_year)}; "
                "give a later 'to' or an earlier 'from'"
            )
        late = [year for year in sorted(by_year) if change.to is not None and year > change.to]
        if late:
            raise ValueError(
                f"ends in {change.to}, so its value of {late[0]} would never apply; "
                "give a later 'to' or drop the value"
            )
    selector = np.ones(values.shape[2:], dtype=bool)
    for dim, wanted in change.where.items():
        if dim not in param.dims:
            raise ValueError(
                f"'where' names '{dim}'; the parameter has "
                f"{'dims ' + ', '.join(param.dims) if param.dims else 'no dims'}"
            )
        codes = wanted if isinstance(wanted, list) else [wanted]
        known = {str(c): i for i, c in enumerate(coords[dim])}
        chosen: list[int] = []
        for code in codes:
            text = str(code)
            low, dash, high = text.partition("-")
            if text in known:
                chosen.append(known[text])
            elif dim == "age" and dash and low in known and high in known:
                chosen.extend(range(known[low], known[high] + 1))
            else:
                near = difflib.get_close_matches(text, list(known), n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise ValueError(f"'where' names the unknown {dim} '{text}'{hint}")
        if not chosen:
            raise ValueError(f"'where' selects no {dim} at all; name at least one")
        axis = param.dims.index(dim)
        keep = np.zeros(len(coords[dim]), dtype=bool)
        keep[chosen] = True
        selector &= keep.reshape([-1 if i == axis else 1 for i in range(len(param.dims))])
    target_unit = "1" if change.verb in ("scale", "hold", "like") else param.unit
    numbers = {year: _number(amount, target_unit) for year, amount in sorted(by_year.items())}
    new = np.array(values)
    mask = np.zeros((len(values), *selector.shape), dtype=bool)
    starts = list(numbers)
    for start, stop in zip(starts, [*starts[1:], None], strict=True):
        end = change.to if stop is None else min(stop - 1, change.to or stop - 1)
        rows = (
            slice(0, 1)
            if fixed
            else slice(start - base_year, len(years) if end is None else end - base_year + 1)
        )
        mask[rows] = selector
        part = new[rows]
        number = numbers[start]
        if change.verb == "set":
            part[..., selector] = number
        elif change.verb == "hold":
            part[..., selector] = values[int(number) - base_year][..., selector]
        elif change.verb == "scale":
            part[..., selector] *= number
        elif change.like is not None:
            part[..., selector] = _likeness(values[rows], param, change, coords)[..., selector]
        else:
            part[..., selector] += number
    return new, mask


def _likeness(values: Array, param: Param, change: Change, coords: Coordinates) -> Array:
    """The values with those of the codes in `like` in every place along their dims."""
    for dim, code in (change.like or {}).items():
        if dim not in change.where or dim not in param.dims:
            raise ValueError(f"'like' names '{dim}'; give the cells to change in 'where' too")
        known = {str(c): i for i, c in enumerate(coords[dim])}
        if str(code) not in known:
            near = difflib.get_close_matches(str(code), list(known), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise ValueError(f"'like' names the unknown {dim} '{code}'{hint}")
        axis = 2 + param.dims.index(dim)
        one = np.take(values, [known[str(code)]], axis=axis)
        values = np.broadcast_to(one, values.shape)
    return values


def _number(amount: Amount, unit: str) -> float:
    if isinstance(amount, str):
        try:
            number = parse(amount, unit)
        except UnitError as error:
            raise ValueError(str(error)) from None
    else:
        number = float(amount)
    if not np.isfinite(number):
        raise ValueError(f"'{amount}' is not a finite number")
    return number
