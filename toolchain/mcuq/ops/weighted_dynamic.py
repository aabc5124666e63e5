"""Layers with filters on float32 activations, in exactly the firmware's order of steps.

Activations are quantized for each sample as they come; sums of integers are exact in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.activation import Activation
from mcuq.numeric.products import whole_product
from mcuq.numeric.single import quantize_dynamically
from mcuq.ops.operand import clamped
from mcuq.ops.operator import QuantizedOp, Values
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs
from mcuq.ops.window import Pair, padded, window_params, windows

Reals = npt.NDArray[np.float32]


def conv(op: QuantizedOp[ConvAttrs], inputs: list[Values]) -> Values:
    """CONV_2D with an int8 or int4 filter."""
    attrs = op.attrs
    weight = op.constant(1)
    stored, scale = quantize_dynamically(inputs[0])
    x = stored.reshape(-1, *stored.shape[2:]).astype(np.float64)
    shape = op.output.shape
    view = _windows(x, op, (weight.shape[1], weight.shape[2]))
    depth = weight.shape[3]
    per_group = weight.shape[0] // (x.shape[3] // depth)
    sums = np.empty((*view.shape[:3], weight.shape[0]))
    for channel in range(weight.shape[0]):
        group = channel // per_group * depth
        part = view[:, :, :, group : group + depth]
        sums[..., channel] = np.einsum("nhwcij,ijc->nhw", part, weight[channel].astype(np.float64))
    return _finish(op, sums.reshape(len(stored), *shape), scale, attrs.activation)


def depthwise_conv(op: QuantizedOp[DepthwiseConvAttrs], inputs: list[Values]) -> Values:
    """DEPTHWISE_CONV_2D with an int8 or int4 filter."""
    attrs = op.attrs
    weight = op.constant(1)[0].astype(np.float64)
    stored, scale = quantize_dynamically(inputs[0])
    x = stored.reshape(-1, *stored.shape[2:]).astype(np.float64)
    shape = op.output.shape
    view = _windows(x, op, (weight.shape[0], weight.shape[1]))
    repeated = np.repeat(view, attrs.depth_multiplier, axis=3)
    sums = np.einsum("nhwcij,ijc->nhwc", repeated, weight)
    return _finish(op, sums.reshape(len(stored), *shape), scale, attrs.activation)


def fully_connected(op: QuantizedOp[FullyConnectedAttrs], inputs: list[Values]) -> Values:
    """FULLY_CONNECTED with an int8 or int4 filter."""
    weight = op.constant(1)
    stored, scale = quantize_dynamically(inputs[0])
    rows = stored.reshape(len(stored), -1, weight.shape[1]).astype(np.float64)
    sums = whole_product(rows, weight.T.astype(np.float64))
    shape = (len(stored), *op.output.shape)
    return _finish(op, sums.reshape(shape), scale, op.attrs.activation)


def _finish(op: QuantizedOp[Any], sums: Values, scale: Reals, activation: Activation) -> Values:
    """float(sum) × (input scale × filter scale) + bias, each step rounded to float32."""
    weight = op.inputs[1].scale.astype(np.float32)
    factor = scale.reshape(-1, *(1,) * (sums.ndim - 1)) * weight
    result = sums.astype(np.float32) * factor
    if len(op.inputs) > 2:
        result = result + op.constant(2)
    return clamped(result, activation)


def _windows(
    x: Values, op: QuantizedOp[ConvAttrs] | QuantizedOp[DepthwiseConvAttrs], size: Pair
) -> Values:
    window = window_params(op.attrs, op.inputs[0].shape, size)
    _, height, width, _ = op.output.shape
    return windows(padded(x, size, window, (height, width)), size, window)
