"""Small array operations that several modules need."""

from __future__ import annotations

import numpy as np

from socialbudget.contract import Array


def ratio(numerator: Array, denominator: Array) -> Array:
    """Quotient of two arrays that broadcast, 0 where the denominator is 0."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    return np.divide(numerator, denominator, out=np.zeros(shape), where=denominator > 0.0)
