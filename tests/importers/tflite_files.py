"""TFLite files written by hand, tensor by tensor and operator by operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from oracles import run_litert

from mcuq.graph import Graph
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model


def opts(kind: str, **values: Any) -> Any:
    """A schema options object with some fields set."""
    result = getattr(schema, f"{kind}OptionsT")()
    for name, value in values.items():
        setattr(result, name, value)
    return result


def edited(content: bytes, edit: Callable[[Any], None]) -> bytes:
    """A file with its model, as the schema's objects, changed."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    edit(model)
    builder = flatbuffers.Builder(len(content) + 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


class File:
    """Tensors and operators, known by the indices that the methods return."""

    def __init__(self) -> None:
        self.tensors: list[TensorSpec] = []
        self.operators: list[OperatorSpec] = []

    def tensor(self, name: str, shape: tuple[int, ...], dtype: str = "float32", **more: Any) -> int:
        self.tensors.append(TensorSpec(name, shape, dtype, **more))
        return len(self.tensors) - 1

    def constant(self, name: str, values: Any, dtype: str = "int32", **more: Any) -> int:
        array = np.asarray(values, "int8" if dtype == "int4" else dtype)
        return self.tensor(name, array.shape, dtype, data=array, **more)

    def op(self, kind: str, inputs: list[int], output: int, options: Any = None) -> int:
        self.operator(kind, inputs, [output], options)
        return output

    def operator(
        self, kind: str, inputs: list[int], outputs: list[int], options: Any = None
    ) -> None:
        """An operator with any number of outputs."""
        self.operators.append(OperatorSpec(kind, tuple(inputs), tuple(outputs), options))

    def content(self, inputs: list[int], outputs: list[int]) -> bytes:
        return build_model(self.tensors, self.operators, inputs, outputs)


def assert_equals_litert(content: bytes) -> Graph:
    """Load a file with one input and output and compare with LiteRT's reference kernels."""
    graph = load_tflite(content)
    shape = graph.tensors[graph.inputs[0]].shape
    x = np.random.default_rng(5).normal(size=(3, *shape[1:])).astype(np.float32)
    expected = np.concatenate([outputs[0] for outputs in run_litert(content, [x])])
    actual = run_float(graph, [x])[graph.outputs[0]]
    np.testing.assert_allclose(actual.reshape(expected.shape), expected, rtol=1e-5, atol=1e-5)
    return graph
