"""STRIDED_SLICE, SLICE, REVERSE_V2: masks, negative indices, ellipses resolved to plain bounds."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.tflite.operators.common import constant_operands, requiring
from mcuq.tflite.operators.form import Rule, TfliteForm
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


class StridedSlice(IntEnum):
    """StridedSliceOptions."""

    BEGIN_MASK = 0
    END_MASK = 1
    ELLIPSIS_MASK = 2
    NEW_AXIS_MASK = 3
    SHRINK_AXIS_MASK = 4
    OFFSET = 5


class Split(IntEnum):
    """SplitOptions and SplitVOptions alike."""

    COUNT = 0


class Unpack(IntEnum):
    """UnpackOptions."""

    COUNT = 0
    AXIS = 1


def equal_lengths(op: OpView) -> str | None:
    """Begin, end and strides of a slice have one entry a dimension, at most the input's.

    The file is damaged: export it again.
    """
    counts = {len(op.integers(number)) for number in (1, 2, 3)}
    rank = len(op.shape(0)) + bin(op.int32(StridedSlice.ELLIPSIS_MASK)).count("1")
    return None if len(counts) == 1 and max(counts) <= rank else f"{sorted(counts)} of {rank}"


def strides_not_zero(op: OpView) -> str | None:
    """The strides of a slice are not zero.

    The file is damaged: export it again.
    """
    return "one is 0" if 0 in op.integers(3) else None


def no_new_axis(op: OpView) -> str | None:
    """A slice adds no dimensions and takes its end as an index.

    Use a reshape or an expand_dims to add a dimension.
    """
    if op.int32(StridedSlice.NEW_AXIS_MASK):
        return "it has a new-axis mask"
    return "its end counts from begin" if op.boolean(StridedSlice.OFFSET) else None


def one_ellipsis(op: OpView) -> str | None:
    """A slice has at most one ellipsis.

    The file is damaged: export it again.
    """
    count = bin(op.int32(StridedSlice.ELLIPSIS_MASK)).count("1")
    return None if count <= 1 else f"it has {count}"


def single_elements_exist(op: OpView) -> str | None:
    """An index that drops its dimension lies inside it.

    The file is damaged: export it again.
    """
    mask = op.int32(StridedSlice.SHRINK_AXIS_MASK)
    for axis, (position, size) in enumerate(_positions(op)):
        if position is not None and mask >> position & 1:
            begin = op.integers(1)[position]
            if not -size <= begin < size:
                return f"index {begin} of dimension {axis} with {size} elements"
    return None


def inside_bounds(op: OpView) -> str | None:
    """A slice lies inside its input.

    The file is damaged: export it again.
    """
    begin, size, shape = op.integers(1), op.integers(2), op.shape(0)
    if len(begin) != len(shape) or len(size) != len(shape):
        return f"{len(begin)} entries for {len(shape)} dimensions"
    for first, count, total in zip(begin, size, shape, strict=True):
        if first < 0 or count < -1 or first + max(count, 0) > total:
            return f"begin {begin}, size {size}, input {shape}"
    return None


def axes_to_reverse(op: OpView) -> str | None:
    """What is reversed are dimensions of the input, each once.

    The file is damaged: export it again.
    """
    axes, rank = op.integers(1), len(op.shape(0))
    inside = all(-rank <= axis < rank for axis in axes)
    once = len({axis % max(rank, 1) for axis in axes}) == len(axes)
    return None if inside and once else f"axes {axes} of {rank} dimensions"


def strided_slice_attrs(op: OpView) -> StridedSliceAttrs:
    """Bounds with every mask resolved; a dimension not named is taken whole."""
    bounds = [_bounds(op, position, size) for position, size in _positions(op)]
    mask = op.int32(StridedSlice.SHRINK_AXIS_MASK)
    shrink = tuple(
        axis
        for axis, (position, _) in enumerate(_positions(op))
        if position is not None and mask >> position & 1
    )
    begin, end, strides = zip(*bounds, strict=True) if bounds else ((), (), ())
    return StridedSliceAttrs(begin, end, strides, shrink)


def _positions(op: OpView) -> list[tuple[int | None, int]]:
    """For each dimension of the input: its entry in begin/end/strides (or None), and its size."""
    shape, count = op.shape(0), len(op.integers(1))
    ellipsis = op.int32(StridedSlice.ELLIPSIS_MASK)
    entries: list[int | None] = []
    for position in range(count):
        if ellipsis >> position & 1:
            entries.extend([None] * (len(shape) - count + 1))
        else:
            entries.append(position)
    entries.extend([None] * (len(shape) - len(entries)))
    return list(zip(entries, shape, strict=True))


def _bounds(op: OpView, position: int | None, size: int) -> tuple[int, int, int]:
    """(begin, end, stride) of one dimension, clamped as TFLite's reference kernel does."""
    if position is None:
        return 0, size, 1
    begin, end, stride = (op.integers(number)[position] for number in (1, 2, 3))
    if op.int32(StridedSlice.SHRINK_AXIS_MASK) >> position & 1:
        begin = begin % size
        return begin, begin + 1, 1
    low, high = (0, size) if stride > 0 else (-1, size - 1)
    begin = begin + size if begin < 0 else begin
    end = end + size if end < 0 else end
    begin, end = min(max(begin, low), high), min(max(end, low), high)
    if op.int32(StridedSlice.BEGIN_MASK) >> position & 1:
        begin = low if stride > 0 else high
    if op.int32(StridedSlice.END_MASK) >> position & 1:
        end = high if stride > 0 else low
    return begin, end, stride


def _slice_attrs(op: OpView) -> StridedSliceAttrs:
    begin, size, shape = op.integers(1), op.integers(2), op.shape(0)
    end = tuple(
        total if count == -1 else first + count
        for first, count, total in zip(begin, size, shape, strict=True)
    )
    return StridedSliceAttrs(begin, end, (1,) * len(shape))


def _reversed(op: OpView) -> StridedSliceAttrs:
    shape = op.shape(0)
    backwards = {axis % len(shape) for axis in op.integers(1)}
    bounds = [(n - 1, -1, -1) if i in backwards else (0, n, 1) for i, n in enumerate(shape)]
    begin, end, strides = zip(*bounds, strict=True) if bounds else ((), (), ())
    return StridedSliceAttrs(begin, end, strides)


def _write(attrs: StridedSliceAttrs, options: Any) -> None:
    # begin and end are absolute, but -1 below a negative stride would count from the end: a mask
    # says "past the first element" instead.
    options.endMask = sum(1 << i for i, end in enumerate(attrs.end) if end < 0)
    options.shrinkAxisMask = sum(1 << i for i in attrs.shrink)


STRIDED_SLICE_CONSTRAINTS = (
    constant_operands(1, 2, 3),
    no_new_axis,
    one_ellipsis,
    equal_lengths,
    strides_not_zero,
    single_elements_exist,
)
SLICE_CONSTRAINTS = (constant_operands(1, 2), inside_bounds)

FORMS = (
    TfliteForm(
        Rule(
            STRIDED_SLICE,
            "StridedSliceOptions",
            strided_slice_attrs,
            requiring(*STRIDED_SLICE_CONSTRAINTS),
            required=4,
        ),
        write=_write,
        constants=lambda attrs: (attrs.begin, attrs.end, attrs.strides),
        version=ByType(int8=2, int16=4),
        resolver="AddStridedSlice",
    ),
)
FURTHER_RULES = {
    "SLICE": Rule(
        STRIDED_SLICE,
        "SliceOptions",
        _slice_attrs,
        requiring(*SLICE_CONSTRAINTS),
        required=3,
    ),
    "REVERSE_V2": Rule(
        STRIDED_SLICE,
        "ReverseV2Options",
        _reversed,
        requiring(constant_operands(1), axes_to_reverse),
        required=2,
    ),
}
FURTHER_OPTIONS = {
    "SPLIT": "SplitOptions",
    "SPLIT_V": "SplitVOptions",
    "UNPACK": "UnpackOptions",
}
"""Of operators that are rewritten as slices before rules are asked."""
