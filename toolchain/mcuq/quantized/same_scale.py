"""Operators that only move or select values, so that their output keeps the input's scale."""

from __future__ import annotations

from mcuq.graph import OpKind

SAME_SCALE = frozenset(
    {
        OpKind.RESHAPE,
        OpKind.SQUEEZE,
        OpKind.TRANSPOSE,
        OpKind.STRIDED_SLICE,
        OpKind.PAD,
        OpKind.MAX_POOL_2D,
        OpKind.AVERAGE_POOL_2D,
        OpKind.RESIZE_NEAREST_NEIGHBOR,
        OpKind.RESIZE_BILINEAR,
        # TFLite Micro clamps RELU6 in the input's integers.
        OpKind.RELU6,
    }
)
"""Operators whose output shares the input's scale and zero point."""
