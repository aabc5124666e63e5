"""Every JSON file and every `--json` of the real commands is what its schema says.

A step is a command and the documents that it writes, in the folder of the digits example; a later
step may use what an earlier one wrote. No document may be left out.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlperf_models import write_mlperf
from published import documents, validator

import compare_methods
import search_speed
from mcuq.cli.main import main
from mcuq.compiler.selftest import build_selftest
from mcuq.examples import copy_example
from mcuq.search import ScoreLog
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq_hil import load_board

OUT = "stdout"


@dataclass(frozen=True)
class Step:
    """Words after `mcuq` or of a script; each document's place: OUT, or a file or pattern."""

    words: str
    written: dict[str, str]
    code: int = 0


MODEL, CALIBRATION = "digits_float32.tflite", "--calibration calibration.npz"
FEW = "--evaluations 12 --workers 1"
FARM = '[[place]]\nboard = "stm32f746"\nemulated = 1\n'
BROKEN = '[[place]]\nname = "gone"\nboard = "stm32f746"\nport = "/dev/no-such-port"\n'
QUICK = (
    Step("init more --json", {"init": OUT}),
    Step("boards --json", {"boards": OUT}),
    Step("boards show stm32f746 --json", {"board": OUT}),
    Step("boards add mine.toml --from-svd part.svd --json", {"board-draft": OUT}),
    Step("inspect digits_float32.tflite --json", {"inspect": OUT}),
    Step("inspect absent.tflite --json", {"error": OUT}, 3),
    Step("inspect unsupported.tflite --json", {"inspect-unsupported": OUT}, 3),
    Step(
        "bench zoo . --steps inspect,import --json -o zoo",
        {"bench-zoo": OUT, "bench-zoo ": "zoo/zoo.json"},
    ),
    Step("build --board nothing --json", {"error": OUT}, 2),
    Step(
        f"calibrate {MODEL} calibration.npz -o r.json --json",
        {"calibrate": OUT, "ranges": "r.json"},
    ),
    Step(f"inspect {MODEL} --ranges r.json --json", {"inspect-ranges": OUT}),
    Step("hil list --json", {"hil-list": OUT}),
    Step("hil list --farm hil.toml --json", {"hil-list": OUT}),
)
BUILT = (
    Step("doctor --json", {"doctor": OUT}),
    Step(f"search -o front.json {FEW} --json", {"pareto": OUT}),
    Step("debug --bits 4 --json", {"debug": OUT}),
    Step("report --json", {"error": OUT}, 3),
    Step(
        f"build --hil hil.toml --json {FEW}",
        {
            "manifest": OUT,
            "manifest ": "out/manifest.json",
            "pareto": "out/pareto.json",
            "config": "out/config.json",
            "accuracy": "out/accuracy.json",
            "counts": "cache/mcuq/counts/*.json",
        },
    ),
    Step("report --json", {"manifest": OUT}),
    Step(
        "quantize --bits 4 --weight-bytes 100% -o four --json",
        {"manifest": OUT, "pareto": "four/pareto.json", "config": "four/config.json"},
    ),
    Step(f"build --max-flash 1K --json -o gated {FEW}", {"error": OUT}, 6),
    Step("compare out four --json", {"compare": OUT}),
    Step("compare out out/model.tflite --evaluation evaluation.npz --json", {"compare": OUT}),
    Step("check out --max-flash 256K --json", {"check": OUT}),
    Step("check out --max-flash 1K --json", {"error": OUT}, 6),
    Step("explain 0 --json", {"explain": OUT}),
    Step("explain --json", {"accuracy": OUT}),
    Step("explain 4 four --json", {"explain": OUT}),
    Step("profile --json", {"profile": OUT}),
    Step("worst --json", {"worst": OUT}),
    Step("run evaluation.npz --samples 3 --json", {"run": OUT}),
    Step("emit --project cmake -o project --json", {"emit-project": OUT}),
    Step("emit out --format mlir -o m.mlir --json", {"emit-module": OUT}),
    Step(
        f"dynamic {MODEL} --evaluation evaluation.npz -o d --json",
        {"dynamic": OUT, "dynamic ": "d/dynamic.json"},
    ),
    Step("quantize --bits 4 --weight-bytes 100% --name coarse -o coarse --json", {"manifest": OUT}),
    Step("bundle out coarse -o both --json", {"bundle": OUT, "bundle ": "both/bundle.json"}),
    Step("report both --json", {"bundle": OUT}),
    Step("bundle out four -o neither --json", {"error": OUT}, 2),
    Step(
        "quantize images/resnet8_float32.tflite --calibration images/resnet8_calibration.npz"
        " -o wide --json",
        {"manifest": OUT},
    ),
    Step("mlperf ic wide -o mlperf --json", {"mlperf": OUT, "mlperf ": "mlperf/mlperf.json"}),
    Step("mlperf kws out --json", {"error": OUT}, 2),
    Step("bench mlperf images --json", {"bench-mlperf": OUT}),
    Step("hil check --farm hil.toml --json", {"hil-check": OUT}),
    Step("hil check --farm broken.toml --json", {"hil-check": OUT}, 5),
    Step("hil run self.elf --board stm32f746 --input x.npy --json", {"hil-run": OUT}),
    Step("hil soak --board stm32f746 --minutes 0.01 --json", {"hil-soak": OUT}),
    Step(
        f"scripts/compare_methods.py {MODEL} {CALIBRATION} --budgets 60 --methods uniform"
        " --evaluations 40 --workers 1 -o tables --json",
        {"bench-accuracy": OUT, "bench-accuracy ": "tables/accuracy.json"},
    ),
    Step(
        f"scripts/search_speed.py {MODEL} {CALIBRATION} --evaluations 20 --rounds 1"
        " --workers 1 --json",
        {"bench-speed": OUT},
    ),
    Step("bench kernels --no-vector --json", {"bench-kernels": OUT}),
)
TRAINED = (
    Step(
        f"finetune {MODEL} --train calibration.npz --evaluation evaluation.npz --epochs 1"
        " --bits 4 -o t.tflite --json",
        {"finetune": OUT, "tuned": "t.tuned.json"},
    ),
    Step(
        f"finetune {MODEL} --train calibration.npz --epochs 1 --bits 8 -o u.tflite --json",
        {"finetune": OUT, "tuned": "u.tuned.json"},
    ),
)
ELSEWHERE = {"score-log-head", "score-log-entry", "kernels"}
"""Tested below."""


@contextlib.contextmanager
def digits(folder: Path) -> Iterator[Path]:
    """The example and a farm in `folder`, which is current; caches are there, too."""
    import numpy as np

    copy_example("digits", folder)
    write_mlperf(folder / "images")
    (folder / "hil.toml").write_text(FARM)
    svd = "<device><name>STM32F446</name><cpu><name>CM4</name></cpu></device>"
    (folder / "part.svd").write_text(svd)
    (folder / "broken.toml").write_text(BROKEN)
    np.save(folder / "x.npy", np.ones((2, 1500), np.int8))
    tensors = [TensorSpec(name, (1, 4), "float32") for name in "xyz"]
    ops = [OperatorSpec("RELU", (0,), (1,)), OperatorSpec("MATRIX_DIAG", (1,), (2,))]
    (folder / "unsupported.tflite").write_bytes(build_model(tensors, ops, [0], [2]))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        yield folder


def run(first: str, *words: str) -> int:
    """The exit code of a command, or of a script."""
    scripts = {f"scripts/{one.__name__}.py": one.main for one in (compare_methods, search_speed)}
    return scripts[first](list(words)) if first in scripts else main([first, *words])


def follow(steps: tuple[Step, ...]) -> None:
    """Do every step; each text that it writes is valid and read back by its definition."""
    for step in steps:
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            code = run(*shlex.split(step.words))
        assert code == step.code, f"{step.words}\n{stream.getvalue()}"
        for name, place in step.written.items():
            paths = [] if place == OUT else sorted(Path().glob(place))
            texts = [path.read_text(encoding="utf-8") for path in paths]
            texts = texts if place != OUT else [stream.getvalue()]
            assert texts, f"{step.words}: no {place}"
            for text in texts:
                check(name.strip(), text)


def check(name: str, text: str) -> None:
    plain = json.loads(text)
    errors = list(validator(name).iter_errors(plain))
    assert not errors, f"{name}: {errors[0].json_path}: {errors[0].message}"
    document = documents()[name]
    assert document.plain(document.parse(text)) == plain


def test_no_document_is_left_out() -> None:
    named = {name.strip() for step in (*QUICK, *BUILT, *TRAINED) for name in step.written}
    assert named | ELSEWHERE == set(documents())


def test_commands_that_build_nothing(tmp_path: Path) -> None:
    with digits(tmp_path):
        follow(QUICK)


@pytest.mark.arm
@pytest.mark.slow
def test_commands_that_build(tmp_path: Path) -> None:
    image = build_selftest(load_board("stm32f746"), tmp_path / "selftest").elf
    with digits(tmp_path / "digits") as folder:
        os.link(image, folder / "self.elf")
        follow(BUILT)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None,
    reason="tensorflow is not installed (mcuq[tensorflow])",
)
def test_commands_that_train(tmp_path: Path) -> None:
    with digits(tmp_path):
        follow(TRAINED)


def test_score_logs(tmp_path: Path) -> None:
    log = tmp_path / "scores.jsonl"
    score = ScoreLog(log, "ab" * 32, lambda genomes, rung: [0.1 + rung + sum(g) for g in genomes])
    score([(0, 1), (2, 3)], 0)
    score([(2, 3)], 1)
    first, *others = log.read_text(encoding="utf-8").splitlines()
    check("score-log-head", first)
    assert len(others) == 3
    for line in others:
        check("score-log-entry", line)


def test_the_committed_kernel_figures() -> None:
    path = Path(__file__).resolve().parents[2] / "docs" / "kernels.json"
    check("kernels", path.read_text(encoding="utf-8"))
