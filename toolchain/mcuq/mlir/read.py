"""From a function back to the graph it was written from.

The graph is taken from the types, the constants and the `mcuq.…` attributes; then it is written
again and compared with the file: what the file's TOSA operations say is what the graph computes,
or the file is refused.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from mcuq.graph import WEIGHTED, Graph, Layout, Op, OpKind, Tensor
from mcuq.graph.shapes import infer_shape
from mcuq.mlir.attrs import decode
from mcuq.mlir.compare import MismatchError, compare
from mcuq.mlir.syntax import (
    Attribute,
    Attributes,
    Dense,
    Function,
    Integers,
    Number,
    Operation,
    TensorType,
)
from mcuq.mlir.types import AnyTensor, tensor_from
from mcuq.mlir.write import FORMAT, AnyGraph, function_of
from mcuq.quantize import QuantizedGraph, QuantizedTensor

_BROKEN = (ValueError, LookupError, ArithmeticError)
"""What shapes and attributes that contradict each other can raise."""


def graph_of(function: Function) -> AnyGraph:
    """The graph: quantized where its tensors are.

    Raises:
        MismatchError: the function is not what `function_of` writes.
    """
    if function.attributes.get("mcuq.format") != str(FORMAT):
        raise MismatchError(f"the module has no attribute mcuq.format of {FORMAT}", 1)
    graph = _Reader(function).graph()
    try:
        expected = function_of(graph)
    except _BROKEN as error:
        raise MismatchError(f"the operators contradict each other: {error}", 1) from error
    compare(function, expected)
    return graph


class _Reader:
    """Tensors and operators as they appear."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._tensors: dict[str, AnyTensor] = {}
        self._ops: list[Op] = []

    def graph(self) -> AnyGraph:
        attributes, arguments = self._function.attributes, self._function.arguments
        inputs, outputs = (_names(attributes, f"mcuq.{end}puts", 1) for end in ("in", "out"))
        if len(inputs) != len(arguments):
            raise MismatchError(f"{len(inputs)} input names for {len(arguments)} arguments", 1)
        for name, argument in zip(inputs, arguments, strict=True):
            self._add(name, argument.type, None, 1)
        for operation in self._function.operations:
            self._visit(operation)
        self._require(outputs, 1)
        return self._finished(_text(attributes, "mcuq.graph", 1), inputs, outputs)

    def _finished(self, name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> AnyGraph:
        """A quantized graph where any tensor is; the others are its float edges then."""
        ops = tuple(self._ops)
        reals = {k: t for k, t in self._tensors.items() if isinstance(t, Tensor)}
        if len(reals) == len(self._tensors):
            layouts = self._layouts((*inputs, *outputs))
            return Graph(name, reals, ops, inputs, outputs, layouts, self._ranges())
        stored = {k: _edge(t) if isinstance(t, Tensor) else t for k, t in self._tensors.items()}
        return QuantizedGraph(name, _with_wide_biases(stored, ops), ops, inputs, outputs)

    def _layouts(self, ends: tuple[str, ...]) -> dict[str, Layout]:
        """How the file that the model once came from arranged its inputs and outputs."""
        layouts = {}
        for entry in _entries(self._function.attributes, "mcuq.layouts"):
            match entry:
                case (str(name), Integers(order)) if name in ends:
                    layouts[name] = self._layout(name, order)
                case _:
                    raise MismatchError("attribute mcuq.layouts names no order of axes", 1)
        return layouts

    def _ranges(self) -> dict[str, tuple[float, float]]:
        """What the file that the model once came from stored for its activations."""
        ranges = {}
        for entry in _entries(self._function.attributes, "mcuq.ranges"):
            match entry:
                case (str(name), Number(low, "f64"), Number(high, "f64")) if (
                    name in self._tensors and math.isfinite(high - low) and low <= 0 <= high
                ):
                    ranges[name] = (float(low), float(high))
                case _:
                    raise MismatchError("attribute mcuq.ranges names no range", 1)
        return ranges

    def _layout(self, name: str, order: tuple[int, ...]) -> Layout:
        shape = self._tensors[name].shape
        if sorted(order) != list(range(len(shape))) or order[:1] != (0,):
            raise MismatchError(f"mcuq.layouts: {order} is no order of '{name}'", 1)
        return Layout(tuple(shape[order.index(axis)] for axis in range(len(order))), order)

    def _visit(self, operation: Operation) -> None:
        attributes, line = operation.attributes, operation.line
        if operation.result is None or not attributes:
            return
        name = _text(attributes, "mcuq.tensor", line)
        if "mcuq.kind" in attributes:
            self._ops.append(self._operator(operation, name, operation.result.type))
            self._add(name, operation.result.type, None, line)
        else:
            value = operation.properties.get("value")
            if not isinstance(value, Dense):
                raise MismatchError(f"'{operation.name}' is no constant", line)
            self._add(name, operation.result.type, value, line)

    def _operator(self, operation: Operation, output: str, type_: TensorType) -> Op:
        attributes, line = operation.attributes, operation.line
        kind_name = _text(attributes, "mcuq.kind", line)
        if kind_name not in {kind.value for kind in OpKind}:
            raise MismatchError(f"mcuq builds no operator {kind_name}", line)
        kind = OpKind(kind_name)
        inputs = _names(attributes, "mcuq.inputs", line)
        self._require(inputs, line)
        encoded = attributes.get("mcuq.attrs")
        if not isinstance(encoded, dict):
            raise MismatchError("attribute mcuq.attrs is missing", line)
        try:
            attrs = decode(kind, encoded)
            shape = infer_shape(kind, attrs, [self._tensors[name].shape for name in inputs])
        except _BROKEN as error:
            raise MismatchError(f"{kind} '{output}': {error}", line) from error
        if shape != type_.shape:
            raise MismatchError(f"{kind} '{output}' gives {shape}, not {type_.shape}", line)
        return Op(kind, _text(attributes, "mcuq.name", line), inputs, (output,), attrs)

    def _add(self, name: str, type_: TensorType, data: Dense | None, line: int) -> None:
        if name in self._tensors:
            raise MismatchError(f"two tensors are called '{name}'", line)
        try:
            self._tensors[name] = tensor_from(name, type_, data)
        except ValueError as error:
            raise MismatchError(str(error), line) from error

    def _require(self, names: tuple[str, ...], line: int) -> None:
        for name in names:
            if name not in self._tensors:
                raise MismatchError(f"no tensor is called '{name}' up to here", line)


def _with_wide_biases(
    tensors: dict[str, QuantizedTensor], ops: tuple[Op, ...]
) -> dict[str, QuantizedTensor]:
    """Biases beside int16 activations are int64, which MLIR's quantized types cannot say."""
    wide = {
        name
        for op in ops
        if op.kind in WEIGHTED and tensors[op.inputs[0]].bits == 16
        for name in op.inputs[2:]
    }
    return {name: _widened(tensor) if name in wide else tensor for name, tensor in tensors.items()}


def _widened(tensor: QuantizedTensor) -> QuantizedTensor:
    data = None if tensor.data is None else tensor.data.astype("int64")
    return replace(tensor, bits=64, data=data)


def _edge(tensor: Tensor) -> QuantizedTensor:
    """A float tensor of a quantized model."""
    if tensor.is_constant:
        raise MismatchError(f"constant '{tensor.name}' is float in a quantized model", 1)
    scale = np.ones(1, np.float32)
    return QuantizedTensor(tensor.name, tensor.shape, 32, scale, real=True)


def _text(attributes: Attributes, key: str, line: int) -> str:
    value: Attribute | None = attributes.get(key)
    if not isinstance(value, str):
        raise MismatchError(f"attribute {key} is missing", line)
    return value


def _entries(attributes: Attributes, key: str) -> tuple[Attribute, ...]:
    entries: Attribute = attributes.get(key, ())
    return entries if isinstance(entries, tuple) else (entries,)


def _names(attributes: Attributes, key: str, line: int) -> tuple[str, ...]:
    value: Attribute | None = attributes.get(key)
    if not isinstance(value, tuple) or not value:
        raise MismatchError(f"attribute {key} is missing", line)
    return tuple(str(name) for name in value)
