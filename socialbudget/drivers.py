"""Stochastic drivers: draws of parameter paths. No module holds a random generator.

A driver disturbs one parameter path, with an AR(1) process (method 1.3 and 3.3) or by quantiles:
a draw keeps a place among all draws, which changes slowly from year to year, and each year's
quantiles say what that place means; or several paths by a vector autoregression, whose variables
move together; or what is not known of a constant, drawn once for all years. Draw `d` of a path
depends on the seed, the path and `d` alone, so that reforms share their random numbers and a run
does not depend on how many draws are asked for or how they are cut into chunks. All cells of a path
(both sexes, all ages) share one sequence of random numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from socialbudget.contract import Array, Param
from socialbudget.dims import QUANTILES
from socialbudget.errors import PackError
from socialbudget.pack import Driver, Pack, System, resolve

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
    systems: Mapping[str, System] | None = None,
) -> dict[str, Array]:
    """Parameter arrays with the drivers' disturbances from the first projected year on.

    Estimates come first: other disturbances are added to what an estimate has become.

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
    systems : mapping of str to System, optional
        Drivers that move together, by name. Paths that `params` does not have are passed over.

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
        if driver.kind == "estimate":
            values = _estimated(central, driver, path, seed, draws)
            mend = "lower 'sd' or choose another 'distribution'"
        elif driver.by_quantiles:
            place = places(path, driver.persistence, seed, draws, years)
            deviation = _from_quantiles(place, spreads[path])
            values = central + deviation
            if driver.kind == "log_quantiles":
                values = central * np.exp(deviation)
            mend = f"correct the quantiles in '{path}{SUFFIX}'"
        else:
            shock = _over_dims(shocks(path, driver, seed, draws, years), param)
            values = central + shock if driver.kind == "add" else central * np.exp(shock)
            mend = "lower 'sd' or 'persistence'"
        where = f'uncertainty."{path}"'
        out[path] = _kept_in_bounds(values, param, where, base_year, draws, mend)
    for name, system in (systems or {}).items():
        wanted = {path: load for path, load in system.paths.items() if path in params}
        if not wanted:
            continue
        moves = together(name, system, seed, draws, max(len(parameters[p]) for p in wanted) - 1)
        for path, load in wanted.items():
            shock = moves[system.variables.index(load.variable)][: len(parameters[path]) - 1]
            values = out[path] + load.factor * _over_dims(shock, params[path])
            where = f'uncertainty_var.{name}.paths."{path}"'
            mend = "lower 'sd', 'matrix' or 'factor'"
            out[path] = _kept_in_bounds(values, params[path], where, base_year, draws, mend)
    return out


def _over_dims(shock: Array, param: Param) -> Array:
    """A sequence from the first projected year as ``[year, draw, *dims]``, 0 in the base year."""
    whole = np.concatenate([np.zeros((1, shock.shape[1])), shock])
    return whole.reshape(*whole.shape, *([1] * len(param.dims)))


def _kept_in_bounds(
    values: Array, param: Param, where: str, base_year: int, draws: range, mend: str
) -> Array:
    bad = ~((values >= param.low) & (values <= param.high))
    if bad.any():
        first = np.argwhere(bad)[0]
        raise PackError(
            "uncertainty",
            [
                f"pack.toml: {where}: becomes {values[tuple(first)]:g} "
                f"{param.unit} in {base_year + int(first[0])}, draw {draws[int(first[1])]}, "
                f"outside [{param.low:g}, {param.high:g}]; {mend}"
            ],
        )
    return np.ascontiguousarray(values)


def _estimated(central: Array, driver: Driver, path: str, seed: int, draws: range) -> Array:
    """A constant drawn once for all years, ``[year or 1, draw, *dims]``.

    The mean over draws is the value itself and `sd` their standard deviation, whatever the
    distribution; an `sd` of 0 leaves the value to the bit. All cells share one random number.
    """
    from scipy.special import betaincinv, ndtr

    assert driver.sd is not None
    shape = (1, len(draws), *([1] * (central.ndim - 2)))
    z = normals(path, seed, draws, 1).reshape(shape)
    spread = driver.sd * (np.abs(central) if driver.relative else np.ones_like(central))
    where = f'pack.toml: uncertainty."{path}"'
    if driver.distribution == "normal":
        shift = spread * z
    elif driver.distribution == "lognormal":
        if (spread[central == 0.0] > 0.0).any():
            raise PackError(
                "uncertainty",
                [f"{where}: a value of 0 has no lognormal spread; choose 'normal' or 'relative'"],
            )
        # Variance of the logarithm at which mean and deviation are those asked for.
        variance = np.log1p((spread / np.where(central == 0.0, 1.0, central)) ** 2)
        shift = central * np.expm1(np.sqrt(variance) * z - 0.5 * variance)
    else:
        share, part = central / driver.high, spread / driver.high
        room = share * (1.0 - share)
        if ((share < 0.0) | (share > 1.0) | ((part**2 >= room) & (part > 0.0))).any():
            raise PackError(
                "uncertainty",
                [
                    f"{where}: no beta distribution between 0 and {driver.high:g} has mean "
                    f"{central.flat[0]:g} and standard deviation {spread.flat[0]:g}; lower 'sd'"
                ],
            )
        sure = part == 0.0
        size = room / np.where(sure, 1.0, part) ** 2 - 1.0
        a, b = np.where(sure, 1.0, share * size), np.where(sure, 1.0, (1.0 - share) * size)
        drawn = driver.high * betaincinv(a, b, ndtr(z)) - central
        shift = np.where(sure, 0.0, drawn)
    if len(central) > 1:
        after = np.arange(len(central), dtype=float)
        weight = -np.expm1(-driver.phase_in * after) if driver.phase_in else np.sign(after)
        shift = shift * weight.reshape(-1, *([1] * (central.ndim - 1)))
    return central + shift


def together(name: str, system: System, seed: int, draws: range, years: int) -> Array:
    """Deviations of a system's variables, float64[variable, year, draw], from the first year on.

    Sums are written out, so that a draw is the same to the bit whatever the others beside it.
    """
    count = len(system.variables)
    eta = [normals(f"{name}/{v}", seed, draws, years) for v in system.variables]
    root = _root(np.array(system.correlation))
    out = np.zeros((count, years, len(draws)))
    for i in range(count):
        for j in range(count):
            if root[i, j] != 0.0:
                out[i] += system.sd[i] * root[i, j] * eta[j]
    for t in range(1, years):
        before = out[:, t - 1].copy()
        for i in range(count):
            for j in range(count):
                if system.matrix[i][j] != 0.0:
                    out[i, t] += system.matrix[i][j] * before[j]
    return out


def _root(correlation: Array) -> Array:
    """The symmetric square root, which does not depend on the order of the variables."""
    values, vectors = np.linalg.eigh(correlation)
    root: Array = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def long_run_covariance(system: System) -> Array:
    """Covariance of a system's deviations far from the base year, ``[variable, variable]``.

    Solves ``S = A S A' + Q`` (Lyapunov).
    """
    from scipy.linalg import solve_discrete_lyapunov

    sd = np.array(system.sd)
    found: Array = solve_discrete_lyapunov(
        np.array(system.matrix), np.array(system.correlation) * np.outer(sd, sd)
    )
    return found


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
