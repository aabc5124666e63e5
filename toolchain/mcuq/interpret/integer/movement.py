"""Operators that move bytes: PAD, CONCATENATION, RESHAPE, TRANSPOSE, slices and resizing.

Arrays are (samples, *shape); `shape` is the graph's, its leading 1 included.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.quantized import (
    BilinearParams,
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


def resize_bilinear(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """RESIZE_BILINEAR: four neighbours weighted in steps of 1/1024, rounded half away from zero."""
    params = cast(BilinearParams, op_params(qgraph, op))
    top, bottom, down = params.rows.astype(np.int64).T
    left, right, across = params.columns.astype(np.int64).T
    x = inputs[0].astype(np.int64)
    across = across[:, None]

    def line(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        first, second = (x[:, :, rows[:, None], side] for side in (left, right))
        blended: npt.NDArray[np.int64] = first * (1024 - across) + second * across
        return blended

    down = down[:, None, None]
    total = line(top) * (1024 - down) + line(bottom) * down
    rounded = np.sign(total) * ((np.abs(total) + (1 << 19)) >> 20)
    stored: Int8 = rounded.astype(inputs[0].dtype)
    return stored


def resize_nearest(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """RESIZE_NEAREST_NEIGHBOR."""
    params = cast(ResizeParams, op_params(qgraph, op))
    rows, columns = np.array(params.rows), np.array(params.columns)
    return inputs[0][:, :, rows[:, None], columns]
