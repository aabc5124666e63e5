"""Functions of one argument, powers and quotients equal onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.ops.binary import MUL
from mcuq.ops.functions import RSQRT
from mcuq.ops.weighted import FULLY_CONNECTED

FUNCTIONS: list[tuple[str, dict[str, Any]]] = [
    ("Ceil", {}), ("Cos", {}), ("Erf", {}), ("Exp", {}), ("Floor", {}), ("Mish", {}), ("Neg", {}),
    ("Round", {}), ("Sign", {}), ("Sin", {}), ("Softplus", {}), ("Softsign", {}),
    ("Celu", {}), ("Celu", {"alpha": 0.7}), ("Elu", {"alpha": 1.5}),
    ("Gelu", {}), ("Gelu", {"approximate": "tanh"}),
    ("Selu", {}), ("Selu", {"alpha": 1.2, "gamma": 0.8}),
    ("Shrink", {}), ("Shrink", {"bias": 0.3, "lambd": 0.4}),
    ("ThresholdedRelu", {}), ("ThresholdedRelu", {"alpha": 0.0}),
]  # fmt: skip
POSITIVE = ["Log", "Reciprocal", "Sqrt"]
SHAPES = st.sampled_from([(1, 6), (1, 3, 5), (1, 3, 4, 5)])


def _input(model: Model, shape: tuple[int, ...], behind: bool) -> str:
    """An input, maybe behind a layer that keeps channels last."""
    if not behind or len(shape) < 4:
        return "x0"
    return model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])


@pytest.mark.parametrize(("kind", "attrs"), FUNCTIONS)
@given(shape=SHAPES, behind=st.booleans())
@settings(max_examples=6, deadline=None)
def test_functions(kind: str, attrs: dict[str, Any], shape: tuple[int, ...], behind: bool) -> None:
    model = Model(shape, opset=20)
    y = model.node(kind, [_input(model, shape, behind)], **attrs)
    assert_equals_onnxruntime(model.content(y))


@pytest.mark.parametrize("kind", POSITIVE)
@given(shape=SHAPES, behind=st.booleans())
@settings(max_examples=6, deadline=None)
def test_functions_of_positive_numbers(kind: str, shape: tuple[int, ...], behind: bool) -> None:
    model = Model(shape)
    x = model.node("Sigmoid", [_input(model, shape, behind)])
    assert_equals_onnxruntime(model.content(model.node(kind, [x])))


@given(
    exponent=st.sampled_from([1, 2, 3, 5, 8, 0.5, -0.5]), shape=SHAPES, rank=st.integers(0, 1)
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_powers(exponent: float, shape: tuple[int, ...], rank: int) -> None:
    model = Model(shape)
    x = "x0" if exponent >= 1 else model.node("Sigmoid", ["x0"])
    given = model.constant(np.full((1,) * rank, exponent, np.float32))
    assert_equals_onnxruntime(model.content(model.node("Tanh", [model.node("Pow", [x, given])])))


def test_power_of_a_number() -> None:
    model = Model((1, 6))
    base = model.constant(np.array([0.5, 1, 2, 3, 10, 0.1], np.float32))
    x = model.node("Tanh", ["x0"])
    assert_equals_onnxruntime(model.content(model.node("Pow", [base, x])))


@given(
    first=st.sampled_from([(1, 3, 4, 5), (4, 5), ()]),
    second=st.sampled_from([(1, 3, 4, 5), (1, 3, 1, 1), (5,)]),
    computed=st.sampled_from(["both", "first", "second"]),
    kind=st.sampled_from(["Div", "Mod"]),
)
@settings(max_examples=30, deadline=None)
def test_quotients(
    first: tuple[int, ...], second: tuple[int, ...], computed: str, kind: str
) -> None:
    model = Model((1, 3, 4, 5), (1, 3, 4, 5))
    a = "x0" if computed != "second" else model.weights(*first)
    if computed == "first":
        b = model.constant(np.abs(model.rng.normal(2, 0.2, second)).astype(np.float32))
    else:
        b = model.node("Add", [model.node("Sigmoid", ["x1"]), model.constant(np.float32(1))])
    if kind == "Mod":
        # Steps of 0.5 against 0.75: no quotient is so near to a whole number that rounding decides.
        a = model.node("Mul", [model.node("Floor", [a]), model.constant(np.float32(0.5))])
        b = model.constant(np.full(second, 0.75, np.float32))
    if kind == "Mod" and computed == "second":
        a = "x0"
    assert_equals_onnxruntime(
        model.content(model.node(kind, [a, b], **({"fmod": 1} if kind == "Mod" else {})))
    )


def test_a_quotient_by_a_root_is_a_product_with_its_inverse() -> None:
    model = Model((1, 6))
    root = model.node("Sqrt", [model.node("Sigmoid", ["x0"])])
    graph = assert_equals_onnxruntime(model.content(model.node("Div", ["x0", root])))
    assert [op.kind for op in graph.ops][1:] == [RSQRT, MUL]


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("axis", [1, -1])
def test_norms(p: int, axis: int) -> None:
    model = Model((1, 3, 5))
    y = model.node("LpNormalization", ["x0"], p=p, axis=axis)
    assert_equals_onnxruntime(model.content(y))


def test_a_negation_goes_into_the_layer() -> None:
    model = Model((1, 6))
    y = model.node("Neg", [model.node("Gemm", ["x0", model.weights(6, 4), model.weights(4)])])
    graph = assert_equals_onnxruntime(model.content(y))
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED]


@pytest.mark.parametrize(
    ("kind", "constant", "attrs", "match"),
    [
        ("Pow", np.float32(2.5), {}, "the exponent is 2.5"),
        ("Pow", np.float32([1, 2, 3]), {}, "there are several exponents"),
        ("Mod", np.float32(2), {}, "fmod is 0"),
        ("Div", np.float32(0), {}, "nowhere zero"),
    ],
)
def test_refused(kind: str, constant: Any, attrs: dict[str, Any], match: str) -> None:
    model = Model((1, 3))
    y = model.node(kind, ["x0", model.constant(constant)], **attrs)
    with pytest.raises(InputError, match=match) as caught:
        load_onnx(model.content(y))
    assert caught.value.hint
