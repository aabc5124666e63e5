"""Pad: zeros by PAD; other values and what repeats the input as slices, one behind the other."""

from __future__ import annotations

from typing import Literal

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import result
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    axes_inside,
    computed_input,
    constant_inputs,
    listed_axes,
)
from mcuq.importers.onnx.rules.gather import taken
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.movement import PAD, PadAttrs

Pair = tuple[int, int]
Repeat = Literal["edge", "reflect", "wrap"]
"""As NumPy pads."""
_REPEATS: dict[str, Repeat] = {"edge": "edge", "reflect": "reflect", "wrap": "wrap"}


def known_padding(node: Node) -> str | None:
    """A Pad adds one number or repeats the input: constant, edge, reflect or wrap.

    Use torch.nn.functional.pad with one of these modes.
    """
    mode = node.text("mode", "constant")
    return None if mode == "constant" or mode in _REPEATS else f"mode {mode}"


def finite_padding(node: Node) -> str | None:
    """What a Pad adds is a finite number.

    In front of a MaxPool, give the padding to the layer itself.
    """
    value = _value(node)
    return None if np.isfinite(value) else f"it adds {value}"


def fitting_padding(node: Node) -> str | None:
    """A Pad has two counts for each dimension that it pads, and leaves something of it.

    The model is damaged: export it again.
    """
    x, pads, axes = node.value(), np.asarray(node.constant(1)), listed_axes(node, 3)
    count = x.rank if axes is None else len(axes)
    if pads.size != 2 * count:
        return f"{pads.size} counts for {count} dimensions"
    for axis, (before, after) in _pairs(node).items():
        size = x.shape[axis]
        if min(before, 0) + min(after, 0) + size < 1:
            return f"{(before, after)} at a dimension of {size}"
        # More would repeat what is repeated already.
        most = size - 1 if node.text("mode", "constant") == "reflect" else size
        if node.text("mode", "constant") != "constant" and max(before, after) > most:
            return f"{(before, after)} repeated from {size}"
    return None


def mirrored_places(size: int, pair: Pair, mode: Repeat) -> list[int]:
    """Which of `size` elements stand where, padding included."""
    places = np.pad(np.arange(size), tuple(max(count, 0) for count in pair), mode=mode)
    return [int(place) for place in places]


def _value(node: Node) -> float:
    value = node.constant(2)
    return 0.0 if value is None or not value.size else float(value.reshape(-1)[0])


def _pairs(node: Node) -> dict[int, Pair]:
    """Axis → counts in front and behind; negative ones cut."""
    rank = node.value().rank
    pads = [int(count) for count in np.asarray(node.constant(1)).reshape(-1)]
    axes = listed_axes(node, 3)
    padded = range(rank) if axes is None else [axis % rank for axis in axes]
    return {axis: (pads[i], pads[i + len(pads) // 2]) for i, axis in enumerate(padded)}


def _pad(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps, pairs = Steps(build, node), _pairs(node)
    x = _cut(steps, node.value(), pairs)
    mode = node.text("mode", "constant")
    added = {
        axis: (max(before, 0), max(after, 0))
        for axis, (before, after) in pairs.items()
        if max(before, after) > 0
    }
    if mode == "constant" and (_value(node) == 0 or not added):
        attrs = PadAttrs(tuple(added.get(axis, (0, 0)) for axis in x.order))
        return [result(build, build.op(PAD, attrs, [x.name], node.name), x.order)]
    for axis, pair in added.items():
        if mode == "constant":
            x = _beside(steps, x, axis, pair, _value(node))
        else:
            x = taken(steps, x, axis, mirrored_places(x.shape[axis], pair, _REPEATS[mode]))
    return [x]


def _cut(steps: Steps, x: NodeValue, pairs: dict[int, Pair]) -> NodeValue:
    """The value without what negative counts take away."""
    bounds = {
        axis: (-min(before, 0), x.shape[axis] + min(after, 0), 1)
        for axis, (before, after) in pairs.items()
        if min(before, after) < 0
    }
    return steps.slice(x, bounds, "cut") if bounds else x


def _beside(steps: Steps, x: NodeValue, axis: int, pair: Pair, value: float) -> NodeValue:
    """The value between constants."""
    shapes = [(*x.shape[:axis], count, *x.shape[axis + 1 :]) for count in pair]
    front, back = (constant(np.full(shape, value, np.float32)) for shape in shapes)
    parts = [part for part in (front, x, back) if 0 not in part.shape]
    return steps.concat(parts, axis)


RULES = {
    "Pad": NodeRule(
        _pad,
        (
            computed_input, constant_inputs(1, 2, 3), axes_inside(3), known_padding,
            fitting_padding, finite_padding,
        ),
        2,
    ),
}  # fmt: skip
