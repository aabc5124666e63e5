"""AVERAGE_POOL_2D, MAX_POOL_2D, MEAN, REDUCE_MAX and resizing."""

from __future__ import annotations

from mcuq.importers.reduction import largest_over, neighbours
from mcuq.importers.tflite.fields import Pool2D, Reducer, Resize, ResizeBilinear
from mcuq.importers.tflite.rules.common import (
    activation,
    constant_operands,
    fused_activation,
    known_padding,
    padding,
    positive_steps,
    requiring,
)
from mcuq.importers.tflite.view import OpView, Rule, Step
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, MEAN, MeanAttrs, PoolAttrs
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR


def axes_in_range(op: OpView) -> str | None:
    """The axes of a mean or maximum are dimensions of its input.

    The file is damaged: export it again.
    """
    rank = len(op.shape(0))
    axes = op.integers(1)
    return None if all(-rank <= axis < rank for axis in axes) else f"{axes} of {rank} dimensions"


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


def _pool(op: OpView) -> PoolAttrs:
    return PoolAttrs(
        filter=(op.int32(Pool2D.FILTER_HEIGHT), op.int32(Pool2D.FILTER_WIDTH)),
        stride=(op.int32(Pool2D.STRIDE_H), op.int32(Pool2D.STRIDE_W)),
        padding=padding(op, Pool2D.PADDING),
        activation=activation(op, Pool2D.ACTIVATION),
    )


def _pool_rule(kind: AnyOperator) -> Rule:
    constraints = requiring(
        known_padding(Pool2D.PADDING),
        _positive_window,
        fused_activation(Pool2D.ACTIVATION),
    )
    return Rule(kind, "Pool2DOptions", _pool, constraints)


_positive_window = positive_steps(
    Pool2D.STRIDE_H, Pool2D.STRIDE_W, Pool2D.FILTER_HEIGHT, Pool2D.FILTER_WIDTH
)


def _mean(op: OpView) -> MeanAttrs:
    rank = len(op.shape(0))
    axes = sorted({axis % rank for axis in op.integers(1)})
    return MeanAttrs(tuple(axes), op.boolean(Reducer.KEEP_DIMS))


def neighbouring_axes(op: OpView) -> str | None:
    """A maximum runs over neighbouring axes.

    Take it over the image (height and width), or transpose before it.
    """
    axes, shape = _mean(op).axes, op.shape(0)
    return None if neighbours(shape, axes) else f"it is over {axes} of {shape}"


def _largest(op: OpView) -> tuple[Step, ...]:
    mean, shape = _mean(op), op.shape(0)
    result = MEAN.shape(mean, [shape])
    chain = largest_over(shape, mean.axes, result)
    count = len(op.operands)
    return tuple(
        Step(kind, attrs, (0 if number == 0 else count + number - 1,), stored_as=0)
        for number, (kind, attrs) in enumerate(chain)
    )


def _resize(op: OpView) -> ResizeAttrs:
    height, width = op.integers(1)
    return ResizeAttrs(
        (height, width), op.boolean(Resize.ALIGN_CORNERS), op.boolean(Resize.HALF_PIXEL_CENTERS)
    )


def _resize_bilinear(op: OpView) -> ResizeAttrs:
    height, width = op.integers(1)
    fields = (ResizeBilinear.ALIGN_CORNERS, ResizeBilinear.HALF_PIXEL_CENTERS)
    return ResizeAttrs((height, width), *map(op.boolean, fields))


RULES = {
    "AVERAGE_POOL_2D": _pool_rule(AVERAGE_POOL_2D),
    "MAX_POOL_2D": _pool_rule(MAX_POOL_2D),
    "MEAN": Rule(
        MEAN,
        "ReducerOptions",
        _mean,
        requiring(constant_operands(1), axes_in_range),
        required=2,
    ),
    "REDUCE_MAX": Rule(
        MAX_POOL_2D,
        "ReducerOptions",
        _mean,
        requiring(constant_operands(1), axes_in_range, neighbouring_axes),
        required=2,
        steps=_largest,
    ),
    "RESIZE_BILINEAR": Rule(
        RESIZE_BILINEAR,
        "ResizeBilinearOptions",
        _resize_bilinear,
        requiring(constant_operands(1), two_sizes, one_alignment),
        required=2,
    ),
    "RESIZE_NEAREST_NEIGHBOR": Rule(
        RESIZE_NEAREST_NEIGHBOR,
        "ResizeNearestNeighborOptions",
        _resize,
        requiring(constant_operands(1), two_sizes),
        required=2,
    ),
}
