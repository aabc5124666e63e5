"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.tflite.operators.common import constant_operands, requiring
from mcuq.tflite.operators.form import Rule, TfliteForm
from mcuq.tflite.operators.version import ByType, Types
from mcuq.tflite.operators.view import OpView


class Resize(IntEnum):
    """ResizeNearestNeighborOptions."""

    ALIGN_CORNERS = 0
    HALF_PIXEL_CENTERS = 1


class ResizeBilinear(IntEnum):
    """ResizeBilinearOptions."""

    ALIGN_CORNERS = 2
    HALF_PIXEL_CENTERS = 3


def two_sizes(op: OpView) -> str | None:
    """The size of a resize is one height and one width, each at least 1.

    The file is damaged: export it again.
    """
    size = op.integers(1)
    return None if len(size) == 2 and min(size) >= 1 else f"it is {size}"


def one_alignment(op: OpView) -> str | None:
    """A bilinear resize aligns corners or centers, not both.

    Export with align_corners or half_pixel_centers alone.
    """
    attrs = _resize_bilinear(op)
    both = attrs.align_corners and attrs.half_pixel_centers
    return "it asks for both" if both else None


def _resize(op: OpView) -> ResizeAttrs:
    height, width = op.integers(1)
    return ResizeAttrs(
        (height, width), op.boolean(Resize.ALIGN_CORNERS), op.boolean(Resize.HALF_PIXEL_CENTERS)
    )


def _resize_bilinear(op: OpView) -> ResizeAttrs:
    height, width = op.integers(1)
    fields = (ResizeBilinear.ALIGN_CORNERS, ResizeBilinear.HALF_PIXEL_CENTERS)
    return ResizeAttrs((height, width), *map(op.boolean, fields))


def _write(attrs: ResizeAttrs, options: Any) -> None:
    options.alignCorners = attrs.align_corners
    options.halfPixelCenters = attrs.half_pixel_centers


def _size(attrs: ResizeAttrs) -> tuple[Any, ...]:
    return (attrs.size,)


def _nearest_version(types: Types) -> int:
    options = types.options
    aligned = options is not None and (options.halfPixelCenters or options.alignCorners)
    return 3 if aligned and types.first != "int16" else ByType(int8=2, int16=4)(types)


def _bilinear_version(types: Types) -> int:
    options = types.options
    centers = options is not None and options.halfPixelCenters
    return 3 if centers else ByType(int8=2, int16=1)(types)


FORMS = (
    TfliteForm(
        Rule(
            RESIZE_NEAREST_NEIGHBOR,
            "ResizeNearestNeighborOptions",
            _resize,
            requiring(constant_operands(1), two_sizes),
            required=2,
        ),
        write=_write,
        constants=_size,
        version=_nearest_version,
        resolver="AddResizeNearestNeighbor",
    ),
    TfliteForm(
        Rule(
            RESIZE_BILINEAR,
            "ResizeBilinearOptions",
            _resize_bilinear,
            requiring(constant_operands(1), two_sizes, one_alignment),
            required=2,
        ),
        write=_write,
        constants=_size,
        version=_bilinear_version,
        resolver="AddResizeBilinear",
    ),
)
