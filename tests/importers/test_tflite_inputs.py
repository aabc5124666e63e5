"""Inputs and outputs as TensorFlow Lite Micro takes them: any first dimension, int32, shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from as_given import affine, assert_floats_as_micro, assert_reads_as_micro, run_in_micro
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tflite_files import File, edited, opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.integer import run_integer
from mcuq.pipeline.original import compare_original
from mcuq.prequantized.load import load_quantized

SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=5).map(tuple)


def _rows(shape: tuple[int, ...], dtype: str) -> bytes:
    """A sum of the input and a row of constants, and its LOGISTIC; whatever the first dimension."""
    file = File()
    scale = affine(0.05, -3) if dtype == "int8" else {}
    unit = affine(1 / 256, -128) if dtype == "int8" else {}
    x = file.tensor("x", shape, dtype, **scale)
    row = np.arange(shape[-1]) + 1
    c = file.constant("c", row if dtype == "int8" else 0.1 * row, dtype, **scale)
    total = file.tensor("total", shape, dtype, **scale)
    y = file.tensor("y", shape, dtype, **unit)
    file.op("ADD", [x, c], total, opts("Add"))
    file.op("LOGISTIC", [total], y)
    return file.content([x], [y])


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(shape=SHAPES)
def test_a_first_dimension_of_any_size_belongs_to_the_sample(
    shape: tuple[int, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("batch")
    qgraph = assert_reads_as_micro(_rows(shape, "int8"), folder)
    inside = shape if shape[0] == 1 else (1, *shape)
    assert [qgraph.tensors[name].shape for name in qgraph.inputs] == [inside]
    graph = load_tflite(_rows(shape, "float32"))
    assert graph.layout(graph.inputs[0]).file_shape == inside
    assert graph.inputs == ("x",)
    assert_floats_as_micro(_rows(shape, "float32"), folder)


def test_a_dense_layer_of_several_rows(tmp_path: Path) -> None:
    file, rng = File(), np.random.default_rng(3)
    x = file.tensor("x", (6, 4), "int8", **affine(0.05, -3))
    w = file.constant("w", rng.integers(-127, 128, (3, 4)), "int8", scale=np.float32([0.01]))
    b = file.constant("b", [90, -70, 5], "int32", scale=np.float32([0.0005]))
    y = file.tensor("y", (6, 3), "int8", **affine(0.07, 5))
    file.op("FULLY_CONNECTED", [x, w, b], y, opts("FullyConnected"))
    content = file.content([x], [y])
    qgraph = assert_reads_as_micro(content, tmp_path)
    values = rng.integers(-128, 128, (5, 6, 4)).astype(np.int8)
    outputs = list(run_integer(qgraph, [values]).values())
    assert compare_original(content, qgraph, [values], outputs, 1).equal


def test_an_open_first_dimension_is_a_batch_of_1() -> None:
    def opened(model: Any) -> None:
        for tensor in model.subgraphs[0].tensors:
            if tensor.name in (b"x", b"total", b"y"):
                tensor.shapeSignature = [-1, *tensor.shape[1:]]

    graph = load_tflite(edited(_rows((1, 4), "float32"), opened))
    assert [op.kind.name for op in graph.ops] == ["ADD", "LOGISTIC"]


def _transposed(dtype: str = "int8") -> bytes:
    """A TRANSPOSE_CONV whose output shape is an input of the model, as streaming models have it."""
    file, rng = File(), np.random.default_rng(4)
    shape = file.tensor("shape", (4,), "int32")
    x = file.tensor("x", (1, 2, 3, 2), dtype, **affine(0.05, -3))
    w = file.constant("w", rng.integers(-127, 128, (3, 2, 2, 2)), "int8", scale=np.float32([0.01]))
    y = file.tensor("y", (1, 4, 6, 3), dtype, **affine(0.07, 5))
    options = opts("TransposeConv", padding=schema.Padding.VALID, strideH=2, strideW=2)
    file.op("TRANSPOSE_CONV", [shape, w, x], y, options)
    return file.content([shape, x], [y])


def test_a_shape_that_is_given_is_the_stated_one() -> None:
    content = _transposed()
    qgraph = load_quantized(content)
    rng = np.random.default_rng(5)
    x = rng.integers(-128, 128, (4, 2, 3, 2)).astype(np.int8)
    shapes = rng.integers(0, 9, (4, 4)).astype(np.int32)
    outputs = list(run_integer(qgraph, [shapes, x]).values())
    assert compare_original(content, qgraph, [shapes, x], outputs, 1).equal


def _wide_edges(step: float, readers: int = 1) -> bytes:
    """int32 to int16, and back; between them nothing, or another reader."""
    file = File()
    x = file.tensor("x", (1, 6), "int32", **affine(step))
    ends = []
    for number in range(readers):
        inner = file.tensor(f"inner{number}", (1, 6), "int16", **affine(9e-4 * (1 + number)))
        file.op("QUANTIZE", [x], inner)
        ends.append(file.tensor(f"y{number}", (1, 6), "int32", **affine(1e-6)))
        file.op("QUANTIZE", [inner], ends[-1])
    return file.content([x], ends)


def test_int32_is_narrowed_at_the_edges() -> None:
    content = _wide_edges(1.5e-7)
    qgraph = load_quantized(content)
    assert {t.bits for t in qgraph.tensors.values()} == {16}
    x = np.random.default_rng(6).integers(-32768, 32768, (8, 6)).astype(np.int16)
    outputs = list(run_integer(qgraph, [x]).values())
    assert compare_original(content, qgraph, [x], outputs, 1).equal
    assert load_tflite(content).inputs == ("x",)


@pytest.mark.parametrize(("step", "readers", "why"), [(1e-2, 1, "larger"), (1e-7, 2, "others")])
def test_what_int32_cannot_be_narrowed_to_is_refused(step: float, readers: int, why: str) -> None:
    with pytest.raises(InputError, match=f"narrows an input of int32 that .*{why}"):
        load_quantized(_wide_edges(step, readers))


def test_an_output_that_is_an_input_is_copied(tmp_path: Path) -> None:
    file = File()
    x = file.tensor("x", (1, 4), "int8", **affine(0.05, -3))
    y = file.tensor("y", (1, 4), "int8", **affine(0.05, -3))
    file.op("ABS", [x], y)
    content = file.content([x], [y, x])
    qgraph = load_quantized(content)
    assert len(set((*qgraph.outputs, *qgraph.inputs))) == 3
    assert run_in_micro({"file": content}, tmp_path)
    assert_reads_as_micro(content, tmp_path)


def test_a_shape_of_no_number_is_a_scalar_s() -> None:
    """It has no bytes, by which constants are told from computed values otherwise."""
    file = File()
    x = file.tensor("x", (1, 1), "float32")
    y = file.tensor("y", (1, 1), "float32")
    file.op("ABS", [x], y)
    shape, end = file.tensor("shape", (0,), "int32"), file.tensor("end", (), "float32")
    file.op("RESHAPE", [y, shape], end)
    graph = load_tflite(file.content([x], [end]))
    assert graph.tensors[graph.outputs[0]].shape == ()
