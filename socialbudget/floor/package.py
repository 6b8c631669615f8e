"""Packages of a social protection floor: TOML files that say who is guaranteed what.

A package is checked whole: every fault is reported at once, with section, field and mend.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from socialbudget.dims import FUNCTIONS, MAX_AGE
from socialbudget.errors import Faults
from socialbudget.pack import Function

GROUPS = ("health_care", "children", "working_age", "older_persons")
"""The four guarantees of the Social Protection Floors Recommendation, 2012 (No. 202)."""
LINES = ("international_300", "international_420", "international_830", "national")
FINANCING = (
    "general_revenue", "income_tax", "consumption_tax", "payroll", "reprioritisation", "grants",
)  # fmt: skip
SEXES = ("female", "male")
OLDEST_CHILD = 24
"""Highest age of children who can be limited by mother."""
PERIODS = {"year": 1.0, "month": 12.0, "week": 52.0, "day": 365.0}
Line = Literal["international_300", "international_420", "international_830", "national"]
Number = Annotated[float, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Share = Annotated[Number, Field(ge=0, le=1)]
SHARES = ("share", "take_up", "target", "exclusion_error", "inclusion_error",
          "administration_share", *FINANCING)  # fmt: skip
"""Fields in which a number above the limit may be a percent."""
EVERYDAY = {
    "pension": "old_age", "pensions": "old_age", "elderly": "old_age", "child": "family",
    "children": "family", "child_benefit": "family", "health": "health_care",
    "medical": "health_care", "work_injury": "employment_injury", "orphans": "survivors",
    "widows": "survivors", "poverty": "social_assistance", "assistance": "social_assistance",
    "birth": "maternity", "jobless": "unemployment", "illness": "sickness",
}  # fmt: skip
"""Functions by words of everyday language."""
TABLES = {
    "amount": '{ of = "sum", value = 250, currency = "LCU", per = "month" }',
    "cap": '{ value = 250, currency = "LCU", per = "month" }',
    "minimum": '{ value = 250, currency = "LCU", per = "month" }',
    "coverage": '{ start = "existing", target = 1.0, ramp_years = 10 }',
    "targeting": '{ mode = "poor", line = "national" }',
    "financing": "{ general_revenue = 1.0 }",
    "reasons": '{ amount = "why this amount" }',
}
"""How a field looks that is a table."""
NOT_GIVEN = "not given"


class PackageError(Faults):
    """A package file that cannot be used as it is."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _numbers_are_no_words(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("is true or false where a number, a word or a section is meant")
        return value


class Sum(_Strict):
    """An amount of money for a period: national currency, US dollars or international dollars."""

    value: Number = Field(ge=0)
    currency: Literal["LCU", "USD", "USD_PPP"]
    per: Literal["day", "week", "month", "year"]


class Amount(_Strict):
    """What a full year's benefit is tied to."""

    of: Literal["poverty_line", "average_wage", "gdp_per_head", "sum"]
    share: Number | None = Field(default=None, gt=0, le=20)
    line: Line | None = None
    value: Number | None = Field(default=None, ge=0)
    currency: Literal["LCU", "USD", "USD_PPP"] | None = None
    per: Literal["day", "week", "month", "year"] | None = None
    cap: Sum | None = None
    minimum: Sum | None = None

    @model_validator(mode="after")
    def _fits(self) -> Amount:
        wanted = {"value", "currency", "per"} if self.of == "sum" else {"share"}
        wanted |= {"line"} if self.of == "poverty_line" else set()
        given = {
            k for k in ("share", "line", "value", "currency", "per") if getattr(self, k) is not None
        }
        faults = [f"needs '{k}' where of = \"{self.of}\"; add it" for k in sorted(wanted - given)]
        faults += [
            f"has '{k}', which means nothing where of = \"{self.of}\"; remove it"
            for k in sorted(given - wanted)
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def sum(self) -> Sum | None:
        """The sum of money where the amount is one."""
        if self.of != "sum":
            return None
        assert self.value is not None
        assert self.currency is not None
        assert self.per is not None
        return Sum(value=self.value, currency=self.currency, per=self.per)


class Coverage(_Strict):
    """Share of the group reached: at the start, in the end, and the years between."""

    start: float | Literal["existing"] = "existing"
    target: Share = 1.0
    ramp_years: Whole = Field(default=0, ge=0, le=75)

    @field_validator("start", mode="before")
    @classmethod
    def _start(cls, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (value == "existing" or (number and 0.0 <= value <= 1.0)):
            raise ValueError('is neither "existing" nor a share between 0 and 1')
        return value


class Targeting(_Strict):
    """Whether everybody in the group is meant, or the poor, and the errors made in finding them."""

    mode: Literal["universal", "poor"] = "universal"
    line: Line | None = None
    exclusion_error: Share = 0.0
    inclusion_error: Share = 0.0

    @model_validator(mode="after")
    def _fits(self) -> Targeting:
        if self.mode == "universal" and (self.line or self.exclusion_error or self.inclusion_error):
            raise ValueError(
                'has a line or errors of targeting, which only mode = "poor" has; remove them'
            )
        if self.mode == "poor" and self.line is None:
            raise ValueError(f"needs 'line' where mode = \"poor\": one of {', '.join(LINES)}")
        return self


class Guarantee(_Strict):
    """One guarantee of a package.

    Attributes
    ----------
    group : str
        Which of the four guarantees of Recommendation 202 it belongs to.
    function : str
        Function of social protection, which also finds the existing coverage.
    who : str
        ``population`` (by age), ``disabled`` (by age, with the pack's prevalence of severe
        disability), ``births`` (women who give birth in the year), ``unemployed`` (by age),
        ``orphans`` (by age).
    orphans : {"any", "double"}
        Which orphans: those who have lost one parent or both, or those who have lost both.
    ages : dict of sex to (first, last)
        Both included; 100 is 100 and over.
    share : float
        Share of these persons in the group.
    children_per_woman_at_most : int or None
        How many of the children of one woman within the ages are in the group.
    indexation : str or None
        ``prices``, ``wages`` or ``gdp_per_head``; by default what the amount is tied to.
    existing : {"coverage", "health_expenditure"}
        What counts as there already: effective coverage, or public health expenditure.
    reasons : dict
        Source and reason of the values, by field.
    """

    title: str = Field(min_length=1)
    group: Literal["health_care", "children", "working_age", "older_persons"]
    function: Function
    who: Literal["population", "disabled", "births", "unemployed", "orphans"]
    orphans: Literal["any", "double"] | None = None
    ages: dict[Literal["female", "male"], tuple[int, int]] | None = None
    share: Number = Field(default=1.0, gt=0, le=1)
    children_per_woman_at_most: Whole | None = Field(default=None, ge=1, le=10)
    benefit_type: Literal["cash", "kind"] = "cash"
    amount: Amount
    months: Number | None = Field(default=None, gt=0, le=12)
    weeks: Number | None = Field(default=None, gt=0, le=52)
    days: Number | None = Field(default=None, gt=0, le=365)
    indexation: Literal["prices", "wages", "gdp_per_head"] | None = None
    coverage: Coverage = Coverage()
    take_up: Share = 1.0
    targeting: Targeting = Targeting()
    administration_share: Share = 0.0
    existing: Literal["coverage", "health_expenditure"] = "coverage"
    financing: dict[
        Literal[
            "general_revenue",
            "income_tax",
            "consumption_tax",
            "payroll",
            "reprioritisation",
            "grants",
        ],
        Share,
    ] = {"general_revenue": 1.0}
    reasons: dict[str, str] = {}

    @field_validator("ages", mode="before")
    @classmethod
    def _ages(cls, value: Any) -> Any:
        by_sex = value if isinstance(value, dict) else dict.fromkeys(SEXES, value)
        for sex, span in by_sex.items():
            if sex not in SEXES:
                raise ValueError(f"names the sex '{sex}'; use female, male or one span for both")
            if not (
                isinstance(span, list | tuple)
                and len(span) == 2
                and all(type(a) is int and 0 <= a <= MAX_AGE for a in span)
                and span[0] <= span[1]
            ):
                raise ValueError(
                    f"is {span!r} where a first and a last age between 0 and {MAX_AGE} are meant, "
                    "such as [65, 100]"
                )
        return by_sex

    @model_validator(mode="after")
    def _fits(self) -> Guarantee:
        faults = []
        if self.who == "births" and self.ages:
            faults.append("has 'ages', which births do not have; remove them")
        if self.who != "births" and not self.ages:
            faults.append("needs 'ages', such as [65, 100]; add them")
        if self.orphans and self.who != "orphans":
            faults.append("says which 'orphans', which means nothing here; write who = \"orphans\"")
        if self.children_per_woman_at_most is not None and not (
            self.who == "population"
            and self.ages
            and len(self.ages) == len(SEXES)
            and len(set(self.ages.values())) == 1
            and next(iter(self.ages.values()))[1] <= OLDEST_CHILD
        ):
            faults.append(
                'limits the children of a woman, which needs who = "population" and one span of '
                f"ages for both sexes up to {OLDEST_CHILD}, such as [0, 13]"
            )
        if sum(v is not None for v in (self.months, self.weeks, self.days)) > 1:
            faults.append("has two of 'months', 'weeks' and 'days'; keep one")
        if abs(sum(self.financing.values()) - 1.0) > 1e-9:
            faults.append(
                f"has shares of 'financing' that add up to {sum(self.financing.values()):g}; "
                "make them add up to 1"
            )
        if self.existing == "health_expenditure" and self.function != "health_care":
            faults.append("counts health expenditure as existing, but is not health care")
        unknown = [k for k in self.reasons if k.split(".")[0] not in type(self).model_fields]
        faults += [f"gives a reason for the unknown field '{k}'; rename it" for k in unknown]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def paid_share(self) -> float:
        """Share of a year for which the benefit is paid."""
        if self.weeks is not None:
            return self.weeks / 52.0
        if self.days is not None:
            return self.days / 365.0
        return 1.0 if self.months is None else self.months / 12.0

    @property
    def index(self) -> str:
        """What the amount follows."""
        tied = {"average_wage": "wages", "gdp_per_head": "gdp_per_head"}
        return self.indexation or tied.get(self.amount.of, "prices")


class _Document(_Strict):
    title: str = Field(min_length=1)
    note: str = ""
    source: str = ""
    first_year: Whole | None = Field(default=None, ge=1951, le=2100)
    guarantee: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Guarantee] = Field(
        min_length=1
    )


@dataclass(frozen=True)
class Package:
    """A package, or one variant of it.

    Attributes
    ----------
    name : str
        Of the file, without ``.toml``.
    title, note, source : str
    guarantees : dict of str to Guarantee
    first_year : int or None
        Year in which it begins; the first projected year by default.
    variant : str
        ``low``, ``high`` or ``""`` for the package as the file gives it.
    variants : tuple of str
        Names of the variants of the file.
    """

    name: str
    title: str
    note: str
    source: str
    guarantees: Mapping[str, Guarantee]
    first_year: int | None = None
    variant: str = ""
    others: Mapping[str, Mapping[str, Guarantee]] | None = None

    @property
    def variants(self) -> tuple[str, ...]:
        return tuple(self.others or ())

    @property
    def label(self) -> str:
        """Title with the variant."""
        return f"{self.title} ({self.variant})" if self.variant else self.title

    @property
    def hash(self) -> str:
        """SHA-256 of what the package guarantees (not of how it is explained)."""
        text = f"{self.first_year}" + "\n".join(
            f"{k} {g.model_dump_json(exclude={'reasons', 'title'})}"
            for k, g in sorted(self.guarantees.items())
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def with_variant(self, name: str) -> Package:
        """The package with the overrides of a variant.

        Raises
        ------
        PackageError
            When there is no such variant.
        """
        if not name:
            return self
        if self.others is None or name not in self.others:
            raise PackageError(
                f"package '{self.name}'",
                [f"has no variant '{name}'; it has: {', '.join(self.variants) or 'none'}"],
            )
        return Package(
            self.name, self.title, self.note, self.source, self.others[name], self.first_year,
            name, self.others,
        )  # fmt: skip


def packages_folder() -> Path:
    """Folder with the shipped packages."""
    return Path(__file__).resolve().parent / "packages"


def shipped_packages() -> list[str]:
    """Names of the shipped packages."""
    return sorted(p.stem for p in packages_folder().glob("*.toml"))


def load_package(name: str | Path = "default") -> Package:
    """Read a package from a TOML file, or a shipped one by name.

    Raises
    ------
    PackageError
        With every fault of the file: section, field and mend.
    """
    file = Path(name)
    if not file.is_file():
        file = packages_folder() / f"{Path(name).stem}.toml"
        if not file.is_file() or Path(name).parent != Path():
            near = difflib.get_close_matches(Path(name).stem, shipped_packages(), n=1)
            hint = f"; did you mean '{near[0]}'? " if near else ". "
            raise PackageError(
                f"package '{name}'",
                [f"no such file{hint}Shipped packages: {', '.join(shipped_packages())}"],
            )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"package {file}", [f"cannot be read: {error}"]) from None
    return parse_package(text, file.stem, str(file))


def parse_package(text: str, name: str = "package", subject: str = "") -> Package:
    """Read a package from TOML text."""
    subject = f"package {subject or name}"
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackageError(subject, [f"not readable as TOML: {error}; mend that line"]) from None
    variants = document.pop("variant", {})
    faults: list[str] = []
    base = _validated(document, "", faults)
    others: dict[str, Mapping[str, Guarantee]] = {}
    if not isinstance(variants, dict) or not all(isinstance(v, dict) for v in variants.values()):
        faults.append("'variant': is not made of sections; write [variant.low.guarantee.<name>]")
        variants = {}
    for key, changes in variants.items():
        if key not in ("low", "high"):
            faults.append(f"section [variant.{key}]: a variant is 'low' or 'high'; rename it")
            continue
        place = f"variant.{key}."
        if extra := sorted(set(changes) - {"guarantee"}):
            faults.append(
                f"section [variant.{key}], field '{extra[0]}': a variant changes guarantees only: "
                f"write [{place}guarantee.<name>]"
            )
            continue
        known = document.get("guarantee", {})
        new = [g for g in changes.get("guarantee", {}) if g not in known]
        if new:
            near = difflib.get_close_matches(new[0], list(known), n=1)
            hint = f" (nearest: '{near[0]}')" if near else ""
            faults.append(
                f"section [{place}guarantee.{new[0]}]: the package has no such guarantee{hint}; "
                "name one of its own"
            )
            continue
        own: list[str] = []
        merged = _validated(_variant(document, changes), place, own)
        # What is wrong with the package itself is said once.
        faults += own if base is not None else []
        if merged is not None:
            others[key] = merged.guarantee
    if faults or base is None:
        raise PackageError(subject, faults)
    return Package(
        name, base.title, base.note, base.source, base.guarantee, base.first_year, "", others
    )


def _variant(document: Any, changes: Any) -> Any:
    """The package with the changes of a variant over it.

    Where a variant changes what decides which fields there are, inherited fields that mean
    nothing any more are dropped: the variant could not take them back.
    """
    known = document.get("guarantee")
    own = changes.get("guarantee")
    if not isinstance(known, dict) or not isinstance(own, dict):
        return _merged(document, changes)
    kept = {
        name: _applicable(g, own[name]) if name in own and isinstance(own[name], dict) else g
        for name, g in known.items()
    }
    return _merged({**document, "guarantee": kept}, changes)


def _applicable(base: Any, changes: Mapping[str, Any]) -> Any:
    """A guarantee without the fields that do not apply after the changes of a variant."""
    if not isinstance(base, dict):
        return base
    out = dict(base)
    drop: set[str] = set()
    if "who" in changes and changes["who"] != base.get("who"):
        who = changes["who"]
        drop |= {"ages"} if who == "births" else set()
        drop |= {"orphans"} if who != "orphans" else set()
        drop |= {"children_per_woman_at_most"} if who != "population" else set()
    periods = {"months", "weeks", "days"}
    if periods & set(changes):
        drop |= periods
    for field, key in (("amount", "of"), ("targeting", "mode")):
        old, new = base.get(field), changes.get(field)
        if not isinstance(old, dict) or not isinstance(new, dict):
            continue
        if key in new and new[key] != old.get(key):
            foreign = _foreign(field, new[key])
            out[field] = {k: v for k, v in old.items() if k not in foreign}
    return {k: v for k, v in out.items() if k not in drop}


def _foreign(field: str, kind: Any) -> set[str]:
    """Fields of `amount` or `targeting` that do not apply to a kind of it."""
    if field == "targeting":
        return {"line", "exclusion_error", "inclusion_error"} if kind == "universal" else set()
    of_sum = {"value", "currency", "per"}
    if kind == "sum":
        return {"share", "line"}
    return of_sum if kind == "poverty_line" else of_sum | {"line"}


def _merged(base: Any, changes: Any) -> Any:
    """`changes` over `base`: sections are merged, everything else replaced."""
    if not isinstance(base, dict) or not isinstance(changes, dict):
        return changes
    merged = dict(base)
    for key, value in changes.items():
        merged[key] = _merged(base[key], value) if key in base else value
    return merged


def _validated(document: Any, place: str, faults: list[str]) -> _Document | None:
    try:
        return _Document.model_validate(document)
    except ValidationError as error:
        for item in error.errors():
            loc = [str(part) for part in item["loc"] if str(part) != "[key]"]
            section, field = _section(document, loc)
            where = f"section [{place}{section}]" if section or place else "top of the file"
            where += f", field '{field}'" if field else ""
            faults.append(f"{where}: {_fault(item, loc)}")
        return None


def _section(document: Any, loc: list[str]) -> tuple[str, str]:
    """The TOML section of a fault and the field in it."""
    depth, here = 0, document
    while depth < len(loc) and isinstance(here, dict) and isinstance(here.get(loc[depth]), dict):
        here = here[loc[depth]]
        depth += 1
    return ".".join(loc[:depth]), ".".join(loc[depth : depth + 1])


def _fault(item: Mapping[str, Any], loc: list[str]) -> str:
    kind = item["type"]
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        fields = {f for m in (_Document, Guarantee, Amount, Coverage, Targeting, Sum)
                  for f in m.model_fields}  # fmt: skip
        near = difflib.get_close_matches(loc[-1], sorted(fields), n=1)
        hint = f" (nearest: '{near[0]}')" if near else ""
        return f"is unknown{hint}; remove or rename it"
    if kind == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    given = f"{item['input']!r:.60}"
    if kind == "literal_error" and loc[-1] == "function":
        meant = _nearest_function(item["input"])
        hint = f"; did you mean '{meant}'?" if meant else "."
        return f"{given} is no function{hint} Use one of: {', '.join(FUNCTIONS)}"
    return f"{given} will not do: {_mend(item, loc)}"


def _nearest_function(word: Any) -> str:
    """The function that a word most likely means; empty where none is near."""
    text = str(word).lower().strip().replace(" ", "_").replace("-", "_")
    if text in EVERYDAY:
        return EVERYDAY[text]
    near = difflib.get_close_matches(text, [*FUNCTIONS, *EVERYDAY], n=1)
    return EVERYDAY.get(near[0], near[0]) if near else ""


def _mend(item: Mapping[str, Any], loc: list[str]) -> str:
    """What a field takes, in plain words."""
    kind, context = item["type"], item.get("ctx", {})
    field = loc[-1] if loc else ""
    if kind in BOUNDS:
        words, bound = BOUNDS[kind]
        mend = f"{words} {context[bound]:g}"
        value = item["input"]
        percent = kind == "less_than_equal" and field in SHARES and value <= 100
        return f"{mend}; a percent where a share is meant? Write {value / 100:g}" if percent else (
            mend
        )  # fmt: skip
    if kind == "literal_error":
        mend = f"use {context['expected']}"
        if field == "currency":
            mend += "; write LCU for the country's own currency"
        return mend
    if kind == "string_pattern_mismatch":
        return "use small letters, digits and underscores for the name of a guarantee"
    if kind == "too_short":
        return "a package has at least one guarantee; add a section [guarantee.<name>]"
    if kind in ("model_type", "dict_type"):
        if field in TABLES:
            return f"give a table: {TABLES[field]}"
        return "sections are meant; write [guarantee.<name>]"
    if kind.startswith("int"):
        return "a whole number is meant, without quotes"
    return KINDS.get(kind, "something else is meant here; see docs/floor.md")


BOUNDS = {
    "less_than_equal": ("at most", "le"),
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
}
KINDS = {
    "float_type": "a number is meant, without quotes",
    "finite_number": "a finite number is meant",
    "string_type": "a text in quotes is meant",
    "string_too_short": "a text of at least 1 character is meant",
}


__all__ = ["FINANCING", "GROUPS", "LINES", "Amount", "Coverage", "Guarantee", "Package",
           "PackageError", "Sum", "Targeting", "load_package", "parse_package",
           "shipped_packages"]  # fmt: skip
assert get_args(Line) == LINES
