"""Every operator's kernels, called as lowered, give the bytes of the evaluation: in the plan of a
build, and with outputs over inputs as far as the lowering promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_calls import run_calls
from kernel_native import examples
from kinds_of_tests import KERNEL
from number_formats import Model, forms, models
from shadow_layers import promised

from mcuq.cost import plan_program
from mcuq.cost.memory import MemoryPlan
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.numeric import TERNARY
from mcuq.ops.operator import AnyOperator

OPTIONS = {
    "fast": LowerOptions(address_bytes=8),
    "small": LowerOptions(address_bytes=8, speed=False),
    "lanes": LowerOptions(address_bytes=8, lanes=True),
    "portable": LowerOptions("cmsis-nn", address_bytes=8),
}
FORMS = forms((8, 4, 2, TERNARY))


def drawn(kind: AnyOperator) -> st.SearchStrategy[Model]:
    """Models of an operator at any width."""
    return st.sampled_from([form for form in FORMS if form.operator is kind]).flatmap(models)


def assert_equal(memory: MemoryPlan, model: Model) -> None:
    inputs = [values[:2] for values in model.inputs()]
    expected = run_integer(model.qgraph, inputs)["y"]
    for sample in range(2):
        (actual,) = run_calls(memory, [values[sample] for values in inputs])
        np.testing.assert_array_equal(actual.ravel(), expected[sample].ravel())


@pytest.mark.parametrize("kind", KERNEL.operators)
@settings(max_examples=examples(80))
@given(data=st.data(), options=st.sampled_from(list(OPTIONS)))
def test_kernels_equal_the_evaluation(kind: AnyOperator, options: str, data: st.DataObject) -> None:
    model = data.draw(drawn(kind))
    assert_equal(plan_program(lower(model.qgraph, OPTIONS[options])), model)


@pytest.mark.parametrize("kind", KERNEL.operators)
@settings(max_examples=examples(40))
@given(data=st.data(), options=st.sampled_from(list(OPTIONS)))
def test_kernels_over_their_inputs_equal_the_evaluation(
    kind: AnyOperator, options: str, data: st.DataObject
) -> None:
    model = data.draw(drawn(kind))
    for promise in promised(lower(model.qgraph, OPTIONS[options])):
        assert_equal(promise.memory, model)
