"""C sources to objects, each compiled once for its content, flags and compiler."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mcuq.compiler.chosen import Compiler, compiler
from mcuq.compiler.kept import Object, packed, unpacked
from mcuq.compiler.settings import BUILD
from mcuq.temporary import temporary_folder
from mcuq_hil.cache import Cache, cache_folder

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)

BASE_FLAGS = (
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-fno-common",
    "-ffunction-sections",
    "-fdata-sections",
)


@dataclass(frozen=True)
class Unit:
    """One file to compile.

    Attributes:
        name: what it is called in the image, for example "kernels/mcuq_pad_s8.c".
        source: the file.
        includes: where its quoted headers are looked for.
        flags: core, optimization and defines.
    """

    name: str
    source: Path
    includes: tuple[Path, ...]
    flags: tuple[str, ...]


def compile_units(units: Sequence[Unit]) -> list[Object]:
    """Objects in the order of `units`; raises CompilerError with the compiler's message."""
    used = compiler()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        objects = list(pool.map(partial(_compile, used), units))
    Cache(cache_folder("objects")).prune(BUILD.cached_objects)
    return objects


def _compile(used: Compiler, unit: Unit) -> Object:
    digest = _digest(used, unit)
    cache = Cache(cache_folder("objects"))
    known = cache.get(digest)
    if known is not None:
        return unpacked(known, unit.name, digest)
    with temporary_folder() as scratch:
        includes = [f"-I{path.resolve()}" for path in unit.includes]
        # Compiled by its bare name, so that no path gets into the object.
        flags = (*unit.flags, *BASE_FLAGS, *used.unit_flags, *includes)
        words = (*flags, "-c", unit.source.name, "-o", str(scratch / "unit.o"))
        used.compile(words, unit.source.parent, scratch)
        texts = [_note(scratch / f"unit.{suffix}") for suffix in ("su", "ci")]
        compiled = Object(unit.name, digest, (scratch / "unit.o").read_bytes(), *texts)
    cache.put(digest, packed(compiled))
    return compiled


def _note(path: Path) -> str:
    """What the compiler wrote beside an object; nothing where it has no such note."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _digest(used: Compiler, unit: Unit) -> str:
    hasher = hashlib.sha256()
    flags = (*unit.flags, *BASE_FLAGS, *used.unit_flags)
    for part in (used.version, unit.source.name, *flags):
        hasher.update(part.encode() + b"\0")
    for path in _with_headers(unit):
        content = path.read_bytes()
        hasher.update(f"{path.name}:{len(content)}:".encode() + content)
    return hasher.hexdigest()[:40]


def _with_headers(unit: Unit) -> list[Path]:
    """The source and every header it includes by quotes, directly or not."""
    found: dict[Path, None] = {}
    waiting = [unit.source]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = None
        for name in _INCLUDE.findall(path.read_text(encoding="utf-8")):
            candidates = (folder / name for folder in (path.parent, *unit.includes))
            header = next((file for file in candidates if file.is_file()), None)
            if header is not None:
                waiting.append(header)
    return list(found)
