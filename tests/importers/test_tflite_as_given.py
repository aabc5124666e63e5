"""Files that TensorFlow Lite Micro runs are read as they are, and compute the same bytes.

The witness is TensorFlow Lite Micro on the file itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from as_given import (
    affine,
    assert_equal_to_micro,
    assert_floats_as_micro,
    assert_reads_as_micro,
    run_in_micro,
)
from tflite_files import File, edited, opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.importers.tflite import read_tflite
from mcuq.ops.unary import LEAKY_RELU
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.prequantized.load import load_quantized


def _tensor(model: Any, name: str) -> Any:
    return next(t for t in model.subgraphs[0].tensors if t.name == name.encode())


def dense(edges: str = "int8", channels: int = 3) -> bytes:
    """A dense layer, in int8 inside; other edges are converted."""
    file, rng = File(), np.random.default_rng(3)
    shift = 128 if edges == "uint8" else 0
    source = file.tensor("x", (1, 4), edges, **_edge(edges, 0.05, -3 + shift))
    inner = source
    if edges != "int8":
        inner = file.tensor("xq", (1, 4), "int8", **affine(0.05, -3))
        file.op("QUANTIZE", [source], inner)
    weights = rng.integers(-127, 128, (channels, 4))
    scales = np.linspace(0.01, 0.02, channels).astype(np.float32)
    w = file.constant("w", weights, "int8", scale=scales, axis=0)
    bias = rng.integers(-500, 500, channels)
    b = file.constant("b", bias, "int32", scale=np.float32(0.05) * scales, axis=0)
    y = file.tensor("yq", (1, channels), "int8", **affine(0.07, 5))
    file.op("FULLY_CONNECTED", [inner, w, b], y, opts("FullyConnected"))
    result = y
    if edges != "int8":
        result = file.tensor("y", (1, channels), edges, **_edge(edges, 0.07, 5 + shift))
        file.op("DEQUANTIZE" if edges == "float32" else "QUANTIZE", [y], result)
    return file.content([source], [result])


def _edge(dtype: str, scale: float, zero_point: int) -> dict[str, Any]:
    return {} if dtype == "float32" else affine(scale, zero_point)


@pytest.mark.parametrize("edges", ["int8", "uint8", "float32"])
def test_edges_of_any_type(edges: str, tmp_path: Path) -> None:
    qgraph = assert_reads_as_micro(dense(edges), tmp_path)
    assert [op.kind for op in qgraph.ops] == [FULLY_CONNECTED]
    assert qgraph.tensors[qgraph.inputs[0]].zero_point == -3


def test_a_uint8_edge_of_another_scale_is_rescaled(tmp_path: Path) -> None:
    def edit(model: Any) -> None:
        _tensor(model, "x").quantization.scale = np.array([0.03], np.float32)

    qgraph = assert_reads_as_micro(edited(dense("uint8"), edit), tmp_path)
    assert [op.kind for op in qgraph.ops] == [LEAKY_RELU, FULLY_CONNECTED]


def test_layers_of_uint8_are_refused_by_name() -> None:
    file = File()
    x = file.tensor("x", (1, 4), "uint8", **affine(0.1, 3))
    y = file.tensor("y", (1, 4), "uint8", **affine(0.1, 3))
    file.op("RELU", [x], y)
    with pytest.raises(InputError, match="RELU computes with uint8"):
        load_quantized(file.content([x], [y]))


@pytest.mark.parametrize("dimension", [-1, 0, 1, 3, 77])
def test_a_bias_has_one_dimension_whatever_is_stated(dimension: int, tmp_path: Path) -> None:
    def edit(model: Any) -> None:
        _tensor(model, "b").quantization.quantizedDimension = dimension

    content = edited(dense(), edit)
    assert_reads_as_micro(content, tmp_path)
    assert load_tflite(content).tensors["b"].data is not None


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (1, 1, 1, 3), (1, 3, 1)])
@pytest.mark.parametrize("dimension", [0, 1, 3])
def test_a_bias_has_as_many_values_as_outputs_whatever_its_shape(
    shape: tuple[int, ...], dimension: int, tmp_path: Path
) -> None:
    def edit(model: Any) -> None:
        _tensor(model, "b").shape = np.array(shape, np.int32)
        _tensor(model, "b").quantization.quantizedDimension = dimension

    assert_reads_as_micro(edited(dense(), edit), tmp_path)


def test_a_bias_without_dimensions_is_that_of_one_output(tmp_path: Path) -> None:
    def edit(model: Any) -> None:
        _tensor(model, "b").shape = np.array([], np.int32)

    assert_reads_as_micro(edited(dense(channels=1), edit), tmp_path)


def test_a_bias_without_scale_has_the_products(tmp_path: Path) -> None:
    def edit(model: Any) -> None:
        _tensor(model, "b").quantization = None

    assert_reads_as_micro(edited(dense(), edit), tmp_path)
    plain, bare = load_tflite(dense()), load_tflite(edited(dense(), edit))
    np.testing.assert_allclose(bare.tensors["b"].data, plain.tensors["b"].data, rtol=1e-5)


def test_a_scale_of_zero_belongs_to_zeros(tmp_path: Path) -> None:
    def silent(model: Any) -> None:
        for name in "wb":
            tensor = _tensor(model, name)
            tensor.quantization.scale = np.array([0.01, 0.0, 0.02], np.float32)
            if name == "b":
                tensor.quantization.scale *= np.float32(0.05)
            data = np.array(model.buffers[tensor.buffer].data, np.uint8).reshape(3, -1)
            data[1] = 0
            model.buffers[tensor.buffer].data = data.reshape(-1)

    assert_reads_as_micro(edited(dense(), silent), tmp_path)

    def loud(model: Any) -> None:
        _tensor(model, "w").quantization.scale = np.array([0.01, 0.0, 0.02], np.float32)

    with pytest.raises(InputError, match="stands for no real numbers"):
        load_quantized(edited(dense(), loud))


def test_quantization_of_a_float_tensor_means_nothing(tmp_path: Path) -> None:
    def edit(model: Any) -> None:
        for name in "xy":
            leftover = schema.QuantizationParametersT()
            leftover.scale, leftover.zeroPoint = np.array([0.3], np.float32), np.array([128])
            _tensor(model, name).quantization = leftover

    assert_reads_as_micro(edited(dense("float32"), edit), tmp_path)


@pytest.mark.parametrize("field", ["builtinCode", "deprecatedBuiltinCode"])
def test_of_two_operator_codes_the_larger_counts(field: str, tmp_path: Path) -> None:
    def edit(model: Any) -> None:
        setattr(model.operatorCodes[0], field, schema.BuiltinOperator.CONV_2D)

    qgraph = assert_reads_as_micro(edited(dense(), edit), tmp_path)
    assert [op.kind for op in qgraph.ops] == [FULLY_CONNECTED]


@pytest.mark.parametrize(
    "name", ["gmp_wl_24_int8", "person_detect", "simple_add_model", "tf_cnn.u8io", "tf_prelu.i8"]
)
def test_models_of_others(name: str, cases: Path, tmp_path: Path) -> None:
    assert_reads_as_micro((cases / "models" / f"{name}.tflite").read_bytes(), tmp_path)


@pytest.mark.parametrize("name", ["tf_split.f", "tf_timedist.f"])
def test_float_models_of_others(name: str, cases: Path, tmp_path: Path) -> None:
    assert_floats_as_micro((cases / "models" / f"{name}.tflite").read_bytes(), tmp_path)


def test_unfrozen_variables_are_called_that(cases: Path) -> None:
    with pytest.raises(InputError, match="variables of the file are not frozen") as caught:
        load_tflite((cases / "models" / "unfrozen_variables.tflite").read_bytes())
    assert "from_keras_model" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("wrong_accept_optionstype0_conv_int8", "there without a type"),
        ("wrong_accept_zeropoint65535", "zero point 65535, which int8 does not hold"),
    ],
)
def test_what_would_be_read_otherwise_is_refused(name: str, reason: str, cases: Path) -> None:
    content = (cases / "hostile" / f"{name}.tflite").read_bytes()
    for read in (load_tflite, load_quantized):
        with pytest.raises(InputError, match=reason):
            read(content)


def test_the_mutant_that_is_harmless_reads_right(cases: Path, tmp_path: Path) -> None:
    assert_reads_as_micro((cases / "hostile" / "wrong_accept_00313.tflite").read_bytes(), tmp_path)


@pytest.mark.parametrize("name", ["name_ansi", "name_markup_close"])
def test_names_are_data(name: str, cases: Path) -> None:
    converted = read_tflite((cases / "hostile" / f"{name}.tflite").read_bytes())
    assert set(converted.graph.outputs) <= set(converted.graph.tensors)


def _spread(batch: int) -> bytes:
    """A dilated convolution between SPACE_TO_BATCH_ND and back; `batch` is stated between."""
    file, rng = File(), np.random.default_rng(9)
    x = file.tensor("x", (1, 8, 8, 2), "int8", **affine(0.05, -3))
    spread = file.tensor("spread", (batch, 4, 4, 2), "int8", **affine(0.05, -3))
    small = file.tensor("small", (batch, 2, 2, 2), "int8", **affine(0.1, 4))
    y = file.tensor("y", (1, 4, 4, 2), "int8", **affine(0.1, 4))
    block, none = file.constant("block", [2, 2]), file.constant("none", [[0, 0], [0, 0]])
    scales = np.array([0.01, 0.02], np.float32)
    weights = rng.integers(-127, 128, (2, 3, 3, 2))
    w = file.constant("w", weights, "int8", scale=scales, axis=0)
    b = file.constant("b", [90, -70], "int32", scale=np.float32(0.05) * scales, axis=0)
    file.op("SPACE_TO_BATCH_ND", [x, block, none], spread)
    file.op("CONV_2D", [spread, w, b], small, opts("Conv2D", padding=1, strideH=1, strideW=1))
    file.op("BATCH_TO_SPACE_ND", [small, block, none], y)
    return file.content([x], [y])


def _open_batch(model: Any) -> None:
    for tensor in model.subgraphs[0].tensors:
        if tensor.name in (b"spread", b"small"):
            tensor.shapeSignature = [-1, *tensor.shape[1:]]


def test_a_batch_that_is_stated_as_it_is_spread_is_read(tmp_path: Path) -> None:
    assert_reads_as_micro(edited(_spread(4), _open_batch), tmp_path)


def test_a_batch_that_is_stated_as_1_where_it_is_spread_is_refused(tmp_path: Path) -> None:
    """TensorFlow Lite Micro runs the file, by the stated shapes, to another result."""
    content = edited(_spread(1), _open_batch)
    assert load_tflite(content).ops
    with pytest.raises(InputError, match="spreads over a batch of 4, but the file states"):
        load_quantized(content)
    (stale,) = run_in_micro({"stale": content}, tmp_path).values()
    with pytest.raises(AssertionError):
        assert_equal_to_micro(load_quantized(_spread(4)), stale, "stale")


_WIDE_FILTERS = {
    "FULLY_CONNECTED": (96, 4),
    "CONV_2D": (96, 3, 3, 4),
    "DEPTHWISE_CONV_2D": (1, 3, 3, 96),
}


def _wide(kind: str, bias: str | None, stated: str = "FLOAT32") -> bytes:
    """A layer of 16-bit values, with a bias of a type; `stated` is the type in the options."""
    file, rng, filters = File(), np.random.default_rng(2), _WIDE_FILTERS[kind]
    field = {"quantizedBiasType": getattr(schema.TensorType, stated)}
    window = {"padding": 1, "strideH": 1, "strideW": 1}
    how = {
        "FULLY_CONNECTED": opts("FullyConnected", **field),
        "CONV_2D": opts("Conv2D", **window, **field),
        "DEPTHWISE_CONV_2D": opts("DepthwiseConv2D", **window, depthMultiplier=1),
    }
    x = file.tensor("x", (1, *filters[1:]), "int16", **affine(1e-4))
    inputs = [x, file.constant("w", rng.integers(-127, 128, filters), "int8", **affine(0.01))]
    if bias is not None:
        inputs.append(file.constant("b", rng.integers(-50000, 50000, 96), bias, **affine(1e-6)))
    y = file.tensor("y", (1, *(1,) * (len(filters) - 2), 96), "int16", **affine(3e-4))
    file.op(kind, inputs, y, how[kind])
    return file.content([x], [y])


@pytest.mark.parametrize("kind", list(_WIDE_FILTERS))
def test_the_bias_of_16_bit_values_has_64_bits_or_is_absent(kind: str, tmp_path: Path) -> None:
    for bias in ("int64", None):
        for stated in ("FLOAT32", "INT64"):
            assert_reads_as_micro(_wide(kind, bias, stated), tmp_path)
    assert load_tflite(_wide(kind, "int32")).ops
    with pytest.raises(InputError, match=f"{kind} has int16 values and a bias of int32"):
        load_quantized(_wide(kind, "int32"))


def test_an_absent_bias_of_16_bit_values_is_not_stated_as_32_bits(tmp_path: Path) -> None:
    assert_reads_as_micro(_wide("CONV_2D", None, "INT32"), tmp_path)
    assert_reads_as_micro(_wide("FULLY_CONNECTED", "int64", "INT32"), tmp_path)
    with pytest.raises(InputError, match="FULLY_CONNECTED has int16 values and a bias of int32"):
        load_quantized(_wide("FULLY_CONNECTED", None, "INT32"))


def _leftover(**fields: Any) -> bytes:
    """A dense layer beside which stands a tensor that nothing uses."""

    def edit(model: Any) -> None:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = b"left over", [3], schema.TensorType.INT8
        for name, value in fields.items():
            setattr(tensor, name, value)
        model.subgraphs[0].tensors.append(tensor)

    return edited(dense(), edit)


def _no_scale() -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale, quantization.zeroPoint = [0.0], [700]
    return quantization


@pytest.mark.parametrize(
    "fields", [{"quantization": _no_scale()}, {"buffer": 1}, {"isVariable": True}]
)
def test_what_nothing_uses_is_not_looked_at(fields: dict[str, Any], tmp_path: Path) -> None:
    assert_reads_as_micro(_leftover(**fields), tmp_path)
    assert load_tflite(_leftover(**fields)).tensors.keys() == load_tflite(dense()).tensors.keys()


def _float_between(kind: str, options: Any = None) -> bytes:
    """An operator in float32 whose operand comes from int8 and whose result goes to it."""
    file = File()
    x = file.tensor("x", (1, 200), "int8", **affine(0.05, -3))
    real, result = file.tensor("real", (1, 200)), file.tensor("result", (1, 200))
    scale, zero_point = (1 / 256, -128) if kind == "SOFTMAX" else (0.05, -3)
    y = file.tensor("y", (1, 200), "int8", **affine(scale, zero_point))
    file.op("DEQUANTIZE", [x], real)
    file.op(kind, [real], result, options)
    file.op("QUANTIZE", [result], y)
    return file.content([x], [y])


def test_a_layer_that_computes_in_float32_between_integers_is_refused() -> None:
    for content in (
        _float_between("SOFTMAX", opts("Softmax", beta=1.0)),
        _float_between("LEAKY_RELU", opts("LeakyRelu", alpha=0.3)),
    ):
        assert load_tflite(content).ops
        with pytest.raises(InputError, match="computes with float32 between integers"):
            load_quantized(content)
