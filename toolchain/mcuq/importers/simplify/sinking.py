"""Reshapes behind the arithmetic that follows a layer, which then goes into the layer.

A 1-D convolution is a CONV_2D between two RESHAPEs: batch normalization and RELU stand behind the
second one, where they would cost an operator each, and a range of their own.
"""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import Graph, Op
from mcuq.importers.simplify.rewrite import Uses, rebuilt
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.catalog import WEIGHTED_OPERATORS
from mcuq.ops.functions import ABS, ELU, RSQRT
from mcuq.ops.movement import RESHAPE
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH

_UNARY = frozenset(
    {
        RELU, RELU6, LEAKY_RELU, HARD_SWISH, LOGISTIC,
        TANH, ABS, ELU, RSQRT,
    }
)  # fmt: skip
_BINARY = frozenset({ADD, SUB, MUL})
_BEFORE = frozenset(WEIGHTED_OPERATORS) | _UNARY | _BINARY


def sink_reshapes(graph: Graph) -> Graph:
    """Sink while there is something to sink."""
    while True:
        uses = Uses(graph)
        found = next((op for op in graph.ops if _sinks(graph, uses, op)), None)
        if found is None:
            return graph
        reader = uses.only_reader(found.output)
        assert reader is not None  # _sinks has looked
        graph = _swapped(graph, found, reader)


def _sinks(graph: Graph, uses: Uses, op: Op) -> bool:
    """Whether a RESHAPE of a layer's result can change places with its only reader."""
    layer, reader = uses.producer(op.inputs[0]), uses.only_reader(op.output)
    if op.kind is not RESHAPE or layer is None or reader is None:
        return False
    if layer.kind not in _BEFORE or uses.only_reader(op.inputs[0]) is None:
        return False
    return op.output not in graph.ranges and _is_pointwise(graph, op, reader)


def _is_pointwise(graph: Graph, reshape: Op, op: Op) -> bool:
    """Whether an operator treats each element alike, or each channel of either shape."""
    if op.kind in _UNARY:
        return True
    if op.kind not in _BINARY:
        return False
    source, shape = (graph.tensors[name].shape for name in (reshape.inputs[0], reshape.output))
    others = [graph.tensors[name] for name in op.inputs if name != reshape.output]
    if len(others) != 1 or not others[0].is_constant or len(others[0].shape) > len(source):
        return False
    by_channel = source[-1] == shape[-1] and others[0].size == others[0].shape[-1] == shape[-1]
    return (others[0].size == 1 or by_channel) and graph.tensors[op.output].shape == shape


def _swapped(graph: Graph, reshape: Op, op: Op) -> Graph:
    """The graph with `op` in front of `reshape`, its range included."""
    source, between = graph.tensors[reshape.inputs[0]], graph.tensors[reshape.output]
    inputs = tuple(source.name if name == between.name else name for name in op.inputs)
    ranges = dict(graph.ranges)
    if op.output in ranges:
        ranges[between.name] = ranges.pop(op.output)
    tensors = {**graph.tensors, between.name: replace(between, shape=source.shape)}
    moved = {
        reshape.name: replace(op, inputs=inputs, outputs=reshape.outputs),
        op.name: replace(reshape, inputs=reshape.outputs, outputs=op.outputs),
    }
    return rebuilt(replace(graph, tensors=tensors, ranges=ranges), moved)
