"""Models that keep states: every way to run them gives the same, step by step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from stateful_models import StatefulModel, stateful_models, streaming_model

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.importers.tflite import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, quantize
from mcuq.quantize.io_conversion import with_float_io
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.litert import run_litert
from mcuq.tflite.micro import run_micro


@given(model=stateful_models())
def test_litert_gives_the_float_values(model: StatefulModel) -> None:
    graph = model.graph
    ours = run_float(graph, [model.samples])
    theirs = run_litert(float_tflite_bytes(graph), [model.samples])
    for name, values in zip(graph.outputs, theirs, strict=True):
        np.testing.assert_allclose(ours[name], values.reshape(ours[name].shape), 1e-4, 1e-5)


@given(model=stateful_models())
def test_a_written_model_is_read_as_it_was(model: StatefulModel) -> None:
    read = load_tflite(float_tflite_bytes(model.graph))
    ours, again = run_float(model.graph, [model.samples]), run_float(read, [model.samples])
    for name, other in zip(model.graph.outputs, read.outputs, strict=True):
        np.testing.assert_array_equal(ours[name], again[other])


@pytest.mark.parametrize("bits", [8, 16])
@given(model=stateful_models())
def test_tflite_micro_gives_the_same_bytes(bits: int, model: StatefulModel) -> None:
    qgraph = model.quantized(bits)
    inputs, flatbuffer = model.stored(qgraph), tflite_bytes(qgraph)
    ours = run_integer(qgraph, inputs)
    theirs = run_micro(flatbuffer, inputs, len(qgraph.outputs))
    again = run_integer(load_quantized(flatbuffer), inputs)
    for name, values in zip(qgraph.outputs, theirs, strict=True):
        np.testing.assert_array_equal(ours[name], values.reshape(ours[name].shape))
        np.testing.assert_array_equal(ours[name], again[name])


def test_states_take_either_width_and_float_ends() -> None:
    model = streaming_model()
    graph, ranges = model.graph, calibrate(model.graph, model.samples)
    forms = [
        *(quantize(graph, ranges, Config(wide=frozenset({name}))) for name in graph.activations),
        with_float_io(quantize(graph, ranges)),
    ]
    for qgraph in forms:
        inputs = model.stored(qgraph)
        (ours,) = run_integer(qgraph, inputs).values()
        (theirs,) = run_micro(tflite_bytes(qgraph), inputs)
        np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))
    widths = {tuple(q.tensors[state.read].bits for state in q.states) for q in forms}
    assert len(widths) > 2
