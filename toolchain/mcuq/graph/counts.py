"""What an operator computes and holds, whatever the number formats: MACs and parameters."""

from __future__ import annotations

import math

from mcuq.graph.graph import Graph, Op
from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs
from mcuq.ops.weighted import DEPTHWISE_CONV_2D, TRANSPOSE_CONV


def macs(graph: Graph, op: Op) -> int:
    """Multiply-accumulates of `op`: one a weight and output position (input position
    where the window slides over the result), or of matrix products; 0 of others.

    Multiplications with padding zeros count, as is customary.
    """
    if op.kind is BATCH_MATMUL:
        return graph.tensors[op.output].size * _depth(graph, op)
    if not op.kind.weighted:
        return 0
    filter_shape = graph.tensors[op.inputs[1]].shape
    output_size = graph.tensors[op.output].size
    if op.kind is DEPTHWISE_CONV_2D:
        return output_size * filter_shape[1] * filter_shape[2]
    if op.kind is TRANSPOSE_CONV:
        return graph.tensors[op.inputs[0]].size * math.prod(filter_shape[:3])
    return output_size * math.prod(filter_shape[1:])


def _depth(graph: Graph, op: Op) -> int:
    """Products that one element of a BATCH_MATMUL sums up."""
    assert isinstance(op.attrs, MatmulAttrs)
    return graph.tensors[op.inputs[0]].shape[-2 if op.attrs.adj_x else -1]


def parameters(graph: Graph, op: Op) -> int:
    """Constants that `op` reads, biases included; a shared one counts at every reader."""
    return sum(graph.tensors[name].size for name in op.inputs if graph.tensors[name].is_constant)


def all_macs(graph: Graph) -> int:
    """Multiply-accumulates of one inference."""
    return sum(macs(graph, op) for op in graph.ops)


def all_weights(graph: Graph) -> int:
    """Values of all filters."""
    return sum(graph.tensors[name].size for name in graph.weights)
