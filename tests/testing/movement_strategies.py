"""What is drawn for operators that move values, for a first input of a given shape."""

from __future__ import annotations

import math
from dataclasses import replace

from applied import Applied, Shape
from hypothesis import strategies as st

from mcuq.graph import Graph
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER, GatherAttrs, equal_steps
from mcuq.ops.movement import ConcatAttrs, PadAttrs, ReshapeAttrs, TransposeAttrs
from mcuq.ops.padding import MirrorPadAttrs
from mcuq.ops.repetition import BroadcastAttrs
from mcuq.ops.slicing import StridedSliceAttrs
from mcuq.ops.update import UpdateAttrs


def pad(draw: st.DrawFn, x: Shape) -> Applied:
    around = tuple(draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in x[1:])
    return Applied(PadAttrs(((0, 0), *around)))


def concatenation(draw: st.DrawFn, x: Shape) -> Applied:
    axis = draw(st.integers(1, len(x) - 1))
    shapes = [
        (*x[:axis], size, *x[axis + 1 :])
        for size in draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    ]
    split = len(shapes) - draw(st.sampled_from([0, 0, len(shapes)]))
    return Applied(ConcatAttrs(axis), tuple(shapes[:split]), tuple(shapes[split:]))


def reshape(draw: st.DrawFn, x: Shape) -> Applied:
    if draw(st.booleans()):
        return Applied(ReshapeAttrs((1, math.prod(x))))
    return Applied(ReshapeAttrs(tuple(draw(st.permutations(x)))))


def squeeze(draw: st.DrawFn, x: Shape) -> Applied:
    ones = [axis for axis, size in enumerate(x) if size == 1]
    least = [axis for axis in ones if axis] or ones
    dims = draw(st.sets(st.sampled_from(least), min_size=1, max_size=len(x) - 1))
    left = tuple(size for axis, size in enumerate(x) if axis not in dims)
    return Applied(ReshapeAttrs(left, tuple(sorted(dims))))


def transpose(draw: st.DrawFn, x: Shape) -> Applied:
    return Applied(TransposeAttrs(tuple(draw(st.permutations(range(len(x)))))))


def strided_slice(draw: st.DrawFn, x: Shape) -> Applied:
    bounds, shrink = [(0, 1, 1)], []
    for axis, size in enumerate(x[1:], 1):
        first = draw(st.integers(0, size - 1))
        if draw(st.integers(0, 3)) == 3:
            shrink.append(axis)
            bounds.append((first, first + 1, 1))
            continue
        step = draw(st.sampled_from([1, 2, -1, -2]))
        last = draw(st.integers(first + 1, size) if step > 0 else st.integers(-1, first - 1))
        bounds.append((first, last, step))
    begin, end, strides = (tuple(column) for column in zip(*bounds, strict=True))
    return Applied(StridedSliceAttrs(begin, end, strides, tuple(shrink)))


def pad_with(draw: st.DrawFn, x: Shape) -> Applied:
    return replace(pad(draw, x), constants=((1,),))


def mirror_pad(draw: st.DrawFn, x: Shape) -> Applied:
    edge = draw(st.booleans())
    around = [draw(st.tuples(*(st.integers(0, min(3, size - (not edge))),) * 2)) for size in x[1:]]
    return Applied(MirrorPadAttrs(((0, 0), *around), edge))


def gather(draw: st.DrawFn, x: Shape) -> Applied:
    """By constant indices, or by computed ones, which share the batch; from a constant, too."""
    axis = draw(st.integers(1, len(x) - 1))
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=2)))
    kinds = (Element.REAL, Element.INT32)
    match draw(st.sampled_from(["constant", "computed", "table"])):
        case "constant":
            return Applied(GatherAttrs(axis), (), (shape,), elements=kinds)
        case "computed":
            return Applied(GatherAttrs(axis, 1), ((1, *shape),), elements=kinds)
    table = (draw(st.integers(1, 6)), draw(st.integers(1, 3)))
    return Applied(GatherAttrs(0), (), (table,), constants_first=True, elements=kinds)


def broadcast_to(draw: st.DrawFn, x: Shape) -> Applied:
    wide = tuple(draw(st.integers(1, 3)) if size == 1 else size for size in x[1:])
    return Applied(BroadcastAttrs((1, *wide)))


def gather_nd(draw: st.DrawFn, x: Shape) -> Applied:
    """By computed tuples, or by constant ones; from a constant, too."""
    form = tuple(draw(st.lists(st.integers(1, 4), max_size=2)))
    kinds = (Element.REAL, Element.INT32)
    match draw(st.sampled_from(["computed", "constant", "table"])):
        case "computed":
            depth = draw(st.integers(1, len(x)))
            return Applied(NoAttrs(), ((1, *form, depth),), elements=kinds)
        case "constant":
            depth = draw(st.integers(1, len(x)))
            return Applied(NoAttrs(), (), ((*form, depth),), elements=kinds)
    table = tuple(draw(st.lists(st.integers(1, 4), min_size=x[-1], max_size=5)))
    return Applied(NoAttrs(), (), (table,), constants_first=True, elements=kinds)


def update(draw: st.DrawFn, x: Shape) -> Applied:
    """At a place that stands in the attributes, or in an operand; of reals or of integers."""
    size = (1, *(draw(st.integers(1, n)) for n in x[1:]))
    activations, constants = draw(st.sampled_from([((size,), ()), ((), (size,))]))
    kind = draw(st.sampled_from([Element.REAL, Element.REAL, Element.INT32]))
    if draw(st.booleans()):
        elements = (kind, kind, Element.INT32)
        return Applied(UpdateAttrs(), activations, (*constants, (len(x),)), elements=elements)
    start = tuple(draw(st.integers(0, n - m)) for n, m in zip(x, size, strict=True))
    return Applied(UpdateAttrs(start), activations, constants, elements=(kind, kind))


def is_read_otherwise(graph: Graph) -> bool:
    """Whether files say the graph's one operator in other words: a GATHER of equal steps is read as
    a slice, a GATHER_ND of constant tuples likewise, an update at a constant place has that in its
    attributes."""
    op = graph.ops[0]
    last = graph.tensors[op.inputs[-1]].data
    if op.kind is GATHER:
        return last is not None and equal_steps(last.astype(int).reshape(-1).tolist()) is not None
    is_place = op.kind is GATHER_ND or op.attrs == UpdateAttrs()
    return is_place and last is not None
