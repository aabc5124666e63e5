"""What exporters of classical learning write: scalers, linear models, labels and maps of scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_cases import Model, TensorProto, helper, onnx

from mcuq.errors import InputError
from mcuq.importers import load_model
from mcuq.witness import compare_import

ML = "ai.onnx.ml"


def _node(model: Model, kind: str, inputs: list[str], outputs: list[str], **attrs: Any) -> str:
    model.nodes.append(helper.make_node(kind, inputs, outputs, domain=ML, **attrs))
    return outputs[0]


def _saved(model: Model, path: Path, *outputs: Any) -> Path:
    """The model with outputs given as value infos."""
    graph = helper.make_graph(model.nodes, "model", model.inputs, outputs, model.constants)
    opsets = [helper.make_opsetid("", model.opset), helper.make_opsetid(ML, 1)]
    content = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    path.write_bytes(content.SerializeToString())
    return path


def _tensor(name: str, kind: int = TensorProto.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, None)


def _floats(model: Model, *shape: int) -> list[float]:
    return [float(value) for value in model.rng.normal(1, 0.3, int(np.prod(shape)))]


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("text", [False, True])
def test_a_network_with_labels(mapped: bool, text: bool, tmp_path: Path) -> None:
    """As skl2onnx writes an MLPClassifier behind a StandardScaler."""
    model = Model((1, 4))
    x = _node(model, "Scaler", ["x0"], ["s"], offset=_floats(model, 4), scale=_floats(model, 4))
    x = model.node(
        "Relu",
        [model.node("Add", [model.node("MatMul", [x, model.weights(4, 8)]), model.weights(8)])],
    )
    x = model.node("MatMul", [x, model.weights(8, 3)])
    scores = model.node("Softmax", [x], ["scores"], axis=1)
    best = model.node("ArgMax", [scores], axis=1)
    if text:
        classes = model.constant(np.array([b"a", b"b", b"c"], object))
    else:
        classes = model.constant(np.array([0, 1, 2], np.int64))
    label = _node(model, "ArrayFeatureExtractor", [classes, best], ["found"])
    model.node("Reshape", [label, model.constant(np.array([-1]))], ["label"])
    kind = TensorProto.STRING if text else TensorProto.INT64
    outputs = [_tensor("label", kind), _tensor("scores")]
    if mapped:
        _node(model, "ZipMap", [scores], ["maps"], classlabels_int64s=[0, 1, 2])
        value = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
        maps = helper.make_sequence_type_proto(helper.make_map_type_proto(TensorProto.INT64, value))
        outputs[1] = helper.make_value_info("maps", maps)
    path = _saved(model, tmp_path / "model.onnx", *outputs)
    graph = load_model(path)
    assert graph.outputs == ("maps" if mapped else "scores",)
    check = compare_import(path, graph)
    assert check.runtime and check.share < 0.5


@pytest.mark.parametrize("transform", ["NONE", "SOFTMAX", "LOGISTIC"])
def test_linear_models(transform: str, tmp_path: Path) -> None:
    model = Model((1, 4))
    weights = {"coefficients": _floats(model, 3, 4), "intercepts": _floats(model, 3)}
    _node(
        model, "LinearClassifier", ["x0"], ["label", "scores"],
        classlabels_ints=[0, 1, 2], post_transform=transform, **weights,
    )  # fmt: skip
    _node(model, "LinearRegressor", ["x0"], ["value"], targets=3, **weights)
    outputs = [_tensor("label", TensorProto.INT64), _tensor("scores"), _tensor("value")]
    path = _saved(model, tmp_path / "model.onnx", *outputs)
    graph = load_model(path)
    assert graph.outputs == ("scores", "value")
    assert compare_import(path, graph).share < 0.5


@pytest.mark.parametrize("kind", ["MAX", "L1", "L2"])
def test_normalizers(kind: str, tmp_path: Path) -> None:
    model = Model((1, 4))
    _node(model, "Normalizer", ["x0"], ["y"], norm=kind)
    path = _saved(model, tmp_path / "model.onnx", _tensor("y"))
    assert compare_import(path, load_model(path)).share < 0.5


def test_trees_are_refused_by_name(tmp_path: Path) -> None:
    model = Model((1, 4))
    _node(model, "TreeEnsembleRegressor", ["x0"], ["y"], n_targets=1)
    path = _saved(model, tmp_path / "model.onnx", _tensor("y"))
    with pytest.raises(InputError, match="TreeEnsembleRegressor is not supported"):
        load_model(path)


def test_a_label_alone_stays(tmp_path: Path) -> None:
    model = Model((1, 4))
    best = model.node("ArgMax", ["x0"], ["best"], axis=1)
    assert best == "best"
    path = _saved(model, tmp_path / "model.onnx", _tensor("best", TensorProto.INT64))
    assert load_model(path).outputs == ("best",)
    assert onnx.load(str(path)).graph.output[0].name == "best"


def test_a_file_of_classical_learning_alone_states_no_operator_set(tmp_path: Path) -> None:
    model = Model((1, 4))
    _node(model, "LinearRegressor", ["x0"], ["y"], coefficients=_floats(model, 4))
    path = _saved(model, tmp_path / "model.onnx", _tensor("y"))
    content = onnx.load(str(path))
    (own,) = (entry for entry in content.opset_import if not entry.domain)
    content.opset_import.remove(own)
    path.write_bytes(content.SerializeToString())
    graph = load_model(path)
    assert graph.outputs == ("y",)
    found = compare_import(path, graph)
    assert found.runtime, found.findings
