"""QuantizeLinear and DequantizeLinear of activations.

Between them a value is known by the real numbers that its integers stand for. What remains of a
QuantizeLinear is its clamp: a type and a zero point hold the reals of `Grid.span`, no others. Where
the span begins at 0 that is a ReLU, and often the only one there is: onnxruntime's quantization
leaves out a Relu or Clip that the clamp makes superfluous. The whole span becomes the range that
the file stores for the tensor.
"""

from __future__ import annotations

from dataclasses import replace

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.constraints import check
from mcuq.importers.onnx.grid import Grid, grid_of
from mcuq.importers.onnx.layout import result
from mcuq.importers.onnx.rules import padding
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    computed_input,
    constant_inputs,
    never_negative,
)
from mcuq.importers.onnx.rules.elementwise import with_inputs
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.unary import RELU, RELU6

MOVES = frozenset(
    {
        "Concat", "Flatten", "GlobalMaxPool", "Identity", "MaxPool", "ReduceMax", "Reshape",
        "Resize", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze",
    }
)  # fmt: skip
"""Operators that give the same on integers as on the reals behind them: they move and compare, or
(Resize) take means of neighbours, whose weights add up to 1."""


def reads_integers(node: Node) -> str | None:
    """A DequantizeLinear reads what a QuantizeLinear with the same parameters has written.

    Quantize the float model again, with QDQ nodes around each layer.
    """
    grid = node.value().grid
    if grid is None:
        return "its input is no quantized activation"
    own = grid_of(node)
    same = (grid.scale, grid.zero_point) == (own.scale, own.zero_point)
    inside = own.lowest <= grid.lowest and grid.highest <= own.highest
    return None if same and inside else "scale, zero point or type differ"


def reads_reals(node: Node) -> str | None:
    """A QuantizeLinear reads real numbers.

    Quantize the float model again, with QDQ nodes around each layer.
    """
    return None if node.value().grid is None else "its input is quantized already"


def common_grid(node: Node) -> Grid | None:
    """The grid of the values that a node moves; None where they are reals, or differ."""
    moved = node.inputs if node.kind == "Concat" else node.inputs[:1]
    grids = {None if value is None else value.grid for value in moved}
    return grids.pop() if len(grids) == 1 else None


def computes_on_reals(node: Node) -> str | None:
    """Between QuantizeLinear and DequantizeLinear values are moved and compared only.

    Quantize with QuantFormat.QDQ, which computes on real numbers between the two.
    """
    quantized = any(value is not None and value.grid is not None for value in node.inputs)
    moves = node.kind in (MOVES | set(INTEGER_RULES)) and common_grid(node) is not None
    return "it computes with integers" if quantized and not moves else None


def _quantize(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """The clamp: a ReLU where it is one, and a tensor of its own that has the stored range.

    `mcuq.importers.simplify` gives the range to the tensor before where nothing else reads that.
    """
    return [_clamped(build, node, grid_of(node))]


def _clamped(build: GraphBuilder, node: Node, grid: Grid) -> NodeValue:
    x, (low, high) = node.value(), grid.span
    name = x.name
    if low == 0 and not never_negative(build, name):
        six = abs(high - 6.0) <= grid.scale / 2
        name = build.op(RELU6 if six else RELU, NoAttrs(), [name], f"{name}/relu")
    name = build.op(RESHAPE, ReshapeAttrs(x.stored), [name], node.name)
    build.limit(name, low, high)
    return replace(result(build, name, x.order), grid=grid)


def _narrowed(node: Node) -> Grid:
    """The grid behind a Clip of integers, as PyTorch writes for fewer of them than the type has."""
    grid = node.value().grid
    assert grid is not None
    low, high = (
        None if data is None else int(data.reshape(-1)[0])
        for data in (node.constant(1), node.constant(2))
    )
    lowest = grid.lowest if low is None else max(grid.lowest, low)
    return replace(
        grid, lowest=lowest, highest=grid.highest if high is None else min(grid.highest, high)
    )


def keeps_zero(node: Node) -> str | None:
    """A Clip of integers leaves the zero point inside.

    Quantize the float model again: without a zero, padding could not be stored.
    """
    grid = _narrowed(node)
    fits = grid.lowest <= grid.zero_point <= grid.highest
    return None if fits else f"{grid.zero_point} outside {grid.lowest} … {grid.highest}"


def _clip(build: GraphBuilder, node: Node) -> list[NodeValue]:
    return [_clamped(build, node, _narrowed(node))]


def _dequantize(build: GraphBuilder, node: Node) -> list[NodeValue]:
    return [replace(node.value(), grid=None)]


def pads_with_zero(node: Node) -> str | None:
    """A Pad of integers adds the zero point.

    Pad with zeros before the model is quantized; other values are not supported.
    """
    grid, value = node.value().grid, node.constant(2)
    added = 0 if value is None or not value.size else int(value.reshape(-1)[0])
    zero = grid is not None and added == grid.zero_point
    return None if zero or node.text("mode", "constant") != "constant" else f"it adds {added}"


def _pad(build: GraphBuilder, node: Node) -> list[NodeValue]:
    rule = padding.RULES["Pad"]
    real = with_inputs(node, (*node.inputs[:2], None, *node.inputs[3:]))
    check(real, rule.constraints)
    return [replace(value, grid=node.value().grid) for value in rule.lower(build, real)]


_PARAMETERS = constant_inputs(1, 2)

RULES = {
    "QuantizeLinear": NodeRule(_quantize, (computed_input, _PARAMETERS, reads_reals), 2),
    "DequantizeLinear": NodeRule(_dequantize, (computed_input, _PARAMETERS, reads_integers), 2),
}
INTEGER_RULES = {
    "Clip": NodeRule(_clip, (_PARAMETERS, keeps_zero)),
    "Pad": NodeRule(_pad, (constant_inputs(2), pads_with_zero), 2),
}
"""Of operators whose first input is on a grid."""
