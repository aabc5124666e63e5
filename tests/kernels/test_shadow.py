"""No kernel reads a byte that its own output has overwritten: every access of every call is watched
while each output lies over an input as far as the lowering promises, and in whole planned models.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_cases import FixedRanges, random_case
from shadow_layers import LAYERS, chain, promised
from shadow_memory import (
    Report,
    Watched,
    at,
    directions,
    has_compiler,
    host_program,
    planned,
    random_sample,
    watched,
)
from stand_ins import STAND_INS

from mcuq.bench.measure import quantized
from mcuq.cost.memory import MemoryPlan
from mcuq.importers import load_model
from mcuq.interpret.integer import run_integer
from mcuq.numeric.widths import TERNARY
from mcuq.ops.binary import ADD
from mcuq.ops.catalog import FLOAT_OPERATORS, WEIGHTED_OPERATORS
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, SQUEEZE, STRIDED_SLICE, TRANSPOSE
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import MAX_POOL_2D, MEAN
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import TANH
from mcuq.quantize import Config, WeightChoice, quantize, quantize_dynamic
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_compiler(), reason="gcc is not installed"),
]

OVERLAPPING = frozenset(FLOAT_OPERATORS) - {
    RESHAPE,
    SQUEEZE,
    MEAN,
    PAD,
    CONCATENATION,
    TRANSPOSE,
    STRIDED_SLICE,
    RESIZE_NEAREST_NEIGHBOR,
    RESIZE_BILINEAR,
}
"""Operators whose kernels promise something."""


def check(run: Watched, memory: MemoryPlan, seed: int) -> None:
    """Accesses are seen, none is a violation, and the bytes are right."""
    qgraph = memory.program.qgraph
    sample = random_sample(qgraph, np.random.default_rng(seed))
    report, outputs = run.run(sample, memory)
    assert report.violations == 0, describe(memory, report)
    assert report.loads > 0
    assert report.stores > 0
    expected = run_integer(qgraph, sample)
    assert outputs == [expected[name].tobytes() for name in qgraph.outputs]


def describe(memory: MemoryPlan, report: Report) -> str:
    wanted, found = (
        memory.buffers[index].name if index >= 0 else "nothing"
        for index in (report.wanted, report.found)
    )
    call = memory.program.calls[max(report.layer, 0)]
    return f"{call.function}: byte {report.byte} of {wanted} holds one of {found}"


def check_operator(qgraph: QuantizedGraph, seed: int, *, speed: bool = True) -> bool:
    """Every promise of a model of one operator, at its limit and a little away from it. Whether
    one byte more was ever too much."""
    caught = False
    sample = random_sample(qgraph, np.random.default_rng(seed))
    for promise in promised(host_program(qgraph, speed=speed)):
        with watched(promise.memory) as run:
            check(run, promise.memory, seed)
            away = promise.deeper(-3)
            # A layout that either direction allows runs upwards, and may not keep to that.
            if directions(away) == directions(promise.memory):
                check(run, away, seed)
            report, _ = run.run(sample, promise.deeper(1))
            caught = caught or report.violations > 0
    return caught


@pytest.mark.parametrize("speed", [True, False], ids=["speed", "size"])
@pytest.mark.parametrize("bits", [8, 4, 2, TERNARY])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_over_its_own_input(name: str, bits: int, speed: bool) -> None:
    assert check_operator(chain(*LAYERS[name], bits), seed=1, speed=speed)


@pytest.mark.parametrize("kind", sorted(OVERLAPPING, key=str))
@pytest.mark.parametrize("activation_bits", [8, 16])
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_operators_over_their_inputs(
    kind: AnyOperator, activation_bits: int, seed: int
) -> None:
    case = random_case(kind, np.random.default_rng(seed))
    config = Config(activation_bits=activation_bits)
    check_operator(quantize(case.graph, case.ranges, config), seed)


@pytest.mark.parametrize("kind", WEIGHTED_OPERATORS)
@pytest.mark.parametrize("bits", [8, 4])
@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_weighted_operators_over_their_inputs(
    kind: AnyOperator, bits: int, seed: int
) -> None:
    case = random_case(kind, np.random.default_rng(seed))
    config = Config(default_weight=WeightChoice(bits))
    check_operator(quantize(case.graph, case.ranges, config), seed)


@pytest.mark.parametrize("kind", [ADD, SOFTMAX, TANH, MAX_POOL_2D])
def test_one_byte_more_is_a_violation(kind: AnyOperator) -> None:
    """The shadow is not blind: what leaves no room is caught for element-wise operators, too."""
    case = random_case(kind, np.random.default_rng(5))
    assert check_operator(quantize(case.graph, case.ranges), seed=5)


@pytest.mark.parametrize("kind", [ADD, SOFTMAX])
def test_reals_over_their_inputs(kind: AnyOperator) -> None:
    cases = (random_case(kind, np.random.default_rng(seed)) for seed in count())
    # Real operands of different shapes are not supported.
    graph = next(c.graph for c in cases if len({t.shape for t in c.graph.tensors.values()}) == 1)
    check_operator(quantize_dynamic(graph), seed=0)


def check_model(qgraph: QuantizedGraph, *, speed: bool = True) -> None:
    """The plan of a build: no violation, and the planned program touches what the watched one
    does."""
    memory = planned(qgraph, speed=speed)
    with watched(memory) as run:
        check(run, memory, seed=0)
    sample = random_sample(qgraph, np.random.default_rng(0))
    with watched(memory) as run, watched(memory, memory) as itself:
        expected, outputs = run.run(sample)
        report, found = itself.run(sample)
    assert (report.loads, report.stores) == (expected.loads, expected.stores)
    assert found == outputs


@pytest.mark.parametrize("speed", [True, False], ids=["speed", "size"])
@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("name", STAND_INS)
def test_whole_models(name: str, bits: int, speed: bool) -> None:
    check_model(quantized(STAND_INS[name](), bits)[0], speed=speed)


@pytest.mark.parametrize("bits", [8, 4])
def test_the_example(bits: int) -> None:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    check_model(quantize(graph, FixedRanges(), Config(default_weight=WeightChoice(bits))))


@pytest.mark.parametrize("name", ["resnet8", "kws"])
def test_trained_models(mlperf_tiny: Path, name: str) -> None:
    graph = load_model(mlperf_tiny / f"{name}_float32.tflite")
    check_model(quantize(graph, FixedRanges(), Config(default_weight=WeightChoice(4))))


def test_a_plan_that_shares_too_much_is_caught() -> None:
    """Buffers one word closer than planned, in a whole model."""
    memory = planned(quantized(STAND_INS["kws"](), 8)[0])
    offsets = dict(memory.plan.offsets)
    caught = 0
    with watched(memory) as run:
        sample = random_sample(memory.program.qgraph, np.random.default_rng(0))
        for name, offset in offsets.items():
            if offset:
                report, _ = run.run(sample, at(memory, {**offsets, name: offset - 4}))
                caught += report.violations > 0
    assert caught > len(offsets) // 4
