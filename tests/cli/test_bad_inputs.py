"""Every command, given every kind of bad input: one error with a hint, and nothing done.

Nothing that a user can bring about ends as an internal error (exit code 1).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bad_inputs
import numpy as np
import pytest
from bad_inputs import DATA, FILES, JSON, TOML, Spoil, spoiled, state

from mcuq.cli.main import main
from mcuq.resources import example_dir

DIGITS = example_dir("digits")
MODEL = DIGITS / "digits_float32.tflite"
SAMPLES = DIGITS / "calibration.npz"
CALIBRATED = ["--calibration", str(SAMPLES)]
TYPED = {2, 3, 4, 5, 6}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of `mcuq quantize`, its statistics beside it."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed (apt-get install gcc-arm-none-eabi)")
    folder = tmp_path_factory.mktemp("built")
    with np.load(DIGITS / "evaluation.npz") as data:
        np.savez(folder / "few.npz", x=data["x"][:40], y=data["y"][:40])
    few = str(folder / "few.npz")
    words = [str(MODEL), "--calibration", few, "-o", str(folder / "out")]
    assert main(["quantize", *words]) == 0
    assert main(["calibrate", str(MODEL), few, "-o", str(folder / "ranges.json")]) == 0
    assert main(["emit", str(MODEL), "-f", "mlir", "-o", str(folder / "model.mlir")]) == 0
    (folder / "hil.toml").write_text('[[place]]\nboard = "stm32f746"\nemulated = 1\n')
    np.save(folder / "x.npy", np.zeros((1, 64), np.int8))
    return folder


def refused(words: list[str], capsys: pytest.CaptureFixture[str], watched: Path) -> str:
    """What a command says that must fail, typed, with nothing written; its error line."""
    before = state(watched)
    capsys.readouterr()
    code = main(words)
    out, err = capsys.readouterr()
    lines = err.rstrip("\n").split("\n")
    shown = f"{words}\n{err[-2000:]}"
    assert code in TYPED, shown
    errors = [line for line in lines if line.startswith("error: ")]
    hints = [line for line in lines if line.startswith("hint: ")]
    assert len(errors) == 1, shown
    assert lines[-1].startswith("hint: "), shown
    assert len(hints) == 1 + sum(line.startswith("warning: ") for line in lines), shown
    assert not out, shown
    assert not any(ord(character) < 32 for character in err.replace("\n", "")), shown
    assert state(watched) == before, shown
    return errors[0]


@dataclass(frozen=True)
class Place:
    """Where a command takes a file: `words` with BAD in its place."""

    words: tuple[str, ...]
    good: str
    kinds: dict[str, Spoil] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(self.words)


BAD = "BAD"
OUT = "out"
_M, _S = str(MODEL), str(SAMPLES)
_BUILD = ("build", _M, *CALIBRATED)
_QUANTIZE = ("quantize", _M, *CALIBRATED)
PLACES = [
    Place(("inspect", BAD), _M),
    Place(("inspect", _M, "--ranges", BAD), "ranges.json", JSON),
    Place(("inspect", BAD), "model.mlir"),
    Place(("calibrate", BAD, _S), _M),
    Place(("calibrate", _M, BAD), _S, DATA),
    Place(("calibrate", _M, _S, "--merge", BAD), "ranges.json", JSON),
    Place(("build", BAD, *CALIBRATED), _M),
    Place(("build", BAD, *CALIBRATED), "model.mlir"),
    Place(("build", _M, "--calibration", BAD), _S, DATA),
    Place((*_BUILD, "--search-data", BAD), _S, DATA),
    Place((*_BUILD, "--evaluation", BAD), _S, DATA),
    Place((*_BUILD, "--ranges", BAD), "ranges.json", JSON),
    Place((*_BUILD, "--hil", BAD), "hil.toml", TOML),
    Place((*_BUILD, "--board", BAD), "board.toml", TOML),
    Place((*_BUILD, "--cmsis-nn", BAD), "hil.toml"),
    Place(("search", BAD, *CALIBRATED), _M),
    Place(("search", _M, "--calibration", BAD), _S, DATA),
    Place(("quantize", BAD, *CALIBRATED), _M),
    Place((*_QUANTIZE, "--config", BAD), "out/config.json", JSON),
    Place((*_QUANTIZE, "--evaluation", BAD), _S, DATA),
    Place(("dynamic", BAD, "--evaluation", _S), _M),
    Place(("dynamic", _M, "--evaluation", BAD), _S, DATA),
    Place(("dynamic", _M, "--evaluation", _S, "--board", BAD), "board.toml", TOML),
    Place(("emit", BAD), _M),
    Place(("emit", BAD, "-f", "mlir"), _M),
    Place(("emit", BAD, "-f", "mlir"), "model.mlir"),
    Place(("finetune", BAD, "--train", _S, "--bits", "4"), _M),
    Place(("finetune", _M, "--train", BAD, "--bits", "4"), _S, DATA),
    Place(("finetune", _M, "--train", _S, "--config", BAD), "out/config.json", JSON),
    Place(("finetune", _M, "--train", _S, "--bits", "4", "--evaluation", BAD), _S, DATA),
    Place(("report", BAD), _M),
    Place(("explain", "0", BAD), _M),
    Place(("compare", BAD, BAD), "out/manifest.json", JSON),
    Place(("compare", OUT, BAD), "out/manifest.json", JSON),
    Place(("compare", OUT, BAD, "--evaluation", "few.npz"), "out/model.tflite"),
    Place(("check", BAD), "out/manifest.json", JSON),
    Place(("check", OUT, "--baseline", BAD), "out/manifest.json", JSON),
    Place(("profile", BAD), _M),
    Place(("run", BAD, OUT), "few.npz", DATA),
    Place(("run", "few.npz", BAD), _M),
    Place(("boards", "show", BAD), "board.toml", TOML),
    Place(("hil", "list", "--farm", BAD), "hil.toml", TOML),
    Place(("hil", "check", "--farm", BAD), "hil.toml", TOML),
    Place(("hil", "soak", "--farm", BAD), "hil.toml", TOML),
    Place(("hil", "run", BAD, "-b", "stm32f746", "--input", "x.npy"), "out/firmware.elf"),
    Place(("hil", "run", "out/firmware.elf", "-b", "stm32f746", "--input", BAD), "x.npy", DATA),
    Place(("hil", "run", "out/firmware.elf", "-b", BAD, "--input", "x.npy"), "board.toml", TOML),
    Place(("bench", "accuracy", BAD, _S), _M),
    Place(("bench", "accuracy", _M, "--calibration", BAD), _S, DATA),
    Place(("bench", "speed", _M, "--calibration", BAD), _S, DATA),
    Place(("init", BAD + "/below"), "hil.toml"),
]
CASES = [(place, kind) for place in PLACES for kind in (*FILES, *place.kinds)]
FINE = {
    ("init", "missing"),
    ("init", "a directory"),
    ("report", "a directory"),
}


def located(name: str, built: Path) -> Path:
    path = Path(name) if Path(name).is_absolute() else built / name
    if name == "board.toml":
        text = (Path(bad_inputs.__file__).parents[2] / "boards" / "stm32f746.toml").read_text()
        (built / name).write_text(text)
    return path


@pytest.mark.arm
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_bad_file_is_one_error_and_nothing_is_done(
    place: Place,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good = located(place.good, built)
    for number, (kind, how) in enumerate({**FILES, **place.kinds}.items()):
        if place.words[0] == "init" and kind in {"missing", "a directory", "a dangling link"}:
            continue
        room = tmp_path / str(number)
        room.mkdir()
        bad = spoiled(room / "given", kind, how, good)
        monkeypatch.chdir(room)
        words = [word.replace(BAD, str(bad)) for word in place.words]
        words = [str(built / w) if (built / w).exists() and w[0] != "/" else w for w in words]
        refused(words, capsys, room)
