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
from mcuq.quantized import QuantizedGraph, SoftmaxParams, op_params

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_DIFFERENCE_BITS = 5
"""Integer bits of the rescaled difference to the row's maximum."""
_SUM_BITS = 12
"""Integer bits of the sum of exponentials."""
_OUTPUT_BITS = 8
FLAT_CLASSES = 512
"""From this many values on, a row can be flat."""
_FLAT_SUM = FLAT_CLASSES << (31 - _SUM_BITS)


def softmax(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """SOFTMAX over the last dimension; rows that `flat_rows` names give 0 throughout."""
    params = cast(SoftmaxParams, op_params(qgraph, op))
    exponential, kept = _row_exponentials(params, inputs[0])
    total = _sums(exponential)
    flat = total >= _FLAT_SUM
    scale, bits_over_unit = reciprocal(np.where(flat, _FLAT_SUM - 1, total), _SUM_BITS)
    product = doubling_high_multiply(scale, exponential)
    output = rounding_right_shift(product, bits_over_unit + 31 - _OUTPUT_BITS) + INT8_MIN
    clipped = np.clip(np.where(kept & ~flat, output, INT8_MIN), INT8_MIN, INT8_MAX)
    return clipped.astype(np.int8).reshape(inputs[0].shape)


def flat_rows(qgraph: QuantizedGraph, op: Op, x: Int8) -> npt.NDArray[np.bool_]:
    """Rows, (samples, rows), whose exponentials sum to 512 or more: TFLite Micro aborts there.

    It shifts by (number of leading zeros of 2^31 / sum) + 23 bits, which is beyond 31 from 2^28 on,
    512 in Q12.19. Every probability is below 1/512 then, half a step of the output: 0 is right. A
    row takes 512 values close to its largest for that.
    """
    params = cast(SoftmaxParams, op_params(qgraph, op))
    exponential, _ = _row_exponentials(params, x)
    flat: npt.NDArray[np.bool_] = _sums(exponential) >= _FLAT_SUM
    return flat.reshape(len(x), -1)


def _row_exponentials(params: SoftmaxParams, x: Int8) -> tuple[Int64, npt.NDArray[np.bool_]]:
    """exp of the differences to each row's maximum in Q0.31, and which of them count at all."""
    rows = x.reshape(-1, params.depth).astype(np.int64)
    difference = rows - rows.max(axis=1, keepdims=True)
    kept = difference >= params.diff_min
    return _exponentials(params)[-difference] * kept, kept


def _sums(exponential: Int64) -> Int64:
    total: Int64 = rounding_right_shift(exponential, _SUM_BITS).sum(axis=1, keepdims=True)
    return total


def _exponentials(params: SoftmaxParams) -> Int64:
    """exp of the differences 0, -1 … -255 in Q0.31."""
    steps = np.maximum(-np.arange(256, dtype=np.int64), params.diff_min)
    argument = multiply_by_quantized_multiplier(steps, params.multiplier, params.shift)
    return exp_on_negative_values(argument, _DIFFERENCE_BITS)
