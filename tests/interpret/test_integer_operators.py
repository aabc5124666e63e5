"""Every operator gives the bytes of TFLite Micro, on random shapes, scales and zero points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_formats import Form, Model, forms, models, stored
from operator_cases import FixedRanges
from oracles import tflm_outputs

from mcuq.graph import Graph, Op, Tensor
from mcuq.interpret.integer import run_integer
from mcuq.numeric import TERNARY
from mcuq.numeric.widths import weight_limits
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.binary import ADD, SUB, BinaryAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, WIDENED_UNIT, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LOGISTIC, TANH
from mcuq.quantize import quantize
from mcuq.quantized import QuantizedGraph


@pytest.mark.parametrize("form", forms((8, 4, 2, TERNARY)), ids=lambda form: form.name)
@settings(max_examples=20)
@given(data=st.data())
def test_operator_equals_tflite_micro(form: Form, data: st.DataObject) -> None:
    model = data.draw(models(form))
    assert_in_form(model, form)
    assert_equal_to_tflm(model.qgraph, model.inputs())


WIDENED_SOFTMAX = Form("SOFTMAX", "int8 to int16")
"""The one operator whose 16-bit result is not symmetric."""


def assert_in_form(model: Model, form: Form) -> None:
    """Filters have the width and scales that were asked for, activations the scheme."""
    symmetric = model.case.numbers.scheme == "symmetric" and " to " not in form.activations
    assert not symmetric or all(model.qgraph.tensors[x].zero_point == 0 for x in model.case.inputs)
    for tensor in model.qgraph.tensors.values():
        if form.weights and tensor.name == "w":
            assert tensor.data is not None
            low, high = weight_limits(form.weights)
            assert low <= tensor.data.min() and tensor.data.max() <= high
            assert form.per == "channel" or tensor.scale.size == 1
        if not tensor.is_constant and tensor.bits == 16:
            assert tensor.zero_point == (WIDENED_UNIT.zero_point if form == WIDENED_SOFTMAX else 0)


def assert_equal_to_tflm(qgraph: QuantizedGraph, inputs: list[np.ndarray]) -> None:
    name = qgraph.outputs[0]
    got = run_integer(qgraph, inputs)[name]
    assert got.dtype == qgraph.tensors[name].dtype
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, inputs)[0].reshape(got.shape))


def elementwise(kind: AnyOperator, attrs: Attrs, operands: int = 1) -> Graph:
    """An operator over 300 values."""
    names = tuple(f"x{i}" for i in range(operands))
    tensors = {name: Tensor(name, (1, 300)) for name in (*names, "y")}
    return Graph("case", tensors, (Op(kind, "op", names, ("y",), attrs),), names, ("y",))


@pytest.mark.parametrize("kind", [LOGISTIC, TANH])
@pytest.mark.parametrize("width", [1e4, 1e6])
def test_sigmoids_of_huge_ranges_equal_tflite_micro(kind: AnyOperator, width: float) -> None:
    """Where one input step is beyond the function's whole range, zero itself saturates."""
    qgraph = quantize(elementwise(kind, NoAttrs()), FixedRanges({"x0": (-width, width)}))
    assert_equal_to_tflm(qgraph, [np.linspace(-128, 127, 300).astype(np.int8)[None]])


@pytest.mark.parametrize(
    ("kind", "attrs", "operands"),
    [
        (SOFTMAX, SoftmaxAttrs(1.5), 1),
        (ADD, BinaryAttrs(), 2),
        (SUB, BinaryAttrs(), 2),
        (HARD_SWISH, NoAttrs(), 1),
    ],
)
@pytest.mark.parametrize("width", [0.0, 1e-9])
def test_nearly_constant_tensors_do_not_abort_tflite_micro(
    kind: AnyOperator, attrs: Attrs, operands: int, width: float
) -> None:
    graph = elementwise(kind, attrs, operands)
    qgraph = quantize(graph, FixedRanges({"x0": (0.0, width), "y": (0.0, 1e-9)}))
    assert_equal_to_tflm(qgraph, stored(qgraph, seed=0))
