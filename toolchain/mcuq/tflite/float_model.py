"""A float graph as a TFLite flatbuffer."""

from __future__ import annotations

import numpy as np

from mcuq.graph import Graph, Op
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.operators.catalog import FORMS
from mcuq.tflite.operators.form import Runtime
from mcuq.tflite.variables import Variables


def float_tflite_bytes(graph: Graph) -> bytes:
    """Bytes of a float32 model with the graph's tensors, in order of first use, under their names.

    Constants that no operator reads are left out.
    """
    names = _used_names(graph)
    index = {name: position for position, name in enumerate(names)}
    tensors = [
        TensorSpec(name, graph.tensors[name].shape, "float32", graph.tensors[name].data)
        for name in names
    ]
    operators = [_operator(op, index, tensors) for op in graph.ops]
    once = None
    if graph.states:
        variables = Variables(graph.states, tensors, index)
        tensors, operators = variables.tensors, variables.between(operators)
        once = variables.once()
    return build_model(
        tensors,
        operators,
        [index[name] for name in graph.inputs],
        [index[name] for name in graph.outputs],
        name=graph.name,
        once=once,
    )


def _used_names(graph: Graph) -> list[str]:
    operands = (name for op in graph.ops for name in (*op.inputs, *op.outputs))
    kept = (name for state in graph.states for name in (state.read, state.written))
    return list(dict.fromkeys((*graph.inputs, *operands, *graph.outputs, *kept)))


def _operator(op: Op, index: dict[str, int], tensors: list[TensorSpec]) -> OperatorSpec:
    """The operator's description; its shape-giving constants are appended to `tensors`."""
    form = FORMS[op.kind]
    inputs = [index[name] for name in op.inputs]
    if Runtime.LITERT in form.needs_bias and len(inputs) == 2:
        inputs.append(len(tensors))
        zeros = np.zeros(tensors[index[op.output]].shape[-1], np.float32)
        tensors.append(TensorSpec(f"{op.name}/bias", zeros.shape, "float32", zeros))
    for number, values in enumerate(form.operands(op.attrs)):
        inputs.append(len(tensors))
        tensors.append(TensorSpec(f"{op.name}/operand{number}", values.shape, "int32", values))
    outputs = tuple(index[name] for name in op.outputs)
    return OperatorSpec(op.kind.name, tuple(inputs), outputs, form.options(op.attrs))
