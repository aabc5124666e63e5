"""What functions of one argument share: shape, gradient, int8 tables, rescaling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import Attrs
from mcuq.ops.broadcast import table_index
from mcuq.ops.operator import (
    A,
    Backward,
    IntegerForm,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    largest_shifted,
    single,
)
from mcuq.ops.settings import GUARDS

Int64 = npt.NDArray[np.int64]
Fits = Callable[[QuantizedOp[Any], object], bool]


@dataclass(frozen=True, eq=False)
class LookupParams(ByContent):
    """A function of int8 as a table: output = table[input + 128]."""

    table: npt.NDArray[np.int8]


def same_shape(attrs: Attrs, inputs: Sequence[Shape]) -> Shape:
    """The input's."""
    return inputs[0]


def pointwise_gradient(
    value: Callable[[Values, A], Values], slope: Callable[[Values, A], Any]
) -> Callable[[A, list[Values], Shape], tuple[Values, Backward]]:
    """The gradient of a function: (x, attributes) → value, and its derivative there."""

    def forward(attrs: A, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
        (x,) = xs
        return value(x, attrs), lambda g: [g * slope(x, attrs)]

    return forward


def table_form(
    table: Callable[[A, AffineParams, AffineParams], Int64],
    fits: Callable[[QuantizedOp[A], object], bool],
) -> IntegerForm[A, LookupParams]:
    """int8: `table` gives 256 outputs from the affine parameters of input and output."""

    def params(op: QuantizedOp[A]) -> LookupParams:
        entries = table(op.attrs, op.inputs[0].affine, op.output.affine)
        return LookupParams(entries.astype(np.int8))

    return IntegerForm(params, _looked_up, fits)


def _looked_up(op: QuantizedOp[A], params: LookupParams, inputs: list[Values]) -> Values:
    return params.table[table_index(inputs[0])]


def _one(attrs: Attrs) -> float:
    return 1.0


def rescaling_fits(steepest: Callable[[Any], float] = _one) -> Fits:
    """`fits` of a function that rescales; `steepest` is its largest slope, 1 or more."""

    def fits(op: QuantizedOp[Any], params: object) -> bool:
        largest = largest_shifted(op.output.bits)
        factor = float(single(op.inputs[0])) / float(single(op.output))
        return largest * factor * steepest(op.attrs) < 2**31 / 4

    return fits


def rescaling_guard(steepest: Callable[[Any], float] = _one) -> RangeGuard[Any]:
    """The guard of such a function."""

    def least(
        attrs: Attrs, steps: Sequence[float], constants: Sequence[Values | None], bits: int
    ) -> float:
        return steps[0] * steepest(attrs) * GUARDS.least_step[bits]

    return RangeGuard(
        "the input's step over the output's, times the slope, is a multiplier that stays in range",
        output=least,
    )
