"""GATHER and MIRROR_PAD as slices and a concatenation, which exist with int16 activations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mcuq.graph import Op, Tensor
from mcuq.graph.fitting import fitting
from mcuq.ops.gathering import GatherAttrs, equal_steps
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.padding import MirrorPadAttrs
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs


def reads_as_stated(op: Op, tensors: Mapping[str, Tensor]) -> bool:
    """Whether the operator's indices are known, and what it reads is computed."""
    source, *others = (tensors[name].is_constant for name in op.inputs)
    return not source and all(others)


def gathered(op: Op, tensors: dict[str, Tensor]) -> Iterator[Op]:
    """GATHER; new tensors are added as the operators are taken."""
    attrs, indices = op.attrs, tensors[op.inputs[1]].data
    assert isinstance(attrs, GatherAttrs) and indices is not None  # `reads_as_stated`
    flat, last = f"{op.output}#taken", tensors[op.inputs[0]].shape[attrs.axis] - 1
    places = np.clip(indices.astype(int), 0, last).reshape(-1).tolist()
    yield from _picked(op.inputs[0], flat, attrs.axis, places, tensors)
    shape = ReshapeAttrs(tensors[op.output].shape)
    yield Op(RESHAPE, op.name, (flat,), op.outputs, shape)


def mirrored(op: Op, tensors: dict[str, Tensor]) -> Iterator[Op]:
    """MIRROR_PAD, one dimension after the other."""
    attrs = op.attrs
    assert isinstance(attrs, MirrorPadAttrs)
    source = op.inputs[0]
    for axis, indices in enumerate(attrs.indices(tensors[source].shape)):
        if any(attrs.paddings[axis]):
            name = f"{op.output}#axis{axis}"
            yield from _picked(source, name, axis, indices.tolist(), tensors)
            source = name
    shape = ReshapeAttrs(tensors[op.output].shape)
    yield Op(RESHAPE, op.name, (source,), op.outputs, shape)


def _picked(
    source: str, result: str, axis: int, indices: Sequence[int], tensors: dict[str, Tensor]
) -> Iterator[Op]:
    """Elements of one dimension: a slice for each run of equal steps, joined."""
    shape = tensors[source].shape
    tensors[result] = Tensor(result, (*shape[:axis], len(indices), *shape[axis + 1 :]))
    runs = list(_runs(indices))
    names = [result] if len(runs) == 1 else [f"{result}{number}" for number in range(len(runs))]
    for name, run in zip(names, runs, strict=True):
        tensors[name] = Tensor(name, (*shape[:axis], len(run), *shape[axis + 1 :]))
        begin, end, steps = [0] * len(shape), [*shape], [1] * len(shape)
        begin[axis], end[axis], steps[axis] = run.start, run.stop, run.step
        bounds = StridedSliceAttrs(tuple(begin), tuple(end), tuple(steps))
        yield from fitting(Op(STRIDED_SLICE, name, (source,), (name,), bounds), tensors)
    if len(runs) > 1:
        joined = Op(CONCATENATION, result, tuple(names), (result,), ConcatAttrs(axis))
        yield from fitting(joined, tensors)


def _runs(indices: Sequence[int]) -> Iterator[range]:
    """The indices in as long pieces of equal steps as go, first to last."""
    start = 0
    while start < len(indices):
        steps = np.diff(indices[start:])
        same = steps[:1].size and steps[0] != 0
        count = 1 + int(np.argmin([*(steps == steps[0]), False])) if same else 1
        run = equal_steps(indices[start : start + count])
        assert run is not None  # one element is a run
        yield run
        start += count
