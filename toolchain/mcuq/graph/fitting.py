"""Operators that move values, written as several that TensorFlow Lite Micro's kernels take.

A CONCATENATION of many inputs becomes several; dimensions that a STRIDED_SLICE takes whole are
merged where it has more than four.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mcuq.graph.graph import Op, Tensor
from mcuq.ops.movement import CONCATENATION, RESHAPE, ReshapeAttrs
from mcuq.ops.operator import Shape
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs

MOST_JOINED = 10
"""Inputs of a CONCATENATION."""
MOST_SLICED = 4
"""Dimensions of a STRIDED_SLICE."""


def fitting(op: Op, tensors: dict[str, Tensor]) -> Iterator[Op]:
    """What stands in an operator's place, itself where it fits.

    Args:
        op: any operator.
        tensors: those that it reads and writes; new ones are added as the operators are taken.
    """
    if op.kind is CONCATENATION and len(op.inputs) > MOST_JOINED:
        return _joined(op, tensors)
    if op.kind is STRIDED_SLICE and len(tensors[op.inputs[0]].shape) > MOST_SLICED:
        return _sliced(op, tensors)
    return iter((op,))


def _joined(op: Op, tensors: dict[str, Tensor]) -> Iterator[Op]:
    """Groups of neighbours first, then these."""
    inputs = op.inputs
    level = 0
    while len(inputs) > MOST_JOINED:
        groups = [inputs[i : i + MOST_JOINED] for i in range(0, len(inputs), MOST_JOINED)]
        names = []
        for number, group in enumerate(groups):
            name = f"{op.output}/joined{level}_{number}"
            if len(group) == 1:
                name = group[0]
            else:
                shapes = [tensors[each].shape for each in group]
                tensors[name] = Tensor(name, op.kind.shape(op.attrs, shapes))
                yield Op(op.kind, name, group, (name,), op.attrs)
            names.append(name)
        inputs, level = tuple(names), level + 1
    yield replace(op, inputs=inputs)


def _sliced(op: Op, tensors: dict[str, Tensor]) -> Iterator[Op]:
    """As RESHAPE, STRIDED_SLICE, RESHAPE where that has few enough dimensions."""
    attrs = op.attrs
    assert isinstance(attrs, StridedSliceAttrs)
    shape, merged = merged_slice(tensors[op.inputs[0]].shape, attrs)
    if len(shape) > MOST_SLICED:
        yield op
        return
    flat, part = f"{op.output}/merged", f"{op.output}/part"
    tensors[flat] = Tensor(flat, shape)
    tensors[part] = Tensor(part, merged.lengths)
    yield Op(RESHAPE, flat, op.inputs, (flat,), ReshapeAttrs(shape))
    yield Op(STRIDED_SLICE, part, (flat,), (part,), merged)
    yield Op(RESHAPE, op.name, (part,), op.outputs, ReshapeAttrs(tensors[op.output].shape))


def merged_slice(shape: Shape, attrs: StridedSliceAttrs) -> tuple[Shape, StridedSliceAttrs]:
    """The fewest dimensions of which a slice takes the same elements in the same order.

    A dimension that is taken whole goes with the one before it where that is taken in steps of 1,
    one that is reversed with another; those of a single element do not count. The first stays
    where there is room: it is the batch.
    """
    triples = tuple(zip(attrs.begin, attrs.end, attrs.strides, strict=True))
    sizes, bounds = [shape[0]], [triples[0]]
    for size, (begin, end, stride) in list(zip(shape, triples, strict=True))[1:]:
        first, last, step = bounds[-1]
        if size == 1:
            continue
        backwards = (first, last, step) == (sizes[-1] - 1, -1, -1)
        if len(sizes) > 1 and step == 1 and (begin, end, stride) == (0, size, 1):
            sizes[-1] *= size
            bounds[-1] = (first * size, last * size, 1)
        elif len(sizes) > 1 and backwards and (begin, end, stride) == (size - 1, -1, -1):
            sizes[-1] *= size
            bounds[-1] = (sizes[-1] - 1, -1, -1)
        else:
            sizes.append(size)
            bounds.append((begin, end, stride))
    if len(sizes) > MOST_SLICED and sizes[0] == 1:
        sizes, bounds = sizes[1:], bounds[1:]
    begins, ends, steps = (tuple(column) for column in zip(*bounds, strict=True))
    return tuple(sizes), StridedSliceAttrs(begins, ends, steps)
