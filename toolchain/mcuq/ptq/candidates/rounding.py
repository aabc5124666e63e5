"""Integers for weights: nearest, GPTQ, and coordinate descent on the output error.

All work on weights (groups, rows, inputs) with scales (groups, rows, 1) and minimize
(w - s q)ᵀ H (w - s q) for each row, H (groups, inputs, inputs) being the inputs' second moments.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.numeric.factors import inverse_root
from mcuq.numeric.products import product

Float64 = npt.NDArray[np.float64]
Limits = tuple[int, int]
"""Smallest and largest integer."""

_BLOCK = 32
"""Inputs handled one by one before the others hear of it."""


def output_error(weight: Float64, scale: Float64, values: Float64, gram: Float64) -> Float64:
    """The error of each row, (groups, rows)."""
    error = weight - scale * values
    quadratic: Float64 = (product(error, gram) * error).sum(axis=-1)
    return quadratic


def nearest(weight: Float64, scale: Float64, limits: Limits) -> Float64:
    """Round each weight by itself."""
    rounded: Float64 = np.clip(np.rint(weight / scale), *limits)
    return rounded


def gptq(weight: Float64, scale: Float64, gram: Float64, limits: Limits) -> Float64:
    """Round input by input, moving each error onto the inputs not yet rounded.

    Frantar et al., "GPTQ" (2022), eq. 2-3 with the Cholesky form of section 3.3; inputs in
    descending order of their second moment.

    Args:
        gram: positive definite (damped).
    """
    order = np.argsort(-np.diagonal(gram, axis1=1, axis2=2), axis=1, kind="stable")
    permuted = np.take_along_axis(gram, order[:, :, None], axis=1)
    permuted = np.take_along_axis(permuted, order[:, None, :], axis=2)
    # inv(H) = U ᵀU with U upper triangular.
    upper = inverse_root(permuted)
    work = np.take_along_axis(weight, order[:, None, :], axis=2)
    values = np.empty_like(work)
    for start in range(0, work.shape[2], _BLOCK):
        # Within a block errors move at once; onto the inputs behind it in one product.
        end = min(start + _BLOCK, work.shape[2])
        errors = np.empty((*work.shape[:2], end - start))
        for column in range(start, end):
            current = work[:, :, column]
            values[:, :, column] = nearest(current, scale[:, :, 0], limits)
            error = current - values[:, :, column] * scale[:, :, 0]
            error /= upper[:, None, column, column]
            errors[:, :, column - start] = error
            rest = slice(column + 1, end)
            work[:, :, rest] -= error[:, :, None] * upper[:, None, column, rest]
        work[:, :, end:] -= product(errors, upper[:, start:end, end:])
    back = np.argsort(order, axis=1, kind="stable")
    return np.take_along_axis(values, back[:, None, :], axis=2)


def descend(
    weight: Float64, scale: Float64, values: Float64, gram: Float64, limits: Limits, sweeps: int
) -> Float64:
    """Change one integer of each row at a time to its best value, the others held.

    The error never grows; stops early where a sweep changes nothing.
    """
    values = values.copy()
    slope = product(weight - scale * values, gram)
    curvature = np.diagonal(gram, axis1=1, axis2=2)
    for _ in range(sweeps):
        before = values.copy()
        for start in range(0, values.shape[2], _BLOCK):
            block = slice(start, start + _BLOCK)
            changes = _descend_block(values, slope, scale, gram, block, curvature, limits)
            slope -= product(changes, gram[:, block])
        if (values == before).all():
            break
    return values


def _descend_block(
    values: Float64,
    slope: Float64,
    scale: Float64,
    gram: Float64,
    block: slice,
    curvature: Float64,
    limits: Limits,
) -> Float64:
    """Improve the integers of one block of inputs in place; returns scale × change of each."""
    start = block.start
    local = slope[:, :, block].copy()
    changes = np.zeros_like(local)
    for number in range(local.shape[2]):
        column = start + number
        step = local[:, :, number] / (curvature[:, None, column] * scale[:, :, 0])
        best = np.clip(np.rint(values[:, :, column] + step), *limits)
        change = (best - values[:, :, column]) * scale[:, :, 0]
        if change.any():
            values[:, :, column] = best
            changes[:, :, number] = change
            local -= change[:, :, None] * gram[:, None, column, block]
    return changes
