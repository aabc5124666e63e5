"""RNN, GRU and LSTM of ONNX, written out, equal onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers.onnx import load_onnx

STEPS, FEATURES, UNITS = 4, 3, 5
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
FORMS: list[tuple[str, dict[str, Any]]] = [
    ("RNN", {}),
    ("RNN", {"activations": ["Relu"]}),
    ("GRU", {}),
    ("GRU", {"linear_before_reset": 1}),
    ("LSTM", {}),
]


def _model(
    kind: str,
    direction: str = "forward",
    *,
    bias: bool = True,
    initial: str = "",
    steps: int = STEPS,
    outputs: int = 1,
    **attrs: Any,
) -> bytes:
    model = Model((1, steps, FEATURES))
    count = 2 if direction == "bidirectional" else 1
    if count == 2 and "activations" in attrs:
        attrs["activations"] = attrs["activations"] * 2
    rows = GATES[kind] * UNITS
    x = model.node("Transpose", ["x0"], perm=[1, 0, 2])
    operands = [x, model.weights(count, rows, FEATURES), model.weights(count, rows, UNITS)]
    operands.append(model.weights(count, 2 * rows) if bias else "")
    if initial:
        states = [np.zeros, lambda shape: model.rng.normal(size=shape)][initial == "given"]
        operands.append("")
        for _ in range(2 if kind == "LSTM" else 1):
            operands.append(model.constant(states((count, 1, UNITS)).astype(np.float32)))
    names = ["Y", "Y_h", "Y_c"][: 3 if kind == "LSTM" else 2]
    model.node(kind, operands, names, hidden_size=UNITS, direction=direction, **attrs)
    results = []
    for name, perm in zip(names, [[2, 0, 1, 3], [1, 0, 2], [1, 0, 2]], strict=False):
        if len(results) < outputs:
            results.append(model.node("Transpose", [name], perm=perm))
    return model.content(*results)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize(("kind", "attrs"), FORMS)
def test_every_direction(kind: str, attrs: dict[str, Any], direction: str) -> None:
    outputs = 3 if kind == "LSTM" else 2
    assert_equals_onnxruntime(_model(kind, direction, outputs=outputs, **attrs))


@pytest.mark.parametrize("initial", ["", "zero", "given"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("kind", "attrs"), FORMS)
def test_initial_states_and_biases(
    kind: str, attrs: dict[str, Any], bias: bool, initial: str
) -> None:
    assert_equals_onnxruntime(_model(kind, bias=bias, initial=initial, **attrs))


def test_outputs_that_nothing_reads_cost_nothing() -> None:
    whole, first = (len(load_onnx(_model("LSTM", outputs=n)).ops) for n in (3, 1))
    assert first < whole


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (lambda: _model("LSTM", steps=129), "129 steps"),
        (lambda: _model("GRU", activations=["Sigmoid", "Relu"]), "activations are Sigmoid, Relu"),
        (lambda: _model("LSTM", clip=1.0), "clips"),
        (lambda: _model("LSTM", input_forget=1), "couples"),
    ],
)
def test_what_is_not_read_is_named(content: Any, cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        load_onnx(content())
