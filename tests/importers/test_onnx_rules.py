"""What the ONNX door does not support is named with its place, its reason and what to do."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_cases import Model, assert_equals_onnxruntime, onnx

from mcuq.errors import InputError, UsageError
from mcuq.graph import Graph
from mcuq.importers import load_model, load_onnx

IMAGE = (1, 3, 5, 4)


def _node(kind: str, *constants: Any, **attrs: Any) -> Callable[[], bytes]:
    """A model of one node behind an image."""

    def build() -> bytes:
        model = Model(IMAGE)
        inputs = ["x0", *(model.constant(values) for values in constants)]
        return model.content(model.node(kind, inputs, **attrs))

    return build


ONES = np.ones((2, 3, 3, 3), np.float32)


@pytest.mark.parametrize(
    "build, match",
    [
        (_node("Acosh"), "Acosh is not supported"),
        (_node("Conv", ONES, dilations=[4, 4]), "does not fit in"),
        (_node("Softmax", axis=-1, opset_unused=1), "not a valid ONNX file"),
        (_node("MaxPool", kernel_shape=[2, 2], dilations=[2, 2]), "no dilation"),
        (_node("Clip", np.float32(1), np.float32(0)), r"lower bound .* \(1 and 0\)"),
        (_node("Max", np.float32([-1e6] * 4)), r"between -1000 and 1000.*one is 1e\+06"),
        (_node("Dropout", np.float32(0.5), np.array(True)), "it is in training mode"),
        (_node("ReduceMax", axes=[1, 3]), "neighbouring axes"),
        (_node("Div", np.zeros(1, np.float32)), "nowhere zero"),
        (_node("Resize", np.float32([]), np.float32([1, 1, 2, 2]), mode="cubic"), "mode cubic"),
        (_node("Mul", np.float32(np.nan)), "NaN or infinity"),
        (_node("Hardmax"), "nearest: ArgMax"),
    ],
)
def test_one_node(build: Callable[[], bytes], match: str) -> None:
    with pytest.raises(InputError, match=match) as caught:
        load_onnx(build())
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert "node 0 " in caught.value.cause or "ONNX file" in caught.value.cause


@pytest.mark.parametrize(
    "shape, match",
    [
        ((2, 3, 4), "a batch of 1"),
        ((1, 3, "width"), "static but for the batch"),
        ((), "static but for the batch"),
    ],
)
def test_input_shapes(shape: tuple[int | str, ...], match: str) -> None:
    model = Model(shape)
    with pytest.raises(InputError, match=f"input 'x0': .*{match}"):
        load_onnx(model.content(model.node("Relu", ["x0"])))


def test_symbolic_batch_is_one() -> None:
    model = Model(("batch", 3))
    graph = load_onnx(model.content(model.node("Relu", ["x0"])))
    assert graph.tensors["x0"].shape == (1, 3)


def test_old_opset() -> None:
    model = Model((1, 3), opset=6)
    with pytest.raises(InputError, match="opset 6 is too old") as caught:
        load_onnx(model.content(model.node("Relu", ["x0"])))
    assert "opset_version=7" in caught.value.hint


def test_functions_of_the_file_are_spelled_out() -> None:
    model = Model((1, 3))
    content = onnx.load_model_from_string(model.content(model.node("Relu", ["x0"])))
    body = [
        onnx.helper.make_node("Sigmoid", ["a"], ["s"]),
        onnx.helper.make_node("Mul", ["a", "s"], ["b"]),
    ]
    opsets = [onnx.helper.make_opsetid("", 17)]
    content.functions.append(onnx.helper.make_function("own", "Silu", ["a"], ["b"], body, opsets))
    content.opset_import.append(onnx.helper.make_opsetid("own", 1))
    content.graph.node[0].CopyFrom(onnx.helper.make_node("Silu", ["x0"], ["n0"], domain="own"))
    graph = assert_equals_onnxruntime(content.SerializeToString())
    assert [op.kind.name for op in graph.ops] == ["LOGISTIC", "MUL"]


def test_complex_constants() -> None:
    model = Model((1, 4))
    target = model.constant(np.array([1, 4]), np.complex64)
    content = model.content(model.node("Relu", ["x0"]))
    with pytest.raises(InputError, match=f"initializer '{target}': complex numbers"):
        load_onnx(content)


def test_an_input_of_integers() -> None:
    model = Model((1, 3))
    parameters = [model.constant(np.float32(0.1)), model.constant(np.uint8(3))]
    y = model.node("Relu", [model.node("DequantizeLinear", ["x0", *parameters])])
    content = onnx.load_model_from_string(model.content(y))
    content.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    with pytest.raises(InputError, match=r"not the integers behind them \(UINT8\)") as caught:
        load_onnx(content.SerializeToString())
    assert "float inputs" in caught.value.hint


def test_output_without_a_layer() -> None:
    model = Model((1, 3))
    with pytest.raises(InputError, match="computed by no layer"):
        load_onnx(model.content(model.node("Identity", ["x0"])))


def test_damaged_files_are_input_errors() -> None:
    model = Model(IMAGE)
    x = model.node("Conv", ["x0", model.weights(2, 3, 3, 3)], strides=[2, 1])
    content = model.content(model.node("Flatten", [model.node("Relu", [x])]))
    rng = random.Random(3)
    malformed = [content[:length] for length in range(0, len(content), 7)]
    for _ in range(400):
        changed = bytearray(content)
        for _ in range(rng.randrange(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        malformed.append(bytes(changed))
    outcomes = [_outcome(data) for data in malformed]
    assert sum(isinstance(outcome, InputError) for outcome in outcomes) > 100


def _outcome(content: bytes) -> Graph | InputError:
    try:
        return load_onnx(content)
    except InputError as error:
        return error


def test_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UsageError, match=r"pip install 'mcuq\[onnx\]'"):
        load_onnx(b"")


def test_file_is_found_by_its_suffix(tmp_path: Path) -> None:
    model = Model((1, 3))
    path = tmp_path / "tiny.onnx"
    path.write_bytes(model.content(model.node("Relu", ["x0"])))
    assert load_model(path).name == "tiny"


@pytest.mark.parametrize(
    "domain, kind", [("com.microsoft", "FusedConv"), ("com.microsoft.nchwc", "ReorderInput")]
)
def test_what_the_runtime_has_optimized_for_itself(domain: str, kind: str) -> None:
    model = Model((1, 3))
    content = onnx.load_model_from_string(model.content(model.node("Relu", ["x0"])))
    content.opset_import.append(onnx.helper.make_opsetid(domain, 1))
    content.graph.node[0].CopyFrom(onnx.helper.make_node(kind, ["x0"], ["n0"], domain=domain))
    with pytest.raises(InputError, match="nearest: the file from before ONNX Runtime's optimizer"):
        load_onnx(content.SerializeToString())


def test_a_small_cnn_as_pytorch_exports_it() -> None:
    model = Model((1, 3, 16, 16))
    x = model.node("Conv", ["x0", model.weights(8, 3, 3, 3), model.weights(8)], pads=[1] * 4)
    x = model.node("Relu", [x])
    x = model.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    y = model.node("Conv", [x, model.weights(8, 1, 3, 3)], group=8, pads=[1] * 4)
    y = model.node("Clip", [y, model.constant(0.0, np.float32), model.constant(6.0, np.float32)])
    x = model.node("Add", [x, y])
    x = model.node("HardSwish", [model.node("Conv", [x, model.weights(12, 8, 3, 3)])])
    a = model.node("Flatten", [x])
    a = model.node("Gemm", [a, model.weights(10, 12 * 36), model.weights(10)], transB=1)
    b = model.node("Flatten", [model.node("GlobalAveragePool", [x])])
    b = model.node("Add", [model.node("MatMul", [b, model.weights(12, 10)]), model.weights(10)])
    y = model.node("Softmax", [model.node("Add", [a, b])], axis=1)
    graph = assert_equals_onnxruntime(model.content(y))
    kinds = [op.kind.name for op in graph.ops]
    assert "TRANSPOSE" not in kinds and "RELU" not in kinds
    assert graph.tensors[graph.inputs[0]].shape == (1, 16, 16, 3)
