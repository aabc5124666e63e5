"""The part of MLIR that mcuq writes, as values: types, attributes, operations, one function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STORAGE_BITS: Mapping[str, int] = {"i1": 1, "i4": 4, "i8": 8, "i16": 16, "i32": 32, "f32": 32}
"""Element types of tensors and the bits of one element."""


@dataclass(frozen=True)
class QuantizedElement:
    """`!quant.uniform<storage<low:high>:f32, scale:zero_point>`, per axis with a list of scales.

    Attributes:
        storage: "i4", "i8", "i16" or "i32".
        low, high: smallest and largest stored integer.
        scales: one, or one a slice of `axis`; exact float32 values.
        zero_point: common to all slices.
        axis: the dimension that has a scale a slice, None for one scale.
    """

    storage: str
    low: int
    high: int
    scales: tuple[float, ...]
    zero_point: int = 0
    axis: int | None = None


Element = str | QuantizedElement
"""A plain element type's name, or a quantized one."""


@dataclass(frozen=True)
class TensorType:
    """`tensor<…>` of static shape."""

    shape: tuple[int, ...]
    element: Element


@dataclass(frozen=True)
class FunctionType:
    """`(inputs) -> results`."""

    inputs: tuple[TensorType, ...]
    results: tuple[TensorType, ...]


@dataclass(frozen=True)
class Number:
    """`3 : i64`, `1.5 : f32`; the value of an f32 is exact."""

    value: int | float
    type: str


@dataclass(frozen=True)
class Integers:
    """`array<i64: 1, 2>`."""

    values: tuple[int, ...]


@dataclass(frozen=True)
class Dense:
    """`dense<"0x…"> : tensor<…>`.

    Attributes:
        type: of plain elements.
        data: little-endian, row by row; an i4 element takes the low half of a byte.
    """

    type: TensorType
    data: bytes


@dataclass(frozen=True)
class TypeName:
    """A plain type as an attribute: `f32`."""

    name: str


@dataclass(frozen=True)
class Parameters:
    """A dialect's attribute of named integers: `#tosa.pad_quant<input_zp = 3>`."""

    name: str
    values: tuple[tuple[str, int], ...]


Attribute = (
    str | Number | Integers | Dense | TypeName | Parameters | FunctionType | tuple["Attribute", ...]
)
Attributes = Mapping[str, Attribute]


@dataclass(frozen=True)
class Value:
    """An SSA value: `%3` and its type."""

    name: str
    type: TensorType


@dataclass(frozen=True)
class Operation:
    """One operation with at most one result.

    Attributes:
        name: "tosa.conv2d".
        properties: what the operation itself defines, `<{…}>`.
        attributes: what others attach to it, `{…}`.
    """

    name: str
    operands: tuple[Value, ...]
    result: Value | None
    properties: Attributes = field(default_factory=dict)
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class MlirFunction:
    """A module's only function; its last operation returns `outputs`."""

    name: str
    arguments: tuple[Value, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[Value, ...]
    attributes: Attributes = field(default_factory=dict)
