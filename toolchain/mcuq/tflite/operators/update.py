"""DYNAMIC_UPDATE_SLICE at a constant place."""

from __future__ import annotations

from mcuq.ops.update import DYNAMIC_UPDATE_SLICE, UpdateAttrs
from mcuq.tflite.operators.common import constant_operands, one_computed_operand
from mcuq.tflite.operators.form import Rule, TfliteForm, no_options
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


def update_fits(op: OpView) -> str | None:
    """What replaces a part of a tensor is no larger than that.

    The file is damaged: export it again.
    """
    whole, size, start = op.shape(0), op.shape(1), op.integers(2)
    if not len(whole) == len(size) == len(start):
        return f"{size} at {start} of {whole}"
    return None if all(n <= most for n, most in zip(size, whole, strict=True)) else f"{size}"


def _update(op: OpView) -> UpdateAttrs:
    """Interpreters move a place that is too far out to the nearest that is not."""
    triples = zip(op.integers(2), op.shape(1), op.shape(0), strict=True)
    return UpdateAttrs(tuple(min(max(first, 0), most - n) for first, n, most in triples))


FORMS = (
    TfliteForm(
        Rule(
            DYNAMIC_UPDATE_SLICE,
            "DynamicUpdateSliceOptions",
            _update,
            (constant_operands(2), one_computed_operand, update_fits),
            tensors=2,
            required=3,
        ),
        write=no_options,
        constants=lambda attrs: (attrs.start,),
        version=ByType(int8=1, int16=4),
        resolver="AddDynamicUpdateSlice",
    ),
)
