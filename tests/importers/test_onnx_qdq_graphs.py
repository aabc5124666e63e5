"""Random networks with branches, quantized to 16 bits, where rounding hides no lost clamp."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx_cases import Model, onnxruntime
from qdq_models import IMAGE, images, quantized

from mcuq.importers.onnx import load_onnx
from mcuq.interpret.float import run_float

Value = tuple[str, int, int]
"""Name, channels, height and width."""
Step = Callable[[Model, Value, Value], Value]


def _unary(kind: str, *bounds: float, **attrs: float) -> Step:
    def step(model: Model, x: Value, other: Value) -> Value:
        constants = [model.constant(np.float32(bound)) for bound in bounds]
        return model.node(kind, [x[0], *constants], **attrs), *x[1:]

    return step


def _conv(model: Model, x: Value, other: Value) -> Value:
    weights = model.weights(6, x[1], 3, 3, scale=1.5 / (3 * x[1] ** 0.5))
    return model.node("Conv", [x[0], weights, model.weights(6)], pads=[1] * 4), 6, x[2]


def _binary(kind: str) -> Step:
    def step(model: Model, x: Value, other: Value) -> Value:
        return model.node(kind, [x[0], other[0] if other[1:] == x[1:] else x[0]]), *x[1:]

    return step


def _concat(model: Model, x: Value, other: Value) -> Value:
    second = other if other[2] == x[2] else x
    return model.node("Concat", [x[0], second[0]], axis=1), x[1] + second[1], x[2]


def _pool(kind: str) -> Step:
    def step(model: Model, x: Value, other: Value) -> Value:
        if x[2] < 4:
            return x
        name = model.node(kind, [x[0]], kernel_shape=[2, 2], strides=[2, 2])
        return name, x[1], x[2] // 2

    return step


def _pad(model: Model, x: Value, other: Value) -> Value:
    pads = model.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]))
    return model.node("Pad", [x[0], pads]), x[1], x[2] + 2


def _slice(model: Model, x: Value, other: Value) -> Value:
    if x[1] < 2:
        return x
    bounds = [model.constant(np.array([value])) for value in (1, x[1], 1)]
    return model.node("Slice", [x[0], *bounds]), x[1] - 1, x[2]


def _transpose(model: Model, x: Value, other: Value) -> Value:
    return model.node("Transpose", [x[0]], perm=[0, 1, 3, 2]), *x[1:]


STEPS: tuple[Step, ...] = (
    _conv, _conv, _conv, _unary("Relu"), _unary("Relu"), _unary("Clip", 0, 6),
    _unary("Clip", -1, 0.5), _unary("Sigmoid"), _unary("Tanh"), _unary("LeakyRelu", alpha=0.2),
    _binary("Add"), _binary("Mul"), _binary("Max"), _concat, _pool("MaxPool"),
    _pool("AveragePool"), _pad, _slice, _transpose,
)  # fmt: skip


def _network(seed: int) -> bytes:
    rng, model = random.Random(seed), Model(IMAGE, seed=seed)
    values = [_conv(model, ("x0", IMAGE[1], IMAGE[2]), ("x0", IMAGE[1], IMAGE[2]))]
    for _ in range(rng.randrange(2, 9)):
        values.append(rng.choice(STEPS)(model, rng.choice(values[-3:]), rng.choice(values)))
    outputs = [values[-1][0], *([rng.choice(values)[0]] if rng.random() < 0.3 else [])]
    return model.content(*dict.fromkeys(outputs))


@pytest.mark.parametrize("form", ["int16", "uint16"])
@pytest.mark.parametrize("seed", range(40))
def test_a_random_network_equals_onnxruntime(seed: int, form: str, tmp_path: Path) -> None:
    content = quantized(_network(seed), form, tmp_path)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    samples = images(3, seed=9) * np.float32(1.5)
    runs = [session.run(None, {"x0": sample[None]}) for sample in samples]
    graph = load_onnx(content)
    found = run_float(graph, [graph.layout("x0").to_graph(samples)])
    for name, parts in zip(graph.outputs, zip(*runs, strict=True), strict=True):
        wanted = np.concatenate(parts)
        values = found[name].reshape(len(samples), *graph.tensors[name].shape[1:])
        difference = np.abs(graph.layout(name).to_file(values) - wanted).max()
        assert difference <= 2e-3 * np.abs(wanted).max()
