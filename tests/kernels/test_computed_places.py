"""Kernels of computed places give NumPy's bytes."""

from __future__ import annotations

import numpy as np
import pytest
from computed_places import Placing, Tuples, placings, stored_inputs, tuples
from hypothesis import given, settings
from kernel_calls import run_calls
from kernel_native import examples

from mcuq.cost import plan_program
from mcuq.lower import LowerOptions, lower
from mcuq.prequantized.load import load_quantized

COUNT = 8


def _check(file: Placing | Tuples, dtype: str, samples: list[np.ndarray]) -> None:
    qgraph = load_quantized(file.content(dtype))
    memory = plan_program(lower(qgraph, LowerOptions(address_bytes=8)))
    inputs, expected = stored_inputs(qgraph, samples), file.expected(samples, dtype)
    for sample, values in enumerate(expected):
        (found,) = run_calls(memory, [x[sample] for x in inputs])
        np.testing.assert_array_equal(found.ravel(), values.ravel())


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
@given(file=placings())
@settings(max_examples=examples(30))
def test_a_part_goes_where_it_fits(dtype: str, file: Placing) -> None:
    _check(file, dtype, file.samples(dtype, COUNT))


@given(file=tuples())
@settings(max_examples=examples(40))
def test_tuples_are_places_in_memory(file: Tuples) -> None:
    _check(file, "int8", file.samples("int8", COUNT))


@pytest.mark.parametrize("outside", [[3, 0], [0, -1], [2**31 - 1, 2**31 - 1], [-(2**31), 0]])
def test_outside_the_nearest_element_is_taken(outside: list[int]) -> None:
    _check(Tuples((3, 4), (1, 2), fixed=True), "int8", [np.array([[outside]], np.int32)])
