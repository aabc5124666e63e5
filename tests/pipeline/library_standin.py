"""A library laid out like Arm's: mcuq's portable kernels, which ask for scratch and use it up."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from mcuq.emit.c.kernels import kernel_sources, kernel_texts
from mcuq.lower.interface import INTERFACE
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
_OURS = {"arm_" + name.removeprefix("mcuq_"): name for name in INTERFACE}
_INNER = ("convolve_s[48]", "convolve_1x1_s[48](?:_fast)?", "depthwise_conv_s[48]")
_STEMS = "|".join(
    (
        *(name.removeprefix("mcuq_") for name in sorted(INTERFACE)),
        *_INNER,
        "nn_types",
        "nnfunctions",
    )
)
_NAME = re.compile(rf"\bmcuq_((?:{_STEMS})(?:_get_buffer_size)?)(?![a-z0-9_])")
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
    """Include/ and Source/ below `folder`.

    Args:
        edit: a last change of the sources.
        without: functions that the library shall not have.
    """
    include, source = folder / "Include", folder / "Source"
    (include / "Internal").mkdir(parents=True)
    (source / "Support").mkdir(parents=True)
    firmware = firmware_dir()
    # Arm's headers include one that lies deeper.
    (include / "Internal" / "inner.h").write_text("#include <stdint.h>\n")
    for header in [*firmware.glob("include/*.h"), *firmware.glob("kernels/**/*.h")]:
        text = _arm(header.read_text())
        if header.name == "mcuq_nn_types.h":
            text = text.replace("#include <stdint.h>", '#include "Internal/inner.h"\n')
        is_arms = _arm(header.name) != header.name
        place = include if is_arms else source / "Support"
        (place / _arm(header.name)).write_text(text)
    texts = {_arm(name): _arm(text) for name, text in kernel_texts(firmware).items()}
    ours = [_OURS[name] for name in FUNCTIONS if name not in without]
    for name in map(_arm, kernel_sources(firmware, ours)):
        group = source / name.split(".")[0].split("_")[1]
        group.mkdir(exist_ok=True)
        (group / name).write_text(edit(name, _with_scratch(texts[name])))
    return folder


def _arm(text: str) -> str:
    """The same with Arm's names of functions and headers in the place of mcuq's."""
    return _NAME.sub(r"arm_\1", text)


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
