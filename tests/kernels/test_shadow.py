"""No kernel reads a byte that its own output has overwritten: every access of every call is watched
while each output lies over an input as far as the lowering promises, and in whole planned models.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_tests import SHADOW
from number_formats import Form, forms, least_model, models
from operator_cases import Case, FixedRanges, least_case
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
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import MAX_POOL_2D, PoolAttrs
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import TANH
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.quantize import Config, WeightChoice, quantize, quantize_dynamic
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_compiler(), reason="gcc is not installed"),
]

FORMS = [form for form in forms() if form.per == "channel" or form.operator is FULLY_CONNECTED]


def may_overlap(form: Form) -> bool:
    """Layers of int16 and conversions to wider values lie apart from what they read."""
    apart = (form.weights and form.activations == "int16") or form.activations == "int8 to int16"
    return form.operator in SHADOW.operators and not apart


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


def check_operator(
    qgraph: QuantizedGraph, seed: int, *, speed: bool = True, lanes: bool = False
) -> bool:
    """Every promise of a model of one operator, at its limit and a little away from it. Whether
    one byte more was ever too much."""
    caught = False
    sample = random_sample(qgraph, np.random.default_rng(seed))
    for promise in promised(host_program(qgraph, speed=speed, lanes=lanes)):
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


@pytest.mark.parametrize("bits", [8, 4, 2, TERNARY])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_by_lanes_over_its_own_input(name: str, bits: int) -> None:
    assert check_operator(chain(*LAYERS[name], bits), seed=1, lanes=True)


@pytest.mark.parametrize(
    "form",
    [form for form in FORMS if may_overlap(form)],
    ids=lambda form: form.name,
)
@settings(max_examples=6)
@given(data=st.data())
def test_random_operators_over_their_inputs(form: Form, data: st.DataObject) -> None:
    model = data.draw(models(form))
    check_operator(model.qgraph, model.case.numbers.seed)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_what_is_left_out_promises_nothing(form: Form) -> None:
    program = host_program(least_model(form))
    overlaps = [overlap for call in program.calls for overlap in call.overlaps]
    # Channels computed alone read the input when the others' outputs are written.
    reads_again = any(call.rest for call in program.calls)
    assert bool(overlaps) == (may_overlap(form) and not reads_again)


def _reads_ahead(case: Case) -> bool:
    """A pool reads what others have written already only where its window is more than a pixel."""
    return not isinstance(case.attrs, PoolAttrs) or min(case.attrs.filter) > 1


def _of_one_shape(case: Case) -> bool:
    """Of 6 elements or more."""
    return len(set(case.shapes.values())) == 1 and math.prod(case.shapes["y"]) >= 6


@pytest.mark.parametrize("kind", [ADD, SOFTMAX, TANH, MAX_POOL_2D])
def test_one_byte_more_is_a_violation(kind: AnyOperator) -> None:
    """The shadow is not blind: what leaves no room is caught for element-wise operators, too."""
    case = least_case(kind, lambda case: _of_one_shape(case) and _reads_ahead(case))
    assert check_operator(quantize(case.graph, case.ranges), seed=5)


@pytest.mark.parametrize("kind", [ADD, SOFTMAX])
def test_reals_over_their_inputs(kind: AnyOperator) -> None:
    # Real operands of different shapes are not supported.
    case = least_case(kind, _of_one_shape)
    check_operator(quantize_dynamic(case.graph), seed=0)


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


@pytest.mark.parametrize("bits", [2, TERNARY])
def test_weights_that_are_widened(bits: int) -> None:
    check_model(quantized(STAND_INS["vww"](), bits)[0])


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
