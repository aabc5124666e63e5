"""CumSum equals onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.ops.weighted import FULLY_CONNECTED


@pytest.mark.parametrize("shape", [(1, 5), (1, 4, 5), (1, 3, 4, 5)])
@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize(("exclusive", "reverse"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_running_sum_is_a_layer(
    shape: tuple[int, ...], axis: int, exclusive: int, reverse: int
) -> None:
    model = Model(shape)
    axes = model.constant(np.int64(axis))
    sums = model.node("CumSum", ["x0", axes], exclusive=exclusive, reverse=reverse)
    graph = assert_equals_onnxruntime(model.content(model.node("Tanh", [sums])))
    assert FULLY_CONNECTED in [op.kind for op in graph.ops]


def test_of_an_image() -> None:
    model = Model((1, 3, 4, 5))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    sums = model.node("CumSum", [x, model.constant(np.int64(2))])
    assert_equals_onnxruntime(model.content(sums))


@pytest.mark.parametrize(
    ("shape", "axis", "match"), [((1, 3), 2, "axis"), ((1, 1025), 1, "there are 1025")]
)
def test_refused(shape: tuple[int, ...], axis: int, match: str) -> None:
    model = Model(shape)
    sums = model.node("CumSum", ["x0", model.constant(np.int64(axis))])
    with pytest.raises(InputError, match=match):
        load_onnx(model.content(sums))
