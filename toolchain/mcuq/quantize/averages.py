"""Averages over whole images, at a scale of their own where they are much smaller than the values.

AVERAGE_POOL_2D keeps its input's scale, which the largest value of any pixel decides. MEAN computes
the same and requantizes.
"""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import Graph, Op
from mcuq.numeric.activation import Activation
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.pooling import AVERAGE_POOL_2D, PoolAttrs
from mcuq.quantize.joins import Spans, width
from mcuq.quantize.settings import RANGES


def with_own_averages(graph: Graph, span: Spans) -> Graph:
    """The graph with a MEAN for every AVERAGE_POOL_2D that would leave most of its integers unused.

    Args:
        graph: the float model.
        span: range of each activation on its own.
    """
    ops = tuple(_as_mean(op) if _is_coarse(graph, op, span) else op for op in graph.ops)
    return replace(graph, ops=ops)


def _is_coarse(graph: Graph, op: Op, span: Spans) -> bool:
    """Whether an average over a whole image has `RANGES.average_limit` times less range."""
    if op.kind is not AVERAGE_POOL_2D:
        return False
    assert isinstance(op.attrs, PoolAttrs)
    source, result = graph.tensors[op.inputs[0]].shape, graph.tensors[op.output].shape
    is_whole = result[1:3] == (1, 1) and op.attrs.filter == source[1:3]
    if not is_whole or op.attrs.activation is not Activation.NONE:
        return False
    own = width(span(op.output))
    return 0.0 < own * RANGES.average_limit < width(span(op.inputs[0]))


def _as_mean(op: Op) -> Op:
    return replace(op, kind=MEAN, attrs=MeanAttrs((1, 2), keep_dims=True))
