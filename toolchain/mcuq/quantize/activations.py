"""Scale and zero point of every activation, from calibrated ranges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np

from mcuq.errors import InputError
from mcuq.graph import WEIGHTED, Activation, Graph, Op, OpKind, SoftmaxAttrs
from mcuq.numeric import asymmetric_params, integer_limits, symmetric_params
from mcuq.quantize.config import Config
from mcuq.quantize.sharing import AffineParams, Sharing, group_roots, use_counts

Range = tuple[float, float]

_LIMITS: Mapping[Activation, Range] = {
    Activation.NONE: (-math.inf, math.inf),
    Activation.RELU: (0.0, math.inf),
    Activation.RELU6: (0.0, 6.0),
    Activation.RELU_N1_TO_1: (-1.0, 1.0),
}
_CLAMPS: Mapping[OpKind, Range] = {
    OpKind.RELU: _LIMITS[Activation.RELU],
    OpKind.RELU6: _LIMITS[Activation.RELU6],
}


class RangeSource(Protocol):
    """What `quantize` needs of a calibration's result."""

    def range(self, tensor: str, observer: str) -> Range:
        """(low, high) of an activation as one observer sees it."""
        ...


def activation_params(
    sharing: Sharing, ranges: RangeSource, config: Config
) -> dict[str, AffineParams]:
    """Parameters of every activation and constant operand, by tensor name.

    A group's range spans the ranges of its roots; a prescribed group keeps what is prescribed.

    Raises:
        InputError: a range is not finite.
    """
    bits = config.activation_bits
    spans = {
        leader: _join(_root_range(sharing, ranges, config, name) for name in roots)
        for leader, roots in group_roots(sharing).items()
        if leader not in sharing.fixed
    }
    for leader, params in sharing.fixed.items():
        lowest, highest = (end - params.zero_point for end in integer_limits(bits))
        spans[leader] = (float(params.scale) * lowest, float(params.scale) * highest)
    for op in sharing.graph.ops:
        _widen_for(op, sharing, spans, bits)
    symmetric = config.activations == "symmetric" or bits == 16
    affine = symmetric_params if symmetric else asymmetric_params
    params_of = {leader: AffineParams(*affine(*span, bits)) for leader, span in spans.items()}
    params_of.update(sharing.fixed)
    return {name: params_of[leader] for name, leader in sharing.leader.items()}


def _join(parts: Iterable[Range]) -> Range:
    low, high = 0.0, 0.0
    for lower, upper in parts:
        low, high = min(low, lower), max(high, upper)
    return low, high


def _root_range(sharing: Sharing, ranges: RangeSource, config: Config, name: str) -> Range:
    graph = sharing.graph
    data = graph.tensors[name].data
    if data is not None:
        low, high = float(data.min(initial=0.0)), float(data.max(initial=0.0))
    else:
        source = sharing.source.get(name, name)
        low, high = ranges.range(source, config.observer(source))
        if graph.ranges.get(source) == (low, high):
            return low, high  # the file's own grid, wider than an activation needs or not
    if not (math.isfinite(low) and math.isfinite(high)):
        raise InputError(
            f"the range of tensor '{name}' is not finite: [{low}, {high}]",
            "check the calibration data and the model for infinities and NaNs",
        )
    for lower, upper in _clamps(graph, name):
        low, high = max(low, lower), min(high, upper)
    return min(low, 0.0), max(high, 0.0)


def _clamps(graph: Graph, name: str) -> list[Range]:
    """Bounds from the fused activation before and from a RELU that alone follows."""
    found = []
    for op in graph.ops:
        activation = getattr(op.attrs, "activation", None)
        if name in op.outputs and activation is not None:
            found.append(_LIMITS[activation])
        if op.inputs == (name,) and op.kind in _CLAMPS and use_counts(graph)[name] == 1:
            found.append(_CLAMPS[op.kind])
    return found


def _width(span: Range) -> float:
    """What 255 steps of the range's scale cover: more than the range where that is empty."""
    return 255 * float(asymmetric_params(*span)[0])


def _widen_for(op: Op, sharing: Sharing, spans: dict[str, Range], bits: int) -> None:
    """Widen ranges that are too narrow for the operator's integer arithmetic.

    TFLite's multipliers have limits (ADD's and HARD_SWISH's must stay below 1, SOFTMAX's above; a
    left shift must not push an accumulator out of int32). They only bind where a tensor is nearly
    constant beside what it could be.
    """
    widths = [_width(spans[sharing.leader[name]]) for name in op.inputs if name in sharing.leader]
    least = _least_width(op, sharing.graph, widths, bits)
    _widen(sharing, spans, op.output, least)
    if isinstance(op.attrs, SoftmaxAttrs):
        _widen(sharing, spans, op.inputs[0], 255 * 2.0**-25 / op.attrs.beta)


def _widen(sharing: Sharing, spans: dict[str, Range], name: str, least: float) -> None:
    leader = sharing.leader[name]
    low, high = spans[leader]
    if leader not in sharing.fixed and high - low < least:
        spans[leader] = (low, low + least)


def _least_width(op: Op, graph: Graph, widths: list[float], bits: int) -> float:
    wide = bits == 16  # a 64-bit accumulator is shifted left by 7 at most, ADD's operands by 15
    match op.kind:
        case OpKind.ADD | OpKind.SUB | OpKind.RELU | OpKind.LEAKY_RELU | OpKind.MEAN:
            return max(widths) * (2.0**-13 if wide else 2.0**-16)
        case OpKind.HARD_SWISH:
            return max(widths) * 2.0**-6
        case OpKind.MUL:
            return widths[0] * widths[1] * (2.0**-13 if wide else 2.0**-20)
        case kind if kind in WEIGHTED:
            return _largest_sum(op, graph, widths[0]) * (2.0**-13 if wide else 2.0**-20)
        case _:
            return 0.0


def _largest_sum(op: Op, graph: Graph, input_width: float) -> float:
    """Largest magnitude an output channel could reach before its activation."""
    weight = graph.tensors[op.inputs[1]].data
    if weight is None:
        raise InputError(
            f"the filter of '{op.name}' is computed, not constant",
            "mcuq quantizes layers with constant filters only",
        )
    axis = 3 if op.kind is OpKind.DEPTHWISE_CONV_2D else 0
    others = tuple(i for i in range(weight.ndim) if i != axis)
    sums = np.abs(weight).sum(axis=others, dtype=np.float64) * input_width
    if len(op.inputs) == 3:
        bias = graph.tensors[op.inputs[2]].data
        sums = sums + (0.0 if bias is None else np.abs(bias))
    return float(sums.max(initial=0.0))
