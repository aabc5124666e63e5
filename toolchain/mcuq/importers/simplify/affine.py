"""Multiplications and additions a channel (batch normalization, biases) into the layer before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.graph import Graph, Op, Tensor
from mcuq.importers.simplify.rewrite import Floats, Uses, constant, rebuilt
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Activated
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import DEPTHWISE_CONV_2D

_AFFINE = frozenset({ADD, SUB, MUL})


def fold_affine(graph: Graph) -> Graph:
    """Fold while there is something to fold: (x·w + b)·s + t = x·(w·s) + (b·s + t)."""
    while True:
        uses = Uses(graph)
        found = next(
            (pair for op in graph.ops if (pair := _foldable(graph, uses, op)) is not None), None
        )
        if found is None:
            return graph
        graph = _folded(graph, *found)


def _foldable(graph: Graph, uses: Uses, op: Op) -> tuple[Op, Op, Floats] | None:
    """The layer before `op`, `op`, and its values by channel; None where `op` must stay."""
    if op.kind not in _AFFINE:
        return None
    if op.kind is not SUB and graph.tensors[op.inputs[0]].is_constant:
        op = replace(op, inputs=(op.inputs[1], op.inputs[0]))
    data = graph.tensors[op.inputs[1]].data
    layer = uses.producer(op.inputs[0])
    if data is None or layer is None or not layer.kind.weighted:
        return None
    unchanged = graph.tensors[op.output].shape == graph.tensors[layer.output].shape
    channels = graph.tensors[layer.output].shape[-1]
    by_channel = data.size == 1 or (data.size == channels == data.shape[-1])
    shared = _is_shared(graph, layer.inputs[1]) and op.kind is MUL
    assert isinstance(layer.attrs, Activated)
    has_activation = layer.attrs.activation is not Activation.NONE
    if not (unchanged and by_channel) or has_activation or shared:
        return None
    if uses.only_reader(layer.output) is None or layer.output in graph.ranges:
        return None
    return layer, op, np.broadcast_to(data.reshape(-1).astype(np.float64), (channels,))


def _is_shared(graph: Graph, filters: str) -> bool:
    return sum(filters in op.inputs for op in graph.ops) > 1


def _folded(graph: Graph, layer: Op, op: Op, values: Floats) -> Graph:
    """The graph with `op` folded into `layer`, which then writes what `op` wrote."""
    filters = graph.tensors[layer.inputs[1]]
    bias = _bias(graph, layer, len(values))
    if op.kind is MUL:
        filters = constant(graph, f"{op.name}/filter", _scaled(layer.kind, filters, values))
        bias = bias * values
    else:
        bias = bias + (values if op.kind is ADD else -values)
    new_bias = constant(graph, f"{op.name}/bias", bias)
    assert isinstance(layer.attrs, Activated) and isinstance(op.attrs, BinaryAttrs)
    folded = replace(
        layer,
        name=op.name,
        inputs=(layer.inputs[0], filters.name, new_bias.name),
        outputs=op.outputs,
        attrs=layer.attrs.with_activation(op.attrs.activation),
    )
    return rebuilt(graph, {layer.name: folded, op.name: None}, (filters, new_bias))


def _bias(graph: Graph, layer: Op, channels: int) -> Floats:
    data = graph.tensors[layer.inputs[2]].data if len(layer.inputs) == 3 else None
    return np.zeros(channels) if data is None else data.astype(np.float64)


def _scaled(kind: AnyOperator, filters: Tensor, values: Floats) -> Floats:
    """The filter with each output channel multiplied."""
    assert filters.data is not None
    channel = 3 if kind is DEPTHWISE_CONV_2D else 0
    shape = [1] * len(filters.shape)
    shape[channel] = -1
    return np.asarray(filters.data * values.reshape(shape))
