"""The output directory appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mcuq.errors import InputError

MARKER = "manifest.json"
"""What tells a directory that mcuq wrote from one that it must not replace."""


@contextlib.contextmanager
def written_atomically(target: Path, *, marker: str = MARKER) -> Iterator[Path]:
    """A fresh directory to fill; on leaving, it takes the place of `target`.

    An earlier `target` is replaced only where it is empty or holds a file called `marker`. When
    the body raises, nothing is left behind and an earlier `target` stays as it was.

    Raises:
        InputError: `target` is not a directory, holds something that mcuq did not write, or
            its parent cannot be written, or the disk is full.
    """
    _refuse_to_replace(target, marker)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        staging.chmod(0o755)
    except OSError as error:
        raise InputError(
            f"cannot write to {target.parent}: {error.strerror}", "choose another --output"
        ) from error
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
        shutil.rmtree(staging, ignore_errors=True)


def _is_disk_full(error: OSError) -> bool:
    """Also of shutil.copytree's collected errors, which keep only their texts."""
    full = (errno.ENOSPC, errno.EDQUOT)
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


def _exchange(staging: Path, target: Path) -> None:
    """Rename `staging` to `target`; an earlier one is moved aside first and then removed."""
    if not target.exists():
        staging.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    try:
        target.rename(old / target.name)
        try:
            staging.rename(target)
        except OSError:
            (old / target.name).rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
