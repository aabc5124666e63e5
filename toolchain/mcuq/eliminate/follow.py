"""What is proved of every channel of a graph, from its inputs on."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.eliminate.rows import Flags, shown
from mcuq.eliminate.spans import Spans, anything, mixed, unmixed
from mcuq.eliminate.ties import Roles, width
from mcuq.graph import Graph, Op
from mcuq.ops.attrs import fused
from mcuq.ops.movement import CONCATENATION, RESHAPE, SQUEEZE
from mcuq.ops.operand import Operand
from mcuq.ops.operator import Span
from mcuq.ops.weighted import DEPTHWISE_CONV_2D

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Known:
    """Attributes:
    spans: activation → bounds of its channels.
    numbers: activation → a number for each channel; of one tensor, equal numbers are equal values.
    seen: operator that mixes channels → see `rows.shown`.
    """

    spans: Mapping[str, Spans]
    numbers: Mapping[str, Numbers]
    seen: Mapping[str, Flags]


def follow(graph: Graph, roles: Roles, inputs: Mapping[str, Span]) -> Known:
    """Bounds and equalities of all channels.

    Args:
        inputs: what a graph input is held to, where it is.
    """
    follower = _Follower(graph, roles)
    for name in graph.activations:
        follower.start(name, inputs.get(name))
    for op in graph.ops:
        follower.step(op)
    return Known(follower.spans, follower.numbers, follower.seen)


class _Follower:
    def __init__(self, graph: Graph, roles: Roles) -> None:
        self.graph = graph
        self.roles = roles
        self.spans: dict[str, Spans] = {}
        self.numbers: dict[str, Numbers] = {}
        self.seen: dict[str, Flags] = {}
        self._keys: dict[Hashable, int] = {}

    def start(self, name: str, span: Span | None) -> None:
        """An input, a state, or what an operator is about to compute."""
        count = width(self.graph, name)
        self.spans[name] = self._stored(name, anything(count).clipped(*span or (-np.inf, np.inf)))
        self.numbers[name] = self._numbers([(name, channel) for channel in range(count)])

    def step(self, op: Op) -> None:
        graph = self.graph
        if op.name in self.roles.mixing:
            source = self.spans[op.inputs[0]]
            seen = shown(graph, op, source.largest)
            self.seen[op.name] = seen
            spans = mixed(graph, op, source, seen)
        else:
            operands = [self._operand(name) for name in op.inputs]
            spans = unmixed(graph, op, operands, self.roles.ties[op.name])
        low, high = fused(op.attrs).bounds
        spans = spans.clipped(*(-np.inf if low is None else low, np.inf if high is None else high))
        spans = self._stored(op.output, self._evaluated(op, spans))
        self.spans[op.output] = spans
        keys = self._keys_of(op)
        if keys is not None:
            fixed = spans.fixed
            self.numbers[op.output] = self._numbers(
                [("fixed", spans.low[c]) if fixed[c] else key for c, key in enumerate(keys)]
            )

    def _stored(self, name: str, spans: Spans) -> Spans:
        """Within the range that the file stores."""
        stored = self.graph.ranges.get(name)
        if stored is None:
            return spans
        low, high = (float(np.float32(end)) for end in stored)
        return spans.clipped(low, high)

    def _operand(self, name: str) -> Spans:
        data = self.graph.tensors[name].data
        if data is None:
            return self.spans[name]
        columns = data.reshape(-1, width(self.graph, name)).astype(np.float64)
        return Spans(columns.min(axis=0), columns.max(axis=0))

    def _evaluated(self, op: Op, spans: Spans) -> Spans:
        """With the very values of channels that depend on fixed ones alone."""
        chosen = self._independent(op)
        if chosen is None or not chosen.any():
            return spans
        form: Any = op.kind.float_form
        with np.errstate(all="ignore"):
            values = form(op.attrs, [self._filled(name) for name in op.inputs])
        columns = values.reshape(-1, len(chosen)).astype(np.float64)
        chosen = chosen & np.isfinite(columns).all(axis=0)
        return Spans(
            np.where(chosen, columns.min(axis=0), spans.low),
            np.where(chosen, columns.max(axis=0), spans.high),
        )

    def _filled(self, name: str) -> Operand:
        """Fixed channels at every position of one sample; zeros for the others."""
        tensor = self.graph.tensors[name]
        if tensor.data is not None:
            return Operand(tensor.data, constant=True)
        spans = self.spans[name]
        values = np.where(spans.fixed, spans.low, 0.0).astype(np.float32)
        return Operand(np.ascontiguousarray(np.broadcast_to(values, (1, *tensor.shape))))

    def _independent(self, op: Op) -> Flags | None:
        """Output channels that no channel of the input changes."""
        seen = self.seen.get(op.name)
        if seen is not None:
            changed = seen & ~self.spans[op.inputs[0]].fixed
            return np.logical_not(np.asarray(changed.any(axis=1)))
        tied = self.roles.ties[op.name]
        if tied is None:
            return None
        found = np.ones(width(self.graph, op.output), np.bool_)
        for name in op.inputs:
            if self.graph.tensors[name].is_constant:
                continue
            fixed = self.spans[name].fixed
            if name in tied:
                before, after = tied[name]
                np.logical_and.at(found, after, fixed[before])
            else:
                found &= bool(fixed.all())
        return found

    def _keys_of(self, op: Op) -> list[Hashable] | None:
        """What each output channel is made of; None where they are unlike any other."""
        count = width(self.graph, op.output)
        parts: list[list[Hashable]] = [[op.name] for _ in range(count)]
        if op.name in self.seen:
            for name in op.inputs[1:]:
                self._append_constant(parts, name, 0)
            return [tuple(part) for part in parts]
        tied = self.roles.ties[op.name]
        if tied is None:
            return None
        reshaped = op.kind in (RESHAPE, SQUEEZE)
        for place, name in enumerate(op.inputs):
            if name not in tied:
                if op.kind is DEPTHWISE_CONV_2D and self.graph.tensors[name].is_constant:
                    self._append_constant(parts, name, -1)
                continue
            own = 0 if op.kind is CONCATENATION else place
            made_of = self._contents(name)
            for before, after in zip(*tied[name], strict=True):
                row = after // len(made_of) if reshaped else 0
                parts[after].append((own, row, made_of[before]))
        return [tuple(part) for part in parts]

    def _contents(self, name: str) -> list[Hashable]:
        """What tells the channels of an operand apart."""
        data = self.graph.tensors[name].data
        if data is None:
            return [int(number) for number in self.numbers[name]]
        return [column.tobytes() for column in data.reshape(-1, width(self.graph, name)).T]

    def _append_constant(self, parts: list[list[Hashable]], name: str, axis: int) -> None:
        data = self.graph.tensors[name].data
        assert data is not None
        for part, values in zip(parts, np.moveaxis(data, axis, 0), strict=True):
            part.append(values.tobytes())

    def _numbers(self, keys: list[Any]) -> Numbers:
        return np.array([self._keys.setdefault(key, len(self._keys)) for key in keys], np.int64)
