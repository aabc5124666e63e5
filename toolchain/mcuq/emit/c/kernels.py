"""Which firmware sources a model needs: its kernels and what these call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_WORD = re.compile(r"\b(?:arm|mcuq)_\w+")


def kernel_sources(
    firmware: Path, functions: Iterable[str], provided: frozenset[str] = frozenset()
) -> tuple[Path, ...]:
    """The .c files, sorted, that define `functions` and everything these name.

    A kernel's file bears its function's name; any other file is found by the definitions in it.
    What is in `provided` comes from elsewhere.
    Raises KeyError for a function that no file defines.
    """
    every, used = _index(firmware)
    defined = {name: path for name, path in every.items() if name not in provided}
    wanted = [defined[name] for name in functions if name not in provided]
    found: set[Path] = set()
    while wanted:
        path = wanted.pop()
        if path not in found:
            found.add(path)
            wanted.extend(defined[name] for name in used[path] if name in defined)
    return tuple(sorted(found))


@lru_cache(maxsize=4)
def _index(firmware: Path) -> tuple[dict[str, Path], dict[Path, frozenset[str]]]:
    """Function → file that defines it; file → kernel names it mentions."""
    defined: dict[str, Path] = {}
    used: dict[Path, frozenset[str]] = {}
    for path in sorted((firmware / "kernels").rglob("*.c")):
        text = path.read_text()
        used[path] = frozenset(_WORD.findall(text))
        defined[path.stem] = path
        for name in _definitions(text):
            defined.setdefault(name, path)
    return defined, used


def _definitions(text: str) -> Iterable[str]:
    """Names of external functions whose body follows at the start of a line."""
    pattern = re.compile(
        r"^(?!static|typedef|#)[A-Za-z_][\w\s\*]*?\b((?:arm|mcuq)_\w+)\s*\([^;{]*\)\s*\{", re.M
    )
    return pattern.findall(text)
