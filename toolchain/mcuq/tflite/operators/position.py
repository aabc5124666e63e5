"""ARG_MAX and ARG_MIN."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from mcuq.ops.operator import Operator
from mcuq.ops.position import ARG_MAX, ARG_MIN, PositionAttrs
from mcuq.tflite.operators.common import constant_operands, requiring
from mcuq.tflite.operators.form import Rule, TfliteForm
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


class Position(IntEnum):
    """ArgMaxOptions and ArgMinOptions alike."""

    OUTPUT_TYPE = 0


def one_axis(op: OpView) -> str | None:
    """The axis is one of the input's.

    The file is damaged: export it again.
    """
    axes, rank = op.integers(1), len(op.shape())
    valid = len(axes) == 1 and -rank <= axes[0] < rank
    return None if valid else f"the axis is {axes} of {rank}"


def _read(op: OpView) -> PositionAttrs:
    (axis,) = op.integers(1)
    return PositionAttrs(axis % len(op.shape()))


def _write(attrs: PositionAttrs, options: Any) -> None:
    options.outputType = schema.TensorType.INT32


def _form(
    operator: Operator[PositionAttrs, Any, Any], options: str, resolver: str
) -> TfliteForm[PositionAttrs]:
    constraints = requiring(constant_operands(1), one_axis)
    rule = Rule(operator, options, _read, constraints, required=2)
    return TfliteForm(
        rule, _write, lambda attrs: ([attrs.axis],), ByType(int8=2, int16=2), resolver
    )


FORMS: tuple[TfliteForm[Any], ...] = (
    _form(ARG_MAX, "ArgMaxOptions", "AddArgMax"),
    _form(ARG_MIN, "ArgMinOptions", "AddArgMin"),
)
