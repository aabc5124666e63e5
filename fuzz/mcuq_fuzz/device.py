"""The device's side of the serial protocol, in C, under libFuzzer and two sanitizers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from mcuq.resources import firmware_dir
from mcuq_fuzz.target import CORPUS

SOURCES = Path(__file__).resolve().parents[2] / "tests" / "hil" / "fuzz"
SANITIZERS = "address,undefined"
_LONGEST = 1024
"""Bytes of an input: some ten requests."""


class MissingClangError(Exception):
    """There is no Clang, or it lacks the library of libFuzzer."""


def build(compiler: str, main: str, options: list[str], program: Path) -> None:
    """Compile the runner for the host together with what feeds it.

    Raises:
        subprocess.CalledProcessError: it does not compile.
    """
    runtime = firmware_dir() / "runtime"
    names = ("mcuq_crc.c", "mcuq_link.c", "mcuq_measure.c", "mcuq_runner.c")
    sources = [*(str(runtime / name) for name in names), str(SOURCES / "device.c")]
    command = [compiler, "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", *options]
    command += ["-fno-sanitize-recover=all", "-DMCUQ_PROFILE", f"-I{SOURCES}", f"-I{runtime}"]
    command += [*sources, str(SOURCES / main), "-o", str(program)]
    subprocess.run(command, check=True, capture_output=True, text=True)


def build_libfuzzer(folder: Path) -> Path:
    """The program that libFuzzer drives; raises MissingClangError."""
    compiler = shutil.which("clang")
    if compiler is None:
        raise MissingClangError("clang is not installed (apt-get install clang)")
    program = folder / "device_libfuzzer"
    try:
        build(compiler, "libfuzzer.c", [f"-fsanitize=fuzzer,{SANITIZERS}"], program)
    except subprocess.CalledProcessError as error:
        if "libclang_rt" in error.stderr:
            raise MissingClangError(
                "Clang's sanitizers are not installed (apt-get install libclang-rt-14-dev)"
            ) from error
        raise
    return program


def run_libfuzzer(program: Path, folder: Path, runs: int, seconds: float, seed: int) -> str:
    """What libFuzzer tells of a run; inputs that it keeps are in `folder`.

    Raises:
        subprocess.CalledProcessError: an input ended it.
    """
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    words = [str(program), f"-runs={runs}", f"-max_total_time={int(seconds)}", f"-seed={seed}"]
    words += [f"-max_len={_LONGEST}", f"-artifact_prefix={folder}/ended-", str(corpus)]
    words.append(str(CORPUS / "device"))
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=folder)
    return done.stderr
