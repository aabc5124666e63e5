"""BROADCAST_TO, and FILL with a value that the model computes."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.repetition import BROADCAST_TO, BroadcastAttrs
from mcuq.tflite.operators.common import constant_operands, requiring
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_options
from mcuq.tflite.operators.version import Types
from mcuq.tflite.operators.view import OpView


def broadcast_shape(op: OpView) -> str | None:
    """A tensor is broadcast to a shape that NumPy's rules lead to.

    The file is damaged: export it again.
    """
    shape, target = op.shape(0), op.integers(1)
    try:
        reached = np.broadcast_shapes(shape, target)
    except ValueError:
        reached = ()
    return None if reached == target else f"{shape} to {target}"


def _one_value(op: OpView) -> str | None:
    """A fill repeats one value.

    The file is damaged: export it again.
    """
    return None if not op.shape(0) else f"the value has the shape {op.shape(0)}"


def _target(op: OpView) -> BroadcastAttrs:
    return BroadcastAttrs(op.integers(1))


def _filled(op: OpView) -> tuple[Step, ...]:
    """The value, in the file behind the shape, is seen in front of it."""
    shape = op.integers(1)
    return (
        Step(RESHAPE, ReshapeAttrs((1,) * len(shape)), (0,)),
        Step(BROADCAST_TO, BroadcastAttrs(shape), (len(op.operands),)),
    )


def _version(types: Types) -> int:
    return 2 if types.first == "float32" else 3


FORMS = (
    TfliteForm(
        Rule(
            BROADCAST_TO,
            "BroadcastToOptions",
            _target,
            requiring(constant_operands(1), broadcast_shape),
            required=2,
        ),
        write=no_options,
        constants=lambda attrs: (attrs.shape,),
        version=_version,
        resolver="AddBroadcastTo",
    ),
)
FURTHER_RULES: dict[str, Rule[Any]] = {
    "FILL": Rule(
        BROADCAST_TO,
        "FillOptions",
        _target,
        (constant_operands(1), _one_value),
        required=2,
        order=(1, 0),
        steps=_filled,
    ),
}
