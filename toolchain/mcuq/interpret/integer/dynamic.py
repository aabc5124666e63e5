"""Operators on float32 activations, in exactly the firmware's order of single-precision steps."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import (
    Activation,
    BinaryAttrs,
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    Op,
    PoolAttrs,
    SoftmaxAttrs,
)
from mcuq.interpret.integer.window import padded, windows
from mcuq.numeric.single import exp_single, quantize_dynamically
from mcuq.quantized import QuantizedGraph
from mcuq.quantized.op_params import window_params

Reals = npt.NDArray[np.float32]
Values = npt.NDArray[Any]

_LIMITS = {
    Activation.NONE: (-np.inf, np.inf),
    Activation.RELU: (0.0, np.inf),
    Activation.RELU6: (0.0, 6.0),
    Activation.RELU_N1_TO_1: (-1.0, 1.0),
}


def conv(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """CONV_2D with an int8 or int4 filter."""
    attrs = cast(ConvAttrs, op.attrs)
    weight = _filter(qgraph, op)
    stored, scale = quantize_dynamically(inputs[0])
    x = stored.reshape(-1, *stored.shape[2:]).astype(np.float64)
    shape = qgraph.tensors[op.output].shape
    view = _windows(x, qgraph, op, attrs, (weight.shape[1], weight.shape[2]))
    depth = weight.shape[3]
    per_group = weight.shape[0] // (x.shape[3] // depth)
    sums = np.empty((*view.shape[:3], weight.shape[0]))
    for channel in range(weight.shape[0]):
        group = channel // per_group * depth
        part = view[:, :, :, group : group + depth]
        sums[..., channel] = np.einsum("nhwcij,ijc->nhw", part, weight[channel].astype(np.float64))
    return _finish(qgraph, op, sums.reshape(len(stored), *shape), scale, attrs.activation)


def depthwise_conv(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """DEPTHWISE_CONV_2D with an int8 or int4 filter."""
    attrs = cast(DepthwiseConvAttrs, op.attrs)
    weight = _filter(qgraph, op)[0].astype(np.float64)
    stored, scale = quantize_dynamically(inputs[0])
    x = stored.reshape(-1, *stored.shape[2:]).astype(np.float64)
    shape = qgraph.tensors[op.output].shape
    view = _windows(x, qgraph, op, attrs, (weight.shape[0], weight.shape[1]))
    repeated = np.repeat(view, attrs.depth_multiplier, axis=3)
    sums = np.einsum("nhwcij,ijc->nhwc", repeated, weight)
    return _finish(qgraph, op, sums.reshape(len(stored), *shape), scale, attrs.activation)


def fully_connected(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """FULLY_CONNECTED with an int8 or int4 filter."""
    weight = _filter(qgraph, op)
    stored, scale = quantize_dynamically(inputs[0])
    rows = stored.reshape(len(stored), -1, weight.shape[1]).astype(np.float64)
    sums = rows @ weight.T.astype(np.float64)
    shape = (len(stored), *qgraph.tensors[op.output].shape)
    activation = cast(FullyConnectedAttrs, op.attrs).activation
    return _finish(qgraph, op, sums.reshape(shape), scale, activation)


def add(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """ADD of equal shapes."""
    return _activated(inputs[0] + inputs[1], cast(BinaryAttrs, op.attrs).activation)


def average_pool(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """AVERAGE_POOL_2D: taps are added in row order, then divided by their number."""
    attrs = cast(PoolAttrs, op.attrs)
    x = inputs[0].reshape(-1, *inputs[0].shape[2:])
    view = _windows(x, qgraph, op, attrs, attrs.filter)
    inside = _windows(np.ones((1, *x.shape[1:3], 1), np.float32), qgraph, op, attrs, attrs.filter)
    total = np.zeros(view.shape[:4], np.float32)
    for row in range(attrs.filter[0]):
        for column in range(attrs.filter[1]):
            total += view[..., row, column]
    mean = total / inside.sum(axis=(4, 5), dtype=np.float32)
    shape = (len(inputs[0]), *qgraph.tensors[op.output].shape)
    return _activated(mean.reshape(shape), attrs.activation)


def max_pool(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """MAX_POOL_2D."""
    attrs = cast(PoolAttrs, op.attrs)
    x = inputs[0].reshape(-1, *inputs[0].shape[2:])
    shape = (len(inputs[0]), *qgraph.tensors[op.output].shape)
    largest = _windows(x, qgraph, op, attrs, attrs.filter, -np.inf).max(axis=(4, 5))
    return _activated(largest.reshape(shape), attrs.activation)


def softmax(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """SOFTMAX over the last dimension; exponentials are added in order."""
    x = inputs[0]
    beta = np.float32(cast(SoftmaxAttrs, op.attrs).beta)
    powers = exp_single((x - x.max(axis=-1, keepdims=True)) * beta)
    total = np.zeros(x.shape[:-1], np.float32)
    for index in range(x.shape[-1]):
        total += powers[..., index]
    return powers / total[..., None]


def _filter(qgraph: QuantizedGraph, op: Op) -> npt.NDArray[np.int8]:
    return cast("npt.NDArray[np.int8]", qgraph.tensors[op.inputs[1]].data)


def _windows(
    x: Values,
    qgraph: QuantizedGraph,
    op: Op,
    attrs: ConvAttrs | DepthwiseConvAttrs | PoolAttrs,
    size: tuple[int, int],
    fill: float = 0.0,
) -> Values:
    window = window_params(attrs, qgraph.tensors[op.inputs[0]], size)
    _, height, width, _ = qgraph.tensors[op.output].shape
    image = padded(x, size, window, (height, width), fill)  # type: ignore[arg-type]  # a real
    return windows(image, size, window)


def _finish(
    qgraph: QuantizedGraph, op: Op, sums: Values, scale: Reals, activation: Activation
) -> Values:
    """float(sum) × (input scale × filter scale) + bias, each step rounded to float32."""
    weight = qgraph.tensors[op.inputs[1]].scale.astype(np.float32)
    factor = scale.reshape(-1, *(1,) * (sums.ndim - 1)) * weight
    result = sums.astype(np.float32) * factor
    if len(op.inputs) > 2:
        result = result + qgraph.tensors[op.inputs[2]].data
    return _activated(result, activation)


def _activated(x: Values, activation: Activation) -> Values:
    low, high = _LIMITS[activation]
    clipped: Values = np.clip(x, np.float32(low), np.float32(high))
    return clipped
