"""The device's side of both serial protocols, in C, under libFuzzer and two sanitizers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq.resources import firmware_dir
from mcuq_fuzz.target import CORPUS

SOURCES = Path(__file__).resolve().parents[2] / "tests" / "hil" / "fuzz"
SANITIZERS = "address,undefined"
_LONGEST = 1024
"""Bytes of an input: some ten requests."""


@dataclass(frozen=True)
class Side:
    """The firmware's side of a protocol.

    Attributes:
        name: of the target, and of the folder of its corpus.
        sources: below firmware/.
        fed_by: C files of tests/hil/fuzz that make it a program, and their flags: `main` is
            libFuzzer's.
    """

    name: str
    sources: tuple[str, ...]
    fed_by: tuple[str, ...]
    main: str
    flags: tuple[str, ...] = ()


BENCH = Side(
    "device",
    tuple(f"runtime/mcuq_{name}.c" for name in ("crc", "link", "measure", "runner")),
    ("device.c",),
    "libfuzzer.c",
    ("-DMCUQ_PROFILE",),
)
MLPERF = Side(
    "mlperf_device",
    (
        "runtime/mcuq_measure.c",
        *(f"mlperf/mcuq_{name}.c" for name in ("infer", "input", "runner", "tell", "words")),
        "mlperf/single/mcuq_more_commands.c",
        "mlperf/lap/mcuq_timestamp.c",
    ),
    (),
    "mlperf_device.c",
)
SIDES = {side.name: side for side in (BENCH, MLPERF)}


class MissingClangError(Exception):
    """There is no Clang, or it lacks the library of libFuzzer."""


def build(
    compiler: str, main: str, options: Sequence[str], program: Path, side: Side = BENCH
) -> None:
    """Compile a side's runner for the host together with what feeds it.

    Raises:
        subprocess.CalledProcessError: it does not compile.
    """
    firmware = firmware_dir()
    sources = [firmware / name for name in side.sources] + [SOURCES / each for each in side.fed_by]
    folders = [SOURCES, firmware / "runtime", firmware / "mlperf"]
    command = [compiler, "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", *options, *side.flags]
    command += ["-fno-sanitize-recover=all", *(f"-I{folder}" for folder in folders)]
    command += [*map(str, sources), str(SOURCES / main), "-o", str(program)]
    subprocess.run(command, check=True, capture_output=True, text=True)


def build_libfuzzer(folder: Path, side: Side = BENCH) -> Path:
    """The program that libFuzzer drives; raises MissingClangError."""
    compiler = shutil.which("clang")
    if compiler is None:
        raise MissingClangError("clang is not installed (apt-get install clang)")
    program = folder / f"{side.name}_libfuzzer"
    try:
        build(compiler, side.main, [f"-fsanitize=fuzzer,{SANITIZERS}"], program, side)
    except subprocess.CalledProcessError as error:
        if "libclang_rt" in error.stderr:
            raise MissingClangError(
                "Clang's sanitizers are not installed (apt-get install libclang-rt-14-dev)"
            ) from error
        raise
    return program


def run_libfuzzer(
    program: Path, folder: Path, runs: int, seconds: float, seed: int, side: Side = BENCH
) -> str:
    """What libFuzzer tells of a run; inputs that it keeps are in `folder`.

    Raises:
        subprocess.CalledProcessError: an input ended it.
    """
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    words = [str(program), f"-runs={runs}", f"-max_total_time={int(seconds)}", f"-seed={seed}"]
    words += [f"-max_len={_LONGEST}", f"-artifact_prefix={folder}/ended-", str(corpus)]
    words.append(str(CORPUS / side.name))
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=folder)
    return done.stderr
