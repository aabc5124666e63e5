"""Operators of two tensors with NumPy broadcasting: ADD, SUB, MUL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from mcuq.numeric import (
    INT8_MAX,
    INT8_MIN,
    activation_bounds,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
)
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Activated, Attrs, NoAttrs, fused
from mcuq.ops.broadcast import aligned, looked_up, unbroadcast
from mcuq.ops.elements import ElementRule, numbers, reals
from mcuq.ops.operand import Array, Operand, activate, clamped
from mcuq.ops.operator import (
    NO_DYNAMIC,
    A,
    Backward,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    largest_shifted,
    single,
)
from mcuq.ops.settings import GUARDS

Int64 = npt.NDArray[np.int64]
P = TypeVar("P", bound="_Rescaled")

_LEFT_SHIFT = {8: 20, 16: 15}
_VALUES = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int64)


@dataclass(frozen=True)
class BinaryAttrs(Activated):
    """ADD, SUB, MUL with NumPy broadcasting."""

    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class AddParams:
    """ADD and SUB: operands shifted left and brought to a common scale before they meet.

    SUB differs only in the sign of the second rescaled operand.
    """

    left_shift: int
    input1_offset: int
    input1_multiplier: int
    input1_shift: int
    input2_offset: int
    input2_multiplier: int
    input2_shift: int
    output_offset: int
    output_multiplier: int
    output_shift: int
    activation_min: int
    activation_max: int


@dataclass(frozen=True)
class MulParams:
    """MUL."""

    input1_offset: int
    input2_offset: int
    output_offset: int
    output_multiplier: int
    output_shift: int
    activation_min: int
    activation_max: int


class _Rescaled(Protocol):
    """What the last step of every operator here needs."""

    @property
    def output_offset(self) -> int: ...
    @property
    def output_multiplier(self) -> int: ...
    @property
    def output_shift(self) -> int: ...
    @property
    def activation_min(self) -> int: ...
    @property
    def activation_max(self) -> int: ...


def broadcast_shape(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    """The shape rule of the family."""
    try:
        return tuple(np.broadcast_shapes(*inputs))
    except ValueError:
        raise ValueError(f"shapes {inputs[0]} and {inputs[1]} do not broadcast") from None


def float_binary(formula: Callable[..., Any]) -> Callable[[Attrs, list[Operand]], Array]:
    """The float form that a formula gives."""

    def real(attrs: Attrs, operands: list[Operand]) -> Array:
        rank = max(operand.rank for operand in operands)
        result = formula(np, operands[0].aligned(rank), operands[1].aligned(rank))
        return activate(result, fused(attrs))

    return real


def _add_params(op: QuantizedOp[A]) -> AddParams:
    return _common_scale_params(op, _LEFT_SHIFT[op.output.bits])


def _common_scale_params(op: QuantizedOp[A], left_shift: int, power: int = 1) -> AddParams:
    """Both operands on twice the larger scale, in steps of 1 / 2^left_shift.

    Args:
        power: how often that scale is a factor of what the two are combined to.
    """
    first, second = op.inputs
    scales = [float(single(t)) for t in (first, second, op.output)]
    twice_larger = 2 * max(scales[0], scales[1])
    return AddParams(
        left_shift,
        -first.zero_point,
        *quantize_multiplier(scales[0] / twice_larger),
        -second.zero_point,
        *quantize_multiplier(scales[1] / twice_larger),
        op.output.zero_point,
        *quantize_multiplier(twice_larger**power / ((1 << left_shift * power) * scales[2])),
        *_bounds(op),
    )


def _mul_params(op: QuantizedOp[A]) -> MulParams:
    first, second = op.inputs
    real = float(single(first)) * float(single(second)) / float(single(op.output))
    return MulParams(
        -first.zero_point,
        -second.zero_point,
        op.output.zero_point,
        *quantize_multiplier(real),
        *_bounds(op),
    )


def _bounds(op: QuantizedOp[A]) -> tuple[int, int]:
    result = op.output
    return activation_bounds(fused(op.attrs), single(result), result.zero_point, result.bits)


def rescaled_operands(p: AddParams, first: Int64, second: Int64) -> tuple[Int64, Int64]:
    """Both operands on their common scale."""
    a = multiply_by_quantized_multiplier(
        (first + p.input1_offset) << p.left_shift, p.input1_multiplier, p.input1_shift
    )
    b = multiply_by_quantized_multiplier(
        (second + p.input2_offset) << p.left_shift, p.input2_multiplier, p.input2_shift
    )
    return a, b


def _sum(p: AddParams, first: Int64, second: Int64, sign: int) -> Int64:
    a, b = rescaled_operands(p, first, second)
    combined: Int64 = a + sign * b
    return combined


def _product(p: MulParams, first: Int64, second: Int64) -> Int64:
    product: Int64 = (first + p.input1_offset) * (second + p.input2_offset)
    return product


def _finished(combined: Int64, p: _Rescaled, dtype: npt.DTypeLike) -> Values:
    scaled = multiply_by_quantized_multiplier(combined, p.output_multiplier, p.output_shift)
    clipped: Values = np.clip(scaled + p.output_offset, p.activation_min, p.activation_max)
    return clipped.astype(dtype)


def _int8(combine: Callable[[Any, Int64, Int64], Int64]) -> Callable[..., Values]:
    """An exact table of all 65,536 pairs of arguments."""

    def run(op: QuantizedOp[A], params: _Rescaled, inputs: list[Values]) -> Values:
        table = _finished(combine(params, _VALUES[:, None], _VALUES).ravel(), params, np.int8)
        return looked_up(table, *inputs)

    return run


def _int16(combine: Callable[[Any, Int64, Int64], Int64]) -> Callable[..., Values]:
    def run(op: QuantizedOp[A], params: _Rescaled, inputs: list[Values]) -> Values:
        first, second = (x.astype(np.int64) for x in aligned(inputs))
        return _finished(combine(params, first, second), params, np.int16)

    return run


def binary_gradient(
    formula: Callable[..., Any], slopes: Callable[[Values, Values], tuple[Any, Any]]
) -> Callable[[Attrs, list[Values], Shape], tuple[Values, Backward]]:
    """The gradient; `slopes`: the operands → the derivatives by each."""

    def forward(attrs: Attrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
        a, b = aligned(xs)

        def backward(g: Values) -> list[Values]:
            return [
                unbroadcast(g * slope, x.shape) for slope, x in zip(slopes(a, b), xs, strict=True)
            ]

        return formula(np, a, b), backward

    return forward


def _dynamic_add(op: QuantizedOp[A], inputs: list[Values]) -> Values:
    """ADD of equal shapes."""
    return clamped(inputs[0] + inputs[1], fused(op.attrs))


def _near_largest(
    attrs: Attrs, steps: Sequence[float], constants: Sequence[Values | None], bits: int
) -> float:
    return max(steps) * GUARDS.least_step[bits]


def _near_product(
    attrs: Attrs, steps: Sequence[float], constants: Sequence[Values | None], bits: int
) -> float:
    return steps[0] * steps[1] * ((1 << bits) - 1) * GUARDS.least_range[bits]


def _sum_fits(op: QuantizedOp[A], params: AddParams) -> bool:
    """TensorFlow Lite asks for a factor below 1."""
    return params.output_shift <= 0


def _product_fits(op: QuantizedOp[A], params: MulParams) -> bool:
    largest = largest_shifted(op.output.bits)
    return largest**2 * 2.0 ** max(params.output_shift, 0) < 2**31


_SUM_GUARD = RangeGuard[Any](
    "2 × the larger input step / (2^left shift × output step) has to stay below 1",
    output=_near_largest,
)
_PRODUCT_GUARD = RangeGuard[Any](
    "the product of both ranges times its multiplier stays inside int32", output=_near_product
)


def _operator(
    name: str,
    *,
    attrs: type[A],
    params: Callable[[QuantizedOp[A]], P],
    combine: Callable[[P, Int64, Int64], Int64],
    fits: Callable[[QuantizedOp[A], P], bool],
    formula: Callable[..., Any],
    slopes: Callable[[Values, Values], tuple[Any, Any]],
    guard: RangeGuard[A],
    dynamic: Callable[[QuantizedOp[A], list[Values]], Values] | NoForm,
    element: ElementRule = reals,
) -> Operator[A, P, P]:
    """A broadcasting operator.

    Args:
        params, combine: its integers, and what they make of both operands before the last
            rescaling.
        fits: as of an integer form.
        formula, slopes: its value over real numbers, and the derivatives by both operands.
        guard, dynamic, element: as of the operator.
    """
    return Operator(
        name=name,
        attrs=attrs,
        shape=broadcast_shape,
        float_form=float_binary(formula),
        gradient=binary_gradient(formula, slopes),
        scale=OutputScale(),
        guard=guard,
        int8=IntegerForm(params, _int8(combine), fits),
        int16=IntegerForm(params, _int16(combine), fits),
        dynamic=dynamic,
        formula=formula,
        element=element,
    )


ADD = _operator(
    "ADD",
    attrs=BinaryAttrs,
    params=_add_params,
    combine=lambda p, a, b: _sum(p, a, b, 1),
    fits=_sum_fits,
    formula=lambda xp, a, b: xp.add(a, b),
    slopes=lambda a, b: (1.0, 1.0),
    guard=_SUM_GUARD,
    dynamic=_dynamic_add,
    element=numbers,
)
SUB = _operator(
    "SUB",
    attrs=BinaryAttrs,
    params=_add_params,
    combine=lambda p, a, b: _sum(p, a, b, -1),
    fits=_sum_fits,
    formula=lambda xp, a, b: xp.subtract(a, b),
    slopes=lambda a, b: (1.0, -1.0),
    guard=_SUM_GUARD,
    dynamic=NO_DYNAMIC,
)
MUL = _operator(
    "MUL",
    attrs=BinaryAttrs,
    params=_mul_params,
    combine=_product,
    fits=_product_fits,
    formula=lambda xp, a, b: xp.multiply(a, b),
    slopes=lambda a, b: (b, a),
    guard=_PRODUCT_GUARD,
    dynamic=NO_DYNAMIC,
)


_SQUARED_LEFT_SHIFT = {8: 7, 16: 0}
"""255² × 2^14 and 32768² fit int32."""


def _squared_fits(op: QuantizedOp[NoAttrs], params: AddParams) -> bool:
    return params.output_shift <= 0


SQUARED_DIFFERENCE = _operator(
    "SQUARED_DIFFERENCE",
    attrs=NoAttrs,
    params=lambda op: _common_scale_params(op, _SQUARED_LEFT_SHIFT[op.output.bits], power=2),
    combine=lambda p, a, b: np.square(_sum(p, a, b, -1)),
    fits=_squared_fits,
    formula=lambda xp, a, b: xp.multiply(xp.subtract(a, b), xp.subtract(a, b)),
    slopes=lambda a, b: (2 * (a - b), 2 * (b - a)),
    guard=RangeGuard(
        "(2 × the larger input step)² / (4^left shift × output step) has to stay below 1",
        output=lambda attrs, steps, constants, bits: (
            4 * max(steps) ** 2 / 4.0 ** _SQUARED_LEFT_SHIFT[bits]
        ),
    ),
    dynamic=NO_DYNAMIC,
)
