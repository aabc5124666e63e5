"""Masks in front of a SOFTMAX: what they hide takes no more of the range than it needs.

A mask adds a large negative number to scores, or puts it in their place. Held by the range as it
is, it would leave the scores no steps at all. What a SOFTMAX gives for a difference d below a row's
largest value is exp(-beta × d) over a sum of at least 1, so an int8 output of steps of 1/256 is
exactly 0 from exp(-beta × d) < 1/512 on, and an int16 one keeps what its table of exp holds at -10,
the last entry. So a hidden score may lie that far below the least of those that are looked at, and
no further: an ADD saturates there, a SELECT_V2 puts it there.

Nothing but what a mask hides moves, as long as scores stay in their calibrated range.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.numeric.element import Element
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.movement import RESHAPE, TRANSPOSE
from mcuq.ops.selection import SELECT_V2
from mcuq.ops.softmax import HIDDEN, SOFTMAX, SoftmaxAttrs
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config
from mcuq.quantize.joins import Range, Spans

_INT8_DROP = math.log(512) + 0.05
"""With beta 1; the kernel's exp is within 0.05 % of exp, this leaves 5 %."""
_INT16_DROP = 10.0
_STEPS = 3 / 255
"""Rounding of the scores, of the mask and of their sum moves a difference by less."""
_FURTHER = 1 + 1 / 64
"""A mask's number is a little larger than it has to be: it is rounded, too."""


@dataclass(frozen=True)
class MaskedRanges:
    """Ranges of a calibration, but for what masks decide.

    Attributes:
        ranges: of the calibration.
        decided: activation → its range, whatever the observer.
    """

    ranges: RangeSource
    decided: Mapping[str, Range]

    def range(self, tensor: str, observer: str) -> Range:
        """(low, high) of an activation as one observer sees it."""
        return self.decided.get(tensor) or self.ranges.range(tensor, observer)


def with_near_masks(graph: Graph, ranges: RangeSource, config: Config) -> tuple[Graph, RangeSource]:
    """The graph and the ranges, what is hidden from each SOFTMAX being no further away than needed.

    Both are as they were where the model has no mask. A tensor whose grid the model's file states
    keeps it.
    """
    masks = _Masks(graph, lambda name: ranges.range(name, config.observer(name)))
    drop = _INT16_DROP if config.wide or config.activation_bits == 16 else _INT8_DROP
    for op in graph.ops:
        if op.kind is SOFTMAX and isinstance(op.attrs, SoftmaxAttrs) and op.attrs.beta > 0:
            masks.lower(op.inputs[0], drop / op.attrs.beta)
    if not masks.constants:
        return graph, ranges
    ops = tuple(
        replace(
            op, inputs=tuple(masks.constants.get((op.output, name), name) for name in op.inputs)
        )
        for op in graph.ops
    )
    near = replace(graph, tensors={**graph.tensors, **masks.tensors}, ops=ops)
    return near, MaskedRanges(ranges, masks.decided)


class _Masks:
    """Constants and ranges of the masks found so far.

    Attributes:
        constants: (output of an operator, constant that it reads) → the one it shall read.
        tensors: those, by name.
        decided: see `MaskedRanges`.
    """

    def __init__(self, graph: Graph, span: Spans) -> None:
        self._graph, self._span = graph, span
        self._producer = {op.output: op for op in graph.ops}
        self._readers: dict[str, int] = {}
        for name in (*graph.outputs, *(name for op in graph.ops for name in op.inputs)):
            self._readers[name] = self._readers.get(name, 0) + 1
        self.constants: dict[tuple[str, str], str] = {}
        self.tensors: dict[str, Tensor] = {}
        self.decided: dict[str, Range] = {}

    def lower(self, name: str, drop: float) -> Range | None:
        """Bring what is hidden in an activation to `drop` below the rest.

        Returns:
            The range of the rest; None where nothing is hidden, or others look at it, too.
        """
        op = self._producer.get(name)
        if op is None or self._readers[name] != 1 or name in self._graph.ranges:
            return None
        if op.kind in (RESHAPE, TRANSPOSE):
            return self.lower(op.inputs[0], drop)
        if op.kind is ADD and getattr(op.attrs, "activation", None) is Activation.NONE:
            return self._added(op, drop)
        if op.kind is SELECT_V2:
            return self._selected(op, drop)
        if op.kind is MUL:
            return self._scaled(op, drop)
        return None

    def _added(self, op: Op, drop: float) -> Range | None:
        """Visible scores plus what a mask adds to visible ones."""
        visible = [self._visible(name) for name in op.inputs]
        within = [
            None if part else self.lower(name, self._further(drop, visible[1 - n], op, 1 - n))
            for n, (name, part) in enumerate(zip(op.inputs, visible, strict=True))
        ]
        hiding = [n for n, name in enumerate(op.inputs) if self._hides(name)]
        if not hiding and not any(within):
            return None
        spans = [
            part or inner or self._span(name)
            for part, inner, name in zip(visible, within, op.inputs, strict=True)
        ]
        for n in hiding:
            further = self._further(drop, spans[1 - n], op, 1 - n)
            self._replace(op, op.inputs[n], spans[n][0] - further)
        total = sum(low for low, _ in spans), sum(high for _, high in spans)
        return self._decide(op.output, total, drop)

    def _further(self, drop: float, span: Range | None, op: Op, number: int) -> float:
        """`drop` below the rest whatever another operand, of this range, adds to either."""
        low, high = span or self._span(op.inputs[number])
        return (drop + high - low) * _FURTHER

    def _selected(self, op: Op, drop: float) -> Range | None:
        """One of two, of which one or both may hide something."""
        _, *names = op.inputs
        constant = [self._visible(name) for name in names]
        within = [
            None if part else self.lower(name, drop)
            for name, part in zip(names, constant, strict=True)
        ]
        hiding = [name for name in names if self._hides(name)]
        spans = [
            part or inner or self._span(name)
            for name, part, inner in zip(names, constant, within, strict=True)
            if not self._hides_all(name)
        ]
        if not spans or not (hiding or any(within)):
            return None
        visible = min(low for low, _ in spans), max(high for _, high in spans)
        self._decide(op.output, visible, drop)
        for name in hiding:
            self._replace(op, name, self.decided[op.output][0])
        return visible

    def _scaled(self, op: Op, drop: float) -> Range | None:
        """1 where something is hidden and 0 elsewhere, times the mask's number."""
        for name, other in (op.inputs, op.inputs[::-1]):
            if self._hides_all(name) and self._graph.tensors[other].data is None:
                if self._span(other)[0] < 0:
                    return None
                visible = self._decide(op.output, (0.0, 0.0), drop)
                self._replace(op, name, self.decided[op.output][0])
                return visible
        return None

    def _decide(self, name: str, visible: Range, drop: float) -> Range:
        low, high = min(visible[0], 0.0), max(visible[1], 0.0)
        self.decided[name] = (visible[0] - drop - _STEPS * (high - low)) / (1 - _STEPS), high
        return visible

    def _replace(self, op: Op, name: str, value: float) -> None:
        old = self._graph.tensors[name]
        assert old.data is not None
        data = np.where(old.data <= HIDDEN, np.float32(value), old.data).astype(np.float32)
        data.flags.writeable = False
        new = f"{op.output}#mask"
        self.tensors[new] = replace(old, name=new, data=data)
        self.constants[op.output, name] = new

    def _visible(self, name: str) -> Range | None:
        """The range of a constant's numbers that hide nothing; None for an activation."""
        data = self._graph.tensors[name].data
        if data is None:
            return None
        seen = data[data > HIDDEN]
        return float(seen.min(initial=0.0)), float(seen.max(initial=0.0))

    def _hides(self, name: str) -> bool:
        data = self._graph.tensors[name].data
        real = self._graph.tensors[name].element is Element.REAL
        return real and data is not None and bool((data <= HIDDEN).any())

    def _hides_all(self, name: str) -> bool:
        data = self._graph.tensors[name].data
        return data is not None and bool((data <= HIDDEN).all())
