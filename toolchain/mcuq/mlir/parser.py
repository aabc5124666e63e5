"""From text in MLIR's generic form to values.

Covers what mcuq writes and what `mlir-opt --mlir-print-op-generic` makes of it: one module, one
function, one block.
"""

from __future__ import annotations

import re

from mcuq.mlir.parse_attribute import STRING, parse_dictionary
from mcuq.mlir.parse_type import parse_results, parse_tensor, parse_tensors
from mcuq.mlir.scanner import Scanner
from mcuq.mlir.syntax import Attribute, Function, Operation, TensorType, Value

_VALUE = re.compile(r"%[\w$.-]+")
_LABEL = re.compile(r"\^\w+")


def parse_module(text: str, where: str = "MLIR text") -> Function:
    """The function of a module.

    Args:
        text: the module.
        where: file name for messages.

    Raises:
        InputError: the text is something else; names the line.
    """
    scanner = Scanner(text, where)
    try:
        return _module(scanner)
    except RecursionError:
        raise scanner.error("brackets nested too deeply") from None


def _module(scanner: Scanner) -> Function:
    _opening(scanner, "builtin.module")
    scanner.require("(")
    scanner.require("{")
    function = _function(scanner)
    scanner.require("}")
    scanner.require(")")
    _closing(scanner)
    if not scanner.at_end:
        raise scanner.error("expected the end of the file after the module")
    return function


def _opening(scanner: Scanner, name: str) -> None:
    scanner.require(f'"{name}"')
    scanner.require("(")
    scanner.require(")")


def _closing(scanner: Scanner) -> None:
    for symbol in (":", "(", ")", "->", "(", ")"):
        scanner.require(symbol)


def _function(scanner: Scanner) -> Function:
    _opening(scanner, "func.func")
    properties = _properties(scanner)
    scanner.require("(")
    scanner.require("{")
    arguments = _arguments(scanner)
    block = _Block(scanner, arguments)
    while (operation := block.operation()).name != "func.return":
        block.operations.append(operation)
    scanner.require("}")
    scanner.require(")")
    attributes = _attributes(scanner)
    _closing(scanner)
    name = properties.get("sym_name")
    return Function(
        name if isinstance(name, str) else "",
        arguments,
        tuple(block.operations),
        operation.operands,
        attributes,
    )


def _arguments(scanner: Scanner) -> tuple[Value, ...]:
    scanner.expect(_LABEL, "the function's block")
    arguments: list[Value] = []
    if scanner.accept("("):
        while not scanner.accept(")"):
            if arguments:
                scanner.require(",")
            name = scanner.expect(_VALUE, "an argument").group()
            scanner.require(":")
            arguments.append(Value(name, parse_tensor(scanner)))
    scanner.require(":")
    return tuple(arguments)


def _properties(scanner: Scanner) -> dict[str, Attribute]:
    if not scanner.accept("<"):
        return {}
    properties = parse_dictionary(scanner)
    scanner.require(">")
    return properties


def _attributes(scanner: Scanner) -> dict[str, Attribute]:
    return parse_dictionary(scanner) if scanner.stands_at("{") else {}


class _Block:
    """The operations read so far and the values they may use."""

    def __init__(self, scanner: Scanner, arguments: tuple[Value, ...]) -> None:
        self._scanner = scanner
        self._known = {value.name: value for value in arguments}
        self.operations: list[Operation] = []

    def operation(self) -> Operation:
        """The next operation."""
        scanner, line = self._scanner, self._scanner.line
        result = scanner.take(_VALUE)
        if result is not None:
            scanner.require("=")
        name = scanner.expect(STRING, "an operation in generic form").group(1)
        scanner.require("(")
        names = self._names()
        properties, attributes = _properties(scanner), _attributes(scanner)
        scanner.require(":")
        scanner.require("(")
        operands = self._operands(names, parse_tensors(scanner), line)
        scanner.require("->")
        results = parse_results(scanner)
        if len(results) != (result is not None):
            raise scanner.error(f"'{name}' names {len(results)} result types", line)
        value = None if result is None else self._define(result.group(), results[0], line)
        return Operation(name, operands, value, properties, attributes, line)

    def _names(self) -> list[str]:
        names: list[str] = []
        while not self._scanner.accept(")"):
            if names:
                self._scanner.require(",")
            names.append(self._scanner.expect(_VALUE, "an operand").group())
        return names

    def _operands(
        self, names: list[str], types: tuple[TensorType, ...], line: int
    ) -> tuple[Value, ...]:
        if len(names) != len(types):
            raise self._scanner.error(f"{len(types)} types for {len(names)} operands", line)
        for name, type_ in zip(names, types, strict=True):
            if name not in self._known:
                raise self._scanner.error(f"{name} is used before it is defined", line)
            if self._known[name].type != type_:
                raise self._scanner.error(f"{name} is used with another type", line)
        return tuple(self._known[name] for name in names)

    def _define(self, name: str, type_: TensorType, line: int) -> Value:
        if name in self._known:
            raise self._scanner.error(f"{name} is defined twice", line)
        self._known[name] = Value(name, type_)
        return self._known[name]
