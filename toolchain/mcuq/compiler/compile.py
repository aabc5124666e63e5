"""C sources to objects, each compiled once for its content, flags and compiler."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mcuq.compiler.kept import Object, packed, unpacked
from mcuq.compiler.settings import BUILD
from mcuq.compiler.toolchain import compiler_version, run_tool
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
    "-fstack-usage",
    "-fcallgraph-info",
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
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        objects = list(pool.map(_compile, units))
    Cache(cache_folder("objects")).prune(BUILD.cached_objects)
    return objects


def _compile(unit: Unit) -> Object:
    digest = _digest(unit)
    cache = Cache(cache_folder("objects"))
    known = cache.get(digest)
    if known is not None:
        return unpacked(known, unit.name, digest)
    with temporary_folder() as scratch:
        includes = [f"-I{path.resolve()}" for path in unit.includes]
        # Compiled by its bare name, so that no path gets into the object.
        command = ["gcc", *unit.flags, *BASE_FLAGS, *includes, "-c", unit.source.name]
        run_tool([*command, "-o", str(scratch / "unit.o")], unit.source.parent, scratch)
        texts = [(scratch / f"unit.{suffix}").read_text("utf-8") for suffix in ("su", "ci")]
        compiled = Object(unit.name, digest, (scratch / "unit.o").read_bytes(), *texts)
    cache.put(digest, packed(compiled))
    return compiled


def _digest(unit: Unit) -> str:
    hasher = hashlib.sha256()
    for part in (compiler_version(), unit.source.name, *unit.flags, *BASE_FLAGS):
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
