"""Symmetric activations and per-tensor weights: exact formulas, and the bytes of TFLite Micro."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mcuq.numeric import asymmetric_params, integer_limits, symmetric_params

ENDS = st.floats(-1e6, 1e6, allow_subnormal=False, width=32)
WIDTHS = st.sampled_from([2, 4, 8, 16])


def relative(scale: np.float32, exact: Fraction) -> float:
    return float(abs(Fraction(float(scale)) - exact) / exact)


@given(ENDS, ENDS, WIDTHS, st.booleans())
def test_asymmetric_is_the_formula_in_exact_arithmetic(
    a: float, b: float, bits: int, signed: bool
) -> None:
    low, high = min(a, b, 0.0), max(a, b, 0.0)
    exact = (Fraction(high) - Fraction(low)) / (2**bits - 1)
    if exact < Fraction(1, 1 << 27):
        return
    scale, zero_point = asymmetric_params(min(a, b), max(a, b), bits, signed=signed)
    assert relative(scale, exact) <= 2.0**-23
    lowest, highest = integer_limits(bits, signed=signed)
    assert lowest <= zero_point <= highest
    ideal = lowest - Fraction(low) / Fraction(float(scale))
    assert abs(min(max(ideal, lowest), highest) - zero_point) <= Fraction(1, 2) + Fraction(1, 1000)


@given(ENDS, ENDS, WIDTHS)
def test_unsigned_storage_is_the_signed_one_moved_by_half_its_range(
    a: float, b: float, bits: int
) -> None:
    low, high = min(a, b), max(a, b)
    signed = asymmetric_params(low, high, bits)
    unsigned = asymmetric_params(low, high, bits, signed=False)
    assert signed[0] == unsigned[0]
    assert unsigned[1] - signed[1] == 1 << (bits - 1)


@given(ENDS, ENDS, WIDTHS)
def test_symmetric_is_the_formula_in_exact_arithmetic(a: float, b: float, bits: int) -> None:
    low, high = min(a, b), max(a, b)
    exact = Fraction(max(abs(low), abs(high))) / (2 ** (bits - 1) - 1)
    if exact < Fraction(1, 1 << 27):
        return
    scale, zero_point = symmetric_params(low, high, bits)
    assert zero_point == 0
    assert relative(scale, exact) <= 2.0**-23
