"""Pad: one number by PAD or PADV2; what repeats the input by MIRROR_PAD, or as slices."""

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
from mcuq.importers.onnx.rules.steps import Steps
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.movement import PAD, PadAttrs
from mcuq.ops.padding import MIRROR_PAD, PADV2, MirrorPadAttrs

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
    paddings = tuple(added.get(axis, (0, 0)) for axis in x.order)
    if mode == "constant":
        return [result(build, _filled(steps, x.name, paddings, _value(node)), x.order)]
    return [result(build, repeated(steps, x.name, paddings, _REPEATS[mode]), x.order)]


def _filled(steps: Steps, x: str, paddings: tuple[Pair, ...], value: float) -> str:
    """One number around."""
    attrs, name = PadAttrs(paddings), steps.name("")
    if value == 0 or not any(map(any, paddings)):
        return steps.build.op(PAD, attrs, [x], name)
    added = steps.constant(np.full(1, value, np.float32), "value")
    return steps.build.op(PADV2, attrs, [x, added], name)


def repeated(steps: Steps, x: str, paddings: tuple[Pair, ...], mode: Repeat) -> str:
    """What repeats the input, in the order that is stored: one MIRROR_PAD where it is one."""
    one_each = max((count for pair in paddings for count in pair), default=0) <= 1
    if mode == "reflect" or (mode == "edge" and one_each):
        attrs = MirrorPadAttrs(paddings, edge=mode == "edge")
        return steps.build.op(MIRROR_PAD, attrs, [x], steps.name(""))
    value = result(steps.build, x, tuple(range(len(paddings))))
    for axis, pair in enumerate(paddings):
        if any(pair):
            places = mirrored_places(value.shape[axis], pair, mode)
            value = taken(steps, value, axis, places)
    return value.name


def _cut(steps: Steps, x: NodeValue, pairs: dict[int, Pair]) -> NodeValue:
    """The value without what negative counts take away."""
    bounds = {
        axis: (-min(before, 0), x.shape[axis] + min(after, 0), 1)
        for axis, (before, after) in pairs.items()
        if min(before, after) < 0
    }
    return steps.slice(x, bounds, "cut") if bounds else x


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
