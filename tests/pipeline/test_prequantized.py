"""What a model's file prescribes is built as it is: same bytes as the build it came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError, UsageError
from mcuq.finetune import Tuned, sidecar_path, untrained, write_sidecar
from mcuq.finetune.tuned import snapped
from mcuq.graph import Graph, Tensor
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.pipeline.constructed import constructed_samples
from mcuq.pipeline.gates import Gates
from mcuq.pipeline.load import load
from mcuq.pipeline.prequantized import given_quantization
from mcuq.pipeline.request import BuildRequest
from mcuq.prequantized.configuration import GIVEN
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.report.gates import broken_gates
from mcuq.report.publish import publish
from mcuq.report.store import Report, read_manifest
from mcuq.resources import example_dir
from mcuq.tflite.float_model import float_tflite_bytes

DIGITS = example_dir("digits")
MODEL = DIGITS / "digits_float32.tflite"


def _mixed() -> tuple[Graph, QuantizedGraph]:
    """The digits model with every other filter at 4 bits.

    Dense ones have one scale: with several they are convolutions in the file, and again when it is
    read, but their tensors stand in another order then.
    """
    graph = load_model(MODEL)
    ranges = calibrate(graph, load_data(DIGITS / "calibration.npz", graph).inputs)
    weights = {
        name: WeightChoice(
            4 if i % 2 else 8, per="tensor" if graph.tensors[name].data.ndim == 2 else "channel"
        )
        for i, name in enumerate(graph.weights)
    }
    return graph, quantize(graph, ranges, Config(weights))


def _tuned() -> Tuned:
    graph = load_model(MODEL)
    data = load_data(DIGITS / "calibration.npz", graph)
    tuned = untrained(graph, data, Config(default_weight=WeightChoice(4)))
    tensors = dict(graph.tensors)
    for op in graph.ops:
        if op.kind.weighted:
            name = op.inputs[1]
            weight = snapped(tensors[name].data, op.kind, tuned.filters[name])
            tensors[name] = Tensor(name, weight.shape, weight)
    on_grid = Graph(graph.name, tensors, graph.ops, graph.inputs, graph.outputs)
    return Tuned(on_grid, tuned.filters, tuned.ranges, tuned.activations)


def test_a_float_model_prescribes_nothing() -> None:
    assert given_quantization(MODEL, load_model(MODEL)) is None


def test_an_int8_flatbuffer_keeps_its_integers_where_asked(tmp_path: Path) -> None:
    _, qgraph = _mixed()
    path = tmp_path / "int8.tflite"
    path.write_bytes(tflite_bytes(qgraph))
    graph = load_model(path)
    assert given_quantization(path, graph) is None
    given = given_quantization(path, graph, as_is=True)
    assert given is not None
    inputs = quantize_inputs(qgraph, load_data(DIGITS / "calibration.npz", graph).inputs)
    expected = run_integer(qgraph, inputs)[qgraph.outputs[0]]
    found = run_integer(given.qgraph, inputs)[given.qgraph.outputs[0]]
    assert found.tobytes() == expected.tobytes()
    assert {choice.bits for choice in given.config.weights.values()} == {4, 8}
    assert given.config.default_observer == GIVEN and given.narrowest == 4
    with pytest.raises(InputError):
        given_quantization(MODEL, load_model(MODEL), as_is=True)


def test_a_sidecar_prescribes_its_grids(tmp_path: Path) -> None:
    tuned, path = _tuned(), tmp_path / MODEL.name
    path.write_bytes(float_tflite_bytes(tuned.graph))
    write_sidecar(tuned, sidecar_path(path))
    given = given_quantization(path, load_model(path))
    assert given is not None
    assert tflite_bytes(given.qgraph) == tflite_bytes(tuned.quantized())


def test_a_sidecar_of_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tuned.tflite"
    path.write_bytes(MODEL.read_bytes())
    (tmp_path / "tuned.tuned.json").write_text(
        '{"filters": {}, "ranges": {}, "activations": "asymmetric"}'
    )
    with pytest.raises(InputError, match="another model"):
        given_quantization(path, load_model(path))


def _as_is(tmp_path: Path, **data: Path) -> Report:
    _, qgraph = _mixed()
    path = tmp_path / "int8.tflite"
    path.write_bytes(tflite_bytes(qgraph))
    request = BuildRequest(
        model=path,
        board="stm32f746",
        output=tmp_path / "out",
        device_samples=2,
        as_is=True,
        **data,
    )
    report = publish(request)
    assert (tmp_path / "out" / "model.tflite").read_bytes() == tflite_bytes(qgraph)
    assert report.manifest.verification.equal_tflm and report.manifest.verification.equal_device
    assert "mcuq build int8.tflite" in report.manifest.command
    assert "--as-is" in report.manifest.command
    return report


@pytest.mark.slow
@pytest.mark.arm
def test_as_it_is_without_data_nothing_is_measured_and_that_is_said(tmp_path: Path) -> None:
    manifest = _as_is(tmp_path).manifest
    result = manifest.result
    assert (result.float_, result.int8, result.quantized, result.samples) == (None, None, None, 0)
    assert manifest.verification.constructed and manifest.verification.samples == 64
    assert manifest.search.loss is None and manifest.search.int8_loss is None
    assert not any(one.accuracy for one in manifest.compared)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Accuracy was not measured" in page and "64 constructed samples" in page
    assert broken_gates(manifest, Gates(min_accuracy=0.5)) == [
        "agreement was not measured, the gate asks for 0.5"
    ]
    assert read_manifest(tmp_path / "out") == manifest


@pytest.mark.slow
@pytest.mark.arm
def test_as_it_is_with_data_it_is_judged(tmp_path: Path) -> None:
    manifest = _as_is(tmp_path, evaluation=DIGITS / "evaluation.npz").manifest
    result = manifest.result
    assert result.metric == "top1" and result.int8 is None and result.samples > 64
    assert result.float_ is not None and result.quantized is not None
    assert result.quantized > 0.9 and abs(result.float_ - result.quantized) < 0.05
    assert not manifest.verification.constructed


def test_constructed_samples_cover_the_range_and_come_back_as_they_were() -> None:
    _, qgraph = _mixed()
    samples = constructed_samples(qgraph)
    (stored,) = quantize_inputs(qgraph, samples.inputs)
    assert stored.min() == -128 and stored.max() == 127
    assert (stored[0] == -128).all() and (stored[1] == 127).all()
    assert (stored[2] == qgraph.tensors[qgraph.inputs[0]].zero_point).all()
    assert len(np.unique(stored)) == 256
    again = constructed_samples(qgraph)
    assert again.inputs[0].tobytes() == samples.inputs[0].tobytes()


def test_without_calibration_data_only_a_given_model_is_built(tmp_path: Path) -> None:
    request = BuildRequest(model=MODEL, board="stm32f746", output=tmp_path / "out")
    with pytest.raises(UsageError, match="no calibration data"):
        load(request)
