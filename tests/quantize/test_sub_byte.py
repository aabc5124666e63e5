"""int2 and ternary weights: ranges, packing, and the bytes of TFLite Micro and of the emitted C."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from operator_cases import least_case

from mcuq.errors import UsageError
from mcuq.lower.sub_byte import pack_sub_byte, two_bit_words
from mcuq.numeric import TERNARY, stored_bytes, symmetric_limit, weight_limits, width_name
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.quantize import Config, WeightChoice, quantize

NARROW = (2, TERNARY)


def unpacked(words: np.ndarray, bits: int, count: int, plus_two: bool) -> list[int]:
    """By the header's description, one value at a time."""
    data = words.astype("<i4").tobytes()
    if bits == TERNARY:
        return [data[i // 5] // 3 ** (i % 5) % 3 - 1 for i in range(count)]
    crumbs = [data[i // 4] >> 2 * (i % 4) & 3 for i in range(count)]
    return [crumb - 2 if plus_two else crumb - 4 * (crumb >> 1) for crumb in crumbs]


@given(st.sampled_from(NARROW), st.booleans(), st.data())
def test_packing_is_what_the_header_says(bits: int, plus_two: bool, data: st.DataObject) -> None:
    low, high = weight_limits(bits)
    values = data.draw(st.lists(st.integers(low, high), max_size=200))
    words = pack_sub_byte(np.array(values, np.int8), bits, plus_two=plus_two)
    assert unpacked(words, bits, len(values), plus_two) == values
    assert words.size * 4 >= stored_bytes(16 * two_bit_words(len(values)), bits)


def test_widths_and_names() -> None:
    assert [weight_limits(b) for b in (8, 4, 2, TERNARY)] == [
        (-127, 127),
        (-7, 7),
        (-2, 1),
        (-1, 1),
    ]
    assert [stored_bytes(10, b) for b in (8, 4, 2, TERNARY)] == [10, 5, 3, 2]
    assert [width_name(b) for b in (8, 4, 2, TERNARY)] == ["int8", "int4", "int2", "ternary"]
    assert [symmetric_limit(b) for b in (8, 4, 2, TERNARY)] == [127, 7, 1, 1]


def test_extremes_map_to_the_limits() -> None:
    case = least_case(FULLY_CONNECTED, lambda case: case.shapes["w"] == (1, 5))
    for bits in NARROW:
        qgraph = quantize(case.graph, case.ranges, Config(default_weight=WeightChoice(bits)))
        stored = qgraph.tensors["w"].data
        real = case.graph.tensors["w"].data
        assert stored is not None and real is not None
        low, high = weight_limits(bits)
        assert stored.min() == low or stored.max() == high
        error = np.abs(stored * qgraph.tensors["w"].scale[0] - real)
        assert error.max() <= qgraph.tensors["w"].scale[0] * 0.5001


def test_unknown_widths_are_refused() -> None:
    case = least_case(CONV_2D)
    with pytest.raises(UsageError, match="3-bit"):
        quantize(case.graph, case.ranges, Config(default_weight=WeightChoice(3)))
