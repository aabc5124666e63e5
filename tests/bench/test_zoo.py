"""A folder of good, bad and evil models: each costs only itself, and all are told apart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from stateful_models import streaming_model

from mcuq.bench.zoo import run as zoo_run
from mcuq.bench.zoo import steps as zoo_steps
from mcuq.bench.zoo.attempt import ModelJob, attempt
from mcuq.bench.zoo.files import digest, model_files
from mcuq.bench.zoo.record import OUTCOMES, ZOO, Step, Tried, Zoo, ZooFile, reasons
from mcuq.bench.zoo.run import ZooRequest, bench_zoo
from mcuq.bench.zoo.table import markdown
from mcuq.calibrate import calibrate
from mcuq.cli.main import main
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.importers import load_model
from mcuq.progress import silent
from mcuq.quantize import quantize
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.float_model import float_tflite_bytes

QUICK: tuple[Step, ...] = ("inspect", "import", "int8", "as-is")


def dense(seed: int, kind: str = "FULLY_CONNECTED") -> bytes:
    """A layer of random weights."""
    weights = np.random.default_rng(seed).normal(size=(3, 4)).astype(np.float32)
    tensors = [
        TensorSpec("x", (1, 4), "float32"),
        TensorSpec("w", (3, 4), "float32", weights),
        TensorSpec("y", (1, 3), "float32"),
    ]
    return build_model(tensors, [OperatorSpec(kind, (0, 1, -1), (2,))], [0], [2])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good models, one in a folder below, one unsupported, one damaged, and no model."""
    models = tmp_path / "models"
    (models / "b").mkdir(parents=True)
    (models / "b" / "good.tflite").write_bytes(dense(0))
    (models / "a|good.tflite").write_bytes(dense(1))
    (models / "other.tflite").write_bytes(dense(2, "MATRIX_DIAG"))
    (models / "broken.tflite").write_bytes(dense(3)[:40])
    (models / "text.txt").write_text("no model")
    return models


def request(folder: Path, **more: object) -> ZooRequest:
    values: dict[str, object] = {"steps": QUICK} | more
    return ZooRequest(folder, None, folder.parent / "out", **values)  # type: ignore[arg-type]


def outcomes(zoo: Zoo) -> dict[str, list[str]]:
    return {file.path: [tried.outcome for tried in file.steps] for file in zoo.files}


def test_every_file_has_its_row(folder: Path) -> None:
    zoo = bench_zoo(request(folder, workers=2), silent)
    good, bad = ["read", "equal", "equal", "left out"], ["refused", *["left out"] * 3]
    assert outcomes(zoo) == {
        "a|good.tflite": good,
        "b/good.tflite": good,
        "broken.tflite": bad,
        "other.tflite": bad,
    }
    assert [file.path for file in zoo.files] == sorted(file.path for file in zoo.files)
    assert zoo.is_complete
    refused = {reason for _, reason, _ in reasons(zoo.files)}
    assert "MATRIX_DIAG is not supported" in refused
    written = (folder.parent / "out" / "zoo.json").read_text()
    assert ZOO.parse(written) == zoo
    page = (folder.parent / "out" / "zoo.md").read_text()
    assert page == markdown(zoo)
    assert "| a\\|good.tflite | read | equal | equal | left out |" in page


def test_the_result_does_not_depend_on_the_number_of_workers(folder: Path) -> None:
    first = bench_zoo(request(folder, steps=("inspect",)), silent)
    other = ZooRequest(folder, None, folder.parent / "two", steps=("inspect",), workers=3)
    assert bench_zoo(other, silent) == first


def test_only_what_has_changed_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(folder, steps=("inspect",))
    first = bench_zoo(asked, silent)
    (folder / "b" / "good.tflite").write_bytes(dense(9))
    tried: list[str] = []

    def only(child: object, step: Step, job: ModelJob) -> Tried:
        tried.append(job.model.name)
        return Tried(step, "read")

    monkeypatch.setattr(zoo_steps, "_tried", only)
    again = bench_zoo(asked, silent)
    assert tried == ["good.tflite"]
    assert {*first.files} & {*again.files} == {f for f in first.files if "b/" not in f.path}
    monkeypatch.setattr(zoo_run, "code_digest", lambda: "another mcuq")
    tried.clear()
    bench_zoo(asked, silent)
    assert len(tried) == 4


def test_data_beside_a_model_counts_as_part_of_it(tmp_path: Path) -> None:
    model = tmp_path / "m.onnx"
    model.write_bytes(b"1")
    alone = digest(model, None)
    (tmp_path / "m.onnx.data").write_bytes(b"2")
    beside = digest(model, None)
    (tmp_path / "m.npz").write_bytes(b"3")
    assert len({alone, beside, digest(model, tmp_path / "m.npz")}) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("evil", "outcome"),
    [
        ("import os; os.abort()", "crashed"),
        ("while True: pass", "timeout"),
        ("import time; time.sleep(100)", "timeout"),
        ("x = bytearray(1 << 40)", "memory"),
        ("1 / 0", "crashed"),
    ],
)
def test_an_evil_file_costs_only_itself(
    evil: str, outcome: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Children read files of the suffix .evil by running them."""
    site = folder.parent / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import sys\n"
        "if sys.argv and 'mcuq.isolated.child' in ' '.join(sys.orig_argv):\n"
        "    import mcuq.witness.runtimes\n"
        "    from mcuq.importers.load import READERS\n"
        "    READERS['.evil'] = lambda path: exec(path.read_text())\n"
    )
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setitem(zoo_run.model_files.__globals__["READERS"], ".evil", lambda path: None)
    (folder / "b" / "a.evil").write_text(evil)
    asked = request(folder, steps=("inspect", "import"), seconds=10.0, memory_mb=4096)
    found = outcomes(bench_zoo(asked, silent))
    assert found.pop("b/a.evil") == [outcome, "left out"]
    assert [rows[0] for rows in found.values()] == ["read", "read", "refused", "refused"]


def test_a_wrong_result_is_not_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.tflite").write_bytes(dense(0))
    job = ModelJob(tmp_path / "m.tflite", None, "stm32f746")
    monkeypatch.setattr("mcuq.bench.zoo.attempt.equal_in_tflm", lambda *_: False)
    assert attempt("int8", job).outcome == "wrong"

    def differs(*_: object, **__: object) -> None:
        raise InputError("outputs differ by 1", differs=True)

    monkeypatch.setattr("mcuq.bench.zoo.attempt.compare_import", differs)
    assert attempt("import", job).outcome == "wrong"


def test_gates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "zoo", str(folder), "-o", str(folder.parent / "out"), "--steps", "inspect"]
    assert main(words) == 0
    assert "MATRIX_DIAG is not supported" in capsys.readouterr().out
    assert main([*words, "--require", "sound"]) == 0
    assert main([*words, "--require", "equal"]) == 6
    assert "broken.tflite: inspect: refused" in capsys.readouterr().err
    assert main([*words, "--require", "all"]) == 2
    assert main([*words[:-1], "insect"]) == 2
    assert main(["bench", "zoo", str(folder.parent / "none")]) == 3


def test_folders_without_models_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model in"):
        model_files(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_leaves_what_was_finished(folder: Path) -> None:
    for number in range(40):
        (folder / f"z{number:02}.tflite").write_bytes(dense(number))
    out = folder.parent / "out"
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import dataclasses, mcuq.bench.zoo.run as run\n"
        "run.LIMITS = dataclasses.replace(run.LIMITS, saved_every=0.0)\n"
        "from mcuq.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ["bench", "zoo", str(folder), "-o", str(out), "--steps", "inspect"]
    process = subprocess.Popen([sys.executable, "-c", program, *words], start_new_session=True)
    while not (out / "zoo.json").is_file():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    zoo = ZOO.parse((out / "zoo.json").read_text())
    assert 0 < len(zoo.files) < 44
    assert not zoo.is_complete
    assert {tried.outcome for file in zoo.files for tried in file.steps} <= {"read", "refused"}
    assert "Interrupted" in (out / "zoo.md").read_text()


def test_the_outcomes_are_in_order() -> None:
    file = ZooFile("m", "", 0, tuple(Tried("inspect", one) for one in OUTCOMES))
    assert file.worst == "memory"


def test_a_step_that_does_not_apply_is_not_its_worst() -> None:
    steps = (Tried("inspect", "read"), Tried("as-is", "left out"))
    assert ZooFile("m", "", 0, steps).worst == "read"
    assert ZooFile("m", "", 0, steps[1:]).worst == "left out"


@pytest.mark.arm
@pytest.mark.slow
def test_firmware_is_built_of_float_and_of_quantized_files(tmp_path: Path) -> None:
    (tmp_path / "float.tflite").write_bytes(dense(0))
    graph = load_model(tmp_path / "float.tflite")
    samples = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, [samples]))
    (tmp_path / "int8.tflite").write_bytes(tflite_bytes(qgraph))
    np.savez(tmp_path / "float.npz", x=samples)
    (tmp_path / "streaming.tflite").write_bytes(float_tflite_bytes(streaming_model().graph))
    asked = ZooRequest(tmp_path, tmp_path, tmp_path / "out", workers=2)
    assert outcomes(bench_zoo(asked, silent)) == {
        "float.tflite": ["read", "equal", "equal", "left out", "equal"],
        "int8.tflite": ["read", "equal", "equal", "equal", "equal"],
        "streaming.tflite": ["read", "equal", "equal", "left out", "equal"],
    }
