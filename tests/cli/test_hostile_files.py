"""Files made to mislead: one typed line, nothing run, nothing left."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mcuq.cli.main import main
from mcuq.resources import example_dir

DIGITS = example_dir("digits")
MODEL, SAMPLES = str(DIGITS / "digits_float32.tflite"), str(DIGITS / "calibration.npz")
CALIBRATED = ["--calibration", SAMPLES]
TYPED = {2, 3, 4, 5, 6}

COMMANDS = {
    "driver_traversal.toml": ["build", MODEL, *CALIBRATED, "--board"],
    "latin.toml": ["build", MODEL, *CALIBRATED, "--board"],
    "bom.toml": ["build", MODEL, *CALIBRATED, "--board"],
    "deep.toml": ["build", MODEL, *CALIBRATED, "--hil"],
    "manifest_8ebad88a.json": ["check"],
    "mlir_splat_1g.mlir": ["inspect"],
    "lzma.npz": ["build", MODEL, "--calibration"],
    "overflow.npz": ["build", MODEL, "--calibration"],
    "enc.npz": ["build", MODEL, "--calibration"],
    "wrong_accept_00313.tflite": ["build", *CALIBRATED, "--as-is"],
    "wrong_accept_zeropoint65535.tflite": ["build", *CALIBRATED, "--as-is"],
    "wrong_accept_optionstype0_conv_int8.tflite": ["build", *CALIBRATED, "--as-is"],
}


@pytest.mark.arm
@pytest.mark.parametrize("name", COMMANDS)
def test_a_hostile_file_is_one_typed_line(
    name: str,
    cases: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main([*COMMANDS[name], str(cases / "hostile" / name)])
    err = capsys.readouterr().err
    assert code in TYPED, err
    lines = err.rstrip("\n").split("\n")
    assert [line.split(":")[0] for line in lines][-2:] == ["error", "hint"], err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["deep.toml", "latin.toml"])
def test_a_hostile_project_file(
    name: str,
    cases: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(cases / "hostile" / name, tmp_path / "mcuq.toml")
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 3
    assert capsys.readouterr().err.count("\n") == 2


def test_a_byte_order_mark_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'model = "nothing.tflite"\ncalibration = "{SAMPLES}"\n'
    (tmp_path / "mcuq.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 3
    assert "nothing.tflite: no such file" in capsys.readouterr().err
