"""The file that was given, run by TFLite Micro, against the model that was built from it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_files import File, opts

from mcuq.errors import InputError
from mcuq.interpret.integer import run_integer
from mcuq.pipeline import original
from mcuq.pipeline.constructed import constructed_samples
from mcuq.pipeline.original import compare_original
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import with_float_io
from mcuq.quantized import QuantizedGraph


def _scale(value: float, zero_point: int = 0) -> dict[str, Any]:
    return {"scale": np.array([value], np.float32), "zero_point": np.array([zero_point])}


def _dense(edge: str) -> bytes:
    """A dense layer in int8; its inputs and outputs are stored as `edge`."""
    file = File()
    inner_in, inner_out = _scale(0.05, -3), _scale(0.1, 7)
    x = file.tensor("x", (1, 6), "int8", **inner_in)
    w = file.constant("w", np.arange(-9, 9).reshape(3, 6), "int8", **_scale(0.02))
    b = file.constant("b", [10, -20, 30], **_scale(0.05 * 0.02))
    y = file.tensor("y", (1, 3), "int8", **inner_out)
    first, last = x, y
    if edge != "int8":
        unsigned = edge == "uint8"
        first = file.tensor("in", (1, 6), edge, **(_scale(0.05, 125) if unsigned else {}))
        last = file.tensor("out", (1, 3), edge, **(_scale(0.1, 135) if unsigned else {}))
        file.op("QUANTIZE", [first], x, opts("Quantize"))
    options = opts("FullyConnected", fusedActivationFunction=schema.ActivationFunctionType.NONE)
    file.op("FULLY_CONNECTED", [x, w, b], y, options)
    if edge == "uint8":
        file.op("QUANTIZE", [y], last, opts("Quantize"))
    if edge == "float32":
        file.op("DEQUANTIZE", [y], last, opts("Dequantize"))
    return file.content([first], [last])


def _run(qgraph: QuantizedGraph) -> tuple[list[np.ndarray], list[np.ndarray]]:
    from mcuq.interpret.integer import quantize_inputs

    reals = constructed_samples(qgraph).inputs
    inputs = quantize_inputs(qgraph, reals)
    outputs = run_integer(qgraph, inputs)
    return inputs, [outputs[name] for name in qgraph.outputs]


@pytest.mark.parametrize("edge", ["int8", "uint8", "float32"])
@pytest.mark.parametrize("real_edges", [False, True])
def test_the_given_file_gives_the_same_bytes(edge: str, real_edges: bool) -> None:
    content = _dense(edge)
    qgraph = load_quantized(content)
    inputs, expected = _run(qgraph)
    if real_edges:
        edged = with_float_io(qgraph)
        inputs = [((x.astype(np.float32) + 3) * np.float32(0.05)) for x in inputs]
        outputs = run_integer(edged, inputs)
        qgraph, expected = edged, [outputs[name] for name in edged.outputs]
    found = compare_original(content, qgraph, inputs, expected, 1)
    assert (found.equal, found.findings) == (True, ())
    wrong = [y + np.asarray(1, y.dtype) for y in expected]
    assert compare_original(content, qgraph, inputs, wrong, 1).equal is False


def test_integers_read_wrongly_differ_from_the_given_file() -> None:
    """The file that mcuq writes anew would hold the same mistake."""
    content = _dense("int8")
    qgraph = load_quantized(content)
    tensor = qgraph.tensors["b"]
    assert tensor.data is not None
    changed = dataclasses.replace(tensor, data=tensor.data + np.int32(400))
    wrong = dataclasses.replace(qgraph, tensors={**qgraph.tensors, "b": changed})
    inputs, expected = _run(wrong)
    assert compare_original(content, wrong, inputs, expected, 1).equal is False


def test_where_tflite_micro_does_not_run_it_litert_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> bool:
        raise InputError("TFLite Micro has no operator RANK")

    content = _dense("int8")
    qgraph = load_quantized(content)
    inputs, expected = _run(qgraph)
    monkeypatch.setattr(original, "equal_in_tflm", refuse)
    found = compare_original(content, qgraph, inputs, expected, 1)
    assert found.equal is None
    (finding,) = found.findings
    assert finding.code == "original-not-run"
    assert "no operator RANK" in finding.message
    assert "at most" in finding.message


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["simple_add_model", "person_detect", "tf_cnn.u8io", "tf_prelu.i8", "gmp_wl_24_int8"]
)
def test_files_from_elsewhere_are_built_as_they_are(cases: Path, tmp_path: Path, name: str) -> None:
    from mcuq.pipeline.build import build
    from mcuq.pipeline.request import BuildRequest

    folder = tmp_path / "out"
    folder.mkdir()
    model = cases / "models" / f"{name}.tflite"
    request = BuildRequest(model=model, board="stm32f746", output=tmp_path / "result", as_is=True)
    result = build(request, folder)
    assert result.verification.equal_original is True
    assert result.verification.equal_tflm
    assert result.verification.import_runtime.startswith("LiteRT ")
    assert result.findings == ()
