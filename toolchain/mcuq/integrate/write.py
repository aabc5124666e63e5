"""The kinds of project, and the one function that writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mcuq.choices import check_choice
from mcuq.errors import UsageError
from mcuq.integrate.arduino import write_arduino
from mcuq.integrate.built import Built, load_built
from mcuq.integrate.cmake import write_cmake
from mcuq.integrate.cubeide import write_cubeide
from mcuq.integrate.make import write_make
from mcuq.integrate.platformio import write_platformio
from mcuq.integrate.tflm import write_tflm
from mcuq.integrate.zephyr import write_zephyr
from mcuq.report.directory import written_atomically

MARKER = ".mcuq-project"

KINDS: dict[str, Callable[[Built, Path], None]] = {
    "cmake": write_cmake,
    "make": write_make,
    "zephyr": write_zephyr,
    "platformio": write_platformio,
    "arduino": write_arduino,
    "stm32cubeide": write_cubeide,
    "tflm": write_tflm,
}


_LINKING = ("cmake", "make", "tflm")
"""Kinds that take a compiled library beside the model's sources, or need none."""


def write_project(kind: str, result: Path, target: Path) -> tuple[Path, ...]:
    """Make a project of `kind` from the directory that `mcuq build` wrote.

    Args:
        kind: one of KINDS.
        result: that directory.
        target: appears whole; an earlier project there is replaced.

    Returns:
        The files written, relative to `target`, sorted.

    Raises:
        UsageError: no such kind, or one that cannot hold the result's compiled library.
        InputError: `result` is not complete, or `target` cannot be written.
    """
    check_choice("--project", kind, KINDS)
    built = load_built(result)
    if kind not in _LINKING and any(built.model_dir.rglob("*.a")):
        raise UsageError(
            f"{result} was linked with a compiled library, which {kind} projects cannot hold",
            f"build it with the library's sources, or choose {', '.join(_LINKING)}",
        )
    with written_atomically(target, marker=MARKER) as folder:
        KINDS[kind](built, folder)
        (folder / MARKER).write_text(f"{kind}\n", encoding="utf-8")
    found = (path.relative_to(target) for path in target.rglob("*") if path.is_file())
    return tuple(sorted(found))
