"""Every command, given every kind of bad input: one error with a hint, and nothing done.

Nothing that a user can bring about ends as an internal error (exit code 1).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import bad_inputs
import numpy as np
import pytest
from bad_inputs import DATA, FILES, JSON, TOML, Spoil, spoiled, state

from mcuq.cli.main import main
from mcuq.errors import McuqError
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
    (folder / "hil.toml").write_text('[[place]]\nemulated = 1\nboard = "stm32f746"')
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
    Place(("calibrate", BAD, _S), _M),
    Place(("calibrate", _M, BAD), _S, DATA),
    Place(("calibrate", _M, _S, "--merge", BAD), "ranges.json", JSON),
    Place(("debug", BAD, *CALIBRATED), _M),
    Place(("debug", _M, "--calibration", BAD), _S, DATA),
    Place(("build", BAD, *CALIBRATED), _M),
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
    Place(("boards", "add", "new.toml", "--from-svd", BAD), "part.svd"),
    Place(("boards", "add", "new.toml", "--from-cmsis-pack", BAD), "part.svd"),
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


def located(name: str, built: Path) -> Path:
    path = Path(name) if Path(name).is_absolute() else built / name
    if name == "board.toml":
        text = (Path(bad_inputs.__file__).parents[2] / "boards" / "stm32f746.toml").read_text()
        (built / name).write_text(text)
    elif name == "part.svd":
        path.write_text("<device><name>STM32F446</name><cpu><name>CM4</name></cpu></device>")
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


WRITTEN = {
    "manifest.json": (["report"], ["explain", "0"], ["check"], ["compare", OUT]),
    "pareto.json": (["report"], ["explain", "0"]),
    "accuracy.json": (["report"], ["explain", "0"]),
    "config.json": (["report"], ["explain", "0"]),
}
STRIDE = 4
"""Of the other values at a place, every fourth, from place to place another."""


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize("name", WRITTEN)
def test_a_changed_result_is_shown_or_refused(
    name: str, built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bad_inputs.copied(built / OUT, tmp_path / OUT)
    document = json.loads((folder / name).read_text())
    for number, (where, value) in enumerate(bad_inputs.mutations(document)):
        if number % STRIDE:
            continue
        (folder / name).write_text(json.dumps(bad_inputs.put(document, where, value)))
        for command in WRITTEN[name]:
            words = [str(built / word) if word == OUT else word for word in command]
            never_internal([*words, str(folder)], capsys, f"{where}: {value!r}")


@pytest.mark.arm
@pytest.mark.slow
def test_changed_statistics_are_used_or_refused(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((built / "ranges.json").read_text())
    first = next(iter(document["statistics"]))
    document["statistics"][first]["counts"] = document["statistics"][first]["counts"][:50]
    file = tmp_path / "ranges.json"
    for where, value in bad_inputs.mutations(document):
        if len(where) > 1 and where[1] != first:
            continue
        file.write_text(json.dumps(bad_inputs.put(document, where, value)))
        words = ["inspect", str(MODEL), "--ranges", str(file)]
        never_internal(words, capsys, f"{where}: {value!r}")


@pytest.mark.arm
@pytest.mark.slow
def test_a_changed_configuration_is_used_or_refused(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read as for a build, which is not done."""
    from mcuq.importers import load_model
    from mcuq.pipeline.config_overrides import read_config

    graph = load_model(MODEL)
    document = json.loads((built / OUT / "config.json").read_text())
    file = tmp_path / "config.json"
    for where, value in bad_inputs.mutations(document):
        file.write_text(json.dumps(bad_inputs.put(document, where, value)))
        try:
            read_config(file, graph)
        except McuqError as error:
            assert error.hint


def never_internal(words: list[str], capsys: pytest.CaptureFixture[str], what: str) -> None:
    capsys.readouterr()
    code = main(words)
    out, err = capsys.readouterr()
    assert code == 0 or code in TYPED, f"{what}: {words}\n{err[-1500:]}"
    assert not any(ord(c) < 32 and c != "\n" for c in out + err), f"{what}: {words}"
    if code:
        assert err.rstrip("\n").split("\n")[-1].startswith("hint: "), f"{what}: {words}\n{err}"


@pytest.mark.arm
def test_the_hostile_manifest(
    cases: Path, built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bad_inputs.copied(built / OUT, tmp_path / OUT)
    shutil.copy(cases / "hostile" / "manifest_8ebad88a.json", folder / "manifest.json")
    for command in WRITTEN["manifest.json"]:
        words = [str(built / word) if word == OUT else word for word in command]
        never_internal([*words, str(folder)], capsys, "hostile")


VALUES = ["", "-1", "0", "nan", "inf", "1e999", "9" * 500, "0x", "٣", "[/red]", "\x1b[31m", "a\nb"]
NUMBERS = [
    ("build", _M, *CALIBRATED, option, BAD)
    for option in (
        "--flash",
        "--ram",
        "--weight-bytes",
        "--seed",
        "--evaluations",
        "--stop-after",
        "--stop-stale",
        "--workers",
        "--hil-samples",
        "--activation-bits",
        "--max-flash",
        "--min-accuracy",
        "--max-instructions",
        "--bits",
        "--method",
        "--metric",
        "--optimize",
        "--kernels",
        "--observer",
        "--activations",
        "--weights-per",
        "--io",
        "--wide",
        "--board",
        "--port",
    )
] + [
    ("quantize", _M, *CALIBRATED, "--bits", BAD),
    ("quantize", _M, *CALIBRATED, "--weights", BAD),
    ("calibrate", _M, _S, "--observer", BAD),
    ("inspect", _M, "--observer", BAD),
    ("dynamic", _M, "--evaluation", _S, "--bits", BAD),
    ("dynamic", _M, "--evaluation", _S, "--board", BAD),
    ("finetune", _M, "--train", _S, "--bits", BAD),
    ("finetune", _M, "--train", _S, "--bits", "4", "--rate", BAD),
    ("finetune", _M, "--train", _S, "--bits", "4", "--labels", BAD),
    ("finetune", _M, "--train", _S, "--bits", "4", "--epochs", BAD),
    ("finetune", _M, "--train", _S, "--bits", "4", "--metric", BAD),
    ("check", OUT, "--tolerance", BAD),
    ("check", OUT, "--min-accuracy", BAD),
    ("explain", BAD, OUT),
    ("emit", OUT, "-p", BAD),
    ("emit", OUT, "-f", BAD),
    ("boards", "show", BAD),
    ("bench", "accuracy", _M, "--calibration", _S, "--budgets", BAD),
    ("bench", "accuracy", _M, "--calibration", _S, "--methods", BAD),
    ("bench", "accuracy", _M, "--calibration", _S, "--seeds", BAD),
    ("hil", "soak", "-b", "stm32f746", "--minutes", BAD),
    ("init", "--example", BAD),
    (BAD,),
]
MEANINGFUL = {
    ("--flash", "0"),
    ("--ram", "0"),
    ("--weight-bytes", "0"),
    ("--seed", "0"),
    ("--stop-after", "0"),
    ("--max-flash", "0"),
    ("--min-accuracy", "0"),
    ("--min-accuracy", "-1"),
    ("--tolerance", "0"),
    ("--labels", "0"),
    ("--rate", "0"),
    ("explain", "0"),
    ("--hil-samples", "9" * 500),
}
LARGE = {"--seed", "--evaluations", "--stop-stale", "--max-instructions", "--epochs", "--seeds"}


@pytest.mark.arm
@pytest.mark.parametrize("words", NUMBERS, ids=" ".join)
def test_a_bad_value_is_one_error(
    words: tuple[str, ...],
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    option = words[words.index(BAD) - 1] if words.index(BAD) else ""
    for value in VALUES:
        is_fine = (option, value) in MEANINGFUL or (option in LARGE and value in {"9" * 500, "٣"})
        if is_fine or value == "٣" or (option == "--board" and words[0] == "build" and not value):
            continue
        given = [value if word == BAD else word for word in words]
        refused([str(built / w) if w == OUT else w for w in given], capsys, tmp_path)


OUTPUTS = [
    ("build", _M, *CALIBRATED, "-o", BAD),
    ("quantize", _M, *CALIBRATED, "-o", BAD),
    ("search", _M, *CALIBRATED, "-o", BAD),
    ("calibrate", _M, _S, "-o", BAD),
    ("dynamic", _M, "--evaluation", _S, "-o", BAD),
    ("emit", OUT, "-o", BAD),
    ("emit", _M, "-f", "mlir", "-o", BAD),
    ("finetune", _M, "--train", _S, "--bits", "4", "-o", BAD + ".tflite"),
    ("run", "few.npz", OUT, "-o", BAD),
    ("hil", "run", "out/firmware.elf", "-b", "stm32f746", "--input", "x.npy", "-o", BAD),
    ("bench", "accuracy", _M, "--calibration", _S, "-o", BAD + "/below"),
    ("init", BAD + "/below"),
]


@pytest.mark.arm
@pytest.mark.parametrize("words", OUTPUTS, ids=" ".join)
@pytest.mark.parametrize("kind", ["in a file", "a full directory", "a name too long", "in /proc"])
def test_an_output_that_cannot_be_written_is_one_error(
    words: tuple[str, ...],
    kind: str,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = {
        "in a file": tmp_path / "file" / "x",
        "a full directory": tmp_path / "full",
        "a name too long": tmp_path / ("x" * 300),
        "in /proc": Path("/proc/nothing/x"),
    }[kind]
    (tmp_path / "file").write_text("a file")
    for name in ("full", "full.tflite"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text("mine")
    if kind == "a full directory" and words[0] in {"init", "bench"}:
        pytest.skip("it writes beside what is there")
    given = [word.replace(BAD, str(bad)) for word in words]
    given = [str(built / w) if w[0] != "/" and (built / w).exists() else w for w in given]
    refused(given, capsys, tmp_path)


METRICS = {
    "zero": "1 / 0",
    "syntax": "def (",
    "leave": "raise SystemExit(3)",
    "recursion": "def f(a, b): return f(a, b)",
    "nan": "def f(a, b): return float('nan')",
    "text": "def f(a, b): return 'text'",
    "nothing": "",
    "value": "f = 3",
    "strange": "class _E(Exception):\n    def __str__(self): return '[/red]\\x1b[31m\\n'\n"
    "def f(a, b): raise _E()",
}


@pytest.mark.arm
@pytest.mark.parametrize("name", METRICS)
def test_a_metric_that_does_not_work_is_said_before_the_search(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / f"metric_{name}.py").write_text(METRICS[name] + "\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    monkeypatch.setattr("mcuq.pipeline.select.searched", pytest.fail)
    refused([*_BUILD, "--metric", f"metric_{name}:f"], capsys, tmp_path)
