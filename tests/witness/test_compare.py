"""Right imports pass, whatever the file; what cannot be compared is said, never a crash."""

from __future__ import annotations

import dataclasses
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operator_cases import cases as one_operator
from operator_cases import least_case
from qdq_models import FORMS, NETWORKS, images, quantized_network
from tflite_files import File, opts

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError, McuqError
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.ops.catalog import FLOAT_OPERATORS
from mcuq.ops.smooth import SILU
from mcuq.quantize import Config, quantize
from mcuq.resources import example_dir
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.litert import run_litert
from mcuq.witness import compare_import, runtimes
from mcuq.witness.float_copy import float_copy, is_quantized

CLOSE = 0.5
"""Of what is tolerated; right imports stay below."""
DIGITS = example_dir("digits") / "digits_float32.tflite"


@pytest.mark.parametrize("kind", FLOAT_OPERATORS)
def test_every_operator_passes(kind: Any, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"

    @settings(max_examples=15)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        path.write_bytes(float_tflite_bytes(data.draw(one_operator(kind)).graph))
        found = compare_import(path, load_model(path))
        assert found.findings == ()
        assert found.share < CLOSE

    check()


def test_all_case_models_pass(cases: Path) -> None:
    _all_pass([*cases.glob("models/*"), *cases.glob("torch/*.onnx")], least=15)


def test_the_benchmark_models_pass(mlperf_tiny: Path) -> None:
    _all_pass(list(mlperf_tiny.glob("*.tflite")), least=6)


def _all_pass(paths: list[Path], least: int) -> None:
    """Those that mcuq reads."""
    compared = 0
    for path in sorted(paths):
        try:
            graph = load_model(path)
        except McuqError:
            continue
        found = compare_import(path, graph)
        assert found.findings == (), path
        assert found.share < CLOSE, path
        compared += 1
    assert compared >= least


FEW = [(kind, form) for form in FORMS for kind in ("chain", "residual")]
FEW += [(kind, form) for form in ("defaults", "operators") for kind in NETWORKS]


@pytest.mark.parametrize("kind, form", sorted(set(FEW)))
def test_quantized_onnx_passes_and_a_lost_clamp_does_not(
    kind: str, form: str, tmp_path: Path
) -> None:
    path = tmp_path / "q.onnx"
    path.write_bytes(quantized_network(kind, form, tmp_path))
    graph = load_model(path)
    data = [graph.layout(graph.inputs[0]).to_graph(images(12, seed=9))]
    found = compare_import(path, graph, data)
    assert found.runtime
    assert found.share < CLOSE
    without = dataclasses.replace(graph, ranges={})
    if not _clamps(graph, data):
        return
    with pytest.raises(InputError, match="outputs differ"):
        compare_import(path, without, data)


def _clamps(graph: Graph, data: list[np.ndarray]) -> bool:
    """Whether a clamp inside the graph cuts any of these samples by a tenth of its range."""
    from mcuq.interpret.float import run_float

    free = run_float(dataclasses.replace(graph, ranges={}), data, list(graph.ranges))
    return any(
        (free[name] < low - 0.1 * (high - low)).any()
        or (free[name] > high + 0.1 * (high - low)).any()
        for name, (low, high) in graph.ranges.items()
    )


def _int8_digits(tmp_path: Path) -> tuple[Path, np.ndarray]:
    graph = load_model(DIGITS)
    x = np.load(example_dir("digits") / "calibration.npz")["x"].astype(np.float32)
    x = x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])
    path = tmp_path / "int8.tflite"
    path.write_bytes(tflite_bytes(quantize(graph, calibrate(graph, [x]), Config())))
    return path, x


def test_an_int8_file_is_compared_without_its_rounding(tmp_path: Path) -> None:
    path, x = _int8_digits(tmp_path)
    found = compare_import(path, load_model(path), [x])
    assert (found.samples, found.findings) == (16, ())
    assert found.share < CLOSE
    assert found.difference < 1e-5


def test_the_float_copy_is_the_file_but_for_its_rounding(tmp_path: Path) -> None:
    path, x = _int8_digits(tmp_path)
    content = path.read_bytes()
    assert is_quantized(content)
    assert not is_quantized(float_copy(content))
    rounded, real = run_litert(content, [x[:8]])[0], run_litert(float_copy(content), [x[:8]])[0]
    assert not np.array_equal(rounded, real)
    assert np.abs(rounded - real).max() < 0.1 * np.abs(real).max()


def test_integers_that_clip_the_data_are_a_finding(tmp_path: Path) -> None:
    path, x = _int8_digits(tmp_path)
    graph = load_model(path)
    found = compare_import(path, graph, [x * 8])
    assert [finding.code for finding in found.findings] == ["integers-differ"]
    assert compare_import(path, graph, [x * 8], integers=False).findings == ()


def test_a_runtime_that_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "q.onnx"
    path.write_bytes(quantized_network(next(iter(NETWORKS)), next(iter(FORMS)), tmp_path))
    graph = load_model(path)
    monkeypatch.setattr(runtimes, "find_spec", lambda name: None)
    (finding,) = compare_import(path, graph).findings
    assert finding.code == "import-not-compared"
    assert "ONNX Runtime is not installed" in finding.message


def test_a_runtime_that_refuses_the_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bad.tflite"
    path.write_bytes(DIGITS.read_bytes())
    graph = load_model(path)
    path.write_bytes(b"no flatbuffer at all")
    (finding,) = compare_import(path, graph).findings
    assert finding.code == "import-not-compared"
    assert "\n" not in finding.message


def test_a_runtime_that_dies_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from mcuq.witness import litert

    graph = load_model(DIGITS)
    monkeypatch.setattr(litert, "_taken_apart", os.abort)
    monkeypatch.setattr(litert, "call_isolated", lambda function, content: _call(os.abort))
    (finding,) = compare_import(DIGITS, graph).findings
    assert signal.SIGABRT.name in finding.message


def _call(function: Any) -> Any:
    from mcuq.isolated import call_isolated

    return call_isolated(function)


def test_several_inputs_and_outputs_in_their_order(tmp_path: Path) -> None:
    file = File()
    a, b = file.tensor("a", (1, 3)), file.tensor("b", (1, 3))
    less = file.op("SUB", [a, b], file.tensor("less", (1, 3)), opts("Sub"))
    twice = file.op("MUL", [less, a], file.tensor("twice", (1, 3)), opts("Mul"))
    path = tmp_path / "two.tflite"
    path.write_bytes(file.content([b, a], [twice, less]))
    graph = load_model(path)
    assert compare_import(path, graph).share < CLOSE
    for wrong in (
        dataclasses.replace(graph, inputs=graph.inputs[::-1]),
        dataclasses.replace(graph, outputs=graph.outputs[::-1]),
    ):
        with pytest.raises(InputError, match="outputs differ"):
            compare_import(path, wrong)


def test_a_file_with_tables_is_not_compared_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "table.tflite"
    case = least_case(SILU)
    path.write_bytes(tflite_bytes(quantize(case.graph, case.ranges)))
    (finding,) = compare_import(path, load_model(path)).findings
    assert finding.code == "import-not-compared"
    assert "looks integers up in tables" in finding.message
