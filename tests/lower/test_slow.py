"""Every weighted operator that is not packed says why; those that are say nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from operator_cases import FixedRanges
from stand_ins import keyword_spotting

from mcuq.bench.chain import Chain
from mcuq.bench.measure import quantized
from mcuq.graph import Graph, Op, Tensor
from mcuq.lower import LowerOptions, Program, lower
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs
from mcuq.pipeline.slow import slow_findings
from mcuq.quantize import Config, quantize

RNG = np.random.default_rng(0)


def one_layer(
    kind: AnyOperator, attrs: object, filter_shape: tuple[int, ...], outputs: int
) -> Program:
    weight = RNG.normal(0, 1, filter_shape).astype(np.float32)
    bias = np.zeros(outputs, np.float32)
    tensors = {
        "x": Tensor("x", (1, 6, 6, 8)),
        "w": Tensor("w", filter_shape, weight),
        "b": Tensor("b", (outputs,), bias),
        "y": Tensor("y", (1, 6, 6, outputs)),
    }
    op = Op(kind, "layer", ("x", "w", "b"), ("y",), attrs)  # type: ignore[arg-type]
    return lower(quantize(Graph("one", tensors, (op,), ("x",), ("y",)), FixedRanges()))


def test_grouped_convolutions_and_depth_multipliers() -> None:
    same = ((1, 1), (1, 1), Padding.SAME)
    grouped = one_layer(CONV_2D, ConvAttrs(*same, Activation.NONE), (8, 3, 3, 4), 8)
    multiplied = one_layer(
        DEPTHWISE_CONV_2D, DepthwiseConvAttrs(*same, 2, Activation.NONE), (1, 3, 3, 16), 16
    )
    for program, why in (
        (grouped, "grouped convolution"),
        (multiplied, "depth multiplier above 1"),
    ):
        assert [call.slow for call in program.calls] == [why]
        (finding,) = slow_findings(program)
        assert finding.code == "slow-layer"
        assert finding.message == f"layer 'layer' runs 100% of all MACs on slow kernels: {why}"


@pytest.mark.parametrize("bits", [8, 4])
def test_what_is_packed_says_nothing(bits: int) -> None:
    program = lower(quantized(keyword_spotting(), bits)[0])
    assert not any(call.slow for call in program.calls)
    assert slow_findings(program) == ()


def test_an_extent_beyond_its_field() -> None:
    model = Chain("wide", (1, 1), 0)
    model.dense(65_536, Activation.NONE)
    (call,) = lower(quantized(model.graph(), 8)[0]).calls
    assert call.slow == "an extent above 65,535"


def test_what_the_request_chose_is_in_the_table_but_no_finding() -> None:
    qgraph, _ = quantized(keyword_spotting(), 8)
    program = lower(qgraph, LowerOptions("cmsis-nn"))
    reasons = {call.slow for call in program.calls if call.weight_bits}
    assert reasons == {"CMSIS-NN's interface was asked for"}
    assert slow_findings(program) == ()


def test_sixteen_bit_activations() -> None:
    wide = Config(activation_bits=16)
    program = lower(quantize(keyword_spotting(), FixedRanges(), wide))
    reasons = {call.slow for call in program.calls if call.weight_bits}
    assert reasons == {"16-bit activations"}
    assert slow_findings(program) == ()


def test_a_small_layer_is_not_worth_a_finding() -> None:
    qgraph, _ = quantized(keyword_spotting(), 8)
    program = lower(qgraph)
    smallest = min((c for c in program.calls if c.macs), key=lambda call: call.macs)
    calls = tuple(
        replace(call, slow="some reason") if call is smallest else call for call in program.calls
    )
    assert slow_findings(replace(program, calls=calls)) == ()
