"""Quantized models of one operator, made of their tensors."""

from __future__ import annotations

import numpy as np

from mcuq.graph import Op
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import AnyOperator
from mcuq.quantized.qgraph import QuantizedGraph


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
