"""SOFTMAX in TFLite Micro's fixed point."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.numeric import (
    INT8_MAX,
    INT8_MIN,
    doubling_high_multiply,
    exp_on_negative_values,
    multiply_by_quantized_multiplier,
    reciprocal,
    rounding_right_shift,
)
from mcuq.quantize import QuantizedGraph, SoftmaxParams, op_params

Int8 = npt.NDArray[np.int8]

_DIFFERENCE_BITS = 5
"""Integer bits of the rescaled difference to the row's maximum."""
_SUM_BITS = 12
"""Integer bits of the sum of exponentials."""
_OUTPUT_BITS = 8


def softmax(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """SOFTMAX over the last dimension."""
    params = cast(SoftmaxParams, op_params(qgraph, op))
    rows = inputs[0].reshape(-1, params.depth).astype(np.int64)
    difference = rows - rows.max(axis=1, keepdims=True)
    kept = difference >= params.diff_min
    exponential = _exponentials(params)[-difference] * kept
    total = rounding_right_shift(exponential, _SUM_BITS).sum(axis=1, keepdims=True)
    scale, bits_over_unit = reciprocal(total, _SUM_BITS)
    product = doubling_high_multiply(scale, exponential)
    output = rounding_right_shift(product, bits_over_unit + 31 - _OUTPUT_BITS) + INT8_MIN
    clipped = np.clip(np.where(kept, output, INT8_MIN), INT8_MIN, INT8_MAX)
    return clipped.astype(np.int8).reshape(inputs[0].shape)


def _exponentials(params: SoftmaxParams) -> npt.NDArray[np.int64]:
    """exp of the differences 0, -1 … -255 in Q0.31."""
    steps = np.maximum(-np.arange(256, dtype=np.int64), params.diff_min)
    argument = multiply_by_quantized_multiplier(steps, params.multiplier, params.shift)
    return exp_on_negative_values(argument, _DIFFERENCE_BITS)
