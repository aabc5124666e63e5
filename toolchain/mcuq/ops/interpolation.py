"""Which input rows or columns a resize reads: one definition for every stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.ops.attrs import Attrs


@dataclass(frozen=True)
class ResizeAttrs(Attrs):
    """RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR to (height, width)."""

    size: tuple[int, int]
    align_corners: bool = False
    half_pixel_centers: bool = False


def nearest_indices(size: int, output: int, attrs: ResizeAttrs) -> npt.NDArray[np.int64]:
    """Input index for each of `output` positions along an axis of `size` elements.

    TFLite's reference formula in float32: index = floor((i + offset) × scale), with offset 0.5 for
    half-pixel centers; round instead of floor, half away from zero, for aligned corners.
    """
    aligned = attrs.align_corners and output > 1
    scale = np.float32(size - 1) / np.float32(output - 1) if aligned else None
    step = np.float32(size) / np.float32(output) if scale is None else scale
    offset = np.float32(0.5 if attrs.half_pixel_centers else 0.0)
    position = (np.arange(output, dtype=np.float32) + offset) * step
    rounding = 0.5 if attrs.align_corners else 0.0
    indices = np.floor(position.astype(np.float64) + rounding).astype(np.int64)
    return np.clip(indices, 0, size - 1)


@dataclass(frozen=True, eq=False)
class Blend(ByContent):
    """What a bilinear resize reads along one axis: (1 - share) × lower + share × upper.

    Attributes:
        lower, upper: input index for each output position.
        share: of `upper`; float32, or in steps of 1/1024. It leaves 0 … 1 only where both indices
            are the same.
    """

    lower: npt.NDArray[np.int64]
    upper: npt.NDArray[np.int64]
    share: npt.NDArray[np.float32] | npt.NDArray[np.int64]

    def matrix(self, size: int) -> npt.NDArray[np.float32]:
        """The resize of an axis of `size` elements as a matrix (outputs, size), float shares."""
        rows = np.arange(len(self.lower))
        result = np.zeros((len(rows), size), np.float32)
        np.add.at(result, (rows, self.lower), np.float32(1) - self.share)
        np.add.at(result, (rows, self.upper), self.share)
        return result


def blend(size: int, output: int, attrs: ResizeAttrs) -> Blend:
    """Shares as real numbers: TFLite's reference formula in float32."""
    aligned = attrs.align_corners and output > 1
    single = np.float32
    step = single(size - 1) / single(output - 1) if aligned else single(size) / single(output)
    position = np.arange(output, dtype=single)
    if attrs.half_pixel_centers:
        position = (position + single(0.5)) * step - single(0.5)
    else:
        position = position * step
    lower = np.maximum(np.floor(position).astype(np.int64), 0)
    upper = np.minimum(np.ceil(position).astype(np.int64), size - 1)
    return Blend(lower, upper, position - lower.astype(single))


def fixed_blend(size: int, output: int, attrs: ResizeAttrs) -> Blend:
    """Shares in steps of 1/1024: TFLite's integer formula."""
    aligned = attrs.align_corners and output > 1
    inputs, outputs = (size - 1, output - 1) if aligned else (size, output)
    step = ((inputs << 10) + outputs // 2) // outputs
    position = np.arange(output, dtype=np.int64) * step
    if attrs.half_pixel_centers:
        position += step // 2 - 512
    # Quotients are truncated, but what is below 0 is clipped to it anyway.
    lower = np.maximum(position >> 10, 0)
    upper = np.minimum(-(-position >> 10), size - 1)
    return Blend(lower, np.maximum(upper, 0), position - (lower << 10))
