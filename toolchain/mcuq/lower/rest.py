"""Output channels that the packed form cannot hold, as a call of `mcuq_rest_*`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcuq.lower.channels import Requantization
from mcuq.lower.cmsis_structs import activation, dims, window_fields
from mcuq.lower.program import Array, Call, Rest, Struct, TensorRef, operand
from mcuq.lower.slow import left_out
from mcuq.numeric import pack_int4
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvParams, RescaleParams
from mcuq.ops.window import NO_WINDOW
from mcuq.quantized.qgraph import QuantizedGraph

Int8s = npt.NDArray[np.int8]
Shape = tuple[int, ...]


def with_rest(
    qgraph: QuantizedGraph,
    call: Call,
    params: RescaleParams,
    requantization: Requantization,
    channels: Sequence[int],
) -> Call:
    """The call completed by the output channels that it leaves out.

    The input is read again, so the output may no longer be written over it.
    """
    if not channels:
        return call
    weight = qgraph.tensors[call.op.inputs[1]]
    assert weight.data is not None
    filters = _filters(weight.data.astype(np.int8), channels, call.op.kind)
    stored = pack_int4(filters).view(np.int8) if weight.bits < 8 else filters
    source, result = _shapes(qgraph, call)
    arguments = (
        _structure(params, requantization),
        Array("rest_channels", _words(requantization, channels, call.op.kind), opaque=True),
        dims(source),
        operand(qgraph.tensors[call.op.inputs[0]]),
        dims(filters.shape),
        Array("rest_weights", stored),
        dims(result),
        TensorRef(call.op.output),
    )
    macs = call.macs * len(channels) // result[-1]
    rest = Rest(f"mcuq_rest_s{max(weight.bits, 4)}", arguments, macs)
    return replace(call, overlaps=(), rest=rest, slow=left_out(len(channels), result[-1]))


def _filters(weights: Int8s, channels: Sequence[int], kind: AnyOperator) -> Int8s:
    """(channels, height, width, inputs of each)."""
    if kind is DEPTHWISE_CONV_2D:
        weights = weights.transpose(3, 1, 2, 0)
    if kind is FULLY_CONNECTED:
        weights = weights[:, None, None, :]
    return np.ascontiguousarray(weights[list(channels)])


def _shapes(qgraph: QuantizedGraph, call: Call) -> tuple[Shape, Shape]:
    """Of input and output as images; the rows of a dense layer are pixels of one column."""
    source, weight, result = (
        qgraph.tensors[name] for name in (*call.op.inputs[:2], call.op.output)
    )
    if call.op.kind is not FULLY_CONNECTED:
        return source.shape, result.shape
    outputs, depth = weight.shape
    rows = source.size // depth
    return (1, rows, 1, depth), (1, rows, 1, outputs)


def _structure(params: RescaleParams, requantization: Requantization) -> Struct:
    window = params.window if isinstance(params, ConvParams) else NO_WINDOW
    return Struct(
        "cmsis_nn_conv_params",
        (
            ("input_offset", params.input_offset),
            ("output_offset", params.output_offset),
            *window_fields(window),
            activation(*requantization.activation),
        ),
    )


def _words(
    requantization: Requantization, channels: Sequence[int], kind: AnyOperator
) -> npt.NDArray[np.int32]:
    """`mcuq_rest_channel`, a row each: input, output, bias, multiplier, shift."""
    picked = np.array(channels, np.int32)
    first = picked if kind is DEPTHWISE_CONV_2D else np.zeros_like(picked)
    parts = (requantization.bias, requantization.multipliers, requantization.shifts)
    return np.stack([first, picked, *(part[picked] for part in parts)], axis=1).astype(np.int32)
