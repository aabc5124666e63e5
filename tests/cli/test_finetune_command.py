"""`mcuq finetune`: what it writes, says and refuses."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from mcuq.cli.main import main
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.finetune import read_sidecar
from mcuq.importers import load_model
from mcuq.resources import example_dir
from mcuq.result.configuration import ConfigFile, TensorConfig

DIGITS = example_dir("digits")
WORDS = ["finetune", str(DIGITS / "digits_float32.tflite"), "--train"]
needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None,
    reason="tensorflow is not installed (mcuq[tensorflow])",
)


@needs_tensorflow
@pytest.mark.slow
def test_a_tuned_model_is_written_with_its_grids(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "tuned.tflite"
    data = ["--evaluation", str(DIGITS / "evaluation.npz"), "--epochs", "1", "--bits", "2"]
    words = [*WORDS, str(DIGITS / "calibration.npz"), *data, "-o", str(output)]
    assert main([*words, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["metric"] == "top1"
    assert min(facts["before"], facts["after"]) > 0.9
    assert facts["loss"]["after"] <= facts["loss"]["before"]
    assert set(facts["bits"].values()) == {2}
    graph = load_model(output)
    assert set(read_sidecar(tmp_path / "tuned.tuned.json", graph).filters) == set(graph.weights)


def test_what_looks_wrong_about_data_is_told_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def train(*_: object, **__: object) -> None:
        raise InputError("here it would train", "it does not")

    monkeypatch.setattr("mcuq.finetune.finetune", train)
    evaluation, dim = DIGITS / "evaluation.npz", tmp_path / "dim.npz"
    with np.load(evaluation) as data:
        np.savez(dim, x=data["x"] / 255, y=data["y"])

    def told(scored: Path, trained: Path = DIGITS / "calibration.npz") -> str:
        words = ["--evaluation", str(scored), "--bits", "4", "-o", str(tmp_path / "t.tflite")]
        assert main([*WORDS, str(trained), *words]) == 3
        err = capsys.readouterr().err
        assert "here it would train" in err
        return err

    assert "warning" not in told(evaluation)
    wrong = told(dim)
    assert "[ranges-apart]" in wrong
    assert "[float-at-chance]" in wrong
    assert "evaluation samples were trained on, too" in told(evaluation, evaluation)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ([], "either --config or --bits"),
        (["--bits", "4", "--config", "c.json"], "either --config or --bits"),
        (["--bits", "4", "-o", "model.keras"], "is not a .tflite"),
        (["--bits", "5"], "--bits 5 is not known"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    words: list[str], cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, str(DIGITS / "calibration.npz"), *words]) == 2
    assert cause in capsys.readouterr().err


def test_an_unwritable_output_is_said_before_training(capsys: pytest.CaptureFixture[str]) -> None:
    words = [*WORDS, str(DIGITS / "calibration.npz"), "--bits", "4", "-o", "/dev/null/t.tflite"]
    assert main(words) == 3
    assert "cannot write" in capsys.readouterr().err


def test_a_config_of_another_model_is_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    words = [*WORDS, str(DIGITS / "calibration.npz"), "--config", str(config)]
    assert main(words) == 3
    config.write_text("{}")
    assert main(words) == 3
    config.write_text('{"tensors": []}')
    assert main(words) == 3
    assert "another model" in capsys.readouterr().err


@needs_tensorflow
@pytest.mark.slow
def test_a_builds_mix_of_widths_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = load_model(DIGITS / "digits_float32.tflite")
    bits = {name: 4 if i % 2 else 8 for i, name in enumerate(graph.weights)}
    tensors = tuple(
        TensorConfig(
            name=name,
            role="weight",
            shape=graph.tensors[name].shape,
            bits=width,
            scheme="gptq",
            scale=(1.0,),
            zero_point=0,
            axis=0,
            bytes_=1,
        )
        for name, width in bits.items()
    )
    config = tmp_path / "config.json"
    config.write_text(ConfigFile(tensors=tensors).model_dump_json(by_alias=True))
    words = ["--config", str(config), "--epochs", "1", "-o", str(tmp_path / "t.tflite"), "--json"]
    assert main([*WORDS, str(DIGITS / "calibration.npz"), *words]) == 0
    assert json.loads(capsys.readouterr().out)["bits"] == bits


def test_a_model_that_keeps_states_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before samples are read or TensorFlow is looked for."""
    from stateful_models import streaming_model

    model, output = tmp_path / "stream.tflite", tmp_path / "tuned.tflite"
    model.write_bytes(tflite_bytes(streaming_model().quantized()))
    words = ["finetune", str(model), "--train", str(model), "--bits", "4", "-o", str(output)]
    assert main(words) == 3
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith("error: the model keeps states (")
    assert "in its own framework" in hint
    assert list(tmp_path.iterdir()) == [model]
