"""Build one model on several kinds of processor and compare every byte of the results.

Everything before `--` chooses the processors, everything behind it is handed to `mcuq build`; each
build has a cache of its own. A library chooses its kernels by the processor: OPENBLAS_CORETYPE and
NPY_DISABLE_CPU_FEATURES make OpenBLAS and NumPy believe in another one, `--cpu MODEL`, repeatable,
runs the whole build on another one in QEMU's user emulation, where the C library, LiteRT and
TensorFlow Lite Micro see it, too (some forty times slower).

usage: python scripts/same_bytes.py [--core TYPE]... [--threads N]... [--features LIST]...
           [--cpu MODEL]... [--qemu PATH] -- MODEL --board BOARD --calibration DATA ...
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

CORES = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX")
"""OpenBLAS's kernels for x86-64; each needs a processor that has their instructions."""
FEATURES = ("X86_V4 AVX512_ICL AVX512_SPR", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR")
"""What NumPy is kept from using: AVX-512; AVX2 and FMA as well."""


@dataclass(frozen=True)
class Processor:
    """How a build is run: what it is called, in front of Python, in its environment."""

    name: str
    front: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def processors(taken: argparse.Namespace) -> list[Processor]:
    """This machine as it is, then each that was asked for."""
    found = [Processor("as it is")]
    found += [Processor(f"OpenBLAS {core}", (), {"OPENBLAS_CORETYPE": core}) for core in taken.core]
    for number in taken.threads:
        variables = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), str(number))
        found.append(Processor(f"{number} threads", (), variables))
    for names in taken.features:
        without = {"NPY_DISABLE_CPU_FEATURES": names}
        found.append(Processor(f"NumPy without {names}", (), without))
    found += [Processor(f"QEMU {cpu}", (taken.qemu, "-cpu", cpu)) for cpu in taken.cpu]
    return found


def digests(processor: Processor, build: list[str], folder: Path) -> dict[str, str]:
    """SHA-256 of every file of the build's result."""
    out = folder / "out"
    command = [*processor.front, sys.executable, "-m", "mcuq", "build", *build, "-o", str(out)]
    environment = {**os.environ, **processor.environment, "XDG_CACHE_HOME": str(folder / "cache")}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def compare(found: list[Processor], build: list[str]) -> int:
    """The exit code: 1 where a byte differs."""
    wanted: dict[str, str] | None = None
    unequal = 0
    for processor in found:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            seen = digests(processor, build, Path(folder))
        wanted = wanted or seen
        names = sorted({*wanted, *seen})
        wrong = [name for name in names if wanted.get(name) != seen.get(name)]
        unequal += bool(wrong)
        result = f"DIFFERENT: {', '.join(wrong)}" if wrong else "equal"
        seconds = time.monotonic() - begun
        print(f"{processor.name:44} {len(seen):3} files {seconds:7.0f} s  {result}", flush=True)
    return int(unequal > 0)


def main() -> int:
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--core", action="append", choices=CORES)
    parser.add_argument("--threads", action="append", type=int, default=[])
    parser.add_argument("--features", action="append", default=[])
    parser.add_argument("--cpu", action="append", default=[])
    parser.add_argument("--qemu", default="qemu-x86_64")
    taken = parser.parse_args(words[:split])
    if not any((taken.core, taken.threads, taken.features, taken.cpu)):
        taken.core, taken.threads, taken.features = CORES, [2], FEATURES
    taken.core = taken.core or []
    return compare(processors(taken), words[split + 1 :])


if __name__ == "__main__":
    sys.exit(main())
