"""CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV and FULLY_CONNECTED."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV
from mcuq.ops.weighted_params import (
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    TransposeConvAttrs,
)
from mcuq.tflite.operators.common import (
    ACTIVATIONS,
    activation,
    constant_operands,
    fused_activation,
    known_padding,
    padding,
    positive_steps,
    requiring,
    write_window,
)
from mcuq.tflite.operators.form import Rule, Runtime, TfliteForm, no_constants
from mcuq.tflite.operators.version import Types
from mcuq.tflite.operators.view import OpView


class Conv2D(IntEnum):
    """Conv2DOptions."""

    PADDING = 0
    STRIDE_W = 1
    STRIDE_H = 2
    ACTIVATION = 3
    DILATION_W = 4
    DILATION_H = 5


class DepthwiseConv2D(IntEnum):
    """DepthwiseConv2DOptions."""

    PADDING = 0
    STRIDE_W = 1
    STRIDE_H = 2
    DEPTH_MULTIPLIER = 3
    ACTIVATION = 4
    DILATION_W = 5
    DILATION_H = 6


class TransposeConv(IntEnum):
    """TransposeConvOptions."""

    PADDING = 0
    STRIDE_W = 1
    STRIDE_H = 2
    ACTIVATION = 3


class FullyConnected(IntEnum):
    """FullyConnectedOptions."""

    ACTIVATION = 0
    WEIGHTS_FORMAT = 1
    KEEP_NUM_DIMS = 2
    BIAS_TYPE = 4


def constant_filter(op: OpView) -> str | None:
    """The filter is a constant of the model.

    Layers whose weights are computed at run time (attention, hyper-networks) are not supported.
    """
    return None if op.constant(1) is not None else "it is computed at run time"


def constant_bias(op: OpView) -> str | None:
    """The bias is a constant of the model.

    Export a bias that is computed at run time as an ADD after the layer.
    """
    present = len(op.operands) > 2 and op.operands[2] is not None
    return "it is computed at run time" if present and op.constant(2) is None else None


def matching_depth_multiplier(op: OpView) -> str | None:
    """The filter's channels are the input's times the depth multiplier.

    The file is damaged: export it again.
    """
    channels, multiplier = op.shape(0)[-1:], op.int32(DepthwiseConv2D.DEPTH_MULTIPLIER)
    outputs = op.shape(1)[-1:]
    if channels and outputs and outputs[0] == channels[0] * multiplier:
        return None
    return f"filter {op.shape(1)}, input {op.shape(0)}, multiplier {multiplier}"


def image_shape(op: OpView) -> str | None:
    """A transposed convolution gives an image of a stated shape.

    The file is damaged: export it again.
    """
    shape = op.integers(3)
    return None if len(shape) == 4 and min(shape) >= 1 else f"it is {shape}"


def plain_weights(op: OpView) -> str | None:
    """The weights are stored in the default format.

    Convert the model again without shuffled weights.
    """
    return "they are shuffled" if op.uint8(FullyConnected.WEIGHTS_FORMAT) else None


def _conv(op: OpView) -> ConvAttrs:
    return ConvAttrs(
        stride=(op.int32(Conv2D.STRIDE_H), op.int32(Conv2D.STRIDE_W)),
        dilation=(op.int32(Conv2D.DILATION_H, 1), op.int32(Conv2D.DILATION_W, 1)),
        padding=padding(op, Conv2D.PADDING),
        activation=activation(op, Conv2D.ACTIVATION),
    )


def _depthwise(op: OpView) -> DepthwiseConvAttrs:
    return DepthwiseConvAttrs(
        stride=(op.int32(DepthwiseConv2D.STRIDE_H), op.int32(DepthwiseConv2D.STRIDE_W)),
        dilation=(op.int32(DepthwiseConv2D.DILATION_H, 1), op.int32(DepthwiseConv2D.DILATION_W, 1)),
        padding=padding(op, DepthwiseConv2D.PADDING),
        depth_multiplier=op.int32(DepthwiseConv2D.DEPTH_MULTIPLIER),
        activation=activation(op, DepthwiseConv2D.ACTIVATION),
    )


def _transpose_conv(op: OpView) -> TransposeConvAttrs:
    batch, height, width, channels = op.integers(3)
    return TransposeConvAttrs(
        shape=(batch, height, width, channels),
        stride=(op.int32(TransposeConv.STRIDE_H), op.int32(TransposeConv.STRIDE_W)),
        padding=padding(op, TransposeConv.PADDING),
        activation=activation(op, TransposeConv.ACTIVATION),
    )


def _fully_connected(op: OpView) -> FullyConnectedAttrs:
    return FullyConnectedAttrs(
        activation=activation(op, FullyConnected.ACTIVATION),
        keep_num_dims=op.boolean(FullyConnected.KEEP_NUM_DIMS),
    )


def _write_conv(attrs: ConvAttrs, options: Any) -> None:
    write_window(options, attrs)
    options.dilationHFactor, options.dilationWFactor = attrs.dilation


def _write_depthwise(attrs: DepthwiseConvAttrs, options: Any) -> None:
    write_window(options, attrs)
    options.dilationHFactor, options.dilationWFactor = attrs.dilation
    options.depthMultiplier = attrs.depth_multiplier


def _write_transpose_conv(attrs: TransposeConvAttrs, options: Any) -> None:
    write_window(options, attrs)


def _write_fully_connected(attrs: FullyConnectedAttrs, options: Any) -> None:
    options.fusedActivationFunction = ACTIVATIONS[attrs.activation]
    options.keepNumDims = attrs.keep_num_dims


def _conv_version(types: Types) -> int:
    activation, weights = types.inputs[:2]
    if weights == "int4":
        return 7
    if activation in ("int8", "int16"):
        return 3 if activation == "int8" else 4
    return 5 if weights == "int8" else 1


def _depthwise_version(types: Types) -> int:
    activation, weights = types.inputs[:2]
    if weights == "int4":
        return 7
    if activation in ("int8", "int16"):
        return 3 if activation == "int8" else 5
    if weights == "int8":
        return 6
    return 2 if _dilated(types.options) else 1


def _transpose_conv_version(types: Types) -> int:
    fused = types.options is not None and types.options.fusedActivationFunction
    weights, bias = types.inputs[1], len(types.inputs) == 4
    return 4 if fused else 3 if bias else 2 if weights == "int8" else 1


def _fully_connected_version(types: Types) -> int:
    activation, weights = types.inputs[:2]
    if activation == "int16":
        return 13 if weights == "int4" else 7
    if weights == "int4":
        return 10
    if activation != "int8" and weights == "int8":
        return 12
    without_bias = 6 if len(types.inputs) == 2 else 1
    kept = 5 if types.options is not None and types.options.keepNumDims else 1
    return max(4 if activation == "int8" else 1, without_bias, kept)


def _dilated(options: Any) -> bool:
    return options is not None and (options.dilationHFactor, options.dilationWFactor) != (1, 1)


FORMS: tuple[TfliteForm[Any], ...] = (
    TfliteForm(
        Rule(
            CONV_2D,
            "Conv2DOptions",
            _conv,
            requiring(
                constant_filter,
                constant_bias,
                known_padding(Conv2D.PADDING),
                positive_steps(
                    Conv2D.STRIDE_H,
                    Conv2D.STRIDE_W,
                    dilations=(Conv2D.DILATION_H, Conv2D.DILATION_W),
                ),
                fused_activation(Conv2D.ACTIVATION),
            ),
            tensors=3,
            required=2,
        ),
        write=_write_conv,
        constants=no_constants,
        version=_conv_version,
        resolver="AddConv2D",
        needs_bias=frozenset({Runtime.LITERT}),
        int4_beside=("int8", "float32"),
    ),
    TfliteForm(
        Rule(
            DEPTHWISE_CONV_2D,
            "DepthwiseConv2DOptions",
            _depthwise,
            requiring(
                constant_filter,
                constant_bias,
                known_padding(DepthwiseConv2D.PADDING),
                positive_steps(
                    DepthwiseConv2D.STRIDE_H,
                    DepthwiseConv2D.STRIDE_W,
                    dilations=(DepthwiseConv2D.DILATION_H, DepthwiseConv2D.DILATION_W),
                ),
                matching_depth_multiplier,
                fused_activation(DepthwiseConv2D.ACTIVATION),
            ),
            tensors=3,
            required=2,
        ),
        write=_write_depthwise,
        constants=no_constants,
        version=_depthwise_version,
        resolver="AddDepthwiseConv2D",
        needs_bias=frozenset({Runtime.MICRO}),  # which crashes on the index -1
        int4_beside=("int8",),
    ),
    TfliteForm(
        Rule(
            TRANSPOSE_CONV,
            "TransposeConvOptions",
            _transpose_conv,
            requiring(
                constant_filter,
                constant_bias,
                constant_operands(3),
                image_shape,
                known_padding(TransposeConv.PADDING),
                positive_steps(TransposeConv.STRIDE_H, TransposeConv.STRIDE_W),
                fused_activation(TransposeConv.ACTIVATION),
            ),
            tensors=3,
            required=2,
            order=(2, 1, 3, 0),
        ),
        write=_write_transpose_conv,
        constants=lambda attrs: (attrs.shape,),
        version=_transpose_conv_version,
        resolver="AddTransposeConv",
    ),
    TfliteForm(
        Rule(
            FULLY_CONNECTED,
            "FullyConnectedOptions",
            _fully_connected,
            requiring(
                constant_filter,
                constant_bias,
                plain_weights,
                fused_activation(FullyConnected.ACTIVATION),
            ),
            tensors=3,
            required=2,
        ),
        write=_write_fully_connected,
        constants=no_constants,
        version=_fully_connected_version,
        resolver="AddFullyConnected",
        int4_beside=("int8", "float32"),
    ),
)
