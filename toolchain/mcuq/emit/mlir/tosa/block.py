"""Collects operations; the vocabulary that the operators' rules are written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcuq.emit.mlir.syntax import (
    STORAGE_BITS,
    Attribute,
    Attributes,
    Element,
    Integers,
    Number,
    Operation,
    QuantizedElement,
    TensorType,
    Value,
)
from mcuq.emit.mlir.tosa.quantization import is_quantized, pad_info
from mcuq.emit.mlir.types import dense
from mcuq.numeric import activation_bounds
from mcuq.numeric.activation import Activation

_LARGEST = float(np.finfo(np.float32).max)
_INT32 = (-(1 << 31), (1 << 31) - 1)
_BOUNDS: Mapping[Activation, tuple[float, float]] = {
    Activation.RELU: (0.0, _LARGEST),
    Activation.RELU6: (0.0, 6.0),
    Activation.RELU_N1_TO_1: (-1.0, 1.0),
}


class Block:
    """Operations in order; values are numbered as they come."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._count = 0

    def emit(
        self,
        name: str,
        operands: Sequence[Value],
        type_: TensorType,
        **properties: Attribute,
    ) -> Value:
        """Append one operation; its result."""
        result = Value(f"%{self._count}", type_)
        self._count += 1
        self.operations.append(Operation(name, tuple(operands), result, properties))
        return result

    def attach(self, attributes: Attributes) -> None:
        """Give attributes to the last operation."""
        self.operations[-1] = replace(self.operations[-1], attributes=attributes)

    def constant(self, values: npt.NDArray[np.generic], element: str) -> Value:
        """A constant of plain elements that the graph does not know."""
        data = dense(values, element)
        return self.emit("tosa.const", [], data.type, value=data)

    def reals(self, values: Sequence[Value]) -> list[Value]:
        """What quantized values stand for; others stay as they are."""
        return [
            self.emit("quant.dcast", [value], replace(value.type, element="f32"))
            if is_quantized(value.type)
            else value
            for value in values
        ]

    def reshape(self, value: Value, shape: Sequence[int]) -> Value:
        type_ = replace(value.type, shape=tuple(shape))
        return self.emit("tosa.reshape", [value], type_, new_shape=Integers(type_.shape))

    def slice(self, value: Value, start: Sequence[int], size: Sequence[int]) -> Value:
        type_ = replace(value.type, shape=tuple(size))
        return self.emit(
            "tosa.slice", [value], type_, start=Integers(tuple(start)), size=Integers(type_.shape)
        )

    def pad(self, value: Value, paddings: Sequence[tuple[int, int]]) -> Value:
        """Zeros around, in a quantized tensor its zero point."""
        pairs = np.array(paddings, np.int32).reshape(-1, 2)
        shape = tuple(
            n + before + after
            for n, (before, after) in zip(value.type.shape, paddings, strict=True)
        )
        amounts = self.constant(pairs, "i32")
        type_ = replace(value.type, shape=shape)
        return self.emit("tosa.pad", [value, amounts], type_, **pad_info(value.type))

    def binary(self, name: str, first: Value, second: Value, element: Element = "") -> Value:
        """add, sub, mul, maximum… of two values, broadcast; ranks are made equal first.

        Args:
            element: of the result; the operands' where none is given.
        """
        rank = max(len(first.type.shape), len(second.type.shape))
        values = [self.with_rank(value, rank) for value in (first, second)]
        shape = np.broadcast_shapes(*(value.type.shape for value in values))
        type_ = TensorType(tuple(shape), element or first.type.element)
        properties: dict[str, Attribute] = {"shift": Number(0, "i8")} if name == "mul" else {}
        return self.emit(f"tosa.{name}", values, type_, **properties)

    def scalar(self, value: float, rank: int) -> Value:
        """An f32 constant of `rank` dimensions of one."""
        return self.constant(np.full((1,) * rank, value, np.float32), "f32")

    def clamp(self, value: Value, activation: Activation) -> Value:
        """A fused activation, in a quantized tensor at its own scale."""
        if activation is Activation.NONE:
            return value
        low, high = _BOUNDS[activation]
        least, largest = _INT32
        element = value.type.element
        if isinstance(element, QuantizedElement):
            scale = np.float32(element.scales[0])
            bits = STORAGE_BITS[element.storage]
            least, largest = activation_bounds(activation, scale, element.zero_point, bits)
        return self.emit(
            "tosa.clamp",
            [value],
            value.type,
            min_fp=Number(low, "f32"),
            max_fp=Number(high, "f32"),
            min_int=Number(least, "i64"),
            max_int=Number(largest, "i64"),
        )

    def between(self, value: Value, low: float, high: float) -> Value:
        """Reals held between two bounds, infinite ones left out."""
        least, largest = _INT32
        return self.emit(
            "tosa.clamp",
            [value],
            value.type,
            min_fp=Number(max(low, -_LARGEST), "f32"),
            max_fp=Number(min(high, _LARGEST), "f32"),
            min_int=Number(least, "i64"),
            max_int=Number(largest, "i64"),
        )

    def with_rank(self, value: Value, rank: int) -> Value:
        """With dimensions of one in front."""
        missing = rank - len(value.type.shape)
        return self.reshape(value, (1,) * missing + value.type.shape) if missing else value
