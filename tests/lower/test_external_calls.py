"""Calls into a library with CMSIS-NN's interface: what it has, is asked, and may share."""

from __future__ import annotations

import numpy as np
import pytest
from operator_cases import Case, FixedRanges, least_case

from mcuq.bench.chain import Chain
from mcuq.graph import Graph
from mcuq.lower import LowerOptions, Program, lower
from mcuq.lower.buffers import kernel_sum_bytes, question, with_kernel_sums, with_scratch
from mcuq.lower.program import Array, Struct
from mcuq.numeric.activation import Activation
from mcuq.ops.weighted import CONV_2D
from mcuq.quantize import Config, WeightChoice, quantize

EVERYTHING = frozenset(
    f"{name}_s{bits}"
    for bits in (4, 8)
    for name in (
        "arm_avgpool",
        "arm_convolve_wrapper",
        "arm_depthwise_conv_wrapper",
        "arm_elementwise_add",
        "arm_fully_connected",
        "arm_max_pool",
        "arm_softmax",
    )
)


def lowered(
    graph: Graph,
    provided: frozenset[str] = EVERYTHING,
    bits: int = 8,
    activation_bits: int = 8,
) -> Program:
    weight = WeightChoice(bits, per="tensor")
    config = Config(default_weight=weight, activation_bits=activation_bits)
    qgraph = quantize(graph, FixedRanges(), config)
    return lower(qgraph, LowerOptions("cmsis-nn", provided=provided))


def model() -> Graph:
    chain = Chain("model", (1, 8, 8, 4), 0)
    chain.conv(8, 3, 1)
    chain.depthwise(3, 1)
    chain.pool()
    chain.dense(10, Activation.NONE)
    return chain.graph()


@pytest.mark.parametrize("bits", [8, 4])
def test_what_the_library_has_is_called_and_shares_nothing(bits: int) -> None:
    calls = lowered(model(), bits=bits).calls
    assert [call.function for call in calls] == [
        f"arm_convolve_wrapper_s{bits}",
        f"arm_depthwise_conv_wrapper_s{bits}",
        "arm_avgpool_s8",
        f"arm_fully_connected_s{bits}",
    ]
    assert all(call.overlaps == () for call in calls)


def test_what_it_has_not_stays_with_mcuq() -> None:
    missing = {"arm_depthwise_conv_wrapper_s4", "arm_avgpool_s8"}
    program = lowered(model(), EVERYTHING - missing, bits=4)
    conv, depthwise, pool, _ = program.calls
    assert program.options.is_external(conv.function)
    assert depthwise.function.startswith("mcuq_depthwise")
    assert depthwise.overlaps[0].ascending > 0
    assert pool.function == "mcuq_avgpool_s8"
    assert not program.options.is_external(pool.function)
    assert pool.overlaps[0].ascending > 0


def _grouped(case: Case) -> bool:
    return case.shapes["x0"][3] != case.shapes["w"][3]


def test_groups_take_int4_values_as_int8() -> None:
    graph = least_case(CONV_2D, _grouped).graph
    (call,) = lowered(graph, bits=4).calls
    assert call.function == "arm_convolve_wrapper_s8"
    assert call.weight_bits == 4
    weights = next(array for array in call.arrays() if array.role == "weights")
    assert weights.data.size == graph.tensors["w"].size
    assert np.abs(weights.data.astype(int)).max() <= 7


def test_groups_of_int16_stay_with_mcuq() -> None:
    """CMSIS-NN's function takes all channels of its input, whatever its filter's depth."""
    provided = frozenset({"arm_convolve_wrapper_s16"})
    (call,) = lowered(least_case(CONV_2D, _grouped).graph, provided, activation_bits=16).calls
    assert call.function == "mcuq_convolve_wrapper_s16"
    (whole,) = lowered(least_case(CONV_2D).graph, provided, activation_bits=16).calls
    assert whole.function == "arm_convolve_wrapper_s16"


def test_questions_and_their_answers() -> None:
    conv, depthwise, pool, dense = lowered(model()).calls
    asked = [question(call) for call in (conv, depthwise, pool, dense)]
    assert [call.function for call in asked if call] == [
        "arm_convolve_wrapper_s8_get_buffer_size",
        "arm_depthwise_conv_wrapper_s8_get_buffer_size",
        "arm_avgpool_s8_get_buffer_size",
        "arm_fully_connected_s8_get_buffer_size",
    ]
    assert asked[2] is not None
    assert asked[2].arguments == (1, 8)
    answered = with_scratch(conv, 96)
    assert answered.scratch_bytes == 96
    context = answered.arguments[0]
    assert isinstance(context, Struct)
    assert dict(context.fields)["size"] == 96
    assert answered.arguments[1:] == conv.arguments[1:]


def test_kernel_sums_are_constants() -> None:
    """sums[row] = input offset × Σ weights[row] + bias[row]."""
    dense = lowered(model()).calls[-1]
    assert kernel_sum_bytes(dense) == 40
    prepared = with_kernel_sums(dense)
    assert prepared.scratch_bytes == 0
    context = prepared.arguments[0]
    assert isinstance(context, Struct)
    sums = dict(context.fields)["buf"]
    assert isinstance(sums, Array)
    arrays = {array.role: array.data for array in dense.arrays()}
    params = dense.arguments[1]
    assert isinstance(params, Struct)
    offset = dict(params.fields)["input_offset"]
    assert isinstance(offset, int)
    weights = arrays["weights"].reshape(10, 8).astype(int)
    for row in range(10):
        expected = offset * int(weights[row].sum()) + int(arrays["bias"][row])
        assert sums.data[row] == expected
