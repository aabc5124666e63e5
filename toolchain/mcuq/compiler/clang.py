"""Clang and lld as the package `ziglang` brings them, for every operating system.

`zig clang` and `zig ld.lld` are LLVM's own programs. There is no C library: what the firmware calls
of one is in `firmware/freestanding`. What the compiler itself calls, such as a division that a core
lacks, is Zig's compiler_rt, compiled for the core from its sources in the package, once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from mcuq.choices import Optimize
from mcuq.compiler.kept import Object
from mcuq.compiler.members import archive_content
from mcuq.compiler.toolchain import CompilerError, run_program
from mcuq.resources import firmware_dir
from mcuq.temporary import temporary_folder
from mcuq_hil.cache import Cache, cache_folder

RUNTIME = "compiler_rt"
_CALLED = "ziglang"
_TARGET = "--target=thumb-none-eabi"
_UNIT_FLAGS = (
    "-fstack-usage",
    "-fomit-frame-pointer",
    "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables",
    # As GCC with -std=c11: no product is kept in more bits than the host keeps.
    "-ffp-contract=off",
)
_LINK_OPTIONS = (
    "--nmagic",
    "--gc-sections",
    "--build-id=none",
    "--strip-debug",
    "-Map=firmware.map",
    "-T",
    "board.ld",
)
_OVERFLOW = "will not fit in region '{}': overflowed by "


@cache
def _package() -> Path:
    """Folder of the package `ziglang`."""
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise CompilerError("ziglang is not installed", "pip install 'mcuq[compiler]'")
    return Path(spec.origin).parent


def _zig() -> str:
    folder = _package()
    return str(next(path for path in (folder / "zig.exe", folder / "zig") if path.exists()))


@cache
def _version() -> str:
    zig = run_program([_zig(), "version"], _CALLED).strip()
    clang = run_program([_zig(), "clang", "--version"], _CALLED).splitlines()[0]
    return f"{clang} of ziglang {zig}"


@dataclass(frozen=True)
class Clang:
    """See `mcuq.compiler.chosen.Compiler`."""

    name: ClassVar[str] = "ziglang"
    licence: ClassVar[str] = "Apache-2.0 WITH LLVM-exception AND MIT"
    home: ClassVar[str] = "https://ziglang.org"
    unit_flags: ClassVar[tuple[str, ...]] = _UNIT_FLAGS

    @property
    def version(self) -> str:
        """Clang's and Zig's."""
        return _version()

    def check(self, core: str) -> None:
        """It is there; it knows every core."""
        _zig()

    def compile(self, words: Sequence[str], folder: Path, scratch: Path) -> None:
        """One file, with Clang's own headers and ours."""
        headers = (firmware_dir() / "freestanding", _package() / "lib" / "include")
        found = [word for path in headers for word in ("-isystem", str(path.resolve()))]
        run_program([_zig(), "clang", _TARGET, *words, *found], _CALLED, folder, scratch)

    def runtime(self, core: str, optimize: Optimize) -> tuple[Object, ...]:
        """compiler_rt."""
        text = f"{_version()} {core} {optimize}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:40]
        kept = Cache(cache_folder("runtimes"))
        content = kept.get(digest)
        if content is None:
            content = _compiled_runtime(core, optimize)
            kept.put(digest, content)
        return (Object(RUNTIME, digest, content),)

    def own_sources(self) -> tuple[Path, ...]:
        """Memory functions."""
        return tuple(sorted((firmware_dir() / "freestanding").glob("*.c")))

    def libraries(self, core: str, optimize: Optimize) -> tuple[Path, ...]:
        """None."""
        return ()

    def link(self, core: str, optimize: Optimize, files: Sequence[str], work: Path) -> None:
        """By lld."""
        command = [_zig(), "ld.lld", *_LINK_OPTIONS, "-o", "firmware.elf", *files]
        run_program(command, _CALLED, work, work)

    def excess(self, region: str, words: str) -> int | None:
        """lld tells once an output section, each time with all sections so far."""
        found = re.findall(re.escape(_OVERFLOW.format(region)) + r"(\d+)", words)
        return max(map(int, found)) if found else None


def _compiled_runtime(core: str, optimize: Optimize) -> bytes:
    abi = "eabihf" if core == "cortex-m55" else "eabi"
    level = "ReleaseSmall" if optimize == "size" else "ReleaseFast"
    with temporary_folder() as scratch:
        (scratch / "empty.zig").write_text("", encoding="utf-8")
        command = [_zig(), "build-lib", "empty.zig", "-target", f"thumb-freestanding-{abi}"]
        command += ["-mcpu", core.replace("-", "_"), "--name", "empty", "-fcompiler-rt"]
        caches = {f"ZIG_{kind}_CACHE_DIR": str(scratch / kind) for kind in ("GLOBAL", "LOCAL")}
        words = ["-O", level, "-fstrip", "-fno-unwind-tables"]
        run_program([*command, *words], _CALLED, scratch, scratch, caches)
        for name, content in archive_content(scratch / "libempty.a"):
            if Path(name).name == "compiler_rt.o":
                return content
    raise CompilerError(
        "ziglang compiled no compiler_rt", "install the newest: pip install -U ziglang"
    )
