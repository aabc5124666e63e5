"""Whether an operator's integers stay inside int32, where its scales are somebody else's.

A factor above 1 shifts a sum to the left before it is multiplied. Kernels do that in int32; where
bits are lost the result is undefined. Ranges that come from data never lead there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.graph import LeakyReluAttrs, Op, OpKind
from mcuq.quantized.int16 import SIGMOID_UNIT
from mcuq.quantized.op_params import op_params
from mcuq.quantized.params import (
    AddParams,
    ConvParams,
    FullyConnectedParams,
    Int16SoftmaxParams,
    MeanParams,
    MulParams,
    OpParams,
)
from mcuq.quantized.qgraph import QuantizedGraph

_LIMIT = 2**31
_WIDE_LIMIT = 2.0**47
"""Of a sum of 16x8 products."""
_WIDE_SHIFT = 7
"""Such a sum may be shifted left by so much."""
_LARGEST = {8: 255, 16: 32768}
"""Of an int8 value minus its zero point, and of an int16 value."""
_SIGMOIDAL = frozenset({OpKind.LOGISTIC, OpKind.TANH})
_LEAST_SIGMOIDAL = 2.0**-28
"""Below it, TensorFlow Lite shifts by a negative amount for the range of the argument."""
_RESCALING = frozenset({OpKind.RELU, OpKind.LEAKY_RELU, OpKind.HARD_SWISH})


def has_room(qgraph: QuantizedGraph, op: Op) -> bool:
    """Whether no value of the operator's inputs makes an intermediate leave its type."""
    bits = qgraph.tensors[op.output].bits
    if op.kind in _RESCALING:
        return _rescaling_has_room(qgraph, op, _LARGEST[bits])
    if op.kind in _SIGMOIDAL:
        scale = float(qgraph.tensors[op.inputs[0]].scale[0])
        return scale >= _LEAST_SIGMOIDAL and (bits == 8 or scale * SIGMOID_UNIT < 2**15)
    return _has_room(qgraph, op, op_params(qgraph, op), bits)


def _rescaling_has_room(qgraph: QuantizedGraph, op: Op, largest: int) -> bool:
    source, result = (qgraph.tensors[name].scale[0] for name in (op.inputs[0], op.output))
    slope = abs(op.attrs.alpha) if isinstance(op.attrs, LeakyReluAttrs) else 1.0
    return largest * float(source) / float(result) * max(slope, 1.0) < _LIMIT / 4


def _has_room(qgraph: QuantizedGraph, op: Op, params: OpParams, bits: int) -> bool:
    largest = _LARGEST[bits]
    match params:
        case ConvParams() | FullyConnectedParams():
            sums = _largest_sums(qgraph, op, largest)
            if bits == 16:
                return bool(sums.max() < _WIDE_LIMIT and params.shifts.max() <= _WIDE_SHIFT)
            return bool((sums * np.exp2(np.maximum(params.shifts, 0)) < _LIMIT).all())
        case AddParams():
            # TensorFlow Lite asks for a factor below 1.
            return params.output_shift <= 0
        case MulParams():
            return largest**2 * 2.0 ** max(params.output_shift, 0) < _LIMIT
        case MeanParams():
            return largest * params.count * 2.0 ** max(params.shift, 0) < _LIMIT
        case Int16SoftmaxParams():
            return 2 * largest * 2.0 ** max(params.shift, 0) < _LIMIT
    return True


def _largest_sums(qgraph: QuantizedGraph, op: Op, largest: int) -> npt.NDArray[np.float64]:
    """By output channel, what products and bias can add up to."""
    weights = qgraph.tensors[op.inputs[1]].data
    assert weights is not None  # filters are constants
    channels = weights.ndim - 1 if op.kind is OpKind.DEPTHWISE_CONV_2D else 0
    rows = np.moveaxis(np.abs(weights.astype(np.float64)), channels, 0)
    sums: npt.NDArray[np.float64] = rows.reshape(len(rows), -1).sum(axis=1) * largest
    bias = qgraph.tensors[op.inputs[2]].data if len(op.inputs) > 2 else None
    return sums if bias is None else sums + np.abs(bias.astype(np.float64))
