"""Float inputs and outputs: the bytes of TFLite Micro, of the emitted C and of exact arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from host_model import HostModel
from hypothesis import given, settings
from hypothesis import strategies as st
from number_formats import Form, quantized, stored
from operator_cases import Case, cases, seeded_cases

from mcuq.emit.tflite import tflite_bytes
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric import dequantize, quantize_values
from mcuq.ops.binary import ADD
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.quantize import with_float_io
from mcuq.quantized import QuantizedGraph
from mcuq.tflite.micro import run_micro
from mcuq.tflite.runtime import Interpreter, OpResolverType

KINDS = (CONV_2D, ADD, SOFTMAX, FULLY_CONNECTED)


def model(case: Case) -> tuple[QuantizedGraph, list[npt.NDArray[np.float32]]]:
    """A model and reals that fall inside its range, outside it, and on its ties."""
    core = quantized(case, Form(case.operator.name))
    return core, stored(with_float_io(core), case.numbers.seed)


def seeded(kind: AnyOperator, seed: int) -> tuple[QuantizedGraph, list[npt.NDArray[np.float32]]]:
    return model(seeded_cases(cases(kind), seed, 5)[-1])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(data=st.data())
def test_float_edges_equal_tflite_micro(kind: AnyOperator, data: st.DataObject) -> None:
    core, reals = model(data.draw(cases(kind)))
    edged = with_float_io(core)
    assert edged.inputs == core.inputs and edged.outputs == core.outputs
    given_to_it = quantize_inputs(edged, reals)
    assert all(x.dtype == np.float32 for x in given_to_it)
    got = run_integer(edged, given_to_it)["y"]
    expected = run_micro(tflite_bytes(edged), reals)[0].reshape(got.shape)
    assert got.dtype == expected.dtype == np.float32
    assert got.tobytes() == expected.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_float_edges_change_nothing_inside(kind: AnyOperator) -> None:
    core, reals = seeded(kind, 5)
    edged = with_float_io(core)
    inside = dequantize_outputs(core, run_integer(core, quantize_inputs(core, reals)))["y"]
    outside = dequantize_outputs(edged, run_integer(edged, reals))["y"]
    np.testing.assert_array_equal(inside, outside)


@pytest.mark.parametrize("kind", KINDS)
def test_the_emitted_c_takes_and_gives_floats(kind: AnyOperator, tmp_path: Path) -> None:
    core, reals = seeded(kind, 6)
    edged = with_float_io(core)
    compiled = HostModel(edged, tmp_path)
    expected = run_integer(edged, reals)["y"]
    for sample in range(3):
        found = compiled.run([x[sample] for x in reals])[0]
        assert found.tobytes() == expected[sample].tobytes()
    header = (tmp_path / "model" / "model.h").read_text()
    assert f"#define MODEL_OUTPUT_0_BYTES {edged.tensors['y'].nbytes}" in header
    assert edged.tensors["y"].nbytes == 4 * core.tensors["y"].nbytes


def test_litert_takes_floats_by_the_old_names() -> None:
    core, reals = seeded(SOFTMAX, 7)
    # The reference kernels: LiteRT's faster SOFTMAX is a step or more off over many classes.
    interpreter = Interpreter(
        model_content=tflite_bytes(with_float_io(core)),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    found = interpreter.get_signature_runner("serving_default")(x0=reals[0][:1])["y"]
    expected = run_integer(with_float_io(core), reals)["y"][:1]
    np.testing.assert_allclose(found.reshape(expected.shape), expected, atol=1.01 / 256)


def half_away(x: Fraction) -> int:
    return int(math.copysign(math.floor(abs(x) + Fraction(1, 2)), x)) if x else 0


@given(
    st.floats(-1e4, 1e4, width=32, allow_subnormal=False),
    st.floats(2.0**-20, 100, width=32),
    st.integers(-128, 127),
    st.sampled_from([8, 16]),
)
def test_quantize_and_dequantize_round_as_the_formula_says(
    real: float, scale: float, zero_point: int, bits: int
) -> None:
    # The quotient is a float32; from there on the arithmetic is exact.
    quotient = Fraction(float(np.float32(real) / np.float32(scale)))
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    expected = min(max(half_away(quotient) + zero_point, low), high)
    stored = quantize_values(np.array([real]), np.float32(scale), zero_point, bits)
    assert stored.dtype == np.dtype(f"int{bits}") and int(stored[0]) == expected
    back = dequantize(stored, np.float32(scale), zero_point)
    exact = Fraction(float(np.float32(scale))) * (expected - zero_point)
    assert abs(Fraction(float(back[0])) - exact) <= abs(exact) / (1 << 24)
