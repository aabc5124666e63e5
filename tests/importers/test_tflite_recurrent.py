"""SVDF and LSTM in files: the plain operators they become give what LiteRT gives, step by step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.errors import InputError
from mcuq.importers.tflite import load_tflite
from mcuq.interpret.float import run_float
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.litert import run_litert

sizes = st.integers(1, 6)


class _File:
    """Tensors of a file of one operator, in the order of its operands."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.tensors: list[TensorSpec] = []
        self.operands: list[int] = []

    def absent(self, count: int = 1) -> None:
        self.operands += [-1] * count

    def value(self, *shape: int, is_variable: bool = False) -> None:
        self.operands.append(len(self.tensors))
        name = f"tensor{len(self.tensors)}"
        self.tensors.append(TensorSpec(name, shape, "float32", is_variable=is_variable))

    def constant(self, *shape: int) -> None:
        self.value(*shape)
        values = self._rng.normal(size=shape) / np.sqrt(shape[-1])
        self.tensors[-1] = replace(self.tensors[-1], data=values.astype(np.float32))

    def content(self, kind: str, options: object, *result: int) -> bytes:
        output, shape = len(self.tensors), self.tensors[0].shape
        given = TensorSpec("x", _with_batch(shape), "float32")
        wanted = TensorSpec("shape", (len(shape),), "int32", np.array(shape, np.int32))
        tensors = [*self.tensors, TensorSpec("output", result, "float32"), given, wanted]
        reshape = OperatorSpec("RESHAPE", (output + 1, output + 2), (0,))
        op = OperatorSpec(kind, tuple(self.operands), (output,), options, 1)
        return build_model(tensors, [reshape, op], [output + 1], [output])

    def samples(self, *shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return self._rng.normal(size=shape).astype(np.float32)


def _with_batch(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Time-major or not, the batch of 1 comes first in an input of the model."""
    return shape if len(shape) < 3 else (1, shape[0] * shape[1], shape[2])


def _compare(content: bytes, samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    graph = load_tflite(content)
    given_samples = samples if graph.states else samples.reshape(-1, *samples.shape[2:])
    ours = run_float(graph, [given_samples])[graph.outputs[0]]
    theirs = run_litert(content, [samples])[0]
    np.testing.assert_allclose(ours.ravel(), theirs.ravel(), rtol=1e-4, atol=1e-5)


def _svdf(
    seed: int, features: int, units: int, rank: int, memory: int, activation: int, bias: bool
) -> tuple[_File, bytes]:
    file = _File(seed)
    file.value(1, features)
    file.constant(units * rank, features)
    file.constant(units * rank, memory)
    if bias:
        file.constant(units)
    else:
        file.absent()
    file.value(1, units * rank * memory, is_variable=True)
    options = schema.SVDFOptionsT()
    options.rank, options.fusedActivationFunction = rank, activation
    return file, file.content("SVDF", options, 1, units)


@given(
    seed=st.integers(0, 1000),
    features=sizes,
    units=sizes,
    rank=st.integers(1, 3),
    memory=sizes,
    activation=st.sampled_from([0, 1, 3]),
    bias=st.booleans(),
)
def test_svdf(
    seed: int, features: int, units: int, rank: int, memory: int, activation: int, bias: bool
) -> None:
    file, content = _svdf(seed, features, units, rank, memory, activation, bias)
    assert bool(load_tflite(content).states) == (memory > 1)
    _compare(content, file.samples(2, 5, features))


def _lstm(
    seed: int, steps: int, features: int, units: int, time_major: bool = False, clip: float = 0.0
) -> tuple[_File, bytes]:
    file = _File(seed)
    shape = (steps, 1) if time_major else (1, steps)
    file.value(*shape, features)
    for width in (features, units):
        for _ in range(4):
            file.constant(units, width)
    file.absent(3)
    for _ in range(4):
        file.constant(units)
    file.absent(2)
    for _ in range(2):
        file.value(1, units, is_variable=True)
    file.absent(4)
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.timeMajor, options.cellClip = time_major, clip
    return file, file.content("UNIDIRECTIONAL_SEQUENCE_LSTM", options, *shape, units)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    steps=sizes,
    features=sizes,
    units=sizes,
    time_major=st.booleans(),
    clip=st.sampled_from([0.0, 0.25, 10.0]),
)
def test_lstm(
    seed: int, steps: int, features: int, units: int, time_major: bool, clip: float
) -> None:
    file, content = _lstm(seed, steps, features, units, time_major, clip)
    graph = load_tflite(content)
    assert len(graph.states) == 2
    samples = file.samples(2, 3, *graph.tensors[graph.inputs[0]].shape[1:])
    _compare(content, samples)
    # Layers of Keras keep nothing: each run is the first one.
    anew = load_tflite(content, anew=True)
    firsts = run_litert(content, [samples[:, :1]])[0]
    ours = run_float(anew, [samples[:, 0]])[anew.outputs[0]]
    np.testing.assert_allclose(ours.ravel(), firsts.ravel(), rtol=1e-4, atol=1e-5)


def test_float_layers_have_no_integers_to_keep() -> None:
    with pytest.raises(InputError, match="its operands are float32"):
        load_quantized(_svdf(0, 2, 2, 1, 2, 0, True)[1])


def test_what_is_not_read_is_named() -> None:
    file, content = _lstm(0, 129, 1, 1)
    with pytest.raises(InputError, match="129 steps"):
        load_tflite(content)
    file, _ = _lstm(0, 2, 3, 4)
    file.operands[9:12] = file.operands[12:15]
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.RELU
    with pytest.raises(InputError, match="peepholes and another activation than tanh"):
        load_tflite(file.content("UNIDIRECTIONAL_SEQUENCE_LSTM", options, 1, 2, 4))
