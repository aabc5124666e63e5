"""Calibration of whole graphs: ranges by tensor, merging, storage, broken data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.calibrate import OBSERVERS, calibrate, observe, ranges_from
from mcuq.calibrate.store import statistics_from_json, statistics_to_json
from mcuq.errors import InputError, UsageError
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers import load_model
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import MUL, BinaryAttrs
from mcuq.ops.unary import RELU


def _graph() -> Graph:
    """r = relu(a); y = r × b, with two inputs."""
    tensors = {name: Tensor(name, (1, 3)) for name in ("a", "b", "r", "y")}
    ops = (
        Op(RELU, "r", ("a",), ("r",), NoAttrs()),
        Op(MUL, "y", ("r", "b"), ("y",), BinaryAttrs()),
    )
    return Graph("two inputs", tensors, ops, ("a", "b"), ("y",))


A = np.array([[1, -2, 3], [-4, 5, 0]], np.float32)
B = np.array([[2, 2, -2], [1, 1, 1]], np.float32)


def test_ranges_of_every_activation() -> None:
    ranges = calibrate(_graph(), [A, B])
    assert {name: ranges.range(name, "minmax") for name in "abry"} == {
        "a": (-4, 5),
        "b": (-2, 2),
        "r": (0, 5),
        "y": (-6, 5),
    }


def test_parts_merge_to_the_whole() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 50, 3)).astype(np.float32)
    whole = observe(_graph(), [a, b])
    first = observe(_graph(), [a[:20], b[:20]])
    later = observe(_graph(), [a[20:], b[20:]])
    for name, statistics in whole.items():
        merged = first[name].merge(later[name])
        assert merged.samples == 50
        np.testing.assert_array_equal(merged.histogram.counts, statistics.histogram.counts)
        for observer in OBSERVERS:
            bounds = [
                ranges_from({name: seen}, [observer]).range(name, observer)
                for seen in (merged, statistics)
            ]
            np.testing.assert_allclose(bounds[0], bounds[1], rtol=1e-12)


def test_ranges_and_statistics_survive_storage() -> None:
    statistics = observe(_graph(), [A, B])
    ranges = ranges_from(statistics, OBSERVERS)
    restored = statistics_from_json(statistics_to_json(statistics))
    assert restored == statistics
    assert ranges_from(restored, OBSERVERS) == ranges


GOOD = {
    "samples": 2,
    "low": -1.0,
    "high": 3,
    "exponent": -3,
    "first": -8,
    "counts": [1, 0, 2],
    "average": [0.9, 1.9, -2.0, 3.0],
}


def test_statistics_with_whole_numbers_are_read() -> None:
    text = json.dumps({"format": 1, "statistics": {"a": GOOD}})
    assert statistics_from_json(text)["a"].high == 3.0


@pytest.mark.parametrize(
    "wrong",
    [{"samples": 0}, {"samples": True}, {"samples": 1.5}, {"low": 4.0}, {"low": "0"},
     {"high": float("inf")}, {"exponent": 257}, {"first": 1 << 62}, {"counts": [0, 0]},
     {"counts": [1, -1]}, {"counts": []}, {"counts": [[1]]}, {"average": [0.9, 0.0, 0.0, 0.0]},
     {"average": [0.9, 1.0, 0.0]}, {"average": None}, {"other": 1}],
)  # fmt: skip
def test_broken_storage_is_an_input_error(wrong: dict[str, Any]) -> None:
    text = json.dumps({"format": 1, "statistics": {"a": GOOD | wrong}})
    with pytest.raises(InputError, match="not a file of calibration statistics"):
        statistics_from_json(text)


def test_data_that_is_not_finite_is_located() -> None:
    broken = A.copy()
    broken[1, 2] = np.nan
    with pytest.raises(InputError, match=r"input 'a' is not finite .* first in sample 1"):
        calibrate(_graph(), [broken, B])


def test_overflow_inside_the_model_is_located() -> None:
    huge = np.full((1, 3), 1e30, np.float32)
    with pytest.raises(InputError, match="tensor 'y' overflows"):
        calibrate(_graph(), [huge, huge])


def test_wrong_number_or_shape_of_arrays() -> None:
    with pytest.raises(InputError, match="has 2 inputs, the data 1"):
        calibrate(_graph(), A)
    with pytest.raises(InputError, match="does not fit input 'b'"):
        calibrate(_graph(), [A, B[:, :2]])


def test_what_was_not_calibrated_is_named() -> None:
    ranges = calibrate(_graph(), [A, B])
    with pytest.raises(UsageError, match="no range is known for tensor 'z'"):
        ranges.range("z", "minmax")
    with pytest.raises(UsageError, match="not calibrated with observer 'mse'"):
        ranges.range("a", "mse")
    with pytest.raises(UsageError, match="no observer is called 'max'"):
        calibrate(_graph(), [A, B], ["max"])


def test_a_whole_model(mlperf_tiny: Path) -> None:
    graph = load_model(mlperf_tiny / "resnet8_float32.tflite")
    x = np.load(mlperf_tiny / "resnet8_calibration.npz")["x"][:64]
    ranges = calibrate(graph, x, OBSERVERS)
    assert list(ranges.by_tensor) == list(graph.activations)
    for name in graph.activations:
        low, high = ranges.range(name, "minmax")
        for observer in OBSERVERS:
            inner = ranges.range(name, observer)
            assert min(low, 0) <= inner[0] <= inner[1] <= max(high, 0)
    assert ranges.range(graph.inputs[0], "minmax") == (0, 255)
