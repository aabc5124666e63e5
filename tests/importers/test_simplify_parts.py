"""Slices of one operand of a CONCATENATION, and operators for nobody."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.simplify.parts import take_parts, without_unread
from mcuq.interpret.float import run_float
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.unary import RELU, TANH


@given(
    axis=st.integers(1, 2),
    sizes=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    other=st.integers(1, 2),
    bounds=st.tuples(st.integers(0, 8), st.integers(1, 3)),
    reshaped=st.booleans(),
)
def test_values_stay_and_whole_operands_are_taken(
    axis: int, sizes: list[int], other: int, bounds: tuple[int, int], reshaped: bool
) -> None:
    build, total = GraphBuilder(), sum(sizes)
    shapes = [(1, size, other) if axis == 1 else (1, other, size) for size in sizes]
    inputs = [build.input(shape, "x") for shape in shapes]
    parts = [build.op(RELU, NoAttrs(), [name], "part") for name in inputs]
    joined = build.op(CONCATENATION, ConcatAttrs(axis), parts, "joined")
    shape = build.shape(joined)
    begin = min(bounds[0], total - 1)
    end = min(begin + bounds[1], total)
    if reshaped:
        shape = (1, *shape)
        joined = build.op(RESHAPE, ReshapeAttrs(shape), [joined], "reshaped")
    position = axis + reshaped
    first = tuple(begin if number == position else 0 for number in range(len(shape)))
    last = tuple(end if number == position else size for number, size in enumerate(shape))
    attrs = StridedSliceAttrs(first, last, (1,) * len(shape))
    y = build.op(TANH, NoAttrs(), [build.op(STRIDED_SLICE, attrs, [joined], "slice")], "y")
    graph = build.graph("model", (y,))
    taken = take_parts(graph)
    rng = np.random.default_rng(0)
    samples = [rng.normal(size=(3, *shape[1:])).astype(np.float32) for shape in shapes]
    wanted, found = (run_float(each, samples)[each.outputs[0]] for each in (graph, taken))
    np.testing.assert_array_equal(found.reshape(wanted.shape), wanted)
    edges = np.cumsum([0, *sizes]).tolist()
    whole = (begin, end) in itertools.pairwise(edges) and (axis == 1 or other == 1)
    if whole and end - begin != total:
        assert STRIDED_SLICE not in {op.kind for op in taken.ops}
        assert CONCATENATION not in {op.kind for op in taken.ops}


def test_operators_for_nobody_go() -> None:
    build = GraphBuilder()
    x = build.input((1, 3), "x")
    y = build.op(RELU, NoAttrs(), [x], "y")
    build.op(TANH, NoAttrs(), [build.op(TANH, NoAttrs(), [y], "a")], "b")
    graph = without_unread(build.graph("model", (y,)))
    assert [op.kind for op in graph.ops] == [RELU]
    assert set(graph.tensors) == {"x", "y"}
