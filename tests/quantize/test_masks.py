"""What a mask hides from a SOFTMAX is 0 in integers, and costs the scores little resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tflm_outputs

from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.movement import RESHAPE, TRANSPOSE, ReshapeAttrs, TransposeAttrs
from mcuq.ops.selection import SELECT_V2
from mcuq.ops.softmax import HIDDEN, SOFTMAX, SoftmaxAttrs
from mcuq.quantize import Config, quantize

PLAIN = BinaryAttrs(Activation.NONE)
FORMS = ("add", "add biased", "select", "select other", "computed", "both", "turned", "none")


@dataclass(frozen=True)
class Masked:
    """A SOFTMAX of masked scores, and samples of its inputs."""

    graph: Graph
    inputs: list[npt.NDArray[np.float32]]
    hidden: npt.NDArray[np.bool_]
    width: float
    drop: float


@st.composite
def masked(draw: st.DrawFn, forms: tuple[str, ...] = FORMS) -> Masked:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    low, width = draw(st.sampled_from([-3.0, -40.0, 0.0, 2.0])), draw(st.sampled_from([0.5, 6, 50]))
    beta = draw(st.sampled_from([1.0, 0.5, 2.0]))
    form = draw(st.sampled_from(forms))
    number = draw(st.sampled_from([HIDDEN, -1e9, -1e37]))
    hidden = rng.random((1, rows, columns)) < 0.5
    hidden[..., rng.integers(columns)] = False
    if form == "none":
        hidden[:] = False
    scores = rng.uniform(low, low + width, (40, rows, columns)).astype(np.float32)
    scores[0], scores[1] = low, low + width
    # Hidden ones as large, visible ones as small as they come: the worst there can be.
    scores[2] = np.where(hidden[0], low + width, low)
    inputs = [scores]
    build = GraphBuilder()
    value = build.input((1, rows, columns), "scores")
    if form == "computed":
        inputs.append(np.repeat(hidden, 40, 0).astype(np.float32))
        mask = build.input((1, rows, columns), "mask")
        mask = build.op(MUL, PLAIN, [mask, build.constant(np.float32(number), "least")], "mask")
        value = build.op(ADD, PLAIN, [value, mask], "masked")
    if form.startswith("add") or form == "turned":
        added = rng.uniform(-1, 1, hidden.shape) if form == "add biased" else np.zeros(hidden.shape)
        mask = build.constant(np.where(hidden, number, added), "mask")
        value = build.op(ADD, PLAIN, [value, mask], "masked")
    if form in ("select", "both", "select other"):
        swapped = form == "select other"
        condition = build.constant(hidden != swapped, "condition", Element.BOOL)
        parts = [build.constant(np.float32(number), "least"), value]
        value = build.op(
            SELECT_V2, NoAttrs(), [condition, *(parts[::-1] if swapped else parts)], "chosen"
        )
    if form == "both":
        mask = build.constant(
            np.where(hidden & (rng.random(hidden.shape) < 0.5), number, 0), "more"
        )
        value = build.op(ADD, PLAIN, [mask, value], "masked")
    if form == "turned":
        value = build.op(RESHAPE, ReshapeAttrs((1, columns, rows)), [value], "flat")
        value = build.op(TRANSPOSE, TransposeAttrs((0, 2, 1)), [value], "turned")
        hidden = hidden.reshape(1, columns, rows).transpose(0, 2, 1)
        if hidden.all(axis=-1).any():
            hidden = np.zeros_like(hidden)  # of a row that is all hidden, nothing is claimed
    result = build.op(SOFTMAX, SoftmaxAttrs(beta), [value], "shares")
    whole = float(max(low + width, 0) - min(low, 0))
    return Masked(build.graph("m", (result,)), inputs, hidden, whole, np.log(512) / beta)


@given(masked())
@settings(max_examples=60)
def test_what_is_hidden_is_exactly_zero_in_the_runtime(one: Masked) -> None:
    qgraph = quantize(one.graph, calibrate(one.graph, one.inputs))
    stored = quantize_inputs(qgraph, one.inputs)
    (shares,) = tflm_outputs(qgraph, stored)
    shares = shares.reshape(-1, *one.hidden.shape[1:])
    zero = qgraph.tensors["shares"].zero_point
    assert (shares[np.broadcast_to(one.hidden, shares.shape)] == zero).all()
    np.testing.assert_array_equal(
        run_integer(qgraph, stored)["shares"].reshape(shares.shape), shares
    )


@given(masked(tuple(form for form in FORMS if form != "add biased")))
@settings(max_examples=60)
def test_the_scores_keep_their_steps(one: Masked) -> None:
    qgraph = quantize(one.graph, calibrate(one.graph, one.inputs))
    (softmax,) = [op for op in qgraph.ops if op.kind is SOFTMAX]
    step = float(qgraph.tensors[softmax.inputs[0]].scale[0])
    twice = 2 if "both" in str(one.graph.ops) else 1
    assert step <= 1.1 * (one.width + twice * (one.drop + 0.2) + 0.2 * one.width) / 255


@given(masked())
@settings(max_examples=20)
def test_16_bits_hold_them_too(one: Masked) -> None:
    qgraph = quantize(one.graph, calibrate(one.graph, one.inputs), Config(activation_bits=16))
    (shares,) = tflm_outputs(qgraph, quantize_inputs(qgraph, one.inputs))
    real = run_float(one.graph, one.inputs)["shares"].reshape(shares.shape)
    hidden = np.broadcast_to(one.hidden, shares.shape)
    assert shares[hidden].max(initial=0) <= 2  # its table of exp ends with 1.5 of 32,768
    if not one.hidden.any():
        return
    np.testing.assert_allclose(shares / 32768, real, atol=0.002)


def test_a_mask_that_others_read_stays_what_it_is() -> None:
    build = GraphBuilder()
    scores = build.input((1, 2, 4), "scores")
    mask = build.constant(np.array([[0, 0, HIDDEN, 0]]), "mask")
    total = build.op(ADD, PLAIN, [scores, mask], "masked")
    shares = build.op(SOFTMAX, SoftmaxAttrs(), [total], "shares")
    graph = build.graph("m", (shares, total))
    x = np.random.default_rng(0).normal(size=(4, 2, 4)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, x))
    assert qgraph.tensors["masked"].scale[0] > 3


@pytest.mark.parametrize("wide", ["masked", "scores"])
def test_both_widths_in_one_model(wide: str) -> None:
    build = GraphBuilder()
    scores = build.op(
        SUB, PLAIN, [build.input((1, 3, 4), "x"), build.constant(1.0, "one")], "scores"
    )
    mask = build.constant(np.array([[0, 0, HIDDEN, 0]]), "mask")
    total = build.op(ADD, PLAIN, [scores, mask], "masked")
    graph = build.graph("m", (build.op(SOFTMAX, SoftmaxAttrs(), [total], "shares"),))
    x = np.random.default_rng(0).normal(size=(9, 3, 4)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, x), Config(wide=(wide,)))
    (shares,) = tflm_outputs(qgraph, quantize_inputs(qgraph, [x]))
    shares = shares.reshape(x.shape)
    assert (shares[..., 2] == -128).all()
    real = run_float(graph, [x])["shares"].reshape(x.shape)
    np.testing.assert_allclose((shares.astype(int) + 128) / 256, real, atol=0.03)
