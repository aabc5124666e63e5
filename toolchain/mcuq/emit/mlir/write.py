"""From a graph to a function."""

from __future__ import annotations

from mcuq.emit.mlir.syntax import Attribute, Integers, MlirFunction, Value
from mcuq.emit.mlir.tosa import lower
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.types import constant, type_of
from mcuq.graph import Graph, Op
from mcuq.quantized import QuantizedGraph

AnyGraph = Graph | QuantizedGraph


def function_of(graph: AnyGraph) -> MlirFunction:
    """The graph as one function: constants first, then the operators in order.

    A constant carries its tensor's name (`mcuq.tensor`), the last operation of each operator the
    operator's `mcuq.kind` and `mcuq.name` and the name of its output (`mcuq.tensor`). The function
    carries the names of the graph, of its arguments and of its results, and `mcuq.layouts`: name
    and order of axes of each of these that the model file arranges otherwise. States are arguments
    behind the inputs and results behind the outputs, in the order of `mcuq.states`, their names.
    """
    filters = {op.inputs[1] for op in graph.ops if op.kind.weighted}
    block = Block()
    types = {name: type_of(tensor, name in filters) for name, tensor in graph.tensors.items()}
    arguments = (*graph.inputs, *(state.read for state in graph.states))
    values = {name: Value(f"%arg{i}", types[name]) for i, name in enumerate(arguments)}
    for name, tensor in graph.tensors.items():
        if tensor.is_constant:
            data = constant(tensor, types[name])
            values[name] = block.emit("tosa.const", [], types[name], value=data)
            block.attach({"mcuq.tensor": name})
    for op in graph.ops:
        inputs = [values[name] for name in op.inputs]
        values[op.output] = lower(block, op, inputs, types[op.output])
        block.attach(_description(op))
    return MlirFunction(
        "main",
        tuple(values[name] for name in arguments),
        tuple(block.operations),
        tuple(values[n] for n in (*graph.outputs, *(s.written for s in graph.states))),
        {
            "mcuq.graph": graph.name,
            "mcuq.inputs": graph.inputs,
            "mcuq.outputs": graph.outputs,
            **_layouts(graph),
            **_states(graph),
        },
    )


def _states(graph: AnyGraph) -> dict[str, Attribute]:
    return {"mcuq.states": tuple(s.name for s in graph.states)} if graph.states else {}


def _layouts(graph: AnyGraph) -> dict[str, Attribute]:
    if not isinstance(graph, Graph) or not graph.layouts:
        return {}
    orders = tuple((name, Integers(layout.order)) for name, layout in graph.layouts.items())
    return {"mcuq.layouts": orders}


def _description(op: Op) -> dict[str, Attribute]:
    return {"mcuq.kind": op.kind.name, "mcuq.name": op.name, "mcuq.tensor": op.output}
