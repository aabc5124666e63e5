"""What exporters leave around constants is folded: shape arithmetic, stored weights, names."""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from oracles import run_litert
from tflite_files import File, assert_equals_litert, opts

from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.logic import LOGICAL_NOT, REDUCE_ALL
from mcuq.ops.movement import RESHAPE
from mcuq.ops.pooling import MAX_POOL_2D
from mcuq.ops.slicing import StridedSliceAttrs
from mcuq.ops.unary import LEAKY_RELU, RELU
from mcuq.ops.weighted import FULLY_CONNECTED


def _flatten_as_keras_exports_it() -> bytes:
    """SHAPE, STRIDED_SLICE (the batch), PACK with a constant, RESHAPE."""
    file = File()
    x = file.tensor("x", (1, 2, 3, 4))
    shape = file.tensor("shape", (4,), "int32")
    file.op("SHAPE", [x], shape, opts("Shape", outType=schema.TensorType.INT32))
    bounds = [file.constant(f"bound{i}", [value]) for i, value in enumerate((0, 1, 1))]
    batch = file.tensor("batch", (), "int32")
    file.op("STRIDED_SLICE", [shape, *bounds], batch, opts("StridedSlice", shrinkAxisMask=1))
    size = file.constant("size", 24)
    target = file.tensor("target", (2,), "int32")
    file.op("PACK", [batch, size], target, opts("Pack", valuesCount=2, axis=0))
    y = file.tensor("y", (1, 24))
    file.op("RESHAPE", [x, target], y)
    return file.content([x], [y])


def test_flatten_as_keras_exports_it_is_one_reshape() -> None:
    graph = load_tflite(_flatten_as_keras_exports_it())
    assert [op.kind for op in graph.ops] == [RESHAPE]
    assert graph.tensors["y"].shape == (1, 24)
    assert sorted(graph.tensors) == ["x", "y"]


def test_shape_arithmetic_of_every_kind() -> None:
    file = File()
    x = file.tensor("x", (1, 2, 3, 4))
    shape = file.tensor("shape", (4,), "int32")
    file.op("SHAPE", [x], shape)
    inner = file.tensor("inner", (2,), "int32")
    file.op("GATHER", [shape, file.constant("positions", [1, 2])], inner, opts("Gather"))
    product = file.tensor("product", (1,), "int32")
    keep = opts("Reducer", keepDims=True)
    file.op("REDUCE_PROD", [inner, file.constant("axis", [0])], product, keep)
    doubled = file.tensor("doubled", (1,), "int32")
    file.op("MUL", [product, file.constant("two", [2])], doubled)
    last = file.tensor("last", (1,), "int32")
    begin, size = file.constant("begin", [3]), file.constant("length", [1])
    file.op("SLICE", [shape, begin, size], last)
    halved = file.tensor("halved", (1,), "int32")
    file.op("SUB", [last, file.constant("take", [2])], halved)
    target = file.tensor("target", (3,), "int32")
    parts = [file.constant("one", [1]), doubled, halved]
    file.op("CONCATENATION", parts, target, opts("Concatenation", axis=0))
    y = file.tensor("y", (1, 12, 2))
    file.op("RESHAPE", [x, target], y)
    graph = load_tflite(file.content([x], [y]))
    assert [op.kind for op in graph.ops] == [RESHAPE]
    assert graph.tensors["y"].shape == (1, 12, 2)


def _dense(file: File, x: int, weights: int, bias: int) -> int:
    y = file.tensor("y", (1, 3))
    file.op("FULLY_CONNECTED", [x, weights, bias], y, opts("FullyConnected"))
    return y


def _through_constant(dtype: str, **quantization: Any) -> tuple[bytes, np.ndarray]:
    """A dense layer whose stored weights pass a DEQUANTIZE; also the values as stored."""
    stored = np.arange(-6, 6).reshape(3, 4)
    file = File()
    x = file.tensor("x", (1, 4))
    constant = file.constant("stored", stored, dtype, **quantization)
    weights = file.tensor("weights", (3, 4))
    file.op("DEQUANTIZE", [constant], weights)
    bias = file.constant("bias", np.zeros(3), "float32")
    return file.content([x], [_dense(file, x, weights, bias)]), stored


@pytest.mark.parametrize(
    "dtype, scale, axis",
    [
        ("float16", None, None),
        ("int8", np.array([0.5]), None),
        ("int8", np.array([0.5, 0.25, 2.0]), 0),
        ("int4", np.array([0.5]), None),
    ],
)
def test_stored_weights_become_float(dtype: str, scale: Any, axis: int | None) -> None:
    content, stored = _through_constant(
        dtype, **({"scale": scale, "axis": axis} if axis is not None or scale is not None else {})
    )
    graph = load_tflite(content)
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED]
    factor = np.ones(1) if scale is None else scale
    expected = stored * factor.reshape(-1, 1)
    np.testing.assert_array_equal(graph.tensors[graph.weights[0]].data, expected)


def test_hybrid_weights_are_read_in_place() -> None:
    """Dynamic-range quantization: float activations, int8 weights with zero point and scale."""
    file = File()
    x = file.tensor("x", (1, 4))
    weights = file.constant("w", np.arange(12).reshape(3, 4), "int8", scale=np.array([0.125]))
    y = _dense(file, x, weights, file.constant("b", np.ones(3), "float32"))
    graph = load_tflite(file.content([x], [y]))
    assert graph.tensors["w"].data is not None
    np.testing.assert_array_equal(graph.tensors["w"].data, np.arange(12).reshape(3, 4) / 8)


def _quantized() -> bytes:
    """QUANTIZE, an int8 dense layer with int32 bias, DEQUANTIZE."""
    file = File()
    activation = {"scale": np.array([0.05]), "zero_point": np.array([-3])}
    x = file.tensor("x", (1, 4))
    inner = file.tensor("xq", (1, 4), "int8", **activation)
    file.op("QUANTIZE", [x], inner)
    rng = np.random.default_rng(3)
    scales = np.array([0.01, 0.02, 0.03], np.float32)
    stored = rng.integers(-127, 128, (3, 4))
    weights = file.constant("w", stored, "int8", scale=scales, axis=0)
    bias = file.constant("b", [100, -50, 0], "int32", scale=scales * np.float32(0.05), axis=0)
    result = file.tensor("yq", (1, 3), "int8", **activation)
    file.op("FULLY_CONNECTED", [inner, weights, bias], result, opts("FullyConnected"))
    y = file.tensor("y", (1, 3))
    file.op("DEQUANTIZE", [result], y)
    return file.content([x], [y])


def test_quantized_model_gives_the_numbers_it_stands_for() -> None:
    graph = load_tflite(_quantized())
    assert [op.kind for op in graph.ops] == [FULLY_CONNECTED]
    assert graph.outputs == ("yq",)
    x = np.random.default_rng(4).uniform(-2, 2, (16, 4)).astype(np.float32)
    expected = np.concatenate([outputs[0] for outputs in run_litert(_quantized(), [x])])
    actual = run_float(graph, [x])["yq"]
    # The file rounds its input and its output to steps of 0.05 and saturates at 125 and 130 steps.
    inside = np.abs(actual) < 6
    assert inside.mean() > 0.8
    np.testing.assert_allclose(actual[inside], expected[inside], atol=0.15)


def test_integers_without_scale_are_no_weights() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    weights = file.constant("w", np.ones((3, 4)), "int8")
    y = _dense(file, x, weights, file.constant("b", np.ones(3), "float32"))
    with pytest.raises(InputError, match="operand 1 'w' is int8"):
        load_tflite(file.content([x], [y]))


def test_names_are_short_unique_and_never_empty() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    wanted = ("act/Relu;act/bias", "act/Relu", "", "serving_default_b:0", "y")
    outputs = [file.tensor(name, (1, 4)) for name in wanted]
    for source, output in zip([x, *outputs], outputs, strict=False):
        file.op("RELU", [source], output)
    graph = load_tflite(file.content([x], [outputs[-1]]))
    assert graph.activations == ("x", "act/Relu", "act/Relu_1", "tensor3", "b", "y")


def test_inputs_and_outputs_are_named_by_the_signature() -> None:
    file = File()
    x, y = file.tensor("serving_default_x:0", (1, 4)), file.tensor("Call:0", (1, 4))
    file.op("RELU", [x], y)
    model = schema.ModelT.InitFromPackedBuf(file.content([x], [y]), 0)
    model.signatureDefs[0].inputs[0].name = "image"
    model.signatureDefs[0].outputs[0].name = "classes"
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    graph = load_tflite(bytes(builder.Output()))
    assert (graph.inputs, graph.outputs) == (("image",), ("classes",))


def _sliced(masks: dict[str, int], bounds: list[list[int]]) -> Graph:
    file = File()
    x = file.tensor("x", (1, 5, 6))
    operands = [file.constant(f"c{i}", values) for i, values in enumerate(bounds)]
    shape = np.empty((1, 5, 6))[_numpy_slice(masks, bounds)].shape
    y = file.tensor("y", shape)
    file.op("STRIDED_SLICE", [x, *operands], y, opts("StridedSlice", **masks))
    return load_tflite(file.content([x], [y]))


def _numpy_slice(masks: dict[str, int], bounds: list[list[int]]) -> tuple[Any, ...]:
    """The same slice in NumPy's notation."""
    result: list[Any] = []
    for position, (begin, end, stride) in enumerate(zip(*bounds, strict=True)):
        bit = 1 << position
        if masks.get("ellipsisMask", 0) & bit:
            result.append(...)
        elif masks.get("shrinkAxisMask", 0) & bit:
            result.append(begin)
        else:
            first = None if masks.get("beginMask", 0) & bit else begin
            last = None if masks.get("endMask", 0) & bit else end
            result.append(slice(first, last, stride))
    return tuple(result)


@pytest.mark.parametrize(
    "masks, bounds",
    [
        ({}, [[0, -3, 1], [1, 99, -1], [1, 1, 2]]),
        ({"beginMask": 6, "endMask": 6}, [[0, 3, 3], [1, 2, 2], [1, -1, -2]]),
        ({"ellipsisMask": 1}, [[0, 2], [0, 4], [1, 1]]),
        ({"ellipsisMask": 2, "shrinkAxisMask": 4}, [[0, 0, -1], [1, 0, 0], [1, 1, 1]]),
        ({"endMask": 2}, [[0, -2], [1, 0], [1, -1]]),
        ({}, [[0], [1], [1]]),
    ],
)
def test_slices_mean_what_numpy_means(masks: dict[str, int], bounds: list[list[int]]) -> None:
    graph = _sliced(masks, bounds)
    x = np.arange(60, dtype=np.float32).reshape(2, 1, 5, 6)
    expected = np.stack([sample[_numpy_slice(masks, bounds)] for sample in x])
    actual = run_float(graph, [x[:, 0]])["y"]
    np.testing.assert_array_equal(actual.reshape(expected.shape), expected)
    assert isinstance(graph.ops[0].attrs, StridedSliceAttrs)


def test_prelu_with_one_slope_is_a_leaky_relu() -> None:
    def prelu(slopes: list[float]) -> bytes:
        file = File()
        x = file.tensor("x", (1, 3, 2))
        y = file.tensor("y", (1, 3, 2))
        file.op("PRELU", [x, file.constant("slopes", slopes, "float32")], y)
        return file.content([x], [y])

    graph = assert_equals_litert(prelu([0.25, 0.25]))
    assert [op.kind for op in graph.ops] == [LEAKY_RELU]
    several = assert_equals_litert(prelu([0.25, 0.5]))
    assert [op.kind for op in several.ops] == [RELU, SUB, MUL, ADD]


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axes", [[1, 2], [3], [-1, 2], [1], [1, 2, 3], [1, 3], [3, -4, 1]])
def test_a_maximum_is_a_pooling_for_each_run_of_axes(axes: list[int], keep: bool) -> None:
    shape = (1, 4, 3, 5)
    result = np.zeros(shape).max(axis=tuple(axes), keepdims=keep).shape
    file = File()
    x, y = file.tensor("x", shape), file.tensor("y", result)
    options = opts("Reducer", keepDims=keep)
    file.op("REDUCE_MAX", [x, file.constant("axes", axes)], y, options)
    graph = assert_equals_litert(file.content([x], [y]))
    assert MAX_POOL_2D in [op.kind for op in graph.ops]


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axes", [[1], [-1], [1, 2], [1, 2, 3]])
def test_one_that_holds_is_not_that_none_holds(axes: list[int], keep: bool) -> None:
    shape = (1, 3, 2, 2)
    result = np.zeros(shape).max(axis=tuple(axes), keepdims=keep).shape
    file = File()
    x, bound = file.tensor("x", shape), file.constant("bound", [0.8], "float32")
    above = file.op("GREATER", [x, bound], file.tensor("above", shape, "bool"), opts("Greater"))
    options = opts("Reducer", keepDims=keep)
    any_ = file.tensor("any", result, "bool")
    file.op("REDUCE_ANY", [above, file.constant("axes", axes)], any_, options)
    y = file.op("CAST", [any_], file.tensor("y", result), opts("Cast"))
    graph = assert_equals_litert(file.content([x], [y]))
    assert [op.kind for op in graph.ops][1:-1] == [LOGICAL_NOT, REDUCE_ALL, LOGICAL_NOT]


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
@pytest.mark.parametrize(("exclusive", "reverse"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_running_sum_is_a_layer(axis: int, exclusive: int, reverse: int) -> None:
    file = File()
    x, y = file.tensor("x", (1, 3, 2, 5)), file.tensor("y", (1, 3, 2, 5))
    options = opts("Cumsum", exclusive=bool(exclusive), reverse=bool(reverse))
    file.op("CUMSUM", [x, file.constant("axis", [axis])], y, options)
    graph = assert_equals_litert(file.content([x], [y]))
    assert FULLY_CONNECTED in [op.kind for op in graph.ops]


def test_a_running_sum_of_too_many_values_is_refused() -> None:
    file = File()
    x, y = file.tensor("x", (1, 1025)), file.tensor("y", (1, 1025))
    file.op("CUMSUM", [x, file.constant("axis", [1])], y, opts("Cumsum"))
    with pytest.raises(InputError, match="sums along 1025 values"):
        load_tflite(file.content([x], [y]))
