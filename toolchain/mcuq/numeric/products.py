"""Matrix products that are the same on every processor.

BLAS adds the terms of a sum in another order for each kind of processor, number of threads and
shape of the operands, and a processor may or may not round between a product and its sum. What it
gives is the exact sum within a known bound, and nothing here is let through that depends on more:
either all that lies within the bound rounds to the same number, or the sum is computed anew in an
order of our own, or the operands are rounded first so that every order is exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

_multiply = np.matmul
_MANTISSA, _SHORT_MANTISSA = 53, 24
_FEW_BITS = 12
"""Of the operand of `product_with_whole` that is rounded, from which on float32 will do."""
_BLOCK = 1 << 16
"""Sums looked at together: temporaries stay in the caches."""
_SLICES = 2
"""Of each operand of `product`: 40 bits and more."""
_DEPTH = 1 << 12
"""Terms of `product` that are added at once."""


def any_order(a: Float64, b: Float64) -> Float64:
    """a @ b, the terms added in whatever order is fast: for operands with which all are exact."""
    sums: Float64 = _multiply(a, b)
    return sums


def rounded_product(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Float32:
    """a @ b, each element the float32 that is nearest to the exact sum.

    |computed - exact| ≤ n u Σ|a||b| ≤ n u ‖a‖‖b‖ for any order of n terms, u = 2^-53 (Higham,
    Accuracy and Stability of Numerical Algorithms, 2002, section 3.1; products of float32 are
    exact). Where two numbers that are nearest to a value lie in twice that, one in some ten
    thousand, the sum is computed anew with twice the bits.

    Args:
        a: (…, rows, n), float32.
        b: (…, n, columns), float32; leading dimensions are broadcast.
    """
    if a.ndim == b.ndim == 2:
        return _rounded_product(a, b)
    leading = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (np.broadcast_to(x, (*leading, *x.shape[-2:])) for x in (a, b))
    result = np.empty((*leading, a.shape[-2], b.shape[-1]), np.float32)
    for place in np.ndindex(leading):
        result[place] = _rounded_product(a[place], b[place])
    return result


def _rounded_product(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Float32:
    left, right = a.astype(np.float64), b.astype(np.float64)
    result = np.empty((len(left), right.shape[1]), np.float32)
    columns = np.sqrt(np.einsum("ij,ij->j", right, right))
    columns *= 2.0 * (len(right) + 2) * 2.0**-_MANTISSA
    step = max(1, _BLOCK // max(1, result.shape[1]))
    for start in range(0, len(left), step):
        rows = left[start : start + step]
        sums = any_order(rows, right)
        slack = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None] * columns
        # What overflows is reported by who looks at the result.
        with np.errstate(over="ignore", invalid="ignore"):
            part = result[start : start + step]
            part[:] = sums
            below, above = (sums - slack).astype(np.float32), (sums + slack).astype(np.float32)
        unsure = np.flatnonzero((below != above) & np.isfinite(sums))
        part.reshape(-1)[unsure] = _careful(rows, right, unsure)
    return result


def _careful(rows: Float64, right: Float64, elements: npt.NDArray[np.intp]) -> Float64:
    """Those elements (flat) of rows @ right, with twice the bits, term after term.

    Each sum is a pair (high, low); the error of each addition is found by Knuth's TwoSum.
    """
    high, low = np.zeros(len(elements)), np.zeros(len(elements))
    row, column = np.divmod(elements, right.shape[1])
    for term in range(len(right)):
        value = rows[row, term] * right[term, column]
        total = high + value
        added = total - high
        low += (high - (total - added)) + (value - added)
        high = total
    return _to_odd(high, low)


def _to_odd(high: Float64, low: Float64) -> Float64:
    """high + low, rounded so that a second rounding, to float32, is the only one that is seen:
    what does not fit goes to the neighbour whose last bit is set (Boldo and Melquiond, IEEE
    Transactions on Computers 57, 2008)."""
    total = high + low
    rest = low - (total - high)
    moved = np.nextafter(total, np.copysign(np.inf, rest))
    even = total.view(np.int64) & 1 == 0
    odd: Float64 = np.where((rest != 0) & even, moved, total)
    return odd


def whole_product(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Float64:
    """a @ b of whole numbers, stacks of matrices too: in float32 where all sums fit 24 bits.

    Raises:
        ValueError: sums may reach 2^53, where they would depend on their order.
    """
    largest = _magnitude(a) * _column_sum(b)
    if largest >= 2.0**_MANTISSA:
        raise ValueError("sums of whole numbers do not fit 53 bits")
    if largest < 2.0**_SHORT_MANTISSA:
        return _short(a, b)
    return any_order(a.astype(np.float64), b.astype(np.float64))


def product_with_whole(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Float64:
    """a @ b, `b` of whole numbers: `a` is rounded to as many bits as leave all sums exact.

    In float32 where those are `_FEW_BITS` or more; else in float64, where for |b| ≤ 2^8 and 2^16
    terms they are 27 bits of the largest in `a`.
    """
    used = int(_column_sum(b)).bit_length()
    is_short = _SHORT_MANTISSA - used >= _FEW_BITS
    numbers, unit = on_grid(a, (_SHORT_MANTISSA if is_short else _MANTISSA) - used, _magnitude(a))
    if is_short:
        return _short(numbers, b) * unit
    return any_order(numbers, b.astype(np.float64)) * unit


def _short(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Float64:
    """a @ b, added in float32."""
    sums: Float32 = _multiply(a.astype(np.float32), b.astype(np.float32))
    return sums.astype(np.float64)


def _magnitude(values: npt.NDArray[Any]) -> float:
    return max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))


def _column_sum(values: npt.NDArray[Any]) -> float:
    """Largest sum of magnitudes in a column: no product with it grows by more."""
    return float(np.abs(values).sum(axis=-2, dtype=np.float64).max(initial=0.0))


def product(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Float64:
    """a @ b to 40 bits and more of the largest values in its row and column.

    Each row of `a` and column of `b` is the sum of slices of few enough bits that products of
    slices are exact (Ozaki et al., Numerical Algorithms 59, 2012); they are added in one order.

    Args:
        a: (…, rows, n).
        b: (…, n, columns); leading dimensions are broadcast.
    """
    depth = a.shape[-1]
    total: Float64 | None = None
    for start in range(0, max(depth, 1), _DEPTH):
        end = min(start + _DEPTH, depth)
        part = _sliced_product(
            np.asarray(a[..., start:end], np.float64), np.asarray(b[..., start:end, :], np.float64)
        )
        total = part if total is None else total + part
    assert total is not None
    return total


def _sliced_product(a: Float64, b: Float64) -> Float64:
    bits = (_MANTISSA - max(1, a.shape[-1]).bit_length()) // 2
    left, right = slices(a, bits, -1), slices(b, bits, -2)
    total = any_order(left[1], right[0])
    total += any_order(left[0], right[1])
    total += any_order(left[0], right[0])
    return total


def slices(values: Float64, bits: int, axis: int) -> list[Float64]:
    """Arrays whose sum is `values` but for what lies `_SLICES` × `bits` below the largest along
    `axis`; each holds multiples of one power of two of at most `bits` bits."""
    if not values.shape[axis]:
        return [values] * _SLICES
    largest = np.abs(values).max(axis=axis, keepdims=True)
    exponent = np.frexp(largest)[1]
    found, rest = [], values
    for number in range(1, _SLICES + 1):
        unit = np.ldexp(1.0, exponent - number * bits)
        # Below 2^-1022 a unit is 0: nothing is left to be told apart there.
        unit = np.maximum(unit, np.finfo(np.float64).tiny)
        part = np.rint(rest / unit) * unit
        found.append(part)
        rest = rest - part
    return found


def on_grid(values: npt.NDArray[Any], bits: int, largest: float) -> tuple[Float64, float]:
    """Values as whole numbers of at most `bits` bits, times the unit that is returned.

    Args:
        largest: magnitude that none exceeds.
    """
    unit = math.ldexp(1.0, math.frexp(largest)[1] - bits) if largest else 1.0
    return np.rint(values.astype(np.float64) / unit), unit
