"""The device's side of the protocol, compiled for the host under the sanitizers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mcuq.resources import firmware_dir

FUZZ = Path(__file__).parent / "fuzz"
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def build_fuzzer(folder: Path) -> Path:
    """The fuzzer's program; skips where there is no compiler for the host."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no host C compiler")
    runtime = firmware_dir() / "runtime"
    names = ("mcuq_crc.c", "mcuq_link.c", "mcuq_measure.c", "mcuq_runner.c")
    sources = [*(str(runtime / name) for name in names), str(FUZZ / "fuzz.c")]
    command = [compiler, "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", *SANITIZERS]
    command += ["-DMCUQ_PROFILE", f"-I{FUZZ}", f"-I{runtime}"]
    program = folder / "fuzz"
    subprocess.run([*command, *sources, "-o", str(program)], check=True)
    return program


def run_fuzzer(program: Path, executions: int, seed: int) -> dict[int, int]:
    """Replies by status."""
    done = subprocess.run(
        [str(program), str(executions), str(seed)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith(f"{executions} executions")
    return {int(status): int(n) for status, n in re.findall(r"status (\d+): (\d+)", done.stdout)}


def test_requests_that_are_almost_right(tmp_path: Path) -> None:
    replies = run_fuzzer(build_fuzzer(tmp_path), 20_000, seed=1)
    assert set(replies) == {0, 1, 2, 3, 4, 5}, "every status is reached"
    assert replies[0] > 1000


@pytest.mark.slow
def test_a_hundred_thousand_from_other_seeds(tmp_path: Path) -> None:
    program = build_fuzzer(tmp_path)
    for seed in range(2, 7):
        run_fuzzer(program, 20_000, seed)
