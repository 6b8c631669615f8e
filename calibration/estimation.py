"""Behavioural parameters estimated by country: ``python -m calibration.estimation``.

Every equation is estimated alone on annual data, where a country has at least `FEWEST` years, with
standard errors that allow for heteroscedastic and serially correlated rests (Newey and West). The
estimate is then drawn towards a stated prior (`calibration.shrinkage`), restricted in sign. The
command writes ``calibration/estimates.parquet`` and ``docs/estimates.md``.

Policy rates of the Bank for International Settlements may be used but not passed on, so they are no
part of this repository: ``--policy-rates FILE`` names a Parquet file with ``iso3``, ``year`` and
``policy_rate_annual_mean`` (percent). Without it the estimates that rest on them stay as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.tsa.filters.hp_filter import hpfilter

from calibration.breaks import with_shift
from calibration.labour_history import LAST, penn, weo_history
from calibration.priors import priors
from calibration.shrinkage import from_scale, shrink, to_scale

Array = NDArray[np.float64]

ESTIMATES = Path(__file__).parent / "estimates.parquet"
FEWEST = 25
"""Annual observations without which nothing is estimated (method 3.3)."""
LAGS = 2
"""Lags of the Newey-West standard errors."""
SMOOTHNESS = 100.0
"""Weight of smoothness of the trend behind gaps (Hodrick and Prescott, annual data)."""
FEWEST_SHARES = 10
"""Different labour shares without which the source has held the share constant."""
SMALLEST = 1e-6
"""Standard deviation below which a rest is rounding."""
HIGH_INFLATION = 0.40
"""The sample of the drivers begins after the last year of inflation above this."""
FIRST = 1980
FIRST_OF_TREND = 1995
"""Growth of productivity that may last is that of the last 25 years: catching up ends."""
INTEREST = "real interest"
"""The equation whose data are not in the repository."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A regression's answer for one parameter, before the prior.

    Attributes
    ----------
    value, error : float
    years : tuple of int
        Years of the sample, observations of the left-hand side.
    """

    value: float
    error: float
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation with the parameters it gives.

    Attributes
    ----------
    form : str
        The regression, for the page.
    source : str
    fit : callable
        Estimates by parameter for a country, empty where the data do not reach.
    """

    form: str
    source: str
    fit: Callable[[str], dict[str, Estimate]]


PWT = "Penn World Table 10.01"
WEO = "World Economic Outlook, April 2024"
BIS = "Bank for International Settlements, central bank policy rates"


# --- series --------------------------------------------------------------------------------------


@cache
def _table(name: str) -> pd.DataFrame:
    return weo_history(name) if name.isupper() else penn(name)


def series(iso3: str, name: str) -> pd.Series:
    """A series of a country by year, missing years left out; empty where there is none."""
    table = _table(name)
    found = table[iso3] if iso3 in table else pd.Series(dtype=float)
    return found[found.index >= FIRST - 1].dropna()


def gap(values: pd.Series) -> pd.Series:
    """Deviation from the Hodrick-Prescott trend (empty for fewer than `FEWEST` years)."""
    if len(values) < FEWEST:
        return pd.Series(dtype=float)
    return hpfilter(values, lamb=SMOOTHNESS)[0]


def change(values: pd.Series) -> pd.Series:
    """Difference to the year before, where it is known."""
    before = values.copy()
    before.index = before.index + 1
    return (values - before).dropna()


def lagged(values: pd.Series) -> pd.Series:
    """The value of the year before, dated by this year."""
    before = values.copy()
    before.index = before.index + 1
    return before


def regress(left: pd.Series, **right: pd.Series) -> tuple[dict[str, float], Array, pd.Index] | None:
    """Least squares with a constant; None for fewer than `FEWEST` common years.

    Returns
    -------
    coefficients by name, their covariance (Newey and West) in the order constant, right-hand side,
    and the years of the sample.
    """
    frame = pd.DataFrame({"left": left, **right}).dropna()
    if len(frame) < FEWEST:
        return None
    design = sm.add_constant(frame[list(right)], has_constant="add")
    found = sm.OLS(frame["left"], design).fit(
        cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": True}
    )
    return dict(found.params), np.asarray(found.cov_params()), frame.index


def _estimate(found: tuple[dict[str, float], Array, pd.Index], name: str, sign: float) -> Estimate:
    values, covariance, years = found
    at = list(values).index(name)
    error = float(np.sqrt(covariance[at, at]))
    return Estimate(sign * float(values[name]), error, tuple(int(y) for y in years))


# --- equations -----------------------------------------------------------------------------------


def okun(iso3: str) -> dict[str, Estimate]:
    """Unemployment gap on output gap, and what is left of it from year to year."""
    rate, output = series(iso3, "LUR") / 100.0, np.log(series(iso3, "rgdpna"))
    left, right = gap(rate), gap(output)
    found = regress(left, gap=right)
    if found is None:
        return {}
    out = {"labour_market.okun": _estimate(found, "gap", -1.0)}
    rest = (left - found[0]["const"] - found[0]["gap"] * right).dropna()
    again = regress(rest, before=lagged(rest))
    if again is not None:
        values, _, years = again
        news = (rest - values["const"] - values["before"] * lagged(rest)).dropna()
        spread = float(np.sqrt((news**2).sum() / (len(news) - 2)))
        # A rest of nothing has no logarithm: unemployment then follows output to the letter.
        if spread > SMALLEST:
            out["drivers.unemployment.persistence"] = _estimate(again, "before", 1.0)
            out["drivers.unemployment.sd"] = Estimate(
                spread, (2.0 * len(news)) ** -0.5, tuple(int(y) for y in years)
            )
    return out


def _moving_share(iso3: str) -> pd.Series:
    share = series(iso3, "labsh")
    return share if share.nunique() >= FEWEST_SHARES else pd.Series(dtype=float)


def wage_curve(iso3: str) -> dict[str, Estimate]:
    """Change of the labour share on the change of unemployment, both in logarithms."""
    share, rate = np.log(_moving_share(iso3)), np.log(series(iso3, "LUR"))
    found = regress(change(share), rate=change(rate))
    name = "labour_market.wage_curve_elasticity"
    return {} if found is None else {name: _estimate(found, "rate", -1.0)}


def phillips(iso3: str) -> dict[str, Estimate]:
    """Change of inflation on the output gap, after the last year of high inflation."""
    prices = _calm(iso3)
    found = regress(change(prices), gap=gap(np.log(series(iso3, "rgdpna"))))
    return {} if found is None else {"macroeconomy.kappa_p": _estimate(found, "gap", 1.0)}


def _calm(iso3: str) -> pd.Series:
    """Logarithmic inflation after the last year above `HIGH_INFLATION`."""
    prices = np.log1p(series(iso3, "PCPIPCH") / 100.0)
    wild = prices.index[prices > np.log1p(HIGH_INFLATION)]
    return prices[prices.index > wild.max()] if len(wild) else prices


def production(iso3: str) -> dict[str, Estimate]:
    """Capital share, and growth of total factor productivity that goes with it."""
    share = _moving_share(iso3)
    if len(share) < FEWEST:
        return {}
    alpha = 1.0 - share.mean()
    # The error of the share is its spread over years: what a later year may have, not the mean's.
    years = tuple(int(y) for y in share.index)
    out = {"macroeconomy.capital_elasticity": Estimate(alpha, float(share.std(ddof=1)), years)}
    output, capital, employment = (
        change(np.log(series(iso3, n))) for n in ("rgdpna", "rnna", "emp")
    )
    growth = (output - alpha * capital - (1.0 - alpha) * employment).dropna()
    found = regress(growth[growth.index >= FIRST_OF_TREND])
    if found is not None:
        out["macroeconomy.tfp_growth"] = _estimate(found, "const", 1.0)
    return out


def investment(iso3: str) -> dict[str, Estimate]:
    """Investment over capital on the output gap and on what capital is short of its ratio.

    The ratio that capital returns to may have a trend: where it falls over decades, as in the
    United States, investment otherwise seems to run from its target.
    """
    capital, output, delta = (series(iso3, n) for n in ("rnna", "rgdpna", "delta"))
    if len(output) < FEWEST:
        return {}
    before = lagged(capital)
    ratio = (capital - (1.0 - delta) * before) / before
    cycle = gap(np.log(output))
    potential = output * np.exp(-cycle)
    target = float((capital / potential).mean())
    short = target * potential / before - 1.0
    trend = pd.Series(np.arange(float(len(short))), short.index)
    found = regress(ratio.dropna(), gap=cycle, short=short, trend=trend)
    if found is None:
        return {}
    return {
        "macroeconomy.investment_gap_response": _estimate(found, "gap", 1.0),
        "macroeconomy.investment_speed": _estimate(found, "short", 1.0),
    }


def consumption(iso3: str) -> dict[str, Estimate]:
    """Growth of consumption on growth of output and the consumption ratio of the year before."""
    spent, earned = np.log(series(iso3, "rconna")), np.log(series(iso3, "rgdpna"))
    found = regress(change(spent), income=change(earned), ratio=lagged((spent - earned).dropna()))
    if found is None:
        return {}
    return {
        "macroeconomy.consumption_income_response": _estimate(found, "income", 1.0),
        "macroeconomy.consumption_speed": _estimate(found, "ratio", -1.0),
    }


@dataclass(frozen=True, slots=True)
class _Rule:
    """Least squares of a variable of the drivers on the lags of several, its mean free to shift."""

    values: Mapping[str, float]
    errors: Mapping[str, float]
    rest: pd.Series
    spread: float
    shift: int | None


def _rule(left: pd.Series, **lags: pd.Series) -> _Rule | None:
    """Without a result for fewer than `FEWEST` years or with a year missing between others."""
    frame = pd.DataFrame({"left": left, **lags}).dropna()
    if len(frame) < FEWEST or (np.diff(np.asarray(frame.index)) != 1).any():
        return None
    design, shift = with_shift(frame["left"], frame[list(lags)])
    found = sm.OLS(frame["left"], design).fit()
    return _Rule(
        dict(found.params), dict(found.bse), found.resid, float(np.sqrt(found.mse_resid)), shift
    )


def _spread(rule: _Rule) -> Estimate:
    """Standard deviation of the yearly shocks; its error is that of the logarithm."""
    years = tuple(int(y) for y in rule.rest.index)
    return Estimate(rule.spread, (2.0 * len(years)) ** -0.5, years)


def _together(one: _Rule, other: _Rule) -> Estimate:
    both = pd.DataFrame({"one": one.rest, "other": other.rest}).dropna()
    years = tuple(int(y) for y in both.index)
    return Estimate(
        float(np.corrcoef(both["one"], both["other"])[0, 1]), (len(years) - 3.0) ** -0.5, years
    )


def _growth_and_prices(iso3: str) -> tuple[pd.Series, pd.Series]:
    growth = change(np.log(series(iso3, "rgdpna"))) - change(np.log(series(iso3, "emp")))
    frame = pd.DataFrame({"growth": growth, "inflation": _calm(iso3)}).dropna()
    return frame["growth"], frame["inflation"]


def _system(iso3: str) -> tuple[_Rule, _Rule] | None:
    growth, inflation = _growth_and_prices(iso3)
    before = {"growth": lagged(growth), "inflation": lagged(inflation)}
    one, other = _rule(growth, **before), _rule(inflation, **before)
    return None if one is None or other is None else (one, other)


def drivers(iso3: str) -> dict[str, Estimate]:
    """First-order vector autoregression of productivity growth and inflation."""
    found = _system(iso3)
    if found is None:
        return {}
    growth, inflation = found

    def coefficient(of: _Rule, on: str) -> Estimate:
        return Estimate(of.values[on], of.errors[on], tuple(int(y) for y in of.rest.index))

    return {
        "drivers.productivity_growth.persistence": coefficient(growth, "growth"),
        "drivers.inflation.persistence": coefficient(inflation, "inflation"),
        "drivers.productivity_growth.on_inflation": coefficient(growth, "inflation"),
        "drivers.inflation.on_productivity_growth": coefficient(inflation, "growth"),
        "drivers.productivity_growth.sd": _spread(growth),
        "drivers.inflation.sd": _spread(inflation),
        "drivers.correlation": _together(growth, inflation),
    }


_policy_rates: dict[str, pd.Series] = {}
"""Policy rates by country, percent by year: empty unless a file of them is named."""


def interest(iso3: str) -> dict[str, Estimate]:
    """The real policy rate on its lag and on those of productivity growth and inflation.

    The other two do not answer to it here: with 25 to 39 years, three lags in each equation would
    leave little to choose between them and the prior of no effect.
    """
    system, rate = _system(iso3), _policy_rates.get(iso3)
    if system is None or rate is None:
        return {}
    prices = series(iso3, "PCPIPCH") / 100.0
    real = ((1.0 + rate / 100.0) / (1.0 + prices) - 1.0).dropna()
    growth, inflation = _growth_and_prices(iso3)
    found = _rule(
        real[real.index >= inflation.index[0]],
        interest=lagged(real),
        growth=lagged(growth),
        inflation=lagged(inflation),
    )
    if found is None:
        return {}
    years = tuple(int(y) for y in found.rest.index)
    out = {
        f"drivers.real_interest_rate.{name}": Estimate(found.values[on], found.errors[on], years)
        for name, on in (
            ("persistence", "interest"),
            ("on_productivity_growth", "growth"),
            ("on_inflation", "inflation"),
        )
    }
    return {
        **out,
        "drivers.real_interest_rate.sd": _spread(found),
        "drivers.correlation_interest_growth": _together(found, system[0]),
        "drivers.correlation_interest_inflation": _together(found, system[1]),
    }


EQUATIONS: Mapping[str, Equation] = {
    "Okun": Equation(
        "unemployment gap = c - okun x output gap + rest; rest = c + persistence x rest(-1)",
        f"{WEO}; {PWT}",
        okun,
    ),
    "wage curve": Equation(
        "d log labour share = c - elasticity x d log unemployment", f"{PWT}; {WEO}", wage_curve
    ),
    "prices": Equation("d inflation = c + kappa_p x output gap", f"{WEO}; {PWT}", phillips),
    "production": Equation(
        "capital elasticity = 1 - mean labour share; growth of TFP = mean of d log Y "
        f"- alpha d log K - (1 - alpha) d log E, from {FIRST_OF_TREND}",
        PWT,
        production,
    ),
    "investment": Equation(
        "I / K(-1) = c + gap response x gap + speed x (target Y* / K(-1) - 1) + trend",
        PWT,
        investment,
    ),
    "consumption": Equation(
        "d log C = c + income response x d log Y - speed x log (C / Y)(-1)", PWT, consumption
    ),
    "drivers": Equation(
        "VAR(1) of growth of output per worker and log inflation; each mean may shift once",
        f"{PWT}; {WEO}",
        drivers,
    ),
    INTEREST: Equation(
        "real policy rate on the lags of itself, growth and inflation; its mean may shift once",
        f"{BIS}; {PWT}; {WEO}",
        interest,
    ),
}


def estimates(iso3: str) -> Iterator[dict[str, object]]:
    """Rows of the table for a country (`estimate_all`)."""
    given = priors(iso3)
    for name, equation in EQUATIONS.items():
        for parameter, own in equation.fit(iso3).items():
            prior = given[parameter]
            at = to_scale(own.value, prior.scale)
            value, error = shrink(at, own.error, prior)
            value, error = from_scale(value, error, prior.scale)
            own_value, own_error = from_scale(at, own.error, prior.scale)
            mean, prior_error = from_scale(prior.mean, prior.error, prior.scale)
            yield {
                "iso3": iso3,
                "parameter": parameter,
                "value": value,
                "standard_error": error,
                "own_estimate": own_value,
                "own_error": own_error,
                "prior": mean,
                "prior_error": prior_error,
                "observations": len(own.years),
                "first_year": min(own.years),
                "last_year": max(own.years),
                "equation": name,
                "source": equation.source,
                "prior_source": prior.source,
            }


def estimate_all() -> pd.DataFrame:
    """Estimates of every country that has the years.

    Returns
    -------
    DataFrame
        One row a country and parameter: posterior ``value`` and ``standard_error``, the
        regression's ``own_estimate`` and ``own_error``, the prior with its error, sample, equation
        and sources.
    """
    rows = [row for iso3 in sorted(penn("rgdpna").columns) for row in estimates(str(iso3))]
    table = pd.DataFrame(rows)
    numbers = ["value", "standard_error", "own_estimate", "own_error", "prior", "prior_error"]
    table[numbers] = table[numbers].map(lambda x: float(f"{x:.6g}"))
    for column in ("observations", "first_year", "last_year"):
        table[column] = table[column].astype("int16")
    return table


def read_policy_rates(file: str) -> None:
    """Take policy rates from a file for the runs of this process."""
    table = pd.read_parquet(file).sort_values("year")
    _policy_rates.clear()
    for iso3, part in table.groupby("iso3"):
        rate = part.set_index("year")["policy_rate_annual_mean"].dropna()
        # As all others: to 2019, before the years of the pandemic.
        _policy_rates[str(iso3)] = rate[(rate.index >= FIRST - 1) & (rate.index <= LAST)]


def main(arguments: Sequence[str]) -> None:
    """Write the table and its page."""
    # The page reads this module, so it is imported when the table is there.
    from calibration.estimates_page import PAGE, page

    if arguments and (len(arguments) != 2 or arguments[0] != "--policy-rates"):
        raise SystemExit("usage: python -m calibration.estimation [--policy-rates FILE]")
    if arguments:
        read_policy_rates(arguments[1])
    table = estimate_all()
    if not arguments:
        kept = pd.read_parquet(ESTIMATES)
        table = pd.concat([table, kept[kept["equation"] == INTEREST]], ignore_index=True)
    order = {name: number for number, name in enumerate(EQUATIONS)}
    table = table.sort_values(
        ["iso3", "equation"],
        key=lambda c: c.map(order) if c.name == "equation" else c,
        kind="stable",
        ignore_index=True,
    )
    table.to_parquet(ESTIMATES, compression="zstd", index=False)
    PAGE.write_text(page(table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
