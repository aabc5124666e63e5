"""How small and how large scales may be beside each other for TFLite Micro's integers.

Its multipliers have limits (ADD's and HARD_SWISH's must stay below 1, SOFTMAX's above), a left
shift must not push an accumulator out of int32, and a shift by more than a register's width is
undefined. They only bind where a tensor is nearly constant beside what it could be, or where its
values are far from what the function tells apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from mcuq.errors import InputError
from mcuq.graph import (
    WEIGHTED,
    Activated,
    Activation,
    Graph,
    LeakyReluAttrs,
    Op,
    OpKind,
    SoftmaxAttrs,
)
from mcuq.quantize.settings import RANGES


@dataclass(frozen=True)
class StepLimits:
    """Bounds of a scale: a smaller one is raised, a larger one refused."""

    least: float = 0.0
    largest: float = float("inf")


_WITHOUT_BOUND = {
    Activation.RELU6: Activation.RELU,
    Activation.RELU_N1_TO_1: Activation.NONE,
}
_SMALLER = "look for outliers in the calibration data, or scale the values down in the model"
_FREE = StepLimits()
_ARGUMENT: Mapping[tuple[OpKind, int], StepLimits] = {
    # x × scale × 2^27 as a Q31 multiplier and a shift of 0 to 62.
    **dict.fromkeys(((OpKind.LOGISTIC, 8), (OpKind.TANH, 8)), StepLimits(2.0**-27, 2.0**34)),
    # x × scale × 12288 in int32, the factor a positive integer after 31 shifts.
    **dict.fromkeys(((OpKind.LOGISTIC, 16), (OpKind.TANH, 16)), StepLimits(2.0**-44, 5.0)),
    # The gate, x × scale × 85.3 in int16, is shifted right by 31 at most and left by 30.
    (OpKind.HARD_SWISH, 8): StepLimits(2.0**-37, 2.0**24),
}


def argument_limits(op: Op, bits: int) -> StepLimits:
    """Bounds of the scale of an operator's first input, whatever the others are."""
    if isinstance(op.attrs, SoftmaxAttrs):
        # int8: beta × scale × 2^26 is above 1. int16: differences × beta × scale × 6553.5 in int32.
        return StepLimits(2.0**-25 / op.attrs.beta, np.inf if bits == 8 else 5.0 / op.attrs.beta)
    return _ARGUMENT.get((op.kind, bits), _FREE)


def check_largest(op: Op, step: float, bits: int) -> None:
    """Raises InputError where the scale of an operator's first input is beyond its limit."""
    largest = argument_limits(op, bits).largest
    if step > largest:
        reach = largest * (1 << (bits - 1))
        raise InputError(
            f"{op.kind} '{op.name}': its input reaches {step * (1 << (bits - 1)):.2g}, and TFLite "
            f"Micro's int{bits} form overflows beyond {reach:.2g}",
            _SMALLER,
        )


def check_finite(op: Op, step: float) -> None:
    """Raises InputError where the scale of an operator's output is beyond float32."""
    if not np.isfinite(step):
        raise InputError(f"{op.kind} '{op.name}': its output's scale is beyond float32", _SMALLER)


def least_output_step(op: Op, graph: Graph, steps: Sequence[float], bits: int) -> float:
    """Least scale of an operator's output; `steps` are the scales of its activation inputs."""
    levels = (1 << bits) - 1
    match op.kind:
        case OpKind.ADD | OpKind.SUB | OpKind.RELU | OpKind.MEAN:
            return max(steps) * RANGES.least_step[bits]
        case OpKind.LEAKY_RELU:
            slope = max(1.0, abs(cast(LeakyReluAttrs, op.attrs).alpha))
            return steps[0] * slope * RANGES.least_step[bits]
        case OpKind.HARD_SWISH:
            return steps[0] * 2.0**-6
        case OpKind.MUL:
            return steps[0] * steps[1] * levels * RANGES.least_range[bits]
        case kind if kind in WEIGHTED:
            return _largest_sum(op, graph, steps[0] * levels) * RANGES.least_range[bits] / levels
        case _:
            return 0.0


def without_far_bounds(op: Op, scale: np.float32) -> Op:
    """The operator without an activation bound that is over 2^31 steps away.

    TFLite Micro takes bounds as int32, and refuses or wraps those. Outputs stay the same.
    """
    if float(scale) > 6 * 2.0**-30:
        return op
    if op.kind is OpKind.RELU6:
        return replace(op, kind=OpKind.RELU)
    if isinstance(op.attrs, Activated) and op.attrs.activation in _WITHOUT_BOUND:
        near = _WITHOUT_BOUND[op.attrs.activation]
        return replace(op, attrs=replace(op.attrs, activation=near))
    return op


def largest_dead_ratio(bits: int) -> float:
    """Largest (input scale × filter scale) / output scale of a channel whose weights are zero.

    Its multiplier only meets the bias, but it has to exist: FULLY_CONNECTED with one scale takes a
    product up to 2^18 times the output's scale, a 64-bit accumulator a left shift of 7.
    """
    return 2.0**15 if bits == 8 else 2.0**6


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
