"""Operators that move bytes: PAD, CONCATENATION, RESHAPE, TRANSPOSE, slices and resizing.

Arrays are (samples, *shape); `shape` is the graph's, its leading 1 included.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.quantize import (
    ConcatParams,
    PadParams,
    QuantizedGraph,
    ResizeParams,
    StridedSliceParams,
    TransposeParams,
    op_params,
)

Int8 = npt.NDArray[np.int8]


def copy(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """RESHAPE and SQUEEZE."""
    return inputs[0].reshape(len(inputs[0]), *qgraph.tensors[op.output].shape)


def pad(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """PAD with the zero point."""
    params = cast(PadParams, op_params(qgraph, op))
    return np.pad(inputs[0], ((0, 0), *params.paddings), constant_values=params.value)


def concatenate(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """CONCATENATION."""
    params = cast(ConcatParams, op_params(qgraph, op))
    samples = max(len(x) for x in inputs)
    full = [np.broadcast_to(x, (samples, *x.shape[1:])) for x in inputs]
    return np.concatenate(full, axis=params.axis + 1)


def transpose(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """TRANSPOSE."""
    params = cast(TransposeParams, op_params(qgraph, op))
    return np.ascontiguousarray(inputs[0].transpose(0, *(axis + 1 for axis in params.perm)))


def strided_slice(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """STRIDED_SLICE."""
    params = cast(StridedSliceParams, op_params(qgraph, op))
    parts = [slice(None)]
    for begin, end, stride in zip(params.begin, params.end, params.strides, strict=True):
        parts.append(slice(begin, None if end < 0 else end, stride))
    picked = np.ascontiguousarray(inputs[0][tuple(parts)])
    return picked.reshape(len(inputs[0]), *qgraph.tensors[op.output].shape)


def resize_nearest(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """RESIZE_NEAREST_NEIGHBOR."""
    params = cast(ResizeParams, op_params(qgraph, op))
    rows, columns = np.array(params.rows), np.array(params.columns)
    return inputs[0][:, :, rows[:, None], columns]
