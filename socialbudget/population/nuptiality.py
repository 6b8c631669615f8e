"""Standard marriage patterns, for countries without a census table of marital status.

First marriage follows Coale and McNeil (1972): one standard curve, moved to a mean age, stretched
to a spread and scaled to the share that ever marries. Widowhood follows from the country's own
mortality and the age difference of spouses. The numbers by region are round assumptions of this
project, in the order of those in censuses of about 2010 to 2020; they are flagged ``assumed``.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from socialbudget.blocks import Block, stacked, worded
from socialbudget.contract import Array
from socialbudget.dims import MAX_AGE, STANDARD
from socialbudget.errors import PackError, SocialBudgetError
from socialbudget.pack import OWN, Entry, Pack, Source, TableEntry
from socialbudget.profiles import logistic_density
from socialbudget.table import Frames

STANDARD_SD = 6.58
"""Standard deviation of the standard curve (year); that of a curve of pace k is k times it."""
FIRST_AGE, LAST_AGE = 10, 60


@dataclass(frozen=True, slots=True)
class Pattern:
    """A marriage pattern. Pairs are (female, male).

    Attributes
    ----------
    age_at_marriage : pair of float
        Mean age at first marriage or union (year).
    ever_married : pair of float
        Share that ever marries.
    separated : pair of float
        Share of the ever married who live neither with a spouse nor widowed.
    remarried : pair of float
        Share of those whose spouse died who have married again.
    difference_sd : float
        Standard deviation of the age difference of spouses (year).
    """

    age_at_marriage: tuple[float, float]
    ever_married: tuple[float, float]
    separated: tuple[float, float]
    remarried: tuple[float, float]
    difference_sd: float

    @property
    def difference_mean(self) -> float:
        return self.age_at_marriage[1] - self.age_at_marriage[0]


SPREAD_OF_FIRST_MARRIAGE = (4.5, 5.0)
PAST_MORTALITY_DECLINE = 0.015

PATTERNS: Mapping[str, Pattern] = {
    "Sub-Saharan Africa": Pattern((21.5, 26.5), (0.97, 0.96), (0.08, 0.05), (0.35, 0.70), 6.5),
    "Southern Africa": Pattern((28.0, 31.0), (0.75, 0.76), (0.15, 0.12), (0.10, 0.35), 5.5),
    "Northern Africa and Western Asia": Pattern(
        (23.5, 28.0), (0.94, 0.96), (0.03, 0.02), (0.08, 0.50), 5.5
    ),
    "Central and Southern Asia": Pattern(
        (20.5, 25.0), (0.98, 0.98), (0.02, 0.01), (0.05, 0.35), 4.5
    ),
    "Eastern and South-Eastern Asia": Pattern(
        (25.0, 27.5), (0.95, 0.95), (0.04, 0.03), (0.15, 0.40), 4.0
    ),
    "Latin America and the Caribbean": Pattern(
        (23.5, 26.5), (0.90, 0.91), (0.15, 0.11), (0.15, 0.40), 5.5
    ),
    "Oceania": Pattern((22.5, 26.0), (0.95, 0.94), (0.05, 0.04), (0.15, 0.40), 5.5),
    "Europe and Northern America": Pattern(
        (28.0, 30.5), (0.86, 0.84), (0.16, 0.13), (0.12, 0.35), 4.5
    ),
    "World": Pattern((23.5, 27.0), (0.93, 0.94), (0.06, 0.05), (0.12, 0.40), 5.0),
}
_ALIASES = {
    "Eastern Asia": "Eastern and South-Eastern Asia",
    "South-Eastern Asia": "Eastern and South-Eastern Asia",
    "Central Asia": "Central and Southern Asia",
    "Southern Asia": "Central and Southern Asia",
    "Western Asia": "Northern Africa and Western Asia",
    "Northern Africa": "Northern Africa and Western Asia",
    "Eastern Africa": "Sub-Saharan Africa",
    "Middle Africa": "Sub-Saharan Africa",
    "Western Africa": "Sub-Saharan Africa",
    "Caribbean": "Latin America and the Caribbean",
    "Central America": "Latin America and the Caribbean",
    "South America": "Latin America and the Caribbean",
    "Northern America": "Europe and Northern America",
    "Europe": "Europe and Northern America",
    "Eastern Europe": "Europe and Northern America",
    "Northern Europe": "Europe and Northern America",
    "Southern Europe": "Europe and Northern America",
    "Western Europe": "Europe and Northern America",
    "Australia and New Zealand": "Europe and Northern America",
    "Australia/New Zealand": "Europe and Northern America",
    "Melanesia": "Oceania",
    "Micronesia": "Oceania",
    "Polynesia": "Oceania",
    "East Asia & Pacific": "Eastern and South-Eastern Asia",
    "Europe & Central Asia": "Europe and Northern America",
    "Latin America & Caribbean": "Latin America and the Caribbean",
    "Middle East & North Africa": "Northern Africa and Western Asia",
    "North America": "Europe and Northern America",
    "South Asia": "Central and Southern Asia",
}


def pattern_of(region: str) -> Pattern:
    """The pattern of a region of the United Nations (or of the World Bank).

    Raises
    ------
    SocialBudgetError
        An unknown region, with the nearest one.
    """
    known = {" ".join(n.replace("-", " ").split()).casefold(): n for n in (*PATTERNS, *_ALIASES)}
    name = known.get(" ".join(region.replace("-", " ").split()).casefold())
    if name is None:
        near = difflib.get_close_matches(region, [*PATTERNS, *_ALIASES], n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise SocialBudgetError(
            f"marriage pattern: no region '{region}'{hint}; known: {', '.join(PATTERNS)}"
        )
    return PATTERNS[_ALIASES.get(name, name)]


def first_marriages(mean: float, sd: float) -> Array:
    """Share of those who ever marry that marries at each age, 0 to 100 (Coale and McNeil 1972).

    ``g(x) = (0.19465/k) exp(-(0.174/k)(x - a0 - 6.06k) - exp(-(0.2881/k)(x - a0 - 6.06k)))``, with
    ``k = sd / 6.58`` and a0 such that the mean is met; from age 10 to 60.
    """
    k = sd / STANDARD_SD
    age = np.arange(MAX_AGE + 1) + 0.5
    start = mean - 11.36 * k
    for _ in range(50):
        z = (age - start - 6.06 * k) / k
        density = np.exp(-0.174 * z - np.exp(np.minimum(-0.2881 * z, 700.0)))
        density[:FIRST_AGE] = 0.0
        density[LAST_AGE:] = 0.0
        density /= density.sum()
        start += mean - float(density @ age)
    return density


def marital_shares(pattern: Pattern, death_rate: Array) -> tuple[Array, Array]:
    """Shares of married and of widowed persons.

    Parameters
    ----------
    pattern : Pattern
    death_rate : array [sex, age]
        Death rates of the country (1/year), the last of the open age.

    Returns
    -------
    married, widowed : array [sex, age]
        Shares of all persons of the sex and age.
    """
    ages = MAX_AGE + 1
    steps = np.arange(-40, 61)
    weight = logistic_density(steps.astype(float), pattern.difference_mean, pattern.difference_sd)
    weight /= weight.sum()
    married, widowed = np.zeros((2, ages)), np.zeros((2, ages))
    age = np.arange(ages)
    for sex, sign in ((0, 1), (1, -1)):
        first = first_marriages(pattern.age_at_marriage[sex], SPREAD_OF_FIRST_MARRIAGE[sex])
        ever = np.cumsum(first) - 0.5 * first
        other = death_rate[1 - sex]
        # Survivors beyond the open age live on in its mortality.
        hazard = np.concatenate([other, np.full(100, other[-1])])
        log_alive = -np.concatenate([[0.0], np.cumsum(hazard)])
        spouse = np.zeros(ages)
        for begin in range(FIRST_AGE, LAST_AGE):
            now = log_alive[np.clip(age[:, None] + sign * steps, 0, 200)]
            then = log_alive[np.clip(begin + sign * steps, 0, 200)]
            alive = np.exp(np.minimum(now - then, 0.0)) @ weight
            # Of those who marry at an age, half have done so in its middle.
            spouse += first[begin] * np.where(age > begin, 1.0, 0.5 * (age == begin)) * alive
        alive = np.divide(spouse, ever, out=np.ones(ages), where=ever > 0.0)
        together = pattern.ever_married[sex] * ever * (1.0 - pattern.separated[sex])
        again = pattern.remarried[sex]
        married[sex] = together * (alive + (1.0 - alive) * again)
        widowed[sex] = together * (1.0 - alive) * (1.0 - again)
    return married, widowed


SOURCE_KEY = "standard_nuptiality"
SOURCE = Source(
    publisher=OWN,
    title="Standard marriage patterns by region",
    licence="Apache-2.0",
    note="First marriage after Coale and McNeil (1972), mean ages and shares by region assumed; "
    "widowhood from the country's own mortality",
)


def family_parameters(
    region: str, death_rate: Array
) -> dict[str, tuple[tuple[str, ...], Array, str]]:
    """Parameters of the module ``families`` by the pattern of a region.

    Returns
    -------
    dict of path to (dims, values, unit)
    """
    pattern = pattern_of(region)
    married, widowed = marital_shares(pattern, death_rate)
    sex_age = ("sex", "age")
    return {
        "families.married_share": (sex_age, np.round(married, 5), "1"),
        "families.widowed_share": (sex_age, np.round(widowed, 5), "1"),
        "families.age_at_marriage": (("sex",), np.array(pattern.age_at_marriage), "year"),
        "families.age_difference_mean": ((), np.array(pattern.difference_mean), "year"),
        "families.age_difference_sd": ((), np.array(pattern.difference_sd), "year"),
        "families.past_mortality_decline": ((), np.array(PAST_MORTALITY_DECLINE), "1/year"),
    }


def has_families(pack: Pack) -> bool:
    """Whether the pack itself holds the parameters of the module ``families``."""
    return "families.married_share" in pack.entries


def region_of(pack: Pack) -> str:
    """The region whose marriage pattern fits a pack: its subregion, its region, or the world."""
    for name in (pack.manifest.subregion, pack.manifest.region):
        if name in PATTERNS or name in _ALIASES:
            return name
    return "World"


def with_families(pack: Pack, region: str | None = None) -> Pack:
    """The pack with what the module ``families`` needs.

    A pack that holds ``families.*`` gets the second age axis only. Any other gets the standard
    pattern of the region (by default that of the pack) with the mortality of its own base year,
    flagged ``assumed``.

    Raises
    ------
    PackError
        A pack without death rates.
    SocialBudgetError
        An unknown region.
    """
    pack = replace(pack, coords={**pack.coords, "kin_age": STANDARD["age"]})
    if region is not None:
        pattern_of(region)
    if has_families(pack):
        return pack
    if "demography.death_rate" not in pack.entries:
        raise PackError(
            f"pack '{pack.iso3}' ({pack.folder})",
            ["families: 'demography.death_rate' is missing, from which widowhood follows; add it"],
        )
    rates = pack.entries["demography.death_rate"]
    row = rates.years.index(pack.base_year)
    entries, tables, listed = {}, {}, {}
    region = region or region_of(pack)
    note = f"pattern of the region {region}"
    found = family_parameters(region, rates.values[row])
    for path, (dims, values, unit) in found.items():
        table = path.replace(".", "_")
        words = (worded(w, values.shape) for w in (SOURCE_KEY, "assumed", note))
        block = Block(path, pack.base_year, values.ravel().astype(float), unit, *words)
        tables[table] = stacked(dims, [block])
        listed[table] = TableEntry(
            file="(standard)", dims=dims, rows=values.size, hash=tables[table].hash()
        )
        entries[path] = Entry(
            path,
            dims,
            (pack.base_year,),
            values[None].astype(float),
            unit,
            table,
            slice(0, values.size),
        )
    # Another region makes another pack, and its runs say so.
    whole = "".join([pack.hash, *(entry.hash for entry in listed.values())])
    manifest = pack.manifest.model_copy(
        update={
            "sources": {**pack.manifest.sources, SOURCE_KEY: SOURCE},
            "tables": {**pack.manifest.tables, **listed},
        }
    )
    return replace(
        pack,
        manifest=manifest,
        entries={**pack.entries, **entries},
        tables=Frames({**pack.tables.tables, **tables}),
        hash=hashlib.sha256(whole.encode()).hexdigest(),
    )
