"""A disk that fills up is one clear line, and nothing half-written stays."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from mcuq.errors import InputError
from mcuq.report.directory import written_atomically

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "some/header.h")
# What shutil.copytree makes of the same: the errors of all files in one list.
TREE = shutil.Error([("a.h", "b.h", f"[Errno {errno.ENOSPC}] {os.strerror(errno.ENOSPC)}: 'a.h'")])


@pytest.mark.parametrize("error", [FULL, TREE], ids=["one file", "a tree"])
def test_a_full_disk_names_the_output(tmp_path: Path, error: OSError) -> None:
    target = tmp_path / "out"
    with (
        pytest.raises(InputError, match=r"no space left .*out") as caught,
        written_atomically(target) as folder,
    ):
        (folder / "half").write_text("half")
        raise error
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_other_errors_pass_unchanged(tmp_path: Path) -> None:
    with (
        pytest.raises(PermissionError),
        written_atomically(tmp_path / "out"),
    ):
        raise PermissionError(errno.EACCES, "denied")
