"""Integer layers give their exact sums, on processors that add products in 16 bits, too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx_cases import onnx

from mcuq.witness.onnx_session import computed
from mcuq.witness.onnx_signs import make_filters_unsigned

helper, numpy_helper = onnx.helper, onnx.numpy_helper
COLUMNS, DEPTH = 6, 40
SCALE = np.float32(1 / 4096)


def extreme(rng: np.random.Generator, kind: type[np.integer], *shape: int) -> npt.NDArray:
    """Integers at and near the ends of a type: their sums in 16 bits would be cut."""
    ends = np.iinfo(kind)
    near = rng.integers(0, 4, shape)
    return np.where(rng.random(shape) < 0.5, ends.min + near, ends.max - near).astype(kind)


def layer(
    kind: str, filters: npt.NDArray, zeros: npt.NDArray, input_zero: npt.NDArray
) -> onnx.ModelProto:
    """One layer of (1, DEPTH) real inputs, quantized with step 1, to (1, COLUMNS) reals."""
    scales = np.full(zeros.shape, SCALE)
    operands = ["q", "one", "input_zero", "filters", "scales", "zeros"]
    shapes = {"QLinearConv": [1, DEPTH, 1, 1]}.get(kind, [1, DEPTH])
    result = ["one", "output_zero"]
    domain = "com.microsoft" if kind == "QGemm" else ""
    inputs = [*operands, "", *result] if kind == "QGemm" else [*operands, *result]
    known = {
        "one": np.float32(1),
        "input_zero": input_zero,
        "output_zero": np.asarray(input_zero.dtype.type(0)),
        "filters": filters.T[:, :, None, None] if kind == "QLinearConv" else filters,
        "scales": scales,
        "zeros": zeros,
        "shape": np.array(shapes, np.int64),
        "flat": np.array([1, COLUMNS], np.int64),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "one", "input_zero"], ["flat_q"]),
        helper.make_node("Reshape", ["flat_q", "shape"], ["q"]),
        helper.make_node(kind, inputs, ["r"], domain=domain),
        helper.make_node("DequantizeLinear", ["r", "one", "output_zero"], ["real"]),
        helper.make_node("Reshape", ["real", "flat"], ["y"]),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "layer",
        [value("x", 1, [1, DEPTH])],
        [value("y", 1, [1, COLUMNS])],
        [numpy_helper.from_array(np.asarray(x), name) for name, x in known.items()],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("inputs", [np.uint8, np.int8])
@pytest.mark.parametrize("kind", ["QLinearConv", "QLinearMatMul", "QGemm"])
@given(st.integers(0, 2**32 - 1))
def test_sums_are_exact(kind: str, inputs: type, per_channel: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, filters = extreme(rng, inputs, 1, DEPTH), extreme(rng, np.int8, DEPTH, COLUMNS)
    zero = np.asarray(rng.integers(-3, 4) if inputs is np.int8 else rng.integers(0, 7)).astype(
        inputs
    )
    zeros = np.zeros(COLUMNS if per_channel else (), np.int8)
    model = layer(kind, filters, zeros, zero)
    make_filters_unsigned(model)
    sums = (x.astype(np.int64) - zero.astype(np.int64)) @ filters.astype(np.int64)
    ends = np.iinfo(inputs)
    wanted = np.clip(np.rint(sums.astype(np.float32) * SCALE), ends.min, ends.max)
    (found,) = computed(model, [x.astype(np.float32) - np.float32(zero)], ["y"])
    assert np.array_equal(found[0], wanted)


def test_shared_filters_stay_for_layers_of_the_same_type() -> None:
    filters = extreme(np.random.default_rng(0), np.int8, DEPTH, COLUMNS)
    model = layer("QLinearMatMul", filters, np.zeros((), np.int8), np.asarray(np.int8(0)))
    before = model.SerializeToString()
    make_filters_unsigned(model)
    assert model.SerializeToString() == before
