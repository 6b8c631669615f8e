"""Stochastic drivers: draws of parameter paths. No module holds a random generator.

A driver disturbs one parameter path, with an AR(1) process (method 1.3 and 3.3) or by quantiles:
a draw keeps a place among all draws, which changes slowly from year to year, and each year's
quantiles say what that place means. Draw `d` of a path depends on the seed, the path and `d`
alone, so that reforms share their random numbers and a run does not depend on how many draws are
asked for or how they are cut into chunks. All cells of a path (both sexes, all ages) share one
sequence of random numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from socialbudget.contract import Array, Param
from socialbudget.dims import QUANTILES
from socialbudget.errors import PackError
from socialbudget.pack import Driver, Pack, resolve

PROBABILITIES = {"p025": 0.025, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p975": 0.975}
SUFFIX = "_deviation"
"""Added to a path it names the table of quantiles of the path's deviation."""
BLOCK = 128
"""Years of random numbers that a draw takes from the generator together."""


def disturbed(
    parameters: Mapping[str, Array],
    params: Mapping[str, Param],
    drivers: Mapping[str, Driver],
    seed: int,
    draws: range,
    base_year: int,
    spreads: Mapping[str, Array],
) -> dict[str, Array]:
    """Parameter arrays with the drivers' disturbances from the first projected year on.

    Parameters
    ----------
    parameters : mapping of str to float64[year or 1, 1, *dims]
    drivers : mapping of str to Driver
        By path. One of a path that `params` does not have is passed over here; it is refused
        where the whole model is run (`prepare`).
    draws : range
        Numbers of the draws wanted.
    spreads : mapping of str to float64[year, *dims, quantile]
        Quantiles of deviations, by the path they belong to (`spreads`).

    Returns
    -------
    dict of str to float64[year, draw, *dims]
        Undisturbed paths are passed through.

    Raises
    ------
    PackError
        When a disturbed value leaves the parameter's bounds.
    """
    out = dict(parameters)
    for path, driver in drivers.items():
        if path not in params:
            continue
        central, param = parameters[path], params[path]
        years = len(central) - 1
        if driver.by_quantiles:
            place = places(path, driver.persistence, seed, draws, years)
            deviation = _from_quantiles(place, spreads[path])
            values = central + deviation
            if driver.kind == "log_quantiles":
                values = central * np.exp(deviation)
            mend = f"correct the quantiles in '{path}{SUFFIX}'"
        else:
            shock = shocks(path, driver, seed, draws, years)
            shape = (len(central), len(draws), *([1] * len(param.dims)))
            shock = np.concatenate([np.zeros((1, len(draws))), shock]).reshape(shape)
            values = central + shock if driver.kind == "add" else central * np.exp(shock)
            mend = "lower 'sd' or 'persistence'"
        bad = ~((values >= param.low) & (values <= param.high))
        if bad.any():
            first = np.argwhere(bad)[0]
            raise PackError(
                "uncertainty",
                [
                    f'pack.toml: uncertainty."{path}": becomes {values[tuple(first)]:g} '
                    f"{param.unit} in {base_year + int(first[0])}, draw {draws[int(first[1])]}, "
                    f"outside [{param.low:g}, {param.high:g}]; {mend}"
                ],
            )
        out[path] = np.ascontiguousarray(values)
    return out


def spread_params(drivers: Mapping[str, Driver], params: Mapping[str, Param]) -> list[Param]:
    """The tables of quantiles that drivers of these parameters need, declared like parameters."""
    found = []
    for path, driver in drivers.items():
        if driver.by_quantiles and path in params:
            param = params[path]
            log = driver.kind == "log_quantiles"
            reach = 100.0 if log else param.high - param.low
            found.append(
                Param(
                    path + SUFFIX,
                    (*param.dims, "quantile"),
                    "1" if log else param.unit,
                    -reach,
                    reach,
                    f"Quantiles of the deviation of {'the logarithm of ' if log else ''}{path}.",
                    time="annual",
                )
            )
    return found


def spreads(pack: Pack, params: Mapping[str, Param], last_year: int) -> dict[str, Array]:
    """The pack's quantiles of deviations, by the path they belong to.

    Returns
    -------
    dict of str to float64[year, *dims, quantile]
        The base year's row is not used: nothing is disturbed before the first projected year.

    Raises
    ------
    PackError
        A missing or incomplete table, quantiles that fall, or a median that is not zero.
    """
    wanted = spread_params(pack.manifest.uncertainty, params)
    tables = resolve(pack, wanted, last_year)
    middle = QUANTILES.index("p50")
    faults = []
    out = {}
    for param in wanted:
        values = tables[param.path][:, 0]
        where = f"table '{'_'.join(param.dims)}': '{param.path}'"
        falling = (np.diff(values[1:], axis=-1) < 0.0).reshape(len(values) - 1, -1).any(axis=1)
        if falling.any():
            year = pack.base_year + 1 + int(np.argmax(falling))
            faults.append(f"{where}, {year}: quantiles must not fall; put them in order")
        if values[..., middle].any():
            faults.append(
                f"{where}: the median of a deviation is 0, since the path itself is the median; "
                "give quantiles less the median"
            )
        out[param.path.removesuffix(SUFFIX)] = values
    if faults:
        raise PackError(f"pack '{pack.iso3}' ({pack.folder})", faults)
    return out


def normals(path: str, seed: int, draws: range, years: int) -> Array:
    """Independent standard normal numbers, float64[year, draw].

    A generator that counts (Philox) is asked for the numbers of each draw at their own place, so
    that one call serves all draws. Normal by the inverse of the distribution function.
    """
    from scipy.special import ndtri

    if draws.step != 1:
        raise ValueError("draws must be consecutive")
    key = np.random.SeedSequence([seed, zlib.crc32(path.encode())]).generate_state(2, np.uint64)
    blocks = []
    for block in range(-(-years // BLOCK)):
        # One step of the counter yields four numbers.
        counter = np.array([draws.start * BLOCK // 4, block, 0, 0], dtype=np.uint64)
        raw = np.random.Philox(key=key, counter=counter).random_raw(len(draws) * BLOCK)
        blocks.append(raw.reshape(len(draws), BLOCK).T[: years - block * BLOCK])
    raw = np.concatenate(blocks) if blocks else np.zeros((0, len(draws)), dtype=np.uint64)
    uniform = ((raw >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53
    out: Array = ndtri(uniform)
    return out


def shocks(path: str, driver: Driver, seed: int, draws: range, years: int) -> Array:
    """AR(1) disturbances ``e(t) = persistence e(t-1) + sd eta(t)``, float64[year, draw]."""
    assert driver.sd is not None
    return _autoregressive(driver.sd * normals(path, seed, draws, years), driver.persistence)


def places(path: str, persistence: float, seed: int, draws: range, years: int) -> Array:
    """Place of each draw among all draws, as a standard normal number; float64[year, draw].

    ``z(1) = eta(1)``, ``z(t) = persistence z(t-1) + sqrt(1 - persistence^2) eta(t)``: standard
    normal in every year from the first one.
    """
    eta = normals(path, seed, draws, years)
    eta[1:] *= np.sqrt(1.0 - persistence**2)
    return _autoregressive(eta, persistence)


def _autoregressive(news: Array, persistence: float) -> Array:
    """``e(t) = persistence e(t-1) + news(t)`` along the first axis, from ``e(0) = 0``."""
    out = news.copy()
    for t in range(1, len(out)):
        out[t] += persistence * out[t - 1]
    return out


def _from_quantiles(place: Array, quantiles: Array) -> Array:
    """Deviations at places among the draws: straight lines between quantiles, and beyond.

    Parameters
    ----------
    place : float64[year, draw]
        Standard normal numbers, from the first projected year.
    quantiles : float64[year + 1, *dims, quantile]
        Deviations at `PROBABILITIES`, from the base year.

    Returns
    -------
    float64[year + 1, draw, *dims]
        Zero in the base year.
    """
    from scipy.special import ndtri

    knots = ndtri(np.array([PROBABILITIES[q] for q in QUANTILES]))
    dims = quantiles.shape[1:-1]
    given = quantiles[1:].reshape(len(place), 1, -1, len(knots))
    slopes = np.diff(given, axis=-1) / np.diff(knots)
    z = place[:, :, None]
    out = np.zeros((len(place) + 1, place.shape[1], given.shape[2]))
    # From the median outwards, each line adds what lies beyond its inner end.
    middle = QUANTILES.index("p50")
    for i in range(len(knots) - 1):
        inner, outer = (knots[i], knots[i + 1]) if i >= middle else (knots[i + 1], knots[i])
        ends = sorted((inner, outer if 0 < i < len(knots) - 2 else np.sign(outer) * np.inf))
        out[1:] += slopes[..., i] * (np.clip(z, *ends) - inner)
    return out.reshape(len(place) + 1, place.shape[1], *dims)
