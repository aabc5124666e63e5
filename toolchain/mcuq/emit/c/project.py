"""The emitted `model/` folder: sources, headers and the kernels they use, self-contained."""

from __future__ import annotations

import shutil
from pathlib import Path

from mcuq.cost.memory import MemoryPlan
from mcuq.emit.c.external import FOLDER, ExternalKernels, copy_external
from mcuq.emit.c.header import model_header
from mcuq.emit.c.kernels import kernel_sources, version_symbol, write_kernels, write_version
from mcuq.emit.c.names import DEFAULT_NAMES, Names
from mcuq.emit.c.source import model_source
from mcuq.numeric import TERNARY
from mcuq.ops.weighted import TRANSPOSE_CONV
from mcuq.quantize import is_dynamic

HEADERS = ("mcuq_nnfunctions.h", "mcuq_kernels.h")
TYPES = "mcuq_nn_types.h"
"""CMSIS-NN's structures; where a library brings them, a header that includes the library's."""
_LIBRARY_HEADER, _LIBRARY_TYPES = "arm_nnfunctions.h", "arm_nn_types.h"
_DYNAMIC_HEADER = "mcuq_dynamic.h"
_INT16_HEADER, _SUB_BYTE_HEADER = "mcuq_int16.h", "mcuq_sub_byte.h"
_LANES_HEADER, _RECURRENT_HEADER = "mcuq_lanes.h", "mcuq_recurrent.h"
_REST_HEADER, _TRANSPOSE_CONV_HEADER = "mcuq_rest.h", "mcuq_transpose_conv.h"


def write_c_model(
    memory: MemoryPlan,
    firmware: Path,
    folder: Path,
    external: ExternalKernels | None = None,
    names: Names = DEFAULT_NAMES,
) -> tuple[Path, ...]:
    """Write NAME.c, NAME.h, the kernels used, their headers and a CMakeLists.txt.

    Args:
        memory: a planned program.
        firmware: the folder with `include`, `kernels` and `runtime`.
        folder: created; must not exist.
        external: kernels of another library that the program calls.
        names: how files and public symbols are called.

    Returns:
        The files written, relative to `folder`, sorted.
    """
    provided = external.defined if external else frozenset()
    sources = kernel_sources(firmware, memory.program.functions, provided)
    (folder / "kernels").mkdir(parents=True)
    headers = (*_headers(memory), *((_LIBRARY_HEADER,) if external else ()))
    version = version_symbol(firmware)
    (folder / names.source).write_text(model_source(memory, headers, names, version))
    (folder / names.header).write_text(model_header(memory, names))
    shutil.copytree(firmware / "include", folder / "include")
    if external:
        copy_external(external, folder)
        (folder / "include" / TYPES).write_text(FORWARDED_TYPES)
    shutil.copy(firmware / "runtime" / "mcuq_model.h", folder / "include" / "mcuq_model.h")
    write_kernels(firmware, folder / "kernels", sources)
    write_version(firmware, folder / "kernels")
    for header in sorted((firmware / "kernels").rglob("*.h")):
        shutil.copy(header, folder / "kernels" / header.name)
    write_cmake(folder, names.word)
    return tuple(sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file()))


def _headers(memory: MemoryPlan) -> tuple[str, ...]:
    widths = {tensor.bits for tensor in memory.program.qgraph.tensors.values()}
    int16 = (_INT16_HEADER,) if 16 in widths else ()
    sub_byte = (_SUB_BYTE_HEADER,) if widths & {2, TERNARY} else ()
    lanes = (_LANES_HEADER,) if memory.program.options.lanes else ()
    real = (_DYNAMIC_HEADER,) if is_dynamic(memory.program.qgraph) else ()
    rest = (_REST_HEADER,) if any(call.rest for call in memory.program.calls) else ()
    kinds = {call.op.kind for call in memory.program.calls}
    transposed = (_TRANSPOSE_CONV_HEADER,) if TRANSPOSE_CONV in kinds else ()
    recurrent = (_RECURRENT_HEADER,) if any(kind.kept for kind in kinds) else ()
    return (*HEADERS, *int16, *sub_byte, *lanes, *real, *rest, *transposed, *recurrent)


FORWARDED_TYPES = f"""\
/* CMSIS-NN's structures are those of the library that is linked. */
#include "{_LIBRARY_TYPES}"
"""


def write_cmake(folder: Path, library: str) -> None:
    """Write CMakeLists.txt for the sources and archives in an emitted folder.

    Args:
        library: name of its target.
    """
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.c"))
    # The models first, then what they call.
    listing = "\n".join(f"    {name}" for name in sorted(found, key=lambda name: "/" in name))
    here = f"${{CMAKE_CURRENT_SOURCE_DIR}}/{FOLDER}"
    link = "".join(
        f"target_link_libraries({library} PUBLIC {here}/{path.name})\n"
        for path in sorted((folder / FOLDER).glob("*.a"))
    )
    text = f"""\
cmake_minimum_required(VERSION 3.16)
project({library} C)

add_library({library} STATIC
{listing}
)
target_include_directories({library} PUBLIC . include PRIVATE kernels)
target_compile_features({library} PUBLIC c_std_11)
target_compile_options({library} PRIVATE -ffunction-sections -fdata-sections)
{link}"""
    (folder / "CMakeLists.txt").write_text(text)
