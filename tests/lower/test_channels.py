"""The two words of a channel hold bias and shift exactly, or the channel is left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.lower.channels import (
    COLUMNS,
    DEPTHWISE,
    LANES,
    Field,
    Requantization,
    fold,
    outputs,
    reachable,
)

FIELDS = (COLUMNS, LANES, DEPTHWISE)
LARGEST = {COLUMNS: 1 << 25, LANES: 1 << 25, DEPTHWISE: 1 << 22}


def one(value: int) -> np.ndarray:
    return np.array([value], np.int64)


@pytest.mark.parametrize("field", FIELDS)
@given(bias=st.integers(-(1 << 26), 1 << 26), right=st.integers(-40, 40))
def test_what_a_field_holds_can_be_read_from_it(field: Field, bias: int, right: int) -> None:
    if field.holds(one(bias), one(right))[0]:
        word = int(field.words(one(bias), one(right))[0])
        assert -(1 << 31) <= word < 1 << 31
        low = word & ((1 << field.bits) - 1)
        value = low - (low >> (field.bits - 1) << field.bits)
        assert (word >> field.below, value) == (bias, right - 1 if field.down else -right)
        assert word >> field.bits & ((1 << (field.below - field.bits)) - 1) == 0
    else:
        room = LARGEST[field]
        assert not -room <= bias < room or not -15 <= right <= 16


@pytest.mark.parametrize("field", FIELDS)
def test_the_ends_are_held(field: Field) -> None:
    room = LARGEST[field]
    for bias, right in ((-room, -15), (room - 1, 16)):
        assert field.holds(one(bias), one(right))[0]
    assert not field.holds(one(room), one(1))[0]


@pytest.mark.parametrize("field", FIELDS)
def test_a_constant_channel_gives_its_output_without_weights(field: Field) -> None:
    rng = np.random.default_rng(5)
    weights = rng.integers(-7, 8, (16, 9)).astype(np.int8)
    requantization = Requantization(
        rng.integers(-(1 << 29), 1 << 29, 16).astype(np.int32),
        rng.integers(1 << 30, (1 << 31) - 1, 16).astype(np.int32),
        np.full(16, -20, np.int32),
        3,
        -17,
    )
    sums = reachable(weights, requantization)
    value, highest = outputs(sums, requantization)
    assert (value == highest).all()
    assert len(set(value.tolist())) > 4
    folded = fold(sums, requantization, field)
    assert folded.fits.all()
    assert not folded.meant(weights).any()
    doubled = folded.words[:, 0].astype(np.int64) >> field.below << 1
    high = (doubled * folded.words[:, 1] + (1 << 31)) >> 32
    assert np.array_equal((high - (high < 0) + 2 * -17 + 1) >> 1, value)


def test_a_bias_beyond_its_bits_is_left_out() -> None:
    """3,000 inputs of -128 and more: folded in, the zero point alone needs 26 bits and a sign."""
    weights = np.full((2, 3000), 127, np.int8)
    weights[1] = 1
    requantization = Requantization(
        np.zeros(2, np.int32), np.full(2, 1 << 30, np.int32), np.full(2, -16, np.int32), -128, 0
    )
    folded = fold(reachable(weights, requantization), requantization, COLUMNS)
    assert folded.fits.tolist() == [False, True]
    assert folded.meant(weights).any(axis=1).tolist() == [False, True]
