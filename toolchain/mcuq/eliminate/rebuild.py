"""The graph of the channels that stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.eliminate.follow import Known
from mcuq.eliminate.keep import Selection, folds
from mcuq.eliminate.rows import bias, rows
from mcuq.eliminate.ties import Roles, width
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers.simplify.rewrite import constant
from mcuq.ops.movement import RESHAPE, SQUEEZE
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.weighted import DEPTHWISE_CONV_2D, TRANSPOSE_CONV


def rebuilt(graph: Graph, roles: Roles, known: Known, selection: Selection) -> Graph:
    """With the same operators and names; what goes is added to biases and weights that stay."""
    tensors = dict(graph.tensors)
    ops = []
    for op in graph.ops:
        new = _Rebuilt(graph, roles, known, selection, op)
        tensors |= {tensor.name: tensor for tensor in new.constants}
        shapes = [tensors[name].shape for name in new.op.inputs]
        shape = op.kind.shape(new.op.attrs, shapes)
        tensors[op.output] = replace(tensors[op.output], shape=shape)
        ops.append(new.op)
    used = {name for op in ops for name in (*op.inputs, *op.outputs)}
    used |= {*graph.inputs, *graph.outputs}
    used |= {name for state in graph.states for name in (state.read, state.written)}
    left = {name: tensor for name, tensor in tensors.items() if name in used}
    return replace(graph, tensors=left, ops=tuple(ops))


class _Rebuilt:
    """One operator with the constants that it reads instead of its own.

    Attributes:
        op: with the same result.
        constants: new ones, and those that take the place of others.
    """

    def __init__(
        self, graph: Graph, roles: Roles, known: Known, selection: Selection, op: Op
    ) -> None:
        self._graph, self._roles, self._known = graph, roles, known
        self._kept, self._stand_ins = selection.kept, selection.stand_ins
        self.op = op
        self.constants: list[Tensor] = []
        touched = [
            selection.kept[name] for name in (*op.inputs, op.output) if name in selection.kept
        ]
        if all(kept.all() for kept in touched):
            return
        if op.name in roles.mixing:
            self._mix()
        else:
            self._cut_constants()
        attrs = _ATTRS.get(op.kind)
        if attrs is not None:
            self.op = replace(self.op, attrs=attrs(graph, selection, op))

    def _mix(self) -> None:
        graph, op, known = self._graph, self.op, self._known
        source = self._kept[op.inputs[0]]
        outputs = self._kept[op.output]
        weights, start = rows(graph, op)[outputs], bias(graph, op)[outputs]
        folded = folds(graph, op, known) & ~source
        values = known.spans[op.inputs[0]].low[folded]
        start = start + (weights[:, :, folded].sum(axis=1) * values).sum(axis=1)
        added = ~source & ~folded & known.seen[op.name][outputs].any(axis=0)
        for channel in np.flatnonzero(added):
            weights[:, :, self._stand_ins[op.inputs[0]][channel]] += weights[:, :, channel]
        shape = graph.tensors[op.inputs[1]].shape
        weights = weights[:, :, source]
        depth = shape[-1] * int(source.sum()) // len(source)
        self._replace(1, weights.reshape(len(weights), *shape[1:-1], depth))
        if len(op.inputs) > 2:
            self._replace(2, start)
        elif start.any():
            new = constant(graph, f"{op.name}/bias", start)
            self.constants.append(new)
            self.op = replace(self.op, inputs=(*self.op.inputs, new.name))

    def _cut_constants(self) -> None:
        """Those that have the channels of the result, or go with channels of their own."""
        graph, op = self._graph, self.op
        outputs = self._kept[op.output]
        tied = self._roles.ties[op.name] or {}
        for place, name in enumerate(op.inputs):
            data = graph.tensors[name].data
            if data is None:
                continue
            if name in tied:
                before, after = tied[name]
                own = np.zeros(width(graph, name), np.bool_)
                own[before] = outputs[after]
                self._replace(place, data[..., own])
            elif op.kind is DEPTHWISE_CONV_2D:
                self._replace(place, data[..., outputs])

    def _replace(self, place: int, values: npt.NDArray[Any]) -> None:
        """Under the same name, which choices are made by, unless others read it too."""
        graph, name = self._graph, self.op.inputs[place]
        # Each of several readers keeps channels of its own: so do their names.
        new = constant(graph, f"{name}/{self.op.name}", values)
        if self._roles.readers[name] == 1:
            new = replace(new, name=name)
        self.constants.append(new)
        inputs = list(self.op.inputs)
        inputs[place] = new.name
        self.op = replace(self.op, inputs=tuple(inputs))


def _reshaped(graph: Graph, selection: Selection, op: Op) -> Any:
    attrs: Any = op.attrs
    return replace(attrs, shape=(*attrs.shape[:-1], int(selection.kept[op.output].sum())))


def _sliced(graph: Graph, selection: Selection, op: Op) -> Any:
    """What was taken, where it lies now."""
    attrs: Any = op.attrs
    source = selection.kept[op.inputs[0]]
    begin, end = (int(source[: ends[-1]].sum()) for ends in (attrs.begin, attrs.end))
    return replace(attrs, begin=(*attrs.begin[:-1], begin), end=(*attrs.end[:-1], end))


def _multiplied(graph: Graph, selection: Selection, op: Op) -> Any:
    attrs: Any = op.attrs
    inputs, outputs = (int(selection.kept[name].sum()) for name in (op.inputs[0], op.output))
    return replace(attrs, depth_multiplier=outputs // inputs)


_ATTRS: dict[Any, Callable[[Graph, Selection, Op], Any]] = {
    RESHAPE: _reshaped,
    SQUEEZE: _reshaped,
    TRANSPOSE_CONV: _reshaped,
    STRIDED_SLICE: _sliced,
    DEPTHWISE_CONV_2D: _multiplied,
}
