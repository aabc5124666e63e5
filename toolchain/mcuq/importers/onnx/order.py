"""The order in which nodes compute, and which of them a model's outputs need."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any


def in_order(nodes: Sequence[Any], known: Collection[str]) -> list[Any]:
    """The nodes, each behind those whose results it reads, otherwise as they stand.

    ONNX demands that order, its runtime does not, and tools that edit graphs append nodes.

    Args:
        nodes: as ONNX stores them. Where they read each other in a circle they stay as they are.
        known: names of the graph's inputs and initializers.
    """
    makers = {name: index for index, node in enumerate(nodes) for name in node.output if name}
    found: list[Any] = []
    done: set[int] = set()
    for start in range(len(nodes)):
        waiting, open_nodes = [start], set[int]()
        while waiting:
            index = waiting[-1]
            before = {
                makers[name] for name in nodes[index].input if name in makers and name not in known
            }
            missing = sorted(before - done)
            if index in done or not missing:
                if waiting.pop() not in done:
                    done.add(index)
                    found.append(nodes[index])
                continue
            if index in open_nodes:
                return list(nodes)
            open_nodes.add(index)
            waiting.extend(reversed(missing))
    return found


def needed(nodes: Sequence[Any], outputs: Collection[str]) -> list[Any]:
    """The nodes that an output depends on; the others compute for nobody.

    Args:
        nodes: in order.
        outputs: names of the model's outputs.
    """
    wanted, found = set(outputs), []
    for node in reversed(nodes):
        if not wanted.isdisjoint(node.output):
            found.append(node)
            wanted.update(node.input)
            wanted.update(name for graph in _graphs(node) for name in _outer(graph))
    return found[::-1]


def _graphs(node: Any) -> list[Any]:
    """The graphs inside a node (If, Loop)."""
    inside = [entry.g for entry in node.attribute if entry.HasField("g")]
    return inside + [graph for entry in node.attribute for graph in entry.graphs]


def _outer(graph: Any) -> set[str]:
    """Names that a graph inside a node may read outside of itself."""
    names = {name for node in graph.node for name in node.input}
    return names.union(*(_outer(inner) for node in graph.node for inner in _graphs(node)))
