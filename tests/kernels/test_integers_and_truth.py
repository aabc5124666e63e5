"""Models of reals, integers and truth values: bytes of TFLite Micro, and of the kernels."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_calls import run_calls
from oracles import tflm_outputs

from mcuq.calibrate import calibrate
from mcuq.cost import plan_program
from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import MUL, BinaryAttrs
from mcuq.ops.comparison import GREATER
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.logic import LOGICAL_AND
from mcuq.ops.position import ARG_MAX, PositionAttrs
from mcuq.ops.selection import SELECT_V2
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, quantize, with_float_io
from mcuq.quantized import QuantizedGraph


def mixed() -> Graph:
    """Rows of a table, kept where they are above a bound and a mask says so, and the best one."""
    b = GraphBuilder()
    rng = np.random.default_rng(0)
    index = b.input((1, 6), "index", Element.INT32)
    mask = b.input((1, 6, 4), "mask", Element.BOOL)
    gain = b.input((1, 1, 4), "gain")
    table = b.constant(rng.normal(0, 3, (9, 4)), "table")
    row = b.op(GATHER, GatherAttrs(0), [table, index], "row")
    scaled = b.op(MUL, BinaryAttrs(), [row, gain], "scaled")
    bound = b.constant(np.array([0.5]), "bound")
    above = b.op(GREATER, NoAttrs(), [scaled, bound], "above")
    both = b.op(LOGICAL_AND, NoAttrs(), [above, mask], "both")
    low = b.constant(np.array([-1.0]), "low")
    kept = b.op(SELECT_V2, NoAttrs(), [both, scaled, low], "kept")
    best = b.op(ARG_MAX, PositionAttrs(1), [kept], "best")
    return b.graph("mixed", (kept, best, both))


@pytest.fixture(scope="module")
def samples() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    index = rng.integers(0, 9, (40, 6))
    return [index, rng.random((40, 6, 4)) < 0.7, rng.normal(0, 2, (40, 1, 4))]


@pytest.fixture(scope="module")
def qgraph(samples: list[np.ndarray]) -> QuantizedGraph:
    return quantize(mixed(), calibrate(mixed(), samples))


def test_types_and_bytes(qgraph: QuantizedGraph, samples: list[np.ndarray]) -> None:
    assert [qgraph.tensors[name].dtype for name in (*qgraph.inputs, *qgraph.outputs)] == [
        np.int32, np.bool_, np.int8, np.int8, np.int32, np.bool_,
    ]  # fmt: skip
    inputs = quantize_inputs(qgraph, samples)
    got = run_integer(qgraph, inputs)
    for name, expected in zip(qgraph.outputs, tflm_outputs(qgraph, inputs), strict=True):
        np.testing.assert_array_equal(got[name], expected.reshape(got[name].shape))
    reals = dequantize_outputs(qgraph, got)
    assert set(np.unique(reals["both"])) == {0.0, 1.0} and reals["best"].max() <= 5


def test_kernels_give_the_same(qgraph: QuantizedGraph, samples: list[np.ndarray]) -> None:
    inputs = quantize_inputs(qgraph, samples)
    expected = run_integer(qgraph, inputs)
    memory = plan_program(lower(qgraph, LowerOptions(address_bytes=8)))
    for sample in range(8):
        found = run_calls(memory, [x[sample] for x in inputs])
        for name, values in zip(qgraph.outputs, found, strict=True):
            np.testing.assert_array_equal(values.ravel(), expected[name][sample].ravel())


def test_float_edges_leave_integers_alone(qgraph: QuantizedGraph) -> None:
    edges = with_float_io(qgraph)
    assert [edges.tensors[name].dtype for name in edges.inputs] == [np.int32, np.bool_, np.float32]
    assert [edges.tensors[name].is_float for name in edges.outputs] == [True, False, False]


def test_a_built_file_is_read_as_it_is(qgraph: QuantizedGraph) -> None:
    again = load_quantized(tflite_bytes(qgraph))
    assert tflite_bytes(again) == tflite_bytes(qgraph)


def test_searches_choose_nothing_for_what_is_no_real_number(samples: list[np.ndarray]) -> None:
    """A width for an index, an observer for a truth value: neither changes anything."""
    ranges = calibrate(mixed(), samples, {"minmax", "percentile_99.9"})
    other = Config(
        observers={name: "percentile_99.9" for name in ("index", "mask", "both", "best")}
    )
    assert tflite_bytes(quantize(mixed(), ranges, other)) == tflite_bytes(quantize(mixed(), ranges))
