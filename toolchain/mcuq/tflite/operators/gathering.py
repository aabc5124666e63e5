"""GATHER, EMBEDDING_LOOKUP and GATHER_ND."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER, GatherAttrs, equal_steps
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.tflite.operators.common import no_attrs, one_computed_operand
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.version import ByType, first_version
from mcuq.tflite.operators.view import OpView

Shape = tuple[int, ...]
_MOST_INDICES = 1 << 20
_MOST_INDEXED = 5
"""Dimensions; of TensorFlow Lite Micro's GATHER_ND."""


class Gather(IntEnum):
    """GatherOptions."""

    AXIS = 0
    BATCH_DIMS = 1


@dataclass(frozen=True)
class Taken:
    """The elements `indices`, not negative, of `axis`, which `shape` replaces; () drops it."""

    axis: int
    indices: tuple[int, ...]
    shape: Shape

    @property
    def gather(self) -> tuple[GatherAttrs, npt.NDArray[np.int32]]:
        """The operator that takes them, and the constant that it reads."""
        return GatherAttrs(self.axis), np.reshape(np.array(self.indices, np.int32), self.shape)


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
    shared = _shared(op) if op.constant(1) is not None else 0
    if not shared:
        return None
    count = math.prod(op.shape(0)[shared : _axis(op)]) * len(op.integers(1))
    return f"there are {count}" if count > _MOST_INDICES else None


def indices_exist(op: OpView) -> str | None:
    """Indices of a gather are those of elements.

    The file is damaged: export it again.
    """
    if op.constant(1) is None:
        return None
    return _outside(op.integers(1), op.shape(0)[_axis(op)])


def one_row_each(op: OpView) -> str | None:
    """Where values and indices of a gather are both computed, they share a batch of 1.

    Export with batch size 1, and the indices with a batch dimension.
    """
    if op.constant(0) is not None or op.constant(1) is not None:
        return None
    shared, shape, indices = _shared(op), op.shape(0), op.shape(1)
    if any(size != 1 for size in shape[:shared]):
        return f"{shared} shared dimensions of {shape}"
    fits = shared or (_axis(op) > 0 and indices[:1] == (1,))
    return None if fits else f"the shapes are {shape} and {indices}, the axis is {_axis(op)}"


def tuples_exist(op: OpView) -> str | None:
    """Indices of a gather are those of elements, one for each of the first dimensions, five at
    most.

    The file is damaged: export it again.
    """
    shape, indices = op.shape(0), op.shape(1)
    if not indices or not 0 < indices[-1] <= min(len(shape), _MOST_INDEXED):
        return f"indices of shape {indices} into {shape}"
    if op.constant(1) is None:
        return None
    table = np.reshape(op.integers(1), (-1, indices[-1]))
    for axis in range(indices[-1]):
        wrong = _outside(table[:, axis].tolist(), shape[axis])
        if wrong:
            return wrong
    return None


def _rows_exist(op: OpView) -> str | None:
    """Indices of an embedding are those of its rows, in one dimension.

    The file is damaged: export it again.
    """
    if not op.shape(1) or len(op.shape(0)) != 1:
        return f"the table is {op.shape(1)}, the indices are {op.shape(0)}"
    return None if op.constant(0) is None else _outside(op.integers(0), op.shape(1)[0])


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
    return GatherAttrs(_axis(op), _shared(op))


def _gather_steps(op: OpView) -> tuple[Step, ...]:
    if op.constant(1) is None:
        return _computed_steps(op)
    shape, shared, axis = op.shape(0), _shared(op), _axis(op)
    taken = Taken(axis, op.integers(1), op.shape(1))
    if not shared:
        return sliced(taken, shape, 0, len(op.operands))
    # Each of the shared dimensions has indices of its own: all elements are numbered in one row.
    before, between = math.prod(shape[:axis]), math.prod(shape[shared:axis])
    table = np.reshape(taken.indices, (math.prod(shape[:shared]), -1))
    first = np.arange(before) * shape[axis]
    flat = first[:, None] + np.repeat(table, between, axis=0)
    result = (*shape[:axis], *taken.shape[shared:], *shape[axis + 1 :])
    return _by_number(op, flat.reshape(-1).tolist(), shape[axis + 1 :], result)


def _computed_steps(op: OpView) -> tuple[Step, ...]:
    """Of indices that are computed; without a shared batch that of the indices becomes one."""
    if op.constant(0) is not None or _shared(op):
        return ()
    shape, indices, axis = op.shape(0), op.shape(1), _axis(op)
    result = (*shape[:axis], *indices, *shape[axis + 1 :])
    return (
        Step(GATHER, GatherAttrs(axis, batch_dims=1), (0, 1)),
        Step(RESHAPE, ReshapeAttrs(result), (len(op.operands),)),
    )


def _tuple_steps(op: OpView) -> tuple[Step, ...]:
    """GATHER_ND by constants: the first dimensions as one, whose elements are numbered."""
    if op.constant(1) is None:
        return ()
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
    wanted = Taken(1, tuple(numbers), (len(numbers),))
    attrs, indices = wanted.gather
    gather = Step(GATHER, attrs, (count,), indices=indices)
    taken = sliced(wanted, source, count, count + 1) or (gather,)
    return (
        Step(RESHAPE, ReshapeAttrs(source), (0,)),
        *taken,
        Step(RESHAPE, ReshapeAttrs(result), (count + len(taken),)),
    )


def sliced(taken: Taken, shape: Shape, source: int, next_result: int) -> tuple[Step, ...]:
    """The steps of a slice that takes the same elements; none where they are no equal steps apart.

    Args:
        taken: which elements.
        shape: of the operand.
        source: the operand's number.
        next_result: the number of the first step's result.
    """
    run, axis = equal_steps(taken.indices), taken.axis
    if run is None:
        return ()
    begin, end, strides = [0] * len(shape), [*shape], [1] * len(shape)
    begin[axis], end[axis], strides[axis] = run.start, run.stop, run.step
    shrink = () if taken.shape else (axis,)
    bounds = StridedSliceAttrs(tuple(begin), tuple(end), tuple(strides), shrink)
    steps = (Step(STRIDED_SLICE, bounds, (source,)),)
    if len(taken.shape) < 2:
        return steps
    result = (*shape[:axis], *taken.shape, *shape[axis + 1 :])
    return (*steps, Step(RESHAPE, ReshapeAttrs(result), (next_result,)))


def _row_steps(op: OpView) -> tuple[Step, ...]:
    """EMBEDDING_LOOKUP, which reads the indices first."""
    if op.constant(0) is None:
        return (Step(GATHER, GatherAttrs(0), (1, 0)),)
    rows = Taken(0, op.integers(0), op.shape(0))
    attrs, indices = rows.gather
    gather = Step(GATHER, attrs, (1,), indices=indices)
    return sliced(rows, op.shape(1), 1, len(op.operands)) or (gather,)


def _write(attrs: GatherAttrs, options: Any) -> None:
    options.axis, options.batchDims = attrs.axis, attrs.batch_dims


FORMS = (
    TfliteForm(
        Rule(
            GATHER,
            "GatherOptions",
            _gather,
            (one_computed_operand, gather_axes, few_indices, indices_exist, one_row_each),
            tensors=2,
            required=2,
            steps=_gather_steps,
        ),
        write=_write,
        constants=no_constants,
        version=ByType(int8=2, int16=4),
        resolver="AddGather",
    ),
    TfliteForm(
        Rule(
            GATHER_ND,
            "GatherNdOptions",
            no_attrs,
            (one_computed_operand, tuples_exist),
            tensors=2,
            required=2,
            steps=_tuple_steps,
        ),
        write=no_options,
        constants=no_constants,
        version=first_version,
        resolver="AddGatherNd",
    ),
)
FURTHER_RULES: dict[str, Rule[Any]] = {
    "EMBEDDING_LOOKUP": Rule(
        GATHER,
        "",
        _gather,
        (one_computed_operand, _rows_exist),
        tensors=2,
        required=2,
        steps=_row_steps,
    ),
}
