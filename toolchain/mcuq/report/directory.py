"""The output directory appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mcuq.atomic_write import cannot_write
from mcuq.errors import InputError
from mcuq.exclusive import exclusive
from mcuq_hil.durable import DISK_FULL, sync, sync_tree
from mcuq_hil.leftovers import remove_tree

MARKER = "manifest.json"
"""What tells a directory that mcuq wrote from one that it must not replace."""
_NEW, _OLD = "mcuq-new-", "mcuq-old-"
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def written_atomically(target: Path, *, marker: str = MARKER) -> Iterator[Path]:
    """A fresh directory to fill; on leaving, it takes the place of `target`.

    An earlier `target` is replaced only where it is empty or holds a file called `marker`. When
    the body raises, nothing is left behind and an earlier `target` stays as it was. What a killed
    process left is removed, and an earlier `target` that it had moved aside put back.

    Raises:
        InputError: `target` is not a directory, holds something that mcuq did not write, or
            its parent cannot be written, or the disk is full.
        InUseError: another process is writing it.
    """
    _refuse_to_replace(target, marker)
    with exclusive(target):
        _recover(target)
        _refuse_to_replace(target, marker)
        try:
            staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.{_NEW}", dir=target.parent))
            staging.chmod(0o755)
        except OSError as error:
            raise cannot_write(target, error) from error
        try:
            yield staging
            _exchange(staging, target)
        except OSError as error:
            if _is_disk_full(error):
                raise InputError(
                    f"no space left on the disk to write {target}",
                    "free some space, or choose another --output",
                ) from error
            raise
        finally:
            remove_tree(staging)


def _is_disk_full(error: OSError) -> bool:
    """Also of shutil.copytree's collected errors, which keep only their texts."""
    # A file that grows beyond what one process may write is as full a disk as any.
    full = (*DISK_FULL, errno.EFBIG)
    collected = isinstance(error, shutil.Error)
    return error.errno in full or (collected and any(f"[Errno {n}]" in str(error) for n in full))


def _refuse_to_replace(target: Path, marker: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(f"{target} is a file", "choose another --output")
    if any(target.iterdir()) and not (target / marker).is_file():
        raise InputError(
            f"{target} holds files that mcuq did not write", "choose an empty --output directory"
        )


def _recover(target: Path) -> None:
    """Undo what a process that was killed had begun; nobody else is at it."""
    for entry in sorted(target.parent.iterdir()):
        if entry.name.startswith(f".{target.name}.{_OLD}"):
            earlier = entry / target.name
            if earlier.exists() and not target.exists():
                earlier.rename(target)
                _log.warning("%s is put back: a process was killed while replacing it", target)
            remove_tree(entry)
        elif entry.name.startswith(f".{target.name}.{_NEW}"):
            remove_tree(entry)


def _exchange(staging: Path, target: Path) -> None:
    """Rename `staging` to `target`; an earlier one is moved aside first and then removed."""
    sync_tree(staging)
    if not target.exists():
        staging.rename(target)
        sync(target.parent)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.{_OLD}", dir=target.parent))
    try:
        target.rename(old / target.name)
        staging.rename(target)
        sync(target.parent)
    finally:
        if not target.exists():
            (old / target.name).rename(target)
        remove_tree(old)
