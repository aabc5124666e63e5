"""Where to clip: scales tried on a grid, judged by one error or another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcuq.numeric.products import product
from mcuq.ptq.candidates.rounding import output_error
from mcuq.quantize.settings import CANDIDATES

Float64 = npt.NDArray[np.float64]
Rounder = Callable[[Float64, Float64], Float64]
"""(weight, scale) → integers."""

SHARES = np.linspace(CANDIDATES.smallest_share, 1.0, CANDIDATES.shares)
"""Fractions of the largest magnitude that are tried as the clipping point."""


def full_scale(weight: Float64, limit: int, per_tensor: bool) -> Float64:
    """Scales (groups, rows, 1) that clip nothing; dead rows get that of a unit range."""
    axes = None if per_tensor else 2
    largest = np.abs(weight).max(axis=axes, keepdims=True)
    scale = np.where(largest > 0, largest, 1.0) / limit
    return np.broadcast_to(scale, (*weight.shape[:2], 1)).copy()


def best_scale(
    weight: Float64, gram: Float64, limit: int, per_tensor: bool, rounder: Rounder
) -> Float64:
    """The scales of the grid with the least output error under `rounder`.

    All grid points are rounded in one call, as further rows of the same matrix.

    Args:
        weight: (groups, rows, inputs).
        gram: (groups, inputs, inputs); identities make it the plain squared error.
        per_tensor: one scale for all rows.
    """
    full = full_scale(weight, limit, per_tensor)
    groups, rows, inputs = weight.shape
    tried = (full * SHARES).transpose(0, 2, 1).reshape(groups, -1, 1)
    repeated = np.broadcast_to(weight[:, None], (groups, SHARES.size, rows, inputs))
    repeated = repeated.reshape(groups, -1, inputs)
    error = output_error(repeated, tried, rounder(repeated, tried), gram)
    error = error.reshape(groups, SHARES.size, rows)
    if per_tensor:
        share = SHARES[np.broadcast_to(error.sum(axis=(0, 2)).argmin(), (groups, rows))]
    else:
        share = SHARES[error.argmin(axis=1)]
    chosen: Float64 = full * share[:, :, None]
    return chosen


def refit_scale(
    weight: Float64, scale: Float64, values: Float64, gram: Float64, per_tensor: bool
) -> Float64:
    """The least-squares scale for given integers; the old one where it would not be positive."""
    by_gram = product(values, gram)
    along = (by_gram * weight).sum(axis=2, keepdims=True)
    power = (by_gram * values).sum(axis=2, keepdims=True)
    if per_tensor:
        along, power = (np.broadcast_to(x.sum(), x.shape) for x in (along, power))
    fitted = along / np.where(power > 0, power, 1.0)
    return np.where((power > 0) & (fitted > 0), fitted, scale)
