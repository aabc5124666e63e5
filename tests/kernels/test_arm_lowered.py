"""The library in the place of CMSIS-NN computes what a model's calls ask of it."""

from __future__ import annotations

import numpy as np
import pytest
from arm_native import arm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kernel_calls import run_calls
from kernel_native import examples
from number_formats import Form, forms, models

from mcuq.cost import plan_program
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.lower.interface import INTERFACE, library_name
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED

THEIRS = frozenset(name for name in map(library_name, INTERFACE) if name)
WEIGHTED = (CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED)
OPERATORS = (*WEIGHTED, AVERAGE_POOL_2D, MAX_POOL_2D, SOFTMAX, ADD, MUL)
BEYOND = (
    "ADD int16",
    "MUL int16",
    *(f"{kind} int16, int4 per channel" for kind in WEIGHTED),
    *(f"{kind} int16, int4 per tensor" for kind in WEIGHTED),
    "FULLY_CONNECTED int16, int8 per channel",
)
"""Which mcuq computes by kernels that CMSIS-NN has not."""
FORMS = [form for form in forms() if form.operator in OPERATORS and form.name not in BEYOND]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_its_functions_equal_the_evaluation(form: Form, data: st.DataObject) -> None:
    model = data.draw(models(form))
    program = lower(model.qgraph, LowerOptions("cmsis-nn", address_bytes=8, provided=THEIRS))
    assume(any(call.function in THEIRS for call in program.calls))
    inputs = [values[:2] for values in model.inputs()]
    expected = run_integer(model.qgraph, inputs)["y"]
    memory = plan_program(program)
    for sample in range(2):
        (actual,) = run_calls(memory, [values[sample] for values in inputs], arm)
        np.testing.assert_array_equal(actual.ravel(), expected[sample].ravel())
