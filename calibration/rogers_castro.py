"""Rogers-Castro model of migration by age: standard profiles, and fits to a given one.

The curve is a sum of up to five parts:

    M(x) = a1 exp(-alpha1 x)                                         children
         + a2 exp(-alpha2 (x - mu2) - exp(-lambda2 (x - mu2)))       ages of work
         + a3 exp(-alpha3 (x - mu3) - exp(-lambda3 (x - mu3)))       retirement
         + a4 exp(alpha4 x)                                          oldest ages
         + c

Seven parameters without retirement and oldest ages, nine with the oldest ages, eleven with
retirement, thirteen with both.

Source: Rogers and Castro (1981), Model Migration Schedules, IIASA Research Report RR-81-30.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from socialbudget.dims import MAX_AGE
from socialbudget.errors import SocialBudgetError

Array = NDArray[np.float64]

SEXES = ("female", "male")
SEVEN = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")
RETIREMENT = ("a3", "alpha3", "mu3", "lambda3")
OLDEST = ("a4", "alpha4")
NAMES = {
    7: SEVEN,
    9: SEVEN + OLDEST,
    11: SEVEN + RETIREMENT,
    13: SEVEN + RETIREMENT + OLDEST,
}
LINEAR = ("a1", "a2", "a3", "a4", "c")


@dataclass(frozen=True)
class Schedule:
    """Parameters of a curve; a part whose height is zero is left out.

    Heights (a1, a2, a3, a4, c) are in the unit of the profile, slopes (alpha, lambda) in 1/year
    of age, places (mu) in years of age.
    """

    a1: float
    alpha1: float
    a2: float
    alpha2: float
    mu2: float
    lambda2: float
    c: float = 0.0
    a3: float = 0.0
    alpha3: float = 0.0
    mu3: float = 0.0
    lambda3: float = 0.0
    a4: float = 0.0
    alpha4: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a curve that is not finite or whose slopes point the wrong way."""
        for field in fields(self):
            if not np.isfinite(getattr(self, field.name)):
                raise SocialBudgetError(f"Rogers-Castro parameter {field.name} is not a number")
        for name in ("alpha1", "alpha2", "lambda2", "alpha3", "lambda3", "alpha4"):
            if getattr(self, name) < 0.0:
                raise SocialBudgetError(f"Rogers-Castro parameter {name} is negative")

    def values(self, ages: ArrayLike) -> Array:
        """The curve [age] at these ages (completed years)."""
        x = np.asarray(ages, dtype=float)
        return _parts(asdict(self), x) @ np.array([self.a1, self.a2, self.a3, self.a4, self.c])

    def profile(self, ages: ArrayLike = tuple(range(MAX_AGE + 1))) -> Array:
        """The curve [age] scaled to sum to one."""
        curve = self.values(ages)
        total = curve.sum()
        if not abs(total) > 1e-12 * np.abs(curve).sum():
            raise SocialBudgetError("the migration curve sums to zero: it has no profile")
        return np.asarray(curve / total)


BASIC_STANDARD = Schedule(
    a1=0.02, alpha1=0.10, a2=0.06, alpha2=0.10, mu2=20.0, lambda2=0.40, c=0.003
)
"""Simplified basic standard schedule of Rogers and Castro (1981), both sexes. As given in the
documentation of the R package migest (`rc_model_fund`); the report itself was not at hand."""

WESTERN_STANDARD = {
    "female": Schedule(
        a1=0.0233, alpha1=0.107, a2=0.0766, alpha2=0.1436, mu2=20.632, lambda2=0.4003, c=0.0036
    ),
    "male": Schedule(
        a1=0.0215, alpha1=0.105, a2=0.0694, alpha2=0.112, mu2=20.04, lambda2=0.391, c=0.0028
    ),
}
"""Western standard by sex of United Nations (1992), Preparing Migration Data for Subnational
Population Projections, after Rogers and Castro. As given in the data of the R package migest
(`rc_model_un`); the publication itself was not at hand."""

LOW_DEPENDENCY = {
    "female": Schedule(
        a1=0.0149, alpha1=0.107, a2=0.09, alpha2=0.1436, mu2=20.632, lambda2=0.4003, c=0.0036
    ),
    "male": Schedule(
        a1=0.0128, alpha1=0.105, a2=0.0804, alpha2=0.112, mu2=20.04, lambda2=0.391, c=0.0028
    ),
}
"""Low-dependency standard (few children move along) of the same publication."""

UN_ARRIVALS = replace(WESTERN_STANDARD["male"], mu2=19.0)
UN_DEPARTURES = replace(WESTERN_STANDARD["male"], mu2=24.0)
UN_LAST_AGE = 75
"""Curves behind the net migration of World Population Prospects 2024, found here by fitting, not
documented by the source: in most countries the net migrants by age are arrivals of the one curve
less departures of the other, both sexes alike, up to age 75, to the last published digit."""


def fallback_profile(net_migrants: ArrayLike, standard: dict[str, Schedule] | None = None) -> Array:
    """Net migrants by sex and age of a country that publishes none: totals times a standard.

    Parameters
    ----------
    net_migrants : array [..., sex]
        Net migrants a year (person/year), sexes female, male.
    standard : dict of sex to Schedule, optional
        `WESTERN_STANDARD` by default.

    Returns
    -------
    array [..., sex, age]
        Ages 0 to 100, the last open.

    Notes
    -----
    The schedules are of gross flows. A net balance that is near zero while people come and go has
    another shape; values from here are to be flagged as assumed.
    """
    total = np.asarray(net_migrants, dtype=float)
    if total.ndim < 1 or total.shape[-1] != len(SEXES) or not np.all(np.isfinite(total)):
        raise SocialBudgetError("give finite net migrants as [..., sex], sexes female, male")
    of = WESTERN_STANDARD if standard is None else standard
    return total[..., None] * np.stack([of[sex].profile() for sex in SEXES])


@dataclass(frozen=True)
class Balance:
    """Arrivals and departures behind a net balance by age.

    Parameters
    ----------
    arrivals, departures : float
        Sums over ages of the two curves, in the unit of the profile.
    largest_error : float
        Largest difference at an age between the balance of the curves and the profile.
    """

    arrivals: float
    departures: float
    largest_error: float


def balance_profile(arrivals: ArrayLike, departures: ArrayLike) -> Array:
    """Net migrants by age from arrivals and departures, each with the United Nations' curve.

    Parameters
    ----------
    arrivals, departures : array [...]
        Persons a year.

    Returns
    -------
    array [..., age]
        Arrivals less departures at ages 0 to 100; zero above 75, as in the source.
    """
    curves = _balance_curves(MAX_AGE + 1)
    flows = np.stack([np.asarray(arrivals, float), -np.asarray(departures, float)], axis=-1)
    return np.asarray(flows @ curves.T)


def fit_balance(profile: ArrayLike) -> Balance:
    """Arrivals and departures that leave this net balance, by least squares.

    Parameters
    ----------
    profile : array [age]
        Net migrants by single age from 0, beyond age 75.

    Notes
    -----
    A small error says that the profile is of this kind; it does not make the flows observed ones.
    """
    y = np.asarray(profile, dtype=float)
    if y.ndim != 1 or y.size <= UN_LAST_AGE or not np.all(np.isfinite(y)):
        raise SocialBudgetError(
            f"give net migrants by single age from 0 to {UN_LAST_AGE} or beyond, none missing"
        )
    curves = _balance_curves(y.size)
    (arrivals, departures), *_ = np.linalg.lstsq(curves * [1.0, -1.0], y, rcond=None)
    error = y - arrivals * curves[:, 0] + departures * curves[:, 1]
    return Balance(float(arrivals), float(departures), float(np.max(np.abs(error))))


def _balance_curves(ages: int) -> Array:
    """Profiles of arrivals and departures [age, 2], each of sum one."""
    curves = np.zeros((ages, 2))
    for place, schedule in enumerate((UN_ARRIVALS, UN_DEPARTURES)):
        curves[: UN_LAST_AGE + 1, place] = schedule.profile(range(UN_LAST_AGE + 1))
    return curves


@dataclass(frozen=True)
class ScheduleFit:
    """A fitted schedule and how well it fits.

    Parameters
    ----------
    schedule : Schedule
    rmse : float
        Root of the mean squared error, in the unit of the profile.
    explained : float
        Share of the profile's variance over ages that the curve explains.
    """

    schedule: Schedule
    rmse: float
    explained: float


def fit_schedule(
    profile: ArrayLike, *, ages: ArrayLike | None = None, parameters: int = 7
) -> ScheduleFit:
    """Fit the curve to a profile by single age, by least squares from several starts.

    Given slopes and places, the heights are linear and solved exactly, so only the former are
    searched (variable projection). Heights may have either sign: net migration has.

    Parameters
    ----------
    profile : array [age]
        Migrants or rates by single age, of any scale and sign.
    ages : array [age], optional
        0, 1, 2, ... by default.
    parameters : {7, 9, 11, 13}

    Raises
    ------
    SocialBudgetError
        For another number of parameters, too few ages, or a profile that is missing or flat zero.
    """
    if parameters not in NAMES:
        raise SocialBudgetError(
            f"a Rogers-Castro schedule has 7, 9, 11 or 13 parameters, not {parameters}"
        )
    y = np.asarray(profile, dtype=float)
    x = np.arange(y.size, dtype=float) if ages is None else np.asarray(ages, dtype=float)
    if y.ndim != 1 or x.shape != y.shape or y.size <= parameters:
        raise SocialBudgetError(
            f"{parameters} parameters need more ages than that: the profile has shape {y.shape}, "
            f"the ages {x.shape}"
        )
    size = float(np.sqrt(np.mean(y**2)))
    if not np.isfinite(size) or size == 0.0:
        raise SocialBudgetError("the profile is missing at an age, or zero at all of them")
    target = y / size
    names = [n for n in NAMES[parameters] if n not in LINEAR]
    heights = [n for n in LINEAR if n in NAMES[parameters]]
    columns = [LINEAR.index(n) for n in heights]
    low = np.array([BOUNDS[n][0] for n in names])
    high = np.array([BOUNDS[n][1] for n in names])

    def design(values: Array) -> Array:
        return _parts(dict(zip(names, values, strict=True)), x)[:, columns]

    def solved(values: Array) -> Array:
        return np.asarray(np.linalg.lstsq(design(values), target, rcond=1e-10)[0])

    def misfit(values: Array) -> Array:
        return design(values) @ solved(values) - target

    best = None
    for start in _starts(names, x, target):
        tried = least_squares(
            misfit, np.clip(start, low + 1e-6, high - 1e-6), bounds=(low, high), x_scale=high - low
        )
        if best is None or tried.cost < best.cost:
            best = tried
    assert best is not None
    found = dict(zip(names, (float(v) for v in best.x), strict=True))
    found |= dict(zip(heights, (float(h) * size for h in solved(best.x)), strict=True))
    error = float(size**2 * 2.0 * best.cost / y.size)
    spread = float(np.var(y))
    return ScheduleFit(
        Schedule(**found),
        rmse=float(np.sqrt(error)),
        explained=1.0 - error / spread if spread > 0.0 else 1.0,
    )


BOUNDS = {
    "alpha1": (0.005, 1.0),
    "alpha2": (0.01, 1.0),
    "mu2": (5.0, 50.0),
    "lambda2": (0.02, 2.0),
    "alpha3": (0.01, 1.5),
    "mu3": (20.0, 85.0),
    "lambda3": (0.02, 2.0),
    "alpha4": (0.002, 0.3),
}
"""Where slopes (1/year) and places (year) are searched: wider than any schedule reported. The
second peak may stand at young ages too, because a net balance has the departures of those who
arrived a few years before."""


def _starts(names: list[str], ages: Array, target: Array) -> list[Array]:
    """Starts around the standard, and one at the highest point of the ages of work."""
    usual = {"alpha1": 0.1, "alpha2": 0.1, "lambda2": 0.4, "mu2": 20.0}
    usual |= {"alpha3": 0.3, "mu3": 63.0, "lambda3": 0.3, "alpha4": 0.03}
    work = (ages >= 12) & (ages <= 45)
    found = []
    places = [16.0, 20.0, 24.0, 30.0]
    if np.any(work):
        places.append(float(ages[work][np.argmax(np.abs(target[work]))]))
    for place in places:
        for alpha2, lambda2 in ((0.1, 0.4), (0.25, 0.25)):
            start = usual | {"mu2": place, "alpha2": alpha2, "lambda2": lambda2}
            found.append(np.array([start[name] for name in names]))
            if "mu3" in names:
                start |= {"mu3": place + 7.0, "alpha3": 0.12}
                found.append(np.array([start[name] for name in names]))
    return found


def _parts(parameters: dict[str, float], ages: Array) -> Array:
    """Parts of the curve with height one [age, part], in the order of `LINEAR`."""
    p = parameters

    def peak(alpha: str, mu: str, lam: str) -> Array:
        if alpha not in p or p[lam] == 0.0:
            return np.zeros(ages.size)
        past = ages - p[mu]
        # exp(-exp(z)) is zero long before exp(z) overflows.
        rise = np.exp(np.minimum(-p[lam] * past, 50.0))
        return np.asarray(np.exp(np.clip(-p[alpha] * past - rise, -700.0, 700.0)))

    children = np.exp(-p["alpha1"] * ages)
    oldest = np.exp(p["alpha4"] * ages) if "alpha4" in p else np.zeros(ages.size)
    return np.column_stack(
        [
            children,
            peak("alpha2", "mu2", "lambda2"),
            peak("alpha3", "mu3", "lambda3"),
            oldest,
            np.ones(ages.size),
        ]
    )
