"""Backtest of participation, unemployment and output: ``python -m calibration.backtest_labour``.

The engines see the years to 2010 and are held against 2011-2019; so are naive forecasts. The
command writes ``docs/labour_backtest.md`` (`calibration.labour_backtest_page`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration import labour_history
from calibration.economy_forecast import (
    LEAST_YEARS,
    TREND_YEARS,
    Production,
    fit_reversion,
    output_path,
    population_path,
    unemployment_path,
)
from calibration.labour_history import FIRST, OECD
from calibration.participation_forecast import (
    ENGINES,
    combination,
    drift_line,
    engine_paths,
    fit_weights,
    fitted_line,
)

Array = NDArray[np.float64]

ORIGIN, HORIZON = 2010, 9
"""Last year known to the forecasts, and the years forecast."""
CHOICE_ORIGIN = 2001
"""Origin of the trial on which the weight of a country's own productivity is chosen."""
OWN_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
FOLDS = 4
"""Parts of the countries in the trial of the weights on countries they were not fitted to."""
PENN = ("rgdpna", "rnna", "emp", "labsh", "delta")

LAST_VALUE, TREND, LINE, MIXED = "last value", "trend", "fitted line", "combination"
NAIVE = (LAST_VALUE, TREND)
SUPPLY, HALF = "supply side", "mean of supply side and trend"


@dataclass(frozen=True, slots=True)
class Histories:
    """All that is known, to any year.

    Attributes
    ----------
    rates, adults : ndarray [year, country, sex, age], 1 and person
        From `FIRST` on, for the countries of `calibration.labour_history.countries`.
    children : ndarray [year, country, sex, age], person
    unemployment : DataFrame
        Index year, a column for each country; percent.
    penn : mapping of str to DataFrame
        Variables of the Penn World Table, in the same form.
    """

    rates: Array
    adults: Array
    children: Array
    unemployment: pd.DataFrame
    penn: Mapping[str, pd.DataFrame]

    def until(self, year: int) -> Histories:
        """What was known in a year."""
        count = year - FIRST + 1
        return replace(
            self,
            rates=self.rates[:count],
            adults=self.adults[:count],
            children=self.children[:count],
            unemployment=self.unemployment.loc[:year],
            penn={name: table.loc[:year] for name, table in self.penn.items()},
        )


def histories() -> Histories:
    """The tables of ``calibration/sources``."""
    return Histories(
        rates=labour_history.participation().swapaxes(0, 1),
        adults=labour_history.population().swapaxes(0, 1),
        children=labour_history.children().swapaxes(0, 1),
        unemployment=labour_history.weo_history("LUR"),
        penn={name: labour_history.penn(name) for name in PENN},
    )


# --- participation -------------------------------------------------------------------------------


def participation_forecasts(data: Histories, origin: int = ORIGIN) -> dict[str, Array]:
    """Forecasts of participation by name, [horizon, country, sex, age] (1)."""
    known = data.until(origin).rates
    paths = engine_paths(known, HORIZON)
    return {
        LAST_VALUE: paths["static"],
        TREND: drift_line(known, HORIZON),
        LINE: fitted_line(known, HORIZON),
        **{name: paths[name] for name in ENGINES[1:]},
        MIXED: combination(paths, fit_weights(known)),
    }


def participation_errors(data: Histories, origin: int = ORIGIN) -> dict[str, Array]:
    """Absolute errors of `participation_forecasts`, [horizon, country, sex, age], points."""
    start = origin - FIRST + 1
    outcome = data.rates[start : start + HORIZON]
    forecasts = participation_forecasts(data, origin)
    return {name: 100.0 * np.abs(path - outcome) for name, path in forecasts.items()}


def trial_errors(data: Histories) -> dict[str, Array]:
    """Absolute errors from 2001 on of what was chosen by the years to 2010 alone.

    The weights come from the other countries: each quarter is forecast with those of the other
    three.

    Returns
    -------
    dict of str to ndarray [horizon, country, sex, age], points
    """
    known = data.until(ORIGIN).rates
    origin = known[: CHOICE_ORIGIN - FIRST + 1]
    paths = engine_paths(origin, HORIZON)
    mixed = np.empty_like(paths["static"])
    part = np.arange(known.shape[1]) % FOLDS
    for fold in range(FOLDS):
        weights = fit_weights(known[:, part != fold])
        mixed[:, part == fold] = combination(paths, weights)[:, part == fold]
    forecasts = {
        LAST_VALUE: paths["static"],
        TREND: drift_line(origin, HORIZON),
        **{name: paths[name] for name in ENGINES[1:]},
        MIXED: mixed,
    }
    outcome = known[len(origin) : len(origin) + HORIZON]
    return {name: 100.0 * np.abs(path - outcome) for name, path in forecasts.items()}


def by_country(errors: Array) -> Array:
    """Mean absolute error of a country over ages, sexes and years: [country], points."""
    return np.asarray(errors.mean(axis=(0, 2, 3)))


ROLLING_ORIGINS = tuple(range(1995, ORIGIN))
"""Years from which forms of the unemployment forecast are tried, on outcomes to 2010."""

# --- unemployment --------------------------------------------------------------------------------


def unemployment_forecasts(data: Histories, origin: int = ORIGIN) -> dict[str, pd.DataFrame]:
    """Forecasts of the unemployment rate (percent): index year, a column for each country."""
    known = data.until(origin).unemployment
    recent = known.loc[origin - LEAST_YEARS + 1 : origin]
    known = known[recent.columns[recent.notna().all() & (len(recent) == LEAST_YEARS)]]
    rates = known.to_numpy(float)
    ahead = np.arange(1.0, HORIZON + 1.0)[:, None]
    slope = (rates[-1] - rates[-1 - TREND_YEARS]) / TREND_YEARS
    years = range(origin + 1, origin + 1 + HORIZON)

    def frame(values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=years, columns=known.columns)

    return {
        LAST_VALUE: frame(np.repeat(rates[-1:], HORIZON, axis=0)),
        TREND: frame(np.maximum(rates[-1] + slope * ahead, 0.0)),
        "equilibrium and cycle": frame(100.0 * unemployment_path(rates / 100.0, HORIZON)),
    }


def unemployment_trial(data: Histories) -> pd.DataFrame:
    """Other forms of the forecast: error of the median country, points.

    Returns
    -------
    DataFrame
        Index forms; columns ``from 1995-2009`` (mean over these origins, of the years to 2010, at
        most nine), ``from 2001`` and ``from 2010``.
    """
    found: dict[str, dict[str, float]] = {}
    rolling: dict[str, list[float]] = {}
    for origin in (*ROLLING_ORIGINS, ORIGIN):
        for form, path in _unemployment_forms(data, origin).items():
            last = min(origin + HORIZON, ORIGIN) if origin < ORIGIN else origin + HORIZON
            error = frame_errors({form: path.loc[:last]}, data.unemployment)[form]
            value = float(error.mean().median())
            row = found.setdefault(form, {})
            if origin < ORIGIN:
                rolling.setdefault(form, []).append(value)
            if origin in (CHOICE_ORIGIN, ORIGIN):
                row[f"from {origin}"] = value
    for form, values in rolling.items():
        found[form]["from 1995-2009"] = float(np.mean(values))
    columns = ["from 1995-2009", f"from {CHOICE_ORIGIN}", f"from {ORIGIN}"]
    return pd.DataFrame(found).T[columns]


def _unemployment_forms(data: Histories, origin: int) -> dict[str, pd.DataFrame]:
    first = unemployment_forecasts(data, origin)
    countries = first[LAST_VALUE].columns
    rates = data.until(origin).unemployment[countries].to_numpy(float) / 100.0
    fit = fit_reversion(rates)
    ahead = np.arange(1.0, HORIZON + 1.0)[:, None]

    def towards(equilibrium: Array, persistence: Array) -> pd.DataFrame:
        path = equilibrium + (rates[-1] - equilibrium) * persistence**ahead
        return pd.DataFrame(100.0 * path, index=first[LAST_VALUE].index, columns=countries)

    out = {
        LAST_VALUE: first[LAST_VALUE],
        "mean of 15 years, own pace (the engine)": first["equilibrium and cycle"],
        "the same pace in all countries": towards(
            fit.equilibrium, np.full_like(fit.persistence, fit.own.mean())
        ),
        "half way to the mean of 15 years": towards(
            0.5 * (rates[-1] + fit.equilibrium), fit.persistence
        ),
    }
    for years in (5, 10, 20):
        mean = np.nanmean(rates[-years:], axis=0)
        out[f"mean of {years} years"] = towards(mean, fit.persistence)
    return out


def frame_errors(
    forecasts: Mapping[str, pd.DataFrame], outcome: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Absolute errors where the outcome is known in every year: index year, columns countries."""
    first = next(iter(forecasts.values()))
    seen = outcome.reindex(index=first.index, columns=first.columns)
    complete = seen.columns[seen.notna().all()]
    return {name: (path[complete] - seen[complete]).abs() for name, path in forecasts.items()}


# --- output --------------------------------------------------------------------------------------


def employment_path(data: Histories, origin: int = ORIGIN) -> tuple[Array, Array]:
    """Labour force and employment forecast, relative to the origin: [horizon, country] each.

    Participation is the combination, and where there are not ten years to fit its weights to the
    damped trend. Unemployment is forecast where it is known, and elsewhere stays.
    """
    known = data.until(origin)
    paths = engine_paths(known.rates, HORIZON)
    tried = len(known.rates) > 2 * TREND_YEARS
    rates = combination(paths, fit_weights(known.rates)) if tried else paths["long trend"]
    people = population_path(known.adults, known.children, HORIZON)
    force = (rates * people).sum(axis=(2, 3))
    force /= (known.rates[-1] * known.adults[-1]).sum(axis=(1, 2))
    employed = force.copy()
    ahead = unemployment_forecasts(data, origin)
    for i, iso3 in enumerate(labour_history.countries()):
        if iso3 in ahead[LAST_VALUE]:
            now = ahead[LAST_VALUE][iso3].to_numpy()
            later = ahead["equilibrium and cycle"][iso3].to_numpy()
            employed[:, i] *= (100.0 - later) / (100.0 - now)
    return force, employed


def production(data: Histories, origin: int = ORIGIN) -> tuple[list[str], Production]:
    """Output, capital and shares to the origin, of the countries that have all of them."""
    known = data.until(origin)
    span = range(origin - TREND_YEARS, origin + 1)
    tables = {n: t.reindex(columns=labour_history.countries()) for n, t in known.penn.items()}
    whole = [tables[n].loc[list(span)].notna().all() for n in ("rgdpna", "rnna", "emp")]
    kept = [c for c in labour_history.countries() if all(w[c] for w in whole)]
    arrays = [tables[n].loc[list(span), kept].to_numpy(float) for n in PENN]
    return kept, Production(*arrays)


def output_forecasts(
    data: Histories, origin: int = ORIGIN, own_share: float | None = None
) -> dict[str, pd.DataFrame]:
    """Forecasts of real output: logarithm relative to the origin, index year, columns countries.

    `own_share` None: as chosen in `chosen_own_share`, from the years to 2010.
    """
    if own_share is None:
        own_share = chosen_own_share(data)
    kept, known = production(data, origin)
    place = [labour_history.countries().index(c) for c in kept]
    employed = employment_path(data, origin)[1][:, place]
    ahead = np.arange(1.0, HORIZON + 1.0)[:, None]
    last = np.log(known.output[-1] / known.output[-2])
    mean = np.log(known.output[-1] / known.output[-1 - TREND_YEARS]) / TREND_YEARS
    supply = np.log(output_path(known, employed, own_share=own_share))
    years = range(origin + 1, origin + 1 + HORIZON)
    paths = {
        "last level": 0.0 * ahead * last,
        "last growth": ahead * last,
        TREND: ahead * mean,
        SUPPLY: supply,
        HALF: 0.5 * (supply + ahead * mean),
    }
    return {n: pd.DataFrame(v, index=years, columns=kept) for n, v in paths.items()}


def output_errors(
    data: Histories, origin: int = ORIGIN, own_share: float | None = None
) -> dict[str, pd.DataFrame]:
    """Absolute errors of mean yearly growth since the origin, points."""
    forecasts = output_forecasts(data, origin, own_share)
    product = data.penn["rgdpna"]
    found = frame_errors(forecasts, (product / product.loc[origin]).apply(np.log))
    years = np.arange(1.0, HORIZON + 1.0)
    return {name: 100.0 * error.div(years, axis=0) for name, error in found.items()}


def chosen_own_share(data: Histories) -> float:
    """Weight of own productivity with the least error in the median country in 2002-2010."""
    known = data.until(ORIGIN)
    error = {}
    for share in OWN_SHARES:
        found = output_errors(known, CHOICE_ORIGIN, share)[SUPPLY]
        error[share] = float(found.mean().median())
    return min(error, key=lambda share: error[share])


def quality_groups() -> dict[str, Array]:
    """Countries (true or false) by how far the outcome is observed."""
    years = labour_history.survey_years()
    count = np.array([years[c] for c in labour_history.countries()])
    member = np.isin(labour_history.countries(), OECD)
    return {
        "all countries": np.ones(len(count), dtype=bool),
        "members of the OECD": member,
        "surveys in 8 or 9 of the 9 years": count >= 8,
        "surveys in 3 to 7 years": (count >= 3) & (count < 8),
        "surveys in at most 2 years": count < 3,
    }


def main() -> None:
    """Write the page."""
    # The page needs this module, so it is imported when both are there.
    from calibration.labour_backtest_page import PAGE, page

    PAGE.write_text(page(histories()), encoding="utf-8")


if __name__ == "__main__":
    main()
