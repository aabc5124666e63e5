"""Constants are copied to RAM where the arena has room for them, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stand_ins import keyword_spotting, visual_wake_words

from mcuq.bench.measure import quantized
from mcuq.cost import plan_program
from mcuq.lower import Call, LowerOptions, lower
from mcuq.lower.program import Copied, ScratchRef
from mcuq.lower.settings import LOWERING


def copies(call: Call) -> list[Copied]:
    return [argument for argument in call.arguments if isinstance(argument, Copied)]


@pytest.mark.parametrize("bits", [8, 4])
def test_copies_do_not_raise_the_arena(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    qgraph, _ = quantized(visual_wake_words(), bits)
    program = lower(qgraph)
    assert any(copies(call) for call in program.calls)
    none = replace(LOWERING, copied_pixels=1 << 30)
    monkeypatch.setattr("mcuq.lower.copies.LOWERING", none)
    plain = lower(qgraph)
    assert not any(copies(call) for call in plain.calls)
    assert plan_program(program).arena_bytes == plan_program(plain).arena_bytes


def test_copies_lie_side_by_side_ahead_of_the_kernels_scratch() -> None:
    qgraph, _ = quantized(visual_wake_words(), 8)
    program = lower(qgraph)
    for call in program.calls:
        end = 0
        for copied in copies(call):
            assert copied.offset == end
            end += copied.nbytes
        assert end % 16 == 0
        for argument in call.arguments:
            if isinstance(argument, ScratchRef):
                assert argument.offset == end <= call.scratch_bytes
        assert ("mcuq_copy_constant" in call.functions) == bool(end)


def test_the_peak_and_layers_of_few_pixels_have_no_copies() -> None:
    qgraph, _ = quantized(keyword_spotting(), 8)
    peak = [call for call in lower(qgraph).calls if "pointwise" in call.function]
    assert peak
    assert not any(
        isinstance(c, Copied) and c.array.role == "weights" for p in peak for c in copies(p)
    )
    wide, _ = quantized(visual_wake_words(), 8)
    for call in lower(wide).calls:
        output = wide.tensors[call.op.output]
        if output.size // output.shape[-1] < LOWERING.copied_pixels:
            assert not copies(call)


def test_a_build_for_size_has_no_copies() -> None:
    qgraph, _ = quantized(visual_wake_words(), 8)
    assert not any(copies(call) for call in lower(qgraph, LowerOptions(speed=False)).calls)
