"""The file and the page of a bundle, written and read back."""

from __future__ import annotations

from pathlib import Path

from mcuq.bundle.page import bundle_page
from mcuq.errors import InputError
from mcuq.reading import read_json_file
from mcuq.report.store import PAGE
from mcuq.result.bundle import BUNDLE, Bundle

FILE = f"{BUNDLE.name}.json"


def is_bundle(folder: Path) -> bool:
    """Whether `mcuq bundle` wrote it, and not `mcuq build`."""
    return (folder / FILE).is_file()


def write_bundle(made: Bundle, folder: Path) -> None:
    """Write bundle.json and report.html into `folder`."""
    (folder / FILE).write_text(BUNDLE.text(made), encoding="utf-8", newline="\n")
    write_bundle_page(made, folder)


def write_bundle_page(made: Bundle, folder: Path) -> None:
    """Write the page alone."""
    (folder / PAGE).write_text(bundle_page(made), encoding="utf-8", newline="\n")


def read_bundle(folder: Path) -> Bundle:
    """What an earlier `mcuq bundle` wrote into `folder`.

    Raises:
        InputError: not such a directory, or another version wrote it.
    """
    path = folder / FILE
    hint = "give what this mcuq wrote, or join again"
    content = read_json_file(path, hint)
    try:
        return BUNDLE.parse(content)
    except ValueError as error:
        raise InputError(f"{path}: {error}", hint) from error
