"""Storing ONNX's values in the order an operator needs; transposes only where they move data."""

from __future__ import annotations

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.value import NodeValue, Order, channels_last
from mcuq.ops.movement import RESHAPE, TRANSPOSE, ReshapeAttrs, TransposeAttrs


def arranged(build: GraphBuilder, value: NodeValue, order: Order) -> str:
    """Name of a tensor that holds a computed value in `order`."""
    if value.order == order:
        return value.name
    perm = tuple(value.order.index(axis) for axis in order)
    shape = tuple(value.shape[axis] for axis in order)
    name = f"{value.name}/transpose"
    moved = [axis for axis in perm if value.stored[axis] != 1]
    if moved == sorted(moved):  # only dimensions of 1 change place
        return build.op(RESHAPE, ReshapeAttrs(shape), [value.name], name)
    return build.op(TRANSPOSE, TransposeAttrs(perm), [value.name], name)


def plain(build: GraphBuilder, value: NodeValue) -> str:
    """Name of a tensor that holds a computed value in ONNX's own order."""
    return arranged(build, value, tuple(range(value.rank)))


def computed(build: GraphBuilder, value: NodeValue) -> NodeValue:
    """The value as a tensor of the graph: a constant is added to it in its own order."""
    if value.data is None:
        return value
    name = build.constant(np.asarray(value.data), "constant")
    return NodeValue(value.shape, name, tuple(range(value.rank)))


def result(build: GraphBuilder, name: str, order: Order) -> NodeValue:
    """The value that a tensor of the graph stores in `order`."""
    stored = build.shape(name)
    shape = [0] * len(stored)
    for position, axis in enumerate(order):
        shape[axis] = stored[position]
    return NodeValue(tuple(shape), name, order)


def image(build: GraphBuilder, value: NodeValue) -> str:
    """Name of a (1, H, W, C) tensor of a value N, C, H, W or N, C, W (then with H = 1)."""
    name = arranged(build, value, channels_last(value.rank))
    if value.rank == 4:
        return name
    batch, width, channels = build.shape(name)
    attrs = ReshapeAttrs((batch, 1, width, channels))
    return build.op(RESHAPE, attrs, [name], f"{name}/2d")


def from_image(build: GraphBuilder, name: str, rank: int) -> NodeValue:
    """The value N, C, H, W (rank 4) or N, C, W (rank 3) that a (1, H, W, C) tensor holds."""
    if rank == 3:
        batch, _, width, channels = build.shape(name)
        attrs = ReshapeAttrs((batch, width, channels))
        name = build.op(RESHAPE, attrs, [name], f"{name}/1d")
    return result(build, name, channels_last(rank))
