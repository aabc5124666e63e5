"""A streaming model from its float file to the emulated board, and its own integers again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from number_formats import Form
from recurrent_models import recurrent_forms, recurrent_models
from stateful_models import streaming_model

from mcuq.emit.tflite import tflite_bytes
from mcuq.integrate.built import load_built
from mcuq.integrate.selfcheck import check_header
from mcuq.integrate.tflm import write_tflm
from mcuq.interpret.float import run_float
from mcuq.pipeline.request import BuildRequest
from mcuq.report.publish import publish
from mcuq.report.rerun import run_again
from mcuq.tflite.float_model import float_tflite_bytes

pytestmark = [pytest.mark.slow, pytest.mark.arm]


def test_every_step_is_equal_and_states_count_as_ram(tmp_path: Path) -> None:
    model = streaming_model()
    graph = model.graph
    answers = run_float(graph, [model.samples])[graph.outputs[0]]
    data = tmp_path / "steps.npz"
    np.savez(data, x=model.samples, y=answers.argmax(-1))
    (tmp_path / "stream.tflite").write_bytes(float_tflite_bytes(graph))
    request = BuildRequest(
        model=tmp_path / "stream.tflite",
        board="stm32f746",
        output=tmp_path / "out",
        calibration=data,
        evaluation=data,
        evaluations=20,
        weight_bytes=300,
    )
    built = publish(request).manifest
    assert built.verification.equal_tflm and built.verification.equal_device
    assert built.verification.import_samples > 0
    result = built.result
    assert result.metric == "top1" and result.quantized is not None and result.quantized > 0.7
    ends = [block.offset + block.size for block in built.memory]
    assert max(ends) > result.arena_bytes and result.ram_bytes > max(ends)

    again = run_again(tmp_path / "out", data, limit=3)
    assert len(again.counts) == again.equal_tflm == 3 * model.samples.shape[1]

    project = load_built(tmp_path / "out")
    assert "model_reset();" in check_header(project.models[0])
    write_tflm(project, tmp_path / "tflm")
    readme = (tmp_path / "tflm" / "README.md").read_text()
    assert "MicroResourceVariables::Create(allocator, 4)" in readme
    assert "AddCallOnce" in (tmp_path / "tflm" / "model_resolver.h").read_text()

    as_is = BuildRequest(
        model=tmp_path / "out" / "model.tflite",
        board="stm32f746",
        output=tmp_path / "again",
        as_is=True,
    )
    verified = publish(as_is).manifest.verification
    assert verified.equal_tflm and verified.equal_device and verified.equal_original


@pytest.mark.parametrize("form", recurrent_forms(), ids=lambda form: form.name)
def test_an_operator_with_states_is_built_as_it_is(form: Form, tmp_path: Path) -> None:
    """Each step of it on the device; its states lie beside the arena."""
    qgraph = next(recurrent_models(form, 5)).qgraph
    path = tmp_path / "given.tflite"
    path.write_bytes(tflite_bytes(qgraph))
    request = BuildRequest(
        model=path, board="nucleo-f446re", output=tmp_path / "out", device_samples=2, as_is=True
    )
    manifest = publish(request).manifest
    assert manifest.verification.equal_tflm and manifest.verification.equal_device
    assert (tmp_path / "out" / "model.tflite").read_bytes() == path.read_bytes()
    assert form.kind in {layer.kind for layer in manifest.layers}
