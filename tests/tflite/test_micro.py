"""TFLite Micro as the oracle: it gets the arena it needs, and what kills it is one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_files import File, opts

from mcuq.errors import InputError
from mcuq.tflite.micro import arena_bytes, run_micro

SCALE = np.array([1 / 256], np.float32)
ZERO = np.array([-128])


def _int8(file: File, name: str, shape: tuple[int, ...], **more: Any) -> int:
    return file.tensor(name, shape, "int8", scale=SCALE, zero_point=ZERO, **more)


def _softmax(classes: int) -> bytes:
    """Two RELUs and a SOFTMAX whose sum of exponentials overflows its kernel."""
    file = File()
    x = _int8(file, "x", (1, classes))
    for name in ("a", "b"):
        x = file.op("RELU", [x], _int8(file, name, (1, classes)))
    y = _int8(file, "y", (1, classes))
    return file.content([0], [file.op("SOFTMAX", [x], y, opts("Softmax", beta=1.0))])


def _conv(depth: int) -> bytes:
    """A filter of `depth` channels for an image of one."""
    file = File()
    x = _int8(file, "x", (1, 4, 4, 1))
    one = np.ones(1, np.float32)
    w = file.constant("w", np.ones((1, 1, 1, depth)), "int8", scale=one, axis=0)
    b = file.constant("b", [0], scale=SCALE, axis=0)
    options = opts("Conv2D", strideW=1, strideH=1, padding=schema.Padding.VALID)
    y = _int8(file, "y", (1, 4, 4, 1))
    return file.content([x], [file.op("CONV_2D", [x, w, b], y, options)])


def test_an_abort_names_its_signal_and_operator() -> None:
    x = np.full((2, 5000), 5, np.int8)
    with pytest.raises(
        InputError, match=r"crashed with SIGABRT in SOFTMAX \(output 'y'\)"
    ) as caught:
        run_micro(_softmax(5000), [x])
    assert "\n" not in str(caught.value)
    assert run_micro(_softmax(10), [x[:, :10]])[0].shape == (2, 1, 10)


def test_a_division_by_zero_names_its_signal_and_operator() -> None:
    x = np.zeros((1, 4, 4, 1), np.int8)
    with pytest.raises(InputError, match=r"SIGFPE in CONV_2D \(output 'y'\)"):
        run_micro(_conv(2), [x])
    np.testing.assert_array_equal(run_micro(_conv(1), [x])[0][0], x)


def test_an_operator_it_does_not_have_is_named() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    content = file.content([x], [file.op("RANK", [x], file.tensor("y", (), "int32"))])
    with pytest.raises(InputError, match="no operator RANK"):
        run_micro(content, [np.zeros((1, 4), np.float32)])


def test_the_log_of_a_refusal_is_in_its_line() -> None:
    file = File()
    x = _int8(file, "x", (1, 4))
    y = file.tensor("y", (1, 4), "int16", scale=SCALE)
    content = file.content([x], [file.op("SOFTMAX", [x], y, opts("Softmax", beta=0.0))])
    with pytest.raises(InputError, match="SOFTMAX") as caught:
        run_micro(content, [np.zeros((1, 4), np.int8)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("side", [8, 160, 700])
def test_the_arena_is_what_the_model_needs(side: int) -> None:
    """The file is a few hundred bytes, its tensors are up to two megabytes."""
    file = File()
    x, y = _int8(file, "x", (1, side, side, 2)), _int8(file, "y", (1, side, side, 2))
    content = file.content([x], [file.op("RELU", [x], y)])
    values = np.arange(side * side * 2).reshape(1, side, side, 2).astype(np.int8)
    np.testing.assert_array_equal(run_micro(content, [values])[0][0], values)
    assert 4 * side * side <= arena_bytes(content) <= 4 * side * side + 8192


def test_the_same_model_runs_with_other_samples() -> None:
    content = _softmax(4)
    for samples in (1, 3, 300):
        assert run_micro(content, [np.zeros((samples, 4), np.int8)])[0].shape == (samples, 1, 4)
