"""Every operator gives the bytes of TFLite Micro, on random shapes, scales and zero points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_cases import random_case, random_inputs, tflm_outputs

from mcuq.evaluate.integer import run_integer
from mcuq.graph import FLOAT_KINDS, WEIGHTED, OpKind
from mcuq.quantize import Config, WeightChoice, quantize


def check(kind: OpKind, seed: int, bits: int = 8) -> None:
    rng = np.random.default_rng(seed)
    case = random_case(kind, rng)
    qgraph = quantize(case.graph, case.ranges, Config(default_weight=WeightChoice(bits)))
    inputs = random_inputs(case.graph, rng, samples=5)
    got = run_integer(qgraph, inputs)["y"]
    expected = tflm_outputs(qgraph, inputs)[0].reshape(got.shape)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("kind", FLOAT_KINDS)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_operator_equals_tflite_micro(kind: OpKind, seed: int) -> None:
    check(kind, seed)


@pytest.mark.parametrize("kind", sorted(WEIGHTED))
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1))
def test_int4_filters_equal_tflite_micro(kind: OpKind, seed: int) -> None:
    check(kind, seed, bits=4)
