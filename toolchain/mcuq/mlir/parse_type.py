"""Types: `tensor<2x3xf32>`, `!quant.uniform<i8:f32, 0.5:-3>`, `(…) -> …`."""

from __future__ import annotations

import math
import re

from mcuq.mlir.scanner import Scanner
from mcuq.mlir.syntax import (
    STORAGE_BITS,
    Element,
    FunctionType,
    QuantizedElement,
    TensorType,
)

MOST_ELEMENTS = 1 << 26
"""Of a tensor: more than any microcontroller holds, and less than would fill this computer."""
_MOST_DIGITS = 64
_DIMENSIONS = re.compile(r"(?:\d+x)*")
_PLAIN = re.compile(r"i1\b|i4\b|i8\b|i16\b|i32\b|f32\b")
_STORAGE = re.compile(r"i4\b|i8\b|i16\b|i32\b")
_INTEGER = re.compile(r"[+-]?\d+")
_SCALE = re.compile(r"\d+\.\d*(?:[eE][+-]?\d+)?")


def parse_tensor(scanner: Scanner) -> TensorType:
    """A ranked tensor type of static shape."""
    scanner.require("tensor<")
    dimensions = scanner.expect(_DIMENSIONS, "a shape").group()
    if len(dimensions) > _MOST_DIGITS:
        raise scanner.error("a shape that no tensor has")
    shape = tuple(int(size) for size in dimensions.split("x")[:-1])
    if 0 in shape:
        raise scanner.error(f"a tensor of shape {shape} is empty")
    if math.prod(shape) > MOST_ELEMENTS:
        raise scanner.error(f"a tensor of {math.prod(shape):,} elements is too large")
    element = _element(scanner)
    scanner.require(">")
    if isinstance(element, QuantizedElement):
        _check_scales(scanner, element, shape)
    return TensorType(shape, element)


def parse_function(scanner: Scanner) -> FunctionType:
    """A function's type, its opening parenthesis already read."""
    inputs = parse_tensors(scanner)
    scanner.require("->")
    return FunctionType(inputs, parse_results(scanner))


def parse_results(scanner: Scanner) -> tuple[TensorType, ...]:
    """One type, or any number of them in parentheses."""
    return parse_tensors(scanner) if scanner.accept("(") else (parse_tensor(scanner),)


def parse_tensors(scanner: Scanner) -> tuple[TensorType, ...]:
    """Types up to the closing parenthesis; the opening one is already read."""
    types: list[TensorType] = []
    while not scanner.accept(")"):
        if types:
            scanner.require(",")
        types.append(parse_tensor(scanner))
    return tuple(types)


def parse_integer(scanner: Scanner) -> int:
    digits = scanner.expect(_INTEGER, "an integer").group()
    if len(digits) > _MOST_DIGITS:
        raise scanner.error("an integer of too many digits")
    return int(digits)


def _element(scanner: Scanner) -> Element:
    if scanner.accept("!quant.uniform<"):
        return _quantized(scanner)
    return scanner.expect(_PLAIN, f"one of {', '.join(STORAGE_BITS)} or !quant.uniform").group()


def _quantized(scanner: Scanner) -> QuantizedElement:
    storage = scanner.expect(_STORAGE, "an integer storage type").group()
    bits = STORAGE_BITS[storage]
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    if scanner.accept("<"):
        low = parse_integer(scanner)
        scanner.require(":")
        high = parse_integer(scanner)
        scanner.require(">")
    scanner.require(":")
    scanner.require("f32")
    axis = parse_integer(scanner) if scanner.accept(":") else None
    scanner.require(",")
    pairs = _scales(scanner) if axis is not None else [_scale(scanner)]
    scanner.require(">")
    zero_points = {zero for _, zero in pairs}
    if len(zero_points) != 1:
        raise scanner.error("every slice of a quantized axis must have the same zero point")
    scales = tuple(scale for scale, _ in pairs)
    return QuantizedElement(storage, low, high, scales, zero_points.pop(), axis)


def _scales(scanner: Scanner) -> list[tuple[float, int]]:
    scanner.require("{")
    pairs = [_scale(scanner)]
    while scanner.accept(","):
        pairs.append(_scale(scanner))
    scanner.require("}")
    return pairs


def _scale(scanner: Scanner) -> tuple[float, int]:
    scale = float(scanner.expect(_SCALE, "a scale").group())
    if not 0.0 < scale < math.inf:
        raise scanner.error(f"{scale} is no scale")
    return scale, parse_integer(scanner) if scanner.accept(":") else 0


def _check_scales(scanner: Scanner, element: QuantizedElement, shape: tuple[int, ...]) -> None:
    axis = element.axis
    if axis is None:
        return
    if not 0 <= axis < len(shape) or shape[axis] != len(element.scales):
        raise scanner.error(f"{len(element.scales)} scales along axis {axis} of shape {shape}")
