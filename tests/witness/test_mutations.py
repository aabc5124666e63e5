"""The witness is outside: one rule of an importer or kernel broken on purpose, and it is named.

Each break leaves every shape as it is, so that nothing else in mcuq notices.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from onnx_cases import Model
from tflite_files import File, opts

from mcuq.cli.main import main
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.importers.onnx.rules import RULES as ONNX_RULES
from mcuq.importers.onnx.value import Node
from mcuq.numeric.activation import Activation
from mcuq.ops.binary import ADD, SUB
from mcuq.ops.mean import MEAN
from mcuq.ops.movement import CONCATENATION
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.tflite.operators.catalog import RULES
from mcuq.witness import compare_import

Change = Callable[[Any], Any]


def _tflite() -> bytes:
    rng = np.random.default_rng(3)
    file = File()

    def weights(name: str, *shape: int) -> int:
        return file.constant(name, rng.normal(0, 0.7, shape), "float32")

    same, relu6 = schema.Padding.SAME, schema.ActivationFunctionType.RELU6
    x = file.tensor("x", (1, 9, 9, 2))
    step: dict[str, Any] = {"strideW": 1, "strideH": 1, "padding": same}
    last = file.op(
        "CONV_2D",
        [x, weights("w0", 4, 3, 3, 2), weights("b0", 4)],
        file.tensor("conv", (1, 5, 5, 4)),
        opts("Conv2D", **step | {"strideW": 2, "strideH": 2}, fusedActivationFunction=relu6),
    )
    options = opts("DepthwiseConv2D", **step, depthMultiplier=1)
    filters = [weights("w1", 1, 3, 3, 4), weights("b1", 4)]
    deep = file.op(
        "DEPTHWISE_CONV_2D", [last, *filters], file.tensor("deep", (1, 5, 5, 4)), options
    )
    window = opts("Pool2D", **step, filterWidth=3, filterHeight=3)
    most = file.op("MAX_POOL_2D", [deep], file.tensor("most", (1, 5, 5, 4)), window)
    mean = file.op("AVERAGE_POOL_2D", [deep], file.tensor("mean", (1, 5, 5, 4)), window)
    both = file.op(
        "CONCATENATION",
        [most, mean],
        file.tensor("both", (1, 5, 5, 8)),
        opts("Concatenation", axis=3),
    )
    bent = file.op(
        "LEAKY_RELU", [both], file.tensor("bent", (1, 5, 5, 8)), opts("LeakyRelu", alpha=0.2)
    )
    turned = file.op(
        "TRANSPOSE",
        [bent, file.constant("perm", [0, 2, 1, 3])],
        file.tensor("turned", (1, 5, 5, 8)),
    )
    gained = file.op(
        "MUL", [turned, weights("gain", 5, 1, 8)], file.tensor("gained", (1, 5, 5, 8)), opts("Mul")
    )
    less = file.op(
        "SUB", [gained, weights("shift", 8)], file.tensor("less", (1, 5, 5, 8)), opts("Sub")
    )
    mean = file.op(
        "MEAN", [less, file.constant("axes", [1, 2])], file.tensor("flat", (1, 8)), opts("Reducer")
    )
    dense = file.op(
        "FULLY_CONNECTED",
        [mean, weights("w2", 3, 8), weights("b2", 3)],
        file.tensor("dense", (1, 3)),
        opts("FullyConnected"),
    )
    y = file.op("SOFTMAX", [dense], file.tensor("y", (1, 3)), opts("Softmax", beta=0.2))
    return file.content([x], [y])


def _with(**changes: Any) -> Change:
    return lambda attrs: dataclasses.replace(attrs, **changes)


RULE_BREAKS: list[tuple[str, str, Change]] = [
    ("CONV_2D", "conv", _with(activation=Activation.RELU)),
    ("CONV_2D", "conv", _with(activation=Activation.NONE)),
    ("DEPTHWISE_CONV_2D", "deep", _with(activation=Activation.RELU)),
    ("MAX_POOL_2D", "most", _with(filter=(3, 2))),
    ("MAX_POOL_2D", "most", _with(activation=Activation.RELU6)),
    ("AVERAGE_POOL_2D", "mean", _with(filter=(2, 3))),
    ("LEAKY_RELU", "bent", _with(alpha=0.21)),
    ("TRANSPOSE", "turned", _with(perm=(0, 1, 2, 3))),
    ("SUB", "less", _with(activation=Activation.RELU)),
    ("FULLY_CONNECTED", "dense", _with(activation=Activation.RELU_N1_TO_1)),
    ("SOFTMAX", "y", _with(beta=0.25)),
]


def _kernel_breaks() -> list[tuple[AnyOperator, str, Callable[..., Any]]]:
    def rolled(kind: AnyOperator, axis: int) -> Callable[..., Any]:
        right = kind.float_form
        return lambda attrs, operands: np.roll(right(attrs, operands), 1, axis)

    def reversed_operands(kind: AnyOperator) -> Callable[..., Any]:
        right = kind.float_form
        return lambda attrs, operands: right(attrs, operands[::-1])

    return [
        (CONV_2D, "conv", rolled(CONV_2D, 2)),
        (DEPTHWISE_CONV_2D, "deep", rolled(DEPTHWISE_CONV_2D, 3)),
        (MAX_POOL_2D, "most", AVERAGE_POOL_2D.float_form),
        (CONCATENATION, "both", reversed_operands(CONCATENATION)),
        (SUB, "less", ADD.float_form),
        (MEAN, "flat", lambda attrs, operands: operands[0].values.max(axis=(2, 3))),
        (FULLY_CONNECTED, "dense", rolled(FULLY_CONNECTED, 2)),
    ]


@pytest.fixture
def tflite(tmp_path: Path) -> Path:
    path = tmp_path / "chain.tflite"
    path.write_bytes(_tflite())
    return path


def _refused(path: Path, kind: str, output: str) -> None:
    with pytest.raises(InputError, match=rf"first at \w+ \d+ {kind} \(output '{output}'\)"):
        compare_import(path, load_model(path))


def test_a_right_import_passes(tflite: Path) -> None:
    found = compare_import(tflite, load_model(tflite))
    assert found.runtime.startswith("LiteRT ")
    assert found.samples == 8
    assert found.share < 0.5
    assert found.findings == ()


@pytest.mark.parametrize("kind, output, change", RULE_BREAKS)
def test_a_broken_rule_is_named(
    tflite: Path, monkeypatch: pytest.MonkeyPatch, kind: str, output: str, change: Change
) -> None:
    right = RULES[kind]
    wrong = dataclasses.replace(right, attrs=lambda view: change(right.attrs(view)))
    monkeypatch.setitem(RULES, kind, wrong)
    _refused(tflite, kind, output)


@pytest.mark.parametrize("kind, output, kernel", _kernel_breaks())
def test_a_broken_kernel_is_named(
    tflite: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: AnyOperator,
    output: str,
    kernel: Callable[..., Any],
) -> None:
    monkeypatch.setitem(vars(kind), "float_form", kernel)
    _refused(tflite, kind.name, output)


def test_a_command_ends_with_bad_input(
    tflite: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(tflite)]) == 0
    monkeypatch.setitem(vars(SUB), "float_form", ADD.float_form)
    assert main(["inspect", str(tflite)]) == 3
    assert "SUB (output 'less')" in " ".join(capsys.readouterr().err.split())


def test_a_weight_read_wrongly_is_named(tflite: Path) -> None:
    graph = load_model(tflite)
    for number, name in enumerate(graph.weights):
        tensor = graph.tensors[name]
        assert tensor.data is not None
        data = tensor.data.copy()
        data.reshape(-1)[0] *= 1.01
        changed = dataclasses.replace(tensor, data=data)
        wrong = dataclasses.replace(graph, tensors={**graph.tensors, name: changed})
        reader = next(op for op in graph.ops if op.inputs[1:2] == (name,))
        with pytest.raises(InputError, match=f"output '{reader.output}'"):
            compare_import(tflite, wrong)
        assert number < 3


def _onnx() -> bytes:
    model = Model((1, 3, 8, 8))
    x = model.node(
        "Conv", ["x0", model.weights(4, 3, 3, 3), model.weights(4)], ["conv"], pads=[1] * 4
    )
    positive = [model.constant(np.abs(model.rng.normal(1, 0.2, 4)), np.float32) for _ in range(4)]
    x = model.node("BatchNormalization", [x, *positive], ["norm"], epsilon=1e-3)
    x = model.node("LeakyRelu", [x], ["bent"], alpha=0.3)
    mean = model.node(
        "AveragePool", [x], ["mean"], kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=1
    )
    x = model.node("Concat", [mean, x], ["both"], axis=1)
    x = model.node(
        "Clip", [x, model.constant(-1, np.float32), model.constant(1, np.float32)], ["cut"]
    )
    x = model.node("Flatten", [x], ["flat"])
    x = model.node(
        "Gemm", [x, model.weights(5, 512, scale=0.1), model.weights(5)], ["dense"], transB=1
    )
    return model.content(model.node("Softmax", [x], ["y"], axis=1))


def _attributes(**changes: Any) -> Callable[[Node], Node]:
    return lambda node: dataclasses.replace(node, attributes={**node.attributes, **changes})


def _swapped(node: Node) -> Node:
    return dataclasses.replace(node, inputs=node.inputs[::-1])


ONNX_BREAKS: list[tuple[str, str, Callable[[Node], Node]]] = [
    ("BatchNormalization", "norm", _attributes(epsilon=1e-2)),
    ("LeakyRelu", "bent", _attributes(alpha=0.31)),
    ("AveragePool", "mean", _attributes(count_include_pad=0)),
    ("Concat", "both", _swapped),
    ("Gemm", "dense", _attributes(alpha=1.01)),
]


@pytest.fixture
def onnx_file(tmp_path: Path) -> Path:
    path = tmp_path / "chain.onnx"
    path.write_bytes(_onnx())
    return path


def test_a_right_import_from_onnx_passes(onnx_file: Path) -> None:
    found = compare_import(onnx_file, load_model(onnx_file))
    assert found.runtime.startswith("ONNX Runtime ")
    assert (found.samples, found.findings) == (8, ())
    assert found.share < 0.5


@pytest.mark.parametrize("kind, output, change", ONNX_BREAKS)
def test_a_broken_rule_for_onnx_is_named(
    onnx_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    output: str,
    change: Callable[[Node], Node],
) -> None:
    right = ONNX_RULES[kind]
    wrong = dataclasses.replace(right, lower=lambda build, node: right.lower(build, change(node)))
    monkeypatch.setitem(ONNX_RULES, kind, wrong)
    _refused(onnx_file, kind, output)


def test_a_broken_layer_is_named_by_what_it_is_fused_with(
    onnx_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, change = ONNX_RULES["Conv"], _attributes(pads=[0, 0, 2, 2])
    wrong = dataclasses.replace(right, lower=lambda build, node: right.lower(build, change(node)))
    monkeypatch.setitem(ONNX_RULES, "Conv", wrong)
    _refused(onnx_file, "BatchNormalization", "norm")


def test_a_wrong_layout_is_caught_where_the_shape_cannot_tell(tmp_path: Path) -> None:
    model = Model((1, 4, 4, 4))
    content = model.content(model.node("Conv", ["x0", model.weights(4, 4, 1, 1)], ["y"]))
    path = tmp_path / "cube.onnx"
    path.write_bytes(content)
    graph = load_model(path)
    assert compare_import(path, graph).share < 0.5
    name = graph.inputs[0]
    others = {key: layout for key, layout in graph.layouts.items() if key != name}
    wrong: Graph = dataclasses.replace(graph, layouts=others)
    with pytest.raises(InputError, match="outputs differ"):
        compare_import(path, wrong)


def test_a_saturated_softmax_hides_nothing(tmp_path: Path) -> None:
    """One class has the probability 1 in every sample, whatever the weights of the others are."""
    rng = np.random.default_rng(4)
    file = File()
    x = file.tensor("x", (1, 4))
    w = file.constant("w", rng.normal(0, 1, (3, 4)), "float32")
    b = file.constant("b", [60.0, 0.0, 0.0], "float32")
    dense = file.op(
        "FULLY_CONNECTED", [x, w, b], file.tensor("dense", (1, 3)), opts("FullyConnected")
    )
    y = file.op("SOFTMAX", [dense], file.tensor("y", (1, 3)), opts("Softmax", beta=1.0))
    path = tmp_path / "sure.tflite"
    path.write_bytes(file.content([x], [y]))
    graph = load_model(path)
    assert compare_import(path, graph).share < 0.5
    tensor = graph.tensors["w"]
    assert tensor.data is not None
    changed = dataclasses.replace(tensor, data=tensor.data * np.float32([[1], [1], [1.01]]))
    wrong = dataclasses.replace(graph, tensors={**graph.tensors, "w": changed})
    with pytest.raises(InputError, match="output 'dense'"):
        compare_import(path, wrong)
