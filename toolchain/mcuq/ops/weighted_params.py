"""Attributes and integers of the operators with filters.

Offsets follow CMSIS-NN: `input_offset` is minus the input's zero point, added to each value;
`output_offset` is the output's zero point. A multiplier and shift mean
`multiplier × 2^(shift - 31)`, see `mcuq.numeric`. Pairs are (height, width).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric import activation_bounds, quantize_multipliers
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Activated, Padding
from mcuq.ops.operator import QuantizedOp, single
from mcuq.ops.window import WindowParams, window_params

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True)
class ConvAttrs(Activated):
    """CONV_2D: filter OHWI, optional bias O. Grouped where input C is a multiple of filter I."""

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = Padding.VALID
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class DepthwiseConvAttrs(Activated):
    """DEPTHWISE_CONV_2D: filter 1HWO with O = C × depth_multiplier, optional bias O."""

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = Padding.VALID
    depth_multiplier: int = 1
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class TransposeConvAttrs(Activated):
    """TRANSPOSE_CONV: filter OHWI, optional bias O; the window slides over the *result*.

    Attributes:
        shape: of the result, NHWC: the image that a CONV_2D makes one of the input's size of.
    """

    shape: tuple[int, int, int, int]
    stride: tuple[int, int] = (1, 1)
    padding: Padding = Padding.VALID
    activation: Activation = Activation.NONE

    @property
    def dilation(self) -> tuple[int, int]:
        """TensorFlow Lite knows no other."""
        return (1, 1)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the result."""
        return self.shape[1:3]


@dataclass(frozen=True)
class FullyConnectedAttrs(Activated):
    """FULLY_CONNECTED: filter OI, optional bias O; input is flattened to rows of I."""

    activation: Activation = Activation.NONE
    keep_num_dims: bool = False


@dataclass(frozen=True, eq=False)
class RescaleParams(ByContent):
    """What turns the sums of a layer into its outputs.

    Multipliers and shifts: one per output channel; FULLY_CONNECTED may have one for all.
    """

    input_offset: int
    output_offset: int
    multipliers: Int32s
    shifts: Int32s
    activation_min: int
    activation_max: int

    @property
    def per_channel(self) -> bool:
        return self.multipliers.size > 1


@dataclass(frozen=True, eq=False)
class ConvParams(RescaleParams):
    """CONV_2D."""

    window: WindowParams


@dataclass(frozen=True, eq=False)
class DepthwiseConvParams(ConvParams):
    """DEPTHWISE_CONV_2D: output channel = input channel × depth_multiplier + i."""

    depth_multiplier: int


@dataclass(frozen=True, eq=False)
class TransposeConvParams(RescaleParams):
    """TRANSPOSE_CONV: output index = input index × stride - padding + tap."""

    window: WindowParams


@dataclass(frozen=True, eq=False)
class FullyConnectedParams(RescaleParams):
    """FULLY_CONNECTED."""


def conv_params(op: QuantizedOp[ConvAttrs]) -> ConvParams:
    """CONV_2D's integers: real factor input × filter / output, one per channel."""
    weight = op.inputs[1]
    window = window_params(op.attrs, op.inputs[0].shape, (weight.shape[1], weight.shape[2]))
    return ConvParams(*_rescale(op, weight.shape[0]), window)


def depthwise_params(op: QuantizedOp[DepthwiseConvAttrs]) -> DepthwiseConvParams:
    """DEPTHWISE_CONV_2D's integers, as CONV_2D's."""
    weight = op.inputs[1]
    window = window_params(op.attrs, op.inputs[0].shape, (weight.shape[1], weight.shape[2]))
    rescale = _rescale(op, weight.shape[3])
    return DepthwiseConvParams(*rescale, window, op.attrs.depth_multiplier)


def transpose_conv_params(op: QuantizedOp[TransposeConvAttrs]) -> TransposeConvParams:
    """TRANSPOSE_CONV's integers, as CONV_2D's; the window is over the output."""
    weight = op.inputs[1]
    window = window_params(op.attrs, op.output.shape, (weight.shape[1], weight.shape[2]))
    return TransposeConvParams(*_rescale(op, weight.shape[0]), window)


def fully_connected_params(op: QuantizedOp[FullyConnectedAttrs]) -> FullyConnectedParams:
    """FULLY_CONNECTED's integers: one factor, or one per row of a filter with a scale per row."""
    return FullyConnectedParams(*_rescale(op, op.inputs[1].scale.size))


_Filtered = (
    QuantizedOp[ConvAttrs]
    | QuantizedOp[DepthwiseConvAttrs]
    | QuantizedOp[TransposeConvAttrs]
    | QuantizedOp[FullyConnectedAttrs]
)


def _rescale(op: _Filtered, channels: int) -> tuple[int, int, Int32s, Int32s, int, int]:
    source, weight, result = op.inputs[0], op.inputs[1], op.output
    reals = float(single(source)) * weight.scale.astype(np.float64) / float(single(result))
    multipliers = quantize_multipliers(np.broadcast_to(reals, (channels,)))
    bounds = activation_bounds(op.attrs.activation, single(result), result.zero_point, result.bits)
    return (-source.zero_point, result.zero_point, *multipliers, *bounds)
