"""Recurrent layers of Keras, whose loops are written out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError
from mcuq.importers import load_keras, load_tflite
from mcuq.importers.keras import convert_keras, run_keras
from mcuq.interpret.float import run_float

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.slow

STEPS, FEATURES = 5, 3


def _saved(folder: Path, *layers: Any) -> Path:
    keras.utils.set_random_seed(0)
    given = keras.Input((STEPS, FEATURES))
    model = keras.Sequential([given, *layers, keras.layers.Dense(2)])
    model.save(folder / "model.keras")
    return folder / "model.keras"


@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unrolled"])
@pytest.mark.parametrize("whole", [False, True], ids=["last", "sequence"])
@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_layers_equal_keras(tmp_path: Path, name: str, whole: bool, unroll: bool) -> None:
    layer = getattr(keras.layers, name)(4, return_sequences=whole, unroll=unroll)
    path = _saved(tmp_path, layer, *([keras.layers.Flatten()] if whole else []))
    graph = load_keras(path)
    assert not graph.states  # a layer begins anew with every sample
    samples = np.random.default_rng(0).normal(size=(3, STEPS, FEATURES)).astype(np.float32)
    ours = run_float(graph, [samples])[graph.outputs[0]]
    np.testing.assert_allclose(ours, run_keras(path, [samples])[0].reshape(ours.shape), 1e-5, 1e-6)


def test_two_layers_one_on_the_other(tmp_path: Path) -> None:
    layers = [keras.layers.GRU(4, return_sequences=True), keras.layers.LSTM(3)]
    path = _saved(tmp_path, *layers)
    graph = load_keras(path)
    samples = np.random.default_rng(0).normal(size=(3, STEPS, FEATURES)).astype(np.float32)
    ours = run_float(graph, [samples])[graph.outputs[0]]
    np.testing.assert_allclose(ours, run_keras(path, [samples])[0].reshape(ours.shape), 1e-5, 1e-6)


@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_steps_that_a_mask_leaves_out(tmp_path: Path, name: str) -> None:
    path = _saved(tmp_path, keras.layers.Masking(0.0), getattr(keras.layers, name)(4))
    graph = load_keras(path)
    samples = np.random.default_rng(0).normal(size=(3, STEPS, FEATURES)).astype(np.float32)
    for sample in range(3):
        samples[sample, sample + 1 :] = 0
    ours = run_float(graph, [samples])[graph.outputs[0]]
    np.testing.assert_allclose(ours, run_keras(path, [samples])[0].reshape(ours.shape), 1e-5, 1e-6)


def _changed(path: Path, change: Callable[[Any], None]) -> bytes:
    """The converted model after a change of its records."""
    content, _ = convert_keras(path)
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    change(model)
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _more_turns(model: Any) -> None:
    """Both counters of the loop are compared with 1000."""
    condition = model.subgraphs[1]
    (limit,) = {op.inputs[1] for op in condition.operators[:2]}
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(np.int32(1000).tobytes(), np.uint8)
    model.buffers.append(buffer)
    condition.tensors[limit].buffer = len(model.buffers) - 1


def _called_itself(model: Any) -> None:
    loop = next(op for op in model.subgraphs[0].operators if len(op.outputs) > 3)
    loop.builtinOptions.bodySubgraphIndex = 0


def _no_subgraph(model: Any) -> None:
    loop = next(op for op in model.subgraphs[0].operators if len(op.outputs) > 3)
    loop.builtinOptions.condSubgraphIndex = 9


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (_more_turns, "more than 128 times"),
        (_called_itself, "calls subgraph 0"),
        (_no_subgraph, "calls subgraph 9"),
    ],
)
def test_loops_that_are_not_read_are_refused(
    tmp_path: Path, change: Callable[[Any], None], cause: str
) -> None:
    path = _saved(tmp_path, keras.layers.SimpleRNN(2))
    with pytest.raises(InputError, match=cause):
        load_tflite(_changed(path, change))
