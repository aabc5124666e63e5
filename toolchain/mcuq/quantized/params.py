"""The integers of each operator: all that a kernel, emulated or in C, needs beside its tensors.

Offsets follow CMSIS-NN: `input_offset` is minus the input's zero point, added to each value;
`output_offset` is the output's zero point. A multiplier and shift mean
`multiplier × 2^(shift - 31)`, see `mcuq.numeric`. Pairs are (height, width).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent

Int32s = npt.NDArray[np.int32]
Pair = tuple[int, int]


@dataclass(frozen=True)
class AffineParams:
    """Scale and zero point of an activation."""

    scale: np.float32
    zero_point: int


@dataclass(frozen=True)
class WindowParams:
    """A sliding window; `padding` is what lies before the first row and column."""

    stride: Pair
    dilation: Pair
    padding: Pair


@dataclass(frozen=True, eq=False)
class ConvParams(ByContent):
    """CONV_2D; one multiplier and shift an output channel."""

    window: WindowParams
    input_offset: int
    output_offset: int
    multipliers: Int32s
    shifts: Int32s
    activation_min: int
    activation_max: int


@dataclass(frozen=True, eq=False)
class DepthwiseConvParams(ConvParams):
    """DEPTHWISE_CONV_2D: output channel = input channel × depth_multiplier + i."""

    depth_multiplier: int


@dataclass(frozen=True, eq=False)
class FullyConnectedParams(ByContent):
    """FULLY_CONNECTED; multipliers and shifts have one element (per tensor) or one a row."""

    input_offset: int
    output_offset: int
    multipliers: Int32s
    shifts: Int32s
    activation_min: int
    activation_max: int

    @property
    def per_channel(self) -> bool:
        return self.multipliers.size > 1


@dataclass(frozen=True)
class AddParams:
    """ADD and SUB: operands shifted left and brought to a common scale before they meet.

    SUB differs only in the sign of the second rescaled operand.
    """

    left_shift: int
    input1_offset: int
    input1_multiplier: int
    input1_shift: int
    input2_offset: int
    input2_multiplier: int
    input2_shift: int
    output_offset: int
    output_multiplier: int
    output_shift: int
    activation_min: int
    activation_max: int


@dataclass(frozen=True)
class MulParams:
    """MUL."""

    input1_offset: int
    input2_offset: int
    output_offset: int
    output_multiplier: int
    output_shift: int
    activation_min: int
    activation_max: int


@dataclass(frozen=True)
class PoolParams:
    """AVERAGE_POOL_2D and MAX_POOL_2D; padding counts in neither."""

    window: WindowParams
    filter: Pair
    activation_min: int
    activation_max: int


@dataclass(frozen=True)
class MeanParams:
    """MEAN: output = rescaled (sum + input_offset × count) + output_offset.

    The multiplier contains 1 / count.
    """

    axes: tuple[int, ...]
    count: int
    input_offset: int
    multiplier: int
    shift: int
    output_offset: int


@dataclass(frozen=True)
class SoftmaxParams:
    """SOFTMAX over rows of `depth` values: differences to the row's maximum below `diff_min`
    count as zero probability."""

    rows: int
    depth: int
    multiplier: int
    shift: int
    diff_min: int


@dataclass(frozen=True, eq=False)
class Int16SoftmaxParams(ByContent):
    """SOFTMAX of int16: exp and 1 / (1 + x) by tables of 513 entries (see `quantized.int16`)."""

    rows: int
    depth: int
    multiplier: int
    shift: int
    exp: npt.NDArray[np.int16]
    reciprocal: npt.NDArray[np.int16]


@dataclass(frozen=True)
class LeakyReluParams:
    """LEAKY_RELU, RELU, RELU6 of int16: one factor for values from 0 on, one below, a clamp."""

    multiplier: int
    shift: int
    negative_multiplier: int
    negative_shift: int
    activation_min: int
    activation_max: int


@dataclass(frozen=True, eq=False)
class Int16SigmoidParams(ByContent):
    """LOGISTIC and TANH of int16: x × multiplier / 2^shift is looked up (see `quantized.int16`)."""

    multiplier: int
    shift: int
    table: npt.NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class LookupParams(ByContent):
    """A unary operator as a table: output = table[input + 128]."""

    table: npt.NDArray[np.int8]


@dataclass(frozen=True)
class PadParams:
    """PAD: one (before, after) pair a dimension, filled with `value`."""

    paddings: tuple[Pair, ...]
    value: int


@dataclass(frozen=True)
class ConcatParams:
    """CONCATENATION along `axis`."""

    axis: int


@dataclass(frozen=True)
class CopyParams:
    """RESHAPE and SQUEEZE: the bytes stay as they are."""


@dataclass(frozen=True)
class TransposeParams:
    """TRANSPOSE: output dimension i is input dimension perm[i]."""

    perm: tuple[int, ...]


@dataclass(frozen=True)
class StridedSliceParams:
    """STRIDED_SLICE: begin, end (-1: past the first element) and stride of each dimension."""

    begin: tuple[int, ...]
    end: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class ResizeParams:
    """RESIZE_NEAREST_NEIGHBOR: the input row and column of each output row and column."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class BilinearParams(ByContent):
    """RESIZE_BILINEAR: (lower, upper, share of upper in 1/1024) of each output row and column."""

    rows: npt.NDArray[np.int16]
    columns: npt.NDArray[np.int16]


OpParams = (
    ConvParams
    | FullyConnectedParams
    | AddParams
    | MulParams
    | PoolParams
    | MeanParams
    | SoftmaxParams
    | Int16SoftmaxParams
    | LeakyReluParams
    | Int16SigmoidParams
    | LookupParams
    | PadParams
    | ConcatParams
    | CopyParams
    | TransposeParams
    | StridedSliceParams
    | ResizeParams
    | BilinearParams
)
