"""Projects to start from: a float model with its data, and an empty `mcuq.toml`."""

from __future__ import annotations

from pathlib import Path

from mcuq.choices import check_choice
from mcuq.errors import InputError, UsageError
from mcuq.examples.blank import blank_project
from mcuq.project import FILE_NAME
from mcuq.resources import example_dir

BLANK = "blank"
DATA_OF = {"separable": "digits"}
"""Example → the one whose data it has, too."""


def list_examples() -> tuple[str, ...]:
    """Names of the examples that come with a model."""
    folders = (folder for folder in example_dir("").iterdir() if (folder / FILE_NAME).is_file())
    return tuple(sorted(folder.name for folder in folders))


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
    content = _content(name)
    targets = tuple(folder / file for file in content)
    existing = [target for target in targets if target.exists()]
    if existing and not overwrite:
        raise UsageError(f"{existing[0]} exists", "choose another directory or add --force")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target, data in zip(targets, content.values(), strict=True):
            target.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"cannot write to {folder}: {error.strerror}", "choose another directory"
        ) from error
    return targets


def _content(name: str) -> dict[str, bytes]:
    """File → what it holds."""
    if name == BLANK:
        return {FILE_NAME: blank_project().encode()}
    files = [path for path in example_dir(name).iterdir() if path.is_file()]
    if name in DATA_OF:
        files += example_dir(DATA_OF[name]).glob("*.npz")
    return {path.name: path.read_bytes() for path in sorted(files, key=lambda path: path.name)}
