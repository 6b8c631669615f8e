"""Profiles along age: moved, and differences of ages."""

from __future__ import annotations

import numpy as np

from socialbudget.contract import Array


def shift_along_age(profile: Array, shift: Array, fade_in: tuple[int, int] | None = None) -> Array:
    """Move an age profile to higher ages, linear between single ages.

    Parameters
    ----------
    profile : float64[draw, sex, age]
    shift : float64[draw, sex], years
        Positive moves the profile to higher ages.
    fade_in : (int, int), optional
        The shift grows from 0 at the first age to its full size at the second.

    Returns
    -------
    float64[draw, sex, age]
        ``profile(x - ramp(x) * shift)``; the profile itself where every shift is 0.
    """
    if not shift.any():
        return profile
    ages = profile.shape[-1]
    age = np.arange(ages, dtype=float)
    ramp = np.ones(ages)
    if fade_in is not None:
        low, high = fade_in
        ramp = np.clip((age - low) / (high - low), 0.0, 1.0)
    origin = np.clip(age - ramp * shift[..., None], 0.0, ages - 1.0)
    below = np.minimum(origin.astype(np.int64), ages - 2)
    part = origin - below
    full = np.broadcast_to(profile, (max(len(profile), len(shift)), *profile.shape[1:]))
    below = np.broadcast_to(below, full.shape)
    lower = np.take_along_axis(full, below, axis=-1)
    upper = np.take_along_axis(full, below + 1, axis=-1)
    return lower + part * (upper - lower)


def logistic_density(difference: Array, mean: Array | float, sd: Array | float) -> Array:
    """Logistic density of an age difference, positive everywhere.

    Parameters
    ----------
    difference, mean, sd : float64[...], years
        `sd` is the standard deviation; all broadcast to one another.

    Returns
    -------
    float64[...]
        1/year.
    """
    scale = sd * np.sqrt(3.0) / np.pi
    decay = np.exp(-np.abs(difference - mean) / scale)
    return np.ascontiguousarray(decay / (scale * (1.0 + decay) ** 2))
