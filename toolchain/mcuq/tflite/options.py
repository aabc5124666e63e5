"""Operator attributes in the schema's words, in the writing direction; enum tables for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, Padding
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    SQUEEZE,
    STRIDED_SLICE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, MEAN, MeanAttrs, PoolAttrs
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LeakyReluAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs

ACTIVATIONS: dict[Activation, int] = {
    Activation.NONE: schema.ActivationFunctionType.NONE,
    Activation.RELU: schema.ActivationFunctionType.RELU,
    Activation.RELU6: schema.ActivationFunctionType.RELU6,
    Activation.RELU_N1_TO_1: schema.ActivationFunctionType.RELU_N1_TO_1,
}
PADDINGS: dict[Padding, int] = {
    Padding.SAME: schema.Padding.SAME,
    Padding.VALID: schema.Padding.VALID,
}


def options_for(kind: AnyOperator, attrs: Attrs) -> Any:
    """The schema's `*OptionsT` object of an operator, or None where it needs none.

    Shape-giving attributes (PAD's paddings, RESHAPE's shape…) are inputs in a flatbuffer:
    see `constant_operands`.
    """
    writer = _WRITERS.get(kind)
    return writer(attrs) if writer else None


def constant_operands(kind: AnyOperator, attrs: Attrs) -> tuple[npt.NDArray[np.int32], ...]:
    """The int32 constants that follow the operator's tensor inputs in a flatbuffer.

    One array for PAD (dimensions × 2), RESHAPE, TRANSPOSE, MEAN, both RESIZEs; three
    (begin, end, strides) for STRIDED_SLICE; none for all others.
    """
    values: tuple[Any, ...] = ()
    match attrs:
        case PadAttrs(paddings=paddings):
            values = (paddings,)
        case ReshapeAttrs(shape=shape) if kind is RESHAPE:
            values = (shape,)
        case TransposeAttrs(perm=perm):
            values = (perm,)
        case MeanAttrs(axes=axes):
            values = (axes,)
        case ResizeAttrs(size=size):
            values = (size,)
        case StridedSliceAttrs():
            values = (attrs.begin, attrs.end, attrs.strides)
    return tuple(np.array(value, np.int32) for value in values)


def _conv(attrs: Attrs) -> Any:
    attrs = cast(ConvAttrs, attrs)
    options = schema.Conv2DOptionsT()
    _set_window(options, attrs)
    options.dilationHFactor, options.dilationWFactor = attrs.dilation
    return options


def _depthwise(attrs: Attrs) -> Any:
    attrs = cast(DepthwiseConvAttrs, attrs)
    options = schema.DepthwiseConv2DOptionsT()
    _set_window(options, attrs)
    options.dilationHFactor, options.dilationWFactor = attrs.dilation
    options.depthMultiplier = attrs.depth_multiplier
    return options


def _pool(attrs: Attrs) -> Any:
    attrs = cast(PoolAttrs, attrs)
    options = schema.Pool2DOptionsT()
    _set_window(options, attrs)
    options.filterHeight, options.filterWidth = attrs.filter
    return options


def _set_window(options: Any, attrs: ConvAttrs | DepthwiseConvAttrs | PoolAttrs) -> None:
    options.padding = PADDINGS[attrs.padding]
    options.strideH, options.strideW = attrs.stride
    options.fusedActivationFunction = ACTIVATIONS[attrs.activation]


def _fully_connected(attrs: Attrs) -> Any:
    attrs = cast(FullyConnectedAttrs, attrs)
    options = schema.FullyConnectedOptionsT()
    options.fusedActivationFunction = ACTIVATIONS[attrs.activation]
    options.keepNumDims = attrs.keep_num_dims
    return options


def _binary(options_type: Callable[[], Any]) -> Callable[[Attrs], Any]:
    def write(attrs: Attrs) -> Any:
        options = options_type()
        options.fusedActivationFunction = ACTIVATIONS[cast(BinaryAttrs, attrs).activation]
        if hasattr(options, "potScaleInt16"):
            options.potScaleInt16 = False
        return options

    return write


def _mean(attrs: Attrs) -> Any:
    options = schema.ReducerOptionsT()
    options.keepDims = cast(MeanAttrs, attrs).keep_dims
    return options


def _concatenation(attrs: Attrs) -> Any:
    options = schema.ConcatenationOptionsT()
    options.axis = cast(ConcatAttrs, attrs).axis
    return options


def _reshape(attrs: Attrs) -> Any:
    options = schema.ReshapeOptionsT()
    options.newShape = list(cast(ReshapeAttrs, attrs).shape)
    return options


def _squeeze(attrs: Attrs) -> Any:
    options = schema.SqueezeOptionsT()
    options.squeezeDims = list(cast(ReshapeAttrs, attrs).squeeze_dims)
    return options


def _strided_slice(attrs: Attrs) -> Any:
    attrs = cast(StridedSliceAttrs, attrs)
    options = schema.StridedSliceOptionsT()
    # begin and end are absolute, but -1 below a negative stride would count from the end: a mask
    # says "past the first element" instead.
    options.endMask = sum(1 << i for i, end in enumerate(attrs.end) if end < 0)
    options.shrinkAxisMask = sum(1 << i for i in attrs.shrink)
    return options


def _resize(attrs: Attrs) -> Any:
    attrs = cast(ResizeAttrs, attrs)
    options = schema.ResizeNearestNeighborOptionsT()
    options.alignCorners = attrs.align_corners
    options.halfPixelCenters = attrs.half_pixel_centers
    return options


def _bilinear(attrs: Attrs) -> Any:
    attrs = cast(ResizeAttrs, attrs)
    options = schema.ResizeBilinearOptionsT()
    options.alignCorners = attrs.align_corners
    options.halfPixelCenters = attrs.half_pixel_centers
    return options


def _softmax(attrs: Attrs) -> Any:
    options = schema.SoftmaxOptionsT()
    options.beta = cast(SoftmaxAttrs, attrs).beta
    return options


def _leaky_relu(attrs: Attrs) -> Any:
    options = schema.LeakyReluOptionsT()
    options.alpha = cast(LeakyReluAttrs, attrs).alpha
    return options


def _empty(options_type: Callable[[], Any]) -> Callable[[Attrs], Any]:
    return lambda attrs: options_type()


_WRITERS: dict[AnyOperator, Callable[[Attrs], Any]] = {
    CONV_2D: _conv,
    DEPTHWISE_CONV_2D: _depthwise,
    FULLY_CONNECTED: _fully_connected,
    ADD: _binary(schema.AddOptionsT),
    SUB: _binary(schema.SubOptionsT),
    MUL: _binary(schema.MulOptionsT),
    AVERAGE_POOL_2D: _pool,
    MAX_POOL_2D: _pool,
    MEAN: _mean,
    PAD: _empty(schema.PadOptionsT),
    CONCATENATION: _concatenation,
    RESHAPE: _reshape,
    SQUEEZE: _squeeze,
    TRANSPOSE: _empty(schema.TransposeOptionsT),
    STRIDED_SLICE: _strided_slice,
    RESIZE_NEAREST_NEIGHBOR: _resize,
    RESIZE_BILINEAR: _bilinear,
    SOFTMAX: _softmax,
    LEAKY_RELU: _leaky_relu,
    HARD_SWISH: _empty(schema.HardSwishOptionsT),
}
