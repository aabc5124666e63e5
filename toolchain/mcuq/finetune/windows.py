"""Convolutions in TensorFlow, from what its gradients support on a CPU.

Padding is made explicit, a dilated filter gets zeros between its taps, groups are convolved one by
one, and unequal strides of a depthwise convolution skip outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, TransposeConvAttrs
from mcuq.ops.window import window_axes

# TensorFlow has no types of its own.
Array = Any


def conv(attrs: ConvAttrs, operands: Sequence[Array]) -> Array:
    """CONV_2D, filter OHWI."""
    filters = operands[1]
    x = _padded(attrs, operands[0], filters.shape[1:3])
    kernel = _dilated(tf.transpose(filters, (1, 2, 3, 0)), attrs.dilation)
    groups = x.shape[3] // filters.shape[3]
    parts = zip(tf.split(x, groups, axis=3), tf.split(kernel, groups, axis=3), strict=True)
    results = [tf.nn.conv2d(part, taps, attrs.stride, "VALID") for part, taps in parts]
    result = tf.concat(results, axis=3) if groups > 1 else results[0]
    return result + operands[2] if len(operands) == 3 else result


def depthwise(attrs: DepthwiseConvAttrs, operands: Sequence[Array]) -> Array:
    """DEPTHWISE_CONV_2D, filter 1HWO."""
    filters = operands[1]
    x = _padded(attrs, operands[0], filters.shape[1:3])
    shape = (*filters.shape[1:3], x.shape[3], attrs.depth_multiplier)
    kernel = _dilated(tf.reshape(filters, shape), attrs.dilation)
    rows, columns = attrs.stride
    stride = rows if rows == columns else 1
    result = tf.nn.depthwise_conv2d(x, kernel, (1, stride, stride, 1), "VALID")
    if rows != columns:
        result = result[:, ::rows, ::columns]
    return result + operands[2] if len(operands) == 3 else result


def transpose_conv(attrs: TransposeConvAttrs, operands: Sequence[Array]) -> Array:
    """TRANSPOSE_CONV, filter OHWI."""
    x = operands[0]
    kernel = tf.transpose(operands[1], (1, 2, 0, 3))
    shape = tf.concat([tf.shape(x)[:1], attrs.shape[1:]], axis=0)
    result = tf.nn.conv2d_transpose(x, kernel, shape, attrs.stride, attrs.padding.upper())
    return result + operands[2] if len(operands) == 3 else result


def _padded(attrs: ConvAttrs | DepthwiseConvAttrs, x: Array, kernel: Sequence[int]) -> Array:
    axes = window_axes(attrs, (x.shape[1], x.shape[2]), (kernel[0], kernel[1]))
    edges = [(axis.before, axis.after) for axis in axes]
    return tf.pad(x, ((0, 0), *edges, (0, 0))) if any(map(any, edges)) else x


def _dilated(kernel: Array, dilation: tuple[int, int]) -> Array:
    """An HWIO kernel with dilation - 1 zeros after each tap but the last."""
    for axis, step in enumerate(dilation):
        taps = kernel.shape[axis]
        if step == 1 or taps == 1:
            continue
        apart = tf.expand_dims(kernel, axis + 1)
        edges = [(0, 0)] * 5
        edges[axis + 1] = (0, step - 1)
        shape = list(kernel.shape)
        shape[axis] = taps * step
        spread = tf.reshape(tf.pad(apart, edges), shape)
        kernel = tf.gather(spread, range((taps - 1) * step + 1), axis=axis)
    return kernel
