"""A library laid out like Arm's: mcuq's in its place, which asks for scratch and uses it up."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from mcuq.emit.c.kernels import kernel_names, kernel_sources, kernel_texts
from mcuq.emit.c.library import write_library
from mcuq.resources import firmware_dir

SCRATCH_A_CHANNEL = 16
FUNCTIONS = (
    "arm_avgpool_s8",
    "arm_convolve_wrapper_s4",
    "arm_convolve_wrapper_s8",
    "arm_depthwise_conv_wrapper_s4",
    "arm_depthwise_conv_wrapper_s8",
    "arm_elementwise_add_s8",
    "arm_elementwise_mul_s8",
    "arm_fully_connected_per_channel_s8",
    "arm_fully_connected_s4",
    "arm_fully_connected_s8",
    "arm_max_pool_s8",
    "arm_softmax_s8",
)
_SIZE = re.compile(r"(_get_buffer_size\(([^)]*)\)\n\{.*?\n    return )[^;]*;", re.DOTALL)
_KERNEL = re.compile(r"(\barm_cmsis_nn_status arm_\w+\(const cmsis_nn_context \*ctx,[^)]*\)\n\{\n)")
_USE_UP = """\
    for (int32_t byte = 0; byte < ctx->size; byte++) {
        ((char *)ctx->buf)[byte] = 0x5A;
    }
"""

Edit = Callable[[str, str], str]
"""(file name, text) → text."""


def write_standin(
    folder: Path, edit: Edit = lambda _, text: text, without: tuple[str, ...] = ()
) -> Path:
    """Include/ and Source/ below `folder`, of a few functions.

    Args:
        edit: a last change of the sources.
        without: functions that the library shall not have.
    """
    write_library(firmware_dir(), folder)
    include, source = folder / "Include", folder / "Source"
    # Arm's headers include one that lies deeper, and some lie among the sources.
    (include / "Internal").mkdir()
    (include / "Internal" / "inner.h").write_text("#include <stdint.h>\n")
    types = include / "arm_nn_types.h"
    types.write_text(types.read_text().replace("<stdint.h>", '"Internal/inner.h"'))
    kept = _kept(source, [name for name in FUNCTIONS if name not in without])
    for path in sorted(source.iterdir()):
        if path.suffix == ".c" and path.name not in kept:
            path.unlink()
            continue
        group = source / ("Support" if path.suffix == ".h" else path.name.split("_")[1])
        group.mkdir(exist_ok=True)
        if path.name.startswith("arm_"):
            path.write_text(edit(path.name, _with_scratch(path.read_text())))
        path.rename(group / path.name)
    return folder


def _kept(source: Path, functions: list[str]) -> set[str]:
    """The files of functions, of their buffer sizes, and of what they call."""
    names = {f"{name}{size}.c" for name in functions for size in ("", "_get_buffer_size")}
    own = {name for name in names if (source / name).exists()}
    kernels = kernel_texts(firmware_dir())
    called = {
        name
        for file in own
        for name in kernel_names(firmware_dir(), (source / file).read_text())
        if f"{name}.c" in kernels
    }
    return own | set(kernel_sources(firmware_dir(), sorted(called)))


def compile_standin(folder: Path, core: str) -> Path:
    """The same with libcmsis-nn.a in the place of Source/."""
    objects = []
    for path in sorted((folder / "Source").rglob("*.c")):
        objects.append(path.with_suffix(".o"))
        flags = [f"-mcpu={core}", "-mthumb", "-O2", f"-I{folder}/Include"]
        flags += [f"-I{folder}/Source/Support", "-ffunction-sections"]
        command = ["arm-none-eabi-gcc", *flags, "-c", str(path), "-o", str(objects[-1])]
        subprocess.run(command, check=True)
    archive = str(folder / "libcmsis-nn.a")
    subprocess.run(["arm-none-eabi-ar", "rcs", archive, *map(str, objects)], check=True)
    shutil.rmtree(folder / "Source")
    return folder


def _with_scratch(text: str) -> str:
    """Buffer sizes by channel instead of 0, and kernels that fill their buffers."""
    return _KERNEL.sub(lambda match: match[1] + _USE_UP, _SIZE.sub(_size, text))


def _size(match: re.Match[str]) -> str:
    channels = "ch_src" if "ch_src" in match[2] else "filter_dims->c"
    if "filter_dims" not in match[2] and "ch_src" not in match[2]:
        channels = "1"
    return f"{match[1]}{SCRATCH_A_CHANNEL} * {channels};"
