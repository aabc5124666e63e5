"""What depends on constants only is computed while the model is read, as onnxruntime does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers.onnx import load_onnx


def _ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def _of(kind: str, *constants: object, **attrs: object) -> Callable[[Model], str]:
    def build(model: Model) -> str:
        names = [model.constant(values) for values in constants]
        return model.node(kind, names, **attrs)

    return build


ROW = np.array([1.5, -2, 0.25, 4], np.float32)
TRUTH = np.array([True, False, True, True])

FLOATS = {
    "Abs": _of("Abs", ROW),
    "Neg": _of("Neg", ROW),
    "Sqrt": _of("Sqrt", np.abs(ROW)),
    "Pow": _of("Pow", ROW, np.float32(2)),
    "Exp": _of("Exp", ROW),
    "Floor": _of("Floor", ROW),
    "Ceil": _of("Ceil", ROW),
    "Mod": _of("Mod", ROW, np.full(4, 0.7, np.float32), fmod=1),
    "Min": _of("Min", ROW, np.float32(1)),
    "Max": _of("Max", ROW, np.float32(1)),
    "Clip": _of("Clip", ROW, np.float32(-1), np.float32(1)),
    "Where": _of("Where", TRUTH, ROW, -ROW),
    "Tile": _of("Tile", ROW[:2], _ints(2)),
    "Expand": _of("Expand", ROW[:1], _ints(1, 4)),
    "Gather": _of("Gather", ROW, _ints(3, 0, 0, 1)),
    "ReduceL2": _of("ReduceL2", ROW.reshape(2, 2), keepdims=0),
    "ReduceMean": _of("ReduceMean", ROW),
    "Relu": _of("Relu", ROW),
    "Softmax": _of("Softmax", ROW),
    "MatMul": _of("MatMul", ROW[None], np.eye(4, dtype=np.float32)),
    "Transpose": _of("Transpose", ROW[:, None]),
    "ConstantOfShape": _of("ConstantOfShape", _ints(4)),
    "Cos": _of("Cos", ROW),
    "CumSum": _of("CumSum", ROW, np.int64(0)),
    "OneHot": _of("OneHot", _ints(2), np.int64(4), np.array([0, 3], np.float32)),
}


@pytest.mark.parametrize("kind", FLOATS)
def test_constants_of_floats(kind: str) -> None:
    model = Model((1, 4))
    y = model.node("Add", ["x0", FLOATS[kind](model)])
    assert_equals_onnxruntime(model.content(y))


def _chosen(kind: str) -> Callable[[Model], str]:
    """A shape that a comparison of the input's size chooses."""

    def build(model: Model) -> str:
        shape = model.node("Shape", ["x0"])
        size = model.node("Gather", [shape, model.constant(_ints(1))])
        truth = model.node(kind, [size, model.constant(_ints(8))])
        truth = model.node("Not", [truth])
        rows = [model.constant(_ints(2)), model.constant(_ints(4))]
        first = model.node("Where", [truth, *rows])
        return model.node(
            "Concat", [model.constant(_ints(1)), first, model.constant(_ints(-1))], axis=0
        )

    return build


def _arithmetic(model: Model) -> str:
    """-1, rounded up to a multiple and such, as exporters compute paddings."""
    shape = model.node("Shape", ["x0"])
    size = model.node("Gather", [shape, model.constant(np.int64(1))])
    rest = model.node("Mod", [size, model.constant(np.int64(3))])
    half = model.node("Div", [size, rest])
    real = model.node("Floor", [model.node("Cast", [half], to=1)])
    whole = model.node("Cast", [real], to=7)
    whole = model.node("Unsqueeze", [whole, model.constant(_ints(0))])
    return model.node("Concat", [model.constant(_ints(1, -1)), whole], axis=0)


def _range(model: Model) -> str:
    scalars = [model.constant(np.int64(value)) for value in (1, 9, 3)]
    steps = model.node("Range", scalars)
    return model.node("Slice", [steps, *(model.constant(_ints(n)) for n in (0, 2))])


SHAPES = {
    "Equal": _chosen("Equal"),
    "Less": _chosen("Less"),
    "Greater": _chosen("Greater"),
    "GreaterOrEqual": _chosen("GreaterOrEqual"),
    "arithmetic": _arithmetic,
}


@pytest.mark.parametrize("kind", SHAPES)
def test_constants_of_integers(kind: str) -> None:
    model = Model((1, 8))
    y = model.node("Reshape", ["x0", SHAPES[kind](model)])
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


def test_range_and_slice() -> None:
    model = Model((1, 4))
    y = model.node("Reshape", ["x0", _range(model)])
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


def test_weights_computed_from_constants() -> None:
    """Weight normalization: g × v / ‖v‖."""
    model = Model((1, 2, 9))
    v, g = model.weights(4, 2, 3), model.weights(4, 1, 1)
    norm = model.node("ReduceL2", [v], axes=[1, 2], keepdims=1)
    weights = model.node("Mul", [g, model.node("Div", [v, norm])])
    assert_equals_onnxruntime(model.content(model.node("Conv", ["x0", weights])))


HUGE = 1 << 20
LARGE = {
    "Expand": _of("Expand", ROW[:1], _ints(HUGE, HUGE)),
    "ConstantOfShape": _of("ConstantOfShape", _ints(HUGE, HUGE)),
    "Range": _of("Range", np.int64(0), np.int64(1 << 40), np.int64(1)),
    "Tile": _of("Tile", ROW, _ints(1 << 40)),
    "Pad": _of("Pad", ROW, _ints(0, 1 << 40)),
    "outer sum": _of("Add", np.zeros((1 << 13, 1), np.float32), np.zeros(1 << 13, np.float32)),
}


@pytest.mark.parametrize("kind", LARGE)
def test_what_is_too_large_is_not_computed(kind: str) -> None:
    model = Model((1, 4))
    y = model.node("ReduceMax", [LARGE[kind](model)], keepdims=0)
    total = model.node("Cast", [y], to=1)
    with pytest.raises(InputError, match=r"its constants give .* numbers") as caught:
        load_onnx(model.content(model.node("Add", ["x0", total])))
    assert "\n" not in str(caught.value)


def test_no_random_numbers() -> None:
    model = Model((1, 4))
    noise = model.node("RandomNormal", [], shape=[1, 4])
    with pytest.raises(InputError, match="RandomNormal is not supported"):
        load_onnx(model.content(model.node("Add", ["x0", noise])))
