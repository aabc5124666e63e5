"""Clang takes every kernel for every core, and makes of the assembly what GCC makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mcuq.compiler.toolchain import core_flags
from mcuq.emit.c.kernels import kernel_texts, write_kernels
from mcuq.resources import firmware_dir

CORES = ("cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")
GCC = "arm-none-eabi-gcc"
CLANG = ("clang", "--target=arm-none-eabi")
WARNINGS = ("-Wall", "-Wextra", "-Werror")
# All that the kernels want of a C library: Clang comes without one.
STRING_H = """\
#include <stddef.h>
void *memcpy(void *target, const void *source, size_t count);
void *memset(void *target, int value, size_t count);
"""
# adds r1, #2 and adds r1, r1, #2 are two encodings of one instruction.
SHORT = re.compile(r"^(adds|subs) (r\d+), (#\d+)$")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.arm,
    pytest.mark.skipif(shutil.which("clang") is None, reason="clang is not installed"),
]


def compiled(folder: Path, core: str, *command: str) -> Path:
    """A folder with an object of each kernel."""
    for name in ("sources", "objects"):
        (folder / name).mkdir(parents=True)
    (folder / "sources" / "string.h").write_text(STRING_H, encoding="utf-8")
    sources = map(str, write_kernels(firmware_dir(), folder / "sources"))
    includes = [f"-I{firmware_dir() / 'include'}", f"-isystem{folder / 'sources'}"]
    flags = [*core_flags(core), "-O2", "-std=c11", "-ffunction-sections", *WARNINGS, *includes]
    subprocess.run([*command, *flags, "-c", *sources], check=True, cwd=folder / "objects")
    return folder / "objects"


def instructions(compiled_object: Path, function: str) -> list[str]:
    """A function's instructions without the places they branch to, nor what pads it."""
    command = ["arm-none-eabi-objdump", "-d", "-j", f".text.{function}", str(compiled_object)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = []
    for line in re.findall(r"^ +[0-9a-f]+:\t[^\t]+\t(.*)$", text, re.MULTILINE):
        words = re.sub(r"\s*[;@].*|[0-9a-f]+ <.*", "", line).replace("\t", " ")
        plain = re.sub(r"^(\w+)\.[nw]\b", r"\1", words).strip()
        found.append(SHORT.sub(r"\1 \2, \2, \3", plain))
    while found[-1] == "nop":
        found.pop()
    return found


def assembled(core: str, folder: Path) -> list[str]:
    """Functions that are one piece of assembly on a core."""
    flags = [*core_flags(core), f"-I{firmware_dir() / 'include'}", "-E", "-P"]
    found: list[str] = []
    for name, text in kernel_texts(firmware_dir()).items():
        if "MCUQ_ASSEMBLY" in text:
            command = [GCC, *flags, str(folder / "sources" / name)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found += re.findall(r"__attribute__\(\(naked\)\) \w+ (\w+)\(", told)
    return sorted(found)


@pytest.mark.parametrize("core", CORES)
def test_clang_compiles_the_kernels_to_the_same_assembly(core: str, tmp_path: Path) -> None:
    ours = compiled(tmp_path / "clang", core, *CLANG)
    assert len(list(ours.iterdir())) == len(kernel_texts(firmware_dir()))
    if core in ("cortex-m0plus", "cortex-m3"):
        return
    theirs = compiled(tmp_path / "gcc", core, GCC)
    functions = assembled(core, tmp_path / "gcc")
    assert len(functions) == (23 if core == "cortex-m55" else 11)
    for function in functions:
        pair = [instructions(folder / f"{function}.o", function) for folder in (ours, theirs)]
        assert len(pair[0]) > 5
        assert pair[0] == pair[1], function
