"""A stored range that its activation hardly uses is told from those that quantizers write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qdq_models import FORMS, images, quantized_network

from mcuq.calibrate import Statistics, observe
from mcuq.importers.onnx import load_onnx
from mcuq.sanity.settings import SETS
from mcuq.sanity.stored import stored_range_findings


def _seen(low: float, high: float) -> Statistics:
    return Statistics.of(np.linspace(low, high, 60, dtype=np.float32).reshape(6, 10))


@pytest.mark.parametrize("used", [0.5, SETS.fewest_steps - 0.1, SETS.fewest_steps + 0.1, 200.0])
@pytest.mark.parametrize("bits", [8, 16])
def test_steps_are_counted(used: float, bits: int) -> None:
    stored = {"x": (-1.0, 3.0), "y": (0.0, 1.0)}
    reach = 4.0 * used / ((1 << bits) - 1)
    statistics = {"x": _seen(-reach / 4, reach * 3 / 4), "y": _seen(0.1, 0.9)}
    found = stored_range_findings(stored, statistics, bits)
    assert [one.code for one in found] == ["wide-stored-range"] * (used < SETS.fewest_steps)
    assert all(f"uses {used:.1f} of {(1 << bits) - 1} steps" in one.message for one in found)


def test_a_dead_activation_loses_nothing() -> None:
    assert stored_range_findings({"x": (0.0, 6.0)}, {"x": _seen(0.0, 0.0)}, 8) == ()


def test_one_scale_of_sixteen_bits_throughout() -> None:
    """Q7.8 numbers, read as 8 bits."""
    stored = {name: (-128.0, 127.996) for name in "abcd"}
    (one,) = stored_range_findings(stored, {name: _seen(-3, 3) for name in "abcd"}, 8)
    assert "fewer than 16 of 3 others" in one.message
    assert "--ranges" in one.hint


@pytest.mark.parametrize("form", FORMS)
def test_what_quantizers_write_is_used(form: str, tmp_path: Path) -> None:
    graph = load_onnx(quantized_network("residual", form, tmp_path))
    samples = graph.layout("x0").to_graph(images(24, seed=0))
    assert graph.ranges
    assert stored_range_findings(graph.ranges, observe(graph, samples), 8) == ()
