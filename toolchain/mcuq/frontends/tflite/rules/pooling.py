"""AVERAGE_POOL_2D, MAX_POOL_2D, MEAN and RESIZE_NEAREST_NEIGHBOR."""

from __future__ import annotations

from mcuq.frontends.tflite.fields import Pool2D, Reducer, Resize
from mcuq.frontends.tflite.rules.common import (
    activation,
    constant_operands,
    fused_activation,
    known_padding,
    padding,
    positive_steps,
    requiring,
)
from mcuq.frontends.tflite.view import OpView, Rule
from mcuq.graph import MeanAttrs, OpKind, PoolAttrs, ResizeAttrs


def axes_in_range(op: OpView) -> str | None:
    """The axes of a mean are dimensions of its input.

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


def _pool(op: OpView) -> PoolAttrs:
    return PoolAttrs(
        filter=(op.int32(Pool2D.FILTER_HEIGHT), op.int32(Pool2D.FILTER_WIDTH)),
        stride=(op.int32(Pool2D.STRIDE_H), op.int32(Pool2D.STRIDE_W)),
        padding=padding(op, Pool2D.PADDING),
        activation=activation(op, Pool2D.ACTIVATION),
    )


def _pool_rule(kind: OpKind) -> Rule:
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


def _resize(op: OpView) -> ResizeAttrs:
    height, width = op.integers(1)
    return ResizeAttrs(
        (height, width), op.boolean(Resize.ALIGN_CORNERS), op.boolean(Resize.HALF_PIXEL_CENTERS)
    )


RULES = {
    "AVERAGE_POOL_2D": _pool_rule(OpKind.AVERAGE_POOL_2D),
    "MAX_POOL_2D": _pool_rule(OpKind.MAX_POOL_2D),
    "MEAN": Rule(
        OpKind.MEAN,
        "ReducerOptions",
        _mean,
        requiring(constant_operands(1), axes_in_range),
        required=2,
    ),
    "RESIZE_NEAREST_NEIGHBOR": Rule(
        OpKind.RESIZE_NEAREST_NEIGHBOR,
        "ResizeNearestNeighborOptions",
        _resize,
        requiring(constant_operands(1), two_sizes),
        required=2,
    ),
}
