"""Estimates drawn towards a stated prior, with a restriction of sign.

Normal prior, normal likelihood: the posterior is normal with precision-weighted mean. Where a
parameter cannot leave a range, the posterior is cut to the range and its mean and standard
deviation are those of the truncated normal (which keep within it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, truncnorm


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a parameter before the country's years are looked at.

    Attributes
    ----------
    mean, error : float
        On the scale of the parameter, or of its logarithm or Fisher's z (`scale`).
    low, high : float
        Range of the parameter on the same scale.
    scale : {"", "log", "z"}
    source : str
        Where mean and error come from.
    """

    mean: float
    error: float
    low: float = -np.inf
    high: float = np.inf
    scale: str = ""
    source: str = ""


def shrink(estimate: float, error: float, prior: Prior) -> tuple[float, float]:
    """Posterior mean and standard deviation, on the scale of the prior.

    Raises
    ------
    ValueError
        If an error is not positive.
    """
    if not (error > 0.0 and prior.error > 0.0):
        raise ValueError(f"standard errors must be positive: {error} and {prior.error} (prior)")
    precision = error**-2.0 + prior.error**-2.0
    mean = (estimate * error**-2.0 + prior.mean * prior.error**-2.0) / precision
    return truncated(mean, precision**-0.5, prior.low, prior.high)


def truncated(mean: float, error: float, low: float, high: float) -> tuple[float, float]:
    """Mean and standard deviation of a normal cut to a range."""
    if np.isinf(low) and np.isinf(high):
        return mean, error
    a, b = (low - mean) / error, (high - mean) / error
    if norm.cdf(a) < 1e-12 and norm.sf(b) < 1e-12:  # nothing is cut off
        return mean, error
    found = truncnorm(a, b, loc=mean, scale=error)
    return float(found.mean()), float(found.std())


def to_scale(value: float, scale: str) -> float:
    """A value on the scale of a prior."""
    if scale == "log":
        return float(np.log(value))
    return float(np.arctanh(value)) if scale == "z" else value


def from_scale(value: float, error: float, scale: str) -> tuple[float, float]:
    """A value and its error (to first order) on the scale of the parameter."""
    if scale == "log":
        return float(np.exp(value)), float(np.exp(value) * error)
    if scale == "z":
        return float(np.tanh(value)), float((1.0 - np.tanh(value) ** 2) * error)
    return value, error
