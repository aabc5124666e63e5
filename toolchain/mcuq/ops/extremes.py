"""The smaller and the larger of two tensors with NumPy broadcasting: MINIMUM, MAXIMUM.

Stored integers are compared, as in TensorFlow Lite: all three tensors share one scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import binary_gradient, broadcast_shape, float_binary
from mcuq.ops.broadcast import aligned
from mcuq.ops.operator import (
    NO_DYNAMIC,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Span,
    Values,
    always,
)


@dataclass(frozen=True)
class ExtremeParams:
    """MINIMUM and MAXIMUM: integers are compared as they are."""


def _operator(
    name: str,
    *,
    formula: Callable[..., Any],
    first_wins: Callable[[Values, Values], Any],
    reached: Callable[[Sequence[Span]], Span],
) -> Operator[NoAttrs, ExtremeParams, ExtremeParams]:
    """One of the two.

    Args:
        formula: its value.
        first_wins: where the result is the first operand. Equal operands leave the gradient to the
            first, as in TensorFlow.
        reached: as of an `OutputScale`.
    """

    def run(op: QuantizedOp[NoAttrs], params: ExtremeParams, inputs: list[Values]) -> Values:
        result: Values = formula(np, *aligned(inputs))
        return result

    def slopes(a: Values, b: Values) -> tuple[Any, Any]:
        first = first_wins(a, b)
        return first, ~first

    form = IntegerForm[NoAttrs, ExtremeParams](lambda op: ExtremeParams(), run, always)
    return Operator(
        name=name,
        attrs=NoAttrs,
        shape=broadcast_shape,
        float_form=float_binary(formula),
        gradient=binary_gradient(formula, slopes),
        scale=OutputScale(joined=True, moves=True, reached=reached),
        guard=RangeGuard("values are selected, none is computed"),
        int8=form,
        int16=form,
        dynamic=NO_DYNAMIC,
        formula=formula,
    )


MINIMUM = _operator(
    "MINIMUM",
    formula=lambda xp, a, b: xp.minimum(a, b),
    first_wins=np.less_equal,
    reached=lambda spans: (min(low for low, _ in spans), min(high for _, high in spans)),
)
MAXIMUM = _operator(
    "MAXIMUM",
    formula=lambda xp, a, b: xp.maximum(a, b),
    first_wins=np.greater_equal,
    reached=lambda spans: (max(low for low, _ in spans), max(high for _, high in spans)),
)
