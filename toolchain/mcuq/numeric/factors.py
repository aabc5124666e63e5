"""Triangular factors of symmetric matrices, the same on every processor.

LAPACK's last bits are those of the BLAS below it. Here the blocks on the diagonal are factored
column by column, and all else is `product`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.numeric.products import product

Float64 = npt.NDArray[np.float64]

_BLOCK = 48
"""Rows and columns that are factored one by one: small beside the products."""
_LEAST_PIVOT = 2.0**-40
"""Of the largest diagonal element: what `product` leaves out may take a smaller pivot below 0."""


def inverse_root(matrices: Float64) -> Float64:
    """U, upper triangular with a positive diagonal, of inverse(H) = Uᵀ U.

    With H = R Rᵀ, R upper triangular, U is R's inverse; R is the Cholesky factor of H with its
    rows and columns backwards.

    Args:
        matrices: (…, n, n) symmetric, positive definite.
    """
    lower = cholesky(matrices[..., ::-1, ::-1])
    return inverse_lower(lower)[..., ::-1, ::-1]


def cholesky(matrices: Float64) -> Float64:
    """L, lower triangular with a positive diagonal, of H = L Lᵀ."""
    rest = matrices.copy()
    size = rest.shape[-1]
    least = _LEAST_PIVOT * np.abs(np.diagonal(rest, axis1=-2, axis2=-1)).max(axis=-1)
    least = np.maximum(least, np.finfo(np.float64).tiny)
    lower = np.zeros_like(rest)
    for start in range(0, size, _BLOCK):
        end = min(start + _BLOCK, size)
        corner = _small_cholesky(rest[..., start:end, start:end], least)
        lower[..., start:end, start:end] = corner
        if end == size:
            break
        inverse = _small_inverse(corner)
        below = product(rest[..., end:, start:end], np.swapaxes(inverse, -1, -2))
        lower[..., end:, start:end] = below
        rest[..., end:, end:] -= product(below, np.swapaxes(below, -1, -2))
    return lower


def inverse_lower(lower: Float64) -> Float64:
    """The inverse of a lower triangular matrix."""
    result = np.zeros_like(lower)
    size = lower.shape[-1]
    for start in range(0, size, _BLOCK):
        end = min(start + _BLOCK, size)
        corner = _small_inverse(lower[..., start:end, start:end])
        result[..., start:end, start:end] = corner
        if start:
            passed = product(lower[..., start:end, :start], result[..., :start, :start])
            result[..., start:end, :start] = -product(corner, passed)
    return result


def _small_cholesky(block: Float64, least: Float64) -> Float64:
    rest, size = block.copy(), block.shape[-1]
    lower = np.zeros_like(rest)
    for column in range(size):
        root = np.sqrt(np.maximum(rest[..., column, column], least))
        values = rest[..., column:, column] / root[..., None]
        values[..., 0] = root
        lower[..., column:, column] = values
        behind = values[..., 1:]
        rest[..., column + 1 :, column + 1 :] -= behind[..., :, None] * behind[..., None, :]
    return lower


def _small_inverse(lower: Float64) -> Float64:
    """Row after row by forward substitution."""
    size = lower.shape[-1]
    rest = np.broadcast_to(np.eye(size), lower.shape).copy()
    for row in range(size):
        rest[..., row, :] /= lower[..., row, row, None]
        factors = lower[..., row + 1 :, row, None]
        rest[..., row + 1 :, :] -= factors * rest[..., row, None, :]
    return rest
