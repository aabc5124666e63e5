"""From command lines and mcuq.toml to build requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.cli.main import main
from mcuq.cli.request import job
from mcuq.errors import InputError, UsageError
from mcuq.units import Share

PROJECT = """
model = "m.tflite"
calibration = "c.npz"
evaluation = "e.npz"
boards = ["nucleo_f446re", "stm32f746"]
metric = "mine:score"
seed = 3
[budget]
flash = "64K"
[gates]
min_accuracy = 0.9
max_ram = "8K"
"""


@pytest.fixture(autouse=True)
def _files_are_there(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is asked for counts here."""
    if "not_there" not in request.node.name:
        monkeypatch.setattr("mcuq.cli.request.check_readable", lambda path: None)


def test_a_model_that_is_not_there_is_said_first() -> None:
    with pytest.raises(InputError, match="no such file"):
        job({"model": Path("nothing.tflite"), "board": "stm32f746", "calibration": None})


def test_a_model_needs_calibration_data() -> None:
    with pytest.raises(UsageError) as caught:
        job({"model": Path("m.tflite"), "board": "stm32f746", "calibration": None})
    assert "--calibration" in caught.value.cause


def test_a_model_with_options_takes_defaults_for_the_rest() -> None:
    data = {"calibration": Path("c.npz"), "weight_bytes": "60%", "seed": None}
    asked = job({"model": Path("m.tflite"), **data, "max_flash": "10", "max_ram": None})
    assert asked.request.board == "stm32f746"
    assert asked.request.output == Path("out")
    assert asked.request.weight_bytes == Share(0.6)
    assert asked.request.seed == 0
    assert asked.request.workers >= 1
    assert asked.gates.max_flash == 10
    assert asked.gates.max_ram is None


def test_the_project_file_and_options_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mcuq.toml").write_text(PROJECT)
    monkeypatch.chdir(tmp_path)
    asked = job({"model": None, "board": None, "seed": 9, "ram": "4K", "max_ram": "5"})
    request = asked.request
    assert request.model == tmp_path / "m.tflite"
    assert request.board == "nucleo_f446re"
    assert request.search_data is None
    assert request.metric == "mine:score"
    assert request.metric_folder == tmp_path
    assert request.flash == 65536
    assert request.ram == 4096
    assert request.seed == 9
    assert asked.gates.min_accuracy == 0.9
    assert asked.gates.max_ram == 5


def test_a_library_that_is_named_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mcuq.toml").write_text(PROJECT + '[build]\ncmsis_nn = "lib"\n')
    monkeypatch.chdir(tmp_path)
    assert job({}).request.kernels == "cmsis-nn"
    assert job({}).request.cmsis_nn == tmp_path / "lib"
    assert job({"kernels": "mcuq"}).request.kernels == "mcuq"
    options = {"model": Path("m.tflite"), "calibration": Path("c"), "cmsis_nn": Path("d")}
    assert job(options).request.kernels == "cmsis-nn"
    with pytest.raises(UsageError, match="--kernels arm"):
        job(options | {"kernels": "arm"})


def test_a_list_and_a_gate() -> None:
    asked = job({"model": Path("m"), "calibration": Path("c"), "scheme.wide": ["a"], "max_ram": 5})
    assert asked.request.scheme.wide == ("a",)
    assert asked.gates.max_ram == 5


def test_unknown_optimization_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="fast"):
        job({"model": Path("m.tflite"), "calibration": Path("c"), "optimize": "fast"})


def test_a_gate_is_read_before_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere", "--max-flash", "x"]) == 2
    assert "'x' is not a size" in capsys.readouterr().err
