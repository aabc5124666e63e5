"""Expand, Tile and Trilu."""

from __future__ import annotations

import math

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import result
from mcuq.importers.onnx.rules.common import NodeRule, computed_input, constant_inputs
from mcuq.importers.onnx.rules.elementwise import with_rank
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.binary import MUL
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.repetition import BROADCAST_TO, BroadcastAttrs


def fitting_expansion(node: Node) -> str | None:
    """An Expand repeats dimensions of 1.

    The model is damaged: export it again.
    """
    x, target = node.value(), tuple(np.asarray(node.constant(1)).reshape(-1).tolist())
    try:
        np.broadcast_shapes(x.shape, target)
    except ValueError:
        return f"{x.shape} to {target}"
    return None


def fitting_repeats(node: Node) -> str | None:
    """A Tile states how often each dimension is repeated.

    The model is damaged: export it again.
    """
    repeats = np.asarray(node.constant(1)).reshape(-1)
    fits = repeats.size == node.value().rank and repeats.min(initial=1) > 0
    return None if fits else f"{repeats.tolist()} for {node.value().shape}"


def matrix_last(node: Node) -> str | None:
    """A Trilu keeps a triangle of the last two dimensions.

    The model is damaged: export it again.
    """
    return None if node.value().rank > 1 else f"the input is {node.value().shape}"


def _expand(build: GraphBuilder, node: Node) -> list[NodeValue]:
    target = tuple(int(size) for size in np.asarray(node.constant(1)).reshape(-1))
    shape = np.broadcast_shapes(node.value().shape, target)
    x = with_rank(build, node.value(), len(shape))
    if x.shape == shape:
        return [x]
    attrs = BroadcastAttrs(tuple(shape[axis] for axis in x.order))
    return [result(build, build.op(BROADCAST_TO, attrs, [x.name], node.name), x.order)]


def _tile(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x = node.value()
    for axis, count in enumerate(np.asarray(node.constant(1)).reshape(-1).tolist()):
        if count > 1:
            x = _repeated(build, node, x, axis, count)
    return [x]


def _repeated(build: GraphBuilder, node: Node, x: NodeValue, axis: int, count: int) -> NodeValue:
    """The axis `count` times: with a dimension in front of it, which is broadcast."""
    position, stored = x.position(axis), x.stored
    before, each = math.prod(stored[:position]), math.prod(stored[position:])
    name = build.op(RESHAPE, ReshapeAttrs((before, 1, each)), [x.name], f"{node.name}/once")
    attrs = BroadcastAttrs((before, count, each))
    name = build.op(BROADCAST_TO, attrs, [name], f"{node.name}/times")
    shape = (*stored[:position], count * stored[position], *stored[position + 1 :])
    return result(build, build.op(RESHAPE, ReshapeAttrs(shape), [name], node.name), x.order)


def _triangle(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """x × 1 inside the triangle, × 0 outside."""
    x, given = node.value(), node.constant(1)
    diagonal = 0 if given is None else int(given.reshape(-1)[0])
    ones = np.ones(x.shape[-2:], np.float32)
    upper = node.integer("upper", 1)
    mask = np.triu(ones, diagonal) if upper else np.tril(ones, diagonal)
    return [Steps(build, node)(MUL, x, constant(mask))]


RULES = {
    "Expand": NodeRule(_expand, (computed_input, constant_inputs(1), fitting_expansion), 2),
    "Tile": NodeRule(_tile, (computed_input, constant_inputs(1), fitting_repeats), 2),
    "Trilu": NodeRule(_triangle, (computed_input, constant_inputs(1), matrix_last)),
}
