"""Products with a constant matrix as layers, whose filters have a scale a channel and any width."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.graph import Graph, Op, Tensor
from mcuq.importers.simplify.rewrite import constant, rebuilt
from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs


def layers_of_products(graph: Graph) -> Graph:
    """Every BATCH_MATMUL of rows with one constant matrix becomes a FULLY_CONNECTED."""
    replacements: dict[str, Op | None] = {}
    filters: list[Tensor] = []
    for op in graph.ops:
        weights = _filter(graph, op)
        if weights is not None:
            filters.append(constant(graph, f"{op.name}/filter", weights))
            inputs = (op.inputs[0], filters[-1].name)
            attrs = FullyConnectedAttrs(keep_num_dims=True)
            replacements[op.name] = replace(op, kind=FULLY_CONNECTED, attrs=attrs, inputs=inputs)
    return rebuilt(graph, replacements, filters)


def _filter(graph: Graph, op: Op) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    """Rows of outputs; None where the operator is no such product."""
    if op.kind is not BATCH_MATMUL:
        return None
    assert isinstance(op.attrs, MatmulAttrs)
    rows, matrix = (graph.tensors[name] for name in op.inputs)
    if matrix.data is None or op.attrs.adj_x or matrix.size != np.prod(matrix.shape[-2:]):
        return None
    weights = matrix.data.reshape(matrix.shape[-2:])
    weights = weights if op.attrs.adj_y else weights.T
    result = (*rows.shape[:-1], len(weights))
    return weights if graph.tensors[op.output].shape == result else None
