"""What is kept between runs: whatever is wrong with it is a note, and it is made again."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path

from mcuq_hil.durable import replace_file
from mcuq_hil.seal import BrokenSealError, sealed, unsealed

_log = logging.getLogger(__name__)
_told: set[str] = set()
SUFFIX = ".sealed"


def cache_folder(kind: str) -> Path | None:
    """$XDG_CACHE_HOME/mcuq/`kind`, or below ~/.cache; None where this user has no home."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(base or Path.home() / ".cache") / "mcuq" / kind
    except RuntimeError:
        _note_once("no home folder is known: nothing is kept between runs; set XDG_CACHE_HOME")
        return None


def read_kept(path: Path) -> bytes | None:
    """A file of a cache; None where it is not there, or, with a note, where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _note_once(f"{path.parent} cannot be read ({error.strerror}): what it keeps is made again")
        return None


def keep(path: Path, content: bytes) -> None:
    """Put a file into a cache; where that fails, a note."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        _note_once(f"{path.parent} cannot be written ({error.strerror}): nothing is kept there")


def note_damage(path: Path, how: str) -> None:
    """Say that a file of a cache `how` ("is empty"), and that it is made again."""
    _log.warning("%s %s: it is made again", path, how)


def _note_once(text: str) -> None:
    if text not in _told:
        _told.add(text)
        _log.warning("%s", text)


class Cache:
    """Sealed files by name, verified whenever one is used.

    Args:
        folder: made when something is put there; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, name: str) -> bytes | None:
        """What was put under `name`; None where nothing was, or, with a note, it is damaged."""
        if self._folder is None:
            return None
        path = self._path(self._folder, name)
        data = read_kept(path)
        if data is None:
            return None
        try:
            content = unsealed(data, name)
        except BrokenSealError as error:
            note_damage(path, str(error))
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return content

    def put(self, name: str, content: bytes) -> None:
        """Keep `content`; a note where the folder cannot be written."""
        if self._folder is not None:
            keep(self._path(self._folder, name), sealed(content, name))

    def prune(self, most: int) -> None:
        """Once there are more than `most`: remove those that were not used for longest, a quarter
        of `most`, and whatever is no file of ours."""
        if self._folder is None or not self._folder.is_dir():
            return
        with contextlib.suppress(OSError):
            entries = sorted(self._folder.iterdir(), key=_last_used)
            if len(entries) > most:
                for entry in entries[: len(entries) - most * 3 // 4]:
                    _remove(entry)

    @staticmethod
    def _path(folder: Path, name: str) -> Path:
        return folder / f"{name}{SUFFIX}"


def _last_used(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except OSError:
        return 0.0


def _remove(entry: Path) -> None:
    with contextlib.suppress(OSError):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
