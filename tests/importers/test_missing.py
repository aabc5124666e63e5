"""What a file lacks: every such operator, what it costs, and the part that is without any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tflite_files import File

from mcuq.importers import load_tflite
from mcuq.importers.missing import (
    FileGraph,
    FileNode,
    UnknownOperatorsError,
    multiply_accumulates,
    unknown_operators,
)
from mcuq.importers.operators import nearest

BAD = "MATRIX_DIAG"
"""Nothing that a microcontroller runs."""


@st.composite
def graphs(draw: st.DrawFn) -> FileGraph:
    """Operators in order, each of one or two results, some of kind "bad"."""
    values, nodes = [f"x{i}" for i in range(draw(st.integers(1, 2)))], []
    inputs = tuple(values)
    for index in range(draw(st.integers(1, 9))):
        chosen = draw(st.lists(st.sampled_from(values), max_size=3, unique=True))
        results = tuple(f"t{index}.{i}" for i in range(draw(st.integers(1, 2))))
        kind = draw(st.sampled_from(["good", "good", "bad"]))
        macs = draw(st.integers(0, 5))
        nodes.append(FileNode(index, f"node {index}", kind, tuple(chosen), results, macs, 1))
        values += results
    outputs = draw(st.lists(st.sampled_from(values[len(inputs) :]), min_size=1, unique=True))
    return FileGraph(tuple(nodes), inputs, tuple(outputs))


@given(graphs())
def test_a_cut_is_whole_and_without_what_is_missing(graph: FileGraph) -> None:
    missing, cut = unknown_operators(graph, {"bad"}, lambda kind: "")
    bad = {node.index for node in graph.nodes if node.kind == "bad"} & graph.computed
    assert sum(len(one.places) for one in missing) == len(bad)
    if cut is None:
        return
    own = [node for node in graph.nodes if node.index in cut.nodes]
    live = [node for node in own if node.index in graph.computed]
    assert not bad & {node.index for node in own}
    assert cut.operators == len(live)
    assert cut.macs == sum(node.macs for node in live)
    made = {value for node in own for value in node.outputs}
    read = {value for node in live for value in node.inputs}
    assert read <= made | {*cut.inputs}
    assert {*cut.inputs} <= read
    assert {*cut.outputs} <= made
    assert {*cut.inputs} <= {*graph.inputs} if cut.part == "head" else True
    assert {*cut.outputs} <= {*graph.outputs} if cut.part == "tail" else True


@given(graphs())
def test_a_head_gives_all_that_the_rest_needs(graph: FileGraph) -> None:
    _, cut = unknown_operators(graph, {"bad"}, lambda kind: "")
    if cut is None or cut.part == "tail":
        return
    rest = [node for node in graph.nodes if node.index not in cut.nodes]
    outside = {value for node in rest for value in node.outputs} | {*graph.inputs}
    constant = {
        value for node in graph.nodes if node.index not in graph.computed for value in node.outputs
    }
    wanted = {value for node in rest for value in node.inputs} | {*graph.outputs}
    assert wanted - outside - constant == {*cut.outputs} - constant


@pytest.mark.parametrize(
    ("kind", "given_shape", "result", "constants", "macs"),
    [
        ("CONV_2D", (1, 8, 8, 3), (1, 4, 4, 5), [(5, 3, 3, 3), (5,)], 4 * 4 * 5 * 27),
        ("DEPTHWISE_CONV_2D", (1, 8, 8, 3), (1, 8, 8, 6), [(1, 3, 3, 6), (6,)], 8 * 8 * 6 * 9),
        ("FULLY_CONNECTED", (1, 7), (1, 4), [(4, 7), (4,)], 28),
        ("TRANSPOSE_CONV", (1, 4, 4, 2), (1, 8, 8, 3), [(3, 2, 2, 2), (4,)], 16 * 24),
        ("BATCH_MATMUL", (2, 3, 5), (2, 3, 4), [], 2 * 3 * 4 * 5),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", (1, 10, 3), (1, 10, 4), [(4, 3), (4, 4), (4,)], 280),
        ("ADD", (1, 3), (1, 3), [(1, 3)], 0),
    ],
)
def test_a_weight_is_used_once_a_position(
    kind: str,
    given_shape: tuple[int, ...],
    result: tuple[int, ...],
    constants: list[tuple[int, ...]],
    macs: int,
) -> None:
    assert multiply_accumulates(kind, (given_shape, result), constants) == macs


def lacking() -> bytes:
    """Two dense layers, an operator that is not supported before and behind the second."""
    file, rng = File(), np.random.default_rng(0)
    x = file.tensor("x", (1, 4))
    first = file.constant("w0", rng.normal(size=(6, 4)), "float32")
    second = file.constant("w1", rng.normal(size=(2, 6)), "float32")
    a = file.op("FULLY_CONNECTED", [x, first, -1], file.tensor("a", (1, 6)))
    b = file.op(BAD, [a], file.tensor("b", (1, 6)))
    c = file.op("FULLY_CONNECTED", [b, second, -1], file.tensor("c", (1, 2)))
    d = file.op(BAD, [c], file.tensor("d", (1, 2)))
    return file.content([x], [d])


def test_a_file_names_all_that_it_lacks_and_what_that_costs() -> None:
    with pytest.raises(UnknownOperatorsError) as caught:
        load_tflite(lacking())
    error = caught.value
    (missing,) = error.missing
    assert missing.kind == BAD
    assert [place.split(" (")[1] for place in missing.places] == ["output 'b')", "output 'd')"]
    assert (error.macs, missing.macs, missing.blocked_macs) == (24 + 12, 0, 12)
    assert error.operators == 4
    assert error.cut is not None
    assert (error.cut.part, error.cut.macs, error.cut.names) == ("head", 24, ("a",))
    assert error.rule == f"{BAD} is not supported"


@pytest.mark.parametrize(
    "kinds", [("TOPK_V2", "TopK"), ("NON_MAX_SUPPRESSION_V5", "NonMaxSuppression")]
)
def test_what_is_nearest_to_an_operator_of_several_versions(kinds: tuple[str, str]) -> None:
    first, second = map(nearest, kinds)
    assert first == second != ""
