"""Quantized ONNX files are compared whatever form they have, and pass where they are read right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_cases import Model, helper, numpy_helper, onnx
from qdq_models import images, quantized, quantized_network

from mcuq.errors import InputError
from mcuq.importers import load_model
from mcuq.witness import compare
from mcuq.witness.onnx_runtime import OnnxRuntime, open_onnx
from mcuq.witness.outside import Reals

IMAGE = (1, 3, 8, 8)
CLOSE = 0.5
"""Of what is tolerated; right imports stay below."""


def _layer(model: Model, x: str, depth: int = 3, filters: int = 8) -> str:
    weights = model.weights(filters, depth, 3, 3, scale=0.3)
    return model.node("Conv", [x, weights, model.weights(filters)], pads=[1] * 4)


def _grid(model: Model) -> list[str]:
    return [model.constant(np.float32(0.04)), model.constant(np.int8(-20))]


def _pair(model: Model, x: str, parameters: Sequence[str]) -> str:
    integers = model.node("QuantizeLinear", [x, *parameters])
    return model.node("DequantizeLinear", [integers, *parameters])


def _old(model: Model) -> str:
    return _pair(model, _layer(model, "x0"), _grid(model))


def _concatenated(model: Model) -> str:
    parameters = _grid(model)
    parts = [_layer(model, "x0"), _layer(model, "x0")]
    integers = [model.node("QuantizeLinear", [x, *parameters]) for x in parts]
    return model.node("DequantizeLinear", [model.node("Concat", integers, axis=1), *parameters])


def _split(model: Model) -> str:
    parameters = _grid(model)
    x = model.node("QuantizeLinear", [_layer(model, "x0"), *parameters])
    model.node("Split", [x, model.constant(np.array([3, 5]))], ["a", "b"], axis=1)
    parts = [model.node("DequantizeLinear", [part, *parameters]) for part in ("a", "b")]
    layers = [_layer(model, part, depth) for part, depth in zip(parts, (3, 5), strict=True)]
    return model.node("Add", layers)


def _resized(model: Model) -> str:
    parameters = _grid(model)
    x = model.node("QuantizeLinear", [_layer(model, "x0"), *parameters])
    twice = model.constant(np.array([1, 1, 2, 2], np.float32))
    nearest = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    x = model.node("Resize", [x, "", twice], mode="nearest", **nearest)
    return model.node("DequantizeLinear", [x, *parameters])


def _computed_parameters(model: Model) -> str:
    scale = model.node("Identity", [model.constant(np.float32(0.04))])
    zero = model.node("Cast", [model.constant(np.int64(-20))], to=onnx.TensorProto.INT8)
    return _pair(model, _layer(model, "x0"), [scale, zero])


def _computed_weights(model: Model) -> str:
    parameters = [model.constant(np.full(8, 0.01, np.float32)), model.constant(np.zeros(8, "i1"))]
    weights = model.node("Identity", [model.weights(8, 3, 3, 3, scale=0.3)])
    integers = model.node("QuantizeLinear", [weights, *parameters], axis=0)
    weights = model.node("DequantizeLinear", [integers, *parameters], axis=0)
    return _pair(model, model.node("Conv", ["x0", weights]), _grid(model))


def _stated_type(model: Model) -> str:
    scale = model.constant(np.float32(0.04))
    attrs = {"output_dtype": onnx.TensorProto.INT8}
    x = model.node("QuantizeLinear", [_layer(model, "x0"), scale], **attrs)
    return model.node("DequantizeLinear", [x, scale])


def _four_bits(model: Model) -> str:
    model.constants.append(helper.make_tensor("z", onnx.TensorProto.UINT4, (), [0]))
    return _pair(model, _layer(model, "x0"), [model.constant(np.float32(0.3)), "z"])


def _half_precision(model: Model) -> str:
    x = model.node("Cast", [_layer(model, "x0")], to=onnx.TensorProto.FLOAT16)
    x = _pair(model, x, [model.constant(np.float16(0.04)), model.constant(np.int8(-20))])
    return model.node("Cast", [x], to=onnx.TensorProto.FLOAT)


FORMS = {
    _old: 10,
    _concatenated: 13,
    _split: 13,
    _resized: 13,
    _computed_parameters: 13,
    _computed_weights: 13,
    _stated_type: 21,
    _four_bits: 21,
    _half_precision: 19,
}
"""And the operator set that it needs."""


@pytest.mark.parametrize("form", FORMS)
def test_form(form: Any, tmp_path: Path) -> None:
    model = Model(IMAGE, opset=FORMS[form])
    y = model.node("GlobalAveragePool", [form(model)])
    path = tmp_path / "form.onnx"
    path.write_bytes(model.content(y))
    graph = load_model(path)
    found = compare.compare_import(path, graph, _samples(graph))
    assert found.findings == ()
    assert found.runtime and found.share < CLOSE


def _probabilities(model: Model) -> str:
    x = model.node("Flatten", ["x0"])
    x = model.node("MatMul", [x, model.weights(192, 16, scale=0.1)])
    x = model.node("Relu", [model.node("Add", [x, model.weights(16)])])
    x = model.node("MatMul", [x, model.weights(16, 4, scale=0.3)])
    return model.node("Softmax", [model.node("Add", [x, model.weights(4)])], axis=-1)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_precisions_at_the_ends(dtype: Any, tmp_path: Path) -> None:
    """As a converter to half precision writes them: throughout."""
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    model = Model(IMAGE)
    x = model.node("Relu", [_layer(model, "x0")])
    x = model.node("Add", [model.node("LeakyRelu", [_layer(model, x, 8)], alpha=0.1), x])
    x = model.node("Softmax", [model.node("GlobalAveragePool", [x])], axis=1)
    proto = onnx.load_model_from_string(model.content(x))
    for tensor in proto.graph.initializer:
        values = numpy_helper.to_array(tensor).astype(dtype)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    for end in (*proto.graph.input, *proto.graph.output):
        end.type.tensor_type.elem_type = kind
    del proto.graph.value_info[:]
    path = tmp_path / "ends.onnx"
    path.write_bytes(proto.SerializeToString())
    graph = load_model(path)
    found = compare.compare_import(path, graph, _samples(graph))
    assert found.runtime and found.findings == () and found.share < CLOSE


@pytest.mark.parametrize("seed", [0, 6, 11])
def test_operators_on_integers_are_no_defect(seed: int, tmp_path: Path) -> None:
    """Seven bits and a SOFTMAX: rounding moves the outputs a lot."""
    model = Model(IMAGE, seed=seed)
    path = tmp_path / "q.onnx"
    path.write_bytes(
        quantized(model.content(_probabilities(model)), "operators of 7 bits", tmp_path)
    )
    graph = load_model(path)
    assert compare.compare_import(path, graph, _samples(graph)).findings == ()


@dataclass(frozen=True)
class _Otherwise(OnnxRuntime):
    """A file whose layers on integers mcuq takes for something else."""

    def as_read(self, inputs: Sequence[Reals]) -> list[Reals]:
        found = super().as_read(inputs)
        assert found is not None
        return [values * np.float32(0.5) for values in found]


def test_layers_on_integers_that_are_misread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "q.onnx"
    path.write_bytes(quantized_network("chain", "operators", tmp_path))
    opened = open_onnx(path)
    otherwise = _Otherwise(path, opened.is_quantized, opened.on_integers, opened.stored)
    monkeypatch.setattr(compare, "open_outside", lambda path: otherwise)
    graph = load_model(path)
    with pytest.raises(InputError, match="outputs differ"):
        compare.compare_import(path, graph, _samples(graph))


def _samples(graph: Any) -> list[np.ndarray]:
    return [graph.layout(graph.inputs[0]).to_graph(images(12, seed=9))]
