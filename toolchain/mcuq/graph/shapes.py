"""Shape inference: one small function an operator, raising ValueError where shapes do not fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from mcuq.graph.attrs import (
    Attrs,
    ConcatAttrs,
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    MeanAttrs,
    PadAttrs,
    PoolAttrs,
    ReshapeAttrs,
    ResizeAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)
from mcuq.graph.graph import OpKind
from mcuq.graph.window import window_axes

Shape = tuple[int, ...]


def infer_shape(kind: OpKind, attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    """Shape of an operator's output.

    Args:
        kind: the operator.
        attrs: its attributes.
        inputs: shapes of its inputs, in order.

    Raises:
        ValueError: the shapes do not fit the operator; the message says how, in one line.
    """
    return _RULES[kind](attrs, inputs)


def slice_lengths(attrs: StridedSliceAttrs) -> Shape:
    """Elements a STRIDED_SLICE takes along each dimension of its input."""
    triples = zip(attrs.begin, attrs.end, attrs.strides, strict=True)
    return tuple(len(range(begin, end, stride)) for begin, end, stride in triples)


def _conv(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    attrs = cast(ConvAttrs, attrs)
    batch, *spatial, channels = _rank(inputs[0], 4, "input")
    filters, *kernel, depth = _rank(inputs[1], 4, "filter")
    if channels % depth or filters % (channels // depth):
        raise ValueError(f"a filter of shape {inputs[1]} does not divide {channels} input channels")
    _bias(inputs, filters)
    rows, columns = window_axes(attrs, (spatial[0], spatial[1]), (kernel[0], kernel[1]))
    return (batch, rows.output, columns.output, filters)


def _depthwise(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    attrs = cast(DepthwiseConvAttrs, attrs)
    batch, *spatial, channels = _rank(inputs[0], 4, "input")
    one, *kernel, outputs = _rank(inputs[1], 4, "filter")
    if one != 1 or outputs != channels * attrs.depth_multiplier:
        raise ValueError(
            f"filter {inputs[1]} does not match {channels} input channels "
            f"and depth multiplier {attrs.depth_multiplier}"
        )
    _bias(inputs, outputs)
    rows, columns = window_axes(attrs, (spatial[0], spatial[1]), (kernel[0], kernel[1]))
    return (batch, rows.output, columns.output, outputs)


def _fully_connected(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    outputs, depth = _rank(inputs[1], 2, "filter")
    _bias(inputs, outputs)
    size = math.prod(inputs[0])
    if cast(FullyConnectedAttrs, attrs).keep_num_dims:
        if not inputs[0] or inputs[0][-1] != depth:
            raise ValueError(f"rows of {depth} do not match the last dimension of {inputs[0]}")
        return (*inputs[0][:-1], outputs)
    if size % depth:
        raise ValueError(f"{size} input values are not a multiple of the filter's {depth}")
    return (size // depth, outputs)


def _broadcast(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    try:
        return tuple(np.broadcast_shapes(*inputs))
    except ValueError:
        raise ValueError(f"shapes {inputs[0]} and {inputs[1]} do not broadcast") from None


def _pool(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    attrs = cast(PoolAttrs, attrs)
    batch, height, width, channels = _rank(inputs[0], 4, "input")
    rows, columns = window_axes(attrs, (height, width), attrs.filter)
    return (batch, rows.output, columns.output, channels)


def _mean(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    attrs = cast(MeanAttrs, attrs)
    shape = inputs[0]
    _check_axes(attrs.axes, shape)
    if attrs.keep_dims:
        return tuple(1 if axis in attrs.axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in attrs.axes)


def _pad(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    paddings = cast(PadAttrs, attrs).paddings
    if len(paddings) != len(inputs[0]):
        raise ValueError(f"{len(paddings)} pairs of paddings for {len(inputs[0])} dimensions")
    if min((min(pair) for pair in paddings), default=0) < 0:
        raise ValueError(f"paddings {paddings} are negative")
    return tuple(n + sum(pair) for n, pair in zip(inputs[0], paddings, strict=True))


def _concatenation(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    axis = cast(ConcatAttrs, attrs).axis
    first = inputs[0]
    _check_axes((axis,), first)
    if any(_without(shape, axis) != _without(first, axis) for shape in inputs):
        raise ValueError(f"shapes {', '.join(map(str, inputs))} differ outside axis {axis}")
    return (*first[:axis], sum(shape[axis] for shape in inputs), *first[axis + 1 :])


def _reshape(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    shape = cast(ReshapeAttrs, attrs).shape
    if min(shape, default=1) < 1 or math.prod(shape) != math.prod(inputs[0]):
        raise ValueError(f"{inputs[0]} cannot become {shape}")
    return shape


def _transpose(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    perm = cast(TransposeAttrs, attrs).perm
    if sorted(perm) != list(range(len(inputs[0]))):
        raise ValueError(f"{perm} is no permutation of {len(inputs[0])} dimensions")
    return tuple(inputs[0][axis] for axis in perm)


def _strided_slice(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    attrs = cast(StridedSliceAttrs, attrs)
    if not len(attrs.begin) == len(attrs.end) == len(attrs.strides) == len(inputs[0]):
        raise ValueError(f"begin, end and strides do not match {len(inputs[0])} dimensions")
    lengths = slice_lengths(attrs)
    if 0 in lengths:
        raise ValueError(f"the slice of {inputs[0]} is empty")
    return tuple(n for axis, n in enumerate(lengths) if axis not in attrs.shrink)


def _resize(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    size = cast(ResizeAttrs, attrs).size
    batch, _, _, channels = _rank(inputs[0], 4, "input")
    if min(size) < 1:
        raise ValueError(f"size {size} is empty")
    return (batch, *size, channels)


def _same(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    return inputs[0]


def _rank(shape: Shape, rank: int, role: str) -> Shape:
    if len(shape) != rank:
        raise ValueError(f"the {role} has {len(shape)} dimensions, not {rank}")
    return shape


def _bias(inputs: Sequence[Shape], channels: int) -> None:
    if len(inputs) == 3 and inputs[2] != (channels,):
        raise ValueError(f"a bias of shape {inputs[2]} does not match {channels} outputs")


def _check_axes(axes: Sequence[int], shape: Shape) -> None:
    if any(not 0 <= axis < len(shape) for axis in axes) or len(set(axes)) != len(axes):
        raise ValueError(f"axes {tuple(axes)} do not fit {len(shape)} dimensions")


def _without(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]


_RULES: dict[OpKind, Callable[[Attrs, Sequence[Shape]], Shape]] = {
    OpKind.CONV_2D: _conv,
    OpKind.DEPTHWISE_CONV_2D: _depthwise,
    OpKind.FULLY_CONNECTED: _fully_connected,
    OpKind.ADD: _broadcast,
    OpKind.SUB: _broadcast,
    OpKind.MUL: _broadcast,
    OpKind.AVERAGE_POOL_2D: _pool,
    OpKind.MAX_POOL_2D: _pool,
    OpKind.MEAN: _mean,
    OpKind.PAD: _pad,
    OpKind.CONCATENATION: _concatenation,
    OpKind.RESHAPE: _reshape,
    OpKind.SQUEEZE: _reshape,
    OpKind.TRANSPOSE: _transpose,
    OpKind.STRIDED_SLICE: _strided_slice,
    OpKind.RESIZE_NEAREST_NEIGHBOR: _resize,
    OpKind.RESIZE_BILINEAR: _resize,
    OpKind.SOFTMAX: _same,
    OpKind.LOGISTIC: _same,
    OpKind.TANH: _same,
    OpKind.RELU: _same,
    OpKind.RELU6: _same,
    OpKind.LEAKY_RELU: _same,
    OpKind.HARD_SWISH: _same,
    OpKind.QUANTIZE: _same,
    OpKind.DEQUANTIZE: _same,
}
