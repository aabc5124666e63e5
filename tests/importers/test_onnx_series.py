"""1-D convolutions take what stands behind them into the layer, as those over images do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime
from qdq_models import images, quantized, run_file

from mcuq.importers.onnx import load_onnx
from mcuq.interpret.float import run_float
from mcuq.ops.movement import RESHAPE
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D

CHANNELS = 4
SERIES = (1, CHANNELS, 12)


def _layer(model: Model, x: str, group: int = 1) -> str:
    weights = model.weights(CHANNELS, CHANNELS // group, 3)
    inputs = [x, weights, model.weights(CHANNELS)]
    return model.node("Conv", inputs, pads=[1, 1], group=group)


def _normalized(model: Model, x: str) -> str:
    variance = model.constant(model.rng.uniform(0.5, 2, CHANNELS).astype(np.float32))
    return model.node(
        "BatchNormalization", [x, *(model.weights(CHANNELS) for _ in range(3)), variance]
    )


@pytest.mark.parametrize("group", [1, CHANNELS])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_normalization_and_relu_cost_nothing(group: int, layers: int) -> None:
    model = Model(SERIES)
    x = "x0"
    for _ in range(layers):
        x = model.node("Relu", [_normalized(model, _layer(model, x, group))])
    graph = assert_equals_onnxruntime(model.content(x))
    kinds = [op.kind for op in graph.ops if op.kind is not RESHAPE]
    layer = CONV_2D if group == 1 else DEPTHWISE_CONV_2D
    assert kinds == [layer] * layers
    assert len(graph.ops) - layers == 2  # at the model's ends


STEPS = {
    "Relu": lambda model, x: model.node("Relu", [x]),
    "LeakyRelu": lambda model, x: model.node("LeakyRelu", [x], alpha=0.1),
    "Sigmoid": lambda model, x: model.node("Sigmoid", [x]),
    "normalized": _normalized,
    "by channel": lambda model, x: model.node("Add", [x, model.weights(CHANNELS, 1)]),
    "by element": lambda model, x: model.node("Mul", [x, model.weights(CHANNELS, SERIES[2])]),
    "by position": lambda model, x: model.node("Add", [x, model.weights(1, SERIES[2])]),
    "number": lambda model, x: model.node("Sub", [x, model.constant(np.float32(0.3))]),
    "reversed": lambda model, x: model.node("Sub", [model.constant(np.float32(0.3)), x]),
    "itself": lambda model, x: model.node("Mul", [x, x]),
    "layer": _layer,
    "flat": lambda model, x: model.node(
        "Reshape", [model.node("Flatten", [x]), model.constant(np.array(SERIES))]
    ),
}


@given(
    st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=6),
    st.lists(st.integers(0, 5), max_size=2),
)
@settings(max_examples=150)
def test_whatever_stands_behind(steps: list[str], others: list[int]) -> None:
    """Some results have a second reader, which is an output."""
    model = Model(SERIES)
    values = [_layer(model, "x0")]
    for step in steps:
        values.append(STEPS[step](model, values[-1]))
    outputs = [values[-1], *(values[index] for index in others if index < len(values) - 1)]
    assert_equals_onnxruntime(model.content(*dict.fromkeys(outputs)))


@pytest.mark.parametrize("form", ["defaults", "int8", "operators"])
def test_ranges_go_along(form: str, tmp_path: Path) -> None:
    """A stored range stays with the values that it was measured of."""
    model = Model((1, 3, 8, 8))
    x = model.node("Reshape", ["x0", model.constant(np.array([1, CHANNELS, 48]))])
    for _ in range(2):
        x = model.node("Relu", [_layer(model, x)])
    content = quantized(model.content(x), form, tmp_path)
    graph = load_onnx(content)
    samples = images(4, seed=9) * np.float32(1.5)
    found = run_float(graph, [graph.layout("x0").to_graph(samples)])[graph.outputs[0]]
    shape = graph.tensors[graph.outputs[0]].shape[1:]
    found = graph.layout(graph.outputs[0]).to_file(found.reshape(len(found), *shape))
    wanted = run_file(content, samples, optimized=False)
    assert np.abs(found - wanted).max() <= 0.02 * np.abs(wanted).max()
    assert len(graph.ranges) == 3
