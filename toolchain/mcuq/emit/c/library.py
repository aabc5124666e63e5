"""mcuq's kernels as a library in the place of CMSIS-NN: its headers, its functions, its layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mcuq.emit.c.kernels import included, kernel_names, kernel_sources, kernel_texts, source_texts
from mcuq.emit.c.project import FORWARDED_TYPES, TYPES

_TYPES = "arm_nn_types.h"


def write_library(firmware: Path, folder: Path) -> list[Path]:
    """Write Include/ and Source/ below `folder`: headers as of CMSIS-NN, and one file a function.

    Args:
        firmware: the folder with `include`, `kernels` and `cmsis_nn`.
        folder: made where it does not exist.

    Returns:
        The files written, sorted.
    """
    sources = _sources(firmware)
    headers = {path.name: path.read_text("utf-8") for path in (firmware / "include").glob("*.h")}
    own = {path.name: path.read_text("utf-8") for path in (firmware / "cmsis_nn").glob("*.h")}
    public = {name: text for name, text in own.items() if name.startswith("arm_")}
    # Structures are defined once, in the header that any program includes.
    public[_TYPES] = headers[TYPES].replace("MCUQ_NN_TYPES_H", "ARM_NN_TYPES_H")
    inner = {name: text for name, text in own.items() if name not in public}
    inner |= _needed(headers, (*sources.values(), *inner.values())) | {TYPES: FORWARDED_TYPES}
    files = {f"Include/{name}": text for name, text in public.items()}
    files |= {f"Source/{name}": text for name, text in (inner | sources).items()}
    written = []
    for name, text in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _sources(firmware: Path) -> dict[str, str]:
    """The functions of CMSIS-NN, and the kernels that they call."""
    functions = source_texts(firmware / "cmsis_nn")
    kernels = kernel_texts(firmware)
    called = {
        name
        for text in functions.values()
        for name in kernel_names(firmware, text)
        if f"{name}.c" in kernels
    }
    return functions | {name: kernels[name] for name in kernel_sources(firmware, sorted(called))}


def _needed(headers: Mapping[str, str], texts: tuple[str, ...]) -> dict[str, str]:
    """Those of `headers` that `texts` include, and those that they include."""
    found: dict[str, str] = {}
    wanted = [name for text in texts for name in included(text)]
    while wanted:
        name = wanted.pop()
        if name in headers and name not in found:
            found[name] = headers[name]
            wanted += included(headers[name])
    return found
