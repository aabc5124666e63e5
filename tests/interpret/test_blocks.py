"""Samples are worked on a block at a time: the same results, and a bounded number of bytes."""

from __future__ import annotations

import tracemalloc

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mcuq.interpret.float.run as float_run
import mcuq.interpret.integer.run as integer_run
from mcuq.calibrate import calibrate, observe
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.float.run import run_blocks, run_float
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.interpret.samples import OnDisk, Rows
from mcuq.quantize import Config, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir


@pytest.fixture(scope="module")
def digits() -> tuple[Graph, QuantizedGraph, npt.NDArray[np.float32]]:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    x = np.load(example_dir("digits") / "calibration.npz")["x"].astype(np.float32)
    x = x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])
    return graph, quantize(graph, calibrate(graph, [x]), Config()), x


@given(samples=st.integers(1, 40), block=st.integers(1, 1 << 18))
def test_the_block_changes_no_integer(
    digits: tuple[Graph, QuantizedGraph, npt.NDArray[np.float32]], samples: int, block: int
) -> None:
    _, qgraph, x = digits
    keep = [op.output for op in qgraph.ops]
    whole = run_integer(qgraph, quantize_inputs(qgraph, [x[:samples]]), keep)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integer_run, "_BLOCK", block)
        parts = run_integer(qgraph, quantize_inputs(qgraph, [x[:samples]]), keep)
    assert all(np.array_equal(whole[name], parts[name]) for name in keep)


def test_peak_memory_does_not_grow_with_the_samples(
    digits: tuple[Graph, QuantizedGraph, npt.NDArray[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, qgraph, x = digits
    # Blocks that even the few samples fill.
    for module in (integer_run, float_run):
        monkeypatch.setattr(module, "_BLOCK", 1 << 18)
    few, many = (np.tile(x, (times, 1, 1, 1)) for times in (8, 64))
    stored = [quantize_inputs(qgraph, [samples]) for samples in (few, many)]
    runs = [
        lambda i: run_integer(qgraph, stored[i]),
        lambda i: run_float(graph, [(few, many)[i]]),
        lambda i: observe(graph, [(few, many)[i]]),
    ]
    for run in runs:
        small, large = (_peak(run, i) for i in (0, 1))
        # Ten outputs and one histogram are all that may be held of a sample.
        assert large < small + 64 * (len(many) - len(few)) + (1 << 20)


def _peak(run: object, number: int) -> int:
    assert callable(run)
    tracemalloc.start()
    try:
        run(number)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=3), st.data(), st.integers(0, 9), st.integers()
)
def test_rows_of_several_arrays_are_those_of_one(
    sizes: list[int], data: st.DataObject, start: int, stop: int
) -> None:
    parts = [np.arange(n * 6, dtype=np.float32).reshape(n, 2, 3) + 100 * n for n in sizes]
    whole = np.concatenate(parts)
    numbers = data.draw(st.lists(st.integers(0, len(whole) - 1))) if len(whole) else []
    rows, expected = Rows(parts, numbers), whole[np.array(numbers, np.int64)]
    assert (len(rows), rows.shape, rows.dtype) == (len(numbers), expected.shape, whole.dtype)
    assert np.array_equal(rows[start:stop], expected[start:stop])


def test_rows_are_run_like_an_array(
    digits: tuple[Graph, QuantizedGraph, npt.NDArray[np.float32]],
) -> None:
    graph, qgraph, x = digits
    numbers = np.random.default_rng(0).permutation(len(x))
    rows = Rows([x[:7], x[7:]], list(numbers))
    name = graph.outputs[0]
    assert np.array_equal(run_float(graph, [rows])[name], run_float(graph, [x[numbers]])[name])
    (stored,), (expected,) = (quantize_inputs(qgraph, [each]) for each in (rows, x[numbers]))
    assert np.array_equal(stored, expected)


def test_activations_on_disk_are_what_was_written(
    digits: tuple[Graph, QuantizedGraph, npt.NDArray[np.float32]],
) -> None:
    graph, _, x = digits
    name = graph.ops[2].output
    held = OnDisk()
    for block in run_blocks(graph, [x[:50]], [name]):
        held.append(block[name])
    whole = run_float(graph, [x[:50]], [name])[name]
    assert len(held) == 50
    for part in (slice(0, 50), slice(7, 9), slice(48, 60), slice(50, 60)):
        np.testing.assert_array_equal(held[part], whole[part])
