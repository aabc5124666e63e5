"""Depthwise layers take scratch for speed only where memory is free."""

from __future__ import annotations

import pytest
from stand_ins import keyword_spotting, visual_wake_words

from mcuq.bench.measure import quantized
from mcuq.cost import plan_program
from mcuq.lower import LowerOptions, lower
from mcuq.ops.weighted import DEPTHWISE_CONV_2D


@pytest.mark.parametrize("bits", [8, 4])
def test_the_peak_of_the_keyword_model_is_not_expanded(bits: int) -> None:
    qgraph, _ = quantized(keyword_spotting(), bits)
    fast, small = (lower(qgraph, LowerOptions(speed=speed)) for speed in (True, False))
    assert not any("expanded" in call.function for call in fast.calls)
    assert plan_program(fast).arena_bytes == plan_program(small).arena_bytes <= 9_500


@pytest.mark.parametrize("speed", [True, False])
def test_wide_models_expand_all_layers(speed: bool) -> None:
    qgraph, _ = quantized(visual_wake_words(), 8)
    program = lower(qgraph, LowerOptions(speed=speed))
    layers = [c for c in program.calls if c.op.kind is DEPTHWISE_CONV_2D]
    assert all("expanded" in call.function for call in layers)
    assert plan_program(program).arena_bytes <= 40_000
