"""All operators that mcuq builds: what the modules of the families define."""

from __future__ import annotations

from mcuq.ops import (
    binary,
    cast,
    clip,
    comparison,
    conversion,
    extremes,
    functions,
    gather_nd,
    gathering,
    l2_normalization,
    log_softmax,
    logic,
    lstm,
    matmul,
    mean,
    movement,
    padding,
    pooling,
    position,
    quotient,
    real_functions,
    reduce_min,
    repetition,
    resize,
    selection,
    slicing,
    smooth,
    softmax,
    svdf,
    unary,
    update,
    weighted,
)
from mcuq.ops.operator import AnyOperator, NoForm, Operator

_FAMILIES = (
    weighted, matmul, binary, quotient, extremes, pooling, mean, reduce_min, movement, slicing,
    padding, gathering, gather_nd, repetition, update, resize, softmax, log_softmax,
    l2_normalization, unary, functions, real_functions, smooth, clip, comparison, logic, selection,
    position, cast, conversion, svdf, lstm,
)  # fmt: skip
OPERATORS: tuple[AnyOperator, ...] = tuple(
    value for family in _FAMILIES for value in vars(family).values() if isinstance(value, Operator)
)
"""In the families' order."""
FLOAT_OPERATORS = tuple(o for o in OPERATORS if not isinstance(o.float_form, NoForm))
"""The operators of float graphs."""
WEIGHTED_OPERATORS = tuple(o for o in OPERATORS if o.weighted)
"""Those with filters."""
_BY_NAME = {operator.name: operator for operator in OPERATORS}


def operator(name: str) -> AnyOperator:
    """The operator of this name in the TFLite schema; KeyError for one that mcuq lacks."""
    return _BY_NAME[name]
