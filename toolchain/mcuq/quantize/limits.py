"""Keeps the scales of a model inside what its operators' integers can bear, see `RangeGuard`.

The bounds only bind where a tensor is nearly constant beside what it could be, or where its values
are far from what a function tells apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mcuq.errors import InputError
from mcuq.graph import Graph, Op
from mcuq.numeric.activation import Activation
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import Activated
from mcuq.ops.functions import ABS
from mcuq.ops.operator import AnyOperator, least_real
from mcuq.ops.unary import RELU, RELU6

_WITHOUT_BOUND = {
    Activation.RELU6: Activation.RELU,
    Activation.RELU_N1_TO_1: Activation.NONE,
}
_SMALLER = "look for outliers in the calibration data, or scale the values down in the model"


def check_largest(op: Op, step: float, bits: int) -> None:
    """Raises InputError where the scale of an operator's input is beyond its limit."""
    largest = op.kind.guard.argument(op.attrs, bits).largest
    if step > largest:
        reach = largest * (1 << (bits - 1))
        raise InputError(
            f"{op.kind} '{op.name}': its input reaches {step * (1 << (bits - 1)):.2g}, and TFLite "
            f"Micro's int{bits} form overflows beyond {reach:.2g}",
            _SMALLER,
        )


def check_domain(op: Op, grid: AffineParams, bits: int, source: AnyOperator | None) -> None:
    """Raises InputError where an operator's first input can hold what the operator cannot take.

    Args:
        source: what computes that input.
    """
    guard = op.kind.guard
    if source is not ABS and not guard.takes(grid, bits):
        raise InputError(
            f"{op.kind} '{op.name}': its input can hold {least_real(grid, bits):.2g}, and TFLite "
            f"Micro stops at values below {guard.least_value:g}",
            "keep the values in front of it from there on, with asymmetric activations",
        )


def check_largest_output(op: Op, steps: Sequence[float], step: float, bits: int) -> None:
    """Raises InputError where the scale of an operator's output is beyond its limit."""
    largest = op.kind.guard.largest_output(op.attrs, steps, bits)
    if step > largest:
        raise InputError(
            f"{op.kind} '{op.name}': its output reaches {step * (1 << bits):.2g}, and TFLite "
            f"Micro's int{bits} form cannot scale beyond {largest * (1 << bits):.2g}",
            "keep the values in front of it away from zero: add a small constant",
        )


def check_finite(op: Op, step: float) -> None:
    """Raises InputError where the scale of an operator's output is beyond float32."""
    if not np.isfinite(step):
        raise InputError(f"{op.kind} '{op.name}': its output's scale is beyond float32", _SMALLER)


def least_output_step(op: Op, graph: Graph, steps: Sequence[float], bits: int) -> float:
    """Least scale of an operator's output; `steps` are the scales of its activation inputs.

    Raises:
        InputError: its filter is not constant.
    """
    constants = [graph.tensors[name].data for name in op.inputs]
    if op.kind.weighted and constants[1] is None:
        raise InputError(
            f"the filter of '{op.name}' is computed, not constant",
            "mcuq quantizes layers with constant filters only",
        )
    return op.kind.guard.output(op.attrs, steps, constants, bits)


def without_far_bounds(op: Op, scale: np.float32) -> Op:
    """The operator without an activation bound that is over 2^31 steps away.

    TFLite Micro takes bounds as int32, and refuses or wraps those. Outputs stay the same.
    """
    if float(scale) > 6 * 2.0**-30:
        return op
    if op.kind is RELU6:
        return replace(op, kind=RELU)
    if isinstance(op.attrs, Activated) and op.attrs.activation in _WITHOUT_BOUND:
        return replace(op, attrs=op.attrs.with_activation(_WITHOUT_BOUND[op.attrs.activation]))
    return op


def largest_dead_ratio(bits: int) -> float:
    """Largest (input scale × filter scale) / output scale of a channel whose weights are zero.

    Its multiplier only meets the bias, but it has to exist: FULLY_CONNECTED with one scale takes a
    product up to 2^18 times the output's scale, a 64-bit accumulator a left shift of 7.
    """
    return 2.0**15 if bits == 8 else 2.0**6
