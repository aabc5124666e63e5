"""Which files there are, and what tells one from another."""

from __future__ import annotations

from pathlib import Path

from mcuq.errors import InputError
from mcuq.importers.load import READERS
from mcuq.installed import sha256_of


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
    samples = [] if data is None else [data]
    return sha256_of([*with_its_own(model), *samples], lambda path: path.name)


def with_its_own(model: Path) -> list[Path]:
    """A model file, and what lies beside it under its name."""
    beside = sorted(model.parent.glob(f"{_plain(model.name)}.*"))
    return [model, *(path for path in beside if path.is_file() and path != model)]


def samples_of(model: Path, folder: Path, data: Path | None) -> Path | None:
    """The samples that `data` holds for a model: its path below `folder`, as `.npz`."""
    if data is None:
        return None
    found = data / model.relative_to(folder).with_suffix(".npz")
    return found if found.is_file() else None


def _plain(name: str) -> str:
    """A name as a pattern: brackets, stars and question marks stand for themselves."""
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in name)
