"""1 / √x of integers in fixed point, bit for bit as TensorFlow Lite computes it."""

from __future__ import annotations

import numpy as np

from mcuq.numeric.fixed_point import Int64, doubling_high_multiply, rounding_right_shift

_LIMIT = 1 << 31
_ONE = 1 << 28
_THREE_HALVES = _ONE + _ONE // 2
_HALF_ROOT_2 = 1518500250
"""√2 / 2 in Q0.31."""
_STEPS = 5


def inverse_root(x: Int64) -> tuple[Int64, Int64]:
    """(multiplier, shift): 1 / √x ≈ multiplier × 2^(shift - 31), see `quantize_multiplier`.

    GetInvSqrtQuantizedMultiplierExp: x becomes a value of Q3.28 near one by an even shift; five
    Newton-Raphson steps from one follow. What is below 2 gives one.

    Args:
        x: below 2^29.
    """
    pairs = (31 - np.frexp(np.maximum(x, 2).astype(np.float64))[1].astype(np.int64)) // 2 - 1
    source = (np.maximum(x, 2) << (2 * pairs)) >> 1
    half = rounding_right_shift(source, 1)
    root = np.full_like(source, _ONE)
    for _ in range(_STEPS):
        square = doubling_high_multiply(root, root)
        cube = _saturated(doubling_high_multiply(square, root) << 6)
        step = doubling_high_multiply(_THREE_HALVES, root) - doubling_high_multiply(half, cube)
        root = _saturated(step << 3)
    multiplier = doubling_high_multiply(root, _HALF_ROOT_2)
    right = 11 - pairs
    multiplier <<= np.maximum(-right, 0)
    is_one = x < 2
    return np.where(is_one, _LIMIT - 1, multiplier), np.where(is_one, 0, -np.maximum(right, 0))


def _saturated(x: Int64) -> Int64:
    clipped: Int64 = np.clip(x, -_LIMIT, _LIMIT - 1)
    return clipped
