"""Whether a depthwise layer may take scratch for speed without raising the arena (much).

Expanded weights need 18 bytes a channel while the layer runs. That is free where another operator
needs as much memory anyway, and dear where the layer is the model's peak. The rule looks at shapes
only, so that it does not change with the bits of other layers.
"""

from __future__ import annotations

import math
from typing import cast

from mcuq.graph import Op
from mcuq.lower.options import LowerOptions
from mcuq.lower.overlap import (
    BufferOverlap,
    Pair,
    Shape,
    WindowShape,
    conv_overlap,
    depthwise_overlap,
    pointwise_overlap,
)
from mcuq.lower.packing import can_expand, column_scratch, depthwise_scratch, padded_depth
from mcuq.lower.settings import LOWERING
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.ops.weighted_params import ConvParams
from mcuq.quantized import op_params, quantized_op
from mcuq.quantized.qgraph import QuantizedGraph


def may_expand(qgraph: QuantizedGraph, op: Op, options: LowerOptions) -> bool:
    """Whether a depthwise layer's expanded form stays within some operator's needs.

    For speed each layer is asked alone. For size all are asked: the expanded form is the shorter
    one too, but not beside the plain one.

    Args:
        qgraph: the model.
        op: DEPTHWISE_CONV_2D of multiplier 1.
        options: what the model is lowered for.
    """
    room = max(_least(qgraph, other) for other in qgraph.ops) * (1 + LOWERING.scratch_growth)
    asked = [op] if options.speed else [o for o in qgraph.ops if o.kind is DEPTHWISE_CONV_2D]
    return all(_expanded_bytes(qgraph, layer, options) <= room for layer in asked)


def _expanded_bytes(qgraph: QuantizedGraph, op: Op, options: LowerOptions) -> float:
    """What the layer needs in its expanded form: infinitely many bytes where it has none."""
    _, height, width, channels = qgraph.tensors[op.inputs[1]].shape
    params = DEPTHWISE_CONV_2D.int8.params(quantized_op(qgraph, op))
    if params.depth_multiplier != 1 or not can_expand(height * width, channels):
        return math.inf
    scratch = depthwise_scratch(
        height * width, channels, 8, expanded=True, address_bytes=options.address_bytes
    )
    return _tensors(qgraph, op) - _shared(_overlap(qgraph, op)) + scratch


def _least(qgraph: QuantizedGraph, op: Op) -> int:
    """Bytes that an operator needs at least: tensors that cannot share memory, and scratch."""
    whole = _tensors(qgraph, op)
    weighted = op.kind in (CONV_2D, DEPTHWISE_CONV_2D)
    if not weighted:
        # At best the output takes its largest input's place.
        sizes = [_size(qgraph, name) for name in op.inputs]
        return whole - min(max(sizes), _size(qgraph, op.output))
    return whole - _shared(_overlap(qgraph, op)) + plain_scratch(qgraph, op)


def _tensors(qgraph: QuantizedGraph, op: Op) -> int:
    return sum(_size(qgraph, name) for name in (*op.inputs, *op.outputs))


def _size(qgraph: QuantizedGraph, name: str) -> int:
    """Bytes in the arena: constants have none."""
    tensor = qgraph.tensors[name]
    return 0 if tensor.is_constant else tensor.size


def _shared(overlap: BufferOverlap) -> int:
    return max(overlap.ascending, overlap.descending)


def _overlap(qgraph: QuantizedGraph, op: Op) -> BufferOverlap:
    source, weight, result = (qgraph.tensors[name].shape for name in (*op.inputs[:2], op.output))
    params: ConvParams = op_params(qgraph, op)
    window = params.window
    if op.kind is CONV_2D and weight[1:3] == window.stride == (1, 1):
        return pointwise_overlap(source[1] * source[2], source[3], result[3])
    shape = WindowShape(
        cast(Shape, source[1:]),
        cast(Shape, result[1:]),
        cast(Pair, weight[1:3]),
        window.stride,
        window.dilation,
        window.padding,
    )
    return depthwise_overlap(shape) if op.kind is DEPTHWISE_CONV_2D else conv_overlap(shape)


def plain_scratch(qgraph: QuantizedGraph, op: Op) -> int:
    """Bytes of scratch of the plain int8 form of CONV_2D or DEPTHWISE_CONV_2D."""
    _, height, width, inputs = qgraph.tensors[op.inputs[1]].shape
    if op.kind is DEPTHWISE_CONV_2D:
        return depthwise_scratch(height * width, inputs, 8)
    return column_scratch(padded_depth((height, width), inputs))
