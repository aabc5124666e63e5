"""Arrays in the model file's layout: exact shapes as they are, nothing permuted in silence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mcuq.arrange import in_file_layout
from mcuq.errors import InputError
from mcuq.graph import Layout

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)


def layouts(shape: tuple[int, ...]) -> list[Layout]:
    """Of a file that is stored alike, or with channels last in the graph."""
    axes = tuple(range(len(shape) + 1))
    kept = [Layout((1, *shape), axes)]
    if len(shape) > 1:
        kept.append(Layout((1, *shape), (0, *axes[2:], 1)))
    return kept


def numbered(shape: tuple[int, ...], samples: int = 2) -> np.ndarray:
    return np.arange(samples * math.prod(shape)).reshape(samples, *shape)


@given(SHAPES)
def test_the_files_own_shape_is_the_files_own_layout(shape: tuple[int, ...]) -> None:
    for layout in layouts(shape):
        array = numbered(shape)
        found = in_file_layout(array, layout, "'x'")
        assert found is not None
        np.testing.assert_array_equal(found, array)


@given(SHAPES, st.data())
def test_dropping_and_adding_ones_never_permutes(
    shape: tuple[int, ...], data: st.DataObject
) -> None:
    array = numbered(shape)
    kept = [n for n in shape if n != 1]
    for position in sorted(data.draw(st.lists(st.integers(0, len(kept)), max_size=2))):
        kept.insert(position, 1)
    for layout in layouts(shape):
        try:
            found = in_file_layout(array.reshape(2, *kept), layout, "'x'")
        except InputError:
            continue  # two readings: refused, never guessed
        assert found is not None
        np.testing.assert_array_equal(found, array)


@given(SHAPES.filter(lambda shape: len(shape) > 1))
def test_channels_at_the_other_end_are_moved_or_refused(shape: tuple[int, ...]) -> None:
    own, turned = layouts(shape)
    last = np.moveaxis(numbered(shape), 1, -1)
    first = np.moveaxis(numbered(shape), -1, 1)
    for layout, array in ((turned, last), (own, first)):
        assume(array.shape[1:] != shape)
        try:
            found = in_file_layout(array, layout, "'x'")
        except InputError as error:
            assert str(shape) in error.cause
            assert str(array.shape[1:]) in error.cause
            continue
        assert found is not None
        np.testing.assert_array_equal(found, numbered(shape))


def test_two_readings_are_refused_with_both_named() -> None:
    """A row of 4 pixels with 4 channels: without the axis of length one nobody can tell."""
    for layout in layouts((4, 1, 4)):
        with pytest.raises(InputError) as caught:
            in_file_layout(np.zeros((9, 4, 4)), layout, "data.npz: 'x'")
        assert "(4, 1, 4), as in the model file, or " in caught.value.cause
        assert "(4, 1, 4)" in caught.value.hint


def test_other_shapes_do_not_fit() -> None:
    assert in_file_layout(np.zeros((9, 5, 4)), layouts((4, 3))[0], "'x'") is None
    assert in_file_layout(np.zeros((9, 12)), layouts((4, 3))[0], "'x'") is None
