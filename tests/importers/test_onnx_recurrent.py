"""RNN, GRU and LSTM in every form of ONNX equal onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.ops.movement import CONCATENATION, TRANSPOSE
from mcuq.ops.weighted import FULLY_CONNECTED

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
STATES = {"RNN": ("states", "last"), "GRU": ("states", "last"), "LSTM": ("states", "last", "cell")}
DIRECTIONS = {"forward": 1, "reverse": 1, "bidirectional": 2}


def _series(model: Model, length: int) -> str:
    """(step, batch, unit) from an input with the batch in front."""
    return model.node("Transpose", ["x0"], perm=[1, 0, 2])


def _layer(
    model: Model,
    kind: str,
    x: str,
    size: int,
    depth: int,
    *,
    biases: bool = True,
    initial: str = "none",
    peepholes: bool = False,
    **attrs: Any,
) -> tuple[str, ...]:
    ways, gates = DIRECTIONS[attrs.get("direction", "forward")], GATES[kind]
    names = [model.weights(ways, gates * size, depth), model.weights(ways, gates * size, size)]
    inputs = [x, *names, model.weights(ways, 2 * gates * size) if biases else "", ""]
    states = len(STATES[kind]) - 1
    shape = (1, ways, size) if attrs.get("layout") else (ways, 1, size)
    if initial == "constant":
        inputs += [model.weights(*shape) for _ in range(states)]
    elif initial == "computed":
        flat = model.node("Gemm", ["x1", model.weights(3, ways * size)])
        target = model.constant(np.array(shape, np.int64))
        inputs += [model.node("Reshape", [flat, target])] * states
    elif peepholes:
        inputs += [""] * states
    if peepholes:
        inputs.append(model.weights(ways, 3 * size))
    while not inputs[-1]:
        inputs.pop()
    prefix = f"r{len(model.nodes)}"
    outputs = [f"{prefix}{name}" for name in STATES[kind]]
    model.node(kind, inputs, outputs, hidden_size=size, **attrs)
    return tuple(outputs)


@given(
    kind=st.sampled_from(sorted(GATES)),
    direction=st.sampled_from(sorted(DIRECTIONS)),
    length=st.integers(1, 5),
    depth=st.integers(1, 4),
    size=st.integers(1, 4),
    biases=st.booleans(),
    initial=st.sampled_from(["none", "constant", "computed"]),
    after=st.booleans(),
    peepholes=st.booleans(),
    named=st.booleans(),
    seed=st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_every_form(
    kind: str, direction: str, length: int, depth: int, size: int, biases: bool, initial: str,
    after: bool, peepholes: bool, named: bool, seed: int,
) -> None:  # fmt: skip
    model = Model((1, length, depth), *([(1, 3)] if initial == "computed" else []), seed=seed)
    attrs: dict[str, Any] = {"direction": direction}
    if kind == "GRU":
        attrs["linear_before_reset"] = int(after)
    if named:
        functions = {
            "RNN": ["Relu"],
            "GRU": ["Sigmoid", "Relu"],
            "LSTM": ["Sigmoid", "Tanh", "Relu"],
        }
        attrs["activations"] = functions[kind] * DIRECTIONS[direction]
    outputs = _layer(
        model, kind, _series(model, length), size, depth, biases=biases, initial=initial,
        peepholes=peepholes and kind == "LSTM", **attrs,
    )  # fmt: skip
    assert_equals_onnxruntime(model.content(*outputs))


@pytest.mark.parametrize("kind", GATES)
def test_the_answer_to_the_last_step_needs_no_others(kind: str) -> None:
    """As PyTorch writes `layer(x)[0][:, -1]`: no states are joined, nothing is transposed."""
    model = Model((1, 6, 3))
    states, *_ = _layer(model, kind, _series(model, 6), 4, 3)
    states = model.node("Squeeze", [states, model.constant([1])])
    states = model.node("Transpose", [states], perm=[1, 0, 2])
    x = model.node("Gather", [states, model.constant(np.int64(-1))], axis=1)
    graph = assert_equals_onnxruntime(model.content(model.node("Gemm", [x, model.weights(4, 2)])))
    assert not {CONCATENATION, TRANSPOSE} & {op.kind for op in graph.ops}


def test_steps_share_their_weights() -> None:
    model = Model((1, 7, 3))
    graph = load_onnx(model.content(_layer(model, "GRU", _series(model, 7), 4, 3)[1]))
    filters = [op.inputs[1] for op in graph.ops if op.kind is FULLY_CONNECTED]
    # One a gate for all inputs, and one a gate for the states of all steps but the first.
    assert len(filters) == 3 + 6 * 3 and len(set(filters)) == 6


@pytest.mark.parametrize(
    ("attrs", "lengths", "match"),
    [
        ({"clip": 1.0}, None, "it is clipped"),
        ({"activations": ["Elu"]}, None, r"\(Elu\)"),
        ({}, [3], "it is told another length"),
    ],
)
def test_refused(attrs: dict[str, Any], lengths: list[int] | None, match: str) -> None:
    model = Model((1, 4, 3))
    x = _series(model, 4)
    inputs = [x, model.weights(1, 2, 3), model.weights(1, 2, 2)]
    if lengths is not None:
        inputs += ["", model.constant(np.array(lengths, np.int32))]
    y = model.node("RNN", inputs, ["y"], hidden_size=2, **attrs)
    with pytest.raises(InputError, match=match) as caught:
        load_onnx(model.content(y))
    assert caught.value.hint


def test_a_series_may_be_too_long() -> None:
    model = Model((1, 1025, 1))
    y = _layer(model, "RNN", _series(model, 1025), 1, 1)[1]
    with pytest.raises(InputError, match="1 of 1025 steps"):
        load_onnx(model.content(y))
