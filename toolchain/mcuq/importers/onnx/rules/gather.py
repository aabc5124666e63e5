"""Gather, GatherND and ReverseSequence: at constant places slices in turn, else a GATHER or a
GATHER_ND."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import computed, plain, result
from mcuq.importers.onnx.rules.common import NodeRule, axis_inside, computed_input
from mcuq.importers.onnx.rules.elementwise import one_computed_input
from mcuq.importers.onnx.rules.steps import Bounds, Steps
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs

_MOST_SLICES = 4
"""More are one GATHER."""
_MOST_INDEXED = 5
"""Dimensions; of TensorFlow Lite Micro's GATHER_ND."""


def indices_inside(node: Node) -> str | None:
    """A Gather takes elements that are there, at least one.

    The model is damaged: export it again.
    """
    size = node.value().shape[node.integer("axis", 0)]
    indices = node.constant(1)
    if indices is None:
        return None
    if not indices.size:
        return "it takes none"
    outside = indices[(indices < -size) | (indices >= size)]
    return f"index {outside.flat[0]} of {size}" if outside.size else None


def own_indices(node: Node) -> str | None:
    """What is taken by computed indices is a constant, or has a batch of 1 as they have.

    Look up in a table of weights (torch.nn.Embedding), or along an axis behind the batch.
    """
    x, indices = node.value(0), node.value(1)
    if indices.data is not None or x.data is not None:
        return None
    axis = node.integer("axis", 0) % x.rank
    fits = axis > 0 and x.shape[0] == 1 and indices.shape[:1] == (1,)
    return None if fits else f"axis {axis} of {x.shape} by {indices.shape}"


def runs(indices: Sequence[int]) -> list[Bounds]:
    """Slices that give the elements at `indices` in turn: as few as a step each allows."""
    found: list[Bounds] = []
    start = 0
    while start < len(indices):
        end = start + 1
        step = indices[end] - indices[start] if end < len(indices) else 1
        while step and end < len(indices) and indices[end] - indices[end - 1] == step:
            end += 1
        step = step or 1
        last = indices[end - 1] + (1 if step > 0 else -1)
        found.append((indices[start], last, step))
        start = end
    return found


def taken(steps: Steps, x: NodeValue, axis: int, places: Sequence[int]) -> NodeValue:
    """The elements of `axis` at these places, in turn."""
    position, found = x.position(axis), runs(places)
    if len(found) > _MOST_SLICES and position > 0:
        return _listed(steps, x, position, places)
    whole = (0, x.shape[axis], 1)
    parts: dict[Bounds, NodeValue] = {whole: x}
    for bounds in found:
        if bounds not in parts:
            parts[bounds] = steps.slice(x, {axis: bounds}, "part" if len(found) > 1 else "")
    return steps.concat([parts[bounds] for bounds in found], axis)


def _listed(steps: Steps, x: NodeValue, position: int, places: Sequence[int]) -> NodeValue:
    """By a list of the places."""
    indices = steps.build.constant(np.array(places), steps.name("indices"), Element.INT32)
    name = steps.build.op(GATHER, GatherAttrs(position), [x.name, indices], steps.name(""))
    return result(steps.build, name, x.order)


def _gather(build: GraphBuilder, node: Node) -> list[NodeValue]:
    if node.constant(1) is None:
        return [_looked_up(build, node)]
    x, indices = node.value(), np.asarray(node.constant(1))
    axis = node.integer("axis", 0) % x.rank
    places = [int(index) % x.shape[axis] for index in indices.reshape(-1)]
    y = taken(Steps(build, node), x, axis, places)
    return [_spread(build, node, y, axis, indices.shape)]


def tuples_inside(node: Node) -> str | None:
    """A GatherND takes elements that are there, by one to five indices each.

    The model is damaged, or made for a batch: export it again.
    """
    x, indices = node.value(0), node.value(1)
    depth = indices.shape[-1] if indices.shape else 0
    if node.integer("batch_dims", 0) or not 0 < depth <= min(x.rank, _MOST_INDEXED):
        return f"indices of shape {indices.shape} into {x.shape}"
    if (places := node.constant(1)) is None:
        return None
    sizes = np.array(x.shape[:depth])
    outside = places[(places < -sizes) | (places >= sizes)]
    return f"index {outside.flat[0]} of {x.shape}" if outside.size else None


def _gather_nd(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps, x, indices = Steps(build, node), node.value(0), node.value(1)
    depth = indices.shape[-1]
    left = x.shape[depth:]
    if (places := node.constant(1)) is None:
        table = plain(build, computed(build, x))
        name = build.op(GATHER_ND, NoAttrs(), [table, plain(build, indices)], node.name)
        return [result(build, name, tuple(range(len(build.shape(name)))))]
    sizes = np.array(x.shape[:depth])
    numbers = np.ravel_multi_index(tuple((places.reshape(-1, depth) % sizes).T), tuple(sizes))
    elements = steps.reshape(x, (1, math.prod(x.shape[:depth]), math.prod(left)), "elements")
    picked = taken(steps, elements, 1, numbers.tolist())
    return [steps.reshape(picked, (*indices.shape[:-1], *left), "shaped")]


def whole_lengths(node: Node) -> str | None:
    """A ReverseSequence turns a known number of steps of one series.

    Export with batch 1 and without sequence lengths that are computed.
    """
    x, lengths = node.value(), node.constant(1)
    axis, batch = node.integer("time_axis", 0), node.integer("batch_axis", 1)
    if lengths is None or sorted((axis, batch)) != [0, 1] or x.rank < 2:
        return f"axes {axis} and {batch} of {x.shape}"
    fits = x.shape[batch] == 1 and lengths.size == 1
    return None if fits and 0 <= int(lengths.reshape(-1)[0]) <= x.shape[axis] else f"{x.shape}"


def _reversed(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, axis = node.value(), node.integer("time_axis", 0)
    length = int(np.asarray(node.constant(1)).reshape(-1)[0])
    places = [*range(length - 1, -1, -1), *range(length, x.shape[axis])]
    return [taken(Steps(build, node), x, axis, places)]


def _looked_up(build: GraphBuilder, node: Node) -> NodeValue:
    """By indices that the model computes, or is given."""
    steps, x, indices = Steps(build, node), node.value(0), node.value(1)
    axis = node.integer("axis", 0) % x.rank
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    table = plain(build, computed(build, x))
    attrs = GatherAttrs(axis, 0 if x.data is not None else 1)
    name = build.op(GATHER, attrs, [table, plain(build, indices)], node.name)
    y = result(build, name, tuple(range(len(build.shape(name)))))
    return y if y.shape == shape else steps.reshape(y, shape)


def _spread(
    build: GraphBuilder, node: Node, x: NodeValue, axis: int, shape: tuple[int, ...]
) -> NodeValue:
    """The value with `axis` in the shape of the indices: none for one number."""
    if len(shape) == 1:
        return x
    added = len(shape) - 1
    order: list[int] = []
    stored: list[int] = []
    for each in x.order:
        if each == axis:
            order.extend(range(axis, axis + len(shape)))
            stored.extend(shape)
        else:
            order.append(each if each < axis else each + added)
            stored.append(x.shape[each])
    name = build.op(RESHAPE, ReshapeAttrs(tuple(stored)), [x.name], node.name)
    return result(build, name, tuple(order))


RULES = {
    "Gather": NodeRule(
        _gather, (one_computed_input, axis_inside(0), indices_inside, own_indices), 2
    ),
    "GatherND": NodeRule(_gather_nd, (one_computed_input, tuples_inside), 2),
    "ReverseSequence": NodeRule(_reversed, (computed_input, whole_lengths), 2),
}
