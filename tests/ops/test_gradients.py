"""The gradient of every operator is what central differences say, its value the float form's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_tests import GRADIENT
from operator_cases import Case, cases

from mcuq.interpret.float import run_float
from mcuq.numeric.activation import Activation
from mcuq.numeric.element import Element
from mcuq.ops.attrs import Activated
from mcuq.ops.operator import AnyOperator, Backward

Array = npt.NDArray[np.float64]
SAMPLES = 3
STEP = 1e-6


def operands(case: Case) -> list[Array]:
    """(SAMPLES, *shape) for each operand; constants are the same in every sample."""
    values = dict(zip(case.inputs, case.reals(SAMPLES), strict=True))
    constants = {name: t.data for name, t in case.graph.tensors.items() if t.data is not None}
    shapes = {name: (SAMPLES, *shape) for name, shape in case.shapes.items()}
    return [
        np.broadcast_to(constants[name], shapes[name]).astype(np.float64)
        if name in constants
        else values[name].reshape(shapes[name]).astype(np.float64)
        for name in case.op.inputs
    ]


def applied(case: Case, xs: list[Array]) -> tuple[Array, Backward]:
    assert callable(case.operator.gradient)
    return case.operator.gradient(case.attrs, xs, case.shapes["y"])


@pytest.mark.parametrize("kind", GRADIENT.operators)
@settings(max_examples=25)
@given(data=st.data())
def test_gradients_of_operators(kind: AnyOperator, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    rng = np.random.default_rng(case.numbers.seed)
    xs = operands(case)
    out, backward = applied(case, xs)
    weight = rng.normal(size=out.shape)
    gradients = backward(weight)
    for number, (x, gradient) in enumerate(zip(xs, gradients, strict=True)):
        assert gradient.shape == x.shape
        if case.graph.tensors[case.op.inputs[number]].element is not Element.REAL:
            continue  # it lies where functions jump
        direction = rng.normal(size=x.shape)
        up, down = (
            float((applied(case, nudged(xs, number, sign * direction))[0] * weight).sum())
            for sign in (1, -1)
        )
        slope = float((gradient * direction).sum())
        # Sums have 15 digits, of which a difference over 2 steps of 1e-6 keeps 9.
        rounding = 1e-9 * float(np.abs(out * weight).sum())
        assert (up - down) / (2 * STEP) == pytest.approx(slope, rel=1e-4, abs=rounding)


def nudged(xs: list[Array], number: int, direction: Array) -> list[Array]:
    return [x + STEP * direction if i == number else x for i, x in enumerate(xs)]


@pytest.mark.parametrize("kind", GRADIENT.operators)
@settings(max_examples=10)
@given(data=st.data())
def test_values_are_those_of_the_float_form(kind: AnyOperator, data: st.DataObject) -> None:
    """Activations are applied, and have gradients, apart."""
    case = data.draw(cases(kind))
    if isinstance(case.attrs, Activated):
        case = replace(case, attrs=case.attrs.with_activation(Activation.NONE))
    values, _ = applied(case, operands(case))
    expected = run_float(case.graph, case.reals(SAMPLES))["y"]
    np.testing.assert_allclose(values.reshape(expected.shape), expected, rtol=1e-4, atol=1e-4)
