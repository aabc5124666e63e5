"""Functions of a model written out, after a look at how many nodes that gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import onnx.inliner

from mcuq.errors import InputError
from mcuq.settings import READING

Key = tuple[str, str]
"""(domain, name) of a function."""


def inlined(model: Any) -> Any:
    """The model without functions of its own.

    Raises:
        InputError: they call each other in a circle, or are more operators than any model has:
            each that calls the next one twice doubles them.
    """
    if not model.functions:
        return model
    functions = {(each.domain, each.name): each for each in model.functions}
    nodes = _Count(functions).of(model.graph.node, ())
    if nodes > READING.operators:
        raise InputError(
            f"the file's functions are {nodes:,} operators when written out, more than the "
            f"{READING.operators:,} that are read",
            "export a smaller model",
        )
    return onnx.inliner.inline_local_functions(model)


class _Count:
    """Nodes behind a list of them, each function counted once."""

    def __init__(self, functions: Mapping[Key, Any]) -> None:
        self._functions = functions
        self._known: dict[Key, int] = {}

    def of(self, nodes: Iterable[Any], inside: tuple[Key, ...]) -> int:
        return sum(self._of(node, inside) for node in nodes)

    def _of(self, node: Any, inside: tuple[Key, ...]) -> int:
        key = (node.domain, node.op_type)
        graphs = [entry.g for entry in node.attribute if entry.HasField("g")]
        graphs += [graph for entry in node.attribute for graph in entry.graphs]
        within = sum(self.of(graph.node, inside) for graph in graphs)
        if key not in self._functions:
            return 1 + within
        if key in inside:
            raise InputError(
                f"the file's function {node.op_type!r} calls itself", "export the model again"
            )
        if key not in self._known:
            self._known[key] = self.of(self._functions[key].node, (*inside, key))
        return self._known[key] + within
