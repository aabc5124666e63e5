"""What the channels of activations can be, from the integers of the layers that compute them.

A channel with dead weights is constant, and then so is what a depthwise layer makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.lower.channels import ANYTHING, Interval, Requantization, outputs, reachable
from mcuq.ops.weighted import DEPTHWISE_CONV_2D
from mcuq.ops.weighted_params import RescaleParams
from mcuq.quantized import op_params
from mcuq.quantized.qgraph import QuantizedGraph

Reach = Mapping[str, Interval]
"""Activation → its channels' values, where they are known to be less than all of int8."""


def reach(qgraph: QuantizedGraph) -> Reach:
    """The outputs of the int8 layers whose filters see every input channel, or one each."""
    known: dict[str, Interval] = {}
    for op in qgraph.ops:
        if op.kind.weighted and _is_plain(qgraph, op):
            weights = filter_of(qgraph, op)
            depthwise = op.kind is DEPTHWISE_CONV_2D
            rows = weights.reshape(-1, weights.shape[3]).T if depthwise else weights
            folding = requantization_of(qgraph, op, known)
            known[op.output] = outputs(reachable(rows, folding, depthwise=depthwise), folding)
    return known


def requantization_of(qgraph: QuantizedGraph, op: Op, known: Reach) -> Requantization:
    """What `op`, a weighted operator on int8, does with its sums."""
    params: RescaleParams = op_params(qgraph, op)
    count = qgraph.tensors[op.output].shape[-1]
    bias = np.zeros(count, np.int32)
    if len(op.inputs) > 2:
        data = qgraph.tensors[op.inputs[2]].data
        assert data is not None
        bias = data.astype(np.int32)
    low, high = known.get(op.inputs[0], ANYTHING)
    if len(low) != qgraph.tensors[op.inputs[1]].shape[-1]:
        low, high = ANYTHING  # a dense layer over all of an image
    zero_point = -params.input_offset
    return Requantization(
        bias,
        np.broadcast_to(params.multipliers, (count,)),
        np.broadcast_to(params.shifts, (count,)),
        zero_point,
        params.output_offset,
        (params.activation_min, params.activation_max),
        (np.minimum(low, zero_point), np.maximum(high, zero_point)),
    )


def filter_of(qgraph: QuantizedGraph, op: Op) -> npt.NDArray[np.int8]:
    """The filter's integers."""
    data = qgraph.tensors[op.inputs[1]].data
    assert data is not None
    return data.astype(np.int8)


def _is_plain(qgraph: QuantizedGraph, op: Op) -> bool:
    """int8 in and out, and as many input channels as the filter has."""
    source, weight, result = (qgraph.tensors[name] for name in (*op.inputs[:2], op.output))
    if source.dtype != np.int8 or result.dtype != np.int8 or weight.data is None:
        return False
    return weight.shape[-1] == source.shape[-1]
