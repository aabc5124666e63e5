"""`mcuq mlperf`, `mcuq bench mlperf` and `mcuq hil serve` on a small model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import serial
from mlperf_models import CALIBRATION, MODEL, write_mlperf

from mcuq.cli.main import main
from mcuq.mlperf import BENCHMARKS
from mcuq.mlperf.bench import MLPERF_BENCH
from mcuq.mlperf.page import BEGIN, END
from mcuq_hil.mlperf import MlperfDevice

pytestmark = pytest.mark.arm


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mlperf")
    write_mlperf(folder)
    model, calibration = str(folder / MODEL), str(folder / CALIBRATION)
    built, made = str(folder / "out"), folder / "mlperf"
    words = ["quantize", model, "--calibration", calibration, "-o", built, "--workers", "1"]
    assert main(words) == 0
    assert main(["mlperf", "ic", built, "-o", str(made)]) == 0
    return made


def test_a_model_of_another_benchmark_is_refused(
    firmware: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = str(firmware.parent / "out")
    for name in sorted(set(BENCHMARKS) - {"ic"}):
        assert main(["mlperf", name, built, "-o", str(tmp_path / "x")]) == 2
        assert "the model's input is 3072 values of int8" in capsys.readouterr().err
    assert main(["mlperf", "cifar", built]) == 2
    assert not (tmp_path / "x").exists()


def test_a_served_board_is_a_serial_port(firmware: Path) -> None:
    command = [sys.executable, "-m", "mcuq", "hil", "serve", str(firmware / "firmware.elf")]
    served = subprocess.Popen([*command, "--timed"], stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None
        name = served.stdout.readline().strip()
        with serial.Serial(name, timeout=60) as port:
            device = MlperfDevice(port)
            assert (device.name(), device.model()) == ("mcuq", "ic01")
            device.load(bytes(3072))
            assert len(device.infer(2, 1).results) == 10
    finally:
        served.terminate()
        assert served.wait(timeout=20) == 143
    assert not Path(name).exists()


def test_the_table_has_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_mlperf(tmp_path / "models", tmp_path / "data")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    words = ["bench", "mlperf", str(tmp_path / "models"), "--data", str(tmp_path / "data")]
    assert main([*words, "--page", str(page), "--json"]) == 0
    found = MLPERF_BENCH.parse(capsys.readouterr().out)
    (row,) = found.rows
    assert (row.benchmark, row.samples, row.inferences) == ("ic", 12, 20)
    assert row.accuracy is not None and row.accuracy > 0.8, "int8 of a linear model"
    assert row.inferences_per_second == pytest.approx(1e6 * 20 / row.microseconds, rel=1e-3)
    cycles = row.microseconds / row.inferences * found.core_hz / 1e6
    assert 10_000 < cycles < 200_000, "30,720 MACs"
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert f"| ic | `{MODEL}` |" in text


def test_without_models_one_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "mlperf", str(tmp_path)]) == 3
    assert f"{tmp_path} holds none of {MODEL}" in capsys.readouterr().err
    write_mlperf(tmp_path)
    assert main(["bench", "mlperf", str(tmp_path), "-b", "mps3-an547", "--json"]) == 2
    assert "nothing estimates its cycles" in json.loads(capsys.readouterr().out)["error"]["cause"]
    assert main(["hil", "serve", "x.elf", "-b", "mps3-an547", "--timed"]) == 2
    assert main(["hil", "serve", "x.elf", "--sounds", str(tmp_path / "absent")]) == 3
