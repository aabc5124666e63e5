"""AVERAGE_POOL_2D, MAX_POOL_2D and MEAN on integers."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.interpret.integer.window import padded, windows
from mcuq.numeric import integer_limits, multiply_by_quantized_multiplier
from mcuq.quantized import MeanParams, PoolParams, QuantizedGraph, op_params

Values = npt.NDArray[Any]


def average_pool(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """AVERAGE_POOL_2D: padding is not counted; ties round away from zero."""
    params = cast(PoolParams, op_params(qgraph, op))
    shape = qgraph.tensors[op.output].shape
    x = _images(inputs[0])
    view = _windows(x.astype(np.int32), params, shape, 0)
    ones = _windows(np.ones((1, *x.shape[1:3], 1), np.int32), params, shape, 0)
    total, count = view.sum(axis=(4, 5)), ones.sum(axis=(4, 5))
    half = count // 2
    rounded = np.sign(total) * ((np.abs(total) + half) // count)
    return _clamped(rounded, params, inputs[0].dtype).reshape(len(inputs[0]), *shape)


def max_pool(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """MAX_POOL_2D."""
    params = cast(PoolParams, op_params(qgraph, op))
    shape = qgraph.tensors[op.output].shape
    x = _images(inputs[0])
    view = _windows(x, params, shape, np.iinfo(x.dtype).min)
    return _clamped(view.max(axis=(4, 5)), params, x.dtype).reshape(len(inputs[0]), *shape)


def mean(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """MEAN over axes of the graph's shape."""
    params = cast(MeanParams, op_params(qgraph, op))
    axes = tuple(axis + 1 for axis in params.axes)
    total = inputs[0].sum(axis=axes, dtype=np.int64) + params.count * params.input_offset
    scaled = multiply_by_quantized_multiplier(total, params.multiplier, params.shift)
    low, high = integer_limits(qgraph.tensors[op.output].bits)
    dtype = inputs[0].dtype
    output = np.clip(scaled + params.output_offset, low, high).astype(dtype)
    return output.reshape(len(inputs[0]), *qgraph.tensors[op.output].shape)


def _images(x: Values) -> Values:
    return x.reshape(-1, *x.shape[2:])


def _windows(
    x: npt.NDArray[np.integer], params: PoolParams, shape: tuple[int, ...], fill: int
) -> npt.NDArray[np.integer]:
    out = (shape[1], shape[2])
    return windows(padded(x, params.filter, params.window, out, fill), params.filter, params.window)


def _clamped(x: npt.NDArray[np.integer], params: PoolParams, dtype: np.dtype[Any]) -> Values:
    clipped: Values = np.clip(x, params.activation_min, params.activation_max).astype(dtype)
    return clipped
