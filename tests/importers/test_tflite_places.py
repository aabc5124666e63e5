"""Places that are computed: NumPy's statement, and TensorFlow Lite Micro's bytes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from as_given import affine
from computed_places import Placing, Tuples, placings, stored_inputs, tuples
from hypothesis import given, settings
from tflite_files import File, opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.importers.buildable import check_buildable
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.micro import run_micro

COUNT = 12


def _check_float(file: Placing | Tuples) -> None:
    graph = check_buildable(load_tflite(file.content("float32")))
    samples = file.samples("float32", COUNT)
    shapes = [graph.tensors[name].shape[1:] for name in graph.inputs]
    inputs = [
        x.astype(np.float32).reshape(COUNT, *shape)
        for x, shape in zip(samples, shapes, strict=True)
    ]
    actual = run_float(graph, inputs)[graph.outputs[0]]
    expected = file.expected(samples, "float32")
    np.testing.assert_array_equal(actual.reshape(expected.shape), expected)


def _check_bytes(file: Placing | Tuples, dtype: str) -> None:
    content, samples = file.content(dtype), file.samples(dtype, COUNT)
    qgraph = load_quantized(content)
    inputs = stored_inputs(qgraph, samples)
    ours = run_integer(qgraph, inputs)[qgraph.outputs[0]]
    expected = file.expected(samples, dtype)
    np.testing.assert_array_equal(ours.reshape(expected.shape), expected)
    (theirs,) = run_micro(content, samples)
    np.testing.assert_array_equal(ours.reshape(theirs.shape), theirs)


@pytest.mark.parametrize("places", ["int32", "int64"])
@given(file=placings())
@settings(max_examples=30)
def test_a_part_goes_where_numpy_puts_it(places: str, file: Placing) -> None:
    _check_float(replace(file, places=places))


@given(file=tuples())
@settings(max_examples=60)
def test_elements_are_those_of_numpy(file: Tuples) -> None:
    _check_float(file)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
@given(file=placings())
@settings(max_examples=8)
def test_a_place_outside_is_moved_as_in_micro(dtype: str, file: Placing) -> None:
    _check_bytes(file, dtype)


@given(file=tuples())
@settings(max_examples=16)
def test_a_tuple_is_a_place_in_memory_as_in_micro(file: Tuples) -> None:
    _check_bytes(file, "int8")


@pytest.mark.parametrize("outside", [[3, 0], [0, -1], [2**31 - 1, 2**31 - 1], [-1, 0]])
def test_where_micro_stops_the_nearest_element_is_taken(outside: list[int]) -> None:
    file = Tuples((3, 4), (1, 2), fixed=True)
    content, indices = file.content("int8"), np.array([[outside]], np.int32)
    with pytest.raises(InputError):
        run_micro(content, [indices])
    qgraph = load_quantized(content)
    expected = file.expected([indices], "int8")
    ours = run_integer(qgraph, stored_inputs(qgraph, [indices]))[qgraph.outputs[0]]
    assert ours.ravel().tolist() == expected.ravel().tolist()


@pytest.mark.parametrize("shape", [(1,), (3,)])
def test_a_place_has_a_number_a_dimension(shape: tuple[int, ...]) -> None:
    file = File()
    x, part = file.tensor("x", (1, 4)), file.tensor("part", (1, 2))
    place = file.tensor("place", shape, "int32")
    y = file.tensor("y", (1, 4))
    file.op("DYNAMIC_UPDATE_SLICE", [x, part, place], y, opts("DynamicUpdateSlice"))
    with pytest.raises(InputError, match=r"a place of shape .* of \(1, 4\)"):
        load_tflite(file.content([x, part, place], [y]))


def test_six_indices_are_more_than_micro_takes() -> None:
    with pytest.raises(InputError, match="five at most"):
        load_tflite(Tuples((1, 2, 2, 2, 2, 2), (3, 6), fixed=True).content("float32"))


def _cache() -> bytes:
    """Rows of a state are replaced at places that are given, as caches of attention keep keys."""
    grid = affine(0.1)
    tensors = [
        TensorSpec("row", (1, 1, 3), "int8", **grid),
        TensorSpec("place", (3,), "int32"),
        TensorSpec("handle", (), "resource"),
        TensorSpec("kept", (1, 4, 3), "int8", **grid),
        TensorSpec("written", (1, 4, 3), "int8", **grid),
    ]
    once, named = schema.CallOnceOptionsT(), schema.VarHandleOptionsT()
    once.initSubgraphIndex, named.container, named.sharedName = 1, "", "cache"
    read, assign = schema.ReadVariableOptionsT(), schema.AssignVariableOptionsT()
    operators = [
        OperatorSpec("CALL_ONCE", (), (), once, 1),
        OperatorSpec("VAR_HANDLE", (), (2,), named, 1),
        OperatorSpec("READ_VARIABLE", (2,), (3,), read, 1),
        OperatorSpec("DYNAMIC_UPDATE_SLICE", (3, 0, 1), (4,), opts("DynamicUpdateSlice")),
        OperatorSpec("ASSIGN_VARIABLE", (2, 4), (), assign, 1),
    ]
    zeros = TensorSpec("zeros", (1, 4, 3), "int8", np.zeros((1, 4, 3), np.int8), **grid)
    first = [
        OperatorSpec("VAR_HANDLE", (), (0,), named, 1),
        OperatorSpec("ASSIGN_VARIABLE", (0, 1), (), assign, 1),
    ]
    initial = ([TensorSpec("handle", (), "resource"), zeros], first)
    return build_model(tensors, operators, [0, 1], [4], once=initial)


def test_a_cache_is_written_step_by_step_as_in_micro() -> None:
    content, rng = _cache(), np.random.default_rng(0)
    qgraph = load_quantized(content)
    rows = rng.integers(-128, 128, (2, 6, 1, 1, 3)).astype(np.int8)
    places = np.zeros((2, 6, 3), np.int32)
    places[..., 1] = rng.integers(-1, 6, (2, 6))
    ours = run_integer(qgraph, [rows[:, :, 0], places])[qgraph.outputs[0]]
    (theirs,) = run_micro(content, [rows, places])
    np.testing.assert_array_equal(ours.reshape(theirs.shape), theirs)
