"""Which firmware sources a model needs: its kernels and what these call."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from mcuq.emit.c.template import expand

_WORD = re.compile(r"\b(?:arm|mcuq)_\w+")
_INCLUDE = re.compile(r'^#include "(\w+\.h)"', re.M)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


@lru_cache(maxsize=4)
def kernel_texts(firmware: Path) -> Mapping[str, str]:
    """Every kernel source, templates expanded: file name → text, in the names' order."""
    return source_texts(firmware / "kernels")


def source_texts(folder: Path) -> dict[str, str]:
    """The sources below a folder, templates expanded: file name → text, in the names' order."""
    found: dict[str, str] = {}
    for path in folder.rglob("*.c"):
        found[path.name] = path.read_text(encoding="utf-8")
    for path in folder.rglob("*.c.in"):
        found |= expand(path.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def version_symbol(firmware: Path) -> str:
    """The symbol that stands for all kernels and headers as they are: other text, another one."""
    hasher = hashlib.sha256()
    headers = sorted((firmware / "include").rglob("*.h"))
    texts = {path.name: path.read_text(encoding="utf-8") for path in headers}
    for name, text in (texts | dict(kernel_texts(firmware))).items():
        hasher.update(f"{name}:{len(text)}:{text}".encode())
    return f"mcuq_kernels_{hasher.hexdigest()[:12]}"


def write_version(firmware: Path, folder: Path) -> Path:
    """Write mcuq_kernels.c into an existing folder: models whose kernels differ do not link.

    A model names the symbol of its version. Where a program holds models of two versions, both of
    these files are linked, and the linker says that `mcuq_kernels_of_one_version` is defined twice.
    """
    path = folder / "mcuq_kernels.c"
    text = _VERSION.format(symbol=version_symbol(firmware))
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


_VERSION = """\
/* Which kernels these are. Models that are linked together share them, so all need the same: where
 * the linker finds the second of these names twice, build the models with one version of mcuq. */
extern const char {symbol}, mcuq_kernels_of_one_version;
const char {symbol} = 0;
const char mcuq_kernels_of_one_version = 0;
"""


def write_kernels(firmware: Path, folder: Path, names: Iterable[str] | None = None) -> list[Path]:
    """Write sources into an existing folder: the named ones, or all. Returns the files."""
    texts = kernel_texts(firmware)
    written = []
    for name in texts if names is None else names:
        written.append(folder / name)
        written[-1].write_text(texts[name], encoding="utf-8", newline="\n")
    return written


def kernel_sources(
    firmware: Path, functions: Iterable[str], provided: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Names of the sources, sorted, that define `functions` and everything these name.

    A kernel's file bears its function's name; any other file is found by the definitions in it.
    What is in `provided` comes from elsewhere.
    Raises KeyError for a function that no file defines.
    """
    every, used = _index(firmware)
    defined = {name: source for name, source in every.items() if name not in provided}
    wanted = [defined[name] for name in functions if name not in provided]
    found: set[str] = set()
    while wanted:
        source = wanted.pop()
        if source not in found:
            found.add(source)
            wanted.extend(defined[name] for name in used[source] if name in defined)
    return tuple(sorted(found))


def kernel_names(firmware: Path, text: str) -> frozenset[str]:
    """Words of a source, and of the bodies in the headers it includes, that may name a kernel."""
    bodies = (_bodies(firmware, header) for header in included(text))
    return frozenset(_WORD.findall(text)).union(*bodies)


def included(text: str) -> list[str]:
    """Names of the headers that a source includes by a name in quotes."""
    return _INCLUDE.findall(text)


@lru_cache(maxsize=4)
def _index(firmware: Path) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Function → source that defines it; source → kernel names it mentions."""
    defined: dict[str, str] = {}
    used: dict[str, frozenset[str]] = {}
    for source, text in kernel_texts(firmware).items():
        used[source] = kernel_names(firmware, text)
        defined[source.removesuffix(".c")] = source
        for name in _definitions(text):
            defined.setdefault(name, source)
    return defined, used


def _bodies(firmware: Path, header: str) -> frozenset[str]:
    """Kernel names in the bodies of a header's functions: what is indented there."""
    path = firmware / "include" / header
    if not path.exists():
        return frozenset()
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.startswith(" ")]
    return frozenset(_WORD.findall("\n".join(lines)))


def _definitions(text: str) -> Iterable[str]:
    """Names of external functions whose body follows at the start of a line."""
    pattern = re.compile(
        r"^(?!static|typedef|#)[A-Za-z_][\w\s\*]*?\b((?:arm|mcuq)_\w+)\s*\([^;{]*\)\s*\{", re.M
    )
    return pattern.findall(text)
