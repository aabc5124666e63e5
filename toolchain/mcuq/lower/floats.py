"""What structures of kernels on float32 activations have in common."""

from __future__ import annotations

import numpy as np

from mcuq.lower.program import Field, Float32
from mcuq.numeric.activation import Activation

_FLOAT_MAX = float(np.finfo(np.float32).max)
Fields = tuple[tuple[str, Field], ...]


def clamp_fields(activation: Activation) -> Fields:
    """The bounds of a fused activation."""
    low, high = activation.bounds
    least = -_FLOAT_MAX if low is None else low
    return (("low", Float32(least)), ("high", Float32(_FLOAT_MAX if high is None else high)))
