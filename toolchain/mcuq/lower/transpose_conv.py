"""TRANSPOSE_CONV as C calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.graph import Op
from mcuq.lower import slow
from mcuq.lower.packing import PackedLayer, UnpackableError, column_scratch, padded_depth
from mcuq.lower.packing import pack_convolution as pack
from mcuq.lower.program import Array, Call, ScratchRef, SmallInteger, Struct, TensorRef, operand
from mcuq.lower.reach import Reach, filter_of, requantization_of
from mcuq.lower.slow import slowed
from mcuq.lower.weighted import filter_array
from mcuq.numeric.widths import width
from mcuq.ops.weighted_params import TransposeConvParams
from mcuq.ops.window import Pair
from mcuq.quantized.qgraph import QuantizedGraph

Int8s = npt.NDArray[np.int8]


def transpose_conv(qgraph: QuantizedGraph, op: Op, params: TransposeConvParams) -> Call:
    """mcuq_transpose_convolve_*, with the filter as stored."""
    source, weight, result = (qgraph.tensors[name] for name in (*op.inputs[:2], op.output))
    _, height, kernel_width, _ = weight.shape
    rescaling = np.stack([params.multipliers, params.shifts], axis=1).astype(np.int32)
    arguments = (
        _structure(qgraph, op, params, (height, kernel_width)),
        Array("rescaling", rescaling, opaque=True),
        _bias(qgraph, op),
        filter_array(weight),
        operand(source),
        TensorRef(op.output),
    )
    suffix = "s4" if weight.bits < 8 else "s8"
    if result.bits == 16:
        suffix = "s16_s4" if weight.bits < 8 else "s16"
    name = f"mcuq_transpose_convolve_{suffix}"
    return Call(op, name, arguments, macs=_macs(qgraph, op), weight_bits=weight.bits)


def fast_transpose_conv(
    qgraph: QuantizedGraph, op: Op, params: TransposeConvParams, known: Reach
) -> Call:
    """mcuq_transpose_conv_*; the portable form where a channel's sums exceed the packed form."""
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    requantization = requantization_of(qgraph, op, known)
    filters = _with_zero_taps(filter_of(qgraph, op), params)
    parts, depth = [], 0
    for phase in _phases(filters, params):
        try:
            parts.append(pack(phase, weight.bits, requantization))
        except UnpackableError as error:
            return slowed(transpose_conv(qgraph, op, params), str(error))
        depth = max(depth, padded_depth((phase.shape[1], phase.shape[2]), source.shape[3]))
    left = max(len(part.rest) for part in parts)
    if left:
        reason = slow.unpackable(left, len(filters))
        return slowed(transpose_conv(qgraph, op, params), reason)
    return _packed(qgraph, op, params, _joined(parts), filters, column_scratch(depth))


def _packed(
    qgraph: QuantizedGraph,
    op: Op,
    params: TransposeConvParams,
    packed: PackedLayer,
    filters: Int8s,
    scratch: int,
) -> Call:
    weight = qgraph.tensors[op.inputs[1]]
    arguments = (
        _structure(qgraph, op, params, (filters.shape[1], filters.shape[2])),
        Array("weights", packed.weights),
        Array("channels", packed.channels, opaque=True),
        operand(qgraph.tensors[op.inputs[0]]),
        TensorRef(op.output),
        ScratchRef(),
    )
    return Call(
        op,
        f"mcuq_transpose_conv_{width(weight.bits).suffix}",
        arguments,
        scratch_bytes=scratch,
        macs=_macs(qgraph, op),
        weight_bits=weight.bits,
    )


def _with_zero_taps(filters: Int8s, params: TransposeConvParams) -> Int8s:
    """At least padding + stride taps, see mcuq_transpose_conv.h."""
    window = params.window
    missing = [
        max(window.padding[i] + window.stride[i] - filters.shape[1 + i], 0) for i in range(2)
    ]
    return np.pad(filters, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))


def _phases(filters: Int8s, params: TransposeConvParams) -> Iterator[Int8s]:
    """Of each output place modulo the stride the taps that it meets, last tap first."""
    (rows, columns), (top, left) = params.window.stride, params.window.padding
    for row in range(rows):
        for column in range(columns):
            taps = filters[:, (row + top) % rows :: rows, (column + left) % columns :: columns]
            yield np.ascontiguousarray(taps[:, ::-1, ::-1])


def _joined(parts: list[PackedLayer]) -> PackedLayer:
    return replace(
        parts[0],
        weights=np.concatenate([part.weights for part in parts]),
        channels=np.concatenate([part.channels for part in parts]),
    )


def _structure(qgraph: QuantizedGraph, op: Op, params: TransposeConvParams, kernel: Pair) -> Struct:
    source, result = (qgraph.tensors[name].shape for name in (op.inputs[0], op.output))
    values = (
        ("input_height", source[1]),
        ("input_width", source[2]),
        ("input_channels", source[3]),
        ("output_height", result[1]),
        ("output_width", result[2]),
        ("output_channels", result[3]),
        ("kernel_height", kernel[0]),
        ("kernel_width", kernel[1]),
        ("stride_y", params.window.stride[0]),
        ("stride_x", params.window.stride[1]),
        ("pad_top", params.window.padding[0]),
        ("pad_left", params.window.padding[1]),
        ("input_zero_point", -params.input_offset),
        ("output_zero_point", params.output_offset),
        ("activation_min", params.activation_min),
        ("activation_max", params.activation_max),
    )
    largest = max(value for _, value in values)
    if largest > np.iinfo(np.uint16).max:
        raise InputError(
            f"{op.kind} '{op.name}' has an extent of {largest}, the kernels know 65,535",
            "reduce the input's size",
        )
    extents = tuple((name, SmallInteger(value, 2)) for name, value in values)
    return Struct("mcuq_transpose_conv", (("images", source[0]), *extents))


def _bias(qgraph: QuantizedGraph, op: Op) -> Array | None:
    if len(op.inputs) < 3:
        return None
    data = qgraph.tensors[op.inputs[2]].data
    assert data is not None
    return Array("bias", data)


def _macs(qgraph: QuantizedGraph, op: Op) -> int:
    """One a tap and input pixel: no more are in any phase."""
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    return source.size * int(np.prod(weight.shape[:3]))
