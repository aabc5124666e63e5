"""Reshape, Flatten, Squeeze, Unsqueeze, Transpose and Concat."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import arranged, plain, result
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    axes_inside,
    axis_inside,
    computed_input,
    constant_inputs,
    listed_axes,
)
from mcuq.importers.onnx.rules.elementwise import one_computed_input
from mcuq.importers.onnx.value import Node, NodeValue, Order
from mcuq.numeric.element import Element
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs


def fitting_target(node: Node) -> str | None:
    """A reshape keeps the number of elements.

    Export with fixed input shapes and batch 1.
    """
    shape, target = node.value().shape, _target(node)
    known = math.prod(size for size in target if size != -1)
    fits = min(target, default=1) >= -1 and target.count(-1) <= 1 and known > 0
    size = math.prod(shape)
    if not fits or size % known or (-1 not in target and size != known):
        return f"{shape} cannot become {target}"
    return None


def squeezed_ones(node: Node) -> str | None:
    """A squeeze drops dimensions of 1.

    The model is damaged: export it again.
    """
    x = node.value()
    axes = listed_axes(node, 1) or ()
    return None if all(x.shape[axis] == 1 for axis in axes) else f"axes {axes} of {x.shape}"


def new_axes(node: Node) -> str | None:
    """An unsqueeze names each new dimension once.

    The model is damaged: export it again.
    """
    axes = listed_axes(node, 1) or ()
    rank = node.value().rank + len(axes)
    fits = all(-rank <= axis < rank for axis in axes)
    distinct = len({axis % rank for axis in axes}) == len(axes)
    return None if axes and fits and distinct else f"axes {axes} of {rank}"


def permutation(node: Node) -> str | None:
    """A transpose names every dimension of its input once.

    The model is damaged: export it again.
    """
    perm, rank = _perm(node), node.value().rank
    return None if sorted(perm) == list(range(rank)) else f"{perm} of {rank} dimensions"


def same_rank(node: Node) -> str | None:
    """The operands of a concatenation have as many dimensions.

    The model is damaged: export it again.
    """
    ranks = {value.rank for value in node.inputs if value is not None}
    return None if len(ranks) == 1 else f"{sorted(ranks)}"


def _target(node: Node) -> tuple[int, ...]:
    """The reshape's target; a 0 stands for the input's size there unless `allowzero`."""
    shape = node.value().shape
    target = [int(size) for size in np.asarray(node.constant(1)).reshape(-1)]
    if not node.integer("allowzero", 0):
        target = [
            shape[axis] if size == 0 and axis < len(shape) else size
            for axis, size in enumerate(target)
        ]
    return tuple(target)


def _reshape(build: GraphBuilder, node: Node) -> list[NodeValue]:
    target = _target(node)
    known = math.prod(size for size in target if size != -1)
    missing = math.prod(node.value().shape) // known
    return [_reshaped(build, node, tuple(missing if n == -1 else n for n in target))]


def _reshaped(build: GraphBuilder, node: Node, shape: tuple[int, ...]) -> NodeValue:
    """The value in ONNX's own order, in another shape; back again it is what it was."""
    x = node.value()
    if x.before is not None and x.before.shape == shape:
        return x.before
    name = build.op(RESHAPE, ReshapeAttrs(shape), [plain(build, x)], node.name)
    return replace(result(build, name, tuple(range(len(shape)))), before=x)


def _flatten(build: GraphBuilder, node: Node) -> list[NodeValue]:
    shape = node.value().shape
    axis = node.integer("axis", 1)
    axis = axis + len(shape) if axis < 0 else axis
    return [_reshaped(build, node, (math.prod(shape[:axis]), math.prod(shape[axis:])))]


def _squeeze(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x = node.value()
    axes = listed_axes(node, 1)
    listed = [i for i, n in enumerate(x.shape) if n == 1] if axes is None else axes
    dropped = {axis % x.rank for axis in listed}
    left = [axis for axis in range(x.rank) if axis not in dropped]
    order = tuple(left.index(axis) for axis in x.order if axis in left)
    shape = tuple(x.shape[axis] for axis in x.order if axis in left)
    return [_stored_as(build, node, shape, order)]


def _unsqueeze(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x = node.value()
    axes = listed_axes(node, 1) or ()
    rank = x.rank + len(axes)
    added = {axis % rank for axis in axes}
    kept = [axis for axis in range(rank) if axis not in added]
    # New dimensions are stored first, behind the batch: they hold one element wherever they are.
    old = [kept[axis] for axis in x.order]
    order = (*old[:1], *sorted(added), *old[1:])
    if build.element(x.name) is not Element.REAL and old == kept:
        # What is joined along a new dimension would have to be transposed: TFLite Micro transposes
        # real numbers only.
        order = tuple(range(rank))
    shape = tuple(1 if axis in added else x.shape[kept.index(axis)] for axis in order)
    return [_stored_as(build, node, shape, order)]


def _stored_as(build: GraphBuilder, node: Node, shape: tuple[int, ...], order: Order) -> NodeValue:
    """The same elements stored in another shape."""
    attrs = ReshapeAttrs(shape)
    name = build.op(RESHAPE, attrs, [node.value().name], node.name)
    return result(build, name, order)


def _perm(node: Node) -> tuple[int, ...]:
    return node.integers("perm", tuple(reversed(range(node.value().rank))))


def _transpose(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """Nothing moves: the same tensor is known under another order."""
    x, perm = node.value(), _perm(node)
    order = tuple(perm.index(axis) for axis in x.order)
    return [NodeValue(tuple(x.shape[axis] for axis in perm), x.name, order)]


def _concat(build: GraphBuilder, node: Node) -> list[NodeValue]:
    values = [value for value in node.inputs if value is not None]
    order = next(value.order for value in values if value.data is None)
    names = [
        arranged(build, value, order)
        if value.data is None
        else build.constant(value.data.transpose(order), f"{node.name}/constant")
        for value in values
    ]
    axis = order.index(node.integer("axis", 0) % values[0].rank)
    name = build.op(CONCATENATION, ConcatAttrs(axis), names, node.name)
    return [result(build, name, order)]


RULES = {
    "Reshape": NodeRule(_reshape, (computed_input, constant_inputs(1), fitting_target), 2),
    "Flatten": NodeRule(_flatten, (computed_input,)),
    "Squeeze": NodeRule(
        _squeeze, (computed_input, constant_inputs(1), axes_inside(1), squeezed_ones)
    ),
    "Unsqueeze": NodeRule(_unsqueeze, (computed_input, constant_inputs(1), new_axes)),
    "Transpose": NodeRule(_transpose, (computed_input, permutation)),
    "Concat": NodeRule(_concat, (one_computed_input, axis_inside(0), same_rank)),
}
