"""All kernels linked for a bare emulated core."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from mcuq.emit.c.kernels import write_kernels
from mcuq.errors import DeviceError
from mcuq.resources import firmware_dir
from mcuq_hil.emulator.bare import BASE

COMPILER = "arm-none-eabi-gcc"


def link_kernels(core: str, output: Path, *, optimize: str = "-O2") -> Path:
    """Compile and link all kernels for `core` into the ELF file `output`, for `BareCore`.

    Args:
        core: the compiler's name of it.
        output: the file to write.
        optimize: the compiler's optimization flag.

    Raises:
        DeviceError: the compiler is missing or fails.
    """
    flags = [f"-mcpu={core}", "-mthumb", "-std=c99", optimize, "-ffunction-sections"]
    link = ["-nostartfiles", "--specs=nano.specs", f"-Wl,-Ttext={BASE:#x}", "-Wl,-e,0"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            sources = map(str, write_kernels(firmware_dir(), Path(folder)))
            command = [COMPILER, *flags, f"-I{firmware_dir() / 'include'}", *sources, *link]
            run = subprocess.run([*command, "-o", str(output)], capture_output=True, text=True)
    except FileNotFoundError:
        raise DeviceError(f"{COMPILER} not found", "install gcc-arm-none-eabi") from None
    if run.returncode:
        raise DeviceError(
            f"the kernels do not compile for {core}: {run.stderr.strip()[:300]}",
            "compare the compiler with the one that mcuq doctor names",
        )
    return output
