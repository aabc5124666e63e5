"""Matrix products, transposed convolutions and reductions of given integer files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from as_given import affine, assert_equal_to_micro, assert_reads_as_micro, run_in_micro
from tflite_files import File, opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.ops.matmul import BATCH_MATMUL
from mcuq.ops.weighted import FULLY_CONNECTED, TRANSPOSE_CONV
from mcuq.prequantized.load import load_quantized


@pytest.mark.parametrize("leading", [(1,), (1, 1)])
def test_a_dense_filter_may_have_leading_dimensions_of_one(
    leading: tuple[int, ...], tmp_path: Path
) -> None:
    file, rng = File(), np.random.default_rng(1)
    x = file.tensor("x", (1, 2, 4), "int8", **affine(0.1, 3))
    filters = rng.integers(-127, 128, (*leading, 3, 4))
    w = file.constant("w", filters, "int8", **affine(0.01))
    y = file.tensor("y", (2, 3), "int8", **affine(0.1, -5))
    file.op("FULLY_CONNECTED", [x, w], y, opts("FullyConnected"))
    content = file.content([x], [y])
    qgraph = assert_reads_as_micro(content, tmp_path)
    assert [op.kind for op in qgraph.ops] == [FULLY_CONNECTED]
    assert load_tflite(content).tensors["w"].shape == (3, 4)


@pytest.mark.parametrize("zero_point", [0, 17])
@pytest.mark.parametrize("adj_y", [False, True])
def test_a_constant_matrix_keeps_its_integers(adj_y: bool, zero_point: int, tmp_path: Path) -> None:
    file, rng = File(), np.random.default_rng(2)
    x = file.tensor("x", (1, 5, 4), "int8", **affine(0.1, -3))
    matrix = rng.integers(-128, 128, (3, 4) if adj_y else (4, 3))
    w = file.constant("w", matrix, "int8", **affine(0.01, zero_point))
    y = file.tensor("y", (1, 5, 3), "int8", **affine(0.1, 4))
    file.op("BATCH_MATMUL", [x, w], y, opts("BatchMatMul", adjY=adj_y))
    content = file.content([x], [y])
    qgraph = assert_reads_as_micro(content, tmp_path)
    assert [op.kind for op in qgraph.ops] == [BATCH_MATMUL]


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("biased", [False, True])
def test_a_transposed_convolution_reads_as_it_is(biased: bool, dtype: str, tmp_path: Path) -> None:
    file, rng = File(), np.random.default_rng(3)
    shape = file.constant("shape", [1, 5, 6, 3])
    filters = rng.integers(-127, 128, (3, 3, 2, 4))
    w = file.constant("w", filters, "int8", **affine(0.01))
    x = file.tensor("x", (1, 3, 3, 4), dtype, **affine(0.1))
    inputs = [shape, w, x]
    if biased:
        bias = "int32" if dtype == "int8" else "int64"
        inputs.append(file.constant("b", [100, -2000, 9], bias, **affine(0.001)))
    y = file.tensor("y", (1, 5, 6, 3), dtype, **affine(0.2))
    options = opts("TransposeConv", padding=0, strideH=2, strideW=2, fusedActivationFunction=1)
    file.op("TRANSPOSE_CONV", inputs, y, options)
    qgraph = assert_reads_as_micro(file.content([x], [y]), tmp_path)
    assert [op.kind for op in qgraph.ops] == [TRANSPOSE_CONV]
    assert len(qgraph.ops[0].inputs) == 2 + biased


def test_the_stated_shape_of_a_transposed_convolution_has_to_fit() -> None:
    file = File()
    shape = file.constant("shape", [1, 9, 6, 3])
    w = file.constant("w", np.ones((3, 3, 2, 4)), "float32")
    x, y = file.tensor("x", (1, 3, 3, 4)), file.tensor("y", (1, 9, 6, 3))
    file.op("TRANSPOSE_CONV", [shape, w, x], y, opts("TransposeConv", strideH=2, strideW=2))
    with pytest.raises(InputError, match=r"a result of \(9, 6\) comes from 5 × 3 values"):
        load_tflite(file.content([x], [y]))


_AXES = ([0], [0, 1], [0, 1, 2, 3], [1, 2, 3], [-1], [1, 3], [2, 2], [0, 3])


def _reduced(kind: str, dtype: str, axes: list[int], keep: bool) -> bytes:
    file, shape = File(), (1, 3, 2, 5)
    result = np.zeros(shape).max(axis=tuple({axis % 4 for axis in axes}), keepdims=keep).shape
    source = affine(0.1, 3 if dtype == "int8" else 0)
    own = affine(0.15, -4 if dtype == "int8" else 0)
    x = file.tensor("x", shape, dtype, **source)
    y = file.tensor("y", result, dtype, **(own if kind in ("MEAN", "SUM") else source))
    file.op(kind, [x, file.constant("axes", axes)], y, opts("Reducer", keepDims=keep))
    return file.content([x], [y])


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("MEAN", "int8"), ("MEAN", "int16"), ("SUM", "int8"), ("SUM", "int16"),
     ("REDUCE_MIN", "int8"), ("REDUCE_MAX", "int8")],
)  # fmt: skip
def test_reductions_over_any_axes(kind: str, dtype: str, tmp_path: Path) -> None:
    files = {
        f"{number}-{keep}": _reduced(kind, dtype, axes, keep)
        for number, axes in enumerate(_AXES)
        for keep in (False, True)
    }
    runs = run_in_micro(files, tmp_path)
    assert runs.keys() == files.keys()
    for name, content in files.items():
        assert_equal_to_micro(load_quantized(content), runs[name], name)


def test_a_running_sum_of_integers_has_to_be_quantized_anew() -> None:
    file = File()
    x = file.tensor("x", (1, 5), "int8", **affine(0.1, 3))
    y = file.tensor("y", (1, 5), "int8", **affine(0.2, 3))
    file.op("CUMSUM", [x, file.constant("axis", [1])], y, opts("Cumsum"))
    content = file.content([x], [y])
    assert load_tflite(content).ops
    with pytest.raises(InputError, match="minus the zero point"):
        load_quantized(content)


@pytest.mark.parametrize(("depth", "fits"), [(4, True), (64, False)])
def test_a_16_bit_sum_has_to_stay_inside_int32_once_rescaled(
    depth: int, fits: bool, tmp_path: Path
) -> None:
    file = File()
    x = file.tensor("x", (1, depth), "int16", **affine(1.0))
    w = file.constant("w", np.full((2, depth), 127), "int8", **affine(1.0))
    y = file.tensor("y", (1, 2), "int16", **affine(1 / 64))
    file.op("FULLY_CONNECTED", [x, w], y, opts("FullyConnected"))
    content = file.content([x], [y])
    if fits:
        assert_reads_as_micro(content, tmp_path)
        return
    with pytest.raises(InputError, match="integers overflow"):
        load_quantized(content)
