"""Every operator in the form of every operator set from 7 on, against onnxruntime on the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from onnx_cases import Model, assert_equals_onnxruntime, helper, onnx, onnxruntime

from mcuq.errors import InputError
from mcuq.importers.onnx import load_onnx
from mcuq.interpret.float import run_float
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.weighted import FULLY_CONNECTED

IMAGE = (1, 3, 6, 6)


def _newest() -> int:
    """The newest operator set that both onnx and onnxruntime run."""
    for opset in range(onnx.defs.onnx_opset_version(), 0, -1):
        model = Model((1, 2), opset=opset)
        try:
            onnxruntime.InferenceSession(
                model.content(model.node("Relu", ["x0"])), providers=["CPUExecutionProvider"]
            )
        except Exception:
            continue
        return opset
    raise AssertionError("onnxruntime runs no model at all")


NEWEST = _newest()
OPSETS = range(7, NEWEST + 1)


def _parameters(
    model: Model, since: int, kind: str, x: str, values: dict[str, Any], **attrs: Any
) -> str:
    """A node whose parameters are inputs since one operator set, and attributes before."""
    if model.opset >= since:
        inputs = [x, *("" if v is None else model.constant(v) for v in values.values())]
        return model.node(kind, inputs, **attrs)
    given = {name: v.tolist() if isinstance(v, np.ndarray) else v for name, v in values.items()}
    return model.node(kind, [x], **attrs, **{k: v for k, v in given.items() if v is not None})


def _ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def _clip(model: Model, x: str) -> str:
    x = _parameters(model, 11, "Clip", x, {"min": np.float32(0), "max": np.float32(6)})
    return _parameters(model, 11, "Clip", x, {"min": np.float32(1), "max": None})


def _clip_without_bounds(model: Model, x: str) -> str:
    return model.node("Relu", [_parameters(model, 11, "Clip", x, {})])


def _pad(model: Model, x: str) -> str:
    pads = _ints(0, 0, 1, 2, 0, 0, 3, 0)
    return _parameters(model, 11, "Pad", x, {"pads": pads, "value": np.float32(0)})


def _slice(model: Model, x: str) -> str:
    values = {"starts": _ints(1, -5), "ends": _ints(3, 100), "axes": _ints(1, 3)}
    return _parameters(model, 10, "Slice", x, values)


def _split(model: Model, x: str) -> str:
    split = _ints(1, 2)
    if model.opset >= 13:
        model.node("Split", [x, model.constant(split)], ["a", "b"], axis=1)
    else:
        model.node("Split", [x], ["a", "b"], axis=1, split=split.tolist())
    return model.node("Concat", ["b", "a"], axis=1)


def _equal_split(model: Model, x: str) -> str:
    attrs = {"num_outputs": 3} if model.opset >= 18 else {}
    model.node("Split", [x], ["a", "b", "c"], axis=1, **attrs)
    return model.node("Concat", ["c", "a", "b"], axis=1)


def _squeeze(model: Model, x: str) -> str:
    x = _parameters(model, 13, "Unsqueeze", x, {"axes": _ints(2)})
    x = model.node("Sigmoid", [x])
    return _parameters(model, 13, "Squeeze", x, {"axes": _ints(2)})


def _squeeze_all(model: Model, x: str) -> str:
    x = model.node("GlobalAveragePool", [x])
    return model.node("Relu", [model.node("Squeeze", [x])])


def _reduce(kind: str) -> Callable[[Model, str], str]:
    def build(model: Model, x: str) -> str:
        x = _parameters(model, 18, kind, x, {"axes": _ints(2, 3)}, keepdims=0)
        return model.node("Relu", [x])

    return build


def _dropout(model: Model, x: str) -> str:
    return _parameters(model, 12, "Dropout", model.node("Relu", [x]), {"ratio": np.float32(0.3)})


def _upsample(model: Model, x: str) -> str:
    scales = np.array([1, 1, 2, 2], np.float32)
    if model.opset < 10:
        return _parameters(model, 9, "Upsample", x, {"scales": scales}, mode="nearest")
    if model.opset == 10:
        return model.node("Resize", [x, model.constant(scales)], mode="nearest")
    inputs = [x, model.constant(np.zeros(0, np.float32)), model.constant(scales)]
    attrs = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return model.node("Resize", inputs, mode="nearest", **attrs)


def _upsample_linear(model: Model, x: str) -> str:
    scales = np.array([1, 1, 2, 2], np.float32)
    if model.opset < 10:
        return _parameters(model, 9, "Upsample", x, {"scales": scales}, mode="linear")
    if model.opset == 10:
        return model.node("Resize", [x, model.constant(scales)], mode="linear")
    inputs = [x, model.constant(np.zeros(0, np.float32)), model.constant(scales)]
    return model.node("Resize", inputs, mode="linear")


def _batch_normalization(model: Model, x: str) -> str:
    statistics = [model.constant(model.rng.uniform(0.5, 2, 3).astype(np.float32)) for _ in "1234"]
    attrs = {"spatial": 1} if model.opset < 9 else {}
    return model.node("BatchNormalization", [x, *statistics], **attrs)


def _gemm(model: Model, x: str) -> str:
    x = model.node("Flatten", [x], axis=1)
    bias = model.weights(1) if model.opset < 11 else ""
    inputs = [x, model.weights(108, 4), *([bias] if bias else [])]
    return model.node("Gemm", inputs, alpha=0.5)


def _reshape(model: Model, x: str) -> str:
    x = model.node("Reshape", [x, model.constant(_ints(0, -1))])
    return model.node("MatMul", [x, model.weights(108, 4)])


def _shape_arithmetic(model: Model, x: str) -> str:
    """Flatten as exporters spell it: the batch from Shape, and -1."""
    shape = model.node("Shape", [x])
    batch = model.node("Gather", [shape, model.constant(np.int64(0))], axis=0)
    batch = _parameters(model, 13, "Unsqueeze", batch, {"axes": _ints(0)})
    target = model.node("Concat", [batch, model.constant(_ints(-1))], axis=0)
    x = model.node("Reshape", [x, target])
    return model.node("MatMul", [x, model.weights(108, 4)])


def _max_pool(model: Model, x: str) -> str:
    return model.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])


def _average_pool(model: Model, x: str) -> str:
    return model.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])


def _activations(model: Model, x: str) -> str:
    x = model.node("LeakyRelu", [x], alpha=0.1)
    x = model.node("PRelu", [x, model.weights(3, 1, 1)])
    x = model.node("Tanh", [model.node("HardSigmoid", [x])])
    return model.node("Sigmoid", [x])


def _arithmetic(model: Model, x: str) -> str:
    x = model.node("Add", [x, model.weights(3, 1, 1)])
    x = model.node("Mul", [x, model.node("Sub", [x, model.weights(1)])])
    return model.node("Div", [x, model.constant(np.float32(3))])


def _extremes(model: Model, x: str) -> str:
    if model.opset < 8:  # no broadcasting yet
        return model.node("Max", [x, model.node("Tanh", [x])])
    x = model.node("Max", [x, model.constant(np.float32(0))])
    return model.node("Min", [x, model.constant(np.float32(6))])


def _softmax(axis: int | None) -> Callable[[Model, str], str]:
    def build(model: Model, x: str) -> str:
        return model.node("Softmax", [x], **({} if axis is None else {"axis": axis}))

    return build


FORMS: dict[str, Callable[[Model, str], str]] = {
    "activations": _activations,
    "arithmetic": _arithmetic,
    "average pool": _average_pool,
    "batch normalization": _batch_normalization,
    "clip": _clip,
    "clip without bounds": _clip_without_bounds,
    "dropout": _dropout,
    "equal split": _equal_split,
    "extremes": _extremes,
    "gemm": _gemm,
    "max pool": _max_pool,
    "pad": _pad,
    "reduce max": _reduce("ReduceMax"),
    "reduce mean": _reduce("ReduceMean"),
    "reshape": _reshape,
    "shape arithmetic": _shape_arithmetic,
    "slice": _slice,
    "softmax 1": _softmax(1),
    "softmax 2": _softmax(2),
    "softmax 3": _softmax(3),
    "softmax default": _softmax(None),
    "split": _split,
    "squeeze": _squeeze,
    "squeeze all": _squeeze_all,
    "upsample": _upsample,
    "upsample linear": _upsample_linear,
}


@pytest.mark.parametrize("opset", OPSETS)
@pytest.mark.parametrize("form", FORMS)
def test_form(form: str, opset: int) -> None:
    model = Model(IMAGE, opset=opset)
    x = model.node("Conv", ["x0", model.weights(3, 3, 3, 3)], pads=[1, 1, 1, 1])
    assert_equals_onnxruntime(model.content(FORMS[form](model, x)))


@pytest.mark.parametrize("opset", [7, 8, 9])
def test_old_files_list_initializers_as_inputs(opset: int) -> None:
    model = Model((1, 8), opset=opset)
    y = model.node("Gemm", ["x0", model.weights(8, 4), model.weights(4)])
    content = onnx.load_model_from_string(model.content(y))
    content.ir_version = 3
    for tensor in content.graph.initializer:
        value = helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
        content.graph.input.append(value)
    graph = load_onnx(content.SerializeToString())
    assert graph.inputs == ("x0",)
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED]


def test_a_newer_set_than_onnx_knows() -> None:
    model = Model((1, 3), opset=13)
    content = onnx.load_model_from_string(model.content(model.node("Relu", ["x0"])))
    content.opset_import[0].version = 999
    with pytest.raises(InputError, match="opset 999 is newer than the installed") as caught:
        load_onnx(content.SerializeToString())
    assert "upgrade onnx" in caught.value.hint


def test_a_newer_format_than_onnx_knows() -> None:
    model = Model((1, 3), opset=13)
    content = onnx.load_model_from_string(model.content(model.node("Relu", ["x0"])))
    content.ir_version = 999
    with pytest.raises(InputError, match="format 999 is newer than the installed") as caught:
        load_onnx(content.SerializeToString())
    assert "upgrade onnx" in caught.value.hint


@pytest.mark.parametrize("opset", [7, 12, 13])
def test_softmax_over_one_axis_is_one_operator(opset: int) -> None:
    model = Model((1, 8), opset=opset)
    x = model.node("Gemm", ["x0", model.weights(8, 4)] + ([model.weights(4)] if opset < 11 else []))
    graph = assert_equals_onnxruntime(model.content(model.node("Softmax", [x], axis=1)))
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED, SOFTMAX]


@pytest.mark.parametrize("extra", [None, [2, 3]])
def test_constants_of_a_shape_before_set_9(extra: list[int] | None) -> None:
    """ConstantFill, an experiment that PyTorch writes in front of recurrent layers."""
    model = Model((1, 2, 3), opset=8)
    shape = model.constant(_ints(1) if extra else _ints(1, 2, 3))
    attrs = {"extra_shape": extra} if extra else {}
    filled = model.node("ConstantFill", [shape], input_as_shape=1, value=0.5, **attrs)
    content = model.content(model.node("Add", ["x0", filled]))
    x = np.random.default_rng(0).normal(size=(1, 2, 3)).astype(np.float32)
    graph = load_onnx(content)
    np.testing.assert_allclose(run_float(graph, [x])[graph.outputs[0]], x + 0.5)
