"""ADD, SUB, MUL and the unary operators: exact tables of all their int8 arguments."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op, OpKind
from mcuq.numeric import INT8_MAX, INT8_MIN, multiply_by_quantized_multiplier
from mcuq.quantized import AddParams, LookupParams, MulParams, QuantizedGraph, op_params

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_BLOCK = 1 << 16
_VALUES = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int64)


def lookup(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """Any unary operator."""
    params = cast(LookupParams, op_params(qgraph, op))
    return params.table[_index(inputs[0])]


def add(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """ADD and SUB."""
    params = cast(AddParams, op_params(qgraph, op))
    first = multiply_by_quantized_multiplier(
        (_VALUES + params.input1_offset) << params.left_shift,
        params.input1_multiplier,
        params.input1_shift,
    )
    second = multiply_by_quantized_multiplier(
        (_VALUES + params.input2_offset) << params.left_shift,
        params.input2_multiplier,
        params.input2_shift,
    )
    sign = -1 if op.kind is OpKind.SUB else 1
    return _apply(_table(first[:, None] + sign * second, params), *inputs)


def mul(qgraph: QuantizedGraph, op: Op, inputs: list[Int8]) -> Int8:
    """MUL."""
    params = cast(MulParams, op_params(qgraph, op))
    product = (_VALUES[:, None] + params.input1_offset) * (_VALUES + params.input2_offset)
    return _apply(_table(product, params), *inputs)


def _table(combined: Int64, params: AddParams | MulParams) -> Int8:
    """The 65,536 outputs, flattened, from the combined operands before the last rescaling."""
    scaled = multiply_by_quantized_multiplier(
        combined.ravel(), params.output_multiplier, params.output_shift
    )
    scaled += params.output_offset
    table: Int8 = np.clip(scaled, params.activation_min, params.activation_max).astype(np.int8)
    return table


def _index(x: Int8) -> npt.NDArray[np.uint8]:
    """x + 128: the index into a table of the values -128 … 127."""
    index: npt.NDArray[np.uint8] = np.bitwise_xor(
        np.ascontiguousarray(x).view(np.uint8), np.uint8(0x80)
    )
    return index


def _apply(table: Int8, first: Int8, second: Int8) -> Int8:
    """table[first, second] with broadcasting over the dimensions behind the samples."""
    rank = max(first.ndim, second.ndim)
    a, b = (_index(_with_rank(x, rank)) for x in (first, second))
    shape = np.broadcast_shapes(a.shape, b.shape)
    result = np.empty(shape, np.int8)
    per_sample = max(1, result.size // max(1, shape[0]))
    size = max(1, _BLOCK // per_sample)
    for start in range(0, shape[0], size):
        part = slice(start, start + size)
        high = (a[part] if a.shape[0] > 1 else a).astype(np.intp) << 8
        result[part] = table[high | (b[part] if b.shape[0] > 1 else b)]
    return result


def _with_rank(x: Int8, rank: int) -> Int8:
    """`x` with ones inserted behind the sample dimension, as right-aligned broadcasting asks."""
    return x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:])
