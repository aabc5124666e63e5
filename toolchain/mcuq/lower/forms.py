"""The C calls of every operator."""

from __future__ import annotations

from mcuq.lower import (
    binary,
    choice,
    comparison,
    conversion,
    extremes,
    matmul,
    movement,
    pooling,
    quotient,
    recurrent,
    resize,
    softmax,
    unary,
    weighted_forms,
)
from mcuq.lower.form import CForms
from mcuq.ops.table import Table

_FAMILIES = (
    weighted_forms,
    matmul,
    binary,
    extremes,
    comparison,
    choice,
    pooling,
    movement,
    quotient,
    resize,
    softmax,
    unary,
    conversion,
    recurrent,
)
CALLS: Table[CForms] = Table(
    "C call", {operator: calls for family in _FAMILIES for operator, calls in family.CALLS.items()}
)
