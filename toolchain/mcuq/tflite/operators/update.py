"""DYNAMIC_UPDATE_SLICE at a constant or a computed place."""

from __future__ import annotations

from mcuq.ops.update import DYNAMIC_UPDATE_SLICE, UpdateAttrs
from mcuq.tflite.operators.common import one_computed_operand
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_options
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


def update_fits(op: OpView) -> str | None:
    """What replaces a part of a tensor is no larger than that, and its place has as many numbers.

    The file is damaged: export it again.
    """
    whole, size, place = op.shape(0), op.shape(1), op.shape(2)
    if len(whole) != len(size) or place != (len(whole),):
        return f"{size} at a place of shape {place} of {whole}"
    return None if all(n <= most for n, most in zip(size, whole, strict=True)) else f"{size}"


def _update(op: OpView) -> UpdateAttrs:
    """Interpreters move a place that is too far out to the nearest that is not."""
    triples = zip(op.integers(2), op.shape(1), op.shape(0), strict=True)
    return UpdateAttrs(tuple(min(max(first, 0), most - n) for first, n, most in triples))


def _at_computed_place(op: OpView) -> tuple[Step, ...]:
    if op.constant(2) is not None:
        return ()
    return (Step(DYNAMIC_UPDATE_SLICE, UpdateAttrs(), (0, 1, 2)),)


FORMS = (
    TfliteForm(
        Rule(
            DYNAMIC_UPDATE_SLICE,
            "DynamicUpdateSliceOptions",
            _update,
            (one_computed_operand, update_fits),
            tensors=2,
            required=3,
            steps=_at_computed_place,
        ),
        write=no_options,
        constants=lambda attrs: () if attrs.start is None else (attrs.start,),
        version=ByType(int8=1, int16=4),
        resolver="AddDynamicUpdateSlice",
    ),
)
