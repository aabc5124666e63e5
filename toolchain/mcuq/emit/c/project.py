"""The emitted `model/` folder: sources, headers and the kernels they use, self-contained."""

from __future__ import annotations

import shutil
from pathlib import Path

from mcuq.cost.memory import MemoryPlan
from mcuq.emit.c.header import model_header
from mcuq.emit.c.kernels import kernel_sources
from mcuq.emit.c.source import model_source
from mcuq.numeric import TERNARY
from mcuq.quantize import is_dynamic

HEADERS = ("arm_nnfunctions.h", "mcuq_kernels.h")
_DYNAMIC_HEADER = "mcuq_dynamic.h"
_WIDE_HEADER, _NARROW_HEADER = "mcuq_wide.h", "mcuq_narrow.h"


def write_c_model(memory: MemoryPlan, firmware: Path, folder: Path) -> tuple[Path, ...]:
    """Write model.c, model.h, the kernels used, their headers and a CMakeLists.txt.

    Args:
        memory: a planned program.
        firmware: the folder with `include`, `kernels` and `runtime`.
        folder: created; must not exist.

    Returns:
        The files written, relative to `folder`, sorted.
    """
    sources = kernel_sources(firmware, memory.program.functions)
    (folder / "kernels").mkdir(parents=True)
    (folder / "model.c").write_text(model_source(memory, _headers(memory)))
    (folder / "model.h").write_text(model_header(memory))
    shutil.copytree(firmware / "include", folder / "include")
    shutil.copy(firmware / "runtime" / "mcuq_model.h", folder / "include" / "mcuq_model.h")
    for source in sources:
        shutil.copy(source, folder / "kernels" / source.name)
    for header in sorted((firmware / "kernels").rglob("*.h")):
        shutil.copy(header, folder / "kernels" / header.name)
    (folder / "CMakeLists.txt").write_text(_cmake([f"kernels/{s.name}" for s in sources]))
    return tuple(sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file()))


def _headers(memory: MemoryPlan) -> tuple[str, ...]:
    widths = {tensor.bits for tensor in memory.program.qgraph.tensors.values()}
    wide = (_WIDE_HEADER,) if 16 in widths else ()
    narrow = (_NARROW_HEADER,) if widths & {2, TERNARY} else ()
    real = (_DYNAMIC_HEADER,) if is_dynamic(memory.program.qgraph) else ()
    return (*HEADERS, *wide, *narrow, *real)


def _cmake(sources: list[str]) -> str:
    listing = "\n".join(f"    {name}" for name in ("model.c", *sources))
    return f"""\
cmake_minimum_required(VERSION 3.16)
project(model C)

add_library(model STATIC
{listing}
)
target_include_directories(model PUBLIC . include PRIVATE kernels)
target_compile_features(model PUBLIC c_std_11)
target_compile_options(model PRIVATE -ffunction-sections -fdata-sections)
"""
