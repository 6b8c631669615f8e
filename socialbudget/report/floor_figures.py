"""Figures of a rapid assessment as words: what a page or a table says about a floor.

Every number comes out of the assessment's own tables; a figure that is not there is an error and
never nought. Numbers are rounded for readers, money is put into words of its own size.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from socialbudget.errors import SocialBudgetError
from socialbudget.floor.package import Amount, Guarantee, Sum
from socialbudget.pack import FLAGS
from socialbudget.report.svg import Band
from socialbudget.report.text import NONE, fixed

if TYPE_CHECKING:
    from socialbudget.floor.assessment import Assessment
    from socialbudget.results import Results

ADULT = 18
PACKAGE = "package"
"""Name of the sum of all guarantees in the tables of an assessment."""
INSTANCE = "floor_"
"""Before the name of a guarantee in the variables of the run."""
CENTRAL, LOW, HIGH = "central", "p10", "p90"
HARD = "\u00a0"
"""A space at which no line may break."""
MONTHS = 12.0
LINES = {
    "national": "the national poverty line",
    "international_300": "$3.00 a day",
    "international_420": "$4.20 a day",
    "international_830": "$8.30 a day",
}
GROUPS = {
    "health_care": "Health care",
    "children": "Children",
    "working_age": "Working age",
    "older_persons": "Older people",
}


@dataclass(frozen=True)
class Figures:
    """One assessment, asked for single figures.

    Attributes
    ----------
    assessment : Assessment
    year : int
        The year that is shown where none is named.
    """

    assessment: Assessment
    year: int
    _indices: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def names(self) -> list[str]:
        """The guarantees, in the order of the package."""
        return list(self.assessment.package.guarantees)

    @property
    def first(self) -> int:
        """First year in which the package costs anything."""
        frame = self.assessment.cost
        mine = frame[
            (frame["guarantee"] == PACKAGE)
            & (frame["measure"] == "cost_lcu")
            & (frame["quantile"] == CENTRAL)
            & (frame["value"] > 0)
        ]
        return int(mine["year"].min()) if len(mine) else self.year

    def cost(self, measure: str, guarantee: str = PACKAGE, year: int | None = None) -> Band:
        """A measure of the cost with its 80% range."""
        return self._band("cost", guarantee=guarantee, measure=measure, year=year or self.year)

    def recipients(
        self, guarantee: str, sex: str, measure: str = "reached", year: int | None = None
    ) -> Band:
        """People of a guarantee by sex: ``target`` (entitled) or ``reached``."""
        return self._band(
            "recipients", guarantee=guarantee, sex=sex, measure=measure, year=year or self.year
        )

    def coverage(self, guarantee: str, year: int | None = None) -> float:
        """Reached over entitled, both sexes; NaN where nobody is entitled."""
        reached, target = (
            sum(self.recipients(guarantee, s, m, year).value for s in self.sexes(guarantee))
            for m in ("reached", "target")
        )
        return reached / target if target > 0 else math.nan

    def covered_today(self, guarantee: str) -> float:
        """Share of the entitled whom existing benefits reach, as the assessment took it."""
        return float(self._parameter(guarantee, "existing_coverage").flat[0])

    def monthly_amount(self, guarantee: str) -> float:
        """Amount for a month, LCU at the level of the base year, minimum and cap observed."""
        return float(self.assessment.results[f"{INSTANCE}{guarantee}.amount"][0, 0]) / MONTHS

    def without_minimum(self, guarantee: str) -> float:
        """Cost over GDP in the shown year if there were no least amount; NaN where none binds."""
        results, g = self.assessment.results, self.assessment.package.guarantees[guarantee]
        t = results.years.index(self.year)

        def param(name: str) -> float:
            values = self._parameter(guarantee, name)[:, 0]
            return float(values[min(t, len(values) - 1)])

        def growth(of: str) -> float:
            values = results[of][:, 0]
            values = values.reshape(len(values), -1).sum(axis=1)
            return float(values[t] / values[0])

        prices = float(results["prices.consumer_price_index"][t, 0])
        per = {"wages": "labour_market.total_employment",
               "gdp_per_head": "demography.population_midyear"}  # fmt: skip
        index = prices if g.index == "prices" else growth("macroeconomy.gdp") / growth(per[g.index])
        free, least = param("benefit_amount") * index, param("benefit_minimum") * prices
        amount = float(results[f"{INSTANCE}{guarantee}.amount"][t, 0])
        if not (least > free and amount > free):
            return math.nan
        return self.cost("share_gdp", guarantee).value * free / amount

    def at_base_prices(self, value: float, year: int | None = None) -> float:
        """A nominal sum at consumer prices of the base year."""
        results = self.assessment.results
        prices = results["prices.consumer_price_index"][:, 0]
        return value * float(prices[0] / prices[results.years.index(year or self.year)])

    def _parameter(self, guarantee: str, name: str) -> Any:
        return self.assessment.results.parameters[f"schemes.{INSTANCE}{guarantee}.{name}"]

    def sexes(self, guarantee: str) -> list[str]:
        """The sexes that the assessment counts for a guarantee."""
        found = {dict(key).get("sex") for key in self._index("recipients")
                 if ("guarantee", guarantee) in key}  # fmt: skip
        return [s for s in ("female", "male") if s in found]

    def headcount_today(self, line: str) -> float:
        """Share below a line in the base year."""
        lines = list(self.assessment.fit["lines"])
        values = self.assessment.results["living_standards.headcount_before"]
        return float(values[0, 0, lines.index(line)])

    def growth(self) -> float:
        """Real growth of GDP per head, average a year from the base year on."""
        results = self.assessment.results
        end = results.years.index(self.year)
        people = results["demography.population_midyear"][:, 0].sum(axis=(1, 2))
        per_head = results["macroeconomy.gdp_real"][:, 0] / people
        return float((per_head[end] / per_head[0]) ** (1.0 / end) - 1.0)

    def gini(self, stage: str) -> Band:
        """Gini coefficient before or after."""
        return self.poverty("all", stage, "gini")

    def poverty(self, line: str, stage: str, measure: str = "headcount") -> Band:
        """A measure of poverty before or after, with its 80% range."""
        return self._band("poverty", line=line, stage=stage, measure=measure, year=self.year)

    def lines(self) -> list[str]:
        """The poverty lines with a result, the national one first."""
        frame = self.assessment.poverty
        here = frame[
            (frame["year"] == self.year)
            & (frame["measure"] == "headcount")
            & frame["value"].notna()
        ]
        found = set(here["line"])
        return [x for x in LINES if x in found] + sorted(found - set(LINES))

    def financing(self) -> dict[str, dict[str, float]]:
        """Measures by option of financing in the shown year: what each alone would take."""
        out: dict[str, dict[str, float]] = {}
        for (option, measure), value in self._central("financing", "option").items():
            out.setdefault(option, {})[measure] = value
        return out

    def planned(self) -> dict[str, float]:
        """Money by source as the package has it, LCU a year, in the shown year."""
        return {
            source: value
            for (source, measure), value in self._central("sources", "source").items()
            if measure == "lcu"
        }

    def _central(self, table: str, key: str) -> dict[tuple[str, str], float]:
        frame: pd.DataFrame = getattr(self.assessment, table)
        here = frame[frame["year"] == self.year]
        if "quantile" in here.columns:
            here = here[here["quantile"] == CENTRAL]
        columns = (here[key], here["measure"], here["value"])
        return {(str(k), str(m)): float(v) for k, m, v in zip(*columns, strict=True)}

    def _band(self, table: str, **keys: Any) -> Band:
        found = self._index(table).get(frozenset(keys.items()), {})
        if CENTRAL not in found:
            named = ", ".join(f"{k} {v}" for k, v in keys.items())
            raise SocialBudgetError(
                f"assessment of {self.assessment.pack.iso3}: table '{table}' has no {named}"
            )
        return Band(found[CENTRAL], found.get(LOW, math.nan), found.get(HIGH, math.nan))

    def _index(self, table: str) -> dict[frozenset[tuple[str, Any]], dict[str, float]]:
        """Values by quantile of every row of a table; made once, since a page asks hundreds."""
        if table not in self._indices:
            frame: pd.DataFrame = getattr(self.assessment, table)
            names = [c for c in frame.columns if c not in ("title", "quantile", "value")]
            index: dict[frozenset[tuple[str, Any]], dict[str, float]] = {}
            columns = [frame[c].tolist() for c in names]
            for *labels, quantile, value in zip(
                *columns, frame["quantile"].tolist(), frame["value"].tolist(), strict=True
            ):
                key = frozenset(zip(names, labels, strict=True))
                index.setdefault(key, {})[quantile] = float(value)
            self._indices[table] = index
        return self._indices[table]


# ---------------------------------------------------------------------------------------- words


def percent(share: float, decimals: int | None = None) -> str:
    """A share as a percentage: "23%", "2.3%", "0.04%"."""
    value = 100.0 * share
    if not math.isfinite(value):
        return NONE
    if decimals is None:
        size = abs(value)
        decimals = 0 if size >= 19.95 else 1 if size >= 0.095 or size == 0 else 2
    return f"{fixed(value, decimals)}%"


def percent_range(band: Band, decimals: int | None = None) -> str:
    """The range of a share, "2.1 to 2.6%", or "" where none is known or it rounds to nothing."""
    if not band.known:
        return ""
    low, high = percent(band.low, decimals), percent(band.high, decimals)
    return "" if low == high else f"{low.removesuffix('%')} to {high}"


def money(value: float, currency: str) -> str:
    """A sum in words of its own size: "ETB 14.2 billion"."""
    if not math.isfinite(value):
        return NONE
    for scale, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(value) >= 0.9995 * scale:
            return f"{currency}{HARD}{three(value / scale)}{HARD}{word}"
    return f"{currency}{HARD}{three(value)}"


def three(value: float) -> str:
    """About three digits: 12 300, 1 230, 123, 12.3, 1.23."""
    if not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    # Rounded first: 0.9996 has three digits as 1.00.
    value = float(f"{value:.2e}")
    whole = math.floor(math.log10(abs(value))) + 1
    if whole > 3:
        return fixed(round(value, 3 - whole))
    return fixed(value, min(3 - whole, 3) if abs(value) < 99.95 else 0)


def people(value: float) -> str:
    """A number of persons: "8.1 million", "412 000", "870"."""
    if not math.isfinite(value):
        return NONE
    if abs(value) >= 0.9995e6:
        return (
            f"{three(value / 1e6) if abs(value) >= 9.95e6 else fixed(value / 1e6, 1)}{HARD}million"
        )
    return fixed(round(value, -3) if abs(value) >= 1e4 else round(value))


def joined(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def line_words(line: str) -> str:
    """A poverty line in words."""
    return LINES.get(line, line.replace("_", " "))


def amount_words(amount: Amount, currency: str) -> str:
    """What the benefit is tied to: "25% of the national poverty line"."""
    if amount.of == "sum":
        assert amount.sum is not None
        return sum_words(amount.sum, currency)
    assert amount.share is not None
    tied = {
        "poverty_line": line_words(amount.line or "national"),
        "average_wage": "the average wage",
        "gdp_per_head": "GDP per head",
    }[amount.of]
    whole = tied.replace("the ", "the whole ", 1) if tied.startswith("the ") else f"all of {tied}"
    share = percent(amount.share, decimals(amount.share))
    words = whole if amount.share == 1 else f"{share} of {tied}"
    for limit, at in ((amount.minimum, "at least"), (amount.cap, "at most")):
        if limit is not None and limit.value > 0:
            words += f", {at} {sum_words(limit, currency)}"
    return words


def sum_words(amount: Sum, currency: str) -> str:
    """A sum of money: "US$ 117 a year"."""
    name = {"LCU": currency, "USD": "US$", "USD_PPP": "international $"}[amount.currency]
    return f"{name}{HARD}{three(amount.value)} a {amount.per}"


def who_words(guarantee: Guarantee) -> str:
    """Who is entitled, in words: "everyone aged 65 and over", "children under 6"."""
    ages = guarantee.ages or {}
    span = _ages_words(ages)
    poor = guarantee.targeting.mode == "poor"
    if guarantee.who == "births":
        words = "women who give birth"
    elif guarantee.who == "unemployed":
        words = f"unemployed people{span}"
    elif guarantee.who == "disabled":
        words = f"people with a severe disability{',' if span else ''}{span}"
    elif guarantee.who == "orphans":
        lost = "orphans of both parents" if guarantee.orphans == "double" else "orphans"
        words = f"{lost}{span}"
    elif set(ages) == {"female"}:
        words = f"women{span}"
    elif set(ages) == {"male"}:
        words = f"men{span}"
    elif all(first == 0 and last < ADULT for first, last in ages.values()):
        words = f"children{span}"
    else:
        words = f"{'people' if poor or guarantee.share < 1 else 'everyone'}{span}"
    if guarantee.children_per_woman_at_most is not None:
        words += f", at most {guarantee.children_per_woman_at_most} of one woman"
    if guarantee.share < 1:
        words = f"{percent(guarantee.share, decimals(guarantee.share))} of {words}"
    if poor:
        line = guarantee.targeting.line or "national"
        below = "below" if line == "national" else "living on less than"
        words += f" {below} {line_words(line)}"
    return words


def decimals(share: float) -> int:
    """As many decimals as a given percentage has, two at most."""
    return min(len(f"{100 * share:.6g}".partition(".")[2]), 2)


def _ages_words(ages: Mapping[Any, tuple[int, int]] | None) -> str:
    if not ages:
        return ""
    spans = {sex: _span(a) for sex, a in ages.items()}
    if len(set(spans.values())) == 1:
        return next(iter(spans.values()))
    return f" (women{spans['female']}, men{spans['male']})"


def _span(ages: tuple[int, int]) -> str:
    first, last = ages
    if first == 0 and last >= 100:
        return ""
    if last >= 100:
        return f" aged {first} and over"
    return f" aged {first} to {last}" if first else f" under {last + 1}"


# -------------------------------------------------------------------------------------- quality


SERIES = {
    "demography.population": "population by age and sex",
    "demography.death_rate": "mortality",
    "demography.fertility_rate": "fertility",
    "demography.fertility_level": "future fertility",
    "demography.fertility_shift": "future fertility",
    "demography.migration_propensity": "future migration",
    "demography.migrants_exposed": "future migration",
    "labour_market.theta_ret": "response to a later pension age",
    "demography.sex_ratio_at_birth": "sex ratio at birth",
    "demography.net_migration": "migration",
    "demography.migration_shift": "future migration",
    "demography.mortality_index": "future mortality",
    "demography.mortality_sensitivity": "pattern of mortality change",
    "demography.disability_prevalence": "severe disability by age",
    "government.total_revenue": "government revenue",
    "government.total_expenditure": "government spending",
    "government.health_expenditure": "public health spending",
    "labour_market.unemployment_rate": "unemployment by age and sex",
    "labour_market.status_share": "status in employment and informality",
    "labour_market.base_average_wage": "average wage",
    "living_standards.gini": "Gini coefficient",
    "living_standards.headcount": "poverty headcounts",
    "living_standards.private_growth": "growth of welfare since the survey",
    "living_standards.ppp_factor": "purchasing power of the currency",
    "living_standards.exchange_rate": "exchange rate",
    "living_standards.survey_year": "year of the survey",
    "macroeconomy.productivity_growth": "growth of productivity",
    "macroeconomy.inflation_target": "inflation",
    "macroeconomy.base_inflation": "inflation of the base year",
    "macroeconomy.consumer_price_wedge": "consumer prices against GDP prices",
    "macroeconomy.private_consumption": "household consumption",
    "macroeconomy.government_consumption": "government consumption",
    "macroeconomy.investment": "investment",
    "macroeconomy.exports": "exports",
    "macroeconomy.imports": "imports",
    "protection.coverage": "coverage of existing schemes",
}
"""Series of a pack in words."""


USES = tuple(
    f"macroeconomy.{use}"
    for use in (
        "private_consumption",
        "government_consumption",
        "investment",
        "exports",
        "imports",
    )
)
"""What GDP is added up from; a country without any of them has no GDP."""


def plain(note: str) -> str:
    """A note for readers: series by their names in words, GDP for all its uses at once."""
    if all(path in note for path in USES):
        note = note.replace(USES[0], "GDP", 1)
        for path in USES[1:]:
            note = note.replace(f", {path}", "", 1).replace(f"{path}, ", "", 1)
    note = re.sub(r"[a-z_]+\.[a-z_]+", lambda m: SERIES.get(m[0], m[0]), note)
    return note.replace("Refused: the pack lacks", "No result: no figures for")


def series_words(path: str, results: Results) -> str:
    """A series of the pack in words: a short name, else how the model describes it."""
    if path in SERIES:
        return SERIES[path]
    if path.startswith("participation."):
        return "labour force participation"
    param = results.params.get(path)
    words = param.doc if param else path.replace(".", ": ").replace("_", " ")
    return words[:1].lower() + words[1:].rstrip(".")


def flag_shares(quality: pd.DataFrame) -> dict[str, float]:
    """Share of each flag among the series that a result rests on, each by its weakest value.

    Raises
    ------
    SocialBudgetError
        When the table is empty: a result that rests on nothing is none.
    """
    if quality.empty:
        raise SocialBudgetError("the table quality of the assessment is empty")
    counts = quality["flag"].value_counts(normalize=True)
    return {flag: float(counts.get(flag, 0.0)) for flag in FLAGS}
