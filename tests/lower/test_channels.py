"""The two words of a channel hold bias and shift exactly, or the channel is left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.lower.channels import (
    CHANNEL,
    GROUPED,
    LANE,
    Form,
    Requantization,
    fold,
    outputs,
    reachable,
)

FORMS = (CHANNEL, GROUPED, LANE)
LARGEST = {CHANNEL: 1 << 23, GROUPED: 1 << 23, LANE: 1 << 25}
SHIFTS = {CHANNEL: (-31, 31), GROUPED: (-3, 30), LANE: (-15, 16)}
MULTIPLIER = (1 << 30) + 12_345_678


def one(value: int) -> np.ndarray:
    return np.array([value], np.int64)


@pytest.mark.parametrize("form", FORMS)
@given(bias=st.integers(-(1 << 26), 1 << 26), right=st.integers(-40, 40))
def test_what_a_form_holds_can_be_read_from_it(form: Form, bias: int, right: int) -> None:
    if form.holds(one(bias), one(right))[0]:
        word, second = form.words(one(bias), one(right), one(MULTIPLIER))[0].tolist()
        low = word & ((1 << form.bits) - 1)
        shift = low - (low >> (form.bits - 1) << form.bits)
        assert word >> form.below == bias
        assert word >> form.bits & ((1 << (form.below - form.bits)) - 1) == 0
        if form is LANE:
            assert (shift, second) == (-right, MULTIPLIER)
        else:
            assert (shift if shift > 0 else shift + 1, second) == (
                right,
                2 * MULTIPLIER - (1 << 32),
            )
    else:
        room, (low, high) = LARGEST[form], SHIFTS[form]
        assert not -room <= bias < room or not low <= right <= high


@pytest.mark.parametrize("form", FORMS)
def test_the_ends_are_held(form: Form) -> None:
    room = LARGEST[form]
    for bias, right in zip((-room, room - 1), SHIFTS[form], strict=True):
        assert form.holds(one(bias), one(right))[0]
    assert not form.holds(one(room), one(1))[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_constant_channel_gives_its_output_without_weights(form: Form) -> None:
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
    folded = fold(sums, requantization, form)
    assert folded.fits.all()
    assert not folded.meant(weights).any()
    bias = folded.words[:, 0].astype(np.int64) >> form.below
    multiplier = 1 << 30
    second = multiplier if form is LANE else 2 * multiplier - (1 << 32)
    assert (folded.words[:, 1] == second).all()
    high = (bias * multiplier + (1 << 30)) >> 31
    assert np.array_equal((high - (high < 0) + 2 * -17 + 1) >> 1, value)


def test_a_bias_beyond_its_bits_is_left_out() -> None:
    """600 inputs of -128 and more: folded in, the zero point alone needs 24 bits and a sign."""
    weights = np.full((2, 600), 127, np.int8)
    weights[1] = 1
    requantization = Requantization(
        np.zeros(2, np.int32), np.full(2, 1 << 30, np.int32), np.full(2, -16, np.int32), -128, 0
    )
    folded = fold(reachable(weights, requantization), requantization, CHANNEL)
    assert folded.fits.tolist() == [False, True]
    assert folded.meant(weights).any(axis=1).tolist() == [False, True]
