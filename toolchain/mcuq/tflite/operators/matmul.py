"""BATCH_MATMUL."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs
from mcuq.tflite.operators.common import one_computed_operand
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


class BatchMatMul(IntEnum):
    """BatchMatMulOptions."""

    ADJ_X = 0
    ADJ_Y = 1


def _read(op: OpView) -> MatmulAttrs:
    return MatmulAttrs(op.boolean(BatchMatMul.ADJ_X), op.boolean(BatchMatMul.ADJ_Y))


def _write(attrs: MatmulAttrs, options: Any) -> None:
    options.adjX, options.adjY = attrs.adj_x, attrs.adj_y


FORMS: tuple[TfliteForm[Any], ...] = (
    TfliteForm(
        Rule(
            BATCH_MATMUL,
            "BatchMatMulOptions",
            _read,
            (one_computed_operand,),
            tensors=2,
            required=2,
        ),
        write=_write,
        constants=no_constants,
        version=ByType(int8=2, int16=3),
        resolver="AddBatchMatMul",
    ),
)
