"""Filters of two widths: limits of each channel, and bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.numeric import stored_bytes, weight_limits
from mcuq.numeric.narrow import NONE_NARROW, Narrow, channel_limits, mixed_bytes
from mcuq.numeric.tensor import QuantizedTensor


def test_each_channel_has_the_limits_of_its_width() -> None:
    low, high = channel_limits(8, Narrow(2, (0, 3)), 4)
    assert low.tolist() == [-2, -127, -127, -2]
    assert high.tolist() == [1, 127, 127, 1]
    assert not NONE_NARROW
    assert Narrow(4, (1,)).rows(3) == ((0, 2), (1,))


@given(st.integers(2, 9), st.integers(1, 30), st.sampled_from([(8, 4), (4, 2), (2, 1)]), st.data())
def test_bytes_are_those_of_two_filters(
    count: int, size: int, widths: tuple[int, int], data: st.DataObject
) -> None:
    few = data.draw(st.integers(1, count - 1))
    narrow = Narrow(widths[1], tuple(range(few)))
    taken = mixed_bytes((count, size), widths[0], narrow)
    assert taken == stored_bytes((count - few) * size, widths[0]) + stored_bytes(
        few * size, widths[1]
    )


@pytest.mark.parametrize("narrow", [NONE_NARROW, Narrow(4, (1,))])
def test_a_tensor_tells_its_fewest_bits(narrow: Narrow) -> None:
    scale = np.ones(2, np.float32)
    tensor = QuantizedTensor("w", (2, 3), 8, scale, axis=0, narrow=narrow)
    assert tensor.fewest_bits == (narrow.bits or 8)
    assert tensor.nbytes == (5 if narrow else 6)
    assert weight_limits(tensor.fewest_bits)[1] <= 127
