"""Kernels give the bytes of the evaluation for files of operators that move values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kernel_calls import run_calls
from kernel_native import examples
from movement_file import detector
from tflite_movement import MOVEMENTS, WITH_INT16, pads_with_unset_memory

from mcuq.calibrate import calibrate
from mcuq.cost import plan_program
from mcuq.importers import load_tflite
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, quantize
from mcuq.quantized import QuantizedGraph

_FORMS = [*((kind, "int8") for kind in MOVEMENTS), *((kind, "int16") for kind in WITH_INT16)]


def _assert_equal(qgraph: QuantizedGraph) -> None:
    memory = plan_program(lower(qgraph, LowerOptions(address_bytes=8)))
    (source,) = (qgraph.tensors[name] for name in qgraph.inputs)
    limits, rng = np.iinfo(source.dtype), np.random.default_rng(3)
    shape = (2, *source.shape[1:])
    x = rng.integers(limits.min, limits.max, shape, endpoint=True).astype(source.dtype)
    expected = run_integer(qgraph, [x])
    for sample in range(2):
        results = run_calls(memory, [x[sample]])
        for name, values in zip(qgraph.outputs, results, strict=True):
            np.testing.assert_array_equal(values.ravel(), expected[name][sample].ravel())


@pytest.mark.parametrize("kind, dtype", _FORMS)
@given(data=st.data())
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.filter_too_much])
def test_files_that_move_values(kind: str, dtype: str, data: st.DataObject) -> None:
    movement = data.draw(MOVEMENTS[kind])
    assume(not pads_with_unset_memory(movement, dtype))
    _assert_equal(load_quantized(movement.content(dtype)))


@pytest.mark.parametrize("bits", [8, 16])
def test_constant_outputs(bits: int) -> None:
    graph = load_tflite(detector())
    x = np.random.default_rng(1).normal(size=(20, 6)).astype(np.float32)
    _assert_equal(quantize(graph, calibrate(graph, [x]), Config(activation_bits=bits)))
