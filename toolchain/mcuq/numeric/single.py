"""Single-precision arithmetic that host and firmware do in the same steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.affine import round_half_away

Float32 = npt.NDArray[np.float32]

_LIMIT = 127
_LEAST = -87.0
"""Below, exp is taken as 0: its value would not be a normal float32."""
_LOG2_E, _LN2_HIGH, _LN2_LOW = (np.float32(v) for v in (1.44269504, 0.693359375, -2.12194440e-4))
_SERIES = tuple(np.float32(1 / f) for f in (5040, 720, 120, 24, 6, 2, 1, 1))


def quantize_dynamically(x: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int8], Float32]:
    """Each sample's values as int8 with its own symmetric scale, max |x| / 127.

    Args:
        x: float32 (samples, …).

    Returns:
        int8 (samples, …) within ±127, and float32 scales (samples,); 1 where a sample is all zero.
    """
    samples = x.reshape(len(x), -1)
    largest = np.abs(samples).max(axis=1, initial=0.0).astype(np.float32)
    scale = np.where(largest > 0, largest / np.float32(_LIMIT), np.float32(1)).astype(np.float32)
    steps = round_half_away(samples / scale[:, None])
    return np.clip(steps, -_LIMIT, _LIMIT).astype(np.int8).reshape(x.shape), scale


def exp_single(x: Float32) -> Float32:
    """exp(x) for x ≤ 0 to within two units in the last place, by multiplications and additions.

    x = n ln 2 + r with |r| ≤ ln 2 / 2, ln 2 split in two parts (Cody and Waite); e^r by its Taylor
    series to the seventh order; the power of two is exact.
    """
    bounded = np.maximum(x, np.float32(_LEAST))
    whole = np.floor(bounded * _LOG2_E + np.float32(0.5))
    rest = (bounded - whole * _LN2_HIGH) - whole * _LN2_LOW
    total = np.full_like(rest, _SERIES[0])
    for coefficient in _SERIES[1:]:
        total = total * rest + coefficient
    result: Float32 = np.ldexp(total, whole.astype(np.int32)).astype(np.float32)
    return np.where(x < np.float32(_LEAST), np.float32(0), result)
