"""The emitted `model/` folder: sources, headers and the kernels they use, self-contained."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from mcuq.cost.memory import MemoryPlan
from mcuq.emit.c.external import FOLDER, ExternalKernels, copy_external
from mcuq.emit.c.header import model_header
from mcuq.emit.c.kernels import kernel_sources, write_kernels
from mcuq.emit.c.source import model_source
from mcuq.numeric import TERNARY
from mcuq.quantize import is_dynamic

HEADERS = ("arm_nnfunctions.h", "mcuq_kernels.h")
INTERFACE = ("arm_nn_types.h", "arm_nnfunctions.h")
"""Headers that a library with CMSIS-NN's interface brings itself."""
_DYNAMIC_HEADER = "mcuq_dynamic.h"
_INT16_HEADER, _SUB_BYTE_HEADER = "mcuq_int16.h", "mcuq_sub_byte.h"
_REST_HEADER = "mcuq_rest.h"
_TRANSPOSE_CONV = "mcuq_transpose_conv"


def write_c_model(
    memory: MemoryPlan, firmware: Path, folder: Path, external: ExternalKernels | None = None
) -> tuple[Path, ...]:
    """Write model.c, model.h, the kernels used, their headers and a CMakeLists.txt.

    Args:
        memory: a planned program.
        firmware: the folder with `include`, `kernels` and `runtime`.
        folder: created; must not exist.
        external: kernels of another library that the program calls.

    Returns:
        The files written, relative to `folder`, sorted.
    """
    provided = external.defined if external else frozenset()
    sources = kernel_sources(firmware, memory.program.functions, provided)
    (folder / "kernels").mkdir(parents=True)
    (folder / "model.c").write_text(model_source(memory, _headers(memory)))
    (folder / "model.h").write_text(model_header(memory))
    replaced = shutil.ignore_patterns(*INTERFACE) if external else None
    shutil.copytree(firmware / "include", folder / "include", ignore=replaced)
    if external:
        copy_external(external, folder)
    shutil.copy(firmware / "runtime" / "mcuq_model.h", folder / "include" / "mcuq_model.h")
    write_kernels(firmware, folder / "kernels", sources)
    for header in sorted((firmware / "kernels").rglob("*.h")):
        shutil.copy(header, folder / "kernels" / header.name)
    (folder / "CMakeLists.txt").write_text(_cmake(sources, external))
    return tuple(sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file()))


def _headers(memory: MemoryPlan) -> tuple[str, ...]:
    widths = {tensor.bits for tensor in memory.program.qgraph.tensors.values()}
    int16 = (_INT16_HEADER,) if 16 in widths else ()
    sub_byte = (_SUB_BYTE_HEADER,) if widths & {2, TERNARY} else ()
    real = (_DYNAMIC_HEADER,) if is_dynamic(memory.program.qgraph) else ()
    rest = (_REST_HEADER,) if any(call.rest for call in memory.program.calls) else ()
    functions = [call.function for call in memory.program.calls]
    transposed = any(name.startswith(_TRANSPOSE_CONV) for name in functions)
    further = (f"{_TRANSPOSE_CONV}.h",) if transposed else ()
    return (*HEADERS, *int16, *sub_byte, *real, *rest, *further)


def _cmake(kernels: Sequence[str], external: ExternalKernels | None) -> str:
    sources = [f"kernels/{name}" for name in kernels]
    link = ""
    if external:
        sources += [f"{FOLDER}/{source.name}" for source in external.sources]
    if external and external.archive:
        archive = f"${{CMAKE_CURRENT_SOURCE_DIR}}/{FOLDER}/{external.archive.name}"
        link = f"target_link_libraries(model PUBLIC {archive})\n"
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
{link}"""
