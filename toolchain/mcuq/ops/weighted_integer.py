"""The operators with filters on integers, through BLAS.

Products and sums of small integers are exact in float32 while every partial sum stays below
2^24, which the filter bounds: |sum| ≤ 255 × Σ|weight|. Larger filters, and most with int16
activations, use float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.products import any_order
from mcuq.ops.operator import QuantizedOp, Values
from mcuq.ops.requantize import Int16Requantizer, Requantizer, requantizer
from mcuq.ops.weighted_params import (
    ConvAttrs,
    ConvParams,
    DepthwiseConvAttrs,
    DepthwiseConvParams,
    FullyConnectedAttrs,
    FullyConnectedParams,
    RescaleParams,
    TransposeConvAttrs,
    TransposeConvParams,
)
from mcuq.ops.window import padded, transposed_windows, windows

Int8 = npt.NDArray[np.int8]
Floating = npt.NDArray[Any]

_FLOAT32_EXACT = 1 << 24
_PATCH_ELEMENTS = 1 << 20
"""Elements of the im2col buffer: a few MB, whatever the number of samples."""


def conv(op: QuantizedOp[ConvAttrs], params: ConvParams, inputs: list[Values]) -> Values:
    """CONV_2D, grouped where the filter is shallower than the input."""
    x, weight = _images(inputs[0]), _weight(op)
    finish = requantizer(params, weight, 0, _bias(op), op.inputs[0].bits)
    _, *out, outputs = op.output.shape
    size = (weight.shape[1], weight.shape[2])
    kernel = _kernels(weight, x.shape[-1], _dtype(finish))
    result = np.empty((len(x), *out, outputs), op.output.dtype)
    for part in _chunks(len(x), out[0] * out[1] * size[0] * size[1] * x.shape[-1]):
        image = padded(
            _shifted(x[part], params, kernel.dtype), size, params.window, (out[0], out[1])
        )
        sums = _matrix_product(windows(image, size, params.window), kernel)
        result[part] = finish(sums).reshape(-1, *out, outputs)
    return result.reshape(len(inputs[0]), *op.output.shape)


def depthwise_conv(
    op: QuantizedOp[DepthwiseConvAttrs], params: DepthwiseConvParams, inputs: list[Values]
) -> Values:
    """DEPTHWISE_CONV_2D: one multiply-add of whole images a filter tap."""
    x, weight = _images(inputs[0]), _weight(op)
    finish = requantizer(params, weight, 3, _bias(op), op.inputs[0].bits)
    _, *out, outputs = op.output.shape
    height, width = weight.shape[1:3]
    dtype = _dtype(finish)
    taps = weight.reshape(height, width, x.shape[-1], params.depth_multiplier).astype(dtype)
    result = np.empty((len(x), *out, outputs), op.output.dtype)
    for part in _chunks(len(x), out[0] * out[1] * outputs * 8):
        image = padded(
            _shifted(x[part], params, dtype), (height, width), params.window, (out[0], out[1])
        )
        view = windows(image, (height, width), params.window)
        sums = np.zeros((*view.shape[:4], params.depth_multiplier), dtype)
        for row in range(height):
            for column in range(width):
                sums += view[..., row, column, None] * taps[row, column]
        result[part] = finish(sums.reshape(-1, outputs)).reshape(-1, *out, outputs)
    return result.reshape(len(inputs[0]), *op.output.shape)


def transpose_conv(
    op: QuantizedOp[TransposeConvAttrs], params: TransposeConvParams, inputs: list[Values]
) -> Values:
    """TRANSPOSE_CONV as a convolution of the input with zeros between its elements."""
    x, weight = _images(inputs[0]), _weight(op)
    finish = requantizer(params, weight, 0, _bias(op), op.inputs[0].bits)
    _, height, width, outputs = op.output.shape
    size = (weight.shape[1], weight.shape[2])
    kernel = _kernels(weight[:, ::-1, ::-1], x.shape[-1], _dtype(finish))
    result = np.empty((len(x), height, width, outputs), op.output.dtype)
    for part in _chunks(len(x), height * width * size[0] * size[1] * x.shape[-1]):
        image = _shifted(x[part], params, kernel.dtype)
        view = transposed_windows(image, size, params.window, (height, width))
        result[part] = finish(_matrix_product(view, kernel)).reshape(-1, height, width, outputs)
    return result.reshape(len(inputs[0]), *op.output.shape)


def fully_connected(
    op: QuantizedOp[FullyConnectedAttrs], params: FullyConnectedParams, inputs: list[Values]
) -> Values:
    """FULLY_CONNECTED over rows as long as the filter's."""
    weight = _weight(op)
    finish = requantizer(params, weight, 0, _bias(op), op.inputs[0].bits)
    dtype = _dtype(finish)
    rows = _shifted(inputs[0].reshape(-1, weight.shape[1]), params, dtype)
    sums = any_order(rows, weight.T.astype(dtype))
    return finish(sums).reshape(len(inputs[0]), *op.output.shape)


def _images(x: Values) -> Values:
    """(samples, 1, height, width, channels) without the graph's batch dimension."""
    return x.reshape(-1, *x.shape[2:])


def _weight(op: QuantizedOp[Any]) -> Int8:
    return op.constant(1)


def _bias(op: QuantizedOp[Any]) -> npt.NDArray[np.integer] | None:
    return op.constant(2) if len(op.inputs) > 2 else None


def _dtype(finish: Requantizer | Int16Requantizer) -> np.dtype[Any]:
    exact = finish.largest.max(initial=0.0) < _FLOAT32_EXACT
    return np.dtype(np.float32 if exact else np.float64)


def _shifted(x: Values, params: RescaleParams, dtype: np.dtype[Any]) -> Floating:
    """Input minus its zero point: padding becomes plain zeros."""
    real = x.astype(dtype)
    real += params.input_offset
    return real


def _chunks(samples: int, elements_per_sample: int) -> list[slice]:
    size = max(1, _PATCH_ELEMENTS // max(1, elements_per_sample))
    return [slice(start, start + size) for start in range(0, samples, size)]


def _kernels(weight: Int8, channels: int, dtype: np.dtype[Any]) -> Floating:
    """Filter as (groups, height × width × depth, outputs of one group)."""
    groups = channels // weight.shape[3]
    split = weight.reshape(groups, weight.shape[0] // groups, -1)
    return np.ascontiguousarray(split.transpose(0, 2, 1)).astype(dtype)


def _matrix_product(view: Floating, kernels: Floating) -> Floating:
    """Sums of shape (positions, output channels)."""
    positions = view.shape[0] * view.shape[1] * view.shape[2]
    depth = view.shape[3] // len(kernels)
    sums = []
    for group, kernel in enumerate(kernels):
        part = view[:, :, :, group * depth : (group + 1) * depth]
        patches = part.transpose(0, 1, 2, 4, 5, 3).reshape(positions, -1)
        sums.append(any_order(patches, kernel))
    return sums[0] if len(sums) == 1 else np.concatenate(sums, axis=1)
