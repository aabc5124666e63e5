"""Slice and Split as STRIDED_SLICE."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    axes_inside,
    axis_inside,
    computed_input,
    constant_inputs,
)
from mcuq.importers.onnx.rules.steps import Bounds, Steps
from mcuq.importers.onnx.value import Node, NodeValue


def matching_bounds(node: Node) -> str | None:
    """A slice has one start, end, axis and step a sliced dimension, no step of 0.

    The model is damaged: export it again.
    """
    constants = [node.constant(number) for number in (1, 2, 3, 4)]
    counts = {values.size for values in constants if values is not None}
    if len(counts) != 1 or max(counts) > node.value().rank:
        return f"{sorted(counts)} entries for {node.value().rank} dimensions"
    steps = constants[3]
    return "a step is 0" if steps is not None and 0 in steps else None


def fitting_parts(node: Node) -> str | None:
    """The parts of a split fill the dimension.

    The model is damaged: export it again.
    """
    x = node.value()
    size, parts = x.shape[node.integer("axis", 0)], _parts(node)
    fits = sum(parts) == size and len(parts) == len(node.outputs) and min(parts) > 0
    return None if fits else f"parts {parts} of {size}"


def _slice(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x = node.value()
    starts, ends = (np.asarray(node.constant(number)).reshape(-1) for number in (1, 2))
    axes, steps = node.constant(3), node.constant(4)
    bounds = {}
    for i in range(len(starts)):
        axis = i if axes is None else int(axes.reshape(-1)[i]) % x.rank
        step = 1 if steps is None else int(steps.reshape(-1)[i])
        bounds[axis] = _clamped(int(starts[i]), int(ends[i]), step, x.shape[axis])
    return [Steps(build, node).slice(x, bounds)]


def _clamped(start: int, end: int, step: int, size: int) -> Bounds:
    """Bounds as Python's slices resolve them; -1 is past the first element."""
    low, high = (0, size) if step > 0 else (-1, size - 1)
    start = start + size if start < 0 else start
    end = end + size if end < 0 else end
    return min(max(start, low), high), min(max(end, low), high), step


def _parts(node: Node) -> list[int]:
    """Sizes from input 1 or, without it, as equal as possible with a smaller last part."""
    listed = node.constant(1)
    if listed is not None:
        return [int(size) for size in listed.reshape(-1)]
    size, count = node.value().shape[node.integer("axis", 0)], len(node.outputs)
    each = -(-size // count)
    return [each] * (count - 1) + [size - each * (count - 1)]


def _split(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x = node.value()
    axis = node.integer("axis", 0) % x.rank
    values, start = [], 0
    for name, size in zip(node.outputs, _parts(node), strict=True):
        steps = Steps(build, replace(node, outputs=(name,)))
        values.append(steps.rows(x, axis, start, size))
        start += size
    return values


RULES = {
    "Slice": NodeRule(
        _slice,
        (computed_input, constant_inputs(1, 2, 3, 4), axes_inside(3), matching_bounds),
        3,
    ),
    "Split": NodeRule(_split, (computed_input, constant_inputs(1), axis_inside(0), fitting_parts)),
}
