"""Quantized ONNX models compute what onnxruntime computes on the same file.

What may differ is the rounding to the file's own steps, which the float graph leaves out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime, helper, numpy_helper, onnx, run_onnx
from qdq_models import FORMS, NETWORKS, images, quantized_network, run_file

from mcuq.calibrate import calibrate
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers.onnx import load_onnx
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.quantize import quantize
from mcuq.quantized import QuantizedGraph

SAMPLES = images(12, seed=9) * np.float32(1.5)
"""Larger than what was calibrated: clamps cut."""


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _in_graph(graph: Graph, samples: np.ndarray) -> list[np.ndarray]:
    return [graph.layout(graph.inputs[0]).to_graph(samples)]


def _in_file(graph: Graph, values: np.ndarray) -> np.ndarray:
    name = graph.outputs[0]
    shape = graph.tensors[name].shape[1:]
    return graph.layout(name).to_file(values.reshape(len(values), *shape))


def _float(graph: Graph, samples: np.ndarray) -> np.ndarray:
    return _in_file(graph, run_float(graph, _in_graph(graph, samples))[graph.outputs[0]])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_the_float_graph_equals_onnxruntime(kind: str, form: str, tmp_path: Path) -> None:
    content = quantized_network(kind, form, tmp_path)
    found = _float(load_onnx(content), SAMPLES)
    exact = run_file(content, SAMPLES, optimized=False)
    optimized = run_file(content, SAMPLES, optimized=True)
    tolerance = 2e-4 if "16" in form else 0.02
    assert np.abs(found - exact).max() <= tolerance * np.abs(exact).max()
    assert min(_cosine(found, exact), _cosine(found, optimized)) > 0.9998


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", NETWORKS)
def test_other_weights(kind: str, seed: int, tmp_path: Path) -> None:
    content = quantized_network(kind, "defaults", tmp_path, seed)
    found, exact = _float(load_onnx(content), SAMPLES), run_file(content, SAMPLES, optimized=False)
    assert np.abs(found - exact).max() <= 0.02 * np.abs(exact).max()


@pytest.mark.parametrize("opset", [11, 12, 13, 18, 21])
def test_other_operator_sets(opset: int, tmp_path: Path) -> None:
    content = quantized_network("residual", "int8", tmp_path, opset=opset)
    found, exact = _float(load_onnx(content), SAMPLES), run_file(content, SAMPLES, optimized=False)
    assert np.abs(found - exact).max() <= 0.02 * np.abs(exact).max()


def _int8(graph: Graph) -> QuantizedGraph:
    return quantize(graph, calibrate(graph, _in_graph(graph, images(24, seed=0))))


@pytest.mark.parametrize("form", ["defaults", "int8 per channel", "uint8", "symmetric"])
@pytest.mark.parametrize("kind", ["chain", "chain6", "residual", "depthwise", "dense", "image"])
def test_int8_equals_onnxruntime(kind: str, form: str, tmp_path: Path) -> None:
    content = quantized_network(kind, form, tmp_path)
    graph = load_onnx(content)
    qgraph = _int8(graph)
    outputs = run_integer(qgraph, quantize_inputs(qgraph, _in_graph(graph, SAMPLES)))
    found = _in_file(graph, dequantize_outputs(qgraph, outputs)[graph.outputs[0]])
    exact = run_file(content, SAMPLES, optimized=False)
    assert _cosine(found, exact) > 0.9998
    assert np.abs(found - exact).max() <= 0.02 * np.abs(exact).max()


def _stored_grids(content: bytes) -> set[tuple[np.float32, int]]:
    """Scale and int8 zero point of every QuantizeLinear."""
    graph = onnx.load_model_from_string(content).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    grids = set()
    for node in graph.node:
        if node.op_type == "QuantizeLinear" and node.input[0] not in constants:
            scale, zero = (constants[name] for name in node.input[1:])
            shift = 128 if zero.dtype == np.uint8 else 0
            grids.add((np.float32(scale), int(zero) - shift))
    return grids


@pytest.mark.parametrize("form", ["defaults", "int8 per channel", "uint8 weights", "symmetric"])
@pytest.mark.parametrize("kind", ["chain", "chain6", "residual", "dense"])
def test_int8_has_the_scales_of_the_file(kind: str, form: str, tmp_path: Path) -> None:
    content = quantized_network(kind, form, tmp_path)
    qgraph = _int8(load_onnx(content))
    activations = [tensor for tensor in qgraph.tensors.values() if not tensor.is_constant]
    found = {(tensor.scale[0], tensor.zero_point) for tensor in activations}
    assert found <= _stored_grids(content)


def test_int8_has_the_filters_of_the_file(tmp_path: Path) -> None:
    content = quantized_network("chain", "int8 per channel", tmp_path)
    constants = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in onnx.load_model_from_string(content).graph.initializer
    }
    stored = constants["c0_quantized"].transpose(0, 2, 3, 1)
    graph = load_onnx(content)
    qgraph = _int8(graph)
    assert np.array_equal(qgraph.tensors[graph.weights[0]].data, stored)


TYPES = {
    "int8": (np.int8, np.float32(0.04)),
    "uint8": (np.uint8, np.float32(0.04)),
    "int16": (np.int16, np.float32(0.0001)),
    "uint16": (np.uint16, np.float32(0.0001)),
}


def _pair(model: Model, x: str, scale: Any, zero_point: Any, **attrs: Any) -> str:
    parameters = [model.constant(scale), model.constant(zero_point)]
    integers = model.node("QuantizeLinear", [x, *parameters], **attrs)
    return model.node("DequantizeLinear", [integers, *parameters], **attrs)


@given(
    dtype=st.sampled_from(sorted(TYPES)),
    zero=st.floats(0, 1),
    factor=st.floats(0.3, 3),
    again=st.none() | st.floats(0, 1),
    plain_reader=st.booleans(),
    form=st.sampled_from(["none", "relu", "transpose", "output"]),
)
@settings(max_examples=120)
def test_any_pair_clamps_as_in_onnxruntime(
    dtype: str, zero: float, factor: float, again: float | None, plain_reader: bool, form: str
) -> None:
    """A layer, one or two pairs behind it, maybe a reader of the unclamped values, a layer."""
    integer, scale = TYPES[dtype]
    ends = np.iinfo(integer)
    model = Model((1, 6), opset=21)
    x = model.node("Gemm", ["x0", model.weights(6, 6), model.weights(6)])
    y, step = x, np.float32(scale * factor)
    for position in (zero, again):
        if position is not None:
            y = _pair(model, y, step, integer(ends.min + round(position * (ends.max - ends.min))))
    if form == "relu":
        y = model.node("Relu", [y])
    if form == "transpose":
        y = model.node("Transpose", [model.node("Transpose", [y])])
    if form != "output":
        y = model.node("Gemm", [y, model.constant(np.eye(6, dtype=np.float32))])
    extra = [model.node("Tanh", [x])] if plain_reader else []
    content = model.content(y, *extra)
    samples = np.random.default_rng(0).normal(0, 6, (3, 6)).astype(np.float32)
    graph = load_onnx(content)
    found = run_float(graph, [samples])
    for name, wanted in zip(graph.outputs, run_onnx(content, [samples]), strict=True):
        difference = np.abs(found[name].reshape(wanted.shape) - wanted).max()
        assert difference <= 1.01 * step + 1e-5


@pytest.mark.parametrize(
    "dtype, zero, low, high",
    [
        (np.uint8, 64, 0, 127),
        (np.uint8, 0, 0, 127),
        (np.int8, 0, -127, 127),
        (np.int8, -7, -64, 63),
    ],
)
def test_fewer_integers_than_the_type_has(dtype: Any, zero: int, low: int, high: int) -> None:
    """PyTorch's fake quantization to 7 bits: a Clip between the pair."""
    model = Model((1, 6), opset=13)
    x = model.node("Gemm", ["x0", model.weights(6, 6), model.weights(6)])
    parameters = [model.constant(np.float32(0.05)), model.constant(dtype(zero))]
    bounds = [model.constant(dtype(value)) for value in (low, high)]
    y = model.node("Clip", [model.node("QuantizeLinear", [x, *parameters]), *bounds])
    content = model.content(model.node("DequantizeLinear", [y, *parameters]))
    samples = np.random.default_rng(0).normal(0, 6, (3, 6)).astype(np.float32)
    graph = load_onnx(content)
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED]
    found, wanted = run_float(graph, [samples])[graph.outputs[0]], run_onnx(content, [samples])[0]
    assert np.abs(found.reshape(wanted.shape) - wanted).max() <= 0.0501


@pytest.mark.parametrize("stated", ["INT8", "UINT8", "INT16", "UINT16", "INT4", "UINT4", None])
def test_a_type_without_a_zero_point(stated: str | None) -> None:
    """Operator set 21: the type stands in an attribute, DequantizeLinear reads what is there."""
    model = Model((1, 6), opset=21)
    x = model.node("Gemm", ["x0", model.weights(6, 6), model.weights(6)])
    scale = model.constant(np.float32(0.3 if stated in ("INT4", "UINT4") else 0.03))
    attrs = {"output_dtype": getattr(onnx.TensorProto, stated)} if stated else {}
    y = model.node("DequantizeLinear", [model.node("QuantizeLinear", [x, scale], **attrs), scale])
    _equals_within(model.content(y), 0.3 if stated in ("INT4", "UINT4") else 0.03)


def test_a_zero_point_of_zero_left_out_behind() -> None:
    model = Model((1, 6))
    x = model.node("Gemm", ["x0", model.weights(6, 6), model.weights(6)])
    scale, zero = model.constant(np.float32(0.03)), model.constant(np.int8(0))
    y = model.node("DequantizeLinear", [model.node("QuantizeLinear", [x, scale, zero]), scale])
    _equals_within(model.content(y), 0.03)


def _equals_within(content: bytes, step: float) -> None:
    samples = np.random.default_rng(0).normal(0, 6, (3, 6)).astype(np.float32)
    graph = load_onnx(content)
    found, wanted = run_float(graph, [samples])[graph.outputs[0]], run_onnx(content, [samples])[0]
    assert np.abs(found.reshape(wanted.shape) - wanted).max() <= 0.51 * step


@pytest.mark.parametrize("axis", [None, 0])
def test_weights_quantized_in_the_model(axis: int | None) -> None:
    """Float weights behind a pair of their own, as training with fake quantization exports them."""
    model = Model((1, 3, 6, 6), opset=13)
    shape = () if axis is None else (4,)
    scale = model.rng.uniform(0.05, 0.2, shape).astype(np.float32)
    attrs = {} if axis is None else {"axis": axis}
    weights = _pair(
        model, model.weights(4, 3, 3, 3, scale=9), scale, np.zeros(shape, np.int8), **attrs
    )
    content = model.content(model.node("Conv", ["x0", weights]))
    assert_equals_onnxruntime(content)


def test_a_clamp_at_six_is_a_relu6() -> None:
    model = Model((1, 6))
    x = model.node("Gemm", ["x0", model.weights(6, 6)])
    y = _pair(model, x, np.float32(6 / 255), np.uint8(0))
    graph = load_onnx(model.content(y))
    assert [op.attrs.activation for op in graph.ops] == [Activation.RELU6]


def test_a_relu_that_is_still_there_is_not_doubled() -> None:
    model = Model((1, 6))
    x = model.node("Relu", [model.node("Gemm", ["x0", model.weights(6, 6)])])
    y = _pair(model, x, np.float32(0.1), np.int8(-128))
    graph = load_onnx(model.content(model.node("Gemm", [y, model.weights(6, 2)])))
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED] * 2
    assert graph.ops[0].attrs.activation is Activation.RELU
    assert list(graph.ranges.values()) == [(0.0, 255 * float(np.float32(0.1)))]


WEIGHTS = {
    "per tensor": (np.int8, (), {}, {}),
    "per channel": (np.int8, (6,), {"axis": 0}, {}),
    "per input": (np.uint8, (8,), {"axis": -1}, {}),
    "int4 in blocks": ("INT4", (6, 4), {"axis": 1, "block_size": 2}, {}),
    "uint4": ("UINT4", (6,), {"axis": 0}, {}),
    "uint16": (np.uint16, (), {}, {}),
}


@pytest.mark.parametrize("form", WEIGHTS)
def test_stored_weights(form: str) -> None:
    dtype, scales, attrs, _ = WEIGHTS[form]
    model = Model((1, 8), opset=21, seed=3)
    low, high = (0, 15) if dtype == "UINT4" else (-8, 7) if dtype == "INT4" else (
        np.iinfo(dtype).min, np.iinfo(dtype).max)  # fmt: skip
    values = model.rng.integers(low, high, (6, 8), endpoint=True)
    zeros = model.rng.integers(low, high, scales or (1,), endpoint=True).reshape(scales)
    names = []
    for name, each in (("w", values), ("z", zeros)):
        kind = getattr(
            onnx.TensorProto, dtype if isinstance(dtype, str) else np.dtype(dtype).name.upper()
        )
        model.constants.append(helper.make_tensor(name, kind, each.shape, each.reshape(-1)))
        names.append(name)
    scale = model.constant(model.rng.uniform(0.01, 0.1, scales).astype(np.float32))
    weights = model.node("DequantizeLinear", ["w", scale, "z"], **attrs)
    content = model.content(model.node("Gemm", ["x0", weights], transB=1))
    samples = np.random.default_rng(0).normal(0, 1, (3, 8)).astype(np.float32)
    graph = load_onnx(content)
    found, wanted = run_float(graph, [samples])[graph.outputs[0]], run_onnx(content, [samples])[0]
    np.testing.assert_allclose(found.reshape(wanted.shape), wanted, rtol=1e-5, atol=1e-4)


def _integers(model: Model) -> str:
    scale, zero = model.constant(np.float32(0.1)), model.constant(np.int8(3))
    return model.node("QuantizeLinear", ["x0", scale, zero])


def _other_scale(model: Model) -> str:
    other = [model.constant(np.float32(0.2)), model.constant(np.int8(3))]
    return model.node("DequantizeLinear", [_integers(model), *other])


def _per_channel(model: Model) -> str:
    scales = model.constant(np.full(6, 0.1, np.float32))
    return model.node("QuantizeLinear", ["x0", scales, model.constant(np.zeros(6, np.int8))])


def _arithmetic(model: Model) -> str:
    x = _integers(model)
    return model.node("Add", [x, x])


def _dynamic(model: Model) -> str:
    return model.node("DynamicQuantizeLinear", ["x0"], ["q", "s", "z"])


@pytest.mark.parametrize(
    "last, match",
    [
        (_integers, "is of integers"),
        (_other_scale, "scale, zero point or type differ"),
        (_per_channel, "one positive scale"),
        (_arithmetic, "it computes with integers"),
        (_dynamic, "DynamicQuantizeLinear is not supported; nearest: the float model"),
    ],
)
def test_refused(last: Any, match: str) -> None:
    model = Model((1, 6))
    content = onnx.load_model_from_string(model.content(last(model)))
    for output in content.graph.output:
        output.CopyFrom(helper.make_tensor_value_info(output.name, onnx.TensorProto.INT8, [1, 6]))
    with pytest.raises(InputError, match=match) as caught:
        load_onnx(content.SerializeToString())
    assert caught.value.hint and "\n" not in str(caught.value)
