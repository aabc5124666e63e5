"""Every kernel is clean of both compilers' warnings about conversions, alignment and stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from strict_compilers import Compiler, compilers

from mcuq.compiler.toolchain import core_flags
from mcuq.emit.c.kernels import write_kernels
from mcuq.resources import firmware_dir

LARGEST_FRAME = 384
"""Bytes. Where convolutions are put in line with what gathers their windows: 296 bytes by GCC 12
(mcuq_transpose_conv_phases), 368 by Clang 14 for the Cortex-M55 (mcuq_gather_window)."""

pytestmark = [pytest.mark.slow, pytest.mark.arm]


@pytest.mark.parametrize(
    ("core", "level"),
    [("cortex-m0plus", "-Os"), ("cortex-m7", "-O2"), ("cortex-m55", "-O2")],
)
@compilers
def test_kernels_are_clean(compiler: Compiler, core: str, level: str, tmp_path: Path) -> None:
    root = firmware_dir()
    (tmp_path / "kernels").mkdir()
    sources = write_kernels(root, tmp_path / "kernels")
    flags = (*core_flags(core), level)
    includes = (root / "include",)
    compiler.check(sources, flags, includes, tmp_path / "objects", stack_bytes=LARGEST_FRAME)
