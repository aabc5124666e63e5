"""An index that may count from the end becomes the index, where it surely is one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import tflm_outputs

from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.importers.buildable import check_buildable
from mcuq.importers.builder import GraphBuilder
from mcuq.importers.simplify.compared import look_up_comparisons
from mcuq.importers.simplify.unwrap import unwrap_indices, whole_inputs
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import quantize_inputs
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.cast import CAST, CastAttrs
from mcuq.ops.comparison import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.selection import SELECT_V2
from mcuq.quantize import quantize

ROWS = 5


def embedding(added: int = ROWS, least: int = 0, moved: bool = False) -> Graph:
    """table[i < least ? i + added : i], `moved`: the choice the other way round."""
    b = GraphBuilder()
    index = b.input((1, 3), "i", Element.INT32)
    bound, count = (
        b.constant(np.array([n]), name, Element.INT32)
        for n, name in ((least, "least"), (added, "count"))
    )
    below = b.op(LESS, NoAttrs(), [index, bound], "below")
    plus = b.op(ADD, BinaryAttrs(), [index, count], "plus")
    both = [index, plus] if moved else [plus, index]
    chosen = b.op(SELECT_V2, NoAttrs(), [below, *both], "chosen")
    table = b.constant(np.arange(2.0 * ROWS).reshape(ROWS, 2), "table")
    return b.graph("embedding", (b.op(GATHER, GatherAttrs(0), [table, chosen], "y"),))


def test_the_index_itself_is_read() -> None:
    graph = embedding()
    found = unwrap_indices(graph)
    assert [op.kind for op in found.ops] == [GATHER]
    assert found.ops[0].inputs[1] == "i" and set(found.tensors) == {"i", "table", "y"}
    index = np.array([[0, 4, 2], [1, 1, 3]], np.int32)
    np.testing.assert_array_equal(run_float(found, [index])["y"], run_float(graph, [index])["y"])


@pytest.mark.parametrize("also", [False, True])
def test_an_input_that_is_only_cast_to_indices_is_one_of_integers(also: bool) -> None:
    """`also`: something else reads it, too."""
    b = GraphBuilder()
    index = b.input((1, 3), "i")
    whole = b.op(CAST, CastAttrs(Element.INT32), [index], "whole")
    table = b.constant(np.arange(2.0 * ROWS).reshape(ROWS, 2), "table")
    outputs = [b.op(GATHER, GatherAttrs(0), [table, whole], "y")]
    if also:
        outputs.append(b.op(ADD, BinaryAttrs(), [index, index], "twice"))
    graph = b.graph("embedding", tuple(outputs))
    found = whole_inputs(graph)
    assert (found is graph) == also
    assert (found.tensors["i"].element is Element.REAL) == also
    places = np.array([[0, 4, 2], [1, 1, 3]], np.float32)
    np.testing.assert_array_equal(run_float(found, [places])["y"], run_float(graph, [places])["y"])


@pytest.mark.parametrize("change", [{"added": 4}, {"least": 1}, {"moved": True}])
def test_any_other_choice_stays(change: dict[str, int]) -> None:
    graph = embedding(**change)  # type: ignore[arg-type]  # by name
    assert unwrap_indices(graph) is graph


@given(
    kind=st.sampled_from([EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL]),
    bound=st.integers(-1, ROWS + 1),
    swapped=st.booleans(),
    looked_up=st.booleans(),
)
def test_a_comparison_of_an_index_is_looked_up(
    kind: AnyOperator, bound: int, swapped: bool, looked_up: bool
) -> None:
    b = GraphBuilder()
    index = b.input((1, ROWS), "i", Element.INT32)
    constant = b.constant(np.array([bound]), "bound", Element.INT32)
    pair = [constant, index] if swapped else [index, constant]
    outputs = [b.op(kind, NoAttrs(), pair, "holds")]
    if looked_up:
        table = b.constant(np.arange(2.0 * ROWS).reshape(ROWS, 2), "table")
        outputs.append(b.op(GATHER, GatherAttrs(0), [table, index], "y"))
    graph = b.graph("compared", tuple(outputs))
    found = look_up_comparisons(graph)
    if not looked_up:  # nothing says which integers there are
        assert found is graph
        return
    values = np.arange(ROWS)[None].astype(np.float32)
    expected = run_float(graph, [values])["holds"]
    np.testing.assert_array_equal(run_float(found, [values])["holds"], expected)
    qgraph = quantize(check_buildable(found), calibrate(found, [values]))
    stored = quantize_inputs(qgraph, [values])
    np.testing.assert_array_equal(
        tflm_outputs(qgraph, stored)[0].reshape(-1), expected.astype(bool).reshape(-1)
    )
