"""Stochastic drivers: draws of parameter paths. No module holds a random generator.

Each driver disturbs one parameter path with an AR(1) process, method 1.3 and 3.3. Draw `d` of a
path depends on the seed, the path and `d` alone, so that reforms share their random numbers and a
run does not depend on how many draws are asked for or how they are cut into chunks.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
from scipy.signal import lfilter

from socialbudget.contract import Array, Param
from socialbudget.errors import PackError
from socialbudget.pack import Driver


def disturbed(
    parameters: Mapping[str, Array],
    params: Mapping[str, Param],
    drivers: Mapping[str, Driver],
    seed: int,
    draws: range,
    base_year: int,
) -> dict[str, Array]:
    """Parameter arrays with the drivers' disturbances from the first projected year on.

    Parameters
    ----------
    parameters : mapping of str to float64[year or 1, 1, *dims]
    drivers : mapping of str to Driver
        By path; a path that no module reads is refused when the pack is checked.
    draws : range
        Numbers of the draws wanted.

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
        central, param = parameters[path], params[path]
        shock = shocks(path, driver, seed, draws, len(central) - 1)
        shape = (len(central), len(draws), *([1] * len(param.dims)))
        shock = np.concatenate([np.zeros((1, len(draws))), shock]).reshape(shape)
        values = central + shock if driver.kind == "add" else central * np.exp(shock)
        bad = ~((values >= param.low) & (values <= param.high))
        if bad.any():
            first = np.argwhere(bad)[0]
            raise PackError(
                "uncertainty",
                [
                    f'pack.toml: uncertainty."{path}": becomes {values[tuple(first)]:g} '
                    f"{param.unit} in {base_year + int(first[0])}, draw {draws[int(first[1])]}, "
                    f"outside [{param.low:g}, {param.high:g}]; lower 'sd' or 'persistence'"
                ],
            )
        out[path] = np.ascontiguousarray(values)
    return out


def shocks(path: str, driver: Driver, seed: int, draws: range, years: int) -> Array:
    """AR(1) disturbances ``e(t) = persistence e(t-1) + sd eta(t)``, float64[year, draw]."""
    key = zlib.crc32(path.encode())
    eta = np.stack(
        [np.random.default_rng([seed, key, draw]).standard_normal(years) for draw in draws], axis=1
    )
    path_of_shocks: Array = lfilter([driver.sd], [1.0, -driver.persistence], eta, axis=0)
    return path_of_shocks
