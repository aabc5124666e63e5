"""Layers whose operands are all constants, computed in float32: the anchors of detectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.constraints import check
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.ops.operand import Operand
from mcuq.ops.operator import NoForm
from mcuq.tflite.operators.catalog import RULES
from mcuq.tflite.operators.common import activation_input, one_computed_operand
from mcuq.tflite.operators.form import Rule, Step
from mcuq.tflite.operators.view import OpView

Array = npt.NDArray[Any]
_COMPUTED = (activation_input, one_computed_operand)
"""Constraints that a layer on constants does not meet."""
_MOST_PRODUCTS = 1 << 28
"""Results of a layer with a filter, times the filter's values: a second's work."""


def layer_on_constants(op: OpView, most: int, exact: bool) -> Array | None:
    """The result of a layer on real constants; None where it is no such layer, or too large.

    Args:
        op: the operator, all of whose operands are constants.
        most: elements of every operand and result.
        exact: whether only operators that move values are computed.

    Raises:
        InputError: the constants do not fit the operator, or give no finite numbers.
    """
    rule = RULES.get(op.kind)
    if rule is None or (exact and not rule.kind.scale.moves):
        return None
    read = [op.operands[number] for number in rule.reads(len(op.operands))]
    if any(operand is not None and not operand.is_real for operand in read):
        return None
    check(op, tuple(each for each in rule.constraints if each not in _COMPUTED))
    values = [operand.data for operand in op.operands if operand is not None]
    constants = [value for value in values if value is not None]
    for step in _steps(rule, op):
        operands = [constants[number] for number in step.inputs]
        shape = step.kind.shape(step.attrs, [value.shape for value in operands])
        if max(math.prod(shape), *(value.size for value in operands)) > most:
            return None
        if step.kind.weighted and math.prod(shape) * operands[1].size > _MOST_PRODUCTS:
            return None
        constants.append(_applied(op, step, operands))
    return constants[-1]


def _steps(rule: Rule[Any], op: OpView) -> tuple[Step, ...]:
    steps = rule.steps(op)
    if steps:
        return steps
    numbers = tuple(n for n in rule.reads(len(op.operands)) if op.operands[n] is not None)
    return (Step(rule.kind, rule.attrs(op), numbers),)


def _applied(op: OpView, step: Step, operands: list[Array]) -> Array:
    """A sample of one; filters and biases stay constants."""
    form = step.kind.float_form
    assert not isinstance(form, NoForm)  # rules lead to operators of float graphs
    reals = [np.asarray(value, np.float32) for value in operands]
    samples = 1 if step.kind.weighted else len(reals)
    given = [
        Operand(value[None]) if number < samples else Operand(value, constant=True)
        for number, value in enumerate(reals)
    ]
    with np.errstate(all="ignore"):
        result: Array = form(step.attrs, given)[0]
    if not np.isfinite(result).all():
        raise malformed(f"{op.where} gives no finite numbers for its constants")
    return result
