"""Which files there are, and what tells one from another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import mcuq
from mcuq.errors import InputError
from mcuq.importers.load import READERS
from mcuq.resources import firmware_dir

_CODE = (".py", ".c", ".h", ".in", ".toml", ".ld", ".S")


def model_files(folder: Path) -> list[Path]:
    """Every file below `folder` that a reader takes by its suffix, in the order of their paths.

    Raises:
        InputError: it is no folder, or holds none.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", "name the folder that the models lie in")
    files = [path for path in folder.rglob("*") if path.suffix.lower() in READERS]
    found = sorted((path for path in files if path.is_file()), key=lambda path: path.as_posix())
    if not found:
        raise InputError(
            f"there is no model in {folder}", f"models are files named {', '.join(READERS)}"
        )
    return found


def digest(model: Path, data: Path | None) -> str:
    """SHA-256 of a model file, of what lies beside it under its name, and of its samples."""
    beside = sorted(model.parent.glob(f"{_plain(model.name)}.*"))
    own = [path for path in beside if path.is_file() and path != model]
    return _sha256([model, *own, *([data] if data is not None else [])], lambda path: path.name)


def samples_of(model: Path, folder: Path, data: Path | None) -> Path | None:
    """The samples that `data` holds for a model: its path below `folder`, as `.npz`."""
    if data is None:
        return None
    found = data / model.relative_to(folder).with_suffix(".npz")
    return found if found.is_file() else None


def code_digest() -> str:
    """SHA-256 over the files that mcuq and its firmware are made of."""
    package = Path(mcuq.__file__).parent
    roots = (package, firmware_dir())
    files = {
        path.relative_to(root).as_posix(): path
        for root in roots
        for path in root.rglob("*")
        if path.suffix in _CODE and path.is_file()
    }
    names = {path: name for name, path in files.items()}
    return _sha256([files[name] for name in sorted(files)], names.__getitem__)


def _plain(name: str) -> str:
    """A name as a pattern: brackets, stars and question marks stand for themselves."""
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in name)


def _sha256(paths: Iterable[Path], name_of: Callable[[Path], str]) -> str:
    total = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name_of(path)}:{content}\n".encode("utf-8", "backslashreplace"))
    return total.hexdigest()
