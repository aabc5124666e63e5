"""Narrow weights copied as those of int8 are the words that packing makes of the same values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_native import call, examples
from stand_ins import visual_wake_words

from mcuq.bench.measure import quantized
from mcuq.cost import plan_program
from mcuq.lower import LowerOptions, lower, multiplies_pairs
from mcuq.lower.channels import Requantization
from mcuq.lower.packing import pack_convolution
from mcuq.lower.program import Copied
from mcuq.numeric import TERNARY, weight_limits, width_name
from mcuq.numeric.widths import width

NARROW = (4, 2, TERNARY)


def requantization(outputs: int) -> Requantization:
    """Such that no channel is constant."""
    return Requantization(
        np.zeros(outputs, np.int32),
        np.full(outputs, 1 << 30, np.int32),
        np.full(outputs, -1, np.int32),
        3,
        0,
    )


@pytest.mark.parametrize("bits", NARROW)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_widened_words_are_the_packed_words_of_int8(bits: int, data: st.DataObject) -> None:
    shape = tuple(data.draw(st.integers(1, most)) for most in (11, 3, 3, 9))
    low, high = weight_limits(bits)
    seed = data.draw(st.integers(0, 1 << 30))
    weights = np.random.default_rng(seed).integers(low, high + 1, shape).astype(np.int8)
    weights[..., 0] = high
    narrow = pack_convolution(weights, bits, requantization(shape[0]))
    wide = pack_convolution(weights, 8, requantization(shape[0]))
    assert np.array_equal(narrow.channels, wide.channels)
    copy = np.full(wide.weights.size + 1, -7, np.int32)
    call(f"mcuq_widen_{width(bits).suffix}", copy, narrow.weights, wide.weights.nbytes)
    assert np.array_equal(copy[:-1], wide.weights)
    assert copy[-1] == -7


@pytest.mark.parametrize("bits", NARROW, ids=width_name)
def test_layers_with_room_are_widened_and_their_flash_stays_narrow(bits: int) -> None:
    qgraph, _ = quantized(visual_wake_words(), bits)
    program, plain = lower(qgraph), lower(qgraph, LowerOptions(speed=False))
    changed = 0
    for call_, narrow in zip(program.calls, plain.calls, strict=True):
        copied = [a for a in call_.arguments if isinstance(a, Copied) and "widen" in a.function]
        for each in copied:
            changed += 1
            assert call_.function.endswith("_s8")
            assert narrow.function.endswith(width(bits).suffix)
            assert each.array.key in {array.key for array in narrow.arrays()}
            assert each.nbytes > each.array.nbytes
            assert each.nbytes <= call_.scratch_bytes
    assert changed
    single = lower(qgraph, LowerOptions(pairs=multiplies_pairs("cortex-m0plus")))
    assert not any("widen" in function for function in single.functions)
    wide, _ = quantized(visual_wake_words(), 8)
    arena = plan_program(lower(wide)).arena_bytes
    assert plan_program(program).arena_bytes <= max(arena, plan_program(plain).arena_bytes)
