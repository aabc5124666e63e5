"""Where TensorFlow Lite Micro is not there, our own evaluation answers the same bytes."""

from __future__ import annotations

import numpy as np
import pytest
from operator_cases import random_reals
from stateful_models import streaming_model

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs
from mcuq.prequantized.answers import answers
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.resources import example_dir
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.micro import run_micro
from mcuq.tflite.wheel import NoOracleError

Asked = tuple[bytes, list[np.ndarray]]


def digits(bits: int, activation_bits: int) -> Asked:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    samples = random_reals(graph, 1)
    config = Config(default_weight=WeightChoice(bits), activation_bits=activation_bits)
    qgraph = quantize(graph, calibrate(graph, samples), config)
    return tflite_bytes(qgraph), quantize_inputs(qgraph, samples)


def streaming() -> Asked:
    model = streaming_model()
    qgraph = model.quantized()
    return tflite_bytes(qgraph), model.stored(qgraph)


@pytest.mark.parametrize(
    "asked",
    [lambda: digits(8, 8), lambda: digits(4, 8), lambda: digits(8, 16), streaming],
    ids=["int8", "int4", "16x8", "states"],
)
def test_both_answer_the_same(asked, request: pytest.FixtureRequest) -> None:
    flatbuffer, inputs = asked()
    flat = [values.reshape(*values.shape[:2], -1) for values in inputs]
    (expected,) = run_micro(flatbuffer, inputs)
    request.getfixturevalue("no_oracle")
    for given in (inputs, flat):
        (found,) = answers(flatbuffer, given, 1)
        assert found.reshape(expected.shape).tobytes() == expected.tobytes()
    assert len(np.unique(expected)) > 5


def test_a_model_with_reals_in_it_has_no_other_word(no_oracle: None) -> None:
    tensors = [TensorSpec(name, (1, 4), "float32") for name in "xy"]
    flatbuffer = build_model(tensors, [OperatorSpec("NEG", (0,), (1,))], (0,), (1,))
    with pytest.raises(NoOracleError, match="not available here"):
        answers(flatbuffer, [np.ones((2, 4), np.float32)], 1)
