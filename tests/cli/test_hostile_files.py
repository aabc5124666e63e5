"""Files made to mislead: one typed line, nothing run, nothing left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
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


def test_a_plain_npy_file_simply_works(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ranges = str(tmp_path / "ranges.json")
    assert main(["calibrate", MODEL, str(cases / "hostile" / "plain.npy"), "-o", ranges]) == 0
    with np.load(SAMPLES) as data:
        for name, array in {
            "f": np.asfortranarray(data["x"]),
            "b": data["x"].astype(">f8"),
        }.items():
            np.save(tmp_path / f"{name}.npy", array)
            words = ["calibrate", MODEL, str(tmp_path / f"{name}.npy"), "-o", ranges]
            assert main(words) == 0, capsys.readouterr().err


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/null", "/proc/self/mem"])
@pytest.mark.parametrize("command", ["inspect", "check", "report"])
def test_what_is_no_file_is_not_read(
    place: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through a link whose name promises a model, and as it is."""
    link = tmp_path / "model.tflite"
    link.symlink_to(place)
    assert main([command, str(link)]) in TYPED
    assert capsys.readouterr().err.count("\n") == 2


def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "model.tflite")
    assert main(["inspect", str(tmp_path / "model.tflite")]) == 3
    assert "not a file" in capsys.readouterr().err


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_a_terminal_of_ascii(tmp_path: Path) -> None:
    """Names of files and tensors that it cannot show are shown as escapes."""
    shutil.copy(MODEL, tmp_path / "é.tflite")
    for words in (
        ["inspect", "é.tflite"],
        ["inspect", "nö.tflite"],
        ["emit", "é.tflite", "-f", "mlir", "-o", "ü.mlir"],
        ["calibrate", "é.tflite", SAMPLES, "-o", "ä.json"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "mcuq", *words],
            cwd=tmp_path,
            env={**os.environ, **ASCII},
            capture_output=True,
            check=False,
        )
        missing = words[1].startswith("n")
        assert done.returncode == (3 if missing else 0), done.stderr
        assert (done.stdout + done.stderr).isascii() or not missing
    assert (tmp_path / "ä.json").is_file()


def test_a_model_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    from mcuq.emit.c.literals import c_string
    from mcuq.importers import load_model

    path = tmp_path / os.fsdecode(b"m\xff.tflite")
    shutil.copy(MODEL, path)
    assert c_string(load_model(path).name)
