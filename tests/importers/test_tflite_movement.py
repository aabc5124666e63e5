"""Operators that move values: NumPy's statement, TensorFlow Lite Micro's bytes, the kernels'."""

from __future__ import annotations

import numpy as np
import pytest
from as_given import assert_equal_to_micro, run_in_micro
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from movement_file import Movement
from tflite_movement import MOVEMENTS, WITH_INT16, pads_with_unset_memory

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.importers.buildable import check_buildable
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.prequantized.load import load_quantized

SAMPLES = 3


@pytest.mark.parametrize("kind", MOVEMENTS)
@given(data=st.data())
@settings(max_examples=40)
def test_float_is_what_numpy_says(kind: str, data: st.DataObject) -> None:
    movement = data.draw(MOVEMENTS[kind])
    graph = check_buildable(load_tflite(movement.content("float32")))
    x = np.random.default_rng(1).normal(size=(SAMPLES, *movement.shape)).astype(np.float32)
    actual = run_float(graph, [x.reshape(SAMPLES, *movement.shape[1:])])
    for sample in range(SAMPLES):
        expected = movement.moves(x[sample])
        for name, values in zip(graph.outputs, expected, strict=True):
            np.testing.assert_array_equal(actual[name][sample].ravel(), values.ravel())


_FORMS = [*((kind, "int8") for kind in MOVEMENTS), *((kind, "int16") for kind in WITH_INT16)]


@pytest.mark.parametrize("kind, dtype", _FORMS)
@given(data=st.data())
@settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow])
def test_integers_are_those_of_numpy_and_of_micro(
    kind: str, dtype: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    drawn = data.draw(st.lists(MOVEMENTS[kind], min_size=12, max_size=12))
    files = {f"{number:02}": movement.content(dtype) for number, movement in enumerate(drawn)}
    runs = run_in_micro(files, tmp_path_factory.mktemp("movement"))
    assert sorted(runs) == sorted(files)
    for number, movement in enumerate(drawn):
        name = f"{number:02}"
        if pads_with_unset_memory(movement, dtype):
            with pytest.raises(InputError, match="pads with from memory that it never sets"):
                load_quantized(files[name])
            continue
        assert_equal_to_micro(load_quantized(files[name]), runs[name], str(movement))
        _assert_numpy_says(movement, files[name], dtype)


def _assert_numpy_says(movement: Movement, content: bytes, dtype: str) -> None:
    qgraph = load_quantized(content)
    rng = np.random.default_rng(2)
    limits = np.iinfo(dtype)
    x = rng.integers(limits.min, limits.max, movement.shape, endpoint=True).astype(dtype)
    actual = run_integer(qgraph, [x])
    for name, values in zip(qgraph.outputs, movement.moves(x), strict=True):
        np.testing.assert_array_equal(actual[name].ravel(), values.ravel())
