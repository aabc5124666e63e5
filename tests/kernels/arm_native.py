"""mcuq's library in the place of CMSIS-NN, compiled for the host and called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from kernel_native import Words, call_in, compile_shared
from kernel_native import call as call_kernel

from mcuq.emit.c.library import write_library
from mcuq.resources import firmware_dir

SUCCESS, ARG_ERROR = 0, -1


@cache
def library() -> ctypes.CDLL:
    """The whole of it, compiled once a process."""
    folder = Path(tempfile.mkdtemp(prefix="mcuq-arm-"))
    try:
        files = write_library(firmware_dir(), folder)
        sources = [path for path in files if path.suffix == ".c"]
        include = [folder / "Include", folder / "Source"]
        return ctypes.CDLL(str(compile_shared(folder, sources, include)))
    finally:
        shutil.rmtree(folder)


def arm(name: str, *arguments: int | np.ndarray | Words | None) -> int:
    """Call one of CMSIS-NN's functions, or mcuq's kernel of that name."""
    if name.startswith("arm_"):
        return call_in(library(), name, *arguments)
    return call_kernel(name, *arguments)


def context(nbytes: int) -> Words:
    """A context with so much scratch."""
    return Words(np.full(nbytes, 0x55, np.int8), nbytes)


NO_SCRATCH = Words(np.zeros(1, np.int8), 0)
ONES = Words(1, 1, 1, 1)


def same(actual: np.ndarray, expected: Any) -> None:
    """Equal bytes, whatever integer type the reference has."""
    np.testing.assert_array_equal(actual.ravel(), np.asarray(expected).ravel())
