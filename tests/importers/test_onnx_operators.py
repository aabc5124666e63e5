"""Every ONNX operator equals onnxruntime on random inputs, and becomes what it should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.importers.onnx import load_onnx
from mcuq.interpret.float import run_float
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.movement import PAD, RESHAPE, TRANSPOSE
from mcuq.ops.resize import RESIZE_BILINEAR
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED

CONV = [
    ((1, 3, 8, 9), (4, 3, 3, 3), {}),
    ((1, 3, 8, 9), (4, 3, 3, 3), {"pads": [1, 1, 1, 1]}),
    ((1, 3, 8, 9), (4, 3, 3, 3), {"pads": [1, 1, 1, 1], "strides": [2, 2]}),
    ((1, 3, 8, 9), (4, 3, 2, 5), {"pads": [0, 2, 1, 2], "strides": [1, 2]}),
    ((1, 3, 9, 9), (4, 3, 3, 3), {"dilations": [2, 3], "pads": [2, 3, 2, 3]}),
    ((1, 3, 8, 9), (4, 3, 3, 3), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    ((1, 3, 8, 9), (4, 3, 3, 3), {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
    ((1, 3, 8, 9), (4, 3, 3, 3), {"auto_pad": "VALID"}),
    ((1, 4, 6, 6), (4, 1, 3, 3), {"group": 4, "pads": [1, 1, 1, 1]}),
    ((1, 4, 6, 6), (8, 1, 3, 3), {"group": 4, "strides": [2, 1]}),
    ((1, 4, 6, 6), (6, 2, 3, 3), {"group": 2}),
    ((1, 1, 6, 6), (3, 1, 3, 3), {}),
    ((1, 3, 12), (4, 3, 5), {"pads": [2, 2]}),
    ((1, 4, 12), (4, 1, 3), {"group": 4, "dilations": [2], "strides": [2]}),
]


@pytest.mark.parametrize("shape, filters, attrs", CONV)
@pytest.mark.parametrize("with_bias", [False, True])
def test_conv(
    shape: tuple[int, ...], filters: tuple[int, ...], attrs: dict[str, Any], with_bias: bool
) -> None:
    model = Model(shape)
    inputs = ["x0", model.weights(*filters), *([model.weights(filters[0])] if with_bias else [])]
    assert_equals_onnxruntime(model.content(model.node("Conv", inputs, **attrs)))


POOL = [
    {"kernel_shape": [2, 2], "strides": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
    {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
]


@pytest.mark.parametrize("attrs", POOL)
@pytest.mark.parametrize("shape", [(1, 2, 7, 7), (1, 2, 8, 6)])
def test_max_pool_behind_a_relu(attrs: dict[str, Any], shape: tuple[int, ...]) -> None:
    model = Model(shape)
    positive = model.node("Relu", ["x0"])
    assert_equals_onnxruntime(model.content(model.node("MaxPool", [positive], **attrs)))


@pytest.mark.parametrize(
    "attrs",
    [
        {"kernel_shape": [2, 2], "strides": [2, 2]},
        {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]},
        {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1},
        {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2], "count_include_pad": 1},
        {"kernel_shape": [2, 2], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
    ],
)
def test_average_pool(attrs: dict[str, Any]) -> None:
    model = Model((1, 2, 8, 6))
    assert_equals_onnxruntime(model.content(model.node("AveragePool", ["x0"], **attrs)))


def test_one_dimensional_pools() -> None:
    model = Model((1, 3, 12))
    x = model.node("Conv", ["x0", model.weights(4, 3, 3)])
    x = model.node("MaxPool", [x], kernel_shape=[2], strides=[2])
    x = model.node("AveragePool", [x], kernel_shape=[2])
    assert_equals_onnxruntime(model.content(x))


@pytest.mark.parametrize("kind", ["GlobalAveragePool", "GlobalMaxPool"])
@pytest.mark.parametrize("shape", [(1, 3, 5, 4), (1, 3, 7)])
def test_global_pools(kind: str, shape: tuple[int, ...]) -> None:
    model = Model(shape)
    graph = assert_equals_onnxruntime(model.content(model.node(kind, ["x0"])))
    assert TRANSPOSE not in {op.kind for op in graph.ops}


@pytest.mark.parametrize("opset", [13, 18])
@pytest.mark.parametrize("keep", [0, 1])
def test_reduce_mean(opset: int, keep: int) -> None:
    model = Model((1, 3, 5, 4), opset=opset)
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    if opset < 18:
        y = model.node("ReduceMean", [x], axes=[2, -1], keepdims=keep)
    else:
        y = model.node("ReduceMean", [x, model.constant([2, -1])], keepdims=keep)
    graph = assert_equals_onnxruntime(model.content(y))
    assert TRANSPOSE not in {op.kind for op in graph.ops}


@pytest.mark.parametrize(
    "kind, attrs",
    [
        ("Relu", {}),
        ("Sigmoid", {}),
        ("Tanh", {}),
        ("HardSwish", {}),
        ("Abs", {}),
        ("Elu", {}),
        ("Elu", {"alpha": 0.5}),
        ("HardSigmoid", {}),
        ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
        ("LeakyRelu", {}),
        ("LeakyRelu", {"alpha": 0.3}),
        ("Softmax", {}),
        ("Softmax", {"axis": 1}),
        ("Softmax", {"axis": -2}),
        ("LogSoftmax", {}),
        ("LogSoftmax", {"axis": 1}),
    ],
)
@pytest.mark.parametrize("behind_conv", [False, True])
def test_unary(kind: str, attrs: dict[str, Any], behind_conv: bool) -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)]) if behind_conv else "x0"
    assert_equals_onnxruntime(model.content(model.node(kind, [x], **attrs)))


@pytest.mark.parametrize(
    "bounds, activation",
    [
        ((0.0, 6.0), Activation.RELU6),
        ((0.0, None), Activation.RELU),
        ((-1.0, 1.0), Activation.RELU_N1_TO_1),
        ((0.0, 3.4028235e38), Activation.RELU),
    ],
)
def test_clip_is_fused(bounds: tuple[float, float | None], activation: Activation) -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    names = ["" if bound is None else model.constant(bound, np.float32) for bound in bounds]
    graph = assert_equals_onnxruntime(model.content(model.node("Clip", [x, *names])))
    assert [op.kind for op in graph.ops] == [CONV_2D]
    assert graph.ops[0].attrs.activation is activation  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "kind, swapped",
    [
        ("Add", False),
        ("Add", True),
        ("Sub", False),
        ("Sub", True),
        ("Mul", False),
        ("Mul", True),
        ("Div", False),
    ],
)
@pytest.mark.parametrize("shape", [(), (1,), (4,), (3, 1, 1), (1, 3, 5, 4), (5, 1)])
def test_arithmetic_with_a_constant(kind: str, shape: tuple[int, ...], swapped: bool) -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    constant = model.constant(np.abs(model.rng.normal(1, 0.2, shape)), np.float32)
    operands = [constant, x] if swapped else [x, constant]
    assert_equals_onnxruntime(model.content(model.node(kind, operands)))


@pytest.mark.parametrize("kind", ["Add", "Sub", "Mul"])
@pytest.mark.parametrize("other", [(1, 3, 5, 4), (1, 3, 1, 1), (1, 1, 5, 4), (1, 4)])
def test_arithmetic_of_two_activations(kind: str, other: tuple[int, ...]) -> None:
    model = Model((1, 3, 5, 4), other)
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    assert_equals_onnxruntime(model.content(model.node(kind, [x, "x1"])))


@pytest.mark.parametrize("trans_b", [0, 1])
@pytest.mark.parametrize("bias", [None, (5,), (1, 5), (1,)])
def test_gemm(trans_b: int, bias: tuple[int, ...] | None) -> None:
    model = Model((1, 7))
    inputs = ["x0", model.weights(*((5, 7) if trans_b else (7, 5)))]
    inputs += [] if bias is None else [model.weights(*bias)]
    y = model.node("Gemm", inputs, transB=trans_b, alpha=0.5, beta=2.0)
    graph = assert_equals_onnxruntime(model.content(y))
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED]


@pytest.mark.parametrize("shape", [(1, 7), (1, 3, 7), (1, 2, 3, 7)])
def test_matmul_with_bias_is_one_dense_layer(shape: tuple[int, ...]) -> None:
    model = Model(shape)
    x = model.node("MatMul", ["x0", model.weights(7, 5)])
    x = model.node("Add", [model.weights(5), x])
    graph = assert_equals_onnxruntime(model.content(model.node("Relu", [x])))
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED]


def test_batch_normalization_alone() -> None:
    model = Model((1, 3, 5, 4))
    variance = model.constant([0.5, 1.0, 2.0], np.float32)
    inputs = ["x0", *(model.weights(3) for _ in range(3)), variance]
    y = model.node("BatchNormalization", inputs, epsilon=1e-3)
    graph = assert_equals_onnxruntime(model.content(y))
    assert [op.kind for op in graph.ops] == [MUL, ADD]


@pytest.mark.parametrize("group, outputs", [(1, 6), (3, 6)])
def test_batch_normalization_and_relu_behind_a_convolution(group: int, outputs: int) -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(outputs, 3 // group, 3, 3)], group=group)
    variance = model.constant(model.rng.uniform(0.5, 2, outputs), np.float32)
    inputs = [x, *(model.weights(outputs) for _ in range(3)), variance]
    x = model.node("Relu", [model.node("BatchNormalization", inputs)])
    graph = assert_equals_onnxruntime(model.content(x))
    assert len(graph.ops) == 1
    assert len(graph.ops[0].inputs) == 3


def test_flatten_moves_into_the_dense_weights() -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(2, 3, 3, 3)])
    x = model.node("Flatten", [x])
    x = model.node("Gemm", [x, model.weights(5, 12), model.weights(5)], transB=1)
    graph = assert_equals_onnxruntime(model.content(x))
    kinds = [op.kind for op in graph.ops]
    assert kinds == [CONV_2D, RESHAPE, FULLY_CONNECTED]


def test_view_with_a_computed_shape_as_pytorch_exports_it() -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(2, 3, 3, 3)])
    shape = model.node("Shape", [x])
    batch = model.node("Gather", [shape, model.constant(0)], axis=0)
    batch = model.node("Unsqueeze", [batch, model.constant([0])])
    rest = model.node("Constant", [], value_ints=[-1])
    target = model.node("Concat", [batch, rest], axis=0)
    graph = assert_equals_onnxruntime(model.content(model.node("Reshape", [x, target])))
    assert {op.kind for op in graph.ops} == {CONV_2D, TRANSPOSE, RESHAPE}


@pytest.mark.parametrize("target", [[0, -1], [1, 6, 5, 2], [1, 4, 15], [-1, 0, 20]])
def test_reshape(target: list[int]) -> None:
    model = Model((1, 3, 5, 4))
    y = model.node("Reshape", ["x0", model.constant(target, np.int64)])
    assert_equals_onnxruntime(model.content(y))


def test_squeeze_and_unsqueeze() -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("GlobalAveragePool", [model.node("Conv", ["x0", model.weights(6, 3, 1, 1)])])
    x = model.node("Squeeze", [x, model.constant([2, -1])])
    x = model.node("Unsqueeze", [x, model.constant([1, -1])])
    x = model.node("Tanh", [x])
    graph = assert_equals_onnxruntime(model.content(x))
    assert TRANSPOSE not in {op.kind for op in graph.ops}


def test_transposes_around_a_channels_last_model_vanish() -> None:
    model = Model((1, 5, 4, 3))
    x = model.node("Transpose", ["x0"], perm=[0, 3, 1, 2])
    x = model.node("Conv", [x, model.weights(6, 3, 3, 3)])
    x = model.node("Transpose", [x], perm=[0, 2, 3, 1])
    graph = assert_equals_onnxruntime(model.content(x))
    assert [op.kind for op in graph.ops] == [CONV_2D]


def test_channel_shuffle() -> None:
    model = Model((1, 4, 3, 2))
    x = model.node("Conv", ["x0", model.weights(4, 4, 1, 1)])
    x = model.node("Reshape", [x, model.constant([1, 2, 2, 3, 2], np.int64)])
    x = model.node("Transpose", [x], perm=[0, 2, 1, 3, 4])
    x = model.node("Reshape", [x, model.constant([1, 4, 3, 2], np.int64)])
    x = model.node("Conv", [x, model.weights(4, 1, 1, 1)], group=4)
    assert_equals_onnxruntime(model.content(x))


def test_concat_with_other_layouts_and_constants() -> None:
    model = Model((1, 3, 5, 4), (1, 2, 5, 4))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    x = model.node("Concat", [x, "x1", model.weights(1, 1, 5, 4)], axis=1)
    x = model.node("Concat", [x, x], axis=-1)
    assert_equals_onnxruntime(model.content(x))


def test_pad_and_zero_padded_convolution() -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    x = model.node("Pad", [x, model.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64)])
    x = model.node("Conv", [x, model.weights(3, 3, 3, 3)])
    x = model.node("Pad", [x, model.constant([0, 1, 0, 2, 0, 0, 3, 0], np.int64)])
    graph = assert_equals_onnxruntime(model.content(x))
    kinds = [op.kind for op in graph.ops]
    assert kinds == [CONV_2D, CONV_2D, PAD]
    assert graph.ops[1].attrs.padding is Padding.SAME  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "bounds",
    [
        ([1, 0], [3, 2**62], [2, -1], [1, 1]),
        ([-1], [-(2**62)], [2], [-2]),
        ([0], [2], None, None),
    ],
)
def test_slice(bounds: tuple[list[int] | None, ...]) -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    constants = [model.constant(values, np.int64) for values in bounds if values is not None]
    assert_equals_onnxruntime(model.content(model.node("Slice", [x, *constants])))


@pytest.mark.parametrize("sizes", [None, [1, 3]])
def test_split(sizes: list[int] | None) -> None:
    model = Model((1, 4, 5, 4))
    x = model.node("Conv", ["x0", model.weights(4, 4, 1, 1)])
    inputs = [x] if sizes is None else [x, model.constant(sizes, np.int64)]
    model.node("Split", inputs, ["a", "b"], axis=1)
    assert_equals_onnxruntime(model.content("a", "b"))


@pytest.mark.parametrize(
    "attrs",
    [
        {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        {"coordinate_transformation_mode": "half_pixel"},
        {"coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_ceil"},
        {"coordinate_transformation_mode": "align_corners", "nearest_mode": "round_prefer_ceil"},
    ],
)
@pytest.mark.parametrize("factor", [2, 3])
def test_resize_by_scales_and_by_sizes(attrs: dict[str, str], factor: int) -> None:
    model = Model((1, 3, 5, 4))
    none = model.constant(np.zeros(0), np.float32)
    scales = model.constant([1, 1, factor, factor], np.float32)
    a = model.node("Resize", ["x0", none, scales], **attrs)
    sizes = model.constant([1, 3, 5 * factor, 4 * factor], np.int64)
    b = model.node("Resize", ["x0", none, "", sizes], **attrs)
    assert_equals_onnxruntime(model.content(a, b))


@pytest.mark.parametrize(
    "mode", ["asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners"]
)
@pytest.mark.parametrize("size", [(10, 12), (15, 4), (3, 7)])
def test_resize_blends_linearly(mode: str, size: tuple[int, int]) -> None:
    model = Model((1, 3, 5, 4))
    none = model.constant(np.zeros(0), np.float32)
    attrs = {"coordinate_transformation_mode": mode, "mode": "linear"}
    sizes = model.constant([1, 3, *size], np.int64)
    y = model.node("Resize", ["x0", none, "", sizes], **attrs)
    graph = assert_equals_onnxruntime(model.content(y))
    assert RESIZE_BILINEAR in [op.kind for op in graph.ops]


@pytest.mark.parametrize("shape", [(3, 1, 1), (1,), (3, 5, 4), (1, 5, 4)])
def test_prelu_with_several_slopes(shape: tuple[int, ...]) -> None:
    model = Model((1, 3, 5, 4))
    slopes = np.random.default_rng(1).normal(size=shape)
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    x = model.node("PRelu", [x, model.constant(slopes, np.float32)])
    assert_equals_onnxruntime(model.content(model.node("Sigmoid", [x])))


@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("axes", [[2, 3], [-1], [1], [1, 2, 3]])
def test_reduce_max(axes: list[int], keepdims: int) -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
    y = model.node("ReduceMax", [x], axes=axes, keepdims=keepdims)
    assert_equals_onnxruntime(model.content(y))


def test_quantized_constants_become_real_ones() -> None:
    """A QDQ model: constants are dequantized, what quantizes activations is passed over."""
    model = Model((1, 3, 5, 4))
    rng = np.random.default_rng(2)
    filters = model.constant(rng.integers(-127, 128, (4, 3, 3, 3)), np.int8)
    zeros = model.constant(np.zeros(4), np.int8)
    scales = model.constant([0.01, 0.02, 0.03, 0.04], np.float32)
    filters = model.node("DequantizeLinear", [filters, scales, zeros], axis=0)
    fine = [model.constant(1e-4, np.float32), model.constant(0, np.int32)]
    bias = model.node("DequantizeLinear", [model.constant([1, 2, 3, 4], np.int32), *fine])
    step = [model.constant(0.05, np.float32), model.constant(128, np.uint8)]
    stored = model.node("QuantizeLinear", [model.weights(4, 4, 1, 1), scales, zeros], axis=0)
    second = model.node("DequantizeLinear", [stored, scales, zeros], axis=0)
    x = model.node("DequantizeLinear", [model.node("QuantizeLinear", ["x0", *step]), *step])
    y = model.node("Conv", [model.node("Conv", [x, filters, bias]), second])
    plain = model.node("Conv", [model.node("Conv", ["x0", filters, bias]), second])
    assert_equals_onnxruntime(model.content(plain))
    graph, same = load_onnx(model.content(y)), load_onnx(model.content(plain))
    x = [rng.normal(size=(2, 5, 4, 3)).astype(np.float32)]
    np.testing.assert_array_equal(*(run_float(g, x)[g.outputs[0]] for g in (graph, same)))


def test_prelu_dropout_and_identity() -> None:
    model = Model((1, 3, 5, 4))
    x = model.node("PRelu", ["x0", model.constant([[[0.25]]], np.float32)])
    x = model.node("Identity", [model.node("Dropout", [x])])
    assert_equals_onnxruntime(model.content(model.node("Sigmoid", [x])))


def test_swish_and_squeeze_excite() -> None:
    model = Model((1, 4, 6, 6))
    x = model.node("Conv", ["x0", model.weights(8, 4, 3, 3)])
    x = model.node("Mul", [x, model.node("Sigmoid", [x])])
    s = model.node("GlobalAveragePool", [x])
    s = model.node("Relu", [model.node("Conv", [s, model.weights(2, 8, 1, 1), model.weights(2)])])
    s = model.node("HardSigmoid", [model.node("Conv", [s, model.weights(8, 2, 1, 1)])])
    assert_equals_onnxruntime(model.content(model.node("Mul", [s, x])))
