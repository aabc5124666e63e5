"""C sources to objects, each compiled once for its content, flags and compiler."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mcuq.build.settings import BUILD
from mcuq.build.toolchain import compiler_version, run_tool

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)

_SUM = "sum"
"""Name of the file that holds the checksum of a cached object's files."""

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


@dataclass(frozen=True)
class Object:
    """A compiled unit: `path` lies in the cache, beside it stack usage and calls."""

    name: str
    path: Path
    digest: str

    @property
    def stack_usage(self) -> Path:
        return self.path.with_suffix(".su")

    @property
    def call_graph(self) -> Path:
        return self.path.with_suffix(".ci")


def cache_dir() -> Path:
    """Where objects are kept between builds: $XDG_CACHE_HOME/mcuq/objects."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "mcuq" / "objects"


def compile_units(units: Sequence[Unit]) -> list[Object]:
    """Objects in the order of `units`; raises CompilerError with the compiler's message."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        objects = list(pool.map(_compile, units))
    prune(cache_dir(), BUILD.cached_objects)
    return objects


def prune(folder: Path, keep: int) -> None:
    """Remove the objects that were not used for longest, a quarter of `keep`, once there are
    more than `keep`."""
    entries = list(folder.iterdir()) if folder.is_dir() else []
    if len(entries) <= keep:
        return
    by_age = sorted(entries, key=_last_used)
    for entry in by_age[: len(entries) - keep * 3 // 4]:
        shutil.rmtree(entry, ignore_errors=True)


def _last_used(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except OSError:
        return 0.0


def _compile(unit: Unit) -> Object:
    digest = _digest(unit)
    folder = cache_dir() / digest
    compiled = Object(unit.name, folder / "unit.o", digest)
    if _is_whole(folder):
        with contextlib.suppress(OSError):
            os.utime(folder)
        return compiled
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        includes = [f"-I{path.resolve()}" for path in unit.includes]
        # Compiled by its bare name, so that no path gets into the object.
        command = ["gcc", *unit.flags, *BASE_FLAGS, *includes, "-c", unit.source.name]
        run_tool([*command, "-o", str(fresh / "unit.o")], cwd=unit.source.parent)
        (fresh / _SUM).write_text(_sum(fresh), encoding="utf-8")
        _publish(fresh, folder)
    return compiled


def _is_whole(folder: Path) -> bool:
    """Whether a cached object is there as it was compiled: disks fill up, and lose power."""
    try:
        return (folder / _SUM).read_text(encoding="utf-8") == _sum(folder)
    except (OSError, UnicodeDecodeError):
        return False


def _sum(folder: Path) -> str:
    hasher = hashlib.sha256()
    for name in ("unit.o", "unit.su", "unit.ci"):
        content = (folder / name).read_bytes()
        hasher.update(f"{len(content)}:".encode() + content)
    return hasher.hexdigest()


def _publish(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)
    except OSError:
        # Another process compiled the same content meanwhile: its result is ours.
        if not _is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)


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
