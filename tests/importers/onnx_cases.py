"""Small ONNX models built with the onnx package, run by onnxruntime and by mcuq."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="pip install 'mcuq[onnx]'")
onnxruntime = pytest.importorskip("onnxruntime", reason="pip install 'mcuq[onnx]'")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from mcuq.graph import Graph, Layout  # noqa: E402
from mcuq.importers import load_onnx  # noqa: E402
from mcuq.interpret.float import run_float  # noqa: E402

SAMPLES = 3


class Model:
    """An ONNX model under construction."""

    def __init__(self, *inputs: tuple[int | str, ...], opset: int = 17, seed: int = 0) -> None:
        self.inputs = [
            helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, shape)
            for i, shape in enumerate(inputs)
        ]
        self.opset = opset
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.rng = np.random.default_rng(seed)

    def weights(self, *shape: int, scale: float = 0.5) -> str:
        return self.constant(self.rng.normal(0, scale, shape).astype(np.float32))

    def constant(self, values: Any, dtype: Any = None) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str] = (), **attrs: Any
    ) -> str:
        names = list(outputs) or [f"n{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attrs))
        return names[0]

    def content(self, *outputs: str) -> bytes:
        results = [onnx.ValueInfoProto(name=name) for name in outputs]
        for result in results:
            result.type.tensor_type.elem_type = TensorProto.FLOAT
        graph = helper.make_graph(self.nodes, "model", self.inputs, results, self.constants)
        opsets = [helper.make_opsetid("", self.opset)]
        model = helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=max(8, onnx.helper.find_min_ir_version_for(opsets)),
        )
        return bytes(onnx.shape_inference.infer_shapes(model).SerializeToString())


def random_inputs(content: bytes, seed: int = 1) -> list[np.ndarray]:
    """SAMPLES random samples for each input, in ONNX's layout."""
    rng = np.random.default_rng(seed)
    graph = onnx.load_model_from_string(content).graph
    shapes = [[dim.dim_value for dim in x.type.tensor_type.shape.dim] for x in graph.input]
    return [rng.normal(0, 2, (SAMPLES, *shape[1:])).astype(np.float32) for shape in shapes]


def run_onnx(content: bytes, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """onnxruntime's outputs, sample by sample, each of shape (SAMPLES, …).

    As the file is written: the optimizer of some versions writes nodes that they refuse to load.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]
    runs = [
        session.run(None, {name: x[i : i + 1] for name, x in zip(names, inputs, strict=True)})
        for i in range(SAMPLES)
    ]
    return [np.stack(outputs) for outputs in zip(*runs, strict=True)]


def as_stored(values: np.ndarray, layout: Layout) -> np.ndarray:
    """Outputs (SAMPLES, *file_shape) as (SAMPLES, *graph_shape)."""
    return values.transpose(0, *(1 + axis for axis in layout.order))


def assert_equals_onnxruntime(content: bytes) -> Graph:
    """Load the model and compare all its outputs on random inputs."""
    graph = load_onnx(content)
    inputs = random_inputs(content)
    expected = run_onnx(content, inputs)
    stored = [graph.layout(name).to_graph(x) for x, name in zip(inputs, graph.inputs, strict=True)]
    actual = run_float(graph, stored)
    for name, values in zip(graph.outputs, expected, strict=True):
        shape = graph.tensors[name].shape
        found = actual[name].reshape(SAMPLES, *shape)
        assert values.shape[1:] == graph.layout(name).file_shape
        wanted = as_stored(values, graph.layout(name))
        assert found.shape == wanted.shape
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * scale)
    return graph
