"""MLIR's generic textual form, which `mlir-opt` reads and, asked to, writes."""

from __future__ import annotations

from collections.abc import Iterable

from mcuq.emit.mlir.syntax import (
    Attribute,
    Attributes,
    Dense,
    FunctionType,
    Integers,
    MlirFunction,
    Number,
    Operation,
    Parameters,
    QuantizedElement,
    TensorType,
    TypeName,
    Value,
)

_INDENT = "    "


def print_module(function: MlirFunction) -> str:
    """A module with one function."""
    types = FunctionType(_types(function.arguments), _types(function.outputs))
    properties: Attributes = {"function_type": types, "sym_name": function.name}
    arguments = ", ".join(f"{value.name}: {type_text(value.type)}" for value in function.arguments)
    ends = Operation("func.return", function.outputs, None)
    body = "".join(
        f"{_INDENT}{operation_text(operation)}\n" for operation in (*function.operations, ends)
    )
    return (
        '"builtin.module"() ({\n'
        f'  "func.func"() <{_dictionary(properties)}> ({{\n'
        f"  ^bb0({arguments}):\n"
        f"{body}"
        f"  }}) {_dictionary(function.attributes)} : () -> ()\n"
        "}) : () -> ()\n"
    )


def operation_text(operation: Operation) -> str:
    """One line."""
    result = operation.result
    parts = [
        "" if result is None else f"{result.name} = ",
        f'"{operation.name}"({", ".join(value.name for value in operation.operands)})',
        f" <{_dictionary(operation.properties)}>" if operation.properties else "",
        f" {_dictionary(operation.attributes)}" if operation.attributes else "",
        f" : ({_listed(operation.operands)}) -> ",
        "()" if result is None else type_text(result.type),
    ]
    return "".join(parts)


def type_text(type_: TensorType) -> str:
    dimensions = "".join(f"{size}x" for size in type_.shape)
    element = type_.element
    name = element if isinstance(element, str) else _quantized_text(element)
    return f"tensor<{dimensions}{name}>"


def attribute_text(attribute: Attribute) -> str:
    match attribute:
        case str():
            return _quoted(attribute)
        case Number():
            return f"{_number(attribute.value)} : {attribute.type}"
        case Integers():
            values = ", ".join(map(str, attribute.values))
            return f"array<i64: {values}>" if values else "array<i64>"
        case Dense():
            return f"dense<{_elements(attribute)}> : {type_text(attribute.type)}"
        case TypeName():
            return attribute.name
        case Parameters():
            values = ", ".join(f"{name} = {value}" for name, value in attribute.values)
            return f"#{attribute.name}<{values}>"
        case FunctionType():
            return _function_text(attribute)
        case tuple():
            return f"[{', '.join(map(attribute_text, attribute))}]"


def _elements(dense: Dense) -> str:
    """Hexadecimal; truth values as nested lists, as readers differ in how these are packed."""
    if dense.type.element != "i1":
        return f'"0x{dense.data.hex().upper()}"'
    return _nested(dense.data, dense.type.shape)


def _nested(values: bytes, shape: tuple[int, ...]) -> str:
    if not shape:
        return "true" if values[0] else "false"
    step = len(values) // shape[0]
    rows = (_nested(values[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0]))
    return f"[{', '.join(rows)}]"


def _dictionary(attributes: Attributes) -> str:
    items = (f"{name} = {attribute_text(attributes[name])}" for name in sorted(attributes))
    return f"{{{', '.join(items)}}}"


def _function_text(type_: FunctionType) -> str:
    inputs, results = (", ".join(map(type_text, types)) for types in (type_.inputs, type_.results))
    return f"({inputs}) -> {results if len(type_.results) == 1 else f'({results})'}"


def _quantized_text(element: QuantizedElement) -> str:
    storage = f"{element.storage}<{element.low}:{element.high}>"
    zero = f":{element.zero_point}" if element.zero_point else ""
    scales = [f"{_number(scale)}{zero}" for scale in element.scales]
    if element.axis is None:
        return f"!quant.uniform<{storage}:f32, {scales[0]}>"
    return f"!quant.uniform<{storage}:f32:{element.axis}, {{{', '.join(scales)}}}>"


def _number(value: int | float) -> str:
    """A float's shortest exact decimal; MLIR wants a point in it."""
    text = repr(value)
    if isinstance(value, int) or "." in text:
        return text
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa}.0{exponent}{power}"


def _quoted(text: str) -> str:
    """Printable ASCII as it is, every other byte of UTF-8 as two hex digits."""
    characters = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:02X}"
        for byte in text.encode()
    )
    return f'"{"".join(characters)}"'


def _types(values: Iterable[Value]) -> tuple[TensorType, ...]:
    return tuple(value.type for value in values)


def _listed(values: Iterable[Value]) -> str:
    return ", ".join(type_text(value.type) for value in values)
