"""Looking up and replacing operators of a frozen graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op, Tensor

Floats = npt.NDArray[np.float64]


class Uses:
    """Who computes and who reads each tensor of a graph; a state reads what is written to it."""

    def __init__(self, graph: Graph) -> None:
        self._producers = {op.output: op for op in graph.ops}
        reads = Counter(name for op in graph.ops for name in op.inputs)
        self._reads = reads + Counter(graph.outputs) + Counter(s.written for s in graph.states)
        self._readers = {name: op for op in graph.ops for name in op.inputs}

    def producer(self, name: str) -> Op | None:
        return self._producers.get(name)

    def only_reader(self, name: str) -> Op | None:
        """The one operator that reads a tensor; None where there are more, or it is an output
        or goes into a state."""
        return self._readers.get(name) if self._reads[name] == 1 else None


def constant(graph: Graph, wanted: str, values: npt.NDArray[Any]) -> Tensor:
    """A float32 constant under a name that is free in the graph."""
    name, number = wanted, 0
    while name in graph.tensors:
        number += 1
        name = f"{wanted}_{number}"
    data = np.array(values, np.float32, order="C")
    data.flags.writeable = False
    return Tensor(name, data.shape, data)


def renamed(graph: Graph, names: Mapping[str, str]) -> Graph:
    """The graph with tensors called otherwise; no new name is taken yet."""

    def new(name: str) -> str:
        return names.get(name, name)

    tensors = {new(name): replace(tensor, name=new(name)) for name, tensor in graph.tensors.items()}
    ops = tuple(
        replace(op, inputs=tuple(map(new, op.inputs)), outputs=tuple(map(new, op.outputs)))
        for op in graph.ops
    )
    return replace(
        graph,
        tensors=tensors,
        ops=ops,
        inputs=tuple(map(new, graph.inputs)),
        outputs=tuple(map(new, graph.outputs)),
        layouts={new(name): layout for name, layout in graph.layouts.items()},
        ranges={new(name): span for name, span in graph.ranges.items()},
        states=tuple(replace(s, read=new(s.read), written=new(s.written)) for s in graph.states),
    )


def rebuilt(
    graph: Graph, replacements: Mapping[str, Op | None], constants: Iterable[Tensor] = ()
) -> Graph:
    """The graph with operators replaced or (None) removed, by the name of the old operator.

    Tensors that nothing mentions any more are dropped. A replacement may write another tensor than
    the operator it replaces, which must already be known to the graph.
    """
    ops = []
    for op in graph.ops:
        new = replacements.get(op.name, op)
        if new is not None:
            ops.append(new)
    known = {**graph.tensors, **{tensor.name: tensor for tensor in constants}}
    used = {name for op in ops for name in (*op.inputs, *op.outputs)}
    used.update(graph.inputs, graph.outputs)
    used.update(name for state in graph.states for name in (state.read, state.written))
    tensors = {name: tensor for name, tensor in known.items() if name in used}
    ranges = {name: span for name, span in graph.ranges.items() if name in tensors}
    return replace(graph, tensors=tensors, ops=tuple(ops), ranges=ranges)
