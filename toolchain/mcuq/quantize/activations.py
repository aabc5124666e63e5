"""Scale and zero point of every activation, from calibrated ranges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Protocol

from mcuq.errors import InputError
from mcuq.graph import Graph, Op
from mcuq.numeric import asymmetric_params, symmetric_params
from mcuq.numeric.activation import Activation
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.clip import ClipAttrs
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.unary import RELU, RELU6
from mcuq.quantize.config import Config
from mcuq.quantize.joins import Range, operands
from mcuq.quantize.limits import (
    check_domain,
    check_finite,
    check_largest,
    check_largest_output,
    least_output_step,
)
from mcuq.quantize.reach import told_apart
from mcuq.quantize.scale_groups import ScaleGroups, group_roots, use_counts

_LIMITS: Mapping[Activation, Range] = {
    Activation.NONE: (-math.inf, math.inf),
    Activation.RELU: (0.0, math.inf),
    Activation.RELU6: (0.0, 6.0),
    Activation.RELU_N1_TO_1: (-1.0, 1.0),
}
_CLAMPS: Mapping[AnyOperator, Range] = {
    RELU: _LIMITS[Activation.RELU],
    RELU6: _LIMITS[Activation.RELU6],
}


class RangeSource(Protocol):
    """What `quantize` needs of a calibration's result."""

    def range(self, tensor: str, observer: str) -> Range:
        """(low, high) of an activation as one observer sees it."""
        ...


def own_spans(graph: Graph, ranges: RangeSource, config: Config) -> Callable[[str], Range]:
    """Range of each activation by the default observer, its clamps taken into account.

    The default, not the activation's own one: what it decides stays the same in a whole search.
    """

    def span(name: str) -> Range:
        return _clamped(graph, name, ranges.range(name, config.default_observer))

    return span


def activation_params(
    scale_groups: ScaleGroups, ranges: RangeSource, config: Config
) -> dict[str, AffineParams]:
    """Parameters of every activation and constant operand, by tensor name.

    A group's range spans the ranges of its roots; a prescribed group keeps what is prescribed.

    Raises:
        InputError: a range is not finite, or too large for an operator's integers.
    """
    root_range = _root_ranges(scale_groups, ranges, config)
    spans = {
        representative: _join(root_range(name) for name in roots)
        for representative, roots in group_roots(scale_groups).items()
        if representative not in scale_groups.fixed
    }
    grids = _Grids(scale_groups, spans, config)
    for op in scale_groups.graph.ops:
        grids.raise_argument(op)
    for op in scale_groups.graph.ops:
        grids.raise_output(op)
    for op in scale_groups.graph.ops:
        grids.check(op)
    return {name: grids.params[group] for name, group in scale_groups.representative.items()}


class _Grids:
    """Parameters of the groups, the ranges widened where an operator's integers ask for it."""

    def __init__(
        self, scale_groups: ScaleGroups, spans: Mapping[str, Range], config: Config
    ) -> None:
        self._scale_groups = scale_groups
        self._spans = spans
        self._source = {op.output: op.kind for op in scale_groups.graph.ops}
        self._bits = config.activation_bits
        symmetric = config.activations == "symmetric" or self._bits == 16
        self._affine = symmetric_params if symmetric else asymmetric_params
        self.params = {representative: self._grid(*span) for representative, span in spans.items()}
        self.params |= scale_groups.fixed

    def raise_argument(self, op: Op) -> None:
        """Widen the inputs to what the operator's fixed point can take."""
        for name in self._values(op):
            self._widen(name, op.kind.guard.argument(op.attrs, self._bits).least)

    def raise_output(self, op: Op) -> None:
        """Widen the output to what the inputs ask for."""
        if op.output not in self._scale_groups.representative:
            return
        steps = [self._step(name) for name in self._values(op)]
        self._widen(op.output, least_output_step(op, self._scale_groups.graph, steps, self._bits))

    def check(self, op: Op) -> None:
        """Raises InputError where the operator, or float32, cannot take a range."""
        values = self._values(op)
        for name in values:
            check_largest(op, self._step(name), self._bits)
        if not values or op.output not in self._scale_groups.representative:
            return
        first = self.params[self._scale_groups.representative[values[0]]]
        check_finite(op, self._step(op.output))
        # Of a model of both widths, the operator is computed in the other one then.
        if self._bits == 8 or not isinstance(op.kind.int16, NoForm):
            check_domain(op, first, self._bits, self._source.get(values[0]))
            steps = [self._step(name) for name in values]
            check_largest_output(op, steps, self._step(op.output), self._bits)

    def _values(self, op: Op) -> tuple[str, ...]:
        return operands(op, self._scale_groups.graph.tensors)

    def _grid(self, low: float, high: float) -> AffineParams:
        return AffineParams(*self._affine(low, high, self._bits))

    def _step(self, name: str) -> float:
        return float(self.params[self._scale_groups.representative[name]].scale)

    def _widen(self, name: str, least: float) -> None:
        representative = self._scale_groups.representative[name]
        if representative not in self._scale_groups.fixed and self._step(name) < least:
            low, _ = self._spans[representative]
            self.params[representative] = self._grid(low, low + least * ((1 << self._bits) - 1))


def _join(parts: Iterable[Range]) -> Range:
    low, high = 0.0, 0.0
    for lower, upper in parts:
        low, high = min(low, lower), max(high, upper)
    return low, high


def _root_ranges(
    scale_groups: ScaleGroups, ranges: RangeSource, config: Config
) -> Callable[[str], Range]:
    """Range of a root: its own as far as results can tell, or the file's grid."""
    graph = scale_groups.graph

    @cache
    def own(name: str) -> Range:
        return _own_range(scale_groups, ranges, config, name)

    bounds = told_apart(graph, own)

    def root_range(name: str) -> Range:
        (low, high), (least, largest) = own(name), bounds(name)
        if graph.ranges.get(scale_groups.source.get(name, name)) == (low, high):
            return low, high  # the file's own grid, wider than an activation needs or not
        return min(max(low, least), 0.0), max(min(high, largest), 0.0)

    return root_range


def _own_range(scale_groups: ScaleGroups, ranges: RangeSource, config: Config, name: str) -> Range:
    if name in scale_groups.known:
        return scale_groups.known[name]
    data = scale_groups.graph.tensors[name].data
    if data is not None:
        span = float(data.min(initial=0.0)), float(data.max(initial=0.0))
    else:
        source = scale_groups.source.get(name, name)
        span = ranges.range(source, config.observer(source))
        if scale_groups.graph.ranges.get(source) == span:
            return span
    low, high = _clamped(scale_groups.graph, name, span)
    return min(low, 0.0), max(high, 0.0)


def _clamped(graph: Graph, name: str, span: Range) -> Range:
    """A tensor's range without what an activation function cuts off.

    Raises:
        InputError: it is not finite.
    """
    low, high = span
    if not (math.isfinite(low) and math.isfinite(high)):
        raise InputError(
            f"the range of tensor '{name}' is not finite: [{low}, {high}]",
            "check the calibration data and the model for infinities and NaNs",
        )
    for lower, upper in _clamps(graph, name):
        low, high = max(low, lower), min(high, upper)
    return low, high


def _clamps(graph: Graph, name: str) -> list[Range]:
    """Bounds from the fused activation before and from a RELU or CLIP that alone follows."""
    found = []
    for op in graph.ops:
        activation = getattr(op.attrs, "activation", None)
        if name in op.outputs and activation is not None:
            found.append(_LIMITS[activation])
        alone = op.inputs == (name,) and use_counts(graph)[name] == 1
        if alone and op.kind in _CLAMPS:
            found.append(_CLAMPS[op.kind])
        if alone and isinstance(op.attrs, ClipAttrs):
            found.append((op.attrs.low, op.attrs.high))
    return found
