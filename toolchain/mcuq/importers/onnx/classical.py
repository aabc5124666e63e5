"""What exporters of classical learning (skl2onnx) add around a network: the domain ai.onnx.ml.

A classifier ends in two outputs: the label, looked up in a list of classes, and the scores, in
maps from class to number. Firmware gives the scores; which is the largest tells the class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

DOMAIN = "ai.onnx.ml"
_LABELS = {
    "ArrayFeatureExtractor": 0,
    "Binarizer": 0,
    "LabelEncoder": 0,
    "LinearClassifier": 0,
    "SVMClassifier": 0,
}
"""Operator → which of its outputs are labels."""
_PASSING = frozenset({"Cast", "Identity", "Reshape", "Squeeze"})
_TRANSFORMS = {"SOFTMAX": "Softmax", "LOGISTIC": "Sigmoid"}


def without_labels(model: Any) -> None:
    """Leave out the outputs that are labels, and give scores as tensors; all others stay.

    A model whose only output is a label keeps it.
    """
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    outputs = list(graph.output)
    kept = [output for output in outputs if not _is_label(makers, output.name)]
    if not any(node.domain == DOMAIN for node in graph.node) or not kept:
        return
    del graph.output[:]
    graph.output.extend(kept)
    for node in graph.node:
        if node.op_type == "ZipMap" and node.domain == DOMAIN:
            node.CopyFrom(helper.make_node("Identity", list(node.input), list(node.output)))
    mapped = {output.name for output in kept if output.type.WhichOneof("value") != "tensor_type"}
    for output in graph.output:
        if output.name in mapped:
            output.CopyFrom(helper.make_tensor_value_info(output.name, TensorProto.FLOAT, None))


def _is_label(makers: Mapping[str, Any], name: str) -> bool:
    node = makers.get(name)
    while node is not None and node.op_type in _PASSING and node.domain != DOMAIN:
        name = node.input[0]
        node = makers.get(name)
    if node is None or node.domain != DOMAIN or node.op_type not in _LABELS:
        return False
    return bool(node.output[_LABELS[node.op_type]] == name)


class _Spelling:
    """The standard nodes that stand for one of the domain."""

    def __init__(self, proto: Any) -> None:
        self.proto = proto
        self.attributes = {
            entry.name: helper.get_attribute_value(entry) for entry in proto.attribute
        }
        self.nodes: list[Any] = []

    def text(self, name: str, default: str) -> str:
        value = self.attributes.get(name, default.encode())
        return bytes(value).decode(errors="replace")

    def floats(self, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.array(self.attributes.get(name, ()), np.float32)

    def constant(self, values: np.ndarray[Any, np.dtype[np.float32]]) -> str:
        return self.add("Constant", [], value=numpy_helper.from_array(values))

    def add(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        name = output or f"{self.proto.output[0]}/{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name


def _scaler(layer: _Spelling) -> None:
    """(x - offset) × scale"""
    centred = layer.add("Sub", [layer.proto.input[0], layer.constant(layer.floats("offset"))])
    factors = layer.constant(layer.floats("scale"))
    layer.add("Mul", [centred, factors], layer.proto.output[0])


def _scores(layer: _Spelling, output: str, rows: int) -> None:
    """x × coefficientsᵀ + intercepts, and what is made of them."""
    coefficients = layer.floats("coefficients").reshape(max(rows, 1), -1)
    transform = layer.text("post_transform", "NONE")
    weights = layer.constant(coefficients.T.copy())
    inputs = [layer.proto.input[0], weights, *_intercepts(layer)]
    kind = _TRANSFORMS.get(transform)
    scores = layer.add("Gemm", inputs, "" if kind else output)
    if kind:
        layer.add(kind, [scores], output, **({"axis": -1} if kind == "Softmax" else {}))


def _intercepts(layer: _Spelling) -> list[str]:
    values = layer.floats("intercepts")
    return [layer.constant(values)] if values.size else []


def _regressor(layer: _Spelling) -> None:
    _scores(layer, layer.proto.output[0], int(layer.attributes.get("targets", 1)))


def _classifier(layer: _Spelling) -> None:
    _scores(layer, layer.proto.output[1], len(layer.floats("intercepts")))


def _normalizer(layer: _Spelling) -> None:
    """Rows divided by their largest value, sum of magnitudes, or root of the sum of squares."""
    x, kind = layer.proto.input[0], layer.text("norm", "MAX")
    last = layer.add("Constant", [], value_ints=[-1])
    if kind == "MAX":
        size = layer.add("ReduceMax", [x, last], keepdims=1)
    else:
        size = layer.add("ReduceL1" if kind == "L1" else "ReduceL2", [x, last], keepdims=1)
    layer.add("Div", [x, size], layer.proto.output[0])


def _known_norm(layer: _Spelling) -> bool:
    return layer.text("norm", "MAX") in ("MAX", "L1", "L2")


def _plain_transform(layer: _Spelling) -> bool:
    return layer.text("post_transform", "NONE") in ("NONE", *_TRANSFORMS)


def _with_intercepts(layer: _Spelling) -> bool:
    return _plain_transform(layer) and layer.floats("intercepts").size > 1


def _always(layer: _Spelling) -> bool:
    return True


_LAYERS: Mapping[str, tuple[Callable[[_Spelling], bool], Callable[[_Spelling], None]]] = {
    "LinearClassifier": (_with_intercepts, _classifier),
    "LinearRegressor": (_plain_transform, _regressor),
    "Normalizer": (_known_norm, _normalizer),
    "Scaler": (_always, _scaler),
}
"""Operator → whether its attributes are such that it can be spelled out, and how."""


def spelled_out(nodes: Iterable[Any]) -> list[Any]:
    """The nodes with those of the domain as standard ones; others are refused by name later."""
    found: list[Any] = []
    for proto in nodes:
        layer = _Spelling(proto)
        known = _LAYERS.get(proto.op_type) if proto.domain == DOMAIN else None
        if known is None or not known[0](layer):
            found.append(proto)
            continue
        known[1](layer)
        found.extend(layer.nodes)
    return found
