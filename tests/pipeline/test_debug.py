"""The layer that goes wrong, why, and what is tried: on models where that is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mcuq.calibrate import observe, ranges_from
from mcuq.cli.debug import _draw
from mcuq.cli.main import main
from mcuq.cli.output import stdout
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.numeric.activation import Activation
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs
from mcuq.pipeline.debug import DEBUGGED, Debugged, Suspect, debug, find_suspect
from mcuq.pipeline.request import BuildRequest
from mcuq.progress import Progress
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.resources import example_dir
from mcuq.result.accuracy import LayerErrorFigures
from mcuq.score.layer_errors import layer_errors

DIGITS = example_dir("digits")


def dense(weights: npt.NDArray[np.float32]) -> Graph:
    """One layer."""
    build = GraphBuilder()
    value = build.input((1, weights.shape[1]), "x")
    operands = [value, build.constant(weights, "w")]
    attrs = FullyConnectedAttrs(Activation.NONE)
    return build.graph("dense", (build.op(FULLY_CONNECTED, attrs, operands, "y"),))


def suspect(
    weights: npt.NDArray[np.float32],
    calibration: npt.NDArray[np.float32],
    evaluation: npt.NDArray[np.float32],
    bits: int = 8,
) -> Suspect:
    graph = dense(weights)
    statistics = observe(graph, [calibration])
    config = Config(default_weight=WeightChoice(bits))
    qgraph = quantize(graph, ranges_from(statistics, ["minmax"]), config)
    found = layer_errors(graph, qgraph, [evaluation])
    layers = tuple(LayerErrorFigures.model_validate(one, from_attributes=True) for one in found)
    return find_suspect(layers, qgraph, statistics)


def even(count: int, width: int) -> npt.NDArray[np.float32]:
    return np.linspace(-1, 1, count * width, dtype=np.float32).reshape(count, width)


PLAIN = np.array([[0.5, -0.25, 0.125], [0.3, 0.6, -0.7]], np.float32)


def test_a_sound_layer_has_no_reasons() -> None:
    found = suspect(PLAIN, even(64, 3), even(64, 3))
    assert (found.goes_wrong, found.reasons) == (False, ())
    assert found.low < -0.36 < 0.36 < found.high


def test_a_channel_of_small_values_is_named() -> None:
    weights = PLAIN * np.array([[1.0], [0.01]], np.float32)
    (reason,) = suspect(weights, even(64, 3), even(64, 3)).reasons
    assert reason.startswith("channel 1 is ")


def test_samples_beyond_the_calibration_are_named() -> None:
    reasons = suspect(PLAIN, even(64, 3), 3 * even(64, 3)).reasons
    assert any("lie beyond its range" in reason for reason in reasons)


def test_a_few_large_values_are_named() -> None:
    calibration = even(6000, 3)
    calibration[0] *= 1000
    found = suspect(PLAIN, calibration, even(64, 3))
    assert found.goes_wrong
    assert any("a few large ones" in reason for reason in found.reasons)


def test_a_narrow_filter_is_named() -> None:
    found = suspect(PLAIN, even(64, 3), even(64, 3), bits=2)
    assert found.goes_wrong
    assert "its filter is int2" in found.reasons


def request(tmp_path: Path, bits: int) -> BuildRequest:
    with np.load(DIGITS / "evaluation.npz") as data:
        np.savez(tmp_path / "few.npz", x=data["x"][:40], y=data["y"][:40])
    return BuildRequest(
        model=DIGITS / "digits_float32.tflite",
        calibration=tmp_path / "few.npz",
        fixed=WeightChoice(bits),
    )


@pytest.mark.arm
def test_coarse_filters_are_found_and_wider_ones_recommended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Progress] = []
    found = debug(request(tmp_path, 4), seen.append)
    assert found.suspect.goes_wrong and found.suspect.index == 0
    assert [one.snr_db for one in found.trials] == sorted(
        (one.snr_db for one in found.trials), reverse=True
    )
    best = found.helpful()
    assert best is not None and best.change == "--bits 8"
    name = found.layers[0].name
    local = [one.change for one in found.trials if one.is_local]
    assert sorted(local)[0] == f"--wide {name}" and sorted(local)[1].endswith("int8 (--config)")
    assert {step.note for step in seen if step.stage == "try"} == {
        one.change for one in found.trials
    }
    _draw(found, stdout())
    shown = capsys.readouterr().out
    assert "first that goes wrong: layer 0 " in shown
    assert "try: --bits 8 (+" in shown
    assert DEBUGGED.parse(DEBUGGED.text(found)) == found


@pytest.mark.arm
def test_a_sound_model_is_recommended_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found: Debugged = debug(request(tmp_path, 8))
    assert not found.suspect.goes_wrong
    assert found.helpful() is None
    _draw(found, stdout())
    shown = capsys.readouterr().out
    assert "no layer goes wrong; the noisiest is layer" in shown
    assert "try: " not in shown


def test_bits_and_a_configuration_exclude_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["debug", "m.tflite", "--config", "c.json", "--bits", "4"]) == 2
    assert "leave out --bits" in capsys.readouterr().err
