"""A float graph as a TFLite flatbuffer."""

from __future__ import annotations

import numpy as np

from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.element import Element
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.chain import chained
from mcuq.tflite.operators.catalog import FORMS
from mcuq.tflite.operators.form import Runtime
from mcuq.tflite.variables import Variables


def float_tflite_bytes(graph: Graph) -> bytes:
    """Bytes of a float32 model with the graph's tensors, in order of first use, under their names.

    Constants that no operator reads are left out.
    """
    names = _used_names(graph)
    index = {name: position for position, name in enumerate(names)}
    tensors = [_tensor(graph.tensors[name]) for name in names]
    operators = [spec for op in graph.ops for spec in _operators(op, index, tensors)]
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


def _tensor(tensor: Tensor) -> TensorSpec:
    if tensor.element is Element.REAL:
        return TensorSpec(tensor.name, tensor.shape, "float32", tensor.data)
    data = None if tensor.data is None else tensor.data.astype(tensor.element.dtype)
    return TensorSpec(tensor.name, tensor.shape, tensor.element, data)


def _used_names(graph: Graph) -> list[str]:
    operands = (name for op in graph.ops for name in (*op.inputs, *op.outputs))
    kept = (name for state in graph.states for name in (state.read, state.written))
    return list(dict.fromkeys((*graph.inputs, *operands, *graph.outputs, *kept)))


def _operators(op: Op, index: dict[str, int], tensors: list[TensorSpec]) -> list[OperatorSpec]:
    """What stands for an operator; tensors that only the file needs are appended to `tensors`."""
    form = FORMS[op.kind]
    inputs = [index[name] for name in op.inputs]
    if form.real_links is not None:
        return chained(form.real_links(op.attrs), inputs, index[op.output], tensors)
    if Runtime.LITERT in form.needs_bias and len(inputs) == 2:
        inputs.append(len(tensors))
        zeros = np.zeros(tensors[index[op.output]].shape[-1], np.float32)
        tensors.append(TensorSpec(f"{op.name}/bias", zeros.shape, "float32", zeros))
    constants = []
    for number, values in enumerate(form.operands(op.attrs)):
        constants.append(len(tensors))
        tensors.append(TensorSpec(f"{op.name}/operand{number}", values.shape, "int32", values))
    outputs = tuple(index[name] for name in op.outputs)
    stored = form.rule.stored(inputs, constants)
    return [OperatorSpec(op.kind.name, stored, outputs, form.options(op.attrs))]
