"""A configuration from a file: what counts of it, what is refused, what is built of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mcuq.cli.main import main
from mcuq.errors import InputError
from mcuq.importers import load_model
from mcuq.pipeline.config_overrides import read_config
from mcuq.quantize import Config, WeightChoice
from mcuq.resources import example_dir

DIGITS = example_dir("digits")
MODEL = DIGITS / "digits_float32.tflite"


def _file(folder: Path, *tensors: dict[str, Any]) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps({"tensors": tensors}))
    return path


def test_a_short_file_names_what_differs(tmp_path: Path) -> None:
    graph = load_model(MODEL)
    first, second, third = graph.weights[:3]
    inner, last = graph.activations[1], graph.activations[-1]
    path = _file(
        tmp_path,
        {"name": first, "bits": 4, "scheme": "gptq"},
        {"name": second, "bits": 4, "axis": None},
        {"name": third, "scheme": "refined", "role": "weight", "scale": [1.0]},
        {"name": inner, "role": "activation", "scheme": "mse", "bits": 16},
        {"name": last, "role": "activation", "scheme": "finetuned", "bits": 8},
        {"name": "some bias", "role": "bias", "bits": 32, "scheme": "input scale × weight scale"},
    )
    base = Config(default_weight=WeightChoice(4), observers={last: "entropy"})
    config = read_config(path, graph, base)
    assert config.weight(first) == WeightChoice(4, "gptq")
    assert config.weight(second) == WeightChoice(4, per="tensor")
    assert config.weight(third) == WeightChoice(8, "refit")
    assert config.weight(graph.weights[3]) == WeightChoice(4)
    assert (config.observer(inner), config.observer(last)) == ("mse", "minmax")
    assert config.wide == (inner,)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{", "Invalid JSON"),
        ("{}", "Field required"),
        ('{"tensors": []}', "another model"),
        ('{"tensors": [{"name": "nowhere"}]}', "another model: nowhere"),
        ('{"tensors": [{"name": "x", "bits": "many"}]}', "tensors.0.bits"),
    ],
)
def test_what_is_no_configuration_of_the_model_is_refused(
    text: str, cause: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(InputError, match=cause):
        read_config(path, load_model(MODEL))
    with pytest.raises(InputError, match="cannot read"):
        read_config(tmp_path / "missing.json", load_model(MODEL))


@pytest.mark.arm
def test_a_builds_configuration_is_built_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = load_model(MODEL).weights
    entries = [{"name": n, "bits": 4 if i % 2 else 8} for i, n in enumerate(names)]
    data = ["--calibration", str(DIGITS / "calibration.npz")]
    words = ["quantize", str(MODEL), *data, "--evaluation", str(DIGITS / "evaluation.npz")]
    first, second = tmp_path / "first", tmp_path / "second"
    assert main([*words, "--config", str(_file(tmp_path, *entries)), "-o", str(first)]) == 0
    again = str(first / "config.json")
    assert main([*words, "--config", again, "-o", str(second)]) == 0
    assert (first / "model.tflite").read_bytes() == (second / "model.tflite").read_bytes()
    tensors = json.loads((second / "config.json").read_text())["tensors"]
    bits = {t["name"]: t["bits"] for t in tensors if t["role"] == "weight"}
    assert bits == {entry["name"]: entry["bits"] for entry in entries}
    capsys.readouterr()
    assert main([*words, "--config", again, "--bits", "4", "-o", str(second)]) == 2
    assert "--config says" in capsys.readouterr().err
