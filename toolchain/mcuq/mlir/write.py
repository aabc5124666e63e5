"""From a graph to a function."""

from __future__ import annotations

from mcuq.graph import WEIGHTED, Graph, Op
from mcuq.mlir.attrs import encode
from mcuq.mlir.syntax import Attribute, Function, Integers, Number, Value
from mcuq.mlir.tosa import lower
from mcuq.mlir.tosa.block import Block
from mcuq.mlir.types import constant, type_of
from mcuq.quantize import QuantizedGraph

AnyGraph = Graph | QuantizedGraph

FORMAT = 1
"""Of the attributes below; changes when files of an older mcuq can no longer be read."""


def function_of(graph: AnyGraph) -> Function:
    """The graph as one function: constants first, then the operators in order.

    A constant carries its tensor's name (`mcuq.tensor`). The last operation of each operator
    carries what TOSA does not say: `mcuq.kind`, `mcuq.name`, `mcuq.inputs`, `mcuq.tensor` (the
    output's name) and `mcuq.attrs`.
    """
    filters = {op.inputs[1] for op in graph.ops if op.kind in WEIGHTED}
    block = Block()
    types = {name: type_of(tensor, name in filters) for name, tensor in graph.tensors.items()}
    values = {name: Value(f"%arg{i}", types[name]) for i, name in enumerate(graph.inputs)}
    for name, tensor in graph.tensors.items():
        if tensor.is_constant:
            data = constant(tensor, types[name])
            values[name] = block.emit("tosa.const", [], types[name], value=data)
            block.attach({"mcuq.tensor": name})
    for op in graph.ops:
        inputs = [values[name] for name in op.inputs]
        values[op.output] = lower(block, op, inputs, types[op.output])
        block.attach(_description(op))
    return Function(
        "main",
        tuple(values[name] for name in graph.inputs),
        tuple(block.operations),
        tuple(values[name] for name in graph.outputs),
        {
            "mcuq.format": str(FORMAT),
            "mcuq.graph": graph.name,
            "mcuq.inputs": graph.inputs,
            "mcuq.outputs": graph.outputs,
            **_beside(graph),
        },
    )


def _beside(graph: AnyGraph) -> dict[str, Attribute]:
    """What a float graph keeps of the file it was read from, where there is any.

    `mcuq.layouts`: name and order of axes of each input and output that was rearranged;
    `mcuq.ranges`: name, low and high of each activation with a stored range.
    """
    if not isinstance(graph, Graph):
        return {}
    found: dict[str, Attribute] = {
        "mcuq.layouts": tuple(
            (name, Integers(layout.order)) for name, layout in graph.layouts.items()
        ),
        "mcuq.ranges": tuple(
            (name, Number(low, "f64"), Number(high, "f64"))
            for name, (low, high) in graph.ranges.items()
        ),
    }
    return {key: entries for key, entries in found.items() if entries}


def _description(op: Op) -> dict[str, Attribute]:
    return {
        "mcuq.kind": op.kind.value,
        "mcuq.name": op.name,
        "mcuq.inputs": op.inputs,
        "mcuq.tensor": op.output,
        "mcuq.attrs": encode(op.attrs),
    }
