"""What is installed here: mcuq's own files, and the libraries that figures depend on."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mcuq.resources import firmware_dir
from mcuq_hil.boards.registry import boards_dir

_CODE = (".py", ".c", ".h", ".in", ".toml", ".ld", ".S")
_OURS = ("mcuq", "mcuq_hil")
_PACKAGES = ("ai-edge-litert", "deap", "numpy", "scipy", "tflite-micro", "unicorn")


def libraries() -> dict[str, str]:
    """Name → version of the libraries that figures depend on; "absent" where one is not there."""
    return {name: _version(name) for name in _PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


@cache
def code_digest(*packages: str) -> str:
    """SHA-256 over the files that mcuq, its bench and its firmware are made of.

    Args:
        packages: names of further packages, or modules of the top level, whose files count, too.

    Raises:
        ImportError: there is none of such a name.
    """
    found: dict[Path, str] = {}
    for name in dict.fromkeys((*_OURS, *packages)):
        found |= _files(name, _root(name))
    for folder in (firmware_dir(), boards_dir()):
        found |= _files(folder.name, folder)
    return sha256_of(sorted(found, key=found.__getitem__), found.__getitem__)


def sha256_of(paths: Iterable[Path], name_of: Callable[[Path], str]) -> str:
    """SHA-256 over the names and contents of files, in this order."""
    total = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name_of(path)}:{content}\n".encode("utf-8", "backslashreplace"))
    return total.hexdigest()


def _root(name: str) -> Path:
    """The folder of a package, or the file of a module."""
    file = Path(str(importlib.import_module(name).__file__))
    return file.parent if file.name == "__init__.py" else file


def _files(name: str, root: Path) -> Mapping[Path, str]:
    """File → what it is called, wherever it is installed."""
    paths = root.rglob("*") if root.is_dir() else [root]
    return {
        path: f"{name}/{path.relative_to(root).as_posix()}"
        for path in paths
        if path.suffix in _CODE and path.is_file()
    }
