"""Files whose scales and types say something else than kernels compute are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_files import File, edited, opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.integer import run_integer
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.unary import TANH
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.micro import run_micro


def _affine(scale: float, zero_point: int = 0) -> dict[str, Any]:
    return {"scale": np.array([scale], np.float32), "zero_point": np.array([zero_point])}


def _conv(depthwise: bool = False, dtype: str = "int8") -> bytes:
    """A convolution with a filter that is four wide in every way, and a RESHAPE."""
    file, rng = File(), np.random.default_rng(0)
    zero = 0 if dtype == "int16" else 3
    x = file.tensor("x", (1, 8, 8, 4), dtype, **_affine(0.1, zero))
    shape = (1, 4, 4, 4) if depthwise else (4, 4, 4, 4)
    scale = np.full(4, 0.01, np.float32)
    w = file.constant("w", rng.integers(-127, 128, shape), "int8", scale=scale, axis=3 * depthwise)
    wide = "int64" if dtype == "int16" else "int32"
    b = file.constant("b", rng.integers(1, 99, 4), wide, scale=scale * np.float32(0.1), axis=0)
    y = file.tensor("y", (1, 5, 5, 4), dtype, **_affine(0.2, zero))
    options = opts("DepthwiseConv2D" if depthwise else "Conv2D", padding=1, strideH=1, strideW=1)
    if depthwise:
        options.depthMultiplier = 1
    file.op("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", [x, w, b], y, options)
    z = file.tensor("z", (1, 100), dtype, **_affine(0.2, zero))
    file.op("RESHAPE", [y, file.constant("shape", [1, 100])], z)
    return file.content([x], [z])


def _change(name: str, **fields: Any) -> Callable[[Any], None]:
    """An edit of one tensor's quantization, or of itself where it has such a field."""

    def edit(model: Any) -> None:
        tensor = next(t for t in model.subgraphs[0].tensors if t.name == name.encode())
        for field, value in fields.items():
            owner = tensor if hasattr(tensor, field) else tensor.quantization
            setattr(owner, field, value)

    return edit


def _scale(*values: float) -> Any:
    return np.array(values, np.float32)


@pytest.mark.parametrize("read", [load_tflite, load_quantized])
@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (_change("x", zeroPoint=np.array([128])), "zero point 128, which int8 does not hold"),
        (_change("x", zeroPoint=np.array([-129])), "zero point -129, which int8 does not hold"),
        (_change("x", zeroPoint=[]), "has a scale but no zero point"),
        (_change("x", scale=_scale(0.0)), "scale 0, which stands for no real numbers"),
        (_change("x", scale=_scale(1e-40)), "stands for no real numbers"),
        (_change("y", scale=_scale(np.inf)), "scale inf"),
        (_change("w", scale=_scale(-1, 1, 1, 1)), "scale -1"),
        (_change("w", zeroPoint=np.array([0, 0, 4, 0])), "zero point of a convolution's weights"),
        (_change("w", quantizedDimension=1), "belong to the output channels"),
        (_change("w", quantizedDimension=9), "has 4 scales for its dimension 9"),
        (_change("w", type=schema.TensorType.UINT8), None),
        (_change("b", zeroPoint=np.array([0, 7, 0, 0])), "biases are symmetric"),
        (_change("b", scale=_scale(2, 2, 2, 2)), "scale of a bias"),
        (_change("b", scale=_scale(0.001, 0.001, 0.0011, 0.001)), "scale of a bias"),
        (_change("b", type=schema.TensorType.FLOAT32), "meets a bias of float32"),
        (_change("z", scale=_scale(0.3)), "leaves their scale and zero point"),
        (_change("z", zeroPoint=np.array([4])), "leaves their scale and zero point"),
        (_change("z", type=schema.TensorType.INT16, zeroPoint=np.array([0])), "have one type"),
        (_change("y", isVariable=True), "'y' is a variable"),
        (_change("b", isVariable=True), "'b' is a variable"),
    ],
)
def test_refused(
    edit: Callable[[Any], None], reason: str | None, depthwise: bool, read: Any
) -> None:
    content = edited(_conv(depthwise), edit)
    if reason is None:
        # Real numbers all the same; as it is, the filter's integers are not symmetric ones.
        if read is load_quantized:
            with pytest.raises(InputError):
                read(content)
        return
    with pytest.raises(InputError, match=reason) as caught:
        read(content)
    assert "\n" not in str(caught.value) and caught.value.hint


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("depthwise", [False, True])
def test_the_file_before_it_is_changed_is_read(depthwise: bool, dtype: str) -> None:
    for read in (load_tflite, load_quantized):
        assert read(_conv(depthwise, dtype)).outputs == ("z",)


def test_16_bit_values_are_symmetric() -> None:
    content = edited(_conv(dtype="int16"), _change("x", zeroPoint=np.array([5])))
    with pytest.raises(InputError, match="16-bit values and biases are symmetric"):
        load_tflite(content)


def test_a_width_that_changes_between_layers_is_kept() -> None:
    file = File()
    x = file.tensor("x", (1, 4), "int8", **_affine(0.1))
    wide = file.tensor("wide", (1, 4), "int16", **_affine(0.001))
    y = file.tensor("y", (1, 4), "int16", **_affine(1 / 32768))
    file.op("QUANTIZE", [x], wide)
    file.op("TANH", [wide], y)
    qgraph = load_quantized(file.content([x], [y]))
    assert [op.kind for op in qgraph.ops] == [QUANTIZE, TANH]


@pytest.mark.parametrize(
    ("kind", "scale", "zero_point"),
    [("SOFTMAX", 1 / 256, -128), ("LOGISTIC", 1 / 256, -128), ("TANH", 1 / 128, 0)],
)
def test_results_of_fixed_scale(kind: str, scale: float, zero_point: int) -> None:
    def written(scale: float, zero_point: int) -> bytes:
        file = File()
        x = file.tensor("x", (1, 4), "int8", **_affine(0.1))
        y = file.tensor("y", (1, 4), "int8", **_affine(scale, zero_point))
        file.op(kind, [x], y, opts("Softmax", beta=1.0) if kind == "SOFTMAX" else None)
        return file.content([x], [y])

    assert load_quantized(written(scale, zero_point)).outputs == ("y",)
    for wrong in ((scale * 2, zero_point), (scale, zero_point + 1)):
        with pytest.raises(InputError, match="TensorFlow Lite prescribes"):
            load_tflite(written(*wrong))


@pytest.mark.parametrize("kind", ["ADD", "MUL", "LEAKY_RELU", "MEAN", "LOGISTIC"])
def test_scales_far_apart_overflow(kind: str) -> None:
    tiny, small = 1e-14, 1e-12
    file = File()
    x = file.tensor("x", (1, 4), "int8", **_affine(tiny if kind == "LOGISTIC" else 1.0))
    result = _affine(1 / 256, -128) if kind == "LOGISTIC" else _affine(small)
    y = file.tensor("y", (1, 1) if kind == "MEAN" else (1, 4), "int8", **result)
    options = {
        "ADD": opts("Add"),
        "MUL": opts("Mul"),
        "LEAKY_RELU": opts("LeakyRelu", alpha=0.5),
        "MEAN": opts("Reducer", keepDims=True),
    }
    operands = {"ADD": [x, x], "MUL": [x, x]}.get(kind, [x])
    if kind == "MEAN":
        operands = [x, file.constant("axes", [1])]
    file.op(kind, operands, y, options.get(kind))
    with pytest.raises(InputError, match="so far apart that its integers overflow"):
        load_quantized(file.content([x], [y]))


@pytest.mark.parametrize("zero_point", [-128, -127, 0, 127])
def test_a_reciprocal_root_of_values_below_zero_is_refused_as_it_is(zero_point: int) -> None:
    file = File()
    x = file.tensor("x", (1, 256), "int8", **_affine(0.1, zero_point))
    y = file.tensor("y", (1, 256), "int8", **_affine(0.05, -128))
    content = file.content([x], [file.op("RSQRT", [x], y)])
    values = np.arange(-128, 128).astype(np.int8)[None]
    if zero_point == -128:
        found = run_integer(load_quantized(content), [values])["y"]
        np.testing.assert_array_equal(found, run_micro(content, [values])[0][0])
        return
    with pytest.raises(InputError, match="does not run the model"):
        run_micro(content, [values])
    with pytest.raises(InputError, match="RSQRT 'y' reads integers that stand for values below 0"):
        load_quantized(content)


@pytest.mark.parametrize("classes", [1000, 4095, 4096])
def test_a_log_softmax_over_more_than_its_sum_holds_is_refused(classes: int) -> None:
    file = File()
    x = file.tensor("x", (1, classes), "int8", **_affine(0.1))
    y = file.tensor("y", (1, classes), "int8", **_affine(1 / 16, 127))
    content = file.content([x], [file.op("LOG_SOFTMAX", [x], y)])
    if classes == 4096:
        with pytest.raises(InputError, match="4096 values: TensorFlow Lite Micro adds 4095"):
            load_quantized(content)
        return
    # All equal: the largest sum.
    values = np.full((1, classes), 3, np.int8)
    found = run_integer(load_quantized(content), [values])["y"]
    np.testing.assert_array_equal(found, run_micro(content, [values])[0][0])


def test_functions_of_8_bits_only_are_refused_with_16() -> None:
    file = File()
    x = file.tensor("x", (1, 4), "int16", **_affine(0.1))
    y = file.tensor("y", (1, 4), "int16", **_affine(0.05))
    with pytest.raises(InputError, match="ELU 'y' has 16-bit activations"):
        load_quantized(file.content([x], [file.op("ELU", [x], y)]))


def test_a_reciprocal_root_of_16_bits_is_taken_behind_a_magnitude() -> None:
    file = File()
    x = file.tensor("x", (1, 65536), "int16", **_affine(0.1))
    m = file.tensor("m", (1, 65536), "int16", **_affine(0.1))
    y = file.tensor("y", (1, 65536), "int16", **_affine(0.0002))
    alone = file.content([m], [file.op("RSQRT", [m], y)])
    with pytest.raises(InputError, match="RSQRT 'y' reads integers that stand for values below 0"):
        load_quantized(alone)
    file.operators.clear()
    content = file.content([x], [file.op("RSQRT", [file.op("ABS", [x], m)], y)])
    values = np.arange(-32768, 32768).astype(np.int16)[None]
    found = run_integer(load_quantized(content), [values])["y"]
    np.testing.assert_array_equal(found, run_micro(content, [values])[0][0])


def test_a_slice_that_counts_on_an_ellipsis_is_refused_as_it_is() -> None:
    file = File()
    x = file.tensor("x", (1, 3, 4), "int8", **_affine(0.1))
    bounds = [file.constant(n, v) for n, v in (("b", [0, 0]), ("e", [1, 2]), ("s", [1, 1]))]
    y = file.tensor("y", (1, 3, 2), "int8", **_affine(0.1))
    file.op("STRIDED_SLICE", [x, *bounds], y, opts("StridedSlice", ellipsisMask=1))
    content = file.content([x], [y])
    assert load_tflite(content).tensors["y"].shape == (1, 3, 2)
    with pytest.raises(InputError, match="an ellipsis, which TensorFlow Lite Micro does not read"):
        load_quantized(content)


def test_a_state_in_variables_is_told_from_weights_in_them() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    handle = file.tensor("handle", (), "resource")
    y = file.tensor("y", (1, 4))
    file.operator("VAR_HANDLE", [], [handle], opts("VarHandle", sharedName="state"))
    file.operator("READ_VARIABLE", [handle], [y], opts("ReadVariable"))
    with pytest.raises(InputError, match="are not frozen"):
        load_tflite(file.content([x], [y]))
    file.operator("ASSIGN_VARIABLE", [handle, x], [], opts("AssignVariable"))
    (state,) = load_tflite(file.content([x], [y])).states
    assert (state.name, state.read, state.written) == ("state", "y", "x")


@pytest.mark.parametrize("dtype", ["int8", "int16", "int64"])
def test_axes_that_kernels_take_for_int32_are_refused_as_they_are(dtype: str) -> None:
    file = File()
    x = file.tensor("x", (1, 2, 3), "int8", **_affine(0.1))
    y = file.tensor("y", (1, 3, 2), "int8", **_affine(0.1))
    file.op("TRANSPOSE", [x, file.constant("perm", [0, 2, 1], dtype)], y)
    with pytest.raises(
        InputError, match=f"as {dtype}, which TensorFlow Lite Micro takes for int32"
    ):
        load_quantized(file.content([x], [y]))
