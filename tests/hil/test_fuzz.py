"""The device's side of the protocol, compiled for the host under the sanitizers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mcuq_fuzz.device import (
    BENCH,
    MLPERF,
    SANITIZERS,
    MissingClangError,
    Side,
    build,
    build_libfuzzer,
    run_libfuzzer,
)


def build_fuzzer(folder: Path) -> Path:
    """The fuzzer's program; skips where there is no compiler for the host."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no host C compiler")
    program = folder / "fuzz"
    build(compiler, "fuzz.c", [f"-fsanitize={SANITIZERS}"], program)
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


@pytest.mark.parametrize(("side", "least_edges"), [(BENCH, 160), (MLPERF, 110)])
def test_libfuzzer_finds_its_way_and_no_fault(side: Side, least_edges: int, tmp_path: Path) -> None:
    try:
        program = build_libfuzzer(tmp_path, side)
    except MissingClangError as error:
        pytest.skip(str(error))
    told = run_libfuzzer(program, tmp_path, 3000, 60, seed=1, side=side)
    edges = [int(found) for found in re.findall(r"cov: (\d+)", told)]
    assert max(edges) > least_edges, "requests of several kinds are understood"
