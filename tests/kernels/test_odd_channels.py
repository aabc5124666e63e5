"""Dead, constant, huge and steep channels: equal bytes, and no layer is slow for one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_calls import run_calls
from kernel_native import examples
from kernel_odd import WIDTHS, odd_layers, with_odd_channels
from kernel_weighted import Weighted, build

from mcuq.cost import plan_program
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.lower.interface import INTERFACE
from mcuq.lower.program import Call
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs

HOST = LowerOptions(address_bytes=8)
PLAIN = replace(HOST, speed=False)
LANES = replace(HOST, lanes=True)
PORTABLE = LowerOptions("cmsis-nn", address_bytes=8)


def lowered(case: Weighted, options: LowerOptions = HOST) -> Call:
    (call,) = lower(case.graph, options).calls
    return call


def assert_equal_everywhere(case: Weighted) -> None:
    """TFLite Micro (narrow weights as int4), the evaluation, and both kernel families."""
    weight = case.weight
    as_int4 = {**case.graph.tensors, "w": replace(weight, bits=max(weight.bits, 4))}
    expected = Weighted(replace(case.graph, tensors=as_int4), case.input).expected
    integer = run_integer(case.graph, [case.input])["y"]
    np.testing.assert_array_equal(integer.reshape(expected.shape), expected)
    for options in (PORTABLE, HOST, PLAIN, LANES):
        memory = plan_program(lower(case.graph, options))
        (actual,) = run_calls(memory, [case.input])
        np.testing.assert_array_equal(actual, expected)


@settings(max_examples=examples(400))
@given(odd_layers(CONV_2D))
def test_convolution(case: Weighted) -> None:
    assert_equal_everywhere(case)


@settings(max_examples=examples(400))
@given(odd_layers(DEPTHWISE_CONV_2D))
def test_depthwise(case: Weighted) -> None:
    assert_equal_everywhere(case)


@settings(max_examples=examples(300))
@given(odd_layers(FULLY_CONNECTED))
def test_dense(case: Weighted) -> None:
    assert_equal_everywhere(case)


def layer(kind: AnyOperator, channels: int, seed: int, bits: int, depth: int = 24) -> Weighted:
    window = ((1, 1), (1, 1), Padding.SAME)
    if kind is FULLY_CONNECTED:
        shapes = ((1, depth), (channels, depth))
        return build(kind, FullyConnectedAttrs(Activation.NONE), *shapes, max(bits, 4), seed)
    if kind is DEPTHWISE_CONV_2D:
        shape = (1, 5, 4, channels)
        attrs = DepthwiseConvAttrs(*window, 1, Activation.RELU)
        return build(kind, attrs, shape, (1, 3, 3, channels), max(bits, 4), seed)
    shapes = ((1, 5, 4, depth), (channels, 3, 3, depth))
    return build(kind, ConvAttrs(*window, Activation.RELU), *shapes, max(bits, 4), seed)


WEIGHTED = (CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED)


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("kind", WEIGHTED)
@pytest.mark.parametrize(
    "odd", ["zero", "tiny", "tiny with huge bias", "huge bias", "constant", "duplicate", "outlier"]
)
def test_channels_that_training_leaves_are_packed(kind: AnyOperator, odd: str, bits: int) -> None:
    """Half of the channels: all stay on the packed kernel, none is computed alone."""
    for seed in range(8):
        case = with_odd_channels(layer(kind, 12, seed, bits), ["ordinary", odd] * 6, bits)
        call = lowered(case)
        assert (call.rest, call.slow) == (None, ""), seed
        assert call.function not in INTERFACE


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("kind", WEIGHTED)
@given(place=st.integers(0, 10), odd=st.sampled_from(["steep", "steeper", "lowest"]))
@settings(max_examples=examples(30))
def test_one_channel_never_slows_a_layer(
    kind: AnyOperator, bits: int, place: int, odd: str
) -> None:
    kinds = ["ordinary"] * 11
    kinds[place] = odd
    case = with_odd_channels(layer(kind, 11, place, bits), kinds, bits)
    call = lowered(case)
    assert call.function.startswith("mcuq_")
    if call.rest:
        assert call.slow.startswith("1 of 11 channels computed alone")
        assert call.overlaps == ()
    assert_equal_everywhere(case)


def test_a_steep_channel_is_computed_alone() -> None:
    case = with_odd_channels(layer(CONV_2D, 5, 3, 8), ["ordinary"] * 4 + ["steeper"], 8)
    call = lowered(case)
    assert call.functions == ("mcuq_conv_s8", "mcuq_rest_s8")
    assert call.slow == "1 of 5 channels computed alone: their sums exceed the packed form"


def test_weights_of_the_lowest_value_beside_negative_ones() -> None:
    """-128 and a negative partner in one int16 would wrap."""
    case = with_odd_channels(layer(CONV_2D, 8, 5, 8), ["lowest"] * 8, 8)
    assert_equal_everywhere(case)


def test_deep_int4_rows_beyond_the_highest_digit() -> None:
    """Sums in the fourth place of a nested int4 word have 20 bits: 585 inputs at the limit."""
    case = layer(FULLY_CONNECTED, 8, 1, 4, depth=700)
    case = with_odd_channels(case, ["constant"] * 8, 4)
    call = lowered(case)
    assert call.functions == ("mcuq_dense_s4", "mcuq_rest_s4")
    assert_equal_everywhere(case)


def test_most_channels_out_of_range_are_portable_and_say_so() -> None:
    case = with_odd_channels(layer(CONV_2D, 4, 3, 8), ["steeper"] * 4, 8)
    call = lowered(case)
    assert call.function == "mcuq_convolve_wrapper_s8"
    assert call.slow == "the sums of 4 of 4 channels exceed the packed form"
    assert_equal_everywhere(case)
