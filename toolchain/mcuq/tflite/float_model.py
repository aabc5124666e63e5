"""A float graph as a TFLite flatbuffer."""

from __future__ import annotations

import numpy as np

from mcuq.graph import Graph, Op
from mcuq.ops.weighted import CONV_2D
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.options import constant_operands, options_for


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
    return build_model(
        tensors,
        operators,
        [index[name] for name in graph.inputs],
        [index[name] for name in graph.outputs],
        name=graph.name,
    )


def _used_names(graph: Graph) -> list[str]:
    operands = (name for op in graph.ops for name in (*op.inputs, *op.outputs))
    return list(dict.fromkeys((*graph.inputs, *operands, *graph.outputs)))


def _operator(op: Op, index: dict[str, int], tensors: list[TensorSpec]) -> OperatorSpec:
    """The operator's description; its shape-giving constants are appended to `tensors`."""
    inputs = [index[name] for name in op.inputs]
    if op.kind is CONV_2D and len(inputs) == 2:
        # LiteRT's kernel refuses a convolution without bias.
        inputs.append(len(tensors))
        filters = tensors[inputs[1]].shape[0]
        zeros = np.zeros(filters, np.float32)
        tensors.append(TensorSpec(f"{op.name}/bias", zeros.shape, "float32", zeros))
    for number, values in enumerate(constant_operands(op.kind, op.attrs)):
        inputs.append(len(tensors))
        tensors.append(TensorSpec(f"{op.name}/operand{number}", values.shape, "int32", values))
    outputs = tuple(index[name] for name in op.outputs)
    return OperatorSpec(op.kind.name, tuple(inputs), outputs, options_for(op.kind, op.attrs))
