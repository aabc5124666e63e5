"""Histograms adapt to the data and merge exactly, in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mcuq.calibrate.histogram import BINS, Histogram

values = hnp.arrays(
    np.float32,
    st.integers(1, 60),
    elements=st.floats(-(2.0**100), 2.0**100, width=32, allow_nan=False, allow_subnormal=True),
)


def _of(data: np.ndarray) -> Histogram:
    return Histogram.of(data, float(data.min()), float(data.max()))


def _equal(a: Histogram, b: Histogram) -> bool:
    same = (a.exponent, a.first) == (b.exponent, b.first)
    return same and np.array_equal(a.counts, b.counts)


@given(values)
def test_every_value_is_counted_in_its_bin(data: np.ndarray) -> None:
    histogram = _of(data)
    assert len(histogram.counts) <= BINS
    assert histogram.counts.sum() == len(data)
    assert histogram.counts[0] > 0 and histogram.counts[-1] > 0
    exact = [int(float(x) // histogram.width) - histogram.first for x in data]
    np.testing.assert_array_equal(np.bincount(exact, minlength=1), histogram.counts)


@given(values, values)
def test_merging_equals_counting_together(a: np.ndarray, b: np.ndarray) -> None:
    together = _of(np.concatenate([a, b]))
    assert _equal(_of(a).merge(_of(b)), together)
    assert _equal(_of(b).merge(_of(a)), together)


@given(values, values, values)
def test_merging_is_associative(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    left = _of(a).merge(_of(b)).merge(_of(c))
    assert _equal(left, _of(a).merge(_of(b).merge(_of(c))))


def test_bins_are_fine_for_ordinary_data() -> None:
    data = np.linspace(-1, 1, 1001, dtype=np.float32)
    assert 2 / BINS < _of(data).width <= 4 / BINS


def test_all_zeros() -> None:
    histogram = _of(np.zeros(5, np.float32))
    assert histogram.counts.tolist() == [5]
    assert histogram.edges[0] == 0
