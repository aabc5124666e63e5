"""Each observer against its definition, computed directly from the values."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mcuq.calibrate import OBSERVERS, Statistics
from mcuq.calibrate.observers import observer
from mcuq.calibrate.statistics import MOMENTUM, NO_SAMPLES
from mcuq.errors import UsageError

samples = hnp.arrays(np.float32, (6, 20), elements=st.floats(-100, 100, width=32, allow_nan=False))


def _range(name: str, data: np.ndarray) -> tuple[float, float]:
    return observer(name)(Statistics.of(data.astype(np.float32)))


def _quantization_error(data: np.ndarray, low: float, high: float) -> float:
    """Mean squared error of 8-bit asymmetric quantization, by the formulas of the textbook."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255
    zero_point = round(-low / scale)
    levels = np.clip(np.round(data / scale) + zero_point, 0, 255)
    return float(np.mean((data - (levels - zero_point) * scale) ** 2))


@given(samples)
def test_minmax_is_the_extremes(data: np.ndarray) -> None:
    assert _range("minmax", data) == (data.min(), data.max())


@given(samples)
def test_every_observer_stays_within_the_extremes_and_zero(data: np.ndarray) -> None:
    for name in OBSERVERS:
        low, high = _range(name, data)
        assert min(data.min(), 0) <= low <= high <= max(data.max(), 0)


@pytest.mark.parametrize("percent", [90.0, 99.0, 99.9])
def test_percentile_is_near_numpys(percent: float) -> None:
    data = np.random.default_rng(0).normal(size=(10, 5000))
    low, high = _range(f"percentile_{percent:g}", data)
    expected = np.percentile(data.astype(np.float32), [100 - percent, percent])
    np.testing.assert_allclose([low, high], expected, atol=0.02)


def test_percentile_leaves_an_outlier_out() -> None:
    data = np.random.default_rng(1).uniform(-1, 1, (10, 5000))
    data[0, 0] = 1000
    low, high = _range("percentile_99.99", data)
    assert -1.2 < low < -0.9
    assert 0.9 < high < 1.2


@pytest.mark.parametrize("shape", ["laplace", "relu", "shifted"])
def test_mse_beats_every_range_of_a_grid(shape: str) -> None:
    data = np.random.default_rng(2).laplace(size=(8, 4000))
    data = {"laplace": data, "relu": np.maximum(data, 0), "shifted": data + 0.5}[shape]
    found = _quantization_error(data, *_range("mse", data))
    fractions = np.linspace(0.2, 1, 33)
    best = min(
        _quantization_error(data, data.min() * a, data.max() * b)
        for a in fractions
        for b in fractions
    )
    assert found < _quantization_error(data, data.min(), data.max())
    assert found <= best * 1.02


def test_mse_keeps_a_uniform_range() -> None:
    data = np.random.default_rng(3).integers(0, 256, (8, 4000)).astype(np.float32)
    assert _range("mse", data) == (0, 255)


def test_entropy_clips_a_long_tail_and_keeps_a_uniform_range() -> None:
    rng = np.random.default_rng(4)
    tail = rng.normal(size=(8, 4000))
    tail[0, :3] = [40, -50, 60]
    low, high = _range("entropy", tail)
    assert -15 < low < -2 and 2 < high < 15
    low, high = _range("entropy", rng.uniform(-1, 1, (8, 4000)))
    assert low < -0.9 and high > 0.9


@given(samples, st.integers(1, 5))
def test_moving_average_is_the_weighted_mean_of_extremes(data: np.ndarray, split: int) -> None:
    weights = [Fraction(MOMENTUM) ** age for age in range(len(data) - 1, -1, -1)]
    highest = [Fraction(float(sample.max())) for sample in data]
    expected = sum(w * x for w, x in zip(weights, highest, strict=True)) / sum(weights)
    parts = NO_SAMPLES.after(data[:split]).then(NO_SAMPLES.after(data[split:]))
    assert parts.high / parts.weight == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    assert _range("moving_average", data)[1] == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


def test_constant_data_gives_its_value() -> None:
    for name in OBSERVERS:
        assert _range(name, np.zeros((2, 3))) == (0, 0)
        low, high = _range(name, np.full((2, 3), 5.0))
        assert low <= high == pytest.approx(5, rel=0.11)


@pytest.mark.parametrize("name", ["median", "percentile_", "percentile_x", "percentile_50"])
def test_unknown_observers_are_named(name: str) -> None:
    with pytest.raises(UsageError, match="no observer is called"):
        observer(name)
