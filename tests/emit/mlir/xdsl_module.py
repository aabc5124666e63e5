"""A module as xDSL reads it: an outside parser of MLIR, in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quant_type import Quant, UniformType
from xdsl.context import Context
from xdsl.dialects.builtin import (
    ArrayAttr,
    Builtin,
    BytesAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    FloatAttr,
    IntegerAttr,
    StringAttr,
    TensorType,
    UnregisteredOp,
)
from xdsl.dialects.func import Func, FuncOp
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.parser import Parser

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """One operation of the function.

    Attributes:
        name: with the dialect's, "tosa.conv2d".
        result: None of what returns.
        properties: plain Python values where xDSL knows the attribute.
        marks: the attributes that mcuq attaches, without "mcuq.".
    """

    name: str
    operands: tuple[SSAValue, ...]
    result: SSAValue | None
    properties: Mapping[str, Any]
    marks: Mapping[str, Any]


@dataclass(frozen=True)
class Function:
    name: str
    arguments: tuple[SSAValue, ...]
    steps: tuple[Step, ...]
    marks: Mapping[str, Any]


def parsed(text: str) -> Function:
    """The function of a module, verified.

    Raises:
        ParseError, VerifyException: the text is no MLIR.
    """
    # TOSA is unregistered: xDSL's is that of a later LLVM.
    context = Context(allow_unregistered=True)
    for dialect in (Builtin, Func, Quant):
        context.load_dialect(dialect)
    module = Parser(context, text).parse_module()
    module.verify()
    (function,) = module.ops
    assert isinstance(function, FuncOp)
    body = function.body.block
    marks = _marks(function.attributes)
    return Function(function.sym_name.data, tuple(body.args), tuple(map(_step, body.ops)), marks)


def shape_of(value: SSAValue) -> Shape:
    return _tensor(value).get_shape()


def element_of(value: SSAValue) -> str | UniformType:
    """`f32` and the like, or a quantized type."""
    element = _tensor(value).element_type
    return element if isinstance(element, UniformType) else str(element)


def _tensor(value: SSAValue) -> TensorType[Attribute]:
    assert isinstance(value.type, TensorType)
    return value.type


def _step(operation: Operation) -> Step:
    name = operation.name
    if isinstance(operation, UnregisteredOp):
        name = operation.op_name.data
    assert len(operation.results) <= 1
    return Step(
        name,
        tuple(operation.operands),
        operation.results[0] if operation.results else None,
        {key: _property(key, value) for key, value in operation.properties.items()},
        _marks(operation.attributes),
    )


_TYPES = {
    **{"axis": "i32", "shift": "i8", "min_int": "i64", "max_int": "i64"},
    **{"min_fp": "f32", "max_fp": "f32"},
}


def _property(name: str, attribute: Attribute) -> Any:
    if isinstance(attribute, IntegerAttr | FloatAttr):
        assert str(attribute.type) == _TYPES[name]
    return _plain(attribute)


def _marks(attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    return {
        name.removeprefix("mcuq."): _plain(value)
        for name, value in attributes.items()
        if name.startswith("mcuq.")
    }


def _plain(attribute: Attribute) -> Any:
    match attribute:
        case StringAttr():
            return attribute.data
        case BytesAttr():  # a string with characters beyond ASCII
            return attribute.data.decode()
        case IntegerAttr() | FloatAttr():
            return attribute.value.data
        case DenseArrayBase():
            assert str(attribute.elt_type) == "i64"
            return attribute.get_values()
        case ArrayAttr():
            return tuple(map(_plain, attribute))
        case DenseIntOrFPElementsAttr():
            return attribute
        case _:
            return str(attribute)
