"""Loop and If whose course is known while the model is read: their graphs, written out.

TensorFlow's recurrent layers come as a Loop over a counter, with a step of the cell inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from onnx import helper, numpy_helper

from mcuq.errors import InputError
from mcuq.importers.onnx.older import current_forms
from mcuq.importers.onnx.order import in_order
from mcuq.importers.onnx.qoperators import spelled_out
from mcuq.importers.onnx.value import NodeValue

LONGEST = 1024
"""Rounds of a Loop."""


class Scope(Protocol):
    """The conversion that a node is part of."""

    def value(self, name: str) -> NodeValue:
        """What a name stands for."""

    def name(self, name: str, value: NodeValue) -> None:
        """Let a name stand for a value."""

    def add(self, index: int, proto: Any) -> None:
        """Fold or lower one node."""


class _Inside:
    """A graph inside a node, written out once."""

    def __init__(self, scope: Scope, index: int, graph: Any, prefix: str, opset: int) -> None:
        self._scope, self._index, self._prefix = scope, index, prefix
        constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        nodes = in_order(graph.node, {entry.name for entry in graph.input} | set(constants))
        self._nodes = spelled_out(current_forms(nodes, opset))
        computed = {name for node in self._nodes for name in node.output}
        self._own = computed | {entry.name for entry in graph.input} | set(constants)
        for name, data in constants.items():
            scope.name(self.outer(name), NodeValue(data.shape, data=data))

    def outer(self, name: str) -> str:
        """What a name inside is called outside."""
        return f"{self._prefix}{name}" if name in self._own else name

    def run(self) -> None:
        for node in self._nodes:
            copy = type(node)()
            copy.CopyFrom(node)
            del copy.input[:], copy.output[:]
            copy.input.extend(self.outer(name) for name in node.input)
            copy.output.extend(self.outer(name) for name in node.output)
            self._scope.add(self._index, copy)


def _graphs(proto: Any) -> dict[str, Any]:
    return {entry.name: entry.g for entry in proto.attribute if entry.HasField("g")}


def _known(scope: Scope, where: str, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    data = scope.value(name).data
    if data is None:
        raise InputError(
            f"{where}: its course depends on the input",
            "export with fixed shapes, so that loops and branches can be written out",
        )
    return np.asarray(data).reshape(-1)


def _if(scope: Scope, index: int, proto: Any, where: str, opset: int) -> None:
    holds = bool(_known(scope, where, proto.input[0])[0])
    graph = _graphs(proto)["then_branch" if holds else "else_branch"]
    inside = _Inside(scope, index, graph, f"{proto.output[0]}/", opset)
    inside.run()
    for name, result in zip(proto.output, graph.output, strict=True):
        scope.name(name, scope.value(inside.outer(result.name)))


def _loop(scope: Scope, index: int, proto: Any, where: str, opset: int) -> None:
    body, prefix = _graphs(proto)["body"], proto.output[0]
    counter, condition, *variables = (entry.name for entry in body.input)
    goes_on, *results = (entry.name for entry in body.output)
    carried = [scope.value(name) for name in proto.input[2:]]
    scanned: list[list[str]] = [[] for _ in results[len(variables) :]]
    for number, holds in _rounds(scope, proto, where):
        inside = _Inside(scope, index, body, f"{prefix}/{number}/", opset)
        given = {counter: np.array(number, np.int64), condition: np.array(True)}
        for name, data in given.items():
            scope.name(inside.outer(name), NodeValue(data.shape, data=data))
        for name, value in zip(variables, carried, strict=True):
            scope.name(inside.outer(name), value)
        inside.run()
        carried = [scope.value(inside.outer(name)) for name in results[: len(variables)]]
        for column, name in zip(scanned, results[len(variables) :], strict=True):
            column.append(inside.outer(name))
        holds(inside.outer(goes_on))
    for name, value in zip(proto.output, carried, strict=False):
        scope.name(name, value)
    for name, column in zip(proto.output[len(variables) :], scanned, strict=True):
        _stack(scope, index, name, column)


def _rounds(scope: Scope, proto: Any, where: str) -> Iterator[tuple[int, Callable[[str], None]]]:
    """Numbers of the rounds; after each, the caller says what tells whether there is a next one."""
    most, first, *_ = proto.input
    count = int(_known(scope, where, most)[0]) if most else LONGEST + 1
    goes_on = bool(_known(scope, where, first)[0]) if first else True

    def told(name: str) -> None:
        nonlocal goes_on
        goes_on = bool(_known(scope, where, name)[0])

    number = 0
    while goes_on and number < count:
        if number == LONGEST:
            raise InputError(
                f"{where}: it goes on for more than {LONGEST} rounds", "use shorter series"
            )
        yield number, told
        number += 1


def _stack(scope: Scope, index: int, name: str, column: list[str]) -> None:
    """What the rounds gave, along a new axis in front."""
    if not name:
        return
    axes, parts = f"{name}/axes", [f"{each}/round" for each in column]
    scope.name(axes, NodeValue((1,), data=np.zeros(1, np.int64)))
    for each, part in zip(column, parts, strict=True):
        scope.add(index, helper.make_node("Unsqueeze", [each, axes], [part]))
    scope.add(index, helper.make_node("Concat", parts, [name], axis=0))


CONTROL: dict[str, Callable[[Scope, int, Any, str, int], None]] = {"If": _if, "Loop": _loop}
"""Operator → what writes its graphs out: (scope, position, node, where, operator set)."""
