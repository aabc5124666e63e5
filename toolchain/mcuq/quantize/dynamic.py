"""Dynamic range: integer filters, float activations whose ranges are found at run time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcuq.errors import UsageError
from mcuq.graph import Graph, Tensor
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor, exact
from mcuq.ops.conversion import DEQUANTIZE
from mcuq.ops.operator import NoForm
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.quantize.config import Config
from mcuq.quantize.weights import Bank, channel_axis, quantize_weight
from mcuq.quantized.qgraph import QuantizedGraph


def quantize_dynamic(
    graph: Graph, config: Config | None = None, bank: Bank | None = None
) -> QuantizedGraph:
    """A graph whose filters are int8 or int4 and whose other tensors stay float32.

    At run time each weighted operator quantizes its input anew for every sample, symmetrically:
    scale = max |x| / 127. Nothing needs to be calibrated.

    Args:
        graph: the float model.
        config: choices of the filters; None takes int8 min-max.
        bank: precomputed filters; their biases are not taken.

    Raises:
        UsageError: a width below 4, or a method that is not known.
    """
    config = config or Config()
    tensors: dict[str, QuantizedTensor] = {}
    for op in graph.ops:
        for name in (*op.inputs, *op.outputs):
            tensors.setdefault(name, _real(graph.tensors[name]))
    for name in (*graph.inputs, *(state.read for state in graph.states)):
        tensors.setdefault(name, _real(graph.tensors[name]))
    tensors |= _filters(graph, config, bank)
    return QuantizedGraph(graph.name, tensors, graph.ops, graph.inputs, graph.outputs, graph.states)


def check_dynamic(qgraph: QuantizedGraph) -> None:
    """Raises UsageError where the firmware has no float form of an operator."""
    for op in qgraph.ops:
        if isinstance(op.kind.dynamic, NoForm):
            raise UsageError(
                f"{op.kind} '{op.name}' has no form with float activations in firmware",
                op.kind.dynamic.reason,
            )


def is_dynamic(qgraph: QuantizedGraph) -> bool:
    """Whether operators work on float activations, weighted ones quantizing them at run time."""
    outputs = [op.output for op in qgraph.ops if op.kind is not DEQUANTIZE]
    return any(qgraph.tensors[name].is_float for name in outputs)


def _real(tensor: Tensor) -> QuantizedTensor:
    if tensor.element is not Element.REAL:
        return exact(tensor.name, tensor.shape, tensor.element, tensor.data)
    data: npt.NDArray[np.float32] | None = tensor.data
    one = np.ones(1, np.float32)
    return QuantizedTensor(tensor.name, tensor.shape, 32, one, data=data, is_float=True)


def _filters(graph: Graph, config: Config, bank: Bank | None) -> Mapping[str, QuantizedTensor]:
    found: dict[str, QuantizedTensor] = {}
    for op in graph.ops:
        data = graph.tensors[op.inputs[1]].data if op.kind.weighted else None
        if data is None:
            continue
        name = op.inputs[1]
        choice = config.weight(name)
        if choice.bits not in (4, 8):
            raise UsageError(
                f"tensor '{name}': dynamic range takes int8 and int4 filters", "use 8 or 4 bits"
            )
        if op.kind is FULLY_CONNECTED:
            # LiteRT's hybrid dense layer takes one scale.
            choice = replace(choice, per="tensor")
        axis = channel_axis(op.kind, choice.per)
        weight = quantize_weight(name, data, choice, axis, bank)
        kept = axis if weight.scale.size > 1 else None
        found[name] = QuantizedTensor(
            name, data.shape, choice.bits, weight.scale, 0, kept, weight.values
        )
    return found
