"""GATHER, GATHER_ND and EMBEDDING_LOOKUP by constant indices."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np

from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.tflite.operators.common import constant_operands, requiring
from mcuq.tflite.operators.form import Rule, Step, TfliteForm
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import Constraint, OpView

Shape = tuple[int, ...]
_MOST_INDICES = 1 << 20


class Gather(IntEnum):
    """GatherOptions."""

    AXIS = 0
    BATCH_DIMS = 1


def gather_axes(op: OpView) -> str | None:
    """A gather takes elements of one axis, behind those that it shares with its indices.

    The file is damaged: export it again.
    """
    axis, shared = _axis(op), _shared(op)
    shape, indices = op.shape(0), op.shape(1)
    if not 0 <= axis < len(shape):
        return f"axis {op.int32(Gather.AXIS)} of {len(shape)} dimensions"
    if not 0 <= shared <= min(axis, len(indices)) or shape[:shared] != indices[:shared]:
        return f"{op.int32(Gather.BATCH_DIMS)} shared dimensions of {shape} and {indices}"
    return None


def few_indices(op: OpView) -> str | None:
    """A gather with shared dimensions has at most a million indices, repeated for all between.

    Move the axis next to the shared dimensions with a transpose before it.
    """
    shared = _shared(op)
    count = math.prod(op.shape(0)[shared : _axis(op)]) * len(op.integers(1))
    return f"there are {count}" if shared and count > _MOST_INDICES else None


def indices_exist(op: OpView) -> str | None:
    """Indices of a gather are those of elements.

    The file is damaged: export it again.
    """
    return _outside(op.integers(1), op.shape(0)[_axis(op)])


def tuples_exist(op: OpView) -> str | None:
    """Indices of a gather are those of elements, one for each of the first dimensions.

    The file is damaged: export it again.
    """
    shape, indices = op.shape(0), op.shape(1)
    if not indices or not 0 < indices[-1] <= len(shape):
        return f"indices of shape {indices} into {shape}"
    table = np.reshape(op.integers(1), (-1, indices[-1]))
    for axis in range(indices[-1]):
        wrong = _outside(table[:, axis].tolist(), shape[axis])
        if wrong:
            return wrong
    return None


def _rows_exist(op: OpView) -> str | None:
    """Indices of an embedding are those of its rows.

    Export the lookup with constant indices inside the table.
    """
    return _outside(op.integers(0), op.shape(1)[0]) if op.shape(1) else "the table has no rows"


def _computed_table(op: OpView) -> str | None:
    """The table of an embedding with constant indices is computed by the model.

    Fold constant branches before the export: their results never change.
    """
    return None if op.constant(1) is None else "it is a constant"


def _outside(indices: tuple[int, ...] | list[int], size: int) -> str | None:
    if not indices:
        return "there are none"
    wrong = [index for index in indices if not 0 <= index < size]
    return f"index {wrong[0]} of {size} elements" if wrong else None


def _axis(op: OpView) -> int:
    axis = op.int32(Gather.AXIS)
    return axis + len(op.shape(0)) if axis < 0 else axis


def _shared(op: OpView) -> int:
    shared = op.int32(Gather.BATCH_DIMS)
    return shared + len(op.shape(1)) if shared < 0 else shared


def _gather(op: OpView) -> GatherAttrs:
    return GatherAttrs(_axis(op), op.integers(1), op.shape(1))


def _gather_steps(op: OpView) -> tuple[Step, ...]:
    shape, attrs = op.shape(0), _gather(op)
    shared = _shared(op)
    if not shared:
        return sliced(attrs, shape, 0, len(op.operands))
    # Each of the shared dimensions has indices of its own: all elements are numbered in one row.
    before, between = math.prod(shape[: attrs.axis]), math.prod(shape[shared : attrs.axis])
    table = np.reshape(attrs.indices, (math.prod(shape[:shared]), -1))
    first = np.arange(before) * shape[attrs.axis]
    flat = first[:, None] + np.repeat(table, between, axis=0)
    result = (*shape[: attrs.axis], *attrs.shape[shared:], *shape[attrs.axis + 1 :])
    return _by_number(op, flat.reshape(-1).tolist(), shape[attrs.axis + 1 :], result)


def _tuple_steps(op: OpView) -> tuple[Step, ...]:
    """GATHER_ND: the first dimensions as one, whose elements are numbered."""
    shape, indices = op.shape(0), op.shape(1)
    depth = indices[-1]
    table = np.reshape(op.integers(1), (-1, depth))
    numbers = np.ravel_multi_index(tuple(table.T), shape[:depth])
    rest = shape[depth:]
    return _by_number(op, numbers.tolist(), rest, (*indices[:-1], *rest))


def _by_number(op: OpView, numbers: list[int], rest: Shape, result: Shape) -> tuple[Step, ...]:
    """Elements of `rest` by their numbers in C order, arranged as `result`."""
    count = len(op.operands)
    source = (1, math.prod(op.shape(0)) // math.prod(rest), math.prod(rest))
    attrs = GatherAttrs(1, tuple(numbers), (len(numbers),))
    taken = sliced(attrs, source, count, count + 1) or (Step(GATHER, attrs, (count,)),)
    return (
        Step(RESHAPE, ReshapeAttrs(source), (0,)),
        *taken,
        Step(RESHAPE, ReshapeAttrs(result), (count + len(taken),)),
    )


def sliced(attrs: GatherAttrs, shape: Shape, source: int, next_result: int) -> tuple[Step, ...]:
    """The steps of a slice that takes the same elements; none where they are no equal steps apart.

    Args:
        attrs: what is taken.
        shape: of the operand.
        source: the operand's number.
        next_result: the number of the first step's result.
    """
    run, axis = attrs.run, attrs.axis
    if run is None:
        return ()
    begin, end, strides = [0] * len(shape), [*shape], [1] * len(shape)
    begin[axis], end[axis], strides[axis] = run.start, run.stop, run.step
    shrink = () if attrs.shape else (axis,)
    bounds = StridedSliceAttrs(tuple(begin), tuple(end), tuple(strides), shrink)
    steps = (Step(STRIDED_SLICE, bounds, (source,)),)
    if len(attrs.shape) < 2:
        return steps
    result = (*shape[:axis], *attrs.shape, *shape[axis + 1 :])
    return (*steps, Step(RESHAPE, ReshapeAttrs(result), (next_result,)))


def _row_attrs(op: OpView) -> GatherAttrs:
    return GatherAttrs(0, op.integers(0), (len(op.integers(0)),))


def _write(attrs: GatherAttrs, options: Any) -> None:
    options.axis = attrs.axis


_INDICES: tuple[Constraint, ...] = (constant_operands(1),)
FORMS = (
    TfliteForm(
        Rule(
            GATHER,
            "GatherOptions",
            _gather,
            requiring(*_INDICES, gather_axes, few_indices, indices_exist),
            required=2,
            steps=_gather_steps,
        ),
        write=_write,
        constants=lambda attrs: (np.reshape(attrs.indices, attrs.shape),),
        version=ByType(int8=2, int16=4),
        resolver="AddGather",
    ),
)
FURTHER_RULES: dict[str, Rule[Any]] = {
    "GATHER_ND": Rule(
        GATHER,
        "GatherNdOptions",
        _gather,
        requiring(*_INDICES, tuples_exist),
        required=2,
        steps=_tuple_steps,
    ),
    "EMBEDDING_LOOKUP": Rule(
        GATHER,
        "",
        _row_attrs,
        (constant_operands(0), _computed_table, _rows_exist),
        picks=(1,),
        required=2,
        steps=lambda op: sliced(_row_attrs(op), op.shape(1), 1, len(op.operands)),
    ),
}
