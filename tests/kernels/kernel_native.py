"""The C kernels as a shared library for the host, called through ctypes."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mcuq.emit.c.kernels import write_kernels
from mcuq.resources import firmware_dir

SANITIZE = "MCUQ_KERNEL_SANITIZE"
"""Environment variable: compile with ASan and UBSan (the interpreter must preload libasan)."""

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wno-sign-conversion", "-Werror")


def examples(number: int) -> int:
    """Of a property, a quarter of them under sanitizers: those watch every access of every form,
    and which values it computes is compared without them."""
    return max(5, number // 4) if os.environ.get(SANITIZE) else number


@cache
def kernels() -> ctypes.CDLL:
    """All kernels, compiled once a process."""
    folder = Path(tempfile.mkdtemp(prefix="mcuq-kernels-"))
    try:
        return ctypes.CDLL(str(compile_library(folder)))
    finally:
        shutil.rmtree(folder)


def compile_library(folder: Path, extra: Sequence[str] = ()) -> Path:
    """Compile every kernel with the host's compiler into `folder`."""
    (folder / "kernels").mkdir()
    sources = write_kernels(firmware_dir(), folder / "kernels")
    return compile_shared(folder, sources, [firmware_dir() / "include"], extra)


def compile_shared(
    folder: Path, sources: Sequence[Path], include: Sequence[Path], extra: Sequence[str] = ()
) -> Path:
    """Compile sources for the host into a library in `folder`."""
    flags = ["-O1", "-g", "-shared", "-fPIC", *WARNINGS, *extra]
    if os.environ.get(SANITIZE):
        flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    library = folder / "kernels.so"
    headers = [f"-I{folder}" for folder in include]
    command = [os.environ.get("CC", "cc"), *flags, *headers, *map(str, sources), "-o", str(library)]
    subprocess.run(command, check=True)
    return library


class Words:
    """A structure of 32-bit fields and addresses, None for no address, laid out for the host."""

    def __init__(self, *fields: int | np.ndarray | None) -> None:
        self._alive = fields
        members: list[tuple[str, Any]] = []
        for i, field in enumerate(fields):
            kind = ctypes.c_int32 if isinstance(field, (int, np.integer)) else ctypes.c_void_p
            members.append((f"f{i}", kind))
        layout = type("Layout", (ctypes.Structure,), {"_fields_": members})
        self._value = layout(*(_raw(field) for field in fields))

    @property
    def address(self) -> int:
        return ctypes.addressof(self._value)


def _raw(field: int | np.ndarray | None) -> int | None:
    if field is None:
        return None
    return field.ctypes.data if isinstance(field, np.ndarray) else int(field)


def call(name: str, *arguments: int | np.ndarray | Words | None) -> int:
    """Call a kernel; arrays and structures go by address, integers as int32."""
    return call_in(kernels(), name, *arguments)


def call_in(library: ctypes.CDLL, name: str, *arguments: int | np.ndarray | Words | None) -> int:
    """The same of a function of another library."""
    function = getattr(library, name)
    function.restype = ctypes.c_int32
    converted: list[Any] = []
    for argument in arguments:
        if argument is None:
            converted.append(ctypes.c_void_p(0))
        elif isinstance(argument, np.ndarray):
            assert argument.flags.c_contiguous
            converted.append(ctypes.c_void_p(argument.ctypes.data))
        elif isinstance(argument, Words):
            converted.append(ctypes.c_void_p(argument.address))
        else:
            converted.append(ctypes.c_int32(int(argument)))
    return int(function(*converted))
