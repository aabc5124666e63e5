"""Candidates on emulated boards: the latency model's error, and that nothing runs twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.errors import DeviceError
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs
from mcuq.pipeline.costing import cost_table
from mcuq.pipeline.measured import (
    Measured,
    MeasuredCandidate,
    latency_error,
    measure_candidates,
)
from mcuq.pipeline.profile import ProfileTarget
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir
from mcuq_hil import load_board
from mcuq_hil.farm import CountCache, Place

DIGITS = example_dir("digits")
TARGET = ProfileTarget(load_board("stm32f746"), "speed", None)
PLACES = (Place("left", "stm32f746", emulated=True), Place("right", "stm32f746", emulated=True))


@pytest.fixture(scope="module")
def mixes() -> tuple[dict[str, QuantizedGraph], list[np.ndarray], dict[str, dict[str, int]]]:
    """Three mixes of widths of the digits model, a sample, and the widths."""
    graph = load_model(DIGITS / "digits_float32.tflite")
    data = load_data(DIGITS / "calibration.npz", graph)
    ranges = calibrate(graph, data.inputs)
    widths = {
        "int8": dict.fromkeys(graph.weights, 8),
        "int4": dict.fromkeys(graph.weights, 4),
        "mixed": {name: 4 if i % 2 else 8 for i, name in enumerate(graph.weights)},
    }
    qgraphs = {
        name: quantize(
            graph, ranges, Config({tensor: WeightChoice(bits) for tensor, bits in chosen.items()})
        )
        for name, chosen in widths.items()
    }
    sample = [x[0] for x in quantize_inputs(qgraphs["int8"], [x[:1] for x in data.inputs])]
    return qgraphs, sample, widths


@pytest.mark.arm
@pytest.mark.slow
def test_the_latency_model_is_within_two_percent(mixes, tmp_path: Path) -> None:
    qgraphs, sample, widths = mixes
    table = cost_table(TARGET, {8: qgraphs["int8"], 4: qgraphs["int4"]}, sample)
    candidates = [
        MeasuredCandidate(name, qgraphs[name], table.cost(widths[name]).instructions)
        for name in qgraphs
    ]
    cache = CountCache(tmp_path)
    measured = measure_candidates(TARGET, candidates, sample, PLACES, cache=cache)
    assert [one.name for one in measured] == ["int8", "int4", "mixed"]
    assert {one.unit for one in measured} == {"instructions"}
    assert latency_error(measured).worst < 0.02
    assert len(list(tmp_path.glob("*.json"))) == 3
    assert measure_candidates(TARGET, candidates, sample, PLACES, cache=cache) == measured


@pytest.mark.arm
def test_a_candidate_that_nobody_can_run_is_named(mixes, tmp_path: Path) -> None:
    qgraphs, sample, _ = mixes
    gone = (Place("gone", "stm32f746", port="/dev/no-such-port"),)
    with pytest.raises(DeviceError, match="int8 could not be measured: no usable stm32f746"):
        measure_candidates(
            TARGET,
            [MeasuredCandidate("int8", qgraphs["int8"], 1)],
            sample,
            gone,
            cache=CountCache(tmp_path),
        )


def test_the_error_is_a_share_of_what_was_measured() -> None:
    low = Measured("low", 90, 100, "cycles")
    high = Measured("high", 103, 100, "cycles")
    assert low.error == pytest.approx(-0.1)
    found = latency_error([low, high])
    assert (found.count, found.mean, found.worst) == (2, pytest.approx(0.065), pytest.approx(0.1))
    assert latency_error([]).worst == 0.0
