"""An operator by what it gives, and the bits of its filter."""

from __future__ import annotations

from mcuq.graph import Op
from mcuq.quantized import QuantizedGraph


def op_of(qgraph: QuantizedGraph, output: str) -> Op:
    """The operator that gives the tensor `output`."""
    return next(op for op in qgraph.ops if op.output == output)


def filter_bits(qgraph: QuantizedGraph, output: str) -> int | None:
    """The fewest of a channel; None: it has no filter."""
    op = op_of(qgraph, output)
    return qgraph.tensors[op.inputs[1]].fewest_bits if op.kind.weighted else None
