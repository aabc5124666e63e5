"""Where, as exporters of TensorFlow write it for types that older operator sets choose not between.

c ? a : b is a × c + b × (not c), both as numbers: of indices that may count from the end, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onnx import helper


def with_choices(nodes: Iterable[Any]) -> list[Any]:
    """The nodes, each such sum as the Where that it stands for; what it read stays."""
    nodes = list(nodes)
    producers = {name: node for node in nodes for name in node.output}
    return [_choice(node, producers) or node for node in nodes]


def _choice(node: Any, producers: Mapping[str, Any]) -> Any:
    """The Where; None for any other node."""
    if node.op_type != "Add":
        return None
    parts = [_chosen(name, producers) for name in node.input]
    for (truth, value), (other, second) in (parts, parts[::-1]):
        opposite = producers.get(other)
        if not truth or opposite is None or opposite.op_type != "Not":
            continue
        if opposite.input[0] == truth:
            return helper.make_node("Where", [truth, value, second], node.output)
    return None


def _chosen(name: str, producers: Mapping[str, Any]) -> tuple[str, str]:
    """Of a product with a truth value as a number: that truth value, and the other factor."""
    product = producers.get(name)
    if product is not None and product.op_type == "Mul":
        for factor, value in (tuple(product.input), tuple(product.input)[::-1]):
            cast = producers.get(factor)
            if cast is None or cast.op_type != "Cast":
                continue
            truth = producers.get(cast.input[0])
            if truth is not None and truth.op_type in _TRUTHS:
                return cast.input[0], value
    return "", ""


_TRUTHS = frozenset(
    {"And", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "Or", "Xor"}
)
