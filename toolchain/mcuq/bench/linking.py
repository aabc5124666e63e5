"""All kernels linked for a bare emulated core."""

from __future__ import annotations

from pathlib import Path

from mcuq.compiler.toolchain import core_flags, run_tool
from mcuq.emit.c.kernels import write_kernels
from mcuq.resources import firmware_dir
from mcuq.temporary import temporary_folder
from mcuq_hil.emulator.bare import BASE


def link_kernels(core: str, output: Path, *, optimize: str = "-O2") -> Path:
    """Compile and link all kernels for `core` into the ELF file `output`, for `BareCore`.

    Args:
        core: the compiler's name of it.
        output: the file to write.
        optimize: the compiler's optimization flag.

    Raises:
        CompilerError: the compiler is missing or fails.
    """
    flags = [*core_flags(core), "-std=c99", optimize, "-ffunction-sections"]
    link = ["-nostartfiles", "--specs=nano.specs", f"-Wl,-Ttext={BASE:#x}", "-Wl,-e,0"]
    with temporary_folder() as folder:
        sources = map(str, write_kernels(firmware_dir(), folder))
        includes = f"-I{firmware_dir() / 'include'}"
        run_tool(["gcc", *flags, includes, *sources, *link, "-o", str(output)])
    return output
