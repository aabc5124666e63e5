"""How the C calls of an operator are stated: for each kind of activation, or why there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcuq.graph import Op
from mcuq.lower.options import LowerOptions
from mcuq.lower.program import Call
from mcuq.lower.reach import Reach
from mcuq.ops.operator import A, AnyOperator, NoForm, Operator, P, W
from mcuq.quantized import QuantizedGraph, quantized_op

Calls = Call | list[Call]
"""One, or several that complete each other."""


@dataclass(frozen=True, eq=False)
class Context:
    """What rules may ask beside their operator.

    Attributes:
        known: see `reach`.
        options: what the model is lowered for.
    """

    known: Reach
    options: LowerOptions


Rule = Callable[[QuantizedGraph, Op, Context], Calls]


@dataclass(frozen=True)
class CForms:
    """The calls of one operator.

    Attributes:
        interface: int8, through CMSIS-NN's functions as far as these go.
        own: int8, with mcuq's kernels.
        int16: int16 outputs.
        float32: float32 outputs.
    """

    interface: Rule
    own: Rule
    int16: Rule | NoForm
    float32: Rule | NoForm


def for_int8(operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, P], Calls]) -> Rule:
    """A rule that reads the operator's int8 integers."""

    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, operator.int8.params(quantized_op(qgraph, op)))

    return lowered


def for_int8_with(
    operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, P, Context], Calls]
) -> Rule:
    """A rule that asks for more than the operator's integers."""

    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, operator.int8.params(quantized_op(qgraph, op)), context)

    return lowered


def for_int16(operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, W], Calls]) -> Rule:
    """A rule that reads the operator's int16 integers."""
    form = operator.int16
    if isinstance(form, NoForm):
        raise TypeError(f"{operator} has no int16 form that a C call could follow")

    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, form.params(quantized_op(qgraph, op)))

    return lowered


def for_float32(
    operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, A], Calls]
) -> Rule:
    """A rule that reads the operator's attributes: nothing of it is quantized beforehand."""

    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, quantized_op(qgraph, op).attrs)

    return lowered


def same(
    operator: Operator[A, P, P],
    rule: Callable[[QuantizedGraph, Op, P], Calls],
    float32: Rule | None = None,
) -> CForms:
    """One rule for int8 and int16."""
    int8 = for_int8(operator, rule)
    return CForms(
        int8, int8, for_int16(operator, rule), float32 or _without(operator, operator.dynamic)
    )


def int8_only(
    operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, P], Calls]
) -> CForms:
    """Of operators without a form for int16."""
    int8 = for_int8(operator, rule)
    int16, float32 = (_without(operator, form) for form in (operator.int16, operator.dynamic))
    return CForms(int8, int8, int16, float32)


def apart(
    operator: Operator[A, P, W],
    rule: Callable[[QuantizedGraph, Op, P], Calls],
    int16: Callable[[QuantizedGraph, Op, W], Calls],
    float32: Rule | None = None,
) -> CForms:
    """One rule for int8, another for int16."""
    int8 = for_int8(operator, rule)
    return CForms(
        int8, int8, for_int16(operator, int16), float32 or _without(operator, operator.dynamic)
    )


def _without(operator: AnyOperator, form: object) -> NoForm:
    """No C call, because the operator itself has no such form; TypeError if it has one."""
    if isinstance(form, NoForm):
        return form
    raise TypeError(f"no C call for a form that {operator} has")


def _nothing(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
    return []


VIEW = CForms(_nothing, _nothing, _nothing, _nothing)
"""Of operators whose output is their input's bytes."""
