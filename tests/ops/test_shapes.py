"""Geometry and shape inference against direct counting, and the messages where shapes misfit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.interpolation import ResizeAttrs, blend, fixed_blend, nearest_indices
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.resize import RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, FullyConnectedAttrs
from mcuq.ops.window import window_axis

small = st.integers(1, 9)


@given(small, st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.sampled_from(Padding))
def test_window_axis_counts_the_windows(
    size: int, kernel: int, stride: int, dilation: int, padding: Padding
) -> None:
    span = (kernel - 1) * dilation + 1
    if padding is Padding.VALID and span > size:
        with pytest.raises(ValueError, match="does not fit"):
            window_axis(size, kernel, stride, dilation, padding)
        return
    axis = window_axis(size, kernel, stride, dilation, padding)
    if padding is Padding.VALID:
        assert (axis.before, axis.after) == (0, 0)
        assert axis.output == len(range(0, size - span + 1, stride))
    else:
        assert axis.output == len(range(0, size, stride))
        assert 0 <= axis.after - axis.before <= 1
        reach = (axis.output - 1) * stride + span
        assert reach <= size + axis.before + axis.after
        assert reach == size + axis.before + axis.after or axis.before == axis.after == 0


@given(small, st.integers(1, 20))
def test_nearest_indices_cover_the_axis_in_order(size: int, output: int) -> None:
    for corners, centers in ((False, False), (True, False), (False, True)):
        indices = nearest_indices(size, output, ResizeAttrs((output, 1), corners, centers))
        assert len(indices) == output
        assert (np.diff(indices) >= 0).all()
        assert indices[0] >= 0 and indices[-1] < size
        if corners and output > 1:
            assert (indices[0], indices[-1]) == (0, size - 1)
        if output == size:
            np.testing.assert_array_equal(indices, np.arange(size))


@given(small, st.integers(1, 20))
def test_blends_follow_the_exact_positions(size: int, output: int) -> None:
    for corners, centers in ((False, False), (True, False), (False, True)):
        attrs = ResizeAttrs((output, 1), corners, centers)
        step = Fraction(size - 1, output - 1) if corners and output > 1 else Fraction(size, output)
        half = Fraction(1, 2) if centers else Fraction(0)
        exact = [min(max((i + half) * step - half, 0), size - 1) for i in range(output)]
        for found, unit, slack in (
            (blend(size, output, attrs), 1.0, 1e-5),
            (fixed_blend(size, output, attrs), 1024.0, output / 1024),
        ):
            assert found.lower.min() >= 0 and found.upper.max() < size
            position = found.lower + (found.upper - found.lower) * (found.share / unit)
            np.testing.assert_allclose(position, [float(x) for x in exact], atol=slack)


@pytest.mark.parametrize(
    "kind, attrs, inputs, match",
    [
        (CONV_2D, ConvAttrs(), [(1, 4, 4)], "3 dimensions, not 4"),
        (ADD, BinaryAttrs(), [(1, 2), (1, 3)], "do not broadcast"),
        (MEAN, MeanAttrs((2,)), [(1, 2)], "do not fit 2 dimensions"),
        (PAD, PadAttrs(((0, 0),)), [(1, 2)], "1 pairs of paddings"),
        (CONCATENATION, ConcatAttrs(1), [(1, 2, 3), (1, 2, 4)], "differ outside axis 1"),
        (RESHAPE, ReshapeAttrs((1, 5)), [(1, 2, 3)], "cannot become"),
        (TRANSPOSE, TransposeAttrs((0, 0)), [(1, 2)], "no permutation"),
        (STRIDED_SLICE, StridedSliceAttrs((0,), (1,), (1,)), [(1, 2)], "do not match"),
        (RESIZE_NEAREST_NEIGHBOR, ResizeAttrs((0, 2)), [(1, 2, 2, 1)], "is empty"),
        (
            FULLY_CONNECTED,
            FullyConnectedAttrs(keep_num_dims=True),
            [(1, 2, 3), (4, 2)],
            "do not match the last dimension",
        ),
    ],
)
def test_misfits_are_said_in_one_line(
    kind: AnyOperator, attrs: object, inputs: list[tuple[int, ...]], match: str
) -> None:
    with pytest.raises(ValueError, match=match) as caught:
        kind.shape(attrs, inputs)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
