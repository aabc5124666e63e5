"""BATCH_MATMUL: products of matrices, either of which may be computed by the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.numeric import (
    integer_limits,
    multiply_by_quantized_multiplier,
    multiply_int64,
    quantize_multiplier,
)
from mcuq.numeric.products import product, rounded_product, whole_product
from mcuq.ops.attrs import Attrs
from mcuq.ops.broadcast import aligned, unbroadcast
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    largest_shifted,
    single,
)

_RANKS = range(2, 6)
_INT16_SUMS = 2.0**47
"""Of a sum of products of two 16-bit values."""


@dataclass(frozen=True)
class MatmulAttrs(Attrs):
    """BATCH_MATMUL: (…, m, k) × (…, k, n); leading dimensions broadcast.

    Attributes:
        adj_x, adj_y: the last two dimensions of an operand are the other way round.
    """

    adj_x: bool = False
    adj_y: bool = False


@dataclass(frozen=True)
class MatmulParams:
    """BATCH_MATMUL: output = rescaled Σ (a + a_offset) × (b + b_offset), + output_offset."""

    a_offset: int
    b_offset: int
    output_offset: int
    multiplier: int
    shift: int


def _shape(attrs: MatmulAttrs, inputs: Sequence[Shape]) -> Shape:
    a, b = inputs
    if len(a) not in _RANKS or len(b) not in _RANKS:
        raise ValueError(f"matrices of shape {a} and {b} have not two to five dimensions")
    rows, depth = _extents(a, attrs.adj_x)
    other, columns = _extents(b, attrs.adj_y)
    try:
        batches = np.broadcast_shapes(a[:-2], b[:-2])
    except ValueError:
        raise ValueError(f"matrices {a[:-2]} and {b[:-2]} do not broadcast") from None
    if depth != other:
        raise ValueError(f"rows of {depth} values meet columns of {other}")
    return (*batches, rows, columns)


def _extents(shape: Shape, turned: bool) -> tuple[int, int]:
    """(rows, columns) of an operand's matrices."""
    return (shape[-1], shape[-2]) if turned else (shape[-2], shape[-1])


def _turned(values: Values, turned: bool) -> Values:
    return np.swapaxes(values, -1, -2) if turned else values


def _product(
    times: Callable[[Values, Values], Values], attrs: MatmulAttrs, xs: list[Values]
) -> Values:
    """Of operands with samples in front."""
    a, b = aligned(xs)
    return times(_turned(a, attrs.adj_x), _turned(b, attrs.adj_y))


def _float(attrs: MatmulAttrs, operands: list[Operand]) -> Array:
    rank = max(operand.rank for operand in operands)
    return _product(rounded_product, attrs, [operand.aligned(rank) for operand in operands])


def _gradient(attrs: MatmulAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    a, b = aligned(xs)
    left, right = _turned(a, attrs.adj_x), _turned(b, attrs.adj_y)

    def backward(g: Values) -> list[Values]:
        by_left = _turned(product(g, np.swapaxes(right, -1, -2)), attrs.adj_x)
        by_right = _turned(product(np.swapaxes(left, -1, -2), g), attrs.adj_y)
        return [unbroadcast(by_left, xs[0].shape), unbroadcast(by_right, xs[1].shape)]

    return product(left, right), backward


def _params(op: QuantizedOp[MatmulAttrs]) -> MatmulParams:
    first, second = op.inputs
    real = float(single(first)) * float(single(second)) / float(single(op.output))
    multiplier, shift = quantize_multiplier(real)
    return MatmulParams(
        -first.zero_point, -second.zero_point, op.output.zero_point, multiplier, shift
    )


def _sums(
    op: QuantizedOp[MatmulAttrs], p: MatmulParams, inputs: list[Values]
) -> npt.NDArray[np.int64]:
    """Exact in float64: below 2^53."""
    a = inputs[0].astype(np.float64) + p.a_offset
    b = inputs[1].astype(np.float64) + p.b_offset
    sums: npt.NDArray[np.int64] = _product(whole_product, op.attrs, [a, b]).astype(np.int64)
    return sums


def _int8(op: QuantizedOp[MatmulAttrs], p: MatmulParams, inputs: list[Values]) -> Values:
    scaled = multiply_by_quantized_multiplier(_sums(op, p, inputs), p.multiplier, p.shift)
    return np.clip(scaled + p.output_offset, *integer_limits(8)).astype(np.int8)


def _int16(op: QuantizedOp[MatmulAttrs], p: MatmulParams, inputs: list[Values]) -> Values:
    multiplier, shift = np.array(p.multiplier, np.int32), np.array(p.shift, np.int32)
    scaled = multiply_int64(_sums(op, p, inputs), multiplier, shift)
    return np.clip(scaled, *integer_limits(16)).astype(np.int16)


_LEAST_STEP = {8: 1.0, 16: 2.0**11}
"""Of the output, in products of the inputs' steps: see the guard."""


def _near_product(
    attrs: MatmulAttrs, steps: Sequence[float], constants: Sequence[Values | None], bits: int
) -> float:
    return steps[0] * steps[1] * _LEAST_STEP[bits]


def _fits(op: QuantizedOp[MatmulAttrs], params: MatmulParams) -> bool:
    bits = op.output.bits
    _, depth = _extents(op.inputs[0].shape, op.attrs.adj_x)
    largest = float(largest_shifted(bits)) ** 2 * depth
    if bits == 8:
        return largest * 2.0 ** max(params.shift, 0) < 2.0**31
    factor = params.multiplier * 2.0 ** (params.shift - 31)
    return largest < _INT16_SUMS and largest * factor < 2.0**31


BATCH_MATMUL = Operator(
    name="BATCH_MATMUL",
    attrs=MatmulAttrs,
    shape=_shape,
    float_form=_float,
    gradient=_gradient,
    scale=OutputScale(),
    guard=RangeGuard(
        "int8: an output step below the product of the inputs' steps tells nothing apart, and from "
        "there on sums of 33,025 products of 255² stay inside int32; int16: 2^11 times it keeps "
        "sums of 4,096 products of 2^30 inside int32 once rescaled",
        output=_near_product,
    ),
    int8=IntegerForm(_params, _int8, _fits),
    int16=IntegerForm(_params, _int16, _fits),
    dynamic=NO_DYNAMIC,
)
