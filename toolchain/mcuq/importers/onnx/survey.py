"""An ONNX model as a graph of its own nodes, with what each costs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from onnx import numpy_helper

from mcuq.importers.missing import FileGraph, FileNode, Shape, multiply_accumulates
from mcuq.importers.onnx.elements import ELEMENTS
from mcuq.importers.onnx.infer import infer_shapes
from mcuq.numeric.element import Element

_CHANNELS_FIRST = frozenset({"Conv", "ConvTranspose", "QLinearConv", "ConvInteger"})


def file_graph(
    model: Any,
    constants: Collection[str],
    where: Callable[[int, Any], str],
    kind: Callable[[Any], str],
) -> FileGraph:
    """The graph; values are names.

    Args:
        model: whose nodes stand in order.
        constants: names of what does not depend on an input.
        where, kind: of a node at its position.
    """
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    shapes = _shapes(model)
    fixed = {*constants, *stored}
    nodes = tuple(
        FileNode(
            index,
            where(index, node),
            kind(node),
            ()
            if fixed.issuperset(node.output)
            else tuple(name for name in node.input if name and name not in fixed),
            tuple(name for name in node.output if name),
            _macs(node, shapes, fixed),
            sum(numpy_helper.to_array(stored[n]).nbytes for n in node.input if n in stored),
        )
        for index, node in enumerate(model.graph.node)
    )
    inputs = tuple(one.name for one in model.graph.input if one.name not in stored)
    return FileGraph(nodes, inputs, tuple(one.name for one in model.graph.output))


def inferred_values(model: Any) -> dict[str, tuple[Shape, Element]]:
    """Name → shape and kind of values, as far as ONNX infers them for a batch of 1."""
    found = {}
    for value in _inferred(model).value_info:
        tensor = value.type.tensor_type
        shape = tuple(one.dim_value for one in tensor.shape.dim)
        if shape and not shape[0]:
            shape = (1, *shape[1:])
        if all(shape) and tensor.elem_type in ELEMENTS:
            found[value.name] = shape, ELEMENTS[tensor.elem_type]
    return found


def _inferred(model: Any) -> Any:
    try:
        return infer_shapes(model).graph
    except ValueError:
        return model.graph


def _shapes(model: Any) -> Mapping[str, Shape]:
    """Name → shape, as far as ONNX infers it; an open dimension counts as 1."""
    graph = _inferred(model)
    found = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        dimensions = value.type.tensor_type.shape.dim
        found[value.name] = tuple(max(1, one.dim_value) for one in dimensions)
    return found


def _macs(node: Any, shapes: Mapping[str, Shape], fixed: Collection[str]) -> int:
    values = [name for name in node.input if name and name not in fixed]
    ends = [shapes.get(name, ()) for name in (*values[:1], *node.output[:1])]
    if len(ends) < 2 or not all(ends):
        return 0
    if node.op_type in _CHANNELS_FIRST:
        ends = [(shape[0], *shape[2:], shape[1]) for shape in ends]
    weights = [shapes.get(name, ()) for name in node.input if name in fixed]
    return multiply_accumulates(node.op_type, ends, weights)
