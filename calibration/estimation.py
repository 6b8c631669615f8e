"""Behavioural parameters estimated by country: ``python -m calibration.estimation``.

Every equation is estimated alone on annual data, where a country has at least `FEWEST` years, with
standard errors that allow for heteroscedastic and serially correlated rests (Newey and West). The
estimate is then drawn towards a stated prior (`calibration.shrinkage`), restricted in sign. The
command writes ``calibration/estimates.parquet`` and ``docs/estimates.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.tsa.filters.hp_filter import hpfilter
from statsmodels.tsa.vector_ar.var_model import VAR

from calibration.imputation import income_group
from calibration.labour_history import penn, weo_history
from calibration.shrinkage import Prior, from_scale, shrink, to_scale

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
HIGH_INFLATION = 0.40
"""The sample of the drivers begins after the last year of inflation above this."""
FIRST = 1980

DEFAULT = "default of method 2.7 or 3.3, range taken as two errors either way"
OURS = "default of the method; error set by this project"
DESIGN = "set by this project"


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


def priors(iso3: str) -> dict[str, Prior]:
    """Priors of a country by parameter."""
    okun = 0.40 if income_group(iso3) == "high" else 0.20
    return {
        "labour_market.okun": Prior(okun, 0.10, 0.0, 2.0, source=OURS),
        "labour_market.wage_curve_elasticity": Prior(0.10, 0.025, 0.0, 1.0, source=DEFAULT),
        "macroeconomy.kappa_p": Prior(0.25, 0.10, 0.0, 5.0, source=OURS),
        "macroeconomy.capital_elasticity": Prior(0.38, 0.10, 0.05, 0.9, source=OURS),
        "macroeconomy.tfp_growth": Prior(0.010, 0.005, source=OURS),
        "macroeconomy.investment_gap_response": Prior(0.15, 0.05, 0.0, 2.0, source=OURS),
        "macroeconomy.investment_speed": Prior(0.10, 0.05, 0.0, 1.0, source=DESIGN),
        "macroeconomy.consumption_income_response": Prior(0.70, 0.20, 0.0, 1.5, source=DESIGN),
        "macroeconomy.consumption_speed": Prior(0.20, 0.10, 0.0, 1.0, source=DESIGN),
        "drivers.productivity_growth.persistence": Prior(0.2, 0.2, 0.0, 0.99, source=DESIGN),
        "drivers.inflation.persistence": Prior(0.6, 0.2, 0.0, 0.99, source=DESIGN),
        "drivers.productivity_growth.on_inflation": Prior(0.0, 0.1, source=DESIGN),
        "drivers.inflation.on_productivity_growth": Prior(0.0, 0.1, source=DESIGN),
        "drivers.productivity_growth.sd": Prior(np.log(0.010), 0.5, scale="log", source=OURS),
        "drivers.inflation.sd": Prior(np.log(0.015), 0.5, scale="log", source=OURS),
        "drivers.correlation": Prior(0.0, 0.2, scale="z", source=OURS),
    }


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
    """Unemployment gap on output gap."""
    rate, output = series(iso3, "LUR") / 100.0, np.log(series(iso3, "rgdpna"))
    found = regress(gap(rate), gap=gap(output))
    return {} if found is None else {"labour_market.okun": _estimate(found, "gap", -1.0)}


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
    found = regress((output - alpha * capital - (1.0 - alpha) * employment).dropna())
    if found is not None:
        out["macroeconomy.tfp_growth"] = _estimate(found, "const", 1.0)
    return out


def investment(iso3: str) -> dict[str, Estimate]:
    """Investment over capital on the output gap and on what capital is short of its ratio."""
    capital, output, delta = (series(iso3, n) for n in ("rnna", "rgdpna", "delta"))
    if len(output) < FEWEST:
        return {}
    before = lagged(capital)
    ratio = (capital - (1.0 - delta) * before) / before
    cycle = gap(np.log(output))
    potential = output * np.exp(-cycle)
    target = float((capital / potential).mean())
    short = target * potential / before - 1.0
    found = regress(ratio.dropna(), gap=cycle, short=short)
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


def drivers(iso3: str) -> dict[str, Estimate]:
    """First-order vector autoregression of productivity growth and inflation."""
    growth = change(np.log(series(iso3, "rgdpna"))) - change(np.log(series(iso3, "emp")))
    frame = pd.DataFrame({"growth": growth, "inflation": _calm(iso3)}).dropna()
    years = np.asarray(frame.index)
    if len(frame) <= FEWEST or (np.diff(years) != 1).any():
        return {}
    frame = frame.reset_index(drop=True)
    found = VAR(frame).fit(1)
    sample = tuple(int(y) for y in years[1:])
    value, error, rest = found.params, found.stderr, np.asarray(found.sigma_u)
    count = len(sample)
    spread = np.sqrt(np.diag(rest))
    correlation = float(rest[0, 1] / spread.prod())
    spread_error = (2.0 * count) ** -0.5  # of the logarithm of a standard deviation
    lag = {"growth": "L1.growth", "inflation": "L1.inflation"}

    def coefficient(of: str, on: str) -> Estimate:
        return Estimate(float(value.loc[lag[on], of]), float(error.loc[lag[on], of]), sample)

    return {
        "drivers.productivity_growth.persistence": coefficient("growth", "growth"),
        "drivers.inflation.persistence": coefficient("inflation", "inflation"),
        "drivers.productivity_growth.on_inflation": coefficient("growth", "inflation"),
        "drivers.inflation.on_productivity_growth": coefficient("inflation", "growth"),
        "drivers.productivity_growth.sd": Estimate(float(spread[0]), spread_error, sample),
        "drivers.inflation.sd": Estimate(float(spread[1]), spread_error, sample),
        "drivers.correlation": Estimate(correlation, (count - 3.0) ** -0.5, sample),
    }


EQUATIONS: Mapping[str, Equation] = {
    "Okun": Equation("unemployment gap = c - okun x output gap", f"{WEO}; {PWT}", okun),
    "wage curve": Equation(
        "d log labour share = c - elasticity x d log unemployment", f"{PWT}; {WEO}", wage_curve
    ),
    "prices": Equation("d inflation = c + kappa_p x output gap", f"{WEO}; {PWT}", phillips),
    "production": Equation(
        "capital elasticity = 1 - mean labour share; growth of TFP = mean of d log Y "
        "- alpha d log K - (1 - alpha) d log E",
        PWT,
        production,
    ),
    "investment": Equation(
        "I / K(-1) = c + gap response x gap + speed x (target Y* / K(-1) - 1)", PWT, investment
    ),
    "consumption": Equation(
        "d log C = c + income response x d log Y - speed x log (C / Y)(-1)", PWT, consumption
    ),
    "drivers": Equation(
        "VAR(1) of growth of output per worker and log inflation", f"{PWT}; {WEO}", drivers
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


def main() -> None:
    """Write the table and its page."""
    # The page reads this module, so it is imported when the table is there.
    from calibration.estimates_page import PAGE, page

    table = estimate_all()
    table.to_parquet(ESTIMATES, compression="zstd", index=False)
    PAGE.write_text(page(table), encoding="utf-8")


if __name__ == "__main__":
    main()
