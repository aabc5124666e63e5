"""An operator as its rule sees it: operands with names, shapes and constants in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric.element import Element


class Options(Protocol):
    """An operator's options by field number: a table of the file, or what replaces it."""

    def int32(self, field: int, default: int = 0) -> int: ...

    def uint8(self, field: int, default: int = 0) -> int: ...

    def boolean(self, field: int, default: bool = False) -> bool: ...

    def float32(self, field: int, default: float = 0.0) -> float: ...

    def integers(self, field: int) -> tuple[int, ...]: ...

    def text(self, field: int) -> str: ...


@dataclass(frozen=True)
class Overridden:
    """Options with some fields replaced.

    Attributes:
        values: by field number.
        base: what the file says about all others.
    """

    values: dict[int, Any]
    base: Options | None = None

    def int32(self, field: int, default: int = 0) -> int:
        if field in self.values:
            return int(self.values[field])
        return default if self.base is None else self.base.int32(field, default)

    def uint8(self, field: int, default: int = 0) -> int:
        if field in self.values:
            return int(self.values[field])
        return default if self.base is None else self.base.uint8(field, default)

    def boolean(self, field: int, default: bool = False) -> bool:
        if field in self.values:
            return bool(self.values[field])
        return default if self.base is None else self.base.boolean(field, default)

    def float32(self, field: int, default: float = 0.0) -> float:
        return default if self.base is None else self.base.float32(field, default)

    def integers(self, field: int) -> tuple[int, ...]:
        if field in self.values:
            return tuple(self.values[field])
        return () if self.base is None else self.base.integers(field)

    def text(self, field: int) -> str:
        return "" if self.base is None else self.base.text(field)


_ELEMENTS = {
    "float32": Element.REAL,
    "int32": Element.INT32,
    "int64": Element.INT32,
    "bool": Element.BOOL,
}


def element_of(dtype: str, quantized: bool) -> Element | None:
    """What a tensor of the file holds; None where mcuq has no such thing.

    64-bit integers are indices and counts, which fit 32.
    """
    return Element.REAL if quantized else _ELEMENTS.get(dtype)


@dataclass(frozen=True, eq=False)
class FileOperand(ByContent):
    """A tensor an operator reads.

    Attributes:
        name: the tensor's name in the graph.
        shape: static, as inferred.
        dtype: TensorType name in lower case.
        quantized: whether integers stand for real numbers.
        data: a constant's values; a quantized constant is already real (float32).
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    quantized: bool = False
    data: npt.NDArray[Any] | None = None

    @property
    def is_real(self) -> bool:
        """Whether the values are real numbers, as float32 or quantized."""
        return self.dtype == "float32" or self.quantized

    @property
    def element(self) -> Element | None:
        """What the values are; None where mcuq has no such thing."""
        return element_of(self.dtype, self.quantized)


@dataclass(frozen=True)
class OpView:
    """An operator with its operands; None where an optional one is absent.

    Attributes:
        result_dtype: of its first result in the file, as of a `FileOperand`.
    """

    index: int
    kind: str
    output_name: str
    output_count: int
    operands: tuple[FileOperand | None, ...]
    options: Options | None
    options_type: int
    result_dtype: str = ""

    @property
    def where(self) -> str:
        return f"operator {self.index} {self.kind} (output {self.output_name!r})"

    def shape(self, number: int = 0) -> tuple[int, ...]:
        """Shape of an operand that is present."""
        operand = self.operands[number]
        assert operand is not None
        return operand.shape

    def constant(self, number: int) -> npt.NDArray[Any] | None:
        """An operand's constant values; None where it is absent or no constant."""
        operand = self.operands[number] if number < len(self.operands) else None
        return None if operand is None else operand.data

    def integers(self, number: int) -> tuple[int, ...]:
        """A constant integer operand as Python integers."""
        values = self.constant(number)
        assert values is not None
        return tuple(int(value) for value in values.reshape(-1))

    def int32(self, field: int, default: int = 0) -> int:
        return default if self.options is None else self.options.int32(field, default)

    def uint8(self, field: int) -> int:
        return 0 if self.options is None else self.options.uint8(field)

    def boolean(self, field: int) -> bool:
        return False if self.options is None else self.options.boolean(field)

    def float32(self, field: int) -> float:
        return 0.0 if self.options is None else self.options.float32(field)


Constraint = Callable[[OpView], str | None]
