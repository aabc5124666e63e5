"""Which input row or column a nearest-neighbour resize reads: one definition for every stage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.graph.attrs import ResizeAttrs


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
