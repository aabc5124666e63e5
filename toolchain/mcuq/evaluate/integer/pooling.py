"""AVERAGE_POOL_2D, MAX_POOL_2D and MEAN on integers."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from mcuq.evaluate.integer.window import padded, windows
from mcuq.graph import Op
from mcuq.numeric import INT8_MAX, INT8_MIN, multiply_by_quantized_multiplier
from mcuq.quantize import MeanParams, PoolParams, QuantizedGraph, op_params

Int8 = npt.NDArray[np.int8]


def average_pool(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """AVERAGE_POOL_2D: padding is not counted; ties round away from zero."""
    params = cast(PoolParams, op_params(qgraph, op))
    shape = qgraph.tensors[op.output].shape
    x = _images(inputs[0])
    view = _windows(x.astype(np.int32), params, shape, 0)
    ones = _windows(np.ones((1, *x.shape[1:3], 1), np.int32), params, shape, 0)
    total, count = view.sum(axis=(4, 5)), ones.sum(axis=(4, 5))
    half = count // 2
    rounded = np.sign(total) * ((np.abs(total) + half) // count)
    return _clamped(rounded, params).reshape(len(inputs[0]), *shape)


def max_pool(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """MAX_POOL_2D."""
    params = cast(PoolParams, op_params(qgraph, op))
    shape = qgraph.tensors[op.output].shape
    view = _windows(_images(inputs[0]), params, shape, INT8_MIN)
    return _clamped(view.max(axis=(4, 5)), params).reshape(len(inputs[0]), *shape)


def mean(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """MEAN over axes of the graph's shape."""
    params = cast(MeanParams, op_params(qgraph, op))
    axes = tuple(axis + 1 for axis in params.axes)
    total = inputs[0].sum(axis=axes, dtype=np.int64) + params.count * params.input_offset
    scaled = multiply_by_quantized_multiplier(total, params.multiplier, params.shift)
    output = np.clip(scaled + params.output_offset, INT8_MIN, INT8_MAX).astype(np.int8)
    return output.reshape(len(inputs[0]), *qgraph.tensors[op.output].shape)


def _images(x: Int8) -> Int8:
    return x.reshape(-1, *x.shape[2:])


def _windows(
    x: npt.NDArray[np.integer], params: PoolParams, shape: tuple[int, ...], fill: int
) -> npt.NDArray[np.integer]:
    out = (shape[1], shape[2])
    return windows(padded(x, params.filter, params.window, out, fill), params.filter, params.window)


def _clamped(x: npt.NDArray[np.integer], params: PoolParams) -> Int8:
    clipped: Int8 = np.clip(x, params.activation_min, params.activation_max).astype(np.int8)
    return clipped
