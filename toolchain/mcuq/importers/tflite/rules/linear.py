"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED."""

from __future__ import annotations

from mcuq.importers.tflite.fields import Conv2D, DepthwiseConv2D, FullyConnected
from mcuq.importers.tflite.rules.common import (
    activation,
    fused_activation,
    known_padding,
    padding,
    positive_steps,
    requiring,
)
from mcuq.importers.tflite.view import OpView, Rule
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs


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


def _fully_connected(op: OpView) -> FullyConnectedAttrs:
    return FullyConnectedAttrs(
        activation=activation(op, FullyConnected.ACTIVATION),
        keep_num_dims=op.boolean(FullyConnected.KEEP_NUM_DIMS),
    )


RULES = {
    "CONV_2D": Rule(
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
    "DEPTHWISE_CONV_2D": Rule(
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
    "FULLY_CONNECTED": Rule(
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
}
