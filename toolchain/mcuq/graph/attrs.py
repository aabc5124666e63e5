"""Attributes of each operator, in TFLite's terms; every pair is (height, width)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Activation(StrEnum):
    """An activation fused into the operator before it."""

    NONE = "none"
    RELU = "relu"
    RELU6 = "relu6"
    RELU_N1_TO_1 = "relu_n1_to_1"


class Padding(StrEnum):
    """TFLite's two padding schemes; explicit padding is a PAD operator before a VALID one."""

    SAME = "same"
    VALID = "valid"


@dataclass(frozen=True)
class NoAttrs:
    """For operators that have none."""


@dataclass(frozen=True)
class ConvAttrs:
    """CONV_2D: filter OHWI, optional bias O. Grouped where input C is a multiple of filter I."""

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = Padding.VALID
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class DepthwiseConvAttrs:
    """DEPTHWISE_CONV_2D: filter 1HWO with O = C × depth_multiplier, optional bias O."""

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = Padding.VALID
    depth_multiplier: int = 1
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class FullyConnectedAttrs:
    """FULLY_CONNECTED: filter OI, optional bias O; input is flattened to rows of I."""

    activation: Activation = Activation.NONE
    keep_num_dims: bool = False


@dataclass(frozen=True)
class BinaryAttrs:
    """ADD, SUB, MUL with NumPy broadcasting."""

    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class PoolAttrs:
    """AVERAGE_POOL_2D (padding is not counted) and MAX_POOL_2D."""

    filter: tuple[int, int]
    stride: tuple[int, int]
    padding: Padding = Padding.VALID
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class MeanAttrs:
    """MEAN over non-negative `axes`."""

    axes: tuple[int, ...]
    keep_dims: bool = False


@dataclass(frozen=True)
class PadAttrs:
    """PAD with zeros; one (before, after) pair a dimension."""

    paddings: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ConcatAttrs:
    """CONCATENATION along non-negative `axis`."""

    axis: int


@dataclass(frozen=True)
class ReshapeAttrs:
    """RESHAPE and SQUEEZE: the result's static shape; for SQUEEZE also the dimensions dropped."""

    shape: tuple[int, ...]
    squeeze_dims: tuple[int, ...] = ()


@dataclass(frozen=True)
class TransposeAttrs:
    """TRANSPOSE: result dimension i is input dimension perm[i]."""

    perm: tuple[int, ...]


@dataclass(frozen=True)
class StridedSliceAttrs:
    """STRIDED_SLICE, masks already resolved: one begin, end, stride a dimension of the input.

    `end` may be -1 below a negative stride (past the first element). `shrink` lists the
    dimensions that the result drops.
    """

    begin: tuple[int, ...]
    end: tuple[int, ...]
    strides: tuple[int, ...]
    shrink: tuple[int, ...] = ()


@dataclass(frozen=True)
class ResizeAttrs:
    """RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR to (height, width)."""

    size: tuple[int, int]
    align_corners: bool = False
    half_pixel_centers: bool = False


@dataclass(frozen=True)
class SoftmaxAttrs:
    """SOFTMAX over the last dimension."""

    beta: float = 1.0


@dataclass(frozen=True)
class LeakyReluAttrs:
    """LEAKY_RELU: alpha × x below zero."""

    alpha: float


Attrs = (
    NoAttrs
    | ConvAttrs
    | DepthwiseConvAttrs
    | FullyConnectedAttrs
    | BinaryAttrs
    | PoolAttrs
    | MeanAttrs
    | PadAttrs
    | ConcatAttrs
    | ReshapeAttrs
    | TransposeAttrs
    | StridedSliceAttrs
    | ResizeAttrs
    | SoftmaxAttrs
    | LeakyReluAttrs
)

Activated = ConvAttrs | DepthwiseConvAttrs | FullyConnectedAttrs | BinaryAttrs | PoolAttrs
"""Attributes of operators that can apply an activation to their result."""
