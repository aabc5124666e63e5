"""Random quantized models of one operator, and what TFLite Micro makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tflite_micro.python.tflite_micro import runtime

from mcuq.graph import Op
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import AnyOperator
from mcuq.quantized.qgraph import QuantizedGraph
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.options import constant_operands, options_for

Int8s = npt.NDArray[np.int8]


def activation(name: str, shape: tuple[int, ...], scale: float, zero_point: int) -> QuantizedTensor:
    """An int8 tensor to be computed or fed."""
    return QuantizedTensor(name, shape, 8, np.array([scale], np.float32), zero_point)


def model(
    kind: AnyOperator, attrs: Attrs, inputs: list[QuantizedTensor], output: QuantizedTensor
) -> QuantizedGraph:
    """A graph of one operator; inputs without data are the model's inputs."""
    op = Op(kind, "op", tuple(t.name for t in inputs), (output.name,), attrs)
    fed = tuple(t.name for t in inputs if not t.is_constant)
    tensors = {t.name: t for t in (*inputs, output)}
    return QuantizedGraph("case", tensors, (op,), fed, (output.name,))


def flatbuffer(graph: QuantizedGraph) -> bytes:
    """The model as a TFLite file, int4 weights packed."""
    op = graph.ops[0]
    names = [*op.inputs, op.output]
    tensors = [_spec(graph.tensors[name]) for name in names]
    constants = constant_operands(op.kind, op.attrs)
    tensors += [
        TensorSpec(f"constant{i}", value.shape, "int32", value) for i, value in enumerate(constants)
    ]
    first = len(names)
    inputs = (*range(len(op.inputs)), *range(first, first + len(constants)))
    output = len(op.inputs)
    spec = OperatorSpec(op.kind.name, inputs, (output,), options_for(op.kind, op.attrs))
    fed = [names.index(name) for name in graph.inputs]
    return build_model(tensors, [spec], fed, [output])


def _spec(tensor: QuantizedTensor) -> TensorSpec:
    dtype = {4: "int4", 8: "int8", 32: "int32"}[tensor.bits]
    zeros = np.full(tensor.scale.shape, tensor.zero_point, np.int64)
    return TensorSpec(
        tensor.name, tensor.shape, dtype, tensor.data, tensor.scale, zeros, tensor.axis
    )


def oracle(graph: QuantizedGraph, inputs: list[Int8s]) -> Int8s:
    """The output of TFLite Micro."""
    interpreter = runtime.Interpreter.from_bytes(flatbuffer(graph))
    for index, value in enumerate(inputs):
        interpreter.set_input(value, index)
    interpreter.invoke()
    result: Int8s = interpreter.get_output(0)
    return result


@dataclass(frozen=True)
class Draw:
    """A seeded source of the values a case is made of."""

    rng: np.random.Generator

    def zero_point(self) -> int:
        return int(self.rng.choice([-128, 127, 0, self.rng.integers(-128, 128)]))

    def scale(self, low: float = 1e-3, high: float = 0.2) -> float:
        return float(np.float32(np.exp(self.rng.uniform(np.log(low), np.log(high)))))

    def int8s(self, shape: tuple[int, ...]) -> Int8s:
        """Uniform values; now and then only the extremes, to saturate."""
        if self.rng.random() < 0.2:
            return self.rng.choice(np.array([-128, 127], np.int8), shape)
        return self.rng.integers(-128, 128, shape, np.int8)

    def weights(self, shape: tuple[int, ...], bits: int) -> Int8s:
        limit = 127 if bits == 8 else 7
        if self.rng.random() < 0.2:
            return self.rng.choice(np.array([-limit, limit], np.int8), shape)
        return self.rng.integers(-limit, limit + 1, shape, np.int8)
