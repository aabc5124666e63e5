"""Ticks that can be read, and what of the arena is written in place."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mcuq.report.memory_plot import shared_bytes
from mcuq.report.plots import bits_legend, log_ticks
from mcuq.result.manifest import Manifest, MemoryBlock


@given(st.floats(1e-12, 1e6), st.floats(1, 1e12))
def test_logarithmic_axes_have_few_numbers_far_apart(low: float, ratio: float) -> None:
    high = low * ratio
    ticks = log_ticks(low, high)
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(set(ticks))
    # In a plot of 250 pixels over the values' decades and no less than one, 12 lie between two.
    decades = max(math.log10(max(high, ticks[-1]) / min(low, ticks[0])), 0.3)
    gaps = [math.log10(b / a) for a, b in pairwise(ticks)]
    assert min(gaps) / decades * 250 > 12
    assert sum(low / 2.5 <= tick <= high * 2.5 for tick in ticks) >= 2


def block(name: str, offset: int, size: int, first: int, last: int) -> MemoryBlock:
    return MemoryBlock(name=name, offset=offset, size=size, first=first, last=last)


def test_bytes_are_shared_where_two_live_at_once_and_nowhere_else() -> None:
    read, written = block("a", 0, 100, -1, 3), block("b", 40, 100, 3, 5)
    apart, later = block("c", 140, 10, 3, 3), block("d", 0, 200, 6, 7)
    (one,) = shared_bytes((written, apart, read, later))
    assert (one.earlier, one.later) == (read, written)
    assert (one.low, one.high, one.first, one.last) == (40, 100, 3, 3)


def test_every_width_of_weights_has_its_color(manifest: Manifest) -> None:
    layers = (*manifest.layers, manifest.layers[0].model_copy(update={"bits": 16}))
    keys = bits_legend(manifest.model_copy(update={"layers": layers}))
    names = [key.text for key in keys]
    assert names == ["int8 weights", "int4 weights", "no weights", "int16 weights"]
