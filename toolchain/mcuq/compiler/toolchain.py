"""Cores as flags, and GCC's programs: where they are, how one is run."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from mcuq.errors import DeviceError
from mcuq.temporary import is_full, no_space

PREFIX = "arm-none-eabi-"
_TELLING = re.compile(r"error:|overflowed|undefined reference", re.IGNORECASE)
INSTALL_HINT = (
    "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi, or: pip install 'mcuq[compiler]'"
)

_CORE_FLAGS = {
    "cortex-m0plus": ("-mcpu=cortex-m0plus", "-mfloat-abi=soft"),
    "cortex-m3": ("-mcpu=cortex-m3", "-mfloat-abi=soft"),
    "cortex-m4": ("-mcpu=cortex-m4", "-mfloat-abi=soft"),
    "cortex-m7": ("-mcpu=cortex-m7", "-mfloat-abi=soft", "-DMCUQ_DUAL_ISSUE"),
    "cortex-m33": ("-mcpu=cortex-m33", "-mfloat-abi=soft"),
    # MVE shares its registers with the floating-point unit: no soft ABI there.
    "cortex-m55": ("-mcpu=cortex-m55", "-mfloat-abi=hard"),
}


class CompilerError(DeviceError):
    """The cross compiler is missing or refused a file.

    Args:
        output: what it wrote.
    """

    def __init__(self, cause: str, hint: str = "", output: str = "") -> None:
        super().__init__(cause, hint)
        self.output = output


def core_flags(core: str) -> tuple[str, ...]:
    """Flags that choose a core. The image computes in integers only: no floating-point unit."""
    return (*_CORE_FLAGS[core], "-mthumb")


@cache
def find_tool(name: str) -> str:
    """Path of a tool such as "gcc"; raises CompilerError with what to install."""
    path = shutil.which(PREFIX + name)
    if path is None:
        raise CompilerError(f"{PREFIX}{name} is not installed", INSTALL_HINT)
    return path


@cache
def compiler_version() -> str:
    """First line of the compiler's version."""
    return run_tool(["gcc", "--version"]).splitlines()[0]


@cache
def newlib_version() -> str:
    """Version of the compiler's C library; empty where it does not say."""
    macros = run_tool(["gcc", "-E", "-dM", "-include", "_newlib_version.h", "-xc", os.devnull])
    found = re.search(r'#define _NEWLIB_VERSION "([^"]+)"', macros)
    return found[1] if found else ""


@cache
def library_path(name: str, flags: tuple[str, ...]) -> Path:
    """Path of a library such as "libc.a" for a core; raises CompilerError where it is missing."""
    path = Path(run_tool(["gcc", *flags, f"-print-file-name={name}"]).strip())
    if not path.is_absolute():
        raise CompilerError(f"the compiler has no {name} for {flags[0]}", INSTALL_HINT)
    return path


def run_tool(command: list[str], cwd: Path | None = None, scratch: Path | None = None) -> str:
    """Run a tool of GCC's; its standard output. As `run_program`."""
    called = f"{PREFIX}{command[0]}"
    return run_program([find_tool(command[0]), *command[1:]], called, cwd, scratch)


def run_program(
    command: list[str],
    called: str,
    cwd: Path | None = None,
    scratch: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> str:
    """Run a program of a compiler; its standard output.

    Args:
        called: its name, for errors.
        cwd: where it runs.
        scratch: where it may leave what it needs itself; None: where the system keeps that.
        variables: of its environment, beside those here.

    Raises:
        CompilerError: it failed; with its last words. InputError: `scratch` is full.
    """
    own = {} if scratch is None else {"TMPDIR": str(scratch), "LC_ALL": "C"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **own, **(variables or {})},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        # It may have removed by now what filled the disk.
        full = os.strerror(errno.ENOSPC) in done.stderr
        if scratch is not None and (full or is_full(scratch)):
            raise no_space(scratch)
        words = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        first = next((line for line in words if _TELLING.search(line)), words[-1])
        raise CompilerError(
            f"{called} failed: {first.strip()}",
            "`mcuq doctor` checks the compiler; if it is well, please report it with the model",
            "\n".join(words),
        )
    return done.stdout
