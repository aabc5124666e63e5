"""Attributes, as in `<{axis = 1 : i32, value = dense<"0x…"> : tensor<2xf32>}>`."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from mcuq.mlir.parse_type import parse_function, parse_integer, parse_tensor
from mcuq.mlir.scanner import Scanner
from mcuq.mlir.syntax import (
    Attribute,
    Dense,
    Integers,
    Number,
    Parameters,
    TensorType,
    TypeName,
    low_nibbles,
)

STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_HEX = re.compile(r'"0x([0-9A-Fa-f]*)"')
_NAME = re.compile(r"[A-Za-z_][\w.$]*")
_TYPE = re.compile(r"[if]\d+\b")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*(?:[eE][+-]?\d+)?)?")
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
_SHORT_ESCAPES = {b"n": b"\n", b"t": b"\t"}
_DTYPES = {"i1": "u1", "i4": "i1", "i8": "i1", "i16": "<i2", "i32": "<i4", "f32": "<f4"}


def parse_dictionary(scanner: Scanner) -> dict[str, Attribute]:
    """`{name = attribute, …}`; a name alone means true."""
    scanner.require("{")
    attributes: dict[str, Attribute] = {}
    while not scanner.accept("}"):
        if attributes:
            scanner.require(",")
        name = scanner.expect(_NAME, "an attribute's name").group()
        attributes[name] = parse_attribute(scanner) if scanner.accept("=") else True
    return attributes


def parse_attribute(scanner: Scanner) -> Attribute:
    if scanner.accept("true"):
        return True
    if scanner.accept("false"):
        return False
    if scanner.accept("dense<"):
        return _dense(scanner)
    if scanner.accept("array<i64"):
        return _integers(scanner)
    if scanner.accept("#"):
        return _parameters(scanner)
    if scanner.accept("["):
        return _list(scanner)
    if scanner.accept("("):
        return parse_function(scanner)
    return _plain(scanner)


def _plain(scanner: Scanner) -> Attribute:
    """A string, a number, a type's name or a dictionary."""
    if quoted := scanner.take(STRING):
        return unquoted(quoted.group(1))
    if name := scanner.take(_TYPE):
        return TypeName(name.group())
    if number := scanner.take(_NUMBER):
        scanner.require(":")
        type_ = scanner.expect(_TYPE, "the number's type").group()
        try:
            return _number(number, type_)
        except (ValueError, OverflowError):
            raise scanner.error("a number that its type does not hold") from None
    return parse_dictionary(scanner)


def unquoted(text: str) -> str:
    """The string that MLIR's escapes stand for."""

    def character(match: re.Match[bytes]) -> bytes:
        escaped = match.group(1)
        return bytes.fromhex(escaped.decode()) if len(escaped) == 2 else _short(escaped)

    return _ESCAPE.sub(character, text.encode()).decode(errors="replace")


def _short(escaped: bytes) -> bytes:
    return _SHORT_ESCAPES.get(escaped, escaped)


def _number(match: re.Match[str], type_: str) -> Number:
    if type_.startswith("i"):
        return Number(int(float(match.group())) if match.group(1) else int(match.group()), type_)
    value = float(match.group())
    if type_ == "f32":
        with np.errstate(over="ignore"):
            value = float(np.float32(value))
    return Number(value, type_)


def _integers(scanner: Scanner) -> Integers:
    values: list[int] = []
    if scanner.accept(":"):
        values.append(parse_integer(scanner))
        while scanner.accept(","):
            values.append(parse_integer(scanner))
    scanner.require(">")
    return Integers(tuple(values))


def _parameters(scanner: Scanner) -> Parameters:
    name = scanner.expect(_NAME, "an attribute's name").group()
    scanner.require("<")
    values: list[tuple[str, int]] = []
    while not scanner.accept(">"):
        if values:
            scanner.require(",")
        key = scanner.expect(_NAME, "a parameter's name").group()
        scanner.require("=")
        values.append((key, parse_integer(scanner)))
    return Parameters(name, tuple(values))


def _list(scanner: Scanner) -> tuple[Attribute, ...]:
    values: list[Attribute] = []
    while not scanner.accept("]"):
        if values:
            scanner.require(",")
        values.append(parse_attribute(scanner))
    return tuple(values)


def _dense(scanner: Scanner) -> Dense:
    """Elements as hex bytes, as nested lists of numbers, or one number for all of them."""
    line = scanner.line
    raw = scanner.take(_HEX)
    numbers = [] if raw else _elements(scanner)
    scanner.require(">")
    scanner.require(":")
    type_ = parse_tensor(scanner)
    if not isinstance(type_.element, str):
        raise scanner.error("a dense attribute has plain elements", line)
    dtype = np.dtype(_DTYPES[type_.element])
    data = bytes.fromhex(raw.group(1)) if raw and len(raw.group(1)) % 2 == 0 else b""
    if not raw:
        data = _packed(scanner, numbers, dtype, line)
    if type_.element == "i4":
        data = low_nibbles(data)
    return Dense(type_, _expanded(scanner, data, type_, dtype, line))


def _elements(scanner: Scanner) -> list[float]:
    if not scanner.accept("["):
        match = scanner.expect(_NUMBER, "a number")
        return [float(match.group())]
    values: list[float] = []
    while not scanner.accept("]"):
        if values:
            scanner.require(",")
        values.extend(_elements(scanner))
    return values


def _packed(scanner: Scanner, numbers: list[float], dtype: np.dtype[Any], line: int) -> bytes:
    values = np.array(numbers, np.float64)
    with np.errstate(all="ignore"):
        fits = dtype.kind == "f" or np.array_equal(values.astype(dtype), values)
    if not fits:
        raise scanner.error(f"numbers that {dtype} does not hold", line)
    with np.errstate(over="ignore"):
        return values.astype(dtype).tobytes()


def _expanded(
    scanner: Scanner, data: bytes, type_: TensorType, dtype: np.dtype[Any], line: int
) -> bytes:
    """One element given for all is repeated; any other number must fit the type."""
    if len(data) == dtype.itemsize:
        return data * type_.size
    if len(data) != type_.size * dtype.itemsize:
        raise scanner.error(f"{len(data)} bytes of data for a tensor of {type_.size} values", line)
    return data
