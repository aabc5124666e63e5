"""Run cppcheck and clang-tidy over the firmware and compare with docs/static-analysis.md.

    python scripts/analyse_firmware.py [--tool cppcheck|clang-tidy]

Every finding has to stand in that page's table with the reason why it stays, and every row of the
table has to be found: exit code 1 where not. The tools are Debian's (apt-get install cppcheck
clang-tidy); one that is missing is named and skipped, and then exit code 2.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq.compiler.firmware import port_folders, runtime_units
from mcuq.compiler.render import render_board_header
from mcuq.compiler.runner import Runner
from mcuq.compiler.safety import safety_defines
from mcuq.compiler.toolchain import core_flags
from mcuq.emit.c.kernels import write_kernels
from mcuq.emit.c.library import write_library
from mcuq.mlperf.benchmarks import BENCHMARKS
from mcuq.mlperf.image import render_benchmark
from mcuq.resources import firmware_dir
from mcuq.safety import Safety
from mcuq_hil import load_board

PAGE = Path(__file__).resolve().parents[1] / "docs" / "static-analysis.md"
BOARDS = ("stm32f746", "nucleo-g071rb", "nucleo-u575zi", "nrf52840-dk", "rp2040-pico")
"""Between them: every kind of core but the M55, whose vector types the tools do not know, and most
drivers."""
CHECKS = (
    *("-*", "bugprone-*", "cert-*", "clang-analyzer-*", "misc-*", "performance-*", "portability-*"),
    "-bugprone-easily-swappable-parameters",  # kernels take what CMSIS-NN's take, in its order
    "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling",  # wants Annex K
    "-performance-no-int-to-ptr",  # registers have fixed addresses
    *("-bugprone-reserved-identifier", "-cert-dcl37-c", "-cert-dcl51-cpp"),  # the linker's symbols
)
STRING_H = """\
#include <stddef.h>
void *memcpy(void *target, const void *source, size_t count);
void *memset(void *target, int value, size_t count);
"""
ASKED = Safety(watchdog=1000, canaries=True, check_constants=True, stack_guard=True)
_ROW = re.compile(r"^\| (cppcheck|clang-tidy) \| `([^`]+)` \| `([^`]+)` \| (.+) \|$", re.MULTILINE)
_CPPCHECK = re.compile(r"^(.+?):\d+: \w+ (\w+): ", re.MULTILINE)
_TIDY = re.compile(r"^(.+?):\d+:\d+: (?:warning|error): .* \[([\w.,-]+)\]$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Finding:
    """What a tool says of a file; where in the file it stands changes too often."""

    tool: str
    rule: str
    file: str


@dataclass(frozen=True)
class Group:
    """Files that are looked at with the same headers."""

    sources: tuple[Path, ...]
    includes: tuple[Path, ...]
    flags: tuple[str, ...]


def explained(page: str) -> dict[Finding, str]:
    """Finding → why it stays, from the page's table."""
    return {Finding(*row[:3]): row[3] for row in _ROW.findall(page)}


def compare(found: set[Finding], known: set[Finding]) -> list[str]:
    """What differs, a line each."""
    fresh = [f"not explained: {f.tool} {f.rule} in {f.file}" for f in sorted(found - known)]
    return fresh + [
        f"no longer found: {f.tool} {f.rule} in {f.file}" for f in sorted(known - found)
    ]


def cppcheck(group: Group) -> set[Finding]:
    """Findings of cppcheck."""
    options = ("--enable=all", "--inconclusive", "--std=c11", "--quiet", "-D__ARM_ARCH=7")
    hidden = ("missingIncludeSystem", "unusedFunction", "unmatchedSuppression")
    command = ["cppcheck", *options, *(f"--suppress={name}" for name in hidden)]
    command += ["--template={file}:{line}: {severity} {id}: {message}"]
    text = _run([*command, *_includes(group), *map(str, group.sources)])
    return {Finding("cppcheck", rule, Path(file).name) for file, rule in _CPPCHECK.findall(text)}


def clang_tidy(group: Group) -> set[Finding]:
    """Findings of clang-tidy."""
    command = ["clang-tidy", "--quiet", f"-checks={','.join(CHECKS)}", *map(str, group.sources)]
    target = ("--target=arm-none-eabi", "-std=c11", "-ffreestanding", *group.flags)
    text = _run([*command, "--", *target, *_includes(group)])
    return {Finding("clang-tidy", rule, Path(file).name) for file, rule in _TIDY.findall(text)}


TOOLS: dict[str, Callable[[Group], set[Finding]]] = {"cppcheck": cppcheck, "clang-tidy": clang_tidy}


def groups(folder: Path) -> Iterator[Group]:
    """The kernels, then what runs them on some boards; written below `folder`."""
    root = firmware_dir()
    (folder / "string.h").write_text(STRING_H, encoding="utf-8")
    (folder / "kernels").mkdir()
    kernels = write_kernels(root, folder / "kernels")
    yield Group(tuple(kernels), (root / "include", folder), core_flags("cortex-m7"))
    seen: set[Path] = set()
    for name in BOARDS:
        board, place = load_board(name), folder / name
        place.mkdir()
        header = render_board_header(board, safety_defines(board, ASKED))
        (place / "mcuq_board.h").write_text(header, encoding="utf-8")
        every = runtime_units(board, place, (), ASKED)
        units = [unit for unit in every if unit.source not in seen]
        seen |= {unit.source for unit in units}
        includes = (place, root / "runtime", *port_folders(board), folder)
        yield Group(tuple(unit.source for unit in units), includes, core_flags(board.core))
    yield _benchmark(folder)
    yield _stand_in(folder / "library")
    memory = tuple(sorted((root / "freestanding").glob("*.c")))
    yield Group(memory, (root / "freestanding",), core_flags("cortex-m7"))


def _benchmark(folder: Path) -> Group:
    """What answers MLPerf Tiny's runner, on the first board."""
    board, benchmark = load_board(BOARDS[0]), next(iter(BENCHMARKS.values()))
    source = folder / "mcuq_benchmark.c"
    source.write_text(render_benchmark(benchmark), encoding="utf-8")
    folders = ("mlperf", *(f"mlperf/{each}" for each in ("single", "stream", "lap", "pulse")))
    units = runtime_units(board, folder / board.name, (), runner=Runner(folders, {}))
    sources = (source, *(unit.source for unit in units if "mlperf" in unit.source.parts))
    return Group(sources, (*units[0].includes, folder), core_flags(board.core))


def _stand_in(folder: Path) -> Group:
    """The functions of CMSIS-NN; the kernels that they call are in a group of their own."""
    files = write_library(firmware_dir(), folder)
    sources = tuple(file for file in files if file.name.startswith("arm_") and file.suffix == ".c")
    includes = (folder / "Include", folder / "Source", folder.parent)
    return Group(sources, includes, core_flags("cortex-m7"))


def _includes(group: Group) -> list[str]:
    return [f"-I{path}" for path in group.includes]


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tool", choices=sorted(TOOLS), action="append")
    asked: list[str] = parser.parse_args().tool or sorted(TOOLS)
    there = [tool for tool in asked if shutil.which(tool)]
    for tool in sorted(set(asked) - set(there)):
        print(f"{tool} is not installed: apt-get install {tool}", file=sys.stderr)
    known = {f for f in explained(PAGE.read_text(encoding="utf-8")) if f.tool in there}
    with tempfile.TemporaryDirectory() as scratch:
        every = list(groups(Path(scratch)))
        found = {f for tool in there for group in every for f in TOOLS[tool](group)}
    differing = compare(found, known)
    for line in differing:
        print(line)
    files = sum(len(group.sources) for group in every)
    print(f"{files} files, {', '.join(there) or 'no tool'}: {len(found)} kinds of findings")
    return 1 if differing else 0 if there == asked else 2


if __name__ == "__main__":
    sys.exit(main())
