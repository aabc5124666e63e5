"""The printed program, run: what it writes is the part that it names, and mcuq reads it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from oracles import run_litert

from mcuq.importers import load_model
from mcuq.importers.missing import Cut, UnknownOperatorsError
from mcuq.interpret.float import run_float
from mcuq.report.surgery import surgery
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model

SAMPLE = np.linspace(-1, 1, 4, dtype=np.float32)[None]


def cut_out(model: Path) -> tuple[Cut, Path]:
    """The cut of a file with an unsupported operator, and what the program writes."""
    with pytest.raises(UnknownOperatorsError) as caught:
        load_model(model)
    cut = caught.value.cut
    assert cut is not None
    before = {*model.parent.iterdir()}
    run = subprocess.run(
        [sys.executable, "-c", surgery(model, cut)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    (written,) = {*model.parent.iterdir()} - before
    assert f".{cut.part}" in written.name
    return cut, written


@pytest.mark.parametrize("part", ["head", "tail"])
def test_tflite(part: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(4, 4)).astype(np.float32)
    tensors = [TensorSpec(name, (1, 4), "float32") for name in "xab"]
    tensors.append(TensorSpec("w", (4, 4), "float32", data=weights))
    first, second = (0, 1), (1, 2)
    source, result = first if part == "head" else second
    dense = OperatorSpec("FULLY_CONNECTED", (source, 3, -1), (result,))
    source, result = second if part == "head" else first
    other = OperatorSpec("MATRIX_DIAG", (source,), (result,))
    ops = [dense, other] if part == "head" else [other, dense]
    model = tmp_path / 'it\'s "a" model.tflite'
    model.write_bytes(build_model(tensors, ops, [0], [2]))
    cut, written = cut_out(model)
    assert cut.part == part
    graph = load_model(written)
    (expected,) = run_litert(written.read_bytes(), [SAMPLE])[0]
    np.testing.assert_allclose(expected, SAMPLE @ weights.T, rtol=1e-5)
    found = run_float(graph, [SAMPLE])[graph.outputs[0]]
    np.testing.assert_allclose(found, SAMPLE @ weights.T, rtol=1e-5)


@pytest.mark.parametrize("part", ["head", "tail"])
def test_onnx(part: str, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="pip install 'mcuq[onnx]'")
    helper, real = onnx.helper, onnx.TensorProto.FLOAT
    weights = np.random.default_rng(0).normal(size=(4, 4)).astype(np.float32)
    dense = helper.make_node("MatMul", ["x" if part == "head" else "h", "w"], ["m"])
    spread = helper.make_node("Relu", ["m"], ["r"])
    other = helper.make_node("Hardmax", ["r" if part == "head" else "x"], ["h"])
    nodes = [dense, spread, other] if part == "head" else [other, dense, spread]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", real, (1, 4))],
        [helper.make_tensor_value_info("h" if part == "head" else "r", real, (1, 4))],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    model = tmp_path / 'it\'s "a" model.onnx'
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), model)
    cut, written = cut_out(model)
    assert cut.part == part
    read = load_model(written)
    found = run_float(read, [SAMPLE])[read.outputs[0]]
    np.testing.assert_allclose(found, np.maximum(SAMPLE @ weights, 0), rtol=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None,
    reason="tensorflow is not installed (mcuq[tensorflow])",
)
@pytest.mark.parametrize("part", ["head", "tail"])
def test_keras(part: str, tmp_path: Path) -> None:
    import keras

    inputs = keras.Input((4,), batch_size=1)
    dense = keras.layers.Dense(4, activation="relu")
    if part == "head":
        outputs = keras.ops.top_k(dense(inputs), 4)[0]
    else:
        outputs = dense(keras.ops.top_k(inputs, 4)[0])
    model = tmp_path / "model.keras"
    keras.Model(inputs, outputs).save(model)
    cut, written = cut_out(model)
    assert cut.part == part
    graph = load_model(written)
    found = run_float(graph, [SAMPLE])[graph.outputs[0]]
    weights, bias = (value.numpy() for value in dense.variables)
    np.testing.assert_allclose(found, np.maximum(SAMPLE @ weights + bias, 0), atol=1e-5)
