"""Projects to start from: a float model with its data, and an empty `mcuq.toml`."""

from __future__ import annotations

import shutil
from pathlib import Path

from mcuq.choices import check_choice
from mcuq.errors import InputError, UsageError
from mcuq.project import FILE_NAME
from mcuq.resources import example_dir

BLANK = "blank"


def list_examples() -> tuple[str, ...]:
    """Names of the examples that come with a model."""
    folders = (folder for folder in example_dir("").iterdir() if (folder / FILE_NAME).is_file())
    return tuple(sorted(folder.name for folder in folders if folder.name != BLANK))


def copy_example(name: str, folder: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Copy the example `name` into `folder`, which is made where missing.

    Returns:
        The files written.

    Raises:
        UsageError: no such example, or a file is in the way and `overwrite` is False.
        InputError: `folder` cannot be written.
    """
    if name != BLANK:
        check_choice("--example", name, list_examples())
    sources = sorted(path for path in example_dir(name).iterdir() if path.is_file())
    targets = tuple(folder / source.name for source in sources)
    existing = [target for target in targets if target.exists()]
    if existing and not overwrite:
        raise UsageError(f"{existing[0]} exists", "choose another directory or add --force")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source, target in zip(sources, targets, strict=True):
            shutil.copyfile(source, target)
    except OSError as error:
        raise InputError(
            f"cannot write to {folder}: {error.strerror}", "choose another directory"
        ) from error
    return targets
